// SPDX-License-Identifier: GPL-2.0
/*
 * What /proc/PID/fail-nth cannot do by itself. It counts per-CPU allocations in, and
 * lets the count begin late, where only what was loaded after this module follows:
 *
 *   /sys/kernel/debug/mgm_fault/init    when the next module is initialized
 *   /sys/kernel/debug/mgm_fault/netns   when the next network namespace is
 *
 * by the task that has written the number there. So the kernel's own allocations
 * before that succeed: there are many, and it complains of some that fail.
 */
#include <linux/debugfs.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <net/net_namespace.h>

struct start {
	struct task_struct *task;
	unsigned int nth;
};

static struct start starts[2]; /* one test at a time */
enum { INIT, NETNS };

static void begin(struct start *start)
{
	if (READ_ONCE(start->task) != current)
		return;
	WRITE_ONCE(current->fail_nth, start->nth);
	WRITE_ONCE(start->task, NULL);
}

static int set_start(void *data, u64 nth)
{
	struct start *start = data;

	WRITE_ONCE(start->nth, nth);
	/* Only ever compared, so it may be gone. */
	WRITE_ONCE(start->task, nth ? current : NULL);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(start_ops, NULL, set_start, "%llu\n");

static int __net_init start_netns(struct net *net)
{
	begin(&starts[NETNS]);
	return 0;
}

static struct pernet_operations pernet_ops = {
	.init = start_netns,
};

static int start_init(struct kprobe *probe, struct pt_regs *regs)
{
	begin(&starts[INIT]);
	return 0;
}

static struct kprobe init_probe = {
	.symbol_name = "do_one_initcall",
	.pre_handler = start_init,
};

/* Has the parameters of pcpu_alloc(). */
static void __percpu *no_memory(size_t size, size_t align, bool reserved,
				gfp_t gfp)
{
	return NULL;
}

/* As should_fail() does it, in what a probe makes of a task's context. */
static int count_percpu(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned int nth = READ_ONCE(current->fail_nth);

	if (!nth || softirq_count() & SOFTIRQ_OFFSET)
		return 0;
	WRITE_ONCE(current->fail_nth, --nth);
	if (nth)
		return 0;
	instruction_pointer_set(regs, (unsigned long)no_memory);
	return 1;
}

NOKPROBE_SYMBOL(count_percpu);

/* With this, the probe is never made a jump, which could go to one place only. */
static void after_percpu(struct kprobe *probe, struct pt_regs *regs,
			 unsigned long flags)
{
}

static struct kprobe percpu_probe = {
	.symbol_name = "pcpu_alloc",
	.pre_handler = count_percpu,
	.post_handler = after_percpu,
};

static struct dentry *dir;

static int __init mgm_fault_init(void)
{
	int err;

	err = register_pernet_device(&pernet_ops);
	if (err)
		return err;
	err = register_kprobe(&init_probe);
	if (err)
		goto pernet;
	err = register_kprobe(&percpu_probe);
	if (err)
		goto init;
	dir = debugfs_create_dir("mgm_fault", NULL);
	debugfs_create_file_unsafe("init", 0200, dir, &starts[INIT],
				   &start_ops);
	debugfs_create_file_unsafe("netns", 0200, dir, &starts[NETNS],
				   &start_ops);
	return 0;

init:
	unregister_kprobe(&init_probe);
pernet:
	unregister_pernet_device(&pernet_ops);
	return err;
}
module_init(mgm_fault_init);

static void __exit mgm_fault_exit(void)
{
	debugfs_remove(dir);
	unregister_kprobe(&percpu_probe);
	unregister_kprobe(&init_probe);
	unregister_pernet_device(&pernet_ops);
}
module_exit(mgm_fault_exit);

MODULE_DESCRIPTION("Multicast Group Manager: where its tests let memory run out");
MODULE_LICENSE("GPL");
