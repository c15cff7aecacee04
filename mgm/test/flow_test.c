// SPDX-License-Identifier: GPL-2.0
/*
 * A flow on its way to an entry: who is asked, and what the answers do. The test
 * answers in place of the protocols; the fixture has its own idea of answers.
 */
#include <linux/workqueue.h>

/* Nothing expires by itself. */
static inline bool fake_queue_delayed_work(struct workqueue_struct *wq,
					   struct delayed_work *work,
					   unsigned long delay)
{
	return false;
}

#define queue_delayed_work(...)		fake_queue_delayed_work(__VA_ARGS__)
#define mgm_flow_answer_rpf(...)	true_flow_answer_rpf(__VA_ARGS__)
#define mgm_flow_answer_creation(...)	true_flow_answer_creation(__VA_ARGS__)
#include "../flow.c"
#undef queue_delayed_work
#undef mgm_flow_answer_rpf
#undef mgm_flow_answer_creation
#include "fault.h"
#include "fixture.h"

struct workqueue_struct *mgm_wq;

static struct mgm_interface *way;	/* what the RIB says */
static unsigned int resumed;

int mgm_rpf_lookup(struct mgm_net *mn, const struct mgm_sg *sg, u32 vrf_of,
		   u32 prefer, struct mgm_route *route)
{
	memset(route, 0, sizeof(*route));
	if (!way)
		return -ENETUNREACH;
	route->ifindex = way->key.ifindex;
	route->upstream.ip4 = HOP(1);
	return 0;
}

struct mgm_interface *mgm_rpf_interface(struct mgm_net *mn,
					const struct mgm_sg *sg,
					const struct mgm_route *route)
{
	return way;
}

void mgm_watch_poll(struct mgm_net *mn)
{
}

void mgm_pending_resume(struct mgm_net *mn, struct mgm_flow *flow)
{
	lockdep_assert_held(&mn->lock);
	resumed++;
}

/* Packets arrive on the first interface. A has it, and B and C have others. */
enum { A, B, C, PROTOCOLS };

#define INTERFACES	6

/* C has no callbacks. */
static const enum fixture_kind kinds[PROTOCOLS] = {
	LISTENING, LISTENING, PLAIN,
};

static const u8 owners[INTERFACES] = { A, A, A, B, C, B };

struct world {
	struct mgm_protocol *proto[PROTOCOLS];
	struct mgm_interface *ifc[INTERFACES];
	struct mgm_link link;
	struct mgm_flow flow;
};

static struct world *build(struct kunit *test)
{
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_net *mn = net_of(test);
	struct world *w;
	int i;

	w = MUST(test, kunit_kzalloc(test, sizeof(struct world), GFP_KERNEL));
	for (i = 0; i < PROTOCOLS; i++)
		w->proto[i] = fixture_protocol(test, kinds[i]);
	for (i = 0; i < INTERFACES; i++)
		w->ifc[i] = fixture_interface(test, i + 1, ANY,
					      w->proto[owners[i]]);
	mgm_interface_set_igmp(mn, w->ifc[2], igmp);
	w->flow.key.src = SRC(1);
	w->flow.key.grp = GRP(1);
	w->flow.arrival = 1;
	xa_init(&mn->links);
	KUNIT_EXPECT_EQ(test, xa_err(xa_store(&mn->links, 1, &w->link,
					      GFP_KERNEL)), 0);
	way = w->ifc[0];
	resumed = 0;
	return w;
}

static void end(struct kunit *test)
{
	EXPECT_SOUND(test);
	xa_destroy(&net_of(test)->links);
}

/* Nobody is told of these receivers. */
static void want(struct kunit *test, struct world *w, unsigned int bits)
{
	int i;

	for (i = 0; i < INTERFACES; i++)
		if (bits & (1 << i))
			fixture_add(test, w->ifc[i]->owner, w->ifc[i], ANY,
				    GRP(1), FORWARD);
}

static bool resolve(struct kunit *test, struct world *w)
{
	bool done;

	fixture_unlock(test->priv);
	done = mgm_flow_resolve(net_of(test), &w->flow);
	fixture_lock(test->priv);
	return done;
}

