// SPDX-License-Identifier: GPL-2.0
/*
 * The callbacks that only IGMP has: they look around, call back, report and
 * linger as they have been told to.
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include "mgm_test.h"

/* A group that no test uses: the probes add it. */
#define PROBE_GROUP	htonl(0xefffff01)

void mgm_test_hook_set(struct test_net *tn, enum hook_id id, bool hold,
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
		mgm_test_log(tn, "%s sees if=%u get=%d own=%u other=%u mfes=%u",
			     name, ifc->ifindex, err, own, other, mfes);
	else
		mgm_test_log(tn,
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
		mgm_test_log(c->tn, "igmp_enable calls if=%u add=%d del=%d",
			     ifc->ifindex, add, del);
	else
		mgm_test_log(c->tn, "igmp_disable calls if=%u add=%d del=%d release=%d",
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
		mgm_test_log(tn, "report if=%u group=%pI4 source=%pI4 errno=%d",
			     ifc->ifindex, &sgs[n].grp.ip4, &sgs[n].src.ip4,
			     mgm_membership_add(tn->net, c->handle, ifc,
						&sgs[n], MGM_MEMBERSHIP_F_JOIN,
						NULL));
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
	struct inside in = { .self = c, .ifc = ifc };
	struct test_net *tn = c->tn;
	struct hook *hook = &tn->hooks[id];
	unsigned int sleep_ms;
	char *command;
	bool probe;

	mgm_test_client_enter(c);
	mgm_test_log(tn, "%s if=%u handle=%u nexthop=%pI4", name, ifc->ifindex,
		     c->handle, &ifc->nexthop.ip4);
	atomic_inc(&tn->calls[id]);
	if (!in_turn(tn, ifc, id))
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
		mgm_test_run(tn, &in, command);
		kfree(command);
	}
	if (id == HOOK_ENABLE)
		report_members(c, ifc);
	if (sleep_ms)
		msleep(sleep_ms);
	if (!wait_event_timeout(tn->go, !READ_ONCE(hook->hold), HOLD_MAX))
		mgm_test_log(tn, "%s was held too long", name);

	mgm_test_log(tn, "%s end if=%u", name, ifc->ifindex);
	mgm_test_client_exit(c);
}

static void igmp_disable(struct net *net, void *priv, const struct mgm_if *ifc)
{
	igmp_hook(priv, ifc, HOOK_DISABLE);
}

static void igmp_enable(struct net *net, void *priv, const struct mgm_if *ifc)
{
	igmp_hook(priv, ifc, HOOK_ENABLE);
}

void mgm_test_hook_ops(struct mgm_protocol_ops *ops)
{
	ops->igmp_disable = igmp_disable;
	ops->igmp_enable = igmp_enable;
}
