// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the tables of a namespace agree with each other: what is in one is
 * counted in the others, and nothing else is.
 */
#include "fixture.h"

struct counts {
	u32 protocols;
	u32 interfaces;
	u32 memberships;
	u32 mfes;
	u32 users;			/* owners, and IGMP beside them */
	u32 nr_memberships_ifc;
	u32 nr_memberships_proto;
	u32 nr_interfaces;
	u32 nr_mfes;
	u32 nr_oifs;
	u32 orphans;
	u32 orphans_listed;
	u32 oifs;
	u32 with_iif;
	u32 joins;
	u32 joining;
	u32 vetoes_ifc;
	u32 vetoes_mfe;
	u32 negatives;
	u32 negatives_listed;
};

static u32 length(const struct list_head *list)
{
	const struct list_head *node;
	u32 n = 0;

	list_for_each(node, list)
		n++;
	return n;
}

static bool on_list(const struct list_head *list, const struct list_head *node)
{
	const struct list_head *at;

	list_for_each(at, list)
		if (at == node)
			return true;
	return false;
}

#define SAME(left, right) \
	KUNIT_EXPECT_EQ_MSG(test, left, right, "line %d", line)
#define TRUE(condition) \
	KUNIT_EXPECT_TRUE_MSG(test, condition, "line %d", line)

static void check_alerts(struct kunit *test, const struct mgm_protocol *proto,
			 int line)
{
	const struct mgm_alert *alert;
	u32 n = 0;

	list_for_each_entry(alert, &proto->alerts, node)
		n += alert->type < MGM_ALERT_OVERRUN;
	SAME(proto->nr_alerts, n);
	SAME(proto->alerts_queued - proto->alerts_done,
	     (u64)length(&proto->alerts));
}

static void check_protocols(struct kunit *test, struct mgm_net *mn,
			    struct counts *c, int line)
{
	const struct mgm_protocol *proto;
	unsigned long handle;

	xa_for_each(&mn->protocols, handle, proto) {
		c->protocols++;
		c->nr_interfaces += proto->nr_interfaces;
		c->nr_memberships_proto += proto->nr_memberships;
		SAME((u32)handle, proto->handle);
		SAME(proto->nr_interfaces, length(&proto->interfaces));
		SAME(proto->nr_memberships, length(&proto->memberships));
		check_alerts(test, proto, line);
	}
}

static void check_interfaces(struct kunit *test, struct mgm_net *mn,
			     struct counts *c, int line)
{
	const struct mgm_interface *ifc, *next;

	for (ifc = mgm_interface_after(mn, NULL); ifc; ifc = next) {
		next = mgm_interface_after(mn, &ifc->key);
		c->interfaces++;
		c->users += !!ifc->owner + !!ifc->igmp;
		c->nr_memberships_ifc += ifc->nr_memberships;
		c->nr_mfes += ifc->nr_mfes;
		c->nr_oifs += ifc->nr_oifs;
		c->vetoes_ifc += length(&ifc->vetoes);
		SAME(ifc->nr_memberships, length(&ifc->memberships));
		SAME(ifc->nr_mfes, length(&ifc->mfes));
		SAME(ifc->nr_oifs, length(&ifc->oifs));
	}
}

static void check_interests(struct kunit *test, const struct mgm_group *group,
			    struct counts *c, int line)
{
	const struct mgm_interest *i;

	hlist_for_each_entry(i, &group->interests, node) {
		c->joins += i->joins;
		SAME(!i->joins, false);
	}
}

static bool interest_of(const struct mgm_group *group,
			const struct mgm_interest *interest)
{
	const struct mgm_interest *i;

	hlist_for_each_entry(i, &group->interests, node)
		if (i == interest)
			return true;
	return false;
}

static void check_memberships(struct kunit *test, struct mgm_net *mn,
			      struct counts *c, int line)
{
	const struct mgm_group *group = NULL;
	const struct mgm_membership *m;

