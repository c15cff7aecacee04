// SPDX-License-Identifier: GPL-2.0
/*
 * Who is told of receivers that come and go, and who is not.
 */
#include "../interest.c"
#include "fixture.h"

/* Three routing protocols, with two interfaces each. */
enum { A, B, C, PROTOCOLS };

struct world {
	struct mgm_protocol *proto[PROTOCOLS];
	struct mgm_interface *ifc[PROTOCOLS][2];
};

static struct world build(struct kunit *test, enum fixture_kind kind)
{
	struct world w;
	int i, k;

	for (i = 0; i < PROTOCOLS; i++) {
		w.proto[i] = fixture_protocol(test, kind);
		for (k = 0; k < 2; k++)
			w.ifc[i][k] = fixture_interface(test, 1 + 2 * i + k,
							ANY, w.proto[i]);
	}
	return w;
}

/* A membership: whose, on which of its interfaces, in what. */
struct member {
	bool there;
	u8 proto, ifc;
	__be32 src, grp;
};

#define STAR(proto, n)		{ true, proto, 0, ANY, GRP(n) }
#define STAR2(proto, n)		{ true, proto, 1, ANY, GRP(n) }
#define SOURCE(proto, s, n)	{ true, proto, 0, SRC(s), GRP(n) }
#define SOURCE2(proto, s, n)	{ true, proto, 1, SRC(s), GRP(n) }
#define WILD(proto)		{ true, proto, 0, ANY, ANY }
#define WILD2(proto)		{ true, proto, 1, ANY, ANY }

#define TOLD(proto)		(1 << (proto))
#define NOBODY			0

/* These alerts, in the order of the handles, about a membership on @ifc. */
static void expect_told(struct kunit *test, const struct world *w,
			unsigned int told, enum mgm_alert_type type,
			__be32 src, __be32 grp, const struct mgm_interface *ifc,
			int line)
{
	struct fixture_alert want[PROTOCOLS];
	int i, n = 0;

	for (i = 0; i < PROTOCOLS; i++)
		if (told & TOLD(i))
			want[n++] = (struct fixture_alert) {
				w->proto[i], type, true, src, grp, ifc
			};
	fixture_expect_alerts(test, want, n, line);
}

/*
 * One membership comes and goes, while others are there: who is told of it, both
 * times? C owns the way to all sources.
 */
