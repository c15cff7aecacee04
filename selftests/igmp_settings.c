// SPDX-License-Identifier: GPL-2.0
/*
 * The settings of IGMP: what they are at first, their ranges, and that a refused
 * change changes nothing.
 */
#include "igmp_nl.h"
#include "mgm_harness.h"

/* Beginnings of the sentences that many cases look for. */
#define WHOLE_SECONDS	"the interval must be a whole number of seconds"
#define WHOLE_TENTHS	"the interval must be a whole number of tenths of a second"
#define NOT_LESS \
	"the query response interval is not less than the query interval"

FIXTURE(igmp_settings)
{
	struct igmp igmp;
};

FIXTURE_SETUP(igmp_settings)
{
	ASSERT_EQ(0, igmp_begin(&self->igmp));
}

FIXTURE_TEARDOWN(igmp_settings)
{
	igmp_end(&self->igmp);
}

static const struct setting {
	__u16 type;
	__u32 first;		/* as it is at first */
	__u32 min;
	__u32 max;
} settings[] = {
	{ IF(VERSION), 3, 1, 3 },
	{ IF(ROBUSTNESS), 2, 1, 7 },
	{ IF(QUERY_INTERVAL), 125000, 1000, 31744000 },
	{ IF(QUERY_RESPONSE_INTERVAL), 10000, 100, 3174400 },
	{ IF(LAST_MEMBER_QUERY_INTERVAL), 1000, 100, 3174400 },
	{ IF(LAST_MEMBER_QUERY_COUNT), 2, 0, 7 },
	{ IF(STARTUP_QUERY_INTERVAL), 31250, 0, 31744000 },
	{ IF(STARTUP_QUERY_COUNT), 2, 0, 7 },
	{ IF(IMMEDIATE_LEAVE), 0, 0, 1 },
	{ IF(ROUTER_ALERT), 1, 0, 1 },
	{ IF(GROUPS_MAX), 4096, 0, 0xffffffff },
	{ IF(SOURCES_MAX), 64, 0, 512 },
	{ IF(RATE_MAX), 4000, 0, 0xffffffff },
};

static void expect_settings(struct __test_metadata *_metadata, int line,
			    struct mgm_nl *nl, int dev, const __u32 *expected)
{
	struct igmp_object object;
	unsigned int i;

	EXPECT_EQ(0, igmp_get(nl, dev, &object));
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		EXPECT_EQ(expected[i], object.values[settings[i].type])
			TH_LOG("line %d: setting %u", line, settings[i].type);
}

/* The settings of _dev are these, in the order of the table. */
#define EXPECT_SETTINGS(_nl, _dev, ...) \
do { \
	const __u32 _expected[ARRAY_SIZE(settings)] = { __VA_ARGS__ }; \
	expect_settings(_metadata, __LINE__, _nl, _dev, _expected); \
} while (0)

TEST_F(igmp_settings, settings_are_as_told_at_first)
{
	__u32 first[ARRAY_SIZE(settings)];
	unsigned int i;

	ASSERT_EQ(IF(RATE_MAX) - IF(VERSION) + 1, ARRAY_SIZE(settings));
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		first[i] = settings[i].first;
	expect_settings(_metadata, __LINE__, &self->igmp.nl, self->igmp.dev, first);
}

TEST_F(igmp_settings, value_out_of_its_range_is_refused)
{
	struct mgm_nl *nl = &self->igmp.nl;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		const struct setting *s = &settings[i];
		/* Whole seconds, so that nothing else is wrong. */
		const __u32 bad[] = {
			s->min ? 0 : s->max + 1, s->max + 1, s->max + 1000,
			0xffffffff,
		};

		if (s->max == 0xffffffff)
			continue;
		for (j = 0; j < ARRAY_SIZE(bad); j++) {
			EXPECT_REFUSED(nl, ERANGE, "out of range",
				       SETTINGS(nl, SET, self->igmp.dev,
						U32(s->type, bad[j])));
			EXPECT_EQ(s->type, nl->attr) TH_LOG("setting %u", i);
			EXPECT_REFUSED(nl, ERANGE, "out of range",
				       SETTINGS(nl, ENABLE, self->igmp.dev2,
						U32(s->type, bad[j])));
			EXPECT_EQ(s->type, nl->attr) TH_LOG("setting %u", i);
		}
	}
	EXPECT_REFUSED(nl, ERANGE, "out of range",
		       SETTINGS(nl, SET, self->igmp.dev,
				U32(IF(QUERY_INTERVAL), 999)));
	EXPECT_REFUSED(nl, ERANGE, "out of range",
		       SETTINGS(nl, SET, self->igmp.dev,
				U32(IF(QUERY_RESPONSE_INTERVAL), 99)));
	EXPECT_REFUSED(nl, ERANGE, "out of range",
		       SETTINGS(nl, SET, self->igmp.dev,
				U32(IF(LAST_MEMBER_QUERY_INTERVAL), 99)));
	EXPECT_REFUSED(nl, ERANGE, "out of range", igmp_enable(nl, 0));
	EXPECT_EQ(IF(IFINDEX), nl->attr);
	EXPECT_REFUSED(nl, ERANGE, "out of range",
		       igmp_join(nl, 0, "239.1.1.1", NULL));
	EXPECT_EQ(GROUP(IFINDEX), nl->attr);
}

