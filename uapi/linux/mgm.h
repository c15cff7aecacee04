/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Multicast Group Manager: the generic netlink family "mgm".
 *
 * Several multicast routing protocols share one router. Each registers and
 * gets a handle, takes the interfaces that it routes on, reports the group
 * memberships that it knows of, and at its end releases the interfaces and
 * deregisters. MGM merges the memberships of all of them into multicast
 * forwarding entries (MFEs), made when traffic asks for them.
 *
 *   MGM_CMD_PROTOCOL_REGISTER    -> handle
 *   MGM_CMD_INTERFACE_TAKE       handle, ifindex [, next hop]
 *   MGM_CMD_MEMBERSHIP_ADD/DEL   handle, ifindex [, next hop], group, source
 *   MGM_CMD_INTERFACE_RELEASE    handle, ifindex [, next hop]
 *   MGM_CMD_PROTOCOL_DEREGISTER  handle
 *
 * Between taking and releasing, MGM_CMD_INTERFACE_SET changes how an interface
 * behaves, and MGM_CMD_MFE_SET the way in of an entry. MGM_CMD_CONFIG_SET and
 * MGM_CMD_LIMIT_SET are about the namespace as a whole and need no handle.
 *
 * Every _GET command answers one object (NLM_F_ACK, with a key) or all of them
 * (NLM_F_DUMP); anybody may read. Every other command needs CAP_NET_ADMIN in the
 * user namespace that owns the network namespace. A refused command changes
 * nothing and says why in NLMSGERR_ATTR_MSG. Changes are announced to the
 * multicast group MGM_MCGRP_MONITOR as the _NTF messages, with the same
 * attributes that a _GET answers.
 *
 * A registration without MGM_PROTOCOL_F_PERSIST lives as long as the socket
 * that made it: when the socket closes, MGM releases the protocol's interfaces
 * and deregisters it. Only that socket may use the handle.
 *
 * What such a protocol wants to be told of (MGM_A_PROTOCOL_CALLBACKS) comes to that
 * socket as the MGM_CMD_ALERT_ messages, in the order of the changes that they are
 * about, with sequence number 0. One with an MGM_A_ALERT_ID can be answered:
 *
 *   MGM_CMD_ALERT_RPF       <- handle, id, sg, iif, upstream, packet
 *   MGM_CMD_ALERT_ANSWER    -> handle, id, iif [, upstream]
 *
 * Until it is, or MGM_A_CONFIG_ANSWER_TIMEOUT is over, which is the same as no
 * opinion, the packets of the flow wait. Other alerts go on coming meanwhile. If the
 * socket's buffer is full, or too many alerts wait, some are lost: recv() says
 * ENOBUFS, the next alert has MGM_A_ALERT_LOST, requests among them are taken for
 * answered, and the tables tell how things stand.
 *
 * The same messages, without id, lost, timeout and packet, go to MGM_MCGRP_MONITOR for
 * everything that any protocol is told, so that people can watch.
 *
 * Integers are in host byte order, addresses in network byte order. All
 * attributes of a family of addresses come as a pair, ...4 for IPv4 and ...6
 * for IPv6; IPv6 is refused with EOPNOTSUPP at present.
 */
#ifndef _UAPI_LINUX_MGM_H
#define _UAPI_LINUX_MGM_H

#define MGM_GENL_NAME		"mgm"
#define MGM_GENL_VERSION	1

/** The multicast group that the notifications go to. */
#define MGM_MCGRP_MONITOR	"monitor"

/** Longest name of a protocol, without the terminating zero. */
#define MGM_NAME_LEN_MAX	31

/**
 * enum mgm_protocol_flags - properties of a registration, a bit mask
 * @MGM_PROTOCOL_F_PERSIST: the registration outlives the socket that made it
 * @MGM_PROTOCOL_F_IGMP: the protocol is the namespace's IGMP; it shares
 *	interfaces with their owners. In-kernel protocols only.
 * @MGM_PROTOCOL_F_KERNEL: the protocol lives in the kernel; read only
 */
enum mgm_protocol_flags {
	MGM_PROTOCOL_F_PERSIST = 1,
	MGM_PROTOCOL_F_IGMP = 2,
	MGM_PROTOCOL_F_KERNEL = 4,
};

/**
 * enum mgm_callbacks - what a protocol wants to be told of, a bit mask
 * @MGM_CALLBACK_F_RPF: new flows from where it owns the interface; it can answer
 * @MGM_CALLBACK_F_CREATION: entries that its interfaces are outgoing in; it can
 *	answer
 * @MGM_CALLBACK_F_JOIN: others have receivers
 * @MGM_CALLBACK_F_PRUNE: others have none any more
 * @MGM_CALLBACK_F_LOCAL_JOIN: IGMP's members on its interfaces; whether they are
 *	forwarded is the protocol's decision then
 * @MGM_CALLBACK_F_LOCAL_LEAVE: those that are gone
 * @MGM_CALLBACK_F_WRONG_IF: packets on the wrong interface
 */
