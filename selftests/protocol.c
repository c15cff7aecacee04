// SPDX-License-Identifier: GPL-2.0
/*
 * Registration: handles, whose they are, and how long.
 */
#include "mgm_harness.h"

FIXTURE(protocol)
{
	struct mgm_nl nl;
	struct mgm_nl other;
	int dev;
};

FIXTURE_SETUP(protocol)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	ASSERT_EQ(0, mgm_nl_open(&self->other));
	self->dev = rtnl_dummy("dummy0");
	ASSERT_LT(0, self->dev);
}

FIXTURE_TEARDOWN(protocol)
{
	mgm_nl_close(&self->nl);
	mgm_nl_close(&self->other);
}

/* Every call that takes a handle is refused with it, for the same reason. */
static void refuse_handle(struct __test_metadata *_metadata, struct mgm_nl *nl,
			  __u32 handle, int dev, int err, const char *text)
{
	EXPECT_REFUSED(nl, err, text, mgm_nl_deregister(nl, handle));
	EXPECT_EQ(MGM_A_PROTOCOL_HANDLE, nl->attr);
	EXPECT_REFUSED(nl, err, text, mgm_nl_take(nl, handle, dev));
	EXPECT_EQ(MGM_A_INTERFACE_HANDLE, nl->attr);
	EXPECT_REFUSED(nl, err, text, mgm_nl_release(nl, handle, dev));
	EXPECT_EQ(MGM_A_INTERFACE_HANDLE, nl->attr);
	EXPECT_REFUSED(nl, err, text,
		       mgm_nl_add(nl, handle, dev, "239.1.1.1", NULL, JOIN));
	EXPECT_EQ(MGM_A_MEMBERSHIP_HANDLE, nl->attr);
	EXPECT_REFUSED(nl, err, text,
		       mgm_nl_del(nl, handle, dev, "239.1.1.1", NULL, JOIN));
	EXPECT_EQ(MGM_A_MEMBERSHIP_HANDLE, nl->attr);
}

static void refuse_kernel_handle(struct __test_metadata *_metadata,
				 struct mgm_nl *nl, __u32 handle, int dev,
				 int err, const char *text)
{
	EXPECT_KERNEL_REFUSED(nl, err, text, "deregister %u", handle);
	EXPECT_KERNEL_REFUSED(nl, err, text, "take %u %d", handle, dev);
	EXPECT_KERNEL_REFUSED(nl, err, text, "release %u %d", handle, dev);
	EXPECT_KERNEL_REFUSED(nl, err, text,
			      "add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 %u", handle,
			      dev, JOIN);
	EXPECT_KERNEL_REFUSED(nl, err, text,
			      "del %u %d 0.0.0.0 239.1.1.1 0.0.0.0 %u", handle,
			      dev, JOIN);
	EXPECT_EQ(-err, kernel_do("shutdown %u", handle));
}

TEST_F(protocol, registering_answers_a_handle_that_shows_everything)
{
	struct mgm_nl *nl = &self->nl;
	const char *lines;
	__u32 bound;

	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	bound = nl->handle;
	EXPECT_NE(0, bound);
	ASSERT_EQ(0, CALL(nl, MGM_CMD_PROTOCOL_REGISTER,
			  U32(MGM_A_PROTOCOL_ID, 0xffffffff),
			  U32(MGM_A_PROTOCOL_COMPONENT, 7),
			  STR(MGM_A_PROTOCOL_NAME, "pim"),
			  U32(MGM_A_PROTOCOL_FLAGS, PERSIST)));
	ASSERT_EQ(0, mgm_nl_take(nl, bound, self->dev));
	ASSERT_EQ(0, mgm_nl_add(nl, bound, self->dev, "239.1.1.1", NULL, JOIN));
	ASSERT_EQ(0, kernel_do("register 12 3 inside"));

	lines = mgm_fmt("protocol handle=%u id=10 comp=0 flags=0 portid=%u ifs=1 members=1\n"
			"protocol handle=%u id=4294967295 comp=7 name=pim flags=1\n"
			"protocol handle=%u id=12 comp=3 name=inside flags=4 module=mgm_test\n",
			bound, nl->portid, bound + 1, bound + 2);
	EXPECT_PROTOCOLS(nl, lines);
}

