/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: every decision, so that one can see why a packet was, or was not,
 * forwarded.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mgm

#if !defined(_MGM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MGM_TRACE_H

#include <linux/ip.h>
#include <linux/tracepoint.h>
#include <net/net_namespace.h>

#include "core.h"

#define MGM_TRACE_DROPS							\
	EM(MGM_A_DROP_WRONG_IF,		"wrong-if")			\
	EM(MGM_A_DROP_NO_RPF,		"no-rpf")			\
	EM(MGM_A_DROP_NEGATIVE,		"negative")			\
	EM(MGM_A_DROP_TTL_EXPIRED,	"ttl-expired")			\
	EM(MGM_A_DROP_BAD_SOURCE,	"bad-source")			\
	EM(MGM_A_DROP_QUEUE_FULL,	"queue-full")			\
	EM(MGM_A_DROP_NO_MFE,		"no-mfe")			\
	EM(MGM_A_DROP_NO_MEMORY,	"no-memory")			\
	EM(MGM_A_DROP_TTL_THRESHOLD,	"ttl-threshold")		\
	EM(MGM_A_DROP_FRAG_NEEDED,	"frag-needed")			\
	EM(MGM_A_DROP_NO_ROUTE,		"no-route")			\
	EM(MGM_A_DROP_OPTION,		"option")			\
	EM_LAST(MGM_A_DROP_NESTED,	"nested")

#define MGM_TRACE_ALERTS						\
	EM(MGM_ALERT_JOIN,		"join")				\
	EM(MGM_ALERT_PRUNE,		"prune")			\
	EM(MGM_ALERT_LOCAL_JOIN,	"local-join")			\
	EM(MGM_ALERT_LOCAL_LEAVE,	"local-leave")			\
	EM(MGM_ALERT_WRONG_IF,		"wrong-if")			\
	EM(MGM_ALERT_OVERRUN,		"overrun")			\
	EM(MGM_ALERT_RPF,		"rpf")				\
	EM(MGM_ALERT_CREATION,		"creation")			\
	EM(MGM_ALERT_IGMP_DISABLE,	"igmp-disable")			\
	EM_LAST(MGM_ALERT_IGMP_ENABLE,	"igmp-enable")

#define MGM_TRACE_EVENTS						\
	EM(MGM_EVENT_PROTOCOL_REGISTER,	"protocol-register")		\
	EM(MGM_EVENT_PROTOCOL_DEREGISTER, "protocol-deregister")	\
	EM(MGM_EVENT_INTERFACE_TAKE,	"interface-take")		\
	EM(MGM_EVENT_INTERFACE_RELEASE,	"interface-release")		\
	EM(MGM_EVENT_INTERFACE_CHANGE,	"interface-change")		\
	EM(MGM_EVENT_IGMP_DISABLE,	"igmp-disable")			\
	EM(MGM_EVENT_IGMP_ENABLE,	"igmp-enable")			\
	EM(MGM_EVENT_MEMBERSHIP_ADD,	"membership-add")		\
	EM(MGM_EVENT_MEMBERSHIP_DEL,	"membership-del")		\
	EM(MGM_EVENT_MFE_ADD,		"mfe-add")			\
	EM(MGM_EVENT_MFE_CHANGE,	"mfe-change")			\
	EM_LAST(MGM_EVENT_MFE_DEL,		"mfe-del")

/* Have the numbers known to those who read the raw buffer. */
#undef EM
#undef EM_LAST
#define EM(a, b)	TRACE_DEFINE_ENUM(a);
#define EM_LAST(a, b)	TRACE_DEFINE_ENUM(a);

MGM_TRACE_DROPS
MGM_TRACE_ALERTS
MGM_TRACE_EVENTS

#undef EM
#undef EM_LAST
#define EM(a, b)	{ a, b },
#define EM_LAST(a, b)	{ a, b }

