// SPDX-License-Identifier: GPL-2.0
/*
 * Scripts: what a client does in its callbacks, and what it answers there.
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include "mgm_test.h"

/* Under tn->lock. */
static struct client *find(struct test_net *tn, u32 handle)
{
	struct client *c;

	list_for_each_entry(c, &tn->clients, list)
		if (c->handle == handle)
			return c;
	return NULL;
}

static int alert_id(const char *name)
{
	return match_string(mgm_test_alert_names, ALERT_COUNT, name);
}

/* on HANDLE KIND run COMMAND | sleep MS | hold | go */
int mgm_test_script_on(struct command *cmd)
{
	struct test_net *tn = cmd->tn;
	struct script *script;
	char *command = NULL;
	struct client *c;
	u32 handle, ms;
	int err, id;

	err = mgm_test_arg_u32(cmd, 1, &handle);
	if (err)
		return err;
	id = alert_id(cmd->argv[2]);
	if (id < 0)
		return id;
	if (!strcmp(cmd->argv[3], "run")) {
		command = mgm_test_arg_rest(cmd, 4);
		if (!command)
			return -ENOMEM;
	} else if (!strcmp(cmd->argv[3], "sleep")) {
		err = mgm_test_arg_u32(cmd, 4, &ms);
		if (err)
			return err;
	}

	mutex_lock(&tn->lock);
	c = find(tn, handle);
	if (!c) {
		err = -ENOENT;
		goto unlock;
	}
	script = &c->scripts[id];
	if (command)
		swap(script->command, command);
	else if (!strcmp(cmd->argv[3], "sleep"))
		script->sleep_ms = ms;
	else if (!strcmp(cmd->argv[3], "hold"))
		WRITE_ONCE(script->hold, true);
	else if (!strcmp(cmd->argv[3], "go"))
		WRITE_ONCE(script->hold, false);
	else
		err = -EINVAL;
unlock:
	mutex_unlock(&tn->lock);
	kfree(command);
	wake_up_all(&tn->go);
	return err;
}

static int parse_rpf(const struct command *cmd, struct answers *answers)
{
	answers->rpf_ifindex = 0;
	answers->rpf_upstream_set = cmd->argc > 4;
	if (cmd->argc < 4)
		return 0;
	return mgm_test_arg_u32(cmd, 3, &answers->rpf_ifindex) ?:
	       mgm_test_arg_addr(cmd, 4, &answers->rpf_upstream);
}

static int parse_veto(const struct command *cmd, struct answers *answers)
{
	int i, err = 0;

	answers->nr_vetoes = 0;
	answers->veto_all = mgm_test_arg_word(cmd, 3, "all");
	if (answers->veto_all)
		return 0;
	for (i = 3; !err && i < cmd->argc && i < 3 + VETO_MAX; i++)
		err = mgm_test_arg_u32(cmd, i,
				       &answers->vetoes[answers->nr_vetoes++]);
	return err;
}

static int parse_timeout(const struct command *cmd, struct answers *answers)
{
	answers->timeout = 0;
	return cmd->argc < 4 ? 0 : mgm_test_arg_u32(cmd, 3, &answers->timeout);
}

/* answer HANDLE rpf|veto|timeout ...; with nothing more, as if not told to */
int mgm_test_script_answer(struct command *cmd)
{
	static const struct {
		const char *name;
		int (*parse)(const struct command *cmd,
			     struct answers *answers);
	} kinds[] = {
		{ "rpf", parse_rpf },
		{ "veto", parse_veto },
		{ "timeout", parse_timeout },
	};
	struct answers answers;
	struct client *c;
	u32 handle;
	int i, err;

	err = mgm_test_arg_u32(cmd, 1, &handle);
	if (err)
		return err;
	err = -EINVAL;
	mutex_lock(&cmd->tn->lock);
	c = find(cmd->tn, handle);
	for (i = 0; c && i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, cmd->argv[2]))
			continue;
		answers = c->answers;
		err = kinds[i].parse(cmd, &answers);
		if (!err)
			c->answers = answers;
	}
	mutex_unlock(&cmd->tn->lock);
	return c ? err : -ENOENT;
}

/* In a callback of @c: do what it has been told to do there. */
void mgm_test_script_run(struct client *c, enum alert_id id,
			 const struct mgm_sg *sg, const struct mgm_if *ifc)
{
	struct inside in = { .self = c, .ifc = ifc, .sg = sg };
	const char *name = mgm_test_alert_names[id];
	struct script *script = &c->scripts[id];
	struct test_net *tn = c->tn;
	unsigned int sleep_ms;
	char *command;
	bool hold;

	mutex_lock(&tn->lock);
	command = script->command;
	script->command = NULL;
	sleep_ms = script->sleep_ms;
	hold = script->hold;
	mutex_unlock(&tn->lock);
	if (!command && !sleep_ms && !hold)
		return;

	if (!wait_event_timeout(tn->go, !READ_ONCE(script->hold), HOLD_MAX))
		mgm_test_log(tn, "%s was held too long", name);
	if (sleep_ms)
		msleep(sleep_ms);
	if (command) {
		mgm_test_run(tn, &in, command);
		kfree(command);
	}
	mgm_test_log(tn, "end handle=%u of=%s", c->handle, name);
}

static struct answers answers_of(struct client *c)
{
	struct answers answers;

	mutex_lock(&c->tn->lock);
	answers = c->answers;
	mutex_unlock(&c->tn->lock);
	return answers;
}

void mgm_test_script_answer_rpf(struct client *c, struct mgm_rpf *rpf)
{
	struct answers answers = answers_of(c);

	if (answers.rpf_ifindex)
		rpf->iif = mgm_if4(answers.rpf_ifindex, 0);
	if (answers.rpf_upstream_set)
		rpf->upstream.ip4 = answers.rpf_upstream;
}

void mgm_test_script_answer_veto(struct client *c, struct mgm_oif_state *oifs,
				 unsigned int n)
{
	struct answers answers = answers_of(c);
	unsigned int i, k;

	for (i = 0; i < n; i++) {
		if (answers.veto_all)
			oifs[i].enabled = false;
		for (k = 0; k < answers.nr_vetoes; k++)
			if (answers.vetoes[k] == oifs[i].oif.ifindex)
				oifs[i].enabled = false;
	}
}

void mgm_test_script_answer_timeout(struct client *c, u32 *timeout)
{
	struct answers answers = answers_of(c);

	if (answers.timeout)
		*timeout = answers.timeout;
}

/* It does nothing of its own any more, and lets go where it is held. */
void mgm_test_script_clear(struct client *c)
{
	char *commands[ALERT_COUNT];
	enum alert_id id;

	mutex_lock(&c->tn->lock);
	for (id = 0; id < ALERT_COUNT; id++) {
		commands[id] = c->scripts[id].command;
		memset(&c->scripts[id], 0, sizeof(c->scripts[id]));
	}
	mutex_unlock(&c->tn->lock);
	wake_up_all(&c->tn->go);
	for (id = 0; id < ALERT_COUNT; id++)
		kfree(commands[id]);
}
