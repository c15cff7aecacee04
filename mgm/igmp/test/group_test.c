// SPDX-License-Identifier: GPL-2.0
#include <linux/igmp.h>

#include "../group.c"
#include "../../test/fault.h"
#include "fixture.h"

#define SOURCES		3
#define ALL		(BIT(SOURCES) - 1)
#define G		GRP(1)

/* By value, which is not the order of the bytes in memory. */
static const u32 values[] = {
	0xe0000101, 0xe0000202, 0xe8010001, 0xe8010100, 0xef000001, 0xefffffff,
};

static void groups_are_ordered_by_value(struct kunit *test)
{
	static const unsigned int order[] = { 3, 0, 5, 2, 4, 1 };
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group = NULL;
	__be32 addr;
	int i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		MUST(test, mgm_igmp_group_create(ifc, htonl(values[order[i]])));
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, (u32)ARRAY_SIZE(values));
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		group = mgm_igmp_group_after(ifc, group ? &group->addr : NULL);
		MUST(test, group);
		KUNIT_EXPECT_EQ(test, ntohl(group->addr), values[i]);
		KUNIT_EXPECT_PTR_EQ(test, group,
				    mgm_igmp_group_find(ifc, htonl(values[i])));
	}
	KUNIT_EXPECT_NULL(test, mgm_igmp_group_after(ifc, &group->addr));
	/* It need not be there. */
	addr = htonl(0xe8000000);
	KUNIT_EXPECT_NULL(test, mgm_igmp_group_find(ifc, addr));
	group = MUST(test, mgm_igmp_group_after(ifc, &addr));
	KUNIT_EXPECT_EQ(test, ntohl(group->addr), values[2]);
}

static void sources_are_ordered_by_value(struct kunit *test)
{
	static const unsigned int order[] = { 3, 0, 5, 2, 4, 1 };
	struct mgm_igmp_source *source;
	struct mgm_igmp_group *group;
	int i;

	group = MUST(test, mgm_igmp_group_create(ifc_of(test), G));
	KUNIT_EXPECT_NULL(test, mgm_igmp_source_first(group));
	for (i = 0; i < ARRAY_SIZE(order); i++)
		MUST(test, mgm_igmp_source_create(group,
						  htonl(values[order[i]])));
	source = mgm_igmp_source_first(group);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		MUST(test, source);
		KUNIT_EXPECT_EQ(test, ntohl(source->addr), values[i]);
		source = mgm_igmp_source_next(source);
	}
	KUNIT_EXPECT_NULL(test, source);
	KUNIT_EXPECT_EQ(test, group->nr_sources, (u32)ARRAY_SIZE(values));
	KUNIT_EXPECT_NULL(test, mgm_igmp_source_find(group, SRC(1)));
}

static void a_new_group_is_wanted_by_nobody(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	u32 genid = ifc->in->genid;
	struct mgm_igmp_group *group;

	fixture_pass(test, 1000);
	group = MUST(test, mgm_igmp_group_create(ifc, G));
	KUNIT_EXPECT_PTR_EQ(test, group->ifc, ifc);
	KUNIT_EXPECT_EQ(test, group->mode, MGM_IGMP_MODE_INCLUDE);
	KUNIT_EXPECT_EQ(test, group->nr_sources, 0U);
	KUNIT_EXPECT_EQ(test, group->created, ifc->now);
	KUNIT_EXPECT_EQ(test, group->last_reporter, (__be32)0);
	EXPECT_STOPPED(test, &group->timer);
	EXPECT_STOPPED(test, &group->v1_host);
	EXPECT_STOPPED(test, &group->v2_host);
	EXPECT_STOPPED(test, &group->query);
	EXPECT_COUNT(test, JOINS, 1);
	KUNIT_EXPECT_NE(test, ifc->in->genid, genid);
	genid = ifc->in->genid;
	mgm_igmp_group_update(group);
	KUNIT_EXPECT_NULL(test, mgm_igmp_group_find(ifc, G));
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 0U);
	KUNIT_EXPECT_NE(test, ifc->in->genid, genid);
}

