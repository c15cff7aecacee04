/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The plan: what the file and the interfaces that there are make together. Which
 * interfaces to own, which memberships to have there, which groups to join as a
 * host, and which flows go where.
 *
 * A route for one group, or one source of it, is a membership of that. MGM has no
 * ranges: a route for a range is a membership in all groups, or in all sources of
 * one, and the flows that no route is for are kept off the interface one by one.
 */
#ifndef STATIC_PLAN_H
#define STATIC_PLAN_H

#include "conf.h"
#include "links.h"

/* An address that is 0 stands for all. */
struct flow {
	struct in_addr group;
	struct in_addr source;
};

/* "(source, group)", for messages, until the next call. */
const char *flow_text(const struct flow *flow);

struct plan_port {
	uint32_t ifindex;
	uint32_t ttl_threshold;
	bool owned;		/* it has become so: the one thing that is no plan */
};

struct plan_membership {
	struct flow flow;
	uint32_t ifindex;
	uint32_t flags;		/* MGM_MEMBERSHIP_F_... */
};

struct plan_join {
	struct flow flow;
	uint32_t ifindex;
};

/* The interfaces that a route of the file leads from and to. */
struct plan_route {
	struct prefix group;
	struct prefix source;
	uint32_t *iifs;
	size_t n_iifs;
	uint32_t *oifs;
	size_t n_oifs;
};

/* All lists but @routes are in order, each thing once. */
struct plan {
	struct plan_port *ports;
	size_t n_ports;
	struct plan_membership *memberships;
	size_t n_memberships;
	struct plan_join *joins;
	size_t n_joins;
	struct plan_route *routes;
	size_t n_routes;
};

void plan_make(struct plan *plan, const struct conf *conf, const struct links *links);
void plan_free(struct plan *plan);

/* NULL: it is none to own. */
struct plan_port *plan_find_port(const struct plan *plan, uint32_t ifindex);

/* Is there a route for a flow that comes in there? */
bool plan_comes_from(const struct plan *plan, const struct flow *flow, uint32_t iif);

/* Does it lead to @oif? */
bool plan_carries(const struct plan *plan, const struct flow *flow, uint32_t iif,
		  uint32_t oif);

/*
 * An interface of ours that a route has the flow come in on; 0: none. That of the
 * route that comes first in the file.
 */
uint32_t plan_way_in(const struct plan *plan, const struct flow *flow);

/* NULL: there is none in the plan. */
const struct plan_membership *plan_find_membership(const struct plan *plan,
						   const struct flow *flow,
						   uint32_t ifindex);

/* Does a membership wider than that of the flow let it out there? */
bool plan_is_wide(const struct plan *plan, const struct flow *flow, uint32_t ifindex);

/* Would any membership of the plan let it out there? */
bool plan_lets_out(const struct plan *plan, const struct flow *flow, uint32_t ifindex);

/* The order of flows and interfaces on which all lists agree. */
int plan_compare(const struct flow *a, uint32_t a_ifindex,
		 const struct flow *b, uint32_t b_ifindex);
int plan_compare_memberships(const void *a, const void *b);
int plan_compare_joins(const void *a, const void *b);

#endif /* STATIC_PLAN_H */
