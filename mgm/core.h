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
#include <linux/notifier.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/dst_cache.h>
#include <net/mgm.h>

#include "key.h"

struct completion;

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

enum mgm_alert_type {
	MGM_ALERT_JOIN,
	MGM_ALERT_PRUNE,
	MGM_ALERT_LOCAL_JOIN,
	MGM_ALERT_LOCAL_LEAVE,
	MGM_ALERT_WRONG_IF,
	MGM_ALERT_OVERRUN,
	MGM_ALERT_RPF,
	MGM_ALERT_CREATION,
	MGM_ALERT_IGMP_DISABLE,
	MGM_ALERT_IGMP_ENABLE,
};

/*
 * What a protocol is to be told, in its queue, or, if it is in user space and has
 * been told, among what it has yet to answer. Up to OVERRUN nobody waits.
 */
struct mgm_alert {
	struct list_head node;
	u32 id;				/* in user space, if it can answer */
	unsigned long deadline;
	enum mgm_alert_type type;
	bool member;			/* of JOIN, PRUNE: about a membership */
	struct mgm_sg sg;
	struct mgm_if ifc;
	u64 mfe;			/* PRUNE, CREATION: that very entry */
	struct sk_buff *skb;		/* WRONG_IF: its own */
	struct mgm_flow *flow;		/* RPF, CREATION: who waits */
	u32 handle;			/* CREATION: who is asked */
	struct completion *done;	/* IGMP_: the same */
	struct mgm_interface *handover;	/* IGMP_: pinned by its mark */
	u32 n;				/* CREATION: of the next */
	struct mgm_oif_state *oifs;
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

	struct mgm_net *mn;
	struct list_head alerts;
	u32 nr_alerts;			/* those that nobody waits for */
	u32 alerts_lost;
	u64 alerts_queued;		/* ever, and how many of them are done */
	u64 alerts_done;
	u32 lost_untold;		/* of those, in user space */
	struct mgm_alert overrun;	/* in the queue behind what was lost */
	/* In user space: how to tell it, without waiting, and of what. */
	int (*tell)(const struct mgm_protocol *proto,
		    const struct mgm_alert *alert);
	u32 callbacks;
	struct list_head asked;		/* what it may answer */
	u32 nr_asked;
	u32 last_id;
	struct work_struct work;	/* delivers them */
	u32 nr_works;			/* how often it has yet to run to its end */
	bool stopped;			/* nothing is delivered any more */
	struct task_struct *cb_task;	/* runs a callback at this moment */
	struct mgm_protocol *waits_for;	/* its callback does, for that one's end */
};

/* A device in use; several interfaces (next hops) can be on it. */
struct mgm_link {
	struct net_device *dev;
	netdevice_tracker tracker;
	u32 ifindex;
	u32 users;
	bool dying;
	bool wrong_if;			/* somebody wants such alerts */
	atomic64_t drops[MGM_A_DROP_MAX + 1];
	struct rcu_head rcu;
};

/* What has come in and gone out, as one CPU has seen it. */
struct mgm_traffic {
	u64_stats_t in_packets;
	u64_stats_t in_octets;
	u64_stats_t out_packets;
	u64_stats_t out_octets;
	struct u64_stats_sync syncp;
};

/* The same of all CPUs together. */
struct mgm_counts {
	u64 in_packets;
	u64 in_octets;
	u64 out_packets;
	u64 out_octets;
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
	struct list_head vetoes;
	u32 nr_memberships;
	u32 nr_mfes;
	u32 nr_oifs;
	u8 ttl_threshold;
	bool wrong_if;			/* the owner wants such alerts */
	bool handover;			/* its owner is changing */
	bool igmp_frozen;		/* IGMP must not touch it */
	struct dst_cache dst;
	struct mgm_traffic __percpu *traffic;
	struct rcu_head rcu;
};

/* (S,G), (*,G) or (*,*) that somebody has a membership in. */
struct mgm_group {
	struct rb_node node;
	struct mgm_sg sg;
	struct rb_root members;
	struct hlist_head interests;	/* a protocol each */
};

/* A protocol's interest in a group: how many of its memberships join it. */
struct mgm_interest {
	struct hlist_node node;
	struct mgm_protocol *proto;
	u32 joins;
};

