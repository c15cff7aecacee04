// SPDX-License-Identifier: GPL-2.0
/*
 * An in-kernel protocol and an in-kernel IGMP for the tests. Each network
 * namespace has its own, driven by lines written to /proc/net/mgm_test:
 *
 *   register ID COMPONENT NAME [igmp] [local_join] [no_hooks]
 *   deregister HANDLE
 *   shutdown HANDLE
 *   take|release HANDLE IFINDEX [NEXTHOP]
 *   get IFINDEX [NEXTHOP]
 *   add|del HANDLE IFINDEX NEXTHOP GROUP SOURCE FLAGS [GROUP_LEN SOURCE_LEN]
 *   member add|del IFINDEX GROUP [SOURCE]
 *   dump memberships|mfes
 *   hook probe on|off
 *   hook sleep MS
 *   hook hold disable|enable
 *   hook go
 *   hook disable|enable COMMAND
 *   clear
 *
 * write(2) fails as the call does. Reading the file gives the handle of the last
 * registration, counters, and then a line for every event. A hook that is called
 * while another runs, or out of turn for its interface, counts as wrong.
 *
 * "member" tells the LAN's true members, which IGMP reports from inside every
 * igmp_enable. With "probe" IGMP writes down what it sees of the tables in each
 * hook, and what its calls answer there. "hold" keeps it inside that hook until
 * "go". "hook disable" and "hook enable" run a command inside the next such hook,
 * where SELF stands for IGMP's handle and IF for the interface.
 */
#include <linux/delay.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include <net/mgm.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#define EVENTS_MAX	4096
#define ARGS_MAX	12
#define HOLD_MAX	(20 * HZ)

/* A group that no test uses: the probes add it. */
#define PROBE_GROUP	htonl(0xefffff01)

enum hook_id { HOOK_DISABLE, HOOK_ENABLE, HOOK_COUNT };

struct event {
	struct list_head list;
	char text[];
};

struct member {
	struct list_head list;
	u32 ifindex;
	__be32 grp;
	__be32 src;
};

struct hook {
	bool hold;
	char *command;
};

struct test_net {
	struct net *net;
	struct mutex lock; /* protects all that follows; never held in a call */
	struct list_head events;
	unsigned int event_count;
	unsigned int lost;
	struct list_head clients;
	struct list_head members;
	struct hook hooks[HOOK_COUNT];
	struct xarray disabled; /* by ifindex; with a lock of its own */
	atomic_t calls[HOOK_COUNT];
	atomic_t wrong;
	wait_queue_head_t go;
	bool probe;
	unsigned int sleep_ms;
	u32 last_handle;
};

struct client {
	struct list_head list;
	struct test_net *tn;
	u32 handle;
	atomic_t inside;
};

struct command {
	struct test_net *tn;
	const struct client *self; /* set inside a hook */
	const struct mgm_if *ifc;
	struct netlink_ext_ack *extack;
	int argc;
	char *argv[ARGS_MAX];
};

static unsigned int test_net_id __read_mostly;

static void event_del(struct test_net *tn, struct event *ev)
{
	list_del(&ev->list);
	kfree(ev);
	tn->event_count--;
}

static __printf(2, 3) void event(struct test_net *tn, const char *fmt, ...)
{
	struct event *ev;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args) + 1;
	va_end(args);

	ev = kmalloc(struct_size(ev, text, len), GFP_KERNEL);
	if (ev) {
		va_start(args, fmt);
		vsnprintf(ev->text, len, fmt, args);
		va_end(args);
	}

	mutex_lock(&tn->lock);
	if (ev) {
		list_add_tail(&ev->list, &tn->events);
		tn->event_count++;
	}
	if (!ev || tn->event_count > EVENTS_MAX)
		tn->lost++;
	if (tn->event_count > EVENTS_MAX)
		event_del(tn, list_first_entry(&tn->events, struct event, list));
	mutex_unlock(&tn->lock);
}

static void clear(struct test_net *tn)
{
	struct event *ev, *tmp;

	mutex_lock(&tn->lock);
	list_for_each_entry_safe(ev, tmp, &tn->events, list)
		event_del(tn, ev);
	tn->lost = 0;
	mutex_unlock(&tn->lock);
}

