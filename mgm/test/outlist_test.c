// SPDX-License-Identifier: GPL-2.0
/*
 * Outgoing lists: what the memberships make of them, what stays of them when they
 * are replaced, and what a veto keeps out.
 */
#include "../outlist.c"
#include "fixture.h"

/* Packets come in on the first interface; IGMP is enabled on all. */
#define INTERFACES	4

struct world {
	struct mgm_protocol *owner, *igmp;
	struct mgm_interface *ifc[INTERFACES];
};

static struct world build(struct kunit *test, enum fixture_kind kind)
{
	struct world w;
	int i;

	w.owner = fixture_protocol(test, kind);
	w.igmp = fixture_protocol(test, IGMP);
	for (i = 0; i < INTERFACES; i++) {
		w.ifc[i] = fixture_interface(test, i + 1, ANY, w.owner);
		mgm_interface_set_igmp(net_of(test), w.ifc[i], w.igmp);
	}
	return w;
}

/* Interfaces by their bits, in their order. */
#define NONE		0
#define IF(i)		(1 << (i))

static void expect_list(struct kunit *test, const struct world *w,
			const struct mgm_mfe *mfe, unsigned int bits, int line)
{
	struct mgm_interface *want[INTERFACES];
	int i, n = 0;

	for (i = 0; i < INTERFACES; i++)
		if (bits & IF(i))
			want[n++] = w->ifc[i];
	fixture_expect_oifs(test, mfe, want, n, line);
}

#define EXPECT_LIST(test, w, mfe, bits) \
	expect_list(test, w, mfe, bits, __LINE__)

/* A membership, of the owner or of IGMP. */
struct member {
	u32 flags;
	u8 ifc;
	__be32 src, grp;
	bool igmp;
};

static void add(struct kunit *test, const struct world *w,
		const struct member *m)
{
	fixture_add(test, m->igmp ? w->igmp : w->owner, w->ifc[m->ifc], m->src,
		    m->grp, m->flags);
}