struct mgm_membership {
	struct rb_node node;
	struct mgm_group *group;
	struct mgm_interface *ifc;
	struct mgm_protocol *proto;
	struct list_head ifc_node;
	struct list_head proto_node;
	u32 flags;
	struct mgm_interest *interest;	/* that counts it, or NULL */
};

/* What the data path looks a flow up by. */
struct mgm_flow4 {
	__be32 src;
	__be32 grp;
};

struct mgm_oif {
	struct mgm_interface *ifc;
	struct mgm_mfe *mfe;
	union {
		struct list_head ifc_node;
		struct rcu_head rcu;	/* when it has left it */
	};
	atomic64_t packets;
	atomic64_t octets;
	atomic64_t ttl_too_low;
	atomic64_t frag_needed;
	atomic64_t discards;
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

/* Interfaces on which packets of one entry came in wrongly of late. */
#define MGM_WRONG_SLOTS		4

struct mgm_wrong_slot {
	u32 ifindex;
	unsigned long last;		/* alert */
};

/* An interface that a creation alert keeps an entry out of. */
struct mgm_veto {
	struct list_head mfe_node;
	struct list_head ifc_node;
	struct mgm_interface *ifc;
};

struct mgm_mfe {
	struct rhash_head ht_node;
	struct mgm_flow4 flow4;
	struct mgm_outlist __rcu *out;
	unsigned long lastuse;
	bool held;			/* earlier packets are still on their way */
	bool incomplete;		/* there was no room for some oif */
	u32 arrival;			/* ifindex of its first packet */
	atomic64_t packets;
	atomic64_t octets;
	atomic64_t wrong_if;
	atomic64_t negative;
	atomic64_t discards;
	u64 held_packets;
	u64 queue_overflows;
	u64 out_gone;			/* packets on oifs that are none any more */
	struct mgm_wrong_slot *wrong;	/* MGM_WRONG_SLOTS, if there ever was one */

