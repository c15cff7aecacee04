// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications: every change announces itself, in the order of the changes and
 * with what a dump would show; what was refused does not.
 */
#include "mgm_harness.h"

FIXTURE(notify)
{
	struct mgm_nl nl;
	struct mgm_nl monitor;
	int dev;
	int dev2;
};

FIXTURE_SETUP(notify)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	ASSERT_EQ(0, mgm_nl_open(&self->monitor));
	self->dev = rtnl_dummy("dummy0");
	self->dev2 = rtnl_dummy("dummy1");
	ASSERT_LT(0, self->dev);
	ASSERT_LT(0, self->dev2);
	ASSERT_EQ(0, mgm_nl_listen(&self->monitor));
}

FIXTURE_TEARDOWN(notify)
{
	mgm_nl_close(&self->nl);
	mgm_nl_close(&self->monitor);
}

/* The next notification is exactly this. */
static void hear(struct __test_metadata *_metadata, int line,
		 struct mgm_nl *monitor, const char *expected)
{
	char *heard = mgm_nl_heard(monitor, WAIT_MS);

	EXPECT_STREQ(expected, heard ?: "nothing")
		TH_LOG("line %d", line);
	free(heard);
}

#define HEAR(_expected) \
	hear(_metadata, __LINE__, &self->monitor, _expected)

/* A marker that is bound to come, and nothing before it. */
static void hear_nothing(struct __test_metadata *_metadata, int line,
			 struct mgm_nl *monitor)
{
	static __u32 id = 1000;
	__u32 handle;

	id++;
	handle = kernel_register(id, "");
	ASSERT_NE(0, handle);
	hear(_metadata, line, monitor,
	     mgm_fmt("register protocol handle=%u id=%u comp=0 name=test%u flags=4 module=mgm_test",
		     handle, id, id));
}

#define HEAR_NOTHING() \
	hear_nothing(_metadata, __LINE__, &self->monitor)

/* A table with one object in it, without the end of its line. */
static const char *only(struct mgm_nl *nl, __u8 cmd)
{
	char *table = mgm_nl_table(nl, cmd, NULL);
	const char *line;

	line = mgm_fmt("%.*s", (int)strcspn(table, "\n"), table);
	free(table);
	return line;
}

TEST_F(notify, every_change_shows_what_the_dump_shows)
{
	struct mgm_nl *nl = &self->nl;
	const char *was;
	__u32 a;

	ASSERT_EQ(0, CALL(nl, MGM_CMD_PROTOCOL_REGISTER,
			  U32(MGM_A_PROTOCOL_ID, 10),
			  U32(MGM_A_PROTOCOL_COMPONENT, 3),
			  STR(MGM_A_PROTOCOL_NAME, "pim")));
	was = only(nl, MGM_CMD_PROTOCOL_GET);
	a = strtoul(was + strlen("protocol handle="), NULL, 10);
	HEAR(mgm_fmt("register %s", was));

	/* The one attribute more says whose change it is. */
	ASSERT_EQ(0, mgm_nl_take(nl, a, self->dev));
	was = only(nl, MGM_CMD_INTERFACE_GET);
	HEAR(mgm_fmt("take interface handle=%u %s", a, was + 10));

	ASSERT_EQ(0, mgm_nl_add(nl, a, self->dev, "239.1.1.1", "10.0.0.1",
				JOIN));
	was = only(nl, MGM_CMD_MEMBERSHIP_GET);
	HEAR(mgm_fmt("add %s", was));

	/* More or fewer bits are a change of the same membership. */
	ASSERT_EQ(0, mgm_nl_add(nl, a, self->dev, "239.1.1.1", "10.0.0.1",
				FORWARD));
	HEAR(mgm_fmt("add %s", only(nl, MGM_CMD_MEMBERSHIP_GET)));
	ASSERT_EQ(0, mgm_nl_del(nl, a, self->dev, "239.1.1.1", "10.0.0.1",
				FORWARD));
	HEAR(mgm_fmt("add %s", was));

	ASSERT_EQ(0, mgm_nl_del(nl, a, self->dev, "239.1.1.1", "10.0.0.1",
				JOIN));
	HEAR(mgm_fmt("del %s", was));
	ASSERT_EQ(0, mgm_nl_release(nl, a, self->dev));
	HEAR(mgm_fmt("release interface handle=%u if=%d flags=0 ttl=1", a,
		     self->dev));
	was = only(nl, MGM_CMD_PROTOCOL_GET);
	ASSERT_EQ(0, mgm_nl_deregister(nl, a));
	HEAR(mgm_fmt("deregister %s", was));
	HEAR_NOTHING();
}