static int run(struct test_net *tn, const struct client *self,
	       const struct mgm_if *ifc, char *line);

static void probe_tables(struct client *c, const struct mgm_if *ifc,
			 const char *name)
{
	struct mgm_membership_info membership = {};
	unsigned int own = 0, other = 0, mfes = 0;
	struct mgm_interface_info info;
	struct test_net *tn = c->tn;
	struct mgm_mfe_info mfe = {};
	int err;

	err = mgm_interface_get(tn->net, ifc, &info);

	while (!mgm_membership_next(tn->net, &membership)) {
		if (membership.ifc.ifindex != ifc->ifindex ||
		    membership.ifc.nexthop.ip4 != ifc->nexthop.ip4)
			continue;
		if (membership.handle == c->handle)
			own++;
		else
			other++;
	}

	while (!mgm_mfe_next(tn->net, &mfe))
		if (mfe.iif.ifindex == ifc->ifindex)
			mfes++;

	if (err)
		event(tn, "%s sees if=%u get=%d own=%u other=%u mfes=%u", name,
		      ifc->ifindex, err, own, other, mfes);
	else
		event(tn,
		      "%s sees if=%u owned=%d owner=%u/%u igmp=%d own=%u other=%u mfes=%u",
		      name, ifc->ifindex, info.owned, info.owner_id,
		      info.owner_component, info.igmp, own, other, mfes);
}

static void probe_calls(struct client *c, const struct mgm_if *ifc,
			enum hook_id id)
{
	const struct mgm_sg sg = mgm_sg4(0, PROBE_GROUP);
	struct net *net = c->tn->net;
	int add, del;

	add = mgm_membership_add(net, c->handle, ifc, &sg,
				 MGM_MEMBERSHIP_F_JOIN, NULL);
	del = mgm_membership_del(net, c->handle, ifc, &sg,
				 MGM_MEMBERSHIP_F_JOIN, NULL);
	if (id == HOOK_ENABLE)
		event(c->tn, "igmp_enable calls if=%u add=%d del=%d",
		      ifc->ifindex, add, del);
	else
		event(c->tn, "igmp_disable calls if=%u add=%d del=%d release=%d",
		      ifc->ifindex, add, del,
		      mgm_interface_release(net, c->handle, ifc, NULL));
}

static void report_members(struct client *c, const struct mgm_if *ifc)
{
	struct test_net *tn = c->tn;
	unsigned int i = 0, n = 0;
	struct member *m;
	struct mgm_sg *sgs;

	mutex_lock(&tn->lock);
	list_for_each_entry(m, &tn->members, list)
		n++;
	sgs = kcalloc(n, sizeof(*sgs), GFP_KERNEL);
	if (sgs)
		list_for_each_entry(m, &tn->members, list)
			if (m->ifindex == ifc->ifindex)
				sgs[i++] = mgm_sg4(m->src, m->grp);
	mutex_unlock(&tn->lock);

	for (n = 0; n < i; n++)
		event(tn, "report if=%u group=%pI4 source=%pI4 errno=%d",
		      ifc->ifindex, &sgs[n].grp.ip4, &sgs[n].src.ip4,
		      mgm_membership_add(tn->net, c->handle, ifc, &sgs[n],
					 MGM_MEMBERSHIP_F_JOIN, NULL));
	kfree(sgs);
}

/* Disable and enable take turns on every interface. */
static bool in_turn(struct test_net *tn, const struct mgm_if *ifc,
		    enum hook_id id)
{
	if (id == HOOK_ENABLE)
		return xa_erase(&tn->disabled, ifc->ifindex);
	return !xa_insert(&tn->disabled, ifc->ifindex, xa_mk_value(1),
			  GFP_KERNEL);
}

static void igmp_hook(struct client *c, const struct mgm_if *ifc,
		      enum hook_id id)
{
	const char *name = id == HOOK_ENABLE ? "igmp_enable" : "igmp_disable";
	struct test_net *tn = c->tn;
	struct hook *hook = &tn->hooks[id];
	unsigned int sleep_ms;
	char *command;
	bool probe;

