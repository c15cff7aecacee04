// SPDX-License-Identifier: GPL-2.0
/*
 * Every row of the tables in 6.4.1 and 6.4.2, for all sets that three sources can
 * be in: what becomes of the group is compared with the tables themselves, written
 * down with sets as masks. So are they where this router is not the querier, where
 * it does not ask, and where there are older versions (7.3).
 */
#include "../record.c"
#include "fixture.h"

#define SOURCES		3
#define ALL		(BIT(SOURCES) - 1)
#define G		GRP(1)
#define IGNORED		MGM_IGMP_A_STATS_IN_IGNORED

/* Milliseconds; what runs before is more than LMQT and less than GMI. */
#define GMI		260000
#define LMQT		2000
#define LMQI		1000
#define GROUP_LEFT	77000
#define SOURCE_LEFT(i)	(50000 + 1000 * (i))

/* A group; no group is INCLUDE({}). */
struct state {
	bool exclude;
	u8 wanted;			/* A and X */
	u8 excluded;			/* Y */
	u32 left[SOURCES];		/* of those that are wanted */
	u32 group_left;			/* in EXCLUDE mode */
};

/* What the router asks for then. */
struct asks {
	u8 sources;
	bool group;
};

/* Who this router is, and who else is there. */
static const struct world_row {
	const char *desc;
	bool querier;
	bool immediate_leave;
	u8 version;			/* of the interface */
	u8 host;			/* the oldest */
} world_rows[] = {
	{ "the querier", true, false, 3, 3 },
	{ "another router", false, false, 3, 3 },
	{ "a querier that does not ask", true, true, 3, 3 },
	{ "one that does not, and is not the querier", false, true, 3, 3 },
	{ "a host of version 2", true, false, 3, 2 },
	{ "a host of version 1", true, false, 3, 1 },
	{ "a querier of version 2", true, false, 2, 3 },
	{ "a querier of version 2, a host of version 1", true, false, 2, 1 },
	{ "a querier of version 1", true, false, 1, 3 },
};

TABLE(world);

static void set(struct state *s, u8 which, u32 left)
{
	int i;

	for (i = 0; i < SOURCES; i++)
		if (which & BIT(i))
			s->left[i] = left;
}

/* 6.4.1 and the upper half of 6.4.2: current state, and sources. */
static void model_include(struct state *s, struct asks *asks, u8 type, u8 b)
{
	u8 a = s->wanted;

	switch (type) {
	case IGMPV3_MODE_IS_INCLUDE:
	case IGMPV3_ALLOW_NEW_SOURCES:
		s->wanted = a | b;
		set(s, b, GMI);
		break;
	case IGMPV3_CHANGE_TO_INCLUDE:
		s->wanted = a | b;
		set(s, b, GMI);
		asks->sources = a & ~b;
		break;
	case IGMPV3_BLOCK_OLD_SOURCES:
		asks->sources = a & b;
		break;
	case IGMPV3_CHANGE_TO_EXCLUDE:
		asks->sources = a & b;
		fallthrough;
	case IGMPV3_MODE_IS_EXCLUDE:
		s->exclude = true;
		s->wanted = a & b;
		s->excluded = b & ~a;
		s->group_left = GMI;
		break;
	}
}

/* The lower half. */
static void model_exclude(struct state *s, struct asks *asks, u8 type, u8 a)
{
	u8 x = s->wanted, y = s->excluded;

	switch (type) {
	case IGMPV3_MODE_IS_INCLUDE:
	case IGMPV3_ALLOW_NEW_SOURCES:
		s->wanted = x | a;
		s->excluded = y & ~a;
		set(s, a, GMI);
		break;
	case IGMPV3_CHANGE_TO_INCLUDE:
		s->wanted = x | a;
		s->excluded = y & ~a;
		set(s, a, GMI);
		asks->sources = x & ~a;
		asks->group = true;
		break;
	case IGMPV3_BLOCK_OLD_SOURCES:
		s->wanted = x | (a & ~y);
		set(s, a & ~x & ~y, s->group_left);
		asks->sources = a & ~y;
		break;
	case IGMPV3_MODE_IS_EXCLUDE:
		s->wanted = a & ~y;
		s->excluded = y & a;
		set(s, a & ~x & ~y, GMI);
		s->group_left = GMI;
		break;
	case IGMPV3_CHANGE_TO_EXCLUDE:
		s->wanted = a & ~y;
		s->excluded = y & a;
		set(s, a & ~x & ~y, s->group_left);
		asks->sources = a & ~y;
		s->group_left = GMI;
		break;
	}
}

