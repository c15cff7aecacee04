/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Multicast Group Manager: what an in-kernel multicast routing protocol, or an
 * in-kernel IGMP, programs against.
 *
 * The life of a protocol:
 *
 *	mgm_protocol_register()		-> handle
 *	mgm_interface_take()		for each interface it routes on
 *	mgm_membership_add() / _del()	as receivers come and go
 *	mgm_interface_release()		for each interface
 *	mgm_protocol_deregister()
 *
 * or, for the last two, mgm_protocol_shutdown(), which also waits for changes
 * of ownership that are under way; module_exit() wants that one.
 *
 * Every exported call is made in process context, may sleep, and must not be
 * made with the rtnl lock held. @extack may be NULL everywhere. The network
 * namespace must be alive during the call; a protocol that serves namespaces
 * shuts down in the exit function of its own pernet operations, which runs
 * before MGM's because it was registered later.
 */
#ifndef _NET_MGM_H
#define _NET_MGM_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <linux/types.h>
#include <linux/mgm.h>

struct module;
struct net;
struct netlink_ext_ack;

/**
 * union mgm_addr - an address; the family is told beside it
 * @ip4: IPv4, network byte order
 * @ip6: IPv6
 */
union mgm_addr {
	__be32 ip4;
	struct in6_addr ip6;
};

/**
 * struct mgm_if - names an interface
 * @ifindex: network device
 * @family: address family of @nexthop and of the groups routed there, AF_INET
 * @nexthop: the one neighbour that this interface leads to, on a link with
 *	several; all zero elsewhere
 */
struct mgm_if {
	u32 ifindex;
	u16 family;
	union mgm_addr nexthop;
};

/**
 * struct mgm_sg - (S,G), (*,G) or (*,*)
 * @family: AF_INET
 * @grp_len: prefix length of @grp: 32, or 0 for every group
 * @src_len: prefix length of @src: 32, or 0 for every source
 * @grp: group
 * @src: source
 */
struct mgm_sg {
	u16 family;
	u8 grp_len;
	u8 src_len;
	union mgm_addr grp;
	union mgm_addr src;
};

/**
 * mgm_if4 - name an interface for IPv4
 * @ifindex: network device
 * @nexthop: the one neighbour behind it, 0 if there is none in particular
 *
 * Return: the name.
 */
static inline struct mgm_if mgm_if4(u32 ifindex, __be32 nexthop)
{
	return (struct mgm_if) {
		.ifindex = ifindex,
		.family = AF_INET,
		.nexthop = { .ip4 = nexthop },
	};
}

/**
 * mgm_sg4 - name a source and a group for IPv4
 * @src: source, 0 for every source
 * @grp: group, 0 for every group
 *
 * Return: the name.
 */
static inline struct mgm_sg mgm_sg4(__be32 src, __be32 grp)
{
	return (struct mgm_sg) {
		.family = AF_INET,
		.grp_len = grp ? 32 : 0,
		.src_len = src ? 32 : 0,
		.grp = { .ip4 = grp },
		.src = { .ip4 = src },
	};
}

/**
 * struct mgm_rpf - the answer of the multicast RIB for a source
 * @iif: interface towards the source
 * @upstream: upstream neighbour; all zero when the source is on the link
 */
struct mgm_rpf {
	struct mgm_if iif;
	union mgm_addr upstream;
};

/**
 * struct mgm_oif_state - an outgoing interface in a creation alert
 * @oif: the interface; it is the protocol's own
 * @igmp: IGMP is enabled there
 * @enabled: true on entry; the protocol clears it to keep the flow out
 */
struct mgm_oif_state {
	struct mgm_if oif;
	bool igmp;
	bool enabled;
};

