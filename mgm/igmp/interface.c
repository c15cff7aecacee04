// SPDX-License-Identifier: GPL-2.0
/*
 * Where IGMP is enabled: on a network device as a whole, until it is disabled there
 * or the device is gone.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "igmp.h"

/* Under RCU, or either lock. */
struct mgm_igmp_if *mgm_igmp_if_find(struct mgm_igmp_net *in, u32 ifindex)
{
	return xa_load(&in->interfaces, ifindex);
}

/* The link is there again, or has an address: who is on it now? */
static void link_work(struct work_struct *work)
{
	struct mgm_igmp_if *ifc = container_of(work, struct mgm_igmp_if,
					       link_work);

	mutex_lock(&ifc->in->lock);
	ifc->now = ktime_get();
	mgm_igmp_querier_restart(ifc);
	mutex_unlock(&ifc->in->lock);
}

static bool link_is_up(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev);
}

static struct mgm_igmp_if *create(struct mgm_igmp_net *in, u32 ifindex,
				  const struct mgm_igmp_config *config)
{
	struct mgm_igmp_if *ifc = kzalloc(sizeof(*ifc), GFP_KERNEL_ACCOUNT);

	if (!ifc)
		return NULL;
	ifc->in = in;
	ifc->ifindex = ifindex;
	ifc->config = *config;
	ifc->groups = RB_ROOT;
	mgm_igmp_timers_init(ifc);
	mgm_igmp_querier_init(ifc);
	mgm_igmp_tell_init(ifc);
	mgm_igmp_input_init(ifc);
	INIT_WORK(&ifc->link_work, link_work);
	return ifc;
}

/* Nobody finds it any more; MGM knows that IGMP is gone from there. */
static void unpublish(struct mgm_igmp_if *ifc, struct list_head *ending)
{
	struct mgm_igmp_net *in = ifc->in;

	mutex_lock(&in->lock);
	xa_erase(&in->interfaces, ifc->ifindex);
	mgm_igmp_changed(in);
	mutex_unlock(&in->lock);
	list_add_tail(&ifc->ending, ending);
}

static void destroy(struct mgm_igmp_if *ifc)
{
	struct mgm_igmp_net *in = ifc->in;

	/* Both of these set timers. */
	cancel_work_sync(&ifc->link_work);
	mgm_igmp_input_exit(ifc);
	mgm_igmp_timers_exit(ifc);
	mutex_lock(&in->lock);
	mgm_igmp_groups_flush(ifc);
	mutex_unlock(&in->lock);
	kfree(ifc);
}

/* There may be very many, and a grace period is long. */
static void destroy_all(struct list_head *ending)
{
	struct mgm_igmp_if *ifc, *next;

	if (list_empty(ending))
		return;
	synchronize_net();
	list_for_each_entry_safe(ifc, next, ending, ending)
		destroy(ifc);
}

static void end(struct mgm_igmp_if *ifc)
{
	LIST_HEAD(ending);

	unpublish(ifc, &ending);
	destroy_all(&ending);
}

/*
 * It is in the table before MGM is asked, so that it learns of a change of owner
 * that follows at once; it takes part in nothing before MGM has agreed.
 */
static int enable(struct mgm_igmp_net *in, u32 ifindex,
		  const struct mgm_igmp_config *config,
		  struct netlink_ext_ack *extack)
{
	struct mgm_if key = mgm_if4(ifindex, 0);
	struct net_device *dev;
	struct mgm_igmp_if *ifc;
	int err;

	ifc = create(in, ifindex, config);
	if (!ifc)
		return -ENOMEM;
	err = xa_insert(&in->interfaces, ifindex, ifc, GFP_KERNEL);
	if (err) {
		kfree(ifc);
		return err;
	}
	err = mgm_interface_take(in->net, in->handle, &key, extack);
	if (err) {
		end(ifc);
		return err;
	}
	rtnl_lock();
	dev = __dev_get_by_index(in->net, ifindex);
	ifc->up = dev && link_is_up(dev);
	rtnl_unlock();
	mutex_lock(&in->lock);
	ifc->now = ktime_get();
	mgm_igmp_querier_start(ifc);
	mutex_unlock(&in->lock);
	return 0;
}

int mgm_igmp_if_enable(struct mgm_igmp_net *in, u32 ifindex,
		       const struct mgm_igmp_config *config,
		       struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&in->config);
	if (mgm_igmp_if_find(in, ifindex)) {
		NL_SET_ERR_MSG(extack, "IGMP is enabled on this interface already");
		err = -EALREADY;
		goto unlock;
	}
	err = mgm_igmp_start(in, extack);
	if (err)
		goto unlock;
	err = enable(in, ifindex, config, extack);
	if (xa_empty(&in->interfaces))
		mgm_igmp_stop(in);