enum mgm_callbacks {
	MGM_CALLBACK_F_RPF = 1,
	MGM_CALLBACK_F_CREATION = 2,
	MGM_CALLBACK_F_JOIN = 4,
	MGM_CALLBACK_F_PRUNE = 8,
	MGM_CALLBACK_F_LOCAL_JOIN = 16,
	MGM_CALLBACK_F_LOCAL_LEAVE = 32,
	MGM_CALLBACK_F_WRONG_IF = 64,
};

/**
 * enum mgm_interface_flags - state of an interface, a bit mask
 * @MGM_INTERFACE_F_IGMP: IGMP is enabled on the interface
 * @MGM_INTERFACE_F_HANDOVER: the owner is changing at this moment
 */
enum mgm_interface_flags {
	MGM_INTERFACE_F_IGMP = 1,
	MGM_INTERFACE_F_HANDOVER = 2,
};

/**
 * enum mgm_membership_flags - what a membership asks for, a bit mask
 * @MGM_MEMBERSHIP_F_JOIN: the protocol has receivers there: counts as its
 *	interest in the group, and the interface becomes outgoing
 * @MGM_MEMBERSHIP_F_FORWARD: the interface becomes outgoing, and nothing else.
 *	Taken away from an (S,G) that the protocol has no membership in, but
 *	whose group it wants there by (*,G) or (*,*), it takes that one source
 *	off the interface; given back, it lets it on again
 * @MGM_MEMBERSHIP_F_EXCLUDE: the source is taken off the interface in this way;
 *	read only
 */
enum mgm_membership_flags {
	MGM_MEMBERSHIP_F_JOIN = 1,
	MGM_MEMBERSHIP_F_FORWARD = 2,
	MGM_MEMBERSHIP_F_EXCLUDE = 4,
};

/**
 * enum mgm_membership_type - which memberships a dump is to show
 * @MGM_MEMBERSHIP_TYPE_ALL_SOURCES: (*,*), (*,G) and (S,G) alike; the default
 * @MGM_MEMBERSHIP_TYPE_ANY_SOURCE: those that name a source
 */
enum mgm_membership_type {
	MGM_MEMBERSHIP_TYPE_ALL_SOURCES,
	MGM_MEMBERSHIP_TYPE_ANY_SOURCE,
};

/**
 * enum mgm_mfe_flags - state of a forwarding entry, a bit mask
 * @MGM_MFE_F_NEGATIVE: no interface is outgoing; the entry drops
 * @MGM_MFE_F_NO_RPF: there is no route to the source, or it leads out of an
 *	interface that MGM does not have; the entry drops
 * @MGM_MFE_F_HELD: packets that waited for the entry are being sent, or a
 *	protocol has yet to answer its creation alert
 * @MGM_MFE_F_RPF_SET: the way in is not what the multicast RIB says: a protocol
 *	has set it
 * @MGM_MFE_F_INCOMPLETE: there was no room for an outgoing interface, by
 *	&MGM_LIMIT_OIFS; it is added when there is
 */
enum mgm_mfe_flags {
	MGM_MFE_F_NEGATIVE = 1,
	MGM_MFE_F_NO_RPF = 2,
	MGM_MFE_F_HELD = 4,
	MGM_MFE_F_RPF_SET = 8,
	MGM_MFE_F_INCOMPLETE = 16,
};

/**
 * enum mgm_limit - what is bounded in a network namespace
 * @MGM_LIMIT_PROTOCOLS: registered protocols
 * @MGM_LIMIT_INTERFACES: interfaces that are owned or have IGMP enabled
 * @MGM_LIMIT_MEMBERSHIPS: group memberships
 * @MGM_LIMIT_MFES: forwarding entries
 * @MGM_LIMIT_PENDING_FLOWS: unknown flows whose packets are held
 * @MGM_LIMIT_PENDING_FLOW_PACKETS: packets held of one flow
 * @MGM_LIMIT_PENDING_BYTES: memory, in bytes, of all packets held
 * @MGM_LIMIT_ALERTS: alerts that wait for one protocol, and, of those that it has
 *	been told, that wait for its answer
 * @MGM_LIMIT_WRONG_IF: packets on the wrong interface that wait to be told of
 * @MGM_LIMIT_OIFS: outgoing interfaces of all forwarding entries together, and
 *	those that protocols keep entries out of
 */
enum mgm_limit {
	MGM_LIMIT_PROTOCOLS,
	MGM_LIMIT_INTERFACES,
	MGM_LIMIT_MEMBERSHIPS,
	MGM_LIMIT_MFES,
	MGM_LIMIT_PENDING_FLOWS,
	MGM_LIMIT_PENDING_FLOW_PACKETS,
	MGM_LIMIT_PENDING_BYTES,
	MGM_LIMIT_ALERTS,
	MGM_LIMIT_WRONG_IF,
	MGM_LIMIT_OIFS,