static void no_more_groups_than_the_bound(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group;

	ifc->config.groups_max = 2;
	group = MUST(test, mgm_igmp_group_create(ifc, GRP(1)));
	MUST(test, mgm_igmp_group_create(ifc, GRP(2)));
	KUNIT_EXPECT_NULL(test, mgm_igmp_group_create(ifc, GRP(3)));
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 2U);
	EXPECT_COUNT(test, GROUPS_EXCEEDED, 1);
	EXPECT_COUNT(test, JOINS, 2);
	mgm_igmp_group_destroy(group);
	MUST(test, mgm_igmp_group_create(ifc, GRP(3)));
	EXPECT_COUNT(test, GROUPS_EXCEEDED, 1);
	/* It may be lowered; what is there stays. */
	ifc->config.groups_max = 0;
	KUNIT_EXPECT_NULL(test, mgm_igmp_group_create(ifc, GRP(4)));
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 2U);
	EXPECT_COUNT(test, GROUPS_EXCEEDED, 2);
}

static void no_more_sources_than_the_bound(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *one, *two;

	ifc->config.sources_max = 2;
	one = MUST(test, mgm_igmp_group_create(ifc, GRP(1)));
	two = MUST(test, mgm_igmp_group_create(ifc, GRP(2)));
	MUST(test, mgm_igmp_source_create(one, SRC(1)));
	MUST(test, mgm_igmp_source_create(one, SRC(2)));
	KUNIT_EXPECT_NULL(test, mgm_igmp_source_create(one, SRC(3)));
	KUNIT_EXPECT_EQ(test, one->nr_sources, 2U);
	EXPECT_COUNT(test, SOURCES_EXCEEDED, 1);
	/* Each group has its own. */
	MUST(test, mgm_igmp_source_create(two, SRC(3)));
	EXPECT_COUNT(test, SOURCES_EXCEEDED, 1);
}

/* With timers of all kinds running. */
static void a_flush_leaves_nothing(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group;
	int i, j;

	for (i = 0; i < 10; i++) {
		group = fixture_group(test, GRP(i), MGM_IGMP_MODE_EXCLUDE,
				      1000 + i);
		for (j = 0; j < FEW; j++)
			fixture_source(test, group, SRC(j), 500 * j);
		mgm_igmp_timer_set(ifc, &group->v1_host, 700);
		mgm_igmp_timer_set(ifc, &group->v2_host, 800);
		mgm_igmp_timer_set(ifc, &group->query, 900);
	}
	mgm_igmp_groups_flush(ifc);
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 0U);
	KUNIT_EXPECT_NULL(test, mgm_igmp_group_after(ifc, NULL));
	KUNIT_EXPECT_NULL(test, timerqueue_getnext(&ifc->timers));
	/* MGM has been told otherwise. */
	KUNIT_EXPECT_EQ(test, fixture_of(test)->told, 0U);
}

static const struct expiry_row {
	const char *desc;
	bool joined;			/* the group, by command */
	bool source_joined;		/* and SRC(0) */
} expiry_rows[] = {
	{ "hosts alone", false, false },
	{ "the group is joined", true, false },
	{ "a source is joined", false, true },
	{ "both are", true, true },
};

TABLE(expiry);

static void build(struct kunit *test, const struct expiry_row *row,
		  enum mgm_igmp_mode mode, u8 wanted, u8 excluded)
{
	struct mgm_igmp_source *source;
	struct mgm_igmp_group *group;
	int i;

	group = fixture_group(test, G, mode, 1000);
	group->joined = row->joined;
	for (i = 0; i < SOURCES; i++)
		if ((wanted | excluded) & BIT(i))
			fixture_source(test, group, SRC(i),
				       wanted & BIT(i) ? 2000 : 0);
	if (!row->source_joined)
		return;
	source = mgm_igmp_source_find(group, SRC(0)) ?:
		 MUST(test, mgm_igmp_source_create(group, SRC(0)));
	source->joined = true;
}

/* Those that are wanted are there, and those that are excluded, and no others. */
static void expect_sources(struct kunit *test, const struct expiry_row *row,
			   u8 wanted, u8 excluded, bool group_there)
{
	struct mgm_igmp_group *group = mgm_igmp_group_find(ifc_of(test), G);
	u8 there = wanted | excluded | (row->source_joined ? BIT(0) : 0);
	enum mgm_igmp_source_state state;
	struct mgm_igmp_source *source;
	int i;

	KUNIT_EXPECT_EQ(test, !!group, group_there || row->joined || there);
	if (!group)
		return;
	KUNIT_EXPECT_EQ(test, group->nr_sources, hweight8(there));
	for (i = 0; i < SOURCES; i++) {
		source = mgm_igmp_source_find(group, SRC(i));
		KUNIT_EXPECT_EQ(test, !!source, !!(there & BIT(i)));
		state = wanted & BIT(i) ? MGM_IGMP_SOURCE_WANTED :
			excluded & BIT(i) ? MGM_IGMP_SOURCE_EXCLUDED :
			MGM_IGMP_SOURCE_NONE;
		if (source)
			KUNIT_EXPECT_EQ(test, source->state, state);
	}
}

