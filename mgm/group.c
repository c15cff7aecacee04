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

static struct mgm_group *group_find(struct mgm_net *mn,
				    const struct mgm_sg *sg)
{
	struct rb_node *node = rb_find(sg, &mn->groups, group_cmp_key);

	return node ? group_entry(node) : NULL;
}

/* The first node of @root behind @key in the order of @cmp. */
static struct rb_node *first_after(const struct rb_root *root, const void *key,
				   int (*cmp)(const void *key,
					      const struct rb_node *node))
{
	struct rb_node *node = root->rb_node, *best = NULL;

	while (node) {
		if (cmp(key, node) < 0) {
			best = node;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return best;
}

struct mgm_membership *mgm_membership_find(struct mgm_net *mn,
					   const struct mgm_sg *sg,
					   const struct mgm_if *ifc,
					   u32 handle)
{
	struct member_key key = { ifc, handle };
	struct mgm_group *group;
	struct rb_node *node;

	lockdep_assert_held(&mn->lock);
	group = group_find(mn, sg);
	if (!group)
		return NULL;
	node = rb_find(&key, &group->members, member_cmp_key);
	return node ? member_entry(node) : NULL;
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
		group = group_find(mn, sg);
		node = group ? first_after(&group->members, &key,
					   member_cmp_key) : NULL;
		if (node)
			return member_entry(node);
		node = first_after(&mn->groups, sg, group_cmp_key);
	}
	/* A group without members does not stay. */
	return node ? member_entry(rb_first(&group_entry(node)->members)) : NULL;
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
	group = group_find(mn, sg);
	if (!group) {
		group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);
		if (!group)
			goto free;
		group->sg = *sg;
		rb_add(&group->node, &mn->groups, group_less);
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
	return m;

free:
	kfree(m);
uncharge:
	mgm_bound_uncharge(mn, MGM_LIMIT_MEMBERSHIPS, 1);
	return ERR_PTR(-ENOMEM);
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
	kfree(m);

	if (RB_EMPTY_ROOT(&group->members)) {
		rb_erase(&group->node, &mn->groups);
		kfree(group);
	}
}

/*
 * IGMP's word counts where no routing protocol owns the link, and where the
 * owner does not want to decide by itself (it has no local_join callback).
 */
static bool in_force(const struct mgm_membership *m)
{
	const struct mgm_protocol *owner = m->ifc->owner;

	if (m->proto == owner || !owner)
		return true;
	return !owner->ops || !owner->ops->local_join;
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

/* Shall packets of (S,G) leave on @ifc? The incoming interface is no matter. */
bool mgm_group_forwards(struct mgm_net *mn, const struct mgm_sg *sg,
			const struct mgm_interface *ifc)
{
	struct member_key key = { &ifc->key, 0 };
	struct mgm_membership *m;
	struct mgm_group *group;
	struct mgm_sg cover[3];
	struct rb_node *node;
	unsigned int i;

	lockdep_assert_held(&mn->lock);
	covering(sg, cover);
	for (i = 0; i < ARRAY_SIZE(cover); i++) {
		group = group_find(mn, &cover[i]);
		if (!group)
			continue;
		node = first_after(&group->members, &key, member_cmp_key);
		for (; node; node = rb_next(node)) {
			m = member_entry(node);
			if (m->ifc != ifc)
				break;
			if (in_force(m))
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
	struct mgm_membership *m;
	struct mgm_group *group;
	struct mgm_sg cover[3];
	struct rb_node *node;

	lockdep_assert_held(&mn->lock);
	covering(sg, cover);
	for (i = 0; i < ARRAY_SIZE(cover); i++) {
		group = group_find(mn, &cover[i]);
		if (!group)
			continue;
		for (node = rb_first(&group->members); node;
		     node = rb_next(node)) {
			m = member_entry(node);
			if (!in_force(m))
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
