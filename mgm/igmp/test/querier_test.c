// SPDX-License-Identifier: GPL-2.0
#include "../querier.c"
#include "fixture.h"

#define QI		125000
#define QRI		10000
#define OTHER_LEFT	255000

/* A general query with the settings that are there at first. */
#define GENERAL(t)	{ .at = t, .max_resp = QRI }

static struct mgm_igmp_query heard_from(__be32 querier)
{
	return (struct mgm_igmp_query) {
		.querier = querier,
		.version = 3,
		.robustness = 2,
		.query_interval = QI,
		.max_resp = QRI,
	};
}

static void hear(struct kunit *test, __be32 querier)
{
	struct mgm_igmp_query query = heard_from(querier);

	mgm_igmp_query_heard(ifc_of(test), &query);
}

static void the_first_queries_come_sooner(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct fixture *f = fixture_of(test);

	mgm_igmp_querier_start(ifc);
	KUNIT_EXPECT_TRUE(test, ifc->querier);
	KUNIT_EXPECT_EQ(test, ifc->querier_since, ifc->now);
	fixture_pass(test, 3 * QI);
	KUNIT_EXPECT_EQ(test, f->sent[0].version, 3);
	KUNIT_EXPECT_EQ(test, f->sent[0].robustness, 2);
	KUNIT_EXPECT_EQ(test, f->sent[0].query_interval, (u32)QI);
	KUNIT_EXPECT_EQ(test, f->sent[0].n, 0U);
	EXPECT_SENT(test, GENERAL(0), GENERAL(31250), GENERAL(31250 + QI),
		    GENERAL(31250 + 2 * QI));
}

static const struct startup_row {
	const char *desc;
	u8 robustness;
	u8 count;
	u32 interval;
	u64 at[5];			/* of the first queries */
} startup_rows[] = {
	{ "once", 2, 1, 3000, { 0, 10000, 20000, 30000, 40000 } },
	{ "as often as the robustness variable", 3, 0, 0,
	  { 0, 2500, 5000, 15000, 25000 } },
	{ "as is set", 2, 4, 1000, { 0, 1000, 2000, 3000, 13000 } },
	{ "with a longer interval", 2, 2, 15000,
	  { 0, 15000, 25000, 35000, 45000 } },
};

TABLE(startup);

static void they_come_as_is_set(struct kunit *test)
{
	const struct startup_row *row = test->param_value;
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct fixture *f = fixture_of(test);
	int i;

	ifc->config.query_interval = 10000;
	ifc->config.query_response_interval = 500;
	ifc->config.robustness = row->robustness;
	ifc->config.startup_query_count = row->count;
	ifc->config.startup_query_interval = row->interval;
	mgm_igmp_querier_start(ifc);
	fixture_pass(test, row->at[4]);
	KUNIT_EXPECT_EQ(test, f->nr_sent, 5U);
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, f->sent[i].at, row->at[i]);
		KUNIT_EXPECT_EQ(test, f->sent[i].max_resp, 500U);
		KUNIT_EXPECT_EQ(test, f->sent[i].robustness, row->robustness);
		KUNIT_EXPECT_EQ(test, f->sent[i].query_interval, 10000U);
	}
}

static const struct election_row {
	const char *desc;
	u32 own;			/* ROUTER(own); 0: no address */
	__be32 other;
	bool yields;
} election_rows[] = {
	{ "a lower address", 10, ROUTER(9), true },
	{ "a higher address", 10, ROUTER(11), false },
	{ "our own address", 10, ROUTER(10), false },
	{ "the address 0.0.0.0", 10, 0, false },
	{ "lower as a number, not as octets in memory", 10,
	  htonl(0x0affffff), true },
	{ "higher as a number, not as octets in memory", 10,
	  htonl(0xc1000000), false },
	{ "we have no address", 0, ROUTER(11), true },
	{ "we have none, and neither has it", 0, 0, false },
};

TABLE(election);

