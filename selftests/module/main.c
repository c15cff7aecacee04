// SPDX-License-Identifier: GPL-2.0
/*
 * An in-kernel protocol and an in-kernel IGMP for the tests. Each network
 * namespace has its own, driven by lines written to /proc/net/mgm_test:
 *
 *   register ID COMPONENT NAME [no_ops] [igmp [no_disable] [no_enable]]
 *            [all | KIND ...]
 *   deregister HANDLE
 *   shutdown HANDLE
 *   flush [HANDLE]
 *   take|release HANDLE IFINDEX [NEXTHOP]
 *   get IFINDEX [NEXTHOP]
 *   set HANDLE IFINDEX NEXTHOP TTL_THRESHOLD WRONG_IF
 *   add|del HANDLE IFINDEX NEXTHOP GROUP SOURCE FLAGS [GROUP_LEN SOURCE_LEN]
 *   mfe_set HANDLE GROUP SOURCE UPSTREAM [IIF [NEXTHOP]]
 *   member add|del IFINDEX GROUP [SOURCE]
 *   dump memberships|mfes [0|1]
 *   dump oifs GROUP SOURCE
 *   hook probe on|off
 *   hook sleep MS
 *   hook hold disable|enable
 *   hook go
 *   hook disable|enable COMMAND
 *   on HANDLE KIND run COMMAND | sleep MS | hold | go
 *   answer HANDLE rpf [IFINDEX [UPSTREAM]]
 *   answer HANDLE veto [all | IFINDEX ...]
 *   answer HANDLE timeout [SECONDS]
 *   clear
 *
 * write(2) fails as the call does. Reading the file gives the handle of the
 * last registration, counters, and then a line for every event. A callback of a
 * client that is called while another of it runs or after the client has ended,
 * and one of IGMP's that is out of turn for its interface, counts as wrong.
 *
 * KIND is rpf, creation, join, prune, local_join, local_leave, wrong_if or
 * overrun: the callbacks that the client has, a line in the log each. "on" tells
 * a client to stay in those of a kind until "go", to sleep in each, and to run a
 * command in the next one, where SELF stands for its handle and IF, GROUP and
 * SOURCE for what it is about; that is the order, too. "answer" tells it what to
 * answer: another way in; what to keep a flow out of; how long an entry stays.
 * "flush" waits until a client, or each of them, has been told everything.
 *
 * "member" tells the LAN's true members, which IGMP reports from inside every
 * igmp_enable. With "hook probe" IGMP writes down what it sees of the tables in
 * each of its two hooks, and what its calls answer there. "hook hold" keeps it
 * inside that hook until "hook go". "hook disable" and "hook enable" run a command
 * inside the next such hook, where SELF and IF are as above. "dump mfes" with a
 * level shows the statistics and the outgoing interfaces too.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file_net.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "mgm_test.h"

static unsigned int pernet_id __read_mostly;

struct test_net *mgm_test_pernet(const struct net *net)
{
	return net_generic(net, pernet_id);
}

static int proc_write(struct file *file, char *buf, size_t size)
{
	struct net *net = seq_file_net(file->private_data);
	char *line;
	int err = 0;

	while (!err && (line = strsep(&buf, "\n")))
		err = mgm_test_run(mgm_test_pernet(net), NULL, line);
	return err;
}

static int __net_init test_net_init(struct net *net)
{
	struct test_net *tn = mgm_test_pernet(net);

	tn->net = net;
	mutex_init(&tn->lock);
	INIT_LIST_HEAD(&tn->events);
	INIT_LIST_HEAD(&tn->clients);
	INIT_LIST_HEAD(&tn->ended);
	INIT_LIST_HEAD(&tn->members);
	init_waitqueue_head(&tn->go);
	xa_init(&tn->disabled);
	if (!proc_create_net_data_write("mgm_test", 0600, net->proc_net,
					&mgm_test_log_ops, proc_write,
					sizeof(struct seq_net_private), NULL))
		return -ENOMEM;
	return 0;
}

static void __net_exit test_net_exit(struct net *net)
{
	struct test_net *tn = mgm_test_pernet(net);
	struct member *m, *tmp;
	int id;

	remove_proc_entry("mgm_test", net->proc_net);
	for (id = 0; id < HOOK_COUNT; id++)
		mgm_test_hook_set(tn, id, false, NULL);
	tn->sleep_ms = 0;

	mgm_test_client_end_all(tn);
	list_for_each_entry_safe(m, tmp, &tn->members, list)
		kfree(m);
	mgm_test_log_clear(tn);
	WARN_ON(!xa_empty(&tn->disabled));
}

static struct pernet_operations test_net_ops = {
	.init = test_net_init,
	.exit = test_net_exit,
	.id = &pernet_id,
	.size = sizeof(struct test_net),
};

static int __init mgm_test_init(void)
{
	return register_pernet_device(&test_net_ops);
}
module_init(mgm_test_init);

static void __exit mgm_test_exit(void)
{
	unregister_pernet_device(&test_net_ops);
}
module_exit(mgm_test_exit);

MODULE_DESCRIPTION("Multicast Group Manager: protocols for its tests");
MODULE_LICENSE("GPL");
