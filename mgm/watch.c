// SPDX-License-Identifier: GPL-2.0
/*
 * The watch over the routes: entries follow the multicast RIB. The kernel's word
 * that a route has changed comes in atomic context; what it covers is noted, and
 * a work item looks at the entries concerned soon after. What changes without
 * such a word (next hop objects) is seen when entries are looked at for expiry.
 */
#include <linux/inetdevice.h>
#include <net/fib_notifier.h>
#include <net/ip_fib.h>

#include "core.h"

/* Routes come in bunches: wait for the rest. */
#define SETTLE		(HZ / 50)

struct changes {
	bool all;
	u32 n;
	struct mgm_prefix4 changed[MGM_WATCH_PREFIXES];
};

static void note(struct mgm_watch *w, __be32 prefix, __be32 mask)
{
	if (w->n == MGM_WATCH_PREFIXES) {
		w->all = true;
		return;
	}
	w->changed[w->n].prefix = prefix;
	w->changed[w->n].mask = mask;
	w->n++;
}

static int route_event(struct notifier_block *nb, unsigned long event,
		       void *ptr)
{
	struct mgm_watch *w = container_of(nb, struct mgm_watch, fib_nb);
	const struct fib_notifier_info *info = ptr;
	const struct fib_entry_notifier_info *route;

	if (info->family != AF_INET)
		return NOTIFY_DONE;

	spin_lock_bh(&w->lock);
	switch (event) {
	case FIB_EVENT_ENTRY_REPLACE:
	case FIB_EVENT_ENTRY_APPEND:
	case FIB_EVENT_ENTRY_ADD:
	case FIB_EVENT_ENTRY_DEL:
		route = container_of(info, struct fib_entry_notifier_info,
				     info);
		note(w, htonl(route->dst), inet_make_mask(route->dst_len));
		break;
	default:
		w->all = true;
		break;
	}
	spin_unlock_bh(&w->lock);
	queue_delayed_work(mgm_wq, &w->work, SETTLE);
	return NOTIFY_DONE;
}

static void take_changes(struct mgm_watch *w, struct changes *c)
{
	spin_lock_bh(&w->lock);
	c->all = w->all;
	c->n = w->n;
	memcpy(c->changed, w->changed, sizeof(c->changed));
	w->all = false;
	w->n = 0;
	spin_unlock_bh(&w->lock);
}

static bool concerns(const struct changes *c, const struct mgm_mfe *mfe)
{
	u32 i;

	for (i = 0; i < c->n; i++)
		if (!((mfe->sg.src.ip4 ^ c->changed[i].prefix) &
		      c->changed[i].mask))
			return true;
	return c->all;
}

static bool same_way(const struct mgm_mfe *mfe, const struct mgm_route *route)
{
	return mfe->rib.ifindex == route->ifindex &&
	       !mgm_addr_cmp(mfe->sg.family, &mfe->rib.upstream,
			     &route->upstream);
}

static void recheck(struct mgm_net *mn, struct mgm_mfe *mfe, const void *arg)
{
	const struct changes *c = arg;
	struct mgm_interface *in = NULL;
	struct mgm_route route;
	bool set;

	if (!concerns(c, mfe))
		return;
	/* Among equal ways it stays with the one that it has. */
	if (!mgm_rpf_lookup(mn, &mfe->sg, mfe->arrival, mfe->rib.ifindex,
			    &route))
		in = mgm_rpf_interface(mn, &mfe->sg, &route);
	set = mgm_mfe_rpf_set(mfe);
	if (!same_way(mfe, &route) || (!set && in != mgm_mfe_out(mn, mfe)->in)) {
		mgm_mfe_reroute(mn, mfe, in, &route);
		return;
	}
	/* Another route may say the same. */
	if (!set)
		mfe->route = route;
	mfe->rib = route;
}

static void work(struct work_struct *work)
{
	struct mgm_watch *w = container_of(to_delayed_work(work),
					   struct mgm_watch, work);
	struct mgm_net *mn = container_of(w, struct mgm_net, watch);
	struct changes c;

	mutex_lock(&mn->lock);
	WRITE_ONCE(w->genid, rt_genid_ipv4(mn->net));
	take_changes(w, &c);
	mgm_mfe_for_each(mn, recheck, &c);
	mutex_unlock(&mn->lock);
}

/* Routes, or the interfaces that they lead through, may have changed anywhere. */
void mgm_watch_all(struct mgm_net *mn)
{
	struct mgm_watch *w = &mn->watch;

	spin_lock_bh(&w->lock);
	w->all = true;
	spin_unlock_bh(&w->lock);
	mod_delayed_work(mgm_wq, &w->work, 0);
}

void mgm_watch_poll(struct mgm_net *mn)
{
	if (READ_ONCE(mn->watch.genid) != rt_genid_ipv4(mn->net))
		mgm_watch_all(mn);
}

int mgm_watch_init(struct mgm_net *mn)
{
	struct mgm_watch *w = &mn->watch;
	int err;

	spin_lock_init(&w->lock);
	INIT_DELAYED_WORK(&w->work, work);
	w->fib_nb.notifier_call = route_event;
	err = register_fib_notifier(mn->net, &w->fib_nb, NULL, NULL);
	if (err)
		cancel_delayed_work_sync(&w->work);
	/* So many changes at once that the kernel gave up: the poll remains. */
	return err == -EBUSY ? 0 : err;
}

void mgm_watch_exit(struct mgm_net *mn)
{
	unregister_fib_notifier(mn->net, &mn->watch.fib_nb);
	cancel_delayed_work_sync(&mn->watch.work);
}