unlock:
	mutex_unlock(&in->config);
	return err;
}

int mgm_igmp_if_disable(struct mgm_igmp_net *in, u32 ifindex,
			struct netlink_ext_ack *extack)
{
	struct mgm_if key = mgm_if4(ifindex, 0);
	struct mgm_igmp_if *ifc;
	int err;

	mutex_lock(&in->config);
	ifc = mgm_igmp_if_find(in, ifindex);
	if (!ifc) {
		NL_SET_ERR_MSG(extack, "IGMP is not enabled on this interface");
		err = -ENOENT;
		goto unlock;
	}
	err = mgm_interface_release(in->net, in->handle, &key, extack);
	/* The device may be going, and MGM have dropped it already. */
	if (err && err != -ENOENT)
		goto unlock;
	err = 0;
	end(ifc);
	if (xa_empty(&in->interfaces))
		mgm_igmp_stop(in);
unlock:
	mutex_unlock(&in->config);
	return err;
}

void mgm_igmp_if_set(struct mgm_igmp_if *ifc,
		     const struct mgm_igmp_config *config)
{
	lockdep_assert_held(&ifc->in->lock);
	ifc->config = *config;
	mgm_igmp_querier_set(ifc);
	mgm_igmp_changed(ifc->in);
}

/* The namespace ends: the registration first, which releases everything. */
void mgm_igmp_if_end_all(struct mgm_igmp_net *in)
{
	struct mgm_igmp_if *ifc;
	unsigned long ifindex;
	LIST_HEAD(ending);

	mutex_lock(&in->config);
	mgm_igmp_stop(in);
	xa_for_each(&in->interfaces, ifindex, ifc)
		unpublish(ifc, &ending);
	destroy_all(&ending);
	mutex_unlock(&in->config);
}

/* Devices are gone, and MGM has dropped what stood on them, or is about to. */
void mgm_igmp_if_end_gone(struct mgm_igmp_net *in)
{
	struct mgm_igmp_if *ifc;
	unsigned long ifindex;
	LIST_HEAD(ending);

	mutex_lock(&in->config);
	xa_for_each(&in->interfaces, ifindex, ifc) {
		struct mgm_if key = mgm_if4(ifindex, 0);

		if (!READ_ONCE(ifc->gone))
			continue;
		mgm_interface_release(in->net, in->handle, &key, NULL);
		unpublish(ifc, &ending);
	}
	destroy_all(&ending);
	if (in->handle && xa_empty(&in->interfaces))
		mgm_igmp_stop(in);
	mutex_unlock(&in->config);
}

/* Under rtnl: what has to be done is only noted. */
static int device_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct mgm_igmp_net *in = mgm_igmp_pernet(dev_net(dev));
	struct mgm_igmp_if *ifc;

	/* A namespace in the making has its first device before it has us. */
	if (!in)
		return NOTIFY_DONE;
	rcu_read_lock();
	ifc = mgm_igmp_if_find(in, dev->ifindex);
	if (!ifc)
		goto unlock;
	switch (event) {
	case NETDEV_UNREGISTER:
		WRITE_ONCE(ifc->gone, true);
		queue_work(mgm_igmp_wq, &in->gone);
		break;
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		if (link_is_up(dev) && !ifc->up)
			queue_work(mgm_igmp_wq, &ifc->link_work);
		ifc->up = link_is_up(dev);
		break;
	}
unlock:
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block device_nb = {
	.notifier_call = device_event,
};

/* With its first address the router can ask; a new one may be the lowest. */
static int address_event(struct notifier_block *nb, unsigned long event,
			 void *ptr)
{
	const struct in_ifaddr *ifa = ptr;
	const struct net_device *dev = ifa->ifa_dev->dev;
	struct mgm_igmp_net *in = mgm_igmp_pernet(dev_net(dev));
	struct mgm_igmp_if *ifc;

	if (event != NETDEV_UP || !in)
		return NOTIFY_DONE;
	rcu_read_lock();
	ifc = mgm_igmp_if_find(in, dev->ifindex);
	if (ifc)
		queue_work(mgm_igmp_wq, &ifc->link_work);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block address_nb = {
	.notifier_call = address_event,
};

int mgm_igmp_device_init(void)
{
	int err = register_netdevice_notifier(&device_nb);

	if (err)
		return err;
	err = register_inetaddr_notifier(&address_nb);
	if (err)
		unregister_netdevice_notifier(&device_nb);
	return err;
}

void mgm_igmp_device_exit(void)
{
	unregister_inetaddr_notifier(&address_nb);
	unregister_netdevice_notifier(&device_nb);
}
