// SPDX-License-Identifier: GPL-2.0
/*
 * A protocol in the kernel for the benchmarks: it is asked about every new flow, and
 * agrees. One in each network namespace, told what to do in /proc/net/mgm_bench:
 *
 *	start				register
 *	take IFINDEX			own an interface
 *	any IFINDEX			receivers of every group there
 *	add IFINDEX WIDE FIRST COUNT	memberships in flows; as in programs/side.c
 *	end				be shut down
 *
 * Reading it gives the nanoseconds that the last command took.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <net/mgm.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#define PROTOCOL_ID	65
#define FIRST_SOURCE	0x0a400001
#define FIRST_GROUP	0xef400001

struct bench_net {
	struct mutex lock;	/* what follows */
	u32 handle;		/* 0: not registered */
	u64 ns;
};

static unsigned int pernet_id __read_mostly;

static void rpf(struct net *net, void *priv, const struct mgm_sg *sg,
		const struct sk_buff *skb, struct mgm_rpf *rpf)
{
}

static void creation_alert(struct net *net, void *priv, const struct mgm_sg *sg,
			   struct mgm_oif_state *oifs, unsigned int n)
{
}

static const struct mgm_protocol_ops ops = {
	.owner = THIS_MODULE,
	.rpf = rpf,
	.creation_alert = creation_alert,
};

static int start(struct net *net, struct bench_net *bn)
{
	const struct mgm_protocol_params params = {
		.ops = &ops,
		.id = PROTOCOL_ID,
		.name = "bench",
	};

	return mgm_protocol_register(net, &params, &bn->handle, NULL);
}

static int end(struct net *net, struct bench_net *bn)
{
	u32 handle = bn->handle;

	bn->handle = 0;
	return handle ? mgm_protocol_shutdown(net, handle) : 0;
}

static int add(struct net *net, u32 handle, u32 ifindex, u32 wide, u32 first,
	       u32 count)
{
	const struct mgm_if ifc = mgm_if4(ifindex, 0);
	int err = wide ? 0 : -EINVAL;
	struct mgm_sg sg;
	u32 i;

	for (i = first; !err && i < first + count; i++) {
		sg = mgm_sg4(htonl(FIRST_SOURCE + i % wide),
			     htonl(FIRST_GROUP + i % (wide + 1)));
		err = mgm_membership_add(net, handle, &ifc, &sg,
					 MGM_MEMBERSHIP_F_JOIN, NULL);
	}
	return err;
}

static int run(struct net *net, struct bench_net *bn, const char *line)
{
	const struct mgm_sg every = mgm_sg4(0, 0);
	u32 ifindex, wide, first, count;
	struct mgm_if ifc;

	if (sysfs_streq(line, "start"))
		return start(net, bn);
	if (sysfs_streq(line, "end"))
		return end(net, bn);
	if (sscanf(line, "add %u %u %u %u", &ifindex, &wide, &first, &count) == 4)
		return add(net, bn->handle, ifindex, wide, first, count);
	if (sscanf(line, "take %u", &ifindex) == 1) {
		ifc = mgm_if4(ifindex, 0);
		return mgm_interface_take(net, bn->handle, &ifc, NULL);
	}
	if (sscanf(line, "any %u", &ifindex) == 1) {
		ifc = mgm_if4(ifindex, 0);
		return mgm_membership_add(net, bn->handle, &ifc, &every,
					  MGM_MEMBERSHIP_F_JOIN, NULL);
	}
	return -EINVAL;
}

static int proc_write(struct file *file, char *buf, size_t size)
{
	struct net *net = seq_file_single_net(file->private_data);
	struct bench_net *bn = net_generic(net, pernet_id);
	u64 began;
	int err;

	mutex_lock(&bn->lock);
	began = ktime_get_ns();
	err = run(net, bn, buf);
	bn->ns = ktime_get_ns() - began;
	mutex_unlock(&bn->lock);
	return err;
}

static int proc_show(struct seq_file *seq, void *v)
{
	struct bench_net *bn = net_generic(seq_file_single_net(seq), pernet_id);

	seq_printf(seq, "%llu\n", bn->ns);
	return 0;
}

static int __net_init bench_net_init(struct net *net)
{
	struct bench_net *bn = net_generic(net, pernet_id);

	mutex_init(&bn->lock);
	if (!proc_create_net_single_write("mgm_bench", 0600, net->proc_net, proc_show,
					  proc_write, NULL))
		return -ENOMEM;
	return 0;
}

static void __net_exit bench_net_exit(struct net *net)
{
	remove_proc_entry("mgm_bench", net->proc_net);
	end(net, net_generic(net, pernet_id));
}

static struct pernet_operations bench_net_ops = {
	.init = bench_net_init,
	.exit = bench_net_exit,
	.id = &pernet_id,
	.size = sizeof(struct bench_net),
};

static int __init mgm_bench_init(void)
{
	return register_pernet_device(&bench_net_ops);
}
module_init(mgm_bench_init);

static void __exit mgm_bench_exit(void)
{
	unregister_pernet_device(&bench_net_ops);
}
module_exit(mgm_bench_exit);

MODULE_DESCRIPTION("Multicast Group Manager: a protocol for its benchmarks");
MODULE_LICENSE("GPL");
