// SPDX-License-Identifier: GPL-2.0
/*
 * Delivery, run by the test itself in place of a worker; so the fixture's own
 * mgm_deliver_kick() is what all rooms call, also here.
 */
#define mgm_deliver_init(...)	true_deliver_init(__VA_ARGS__)
#define mgm_deliver_kick(...)	true_deliver_kick(__VA_ARGS__)
#include "../deliver.c"
#undef mgm_deliver_init
#undef mgm_deliver_kick
#include "fixture.h"

struct workqueue_struct *mgm_alert_wq;

static unsigned int moves;
static struct mgm_protocol *worked;	/* while somebody waits */

void mgm_handover_moved(struct mgm_net *mn)
{
	lockdep_assert_held(&mn->lock);
	moves++;
}

/* As if the work item had been queued once. */
static void work(struct mgm_protocol *proto)
{
	proto->nr_works = 1;
	deliver(&proto->work);
}

void mgm_wait_handover(struct mgm_net *mn, bool rtnl)
{
	mutex_unlock(&mn->lock);
	work(worked);
}

/* The last callback that was made, and how many. */
static struct seen {
	struct mgm_protocol *proto;	/* whose they are */
	unsigned int calls;
	enum mgm_alert_type type;
	struct mgm_sg sg;
	struct mgm_if ifc;
	bool member;
	const void *arg, *arg2;
	u32 n;
	bool sound;			/* no lock, and the mark is set */
	bool frozen;
	u32 timeout;
	void (*inside)(struct mgm_protocol *proto);
} seen;

static struct mgm_interface *handed_over;

static void see(void *priv, enum mgm_alert_type type, const struct mgm_sg *sg,
		const struct mgm_if *ifc)
{
	struct mgm_protocol *proto = seen.proto;

	seen.calls++;
	seen.type = type;
	seen.sound = priv == &seen && proto->cb_task == current &&
		     !mutex_is_locked(&proto->mn->lock);
	if (sg)
		seen.sg = *sg;
	if (ifc)
		seen.ifc = *ifc;
	if (handed_over)
		seen.frozen = handed_over->igmp_frozen;
	if (seen.inside)
		seen.inside(proto);
}

static void rpf(struct net *net, void *priv, const struct mgm_sg *sg,
		const struct sk_buff *skb, struct mgm_rpf *rpf)
{
	seen.arg = skb;
	seen.arg2 = rpf;
	see(priv, MGM_ALERT_RPF, sg, NULL);
}

static void creation_alert(struct net *net, void *priv, const struct mgm_sg *sg,
			   struct mgm_oif_state *oifs, unsigned int n)
{
	seen.arg = oifs;
	seen.n = n;
	see(priv, MGM_ALERT_CREATION, sg, NULL);
}

static void join_alert(struct net *net, void *priv, const struct mgm_sg *sg,
		       bool member_update)
{
	seen.member = member_update;
	see(priv, MGM_ALERT_JOIN, sg, NULL);
}

static void prune_alert(struct net *net, void *priv, const struct mgm_sg *sg,
			const struct mgm_if *ifc, bool member_delete,
			u32 *timeout)
{
	seen.member = member_delete;
	swap(*timeout, seen.timeout);
	see(priv, MGM_ALERT_PRUNE, sg, ifc);
}

static void local_join(struct net *net, void *priv, const struct mgm_sg *sg,
		       const struct mgm_if *ifc)
{
	see(priv, MGM_ALERT_LOCAL_JOIN, sg, ifc);
}

static void local_leave(struct net *net, void *priv, const struct mgm_sg *sg,
			const struct mgm_if *ifc)
{
	see(priv, MGM_ALERT_LOCAL_LEAVE, sg, ifc);
}

static void wrong_if(struct net *net, void *priv, const struct mgm_sg *sg,
		     const struct mgm_if *iif, const struct sk_buff *skb)
{
	seen.arg = skb;
	see(priv, MGM_ALERT_WRONG_IF, sg, iif);
}

static void overrun(struct net *net, void *priv)
{
	see(priv, MGM_ALERT_OVERRUN, NULL, NULL);
}

