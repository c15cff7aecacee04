// SPDX-License-Identifier: GPL-2.0
/*
 * Interest: which protocols have receivers for a group, and who else is told when
 * that changes (RFC 2715, section 3.1).
 *
 * Of (*,G) and (*,*) a protocol is told when it has to begin or to cease to bring
 * packets for others: when the first other protocol becomes interested, and when
 * the last other one no longer is. A wildcard receiver, one with a (*,*)
 * membership, is interested in every group. Of (S,G) only the owner of the
 * interface towards S is told, whether others are interested or no longer are.
 */
#include <linux/slab.h>

#include "core.h"

static struct mgm_interest *find(const struct mgm_group *group,
				 const struct mgm_protocol *proto)
{
	struct mgm_interest *i;

	hlist_for_each_entry(i, &group->interests, node)
		if (i->proto == proto)
			return i;
	return NULL;
}

/* The interest of @proto in @group; a new one joins nothing yet. */
struct mgm_interest *mgm_interest_get(struct mgm_group *group,
				      struct mgm_protocol *proto)
{
	struct mgm_interest *i = find(group, proto);

	if (i)
		return i;
	i = kzalloc(sizeof(*i), GFP_KERNEL_ACCOUNT);
	if (i) {
		i->proto = proto;
		hlist_add_head(&i->node, &group->interests);
	}
	return i;
}

/* It goes, unless a membership still counts on it. */
void mgm_interest_put(struct mgm_interest *interest)
{
	if (interest->joins)
		return;
	hlist_del(&interest->node);
	kfree(interest);
}

static bool interested(const struct mgm_group *group,
		       const struct mgm_protocol *proto)
{
	const struct mgm_interest *i = group ? find(group, proto) : NULL;

	return i && i->joins;
}

/*
 * How many protocols besides @proto are interested in what @group and @wild, if
 * that is another, name; at most 2, as more make no difference. *@other is one.
 */
static int count_others(const struct mgm_group *group,
			const struct mgm_group *wild,
			const struct mgm_protocol *proto,
			struct mgm_protocol **other)
{
	const struct mgm_group *const groups[] = { group, wild };
	const struct mgm_interest *interest;
	int i, n = 0;

	*other = NULL;
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (!groups[i])
			continue;
		hlist_for_each_entry(interest, &groups[i]->interests, node) {
			if (!interest->joins || interest->proto == proto ||
			    interest->proto == *other)
				continue;
			*other = interest->proto;
			if (++n == 2)
				return n;
		}
	}
	return n;
}

static void tell(struct mgm_net *mn, const struct mgm_membership *m,
		 enum mgm_alert_type type, struct mgm_protocol *to)
{
	struct mgm_alert alert = {
		.type = type,
		.member = true,
		.sg = m->group->sg,
		.ifc = m->ifc->key,
	};

	mgm_alert_record(to, &alert);
}

static void tell_others(struct mgm_net *mn, const struct mgm_membership *m,
			enum mgm_alert_type type)
{
	struct mgm_protocol *to;
	unsigned long handle;

	xa_for_each(&mn->protocols, handle, to)
		if (to != m->proto)
			tell(mn, m, type, to);
}

/* (*,G) or (*,*): who is told depends on how many others are interested. */
static void any_source_changed(struct mgm_net *mn,
			       const struct mgm_membership *m,
			       enum mgm_alert_type type)
{
	const struct mgm_sg all = { .family = m->group->sg.family };
	const struct mgm_group *wild = NULL;
	struct mgm_protocol *other;

	if (m->group->sg.grp_len) {
		wild = mgm_group_find(mn, &all);
		if (interested(wild, m->proto))
			return;
	}
	switch (count_others(m->group, wild, m->proto, &other)) {
	case 0:
		tell_others(mn, m, type);
		break;
	case 1:
		tell(mn, m, type, other);
		break;
	}
}

/* (S,G): the owner of the way in is told of the first, and the last, other. */
static void source_changed(struct mgm_net *mn, const struct mgm_membership *m,
			   enum mgm_alert_type type)
{
	const struct mgm_interest *interest;
	struct mgm_protocol *owner;

	/* To look up the way in costs much, and there may be nobody else to tell. */
	if (mn->bounds[MGM_LIMIT_PROTOCOLS].used == 1)
		return;
	owner = mgm_rpf_owner(mn, &m->group->sg, m->ifc->key.ifindex);
	if (!owner || owner == m->proto)
		return;
	hlist_for_each_entry(interest, &m->group->interests, node)
		if (interest->joins && interest->proto != m->proto &&
		    interest->proto != owner)
			return;
	tell(mn, m, type, owner);
}

static void changed(struct mgm_net *mn, const struct mgm_membership *m,
		    enum mgm_alert_type type)
{
	if (m->group->sg.src_len)
		source_changed(mn, m, type);
	else
		any_source_changed(mn, m, type);
}

/* @m joins from now on; it holds its interest. */
void mgm_interest_join(struct mgm_net *mn, struct mgm_membership *m)
{
	lockdep_assert_held(&mn->lock);
	if (!m->interest->joins++)
		changed(mn, m, MGM_ALERT_JOIN);
}

/* @m joins no longer, and lets go of its interest. */
void mgm_interest_leave(struct mgm_net *mn, struct mgm_membership *m)
{
	struct mgm_interest *interest = m->interest;

	lockdep_assert_held(&mn->lock);
	m->interest = NULL;
	if (!--interest->joins)
		changed(mn, m, MGM_ALERT_PRUNE);
	mgm_interest_put(interest);
}
