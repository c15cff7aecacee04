// SPDX-License-Identifier: GPL-2.0
/*
 * Reading: one object by its key, or all of a kind. A dump remembers the key
 * of the last object that it told of and goes on behind it, so that changes
 * meanwhile neither repeat nor hide one that stays; that something did change
 * is told by the generation.
 */
#include <linux/slab.h>

#include "compat.h"
#include "netlink.h"
#include "netlink_dump.h"

struct dump {
	bool begun;
	u32 handle;
	struct mgm_if ifc;
	struct mgm_sg sg;
};

static struct dump *dump_of(struct netlink_callback *cb)
{
	return *(struct dump **)cb->ctx;
}

int mgm_nl_dump_start(struct netlink_callback *cb)
{
	struct dump *dump = kzalloc(sizeof(*dump), GFP_KERNEL);

	if (!dump)
		return -ENOMEM;
	*(struct dump **)cb->ctx = dump;
	return 0;
}

/* An entry must fit a message with all interfaces, in its list or kept out. */
int mgm_nl_mfe_dump_start(struct netlink_callback *cb)
{
	struct mgm_net *mn = mgm_pernet(sock_net(cb->skb->sk));

	cb->min_dump_alloc =
		NLMSG_SPACE(GENL_HDRLEN) +
		mgm_size_mfe(min(READ_ONCE(mn->bounds[MGM_LIMIT_INTERFACES].used),
				 READ_ONCE(mn->bounds[MGM_LIMIT_OIFS].used)));
	return mgm_nl_dump_start(cb);
}

int mgm_nl_dump_done(struct netlink_callback *cb)
{
	kfree(dump_of(cb));
	return 0;
}

static struct mgm_net *dump_lock(struct sk_buff *skb,
				 struct netlink_callback *cb,
				 enum mgm_table table)
{
	struct mgm_net *mn = mgm_pernet(sock_net(skb->sk));

	mutex_lock(&mn->lock);
	cb->seq = mn->genids[table];
	return mn;
}

/*
 * An object has been looked at: those that are not asked for may be very many. What
 * changes while others have the lock makes the dump inconsistent.
 */
static void dump_give_way(struct mgm_net *mn, struct netlink_callback *cb,
			  enum mgm_table table, unsigned int *turn)
{
	if (!mgm_give_way(mn, turn))
		return;
	if (!cb->prev_seq)
		cb->prev_seq = cb->seq;
	cb->seq = mn->genids[table];
}

/* All of a group stand together, behind its wildcard. */
static void begin_at(struct dump *dump, __be32 grp)
{
	if (!grp || dump->begun)
		return;
	dump->sg = mgm_sg4(0, grp);
	dump->begun = true;
}

/* A number that is asked for; 0: all. */
static u32 filter_u32(struct netlink_callback *cb, int attr)
{
	struct nlattr *number = mgm_dump_attrs(cb)[attr];

	return number ? nla_get_u32(number) : 0;
}

/* An address that is asked for; IPv6 has none yet. */
static int parse_filter(struct netlink_callback *cb, int attr4, int attr6,
			__be32 *addr)
{
	struct nlattr **attrs = mgm_dump_attrs(cb);

	*addr = 0;
	if (attrs[attr6]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[attr6],
				    "the address family is not supported: IPv4 only");
		return -EOPNOTSUPP;
	}
	if (attrs[attr4])
		*addr = nla_get_in_addr(attrs[attr4]);
	return 0;
}

int mgm_nl_protocol_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb)
{
	struct mgm_net *mn = dump_lock(skb, cb, MGM_TABLE_PROTOCOLS);
	u32 only = filter_u32(cb, MGM_A_PROTOCOL_HANDLE);
	struct dump *dump = dump_of(cb);
	unsigned long handle = dump->handle;
	struct mgm_protocol *proto;
	int err = 0;
	void *hdr;

	xa_for_each_start(&mn->protocols, handle, proto, handle + 1) {
		if (only && handle != only)
			continue;
		hdr = mgm_dump_put(skb, cb, &mgm_family, MGM_CMD_PROTOCOL_GET);
		err = hdr ? mgm_dump_end(skb, hdr,
					 mgm_fill_protocol(skb, proto)) :
			    -EMSGSIZE;
		if (err)
			break;
		dump->handle = handle;
	}
	mutex_unlock(&mn->lock);
	return mgm_dump_result(skb, err);
}

