// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family of IGMP: which messages it takes, where IGMP can be enabled
 * and disabled, and who may do that.
 */
#include "igmp_nl.h"
#include "mgm_harness.h"

#define NOBODY	65534

static const __u8 do_commands[] = { ENABLE, SET, DISABLE, JOINED, LEAVE };
static const __u8 dump_commands[] = { GET, GROUP_GET };

FIXTURE(igmp_netlink)
{
	struct igmp igmp;
};

FIXTURE_SETUP(igmp_netlink)
{
	ASSERT_EQ(0, igmp_begin(&self->igmp));
}

FIXTURE_TEARDOWN(igmp_netlink)
{
	igmp_end(&self->igmp);
}

/* Messages that do not fit the contract */

TEST_F(igmp_netlink, every_required_attribute_that_is_missing_is_named)
{
	const struct {
		__u8 cmd;
		unsigned int missing;
		struct mgm_nl_attr attrs[3];
	} cases[] = {
		{ GET, IF(IFINDEX), { {} } },
		{ ENABLE, IF(IFINDEX), { U32(IF(VERSION), 3) } },
		{ SET, IF(IFINDEX), { U32(IF(VERSION), 3) } },
		{ DISABLE, IF(IFINDEX), { {} } },
		{ JOINED, GROUP(IFINDEX), { IP4(GROUP(GROUP4), "239.1.1.1") } },
		{ JOINED, GROUP(GROUP4),
		  { U32(GROUP(IFINDEX), self->igmp.dev),
		    IP4(GROUP(SOURCE4), "10.0.0.1") } },
		{ LEAVE, GROUP(IFINDEX), { IP4(GROUP(GROUP4), "239.1.1.1") } },
		{ LEAVE, GROUP(GROUP4), { U32(GROUP(IFINDEX), self->igmp.dev) } },
	};
	struct mgm_nl *nl = &self->igmp.nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_REFUSED(nl, EINVAL, "missing",
			       mgm_nl_call(nl, cases[i].cmd, NLM_F_ACK, NULL,
					   NULL, cases[i].attrs));
		EXPECT_EQ(cases[i].missing, nl->missing) TH_LOG("case %u", i);
	}
}

TEST_F(igmp_netlink, attribute_that_no_command_knows_is_refused)
{
	struct mgm_nl *nl = &self->igmp.nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(do_commands); i++) {
		EXPECT_REFUSED(nl, EINVAL, "Unknown attribute type",
			       CALL(nl, do_commands[i], U32(200, 1)));
		EXPECT_EQ(200, nl->attr);
	}
	for (i = 0; i < ARRAY_SIZE(dump_commands); i++) {
		EXPECT_REFUSED(nl, EINVAL, "Unknown attribute type",
			       mgm_nl_call(nl, dump_commands[i], NLM_F_DUMP,
					   NULL, NULL, (struct mgm_nl_attr[]){
						U32(200, 1), {} }));
		EXPECT_EQ(200, nl->attr);
	}
}

TEST_F(igmp_netlink, attribute_of_answers_only_is_refused_in_requests)
{
	const struct {
		__u8 cmd;
		unsigned int type;
	} cases[] = {
		{ GET, IF(FLAGS) }, { GET, IF(VERSION) },
		{ DISABLE, IF(FLAGS) }, { DISABLE, IF(VERSION) },
		{ ENABLE, IF(FLAGS) }, { ENABLE, IF(QUERIER4) },
		{ ENABLE, IF(GROUPS) }, { ENABLE, IF(STATS) },
		{ SET, IF(FLAGS) }, { SET, IF(QUERIER4) },
		{ SET, IF(ACTIVE_ROBUSTNESS) }, { SET, IF(PAD) },
		{ JOINED, GROUP(FLAGS) }, { JOINED, GROUP(MODE) },
		{ LEAVE, GROUP(FLAGS) }, { LEAVE, GROUP(SOURCE) },
	};
	struct mgm_nl *nl = &self->igmp.nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_REFUSED(nl, EINVAL, "attribute",
			       CALL(nl, cases[i].cmd,
				    U32(IF(IFINDEX), self->igmp.dev2),
				    U32(cases[i].type, 1)));
		EXPECT_EQ(cases[i].type, nl->attr) TH_LOG("case %u", i);
	}
	EXPECT_REFUSED(nl, EINVAL, "attribute",
		       mgm_nl_call(nl, GROUP_GET, NLM_F_DUMP, NULL,
				   NULL, (struct mgm_nl_attr[]){
					IP4(GROUP(GROUP4), "239.1.1.1"), {} }));
	EXPECT_EQ(GROUP(GROUP4), nl->attr);
}

