// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of IGMP, as hosts and other routers send them, and such that tell lies
 * about their lengths.
 */
#include <arpa/inet.h>
#include <string.h>
#include "packet.h"

#define MESSAGE_MAX	1400

#define QUERY		0x11
#define V1_REPORT	0x12
#define V2_REPORT	0x16
#define LEAVE		0x17
#define V3_REPORT	0x22

struct octets {
	unsigned int len;
	__u8 data[MESSAGE_MAX + 64];
};

static void put8(struct octets *m, __u8 value)
{
	m->data[m->len++] = value;
}

static void put16(struct octets *m, __u16 value)
{
	put8(m, value >> 8);
	put8(m, value);
}

static void put_address(struct octets *m, __be32 addr)
{
	memcpy(m->data + m->len, &addr, sizeof(addr));
	m->len += sizeof(addr);
}

/* A number that is mostly what it should be. */
static unsigned int lie(unsigned int n, unsigned int most)
{
	static const unsigned int lies[] = { 0, 1, 255, 256, 0x7fff, 0xffff };

	if (chance_of(95))
		return n;
	if (chance_of(50))
		return (n + (chance_of(50) ? 1 : -1)) & most;
	return lies[chance_below(ARRAY_SIZE(lies))] & most;
}

static __be32 some_group(void)
{
	unsigned int dice = chance_below(100);

	if (dice < 85)
		return packet_group();
	if (dice < 95)
		return htonl(0xef020000 | chance_below(64));
	return dice < 97 ? htonl(0xe0000000 | chance_below(256)) : chance();
}

static unsigned int some_count(void)
{
	unsigned int dice = chance_below(100);

	if (dice < 45)
		return 0;
	return dice < 97 ? chance_below(6) : chance_below(330);
}

static void put_sources(struct octets *m, unsigned int n)
{
	while (n-- && m->len < MESSAGE_MAX)
		put_address(m, link_host(chance_below(LINKS),
					 chance_of(80) ? 2 + chance_below(4) :
							 chance_below(256)));
}

static void put_record(struct octets *m)
{
	unsigned int n = some_count(), aux = chance_of(95) ? 0 : chance_below(8);
	unsigned int at = m->len;

	put8(m, chance_of(96) ? 1 + chance_below(6) : chance());
	put8(m, lie(aux, 255));
	put16(m, 0);
	put_address(m, some_group());
	put_sources(m, n);
	n = lie((m->len - at - 8) / 4, 0xffff);
	m->data[at + 2] = n >> 8;
	m->data[at + 3] = n;
	while (aux-- && m->len < MESSAGE_MAX)
		put_address(m, chance());
}

static void make_v3_report(struct octets *m)
{
	unsigned int n = chance_of(70) ? 1 : chance_below(12), i;

	put8(m, V3_REPORT);
	put8(m, chance_of(95) ? 0 : chance());
	put16(m, 0);
	put16(m, chance_of(95) ? 0 : chance());
	put16(m, 0);
	for (i = 0; i < n && m->len < MESSAGE_MAX; i++)
		put_record(m);
	i = lie(i, 0xffff);
	m->data[6] = i >> 8;
	m->data[7] = i;
}

static void make_query(struct octets *m)
{
	unsigned int at;

	put8(m, QUERY);
	put8(m, chance_of(70) ? 100 : chance());
	put16(m, 0);
	put_address(m, chance_of(40) ? 0 : some_group());
	if (chance_of(40))
		return;
	put8(m, chance_of(70) ? 2 : chance());
	put8(m, chance_of(70) ? 125 : chance());
	at = m->len;
	put16(m, 0);
	put_sources(m, chance_of(60) ? 0 : some_count());
	at = lie((m->len - at - 2) / 4, 0xffff);
	m->data[10] = at >> 8;
	m->data[11] = at;
}

static void make_older(struct octets *m)
{
	static const __u8 types[] = { V1_REPORT, V2_REPORT, V2_REPORT, LEAVE };

	put8(m, chance_of(97) ? types[chance_below(ARRAY_SIZE(types))] : chance());
	put8(m, chance_of(90) ? 0 : chance());
	put16(m, 0);
	put_address(m, some_group());
}

/* Where a message of its kind goes. */
static __be32 destination(const struct octets *m)
{
	__be32 group;

	memcpy(&group, m->data + 4, sizeof(group));
	switch (m->data[0]) {
	case V3_REPORT:
		return htonl(0xe0000016);
	case LEAVE:
		return htonl(0xe0000002);
	case QUERY:
		return group ?: htonl(0xe0000001);
	default:
		return group;
	}
}

static void add_header(struct frame *frame, const struct octets *m)
{
	static const __u8 alert[] = { 148, 4, 0, 0 };
	int link = chance_of(45) ? LINK_R2 : chance_of(80) ? LINK_R4 :
		   (int)chance_below(LINKS);
	struct ethhdr *eth = (struct ethhdr *)frame->data;
	struct iphdr *ip = IP_OF(frame->data);

	packet_begin(frame, link, IPPROTO_IGMP);
	ip->ttl = chance_of(97) ? 1 : chance();
	if (chance_of(95))
		ip->saddr = chance_of(95) ? link_host(link, 2 + chance_below(200)) : 0;
	ip->daddr = chance_of(95) ? destination(m) : packet_group();
	group_mac(eth->h_dest, ip->daddr);
	if (chance_of(92)) {
		packet_append(frame, alert, sizeof(alert));
		ip->ihl += sizeof(alert) / 4;
	} else if (chance_of(50)) {
		packet_options(frame);
	}
}

static void put_checksum(struct octets *m)
{
	__u16 check = ip_checksum(m->data, m->len);

	memcpy(m->data + 2, &check, sizeof(check));
}

/* Longer than it says, or shorter, or with some bits turned. */
static void spoil(struct octets *m)
{
	unsigned int n = chance_below(4);

	switch (chance_below(3)) {
	case 0:
		while (n-- && m->len < MESSAGE_MAX)
			put_address(m, chance());
		break;
	case 1:
		m->len = chance_below(m->len + 1);
		if (m->len < 8)
			m->len = 8;
		break;
	default:
		for (n++; n; n--)
			m->data[chance_below(m->len)] ^= 1 << chance_below(8);
		break;
	}
	m->data[2] = 0;
	m->data[3] = 0;
}

void packet_igmp_make(struct frame *frame)
{
	unsigned int dice = chance_below(100);
	struct octets m = {};

	if (dice < 60)
		make_v3_report(&m);
	else if (dice < 75)
		make_query(&m);
	else
		make_older(&m);
	if (chance_of(8))
		spoil(&m);
	put_checksum(&m);
	if (chance_of(2))
		m.data[2] ^= 1 << chance_below(8);
	add_header(frame, &m);
	packet_append(frame, m.data, m.len);
	packet_finish(frame);
}
