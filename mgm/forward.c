// SPDX-License-Identifier: GPL-2.0
/*
 * The data path. Two netfilter hooks see every IPv4 packet that comes in, and
 * every one that the router sends; those to a group, on a device that is an
 * interface of ours, are looked up and copied out of the interfaces that the
 * entry names. Everything is read under RCU; no mutex, no sleep.
 *
 * Every copy goes the way of a forwarded packet: FORWARD and POST_ROUTING see
 * it, and the IP layer fragments it and finds the neighbour.
 */
#include <linux/igmp.h>
#include <linux/inetdevice.h>
#include <linux/netfilter_ipv4.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "bridge.h"
#include "compat.h"
#include "core.h"
#include "trace.h"

/* A packet, or a copy, is not forwarded: why is counted with its device. */
static void drop(const struct mgm_net *mn, struct mgm_link *link,
		 const struct sk_buff *skb, enum mgm_a_drop reason)
{
	atomic64_inc(&link->drops[reason]);
	trace_mgm_drop(mn->net, link->ifindex, ip_hdr(skb), reason);
}

/* The same, for who knows the device by its ifindex. */
void mgm_forward_drop(struct mgm_net *mn, const struct sk_buff *skb,
		      u32 ifindex, enum mgm_a_drop reason)
{
	struct mgm_link *link;

	rcu_read_lock();
	link = xa_load(&mn->links, ifindex);
	if (link)
		drop(mn, link, skb, reason);
	rcu_read_unlock();
}

/* Has somebody on this router joined @grp on @dev? The source is no matter. */
static bool joined_on(const struct net_device *dev, __be32 grp)
{
	struct ip_mc_list __rcu **hash;
	struct in_device *in_dev;
	struct ip_mc_list *im;

	in_dev = __in_dev_get_rcu(dev);
	if (!in_dev)
		return false;
	hash = rcu_dereference(in_dev->mc_hash);
	if (hash) {
		im = rcu_dereference(hash[hash_32((__force u32)grp,
						  MC_HASH_SZ_LOG)]);
		while (im && im->multiaddr != grp)
			im = rcu_dereference(im->next_hash);
	} else {
		im = rcu_dereference(in_dev->mc_list);
		while (im && im->multiaddr != grp)
			im = rcu_dereference(im->next_rcu);
	}
	return im;
}

/* The same, with the VRF that @dev may be in: sockets can join there too. */
static bool joined(struct net_device *dev, __be32 grp)
{
	const struct net_device *master;

	if (joined_on(dev, grp))
		return true;
	master = l3mdev_master_dev_rcu(dev);
	return master && joined_on(master, grp);
}

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
	bool cached = nexthop || !joined(dev, grp);
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

static int finish(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	IP_INC_STATS(net, IPSTATS_MIB_OUTFORWDATAGRAMS);
	IP_ADD_STATS(net, IPSTATS_MIB_OUTOCTETS, skb->len);
	return dst_output(net, sk, skb);
}

/*
 * Make @skb ready to leave by @rt. Returns 0, or why it cannot. From where the
 * route is the packet's own, it is put with it.
 */
static enum mgm_a_drop prepare(struct net *net, struct sk_buff *skb,
			       struct rtable *rt, struct net_device *in)
{
	if (skb_cow(skb, LL_RESERVED_SPACE(rt->dst.dev) + rt->dst.header_len)) {
		ip_rt_put(rt);
		return MGM_A_DROP_NO_MEMORY;
	}
	skb_dst_drop(skb);
	skb_dst_set(skb, &rt->dst);
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
	ip_decrease_ttl(ip_hdr(skb));
	IPCB(skb)->flags = IPSKB_FORWARDED;
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	skb_ext_del(skb, SKB_EXT_BRIDGE_NF);
#endif
	return 0;
}

/* A copy does not leave on @oif. */
static void drop_copy(const struct mgm_net *mn, struct mgm_oif *oif,
		      struct sk_buff *skb, enum mgm_a_drop reason)
{
	switch (reason) {
	case MGM_A_DROP_TTL_THRESHOLD:
		atomic64_inc(&oif->ttl_too_low);
		break;
	case MGM_A_DROP_FRAG_NEEDED:
		IP_INC_STATS(mn->net, IPSTATS_MIB_FRAGFAILS);
		atomic64_inc(&oif->frag_needed);
		break;
	default:
		atomic64_inc(&oif->discards);
		break;
	}
	drop(mn, oif->ifc->link, skb, reason);
}

/* Send @skb, which is consumed, out of @oif. */
static void send_copy(struct mgm_net *mn, struct mgm_oif *oif,
		      struct sk_buff *skb, struct net_device *in)
{
	struct mgm_interface *ifc = oif->ifc;
	struct net *net = mn->net;
	enum mgm_a_drop reason;
	struct rtable *rt;

