// SPDX-License-Identifier: GPL-2.0
/*
 * The way to a source leads elsewhere: what becomes of the entry, and who is told
 * (RFC 2715, rule 1).
 */
#include "fixture.h"

/* Who has an interface; of nobody's there is only IGMP. */
enum { A, B, NOBODY };

/* Interfaces: the way in, the one that it moves to, and another one. */
enum { FROM, TO, OUT, INTERFACES };

#define AT(i)		(1 << (i))

struct world {
	struct mgm_protocol *proto[3];
	struct mgm_interface *ifc[INTERFACES];
	struct mgm_mfe *mfe;
};

static struct mgm_interface *make(struct kunit *test, struct world *w,
				  u32 ifindex, __be32 hop, int who)
{
	return fixture_interface(test, ifindex, hop, w->proto[who]);
}

/* Receivers, of whoever has the interface, of whom nobody else is told. */
static void want(struct kunit *test, struct world *w, struct mgm_interface *ifc)
{
	fixture_add(test, ifc->owner ?: ifc->igmp, ifc, SRC(1), GRP(1),
		    FORWARD);
}

static struct world build(struct kunit *test, int from, int to, int wanted)
{
	struct world w;
	int i;

	w.proto[A] = fixture_protocol(test, LISTENING);
	w.proto[B] = fixture_protocol(test, LISTENING);
	w.proto[NOBODY] = fixture_protocol(test, IGMP);
	w.ifc[FROM] = make(test, &w, 1, ANY, from);
	w.ifc[TO] = make(test, &w, 2, ANY, to);
	w.ifc[OUT] = make(test, &w, 3, ANY, B);
	for (i = 0; i < INTERFACES; i++)
		if (wanted & AT(i))
			want(test, &w, w.ifc[i]);
	w.mfe = fixture_mfe(test, SRC(1), GRP(1), w.ifc[FROM]);
	/* It has stood a while, and for less long than is usual. */
	mgm_mfe_set_timeout(net_of(test), w.mfe, 30);
	w.mfe->lastuse -= 10 * HZ;
	fixture_forget_events(test);
	fixture_forget_alerts(test);
	return w;
}

/* Whether an alert asks how long the entry is to stay. */
enum answer { TELL, ASK };

static const struct move_row {
	const char *desc;
	u8 from, to;			/* whose */
	u8 wanted;			/* on which interfaces */
	struct {
		enum { NO_ALERT, JOINED, PRUNED } type;
		u8 who, at;
		enum answer answer;
	} told[2];
	bool anew;			/* its life begins */
} move_rows[] = {
	{ "to another's", A, B, AT(OUT),
	  { { PRUNED, A, FROM }, { JOINED, B, TO } } },
	{ "to another's, wanted everywhere", A, B, AT(FROM) | AT(TO) | AT(OUT),
	  { { PRUNED, A, FROM }, { JOINED, B, TO } } },
	{ "to another's, wanted nowhere", A, B, 0,
	  { { PRUNED, A, FROM }, { PRUNED, B, TO, ASK } }, true },
	{ "to another's, wanted just there", A, B, AT(TO),
	  { { PRUNED, A, FROM }, { PRUNED, B, TO, ASK } }, true },
	{ "to another's, wanted just where it came from", A, B, AT(FROM),
	  { { PRUNED, A, FROM }, { JOINED, B, TO } }, true },
	{ "to the same one's", A, A, AT(OUT) },
	{ "to the same one's, wanted nowhere", A, A, 0 },
	{ "to the same one's, wanted just there", A, A, AT(TO),
	  { { PRUNED, A, TO, ASK } }, true },
	{ "to the same one's, wanted just where it came from", A, A, AT(FROM),
	  {}, true },
	{ "to nobody's", A, NOBODY, AT(OUT), { { PRUNED, A, FROM } } },
	{ "to nobody's, wanted nowhere", A, NOBODY, 0,
	  { { PRUNED, A, FROM } }, true },
	{ "from nobody's", NOBODY, A, AT(OUT), { { JOINED, A, TO } } },
	{ "from nobody's, wanted nowhere", NOBODY, A, 0,
	  { { PRUNED, A, TO, ASK } }, true },
	{ "from nobody's to nobody's", NOBODY, NOBODY, AT(OUT) },
};

