// SPDX-License-Identifier: GPL-2.0
/* Groups that are joined as a host does it. */
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "array.h"
#include "group.h"
#include "log.h"

static void set_address(struct sockaddr_storage *storage, struct in_addr address)
{
	struct sockaddr_in *in = (struct sockaddr_in *)storage;

	in->sin_family = AF_INET;
	in->sin_addr = address;
}

static int set_membership(int fd, const struct plan_join *join, int any, int one)
{
	struct group_source_req source = { .gsr_interface = join->ifindex };
	struct group_req group = { .gr_interface = join->ifindex };

	if (!join->flow.source.s_addr) {
		set_address(&group.gr_group, join->flow.group);
		return setsockopt(fd, IPPROTO_IP, any, &group, sizeof(group));
	}
	set_address(&source.gsr_group, join->flow.group);
	set_address(&source.gsr_source, join->flow.source);
	return setsockopt(fd, IPPROTO_IP, one, &source, sizeof(source));
}

/* As many files as may be open at all. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* 0, or -1 with errno. */
static int open_socket(struct groups *groups)
{
	struct group_socket new = {};

	if (!groups->n_sockets)
		raise_limit();
	new.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (new.fd < 0)
		return -1;
	groups->sockets = array_room(groups->sockets, groups->n_sockets, sizeof(new));
	groups->sockets[groups->n_sockets++] = new;
	return 0;
}

/*
 * 0; 1: not with this socket; -1 with errno. One that has joined a group does not take
 * a source of it, and the other way round.
 */
static int try_socket(struct group_socket *socket, const struct plan_join *join)
{
	if (!set_membership(socket->fd, join, MCAST_JOIN_GROUP, MCAST_JOIN_SOURCE_GROUP))
		return 0;
	if (errno == ENOBUFS)
		socket->full = true;
	return errno == ENOBUFS || errno == EINVAL || errno == EADDRINUSE ? 1 : -1;
}

/* Returns which socket has it now, or -1 with errno. */
static ssize_t join_group(struct groups *groups, const struct plan_join *join)
{
	bool fresh = false;
	size_t i;
	int ret;

	for (i = 0;; i++) {
		if (i == groups->n_sockets) {
			if (fresh || open_socket(groups))
				return -1;
			fresh = true;
		}
		if (groups->sockets[i].full)
			continue;
		ret = try_socket(&groups->sockets[i], join);
		if (ret <= 0)
			return ret ?: (ssize_t)i;
	}
}

/* What is gone with its interface cannot be left, and need not. */
static void leave_group(struct groups *groups, const struct group_join *joined)
{
	struct group_socket *socket = &groups->sockets[joined->socket];

	set_membership(socket->fd, &joined->join, MCAST_LEAVE_GROUP,
		       MCAST_LEAVE_SOURCE_GROUP);
	socket->full = false;
}

/* One message tells of all that failed. */
static void complain_once(const struct plan_join *join, const struct links *links,
			  size_t before)
{
	if (!before)
		say(LOG_WARNING, "cannot join %s on %s: %m", flow_text(&join->flow),
		    links_name(links, join->ifindex));
}

void groups_apply(struct groups *groups, const struct plan *plan,
		  const struct links *links)
{
	struct group_join *new = NULL, *old;
	size_t i, n = 0, failed = 0;
	ssize_t socket;

	for (i = 0; i < plan->n_joins; i++) {
		old = array_find(&plan->joins[i], groups->joins, groups->n_joins,
				 sizeof(*old), plan_compare_joins);
		socket = old ? (ssize_t)old->socket : join_group(groups, &plan->joins[i]);
		if (socket < 0) {
			complain_once(&plan->joins[i], links, failed++);
			continue;
		}
		new = array_room(new, n, sizeof(*new));
		new[n++] = (struct group_join){ plan->joins[i], socket };
	}
	for (i = 0; i < groups->n_joins; i++)
		if (!array_find(&groups->joins[i].join, plan->joins, plan->n_joins,
				sizeof(*plan->joins), plan_compare_joins))
			leave_group(groups, &groups->joins[i]);
	free(groups->joins);
	groups->joins = new;
	groups->n_joins = n;
	if (failed > 1)
		say(LOG_WARNING, "cannot join %zu groups, that one included", failed);
}

void groups_free(struct groups *groups)
{
	size_t i;

	for (i = 0; i < groups->n_sockets; i++)
		close(groups->sockets[i].fd);
	free(groups->sockets);
	free(groups->joins);
	*groups = (struct groups){};
}
