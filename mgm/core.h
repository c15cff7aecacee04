/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MGM in a network namespace, and the doors to it. The nouns have headers of their
 * own; there as here, prototypes stand under the file that holds them.
 */
#ifndef _MGM_CORE_H
#define _MGM_CORE_H

#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/mgm.h>

#include "bound.h"
#include "flow.h"
#include "group.h"
#include "interface.h"
#include "key.h"
#include "mfe.h"
#include "protocol.h"

/**
 * DOC: Locks and lifetimes
 *
 * &mgm_net.lock orders every change in a network namespace. It nests inside
 * rtnl, which only those take who may set or clear all-multicast on a device:
 * taking and releasing an interface, and the end of a device. No callback of a
 * protocol runs under either. The rooms (key, protocol, interface, group,
 * interest, outlist, mfe, alert) assert the lock and take none.
 *
 * What a protocol is to be told is queued with it (&mgm_protocol.alerts) under
 * the lock, by the change that it is about, and so in the order of the changes.
 * A work item of the protocol's own takes the alerts from there one by one and
 * calls back with no lock held; &mgm_protocol.cb_task says that it is at it.
 * Callbacks that MGM needs an answer from go the same way: the flow that asks is
 * parked until the answer is in, whoever changes an owner waits for a
 * completion. Who ends a protocol first waits, with no lock held, until its work
 * item is at its end (&mgm_protocol.nr_works), and then answers what is left by
 * default. Waiting in a callback for the end of another protocol is refused where
 * it closes a circle (&mgm_protocol.waits_for).
 *
 * A protocol in user space is told under the lock, by a message to its socket, which
 * waits for nothing. An alert that it may answer moves to &mgm_protocol.asked, and
 * belongs there until the answer comes, its time is over (&mgm_net.answers), or the
 * protocol ends. The socket is named by its port; where it has gone already, telling
 * fails, and its end shuts the protocol down.
 *
 * While IGMP is told of a change of owner the interface is marked
 * (&mgm_interface.handover), with no lock held. Whoever set the mark is the
 * only one to touch the interface's ownership until it is cleared: calls of
 * protocols get -EBUSY, MGM's own work waits on &mgm_net.wait for
 * &mgm_net.handover_seq to move. A marked interface pins its owner, its next
 * owner and IGMP: none of the three can be deregistered meanwhile.
 *
 * Objects belong to their table and are freed when they leave it: a protocol
 * at once (nobody looks at one without the lock), a membership likewise; a
 * link, an interface, an MFE, its outgoing list and the entries of that list
 * after a grace period, because the data path finds them under RCU. An MFE is
 * unlinked before the interfaces that it names; its slots for packets on wrong
 * interfaces, which it gets with the first of those, are freed with it. A link
 * holds a reference to its network device, which the RCU callback gives back. A
 * flow that waits for its entry belongs to the work item that resolves it, or,
 * while it is parked, to the alerts that it waits for.
 *
 * The data path takes &mgm_pending.lock (BH off) only for packets of flows
 * that have no entry yet, and &mgm_wrong.lock (BH off) only for those on the
 * wrong interface that an alert is due for; both nest inside &mgm_net.lock and
 * nothing nests in them. Route changes are noted under &mgm_watch.lock.
 */

/* What can be read as a whole. */
enum mgm_table {
	MGM_TABLE_PROTOCOLS,
	MGM_TABLE_INTERFACES,
	MGM_TABLE_MEMBERSHIPS,
	MGM_TABLE_MFES,
	MGM_TABLES
};

/**
 * struct mgm_net - MGM in one network namespace
 * @net: the namespace
 * @lock: orders all changes
 * @genids: counts the changes of each table, never 0; makes dumps consistent
 * @protocols: by handle
 * @igmp: the protocol that is IGMP here
 * @interfaces: by (ifindex, next hop)
 * @links: by ifindex; the data path reads it under RCU
 * @groups: by (group, source)
 * @mfes: by (group, source)
 * @mfe_ht: the same by &struct mgm_flow4; the data path reads it under RCU
 * @orphans: MFEs without an incoming interface
 * @negatives: MFEs without outgoing interfaces; those first that have been so longest
 * @wait: for @handover_seq to move
 * @handover_seq: counts hand-overs and callbacks that have ended
 * @bounds: by &enum mgm_limit
 * @config: settings
 * @last_mfe: &mgm_mfe.id of the newest
 * @pending: packets held
 * @wrong: packets on a wrong interface
 * @watch: route changes
 * @answers: answers by default for protocols in user space that do not
 * @expire: removes MFEs whose time is over
 * @link_work: releases the interfaces of devices that go
 */
struct mgm_net {
	struct net *net;
	struct mutex lock;		/* all changes */
	u32 genids[MGM_TABLES];
	struct xarray protocols;
	struct mgm_protocol *igmp;
	struct rb_root interfaces;
	struct xarray links;
	struct rb_root groups;
	struct rb_root mfes;
	struct rhashtable mfe_ht;
	struct list_head orphans;
	struct list_head negatives;
	wait_queue_head_t wait;
	u32 handover_seq;
	struct mgm_bound bounds[MGM_LIMIT_MAX + 1];
	struct mgm_config config;
	u64 last_mfe;
	struct mgm_pending pending;
	struct mgm_wrong wrong;
	struct mgm_watch watch;
	struct delayed_work answers;
	struct delayed_work expire;
	struct work_struct link_work;
};

/* cache.c */
extern struct kmem_cache *mgm_group_cache;
extern struct kmem_cache *mgm_mfe_cache;
extern struct kmem_cache *mgm_oif_cache;

int mgm_cache_init(void);
void mgm_cache_exit(void);

