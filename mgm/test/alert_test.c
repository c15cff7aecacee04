// SPDX-License-Identifier: GPL-2.0
/*
 * The queues: what gets into them, in which order, what is lost, and what becomes
 * of the answers. Nobody delivers here; deliver() below is all there is of it.
 */
#include "../alert.c"
#include "fixture.h"

#define NR_TYPES	(MGM_ALERT_IGMP_ENABLE + 1)

/* An alert that can be told from others by its source. */
static void record(struct kunit *test, struct mgm_protocol *proto,
		   enum mgm_alert_type type, int n)
{
	const struct mgm_alert alert = {
		.type = type,
		.sg = mgm_sg4(SRC(n), GRP(1)),
	};

	mgm_alert_record(proto, &alert);
}

static void record_many(struct kunit *test, struct mgm_protocol *proto,
			int first, int last)
{
	int n;

	for (n = first; n <= last; n++)
		record(test, proto, MGM_ALERT_JOIN, n);
}

/* The alerts in the queue: the number of each, 0 for the word of those lost. */
#define EXPECT_QUEUE(test, proto, ...) \
do { \
	const int _want[] = { __VA_ARGS__ }; \
	expect_queue(test, proto, _want, ARRAY_SIZE(_want), __LINE__); \
} while (0)

static void expect_queue(struct kunit *test, const struct mgm_protocol *proto,
			 const int *want, unsigned int n, int line)
{
	const struct mgm_alert *alert;
	unsigned int i = 0;

	list_for_each_entry(alert, &proto->alerts, node) {
		if (i < n && want[i])
			KUNIT_EXPECT_EQ_MSG(test, ntohl(alert->sg.src.ip4),
					    ntohl(SRC(want[i])),
					    "line %d, alert %u", line, i);
		else if (i < n)
			KUNIT_EXPECT_PTR_EQ_MSG(test, alert, &proto->overrun,
						"line %d, alert %u", line, i);
		i++;
	}
	KUNIT_EXPECT_EQ_MSG(test, i, n, "line %d", line);
}

static void expect_lost(struct kunit *test, const struct mgm_protocol *proto,
			u32 lost, int line)
{
	KUNIT_EXPECT_EQ_MSG(test, proto->alerts_lost, lost, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test,
			    atomic64_read(&net_of(test)->bounds[MGM_LIMIT_ALERTS].hits),
			    (s64)lost, "line %d", line);
}

#define EXPECT_LOST(test, proto, lost) expect_lost(test, proto, lost, __LINE__)

/* The oldest is told, and has had this for an answer. */
static void deliver(struct kunit *test, struct mgm_protocol *proto, u32 timeout)
{
	mgm_alert_done(proto, MUST(test, mgm_alert_next(proto)), timeout);
}

static void alerts_come_in_order(struct kunit *test)
{
	static const enum mgm_alert_type types[] = {
		MGM_ALERT_PRUNE, MGM_ALERT_JOIN, MGM_ALERT_LOCAL_LEAVE,
		MGM_ALERT_JOIN, MGM_ALERT_LOCAL_JOIN, MGM_ALERT_WRONG_IF,
	};
	struct mgm_protocol *proto = fixture_protocol(test, LISTENING);
	struct mgm_alert *got, alert = {};
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		alert.type = types[i];
		alert.member = i % 2;
		alert.sg = mgm_sg4(SRC(i), GRP(i));
		alert.ifc = mgm_if4(i, HOP(i));
		alert.mfe = types[i] == MGM_ALERT_PRUNE ? 7 : 0;
		mgm_alert_record(proto, &alert);
		KUNIT_EXPECT_EQ(test, proto->nr_alerts, i + 1U);
		KUNIT_EXPECT_EQ(test, fixture_of(test)->kicks, i + 1U);
	}
	EXPECT_SOUND(test);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		got = MUST(test, mgm_alert_next(proto));
		KUNIT_EXPECT_EQ(test, got->type, types[i]);
		KUNIT_EXPECT_EQ(test, got->member, i % 2 == 1);
		EXPECT_ADDR(test, got->sg.src.ip4, SRC(i));
		EXPECT_ADDR(test, got->sg.grp.ip4, GRP(i));
		KUNIT_EXPECT_EQ(test, got->ifc.ifindex, (u32)i);
		KUNIT_EXPECT_EQ(test, got->mfe, i ? 0ULL : 7ULL);
		KUNIT_EXPECT_EQ(test, proto->alerts_done, (u64)i);
		mgm_alert_done(proto, got, 900);
	}
	KUNIT_EXPECT_NULL(test, mgm_alert_next(proto));
	KUNIT_EXPECT_EQ(test, proto->nr_alerts, 0U);
	KUNIT_EXPECT_EQ(test, proto->alerts_done, proto->alerts_queued);
	EXPECT_LOST(test, proto, 0);
}

