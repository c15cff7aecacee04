// SPDX-License-Identifier: GPL-2.0
/*
 * Groups: who wants (S,G), (*,G) or (*,*), and on which interface.
 */
#include <linux/slab.h>
#include <linux/sort.h>

#include "core.h"

static struct mgm_group *group_entry(const struct rb_node *node)
{
	return rb_entry(node, struct mgm_group, node);
}

static int group_cmp_key(const void *key, const struct rb_node *node)
{
	return mgm_sg_cmp(key, &group_entry(node)->sg);
}

static bool group_less(struct rb_node *a, const struct rb_node *b)
{
	return mgm_sg_cmp(&group_entry(a)->sg, &group_entry(b)->sg) < 0;
}

static struct mgm_membership *member_entry(const struct rb_node *node)
{
	return rb_entry(node, struct mgm_membership, node);
}

/* Members of a group are ordered by interface, and on one by handle. */
struct member_key {
	const struct mgm_if *ifc;
	u32 handle;
};

static int member_cmp_key(const void *key, const struct rb_node *node)
{
	const struct mgm_membership *m = member_entry(node);
	const struct member_key *k = key;
	int cmp = mgm_if_cmp(k->ifc, &m->ifc->key);

	if (cmp)
		return cmp;
	return k->handle < m->proto->handle ? -1 : k->handle > m->proto->handle;
}

static bool member_less(struct rb_node *a, const struct rb_node *b)
{
	const struct mgm_membership *m = member_entry(a);
	struct member_key key = { &m->ifc->key, m->proto->handle };

	return member_cmp_key(&key, b) < 0;
}

struct mgm_group *mgm_group_find(struct mgm_net *mn, const struct mgm_sg *sg)
{
	struct rb_node *node = rb_find(sg, &mn->groups, group_cmp_key);

	return node ? group_entry(node) : NULL;
}

/* The next in (group, source) order. */
struct mgm_group *mgm_group_after(struct mgm_net *mn, const struct mgm_sg *sg)
{
	struct rb_node *node = mgm_rb_first_after(&mn->groups, sg,
						  group_cmp_key);

	return node ? group_entry(node) : NULL;
}

static struct mgm_membership *member_find(const struct mgm_group *group,
					  const struct mgm_if *ifc, u32 handle)
{
	struct member_key key = { ifc, handle };
	struct rb_node *node;

	node = group ? rb_find(&key, &group->members, member_cmp_key) : NULL;
	return node ? member_entry(node) : NULL;
}

struct mgm_membership *mgm_membership_find(struct mgm_net *mn,
					   const struct mgm_sg *sg,
					   const struct mgm_if *ifc,
					   u32 handle)
{
	lockdep_assert_held(&mn->lock);
	return member_find(mgm_group_find(mn, sg), ifc, handle);
}

/* The next in (group, source, interface, handle) order; the first if !@sg. */
struct mgm_membership *mgm_membership_after(struct mgm_net *mn,
					    const struct mgm_sg *sg,
					    const struct mgm_if *ifc,
					    u32 handle)
{
	struct member_key key = { ifc, handle };
	struct mgm_group *group;
	struct rb_node *node;

	lockdep_assert_held(&mn->lock);
	if (!sg) {
		node = rb_first(&mn->groups);
	} else {
		group = mgm_group_find(mn, sg);
		node = group ? mgm_rb_first_after(&group->members, &key,
						  member_cmp_key) : NULL;
		if (node)
			return member_entry(node);
		node = mgm_rb_first_after(&mn->groups, sg, group_cmp_key);
	}
	/* A group without members does not stay. */
	return node ? member_entry(rb_first(&group_entry(node)->members)) : NULL;
}

static bool joins(const struct mgm_protocol *proto,
		  const struct mgm_interface *ifc, u32 flags)
{
	return (flags & MGM_MEMBERSHIP_F_JOIN) &&
	       mgm_membership_in_force(proto, ifc);
}

static struct mgm_group *group_get(struct mgm_net *mn, const struct mgm_sg *sg)
{
	struct mgm_group *group = mgm_group_find(mn, sg);

	if (group)
		return group;
	group = kmem_cache_zalloc(mgm_group_cache, GFP_KERNEL_ACCOUNT);
	if (group) {
		group->sg = *sg;
		rb_add(&group->node, &mn->groups, group_less);
	}
	return group;
}

