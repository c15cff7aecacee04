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

/* Somebody may wait for this: a hand-over or a callback has ended. */
void mgm_handover_moved(struct mgm_net *mn)
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

/*
 * Tell IGMP, behind what it is to be told already, and wait until it has
 * returned. The mark on @ifc pins all involved.
 */
static void call_igmp(struct mgm_net *mn, struct mgm_interface *ifc,
		      enum mgm_alert_type type)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct mgm_alert alert = {
		.type = type,
		.ifc = ifc->key,
		.done = &done,
		.handover = ifc,
	};

	mutex_lock(&mn->lock);
	mgm_alert_queue(ifc->igmp, &alert);
	mutex_unlock(&mn->lock);
	wait_for_completion(&done);
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

/* Entries may find a way in, or one more particular than theirs. */
static void interface_is_new(struct mgm_net *mn)
{
	mgm_mfe_drop_orphans(mn);
	mgm_watch_all(mn);
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
	if (!owner) {
		WRITE_ONCE(ifc->ttl_threshold, 1);
		ifc->wrong_if = true;
	}
	mgm_wrong_update(mn, ifc->link);
	mgm_event(mn, owner ? MGM_EVENT_INTERFACE_TAKE :
			      MGM_EVENT_INTERFACE_RELEASE, handle, ifc);
	if (owner)
		interface_is_new(mn);
}

/*
 * Call with both locks held, which are dropped. Nothing can fail. If the caller is
 * inside a callback, mgm_deliver_may_wait() has let it wait for IGMP, and @waiter
 * is what that has set.
 */
void mgm_change_owner(struct mgm_net *mn, struct mgm_interface *ifc,
		      struct mgm_protocol *owner, struct mgm_protocol *waiter)
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

	call_igmp(mn, ifc, MGM_ALERT_IGMP_DISABLE);

	mutex_lock(&mn->lock);
	apply(mn, ifc, owner);
	mutex_unlock(&mn->lock);

	call_igmp(mn, ifc, MGM_ALERT_IGMP_ENABLE);

	mutex_lock(&mn->lock);
	ifc->handover = false;
	mgm_event(mn, MGM_EVENT_INTERFACE_CHANGE, 0, ifc);
	if (owner)
		owner->nr_handovers--;
	if (waiter)
		waiter->waits_for = NULL;
	mgm_handover_moved(mn);
	mutex_unlock(&mn->lock);
}

/* No call may count on the owner of @ifc, which may be NULL, while it changes. */
int mgm_check_handover(const struct mgm_interface *ifc,
		       struct netlink_ext_ack *extack)
{
	if (!ifc || !ifc->handover)
		return 0;
	NL_SET_ERR_MSG(extack, "the owner of this interface is changing");
	return -EBUSY;
}

/* Where IGMP has to be told, the caller must be able to wait for that. */
static int check_wait(struct mgm_net *mn, const struct mgm_interface *ifc,
		      struct mgm_protocol **waiter,
		      struct netlink_ext_ack *extack)
{
	*waiter = NULL;
	if (!ifc->igmp || !mgm_deliver_may_wait(mn, ifc->igmp, waiter))
		return 0;
	NL_SET_ERR_MSG(extack, "the owner cannot change from inside a callback of IGMP");
	return -EDEADLK;
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
	interface_is_new(mn);
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
	struct mgm_protocol *proto, *waiter;
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
	err = mgm_check_handover(ifc, extack);
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
	err = check_wait(mn, ifc, &waiter, extack);
	if (err)
		goto unlock;

	WRITE_ONCE(ifc->ttl_threshold, ttl_threshold);
	mgm_change_owner(mn, ifc, proto, waiter);
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
 * -EBUSY: the owner is changing at this moment, or another device had this
 * index and is still going; -EDEADLK: called from inside a
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
	struct mgm_protocol *proto, *waiter;
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
	err = mgm_check_handover(ifc, extack);
	if (err)
		goto unlock;
	if (ifc->igmp == proto) {
		/* No callback follows, so IGMP may do it in one of its own. */
		mgm_release_igmp(mn, ifc);
		goto unlock;
	}
	err = check_wait(mn, ifc, &waiter, extack);
	if (err)
		goto unlock;
	mgm_change_owner(mn, ifc, NULL, waiter);
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
