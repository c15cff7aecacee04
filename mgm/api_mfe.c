// SPDX-License-Identifier: GPL-2.0
/*
 * The front door for forwarding entries: read, walk, set.
 */
#include <linux/module.h>

#include "core.h"

static void mfe_info(const struct mgm_net *mn, const struct mgm_mfe *mfe,
		     struct mgm_mfe_info *info)
{
	const struct mgm_outlist *out = mgm_mfe_out(mn, mfe);

	memset(info, 0, sizeof(*info));
	info->sg = mfe->sg;
	if (out->in)
		info->iif = out->in->key;
	if (out->in && out->in->owner)
		info->owner = out->in->owner->handle;
	info->upstream = mfe->route.upstream;
	info->rpf_prefix = mfe->route.prefix;
	info->rpf_len = mfe->route.prefix_len;
	info->rpf_protocol = mfe->route.protocol;
	info->flags = mgm_mfe_flags(mn, mfe);
	info->oif_count = out->n;
	info->uptime = (jiffies - mfe->created) / HZ;
	info->expires = mgm_mfe_expires(mfe) / HZ;
	info->timeout = mfe->timeout / HZ;
	info->packets = atomic64_read(&mfe->packets);
	info->octets = atomic64_read(&mfe->octets);
	info->wrong_if = atomic64_read(&mfe->wrong_if);
	info->queue_overflows = mfe->queue_overflows;
	info->held = mfe->held_packets;
	info->negative = atomic64_read(&mfe->negative);
	info->discards = atomic64_read(&mfe->discards);
	info->out_packets = mgm_mfe_out_packets(mn, mfe);
}

/**
 * mgm_mfe_get - look a forwarding entry up
 * @net: network namespace
 * @sg: source and group, both complete
 * @info: answer
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT: no such entry.
 */
int mgm_mfe_get(struct net *net, const struct mgm_sg *sg,
		struct mgm_mfe_info *info)
{
	struct mgm_net *mn = mgm_pernet(net);
	const struct mgm_mfe *mfe;

	mutex_lock(&mn->lock);
	mfe = mgm_mfe_find(mn, sg);
	if (mfe)
		mfe_info(mn, mfe, info);
	mutex_unlock(&mn->lock);
	return mfe ? 0 : -ENOENT;
}
EXPORT_SYMBOL_GPL(mgm_mfe_get);

/**
 * mgm_mfe_next - walk through the forwarding entries
 * @net: network namespace
 * @info: where the walk stands; all zero to begin. Set to the next entry in
 *	(group, source) order
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT: there is no further one.
 */
int mgm_mfe_next(struct net *net, struct mgm_mfe_info *info)
{
	struct mgm_net *mn = mgm_pernet(net);
	const struct mgm_mfe *mfe;

	mutex_lock(&mn->lock);
	mfe = mgm_mfe_after(mn, info->sg.family ? &info->sg : NULL);
	if (mfe)
		mfe_info(mn, mfe, info);
	mutex_unlock(&mn->lock);
	return mfe ? 0 : -ENOENT;
}
EXPORT_SYMBOL_GPL(mgm_mfe_next);

/**
 * mgm_mfe_oif_next - walk through the outgoing interfaces of an entry
 * @net: network namespace
 * @sg: source and group, both complete
 * @info: where the walk stands; all zero to begin. Set to the next outgoing
 *	interface, in the order of (ifindex, next hop)
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT: there is no further one, or no such entry.
 */
int mgm_mfe_oif_next(struct net *net, const struct mgm_sg *sg,
		     struct mgm_oif_info *info)
{
	struct mgm_net *mn = mgm_pernet(net);
	const struct mgm_outlist *out;
	const struct mgm_oif *oif;
	const struct mgm_mfe *mfe;
	int err = -ENOENT;
	u32 i;

