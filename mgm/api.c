// SPDX-License-Identifier: GPL-2.0
/*
 * The front door for protocols, interfaces and settings: lock, check, change,
 * unlock. Ownership, where callbacks come between two changes, has a door of its
 * own (ownership.c).
 *
 * The mgm_do_ forms serve netlink too and say by &struct mgm_client who calls.
 */
#include <linux/module.h>

#include "core.h"

/**
 * mgm_protocol_register - register a protocol
 * @net: network namespace
 * @params: what the protocol says of itself
 * @handle: set to the handle that names it from now on
 * @extack: for the reason of a refusal, may be NULL
 *
 * The first thing that a protocol does (RFC 2715, section 3.1). Callbacks may
 * come from the first interface taken on.
 *
 * Context: Process context, may sleep, no rtnl.
 * Return: 0; -EEXIST: the same id and component are registered, or @params
 * says IGMP and the namespace has one; -EINVAL: a mandatory callback is
 * missing, or the name is too long; -ENOSPC: too many protocols; -ENOMEM.
 */
int mgm_protocol_register(struct net *net,
			  const struct mgm_protocol_params *params,
			  u32 *handle, struct netlink_ext_ack *extack)
{
	struct mgm_net *mn = mgm_pernet(net);
	u32 flags = MGM_PROTOCOL_F_KERNEL;
	struct mgm_protocol *proto;
	int err;

	if (!params->ops) {
		NL_SET_ERR_MSG(extack, "the protocol has no callbacks");
		return -EINVAL;
	}
	if (params->igmp) {
		flags |= MGM_PROTOCOL_F_IGMP;
		if (!params->ops->igmp_disable || !params->ops->igmp_enable) {
			NL_SET_ERR_MSG(extack, "an IGMP needs the disable and the enable callback");
			return -EINVAL;
		}
	}
	mutex_lock(&mn->lock);
	proto = mgm_protocol_create(mn, params, flags, NULL, extack);
	err = PTR_ERR_OR_ZERO(proto);
	if (!err)
		*handle = proto->handle;
	mutex_unlock(&mn->lock);
	return err;
}
EXPORT_SYMBOL_GPL(mgm_protocol_register);

int mgm_do_deregister(struct mgm_net *mn, struct mgm_client *client,
		      struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto, *waiter;
	int err = 0;

	mutex_lock(&mn->lock);
	proto = mgm_protocol_find_client(mn, client, extack);
	if (IS_ERR(proto)) {
		err = PTR_ERR(proto);
		goto unlock;
	}
	err = mgm_deliver_may_wait(mn, proto, &waiter);
	if (err) {
		NL_SET_ERR_MSG(extack, "a protocol cannot deregister from inside its own callback");
		goto unlock;
	}
	if (proto->nr_interfaces || proto->nr_handovers) {
		NL_SET_ERR_MSG(extack, "the protocol still has interfaces: release them first");
		err = -EBUSY;
		goto clear;
	}
	proto->dying = true;
	mgm_deliver_stop(mn, proto);
	mgm_protocol_destroy(mn, proto);
	mgm_handover_moved(mn);
clear:
	if (waiter)
		waiter->waits_for = NULL;
unlock:
	mutex_unlock(&mn->lock);
	return err;
}

/**
 * mgm_protocol_deregister - end a registration
 * @net: network namespace
 * @handle: of the protocol
 * @extack: for the reason of a refusal, may be NULL
 *
 * Row 2 of the shut-down: the handle is destroyed, and no call with it works
 * any more. When this returns 0 no callback of the protocol runs or will run.
 *
 * Context: Process context, may sleep, no rtnl.
 * Return: 0; -ENOENT: no such handle; -EPERM: the handle is somebody else's;
 * -EBUSY: the protocol still has an interface; -EDEADLK: called from inside a
 * callback of the same protocol, or of one that a callback of it waits for.
 */
int mgm_protocol_deregister(struct net *net, u32 handle,
			    struct netlink_ext_ack *extack)
{
	struct mgm_client client = { .handle = handle };

	return mgm_do_deregister(mgm_pernet(net), &client, extack);
}
EXPORT_SYMBOL_GPL(mgm_protocol_deregister);

/**
 * mgm_interface_get - who has an interface
 * @net: network namespace
 * @ifc: the interface
 * @info: answer
 *
 * So IGMP learns who owns the link. Anybody may ask, without a handle.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT: MGM does not have the interface.
 */
int mgm_interface_get(struct net *net, const struct mgm_if *ifc,
		      struct mgm_interface_info *info)
{
	struct mgm_net *mn = mgm_pernet(net);
	struct mgm_interface *found;
	int err = -ENOENT;

