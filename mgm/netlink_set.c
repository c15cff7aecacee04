// SPDX-License-Identifier: GPL-2.0
/*
 * Changing: protocols, interfaces, memberships, entries, settings. All rules
 * are behind the front door; here is only what netlink adds to them.
 */
#include "netlink.h"

/* Name the attribute that the front door has refused: the handle, or @attr. */
static int blame(struct genl_info *info, int err,
		 const struct mgm_client *client, int handle, int attr)
{
	if (err && err != -ENOMEM && err != -ENOSPC)
		NL_SET_BAD_ATTR(info->extack,
				info->attrs[client->known ? attr : handle]);
	return err;
}

/* The value of an attribute that says what to change, if it is there. */
static u32 setting(struct genl_info *info, int attr, u32 bit, u32 *which)
{
	if (!info->attrs[attr])
		return 0;
	*which |= bit;
	return nla_get_u32(info->attrs[attr]);
}

static int nothing_to_change(struct genl_info *info)
{
	NL_SET_ERR_MSG(info->extack, "nothing to change is given");
	return -EINVAL;
}

static int register_precheck(struct genl_info *info, u32 *flags)
{
	struct nlattr *callbacks = info->attrs[MGM_A_PROTOCOL_CALLBACKS];
	struct nlattr *attr = info->attrs[MGM_A_PROTOCOL_FLAGS];

	if (GENL_REQ_ATTR_CHECK(info, MGM_A_PROTOCOL_ID)) {
		NL_SET_ERR_MSG(info->extack, "the protocol id is missing");
		return -EINVAL;
	}
	*flags = attr ? nla_get_u32(attr) : 0;
	if (*flags & MGM_PROTOCOL_F_IGMP) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "an IGMP must be in the kernel: it is called between two changes");
		return -EOPNOTSUPP;
	}
	if ((*flags & MGM_PROTOCOL_F_PERSIST) && callbacks &&
	    nla_get_u32(callbacks)) {
		NL_SET_ERR_MSG_ATTR(info->extack, callbacks,
				    "a registration that outlives its socket has nowhere to be told of anything");
		return -EINVAL;
	}
	return 0;
}

int mgm_nl_protocol_register_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	struct mgm_protocol_params params = {};
	struct mgm_peer peer = {
		.portid = info->snd_portid,
		.tell = mgm_nl_tell,
	};
	struct mgm_protocol *proto;
	struct sk_buff *reply;
	u32 flags;
	void *hdr;
	int err;

	err = register_precheck(info, &flags);
	if (err)
		return err;
	params.id = nla_get_u32(info->attrs[MGM_A_PROTOCOL_ID]);
	if (info->attrs[MGM_A_PROTOCOL_COMPONENT])
		params.component =
			nla_get_u32(info->attrs[MGM_A_PROTOCOL_COMPONENT]);
	if (info->attrs[MGM_A_PROTOCOL_NAME])
		params.name = nla_data(info->attrs[MGM_A_PROTOCOL_NAME]);
	if (info->attrs[MGM_A_PROTOCOL_CALLBACKS])
		peer.callbacks =
			nla_get_u32(info->attrs[MGM_A_PROTOCOL_CALLBACKS]);

	/* The answer first: what is registered must be told. */
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	hdr = genlmsg_put_reply(reply, info, &mgm_family, 0,
				MGM_CMD_PROTOCOL_REGISTER);
	if (!hdr) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}

	mutex_lock(&mn->lock);
	proto = mgm_protocol_create(mn, &params, flags,
				    flags & MGM_PROTOCOL_F_PERSIST ? NULL : &peer,
				    info->extack);
	err = PTR_ERR_OR_ZERO(proto);
	if (!err)
		WARN_ON_ONCE(mgm_fill_protocol(reply, proto));
	mutex_unlock(&mn->lock);
	if (err) {
		if (err == -EEXIST)
			NL_SET_BAD_ATTR(info->extack,
					info->attrs[MGM_A_PROTOCOL_ID]);
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

int mgm_nl_protocol_deregister_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	struct mgm_client client;
	int err;

	err = mgm_parse_client(info, MGM_A_PROTOCOL_HANDLE, &client);
	if (err)
		return err;
	err = mgm_do_deregister(mn, &client, info->extack);
	return blame(info, err, &client, MGM_A_PROTOCOL_HANDLE,
		     MGM_A_PROTOCOL_HANDLE);
}

