// SPDX-License-Identifier: GPL-2.0
/*
 * Interfaces: who may take and release them, and what that does to the device.
 */
#include "mgm_harness.h"

/* An interface without an extra: its device, and its owner's handle and id. */
#define OWNED "interface if=%d flags=0 ttl=1 owner=%u id=%d comp=0\n"

FIXTURE(interface)
{
	struct mgm_nl nl;
	__u32 a;
	__u32 b;
	int dev;
	int dev2;
};

FIXTURE_SETUP(interface)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	self->dev = rtnl_dummy("dummy0");
	ASSERT_LT(0, self->dev);
	self->dev2 = rtnl_dummy("dummy1");
	ASSERT_LT(0, self->dev2);
	ASSERT_EQ(0, mgm_nl_register(&self->nl, 10, 0));
	self->a = self->nl.handle;
	ASSERT_EQ(0, mgm_nl_register(&self->nl, 11, 0));
	self->b = self->nl.handle;
}

FIXTURE_TEARDOWN(interface)
{
	mgm_nl_close(&self->nl);
}

static int take_nexthop(struct mgm_nl *nl, __u32 handle, int dev,
			const char *nexthop)
{
	return CALL(nl, MGM_CMD_INTERFACE_TAKE,
		    U32(MGM_A_INTERFACE_HANDLE, handle),
		    U32(MGM_A_INTERFACE_IFINDEX, dev),
		    IP4(MGM_A_INTERFACE_NEXTHOP4, nexthop));
}

static int release_nexthop(struct mgm_nl *nl, __u32 handle, int dev,
			   const char *nexthop)
{
	return CALL(nl, MGM_CMD_INTERFACE_RELEASE,
		    U32(MGM_A_INTERFACE_HANDLE, handle),
		    U32(MGM_A_INTERFACE_IFINDEX, dev),
		    IP4(MGM_A_INTERFACE_NEXTHOP4, nexthop));
}

TEST_F(interface, taking_makes_the_owner_that_everybody_sees)
{
	struct mgm_nl *nl = &self->nl;
	const char *lines;
	__u32 named;

	ASSERT_EQ(0, CALL(nl, MGM_CMD_PROTOCOL_REGISTER,
			  U32(MGM_A_PROTOCOL_ID, 12),
			  U32(MGM_A_PROTOCOL_COMPONENT, 5),
			  STR(MGM_A_PROTOCOL_NAME, "pim")));
	ASSERT_EQ(0, kernel_do("register 13 0 last"));
	named = kernel_read()->handle - 1;

	EXPECT_INTERFACES(nl, "");
	ASSERT_EQ(0, CALL(nl, MGM_CMD_INTERFACE_TAKE,
			  U32(MGM_A_INTERFACE_HANDLE, named),
			  U32(MGM_A_INTERFACE_IFINDEX, self->dev),
			  U32(MGM_A_INTERFACE_TTL_THRESHOLD, 255)));
	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->dev2));
	lines = mgm_fmt("interface if=%d flags=0 ttl=255 owner=%u id=12 comp=5 name=pim\n"
			OWNED, self->dev, named, self->dev2, self->a, 10);
	EXPECT_INTERFACES(nl, lines);

	EXPECT_EQ(0, kernel_do("get %d", self->dev));
	EXPECT_EQ(1, kernel_count(mgm_fmt("interface if=%d owned=1 owner=12/5 igmp=0",
					  self->dev)));
}

static int text_cb(const struct nlmsghdr *nlh, void *data)
{
	*(char **)data = mgm_nl_text(nlh);
	return MNL_CB_OK;
}

TEST_F(interface, get_answers_the_line_that_the_dump_has)
{
	struct mgm_nl *nl = &self->nl;
	char *text = NULL;

	ASSERT_EQ(0, take_nexthop(nl, self->a, self->dev, "10.0.0.9"));
	ASSERT_EQ(0, mgm_nl_call(nl, MGM_CMD_INTERFACE_GET, NLM_F_ACK, text_cb,
				 &text, (struct mgm_nl_attr[]){
					U32(MGM_A_INTERFACE_IFINDEX, self->dev),
					IP4(MGM_A_INTERFACE_NEXTHOP4, "10.0.0.9"),
					{} }));
	ASSERT_NE(NULL, text);
	EXPECT_INTERFACES(nl, mgm_fmt("%s\n", text));
}

