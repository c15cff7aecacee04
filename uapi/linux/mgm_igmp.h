/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * IGMP for routers: the generic netlink family "mgm_igmp".
 *
 * The router side of IGMPv1, v2 and v3 (RFC 1112, RFC 2236, RFC 9776). Where it
 * is enabled, it takes part in the election of the link's querier, keeps track
 * of what the hosts on the link want to receive, and reports that to the
 * Multicast Group Manager as the memberships of the protocol IGMP.
 *
 *   MGM_IGMP_CMD_INTERFACE_ENABLE   ifindex [, settings]
 *   MGM_IGMP_CMD_INTERFACE_SET      ifindex, settings
 *   MGM_IGMP_CMD_INTERFACE_DISABLE  ifindex
 *   MGM_IGMP_CMD_JOIN/LEAVE         ifindex, group [, source]
 *
 * MGM_IGMP_CMD_INTERFACE_GET answers one interface (NLM_F_ACK, with an ifindex)
 * or all (NLM_F_DUMP); MGM_IGMP_CMD_GROUP_GET dumps the groups on all interfaces
 * or, with an ifindex, on one. Anybody may read. Every other command needs
 * CAP_NET_ADMIN in the user namespace that owns the network namespace. A refused
 * command changes nothing and says why in NLMSGERR_ATTR_MSG.
 *
 * Integers are in host byte order, addresses in network byte order. Names that
 * RFC 5519 (MGMD-STD-MIB) has a word for use that word.
 */
#ifndef _UAPI_LINUX_MGM_IGMP_H
#define _UAPI_LINUX_MGM_IGMP_H

#define MGM_IGMP_GENL_NAME	"mgm_igmp"
#define MGM_IGMP_GENL_VERSION	1

/**
 * enum mgm_igmp_interface_flags - state of an interface, a bit mask
 * @MGM_IGMP_INTERFACE_F_QUERIER: this router is the querier of the link
 * @MGM_IGMP_INTERFACE_F_HANDOVER: the owner of the interface is changing at this
 *	moment, and MGM is told of nothing until that is done
 */
enum mgm_igmp_interface_flags {
	MGM_IGMP_INTERFACE_F_QUERIER = 1,
	MGM_IGMP_INTERFACE_F_HANDOVER = 2,
};

/**
 * enum mgm_igmp_group_flags - what is special about a group, a bit mask
 * @MGM_IGMP_GROUP_F_STATIC: every source is joined by command
 */
enum mgm_igmp_group_flags {
	MGM_IGMP_GROUP_F_STATIC = 1,
};

/**
 * enum mgm_igmp_mode - filter mode of a group (RFC 9776, section 6.2.1)
 * @MGM_IGMP_MODE_INCLUDE: hosts want the sources listed
 * @MGM_IGMP_MODE_EXCLUDE: hosts want all sources but those that are listed as
 *	excluded
 */
enum mgm_igmp_mode {
	MGM_IGMP_MODE_INCLUDE = 1,
	MGM_IGMP_MODE_EXCLUDE,
};

/**
 * enum mgm_igmp_source_flags - what is special about a source, a bit mask
 * @MGM_IGMP_SOURCE_F_STATIC: it is joined by command
 * @MGM_IGMP_SOURCE_F_EXCLUDED: no host wants it, in a group in EXCLUDE mode
 */
enum mgm_igmp_source_flags {
	MGM_IGMP_SOURCE_F_STATIC = 1,
	MGM_IGMP_SOURCE_F_EXCLUDED = 2,
};