	struct rb_node node;
	struct mgm_sg sg;
	u64 id;				/* no other entry ever had it */
	struct mgm_route rib;		/* what the RIB says */
	struct mgm_route route;		/* what counts: a protocol may differ */
	struct list_head iif_node;	/* of its iif, or of mgm_net.orphans */
	struct list_head negative_node;	/* of mgm_net.negatives, if it is one */
	struct list_head vetoes;
	unsigned long created;
	unsigned long timeout;
	struct rcu_head rcu;
};

/* A flow on its way to an entry; asks the protocols, and is parked meanwhile. */
struct mgm_flow {
	struct mgm_flow4 key;
	u32 arrival;
	enum mgm_flow_stage {
		MGM_FLOW_NEW,
		MGM_FLOW_RPF,		/* the owner of the way in is asked */
		MGM_FLOW_CREATION,	/* those of the ways out are */
		MGM_FLOW_DONE,
	} stage;
	u8 tries;
	u32 unanswered;
	struct sk_buff *first;		/* its first packet, as long as it is held */
	struct mgm_rpf asked;		/* MGM_FLOW_RPF: the RIB's answer, */
	struct mgm_rpf rpf;		/* and the protocol's */
	u32 answerer;			/* its handle */
	struct mgm_alert ask;
};

/* Packets of flows that have no entry yet. */
struct mgm_pending {
	spinlock_t lock;		/* everything below */
	struct rhashtable flows;
	struct list_head todo;
	struct work_struct work;
};

/* Packets on a wrong interface that alerts are due for. */
struct mgm_wrong {
	spinlock_t lock;		/* everything below */
	struct sk_buff_head queue;
	struct work_struct work;
};

/* Route changes that entries have to be looked at for. */
#define MGM_WATCH_PREFIXES	16

struct mgm_prefix4 {
	__be32 prefix;
	__be32 mask;
};

struct mgm_watch {
	struct notifier_block fib_nb;
	spinlock_t lock;		/* the next three */
	bool all;
	u32 n;
	struct mgm_prefix4 changed[MGM_WATCH_PREFIXES];
	int genid;			/* of the routes, when last looked at */
	struct delayed_work work;
};

#define MGM_TIMEOUT_DEFAULT	900	/* seconds */
#define MGM_TIMEOUT_MAX		604800

/* Settings; &enum mgm_a_config tells their units and ranges. */
struct mgm_config {
	u32 mfe_timeout;
	u32 rpf_table;
	u32 wrong_if_interval;
	u32 answer_timeout;
};

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
extern struct workqueue_struct *mgm_alert_wq;	/* anywhere, for long */

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

/* bound.c */
void mgm_bounds_init(struct mgm_net *mn);
void mgm_config_init(struct mgm_net *mn);
int mgm_bound_set(struct mgm_net *mn, enum mgm_limit id, u32 value, bool machine,
		  struct netlink_ext_ack *extack);
bool mgm_bound_charge(struct mgm_net *mn, enum mgm_limit id, u32 n);
void mgm_bound_uncharge(struct mgm_net *mn, enum mgm_limit id, u32 n);

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

/* protocol.c */
/* The socket of a protocol in user space; see &struct mgm_protocol. */
struct mgm_peer {
	u32 portid;
	int (*tell)(const struct mgm_protocol *proto,
		    const struct mgm_alert *alert);
	u32 callbacks;
};

struct mgm_protocol *
mgm_protocol_create(struct mgm_net *mn,
		    const struct mgm_protocol_params *params, u32 flags,
		    const struct mgm_peer *peer,
		    struct netlink_ext_ack *extack);
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
void mgm_interface_counts(const struct mgm_interface *ifc,
			  struct mgm_counts *sum);

/* Context: BH off. */
static inline void mgm_count_in(const struct mgm_interface *ifc, u32 octets)
{
	struct mgm_traffic *t = this_cpu_ptr(ifc->traffic);

	u64_stats_update_begin(&t->syncp);
	u64_stats_inc(&t->in_packets);
	u64_stats_add(&t->in_octets, octets);
	u64_stats_update_end(&t->syncp);
}

/* Context: BH off. */
static inline void mgm_count_out(const struct mgm_interface *ifc, u32 octets)
{
	struct mgm_traffic *t = this_cpu_ptr(ifc->traffic);

	u64_stats_update_begin(&t->syncp);
	u64_stats_inc(&t->out_packets);
	u64_stats_add(&t->out_octets, octets);
	u64_stats_update_end(&t->syncp);
}

static inline bool mgm_interface_in_use(const struct mgm_interface *ifc)
{
	return ifc->owner || ifc->igmp;
}

/* link.c: getting and putting needs rtnl besides the lock */
int mgm_link_get(struct mgm_net *mn, struct mgm_interface *ifc,
		 struct netlink_ext_ack *extack);
void mgm_link_put(struct mgm_net *mn, struct mgm_interface *ifc);
void mgm_link_drop(const struct mgm_net *mn, struct mgm_link *link,
		   const struct sk_buff *skb, enum mgm_a_drop reason);
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
int mgm_membership_set_flags(struct mgm_net *mn, struct mgm_membership *m,
			     u32 flags);
void mgm_membership_destroy(struct mgm_net *mn, struct mgm_membership *m);
bool mgm_group_covers(struct mgm_net *mn, const struct mgm_sg *sg,
		      const struct mgm_if *ifc, u32 handle);
bool mgm_group_forwards(struct mgm_net *mn, const struct mgm_sg *sg,
			const struct mgm_interface *ifc);
unsigned int mgm_group_interfaces(struct mgm_net *mn, const struct mgm_sg *sg,
				  struct mgm_interface **v, unsigned int size);
struct mgm_group *mgm_group_find(struct mgm_net *mn, const struct mgm_sg *sg);
struct mgm_group *mgm_group_after(struct mgm_net *mn, const struct mgm_sg *sg);

bool mgm_alert_wanted(const struct mgm_protocol *proto,
		      enum mgm_alert_type type);	/* alert.c */

/*
 * IGMP's word counts where no routing protocol owns the link, and where the
 * owner does not want to decide by itself (it has no local_join callback).
 */
static inline bool mgm_membership_in_force(const struct mgm_protocol *proto,
					   const struct mgm_interface *ifc)
{
	const struct mgm_protocol *owner = ifc->owner;

	if (proto == owner || !owner)
		return true;
	return !mgm_alert_wanted(owner, MGM_ALERT_LOCAL_JOIN);
}

/* interest.c: who is interested in what, and who is told of it */
struct mgm_interest *mgm_interest_get(struct mgm_group *group,
				      struct mgm_protocol *proto);
void mgm_interest_put(struct mgm_interest *interest);
void mgm_interest_join(struct mgm_net *mn, struct mgm_membership *m);
void mgm_interest_leave(struct mgm_net *mn, struct mgm_membership *m);

/* alert.c: the queues */
void mgm_alert_init(struct mgm_protocol *proto);
void mgm_alert_record(struct mgm_protocol *proto,
		      const struct mgm_alert *alert);
void mgm_alert_queue(struct mgm_protocol *proto, struct mgm_alert *alert);
struct mgm_alert *mgm_alert_next(struct mgm_protocol *proto);
void mgm_alert_done(struct mgm_protocol *proto, struct mgm_alert *alert,
		    u32 timeout);
void mgm_alert_purge(struct mgm_protocol *proto);

/* answer.c: what protocols in user space may answer */
void mgm_answer_init(struct mgm_net *mn);
void mgm_answer_exit(struct mgm_net *mn);
bool mgm_answer_wanted(const struct mgm_alert *alert);
void mgm_answer_await(struct mgm_protocol *proto, struct mgm_alert *alert);
struct mgm_alert *mgm_answer_find(struct mgm_protocol *proto, u32 id);
void mgm_answer_done(struct mgm_protocol *proto, struct mgm_alert *alert,
		     u32 timeout);
void mgm_answer_purge(struct mgm_protocol *proto);

/* deliver.c: out of the queues, into the protocols */
void mgm_deliver_init(struct mgm_protocol *proto);
void mgm_deliver_kick(struct mgm_protocol *proto);
int mgm_deliver_may_wait(struct mgm_net *mn, struct mgm_protocol *proto,
			 struct mgm_protocol **waiter);
void mgm_deliver_stop(struct mgm_net *mn, struct mgm_protocol *proto);
int mgm_do_flush(struct mgm_net *mn, u32 handle);

/* outlist.c: 1 if the list is another now, 0 if not, -ENOMEM if it should be */
struct mgm_outlist *mgm_outlist_compute(struct mgm_net *mn,
					struct mgm_mfe *mfe,
					struct mgm_interface *in);
void mgm_outlist_undo(struct mgm_net *mn, struct mgm_outlist *out,
		      const struct mgm_outlist *old);
void mgm_outlist_unlink(struct mgm_net *mn, struct mgm_outlist *out);
void mgm_outlist_free(struct mgm_outlist *out);
int mgm_outlist_set(struct mgm_net *mn, struct mgm_mfe *mfe,
		    struct mgm_interface *ifc, bool want);
int mgm_outlist_move(struct mgm_net *mn, struct mgm_mfe *mfe,
		     struct mgm_interface *in);
int mgm_veto_add(struct mgm_net *mn, struct mgm_mfe *mfe,
		 struct mgm_interface *ifc);
void mgm_veto_del(struct mgm_net *mn, struct mgm_veto *veto);

/* mfe.c */
int mgm_mfe_init(struct mgm_net *mn);
void mgm_mfe_exit(struct mgm_net *mn);
struct mgm_mfe *mgm_mfe_lookup4(struct mgm_net *mn,
				const struct mgm_flow4 *flow);
struct mgm_mfe *mgm_mfe_find(struct mgm_net *mn, const struct mgm_sg *sg);
struct mgm_mfe *mgm_mfe_after(struct mgm_net *mn, const struct mgm_sg *sg);
struct mgm_mfe *mgm_mfe_create(struct mgm_net *mn, const struct mgm_sg *sg,
			       struct mgm_interface *in,
			       const struct mgm_route *rib,
			       const struct mgm_route *route);
void mgm_mfe_destroy(struct mgm_net *mn, struct mgm_mfe *mfe);
void mgm_mfe_move(struct mgm_net *mn, struct mgm_mfe *mfe,
		  struct mgm_interface *in, const struct mgm_route *route);
void mgm_mfe_reroute(struct mgm_net *mn, struct mgm_mfe *mfe,
		     struct mgm_interface *in, const struct mgm_route *route);
void mgm_mfe_set_timeout(struct mgm_net *mn, struct mgm_mfe *mfe, u32 seconds);
void mgm_mfe_refresh(struct mgm_net *mn, const struct mgm_sg *sg,
		     struct mgm_interface *ifc);
void mgm_mfe_veto(struct mgm_net *mn, struct mgm_mfe *mfe,
		  struct mgm_interface *ifc);
void mgm_mfe_detach(struct mgm_net *mn, struct mgm_interface *ifc);
void mgm_mfe_drop_orphans(struct mgm_net *mn);
void mgm_mfe_drop_expired(struct mgm_net *mn);
void mgm_mfe_for_each(struct mgm_net *mn,
		      void (*fn)(struct mgm_net *mn, struct mgm_mfe *mfe,
				 const void *arg), const void *arg);
bool mgm_mfe_rpf_set(const struct mgm_mfe *mfe);
u32 mgm_mfe_flags(const struct mgm_net *mn, const struct mgm_mfe *mfe);
u64 mgm_mfe_out_packets(const struct mgm_net *mn, const struct mgm_mfe *mfe);

static inline struct mgm_outlist *mgm_mfe_out(const struct mgm_net *mn,
					      const struct mgm_mfe *mfe)
{
	return rcu_dereference_protected(mfe->out, lockdep_is_held(&mn->lock));
}

/* Time left, in jiffies; 0 if it is over. */
static inline unsigned long mgm_mfe_expires(const struct mgm_mfe *mfe)
{
	unsigned long end = READ_ONCE(mfe->lastuse) + mfe->timeout;

	return time_after(end, jiffies) ? end - jiffies : 0;
}

/* rpf.c */
int mgm_rpf_lookup(struct mgm_net *mn, const struct mgm_sg *sg, u32 vrf_of,
		   u32 prefer, struct mgm_route *route);
struct mgm_interface *mgm_rpf_interface(struct mgm_net *mn,
					const struct mgm_sg *sg,
					const struct mgm_route *route);
struct mgm_protocol *mgm_rpf_owner(struct mgm_net *mn, const struct mgm_sg *sg,
				   u32 vrf_of);

/* watch.c: routes change, and the entries with them */
int mgm_watch_init(struct mgm_net *mn);
void mgm_watch_exit(struct mgm_net *mn);
void mgm_watch_poll(struct mgm_net *mn);
void mgm_watch_all(struct mgm_net *mn);

/* flow.c: traffic makes entries, and its absence ends them */
bool mgm_flow_resolve(struct mgm_net *mn, struct mgm_flow *flow);
void mgm_flow_answer_rpf(struct mgm_net *mn, struct mgm_flow *flow);
void mgm_flow_answer_creation(struct mgm_net *mn, struct mgm_alert *alert);
void mgm_flow_init(struct mgm_net *mn);
void mgm_flow_exit(struct mgm_net *mn);

/* pending.c */
int mgm_pending_init(struct mgm_net *mn);
void mgm_pending_exit(struct mgm_net *mn);
bool mgm_pending_hold(struct mgm_net *mn, const struct mgm_flow4 *flow,
		      struct sk_buff *skb, u32 arrival, bool create);
void mgm_pending_resume(struct mgm_net *mn, struct mgm_flow *flow);

/* wrong.c: packets on the wrong interface */
void mgm_wrong_init(struct mgm_net *mn);
void mgm_wrong_exit(struct mgm_net *mn);
void mgm_wrong_packet(struct mgm_net *mn, struct mgm_mfe *mfe,
		      const struct sk_buff *skb, const struct mgm_link *link);
void mgm_wrong_update(struct mgm_net *mn, struct mgm_link *link);

/* output.c */
void mgm_output(struct mgm_net *mn, const struct mgm_outlist *out,
		struct sk_buff *skb, struct net_device *in, bool shared);

/* forward.c */
int mgm_forward_init(struct mgm_net *mn);
void mgm_forward_exit(struct mgm_net *mn);
void mgm_forward_forget(struct mgm_net *mn);
/* Exported for who owns an okfn(), as all that forward do; its header is netfilter's. */
void nf_queue_nf_hook_drop(struct net *net);
void mgm_forward_held(struct mgm_net *mn, const struct mgm_flow4 *flow,
		      struct sk_buff *skb, u32 arrival);
void mgm_forward_drop(struct mgm_net *mn, const struct sk_buff *skb,
		      u32 ifindex, enum mgm_a_drop reason);

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