/**
 * struct mgm_protocol_ops - what MGM calls in a protocol
 * @owner: THIS_MODULE
 * @rpf: an MFE is being made for @sg, and the protocol owns the interface
 *	towards the source. @rpf holds what the RIB says; the protocol may
 *	name another interface of its own, or another upstream neighbour. Or the
 *	RIB leads to no interface that a protocol has, @rpf->iif.ifindex is 0,
 *	and the protocol owns the interface that the packet came in on. @skb is
 *	the packet, network header set, or NULL if there was no room to hold it;
 *	read only
 * @creation_alert: an MFE is being made with outgoing interfaces of the
 *	protocol, which are in @oifs; it may switch any of them off, which
 *	holds as long as the entry lives. Packets wait for the answer
 * @join_alert: somebody else has receivers. @member_update: a membership was
 *	added, else the outgoing list of an MFE is no longer empty, or the way
 *	to the source leads to an interface of the protocol now
 * @prune_alert: nobody else has receivers. @member_delete: a membership on
 *	@ifc was deleted. Else the outgoing list of an MFE is empty, and
 *	*@timeout, in seconds, says how long that MFE stays, which the protocol
 *	may change; or the way to the source leads to another protocol's
 *	interface; @ifc is the incoming interface then
 * @local_join: IGMP added a membership on an interface of the protocol. With
 *	this callback, whether it is forwarded is the protocol's decision;
 *	without, it is forwarded
 * @local_leave: the reverse
 * @wrong_if: a packet of an existing MFE came in on @iif, an interface of the
 *	protocol that is not the entry's; at most one for each entry and
 *	interface in the namespace's interval. @skb has the head of the packet,
 *	network header set
 * @overrun: alerts to the protocol were lost here, because too many waited or
 *	memory was short; the tables tell how things stand
 * @igmp_disable: IGMP only, mandatory there: the owner of @ifc is about to
 *	change; from now on IGMP's calls for @ifc get -EBUSY
 * @igmp_enable: IGMP only, mandatory there: the change is made, IGMP's
 *	memberships on @ifc are gone, and IGMP reports its present members
 *	afresh, from inside this callback or later
 *
 * All are called in process context with no lock held, for one protocol in the
 * order in which the state changed and never two at once, and may sleep and
 * call every function below, save that a protocol cannot end itself from inside
 * its own callback (-EDEADLK). A protocol that is slow in a callback is late
 * with its own alerts and its own answers; it delays nobody else. @priv is that
 * of the registration. A callback that is missing means the default: the way in
 * that the RIB says, every interface switched on, alerts of no interest.
 *
 * Who is alerted of what is in RFC 2715, section 3, rules 1 to 5.
 */
struct mgm_protocol_ops {
	struct module *owner;

	void (*rpf)(struct net *net, void *priv, const struct mgm_sg *sg,
		    const struct sk_buff *skb, struct mgm_rpf *rpf);
	void (*creation_alert)(struct net *net, void *priv,
			       const struct mgm_sg *sg,
			       struct mgm_oif_state *oifs, unsigned int n);
	void (*join_alert)(struct net *net, void *priv,
			   const struct mgm_sg *sg, bool member_update);
	void (*prune_alert)(struct net *net, void *priv,
			    const struct mgm_sg *sg, const struct mgm_if *ifc,
			    bool member_delete, u32 *timeout);
	void (*local_join)(struct net *net, void *priv,
			   const struct mgm_sg *sg, const struct mgm_if *ifc);
	void (*local_leave)(struct net *net, void *priv,
			    const struct mgm_sg *sg, const struct mgm_if *ifc);
	void (*wrong_if)(struct net *net, void *priv, const struct mgm_sg *sg,
			 const struct mgm_if *iif, const struct sk_buff *skb);
	void (*overrun)(struct net *net, void *priv);
	void (*igmp_disable)(struct net *net, void *priv,
			     const struct mgm_if *ifc);
	void (*igmp_enable)(struct net *net, void *priv,
			    const struct mgm_if *ifc);
};

/**
 * struct mgm_protocol_params - what a protocol says of itself
 * @ops: callbacks; must stay until the protocol is deregistered
 * @priv: handed to every callback
 * @id: protocol id
 * @component: component id
 * @igmp: this is the namespace's IGMP; one a namespace
 * @name: for people, copied; may be NULL
 */
struct mgm_protocol_params {
	const struct mgm_protocol_ops *ops;
	void *priv;
	u32 id;
	u32 component;
	bool igmp;
	const char *name;
};

/**
 * struct mgm_interface_info - what MGM knows of an interface
 * @owned: a routing protocol owns it; else the next two are 0
 * @owner_id: protocol id of the owner
 * @owner_component: its component id
 * @igmp: IGMP is enabled there
 */
struct mgm_interface_info {
	bool owned;
	u32 owner_id;
	u32 owner_component;
	bool igmp;
};

/**
 * struct mgm_interface_settings - how an interface behaves
 * @ttl_threshold: a packet leaves only if the TTL it arrived with is greater;
 *	at least 1
 * @wrong_if: alert the owner of packets that come in here and should have come
 *	in elsewhere
 */
struct mgm_interface_settings {
	u8 ttl_threshold;
	bool wrong_if;
};

