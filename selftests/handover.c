// SPDX-License-Identifier: GPL-2.0
/*
 * The hand-over of an interface where IGMP runs: IGMP is disabled, then all is
 * changed, then IGMP is enabled, on taking and on releasing alike. What IGMP sees
 * and may do at both moments is written down by an IGMP in the kernel.
 */
#include "mgm_harness.h"

#define G	"239.1.1.1"

FIXTURE(handover)
{
	struct mgm_nl nl;
	struct mgm_nl other;
	__u32 a;
	__u32 igmp;
	int lan;
	int wire;
	int out;
};

/* IGMP runs on the LAN and knows of one member there. */
FIXTURE_SETUP(handover)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	ASSERT_EQ(0, mgm_nl_open(&self->other));
	self->lan = rtnl_veth("veth0", "veth1");
	ASSERT_LT(0, self->lan);
	self->wire = if_nametoindex("veth1");
	ASSERT_EQ(0, rtnl_address(self->lan, "10.0.0.1", 24));
	self->out = rtnl_dummy("dummy0");
	ASSERT_LT(0, self->out);

	self->igmp = kernel_register(2, "igmp");
	ASSERT_NE(0, self->igmp);
	ASSERT_EQ(0, kernel_do("take %u %d", self->igmp, self->lan));
	ASSERT_EQ(0, kernel_do("member add %d " G, self->lan));
	ASSERT_EQ(0, kernel_do("add %u %d 0.0.0.0 " G " 0.0.0.0 1", self->igmp,
			       self->lan));
	ASSERT_EQ(0, mgm_nl_register(&self->nl, 10, PERSIST));
	self->a = self->nl.handle;
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->a, self->out));
}

FIXTURE_TEARDOWN(handover)
{
	kernel_do("hook go");
	mgm_nl_close(&self->nl);
	mgm_nl_close(&self->other);
}

static int has_entry(struct mgm_nl *nl)
{
	return !CALL(nl, MGM_CMD_MFE_GET, IP4(MGM_A_MFE_SOURCE4, "10.0.0.2"),
		     IP4(MGM_A_MFE_GROUP4, G));
}

/* The members that IGMP has on the LAN are these, by the group. */
static const char *members(__u32 igmp, int lan, const char *group)
{
	return mgm_fmt("membership handle=%u id=2 comp=0 if=%d group=%s %s\n",
		       igmp, lan, group,
		       "group_len=32 source_len=0 flags=1");
}

TEST_F(handover, taking_calls_disable_then_changes_then_enable)
{
	struct mgm_nl *nl = &self->nl;
	const char *expected;

	ASSERT_EQ(0, kernel_do("hook probe on\nclear"));
	ASSERT_EQ(0, packet_send(self->wire, "10.0.0.2", G));
	ASSERT_TRUE(WAIT_FOR(has_entry(nl)));
	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->lan));

	/*
	 * Before: no owner, IGMP's membership and the entry are there, calls are
	 * refused. After: the owner is there, the rest is gone, calls work.
	 */
	expected = mgm_fmt("igmp_disable if=%d handle=%u nexthop=0.0.0.0\n"
			   "igmp_disable sees if=%d owned=0 owner=0/0 igmp=1 own=1 other=0 mfes=1\n"
			   "igmp_disable calls if=%d add=%d del=%d release=%d\n"
			   "igmp_disable end if=%d\n"
			   "igmp_enable if=%d handle=%u nexthop=0.0.0.0\n"
			   "igmp_enable sees if=%d owned=1 owner=10/0 igmp=1 own=0 other=0 mfes=0\n"
			   "igmp_enable calls if=%d add=0 del=0\n"
			   "report if=%d group=" G " source=0.0.0.0 errno=0\n"
			   "igmp_enable end if=%d\n",
			   self->lan, self->igmp, self->lan, self->lan,
			   -EBUSY, -EBUSY, -EBUSY, self->lan, self->lan,
			   self->igmp, self->lan, self->lan, self->lan,
			   self->lan);
	EXPECT_STREQ(expected, kernel_read()->events);
	EXPECT_MEMBERSHIPS(nl, members(self->igmp, self->lan, G));
}

