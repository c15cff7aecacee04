// SPDX-License-Identifier: GPL-2.0
/*
 * The making and the end of entries; what changes them has a suite of its own.
 */
#include "../mfe.c"
#include "fixture.h"

static struct mgm_mfe *try(struct kunit *test, __be32 src, __be32 grp,
			   struct mgm_interface *in)
{
	const struct mgm_route route = {};
	struct mgm_sg sg = mgm_sg4(src, grp);

	return mgm_mfe_create(net_of(test), &sg, in, &route, &route);
}

static void an_entry_keeps_what_it_was_made_of(struct kunit *test)
{
	const struct mgm_route route = {
		.ifindex = 1,
		.upstream = { .ip4 = HOP(1) },
		.prefix = { .ip4 = SRC(0) },
		.prefix_len = 24,
		.protocol = 11,
	};
	const struct mgm_route rib = { .ifindex = 2, .prefix_len = 8 };
	struct mgm_flow4 flow = { .src = SRC(1), .grp = GRP(1) };
	struct mgm_interface *in = fixture_interface(test, 1, ANY, NULL);
	struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	struct mgm_net *mn = net_of(test);
	struct mgm_mfe *mfe;

	mfe = MUST(test, mgm_mfe_create(mn, &sg, in, &rib, &route));
	EXPECT_EVENTS(test, { MGM_EVENT_MFE_ADD, 0, mfe, 0 });
	KUNIT_EXPECT_EQ(test, mgm_sg_cmp(&mfe->sg, &sg), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&mfe->rib, &rib, sizeof(rib)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&mfe->route, &route, sizeof(route)), 0);
	KUNIT_EXPECT_EQ(test, mfe->timeout, 900UL * HZ);
	KUNIT_EXPECT_TRUE(test, time_after_eq(mfe->lastuse, mfe->created));
	KUNIT_EXPECT_TRUE(test, time_before_eq(mfe->created, jiffies));
	/* Packets that waited for it go first. */
	KUNIT_EXPECT_TRUE(test, mfe->held);
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_out(mn, mfe)->in, in);
	KUNIT_EXPECT_EQ(test, in->nr_mfes, 1U);
	EXPECT_BOUND(test, MGM_LIMIT_MFES, 1, 0);

	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_find(mn, &sg), mfe);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_lookup4(mn, &flow), mfe);
	rcu_read_unlock();
	EXPECT_SOUND(test);
}

static void an_entry_is_found_by_its_whole_key(struct kunit *test)
{
	struct mgm_interface *in = fixture_interface(test, 1, ANY, NULL);
	struct mgm_flow4 flow = { .src = GRP(1), .grp = SRC(1) };
	struct mgm_sg sg6 = mgm_sg4(SRC(1), GRP(1));

	fixture_mfe(test, SRC(1), GRP(1), in);
	KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(2), GRP(1)));
	KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(1), GRP(2)));
	KUNIT_EXPECT_NULL(test, fixture_find(test, ANY, GRP(1)));
	KUNIT_EXPECT_NULL(test, fixture_find(test, GRP(1), SRC(1)));
	sg6.family = AF_INET6;
	KUNIT_EXPECT_NULL(test, mgm_mfe_find(net_of(test), &sg6));
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, mgm_mfe_lookup4(net_of(test), &flow));
	rcu_read_unlock();
}

