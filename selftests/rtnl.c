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

static int set_up(int ifindex)
{
	struct ifinfomsg *ifi;
	union request req;

	ifi = begin_link(&req, RTM_NEWLINK, 0, ifindex);
	ifi->ifi_flags = IFF_UP;
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
	return set_up(ifindex) ?: ifindex;
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

int rtnl_dummy(const char *name)
{
	union request req;

	mnl_attr_nest_end(&req.nlh, begin_kind(&req, name, "dummy"));
	return create(&req, name);
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
	err = set_up(if_nametoindex(peer));
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

int rtnl_address(int ifindex, const char *addr, __u8 prefix_len)
{
	struct ifaddrmsg *ifa;
	union request req;

	ifa = mnl_nlmsg_put_extra_header(begin(&req, RTM_NEWADDR, NLM_F_CREATE),
					 sizeof(*ifa));
	ifa->ifa_family = AF_INET;
	ifa->ifa_prefixlen = prefix_len;
	ifa->ifa_index = ifindex;
	mnl_attr_put_u32(&req.nlh, IFA_LOCAL, inet_addr(addr));
	mnl_attr_put_u32(&req.nlh, IFA_ADDRESS, inet_addr(addr));
	return talk(&req, NULL, NULL);
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

static __u16 checksum(const void *data, unsigned int len)
{
	const __u16 *word = data;
	__u32 sum = 0;

	for (; len; len -= 2)
		sum += *word++;
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* Put a packet for a group on the wire of a device, from whatever source. */
int packet_send(int ifindex, const char *source, const char *group)
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
	int fd, err = 0;

	packet.ip.check = checksum(&packet.ip, sizeof(packet.ip));
	to.sll_addr[3] = grp >> 16 & 0x7f;
	to.sll_addr[4] = grp >> 8;
	to.sll_addr[5] = grp;

	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		err = -errno;
	close(fd);
	return err;
}
