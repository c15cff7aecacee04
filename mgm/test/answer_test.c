// SPDX-License-Identifier: GPL-2.0
/*
 * Protocols in user space: what they are told, and what they answer, if they do. The
 * test stands in for their socket, for the worker, and for the clock.
 */
#include <linux/workqueue.h>

/* When the answers are looked at next, in jiffies from then on. */
static struct {
	unsigned int calls;
	unsigned long delay;
} armed;

static inline bool fake_mod_delayed_work(struct workqueue_struct *wq,
					 struct delayed_work *work,
					 unsigned long delay)
{
	armed.calls++;
	armed.delay = delay;
	return false;
}

#define mod_delayed_work(...)	fake_mod_delayed_work(__VA_ARGS__)
#include "../answer.c"
#undef mod_delayed_work
#include "fixture.h"

void true_deliver_init(struct mgm_protocol *proto);	/* deliver_test.c */

/* What came to the socket. */
static struct told {
	unsigned int calls;
	enum mgm_alert_type type;
	u32 id;
	u32 lost;
	int result;			/* what telling comes to */
} told;

static int tell(const struct mgm_protocol *proto, const struct mgm_alert *alert)
{
	told.calls++;
	told.type = alert->type;
	told.id = alert->id;
	told.lost = proto->lost_untold;
	return told.result;
}

static struct mgm_protocol *protocol(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, USER);

	mgm_answer_init(net_of(test));
	true_deliver_init(proto);
	proto->tell = tell;
	proto->callbacks = U32_MAX;
	told = (struct told){};
	memset(&armed, 0, sizeof(armed));
	return proto;
}

/* As a worker does. */
static void run(struct kunit *test, struct work_struct *work)
{
	fixture_unlock(test->priv);
	work->func(work);
	fixture_lock(test->priv);
}

static void deliver(struct kunit *test, struct mgm_protocol *proto)
{
	proto->nr_works = 1;
	run(test, &proto->work);
}

static struct mgm_flow *ask(struct kunit *test, struct mgm_protocol *proto)
{
	struct mgm_flow *flow;

	flow = MUST(test, kunit_kzalloc(test, sizeof(*flow), GFP_KERNEL));
	flow->ask.type = MGM_ALERT_RPF;
	flow->ask.flow = flow;
	mgm_alert_queue(proto, &flow->ask);
	return flow;
}

static void join(struct mgm_protocol *proto)
{
	const struct mgm_alert alert = {
		.type = MGM_ALERT_JOIN,
		.sg = mgm_sg4(SRC(1), GRP(1)),
	};

	mgm_alert_record(proto, &alert);
}

static const struct wanted_row {
	const char *desc;
	enum mgm_alert_type type;
	u64 mfe;
	bool wanted;
} wanted_rows[] = {
	{ "the way in", MGM_ALERT_RPF, 0, true },
	{ "the ways out", MGM_ALERT_CREATION, 1, true },
	{ "an entry that nobody wants", MGM_ALERT_PRUNE, 1, true },
	{ "a membership that is gone", MGM_ALERT_PRUNE, 0, false },
	{ "join", MGM_ALERT_JOIN, 0, false },
	{ "local join", MGM_ALERT_LOCAL_JOIN, 0, false },
	{ "local leave", MGM_ALERT_LOCAL_LEAVE, 0, false },
	{ "wrong interface", MGM_ALERT_WRONG_IF, 0, false },
	{ "overrun", MGM_ALERT_OVERRUN, 0, false },
};

TABLE(wanted);

static void only_what_can_change_something_is_waited_for(struct kunit *test)
{
	const struct wanted_row *row = test->param_value;
	const struct mgm_alert alert = { .type = row->type, .mfe = row->mfe };

	KUNIT_EXPECT_EQ(test, mgm_answer_wanted(&alert), row->wanted);
}

