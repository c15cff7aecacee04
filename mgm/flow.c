// SPDX-License-Identifier: GPL-2.0
/*
 * Flows: traffic makes entries, and its absence ends them.
 */
#include "core.h"

#define EXPIRE_INTERVAL		(5 * HZ)

/* The interface of ours that @route leads through, the most particular one. */
static struct mgm_interface *incoming(struct mgm_net *mn,
				      const struct mgm_sg *sg,
				      const struct mgm_route *route)
{
	struct mgm_if key = { .ifindex = route->ifindex, .family = sg->family };
	struct mgm_interface *ifc;

	key.nexthop = mgm_addr_any(sg->family, &route->upstream) ?
		      sg->src : route->upstream;
	ifc = mgm_interface_find(mn, &key);
	if (!ifc || !mgm_interface_in_use(ifc)) {
		memset(&key.nexthop, 0, sizeof(key.nexthop));
		ifc = mgm_interface_find(mn, &key);
	}
	return ifc && mgm_interface_in_use(ifc) ? ifc : NULL;
}

/**
 * mgm_flow_resolve - make the entry of an unknown flow
 * @mn: namespace
 * @flow: source and group
 * @arrival: ifindex that the first packet came in on
 *
 * Afterwards there is an entry, if memory and bounds allow, and the packets
 * that wait can be sent.
 *
 * Context: Process context, may sleep, takes the lock.
 */
void mgm_flow_resolve(struct mgm_net *mn, const struct mgm_flow4 *flow,
		      u32 arrival)
{
	struct mgm_sg sg = mgm_sg4(flow->src, flow->grp);
	struct mgm_interface *in = NULL;
	struct mgm_route route;

	mutex_lock(&mn->lock);
	/* The interface may have been released while the packet waited. */
	if (!xa_load(&mn->links, arrival) || mgm_mfe_find(mn, &sg))
		goto unlock;

	if (!mgm_rpf_lookup(mn, &sg, arrival, &route))
		in = incoming(mn, &sg, &route);
	mgm_mfe_create(mn, &sg, in, &route);
unlock:
	mutex_unlock(&mn->lock);
}

static void expire(struct work_struct *work)
{
	struct mgm_net *mn = container_of(to_delayed_work(work), struct mgm_net,
					  expire);

	mutex_lock(&mn->lock);
	mgm_mfe_drop_expired(mn);
	mutex_unlock(&mn->lock);
	queue_delayed_work(mgm_wq, &mn->expire, EXPIRE_INTERVAL);
}

void mgm_flow_init(struct mgm_net *mn)
{
	INIT_DEFERRABLE_WORK(&mn->expire, expire);
	queue_delayed_work(mgm_wq, &mn->expire, EXPIRE_INTERVAL);
}

void mgm_flow_exit(struct mgm_net *mn)
{
	struct mgm_mfe *mfe;

	cancel_delayed_work_sync(&mn->expire);
	mutex_lock(&mn->lock);
	while ((mfe = mgm_mfe_after(mn, NULL)))
		mgm_mfe_destroy(mn, mfe);
	mutex_unlock(&mn->lock);
}
