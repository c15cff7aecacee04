// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of entries when memberships come and go, when an interface is
 * taken away, and when no packet comes any more.
 */
#include "fixture.h"

/* A source behind @in; receivers may come up on the others. */
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
	for (i = 0; i < 3; i++)
		w.out[i] = fixture_interface(test, i + 2, ANY, w.proto);
	return w;
}

/* Four entries; on which does a membership tell? */
static const struct refresh_row {
	const char *desc;
	__be32 src, grp;
	bool told[4];
} refresh_rows[] = {
	{ "(S1,G1)", SRC(1), GRP(1), { true } },
	{ "(S2,G1)", SRC(2), GRP(1), { false, true } },
	{ "(S1,G2)", SRC(1), GRP(2), { false, false, true } },
	{ "(S3,G1) without an entry", SRC(3), GRP(1), {} },
	{ "(*,G1)", ANY, GRP(1), { true, true } },
	{ "(*,G2)", ANY, GRP(2), { false, false, true, true } },
	{ "(*,G3) without an entry", ANY, GRP(3), {} },
	{ "(*,*)", ANY, ANY, { true, true, true, true } },
};

TABLE(refresh);

static void memberships_reach_the_entries_they_cover(struct kunit *test)
{
	const struct refresh_row *row = test->param_value;
	struct fixture_event want[4] = {};
	struct world w = build(test);
	struct mgm_mfe *mfe[4];
	int i, n = 0;

	mfe[0] = fixture_mfe(test, SRC(1), GRP(1), w.in);
	mfe[1] = fixture_mfe(test, SRC(2), GRP(1), w.in);
	mfe[2] = fixture_mfe(test, SRC(1), GRP(2), w.in);
	mfe[3] = fixture_mfe(test, SRC(2), GRP(2), w.in);
	for (i = 0; i < 4; i++) {
		if (row->told[i]) {
			want[n].event = MGM_EVENT_MFE_CHANGE;
			want[n].obj = mfe[i];
			want[n++].n = 1;
		}
	}

	fixture_join(test, w.proto, w.out[0], row->src, row->grp);
	for (i = 0; i < 4; i++) {
		if (row->told[i])
			EXPECT_OIFS(test, mfe[i], w.out[0]);
		else
			EXPECT_NO_OIFS(test, mfe[i]);
		KUNIT_EXPECT_EQ(test, mgm_mfe_flags(net_of(test), mfe[i]),
				MGM_MFE_F_HELD |
				(row->told[i] ? 0U : MGM_MFE_F_NEGATIVE));
	}
	EXPECT_SOUND(test);

	fixture_forget_events(test);
	fixture_leave(test, w.proto, w.out[0], row->src, row->grp);
	for (i = 0; i < 4; i++)
		EXPECT_NO_OIFS(test, mfe[i]);
	EXPECT_SOUND(test);

	/* The same when nothing but the entries is looked at. */
	fixture_join(test, w.proto, w.out[0], row->src, row->grp);
	fixture_forget_events(test);
	mgm_mfe_detach(net_of(test), w.out[0]);
	for (i = 0; i < n; i++)
		want[i].n = 0;
	fixture_expect_events(test, want, n, __LINE__);
}

static void each_change_is_told_once(struct kunit *test)
{
	struct world w = build(test);
	struct mgm_membership *m;
	struct mgm_mfe *mfe;
	struct mgm_sg sg;

	mfe = fixture_mfe(test, SRC(1), GRP(1), w.in);
	fixture_forget_events(test);
	m = fixture_join(test, w.proto, w.out[0], ANY, GRP(1));
	EXPECT_EVENTS(test,
		      { MGM_EVENT_MEMBERSHIP_ADD, w.proto->handle, m },
		      { MGM_EVENT_MFE_CHANGE, 0, mfe, 1 });
	sg = m->group->sg;
	mgm_mfe_refresh(net_of(test), &sg, w.out[0]);
	EXPECT_NO_EVENTS(test);
	fixture_leave(test, w.proto, w.out[0], ANY, GRP(1));
	EXPECT_EVENTS(test,
		      { MGM_EVENT_MEMBERSHIP_DEL, w.proto->handle, m },
		      { MGM_EVENT_MFE_CHANGE, 0, mfe, 0 });
	mgm_mfe_refresh(net_of(test), &sg, w.out[0]);
	EXPECT_NO_EVENTS(test);
}

