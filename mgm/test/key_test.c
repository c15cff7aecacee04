// SPDX-License-Identifier: GPL-2.0
#include "../key.c"
#include "fixture.h"

#define V4(a, b, c, d)	{ .ip4 = htonl((a) << 24 | (b) << 16 | (c) << 8 | (d)) }
#define V6_LOOPBACK	{ .ip6 = IN6ADDR_LOOPBACK_INIT }

/* By value, which is not the order of the bytes in memory; 192 is not negative. */
static const union mgm_addr addresses[] = {
	V4(0, 0, 0, 0), V4(1, 0, 0, 2), V4(2, 0, 0, 1), V4(127, 255, 255, 255),
	V4(192, 0, 2, 1), V4(255, 255, 255, 255),
};

static const struct mgm_if interfaces[] = {
	{ 1, AF_INET, V4(0, 0, 0, 0) },
	{ 1, AF_INET, V4(1, 0, 0, 2) },
	{ 1, AF_INET, V4(2, 0, 0, 1) },
	{ 1, AF_INET, V4(192, 0, 2, 1) },
	{ 1, AF_INET6, V4(0, 0, 0, 0) },
	{ 1, AF_INET6, V6_LOOPBACK },
	{ 2, AF_INET, V4(0, 0, 0, 0) },
	{ 256, AF_INET, V4(0, 0, 0, 0) },
	{ 0x80000000, AF_INET, V4(0, 0, 0, 0) },
};

static const struct mgm_sg groups[] = {
	{ AF_INET, 0, 0, V4(0, 0, 0, 0), V4(0, 0, 0, 0) },
	{ AF_INET, 32, 0, V4(232, 0, 0, 2), V4(0, 0, 0, 0) },
	{ AF_INET, 32, 32, V4(232, 0, 0, 2), V4(1, 0, 0, 2) },
	{ AF_INET, 32, 32, V4(232, 0, 0, 2), V4(2, 0, 0, 1) },
	{ AF_INET, 32, 32, V4(232, 0, 0, 2), V4(192, 0, 2, 1) },
	{ AF_INET, 8, 0, V4(239, 0, 0, 0), V4(0, 0, 0, 0) },
	{ AF_INET, 32, 0, V4(239, 0, 0, 0), V4(0, 0, 0, 0) },
	{ AF_INET, 32, 0, V4(239, 0, 0, 1), V4(0, 0, 0, 0) },
	{ AF_INET, 32, 8, V4(239, 0, 0, 1), V4(10, 0, 0, 0) },
	{ AF_INET, 32, 32, V4(239, 0, 0, 1), V4(10, 0, 0, 0) },
	{ AF_INET6, 0, 0, V4(0, 0, 0, 0), V4(0, 0, 0, 0) },
	{ AF_INET6, 128, 0, V6_LOOPBACK, V4(0, 0, 0, 0) },
};

static int sign(int n)
{
	return n < 0 ? -1 : n > 0;
}

static int cmp_address(int i, int j)
{
	return mgm_addr_cmp(AF_INET, &addresses[i], &addresses[j]);
}

static int cmp_interface(int i, int j)
{
	return mgm_if_cmp(&interfaces[i], &interfaces[j]);
}

static int cmp_group(int i, int j)
{
	return mgm_sg_cmp(&groups[i], &groups[j]);
}

/* Of each two of a table, the one that stands first is the smaller one. */
static void expect_sorted(struct kunit *test, int n, int (*cmp)(int i, int j))
{
	int i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			KUNIT_EXPECT_EQ_MSG(test, sign(cmp(i, j)), sign(i - j),
					    "%d and %d", i, j);
}

static void addresses_are_ordered_by_value(struct kunit *test)
{
	expect_sorted(test, ARRAY_SIZE(addresses), cmp_address);
}

static void interfaces_are_ordered_by_device_then_next_hop(struct kunit *test)
{
	expect_sorted(test, ARRAY_SIZE(interfaces), cmp_interface);
}

static void entries_are_ordered_by_group_then_source(struct kunit *test)
{
	expect_sorted(test, ARRAY_SIZE(groups), cmp_group);
}

