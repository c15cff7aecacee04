// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: its commands, and what their attributes may be.
 */
#include <linux/module.h>

#include "netlink.h"

static const struct nla_policy interface_key_policy[] = {
	[MGM_IGMP_A_INTERFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* NLA_POLICY_RANGE() has 16 bits for each end. */
static struct netlink_range_validation query_interval_range = {
	.min = 1000,
	.max = 31744000,
};

static struct netlink_range_validation response_interval_range = {
	.min = 100,
	.max = 3174400,
};

static struct netlink_range_validation startup_interval_range = {
	.max = 31744000,
};

static const struct nla_policy interface_set_policy[] = {
	[MGM_IGMP_A_INTERFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_IGMP_A_INTERFACE_VERSION] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[MGM_IGMP_A_INTERFACE_ROBUSTNESS] = NLA_POLICY_RANGE(NLA_U32, 1, 7),
	[MGM_IGMP_A_INTERFACE_QUERY_INTERVAL] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &query_interval_range),
	[MGM_IGMP_A_INTERFACE_QUERY_RESPONSE_INTERVAL] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &response_interval_range),
	[MGM_IGMP_A_INTERFACE_LAST_MEMBER_QUERY_INTERVAL] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &response_interval_range),
	[MGM_IGMP_A_INTERFACE_LAST_MEMBER_QUERY_COUNT] =
		NLA_POLICY_MAX(NLA_U32, 7),
	[MGM_IGMP_A_INTERFACE_STARTUP_QUERY_INTERVAL] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &startup_interval_range),
	[MGM_IGMP_A_INTERFACE_STARTUP_QUERY_COUNT] =
		NLA_POLICY_MAX(NLA_U32, 7),
	[MGM_IGMP_A_INTERFACE_IMMEDIATE_LEAVE] = NLA_POLICY_MAX(NLA_U32, 1),
	[MGM_IGMP_A_INTERFACE_ROUTER_ALERT] = NLA_POLICY_MAX(NLA_U32, 1),
	[MGM_IGMP_A_INTERFACE_GROUPS_MAX] = { .type = NLA_U32 },
	[MGM_IGMP_A_INTERFACE_SOURCES_MAX] =
		NLA_POLICY_MAX(NLA_U32, MGM_IGMP_SOURCES_MAX),
	[MGM_IGMP_A_INTERFACE_RATE_MAX] = { .type = NLA_U32 },
};

static const struct nla_policy group_key_policy[] = {
	[MGM_IGMP_A_GROUP_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct nla_policy group_join_policy[] = {
	[MGM_IGMP_A_GROUP_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_IGMP_A_GROUP_GROUP4] = { .type = NLA_U32 },
	[MGM_IGMP_A_GROUP_SOURCE4] = { .type = NLA_U32 },
};

static const struct genl_ops ops[] = {
	{
		.cmd = MGM_IGMP_CMD_INTERFACE_GET,
		.doit = mgm_igmp_nl_interface_get_doit,
		.start = mgm_igmp_nl_interface_dump_start,
		.dumpit = mgm_igmp_nl_interface_get_dumpit,
		.policy = interface_key_policy,
		.maxattr = MGM_IGMP_A_INTERFACE_IFINDEX,
	}, {
		.cmd = MGM_IGMP_CMD_INTERFACE_ENABLE,
		.doit = mgm_igmp_nl_interface_enable_doit,
		.policy = interface_set_policy,
		.maxattr = MGM_IGMP_A_INTERFACE_RATE_MAX,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_IGMP_CMD_INTERFACE_DISABLE,
		.doit = mgm_igmp_nl_interface_disable_doit,
		.policy = interface_key_policy,
		.maxattr = MGM_IGMP_A_INTERFACE_IFINDEX,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_IGMP_CMD_INTERFACE_SET,
		.doit = mgm_igmp_nl_interface_set_doit,
		.policy = interface_set_policy,
		.maxattr = MGM_IGMP_A_INTERFACE_RATE_MAX,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_IGMP_CMD_GROUP_GET,
		.start = mgm_igmp_nl_group_dump_start,
		.dumpit = mgm_igmp_nl_group_get_dumpit,
		.policy = group_key_policy,
		.maxattr = MGM_IGMP_A_GROUP_IFINDEX,
	}, {
		.cmd = MGM_IGMP_CMD_JOIN,
		.doit = mgm_igmp_nl_join_doit,
		.policy = group_join_policy,
		.maxattr = MGM_IGMP_A_GROUP_SOURCE4,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_IGMP_CMD_LEAVE,
		.doit = mgm_igmp_nl_leave_doit,
		.policy = group_join_policy,
		.maxattr = MGM_IGMP_A_GROUP_SOURCE4,
		.flags = GENL_UNS_ADMIN_PERM,
	},
};

struct genl_family mgm_igmp_family __ro_after_init = {
	.name = MGM_IGMP_GENL_NAME,
	.version = MGM_IGMP_GENL_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
};

int mgm_igmp_netlink_init(void)
{
	return genl_register_family(&mgm_igmp_family);
}

void mgm_igmp_netlink_exit(void)
{
	genl_unregister_family(&mgm_igmp_family);
}
