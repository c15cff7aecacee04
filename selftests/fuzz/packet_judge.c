// SPDX-License-Identifier: GPL-2.0
/*
 * What the router has to do with a packet: whether the forwarder gets to see it,
 * whether it may be forwarded, and what IGMP counts it as.
 */
#include <arpa/inet.h>
#include <string.h>
#include "packet.h"

#define OPTION_END	0
#define OPTION_NOOP	1
#define OPTION_RR	7
#define OPTION_TIME	68
#define OPTION_LSRR	131
#define OPTION_SSRR	137
#define OPTION_ALERT	148

#define V3_RECORD	8

bool igmp_needs_router_alert[LINKS];

static bool is_multicast(__be32 addr)
{
	return ntohl(addr) >> 28 == 14;
}

bool is_routed_group(__be32 group)
{
	return is_multicast(group) && ntohl(group) >> 8 != 0xe00000;
}

static bool is_good_source(__be32 addr)
{
	__u32 a = ntohl(addr);

	return a != 0 && a >> 24 != 127 && a >> 16 != 0xa9fe &&
	       !is_multicast(addr) && a != INADDR_BROADCAST;
}

/* The link that the routes lead to: 10.0.N.0/24 and 10.9.N.0/24. */
static int way_to(__be32 source)
{
	__u32 net = ntohl(source) >> 8, host = ntohl(source) & 255;
	int link;

	for (link = 0; link < LINKS; link++) {
		if (net == (0x0a000000 >> 8 | links[link].subnet))
			return host == 255 ? NOWHERE : link;
		if (net == (0x0a090000 >> 8 | links[link].subnet))
			return link;
	}
	return NOWHERE;
}

/* Does a device that gets this frame take it for its own? */
static bool is_for_router(const struct frame *frame)
{
	return frame->link == LINK_GRE || frame->data[0] & 1 ||
	       !memcmp(frame->data, links[frame->link].mac, ETH_ALEN);
}

/* Does the IP layer take the packet? */
static bool is_sound(const struct frame *frame)
{
	const struct ethhdr *eth = (const struct ethhdr *)frame->data;
	const struct iphdr *ip = IP_OF(frame->data);
	unsigned int len = frame->len - ETH_HLEN, tot_len;

	if (frame->how != BY_HOST)
		return true;
	if (frame->link != LINK_GRE && eth->h_proto != htons(ETH_P_IP))
		return false;
	if (!is_for_router(frame) || len < sizeof(*ip))
		return false;
	tot_len = ntohs(ip->tot_len);
	return ip->version == 4 && ip->ihl >= 5 && len >= ip->ihl * 4u &&
	       !ip_checksum(ip, ip->ihl * 4) && tot_len <= len &&
	       tot_len >= ip->ihl * 4u;
}

/* What the kernel makes of one option that has a length. */
static enum option_kind judge_option(const __u8 *option, int left)
{
	if (left < 2 || option[1] < 2 || option[1] > left)
		return OPTIONS_REFUSED;
	switch (option[0]) {
	case OPTION_RR:
	case OPTION_TIME:
	case OPTION_LSRR:
	case OPTION_SSRR:
		return OPTIONS_REFUSED;
	case OPTION_ALERT:
		return option[1] < 4 ? OPTIONS_REFUSED : OPTIONS_PLAIN;
	default:
		return OPTIONS_ODD;
	}
}

static enum option_kind judge_options(const struct iphdr *ip)
{
	const __u8 *option = (const __u8 *)(ip + 1);
	int left = ip->ihl * 4 - sizeof(*ip);
	enum option_kind kind, worst = OPTIONS_PLAIN;

	while (left > 0) {
		if (*option == OPTION_END)
			break;
		if (*option == OPTION_NOOP) {
			option++;
			left--;
			continue;
		}
		kind = judge_option(option, left);
		if (kind == OPTIONS_REFUSED)
			return kind;
		if (kind > worst)
			worst = kind;
		left -= option[1];
		option += option[1];
	}
	return worst;
}

/* With a source route it goes to the first host of that, at first. */
static bool is_source_routed(const struct frame *frame)
{
	const __u8 *option = frame->options, *end = option + frame->n_options;

	while (option < end && *option != OPTION_END) {
		if (*option == OPTION_LSRR || *option == OPTION_SSRR)
			return true;
		if (*option != OPTION_NOOP && (end - option < 2 || option[1] < 2))
			return false;
		option += *option == OPTION_NOOP ? 1 : option[1];
	}
	return false;
}

/* IGMP */

static bool has_router_alert(const struct iphdr *ip)
{
	const __u8 *option = (const __u8 *)(ip + 1);
	int left = ip->ihl * 4 - sizeof(*ip), len;

	while (left > 0 && *option != OPTION_END) {
		len = *option == OPTION_NOOP ? 1 : left > 1 ? option[1] : 0;
		if (*option == OPTION_ALERT)
			return len == 4 && left >= 4;
		if (!len || len > left || (*option != OPTION_NOOP && len < 2))
			return false;
		option += len;
		left -= len;
	}
	return false;
}

