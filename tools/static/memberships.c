// SPDX-License-Identifier: GPL-2.0
/* Our memberships, made what the plan says. */
#include <errno.h>
#include <stdlib.h>

#include "array.h"
#include "convert.h"
#include "log.h"
#include "memberships.h"

#define ALL_FLAGS	0

struct list {
	struct plan_membership *v;
	size_t n;
};

/* Two lists, and what it takes to make one of them the other. */
struct sync {
	struct mgm *mgm;
	const struct plan *plan;
	const struct links *links;
	struct list have;
	struct list off;	/* flows that the plan is against */
	struct list want;
	struct list asked;	/* what the kernel has been asked to change, in order */
};

static void add(struct list *list, const struct plan_membership *m)
{
	list->v = array_room(list->v, list->n, sizeof(*m));
	list->v[list->n++] = *m;
}

static void sort(struct list *list)
{
	list->n = array_sort(list->v, list->n, sizeof(*list->v),
			     plan_compare_memberships);
}

static struct plan_membership *find(const struct list *list,
				    const struct plan_membership *m)
{
	return array_find(m, list->v, list->n, sizeof(*m), plan_compare_memberships);
}

/* --- What there is ------------------------------------------------------ */

static int collect(const struct mgm_membership_row *row, void *user)
{
	struct sync *s = user;
	struct plan_membership m = {
		.flow = flow_from(&row->flow),
		.ifindex = row->ifc.ifindex,
		.flags = row->flags,
	};

	if (row->handle == mgm_handle(s->mgm))
		add(&s->have, &m);
	return 0;
}

static int judge(const struct mgm_mfe_row *row, void *user)
{
	struct sync *s = user;
	const struct plan *plan = s->plan;
	struct plan_membership m = { .flow = flow_from(&row->flow) };
	uint32_t iif = row->rpf.iif.ifindex;
	const struct plan_port *port;

	/* Nothing comes in by it; or it goes when we release where it does. */
	if (!iif || (row->owner == mgm_handle(s->mgm) && !plan_find_port(plan, iif)))
		return 0;
	for (port = plan->ports; port < plan->ports + plan->n_ports; port++) {
		m.ifindex = port->ifindex;
		if (port->owned && port->ifindex != iif &&
		    plan_lets_out(plan, &m.flow, m.ifindex) &&
		    !plan_carries(plan, &m.flow, iif, m.ifindex))
			add(&s->off, &m);
	}
	return 0;
}

static int read_tables(struct sync *s)
{
	int ret, inexact = 0;

	ret = mgm_memberships(s->mgm, MGM_MEMBERSHIP_TYPE_ALL_SOURCES, collect, s);
	if (ret >= 0) {
		inexact = ret;
		ret = mgm_mfes(s->mgm, judge, s);
	}
	if (ret < 0) {
		say(LOG_ERR, "cannot read MGM's tables: %s", mgm_error(s->mgm));
		return ret;
	}
	sort(&s->have);
	sort(&s->off);
	return ret || inexact;
}

/* --- What is wanted ----------------------------------------------------- */

static void want(struct sync *s)
{
	const struct plan *plan = s->plan;
	const struct plan_membership *p;
	const struct plan_port *port;
	struct plan_membership m;
	size_t i;

	for (p = plan->memberships; p < plan->memberships + plan->n_memberships; p++) {
		port = plan_find_port(plan, p->ifindex);
		if (port && port->owned && !find(&s->off, p))
			add(&s->want, p);
	}
	for (i = 0; i < s->off.n; i++) {
		m = s->off.v[i];
		m.flags = MGM_MEMBERSHIP_F_EXCLUDE;
		if (plan_is_wide(plan, &m.flow, m.ifindex))
			add(&s->want, &m);
	}
	sort(&s->want);
}

/* --- From one to the other ---------------------------------------------- */

static void call_add(struct sync *s, const struct plan_membership *m, uint32_t flags)
{
	struct mgm_interface ifc = { .ifindex = m->ifindex };
	struct mgm_flow flow = flow_to(&m->flow);

	add(&s->asked, m);
	mgm_membership_add(s->mgm, &ifc, &flow, flags);
}

static void call_del(struct sync *s, const struct plan_membership *m, uint32_t flags)
{
	struct mgm_interface ifc = { .ifindex = m->ifindex };
	struct mgm_flow flow = flow_to(&m->flow);

	add(&s->asked, m);
	mgm_membership_del(s->mgm, &ifc, &flow, flags);
}

