// SPDX-License-Identifier: GPL-2.0
/*
 * The multicast RIB: which way is the source? A routing table that was chosen for
 * it answers, and where there is none, or it knows none, the unicast routes do.
 */
#include <linux/rtnetlink.h>
#include <net/ip_fib.h>
#include <net/l3mdev.h>
#include <net/nexthop.h>

#include "core.h"

/* Of several equal ways @prefer, if it is one, else the first that is alive. */
static const struct fib_nh_common *choose_path(struct fib_info *fi,
					       u32 prefer)
{
	const struct fib_nh_common *nhc, *best = NULL;
	unsigned int i;

	for (i = 0; i < fib_info_num_path(fi); i++) {
		nhc = fib_info_nhc(fi, i);
		if (!nhc->nhc_dev || (nhc->nhc_flags & RTNH_F_DEAD))
			continue;
		if (nhc->nhc_dev->ifindex == prefer)
			return nhc;
		if (!best)
			best = nhc;
	}
	return best;
}

/* fib_get_table() is not exported. */
static struct fib_table *find_table(struct net *net, u32 id)
{
#ifdef CONFIG_IP_MULTIPLE_TABLES
	struct hlist_head *head;
	struct fib_table *tb;

	head = &net->ipv4.fib_table_hash[id & (FIB_TABLE_HASHSZ - 1)];
	hlist_for_each_entry_rcu(tb, head, tb_hlist)
		if (tb->tb_id == id)
			return tb;
	return NULL;
#else
	return fib_get_table(net, id);
#endif
}

/* Is there a way to the source in the table that was chosen for it? */
static bool lookup_chosen(struct mgm_net *mn, const struct flowi4 *fl4,
			  struct fib_result *res)
{
	u32 id = READ_ONCE(mn->config.rpf_table);
	struct fib_table *tb = id ? find_table(mn->net, id) : NULL;

	return tb && !fib_table_lookup(tb, fl4, res, FIB_LOOKUP_NOREF) &&
	       res->type == RTN_UNICAST;
}

static bool lookup_unicast(struct mgm_net *mn, struct flowi4 *fl4,
			   struct fib_result *res)
{
	memset(res, 0, sizeof(*res));
	return !fib_lookup(mn->net, fl4, res, 0) &&
	       (res->type == RTN_UNICAST || res->type == RTN_LOCAL);
}

/**
 * mgm_rpf_lookup - the way back to a source
 * @mn: namespace
 * @sg: source and group
 * @vrf_of: ifindex of a device in the VRF where the source is looked up
 * @prefer: ifindex; which of several equal ways is meant
 * @route: answer
 *
 * A source that is an address of this router is behind the device that has
 * the address: that is where its packets set out.
 *
 * Context: Any. Takes the RCU read lock.
 * Return: 0, or -ENETUNREACH.
 */
int mgm_rpf_lookup(struct mgm_net *mn, const struct mgm_sg *sg, u32 vrf_of,
		   u32 prefer, struct mgm_route *route)
{
	const struct fib_nh_common *nhc;
	struct fib_result res = {};
	struct flowi4 fl4 = {};
	int err = -ENETUNREACH;

	memset(route, 0, sizeof(*route));
	fl4.daddr = sg->src.ip4;
	fl4.flowi4_scope = RT_SCOPE_UNIVERSE;

	rcu_read_lock();
	fl4.flowi4_l3mdev = l3mdev_master_ifindex_by_index(mn->net, vrf_of);
	fl4.flowi4_iif = fl4.flowi4_l3mdev ?: LOOPBACK_IFINDEX;
	if (!lookup_chosen(mn, &fl4, &res) && !lookup_unicast(mn, &fl4, &res))
		goto out;
	nhc = choose_path(res.fi, prefer);
	if (!nhc)
		goto out;

	route->ifindex = nhc->nhc_dev->ifindex;
	if (res.type == RTN_UNICAST && nhc->nhc_gw_family == AF_INET)
		route->upstream.ip4 = nhc->nhc_gw.ipv4;
	route->prefix.ip4 = res.prefix;
	route->prefix_len = res.prefixlen;
	route->protocol = res.fi->fib_protocol;
	err = 0;
out:
	rcu_read_unlock();
	return err;
}

/* The interface of ours that @route leads through, the most particular one. */
struct mgm_interface *mgm_rpf_interface(struct mgm_net *mn,
					const struct mgm_sg *sg,
					const struct mgm_route *route)
{
	struct mgm_if key = { .ifindex = route->ifindex, .family = sg->family };
	struct mgm_interface *ifc;

	key.nexthop = mgm_addr_any(sg->family, &route->upstream) ?
		      sg->src : route->upstream;
	ifc = mgm_interface_find(mn, &key);
	if (!ifc) {
		memset(&key.nexthop, 0, sizeof(key.nexthop));
		ifc = mgm_interface_find(mn, &key);
	}
	return ifc;
}

/* The protocol that owns the interface towards the source, or NULL. */
struct mgm_protocol *mgm_rpf_owner(struct mgm_net *mn, const struct mgm_sg *sg,
				   u32 vrf_of)
{
	struct mgm_interface *in;
	struct mgm_route route;

	if (mgm_rpf_lookup(mn, sg, vrf_of, 0, &route))
		return NULL;
	in = mgm_rpf_interface(mn, sg, &route);
	return in ? in->owner : NULL;
}