/* 6.5: EXCLUDE (X,Y) becomes INCLUDE (X). */
static void what_nobody_wants_goes_with_the_group_timer(struct kunit *test)
{
	const struct expiry_row *row = test->param_value;
	struct mgm_igmp_group *group;
	unsigned int told;
	u8 x, y;

	for (x = 0; x <= ALL; x++)
		for (y = 0; y <= ALL; y++) {
			if (x & y)
				continue;
			build(test, row, MGM_IGMP_MODE_EXCLUDE, x, y);
			fixture_pass(test, 999);
			expect_sources(test, row, x, y, true);
			told = fixture_of(test)->told;
			fixture_pass(test, 1);
			KUNIT_EXPECT_GT(test, fixture_of(test)->told, told);
			expect_sources(test, row, x, 0, false);
			group = mgm_igmp_group_find(ifc_of(test), G);
			if (group)
				KUNIT_EXPECT_EQ(test, group->mode,
						MGM_IGMP_MODE_INCLUDE);
			mgm_igmp_groups_flush(ifc_of(test));
		}
}

/* 6.3: in INCLUDE mode it is gone, in EXCLUDE mode it is excluded. */
static void sources_end_with_their_timers(struct kunit *test)
{
	const struct expiry_row *row = test->param_value;
	struct mgm_igmp_group *group;
	unsigned int told;
	u8 a;

	for (a = 1; a <= ALL; a++) {
		build(test, row, MGM_IGMP_MODE_INCLUDE, a, 0);
		fixture_pass(test, 1999);
		expect_sources(test, row, a, 0, false);
		told = fixture_of(test)->told;
		fixture_pass(test, 1);
		KUNIT_EXPECT_GT(test, fixture_of(test)->told, told);
		expect_sources(test, row, 0, 0, false);
		mgm_igmp_groups_flush(ifc_of(test));

		build(test, row, MGM_IGMP_MODE_EXCLUDE, a, ALL & ~a);
		group = mgm_igmp_group_find(ifc_of(test), G);
		mgm_igmp_timer_set(ifc_of(test), &group->timer, 5000);
		fixture_pass(test, 2000);
		expect_sources(test, row, 0, ALL, true);
		mgm_igmp_groups_flush(ifc_of(test));
	}
}

#define JOINED		"the group is joined already"
#define SOURCE_JOINED	"the source is joined already"
#define NOT_JOINED	"the group is not joined"
#define SOURCE_NOT	"the source is not joined"
#define REFUSED		"MGM does not take the membership"
#define TOO_MANY \
	"too many groups, or sources of the group, on this interface"

enum verb { JOIN, LEAVE };

/* One after the other, in one world with room for two groups and two sources. */
static const struct {
	enum verb verb;
	u32 grp, src;			/* 0: every source */
	int err;
	const char *msg;
	u32 groups;			/* after it */
} steps[] = {
	{ LEAVE, 1, 0, -ENOENT, NOT_JOINED, 0 },
	{ LEAVE, 1, 1, -ENOENT, SOURCE_NOT, 0 },
	{ JOIN, 1, 0, 0, NULL, 1 },
	{ JOIN, 1, 0, -EEXIST, JOINED, 1 },
	{ LEAVE, 1, 1, -ENOENT, SOURCE_NOT, 1 },
	{ JOIN, 1, 1, 0, NULL, 1 },
	{ JOIN, 1, 1, -EEXIST, SOURCE_JOINED, 1 },
	{ JOIN, 1, 2, 0, NULL, 1 },
	{ JOIN, 1, 3, -ENOSPC, TOO_MANY, 1 },
	{ LEAVE, 1, 0, 0, NULL, 1 },
	{ LEAVE, 1, 0, -ENOENT, NOT_JOINED, 1 },
	{ JOIN, 2, 1, 0, NULL, 2 },
	{ JOIN, 3, 0, -ENOSPC, TOO_MANY, 2 },
	{ JOIN, 3, 1, -ENOSPC, TOO_MANY, 2 },
	{ LEAVE, 1, 1, 0, NULL, 2 },
	{ LEAVE, 1, 1, -ENOENT, SOURCE_NOT, 2 },
	{ LEAVE, 1, 2, 0, NULL, 1 },
	{ LEAVE, 2, 0, -ENOENT, NOT_JOINED, 1 },
	{ JOIN, 3, 0, 0, NULL, 2 },
	{ LEAVE, 3, 0, 0, NULL, 1 },
	{ LEAVE, 2, 1, 0, NULL, 0 },
};

