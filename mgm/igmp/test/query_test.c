// SPDX-License-Identifier: GPL-2.0
#include <linux/igmp.h>

#include "../query.c"
#include "fixture.h"

#define G		GRP(1)
#define GMI		260000
#define LMQT		2000
#define LMQI		1000

/* A query about the group, or about sources of it. */
#define ASKED(t, ...) \
	{ .at = t, .grp = G, .max_resp = LMQI, __VA_ARGS__ }
#define S(n)		BIT(n)

static void record(struct kunit *test, u8 type, u8 b)
{
	__be32 srcs[FEW];

	mgm_igmp_record(ifc_of(test), HOST, type, G, srcs,
			fixture_addresses(b, srcs));
}

static void join(struct kunit *test)
{
	record(test, IGMPV3_MODE_IS_EXCLUDE, 0);
}

static void leave(struct kunit *test)
{
	record(test, IGMPV3_CHANGE_TO_INCLUDE, 0);
}

static void allow(struct kunit *test, u8 b)
{
	record(test, IGMPV3_ALLOW_NEW_SOURCES, b);
}

static void block(struct kunit *test, u8 b)
{
	record(test, IGMPV3_BLOCK_OLD_SOURCES, b);
}

static struct mgm_igmp_group *the_group(struct kunit *test)
{
	return mgm_igmp_group_find(ifc_of(test), G);
}

static struct mgm_igmp_source *the_source(struct kunit *test, int n)
{
	struct mgm_igmp_group *group = MUST(test, the_group(test));

	return MUST(test, mgm_igmp_source_find(group, SRC(n)));
}

static void a_group_is_asked_about_until_its_time_is_over(struct kunit *test)
{
	join(test);
	leave(test);
	fixture_pass(test, LMQT - 1);
	EXPECT_SENT(test, ASKED(0), ASKED(1000));
	KUNIT_EXPECT_NOT_NULL(test, the_group(test));
	fixture_pass(test, 1);
	KUNIT_EXPECT_NULL(test, the_group(test));
	fixture_pass(test, GMI);
	EXPECT_NOTHING_SENT(test);
}

static void so_are_sources(struct kunit *test)
{
	allow(test, S(1) | S(2) | S(3));
	block(test, S(1) | S(3));
	fixture_pass(test, LMQT - 1);
	EXPECT_SENT(test, ASKED(0, .srcs = S(1) | S(3)),
		    ASKED(1000, .srcs = S(1) | S(3)));
	KUNIT_EXPECT_EQ(test, the_group(test)->nr_sources, 3U);
	fixture_pass(test, 1);
	KUNIT_EXPECT_EQ(test, the_group(test)->nr_sources, 1U);
	EXPECT_LEFT(test, &the_source(test, 2)->timer, GMI - LMQT);
	fixture_pass(test, LMQT);
	EXPECT_NOTHING_SENT(test);
}

static const struct count_row {
	const char *desc;
	u8 robustness;
	u8 count;			/* as set */
	u32 interval;
	unsigned int queries;
} count_rows[] = {
	{ "as many as the robustness variable", 3, 0, 700, 3 },
	{ "robustness 1", 1, 0, 1000, 1 },
	{ "as many as is set", 2, 5, 300, 5 },
	{ "one", 2, 1, 100, 1 },
	{ "the most", 2, 7, 25500, 7 },
};

TABLE(count);

static void there_are_as_many_queries_as_is_said(struct kunit *test)
{
	const struct count_row *row = test->param_value;
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct fixture *f = fixture_of(test);
	unsigned int i;

	ifc->robustness = row->robustness;
	ifc->config.last_member_query_count = row->count;
	ifc->config.last_member_query_interval = row->interval;
	join(test);
	leave(test);
	fixture_pass(test, row->queries * row->interval - 1);
	KUNIT_EXPECT_NOT_NULL(test, the_group(test));
	KUNIT_EXPECT_EQ(test, f->nr_sent, row->queries);
	for (i = 0; i < f->nr_sent; i++) {
		KUNIT_EXPECT_EQ(test, f->sent[i].at, (u64)i * row->interval);
		KUNIT_EXPECT_EQ(test, f->sent[i].max_resp, row->interval);
		KUNIT_EXPECT_EQ(test, f->sent[i].robustness, row->robustness);
	}
	fixture_pass(test, 1);
	KUNIT_EXPECT_NULL(test, the_group(test));
	KUNIT_EXPECT_EQ(test, f->nr_sent, row->queries);
}