static void igmp_disable(struct net *net, void *priv, const struct mgm_if *ifc)
{
	see(priv, MGM_ALERT_IGMP_DISABLE, NULL, ifc);
}

static void igmp_enable(struct net *net, void *priv, const struct mgm_if *ifc)
{
	see(priv, MGM_ALERT_IGMP_ENABLE, NULL, ifc);
}

static const struct mgm_protocol_ops ops = {
	.rpf = rpf,
	.creation_alert = creation_alert,
	.join_alert = join_alert,
	.prune_alert = prune_alert,
	.local_join = local_join,
	.local_leave = local_leave,
	.wrong_if = wrong_if,
	.overrun = overrun,
	.igmp_disable = igmp_disable,
	.igmp_enable = igmp_enable,
};

static struct mgm_protocol *protocol(struct kunit *test)
{
	const struct mgm_protocol_params params = {
		.ops = &ops,
		.priv = &seen,
		.id = 7,
	};
	struct mgm_protocol *proto;

	proto = MUST(test, mgm_protocol_create(net_of(test), &params,
					       MGM_PROTOCOL_F_KERNEL, NULL, NULL));
	true_deliver_init(proto);
	seen = (struct seen){ .proto = proto, .timeout = 900 };
	handed_over = NULL;
	worked = proto;
	moves = 0;
	return proto;
}

static void run(struct kunit *test, struct mgm_protocol *proto)
{
	fixture_unlock(test->priv);
	work(proto);
	fixture_lock(test->priv);
}

static void record(struct mgm_protocol *proto, enum mgm_alert_type type, int n)
{
	const struct mgm_alert alert = {
		.type = type,
		.member = true,
		.sg = mgm_sg4(SRC(n), GRP(n)),
		.ifc = mgm_if4(n, HOP(n)),
	};

	mgm_alert_record(proto, &alert);
}

static const struct plain_row {
	const char *desc;
	enum mgm_alert_type type;
	bool sg, ifc, member;		/* what it tells */
} plain_rows[] = {
	{ "join", MGM_ALERT_JOIN, true, false, true },
	{ "prune", MGM_ALERT_PRUNE, true, true, true },
	{ "local join", MGM_ALERT_LOCAL_JOIN, true, true },
	{ "local leave", MGM_ALERT_LOCAL_LEAVE, true, true },
};

TABLE(plain);

static void a_callback_has_what_was_recorded(struct kunit *test)
{
	const struct mgm_sg sg = mgm_sg4(SRC(3), GRP(3)), no_sg = {};
	const struct mgm_if ifc = mgm_if4(3, HOP(3)), no_ifc = {};
	const struct plain_row *row = test->param_value;
	struct mgm_protocol *proto = protocol(test);

	record(proto, row->type, 3);
	run(test, proto);
	KUNIT_EXPECT_EQ(test, seen.calls, 1U);
	KUNIT_EXPECT_EQ(test, seen.type, row->type);
	KUNIT_EXPECT_TRUE(test, seen.sound);
	KUNIT_EXPECT_EQ(test, mgm_sg_cmp(&seen.sg, row->sg ? &sg : &no_sg), 0);
	KUNIT_EXPECT_EQ(test, mgm_if_cmp(&seen.ifc, row->ifc ? &ifc : &no_ifc),
			0);
	KUNIT_EXPECT_EQ(test, seen.member, row->member);
	KUNIT_EXPECT_NULL(test, proto->cb_task);
	/* Who waits for it may look, and again when the work is done. */
	KUNIT_EXPECT_EQ(test, moves, 2U);
	KUNIT_EXPECT_EQ(test, proto->nr_works, 0U);
	EXPECT_SOUND(test);
}

static void a_packet_is_shown(struct kunit *test)
{
	struct mgm_alert alert = { .type = MGM_ALERT_WRONG_IF };
	struct mgm_protocol *proto = protocol(test);

	alert.skb = MUST(test, alloc_skb(64, GFP_KERNEL));
	mgm_alert_record(proto, &alert);
	run(test, proto);
	KUNIT_EXPECT_EQ(test, seen.type, MGM_ALERT_WRONG_IF);
	KUNIT_EXPECT_PTR_EQ(test, seen.arg, (const void *)alert.skb);
}