int mgm_nl_interface_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	u32 ifindex = filter_u32(cb, MGM_A_INTERFACE_IFINDEX);
	struct dump *dump = dump_of(cb);
	const struct mgm_interface *ifc;
	struct mgm_net *mn;
	__be32 nexthop;
	void *hdr;
	int err;

	err = parse_filter(cb, MGM_A_INTERFACE_NEXTHOP4,
			   MGM_A_INTERFACE_NEXTHOP6, &nexthop);
	if (err)
		return err;
	mn = dump_lock(skb, cb, MGM_TABLE_INTERFACES);
	while ((ifc = mgm_interface_after(mn, dump->begun ? &dump->ifc :
							    NULL))) {
		if ((!ifindex || ifindex == ifc->key.ifindex) &&
		    (!nexthop || nexthop == ifc->key.nexthop.ip4)) {
			hdr = mgm_dump_put(skb, cb, &mgm_family,
					   MGM_CMD_INTERFACE_GET);
			err = hdr ? mgm_dump_end(skb, hdr,
						 mgm_fill_interface(skb, ifc,
								    0)) :
				    -EMSGSIZE;
			if (err)
				break;
		}
		dump->ifc = ifc->key;
		dump->begun = true;
	}
	mutex_unlock(&mn->lock);
	return mgm_dump_result(skb, err);
}

int mgm_nl_membership_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);
	u32 type = filter_u32(cb, MGM_A_MEMBERSHIP_TYPE);
	const struct mgm_membership *m;
	unsigned int turn = 0;
	struct mgm_net *mn;
	__be32 grp;
	void *hdr;
	int err;

	err = parse_filter(cb, MGM_A_MEMBERSHIP_GROUP4,
			   MGM_A_MEMBERSHIP_GROUP6, &grp);
	if (err)
		return err;
	begin_at(dump, grp);
	mn = dump_lock(skb, cb, MGM_TABLE_MEMBERSHIPS);
	while ((m = mgm_membership_after(mn, dump->begun ? &dump->sg : NULL,
					 &dump->ifc, dump->handle))) {
		if (grp && grp != m->group->sg.grp.ip4)
			break;
		if (type != MGM_MEMBERSHIP_TYPE_ANY_SOURCE ||
		    m->group->sg.src_len) {
			hdr = mgm_dump_put(skb, cb, &mgm_family,
					   MGM_CMD_MEMBERSHIP_GET);
			err = hdr ? mgm_dump_end(skb, hdr,
						 mgm_fill_membership(skb, m)) :
				    -EMSGSIZE;
			if (err)
				break;
		}
		dump->sg = m->group->sg;
		dump->ifc = m->ifc->key;
		dump->handle = m->proto->handle;
		dump->begun = true;
		dump_give_way(mn, cb, MGM_TABLE_MEMBERSHIPS, &turn);
	}
	mutex_unlock(&mn->lock);
	return mgm_dump_result(skb, err);
}

int mgm_nl_mfe_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);
	const struct mgm_mfe *mfe;
	unsigned int turn = 0;
	struct mgm_net *mn;
	__be32 grp, src;
	void *hdr;
	int err;

	err = parse_filter(cb, MGM_A_MFE_GROUP4, MGM_A_MFE_GROUP6, &grp) ?:
	      parse_filter(cb, MGM_A_MFE_SOURCE4, MGM_A_MFE_SOURCE6, &src);
	if (err)
		return err;
	begin_at(dump, grp);
	mn = dump_lock(skb, cb, MGM_TABLE_MFES);
	while ((mfe = mgm_mfe_after(mn, dump->begun ? &dump->sg : NULL))) {
		if (grp && grp != mfe->sg.grp.ip4)
			break;
		if (!src || src == mfe->sg.src.ip4) {
			hdr = mgm_dump_put(skb, cb, &mgm_family, MGM_CMD_MFE_GET);
			err = hdr ? mgm_dump_end(skb, hdr,
						 mgm_fill_mfe(skb, mn, mfe)) :
				    -EMSGSIZE;
			if (err)
				break;
		}
		dump->sg = mfe->sg;
		dump->begun = true;
		dump_give_way(mn, cb, MGM_TABLE_MFES, &turn);
	}
	mutex_unlock(&mn->lock);
	return mgm_dump_result(skb, err);
}

