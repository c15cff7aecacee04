// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation of a call fails once: a call that is refused leaves nothing
 * behind, and one that cannot be refused drops what it cannot change.
 */
#include "fault.h"
#include "fixture.h"

/* A flow from @in to @out[], and what a call is tried on. */
struct world {
	struct mgm_protocol *proto;
	struct mgm_interface *in;
	struct mgm_interface *out[3];
	struct mgm_membership *quiet;	/* that forwards only */
};

static struct world build(struct kunit *test)
{
	struct world w;
	int i;

	w.proto = fixture_protocol(test, PLAIN);
	w.in = fixture_interface(test, 1, ANY, w.proto);
	for (i = 0; i < 3; i++) {
		w.out[i] = fixture_interface(test, i + 2, ANY, w.proto);
		fixture_join(test, w.proto, w.out[i], ANY, GRP(1));
	}
	w.quiet = fixture_add(test, w.proto, w.in, ANY, GRP(3), FORWARD);
	return w;
}

static void *call_protocol(struct mgm_net *mn, const struct world *w)
{
	const struct mgm_protocol_params params = { .id = 1 };

	return mgm_protocol_create(mn, &params,
				   MGM_PROTOCOL_F_KERNEL | MGM_PROTOCOL_F_IGMP,
				   NULL, NULL);
}

static void undo_protocol(struct mgm_net *mn, void *obj)
{
	mgm_protocol_destroy(mn, obj);
}

static void *call_interface(struct mgm_net *mn, const struct world *w)
{
	const struct mgm_if key = mgm_if4(9, ANY);

	return mgm_interface_create(mn, &key, NULL);
}

static void undo_interface(struct mgm_net *mn, void *obj)
{
	mgm_interface_destroy(mn, obj);
}

static void *call_old_group(struct mgm_net *mn, const struct world *w)
{
	const struct mgm_sg sg = mgm_sg4(ANY, GRP(1));

	return mgm_membership_create(mn, w->proto, w->in, &sg, JOIN, NULL);
}

static void *call_new_group(struct mgm_net *mn, const struct world *w)
{
	const struct mgm_sg sg = mgm_sg4(ANY, GRP(2));

	return mgm_membership_create(mn, w->proto, w->in, &sg, JOIN, NULL);
}

static void undo_membership(struct mgm_net *mn, void *obj)
{
	mgm_membership_destroy(mn, obj);
}

static void *call_flags(struct mgm_net *mn, const struct world *w)
{
	int err = mgm_membership_set_flags(mn, w->quiet, JOIN | FORWARD);

	return err ? ERR_PTR(err) : w->quiet;
}

static void undo_flags(struct mgm_net *mn, void *obj)
{
	mgm_membership_set_flags(mn, obj, FORWARD);
}

static void *call_mfe(struct mgm_net *mn, const struct world *w)
{
	const struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	const struct mgm_route route = {};

	return mgm_mfe_create(mn, &sg, w->in, &route, &route);
}

static void *call_orphan(struct mgm_net *mn, const struct world *w)
{
	const struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	const struct mgm_route route = {};

	return mgm_mfe_create(mn, &sg, NULL, &route, &route);
}

static void undo_mfe(struct mgm_net *mn, void *obj)
{
	mgm_mfe_destroy(mn, obj);
}

static const struct call_row {
	const char *desc;
	void *(*call)(struct mgm_net *mn, const struct world *w);
	void (*undo)(struct mgm_net *mn, void *obj);
	unsigned int allocations;	/* at least */
} call_rows[] = {
	{ "a protocol", call_protocol, undo_protocol, 1 },
	{ "an interface", call_interface, undo_interface, 1 },
	{ "a membership in a new group", call_new_group, undo_membership, 3 },
	{ "a membership in an old one", call_old_group, undo_membership, 1 },
	{ "a membership that joins from now on", call_flags, undo_flags, 1 },
	{ "an entry with three interfaces", call_mfe, undo_mfe, 6 },
	{ "an entry without a way in", call_orphan, undo_mfe, 2 },
};

TABLE(call);

