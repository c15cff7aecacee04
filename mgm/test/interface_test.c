// SPDX-License-Identifier: GPL-2.0
#include "../interface.c"
#include "fixture.h"

/* In their order; made in another one. */
static const struct {
	u32 ifindex;
	__be32 hop;
} sorted[] = {
	{ 1, ANY }, { 2, ANY }, { 2, HOP(1) }, { 2, HOP(2) }, { 3, HOP(1) },
	{ 10, ANY },
};

static const unsigned int shuffled[] = { 3, 0, 5, 2, 4, 1 };

static struct mgm_if key_of(unsigned int i)
{
	return mgm_if4(sorted[i].ifindex, sorted[i].hop);
}

static void make_all(struct kunit *test,
		     struct mgm_interface **ifc)
{
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(shuffled); i++) {
		k = shuffled[i];
		ifc[k] = fixture_interface(test, sorted[k].ifindex,
					   sorted[k].hop, NULL);
	}
}

static void a_new_interface_is_nobodys(struct kunit *test)
{
	struct mgm_if key = mgm_if4(5, HOP(1));
	struct mgm_net *mn = net_of(test);
	struct mgm_interface *ifc;

	ifc = MUST(test, mgm_interface_create(mn, &key, NULL));
	KUNIT_EXPECT_EQ(test, mgm_if_cmp(&ifc->key, &key), 0);
	KUNIT_EXPECT_FALSE(test, mgm_interface_in_use(ifc));
	KUNIT_EXPECT_NULL(test, ifc->link);
	KUNIT_EXPECT_EQ(test, ifc->ttl_threshold, (u8)1);
	KUNIT_EXPECT_FALSE(test, ifc->handover || ifc->igmp_frozen);
	KUNIT_EXPECT_PTR_EQ(test, mgm_interface_find(mn, &key), ifc);
	EXPECT_BOUND(test, MGM_LIMIT_INTERFACES, 1, 0);
	/* Nothing to tell before somebody has it. */
	EXPECT_NO_EVENTS(test);
}

static void each_next_hop_is_an_interface(struct kunit *test)
{
	struct mgm_interface *ifc[ARRAY_SIZE(sorted)];
	struct mgm_if key;
	unsigned int i;

	make_all(test, ifc);
	for (i = 0; i < ARRAY_SIZE(sorted); i++) {
		key = key_of(i);
		KUNIT_EXPECT_PTR_EQ(test, mgm_interface_find(net_of(test), &key),
				    ifc[i]);
	}
	key = mgm_if4(3, ANY);
	KUNIT_EXPECT_NULL(test, mgm_interface_find(net_of(test), &key));
	key = mgm_if4(1, HOP(1));
	KUNIT_EXPECT_NULL(test, mgm_interface_find(net_of(test), &key));
	key = mgm_if4(2, HOP(1));
	key.family = AF_INET6;
	KUNIT_EXPECT_NULL(test, mgm_interface_find(net_of(test), &key));
}

static void interfaces_come_in_order(struct kunit *test)
{
	struct mgm_interface *ifc[ARRAY_SIZE(sorted)], *at;
	unsigned int i = 0;

	make_all(test, ifc);
	for (at = mgm_interface_after(net_of(test), NULL); at;
	     at = mgm_interface_after(net_of(test), &at->key)) {
		KUNIT_EXPECT_PTR_EQ(test, at, ifc[min(i, 5U)]);
		i++;
	}
	KUNIT_EXPECT_EQ(test, i, (unsigned int)ARRAY_SIZE(sorted));
}

static const struct after_row {
	const char *desc;
	u32 ifindex;
	__be32 hop;
	int next;			/* in @sorted, -1: none */
} after_rows[] = {
	{ "before the first", 0, ANY, 0 },
	{ "one that is there", 1, ANY, 1 },
	{ "a next hop that is not", 1, HOP(1), 1 },
	{ "the device of next hops", 2, ANY, 2 },
	{ "a next hop that is there", 2, HOP(1), 3 },
	{ "the last next hop of a device", 2, HOP(2), 4 },
	{ "a device with next hops only", 3, ANY, 4 },
	{ "in a gap", 7, ANY, 5 },
	{ "the last one", 10, ANY, -1 },
	{ "behind it", 10, HOP(1), -1 },
};

TABLE(after);

static void iteration_goes_on_behind_a_key(struct kunit *test)
{
	struct mgm_interface *ifc[ARRAY_SIZE(sorted)];
	const struct after_row *row = test->param_value;
	struct mgm_if key = mgm_if4(row->ifindex, row->hop);

	make_all(test, ifc);
	KUNIT_EXPECT_PTR_EQ(test, mgm_interface_after(net_of(test), &key),
			    row->next < 0 ? NULL : ifc[row->next]);
}

static void iteration_survives_deletion(struct kunit *test)
{
	struct mgm_interface *ifc[ARRAY_SIZE(sorted)];
	struct mgm_net *mn = net_of(test);
	struct mgm_if key = key_of(2);

	make_all(test, ifc);
	mgm_interface_destroy(mn, ifc[2]);
	KUNIT_EXPECT_NULL(test, mgm_interface_find(mn, &key));
	KUNIT_EXPECT_PTR_EQ(test, mgm_interface_after(mn, &key), ifc[3]);
	mgm_interface_destroy(mn, ifc[3]);
	KUNIT_EXPECT_PTR_EQ(test, mgm_interface_after(mn, &key), ifc[4]);
	/* Made anew it is before the place where the walk stands. */
	fixture_interface(test, sorted[2].ifindex, sorted[2].hop, NULL);
	KUNIT_EXPECT_PTR_EQ(test, mgm_interface_after(mn, &key), ifc[4]);
}

