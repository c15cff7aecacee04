// SPDX-License-Identifier: GPL-2.0
/* The plan: what the file and the interfaces that there are make together. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/mgm.h>

#include "array.h"
#include "plan.h"

const char *flow_text(const struct flow *flow)
{
	static char text[2 * INET_ADDRSTRLEN + 8];
	char source[INET_ADDRSTRLEN] = "*", group[INET_ADDRSTRLEN] = "*";

	if (flow->source.s_addr)
		inet_ntop(AF_INET, &flow->source, source, sizeof(source));
	if (flow->group.s_addr)
		inet_ntop(AF_INET, &flow->group, group, sizeof(group));
	snprintf(text, sizeof(text), "(%s, %s)", source, group);
	return text;
}

static int compare_u32(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_ports(const void *a, const void *b)
{
	const struct plan_port *x = a, *y = b;

	return compare_u32(x->ifindex, y->ifindex);
}

static int compare_address(struct in_addr a, struct in_addr b)
{
	return compare_u32(ntohl(a.s_addr), ntohl(b.s_addr));
}

int plan_compare(const struct flow *a, uint32_t a_ifindex,
		 const struct flow *b, uint32_t b_ifindex)
{
	return compare_address(a->group, b->group) ?:
	       compare_address(a->source, b->source) ?:
	       compare_u32(a_ifindex, b_ifindex);
}

int plan_compare_memberships(const void *a, const void *b)
{
	const struct plan_membership *x = a, *y = b;

	return plan_compare(&x->flow, x->ifindex, &y->flow, y->ifindex);
}

int plan_compare_joins(const void *a, const void *b)
{
	const struct plan_join *x = a, *y = b;

	return plan_compare(&x->flow, x->ifindex, &y->flow, y->ifindex);
}

static bool enabled(const struct conf *conf, const struct link *link)
{
	const struct conf_phyint *phyint = conf_find_phyint(conf, link->name);

	return !phyint || phyint->enable;
}

/* A wildcard is for what can be meant by it. */
static bool fits(const char *written, const struct link *link)
{
	return conf_name_fits(written, link->name) &&
	       (link->multicast || !conf_name_is_wildcard(written));
}

static void add_port(struct plan *plan, const struct conf *conf, const struct link *link)
{
	const struct conf_phyint *phyint = conf_find_phyint(conf, link->name);

	if (phyint && !phyint->enable)
		return;
	plan->ports = array_room(plan->ports, plan->n_ports, sizeof(*plan->ports));
	plan->ports[plan->n_ports++] = (struct plan_port){
		.ifindex = link->ifindex,
		.ttl_threshold = phyint ? phyint->ttl_threshold : 1,
	};
}

static void add_phyint(struct plan *plan, const struct conf *conf,
		       const struct conf_phyint *phyint, const struct links *links)
{
	size_t i;

	for (i = 0; i < links->n; i++)
		if (phyint->enable && fits(phyint->name, &links->v[i]))
			add_port(plan, conf, &links->v[i]);
}

/* Interest is told to others where it is known what exactly is wanted. */
static void add_membership(struct plan *plan, const struct plan_route *route,
			   uint32_t ifindex)
{
	struct plan_membership m = {
		.ifindex = ifindex,
		.flags = MGM_MEMBERSHIP_F_FORWARD,
	};

	if (route->group.len == 32) {
		m.flow.group = route->group.address;
		if (route->source.len == 32)
			m.flow.source = route->source.address;
		if (route->source.len == 32 || !route->source.len)
			m.flags = MGM_MEMBERSHIP_F_JOIN;
	}
	plan->memberships = array_room(plan->memberships, plan->n_memberships, sizeof(m));
	plan->memberships[plan->n_memberships++] = m;
}

static void add_interface(uint32_t **v, size_t *n, uint32_t ifindex)
{
	*v = array_room(*v, *n, sizeof(**v));
	(*v)[(*n)++] = ifindex;
}

/* Another protocol may own where it comes from, so a route can do without that. */
static void add_route(struct plan *plan, const struct conf *conf,
		      const struct conf_route *from, const struct links *links)
{
	struct plan_route route = { .group = from->group, .source = from->source };
	const struct link *link;
	size_t i;

	for (link = links->v; link < links->v + links->n; link++) {
		if (fits(from->iif, link)) {
			add_interface(&route.iifs, &route.n_iifs, link->ifindex);
			add_port(plan, conf, link);
		}
		for (i = 0; i < from->n_oifs; i++)
			if (fits(from->oifs[i], link))
				break;
		if (i == from->n_oifs || !enabled(conf, link))
			continue;
		add_interface(&route.oifs, &route.n_oifs, link->ifindex);
		add_port(plan, conf, link);
		add_membership(plan, &route, link->ifindex);
	}
	plan->routes = array_room(plan->routes, plan->n_routes, sizeof(route));
	plan->routes[plan->n_routes++] = route;
}

static void add_join(struct plan *plan, const struct flow *flow, uint32_t ifindex)
{
	plan->joins = array_room(plan->joins, plan->n_joins, sizeof(*plan->joins));
	plan->joins[plan->n_joins++] = (struct plan_join){ *flow, ifindex };
}

