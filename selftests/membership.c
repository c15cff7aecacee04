// SPDX-License-Identifier: GPL-2.0
/*
 * Memberships: who may report them, which make sense, and how they add up.
 */
#include "mgm_harness.h"

FIXTURE(membership)
{
	struct mgm_nl nl;
	__u32 a;
	__u32 b;
	__u32 inside;
	int dev;
	int dev2;
	int dev3;
};

FIXTURE_SETUP(membership)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	self->dev = rtnl_dummy("dummy0");
	self->dev2 = rtnl_dummy("dummy1");
	self->dev3 = rtnl_dummy("dummy2");
	ASSERT_LT(0, self->dev);
	ASSERT_LT(0, self->dev2);
	ASSERT_LT(0, self->dev3);
	ASSERT_EQ(0, mgm_nl_register(&self->nl, 10, 0));
	self->a = self->nl.handle;
	ASSERT_EQ(0, mgm_nl_register(&self->nl, 11, 0));
	self->b = self->nl.handle;
	self->inside = kernel_register(12, "");
	ASSERT_NE(0, self->inside);
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->a, self->dev));
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->b, self->dev2));
	ASSERT_EQ(0, kernel_do("take %u %d", self->inside, self->dev3));
}

FIXTURE_TEARDOWN(membership)
{
	mgm_nl_close(&self->nl);
}

static const char *line(__u32 handle, int id, int dev, const char *sg,
			int flags)
{
	return mgm_fmt("membership handle=%u id=%d comp=0 if=%d %s flags=%d\n",
		       handle, id, dev, sg, flags);
}

#define ANY		"group_len=0 source_len=0"
#define ANY_OF(_group)	"group=" _group " group_len=32 source_len=0"
#define ONE(_group, _source) \
	"group=" _group " group_len=32 source=" _source " source_len=32"

/* The same call is refused of netlink, adding and deleting, and in the kernel. */
static void refuse(struct __test_metadata *_metadata,
		   struct _test_data_membership *self, const char *group,
		   const char *source, __u32 blamed, const char *text)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, EINVAL, text,
		       mgm_nl_add(nl, self->a, self->dev, group, source, JOIN));
	EXPECT_EQ(blamed, nl->attr);
	EXPECT_REFUSED(nl, EINVAL, text,
		       mgm_nl_del(nl, self->a, self->dev, group, source, JOIN));
	EXPECT_EQ(blamed, nl->attr);
	EXPECT_KERNEL_REFUSED(nl, EINVAL, text, "add %u %d 0.0.0.0 %s %s 1",
			      self->inside, self->dev3, group ?: "0.0.0.0",
			      source ?: "0.0.0.0");
	EXPECT_KERNEL_REFUSED(nl, EINVAL, text, "del %u %d 0.0.0.0 %s %s 1",
			      self->inside, self->dev3, group ?: "0.0.0.0",
			      source ?: "0.0.0.0");
}

TEST_F(membership, group_that_is_not_multicast_is_refused)
{
	const char *text = "the group is not a multicast address";

	refuse(_metadata, self, "10.1.1.1", NULL, MGM_A_MEMBERSHIP_GROUP4,
	       text);
	refuse(_metadata, self, "223.255.255.255", NULL,
	       MGM_A_MEMBERSHIP_GROUP4, text);
	refuse(_metadata, self, "240.0.0.0", "10.0.0.1",
	       MGM_A_MEMBERSHIP_GROUP4, text);
}

TEST_F(membership, link_local_group_is_refused_and_its_neighbour_is_not)
{
	refuse(_metadata, self, "224.0.0.0", NULL, MGM_A_MEMBERSHIP_GROUP4,
	       "224.0.0.0/24");
	refuse(_metadata, self, "224.0.0.255", NULL, MGM_A_MEMBERSHIP_GROUP4,
	       "224.0.0.0/24");
	EXPECT_EQ(0, mgm_nl_add(&self->nl, self->a, self->dev, "224.0.1.0",
				NULL, JOIN));
	EXPECT_EQ(0, mgm_nl_add(&self->nl, self->a, self->dev,
				"239.255.255.255", NULL, JOIN));
}

