// SPDX-License-Identifier: GPL-2.0
/*
 * Random changes, and after each the outgoing lists of all entries compared with
 * a model that is too simple to be wrong: arrays of who wants what where.
 */
#include <linux/prandom.h>

#include "fixture.h"

#define STEPS		1000
#define PROTOCOLS	4
#define INTERFACES	8
#define NOBODY		-1
#define NO_ENTRY	-2

/* The last one of these is IGMP. */
static const enum fixture_kind kinds[PROTOCOLS] = {
	PLAIN, DECIDING, USER, IGMP,
};

#define IGMP_NR		(PROTOCOLS - 1)

static const struct {
	u32 ifindex;
	int hop;			/* 0: the device as a whole */
} places[INTERFACES] = {
	{ 1, 0 }, { 2, 0 }, { 3, 0 }, { 3, 1 }, { 3, 2 }, { 4, 1 }, { 4, 2 },
	{ 256, 0 },
};

/* Sources and groups count from 1; 0 is the wildcard. */
#define SOURCES		4
#define GROUPS		4

struct model {
	struct kunit *test;
	struct rnd_state rnd;
	unsigned int step;
	struct mgm_protocol *protocol[PROTOCOLS];
	struct mgm_interface *interface[INTERFACES];
	int owner[INTERFACES];
	bool igmp[INTERFACES];
	bool wants[PROTOCOLS][INTERFACES][SOURCES][GROUPS];
	bool excludes[PROTOCOLS][INTERFACES][SOURCES][GROUPS];
	bool vetoed[INTERFACES][SOURCES][GROUPS];
	int in[SOURCES][GROUPS];	/* NO_ENTRY, NOBODY, or an interface */
};

static int pick(struct model *m, int n)
{
	return prandom_u32_state(&m->rnd) % n;
}

static __be32 source(int s)
{
	return s ? SRC(s) : ANY;
}

static __be32 group(int g)
{
	return g ? GRP(g) : ANY;
}

static bool counts(const struct model *m, int p, int i)
{
	return m->owner[i] == p || m->owner[i] == NOBODY ||
	       kinds[m->owner[i]] != DECIDING;
}

static bool back(int in, int out)
{
	if (places[in].ifindex != places[out].ifindex)
		return false;
	return places[in].hop == places[out].hop || !places[in].hop ||
	       !places[out].hop;
}

static bool widely_wanted(const struct model *m, int p, int i, int s, int g)
{
	return (m->wants[p][i][0][g] || m->wants[p][i][0][0]) &&
	       !m->excludes[p][i][s][g];
}

/* Does somebody want packets of (S,G) there? */
static bool wanted(const struct model *m, int s, int g, int i)
{
	int p;

	for (p = 0; p < PROTOCOLS; p++)
		if (counts(m, p, i) && (m->wants[p][i][s][g] ||
					widely_wanted(m, p, i, s, g)))
			return true;
	return false;
}

static void forget_wants(struct model *m, int p, int i)
{
	memset(m->wants[p][i], 0, sizeof(m->wants[p][i]));
	memset(m->excludes[p][i], 0, sizeof(m->excludes[p][i]));
}

/* What came in there has no entry any more. */
static void forget_entries(struct model *m, int i)
{
	int s, g;

	for (g = 1; g < GROUPS; g++)
		for (s = 1; s < SOURCES; s++)
			if (m->in[s][g] == i)
				m->in[s][g] = NO_ENTRY;
}

static bool may_speak(const struct model *m, int p, int i)
{
	return m->owner[i] == p || (p == IGMP_NR && m->igmp[i]);
}

static void join_or_leave(struct model *m, bool join)
{
	int p = pick(m, PROTOCOLS), i = pick(m, INTERFACES);
	int g = pick(m, GROUPS), s = g ? pick(m, SOURCES) : 0;

	if (!may_speak(m, p, i) || m->excludes[p][i][s][g] ||
	    m->wants[p][i][s][g] == join)
		return;
	m->wants[p][i][s][g] = join;
	if (join)
		fixture_join(m->test, m->protocol[p], m->interface[i],
			     source(s), group(g));
	else
		fixture_leave(m->test, m->protocol[p], m->interface[i],
			      source(s), group(g));
}

