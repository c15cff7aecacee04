// SPDX-License-Identifier: GPL-2.0
/*
 * Messages on their way in. The hook sees every packet that comes in; those of
 * IGMP on an interface where it is enabled are put in the interface's queue, as
 * many in a second as its bound allows, and are looked at in process context:
 * first whether they are what section 4 says and come from where section 9 wants,
 * then what they say.
 */
#include <linux/igmp.h>
#include <linux/inetdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <net/ip.h>

#include "../bridge.h"
#include "igmp.h"

struct message {
	struct mgm_igmp_if *ifc;
	struct sk_buff *skb;
	__be32 src;
	__be32 dst;
	bool looped;			/* our own, heard by ourselves */
	const u8 *data;
	unsigned int len;
};

struct message_cb {
	bool looped;
	u32 bytes;			/* counted in the interface's queue_bytes */
};

#define MESSAGE_CB(skb)	((struct message_cb *)(skb)->cb)

/* Of the rooms, which know no device: log it, now and then. */
void mgm_igmp_warn_version(struct mgm_igmp_if *ifc, __be32 querier, u8 version)
{
	net_warn_ratelimited("mgm_igmp: interface %u has version %u, but %pI4 sends queries of version %u: set the lowest one everywhere\n",
			     ifc->ifindex, ifc->config.version, &querier,
			     version);
}

/* Messages */

static bool has_router_alert(const struct iphdr *iph)
{
	const u8 *option = (const u8 *)(iph + 1);
	int left = iph->ihl * 4 - sizeof(*iph);

	while (left > 0 && *option != IPOPT_END) {
		int len = *option == IPOPT_NOOP ? 1 : left > 1 ? option[1] : 0;

		if (*option == IPOPT_RA)
			return len == 4 && left >= 4;
		if (!len || len > left || (*option != IPOPT_NOOP && len < 2))
			return false;
		option += len;
		left -= len;
	}
	return false;
}

/*
 * Is @src on the link? A link without addresses of its own cannot tell (9.1, 9.2).
 * A host without an address has 0.0.0.0 (4.2), a switch that asks in a
 * router's place, too.
 */
static bool on_link(const struct in_device *in_dev, __be32 src)
{
	const struct in_ifaddr *ifa;

	if (!src)
		return true;
	if (ipv4_is_multicast(src) || ipv4_is_loopback(src) ||
	    ipv4_is_lbcast(src))
		return false;
	if (!rcu_access_pointer(in_dev->ifa_list))
		return true;
	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (inet_ifa_match(src, ifa))
			return true;
	return false;
}

/*
 * A message goes to the group that it is about, or to one of those that all hosts
 * or all routers are in; or to the router itself (4.1, 4.2).
 */
static bool to_us(const struct in_device *in_dev, __be32 dst, __be32 grp)
{
	const struct in_ifaddr *ifa;

	if (dst == IGMP_ALL_HOSTS || dst == IGMP_ALL_ROUTER ||
	    dst == IGMPV3_ALL_MCR || (grp && dst == grp))
		return true;
	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (dst == ifa->ifa_local)
			return true;
	return false;
}

/* From where, and to where? Returns as check() does. */
static enum mgm_igmp_a_stats check_addresses(const struct message *m,
					     __be32 grp)
{
	enum mgm_igmp_a_stats reason = 0;
	struct in_device *in_dev;
	struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(m->ifc->in->net, m->ifc->ifindex);
	in_dev = dev ? __in_dev_get_rcu(dev) : NULL;
	if (!in_dev || !on_link(in_dev, m->src))
		reason = MGM_IGMP_A_STATS_IN_BAD_SOURCE;
	else if (!to_us(in_dev, m->dst, grp))
		reason = MGM_IGMP_A_STATS_IN_BAD_GROUP;
	rcu_read_unlock();
	return reason;
}

/* Everything newer than the first version has the option (4, and 2 of RFC 2236). */
static bool needs_router_alert(const struct message *m)
{
	const struct igmphdr *ih = (const void *)m->data;

	if (!m->ifc->config.router_alert)
		return false;
	if (ih->type == IGMP_HOST_MEMBERSHIP_QUERY)
		return ih->code || m->len > sizeof(*ih);
	return ih->type != IGMP_HOST_MEMBERSHIP_REPORT;
}

/* The reason not to look at a message; 0 if there is none. */
static enum mgm_igmp_a_stats check(struct message *m)
{
	struct sk_buff *skb = m->skb;
	const struct igmphdr *ih;
	const struct iphdr *iph;
	unsigned int offset;

	/* Computed, not believed: some drivers vouch for what they have not seen. */
	skb->ip_summed = CHECKSUM_NONE;
	switch (ip_mc_check_igmp(skb)) {
	case 0:
		break;
	case -ENOMSG:
		return MGM_IGMP_A_STATS_IN_UNKNOWN_TYPE;
	default:
		return MGM_IGMP_A_STATS_IN_MALFORMED;
	}
	if (skb_linearize(skb))
		return MGM_IGMP_A_STATS_NO_MEMORY;
	iph = ip_hdr(skb);
	offset = skb_transport_offset(skb);
	m->src = iph->saddr;
	m->dst = iph->daddr;
	m->data = skb_transport_header(skb);
	m->len = ntohs(iph->tot_len) - (offset - skb_network_offset(skb));
	ih = (const struct igmphdr *)m->data;

