// SPDX-License-Identifier: GPL-2.0
/*
 * Alerts to protocols in user space, each on the socket that it registered on, and
 * their answers.
 */
#include "netlink.h"

/* The head of a packet: all of the IP header, and what is known of the payload. */
#define PACKET_MAX	128

static const u8 alert_cmd[] = {
	[MGM_ALERT_JOIN] = MGM_CMD_ALERT_JOIN,
	[MGM_ALERT_PRUNE] = MGM_CMD_ALERT_PRUNE,
	[MGM_ALERT_LOCAL_JOIN] = MGM_CMD_ALERT_LOCAL_JOIN,
	[MGM_ALERT_LOCAL_LEAVE] = MGM_CMD_ALERT_LOCAL_LEAVE,
	[MGM_ALERT_WRONG_IF] = MGM_CMD_ALERT_WRONG_IF,
	[MGM_ALERT_OVERRUN] = MGM_CMD_ALERT_OVERRUN,
	[MGM_ALERT_RPF] = MGM_CMD_ALERT_RPF,
	[MGM_ALERT_CREATION] = MGM_CMD_ALERT_CREATION,
};

static int put_sg(struct sk_buff *skb, const struct mgm_sg *sg)
{
	return put_addr_of(skb, sg->family, ALERT, GROUP, &sg->grp) ||
	       put_addr_of(skb, sg->family, ALERT, SOURCE, &sg->src);
}

static int put_interface(struct sk_buff *skb, const struct mgm_if *ifc)
{
	return nla_put_u32(skb, MGM_A_ALERT_IFINDEX, ifc->ifindex) ||
	       put_addr_of(skb, ifc->family, ALERT, NEXTHOP, &ifc->nexthop);
}

static int put_packet(struct sk_buff *skb, const struct sk_buff *packet)
{
	unsigned int offset = skb_network_offset(packet);
	unsigned int len = min_t(unsigned int, packet->len - offset,
				 PACKET_MAX);
	struct nlattr *attr = nla_reserve(skb, MGM_A_ALERT_PACKET, len);

	return !attr || skb_copy_bits(packet, offset, nla_data(attr), len);
}