	event(tn, "%s if=%u handle=%u nexthop=%pI4", name, ifc->ifindex,
	      c->handle, &ifc->nexthop.ip4);
	atomic_inc(&tn->calls[id]);
	if (atomic_inc_return(&c->inside) != 1 || !in_turn(tn, ifc, id))
		atomic_inc(&tn->wrong);

	mutex_lock(&tn->lock);
	probe = tn->probe;
	sleep_ms = tn->sleep_ms;
	command = hook->command;
	hook->command = NULL;
	mutex_unlock(&tn->lock);

	if (probe) {
		probe_tables(c, ifc, name);
		probe_calls(c, ifc, id);
	}
	if (command) {
		run(tn, c, ifc, command);
		kfree(command);
	}
	if (id == HOOK_ENABLE)
		report_members(c, ifc);
	if (sleep_ms)
		msleep(sleep_ms);
	if (!wait_event_timeout(tn->go, !READ_ONCE(hook->hold), HOLD_MAX))
		event(tn, "%s was held too long", name);

	event(tn, "%s end if=%u", name, ifc->ifindex);
	atomic_dec(&c->inside);
}

static void igmp_disable(struct net *net, void *priv, const struct mgm_if *ifc)
{
	igmp_hook(priv, ifc, HOOK_DISABLE);
}

static void igmp_enable(struct net *net, void *priv, const struct mgm_if *ifc)
{
	igmp_hook(priv, ifc, HOOK_ENABLE);
}

static void local_join(struct net *net, void *priv, const struct mgm_sg *sg,
		       const struct mgm_if *ifc)
{
	struct client *c = priv;

	event(c->tn, "%s if=%u handle=%u group=%pI4 source=%pI4", __func__,
	      ifc->ifindex, c->handle, &sg->grp.ip4, &sg->src.ip4);
}

static void local_leave(struct net *net, void *priv, const struct mgm_sg *sg,
			const struct mgm_if *ifc)
{
	struct client *c = priv;

	event(c->tn, "%s if=%u handle=%u group=%pI4 source=%pI4", __func__,
	      ifc->ifindex, c->handle, &sg->grp.ip4, &sg->src.ip4);
}

static const struct mgm_protocol_ops plain_ops = {
	.owner		= THIS_MODULE,
};

static const struct mgm_protocol_ops local_join_ops = {
	.owner		= THIS_MODULE,
	.local_join	= local_join,
	.local_leave	= local_leave,
};

static const struct mgm_protocol_ops igmp_ops = {
	.owner		= THIS_MODULE,
	.igmp_disable	= igmp_disable,
	.igmp_enable	= igmp_enable,
};

/* Inside a hook SELF and IF name what it is about. */
static int arg_u32(const struct command *cmd, int i, u32 *value)
{
	if (i >= cmd->argc)
		return -EINVAL;
	if (cmd->self && !strcmp(cmd->argv[i], "SELF"))
		*value = cmd->self->handle;
	else if (cmd->ifc && !strcmp(cmd->argv[i], "IF"))
		*value = cmd->ifc->ifindex;
	else
		return kstrtou32(cmd->argv[i], 0, value);
	return 0;
}

/* An address left out is 0: no next hop, every group, every source. */
static int arg_addr(const struct command *cmd, int i, __be32 *addr)
{
	*addr = 0;
	if (i < cmd->argc && !in4_pton(cmd->argv[i], -1, (u8 *)addr, -1, NULL))
		return -EINVAL;
	return 0;
}

static int arg_if(const struct command *cmd, int i, struct mgm_if *ifc)
{
	*ifc = mgm_if4(0, 0);
	return arg_u32(cmd, i, &ifc->ifindex) ?:
	       arg_addr(cmd, i + 1, &ifc->nexthop.ip4);
}

static bool has_word(const struct command *cmd, int i, const char *word)
{
	for (; i < cmd->argc; i++)
		if (!strcmp(cmd->argv[i], word))
			return true;
	return false;
}