TEST_F(handover, releasing_calls_disable_then_changes_then_enable)
{
	struct mgm_nl *nl = &self->nl;
	const char *expected;

	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->lan));
	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->lan, "239.2.2.2", NULL,
				JOIN));
	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->lan, NULL, NULL, FORWARD));
	ASSERT_EQ(0, packet_send(self->wire, "10.0.0.2", G));
	ASSERT_TRUE(WAIT_FOR(has_entry(nl)));
	ASSERT_EQ(0, kernel_do("hook probe on\nclear"));
	ASSERT_EQ(0, mgm_nl_release(nl, self->a, self->lan));

	expected = mgm_fmt("igmp_disable if=%d handle=%u nexthop=0.0.0.0\n"
			   "igmp_disable sees if=%d owned=1 owner=10/0 igmp=1 own=1 other=2 mfes=1\n"
			   "igmp_disable calls if=%d add=%d del=%d release=%d\n"
			   "igmp_disable end if=%d\n"
			   "igmp_enable if=%d handle=%u nexthop=0.0.0.0\n"
			   "igmp_enable sees if=%d owned=0 owner=0/0 igmp=1 own=0 other=0 mfes=0\n"
			   "igmp_enable calls if=%d add=0 del=0\n"
			   "report if=%d group=" G " source=0.0.0.0 errno=0\n"
			   "igmp_enable end if=%d\n",
			   self->lan, self->igmp, self->lan, self->lan,
			   -EBUSY, -EBUSY, -EBUSY, self->lan, self->lan,
			   self->igmp, self->lan, self->lan, self->lan,
			   self->lan);
	EXPECT_STREQ(expected, kernel_read()->events);
	EXPECT_MEMBERSHIPS(nl, members(self->igmp, self->lan, G));
	EXPECT_FALSE(has_entry(nl));
}

TEST_F(handover, kernel_protocol_is_handed_over_to_in_the_same_way)
{
	__u32 inside = kernel_register(12, "");

	ASSERT_EQ(0, kernel_do("clear"));
	ASSERT_EQ(0, kernel_do("take %u %d", inside, self->lan));
	ASSERT_EQ(0, kernel_do("shutdown %u", inside));
	EXPECT_EQ(2, kernel_count("igmp_disable end"));
	EXPECT_EQ(2, kernel_count("igmp_enable end"));
}

TEST_F(handover, interface_without_igmp_has_no_hand_over)
{
	struct mgm_nl *nl = &self->nl;

	ASSERT_EQ(0, kernel_do("clear"));
	ASSERT_EQ(0, mgm_nl_release(nl, self->a, self->out));
	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->out));
	/* A next hop on the LAN is another interface than the LAN. */
	ASSERT_EQ(0, CALL(nl, MGM_CMD_INTERFACE_TAKE,
			  U32(MGM_A_INTERFACE_HANDLE, self->a),
			  U32(MGM_A_INTERFACE_IFINDEX, self->lan),
			  IP4(MGM_A_INTERFACE_NEXTHOP4, "10.0.0.9")));
	EXPECT_STREQ("", kernel_read()->events);
}

TEST_F(handover, igmps_own_coming_and_going_calls_nobody)
{
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->a, self->lan));
	ASSERT_EQ(0, kernel_do("clear"));
	EXPECT_EQ(0, kernel_do("release %u %d", self->igmp, self->lan));
	EXPECT_EQ(0, kernel_do("take %u %d", self->igmp, self->lan));
	EXPECT_STREQ("", kernel_read()->events);
}