static void exclude_or_not(struct model *m)
{
	int p = pick(m, PROTOCOLS), i = pick(m, INTERFACES);
	int s = 1 + pick(m, SOURCES - 1), g = 1 + pick(m, GROUPS - 1);

	if (!may_speak(m, p, i) || m->wants[p][i][s][g])
		return;
	m->excludes[p][i][s][g] ^= true;
	if (m->excludes[p][i][s][g])
		fixture_add(m->test, m->protocol[p], m->interface[i],
			    source(s), group(g), EXCLUDE);
	else
		fixture_leave(m->test, m->protocol[p], m->interface[i],
			      source(s), group(g));
}

static void make_entry(struct model *m)
{
	int s = 1 + pick(m, SOURCES - 1), g = 1 + pick(m, GROUPS - 1);
	int in = pick(m, INTERFACES + 1) - 1, i;

	if (m->in[s][g] != NO_ENTRY)
		return;
	m->in[s][g] = in;
	for (i = 0; i < INTERFACES; i++)
		m->vetoed[i][s][g] = false;
	fixture_mfe(m->test, source(s), group(g),
		    in == NOBODY ? NULL : m->interface[in]);
}

static void end_entry(struct model *m)
{
	int s = 1 + pick(m, SOURCES - 1), g = 1 + pick(m, GROUPS - 1);
	struct mgm_mfe *mfe;

	if (m->in[s][g] == NO_ENTRY)
		return;
	m->in[s][g] = NO_ENTRY;
	mfe = MUST(m->test, fixture_find(m->test, source(s), group(g)));
	mgm_mfe_destroy(net_of(m->test), mfe);
}

static void veto(struct model *m)
{
	int s = 1 + pick(m, SOURCES - 1), g = 1 + pick(m, GROUPS - 1);
	int i = pick(m, INTERFACES);
	struct mgm_mfe *mfe;

	if (m->in[s][g] == NO_ENTRY)
		return;
	m->vetoed[i][s][g] = true;
	mfe = MUST(m->test, fixture_find(m->test, source(s), group(g)));
	mgm_mfe_veto(net_of(m->test), mfe, m->interface[i]);
}

static void move_entry(struct model *m)
{
	int s = 1 + pick(m, SOURCES - 1), g = 1 + pick(m, GROUPS - 1);
	const struct mgm_route route = {};
	int in = pick(m, INTERFACES);
	struct mgm_mfe *mfe;

	if (m->in[s][g] < 0)
		return;
	m->in[s][g] = in;
	mfe = MUST(m->test, fixture_find(m->test, source(s), group(g)));
	mgm_mfe_move(net_of(m->test), mfe, m->interface[in], &route);
}

static void drop_orphans(struct model *m)
{
	mgm_mfe_drop_orphans(net_of(m->test));
	forget_entries(m, NOBODY);
}

/* In the way in which the module does it. */
static void change_owner(struct model *m)
{
	int i = pick(m, INTERFACES), owner = pick(m, IGMP_NR + 1) - 1, p;
	struct mgm_interface *ifc = m->interface[i];
	struct mgm_net *mn = net_of(m->test);
	struct mgm_membership *member, *next;

	mgm_mfe_detach(mn, ifc);
	list_for_each_entry_safe(member, next, &ifc->memberships, ifc_node)
		mgm_membership_destroy(mn, member);
	mgm_interface_set_owner(mn, ifc,
				owner == NOBODY ? NULL : m->protocol[owner]);
	m->owner[i] = owner;
	forget_entries(m, i);
	memset(m->vetoed[i], 0, sizeof(m->vetoed[i]));
	for (p = 0; p < PROTOCOLS; p++)
		forget_wants(m, p, i);
	if (owner != NOBODY)
		drop_orphans(m);
}

static void switch_igmp(struct model *m)
{
	struct mgm_protocol *igmp = m->protocol[IGMP_NR];
	struct mgm_net *mn = net_of(m->test);
	struct mgm_membership *member, *next;
	int i = pick(m, INTERFACES);
	struct mgm_interface *ifc = m->interface[i];
	struct mgm_sg sg;

	m->igmp[i] = !m->igmp[i];
	if (m->igmp[i]) {
		mgm_interface_set_igmp(mn, ifc, igmp);
		drop_orphans(m);
		return;
	}
	list_for_each_entry_safe(member, next, &ifc->memberships, ifc_node) {
		if (member->proto != igmp)
			continue;
		sg = member->group->sg;
		mgm_membership_destroy(mn, member);
		mgm_mfe_refresh(mn, &sg, ifc);
	}
	mgm_interface_set_igmp(mn, ifc, NULL);
	forget_wants(m, IGMP_NR, i);
}