/* What lies behind an IPv4 address in the union is nobody's. */
static void ip4_comparison_ignores_the_rest_of_the_union(struct kunit *test)
{
	union mgm_addr a, b;

	memset(&a, 0xff, sizeof(a));
	memset(&b, 0, sizeof(b));
	a.ip4 = SRC(1);
	b.ip4 = SRC(1);
	KUNIT_EXPECT_EQ(test, mgm_addr_cmp(AF_INET, &a, &b), 0);
	KUNIT_EXPECT_NE(test, mgm_addr_cmp(AF_INET6, &a, &b), 0);
	a.ip4 = 0;
	b.ip4 = 0;
	KUNIT_EXPECT_TRUE(test, mgm_addr_any(AF_INET, &a));
	KUNIT_EXPECT_FALSE(test, mgm_addr_any(AF_INET6, &a));
	KUNIT_EXPECT_TRUE(test, mgm_addr_any(AF_INET6, &b));
	b.ip4 = SRC(1);
	KUNIT_EXPECT_FALSE(test, mgm_addr_any(AF_INET, &b));
}

#define NO_FAMILY	"the address family is not supported: IPv4 only"
#define NO_INDEX	"the interface index is 0"
#define BAD_HOP		"the next hop is not a unicast address"

static const struct if_row {
	const char *desc;
	struct mgm_if ifc;
	int err;
	const char *msg;
} if_rows[] = {
	{ "a device", { 1, AF_INET } },
	{ "a next hop", { 1, AF_INET, V4(192, 0, 2, 1) } },
	{ "no family", { 1, AF_UNSPEC }, -EOPNOTSUPP, NO_FAMILY },
	{ "IPv6", { 1, AF_INET6 }, -EOPNOTSUPP, NO_FAMILY },
	{ "ifindex 0", { 0, AF_INET }, -EINVAL, NO_INDEX },
	{ "ifindex 0 with a next hop", { 0, AF_INET, V4(192, 0, 2, 1) },
	  -EINVAL, NO_INDEX },
	{ "a loopback next hop", { 1, AF_INET, V4(127, 0, 0, 1) },
	  -EINVAL, BAD_HOP },
	{ "a multicast next hop", { 1, AF_INET, V4(224, 0, 0, 13) },
	  -EINVAL, BAD_HOP },
	{ "a broadcast next hop", { 1, AF_INET, V4(255, 255, 255, 255) },
	  -EINVAL, BAD_HOP },
};

TABLE(if);

static void interface_names_are_checked(struct kunit *test)
{
	const struct if_row *row = test->param_value;
	struct netlink_ext_ack extack = {};

	EXPECT_REFUSAL(test, mgm_if_check(&row->ifc, &extack), &extack,
		       row->err, row->msg);
	KUNIT_EXPECT_EQ(test, mgm_if_check(&row->ifc, NULL), row->err);
}

#define TOO_LONG	"a prefix length is greater than 32"
#define NO_RANGES	"a prefix length is 32, or 0 for the wildcard: no ranges"
#define STRAY_BITS	"an address has bits outside its prefix length"
#define BAD_GROUP	"the group is not a multicast address"
#define LOCAL_GROUP	"the group is in 224.0.0.0/24, which is never forwarded"
#define BAD_SOURCE	"the source is not a unicast address"
#define NO_GROUP	"a source is given with the wildcard group"

#define G1		V4(239, 1, 1, 1)
#define S1		V4(10, 0, 0, 1)
#define NONE		V4(0, 0, 0, 0)

