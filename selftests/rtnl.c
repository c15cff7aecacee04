// SPDX-License-Identifier: GPL-2.0
/*
 * Devices for the tests, made over rtnetlink; and packets from them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>
#include <libmnl/libmnl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include "rtnl.h"

union request {
	struct nlmsghdr nlh;
	char room[1024];
};

static struct nlmsghdr *begin(union request *req, __u16 type, __u16 flags)
{
	struct nlmsghdr *nlh;

	memset(req, 0, sizeof(*req));
	nlh = mnl_nlmsg_put_header(req);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = 1;
	return nlh;
}

static struct ifinfomsg *begin_link(union request *req, __u16 type,
				    __u16 flags, int ifindex)
{
	struct ifinfomsg *ifi;

	ifi = mnl_nlmsg_put_extra_header(begin(req, type, flags), sizeof(*ifi));
	ifi->ifi_index = ifindex;
	return ifi;
}

static int talk(union request *req, mnl_cb_t cb, void *data)
{
	char buf[MNL_SOCKET_BUFFER_SIZE];
	struct mnl_socket *sk;
	ssize_t len;
	int ret = -1;

	sk = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!sk)
		return -errno;
	if (mnl_socket_bind(sk, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(sk, req, req->nlh.nlmsg_len) < 0)
		goto out;
	do {
		len = mnl_socket_recvfrom(sk, buf, sizeof(buf));
		ret = len < 0 ? -1 : mnl_cb_run(buf, len, 1, 0, cb, data);
	} while (ret > MNL_CB_STOP);
out:
	ret = ret < 0 ? -errno : 0;
	mnl_socket_close(sk);
	return ret;
}

/* Set the link up, or down. */
int rtnl_up(int ifindex, bool up)
{
	struct ifinfomsg *ifi;
	union request req;

	ifi = begin_link(&req, RTM_NEWLINK, 0, ifindex);
	ifi->ifi_flags = up ? IFF_UP : 0;
	ifi->ifi_change = IFF_UP;
	return talk(&req, NULL, NULL);
}

/* Create the link asked for and set it up; its ifindex, or -errno. */
static int create(union request *req, const char *name)
{
	int err, ifindex;

	err = talk(req, NULL, NULL);
	if (err)
		return err;
	ifindex = if_nametoindex(name);
	if (!ifindex)
		return -errno;
	return rtnl_up(ifindex, true) ?: ifindex;
}