/**
 * struct mgm_membership_info - a group membership, and its place in the order
 * @sg: what is wanted
 * @ifc: where
 * @handle: of the protocol that reported it
 * @flags: &enum mgm_membership_flags
 */
struct mgm_membership_info {
	struct mgm_sg sg;
	struct mgm_if ifc;
	u32 handle;
	u32 flags;
};

/**
 * struct mgm_mfe_info - a forwarding entry, and its place in the order
 * @sg: source and group
 * @iif: incoming interface; ifindex 0 if there is none
 * @owner: handle of the protocol that owns @iif; 0 if none does
 * @upstream: upstream neighbour; all zero when the source is on the link
 * @rpf_prefix: the route that says so
 * @rpf_len: its prefix length
 * @rpf_protocol: its origin, RTPROT_*
 * @flags: &enum mgm_mfe_flags
 * @oif_count: number of outgoing interfaces
 * @uptime: seconds since it was made
 * @expires: seconds until it goes, if no packet comes
 * @timeout: seconds that it lives without a packet
 * @packets: packets on the incoming interface
 * @octets: their octets
 * @wrong_if: packets on another interface
 * @queue_overflows: packets that could not wait for the entry to be made
 * @held: packets that waited for it
 * @negative: those of @packets that nobody wanted
 * @discards: those of @packets for which there was no memory
 * @out_packets: copies sent
 *
 * Statistics of level 0 are those up to @queue_overflows, with the outgoing
 * interfaces of mgm_mfe_oif_next(); level 1 has the rest too.
 */
struct mgm_mfe_info {
	struct mgm_sg sg;
	struct mgm_if iif;
	u32 owner;
	union mgm_addr upstream;
	union mgm_addr rpf_prefix;
	u8 rpf_len;
	u8 rpf_protocol;
	u32 flags;
	u32 oif_count;
	u32 uptime;
	u32 expires;
	u32 timeout;
	u64 packets;
	u64 octets;
	u64 wrong_if;
	u64 queue_overflows;
	u64 held;
	u64 negative;
	u64 discards;
	u64 out_packets;
};

/**
 * struct mgm_oif_info - an outgoing interface of an entry, and its place there
 * @oif: the interface
 * @packets: copies sent
 * @octets: their octets
 * @ttl_too_low: copies not sent: TTL at or below the threshold
 * @frag_needed: copies not sent: too big, and fragmentation forbidden
 * @discards: copies not sent for another reason
 */
struct mgm_oif_info {
	struct mgm_if oif;
	u64 packets;
	u64 octets;
	u64 ttl_too_low;
	u64 frag_needed;
	u64 discards;
};

int mgm_protocol_register(struct net *net,
			  const struct mgm_protocol_params *params,
			  u32 *handle, struct netlink_ext_ack *extack);
int mgm_protocol_deregister(struct net *net, u32 handle,
			    struct netlink_ext_ack *extack);
int mgm_protocol_shutdown(struct net *net, u32 handle);
int mgm_protocol_flush(struct net *net, u32 handle);

int mgm_interface_take(struct net *net, u32 handle, const struct mgm_if *ifc,
		       struct netlink_ext_ack *extack);
int mgm_interface_release(struct net *net, u32 handle,
			  const struct mgm_if *ifc,
			  struct netlink_ext_ack *extack);
int mgm_interface_get(struct net *net, const struct mgm_if *ifc,
		      struct mgm_interface_info *info);

int mgm_interface_set(struct net *net, u32 handle, const struct mgm_if *ifc,
		      const struct mgm_interface_settings *settings,
		      struct netlink_ext_ack *extack);

int mgm_membership_add(struct net *net, u32 handle, const struct mgm_if *ifc,
		       const struct mgm_sg *sg, u32 flags,
		       struct netlink_ext_ack *extack);
int mgm_membership_del(struct net *net, u32 handle, const struct mgm_if *ifc,
		       const struct mgm_sg *sg, u32 flags,
		       struct netlink_ext_ack *extack);
int mgm_membership_next(struct net *net, struct mgm_membership_info *info);

int mgm_mfe_get(struct net *net, const struct mgm_sg *sg,
		struct mgm_mfe_info *info);
int mgm_mfe_next(struct net *net, struct mgm_mfe_info *info);
int mgm_mfe_oif_next(struct net *net, const struct mgm_sg *sg,
		     struct mgm_oif_info *info);
int mgm_mfe_set(struct net *net, u32 handle, const struct mgm_sg *sg,
		const struct mgm_rpf *rpf, struct netlink_ext_ack *extack);

#endif /* _NET_MGM_H */
