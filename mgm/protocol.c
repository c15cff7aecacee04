// SPDX-License-Identifier: GPL-2.0
/*
 * Protocols: who is registered, and under which handle.
 */
#include <linux/slab.h>

#include "core.h"

/*
 * One counter for all namespaces: a handle is not issued again while anybody
 * could remember it, and one namespace's handle means nothing in another.
 */
static atomic_t last_handle = ATOMIC_INIT(0);

struct mgm_protocol *mgm_protocol_find(struct mgm_net *mn, u32 handle)
{
	struct mgm_protocol *proto;

	lockdep_assert_held(&mn->lock);
	proto = handle ? xa_load(&mn->protocols, handle) : NULL;
	return proto && !proto->dying ? proto : NULL;
}

/* The protocol that @client's handle names, if the handle is the client's. */
struct mgm_protocol *mgm_protocol_find_client(struct mgm_net *mn,
					      struct mgm_client *client,
					      struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto = mgm_protocol_find(mn, client->handle);

	if (!proto) {
		NL_SET_ERR_MSG(extack, "no protocol has this handle: never issued, or destroyed");
		return ERR_PTR(-ENOENT);
	}
	if (!client->portid == !(proto->flags & MGM_PROTOCOL_F_KERNEL)) {
		if (client->portid)
			NL_SET_ERR_MSG(extack, "the handle belongs to a protocol in the kernel");
		else
			NL_SET_ERR_MSG(extack, "the handle belongs to a protocol in user space");
		return ERR_PTR(-EPERM);
	}
	if (proto->portid && proto->portid != client->portid) {
		NL_SET_ERR_MSG(extack, "the handle is bound to another socket");
		return ERR_PTR(-EPERM);
	}
	client->known = true;
	return proto;
}

static int check_new(struct mgm_net *mn,
		     const struct mgm_protocol_params *params, u32 flags,
		     struct netlink_ext_ack *extack)
{
	struct mgm_protocol *other;
	unsigned long handle;

	xa_for_each(&mn->protocols, handle, other) {
		if (other->id == params->id &&
		    other->component == params->component) {
			NL_SET_ERR_MSG(extack, "this id and component are registered already");
			return -EEXIST;
		}
	}
	if ((flags & MGM_PROTOCOL_F_IGMP) && mn->igmp) {
		NL_SET_ERR_MSG(extack, "an IGMP is registered in this namespace already");
		return -EEXIST;
	}
	if (params->name && strlen(params->name) > MGM_NAME_LEN_MAX) {
		NL_SET_ERR_MSG(extack, "the name is longer than 31 characters");
		return -EINVAL;
	}
	return 0;
}

static int insert(struct mgm_net *mn, struct mgm_protocol *proto)
{
	int err;

	/* After the counter has wrapped, old registrations may be in the way. */
	do {
		do {
			proto->handle = atomic_inc_return(&last_handle);
		} while (!proto->handle);
		err = xa_insert(&mn->protocols, proto->handle, proto,
				GFP_KERNEL);
	} while (err == -EBUSY);
	return err;
}

struct mgm_protocol *
mgm_protocol_create(struct mgm_net *mn,
		    const struct mgm_protocol_params *params, u32 flags,
		    const struct mgm_peer *peer, struct netlink_ext_ack *extack)
{
	struct mgm_protocol *proto;
	int err;

	lockdep_assert_held(&mn->lock);
	err = check_new(mn, params, flags, extack);
	if (err)
		return ERR_PTR(err);
	if (!mgm_bound_charge(mn, MGM_LIMIT_PROTOCOLS, 1)) {
		NL_SET_ERR_MSG(extack, "too many protocols in this namespace");
		return ERR_PTR(-ENOSPC);
	}

	proto = kzalloc(sizeof(*proto), GFP_KERNEL_ACCOUNT);
	if (!proto) {
		err = -ENOMEM;
		goto uncharge;
	}
	proto->id = params->id;
	proto->component = params->component;
	proto->flags = flags;
	proto->ops = params->ops;
	proto->priv = params->priv;
	proto->mn = mn;
	if (peer) {
		proto->portid = peer->portid;
		proto->tell = peer->tell;
		proto->callbacks = peer->callbacks;
	}
	mgm_alert_init(proto);
	mgm_deliver_init(proto);
	if (params->name)
		strscpy(proto->name, params->name, sizeof(proto->name));
	INIT_LIST_HEAD(&proto->interfaces);
	INIT_LIST_HEAD(&proto->memberships);

	err = insert(mn, proto);
	if (err)
		goto free;
	if (flags & MGM_PROTOCOL_F_IGMP)
		mn->igmp = proto;
	mgm_event(mn, MGM_EVENT_PROTOCOL_REGISTER, proto->handle, proto);
	return proto;

free:
	kfree(proto);
uncharge:
	mgm_bound_uncharge(mn, MGM_LIMIT_PROTOCOLS, 1);
	return ERR_PTR(err);
}

/*
 * The caller has seen to it that nothing of the protocol is left, and that nothing
 * is delivered to it any more.
 */
void mgm_protocol_destroy(struct mgm_net *mn, struct mgm_protocol *proto)
{
	struct mgm_protocol *other;
	unsigned long handle;

	lockdep_assert_held(&mn->lock);
	WARN_ON_ONCE(proto->nr_interfaces || proto->nr_memberships ||
		     !list_empty(&proto->alerts) ||
		     !list_empty(&proto->asked));

	xa_for_each(&mn->protocols, handle, other)
		if (other->waits_for == proto)
			other->waits_for = NULL;
	xa_erase(&mn->protocols, proto->handle);
	if (mn->igmp == proto)
		mn->igmp = NULL;
	mgm_bound_uncharge(mn, MGM_LIMIT_PROTOCOLS, 1);
	mgm_event(mn, MGM_EVENT_PROTOCOL_DEREGISTER, proto->handle, proto);
	kfree(proto);
}