static const struct told_row {
	const char *desc;
	struct member others[4];
	struct member one;
	unsigned int told;
} told_rows[] = {
	/* (*,G): by the number of protocols that are interested. */
	{ "G: the first tells all", {}, STAR(A, 1), TOLD(B) | TOLD(C) },
	{ "G: the first, if it is the last one registered", {},
	  STAR(C, 1), TOLD(A) | TOLD(B) },
	{ "G: the second tells the first", { STAR(A, 1) },
	  STAR(B, 1), TOLD(A) },
	{ "G: whichever that is", { STAR(C, 1) }, STAR(A, 1), TOLD(C) },
	{ "G: the third tells nobody", { STAR(A, 1), STAR(B, 1) },
	  STAR(C, 1), NOBODY },
	{ "G: a second interface tells nobody", { STAR(A, 1) },
	  STAR2(A, 1), NOBODY },
	{ "G: nor among several", { STAR(A, 1), STAR(B, 1) },
	  STAR2(B, 1), NOBODY },
	{ "G: with two interfaces it is one protocol",
	  { STAR(A, 1), STAR2(A, 1) }, STAR(B, 1), TOLD(A) },
	{ "G: another group is no matter", { STAR(A, 2), STAR(B, 2) },
	  STAR(B, 1), TOLD(A) | TOLD(C) },
	{ "G: nor are sources", { SOURCE(A, 1, 1), SOURCE(B, 1, 1) },
	  STAR(B, 1), TOLD(A) | TOLD(C) },
	/* Wildcard receivers are interested in it. */
	{ "G: behind a wildcard receiver", { WILD(A) }, STAR(B, 1), TOLD(A) },
	{ "G: behind two", { WILD(A), WILD(B) }, STAR(C, 1), NOBODY },
	{ "G: behind one and a member", { WILD(A), STAR(B, 1) },
	  STAR(C, 1), NOBODY },
	{ "G: a member and wildcard receiver is one",
	  { WILD(A), STAR(A, 1) }, STAR(B, 1), TOLD(A) },
	{ "G: the same on two interfaces", { WILD(A), STAR2(A, 1), WILD2(A) },
	  STAR(B, 1), TOLD(A) },
	{ "G: two that are both are two",
	  { WILD(A), STAR(A, 1), WILD(B), STAR(B, 1) }, STAR(C, 1), NOBODY },
	{ "G: a wildcard receiver tells nobody", { WILD(A) },
	  STAR(A, 1), NOBODY },
	{ "G: nor on another interface", { WILD(A) }, STAR2(A, 1), NOBODY },
	{ "G: nor if others are there", { WILD(A), STAR(B, 1) },
	  STAR(A, 1), NOBODY },
	/* (*,*): the same over the wildcard receivers. */
	{ "all: the first tells all", {}, WILD(A), TOLD(B) | TOLD(C) },
	{ "all: the second tells the first", { WILD(A) }, WILD(B), TOLD(A) },
	{ "all: the third tells nobody", { WILD(A), WILD(B) },
	  WILD(C), NOBODY },
	{ "all: a second interface tells nobody", { WILD(A) },
	  WILD2(A), NOBODY },
	{ "all: members of groups do not count", { STAR(A, 1), STAR(B, 2) },
	  WILD(A), TOLD(B) | TOLD(C) },
	{ "all: nor do those of sources", { SOURCE(A, 1, 1) },
	  WILD(B), TOLD(A) | TOLD(C) },
	/* (S,G): the first that is not the owner tells the owner. */
	{ "S,G: the first tells the owner", {}, SOURCE(A, 1, 1), TOLD(C) },
	{ "S,G: the second tells nobody", { SOURCE(A, 1, 1) },
	  SOURCE(B, 1, 1), NOBODY },
	{ "S,G: a second interface tells nobody", { SOURCE(A, 1, 1) },
	  SOURCE2(A, 1, 1), NOBODY },
	{ "S,G: the owner does not tell itself", {}, SOURCE(C, 1, 1), NOBODY },
	{ "S,G: nor is it among those who count", { SOURCE(C, 1, 1) },
	  SOURCE(A, 1, 1), TOLD(C) },
	{ "S,G: whether it was there before or not",
	  { SOURCE(A, 1, 1), SOURCE(C, 1, 1) }, SOURCE(B, 1, 1), NOBODY },
	{ "S,G: it tells nobody else", { SOURCE(A, 1, 1) },
	  SOURCE(C, 1, 1), NOBODY },
	{ "S,G: another source is no matter", { SOURCE(A, 2, 1) },
	  SOURCE(A, 1, 1), TOLD(C) },
	{ "S,G: nor is another group", { SOURCE(A, 1, 2) },
	  SOURCE(A, 1, 1), TOLD(C) },
	{ "S,G: members of the group do not count", { STAR(A, 1), STAR(B, 1) },
	  SOURCE(A, 1, 1), TOLD(C) },
	{ "S,G: nor do wildcard receivers", { WILD(A), WILD(C) },
	  SOURCE(A, 1, 1), TOLD(C) },
};

TABLE(told);

static struct mgm_interface *add(struct kunit *test, const struct world *w,
				 const struct member *m)
{
	fixture_join(test, w->proto[m->proto], w->ifc[m->proto][m->ifc],
		     m->src, m->grp);
	return w->ifc[m->proto][m->ifc];
}

