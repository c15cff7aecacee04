/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets on their way: through their entry, to one that is not there yet, or in on the
 * wrong interface; and the routes that say which that is.
 */
#ifndef _MGM_FLOW_H
#define _MGM_FLOW_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rhashtable-types.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/mgm.h>

#include "interface.h"
#include "mfe.h"
#include "protocol.h"

struct mgm_net;

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

#endif /* _MGM_FLOW_H */
