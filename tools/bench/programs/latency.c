// SPDX-License-Identifier: GPL-2.0
/*
 * How long until the first packet arrives: of a flow that nobody knows yet, or of a
 * group that a host has just reported.
 *
 *	latency flow NETNS DEVICE NETNS DEVICE FIRST COUNT
 *		a packet of each of COUNT new sources is sent to one group out of the
 *		first device, and awaited at the second
 *	latency join NETNS DEVICE ADDRESS FIRST COUNT
 *		an IGMPv2 report of each of COUNT groups is sent out of the device, and a
 *		packet of the group awaited there
 *
 * A line for each: nanoseconds, or "lost".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/igmp.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include "side.h"

#define LIMIT_MS	5000
#define PAUSE_NS	2000000		/* a flow begins while nothing else goes on */
#define FRAME_LEN	100
#define PORT		9
#define EVERY		0x100000UL

static __noreturn void die(const char *what)
{
	fprintf(stderr, "latency: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint16_t checksum(const void *data, unsigned int len)
{
	const uint16_t *word = data;
	uint32_t sum = 0;

	for (; len; len -= 2)
		sum += *word++;
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* A socket for whole frames on a device of a namespace, for IPv4 or for sending only. */
static int frames(const char *netns, const char *device, int protocol)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
	};
	int fd, ns = open(netns, O_RDONLY | O_CLOEXEC);

	if (ns < 0 || setns(ns, CLONE_NEWNET))
		die(netns);
	close(ns);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	at.sll_ifindex = if_nametoindex(device);
	if (fd < 0 || !at.sll_ifindex || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(device);
	return fd;
}

static void ethernet(struct ethhdr *eth, struct in_addr group)
{
	uint32_t low = ntohl(group.s_addr);

	*eth = (struct ethhdr) {
		.h_dest = { 0x01, 0x00, 0x5e, low >> 16 & 0x7f, low >> 8, low },
		.h_source = { 0x02, 0, 0, 0, 0, 0x01 },
		.h_proto = htons(ETH_P_IP),
	};
}

static void send_flow(int fd, const struct side_flow *flow)
{
	struct {
		struct ethhdr eth;
		struct iphdr ip;
		struct udphdr udp;
		char data[FRAME_LEN - 42];
	} __packed frame = {
		.ip = {
			.version = 4,
			.ihl = 5,
			.ttl = 32,
			.protocol = IPPROTO_UDP,
			.tot_len = htons(FRAME_LEN - ETH_HLEN),
			.saddr = flow->source.s_addr,
			.daddr = flow->group.s_addr,
		},
		.udp = {
			.source = htons(PORT),
			.dest = htons(PORT),
			.len = htons(FRAME_LEN - ETH_HLEN - 20),
		},
	};

	ethernet(&frame.eth, flow->group);
	frame.ip.check = checksum((char *)&frame + ETH_HLEN, 20);
	if (send(fd, &frame, sizeof(frame), 0) < 0)
		die("send");
}

static void send_report(int fd, struct in_addr host, struct in_addr group)
{
	struct {
		struct ethhdr eth;
		struct iphdr ip;
		uint8_t option[4];
		struct igmp igmp;
	} __packed frame = {
		.ip = {
			.version = 4,
			.ihl = 6,
			.ttl = 1,
			.protocol = IPPROTO_IGMP,
			.tot_len = htons(32),
			.saddr = host.s_addr,
			.daddr = group.s_addr,
		},
		.option = { 148, 4 },		/* router alert */
		.igmp = {
			.igmp_type = IGMP_V2_MEMBERSHIP_REPORT,
			.igmp_group = group,
		},
	};

	ethernet(&frame.eth, group);
	frame.ip.check = checksum((char *)&frame + ETH_HLEN, 24);
	frame.igmp.igmp_cksum = checksum((char *)&frame + ETH_HLEN + 24, 8);
	if (send(fd, &frame, sizeof(frame), 0) < 0)
		die("send");
}

/* Is it the flow's, or if that has no source, the group's? */
static int is_of(const char *frame, ssize_t len, const struct side_flow *flow)
{
	struct iphdr ip;

	if (len < ETH_HLEN + (ssize_t)sizeof(ip))
		return 0;
	memcpy(&ip, frame + ETH_HLEN, sizeof(ip));
	return ip.protocol == IPPROTO_UDP && ip.daddr == flow->group.s_addr &&
	       (!flow->source.s_addr || ip.saddr == flow->source.s_addr);
}

/* Wait for a packet of the flow, and say how long after @began it came. */
static void await(int fd, const struct side_flow *flow, uint64_t began)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct sockaddr_ll from;
	char frame[2048];
	uint64_t passed;
	socklen_t size;
	ssize_t len;

	for (;;) {
		size = sizeof(from);
		len = recvfrom(fd, frame, sizeof(frame), 0, (struct sockaddr *)&from,
			       &size);
		passed = side_now() - began;
		if (len >= 0 && from.sll_pkttype != PACKET_OUTGOING &&
		    is_of(frame, len, flow)) {
			printf("%llu\n", (unsigned long long)passed);
			return;
		}
		if (passed > LIMIT_MS * 1000000ULL) {
			puts("lost");
			return;
		}
		if (len < 0)
			poll(&pfd, 1, LIMIT_MS - passed / 1000000);
	}
}

static void pause_between(unsigned long more_ns)
{
	struct timespec ts = { .tv_nsec = PAUSE_NS + more_ns };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
}

static void flows(char **words)
{
	int from = frames(words[0], words[1], 0);
	int to = frames(words[2], words[3], ETH_P_IP);
	unsigned long first = side_number(words[4]);
	unsigned long i, count = side_number(words[5]);
	struct side_flow flow;
	uint64_t began;

	for (i = 0; i < count; i++) {
		flow = side_flow(EVERY, 1, first + i);
		pause_between(0);
		began = side_now();
		send_flow(from, &flow);
		await(to, &flow, began);
	}
}

static void joins(char **words)
{
	int fd = frames(words[0], words[1], ETH_P_IP);
	struct in_addr host = { .s_addr = inet_addr(words[2]) };
	unsigned long first = side_number(words[3]);
	unsigned long i, count = side_number(words[4]);
	struct side_flow flow;
	uint64_t began;

	for (i = 0; i < count; i++) {
		/* Any source will do. */
		flow = side_flow(1, EVERY, first + i);
		flow.source.s_addr = 0;
		/* The end of one wait is not to set the beginning of the next. */
		pause_between(random() % PAUSE_NS);
		began = side_now();
		send_report(fd, host, flow.group);
		await(fd, &flow, began);
	}
}

int main(int argc, char **argv)
{
	if (argc == 8 && !strcmp(argv[1], "flow")) {
		flows(argv + 2);
	} else if (argc == 7 && !strcmp(argv[1], "join")) {
		joins(argv + 2);
	} else {
		fprintf(stderr, "usage: see the head of latency.c\n");
		return 2;
	}
	return 0;
}