TEST_F(interface, asking_for_one_that_nobody_has_is_refused)
{
	struct mgm_nl *nl = &self->nl;

	ASSERT_EQ(0, take_nexthop(nl, self->a, self->dev, "10.0.0.9"));
	EXPECT_REFUSED(nl, ENOENT, "no protocol has this interface",
		       CALL(nl, MGM_CMD_INTERFACE_GET,
			    U32(MGM_A_INTERFACE_IFINDEX, self->dev)));
	EXPECT_EQ(MGM_A_INTERFACE_IFINDEX, nl->attr);
	EXPECT_EQ(-ENOENT, kernel_do("get %d", self->dev));
	EXPECT_EQ(-ENOENT, kernel_do("get %d 10.0.0.8", self->dev));
	EXPECT_EQ(0, kernel_do("get %d 10.0.0.9", self->dev));
}

TEST_F(interface, taking_anothers_is_refused)
{
	struct mgm_nl *nl = &self->nl;
	__u32 inside = kernel_register(12, "");

	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->dev));
	EXPECT_REFUSED(nl, EEXIST, "another protocol owns this interface",
		       mgm_nl_take(nl, self->b, self->dev));
	EXPECT_EQ(MGM_A_INTERFACE_IFINDEX, nl->attr);
	EXPECT_KERNEL_REFUSED(nl, EEXIST, "another protocol owns",
			      "take %u %d", inside, self->dev);
}

TEST_F(interface, taking_ones_own_again_is_refused)
{
	struct mgm_nl *nl = &self->nl;
	__u32 inside = kernel_register(12, "");

	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->dev));
	EXPECT_REFUSED(nl, EALREADY, "owns this interface already",
		       mgm_nl_take(nl, self->a, self->dev));
	EXPECT_EQ(MGM_A_INTERFACE_IFINDEX, nl->attr);

	ASSERT_EQ(0, kernel_do("take %u %d", inside, self->dev2));
	EXPECT_KERNEL_REFUSED(nl, EALREADY, "owns this interface already",
			      "take %u %d", inside, self->dev2);
}

TEST_F(interface, releasing_what_is_not_owned_is_refused)
{
	const char *text = "the protocol does not have this interface";
	struct mgm_nl *nl = &self->nl;
	__u32 inside = kernel_register(12, "");

	EXPECT_REFUSED(nl, ENOENT, text,
		       mgm_nl_release(nl, self->a, self->dev));
	EXPECT_EQ(MGM_A_INTERFACE_IFINDEX, nl->attr);
	EXPECT_KERNEL_REFUSED(nl, ENOENT, text, "release %u %d", inside,
			      self->dev);

	ASSERT_EQ(0, mgm_nl_take(nl, self->b, self->dev));
	EXPECT_REFUSED(nl, ENOENT, text,
		       mgm_nl_release(nl, self->a, self->dev));
	EXPECT_REFUSED(nl, ENOENT, text,
		       release_nexthop(nl, self->b, self->dev, "10.0.0.9"));
	EXPECT_KERNEL_REFUSED(nl, ENOENT, text, "release %u %d", inside,
			      self->dev);

	ASSERT_EQ(0, mgm_nl_release(nl, self->b, self->dev));
	EXPECT_REFUSED(nl, ENOENT, text,
		       mgm_nl_release(nl, self->b, self->dev));
}

TEST_F(interface, device_that_is_not_there_is_refused)
{
	struct mgm_nl *nl = &self->nl;
	__u32 inside = kernel_register(12, "");

	EXPECT_REFUSED(nl, ENODEV, "no such device",
		       mgm_nl_take(nl, self->a, 999));
	EXPECT_EQ(MGM_A_INTERFACE_IFINDEX, nl->attr);
	EXPECT_REFUSED(nl, ENODEV, "no such device",
		       mgm_nl_take(nl, self->a, 0xffffffff));
	EXPECT_KERNEL_REFUSED(nl, ENODEV, "no such device", "take %u 999",
			      inside);
}

