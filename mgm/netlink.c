// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: its table of commands, its policies, and the
 * notifications. Documentation/netlink/specs/mgm.yaml is the contract; the
 * tables have the shape that a generator would give them.
 */
#include <linux/notifier.h>

#include "netlink.h"

/*
 * Addresses are NLA_U32 here, as a generator would have it: the controller does
 * not show what it knows as NLA_BE32.
 */
static const struct nla_policy protocol_get_policy[] = {
	[MGM_A_PROTOCOL_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
};

#define CALLBACKS_ALL							\
	(MGM_CALLBACK_F_RPF | MGM_CALLBACK_F_CREATION |			\
	 MGM_CALLBACK_F_JOIN | MGM_CALLBACK_F_PRUNE |			\
	 MGM_CALLBACK_F_LOCAL_JOIN | MGM_CALLBACK_F_LOCAL_LEAVE |	\
	 MGM_CALLBACK_F_WRONG_IF)

static const struct nla_policy protocol_register_policy[] = {
	[MGM_A_PROTOCOL_ID] = { .type = NLA_U32 },
	[MGM_A_PROTOCOL_COMPONENT] = { .type = NLA_U32 },
	[MGM_A_PROTOCOL_NAME] = { .type = NLA_NUL_STRING,
				  .len = MGM_NAME_LEN_MAX },
	[MGM_A_PROTOCOL_FLAGS] = NLA_POLICY_MASK(NLA_U32,
						 MGM_PROTOCOL_F_PERSIST |
						 MGM_PROTOCOL_F_IGMP),
	[MGM_A_PROTOCOL_CALLBACKS] = NLA_POLICY_MASK(NLA_U32, CALLBACKS_ALL),
};

static const struct nla_policy interface_get_policy[] = {
	[MGM_A_INTERFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_INTERFACE_NEXTHOP4] = { .type = NLA_U32 },
	[MGM_A_INTERFACE_NEXTHOP6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
};

static const struct nla_policy interface_take_policy[] = {
	[MGM_A_INTERFACE_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_INTERFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_INTERFACE_NEXTHOP4] = { .type = NLA_U32 },
	[MGM_A_INTERFACE_NEXTHOP6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_INTERFACE_TTL_THRESHOLD] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
};

static const struct nla_policy interface_release_policy[] = {
	[MGM_A_INTERFACE_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_INTERFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_INTERFACE_NEXTHOP4] = { .type = NLA_U32 },
	[MGM_A_INTERFACE_NEXTHOP6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
};

static const struct nla_policy interface_set_policy[] = {
	[MGM_A_INTERFACE_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_INTERFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_INTERFACE_NEXTHOP4] = { .type = NLA_U32 },
	[MGM_A_INTERFACE_NEXTHOP6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_INTERFACE_TTL_THRESHOLD] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
	[MGM_A_INTERFACE_WRONG_IF] = NLA_POLICY_MAX(NLA_U32, 1),
};

static const struct nla_policy membership_get_policy[] = {
	[MGM_A_MEMBERSHIP_GROUP4] = { .type = NLA_U32 },
	[MGM_A_MEMBERSHIP_GROUP6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_MEMBERSHIP_TYPE] =
		NLA_POLICY_MAX(NLA_U32, MGM_MEMBERSHIP_TYPE_ANY_SOURCE),
};

static const struct nla_policy membership_change_policy[] = {
	[MGM_A_MEMBERSHIP_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_MEMBERSHIP_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_MEMBERSHIP_NEXTHOP4] = { .type = NLA_U32 },
	[MGM_A_MEMBERSHIP_NEXTHOP6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_MEMBERSHIP_GROUP4] = { .type = NLA_U32 },
	[MGM_A_MEMBERSHIP_GROUP6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_MEMBERSHIP_GROUP_LEN] = { .type = NLA_U32 },
	[MGM_A_MEMBERSHIP_SOURCE4] = { .type = NLA_U32 },
	[MGM_A_MEMBERSHIP_SOURCE6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_MEMBERSHIP_SOURCE_LEN] = { .type = NLA_U32 },
	[MGM_A_MEMBERSHIP_FLAGS] = NLA_POLICY_MASK(NLA_U32,
						   MGM_MEMBERSHIP_F_JOIN |
						   MGM_MEMBERSHIP_F_FORWARD),
};

static const struct nla_policy mfe_get_policy[] = {
	[MGM_A_MFE_GROUP4] = { .type = NLA_U32 },
	[MGM_A_MFE_GROUP6] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_MFE_SOURCE4] = { .type = NLA_U32 },
	[MGM_A_MFE_SOURCE6] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
};

static const struct nla_policy mfe_set_policy[] = {
	[MGM_A_MFE_GROUP4] = { .type = NLA_U32 },
	[MGM_A_MFE_GROUP6] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_MFE_SOURCE4] = { .type = NLA_U32 },
	[MGM_A_MFE_SOURCE6] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_MFE_IIF] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_MFE_IIF_NEXTHOP4] = { .type = NLA_U32 },
	[MGM_A_MFE_IIF_NEXTHOP6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_MFE_UPSTREAM4] = { .type = NLA_U32 },
	[MGM_A_MFE_UPSTREAM6] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_MFE_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* Without a policy, whatever is asked for would be ignored. */
