/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses and keys: their order, and which of them make sense. The order is compared
 * at every step down every tree, and so stands here.
 */
#ifndef _MGM_KEY_H
#define _MGM_KEY_H

#include <linux/netlink.h>
#include <linux/rbtree.h>
#include <net/ipv6.h>
#include <net/mgm.h>

static inline int mgm_u32_cmp(u32 a, u32 b)
{
	return a < b ? -1 : a > b;
}

static inline int mgm_addr_cmp(u16 family, const union mgm_addr *a,
			       const union mgm_addr *b)
{
	if (family == AF_INET)
		return mgm_u32_cmp(ntohl(a->ip4), ntohl(b->ip4));
	return ipv6_addr_cmp(&a->ip6, &b->ip6);
}

static inline bool mgm_addr_any(u16 family, const union mgm_addr *a)
{
	return family == AF_INET ? !a->ip4 : ipv6_addr_any(&a->ip6);
}

static inline int mgm_if_cmp(const struct mgm_if *a, const struct mgm_if *b)
{
	return mgm_u32_cmp(a->ifindex, b->ifindex) ?:
	       mgm_u32_cmp(a->family, b->family) ?:
	       mgm_addr_cmp(a->family, &a->nexthop, &b->nexthop);
}

/* Group first: all entries of a group stand together, wildcards before them. */
static inline int mgm_sg_cmp(const struct mgm_sg *a, const struct mgm_sg *b)
{
	return mgm_u32_cmp(a->family, b->family) ?:
	       mgm_addr_cmp(a->family, &a->grp, &b->grp) ?:
	       mgm_u32_cmp(a->grp_len, b->grp_len) ?:
	       mgm_addr_cmp(a->family, &a->src, &b->src) ?:
	       mgm_u32_cmp(a->src_len, b->src_len);
}

int mgm_if_check(const struct mgm_if *ifc, struct netlink_ext_ack *extack);
bool mgm_sg_covers(const struct mgm_sg *wide, const struct mgm_sg *sg);
int mgm_sg_check_grp(const struct mgm_sg *sg, struct netlink_ext_ack *extack);
int mgm_sg_check_src(const struct mgm_sg *sg, struct netlink_ext_ack *extack);
struct rb_node *mgm_rb_first_after(const struct rb_root *root, const void *key,
				   int (*cmp)(const void *key,
					      const struct rb_node *node));

#endif /* _MGM_KEY_H */