TEST_F(handover, refused_take_and_release_call_nobody)
{
	__u32 inside = kernel_register(12, "");
	struct mgm_nl *nl = &self->nl;

	EXPECT_EQ(-ENOENT, mgm_nl_release(nl, self->a, self->lan));
	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->lan));
	ASSERT_EQ(0, kernel_do("clear"));
	EXPECT_EQ(-EALREADY, mgm_nl_take(nl, self->a, self->lan));
	EXPECT_EQ(-EEXIST, kernel_do("take %u %d", inside, self->lan));
	EXPECT_EQ(0, kernel_count("igmp_"));
}

TEST_F(handover, what_no_member_wants_any_more_does_not_survive)
{
	struct mgm_nl *nl = &self->nl;

	/* It left and another came, and IGMP has told neither. */
	ASSERT_EQ(0, kernel_do("member del %d " G, self->lan));
	ASSERT_EQ(0, kernel_do("member add %d 239.3.3.3", self->lan));
	EXPECT_MEMBERSHIPS(nl, members(self->igmp, self->lan, G));
	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->lan));
	EXPECT_MEMBERSHIPS(nl, members(self->igmp, self->lan, "239.3.3.3"));
}

TEST_F(handover, members_on_other_interfaces_are_left_alone)
{
	struct mgm_nl *nl = &self->nl;
	char *before, *after;

	ASSERT_EQ(0, kernel_do("take %u %d", self->igmp, self->out));
	ASSERT_EQ(0, kernel_do("add %u %d 0.0.0.0 239.9.9.9 0.0.0.0 1",
			       self->igmp, self->out));
	before = mgm_nl_table(nl, MGM_CMD_MEMBERSHIP_GET, NULL);
	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->lan));
	after = mgm_nl_table(nl, MGM_CMD_MEMBERSHIP_GET, NULL);
	EXPECT_STREQ(before, after);
	free(before);
	free(after);
}

/* Begin to take or release the LAN, and come to stand in one of the hooks. */
static void stand_in_hook(struct __test_metadata *_metadata,
			  struct _test_data_handover *self, struct job *job,
			  job_call *call, const char *hook)
{
	ASSERT_EQ(0, kernel_do("hook hold %s\nclear", hook));
	ASSERT_EQ(0, job_start(job, call, &self->other, self->a, self->lan));
	ASSERT_TRUE(WAIT_FOR(kernel_count(mgm_fmt("igmp_%s if=", hook))));
}

/* Nobody gets the LAN, and nobody changes its memberships. */
static void refuse_all(struct __test_metadata *_metadata,
		       struct _test_data_handover *self, __u32 inside)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_KERNEL_REFUSED(nl, EBUSY, OWNER_CHANGING, "take %u %d", inside,
			      self->lan);
	EXPECT_REFUSED(nl, EBUSY, OWNER_CHANGING,
		       mgm_nl_take(nl, self->a, self->lan));
	EXPECT_KERNEL_REFUSED(nl, EBUSY, OWNER_CHANGING, "release %u %d",
			      self->igmp, self->lan);
	EXPECT_KERNEL_REFUSED(nl, EBUSY, "still has interfaces",
			      "deregister %u", self->igmp);
	EXPECT_REFUSED(nl, EBUSY, "still has interfaces",
		       mgm_nl_deregister(nl, self->a));
}