static void a_question_waits_and_the_rest_is_told_meanwhile(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);
	struct mgm_flow *flow = ask(test, proto);

	net_of(test)->config.answer_timeout = 500;
	deliver(test, proto);
	KUNIT_EXPECT_EQ(test, told.type, MGM_ALERT_RPF);
	KUNIT_EXPECT_EQ(test, told.id, 1U);
	KUNIT_EXPECT_EQ(test, proto->nr_asked, 1U);
	KUNIT_EXPECT_EQ(test, armed.calls, 1U);
	KUNIT_EXPECT_LE(test, armed.delay, msecs_to_jiffies(500));
	KUNIT_EXPECT_EQ(test, fixture_of(test)->nr_answers, 0U);

	join(proto);
	deliver(test, proto);
	KUNIT_EXPECT_EQ(test, told.type, MGM_ALERT_JOIN);
	KUNIT_EXPECT_EQ(test, told.id, 0U);
	KUNIT_EXPECT_EQ(test, proto->alerts_done, 1ULL);

	KUNIT_EXPECT_PTR_EQ(test, mgm_answer_find(proto, 1), &flow->ask);
	KUNIT_EXPECT_NULL(test, mgm_answer_find(proto, 2));
	mgm_answer_done(proto, &flow->ask, 0);
	KUNIT_EXPECT_EQ(test, fixture_of(test)->nr_answers, 1U);
	KUNIT_EXPECT_PTR_EQ(test, fixture_of(test)->answers[0],
			    (const struct mgm_flow *)flow);
	KUNIT_EXPECT_NULL(test, mgm_answer_find(proto, 1));
	KUNIT_EXPECT_EQ(test, proto->nr_asked, 0U);
	EXPECT_SOUND(test);
}

static void an_id_is_never_0(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);

	proto->last_id = U32_MAX;
	ask(test, proto);
	deliver(test, proto);
	KUNIT_EXPECT_EQ(test, told.id, 1U);
	mgm_answer_purge(proto);
}

static void what_is_due_is_answered_and_the_rest_waits(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);
	struct mgm_flow *due = ask(test, proto), *later = ask(test, proto);
	struct mgm_net *mn = net_of(test);

	deliver(test, proto);
	KUNIT_EXPECT_EQ(test, proto->nr_asked, 2U);
	due->ask.deadline = jiffies - 1;
	later->ask.deadline = jiffies + 1000 * HZ;
	run(test, &mn->answers.work);
	KUNIT_EXPECT_EQ(test, fixture_of(test)->nr_answers, 1U);
	KUNIT_EXPECT_PTR_EQ(test, fixture_of(test)->answers[0],
			    (const struct mgm_flow *)due);
	KUNIT_EXPECT_GT(test, armed.delay, 900UL * HZ);
	KUNIT_EXPECT_PTR_EQ(test, mgm_answer_find(proto, 2), &later->ask);
	mgm_answer_purge(proto);
	KUNIT_EXPECT_EQ(test, fixture_of(test)->nr_answers, 2U);
	EXPECT_SOUND(test);
}

/* The clock may have gone on since the deadline was looked at. */
static void what_is_overdue_is_looked_at_at_once(struct kunit *test)
{
	struct mgm_net *mn = net_of(test);

	protocol(test);
	arm(mn, jiffies + 1000 * HZ);
	KUNIT_EXPECT_GT(test, armed.delay, 900UL * HZ);
	arm(mn, jiffies - 1);
	KUNIT_EXPECT_EQ(test, armed.calls, 2U);
	KUNIT_EXPECT_EQ(test, armed.delay, 0UL);
}

static void a_full_socket_loses_the_alert_and_takes_the_default(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);

	told.result = -EAGAIN;
	ask(test, proto);
	join(proto);
	deliver(test, proto);
	KUNIT_EXPECT_EQ(test, told.calls, 2U);
	KUNIT_EXPECT_EQ(test, fixture_of(test)->nr_answers, 1U);
	KUNIT_EXPECT_EQ(test, proto->nr_asked, 0U);
	KUNIT_EXPECT_EQ(test, proto->alerts_lost, 2U);

	told.result = 0;
	join(proto);
	deliver(test, proto);
	KUNIT_EXPECT_EQ(test, told.lost, 2U);
	join(proto);
	deliver(test, proto);
	KUNIT_EXPECT_EQ(test, told.lost, 0U);
	KUNIT_EXPECT_EQ(test, proto->alerts_lost, 2U);
	EXPECT_SOUND(test);
}