TEST_F(igmp_netlink, attribute_of_the_wrong_size_is_refused)
{
	static const char bytes[5];
	struct mgm_nl *nl = &self->igmp.nl;
	unsigned int type;
	int size;

	for (size = 3; size <= 5; size += 2) {
		for (type = IF(VERSION); type <= IF(RATE_MAX); type++) {
			EXPECT_REFUSED(nl, EINVAL, "length",
				       SETTINGS(nl, SET, self->igmp.dev,
						BYTES(type, bytes, size)));
			EXPECT_EQ(type, nl->attr);
		}
		for (type = GROUP(IFINDEX); type <= GROUP(SOURCE4); type++) {
			EXPECT_REFUSED(nl, EINVAL, "length",
				       CALL(nl, JOINED,
					    BYTES(type, bytes, size)));
			EXPECT_EQ(type, nl->attr);
		}
	}
}

TEST_F(igmp_netlink, what_can_only_be_done_is_not_dumped_and_the_reverse)
{
	struct mgm_nl *nl = &self->igmp.nl;
	unsigned int cmd;

	EXPECT_EQ(-EOPNOTSUPP, mgm_nl_call(nl, GROUP_GET, NLM_F_ACK,
					   NULL, NULL, NULL));
	for (cmd = 0; cmd < 256; cmd++) {
		if (!memchr(dump_commands, cmd, sizeof(dump_commands)))
			EXPECT_EQ(-EOPNOTSUPP,
				  mgm_nl_call(nl, cmd, NLM_F_DUMP, NULL, NULL,
					      NULL));
		if (!cmd || cmd > MGM_IGMP_CMD_MAX)
			EXPECT_EQ(-EOPNOTSUPP,
				  mgm_nl_call(nl, cmd, NLM_F_ACK, NULL, NULL,
					      NULL));
	}
}

/* Where IGMP is enabled */

TEST_F(igmp_netlink, enabling_twice_is_refused)
{
	struct mgm_nl *nl = &self->igmp.nl;

	EXPECT_REFUSED(nl, EALREADY,
		       "IGMP is enabled on this interface already",
		       SETTINGS(nl, ENABLE, self->igmp.dev, U32(IF(VERSION), 2)));
	EXPECT_EQ(IF(IFINDEX), nl->attr);
}

TEST_F(igmp_netlink, where_it_is_not_enabled_everything_else_is_refused)
{
	struct mgm_nl *nl = &self->igmp.nl;
	int other[] = { self->igmp.dev2, 999999 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(other); i++) {
		EXPECT_REFUSED(nl, ENOENT, NOT_ENABLED, igmp_disable(nl, other[i]));
		EXPECT_EQ(IF(IFINDEX), nl->attr);
		EXPECT_REFUSED(nl, ENOENT, NOT_ENABLED,
			       SETTINGS(nl, GET, other[i]));
		EXPECT_EQ(IF(IFINDEX), nl->attr);
		EXPECT_REFUSED(nl, ENOENT, NOT_ENABLED,
			       SETTINGS(nl, SET, other[i],
					U32(IF(VERSION), 2)));
		EXPECT_EQ(IF(IFINDEX), nl->attr);
		EXPECT_REFUSED(nl, ENOENT, NOT_ENABLED,
			       igmp_join(nl, other[i], "239.1.1.1", NULL));
		EXPECT_EQ(GROUP(IFINDEX), nl->attr);
		EXPECT_REFUSED(nl, ENOENT, NOT_ENABLED,
			       igmp_leave(nl, other[i], "239.1.1.1", NULL));
		EXPECT_EQ(GROUP(IFINDEX), nl->attr);
	}
	EXPECT_REFUSED(nl, ENODEV, "no such device", igmp_enable(nl, 999999));
	EXPECT_EQ(IF(IFINDEX), nl->attr);
}