static void a_loss_is_told(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);

	net_of(test)->bounds[MGM_LIMIT_ALERTS].value = 2;
	record(proto, MGM_ALERT_JOIN, 1);
	record(proto, MGM_ALERT_JOIN, 2);
	record(proto, MGM_ALERT_JOIN, 3);
	run(test, proto);
	KUNIT_EXPECT_EQ(test, seen.calls, 3U);
	KUNIT_EXPECT_EQ(test, seen.type, MGM_ALERT_OVERRUN);
	KUNIT_EXPECT_TRUE(test, seen.sound);
	EXPECT_SOUND(test);
}

static void flows_ask_and_are_answered(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);
	struct mgm_oif_state *oifs;
	struct mgm_alert *creation;
	struct mgm_flow *flow;

	flow = MUST(test, kunit_kzalloc(test, sizeof(struct mgm_flow),
					GFP_KERNEL));
	/* Only looked at, not into. */
	flow->first = (struct sk_buff *)flow;
	flow->ask.type = MGM_ALERT_RPF;
	flow->ask.flow = flow;
	mgm_alert_queue(proto, &flow->ask);
	run(test, proto);
	KUNIT_EXPECT_EQ(test, seen.type, MGM_ALERT_RPF);
	KUNIT_EXPECT_PTR_EQ(test, seen.arg, (const void *)flow->first);
	KUNIT_EXPECT_PTR_EQ(test, seen.arg2, (const void *)&flow->rpf);
	KUNIT_EXPECT_EQ(test, fixture_of(test)->nr_answers, 1U);

	creation = MUST(test, kzalloc(sizeof(struct mgm_alert), GFP_KERNEL));
	oifs = kcalloc(2, sizeof(*oifs), GFP_KERNEL);
	creation->type = MGM_ALERT_CREATION;
	creation->flow = flow;
	creation->oifs = oifs;
	creation->n = 2;
	mgm_alert_queue(proto, creation);
	run(test, proto);
	KUNIT_EXPECT_EQ(test, seen.type, MGM_ALERT_CREATION);
	KUNIT_EXPECT_PTR_EQ(test, seen.arg, (const void *)oifs);
	KUNIT_EXPECT_EQ(test, seen.n, 2U);
	KUNIT_EXPECT_EQ(test, fixture_of(test)->nr_answers, 2U);
}

static const struct handover_row {
	const char *desc;
	enum mgm_alert_type type;
	enum mgm_event event;
	bool frozen;			/* inside the callback */
} handover_rows[] = {
	{ "disable", MGM_ALERT_IGMP_DISABLE, MGM_EVENT_IGMP_DISABLE, true },
	{ "enable", MGM_ALERT_IGMP_ENABLE, MGM_EVENT_IGMP_ENABLE, false },
};

TABLE(handover);

static void igmp_may_go_on_from_the_callback_on(struct kunit *test)
{
	const struct handover_row *row = test->param_value;
	struct mgm_protocol *proto = protocol(test);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, NULL);
	DECLARE_COMPLETION_ONSTACK(done);
	struct mgm_alert alert = {
		.type = row->type,
		.ifc = ifc->key,
		.done = &done,
		.handover = ifc,
	};

	handed_over = ifc;
	ifc->igmp_frozen = true;
	fixture_forget_events(test);
	mgm_alert_queue(proto, &alert);
	KUNIT_EXPECT_FALSE(test, completion_done(&done));
	run(test, proto);
	KUNIT_EXPECT_TRUE(test, completion_done(&done));
	EXPECT_EVENTS(test, { row->event, proto->handle, ifc });
	KUNIT_EXPECT_EQ(test, seen.type, row->type);
	KUNIT_EXPECT_EQ(test, mgm_if_cmp(&seen.ifc, &ifc->key), 0);
	KUNIT_EXPECT_EQ(test, seen.frozen, row->frozen);
	handed_over = NULL;
}

