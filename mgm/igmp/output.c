// SPDX-License-Identifier: GPL-2.0
/*
 * Queries on their way out (4.1): one packet each, from the address of the
 * interface, with TTL 1 and the Router Alert option.
 */
#include <linux/igmp.h>
#include <linux/inetdevice.h>
#include <linux/pkt_sched.h>
#include <net/ip.h>
#include <net/route.h>

#include "igmp.h"

#define RA_LEN	4

/*
 * Our address on the link, 0 if there is none. Where there is nobody to confuse, on
 * a link with two ends, another interface's will do ("unnumbered").
 */
static __be32 address_on(const struct net_device *dev)
{
	const struct in_device *in_dev;
	__be32 addr = 0;

	rcu_read_lock();
	in_dev = __in_dev_get_rcu(dev);
	if (in_dev && (rcu_access_pointer(in_dev->ifa_list) ||
		       dev->flags & IFF_POINTOPOINT))
		addr = inet_select_addr(dev, 0, RT_SCOPE_LINK);
	rcu_read_unlock();
	return addr;
}

__be32 mgm_igmp_address(struct mgm_igmp_if *ifc)
{
	struct net_device *dev;
	__be32 addr = 0;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(ifc->in->net, ifc->ifindex);
	if (dev)
		addr = address_on(dev);
	rcu_read_unlock();
	return addr;
}

static size_t igmp_len(const struct mgm_igmp_query *query)
{
	if (query->version < 3)
		return sizeof(struct igmphdr);
	return sizeof(struct igmpv3_query) + query->n * sizeof(__be32);
}

static void put_ip(struct sk_buff *skb, struct net *net,
		   const struct flowi4 *fl4)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph) + RA_LEN);
	u8 *option = (u8 *)(iph + 1);

	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = (sizeof(*iph) + RA_LEN) / 4;
	iph->tos = IPTOS_PREC_INTERNETCONTROL;
	iph->frag_off = htons(IP_DF);
	iph->ttl = 1;
	iph->protocol = IPPROTO_IGMP;
	iph->saddr = fl4->saddr;
	iph->daddr = fl4->daddr;
	ip_select_ident(net, skb, NULL);
	option[0] = IPOPT_RA;
	option[1] = RA_LEN;
}

/* The time to respond, in tenths of a second: a plain number before version 3. */
static u8 max_resp_code(const struct mgm_igmp_query *query)
{
	u32 tenths = query->max_resp / 100;

	switch (query->version) {
	case 1:
		return 0;
	case 2:
		return min_t(u32, tenths, U8_MAX);
	default:
		return mgm_igmp_code(tenths);
	}
}

static void put_query(struct sk_buff *skb, const struct mgm_igmp_query *query)
{
	size_t len = igmp_len(query);
	struct igmpv3_query *ih3;
	struct igmphdr *ih;

	skb_set_transport_header(skb, skb->len);
	ih = skb_put_zero(skb, len);
	ih->type = IGMP_HOST_MEMBERSHIP_QUERY;
	ih->code = max_resp_code(query);
	ih->group = query->grp;
	if (query->version >= 3) {
		ih3 = (struct igmpv3_query *)ih;
		ih3->suppress = query->suppress;
		ih3->qrv = query->robustness;
		ih3->qqic = mgm_igmp_code(query->query_interval / 1000);
		ih3->nsrcs = htons(query->n);
		memcpy(ih3->srcs, query->srcs, query->n * sizeof(__be32));
	}
	ih->csum = ip_compute_csum(ih, len);
}

static struct sk_buff *make(struct net *net, struct net_device *dev,
			    const struct mgm_igmp_query *query)
{
	__be32 dst = query->grp ?: htonl(INADDR_ALLHOSTS_GROUP);
	__be32 src = address_on(dev);
	struct sk_buff *skb;
	struct flowi4 fl4;
	struct rtable *rt;

	if (!src)
		return NULL;
	rt = ip_route_output_ports(net, &fl4, NULL, dst, src, 0, 0,
				   IPPROTO_IGMP, 0, dev->ifindex);
	if (IS_ERR(rt))
		return NULL;
	skb = alloc_skb(LL_RESERVED_SPACE(dev) + sizeof(struct iphdr) + RA_LEN +
			igmp_len(query) + dev->needed_tailroom, GFP_KERNEL);
	if (!skb) {
		ip_rt_put(rt);
		return NULL;
	}
	skb_dst_set(skb, &rt->dst);
	skb->dev = dev;
	skb->priority = TC_PRIO_CONTROL;
	skb_reserve(skb, LL_RESERVED_SPACE(dev));
	put_ip(skb, net, &fl4);
	put_query(skb, query);
	return skb;
}

/* What is not sent is not missed: queries are repeated. It is counted. */
void mgm_igmp_send(struct mgm_igmp_if *ifc, const struct mgm_igmp_query *query)
{
	struct net *net = ifc->in->net;
	struct net_device *dev;
	struct sk_buff *skb;
	int err = -ENODEV;

	dev = dev_get_by_index(net, ifc->ifindex);
	if (dev) {
		skb = make(net, dev, query);
		err = skb ? ip_local_out(net, NULL, skb) : -ENOBUFS;
		dev_put(dev);
	}
	if (err < 0)
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_OUT_ERRORS);
	else if (!query->grp)
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_OUT_GENERAL_QUERIES);
	else if (!query->n)
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_OUT_GROUP_QUERIES);
	else
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_OUT_SOURCE_QUERIES);
}