	/* private: */
	__MGM_LIMIT_MAX,
	MGM_LIMIT_MAX = (__MGM_LIMIT_MAX - 1)
};

/**
 * enum mgm_a_protocol - attributes of a protocol
 * @MGM_A_PROTOCOL_HANDLE: u32, names the registration; never 0
 * @MGM_A_PROTOCOL_ID: u32, protocol id, chosen by the protocol
 * @MGM_A_PROTOCOL_COMPONENT: u32, component id: tells instances of one
 *	protocol apart; 0 when absent
 * @MGM_A_PROTOCOL_NAME: string, for people
 * @MGM_A_PROTOCOL_FLAGS: u32, &enum mgm_protocol_flags
 * @MGM_A_PROTOCOL_PORTID: u32, netlink port of the socket that the
 *	registration is bound to; read only
 * @MGM_A_PROTOCOL_MODULE: string, kernel module of the protocol; read only
 * @MGM_A_PROTOCOL_INTERFACES: u32, number of interfaces it has; read only
 * @MGM_A_PROTOCOL_MEMBERSHIPS: u32, number of memberships; read only
 * @MGM_A_PROTOCOL_ALERTS: u32, number of alerts that wait for it, or for its
 *	answer; read only
 * @MGM_A_PROTOCOL_ALERTS_LOST: u32, number of alerts that it never got, for
 *	want of memory or because too many waited; read only
 * @MGM_A_PROTOCOL_CALLBACKS: u32, &enum mgm_callbacks; needs a registration that
 *	is bound to its socket; nothing when absent
 */
enum mgm_a_protocol {
	MGM_A_PROTOCOL_HANDLE = 1,
	MGM_A_PROTOCOL_ID,
	MGM_A_PROTOCOL_COMPONENT,
	MGM_A_PROTOCOL_NAME,
	MGM_A_PROTOCOL_FLAGS,
	MGM_A_PROTOCOL_PORTID,
	MGM_A_PROTOCOL_MODULE,
	MGM_A_PROTOCOL_INTERFACES,
	MGM_A_PROTOCOL_MEMBERSHIPS,
	MGM_A_PROTOCOL_ALERTS,
	MGM_A_PROTOCOL_ALERTS_LOST,
	MGM_A_PROTOCOL_CALLBACKS,

	/* private: */
	__MGM_A_PROTOCOL_MAX,
	MGM_A_PROTOCOL_MAX = (__MGM_A_PROTOCOL_MAX - 1)
};

/**
 * enum mgm_a_interface - attributes of an interface
 * @MGM_A_INTERFACE_PAD: padding
 * @MGM_A_INTERFACE_HANDLE: u32, of the protocol that asks for the change; in
 *	notifications, of the one that asked
 * @MGM_A_INTERFACE_IFINDEX: u32, the network device
 * @MGM_A_INTERFACE_NEXTHOP4: be32, IPv4 address of the one neighbour that this
 *	interface leads to, on a link with several; absent elsewhere
 * @MGM_A_INTERFACE_NEXTHOP6: in6_addr, the same for IPv6
 * @MGM_A_INTERFACE_FLAGS: u32, &enum mgm_interface_flags; read only
 * @MGM_A_INTERFACE_TTL_THRESHOLD: u32, 1 to 255: a packet leaves only if the
 *	TTL it arrived with is greater (ipMcastInterfaceTtl of RFC 5132);
 *	1 when absent
 * @MGM_A_INTERFACE_OWNER_HANDLE: u32, of the protocol that owns the interface;
 *	absent when only IGMP has it; read only, as are all that follow
 * @MGM_A_INTERFACE_OWNER_ID: u32, its protocol id
 * @MGM_A_INTERFACE_OWNER_COMPONENT: u32, its component id
 * @MGM_A_INTERFACE_OWNER_NAME: string, its name
 * @MGM_A_INTERFACE_MEMBERSHIPS: u32, number of memberships on the interface
 * @MGM_A_INTERFACE_MFES_IN: u32, number of MFEs whose iif it is
 * @MGM_A_INTERFACE_MFES_OUT: u32, number of MFEs whose oif it is
 * @MGM_A_INTERFACE_IN_PACKETS: u64, multicast packets that came in here and
 *	were forwarded or dropped by an MFE
 * @MGM_A_INTERFACE_IN_OCTETS: u64, their octets
 * @MGM_A_INTERFACE_OUT_PACKETS: u64, copies sent out
 * @MGM_A_INTERFACE_OUT_OCTETS: u64, their octets
 * @MGM_A_INTERFACE_WRONG_IF: u32, 1: the owner is alerted of packets that come
 *	in here and should have come in elsewhere; 0: it is not. 1 when taken
 * @MGM_A_INTERFACE_DROPS: nest, &enum mgm_a_drop: packets that came in on the
 *	device, or should have left on it, and did not
 */