static void who_has_been_answered_is_asked_for_with_the_flag(struct kunit *test)
{
	join(test);
	leave(test);
	fixture_pass(test, 500);
	join(test);
	fixture_pass(test, GMI - 1);
	EXPECT_SENT(test, ASKED(0), ASKED(1000, .suppress = true));
	EXPECT_LEFT(test, &the_group(test)->timer, 1);
}

static void sources_are_told_apart_by_whether_they_are_answered(struct kunit *test)
{
	allow(test, S(1) | S(2) | S(3));
	block(test, S(1) | S(2) | S(3));
	fixture_pass(test, 500);
	allow(test, S(2));
	fixture_pass(test, LMQT);
	EXPECT_SENT(test, ASKED(0, .srcs = S(1) | S(2) | S(3)),
		    ASKED(1000, .srcs = S(2), .suppress = true),
		    ASKED(1000, .srcs = S(1) | S(3)));
	KUNIT_EXPECT_EQ(test, the_group(test)->nr_sources, 1U);
	EXPECT_LEFT(test, &the_source(test, 2)->timer, GMI - LMQT);
}

/* 6.6.3.2: the query about the group says as much to who needs not answer. */
static void answered_sources_are_not_asked_for_beside_the_group(struct kunit *test)
{
	join(test);
	allow(test, S(1) | S(2));
	leave(test);
	fixture_pass(test, 500);
	allow(test, S(1));
	fixture_pass(test, LMQT);
	EXPECT_SENT(test, ASKED(0, .srcs = S(1) | S(2)), ASKED(0), ASKED(1000),
		    ASKED(1000, .srcs = S(2)));
	/* Nobody wants the group, somebody a source of it. */
	KUNIT_EXPECT_EQ(test, the_group(test)->mode, MGM_IGMP_MODE_INCLUDE);
	KUNIT_EXPECT_EQ(test, the_group(test)->nr_sources, 1U);
}

static void it_is_asked_no_more_often_if_many_leave(struct kunit *test)
{
	int i;

	join(test);
	for (i = 0; i < 19; i++) {
		leave(test);
		fixture_pass(test, 100);
	}
	EXPECT_SENT(test, ASKED(0), ASKED(1000));
	/* Nor do they make it any longer. */
	fixture_pass(test, 100);
	KUNIT_EXPECT_NULL(test, the_group(test));
}

static void nor_if_many_block_a_source(struct kunit *test)
{
	int i;

	allow(test, S(1));
	for (i = 0; i < 19; i++) {
		block(test, S(1));
		fixture_pass(test, 100);
	}
	EXPECT_SENT(test, ASKED(0, .srcs = S(1)), ASKED(1000, .srcs = S(1)));
	fixture_pass(test, 100);
	KUNIT_EXPECT_NULL(test, the_group(test));
}

/* Who has answered must be asked before what it wants goes. */
static const struct again_row {
	const char *desc;
	u8 count;
	u32 answer, leave;		/* after the first leave, ms */
} again_rows[] = {
	{ "before the second query", 2, 300, 600 },
	{ "after the last query", 2, 1200, 1500 },
	{ "there is one query", 1, 300, 600 },
	{ "between", 3, 500, 2500 },
};

TABLE(again);

static void expect_full_time(struct kunit *test, const struct again_row *row,
			     u8 srcs)
{
	struct fixture *f = fixture_of(test);
	unsigned int i, n = 0;

	fixture_pass(test, row->count * LMQI - 1);
	KUNIT_EXPECT_NOT_NULL(test, the_group(test));
	for (i = 0; i < f->nr_sent; i++)
		n += f->sent[i].at >= row->leave && f->sent[i].srcs == srcs &&
		     !f->sent[i].suppress;
	KUNIT_EXPECT_EQ(test, n, (unsigned int)row->count);
	/* And the first of them in time for an answer. */
	for (i = 0; i < f->nr_sent && f->sent[i].at < row->leave; i++)
		;
	if (i < f->nr_sent)
		KUNIT_EXPECT_EQ(test, f->sent[i].at, (u64)row->leave);
	fixture_pass(test, 1);
	KUNIT_EXPECT_NULL(test, the_group(test));
}

