// SPDX-License-Identifier: GPL-2.0
/*
 * Changing: where IGMP is enabled, its settings, what is joined by command.
 */
#include "netlink.h"

static int parse_ifindex(struct genl_info *info, int attr, u32 *ifindex)
{
	if (GENL_REQ_ATTR_CHECK(info, attr)) {
		NL_SET_ERR_MSG(info->extack, "the interface index is missing");
		return -EINVAL;
	}
	*ifindex = nla_get_u32(info->attrs[attr]);
	return 0;
}

/* The value of an attribute, if it is there, in place of @old. */
static u32 setting(struct genl_info *info, int attr, u32 old, bool *any)
{
	if (!info->attrs[attr])
		return old;
	*any = true;
	return nla_get_u32(info->attrs[attr]);
}

/* The codes of the messages have no more than this. */
static int check_unit(struct genl_info *info, int attr, u32 unit)
{
	if (!info->attrs[attr] || !(nla_get_u32(info->attrs[attr]) % unit))
		return 0;
	if (unit == 1000)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "the interval must be a whole number of seconds");
	else
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "the interval must be a whole number of tenths of a second");
	return -EINVAL;
}

/* What the request says of the settings goes into @config. 1 if it says any. */
static int parse_config(struct genl_info *info, struct mgm_igmp_config *config)
{
	struct nlattr *response =
		info->attrs[MGM_IGMP_A_INTERFACE_QUERY_RESPONSE_INTERVAL];
	struct nlattr *query = info->attrs[MGM_IGMP_A_INTERFACE_QUERY_INTERVAL];
	bool any = false;
	int err;

	err = check_unit(info, MGM_IGMP_A_INTERFACE_QUERY_INTERVAL, 1000) ?:
	      check_unit(info, MGM_IGMP_A_INTERFACE_QUERY_RESPONSE_INTERVAL,
			 100) ?:
	      check_unit(info, MGM_IGMP_A_INTERFACE_LAST_MEMBER_QUERY_INTERVAL,
			 100);
	if (err)
		return err;
	config->version =
		setting(info, MGM_IGMP_A_INTERFACE_VERSION,
			config->version, &any);
	config->robustness =
		setting(info, MGM_IGMP_A_INTERFACE_ROBUSTNESS,
			config->robustness, &any);
	config->query_interval =
		setting(info, MGM_IGMP_A_INTERFACE_QUERY_INTERVAL,
			config->query_interval, &any);
	config->query_response_interval =
		setting(info, MGM_IGMP_A_INTERFACE_QUERY_RESPONSE_INTERVAL,
			config->query_response_interval, &any);
	config->last_member_query_interval =
		setting(info, MGM_IGMP_A_INTERFACE_LAST_MEMBER_QUERY_INTERVAL,
			config->last_member_query_interval, &any);
	config->last_member_query_count =
		setting(info, MGM_IGMP_A_INTERFACE_LAST_MEMBER_QUERY_COUNT,
			config->last_member_query_count, &any);
	config->startup_query_interval =
		setting(info, MGM_IGMP_A_INTERFACE_STARTUP_QUERY_INTERVAL,
			config->startup_query_interval, &any);
	config->startup_query_count =
		setting(info, MGM_IGMP_A_INTERFACE_STARTUP_QUERY_COUNT,
			config->startup_query_count, &any);
	config->immediate_leave =
		setting(info, MGM_IGMP_A_INTERFACE_IMMEDIATE_LEAVE,
			config->immediate_leave, &any);
	config->router_alert =
		setting(info, MGM_IGMP_A_INTERFACE_ROUTER_ALERT,
			config->router_alert, &any);
	config->groups_max =
		setting(info, MGM_IGMP_A_INTERFACE_GROUPS_MAX,
			config->groups_max, &any);
	config->sources_max =
		setting(info, MGM_IGMP_A_INTERFACE_SOURCES_MAX,
			config->sources_max, &any);
	config->rate_max =
		setting(info, MGM_IGMP_A_INTERFACE_RATE_MAX,
			config->rate_max, &any);

	err = mgm_igmp_config_check(config, info->extack);
	if (err) {
		NL_SET_BAD_ATTR(info->extack, response ?: query);
		return err;
	}
	return any;
}

int mgm_igmp_nl_interface_enable_doit(struct sk_buff *skb,
				      struct genl_info *info)
{
	struct mgm_igmp_net *in = mgm_igmp_pernet(genl_info_net(info));
	struct mgm_igmp_config config;
	u32 ifindex;
	int err;

	err = parse_ifindex(info, MGM_IGMP_A_INTERFACE_IFINDEX, &ifindex);
	if (err)
		return err;
	mgm_igmp_config_init(&config);
	err = parse_config(info, &config);
	if (err < 0)
		return err;
	err = mgm_igmp_if_enable(in, ifindex, &config, info->extack);
	if (err && err != -ENOMEM && err != -ENOSPC)
		NL_SET_BAD_ATTR(info->extack,
				info->attrs[MGM_IGMP_A_INTERFACE_IFINDEX]);
	return err;
}

