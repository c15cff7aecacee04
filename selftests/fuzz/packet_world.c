// SPDX-License-Identifier: GPL-2.0
/*
 * Two network namespaces, the router's and the hosts', and the wires between them.
 * Everything that the hosts send, and all that the router sends them, goes through
 * packet sockets: the hosts have no addresses.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/filter.h>
#include "packet.h"

#define BATCH		64
#define EAR_ROOM	(64 << 20)

/* The last octet but one of a device's address is its subnet's number. */
struct link links[LINKS] = {
	[LINK_R1] = {
		"r1", "h1", 9000, 1, 0, false, 1, .mac = { 2, 0, 0, 0, 1, 1 }
	},
	[LINK_R2] = {
		"r2", "h2", 1500, 1, 0, true, 2, .mac = { 2, 0, 0, 0, 2, 1 }
	},
	[LINK_R3] = {
		"r3", "h3", 600, 1, 1, false, 3, .mac = { 2, 0, 0, 0, 3, 1 }
	},
	[LINK_R4] = {
		"r4", "h4", 1500, 1, NOBODY, true, 4, .mac = { 2, 0, 0, 0, 4, 1 }
	},
	[LINK_VLAN] = {
		"r1.10", "h1.10", 1500, 1, 1, false, 5, .mac = { 2, 0, 0, 0, 5, 1 }
	},
	[LINK_BRIDGE] = {
		"br0", "h6", 1500, 8, 0, false, 6, .mac = { 2, 0, 0, 0, 6, 1 }
	},
	[LINK_GRE] = {
		"gre1", "h2", 1476, 1, 1, false, 7, .mac = { 2, 0, 0, 0, 7, 1 }
	},
};

#define TUNNEL_LOCAL	"10.0.2.1"
#define TUNNEL_REMOTE	"10.0.2.99"

static const char router_setup[] =
	"link add r1 address 02:00:00:00:01:01 mtu 9000 type veth peer name h1 netns %1$s\n"
	"link add r2 address 02:00:00:00:02:01 type veth peer name h2 netns %1$s\n"
	"link add r3 address 02:00:00:00:03:01 mtu 600 type veth peer name h3 netns %1$s\n"
	"link add r4 address 02:00:00:00:04:01 type veth peer name h4 netns %1$s\n"
	"link add r6 type veth peer name h6 netns %1$s\n"
	"link add r7 type veth peer name h7 netns %1$s\n"
	"link add link r1 name r1.10 address 02:00:00:00:05:01 mtu 1500 type vlan id 10\n"
	"link add br0 address 02:00:00:00:06:01 type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n"
	"link set r6 master br0 up\n"
	"link set r7 master br0 up\n"
	"link set lo up\n"
	"link set r1 up\n"
	"link set r2 up\n"
	"link set r3 up\n"
	"link set r4 up\n"
	"link set r1.10 up\n"
	"link set br0 up\n"
	"addr add 10.0.1.1/24 brd + dev r1\n"
	"addr add 10.0.2.1/24 brd + dev r2\n"
	"addr add 10.0.3.1/24 brd + dev r3\n"
	"addr add 10.0.4.1/24 brd + dev r4\n"
	"addr add 10.0.5.1/24 brd + dev r1.10\n"
	"addr add 10.0.6.1/24 brd + dev br0\n"
	"link add gre1 type gre local " TUNNEL_LOCAL " remote " TUNNEL_REMOTE " ttl 64 dev r2\n"
	"link set gre1 up multicast on\n"
	"addr add 10.0.7.1/24 brd + dev gre1\n"
	"neigh add " TUNNEL_REMOTE " lladdr 02:00:00:00:02:99 dev r2 nud permanent\n"
	"route add 10.9.1.0/24 via 10.0.1.2\n"
	"route add 10.9.2.0/24 via 10.0.2.2\n"
	"route add 10.9.3.0/24 via 10.0.3.2\n"
	"route add 10.9.4.0/24 via 10.0.4.2\n"
	"route add 10.9.5.0/24 via 10.0.5.2\n"
	"route add 10.9.6.0/24 via 10.0.6.2\n"
	"route add 10.9.7.0/24 dev gre1\n";