static void after_an_answer_it_is_asked_anew(struct kunit *test)
{
	const struct again_row *row = test->param_value;

	ifc_of(test)->config.last_member_query_count = row->count;
	join(test);
	leave(test);
	fixture_pass(test, row->answer);
	join(test);
	fixture_pass(test, row->leave - row->answer);
	leave(test);
	expect_full_time(test, row, 0);
}

static void so_it_is_about_a_source(struct kunit *test)
{
	const struct again_row *row = test->param_value;

	ifc_of(test)->config.last_member_query_count = row->count;
	allow(test, S(1));
	block(test, S(1));
	fixture_pass(test, row->answer);
	allow(test, S(1));
	fixture_pass(test, row->leave - row->answer);
	block(test, S(1));
	expect_full_time(test, row, S(1));
}

static void a_source_may_join_those_that_are_asked_about(struct kunit *test)
{
	allow(test, S(1) | S(2));
	block(test, S(1));
	fixture_pass(test, 400);
	block(test, S(2));
	fixture_pass(test, LMQT - 1);
	EXPECT_SENT(test, ASKED(0, .srcs = S(1)), ASKED(400, .srcs = S(2)),
		    ASKED(1000, .srcs = S(1) | S(2)));
	KUNIT_EXPECT_EQ(test, the_group(test)->nr_sources, 1U);
	EXPECT_LEFT(test, &the_source(test, 2)->timer, 1);
	fixture_pass(test, 1);
	KUNIT_EXPECT_NULL(test, the_group(test));
}

/* However many, each is asked about once a time, and each query fits a link. */
static void many_sources_go_into_several_queries(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct fixture *f = fixture_of(test);
	__be32 srcs[200];
	unsigned int i, n = 0;

	ifc->config.sources_max = ARRAY_SIZE(srcs);
	for (i = 0; i < ARRAY_SIZE(srcs); i++)
		srcs[i] = SRC(i);
	mgm_igmp_record(ifc, HOST, IGMPV3_ALLOW_NEW_SOURCES, G, srcs,
			ARRAY_SIZE(srcs));
	mgm_igmp_record(ifc, HOST, IGMPV3_BLOCK_OLD_SOURCES, G, srcs,
			ARRAY_SIZE(srcs));
	for (i = 0; i < min_t(unsigned int, f->nr_sent, MAX_SENT); i++) {
		/* 576 octets: a header with Router Alert, and 12 before them. */
		KUNIT_EXPECT_LE(test, 24 + 12 + 4 * f->sent[i].n, 576U);
		n += f->sent[i].n;
	}
	KUNIT_EXPECT_EQ(test, n, (unsigned int)ARRAY_SIZE(srcs));
	fixture_pass(test, LMQT);
	KUNIT_EXPECT_NULL(test, the_group(test));
}

static void who_is_not_the_querier_does_not_ask(struct kunit *test)
{
	ifc_of(test)->querier = false;
	join(test);
	allow(test, S(1));
	block(test, S(1));
	leave(test);
	fixture_pass(test, LMQT);
	EXPECT_NOTHING_SENT(test);
	EXPECT_LEFT(test, &the_group(test)->timer, GMI - LMQT);
	EXPECT_LEFT(test, &the_source(test, 1)->timer, GMI - LMQT);
}

static void who_is_the_querier_no_more_stops_to_ask(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);

	ifc->config.last_member_query_count = 5;
	join(test);
	allow(test, S(1));
	leave(test);
	fixture_forget_sent(test);
	ifc->querier = false;
	fixture_pass(test, 1500);
	EXPECT_NOTHING_SENT(test);
	EXPECT_STOPPED(test, &the_group(test)->query);
	/* Once it is again, it can begin anew. */
	ifc->querier = true;
	join(test);
	leave(test);
	EXPECT_SENT(test, ASKED(1500));
}