int mgm_nl_interface_take_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *ttl = info->attrs[MGM_A_INTERFACE_TTL_THRESHOLD];
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	struct mgm_client client;
	struct mgm_if key;
	int err;

	err = mgm_parse_client(info, MGM_A_INTERFACE_HANDLE, &client) ?:
	      mgm_parse_interface(info, &key);
	if (err)
		return err;
	err = mgm_do_take(mn, &client, &key, ttl ? nla_get_u32(ttl) : 1,
			  info->extack);
	return blame(info, err, &client, MGM_A_INTERFACE_HANDLE,
		     MGM_A_INTERFACE_IFINDEX);
}

int mgm_nl_interface_release_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	struct mgm_client client;
	struct mgm_if key;
	int err;

	err = mgm_parse_client(info, MGM_A_INTERFACE_HANDLE, &client) ?:
	      mgm_parse_interface(info, &key);
	if (err)
		return err;
	err = mgm_do_release(mn, &client, &key, info->extack);
	return blame(info, err, &client, MGM_A_INTERFACE_HANDLE,
		     MGM_A_INTERFACE_IFINDEX);
}

int mgm_nl_interface_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	struct mgm_interface_settings settings;
	struct mgm_client client;
	struct mgm_if key;
	u32 which = 0;
	int err;

	err = mgm_parse_client(info, MGM_A_INTERFACE_HANDLE, &client) ?:
	      mgm_parse_interface(info, &key);
	if (err)
		return err;
	settings.ttl_threshold = setting(info, MGM_A_INTERFACE_TTL_THRESHOLD,
					 MGM_SET_TTL_THRESHOLD, &which);
	settings.wrong_if = setting(info, MGM_A_INTERFACE_WRONG_IF,
				    MGM_SET_WRONG_IF, &which);
	if (!which)
		return nothing_to_change(info);
	err = mgm_do_interface_set(mn, &client, &key, &settings, which,
				   info->extack);
	return blame(info, err, &client, MGM_A_INTERFACE_HANDLE,
		     MGM_A_INTERFACE_IFINDEX);
}

static int parse_membership(struct genl_info *info, struct mgm_client *client,
			    struct mgm_if *key, struct mgm_sg *sg)
{
	return mgm_parse_client(info, MGM_A_MEMBERSHIP_HANDLE, client) ?:
	       mgm_parse_membership_if(info, key) ?:
	       mgm_parse_membership_sg(info, sg);
}

/* Addresses have been found to be good: what is left to be bad is the flags. */
static int blame_membership(struct genl_info *info, int err,
			    const struct mgm_client *client)
{
	return blame(info, err, client, MGM_A_MEMBERSHIP_HANDLE,
		     err == -EINVAL ? MGM_A_MEMBERSHIP_FLAGS :
				      MGM_A_MEMBERSHIP_IFINDEX);
}

int mgm_nl_membership_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	struct mgm_client client;
	struct mgm_if key;
	struct mgm_sg sg;
	int err;

	err = parse_membership(info, &client, &key, &sg);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, MGM_A_MEMBERSHIP_FLAGS)) {
		NL_SET_ERR_MSG(info->extack, "the flags are missing: JOIN, FORWARD or both");
		return -EINVAL;
	}
	err = mgm_do_membership_add(mn, &client, &key, &sg,
				    nla_get_u32(info->attrs[MGM_A_MEMBERSHIP_FLAGS]),
				    info->extack);
	return blame_membership(info, err, &client);
}

