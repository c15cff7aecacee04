// SPDX-License-Identifier: GPL-2.0
/*
 * Delivery: a work item of each protocol's own takes its alerts out of the queue,
 * one by one, and calls back with no lock held. Nobody else waits for a protocol
 * that takes its time, save who needs its answer, and no callback runs on the
 * stack of another.
 */
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "core.h"

static void call_back(struct mgm_protocol *proto, struct mgm_alert *alert,
		      u32 *timeout)
{
	const struct mgm_protocol_ops *ops = proto->ops;
	struct net *net = proto->mn->net;
	void *priv = proto->priv;

	switch (alert->type) {
	case MGM_ALERT_JOIN:
		ops->join_alert(net, priv, &alert->sg, alert->member);
		break;
	case MGM_ALERT_PRUNE:
		ops->prune_alert(net, priv, &alert->sg, &alert->ifc,
				 alert->member, timeout);
		break;
	case MGM_ALERT_LOCAL_JOIN:
		ops->local_join(net, priv, &alert->sg, &alert->ifc);
		break;
	case MGM_ALERT_LOCAL_LEAVE:
		ops->local_leave(net, priv, &alert->sg, &alert->ifc);
		break;
	case MGM_ALERT_WRONG_IF:
		ops->wrong_if(net, priv, &alert->sg, &alert->ifc, alert->skb);
		break;
	case MGM_ALERT_OVERRUN:
		ops->overrun(net, priv);
		break;
	case MGM_ALERT_RPF:
		ops->rpf(net, priv, &alert->sg, alert->flow->first,
			 &alert->flow->rpf);
		break;
	case MGM_ALERT_CREATION:
		ops->creation_alert(net, priv, &alert->sg, alert->oifs,
				    alert->n);
		break;
	case MGM_ALERT_IGMP_DISABLE:
		ops->igmp_disable(net, priv, &alert->ifc);
		break;
	case MGM_ALERT_IGMP_ENABLE:
		ops->igmp_enable(net, priv, &alert->ifc);
		break;
	}
}

/* IGMP may use the interface again from the first moment of the callback on. */
static void before_handover(struct mgm_protocol *igmp,
			    const struct mgm_alert *alert)
{
	struct mgm_interface *ifc = alert->handover;
	bool enable = alert->type == MGM_ALERT_IGMP_ENABLE;

	mgm_event(igmp->mn, enable ? MGM_EVENT_IGMP_ENABLE :
				     MGM_EVENT_IGMP_DISABLE, igmp->handle, ifc);
	if (enable)
		ifc->igmp_frozen = false;
}

static u32 next_id(struct mgm_protocol *proto)
{
	if (!++proto->last_id)
		proto->last_id = 1;
	return proto->last_id;
}

/*
 * A protocol in user space is told under the lock, which takes no time, and answers
 * later, if at all. As many answers are waited for as alerts may wait.
 */
static void tell(struct mgm_protocol *proto, struct mgm_alert *alert)
{
	struct mgm_net *mn = proto->mn;

	if (mgm_answer_wanted(alert) &&
	    proto->nr_asked < mn->bounds[MGM_LIMIT_ALERTS].value)
		alert->id = next_id(proto);
	if (proto->tell(proto, alert)) {
		proto->alerts_lost++;
		proto->lost_untold++;
		alert->id = 0;
	} else {
		proto->lost_untold = 0;
	}
	if (alert->id)
		mgm_answer_await(proto, alert);
	else
		mgm_alert_done(proto, alert, mn->config.mfe_timeout);
}

