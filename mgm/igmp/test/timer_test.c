// SPDX-License-Identifier: GPL-2.0
#include <linux/completion.h>
#include <linux/prandom.h>

#include "../timer.c"
#include "fixture.h"

#define BELLS	16
#define STEPS	2000
#define STOPPED	U64_MAX

struct bell {
	struct mgm_igmp_timer timer;
	struct clock *clock;
	unsigned int fired;
	u64 at;				/* the last time, since the beginning */
	void (*then)(struct bell *bell);
};

struct clock {
	struct kunit *test;
	struct mgm_igmp_if *ifc;
	unsigned int fired;		/* of all bells */
	unsigned int late;		/* after one with a later time */
	u64 last;
	struct bell bells[BELLS];
};

static u64 now(const struct clock *c)
{
	return ktime_ms_delta(c->ifc->now, fixture_of(c->test)->began);
}

static void fire(struct mgm_igmp_timer *timer)
{
	struct bell *bell = container_of(timer, struct bell, timer);
	struct clock *c = bell->clock;

	bell->fired++;
	bell->at = now(c);
	c->fired++;
	c->late += bell->at < c->last;
	c->last = bell->at;
	if (bell->then)
		bell->then(bell);
}

static struct clock *clock_new(struct kunit *test)
{
	struct clock *c = MUST(test, kunit_kzalloc(test, sizeof(*c),
						   GFP_KERNEL));
	int i;

	c->test = test;
	c->ifc = ifc_of(test);
	for (i = 0; i < BELLS; i++) {
		c->bells[i].clock = c;
		mgm_igmp_timer_init(&c->bells[i].timer, fire);
	}
	return c;
}

static void clock_stop(struct clock *c)
{
	int i;

	for (i = 0; i < BELLS; i++)
		mgm_igmp_timer_stop(c->ifc, &c->bells[i].timer);
}

static void a_timer_fires_once_at_its_time(struct kunit *test)
{
	struct clock *c = clock_new(test);
	struct bell *bell = &c->bells[0];

	EXPECT_STOPPED(test, &bell->timer);
	mgm_igmp_timer_set(c->ifc, &bell->timer, 1000);
	fixture_pass(test, 999);
	KUNIT_EXPECT_EQ(test, bell->fired, 0U);
	EXPECT_LEFT(test, &bell->timer, 1);
	fixture_pass(test, 1);
	KUNIT_EXPECT_EQ(test, bell->fired, 1U);
	EXPECT_STOPPED(test, &bell->timer);
	fixture_pass(test, 5000);
	KUNIT_EXPECT_EQ(test, bell->fired, 1U);
}

static void what_is_left_is_never_less_than_nothing(struct kunit *test)
{
	struct clock *c = clock_new(test);
	struct mgm_igmp_timer *timer = &c->bells[0].timer;

	KUNIT_EXPECT_EQ(test, mgm_igmp_timer_left(timer, c->ifc->now), 0ULL);
	mgm_igmp_timer_set(c->ifc, timer, 1000);
	KUNIT_EXPECT_EQ(test, mgm_igmp_timer_left(timer, c->ifc->now), 1000ULL);
	c->ifc->now = ktime_add_ms(c->ifc->now, 3000);
	KUNIT_EXPECT_EQ(test, mgm_igmp_timer_left(timer, c->ifc->now), 0ULL);
	KUNIT_EXPECT_TRUE(test, mgm_igmp_timer_runs(timer));
	clock_stop(c);
}

static const struct lower_row {
	const char *desc;
	u32 before;			/* 0: does not run */
	u32 ms;
	u32 after;
} lower_rows[] = {
	{ "to less", 5000, 2000, 2000 },
	{ "to the same", 2000, 2000, 2000 },
	{ "to more", 1000, 2000, 1000 },
	{ "to nothing", 1000, 0, 0 },
	{ "one that does not run", 0, 2000, 0 },
};

TABLE(lower);

static void lowering_neither_starts_nor_prolongs(struct kunit *test)
{
	const struct lower_row *row = test->param_value;
	struct clock *c = clock_new(test);
	struct mgm_igmp_timer *timer = &c->bells[0].timer;

	if (row->before)
		mgm_igmp_timer_set(c->ifc, timer, row->before);
	mgm_igmp_timer_lower(c->ifc, timer, row->ms);
	KUNIT_EXPECT_EQ(test, mgm_igmp_timer_runs(timer), !!row->before);
	KUNIT_EXPECT_EQ(test, mgm_igmp_timer_left(timer, c->ifc->now),
			(u64)row->after);
	clock_stop(c);
}

