// SPDX-License-Identifier: GPL-2.0
/* The network devices that there are, and news of them and of the routes. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "array.h"
#include "links.h"
#include "log.h"

#define BUFFER		32768
#define TRIES		100

static int compare(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex;
}

const char *links_name(const struct links *links, uint32_t ifindex)
{
	const struct link key = { .ifindex = ifindex };
	const struct link *link;
	static char number[16];

	link = array_find(&key, links->v, links->n, sizeof(key), compare);
	if (link)
		return link->name;
	snprintf(number, sizeof(number), "if%u", ifindex);
	return number;
}

/* One message of the answer: a device, of which two things matter. */
static void add(struct links *links, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(nlh);
	const struct rtattr *rta = IFLA_RTA(ifi);
	int len = IFLA_PAYLOAD(nlh);
	struct link link;

	/* All of it, as it is compared with memcmp(). */
	memset(&link, 0, sizeof(link));
	link.ifindex = ifi->ifi_index;
	link.multicast = ifi->ifi_flags & IFF_MULTICAST;
	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len))
		if (rta->rta_type == IFLA_IFNAME && RTA_PAYLOAD(rta) <= IFNAMSIZ)
			memcpy(link.name, RTA_DATA(rta), RTA_PAYLOAD(rta));
	links->v = array_room(links->v, links->n, sizeof(link));
	links->v[links->n++] = link;
}

static int ask(int fd)
{
	struct {
		struct nlmsghdr nlh;
		struct ifinfomsg ifi;
	} request = {
		.nlh.nlmsg_len = sizeof(request),
		.nlh.nlmsg_type = RTM_GETLINK,
		.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -1 : 0;
}

/* 0; 1: there were changes meanwhile, and some may be missing; -1 with errno. */
static int read_answer(int fd, struct links *links)
{
	struct nlmsghdr buffer[BUFFER / sizeof(struct nlmsghdr)], *nlh;
	int changed = 0;
	ssize_t len;

	for (;;) {
		len = recv(fd, buffer, sizeof(buffer), 0);
		if (len <= 0)
			return -1;
		for (nlh = buffer; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				changed = 1;
			if (nlh->nlmsg_type == NLMSG_DONE)
				return changed;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				return -1;
			add(links, nlh);
		}
	}
}

/* 0, or -1. An interface that is only overlooked is not to be given up. */
static int read_links(struct links *links)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int ret = 1, tries;

	if (fd < 0)
		return -1;
	for (tries = 0; ret > 0 && tries < TRIES; tries++) {
		links_free(links);
		ret = ask(fd) ?: read_answer(fd, links);
	}
	close(fd);
	return ret ? -1 : 0;
}

bool links_update(struct links *links)
{
	struct links new = {};
	bool same;

	if (read_links(&new)) {
		say(LOG_WARNING, "cannot read the interfaces");
		links_free(&new);
		return false;
	}
	new.n = array_sort(new.v, new.n, sizeof(*new.v), compare);
	same = new.n == links->n &&
	       (!new.n || !memcmp(new.v, links->v, new.n * sizeof(*new.v)));
	links_free(links);
	*links = new;
	return !same;
}

void links_free(struct links *links)
{
	free(links->v);
	*links = (struct links){};
}

int links_watch(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_ROUTE,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_ROUTE);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool is_link(const struct nlmsghdr *nlh, size_t len)
{
	for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
		if (nlh->nlmsg_type == RTM_NEWLINK || nlh->nlmsg_type == RTM_DELLINK)
			return true;
	return false;
}

bool links_read_news(int fd)
{
	struct nlmsghdr buffer[BUFFER / sizeof(struct nlmsghdr)];
	bool links = false;
	ssize_t len;

	for (;;) {
		len = recv(fd, buffer, sizeof(buffer), 0);
		if (len > 0)
			links |= is_link(buffer, len);
		else if (len < 0 && errno == ENOBUFS)
			links = true;	/* perhaps: some were lost */
		else
			return links;
	}
}