#define IGMP_ON	"interface if=%d flags=1 ttl=1\n"

TEST_F(igmp_netlink, where_it_is_enabled_mgm_knows_and_what_is_refused_leaves_no_trace)
{
	struct mgm_nl *nl = &self->igmp.nl;
	char *protocols;

	EXPECT_INTERFACES(&self->igmp.mgm, mgm_fmt(IGMP_ON, self->igmp.dev));
	EXPECT_EQ(0, igmp_enable(nl, self->igmp.dev2));
	EXPECT_INTERFACES(&self->igmp.mgm, mgm_fmt(IGMP_ON IGMP_ON, self->igmp.dev,
						   self->igmp.dev2));
	EXPECT_EQ(0, igmp_disable(nl, self->igmp.dev));
	EXPECT_INTERFACES(&self->igmp.mgm, mgm_fmt(IGMP_ON, self->igmp.dev2));
	protocols = mgm_nl_table(&self->igmp.mgm, MGM_CMD_PROTOCOL_GET, NULL);
	EXPECT_TRUE(protocols && strstr(protocols, " name=igmp "));
	free(protocols);

	/* It is registered while it is enabled somewhere. */
	EXPECT_EQ(0, igmp_disable(nl, self->igmp.dev2));
	EXPECT_INTERFACES(&self->igmp.mgm, "");
	EXPECT_PROTOCOLS(&self->igmp.mgm, "");
	EXPECT_REFUSED(nl, ENODEV, "no such device", igmp_enable(nl, 999999));
	EXPECT_PROTOCOLS(&self->igmp.mgm, "");
	EXPECT_INTERFACES(&self->igmp.mgm, "");
}

TEST_F(igmp_netlink, another_igmp_in_the_namespace_keeps_it_out)
{
	const char *text = "an IGMP is registered in this namespace already";
	struct mgm_nl *nl = &self->igmp.nl;
	__u32 other;

	EXPECT_KERNEL_REFUSED(&self->igmp.mgm, EEXIST, text,
			      "register 3 0 igmp igmp");
	ASSERT_EQ(0, igmp_disable(nl, self->igmp.dev));
	other = kernel_register(3, "igmp");
	ASSERT_NE(0, other);
	EXPECT_REFUSED(nl, EEXIST, text, igmp_enable(nl, self->igmp.dev));
	ASSERT_EQ(0, kernel_do("deregister %u", other));
	EXPECT_EQ(0, igmp_enable(nl, self->igmp.dev));
}

TEST_F(igmp_netlink, disabling_forgets_what_was_joined)
{
	struct mgm_nl *nl = &self->igmp.nl;
	struct igmp_object object;

	ASSERT_EQ(0, igmp_enable(nl, self->igmp.dev2));
	ASSERT_EQ(0, igmp_join(nl, self->igmp.dev, "239.1.1.1", NULL));
	ASSERT_EQ(0, igmp_join(nl, self->igmp.dev, "239.1.1.2", "10.0.0.1"));
	ASSERT_EQ(0, igmp_disable(nl, self->igmp.dev));
	EXPECT_MEMBERSHIPS(&self->igmp.mgm, "");
	ASSERT_EQ(0, igmp_enable(nl, self->igmp.dev));
	ASSERT_EQ(0, igmp_get(nl, self->igmp.dev, &object));
	EXPECT_EQ(0, object.values[IF(GROUPS)]);
	ASSERT_EQ(0, igmp_groups(nl, 0, &object));
	EXPECT_EQ(0, object.count);
	EXPECT_REFUSED(nl, ENOENT, "the group is not joined",
		       igmp_leave(nl, self->igmp.dev, "239.1.1.1", NULL));
}