static bool same_list(const struct model *m, const struct mgm_mfe *mfe, int s,
		      int g)
{
	int i, n = 0, in = m->in[s][g];
	const struct mgm_outlist *out;

	if (!mfe)
		return in == NO_ENTRY;
	if (in == NO_ENTRY)
		return false;
	out = mgm_mfe_out(net_of(m->test), mfe);
	for (i = 0; i < INTERFACES && in != NOBODY; i++) {
		if (back(in, i) || m->vetoed[i][s][g] || !wanted(m, s, g, i))
			continue;
		if (n >= out->n || out->oif[n]->ifc != m->interface[i])
			return false;
		n++;
	}
	return n == out->n &&
	       out->in == (in == NOBODY ? NULL : m->interface[in]);
}

static bool same_groups(const struct model *m, int s, int g)
{
	struct mgm_interface *v[INTERFACES * PROTOCOLS * 3];
	struct mgm_sg sg = mgm_sg4(source(s), group(g));
	unsigned int n, k = 0;
	int i;

	n = mgm_group_interfaces(net_of(m->test), &sg, v, ARRAY_SIZE(v));
	for (i = 0; i < INTERFACES; i++) {
		bool want = wanted(m, s, g, i);

		if (mgm_group_forwards(net_of(m->test), &sg, m->interface[i]) !=
		    want)
			return false;
		if (want && (k >= n || v[k++] != m->interface[i]))
			return false;
	}
	return k == n;
}

/* Stops at the first difference: what follows from it tells nothing more. */
static bool same(const struct model *m)
{
	const struct mgm_mfe *mfe;
	int s, g;

	for (g = 1; g < GROUPS; g++) {
		for (s = 1; s < SOURCES; s++) {
			mfe = fixture_find(m->test, source(s), group(g));
			if (same_list(m, mfe, s, g) && same_groups(m, s, g))
				continue;
			KUNIT_FAIL(m->test, "step %u, (%d,%d), iif %d", m->step,
				   s, g, m->in[s][g]);
			return false;
		}
	}
	return true;
}

static struct model *model_new(struct kunit *test, u64 seed)
{
	struct mgm_interface *ifc;
	struct mgm_protocol *p;
	struct model *m;
	int i, s, g;

	m = MUST(test, kunit_kzalloc(test, sizeof(struct model), GFP_KERNEL));
	m->test = test;
	prandom_seed_state(&m->rnd, seed);
	for (i = 0; i < PROTOCOLS; i++) {
		p = fixture_protocol(test, kinds[i]);
		m->protocol[i] = p;
	}
	for (i = 0; i < INTERFACES; i++) {
		m->owner[i] = i % 4 - 1;
		p = m->owner[i] == NOBODY ? NULL : m->protocol[m->owner[i]];
		ifc = fixture_interface(test, places[i].ifindex,
					places[i].hop ? HOP(places[i].hop) : ANY,
					p);
		m->interface[i] = ifc;
	}
	for (g = 0; g < GROUPS; g++)
		for (s = 0; s < SOURCES; s++)
			m->in[s][g] = NO_ENTRY;
	return m;
}

static const struct seed_row {
	const char *desc;
	u64 seed;
} seed_rows[] = {
	{ "seed 1", 1 }, { "seed 2", 2 }, { "seed 2715", 2715 },
	{ "seed 5132", 5132 },
};

TABLE(seed);

static void lists_are_what_the_model_says(struct kunit *test)
{
	const struct seed_row *row = test->param_value;
	struct model *m = model_new(test, row->seed);

	for (m->step = 0; m->step < STEPS; m->step++) {
		switch (pick(m, 40)) {
		case 0:
			change_owner(m);
			break;
		case 1:
			switch_igmp(m);
			break;
		case 2 ... 3:
			end_entry(m);
			break;
		case 4 ... 9:
			make_entry(m);
			break;
		case 10 ... 11:
			move_entry(m);
			break;
		case 12 ... 13:
			veto(m);
			break;
		case 14 ... 16:
			exclude_or_not(m);
			break;
		case 17 ... 22:
			join_or_leave(m, false);
			break;
		default:
			join_or_leave(m, true);
			break;
		}
		if (!same(m))
			return;
		if (m->step % 64 == 0)
			EXPECT_SOUND(test);
	}
}

static struct kunit_case cases[] = {
	CASE_TABLE(lists_are_what_the_model_says, seed),
	{}
};

static struct kunit_suite model_suite = {
	.name = "mgm_model",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(model_suite);