static const struct cover_row {
	const char *desc;
	__be32 src, grp;
} cover_rows[] = {
	{ "(S,G)", SRC(1), GRP(1) },
	{ "(*,G)", ANY, GRP(1) },
	{ "(*,*)", ANY, ANY },
};

TABLE(cover);

/* An interface stays as long as one membership covers the flow. */
static void the_last_membership_counts(struct kunit *test)
{
	const struct cover_row *last = test->param_value;
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct world w = build(test);
	const struct cover_row *row;
	struct mgm_mfe *mfe;

	mfe = fixture_mfe(test, SRC(1), GRP(1), w.in);
	for (row = cover_rows; row < cover_rows + 3; row++) {
		fixture_join(test, w.proto, w.out[0], row->src, row->grp);
		fixture_join(test, igmp, w.out[0], row->src, row->grp);
	}
	fixture_forget_events(test);
	for (row = cover_rows; row < cover_rows + 3; row++) {
		fixture_leave(test, w.proto, w.out[0], row->src, row->grp);
		if (row != last)
			fixture_leave(test, igmp, w.out[0], row->src, row->grp);
		EXPECT_OIFS(test, mfe, w.out[0]);
	}
	fixture_forget_events(test);
	fixture_leave(test, igmp, w.out[0], last->src, last->grp);
	EXPECT_NO_OIFS(test, mfe);
	EXPECT_SOUND(test);
}

static void igmp_tells_where_the_owner_lets_it(struct kunit *test)
{
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_protocol *decider = fixture_protocol(test, DECIDING);
	struct world w = build(test);
	struct mgm_mfe *mfe;
	int i;

	mgm_interface_set_owner(net_of(test), w.out[1], NULL);
	mgm_interface_set_owner(net_of(test), w.out[2], decider);
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.in);
	for (i = 0; i < 3; i++) {
		mgm_interface_set_igmp(net_of(test), w.out[i], igmp);
		fixture_join(test, igmp, w.out[i], ANY, GRP(1));
	}
	EXPECT_OIFS(test, mfe, w.out[0], w.out[1]);
	fixture_join(test, decider, w.out[2], SRC(1), GRP(1));
	EXPECT_OIFS(test, mfe, w.out[0], w.out[1], w.out[2]);
	fixture_leave(test, decider, w.out[2], SRC(1), GRP(1));
	EXPECT_OIFS(test, mfe, w.out[0], w.out[1]);
	EXPECT_SOUND(test);
}

/* The data path may be in the old list; the others keep their counters. */
static void a_list_is_replaced_whole(struct kunit *test)
{
	struct mgm_outlist *before, *after;
	struct world w = build(test);
	struct mgm_oif *first, *last;
	struct mgm_mfe *mfe;

	fixture_join(test, w.proto, w.out[0], ANY, GRP(1));
	fixture_join(test, w.proto, w.out[2], ANY, GRP(1));
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.in);
	before = mgm_mfe_out(net_of(test), mfe);
	first = before->oif[0];
	last = before->oif[1];
	atomic64_set(&first->packets, 5);
	atomic64_set(&last->packets, 7);

	fixture_join(test, w.proto, w.out[1], ANY, GRP(1));
	after = mgm_mfe_out(net_of(test), mfe);
	KUNIT_EXPECT_PTR_NE(test, after, before);
	EXPECT_OIFS(test, mfe, w.out[0], w.out[1], w.out[2]);
	KUNIT_EXPECT_PTR_EQ(test, after->oif[0], first);
	KUNIT_EXPECT_PTR_EQ(test, after->oif[2], last);
	KUNIT_EXPECT_EQ(test, atomic64_read(&first->packets), 5LL);
	KUNIT_EXPECT_EQ(test, atomic64_read(&last->packets), 7LL);
	KUNIT_EXPECT_PTR_EQ(test, after->in, w.in);

	fixture_leave(test, w.proto, w.out[0], ANY, GRP(1));
	EXPECT_OIFS(test, mfe, w.out[1], w.out[2]);
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_out(net_of(test), mfe)->oif[1], last);
	fixture_leave(test, w.proto, w.out[2], ANY, GRP(1));
	EXPECT_OIFS(test, mfe, w.out[1]);
}