int mgm_nl_limit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mgm_net *mn = mgm_pernet(sock_net(skb->sk));
	struct dump *dump = dump_of(cb);
	int err = 0;
	void *hdr;

	mutex_lock(&mn->lock);
	for (; dump->handle <= MGM_LIMIT_MAX; dump->handle++) {
		hdr = mgm_dump_put(skb, cb, &mgm_family, MGM_CMD_LIMIT_GET);
		err = hdr ? mgm_dump_end(skb, hdr,
					 mgm_fill_limit(skb, mn, dump->handle)) :
			    -EMSGSIZE;
		if (err)
			break;
	}
	mutex_unlock(&mn->lock);
	return mgm_dump_result(skb, err);
}

/* Begin the answer to @info. */
static struct sk_buff *reply_new(struct genl_info *info, size_t size, u8 cmd,
				 void **hdr)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &mgm_family, 0, cmd);
	if (!*hdr) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static int reply_send(struct genl_info *info, struct sk_buff *skb, void *hdr,
		      int err)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

int mgm_nl_protocol_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	const struct mgm_protocol *proto;
	struct sk_buff *reply;
	int err = -ENOENT;
	void *hdr;

	if (GENL_REQ_ATTR_CHECK(info, MGM_A_PROTOCOL_HANDLE)) {
		NL_SET_ERR_MSG(info->extack, "the handle is missing");
		return -EINVAL;
	}
	reply = reply_new(info, GENLMSG_DEFAULT_SIZE, MGM_CMD_PROTOCOL_GET,
			  &hdr);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&mn->lock);
	proto = mgm_protocol_find(mn, nla_get_u32(info->attrs[MGM_A_PROTOCOL_HANDLE]));
	if (proto)
		err = mgm_fill_protocol(reply, proto);
	else
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[MGM_A_PROTOCOL_HANDLE],
				    "no protocol has this handle: never issued, or destroyed");
	mutex_unlock(&mn->lock);
	return reply_send(info, reply, hdr, err);
}

int mgm_nl_interface_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	const struct mgm_interface *ifc;
	struct sk_buff *reply;
	struct mgm_if key;
	void *hdr;
	int err;

	err = mgm_parse_interface(info, &key);
	if (err)
		return err;
	reply = reply_new(info, GENLMSG_DEFAULT_SIZE, MGM_CMD_INTERFACE_GET,
			  &hdr);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&mn->lock);
	ifc = mgm_interface_find(mn, &key);
	if (ifc) {
		err = mgm_fill_interface(reply, ifc, 0);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[MGM_A_INTERFACE_IFINDEX],
				    "no protocol has this interface");
		err = -ENOENT;
	}
	mutex_unlock(&mn->lock);
	return reply_send(info, reply, hdr, err);
}

int mgm_nl_mfe_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	const struct mgm_mfe *mfe;
	struct sk_buff *reply;
	struct mgm_sg sg;
	void *hdr;
	int err;

	err = mgm_parse_mfe(info, &sg);
	if (err)
		return err;

	mutex_lock(&mn->lock);
	mfe = mgm_mfe_find(mn, &sg);
	if (!mfe) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[MGM_A_MFE_GROUP4],
				    "no forwarding entry for this source and group");
		err = -ENOENT;
		goto unlock;
	}
	reply = reply_new(info, mgm_size_this_mfe(mn, mfe), MGM_CMD_MFE_GET,
			  &hdr);
	if (!reply) {
		err = -ENOMEM;
		goto unlock;
	}
	err = mgm_fill_mfe(reply, mn, mfe);
	mutex_unlock(&mn->lock);
	return reply_send(info, reply, hdr, err);

unlock:
	mutex_unlock(&mn->lock);
	return err;
}

int mgm_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	struct sk_buff *reply;
	void *hdr;
	int err;

	reply = reply_new(info, GENLMSG_DEFAULT_SIZE, MGM_CMD_CONFIG_GET,
			  &hdr);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&mn->lock);
	err = mgm_fill_config(reply, &mn->config);
	mutex_unlock(&mn->lock);
	return reply_send(info, reply, hdr, err);
}