/* What of (S1,G1), which comes in on the first interface? */
static const struct list_row {
	const char *desc;
	struct member members[5];
	unsigned int list;
	bool deciding;			/* the owner does, not IGMP */
} list_rows[] = {
	{ "no membership", {}, NONE },
	{ "(S,G)", { { JOIN, 1, SRC(1), GRP(1) } }, IF(1) },
	{ "(*,G)", { { JOIN, 2, ANY, GRP(1) } }, IF(2) },
	{ "(*,*)", { { JOIN, 3, ANY, ANY } }, IF(3) },
	{ "all three",
	  { { JOIN, 3, SRC(1), GRP(1) }, { JOIN, 1, ANY, GRP(1) },
	    { JOIN, 2, ANY, ANY } }, IF(1) | IF(2) | IF(3) },
	{ "all three on one",
	  { { JOIN, 1, SRC(1), GRP(1) }, { JOIN, 1, ANY, GRP(1) },
	    { JOIN, 1, ANY, ANY } }, IF(1) },
	{ "forwarding only", { { FORWARD, 1, ANY, GRP(1) } }, IF(1) },
	{ "others",
	  { { JOIN, 1, SRC(2), GRP(1) }, { JOIN, 2, SRC(1), GRP(2) },
	    { JOIN, 3, ANY, GRP(2) } }, NONE },
	{ "the way in", { { JOIN, 0, SRC(1), GRP(1) } }, NONE },
	{ "the way in and out",
	  { { JOIN, 0, ANY, ANY }, { JOIN, 1, ANY, ANY } }, IF(1) },
	{ "IGMP", { { JOIN, 1, ANY, GRP(1), true } }, IF(1) },
	{ "IGMP where the owner decides",
	  { { JOIN, 1, ANY, GRP(1), true } }, NONE, true },
	{ "the owner that decides",
	  { { JOIN, 1, ANY, GRP(1), true }, { JOIN, 2, ANY, GRP(1), true },
	    { FORWARD, 2, ANY, GRP(1) } }, IF(2), true },
	/* Of a source excluded. */
	{ "nothing but excluded", { { EXCLUDE, 1, SRC(1), GRP(1) } }, NONE },
	{ "excluded from (*,G)",
	  { { JOIN, 1, ANY, GRP(1) }, { EXCLUDE, 1, SRC(1), GRP(1) } }, NONE },
	{ "excluded from (*,*)",
	  { { JOIN, 1, ANY, ANY }, { EXCLUDE, 1, SRC(1), GRP(1) } }, NONE },
	{ "excluded from both",
	  { { JOIN, 1, ANY, ANY }, { JOIN, 1, ANY, GRP(1) },
	    { EXCLUDE, 1, SRC(1), GRP(1) } }, NONE },
	{ "excluded on one of two",
	  { { JOIN, 1, ANY, GRP(1) }, { JOIN, 2, ANY, GRP(1) },
	    { EXCLUDE, 1, SRC(1), GRP(1) } }, IF(2) },
	{ "another source excluded",
	  { { JOIN, 1, ANY, GRP(1) }, { EXCLUDE, 1, SRC(2), GRP(1) } }, IF(1) },
	{ "the source excluded from another group",
	  { { JOIN, 1, ANY, ANY }, { EXCLUDE, 1, SRC(1), GRP(2) } }, IF(1) },
	{ "excluded by the owner, not by IGMP",
	  { { JOIN, 1, ANY, GRP(1) }, { EXCLUDE, 1, SRC(1), GRP(1) },
	    { JOIN, 1, ANY, GRP(1), true } }, IF(1) },
	{ "excluded by IGMP, not by the owner",
	  { { JOIN, 1, ANY, GRP(1) }, { JOIN, 1, ANY, GRP(1), true },
	    { EXCLUDE, 1, SRC(1), GRP(1), true } }, IF(1) },
	{ "excluded by both",
	  { { JOIN, 1, ANY, GRP(1) }, { EXCLUDE, 1, SRC(1), GRP(1) },
	    { JOIN, 1, ANY, GRP(1), true },
	    { EXCLUDE, 1, SRC(1), GRP(1), true } }, NONE },
	{ "excluded by the owner that decides",
	  { { JOIN, 1, ANY, GRP(1) }, { EXCLUDE, 1, SRC(1), GRP(1) },
	    { JOIN, 1, ANY, GRP(1), true } }, NONE, true },
};

TABLE(list);

static void memberships_make_the_list(struct kunit *test)
{
	const struct list_row *row = test->param_value;
	struct world w = build(test, row->deciding ? DECIDING : PLAIN);
	struct mgm_net *mn = net_of(test);
	const struct member *m;
	struct mgm_mfe *mfe;
	int i;

	for (m = row->members; m < row->members + 5 && m->flags; m++)
		add(test, &w, m);
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[0]);
	EXPECT_LIST(test, &w, mfe, row->list);
	/* One by one it is the same. */
	for (i = 1; i < INTERFACES; i++)
		KUNIT_EXPECT_EQ(test,
				mgm_group_forwards(mn, &mfe->sg, w.ifc[i]),
				!!(row->list & IF(i)));
	EXPECT_SOUND(test);
}

/* And if the entry is there before the memberships, which come one by one. */
static void memberships_change_the_list(struct kunit *test)
{
	const struct list_row *row = test->param_value;
	struct world w = build(test, row->deciding ? DECIDING : PLAIN);
	struct mgm_mfe *mfe;
	int i;

	mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[0]);
	for (i = 4; i >= 0; i--)
		if (row->members[i].flags)
			add(test, &w, &row->members[i]);
	EXPECT_LIST(test, &w, mfe, row->list);
	EXPECT_SOUND(test);

	for (i = 0; i < 5 && row->members[i].flags; i++)
		fixture_leave(test, row->members[i].igmp ? w.igmp : w.owner,
			      w.ifc[row->members[i].ifc], row->members[i].src,
			      row->members[i].grp);
	EXPECT_LIST(test, &w, mfe, NONE);
	EXPECT_SOUND(test);
}

