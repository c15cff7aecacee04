// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses and keys: which of them make sense, and what they name.
 */
#include <linux/inetdevice.h>

#include "key.h"

/* Is @sg among what @wide names? */
bool mgm_sg_covers(const struct mgm_sg *wide, const struct mgm_sg *sg)
{
	return wide->family == sg->family &&
	       (!wide->grp_len ||
		!mgm_addr_cmp(sg->family, &wide->grp, &sg->grp)) &&
	       (!wide->src_len ||
		!mgm_addr_cmp(sg->family, &wide->src, &sg->src));
}

/* The first node of @root behind @key in the order of @cmp; of all, if !@key. */
struct rb_node *mgm_rb_first_after(const struct rb_root *root, const void *key,
				   int (*cmp)(const void *key,
					      const struct rb_node *node))
{
	struct rb_node *node = root->rb_node, *best = NULL;

	while (node) {
		if (!key || cmp(key, node) < 0) {
			best = node;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return best;
}

static bool ipv4_is_unicast(__be32 addr)
{
	return !ipv4_is_zeronet(addr) && !ipv4_is_multicast(addr) &&
	       !ipv4_is_lbcast(addr) && !ipv4_is_loopback(addr);
}

int mgm_if_check(const struct mgm_if *ifc, struct netlink_ext_ack *extack)
{
	if (ifc->family != AF_INET) {
		NL_SET_ERR_MSG(extack, "the address family is not supported: IPv4 only");
		return -EOPNOTSUPP;
	}
	if (!ifc->ifindex) {
		NL_SET_ERR_MSG(extack, "the interface index is 0");
		return -EINVAL;
	}
	if (ifc->nexthop.ip4 && !ipv4_is_unicast(ifc->nexthop.ip4)) {
		NL_SET_ERR_MSG(extack, "the next hop is not a unicast address");
		return -EINVAL;
	}
	return 0;
}

static int check_len(u8 len, const union mgm_addr *addr,
		     struct netlink_ext_ack *extack)
{
	if (len > 32) {
		NL_SET_ERR_MSG(extack, "a prefix length is greater than 32");
		return -EINVAL;
	}
	if (len && len < 32) {
		NL_SET_ERR_MSG(extack, "a prefix length is 32, or 0 for the wildcard: no ranges");
		return -EOPNOTSUPP;
	}
	if (!len && addr->ip4) {
		NL_SET_ERR_MSG(extack, "an address has bits outside its prefix length");
		return -EINVAL;
	}
	return 0;
}

int mgm_sg_check_grp(const struct mgm_sg *sg, struct netlink_ext_ack *extack)
{
	int err;

	if (sg->family != AF_INET) {
		NL_SET_ERR_MSG(extack, "the address family is not supported: IPv4 only");
		return -EOPNOTSUPP;
	}
	err = check_len(sg->grp_len, &sg->grp, extack);
	if (err)
		return err;
	if (sg->grp_len && !ipv4_is_multicast(sg->grp.ip4)) {
		NL_SET_ERR_MSG(extack, "the group is not a multicast address");
		return -EINVAL;
	}
	if (sg->grp_len && ipv4_is_local_multicast(sg->grp.ip4)) {
		NL_SET_ERR_MSG(extack, "the group is in 224.0.0.0/24, which is never forwarded");
		return -EINVAL;
	}
	return 0;
}

/* The group has been found to be good. */
int mgm_sg_check_src(const struct mgm_sg *sg, struct netlink_ext_ack *extack)
{
	int err;

	err = check_len(sg->src_len, &sg->src, extack);
	if (err)
		return err;
	if (sg->src_len && !sg->grp_len) {
		NL_SET_ERR_MSG(extack, "a source is given with the wildcard group");
		return -EINVAL;
	}
	if (sg->src_len && !ipv4_is_unicast(sg->src.ip4)) {
		NL_SET_ERR_MSG(extack, "the source is not a unicast address");
		return -EINVAL;
	}
	return 0;
}
