// SPDX-License-Identifier: GPL-2.0
/*
 * The ways out of a packet: out of each interface of its entry goes a copy of its own.
 * What all copies have in common is done once, to the packet that they are made of.
 *
 * Every copy goes the way of a forwarded packet: FORWARD and POST_ROUTING see
 * it. The IP layer fragments it and finds the neighbour, where there is anything to
 * be fragmented or found.
 */
#include <linux/etherdevice.h>
#include <linux/netfilter_ipv4.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/neighbour.h>
#include <net/route.h>

#include "compat.h"
#include "core.h"
#include "local.h"

/* Octets of a packet that is short: what fits a frame of Ethernet. */
#define SHORT	ETH_DATA_LEN

/* Have every packet of @rt delivered to the one neighbour @nexthop. */
static struct rtable *via_nexthop(struct net_device *dev, struct rtable *rt,
				  __be32 nexthop)
{
	struct rtable *via = rt_dst_clone(dev, rt);

	ip_rt_put(rt);
	if (!via)
		return NULL;
	via->rt_gw_family = AF_INET;
	via->rt_gw4 = nexthop;
	via->rt_uses_gateway = 1;
	return via;
}

/*
 * The way out of @ifc. One cached route serves all groups, as the neighbour is
 * found from the packet's destination; but a group that somebody on the router
 * has joined on that device needs the route that loops a copy back.
 */
static struct rtable *route(struct net *net, struct mgm_interface *ifc,
			    __be32 grp)
{
	struct net_device *dev = ifc->link->dev;
	__be32 nexthop = ifc->key.nexthop.ip4;
	bool cached = nexthop || !mgm_joined(dev, grp);
	struct flowi4 fl4 = {
		.flowi4_oif = ifc->key.ifindex,
		.daddr = nexthop ?: grp,
	};
	struct rtable *rt;
	__be32 saddr;

	if (cached) {
		rt = dst_cache_get_ip4(&ifc->dst, &saddr);
		if (rt)
			return rt;
	}
	rt = ip_route_output_key(net, &fl4);
	if (IS_ERR(rt))
		return NULL;
	if (rt->dst.dev != dev) {
		ip_rt_put(rt);
		return NULL;
	}
	if (nexthop)
		rt = via_nexthop(dev, rt, nexthop);
	if (rt && cached)
		dst_cache_set_ip4(&ifc->dst, &rt->dst, fl4.saddr);
	return rt;
}

/* How long a forwarded packet may be. */
static unsigned int mtu_of(const struct rtable *rt)
{
	return ip_dst_mtu_maybe_forward(&rt->dst, true);
}

/* The sender has forbidden to fragment, and the link is too narrow. */
static bool too_big(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb->len <= mtu || !(ip_hdr(skb)->frag_off & htons(IP_DF)))
		return false;
	if (IPCB(skb)->frag_max_size > mtu)
		return true;
	return !skb->ignore_df &&
	       !(skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu));
}

/*
 * Parse the header options of a private copy, which has its device. Those that a
 * forwarder has to fill in are more than what the kernel lends to modules: false.
 * So is nonsense, of which nobody is told: the packet was sent to a group.
 */
static bool parse_options(struct net *net, struct sk_buff *skb)
{
	struct ip_options *opt = &IPCB(skb)->opt;
	__be32 info;

	memset(opt, 0, sizeof(*opt));
	/* Raw sockets and netfilter can make any header. */
	if (ip_hdr(skb)->ihl < 5 || ip_hdrlen(skb) > skb_headlen(skb))
		return false;
	opt->optlen = ip_hdrlen(skb) - sizeof(struct iphdr);
	if (!opt->optlen)
		return true;
	return !__ip_options_compile(net, opt, skb, &info) &&
	       !opt->srr && !opt->rr && !opt->ts;
}

/*
 * Is the rest of the way known? On Ethernet a group tells its address: for a packet that
 * is no longer than the link bears, the IP layer would do nothing but look for a
 * neighbour that tells the same.
 */
static bool way_is_known(const struct sk_buff *skb)
{
	const struct rtable *rt = skb_rtable(skb);
	const struct net_device *dev = rt->dst.dev;

	return rt->dst.output == ip_output && rt->rt_type == RTN_MULTICAST &&
	       !rt->dst.lwtstate && !dst_xfrm(&rt->dst) &&
	       dev->type == ARPHRD_ETHER && dev->header_ops &&
	       skb->len <= mtu_of(rt) && !skb_is_gso(skb) &&
	       !IPCB(skb)->frag_max_size;
}

