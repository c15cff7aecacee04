/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rooms of mgm_igmp.ko, and what each offers to the others. Prototypes stand
 * under the file that holds them. RFC section numbers are those of RFC 9776.
 */
#ifndef _MGM_IGMP_H
#define _MGM_IGMP_H

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/timerqueue.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <linux/mgm_igmp.h>
#include <net/mgm.h>

struct netlink_ext_ack;

/**
 * DOC: Locks and lifetimes of IGMP
 *
 * &mgm_igmp_net.config orders what people do: IGMP is enabled on an interface
 * and disabled, and its registration with MGM begins with the first and ends
 * with the last. It is the outermost lock; rtnl and MGM's locks nest in it.
 *
 * &mgm_igmp_net.lock orders everything that happens on the interfaces: messages,
 * timers, settings, MGM's callbacks. It nests in the former, and MGM's lock nests
 * in it; rtnl does not. The rooms timer, group, record, query, querier and member
 * assert it.
 *
 * An interface belongs to &mgm_igmp_net.interfaces. Messages find it there under
 * RCU from softirq, and only queue themselves with it, under the lock of the
 * queue. Everything else is done in process context by work items of the interface's
 * own: for the messages in the queue, for the timers, for a link that comes up or
 * gets an address.
 * An interface is taken out of the table first; after a grace period nothing
 * queues any more, its work items are stopped, and then it goes. Groups and
 * sources belong to their interface and are under &mgm_igmp_net.lock alone.
 *
 * Network devices are known by their ifindex; no reference is kept. One that goes
 * is noted under rtnl and its interface removed by &mgm_igmp_net.gone.
 *
 * MGM's callbacks run in a work item of MGM's with no lock held. Ending the
 * registration waits for them, so that is done without &mgm_igmp_net.lock.
 */

/* Bound on the bound on the sources of a group: all go into one message. */
#define MGM_IGMP_SOURCES_MAX	512

/* Messages that wait for one interface, and their memory: they may be long. */
#define MGM_IGMP_QUEUE_MAX	1024
#define MGM_IGMP_QUEUE_BYTES_MAX	(4 * 1024 * 1024)

/* Fires once, when its time has come; with the lock held. */
struct mgm_igmp_timer {
	struct timerqueue_node node;
	void (*fire)(struct mgm_igmp_timer *timer);
};

/* Settings; &enum mgm_igmp_a_interface tells their units and ranges. */
struct mgm_igmp_config {
	u8 version;
	u8 robustness;
	u8 last_member_query_count;
	u8 startup_query_count;
	bool immediate_leave;
	bool router_alert;
	u32 query_interval;
	u32 query_response_interval;
	u32 last_member_query_interval;
	u32 startup_query_interval;
	u32 groups_max;
	u32 sources_max;
	u32 rate_max;
};

/* What MGM has been told of a group or a source. */
enum mgm_igmp_told {
	MGM_IGMP_TOLD_NOTHING,
	MGM_IGMP_TOLD_JOIN,
	MGM_IGMP_TOLD_EXCLUDE,		/* sources only */
};

/* What hosts have said of a source; RFC 9776 calls the sets A and X, and Y. */
enum mgm_igmp_source_state {
	MGM_IGMP_SOURCE_NONE,		/* nothing: it is joined by command */
	MGM_IGMP_SOURCE_WANTED,		/* its timer runs */
	MGM_IGMP_SOURCE_EXCLUDED,	/* EXCLUDE mode, its timer does not run */
};

struct mgm_igmp_source {
	struct rb_node node;
	struct mgm_igmp_group *group;
	__be32 addr;
	enum mgm_igmp_source_state state;
	bool joined;			/* by command */
	bool listed;			/* in the record that is being handled */
	bool asked;			/* in the query that is being made */
	u8 queries_left;
	enum mgm_igmp_told told;
	struct mgm_igmp_timer timer;
};

/* Does somebody speak of it? */
static inline bool mgm_igmp_source_in_use(const struct mgm_igmp_source *source)
{
	return source->joined || source->state != MGM_IGMP_SOURCE_NONE;
}

struct mgm_igmp_group {
	struct rb_node node;
	struct mgm_igmp_if *ifc;
	__be32 addr;
	enum mgm_igmp_mode mode;
	bool joined;			/* by command */
	u8 queries_left;
	u32 nr_sources;
	struct rb_root sources;
	enum mgm_igmp_told told;
	__be32 last_reporter;
	ktime_t created;
	struct mgm_igmp_timer timer;	/* EXCLUDE mode: runs */
	struct mgm_igmp_timer v1_host;
	struct mgm_igmp_timer v2_host;
	struct mgm_igmp_timer query;	/* the next of those that are left */
};

struct mgm_igmp_if {
	struct mgm_igmp_net *in;
	u32 ifindex;
	bool gone;			/* the device is */
	bool up;			/* the link is; under rtnl */
	bool frozen;			/* MGM must not be told anything */
	ktime_t now;			/* when what is being handled began */
	struct mgm_igmp_config config;