static struct mgm_alert *asked(struct kunit *test, struct mgm_protocol *proto)
{
	return list_first_entry_or_null(&proto->alerts, struct mgm_alert, node);
}

static void answer(struct kunit *test, struct mgm_protocol *proto)
{
	struct mgm_alert *alert = MUST(test, mgm_alert_next(proto));
	struct mgm_net *mn = net_of(test);

	if (alert->type == MGM_ALERT_RPF)
		true_flow_answer_rpf(mn, alert->flow);
	else
		true_flow_answer_creation(mn, alert);
	mgm_alert_done(proto, alert, 900);
}

static const struct quiet_row {
	const char *desc;
	bool gone, there, orphan, dying;
} quiet_rows[] = {
	{ "the owner of the way in has no callback" },
	{ "it is about to end", .dying = true },
	{ "there is no way in", .orphan = true },
	{ "there is an entry", .there = true },
	{ "the interface that it arrived on is gone", .gone = true },
};

TABLE(quiet);

static void where_nobody_is_asked_the_entry_comes_at_once(struct kunit *test)
{
	const struct quiet_row *row = test->param_value;
	struct mgm_mfe *there = NULL, *mfe;
	struct world *w = build(test);

	way = row->orphan ? NULL : row->dying ? w->ifc[0] : w->ifc[4];
	w->proto[A]->dying = row->dying;
	want(test, w, 1 << 4);
	if (row->there)
		there = fixture_mfe(test, SRC(1), GRP(1), w->ifc[1]);
	if (row->gone)
		xa_erase(&net_of(test)->links, 1);

	KUNIT_EXPECT_TRUE(test, resolve(test, w));
	mfe = fixture_find(test, SRC(1), GRP(1));
	if (row->there || row->gone) {
		KUNIT_EXPECT_PTR_EQ(test, mfe, there);
	} else {
		MUST(test, mfe);
		KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_out(net_of(test), mfe)->in,
				    way);
		KUNIT_EXPECT_EQ(test, mfe->arrival, 1U);
		KUNIT_EXPECT_FALSE(test, mgm_mfe_rpf_set(mfe));
	}
	/* Later ones go the same way. */
	KUNIT_EXPECT_TRUE(test, resolve(test, w));
	KUNIT_EXPECT_EQ(test, resumed, 0U);
	w->proto[A]->dying = false;
	end(test);
}

/* The owner of the way in names this interface and that neighbour. */
static const struct rpf_row {
	const char *desc;
	u32 ifindex;
	__be32 upstream;
	u8 in;				/* interface, and neighbour then */
	bool set;
	bool lost;			/* its interface, before the answer */
	bool released;			/* it is, and IGMP stays there */
} rpf_rows[] = {
	{ "as the RIB says", 1, HOP(1), 0, false },
	{ "another neighbour", 1, HOP(2), 0, true },
	{ "no neighbour", 1, ANY, 0, true },
	{ "another interface of its own", 2, HOP(1), 1, true },
	{ "both", 2, HOP(2), 1, true },
	{ "another one's interface", 4, HOP(2), 0, false },
	{ "one that there is not", 9, HOP(2), 0, false },
	{ "one that it has lost", 2, HOP(2), 0, false, true },
	{ "one that is IGMP's alone", 3, HOP(2), 0, false, .released = true },
};

TABLE(rpf);

