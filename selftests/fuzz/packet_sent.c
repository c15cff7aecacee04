// SPDX-License-Identifier: GPL-2.0
/*
 * The packets of a round. What leaves the router has to be a copy of one of them, out
 * of a link that wants it; and those that are good have to leave.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "packet.h"

#define HASH		4096
#define ARENA		(8 << 20)
#define BATCH		64
#define SPARE		80
#define SHOWN		256

static struct sent round_of[ROUND_MAX];
static unsigned int n_round;
static struct sent *hash[HASH];
static struct sent *blurred;
static __u8 *arena;
static unsigned int used;
static struct sent *waiting[BATCH];
static unsigned int n_waiting;

struct expected expected;
unsigned long long copies_heard;

void sent_begin_round(void)
{
	if (!arena)
		arena = malloc(ARENA);
	n_round = 0;
	used = 0;
	blurred = NULL;
	memset(hash, 0, sizeof(hash));
}

/* Is there room for a batch more? */
bool sent_room(void)
{
	return n_round + BATCH <= ROUND_MAX && used + BATCH * FRAME_MAX <= ARENA;
}

static struct sent **slot_of(__be32 group, __u16 id)
{
	return &hash[(ntohl(group) * 31 + id) % HASH];
}

/* It is out: it has to be counted. */
static void count(const struct sent *sent)
{
	const struct verdict *v = &sent->verdict;

	if (v->routed) {
		expected.arrived[sent->link]++;
		expected.bad_source[sent->link] += v->bad_source;
	}
	if (v->igmp) {
		expected.igmp[sent->link][v->igmp]++;
		expected.igmp[sent->link][MGM_IGMP_A_STATS_IN_BAD_GROUP] +=
			v->bad_records;
		groups_message(sent);
	}
}

static void failed(unsigned int i)
{
	waiting[i]->failed = true;
	tally_refused();
}

/* Everything that waits is sent, and what has come of it is heard. */
void sent_flush(void)
{
	unsigned int i;

	frames_flush(failed);
	for (i = 0; i < n_waiting; i++)
		if (!waiting[i]->failed)
			count(waiting[i]);
	n_waiting = 0;
	sent_drain();
}

/* What the kernel has taken part in the making of is not known to the last octet. */
static bool is_blurred(const struct sent *sent)
{
	return sent->offload || sent->how == BY_SOCKET;
}

static struct sent *remember(const struct frame *frame)
{
	struct sent *sent = &round_of[n_round++];
	const struct iphdr *ip;
	struct sent **slot;
	__u8 *data = arena + used;

	/* Whoever looks at a header finds room for one. */
	memset(mempcpy(data, frame->data, frame->len), 0, SPARE);
	*sent = (struct sent){
		.step = fuzz_step,
		.link = frame->link,
		.how = frame->how,
		.offload = frame->offload,
		.data = data,
		.len = frame->len,
		.extra = data + frame->len + SPARE,
	};
	if (frame->offload) {
		sent->extra_len = sizeof(frame->vnet);
		memcpy(data + frame->len + SPARE, &frame->vnet, sent->extra_len);
	} else if (frame->how == BY_SOCKET) {
		sent->extra_len = frame->n_options;
		memcpy(data + frame->len + SPARE, frame->options, sent->extra_len);
	}
	used += (frame->len + SPARE + sent->extra_len + 7) & ~7u;
	judge(&sent->verdict, frame);
	ip = IP_OF(data);
	slot = slot_of(ip->daddr, ip->id);
	sent->next = *slot;
	*slot = sent;
	if (is_blurred(sent)) {
		sent->next_blurred = blurred;
		blurred = sent;
	}
	return sent;
}

void sent_add(const struct frame *frame)
{
	struct sent *sent = remember(frame);
	int ret = frame_send(frame);

	tally_packet(sent);
	if (ret > 0) {
		waiting[n_waiting++] = sent;
	} else if (ret < 0) {
		sent->failed = true;
		tally_refused();
	} else {
		count(sent);
	}
	if (n_waiting == BATCH)
		sent_flush();
}

const struct sent *sent_last(void)
{
	return &round_of[n_round - 1];
}

/* What leaves */