TEST_F(interface, loopback_device_is_refused)
{
	EXPECT_REFUSED(&self->nl, EINVAL, "loopback device",
		       mgm_nl_take(&self->nl, self->a, 1));
	EXPECT_EQ(MGM_A_INTERFACE_IFINDEX, self->nl.attr);
}

TEST_F(interface, ifindex_0_is_refused)
{
	__u32 inside = kernel_register(12, "");

	EXPECT_REFUSED(&self->nl, ERANGE, "out of range",
		       mgm_nl_take(&self->nl, self->a, 0));
	EXPECT_EQ(MGM_A_INTERFACE_IFINDEX, self->nl.attr);
	EXPECT_KERNEL_REFUSED(&self->nl, EINVAL, "interface index is 0",
			      "take %u 0", inside);
}

TEST_F(interface, next_hop_that_is_no_host_is_refused)
{
	static const char *const bad[] = {
		"224.0.0.5", "239.1.1.1", "127.0.0.1", "255.255.255.255",
	};
	const char *text = "the next hop is not a unicast address";
	__u32 inside = kernel_register(12, "");
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_REFUSED(nl, EINVAL, text,
			       take_nexthop(nl, self->a, self->dev, bad[i]));
		EXPECT_EQ(MGM_A_INTERFACE_NEXTHOP4, nl->attr);
		EXPECT_KERNEL_REFUSED(nl, EINVAL, text, "take %u %d %s", inside,
				      self->dev, bad[i]);
	}
}

TEST_F(interface, ipv6_next_hop_is_refused)
{
	static const unsigned char addr[16] = { 0xfe, 0x80, [15] = 1 };
	const char *text = "IPv4 only";
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, EOPNOTSUPP, text,
		       CALL(nl, MGM_CMD_INTERFACE_TAKE,
			    U32(MGM_A_INTERFACE_HANDLE, self->a),
			    U32(MGM_A_INTERFACE_IFINDEX, self->dev),
			    BYTES(MGM_A_INTERFACE_NEXTHOP6, addr, 16)));
	EXPECT_EQ(MGM_A_INTERFACE_NEXTHOP6, nl->attr);
	EXPECT_REFUSED(nl, EOPNOTSUPP, text,
		       CALL(nl, MGM_CMD_INTERFACE_RELEASE,
			    U32(MGM_A_INTERFACE_HANDLE, self->a),
			    U32(MGM_A_INTERFACE_IFINDEX, self->dev),
			    BYTES(MGM_A_INTERFACE_NEXTHOP6, addr, 16)));
	EXPECT_EQ(MGM_A_INTERFACE_NEXTHOP6, nl->attr);
}

TEST_F(interface, next_hops_of_one_device_have_owners_of_their_own)
{
	struct mgm_nl *nl = &self->nl;
	const char *lines;

	ASSERT_EQ(0, take_nexthop(nl, self->a, self->dev, "10.0.0.2"));
	ASSERT_EQ(0, take_nexthop(nl, self->b, self->dev, "10.0.0.1"));
	EXPECT_REFUSED(nl, EEXIST, "another protocol owns this interface",
		       take_nexthop(nl, self->b, self->dev, "10.0.0.2"));
	lines = mgm_fmt("interface if=%d nexthop=10.0.0.1 flags=0 ttl=1 owner=%u id=11 comp=0\n"
			"interface if=%d nexthop=10.0.0.2 flags=0 ttl=1 owner=%u id=10 comp=0\n",
			self->dev, self->b, self->dev, self->a);
	EXPECT_INTERFACES(nl, lines);
	EXPECT_EQ(0, release_nexthop(nl, self->a, self->dev, "10.0.0.2"));
	EXPECT_EQ(0, take_nexthop(nl, self->b, self->dev, "10.0.0.2"));
}