/*
 * Straight to the device. No neighbour is made of the group, of which there may be more
 * than the table of neighbours holds; but one that is there already, which somebody may
 * have set, is asked.
 */
static int send_ethernet(struct net *net, struct sk_buff *skb)
{
	__be32 grp = ip_hdr(skb)->daddr;
	struct net_device *dev = skb->dev;
	struct neighbour *neigh;
	char addr[ETH_ALEN];
	int err;

	IP_UPD_PO_STATS(net, IPSTATS_MIB_OUTMCAST, skb->len);
	/* A verdict of user space comes with BH on; in any case RCU is held. */
	local_bh_disable();
	neigh = __ipv4_neigh_lookup_noref(dev, (__force u32)grp);
	if (neigh) {
		err = neigh_output(neigh, skb, false);
		goto unlock;
	}
	ip_eth_mc_map(grp, addr);
	/* There is room, unless a hook has made another packet of it. */
	if (skb_cow_head(skb, LL_RESERVED_SPACE(dev)) ||
	    dev_hard_header(skb, dev, ETH_P_IP, addr, NULL, skb->len) < 0) {
		kfree_skb(skb);
		err = -EINVAL;
		goto unlock;
	}
	err = dev_queue_xmit(skb);
unlock:
	local_bh_enable();
	return err;
}

/*
 * POST_ROUTING has let @skb pass. If it has made another packet of it, the IP layer goes
 * on from here.
 */
static int finish_post_routing(struct net *net, struct sock *sk,
			       struct sk_buff *skb)
{
	if (likely(skb->dev == skb_dst(skb)->dev && way_is_known(skb) &&
		   ipv4_is_multicast(ip_hdr(skb)->daddr)))
		return send_ethernet(net, skb);
	IPCB(skb)->flags |= IPSKB_REROUTED;
	return dst_output(net, sk, skb);
}

/* FORWARD has let @skb pass. */
static int finish(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct net_device *in = skb->dev, *dev = skb_dst(skb)->dev;

	IP_INC_STATS(net, IPSTATS_MIB_OUTFORWDATAGRAMS);
	IP_ADD_STATS(net, IPSTATS_MIB_OUTOCTETS, skb->len);
	if (!way_is_known(skb))
		return dst_output(net, sk, skb);
	IP_UPD_PO_STATS(net, IPSTATS_MIB_OUT, skb->len);
	skb->dev = dev;
	skb->protocol = htons(ETH_P_IP);
	return NF_HOOK(NFPROTO_IPV4, NF_INET_POST_ROUTING, net, sk, skb, in, dev,
		       finish_post_routing);
}

/*
 * Make @skb, which is our own, the pattern of all copies. Returns 0, or why there can
 * be none.
 */
static enum mgm_a_drop prepare(struct net *net, struct sk_buff *skb,
			       struct net_device *in)
{
	if (skb_cow(skb, 0))
		return MGM_A_DROP_NO_MEMORY;
	skb_dst_drop(skb);
	/* What was held, and what the router sends, has none yet. */
	skb->dev = in;
	if (!parse_options(net, skb))
		return MGM_A_DROP_OPTION;
	/* What stood behind the end of the options has been wiped. */
	if (IPCB(skb)->opt.is_changed)
		ip_send_check(ip_hdr(skb));
	skb_orphan(skb);
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	IPCB(skb)->flags = IPSKB_FORWARDED;
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	skb_ext_del(skb, SKB_EXT_BRIDGE_NF);
#endif
	return 0;
}

/*
 * A copy of a short packet, out of the memory that network cards take packets in with:
 * to allocate it costs half as much.
 */
static struct sk_buff *copy_short(const struct sk_buff *skb)
{
	unsigned int size = SKB_HEAD_ALIGN(skb_headroom(skb) + skb->len);
	struct sk_buff *copy;
	void *data;

	data = napi_alloc_frag(size);
	if (!data)
		return NULL;
	copy = napi_build_skb(data, size);
	if (!copy) {
		skb_free_frag(data);
		return NULL;
	}
	skb_reserve(copy, skb_headroom(skb));
	skb_put_data(copy, skb->data, skb->len);
	skb_copy_header(copy, skb);
	return copy;
}

/* A copy with a header of its own. Rules of a firewall can be about the frame's, too. */
static struct sk_buff *duplicate(struct sk_buff *skb)
{
	struct sk_buff *copy;