/**
 * enum mgm_igmp_a_interface - attributes of an interface
 *
 * Of settings that follow from others what follows is answered, not the 0.
 *
 * @MGM_IGMP_A_INTERFACE_PAD: padding
 * @MGM_IGMP_A_INTERFACE_IFINDEX: u32, the network device
 * @MGM_IGMP_A_INTERFACE_FLAGS: u32, &enum mgm_igmp_interface_flags; read only
 * @MGM_IGMP_A_INTERFACE_VERSION: u32, 1 to 3: the version of the queries sent;
 *	3 at first. It has to be the oldest that a router on the link has
 * @MGM_IGMP_A_INTERFACE_ROBUSTNESS: u32, 1 to 7: robustness variable; 2 at first
 * @MGM_IGMP_A_INTERFACE_QUERY_INTERVAL: u32, milliseconds between general
 *	queries, whole seconds from 1000 to 31744000; 125000 at first
 * @MGM_IGMP_A_INTERFACE_QUERY_RESPONSE_INTERVAL: u32, milliseconds that hosts may
 *	take to answer them, whole tenths of a second from 100 to 3174400, less
 *	than the query interval; 10000 at first
 * @MGM_IGMP_A_INTERFACE_LAST_MEMBER_QUERY_INTERVAL: u32, the same for queries
 *	about what a host no longer wants; 1000 at first
 * @MGM_IGMP_A_INTERFACE_LAST_MEMBER_QUERY_COUNT: u32, 0 to 7: how many of those
 *	are sent; 0, as it is at first: as many as the robustness variable
 * @MGM_IGMP_A_INTERFACE_STARTUP_QUERY_INTERVAL: u32, milliseconds between the
 *	first general queries, up to 31744000; 0, as it is at first: a quarter of
 *	the query interval
 * @MGM_IGMP_A_INTERFACE_STARTUP_QUERY_COUNT: u32, 0 to 7: how many those are; 0,
 *	as it is at first: as many as the robustness variable
 * @MGM_IGMP_A_INTERFACE_IMMEDIATE_LEAVE: u32, 1: what a host no longer wants is
 *	dropped without asking who else wants it; 0 at first
 * @MGM_IGMP_A_INTERFACE_ROUTER_ALERT: u32, 0: messages without the Router Alert
 *	option are accepted; 1 at first. Those of version 1 never need it
 * @MGM_IGMP_A_INTERFACE_GROUPS_MAX: u32, bound on the groups; 4096 at first
 * @MGM_IGMP_A_INTERFACE_SOURCES_MAX: u32, bound on the sources of one group, up
 *	to 512; 64 at first
 * @MGM_IGMP_A_INTERFACE_RATE_MAX: u32, bound on the messages that are looked at
 *	in a second; 4000 at first
 * @MGM_IGMP_A_INTERFACE_QUERIER4: be32, address of the querier; absent while
 *	this router should be it and has no address; read only, as are all that
 *	follow
 * @MGM_IGMP_A_INTERFACE_QUERIER_UPTIME: u64, milliseconds since it became that
 * @MGM_IGMP_A_INTERFACE_QUERIER_EXPIRES: u64, milliseconds until another querier
 *	is taken for gone; absent if it is this router
 * @MGM_IGMP_A_INTERFACE_ACTIVE_ROBUSTNESS: u32, robustness variable in force:
 *	that of the querier
 * @MGM_IGMP_A_INTERFACE_ACTIVE_QUERY_INTERVAL: u32, milliseconds, likewise
 * @MGM_IGMP_A_INTERFACE_GROUPS: u32, number of groups
 * @MGM_IGMP_A_INTERFACE_STATS: nest, &enum mgm_igmp_a_stats
 */
enum mgm_igmp_a_interface {
	MGM_IGMP_A_INTERFACE_PAD = 1,
	MGM_IGMP_A_INTERFACE_IFINDEX,
	MGM_IGMP_A_INTERFACE_FLAGS,
	MGM_IGMP_A_INTERFACE_VERSION,
	MGM_IGMP_A_INTERFACE_ROBUSTNESS,
	MGM_IGMP_A_INTERFACE_QUERY_INTERVAL,
	MGM_IGMP_A_INTERFACE_QUERY_RESPONSE_INTERVAL,
	MGM_IGMP_A_INTERFACE_LAST_MEMBER_QUERY_INTERVAL,
	MGM_IGMP_A_INTERFACE_LAST_MEMBER_QUERY_COUNT,
	MGM_IGMP_A_INTERFACE_STARTUP_QUERY_INTERVAL,
	MGM_IGMP_A_INTERFACE_STARTUP_QUERY_COUNT,
	MGM_IGMP_A_INTERFACE_IMMEDIATE_LEAVE,
	MGM_IGMP_A_INTERFACE_ROUTER_ALERT,
	MGM_IGMP_A_INTERFACE_GROUPS_MAX,
	MGM_IGMP_A_INTERFACE_SOURCES_MAX,
	MGM_IGMP_A_INTERFACE_RATE_MAX,
	MGM_IGMP_A_INTERFACE_QUERIER4,
	MGM_IGMP_A_INTERFACE_QUERIER_UPTIME,
	MGM_IGMP_A_INTERFACE_QUERIER_EXPIRES,
	MGM_IGMP_A_INTERFACE_ACTIVE_ROBUSTNESS,
	MGM_IGMP_A_INTERFACE_ACTIVE_QUERY_INTERVAL,
	MGM_IGMP_A_INTERFACE_GROUPS,
	MGM_IGMP_A_INTERFACE_STATS,

	/* private: */
	__MGM_IGMP_A_INTERFACE_MAX,
	MGM_IGMP_A_INTERFACE_MAX = (__MGM_IGMP_A_INTERFACE_MAX - 1)
};