static void the_lowest_address_is_the_querier(struct kunit *test)
{
	const struct election_row *row = test->param_value;
	struct mgm_igmp_if *ifc = ifc_of(test);

	fixture_of(test)->address = row->own ? ROUTER(row->own) : 0;
	mgm_igmp_querier_start(ifc);
	fixture_pass(test, 1000);
	fixture_forget_sent(test);
	hear(test, row->other);
	KUNIT_EXPECT_EQ(test, ifc->querier, !row->yields);
	KUNIT_EXPECT_EQ(test, ntohl(ifc->querier_addr),
			row->yields ? ntohl(row->other) : 0);
	if (row->yields)
		EXPECT_LEFT(test, &ifc->other, OTHER_LEFT);
	else
		EXPECT_STOPPED(test, &ifc->other);
	fixture_pass(test, 31250);
	if (row->yields)
		EXPECT_NOTHING_SENT(test);
	else
		EXPECT_SENT(test, GENERAL(31250));
}

static void a_query_about_a_group_is_one_of_a_querier_too(struct kunit *test)
{
	struct mgm_igmp_query query = heard_from(ROUTER(1));
	struct mgm_igmp_if *ifc = ifc_of(test);

	mgm_igmp_querier_start(ifc);
	query.grp = GRP(1);
	query.suppress = true;
	mgm_igmp_query_heard(ifc, &query);
	KUNIT_EXPECT_FALSE(test, ifc->querier);
}

/* A switch that asks for a router's sake is believed in nothing. */
static void a_query_from_nowhere_changes_nothing(struct kunit *test)
{
	struct mgm_igmp_query query = heard_from(0);
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group;

	mgm_igmp_querier_start(ifc);
	mgm_igmp_v2_report(ifc, HOST, GRP(1));
	group = MUST(test, mgm_igmp_group_find(ifc, GRP(1)));
	query.grp = GRP(1);
	query.robustness = 7;
	mgm_igmp_query_heard(ifc, &query);
	query.grp = 0;
	mgm_igmp_query_heard(ifc, &query);
	KUNIT_EXPECT_TRUE(test, ifc->querier);
	KUNIT_EXPECT_EQ(test, ifc->robustness, 2);
	EXPECT_LEFT(test, &group->timer, 260000);
}

static const struct adopt_row {
	const char *desc;
	u8 version;
	u8 robustness;
	u32 query_interval;
	u8 robustness_used;
	u32 query_interval_used;
	u32 other_left;
} adopt_rows[] = {
	{ "the same", 3, 2, QI, 2, QI, OTHER_LEFT },
	{ "others", 3, 5, 30000, 5, 30000, 155000 },
	{ "robustness that it cannot say", 3, 0, 30000, 2, 30000, 65000 },
	{ "no interval", 3, 3, 0, 3, QI, 380000 },
	{ "none in version 2", 2, 0, 0, 2, QI, OTHER_LEFT },
	{ "none in version 1", 1, 0, 0, 2, QI, OTHER_LEFT },
	{ "the greatest", 3, 7, 31744000, 7, 31744000, 222213000 },
	{ "the least", 3, 1, 1000, 1, 1000, 6000 },
};

TABLE(adopt);

static void the_settings_of_the_querier_are_followed(struct kunit *test)
{
	const struct adopt_row *row = test->param_value;
	struct mgm_igmp_query query = heard_from(ROUTER(1));
	struct mgm_igmp_if *ifc = ifc_of(test);

	mgm_igmp_querier_start(ifc);
	query.version = row->version;
	query.robustness = row->robustness;
	query.query_interval = row->query_interval;
	mgm_igmp_query_heard(ifc, &query);
	KUNIT_EXPECT_EQ(test, ifc->robustness, row->robustness_used);
	KUNIT_EXPECT_EQ(test, ifc->query_interval, row->query_interval_used);
	EXPECT_LEFT(test, &ifc->other, row->other_left);
	/* Ours stay what they were, for the day that it is gone. */
	KUNIT_EXPECT_EQ(test, ifc->config.robustness, 2);
	KUNIT_EXPECT_EQ(test, ifc->config.query_interval, (u32)QI);
	fixture_pass(test, row->other_left);
	KUNIT_EXPECT_TRUE(test, ifc->querier);
	KUNIT_EXPECT_EQ(test, ifc->robustness, 2);
	KUNIT_EXPECT_EQ(test, ifc->query_interval, (u32)QI);
}

static void what_it_says_is_followed_afresh_each_time(struct kunit *test)
{
	struct mgm_igmp_query query = heard_from(ROUTER(1));
	struct mgm_igmp_if *ifc = ifc_of(test);

	mgm_igmp_querier_start(ifc);
	query.robustness = 5;
	query.query_interval = 30000;
	mgm_igmp_query_heard(ifc, &query);
	query.robustness = 0;
	query.query_interval = 0;
	mgm_igmp_query_heard(ifc, &query);
	KUNIT_EXPECT_EQ(test, ifc->robustness, 2);
	KUNIT_EXPECT_EQ(test, ifc->query_interval, (u32)QI);
}