/* Fail each allocation of a call in turn; how often was it refused? */
static unsigned int refusals(struct kunit *test, const struct call_row *row,
			     const struct world *w)
{
	unsigned int nth, refused = 0;
	struct mgm_net *mn = net_of(test);
	bool failed;
	void *obj;

	for (nth = 1; nth < 100; nth++) {
		fixture_forget_events(test);
		fixture_forget_alerts(test);
		fault_begin(nth);
		obj = row->call(mn, w);
		failed = fault_end();
		if (IS_ERR(obj)) {
			KUNIT_EXPECT_EQ(test, PTR_ERR(obj), (long)-ENOMEM);
			KUNIT_EXPECT_NULL(test, mn->igmp);
			KUNIT_EXPECT_EQ(test, w->quiet->flags, (u32)FORWARD);
			KUNIT_EXPECT_NULL(test, w->quiet->interest);
			EXPECT_NO_EVENTS(test);
			EXPECT_NO_ALERTS(test);
			EXPECT_SOUND(test);
			refused++;
			continue;
		}
		EXPECT_SOUND(test);
		row->undo(mn, obj);
		/* Some allocations have a second try. */
		if (!failed)
			break;
	}
	KUNIT_EXPECT_LT(test, nth, 100U);
	return refused;
}

static void a_refused_call_leaves_nothing(struct kunit *test)
{
	const struct call_row *row = test->param_value;
	unsigned int sweep, refused = 0;
	struct world w;

	if (fault_skip(test))
		return;
	w = build(test);
	/* The allocator's own allocations may shift the count in one sweep. */
	for (sweep = 0; sweep < 20 && refused < row->allocations; sweep++)
		refused = refusals(test, row, &w);
	KUNIT_EXPECT_GE(test, refused, row->allocations);
}

enum change { ARRIVES, LEAVES, DETACHED, VETOED, MOVED };

static const struct change_row {
	const char *desc;
	enum change change;
	unsigned int allocations;
} change_rows[] = {
	{ "an interface becomes outgoing", ARRIVES, 4 },
	{ "an interface is not outgoing any more", LEAVES, 2 },
	{ "an interface is detached", DETACHED, 2 },
	{ "an interface is vetoed", VETOED, 4 },
	{ "the way in moves there", MOVED, 6 },
};

TABLE(change);

/* The membership on the interface in the middle, not told to the entries. */
static void set_middle(struct kunit *test, const struct world *w, bool there)
{
	const struct mgm_sg sg = mgm_sg4(ANY, GRP(1));
	struct mgm_interface *ifc = w->out[1];
	struct mgm_net *mn = net_of(test);
	struct mgm_membership *m;

	m = mgm_membership_find(mn, &sg, &ifc->key, w->proto->handle);
	if (m && !there)
		mgm_membership_destroy(mn, m);
	if (!m && there)
		MUST(test, mgm_membership_create(mn, w->proto, ifc, &sg, JOIN,
						 NULL));
}

static void make_change(struct kunit *test, const struct world *w,
			enum change change)
{
	const struct mgm_route route = { .ifindex = w->out[1]->key.ifindex };
	const struct mgm_sg sg = mgm_sg4(ANY, GRP(1));
	struct mgm_net *mn = net_of(test);
	struct mgm_mfe *mfe;
	int i;

	switch (change) {
	case ARRIVES:
	case LEAVES:
		mgm_mfe_refresh(mn, &sg, w->out[1]);
		break;
	case DETACHED:
		mgm_mfe_detach(mn, w->out[1]);
		break;
	case VETOED:
	case MOVED:
		for (i = 1; i <= 2; i++) {
			mfe = fixture_find(test, SRC(i), GRP(1));
			if (change == VETOED)
				mgm_mfe_veto(mn, mfe, w->out[1]);
			else
				mgm_mfe_move(mn, mfe, w->out[1], &route);
		}
		break;
	}
}

static void expect_changed(struct kunit *test, const struct world *w,
			   enum change change, const struct mgm_mfe *mfe)
{
	if (change == ARRIVES)
		EXPECT_OIFS(test, mfe, w->out[0], w->out[1], w->out[2]);
	else if (change == MOVED)
		EXPECT_OIFS(test, mfe, w->in, w->out[0], w->out[2]);
	else
		EXPECT_OIFS(test, mfe, w->out[0], w->out[2]);
}

/* Two entries, the @nth allocation of the change fails: how many are dropped? */
static unsigned int drops(struct kunit *test, const struct world *w,
			  enum change change, unsigned int nth, bool *failed)
{
	unsigned int i, dropped = 0;
	struct mgm_mfe *mfe;

	set_middle(test, w, change != ARRIVES);
	for (i = 1; i <= 2; i++)
		fixture_mfe(test, SRC(i), GRP(1), w->in);
	set_middle(test, w, change != LEAVES);