/* Are the options the same? What is behind their end may be wiped. */
static bool same_options(const struct iphdr *was, const struct iphdr *is)
{
	const __u8 *a = (const __u8 *)(was + 1), *b = (const __u8 *)(is + 1);
	unsigned int len = was->ihl * 4 - sizeof(*was), i, size;

	for (i = 0; i < len; i += size) {
		if (!a[i])
			break;
		size = a[i] == 1 || i + 1 == len || a[i + 1] < 2 ? 1 : a[i + 1];
		if (i + size > len)
			size = len - i;
		if (memcmp(a + i, b + i, size))
			return false;
	}
	for (; i < len; i++)
		if (b[i] && b[i] != a[i])
			return false;
	return true;
}

/* How far into the packet the copy begins, if it is a fragment of it. */
static int offset_in(const struct iphdr *was, const struct iphdr *is)
{
	return ((ntohs(is->frag_off) & IP_OFFMASK) -
		(ntohs(was->frag_off) & IP_OFFMASK)) * 8;
}

/* Is the payload a part of what was sent, and all of it if it is no fragment? */
static const char *other_payload(const struct sent *sent, const struct iphdr *is,
				 unsigned int len)
{
	const struct iphdr *was = IP_OF(sent->data);
	unsigned int whole = sent->verdict.len - was->ihl * 4;
	unsigned int part = ntohs(is->tot_len) - is->ihl * 4;
	int offset = offset_in(was, is);
	bool more = is->frag_off & htons(IP_MF) &&
		    !(was->frag_off & htons(IP_MF));

	/* A fragment that no packet can end with: Linux lets such offsets run over. */
	if ((ntohs(was->frag_off) & IP_OFFMASK) * 8 + whole > 0xffff)
		return NULL;
	if (offset < 0 || offset + part > whole ||
	    (offset + part < whole && !(is->frag_off & htons(IP_MF))) ||
	    (more && offset + part == whole))
		return "it has other offsets";
	if (part < whole && was->frag_off & htons(IP_DF))
		return "it was not to be fragmented";
	if (len < is->ihl * 4 + part)
		return "it is cut off";
	if (memcmp((__u8 *)is + is->ihl * 4,
		   (__u8 *)was + was->ihl * 4 + offset, part))
		return "it has another payload";
	return NULL;
}

/* In what the packet differs from a copy of what was sent; NULL if in nothing. */
static const char *differs(const struct sent *sent, const struct iphdr *is,
			   unsigned int len, unsigned int ttl)
{
	const struct iphdr *was = IP_OF(sent->data);

	if (is->saddr != was->saddr || is->daddr != was->daddr ||
	    is->protocol != was->protocol)
		return "another flow";
	if (is->ttl != ttl)
		return "it has another TTL";
	if (is->tos != was->tos)
		return "it has another TOS";
	if (is_blurred(sent))
		return NULL;
	if (is->id != was->id || is->version != was->version)
		return "it has another id or version";
	if (offset_in(was, is) == 0 && is->ihl != was->ihl)
		return "it has another header length";
	if (offset_in(was, is) == 0 && !same_options(was, is))
		return "it has other options";
	return other_payload(sent, is, len);
}

/* Its header, and how it came here, as far as that does not hang on what was sent. */
static const char *is_wrong(int link, const __u8 *data, unsigned int len)
{
	const struct iphdr *ip = IP_OF(data);
	__u8 mac[ETH_ALEN];

	if (len < ETH_HLEN + sizeof(*ip) || ip->ihl < 5 ||
	    len < ETH_HLEN + ip->ihl * 4u || ntohs(ip->tot_len) < ip->ihl * 4u)
		return "the header is too short";
	if (ip_checksum(ip, ip->ihl * 4))
		return "the header checksum is wrong";
	group_mac(mac, ip->daddr);
	if (link != LINK_GRE && memcmp(data, mac, ETH_ALEN))
		return "it goes to another Ethernet address than its group's";
	if (link != LINK_GRE && memcmp(data + ETH_ALEN, links[link].mac, ETH_ALEN))
		return "it comes from another Ethernet address than the link's";
	return NULL;
}