	if (iph->ttl != 1)
		return MGM_IGMP_A_STATS_IN_BAD_TTL;
	if (needs_router_alert(m) && !has_router_alert(iph))
		return MGM_IGMP_A_STATS_IN_NO_ROUTER_ALERT;
	/* A report of version 3 has its groups in its records. */
	if (ih->type == IGMPV3_HOST_MEMBERSHIP_REPORT)
		return check_addresses(m, 0);
	/* Only a query may be about no group in particular. */
	if (ipv4_is_multicast(ih->group) ||
	    (!ih->group && ih->type == IGMP_HOST_MEMBERSHIP_QUERY))
		return check_addresses(m, ih->group);
	return MGM_IGMP_A_STATS_IN_BAD_GROUP;
}

/* Do the records of a report fill it, no more and no less than they say? */
static bool check_records(const struct message *m)
{
	const struct igmpv3_report *report = (const void *)m->data;
	unsigned int offset = sizeof(*report);
	unsigned int n = ntohs(report->ngrec);
	const struct igmpv3_grec *record;

	while (n--) {
		record = (const void *)(m->data + offset);
		if (m->len - offset < sizeof(*record))
			return false;
		offset += sizeof(*record);
		if (m->len - offset < ntohs(record->grec_nsrcs) * 4 +
				      record->grec_auxwords * 4)
			return false;
		offset += ntohs(record->grec_nsrcs) * 4 +
			  record->grec_auxwords * 4;
	}
	return true;
}

static void record(const struct message *m, const struct igmpv3_grec *record)
{
	__be32 grp = record->grec_mca;

	/* Types yet to be invented are passed over (4.2). */
	if (record->grec_type < IGMPV3_MODE_IS_INCLUDE ||
	    record->grec_type > IGMPV3_BLOCK_OLD_SOURCES)
		return;
	/* Hosts report groups of the link, too; a router has nothing to do with them. */
	if (!ipv4_is_multicast(grp))
		mgm_igmp_count(m->ifc, MGM_IGMP_A_STATS_IN_BAD_GROUP);
	else if (!ipv4_is_local_multicast(grp))
		mgm_igmp_record(m->ifc, m->src, record->grec_type, grp,
				record->grec_src, ntohs(record->grec_nsrcs));
}

static void v3_report(const struct message *m)
{
	const struct igmpv3_report *report = (const void *)m->data;
	const u8 *at = m->data + sizeof(*report);
	unsigned int n = ntohs(report->ngrec);
	const struct igmpv3_grec *r;

	if (!check_records(m)) {
		mgm_igmp_count(m->ifc, MGM_IGMP_A_STATS_IN_MALFORMED);
		return;
	}
	mgm_igmp_count(m->ifc, MGM_IGMP_A_STATS_IN_V3_REPORTS);
	while (n--) {
		r = (const void *)at;
		record(m, r);
		at += sizeof(*r) + ntohs(r->grec_nsrcs) * 4 +
		      r->grec_auxwords * 4;
	}
}

static void query(const struct message *m)
{
	const struct igmpv3_query *ih3 = (const void *)m->data;
	const struct igmphdr *ih = (const void *)m->data;
	struct mgm_igmp_query query = {
		.querier = m->src,
		.grp = ih->group,
	};

	/* By length, and by the time that versions before 2 leave out (7.1). */
	if (m->len < sizeof(*ih3)) {
		query.version = ih->code ? 2 : 1;
		query.max_resp = ih->code * 100;
	} else {
		query.version = 3;
		query.suppress = ih3->suppress;
		query.robustness = ih3->qrv;
		query.query_interval = mgm_igmp_code_value(ih3->qqic) * 1000;
		query.max_resp = mgm_igmp_code_value(ih3->code) * 100;
		query.srcs = ih3->srcs;
		query.n = ntohs(ih3->nsrcs);
		if (m->len - sizeof(*ih3) < query.n * sizeof(__be32)) {
			mgm_igmp_count(m->ifc, MGM_IGMP_A_STATS_IN_MALFORMED);
			return;
		}
	}
	mgm_igmp_count(m->ifc, MGM_IGMP_A_STATS_IN_QUERIES);
	mgm_igmp_query_heard(m->ifc, &query);
}

/* Reports of versions 1 and 2, and leave messages: what they do to @grp. */
static void handle_older(const struct message *m, u8 type, __be32 grp)
{
	struct mgm_igmp_if *ifc = m->ifc;
	bool routed = !ipv4_is_local_multicast(grp);

	switch (type) {
	case IGMP_HOST_MEMBERSHIP_REPORT:
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_IN_V1_REPORTS);
		if (routed)
			mgm_igmp_v1_report(ifc, m->src, grp);
		break;
	case IGMPV2_HOST_MEMBERSHIP_REPORT:
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_IN_V2_REPORTS);
		if (routed)
			mgm_igmp_v2_report(ifc, m->src, grp);
		break;
	case IGMP_HOST_LEAVE_MESSAGE:
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_IN_LEAVES);
		if (routed)
			mgm_igmp_v2_leave(ifc, m->src, grp);
		break;
	}
}

