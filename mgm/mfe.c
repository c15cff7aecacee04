// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast forwarding entries: their tables, what changes them, who is told of
 * it, and their end. Of an entry's changes the protocol is told that owns its
 * incoming interface (RFC 2715, rules 1, 4 and 5), as it has to bring the packets.
 *
 * An MFE is a cache of what the memberships and the routes say. Where memory
 * for a change of its outgoing list cannot be had the entry is dropped, and
 * the next packet makes it anew; so no call fails half-way for its sake.
 */
#include <linux/jiffies.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "core.h"

/* Without a way to the source there is little to remember. */
#define TIMEOUT_NO_RPF	(10UL * HZ)

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
	INIT_LIST_HEAD(&mn->negatives);
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

static int cmp_key(const void *key, const struct rb_node *node)
{
	return mgm_sg_cmp(key, &entry(node)->sg);
}

/* The next in (group, source) order; the first, if !@sg. */
struct mgm_mfe *mgm_mfe_after(struct mgm_net *mn, const struct mgm_sg *sg)
{
	struct rb_node *node;

	lockdep_assert_held(&mn->lock);
	node = mgm_rb_first_after(&mn->mfes, sg, cmp_key);
	return node ? entry(node) : NULL;
}

/* Has a protocol set another way in than the RIB's? */
bool mgm_mfe_rpf_set(const struct mgm_mfe *mfe)
{
	return mfe->route.ifindex != mfe->rib.ifindex ||
	       mgm_addr_cmp(mfe->sg.family, &mfe->route.upstream,
			    &mfe->rib.upstream);
}

u32 mgm_mfe_flags(const struct mgm_net *mn, const struct mgm_mfe *mfe)
{
	const struct mgm_outlist *out = mgm_mfe_out(mn, mfe);

	return (out->n ? 0 : MGM_MFE_F_NEGATIVE) |
	       (out->in ? 0 : MGM_MFE_F_NO_RPF) |
	       (READ_ONCE(mfe->held) ? MGM_MFE_F_HELD : 0) |
	       (mfe->incomplete ? MGM_MFE_F_INCOMPLETE : 0) |
	       (mgm_mfe_rpf_set(mfe) ? MGM_MFE_F_RPF_SET : 0);
}

/* Copies sent, those on interfaces included that are outgoing no longer. */
u64 mgm_mfe_out_packets(const struct mgm_net *mn, const struct mgm_mfe *mfe)
{
	const struct mgm_outlist *out = mgm_mfe_out(mn, mfe);
	u64 sum = mfe->out_gone;
	u32 i;

	for (i = 0; i < out->n; i++)
		sum += atomic64_read(&out->oif[i]->packets);
	return sum;
}

static void free_rcu(struct rcu_head *rcu)
{
	struct mgm_mfe *mfe = container_of(rcu, struct mgm_mfe, rcu);

	mgm_outlist_free(rcu_dereference_raw(mfe->out));
	kfree(mfe->wrong);
	kmem_cache_free(mgm_mfe_cache, mfe);
}

void mgm_mfe_destroy(struct mgm_net *mn, struct mgm_mfe *mfe)
{
	struct mgm_outlist *out = mgm_mfe_out(mn, mfe);
	struct mgm_veto *veto, *next;

	lockdep_assert_held(&mn->lock);
	rhashtable_remove_fast(&mn->mfe_ht, &mfe->ht_node, params);
	rb_erase(&mfe->node, &mn->mfes);
	mgm_bound_uncharge(mn, MGM_LIMIT_MFES, 1);
	mgm_event(mn, MGM_EVENT_MFE_DEL, 0, mfe);

	list_del(&mfe->iif_node);
	list_del(&mfe->negative_node);
	if (out->in)
		out->in->nr_mfes--;
	mgm_outlist_unlink(mn, out);
	list_for_each_entry_safe(veto, next, &mfe->vetoes, mfe_node)
		mgm_veto_del(mn, veto);
	call_rcu(&mfe->rcu, free_rcu);
}

