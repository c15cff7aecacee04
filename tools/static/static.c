// SPDX-License-Identifier: GPL-2.0
/*
 * The protocol: what the file says, put into force, and what MGM asks, answered.
 *
 * Nothing of what MGM knows is kept here. Whenever something may have changed, the file,
 * the interfaces, the routes, MGM's tables are read and made what the plan says; then it
 * is of no matter which piece of news was missed.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "convert.h"
#include "log.h"
#include "memberships.h"
#include "static.h"
#include "way_in.h"

/* What nobody has told us of is found after this time, ms. */
#define SYNC_INTERVAL	30000

/* Not more often than this, ms, however much news there is. */
#define SYNC_PAUSE	1000

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Something may not be as it should. */
static void soon(struct protocol *p)
{
	int64_t at = p->synced + SYNC_PAUSE;

	if (p->due > at)
		p->due = at;
}

/* Adding comes first, so that what goes on going its way loses nothing. */
static void put_into_force(struct protocol *p)
{
	int again;

	again = ports_take(&p->ports, p->mgm, &p->plan, &p->links);
	again |= way_in_sync(p->mgm, &p->plan);
	again |= memberships_sync(p->mgm, &p->plan, &p->links, &p->kept_off);
	again |= ports_release(p->mgm, &p->plan, &p->links);
	groups_apply(&p->groups, &p->plan, &p->links);
	p->synced = now();
	p->due = p->synced + SYNC_INTERVAL;
	if (again)
		soon(p);
}

static void plan_anew(struct protocol *p)
{
	plan_free(&p->plan);
	plan_make(&p->plan, &p->conf, &p->links);
	put_into_force(p);
}

/* --- What MGM asks ------------------------------------------------------ */

static int on_rpf(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	struct protocol *p = user;

	way_in_answer(mgm, &p->plan, alert);
	/* It may have been here before, and may be kept off where it is to go now. */
	if (p->kept_off)
		soon(p);
	return 0;
}

static int copy_iif(const struct mgm_mfe_row *row, void *user)
{
	uint32_t *iif = user;

	*iif = row->rpf.iif.ifindex;
	return 0;
}

/*
 * What our memberships would let out, and no route is for, is kept off; IGMP's are none of
 * our business. Should the tables be full, the answer itself keeps the flow off.
 */
static int on_creation(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	struct protocol *p = user;
	struct flow flow = flow_from(&alert->flow);
	struct mgm_interface *off;
	uint32_t iif, oif;
	size_t i, n = 0;

	off = calloc(alert->n_oifs, sizeof(*off));
	if (!off || mgm_mfe_get(mgm, &alert->flow, copy_iif, &iif))
		goto out;
	for (i = 0; i < alert->n_oifs; i++) {
		oif = alert->oifs[i].ifc.ifindex;
		if (plan_carries(&p->plan, &flow, iif, oif) ||
		    !plan_lets_out(&p->plan, &flow, oif))
			continue;
		p->kept_off++;
		if (memberships_keep_off(mgm, &p->plan, &flow, oif))
			off[n++] = alert->oifs[i].ifc;
	}
	if (n)
		mgm_answer_creation(mgm, alert->id, off, n);
out:
	free(off);
	return 0;
}

static int on_wrong_if(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	struct protocol *p = user;

	if (way_in_follow(mgm, &p->plan, alert))
		put_into_force(p);
	return 0;
}

/* What is static does not depend on what others want; but people may like to know. */
static void say_member(const struct mgm_alert *alert, const char *who)
{
	struct flow flow = flow_from(&alert->flow);

	if (alert->member)
		say(LOG_INFO, "%s receivers of %s", who, flow_text(&flow));
}

static int on_join(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	(void)mgm;
	(void)user;
	say_member(alert, "another protocol has");
	return 0;
}

static int on_prune(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	(void)mgm;
	(void)user;
	say_member(alert, "no other protocol has");
	return 0;
}

static int on_overrun(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	(void)mgm;
	say(LOG_WARNING, "%u questions of MGM's were lost", alert->lost);
	soon(user);
	return 0;
}

static const struct mgm_ops ops = {
	.rpf = on_rpf,
	.creation = on_creation,
	.join = on_join,
	.prune = on_prune,
	.wrong_if = on_wrong_if,
	.overrun = on_overrun,
};

/* --- What main() tells -------------------------------------------------- */

int static_start(struct protocol *p, struct conf *conf, uint32_t id, uint32_t component,
		 const char *name)
{
	*p = (struct protocol){ .conf = *conf };
	p->mgm = mgm_open();
	if (!p->mgm) {
		say(LOG_ERR, errno == ENOENT ? "there is no MGM: is the mgm module loaded?" :
		    "cannot talk to MGM: %m");
		return -1;
	}
	if (mgm_register(p->mgm, id, component, name, &ops, p)) {
		say(LOG_ERR, "cannot register: %s", mgm_error(p->mgm));
		mgm_close(p->mgm);
		return -1;
	}
	links_update(&p->links);
	plan_anew(p);
	return 0;
}

void static_reload(struct protocol *p, struct conf *conf)
{
	conf_free(&p->conf);
	p->conf = *conf;
	ports_forget(&p->ports);
	links_update(&p->links);
	plan_anew(p);
}

void static_news(struct protocol *p, bool links)
{
	if (links && links_update(&p->links))
		plan_anew(p);
	else
		soon(p);
}

int static_dispatch(struct protocol *p)
{
	if (mgm_dispatch(p->mgm) >= 0)
		return 0;
	say(LOG_ERR, "%s", mgm_error(p->mgm));
	return -1;
}

int static_wait(const struct protocol *p)
{
	int64_t left = p->due - now();

	return left > 0 ? left : 0;
}

void static_tick(struct protocol *p)
{
	if (!static_wait(p))
		put_into_force(p);
}

void static_stop(struct protocol *p)
{
	const struct plan nothing = {};

	ports_release(p->mgm, &nothing, &p->links);
	if (mgm_deregister(p->mgm))
		say(LOG_WARNING, "cannot deregister: %s", mgm_error(p->mgm));
	static_free(p);
}

void static_free(struct protocol *p)
{
	mgm_close(p->mgm);
	groups_free(&p->groups);
	ports_forget(&p->ports);
	plan_free(&p->plan);
	links_free(&p->links);
	conf_free(&p->conf);
}