/* Each type has its callback; so many places in the table of them. */
static const struct type_row {
	const char *desc;
	enum mgm_alert_type type;
	size_t callback;
} type_rows[] = {
#define TYPE(type, callback) \
	{ #callback, MGM_ALERT_##type, \
	  offsetof(struct mgm_protocol_ops, callback) }
	TYPE(JOIN, join_alert),
	TYPE(PRUNE, prune_alert),
	TYPE(LOCAL_JOIN, local_join),
	TYPE(LOCAL_LEAVE, local_leave),
	TYPE(WRONG_IF, wrong_if),
	TYPE(OVERRUN, overrun),
	TYPE(RPF, rpf),
	TYPE(CREATION, creation_alert),
	TYPE(IGMP_DISABLE, igmp_disable),
	TYPE(IGMP_ENABLE, igmp_enable),
};

TABLE(type);

static void who_has_the_callback_wants_it(struct kunit *test)
{
	const struct type_row *row = test->param_value;
	struct mgm_protocol_ops only = {}, without;
	struct mgm_protocol *proto;
	enum mgm_alert_type type;

	proto = fixture_protocol(test, LISTENING);
	without = *proto->ops;
	/* Nobody calls it: what counts is that it is there. */
	*(void **)((void *)&only + row->callback) = proto;
	*(void **)((void *)&without + row->callback) = NULL;

	for (type = 0; type < NR_TYPES; type++) {
		proto->ops = &only;
		KUNIT_EXPECT_EQ_MSG(test, mgm_alert_wanted(proto, type),
				    type == row->type, "type %d", type);
		proto->ops = &without;
		KUNIT_EXPECT_EQ_MSG(test, mgm_alert_wanted(proto, type),
				    type != row->type, "type %d", type);
		proto->ops = NULL;
		KUNIT_EXPECT_FALSE(test, mgm_alert_wanted(proto, type));
	}
}

static const struct unwanted_row {
	const char *desc;
	enum fixture_kind kind;
	bool dying;
	bool queued, shown;
} unwanted_rows[] = {
	{ "one that listens", LISTENING, false, true, true },
	{ "one without the callback", DECIDING, false, false, true },
	{ "one without any", PLAIN, false, false, true },
	{ "one in user space", USER, false, false, true },
	{ "one that ends", LISTENING, true, false, false },
};

TABLE(unwanted);

static void only_who_wants_it_has_it_queued(struct kunit *test)
{
	const struct unwanted_row *row = test->param_value;
	struct mgm_protocol *proto = fixture_protocol(test, row->kind);

	proto->dying = row->dying;
	record(test, proto, MGM_ALERT_JOIN, 1);
	if (row->queued)
		EXPECT_QUEUE(test, proto, 1);
	else
		KUNIT_EXPECT_TRUE(test, list_empty(&proto->alerts));
	KUNIT_EXPECT_EQ(test, fixture_of(test)->kicks, (unsigned int)row->queued);
	KUNIT_EXPECT_EQ(test, proto->alerts_queued, (u64)row->queued);
	/* What is not wanted is not lost. */
	EXPECT_LOST(test, proto, 0);
	if (row->shown)
		EXPECT_ALERTS(test,
			      { proto, MGM_ALERT_JOIN, false, SRC(1), GRP(1) });
	else
		EXPECT_NO_ALERTS(test);
	EXPECT_SOUND(test);
}

static void what_is_newest_is_lost(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, LISTENING);

	net_of(test)->bounds[MGM_LIMIT_ALERTS].value = 3;
	record_many(test, proto, 1, 3);
	EXPECT_LOST(test, proto, 0);
	EXPECT_QUEUE(test, proto, 1, 2, 3);
	fixture_forget_alerts(test);

	record_many(test, proto, 4, 6);
	EXPECT_LOST(test, proto, 3);
	EXPECT_QUEUE(test, proto, 1, 2, 3, 0);
	/* It is the loss that is told, once. */
	EXPECT_ALERTS(test, { proto, MGM_ALERT_OVERRUN });
	KUNIT_EXPECT_EQ(test, fixture_of(test)->kicks, 4U);
	EXPECT_SOUND(test);
}

