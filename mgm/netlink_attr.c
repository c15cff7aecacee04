// SPDX-License-Identifier: GPL-2.0
/*
 * Keys out of the attributes of a request.
 */
#include "netlink.h"

int mgm_parse_client(struct genl_info *info, int attr,
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

/* The address of a pair of attributes; neither means all zero. */
static int parse_addr(struct genl_info *info, int attr4, int attr6,
		      union mgm_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (info->attrs[attr6]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr6],
				    "the address family is not supported: IPv4 only");
		return -EOPNOTSUPP;
	}
	if (info->attrs[attr4])
		addr->ip4 = nla_get_in_addr(info->attrs[attr4]);
	return 0;
}

static int parse_if(struct genl_info *info, int ifindex, int attr4, int attr6,
		    struct mgm_if *ifc)
{
	int err;

	if (GENL_REQ_ATTR_CHECK(info, ifindex)) {
		NL_SET_ERR_MSG(info->extack, "the interface index is missing");
		return -EINVAL;
	}
	memset(ifc, 0, sizeof(*ifc));
	ifc->family = AF_INET;
	ifc->ifindex = nla_get_u32(info->attrs[ifindex]);
	err = parse_addr(info, attr4, attr6, &ifc->nexthop);
	if (err)
		return err;
	err = mgm_if_check(ifc, info->extack);
	if (err)
		NL_SET_BAD_ATTR(info->extack, info->attrs[attr4]);
	return err;
}

int mgm_parse_interface(struct genl_info *info, struct mgm_if *ifc)
{
	return parse_if(info, MGM_A_INTERFACE_IFINDEX,
			MGM_A_INTERFACE_NEXTHOP4, MGM_A_INTERFACE_NEXTHOP6,
			ifc);
}

int mgm_parse_membership_if(struct genl_info *info, struct mgm_if *ifc)
{
	return parse_if(info, MGM_A_MEMBERSHIP_IFINDEX,
			MGM_A_MEMBERSHIP_NEXTHOP4, MGM_A_MEMBERSHIP_NEXTHOP6,
			ifc);
}

/* Without a length the address says what is meant: 0 is the wildcard. */
static int parse_len(struct genl_info *info, int attr,
		     const union mgm_addr *addr, u8 *len)
{
	u32 value;

	if (!info->attrs[attr]) {
		*len = addr->ip4 ? 32 : 0;
		return 0;
	}
	value = nla_get_u32(info->attrs[attr]);
	if (value > 32) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "a prefix length is greater than 32");
		return -EINVAL;
	}
	*len = value;
	return 0;
}

/* An address, or its prefix length if one is given that is no host's. */
static void blame(struct genl_info *info, int addr, int len)
{
	struct nlattr *attr = info->attrs[len];

	if (!attr || nla_get_u32(attr) == 32)
		attr = info->attrs[addr] ?: attr;
	NL_SET_BAD_ATTR(info->extack, attr);
}

int mgm_parse_membership_sg(struct genl_info *info, struct mgm_sg *sg)
{
	int err;

	memset(sg, 0, sizeof(*sg));
	sg->family = AF_INET;
	err = parse_addr(info, MGM_A_MEMBERSHIP_GROUP4,
			 MGM_A_MEMBERSHIP_GROUP6, &sg->grp) ?:
	      parse_addr(info, MGM_A_MEMBERSHIP_SOURCE4,
			 MGM_A_MEMBERSHIP_SOURCE6, &sg->src) ?:
	      parse_len(info, MGM_A_MEMBERSHIP_GROUP_LEN, &sg->grp,
			&sg->grp_len) ?:
	      parse_len(info, MGM_A_MEMBERSHIP_SOURCE_LEN, &sg->src,
			&sg->src_len);
	if (err)
		return err;
	err = mgm_sg_check_grp(sg, info->extack);
	if (err) {
		blame(info, MGM_A_MEMBERSHIP_GROUP4,
		      MGM_A_MEMBERSHIP_GROUP_LEN);
		return err;
	}
	err = mgm_sg_check_src(sg, info->extack);
	if (err)
		blame(info, MGM_A_MEMBERSHIP_SOURCE4,
		      MGM_A_MEMBERSHIP_SOURCE_LEN);
	return err;
}

int mgm_parse_mfe(struct genl_info *info, struct mgm_sg *sg)
{
	struct nlattr **attrs = info->attrs;

	if (attrs[MGM_A_MFE_GROUP6] || attrs[MGM_A_MFE_SOURCE6]) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[MGM_A_MFE_GROUP6] ?:
						  attrs[MGM_A_MFE_SOURCE6],
				    "the address family is not supported: IPv4 only");
		return -EOPNOTSUPP;
	}
	if (GENL_REQ_ATTR_CHECK(info, MGM_A_MFE_GROUP4)) {
		NL_SET_ERR_MSG(info->extack, "the group is missing");
		return -EINVAL;
	}
	if (GENL_REQ_ATTR_CHECK(info, MGM_A_MFE_SOURCE4)) {
		NL_SET_ERR_MSG(info->extack, "the source is missing");
		return -EINVAL;
	}
	*sg = mgm_sg4(nla_get_in_addr(attrs[MGM_A_MFE_SOURCE4]),
		      nla_get_in_addr(attrs[MGM_A_MFE_GROUP4]));
	return 0;
}

/* 1 if it is there, 0 if nothing of it is. */
int mgm_parse_mfe_iif(struct genl_info *info, struct mgm_if *iif)
{
	if (!info->attrs[MGM_A_MFE_IIF] &&
	    !info->attrs[MGM_A_MFE_IIF_NEXTHOP4] &&
	    !info->attrs[MGM_A_MFE_IIF_NEXTHOP6])
		return 0;
	return parse_if(info, MGM_A_MFE_IIF, MGM_A_MFE_IIF_NEXTHOP4,
			MGM_A_MFE_IIF_NEXTHOP6, iif) ?: 1;
}

/* Likewise; zero is an answer too. */
int mgm_parse_mfe_upstream(struct genl_info *info, union mgm_addr *upstream)
{
	return parse_addr(info, MGM_A_MFE_UPSTREAM4, MGM_A_MFE_UPSTREAM6,
			  upstream) ?:
	       !!info->attrs[MGM_A_MFE_UPSTREAM4];
}

/*
 * What an answer says of the way in; what it leaves out stays. Returns 1; 0 if it
 * says nothing.
 */
int mgm_parse_alert_rpf(struct genl_info *info, struct mgm_rpf *rpf)
{
	struct nlattr **attrs = info->attrs;
	union mgm_addr upstream;
	int err;

	err = parse_addr(info, MGM_A_ALERT_UPSTREAM4, MGM_A_ALERT_UPSTREAM6,
			 &upstream);
	if (err)
		return err;
	if (attrs[MGM_A_ALERT_UPSTREAM4])
		rpf->upstream = upstream;
	if (!attrs[MGM_A_ALERT_IFINDEX] && !attrs[MGM_A_ALERT_NEXTHOP4] &&
	    !attrs[MGM_A_ALERT_NEXTHOP6])
		return !!attrs[MGM_A_ALERT_UPSTREAM4];
	return parse_if(info, MGM_A_ALERT_IFINDEX, MGM_A_ALERT_NEXTHOP4,
			MGM_A_ALERT_NEXTHOP6, &rpf->iif) ?: 1;
}