/* 6.6.3: the time that is left for an answer; or none at all. */
static void model_ask(struct state *s, struct asks *asks,
		      const struct world_row *w)
{
	int i;

	if (w->immediate_leave) {
		s->wanted &= ~asks->sources;
		if (s->exclude)
			s->excluded |= asks->sources;
		if (asks->group) {
			s->exclude = false;
			s->excluded = 0;
		}
	}
	if (w->immediate_leave || !w->querier)
		*asks = (struct asks) {};
	if (w->version < 3)
		asks->sources = 0;
	for (i = 0; i < SOURCES; i++)
		if (asks->sources & BIT(i))
			s->left[i] = min_t(u32, s->left[i], LMQT);
	if (asks->group)
		s->group_left = min_t(u32, s->group_left, LMQT);
}

/*
 * 7.3.2: false if the record does not count. Of a group that is not there, nothing
 * is known of older hosts either.
 */
static bool model_adapt(const struct world_row *w, bool there, u8 type, u8 *b)
{
	u8 oldest = there ? min(w->version, w->host) : w->version;

	if (oldest < 3 && type == IGMPV3_CHANGE_TO_EXCLUDE)
		*b = 0;
	if (oldest < 3 && type == IGMPV3_BLOCK_OLD_SOURCES)
		return false;
	return oldest > 1 || type != IGMPV3_CHANGE_TO_INCLUDE;
}

static bool exists(const struct state *s)
{
	return s->exclude || s->wanted;
}

/* Bring the group into a state. */
static void build(struct kunit *test, const struct state *s,
		  const struct world_row *w)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group;
	int i;

	ifc->querier = w->querier;
	ifc->config.immediate_leave = w->immediate_leave;
	ifc->config.version = w->version;
	if (!exists(s))
		return;
	group = fixture_group(test, G, s->exclude ? MGM_IGMP_MODE_EXCLUDE :
						    MGM_IGMP_MODE_INCLUDE,
			      s->group_left);
	for (i = 0; i < SOURCES; i++)
		if ((s->wanted | s->excluded) & BIT(i))
			fixture_source(test, group, SRC(i),
				       s->wanted & BIT(i) ? s->left[i] : 0);
	if (w->host == 1)
		mgm_igmp_timer_set(ifc, &group->v1_host, GMI);
	if (w->host == 2)
		mgm_igmp_timer_set(ifc, &group->v2_host, GMI);
}

static void expect_source(struct kunit *test, struct mgm_igmp_group *group,
			  const struct state *s, int i, const char *what)
{
	struct mgm_igmp_source *source = mgm_igmp_source_find(group, SRC(i));
	enum mgm_igmp_source_state state = MGM_IGMP_SOURCE_NONE;

	if (s->wanted & BIT(i))
		state = MGM_IGMP_SOURCE_WANTED;
	if (s->excluded & BIT(i))
		state = MGM_IGMP_SOURCE_EXCLUDED;
	KUNIT_EXPECT_EQ_MSG(test, !!source, state != MGM_IGMP_SOURCE_NONE,
			    "%s, source %d", what, i);
	if (!source)
		return;
	KUNIT_EXPECT_EQ_MSG(test, source->state, state, "%s, source %d", what,
			    i);
	KUNIT_EXPECT_EQ_MSG(test, mgm_igmp_timer_runs(&source->timer),
			    state == MGM_IGMP_SOURCE_WANTED, "%s, source %d",
			    what, i);
	if (state == MGM_IGMP_SOURCE_WANTED)
		KUNIT_EXPECT_EQ_MSG(test,
				    mgm_igmp_timer_left(&source->timer,
							group->ifc->now),
				    (u64)s->left[i], "%s, source %d", what, i);
}