static const char hosts_setup[] =
	"link set h1 mtu 9000 up\n"
	"link set h2 up\n"
	"link set h3 mtu 600 up\n"
	"link set h4 up\n"
	"link set h6 up\n"
	"link set h7 up\n"
	"link add link h1 name h1.10 mtu 1500 type vlan id 10\n"
	"link set h1.10 up\n";

static int router_fd, hosts_fd;
static int mouth = -1;			/* of the hosts */
static int offload_mouth = -1;		/* the same, with offloads */
static int ear = -1;
static int raw_sockets[LINKS];		/* of the router */
static int udp_sockets[LINKS];

/* What waits to be sent at once. */
static struct {
	unsigned int n;
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	struct sockaddr_ll to[BATCH];
	__u8 data[BATCH][FRAME_MAX + 64];
} batch;

__u16 ip_checksum(const void *data, unsigned int len)
{
	const __u8 *at = data;
	__u32 sum = 0;

	for (; len > 1; len -= 2, at += 2)
		sum += at[0] << 8 | at[1];
	if (len)
		sum += *at << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

void group_mac(__u8 *mac, __be32 group)
{
	__u32 grp = ntohl(group);

	mac[0] = 0x01;
	mac[1] = 0x00;
	mac[2] = 0x5e;
	mac[3] = grp >> 16 & 0x7f;
	mac[4] = grp >> 8;
	mac[5] = grp;
}

__be32 link_host(int link, unsigned int host)
{
	return htonl(0x0a000000 | links[link].subnet << 8 | host);
}

/* Making it */

static int new_namespace(void)
{
	int fd, ipv6;

	if (unshare(CLONE_NEWNET))
		return -errno;
	/* What IPv6 has to say by itself would only be in the way. */
	ipv6 = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY);
	if (ipv6 >= 0) {
		if (write(ipv6, "1", 1) != 1)
			fprintf(stderr, "IPv6 stays: %m\n");
		close(ipv6);
	}
	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

__printf(1, 2)
static int run_ip(const char *fmt, ...)
{
	FILE *ip = popen("ip -batch -", "w");
	va_list args;

	if (!ip)
		return -errno;
	va_start(args, fmt);
	vfprintf(ip, fmt, args);
	va_end(args);
	return pclose(ip) ? -EIO : 0;
}

/* One that hears everything, without what is for a VLAN, and sends nothing. */
static int open_ear(void)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			 SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { ARRAY_SIZE(code), code };
	struct sockaddr_ll all = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
	};
	int on = 1, room = EAR_ROOM;

	ear = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (ear < 0 ||
	    setsockopt(ear, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(ear, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(ear, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(ear, (struct sockaddr *)&all, sizeof(all)))
		return -errno;
	return 0;
}

static int open_mouths(void)
{
	int on = 1;

	mouth = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	offload_mouth = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (mouth < 0 || offload_mouth < 0 ||
	    setsockopt(offload_mouth, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)))
		return -errno;
	return 0;
}

/* Sockets in the router that send by one device only. */
static int open_local(int link)
{
	struct ip_mreqn out = { .imr_ifindex = links[link].ifindex };
	int none = 0, *fds[] = { &raw_sockets[link], &udp_sockets[link] };
	unsigned int i;

	raw_sockets[link] = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	udp_sockets[link] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		if (*fds[i] < 0 ||
		    setsockopt(*fds[i], SOL_SOCKET, SO_BINDTODEVICE, links[link].name,
			       strlen(links[link].name)) ||
		    setsockopt(*fds[i], IPPROTO_IP, IP_MULTICAST_IF, &out,
			       sizeof(out)) ||
		    setsockopt(*fds[i], IPPROTO_IP, IP_MULTICAST_LOOP, &none,
			       sizeof(none)))
			return -errno;
	return 0;
}

/* Somebody on the router wants a group there: its packets go on to him. */
static int join_local(int link, __u32 group)
{
	struct ip_mreqn member = {
		.imr_multiaddr.s_addr = htonl(group),
		.imr_ifindex = links[link].ifindex,
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member,
				 sizeof(member)))
		return -errno;
	return 0;
}