static int text_cb(const struct nlmsghdr *nlh, void *data)
{
	*(char **)data = mgm_nl_text(nlh);
	return MNL_CB_OK;
}

TEST_F(protocol, get_answers_the_line_that_the_dump_has)
{
	struct mgm_nl *nl = &self->nl;
	char *text = NULL;

	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	ASSERT_EQ(0, mgm_nl_call(nl, MGM_CMD_PROTOCOL_GET, NLM_F_ACK, text_cb,
				 &text, (struct mgm_nl_attr[]){
					U32(MGM_A_PROTOCOL_HANDLE, nl->handle),
					{} }));
	ASSERT_NE(NULL, text);
	EXPECT_PROTOCOLS(nl, mgm_fmt("%s\n", text));
	EXPECT_REFUSED(nl, ENOENT, NO_HANDLE,
		       CALL(nl, MGM_CMD_PROTOCOL_GET,
			    U32(MGM_A_PROTOCOL_HANDLE, nl->handle + 1)));
}

TEST_F(protocol, same_id_and_component_twice_is_refused)
{
	struct mgm_nl *nl = &self->nl;

	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	EXPECT_REFUSED(nl, EEXIST, "id and component",
		       mgm_nl_register(nl, 10, 0));
	EXPECT_REFUSED(nl, EEXIST, "id and component",
		       mgm_nl_register(nl, 10, PERSIST));
	EXPECT_REFUSED(&self->other, EEXIST,
		       "id and component",
		       mgm_nl_register(&self->other, 10, 0));
	EXPECT_KERNEL_REFUSED(nl, EEXIST,
			      "id and component",
			      "register 10 0 again");
}

TEST_F(protocol, same_id_with_another_component_is_another_protocol)
{
	struct mgm_nl *nl = &self->nl;
	__u32 first;

	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	first = nl->handle;
	ASSERT_EQ(0, kernel_do("register 10 1 second"));
	EXPECT_NE(first, kernel_read()->handle);
}

TEST_F(protocol, name_of_31_characters_fits_and_a_longer_one_is_refused)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz01234";
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, EINVAL, "Attribute failed policy validation",
		       CALL(nl, MGM_CMD_PROTOCOL_REGISTER,
			    U32(MGM_A_PROTOCOL_ID, 10),
			    STR(MGM_A_PROTOCOL_NAME, mgm_fmt("%s5", name))));
	EXPECT_EQ(MGM_A_PROTOCOL_NAME, nl->attr);
	EXPECT_KERNEL_REFUSED(nl, EINVAL, "longer than 31 characters",
			      "register 11 0 %s5", name);

	ASSERT_EQ(31, strlen(name));
	EXPECT_EQ(0, CALL(nl, MGM_CMD_PROTOCOL_REGISTER,
			  U32(MGM_A_PROTOCOL_ID, 10),
			  STR(MGM_A_PROTOCOL_NAME, name)));
	EXPECT_EQ(0, kernel_do("register 11 0 %s", name));
}

TEST_F(protocol, netlink_cannot_register_an_igmp_nor_a_kernel_protocol)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, EOPNOTSUPP, "IGMP",
		       mgm_nl_register(nl, 10, MGM_PROTOCOL_F_IGMP));
	EXPECT_EQ(MGM_A_PROTOCOL_FLAGS, nl->attr);
	EXPECT_REFUSED(nl, EINVAL, "",
		       mgm_nl_register(nl, 10, MGM_PROTOCOL_F_KERNEL));
	EXPECT_EQ(MGM_A_PROTOCOL_FLAGS, nl->attr);
}