enum mgm_a_interface {
	MGM_A_INTERFACE_PAD = 1,
	MGM_A_INTERFACE_HANDLE,
	MGM_A_INTERFACE_IFINDEX,
	MGM_A_INTERFACE_NEXTHOP4,
	MGM_A_INTERFACE_NEXTHOP6,
	MGM_A_INTERFACE_FLAGS,
	MGM_A_INTERFACE_TTL_THRESHOLD,
	MGM_A_INTERFACE_OWNER_HANDLE,
	MGM_A_INTERFACE_OWNER_ID,
	MGM_A_INTERFACE_OWNER_COMPONENT,
	MGM_A_INTERFACE_OWNER_NAME,
	MGM_A_INTERFACE_MEMBERSHIPS,
	MGM_A_INTERFACE_MFES_IN,
	MGM_A_INTERFACE_MFES_OUT,
	MGM_A_INTERFACE_IN_PACKETS,
	MGM_A_INTERFACE_IN_OCTETS,
	MGM_A_INTERFACE_OUT_PACKETS,
	MGM_A_INTERFACE_OUT_OCTETS,
	MGM_A_INTERFACE_WRONG_IF,
	MGM_A_INTERFACE_DROPS,

	/* private: */
	__MGM_A_INTERFACE_MAX,
	MGM_A_INTERFACE_MAX = (__MGM_A_INTERFACE_MAX - 1)
};

/**
 * enum mgm_a_drop - why packets were not forwarded, one counter a reason
 * @MGM_A_DROP_PAD: padding
 * @MGM_A_DROP_WRONG_IF: u64, came in on another interface than their entry's
 * @MGM_A_DROP_NO_RPF: u64, there is no way to the source
 * @MGM_A_DROP_NEGATIVE: u64, nobody wants them
 * @MGM_A_DROP_TTL_EXPIRED: u64, of an unknown flow, and their TTL was 1
 * @MGM_A_DROP_BAD_SOURCE: u64, the source is none that a router forwards from
 * @MGM_A_DROP_QUEUE_FULL: u64, waited for their entry when a bound on what
 *	waits was reached
 * @MGM_A_DROP_NO_MFE: u64, waited for an entry that could not be made
 * @MGM_A_DROP_NO_MEMORY: u64, there was no memory
 * @MGM_A_DROP_TTL_THRESHOLD: u64, copies whose TTL was not above the threshold
 *	of the outgoing interface
 * @MGM_A_DROP_FRAG_NEEDED: u64, copies too big for the outgoing link, with
 *	fragmentation forbidden
 * @MGM_A_DROP_NO_ROUTE: u64, copies that found no way out of the device
 * @MGM_A_DROP_OPTION: u64, copies with an IP option that the forwarder does not
 *	fill in, or a malformed one
 * @MGM_A_DROP_NESTED: u64, what a tunnel to a group made of copies: it is sent,
 *	but not forwarded in its turn
 */
enum mgm_a_drop {
	MGM_A_DROP_PAD = 1,
	MGM_A_DROP_WRONG_IF,
	MGM_A_DROP_NO_RPF,
	MGM_A_DROP_NEGATIVE,
	MGM_A_DROP_TTL_EXPIRED,
	MGM_A_DROP_BAD_SOURCE,
	MGM_A_DROP_QUEUE_FULL,
	MGM_A_DROP_NO_MFE,
	MGM_A_DROP_NO_MEMORY,
	MGM_A_DROP_TTL_THRESHOLD,
	MGM_A_DROP_FRAG_NEEDED,
	MGM_A_DROP_NO_ROUTE,
	MGM_A_DROP_OPTION,
	MGM_A_DROP_NESTED,

	/* private: */
	__MGM_A_DROP_MAX,
	MGM_A_DROP_MAX = (__MGM_A_DROP_MAX - 1)
};

/**
 * enum mgm_a_membership - attributes of a group membership
 * @MGM_A_MEMBERSHIP_HANDLE: u32, of the protocol that reported it
 * @MGM_A_MEMBERSHIP_PROTOCOL_ID: u32, its protocol id; read only
 * @MGM_A_MEMBERSHIP_COMPONENT: u32, its component id; read only
 * @MGM_A_MEMBERSHIP_IFINDEX: u32, the network device
 * @MGM_A_MEMBERSHIP_NEXTHOP4: be32, as in the interface
 * @MGM_A_MEMBERSHIP_NEXTHOP6: in6_addr, as in the interface
 * @MGM_A_MEMBERSHIP_GROUP4: be32, the group; absent or 0: every group
 * @MGM_A_MEMBERSHIP_GROUP6: in6_addr, the group
 * @MGM_A_MEMBERSHIP_GROUP_LEN: u32, prefix length of the group: 32, or 0 for
 *	every group; when absent, what the address implies
 * @MGM_A_MEMBERSHIP_SOURCE4: be32, the source; absent or 0: every source
 * @MGM_A_MEMBERSHIP_SOURCE6: in6_addr, the source
 * @MGM_A_MEMBERSHIP_SOURCE_LEN: u32, prefix length of the source, likewise
 * @MGM_A_MEMBERSHIP_FLAGS: u32, &enum mgm_membership_flags; required when
 *	adding; when deleting, the bits to take away, and all if absent
 * @MGM_A_MEMBERSHIP_TYPE: u32, &enum mgm_membership_type; in dumps only
 */