	reason = MGM_A_DROP_TTL_THRESHOLD;
	if (ip_hdr(skb)->ttl <= READ_ONCE(ifc->ttl_threshold))
		goto drop;
	reason = MGM_A_DROP_NO_ROUTE;
	rt = route(net, ifc, ip_hdr(skb)->daddr);
	if (!rt)
		goto drop;
	reason = MGM_A_DROP_FRAG_NEEDED;
	if (too_big(skb, dst_mtu(&rt->dst))) {
		ip_rt_put(rt);
		goto drop;
	}
	reason = prepare(net, skb, rt, in);
	if (reason)
		goto drop;

	atomic64_inc(&oif->packets);
	atomic64_add(skb->len, &oif->octets);
	mgm_count_out(ifc, skb->len);
	NF_HOOK(NFPROTO_IPV4, NF_INET_FORWARD, net, NULL, skb, in,
		ifc->link->dev, finish);
	return;

drop:
	drop_copy(mn, oif, skb, reason);
	kfree_skb(skb);
}

/* A packet is being forwarded on this CPU, BH off. */
static DEFINE_PER_CPU(bool, forwarding);

/*
 * Copy @skb out of all interfaces of its entry. The packet itself is the last
 * copy, unless it is @shared with somebody who still wants it.
 */
static void send_copies(struct mgm_net *mn, struct mgm_mfe *mfe,
			struct sk_buff *skb, struct mgm_link *link, bool shared)
{
	const struct mgm_outlist *out = rcu_dereference(mfe->out);
	unsigned long now = jiffies;
	struct sk_buff *copy;
	u32 i;

	if (!out->in) {
		drop(mn, link, skb, MGM_A_DROP_NO_RPF);
		goto done;
	}
	if (out->in->key.ifindex != link->ifindex) {
		atomic64_inc(&mfe->wrong_if);
		drop(mn, link, skb, MGM_A_DROP_WRONG_IF);
		mgm_wrong_packet(mn, mfe, skb, link);
		goto done;
	}
	atomic64_inc(&mfe->packets);
	atomic64_add(skb->len, &mfe->octets);
	mgm_count_in(out->in, skb->len);
	if (!out->n) {
		/* Traffic does not prolong its life: its end is an occasion. */
		atomic64_inc(&mfe->negative);
		drop(mn, link, skb, MGM_A_DROP_NEGATIVE);
		goto done;
	}
	/* Written once a tick: other CPUs read the same line. */
	if (READ_ONCE(mfe->lastuse) != now)
		WRITE_ONCE(mfe->lastuse, now);

	for (i = 0; i < out->n; i++) {
		if (i == out->n - 1 && !shared) {
			send_copy(mn, out->oif[i], skb, link->dev);
			return;
		}
		copy = skb_clone(skb, GFP_ATOMIC);
		if (copy) {
			send_copy(mn, out->oif[i], copy, link->dev);
		} else {
			atomic64_inc(&mfe->discards);
			drop_copy(mn, out->oif[i], skb, MGM_A_DROP_NO_MEMORY);
		}
	}
done:
	if (!shared)
		kfree_skb(skb);
}

static void forward(struct mgm_net *mn, struct mgm_mfe *mfe,
		    struct sk_buff *skb, struct mgm_link *link, bool shared)
{
	__this_cpu_write(forwarding, true);
	send_copies(mn, mfe, skb, link, shared);
	__this_cpu_write(forwarding, false);
}

/* Is this a packet that a multicast router looks at? */
static bool multicast(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	/* Reports of IGMPv1 and v2 go to the group that they are about. */
	return ipv4_is_multicast(iph->daddr) &&
	       !ipv4_is_local_multicast(iph->daddr) &&
	       iph->protocol != IPPROTO_IGMP;
}

/* Can a host on another network answer? */
static bool good_source(__be32 saddr)
{
	return !ipv4_is_zeronet(saddr) && !ipv4_is_multicast(saddr) &&
	       !ipv4_is_lbcast(saddr) && !ipv4_is_loopback(saddr) &&
	       !ipv4_is_linklocal_169(saddr);
}