static void a_stopped_timer_does_not_fire(struct kunit *test)
{
	struct clock *c = clock_new(test);
	struct mgm_igmp_timer *timer = &c->bells[0].timer;

	mgm_igmp_timer_stop(c->ifc, timer);
	mgm_igmp_timer_set(c->ifc, timer, 10);
	mgm_igmp_timer_stop(c->ifc, timer);
	mgm_igmp_timer_stop(c->ifc, timer);
	EXPECT_STOPPED(test, timer);
	fixture_pass(test, 20);
	KUNIT_EXPECT_EQ(test, c->fired, 0U);
}

/* All of them compared with an array of when each is due. */
static void random_timers_fire_as_they_are_set(struct kunit *test)
{
	struct clock *c = clock_new(test);
	unsigned int step, i, ms, want;
	struct rnd_state rnd;
	u64 due[BELLS];

	prandom_seed_state(&rnd, 9776);
	for (i = 0; i < BELLS; i++)
		due[i] = STOPPED;
	for (step = 0; step < STEPS; step++) {
		i = prandom_u32_state(&rnd) % BELLS;
		ms = prandom_u32_state(&rnd) % 100;
		switch (prandom_u32_state(&rnd) % 8) {
		case 0 ... 3:
			mgm_igmp_timer_set(c->ifc, &c->bells[i].timer, ms);
			due[i] = now(c) + ms;
			continue;
		case 4:
			mgm_igmp_timer_lower(c->ifc, &c->bells[i].timer, ms);
			if (due[i] != STOPPED)
				due[i] = min(due[i], now(c) + ms);
			continue;
		case 5:
			mgm_igmp_timer_stop(c->ifc, &c->bells[i].timer);
			due[i] = STOPPED;
			continue;
		}
		c->fired = 0;
		fixture_pass(test, ms / 3);
		for (want = 0, i = 0; i < BELLS; i++) {
			KUNIT_EXPECT_EQ_MSG(test, c->bells[i].fired,
					    (unsigned int)(due[i] <= now(c)),
					    "step %u, timer %u", step, i);
			if (due[i] > now(c))
				continue;
			KUNIT_EXPECT_EQ_MSG(test, c->bells[i].at, due[i],
					    "step %u, timer %u", step, i);
			c->bells[i].fired = 0;
			due[i] = STOPPED;
			want++;
		}
		KUNIT_EXPECT_EQ_MSG(test, c->fired, want, "step %u", step);
	}
	KUNIT_EXPECT_EQ(test, c->late, 0U);
	clock_stop(c);
}

/* It may also be that nobody came for a while. */
static void late_timers_fire_in_their_order(struct kunit *test)
{
	struct clock *c = clock_new(test);
	int i;

	for (i = 0; i < BELLS; i++)
		mgm_igmp_timer_set(c->ifc, &c->bells[i].timer,
				   100 + i * 7 % BELLS);
	c->ifc->now = ktime_add_ms(c->ifc->now, 100 + BELLS / 2);
	mgm_igmp_timers_fire(c->ifc);
	for (i = 0; i < BELLS; i++)
		KUNIT_EXPECT_EQ_MSG(test, c->bells[i].fired,
				    (unsigned int)(i * 7 % BELLS <= BELLS / 2),
				    "timer %d", i);
	clock_stop(c);
}

static void set_again(struct bell *bell)
{
	mgm_igmp_timer_set(bell->clock->ifc, &bell->timer, 10);
}

static void a_timer_may_set_itself_again(struct kunit *test)
{
	struct clock *c = clock_new(test);

	c->bells[0].then = set_again;
	mgm_igmp_timer_set(c->ifc, &c->bells[0].timer, 10);
	fixture_pass(test, 105);
	KUNIT_EXPECT_EQ(test, c->bells[0].fired, 10U);
	EXPECT_LEFT(test, &c->bells[0].timer, 5);
	clock_stop(c);
}

static void stop_next(struct bell *bell)
{
	mgm_igmp_timer_stop(bell->clock->ifc, &bell[1].timer);
}

static void a_timer_may_stop_one_that_is_due_as_well(struct kunit *test)
{
	struct clock *c = clock_new(test);
	int i;

	c->bells[0].then = stop_next;
	for (i = 0; i < 3; i++)
		mgm_igmp_timer_set(c->ifc, &c->bells[i].timer, 10);
	fixture_pass(test, 10);
	KUNIT_EXPECT_EQ(test, c->bells[0].fired, 1U);
	KUNIT_EXPECT_EQ(test, c->bells[1].fired, 0U);
	KUNIT_EXPECT_EQ(test, c->bells[2].fired, 1U);
}

