// SPDX-License-Identifier: GPL-2.0
/*
 * The front door: lock, check, change, unlock. Ownership, where callbacks come
 * between two changes, has a door of its own (ownership.c).
 *
 * The mgm_do_ forms serve netlink too and say by &struct mgm_client who calls.
 */
#include <linux/module.h>

#include "core.h"

int mgm_do_register(struct mgm_net *mn,
		    const struct mgm_protocol_params *params, u32 flags,
		    u32 portid, struct mgm_protocol **protop,
		    struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto;

	lockdep_assert_held(&mn->lock);
	proto = mgm_protocol_create(mn, params, flags, portid, extack);
	if (IS_ERR(proto))
		return PTR_ERR(proto);
	*protop = proto;
	return 0;
}

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
	err = mgm_do_register(mn, params, flags, 0, &proto, extack);
	if (!err)
		*handle = proto->handle;
	mutex_unlock(&mn->lock);
	return err;
}
EXPORT_SYMBOL_GPL(mgm_protocol_register);

int mgm_do_deregister(struct mgm_net *mn, struct mgm_client *client,
		      struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto;
	int err = 0;

	mutex_lock(&mn->lock);
	proto = mgm_protocol_find_client(mn, client, extack);
	if (IS_ERR(proto)) {
		err = PTR_ERR(proto);
	} else if (proto->cb_task == current) {
		NL_SET_ERR_MSG(extack, "a protocol cannot deregister from inside its own callback");
		err = -EDEADLK;
	} else if (proto->nr_interfaces || proto->nr_handovers) {
		NL_SET_ERR_MSG(extack, "the protocol still has interfaces: release them first");
		err = -EBUSY;
	} else {
		mgm_protocol_destroy(mn, proto);
	}
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
 * callback of the same protocol.
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
	if (found && mgm_interface_in_use(found)) {
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

/* May @proto speak for @ifc? */
static int check_membership(struct mgm_net *mn, struct mgm_protocol *proto,
			    struct mgm_interface *ifc,
			    struct netlink_ext_ack *extack)
{
	if (!ifc || (ifc->owner != proto && ifc->igmp != proto)) {
		if (proto->flags & MGM_PROTOCOL_F_IGMP)
			NL_SET_ERR_MSG(extack, "IGMP is not enabled on this interface");
		else
			NL_SET_ERR_MSG(extack, "the protocol does not own this interface");
		return -EPERM;
	}
	if (ifc->igmp == proto && ifc->igmp_frozen) {
		NL_SET_ERR_MSG(extack, "IGMP is disabled here while the owner changes");
		return -EBUSY;
	}
	/* What a leaving owner adds now would have to be deleted at once. */
	if (ifc->owner == proto && ifc->handover) {
		NL_SET_ERR_MSG(extack, "the owner of this interface is changing");
		return -EBUSY;
	}
	return 0;
}

static int check_flags(u32 flags, struct netlink_ext_ack *extack)
{
	if (!flags ||
	    flags & ~(MGM_MEMBERSHIP_F_JOIN | MGM_MEMBERSHIP_F_FORWARD)) {
		NL_SET_ERR_MSG(extack, "the flags of a membership are JOIN, FORWARD or both");
		return -EINVAL;
	}
	return 0;
}

/* Everything that can be refused of a membership call, the same for all. */
static struct mgm_interface *
precheck(struct mgm_net *mn, struct mgm_client *client,
	 const struct mgm_if *key, const struct mgm_sg *sg, u32 flags,
	 struct mgm_protocol **protop, struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto;
	struct mgm_interface *ifc;
	int err;

	proto = mgm_protocol_find_client(mn, client, extack);
	if (IS_ERR(proto))
		return ERR_CAST(proto);
	err = mgm_if_check(key, extack) ?: mgm_sg_check_grp(sg, extack) ?:
	      mgm_sg_check_src(sg, extack) ?: check_flags(flags, extack);
	if (err)
		return ERR_PTR(err);
	ifc = mgm_interface_find(mn, key);
	err = check_membership(mn, proto, ifc, extack);
	if (err)
		return ERR_PTR(err);
	*protop = proto;
	return ifc;
}

int mgm_do_membership_add(struct mgm_net *mn, struct mgm_client *client,
			  const struct mgm_if *key, const struct mgm_sg *sg,
			  u32 flags, struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto;
	struct mgm_interface *ifc;
	struct mgm_membership *m;
	int err = 0;

	mutex_lock(&mn->lock);
	ifc = precheck(mn, client, key, sg, flags, &proto, extack);
	if (IS_ERR(ifc)) {
		err = PTR_ERR(ifc);
		goto unlock;
	}
	m = mgm_membership_find(mn, sg, key, proto->handle);
	if (m) {
		if (flags & ~m->flags) {
			m->flags |= flags;
			mgm_event(mn, MGM_EVENT_MEMBERSHIP_ADD, proto->handle,
				  m);
		}
		goto unlock;
	}
	m = mgm_membership_create(mn, proto, ifc, sg, flags, extack);
	if (IS_ERR(m))
		err = PTR_ERR(m);
	else
		mgm_mfe_refresh(mn, sg, ifc);
unlock:
	mutex_unlock(&mn->lock);
	return err;
}

/**
 * mgm_membership_add - report receivers
 * @net: network namespace
 * @handle: of the protocol
 * @ifc: where they are
 * @sg: what they want; (*,*) makes the protocol a wildcard receiver
 * @flags: &enum mgm_membership_flags, at least one bit
 * @extack: for the reason of a refusal, may be NULL
 *
 * Reported again it is one membership, and the flags add up.
 *
 * Context: Process context, may sleep, no rtnl.
 * Return: 0; -ENOENT: no such handle; -EINVAL: bad addresses or flags;
 * -EOPNOTSUPP: a prefix that is neither a host nor the wildcard, or IPv6;
 * -EPERM: the protocol neither owns @ifc nor is IGMP enabled there, or the
 * handle is somebody else's; -EBUSY: the owner of @ifc is changing;
 * -ENOSPC: too many memberships; -ENOMEM.
 */
int mgm_membership_add(struct net *net, u32 handle, const struct mgm_if *ifc,
		       const struct mgm_sg *sg, u32 flags,
		       struct netlink_ext_ack *extack)
{
	struct mgm_client client = { .handle = handle };

	return mgm_do_membership_add(mgm_pernet(net), &client, ifc, sg, flags,
				     extack);
}
EXPORT_SYMBOL_GPL(mgm_membership_add);

int mgm_do_membership_del(struct mgm_net *mn, struct mgm_client *client,
			  const struct mgm_if *key, const struct mgm_sg *sg,
			  u32 flags, struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto;
	struct mgm_interface *ifc;
	struct mgm_membership *m;
	int err = 0;

	mutex_lock(&mn->lock);
	ifc = precheck(mn, client, key, sg, flags, &proto, extack);
	if (IS_ERR(ifc)) {
		err = PTR_ERR(ifc);
		goto unlock;
	}
	m = mgm_membership_find(mn, sg, key, proto->handle);
	if (!m || !(m->flags & flags)) {
		NL_SET_ERR_MSG(extack, "the protocol has no such membership on this interface");
		err = -ENOENT;
		goto unlock;
	}
	if (m->flags & ~flags) {
		m->flags &= ~flags;
		mgm_event(mn, MGM_EVENT_MEMBERSHIP_ADD, proto->handle, m);
		goto unlock;
	}
	mgm_membership_destroy(mn, m);
	mgm_mfe_refresh(mn, sg, ifc);
unlock:
	mutex_unlock(&mn->lock);
	return err;
}

/**
 * mgm_membership_del - report that receivers are gone
 * @net: network namespace
 * @handle: of the protocol
 * @ifc: where they were
 * @sg: what they wanted
 * @flags: the bits to take away; without any bit the membership is gone
 * @extack: for the reason of a refusal, may be NULL
 *
 * Context: Process context, may sleep, no rtnl.
 * Return: as mgm_membership_add(); -ENOENT also: no such membership, or none
 * of @flags is set in it.
 */
int mgm_membership_del(struct net *net, u32 handle, const struct mgm_if *ifc,
		       const struct mgm_sg *sg, u32 flags,
		       struct netlink_ext_ack *extack)
{
	struct mgm_client client = { .handle = handle };

	return mgm_do_membership_del(mgm_pernet(net), &client, ifc, sg, flags,
				     extack);
}
EXPORT_SYMBOL_GPL(mgm_membership_del);

/**
 * mgm_membership_next - walk through the memberships
 * @net: network namespace
 * @info: where the walk stands; all zero to begin. Set to the next membership
 *	in (group, source, interface, handle) order
 *
 * The walk survives any change meanwhile: it goes on behind the key.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT: there is no further one.
 */
int mgm_membership_next(struct net *net, struct mgm_membership_info *info)
{
	struct mgm_net *mn = mgm_pernet(net);
	const struct mgm_membership *m;
	int err = -ENOENT;

	mutex_lock(&mn->lock);
	m = mgm_membership_after(mn, info->handle ? &info->sg : NULL,
				 &info->ifc, info->handle);
	if (m) {
		info->sg = m->group->sg;
		info->ifc = m->ifc->key;
		info->handle = m->proto->handle;
		info->flags = m->flags;
		err = 0;
	}
	mutex_unlock(&mn->lock);
	return err;
}
EXPORT_SYMBOL_GPL(mgm_membership_next);

static void mfe_info(const struct mgm_net *mn, const struct mgm_mfe *mfe,
		     struct mgm_mfe_info *info)
{
	const struct mgm_outlist *out = mgm_mfe_out(mn, mfe);

	memset(info, 0, sizeof(*info));
	info->sg = mfe->sg;
	if (out->in)
		info->iif = out->in->key;
	info->upstream = mfe->route.upstream;
	info->flags = mgm_mfe_flags(mn, mfe);
	info->oif_count = out->n;
	info->packets = atomic64_read(&mfe->packets);
	info->wrong_if = atomic64_read(&mfe->wrong_if);
}

/**
 * mgm_mfe_get - look a forwarding entry up
 * @net: network namespace
 * @sg: source and group, both complete
 * @info: answer
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT: no such entry.
 */
int mgm_mfe_get(struct net *net, const struct mgm_sg *sg,
		struct mgm_mfe_info *info)
{
	struct mgm_net *mn = mgm_pernet(net);
	const struct mgm_mfe *mfe;

	mutex_lock(&mn->lock);
	mfe = mgm_mfe_find(mn, sg);
	if (mfe)
		mfe_info(mn, mfe, info);
	mutex_unlock(&mn->lock);
	return mfe ? 0 : -ENOENT;
}
EXPORT_SYMBOL_GPL(mgm_mfe_get);

/**
 * mgm_mfe_next - walk through the forwarding entries
 * @net: network namespace
 * @info: where the walk stands; all zero to begin. Set to the next entry in
 *	(group, source) order
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT: there is no further one.
 */
int mgm_mfe_next(struct net *net, struct mgm_mfe_info *info)
{
	struct mgm_net *mn = mgm_pernet(net);
	const struct mgm_mfe *mfe;

	mutex_lock(&mn->lock);
	mfe = mgm_mfe_after(mn, info->sg.family ? &info->sg : NULL);
	if (mfe)
		mfe_info(mn, mfe, info);
	mutex_unlock(&mn->lock);
	return mfe ? 0 : -ENOENT;
}
EXPORT_SYMBOL_GPL(mgm_mfe_next);