static int put_oifs(struct sk_buff *skb, const struct mgm_alert *alert)
{
	const struct mgm_oif_state *oif;
	struct nlattr *nest;

	for (oif = alert->oifs; oif < alert->oifs + alert->n; oif++) {
		nest = nla_nest_start(skb, MGM_A_ALERT_OIF);
		if (!nest ||
		    nla_put_u32(skb, MGM_A_OIF_IFINDEX,
				oif->oif.ifindex) ||
		    put_addr_of(skb, oif->oif.family, OIF, NEXTHOP,
				&oif->oif.nexthop) ||
		    nla_put_u32(skb, MGM_A_OIF_IGMP, oif->igmp))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_rpf(struct sk_buff *skb, const struct mgm_rpf *rpf)
{
	/* There is no way to the source, or none that anybody here has. */
	if (!rpf->iif.ifindex)
		return 0;
	return put_interface(skb, &rpf->iif) ||
	       put_addr_of(skb, rpf->iif.family, ALERT, UPSTREAM,
			   &rpf->upstream);
}

/* The packet that it is about, if any. */
static const struct sk_buff *packet_of(const struct mgm_alert *alert)
{
	return alert->type == MGM_ALERT_RPF ? alert->flow->first : alert->skb;
}

/* How long an entry that nobody wants stays, if nothing is said. */
static int put_timeout(struct sk_buff *skb, const struct mgm_net *mn,
		       const struct mgm_alert *alert)
{
	if (alert->type != MGM_ALERT_PRUNE)
		return 0;
	return nla_put_u32(skb, MGM_A_ALERT_TIMEOUT, mn->config.mfe_timeout);
}

/* What there is to say in addition, by the type of the alert. */
static int put_particulars(struct sk_buff *skb, const struct mgm_alert *alert)
{
	switch (alert->type) {
	case MGM_ALERT_JOIN:
		return put_sg(skb, &alert->sg) ||
		       nla_put_u32(skb, MGM_A_ALERT_MEMBER, alert->member);
	case MGM_ALERT_PRUNE:
		return put_sg(skb, &alert->sg) ||
		       put_interface(skb, &alert->ifc) ||
		       nla_put_u32(skb, MGM_A_ALERT_MEMBER, alert->member);
	case MGM_ALERT_LOCAL_JOIN:
	case MGM_ALERT_LOCAL_LEAVE:
	case MGM_ALERT_WRONG_IF:
		return put_sg(skb, &alert->sg) ||
		       put_interface(skb, &alert->ifc);
	case MGM_ALERT_RPF:
		return put_sg(skb, &alert->sg) ||
		       put_rpf(skb, &alert->flow->asked);
	case MGM_ALERT_CREATION:
		return put_sg(skb, &alert->sg) || put_oifs(skb, alert);
	default:
		return 0;
	}
}

/* Octets that an alert needs at most, beside what is private. */
size_t mgm_size_alert(const struct mgm_alert *alert)
{
	size_t oif = nla_total_size(nla_total_size(sizeof(u32)) * 2 +
				    nla_total_size(sizeof(struct in6_addr)));

	return GENLMSG_DEFAULT_SIZE + alert->n * oif;
}

#define PRIVATE_SIZE	(nla_total_size(PACKET_MAX) +			\
			 3 * nla_total_size(sizeof(u32)))

/* What monitors may see of it; 0 if that is nothing. */
u8 mgm_nl_alert_cmd(const struct mgm_alert *alert)
{
	return alert->type < MGM_ALERT_IGMP_DISABLE ? alert_cmd[alert->type] : 0;
}

int mgm_fill_alert(struct sk_buff *skb, const struct mgm_alert *alert, u32 handle)
{
	return nla_put_u32(skb, MGM_A_ALERT_HANDLE, handle) ||
	       put_particulars(skb, alert) ? -EMSGSIZE : 0;
}

/* What only the protocol may see, or can use. */
static int put_private(struct sk_buff *skb, const struct mgm_protocol *proto,
		       const struct mgm_alert *alert)
{
	const struct sk_buff *packet = packet_of(alert);

	if (alert->id && (nla_put_u32(skb, MGM_A_ALERT_ID, alert->id) ||
			  put_timeout(skb, proto->mn, alert)))
		return -EMSGSIZE;
	if (proto->lost_untold &&
	    nla_put_u32(skb, MGM_A_ALERT_LOST, proto->lost_untold))
		return -EMSGSIZE;
	return packet ? put_packet(skb, packet) : 0;
}

/*
 * Tell the protocol, without waiting for room in its socket's buffer. The lock is
 * held.
 */
int mgm_nl_tell(const struct mgm_protocol *proto, const struct mgm_alert *alert)
{
	struct sk_buff *skb;
	void *hdr;

	skb = genlmsg_new(mgm_size_alert(alert) + PRIVATE_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put(skb, proto->portid, 0, &mgm_family, 0,
			  alert_cmd[alert->type]);
	if (WARN_ON_ONCE(!hdr || mgm_fill_alert(skb, alert, proto->handle) ||
			 put_private(skb, proto, alert))) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_unicast(proto->mn->net, skb, proto->portid);
}

/* Answers */

static int parse_oif(struct genl_info *info, const struct nlattr *nest,
		     struct mgm_alert *alert)
{
	struct nlattr *tb[MGM_A_OIF_MAX + 1];
	struct mgm_if key;
	u32 i;
	int err;

	err = nla_parse_nested(tb, MGM_A_OIF_MAX, nest,
			       mgm_alert_oif_policy, info->extack);
	if (err)
		return err;
	if (!tb[MGM_A_OIF_IFINDEX]) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "the interface index is missing");
		return -EINVAL;
	}
	if (tb[MGM_A_OIF_NEXTHOP6]) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[MGM_A_OIF_NEXTHOP6],
				    "the address family is not supported: IPv4 only");
		return -EOPNOTSUPP;
	}
	key = mgm_if4(nla_get_u32(tb[MGM_A_OIF_IFINDEX]),
		      tb[MGM_A_OIF_NEXTHOP4] ?
		      nla_get_in_addr(tb[MGM_A_OIF_NEXTHOP4]) : 0);
	for (i = 0; i < alert->n; i++) {
		if (mgm_if_cmp(&alert->oifs[i].oif, &key))
			continue;
		alert->oifs[i].enabled = false;
		return 0;
	}
	NL_SET_ERR_MSG_ATTR(info->extack, nest,
			    "this interface is none that the alert is about");
	return -EINVAL;
}