/*
 * In order the wider ones come first: so what is to be kept off a new wide one follows
 * it at once.
 */
static void grow(struct sync *s)
{
	const struct plan_membership *w, *h;
	uint32_t have;

	for (w = s->want.v; w < s->want.v + s->want.n; w++) {
		h = find(&s->have, w);
		have = h ? h->flags : 0;
		if (!(w->flags & MGM_MEMBERSHIP_F_EXCLUDE)) {
			if (w->flags & ~have)
				call_add(s, w, w->flags);
		} else if (!(have & MGM_MEMBERSHIP_F_EXCLUDE)) {
			if (have)
				call_del(s, w, ALL_FLAGS);
			call_del(s, w, MGM_MEMBERSHIP_F_FORWARD);
		}
	}
}

/*
 * What is kept off is let on again by adding FORWARD; unless there is nothing that would
 * let it out any more: then it goes with that.
 */
static void shrink(struct sync *s)
{
	const struct plan_membership *h, *w;

	for (h = s->have.v; h < s->have.v + s->have.n; h++) {
		w = find(&s->want, h);
		if (h->flags & MGM_MEMBERSHIP_F_EXCLUDE) {
			if (!w && plan_is_wide(s->plan, &h->flow, h->ifindex))
				call_add(s, h, MGM_MEMBERSHIP_F_FORWARD);
		} else if (!w) {
			call_del(s, h, ALL_FLAGS);
		} else if (!(w->flags & MGM_MEMBERSHIP_F_EXCLUDE) &&
			   h->flags & ~w->flags) {
			call_del(s, h, h->flags & ~w->flags);
		}
	}
}

static void refused(void *user, size_t number, int error, const char *reason)
{
	const struct sync *s = user;
	const struct plan_membership *m;

	/* It had gone by itself: with its interface, or with a wider one. */
	if (error == -ENOENT || number >= s->asked.n)
		return;
	m = &s->asked.v[number];
	say(LOG_WARNING, "the membership %s on %s: %s", flow_text(&m->flow),
	    links_name(s->links, m->ifindex), reason);
}

static int make_equal(struct sync *s)
{
	int ret = mgm_batch_begin(s->mgm);

	if (!ret) {
		grow(s);
		shrink(s);
		ret = mgm_batch_end(s->mgm, refused, s);
	}
	if (ret < 0)
		say(LOG_ERR, "cannot change memberships: %s", mgm_error(s->mgm));
	return ret < 0 ? ret : 0;
}

static size_t count_excluded(const struct list *list)
{
	size_t i, n = 0;

	for (i = 0; i < list->n; i++)
		n += !!(list->v[i].flags & MGM_MEMBERSHIP_F_EXCLUDE);
	return n;
}

int memberships_sync(struct mgm *mgm, const struct plan *plan, const struct links *links,
		     size_t *kept_off)
{
	struct sync s = { .mgm = mgm, .plan = plan, .links = links };
	int ret, err;

	ret = read_tables(&s);
	if (ret >= 0) {
		want(&s);
		*kept_off = count_excluded(&s.want);
		err = make_equal(&s);
		ret = err ?: ret;
	}
	free(s.have.v);
	free(s.off.v);
	free(s.want.v);
	free(s.asked.v);
	return ret;
}

/* Blindly: what is not there need not be taken away. */
static int take_away(struct mgm *mgm, const struct flow *flow, uint32_t ifindex,
		     uint32_t flags)
{
	struct mgm_interface ifc = { .ifindex = ifindex };
	struct mgm_flow theirs = flow_to(flow);
	int err = mgm_membership_del(mgm, &ifc, &theirs, flags);

	return err == -ENOENT ? 0 : err;
}

int memberships_keep_off(struct mgm *mgm, const struct plan *plan,
			 const struct flow *flow, uint32_t ifindex)
{
	int err = 0;

	if (plan_find_membership(plan, flow, ifindex))
		err = take_away(mgm, flow, ifindex, ALL_FLAGS);
	if (!err && plan_is_wide(plan, flow, ifindex))
		err = take_away(mgm, flow, ifindex, MGM_MEMBERSHIP_F_FORWARD);
	return err;
}