static void expect_state(struct kunit *test, const struct state *s,
			 const char *what)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group = mgm_igmp_group_find(ifc, G);
	int i;

	KUNIT_EXPECT_EQ_MSG(test, !!group, exists(s), "%s", what);
	KUNIT_EXPECT_EQ_MSG(test, ifc->nr_groups, (u32)exists(s), "%s", what);
	if (!group)
		return;
	KUNIT_EXPECT_EQ_MSG(test, group->mode == MGM_IGMP_MODE_EXCLUDE,
			    s->exclude, "%s", what);
	KUNIT_EXPECT_EQ_MSG(test, mgm_igmp_timer_runs(&group->timer),
			    s->exclude, "%s", what);
	if (s->exclude)
		KUNIT_EXPECT_EQ_MSG(test, mgm_igmp_timer_left(&group->timer,
							      ifc->now),
				    (u64)s->group_left, "%s", what);
	KUNIT_EXPECT_EQ_MSG(test, group->nr_sources,
			    hweight8(s->wanted) + hweight8(s->excluded), "%s",
			    what);
	for (i = 0; i < SOURCES; i++)
		expect_source(test, group, s, i, what);
}

/* In one query each, about the group and about its sources. */
static void expect_asked(struct kunit *test, const struct asks *asks,
			 const char *what)
{
	struct fixture *f = fixture_of(test);
	struct asks got = {};
	unsigned int i;

	KUNIT_EXPECT_EQ_MSG(test, f->nr_sent,
			    (unsigned int)asks->group + !!asks->sources, "%s",
			    what);
	for (i = 0; i < min(f->nr_sent, 2U); i++) {
		KUNIT_EXPECT_EQ_MSG(test, ntohl(f->sent[i].grp), ntohl(G), "%s",
				    what);
		KUNIT_EXPECT_EQ_MSG(test, f->sent[i].max_resp, (u32)LMQI, "%s",
				    what);
		KUNIT_EXPECT_FALSE_MSG(test, f->sent[i].suppress, "%s", what);
		got.sources |= f->sent[i].srcs;
		got.group |= !f->sent[i].srcs;
	}
	KUNIT_EXPECT_EQ_MSG(test, got.sources, asks->sources, "%s", what);
	KUNIT_EXPECT_EQ_MSG(test, got.group, asks->group, "%s", what);
	fixture_forget_sent(test);
}

static void try(struct kunit *test, const struct world_row *w,
		const struct state *before, u8 type, u8 b)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	u64 ignored = fixture_count(test, IGNORED);
	struct mgm_igmp_group *group;
	struct state want = *before;
	struct asks asks = {};
	__be32 srcs[SOURCES];
	char what[64];
	bool counts;
	u8 told = b;

	snprintf(what, sizeof(what), "%s(%x,%x), type %u(%x)",
		 before->exclude ? "EXCLUDE" : "INCLUDE", before->wanted,
		 before->excluded, type, b);
	build(test, before, w);
	counts = model_adapt(w, exists(before), type, &told);
	if (counts && before->exclude)
		model_exclude(&want, &asks, type, told);
	else if (counts)
		model_include(&want, &asks, type, told);
	model_ask(&want, &asks, w);

	mgm_igmp_record(ifc, HOST, type, G, srcs, fixture_addresses(b, srcs));
	expect_state(test, &want, what);
	expect_asked(test, &asks, what);
	if (exists(before))
		KUNIT_EXPECT_EQ_MSG(test, fixture_count(test, IGNORED),
				    ignored + !counts, "%s", what);
	group = mgm_igmp_group_find(ifc, G);
	if (group)
		KUNIT_EXPECT_EQ_MSG(test, ntohl(group->last_reporter),
				    ntohl(HOST), "%s", what);
	mgm_igmp_groups_flush(ifc);
}

static void try_all_records(struct kunit *test, const struct world_row *w,
			    const struct state *before)
{
	u8 type, b;

	for (type = IGMPV3_MODE_IS_INCLUDE; type <= IGMPV3_BLOCK_OLD_SOURCES;
	     type++)
		for (b = 0; b <= ALL; b++)
			try(test, w, before, type, b);
}

static void records_do_what_the_tables_say(struct kunit *test)
{
	const struct world_row *w = test->param_value;
	struct state s = { .group_left = GROUP_LEFT };
	int i;

	for (i = 0; i < SOURCES; i++)
		s.left[i] = SOURCE_LEFT(i);
	for (s.wanted = 0; s.wanted <= ALL; s.wanted++)
		try_all_records(test, w, &s);
	s.exclude = true;
	for (s.wanted = 0; s.wanted <= ALL; s.wanted++)
		for (s.excluded = 0; s.excluded <= ALL; s.excluded++)
			if (!(s.wanted & s.excluded))
				try_all_records(test, w, &s);
}

