// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast forwarding entries: their tables, their outgoing lists, their end.
 *
 * An MFE is a cache of what the memberships and the routes say. Where memory
 * for a change of its outgoing list cannot be had the entry is dropped, and
 * the next packet makes it anew; so no call fails half-way for its sake.
 */
#include <linux/jiffies.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "core.h"

#define TIMEOUT		(900 * HZ)
/* Without a way to the source there is little to remember. */
#define TIMEOUT_NO_RPF	(10 * HZ)

static const struct rhashtable_params params = {
	.key_len = sizeof(struct mgm_flow4),
	.key_offset = offsetof(struct mgm_mfe, flow4),
	.head_offset = offsetof(struct mgm_mfe, ht_node),
	.automatic_shrinking = true,
};

static struct mgm_mfe *entry(const struct rb_node *node)
{
	return rb_entry(node, struct mgm_mfe, node);
}

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return mgm_sg_cmp(&entry(a)->sg, &entry(b)->sg) < 0;
}

int mgm_mfe_init(struct mgm_net *mn)
{
	INIT_LIST_HEAD(&mn->orphans);
	mn->mfes = RB_ROOT;
	return rhashtable_init(&mn->mfe_ht, &params);
}

void mgm_mfe_exit(struct mgm_net *mn)
{
	rhashtable_destroy(&mn->mfe_ht);
}

/* Under RCU; the one look-up of the data path. */
struct mgm_mfe *mgm_mfe_lookup4(struct mgm_net *mn,
				const struct mgm_flow4 *flow)
{
	return rhashtable_lookup(&mn->mfe_ht, flow, params);
}

struct mgm_mfe *mgm_mfe_find(struct mgm_net *mn, const struct mgm_sg *sg)
{
	struct mgm_flow4 flow = { .src = sg->src.ip4, .grp = sg->grp.ip4 };

	lockdep_assert_held(&mn->lock);
	if (sg->family != AF_INET)
		return NULL;
	return rhashtable_lookup_fast(&mn->mfe_ht, &flow, params);
}

/* The next in (group, source) order; the first, if !@sg. */
struct mgm_mfe *mgm_mfe_after(struct mgm_net *mn, const struct mgm_sg *sg)
{
	struct rb_node *node = mn->mfes.rb_node, *best = NULL;

