// SPDX-License-Identifier: GPL-2.0
/*
 * Ownership: taking and releasing. Where IGMP is enabled on the interface each
 * change of owner is a hand-over in three steps:
 *
 *	begin	check everything, reserve everything, mark the interface
 *		-- IGMP disable, no lock held --
 *	apply	make all changes; nothing can fail any more
 *		-- IGMP enable, no lock held --
 *	end	clear the mark
 *
 * Without IGMP the three are one step under the lock.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>

#include "core.h"

/* rtnl comes first: links are made and dropped under both. */
void mgm_lock_both(struct mgm_net *mn)
{
	rtnl_lock();
	mutex_lock(&mn->lock);
}

void mgm_unlock_both(struct mgm_net *mn)
{
	mutex_unlock(&mn->lock);
	rtnl_unlock();
}

static void handover_moved(struct mgm_net *mn)
{
	lockdep_assert_held(&mn->lock);
	WRITE_ONCE(mn->handover_seq, mn->handover_seq + 1);
	wake_up_all(&mn->wait);
}

/* Call with the lock held, which is dropped. */
void mgm_wait_handover(struct mgm_net *mn, bool rtnl)
{
	u32 seq = mn->handover_seq;

	if (rtnl)
		mgm_unlock_both(mn);
	else
		mutex_unlock(&mn->lock);
	wait_event(mn->wait, READ_ONCE(mn->handover_seq) != seq);
}

bool mgm_in_igmp_callback(const struct mgm_net *mn)
{
	return mn->igmp && mn->igmp->cb_task == current;
}

/* Tell IGMP, one callback at a time. The mark on @ifc pins all involved. */
static void call_igmp(struct mgm_net *mn, struct mgm_interface *ifc,
		      bool enable)
{
	struct mgm_protocol *igmp = ifc->igmp;
	const struct mgm_protocol_ops *ops = igmp->ops;

	mutex_lock(&mn->lock);
	while (igmp->cb_task) {
		mgm_wait_handover(mn, false);
		mutex_lock(&mn->lock);
	}
	igmp->cb_task = current;
	mgm_event(mn, enable ? MGM_EVENT_IGMP_ENABLE : MGM_EVENT_IGMP_DISABLE,
		  igmp->handle, ifc);
	if (enable)
		ifc->igmp_frozen = false;
	mutex_unlock(&mn->lock);

	if (enable)
		ops->igmp_enable(mn->net, igmp->priv, &ifc->key);
	else
		ops->igmp_disable(mn->net, igmp->priv, &ifc->key);

	mutex_lock(&mn->lock);
	igmp->cb_task = NULL;
	handover_moved(mn);
	mutex_unlock(&mn->lock);
}

/* Nobody has it any more: the interface goes. */
static void drop_if_unused(struct mgm_net *mn, struct mgm_interface *ifc)
{
	if (mgm_interface_in_use(ifc))
		return;
	mgm_link_put(mn, ifc);
	mgm_interface_destroy(mn, ifc);
	/* Without any interface there is nothing that an entry could wait for. */
	if (RB_EMPTY_ROOT(&mn->interfaces))
		mgm_mfe_drop_orphans(mn);
}

static void drop_memberships(struct mgm_net *mn, struct mgm_interface *ifc)
{
	struct mgm_membership *m, *next;

	list_for_each_entry_safe(m, next, &ifc->memberships, ifc_node)
		mgm_membership_destroy(mn, m);
}

/*
 * All changes that a new owner, or none, brings about. Every membership on the
 * interface goes: the old owner's with the owner, and IGMP's because it will
 * report its members afresh.
 */
static void apply(struct mgm_net *mn, struct mgm_interface *ifc,
		  struct mgm_protocol *owner)
{
	u32 handle = owner ? owner->handle : ifc->owner->handle;

	mgm_mfe_detach(mn, ifc);
	drop_memberships(mn, ifc);
	mgm_interface_set_owner(mn, ifc, owner);
	if (!owner)
		WRITE_ONCE(ifc->ttl_threshold, 1);
	mgm_event(mn, owner ? MGM_EVENT_INTERFACE_TAKE :
			      MGM_EVENT_INTERFACE_RELEASE, handle, ifc);
	if (owner)
		mgm_mfe_drop_orphans(mn);
}