/* Six interfaces with memberships of every kind; packets come in on the first. */
static void the_first_list_comes_from_the_memberships(struct kunit *test)
{
	struct mgm_protocol *a = fixture_protocol(test, PLAIN);
	struct mgm_protocol *b = fixture_protocol(test, DECIDING);
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_interface *ifc[6];
	struct mgm_mfe *mfe;
	int i;

	for (i = 5; i >= 0; i--) {
		ifc[i] = fixture_interface(test, i + 1, ANY, i < 4 ? a : b);
		mgm_interface_set_igmp(net_of(test), ifc[i], igmp);
	}
	fixture_join(test, a, ifc[0], ANY, ANY);
	fixture_join(test, a, ifc[3], ANY, ANY);
	fixture_join(test, a, ifc[3], ANY, GRP(1));
	fixture_join(test, igmp, ifc[1], ANY, GRP(1));
	fixture_join(test, a, ifc[2], SRC(2), GRP(1));
	fixture_join(test, igmp, ifc[4], SRC(1), GRP(1));
	fixture_join(test, b, ifc[5], SRC(1), GRP(1));
	fixture_forget_events(test);

	mfe = fixture_mfe(test, SRC(1), GRP(1), ifc[0]);
	EXPECT_OIFS(test, mfe, ifc[1], ifc[3], ifc[5]);
	EXPECT_EVENTS(test, { MGM_EVENT_MFE_ADD, 0, mfe, 3 });
	mfe = fixture_mfe(test, SRC(2), GRP(1), ifc[0]);
	EXPECT_OIFS(test, mfe, ifc[1], ifc[2], ifc[3]);
	mfe = fixture_mfe(test, SRC(2), GRP(2), ifc[3]);
	EXPECT_OIFS(test, mfe, ifc[0]);
	mfe = fixture_mfe(test, SRC(1), GRP(2), NULL);
	EXPECT_NO_OIFS(test, mfe);
	KUNIT_EXPECT_EQ(test, ifc[3]->nr_oifs, 2U);
	EXPECT_SOUND(test);
}

/* Packets come in on one interface; may they leave on the other? */
static const struct back_row {
	const char *desc;
	u32 in;
	__be32 in_hop;
	u32 out;
	__be32 out_hop;
	bool leaves;
} back_rows[] = {
	{ "another device", 1, ANY, 2, ANY, true },
	{ "the same device", 1, ANY, 1, ANY, false },
	{ "the same next hop", 1, HOP(1), 1, HOP(1), false },
	{ "another next hop on the same device", 1, HOP(1), 1, HOP(2), true },
	{ "from a next hop to the whole device", 1, HOP(1), 1, ANY, false },
	{ "from the whole device to a next hop", 1, ANY, 1, HOP(1), false },
	{ "from a next hop to another device", 1, HOP(1), 2, ANY, true },
	{ "from a device to a next hop elsewhere", 1, ANY, 2, HOP(1), true },
	{ "the same next hop on another device", 1, HOP(1), 2, HOP(1), true },
};

TABLE(back);

static void packets_do_not_go_back(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	const struct back_row *row = test->param_value;
	struct mgm_interface *in, *out;
	struct mgm_mfe *early, *late;

	in = fixture_interface(test, row->in, row->in_hop, proto);
	out = in;
	if (row->in != row->out || row->in_hop != row->out_hop)
		out = fixture_interface(test, row->out, row->out_hop, proto);

	/* Whether the list is made at once or grows, the rule is one. */
	early = fixture_mfe(test, SRC(1), GRP(1), in);
	fixture_join(test, proto, out, ANY, GRP(1));
	late = fixture_mfe(test, SRC(2), GRP(1), in);
	if (row->leaves) {
		EXPECT_OIFS(test, early, out);
		EXPECT_OIFS(test, late, out);
	} else {
		EXPECT_NO_OIFS(test, early);
		EXPECT_NO_OIFS(test, late);
	}
	KUNIT_EXPECT_EQ(test, out->nr_oifs, row->leaves ? 2U : 0U);
	EXPECT_SOUND(test);

	fixture_leave(test, proto, out, ANY, GRP(1));
	EXPECT_NO_OIFS(test, early);
	EXPECT_NO_OIFS(test, late);
}

static const struct flags_row {
	const char *desc;
	bool in, out, held;
	u32 flags;
} flags_rows[] = {
	{ "forwarding", true, true, false, 0 },
	{ "forwarding, new", true, true, true, MGM_MFE_F_HELD },
	{ "nobody wants it", true, false, false, MGM_MFE_F_NEGATIVE },
	{ "nobody wants it, new", true, false, true,
	  MGM_MFE_F_NEGATIVE | MGM_MFE_F_HELD },
	{ "no way to the source", false, true, false,
	  MGM_MFE_F_NO_RPF | MGM_MFE_F_NEGATIVE },
	{ "neither way nor receiver", false, false, false,
	  MGM_MFE_F_NO_RPF | MGM_MFE_F_NEGATIVE },
};

