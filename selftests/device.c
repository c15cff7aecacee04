// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that go while they are in use: what stands on them is released as if
 * its owner had done it, and the device is not held back.
 */
#include "mgm_harness.h"

FIXTURE(device)
{
	struct mgm_nl nl;
	__u32 a;
	__u32 igmp;
	int in;
	int wire;
	int out;
	int out2;
};

FIXTURE_SETUP(device)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	self->in = rtnl_veth("veth0", "veth1");
	ASSERT_LT(0, self->in);
	self->wire = if_nametoindex("veth1");
	ASSERT_EQ(0, rtnl_address(self->in, "10.0.0.1", 24));
	self->out = rtnl_dummy("dummy0");
	self->out2 = rtnl_dummy("dummy1");
	ASSERT_LT(0, self->out);
	ASSERT_LT(0, self->out2);

	self->igmp = kernel_register(2, "igmp");
	ASSERT_NE(0, self->igmp);
	ASSERT_EQ(0, mgm_nl_register(&self->nl, 10, PERSIST));
	self->a = self->nl.handle;
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->a, self->in));
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->a, self->out));
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->a, self->out2));
	ASSERT_EQ(0, mgm_nl_add(&self->nl, self->a, self->out, "239.1.1.1",
				NULL, FORWARD));
	ASSERT_EQ(0, mgm_nl_add(&self->nl, self->a, self->out2, "239.1.1.1",
				NULL, FORWARD));
}

FIXTURE_TEARDOWN(device)
{
	mgm_nl_close(&self->nl);
}

static int has_interface(struct mgm_nl *nl, int dev)
{
	return !CALL(nl, MGM_CMD_INTERFACE_GET,
		     U32(MGM_A_INTERFACE_IFINDEX, dev));
}

static int has_entry(struct mgm_nl *nl)
{
	return !CALL(nl, MGM_CMD_MFE_GET, IP4(MGM_A_MFE_SOURCE4, "10.0.0.2"),
		     IP4(MGM_A_MFE_GROUP4, "239.1.1.1"));
}

static int table_has(struct mgm_nl *nl, __u8 cmd, const char *text)
{
	char *table = mgm_nl_table(nl, cmd, NULL);
	int has = table && strstr(table, text);

	free(table);
	return has;
}

static void make_entry(struct __test_metadata *_metadata, struct mgm_nl *nl,
		       int wire)
{
	ASSERT_EQ(0, packet_send(wire, "10.0.0.2", "239.1.1.1"));
	ASSERT_TRUE(WAIT_FOR(has_entry(nl)));
	ASSERT_TRUE(table_has(nl, MGM_CMD_MFE_GET, "oifs=2"));
}

TEST_F(device, outgoing_one_that_goes_leaves_the_entry_and_the_protocol)
{
	struct mgm_nl *nl = &self->nl;

	make_entry(_metadata, nl, self->wire);
	ASSERT_EQ(0, rtnl_del(self->out));
	EXPECT_TRUE(WAIT_FOR(!has_interface(nl, self->out)));
	EXPECT_TRUE(has_entry(nl));
	EXPECT_TRUE(table_has(nl, MGM_CMD_MFE_GET, "oifs=1"));
	EXPECT_MEMBERSHIPS(nl, mgm_fmt("membership handle=%u id=10 comp=0 if=%d %s\n",
				       self->a, self->out2,
				       "group=239.1.1.1 group_len=32 source_len=0 flags=2"));
	EXPECT_TRUE(table_has(nl, MGM_CMD_PROTOCOL_GET,
			      mgm_fmt("protocol handle=%u id=10 comp=0 flags=1 ifs=2 members=1\n",
				      self->a)));
}

TEST_F(device, incoming_one_that_goes_takes_the_entry_with_it)
{
	struct mgm_nl *nl = &self->nl;

	make_entry(_metadata, nl, self->wire);
	ASSERT_EQ(0, rtnl_del(self->in));
	EXPECT_TRUE(WAIT_FOR(!has_interface(nl, self->in)));
	EXPECT_FALSE(has_entry(nl));
	EXPECT_TRUE(has_interface(nl, self->out));
}

TEST_F(device, all_next_hops_on_it_go)
{
	struct mgm_nl *nl = &self->nl;
	int i;

	for (i = 1; i <= 3; i++)
		ASSERT_EQ(0, CALL(nl, MGM_CMD_INTERFACE_TAKE,
				  U32(MGM_A_INTERFACE_HANDLE, self->a),
				  U32(MGM_A_INTERFACE_IFINDEX, self->out),
				  IP4(MGM_A_INTERFACE_NEXTHOP4,
				      mgm_fmt("10.1.0.%d", i))));
	ASSERT_EQ(0, rtnl_del(self->out));
	EXPECT_TRUE(WAIT_FOR(!table_has(nl, MGM_CMD_INTERFACE_GET,
					mgm_fmt("if=%d ", self->out))));
}