/* A query about some sources. */
#define SOURCES_ASKED(t, s) \
	{ .at = t, .grp = G, .srcs = s, .max_resp = LMQI }

/* EXCLUDE({SRC(1)},{SRC(2)}), all with the same time to go. */
static struct mgm_igmp_group *excluding(struct kunit *test)
{
	struct mgm_igmp_group *group;

	group = fixture_group(test, G, MGM_IGMP_MODE_EXCLUDE, GROUP_LEFT);
	fixture_source(test, group, SRC(1), GROUP_LEFT);
	fixture_source(test, group, SRC(2), 0);
	return group;
}

static void record(struct kunit *test, u8 type, u8 b)
{
	__be32 srcs[FEW];

	mgm_igmp_record(ifc_of(test), HOST, type, G, srcs,
			fixture_addresses(b, srcs));
}

static void a_source_may_be_named_twice(struct kunit *test)
{
	const __be32 srcs[] = { SRC(3), SRC(1), SRC(3), SRC(1) };
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group;

	mgm_igmp_record(ifc, HOST, IGMPV3_ALLOW_NEW_SOURCES, G, srcs, 4);
	group = MUST(test, mgm_igmp_group_find(ifc, G));
	KUNIT_EXPECT_EQ(test, group->nr_sources, 2U);
	mgm_igmp_record(ifc, HOST, IGMPV3_CHANGE_TO_EXCLUDE, G, srcs, 4);
	KUNIT_EXPECT_EQ(test, group->nr_sources, 2U);
	EXPECT_SENT(test, SOURCES_ASKED(0, BIT(1) | BIT(3)));
}

static void a_type_that_is_none_does_nothing(struct kunit *test)
{
	struct mgm_igmp_group *group = excluding(test);
	static const u8 types[] = { 0, 7, 255 };
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		record(test, types[i], BIT(3));
		KUNIT_EXPECT_EQ(test, group->nr_sources, 2U);
		EXPECT_LEFT(test, &group->timer, GROUP_LEFT);
		EXPECT_NOTHING_SENT(test);
		mgm_igmp_record(ifc_of(test), HOST, types[i], GRP(2), NULL, 0);
		KUNIT_EXPECT_EQ(test, ifc_of(test)->nr_groups, 1U);
	}
}

static void what_is_joined_by_command_stays(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_source *source;
	struct mgm_igmp_group *group;

	KUNIT_EXPECT_EQ(test, mgm_igmp_join(ifc, G, SRC(1), NULL), 0);
	KUNIT_EXPECT_EQ(test, mgm_igmp_join(ifc, G, 0, NULL), 0);
	group = MUST(test, mgm_igmp_group_find(ifc, G));
	source = MUST(test, mgm_igmp_source_find(group, SRC(1)));

	record(test, IGMPV3_ALLOW_NEW_SOURCES, BIT(1) | BIT(2));
	KUNIT_EXPECT_EQ(test, source->state, MGM_IGMP_SOURCE_WANTED);
	record(test, IGMPV3_CHANGE_TO_EXCLUDE, BIT(3));
	KUNIT_EXPECT_EQ(test, source->state, MGM_IGMP_SOURCE_NONE);
	EXPECT_STOPPED(test, &source->timer);
	KUNIT_EXPECT_EQ(test, group->nr_sources, 2U);
	record(test, IGMPV3_MODE_IS_EXCLUDE, BIT(1));
	KUNIT_EXPECT_EQ(test, source->state, MGM_IGMP_SOURCE_WANTED);
	record(test, IGMPV3_CHANGE_TO_INCLUDE, 0);
	fixture_pass(test, GMI);
	KUNIT_EXPECT_EQ(test, group->mode, MGM_IGMP_MODE_INCLUDE);
	KUNIT_EXPECT_EQ(test, group->nr_sources, 1U);
	KUNIT_EXPECT_EQ(test, source->state, MGM_IGMP_SOURCE_NONE);
	KUNIT_EXPECT_TRUE(test, source->joined);
	KUNIT_EXPECT_TRUE(test, group->joined);
}