	mutex_lock(&mn->lock);
	mfe = mgm_mfe_find(mn, sg);
	out = mfe ? mgm_mfe_out(mn, mfe) : NULL;
	for (i = 0; out && i < out->n; i++) {
		oif = out->oif[i];
		if (mgm_if_cmp(&oif->ifc->key, &info->oif) <= 0)
			continue;
		info->oif = oif->ifc->key;
		info->packets = atomic64_read(&oif->packets);
		info->octets = atomic64_read(&oif->octets);
		info->ttl_too_low = atomic64_read(&oif->ttl_too_low);
		info->frag_needed = atomic64_read(&oif->frag_needed);
		info->discards = atomic64_read(&oif->discards);
		err = 0;
		break;
	}
	mutex_unlock(&mn->lock);
	return err;
}
EXPORT_SYMBOL_GPL(mgm_mfe_oif_next);

int mgm_check_upstream(const union mgm_addr *upstream,
		       struct netlink_ext_ack *extack)
{
	struct mgm_if nexthop = { .ifindex = 1, .family = AF_INET };

	/* What cannot be a next hop cannot be an upstream neighbour. */
	nexthop.nexthop = *upstream;
	if (!mgm_if_check(&nexthop, NULL))
		return 0;
	NL_SET_ERR_MSG(extack, "the upstream neighbour is not a unicast address");
	return -EINVAL;
}

int mgm_do_mfe_set(struct mgm_net *mn, struct mgm_client *client,
		   const struct mgm_sg *sg, const struct mgm_if *iif,
		   const union mgm_addr *upstream,
		   struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto;
	struct mgm_interface *in;
	struct mgm_route route;
	struct mgm_mfe *mfe;
	int err = 0;

	mutex_lock(&mn->lock);
	proto = mgm_protocol_find_client(mn, client, extack);
	if (IS_ERR(proto)) {
		err = PTR_ERR(proto);
		goto unlock;
	}
	mfe = mgm_mfe_find(mn, sg);
	if (!mfe) {
		NL_SET_ERR_MSG(extack, "no forwarding entry for this source and group");
		err = -ENOENT;
		goto unlock;
	}
	in = mgm_mfe_out(mn, mfe)->in;
	if (!in || in->owner != proto) {
		NL_SET_ERR_MSG(extack, "the protocol does not own the incoming interface");
		err = -EPERM;
		goto unlock;
	}
	if (iif)
		in = mgm_interface_find(mn, iif);
	if (!in || in->owner != proto) {
		NL_SET_ERR_MSG(extack, "the protocol does not own the new incoming interface");
		err = -EPERM;
		goto unlock;
	}
	err = mgm_check_handover(in, extack);
	if (!err && upstream)
		err = mgm_check_upstream(upstream, extack);
	if (err)
		goto unlock;

	route = mfe->route;
	route.ifindex = in->key.ifindex;
	if (upstream)
		route.upstream = *upstream;
	mgm_mfe_move(mn, mfe, in, &route);
unlock:
	mutex_unlock(&mn->lock);
	return err;
}

/**
 * mgm_mfe_set - set the way in of a forwarding entry
 * @net: network namespace
 * @handle: of the protocol, which owns the incoming interface
 * @sg: source and group, both complete
 * @rpf: incoming interface, which the protocol owns too, and upstream neighbour
 * @extack: for the reason of a refusal, may be NULL
 *
 * It holds until the multicast RIB says something new of the source.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT: no such handle, or no such entry; -EPERM: the handle is
 * somebody else's, or one of the interfaces is; -EINVAL: the upstream neighbour
 * is not unicast; -EBUSY: the owner of the interface is changing.
 */
int mgm_mfe_set(struct net *net, u32 handle, const struct mgm_sg *sg,
		const struct mgm_rpf *rpf, struct netlink_ext_ack *extack)
{
	struct mgm_client client = { .handle = handle };

	return mgm_do_mfe_set(mgm_pernet(net), &client, sg, &rpf->iif,
			      &rpf->upstream, extack);
}
EXPORT_SYMBOL_GPL(mgm_mfe_set);