	fault_begin(nth);
	make_change(test, w, change);
	*failed = fault_end();

	EXPECT_SOUND(test);
	KUNIT_EXPECT_EQ(test, w->in->nr_mfes + w->out[1]->nr_mfes,
			w->out[0]->nr_oifs);
	for (i = 1; i <= 2; i++) {
		mfe = fixture_find(test, SRC(i), GRP(1));
		if (!mfe) {
			dropped++;
			continue;
		}
		expect_changed(test, w, change, mfe);
		mgm_mfe_destroy(net_of(test), mfe);
	}
	KUNIT_EXPECT_TRUE(test, list_empty(&w->out[1]->vetoes));
	return dropped;
}

static unsigned int all_drops(struct kunit *test, const struct world *w,
			      enum change change)
{
	unsigned int nth, n, dropped = 0;
	bool failed = true;

	for (nth = 1; nth < 100 && failed; nth++) {
		n = drops(test, w, change, nth, &failed);
		/* One fault, one entry: the other has its change. */
		KUNIT_EXPECT_LE(test, n, (unsigned int)failed);
		dropped += n;
	}
	KUNIT_EXPECT_FALSE(test, failed);
	return dropped;
}

static void an_entry_that_cannot_change_goes(struct kunit *test)
{
	const struct change_row *row = test->param_value;
	unsigned int sweep, dropped = 0;
	struct world w;

	if (fault_skip(test))
		return;
	w = build(test);
	/* It has no use before the way in moves. */
	fixture_join(test, w.proto, w.in, ANY, GRP(1));
	for (sweep = 0; sweep < 20 && dropped < row->allocations; sweep++)
		dropped = all_drops(test, &w, row->change);
	KUNIT_EXPECT_GE(test, dropped, row->allocations);
}

/* One that listens, with the way in, and one that it is told of. */
struct told {
	struct mgm_protocol *proto, *other, *igmp;
	struct mgm_interface *in, *out, *to;
};

enum cause {
	JOINED, LEFT, LOCAL_JOINED, LOCAL_LEFT, CREATED, FIRST, LAST, AWAY, GONE,
};

static const struct cause_row {
	const char *desc;
	enum cause what;
} cause_rows[] = {
	{ "another protocol joins", JOINED },
	{ "another protocol leaves", LEFT },
	{ "IGMP has a member", LOCAL_JOINED },
	{ "IGMP has it no longer", LOCAL_LEFT },
	{ "an entry that nobody wants", CREATED },
	{ "the first receivers of an entry", FIRST },
	{ "the last receivers of an entry", LAST },
	{ "the way in moves away", AWAY },
	{ "there is no way any more", GONE },
};

TABLE(cause);

/* Refused, it is not told to anybody. */
static void add(struct kunit *test, struct mgm_protocol *proto,
		struct mgm_interface *ifc, u32 flags)
{
	const struct mgm_sg sg = mgm_sg4(ANY, GRP(1));

	mgm_membership_create(net_of(test), proto, ifc, &sg, flags, NULL);
}

static void del_all(struct kunit *test)
{
	struct mgm_net *mn = net_of(test);
	struct mgm_membership *m;

	while ((m = mgm_membership_after(mn, NULL, NULL, 0)))
		mgm_membership_destroy(mn, m);
}

/* How things stand before it. */
static void prepare(struct kunit *test, const struct told *t, enum cause what)
{
	if (what == LEFT || what == LAST)
		add(test, t->other, t->out, JOIN);
	if (what == LOCAL_LEFT)
		add(test, t->igmp, t->in, JOIN);
	if (what >= FIRST)
		fixture_mfe(test, SRC(1), GRP(1), t->in);
	if (what == FIRST)
		add(test, t->other, t->out, FORWARD);
	if (what == LAST)
		del_all(test);
}

static void cause_it(struct kunit *test, const struct told *t,
		     enum cause what)
{
	const struct mgm_sg all = mgm_sg4(ANY, GRP(1));
	const struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	struct mgm_mfe *mfe = mgm_mfe_find(net_of(test), &sg);
	struct mgm_net *mn = net_of(test);
	const struct mgm_route route = {};

