// SPDX-License-Identifier: GPL-2.0
/*
 * Interfaces and groups as attributes, in messages with room for all of it or less:
 * what does not fit is refused, whichever attribute it is that has no room, and what
 * is allocated is enough.
 */
#include <linux/igmp.h>

#include "../netlink_get.c"
#include "fixture.h"

/* Here no message is sent, and none comes. */
struct genl_family mgm_igmp_family;

struct mgm_igmp_net *mgm_igmp_pernet(const struct net *net)
{
	return NULL;
}

struct mgm_igmp_if *mgm_igmp_nl_lock_if(struct mgm_igmp_net *in,
					struct genl_info *info, int attr)
{
	return ERR_PTR(-EOPNOTSUPP);
}

/* With all that a group can have. */
static struct mgm_igmp_group *build(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group;

	ifc->querier = false;
	ifc->querier_addr = ROUTER(1);
	mgm_igmp_timer_set(ifc, &ifc->other, 1000);
	group = fixture_group(test, GRP(1), MGM_IGMP_MODE_EXCLUDE, 1000);
	group->joined = true;
	group->last_reporter = HOST;
	mgm_igmp_timer_set(ifc, &group->v1_host, 1000);
	mgm_igmp_timer_set(ifc, &group->v2_host, 1000);
	fixture_source(test, group, SRC(1), 1000)->joined = true;
	fixture_source(test, group, SRC(2), 0);
	return group;
}

static int interface(struct sk_buff *skb, struct mgm_igmp_group *group)
{
	return fill_interface(skb, group->ifc);
}

static int whole_group(struct sk_buff *skb, struct mgm_igmp_group *group)
{
	return fill_group(skb, group);
}

static const struct object_row {
	const char *desc;
	int (*fill)(struct sk_buff *skb, struct mgm_igmp_group *group);
} object_rows[] = {
	{ "an interface", interface },
	{ "a group", whole_group },
};

TABLE(object);

/* As a message that has so much room left. */
static void leave_room(struct sk_buff *skb, unsigned int room)
{
	skb_trim(skb, 0);
	skb_put(skb, skb_tailroom(skb) - room);
}

static void what_does_not_fit_is_refused(struct kunit *test)
{
	const struct object_row *row = test->param_value;
	struct mgm_igmp_group *group = build(test);
	unsigned int size, room;
	struct sk_buff *skb;

	skb = MUST(test, alloc_skb(GENLMSG_DEFAULT_SIZE, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, row->fill(skb, group), 0);
	size = skb->len;
	KUNIT_EXPECT_GT(test, size, 0U);
	KUNIT_EXPECT_LE(test, (size_t)size, GENLMSG_DEFAULT_SIZE);
	for (room = 0; room < size; room += NLA_ALIGNTO) {
		leave_room(skb, room);
		KUNIT_EXPECT_NE_MSG(test, row->fill(skb, group), 0, "%u of %u",
				    room, size);
	}
	leave_room(skb, size);
	KUNIT_EXPECT_EQ(test, row->fill(skb, group), 0);
	kfree_skb(skb);
}

static void a_source_takes_no_more_room_than_is_thought(struct kunit *test)
{
	struct mgm_igmp_group *group = build(test);
	struct mgm_igmp_source *source = mgm_igmp_source_first(group);
	struct sk_buff *skb;

	skb = MUST(test, alloc_skb(GENLMSG_DEFAULT_SIZE, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, put_source(skb, group->ifc, source), 0);
	KUNIT_EXPECT_LE(test, (size_t)skb->len, source_size());
	kfree_skb(skb);
}

/* There is nobody to name where the querier has no address. */
static void a_querier_without_an_address_is_not_named(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	unsigned int with;
	struct sk_buff *skb;

	skb = MUST(test, alloc_skb(GENLMSG_DEFAULT_SIZE, GFP_KERNEL));
	ifc->querier = true;
	KUNIT_EXPECT_EQ(test, put_querier(skb, ifc), 0);
	with = skb->len;
	skb_trim(skb, 0);
	fixture_of(test)->address = 0;
	KUNIT_EXPECT_EQ(test, put_querier(skb, ifc), 0);
	KUNIT_EXPECT_EQ(test, with - skb->len,
			(unsigned int)nla_total_size(sizeof(__be32)));
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	CASE_TABLE(what_does_not_fit_is_refused, object),
	KUNIT_CASE(a_source_takes_no_more_room_than_is_thought),
	KUNIT_CASE(a_querier_without_an_address_is_not_named),
	{}
};

static struct kunit_suite fill_suite = {
	.name = "mgm_igmp_fill",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(fill_suite);