	bool querier;			/* we are it */
	__be32 querier_addr;		/* if we are not */
	ktime_t querier_since;
	u8 startup_left;
	u8 robustness;			/* in force */
	u32 query_interval;
	struct mgm_igmp_timer general;	/* we are: the next general query */
	struct mgm_igmp_timer other;	/* we are not: nobody is any more */
	struct mgm_igmp_timer retry;	/* to tell MGM what it did not take */

	struct rb_root groups;
	u32 nr_groups;
	struct timerqueue_head timers;
	struct delayed_work timer_work;

	struct sk_buff_head queue;	/* its lock: the next three, too */
	u32 tokens;
	unsigned long refilled;
	atomic_t queue_bytes;		/* memory of what waits, or is looked at */
	struct work_struct queue_work;

	struct work_struct link_work;	/* it has come up, or has an address */
	struct list_head ending;	/* of those that end together */
	atomic64_t stats[MGM_IGMP_A_STATS_MAX + 1];
};

/**
 * struct mgm_igmp_net - IGMP in one network namespace
 * @net: the namespace
 * @config: see above
 * @lock: see above
 * @interfaces: by ifindex
 * @handle: of the registration with MGM; 0 while IGMP is enabled nowhere
 * @genid: counts changes, never 0; makes dumps consistent
 * @gone: removes interfaces whose device went
 */
struct mgm_igmp_net {
	struct net *net;
	struct mutex config;		/* enabling and disabling */
	struct mutex lock;		/* what happens on the interfaces */
	struct xarray interfaces;
	u32 handle;
	u32 genid;
	struct work_struct gone;
};

static inline void mgm_igmp_count(struct mgm_igmp_if *ifc,
				  enum mgm_igmp_a_stats what)
{
	atomic64_inc(&ifc->stats[what]);
}

static inline void mgm_igmp_changed(struct mgm_igmp_net *in)
{
	if (!++in->genid)
		in->genid = 1;
}

/* main.c */
extern struct workqueue_struct *mgm_igmp_wq;

struct mgm_igmp_net *mgm_igmp_pernet(const struct net *net);
int mgm_igmp_start(struct mgm_igmp_net *in, struct netlink_ext_ack *extack);
void mgm_igmp_stop(struct mgm_igmp_net *in);

/* timer.c */
void mgm_igmp_timer_init(struct mgm_igmp_timer *timer,
			 void (*fire)(struct mgm_igmp_timer *timer));
void mgm_igmp_timer_set(struct mgm_igmp_if *ifc, struct mgm_igmp_timer *timer,
			u32 ms);
void mgm_igmp_timer_lower(struct mgm_igmp_if *ifc,
			  struct mgm_igmp_timer *timer, u32 ms);
void mgm_igmp_timer_stop(struct mgm_igmp_if *ifc, struct mgm_igmp_timer *timer);
bool mgm_igmp_timer_runs(const struct mgm_igmp_timer *timer);
u64 mgm_igmp_timer_left(const struct mgm_igmp_timer *timer, ktime_t now);
void mgm_igmp_timers_fire(struct mgm_igmp_if *ifc);
void mgm_igmp_timers_init(struct mgm_igmp_if *ifc);
void mgm_igmp_timers_exit(struct mgm_igmp_if *ifc);

/* config.c: settings, and the intervals that follow from them, in milliseconds */
void mgm_igmp_config_init(struct mgm_igmp_config *config);
int mgm_igmp_config_check(const struct mgm_igmp_config *config,
			  struct netlink_ext_ack *extack);
u32 mgm_igmp_last_member_count(const struct mgm_igmp_if *ifc);
u32 mgm_igmp_last_member_time(const struct mgm_igmp_if *ifc);
u32 mgm_igmp_startup_count(const struct mgm_igmp_config *config);
u32 mgm_igmp_startup_interval(const struct mgm_igmp_config *config);
u32 mgm_igmp_membership_interval(const struct mgm_igmp_if *ifc);
u32 mgm_igmp_other_querier_interval(const struct mgm_igmp_if *ifc);
u32 mgm_igmp_older_host_interval(const struct mgm_igmp_if *ifc);

/* interface.c: where IGMP is enabled */
struct mgm_igmp_if *mgm_igmp_if_find(struct mgm_igmp_net *in, u32 ifindex);
int mgm_igmp_if_enable(struct mgm_igmp_net *in, u32 ifindex,
		       const struct mgm_igmp_config *config,
		       struct netlink_ext_ack *extack);
int mgm_igmp_if_disable(struct mgm_igmp_net *in, u32 ifindex,
			struct netlink_ext_ack *extack);
void mgm_igmp_if_set(struct mgm_igmp_if *ifc,
		     const struct mgm_igmp_config *config);
void mgm_igmp_if_end_all(struct mgm_igmp_net *in);
void mgm_igmp_if_end_gone(struct mgm_igmp_net *in);
int mgm_igmp_device_init(void);
void mgm_igmp_device_exit(void);

