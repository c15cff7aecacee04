// SPDX-License-Identifier: GPL-2.0
/* Where flows come in. */
#include <stdlib.h>
#include <libmgm.h>

#include "array.h"
#include "convert.h"
#include "log.h"
#include "way_in.h"

/* An interface that brings packets is not left for another one, ms. */
#define SILENCE		2000

void way_in_answer(struct mgm *mgm, const struct plan *plan, const struct mgm_alert *alert)
{
	struct flow flow = flow_from(&alert->flow);
	struct mgm_rpf rpf = {};

	if (plan_comes_from(plan, &flow, alert->rpf.iif.ifindex))
		return;
	rpf.iif.ifindex = plan_way_in(plan, &flow);
	if (rpf.iif.ifindex && mgm_answer_rpf(mgm, alert->id, &rpf))
		say(LOG_DEBUG, "the way in of %s: %s", flow_text(&flow), mgm_error(mgm));
}

/* The source is taken to be on the link. Returns 0 or -errno. */
static int move(struct mgm *mgm, const struct flow *flow, uint32_t ifindex)
{
	const struct mgm_interface ifc = { .ifindex = ifindex };
	const struct mgm_flow theirs = flow_to(flow);
	const struct mgm_address on_link = {};
	int err = mgm_mfe_set(mgm, &theirs, &ifc, &on_link);

	if (err)
		say(LOG_INFO, "cannot have %s come in elsewhere: %s", flow_text(flow),
		    mgm_error(mgm));
	return err;
}

static int copy(const struct mgm_mfe_row *row, void *user)
{
	struct mgm_mfe_row *to = user;

	*to = *row;
	to->oifs = NULL;
	return 0;
}

bool way_in_follow(struct mgm *mgm, const struct plan *plan, const struct mgm_alert *alert)
{
	struct flow flow = flow_from(&alert->flow);
	struct mgm_mfe_row row;

	if (!plan_comes_from(plan, &flow, alert->ifc.ifindex) ||
	    mgm_mfe_get(mgm, &alert->flow, copy, &row))
		return false;
	if (plan_comes_from(plan, &flow, row.rpf.iif.ifindex) && row.in_packets &&
	    row.timeout - row.expires < SILENCE)
		return false;
	return !move(mgm, &flow, alert->ifc.ifindex);
}

struct misled {
	struct mgm *mgm;
	const struct plan *plan;
	struct plan_join *v;	/* a flow, and where it should come in */
	size_t n;
};

static int collect(const struct mgm_mfe_row *row, void *user)
{
	struct misled *m = user;
	struct plan_join one = { .flow = flow_from(&row->flow) };

	if (row->owner != mgm_handle(m->mgm) ||
	    plan_comes_from(m->plan, &one.flow, row->rpf.iif.ifindex))
		return 0;
	one.ifindex = plan_way_in(m->plan, &one.flow);
	if (!one.ifindex)
		return 0;
	m->v = array_room(m->v, m->n, sizeof(one));
	m->v[m->n++] = one;
	return 0;
}

int way_in_sync(struct mgm *mgm, const struct plan *plan)
{
	struct misled misled = { .mgm = mgm, .plan = plan };
	int ret = mgm_mfes(mgm, collect, &misled);
	size_t i;

	if (ret < 0)
		say(LOG_ERR, "cannot read MGM's entries: %s", mgm_error(mgm));
	for (i = 0; i < misled.n; i++)
		move(mgm, &misled.v[i].flow, misled.v[i].ifindex);
	free(misled.v);
	return ret < 0 ? ret : 0;
}