/* The life of @mfe begins anew, for as long as is usual. */
static void reset_timeout(const struct mgm_net *mn, struct mgm_mfe *mfe)
{
	WRITE_ONCE(mfe->lastuse, jiffies);
	mfe->timeout = mn->config.mfe_timeout * HZ;
}

/*
 * How long @mfe stays without a packet. One that nobody wants stays so long
 * whether packets come or not: then its protocol is asked again.
 */
void mgm_mfe_set_timeout(struct mgm_net *mn, struct mgm_mfe *mfe, u32 seconds)
{
	lockdep_assert_held(&mn->lock);
	mfe->timeout = clamp(seconds, 1U, (u32)MGM_TIMEOUT_MAX) * HZ;
}

static void tell(struct mgm_protocol *to, enum mgm_alert_type type,
		 const struct mgm_mfe *mfe, const struct mgm_interface *in,
		 u64 id)
{
	struct mgm_alert alert = {
		.type = type,
		.sg = mfe->sg,
		.ifc = in->key,
		.mfe = id,
	};

	if (to)
		mgm_alert_record(to, &alert);
}

/* Rule 4: nobody wants the packets. The answer says how long that holds. */
static void now_empty(struct mgm_net *mn, struct mgm_mfe *mfe)
{
	const struct mgm_outlist *out = mgm_mfe_out(mn, mfe);

	list_move_tail(&mfe->negative_node, &mn->negatives);
	if (!out->in)
		return;
	reset_timeout(mn, mfe);
	tell(out->in->owner, MGM_ALERT_PRUNE, mfe, out->in, mfe->id);
}

/* Are there receivers on @ifc that @proto has reported itself? */
static bool own_receivers(struct mgm_net *mn, const struct mgm_mfe *mfe,
			  const struct mgm_interface *ifc,
			  const struct mgm_protocol *proto)
{
	const struct mgm_membership *m;

	if (!proto)
		return true;
	m = mgm_membership_find(mn, &mfe->sg, &ifc->key, proto->handle);
	if (m)
		return !(m->flags & MGM_MEMBERSHIP_F_EXCLUDE);
	return mgm_group_covers(mn, &mfe->sg, &ifc->key, proto->handle);
}

/* Rule 5: there are receivers now, and not only those that the protocol knows. */
static void no_longer_empty(struct mgm_net *mn, struct mgm_mfe *mfe)
{
	const struct mgm_outlist *out = mgm_mfe_out(mn, mfe);
	struct mgm_protocol *owner = out->in->owner;
	u32 i;

	list_del_init(&mfe->negative_node);
	reset_timeout(mn, mfe);
	for (i = 0; i < out->n; i++) {
		if (own_receivers(mn, mfe, out->oif[i]->ifc, owner))
			continue;
		tell(owner, MGM_ALERT_JOIN, mfe, out->in, 0);
		return;
	}
}

/*
 * Room for one more entry. What nobody wants gives way to it: else who sends to many
 * groups could keep out what somebody does want.
 */
static bool make_room(struct mgm_net *mn)
{
	struct mgm_mfe *mfe;

	if (mgm_bound_charge(mn, MGM_LIMIT_MFES, 1))
		return true;
	mfe = list_first_entry_or_null(&mn->negatives, struct mgm_mfe,
				       negative_node);
	if (!mfe)
		return false;
	mgm_mfe_destroy(mn, mfe);
	return mgm_bound_charge(mn, MGM_LIMIT_MFES, 1);
}

/*
 * A new entry for (S,G), with what waits for it still held. Without @in it is
 * one that drops. @rib is what the RIB says of the source, @route what counts.
 */