TEST_F(notify, what_changes_nothing_is_not_announced)
{
	struct mgm_nl *nl = &self->nl;
	__u32 a;

	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	a = nl->handle;
	ASSERT_EQ(0, mgm_nl_take(nl, a, self->dev));
	ASSERT_EQ(0, mgm_nl_add(nl, a, self->dev, "239.1.1.1", NULL, JOIN));
	free(mgm_nl_heard(&self->monitor, WAIT_MS));
	free(mgm_nl_heard(&self->monitor, WAIT_MS));
	free(mgm_nl_heard(&self->monitor, WAIT_MS));
	HEAR_NOTHING();

	EXPECT_EQ(-EEXIST, mgm_nl_register(nl, 10, 0));
	EXPECT_EQ(-EALREADY, mgm_nl_take(nl, a, self->dev));
	EXPECT_EQ(-ENODEV, mgm_nl_take(nl, a, 999));
	EXPECT_EQ(-ENOENT, mgm_nl_release(nl, a, self->dev2));
	EXPECT_EQ(-EPERM, mgm_nl_add(nl, a, self->dev2, "239.1.1.1", NULL,
				     JOIN));
	EXPECT_EQ(-ENOENT, mgm_nl_del(nl, a, self->dev, "239.1.1.2", NULL,
				      JOIN));
	EXPECT_EQ(-EBUSY, mgm_nl_deregister(nl, a));
	EXPECT_EQ(0, mgm_nl_add(nl, a, self->dev, "239.1.1.1", NULL, JOIN));
	HEAR_NOTHING();
}

TEST_F(notify, end_of_a_socket_is_told_as_the_whole_shut_down_in_order)
{
	struct mgm_nl *nl = &self->nl;
	__u32 a, portid = nl->portid;
	const char *sg = "group=239.1.1.1 group_len=32 source_len=0 flags=1";

	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	a = nl->handle;
	ASSERT_EQ(0, mgm_nl_take(nl, a, self->dev));
	ASSERT_EQ(0, mgm_nl_add(nl, a, self->dev, "239.1.1.1", NULL, JOIN));
	free(mgm_nl_heard(&self->monitor, WAIT_MS));
	free(mgm_nl_heard(&self->monitor, WAIT_MS));
	free(mgm_nl_heard(&self->monitor, WAIT_MS));
	mgm_nl_close(nl);

	HEAR(mgm_fmt("del membership handle=%u id=10 comp=0 if=%d %s", a,
		     self->dev, sg));
	HEAR(mgm_fmt("release interface handle=%u if=%d flags=0 ttl=1", a,
		     self->dev));
	HEAR(mgm_fmt("deregister protocol handle=%u id=10 comp=0 flags=0 portid=%u",
		     a, portid));
	HEAR_NOTHING();
}

TEST_F(notify, hand_over_is_told_in_the_order_of_its_steps)
{
	struct mgm_nl *nl = &self->nl;
	const char *sg = "group=239.1.1.1 group_len=32 source_len=0 flags=1";
	__u32 a, igmp;
	int i;

	igmp = kernel_register(2, "igmp");
	ASSERT_EQ(0, kernel_do("take %u %d", igmp, self->dev));
	ASSERT_EQ(0, kernel_do("member add %d 239.1.1.1", self->dev));
	ASSERT_EQ(0, kernel_do("add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1", igmp,
			       self->dev));
	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	a = nl->handle;
	for (i = 0; i < 4; i++)
		free(mgm_nl_heard(&self->monitor, WAIT_MS));
	HEAR_NOTHING();

	ASSERT_EQ(0, mgm_nl_take(nl, a, self->dev));
	HEAR(mgm_fmt("disable interface handle=%u if=%d flags=3 ttl=1 members=1",
		     igmp, self->dev));
	HEAR(mgm_fmt("del membership handle=%u id=2 comp=0 if=%d %s", igmp,
		     self->dev, sg));
	HEAR(mgm_fmt("take interface handle=%u if=%d flags=3 ttl=1 owner=%u id=10 comp=0",
		     a, self->dev, a));
	HEAR(mgm_fmt("enable interface handle=%u if=%d flags=3 ttl=1 owner=%u id=10 comp=0",
		     igmp, self->dev, a));
	HEAR(mgm_fmt("add membership handle=%u id=2 comp=0 if=%d %s", igmp,
		     self->dev, sg));
	HEAR(mgm_fmt("change interface if=%d flags=1 ttl=1 owner=%u %s", self->dev,
		     a, "id=10 comp=0 members=1"));
	HEAR_NOTHING();

	ASSERT_EQ(0, mgm_nl_release(nl, a, self->dev));
	HEAR(mgm_fmt("disable interface handle=%u if=%d flags=3 ttl=1 owner=%u %s",
		     igmp, self->dev, a, "id=10 comp=0 members=1"));
	HEAR(mgm_fmt("del membership handle=%u id=2 comp=0 if=%d %s", igmp,
		     self->dev, sg));
	HEAR(mgm_fmt("release interface handle=%u if=%d flags=3 ttl=1", a,
		     self->dev));
	HEAR(mgm_fmt("enable interface handle=%u if=%d flags=3 ttl=1", igmp,
		     self->dev));
	HEAR(mgm_fmt("add membership handle=%u id=2 comp=0 if=%d %s", igmp,
		     self->dev, sg));
	HEAR(mgm_fmt("change interface if=%d flags=1 ttl=1 members=1", self->dev));
	HEAR_NOTHING();
}