TEST_F(handover, others_are_refused_while_it_is_being_taken)
{
	__u32 inside = kernel_register(12, "");
	struct mgm_nl *nl = &self->nl;
	struct job job;

	stand_in_hook(_metadata, self, &job, mgm_nl_take, "disable");
	refuse_all(_metadata, self, inside);
	EXPECT_REFUSED(nl, ENOENT, "does not have this interface",
		       mgm_nl_release(nl, self->a, self->lan));
	EXPECT_KERNEL_REFUSED(nl, EBUSY, "IGMP is disabled",
			      "add %u %d 0.0.0.0 239.4.4.4 0.0.0.0 1",
			      self->igmp, self->lan);
	EXPECT_KERNEL_REFUSED(nl, EBUSY, "IGMP is disabled",
			      "del %u %d 0.0.0.0 " G " 0.0.0.0 1", self->igmp,
			      self->lan);
	EXPECT_REFUSED(nl, EPERM, NOT_OWNER,
		       mgm_nl_add(nl, self->a, self->lan, G, NULL, JOIN));

	/* Everything else goes on. */
	EXPECT_EQ(0, mgm_nl_add(nl, self->a, self->out, G, NULL, JOIN));
	EXPECT_EQ(0, mgm_nl_release(nl, self->a, self->out));
	/* It is to have the one that it takes. */
	EXPECT_REFUSED(nl, EBUSY, "still has interfaces",
		       mgm_nl_deregister(nl, self->a));
	EXPECT_EQ(0, kernel_do("take %u %d", inside, self->out));
	EXPECT_FALSE(job_done(&job));

	ASSERT_EQ(0, kernel_do("hook hold enable\nhook disable"));
	ASSERT_TRUE(WAIT_FOR(kernel_count("igmp_enable if=")));
	refuse_all(_metadata, self, inside);
	EXPECT_REFUSED(nl, EBUSY, OWNER_CHANGING,
		       mgm_nl_release(nl, self->a, self->lan));
	EXPECT_REFUSED(nl, EBUSY, OWNER_CHANGING,
		       mgm_nl_add(nl, self->a, self->lan, G, NULL, JOIN));
	/* IGMP is enabled as soon as it is told so. */
	EXPECT_EQ(0, kernel_do("add %u %d 0.0.0.0 239.4.4.4 0.0.0.0 1",
			       self->igmp, self->lan));
	EXPECT_FALSE(job_done(&job));

	ASSERT_EQ(0, kernel_do("hook go"));
	EXPECT_EQ(0, job_wait(&job));
	EXPECT_EQ(0, mgm_nl_add(nl, self->a, self->lan, G, NULL, JOIN));
	EXPECT_EQ(0, kernel_read()->wrong);
}

TEST_F(handover, others_are_refused_while_it_is_being_released)
{
	__u32 inside = kernel_register(12, "");
	struct mgm_nl *nl = &self->nl;
	struct job job;

	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->lan));
	stand_in_hook(_metadata, self, &job, mgm_nl_release, "disable");
	refuse_all(_metadata, self, inside);
	EXPECT_REFUSED(nl, EBUSY, OWNER_CHANGING,
		       mgm_nl_release(nl, self->a, self->lan));
	EXPECT_REFUSED(nl, EBUSY, OWNER_CHANGING,
		       mgm_nl_add(nl, self->a, self->lan, G, NULL, JOIN));
	EXPECT_REFUSED(nl, EBUSY, OWNER_CHANGING,
		       mgm_nl_del(nl, self->a, self->lan, G, NULL, JOIN));
	EXPECT_REFUSED(nl, EBUSY, OWNER_CHANGING,
		       CALL(nl, MGM_CMD_INTERFACE_SET,
			    U32(MGM_A_INTERFACE_HANDLE, self->a),
			    U32(MGM_A_INTERFACE_IFINDEX, self->lan),
			    U32(MGM_A_INTERFACE_TTL_THRESHOLD, 2)));

	ASSERT_EQ(0, kernel_do("hook hold enable\nhook disable"));
	ASSERT_TRUE(WAIT_FOR(kernel_count("igmp_enable if=")));
	refuse_all(_metadata, self, inside);
	EXPECT_REFUSED(nl, ENOENT, "does not have this interface",
		       mgm_nl_release(nl, self->a, self->lan));
	ASSERT_EQ(0, kernel_do("hook go"));
	EXPECT_EQ(0, job_wait(&job));
	EXPECT_EQ(0, kernel_do("take %u %d", inside, self->lan));
}