/* Which of the ways out are to be switched off? */
static int answer_creation(struct genl_info *info, struct mgm_alert *alert)
{
	struct nlattr *attr;
	int err = 0, rem;
	u32 i;

	nla_for_each_attr(attr, genlmsg_data(info->genlhdr),
			  genlmsg_len(info->genlhdr), rem) {
		if (nla_type(attr) == MGM_A_ALERT_OIF)
			err = parse_oif(info, attr, alert);
		if (err)
			break;
	}
	for (i = 0; err && i < alert->n; i++)
		alert->oifs[i].enabled = true;
	return err;
}

/* Another way in, or another neighbour there? */
static int answer_rpf(struct mgm_net *mn, struct genl_info *info,
		      struct mgm_alert *alert, u32 handle)
{
	struct mgm_rpf rpf = alert->flow->asked;
	const struct mgm_interface *ifc;
	int err;

	err = mgm_parse_alert_rpf(info, &rpf);
	if (err <= 0)
		return err;
	err = mgm_check_upstream(&rpf.upstream, info->extack);
	if (err) {
		NL_SET_BAD_ATTR(info->extack,
				info->attrs[MGM_A_ALERT_UPSTREAM4]);
		return err;
	}
	ifc = mgm_interface_find(mn, &rpf.iif);
	if (!ifc || !ifc->owner || ifc->owner->handle != handle) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[MGM_A_ALERT_IFINDEX],
				    "the protocol does not own this interface");
		return -EPERM;
	}
	alert->flow->rpf = rpf;
	return 0;
}

/* What an answer to this type of alert cannot say. */
static int answer_precheck(struct genl_info *info,
			   const struct mgm_alert *alert)
{
	struct nlattr **attrs = info->attrs, *bad = NULL;

	if (alert->type != MGM_ALERT_RPF)
		bad = attrs[MGM_A_ALERT_IFINDEX] ?:
		      attrs[MGM_A_ALERT_NEXTHOP4] ?:
		      attrs[MGM_A_ALERT_NEXTHOP6] ?:
		      attrs[MGM_A_ALERT_UPSTREAM4] ?:
		      attrs[MGM_A_ALERT_UPSTREAM6];
	if (!bad && alert->type != MGM_ALERT_CREATION)
		bad = attrs[MGM_A_ALERT_OIF];
	if (!bad && alert->type != MGM_ALERT_PRUNE)
		bad = attrs[MGM_A_ALERT_TIMEOUT];
	if (!bad)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, bad,
			    "an answer to this alert has no such attribute");
	return -EINVAL;
}

static int take_answer(struct mgm_net *mn, struct genl_info *info,
		       struct mgm_protocol *proto, u32 id)
{
	struct nlattr *timeout = info->attrs[MGM_A_ALERT_TIMEOUT];
	struct mgm_alert *alert = mgm_answer_find(proto, id);
	int err;

	if (!alert) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[MGM_A_ALERT_ID],
				    "no alert with this id waits for an answer: never sent, answered, or too late");
		return -ENOENT;
	}
	err = answer_precheck(info, alert);
	if (!err && alert->type == MGM_ALERT_RPF)
		err = answer_rpf(mn, info, alert, proto->handle);
	else if (!err && alert->type == MGM_ALERT_CREATION)
		err = answer_creation(info, alert);
	if (err)
		return err;
	mgm_answer_done(proto, alert, timeout ? nla_get_u32(timeout) :
						mn->config.mfe_timeout);
	return 0;
}

int mgm_nl_alert_answer_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_net *mn = mgm_pernet(genl_info_net(info));
	struct mgm_client client;
	struct mgm_protocol *proto;
	int err;

	err = mgm_parse_client(info, MGM_A_ALERT_HANDLE, &client);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, MGM_A_ALERT_ID)) {
		NL_SET_ERR_MSG(info->extack, "the id of the alert is missing");
		return -EINVAL;
	}
	mutex_lock(&mn->lock);
	proto = mgm_protocol_find_client(mn, &client, info->extack);
	if (IS_ERR(proto)) {
		err = PTR_ERR(proto);
		NL_SET_BAD_ATTR(info->extack, info->attrs[MGM_A_ALERT_HANDLE]);
	} else {
		err = take_answer(mn, info, proto,
				  nla_get_u32(info->attrs[MGM_A_ALERT_ID]));
	}
	mutex_unlock(&mn->lock);
	return err;
}