static void orphans_and_iifs_take_no_interface(struct kunit *test)
{
	struct world w = build(test);
	struct mgm_mfe *orphan, *mfe;

	orphan = fixture_mfe(test, SRC(1), GRP(1), NULL);
	mfe = fixture_mfe(test, SRC(2), GRP(1), w.in);
	fixture_join(test, w.proto, w.out[0], ANY, GRP(1));
	fixture_join(test, w.proto, w.in, ANY, GRP(1));
	EXPECT_NO_OIFS(test, orphan);
	EXPECT_OIFS(test, mfe, w.out[0]);
	KUNIT_EXPECT_EQ(test, mgm_mfe_flags(net_of(test), orphan),
			(u32)(MGM_MFE_F_NO_RPF | MGM_MFE_F_NEGATIVE |
			      MGM_MFE_F_HELD));
	fixture_leave(test, w.proto, w.out[0], ANY, GRP(1));
	fixture_leave(test, w.proto, w.in, ANY, GRP(1));
	EXPECT_NO_OIFS(test, mfe);
	EXPECT_SOUND(test);
}

/* Three flows: into @gone, out of it among others, and one that knows it not. */
static void detaching_leaves_nothing_tied(struct kunit *test)
{
	struct world w = build(test);
	struct mgm_interface *gone = w.out[1];
	struct mgm_mfe *in, *out, *other;
	struct mgm_outlist *list;

	fixture_join(test, w.proto, w.out[0], ANY, GRP(1));
	fixture_join(test, w.proto, gone, ANY, GRP(1));
	fixture_join(test, w.proto, w.out[2], ANY, GRP(1));
	fixture_join(test, w.proto, w.out[2], ANY, GRP(2));
	in = fixture_mfe(test, SRC(1), GRP(1), gone);
	out = fixture_mfe(test, SRC(2), GRP(1), w.in);
	other = fixture_mfe(test, SRC(2), GRP(2), w.in);
	list = mgm_mfe_out(net_of(test), other);
	EXPECT_OIFS(test, in, w.out[0], w.out[2]);
	EXPECT_OIFS(test, out, w.out[0], gone, w.out[2]);
	fixture_forget_events(test);

	mgm_mfe_detach(net_of(test), gone);
	EXPECT_EVENTS(test,
		      { MGM_EVENT_MFE_DEL, 0, in, 2 },
		      { MGM_EVENT_MFE_CHANGE, 0, out, 2 });
	KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(1), GRP(1)));
	EXPECT_OIFS(test, out, w.out[0], w.out[2]);
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_out(net_of(test), other), list);
	KUNIT_EXPECT_EQ(test, gone->nr_mfes + gone->nr_oifs, 0U);
	/* Memberships are another matter. */
	KUNIT_EXPECT_EQ(test, gone->nr_memberships, 1U);
	EXPECT_SOUND(test);

	mgm_mfe_detach(net_of(test), gone);
	EXPECT_NO_EVENTS(test);
}

static void detaching_ends_many_flows(struct kunit *test)
{
	struct world w = build(test);
	int i;

	fixture_join(test, w.proto, w.out[0], ANY, ANY);
	fixture_join(test, w.proto, w.in, ANY, ANY);
	for (i = 1; i <= 50; i++) {
		fixture_mfe(test, SRC(i), GRP(1), w.in);
		fixture_mfe(test, SRC(i), GRP(2), w.out[0]);
	}
	KUNIT_EXPECT_EQ(test, w.out[0]->nr_oifs, 50U);
	KUNIT_EXPECT_EQ(test, w.out[0]->nr_mfes, 50U);

	mgm_mfe_detach(net_of(test), w.out[0]);
	KUNIT_EXPECT_EQ(test, w.out[0]->nr_oifs + w.out[0]->nr_mfes, 0U);
	KUNIT_EXPECT_EQ(test, w.in->nr_oifs, 0U);
	KUNIT_EXPECT_EQ(test, w.in->nr_mfes, 50U);
	for (i = 1; i <= 50; i++) {
		EXPECT_NO_OIFS(test, MUST(test, fixture_find(test, SRC(i),
							     GRP(1))));
		KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(i), GRP(2)));
	}
	EXPECT_SOUND(test);
}