struct mgm_mfe *mgm_mfe_create(struct mgm_net *mn, const struct mgm_sg *sg,
			       struct mgm_interface *in,
			       const struct mgm_route *rib,
			       const struct mgm_route *route)
{
	struct mgm_outlist *out;
	struct mgm_mfe *mfe;
	int err = -ENOMEM;

	lockdep_assert_held(&mn->lock);
	if (!make_room(mn))
		return ERR_PTR(-ENOSPC);
	mfe = kmem_cache_zalloc(mgm_mfe_cache, GFP_KERNEL);
	if (!mfe)
		goto uncharge;
	mfe->sg = *sg;
	mfe->flow4.src = sg->src.ip4;
	mfe->flow4.grp = sg->grp.ip4;
	mfe->rib = *rib;
	mfe->route = *route;
	INIT_LIST_HEAD(&mfe->vetoes);
	INIT_LIST_HEAD(&mfe->negative_node);
	mfe->created = jiffies;
	reset_timeout(mn, mfe);
	if (!in)
		mfe->timeout = min(mfe->timeout, TIMEOUT_NO_RPF);
	mfe->held = true;

	out = mgm_outlist_compute(mn, mfe, in);
	if (!out)
		goto free;
	RCU_INIT_POINTER(mfe->out, out);
	err = rhashtable_lookup_insert_fast(&mn->mfe_ht, &mfe->ht_node, params);
	if (err)
		goto undo;

	mfe->id = ++mn->last_mfe;
	rb_add(&mfe->node, &mn->mfes, less);
	list_add_tail(&mfe->iif_node, in ? &in->mfes : &mn->orphans);
	if (in)
		in->nr_mfes++;
	mgm_event(mn, MGM_EVENT_MFE_ADD, 0, mfe);
	if (!out->n)
		now_empty(mn, mfe);
	return mfe;

undo:
	mgm_outlist_undo(mn, out, NULL);
free:
	kmem_cache_free(mgm_mfe_cache, mfe);
uncharge:
	mgm_bound_uncharge(mn, MGM_LIMIT_MFES, 1);
	return ERR_PTR(err);
}

/* Returns false if there was no memory, and the entry is gone. */
static bool set_oif(struct mgm_net *mn, struct mgm_mfe *mfe,
		    struct mgm_interface *ifc, bool want)
{
	u32 before = mgm_mfe_out(mn, mfe)->n, after;
	int ret = mgm_outlist_set(mn, mfe, ifc, want);

	if (ret < 0)
		mgm_mfe_destroy(mn, mfe);
	if (ret <= 0)
		return !ret;
	mgm_event(mn, MGM_EVENT_MFE_CHANGE, 0, mfe);
	after = mgm_mfe_out(mn, mfe)->n;
	if (!before)
		no_longer_empty(mn, mfe);
	else if (!after)
		now_empty(mn, mfe);
	return true;
}

/*
 * The way to the source leads through @in now; @route says how. Where that is
 * another protocol's both are told (rule 1).
 */
void mgm_mfe_move(struct mgm_net *mn, struct mgm_mfe *mfe,
		  struct mgm_interface *in, const struct mgm_route *route)
{
	struct mgm_interface *from = mgm_mfe_out(mn, mfe)->in;
	bool moved = from->owner != in->owner;
	u32 before = mgm_mfe_out(mn, mfe)->n;
	const struct mgm_outlist *out;

	lockdep_assert_held(&mn->lock);
	if (mgm_outlist_move(mn, mfe, in) < 0) {
		mgm_mfe_destroy(mn, mfe);
		return;
	}
	mfe->route = *route;
	list_move_tail(&mfe->iif_node, &in->mfes);
	from->nr_mfes--;
	in->nr_mfes++;
	mgm_event(mn, MGM_EVENT_MFE_CHANGE, 0, mfe);

	out = mgm_mfe_out(mn, mfe);
	if (moved)
		tell(from->owner, MGM_ALERT_PRUNE, mfe, from, 0);
	if (!out->n) {
		if (before || moved)
			now_empty(mn, mfe);
		return;
	}
	if (moved)
		tell(in->owner, MGM_ALERT_JOIN, mfe, in, 0);
	if (before)
		return;
	if (moved) {
		list_del_init(&mfe->negative_node);
		reset_timeout(mn, mfe);
	} else {
		no_longer_empty(mn, mfe);
	}
}

/*
 * The RIB says something else of the source than it did. What a protocol had set
 * before is no longer of use. Without @in the entry goes, and its owner need
 * bring nothing any more; traffic that still comes makes a new one.
 */