TABLE(flags);

static void flags_tell_the_state(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	const struct flags_row *row = test->param_value;
	struct mgm_interface *in, *out;
	struct mgm_mfe *mfe;

	in = fixture_interface(test, 1, ANY, proto);
	out = fixture_interface(test, 2, ANY, proto);
	if (row->out)
		fixture_join(test, proto, out, ANY, GRP(1));
	mfe = fixture_mfe(test, SRC(1), GRP(1), row->in ? in : NULL);
	mfe->held = row->held;
	KUNIT_EXPECT_EQ(test, mgm_mfe_flags(net_of(test), mfe), row->flags);
}

static const struct set_row {
	const char *desc;
	struct mgm_route route;
	bool set;
} set_rows[] = {
	{ "the RIB's", { 1, { HOP(1) }, { SRC(0) }, 24, 11 }, false },
	{ "another interface", { 2, { HOP(1) }, { SRC(0) }, 24, 11 }, true },
	{ "another neighbour", { 1, { HOP(2) }, { SRC(0) }, 24, 11 }, true },
	{ "no neighbour", { 1, { ANY }, { SRC(0) }, 24, 11 }, true },
	{ "another route to the same way",
	  { 1, { HOP(1) }, { ANY }, 0, 4 }, false },
};

TABLE(set);

static void another_way_than_the_ribs_is_flagged(struct kunit *test)
{
	const struct mgm_route rib = { 1, { HOP(1) }, { SRC(0) }, 24, 11 };
	struct mgm_interface *in = fixture_interface(test, 1, ANY, NULL);
	struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	const struct set_row *row = test->param_value;
	struct mgm_net *mn = net_of(test);
	struct mgm_mfe *mfe;

	mfe = MUST(test, mgm_mfe_create(mn, &sg, in, &rib, &row->route));
	KUNIT_EXPECT_EQ(test, mgm_mfe_rpf_set(mfe), row->set);
	KUNIT_EXPECT_EQ(test, mgm_mfe_flags(mn, mfe) & MGM_MFE_F_RPF_SET,
			row->set ? (u32)MGM_MFE_F_RPF_SET : 0U);
}

/* By which the answer to an alert knows whether it comes too late. */
static void no_two_entries_have_one_id(struct kunit *test)
{
	struct mgm_interface *in = fixture_interface(test, 1, ANY, NULL);
	struct mgm_mfe *mfe;
	u64 last = 0;
	int i;

	for (i = 0; i < 20; i++) {
		mfe = fixture_mfe(test, SRC(1), GRP(1), i % 3 ? in : NULL);
		KUNIT_EXPECT_GT(test, mfe->id, last);
		last = mfe->id;
		fixture_mfe(test, SRC(2 + i), GRP(1), in);
		mgm_mfe_destroy(net_of(test), mfe);
	}
}

static void entries_are_bounded(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	struct mgm_interface *in = fixture_interface(test, 1, ANY, proto);
	struct mgm_interface *out = fixture_interface(test, 2, ANY, proto);
	struct mgm_net *mn = net_of(test);
	struct mgm_mfe *mfe;

	mn->bounds[MGM_LIMIT_MFES].value = 2;
	fixture_join(test, proto, out, ANY, ANY);
	mfe = fixture_mfe(test, SRC(1), GRP(1), in);
	fixture_mfe(test, SRC(2), GRP(1), in);
	fixture_forget_events(test);

	KUNIT_EXPECT_EQ(test, PTR_ERR(try(test, SRC(3), GRP(1), in)),
			(long)-ENOSPC);
	EXPECT_BOUND(test, MGM_LIMIT_MFES, 2, 1);
	KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(3), GRP(1)));
	EXPECT_NO_EVENTS(test);
	EXPECT_SOUND(test);

	mgm_mfe_destroy(mn, mfe);
	fixture_mfe(test, SRC(3), GRP(1), in);
	EXPECT_BOUND(test, MGM_LIMIT_MFES, 2, 1);
}

