/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interfaces, and the devices that they are on.
 */
#ifndef _MGM_INTERFACE_H
#define _MGM_INTERFACE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/u64_stats_sync.h>
#include <net/dst_cache.h>
#include <net/mgm.h>

struct mgm_net;
struct mgm_protocol;

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

#endif /* _MGM_INTERFACE_H */