static const struct age_row {
	const char *desc;
	bool in;
	unsigned int idle;		/* seconds since the last packet */
	bool stays;
} age_rows[] = {
	{ "just used", true, 0, true },
	{ "some minutes idle", true, 600, true },
	{ "the whole time idle", true, 900, false },
	{ "idle for a day", true, 86400, false },
	{ "no way to the source, new", false, 0, true },
	{ "no way to the source, ten seconds old", false, 10, false },
};

TABLE(age);

static void idle_entries_expire(struct kunit *test)
{
	const struct age_row *row = test->param_value;
	struct world w = build(test);
	struct mgm_mfe *old, *used;

	fixture_join(test, w.proto, w.out[0], ANY, ANY);
	used = fixture_mfe(test, SRC(2), GRP(1), w.in);
	old = fixture_mfe(test, SRC(1), GRP(1), row->in ? w.in : NULL);
	/* Rather than wait. */
	old->lastuse = jiffies - row->idle * HZ;
	used->created -= 100000 * HZ;
	fixture_forget_events(test);

	mgm_mfe_drop_expired(net_of(test));
	if (row->stays)
		EXPECT_NO_EVENTS(test);
	else
		EXPECT_EVENTS(test,
			      { MGM_EVENT_MFE_DEL, 0, old, row->in ? 1 : 0 });
	KUNIT_EXPECT_PTR_EQ(test, fixture_find(test, SRC(1), GRP(1)),
			    row->stays ? old : NULL);
	/* It is the last packet that counts, not the age. */
	KUNIT_EXPECT_PTR_EQ(test, fixture_find(test, SRC(2), GRP(1)), used);
	EXPECT_SOUND(test);
}

static void all_that_is_idle_expires(struct kunit *test)
{
	struct mgm_net *mn = net_of(test);
	struct world w = build(test);
	struct mgm_mfe *mfe;
	int i;

	for (i = 1; i <= 20; i++) {
		mfe = fixture_mfe(test, SRC(i), GRP(i % 3), w.in);
		if (i % 4)
			mfe->lastuse -= mfe->timeout;
	}
	mgm_mfe_drop_expired(mn);
	for (i = 1; i <= 20; i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    !fixture_find(test, SRC(i), GRP(i % 3)),
				    i % 4 != 0, "source %d", i);
	EXPECT_BOUND(test, MGM_LIMIT_MFES, 5, 0);
}

/* A protocol may say how long its entry stays. */
static void a_timeout_of_its_own_counts(struct kunit *test)
{
	struct world w = build(test);
	struct mgm_mfe *mfe;

	mfe = fixture_mfe(test, SRC(1), GRP(1), w.in);
	mfe->lastuse -= 901 * HZ;
	mfe->timeout = 3600 * HZ;
	mgm_mfe_drop_expired(net_of(test));
	KUNIT_EXPECT_PTR_EQ(test, fixture_find(test, SRC(1), GRP(1)), mfe);
	mfe->timeout = 60 * HZ;
	mgm_mfe_drop_expired(net_of(test));
	KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(1), GRP(1)));
}

/* Of (S1,G1), without a word of the memberships themselves. */
static void want(struct kunit *test, struct mgm_protocol *proto,
		 struct mgm_interface *ifc, bool there)
{
	struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	struct mgm_net *mn = net_of(test);
	struct mgm_membership *m;

	m = mgm_membership_find(mn, &sg, &ifc->key, proto->handle);
	if (there)
		MUST(test, mgm_membership_create(mn, proto, ifc, &sg, FORWARD,
						 NULL));
	else
		mgm_membership_destroy(mn, MUST(test, m));
	fixture_forget_alerts(test);
	mgm_mfe_refresh(mn, &sg, ifc);
}

/* Who has the first receivers, and is who brings the packets told? */
static const struct user_row {
	const char *desc;
	enum { SAME, ANOTHER, NO_OWNER } owner;
	bool igmp;			/* its receivers, not the owner's */
	bool told;
} user_rows[] = {
	{ "the same protocol", SAME, false, false },
	{ "another one", ANOTHER, false, true },
	{ "IGMP on the same protocol's interface", SAME, true, true },
	{ "IGMP on another one's", ANOTHER, true, true },
	{ "IGMP on nobody's", NO_OWNER, true, true },
};

TABLE(user);