static void commands_join_and_leave(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct netlink_ext_ack extack;
	unsigned int told;
	__be32 grp, src;
	int i, err;

	ifc->config.groups_max = 2;
	ifc->config.sources_max = 2;
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		extack = (struct netlink_ext_ack) {};
		told = fixture_of(test)->told;
		grp = GRP(steps[i].grp);
		src = steps[i].src ? SRC(steps[i].src) : 0;
		if (steps[i].verb == JOIN)
			err = mgm_igmp_join(ifc, grp, src, &extack);
		else
			err = mgm_igmp_leave(ifc, grp, src, &extack);
		KUNIT_EXPECT_EQ_MSG(test, err, steps[i].err, "step %d", i);
		KUNIT_EXPECT_STREQ_MSG(test, extack._msg ?: "",
				       steps[i].msg ?: "", "step %d", i);
		KUNIT_EXPECT_EQ_MSG(test, ifc->nr_groups, steps[i].groups,
				    "step %d", i);
		if (!err)
			KUNIT_EXPECT_GT_MSG(test, fixture_of(test)->told, told,
					    "step %d", i);
	}
}

static void a_join_that_mgm_refuses_leaves_nothing(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct netlink_ext_ack extack = {};
	struct mgm_igmp_group *group;

	fixture_of(test)->refuses = -ENOSPC;
	EXPECT_REFUSAL(test, mgm_igmp_join(ifc, G, 0, &extack), &extack,
		       -ENOSPC, REFUSED);
	EXPECT_REFUSAL(test, mgm_igmp_join(ifc, G, SRC(1), &extack), &extack,
		       -ENOSPC, REFUSED);
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 0U);
	/* What hosts want is tried again with their next report. */
	group = fixture_group(test, G, MGM_IGMP_MODE_EXCLUDE, 1000);
	EXPECT_REFUSAL(test, mgm_igmp_join(ifc, G, 0, &extack), &extack,
		       -ENOSPC, REFUSED);
	EXPECT_REFUSAL(test, mgm_igmp_join(ifc, G, SRC(1), &extack), &extack,
		       -ENOSPC, REFUSED);
	KUNIT_EXPECT_FALSE(test, group->joined);
	KUNIT_EXPECT_EQ(test, group->nr_sources, 0U);
	EXPECT_LEFT(test, &group->timer, 1000);
}

/* MGM refuses something else of the group than what is joined. */
static void a_join_that_mgm_has_taken_stands(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct netlink_ext_ack extack = {};
	struct mgm_igmp_source *source;
	struct mgm_igmp_group *group;

	fixture_of(test)->refuses = -ENOSPC;
	group = fixture_group(test, G, MGM_IGMP_MODE_EXCLUDE, 1000);
	group->told = MGM_IGMP_TOLD_JOIN;
	EXPECT_REFUSAL(test, mgm_igmp_join(ifc, G, 0, &extack), &extack, 0, NULL);
	KUNIT_EXPECT_TRUE(test, group->joined);

	group = fixture_group(test, GRP(2), MGM_IGMP_MODE_INCLUDE, 0);
	source = fixture_source(test, group, SRC(1), 1000);
	source->told = MGM_IGMP_TOLD_JOIN;
	EXPECT_REFUSAL(test, mgm_igmp_join(ifc, GRP(2), SRC(1), &extack),
		       &extack, 0, NULL);
	KUNIT_EXPECT_TRUE(test, source->joined);
	source->told = MGM_IGMP_TOLD_NOTHING;
	source->joined = false;
	EXPECT_REFUSAL(test, mgm_igmp_join(ifc, GRP(2), SRC(1), &extack),
		       &extack, -ENOSPC, REFUSED);
	/* It is the hosts' all the same. */
	KUNIT_EXPECT_EQ(test, source->state, MGM_IGMP_SOURCE_WANTED);
}