static void who_does_not_hear_a_querier_becomes_it(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);

	mgm_igmp_querier_start(ifc);
	fixture_pass(test, 1000);
	hear(test, ROUTER(1));
	fixture_forget_sent(test);
	/* As long as it is heard, in whatever message. */
	fixture_pass(test, OTHER_LEFT - 1);
	hear(test, ROUTER(1));
	fixture_pass(test, OTHER_LEFT - 1);
	KUNIT_EXPECT_FALSE(test, ifc->querier);
	EXPECT_NOTHING_SENT(test);
	fixture_pass(test, 1);
	KUNIT_EXPECT_TRUE(test, ifc->querier);
	KUNIT_EXPECT_EQ(test, ifc->querier_addr, (__be32)0);
	KUNIT_EXPECT_EQ(test, ifc->querier_since, ifc->now);
	EXPECT_STOPPED(test, &ifc->other);
	fixture_pass(test, QI);
	EXPECT_SENT(test, GENERAL(1000 + 2 * OTHER_LEFT - 1),
		    GENERAL(1000 + 2 * OTHER_LEFT - 1 + QI));
}

static void a_lower_one_takes_its_place(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	ktime_t since;

	mgm_igmp_querier_start(ifc);
	fixture_pass(test, 1000);
	hear(test, ROUTER(5));
	since = ifc->now;
	KUNIT_EXPECT_EQ(test, ifc->querier_since, since);
	fixture_pass(test, 1000);
	hear(test, ROUTER(5));
	KUNIT_EXPECT_EQ(test, ifc->querier_since, since);
	KUNIT_EXPECT_EQ(test, ntohl(ifc->querier_addr), ntohl(ROUTER(5)));
	fixture_pass(test, 1000);
	hear(test, ROUTER(4));
	KUNIT_EXPECT_EQ(test, ifc->querier_since, ifc->now);
	KUNIT_EXPECT_EQ(test, ntohl(ifc->querier_addr), ntohl(ROUTER(4)));
	EXPECT_LEFT(test, &ifc->other, OTHER_LEFT);
}

static void the_start_is_over_when_there_is_another(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);

	ifc->config.startup_query_count = 7;
	mgm_igmp_querier_start(ifc);
	fixture_pass(test, 1000);
	hear(test, ROUTER(1));
	fixture_pass(test, OTHER_LEFT);
	fixture_forget_sent(test);
	fixture_pass(test, QI);
	EXPECT_SENT(test, GENERAL(1000 + OTHER_LEFT + QI));
}

static const struct version_row {
	const char *desc;
	u8 own;
	u8 version;
	u32 grp;
	unsigned int wrong;
} version_rows[] = {
	{ "the same", 3, 3, 0, 0 },
	{ "an older one", 3, 2, 0, 1 },
	{ "a much older one", 3, 1, 0, 1 },
	{ "a newer one", 2, 3, 0, 1 },
	{ "an older one, about a group", 3, 2, 1, 0 },
};

TABLE(version);

/* A router with another version has been set so by mistake (7.3.1). */
static void queries_of_another_version_are_noted(struct kunit *test)
{
	const struct version_row *row = test->param_value;
	struct mgm_igmp_query query = heard_from(ROUTER(1));
	struct mgm_igmp_if *ifc = ifc_of(test);

	ifc->config.version = row->own;
	mgm_igmp_querier_start(ifc);
	query.version = row->version;
	query.grp = row->grp ? GRP(row->grp) : 0;
	mgm_igmp_query_heard(ifc, &query);
	EXPECT_COUNT(test, WRONG_VERSION_QUERIES, row->wrong);
	KUNIT_EXPECT_EQ(test, fixture_of(test)->warned, row->wrong);
	KUNIT_EXPECT_FALSE(test, ifc->querier);
}

