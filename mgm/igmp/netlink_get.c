// SPDX-License-Identifier: GPL-2.0
/*
 * Reading: interfaces, and their groups with the sources. A dump remembers the key
 * of the last object that it told of and goes on behind it; that something
 * changed meanwhile is told by the generation.
 */
#include <net/sock.h>

#include "netlink.h"
#include "../compat.h"
#include "../netlink_dump.h"

#define put_u32(skb, set, attr, value)					\
	nla_put_u32(skb, MGM_IGMP_A_##set##_##attr, value)

#define put_u64(skb, set, attr, value)					\
	nla_put_u64_64bit(skb, MGM_IGMP_A_##set##_##attr, value,	\
			  MGM_IGMP_A_##set##_PAD)

#define put_left(skb, set, attr, ifc, timer)				\
	put_timer(skb, MGM_IGMP_A_##set##_##attr, MGM_IGMP_A_##set##_PAD,\
		  ifc, timer)

struct dump {
	u32 only;			/* of this interface; 0: of all */
	u32 ifindex;
	bool in_group;			/* some groups of it have been told of */
	__be32 grp;
};

/* Filling */

/* What a timer has to go, if it runs. */
static int put_timer(struct sk_buff *skb, int attr, int pad,
		     const struct mgm_igmp_if *ifc,
		     const struct mgm_igmp_timer *timer)
{
	if (!mgm_igmp_timer_runs(timer))
		return 0;
	return nla_put_u64_64bit(skb, attr,
				 mgm_igmp_timer_left(timer, ifc->now), pad);
}

static int put_config(struct sk_buff *skb, const struct mgm_igmp_if *ifc)
{
	const struct mgm_igmp_config *c = &ifc->config;

	return put_u32(skb, INTERFACE, VERSION, c->version) ||
	       put_u32(skb, INTERFACE, ROBUSTNESS, c->robustness) ||
	       put_u32(skb, INTERFACE, QUERY_INTERVAL, c->query_interval) ||
	       put_u32(skb, INTERFACE, QUERY_RESPONSE_INTERVAL,
		       c->query_response_interval) ||
	       put_u32(skb, INTERFACE, LAST_MEMBER_QUERY_INTERVAL,
		       c->last_member_query_interval) ||
	       put_u32(skb, INTERFACE, LAST_MEMBER_QUERY_COUNT,
		       mgm_igmp_last_member_count(ifc)) ||
	       put_u32(skb, INTERFACE, STARTUP_QUERY_INTERVAL,
		       mgm_igmp_startup_interval(c)) ||
	       put_u32(skb, INTERFACE, STARTUP_QUERY_COUNT,
		       mgm_igmp_startup_count(c)) ||
	       put_u32(skb, INTERFACE, IMMEDIATE_LEAVE, c->immediate_leave) ||
	       put_u32(skb, INTERFACE, ROUTER_ALERT, c->router_alert) ||
	       put_u32(skb, INTERFACE, GROUPS_MAX, c->groups_max) ||
	       put_u32(skb, INTERFACE, SOURCES_MAX, c->sources_max) ||
	       put_u32(skb, INTERFACE, RATE_MAX, c->rate_max);
}

static int put_querier(struct sk_buff *skb, struct mgm_igmp_if *ifc)
{
	__be32 querier = ifc->querier ? mgm_igmp_address(ifc) :
					ifc->querier_addr;

	return (querier &&
		nla_put_in_addr(skb, MGM_IGMP_A_INTERFACE_QUERIER4, querier)) ||
	       put_u64(skb, INTERFACE, QUERIER_UPTIME,
		       ktime_ms_delta(ifc->now, ifc->querier_since)) ||
	       put_left(skb, INTERFACE, QUERIER_EXPIRES, ifc, &ifc->other) ||
	       put_u32(skb, INTERFACE, ACTIVE_ROBUSTNESS, ifc->robustness) ||
	       put_u32(skb, INTERFACE, ACTIVE_QUERY_INTERVAL,
		       ifc->query_interval);
}

static int put_stats(struct sk_buff *skb, const struct mgm_igmp_if *ifc)
{
	struct nlattr *nest = nla_nest_start(skb, MGM_IGMP_A_INTERFACE_STATS);
	int what;

	if (!nest)
		return -EMSGSIZE;
	for (what = MGM_IGMP_A_STATS_PAD + 1; what <= MGM_IGMP_A_STATS_MAX;
	     what++)
		if (nla_put_u64_64bit(skb, what,
				      atomic64_read(&ifc->stats[what]),
				      MGM_IGMP_A_STATS_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_interface(struct sk_buff *skb, struct mgm_igmp_if *ifc)
{
	u32 flags = (ifc->querier ? MGM_IGMP_INTERFACE_F_QUERIER : 0) |
		    (ifc->frozen ? MGM_IGMP_INTERFACE_F_HANDOVER : 0);

	if (put_u32(skb, INTERFACE, IFINDEX, ifc->ifindex) ||
	    put_u32(skb, INTERFACE, FLAGS, flags) ||
	    put_config(skb, ifc) || put_querier(skb, ifc) ||
	    put_u32(skb, INTERFACE, GROUPS, ifc->nr_groups) ||
	    put_stats(skb, ifc))
		return -EMSGSIZE;
	return 0;
}

/* A source at most, with its nest. */
static size_t source_size(void)
{
	return nla_total_size(nla_total_size(sizeof(__be32)) +
			      nla_total_size(sizeof(u32)) +
			      nla_total_size_64bit(sizeof(u64)));
}

static int put_source(struct sk_buff *skb, const struct mgm_igmp_if *ifc,
		      const struct mgm_igmp_source *source)
{
	struct nlattr *nest = nla_nest_start(skb, MGM_IGMP_A_GROUP_SOURCE);
	u32 flags = source->joined ? MGM_IGMP_SOURCE_F_STATIC : 0;

	if (source->state == MGM_IGMP_SOURCE_EXCLUDED)
		flags |= MGM_IGMP_SOURCE_F_EXCLUDED;
	if (!nest ||
	    nla_put_in_addr(skb, MGM_IGMP_A_SOURCE_SOURCE4, source->addr) ||
	    put_u32(skb, SOURCE, FLAGS, flags) ||
	    put_left(skb, SOURCE, EXPIRES, ifc, &source->timer))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_group(struct sk_buff *skb, const struct mgm_igmp_group *group)
{
	const struct mgm_igmp_if *ifc = group->ifc;
	struct mgm_igmp_source *source;

	if (put_u32(skb, GROUP, IFINDEX, ifc->ifindex) ||
	    nla_put_in_addr(skb, MGM_IGMP_A_GROUP_GROUP4, group->addr) ||
	    put_u32(skb, GROUP, FLAGS,
		    group->joined ? MGM_IGMP_GROUP_F_STATIC : 0) ||
	    put_u32(skb, GROUP, MODE, group->mode) ||
	    put_u64(skb, GROUP, UPTIME,
		    ktime_ms_delta(ifc->now, group->created)) ||
	    put_left(skb, GROUP, EXPIRES, ifc, &group->timer) ||
	    (group->last_reporter &&
	     nla_put_in_addr(skb, MGM_IGMP_A_GROUP_LAST_REPORTER4,
			     group->last_reporter)) ||
	    put_left(skb, GROUP, V1_HOST_EXPIRES, ifc, &group->v1_host) ||
	    put_left(skb, GROUP, V2_HOST_EXPIRES, ifc, &group->v2_host))
		return -EMSGSIZE;
	for (source = mgm_igmp_source_first(group); source;
	     source = mgm_igmp_source_next(source))
		if (mgm_igmp_source_in_use(source) &&
		    put_source(skb, ifc, source))
			return -EMSGSIZE;
	return 0;
}

/* One interface */

int mgm_igmp_nl_interface_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mgm_igmp_net *in = mgm_igmp_pernet(genl_info_net(info));
	struct mgm_igmp_if *ifc;
	struct sk_buff *reply;
	int err = -EMSGSIZE;
	void *hdr;

	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	hdr = genlmsg_put_reply(reply, info, &mgm_igmp_family, 0,
				MGM_IGMP_CMD_INTERFACE_GET);
	if (!hdr)
		goto free;

	ifc = mgm_igmp_nl_lock_if(in, info, MGM_IGMP_A_INTERFACE_IFINDEX);
	if (IS_ERR(ifc)) {
		err = PTR_ERR(ifc);
		goto free;
	}
	err = fill_interface(reply, ifc);
	mutex_unlock(&in->lock);
	if (err)
		goto free;
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);

free:
	nlmsg_free(reply);
	return err;
}

/* All of a kind */

static struct dump *dump_of(struct netlink_callback *cb)
{
	return (struct dump *)cb->ctx;
}

/* @attr: the interface that is asked for, if one is. */
static void dump_start(struct netlink_callback *cb, int attr)
{
	struct nlattr *ifindex = mgm_dump_attrs(cb)[attr];

	BUILD_BUG_ON(sizeof(struct dump) > sizeof(cb->ctx));
	memset(dump_of(cb), 0, sizeof(struct dump));
	if (ifindex)
		dump_of(cb)->only = nla_get_u32(ifindex);
}

int mgm_igmp_nl_interface_dump_start(struct netlink_callback *cb)
{
	dump_start(cb, MGM_IGMP_A_INTERFACE_IFINDEX);
	return 0;
}

/* A group must fit a message with as many sources as it can have. */
int mgm_igmp_nl_group_dump_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = NLMSG_GOODSIZE +
			     MGM_IGMP_SOURCES_MAX * source_size();
	dump_start(cb, MGM_IGMP_A_GROUP_IFINDEX);
	return 0;
}

static int dump_interface(struct sk_buff *skb, struct netlink_callback *cb,
			  struct mgm_igmp_if *ifc)
{
	void *hdr = mgm_dump_put(skb, cb, &mgm_igmp_family, MGM_IGMP_CMD_INTERFACE_GET);

	return hdr ? mgm_dump_end(skb, hdr, fill_interface(skb, ifc)) : -EMSGSIZE;
}

/* The groups of @ifc, behind the last that was told of. */
static int dump_groups(struct sk_buff *skb, struct netlink_callback *cb,
		       struct mgm_igmp_if *ifc)
{
	struct dump *dump = dump_of(cb);
	struct mgm_igmp_group *group;
	void *hdr;
	int err;

	if (dump->ifindex != ifc->ifindex) {
		dump->ifindex = ifc->ifindex;
		dump->in_group = false;
	}
	while ((group = mgm_igmp_group_after(ifc, dump->in_group ? &dump->grp :
								   NULL))) {
		hdr = mgm_dump_put(skb, cb, &mgm_igmp_family, MGM_IGMP_CMD_GROUP_GET);
		err = hdr ? mgm_dump_end(skb, hdr, fill_group(skb, group)) :
			    -EMSGSIZE;
		if (err)
			return err;
		dump->in_group = true;
		dump->grp = group->addr;
	}
	return 0;
}

static struct mgm_igmp_net *dump_lock(struct sk_buff *skb,
				      struct netlink_callback *cb)
{
	struct mgm_igmp_net *in = mgm_igmp_pernet(sock_net(skb->sk));

	mutex_lock(&in->lock);
	cb->seq = in->genid;
	return in;
}

int mgm_igmp_nl_interface_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb)
{
	struct mgm_igmp_net *in = dump_lock(skb, cb);
	struct dump *dump = dump_of(cb);
	unsigned long ifindex;
	struct mgm_igmp_if *ifc;
	int err = 0;

	xa_for_each_start(&in->interfaces, ifindex, ifc, dump->ifindex + 1) {
		if (dump->only && ifindex != dump->only)
			continue;
		ifc->now = ktime_get();
		err = dump_interface(skb, cb, ifc);
		if (err)
			break;
		dump->ifindex = ifindex;
	}
	mutex_unlock(&in->lock);
	return mgm_dump_result(skb, err);
}

int mgm_igmp_nl_group_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct mgm_igmp_net *in = dump_lock(skb, cb);
	struct dump *dump = dump_of(cb);
	unsigned long ifindex;
	struct mgm_igmp_if *ifc;
	int err = 0;

	xa_for_each_start(&in->interfaces, ifindex, ifc, dump->ifindex) {
		if (dump->only && ifindex != dump->only)
			continue;
		ifc->now = ktime_get();
		err = dump_groups(skb, cb, ifc);
		if (err)
			break;
	}
	mutex_unlock(&in->lock);
	return mgm_dump_result(skb, err);
}
