// SPDX-License-Identifier: GPL-2.0
/*
 * Interfaces: (ifindex, next hop), who owns each, and where IGMP is enabled.
 */
#include <linux/slab.h>

#include "core.h"

static struct mgm_interface *entry(const struct rb_node *node)
{
	return rb_entry(node, struct mgm_interface, node);
}

static int cmp_key(const void *key, const struct rb_node *node)
{
	return mgm_if_cmp(key, &entry(node)->key);
}

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return mgm_if_cmp(&entry(a)->key, &entry(b)->key) < 0;
}

struct mgm_interface *mgm_interface_find(struct mgm_net *mn,
					 const struct mgm_if *key)
{
	struct rb_node *node;

	lockdep_assert_held(&mn->lock);
	node = rb_find(key, &mn->interfaces, cmp_key);
	return node ? entry(node) : NULL;
}

/* The first interface whose key is greater than @key; of all, if NULL. */
struct mgm_interface *mgm_interface_after(struct mgm_net *mn,
					  const struct mgm_if *key)
{
	struct rb_node *node;

	lockdep_assert_held(&mn->lock);
	node = mgm_rb_first_after(&mn->interfaces, key, cmp_key);
	return node ? entry(node) : NULL;
}

/* A new interface has neither link nor owner; the caller gives it both. */
struct mgm_interface *mgm_interface_create(struct mgm_net *mn,
					   const struct mgm_if *key,
					   struct netlink_ext_ack *extack)
{
	struct mgm_interface *ifc;
	int err = -ENOMEM;

	lockdep_assert_held(&mn->lock);
	if (!mgm_bound_charge(mn, MGM_LIMIT_INTERFACES, 1)) {
		NL_SET_ERR_MSG(extack, "too many interfaces in this namespace");
		return ERR_PTR(-ENOSPC);
	}
	ifc = kzalloc(sizeof(*ifc), GFP_KERNEL_ACCOUNT);
	if (!ifc)
		goto uncharge;
	ifc->traffic = __netdev_alloc_pcpu_stats(struct mgm_traffic,
						 GFP_KERNEL_ACCOUNT);
	if (!ifc->traffic)
		goto free;
	err = dst_cache_init(&ifc->dst, GFP_KERNEL_ACCOUNT);
	if (err)
		goto traffic;

	ifc->key = *key;
	ifc->ttl_threshold = 1;
	ifc->wrong_if = true;
	INIT_LIST_HEAD(&ifc->owner_node);
	INIT_LIST_HEAD(&ifc->igmp_node);
	INIT_LIST_HEAD(&ifc->memberships);
	INIT_LIST_HEAD(&ifc->mfes);
	INIT_LIST_HEAD(&ifc->oifs);
	INIT_LIST_HEAD(&ifc->vetoes);
	rb_add(&ifc->node, &mn->interfaces, less);
	return ifc;

traffic:
	free_percpu(ifc->traffic);
free:
	kfree(ifc);
uncharge:
	mgm_bound_uncharge(mn, MGM_LIMIT_INTERFACES, 1);
	return ERR_PTR(err);
}

static void free_rcu(struct rcu_head *rcu)
{
	struct mgm_interface *ifc = container_of(rcu, struct mgm_interface, rcu);

	dst_cache_destroy(&ifc->dst);
	free_percpu(ifc->traffic);
	kfree(ifc);
}

/* The caller has taken away its link, owner, memberships and MFEs. */
void mgm_interface_destroy(struct mgm_net *mn, struct mgm_interface *ifc)
{
	lockdep_assert_held(&mn->lock);
	WARN_ON_ONCE(mgm_interface_in_use(ifc) || ifc->nr_memberships ||
		     ifc->nr_mfes || ifc->nr_oifs ||
		     !list_empty(&ifc->vetoes));

	rb_erase(&ifc->node, &mn->interfaces);
	mgm_bound_uncharge(mn, MGM_LIMIT_INTERFACES, 1);
	call_rcu(&ifc->rcu, free_rcu);
}

/* What all CPUs have counted. */
void mgm_interface_counts(const struct mgm_interface *ifc,
			  struct mgm_counts *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct mgm_traffic *t = per_cpu_ptr(ifc->traffic, cpu);
		struct mgm_counts one;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&t->syncp);
			one.in_packets = u64_stats_read(&t->in_packets);
			one.in_octets = u64_stats_read(&t->in_octets);
			one.out_packets = u64_stats_read(&t->out_packets);
			one.out_octets = u64_stats_read(&t->out_octets);
		} while (u64_stats_fetch_retry(&t->syncp, start));
		sum->in_packets += one.in_packets;
		sum->in_octets += one.in_octets;
		sum->out_packets += one.out_packets;
		sum->out_octets += one.out_octets;
	}
}

static void set_user(struct mgm_protocol **user, struct list_head *node,
		     struct mgm_protocol *proto)
{
	if (*user) {
		list_del_init(node);
		(*user)->nr_interfaces--;
	}
	*user = proto;
	if (proto) {
		list_add_tail(node, &proto->interfaces);
		proto->nr_interfaces++;
	}
}

void mgm_interface_set_owner(struct mgm_net *mn, struct mgm_interface *ifc,
			     struct mgm_protocol *proto)
{
	lockdep_assert_held(&mn->lock);
	set_user(&ifc->owner, &ifc->owner_node, proto);
}

void mgm_interface_set_igmp(struct mgm_net *mn, struct mgm_interface *ifc,
			    struct mgm_protocol *igmp)
{
	lockdep_assert_held(&mn->lock);
	set_user(&ifc->igmp, &ifc->igmp_node, igmp);
}
