// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps: complete, each object once, and marked if something changed meanwhile.
 */
#include <linux/genetlink.h>
#include "mgm_harness.h"

#define COUNT	1000

FIXTURE(dump)
{
	struct mgm_nl nl;
	struct mgm_nl other;
	__u32 a;
	int dev;
	int wire;
	int dev2;
	unsigned int seen[COUNT];
};

static const char *group(unsigned int i)
{
	return mgm_fmt("239.1.%u.%u", i / 250, i % 250);
}

FIXTURE_SETUP(dump)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	ASSERT_EQ(0, mgm_nl_open(&self->other));
	self->dev = rtnl_veth("veth0", "veth1");
	ASSERT_LT(0, self->dev);
	self->wire = if_nametoindex("veth1");
	self->dev2 = rtnl_dummy("dummy0");
	ASSERT_LT(0, self->dev2);
	ASSERT_EQ(0, rtnl_address(self->dev, "10.0.0.1", 16));
	ASSERT_EQ(0, mgm_nl_register(&self->nl, 10, PERSIST));
	self->a = self->nl.handle;
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->a, self->dev));
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->a, self->dev2));
}

FIXTURE_TEARDOWN(dump)
{
	mgm_nl_close(&self->nl);
	mgm_nl_close(&self->other);
}

static void add_memberships(struct __test_metadata *_metadata,
			    struct mgm_nl *nl, __u32 handle, int dev)
{
	unsigned int i;

	for (i = 0; i < COUNT; i++)
		ASSERT_EQ(0, mgm_nl_add(nl, handle, dev, group(i), NULL, JOIN));
}

/* The number that group() made the address in an attribute from. */
static unsigned int number(const struct nlmsghdr *nlh, unsigned int type)
{
	const struct nlattr *attr;
	__u32 addr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != type)
			continue;
		addr = ntohl(mnl_attr_get_u32(attr));
		return (addr >> 8 & 0xff) * 250 + (addr & 0xff);
	}
	return COUNT;
}

static int membership_cb(const struct nlmsghdr *nlh, void *data)
{
	unsigned int i = number(nlh, MGM_A_MEMBERSHIP_GROUP4);
	unsigned int *seen = data;

	if (i < COUNT)
		seen[i]++;
	return MNL_CB_OK;
}

TEST_F(dump, thousand_memberships_come_each_exactly_once)
{
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	add_memberships(_metadata, nl, self->a, self->dev);
	ASSERT_EQ(0, mgm_nl_call(nl, MGM_CMD_MEMBERSHIP_GET, NLM_F_DUMP,
				 membership_cb, self->seen, NULL));
	EXPECT_FALSE(nl->interrupted);
	for (i = 0; i < COUNT; i++)
		ASSERT_EQ(1, self->seen[i]) TH_LOG("group %u", i);

	/* So does the walk that protocols in the kernel have for it. */
	ASSERT_EQ(0, kernel_do("dump memberships"));
	EXPECT_EQ(COUNT, kernel_count("membership handle="));
}

struct change {
	unsigned int *seen;
	unsigned int after;
	struct mgm_nl *nl;
	__u32 handle;
	int dev;
	int err;
};

/* Among the first that are told of, change what comes later and what was. */
static int change_cb(const struct nlmsghdr *nlh, void *data)
{
	struct change *change = data;

	if (change->nl) {
		change->err =
			mgm_nl_del(change->nl, change->handle, change->dev,
				   group(0), NULL, JOIN) ?:
			mgm_nl_del(change->nl, change->handle, change->dev,
				   group(COUNT - 1), NULL, JOIN);
		change->nl = NULL;
	}
	return membership_cb(nlh, change->seen);
}

TEST_F(dump, change_meanwhile_is_marked_and_what_stays_comes_exactly_once)
{
	struct change change = {
		.seen = self->seen,
		.nl = &self->other,
		.handle = self->a,
		.dev = self->dev,
	};
	unsigned int i;

	add_memberships(_metadata, &self->nl, self->a, self->dev);
	ASSERT_EQ(0, mgm_nl_call(&self->nl, MGM_CMD_MEMBERSHIP_GET, NLM_F_DUMP,
				 change_cb, &change, NULL));
	EXPECT_EQ(0, change.err);
	EXPECT_TRUE(self->nl.interrupted);
	EXPECT_EQ(1, self->seen[0]);
	EXPECT_EQ(0, self->seen[COUNT - 1]);
	for (i = 1; i < COUNT - 1; i++)
		ASSERT_EQ(1, self->seen[i]) TH_LOG("group %u", i);
}