void mgm_mfe_reroute(struct mgm_net *mn, struct mgm_mfe *mfe,
		     struct mgm_interface *in, const struct mgm_route *route)
{
	struct mgm_interface *from = mgm_mfe_out(mn, mfe)->in;

	lockdep_assert_held(&mn->lock);
	if (in && from) {
		mfe->rib = *route;
		mgm_mfe_move(mn, mfe, in, route);
	} else if (in || from) {
		if (from)
			tell(from->owner, MGM_ALERT_PRUNE, mfe, from, 0);
		mgm_mfe_destroy(mn, mfe);
	}
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
	for (mfe = mgm_mfe_after(mn, sg); mfe && mgm_sg_covers(sg, &mfe->sg);
	     mfe = next) {
		struct rb_node *node = rb_next(&mfe->node);

		next = node ? entry(node) : NULL;
		set_oif(mn, mfe, ifc, mgm_group_forwards(mn, &mfe->sg, ifc));
	}
}

/* The answer to a creation alert: no packets of @mfe on @ifc. */
void mgm_mfe_veto(struct mgm_net *mn, struct mgm_mfe *mfe,
		  struct mgm_interface *ifc)
{
	lockdep_assert_held(&mn->lock);
	/* Out of the list first: the veto takes its place. */
	if (set_oif(mn, mfe, ifc, false) && mgm_veto_add(mn, mfe, ifc))
		mgm_mfe_destroy(mn, mfe);
}

/*
 * Nothing is to be left that is tied to @ifc: where it is the incoming
 * interface the entry goes, where it is outgoing it leaves the list.
 */
void mgm_mfe_detach(struct mgm_net *mn, struct mgm_interface *ifc)
{
	struct mgm_veto *veto, *next_veto;
	struct mgm_mfe *mfe, *next;
	struct mgm_oif *oif;

	lockdep_assert_held(&mn->lock);
	list_for_each_entry_safe(mfe, next, &ifc->mfes, iif_node)
		mgm_mfe_destroy(mn, mfe);
	while ((oif = list_first_entry_or_null(&ifc->oifs, struct mgm_oif,
					       ifc_node)))
		set_oif(mn, oif->mfe, ifc, false);
	list_for_each_entry_safe(veto, next_veto, &ifc->vetoes, ifc_node)
		mgm_veto_del(mn, veto);
}

/* An interface is new: entries that found no way in may find one now. */
void mgm_mfe_drop_orphans(struct mgm_net *mn)
{
	struct mgm_mfe *mfe, *next;

	lockdep_assert_held(&mn->lock);
	list_for_each_entry_safe(mfe, next, &mn->orphans, iif_node)
		mgm_mfe_destroy(mn, mfe);
}

/* Is there room by now for what was left out of its list? */
static void fill_up(struct mgm_net *mn, struct mgm_mfe *mfe)
{
	const struct mgm_bound *oifs = &mn->bounds[MGM_LIMIT_OIFS];

	if (oifs->used < oifs->value)
		mgm_mfe_move(mn, mfe, mgm_mfe_out(mn, mfe)->in, &mfe->route);
}

static void expire(struct mgm_net *mn, struct mgm_mfe *mfe, const void *arg)
{
	if (!mgm_mfe_expires(mfe))
		mgm_mfe_destroy(mn, mfe);
	else if (mfe->incomplete)
		fill_up(mn, mfe);
}

void mgm_mfe_drop_expired(struct mgm_net *mn)
{
	mgm_mfe_for_each(mn, expire, NULL);
}

/*
 * Call @fn for each entry, which it may end. There may be very many: the lock is let
 * go now and then, and entries may come and go meanwhile.
 */
void mgm_mfe_for_each(struct mgm_net *mn,
		      void (*fn)(struct mgm_net *mn, struct mgm_mfe *mfe,
				 const void *arg), const void *arg)
{
	unsigned int turn = 0;
	struct mgm_mfe *mfe;
	struct mgm_sg sg;

	for (mfe = mgm_mfe_after(mn, NULL); mfe; mfe = mgm_mfe_after(mn, &sg)) {
		sg = mfe->sg;
		fn(mn, mfe, arg);
		mgm_give_way(mn, &turn);
	}
}