static bool has(const struct mgm_protocol *proto, const struct list_head *node)
{
	const struct list_head *at;

	list_for_each(at, &proto->interfaces)
		if (at == node)
			return true;
	return false;
}

static void an_owner_has_its_interfaces(struct kunit *test)
{
	struct mgm_protocol *a = fixture_protocol(test, PLAIN);
	struct mgm_protocol *b = fixture_protocol(test, PLAIN);
	struct mgm_interface *ifc[3];
	int i;

	for (i = 0; i < 3; i++) {
		ifc[i] = fixture_interface(test, i + 1, ANY, a);
		KUNIT_EXPECT_PTR_EQ(test, ifc[i]->owner, a);
		KUNIT_EXPECT_TRUE(test, mgm_interface_in_use(ifc[i]));
		KUNIT_EXPECT_EQ(test, a->nr_interfaces, i + 1U);
	}
	EXPECT_SOUND(test);

	mgm_interface_set_owner(net_of(test), ifc[1], b);
	KUNIT_EXPECT_PTR_EQ(test, ifc[1]->owner, b);
	KUNIT_EXPECT_TRUE(test, has(b, &ifc[1]->owner_node));
	KUNIT_EXPECT_FALSE(test, has(a, &ifc[1]->owner_node));
	KUNIT_EXPECT_EQ(test, a->nr_interfaces, 2U);
	KUNIT_EXPECT_EQ(test, b->nr_interfaces, 1U);
	EXPECT_SOUND(test);

	/* The same again changes nothing. */
	mgm_interface_set_owner(net_of(test), ifc[1], b);
	KUNIT_EXPECT_EQ(test, b->nr_interfaces, 1U);
	EXPECT_SOUND(test);

	mgm_interface_set_owner(net_of(test), ifc[1], NULL);
	KUNIT_EXPECT_FALSE(test, mgm_interface_in_use(ifc[1]));
	KUNIT_EXPECT_TRUE(test, list_empty(&b->interfaces));
	KUNIT_EXPECT_EQ(test, b->nr_interfaces, 0U);
	mgm_interface_set_owner(net_of(test), ifc[1], NULL);
	EXPECT_SOUND(test);
}

static void igmp_shares_with_the_owner(struct kunit *test)
{
	struct mgm_protocol *router = fixture_protocol(test, PLAIN);
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, router);

	mgm_interface_set_igmp(net_of(test), ifc, igmp);
	KUNIT_EXPECT_PTR_EQ(test, ifc->owner, router);
	KUNIT_EXPECT_PTR_EQ(test, ifc->igmp, igmp);
	KUNIT_EXPECT_TRUE(test, has(igmp, &ifc->igmp_node));
	KUNIT_EXPECT_TRUE(test, has(router, &ifc->owner_node));
	EXPECT_SOUND(test);

	/* Either one keeps it in use. */
	mgm_interface_set_owner(net_of(test), ifc, NULL);
	KUNIT_EXPECT_TRUE(test, mgm_interface_in_use(ifc));
	KUNIT_EXPECT_EQ(test, igmp->nr_interfaces, 1U);
	mgm_interface_set_owner(net_of(test), ifc, router);
	mgm_interface_set_igmp(net_of(test), ifc, NULL);
	KUNIT_EXPECT_TRUE(test, mgm_interface_in_use(ifc));
	KUNIT_EXPECT_EQ(test, igmp->nr_interfaces, 0U);
	mgm_interface_set_owner(net_of(test), ifc, NULL);
	KUNIT_EXPECT_FALSE(test, mgm_interface_in_use(ifc));
	EXPECT_SOUND(test);
}

static void interfaces_are_bounded(struct kunit *test)
{
	struct mgm_if key = mgm_if4(3, ANY);
	struct netlink_ext_ack extack = {};
	struct mgm_net *mn = net_of(test);
	struct mgm_interface *ifc;

	mn->bounds[MGM_LIMIT_INTERFACES].value = 2;
	ifc = fixture_interface(test, 1, ANY, NULL);
	fixture_interface(test, 2, ANY, NULL);
	EXPECT_REFUSAL(test, PTR_ERR(mgm_interface_create(mn, &key, &extack)),
		       &extack, -ENOSPC,
		       "too many interfaces in this namespace");
	EXPECT_BOUND(test, MGM_LIMIT_INTERFACES, 2, 1);
	KUNIT_EXPECT_NULL(test, mgm_interface_find(mn, &key));
	EXPECT_SOUND(test);

	mgm_interface_destroy(mn, ifc);
	MUST(test, mgm_interface_create(mn, &key, NULL));
	EXPECT_BOUND(test, MGM_LIMIT_INTERFACES, 2, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_new_interface_is_nobodys),
	KUNIT_CASE(each_next_hop_is_an_interface),
	KUNIT_CASE(interfaces_come_in_order),
	CASE_TABLE(iteration_goes_on_behind_a_key, after),
	KUNIT_CASE(iteration_survives_deletion),
	KUNIT_CASE(an_owner_has_its_interfaces),
	KUNIT_CASE(igmp_shares_with_the_owner),
	KUNIT_CASE(interfaces_are_bounded),
	{}
};

static struct kunit_suite interface_suite = {
	.name = "mgm_interface",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(interface_suite);
