// SPDX-License-Identifier: GPL-2.0 OR MIT
/* A connection: its sockets, and what can be polled for. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "object.h"

/* Some thousand alerts: what comes while a daemon does something else. */
#define ROOM	(1024 * 1024)

static int watch(struct mgm *mgm, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(mgm->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* Make the descriptor that can be read when either of two others can. */
static int open_fd(struct mgm *mgm)
{
	mgm->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (mgm->event < 0)
		return -errno;
	mgm->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (mgm->epoll < 0)
		return -errno;
	return watch(mgm, mgm->event) ?: watch(mgm, mnl_socket_get_fd(mgm->speaker.nl));
}

/* Hear of families that come and go; the group's number is that of its family. */
static int listen_to_families(struct mgm *mgm)
{
	int group = GENL_ID_CTRL;

	if (mnl_socket_setsockopt(mgm->speaker.nl, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0)
		return -errno;
	return 0;
}

struct mgm *mgm_open(void)
{
	struct mgm *mgm = calloc(1, sizeof(*mgm));
	int err;

	if (!mgm)
		return NULL;
	mgm->event = -1;
	mgm->epoll = -1;
	mgm->family.name = MGM_GENL_NAME;
	mgm_alerts_init(mgm);

	err = mgm_socket_open(&mgm->speaker, &mgm->reason) ?:
	      listen_to_families(mgm) ?:
	      mgm_socket_find(&mgm->speaker, &mgm->family) ?:
	      open_fd(mgm);
	if (err) {
		mgm_close(mgm);
		errno = -err;
		return NULL;
	}
	mgm_socket_room(&mgm->speaker, ROOM);
	return mgm;
}

void mgm_close(struct mgm *mgm)
{
	if (!mgm)
		return;
	mgm_socket_close(&mgm->speaker);
	mgm_socket_close(&mgm->reader);
	mgm_alerts_drop(mgm);
	mgm_requests_free(&mgm->call);
	mgm_requests_free(&mgm->batch);
	if (mgm->event >= 0)
		close(mgm->event);
	if (mgm->epoll >= 0)
		close(mgm->epoll);
	free(mgm);
}

const char *mgm_error(const struct mgm *mgm)
{
	return mgm->reason.text;
}

int mgm_fd(const struct mgm *mgm)
{
	return mgm->epoll;
}

uint32_t mgm_handle(const struct mgm *mgm)
{
	return mgm->handle;
}