/* A list that was computed, and that nobody wants after all. */
static void a_list_can_be_taken_back(struct kunit *test)
{
	struct world w = build(test, PLAIN);
	struct mgm_net *mn = net_of(test);
	struct mgm_outlist *old, *new;
	const struct mgm_sg sg = mgm_sg4(ANY, GRP(1));
	struct mgm_mfe *mfe;

	fixture_join(test, w.owner, w.ifc[1], ANY, GRP(1));
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[0]);
	old = mgm_mfe_out(mn, mfe);
	/* The entry is not told of it. */
	MUST(test, mgm_membership_create(mn, w.owner, w.ifc[2], &sg, JOIN,
					 NULL));
	new = MUST(test, mgm_outlist_compute(mn, mfe, w.ifc[0]));
	KUNIT_EXPECT_EQ(test, new->n, 2U);
	KUNIT_EXPECT_PTR_EQ(test, new->oif[0], old->oif[0]);
	KUNIT_EXPECT_EQ(test, w.ifc[2]->nr_oifs, 1U);
	mgm_outlist_undo(mn, new, old);
	KUNIT_EXPECT_EQ(test, w.ifc[2]->nr_oifs, 0U);
	EXPECT_LIST(test, &w, mfe, IF(1));
	EXPECT_SOUND(test);
}

/* Three ways out in use, of so many; then this comes. */
static const struct bound_row {
	const char *desc;
	u32 bound;
	enum { NEW_ENTRY, NEW_WAY_OUT, NEW_WAY_IN, NEW_VETO, LESS } what;
	u32 oifs;		/* of the entry concerned */
	u32 used;
	u32 hits;
} bound_rows[] = {
	{ "room for another entry", 6, NEW_ENTRY, 3, 6, 0 },
	{ "room for a part of it", 5, NEW_ENTRY, 2, 5, 1 },
	{ "room for nothing of it", 3, NEW_ENTRY, 0, 3, 3 },
	{ "room for another way out", 4, NEW_WAY_OUT, 4, 4, 0 },
	{ "no room for it", 3, NEW_WAY_OUT, 3, 3, 1 },
	{ "what was the way in is a way out", 4, NEW_WAY_IN, 3, 3, 0 },
	{ "no room for that", 3, NEW_WAY_IN, 2, 2, 1 },
	{ "a veto takes the place of a way out", 3, NEW_VETO, 2, 3, 0 },
	{ "one way out less needs none", 0, LESS, 2, 2, 0 },
};

TABLE(bound);

/* Whatever finds no room is missing, and comes in when there is room. */
static void ways_out_are_bounded(struct kunit *test)
{
	const struct bound_row *row = test->param_value;
	struct world w = build(test, PLAIN);
	struct mgm_net *mn = net_of(test);
	struct mgm_bound *bound = &mn->bounds[MGM_LIMIT_OIFS];
	const struct mgm_route route = {};
	struct mgm_interface *fifth;
	struct mgm_mfe *mfe;
	struct mgm_sg sg;
	int i;

	fifth = fixture_interface(test, 5, ANY, w.owner);
	for (i = 0; i < INTERFACES; i++)
		fixture_join(test, w.owner, w.ifc[i], ANY, GRP(1));
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[0]);
	bound->value = row->bound;
	switch (row->what) {
	case NEW_ENTRY:
		sg = mgm_sg4(SRC(2), GRP(1));
		mfe = mgm_mfe_create(mn, &sg, w.ifc[0], &route, &route);
		KUNIT_ASSERT_FALSE(test, IS_ERR(mfe));
		break;
	case NEW_WAY_OUT:
		fixture_join(test, w.owner, fifth, ANY, GRP(1));
		break;
	case NEW_WAY_IN:
		mgm_mfe_move(mn, mfe, w.ifc[1], &route);
		break;
	case NEW_VETO:
		mgm_mfe_veto(mn, mfe, w.ifc[1]);
		break;
	case LESS:
		fixture_leave(test, w.owner, w.ifc[2], ANY, GRP(1));
		break;
	}
	KUNIT_EXPECT_EQ(test, mgm_mfe_out(mn, mfe)->n, row->oifs);
	KUNIT_EXPECT_EQ(test, mgm_mfe_flags(mn, mfe) & MGM_MFE_F_INCOMPLETE,
			row->hits ? (u32)MGM_MFE_F_INCOMPLETE : 0U);
	EXPECT_BOUND(test, MGM_LIMIT_OIFS, row->used, row->hits);
	EXPECT_SOUND(test);

	bound->value = 100;
	mgm_mfe_drop_expired(mn);
	KUNIT_EXPECT_EQ(test, mgm_mfe_out(mn, mfe)->n, row->oifs + row->hits);
	KUNIT_EXPECT_EQ(test, mgm_mfe_flags(mn, mfe) & MGM_MFE_F_INCOMPLETE, 0U);
	EXPECT_SOUND(test);
}

