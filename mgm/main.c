// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast Group Manager: start and end, of the module and in each network
 * namespace; the end is the start in reverse.
 */
#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "core.h"

struct workqueue_struct *mgm_wq;
struct workqueue_struct *mgm_alert_wq;

static unsigned int pernet_id;

struct mgm_net *mgm_pernet(const struct net *net)
{
	return net_generic(net, pernet_id);
}

static void link_work(struct work_struct *work)
{
	mgm_shutdown_dead_links(container_of(work, struct mgm_net, link_work));
}

static int __net_init init_net_ns(struct net *net)
{
	struct mgm_net *mn = mgm_pernet(net);
	int err;

	mn->net = net;
	mgm_event_init(mn);
	mutex_init(&mn->lock);
	init_waitqueue_head(&mn->wait);
	xa_init_flags(&mn->protocols, XA_FLAGS_ACCOUNT);
	xa_init_flags(&mn->links, XA_FLAGS_ACCOUNT);
	mn->interfaces = RB_ROOT;
	mn->groups = RB_ROOT;
	INIT_WORK(&mn->link_work, link_work);
	mgm_bounds_init(mn);
	mgm_config_init(mn);

	err = mgm_mfe_init(mn);
	if (err)
		return err;
	err = mgm_pending_init(mn);
	if (err)
		goto mfe;
	mgm_wrong_init(mn);
	err = mgm_watch_init(mn);
	if (err)
		goto pending;
	mgm_answer_init(mn);
	mgm_flow_init(mn);
	err = mgm_forward_init(mn);
	if (err)
		goto flow;
	return 0;

flow:
	mgm_flow_exit(mn);
	mgm_watch_exit(mn);
pending:
	mgm_wrong_exit(mn);
	mgm_pending_exit(mn);
mfe:
	mgm_mfe_exit(mn);
	return err;
}

/* A grace period comes between this and the exit: no packet is under way. */
static void __net_exit pre_exit_net_ns(struct net *net)
{
	mgm_forward_exit(mgm_pernet(net));
}

/*
 * Devices of the namespace are still there: this runs before they are
 * dismantled, because the operations that do so were registered earlier.
 */
static void __net_exit exit_net_ns(struct net *net)
{
	struct mgm_net *mn = mgm_pernet(net);

	/* Flows that wait for an answer get one from the end of who owes it. */
	mgm_shutdown_all(mn);
	mgm_answer_exit(mn);
	cancel_work_sync(&mn->link_work);
	mgm_flow_exit(mn);
	mgm_watch_exit(mn);
	mgm_wrong_exit(mn);
	mgm_pending_exit(mn);
	mgm_forward_forget(mn);
	mgm_mfe_exit(mn);
	WARN_ON_ONCE(!xa_empty(&mn->protocols) || !xa_empty(&mn->links));
	xa_destroy(&mn->protocols);
	xa_destroy(&mn->links);
}

static struct pernet_operations pernet_ops = {
	.init = init_net_ns,
	.pre_exit = pre_exit_net_ns,
	.exit = exit_net_ns,
	.id = &pernet_id,
	.size = sizeof(struct mgm_net),
};

static int __init mgm_init(void)
{
	int err;

	err = mgm_cache_init();
	if (err)
		return err;
	/*
	 * Bound to CPUs: held packets leave from the CPU that they came in on,
	 * and so stay in order with those that follow them there.
	 */
	err = -ENOMEM;
	mgm_wq = alloc_workqueue("mgm", WQ_CPU_INTENSIVE, 0);
	if (!mgm_wq)
		goto cache;
	/*
	 * Callbacks sleep as they like, and may wait for each other. They run on
	 * the CPU of what they are told of: to wake another one would cost the
	 * first packet of a flow more than all else.
	 */
	mgm_alert_wq = alloc_workqueue("mgm_alert", WQ_CPU_INTENSIVE,
				       WQ_MAX_ACTIVE);
	if (!mgm_alert_wq)
		goto wq;
	err = register_pernet_device(&pernet_ops);
	if (err)
		goto alert_wq;
	err = mgm_link_init();
	if (err)
		goto pernet;
	err = mgm_netlink_init();
	if (err)
		goto link;
	return 0;

link:
	mgm_link_exit();
pernet:
	unregister_pernet_device(&pernet_ops);
	rcu_barrier();
alert_wq:
	destroy_workqueue(mgm_alert_wq);
wq:
	destroy_workqueue(mgm_wq);
cache:
	mgm_cache_exit();
	return err;
}

static void __exit mgm_exit(void)
{
	mgm_netlink_exit();
	mgm_link_exit();
	unregister_pernet_device(&pernet_ops);
	/* A queue's verdict may have found one of the last packets. */
	synchronize_net();
	/* Links, interfaces and MFEs are freed by callbacks in this module. */
	rcu_barrier();
	destroy_workqueue(mgm_alert_wq);
	destroy_workqueue(mgm_wq);
	mgm_cache_exit();
}

module_init(mgm_init);
module_exit(mgm_exit);

MODULE_DESCRIPTION("Multicast Group Manager");
MODULE_AUTHOR("The MGM developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(MGM_VERSION);
MODULE_ALIAS("net-pf-16-proto-16-family-" MGM_GENL_NAME);