TEST_F(membership, source_of_every_group_is_refused)
{
	refuse(_metadata, self, NULL, "10.0.0.1", MGM_A_MEMBERSHIP_SOURCE4,
	       "wildcard group");
}

TEST_F(membership, source_that_is_no_host_is_refused)
{
	static const char *const bad[] = {
		"224.0.0.1", "239.1.1.1", "127.0.0.1", "255.255.255.255",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		refuse(_metadata, self, "239.1.1.1", bad[i],
		       MGM_A_MEMBERSHIP_SOURCE4,
		       "the source is not a unicast address");
}

static int add_len(struct mgm_nl *nl, __u32 handle, int dev, const char *group,
		   __u32 group_len, const char *source, __u32 source_len)
{
	return CALL(nl, MGM_CMD_MEMBERSHIP_ADD,
		    U32(MGM_A_MEMBERSHIP_HANDLE, handle),
		    U32(MGM_A_MEMBERSHIP_IFINDEX, dev),
		    IP4(MGM_A_MEMBERSHIP_GROUP4, group),
		    U32(MGM_A_MEMBERSHIP_GROUP_LEN, group_len),
		    IP4(MGM_A_MEMBERSHIP_SOURCE4, source),
		    U32(MGM_A_MEMBERSHIP_SOURCE_LEN, source_len),
		    U32(MGM_A_MEMBERSHIP_FLAGS, JOIN));
}

TEST_F(membership, prefix_that_is_neither_host_nor_wildcard_is_not_supported)
{
	static const __u32 lens[] = { 1, 8, 24, 31 };
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		EXPECT_REFUSED(nl, EOPNOTSUPP, "no ranges",
			       add_len(nl, self->a, self->dev, "239.1.1.1",
				       lens[i], "0.0.0.0", 0));
		EXPECT_EQ(MGM_A_MEMBERSHIP_GROUP_LEN, nl->attr);
		EXPECT_REFUSED(nl, EOPNOTSUPP, "no ranges",
			       add_len(nl, self->a, self->dev, "239.1.1.1", 32,
				       "10.0.0.1", lens[i]));
		EXPECT_EQ(MGM_A_MEMBERSHIP_SOURCE_LEN, nl->attr);
	}
	EXPECT_KERNEL_REFUSED(nl, EOPNOTSUPP, "no ranges",
			      "add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1 16 0",
			      self->inside, self->dev3);
	EXPECT_KERNEL_REFUSED(nl, EOPNOTSUPP, "no ranges",
			      "add %u %d 0.0.0.0 239.1.1.1 10.0.0.0 1 32 8",
			      self->inside, self->dev3);
}

TEST_F(membership, prefix_longer_than_an_address_is_refused)
{
	static const __u32 lens[] = { 33, 255, 256, 288, 0xffffffff };
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		EXPECT_REFUSED(nl, EINVAL, "greater than 32",
			       add_len(nl, self->a, self->dev, "239.1.1.1",
				       lens[i], "0.0.0.0", 0));
		EXPECT_EQ(MGM_A_MEMBERSHIP_GROUP_LEN, nl->attr);
		EXPECT_REFUSED(nl, EINVAL, "greater than 32",
			       add_len(nl, self->a, self->dev, "239.1.1.1", 32,
				       "10.0.0.1", lens[i]));
		EXPECT_EQ(MGM_A_MEMBERSHIP_SOURCE_LEN, nl->attr);
	}
	EXPECT_KERNEL_REFUSED(nl, EINVAL, "greater than 32",
			      "add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1 33 0",
			      self->inside, self->dev3);
}

TEST_F(membership, address_with_bits_outside_its_prefix_is_refused)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, EINVAL, "bits outside its prefix",
		       add_len(nl, self->a, self->dev, "239.1.1.1", 0,
			       "0.0.0.0", 0));
	EXPECT_REFUSED(nl, EINVAL, "bits outside its prefix",
		       add_len(nl, self->a, self->dev, "239.1.1.1", 32,
			       "10.0.0.1", 0));
	EXPECT_KERNEL_REFUSED(nl, EINVAL, "bits outside its prefix",
			      "add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1 0 0",
			      self->inside, self->dev3);
}