static void the_first_and_the_last_receivers_are_told(struct kunit *test)
{
	struct mgm_protocol *other = fixture_protocol(test, PLAIN);
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	const struct user_row *row = test->param_value;
	struct mgm_protocol *owners[3], *user;
	struct world w = build(test);
	struct mgm_mfe *mfe;

	owners[SAME] = w.proto;
	owners[ANOTHER] = other;
	owners[NO_OWNER] = NULL;
	mgm_interface_set_owner(net_of(test), w.out[1], owners[row->owner]);
	mgm_interface_set_igmp(net_of(test), w.out[1], igmp);
	mgm_interface_set_owner(net_of(test), w.out[2], other);
	user = row->igmp ? igmp : owners[row->owner];

	mfe = fixture_mfe(test, SRC(1), GRP(1), w.in);
	EXPECT_ALERTS(test,
		      { w.proto, MGM_ALERT_PRUNE, false, SRC(1), GRP(1), w.in,
			mfe->id });
	want(test, user, w.out[1], true);
	if (row->told)
		EXPECT_ALERTS(test,
			      { w.proto, MGM_ALERT_JOIN, false, SRC(1), GRP(1),
				w.in });
	else
		EXPECT_NO_ALERTS(test);

	/* Further ones come and go. */
	want(test, other, w.out[2], true);
	EXPECT_NO_ALERTS(test);
	want(test, other, w.out[2], false);
	EXPECT_NO_ALERTS(test);

	want(test, user, w.out[1], false);
	EXPECT_ALERTS(test,
		      { w.proto, MGM_ALERT_PRUNE, false, SRC(1), GRP(1), w.in,
			mfe->id });
	/* As often as it happens. */
	want(test, other, w.out[2], true);
	EXPECT_ALERTS(test,
		      { w.proto, MGM_ALERT_JOIN, false, SRC(1), GRP(1), w.in });
	EXPECT_SOUND(test);
}

/* IGMP has receivers for G1, and this is what the owner itself has there. */
static const struct known_row {
	const char *desc;
	u32 flags;
	__be32 src, grp;
	bool excluded;			/* S1, from it */
	bool told;
} known_rows[] = {
	{ "nothing", 0, ANY, ANY, false, true },
	{ "(S,G)", JOIN, SRC(1), GRP(1), false, false },
	{ "(S,G) that forwards only", FORWARD, SRC(1), GRP(1), false, false },
	{ "(*,G)", JOIN, ANY, GRP(1), false, false },
	{ "(*,*)", JOIN, ANY, ANY, false, false },
	{ "(*,G) without S", JOIN, ANY, GRP(1), true, true },
	{ "(*,*) without S", JOIN, ANY, ANY, true, true },
	{ "S excluded", EXCLUDE, SRC(1), GRP(1), false, true },
	{ "another source", JOIN, SRC(2), GRP(1), false, true },
	{ "another group", JOIN, ANY, GRP(2), false, true },
};

TABLE(known);

static void of_its_own_receivers_nobody_is_told(struct kunit *test)
{
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	const struct known_row *row = test->param_value;
	const struct mgm_sg of_igmp = mgm_sg4(ANY, GRP(1));
	const struct mgm_sg own = mgm_sg4(row->src, row->grp);
	const struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	const struct mgm_sg all = mgm_sg4(ANY, ANY);
	struct mgm_net *mn = net_of(test);
	struct world w = build(test);
	struct mgm_mfe *mfe;

	mgm_interface_set_igmp(mn, w.out[0], igmp);
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.in);
	MUST(test, mgm_membership_create(mn, igmp, w.out[0], &of_igmp, JOIN,
					 NULL));
	if (row->flags)
		MUST(test, mgm_membership_create(mn, w.proto, w.out[0], &own,
						 row->flags, NULL));
	if (row->excluded)
		MUST(test, mgm_membership_create(mn, w.proto, w.out[0], &sg,
						 EXCLUDE, NULL));
	fixture_forget_alerts(test);
	mgm_mfe_refresh(mn, &all, w.out[0]);
	EXPECT_OIFS(test, mfe, w.out[0]);
	if (row->told)
		EXPECT_ALERTS(test,
			      { w.proto, MGM_ALERT_JOIN, false, SRC(1), GRP(1),
				w.in });
	else
		EXPECT_NO_ALERTS(test);
}

