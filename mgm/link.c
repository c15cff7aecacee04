// SPDX-License-Identifier: GPL-2.0
/*
 * Links: the network devices under the interfaces. A device in use is in
 * all-multicast mode, and the data path knows it by its ifindex.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ip.h>

#include "core.h"
#include "trace.h"

static void free_rcu(struct rcu_head *rcu)
{
	struct mgm_link *link = container_of(rcu, struct mgm_link, rcu);

	netdev_put(link->dev, &link->tracker);
	kfree(link);
}

static struct mgm_link *create(struct mgm_net *mn, struct net_device *dev,
			       struct netlink_ext_ack *extack)
{
	struct mgm_link *link;
	int err;

	link = kzalloc(sizeof(*link), GFP_KERNEL_ACCOUNT);
	if (!link)
		return ERR_PTR(-ENOMEM);
	link->dev = dev;
	link->ifindex = dev->ifindex;

	err = dev_set_allmulti(dev, 1);
	if (err) {
		NL_SET_ERR_MSG(extack, "the device refuses all-multicast mode");
		goto free;
	}
	err = xa_err(xa_store(&mn->links, link->ifindex, link,
			      GFP_KERNEL));
	if (err)
		goto allmulti;
	netdev_hold(dev, &link->tracker, GFP_KERNEL);
	return link;

allmulti:
	dev_set_allmulti(dev, -1);
free:
	kfree(link);
	return ERR_PTR(err);
}

/* Give @ifc its link. */
int mgm_link_get(struct mgm_net *mn, struct mgm_interface *ifc,
		 struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	struct mgm_link *link;

	ASSERT_RTNL();
	lockdep_assert_held(&mn->lock);

	dev = __dev_get_by_index(mn->net, ifc->key.ifindex);
	if (!dev) {
		NL_SET_ERR_MSG(extack, "no such device");
		return -ENODEV;
	}
	if (dev->flags & IFF_LOOPBACK) {
		NL_SET_ERR_MSG(extack, "the loopback device cannot be an interface");
		return -EINVAL;
	}
	link = xa_load(&mn->links, dev->ifindex);
	if (link && link->dying) {
		NL_SET_ERR_MSG(extack, "the device that had this index is still going");
		return -EBUSY;
	}
	if (!link)
		link = create(mn, dev, extack);
	if (IS_ERR(link))
		return PTR_ERR(link);
	link->users++;
	ifc->link = link;
	return 0;
}

/*
 * Take it away again. The pointer stays for the packets that are on their way
 * through the interface; the link lives as long as they can.
 */
void mgm_link_put(struct mgm_net *mn, struct mgm_interface *ifc)
{
	struct mgm_link *link = ifc->link;

	ASSERT_RTNL();
	lockdep_assert_held(&mn->lock);
	if (--link->users)
		return;
	xa_erase(&mn->links, link->ifindex);
	if (link->dev->reg_state == NETREG_REGISTERED)
		dev_set_allmulti(link->dev, -1);
	call_rcu(&link->rcu, free_rcu);
}

/* A packet, or a copy, is not forwarded: why is counted with its device. */
void mgm_link_drop(const struct mgm_net *mn, struct mgm_link *link,
		   const struct sk_buff *skb, enum mgm_a_drop reason)
{
	atomic64_inc(&link->drops[reason]);
	trace_mgm_drop(mn->net, link->ifindex, ip_hdr(skb), reason);
}

/* Runs under rtnl, so it only says that the device goes. */
static int device_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct mgm_net *mn = mgm_pernet(dev_net(dev));
	struct mgm_link *link;

	/*
	 * A namespace in the making has its first device before it has us, and may
	 * lose it again if it cannot be made.
	 */
	if (event != NETDEV_UNREGISTER || !mn)
		return NOTIFY_DONE;
	/* rtnl is held: nobody makes or drops a link meanwhile. */
	link = xa_load(&mn->links, dev->ifindex);
	if (link) {
		WRITE_ONCE(link->dying, true);
		queue_work(mgm_wq, &mn->link_work);
	}
	return NOTIFY_DONE;
}

static struct notifier_block device_nb = {
	.notifier_call = device_event,
};

int mgm_link_init(void)
{
	return register_netdevice_notifier(&device_nb);
}

void mgm_link_exit(void)
{
	unregister_netdevice_notifier(&device_nb);
}