/* group.c: groups and their sources */
struct mgm_igmp_group *mgm_igmp_group_find(struct mgm_igmp_if *ifc,
					   __be32 addr);
struct mgm_igmp_group *mgm_igmp_group_after(struct mgm_igmp_if *ifc,
					    const __be32 *addr);
struct mgm_igmp_group *mgm_igmp_group_create(struct mgm_igmp_if *ifc,
					     __be32 addr);
void mgm_igmp_group_destroy(struct mgm_igmp_group *group);
void mgm_igmp_group_expire(struct mgm_igmp_group *group);
int mgm_igmp_group_sync(struct mgm_igmp_group *group);
void mgm_igmp_group_update(struct mgm_igmp_group *group);
void mgm_igmp_groups_flush(struct mgm_igmp_if *ifc);
struct mgm_igmp_source *mgm_igmp_source_find(struct mgm_igmp_group *group,
					     __be32 addr);
struct mgm_igmp_source *mgm_igmp_source_create(struct mgm_igmp_group *group,
					       __be32 addr);
void mgm_igmp_source_want(struct mgm_igmp_source *source, u32 ms);
void mgm_igmp_source_forget(struct mgm_igmp_source *source);
void mgm_igmp_source_exclude(struct mgm_igmp_source *source);
void mgm_igmp_source_expire(struct mgm_igmp_source *source);
struct mgm_igmp_source *mgm_igmp_source_first(const struct mgm_igmp_group *group);
struct mgm_igmp_source *mgm_igmp_source_next(struct mgm_igmp_source *source);
int mgm_igmp_join(struct mgm_igmp_if *ifc, __be32 grp, __be32 src,
		  struct netlink_ext_ack *extack);
int mgm_igmp_leave(struct mgm_igmp_if *ifc, __be32 grp, __be32 src,
		   struct netlink_ext_ack *extack);

/* record.c: what a report does to a group, 6.4 and 7.3.2 */
void mgm_igmp_record(struct mgm_igmp_if *ifc, __be32 reporter, u8 type,
		     __be32 grp, const __be32 *srcs, unsigned int n);
void mgm_igmp_v1_report(struct mgm_igmp_if *ifc, __be32 reporter, __be32 grp);
void mgm_igmp_v2_report(struct mgm_igmp_if *ifc, __be32 reporter, __be32 grp);
void mgm_igmp_v2_leave(struct mgm_igmp_if *ifc, __be32 reporter, __be32 grp);

/* A query, sent or heard; times in milliseconds. */
struct mgm_igmp_query {
	__be32 querier;
	__be32 grp;			/* 0: general */
	u8 version;
	bool suppress;			/* S flag */
	u8 robustness;			/* v3; 0: more than it can say */
	u32 query_interval;		/* v3, ms */
	u32 max_resp;			/* ms */
	const __be32 *srcs;
	unsigned int n;
};

/* query.c: queries about groups and sources, 6.6.3, and those heard, 6.6.1 */
void mgm_igmp_ask_group(struct mgm_igmp_group *group);
void mgm_igmp_ask_sources(struct mgm_igmp_group *group);
void mgm_igmp_ask_again(struct mgm_igmp_group *group);
void mgm_igmp_asked(struct mgm_igmp_if *ifc,
		    const struct mgm_igmp_query *query);

/* querier.c: general queries, and who sends them, 6.6.2 */
void mgm_igmp_querier_init(struct mgm_igmp_if *ifc);
void mgm_igmp_querier_start(struct mgm_igmp_if *ifc);
void mgm_igmp_querier_restart(struct mgm_igmp_if *ifc);
void mgm_igmp_querier_set(struct mgm_igmp_if *ifc);
void mgm_igmp_query_heard(struct mgm_igmp_if *ifc,
			  const struct mgm_igmp_query *query);

/* member.c: MGM is told what is wanted */
extern const struct mgm_protocol_ops mgm_igmp_ops;

void mgm_igmp_tell_init(struct mgm_igmp_if *ifc);
int mgm_igmp_tell(struct mgm_igmp_group *group);

/* code.c: times as one octet, 4.1.1 and 4.1.7 */
u8 mgm_igmp_code(u32 value);
u32 mgm_igmp_code_value(u8 code);

/* input.c: messages, from the hook to the rooms */
void mgm_igmp_warn_version(struct mgm_igmp_if *ifc, __be32 querier, u8 version);
void mgm_igmp_input_init(struct mgm_igmp_if *ifc);
void mgm_igmp_input_exit(struct mgm_igmp_if *ifc);
int mgm_igmp_hook_register(struct mgm_igmp_net *in);
void mgm_igmp_hook_unregister(struct mgm_igmp_net *in);

/* output.c */
__be32 mgm_igmp_address(struct mgm_igmp_if *ifc);
void mgm_igmp_send(struct mgm_igmp_if *ifc, const struct mgm_igmp_query *query);

/* netlink.c */
int mgm_igmp_netlink_init(void);
void mgm_igmp_netlink_exit(void);

#endif /* _MGM_IGMP_H */