static void the_owner_of_the_way_in_may_choose(struct kunit *test)
{
	const struct rpf_row *row = test->param_value;
	struct world *w = build(test);
	struct mgm_alert *alert;
	struct mgm_mfe *mfe;

	want(test, w, 1 << 4);
	KUNIT_EXPECT_FALSE(test, resolve(test, w));
	KUNIT_EXPECT_EQ(test, w->flow.stage, MGM_FLOW_RPF);
	KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(1), GRP(1)));
	alert = MUST(test, asked(test, w->proto[A]));
	KUNIT_EXPECT_EQ(test, alert->type, MGM_ALERT_RPF);
	EXPECT_ADDR(test, alert->sg.src.ip4, SRC(1));
	KUNIT_EXPECT_PTR_EQ(test, alert->flow, &w->flow);
	KUNIT_EXPECT_EQ(test, w->flow.rpf.iif.ifindex, 1U);
	EXPECT_ADDR(test, w->flow.rpf.upstream.ip4, HOP(1));

	w->flow.rpf.iif.ifindex = row->ifindex;
	w->flow.rpf.upstream.ip4 = row->upstream;
	if (row->lost)
		mgm_interface_set_owner(net_of(test), w->ifc[1], w->proto[C]);
	if (row->released)
		mgm_interface_set_owner(net_of(test), w->ifc[2], NULL);
	answer(test, w->proto[A]);
	KUNIT_EXPECT_EQ(test, resumed, 1U);
	KUNIT_EXPECT_TRUE(test, resolve(test, w));
	mfe = MUST(test, fixture_find(test, SRC(1), GRP(1)));
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_out(net_of(test), mfe)->in,
			    w->ifc[row->in]);
	KUNIT_EXPECT_EQ(test, mgm_mfe_rpf_set(mfe), row->set);
	KUNIT_EXPECT_EQ(test, mfe->rib.ifindex, 1U);
	EXPECT_ADDR(test, mfe->rib.upstream.ip4, HOP(1));
	KUNIT_EXPECT_EQ(test, mfe->route.ifindex, row->in + 1U);
	EXPECT_ADDR(test, mfe->route.upstream.ip4,
		    row->set ? row->upstream : HOP(1));
	end(test);
}

/* All ways out: two of A's, two of B's, one of C's; it comes in on A's. */
#define ALL		0x3e

static void expect_oifs(struct kunit *test, const struct world *w,
			unsigned int bits)
{
	struct mgm_interface *want[INTERFACES];
	int i, n = 0;

	for (i = 0; i < INTERFACES; i++)
		if (bits & (1 << i))
			want[n++] = w->ifc[i];
	fixture_expect_oifs(test, MUST(test, fixture_find(test, SRC(1),
							  GRP(1))),
			    want, n, __LINE__);
}

/* The flow has come as far as this: A and B are asked of their ways out. */
static struct world *ask(struct kunit *test)
{
	struct world *w = build(test);

	want(test, w, ALL);
	KUNIT_EXPECT_FALSE(test, resolve(test, w));
	answer(test, w->proto[A]);
	KUNIT_EXPECT_FALSE(test, resolve(test, w));
	KUNIT_EXPECT_EQ(test, w->flow.stage, MGM_FLOW_CREATION);
	resumed = 0;
	return w;
}

static void expect_question(struct kunit *test, const struct world *w,
			    struct mgm_protocol *proto, int first, int second)
{
	struct mgm_alert *alert = MUST(test, asked(test, proto));

	KUNIT_EXPECT_EQ(test, alert->type, MGM_ALERT_CREATION);
	EXPECT_ADDR(test, alert->sg.grp.ip4, GRP(1));
	KUNIT_EXPECT_EQ(test, alert->n, 2U);
	KUNIT_EXPECT_EQ(test, alert->oifs[0].oif.ifindex, first + 1U);
	KUNIT_EXPECT_EQ(test, alert->oifs[1].oif.ifindex, second + 1U);
	KUNIT_EXPECT_TRUE(test, alert->oifs[0].enabled);
	KUNIT_EXPECT_TRUE(test, alert->oifs[1].enabled);
	KUNIT_EXPECT_FALSE(test, alert->oifs[0].igmp);
	KUNIT_EXPECT_EQ(test, alert->oifs[1].igmp, second == 2);
	KUNIT_EXPECT_PTR_EQ(test, alert->node.next, &proto->alerts);
}

static void each_is_asked_once_of_its_own(struct kunit *test)
{
	struct world *w = ask(test);

	expect_question(test, w, w->proto[A], 1, 2);
	expect_question(test, w, w->proto[B], 3, 5);
	KUNIT_EXPECT_NULL(test, asked(test, w->proto[C]));
	KUNIT_EXPECT_EQ(test, w->flow.unanswered, 2U);
	/* The entry is there, and held until they have answered. */
	expect_oifs(test, w, ALL);
	answer(test, w->proto[B]);
	KUNIT_EXPECT_EQ(test, resumed, 0U);
	answer(test, w->proto[A]);
	KUNIT_EXPECT_EQ(test, resumed, 1U);
	expect_oifs(test, w, ALL);
	KUNIT_EXPECT_TRUE(test, resolve(test, w));
	end(test);
}

