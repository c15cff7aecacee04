// SPDX-License-Identifier: GPL-2.0
/*
 * The least program that can own the kernel's own forwarder, ipmr: it answers every
 * upcall with an entry, whose outgoing interfaces are all that it has for that.
 *
 *	vifs N DEVICE...	own the forwarder, with these interfaces, the first N of
 *				them incoming
 *	add WIDE FIRST COUNT	make entries for flows that come in on the first
 *	dump			read the table of entries
 *	close			disown it: the kernel takes all of it away
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <libmnl/libmnl.h>
#include <linux/mroute.h>
#include <linux/rtnetlink.h>
#include "side.h"

static int fd = -1;
static unsigned int n_vifs, n_incoming;

static int set(int option, const void *value, socklen_t len)
{
	return setsockopt(fd, IPPROTO_IP, option, value, len) ? -errno : 0;
}

static int add_vif(const char *device)
{
	struct vifctl vif = {
		.vifc_vifi = n_vifs,
		.vifc_flags = VIFF_USE_IFINDEX,
		.vifc_threshold = 1,
		.vifc_lcl_ifindex = side_ifindex(device),
	};
	int err = set(MRT_ADD_VIF, &vif, sizeof(vif));

	if (!err)
		n_vifs++;
	return err;
}

/* The socket's buffer is as it comes: it bounds how many upcalls can wait. */
static int vifs(char **words, int n, struct side_result *result)
{
	int err, on = 1;

	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_IGMP);
	if (fd < 0)
		return -errno;
	err = set(MRT_INIT, &on, sizeof(on));
	n_incoming = side_number(words[0]);
	for (int i = 1; !err && i < n; i++)
		err = add_vif(words[i]);
	result->count = n_vifs;
	return err;
}

static int add_flow(struct in_addr source, struct in_addr group, unsigned int vif)
{
	struct mfcctl mfc = {
		.mfcc_origin = source,
		.mfcc_mcastgrp = group,
		.mfcc_parent = vif,
	};

	for (unsigned int i = n_incoming; i < n_vifs; i++)
		mfc.mfcc_ttls[i] = 1;
	return set(MRT_ADD_MFC, &mfc, sizeof(mfc));
}

/* Answer what upcalls there are. */
static void upcalls(void)
{
	union {
		struct igmpmsg msg;
		char room[2048];
	} upcall;

	while (recv(fd, &upcall, sizeof(upcall), 0) >= (ssize_t)sizeof(upcall.msg))
		if (!upcall.msg.im_mbz && upcall.msg.im_msgtype == IGMPMSG_NOCACHE)
			add_flow(upcall.msg.im_src, upcall.msg.im_dst,
				 upcall.msg.im_vif);
}

static int add(char **words, int n, struct side_result *result)
{
	unsigned long wide = side_number(words[0]), first = side_number(words[1]);
	unsigned long count = side_number(words[2]);
	struct side_flow flow;
	uint64_t began;
	int err = 0;

	(void)n;
	began = side_now();
	while (!err && result->count < count) {
		flow = side_flow(wide, wide + 1, first + result->count++);
		err = add_flow(flow.source, flow.group, 0);
	}
	result->ns = side_now() - began;
	return err;
}

static int count_cb(const struct nlmsghdr *nlh, void *data)
{
	unsigned long *count = data;

	if (nlh->nlmsg_type == RTM_NEWROUTE)
		++*count;
	return MNL_CB_OK;
}

static int dump(char **words, int n, struct side_result *result)
{
	static char buf[1 << 17];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct mnl_socket *sk = mnl_socket_open(NETLINK_ROUTE);
	struct rtmsg *route;
	uint64_t began;
	int ret = -1;

	(void)words;
	(void)n;
	if (!sk)
		return -errno;
	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	route = mnl_nlmsg_put_extra_header(nlh, sizeof(*route));
	route->rtm_family = RTNL_FAMILY_IPMR;
	began = side_now();
	if (mnl_socket_bind(sk, 0, MNL_SOCKET_AUTOPID) >= 0 &&
	    mnl_socket_sendto(sk, nlh, nlh->nlmsg_len) >= 0) {
		do {
			ret = mnl_socket_recvfrom(sk, buf, sizeof(buf));
			if (ret > 0)
				ret = mnl_cb_run(buf, ret, 0, 0, count_cb,
						 &result->count);
		} while (ret > MNL_CB_STOP);
	}
	result->ns = side_now() - began;
	ret = ret < 0 ? -errno : 0;
	mnl_socket_close(sk);
	return ret;
}

static int disown(char **words, int n, struct side_result *result)
{
	uint64_t began = side_now();
	int err;

	(void)words;
	(void)n;
	err = close(fd) ? -errno : 0;
	fd = -1;
	n_vifs = 0;
	result->ns = side_now() - began;
	return err;
}

static const struct side_command commands[] = {
	{ "vifs", 2, vifs },
	{ "add", 3, add },
	{ "dump", 0, dump },
	{ "close", 0, disown },
	{ }
};

int main(void)
{
	side_serve(commands, &fd, upcalls);
	return 0;
}