/* Of two losses with alerts between them one word is enough: the later one. */
static void the_word_of_a_loss_stands_behind_it(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, LISTENING);

	net_of(test)->bounds[MGM_LIMIT_ALERTS].value = 3;
	record_many(test, proto, 1, 4);
	EXPECT_QUEUE(test, proto, 1, 2, 3, 0);
	deliver(test, proto, 900);
	deliver(test, proto, 900);
	record_many(test, proto, 5, 5);
	EXPECT_QUEUE(test, proto, 3, 0, 5);
	EXPECT_LOST(test, proto, 1);
	record_many(test, proto, 6, 8);
	EXPECT_QUEUE(test, proto, 3, 5, 6, 0);
	EXPECT_LOST(test, proto, 3);
	EXPECT_SOUND(test);

	/* Once told, the next loss is told anew. */
	deliver(test, proto, 900);
	deliver(test, proto, 900);
	deliver(test, proto, 900);
	EXPECT_QUEUE(test, proto, 0);
	deliver(test, proto, 900);
	KUNIT_EXPECT_TRUE(test, list_empty(&proto->alerts));
	EXPECT_SOUND(test);
	record_many(test, proto, 9, 12);
	EXPECT_QUEUE(test, proto, 9, 10, 11, 0);
	EXPECT_LOST(test, proto, 4);
	EXPECT_SOUND(test);
}

static const struct room_row {
	const char *desc;
	u32 bound;
	u32 lost;			/* of five */
} room_rows[] = {
	{ "for none", 0, 5 },
	{ "for one", 1, 4 },
	{ "for all but one", 4, 1 },
	{ "for all", 5, 0 },
	{ "for more", 6, 0 },
};

TABLE(room);

static void queues_are_bounded(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, LISTENING);
	struct mgm_protocol *other = fixture_protocol(test, LISTENING);
	const struct room_row *row = test->param_value;

	net_of(test)->bounds[MGM_LIMIT_ALERTS].value = row->bound;
	record_many(test, proto, 1, 5);
	EXPECT_LOST(test, proto, row->lost);
	/* The word of the loss needs no room. */
	KUNIT_EXPECT_EQ(test, proto->nr_alerts, 5 - row->lost);
	KUNIT_EXPECT_EQ(test, list_empty(&proto->overrun.node), !row->lost);
	EXPECT_SOUND(test);

	/* Each has a queue of its own. */
	if (row->bound) {
		record_many(test, other, 1, 1);
		EXPECT_QUEUE(test, other, 1);
	}
	KUNIT_EXPECT_EQ(test, other->alerts_lost, 0U);
}

static void who_does_not_want_to_know_of_losses_is_not_told(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, LISTENING);
	struct mgm_protocol_ops ops = *proto->ops;

	ops.overrun = NULL;
	proto->ops = &ops;
	net_of(test)->bounds[MGM_LIMIT_ALERTS].value = 1;
	record_many(test, proto, 1, 3);
	EXPECT_QUEUE(test, proto, 1);
	EXPECT_LOST(test, proto, 2);
	EXPECT_SOUND(test);
	proto->ops = NULL;
}

/* Questions: what waits for their answer would wait for ever. */
static const struct question_row {
	const char *desc;
	enum mgm_alert_type type;
} question_rows[] = {
	{ "RPF", MGM_ALERT_RPF },
	{ "creation", MGM_ALERT_CREATION },
	{ "IGMP disable", MGM_ALERT_IGMP_DISABLE },
	{ "IGMP enable", MGM_ALERT_IGMP_ENABLE },
};

TABLE(question);

/* Everything that a question can be asked with. */
struct question {
	struct mgm_flow flow;
	struct completion done;
	struct mgm_alert alert;		/* of all types but CREATION */
};

static struct question *ask(struct kunit *test, struct mgm_protocol *proto,
			    enum mgm_alert_type type, int n)
{
	struct mgm_alert *alert;
	struct question *q;

	q = MUST(test, kunit_kzalloc(test, sizeof(struct question), GFP_KERNEL));
	init_completion(&q->done);
	alert = &q->alert;
	if (type == MGM_ALERT_CREATION) {
		alert = MUST(test, kzalloc(sizeof(struct mgm_alert),
					   GFP_KERNEL));
		alert->n = 2;
		alert->oifs = kcalloc(2, sizeof(*alert->oifs), GFP_KERNEL);
	}
	alert->type = type;
	alert->sg = mgm_sg4(SRC(n), GRP(1));
	alert->flow = &q->flow;
	alert->done = &q->done;
	mgm_alert_queue(proto, alert);
	return q;
}