/* A group without members does not stay. */
static void group_put(struct mgm_net *mn, struct mgm_group *group)
{
	if (!RB_EMPTY_ROOT(&group->members))
		return;
	rb_erase(&group->node, &mn->groups);
	kmem_cache_free(mgm_group_cache, group);
}

/* The owner of a link hears of the members that IGMP has there. */
static void tell_owner(struct mgm_net *mn, const struct mgm_membership *m,
		       enum mgm_alert_type type)
{
	struct mgm_protocol *owner = m->ifc->owner;
	struct mgm_alert alert = {
		.type = type,
		.sg = m->group->sg,
		.ifc = m->ifc->key,
	};

	if (owner && owner != m->proto &&
	    !(m->flags & MGM_MEMBERSHIP_F_EXCLUDE))
		mgm_alert_record(owner, &alert);
}

struct mgm_membership *mgm_membership_create(struct mgm_net *mn,
					     struct mgm_protocol *proto,
					     struct mgm_interface *ifc,
					     const struct mgm_sg *sg, u32 flags,
					     struct netlink_ext_ack *extack)
{
	struct mgm_membership *m;
	struct mgm_group *group;

	lockdep_assert_held(&mn->lock);
	if (!mgm_bound_charge(mn, MGM_LIMIT_MEMBERSHIPS, 1)) {
		NL_SET_ERR_MSG(extack, "too many memberships in this namespace");
		return ERR_PTR(-ENOSPC);
	}
	m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);
	if (!m)
		goto uncharge;
	group = group_get(mn, sg);
	if (!group)
		goto free;
	if (joins(proto, ifc, flags)) {
		m->interest = mgm_interest_get(group, proto);
		if (!m->interest)
			goto put;
	}

	m->group = group;
	m->ifc = ifc;
	m->proto = proto;
	m->flags = flags;
	rb_add(&m->node, &group->members, member_less);
	list_add_tail(&m->ifc_node, &ifc->memberships);
	list_add_tail(&m->proto_node, &proto->memberships);
	ifc->nr_memberships++;
	proto->nr_memberships++;
	mgm_event(mn, MGM_EVENT_MEMBERSHIP_ADD, proto->handle, m);
	if (m->interest)
		mgm_interest_join(mn, m);
	tell_owner(mn, m, MGM_ALERT_LOCAL_JOIN);
	return m;

put:
	group_put(mn, group);
free:
	kfree(m);
uncharge:
	mgm_bound_uncharge(mn, MGM_LIMIT_MEMBERSHIPS, 1);
	return ERR_PTR(-ENOMEM);
}

/* 0, or -ENOMEM with nothing changed. */
int mgm_membership_set_flags(struct mgm_net *mn, struct mgm_membership *m,
			     u32 flags)
{
	bool join = joins(m->proto, m->ifc, flags);
	bool excluded = m->flags & MGM_MEMBERSHIP_F_EXCLUDE;

	lockdep_assert_held(&mn->lock);
	if (join && !m->interest) {
		m->interest = mgm_interest_get(m->group, m->proto);
		if (!m->interest)
			return -ENOMEM;
		m->flags = flags;
		mgm_event(mn, MGM_EVENT_MEMBERSHIP_ADD, m->proto->handle, m);
		mgm_interest_join(mn, m);
	} else {
		m->flags = flags;
		mgm_event(mn, MGM_EVENT_MEMBERSHIP_ADD, m->proto->handle, m);
		if (!join && m->interest)
			mgm_interest_leave(mn, m);
	}
	if (excluded)
		tell_owner(mn, m, MGM_ALERT_LOCAL_JOIN);
	return 0;
}

void mgm_membership_destroy(struct mgm_net *mn, struct mgm_membership *m)
{
	struct mgm_group *group = m->group;

	lockdep_assert_held(&mn->lock);
	rb_erase(&m->node, &group->members);
	list_del(&m->ifc_node);
	list_del(&m->proto_node);
	m->ifc->nr_memberships--;
	m->proto->nr_memberships--;
	mgm_bound_uncharge(mn, MGM_LIMIT_MEMBERSHIPS, 1);
	mgm_event(mn, MGM_EVENT_MEMBERSHIP_DEL, m->proto->handle, m);
	if (m->interest)
		mgm_interest_leave(mn, m);
	tell_owner(mn, m, MGM_ALERT_LOCAL_LEAVE);
	kfree(m);
	group_put(mn, group);
}