enum mgm_a_membership {
	MGM_A_MEMBERSHIP_HANDLE = 1,
	MGM_A_MEMBERSHIP_PROTOCOL_ID,
	MGM_A_MEMBERSHIP_COMPONENT,
	MGM_A_MEMBERSHIP_IFINDEX,
	MGM_A_MEMBERSHIP_NEXTHOP4,
	MGM_A_MEMBERSHIP_NEXTHOP6,
	MGM_A_MEMBERSHIP_GROUP4,
	MGM_A_MEMBERSHIP_GROUP6,
	MGM_A_MEMBERSHIP_GROUP_LEN,
	MGM_A_MEMBERSHIP_SOURCE4,
	MGM_A_MEMBERSHIP_SOURCE6,
	MGM_A_MEMBERSHIP_SOURCE_LEN,
	MGM_A_MEMBERSHIP_FLAGS,
	MGM_A_MEMBERSHIP_TYPE,

	/* private: */
	__MGM_A_MEMBERSHIP_MAX,
	MGM_A_MEMBERSHIP_MAX = (__MGM_A_MEMBERSHIP_MAX - 1)
};

/**
 * enum mgm_a_mfe - attributes of a multicast forwarding entry
 * @MGM_A_MFE_PAD: padding
 * @MGM_A_MFE_GROUP4: be32, the group
 * @MGM_A_MFE_GROUP6: in6_addr, the group
 * @MGM_A_MFE_SOURCE4: be32, the source
 * @MGM_A_MFE_SOURCE6: in6_addr, the source
 * @MGM_A_MFE_FLAGS: u32, &enum mgm_mfe_flags
 * @MGM_A_MFE_IIF: u32, ifindex of the incoming interface
 * @MGM_A_MFE_IIF_NEXTHOP4: be32, its next hop, if it has one
 * @MGM_A_MFE_IIF_NEXTHOP6: in6_addr, likewise
 * @MGM_A_MFE_UPSTREAM4: be32, upstream neighbour; absent when the source is on
 *	the link
 * @MGM_A_MFE_UPSTREAM6: in6_addr, likewise
 * @MGM_A_MFE_OWNER_HANDLE: u32, of the owner of the incoming interface
 * @MGM_A_MFE_OWNER_ID: u32, its protocol id
 * @MGM_A_MFE_OWNER_COMPONENT: u32, its component id
 * @MGM_A_MFE_RPF_PREFIX4: be32, the route that the RPF check used
 * @MGM_A_MFE_RPF_PREFIX6: in6_addr, likewise
 * @MGM_A_MFE_RPF_LEN: u32, its prefix length
 * @MGM_A_MFE_RPF_PROTOCOL: u32, its origin, RTPROT_*
 * @MGM_A_MFE_UPTIME: u64, milliseconds since the entry was made
 * @MGM_A_MFE_EXPIRES: u64, milliseconds until it goes, if no packet comes
 * @MGM_A_MFE_TIMEOUT: u64, milliseconds that it lives without a packet
 * @MGM_A_MFE_IN_PACKETS: u64, packets on the incoming interface
 * @MGM_A_MFE_IN_OCTETS: u64, their octets
 * @MGM_A_MFE_WRONG_IF_PACKETS: u64, packets on another interface
 * @MGM_A_MFE_OIF_COUNT: u32, number of outgoing interfaces
 * @MGM_A_MFE_OIF: nest, &enum mgm_a_oif; repeated, one an outgoing interface
 * @MGM_A_MFE_HANDLE: u32, of the protocol that asks for the change
 * @MGM_A_MFE_VETO: nest, &enum mgm_a_oif without counters; repeated, one an
 *	interface that the answer to a creation alert keeps the flow out of
 * @MGM_A_MFE_HELD_PACKETS: u64, packets that waited for the entry to be made
 * @MGM_A_MFE_QUEUE_OVERFLOWS: u64, packets that should have, when a bound was
 *	reached
 * @MGM_A_MFE_NEGATIVE_PACKETS: u64, those of the packets on the incoming
 *	interface that came while nobody wanted them
 * @MGM_A_MFE_IN_DISCARDS: u64, those for which there was no memory
 * @MGM_A_MFE_OUT_PACKETS: u64, copies sent, on all outgoing interfaces together,
 *	those included that are outgoing no longer
 */
