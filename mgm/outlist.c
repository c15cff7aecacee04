// SPDX-License-Identifier: GPL-2.0
/*
 * Outgoing lists: which interfaces the packets of an entry leave on. The data
 * path reads a list under RCU, so a change makes a new one and puts it in the
 * old one's place; an interface that is in both keeps its counters.
 */
#include <linux/slab.h>

#include "core.h"

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

static bool vetoed(const struct mgm_mfe *mfe, const struct mgm_interface *ifc)
{
	const struct mgm_veto *veto;

	list_for_each_entry(veto, &mfe->vetoes, mfe_node)
		if (veto->ifc == ifc)
			return true;
	return false;
}

/* Can packets of @mfe that come in on @in leave on @ifc at all? */
static bool possible(const struct mgm_mfe *mfe, const struct mgm_interface *in,
		     const struct mgm_interface *ifc)
{
	return in && !leads_back(in, ifc) && !vetoed(mfe, ifc);
}

/* -ENOSPC: too many. */
static struct mgm_oif *oif_create(struct mgm_net *mn, struct mgm_mfe *mfe,
				  struct mgm_interface *ifc)
{
	struct mgm_oif *oif;

	if (!mgm_bound_charge(mn, MGM_LIMIT_OIFS, 1))
		return ERR_PTR(-ENOSPC);
	oif = kmem_cache_zalloc(mgm_oif_cache, GFP_KERNEL);
	if (!oif) {
		mgm_bound_uncharge(mn, MGM_LIMIT_OIFS, 1);
		return ERR_PTR(-ENOMEM);
	}
	oif->mfe = mfe;
	oif->ifc = ifc;
	list_add_tail(&oif->ifc_node, &ifc->oifs);
	ifc->nr_oifs++;
	return oif;
}

static void oif_unlink(struct mgm_net *mn, struct mgm_oif *oif)
{
	list_del(&oif->ifc_node);
	oif->ifc->nr_oifs--;
	mgm_bound_uncharge(mn, MGM_LIMIT_OIFS, 1);
}

static void oif_free(struct mgm_oif *oif)
{
	kmem_cache_free(mgm_oif_cache, oif);
}

static void oif_free_rcu(struct rcu_head *rcu)
{
	oif_free(container_of(rcu, struct mgm_oif, rcu));
}