/**
 * enum mgm_igmp_a_stats - counters of an interface
 * @MGM_IGMP_A_STATS_PAD: padding
 * @MGM_IGMP_A_STATS_JOINS: u64, times that a group has been added
 * @MGM_IGMP_A_STATS_WRONG_VERSION_QUERIES: u64, general queries of another
 *	version than the interface has
 * @MGM_IGMP_A_STATS_IN_QUERIES: u64, queries that came in
 * @MGM_IGMP_A_STATS_IN_V1_REPORTS: u64, reports of version 1
 * @MGM_IGMP_A_STATS_IN_V2_REPORTS: u64, reports of version 2
 * @MGM_IGMP_A_STATS_IN_V3_REPORTS: u64, reports of version 3
 * @MGM_IGMP_A_STATS_IN_LEAVES: u64, leave messages of version 2
 * @MGM_IGMP_A_STATS_OUT_GENERAL_QUERIES: u64, general queries sent
 * @MGM_IGMP_A_STATS_OUT_GROUP_QUERIES: u64, queries about one group
 * @MGM_IGMP_A_STATS_OUT_SOURCE_QUERIES: u64, queries about sources of one group
 * @MGM_IGMP_A_STATS_OUT_ERRORS: u64, queries that could not be sent
 * @MGM_IGMP_A_STATS_IN_MALFORMED: u64, messages not looked at: length, checksum
 *	or header are wrong; so, for other reasons, are all that follow
 * @MGM_IGMP_A_STATS_IN_UNKNOWN_TYPE: u64, a type that is none of IGMP's
 * @MGM_IGMP_A_STATS_IN_BAD_TTL: u64, the TTL is not 1
 * @MGM_IGMP_A_STATS_IN_NO_ROUTER_ALERT: u64, without the Router Alert option
 * @MGM_IGMP_A_STATS_IN_BAD_SOURCE: u64, from an address that is not on the link
 * @MGM_IGMP_A_STATS_IN_BAD_GROUP: u64, about what is no group, or sent to
 *	another group; so are the records of a report that name none
 * @MGM_IGMP_A_STATS_IN_IGNORED: u64, leave messages and records that do not count
 *	because there is a host or a router of an older version (7.3)
 * @MGM_IGMP_A_STATS_RATE_EXCEEDED: u64, more came in a second, or waited, than
 *	the bound allows
 * @MGM_IGMP_A_STATS_GROUPS_EXCEEDED: u64, times that a group was refused by the
 *	bound on groups
 * @MGM_IGMP_A_STATS_SOURCES_EXCEEDED: u64, times that a source was refused by
 *	the bound on sources
 * @MGM_IGMP_A_STATS_NO_MEMORY: u64, times that there was no memory for either
 * @MGM_IGMP_A_STATS_NOT_REPORTED: u64, times that MGM refused a change of the
 *	memberships; it is tried again with the next report, or after a second
 */
enum mgm_igmp_a_stats {
	MGM_IGMP_A_STATS_PAD = 1,
	MGM_IGMP_A_STATS_JOINS,
	MGM_IGMP_A_STATS_WRONG_VERSION_QUERIES,
	MGM_IGMP_A_STATS_IN_QUERIES,
	MGM_IGMP_A_STATS_IN_V1_REPORTS,
	MGM_IGMP_A_STATS_IN_V2_REPORTS,
	MGM_IGMP_A_STATS_IN_V3_REPORTS,
	MGM_IGMP_A_STATS_IN_LEAVES,
	MGM_IGMP_A_STATS_OUT_GENERAL_QUERIES,
	MGM_IGMP_A_STATS_OUT_GROUP_QUERIES,
	MGM_IGMP_A_STATS_OUT_SOURCE_QUERIES,
	MGM_IGMP_A_STATS_OUT_ERRORS,
	MGM_IGMP_A_STATS_IN_MALFORMED,
	MGM_IGMP_A_STATS_IN_UNKNOWN_TYPE,
	MGM_IGMP_A_STATS_IN_BAD_TTL,
	MGM_IGMP_A_STATS_IN_NO_ROUTER_ALERT,
	MGM_IGMP_A_STATS_IN_BAD_SOURCE,
	MGM_IGMP_A_STATS_IN_BAD_GROUP,
	MGM_IGMP_A_STATS_IN_IGNORED,
	MGM_IGMP_A_STATS_RATE_EXCEEDED,
	MGM_IGMP_A_STATS_GROUPS_EXCEEDED,
	MGM_IGMP_A_STATS_SOURCES_EXCEEDED,
	MGM_IGMP_A_STATS_NO_MEMORY,
	MGM_IGMP_A_STATS_NOT_REPORTED,

	/* private: */
	__MGM_IGMP_A_STATS_MAX,
	MGM_IGMP_A_STATS_MAX = (__MGM_IGMP_A_STATS_MAX - 1)
};