enum mgm_a_mfe {
	MGM_A_MFE_PAD = 1,
	MGM_A_MFE_GROUP4,
	MGM_A_MFE_GROUP6,
	MGM_A_MFE_SOURCE4,
	MGM_A_MFE_SOURCE6,
	MGM_A_MFE_FLAGS,
	MGM_A_MFE_IIF,
	MGM_A_MFE_IIF_NEXTHOP4,
	MGM_A_MFE_IIF_NEXTHOP6,
	MGM_A_MFE_UPSTREAM4,
	MGM_A_MFE_UPSTREAM6,
	MGM_A_MFE_OWNER_HANDLE,
	MGM_A_MFE_OWNER_ID,
	MGM_A_MFE_OWNER_COMPONENT,
	MGM_A_MFE_RPF_PREFIX4,
	MGM_A_MFE_RPF_PREFIX6,
	MGM_A_MFE_RPF_LEN,
	MGM_A_MFE_RPF_PROTOCOL,
	MGM_A_MFE_UPTIME,
	MGM_A_MFE_EXPIRES,
	MGM_A_MFE_TIMEOUT,
	MGM_A_MFE_IN_PACKETS,
	MGM_A_MFE_IN_OCTETS,
	MGM_A_MFE_WRONG_IF_PACKETS,
	MGM_A_MFE_OIF_COUNT,
	MGM_A_MFE_OIF,
	MGM_A_MFE_HANDLE,
	MGM_A_MFE_VETO,
	MGM_A_MFE_HELD_PACKETS,
	MGM_A_MFE_QUEUE_OVERFLOWS,
	MGM_A_MFE_NEGATIVE_PACKETS,
	MGM_A_MFE_IN_DISCARDS,
	MGM_A_MFE_OUT_PACKETS,

	/* private: */
	__MGM_A_MFE_MAX,
	MGM_A_MFE_MAX = (__MGM_A_MFE_MAX - 1)
};

/**
 * enum mgm_a_oif - attributes of an outgoing interface of an MFE
 * @MGM_A_OIF_PAD: padding
 * @MGM_A_OIF_IFINDEX: u32, the network device
 * @MGM_A_OIF_NEXTHOP4: be32, its next hop, if it has one
 * @MGM_A_OIF_NEXTHOP6: in6_addr, likewise
 * @MGM_A_OIF_OUT_PACKETS: u64, copies sent
 * @MGM_A_OIF_OUT_OCTETS: u64, their octets
 * @MGM_A_OIF_TTL_TOO_LOW: u64, copies not sent: TTL at or below the threshold
 * @MGM_A_OIF_FRAG_NEEDED: u64, copies not sent: too big for the link, and
 *	fragmentation forbidden
 * @MGM_A_OIF_DISCARDS: u64, copies not sent: no memory, no route, or an IP
 *	option that the forwarder does not fill in
 * @MGM_A_OIF_IGMP: u32, 1: IGMP is enabled there; in alerts only
 */
enum mgm_a_oif {
	MGM_A_OIF_PAD = 1,
	MGM_A_OIF_IFINDEX,
	MGM_A_OIF_NEXTHOP4,
	MGM_A_OIF_NEXTHOP6,
	MGM_A_OIF_OUT_PACKETS,
	MGM_A_OIF_OUT_OCTETS,
	MGM_A_OIF_TTL_TOO_LOW,
	MGM_A_OIF_FRAG_NEEDED,
	MGM_A_OIF_DISCARDS,
	MGM_A_OIF_IGMP,

	/* private: */
	__MGM_A_OIF_MAX,
	MGM_A_OIF_MAX = (__MGM_A_OIF_MAX - 1)
};

/**
 * enum mgm_a_limit - attributes of a bound
 * @MGM_A_LIMIT_PAD: padding
 * @MGM_A_LIMIT_ID: u32, &enum mgm_limit
 * @MGM_A_LIMIT_VALUE: u32, the bound
 * @MGM_A_LIMIT_USED: u32, how much of it is in use; absent for the packets of
 *	one flow and the alerts of one protocol
 * @MGM_A_LIMIT_HITS: u64, how often something was refused because of it
 */
enum mgm_a_limit {
	MGM_A_LIMIT_PAD = 1,
	MGM_A_LIMIT_ID,
	MGM_A_LIMIT_VALUE,
	MGM_A_LIMIT_USED,
	MGM_A_LIMIT_HITS,

	/* private: */
	__MGM_A_LIMIT_MAX,
	MGM_A_LIMIT_MAX = (__MGM_A_LIMIT_MAX - 1)
};

/**
 * enum mgm_a_config - attributes of the namespace's settings
 * @MGM_A_CONFIG_MFE_TIMEOUT: u32, seconds that an MFE lives without a packet,
 *	unless its protocol says otherwise, 1 to 604800; 900 at first
 * @MGM_A_CONFIG_RPF_TABLE: u32, routing table that is the multicast RIB; where
 *	it has no route to a source, and if this is 0, as it is at first, the
 *	unicast routes count
 * @MGM_A_CONFIG_WRONG_IF_INTERVAL: u32, milliseconds between two alerts of
 *	packets of one (S,G) on one wrong interface, 1 to 3600000; 3000 at first
 * @MGM_A_CONFIG_ANSWER_TIMEOUT: u32, milliseconds that a protocol in user space
 *	has to answer an alert, 1 to 30000; 1000 at first
 */
