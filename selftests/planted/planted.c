// SPDX-License-Identifier: GPL-2.0
/*
 * Faults to order. Each is a mistake that kernel code makes now and then, and the
 * debug kernel, or the one that looks for data races, has to complain of it: what it
 * would not notice here it would not notice in MGM. The name of a fault, written to
 * /proc/planted, makes it. Only for a machine that is thrown away afterwards.
 *
 * A fault that is noticed only later, at the end of something, says so.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#define DEVICE	"planted0"

/* Memory that the compiler knows nothing of: it would see some of the faults. */
static u8 *hidden_alloc(size_t size)
{
	u8 *p = kmalloc(size, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(p);
	return p;
}

static void use_after_free(void)
{
	u8 *p = hidden_alloc(64);

	kfree(p);
	if (p)
		READ_ONCE(p[8]);
}

static void out_of_bounds(void)
{
	u8 *p = hidden_alloc(60);

	if (p)
		WRITE_ONCE(p[60], 1);
	kfree(p);
}

/*
 * Seen when the machine looks for leaks. Several, as an old pointer that is left
 * on a stack passes for a use.
 */
static void leak(void)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		hidden_alloc(64);
}

/* It needs no dead lock, only the two orders. */
static void lock_inversion(void)
{
	static DEFINE_MUTEX(a);
	static DEFINE_MUTEX(b);

	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);

	mutex_lock(&b);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_unlock(&b);
}

static void sleep_under_rcu(void)
{
	rcu_read_lock();
	kfree(hidden_alloc(64));
	rcu_read_unlock();
}

static void sleep_in_atomic(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	kfree(hidden_alloc(64));
	spin_unlock(&lock);
}

static int fails_half_way(bool fail)
{
	static DEFINE_MUTEX(lock);

	mutex_lock(&lock);
	if (fail)
		return -EINVAL;
	mutex_unlock(&lock);
	return 0;
}

/* Seen when the system call returns. */
static void missed_unlock(void)
{
	fails_half_way(true);
}

static void refcount_underflow(void)
{
	refcount_t users = REFCOUNT_INIT(1);

	if (!refcount_dec_and_test(&users) || !refcount_dec_and_test(&users))
		return;
}

/* Seen when the device is to go: make it before, and delete it after. */
static void netdev_reference(void)
{
	static netdevice_tracker tracker;
	struct net_device *dev;

	rtnl_lock();
	dev = __dev_get_by_name(&init_net, DEVICE);
	if (dev)
		netdev_hold(dev, &tracker, GFP_KERNEL);
	rtnl_unlock();
}

static unsigned long counter;

/* For a second, as if nobody else did so. */
static void count(struct work_struct *work)
{
	unsigned long end = jiffies + HZ;

	while (time_before(jiffies, end)) {
		counter++;
		barrier();
		cond_resched();
	}
}

static void two_writers(void)
{
	static DECLARE_WORK(work, count);

	queue_work(system_unbound_wq, &work);
	count(NULL);
	flush_work(&work);
}

static const struct {
	const char *name;
	void (*plant)(void);
} faults[] = {
	{ "use-after-free", use_after_free },
	{ "out-of-bounds", out_of_bounds },
	{ "leak", leak },
	{ "lock-inversion", lock_inversion },
	{ "sleep-under-rcu", sleep_under_rcu },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "missed-unlock", missed_unlock },
	{ "refcount-underflow", refcount_underflow },
	{ "netdev-reference", netdev_reference },
	{ "data-race", two_writers },
};

static ssize_t proc_write(struct file *file, const char __user *buf,
			  size_t size, loff_t *pos)
{
	char name[32] = "";
	unsigned int i;

	if (size >= sizeof(name))
		return -EINVAL;
	if (copy_from_user(name, buf, size))
		return -EFAULT;
	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!sysfs_streq(faults[i].name, name))
			continue;
		faults[i].plant();
		return size;
	}
	return -EINVAL;
}

static const struct proc_ops proc_ops = {
	.proc_write = proc_write,
};

static int __init planted_init(void)
{
	return proc_create("planted", 0200, NULL, &proc_ops) ? 0 : -ENOMEM;
}

static void __exit planted_exit(void)
{
	remove_proc_entry("planted", NULL);
}

module_init(planted_init);
module_exit(planted_exit);

MODULE_DESCRIPTION("Faults that the debug kernel has to notice");
MODULE_AUTHOR("The MGM developers");
MODULE_LICENSE("GPL");