static int do_register(struct command *cmd)
{
	struct mgm_protocol_params params = { .ops = &plain_ops };
	struct test_net *tn = cmd->tn;
	struct client *c;
	int err;

	err = arg_u32(cmd, 1, &params.id) ?: arg_u32(cmd, 2, &params.component);
	if (err)
		return err;
	if (cmd->argc > 3)
		params.name = cmd->argv[3];
	params.igmp = has_word(cmd, 4, "igmp");
	if (has_word(cmd, 4, "local_join"))
		params.ops = &local_join_ops;
	else if (params.igmp && !has_word(cmd, 4, "no_hooks"))
		params.ops = &igmp_ops;

	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	c->tn = tn;
	params.priv = c;
	err = mgm_protocol_register(tn->net, &params, &c->handle, cmd->extack);
	if (err) {
		kfree(c);
		return err;
	}

	mutex_lock(&tn->lock);
	list_add_tail(&c->list, &tn->clients);
	tn->last_handle = c->handle;
	mutex_unlock(&tn->lock);
	return 0;
}

/* deregister, shutdown */
static int do_end(struct command *cmd)
{
	struct test_net *tn = cmd->tn;
	struct client *c;
	u32 handle;
	int err;

	err = arg_u32(cmd, 1, &handle);
	if (err)
		return err;
	if (!strcmp(cmd->argv[0], "shutdown"))
		err = mgm_protocol_shutdown(tn->net, handle);
	else
		err = mgm_protocol_deregister(tn->net, handle, cmd->extack);
	if (err)
		return err;

	mutex_lock(&tn->lock);
	list_for_each_entry(c, &tn->clients, list) {
		if (c->handle == handle) {
			list_del(&c->list);
			kfree(c);
			break;
		}
	}
	mutex_unlock(&tn->lock);
	return 0;
}

/* take, release */
static int do_interface(struct command *cmd)
{
	struct mgm_if ifc;
	u32 handle;
	int err;

	err = arg_u32(cmd, 1, &handle) ?: arg_if(cmd, 2, &ifc);
	if (err)
		return err;
	if (!strcmp(cmd->argv[0], "take"))
		return mgm_interface_take(cmd->tn->net, handle, &ifc,
					  cmd->extack);
	return mgm_interface_release(cmd->tn->net, handle, &ifc, cmd->extack);
}

static int do_get(struct command *cmd)
{
	struct mgm_interface_info info;
	struct mgm_if ifc;
	int err;

	err = arg_if(cmd, 1, &ifc) ?:
	      mgm_interface_get(cmd->tn->net, &ifc, &info);
	if (!err)
		event(cmd->tn, "interface if=%u owned=%d owner=%u/%u igmp=%d",
		      ifc.ifindex, info.owned, info.owner_id,
		      info.owner_component, info.igmp);
	return err;
}

/* add, del */
static int do_membership(struct command *cmd)
{
	u32 handle, flags, grp_len, src_len;
	struct mgm_if ifc;
	__be32 grp, src;
	struct mgm_sg sg;
	int err;

	err = arg_u32(cmd, 1, &handle) ?: arg_if(cmd, 2, &ifc) ?:
	      arg_addr(cmd, 4, &grp) ?: arg_addr(cmd, 5, &src) ?:
	      arg_u32(cmd, 6, &flags);
	if (err)
		return err;
	sg = mgm_sg4(src, grp);
	if (cmd->argc > 7) {
		err = arg_u32(cmd, 7, &grp_len) ?: arg_u32(cmd, 8, &src_len);
		if (err)
			return err;
		sg.grp_len = grp_len;
		sg.src_len = src_len;
	}

	if (!strcmp(cmd->argv[0], "add"))
		return mgm_membership_add(cmd->tn->net, handle, &ifc, &sg,
					  flags, cmd->extack);
	return mgm_membership_del(cmd->tn->net, handle, &ifc, &sg, flags,
				  cmd->extack);
}