static bool answered(struct kunit *test, struct question *q,
		     enum mgm_alert_type type)
{
	struct fixture *f = fixture_of(test);

	if (type > MGM_ALERT_CREATION)
		return try_wait_for_completion(&q->done);
	return f->nr_answers && f->answers[f->nr_answers - 1] == &q->flow;
}

static void questions_are_never_refused(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, LISTENING);
	const struct question_row *row = test->param_value;
	struct question *q[2];

	net_of(test)->bounds[MGM_LIMIT_ALERTS].value = 2;
	q[0] = ask(test, proto, row->type, 10);
	record_many(test, proto, 1, 3);
	q[1] = ask(test, proto, row->type, 11);
	/* They take no room from alerts, and stand where they were asked. */
	EXPECT_QUEUE(test, proto, 10, 1, 2, 0, 11);
	KUNIT_EXPECT_EQ(test, proto->nr_alerts, 2U);
	EXPECT_LOST(test, proto, 1);
	EXPECT_SOUND(test);

	KUNIT_EXPECT_FALSE(test, answered(test, q[0], row->type));
	deliver(test, proto, 900);
	KUNIT_EXPECT_TRUE(test, answered(test, q[0], row->type));
	KUNIT_EXPECT_EQ(test, proto->nr_alerts, 2U);
	KUNIT_EXPECT_FALSE(test, answered(test, q[1], row->type));
	record_many(test, proto, 4, 4);
	EXPECT_QUEUE(test, proto, 1, 2, 11, 0);
	deliver(test, proto, 900);
	deliver(test, proto, 900);
	deliver(test, proto, 900);
	KUNIT_EXPECT_TRUE(test, answered(test, q[1], row->type));
	EXPECT_QUEUE(test, proto, 0);
	EXPECT_SOUND(test);
}

static void the_end_answers_all_questions(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, LISTENING);
	const struct question_row *row = test->param_value;
	struct question *q;

	net_of(test)->bounds[MGM_LIMIT_ALERTS].value = 2;
	record_many(test, proto, 1, 3);
	q = ask(test, proto, row->type, 10);
	proto->dying = true;
	KUNIT_EXPECT_FALSE(test, answered(test, q, row->type));
	mgm_alert_purge(proto);
	KUNIT_EXPECT_TRUE(test, answered(test, q, row->type));
	KUNIT_EXPECT_TRUE(test, list_empty(&proto->alerts));
	KUNIT_EXPECT_TRUE(test, list_empty(&proto->overrun.node));
	KUNIT_EXPECT_EQ(test, proto->nr_alerts, 0U);
	KUNIT_EXPECT_EQ(test, proto->alerts_done, proto->alerts_queued);
	EXPECT_SOUND(test);
	mgm_alert_purge(proto);
	proto->dying = false;
}

/* The answer to a prune alert, and how long the entry stays then. */
static const struct answer_row {
	const char *desc;
	enum { NEGATIVE, WANTED_AGAIN, ANOTHER, GONE, MEMBERSHIP } state;
	u32 answer;
	u32 timeout;			/* seconds */
} answer_rows[] = {
	{ "a minute", NEGATIVE, 60, 60 },
	{ "what it was before", NEGATIVE, 900, 900 },
	{ "the shortest", NEGATIVE, 1, 1 },
	{ "nothing at all", NEGATIVE, 0, 1 },
	{ "the longest", NEGATIVE, 604800, 604800 },
	{ "longer", NEGATIVE, 604801, 604800 },
	{ "as long as a number can say", NEGATIVE, U32_MAX, 604800 },
	{ "somebody wants it again", WANTED_AGAIN, 60, 900 },
	{ "another entry is in its place", ANOTHER, 60, 900 },
	{ "the entry is gone", GONE, 60, 0 },
	{ "the alert was of a membership", MEMBERSHIP, 60, 900 },
};

TABLE(answer);

