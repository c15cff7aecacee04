// SPDX-License-Identifier: GPL-2.0
/*
 * The room itself is in the fixture, which needs it for every suite.
 */
#include "fixture.h"

#define ID		MGM_LIMIT_PENDING_BYTES

static void every_bound_has_a_default(struct kunit *test)
{
	int id;

	for (id = 0; id <= MGM_LIMIT_MAX; id++) {
		KUNIT_EXPECT_GT_MSG(test, net_of(test)->bounds[id].value, 0U,
				    "bound %d", id);
		EXPECT_BOUND(test, id, 0, 0);
	}
}

static const struct charge_row {
	const char *desc;
	u32 value;
	u32 used;
	u32 n;
	bool granted;
} charge_rows[] = {
	{ "the first of many", 10, 0, 1, true },
	{ "the last one", 10, 9, 1, true },
	{ "all at once", 10, 0, 10, true },
	{ "one more than there are", 10, 10, 1, false },
	{ "the last and one more", 10, 9, 2, false },
	{ "more than all at once", 10, 0, 11, false },
	{ "nothing may be had", 0, 0, 1, false },
	{ "the bound was lowered below what is used", 5, 8, 1, false },
	{ "the largest bound", U32_MAX, 0, U32_MAX, true },
	{ "a sum that does not fit in 32 bits", U32_MAX, 2, U32_MAX, false },
	{ "the same for a small bound", 10, 2, U32_MAX, false },
};

TABLE(charge);

static void charge_stops_at_the_bound(struct kunit *test)
{
	const struct charge_row *row = test->param_value;
	struct mgm_net *mn = net_of(test);

	mn->bounds[ID].value = row->value;
	mn->bounds[ID].used = row->used;
	KUNIT_EXPECT_EQ(test, mgm_bound_charge(mn, ID, row->n), row->granted);
	EXPECT_BOUND(test, ID, row->used + (row->granted ? row->n : 0),
		     !row->granted);
}

static void what_is_given_back_can_be_had_again(struct kunit *test)
{
	struct mgm_net *mn = net_of(test);

	mn->bounds[ID].value = 10;
	KUNIT_EXPECT_TRUE(test, mgm_bound_charge(mn, ID, 7));
	KUNIT_EXPECT_FALSE(test, mgm_bound_charge(mn, ID, 7));
	KUNIT_EXPECT_FALSE(test, mgm_bound_charge(mn, ID, 4));
	EXPECT_BOUND(test, ID, 7, 2);
	mgm_bound_uncharge(mn, ID, 7);
	EXPECT_BOUND(test, ID, 0, 2);
	KUNIT_EXPECT_TRUE(test, mgm_bound_charge(mn, ID, 7));
	EXPECT_BOUND(test, ID, 7, 2);
}

static void bounds_do_not_mix(struct kunit *test)
{
	struct mgm_net *mn = net_of(test);
	int id;

	mn->bounds[ID].value = 1;
	KUNIT_EXPECT_TRUE(test, mgm_bound_charge(mn, ID, 1));
	KUNIT_EXPECT_FALSE(test, mgm_bound_charge(mn, ID, 1));
	for (id = 0; id <= MGM_LIMIT_MAX; id++)
		EXPECT_BOUND(test, id, id == ID, id == ID);
}

/* Of a bound whose default is 256. */
static const struct raise_row {
	const char *desc;
	u32 before;
	u32 value;
	bool machine;
	int err;
} raise_rows[] = {
	{ "lower", 256, 10, false, 0 },
	{ "up to the default again", 10, 256, false, 0 },
	{ "above the default", 256, 257, false, -EPERM },
	{ "above the default, by who may", 256, U32_MAX, true, 0 },
	{ "lower, but above the default still", 1000, 999, false, 0 },
	{ "above what was raised before", 1000, 1001, false, -EPERM },
	{ "none at all", 256, 0, false, 0 },
};

TABLE(raise);

static void not_everybody_may_raise_a_bound(struct kunit *test)
{
	const struct raise_row *row = test->param_value;
	struct mgm_net *mn = net_of(test);
	struct netlink_ext_ack extack = {};
	struct mgm_bound *bound = &mn->bounds[MGM_LIMIT_PROTOCOLS];
	int err;

	bound->value = row->before;
	/* It takes the lock itself. */
	mutex_unlock(&mn->lock);
	err = mgm_bound_set(mn, MGM_LIMIT_PROTOCOLS, row->value, row->machine,
			    &extack);
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, err, row->err);
	KUNIT_EXPECT_EQ(test, bound->value, err ? row->before : row->value);
	KUNIT_EXPECT_EQ(test, !!extack._msg, !!err);
}

static struct kunit_case cases[] = {
	CASE_TABLE(not_everybody_may_raise_a_bound, raise),
	KUNIT_CASE(every_bound_has_a_default),
	CASE_TABLE(charge_stops_at_the_bound, charge),
	KUNIT_CASE(what_is_given_back_can_be_had_again),
	KUNIT_CASE(bounds_do_not_mix),
	{}
};

static struct kunit_suite bound_suite = {
	.name = "mgm_bound",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(bound_suite);