static void end_itself(struct bell *bell)
{
	kfree(bell);
}

static void a_timer_may_end_what_it_is_in(struct kunit *test)
{
	struct clock *c = clock_new(test);
	struct bell *bell;

	bell = MUST(test, kzalloc(sizeof(*bell), GFP_KERNEL));
	bell->clock = c;
	bell->then = end_itself;
	mgm_igmp_timer_init(&bell->timer, fire);
	mgm_igmp_timer_set(c->ifc, &bell->timer, 10);
	mgm_igmp_timer_set(c->ifc, &c->bells[0].timer, 10);
	fixture_pass(test, 10);
	KUNIT_EXPECT_EQ(test, c->fired, 2U);
}

/* Milliseconds until the work item wakes up, less the day that we are ahead. */
static long wakes_in(struct clock *c)
{
	const struct delayed_work *work = &c->ifc->timer_work;

	KUNIT_EXPECT_TRUE(c->test, delayed_work_pending(work));
	return (long)jiffies_to_msecs(work->timer.expires - jiffies) -
	       24 * 3600 * (long)MSEC_PER_SEC;
}

static void the_work_item_wakes_up_for_the_first_timer(struct kunit *test)
{
	static const long slack = 60 * MSEC_PER_SEC;
	struct clock *c = clock_new(test);
	long ms;

	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&c->ifc->timer_work));
	mgm_igmp_timer_set(c->ifc, &c->bells[0].timer, 1000000);
	ms = wakes_in(c);
	KUNIT_EXPECT_GT(test, ms, 1000000 - slack);
	KUNIT_EXPECT_LT(test, ms, 1000100L);
	mgm_igmp_timer_set(c->ifc, &c->bells[1].timer, 2000000);
	ms = wakes_in(c);
	KUNIT_EXPECT_LT(test, ms, 1000100L);
	mgm_igmp_timer_set(c->ifc, &c->bells[2].timer, 500000);
	ms = wakes_in(c);
	KUNIT_EXPECT_GT(test, ms, 500000 - slack);
	KUNIT_EXPECT_LT(test, ms, 500100L);
	clock_stop(c);
}

static DECLARE_COMPLETION(rung);

static void ring(struct bell *bell)
{
	complete(&rung);
}

/* With the clock of everybody. */
static void the_work_item_fires_one_after_the_other(struct kunit *test)
{
	struct clock *c = clock_new(test);
	ktime_t began = ktime_get();

	reinit_completion(&rung);
	c->ifc->now = began;
	c->bells[1].then = ring;
	mgm_igmp_timer_set(c->ifc, &c->bells[0].timer, 10);
	mgm_igmp_timer_set(c->ifc, &c->bells[1].timer, 40);
	mgm_igmp_timer_set(c->ifc, &c->bells[2].timer, 3600000);
	fixture_unlock(test);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&rung, 30 * HZ), 0UL);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), began), 40LL);
	fixture_lock(test);
	KUNIT_EXPECT_EQ(test, c->bells[0].fired, 1U);
	KUNIT_EXPECT_EQ(test, c->bells[1].fired, 1U);
	KUNIT_EXPECT_EQ(test, c->bells[2].fired, 0U);
	clock_stop(c);
}

static void nothing_wakes_up_after_the_end(struct kunit *test)
{
	struct clock *c = clock_new(test);

	mgm_igmp_timer_set(c->ifc, &c->bells[0].timer, 1000);
	fixture_unlock(test);
	mgm_igmp_timers_exit(c->ifc);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&c->ifc->timer_work));
	fixture_lock(test);
	KUNIT_EXPECT_EQ(test, c->fired, 0U);
	clock_stop(c);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_timer_fires_once_at_its_time),
	KUNIT_CASE(what_is_left_is_never_less_than_nothing),
	CASE_TABLE(lowering_neither_starts_nor_prolongs, lower),
	KUNIT_CASE(a_stopped_timer_does_not_fire),
	KUNIT_CASE(random_timers_fire_as_they_are_set),
	KUNIT_CASE(late_timers_fire_in_their_order),
	KUNIT_CASE(a_timer_may_set_itself_again),
	KUNIT_CASE(a_timer_may_stop_one_that_is_due_as_well),
	KUNIT_CASE(a_timer_may_end_what_it_is_in),
	KUNIT_CASE(the_work_item_wakes_up_for_the_first_timer),
	KUNIT_CASE(the_work_item_fires_one_after_the_other),
	KUNIT_CASE(nothing_wakes_up_after_the_end),
	{}
};

static struct kunit_suite timer_suite = {
	.name = "mgm_igmp_timer",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(timer_suite);