static const struct sg_row {
	const char *desc;
	struct mgm_sg sg;
	int err;
	const char *msg;
} sg_rows[] = {
	{ "(*,*)", { AF_INET } },
	{ "(*,G)", { AF_INET, 32, 0, G1 } },
	{ "(S,G)", { AF_INET, 32, 32, G1, S1 } },
	{ "the first group that is forwarded", { AF_INET, 32, 0, V4(224, 0, 1, 0) } },
	{ "the last group", { AF_INET, 32, 0, V4(239, 255, 255, 255) } },
	{ "no family", { 0, 32, 0, G1 }, -EOPNOTSUPP, NO_FAMILY },
	{ "IPv6", { AF_INET6, 32, 0, G1 }, -EOPNOTSUPP, NO_FAMILY },
	{ "group /33", { AF_INET, 33, 0, G1 }, -EINVAL, TOO_LONG },
	{ "group /24", { AF_INET, 24, 0, V4(239, 1, 1, 0) },
	  -EOPNOTSUPP, NO_RANGES },
	{ "group /0 with bits", { AF_INET, 0, 0, G1 }, -EINVAL, STRAY_BITS },
	{ "group 0.0.0.0/32", { AF_INET, 32, 0, NONE }, -EINVAL, BAD_GROUP },
	{ "a unicast group", { AF_INET, 32, 0, S1 }, -EINVAL, BAD_GROUP },
	{ "group 240.0.0.1", { AF_INET, 32, 0, V4(240, 0, 0, 1) },
	  -EINVAL, BAD_GROUP },
	{ "group 224.0.0.0", { AF_INET, 32, 0, V4(224, 0, 0, 0) },
	  -EINVAL, LOCAL_GROUP },
	{ "group 224.0.0.255", { AF_INET, 32, 0, V4(224, 0, 0, 255) },
	  -EINVAL, LOCAL_GROUP },
	{ "source /33", { AF_INET, 32, 33, G1, S1 }, -EINVAL, TOO_LONG },
	{ "source /255", { AF_INET, 32, 255, G1, S1 }, -EINVAL, TOO_LONG },
	{ "source /31", { AF_INET, 32, 31, G1, S1 }, -EOPNOTSUPP, NO_RANGES },
	{ "source /0 with bits", { AF_INET, 32, 0, G1, S1 },
	  -EINVAL, STRAY_BITS },
	{ "(S,*)", { AF_INET, 0, 32, NONE, S1 }, -EINVAL, NO_GROUP },
	{ "source 0.0.0.0/32", { AF_INET, 32, 32, G1, NONE },
	  -EINVAL, BAD_SOURCE },
	{ "a loopback source", { AF_INET, 32, 32, G1, V4(127, 0, 0, 1) },
	  -EINVAL, BAD_SOURCE },
	{ "a multicast source", { AF_INET, 32, 32, G1, G1 },
	  -EINVAL, BAD_SOURCE },
	{ "a broadcast source", { AF_INET, 32, 32, G1, V4(255, 255, 255, 255) },
	  -EINVAL, BAD_SOURCE },
	{ "bad group and source: the group is told", { AF_INET, 32, 33, S1, S1 },
	  -EINVAL, BAD_GROUP },
};

TABLE(sg);

static void groups_and_sources_are_checked(struct kunit *test)
{
	const struct sg_row *row = test->param_value;
	struct netlink_ext_ack extack = {};

	EXPECT_REFUSAL(test, mgm_sg_check_grp(&row->sg, &extack) ?:
			     mgm_sg_check_src(&row->sg, &extack),
		       &extack, row->err, row->msg);
	KUNIT_EXPECT_EQ(test, mgm_sg_check_grp(&row->sg, NULL) ?:
			      mgm_sg_check_src(&row->sg, NULL), row->err);
}

#define G2		V4(239, 1, 1, 2)
#define S2		V4(10, 0, 0, 2)

static const struct covers_row {
	const char *desc;
	struct mgm_sg wide, sg;
	bool covers;
} covers_rows[] = {
	{ "(*,*), an entry", { AF_INET }, { AF_INET, 32, 32, G1, S1 }, true },
	{ "(*,*), a group", { AF_INET }, { AF_INET, 32, 0, G1 }, true },
	{ "(*,G), an entry of it", { AF_INET, 32, 0, G1 },
	  { AF_INET, 32, 32, G1, S1 }, true },
	{ "(*,G), itself", { AF_INET, 32, 0, G1 }, { AF_INET, 32, 0, G1 }, true },
	{ "(*,G), another group's", { AF_INET, 32, 0, G1 },
	  { AF_INET, 32, 32, G2, S1 }, false },
	{ "(S,G), itself", { AF_INET, 32, 32, G1, S1 },
	  { AF_INET, 32, 32, G1, S1 }, true },
	{ "(S,G), another source", { AF_INET, 32, 32, G1, S1 },
	  { AF_INET, 32, 32, G1, S2 }, false },
	{ "(S,G), another group", { AF_INET, 32, 32, G1, S1 },
	  { AF_INET, 32, 32, G2, S1 }, false },
	{ "another family", { AF_INET6 }, { AF_INET, 32, 0, G1 }, false },
};

TABLE(covers);

static void a_wildcard_covers_what_it_names(struct kunit *test)
{
	const struct covers_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, mgm_sg_covers(&row->wide, &row->sg), row->covers);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(addresses_are_ordered_by_value),
	KUNIT_CASE(interfaces_are_ordered_by_device_then_next_hop),
	KUNIT_CASE(entries_are_ordered_by_group_then_source),
	KUNIT_CASE(ip4_comparison_ignores_the_rest_of_the_union),
	CASE_TABLE(interface_names_are_checked, if),
	CASE_TABLE(groups_and_sources_are_checked, sg),
	CASE_TABLE(a_wildcard_covers_what_it_names, covers),
	{}
};

static struct kunit_suite key_suite = {
	.name = "mgm_key",
	.test_cases = cases,
};

kunit_test_suite(key_suite);
