// SPDX-License-Identifier: GPL-2.0
/*
 * Commands: a line is made into a call.
 */
#include <linux/inet.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "mgm_test.h"

/* Inside a callback SELF, IF, GROUP and SOURCE name what it is about. */
int mgm_test_arg_u32(const struct command *cmd, int i, u32 *value)
{
	const struct inside *in = cmd->in;

	if (i >= cmd->argc)
		return -EINVAL;
	if (in && !strcmp(cmd->argv[i], "SELF"))
		*value = in->self->handle;
	else if (in && in->ifc && !strcmp(cmd->argv[i], "IF"))
		*value = in->ifc->ifindex;
	else
		return kstrtou32(cmd->argv[i], 0, value);
	return 0;
}

/* An address left out is 0: no next hop, every group, every source. */
int mgm_test_arg_addr(const struct command *cmd, int i, __be32 *addr)
{
	const struct inside *in = cmd->in;

	*addr = 0;
	if (i >= cmd->argc)
		return 0;
	if (in && in->sg && !strcmp(cmd->argv[i], "GROUP"))
		*addr = in->sg->grp.ip4;
	else if (in && in->sg && !strcmp(cmd->argv[i], "SOURCE"))
		*addr = in->sg->src.ip4;
	else if (!in4_pton(cmd->argv[i], -1, (u8 *)addr, -1, NULL))
		return -EINVAL;
	return 0;
}

static int arg_if(const struct command *cmd, int i, struct mgm_if *ifc)
{
	*ifc = mgm_if4(0, 0);
	return mgm_test_arg_u32(cmd, i, &ifc->ifindex) ?:
	       mgm_test_arg_addr(cmd, i + 1, &ifc->nexthop.ip4);
}

bool mgm_test_arg_word(const struct command *cmd, int i, const char *word)
{
	for (; i < cmd->argc; i++)
		if (!strcmp(cmd->argv[i], word))
			return true;
	return false;
}

/* The rest of the line from a word on. */
char *mgm_test_arg_rest(const struct command *cmd, int i)
{
	char *rest = kstrdup("", GFP_KERNEL), *longer;

	for (; rest && i < cmd->argc; i++) {
		longer = kasprintf(GFP_KERNEL, "%s%s ", rest, cmd->argv[i]);
		kfree(rest);
		rest = longer;
	}
	return rest;
}