static void as_many_answers_are_waited_for_as_alerts_may_wait(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);

	net_of(test)->bounds[MGM_LIMIT_ALERTS].value = 1;
	ask(test, proto);
	deliver(test, proto);
	KUNIT_EXPECT_EQ(test, told.id, 1U);
	ask(test, proto);
	deliver(test, proto);
	KUNIT_EXPECT_EQ(test, told.id, 0U);
	KUNIT_EXPECT_EQ(test, fixture_of(test)->nr_answers, 1U);
	KUNIT_EXPECT_EQ(test, proto->nr_asked, 1U);
	mgm_answer_purge(proto);
	EXPECT_SOUND(test);
}

static const struct asked_for_row {
	const char *desc;
	u32 callbacks;
	bool join, overrun, local_join;
} asked_for_rows[] = {
	{ "nothing", 0 },
	{ "joins: then of overruns, too", MGM_CALLBACK_F_JOIN, true, true },
	{ "local joins", MGM_CALLBACK_F_LOCAL_JOIN, false, true, true },
	{ "prunes", MGM_CALLBACK_F_PRUNE, false, true },
};

TABLE(asked_for);

static void user_space_is_told_what_it_asked_for(struct kunit *test)
{
	const struct asked_for_row *row = test->param_value;
	struct mgm_protocol *proto = protocol(test);

	proto->callbacks = row->callbacks;
	KUNIT_EXPECT_EQ(test, mgm_alert_wanted(proto, MGM_ALERT_JOIN), row->join);
	KUNIT_EXPECT_EQ(test, mgm_alert_wanted(proto, MGM_ALERT_OVERRUN),
			row->overrun);
	KUNIT_EXPECT_EQ(test, mgm_alert_wanted(proto, MGM_ALERT_LOCAL_JOIN),
			row->local_join);
	KUNIT_EXPECT_FALSE(test,
			   mgm_alert_wanted(proto, MGM_ALERT_IGMP_DISABLE));
}

static void the_first_that_is_due_is_the_first(struct kunit *test)
{
	static const u32 given[] = { 500, 100, 300 };
	static const u32 order[] = { 2, 3, 1 };
	struct mgm_protocol *proto = protocol(test);
	const struct mgm_alert *alert;
	int i;

	for (i = 0; i < ARRAY_SIZE(given); i++) {
		ask(test, proto);
		net_of(test)->config.answer_timeout = given[i];
		deliver(test, proto);
	}
	i = 0;
	list_for_each_entry(alert, &proto->asked, node)
		KUNIT_EXPECT_EQ(test, alert->id, order[i++]);
	KUNIT_EXPECT_EQ(test, i, 3);
	mgm_answer_purge(proto);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_first_that_is_due_is_the_first),
	CASE_TABLE(only_what_can_change_something_is_waited_for, wanted),
	KUNIT_CASE(a_question_waits_and_the_rest_is_told_meanwhile),
	KUNIT_CASE(an_id_is_never_0),
	KUNIT_CASE(what_is_due_is_answered_and_the_rest_waits),
	KUNIT_CASE(what_is_overdue_is_looked_at_at_once),
	KUNIT_CASE(a_full_socket_loses_the_alert_and_takes_the_default),
	KUNIT_CASE(as_many_answers_are_waited_for_as_alerts_may_wait),
	CASE_TABLE(user_space_is_told_what_it_asked_for, asked_for),
	{}
};

static struct kunit_suite answer_suite = {
	.name = "mgm_answer",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(answer_suite);
