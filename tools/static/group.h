/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Groups that are joined as a host does it, so that switches and other routers bring
 * them here. A socket can join net.ipv4.igmp_max_memberships of them, so there are as
 * many sockets as it takes.
 */
#ifndef STATIC_GROUP_H
#define STATIC_GROUP_H

#include "plan.h"

struct group_socket {
	int fd;
	bool full;
};

struct group_join {
	struct plan_join join;
	size_t socket;
};

struct groups {
	struct group_join *joins;	/* in order */
	size_t n_joins;
	struct group_socket *sockets;
	size_t n_sockets;
};

/** Join what the plan has and is not joined, and leave the rest. */
void groups_apply(struct groups *groups, const struct plan *plan,
		  const struct links *links);

/** Leave all. */
void groups_free(struct groups *groups);

#endif /* STATIC_GROUP_H */