TEST_F(interface, device_is_in_allmulti_mode_from_first_take_to_last_release)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_EQ(0, rtnl_allmulti(self->dev));
	ASSERT_EQ(0, take_nexthop(nl, self->a, self->dev, "10.0.0.1"));
	EXPECT_EQ(1, rtnl_allmulti(self->dev));
	ASSERT_EQ(0, take_nexthop(nl, self->b, self->dev, "10.0.0.2"));
	ASSERT_EQ(0, release_nexthop(nl, self->a, self->dev, "10.0.0.1"));
	EXPECT_EQ(1, rtnl_allmulti(self->dev));
	ASSERT_EQ(0, release_nexthop(nl, self->b, self->dev, "10.0.0.2"));
	EXPECT_EQ(0, rtnl_allmulti(self->dev));
	EXPECT_EQ(0, rtnl_allmulti(self->dev2));
}

TEST_F(interface, releasing_takes_the_memberships_on_it_and_no_others)
{
	struct mgm_nl *nl = &self->nl;
	const char *lines;

	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->dev));
	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->dev2));
	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, "239.1.1.1", NULL,
				JOIN));
	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, NULL, NULL, JOIN));
	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev2, "239.1.1.1", NULL,
				JOIN));
	ASSERT_EQ(0, mgm_nl_release(nl, self->a, self->dev));
	lines = mgm_fmt("membership handle=%u id=10 comp=0 if=%d %s flags=1\n",
			self->a, self->dev2,
			"group=239.1.1.1 group_len=32 source_len=0");
	EXPECT_MEMBERSHIPS(nl, lines);

	/* The next owner starts from nothing. */
	ASSERT_EQ(0, mgm_nl_take(nl, self->b, self->dev));
	lines = mgm_fmt(OWNED
			"interface if=%d flags=0 ttl=1 owner=%u id=10 comp=0 members=1\n",
			self->dev, self->b, 11, self->dev2, self->a);
	EXPECT_INTERFACES(nl, lines);
}

TEST_F(interface, igmp_and_an_owner_never_conflict_in_whatever_order)
{
	struct mgm_nl *nl = &self->nl;
	__u32 igmp = kernel_register(2, "igmp");
	const char *lines;

	ASSERT_NE(0, igmp);
	ASSERT_EQ(0, mgm_nl_take(nl, self->a, self->dev));
	EXPECT_EQ(0, kernel_do("take %u %d", igmp, self->dev));
	EXPECT_EQ(0, kernel_do("take %u %d", igmp, self->dev2));
	EXPECT_EQ(0, mgm_nl_take(nl, self->a, self->dev2));
	EXPECT_KERNEL_REFUSED(nl, EALREADY, "IGMP is enabled on this interface",
			      "take %u %d", igmp, self->dev);
	lines = mgm_fmt("interface if=%d flags=1 ttl=1 owner=%u id=10 comp=0\n"
			"interface if=%d flags=1 ttl=1 owner=%u id=10 comp=0\n",
			self->dev, self->a, self->dev2, self->a);
	EXPECT_INTERFACES(nl, lines);

	/* Its release leaves the owner, and the owner's leaves IGMP. */
	EXPECT_EQ(0, kernel_do("release %u %d", igmp, self->dev));
	EXPECT_EQ(0, mgm_nl_release(nl, self->a, self->dev2));
	EXPECT_INTERFACES(nl, mgm_fmt(OWNED "interface if=%d flags=1 ttl=1\n",
				      self->dev, self->a, 10, self->dev2));
	EXPECT_EQ(0, kernel_do("get %d", self->dev2));
	EXPECT_EQ(1, kernel_count("owned=0 owner=0/0 igmp=1"));
	EXPECT_KERNEL_REFUSED(nl, EBUSY, "still has interfaces",
			      "deregister %u", igmp);
	EXPECT_EQ(0, kernel_do("release %u %d", igmp, self->dev2));
	EXPECT_EQ(0, kernel_do("deregister %u", igmp));
}

TEST_HARNESS_MAIN
