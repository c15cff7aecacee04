/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the generic netlink family: what its files offer to each other.
 */
#ifndef _MGM_IGMP_NETLINK_H
#define _MGM_IGMP_NETLINK_H

#include <net/genetlink.h>

#include "igmp.h"

/* netlink.c */
extern struct genl_family mgm_igmp_family;

/* netlink_get.c */
int mgm_igmp_nl_interface_get_doit(struct sk_buff *skb,
				   struct genl_info *info);
int mgm_igmp_nl_interface_dump_start(struct netlink_callback *cb);
int mgm_igmp_nl_group_dump_start(struct netlink_callback *cb);
int mgm_igmp_nl_interface_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb);
int mgm_igmp_nl_group_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);

/* netlink_set.c */
struct mgm_igmp_if *mgm_igmp_nl_lock_if(struct mgm_igmp_net *in,
					struct genl_info *info, int attr);
int mgm_igmp_nl_interface_enable_doit(struct sk_buff *skb,
				      struct genl_info *info);
int mgm_igmp_nl_interface_disable_doit(struct sk_buff *skb,
				       struct genl_info *info);
int mgm_igmp_nl_interface_set_doit(struct sk_buff *skb,
				   struct genl_info *info);
int mgm_igmp_nl_join_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_igmp_nl_leave_doit(struct sk_buff *skb, struct genl_info *info);

#endif /* _MGM_IGMP_NETLINK_H */