/* Every group of the range, and of each every source. */
static void add_joins(struct plan *plan, const struct conf_group *group, uint32_t ifindex)
{
	uint32_t g = ntohl(group->group.address.s_addr);
	uint32_t s = ntohl(group->source.address.s_addr);
	uint32_t n_groups = 1U << (32 - group->group.len);
	uint32_t n_sources = group->source.len ? 1U << (32 - group->source.len) : 1;
	struct flow flow;
	uint32_t i, j;

	for (i = 0; i < n_groups; i++) {
		for (j = 0; j < n_sources; j++) {
			flow.group.s_addr = htonl(g + i);
			flow.source.s_addr = htonl(s + j);
			add_join(plan, &flow, ifindex);
		}
	}
}

static void add_group(struct plan *plan, const struct conf_group *group,
		      const struct links *links)
{
	size_t i;

	for (i = 0; i < links->n; i++)
		if (fits(group->iif, &links->v[i]))
			add_joins(plan, group, links->v[i].ifindex);
}

/* What a range and something else ask for alike is one membership with both flags. */
static void merge_memberships(struct plan *plan)
{
	struct plan_membership *v = plan->memberships;
	size_t i, kept = 0;

	if (!plan->n_memberships)
		return;
	qsort(v, plan->n_memberships, sizeof(*v), plan_compare_memberships);
	for (i = 1; i < plan->n_memberships; i++) {
		if (plan_compare_memberships(&v[kept], &v[i]))
			v[++kept] = v[i];
		else
			v[kept].flags |= v[i].flags;
	}
	plan->n_memberships = kept + 1;
}

void plan_make(struct plan *plan, const struct conf *conf, const struct links *links)
{
	size_t i;

	*plan = (struct plan){};
	for (i = 0; i < conf->n_phyints; i++)
		add_phyint(plan, conf, &conf->phyints[i], links);
	for (i = 0; i < conf->n_routes; i++)
		add_route(plan, conf, &conf->routes[i], links);
	for (i = 0; i < conf->n_groups; i++)
		add_group(plan, &conf->groups[i], links);
	plan->n_ports = array_sort(plan->ports, plan->n_ports, sizeof(*plan->ports),
				   compare_ports);
	plan->n_joins = array_sort(plan->joins, plan->n_joins, sizeof(*plan->joins),
				   plan_compare_joins);
	merge_memberships(plan);
}

void plan_free(struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->n_routes; i++) {
		free(plan->routes[i].iifs);
		free(plan->routes[i].oifs);
	}
	free(plan->routes);
	free(plan->joins);
	free(plan->memberships);
	free(plan->ports);
	*plan = (struct plan){};
}

struct plan_port *plan_find_port(const struct plan *plan, uint32_t ifindex)
{
	const struct plan_port key = { .ifindex = ifindex };

	return array_find(&key, plan->ports, plan->n_ports, sizeof(key), compare_ports);
}

static bool contains(const uint32_t *v, size_t n, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (v[i] == ifindex)
			return true;
	return false;
}

static bool is_for(const struct plan_route *route, const struct flow *flow)
{
	return prefix_covers(&route->group, flow->group) &&
	       prefix_covers(&route->source, flow->source);
}

bool plan_comes_from(const struct plan *plan, const struct flow *flow, uint32_t iif)
{
	const struct plan_route *r;

	for (r = plan->routes; r < plan->routes + plan->n_routes; r++)
		if (is_for(r, flow) && contains(r->iifs, r->n_iifs, iif))
			return true;
	return false;
}

bool plan_carries(const struct plan *plan, const struct flow *flow, uint32_t iif,
		  uint32_t oif)
{
	const struct plan_route *r;

	for (r = plan->routes; r < plan->routes + plan->n_routes; r++)
		if (is_for(r, flow) && contains(r->iifs, r->n_iifs, iif) &&
		    contains(r->oifs, r->n_oifs, oif))
			return true;
	return false;
}

uint32_t plan_way_in(const struct plan *plan, const struct flow *flow)
{
	const struct plan_port *port;
	const struct plan_route *r;
	size_t i;

	for (r = plan->routes; r < plan->routes + plan->n_routes; r++) {
		if (!is_for(r, flow))
			continue;
		for (i = 0; i < r->n_iifs; i++) {
			port = plan_find_port(plan, r->iifs[i]);
			if (port && port->owned)
				return port->ifindex;
		}
	}
	return 0;
}

const struct plan_membership *plan_find_membership(const struct plan *plan,
						   const struct flow *flow,
						   uint32_t ifindex)
{
	const struct plan_membership key = { .flow = *flow, .ifindex = ifindex };

	return array_find(&key, plan->memberships, plan->n_memberships, sizeof(key),
			  plan_compare_memberships);
}

bool plan_is_wide(const struct plan *plan, const struct flow *flow, uint32_t ifindex)
{
	const struct flow group = { .group = flow->group }, all = {};

	return plan_find_membership(plan, &group, ifindex) ||
	       plan_find_membership(plan, &all, ifindex);
}

bool plan_lets_out(const struct plan *plan, const struct flow *flow, uint32_t ifindex)
{
	return plan_find_membership(plan, flow, ifindex) ||
	       plan_is_wide(plan, flow, ifindex);
}