/**
 * enum mgm_igmp_a_group - attributes of a group
 * @MGM_IGMP_A_GROUP_PAD: padding
 * @MGM_IGMP_A_GROUP_IFINDEX: u32, the network device
 * @MGM_IGMP_A_GROUP_GROUP4: be32, the group
 * @MGM_IGMP_A_GROUP_SOURCE4: be32, of JOIN and LEAVE: one source of it; absent:
 *	every source
 * @MGM_IGMP_A_GROUP_FLAGS: u32, &enum mgm_igmp_group_flags; read only, as are all
 *	that follow
 * @MGM_IGMP_A_GROUP_MODE: u32, &enum mgm_igmp_mode
 * @MGM_IGMP_A_GROUP_UPTIME: u64, milliseconds since the group was added
 * @MGM_IGMP_A_GROUP_EXPIRES: u64, milliseconds until nobody is taken to want more
 *	than the sources listed; absent in INCLUDE mode
 * @MGM_IGMP_A_GROUP_LAST_REPORTER4: be32, who sent the last report; absent
 *	if nobody has
 * @MGM_IGMP_A_GROUP_V1_HOST_EXPIRES: u64, milliseconds until no host of version 1
 *	is taken to be left; absent if none is
 * @MGM_IGMP_A_GROUP_V2_HOST_EXPIRES: u64, the same for version 2
 * @MGM_IGMP_A_GROUP_SOURCE: nest, &enum mgm_igmp_a_source; repeated, one a source
 */
enum mgm_igmp_a_group {
	MGM_IGMP_A_GROUP_PAD = 1,
	MGM_IGMP_A_GROUP_IFINDEX,
	MGM_IGMP_A_GROUP_GROUP4,
	MGM_IGMP_A_GROUP_SOURCE4,
	MGM_IGMP_A_GROUP_FLAGS,
	MGM_IGMP_A_GROUP_MODE,
	MGM_IGMP_A_GROUP_UPTIME,
	MGM_IGMP_A_GROUP_EXPIRES,
	MGM_IGMP_A_GROUP_LAST_REPORTER4,
	MGM_IGMP_A_GROUP_V1_HOST_EXPIRES,
	MGM_IGMP_A_GROUP_V2_HOST_EXPIRES,
	MGM_IGMP_A_GROUP_SOURCE,

	/* private: */
	__MGM_IGMP_A_GROUP_MAX,
	MGM_IGMP_A_GROUP_MAX = (__MGM_IGMP_A_GROUP_MAX - 1)
};

/**
 * enum mgm_igmp_a_source - attributes of a source of a group
 * @MGM_IGMP_A_SOURCE_PAD: padding
 * @MGM_IGMP_A_SOURCE_SOURCE4: be32, its address
 * @MGM_IGMP_A_SOURCE_FLAGS: u32, &enum mgm_igmp_source_flags
 * @MGM_IGMP_A_SOURCE_EXPIRES: u64, milliseconds until no host is taken to want it;
 *	absent if none is
 */
enum mgm_igmp_a_source {
	MGM_IGMP_A_SOURCE_PAD = 1,
	MGM_IGMP_A_SOURCE_SOURCE4,
	MGM_IGMP_A_SOURCE_FLAGS,
	MGM_IGMP_A_SOURCE_EXPIRES,

	/* private: */
	__MGM_IGMP_A_SOURCE_MAX,
	MGM_IGMP_A_SOURCE_MAX = (__MGM_IGMP_A_SOURCE_MAX - 1)
};

/**
 * enum mgm_igmp_cmd - commands
 * @MGM_IGMP_CMD_INTERFACE_GET: one interface by its ifindex, or dump
 * @MGM_IGMP_CMD_INTERFACE_ENABLE: ifindex [, settings]; the settings not given
 *	are as at first
 * @MGM_IGMP_CMD_INTERFACE_DISABLE: ifindex; everything known there is forgotten
 * @MGM_IGMP_CMD_INTERFACE_SET: ifindex, and the settings to change
 * @MGM_IGMP_CMD_GROUP_GET: dump; with an ifindex, of that interface
 * @MGM_IGMP_CMD_JOIN: ifindex, group [, source]: report it to MGM whatever the
 *	hosts say
 * @MGM_IGMP_CMD_LEAVE: ifindex, group [, source]: the reverse
 */
enum mgm_igmp_cmd {
	MGM_IGMP_CMD_INTERFACE_GET = 1,
	MGM_IGMP_CMD_INTERFACE_ENABLE,
	MGM_IGMP_CMD_INTERFACE_DISABLE,
	MGM_IGMP_CMD_INTERFACE_SET,
	MGM_IGMP_CMD_GROUP_GET,
	MGM_IGMP_CMD_JOIN,
	MGM_IGMP_CMD_LEAVE,

	/* private: */
	__MGM_IGMP_CMD_MAX,
	MGM_IGMP_CMD_MAX = (__MGM_IGMP_CMD_MAX - 1)
};

#endif /* _UAPI_LINUX_MGM_IGMP_H */
