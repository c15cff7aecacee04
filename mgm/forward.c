// SPDX-License-Identifier: GPL-2.0
/*
 * The data path. Two netfilter hooks see every IPv4 packet that comes in, and
 * every one that the router sends; those to a group, on a device that is an
 * interface of ours, are looked up and copied out of the interfaces that the
 * entry names (output.c). Everything is read under RCU; no mutex, no sleep.
 */
#include <linux/netfilter_ipv4.h>
#include <net/ip.h>

#include "bridge.h"
#include "compat.h"
#include "core.h"
#include "local.h"

/* For who knows the device by its ifindex. */
void mgm_forward_drop(struct mgm_net *mn, const struct sk_buff *skb,
		      u32 ifindex, enum mgm_a_drop reason)
{
	struct mgm_link *link;

	rcu_read_lock();
	link = xa_load(&mn->links, ifindex);
	if (link)
		mgm_link_drop(mn, link, skb, reason);
	rcu_read_unlock();
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

	if (!out->in) {
		mgm_link_drop(mn, link, skb, MGM_A_DROP_NO_RPF);
		goto done;
	}
	if (out->in->key.ifindex != link->ifindex) {
		atomic64_inc(&mfe->wrong_if);
		mgm_link_drop(mn, link, skb, MGM_A_DROP_WRONG_IF);
		mgm_wrong_packet(mn, mfe, skb, link);
		goto done;
	}
	atomic64_inc(&mfe->packets);
	atomic64_add(skb->len, &mfe->octets);
	mgm_count_in(out->in, skb->len);
	if (!out->n) {
		/* Traffic does not prolong its life: its end is an occasion. */
		atomic64_inc(&mfe->negative);
		mgm_link_drop(mn, link, skb, MGM_A_DROP_NEGATIVE);
		goto done;
	}
	/* Written once a tick: other CPUs read the same line. */
	if (READ_ONCE(mfe->lastuse) != now)
		WRITE_ONCE(mfe->lastuse, now);

	mgm_output(mn, out, skb, link->dev, shared);
	return;

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
		mgm_link_drop(mn, link, skb, MGM_A_DROP_TTL_EXPIRED);
		if (!shared)
			kfree_skb(skb);
		return;
	}
	if (shared) {
		held = skb_clone(skb, GFP_ATOMIC);
		if (!held) {
			mgm_link_drop(mn, link, skb, MGM_A_DROP_NO_MEMORY);
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
		mgm_link_drop(mn, link, held, MGM_A_DROP_NO_MFE);
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
	mgm_link_drop(mn, link, skb, MGM_A_DROP_BAD_SOURCE);
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
	shared = mgm_joined(in, ip_hdr(skb)->daddr) || mgm_bridged(skb);
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
		mgm_link_drop(mn, link, skb, MGM_A_DROP_NESTED);
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
			mgm_link_drop(mn, link, skb, MGM_A_DROP_NO_MFE);
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