TABLE(move);

static struct mgm_route via(const struct mgm_interface *ifc)
{
	return (struct mgm_route) {
		.ifindex = ifc->key.ifindex,
		.upstream = { .ip4 = HOP(9) },
		.prefix = { .ip4 = SRC(0) },
		.prefix_len = 24,
		.protocol = 11,
	};
}

static void expect_moved(struct kunit *test, const struct world *w,
			 const struct move_row *row)
{
	struct fixture_alert told[2] = {};
	struct mgm_interface *list[INTERFACES];
	struct mgm_net *mn = net_of(test);
	int i, n = 0, alerts = 0;

	for (i = 0; i < INTERFACES; i++)
		if (i != TO && (row->wanted & AT(i)))
			list[n++] = w->ifc[i];
	fixture_expect_oifs(test, w->mfe, list, n, __LINE__);
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_out(mn, w->mfe)->in, w->ifc[TO]);
	EXPECT_EVENTS(test, { MGM_EVENT_MFE_CHANGE, 0, w->mfe, n });

	for (i = 0; i < 2 && row->told[i].type; i++)
		told[alerts++] = (struct fixture_alert) {
			.to = w->proto[row->told[i].who],
			.type = row->told[i].type == JOINED ?
				MGM_ALERT_JOIN : MGM_ALERT_PRUNE,
			.src = SRC(1),
			.grp = GRP(1),
			.ifc = w->ifc[row->told[i].at],
			.mfe = row->told[i].answer == ASK ? w->mfe->id : 0,
		};
	fixture_expect_alerts(test, told, alerts, __LINE__);

	KUNIT_EXPECT_EQ(test, w->mfe->timeout,
			row->anew ? 900UL * HZ : 30UL * HZ);
	KUNIT_EXPECT_EQ(test, mgm_mfe_expires(w->mfe) > 21 * HZ, row->anew);
	EXPECT_SOUND(test);
}

static void who_is_concerned_is_told_of_a_move(struct kunit *test)
{
	const struct move_row *row = test->param_value;
	struct world w = build(test, row->from, row->to, row->wanted);
	struct mgm_route route = via(w.ifc[TO]), before = w.mfe->rib;
	struct mgm_net *mn = net_of(test);

	mgm_mfe_move(mn, w.mfe, w.ifc[TO], &route);
	expect_moved(test, &w, row);
	/* It is a protocol's word, not the RIB's. */
	KUNIT_EXPECT_EQ(test, memcmp(&w.mfe->route, &route, sizeof(route)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&w.mfe->rib, &before, sizeof(before)), 0);
	KUNIT_EXPECT_TRUE(test, mgm_mfe_rpf_set(w.mfe));
}

static void and_so_if_the_route_moves_it(struct kunit *test)
{
	const struct move_row *row = test->param_value;
	struct world w = build(test, row->from, row->to, row->wanted);
	struct mgm_route route = via(w.ifc[TO]);

	/* A protocol had set another way: that is over. */
	w.mfe->route.upstream.ip4 = HOP(5);
	mgm_mfe_reroute(net_of(test), w.mfe, w.ifc[TO], &route);
	expect_moved(test, &w, row);
	KUNIT_EXPECT_EQ(test, memcmp(&w.mfe->route, &route, sizeof(route)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&w.mfe->rib, &route, sizeof(route)), 0);
	KUNIT_EXPECT_FALSE(test, mgm_mfe_rpf_set(w.mfe));
}

/*
 * What is outgoing now was none before, because it is a next hop on the device
 * that packets came in on; it can be another protocol's.
 */
