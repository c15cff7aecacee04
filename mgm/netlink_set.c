// SPDX-License-Identifier: GPL-2.0
/*
 * Changing: protocols, interfaces, memberships. All rules are behind the front
 * door; here is only what netlink adds to them.
 */
#include "netlink.h"

static int parse_client(struct genl_info *info, int attr,
			struct mgm_client *client)
{
	if (GENL_REQ_ATTR_CHECK(info, attr)) {
		NL_SET_ERR_MSG(info->extack, "the handle is missing");
		return -EINVAL;
	}
	client->handle = nla_get_u32(info->attrs[attr]);
	client->portid = info->snd_portid;
	client->known = false;
	return 0;
}

/* Name the attribute that the front door has refused: the handle, or @attr. */
static int blame(struct genl_info *info, int err,
		 const struct mgm_client *client, int handle, int attr)
{
	if (err && err != -ENOMEM && err != -ENOSPC)
		NL_SET_BAD_ATTR(info->extack,
				info->attrs[client->known ? attr : handle]);
	return err;
}

static int register_precheck(struct genl_info *info, u32 *flags)
{
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
	return 0;
}

int mgm_nl_protocol_register_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	struct mgm_protocol_params params = {};
	struct mgm_protocol *proto;
	struct sk_buff *reply;
	u32 flags, portid;
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

	portid = flags & MGM_PROTOCOL_F_PERSIST ? 0 : info->snd_portid;
	mutex_lock(&mn->lock);
	err = mgm_do_register(mn, &params, flags, portid, &proto,
			      info->extack);
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

	err = parse_client(info, MGM_A_PROTOCOL_HANDLE, &client);
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

	err = parse_client(info, MGM_A_INTERFACE_HANDLE, &client) ?:
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

	err = parse_client(info, MGM_A_INTERFACE_HANDLE, &client) ?:
	      mgm_parse_interface(info, &key);
	if (err)
		return err;
	err = mgm_do_release(mn, &client, &key, info->extack);
	return blame(info, err, &client, MGM_A_INTERFACE_HANDLE,
		     MGM_A_INTERFACE_IFINDEX);
}

static int parse_membership(struct genl_info *info, struct mgm_client *client,
			    struct mgm_if *key, struct mgm_sg *sg)
{
	return parse_client(info, MGM_A_MEMBERSHIP_HANDLE, client) ?:
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
