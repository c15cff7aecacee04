/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rooms of mgm.ko, and what each offers to the others. Prototypes stand
 * under the file that holds them.
 */
#ifndef _MGM_CORE_H
#define _MGM_CORE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/dst_cache.h>
#include <net/mgm.h>

struct notifier_block;

/**
 * DOC: Locks and lifetimes
 *
 * &mgm_net.lock orders every change in a network namespace. It nests inside
 * rtnl, which only those take who may set or clear all-multicast on a device:
 * taking and releasing an interface, and the end of a device. No callback of a
 * protocol runs under either. The rooms (key, protocol, interface, group, mfe)
 * assert the lock and take none.
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
 * unlinked before the interfaces that it names. A link holds a reference to
 * its network device, which the RCU callback gives back.
 *
 * The data path takes &mgm_pending.lock (BH off) only for packets of flows
 * that have no entry yet; it nests inside nothing and nothing nests in it.
 */

/*
 * Who calls: a handle, and the netlink port it came from; 0 in the kernel. If a
 * call is refused, @known says that the handle is not the reason.
 */
struct mgm_client {
	u32 handle;
	u32 portid;
	bool known;
};

/* A bound of the namespace. @used is under the lock of what it counts. */
struct mgm_bound {
	u32 value;
	u32 used;
	atomic64_t hits;
};

struct mgm_protocol {
	u32 handle;
	u32 id;
	u32 component;
	u32 flags;
	u32 portid;
	char name[MGM_NAME_LEN_MAX + 1];
	const struct mgm_protocol_ops *ops;
	void *priv;
	struct list_head interfaces;
	struct list_head memberships;
	u32 nr_interfaces;
	u32 nr_memberships;
	u32 nr_handovers;		/* takes under way */
	bool dying;			/* shut-down runs: the handle is dead */
	struct list_head ending;	/* of those that end together */
	struct task_struct *cb_task;	/* runs a callback at this moment */
};

/* A device in use; several interfaces (next hops) can be on it. */
struct mgm_link {
	struct net_device *dev;
	netdevice_tracker tracker;
	u32 ifindex;
	u32 users;
	bool dying;
	struct rcu_head rcu;
};

struct mgm_interface {
	struct rb_node node;
	struct mgm_if key;
	struct mgm_link *link;
	struct mgm_protocol *owner;
	struct mgm_protocol *igmp;
	struct list_head owner_node;
	struct list_head igmp_node;
	struct list_head memberships;
	struct list_head mfes;		/* whose iif it is */
	struct list_head oifs;
	u32 nr_memberships;
	u32 nr_mfes;
	u32 nr_oifs;
	u8 ttl_threshold;
	bool handover;			/* its owner is changing */
	bool igmp_frozen;		/* IGMP must not touch it */
	struct dst_cache dst;
	atomic64_t in_packets;
	atomic64_t in_octets;
	atomic64_t out_packets;
	atomic64_t out_octets;
	struct rcu_head rcu;
};

/* (S,G), (*,G) or (*,*) that somebody has a membership in. */
struct mgm_group {
	struct rb_node node;
	struct mgm_sg sg;
	struct rb_root members;
};

struct mgm_membership {
	struct rb_node node;
	struct mgm_group *group;
	struct mgm_interface *ifc;
	struct mgm_protocol *proto;
	struct list_head ifc_node;
	struct list_head proto_node;
	u32 flags;
};

/* What the data path looks a flow up by. */
struct mgm_flow4 {
	__be32 src;
	__be32 grp;
};

struct mgm_oif {
	struct mgm_interface *ifc;
	struct mgm_mfe *mfe;
	struct list_head ifc_node;
	atomic64_t packets;
	atomic64_t octets;
	atomic64_t ttl_too_low;
	atomic64_t frag_needed;
	atomic64_t discards;
	struct rcu_head rcu;
};

/* What the data path does with a flow: replaced whole, never changed. */
struct mgm_outlist {
	struct rcu_head rcu;
	struct mgm_interface *in;	/* NULL: drop everything */
	u32 n;
	struct mgm_oif *oif[];		/* ordered by interface */
};