TEST_F(notify, entry_is_told_when_it_comes_changes_and_goes)
{
	struct mgm_nl *nl = &self->nl;
	int dev, wire;
	__u32 a;
	char *heard;

	dev = rtnl_veth("veth0", "veth1");
	ASSERT_LT(0, dev);
	wire = if_nametoindex("veth1");
	ASSERT_EQ(0, rtnl_address(dev, "10.0.0.1", 24));
	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	a = nl->handle;
	ASSERT_EQ(0, mgm_nl_take(nl, a, dev));
	ASSERT_EQ(0, mgm_nl_take(nl, a, self->dev));
	free(mgm_nl_heard(&self->monitor, WAIT_MS));
	free(mgm_nl_heard(&self->monitor, WAIT_MS));
	free(mgm_nl_heard(&self->monitor, WAIT_MS));
	HEAR_NOTHING();

	ASSERT_EQ(0, packet_send(wire, "10.0.0.2", "239.1.1.1"));
	heard = mgm_nl_heard(&self->monitor, WAIT_MS);
	ASSERT_NE(NULL, heard);
	EXPECT_EQ(heard, strstr(heard, "add mfe group=239.1.1.1 source=10.0.0.2 "));
	EXPECT_TRUE(!!strstr(heard, mgm_fmt(" iif=%d owner=%u ", dev, a)));
	EXPECT_TRUE(!!strstr(heard, " oifs=0"));
	HEAR_NOTHING();

	ASSERT_EQ(0, mgm_nl_add(nl, a, self->dev, "239.1.1.1", NULL, FORWARD));
	free(mgm_nl_heard(&self->monitor, WAIT_MS));
	heard = mgm_nl_heard(&self->monitor, WAIT_MS);
	ASSERT_NE(NULL, heard);
	EXPECT_EQ(heard, strstr(heard, "change mfe group=239.1.1.1 "));
	EXPECT_TRUE(!!strstr(heard, mgm_fmt(" oifs=1 oif={ if=%d }",
					    self->dev)));
	HEAR_NOTHING();

	ASSERT_EQ(0, mgm_nl_release(nl, a, dev));
	heard = mgm_nl_heard(&self->monitor, WAIT_MS);
	ASSERT_NE(NULL, heard);
	EXPECT_EQ(heard, strstr(heard, "del mfe group=239.1.1.1 "));
	HEAR(mgm_fmt("release interface handle=%u if=%d flags=0 ttl=1 %s", a,
		     dev, "in=1 in_octets=60 drops={ negative=1 }"));
	HEAR_NOTHING();
}

TEST_F(notify, listener_that_is_too_slow_learns_that_it_missed_some)
{
	struct mgm_nl *nl = &self->nl;
	int i, n = 0, small = 1;
	char *heard;

	ASSERT_EQ(0, setsockopt(mnl_socket_get_fd(self->monitor.sk), SOL_SOCKET,
				SO_RCVBUF, &small, sizeof(small)));
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
		ASSERT_EQ(0, mgm_nl_deregister(nl, nl->handle));
	}
	while ((heard = mgm_nl_heard(&self->monitor, 0))) {
		free(heard);
		n++;
	}
	EXPECT_EQ(ENOBUFS, errno);
	EXPECT_LT(n, 100);
}

TEST_HARNESS_MAIN