static void the_usual_time_is_offered(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);
	struct mgm_interface *in = fixture_interface(test, 1, ANY, proto);
	struct mgm_mfe *mfe;

	net_of(test)->config.mfe_timeout = 300;
	mfe = fixture_mfe(test, SRC(1), GRP(1), in);
	seen.timeout = 40;
	run(test, proto);
	KUNIT_EXPECT_EQ(test, seen.timeout, 300U);
	KUNIT_EXPECT_EQ(test, mfe->timeout, 40UL * HZ);
	KUNIT_EXPECT_FALSE(test, seen.member);
}

static void again_inside(struct mgm_protocol *proto)
{
	if (seen.calls == 3)
		return;
	mutex_lock(&proto->mn->lock);
	record(proto, MGM_ALERT_PRUNE, seen.calls + 10);
	mutex_unlock(&proto->mn->lock);
}

static void what_comes_meanwhile_is_told_afterwards(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);

	seen.inside = again_inside;
	record(proto, MGM_ALERT_JOIN, 1);
	run(test, proto);
	KUNIT_EXPECT_EQ(test, seen.calls, 3U);
	EXPECT_ADDR(test, seen.sg.src.ip4, SRC(12));
	KUNIT_EXPECT_EQ(test, proto->alerts_done, 3ULL);
	EXPECT_SOUND(test);
}

static void stop_inside(struct mgm_protocol *proto)
{
	proto->stopped = true;
}

static void after_the_stop_nobody_is_called(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);

	seen.inside = stop_inside;
	record(proto, MGM_ALERT_JOIN, 1);
	record(proto, MGM_ALERT_JOIN, 2);
	run(test, proto);
	KUNIT_EXPECT_EQ(test, seen.calls, 1U);
	EXPECT_ADDR(test, seen.sg.src.ip4, SRC(1));
	run(test, proto);
	KUNIT_EXPECT_EQ(test, seen.calls, 1U);

	/* Once more it is under way, and that is waited for. */
	proto->stopped = false;
	proto->nr_works = 1;
	moves = 0;
	mgm_deliver_stop(net_of(test), proto);
	KUNIT_EXPECT_EQ(test, moves, 1U);
	KUNIT_EXPECT_EQ(test, proto->nr_works, 0U);
	KUNIT_EXPECT_EQ(test, seen.calls, 1U);
	KUNIT_EXPECT_TRUE(test, list_empty(&proto->alerts));
	KUNIT_EXPECT_EQ(test, proto->alerts_done, 2ULL);
	EXPECT_SOUND(test);
}

/* With true workers; the test waits for them. */
static void a_kick_brings_a_worker(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);
	int i;

	mgm_alert_wq = MUST(test, alloc_workqueue("mgm_kunit", WQ_UNBOUND, 0));
	for (i = 1; i <= 3; i++) {
		record(proto, MGM_ALERT_JOIN, i);
		true_deliver_kick(proto);
		/* It cannot go on before the lock is free. */
		KUNIT_EXPECT_GE(test, proto->nr_works, 1U);
		KUNIT_EXPECT_LE(test, proto->nr_works, 2U);
	}
	fixture_unlock(test->priv);
	destroy_workqueue(mgm_alert_wq);
	fixture_lock(test->priv);
	mgm_alert_wq = NULL;
	KUNIT_EXPECT_EQ(test, seen.calls, 3U);
	EXPECT_ADDR(test, seen.sg.src.ip4, SRC(3));
	KUNIT_EXPECT_TRUE(test, seen.sound);
	KUNIT_EXPECT_EQ(test, proto->nr_works, 0U);
}

/* Who is in a callback of which, and who waits for whom: may it wait, too? */
#define NONE	-1

