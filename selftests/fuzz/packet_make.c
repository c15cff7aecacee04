// SPDX-License-Identifier: GPL-2.0
/*
 * The packets: good ones, of which the most are for groups that somebody wants, and
 * such that something is odd about.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>
#include "packet.h"

/* Some are on the Ethernet address of a group that is never forwarded. */
const __u32 fuzz_groups[GROUPS] = {
	0xef010101, 0xef010102, 0xef010103, 0xef010104, 0xef010105, 0xef010106,
	0xef010107, 0xef010108, 0xe8010101, 0xe8010102, 0xe8ffffff, 0xe0000100,
	0xe1000001, 0xe1000016, 0xeeffffff, 0xefffffff,
};

static const __u32 odd_groups[] = {
	0xe0000000, 0xe0000001, 0xe0000002, 0xe000000d, 0xe0000016, 0xe00000ff,
	0xe8000000, 0xefc00001, 0x00000000, 0xffffffff, 0x0a000101, 0x0a000201,
	0x0a0001ff, 0x7f000001, 0xdfffffff, 0xf0000000, 0x0a000102,
};

static const __u32 odd_sources[] = {
	0x00000000, 0x00000001, 0x7f000001, 0xa9fe0101, 0xe0000001, 0xef010101,
	0xffffffff, 0xf0000001, 0x0a000101, 0x0a000301, 0x0a0001ff, 0x0a000100,
	0x0a000400, 0xc6336407, 0x0a090101, 0x08080808, 0x0a0009ff,
};

static const __u8 protocols[] = { 0, 1, 4, 6, 17, 41, 46, 47, 50, 103, 136, 255 };

__be32 packet_group(void)
{
	return htonl(fuzz_groups[chance_below(GROUPS)]);
}

static __be32 some_group(void)
{
	unsigned int dice = chance_below(100);

	if (dice < 90)
		return packet_group();
	if (dice < 97)
		return htonl(odd_groups[chance_below(ARRAY_SIZE(odd_groups))]);
	return htonl(chance_of(50) ? 0xef020000 | chance_below(64) :
				     0xe0000000 | chance_below(1 << 28));
}

/* Most are on the link, or behind it. */
__be32 packet_source(int link)
{
	unsigned int dice = chance_below(100);

	if (dice < 75)
		return link_host(link, 2 + chance_below(4));
	if (dice < 85)
		return link_host(link, 2 + chance_below(4)) | htonl(9 << 16);
	if (dice < 93)
		return link_host(chance_below(LINKS), 2 + chance_below(4));
	if (dice < 98)
		return htonl(odd_sources[chance_below(ARRAY_SIZE(odd_sources))]);
	return chance();
}

static __u8 some_ttl(void)
{
	static const __u8 odd[] = { 0, 1, 2, 7, 8, 9, 10, 255 };

	return chance_of(85) ? 16 + chance_below(100) :
			       odd[chance_below(ARRAY_SIZE(odd))];
}

/* A header, its lengths and checksums yet to be filled in by packet_finish(). */
void packet_begin(struct frame *frame, int link, __u8 protocol)
{
	struct ethhdr *eth = (struct ethhdr *)frame->data;
	struct iphdr *ip = IP_OF(frame->data);

	memset(frame, 0, offsetof(struct frame, data) + ETH_HLEN + sizeof(*ip));
	frame->link = link;
	frame->len = ETH_HLEN + sizeof(*ip);
	memcpy(eth->h_source,
	       (__u8 []){ 2, 0, 0, 0, links[link].subnet, 2 }, ETH_ALEN);
	eth->h_proto = htons(ETH_P_IP);
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	/* The kernel gives those that have none one of its own. */
	ip->id = htons(1 + fuzz_step % 65535);
	ip->ttl = some_ttl();
	ip->protocol = protocol;
	ip->saddr = packet_source(link);
	ip->daddr = some_group();
	group_mac(eth->h_dest, ip->daddr);
}

void packet_append(struct frame *frame, const void *data, unsigned int len)
{
	if (len > FRAME_MAX - frame->len)
		len = FRAME_MAX - frame->len;
	memcpy(frame->data + frame->len, data, len);
	frame->len += len;
}

void packet_finish(struct frame *frame)
{
	struct iphdr *ip = IP_OF(frame->data);

	ip->tot_len = htons(frame->len - ETH_HLEN);
	ip->check = 0;
	ip->check = ip_checksum(ip, ip->ihl * 4);
}

static unsigned int some_length(int link)
{
	unsigned int most = links[link].mtu - 60 - 8, dice = chance_below(1000);

	if (dice < 900)
		return chance_below(100);
	if (dice < 980)
		return chance_below(most < 1400 ? most : 1400);
	return most - chance_below(16);
}