/* Packets may be on their way out of it. */
static void oif_retire(struct mgm_net *mn, struct mgm_oif *oif)
{
	oif->mfe->out_gone += atomic64_read(&oif->packets);
	oif_unlink(mn, oif);
	call_rcu(&oif->rcu, oif_free_rcu);
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

/* Where @ifc stands in @out, or would stand. */
static bool search(const struct mgm_outlist *out,
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

/* A list that nobody reads: take away what it does not share with @old. */
void mgm_outlist_undo(struct mgm_net *mn, struct mgm_outlist *out,
		      const struct mgm_outlist *old)
{
	u32 i, pos;

	for (i = 0; i < out->n; i++) {
		if (old && search(old, out->oif[i]->ifc, &pos))
			continue;
		oif_unlink(mn, out->oif[i]);
		oif_free(out->oif[i]);
	}
	kfree(out);
}

/* The entry goes: its interfaces know it no longer. */
void mgm_outlist_unlink(struct mgm_net *mn, struct mgm_outlist *out)
{
	u32 i;

	for (i = 0; i < out->n; i++)
		oif_unlink(mn, out->oif[i]);
}

/* A list that nobody can read any more, with all that is in it. */
void mgm_outlist_free(struct mgm_outlist *out)
{
	u32 i;

	for (i = 0; i < out->n; i++)
		oif_free(out->oif[i]);
	kfree(out);
}

/*
 * The list that the memberships make for packets that come in on @in, not yet in
 * its place. Where the bound on all lists leaves no room an interface is missing.
 * NULL: no memory.
 */
struct mgm_outlist *mgm_outlist_compute(struct mgm_net *mn,
					struct mgm_mfe *mfe,
					struct mgm_interface *in)
{
	struct mgm_outlist *out, *old = mgm_mfe_out(mn, mfe);
	struct mgm_interface **v = NULL;
	u32 i, n, pos, size = 0;
	bool incomplete = false;
	struct mgm_oif *oif;

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
		goto free;
	out->n = 0;
	for (i = 0; i < n; i++) {
		if (!possible(mfe, in, v[i]))
			continue;
		if (old && search(old, v[i], &pos))
			oif = old->oif[pos];
		else
			oif = oif_create(mn, mfe, v[i]);
		if (!IS_ERR(oif))
			out->oif[out->n++] = oif;
		else if (PTR_ERR(oif) == -ENOSPC)
			incomplete = true;
		else
			goto undo;
	}
	mfe->incomplete = incomplete;
free:
	kfree(v);
	return out;

undo:
	mgm_outlist_undo(mn, out, old);
	kfree(v);
	return NULL;
}

/* Put @ifc into the list, if it can be there and there is room, or take it out. */
int mgm_outlist_set(struct mgm_net *mn, struct mgm_mfe *mfe,
		    struct mgm_interface *ifc, bool want)
{
	struct mgm_outlist *new, *old = mgm_mfe_out(mn, mfe);
	struct mgm_oif *oif;
	u32 pos;

	lockdep_assert_held(&mn->lock);
	if (!possible(mfe, old->in, ifc))
		want = false;
	if (search(old, ifc, &pos) == want)
		return 0;

	new = outlist_alloc(old->in, want ? old->n + 1 : old->n - 1);
	if (!new)
		return -ENOMEM;
	memcpy(new->oif, old->oif, pos * sizeof(oif));
	if (want) {
		oif = oif_create(mn, mfe, ifc);
		if (IS_ERR(oif)) {
			kfree(new);
			if (PTR_ERR(oif) != -ENOSPC)
				return PTR_ERR(oif);
			mfe->incomplete = true;
			return 0;
		}
		new->oif[pos] = oif;
		memcpy(new->oif + pos + 1, old->oif + pos,
		       (old->n - pos) * sizeof(oif));
	} else {
		memcpy(new->oif + pos, old->oif + pos + 1,
		       (new->n - pos) * sizeof(oif));
	}
	rcu_assign_pointer(mfe->out, new);
	if (!want)
		oif_retire(mn, old->oif[pos]);
	kfree_rcu(old, rcu);
	return 1;
}

/* Packets come in on @in from now on; or there may be room for what was left out. */
int mgm_outlist_move(struct mgm_net *mn, struct mgm_mfe *mfe,
		     struct mgm_interface *in)
{
	struct mgm_outlist *new, *old = mgm_mfe_out(mn, mfe);
	u32 i, pos;

	lockdep_assert_held(&mn->lock);
	if (old->in == in && !mfe->incomplete)
		return 0;
	new = mgm_outlist_compute(mn, mfe, in);
	if (!new)
		return -ENOMEM;
	rcu_assign_pointer(mfe->out, new);
	for (i = 0; i < old->n; i++)
		if (!search(new, old->oif[i]->ifc, &pos))
			oif_retire(mn, old->oif[i]);
	kfree_rcu(old, rcu);
	return 1;
}

/*
 * Keep the packets of @mfe out of @ifc, which is not in the list. It counts as if it
 * were: there may be no more of either.
 */
int mgm_veto_add(struct mgm_net *mn, struct mgm_mfe *mfe,
		 struct mgm_interface *ifc)
{
	struct mgm_veto *veto;

	if (vetoed(mfe, ifc))
		return 0;
	if (!mgm_bound_charge(mn, MGM_LIMIT_OIFS, 1))
		return -ENOSPC;
	veto = kmalloc(sizeof(*veto), GFP_KERNEL);
	if (!veto) {
		mgm_bound_uncharge(mn, MGM_LIMIT_OIFS, 1);
		return -ENOMEM;
	}
	veto->ifc = ifc;
	list_add_tail(&veto->mfe_node, &mfe->vetoes);
	list_add_tail(&veto->ifc_node, &ifc->vetoes);
	return 0;
}

void mgm_veto_del(struct mgm_net *mn, struct mgm_veto *veto)
{
	mgm_bound_uncharge(mn, MGM_LIMIT_OIFS, 1);
	list_del(&veto->mfe_node);
	list_del(&veto->ifc_node);
	kfree(veto);
}
