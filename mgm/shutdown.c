// SPDX-License-Identifier: GPL-2.0
/*
 * Shut-down: all interfaces released by the book, the handle destroyed. Run for
 * a protocol that asks for it, whose socket closes, whose namespace ends; and,
 * interface by interface, for devices that go.
 */
#include <linux/module.h>
#include <linux/sched.h>

#include "core.h"

static struct mgm_interface *first_interface(struct mgm_protocol *proto)
{
	if (proto->flags & MGM_PROTOCOL_F_IGMP)
		return list_first_entry_or_null(&proto->interfaces,
						struct mgm_interface,
						igmp_node);
	return list_first_entry_or_null(&proto->interfaces,
					struct mgm_interface, owner_node);
}

/*
 * The whole shut-down. Call with both locks held, which are dropped; the
 * handle is dead from the first moment on.
 */
static void shut_down(struct mgm_net *mn, struct mgm_protocol *proto,
		      struct mgm_protocol *waiter)
{
	struct mgm_interface *ifc;

	proto->dying = true;
	for (;;) {
		ifc = first_interface(proto);
		if (proto->nr_handovers || (ifc && ifc->handover)) {
			mgm_wait_handover(mn, true);
			mgm_lock_both(mn);
			continue;
		}
		if (!ifc)
			break;
		if (ifc->igmp == proto) {
			mgm_release_igmp(mn, ifc);
			continue;
		}
		mgm_change_owner(mn, ifc, NULL, NULL);
		mgm_lock_both(mn);
	}
	mgm_unlock_both(mn);

	mutex_lock(&mn->lock);
	mgm_deliver_stop(mn, proto);
	if (waiter)
		waiter->waits_for = NULL;
	mgm_protocol_destroy(mn, proto);
	mgm_handover_moved(mn);
	mutex_unlock(&mn->lock);
}

int mgm_do_shutdown(struct mgm_net *mn, u32 handle)
{
	struct mgm_client client = { .handle = handle };
	struct mgm_protocol *proto, *waiter = NULL;
	int err;

	mgm_lock_both(mn);
	proto = mgm_protocol_find_client(mn, &client, NULL);
	err = PTR_ERR_OR_ZERO(proto);
	/* IGMP has to be told of what the protocol releases. */
	if (!err && mn->igmp && proto->nr_interfaces)
		err = mgm_deliver_may_wait(mn, mn->igmp, &waiter);
	if (waiter)
		waiter->waits_for = NULL;
	if (!err)
		err = mgm_deliver_may_wait(mn, proto, &waiter);
	if (err) {
		mgm_unlock_both(mn);
		return err;
	}
	shut_down(mn, proto, waiter);
	return 0;
}

/**
 * mgm_protocol_shutdown - release everything and deregister, in one call
 * @net: network namespace
 * @handle: of the protocol
 *
 * Both rows of the shut-down, as mgm_interface_release() for each interface and
 * mgm_protocol_deregister() would do it, but it waits for hand-overs under way
 * instead of being refused, so that a module's exit function can rely on it.
 *
 * Context: Process context, may sleep, takes rtnl.
 * Return: 0; -ENOENT: no such handle; -EPERM: it is somebody else's; -EDEADLK:
 * called from inside a callback of the protocol or of IGMP, or of one
 * that they wait for.
 */
int mgm_protocol_shutdown(struct net *net, u32 handle)
{
	return mgm_do_shutdown(mgm_pernet(net), handle);
}
EXPORT_SYMBOL_GPL(mgm_protocol_shutdown);

/*
 * End all that are bound to @portid, or all there are if that is 0. They are
 * told apart at the first moment: while the shut-down runs, another socket may
 * get the same number and register anew.
 */
static void shut_down_bound(struct mgm_net *mn, u32 portid)
{
	struct mgm_protocol *proto, *next;
	unsigned long handle;
	LIST_HEAD(ending);

	mutex_lock(&mn->lock);
	xa_for_each(&mn->protocols, handle, proto) {
		if (proto->dying || (portid && proto->portid != portid))
			continue;
		proto->dying = true;
		list_add_tail(&proto->ending, &ending);
	}
	mutex_unlock(&mn->lock);

	list_for_each_entry_safe(proto, next, &ending, ending) {
		mgm_lock_both(mn);
		shut_down(mn, proto, NULL);
	}
}

/* A netlink socket has closed: the protocols bound to it end with it. */
void mgm_shutdown_socket(struct mgm_net *mn, u32 portid)
{
	shut_down_bound(mn, portid);
}

/* The namespace ends, or the module goes. */
void mgm_shutdown_all(struct mgm_net *mn)
{
	shut_down_bound(mn, 0);
}

static struct mgm_interface *first_on_dead_link(struct mgm_net *mn)
{
	struct mgm_interface *ifc = NULL;

	while ((ifc = mgm_interface_after(mn, ifc ? &ifc->key : NULL)))
		if (READ_ONCE(ifc->link->dying))
			return ifc;
	return NULL;
}

/* Devices are going: release what stands on them, the owner first. */
void mgm_shutdown_dead_links(struct mgm_net *mn)
{
	struct mgm_interface *ifc;

	for (;;) {
		mgm_lock_both(mn);
		ifc = first_on_dead_link(mn);
		if (!ifc)
			break;
		if (ifc->handover) {
			mgm_wait_handover(mn, true);
		} else if (ifc->owner) {
			mgm_change_owner(mn, ifc, NULL, NULL);
		} else {
			mgm_release_igmp(mn, ifc);
			mgm_unlock_both(mn);
		}
	}
	mgm_unlock_both(mn);
}