static void who_is_about_to_end_is_not_asked(struct kunit *test)
{
	struct world *w = build(test);

	want(test, w, ALL);
	KUNIT_EXPECT_FALSE(test, resolve(test, w));
	answer(test, w->proto[A]);
	w->proto[B]->dying = true;
	KUNIT_EXPECT_FALSE(test, resolve(test, w));
	KUNIT_EXPECT_NULL(test, asked(test, w->proto[B]));
	KUNIT_EXPECT_EQ(test, w->flow.unanswered, 1U);
	answer(test, w->proto[A]);
	KUNIT_EXPECT_TRUE(test, resolve(test, w));
	expect_oifs(test, w, ALL);
	w->proto[B]->dying = false;
	end(test);
}

/* The flow goes on as far as its entry, while the @nth allocation fails. */
static bool resolve_with_fault(struct kunit *test, struct world *w,
			       unsigned int nth, bool *failed)
{
	bool done;

	/* A has no opinion of the way in. */
	w->flow.stage = MGM_FLOW_RPF;
	fixture_unlock(test->priv);
	fault_begin(nth);
	done = mgm_flow_resolve(net_of(test), &w->flow);
	*failed = fault_end();
	fixture_lock(test->priv);
	return done;
}

/* How often is there none, if each allocation fails in turn? */
static unsigned int entries_missed(struct kunit *test, struct world *w)
{
	unsigned int nth, missed = 0;
	bool failed = true;

	for (nth = 1; nth < 100 && failed; nth++) {
		if (resolve_with_fault(test, w, nth, &failed)) {
			KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(1),
							     GRP(1)));
			KUNIT_EXPECT_NULL(test, asked(test, w->proto[A]));
			KUNIT_EXPECT_NULL(test, asked(test, w->proto[B]));
			KUNIT_EXPECT_EQ(test, w->flow.unanswered, 0U);
			EXPECT_SOUND(test);
			missed++;
			continue;
		}
		answer(test, w->proto[A]);
		answer(test, w->proto[B]);
		expect_oifs(test, w, ALL);
		mgm_mfe_destroy(net_of(test), MUST(test, fixture_find(test,
								      SRC(1),
								      GRP(1))));
	}
	KUNIT_EXPECT_FALSE(test, failed);
	return missed;
}

/* The entry takes seven allocations: itself, its list, and five ways out. */
#define OF_ENTRY	7
/* And two each what A and B are asked. */
#define OF_QUESTIONS	4

static void without_memory_to_ask_all_there_is_no_entry(struct kunit *test)
{
	unsigned int sweep, missed = 0;
	struct world *w;

	if (fault_skip(test))
		return;
	w = build(test);
	want(test, w, ALL);
	/* The allocator's own allocations may shift the count in one sweep. */
	for (sweep = 0; sweep < 20 && missed < OF_ENTRY + OF_QUESTIONS; sweep++)
		missed = entries_missed(test, w);
	KUNIT_EXPECT_GE(test, missed, (unsigned int)(OF_ENTRY + OF_QUESTIONS));
	end(test);
}

static const struct off_row {
	const char *desc;
	unsigned int off;
} off_rows[] = {
	{ "none", 0 },
	{ "one of A's", 1 << 1 },
	{ "both of A's", 1 << 1 | 1 << 2 },
	{ "one of each", 1 << 2 | 1 << 3 },
	{ "all that were asked of", 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5 },
};

TABLE(off);

static void switch_off(struct kunit *test, struct world *w, unsigned int bits)
{
	struct mgm_alert *alert;
	u32 i, k;

	for (k = A; k <= B; k++) {
		alert = MUST(test, asked(test, w->proto[k]));
		for (i = 0; i < alert->n; i++)
			alert->oifs[i].enabled =
				!(bits & (1 << (alert->oifs[i].oif.ifindex - 1)));
	}
}

static void what_is_switched_off_stays_out(struct kunit *test)
{
	const struct off_row *row = test->param_value;
	struct world *w = ask(test);

	switch_off(test, w, row->off);
	answer(test, w->proto[A]);
	answer(test, w->proto[B]);
	expect_oifs(test, w, ALL & ~row->off);
	KUNIT_EXPECT_TRUE(test, resolve(test, w));
	expect_oifs(test, w, ALL & ~row->off);
	end(test);
}