TEST_F(handover, flag_of_the_interface_tells_that_one_is_under_way)
{
	struct mgm_nl *nl = &self->nl;
	const char *lines;
	struct job job;

	stand_in_hook(_metadata, self, &job, mgm_nl_take, "disable");
	lines = mgm_fmt("interface if=%d flags=3 ttl=1 members=1\n"
			"interface if=%d flags=0 ttl=1 owner=%u id=10 comp=0\n",
			self->lan, self->out, self->a);
	EXPECT_INTERFACES(nl, lines);
	ASSERT_EQ(0, kernel_do("hook go"));
	EXPECT_EQ(0, job_wait(&job));
	lines = mgm_fmt("interface if=%d flags=1 ttl=1 owner=%u id=10 comp=0 members=1\n"
			"interface if=%d flags=0 ttl=1 owner=%u id=10 comp=0\n",
			self->lan, self->a, self->out, self->a);
	EXPECT_INTERFACES(nl, lines);
}

static unsigned int count_oifs(struct mgm_nl *nl)
{
	char *table = mgm_nl_table(nl, MGM_CMD_MFE_GET, NULL);
	char *p = table ? strstr(table, " oifs=") : NULL;
	unsigned int n = p ? strtoul(p + strlen(" oifs="), NULL, 10) : -1;

	free(table);
	return n;
}

TEST_F(handover, members_that_igmp_knows_forward_unless_the_owner_decides)
{
	__u32 decides = kernel_register(12, "local_join");
	__u32 leaves_it = kernel_register(13, "");
	struct mgm_nl *nl = &self->nl;

	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->lan));
	ASSERT_EQ(0, mgm_nl_release(nl, self->a, self->out));
	ASSERT_EQ(0, kernel_do("take %u %d", self->igmp, self->out));
	ASSERT_EQ(0, kernel_do("member add %d " G, self->out));
	ASSERT_EQ(0, kernel_do("take %u %d", leaves_it, self->out));
	ASSERT_EQ(0, packet_send(self->wire, "10.0.0.2", G));
	ASSERT_TRUE(WAIT_FOR(has_entry(nl)));
	EXPECT_EQ(1, count_oifs(nl));

	/* The entry stays through both, as it is another interface's. */
	ASSERT_EQ(0, kernel_do("release %u %d", leaves_it, self->out));
	EXPECT_EQ(1, count_oifs(nl));
	ASSERT_EQ(0, kernel_do("take %u %d", decides, self->out));
	EXPECT_EQ(0, count_oifs(nl));
	ASSERT_EQ(0, kernel_do("add %u %d 0.0.0.0 " G " 0.0.0.0 2", decides,
			       self->out));
	EXPECT_EQ(1, count_oifs(nl));
	ASSERT_EQ(0, kernel_do("shutdown %u", decides));
	EXPECT_EQ(1, count_oifs(nl));
}

TEST_F(handover, ttl_threshold_comes_and_goes_with_the_owner_who_set_it)
{
	struct mgm_nl *nl = &self->nl;
	struct mgm_nl_attr threshold = U32(MGM_A_INTERFACE_TTL_THRESHOLD, 64);

	ASSERT_EQ(0, mgm_nl_release(nl, self->a, self->out));
	ASSERT_EQ(0, CALL(nl, MGM_CMD_INTERFACE_TAKE,
			  U32(MGM_A_INTERFACE_HANDLE, self->a),
			  U32(MGM_A_INTERFACE_IFINDEX, self->lan), threshold));
	EXPECT_INTERFACES(nl, mgm_fmt("interface if=%d flags=1 ttl=64 owner=%u %s\n",
				      self->lan, self->a,
				      "id=10 comp=0 members=1"));
	ASSERT_EQ(0, mgm_nl_release(nl, self->a, self->lan));
	EXPECT_INTERFACES(nl, mgm_fmt("interface if=%d flags=1 ttl=1 members=1\n",
				      self->lan));
}

TEST_HARNESS_MAIN