static void add_payload(struct frame *frame, unsigned int len)
{
	__u8 data[FRAME_MAX];
	__u16 udp[4] = { htons(5000), htons(5000), htons(8 + len), 0 };

	chance_bytes(data, len < 200 ? len : 200);
	if (len > 200)
		memset(data + 200, fuzz_step, len - 200);
	packet_append(frame, udp, sizeof(udp));
	packet_append(frame, data, len);
}

/* A part of a bigger packet. */
static void make_fragment(struct frame *frame)
{
	struct iphdr *ip = IP_OF(frame->data);
	unsigned int offset = chance_below(chance_of(90) ? 1000 : 8192);

	ip->frag_off = htons((chance_of(60) ? IP_MF : 0) | offset);
	/* All but the last are whole in units of eight. */
	if (ip->frag_off & htons(IP_MF))
		frame->len -= (frame->len - ETH_HLEN - ip->ihl * 4) & 7;
}

static void make_data(struct frame *frame, int link)
{
	__u8 protocol = chance_of(85) ? IPPROTO_UDP :
			protocols[chance_below(ARRAY_SIZE(protocols))];

	packet_begin(frame, link, protocol);
	if (chance_of(12))
		packet_options(frame);
	add_payload(frame, some_length(link));
	if (chance_of(8))
		make_fragment(frame);
	else if (chance_of(25))
		IP_OF(frame->data)->frag_off = htons(IP_DF);
	packet_finish(frame);
}

/* To a link where the router listens, but of no length that would not fit there. */
static void make_local(struct frame *frame, int link)
{
	struct iphdr *ip = IP_OF(frame->data);

	packet_begin(frame, link, IPPROTO_UDP);
	frame->how = chance_of(70) ? BY_RAW_SOCKET : BY_SOCKET;
	ip->saddr = link_host(link, 1);
	if (frame->how == BY_RAW_SOCKET && chance_of(20)) {
		ip->saddr = packet_source(link) ?: link_host(link, 1);
		ip->protocol = chance_of(50) ? IPPROTO_UDP : 103;
	}
	if (frame->how == BY_RAW_SOCKET && chance_of(20))
		packet_options(frame);
	else if (frame->how == BY_SOCKET && chance_of(40))
		packet_options(frame);
	add_payload(frame, chance_below(200));
	packet_finish(frame);
}

/* Yet to be cut into segments. */
static void add_segments(struct frame *frame)
{
	struct virtio_net_hdr *vnet = &frame->vnet;
	struct tcphdr tcp = {
		.source = htons(5000),
		.dest = htons(5000),
		.doff = sizeof(tcp) / 4,
		.ack = 1,
	};
	__u8 data[9000];
	unsigned int len;

	vnet->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	vnet->gso_size = 100 + chance_below(1300);
	vnet->hdr_len = frame->len + sizeof(tcp);
	vnet->csum_offset = offsetof(struct tcphdr, check);
	len = vnet->gso_size + 1 + chance_below(sizeof(data) - 1401);
	memset(data, fuzz_step, len);
	packet_append(frame, &tcp, sizeof(tcp));
	packet_append(frame, data, len);
}

/* What is behind the header is in pages of its own. */
static void add_pages(struct frame *frame)
{
	struct virtio_net_hdr *vnet = &frame->vnet;
	unsigned int mtu = links[frame->link].mtu;

	vnet->csum_offset = offsetof(struct udphdr, check);
	vnet->hdr_len = ETH_HLEN + chance_below(frame->len);
	add_payload(frame, mtu - 28 - chance_below(mtu / 2));
}

/* The checksum is yet to be computed, by the device that it leaves by. */
static void make_offload(struct frame *frame, int link)
{
	bool segments = chance_of(50);

	packet_begin(frame, link, segments ? IPPROTO_TCP : IPPROTO_UDP);
	frame->offload = true;
	frame->vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	frame->vnet.csum_start = frame->len;
	if (segments)
		add_segments(frame);
	else
		add_pages(frame);
	packet_finish(frame);
}

static void make_garbage(struct frame *frame, int link)
{
	unsigned int len = chance_below(300);
	__u8 data[300];

	packet_begin(frame, link, chance());
	frame->len = ETH_HLEN + chance_below(sizeof(struct iphdr) + 1);
	chance_bytes(data, len);
	packet_append(frame, data, len);
	if (chance_of(50) && frame->len >= ETH_HLEN + sizeof(struct iphdr) &&
	    frame->len >= ETH_HLEN + IP_OF(frame->data)->ihl * 4u)
		packet_finish(frame);
}

/* The packet of this step. */
void packet_make(struct frame *frame)
{
	unsigned int dice = chance_below(100);
	int link = chance_below(LINKS);

	if (dice < 62)
		make_data(frame, link);
	else if (dice < 90)
		packet_igmp_make(frame);
	else if (dice < 95)
		make_local(frame, link);
	else if (dice < 97)
		make_offload(frame, link == LINK_GRE ? LINK_R1 : link);
	else
		make_garbage(frame, link);
	if (frame->how == BY_HOST && !frame->offload && dice < 97 && chance_of(35))
		packet_spoil(frame);
}