static void what_hosts_want_stays_when_a_command_leaves_it(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_source *source;
	struct mgm_igmp_group *group;

	KUNIT_EXPECT_EQ(test, mgm_igmp_join(ifc, G, SRC(1), NULL), 0);
	record(test, IGMPV3_ALLOW_NEW_SOURCES, BIT(1));
	KUNIT_EXPECT_EQ(test, mgm_igmp_leave(ifc, G, SRC(1), NULL), 0);
	group = MUST(test, mgm_igmp_group_find(ifc, G));
	source = MUST(test, mgm_igmp_source_find(group, SRC(1)));
	KUNIT_EXPECT_FALSE(test, source->joined);
	EXPECT_LEFT(test, &source->timer, GMI);
}

/* Those that are known go on as before; of the others, as many as there is room. */
static void no_more_sources_than_the_bound(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_source *source;
	struct mgm_igmp_group *group;

	ifc->config.sources_max = 3;
	group = excluding(test);
	record(test, IGMPV3_ALLOW_NEW_SOURCES, BIT(2) | BIT(3) | BIT(4) | BIT(5));
	KUNIT_EXPECT_EQ(test, group->nr_sources, 3U);
	EXPECT_COUNT(test, SOURCES_EXCEEDED, 2);
	KUNIT_EXPECT_NOT_NULL(test, mgm_igmp_source_find(group, SRC(3)));
	source = MUST(test, mgm_igmp_source_find(group, SRC(2)));
	KUNIT_EXPECT_EQ(test, source->state, MGM_IGMP_SOURCE_WANTED);
	/* Room that another record makes is there at once. */
	record(test, IGMPV3_MODE_IS_EXCLUDE, BIT(4));
	record(test, IGMPV3_ALLOW_NEW_SOURCES, BIT(5) | BIT(6));
	KUNIT_EXPECT_EQ(test, group->nr_sources, 3U);
	EXPECT_COUNT(test, SOURCES_EXCEEDED, 2);
}

static void no_group_is_left_of_sources_that_have_no_room(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);

	ifc->config.sources_max = 0;
	record(test, IGMPV3_ALLOW_NEW_SOURCES, BIT(1) | BIT(2));
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 0U);
	EXPECT_COUNT(test, SOURCES_EXCEEDED, 2);
	record(test, IGMPV3_MODE_IS_EXCLUDE, BIT(1));
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 1U);
}

static void no_more_groups_than_the_bound(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	int i;

	ifc->config.groups_max = 3;
	for (i = 0; i < 5; i++)
		mgm_igmp_v2_report(ifc, HOST, GRP(i));
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 3U);
	EXPECT_COUNT(test, GROUPS_EXCEEDED, 2);
	EXPECT_COUNT(test, JOINS, 3);
	/* Those that are there go on as before. */
	fixture_pass(test, 1000);
	mgm_igmp_v2_report(ifc, HOST, GRP(2));
	EXPECT_LEFT(test, &mgm_igmp_group_find(ifc, GRP(2))->timer, GMI);
	mgm_igmp_v2_leave(ifc, HOST, GRP(0));
	fixture_pass(test, LMQT);
	mgm_igmp_v2_report(ifc, HOST, GRP(4));
	KUNIT_EXPECT_NOT_NULL(test, mgm_igmp_group_find(ifc, GRP(4)));
	EXPECT_COUNT(test, GROUPS_EXCEEDED, 2);
}

static void older_reports_mean_everything(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group;

	mgm_igmp_v1_report(ifc, HOST, GRP(1));
	group = MUST(test, mgm_igmp_group_find(ifc, GRP(1)));
	KUNIT_EXPECT_EQ(test, group->mode, MGM_IGMP_MODE_EXCLUDE);
	EXPECT_LEFT(test, &group->timer, GMI);
	EXPECT_LEFT(test, &group->v1_host, GMI);
	EXPECT_STOPPED(test, &group->v2_host);

	mgm_igmp_v2_report(ifc, HOST, GRP(2));
	group = MUST(test, mgm_igmp_group_find(ifc, GRP(2)));
	KUNIT_EXPECT_EQ(test, group->mode, MGM_IGMP_MODE_EXCLUDE);
	EXPECT_LEFT(test, &group->timer, GMI);
	EXPECT_LEFT(test, &group->v2_host, GMI);
	EXPECT_STOPPED(test, &group->v1_host);
}

