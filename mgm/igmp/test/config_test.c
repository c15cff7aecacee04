// SPDX-License-Identifier: GPL-2.0
#include "../config.c"
#include "fixture.h"

static void the_first_settings_are_those_of_the_rfc(struct kunit *test)
{
	struct mgm_igmp_config config;

	memset(&config, 0xff, sizeof(config));
	mgm_igmp_config_init(&config);
	KUNIT_EXPECT_EQ(test, config.version, 3);
	KUNIT_EXPECT_EQ(test, config.robustness, 2);
	KUNIT_EXPECT_EQ(test, config.query_interval, 125000U);
	KUNIT_EXPECT_EQ(test, config.query_response_interval, 10000U);
	KUNIT_EXPECT_EQ(test, config.last_member_query_interval, 1000U);
	KUNIT_EXPECT_EQ(test, config.last_member_query_count, 0);
	KUNIT_EXPECT_EQ(test, config.startup_query_interval, 0U);
	KUNIT_EXPECT_EQ(test, config.startup_query_count, 0);
	KUNIT_EXPECT_FALSE(test, config.immediate_leave);
	KUNIT_EXPECT_TRUE(test, config.router_alert);
	KUNIT_EXPECT_EQ(test, config.groups_max, 4096U);
	KUNIT_EXPECT_EQ(test, config.sources_max, 64U);
	KUNIT_EXPECT_EQ(test, config.rate_max, 4000U);
	KUNIT_EXPECT_EQ(test, mgm_igmp_config_check(&config, NULL), 0);
}

#define TOO_SLOW \
	"the query response interval is not less than the query interval"

static const struct check_row {
	const char *desc;
	u32 query_interval;
	u32 query_response_interval;
	int err;
	const char *msg;
} check_rows[] = {
	{ "much less", 125000, 10000 },
	{ "a little less", 10100, 10000 },
	{ "the same", 10000, 10000, -EINVAL, TOO_SLOW },
	{ "more", 1000, 10000, -EINVAL, TOO_SLOW },
	{ "the greatest", 31744000, 3174400 },
};

TABLE(check);

static void hosts_answer_before_they_are_asked_again(struct kunit *test)
{
	const struct check_row *row = test->param_value;
	struct netlink_ext_ack extack = {};
	struct mgm_igmp_config config;

	mgm_igmp_config_init(&config);
	config.query_interval = row->query_interval;
	config.query_response_interval = row->query_response_interval;
	EXPECT_REFUSAL(test, mgm_igmp_config_check(&config, &extack), &extack,
		       row->err, row->msg);
	KUNIT_EXPECT_EQ(test, mgm_igmp_config_check(&config, NULL), row->err);
}

/* What is set here, what is in force, and section 8 of the RFC worked out. */
static const struct derived_row {
	const char *desc;
	struct mgm_igmp_config config;
	u8 robustness;
	u32 query_interval;

	u32 last_member_count;
	u32 last_member_time;
	u32 startup_count;
	u32 startup_interval;
	u32 membership_interval;
	u32 other_querier_interval;
} derived_rows[] = {
	{ "as at first",
	  { .robustness = 2, .query_interval = 125000,
	    .query_response_interval = 10000,
	    .last_member_query_interval = 1000 }, 2, 125000,
	  2, 2000, 2, 31250, 260000, 255000 },
	{ "all by hand",
	  { .robustness = 3, .query_interval = 60000,
	    .query_response_interval = 5000,
	    .last_member_query_interval = 300, .last_member_query_count = 5,
	    .startup_query_interval = 7000, .startup_query_count = 1 }, 3, 60000,
	  5, 1500, 1, 7000, 185000, 182500 },
	{ "another querier's robustness and interval",
	  { .robustness = 3, .query_interval = 60000,
	    .query_response_interval = 5000,
	    .last_member_query_interval = 1000 }, 7, 31744000,
	  7, 7000, 3, 15000, 222213000, 222210500 },
	{ "another querier's robustness, but a count by hand",
	  { .robustness = 2, .query_interval = 125000,
	    .query_response_interval = 10000,
	    .last_member_query_interval = 1000,
	    .last_member_query_count = 1 }, 4, 125000,
	  1, 1000, 2, 31250, 510000, 505000 },
	{ "robustness 1",
	  { .robustness = 1, .query_interval = 1000,
	    .query_response_interval = 100,
	    .last_member_query_interval = 100 }, 1, 1000,
	  1, 100, 1, 250, 1100, 1050 },
	{ "the greatest",
	  { .robustness = 7, .query_interval = 31744000,
	    .query_response_interval = 3174400,
	    .last_member_query_interval = 3174400 }, 7, 31744000,
	  7, 22220800, 7, 7936000, 225382400, 223795200 },
};

TABLE(derived);

static void intervals_follow_from_the_settings_in_force(struct kunit *test)
{
	const struct derived_row *row = test->param_value;
	struct mgm_igmp_if *ifc = ifc_of(test);

	ifc->config = row->config;
	ifc->robustness = row->robustness;
	ifc->query_interval = row->query_interval;
	KUNIT_EXPECT_EQ(test, mgm_igmp_last_member_count(ifc),
			row->last_member_count);
	KUNIT_EXPECT_EQ(test, mgm_igmp_last_member_time(ifc),
			row->last_member_time);
	KUNIT_EXPECT_EQ(test, mgm_igmp_startup_count(&ifc->config),
			row->startup_count);
	KUNIT_EXPECT_EQ(test, mgm_igmp_startup_interval(&ifc->config),
			row->startup_interval);
	KUNIT_EXPECT_EQ(test, mgm_igmp_membership_interval(ifc),
			row->membership_interval);
	KUNIT_EXPECT_EQ(test, mgm_igmp_other_querier_interval(ifc),
			row->other_querier_interval);
	KUNIT_EXPECT_EQ(test, mgm_igmp_older_host_interval(ifc),
			row->membership_interval);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_first_settings_are_those_of_the_rfc),
	CASE_TABLE(hosts_answer_before_they_are_asked_again, check),
	CASE_TABLE(intervals_follow_from_the_settings_in_force, derived),
	{}
};

static struct kunit_suite config_suite = {
	.name = "mgm_igmp_config",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(config_suite);
