// SPDX-License-Identifier: GPL-2.0
/*
 * IGMP for routers: start and end, of the module and in each network namespace;
 * the end is the start in reverse.
 */
#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "igmp.h"

struct workqueue_struct *mgm_igmp_wq;

static unsigned int pernet_id;

struct mgm_igmp_net *mgm_igmp_pernet(const struct net *net)
{
	return net_generic(net, pernet_id);
}

/* Before the first interface: be IGMP, and listen. Done already is done. */
int mgm_igmp_start(struct mgm_igmp_net *in, struct netlink_ext_ack *extack)
{
	const struct mgm_protocol_params params = {
		.ops = &mgm_igmp_ops,
		.priv = in,
		.id = IPPROTO_IGMP,
		.igmp = true,
		.name = "igmp",
	};
	int err;

	lockdep_assert_held(&in->config);
	if (in->handle)
		return 0;
	err = mgm_igmp_hook_register(in);
	if (err)
		return err;
	err = mgm_protocol_register(in->net, &params, &in->handle, extack);
	if (err) {
		in->handle = 0;
		mgm_igmp_hook_unregister(in);
	}
	return err;
}

/* After the last interface, or instead of releasing all of them one by one. */
void mgm_igmp_stop(struct mgm_igmp_net *in)
{
	lockdep_assert_held(&in->config);
	if (!in->handle)
		return;
	mgm_igmp_hook_unregister(in);
	WARN_ON_ONCE(mgm_protocol_shutdown(in->net, in->handle));
	mutex_lock(&in->lock);
	in->handle = 0;
	mutex_unlock(&in->lock);
}

static void gone_work(struct work_struct *work)
{
	mgm_igmp_if_end_gone(container_of(work, struct mgm_igmp_net, gone));
}

static int __net_init init_net_ns(struct net *net)
{
	struct mgm_igmp_net *in = mgm_igmp_pernet(net);

	in->net = net;
	in->genid = 1;
	mutex_init(&in->config);
	mutex_init(&in->lock);
	xa_init_flags(&in->interfaces, XA_FLAGS_ACCOUNT);
	INIT_WORK(&in->gone, gone_work);
	return 0;
}

/* Devices of the namespace are still there, and so is MGM. */
static void __net_exit exit_net_ns(struct net *net)
{
	struct mgm_igmp_net *in = mgm_igmp_pernet(net);

	mgm_igmp_if_end_all(in);
	cancel_work_sync(&in->gone);
	WARN_ON_ONCE(!xa_empty(&in->interfaces));
	xa_destroy(&in->interfaces);
}

static struct pernet_operations pernet_ops = {
	.init = init_net_ns,
	.exit = exit_net_ns,
	.id = &pernet_id,
	.size = sizeof(struct mgm_igmp_net),
};

static int __init mgm_igmp_init(void)
{
	int err;

	mgm_igmp_wq = alloc_workqueue("mgm_igmp", WQ_UNBOUND, 0);
	if (!mgm_igmp_wq)
		return -ENOMEM;
	err = register_pernet_device(&pernet_ops);
	if (err)
		goto wq;
	err = mgm_igmp_device_init();
	if (err)
		goto pernet;
	err = mgm_igmp_netlink_init();
	if (err)
		goto device;
	return 0;

device:
	mgm_igmp_device_exit();
pernet:
	unregister_pernet_device(&pernet_ops);
wq:
	destroy_workqueue(mgm_igmp_wq);
	return err;
}

static void __exit mgm_igmp_exit(void)
{
	mgm_igmp_netlink_exit();
	mgm_igmp_device_exit();
	unregister_pernet_device(&pernet_ops);
	destroy_workqueue(mgm_igmp_wq);
}

module_init(mgm_igmp_init);
module_exit(mgm_igmp_exit);

MODULE_DESCRIPTION("IGMP for routers, on the Multicast Group Manager");
MODULE_AUTHOR("The MGM developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(MGM_VERSION);
MODULE_ALIAS("net-pf-16-proto-16-family-" MGM_IGMP_GENL_NAME);
