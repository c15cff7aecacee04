// SPDX-License-Identifier: GPL-2.0
/*
 * The multicast RIB: which way is the source? Linux's FIB answers.
 */
#include <linux/rtnetlink.h>
#include <net/ip_fib.h>
#include <net/l3mdev.h>
#include <net/nexthop.h>

#include "core.h"

/*
 * Of several equal ways the one that the packet came along is as good as any;
 * else the first that is alive.
 */
static const struct fib_nh_common *choose_path(struct fib_info *fi,
					       u32 arrival)
{
	const struct fib_nh_common *nhc, *best = NULL;
	unsigned int i;

	for (i = 0; i < fib_info_num_path(fi); i++) {
		nhc = fib_info_nhc(fi, i);
		if (!nhc->nhc_dev || (nhc->nhc_flags & RTNH_F_DEAD))
			continue;
		if (nhc->nhc_dev->ifindex == arrival)
			return nhc;
		if (!best)
			best = nhc;
	}
	return best;
}

/**
 * mgm_rpf_lookup - the way back to a source
 * @mn: namespace
 * @sg: source and group
 * @arrival: ifindex that the packet came in on; tells the VRF, and which of
 *	several equal ways is meant
 * @route: answer
 *
 * A source that is an address of this router is behind the device that has
 * the address: that is where its packets set out.
 *
 * Context: Any. Takes the RCU read lock.
 * Return: 0, or -ENETUNREACH.
 */
int mgm_rpf_lookup(struct mgm_net *mn, const struct mgm_sg *sg, u32 arrival,
		   struct mgm_route *route)
{
	const struct fib_nh_common *nhc;
	struct fib_result res = {};
	struct flowi4 fl4 = {};
	int err = -ENETUNREACH;

	memset(route, 0, sizeof(*route));
	fl4.daddr = sg->src.ip4;
	fl4.flowi4_scope = RT_SCOPE_UNIVERSE;

	rcu_read_lock();
	fl4.flowi4_l3mdev = l3mdev_master_ifindex_by_index(mn->net, arrival);
	fl4.flowi4_iif = fl4.flowi4_l3mdev ?: LOOPBACK_IFINDEX;
	if (fib_lookup(mn->net, &fl4, &res, 0))
		goto out;
	if (res.type != RTN_UNICAST && res.type != RTN_LOCAL)
		goto out;
	nhc = choose_path(res.fi, arrival);
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