static void only_who_has_to_act_is_told(struct kunit *test)
{
	const struct told_row *row = test->param_value;
	struct world w = build(test, LISTENING);
	const struct member *m, *one = &row->one;
	struct mgm_interface *ifc;

	fixture_of(test)->rpf_owner = w.proto[C];
	for (m = row->others; m < row->others + 4 && m->there; m++)
		add(test, &w, m);
	fixture_forget_alerts(test);

	ifc = add(test, &w, one);
	expect_told(test, &w, row->told, MGM_ALERT_JOIN, one->src, one->grp,
		    ifc, __LINE__);
	EXPECT_SOUND(test);
	fixture_leave(test, w.proto[one->proto], ifc, one->src, one->grp);
	expect_told(test, &w, row->told, MGM_ALERT_PRUNE, one->src, one->grp,
		    ifc, __LINE__);
	EXPECT_SOUND(test);
}

static void without_an_owner_sources_tell_nobody(struct kunit *test)
{
	struct world w = build(test, LISTENING);

	fixture_join(test, w.proto[A], w.ifc[A][0], SRC(1), GRP(1));
	fixture_leave(test, w.proto[A], w.ifc[A][0], SRC(1), GRP(1));
	EXPECT_NO_ALERTS(test);
}

static void one_that_is_alone_tells_nobody(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, LISTENING);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, proto);

	fixture_of(test)->rpf_owner = proto;
	fixture_join(test, proto, ifc, ANY, ANY);
	fixture_join(test, proto, ifc, ANY, GRP(1));
	fixture_join(test, proto, ifc, SRC(1), GRP(1));
	EXPECT_NO_ALERTS(test);
}

/* A state is, of each protocol, whether it has (*,G), and whether (*,*). */
#define BITS	(2 * PROTOCOLS)

static bool wants(int state, int proto, bool wild)
{
	return (!wild && (state & (1 << (2 * proto)))) ||
	       (state & (2 << (2 * proto)));
}

/* Does any protocol but @proto want packets from it? */
static bool others(int state, int proto, bool wild)
{
	int i;

	for (i = 0; i < PROTOCOLS; i++)
		if (i != proto && wants(state, i, wild))
			return true;
	return false;
}

static void flip(struct kunit *test, const struct world *w, int state, int bit)
{
	__be32 grp = bit % 2 ? ANY : GRP(1);
	struct mgm_protocol *proto = w->proto[bit / 2];
	struct mgm_interface *ifc = w->ifc[bit / 2][0];

	if (state & (1 << bit))
		fixture_leave(test, proto, ifc, ANY, grp);
	else
		fixture_join(test, proto, ifc, ANY, grp);
}

/* Of all states and all steps between them: each is told what it must know. */
static void each_is_told_of_the_first_and_the_last_other(struct kunit *test)
{
	struct world w = build(test, PLAIN);
	int state = 0, to, bit, i;

	for (to = 0; to < 1 << BITS; to++) {
		for (bit = 0; bit < BITS; bit++)
			if ((state ^ to) & (1 << bit)) {
				flip(test, &w, state, bit);
				state ^= 1 << bit;
			}
		for (bit = 0; bit < BITS; bit++) {
			int next = state ^ (1 << bit);
			bool wild = bit % 2;
			unsigned int told = 0;

			for (i = 0; i < PROTOCOLS; i++)
				if (others(state, i, wild) !=
				    others(next, i, wild))
					told |= TOLD(i);
			fixture_forget_alerts(test);
			flip(test, &w, state, bit);
			expect_told(test, &w, told, next & (1 << bit) ?
				    MGM_ALERT_JOIN : MGM_ALERT_PRUNE, ANY,
				    wild ? ANY : GRP(1), w.ifc[bit / 2][0],
				    __LINE__);
			flip(test, &w, next, bit);
		}
	}
	EXPECT_SOUND(test);
}

static const struct dying_row {
	const char *desc;
	struct member other;
	__be32 src, grp;		/* of the membership of B that comes */
} dying_rows[] = {
	{ "one of all", {}, ANY, GRP(1) },
	{ "the first one", STAR(A, 1), ANY, GRP(1) },
	{ "a wildcard receiver", WILD(A), ANY, ANY },
	{ "the owner of the way to the source", {}, SRC(1), GRP(1) },
};