	memset(info, 0, sizeof(*info));
	mutex_lock(&mn->lock);
	found = mgm_interface_find(mn, ifc);
	if (found) {
		if (found->owner) {
			info->owned = true;
			info->owner_id = found->owner->id;
			info->owner_component = found->owner->component;
		}
		info->igmp = found->igmp;
		err = 0;
	}
	mutex_unlock(&mn->lock);
	return err;
}
EXPORT_SYMBOL_GPL(mgm_interface_get);

/**
 * mgm_protocol_flush - wait until a protocol has been told everything
 * @net: network namespace
 * @handle: of the protocol
 *
 * When this returns every callback about what had changed before the call has
 * returned, too.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT: no such handle, or not any more; -EPERM: it is somebody
 * else's; -EDEADLK: called from inside a callback of the same protocol, or of
 * one that a callback of it waits for.
 */
int mgm_protocol_flush(struct net *net, u32 handle)
{
	return mgm_do_flush(mgm_pernet(net), handle);
}
EXPORT_SYMBOL_GPL(mgm_protocol_flush);

int mgm_do_interface_set(struct mgm_net *mn, struct mgm_client *client,
			 const struct mgm_if *key,
			 const struct mgm_interface_settings *settings,
			 u32 which, struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto;
	struct mgm_interface *ifc;
	int err = 0;

	mutex_lock(&mn->lock);
	proto = mgm_protocol_find_client(mn, client, extack);
	if (IS_ERR(proto)) {
		err = PTR_ERR(proto);
		goto unlock;
	}
	err = mgm_if_check(key, extack);
	if (err)
		goto unlock;
	ifc = mgm_interface_find(mn, key);
	if (!ifc || ifc->owner != proto) {
		NL_SET_ERR_MSG(extack, "the protocol does not own this interface");
		err = -EPERM;
		goto unlock;
	}
	err = mgm_check_handover(ifc, extack);
	if (err)
		goto unlock;
	if ((which & MGM_SET_TTL_THRESHOLD) && !settings->ttl_threshold) {
		NL_SET_ERR_MSG(extack, "the TTL threshold is 0");
		err = -EINVAL;
		goto unlock;
	}

	if (which & MGM_SET_TTL_THRESHOLD)
		WRITE_ONCE(ifc->ttl_threshold, settings->ttl_threshold);
	if (which & MGM_SET_WRONG_IF) {
		ifc->wrong_if = settings->wrong_if;
		mgm_wrong_update(mn, ifc->link);
	}
	mgm_event(mn, MGM_EVENT_INTERFACE_CHANGE, proto->handle, ifc);
unlock:
	mutex_unlock(&mn->lock);
	return err;
}

/**
 * mgm_interface_set - say how an interface behaves
 * @net: network namespace
 * @handle: of the protocol that owns the interface
 * @ifc: the interface
 * @settings: all of them
 * @extack: for the reason of a refusal, may be NULL
 *
 * They hold until the interface is released.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT: no such handle; -EPERM: it is somebody else's, or the
 * protocol does not own @ifc; -EINVAL: bad settings; -EBUSY: the owner of @ifc
 * is changing.
 */
int mgm_interface_set(struct net *net, u32 handle, const struct mgm_if *ifc,
		      const struct mgm_interface_settings *settings,
		      struct netlink_ext_ack *extack)
{
	struct mgm_client client = { .handle = handle };

	return mgm_do_interface_set(mgm_pernet(net), &client, ifc, settings,
				    MGM_SET_TTL_THRESHOLD | MGM_SET_WRONG_IF,
				    extack);
}
EXPORT_SYMBOL_GPL(mgm_interface_set);

void mgm_do_config_set(struct mgm_net *mn, const struct mgm_config *config,
		       u32 which)
{
	mutex_lock(&mn->lock);
	if (which & MGM_SET_MFE_TIMEOUT)
		mn->config.mfe_timeout = config->mfe_timeout;
	if (which & MGM_SET_WRONG_IF_INTERVAL)
		WRITE_ONCE(mn->config.wrong_if_interval,
			   config->wrong_if_interval);
	if (which & MGM_SET_ANSWER_TIMEOUT)
		mn->config.answer_timeout = config->answer_timeout;
	if (which & MGM_SET_RPF_TABLE) {
		WRITE_ONCE(mn->config.rpf_table, config->rpf_table);
		mgm_watch_all(mn);
	}
	mutex_unlock(&mn->lock);
}