/* A protocol's word that finds no room must not be broken: the entry goes. */
static void a_veto_without_room_ends_the_entry(struct kunit *test)
{
	struct world w = build(test, PLAIN);
	struct mgm_net *mn = net_of(test);
	struct mgm_mfe *mfe;

	fixture_join(test, w.owner, w.ifc[1], ANY, GRP(1));
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[0]);
	mn->bounds[MGM_LIMIT_OIFS].value = 1;
	mgm_mfe_veto(mn, mfe, w.ifc[2]);
	KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(1), GRP(1)));
	EXPECT_BOUND(test, MGM_LIMIT_OIFS, 0, 1);
	EXPECT_SOUND(test);
}

/* Of (S1,G1), which leaves on the second and the third. */
static const struct set_row {
	const char *desc;
	u8 ifc;
	bool want;
	int ret;
	unsigned int list;
} set_rows[] = {
	{ "one that is in it", 1, true, 0, IF(1) | IF(2) },
	{ "a new one", 3, true, 1, IF(1) | IF(2) | IF(3) },
	{ "the way in", 0, true, 0, IF(1) | IF(2) },
	{ "not the first", 1, false, 1, IF(2) },
	{ "not the last", 2, false, 1, IF(1) },
	{ "not one that is not in it", 3, false, 0, IF(1) | IF(2) },
	{ "not the way in", 0, false, 0, IF(1) | IF(2) },
};

TABLE(set);

static void it_says_whether_it_has_changed(struct kunit *test)
{
	const struct set_row *row = test->param_value;
	struct world w = build(test, PLAIN);
	struct mgm_net *mn = net_of(test);
	struct mgm_outlist *old;
	struct mgm_mfe *mfe;

	fixture_join(test, w.owner, w.ifc[1], ANY, GRP(1));
	fixture_join(test, w.owner, w.ifc[2], ANY, GRP(1));
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[0]);
	old = mgm_mfe_out(mn, mfe);
	KUNIT_EXPECT_EQ(test, mgm_outlist_set(mn, mfe, w.ifc[row->ifc],
					      row->want), row->ret);
	EXPECT_LIST(test, &w, mfe, row->list);
	KUNIT_EXPECT_EQ(test, mgm_mfe_out(mn, mfe) == old, !row->ret);
	EXPECT_SOUND(test);
}

static void nothing_leaves_an_entry_without_a_way_in(struct kunit *test)
{
	struct world w = build(test, PLAIN);
	struct mgm_net *mn = net_of(test);
	struct mgm_mfe *mfe;

	fixture_join(test, w.owner, w.ifc[1], ANY, ANY);
	mfe = fixture_mfe(test, SRC(1), GRP(1), NULL);
	KUNIT_EXPECT_EQ(test, mgm_outlist_set(mn, mfe, w.ifc[1], true), 0);
	EXPECT_NO_OIFS(test, mfe);
	KUNIT_EXPECT_NULL(test, mgm_mfe_out(mn, mfe)->in);
}

/* Everybody wants it everywhere, and the way in moves. */
static const struct move_row {
	const char *desc;
	u8 to;
	int ret;
	unsigned int list;
	u64 gone;			/* packets on what is outgoing no more */
} move_rows[] = {
	{ "where it is", 0, 0, IF(1) | IF(2) | IF(3), 0 },
	{ "to the first way out", 1, 1, IF(0) | IF(2) | IF(3), 10 },
	{ "to one in between", 2, 1, IF(0) | IF(1) | IF(3), 20 },
	{ "to the last one", 3, 1, IF(0) | IF(1) | IF(2), 30 },
};

TABLE(move);