/* What the multicast RIB says of a source. */
struct mgm_route {
	u32 ifindex;
	union mgm_addr upstream;	/* zero: the source is on the link */
	union mgm_addr prefix;
	u8 prefix_len;
	u8 protocol;
};

struct mgm_mfe {
	struct rhash_head ht_node;
	struct mgm_flow4 flow4;
	struct mgm_outlist __rcu *out;
	unsigned long lastuse;
	bool held;			/* earlier packets are still on their way */
	atomic64_t packets;
	atomic64_t octets;
	atomic64_t wrong_if;

	struct rb_node node;
	struct mgm_sg sg;
	struct mgm_route route;
	struct list_head iif_node;	/* of its iif, or of mgm_net.orphans */
	unsigned long created;
	unsigned long timeout;
	struct rcu_head rcu;
};

/* Packets of flows that have no entry yet. */
struct mgm_pending {
	spinlock_t lock;		/* everything below */
	struct rhashtable flows;
	struct list_head todo;
	struct work_struct work;
};

/**
 * struct mgm_net - MGM in one network namespace
 * @net: the namespace
 * @lock: orders all changes
 * @genid: counts changes, never 0; makes dumps consistent
 * @protocols: by handle
 * @igmp: the protocol that is IGMP here
 * @interfaces: by (ifindex, next hop)
 * @links: by ifindex; the data path reads it under RCU
 * @groups: by (group, source)
 * @mfes: by (group, source)
 * @mfe_ht: the same by &struct mgm_flow4; the data path reads it under RCU
 * @orphans: MFEs without an incoming interface
 * @wait: for @handover_seq to move
 * @handover_seq: counts hand-overs and callbacks that have ended
 * @bounds: by &enum mgm_limit
 * @pending: packets held
 * @expire: removes MFEs whose time is over
 * @link_work: releases the interfaces of devices that go
 */
struct mgm_net {
	struct net *net;
	struct mutex lock;		/* all changes */
	u32 genid;
	struct xarray protocols;
	struct mgm_protocol *igmp;
	struct rb_root interfaces;
	struct xarray links;
	struct rb_root groups;
	struct rb_root mfes;
	struct rhashtable mfe_ht;
	struct list_head orphans;
	wait_queue_head_t wait;
	u32 handover_seq;
	struct mgm_bound bounds[MGM_LIMIT_MAX + 1];
	struct mgm_pending pending;
	struct delayed_work expire;
	struct work_struct link_work;
};

/* main.c */
extern struct workqueue_struct *mgm_wq;

struct mgm_net *mgm_pernet(const struct net *net);

/* bound.c */
void mgm_bounds_init(struct mgm_net *mn);
bool mgm_bound_charge(struct mgm_net *mn, enum mgm_limit id, u32 n);
void mgm_bound_uncharge(struct mgm_net *mn, enum mgm_limit id, u32 n);

/* key.c */
int mgm_addr_cmp(u16 family, const union mgm_addr *a, const union mgm_addr *b);
bool mgm_addr_any(u16 family, const union mgm_addr *a);
int mgm_if_cmp(const struct mgm_if *a, const struct mgm_if *b);
int mgm_sg_cmp(const struct mgm_sg *a, const struct mgm_sg *b);
int mgm_if_check(const struct mgm_if *ifc, struct netlink_ext_ack *extack);
int mgm_sg_check_grp(const struct mgm_sg *sg, struct netlink_ext_ack *extack);
int mgm_sg_check_src(const struct mgm_sg *sg, struct netlink_ext_ack *extack);

/* event.c: what happened, told to whoever shows it, with the lock held */
enum mgm_event {
	MGM_EVENT_PROTOCOL_REGISTER,
	MGM_EVENT_PROTOCOL_DEREGISTER,
	MGM_EVENT_INTERFACE_TAKE,
	MGM_EVENT_INTERFACE_RELEASE,
	MGM_EVENT_IGMP_DISABLE,
	MGM_EVENT_IGMP_ENABLE,
	MGM_EVENT_MEMBERSHIP_ADD,
	MGM_EVENT_MEMBERSHIP_DEL,
	MGM_EVENT_MFE_ADD,
	MGM_EVENT_MFE_CHANGE,
	MGM_EVENT_MFE_DEL,
};