TABLE(dying);

/* A is on its way out. Whoever else is to be told is told all the same. */
static void the_dying_are_not_told(struct kunit *test)
{
	const struct dying_row *row = test->param_value;
	struct world w = build(test, LISTENING);
	unsigned int told = NOBODY;

	fixture_of(test)->rpf_owner = w.proto[A];
	if (row->other.there)
		add(test, &w, &row->other);
	else if (!row->src)
		told = TOLD(C);
	w.proto[A]->dying = true;
	fixture_forget_alerts(test);

	fixture_join(test, w.proto[B], w.ifc[B][0], row->src, row->grp);
	expect_told(test, &w, told, MGM_ALERT_JOIN, row->src, row->grp,
		    w.ifc[B][0], __LINE__);
	fixture_leave(test, w.proto[B], w.ifc[B][0], row->src, row->grp);
	expect_told(test, &w, told, MGM_ALERT_PRUNE, row->src, row->grp,
		    w.ifc[B][0], __LINE__);
	KUNIT_EXPECT_TRUE(test, list_empty(&w.proto[A]->alerts));
	w.proto[A]->dying = false;
}

/* What it had goes with it, and the others are told of that. */
static void the_end_of_a_protocol_is_told(struct kunit *test)
{
	struct world w = build(test, LISTENING);

	fixture_join(test, w.proto[A], w.ifc[A][0], ANY, GRP(1));
	fixture_join(test, w.proto[B], w.ifc[B][0], ANY, GRP(1));
	fixture_forget_alerts(test);
	w.proto[A]->dying = true;
	fixture_leave(test, w.proto[A], w.ifc[A][0], ANY, GRP(1));
	expect_told(test, &w, TOLD(B), MGM_ALERT_PRUNE, ANY, GRP(1),
		    w.ifc[A][0], __LINE__);
	w.proto[A]->dying = false;
}

/* A's membership on one of its interfaces gets other flags; or none, or its first. */
#define NO_ALERT	-1

static const struct flag_row {
	const char *desc;
	u32 before, after;
	int told;			/* to C: &enum mgm_alert_type */
} flag_rows[] = {
	{ "FORWARD comes", 0, FORWARD, NO_ALERT },
	{ "EXCLUDE comes", 0, EXCLUDE, NO_ALERT },
	{ "JOIN comes", 0, JOIN, MGM_ALERT_JOIN },
	{ "both come", 0, JOIN | FORWARD, MGM_ALERT_JOIN },
	{ "JOIN is added", FORWARD, JOIN | FORWARD, MGM_ALERT_JOIN },
	{ "FORWARD is added", JOIN, JOIN | FORWARD, NO_ALERT },
	{ "JOIN in place of EXCLUDE", EXCLUDE, JOIN, MGM_ALERT_JOIN },
	{ "JOIN is taken away", JOIN | FORWARD, FORWARD, MGM_ALERT_PRUNE },
	{ "FORWARD is taken away", JOIN | FORWARD, JOIN, NO_ALERT },
	{ "FORWARD goes", FORWARD, 0, NO_ALERT },
	{ "EXCLUDE goes", EXCLUDE, 0, NO_ALERT },
	{ "JOIN goes", JOIN, 0, MGM_ALERT_PRUNE },
	{ "both go", JOIN | FORWARD, 0, MGM_ALERT_PRUNE },
};

TABLE(flag);

static void change_flags(struct kunit *test, const struct world *w, __be32 src,
			 u32 before, u32 after)
{
	struct mgm_membership *m = NULL;
	struct mgm_net *mn = net_of(test);

	if (before)
		m = fixture_add(test, w->proto[A], w->ifc[A][0], src, GRP(1),
				before);
	fixture_forget_alerts(test);
	if (!m)
		fixture_add(test, w->proto[A], w->ifc[A][0], src, GRP(1),
			    after);
	else if (after)
		KUNIT_EXPECT_EQ(test, mgm_membership_set_flags(mn, m, after),
				0);
	else
		mgm_membership_destroy(mn, m);
}