int mgm_igmp_nl_interface_disable_doit(struct sk_buff *skb,
				       struct genl_info *info)
{
	struct mgm_igmp_net *in = mgm_igmp_pernet(genl_info_net(info));
	u32 ifindex;
	int err;

	err = parse_ifindex(info, MGM_IGMP_A_INTERFACE_IFINDEX, &ifindex);
	if (err)
		return err;
	err = mgm_igmp_if_disable(in, ifindex, info->extack);
	if (err)
		NL_SET_BAD_ATTR(info->extack,
				info->attrs[MGM_IGMP_A_INTERFACE_IFINDEX]);
	return err;
}

/*
 * Lock, and find the interface of a request about it: with the lock held, if that
 * is no error.
 */
struct mgm_igmp_if *mgm_igmp_nl_lock_if(struct mgm_igmp_net *in,
					struct genl_info *info, int attr)
{
	struct mgm_igmp_if *ifc;
	u32 ifindex;
	int err;

	err = parse_ifindex(info, attr, &ifindex);
	if (err)
		return ERR_PTR(err);
	mutex_lock(&in->lock);
	ifc = mgm_igmp_if_find(in, ifindex);
	if (!ifc) {
		mutex_unlock(&in->lock);
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "IGMP is not enabled on this interface");
		return ERR_PTR(-ENOENT);
	}
	ifc->now = ktime_get();
	return ifc;
}

int mgm_igmp_nl_interface_set_doit(struct sk_buff *skb,
				   struct genl_info *info)
{
	struct mgm_igmp_net *in = mgm_igmp_pernet(genl_info_net(info));
	struct mgm_igmp_config config;
	struct mgm_igmp_if *ifc;
	int err;

	ifc = mgm_igmp_nl_lock_if(in, info, MGM_IGMP_A_INTERFACE_IFINDEX);
	if (IS_ERR(ifc))
		return PTR_ERR(ifc);
	config = ifc->config;
	err = parse_config(info, &config);
	if (err > 0) {
		mgm_igmp_if_set(ifc, &config);
		err = 0;
	} else if (!err) {
		NL_SET_ERR_MSG(info->extack, "nothing to change is given");
		err = -EINVAL;
	}
	mutex_unlock(&in->lock);
	return err;
}

static int parse_flow(struct genl_info *info, __be32 *grp, __be32 *src)
{
	struct nlattr *source = info->attrs[MGM_IGMP_A_GROUP_SOURCE4];
	struct nlattr *group = info->attrs[MGM_IGMP_A_GROUP_GROUP4];

	if (GENL_REQ_ATTR_CHECK(info, MGM_IGMP_A_GROUP_GROUP4)) {
		NL_SET_ERR_MSG(info->extack, "the group is missing");
		return -EINVAL;
	}
	*grp = nla_get_in_addr(group);
	*src = source ? nla_get_in_addr(source) : 0;
	if (!ipv4_is_multicast(*grp)) {
		NL_SET_ERR_MSG_ATTR(info->extack, group,
				    "the group is not a multicast address");
		return -EINVAL;
	}
	if (ipv4_is_local_multicast(*grp)) {
		NL_SET_ERR_MSG_ATTR(info->extack, group,
				    "groups in 224.0.0.0/24 never leave their link");
		return -EINVAL;
	}
	if (source && (ipv4_is_multicast(*src) || ipv4_is_zeronet(*src) ||
		       ipv4_is_loopback(*src) || ipv4_is_lbcast(*src))) {
		NL_SET_ERR_MSG_ATTR(info->extack, source,
				    "the source is not a unicast address");
		return -EINVAL;
	}
	return 0;
}

static int change_joined(struct genl_info *info,
			 int (*change)(struct mgm_igmp_if *ifc, __be32 grp,
				       __be32 src,
				       struct netlink_ext_ack *extack))
{
	struct mgm_igmp_net *in = mgm_igmp_pernet(genl_info_net(info));
	struct mgm_igmp_if *ifc;
	__be32 grp, src;
	int err;

	ifc = mgm_igmp_nl_lock_if(in, info, MGM_IGMP_A_GROUP_IFINDEX);
	if (IS_ERR(ifc))
		return PTR_ERR(ifc);
	err = parse_flow(info, &grp, &src);
	if (err)
		goto unlock;
	err = change(ifc, grp, src, info->extack);
	if (err == -EEXIST || err == -ENOENT)
		NL_SET_BAD_ATTR(info->extack, src ?
				info->attrs[MGM_IGMP_A_GROUP_SOURCE4] :
				info->attrs[MGM_IGMP_A_GROUP_GROUP4]);
unlock:
	mutex_unlock(&in->lock);
	return err;
}

int mgm_igmp_nl_join_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_joined(info, mgm_igmp_join);
}

int mgm_igmp_nl_leave_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_joined(info, mgm_igmp_leave);
}