TEST_F(membership, zero_address_with_a_hosts_prefix_is_refused)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, EINVAL, "the group is not a multicast address",
		       add_len(nl, self->a, self->dev, "0.0.0.0", 32,
			       "0.0.0.0", 0));
	EXPECT_REFUSED(nl, EINVAL, "the source is not a unicast address",
		       add_len(nl, self->a, self->dev, "239.1.1.1", 32,
			       "0.0.0.0", 32));
}

TEST_F(membership, prefixes_said_or_left_out_mean_the_same)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_EQ(0, add_len(nl, self->a, self->dev, "239.1.1.1", 32,
			     "10.0.0.1", 32));
	EXPECT_EQ(0, mgm_nl_add(nl, self->a, self->dev, "239.1.1.1",
				"10.0.0.1", JOIN));
	EXPECT_EQ(0, CALL(nl, MGM_CMD_MEMBERSHIP_ADD,
			  U32(MGM_A_MEMBERSHIP_HANDLE, self->a),
			  U32(MGM_A_MEMBERSHIP_IFINDEX, self->dev),
			  U32(MGM_A_MEMBERSHIP_FLAGS, FORWARD)));
	EXPECT_EQ(0, add_len(nl, self->a, self->dev, "0.0.0.0", 0, "0.0.0.0",
			     0));
	EXPECT_MEMBERSHIPS(nl, mgm_fmt("%s%s",
				       line(self->a, 10, self->dev, ANY, 3),
				       line(self->a, 10, self->dev,
					    ONE("239.1.1.1", "10.0.0.1"), 1)));
}

TEST_F(membership, ipv6_is_not_supported)
{
	static const unsigned char addr[16] = { 0xff, 0x0e, [15] = 1 };
	static const __u16 types[] = {
		MGM_A_MEMBERSHIP_GROUP6, MGM_A_MEMBERSHIP_SOURCE6,
		MGM_A_MEMBERSHIP_NEXTHOP6,
	};
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		EXPECT_REFUSED(nl, EOPNOTSUPP, "IPv4 only",
			       CALL(nl, MGM_CMD_MEMBERSHIP_ADD,
				    U32(MGM_A_MEMBERSHIP_HANDLE, self->a),
				    U32(MGM_A_MEMBERSHIP_IFINDEX, self->dev),
				    BYTES(types[i], addr, 16),
				    U32(MGM_A_MEMBERSHIP_FLAGS, JOIN)));
		EXPECT_EQ(types[i], nl->attr);
	}
}

TEST_F(membership, flags_that_say_nothing_or_too_much_are_refused)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, EINVAL, "JOIN, FORWARD or both",
		       mgm_nl_add(nl, self->a, self->dev, "239.1.1.1", NULL,
				  0));
	EXPECT_EQ(MGM_A_MEMBERSHIP_FLAGS, nl->attr);
	EXPECT_REFUSED(nl, EINVAL, "JOIN, FORWARD or both",
		       mgm_nl_del(nl, self->a, self->dev, "239.1.1.1", NULL,
				  0));
	EXPECT_REFUSED(nl, EINVAL, "reserved bit set",
		       mgm_nl_add(nl, self->a, self->dev, "239.1.1.1", NULL,
				  JOIN | 4));
	EXPECT_EQ(MGM_A_MEMBERSHIP_FLAGS, nl->attr);
	EXPECT_KERNEL_REFUSED(nl, EINVAL, "JOIN, FORWARD or both",
			      "add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 0",
			      self->inside, self->dev3);
	EXPECT_KERNEL_REFUSED(nl, EINVAL, "JOIN, FORWARD or both",
			      "add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 5",
			      self->inside, self->dev3);
}