	for (m = mgm_membership_after(mn, NULL, NULL, 0); m;
	     m = mgm_membership_after(mn, &m->group->sg, &m->ifc->key,
				      m->proto->handle)) {
		c->memberships++;
		if (m->group != group)
			check_interests(test, m->group, c, line);
		group = m->group;
		if (!m->interest)
			continue;
		c->joining++;
		TRUE(m->flags & JOIN);
		TRUE(m->interest->proto == m->proto);
		TRUE(interest_of(group, m->interest));
	}
}

static void check_vetoes(struct kunit *test, const struct mgm_mfe *mfe,
			 const struct mgm_outlist *out, struct counts *c,
			 int line)
{
	const struct mgm_veto *veto, *other;
	u32 i;

	list_for_each_entry(veto, &mfe->vetoes, mfe_node) {
		c->vetoes_mfe++;
		list_for_each_entry(other, &mfe->vetoes, mfe_node)
			TRUE(other == veto || other->ifc != veto->ifc);
		TRUE(on_list(&veto->ifc->vetoes, &veto->ifc_node));
		for (i = 0; i < out->n; i++)
			TRUE(out->oif[i]->ifc != veto->ifc);
	}
}

static void check_mfes(struct kunit *test, struct mgm_net *mn, struct counts *c,
		       int line)
{
	const struct mgm_outlist *out;
	const struct mgm_mfe *mfe;
	u32 i;

	for (mfe = mgm_mfe_after(mn, NULL); mfe;
	     mfe = mgm_mfe_after(mn, &mfe->sg)) {
		out = mgm_mfe_out(mn, mfe);
		c->mfes++;
		c->oifs += out->n;
		c->with_iif += !!out->in;
		c->orphans += !out->in;
		c->negatives += !out->n;
		TRUE(list_empty(&mfe->negative_node) == !!out->n);
		KUNIT_EXPECT_PTR_EQ_MSG(test, mgm_mfe_find(mn, &mfe->sg), mfe,
					"line %d", line);
		check_vetoes(test, mfe, out, c, line);
		for (i = 1; i < out->n; i++)
			KUNIT_EXPECT_LT_MSG(test,
					    mgm_if_cmp(&out->oif[i - 1]->ifc->key,
						       &out->oif[i]->ifc->key),
					    0, "line %d", line);
	}
	c->orphans_listed = length(&mn->orphans);
	c->negatives_listed = length(&mn->negatives);
}

void fixture_expect_sound(struct kunit *test, int line)
{
	struct mgm_net *mn = net_of(test);
	struct counts c = {};

	check_protocols(test, mn, &c, line);
	check_interfaces(test, mn, &c, line);
	check_memberships(test, mn, &c, line);
	check_mfes(test, mn, &c, line);

	SAME(c.users, c.nr_interfaces);
	SAME(c.memberships, c.nr_memberships_ifc);
	SAME(c.memberships, c.nr_memberships_proto);
	SAME(c.with_iif, c.nr_mfes);
	SAME(c.oifs, c.nr_oifs);
	SAME(c.orphans, c.orphans_listed);
	SAME(c.negatives, c.negatives_listed);
	SAME(c.joining, c.joins);
	SAME(c.vetoes_mfe, c.vetoes_ifc);
	SAME(RB_EMPTY_ROOT(&mn->groups), !c.memberships);

	SAME(c.protocols, mn->bounds[MGM_LIMIT_PROTOCOLS].used);
	SAME(c.interfaces, mn->bounds[MGM_LIMIT_INTERFACES].used);
	SAME(c.memberships, mn->bounds[MGM_LIMIT_MEMBERSHIPS].used);
	SAME(c.mfes, mn->bounds[MGM_LIMIT_MFES].used);
	SAME(c.oifs + c.vetoes_mfe, mn->bounds[MGM_LIMIT_OIFS].used);
	SAME((u32)atomic_read(&mn->mfe_ht.nelems), c.mfes);
}