/* main.c */
extern struct workqueue_struct *mgm_wq;		/* on the packets' CPU */
extern struct workqueue_struct *mgm_alert_wq;	/* the same, for long */

struct mgm_net *mgm_pernet(const struct net *net);

/* So many objects are looked at before others have the lock. */
#define MGM_TURN	256

/*
 * For who looks at very many objects, once for each: every now and then the lock is
 * let go for a moment, and then the answer is true.
 */
static inline bool mgm_give_way(struct mgm_net *mn, unsigned int *turn)
{
	if (++*turn % MGM_TURN)
		return false;
	mutex_unlock(&mn->lock);
	cond_resched();
	mutex_lock(&mn->lock);
	return true;
}

static inline struct mgm_outlist *mgm_mfe_out(const struct mgm_net *mn,
					      const struct mgm_mfe *mfe)
{
	return rcu_dereference_protected(mfe->out, lockdep_is_held(&mn->lock));
}

/* event.c: what happened, told to whoever shows it, with the lock held */
enum mgm_event {
	MGM_EVENT_PROTOCOL_REGISTER,
	MGM_EVENT_PROTOCOL_DEREGISTER,
	MGM_EVENT_INTERFACE_TAKE,
	MGM_EVENT_INTERFACE_RELEASE,
	MGM_EVENT_INTERFACE_CHANGE,
	MGM_EVENT_IGMP_DISABLE,
	MGM_EVENT_IGMP_ENABLE,
	MGM_EVENT_MEMBERSHIP_ADD,
	MGM_EVENT_MEMBERSHIP_DEL,
	MGM_EVENT_MFE_ADD,
	MGM_EVENT_MFE_CHANGE,
	MGM_EVENT_MFE_DEL,
	MGM_EVENT_ALERT,
};

struct mgm_event_info {
	struct mgm_net *mn;
	u32 handle;			/* whose change or alert it is, 0 if nobody's */
	union {
		const struct mgm_protocol *proto;
		const struct mgm_interface *ifc;
		const struct mgm_membership *membership;
		const struct mgm_mfe *mfe;
		const struct mgm_alert *alert;
		const void *obj;
	};
};

void mgm_event_init(struct mgm_net *mn);
void mgm_event(struct mgm_net *mn, enum mgm_event event, u32 handle,
	       const void *obj);
void mgm_event_alert(const struct mgm_protocol *proto,
		     const struct mgm_alert *alert);
int mgm_event_listen(struct notifier_block *nb);
void mgm_event_unlisten(struct notifier_block *nb);

/* api.c, api_membership.c, api_mfe.c: the front door, also for netlink */
int mgm_do_deregister(struct mgm_net *mn, struct mgm_client *client,
		      struct netlink_ext_ack *extack);
/* Of the settings, those that @which names. */
#define MGM_SET_TTL_THRESHOLD	1
#define MGM_SET_WRONG_IF	2
int mgm_do_interface_set(struct mgm_net *mn, struct mgm_client *client,
			 const struct mgm_if *key,
			 const struct mgm_interface_settings *settings,
			 u32 which, struct netlink_ext_ack *extack);
/* Ranges have been checked. */
#define MGM_SET_MFE_TIMEOUT		1
#define MGM_SET_RPF_TABLE		2
#define MGM_SET_WRONG_IF_INTERVAL	4
#define MGM_SET_ANSWER_TIMEOUT		8
void mgm_do_config_set(struct mgm_net *mn, const struct mgm_config *config,
		       u32 which);
int mgm_do_membership_add(struct mgm_net *mn, struct mgm_client *client,
			  const struct mgm_if *ifc, const struct mgm_sg *sg,
			  u32 flags, struct netlink_ext_ack *extack);
int mgm_do_membership_del(struct mgm_net *mn, struct mgm_client *client,
			  const struct mgm_if *ifc, const struct mgm_sg *sg,
			  u32 flags, struct netlink_ext_ack *extack);
/* What is NULL stays. */
int mgm_check_upstream(const union mgm_addr *upstream,
		       struct netlink_ext_ack *extack);
int mgm_do_mfe_set(struct mgm_net *mn, struct mgm_client *client,
		   const struct mgm_sg *sg, const struct mgm_if *iif,
		   const union mgm_addr *upstream,
		   struct netlink_ext_ack *extack);

/* ownership.c: the door for changes of owner, and its pieces for shutdown.c */
int mgm_do_take(struct mgm_net *mn, struct mgm_client *client,
		const struct mgm_if *key, u8 ttl_threshold,
		struct netlink_ext_ack *extack);
int mgm_do_release(struct mgm_net *mn, struct mgm_client *client,
		   const struct mgm_if *key, struct netlink_ext_ack *extack);
void mgm_lock_both(struct mgm_net *mn);
void mgm_unlock_both(struct mgm_net *mn);
void mgm_wait_handover(struct mgm_net *mn, bool rtnl);
void mgm_handover_moved(struct mgm_net *mn);
int mgm_check_handover(const struct mgm_interface *ifc,
		       struct netlink_ext_ack *extack);
void mgm_change_owner(struct mgm_net *mn, struct mgm_interface *ifc,
		      struct mgm_protocol *owner, struct mgm_protocol *waiter);
void mgm_release_igmp(struct mgm_net *mn, struct mgm_interface *ifc);

/* shutdown.c */
int mgm_do_shutdown(struct mgm_net *mn, u32 handle);
void mgm_shutdown_socket(struct mgm_net *mn, u32 portid);
void mgm_shutdown_all(struct mgm_net *mn);
void mgm_shutdown_dead_links(struct mgm_net *mn);

/* netlink.c */
int mgm_netlink_init(void);
void mgm_netlink_exit(void);

#endif /* _MGM_CORE_H */