int mgm_nl_membership_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *flags = info->attrs[MGM_A_MEMBERSHIP_FLAGS];
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	u32 all = MGM_MEMBERSHIP_F_JOIN | MGM_MEMBERSHIP_F_FORWARD;
	struct mgm_client client;
	struct mgm_if key;
	struct mgm_sg sg;
	int err;

	err = parse_membership(info, &client, &key, &sg);
	if (err)
		return err;
	err = mgm_do_membership_del(mn, &client, &key, &sg,
				    flags ? nla_get_u32(flags) : all,
				    info->extack);
	return blame_membership(info, err, &client);
}

/* There is no such entry, the way in is none, or it is somebody else's. */
static int blame_mfe(struct genl_info *info, int err,
		     const struct mgm_client *client)
{
	int attr = MGM_A_MFE_GROUP4;

	if (err == -EINVAL && info->attrs[MGM_A_MFE_UPSTREAM4])
		attr = MGM_A_MFE_UPSTREAM4;
	else if (err != -ENOENT && info->attrs[MGM_A_MFE_IIF])
		attr = MGM_A_MFE_IIF;
	return blame(info, err, client, MGM_A_MFE_HANDLE, attr);
}

int mgm_nl_mfe_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	int err, has_iif, has_upstream;
	struct mgm_client client;
	union mgm_addr upstream;
	struct mgm_if iif;
	struct mgm_sg sg;

	err = mgm_parse_client(info, MGM_A_MFE_HANDLE, &client) ?:
	      mgm_parse_mfe(info, &sg);
	if (err)
		return err;
	has_iif = mgm_parse_mfe_iif(info, &iif);
	if (has_iif < 0)
		return has_iif;
	has_upstream = mgm_parse_mfe_upstream(info, &upstream);
	if (has_upstream < 0)
		return has_upstream;
	if (!has_iif && !has_upstream)
		return nothing_to_change(info);
	err = mgm_do_mfe_set(mn, &client, &sg, has_iif ? &iif : NULL,
			     has_upstream ? &upstream : NULL, info->extack);
	return blame_mfe(info, err, &client);
}

int mgm_nl_limit_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	int err;

	if (GENL_REQ_ATTR_CHECK(info, MGM_A_LIMIT_ID)) {
		NL_SET_ERR_MSG(info->extack, "the id of the bound is missing");
		return -EINVAL;
	}
	if (GENL_REQ_ATTR_CHECK(info, MGM_A_LIMIT_VALUE)) {
		NL_SET_ERR_MSG(info->extack, "the value is missing");
		return -EINVAL;
	}
	err = mgm_bound_set(mn, nla_get_u32(info->attrs[MGM_A_LIMIT_ID]),
			    nla_get_u32(info->attrs[MGM_A_LIMIT_VALUE]),
			    netlink_capable(skb, CAP_NET_ADMIN), info->extack);
	if (err)
		NL_SET_BAD_ATTR(info->extack, info->attrs[MGM_A_LIMIT_VALUE]);
	return err;
}

int mgm_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	struct mgm_config config;
	u32 which = 0;

	config.mfe_timeout = setting(info, MGM_A_CONFIG_MFE_TIMEOUT,
				     MGM_SET_MFE_TIMEOUT, &which);
	config.rpf_table = setting(info, MGM_A_CONFIG_RPF_TABLE,
				   MGM_SET_RPF_TABLE, &which);
	config.wrong_if_interval = setting(info, MGM_A_CONFIG_WRONG_IF_INTERVAL,
					   MGM_SET_WRONG_IF_INTERVAL, &which);
	config.answer_timeout = setting(info, MGM_A_CONFIG_ANSWER_TIMEOUT,
					MGM_SET_ANSWER_TIMEOUT, &which);
	if (!which)
		return nothing_to_change(info);
	mgm_do_config_set(mn, &config, which);
	return 0;
}