/* 7.2.2: and of what has been excluded, nothing is any more. */
static void an_older_report_ends_exclusions(struct kunit *test)
{
	struct mgm_igmp_group *group = excluding(test);

	mgm_igmp_v2_report(ifc_of(test), HOST, G);
	KUNIT_EXPECT_EQ(test, group->nr_sources, 0U);
	EXPECT_LEFT(test, &group->timer, GMI);
}

static void older_hosts_are_remembered_for_their_time(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group;

	mgm_igmp_v1_report(ifc, HOST, G);
	group = MUST(test, mgm_igmp_group_find(ifc, G));
	fixture_pass(test, 1000);
	mgm_igmp_v2_leave(ifc, HOST, G);
	EXPECT_NOTHING_SENT(test);
	EXPECT_COUNT(test, IN_IGNORED, 1);
	EXPECT_LEFT(test, &group->timer, GMI - 1000);
	fixture_pass(test, GMI - 2000);
	mgm_igmp_v2_report(ifc, HOST, G);
	fixture_pass(test, 1000);
	EXPECT_STOPPED(test, &group->v1_host);

	/* Only one of version 2 is left. */
	record(test, IGMPV3_BLOCK_OLD_SOURCES, BIT(1));
	EXPECT_NOTHING_SENT(test);
	EXPECT_COUNT(test, IN_IGNORED, 2);
	mgm_igmp_v2_leave(ifc, HOST, G);
	EXPECT_SENT(test, { .at = GMI, .grp = G, .max_resp = LMQI });
	record(test, IGMPV3_MODE_IS_EXCLUDE, 0);
	fixture_pass(test, GMI - 1000);
	EXPECT_STOPPED(test, &group->v2_host);

	/* And now none. */
	fixture_forget_sent(test);
	record(test, IGMPV3_BLOCK_OLD_SOURCES, BIT(1));
	EXPECT_SENT(test, SOURCES_ASKED(2 * GMI - 1000, BIT(1)));
	EXPECT_COUNT(test, IN_IGNORED, 2);
}

static void a_leave_of_what_nobody_wanted_is_nothing(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);

	mgm_igmp_v2_leave(ifc, HOST, G);
	EXPECT_NOTHING_SENT(test);
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 0U);
	EXPECT_COUNT(test, JOINS, 0);
}

/* The intervals are those of the querier, which may be another. */
static void the_time_is_that_of_the_querier(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group;

	ifc->querier = false;
	ifc->robustness = 4;
	ifc->query_interval = 30000;
	mgm_igmp_v2_report(ifc, HOST, G);
	group = MUST(test, mgm_igmp_group_find(ifc, G));
	EXPECT_LEFT(test, &group->timer, 130000);
	EXPECT_LEFT(test, &group->v2_host, 130000);
	record(test, IGMPV3_ALLOW_NEW_SOURCES, BIT(1));
	EXPECT_LEFT(test, &mgm_igmp_source_find(group, SRC(1))->timer, 130000);
}

static struct kunit_case cases[] = {
	CASE_TABLE(records_do_what_the_tables_say, world),
	KUNIT_CASE(a_source_may_be_named_twice),
	KUNIT_CASE(a_type_that_is_none_does_nothing),
	KUNIT_CASE(what_is_joined_by_command_stays),
	KUNIT_CASE(what_hosts_want_stays_when_a_command_leaves_it),
	KUNIT_CASE(no_more_sources_than_the_bound),
	KUNIT_CASE(no_group_is_left_of_sources_that_have_no_room),
	KUNIT_CASE(no_more_groups_than_the_bound),
	KUNIT_CASE(older_reports_mean_everything),
	KUNIT_CASE(an_older_report_ends_exclusions),
	KUNIT_CASE(older_hosts_are_remembered_for_their_time),
	KUNIT_CASE(a_leave_of_what_nobody_wanted_is_nothing),
	KUNIT_CASE(the_time_is_that_of_the_querier),
	{}
};

static struct kunit_suite record_suite = {
	.name = "mgm_igmp_record",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(record_suite);