static int know_links(void)
{
	struct link *link;
	int err;

	for (link = links; link < links + LINKS; link++) {
		link->ifindex = if_nametoindex(link->name);
		if (!link->ifindex)
			return -errno;
		err = open_local(link - links);
		if (err)
			return err;
	}
	return join_local(LINK_R1, fuzz_groups[0]) ?:
	       join_local(LINK_R3, fuzz_groups[1]);
}

static int know_hosts(void)
{
	struct link *link;

	for (link = links; link < links + LINKS; link++) {
		link->far_ifindex = if_nametoindex(link->far);
		if (!link->far_ifindex)
			return -errno;
	}
	return open_mouths() ?: open_ear();
}

/* 0 or -errno; the caller is in the router then. */
int packet_world_make(void)
{
	char hosts[64];
	int err;

	hosts_fd = new_namespace();
	if (hosts_fd < 0)
		return hosts_fd;
	router_fd = new_namespace();
	if (router_fd < 0)
		return router_fd;
	snprintf(hosts, sizeof(hosts), "/proc/%d/fd/%d", getpid(), hosts_fd);
	err = run_ip(router_setup, hosts) ?: know_links();
	if (err)
		return err;
	if (setns(hosts_fd, CLONE_NEWNET))
		return -errno;
	err = run_ip(hosts_setup) ?: know_hosts();
	return err ?: packet_enter_router();
}

int packet_enter_router(void)
{
	return setns(router_fd, CLONE_NEWNET) ? -errno : 0;
}

/* Sending */

/* Around a packet that a host sends through the tunnel; how long it has become. */
static unsigned int encapsulate(__u8 *to, const __u8 *data, unsigned int len)
{
	static const __u8 gre[] = { 0, 0, 0x08, 0x00 };
	unsigned int inner = len - ETH_HLEN;
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.ttl = 64,
		.protocol = IPPROTO_GRE,
		.tot_len = htons(sizeof(ip) + sizeof(gre) + inner),
		.saddr = inet_addr(TUNNEL_REMOTE),
		.daddr = inet_addr(TUNNEL_LOCAL),
	};
	const struct ethhdr eth = {
		.h_dest = { 2, 0, 0, 0, 2, 1 },
		.h_source = { 2, 0, 0, 0, 2, 0x99 },
		.h_proto = htons(ETH_P_IP),
	};
	__u8 *at = to;

	ip.check = ip_checksum(&ip, sizeof(ip));
	at = mempcpy(at, &eth, sizeof(eth));
	at = mempcpy(at, &ip, sizeof(ip));
	at = mempcpy(at, gre, sizeof(gre));
	at = mempcpy(at, data + ETH_HLEN, inner);
	return at - to;
}

static struct sockaddr_ll address_of(int link)
{
	return (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_ifindex = links[link].far_ifindex,
	};
}

static void enqueue(const struct frame *frame)
{
	unsigned int i = batch.n++;
	struct iovec *part = &batch.parts[i];

	part->iov_base = batch.data[i];
	part->iov_len = frame->len;
	if (frame->link == LINK_GRE)
		part->iov_len = encapsulate(batch.data[i], frame->data, frame->len);
	else
		memcpy(batch.data[i], frame->data, frame->len);
	batch.to[i] = address_of(frame->link);
	batch.messages[i].msg_hdr = (struct msghdr){
		.msg_name = &batch.to[i],
		.msg_namelen = sizeof(batch.to[i]),
		.msg_iov = part,
		.msg_iovlen = 1,
	};
}