enum mgm_a_config {
	MGM_A_CONFIG_MFE_TIMEOUT = 1,
	MGM_A_CONFIG_RPF_TABLE,
	MGM_A_CONFIG_WRONG_IF_INTERVAL,
	MGM_A_CONFIG_ANSWER_TIMEOUT,

	/* private: */
	__MGM_A_CONFIG_MAX,
	MGM_A_CONFIG_MAX = (__MGM_A_CONFIG_MAX - 1)
};

/**
 * enum mgm_a_alert - attributes of an alert
 * @MGM_A_ALERT_HANDLE: u32, of the protocol that is told
 * @MGM_A_ALERT_ID: u32, names the alert in an answer; absent if there is nothing
 *	to answer
 * @MGM_A_ALERT_LOST: u32, number of alerts lost just before this one, if any
 * @MGM_A_ALERT_GROUP4: be32, the group; absent: every group
 * @MGM_A_ALERT_GROUP6: in6_addr, the group
 * @MGM_A_ALERT_SOURCE4: be32, the source; absent: every source
 * @MGM_A_ALERT_SOURCE6: in6_addr, the source
 * @MGM_A_ALERT_IFINDEX: u32, the interface that it is about; of RPF, the incoming
 *	one, which an answer may change; absent if the multicast RIB leads to none
 *	that a protocol has
 * @MGM_A_ALERT_NEXTHOP4: be32, its next hop, if it has one
 * @MGM_A_ALERT_NEXTHOP6: in6_addr, likewise
 * @MGM_A_ALERT_UPSTREAM4: be32, of RPF: upstream neighbour; absent when the source
 *	is on the link; an answer may change it
 * @MGM_A_ALERT_UPSTREAM6: in6_addr, likewise
 * @MGM_A_ALERT_MEMBER: u32, of JOIN and PRUNE: 1: a membership was added or
 *	deleted; 0: it is about an MFE
 * @MGM_A_ALERT_TIMEOUT: u32, of PRUNE about an MFE that nobody wants: seconds
 *	that it stays; an answer may change it
 * @MGM_A_ALERT_OIF: nest, &enum mgm_a_oif without counters; of CREATION: repeated,
 *	one an outgoing interface of the protocol; in an answer, those to switch off
 * @MGM_A_ALERT_PACKET: binary, of RPF and WRONG_IF: the head of the packet, from
 *	its IP header on
 */
enum mgm_a_alert {
	MGM_A_ALERT_HANDLE = 1,
	MGM_A_ALERT_ID,
	MGM_A_ALERT_LOST,
	MGM_A_ALERT_GROUP4,
	MGM_A_ALERT_GROUP6,
	MGM_A_ALERT_SOURCE4,
	MGM_A_ALERT_SOURCE6,
	MGM_A_ALERT_IFINDEX,
	MGM_A_ALERT_NEXTHOP4,
	MGM_A_ALERT_NEXTHOP6,
	MGM_A_ALERT_UPSTREAM4,
	MGM_A_ALERT_UPSTREAM6,
	MGM_A_ALERT_MEMBER,
	MGM_A_ALERT_TIMEOUT,
	MGM_A_ALERT_OIF,
	MGM_A_ALERT_PACKET,

	/* private: */
	__MGM_A_ALERT_MAX,
	MGM_A_ALERT_MAX = (__MGM_A_ALERT_MAX - 1)
};