TRACE_EVENT(mgm_drop,

	TP_PROTO(const struct net *net, u32 ifindex, const struct iphdr *iph,
		 enum mgm_a_drop reason),

	TP_ARGS(net, ifindex, iph, reason),

	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, ifindex)
		__array(u8, saddr, 4)
		__array(u8, daddr, 4)
		__field(u8, ttl)
		__field(u32, reason)
	),

	TP_fast_assign(
		__entry->netns = net->ns.inum;
		__entry->ifindex = ifindex;
		memcpy(__entry->saddr, &iph->saddr, 4);
		memcpy(__entry->daddr, &iph->daddr, 4);
		__entry->ttl = iph->ttl;
		__entry->reason = reason;
	),

	TP_printk("netns=%u ifindex=%u source=%pI4 group=%pI4 ttl=%u reason=%s",
		  __entry->netns, __entry->ifindex, __entry->saddr,
		  __entry->daddr, __entry->ttl,
		  __print_symbolic(__entry->reason, MGM_TRACE_DROPS))
);

/* What a protocol is told, or would be if it wanted to know. */
TRACE_EVENT(mgm_alert,

	TP_PROTO(const struct mgm_protocol *proto,
		 const struct mgm_alert *alert),

	TP_ARGS(proto, alert),

	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, handle)
		__field(u32, type)
		__field(bool, member)
		__field(bool, wanted)
		__array(u8, grp, 4)
		__array(u8, src, 4)
		__field(u32, ifindex)
	),

	TP_fast_assign(
		__entry->netns = proto->mn->net->ns.inum;
		__entry->handle = proto->handle;
		__entry->type = alert->type;
		__entry->member = alert->member;
		__entry->wanted = mgm_alert_wanted(proto, alert->type);
		memcpy(__entry->grp, &alert->sg.grp.ip4, 4);
		memcpy(__entry->src, &alert->sg.src.ip4, 4);
		__entry->ifindex = alert->ifc.ifindex;
	),

	TP_printk("netns=%u handle=%u %s member=%d wanted=%d group=%pI4 source=%pI4 ifindex=%u",
		  __entry->netns, __entry->handle,
		  __print_symbolic(__entry->type, MGM_TRACE_ALERTS),
		  __entry->member, __entry->wanted, __entry->grp,
		  __entry->src, __entry->ifindex)
);

/* Every change of the tables; what does not apply is 0. */
TRACE_EVENT(mgm_event,

	TP_PROTO(enum mgm_event event, const struct mgm_event_info *info),

	TP_ARGS(event, info),

	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, event)
		__field(u32, handle)
		__field(u32, ifindex)
		__array(u8, grp, 4)
		__array(u8, src, 4)
		__field(u32, oifs)
	),

	TP_fast_assign(
		__entry->netns = info->mn->net->ns.inum;
		__entry->event = event;
		__entry->handle = info->handle;
		__entry->ifindex = 0;
		memset(__entry->grp, 0, 4);
		memset(__entry->src, 0, 4);
		__entry->oifs = 0;
		if (event >= MGM_EVENT_MFE_ADD) {
			const struct mgm_outlist *out =
				mgm_mfe_out(info->mn, info->mfe);

			__entry->ifindex = out->in ? out->in->key.ifindex : 0;
			memcpy(__entry->grp, &info->mfe->sg.grp.ip4, 4);
			memcpy(__entry->src, &info->mfe->sg.src.ip4, 4);
			__entry->oifs = out->n;
		} else if (event >= MGM_EVENT_MEMBERSHIP_ADD) {
			__entry->ifindex = info->membership->ifc->key.ifindex;
			memcpy(__entry->grp, &info->membership->group->sg.grp.ip4, 4);
			memcpy(__entry->src, &info->membership->group->sg.src.ip4, 4);
		} else if (event >= MGM_EVENT_INTERFACE_TAKE) {
			__entry->ifindex = info->ifc->key.ifindex;
		}
	),

	TP_printk("netns=%u %s handle=%u ifindex=%u group=%pI4 source=%pI4 oifs=%u",
		  __entry->netns,
		  __print_symbolic(__entry->event, MGM_TRACE_EVENTS),
		  __entry->handle, __entry->ifindex, __entry->grp,
		  __entry->src, __entry->oifs)
);

#endif /* _MGM_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