static void handle(const struct message *m)
{
	const struct igmphdr *ih = (const void *)m->data;

	switch (ih->type) {
	case IGMP_HOST_MEMBERSHIP_QUERY:
		if (!m->looped)
			query(m);
		break;
	case IGMPV3_HOST_MEMBERSHIP_REPORT:
		v3_report(m);
		break;
	default:
		handle_older(m, ih->type, ih->group);
		break;
	}
}

static void queue_work_fn(struct work_struct *work)
{
	struct mgm_igmp_if *ifc = container_of(work, struct mgm_igmp_if,
					       queue_work);
	struct message m = { .ifc = ifc };
	enum mgm_igmp_a_stats reason;
	u32 bytes;

	while ((m.skb = skb_dequeue(&ifc->queue))) {
		m.looped = MESSAGE_CB(m.skb)->looped;
		bytes = MESSAGE_CB(m.skb)->bytes;
		mutex_lock(&ifc->in->lock);
		ifc->now = ktime_get();
		reason = check(&m);
		if (reason)
			mgm_igmp_count(ifc, reason);
		else
			handle(&m);
		mutex_unlock(&ifc->in->lock);
		atomic_sub(bytes, &ifc->queue_bytes);
		kfree_skb(m.skb);
		cond_resched();
	}
}

/* The hook */

/* One more this second? A second's worth may come at once. */
static bool take_token(struct mgm_igmp_if *ifc)
{
	u32 rate = READ_ONCE(ifc->config.rate_max);
	unsigned long passed = jiffies - ifc->refilled;
	u64 fresh;

	lockdep_assert_held(&ifc->queue.lock);
	fresh = passed >= HZ ? rate : div_u64((u64)passed * rate, HZ);
	if (fresh) {
		ifc->tokens = min_t(u64, rate, ifc->tokens + fresh);
		ifc->refilled = jiffies;
	}
	if (!ifc->tokens)
		return false;
	ifc->tokens--;
	return true;
}

static bool may_queue(struct mgm_igmp_if *ifc)
{
	bool may;

	spin_lock_bh(&ifc->queue.lock);
	may = skb_queue_len(&ifc->queue) < MGM_IGMP_QUEUE_MAX &&
	      atomic_read(&ifc->queue_bytes) < MGM_IGMP_QUEUE_BYTES_MAX &&
	      take_token(ifc);
	spin_unlock_bh(&ifc->queue.lock);
	return may;
}

static void queue(struct mgm_igmp_if *ifc, struct sk_buff *skb)
{
	struct sk_buff *clone;

	if (!may_queue(ifc)) {
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_RATE_EXCEEDED);
		return;
	}
	clone = skb_clone(skb, GFP_ATOMIC);
	if (!clone) {
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_NO_MEMORY);
		return;
	}
	/* It may wait longer than what it points to lives. */
	skb_orphan(clone);
	skb_dst_drop(clone);
	nf_reset_ct(clone);
	clone->dev = NULL;
	MESSAGE_CB(clone)->looped = skb->pkt_type == PACKET_LOOPBACK;
	MESSAGE_CB(clone)->bytes = clone->truesize;
	atomic_add(clone->truesize, &ifc->queue_bytes);
	skb_queue_tail(&ifc->queue, clone);
	queue_work(mgm_igmp_wq, &ifc->queue_work);
}

static unsigned int hook(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct mgm_igmp_net *in;
	struct mgm_igmp_if *ifc;

	if (iph->protocol != IPPROTO_IGMP || mgm_bridged_past(skb))
		return NF_ACCEPT;
	in = mgm_igmp_pernet(state->net);
	ifc = xa_load(&in->interfaces, state->in->ifindex);
	if (!ifc)
		return NF_ACCEPT;
	if (ip_is_fragment(iph))
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_IN_MALFORMED);
	else
		queue(ifc, skb);
	return NF_ACCEPT;
}

/* After the firewall, and before MGM's forwarder. */
static const struct nf_hook_ops hook_ops = {
	.hook = hook,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_PRE_ROUTING,
	.priority = NF_IP_PRI_LAST - 1,
};

int mgm_igmp_hook_register(struct mgm_igmp_net *in)
{
	return nf_register_net_hook(in->net, &hook_ops);
}

void mgm_igmp_hook_unregister(struct mgm_igmp_net *in)
{
	nf_unregister_net_hook(in->net, &hook_ops);
}

void mgm_igmp_input_init(struct mgm_igmp_if *ifc)
{
	skb_queue_head_init(&ifc->queue);
	ifc->tokens = ifc->config.rate_max;
	ifc->refilled = jiffies;
	INIT_WORK(&ifc->queue_work, queue_work_fn);
}

/* A grace period has passed since the hook could find the interface. */
void mgm_igmp_input_exit(struct mgm_igmp_if *ifc)
{
	cancel_work_sync(&ifc->queue_work);
	skb_queue_purge(&ifc->queue);
}