struct mgm_event_info {
	struct mgm_net *mn;
	u32 handle;			/* whose change it is, 0 if nobody's */
	union {
		const struct mgm_protocol *proto;
		const struct mgm_interface *ifc;
		const struct mgm_membership *membership;
		const struct mgm_mfe *mfe;
		const void *obj;
	};
};

void mgm_event(struct mgm_net *mn, enum mgm_event event, u32 handle,
	       const void *obj);
int mgm_event_listen(struct notifier_block *nb);
void mgm_event_unlisten(struct notifier_block *nb);

/* protocol.c */
struct mgm_protocol *
mgm_protocol_create(struct mgm_net *mn,
		    const struct mgm_protocol_params *params, u32 flags,
		    u32 portid, struct netlink_ext_ack *extack);
void mgm_protocol_destroy(struct mgm_net *mn, struct mgm_protocol *proto);
struct mgm_protocol *mgm_protocol_find(struct mgm_net *mn, u32 handle);
struct mgm_protocol *mgm_protocol_find_client(struct mgm_net *mn,
					      struct mgm_client *client,
					      struct netlink_ext_ack *extack);

/* interface.c */
struct mgm_interface *mgm_interface_find(struct mgm_net *mn,
					 const struct mgm_if *key);
struct mgm_interface *mgm_interface_after(struct mgm_net *mn,
					  const struct mgm_if *key);
struct mgm_interface *mgm_interface_create(struct mgm_net *mn,
					   const struct mgm_if *key,
					   struct netlink_ext_ack *extack);
void mgm_interface_destroy(struct mgm_net *mn, struct mgm_interface *ifc);
void mgm_interface_set_owner(struct mgm_net *mn, struct mgm_interface *ifc,
			     struct mgm_protocol *proto);
void mgm_interface_set_igmp(struct mgm_net *mn, struct mgm_interface *ifc,
			    struct mgm_protocol *igmp);

static inline bool mgm_interface_in_use(const struct mgm_interface *ifc)
{
	return ifc->owner || ifc->igmp;
}

/* link.c: needs rtnl besides the lock */
int mgm_link_get(struct mgm_net *mn, struct mgm_interface *ifc,
		 struct netlink_ext_ack *extack);
void mgm_link_put(struct mgm_net *mn, struct mgm_interface *ifc);
int mgm_link_init(void);
void mgm_link_exit(void);

/* group.c */
struct mgm_membership *mgm_membership_find(struct mgm_net *mn,
					   const struct mgm_sg *sg,
					   const struct mgm_if *ifc,
					   u32 handle);
struct mgm_membership *mgm_membership_after(struct mgm_net *mn,
					    const struct mgm_sg *sg,
					    const struct mgm_if *ifc,
					    u32 handle);
struct mgm_membership *mgm_membership_create(struct mgm_net *mn,
					     struct mgm_protocol *proto,
					     struct mgm_interface *ifc,
					     const struct mgm_sg *sg, u32 flags,
					     struct netlink_ext_ack *extack);
void mgm_membership_destroy(struct mgm_net *mn, struct mgm_membership *m);
bool mgm_group_forwards(struct mgm_net *mn, const struct mgm_sg *sg,
			const struct mgm_interface *ifc);
unsigned int mgm_group_interfaces(struct mgm_net *mn, const struct mgm_sg *sg,
				  struct mgm_interface **v, unsigned int size);

/* mfe.c */
int mgm_mfe_init(struct mgm_net *mn);
void mgm_mfe_exit(struct mgm_net *mn);
struct mgm_mfe *mgm_mfe_lookup4(struct mgm_net *mn,
				const struct mgm_flow4 *flow);
struct mgm_mfe *mgm_mfe_find(struct mgm_net *mn, const struct mgm_sg *sg);
struct mgm_mfe *mgm_mfe_after(struct mgm_net *mn, const struct mgm_sg *sg);
struct mgm_mfe *mgm_mfe_create(struct mgm_net *mn, const struct mgm_sg *sg,
			       struct mgm_interface *in,
			       const struct mgm_route *route);