static void a_querier_uses_new_settings_at_once(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct fixture *f = fixture_of(test);

	mgm_igmp_querier_start(ifc);
	fixture_pass(test, 40000);
	fixture_forget_sent(test);
	ifc->config.robustness = 4;
	ifc->config.query_interval = 20000;
	ifc->config.version = 2;
	mgm_igmp_querier_set(ifc);
	KUNIT_EXPECT_EQ(test, ifc->robustness, 4);
	KUNIT_EXPECT_EQ(test, ifc->query_interval, 20000U);
	fixture_pass(test, 40000);
	KUNIT_EXPECT_EQ(test, f->sent[0].version, 2);
	EXPECT_SENT(test, GENERAL(60000), GENERAL(80000));
	/* A longer interval begins with the next query. */
	ifc->config.query_interval = 100000;
	mgm_igmp_querier_set(ifc);
	fixture_pass(test, 120000);
	EXPECT_SENT(test, GENERAL(100000), GENERAL(200000));
}

static void others_go_on_following_the_querier(struct kunit *test)
{
	struct mgm_igmp_query query = heard_from(ROUTER(1));
	struct mgm_igmp_if *ifc = ifc_of(test);

	mgm_igmp_querier_start(ifc);
	query.robustness = 5;
	query.query_interval = 30000;
	mgm_igmp_query_heard(ifc, &query);
	ifc->config.robustness = 3;
	ifc->config.query_interval = 20000;
	mgm_igmp_querier_set(ifc);
	KUNIT_EXPECT_EQ(test, ifc->robustness, 5);
	KUNIT_EXPECT_EQ(test, ifc->query_interval, 30000U);
	EXPECT_STOPPED(test, &ifc->general);
	fixture_pass(test, 155000);
	KUNIT_EXPECT_TRUE(test, ifc->querier);
	KUNIT_EXPECT_EQ(test, ifc->robustness, 3);
	KUNIT_EXPECT_EQ(test, ifc->query_interval, 20000U);
}

static void a_link_that_is_there_again_is_asked_at_once(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);

	mgm_igmp_querier_start(ifc);
	fixture_pass(test, 50000);
	fixture_forget_sent(test);
	mgm_igmp_querier_restart(ifc);
	fixture_pass(test, 31250 + QI);
	EXPECT_SENT(test, GENERAL(50000), GENERAL(50000 + 31250),
		    GENERAL(50000 + 31250 + QI));
}

static void but_by_the_querier_alone(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);

	mgm_igmp_querier_start(ifc);
	hear(test, ROUTER(1));
	fixture_forget_sent(test);
	mgm_igmp_querier_restart(ifc);
	EXPECT_STOPPED(test, &ifc->general);
	fixture_pass(test, OTHER_LEFT - 1);
	EXPECT_NOTHING_SENT(test);
}

/* Timers that run for groups do not mind who the querier is. */
static void groups_outlive_a_change_of_querier(struct kunit *test)
{
	struct mgm_igmp_if *ifc = ifc_of(test);

	mgm_igmp_querier_start(ifc);
	mgm_igmp_v2_report(ifc, HOST, GRP(1));
	fixture_pass(test, 200000);
	hear(test, ROUTER(1));
	fixture_pass(test, 59999);
	KUNIT_EXPECT_NOT_NULL(test, mgm_igmp_group_find(ifc, GRP(1)));
	fixture_pass(test, 1);
	KUNIT_EXPECT_NULL(test, mgm_igmp_group_find(ifc, GRP(1)));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_first_queries_come_sooner),
	CASE_TABLE(they_come_as_is_set, startup),
	CASE_TABLE(the_lowest_address_is_the_querier, election),
	KUNIT_CASE(a_query_about_a_group_is_one_of_a_querier_too),
	KUNIT_CASE(a_query_from_nowhere_changes_nothing),
	CASE_TABLE(the_settings_of_the_querier_are_followed, adopt),
	KUNIT_CASE(what_it_says_is_followed_afresh_each_time),
	KUNIT_CASE(who_does_not_hear_a_querier_becomes_it),
	KUNIT_CASE(a_lower_one_takes_its_place),
	KUNIT_CASE(the_start_is_over_when_there_is_another),
	CASE_TABLE(queries_of_another_version_are_noted, version),
	KUNIT_CASE(a_querier_uses_new_settings_at_once),
	KUNIT_CASE(others_go_on_following_the_querier),
	KUNIT_CASE(a_link_that_is_there_again_is_asked_at_once),
	KUNIT_CASE(but_by_the_querier_alone),
	KUNIT_CASE(groups_outlive_a_change_of_querier),
	{}
};

static struct kunit_suite querier_suite = {
	.name = "mgm_igmp_querier",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(querier_suite);