#define TAKES_NONE {							\
	.type = NLA_REJECT,						\
	.reject_message = "this command takes no attribute",		\
}

static const struct nla_policy limit_get_policy[] = {
	[MGM_A_LIMIT_PAD] = TAKES_NONE,
};

static const struct nla_policy limit_set_policy[] = {
	[MGM_A_LIMIT_ID] = NLA_POLICY_MAX(NLA_U32, MGM_LIMIT_MAX),
	[MGM_A_LIMIT_VALUE] = { .type = NLA_U32 },
};

/* The same as for the limits. */
static const struct nla_policy config_get_policy[] = {
	[MGM_A_CONFIG_MFE_TIMEOUT] = TAKES_NONE,
};

/* NLA_POLICY_RANGE() has 16 bits for each end. */
static struct netlink_range_validation mfe_timeout_range = {
	.min = 1,
	.max = 604800,
};

static struct netlink_range_validation wrong_if_interval_range = {
	.min = 1,
	.max = 3600000,
};

static const struct nla_policy config_set_policy[] = {
	[MGM_A_CONFIG_MFE_TIMEOUT] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &mfe_timeout_range),
	[MGM_A_CONFIG_RPF_TABLE] = { .type = NLA_U32 },
	[MGM_A_CONFIG_WRONG_IF_INTERVAL] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &wrong_if_interval_range),
	[MGM_A_CONFIG_ANSWER_TIMEOUT] = NLA_POLICY_RANGE(NLA_U32, 1, 30000),
};