	switch (what) {
	case JOINED:
		add(test, t->other, t->out, JOIN);
		break;
	case LOCAL_JOINED:
		add(test, t->igmp, t->in, JOIN);
		break;
	case LEFT:
	case LOCAL_LEFT:
		del_all(test);
		break;
	case CREATED:
		mgm_mfe_create(mn, &sg, t->in, &route, &route);
		break;
	case FIRST:
	case LAST:
		mgm_mfe_refresh(mn, &all, t->out);
		break;
	case AWAY:
		mgm_mfe_move(mn, mfe, t->to, &route);
		break;
	case GONE:
		mgm_mfe_reroute(mn, mfe, NULL, &route);
		break;
	}
}

/* The @nth allocation fails: is it the alert that is lost? */
static bool loses(struct kunit *test, const struct told *t, enum cause what,
		  unsigned int nth, unsigned int *events, bool *failed)
{
	struct mgm_protocol *proto = t->proto;
	struct mgm_net *mn = net_of(test);
	struct mgm_mfe *mfe;
	bool lost;

	prepare(test, t, what);
	mgm_alert_purge(proto);
	fixture_forget_events(test);
	proto->alerts_lost = 0;

	fault_begin(nth);
	cause_it(test, t, what);
	*failed = fault_end();

	*events = fixture_of(test)->nr_events;
	lost = proto->alerts_lost;
	/* The loss is told, in place of the alert, and has hit no bound. */
	KUNIT_EXPECT_EQ(test, list_empty(&proto->overrun.node), !lost);
	KUNIT_EXPECT_LE(test, proto->nr_alerts, 1U);
	EXPECT_BOUND(test, MGM_LIMIT_ALERTS, 0, 0);
	EXPECT_SOUND(test);

	while ((mfe = mgm_mfe_after(mn, NULL)))
		mgm_mfe_destroy(mn, mfe);
	del_all(test);
	mgm_alert_purge(proto);
	return lost;
}

static void an_alert_that_cannot_be_queued_is_lost(struct kunit *test)
{
	unsigned int sweep, nth, events, undisturbed, lost = 0;
	const struct cause_row *row = test->param_value;
	struct told t;
	bool failed;

	if (fault_skip(test))
		return;
	t.proto = fixture_protocol(test, LISTENING);
	t.other = fixture_protocol(test, PLAIN);
	t.igmp = fixture_protocol(test, IGMP);
	t.in = fixture_interface(test, 1, ANY, t.proto);
	t.out = fixture_interface(test, 2, ANY, t.other);
	t.to = fixture_interface(test, 3, ANY, t.other);
	mgm_interface_set_igmp(net_of(test), t.in, t.igmp);

	KUNIT_EXPECT_FALSE(test, loses(test, &t, row->what, 0, &undisturbed,
				       &failed));
	for (sweep = 0; sweep < 20 && !lost; sweep++) {
		failed = true;
		for (nth = 1; nth < 100 && failed; nth++) {
			if (!loses(test, &t, row->what, nth, &events, &failed))
				continue;
			/* Nothing else is another than without a fault. */
			KUNIT_EXPECT_EQ(test, events, undisturbed);
			lost++;
		}
		KUNIT_EXPECT_FALSE(test, failed);
	}
	/* The count may have shifted, and the same one have failed twice. */
	KUNIT_EXPECT_GE(test, lost, 1U);
}

static int packets_freed;

static void packet_freed(struct sk_buff *skb)
{
	packets_freed++;
}

static void the_packet_of_a_lost_alert_is_freed(struct kunit *test)
{
	struct mgm_alert alert = { .type = MGM_ALERT_WRONG_IF };
	struct mgm_protocol *proto;

	if (fault_skip(test))
		return;
	proto = fixture_protocol(test, LISTENING);
	alert.skb = MUST(test, alloc_skb(64, GFP_KERNEL));
	alert.skb->destructor = packet_freed;
	packets_freed = 0;
	fault_begin(1);
	mgm_alert_record(proto, &alert);
	KUNIT_EXPECT_TRUE(test, fault_end());
	KUNIT_EXPECT_EQ(test, packets_freed, 1);
	KUNIT_EXPECT_EQ(test, proto->alerts_lost, 1U);
	EXPECT_SOUND(test);
}

static struct kunit_case cases[] = {
	CASE_TABLE(a_refused_call_leaves_nothing, call),
	CASE_TABLE(an_entry_that_cannot_change_goes, change),
	CASE_TABLE(an_alert_that_cannot_be_queued_is_lost, cause),
	KUNIT_CASE(the_packet_of_a_lost_alert_is_freed),
	{}
};

static struct kunit_suite fault_suite = {
	.name = "mgm_fault",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(fault_suite);
