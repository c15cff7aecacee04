// SPDX-License-Identifier: GPL-2.0
/*
 * Timers: a queue for each interface, which may hold very many, and one work item
 * that wakes up for the first of them.
 */
#include "igmp.h"

void mgm_igmp_timer_init(struct mgm_igmp_timer *timer,
			 void (*fire)(struct mgm_igmp_timer *timer))
{
	timerqueue_init(&timer->node);
	timer->fire = fire;
}

bool mgm_igmp_timer_runs(const struct mgm_igmp_timer *timer)
{
	return !RB_EMPTY_NODE(&timer->node.node);
}

/* Milliseconds that @timer has to go; 0 if it does not run. */
u64 mgm_igmp_timer_left(const struct mgm_igmp_timer *timer, ktime_t now)
{
	if (!mgm_igmp_timer_runs(timer))
		return 0;
	return max_t(s64, 0, ktime_ms_delta(timer->node.expires, now));
}

/* Wake up for the first timer. A later one that is woken up for does no harm. */
static void arm(struct mgm_igmp_if *ifc)
{
	struct timerqueue_node *first = timerqueue_getnext(&ifc->timers);
	s64 ms;

	if (!first)
		return;
	/* Rounded up: woken up too early, there would be nothing to do. */
	ms = ktime_ms_delta(first->expires, ktime_get()) + 1;
	mod_delayed_work(mgm_igmp_wq, &ifc->timer_work,
			 ms > 0 ? msecs_to_jiffies(ms) : 0);
}

void mgm_igmp_timer_stop(struct mgm_igmp_if *ifc, struct mgm_igmp_timer *timer)
{
	lockdep_assert_held(&ifc->in->lock);
	if (mgm_igmp_timer_runs(timer))
		timerqueue_del(&ifc->timers, &timer->node);
}

/* In @ms milliseconds from now, whether it runs already or not. */
void mgm_igmp_timer_set(struct mgm_igmp_if *ifc, struct mgm_igmp_timer *timer,
			u32 ms)
{
	mgm_igmp_timer_stop(ifc, timer);
	timer->node.expires = ktime_add_ms(ifc->now, ms);
	if (timerqueue_add(&ifc->timers, &timer->node))
		arm(ifc);
}

/* If it runs: in @ms milliseconds from now at the latest. */
void mgm_igmp_timer_lower(struct mgm_igmp_if *ifc,
			  struct mgm_igmp_timer *timer, u32 ms)
{
	if (mgm_igmp_timer_left(timer, ifc->now) > ms)
		mgm_igmp_timer_set(ifc, timer, ms);
}

/* So many timers fire before others have the lock. */
#define TURN	64

/* Fire all whose time has come, in their order. The lock is let go now and then. */
void mgm_igmp_timers_fire(struct mgm_igmp_if *ifc)
{
	struct timerqueue_node *first;
	unsigned int fired = 0;
	struct mgm_igmp_timer *timer;

	lockdep_assert_held(&ifc->in->lock);
	while ((first = timerqueue_getnext(&ifc->timers)) &&
	       ktime_compare(first->expires, ifc->now) <= 0) {
		timer = container_of(first, struct mgm_igmp_timer, node);
		timerqueue_del(&ifc->timers, first);
		timer->fire(timer);
		if (++fired % TURN)
			continue;
		mutex_unlock(&ifc->in->lock);
		cond_resched();
		mutex_lock(&ifc->in->lock);
	}
}

static void timer_work(struct work_struct *work)
{
	struct mgm_igmp_if *ifc = container_of(to_delayed_work(work),
					       struct mgm_igmp_if, timer_work);

	mutex_lock(&ifc->in->lock);
	ifc->now = ktime_get();
	mgm_igmp_timers_fire(ifc);
	arm(ifc);
	mutex_unlock(&ifc->in->lock);
}

void mgm_igmp_timers_init(struct mgm_igmp_if *ifc)
{
	timerqueue_init_head(&ifc->timers);
	INIT_DELAYED_WORK(&ifc->timer_work, timer_work);
}

/* Nobody sets a timer any more: the interface is in no table. */
void mgm_igmp_timers_exit(struct mgm_igmp_if *ifc)
{
	cancel_delayed_work_sync(&ifc->timer_work);
}