static int send_offload(const struct frame *frame)
{
	struct sockaddr_ll to = address_of(frame->link);
	struct iovec parts[] = {
		{ (void *)&frame->vnet, sizeof(frame->vnet) },
		{ (void *)frame->data, frame->len },
	};
	struct msghdr message = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = parts,
		.msg_iovlen = ARRAY_SIZE(parts),
	};

	return sendmsg(offload_mouth, &message, 0) < 0 ? -errno : 0;
}

static int send_local(const struct frame *frame)
{
	const struct iphdr *ip = IP_OF(frame->data);
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(5000),
		.sin_addr.s_addr = ip->daddr,
	};
	unsigned int skip = ETH_HLEN;
	int ttl = ip->ttl, fd = raw_sockets[frame->link];

	if (frame->how == BY_SOCKET) {
		fd = udp_sockets[frame->link];
		skip += sizeof(*ip) + 8;
		if (setsockopt(fd, IPPROTO_IP, IP_OPTIONS, frame->options,
			       frame->n_options) ||
		    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl)))
			return -errno;
	}
	return sendto(fd, frame->data + skip, frame->len - skip, 0,
		      (struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
}

/*
 * Send it, at once or with others when there is a batch of them: then 1. 0 if it is
 * out, or -errno.
 */
int frame_send(const struct frame *frame)
{
	if (frame->how != BY_HOST)
		return send_local(frame);
	if (frame->offload)
		return send_offload(frame);
	enqueue(frame);
	return 1;
}

/* Send what waits; of what cannot be sent, @failed has the number in the batch. */
void frames_flush(void (*failed)(unsigned int i))
{
	unsigned int done = 0;
	int n;

	while (done < batch.n) {
		n = sendmmsg(mouth, batch.messages + done, batch.n - done, 0);
		if (n > 0) {
			done += n;
			continue;
		}
		if (errno != EINTR)
			failed(done++);
	}
	batch.n = 0;
}

/* Hearing */

static int link_of(int ifindex)
{
	int link;

	for (link = 0; link < LINKS; link++)
		if (links[link].far_ifindex == ifindex)
			return link;
	return NOWHERE;
}

/* The same from inside the tunnel. */
static bool decapsulate(const __u8 **data, unsigned int *len)
{
	static __u8 inner[FRAME_MAX];
	const struct iphdr *ip = IP_OF(*data);
	const unsigned int skip = sizeof(*ip) + 4;

	if (*len < ETH_HLEN + skip || ip->protocol != IPPROTO_GRE ||
	    ip->daddr != inet_addr(TUNNEL_REMOTE))
		return false;
	memcpy(inner, *data, ETH_HLEN);
	*len -= skip;
	memcpy(inner + ETH_HLEN, *data + ETH_HLEN + skip, *len - ETH_HLEN);
	*data = inner;
	return true;
}

/* Have @heard look at all that the router has sent since the last time. */
void frames_hear(void (*heard)(int link, const __u8 *data, unsigned int len))
{
	static __u8 room[BATCH][FRAME_MAX];
	static struct sockaddr_ll from[BATCH];
	static struct mmsghdr messages[BATCH];
	static struct iovec parts[BATCH];
	int i, n, link;

	for (i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){ room[i], sizeof(room[i]) };
		messages[i].msg_hdr = (struct msghdr){
			.msg_name = &from[i],
			.msg_namelen = sizeof(from[i]),
			.msg_iov = &parts[i],
			.msg_iovlen = 1,
		};
	}
	while ((n = recvmmsg(ear, messages, BATCH, MSG_DONTWAIT, NULL)) > 0) {
		for (i = 0; i < n; i++) {
			const __u8 *data = room[i];
			unsigned int len = messages[i].msg_len;

			link = link_of(from[i].sll_ifindex);
			if (link == LINK_R2 && decapsulate(&data, &len))
				link = LINK_GRE;
			if (link != NOWHERE)
				heard(link, data, len);
		}
	}
	if (errno != EAGAIN && errno != ENETDOWN)
		complain("recvmmsg: %m");
}
