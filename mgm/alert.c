// SPDX-License-Identifier: GPL-2.0
/*
 * Alerts: what a protocol is to be told waits here, in the order of the changes
 * that it is about. A protocol that does not keep up loses what is newest, and is
 * told of that, too.
 */
#include <linux/completion.h>
#include <linux/slab.h>

#include "core.h"

/* What user space calls the callback; 0 if it can have none. */
static u32 callback_flag(enum mgm_alert_type type)
{
	switch (type) {
	case MGM_ALERT_JOIN:
		return MGM_CALLBACK_F_JOIN;
	case MGM_ALERT_PRUNE:
		return MGM_CALLBACK_F_PRUNE;
	case MGM_ALERT_LOCAL_JOIN:
		return MGM_CALLBACK_F_LOCAL_JOIN;
	case MGM_ALERT_LOCAL_LEAVE:
		return MGM_CALLBACK_F_LOCAL_LEAVE;
	case MGM_ALERT_WRONG_IF:
		return MGM_CALLBACK_F_WRONG_IF;
	case MGM_ALERT_RPF:
		return MGM_CALLBACK_F_RPF;
	case MGM_ALERT_CREATION:
		return MGM_CALLBACK_F_CREATION;
	case MGM_ALERT_OVERRUN:
		return U32_MAX;
	default:
		return 0;
	}
}

/* Has @proto a callback for it? */
bool mgm_alert_wanted(const struct mgm_protocol *proto,
		      enum mgm_alert_type type)
{
	const struct mgm_protocol_ops *ops = proto->ops;

	if (!ops)
		return proto->callbacks & callback_flag(type);
	switch (type) {
	case MGM_ALERT_JOIN:
		return ops->join_alert;
	case MGM_ALERT_PRUNE:
		return ops->prune_alert;
	case MGM_ALERT_LOCAL_JOIN:
		return ops->local_join;
	case MGM_ALERT_LOCAL_LEAVE:
		return ops->local_leave;
	case MGM_ALERT_WRONG_IF:
		return ops->wrong_if;
	case MGM_ALERT_OVERRUN:
		return ops->overrun;
	case MGM_ALERT_RPF:
		return ops->rpf;
	case MGM_ALERT_CREATION:
		return ops->creation_alert;
	case MGM_ALERT_IGMP_DISABLE:
		return ops->igmp_disable;
	case MGM_ALERT_IGMP_ENABLE:
		return ops->igmp_enable;
	}
	return false;
}

void mgm_alert_init(struct mgm_protocol *proto)
{
	INIT_LIST_HEAD(&proto->alerts);
	INIT_LIST_HEAD(&proto->asked);
	INIT_LIST_HEAD(&proto->overrun.node);
	proto->overrun.type = MGM_ALERT_OVERRUN;
}

void mgm_alert_queue(struct mgm_protocol *proto, struct mgm_alert *alert)
{
	lockdep_assert_held(&proto->mn->lock);
	mgm_event_alert(proto, alert);
	list_add_tail(&alert->node, &proto->alerts);
	proto->alerts_queued++;
	if (alert->type < MGM_ALERT_OVERRUN)
		proto->nr_alerts++;
	mgm_deliver_kick(proto);
}

/* The word of it comes behind the last alert that was not lost. */
static void lose(struct mgm_protocol *proto)
{
	proto->alerts_lost++;
	proto->lost_untold++;
	if (!mgm_alert_wanted(proto, MGM_ALERT_OVERRUN))
		return;
	if (list_empty(&proto->overrun.node))
		mgm_alert_queue(proto, &proto->overrun);
	else
		list_move_tail(&proto->overrun.node, &proto->alerts);
}

/*
 * Tell @proto, if it wants to know, and not if it ends. Whatever comes of it, the
 * change that the alert is about is made; the packet of an alert is taken over.
 */
void mgm_alert_record(struct mgm_protocol *proto,
		      const struct mgm_alert *alert)
{
	struct mgm_net *mn = proto->mn;
	struct mgm_bound *bound = &mn->bounds[MGM_LIMIT_ALERTS];
	struct mgm_alert *new;

	lockdep_assert_held(&mn->lock);
	if (proto->dying)
		goto drop;
	if (!mgm_alert_wanted(proto, alert->type)) {
		/* Decided all the same, and of interest to who watches. */
		mgm_event_alert(proto, alert);
		goto drop;
	}
	if (proto->nr_alerts >= bound->value) {
		atomic64_inc(&bound->hits);
		goto lose;
	}
	new = kmemdup(alert, sizeof(*alert), GFP_KERNEL_ACCOUNT);
	if (!new)
		goto lose;
	mgm_alert_queue(proto, new);
	return;

lose:
	lose(proto);
drop:
	kfree_skb(alert->skb);
}

/* Take the oldest out of the queue; mgm_alert_done() is its end. */
struct mgm_alert *mgm_alert_next(struct mgm_protocol *proto)
{
	struct mgm_alert *alert;

	lockdep_assert_held(&proto->mn->lock);
	alert = list_first_entry_or_null(&proto->alerts, struct mgm_alert,
					 node);
	if (!alert)
		return NULL;
	list_del_init(&alert->node);
	if (alert->type < MGM_ALERT_OVERRUN)
		proto->nr_alerts--;
	return alert;
}

/* How long an entry that nobody wants stays is its protocol's word. */
static void set_timeout(struct mgm_net *mn, const struct mgm_alert *alert,
			u32 timeout)
{
	struct mgm_mfe *mfe = mgm_mfe_find(mn, &alert->sg);

	if (mfe && mfe->id == alert->mfe && !mgm_mfe_out(mn, mfe)->n)
		mgm_mfe_set_timeout(mn, mfe, timeout);
}

/*
 * The callback has returned, or will not be made. @timeout is the answer to a
 * prune alert.
 */
void mgm_alert_done(struct mgm_protocol *proto, struct mgm_alert *alert,
		    u32 timeout)
{
	struct mgm_net *mn = proto->mn;

	lockdep_assert_held(&mn->lock);
	proto->alerts_done++;
	switch (alert->type) {
	case MGM_ALERT_OVERRUN:
		return;
	case MGM_ALERT_RPF:
		mgm_flow_answer_rpf(mn, alert->flow);
		return;
	case MGM_ALERT_IGMP_DISABLE:
	case MGM_ALERT_IGMP_ENABLE:
		complete(alert->done);
		return;
	case MGM_ALERT_CREATION:
		mgm_flow_answer_creation(mn, alert);
		kfree(alert->oifs);
		break;
	case MGM_ALERT_PRUNE:
		if (alert->mfe)
			set_timeout(mn, alert, timeout);
		break;
	default:
		kfree_skb(alert->skb);
		break;
	}
	kfree(alert);
}

/* Nobody is told any more; who waits has the default for an answer. */
void mgm_alert_purge(struct mgm_protocol *proto)
{
	struct mgm_alert *alert;

	while ((alert = mgm_alert_next(proto)))
		mgm_alert_done(proto, alert, proto->mn->config.mfe_timeout);
}