TEST_F(dump, refused_call_meanwhile_is_not_taken_for_a_change)
{
	struct change change = {
		.seen = self->seen,
		.nl = &self->other,
		.handle = self->a,
		.dev = 999,
	};

	add_memberships(_metadata, &self->nl, self->a, self->dev);
	ASSERT_EQ(0, mgm_nl_call(&self->nl, MGM_CMD_MEMBERSHIP_GET, NLM_F_DUMP,
				 change_cb, &change, NULL));
	EXPECT_EQ(-EPERM, change.err);
	EXPECT_FALSE(self->nl.interrupted);
}

#define LINE	"%smembership handle=%u id=10 comp=0 if=%d %s flags=1\n"

TEST_F(dump, memberships_are_told_by_group_and_by_type)
{
	static const char *const lines[] = {
		"group_len=0 source_len=0",
		"group=239.1.1.1 group_len=32 source_len=0",
		"group=239.1.1.1 group_len=32 source=10.0.0.1 source_len=32",
		"group=239.1.1.2 group_len=32 source=10.0.0.1 source_len=32",
	};
	const struct {
		__u32 type;
		const char *group;
		unsigned int lines;
	} cases[] = {
		{ MGM_MEMBERSHIP_TYPE_ALL_SOURCES, "0.0.0.0", 0xf },
		{ MGM_MEMBERSHIP_TYPE_ANY_SOURCE, "0.0.0.0", 0xc },
		{ MGM_MEMBERSHIP_TYPE_ALL_SOURCES, "239.1.1.1", 0x6 },
		{ MGM_MEMBERSHIP_TYPE_ANY_SOURCE, "239.1.1.1", 0x4 },
		{ MGM_MEMBERSHIP_TYPE_ALL_SOURCES, "239.1.1.3", 0 },
	};
	struct mgm_nl *nl = &self->nl;
	const char *expected;
	unsigned int i, j;
	char *table;

	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, NULL, NULL, JOIN));
	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, "239.1.1.1", NULL,
				JOIN));
	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, "239.1.1.1",
				"10.0.0.1", JOIN));
	ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev, "239.1.1.2",
				"10.0.0.1", JOIN));

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		expected = "";
		for (j = 0; j < ARRAY_SIZE(lines); j++)
			if (cases[i].lines & 1 << j)
				expected = mgm_fmt(LINE, expected, self->a,
						   self->dev, lines[j]);
		table = mgm_nl_table(nl, MGM_CMD_MEMBERSHIP_GET,
				     (struct mgm_nl_attr[]){
					U32(MGM_A_MEMBERSHIP_TYPE,
					    cases[i].type),
					IP4(MGM_A_MEMBERSHIP_GROUP4,
					    cases[i].group), {} });
		EXPECT_STREQ(expected, table ?: "unreadable");
		free(table);
	}
}

static int count_cb(const struct nlmsghdr *nlh, void *data)
{
	++*(unsigned int *)data;
	return MNL_CB_OK;
}

static unsigned int count(struct mgm_nl *nl, __u8 cmd)
{
	unsigned int n = 0;

	return mgm_nl_call(nl, cmd, NLM_F_DUMP, count_cb, &n, NULL) ? 0 : n;
}

TEST_F(dump, what_takes_several_messages_comes_each_exactly_once)
{
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	ASSERT_EQ(0, CALL(nl, MGM_CMD_LIMIT_SET,
			  U32(MGM_A_LIMIT_ID, MGM_LIMIT_PROTOCOLS),
			  U32(MGM_A_LIMIT_VALUE, 500)));
	for (i = 1; i < 500; i++)
		ASSERT_EQ(0, mgm_nl_register(&self->other, 10 + i, PERSIST));
	EXPECT_EQ(500, count(nl, MGM_CMD_PROTOCOL_GET));
	for (i = 1; i <= 200; i++)
		ASSERT_EQ(0, CALL(nl, MGM_CMD_INTERFACE_TAKE,
				  U32(MGM_A_INTERFACE_HANDLE, self->a),
				  U32(MGM_A_INTERFACE_IFINDEX, self->dev2),
				  IP4(MGM_A_INTERFACE_NEXTHOP4,
				      mgm_fmt("10.1.0.%u", i))));
	EXPECT_EQ(202, count(nl, MGM_CMD_INTERFACE_GET));
	EXPECT_FALSE(nl->interrupted);
}

TEST_F(dump, nothing_of_many_is_told_where_nothing_of_that_type_is_there)
{
	const struct mgm_nl_attr type[] = {
		U32(MGM_A_MEMBERSHIP_TYPE, MGM_MEMBERSHIP_TYPE_ANY_SOURCE), {}
	};
	struct mgm_nl *nl = &self->nl;
	char *table;

	add_memberships(_metadata, nl, self->a, self->dev);
	table = mgm_nl_table(nl, MGM_CMD_MEMBERSHIP_GET, type);
	EXPECT_STREQ("", table ?: "unreadable");
	EXPECT_FALSE(nl->interrupted);
	free(table);
}