/* Who may */

/* Capabilities go with the user id, and come back with it. */
static int become(uid_t uid)
{
	return setresuid(-1, uid, -1) ? -errno : 0;
}

static void refuse_all(struct __test_metadata *_metadata, struct mgm_nl *nl,
		       int dev, int dev2)
{
	EXPECT_REFUSED(nl, EPERM, "", igmp_enable(nl, dev2));
	EXPECT_REFUSED(nl, EPERM, "", igmp_disable(nl, dev));
	EXPECT_REFUSED(nl, EPERM, "",
		       SETTINGS(nl, SET, dev, U32(IF(VERSION), 2)));
	EXPECT_REFUSED(nl, EPERM, "", igmp_join(nl, dev, "239.1.1.2", NULL));
	EXPECT_REFUSED(nl, EPERM, "", igmp_leave(nl, dev, "239.1.1.1", NULL));
}

TEST_F(igmp_netlink, everybody_may_read_and_nobody_may_change)
{
	struct igmp_object object;
	struct mgm_nl nl;

	ASSERT_EQ(0, igmp_join(&self->igmp.nl, self->igmp.dev, "239.1.1.1", NULL));
	ASSERT_EQ(0, become(NOBODY));
	ASSERT_EQ(0, igmp_open(&nl));
	EXPECT_EQ(0, igmp_get(&nl, self->igmp.dev, &object));
	EXPECT_EQ(1, object.values[IF(GROUPS)]);
	object.count = 0;
	EXPECT_EQ(0, mgm_nl_call(&nl, GET, NLM_F_DUMP, igmp_object_cb, &object,
				 NULL));
	EXPECT_EQ(1, object.count);
	EXPECT_EQ(0, igmp_groups(&nl, 0, &object));
	EXPECT_EQ(1, object.count);
	refuse_all(_metadata, &nl, self->igmp.dev, self->igmp.dev2);
	/* Not even on a socket that root opened. */
	refuse_all(_metadata, &self->igmp.nl, self->igmp.dev, self->igmp.dev2);
	mgm_nl_close(&nl);
}

TEST_F(igmp_netlink, whoever_owns_a_namespace_may_change_it_and_no_other)
{
	struct igmp_object object;
	struct mgm_nl nl;
	int dev;

	ASSERT_EQ(0, igmp_join(&self->igmp.nl, self->igmp.dev, "239.1.1.1", NULL));
	ASSERT_EQ(0, become(NOBODY));
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		SKIP(return, "no user namespaces for everybody: %m");
	ASSERT_EQ(0, igmp_open(&nl));
	dev = rtnl_dummy("dummy0");
	ASSERT_LT(0, dev);
	EXPECT_REFUSED(&nl, ENOENT, NOT_ENABLED, igmp_disable(&nl, dev));
	EXPECT_EQ(0, igmp_enable(&nl, dev));
	EXPECT_EQ(0, igmp_join(&nl, dev, "239.1.1.2", NULL));
	EXPECT_EQ(0, igmp_groups(&nl, 0, &object));
	EXPECT_EQ(1, object.count);
	EXPECT_EQ(inet_addr("239.1.1.2"), object.values[GROUP(GROUP4)]);
	refuse_all(_metadata, &self->igmp.nl, self->igmp.dev, self->igmp.dev2);
	mgm_nl_close(&nl);
}

TEST_HARNESS_MAIN