/* Why the router should not have sent this copy; NULL if it should. */
static const char *is_illegal(const struct sent *sent, int link)
{
	const struct verdict *v = &sent->verdict;
	const struct iphdr *ip = IP_OF(sent->data);

	if (sent->failed)
		return "it was refused";
	if (!v->routed)
		return "it is not for a router";
	if (v->bad_source)
		return "no router forwards from this source";
	if (link == sent->link)
		return "it goes back to where it came from";
	if (v->from != sent->link)
		return "it came in by a wrong way";
	if (v->options == OPTIONS_REFUSED && sent->how != BY_SOCKET)
		return "its options have to be filled in, or are none";
	if (ip->ttl <= links[link].threshold)
		return "its TTL is below the threshold";
	if (!members_may(link, ip->saddr, ip->daddr) &&
	    !(links[link].igmp && groups_may(link, ip->daddr)))
		return "nobody wants it there";
	return NULL;
}

/* What the router sends goes its own way, too. */
static bool is_original(const struct sent *sent, int link, const struct iphdr *ip,
			unsigned int len)
{
	return sent->how != BY_HOST && sent->link == link &&
	       !differs(sent, ip, len, IP_OF(sent->data)->ttl);
}

static void take_copy(struct sent *sent, int link, const struct iphdr *ip)
{
	const struct iphdr *was = IP_OF(sent->data);
	const char *why = is_illegal(sent, link);

	copies_heard++;
	if (why)
		complain_of(sent, "forwarded to %s: %s", links[link].name, why);
	/* One copy may leave in pieces. */
	if (sent->offload ? sent->copies[link] : offset_in(was, ip) != 0)
		return;
	expected.left[link]++;
	if (sent->copies[link]++)
		complain_of(sent, "forwarded twice to %s", links[link].name);
}

/* Those that it can be a copy of: by id, or all whose id is not known. */
static struct sent *find(int link, const struct iphdr *ip, unsigned int len,
			 bool original, const char **why, struct sent **close)
{
	const char *other;
	struct sent *sent;

	for (sent = *slot_of(ip->daddr, ip->id); sent; sent = sent->next) {
		if (is_original(sent, link, ip, len) && original)
			return sent;
		if (original)
			continue;
		other = differs(sent, ip, len, IP_OF(sent->data)->ttl - 1);
		if (!other)
			return sent;
		if (IP_OF(sent->data)->id == ip->id) {
			*close = sent;
			*why = other;
		}
	}
	for (sent = blurred; sent; sent = sent->next_blurred) {
		if (original ? is_original(sent, link, ip, len) :
		    !differs(sent, ip, len, IP_OF(sent->data)->ttl - 1))
			return sent;
	}
	return NULL;
}

static const char *hex_of(const __u8 *data, unsigned int len)
{
	static char hex[2 * SHOWN + 1];
	unsigned int i;

	for (i = 0; i < len && i < SHOWN; i++)
		sprintf(hex + 2 * i, "%02x", data[i]);
	hex[2 * i] = '\0';
	return hex;
}

static void complain_frame(int link, const __u8 *data, unsigned int len,
			   const char *what)
{
	complain("out of %s: %s: %s", links[link].name, what, hex_of(data, len));
}

/* Queries, and what the router's own kernel has to say as a host. */
static const char *wrong_igmp(int link, const struct iphdr *ip)
{
	const __u8 *m = (const __u8 *)ip + ip->ihl * 4;

	if (ip->saddr != link_host(link, 1))
		return "a message of IGMP from another address";
	if (ip->ttl != 1)
		return "a message of IGMP with a TTL that is not 1";
	if (*m == 0x11 ? !links[link].igmp : links[link].igmp)
		return "a message of IGMP that is not the router's to send";
	if (ip_checksum(m, ntohs(ip->tot_len) - ip->ihl * 4))
		return "a message of IGMP with a wrong checksum";
	return NULL;
}

/* To one host: the kernel's own doings, but nobody is told of what a group gets. */
static const char *wrong_unicast(const struct iphdr *ip, unsigned int len)
{
	const __u8 *icmp = (const __u8 *)ip + ip->ihl * 4;
	const struct iphdr *about = (const struct iphdr *)(icmp + 8);

	if (ip->protocol == IPPROTO_ICMP && len >= ip->ihl * 4u + 8 + sizeof(*about) &&
	    (*icmp == 3 || *icmp == 11 || *icmp == 12 || *icmp == 4) &&
	    is_routed_group(about->daddr))
		return "an ICMP error about what was sent to a group";
	return NULL;
}

