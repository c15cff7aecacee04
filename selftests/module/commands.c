// SPDX-License-Identifier: GPL-2.0
/*
 * Commands: a line is made into a call.
 */
#include <linux/inet.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "mgm_test.h"

#define ARGS_MAX	12

struct command {
	struct test_net *tn;
	const struct client *self; /* set inside a hook */
	const struct mgm_if *ifc;
	struct netlink_ext_ack *extack;
	int argc;
	char *argv[ARGS_MAX];
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
	struct mgm_protocol_params params = { .ops = &mgm_test_plain_ops };
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
		params.ops = &mgm_test_local_ops;
	else if (params.igmp && !has_word(cmd, 4, "no_hooks"))
		params.ops = &mgm_test_igmp_ops;

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
		mgm_test_log(cmd->tn, "interface if=%u owned=%d owner=%u/%u igmp=%d",
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
			mgm_test_log(tn,
				     "membership handle=%u if=%u group=%pI4 source=%pI4 flags=%u",
				     info.handle, info.ifc.ifindex,
				     &info.sg.grp.ip4, &info.sg.src.ip4,
				     info.flags);
	if (has_word(cmd, 1, "mfes"))
		while (!mgm_mfe_next(tn->net, &mfe))
			mgm_test_log(tn,
				     "mfe group=%pI4 source=%pI4 iif=%u flags=%u oifs=%u",
				     &mfe.sg.grp.ip4, &mfe.sg.src.ip4,
				     mfe.iif.ifindex, mfe.flags, mfe.oif_count);
	return 0;
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
		mgm_test_hook_set(tn, id, true, NULL);
	} else if (!strcmp(what, "go")) {
		for (id = 0; id < HOOK_COUNT; id++)
			mgm_test_hook_set(tn, id, false, NULL);
	} else if (!strcmp(what, "disable") || !strcmp(what, "enable")) {
		for (i = 2; i < cmd->argc; i++) {
			char *old = command;

			command = kasprintf(GFP_KERNEL, "%s%s ", old ?: "",
					    cmd->argv[i]);
			kfree(old);
			if (!command)
				return -ENOMEM;
		}
		mgm_test_hook_set(tn, id, false, command);
	} else {
		return -EINVAL;
	}
	return 0;
}

static int do_clear(struct command *cmd)
{
	mgm_test_log_clear(cmd->tn);
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

int mgm_test_run(struct test_net *tn, const struct client *self,
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
		mgm_test_log(tn, "inside %s errno=%d", cmd.argv[0], err);
	else if (err)
		mgm_test_log(tn, "refused %s errno=%d %s", cmd.argv[0], err,
			     extack._msg ?: "");
	return err;
}