	if (!skb_is_nonlinear(skb) && skb->len <= SHORT)
		copy = copy_short(skb);
	else
		copy = pskb_copy(skb, GFP_ATOMIC);
	if (copy && skb_mac_header_was_set(skb) &&
	    skb_mac_header(skb) < skb->data)
		memcpy(skb_mac_header(copy), skb_mac_header(skb),
		       skb->data - skb_mac_header(skb));
	return copy;
}

/* A copy does not leave on @oif. */
static void drop_copy(const struct mgm_net *mn, struct mgm_oif *oif,
		      const struct sk_buff *skb, enum mgm_a_drop reason)
{
	switch (reason) {
	case MGM_A_DROP_TTL_THRESHOLD:
		atomic64_inc(&oif->ttl_too_low);
		break;
	case MGM_A_DROP_FRAG_NEEDED:
		IP_INC_STATS(mn->net, IPSTATS_MIB_FRAGFAILS);
		atomic64_inc(&oif->frag_needed);
		break;
	case MGM_A_DROP_NO_MEMORY:
		atomic64_inc(&oif->mfe->discards);
		fallthrough;
	default:
		atomic64_inc(&oif->discards);
		break;
	}
	mgm_link_drop(mn, oif->ifc->link, skb, reason);
}

/*
 * The way of a packet like @skb out of @oif. NULL if it has none, for this *@reason; or
 * because of what is the matter with the packet itself, if that is given there.
 */
static struct rtable *way_out(const struct mgm_net *mn,
			      const struct mgm_oif *oif,
			      const struct sk_buff *skb,
			      enum mgm_a_drop *reason)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct mgm_interface *ifc = oif->ifc;
	enum mgm_a_drop own = *reason;
	struct rtable *rt;

	*reason = MGM_A_DROP_TTL_THRESHOLD;
	if (iph->ttl <= READ_ONCE(ifc->ttl_threshold))
		return NULL;
	*reason = MGM_A_DROP_NO_ROUTE;
	rt = route(mn->net, ifc, iph->daddr);
	if (!rt)
		return NULL;
	*reason = too_big(skb, mtu_of(rt)) ? MGM_A_DROP_FRAG_NEEDED : own;
	if (!*reason)
		return rt;
	ip_rt_put(rt);
	return NULL;
}

/* Send @skb, prepared and with its route, out of @oif. It is consumed. */
static void send(struct mgm_net *mn, struct mgm_oif *oif, struct sk_buff *skb,
		 struct net_device *in)
{
	struct net_device *dev = oif->ifc->link->dev;

	if (skb_cow(skb, LL_RESERVED_SPACE(dev) + skb_dst(skb)->header_len)) {
		drop_copy(mn, oif, skb, MGM_A_DROP_NO_MEMORY);
		kfree_skb(skb);
		return;
	}
	ip_decrease_ttl(ip_hdr(skb));
	atomic64_inc(&oif->packets);
	atomic64_add(skb->len, &oif->octets);
	mgm_count_out(oif->ifc, skb->len);
	NF_HOOK(NFPROTO_IPV4, NF_INET_FORWARD, mn->net, NULL, skb, in, dev,
		finish);
}

/**
 * mgm_output - send a packet out of all interfaces of its entry
 * @mn: namespace
 * @out: the entry's outgoing list, of one at least
 * @skb: packet; consumed, unless @shared
 * @in: the device that it came in on
 * @shared: somebody else still wants the packet as it is
 *
 * Context: RCU read side, BH off.
 */
void mgm_output(struct mgm_net *mn, const struct mgm_outlist *out,
		struct sk_buff *skb, struct net_device *in, bool shared)
{
	struct sk_buff *copy, *pattern = shared ? duplicate(skb) : skb;
	enum mgm_a_drop reason, own = MGM_A_DROP_NO_MEMORY;
	struct rtable *rt;
	u32 i;

	if (pattern)
		own = prepare(mn->net, pattern, in);
	for (i = 0; i < out->n; i++) {
		reason = own;
		rt = way_out(mn, out->oif[i], pattern ?: skb, &reason);
		if (!rt) {
			drop_copy(mn, out->oif[i], pattern ?: skb, reason);
			continue;
		}
		copy = pattern;
		if (i == out->n - 1)
			pattern = NULL;
		else
			copy = duplicate(pattern);
		if (copy) {
			skb_dst_set(copy, &rt->dst);
			send(mn, out->oif[i], copy, in);
		} else {
			ip_rt_put(rt);
			drop_copy(mn, out->oif[i], pattern, MGM_A_DROP_NO_MEMORY);
		}
	}
	kfree_skb(pattern);
}