static void nobody_is_told_of_nobodys_way_in(struct kunit *test)
{
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct world w = build(test);

	mgm_interface_set_owner(net_of(test), w.in, NULL);
	mgm_interface_set_igmp(net_of(test), w.in, igmp);
	fixture_mfe(test, SRC(1), GRP(1), w.in);
	EXPECT_NO_ALERTS(test);
	want(test, w.proto, w.out[0], true);
	EXPECT_NO_ALERTS(test);
	want(test, w.proto, w.out[0], false);
	EXPECT_NO_ALERTS(test);
}

static void orphans_tell_nobody(struct kunit *test)
{
	struct world w = build(test);

	fixture_mfe(test, SRC(1), GRP(1), NULL);
	EXPECT_NO_ALERTS(test);
	want(test, w.proto, w.out[0], true);
	EXPECT_NO_ALERTS(test);
	mgm_mfe_drop_orphans(net_of(test));
	EXPECT_NO_ALERTS(test);
}

/* It has receivers from the beginning to the end. */
static void an_entry_that_forwards_tells_nobody(struct kunit *test)
{
	struct mgm_protocol *other = fixture_protocol(test, PLAIN);
	struct world w = build(test);
	struct mgm_mfe *mfe;

	mgm_interface_set_owner(net_of(test), w.out[0], other);
	want(test, other, w.out[0], true);
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.in);
	mgm_mfe_destroy(net_of(test), mfe);
	EXPECT_NO_ALERTS(test);
}

/* A membership of many entries tells of each that it is the first in. */
static void each_entry_is_told_of(struct kunit *test)
{
	struct mgm_protocol *other = fixture_protocol(test, PLAIN);
	struct mgm_protocol *third = fixture_protocol(test, PLAIN);
	struct world w = build(test);

	mgm_interface_set_owner(net_of(test), w.out[0], other);
	mgm_interface_set_owner(net_of(test), w.out[1], third);
	fixture_join(test, third, w.out[1], SRC(2), GRP(1));
	fixture_mfe(test, SRC(1), GRP(1), w.in);
	fixture_mfe(test, SRC(2), GRP(1), w.in);
	fixture_mfe(test, SRC(3), GRP(1), w.in);
	fixture_forget_alerts(test);
	/* FORWARD: of the membership itself nobody is told. */
	fixture_add(test, other, w.out[0], ANY, GRP(1), FORWARD);
	EXPECT_ALERTS(test,
		      { w.proto, MGM_ALERT_JOIN, false, SRC(1), GRP(1), w.in },
		      { w.proto, MGM_ALERT_JOIN, false, SRC(3), GRP(1), w.in });
}

/* Whatever takes the last interface out of the list. */
static const struct last_row {
	const char *desc;
	bool veto;
} last_rows[] = {
	{ "a veto", true },
	{ "the end of the interface", false },
};

TABLE(last);

static void an_empty_list_is_told_of(struct kunit *test)
{
	const struct last_row *row = test->param_value;
	struct mgm_net *mn = net_of(test);
	struct world w = build(test);
	struct mgm_mfe *mfe;
	int i;

	want(test, w.proto, w.out[0], true);
	want(test, w.proto, w.out[1], true);
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.in);
	for (i = 0; i < 2; i++) {
		EXPECT_NO_ALERTS(test);
		if (row->veto)
			mgm_mfe_veto(mn, mfe, w.out[i]);
		else
			mgm_mfe_detach(mn, w.out[i]);
	}
	EXPECT_ALERTS(test,
		      { w.proto, MGM_ALERT_PRUNE, false, SRC(1), GRP(1), w.in,
			mfe->id });
	EXPECT_SOUND(test);
}

static const struct config_row {
	const char *desc;
	u32 config;			/* 0: as it is from the beginning */
	bool in;
	unsigned int timeout;
} config_rows[] = {
	{ "as it is from the beginning", 0, true, 900 },
	{ "one second", 1, true, 1 },
	{ "a minute", 60, true, 60 },
	{ "a week", 604800, true, 604800 },
	{ "no way to the source", 0, false, 10 },
	{ "no way to the source, a week", 604800, false, 10 },
	{ "no way to the source, less than that", 5, false, 5 },
};

TABLE(config);