static void only_join_is_interest(struct kunit *test)
{
	const struct flag_row *row = test->param_value;
	struct world w = build(test, LISTENING);

	fixture_of(test)->rpf_owner = w.proto[C];
	change_flags(test, &w, SRC(1), row->before, row->after);
	expect_told(test, &w, row->told == NO_ALERT ? NOBODY : TOLD(C),
		    row->told, SRC(1), GRP(1), w.ifc[A][0], __LINE__);
	EXPECT_SOUND(test);

	/* Of a group it is the same, if for others. */
	change_flags(test, &w, ANY, row->before, row->after);
	expect_told(test, &w, row->told == NO_ALERT ? NOBODY :
		    TOLD(B) | TOLD(C), row->told, ANY, GRP(1), w.ifc[A][0],
		    __LINE__);
	EXPECT_SOUND(test);
}

/* One that only forwards is not among those who are interested. */
static void forwarding_does_not_count_for_others(struct kunit *test)
{
	struct world w = build(test, LISTENING);

	fixture_add(test, w.proto[A], w.ifc[A][0], ANY, GRP(1), FORWARD);
	fixture_add(test, w.proto[A], w.ifc[A][0], ANY, ANY, FORWARD);
	fixture_join(test, w.proto[B], w.ifc[B][0], ANY, GRP(1));
	expect_told(test, &w, TOLD(A) | TOLD(C), MGM_ALERT_JOIN, ANY, GRP(1),
		    w.ifc[B][0], __LINE__);
	fixture_join(test, w.proto[C], w.ifc[C][0], ANY, GRP(1));
	expect_told(test, &w, TOLD(B), MGM_ALERT_JOIN, ANY, GRP(1),
		    w.ifc[C][0], __LINE__);
}

/*
 * IGMP has a membership on an interface: is it IGMP's interest, of which a
 * stranger is told? The owner of the interface hears of the members in any case.
 */
static const struct igmp_row {
	const char *desc;
	int owner;			/* &enum fixture_kind, -1: none */
	bool in_force;
} igmp_rows[] = {
	{ "nobody owns it", -1, true },
	{ "an owner in user space", USER, true },
	{ "an owner without local_join", PLAIN, true },
	{ "an owner with local_join alone", DECIDING, false },
	{ "an owner with everything", LISTENING, false },
};

TABLE(igmp);

static void igmp_counts_where_nobody_else_decides(struct kunit *test)
{
	struct mgm_protocol *owner = NULL, *stranger, *igmp;
	const struct igmp_row *row = test->param_value;
	struct fixture_alert want[3] = {};
	struct mgm_interface *ifc;
	int i, n = 0;

	stranger = fixture_protocol(test, LISTENING);
	if (row->owner >= 0)
		owner = fixture_protocol(test, row->owner);
	igmp = fixture_protocol(test, IGMP);
	ifc = fixture_interface(test, 1, ANY, owner);
	mgm_interface_set_igmp(net_of(test), ifc, igmp);

	if (row->in_force)
		want[n++].to = stranger;
	if (row->in_force && owner)
		want[n++].to = owner;
	for (i = 0; i < n; i++) {
		want[i].type = MGM_ALERT_JOIN;
		want[i].member = true;
	}
	if (owner) {
		want[n].to = owner;
		want[n++].type = MGM_ALERT_LOCAL_JOIN;
	}
	for (i = 0; i < n; i++) {
		want[i].grp = GRP(1);
		want[i].ifc = ifc;
	}
	fixture_join(test, igmp, ifc, ANY, GRP(1));
	fixture_expect_alerts(test, want, n, __LINE__);
	EXPECT_SOUND(test);

	/* Behind IGMP the stranger is the second one, or the first. */
	fixture_join(test, stranger, fixture_interface(test, 2, ANY, stranger),
		     ANY, GRP(1));
	if (row->in_force)
		KUNIT_EXPECT_PTR_EQ(test, fixture_of(test)->alerts[0].to, igmp);
	KUNIT_EXPECT_EQ(test, fixture_of(test)->nr_alerts,
			row->in_force ? 1U : 2U);
	fixture_forget_alerts(test);
}