/* take, release */
static int do_interface(struct command *cmd)
{
	struct mgm_if ifc;
	u32 handle;
	int err;

	err = mgm_test_arg_u32(cmd, 1, &handle) ?: arg_if(cmd, 2, &ifc);
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

/* set HANDLE IFINDEX NEXTHOP TTL_THRESHOLD WRONG_IF */
static int do_set(struct command *cmd)
{
	struct mgm_interface_settings settings;
	u32 handle, ttl, wrong_if;
	struct mgm_if ifc;
	int err;

	err = mgm_test_arg_u32(cmd, 1, &handle) ?: arg_if(cmd, 2, &ifc) ?:
	      mgm_test_arg_u32(cmd, 4, &ttl) ?:
	      mgm_test_arg_u32(cmd, 5, &wrong_if);
	if (err)
		return err;
	settings.ttl_threshold = ttl;
	settings.wrong_if = wrong_if;
	return mgm_interface_set(cmd->tn->net, handle, &ifc, &settings,
				 cmd->extack);
}

/* add, del */
static int do_membership(struct command *cmd)
{
	u32 handle, flags, grp_len, src_len;
	struct mgm_if ifc;
	__be32 grp, src;
	struct mgm_sg sg;
	int err;

	err = mgm_test_arg_u32(cmd, 1, &handle) ?: arg_if(cmd, 2, &ifc) ?:
	      mgm_test_arg_addr(cmd, 4, &grp) ?: mgm_test_arg_addr(cmd, 5, &src) ?:
	      mgm_test_arg_u32(cmd, 6, &flags);
	if (err)
		return err;
	sg = mgm_sg4(src, grp);
	if (cmd->argc > 7) {
		err = mgm_test_arg_u32(cmd, 7, &grp_len) ?: mgm_test_arg_u32(cmd, 8, &src_len);
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

/* mfe_set HANDLE GROUP SOURCE UPSTREAM [IIF]; without it the iif stays */
static int do_mfe_set(struct command *cmd)
{
	struct net *net = cmd->tn->net;
	struct mgm_mfe_info info;
	struct mgm_rpf rpf = {};
	__be32 grp, src;
	struct mgm_sg sg;
	u32 handle;
	int err;

	err = mgm_test_arg_u32(cmd, 1, &handle) ?:
	      mgm_test_arg_addr(cmd, 2, &grp) ?:
	      mgm_test_arg_addr(cmd, 3, &src) ?:
	      mgm_test_arg_addr(cmd, 4, &rpf.upstream.ip4);
	if (err)
		return err;
	sg = mgm_sg4(src, grp);
	if (cmd->argc > 5) {
		err = arg_if(cmd, 5, &rpf.iif);
		if (err)
			return err;
	} else if (!mgm_mfe_get(net, &sg, &info)) {
		rpf.iif = info.iif;
	} else {
		rpf.iif = mgm_if4(0, 0);
	}
	return mgm_mfe_set(net, handle, &sg, &rpf, cmd->extack);
}

static int do_member(struct command *cmd)
{
	bool add = mgm_test_arg_word(cmd, 1, "add");
	struct test_net *tn = cmd->tn;
	struct member *new, *m;
	int err;

	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	err = mgm_test_arg_u32(cmd, 2, &new->ifindex) ?: mgm_test_arg_addr(cmd, 3, &new->grp) ?:
	      mgm_test_arg_addr(cmd, 4, &new->src);
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

static int do_hook(struct command *cmd)
{
	enum hook_id id = mgm_test_arg_word(cmd, 1, "enable") ? HOOK_ENABLE : HOOK_DISABLE;
	struct test_net *tn = cmd->tn;
	const char *what = cmd->argv[1];
	char *command;

	if (!strcmp(what, "sleep"))
		return mgm_test_arg_u32(cmd, 2, &tn->sleep_ms);
	if (!strcmp(what, "probe")) {
		tn->probe = mgm_test_arg_word(cmd, 2, "on");
	} else if (!strcmp(what, "hold")) {
		mgm_test_hook_set(tn, id, true, NULL);
	} else if (!strcmp(what, "go")) {
		for (id = 0; id < HOOK_COUNT; id++)
			mgm_test_hook_set(tn, id, false, NULL);
	} else if (!strcmp(what, "disable") || !strcmp(what, "enable")) {
		command = mgm_test_arg_rest(cmd, 2);
		if (!command)
			return -ENOMEM;
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
	{ "register",	mgm_test_client_register, 3 },
	{ "deregister",	mgm_test_client_end,	2 },
	{ "shutdown",	mgm_test_client_end,	2 },
	{ "flush",	mgm_test_client_flush,	1 },
	{ "take",	do_interface,		3 },
	{ "release",	do_interface,		3 },
	{ "get",	do_get,			2 },
	{ "set",	do_set,			6 },
	{ "add",	do_membership,		7 },
	{ "del",	do_membership,		7 },
	{ "mfe_set",	do_mfe_set,		5 },
	{ "member",	do_member,		4 },
	{ "dump",	mgm_test_dump,		2 },
	{ "hook",	do_hook,		2 },
	{ "on",		mgm_test_script_on,	4 },
	{ "answer",	mgm_test_script_answer,	3 },
	{ "clear",	do_clear,		1 },
};

int mgm_test_run(struct test_net *tn, const struct inside *in, char *line)
{
	struct command cmd = { .tn = tn, .in = in };
	struct netlink_ext_ack extack = {};
	int i, err = -EINVAL;
	char *word;

	while (cmd.argc < ARGS_MAX && (word = strsep(&line, " ")))
		if (*word)
			cmd.argv[cmd.argc++] = word;
	if (!cmd.argc)
		return 0;

	/* A callback passes none: the calls must do without. */
	if (!in)
		cmd.extack = &extack;
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, cmd.argv[0]) &&
		    cmd.argc >= commands[i].argc_min)
			err = commands[i].call(&cmd);
	if (in)
		mgm_test_log(tn, "inside %s errno=%d", cmd.argv[0], err);
	else if (err)
		mgm_test_log(tn, "refused %s errno=%d %s", cmd.argv[0], err,
			     extack._msg ?: "");
	return err;
}
