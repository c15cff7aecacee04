// SPDX-License-Identifier: GPL-2.0
/*
 * The front door for memberships: lock, check, change, unlock.
 */
#include <linux/module.h>

#include "core.h"

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
	if (!m) {
		m = mgm_membership_create(mn, proto, ifc, sg, flags, extack);
		err = PTR_ERR_OR_ZERO(m);
	} else if (!(m->flags & MGM_MEMBERSHIP_F_EXCLUDE)) {
		/* It forwards already: no list changes, and reports come often. */
		if (flags & ~m->flags)
			err = mgm_membership_set_flags(mn, m, m->flags | flags);
		goto unlock;
	} else if (flags & MGM_MEMBERSHIP_F_JOIN) {
		err = mgm_membership_set_flags(mn, m, flags);
	} else {
		/* The source is let on again, by what let it on before. */
		mgm_membership_destroy(mn, m);
	}
	if (!err)
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
 * Reported again it is one membership, and the flags add up. FORWARD alone for
 * an (S,G) that mgm_membership_del() has excluded takes that back, and no
 * membership is made.
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

/* What excluded a source from a wider membership goes with it. */
static void drop_exclusions(struct mgm_net *mn, struct mgm_protocol *proto,
			    struct mgm_interface *ifc, const struct mgm_sg *wide)
{
	const struct mgm_group *group;
	struct mgm_membership *m;
	struct mgm_sg sg;

	/* All that it covers stands behind it: the interface may have very many. */
	for (group = mgm_group_after(mn, wide);
	     group && mgm_sg_covers(wide, &group->sg);
	     group = mgm_group_after(mn, &sg)) {
		sg = group->sg;
		m = mgm_membership_find(mn, &sg, &ifc->key, proto->handle);
		if (!m || !(m->flags & MGM_MEMBERSHIP_F_EXCLUDE) ||
		    mgm_group_covers(mn, &sg, &ifc->key, proto->handle))
			continue;
		mgm_membership_destroy(mn, m);
		mgm_mfe_refresh(mn, &sg, ifc);
	}
}

/*
 * FORWARD is taken away from an (S,G) that the protocol never reported, but that
 * a wider membership of its covers: that source alone is to stay away.
 */
static int exclude(struct mgm_net *mn, struct mgm_protocol *proto,
		   struct mgm_interface *ifc, const struct mgm_sg *sg,
		   struct netlink_ext_ack *extack)
{
	struct mgm_membership *m;

	m = mgm_membership_create(mn, proto, ifc, sg, MGM_MEMBERSHIP_F_EXCLUDE,
				  extack);
	if (IS_ERR(m))
		return PTR_ERR(m);
	mgm_mfe_refresh(mn, sg, ifc);
	return 0;
}

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
	if (!m && sg->src_len && (flags & MGM_MEMBERSHIP_F_FORWARD) &&
	    mgm_group_covers(mn, sg, key, proto->handle)) {
		err = exclude(mn, proto, ifc, sg, extack);
		goto unlock;
	}
	if (!m || !(m->flags & flags)) {
		NL_SET_ERR_MSG(extack, "the protocol has no such membership on this interface");
		err = -ENOENT;
		goto unlock;
	}
	if (m->flags & ~flags) {
		/* Less than there was needs no memory. */
		mgm_membership_set_flags(mn, m, m->flags & ~flags);
		goto unlock;
	}
	mgm_membership_destroy(mn, m);
	mgm_mfe_refresh(mn, sg, ifc);
	if (!sg->src_len)
		drop_exclusions(mn, proto, ifc, sg);
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
 * Where the protocol has no membership in (S,G), but a wider one that covers it,
 * taking FORWARD away excludes that source on the interface: the protocol's wider
 * memberships no longer let it out there (IGMPv3's EXCLUDE). That ends with
 * mgm_membership_add(), and with the last wider membership.
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

