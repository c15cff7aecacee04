// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation of a call fails once: a call that is refused leaves nothing
 * behind, and one that cannot be refused drops what it cannot change.
 *
 * The faults are this thread's own. They need CONFIG_FAILSLAB, and a "N" in
 * /sys/kernel/debug/failslab/ignore-gfp-wait.
 */
#include <linux/sched.h>

#include "fixture.h"

#ifdef CONFIG_FAULT_INJECTION
/* Let the @nth allocation from here fail. */
static void begin(unsigned int nth)
{
	WRITE_ONCE(current->fail_nth, nth);
}

/* Whether it came to that. */
static bool end(void)
{
	unsigned int left = READ_ONCE(current->fail_nth);

	WRITE_ONCE(current->fail_nth, 0);
	return !left;
}
#else
static void begin(unsigned int nth)
{
}

static bool end(void)
{
	return false;
}
#endif

static bool skip(struct kunit *test)
{
	void *p;

	begin(1);
	p = kmalloc(32, GFP_KERNEL);
	if (end())
		return false;
	kfree(p);
	kunit_mark_skipped(test, "allocations cannot be made to fail here");
	return true;
}

/* A flow from @in to @out[], and what a call is tried on. */
struct world {
	struct mgm_protocol *proto;
	struct mgm_interface *in;
	struct mgm_interface *out[3];
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
	return w;
}

static void *call_protocol(struct mgm_net *mn, const struct world *w)
{
	const struct mgm_protocol_params params = { .id = 1 };

	return mgm_protocol_create(mn, &params,
				   MGM_PROTOCOL_F_KERNEL | MGM_PROTOCOL_F_IGMP,
				   0, NULL);
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

static void *call_mfe(struct mgm_net *mn, const struct world *w)
{
	const struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	const struct mgm_route route = {};

	return mgm_mfe_create(mn, &sg, w->in, &route);
}

static void *call_orphan(struct mgm_net *mn, const struct world *w)
{
	const struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	const struct mgm_route route = {};

	return mgm_mfe_create(mn, &sg, NULL, &route);
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
	{ "a membership in a new group", call_new_group, undo_membership, 2 },
	{ "a membership in an old one", call_old_group, undo_membership, 1 },
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
		begin(nth);
		obj = row->call(mn, w);
		failed = end();
		if (IS_ERR(obj)) {
			KUNIT_EXPECT_EQ(test, PTR_ERR(obj), (long)-ENOMEM);
			KUNIT_EXPECT_NULL(test, mn->igmp);
			EXPECT_NO_EVENTS(test);
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

	if (skip(test))
		return;
	w = build(test);
	/* The allocator's own allocations may shift the count in one sweep. */
	for (sweep = 0; sweep < 20 && refused < row->allocations; sweep++)
		refused = refusals(test, row, &w);
	KUNIT_EXPECT_GE(test, refused, row->allocations);
}

enum change { ARRIVES, LEAVES, DETACHED };

static const struct change_row {
	const char *desc;
	enum change change;
	unsigned int allocations;
} change_rows[] = {
	{ "an interface becomes outgoing", ARRIVES, 4 },
	{ "an interface is not outgoing any more", LEAVES, 2 },
	{ "an interface is detached", DETACHED, 2 },
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

/* Two entries, the @nth allocation of the change fails: how many are dropped? */
static unsigned int drops(struct kunit *test, const struct world *w,
			  enum change change, unsigned int nth, bool *failed)
{
	const struct mgm_sg sg = mgm_sg4(ANY, GRP(1));
	struct mgm_net *mn = net_of(test);
	unsigned int i, dropped = 0;
	struct mgm_mfe *mfe;

	set_middle(test, w, change != ARRIVES);
	for (i = 1; i <= 2; i++)
		fixture_mfe(test, SRC(i), GRP(1), w->in);
	set_middle(test, w, change != LEAVES);

	begin(nth);
	if (change == DETACHED)
		mgm_mfe_detach(mn, w->out[1]);
	else
		mgm_mfe_refresh(mn, &sg, w->out[1]);
	*failed = end();

	EXPECT_SOUND(test);
	KUNIT_EXPECT_EQ(test, w->in->nr_mfes, w->out[0]->nr_oifs);
	for (i = 1; i <= 2; i++) {
		mfe = fixture_find(test, SRC(i), GRP(1));
		if (!mfe) {
			dropped++;
			continue;
		}
		if (change == ARRIVES)
			EXPECT_OIFS(test, mfe, w->out[0], w->out[1], w->out[2]);
		else
			EXPECT_OIFS(test, mfe, w->out[0], w->out[2]);
		mgm_mfe_destroy(mn, mfe);
	}
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

	if (skip(test))
		return;
	w = build(test);
	for (sweep = 0; sweep < 20 && dropped < row->allocations; sweep++)
		dropped = all_drops(test, &w, row->change);
	KUNIT_EXPECT_GE(test, dropped, row->allocations);
}

static struct kunit_case cases[] = {
	CASE_TABLE(a_refused_call_leaves_nothing, call),
	CASE_TABLE(an_entry_that_cannot_change_goes, change),
	{}
};

static struct kunit_suite fault_suite = {
	.name = "mgm_fault",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(fault_suite);