const struct nla_policy mgm_alert_oif_policy[MGM_A_OIF_MAX + 1] = {
	[MGM_A_OIF_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_OIF_NEXTHOP4] = { .type = NLA_U32 },
	[MGM_A_OIF_NEXTHOP6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
};

static struct netlink_range_validation timeout_range = {
	.min = 1,
	.max = 604800,
};

static const struct nla_policy alert_answer_policy[] = {
	[MGM_A_ALERT_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_ALERT_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_ALERT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGM_A_ALERT_NEXTHOP4] = { .type = NLA_U32 },
	[MGM_A_ALERT_NEXTHOP6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_ALERT_UPSTREAM4] = { .type = NLA_U32 },
	[MGM_A_ALERT_UPSTREAM6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[MGM_A_ALERT_TIMEOUT] = NLA_POLICY_FULL_RANGE(NLA_U32, &timeout_range),
	[MGM_A_ALERT_OIF] = NLA_POLICY_NESTED(mgm_alert_oif_policy),
};

#define DUMP(_dumpit)							\
	.start = mgm_nl_dump_start, .dumpit = _dumpit,			\
	.done = mgm_nl_dump_done

static const struct genl_ops ops[] = {
	{
		.cmd = MGM_CMD_PROTOCOL_GET,
		.doit = mgm_nl_protocol_get_doit,
		DUMP(mgm_nl_protocol_get_dumpit),
		.policy = protocol_get_policy,
		.maxattr = MGM_A_PROTOCOL_HANDLE,
	}, {
		.cmd = MGM_CMD_PROTOCOL_REGISTER,
		.doit = mgm_nl_protocol_register_doit,
		.policy = protocol_register_policy,
		.maxattr = MGM_A_PROTOCOL_CALLBACKS,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_CMD_PROTOCOL_DEREGISTER,
		.doit = mgm_nl_protocol_deregister_doit,
		.policy = protocol_get_policy,
		.maxattr = MGM_A_PROTOCOL_HANDLE,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_CMD_INTERFACE_GET,
		.doit = mgm_nl_interface_get_doit,
		DUMP(mgm_nl_interface_get_dumpit),
		.policy = interface_get_policy,
		.maxattr = MGM_A_INTERFACE_NEXTHOP6,
	}, {
		.cmd = MGM_CMD_INTERFACE_TAKE,
		.doit = mgm_nl_interface_take_doit,
		.policy = interface_take_policy,
		.maxattr = MGM_A_INTERFACE_TTL_THRESHOLD,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_CMD_INTERFACE_RELEASE,
		.doit = mgm_nl_interface_release_doit,
		.policy = interface_release_policy,
		.maxattr = MGM_A_INTERFACE_NEXTHOP6,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_CMD_INTERFACE_SET,
		.doit = mgm_nl_interface_set_doit,
		.policy = interface_set_policy,
		.maxattr = MGM_A_INTERFACE_WRONG_IF,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_CMD_MEMBERSHIP_GET,
		DUMP(mgm_nl_membership_get_dumpit),
		.policy = membership_get_policy,
		.maxattr = MGM_A_MEMBERSHIP_TYPE,
	}, {
		.cmd = MGM_CMD_MEMBERSHIP_ADD,
		.doit = mgm_nl_membership_add_doit,
		.policy = membership_change_policy,
		.maxattr = MGM_A_MEMBERSHIP_FLAGS,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_CMD_MEMBERSHIP_DEL,
		.doit = mgm_nl_membership_del_doit,
		.policy = membership_change_policy,
		.maxattr = MGM_A_MEMBERSHIP_FLAGS,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_CMD_MFE_GET,
		.doit = mgm_nl_mfe_get_doit,
		.start = mgm_nl_mfe_dump_start,
		.dumpit = mgm_nl_mfe_get_dumpit,
		.done = mgm_nl_dump_done,
		.policy = mfe_get_policy,
		.maxattr = MGM_A_MFE_SOURCE6,
	}, {
		.cmd = MGM_CMD_MFE_SET,
		.doit = mgm_nl_mfe_set_doit,
		.policy = mfe_set_policy,
		.maxattr = MGM_A_MFE_HANDLE,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_CMD_LIMIT_GET,
		DUMP(mgm_nl_limit_get_dumpit),
		.policy = limit_get_policy,
		.maxattr = MGM_A_LIMIT_PAD,
	}, {
		.cmd = MGM_CMD_LIMIT_SET,
		.doit = mgm_nl_limit_set_doit,
		.policy = limit_set_policy,
		.maxattr = MGM_A_LIMIT_VALUE,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_CMD_CONFIG_GET,
		.doit = mgm_nl_config_get_doit,
		.policy = config_get_policy,
		.maxattr = MGM_A_CONFIG_MFE_TIMEOUT,
	}, {
		.cmd = MGM_CMD_CONFIG_SET,
		.doit = mgm_nl_config_set_doit,
		.policy = config_set_policy,
		.maxattr = MGM_A_CONFIG_ANSWER_TIMEOUT,
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = MGM_CMD_ALERT_ANSWER,
		.doit = mgm_nl_alert_answer_doit,
		.policy = alert_answer_policy,
		.maxattr = MGM_A_ALERT_OIF,
		.flags = GENL_UNS_ADMIN_PERM,
	},
};

enum {
	GROUP_MONITOR,
};

static const struct genl_multicast_group groups[] = {
	[GROUP_MONITOR] = { .name = MGM_MCGRP_MONITOR },
};

struct genl_family mgm_family __ro_after_init = {
	.name = MGM_GENL_NAME,
	.version = MGM_GENL_VERSION,
	.netnsok = true,
	/* A callback may sleep as long as it likes: hold nobody else up. */
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

static const u8 event_cmd[] = {
	[MGM_EVENT_PROTOCOL_REGISTER] = MGM_CMD_PROTOCOL_REGISTER_NTF,
	[MGM_EVENT_PROTOCOL_DEREGISTER] = MGM_CMD_PROTOCOL_DEREGISTER_NTF,
	[MGM_EVENT_INTERFACE_TAKE] = MGM_CMD_INTERFACE_TAKE_NTF,
	[MGM_EVENT_INTERFACE_RELEASE] = MGM_CMD_INTERFACE_RELEASE_NTF,
	[MGM_EVENT_INTERFACE_CHANGE] = MGM_CMD_INTERFACE_CHANGE_NTF,
	[MGM_EVENT_IGMP_DISABLE] = MGM_CMD_IGMP_DISABLE_NTF,
	[MGM_EVENT_IGMP_ENABLE] = MGM_CMD_IGMP_ENABLE_NTF,
	[MGM_EVENT_MEMBERSHIP_ADD] = MGM_CMD_MEMBERSHIP_ADD_NTF,
	[MGM_EVENT_MEMBERSHIP_DEL] = MGM_CMD_MEMBERSHIP_DEL_NTF,
	[MGM_EVENT_MFE_ADD] = MGM_CMD_MFE_ADD_NTF,
	[MGM_EVENT_MFE_CHANGE] = MGM_CMD_MFE_CHANGE_NTF,
	[MGM_EVENT_MFE_DEL] = MGM_CMD_MFE_DEL_NTF,
};

static int fill_event(struct sk_buff *skb, enum mgm_event event,
		      const struct mgm_event_info *info)
{
	switch (event) {
	case MGM_EVENT_PROTOCOL_REGISTER:
	case MGM_EVENT_PROTOCOL_DEREGISTER:
		return mgm_fill_protocol(skb, info->proto);
	case MGM_EVENT_INTERFACE_TAKE:
	case MGM_EVENT_INTERFACE_RELEASE:
	case MGM_EVENT_INTERFACE_CHANGE:
	case MGM_EVENT_IGMP_DISABLE:
	case MGM_EVENT_IGMP_ENABLE:
		return mgm_fill_interface(skb, info->ifc, info->handle);
	case MGM_EVENT_MEMBERSHIP_ADD:
	case MGM_EVENT_MEMBERSHIP_DEL:
		return mgm_fill_membership(skb, info->membership);
	case MGM_EVENT_MFE_ADD:
	case MGM_EVENT_MFE_CHANGE:
	case MGM_EVENT_MFE_DEL:
		return mgm_fill_mfe(skb, info->mn, info->mfe);
	case MGM_EVENT_ALERT:
		return mgm_fill_alert(skb, info->alert, info->handle);
	}
	return -EINVAL;
}

static size_t event_size(enum mgm_event event,
			 const struct mgm_event_info *info)
{
	if (event == MGM_EVENT_ALERT)
		return mgm_size_alert(info->alert);
	if (event >= MGM_EVENT_MFE_ADD)
		return mgm_size_this_mfe(info->mn, info->mfe);
	return GENLMSG_DEFAULT_SIZE;
}

static u8 cmd_of(enum mgm_event event, const struct mgm_event_info *info)
{
	return event == MGM_EVENT_ALERT ? mgm_nl_alert_cmd(info->alert) :
					  event_cmd[event];
}

/*
 * Under the lock, so that monitors hear of changes in their order. One that
 * cannot be told for want of memory learns that it missed something.
 */
static int notify(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct mgm_event_info *info = data;
	struct net *net = info->mn->net;
	u8 cmd = cmd_of(event, info);
	int err = -ENOMEM;
	struct sk_buff *skb;
	void *hdr;

	if (!cmd || !genl_has_listeners(&mgm_family, net, GROUP_MONITOR))
		return NOTIFY_DONE;
	skb = genlmsg_new(event_size(event, info), GFP_KERNEL);
	if (!skb)
		goto error;
	hdr = genlmsg_put(skb, 0, 0, &mgm_family, 0, cmd);
	err = hdr ? fill_event(skb, event, info) : -EMSGSIZE;
	if (WARN_ON_ONCE(err)) {
		nlmsg_free(skb);
		goto error;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast_netns(&mgm_family, net, skb, 0, GROUP_MONITOR,
				GFP_KERNEL);
	return NOTIFY_OK;

error:
	genl_set_err(&mgm_family, net, 0, GROUP_MONITOR, err);
	return NOTIFY_OK;
}

static struct notifier_block event_nb = {
	.notifier_call = notify,
};

/* However a socket closes, what is bound to it ends with it. */
static int socket_event(struct notifier_block *nb, unsigned long event,
			void *data)
{
	const struct netlink_notify *n = data;

	if (event == NETLINK_URELEASE && n->protocol == NETLINK_GENERIC &&
	    n->portid)
		mgm_shutdown_socket(mgm_pernet(n->net), n->portid);
	return NOTIFY_DONE;
}

static struct notifier_block socket_nb = {
	.notifier_call = socket_event,
};

int mgm_netlink_init(void)
{
	int err;

	err = netlink_register_notifier(&socket_nb);
	if (err)
		return err;
	err = genl_register_family(&mgm_family);
	if (err)
		goto socket;
	err = mgm_event_listen(&event_nb);
	if (err)
		goto family;
	return 0;

family:
	genl_unregister_family(&mgm_family);
socket:
	netlink_unregister_notifier(&socket_nb);
	return err;
}

void mgm_netlink_exit(void)
{
	mgm_event_unlisten(&event_nb);
	genl_unregister_family(&mgm_family);
	netlink_unregister_notifier(&socket_nb);
}