static void what_stays_keeps_its_counters(struct kunit *test)
{
	const struct move_row *row = test->param_value;
	struct world w = build(test, PLAIN);
	struct mgm_net *mn = net_of(test);
	struct mgm_oif *oif[INTERFACES];
	struct mgm_outlist *out;
	struct mgm_mfe *mfe;
	unsigned int i;

	for (i = 0; i < INTERFACES; i++)
		fixture_join(test, w.owner, w.ifc[i], ANY, GRP(1));
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[0]);
	out = mgm_mfe_out(mn, mfe);
	for (i = 1; i < INTERFACES; i++) {
		oif[i] = out->oif[i - 1];
		atomic64_set(&oif[i]->packets, 10 * i);
	}
	KUNIT_EXPECT_EQ(test, mgm_outlist_move(mn, mfe, w.ifc[row->to]),
			row->ret);
	EXPECT_LIST(test, &w, mfe, row->list);
	out = mgm_mfe_out(mn, mfe);
	KUNIT_EXPECT_PTR_EQ(test, out->in, w.ifc[row->to]);
	for (i = 0; i < out->n; i++) {
		struct mgm_oif *at = out->oif[i];
		u32 was = at->ifc->key.ifindex - 1;

		/* The old way in is new here. */
		if (was)
			KUNIT_EXPECT_PTR_EQ(test, at, oif[was]);
		KUNIT_EXPECT_EQ(test, (u64)atomic64_read(&at->packets),
				10ULL * was);
	}
	KUNIT_EXPECT_EQ(test, mfe->out_gone, row->gone);
	/* Whatever leaves the list, the sum stays. */
	KUNIT_EXPECT_EQ(test, mgm_mfe_out_packets(mn, mfe), 60ULL);
	/* That the entry is listed there is another's business. */
	KUNIT_EXPECT_EQ(test, mgm_outlist_move(mn, mfe, w.ifc[0]), row->ret);
	EXPECT_LIST(test, &w, mfe, IF(1) | IF(2) | IF(3));
	KUNIT_EXPECT_EQ(test, mgm_mfe_out_packets(mn, mfe), 60ULL);
	EXPECT_SOUND(test);
}

static void the_sum_has_what_is_gone(struct kunit *test)
{
	struct world w = build(test, PLAIN);
	struct mgm_net *mn = net_of(test);
	struct mgm_mfe *mfe;
	int i;

	mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[0]);
	for (i = 1; i <= 3; i++) {
		fixture_join(test, w.owner, w.ifc[1], ANY, GRP(1));
		atomic64_set(&mgm_mfe_out(mn, mfe)->oif[0]->packets, 10);
		KUNIT_EXPECT_EQ(test, mgm_mfe_out_packets(mn, mfe), 10ULL * i);
		fixture_leave(test, w.owner, w.ifc[1], ANY, GRP(1));
		KUNIT_EXPECT_EQ(test, mfe->out_gone, 10ULL * i);
		KUNIT_EXPECT_EQ(test, mgm_mfe_out_packets(mn, mfe), 10ULL * i);
	}
	/* Vetoes take interfaces out, too. */
	fixture_join(test, w.owner, w.ifc[1], ANY, GRP(1));
	atomic64_set(&mgm_mfe_out(mn, mfe)->oif[0]->packets, 10);
	mgm_mfe_veto(mn, mfe, w.ifc[1]);
	KUNIT_EXPECT_EQ(test, mfe->out_gone, 40ULL);
	KUNIT_EXPECT_EQ(test, mgm_mfe_out_packets(mn, mfe), 40ULL);
}

/* Receivers on all three ways out; which of them are left? */
static const struct veto_row {
	const char *desc;
	unsigned int vetoes;
	unsigned int list;
} veto_rows[] = {
	{ "none", NONE, IF(1) | IF(2) | IF(3) },
	{ "the first", IF(1), IF(2) | IF(3) },
	{ "one in between", IF(2), IF(1) | IF(3) },
	{ "all but one", IF(1) | IF(3), IF(2) },
	{ "all", IF(1) | IF(2) | IF(3), NONE },
	{ "the way in", IF(0), IF(1) | IF(2) | IF(3) },
};