/* The memberships that cover (S,G): of (S,G) itself, of (*,G), of (*,*). */
static void covering(const struct mgm_sg *sg, struct mgm_sg cover[3])
{
	memset(cover, 0, 3 * sizeof(*cover));
	cover[0] = *sg;
	cover[1].family = sg->family;
	cover[1].grp = sg->grp;
	cover[1].grp_len = sg->grp_len;
	cover[2].family = sg->family;
}

/* Does the protocol want (S,G) on @ifc by a membership wider than it? */
bool mgm_group_covers(struct mgm_net *mn, const struct mgm_sg *sg,
		      const struct mgm_if *ifc, u32 handle)
{
	struct mgm_sg cover[3];
	unsigned int i;

	lockdep_assert_held(&mn->lock);
	covering(sg, cover);
	for (i = 1; i < ARRAY_SIZE(cover); i++)
		if (member_find(mgm_group_find(mn, &cover[i]), ifc, handle))
			return true;
	return false;
}

/*
 * Does @m let packets of (S,G) leave? @source is the group of (S,G), where a
 * protocol may have excluded the source from its wider memberships.
 */
static bool lets_out(const struct mgm_membership *m,
		     const struct mgm_group *source)
{
	const struct mgm_membership *exact;

	if ((m->flags & MGM_MEMBERSHIP_F_EXCLUDE) ||
	    !mgm_membership_in_force(m->proto, m->ifc))
		return false;
	if (m->group == source)
		return true;
	exact = member_find(source, &m->ifc->key, m->proto->handle);
	return !exact || !(exact->flags & MGM_MEMBERSHIP_F_EXCLUDE);
}

/* Shall packets of (S,G) leave on @ifc? The incoming interface is no matter. */
bool mgm_group_forwards(struct mgm_net *mn, const struct mgm_sg *sg,
			const struct mgm_interface *ifc)
{
	struct member_key key = { &ifc->key, 0 };
	struct mgm_group *group, *source;
	struct mgm_membership *m;
	struct mgm_sg cover[3];
	struct rb_node *node;
	unsigned int i;

	lockdep_assert_held(&mn->lock);
	source = mgm_group_find(mn, sg);
	covering(sg, cover);
	for (i = 0; i < ARRAY_SIZE(cover); i++) {
		group = mgm_group_find(mn, &cover[i]);
		if (!group)
			continue;
		node = mgm_rb_first_after(&group->members, &key,
					  member_cmp_key);
		for (; node; node = rb_next(node)) {
			m = member_entry(node);
			if (m->ifc != ifc)
				break;
			if (lets_out(m, source))
				return true;
		}
	}
	return false;
}

static int cmp_interface(const void *a, const void *b)
{
	const struct mgm_interface *const *x = a, *const *y = b;

	return mgm_if_cmp(&(*x)->key, &(*y)->key);
}

/*
 * All interfaces that packets of (S,G) shall leave on, ordered, each once. At
 * most @size go into @v; a return value greater than @size says that the array
 * was too small, and is large enough for the next try.
 */
unsigned int mgm_group_interfaces(struct mgm_net *mn, const struct mgm_sg *sg,
				  struct mgm_interface **v, unsigned int size)
{
	unsigned int i, n = 0, kept = 0;
	struct mgm_group *group, *source;
	struct mgm_membership *m;
	struct mgm_sg cover[3];
	struct rb_node *node;

	lockdep_assert_held(&mn->lock);
	source = mgm_group_find(mn, sg);
	covering(sg, cover);
	for (i = 0; i < ARRAY_SIZE(cover); i++) {
		group = mgm_group_find(mn, &cover[i]);
		if (!group)
			continue;
		for (node = rb_first(&group->members); node;
		     node = rb_next(node)) {
			m = member_entry(node);
			if (!lets_out(m, source))
				continue;
			if (n < size)
				v[n] = m->ifc;
			n++;
		}
	}
	if (n > size)
		return n;

	sort(v, n, sizeof(*v), cmp_interface, NULL);
	for (i = 0; i < n; i++)
		if (!kept || v[kept - 1] != v[i])
			v[kept++] = v[i];
	return kept;
}