static const struct heard_row {
	const char *desc;
	u32 max_resp;
	u8 srcs;
	bool suppress;
	__be32 grp;
	u32 group_left;
	u32 source_left[2];		/* of SRC(1) and SRC(2) */
} heard_rows[] = {
	{ "about the group", 1000, 0, false, G, LMQT, { GMI, GMI } },
	{ "about a source", 1000, S(1), false, G, GMI, { LMQT, GMI } },
	{ "about both and another one", 1000, S(1) | S(2) | S(3), false, G,
	  GMI, { LMQT, LMQT } },
	{ "with a longer time", 4000, 0, false, G, 8000, { GMI, GMI } },
	{ "with a shorter time than ours", 100, S(2), false, G, GMI,
	  { GMI, LMQT } },
	{ "with no time", 0, 0, false, G, LMQT, { GMI, GMI } },
	{ "with a longer time than is left", 3174400, S(1), false, G, GMI,
	  { GMI, GMI } },
	{ "with the flag", 1000, 0, true, G, GMI, { GMI, GMI } },
	{ "with the flag, about a source", 1000, S(1), true, G, GMI,
	  { GMI, GMI } },
	{ "about another group", 1000, 0, false, GRP(2), GMI, { GMI, GMI } },
	{ "about everything", 1000, 0, false, 0, GMI, { GMI, GMI } },
};

TABLE(heard);

/* 6.6.1: as the querier lets the time run, so do the others. */
static void a_query_that_is_heard_lets_the_time_run(struct kunit *test)
{
	const struct heard_row *row = test->param_value;
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_query query = {
		.querier = ROUTER(1), .grp = row->grp, .version = 3,
		.suppress = row->suppress, .robustness = 2,
		.query_interval = 125000, .max_resp = row->max_resp,
	};
	__be32 srcs[FEW];

	join(test);
	allow(test, S(1) | S(2));
	ifc->querier = false;
	query.srcs = srcs;
	query.n = fixture_addresses(row->srcs, srcs);
	mgm_igmp_query_heard(ifc, &query);
	EXPECT_LEFT(test, &the_group(test)->timer, row->group_left);
	EXPECT_LEFT(test, &the_source(test, 1)->timer, row->source_left[0]);
	EXPECT_LEFT(test, &the_source(test, 2)->timer, row->source_left[1]);
	KUNIT_EXPECT_EQ(test, the_group(test)->nr_sources, 2U);
	EXPECT_NOTHING_SENT(test);
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 1U);
}

static void what_does_not_run_is_not_started(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	const __be32 src = SRC(1);
	struct mgm_igmp_query query = {
		.querier = ROUTER(1), .grp = G, .version = 3, .max_resp = 1000,
	};

	allow(test, S(2));
	KUNIT_EXPECT_EQ(test, mgm_igmp_join(ifc, G, src, NULL), 0);
	mgm_igmp_query_heard(ifc, &query);
	EXPECT_STOPPED(test, &the_group(test)->timer);
	query.srcs = &src;
	query.n = 1;
	mgm_igmp_query_heard(ifc, &query);
	EXPECT_STOPPED(test, &the_source(test, 1)->timer);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_group_is_asked_about_until_its_time_is_over),
	KUNIT_CASE(so_are_sources),
	CASE_TABLE(there_are_as_many_queries_as_is_said, count),
	KUNIT_CASE(who_has_been_answered_is_asked_for_with_the_flag),
	KUNIT_CASE(sources_are_told_apart_by_whether_they_are_answered),
	KUNIT_CASE(answered_sources_are_not_asked_for_beside_the_group),
	KUNIT_CASE(it_is_asked_no_more_often_if_many_leave),
	KUNIT_CASE(nor_if_many_block_a_source),
	CASE_TABLE(after_an_answer_it_is_asked_anew, again),
	CASE_TABLE(so_it_is_about_a_source, again),
	KUNIT_CASE(a_source_may_join_those_that_are_asked_about),
	KUNIT_CASE(many_sources_go_into_several_queries),
	KUNIT_CASE(who_is_not_the_querier_does_not_ask),
	KUNIT_CASE(who_is_the_querier_no_more_stops_to_ask),
	CASE_TABLE(a_query_that_is_heard_lets_the_time_run, heard),
	KUNIT_CASE(what_does_not_run_is_not_started),
	{}
};

static struct kunit_suite query_suite = {
	.name = "mgm_igmp_query",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(query_suite);
