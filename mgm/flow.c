// SPDX-License-Identifier: GPL-2.0
/*
 * Flows: traffic makes entries, and its absence ends them.
 *
 * On its way to an entry a flow asks the owner of its way in what it thinks of
 * the RIB's answer, and then those who own its ways out which of them are to be
 * used (RFC 2715, rule 3). While they think, the flow is parked; others go on.
 */
#include <linux/slab.h>

#include "core.h"

#define EXPIRE_INTERVAL		(5 * HZ)
/* An entry can be gone again before the last answer to it has come. */
#define TRIES			3

/* The interface that the packet came in on. */
static struct mgm_interface *arrival_of(struct mgm_net *mn,
					const struct mgm_flow *flow,
					const struct mgm_sg *sg)
{
	const struct mgm_route route = { .ifindex = flow->arrival };

	return mgm_rpf_interface(mn, sg, &route);
}

/*
 * Park the flow until the owner of its way in has answered. If the RIB knows none,
 * or one that nobody here has, who owns the interface that the packet came in on may
 * say that this is the way.
 */
static bool ask_rpf(struct mgm_net *mn, struct mgm_flow *flow,
		    const struct mgm_sg *sg, const struct mgm_interface *in,
		    const struct mgm_route *rib)
{
	const struct mgm_interface *at = in ?: arrival_of(mn, flow, sg);
	struct mgm_protocol *owner = at ? at->owner : NULL;

	if (!owner || owner->dying || !mgm_alert_wanted(owner, MGM_ALERT_RPF))
		return false;
	flow->answerer = owner->handle;
	flow->asked = (struct mgm_rpf) { .iif.family = sg->family };
	if (in) {
		flow->asked.iif = in->key;
		flow->asked.upstream = rib->upstream;
	}
	flow->rpf = flow->asked;
	flow->ask = (struct mgm_alert) {
		.type = MGM_ALERT_RPF,
		.sg = *sg,
		.ifc = at->key,
		.flow = flow,
	};
	mgm_alert_queue(owner, &flow->ask);
	return true;
}

void mgm_flow_answer_rpf(struct mgm_net *mn, struct mgm_flow *flow)
{
	mgm_pending_resume(mn, flow);
}

/*
 * What the owner said, if it said something else than the RIB, and speaks of an
 * interface of its own.
 */
static void apply_rpf(struct mgm_net *mn, const struct mgm_flow *flow,
		      u16 family, struct mgm_interface **in,
		      struct mgm_route *route)
{
	struct mgm_interface *ifc;

	if (!mgm_if_cmp(&flow->rpf.iif, &flow->asked.iif) &&
	    !mgm_addr_cmp(family, &flow->rpf.upstream, &flow->asked.upstream))
		return;
	ifc = mgm_interface_find(mn, &flow->rpf.iif);
	if (!ifc || !ifc->owner || ifc->owner->handle != flow->answerer)
		return;
	*in = ifc;
	route->ifindex = ifc->key.ifindex;
	route->upstream = flow->rpf.upstream;
}

static struct mgm_protocol *user_of(const struct mgm_interface *ifc)
{
	return ifc->owner ?: ifc->igmp;
}

/* Who owns the @i'th way out, if it is the first of its and it wants to know. */
static struct mgm_protocol *to_ask(const struct mgm_outlist *out, u32 i)
{
	struct mgm_protocol *user = user_of(out->oif[i]->ifc);
	u32 j;

	if (user->dying || !mgm_alert_wanted(user, MGM_ALERT_CREATION))
		return NULL;
	for (j = 0; j < i; j++)
		if (user_of(out->oif[j]->ifc) == user)
			return NULL;
	return user;
}

static struct mgm_alert *creation_alert(struct mgm_flow *flow,
					const struct mgm_mfe *mfe,
					const struct mgm_outlist *out,
					const struct mgm_protocol *user)
{
	struct mgm_alert *alert = kzalloc(sizeof(*alert), GFP_KERNEL);
	struct mgm_interface *ifc;
	u32 i, n = 0;

	if (!alert)
		return NULL;
	for (i = 0; i < out->n; i++)
		n += user_of(out->oif[i]->ifc) == user;
	alert->oifs = kcalloc(n, sizeof(*alert->oifs), GFP_KERNEL);
	if (!alert->oifs) {
		kfree(alert);
		return NULL;
	}
	alert->type = MGM_ALERT_CREATION;
	alert->sg = mfe->sg;
	alert->mfe = mfe->id;
	alert->flow = flow;
	alert->handle = user->handle;
	for (i = 0; i < out->n; i++) {
		ifc = out->oif[i]->ifc;
		if (user_of(ifc) != user)
			continue;
		alert->oifs[alert->n++] = (struct mgm_oif_state) {
			.oif = ifc->key,
			.igmp = ifc->igmp,
			.enabled = true,
		};
	}
	return alert;
}

/*
 * Ask those who own the ways out of a new entry; true if there is anybody to wait
 * for. Without the memory to ask all of them there is no entry.
 */
static bool ask_creation(struct mgm_net *mn, struct mgm_flow *flow,
			 struct mgm_mfe *mfe)
{
	const struct mgm_outlist *out = mgm_mfe_out(mn, mfe);
	struct mgm_alert *alert, *next;
	struct mgm_protocol *user;
	LIST_HEAD(alerts);
	u32 i;