/* The owner says of members what IGMP has told it: both are one interest. */
static void an_owner_that_decides_is_interested_itself(struct kunit *test)
{
	struct mgm_protocol *owner = fixture_protocol(test, LISTENING);
	struct mgm_protocol *stranger = fixture_protocol(test, LISTENING);
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, owner);

	mgm_interface_set_igmp(net_of(test), ifc, igmp);
	fixture_join(test, igmp, ifc, ANY, GRP(1));
	EXPECT_ALERTS(test,
		      { owner, MGM_ALERT_LOCAL_JOIN, false, ANY, GRP(1), ifc });
	fixture_join(test, owner, ifc, ANY, GRP(1));
	EXPECT_ALERTS(test,
		      { stranger, MGM_ALERT_JOIN, true, ANY, GRP(1), ifc },
		      { igmp, MGM_ALERT_JOIN, true, ANY, GRP(1), ifc });
	fixture_leave(test, igmp, ifc, ANY, GRP(1));
	EXPECT_ALERTS(test,
		      { owner, MGM_ALERT_LOCAL_LEAVE, false, ANY, GRP(1), ifc });
	fixture_leave(test, owner, ifc, ANY, GRP(1));
	EXPECT_ALERTS(test,
		      { stranger, MGM_ALERT_PRUNE, true, ANY, GRP(1), ifc },
		      { igmp, MGM_ALERT_PRUNE, true, ANY, GRP(1), ifc });
}

static void an_interest_is_one_for_all_its_memberships(struct kunit *test)
{
	struct world w = build(test, PLAIN);
	struct mgm_membership *m[3];

	m[0] = fixture_join(test, w.proto[A], w.ifc[A][0], ANY, GRP(1));
	m[1] = fixture_join(test, w.proto[A], w.ifc[A][1], ANY, GRP(1));
	m[2] = fixture_join(test, w.proto[B], w.ifc[B][0], ANY, GRP(1));
	KUNIT_EXPECT_PTR_EQ(test, m[0]->interest, m[1]->interest);
	KUNIT_EXPECT_PTR_NE(test, m[0]->interest, m[2]->interest);
	KUNIT_EXPECT_EQ(test, m[0]->interest->joins, 2U);
	KUNIT_EXPECT_EQ(test, m[2]->interest->joins, 1U);
	fixture_leave(test, w.proto[A], w.ifc[A][0], ANY, GRP(1));
	KUNIT_EXPECT_EQ(test, m[1]->interest->joins, 1U);
	EXPECT_SOUND(test);
}

static struct kunit_case cases[] = {
	CASE_TABLE(only_who_has_to_act_is_told, told),
	KUNIT_CASE(without_an_owner_sources_tell_nobody),
	KUNIT_CASE(one_that_is_alone_tells_nobody),
	KUNIT_CASE(each_is_told_of_the_first_and_the_last_other),
	CASE_TABLE(the_dying_are_not_told, dying),
	KUNIT_CASE(the_end_of_a_protocol_is_told),
	CASE_TABLE(only_join_is_interest, flag),
	KUNIT_CASE(forwarding_does_not_count_for_others),
	CASE_TABLE(igmp_counts_where_nobody_else_decides, igmp),
	KUNIT_CASE(an_owner_that_decides_is_interested_itself),
	KUNIT_CASE(an_interest_is_one_for_all_its_memberships),
	{}
};

static struct kunit_suite interest_suite = {
	.name = "mgm_interest",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(interest_suite);