TEST_F(membership, interface_that_is_not_ones_own_is_refused)
{
	struct mgm_nl *nl = &self->nl;
	int unowned = rtnl_dummy("dummy3");
	int devs[] = { self->dev2, self->dev3, unowned, 999 };
	unsigned int i;

	ASSERT_LT(0, unowned);
	ASSERT_EQ(0, mgm_nl_add(nl, self->b, self->dev2, "239.1.1.1", NULL,
				JOIN));
	for (i = 0; i < ARRAY_SIZE(devs); i++) {
		EXPECT_REFUSED(nl, EPERM, NOT_OWNER,
			       mgm_nl_add(nl, self->a, devs[i], "239.1.1.1",
					  NULL, JOIN));
		EXPECT_EQ(MGM_A_MEMBERSHIP_IFINDEX, nl->attr);
		EXPECT_REFUSED(nl, EPERM, NOT_OWNER,
			       mgm_nl_del(nl, self->a, devs[i], "239.1.1.1",
					  NULL, JOIN));
		EXPECT_EQ(MGM_A_MEMBERSHIP_IFINDEX, nl->attr);
	}
	EXPECT_KERNEL_REFUSED(nl, EPERM, NOT_OWNER,
			      "add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1",
			      self->inside, self->dev2);
	EXPECT_KERNEL_REFUSED(nl, EPERM, NOT_OWNER,
			      "del %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1",
			      self->inside, self->dev2);
}

TEST_F(membership, next_hop_of_an_owned_device_is_not_owned_with_it)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, EPERM, NOT_OWNER,
		       CALL(nl, MGM_CMD_MEMBERSHIP_ADD,
			    U32(MGM_A_MEMBERSHIP_HANDLE, self->a),
			    U32(MGM_A_MEMBERSHIP_IFINDEX, self->dev),
			    IP4(MGM_A_MEMBERSHIP_NEXTHOP4, "10.0.0.2"),
			    IP4(MGM_A_MEMBERSHIP_GROUP4, "239.1.1.1"),
			    U32(MGM_A_MEMBERSHIP_FLAGS, JOIN)));
}

TEST_F(membership, igmp_reports_only_where_it_is_enabled)
{
	__u32 igmp = kernel_register(2, "igmp");
	struct mgm_nl *nl = &self->nl;

	ASSERT_NE(0, igmp);
	EXPECT_KERNEL_REFUSED(nl, EPERM, "IGMP is not enabled",
			      "add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1", igmp,
			      self->dev);
	ASSERT_EQ(0, kernel_do("take %u %d", igmp, self->dev));
	EXPECT_EQ(0, kernel_do("add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1", igmp,
			       self->dev));
	EXPECT_REFUSED(nl, ENOENT, "no such membership",
		       mgm_nl_del(nl, self->a, self->dev, "239.1.1.1", NULL,
				  JOIN));
	EXPECT_EQ(0, kernel_do("del %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1", igmp,
			       self->dev));
	EXPECT_MEMBERSHIPS(nl, "");
}

TEST_F(membership, deleting_what_is_not_there_is_refused)
{
	struct mgm_nl *nl = &self->nl;

	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, "239.1.1.1",
				"10.0.0.1", JOIN));
	EXPECT_REFUSED(nl, ENOENT, "no such membership",
		       mgm_nl_del(nl, self->a, self->dev, "239.1.1.1", NULL,
				  JOIN));
	EXPECT_REFUSED(nl, ENOENT, "no such membership",
		       mgm_nl_del(nl, self->a, self->dev, "239.1.1.1",
				  "10.0.0.2", JOIN));
	EXPECT_REFUSED(nl, ENOENT, "no such membership",
		       mgm_nl_del(nl, self->a, self->dev, NULL, NULL, JOIN));
	EXPECT_REFUSED(nl, ENOENT, "no such membership",
		       mgm_nl_del(nl, self->a, self->dev, "239.1.1.1",
				  "10.0.0.1", FORWARD));
	EXPECT_KERNEL_REFUSED(nl, ENOENT, "no such membership",
			      "del %u %d 0.0.0.0 239.1.1.1 10.0.0.1 1",
			      self->inside, self->dev3);
	EXPECT_EQ(0, mgm_nl_del(nl, self->a, self->dev, "239.1.1.1",
				"10.0.0.1", JOIN));
	EXPECT_REFUSED(nl, ENOENT, "no such membership",
		       mgm_nl_del(nl, self->a, self->dev, "239.1.1.1",
				  "10.0.0.1", JOIN));
}