/* What is not a copy: of IGMP, or for a group that is on the link only. */
static const char *wrong_other(int link, const struct iphdr *ip)
{
	if (ip->protocol == IPPROTO_IGMP)
		return wrong_igmp(link, ip);
	return is_routed_group(ip->daddr) ? NULL : "a packet for this link only";
}

static void heard_group(int link, const __u8 *data, unsigned int len)
{
	const struct iphdr *ip = IP_OF(data);
	struct sent *sent, *close = NULL;
	const char *why = NULL, *what;

	if (find(link, ip, len - ETH_HLEN, true, &why, &close))
		return;
	sent = find(link, ip, len - ETH_HLEN, false, &why, &close);
	what = is_wrong(link, data, len) ?: wrong_other(link, ip);
	if (!what && !sent && ip->protocol != IPPROTO_IGMP)
		what = "a copy of nothing that was sent";
	if (what)
		complain_frame(link, data, len, what);
	if (what && (sent || close))
		complain_of(sent ?: close, "this was sent; %s",
			    why ?: "it is a copy");
	if (sent)
		take_copy(sent, link, ip);
}

static void heard(int link, const __u8 *data, unsigned int len)
{
	const struct ethhdr *eth = (const struct ethhdr *)data;
	const struct iphdr *ip = IP_OF(data);
	const char *why;

	if (eth->h_proto == htons(ETH_P_ARP) && link != LINK_GRE)
		return;
	if (eth->h_proto != htons(ETH_P_IP)) {
		complain_frame(link, data, len, "neither IP nor ARP");
	} else if (ntohl(ip->daddr) >> 28 == 14) {
		heard_group(link, data, len);
	} else {
		why = wrong_unicast(ip, len - ETH_HLEN);
		if (why)
			complain_frame(link, data, len, why);
	}
}

/* Would it be noticed if this came otherwise? Pieces and blurred ones may. */
static bool is_plain_copy(int link, const __u8 *data, unsigned int len)
{
	const struct iphdr *ip = IP_OF(data);
	struct sent *sent, *close = NULL;
	const char *why = NULL;

	if (!is_routed_group(ip->daddr) || ip->protocol != IPPROTO_UDP || ip->frag_off)
		return false;
	sent = find(link, ip, len - ETH_HLEN, false, &why, &close);
	return sent && !is_blurred(sent);
}

/*
 * To be shown to notice, it is made to believe of every so manieth copy that it has
 * been lost, or sent twice, or to another link, or that a bit in it is turned.
 */
static void heard_falsely(int link, const __u8 *data, unsigned int len)
{
	static __u8 turned[FRAME_MAX];
	static unsigned int n;

	if (!falsify || !is_plain_copy(link, data, len) || ++n % falsify) {
		heard(link, data, len);
		return;
	}
	switch (n / falsify % 4) {
	case 1:
		heard(link, data, len);
		heard(link, data, len);
		break;
	case 2:
		heard((link + 1) % LINKS, data, len);
		break;
	case 3:
		memcpy(turned, data, len);
		turned[len - 1] ^= 1;
		heard(link, turned, len);
	}
}

void sent_drain(void)
{
	frames_hear(heard_falsely);
}

/* What does not leave */

static bool must_leave(const struct sent *sent, int link)
{
	const struct verdict *v = &sent->verdict;
	const struct iphdr *ip = IP_OF(sent->data);

	return !sent->failed && v->exact && link != sent->link &&
	       ip->ttl > links[link].threshold &&
	       (!v->dont_fragment || v->len <= links[link].mtu) &&
	       members_must(link, ip->saddr, ip->daddr);
}

/* How many copies did not come that should have; say of which the first was. */
unsigned int sent_missing(bool tell)
{
	unsigned int missing = 0;
	struct sent *sent;
	int link;

	for (sent = round_of; sent < round_of + n_round; sent++)
		for (link = 0; link < LINKS; link++) {
			if (sent->copies[link] || !must_leave(sent, link))
				continue;
			if (tell && !missing)
				complain_of(sent, "not forwarded to %s",
					    links[link].name);
			missing++;
		}
	return missing;
}