/* Call with both locks held, which are dropped. Nothing can fail. */
void mgm_change_owner(struct mgm_net *mn, struct mgm_interface *ifc,
		      struct mgm_protocol *owner)
{
	if (!ifc->igmp) {
		apply(mn, ifc, owner);
		drop_if_unused(mn, ifc);
		mgm_unlock_both(mn);
		return;
	}

	ifc->handover = true;
	ifc->igmp_frozen = true;
	if (owner)
		owner->nr_handovers++;
	mgm_unlock_both(mn);

	call_igmp(mn, ifc, false);

	mutex_lock(&mn->lock);
	apply(mn, ifc, owner);
	mutex_unlock(&mn->lock);

	call_igmp(mn, ifc, true);

	mutex_lock(&mn->lock);
	ifc->handover = false;
	if (owner)
		owner->nr_handovers--;
	handover_moved(mn);
	mutex_unlock(&mn->lock);
}

/* Can an owner of @ifc change now? */
static int check_change(struct mgm_net *mn, struct mgm_interface *ifc,
			struct netlink_ext_ack *extack)
{
	if (ifc->handover) {
		NL_SET_ERR_MSG(extack, "the owner of this interface is changing");
		return -EBUSY;
	}
	if (ifc->igmp && mgm_in_igmp_callback(mn)) {
		NL_SET_ERR_MSG(extack, "the owner cannot change from inside a callback of IGMP");
		return -EDEADLK;
	}
	return 0;
}

static struct mgm_interface *create(struct mgm_net *mn,
				    const struct mgm_if *key,
				    struct netlink_ext_ack *extack)
{
	struct mgm_interface *ifc;
	int err;

	ifc = mgm_interface_create(mn, key, extack);
	if (IS_ERR(ifc))
		return ifc;
	err = mgm_link_get(mn, ifc, extack);
	if (err) {
		mgm_interface_destroy(mn, ifc);
		return ERR_PTR(err);
	}
	return ifc;
}

/* IGMP is enabled on an interface: no conflict, and nobody to be told. */
static int take_igmp(struct mgm_net *mn, struct mgm_protocol *igmp,
		     struct mgm_interface *ifc, const struct mgm_if *key,
		     struct netlink_ext_ack *extack)
{
	if (ifc && ifc->igmp) {
		NL_SET_ERR_MSG(extack, "IGMP is enabled on this interface already");
		return -EALREADY;
	}
	if (!ifc)
		ifc = create(mn, key, extack);
	if (IS_ERR(ifc))
		return PTR_ERR(ifc);
	mgm_interface_set_igmp(mn, ifc, igmp);
	mgm_event(mn, MGM_EVENT_INTERFACE_TAKE, igmp->handle, ifc);
	mgm_mfe_drop_orphans(mn);
	return 0;
}

/* Both locks are held. IGMP's own release tells nobody either. */
void mgm_release_igmp(struct mgm_net *mn, struct mgm_interface *ifc)
{
	struct mgm_protocol *igmp = ifc->igmp;
	struct mgm_membership *m, *next;
	struct mgm_sg sg;

	if (!ifc->owner)
		mgm_mfe_detach(mn, ifc);
	list_for_each_entry_safe(m, next, &ifc->memberships, ifc_node) {
		if (m->proto != igmp)
			continue;
		sg = m->group->sg;
		mgm_membership_destroy(mn, m);
		mgm_mfe_refresh(mn, &sg, ifc);
	}
	mgm_interface_set_igmp(mn, ifc, NULL);
	mgm_event(mn, MGM_EVENT_INTERFACE_RELEASE, igmp->handle, ifc);
	drop_if_unused(mn, ifc);
}

int mgm_do_take(struct mgm_net *mn, struct mgm_client *client,
		const struct mgm_if *key, u8 ttl_threshold,
		struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto;
	struct mgm_interface *ifc;
	int err;

	mgm_lock_both(mn);
	proto = mgm_protocol_find_client(mn, client, extack);
	if (IS_ERR(proto)) {
		err = PTR_ERR(proto);
		goto unlock;
	}
	err = mgm_if_check(key, extack);
	if (err)
		goto unlock;
	ifc = mgm_interface_find(mn, key);

	if (proto->flags & MGM_PROTOCOL_F_IGMP) {
		err = take_igmp(mn, proto, ifc, key, extack);
		goto unlock;
	}
	if (ifc)
		err = check_change(mn, ifc, extack);
	if (err)
		goto unlock;
	if (ifc && ifc->owner == proto) {
		NL_SET_ERR_MSG(extack, "the protocol owns this interface already");
		err = -EALREADY;
		goto unlock;
	}
	if (ifc && ifc->owner) {
		NL_SET_ERR_MSG(extack, "another protocol owns this interface");
		err = -EEXIST;
		goto unlock;
	}
	if (!ifc)
		ifc = create(mn, key, extack);
	if (IS_ERR(ifc)) {
		err = PTR_ERR(ifc);
		goto unlock;
	}

	WRITE_ONCE(ifc->ttl_threshold, ttl_threshold);
	mgm_change_owner(mn, ifc, proto);
	return 0;

unlock:
	mgm_unlock_both(mn);
	return err;
}