static struct nlattr *begin_kind(union request *req, const char *name,
				 const char *kind)
{
	struct nlattr *info;

	begin_link(req, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	mnl_attr_put_strz(&req->nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(&req->nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(&req->nlh, IFLA_INFO_KIND, kind);
	return info;
}

/* A dummy device; with an @ifindex that the caller chooses, if it is not 0. */
int rtnl_dummy_at(const char *name, int ifindex)
{
	struct ifinfomsg *ifi;
	union request req;

	mnl_attr_nest_end(&req.nlh, begin_kind(&req, name, "dummy"));
	ifi = mnl_nlmsg_get_payload(&req.nlh);
	ifi->ifi_index = ifindex;
	return create(&req, name);
}

int rtnl_dummy(const char *name)
{
	return rtnl_dummy_at(name, 0);
}

/* Both ends come up; the ifindex is that of the first. */
int rtnl_veth(const char *name, const char *peer)
{
	struct nlattr *info, *data, *other;
	union request req;
	int ifindex, err;

	info = begin_kind(&req, name, "veth");
	data = mnl_attr_nest_start(&req.nlh, IFLA_INFO_DATA);
	other = mnl_attr_nest_start(&req.nlh, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(&req.nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&req.nlh, IFLA_IFNAME, peer);
	mnl_attr_nest_end(&req.nlh, other);
	mnl_attr_nest_end(&req.nlh, data);
	mnl_attr_nest_end(&req.nlh, info);

	ifindex = create(&req, name);
	if (ifindex < 0)
		return ifindex;
	err = rtnl_up(if_nametoindex(peer), true);
	return err ?: ifindex;
}

int rtnl_del(int ifindex)
{
	union request req;

	begin_link(&req, RTM_DELLINK, 0, ifindex);
	return talk(&req, NULL, NULL);
}

int rtnl_move(int ifindex, int netns_fd)
{
	union request req;

	begin_link(&req, RTM_NEWLINK, 0, ifindex);
	mnl_attr_put_u32(&req.nlh, IFLA_NET_NS_FD, netns_fd);
	return talk(&req, NULL, NULL);
}

static int address(__u16 type, __u16 flags, int ifindex, const char *addr,
		   __u8 prefix_len)
{
	struct ifaddrmsg *ifa;
	union request req;

	ifa = mnl_nlmsg_put_extra_header(begin(&req, type, flags),
					 sizeof(*ifa));
	ifa->ifa_family = AF_INET;
	ifa->ifa_prefixlen = prefix_len;
	ifa->ifa_index = ifindex;
	mnl_attr_put_u32(&req.nlh, IFA_LOCAL, inet_addr(addr));
	mnl_attr_put_u32(&req.nlh, IFA_ADDRESS, inet_addr(addr));
	return talk(&req, NULL, NULL);
}

int rtnl_address(int ifindex, const char *addr, __u8 prefix_len)
{
	return address(RTM_NEWADDR, NLM_F_CREATE, ifindex, addr, prefix_len);
}

int rtnl_address_del(int ifindex, const char *addr, __u8 prefix_len)
{
	return address(RTM_DELADDR, 0, ifindex, addr, prefix_len);
}

/* Have a route lead to a gateway, whatever it did before; without one it goes. */
int rtnl_route(const char *prefix, __u8 prefix_len, const char *gateway)
{
	struct rtmsg *route;
	union request req;

	route = mnl_nlmsg_put_extra_header(gateway ?
		begin(&req, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE) :
		begin(&req, RTM_DELROUTE, 0), sizeof(*route));
	route->rtm_family = AF_INET;
	route->rtm_dst_len = prefix_len;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_type = RTN_UNICAST;
	route->rtm_scope = gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE;
	route->rtm_protocol = gateway ? RTPROT_STATIC : RTPROT_UNSPEC;
	mnl_attr_put_u32(&req.nlh, RTA_DST, inet_addr(prefix));
	if (gateway)
		mnl_attr_put_u32(&req.nlh, RTA_GATEWAY, inet_addr(gateway));
	return talk(&req, NULL, NULL);
}

static int route_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	int *ifindex = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg))
		if (mnl_attr_get_type(attr) == RTA_OIF)
			*ifindex = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* The device that the route to an address leads to, or -errno. */
int rtnl_way_to(const char *addr)
{
	struct rtmsg *route;
	union request req;
	int err, ifindex = 0;

	route = mnl_nlmsg_put_extra_header(begin(&req, RTM_GETROUTE, 0),
					   sizeof(*route));
	route->rtm_family = AF_INET;
	route->rtm_dst_len = 32;
	mnl_attr_put_u32(&req.nlh, RTA_DST, inet_addr(addr));
	err = talk(&req, route_cb, &ifindex);
	return err ?: ifindex;
}

/*
 * Is the device in all-multicast mode? Netlink tells only whether a user asked
 * for that, sysfs tells what is. -errno if there is no such device.
 */
int rtnl_allmulti(int ifindex)
{
	char path[64], name[IF_NAMESIZE];
	static const char dir[] = "/tmp";
	unsigned int flags;
	FILE *file;
	int err = 0;

	if (!if_indextoname(ifindex, name))
		return -errno;
	/* What is mounted shows the namespace of him who mounted it. */
	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("sysfs", dir, "sysfs", 0, NULL))
		return -errno;
	snprintf(path, sizeof(path), "%s/class/net/%s/flags", dir, name);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%x", &flags) != 1)
		err = -EIO;
	if (file)
		fclose(file);
	umount2(dir, MNT_DETACH);
	return err ?: !!(flags & IFF_ALLMULTI);
}

/* Of an even number of octets. */
__u16 packet_checksum(const void *data, unsigned int len)
{
	const __u16 *word = data;
	__u32 sum = 0;

	for (; len; len -= 2)
		sum += *word++;
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* For many packets: closing such a socket takes long. -errno if there is none. */
int packet_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/* Put a packet for a group on the wire of a device, from whatever source. */
int packet_send_on(int fd, int ifindex, const char *source, const char *group)
{
	struct {
		struct iphdr ip;
		struct udphdr udp;
		char data[32];
	} packet = {
		.ip = {
			.version = 4,
			.ihl = 5,
			.ttl = 16,
			.protocol = IPPROTO_UDP,
			.tot_len = htons(sizeof(packet)),
			.saddr = inet_addr(source),
			.daddr = inet_addr(group),
		},
		.udp = {
			.source = htons(5000),
			.dest = htons(5000),
			.len = htons(sizeof(packet) - sizeof(struct iphdr)),
		},
	};
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = ifindex,
		.sll_halen = ETH_ALEN,
		.sll_addr = { 0x01, 0x00, 0x5e },
	};
	__u32 grp = ntohl(packet.ip.daddr);

	packet.ip.check = packet_checksum(&packet.ip, sizeof(packet.ip));
	to.sll_addr[3] = grp >> 16 & 0x7f;
	to.sll_addr[4] = grp >> 8;
	to.sll_addr[5] = grp;

	return sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&to,
		      sizeof(to)) < 0 ? -errno : 0;
}

/* The same for a single one. */
int packet_send(int ifindex, const char *source, const char *group)
{
	int err, fd = packet_socket();

	if (fd < 0)
		return fd;
	err = packet_send_on(fd, ifindex, source, group);
	close(fd);
	return err;
}