	lockdep_assert_held(&mn->lock);
	while (node) {
		if (!sg || mgm_sg_cmp(sg, &entry(node)->sg) < 0) {
			best = node;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return best ? entry(best) : NULL;
}

u32 mgm_mfe_flags(const struct mgm_net *mn, const struct mgm_mfe *mfe)
{
	const struct mgm_outlist *out = mgm_mfe_out(mn, mfe);

	return (out->n ? 0 : MGM_MFE_F_NEGATIVE) |
	       (out->in ? 0 : MGM_MFE_F_NO_RPF) |
	       (READ_ONCE(mfe->held) ? MGM_MFE_F_HELD : 0);
}

/*
 * Packets do not go back to where they came from. Two next hops on one device
 * are two links; but a next hop and the device as a whole are not.
 */
static bool leads_back(const struct mgm_interface *in,
		       const struct mgm_interface *out)
{
	if (in == out)
		return true;
	return in->key.ifindex == out->key.ifindex &&
	       (mgm_addr_any(in->key.family, &in->key.nexthop) ||
		mgm_addr_any(out->key.family, &out->key.nexthop));
}

static struct mgm_oif *oif_create(struct mgm_mfe *mfe,
				  struct mgm_interface *ifc)
{
	struct mgm_oif *oif = kzalloc(sizeof(*oif), GFP_KERNEL);

	if (!oif)
		return NULL;
	oif->mfe = mfe;
	oif->ifc = ifc;
	list_add_tail(&oif->ifc_node, &ifc->oifs);
	ifc->nr_oifs++;
	return oif;
}

static void oif_unlink(struct mgm_oif *oif)
{
	list_del(&oif->ifc_node);
	oif->ifc->nr_oifs--;
}

static struct mgm_outlist *outlist_alloc(struct mgm_interface *in, u32 n)
{
	struct mgm_outlist *out;

	out = kmalloc(struct_size(out, oif, n), GFP_KERNEL);
	if (out) {
		out->in = in;
		out->n = n;
	}
	return out;
}

static void free_rcu(struct rcu_head *rcu)
{
	struct mgm_mfe *mfe = container_of(rcu, struct mgm_mfe, rcu);
	struct mgm_outlist *out = rcu_dereference_raw(mfe->out);
	u32 i;

	for (i = 0; i < out->n; i++)
		kfree(out->oif[i]);
	kfree(out);
	kfree(mfe);
}

void mgm_mfe_destroy(struct mgm_net *mn, struct mgm_mfe *mfe)
{
	struct mgm_outlist *out = mgm_mfe_out(mn, mfe);
	u32 i;

	lockdep_assert_held(&mn->lock);
	rhashtable_remove_fast(&mn->mfe_ht, &mfe->ht_node, params);
	rb_erase(&mfe->node, &mn->mfes);
	mgm_bound_uncharge(mn, MGM_LIMIT_MFES, 1);
	mgm_event(mn, MGM_EVENT_MFE_DEL, 0, mfe);

	list_del(&mfe->iif_node);
	if (out->in)
		out->in->nr_mfes--;
	for (i = 0; i < out->n; i++)
		oif_unlink(out->oif[i]);
	call_rcu(&mfe->rcu, free_rcu);
}

/* The outgoing list of a new entry, out of the memberships. */
static struct mgm_outlist *outlist_compute(struct mgm_net *mn,
					   struct mgm_mfe *mfe,
					   struct mgm_interface *in)
{
	struct mgm_interface **v = NULL;
	struct mgm_outlist *out = NULL;
	u32 i, n, size = 0;

	if (!in)
		return outlist_alloc(NULL, 0);

	n = mgm_group_interfaces(mn, &mfe->sg, NULL, 0);
	if (n) {
		size = n;
		v = kmalloc_array(size, sizeof(*v), GFP_KERNEL);
		if (!v)
			return NULL;
		n = mgm_group_interfaces(mn, &mfe->sg, v, size);
	}
	out = outlist_alloc(in, n);
	if (!out)
		goto out;
	out->n = 0;
	for (i = 0; i < n; i++) {
		if (leads_back(in, v[i]))
			continue;
		out->oif[out->n] = oif_create(mfe, v[i]);
		if (!out->oif[out->n])
			goto undo;
		out->n++;
	}
out:
	kfree(v);
	return out;

undo:
	while (out->n--) {
		oif_unlink(out->oif[out->n]);
		kfree(out->oif[out->n]);
	}
	kfree(out);
	kfree(v);
	return NULL;
}

/*
 * A new entry for (S,G), with what waits for it still held. Without @in it is
 * one that drops.
 */
struct mgm_mfe *mgm_mfe_create(struct mgm_net *mn, const struct mgm_sg *sg,
			       struct mgm_interface *in,
			       const struct mgm_route *route)
{
	struct mgm_outlist *out;
	struct mgm_mfe *mfe;
	int err = -ENOMEM;
	u32 i;

	lockdep_assert_held(&mn->lock);
	if (!mgm_bound_charge(mn, MGM_LIMIT_MFES, 1))
		return ERR_PTR(-ENOSPC);
	mfe = kzalloc(sizeof(*mfe), GFP_KERNEL);
	if (!mfe)
		goto uncharge;
	mfe->sg = *sg;
	mfe->flow4.src = sg->src.ip4;
	mfe->flow4.grp = sg->grp.ip4;
	mfe->route = *route;
	mfe->created = jiffies;
	mfe->lastuse = mfe->created;
	mfe->timeout = in ? TIMEOUT : TIMEOUT_NO_RPF;
	mfe->held = true;

	out = outlist_compute(mn, mfe, in);
	if (!out)
		goto free;
	RCU_INIT_POINTER(mfe->out, out);
	err = rhashtable_lookup_insert_fast(&mn->mfe_ht, &mfe->ht_node, params);
	if (err)
		goto free_out;

	rb_add(&mfe->node, &mn->mfes, less);
	list_add_tail(&mfe->iif_node, in ? &in->mfes : &mn->orphans);
	if (in)
		in->nr_mfes++;
	mgm_event(mn, MGM_EVENT_MFE_ADD, 0, mfe);
	return mfe;

free_out:
	for (i = 0; i < out->n; i++) {
		oif_unlink(out->oif[i]);
		kfree(out->oif[i]);
	}
	kfree(out);
free:
	kfree(mfe);
uncharge:
	mgm_bound_uncharge(mn, MGM_LIMIT_MFES, 1);
	return ERR_PTR(err);
}

/* Where @ifc stands in @out, or would stand. */
static bool outlist_search(const struct mgm_outlist *out,
			   const struct mgm_interface *ifc, u32 *pos)
{
	u32 lo = 0, hi = out->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (mgm_if_cmp(&out->oif[mid]->ifc->key, &ifc->key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*pos = lo;
	return lo < out->n && out->oif[lo]->ifc == ifc;
}

/* Put @ifc into the outgoing list, or take it out. */
static void set_oif(struct mgm_net *mn, struct mgm_mfe *mfe,
		    struct mgm_interface *ifc, bool want)
{
	struct mgm_outlist *new, *old = mgm_mfe_out(mn, mfe);
	struct mgm_oif *oif;
	bool have;
	u32 pos;

	if (!old->in || leads_back(old->in, ifc))
		want = false;
	have = outlist_search(old, ifc, &pos);
	if (have == want)
		return;

	new = outlist_alloc(old->in, want ? old->n + 1 : old->n - 1);
	if (!new)
		goto drop;
	if (want) {
		oif = oif_create(mfe, ifc);
		if (!oif)
			goto free;
		memcpy(new->oif, old->oif, pos * sizeof(oif));
		new->oif[pos] = oif;
		memcpy(new->oif + pos + 1, old->oif + pos,
		       (old->n - pos) * sizeof(oif));
	} else {
		memcpy(new->oif, old->oif, pos * sizeof(oif));
		memcpy(new->oif + pos, old->oif + pos + 1,
		       (new->n - pos) * sizeof(oif));
	}
	rcu_assign_pointer(mfe->out, new);
	if (!want) {
		oif_unlink(old->oif[pos]);
		kfree_rcu(old->oif[pos], rcu);
	}
	kfree_rcu(old, rcu);
	mgm_event(mn, MGM_EVENT_MFE_CHANGE, 0, mfe);
	return;

free:
	kfree(new);
drop:
	mgm_mfe_destroy(mn, mfe);
}

static bool covers(const struct mgm_sg *wide, const struct mgm_sg *sg)
{
	return wide->family == sg->family &&
	       (!wide->grp_len ||
		!mgm_addr_cmp(sg->family, &wide->grp, &sg->grp)) &&
	       (!wide->src_len ||
		!mgm_addr_cmp(sg->family, &wide->src, &sg->src));
}

/* A membership of @sg on @ifc came or went: bring the entries up to date. */
void mgm_mfe_refresh(struct mgm_net *mn, const struct mgm_sg *sg,
		     struct mgm_interface *ifc)
{
	struct mgm_mfe *mfe, *next;

	lockdep_assert_held(&mn->lock);
	if (sg->src_len) {
		mfe = mgm_mfe_find(mn, sg);
		if (mfe)
			set_oif(mn, mfe, ifc,
				mgm_group_forwards(mn, &mfe->sg, ifc));
		return;
	}
	/* All entries of a group stand behind its wildcard. */
	for (mfe = mgm_mfe_after(mn, sg); mfe && covers(sg, &mfe->sg);
	     mfe = next) {
		struct rb_node *node = rb_next(&mfe->node);

		next = node ? entry(node) : NULL;
		set_oif(mn, mfe, ifc, mgm_group_forwards(mn, &mfe->sg, ifc));
	}
}

/*
 * Nothing is to be left that is tied to @ifc: where it is the incoming
 * interface the entry goes, where it is outgoing it leaves the list.
 */
void mgm_mfe_detach(struct mgm_net *mn, struct mgm_interface *ifc)
{
	struct mgm_mfe *mfe, *next;
	struct mgm_oif *oif;

	lockdep_assert_held(&mn->lock);
	list_for_each_entry_safe(mfe, next, &ifc->mfes, iif_node)
		mgm_mfe_destroy(mn, mfe);
	while ((oif = list_first_entry_or_null(&ifc->oifs, struct mgm_oif,
					       ifc_node)))
		set_oif(mn, oif->mfe, ifc, false);
}

/* An interface is new: entries that found no way in may find one now. */
void mgm_mfe_drop_orphans(struct mgm_net *mn)
{
	struct mgm_mfe *mfe, *next;

	lockdep_assert_held(&mn->lock);
	list_for_each_entry_safe(mfe, next, &mn->orphans, iif_node)
		mgm_mfe_destroy(mn, mfe);
}

void mgm_mfe_drop_expired(struct mgm_net *mn)
{
	struct mgm_mfe *mfe, *next;

	lockdep_assert_held(&mn->lock);
	for (mfe = mgm_mfe_after(mn, NULL); mfe; mfe = next) {
		struct rb_node *node = rb_next(&mfe->node);

		next = node ? entry(node) : NULL;
		if (time_after_eq(jiffies,
				  READ_ONCE(mfe->lastuse) + mfe->timeout))
			mgm_mfe_destroy(mn, mfe);
	}
}