static int do_member(struct command *cmd)
{
	bool add = has_word(cmd, 1, "add");
	struct test_net *tn = cmd->tn;
	struct member *new, *m;
	int err;

	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	err = arg_u32(cmd, 2, &new->ifindex) ?: arg_addr(cmd, 3, &new->grp) ?:
	      arg_addr(cmd, 4, &new->src);
	if (err)
		goto out;

	mutex_lock(&tn->lock);
	list_for_each_entry(m, &tn->members, list)
		if (m->ifindex == new->ifindex && m->grp == new->grp &&
		    m->src == new->src)
			break;
	if (list_entry_is_head(m, &tn->members, list) != add) {
		err = add ? -EEXIST : -ENOENT;
	} else if (add) {
		list_add_tail(&new->list, &tn->members);
		new = NULL;
	} else {
		list_del(&m->list);
		kfree(m);
	}
	mutex_unlock(&tn->lock);
out:
	kfree(new);
	return err;
}

static int do_dump(struct command *cmd)
{
	struct mgm_membership_info info = {};
	struct mgm_mfe_info mfe = {};
	struct test_net *tn = cmd->tn;

	if (has_word(cmd, 1, "memberships"))
		while (!mgm_membership_next(tn->net, &info))
			event(tn,
			      "membership handle=%u if=%u group=%pI4 source=%pI4 flags=%u",
			      info.handle, info.ifc.ifindex, &info.sg.grp.ip4,
			      &info.sg.src.ip4, info.flags);
	if (has_word(cmd, 1, "mfes"))
		while (!mgm_mfe_next(tn->net, &mfe))
			event(tn,
			      "mfe group=%pI4 source=%pI4 iif=%u flags=%u oifs=%u",
			      &mfe.sg.grp.ip4, &mfe.sg.src.ip4, mfe.iif.ifindex,
			      mfe.flags, mfe.oif_count);
	return 0;
}

static void hook_set(struct test_net *tn, enum hook_id id, bool hold,
		     char *command)
{
	struct hook *hook = &tn->hooks[id];

	mutex_lock(&tn->lock);
	hook->hold = hold;
	swap(hook->command, command);
	mutex_unlock(&tn->lock);
	kfree(command);
	wake_up_all(&tn->go);
}

static int do_hook(struct command *cmd)
{
	enum hook_id id = has_word(cmd, 1, "enable") ? HOOK_ENABLE : HOOK_DISABLE;
	struct test_net *tn = cmd->tn;
	const char *what = cmd->argv[1];
	char *command = NULL;
	int i;

	if (!strcmp(what, "sleep"))
		return arg_u32(cmd, 2, &tn->sleep_ms);
	if (!strcmp(what, "probe")) {
		tn->probe = has_word(cmd, 2, "on");
	} else if (!strcmp(what, "hold")) {
		hook_set(tn, id, true, NULL);
	} else if (!strcmp(what, "go")) {
		for (id = 0; id < HOOK_COUNT; id++)
			hook_set(tn, id, false, NULL);
	} else if (!strcmp(what, "disable") || !strcmp(what, "enable")) {
		for (i = 2; i < cmd->argc; i++) {
			char *old = command;

			command = kasprintf(GFP_KERNEL, "%s%s ", old ?: "",
					    cmd->argv[i]);
			kfree(old);
			if (!command)
				return -ENOMEM;
		}
		hook_set(tn, id, false, command);
	} else {
		return -EINVAL;
	}
	return 0;
}

static int do_clear(struct command *cmd)
{
	clear(cmd->tn);
	return 0;
}

static const struct {
	const char *name;
	int (*call)(struct command *cmd);
	int argc_min;
} commands[] = {
	{ "register",	do_register,	3 },
	{ "deregister",	do_end,		2 },
	{ "shutdown",	do_end,		2 },
	{ "take",	do_interface,	3 },
	{ "release",	do_interface,	3 },
	{ "get",	do_get,		2 },
	{ "add",	do_membership,	7 },
	{ "del",	do_membership,	7 },
	{ "member",	do_member,	4 },
	{ "dump",	do_dump,	2 },
	{ "hook",	do_hook,	2 },
	{ "clear",	do_clear,	1 },
};

