// SPDX-License-Identifier: GPL-2.0
/* The interfaces that we own, made what the plan says. */
#include <errno.h>
#include <stdlib.h>
#include <libmgm.h>

#include "array.h"
#include "log.h"
#include "ports.h"

/* A row of the table of interfaces, what we need of it. */
struct owner {
	uint32_t ifindex;
	uint32_t ttl_threshold;
	uint32_t handle;
};

struct owners {
	struct owner *v;
	size_t n;
};

static int collect(const struct mgm_interface_row *row, void *user)
{
	struct owners *owners = user;

	/* One neighbour of a link is not the link. */
	if (!row->owner || row->ifc.nexthop.family != AF_UNSPEC)
		return 0;
	owners->v = array_room(owners->v, owners->n, sizeof(*owners->v));
	owners->v[owners->n++] = (struct owner){
		row->ifc.ifindex, row->ttl_threshold, row->owner
	};
	return 0;
}

static int read_owners(struct mgm *mgm, struct owners *owners)
{
	int ret;

	*owners = (struct owners){};
	ret = mgm_interfaces(mgm, collect, owners);
	if (ret < 0)
		say(LOG_ERR, "cannot read who owns which interface: %s", mgm_error(mgm));
	return ret;
}

static const struct owner *find(const struct owners *owners, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < owners->n; i++)
		if (owners->v[i].ifindex == ifindex)
			return &owners->v[i];
	return NULL;
}

static bool was_refused(const struct ports *ports, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < ports->n_refused; i++)
		if (ports->refused[i] == ifindex)
			return true;
	return false;
}

static void refused(struct ports *ports, uint32_t ifindex, const char *name,
		    const char *reason)
{
	if (was_refused(ports, ifindex))
		return;
	say(LOG_WARNING, "cannot have %s: %s", name, reason);
	ports->refused = array_room(ports->refused, ports->n_refused,
				    sizeof(*ports->refused));
	ports->refused[ports->n_refused++] = ifindex;
}

/* Returns whether it is worth while to try again soon: its owner is changing. */
static bool take(struct ports *ports, struct mgm *mgm, struct plan_port *port,
		 const char *name)
{
	struct mgm_interface ifc = { .ifindex = port->ifindex };
	int err = mgm_interface_take(mgm, &ifc, port->ttl_threshold);

	port->owned = !err || err == -EALREADY;
	if (!port->owned)
		refused(ports, port->ifindex, name, mgm_error(mgm));
	else if (was_refused(ports, port->ifindex))
		say(LOG_NOTICE, "%s is ours now", name);
	else
		say(LOG_INFO, "took %s", name);
	return err == -EBUSY;
}

static void set_ttl(struct mgm *mgm, const struct plan_port *port, const char *name)
{
	struct mgm_interface ifc = { .ifindex = port->ifindex };

	if (mgm_interface_set_ttl_threshold(mgm, &ifc, port->ttl_threshold))
		say(LOG_WARNING, "the TTL threshold of %s: %s", name, mgm_error(mgm));
}

int ports_take(struct ports *ports, struct mgm *mgm, struct plan *plan,
	       const struct links *links)
{
	const struct owner *owner;
	struct plan_port *port;
	struct owners owners;
	bool busy = false;
	const char *name;
	int ret;

	ret = read_owners(mgm, &owners);
	for (port = plan->ports; port < plan->ports + plan->n_ports; port++) {
		name = links_name(links, port->ifindex);
		owner = find(&owners, port->ifindex);
		port->owned = owner && owner->handle == mgm_handle(mgm);
		if (!port->owned)
			busy |= take(ports, mgm, port, name);
		else if (owner->ttl_threshold != port->ttl_threshold)
			set_ttl(mgm, port, name);
	}
	free(owners.v);
	return ret ?: busy;
}

int ports_release(struct mgm *mgm, const struct plan *plan, const struct links *links)
{
	struct mgm_interface ifc = {};
	struct owners owners;
	size_t i;
	int ret;

	ret = read_owners(mgm, &owners);
	for (i = 0; i < owners.n; i++) {
		ifc.ifindex = owners.v[i].ifindex;
		if (owners.v[i].handle != mgm_handle(mgm) ||
		    plan_find_port(plan, ifc.ifindex))
			continue;
		if (!mgm_interface_release(mgm, &ifc))
			say(LOG_INFO, "released %s", links_name(links, ifc.ifindex));
	}
	free(owners.v);
	return ret;
}

void ports_forget(struct ports *ports)
{
	free(ports->refused);
	*ports = (struct ports){};
}
