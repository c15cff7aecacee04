// SPDX-License-Identifier: GPL-2.0
/*
 * What is done to a good packet, one thing or a few, and options for its header.
 */
#include <arpa/inet.h>
#include <string.h>
#include "packet.h"

#define OPTIONS_MAX	40

/* Options */

static const struct {
	__u8 len;
	__u8 data[12];
} known_options[] = {
	{ 4, { 148, 4, 0, 0 } },		/* router alert */
	{ 4, { 148, 4, 0, 1 } },
	{ 1, { 1 } },				/* no operation */
	{ 11, { 7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0 } },	/* record route */
	{ 3, { 7, 3, 4 } },			/* the same, and full */
	{ 12, { 68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },	/* timestamps */
	{ 12, { 68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0 } },	/* with addresses */
	{ 12, { 68, 12, 5, 3, 239, 1, 1, 1, 0, 0, 0, 0 } },	/* prespecified */
	{ 4, { 68, 4, 5, 0xf0 } },		/* overflown */
	{ 7, { 131, 7, 4, 10, 0, 2, 2 } },	/* loose source route */
	{ 7, { 137, 7, 4, 10, 0, 2, 2 } },	/* strict source route */
	{ 11, { 130, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },	/* security */
	{ 6, { 134, 6, 0, 0, 0, 1 } },		/* CIPSO */
	{ 4, { 25, 4, 0, 0 } },			/* unknown */
	{ 2, { 205, 2 } },
	/* And what is none. */
	{ 2, { 148, 0 } },
	{ 2, { 148, 1 } },
	{ 2, { 7, 255 } },
	{ 4, { 7, 2, 0, 0 } },
	{ 4, { 68, 4, 4, 0 } },
	{ 1, { 131 } },
	{ 3, { 0, 1, 255 } },			/* an end in the middle */
	{ 5, { 0, 148, 4, 0, 0 } },
};

/* Behind the header of a packet that has nothing else yet, or for a socket. */
void packet_options(struct frame *frame)
{
	struct iphdr *ip = IP_OF(frame->data);
	__u8 options[OPTIONS_MAX + 16] = {};
	unsigned int n = 1 + chance_below(3), len = 0, i;

	while (n-- && len < OPTIONS_MAX) {
		i = chance_below(ARRAY_SIZE(known_options));
		memcpy(options + len, known_options[i].data, known_options[i].len);
		len += known_options[i].len;
	}
	if (chance_of(5)) {
		len = 1 + chance_below(OPTIONS_MAX);
		chance_bytes(options, len);
	}
	if (len > OPTIONS_MAX)
		len = OPTIONS_MAX;
	/* What fills it up to whole words is an end, mostly. */
	if (chance_of(10) && len & 3)
		chance_bytes(options + len, 4 - (len & 3));
	len = (len + 3) & ~3u;
	if (frame->how == BY_SOCKET) {
		memcpy(frame->options, options, len);
		frame->n_options = len;
		return;
	}
	packet_append(frame, options, len);
	ip->ihl += len / 4;
}

/* Things to do to a packet; most leave its checksum to be put right, or not. */

static void version(struct frame *frame)
{
	IP_OF(frame->data)->version = chance();
}

static void header_length(struct frame *frame)
{
	IP_OF(frame->data)->ihl = chance();
}

static void total_length(struct frame *frame)
{
	struct iphdr *ip = IP_OF(frame->data);
	unsigned int len = ntohs(ip->tot_len);

	switch (chance_below(4)) {
	case 0:
		len = chance_below(len + 1);
		break;
	case 1:
		len += 1 + chance_below(8);
		break;
	case 2:
		len = ip->ihl * 4 - 1 + chance_below(3);
		break;
	default:
		len = chance();
	}
	ip->tot_len = htons(len);
}

/* The frame ends before the packet does, or goes on behind it. */
static void frame_length(struct frame *frame)
{
	__u8 more[64];

	if (chance_of(50)) {
		frame->len = ETH_HLEN + chance_below(frame->len - ETH_HLEN + 1);
		return;
	}
	chance_bytes(more, sizeof(more));
	packet_append(frame, more, 1 + chance_below(sizeof(more)));
}

static void header_field(struct frame *frame)
{
	struct iphdr *ip = IP_OF(frame->data);

	switch (chance_below(6)) {
	case 0:
		ip->tos = chance();
		break;
	case 1:
		ip->frag_off = chance();
		break;
	case 2:
		ip->ttl = chance_below(3);
		break;
	case 3:
		ip->protocol = chance();
		break;
	case 4:
		ip->saddr ^= htonl(1 << chance_below(32));
		break;
	default:
		ip->daddr ^= htonl(1 << chance_below(32));
	}
}

static void flip_header(struct frame *frame)
{
	unsigned int n = 1 + chance_below(4);

	while (n--)
		frame->data[ETH_HLEN + chance_below(40)] ^= 1 << chance_below(8);
}

static void flip_anywhere(struct frame *frame)
{
	unsigned int n = 1 + chance_below(8), len = frame->len - ETH_HLEN;

	while (n-- && len)
		frame->data[ETH_HLEN + chance_below(len)] ^= 1 << chance_below(8);
}

static void ethernet_address(struct frame *frame)
{
	static const __u8 addresses[][ETH_ALEN] = {
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 0x02, 0x00, 0x00, 0x00, 0xee, 0xee },
		{ 0x01, 0x00, 0x5e, 0x7f, 0xff, 0xff },
		{ 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 },
		{ 0x33, 0x33, 0x00, 0x00, 0x00, 0x01 },
	};
	unsigned int i = chance_below(ARRAY_SIZE(addresses) + 2);

	memcpy(frame->data, i < ARRAY_SIZE(addresses) ? addresses[i] :
					links[frame->link].mac, ETH_ALEN);
}

static void ethernet_type(struct frame *frame)
{
	static const __u16 types[] = { ETH_P_IPV6, ETH_P_LOOP, 0, 100, 0xffff };
	struct ethhdr *eth = (struct ethhdr *)frame->data;

	eth->h_proto = htons(types[chance_below(ARRAY_SIZE(types))]);
}

static void (*const things[])(struct frame *frame) = {
	version, header_length, total_length, frame_length, header_field,
	header_field, header_field, flip_header, flip_anywhere, ethernet_address,
	ethernet_address, ethernet_type,
};

/* Whether its checksum is right then is one of the chances. */
void packet_spoil(struct frame *frame)
{
	struct iphdr *ip = IP_OF(frame->data);
	unsigned int n = chance_of(80) ? 1 : 2 + chance_below(3);

	/* What is behind the end is looked at, too. */
	memset(frame->data + frame->len, 0, 80);
	while (n--)
		things[chance_below(ARRAY_SIZE(things))](frame);
	if (chance_of(75)) {
		ip->check = 0;
		ip->check = ip_checksum(ip, ip->ihl * 4);
	}
}