void mgm_mfe_destroy(struct mgm_net *mn, struct mgm_mfe *mfe);
void mgm_mfe_refresh(struct mgm_net *mn, const struct mgm_sg *sg,
		     struct mgm_interface *ifc);
void mgm_mfe_detach(struct mgm_net *mn, struct mgm_interface *ifc);
void mgm_mfe_drop_orphans(struct mgm_net *mn);
void mgm_mfe_drop_expired(struct mgm_net *mn);
u32 mgm_mfe_flags(const struct mgm_net *mn, const struct mgm_mfe *mfe);

static inline struct mgm_outlist *mgm_mfe_out(const struct mgm_net *mn,
					      const struct mgm_mfe *mfe)
{
	return rcu_dereference_protected(mfe->out, lockdep_is_held(&mn->lock));
}

/* rpf.c */
int mgm_rpf_lookup(struct mgm_net *mn, const struct mgm_sg *sg, u32 arrival,
		   struct mgm_route *route);

/* flow.c: traffic makes entries, and its absence ends them */
void mgm_flow_resolve(struct mgm_net *mn, const struct mgm_flow4 *flow,
		      u32 arrival);
void mgm_flow_init(struct mgm_net *mn);
void mgm_flow_exit(struct mgm_net *mn);

/* pending.c */
int mgm_pending_init(struct mgm_net *mn);
void mgm_pending_exit(struct mgm_net *mn);
bool mgm_pending_hold(struct mgm_net *mn, const struct mgm_flow4 *flow,
		      struct sk_buff *skb, u32 arrival, bool create);

/* forward.c */
int mgm_forward_init(struct mgm_net *mn);
void mgm_forward_exit(struct mgm_net *mn);
void mgm_forward_held(struct mgm_net *mn, const struct mgm_flow4 *flow,
		      struct sk_buff *skb, u32 arrival);

/* api.c: the front door, also for netlink */
int mgm_do_register(struct mgm_net *mn,
		    const struct mgm_protocol_params *params, u32 flags,
		    u32 portid, struct mgm_protocol **protop,
		    struct netlink_ext_ack *extack);
int mgm_do_deregister(struct mgm_net *mn, struct mgm_client *client,
		      struct netlink_ext_ack *extack);
int mgm_do_membership_add(struct mgm_net *mn, struct mgm_client *client,
			  const struct mgm_if *ifc, const struct mgm_sg *sg,
			  u32 flags, struct netlink_ext_ack *extack);
int mgm_do_membership_del(struct mgm_net *mn, struct mgm_client *client,
			  const struct mgm_if *ifc, const struct mgm_sg *sg,
			  u32 flags, struct netlink_ext_ack *extack);

/* ownership.c: the door for changes of owner, and its pieces for shutdown.c */
int mgm_do_take(struct mgm_net *mn, struct mgm_client *client,
		const struct mgm_if *key, u8 ttl_threshold,
		struct netlink_ext_ack *extack);
int mgm_do_release(struct mgm_net *mn, struct mgm_client *client,
		   const struct mgm_if *key, struct netlink_ext_ack *extack);
void mgm_lock_both(struct mgm_net *mn);
void mgm_unlock_both(struct mgm_net *mn);
void mgm_wait_handover(struct mgm_net *mn, bool rtnl);
bool mgm_in_igmp_callback(const struct mgm_net *mn);
void mgm_change_owner(struct mgm_net *mn, struct mgm_interface *ifc,
		      struct mgm_protocol *owner);
void mgm_release_igmp(struct mgm_net *mn, struct mgm_interface *ifc);

/* shutdown.c */
int mgm_do_shutdown(struct mgm_net *mn, u32 handle);
void mgm_shutdown_socket(struct mgm_net *mn, u32 portid);
void mgm_shutdown_all(struct mgm_net *mn);
void mgm_shutdown_dead_links(struct mgm_net *mn);

static inline void mgm_changed(struct mgm_net *mn)
{
	lockdep_assert_held(&mn->lock);
	if (!++mn->genid)
		mn->genid = 1;
}

/* netlink.c */
int mgm_netlink_init(void);
void mgm_netlink_exit(void);

#endif /* _MGM_CORE_H */