/* As a release does, before the owner changes. */
static void vacate(struct mgm_net *mn, struct mgm_interface *ifc)
{
	struct mgm_membership *m, *next;

	mgm_mfe_detach(mn, ifc);
	list_for_each_entry_safe(m, next, &ifc->memberships, ifc_node)
		mgm_membership_destroy(mn, m);
}

/* B's interface changes hands while B thinks of it. */
static void a_former_owner_switches_nothing_off(struct kunit *test)
{
	struct world *w = ask(test);
	struct mgm_net *mn = net_of(test);

	switch_off(test, w, 1 << 3);
	vacate(mn, w->ifc[3]);
	mgm_interface_set_owner(mn, w->ifc[3], w->proto[C]);
	want(test, w, 1 << 3);
	answer(test, w->proto[A]);
	answer(test, w->proto[B]);
	expect_oifs(test, w, ALL);
	end(test);
}

/* It goes while its owner thinks of it. */
static void what_is_gone_is_not_switched_off(struct kunit *test)
{
	struct world *w = ask(test);
	struct mgm_net *mn = net_of(test);

	switch_off(test, w, 1 << 3);
	vacate(mn, w->ifc[3]);
	mgm_interface_set_owner(mn, w->ifc[3], NULL);
	mgm_interface_destroy(mn, w->ifc[3]);
	answer(test, w->proto[A]);
	answer(test, w->proto[B]);
	expect_oifs(test, w, ALL & ~(1 << 3));
	KUNIT_EXPECT_TRUE(test, resolve(test, w));
	end(test);
}

static const struct change_row {
	const char *desc;
	bool another;			/* entry is in its place */
} change_rows[] = {
	{ "nothing is in its place", false },
	{ "another one is", true },
};

TABLE(change);

static void an_answer_is_for_the_entry_that_was_asked_of(struct kunit *test)
{
	const struct change_row *row = test->param_value;
	struct world *w = ask(test);
	unsigned int tries;

	for (tries = 1; tries < TRIES; tries++) {
		switch_off(test, w, 1 << 1 | 1 << 3);
		mgm_mfe_destroy(net_of(test),
				MUST(test, fixture_find(test, SRC(1), GRP(1))));
		if (row->another)
			fixture_mfe(test, SRC(1), GRP(1), w->ifc[0]);
		answer(test, w->proto[A]);
		answer(test, w->proto[B]);
		KUNIT_EXPECT_EQ(test, resumed, tries);
		if (row->another) {
			expect_oifs(test, w, ALL);
			KUNIT_EXPECT_TRUE(test, resolve(test, w));
			break;
		}
		/* From the beginning, and not for ever. */
		KUNIT_EXPECT_FALSE(test, resolve(test, w));
		KUNIT_EXPECT_EQ(test, w->flow.stage, MGM_FLOW_RPF);
		answer(test, w->proto[A]);
		resumed--;
		KUNIT_EXPECT_FALSE(test, resolve(test, w));
	}
	if (!row->another) {
		mgm_mfe_destroy(net_of(test),
				MUST(test, fixture_find(test, SRC(1), GRP(1))));
		answer(test, w->proto[A]);
		answer(test, w->proto[B]);
		KUNIT_EXPECT_TRUE(test, resolve(test, w));
		KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(1), GRP(1)));
	}
	end(test);
}

static struct kunit_case cases[] = {
	CASE_TABLE(where_nobody_is_asked_the_entry_comes_at_once, quiet),
	CASE_TABLE(the_owner_of_the_way_in_may_choose, rpf),
	KUNIT_CASE(each_is_asked_once_of_its_own),
	KUNIT_CASE(who_is_about_to_end_is_not_asked),
	KUNIT_CASE(without_memory_to_ask_all_there_is_no_entry),
	CASE_TABLE(what_is_switched_off_stays_out, off),
	KUNIT_CASE(a_former_owner_switches_nothing_off),
	KUNIT_CASE(what_is_gone_is_not_switched_off),
	CASE_TABLE(an_answer_is_for_the_entry_that_was_asked_of, change),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "mgm_flow",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(flow_suite);