static void the_answer_to_a_prune_is_for_that_entry(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, LISTENING);
	struct mgm_interface *in = fixture_interface(test, 1, ANY, proto);
	struct mgm_interface *out = fixture_interface(test, 2, ANY, proto);
	const struct answer_row *row = test->param_value;
	struct mgm_alert alert = {
		.type = MGM_ALERT_PRUNE,
		.sg = mgm_sg4(SRC(1), GRP(1)),
		.member = true,
	};
	struct mgm_mfe *mfe, *other;

	/* The alert of the entry's making, or one of a membership. */
	mfe = fixture_mfe(test, SRC(1), GRP(1), in);
	if (row->state == MEMBERSHIP) {
		deliver(test, proto, 900);
		mgm_alert_record(proto, &alert);
	}
	other = fixture_mfe(test, SRC(2), GRP(1), in);
	if (row->state == WANTED_AGAIN)
		fixture_join(test, proto, out, SRC(1), GRP(1));
	if (row->state == ANOTHER || row->state == GONE)
		mgm_mfe_destroy(net_of(test), mfe);
	if (row->state == ANOTHER)
		mfe = fixture_mfe(test, SRC(1), GRP(1), in);

	deliver(test, proto, row->answer);
	if (row->state == GONE)
		KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(1), GRP(1)));
	else
		KUNIT_EXPECT_EQ(test, mfe->timeout,
				(unsigned long)row->timeout * HZ);
	KUNIT_EXPECT_EQ(test, other->timeout, 900UL * HZ);
	EXPECT_SOUND(test);
}

static void the_end_answers_prunes_as_usual(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, LISTENING);
	struct mgm_interface *in = fixture_interface(test, 1, ANY, proto);
	struct mgm_mfe *mfe = fixture_mfe(test, SRC(1), GRP(1), in);

	net_of(test)->config.mfe_timeout = 30;
	mgm_alert_purge(proto);
	KUNIT_EXPECT_EQ(test, mfe->timeout, 30UL * HZ);
}

/* What becomes of an alert that has a packet. */
static const struct packet_row {
	const char *desc;
	enum { DELIVERED, PURGED, UNWANTED, USELESS, DYING, FULL } path;
	bool kept;			/* for the present */
} packet_rows[] = {
	{ "the protocol is told", DELIVERED, true },
	{ "it ends before that", PURGED, true },
	{ "it has no such callback", UNWANTED, false },
	{ "it has none", USELESS, false },
	{ "it is about to end", DYING, false },
	{ "its queue is full", FULL, false },
};

TABLE(packet);

static int packets_freed;

static void packet_freed(struct sk_buff *skb)
{
	packets_freed++;
}

static void packets_are_freed_in_the_end(struct kunit *test)
{
	const struct packet_row *row = test->param_value;
	struct mgm_alert alert = { .type = MGM_ALERT_WRONG_IF };
	struct mgm_protocol *proto;

	proto = fixture_protocol(test, row->path == UNWANTED ? DECIDING :
				       row->path == USELESS ? USER : LISTENING);
	proto->dying = row->path == DYING;
	if (row->path == FULL)
		net_of(test)->bounds[MGM_LIMIT_ALERTS].value = 0;
	packets_freed = 0;
	alert.skb = MUST(test, alloc_skb(64, GFP_KERNEL));
	alert.skb->destructor = packet_freed;

	mgm_alert_record(proto, &alert);
	KUNIT_EXPECT_EQ(test, packets_freed, row->kept ? 0 : 1);
	if (row->path == DELIVERED)
		deliver(test, proto, 900);
	else
		mgm_alert_purge(proto);
	KUNIT_EXPECT_EQ(test, packets_freed, 1);
	EXPECT_SOUND(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(alerts_come_in_order),
	CASE_TABLE(who_has_the_callback_wants_it, type),
	CASE_TABLE(only_who_wants_it_has_it_queued, unwanted),
	KUNIT_CASE(what_is_newest_is_lost),
	KUNIT_CASE(the_word_of_a_loss_stands_behind_it),
	CASE_TABLE(queues_are_bounded, room),
	KUNIT_CASE(who_does_not_want_to_know_of_losses_is_not_told),
	CASE_TABLE(questions_are_never_refused, question),
	CASE_TABLE(the_end_answers_all_questions, question),
	CASE_TABLE(the_answer_to_a_prune_is_for_that_entry, answer),
	KUNIT_CASE(the_end_answers_prunes_as_usual),
	CASE_TABLE(packets_are_freed_in_the_end, packet),
	{}
};

static struct kunit_suite alert_suite = {
	.name = "mgm_alert",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(alert_suite);
