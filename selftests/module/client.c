// SPDX-License-Identifier: GPL-2.0
/*
 * Clients: the registrations. One that has ended is kept, so that a callback
 * that comes too late is seen.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "mgm_test.h"

static void free_client(struct client *c)
{
	mgm_test_script_clear(c);
	kfree(c);
}

static void choose_ops(const struct command *cmd, struct client *c, bool igmp)
{
	enum alert_id id;

	c->ops.owner = THIS_MODULE;
	for (id = 0; id < ALERT_COUNT; id++)
		if (mgm_test_arg_word(cmd, 4, "all") ||
		    mgm_test_arg_word(cmd, 4, mgm_test_alert_names[id]))
			mgm_test_alert_ops(&c->ops, id);
	/* Who wants to hear of members wants to hear of their end. */
	if (c->ops.local_join)
		mgm_test_alert_ops(&c->ops, ALERT_LOCAL_LEAVE);
	if (igmp)
		mgm_test_hook_ops(&c->ops);
	if (mgm_test_arg_word(cmd, 4, "no_disable"))
		c->ops.igmp_disable = NULL;
	if (mgm_test_arg_word(cmd, 4, "no_enable"))
		c->ops.igmp_enable = NULL;
}

int mgm_test_client_register(struct command *cmd)
{
	struct mgm_protocol_params params = {};
	struct test_net *tn = cmd->tn;
	struct client *c;
	int err;

	err = mgm_test_arg_u32(cmd, 1, &params.id) ?:
	      mgm_test_arg_u32(cmd, 2, &params.component);
	if (err)
		return err;
	if (cmd->argc > 3)
		params.name = cmd->argv[3];
	params.igmp = mgm_test_arg_word(cmd, 4, "igmp");

	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	c->tn = tn;
	choose_ops(cmd, c, params.igmp);
	if (!mgm_test_arg_word(cmd, 4, "no_ops"))
		params.ops = &c->ops;
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

static void set_ended(struct test_net *tn, u32 handle)
{
	struct client *c;

	mutex_lock(&tn->lock);
	list_for_each_entry(c, &tn->clients, list) {
		if (c->handle == handle) {
			WRITE_ONCE(c->ended, true);
			if (atomic_read(&c->inside))
				atomic_inc(&tn->wrong);
			list_move(&c->list, &tn->ended);
			break;
		}
	}
	mutex_unlock(&tn->lock);
}

/* deregister, shutdown */
int mgm_test_client_end(struct command *cmd)
{
	struct test_net *tn = cmd->tn;
	u32 handle;
	int err;

	err = mgm_test_arg_u32(cmd, 1, &handle);
	if (err)
		return err;
	if (!strcmp(cmd->argv[0], "shutdown"))
		err = mgm_protocol_shutdown(tn->net, handle);
	else
		err = mgm_protocol_deregister(tn->net, handle, cmd->extack);
	if (!err)
		set_ended(tn, handle);
	return err;
}

/* The clients' handles, in the order of their registration. */
static u32 *all_handles(struct test_net *tn, unsigned int *n)
{
	struct client *c;
	u32 *handles;

	*n = 0;
	mutex_lock(&tn->lock);
	list_for_each_entry(c, &tn->clients, list)
		(*n)++;
	handles = kcalloc(*n, sizeof(*handles), GFP_KERNEL);
	*n = 0;
	if (handles)
		list_for_each_entry(c, &tn->clients, list)
			handles[(*n)++] = c->handle;
	mutex_unlock(&tn->lock);
	return handles;
}

int mgm_test_client_flush(struct command *cmd)
{
	struct net *net = cmd->tn->net;
	unsigned int i, n;
	u32 handle;
	u32 *all;
	int err;

	if (cmd->argc > 1) {
		err = mgm_test_arg_u32(cmd, 1, &handle);
		return err ?: mgm_protocol_flush(net, handle);
	}
	all = all_handles(cmd->tn, &n);
	if (!all)
		return -ENOMEM;
	/* One may end another meanwhile. */
	for (i = 0, err = 0; i < n && (!err || err == -ENOENT); i++)
		err = mgm_protocol_flush(net, all[i]);
	kfree(all);
	return err == -ENOENT ? 0 : err;
}

/* IGMP registers first and ends last: its hooks see the others go. */
void mgm_test_client_end_all(struct test_net *tn)
{
	struct client *c, *next;
	u32 handle;
	int err;

	for (;;) {
		mutex_lock(&tn->lock);
		c = list_empty(&tn->clients) ? NULL :
			list_last_entry(&tn->clients, struct client, list);
		handle = c ? c->handle : 0;
		mutex_unlock(&tn->lock);
		if (!c)
			break;
		mgm_test_script_clear(c);
		err = mgm_protocol_shutdown(tn->net, handle);
		WARN_ON(err && err != -ENOENT);
		set_ended(tn, handle);
	}
	list_for_each_entry_safe(c, next, &tn->ended, list)
		free_client(c);
}

/* Never two at once, never too late. */
void mgm_test_client_enter(struct client *c)
{
	if (atomic_inc_return(&c->inside) != 1 || READ_ONCE(c->ended))
		atomic_inc(&c->tn->wrong);
}

void mgm_test_client_exit(struct client *c)
{
	atomic_dec(&c->inside);
}