/* Which of two entries goes for a third, where there is room for two. */
static const struct room_row {
	const char *desc;
	enum { WANTED, UNWANTED, NO_WAY } first, second;
	int gone;
} room_rows[] = {
	{ "the one that nobody wants", WANTED, UNWANTED, 2 },
	{ "the one without a way in", NO_WAY, WANTED, 1 },
	{ "the older of two that nobody wants", UNWANTED, UNWANTED, 1 },
	{ "the older, whatever it lacks", NO_WAY, UNWANTED, 1 },
};

TABLE(room);

static void what_nobody_wants_gives_way(struct kunit *test)
{
	const struct room_row *row = test->param_value;
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	struct mgm_interface *in = fixture_interface(test, 1, ANY, proto);
	struct mgm_interface *out = fixture_interface(test, 2, ANY, proto);
	struct mgm_net *mn = net_of(test);
	int i, kind;

	mn->bounds[MGM_LIMIT_MFES].value = 2;
	for (i = 1; i <= 2; i++) {
		kind = i == 1 ? row->first : row->second;
		if (kind == WANTED)
			fixture_join(test, proto, out, ANY, GRP(i));
		fixture_mfe(test, SRC(i), GRP(i), kind == NO_WAY ? NULL : in);
	}
	fixture_mfe(test, SRC(3), GRP(3), in);
	for (i = 1; i <= 2; i++)
		KUNIT_EXPECT_EQ(test, !fixture_find(test, SRC(i), GRP(i)),
				i == row->gone);
	EXPECT_BOUND(test, MGM_LIMIT_MFES, 2, 1);
	EXPECT_SOUND(test);
}

static void an_entry_that_goes_is_tied_to_nothing(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	struct mgm_interface *in = fixture_interface(test, 1, ANY, proto);
	struct mgm_interface *out = fixture_interface(test, 2, ANY, proto);
	struct mgm_mfe *mfe;

	fixture_join(test, proto, out, ANY, GRP(1));
	mfe = fixture_mfe(test, SRC(1), GRP(1), in);
	fixture_forget_events(test);
	mgm_mfe_destroy(net_of(test), mfe);
	/* It is told with the list that it had. */
	EXPECT_EVENTS(test, { MGM_EVENT_MFE_DEL, 0, mfe, 1 });
	KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(1), GRP(1)));
	KUNIT_EXPECT_TRUE(test, list_empty(&in->mfes));
	KUNIT_EXPECT_TRUE(test, list_empty(&out->oifs));
	EXPECT_BOUND(test, MGM_LIMIT_MFES, 0, 0);
	EXPECT_SOUND(test);

	/* The next packet makes it anew. */
	mfe = fixture_mfe(test, SRC(1), GRP(1), in);
	EXPECT_OIFS(test, mfe, out);
}

static void orphans_wait_for_an_interface(struct kunit *test)
{
	struct mgm_interface *in = fixture_interface(test, 1, ANY, NULL);
	struct mgm_mfe *mfe[3];

	mfe[0] = fixture_mfe(test, SRC(1), GRP(1), NULL);
	mfe[1] = fixture_mfe(test, SRC(1), GRP(2), in);
	mfe[2] = fixture_mfe(test, SRC(1), GRP(3), NULL);
	KUNIT_EXPECT_EQ(test, mfe[0]->timeout, 10UL * HZ);
	EXPECT_SOUND(test);
	fixture_forget_events(test);

	mgm_mfe_drop_orphans(net_of(test));
	EXPECT_EVENTS(test,
		      { MGM_EVENT_MFE_DEL, 0, mfe[0] },
		      { MGM_EVENT_MFE_DEL, 0, mfe[2] });
	KUNIT_EXPECT_PTR_EQ(test, fixture_find(test, SRC(1), GRP(2)), mfe[1]);
	EXPECT_BOUND(test, MGM_LIMIT_MFES, 1, 0);
	mgm_mfe_drop_orphans(net_of(test));
	EXPECT_NO_EVENTS(test);
	EXPECT_SOUND(test);
}