	for (i = 0; i < out->n; i++) {
		user = to_ask(out, i);
		if (!user)
			continue;
		alert = creation_alert(flow, mfe, out, user);
		if (!alert)
			goto undo;
		list_add_tail(&alert->node, &alerts);
	}
	list_for_each_entry_safe(alert, next, &alerts, node) {
		list_del(&alert->node);
		flow->unanswered++;
		user = user_of(mgm_interface_find(mn, &alert->oifs[0].oif));
		mgm_alert_queue(user, alert);
	}
	return flow->unanswered;

undo:
	list_for_each_entry_safe(alert, next, &alerts, node) {
		kfree(alert->oifs);
		kfree(alert);
	}
	mgm_mfe_destroy(mn, mfe);
	return false;
}

/*
 * The lock is held. Meanwhile the entry may have gone, interfaces too, and others
 * may have come into other hands.
 */
void mgm_flow_answer_creation(struct mgm_net *mn, struct mgm_alert *alert)
{
	struct mgm_flow *flow = alert->flow;
	const struct mgm_protocol *user;
	struct mgm_interface *ifc;
	struct mgm_mfe *mfe;
	u32 i;

	for (i = 0; i < alert->n; i++) {
		if (alert->oifs[i].enabled)
			continue;
		mfe = mgm_mfe_find(mn, &alert->sg);
		ifc = mgm_interface_find(mn, &alert->oifs[i].oif);
		user = ifc ? user_of(ifc) : NULL;
		if (mfe && mfe->id == alert->mfe &&
		    user && user->handle == alert->handle)
			mgm_mfe_veto(mn, mfe, ifc);
	}
	if (!--flow->unanswered)
		mgm_pending_resume(mn, flow);
}

/* The way in is known, as far as the RIB goes: on to the entry. */
static enum mgm_flow_stage make_entry(struct mgm_net *mn,
				      struct mgm_flow *flow,
				      const struct mgm_sg *sg,
				      struct mgm_interface *in,
				      const struct mgm_route *rib)
{
	struct mgm_route route = *rib;
	struct mgm_mfe *mfe;

	if (flow->stage == MGM_FLOW_RPF)
		apply_rpf(mn, flow, sg->family, &in, &route);
	mfe = mgm_mfe_create(mn, sg, in, rib, &route);
	if (IS_ERR(mfe))
		return MGM_FLOW_DONE;
	mfe->arrival = flow->arrival;
	/* Unless it is waiting to run already. */
	queue_delayed_work(mgm_wq, &mn->expire, EXPIRE_INTERVAL);
	return ask_creation(mn, flow, mfe) ? MGM_FLOW_CREATION : MGM_FLOW_DONE;
}

static enum mgm_flow_stage next_stage(struct mgm_net *mn,
				      struct mgm_flow *flow)
{
	struct mgm_sg sg = mgm_sg4(flow->key.src, flow->key.grp);
	struct mgm_interface *in = NULL;
	struct mgm_route rib;

	/* The interface may have been released while the packet waited. */
	if (!xa_load(&mn->links, flow->arrival) || mgm_mfe_find(mn, &sg))
		return MGM_FLOW_DONE;
	if (flow->stage == MGM_FLOW_CREATION) {
		if (++flow->tries == TRIES)
			return MGM_FLOW_DONE;
		flow->stage = MGM_FLOW_NEW;
	}

	if (!mgm_rpf_lookup(mn, &sg, flow->arrival, flow->arrival, &rib))
		in = mgm_rpf_interface(mn, &sg, &rib);
	if (flow->stage == MGM_FLOW_NEW &&
	    ask_rpf(mn, flow, &sg, in, &rib))
		return MGM_FLOW_RPF;
	return make_entry(mn, flow, &sg, in, &rib);
}

/**
 * mgm_flow_resolve - go on with the making of an entry
 * @mn: namespace
 * @flow: unknown flow, new, or with all answers that it was parked for
 *
 * Context: Process context, may sleep, takes the lock.
 * Return: true: it is over; there is an entry, if memory and bounds allow, and
 * the packets that wait can be sent. False: the flow is parked, and
 * mgm_pending_resume() is called for it when the answers are in, which may have
 * happened by now.
 */
bool mgm_flow_resolve(struct mgm_net *mn, struct mgm_flow *flow)
{
	bool done;

	mutex_lock(&mn->lock);
	flow->stage = next_stage(mn, flow);
	done = flow->stage == MGM_FLOW_DONE;
	mutex_unlock(&mn->lock);
	return done;
}

static void expire(struct work_struct *work)
{
	struct mgm_net *mn = container_of(to_delayed_work(work), struct mgm_net,
					  expire);

	mutex_lock(&mn->lock);
	mgm_mfe_drop_expired(mn);
	if (!RB_EMPTY_ROOT(&mn->mfes))
		queue_delayed_work(mgm_wq, &mn->expire, EXPIRE_INTERVAL);
	mutex_unlock(&mn->lock);
	mgm_watch_poll(mn);
}

void mgm_flow_init(struct mgm_net *mn)
{
	INIT_DEFERRABLE_WORK(&mn->expire, expire);
}

/* The entries have gone already, with the interfaces that they came in on. */
void mgm_flow_exit(struct mgm_net *mn)
{
	cancel_delayed_work_sync(&mn->expire);
	WARN_ON_ONCE(!RB_EMPTY_ROOT(&mn->mfes));
}