static void what_hosts_alone_want_is_not_left_by_command(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct netlink_ext_ack extack = {};
	struct mgm_igmp_group *group;

	group = fixture_group(test, G, MGM_IGMP_MODE_INCLUDE, 0);
	fixture_source(test, group, SRC(1), 1000);
	EXPECT_REFUSAL(test, mgm_igmp_leave(ifc, G, SRC(1), &extack), &extack,
		       -ENOENT, SOURCE_NOT);
	EXPECT_REFUSAL(test, mgm_igmp_leave(ifc, G, 0, &extack), &extack,
		       -ENOENT, NOT_JOINED);
	KUNIT_EXPECT_EQ(test, group->nr_sources, 1U);
}

static void the_generation_is_never_0(struct kunit *test)
{
	struct mgm_igmp_net *in = ifc_of(test)->in;

	in->genid = U32_MAX - 1;
	mgm_igmp_changed(in);
	KUNIT_EXPECT_EQ(test, in->genid, U32_MAX);
	mgm_igmp_changed(in);
	KUNIT_EXPECT_EQ(test, in->genid, 1U);
}

static void a_join_without_memory_leaves_nothing(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct netlink_ext_ack extack = {};
	unsigned int nth, refused = 0;
	int err = -ENOMEM;
	bool more = true;

	if (fault_skip(test))
		return;
	for (nth = 1; nth < 20 && more; nth++) {
		fault_begin(nth);
		err = mgm_igmp_join(ifc, G, SRC(1), &extack);
		more = fault_end();
		if (err) {
			EXPECT_REFUSAL(test, err, &extack, -ENOMEM, NULL);
			KUNIT_EXPECT_EQ(test, ifc->nr_groups, 0U);
			EXPECT_COUNT(test, NO_MEMORY, ++refused);
		} else if (more) {
			/* One of the allocator's own, which can do without. */
			mgm_igmp_groups_flush(ifc);
		}
	}
	KUNIT_EXPECT_GE(test, refused, 2U);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 1U);
}

/* Those sources for which there is memory are wanted. */
static void a_record_without_memory_does_what_it_can(struct kunit *test)
{
	const __be32 srcs[] = { SRC(1), SRC(2), SRC(3) };
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group;
	unsigned int nth, failed = 0;
	bool more = true;

	if (fault_skip(test))
		return;
	for (nth = 1; nth < 20 && more; nth++) {
		u64 before = fixture_count(test, MGM_IGMP_A_STATS_NO_MEMORY);
		u64 lost;

		fault_begin(nth);
		mgm_igmp_record(ifc, HOST, IGMPV3_ALLOW_NEW_SOURCES, G, srcs,
				ARRAY_SIZE(srcs));
		more = fault_end();
		lost = fixture_count(test, MGM_IGMP_A_STATS_NO_MEMORY) - before;
		group = mgm_igmp_group_find(ifc, G);
		KUNIT_EXPECT_LE(test, lost, 1ULL);
		if (group)
			KUNIT_EXPECT_EQ(test, group->nr_sources,
					(u32)(ARRAY_SIZE(srcs) - lost));
		else
			KUNIT_EXPECT_EQ(test, lost, 1ULL);
		failed += lost;
		mgm_igmp_groups_flush(ifc);
	}
	KUNIT_EXPECT_GE(test, failed, 4U);
	KUNIT_EXPECT_FALSE(test, more);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(groups_are_ordered_by_value),
	KUNIT_CASE(sources_are_ordered_by_value),
	KUNIT_CASE(a_new_group_is_wanted_by_nobody),
	KUNIT_CASE(no_more_groups_than_the_bound),
	KUNIT_CASE(no_more_sources_than_the_bound),
	KUNIT_CASE(a_flush_leaves_nothing),
	CASE_TABLE(what_nobody_wants_goes_with_the_group_timer, expiry),
	CASE_TABLE(sources_end_with_their_timers, expiry),
	KUNIT_CASE(commands_join_and_leave),
	KUNIT_CASE(a_join_that_mgm_refuses_leaves_nothing),
	KUNIT_CASE(a_join_that_mgm_has_taken_stands),
	KUNIT_CASE(what_hosts_alone_want_is_not_left_by_command),
	KUNIT_CASE(the_generation_is_never_0),
	KUNIT_CASE(a_join_without_memory_leaves_nothing),
	KUNIT_CASE(a_record_without_memory_does_what_it_can),
	{}
};

static struct kunit_suite group_suite = {
	.name = "mgm_igmp_group",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(group_suite);