TABLE(veto);

static void veto(struct kunit *test, const struct world *w,
		 struct mgm_mfe *mfe, unsigned int vetoes)
{
	int i;

	for (i = 0; i < INTERFACES; i++)
		if (vetoes & IF(i))
			mgm_mfe_veto(net_of(test), mfe, w->ifc[i]);
}

static void join_all(struct kunit *test, const struct world *w, __be32 src)
{
	int i;

	for (i = 1; i < INTERFACES; i++)
		fixture_join(test, w->owner, w->ifc[i], src, GRP(1));
}

static void a_veto_holds_for_the_life_of_the_entry(struct kunit *test)
{
	const struct veto_row *row = test->param_value;
	struct world w = build(test, PLAIN);
	struct mgm_net *mn = net_of(test);
	struct mgm_mfe *mfe, *other;

	join_all(test, &w, ANY);
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[0]);
	other = fixture_mfe(test, SRC(2), GRP(1), w.ifc[0]);
	veto(test, &w, mfe, row->vetoes);
	EXPECT_LIST(test, &w, mfe, row->list);
	EXPECT_SOUND(test);
	/* Said twice it is said once. */
	veto(test, &w, mfe, row->vetoes);
	EXPECT_LIST(test, &w, mfe, row->list);
	EXPECT_SOUND(test);

	/* Whatever memberships come. */
	join_all(test, &w, SRC(1));
	fixture_join(test, w.igmp, w.ifc[1], ANY, ANY);
	EXPECT_LIST(test, &w, mfe, row->list);
	/* And wherever packets come in. */
	KUNIT_EXPECT_EQ(test, mgm_outlist_move(mn, mfe, w.ifc[1]), 1);
	EXPECT_LIST(test, &w, mfe, row->list & ~IF(1));
	KUNIT_EXPECT_EQ(test, mgm_outlist_move(mn, mfe, w.ifc[0]), 1);
	EXPECT_LIST(test, &w, mfe, row->list);
	EXPECT_SOUND(test);

	/* It is this entry's alone. */
	EXPECT_LIST(test, &w, other, IF(1) | IF(2) | IF(3));
	mgm_mfe_destroy(mn, mfe);
	EXPECT_SOUND(test);
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[0]);
	EXPECT_LIST(test, &w, mfe, IF(1) | IF(2) | IF(3));
}

static void a_veto_goes_with_the_interface(struct kunit *test)
{
	const struct veto_row *row = test->param_value;
	struct world w = build(test, PLAIN);
	struct mgm_net *mn = net_of(test);
	struct mgm_mfe *mfe;

	join_all(test, &w, ANY);
	mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[0]);
	veto(test, &w, mfe, row->vetoes);
	mgm_mfe_detach(mn, w.ifc[2]);
	KUNIT_EXPECT_TRUE(test, list_empty(&w.ifc[2]->vetoes));
	EXPECT_LIST(test, &w, mfe, row->list & ~IF(2));
	EXPECT_SOUND(test);

	/* What comes back is a new one, as far as the entry goes. */
	fixture_join(test, w.owner, w.ifc[2], SRC(1), GRP(1));
	EXPECT_LIST(test, &w, mfe, row->list | IF(2));
	EXPECT_SOUND(test);
}

static struct kunit_case cases[] = {
	CASE_TABLE(memberships_make_the_list, list),
	CASE_TABLE(memberships_change_the_list, list),
	KUNIT_CASE(a_list_can_be_taken_back),
	CASE_TABLE(ways_out_are_bounded, bound),
	KUNIT_CASE(a_veto_without_room_ends_the_entry),
	CASE_TABLE(it_says_whether_it_has_changed, set),
	KUNIT_CASE(nothing_leaves_an_entry_without_a_way_in),
	CASE_TABLE(what_stays_keeps_its_counters, move),
	KUNIT_CASE(the_sum_has_what_is_gone),
	CASE_TABLE(a_veto_holds_for_the_life_of_the_entry, veto),
	CASE_TABLE(a_veto_goes_with_the_interface, veto),
	{}
};

static struct kunit_suite outlist_suite = {
	.name = "mgm_outlist",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(outlist_suite);