/**
 * mgm_interface_take - take ownership of an interface
 * @net: network namespace
 * @handle: of the protocol
 * @ifc: the interface
 * @extack: for the reason of a refusal, may be NULL
 *
 * After registering, and before the first membership there. The device is in
 * all-multicast mode from now on. If IGMP is enabled on the interface it is
 * told to leave it alone, then everything is changed, then it is told to go on;
 * both callbacks have returned when this does.
 *
 * Called by IGMP it says that IGMP is enabled there: that conflicts with no
 * owner and waits for none.
 *
 * Context: Process context, may sleep, takes rtnl.
 * Return: 0; -ENOENT: no such handle; -EPERM: it is somebody else's; -ENODEV:
 * no such device; -EINVAL: the loopback device, or a next hop that is not
 * unicast; -EALREADY: it has the interface; -EEXIST: another protocol owns it;
 * -EBUSY: the owner is changing at this moment; -EDEADLK: called from inside a
 * callback of IGMP, which would have to be called again; -ENOSPC: too many
 * interfaces; -ENOMEM; or what the device says to all-multicast mode.
 */
int mgm_interface_take(struct net *net, u32 handle, const struct mgm_if *ifc,
		       struct netlink_ext_ack *extack)
{
	struct mgm_client client = { .handle = handle };

	return mgm_do_take(mgm_pernet(net), &client, ifc, 1, extack);
}
EXPORT_SYMBOL_GPL(mgm_interface_take);

int mgm_do_release(struct mgm_net *mn, struct mgm_client *client,
		   const struct mgm_if *key, struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto;
	struct mgm_interface *ifc;
	int err = 0;

	mgm_lock_both(mn);
	proto = mgm_protocol_find_client(mn, client, extack);
	if (IS_ERR(proto)) {
		err = PTR_ERR(proto);
		goto unlock;
	}
	err = mgm_if_check(key, extack);
	if (err)
		goto unlock;
	ifc = mgm_interface_find(mn, key);
	if (!ifc || (ifc->owner != proto && ifc->igmp != proto)) {
		NL_SET_ERR_MSG(extack, "the protocol does not have this interface");
		err = -ENOENT;
		goto unlock;
	}
	err = check_change(mn, ifc, extack);
	if (ifc->igmp == proto) {
		/* No callback follows, so IGMP may do it in one of its own. */
		if (err == -EDEADLK)
			err = 0;
		if (!err)
			mgm_release_igmp(mn, ifc);
		goto unlock;
	}
	if (err)
		goto unlock;
	mgm_change_owner(mn, ifc, NULL);
	return 0;

unlock:
	mgm_unlock_both(mn);
	return err;
}

/**
 * mgm_interface_release - give up ownership of an interface
 * @net: network namespace
 * @handle: of the protocol
 * @ifc: the interface
 * @extack: for the reason of a refusal, may be NULL
 *
 * Row 1 of the shut-down: IGMP, if enabled there, is told to leave the
 * interface alone; the memberships on it go, every entry whose incoming
 * interface it is goes, and it leaves the outgoing list of all others; IGMP is
 * told to go on. Flows that do not touch the interface notice nothing.
 *
 * Called by IGMP it says that IGMP is no longer enabled there.
 *
 * Context: Process context, may sleep, takes rtnl.
 * Return: 0; -ENOENT: no such handle, or the protocol does not have the
 * interface; -EPERM: the handle is somebody else's; -EBUSY, -EDEADLK: as
 * mgm_interface_take().
 */
int mgm_interface_release(struct net *net, u32 handle,
			  const struct mgm_if *ifc,
			  struct netlink_ext_ack *extack)
{
	struct mgm_client client = { .handle = handle };

	return mgm_do_release(mgm_pernet(net), &client, ifc, extack);
}
EXPORT_SYMBOL_GPL(mgm_interface_release);