/* In their order; made in another one. */
static const struct {
	__be32 src;
	__be32 grp;
} sorted[] = {
	{ SRC(1), GRP(1) }, { SRC(2), GRP(1) }, { SRC(0x100), GRP(1) },
	{ SRC(2), GRP(2) }, { SRC(1), GRP(3) },
};

static const unsigned int shuffled[] = { 3, 1, 4, 0, 2 };

static void make_all(struct kunit *test, struct mgm_mfe **m)
{
	struct mgm_interface *in = fixture_interface(test, 1, ANY, NULL);
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(shuffled); i++) {
		k = shuffled[i];
		m[k] = fixture_mfe(test, sorted[k].src, sorted[k].grp,
				   k % 2 ? in : NULL);
	}
}

static void entries_come_in_order(struct kunit *test)
{
	struct mgm_mfe *m[ARRAY_SIZE(sorted)], *at;
	struct mgm_net *mn = net_of(test);
	unsigned int i = 0;

	KUNIT_EXPECT_NULL(test, mgm_mfe_after(mn, NULL));
	make_all(test, m);
	for (at = mgm_mfe_after(mn, NULL); at; at = mgm_mfe_after(mn, &at->sg)) {
		KUNIT_EXPECT_PTR_EQ(test, at, m[min(i, 4U)]);
		i++;
	}
	KUNIT_EXPECT_EQ(test, i, (unsigned int)ARRAY_SIZE(sorted));
}

static const struct next_row {
	const char *desc;
	__be32 src, grp;
	int next;			/* in @sorted, -1: none */
} next_rows[] = {
	{ "the wildcard", ANY, ANY, 0 },
	{ "a group", ANY, GRP(1), 0 },
	{ "an entry", SRC(1), GRP(1), 1 },
	{ "a source between two", SRC(3), GRP(1), 2 },
	{ "the last source of a group", SRC(0x100), GRP(1), 3 },
	{ "a group that has none", ANY, GRP(0), 0 },
	{ "a source before all in its group", SRC(1), GRP(2), 3 },
	{ "the last one", SRC(1), GRP(3), -1 },
	{ "behind it", SRC(1), GRP(4), -1 },
};

TABLE(next);

static void iteration_goes_on_behind_a_key(struct kunit *test)
{
	const struct next_row *row = test->param_value;
	struct mgm_sg sg = mgm_sg4(row->src, row->grp);
	struct mgm_mfe *m[ARRAY_SIZE(sorted)];

	make_all(test, m);
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_after(net_of(test), &sg),
			    row->next < 0 ? NULL : m[row->next]);
}

static void iteration_survives_deletion(struct kunit *test)
{
	struct mgm_sg sg = mgm_sg4(sorted[1].src, sorted[1].grp);
	struct mgm_mfe *m[ARRAY_SIZE(sorted)];
	struct mgm_net *mn = net_of(test);

	make_all(test, m);
	mgm_mfe_destroy(mn, m[1]);
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_after(mn, &sg), m[2]);
	mgm_mfe_destroy(mn, m[2]);
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_after(mn, &sg), m[3]);
	mgm_mfe_destroy(mn, m[0]);
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_after(mn, &sg), m[3]);
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_after(mn, NULL), m[3]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_entry_keeps_what_it_was_made_of),
	KUNIT_CASE(an_entry_is_found_by_its_whole_key),
	KUNIT_CASE(the_first_list_comes_from_the_memberships),
	CASE_TABLE(packets_do_not_go_back, back),
	CASE_TABLE(flags_tell_the_state, flags),
	CASE_TABLE(another_way_than_the_ribs_is_flagged, set),
	KUNIT_CASE(no_two_entries_have_one_id),
	KUNIT_CASE(entries_are_bounded),
	CASE_TABLE(what_nobody_wants_gives_way, room),
	KUNIT_CASE(an_entry_that_goes_is_tied_to_nothing),
	KUNIT_CASE(orphans_wait_for_an_interface),
	KUNIT_CASE(entries_come_in_order),
	CASE_TABLE(iteration_goes_on_behind_a_key, next),
	KUNIT_CASE(iteration_survives_deletion),
	{}
};

static struct kunit_suite mfe_suite = {
	.name = "mgm_mfe",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(mfe_suite);