struct order {
	unsigned int next;
	unsigned int wrong;
};

static int order_cb(const struct nlmsghdr *nlh, void *data)
{
	struct order *order = data;

	if (number(nlh, MGM_A_MFE_GROUP4) != order->next++)
		order->wrong++;
	return MNL_CB_OK;
}

TEST_F(dump, entries_come_in_order_each_exactly_once)
{
	struct order order = {};
	unsigned int i;

	for (i = 100; i; i--) {
		ASSERT_EQ(0, packet_send(self->wire, "10.0.0.2",
					 group(i - 1)));
		/* So many are held at most, and then some are dropped. */
		if (i % 10 == 1)
			ASSERT_TRUE(WAIT_FOR(count(&self->nl, MGM_CMD_MFE_GET)
					     == 101 - i));
	}
	ASSERT_EQ(0, mgm_nl_call(&self->nl, MGM_CMD_MFE_GET, NLM_F_DUMP,
				 order_cb, &order, NULL));
	EXPECT_EQ(100, order.next);
	EXPECT_EQ(0, order.wrong);
}

TEST_F(dump, entry_with_600_outgoing_interfaces_is_told_whole)
{
	struct mgm_nl *nl = &self->nl;
	char *table, *p;
	unsigned int i;

	for (i = 1; i <= 600; i++) {
		struct mgm_nl_attr nexthop =
			IP4(MGM_A_INTERFACE_NEXTHOP4,
			    mgm_fmt("10.1.%u.%u", i / 250, i % 250 + 1));

		ASSERT_EQ(0, CALL(nl, MGM_CMD_INTERFACE_TAKE,
				  U32(MGM_A_INTERFACE_HANDLE, self->a),
				  U32(MGM_A_INTERFACE_IFINDEX, self->dev2),
				  nexthop));
		nexthop.type = MGM_A_MEMBERSHIP_NEXTHOP4;
		ASSERT_EQ(0, CALL(nl, MGM_CMD_MEMBERSHIP_ADD,
				  U32(MGM_A_MEMBERSHIP_HANDLE, self->a),
				  U32(MGM_A_MEMBERSHIP_IFINDEX, self->dev2),
				  nexthop,
				  IP4(MGM_A_MEMBERSHIP_GROUP4, "239.1.1.1"),
				  U32(MGM_A_MEMBERSHIP_FLAGS, FORWARD)));
	}
	ASSERT_EQ(0, packet_send(self->wire, "10.0.0.2", "239.1.1.1"));
	ASSERT_TRUE(WAIT_FOR(!CALL(&self->other, MGM_CMD_MFE_GET,
				   IP4(MGM_A_MFE_SOURCE4, "10.0.0.2"),
				   IP4(MGM_A_MFE_GROUP4, "239.1.1.1"))));

	table = mgm_nl_table(nl, MGM_CMD_MFE_GET, NULL);
	ASSERT_NE(NULL, table) TH_LOG("%m");
	EXPECT_TRUE(!!strstr(table, " oifs=600 "));
	for (i = 0, p = table; (p = strstr(p, " oif={")); p++)
		i++;
	EXPECT_EQ(600, i);
}

TEST_F(dump, bounds_show_what_is_used_of_them)
{
	static const unsigned int used[] = { 2, 2, 3, 1 };
	struct mgm_nl *nl = &self->nl;
	unsigned int i;
	char *table;

	ASSERT_EQ(0, mgm_nl_register(&self->other, 11, 0));
	for (i = 0; i < used[MGM_LIMIT_MEMBERSHIPS]; i++)
		ASSERT_EQ(0, mgm_nl_add(nl, self->a, self->dev2, group(i), NULL,
					JOIN));
	ASSERT_EQ(0, packet_send(self->wire, "10.0.0.2", "239.1.1.1"));
	ASSERT_TRUE(WAIT_FOR(count(nl, MGM_CMD_MFE_GET) == 1));

	table = mgm_nl_table(nl, MGM_CMD_LIMIT_GET, NULL);
	ASSERT_NE(NULL, table);
	for (i = 0; i < ARRAY_SIZE(used); i++) {
		char *line = strstr(table, mgm_fmt("limit=%u ", i));
		unsigned int value, n;
		int found;

		ASSERT_NE(NULL, line);
		found = sscanf(line, "limit=%*u value=%u used=%u", &value, &n);
		ASSERT_EQ(2, found);
		EXPECT_EQ(used[i], n) TH_LOG("limit %u", i);
		EXPECT_LT(n, value);
	}
}

TEST_HARNESS_MAIN