static void deliver(struct work_struct *work)
{
	struct mgm_protocol *proto = container_of(work, struct mgm_protocol,
						  work);
	struct mgm_net *mn = proto->mn;
	struct mgm_alert *alert;
	u32 timeout;

	mutex_lock(&mn->lock);
	while (!proto->stopped && (alert = mgm_alert_next(proto))) {
		if (proto->tell) {
			tell(proto, alert);
			/* Others want to get on, too. */
			mutex_unlock(&mn->lock);
			cond_resched();
			mutex_lock(&mn->lock);
			continue;
		}
		proto->cb_task = current;
		if (alert->handover)
			before_handover(proto, alert);
		timeout = mn->config.mfe_timeout;
		mutex_unlock(&mn->lock);

		call_back(proto, alert, &timeout);

		mutex_lock(&mn->lock);
		proto->cb_task = NULL;
		mgm_alert_done(proto, alert, timeout);
		mgm_handover_moved(mn);
	}
	proto->nr_works--;
	mgm_handover_moved(mn);
	/* Whoever waits for that may free the protocol from here on. */
	mutex_unlock(&mn->lock);
}

void mgm_deliver_init(struct mgm_protocol *proto)
{
	INIT_WORK(&proto->work, deliver);
}

void mgm_deliver_kick(struct mgm_protocol *proto)
{
	lockdep_assert_held(&proto->mn->lock);
	if (queue_work(mgm_alert_wq, &proto->work))
		proto->nr_works++;
}

/* The protocol in whose callback this is, or NULL. */
static struct mgm_protocol *running(struct mgm_net *mn)
{
	struct mgm_protocol *proto;
	unsigned long handle;

	xa_for_each(&mn->protocols, handle, proto)
		if (proto->cb_task == current)
			return proto;
	return NULL;
}

/*
 * Can the caller wait for a callback of @proto to end, or would it, over one or
 * more protocols that wait for each other, wait for itself? If it can, and is
 * inside a callback itself, *@waiter is the protocol of that one, which
 * &mgm_protocol.waits_for of is set; whoever has waited clears it.
 */
int mgm_deliver_may_wait(struct mgm_net *mn, struct mgm_protocol *proto,
			 struct mgm_protocol **waiter)
{
	struct mgm_protocol *self = running(mn), *p;

	lockdep_assert_held(&mn->lock);
	*waiter = NULL;
	if (!self)
		return 0;
	for (p = proto; p; p = p->waits_for)
		if (p == self)
			return -EDEADLK;
	self->waits_for = proto;
	*waiter = self;
	return 0;
}

/*
 * End all delivery to a dying protocol: afterwards no callback runs, nor will.
 * Call with the lock held, which is dropped meanwhile, and without rtnl, which a
 * callback may want.
 *
 * Not by cancel_work_sync(): a callback may end another protocol, and to lockdep
 * the two work items are one.
 */
void mgm_deliver_stop(struct mgm_net *mn, struct mgm_protocol *proto)
{
	lockdep_assert_held(&mn->lock);
	proto->stopped = true;
	if (cancel_work(&proto->work))
		proto->nr_works--;
	while (proto->nr_works) {
		mgm_wait_handover(mn, false);
		mutex_lock(&mn->lock);
	}
	mgm_alert_purge(proto);
	mgm_answer_purge(proto);
}

/* Wait for what is in the queue now; the protocol may end meanwhile. */
int mgm_do_flush(struct mgm_net *mn, u32 handle)
{
	struct mgm_client client = { .handle = handle };
	struct mgm_protocol *proto, *waiter = NULL;
	u64 target;
	int err;

	mutex_lock(&mn->lock);
	proto = mgm_protocol_find_client(mn, &client, NULL);
	err = PTR_ERR_OR_ZERO(proto) ?:
	      mgm_deliver_may_wait(mn, proto, &waiter);
	if (err)
		goto unlock;

	target = proto->alerts_queued;
	while (proto && proto->alerts_done < target) {
		mgm_wait_handover(mn, false);
		mutex_lock(&mn->lock);
		proto = mgm_protocol_find(mn, handle);
	}
	if (waiter)
		waiter->waits_for = NULL;
	if (!proto)
		err = -ENOENT;
unlock:
	mutex_unlock(&mn->lock);
	return err;
}