TEST_F(igmp_settings, settings_take_the_ends_of_their_ranges)
{
	struct mgm_nl *nl = &self->igmp.nl;
	struct mgm_nl_attr lowest[ARRAY_SIZE(settings) + 2] = {};
	struct mgm_nl_attr highest[ARRAY_SIZE(settings) + 2] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		lowest[i] = U32(settings[i].type, settings[i].min);
		highest[i] = U32(settings[i].type, settings[i].max);
	}
	lowest[i] = U32(IF(IFINDEX), self->igmp.dev);
	highest[i] = U32(IF(IFINDEX), self->igmp.dev2);

	/* 0 stands for what follows from other settings; that is told. */
	EXPECT_EQ(0, mgm_nl_call(nl, SET, NLM_F_ACK, NULL, NULL, lowest));
	EXPECT_SETTINGS(nl, self->igmp.dev, 1, 1, 1000, 100, 100, 1, 250, 1, 0, 0, 0,
			0, 0);
	EXPECT_EQ(0, mgm_nl_call(nl, ENABLE, NLM_F_ACK, NULL, NULL, highest));
	EXPECT_SETTINGS(nl, self->igmp.dev2, 3, 7, 31744000, 3174400, 3174400, 7,
			31744000, 7, 1, 1, 0xffffffff, 512, 0xffffffff);
	/* The one has nothing to do with the other. */
	EXPECT_SETTINGS(nl, self->igmp.dev, 1, 1, 1000, 100, 100, 1, 250, 1, 0, 0, 0,
			0, 0);
}

TEST_F(igmp_settings, what_is_not_named_stays_when_set_and_is_as_at_first_when_enabled)
{
	struct mgm_nl *nl = &self->igmp.nl;

	EXPECT_EQ(0, SETTINGS(nl, SET, self->igmp.dev, U32(IF(ROBUSTNESS), 3)));
	EXPECT_SETTINGS(nl, self->igmp.dev, 3, 3, 125000, 10000, 1000, 3, 31250, 3,
			0, 1, 4096, 64, 4000);
	EXPECT_EQ(0, SETTINGS(nl, SET, self->igmp.dev,
			      U32(IF(QUERY_INTERVAL), 20000),
			      U32(IF(LAST_MEMBER_QUERY_COUNT), 5)));
	EXPECT_SETTINGS(nl, self->igmp.dev, 3, 3, 20000, 10000, 1000, 5, 5000, 3, 0,
			1, 4096, 64, 4000);

	EXPECT_EQ(0, SETTINGS(nl, ENABLE, self->igmp.dev2,
			      U32(IF(IMMEDIATE_LEAVE), 1)));
	EXPECT_SETTINGS(nl, self->igmp.dev2, 3, 2, 125000, 10000, 1000, 2, 31250, 2,
			1, 1, 4096, 64, 4000);
	EXPECT_EQ(0, igmp_disable(nl, self->igmp.dev));
	EXPECT_EQ(0, igmp_enable(nl, self->igmp.dev));
	EXPECT_SETTINGS(nl, self->igmp.dev, 3, 2, 125000, 10000, 1000, 2, 31250, 2,
			0, 1, 4096, 64, 4000);
}

TEST_F(igmp_settings, startup_interval_goes_into_no_message_and_has_no_unit)
{
	struct mgm_nl *nl = &self->igmp.nl;

	EXPECT_EQ(0, SETTINGS(nl, SET, self->igmp.dev,
			      U32(IF(STARTUP_QUERY_INTERVAL), 31251)));
	EXPECT_SETTINGS(nl, self->igmp.dev, 3, 2, 125000, 10000, 1000, 2, 31251, 2,
			0, 1, 4096, 64, 4000);
}