static int run(struct test_net *tn, const struct client *self,
	       const struct mgm_if *ifc, char *line)
{
	struct command cmd = { .tn = tn, .self = self, .ifc = ifc };
	struct netlink_ext_ack extack = {};
	int i, err = -EINVAL;
	char *word;

	while (cmd.argc < ARGS_MAX && (word = strsep(&line, " ")))
		if (*word)
			cmd.argv[cmd.argc++] = word;
	if (!cmd.argc)
		return 0;

	/* A hook passes none: the calls must do without. */
	if (!self)
		cmd.extack = &extack;
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, cmd.argv[0]) &&
		    cmd.argc >= commands[i].argc_min)
			err = commands[i].call(&cmd);
	if (self)
		event(tn, "inside %s errno=%d", cmd.argv[0], err);
	else if (err)
		event(tn, "refused %s errno=%d %s", cmd.argv[0], err,
		      extack._msg ?: "");
	return err;
}

static int proc_write(struct file *file, char *buf, size_t size)
{
	struct net *net = seq_file_net(file->private_data);
	char *line;
	int err = 0;

	while (!err && (line = strsep(&buf, "\n")))
		err = run(net_generic(net, test_net_id), NULL, NULL, line);
	return err;
}

static void *events_start(struct seq_file *seq, loff_t *pos)
{
	struct test_net *tn = net_generic(seq_file_net(seq), test_net_id);

	mutex_lock(&tn->lock);
	return seq_list_start_head(&tn->events, *pos);
}

static void *events_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct test_net *tn = net_generic(seq_file_net(seq), test_net_id);

	return seq_list_next(v, &tn->events, pos);
}

static void events_stop(struct seq_file *seq, void *v)
{
	struct test_net *tn = net_generic(seq_file_net(seq), test_net_id);

	mutex_unlock(&tn->lock);
}

static int events_show(struct seq_file *seq, void *v)
{
	struct test_net *tn = net_generic(seq_file_net(seq), test_net_id);

	if (v == &tn->events)
		seq_printf(seq, "handle %u lost %u disable %u enable %u wrong %u\n",
			   tn->last_handle, tn->lost,
			   atomic_read(&tn->calls[HOOK_DISABLE]),
			   atomic_read(&tn->calls[HOOK_ENABLE]),
			   atomic_read(&tn->wrong));
	else
		seq_printf(seq, "%s\n",
			   list_entry(v, struct event, list)->text);
	return 0;
}

static const struct seq_operations events_ops = {
	.start	= events_start,
	.next	= events_next,
	.stop	= events_stop,
	.show	= events_show,
};

static int __net_init test_net_init(struct net *net)
{
	struct test_net *tn = net_generic(net, test_net_id);

	tn->net = net;
	mutex_init(&tn->lock);
	INIT_LIST_HEAD(&tn->events);
	INIT_LIST_HEAD(&tn->clients);
	INIT_LIST_HEAD(&tn->members);
	init_waitqueue_head(&tn->go);
	xa_init(&tn->disabled);
	if (!proc_create_net_data_write("mgm_test", 0600, net->proc_net,
					&events_ops, proc_write,
					sizeof(struct seq_net_private), NULL))
		return -ENOMEM;
	return 0;
}

static void __net_exit test_net_exit(struct net *net)
{
	struct test_net *tn = net_generic(net, test_net_id);
	struct client *c, *next;
	struct member *m, *tmp;
	int id;

	remove_proc_entry("mgm_test", net->proc_net);
	for (id = 0; id < HOOK_COUNT; id++)
		hook_set(tn, id, false, NULL);
	tn->sleep_ms = 0;

	/* IGMP registers first and ends last: its hooks see the others go. */
	list_for_each_entry_safe_reverse(c, next, &tn->clients, list) {
		WARN_ON(mgm_protocol_shutdown(net, c->handle));
		list_del(&c->list);
		kfree(c);
	}
	list_for_each_entry_safe(m, tmp, &tn->members, list)
		kfree(m);
	clear(tn);
	WARN_ON(!xa_empty(&tn->disabled));
}

static struct pernet_operations test_net_ops = {
	.init = test_net_init,
	.exit = test_net_exit,
	.id = &test_net_id,
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
