/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Protocols, what they are told, and what they answer.
 */
#ifndef _MGM_PROTOCOL_H
#define _MGM_PROTOCOL_H

#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <net/mgm.h>

struct completion;
struct mgm_flow;
struct mgm_interface;
struct mgm_net;
struct sk_buff;
struct task_struct;

/*
 * Who calls: a handle, and the netlink port it came from; 0 in the kernel. If a
 * call is refused, @known says that the handle is not the reason.
 */
struct mgm_client {
	u32 handle;
	u32 portid;
	bool known;
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

/* alert.c: the queues */
void mgm_alert_init(struct mgm_protocol *proto);
bool mgm_alert_wanted(const struct mgm_protocol *proto,
		      enum mgm_alert_type type);
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

#endif /* _MGM_PROTOCOL_H */