TEST_F(igmp_settings, interval_that_messages_cannot_carry_is_refused)
{
	static const struct {
		__u16 type;
		__u32 unit;
		const char *text;
	} cases[] = {
		{ IF(QUERY_INTERVAL), 1000, WHOLE_SECONDS },
		{ IF(QUERY_RESPONSE_INTERVAL), 100, WHOLE_TENTHS },
		{ IF(LAST_MEMBER_QUERY_INTERVAL), 100, WHOLE_TENTHS },
	};
	struct mgm_nl *nl = &self->igmp.nl;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const __u32 bad[] = {
			20000 + 1, 20000 - 1, 20000 + cases[i].unit / 2,
		};

		for (j = 0; j < ARRAY_SIZE(bad); j++) {
			EXPECT_REFUSED(nl, EINVAL, cases[i].text,
				       SETTINGS(nl, SET, self->igmp.dev,
						U32(cases[i].type, bad[j])));
			EXPECT_EQ(cases[i].type, nl->attr);
			EXPECT_REFUSED(nl, EINVAL, cases[i].text,
				       SETTINGS(nl, ENABLE, self->igmp.dev2,
						U32(cases[i].type, bad[j])));
			EXPECT_EQ(cases[i].type, nl->attr);
		}
		EXPECT_EQ(0, SETTINGS(nl, SET, self->igmp.dev,
				      U32(cases[i].type,
					  20000 + cases[i].unit)));
	}
}

TEST_F(igmp_settings, response_interval_must_be_less_than_the_query_interval)
{
	struct mgm_nl *nl = &self->igmp.nl;

	EXPECT_REFUSED(nl, EINVAL, NOT_LESS,
		       SETTINGS(nl, SET, self->igmp.dev,
				U32(IF(QUERY_RESPONSE_INTERVAL), 125000)));
	EXPECT_EQ(IF(QUERY_RESPONSE_INTERVAL), nl->attr);
	EXPECT_REFUSED(nl, EINVAL, NOT_LESS,
		       SETTINGS(nl, SET, self->igmp.dev,
				U32(IF(QUERY_INTERVAL), 10000)));
	EXPECT_EQ(IF(QUERY_INTERVAL), nl->attr);
	EXPECT_REFUSED(nl, EINVAL, NOT_LESS,
		       SETTINGS(nl, ENABLE, self->igmp.dev2,
				U32(IF(QUERY_INTERVAL), 5000)));
	EXPECT_EQ(IF(QUERY_INTERVAL), nl->attr);
	EXPECT_REFUSED(nl, EINVAL, NOT_LESS,
		       SETTINGS(nl, ENABLE, self->igmp.dev2,
				U32(IF(QUERY_INTERVAL), 5000),
				U32(IF(QUERY_RESPONSE_INTERVAL), 5000)));
	EXPECT_EQ(IF(QUERY_RESPONSE_INTERVAL), nl->attr);

	/* They are looked at as they will be, not one after the other. */
	EXPECT_EQ(0, SETTINGS(nl, SET, self->igmp.dev,
			      U32(IF(QUERY_INTERVAL), 5000),
			      U32(IF(QUERY_RESPONSE_INTERVAL), 4900)));
	EXPECT_EQ(0, SETTINGS(nl, SET, self->igmp.dev,
			      U32(IF(QUERY_RESPONSE_INTERVAL), 200000),
			      U32(IF(QUERY_INTERVAL), 201000)));
}

TEST_F(igmp_settings, refused_set_changes_nothing_of_what_is_named_beside)
{
	struct mgm_nl *nl = &self->igmp.nl;

	EXPECT_REFUSED(nl, EINVAL, WHOLE_TENTHS,
		       SETTINGS(nl, SET, self->igmp.dev, U32(IF(VERSION), 2),
				U32(IF(ROBUSTNESS), 7),
				U32(IF(LAST_MEMBER_QUERY_INTERVAL), 101)));
	EXPECT_REFUSED(nl, EINVAL, NOT_LESS,
		       SETTINGS(nl, SET, self->igmp.dev, U32(IF(GROUPS_MAX), 1),
				U32(IF(QUERY_RESPONSE_INTERVAL), 200000)));
	EXPECT_REFUSED(nl, EINVAL, "nothing to change is given",
		       SETTINGS(nl, SET, self->igmp.dev));
}

TEST_HARNESS_MAIN