static void a_move_can_bring_receivers(struct kunit *test)
{
	struct world w = build(test, A, A, 0);
	struct mgm_route route = via(w.ifc[TO]);
	struct mgm_interface *hop = make(test, &w, 1, HOP(1), B);

	want(test, &w, hop);
	EXPECT_NO_OIFS(test, w.mfe);
	EXPECT_NO_ALERTS(test);
	mgm_mfe_move(net_of(test), w.mfe, w.ifc[TO], &route);
	EXPECT_OIFS(test, w.mfe, hop);
	EXPECT_ALERTS(test,
		      { w.proto[A], MGM_ALERT_JOIN, false, SRC(1), GRP(1),
			w.ifc[TO] });
	KUNIT_EXPECT_EQ(test, w.mfe->timeout, 900UL * HZ);
}

/* Another neighbour on the same interface. */
static void the_neighbour_alone_tells_nobody(struct kunit *test)
{
	struct world w = build(test, A, A, AT(OUT));
	struct mgm_route route = via(w.ifc[FROM]);
	struct mgm_outlist *list = mgm_mfe_out(net_of(test), w.mfe);

	mgm_mfe_reroute(net_of(test), w.mfe, w.ifc[FROM], &route);
	KUNIT_EXPECT_PTR_EQ(test, mgm_mfe_out(net_of(test), w.mfe), list);
	EXPECT_ADDR(test, w.mfe->route.upstream.ip4, HOP(9));
	EXPECT_EVENTS(test, { MGM_EVENT_MFE_CHANGE, 0, w.mfe, 1 });
	EXPECT_NO_ALERTS(test);
	KUNIT_EXPECT_EQ(test, w.mfe->timeout, 30UL * HZ);
	EXPECT_SOUND(test);
}

static const struct lost_row {
	const char *desc;
	u8 from;
	u8 wanted;
	bool told;
} lost_rows[] = {
	{ "somebody wants it", A, AT(OUT), true },
	{ "nobody wants it", A, 0, true },
	{ "it came in on nobody's", NOBODY, AT(OUT), false },
};

TABLE(lost);

static void without_a_way_the_entry_goes(struct kunit *test)
{
	const struct lost_row *row = test->param_value;
	struct world w = build(test, row->from, A, row->wanted);
	const struct mgm_route none = {};

	mgm_mfe_reroute(net_of(test), w.mfe, NULL, &none);
	KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(1), GRP(1)));
	EXPECT_EVENTS(test, { MGM_EVENT_MFE_DEL, 0, w.mfe, !!row->wanted });
	if (row->told)
		EXPECT_ALERTS(test,
			      { w.proto[A], MGM_ALERT_PRUNE, false, SRC(1),
				GRP(1), w.ifc[FROM] });
	else
		EXPECT_NO_ALERTS(test);
	EXPECT_SOUND(test);
}

static void an_orphan_that_finds_a_way_is_made_anew(struct kunit *test)
{
	struct world w = build(test, A, A, AT(OUT));
	struct mgm_route route = via(w.ifc[TO]);
	const struct mgm_route none = {};
	struct mgm_mfe *orphan;

	orphan = fixture_mfe(test, SRC(2), GRP(1), NULL);
	fixture_forget_events(test);
	mgm_mfe_reroute(net_of(test), orphan, NULL, &none);
	KUNIT_EXPECT_PTR_EQ(test, fixture_find(test, SRC(2), GRP(1)), orphan);
	EXPECT_NO_EVENTS(test);

	mgm_mfe_reroute(net_of(test), orphan, w.ifc[TO], &route);
	KUNIT_EXPECT_NULL(test, fixture_find(test, SRC(2), GRP(1)));
	EXPECT_EVENTS(test, { MGM_EVENT_MFE_DEL, 0, orphan, 0 });
	EXPECT_NO_ALERTS(test);
	EXPECT_SOUND(test);
}

static struct kunit_case cases[] = {
	CASE_TABLE(who_is_concerned_is_told_of_a_move, move),
	CASE_TABLE(and_so_if_the_route_moves_it, move),
	KUNIT_CASE(a_move_can_bring_receivers),
	KUNIT_CASE(the_neighbour_alone_tells_nobody),
	CASE_TABLE(without_a_way_the_entry_goes, lost),
	KUNIT_CASE(an_orphan_that_finds_a_way_is_made_anew),
	{}
};

static struct kunit_suite move_suite = {
	.name = "mgm_move",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(move_suite);