static enum mgm_igmp_a_stats judge_addresses(int link, const struct iphdr *ip,
					     __be32 group)
{
	__be32 own = link_host(link, 1);

	if (ip->saddr && (ntohl(ip->saddr) ^ ntohl(own)) >> 8)
		return MGM_IGMP_A_STATS_IN_BAD_SOURCE;
	if (ip->daddr != htonl(0xe0000001) && ip->daddr != htonl(0xe0000002) &&
	    ip->daddr != htonl(0xe0000016) && ip->daddr != own &&
	    (!group || ip->daddr != group))
		return MGM_IGMP_A_STATS_IN_BAD_GROUP;
	return 0;
}

/* The records of a report: malformed, or how many are about no group. */
static bool judge_records(const __u8 *m, unsigned int len, unsigned int *bad)
{
	unsigned int n = m[6] << 8 | m[7], at = V3_RECORD, size;
	__be32 group;

	*bad = 0;
	while (n--) {
		if (len - at < V3_RECORD)
			return false;
		size = ((m[at + 2] << 8 | m[at + 3]) + m[at + 1]) * 4;
		memcpy(&group, m + at + 4, sizeof(group));
		if (m[at] >= 1 && m[at] <= 6 && !is_multicast(group))
			++*bad;
		at += V3_RECORD;
		if (len - at < size)
			return false;
		at += size;
	}
	return true;
}

static enum mgm_igmp_a_stats judge_query(const struct iphdr *ip,
					 unsigned int len, __be32 group)
{
	if (len != 8 && len < 12)
		return MGM_IGMP_A_STATS_IN_MALFORMED;
	return group || ip->daddr == htonl(0xe0000001) ?
	       0 : MGM_IGMP_A_STATS_IN_MALFORMED;
}

/* What a message is that nothing is wrong with so far. */
static enum mgm_igmp_a_stats judge_content(struct verdict *v, const __u8 *m,
					   unsigned int len)
{
	switch (m[0]) {
	case 0x11:
		if (len >= 12 && (m[10] << 8 | m[11]) * 4u > len - 12)
			return MGM_IGMP_A_STATS_IN_MALFORMED;
		return MGM_IGMP_A_STATS_IN_QUERIES;
	case 0x12:
		return MGM_IGMP_A_STATS_IN_V1_REPORTS;
	case 0x16:
		return MGM_IGMP_A_STATS_IN_V2_REPORTS;
	case 0x17:
		return MGM_IGMP_A_STATS_IN_LEAVES;
	default:
		if (judge_records(m, len, &v->bad_records))
			return MGM_IGMP_A_STATS_IN_V3_REPORTS;
		v->bad_records = 0;
		return MGM_IGMP_A_STATS_IN_MALFORMED;
	}
}

static enum mgm_igmp_a_stats judge_igmp(struct verdict *v, int link,
					const struct iphdr *ip)
{
	const __u8 *m = (const __u8 *)ip + ip->ihl * 4;
	unsigned int len = ntohs(ip->tot_len) - ip->ihl * 4;
	enum mgm_igmp_a_stats reason = 0;
	__be32 group;

	if (ip->frag_off & htons(IP_MF | IP_OFFMASK) || len < 8 ||
	    ip_checksum(m, len))
		return MGM_IGMP_A_STATS_IN_MALFORMED;
	memcpy(&group, m + 4, sizeof(group));
	if (m[0] == 0x11)
		reason = judge_query(ip, len, group);
	else if (m[0] != 0x12 && m[0] != 0x16 && m[0] != 0x17 && m[0] != 0x22)
		reason = MGM_IGMP_A_STATS_IN_UNKNOWN_TYPE;
	if (reason)
		return reason;
	if (ip->ttl != 1)
		return MGM_IGMP_A_STATS_IN_BAD_TTL;
	if (igmp_needs_router_alert[link] && m[0] != 0x12 &&
	    (m[0] != 0x11 || m[1] || len > 8) && !has_router_alert(ip))
		return MGM_IGMP_A_STATS_IN_NO_ROUTER_ALERT;
	if (m[0] == 0x22)
		group = 0;
	else if (!is_multicast(group) && (group || m[0] != 0x11))
		return MGM_IGMP_A_STATS_IN_BAD_GROUP;
	return judge_addresses(link, ip, group) ?: judge_content(v, m, len);
}

void judge(struct verdict *v, const struct frame *frame)
{
	const struct iphdr *ip = IP_OF(frame->data);

	memset(v, 0, sizeof(*v));
	v->from = NOWHERE;
	if (!is_sound(frame))
		return;
	v->len = ntohs(ip->tot_len);
	if (ip->protocol == IPPROTO_IGMP) {
		if (links[frame->link].igmp && frame->how == BY_HOST)
			v->igmp = judge_igmp(v, frame->link, ip);
		return;
	}
	v->routed = is_routed_group(ip->daddr) && !is_source_routed(frame);
	v->bad_source = !is_good_source(ip->saddr);
	v->from = way_to(ip->saddr);
	v->options = judge_options(ip);
	v->dont_fragment = ip->frag_off & htons(IP_DF);
	v->exact = v->routed && !v->bad_source && v->options == OPTIONS_PLAIN &&
		   frame->how == BY_HOST && !frame->offload &&
		   v->from == frame->link && ip->ttl > 1;
}