static const struct wait_row {
	const char *desc;
	int self;			/* whose callback runs here, or NONE */
	int waits_for[4];		/* what others' callbacks do */
	int proto;			/* for whom it is to wait */
	int err;
} wait_rows[] = {
	{ "in no callback", NONE, { NONE, NONE, NONE, NONE }, 0, 0 },
	{ "in no callback, whatever others do", NONE, { 1, 2, 0, NONE }, 0, 0 },
	{ "in another one's", 0, { NONE, NONE, NONE, NONE }, 1, 0 },
	{ "in its own", 0, { NONE, NONE, NONE, NONE }, 0, -EDEADLK },
	{ "that one waits for it", 0, { NONE, 0, NONE, NONE }, 1, -EDEADLK },
	{ "that one waits for a third", 0, { NONE, 2, NONE, NONE }, 1, 0 },
	{ "and the third for it", 0, { NONE, 2, 0, NONE }, 1, -EDEADLK },
	{ "over all the others", 3, { 3, 0, 1, NONE }, 2, -EDEADLK },
	{ "others wait for it, but not that one", 0, { NONE, NONE, 0, 0 }, 1, 0 },
};

TABLE(wait);

static void nobody_waits_for_itself(struct kunit *test)
{
	const struct wait_row *row = test->param_value;
	struct mgm_protocol *p[4], *waiter = (void *)test;
	struct mgm_net *mn = net_of(test);
	int i;

	for (i = 0; i < 4; i++)
		p[i] = fixture_protocol(test, PLAIN);
	for (i = 0; i < 4; i++)
		if (row->waits_for[i] != NONE)
			p[i]->waits_for = p[row->waits_for[i]];
	if (row->self != NONE)
		p[row->self]->cb_task = current;

	KUNIT_EXPECT_EQ(test, mgm_deliver_may_wait(mn, p[row->proto], &waiter),
			row->err);
	if (row->self == NONE || row->err) {
		KUNIT_EXPECT_NULL(test, waiter);
	} else {
		KUNIT_EXPECT_PTR_EQ(test, waiter, p[row->self]);
		KUNIT_EXPECT_PTR_EQ(test, waiter->waits_for, p[row->proto]);
	}
	if (row->self != NONE && row->err)
		KUNIT_EXPECT_NULL(test, p[row->self]->waits_for);
}

static int flush(struct kunit *test, u32 handle)
{
	int err;

	fixture_unlock(test->priv);
	err = mgm_do_flush(net_of(test), handle);
	fixture_lock(test->priv);
	return err;
}

static void a_flush_waits_for_all_there_is(struct kunit *test)
{
	struct mgm_protocol *proto = protocol(test);

	KUNIT_EXPECT_EQ(test, flush(test, proto->handle), 0);
	KUNIT_EXPECT_EQ(test, seen.calls, 0U);
	record(proto, MGM_ALERT_JOIN, 1);
	record(proto, MGM_ALERT_PRUNE, 2);
	KUNIT_EXPECT_EQ(test, flush(test, proto->handle), 0);
	KUNIT_EXPECT_EQ(test, seen.calls, 2U);
	KUNIT_EXPECT_EQ(test, flush(test, proto->handle + 1), -ENOENT);

	/* From inside a callback it would wait for itself. */
	record(proto, MGM_ALERT_JOIN, 3);
	proto->cb_task = current;
	KUNIT_EXPECT_EQ(test, flush(test, proto->handle), -EDEADLK);
	KUNIT_EXPECT_EQ(test, seen.calls, 2U);
	proto->cb_task = NULL;
}

static struct kunit_case cases[] = {
	CASE_TABLE(a_callback_has_what_was_recorded, plain),
	KUNIT_CASE(a_packet_is_shown),
	KUNIT_CASE(a_loss_is_told),
	KUNIT_CASE(flows_ask_and_are_answered),
	CASE_TABLE(igmp_may_go_on_from_the_callback_on, handover),
	KUNIT_CASE(the_usual_time_is_offered),
	KUNIT_CASE(what_comes_meanwhile_is_told_afterwards),
	KUNIT_CASE(after_the_stop_nobody_is_called),
	KUNIT_CASE(a_kick_brings_a_worker),
	CASE_TABLE(nobody_waits_for_itself, wait),
	KUNIT_CASE(a_flush_waits_for_all_there_is),
	{}
};

static struct kunit_suite deliver_suite = {
	.name = "mgm_deliver",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(deliver_suite);
