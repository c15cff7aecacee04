// SPDX-License-Identifier: GPL-2.0
/*
 * Answers: what a protocol in user space has been told and may answer waits here,
 * beside its queue, so that it is told of other things meanwhile. What it does not
 * answer in time is answered by default.
 */
#include <linux/workqueue.h>

#include "core.h"

/* Does anything hang on an answer to @alert? */
bool mgm_answer_wanted(const struct mgm_alert *alert)
{
	switch (alert->type) {
	case MGM_ALERT_RPF:
	case MGM_ALERT_CREATION:
		return true;
	case MGM_ALERT_PRUNE:
		return alert->mfe;
	default:
		return false;
	}
}

/* Look again at @deadline at the latest. */
static void arm(struct mgm_net *mn, unsigned long deadline)
{
	unsigned long now = jiffies;

	if (delayed_work_pending(&mn->answers) &&
	    time_before_eq(mn->answers.timer.expires, deadline))
		return;
	mod_delayed_work(mgm_alert_wq, &mn->answers,
			 time_after(deadline, now) ? deadline - now : 0);
}

/* @proto has been told of @alert, by its id. */
void mgm_answer_await(struct mgm_protocol *proto, struct mgm_alert *alert)
{
	struct mgm_net *mn = proto->mn;
	struct mgm_alert *before;

	lockdep_assert_held(&mn->lock);
	alert->deadline = jiffies + msecs_to_jiffies(mn->config.answer_timeout);
	/* In the order of the deadlines: the time that is given may have changed. */
	list_for_each_entry_reverse(before, &proto->asked, node)
		if (time_before_eq(before->deadline, alert->deadline))
			break;
	list_add(&alert->node, &before->node);
	proto->nr_asked++;
	arm(mn, alert->deadline);
}

/* What @proto was asked by @id; NULL if it is none, or was answered already. */
struct mgm_alert *mgm_answer_find(struct mgm_protocol *proto, u32 id)
{
	struct mgm_alert *alert;

	lockdep_assert_held(&proto->mn->lock);
	list_for_each_entry(alert, &proto->asked, node)
		if (alert->id == id)
			return alert;
	return NULL;
}

/* The answer is in @alert; @timeout is that to a prune alert. */
void mgm_answer_done(struct mgm_protocol *proto, struct mgm_alert *alert,
		     u32 timeout)
{
	lockdep_assert_held(&proto->mn->lock);
	list_del_init(&alert->node);
	proto->nr_asked--;
	mgm_alert_done(proto, alert, timeout);
}

/* Nothing is answered any more. */
void mgm_answer_purge(struct mgm_protocol *proto)
{
	struct mgm_alert *alert, *next;

	list_for_each_entry_safe(alert, next, &proto->asked, node)
		mgm_answer_done(proto, alert, proto->mn->config.mfe_timeout);
}

/* Answer what is due by default. */
static void answers(struct work_struct *work)
{
	struct mgm_net *mn = container_of(to_delayed_work(work), struct mgm_net,
					  answers);
	struct mgm_alert *alert, *next;
	struct mgm_protocol *proto;
	unsigned long handle;

	mutex_lock(&mn->lock);
	xa_for_each(&mn->protocols, handle, proto) {
		list_for_each_entry_safe(alert, next, &proto->asked, node) {
			if (time_after(alert->deadline, jiffies)) {
				arm(mn, alert->deadline);
				break;
			}
			mgm_answer_done(proto, alert, mn->config.mfe_timeout);
		}
	}
	mutex_unlock(&mn->lock);
}

void mgm_answer_init(struct mgm_net *mn)
{
	INIT_DELAYED_WORK(&mn->answers, answers);
}

/* No protocol is left. */
void mgm_answer_exit(struct mgm_net *mn)
{
	cancel_delayed_work_sync(&mn->answers);
}