TEST_F(membership, reported_twice_is_one)
{
	struct mgm_nl *nl = &self->nl;
	char *before, *after;

	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, "239.1.1.1", NULL,
				JOIN));
	before = mgm_nl_tables(nl);
	EXPECT_EQ(0, mgm_nl_add(nl, self->a, self->dev, "239.1.1.1", NULL,
				JOIN));
	after = mgm_nl_tables(nl);
	EXPECT_STREQ(before, after);
	EXPECT_EQ(0, mgm_nl_del(nl, self->a, self->dev, "239.1.1.1", NULL,
				JOIN));
	EXPECT_MEMBERSHIPS(nl, "");
}

TEST_F(membership, join_and_forward_merge_and_come_apart_bit_by_bit)
{
	struct mgm_nl *nl = &self->nl;
	const char *g = "239.1.1.1";

	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, g, NULL, FORWARD));
	EXPECT_MEMBERSHIPS(nl, line(self->a, 10, self->dev,
				    ANY_OF("239.1.1.1"), FORWARD));
	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, g, NULL, JOIN));
	EXPECT_MEMBERSHIPS(nl, line(self->a, 10, self->dev,
				    ANY_OF("239.1.1.1"), JOIN | FORWARD));
	ASSERT_EQ(0, mgm_nl_del(nl, self->a, self->dev, g, NULL, FORWARD));
	EXPECT_MEMBERSHIPS(nl, line(self->a, 10, self->dev,
				    ANY_OF("239.1.1.1"), JOIN));
	ASSERT_EQ(0, mgm_nl_del(nl, self->a, self->dev, g, NULL,
				JOIN | FORWARD));
	EXPECT_MEMBERSHIPS(nl, "");

	/* Without the flags the whole membership is meant. */
	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, g, NULL,
				JOIN | FORWARD));
	EXPECT_EQ(0, CALL(nl, MGM_CMD_MEMBERSHIP_DEL,
			  U32(MGM_A_MEMBERSHIP_HANDLE, self->a),
			  U32(MGM_A_MEMBERSHIP_IFINDEX, self->dev),
			  IP4(MGM_A_MEMBERSHIP_GROUP4, g)));
	EXPECT_MEMBERSHIPS(nl, "");
}

TEST_F(membership, protocols_and_interfaces_have_theirs_apart)
{
	struct mgm_nl *nl = &self->nl;
	const char *sg = ANY_OF("239.1.1.1");

	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, "239.1.1.1", NULL,
				JOIN));
	ASSERT_EQ(0, mgm_nl_add(nl, self->b, self->dev2, "239.1.1.1", NULL,
				FORWARD));
	ASSERT_EQ(0, mgm_nl_add(nl, self->b, self->dev2, "239.1.1.1",
				"10.0.0.1", JOIN));
	EXPECT_MEMBERSHIPS(nl, mgm_fmt("%s%s%s",
				       line(self->a, 10, self->dev, sg, JOIN),
				       line(self->b, 11, self->dev2, sg,
					    FORWARD),
				       line(self->b, 11, self->dev2,
					    ONE("239.1.1.1", "10.0.0.1"),
					    JOIN)));
	EXPECT_EQ(0, mgm_nl_del(nl, self->b, self->dev2, "239.1.1.1", NULL,
				FORWARD));
	EXPECT_MEMBERSHIPS(nl, mgm_fmt("%s%s",
				       line(self->a, 10, self->dev, sg, JOIN),
				       line(self->b, 11, self->dev2,
					    ONE("239.1.1.1", "10.0.0.1"),
					    JOIN)));
}

TEST_HARNESS_MAIN
