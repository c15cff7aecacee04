// SPDX-License-Identifier: GPL-2.0
/*
 * What an object looks like as attributes: one function each, whether it is
 * asked for, dumped or announced.
 */
#include "netlink.h"

#define put_u64(skb, set, attr, value)					\
	nla_put_u64_64bit(skb, MGM_A_##set##_##attr, value, MGM_A_##set##_PAD)

/* An address, by the attribute for its family; nothing if it is all zero. */
int mgm_put_addr(struct sk_buff *skb, u16 family, int attr4, int attr6,
		 const union mgm_addr *addr)
{
	if (mgm_addr_any(family, addr))
		return 0;
	if (family == AF_INET)
		return nla_put_in_addr(skb, attr4, addr->ip4);
	return nla_put_in6_addr(skb, attr6, &addr->ip6);
}

int mgm_fill_protocol(struct sk_buff *skb, const struct mgm_protocol *proto)
{
	const struct module *owner = proto->ops ? proto->ops->owner : NULL;

	if (nla_put_u32(skb, MGM_A_PROTOCOL_HANDLE, proto->handle) ||
	    nla_put_u32(skb, MGM_A_PROTOCOL_ID, proto->id) ||
	    nla_put_u32(skb, MGM_A_PROTOCOL_COMPONENT, proto->component) ||
	    (proto->name[0] &&
	     nla_put_string(skb, MGM_A_PROTOCOL_NAME, proto->name)) ||
	    nla_put_u32(skb, MGM_A_PROTOCOL_FLAGS, proto->flags) ||
	    (proto->portid &&
	     nla_put_u32(skb, MGM_A_PROTOCOL_PORTID, proto->portid)) ||
	    (owner && nla_put_string(skb, MGM_A_PROTOCOL_MODULE,
				     module_name((struct module *)owner))) ||
	    nla_put_u32(skb, MGM_A_PROTOCOL_INTERFACES, proto->nr_interfaces) ||
	    nla_put_u32(skb, MGM_A_PROTOCOL_MEMBERSHIPS,
			proto->nr_memberships) ||
	    nla_put_u32(skb, MGM_A_PROTOCOL_ALERTS,
			proto->nr_alerts + proto->nr_asked) ||
	    nla_put_u32(skb, MGM_A_PROTOCOL_ALERTS_LOST, proto->alerts_lost) ||
	    (proto->tell &&
	     nla_put_u32(skb, MGM_A_PROTOCOL_CALLBACKS, proto->callbacks)))
		return -EMSGSIZE;
	return 0;
}

static int put_owner(struct sk_buff *skb, const struct mgm_protocol *owner)
{
	return nla_put_u32(skb, MGM_A_INTERFACE_OWNER_HANDLE, owner->handle) ||
	       nla_put_u32(skb, MGM_A_INTERFACE_OWNER_ID, owner->id) ||
	       nla_put_u32(skb, MGM_A_INTERFACE_OWNER_COMPONENT,
			   owner->component) ||
	       (owner->name[0] &&
		nla_put_string(skb, MGM_A_INTERFACE_OWNER_NAME, owner->name));
}

static int put_drops(struct sk_buff *skb, const struct mgm_link *link)
{
	struct nlattr *nest = nla_nest_start(skb, MGM_A_INTERFACE_DROPS);
	int reason;

	if (!nest)
		return -EMSGSIZE;
	for (reason = MGM_A_DROP_PAD + 1; reason <= MGM_A_DROP_MAX; reason++)
		if (nla_put_u64_64bit(skb, reason,
				      atomic64_read(&link->drops[reason]),
				      MGM_A_DROP_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* @handle: whose change is announced; 0 if none is. */
int mgm_fill_interface(struct sk_buff *skb, const struct mgm_interface *ifc,
		       u32 handle)
{
	u32 flags = (ifc->igmp ? MGM_INTERFACE_F_IGMP : 0) |
		    (ifc->handover ? MGM_INTERFACE_F_HANDOVER : 0);
	struct mgm_counts counts;

	mgm_interface_counts(ifc, &counts);

	if ((handle && nla_put_u32(skb, MGM_A_INTERFACE_HANDLE, handle)) ||
	    nla_put_u32(skb, MGM_A_INTERFACE_IFINDEX, ifc->key.ifindex) ||
	    put_addr_of(skb, ifc->key.family, INTERFACE, NEXTHOP,
			&ifc->key.nexthop) ||
	    nla_put_u32(skb, MGM_A_INTERFACE_FLAGS, flags) ||
	    nla_put_u32(skb, MGM_A_INTERFACE_TTL_THRESHOLD,
			ifc->ttl_threshold) ||
	    (ifc->owner && put_owner(skb, ifc->owner)) ||
	    nla_put_u32(skb, MGM_A_INTERFACE_MEMBERSHIPS,
			ifc->nr_memberships) ||
	    nla_put_u32(skb, MGM_A_INTERFACE_MFES_IN, ifc->nr_mfes) ||
	    nla_put_u32(skb, MGM_A_INTERFACE_MFES_OUT, ifc->nr_oifs) ||
	    put_u64(skb, INTERFACE, IN_PACKETS, counts.in_packets) ||
	    put_u64(skb, INTERFACE, IN_OCTETS, counts.in_octets) ||
	    put_u64(skb, INTERFACE, OUT_PACKETS, counts.out_packets) ||
	    put_u64(skb, INTERFACE, OUT_OCTETS, counts.out_octets) ||
	    nla_put_u32(skb, MGM_A_INTERFACE_WRONG_IF, ifc->wrong_if) ||
	    put_drops(skb, ifc->link))
		return -EMSGSIZE;
	return 0;
}

int mgm_fill_membership(struct sk_buff *skb, const struct mgm_membership *m)
{
	const struct mgm_if *ifc = &m->ifc->key;
	const struct mgm_sg *sg = &m->group->sg;

	if (nla_put_u32(skb, MGM_A_MEMBERSHIP_HANDLE, m->proto->handle) ||
	    nla_put_u32(skb, MGM_A_MEMBERSHIP_PROTOCOL_ID, m->proto->id) ||
	    nla_put_u32(skb, MGM_A_MEMBERSHIP_COMPONENT,
			m->proto->component) ||
	    nla_put_u32(skb, MGM_A_MEMBERSHIP_IFINDEX, ifc->ifindex) ||
	    put_addr_of(skb, ifc->family, MEMBERSHIP, NEXTHOP,
			&ifc->nexthop) ||
	    put_addr_of(skb, sg->family, MEMBERSHIP, GROUP, &sg->grp) ||
	    nla_put_u32(skb, MGM_A_MEMBERSHIP_GROUP_LEN, sg->grp_len) ||
	    put_addr_of(skb, sg->family, MEMBERSHIP, SOURCE, &sg->src) ||
	    nla_put_u32(skb, MGM_A_MEMBERSHIP_SOURCE_LEN, sg->src_len) ||
	    nla_put_u32(skb, MGM_A_MEMBERSHIP_FLAGS, m->flags))
		return -EMSGSIZE;
	return 0;
}

static int put_oif(struct sk_buff *skb, const struct mgm_oif *oif)
{
	const struct mgm_if *key = &oif->ifc->key;
	struct nlattr *nest = nla_nest_start(skb, MGM_A_MFE_OIF);

	if (!nest ||
	    nla_put_u32(skb, MGM_A_OIF_IFINDEX, key->ifindex) ||
	    put_addr_of(skb, key->family, OIF, NEXTHOP, &key->nexthop) ||
	    put_u64(skb, OIF, OUT_PACKETS, atomic64_read(&oif->packets)) ||
	    put_u64(skb, OIF, OUT_OCTETS, atomic64_read(&oif->octets)) ||
	    put_u64(skb, OIF, TTL_TOO_LOW, atomic64_read(&oif->ttl_too_low)) ||
	    put_u64(skb, OIF, FRAG_NEEDED, atomic64_read(&oif->frag_needed)) ||
	    put_u64(skb, OIF, DISCARDS, atomic64_read(&oif->discards)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_veto(struct sk_buff *skb, const struct mgm_veto *veto)
{
	const struct mgm_if *key = &veto->ifc->key;
	struct nlattr *nest = nla_nest_start(skb, MGM_A_MFE_VETO);

	if (!nest ||
	    nla_put_u32(skb, MGM_A_OIF_IFINDEX, key->ifindex) ||
	    put_addr_of(skb, key->family, OIF, NEXTHOP, &key->nexthop))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Where packets come in, and whose that is. */
static int put_iif(struct sk_buff *skb, const struct mgm_interface *in)
{
	const struct mgm_protocol *owner = in->owner ?: in->igmp;

	return nla_put_u32(skb, MGM_A_MFE_IIF, in->key.ifindex) ||
	       put_addr_of(skb, in->key.family, MFE, IIF_NEXTHOP,
			   &in->key.nexthop) ||
	       (owner &&
		(nla_put_u32(skb, MGM_A_MFE_OWNER_HANDLE, owner->handle) ||
		 nla_put_u32(skb, MGM_A_MFE_OWNER_ID, owner->id) ||
		 nla_put_u32(skb, MGM_A_MFE_OWNER_COMPONENT,
			     owner->component)));
}

static int put_route(struct sk_buff *skb, u16 family,
		     const struct mgm_route *route)
{
	/* The default route's prefix is zero, and is a prefix all the same. */
	return put_addr_of(skb, family, MFE, UPSTREAM, &route->upstream) ||
	       nla_put_in_addr(skb, MGM_A_MFE_RPF_PREFIX4, route->prefix.ip4) ||
	       nla_put_u32(skb, MGM_A_MFE_RPF_LEN, route->prefix_len) ||
	       nla_put_u32(skb, MGM_A_MFE_RPF_PROTOCOL, route->protocol);
}

static int put_mfe_counters(struct sk_buff *skb, const struct mgm_net *mn,
			    const struct mgm_mfe *mfe)
{
	return put_u64(skb, MFE, IN_PACKETS, atomic64_read(&mfe->packets)) ||
	       put_u64(skb, MFE, IN_OCTETS, atomic64_read(&mfe->octets)) ||
	       put_u64(skb, MFE, WRONG_IF_PACKETS,
		       atomic64_read(&mfe->wrong_if)) ||
	       put_u64(skb, MFE, HELD_PACKETS, mfe->held_packets) ||
	       put_u64(skb, MFE, QUEUE_OVERFLOWS, mfe->queue_overflows) ||
	       put_u64(skb, MFE, NEGATIVE_PACKETS,
		       atomic64_read(&mfe->negative)) ||
	       put_u64(skb, MFE, IN_DISCARDS, atomic64_read(&mfe->discards)) ||
	       put_u64(skb, MFE, OUT_PACKETS, mgm_mfe_out_packets(mn, mfe));
}

int mgm_fill_mfe(struct sk_buff *skb, const struct mgm_net *mn,
		 const struct mgm_mfe *mfe)
{
	const struct mgm_outlist *out = mgm_mfe_out(mn, mfe);
	u16 family = mfe->sg.family;
	const struct mgm_veto *veto;
	u32 i;

	if (put_addr_of(skb, family, MFE, GROUP, &mfe->sg.grp) ||
	    put_addr_of(skb, family, MFE, SOURCE, &mfe->sg.src) ||
	    nla_put_u32(skb, MGM_A_MFE_FLAGS, mgm_mfe_flags(mn, mfe)) ||
	    (out->in && put_iif(skb, out->in)) ||
	    (mfe->route.ifindex && put_route(skb, family, &mfe->route)) ||
	    put_u64(skb, MFE, UPTIME,
		    jiffies64_to_msecs(jiffies - mfe->created)) ||
	    put_u64(skb, MFE, EXPIRES,
		    jiffies_to_msecs(mgm_mfe_expires(mfe))) ||
	    put_u64(skb, MFE, TIMEOUT, jiffies_to_msecs(mfe->timeout)) ||
	    put_mfe_counters(skb, mn, mfe) ||
	    nla_put_u32(skb, MGM_A_MFE_OIF_COUNT, out->n))
		return -EMSGSIZE;
	for (i = 0; i < out->n; i++)
		if (put_oif(skb, out->oif[i]))
			return -EMSGSIZE;
	list_for_each_entry(veto, &mfe->vetoes, mfe_node)
		if (put_veto(skb, veto))
			return -EMSGSIZE;
	return 0;
}

/*
 * Room that the attributes of an MFE need which names @n interfaces, outgoing
 * ones and those that it is kept out of: an interface is never both.
 */
size_t mgm_size_mfe(u32 n)
{
	size_t u64_size = nla_total_size_64bit(sizeof(u64));
	size_t addr_size = nla_total_size(sizeof(struct in6_addr));
	size_t u32_size = nla_total_size(sizeof(u32));
	size_t oif_size = nla_total_size(0) + u32_size + addr_size +
			  5 * u64_size;

	return 5 * addr_size + 8 * u32_size + 11 * u64_size + n * oif_size;
}

size_t mgm_size_this_mfe(const struct mgm_net *mn, const struct mgm_mfe *mfe)
{
	u32 n = mgm_mfe_out(mn, mfe)->n;
	const struct list_head *veto;

	list_for_each(veto, &mfe->vetoes)
		n++;
	return mgm_size_mfe(n);
}

int mgm_fill_limit(struct sk_buff *skb, const struct mgm_net *mn,
		   enum mgm_limit id)
{
	const struct mgm_bound *b = &mn->bounds[id];

	/* A bound of each single flow or protocol has no sum to tell. */
	if (nla_put_u32(skb, MGM_A_LIMIT_ID, id) ||
	    nla_put_u32(skb, MGM_A_LIMIT_VALUE, b->value) ||
	    (id != MGM_LIMIT_PENDING_FLOW_PACKETS &&
	     id != MGM_LIMIT_ALERTS &&
	     nla_put_u32(skb, MGM_A_LIMIT_USED, READ_ONCE(b->used))) ||
	    put_u64(skb, LIMIT, HITS, atomic64_read(&b->hits)))
		return -EMSGSIZE;
	return 0;
}

int mgm_fill_config(struct sk_buff *skb, const struct mgm_config *config)
{
	if (nla_put_u32(skb, MGM_A_CONFIG_MFE_TIMEOUT, config->mfe_timeout) ||
	    nla_put_u32(skb, MGM_A_CONFIG_RPF_TABLE, config->rpf_table) ||
	    nla_put_u32(skb, MGM_A_CONFIG_WRONG_IF_INTERVAL,
			config->wrong_if_interval) ||
	    nla_put_u32(skb, MGM_A_CONFIG_ANSWER_TIMEOUT,
			config->answer_timeout))
		return -EMSGSIZE;
	return 0;
}
