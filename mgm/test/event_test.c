// SPDX-License-Identifier: GPL-2.0
/*
 * The true mgm_event(), under another name: all other suites have one that only
 * keeps what it is told. Tracepoints are mgm.ko's.
 */
#define NOTRACE
#define mgm_event(...)		true_event(__VA_ARGS__)
#define mgm_event_init(...)	true_event_init(__VA_ARGS__)
#define mgm_event_alert(...)	true_event_alert(__VA_ARGS__)
#include "../event.c"
#undef mgm_event
#undef mgm_event_init
#undef mgm_event_alert
#include "fixture.h"

/* A listener, and what it has heard. */
struct ear {
	struct notifier_block nb;
	unsigned int heard;
	unsigned long event;
	struct mgm_event_info info;
	u32 genids[MGM_TABLES];
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
	memcpy(ear->genids, info->mn->genids, sizeof(ear->genids));
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
	mn->genids[MGM_TABLE_MFES] = row->before;
	KUNIT_EXPECT_EQ(test, mgm_event_listen(&a.nb), 0);
	true_event(mn, MGM_EVENT_MFE_ADD, 0, NULL);
	mgm_event_unlisten(&a.nb);
	KUNIT_EXPECT_EQ(test, mn->genids[MGM_TABLE_MFES], row->after);
	KUNIT_EXPECT_EQ(test, a.genids[MGM_TABLE_MFES], row->after);
}

static const struct table_row {
	const char *desc;
	enum mgm_event event;
	enum mgm_table table;
} table_rows[] = {
	{ "register", MGM_EVENT_PROTOCOL_REGISTER, MGM_TABLE_PROTOCOLS },
	{ "deregister", MGM_EVENT_PROTOCOL_DEREGISTER, MGM_TABLE_PROTOCOLS },
	{ "take", MGM_EVENT_INTERFACE_TAKE, MGM_TABLE_INTERFACES },
	{ "enable IGMP", MGM_EVENT_IGMP_ENABLE, MGM_TABLE_INTERFACES },
	{ "add", MGM_EVENT_MEMBERSHIP_ADD, MGM_TABLE_MEMBERSHIPS },
	{ "delete", MGM_EVENT_MEMBERSHIP_DEL, MGM_TABLE_MEMBERSHIPS },
	{ "new entry", MGM_EVENT_MFE_ADD, MGM_TABLE_MFES },
	{ "end of an entry", MGM_EVENT_MFE_DEL, MGM_TABLE_MFES },
};

TABLE(table);

static void a_change_interrupts_the_dumps_of_its_own_table(struct kunit *test)
{
	const struct table_row *row = test->param_value;
	struct mgm_net *mn = net_of(test);
	u32 before[MGM_TABLES];
	enum mgm_table i;

	true_event_init(mn);
	memcpy(before, mn->genids, sizeof(before));
	true_event(mn, row->event, 0, NULL);
	for (i = 0; i < MGM_TABLES; i++)
		KUNIT_EXPECT_EQ(test, mn->genids[i] != before[i],
				i == row->table);
}

/* Who watches is told, and nothing has changed. */
static void an_alert_is_an_event_and_no_change(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, USER);
	const struct mgm_alert alert = { .type = MGM_ALERT_JOIN };
	struct mgm_net *mn = net_of(test);
	u32 before[MGM_TABLES];

	memcpy(before, mn->genids, sizeof(before));
	a = (struct ear){ .nb.notifier_call = hear };
	KUNIT_EXPECT_EQ(test, mgm_event_listen(&a.nb), 0);
	true_event_alert(proto, &alert);
	mgm_event_unlisten(&a.nb);
	KUNIT_EXPECT_EQ(test, a.event, (unsigned long)MGM_EVENT_ALERT);
	KUNIT_EXPECT_EQ(test, a.info.handle, proto->handle);
	KUNIT_EXPECT_PTR_EQ(test, a.info.alert, &alert);
	KUNIT_EXPECT_EQ(test, memcmp(before, mn->genids, sizeof(before)), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(listeners_hear_until_they_leave),
	CASE_TABLE(each_event_moves_the_generation, genid),
	CASE_TABLE(a_change_interrupts_the_dumps_of_its_own_table, table),
	KUNIT_CASE(an_alert_is_an_event_and_no_change),
	{}
};

static struct kunit_suite event_suite = {
	.name = "mgm_event",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(event_suite);