/* Forward @skb by its entry, or hold it until it has one. */
static void handle(struct mgm_net *mn, struct sk_buff *skb,
		   struct mgm_link *link, bool shared)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct mgm_flow4 flow = { .src = iph->saddr, .grp = iph->daddr };
	struct mgm_mfe *mfe = mgm_mfe_lookup4(mn, &flow);
	struct sk_buff *held = skb;

	if (mfe && likely(!READ_ONCE(mfe->held))) {
		forward(mn, mfe, skb, link, shared);
		return;
	}
	/* A packet that can go nowhere is not worth an entry. */
	if (!mfe && iph->ttl <= 1) {
		drop(mn, link, skb, MGM_A_DROP_TTL_EXPIRED);
		if (!shared)
			kfree_skb(skb);
		return;
	}
	if (shared) {
		held = skb_clone(skb, GFP_ATOMIC);
		if (!held) {
			drop(mn, link, skb, MGM_A_DROP_NO_MEMORY);
			return;
		}
		/*
		 * The packet goes on here and its clone elsewhere: they must
		 * not confirm one connection at the same time.
		 */
		nf_reset_ct(held);
	}
	if (mgm_pending_hold(mn, &flow, held, link->ifindex, !mfe))
		return;
	if (!mfe)
		mfe = mgm_mfe_lookup4(mn, &flow);
	if (mfe) {
		forward(mn, mfe, held, link, false);
	} else {
		drop(mn, link, held, MGM_A_DROP_NO_MFE);
		kfree_skb(held);
	}
}

/* The device that a packet to be looked at came in on, if it is one of ours. */
static struct mgm_link *link_of(struct mgm_net *mn, const struct sk_buff *skb,
				const struct net_device *dev)
{
	struct mgm_link *link = xa_load(&mn->links, dev->ifindex);

	if (!link || likely(good_source(ip_hdr(skb)->saddr)))
		return link;
	drop(mn, link, skb, MGM_A_DROP_BAD_SOURCE);
	return NULL;
}

static unsigned int pre_routing(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct net_device *in = state->in;
	struct mgm_link *link;
	struct mgm_net *mn;
	bool shared;

	if (!multicast(skb) || skb->pkt_type == PACKET_LOOPBACK ||
	    mgm_bridged_past(skb))
		return NF_ACCEPT;
	mn = mgm_pernet(state->net);
	link = link_of(mn, skb, in);
	if (!link)
		return NF_ACCEPT;

	/* A bridge shows packets here that it has yet to bridge. */
	shared = joined(in, ip_hdr(skb)->daddr) || mgm_bridged(skb);
	handle(mn, skb, link, shared);
	return shared ? NF_ACCEPT : NF_STOLEN;
}

/*
 * What the router itself sends to a group came, as it were, in on the device
 * that it goes out of. The packet goes its way; the copies are ours. Not so what a
 * tunnel makes of a copy of ours: a tunnel to a group could feed itself, on one
 * stack.
 */
static unsigned int local_out(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct mgm_link *link;
	struct mgm_net *mn;

	if (!multicast(skb))
		return NF_ACCEPT;
	mn = mgm_pernet(state->net);
	link = link_of(mn, skb, state->out);
	if (!link)
		return NF_ACCEPT;

	local_bh_disable();
	if (__this_cpu_read(forwarding))
		drop(mn, link, skb, MGM_A_DROP_NESTED);
	else
		handle(mn, skb, link, true);
	local_bh_enable();
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook = pre_routing,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_LAST,
	}, {
		.hook = local_out,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP_PRI_LAST,
	},
};

/**
 * mgm_forward_held - send a packet that was held for its entry
 * @mn: namespace
 * @flow: source and group
 * @skb: the packet; consumed
 * @arrival: ifindex that it came in on
 *
 * Context: Process context.
 */
void mgm_forward_held(struct mgm_net *mn, const struct mgm_flow4 *flow,
		      struct sk_buff *skb, u32 arrival)
{
	struct mgm_link *link;
	struct mgm_mfe *mfe;

	local_bh_disable();
	rcu_read_lock();
	link = xa_load(&mn->links, arrival);
	mfe = mgm_mfe_lookup4(mn, flow);
	if (link && mfe) {
		forward(mn, mfe, skb, link, false);
	} else {
		if (link)
			drop(mn, link, skb, MGM_A_DROP_NO_MFE);
		kfree_skb(skb);
	}
	rcu_read_unlock();
	local_bh_enable();
}

int mgm_forward_init(struct mgm_net *mn)
{
	return nf_register_net_hooks(mn->net, hooks, ARRAY_SIZE(hooks));
}

void mgm_forward_exit(struct mgm_net *mn)
{
	nf_unregister_net_hooks(mn->net, hooks, ARRAY_SIZE(hooks));
}

/*
 * No packet is under way any more. Those that netfilter has given to a queue in user
 * space would come back to finish(): the hooks' end has dropped what was there then,
 * and this what the last packets have added.
 */
void mgm_forward_forget(struct mgm_net *mn)
{
	nf_queue_nf_hook_drop(mn->net);
}