TEST_F(device, igmp_is_told_of_the_owners_end_and_then_loses_it_too)
{
	struct mgm_nl *nl = &self->nl;
	char expected[512];

	ASSERT_EQ(0, kernel_do("take %u %d", self->igmp, self->out));
	ASSERT_EQ(0, kernel_do("member add %d 239.2.2.2", self->out));
	ASSERT_EQ(0, kernel_do("clear"));
	ASSERT_EQ(0, rtnl_del(self->out));
	EXPECT_TRUE(WAIT_FOR(!has_interface(nl, self->out)));

	snprintf(expected, sizeof(expected),
		 "igmp_disable if=%d handle=%u nexthop=0.0.0.0\n"
		 "igmp_disable end if=%d\n"
		 "igmp_enable if=%d handle=%u nexthop=0.0.0.0\n"
		 "report if=%d group=239.2.2.2 source=0.0.0.0 errno=0\n"
		 "igmp_enable end if=%d\n", self->out, self->igmp, self->out,
		 self->out, self->igmp, self->out, self->out);
	EXPECT_STREQ(expected, kernel_read()->events);
	EXPECT_FALSE(table_has(nl, MGM_CMD_MEMBERSHIP_GET, "group=239.2.2.2"));
	EXPECT_EQ(0, kernel_do("deregister %u", self->igmp));
}

TEST_F(device, igmp_alone_loses_it_without_being_called)
{
	int dev = rtnl_dummy("dummy2");

	ASSERT_EQ(0, kernel_do("take %u %d", self->igmp, dev));
	ASSERT_EQ(0, kernel_do("add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1",
			       self->igmp, dev));
	ASSERT_EQ(0, rtnl_del(dev));
	EXPECT_TRUE(WAIT_FOR(!has_interface(&self->nl, dev)));
	EXPECT_EQ(0, kernel_count("igmp_disable"));
	EXPECT_EQ(0, kernel_count("igmp_enable"));
	EXPECT_EQ(0, kernel_do("deregister %u", self->igmp));
}

static int delete_device(struct mgm_nl *nl, __u32 handle, __u32 ifindex)
{
	return rtnl_del(ifindex);
}

/* "dummy2" is being taken, IGMP has yet to answer, and the device goes. */
static void delete_in_hand_over(struct __test_metadata *_metadata,
				FIXTURE_DATA(device) * self, struct mgm_nl *other,
				struct job *take, struct job *delete, int dev)
{
	ASSERT_EQ(0, mgm_nl_open(other));
	ASSERT_EQ(0, kernel_do("take %u %d", self->igmp, dev));
	ASSERT_EQ(0, kernel_do("hook hold disable"));
	ASSERT_EQ(0, job_start(take, mgm_nl_take, other, self->a, dev));
	ASSERT_TRUE(WAIT_FOR(kernel_count("igmp_disable if=")));
	ASSERT_EQ(0, job_start(delete, delete_device, NULL, 0, dev));
	ASSERT_TRUE(WAIT_FOR(!if_nametoindex("dummy2")));
}

TEST_F(device, it_waits_for_a_hand_over_that_is_under_way)
{
	struct mgm_nl *nl = &self->nl;
	struct job take, delete;
	struct mgm_nl other;
	int dev = rtnl_dummy("dummy2");

	delete_in_hand_over(_metadata, self, &other, &take, &delete, dev);
	EXPECT_FALSE(job_done(&delete));
	EXPECT_FALSE(job_done(&take));

	ASSERT_EQ(0, kernel_do("hook go"));
	EXPECT_EQ(0, job_wait(&take));
	EXPECT_EQ(0, job_wait(&delete));
	EXPECT_TRUE(WAIT_FOR(!has_interface(nl, dev)));
	/* One pair for the new owner's beginning, one for its end. */
	EXPECT_EQ(2, kernel_count("igmp_disable end"));
	EXPECT_EQ(2, kernel_count("igmp_enable end"));
	EXPECT_EQ(0, kernel_read()->wrong);
	mgm_nl_close(&other);
}

TEST_F(device, another_with_its_index_is_not_taken_before_it_is_gone)
{
	struct mgm_nl *nl = &self->nl;
	struct job take, delete;
	struct mgm_nl other;
	int dev = rtnl_dummy("dummy2");

	delete_in_hand_over(_metadata, self, &other, &take, &delete, dev);
	ASSERT_EQ(dev, rtnl_dummy_at("dummy3", dev));
	/* A next hop on it, which no hand-over is about. */
	EXPECT_REFUSED(nl, EBUSY, "still going",
		       CALL(nl, MGM_CMD_INTERFACE_TAKE,
			    U32(MGM_A_INTERFACE_HANDLE, self->a),
			    U32(MGM_A_INTERFACE_IFINDEX, dev),
			    IP4(MGM_A_INTERFACE_NEXTHOP4, "10.1.0.1")));

	ASSERT_EQ(0, kernel_do("hook go"));
	EXPECT_EQ(0, job_wait(&take));
	EXPECT_EQ(0, job_wait(&delete));
	EXPECT_TRUE(WAIT_FOR(!has_interface(nl, dev)));
	EXPECT_EQ(0, mgm_nl_take(nl, self->a, dev));
	mgm_nl_close(&other);
}

TEST_F(device, taking_one_that_is_going_away_never_leaves_an_interface)
{
	struct mgm_nl *nl = &self->nl;
	struct job delete;
	int i, dev, err;

	for (i = 0; i < 20; i++) {
		dev = rtnl_dummy("dummy2");
		ASSERT_LT(0, dev);
		ASSERT_EQ(0, job_start(&delete, delete_device, NULL, 0, dev));
		err = mgm_nl_take(nl, self->a, dev);
		EXPECT_TRUE(!err || err == -ENODEV) TH_LOG("%d", err);
		ASSERT_EQ(0, job_wait(&delete));
		ASSERT_TRUE(WAIT_FOR(!has_interface(nl, dev)));
	}
}

TEST_HARNESS_MAIN