static void the_settings_tell_how_long_entries_stay(struct kunit *test)
{
	const struct config_row *row = test->param_value;
	struct mgm_net *mn = net_of(test);
	struct world w = build(test);
	struct mgm_mfe *mfe;

	if (row->config)
		mn->config.mfe_timeout = row->config;
	mfe = fixture_mfe(test, SRC(1), GRP(1), row->in ? w.in : NULL);
	KUNIT_EXPECT_EQ(test, mfe->timeout, (unsigned long)row->timeout * HZ);
	/* Entries that are there keep what they have. */
	mn->config.mfe_timeout = 7;
	fixture_mfe(test, SRC(2), GRP(1), w.in);
	KUNIT_EXPECT_EQ(test, mfe->timeout, (unsigned long)row->timeout * HZ);
}

static bool about(const struct mgm_mfe *mfe, unsigned long seconds)
{
	return mgm_mfe_expires(mfe) <= seconds * HZ &&
	       mgm_mfe_expires(mfe) > (seconds - 2) * HZ;
}

static void a_life_begins_with_the_first_receivers(struct kunit *test)
{
	struct world w = build(test);
	struct mgm_mfe *mfe;

	mfe = fixture_mfe(test, SRC(1), GRP(1), w.in);
	mgm_mfe_set_timeout(net_of(test), mfe, 30);
	mfe->lastuse -= 20 * HZ;
	KUNIT_EXPECT_TRUE(test, about(mfe, 10));
	want(test, w.proto, w.out[0], true);
	KUNIT_EXPECT_TRUE(test, about(mfe, 900));

	/* Only packets prolong it from now on. */
	mfe->lastuse -= 500 * HZ;
	want(test, w.proto, w.out[1], true);
	KUNIT_EXPECT_TRUE(test, about(mfe, 400));
	want(test, w.proto, w.out[1], false);
	KUNIT_EXPECT_TRUE(test, about(mfe, 400));
	want(test, w.proto, w.out[0], false);
	KUNIT_EXPECT_TRUE(test, about(mfe, 900));
}

/* Then who was asked is asked again. */
static void what_nobody_wants_has_its_time(struct kunit *test)
{
	struct world w = build(test);
	struct mgm_mfe *mfe;

	mfe = fixture_mfe(test, SRC(1), GRP(1), w.in);
	mfe->lastuse -= 20 * HZ;
	/* The answer counts from when it was asked. */
	mgm_mfe_set_timeout(net_of(test), mfe, 100);
	KUNIT_EXPECT_TRUE(test, about(mfe, 80));
	/* Nobody who cannot have it makes a difference. */
	want(test, w.proto, w.in, true);
	fixture_join(test, w.proto, w.out[0], SRC(2), GRP(1));
	KUNIT_EXPECT_TRUE(test, about(mfe, 80));
	mfe->lastuse -= 80 * HZ;
	mgm_mfe_drop_expired(net_of(test));
	KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(1), GRP(1)));
}

static struct kunit_case cases[] = {
	CASE_TABLE(memberships_reach_the_entries_they_cover, refresh),
	KUNIT_CASE(each_change_is_told_once),
	CASE_TABLE(the_last_membership_counts, cover),
	KUNIT_CASE(igmp_tells_where_the_owner_lets_it),
	KUNIT_CASE(a_list_is_replaced_whole),
	KUNIT_CASE(orphans_and_iifs_take_no_interface),
	KUNIT_CASE(detaching_leaves_nothing_tied),
	KUNIT_CASE(detaching_ends_many_flows),
	CASE_TABLE(idle_entries_expire, age),
	KUNIT_CASE(all_that_is_idle_expires),
	KUNIT_CASE(a_timeout_of_its_own_counts),
	CASE_TABLE(the_first_and_the_last_receivers_are_told, user),
	CASE_TABLE(of_its_own_receivers_nobody_is_told, known),
	KUNIT_CASE(nobody_is_told_of_nobodys_way_in),
	KUNIT_CASE(orphans_tell_nobody),
	KUNIT_CASE(an_entry_that_forwards_tells_nobody),
	KUNIT_CASE(each_entry_is_told_of),
	CASE_TABLE(an_empty_list_is_told_of, last),
	CASE_TABLE(the_settings_tell_how_long_entries_stay, config),
	KUNIT_CASE(a_life_begins_with_the_first_receivers),
	KUNIT_CASE(what_nobody_wants_has_its_time),
	{}
};

static struct kunit_suite change_suite = {
	.name = "mgm_change",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(change_suite);