TEST_F(protocol, igmp_without_its_two_callbacks_is_refused)
{
	static const char * const words[] = {
		"no_disable no_enable", "no_disable", "no_enable",
	};
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		EXPECT_KERNEL_REFUSED(&self->nl, EINVAL,
				      "needs the disable and the enable callback",
				      "register 2 0 bad igmp %s", words[i]);
}

TEST_F(protocol, second_igmp_in_a_namespace_is_refused_until_the_first_ends)
{
	__u32 first;

	first = kernel_register(2, "igmp");
	ASSERT_NE(0, first);
	EXPECT_KERNEL_REFUSED(&self->nl, EEXIST, "an IGMP is registered",
			      "register 3 0 second igmp");
	ASSERT_EQ(0, kernel_do("deregister %u", first));
	EXPECT_EQ(0, kernel_do("register 3 0 second igmp"));
}

TEST_F(protocol, unknown_handle_is_refused_by_every_call)
{
	struct mgm_nl *nl = &self->nl;
	__u32 stale;

	refuse_handle(_metadata, nl, 0, self->dev, ERANGE, "out of range");
	refuse_handle(_metadata, nl, 0xfffffff0, self->dev, ENOENT, NO_HANDLE);
	refuse_kernel_handle(_metadata, nl, 0, self->dev, ENOENT, NO_HANDLE);
	refuse_kernel_handle(_metadata, nl, 0xfffffff0, self->dev, ENOENT,
			     NO_HANDLE);

	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	stale = nl->handle;
	ASSERT_EQ(0, mgm_nl_deregister(nl, stale));
	refuse_handle(_metadata, nl, stale, self->dev, ENOENT, NO_HANDLE);

	stale = kernel_register(11, "");
	ASSERT_EQ(0, kernel_do("deregister %u", stale));
	refuse_kernel_handle(_metadata, nl, stale, self->dev, ENOENT,
			     NO_HANDLE);
	stale = kernel_register(11, "");
	ASSERT_EQ(0, kernel_do("shutdown %u", stale));
	refuse_kernel_handle(_metadata, nl, stale, self->dev, ENOENT,
			     NO_HANDLE);
}

TEST_F(protocol, handle_is_not_issued_again)
{
	struct mgm_nl *nl = &self->nl;
	__u32 handles[100];
	int i, j;

	for (i = 0; i < (int)ARRAY_SIZE(handles); i++) {
		ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
		handles[i] = nl->handle;
		ASSERT_EQ(0, mgm_nl_deregister(nl, nl->handle));
		for (j = 0; j < i; j++)
			ASSERT_NE(handles[j], handles[i]);
	}
}

TEST_F(protocol, handle_bound_to_another_socket_is_refused_by_every_call)
{
	ASSERT_EQ(0, mgm_nl_register(&self->nl, 10, 0));
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->nl.handle, self->dev));
	refuse_handle(_metadata, &self->other, self->nl.handle, self->dev,
		      EPERM, "bound to another socket");
}

TEST_F(protocol, handle_of_a_kernel_protocol_is_refused_by_every_netlink_call)
{
	__u32 handle = kernel_register(11, "");

	ASSERT_NE(0, handle);
	ASSERT_EQ(0, kernel_do("take %u %d", handle, self->dev));
	refuse_handle(_metadata, &self->nl, handle, self->dev, EPERM,
		      "belongs to a protocol in the kernel");
}

TEST_F(protocol, handle_of_a_user_space_protocol_is_refused_by_kernel_calls)
{
	ASSERT_EQ(0, mgm_nl_register(&self->nl, 10, PERSIST));
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->nl.handle, self->dev));
	refuse_kernel_handle(_metadata, &self->nl, self->nl.handle, self->dev,
			     EPERM, "belongs to a protocol in user space");
}

