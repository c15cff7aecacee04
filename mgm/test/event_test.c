// SPDX-License-Identifier: GPL-2.0
/*
 * The true mgm_event(), under another name: all other suites have one that only
 * keeps what it is told. Tracepoints are mgm.ko's.
 */
#define NOTRACE
#define mgm_event(...)		true_event(__VA_ARGS__)
#define mgm_event_alert(...)	true_event_alert(__VA_ARGS__)
#include "../event.c"
#undef mgm_event
#undef mgm_event_alert
#include "fixture.h"

/* A listener, and what it has heard. */
struct ear {
	struct notifier_block nb;
	unsigned int heard;
	unsigned long event;
	struct mgm_event_info info;
	u32 genid;
};

/* Not on a stack: one that cannot leave is to spoil its own test only. */
static struct ear a, b;

static int hear(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct ear *ear = container_of(nb, struct ear, nb);
	const struct mgm_event_info *info = ptr;

	ear->heard++;
	ear->event = event;
	ear->info = *info;
	ear->genid = info->mn->genid;
	return NOTIFY_DONE;
}

static void listeners_hear_until_they_leave(struct kunit *test)
{
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, NULL);
	struct mgm_net *mn = net_of(test);

	a = (struct ear){ .nb.notifier_call = hear };
	b = a;
	KUNIT_EXPECT_EQ(test, mgm_event_listen(&a.nb), 0);
	KUNIT_EXPECT_EQ(test, mgm_event_listen(&b.nb), 0);
	true_event(mn, MGM_EVENT_IGMP_ENABLE, 7, ifc);
	mgm_event_unlisten(&a.nb);
	true_event(mn, MGM_EVENT_INTERFACE_TAKE, 8, ifc);
	mgm_event_unlisten(&b.nb);
	true_event(mn, MGM_EVENT_INTERFACE_RELEASE, 9, ifc);

	KUNIT_EXPECT_EQ(test, a.heard, 1U);
	KUNIT_EXPECT_EQ(test, a.event, (unsigned long)MGM_EVENT_IGMP_ENABLE);
	KUNIT_EXPECT_EQ(test, a.info.handle, 7U);
	KUNIT_EXPECT_EQ(test, b.heard, 2U);
	KUNIT_EXPECT_EQ(test, b.event, (unsigned long)MGM_EVENT_INTERFACE_TAKE);
	KUNIT_EXPECT_EQ(test, b.info.handle, 8U);
	KUNIT_EXPECT_PTR_EQ(test, b.info.mn, mn);
	KUNIT_EXPECT_PTR_EQ(test, b.info.ifc, (const void *)ifc);
}

static const struct genid_row {
	const char *desc;
	u32 before, after;
} genid_rows[] = {
	{ "it counts", 1, 2 },
	{ "up to the last number", U32_MAX - 1, U32_MAX },
	{ "and never is 0", U32_MAX, 1 },
};

TABLE(genid);

/* By it a dump knows that it was interrupted. */
static void each_event_moves_the_generation(struct kunit *test)
{
	const struct genid_row *row = test->param_value;
	struct mgm_net *mn = net_of(test);

	a = (struct ear){ .nb.notifier_call = hear };
	mn->genid = row->before;
	KUNIT_EXPECT_EQ(test, mgm_event_listen(&a.nb), 0);
	true_event(mn, MGM_EVENT_MFE_ADD, 0, NULL);
	mgm_event_unlisten(&a.nb);
	KUNIT_EXPECT_EQ(test, mn->genid, row->after);
	KUNIT_EXPECT_EQ(test, a.genid, row->after);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(listeners_hear_until_they_leave),
	CASE_TABLE(each_event_moves_the_generation, genid),
	{}
};

static struct kunit_suite event_suite = {
	.name = "mgm_event",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(event_suite);