/**
 * enum mgm_cmd - commands, and notifications (_NTF)
 * @MGM_CMD_PROTOCOL_GET: one protocol by its handle, or dump, of that one if
 *	given
 * @MGM_CMD_PROTOCOL_REGISTER: id [, component, name, flags] -> handle
 * @MGM_CMD_PROTOCOL_DEREGISTER: handle; refused while it has interfaces
 * @MGM_CMD_PROTOCOL_REGISTER_NTF: a protocol has registered
 * @MGM_CMD_PROTOCOL_DEREGISTER_NTF: a protocol is gone, and its handle with it
 * @MGM_CMD_INTERFACE_GET: the owner of (ifindex, next hop), or dump; by either,
 *	if given
 * @MGM_CMD_INTERFACE_TAKE: handle, ifindex [, next hop, TTL threshold]
 * @MGM_CMD_INTERFACE_RELEASE: handle, ifindex [, next hop]
 * @MGM_CMD_INTERFACE_SET: handle, ifindex [, next hop], and what is to change:
 *	TTL threshold, wrong-interface alerts
 * @MGM_CMD_INTERFACE_TAKE_NTF: an interface has an owner, or IGMP enabled
 * @MGM_CMD_INTERFACE_RELEASE_NTF: it lost its owner, or IGMP
 * @MGM_CMD_INTERFACE_CHANGE_NTF: it was set, or the change of its owner, around
 *	which IGMP was called, is complete
 * @MGM_CMD_IGMP_DISABLE_NTF: IGMP is told to leave the interface alone: its
 *	owner is about to change
 * @MGM_CMD_IGMP_ENABLE_NTF: IGMP is told to go on: all changes are made
 * @MGM_CMD_MEMBERSHIP_GET: dump only; by group and type, if given
 * @MGM_CMD_MEMBERSHIP_ADD: handle, interface, group, source, flags
 * @MGM_CMD_MEMBERSHIP_DEL: the reverse
 * @MGM_CMD_MEMBERSHIP_ADD_NTF: a membership was added, or its flags changed
 * @MGM_CMD_MEMBERSHIP_DEL_NTF: a membership is gone
 * @MGM_CMD_MFE_GET: one MFE by group and source, or dump in that order
 * @MGM_CMD_MFE_SET: handle, group, source, and what is to change: upstream
 *	neighbour, incoming interface; the protocol owns both the old and the
 *	new one
 * @MGM_CMD_MFE_ADD_NTF: traffic made an MFE
 * @MGM_CMD_MFE_CHANGE_NTF: its outgoing list or its way in changed
 * @MGM_CMD_MFE_DEL_NTF: it is gone
 * @MGM_CMD_LIMIT_GET: dump only; the bounds of the namespace
 * @MGM_CMD_LIMIT_SET: id, value; what there is already stays
 * @MGM_CMD_CONFIG_GET: the settings of the namespace
 * @MGM_CMD_CONFIG_SET: those that are given; the others stay
 * @MGM_CMD_ALERT_RPF: to a protocol: an MFE is being made, and it owns the
 *	interface towards the source, or, if nobody does, the one that the packet
 *	came in on; it may name another interface of its own, or another upstream
 *	neighbour
 * @MGM_CMD_ALERT_CREATION: to a protocol: an MFE is being made with outgoing
 *	interfaces of its, any of which it may switch off
 * @MGM_CMD_ALERT_JOIN: to a protocol: somebody else has receivers
 * @MGM_CMD_ALERT_PRUNE: to a protocol: nobody else has any more; or the way to
 *	the source leads to another protocol's interface
 * @MGM_CMD_ALERT_LOCAL_JOIN: to a protocol: IGMP added a membership on an
 *	interface of its
 * @MGM_CMD_ALERT_LOCAL_LEAVE: to a protocol: the reverse
 * @MGM_CMD_ALERT_WRONG_IF: to a protocol: a packet of an existing MFE came in on
 *	an interface of its that is not the MFE's
 * @MGM_CMD_ALERT_OVERRUN: to a protocol: alerts were lost here
 * @MGM_CMD_ALERT_ANSWER: handle, id, and what is to change: RPF: ifindex [, next
 *	hop] [, upstream]; CREATION: the outgoing interfaces to switch off; PRUNE:
 *	timeout. Nothing: it may stay as it is
 */
enum mgm_cmd {
	MGM_CMD_PROTOCOL_GET = 1,
	MGM_CMD_PROTOCOL_REGISTER,
	MGM_CMD_PROTOCOL_DEREGISTER,
	MGM_CMD_PROTOCOL_REGISTER_NTF,
	MGM_CMD_PROTOCOL_DEREGISTER_NTF,
	MGM_CMD_INTERFACE_GET,
	MGM_CMD_INTERFACE_TAKE,
	MGM_CMD_INTERFACE_RELEASE,
	MGM_CMD_INTERFACE_SET,
	MGM_CMD_INTERFACE_TAKE_NTF,
	MGM_CMD_INTERFACE_RELEASE_NTF,
	MGM_CMD_INTERFACE_CHANGE_NTF,
	MGM_CMD_IGMP_DISABLE_NTF,
	MGM_CMD_IGMP_ENABLE_NTF,
	MGM_CMD_MEMBERSHIP_GET,
	MGM_CMD_MEMBERSHIP_ADD,
	MGM_CMD_MEMBERSHIP_DEL,
	MGM_CMD_MEMBERSHIP_ADD_NTF,
	MGM_CMD_MEMBERSHIP_DEL_NTF,
	MGM_CMD_MFE_GET,
	MGM_CMD_MFE_SET,
	MGM_CMD_MFE_ADD_NTF,
	MGM_CMD_MFE_CHANGE_NTF,
	MGM_CMD_MFE_DEL_NTF,
	MGM_CMD_LIMIT_GET,
	MGM_CMD_LIMIT_SET,
	MGM_CMD_CONFIG_GET,
	MGM_CMD_CONFIG_SET,
	MGM_CMD_ALERT_RPF,
	MGM_CMD_ALERT_CREATION,
	MGM_CMD_ALERT_JOIN,
	MGM_CMD_ALERT_PRUNE,
	MGM_CMD_ALERT_LOCAL_JOIN,
	MGM_CMD_ALERT_LOCAL_LEAVE,
	MGM_CMD_ALERT_WRONG_IF,
	MGM_CMD_ALERT_OVERRUN,
	MGM_CMD_ALERT_ANSWER,

	/* private: */
	__MGM_CMD_MAX,
	MGM_CMD_MAX = (__MGM_CMD_MAX - 1)
};

#endif /* _UAPI_LINUX_MGM_H */