TEST_F(protocol, deregistering_while_owning_is_refused)
{
	struct mgm_nl *nl = &self->nl;
	__u32 handle, inside;

	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	handle = nl->handle;
	ASSERT_EQ(0, mgm_nl_take(nl, handle, self->dev));
	EXPECT_REFUSED(nl, EBUSY, "still has interfaces",
		       mgm_nl_deregister(nl, handle));
	ASSERT_EQ(0, mgm_nl_release(nl, handle, self->dev));
	EXPECT_EQ(0, mgm_nl_deregister(nl, handle));

	inside = kernel_register(11, "");
	ASSERT_EQ(0, kernel_do("take %u %d", inside, self->dev));
	EXPECT_KERNEL_REFUSED(nl, EBUSY, "still has interfaces",
			      "deregister %u", inside);
	EXPECT_EQ(0, kernel_do("shutdown %u", inside));
	EXPECT_PROTOCOLS(nl, "");
	EXPECT_INTERFACES(nl, "");
}

TEST_F(protocol, registration_ends_with_its_socket)
{
	ASSERT_EQ(0, mgm_nl_register(&self->other, 10, 0));
	ASSERT_EQ(0, mgm_nl_take(&self->other, self->other.handle, self->dev));
	ASSERT_EQ(0, mgm_nl_add(&self->other, self->other.handle, self->dev,
				"239.1.1.1", "10.0.0.1", JOIN | FORWARD));
	mgm_nl_close(&self->other);

	EXPECT_PROTOCOLS(&self->nl, "");
	EXPECT_INTERFACES(&self->nl, "");
	EXPECT_MEMBERSHIPS(&self->nl, "");
	EXPECT_EQ(0, rtnl_allmulti(self->dev));
}

TEST_F(protocol, sockets_end_takes_only_the_registrations_bound_to_it)
{
	__u32 persistent, bound;
	const char *lines;

	ASSERT_EQ(0, mgm_nl_register(&self->nl, 10, 0));
	bound = self->nl.handle;
	ASSERT_EQ(0, mgm_nl_register(&self->other, 11, PERSIST));
	persistent = self->other.handle;
	ASSERT_EQ(0, mgm_nl_register(&self->other, 12, 0));
	mgm_nl_close(&self->other);

	lines = mgm_fmt("protocol handle=%u id=10 comp=0 flags=0 portid=%u\n"
			"protocol handle=%u id=11 comp=0 flags=1\n", bound,
			self->nl.portid, persistent);
	EXPECT_PROTOCOLS(&self->nl, lines);
}

TEST_F(protocol, persistent_registration_outlives_its_socket_and_serves_any)
{
	struct mgm_nl *nl = &self->nl;
	__u32 handle;
	char *before, *after;

	ASSERT_EQ(0, mgm_nl_register(&self->other, 10, PERSIST));
	handle = self->other.handle;
	ASSERT_EQ(0, mgm_nl_take(&self->other, handle, self->dev));
	ASSERT_EQ(0, mgm_nl_add(&self->other, handle, self->dev, "239.1.1.1",
				NULL, JOIN));
	before = mgm_nl_tables(nl);
	mgm_nl_close(&self->other);
	after = mgm_nl_tables(nl);
	EXPECT_STREQ(before, after);

	EXPECT_EQ(0, mgm_nl_del(nl, handle, self->dev, "239.1.1.1", NULL,
				JOIN));
	EXPECT_EQ(0, mgm_nl_release(nl, handle, self->dev));
	EXPECT_EQ(0, mgm_nl_deregister(nl, handle));
	EXPECT_PROTOCOLS(nl, "");
}

TEST_F(protocol, number_of_protocols_is_bounded)
{
	struct mgm_nl *nl = &self->nl;
	int i, err = 0;

	for (i = 0; i <= 256 && !err; i++)
		err = mgm_nl_register(nl, 1000 + i, 0);
	EXPECT_EQ(257, i);
	EXPECT_EQ(-ENOSPC, err);
	EXPECT_STREQ("too many protocols in this namespace", nl->msg);
	EXPECT_EQ(-ENOSPC, kernel_do("register 1 0 inside"));

	mgm_nl_close(&self->nl);
	EXPECT_EQ(0, kernel_do("register 1 0 inside"));
}

TEST_HARNESS_MAIN
