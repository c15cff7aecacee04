/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the generic netlink family: what its files offer to each other.
 */
#ifndef _MGM_NETLINK_H
#define _MGM_NETLINK_H

#include <net/genetlink.h>

#include "core.h"

/* netlink.c */
extern struct genl_family mgm_family;
extern const struct nla_policy mgm_alert_oif_policy[MGM_A_OIF_MAX + 1];

/* netlink_fill.c: one object each, for get, dump and notification alike */
int mgm_put_addr(struct sk_buff *skb, u16 family, int attr4, int attr6,
		 const union mgm_addr *addr);
#define put_addr_of(skb, family, set, attr, addr)			\
	mgm_put_addr(skb, family, MGM_A_##set##_##attr##4,		\
		     MGM_A_##set##_##attr##6, addr)
int mgm_fill_protocol(struct sk_buff *skb, const struct mgm_protocol *proto);
int mgm_fill_interface(struct sk_buff *skb, const struct mgm_interface *ifc,
		       u32 handle);
int mgm_fill_membership(struct sk_buff *skb, const struct mgm_membership *m);
int mgm_fill_mfe(struct sk_buff *skb, const struct mgm_net *mn,
		 const struct mgm_mfe *mfe);
size_t mgm_size_mfe(u32 n);
size_t mgm_size_this_mfe(const struct mgm_net *mn, const struct mgm_mfe *mfe);
int mgm_fill_limit(struct sk_buff *skb, const struct mgm_net *mn,
		   enum mgm_limit id);
int mgm_fill_config(struct sk_buff *skb, const struct mgm_config *config);

/* netlink_attr.c: keys out of requests */
int mgm_parse_client(struct genl_info *info, int attr,
		     struct mgm_client *client);
int mgm_parse_interface(struct genl_info *info, struct mgm_if *ifc);
int mgm_parse_membership_if(struct genl_info *info, struct mgm_if *ifc);
int mgm_parse_membership_sg(struct genl_info *info, struct mgm_sg *sg);
int mgm_parse_mfe(struct genl_info *info, struct mgm_sg *sg);
int mgm_parse_mfe_iif(struct genl_info *info, struct mgm_if *iif);
int mgm_parse_mfe_upstream(struct genl_info *info, union mgm_addr *upstream);
int mgm_parse_alert_rpf(struct genl_info *info, struct mgm_rpf *rpf);

/* netlink_alert.c */
u8 mgm_nl_alert_cmd(const struct mgm_alert *alert);
size_t mgm_size_alert(const struct mgm_alert *alert);
int mgm_fill_alert(struct sk_buff *skb, const struct mgm_alert *alert,
		   u32 handle);
int mgm_nl_tell(const struct mgm_protocol *proto,
		const struct mgm_alert *alert);
int mgm_nl_alert_answer_doit(struct sk_buff *skb, struct genl_info *info);

/* netlink_get.c */
int mgm_nl_protocol_get_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_interface_get_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_mfe_get_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_dump_start(struct netlink_callback *cb);
int mgm_nl_mfe_dump_start(struct netlink_callback *cb);
int mgm_nl_dump_done(struct netlink_callback *cb);
int mgm_nl_protocol_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int mgm_nl_interface_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int mgm_nl_membership_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int mgm_nl_mfe_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int mgm_nl_limit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

/* netlink_set.c */
int mgm_nl_protocol_register_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_protocol_deregister_doit(struct sk_buff *skb,
				    struct genl_info *info);
int mgm_nl_interface_take_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_interface_release_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_interface_set_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_membership_add_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_membership_del_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_mfe_set_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_limit_set_doit(struct sk_buff *skb, struct genl_info *info);
int mgm_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info);

#endif /* _MGM_NETLINK_H */
