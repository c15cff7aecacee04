// SPDX-License-Identifier: GPL-2.0
/*
 * MGM is told what is wanted on the interfaces: all sources of a group, or some,
 * or all but some; and when the owner of an interface changes, everything
 * afresh.
 */
#include <linux/module.h>

#include "igmp.h"

#define JOIN	MGM_MEMBERSHIP_F_JOIN
#define FORWARD	MGM_MEMBERSHIP_F_FORWARD

/* For memory, or room within the bound, to be there again. */
#define RETRY_MS	1000

static int add(struct mgm_igmp_group *group, __be32 src, u32 flags)
{
	struct mgm_igmp_if *ifc = group->ifc;
	struct mgm_if key = mgm_if4(ifc->ifindex, 0);
	struct mgm_sg sg = mgm_sg4(src, group->addr);

	return mgm_membership_add(ifc->in->net, ifc->in->handle, &key, &sg,
				  flags, NULL);
}

static int del(struct mgm_igmp_group *group, __be32 src, u32 flags)
{
	struct mgm_igmp_if *ifc = group->ifc;
	struct mgm_if key = mgm_if4(ifc->ifindex, 0);
	struct mgm_sg sg = mgm_sg4(src, group->addr);

	return mgm_membership_del(ifc->in->net, ifc->in->handle, &key, &sg,
				  flags, NULL);
}

/*
 * What could not be told is told with the next report, or a little later. -EBUSY says
 * that the owner changes; that we hear of next, and then tell everything afresh.
 */
static int check(struct mgm_igmp_if *ifc, int err)
{
	if (!err || err == -EBUSY)
		return 0;
	mgm_igmp_count(ifc, MGM_IGMP_A_STATS_NOT_REPORTED);
	if (!mgm_igmp_timer_runs(&ifc->retry))
		mgm_igmp_timer_set(ifc, &ifc->retry, RETRY_MS);
	return err;
}

/* What MGM should know of @source; @all: it knows that all sources are wanted. */
static enum mgm_igmp_told wanted(const struct mgm_igmp_source *source, bool all)
{
	const struct mgm_igmp_group *group = source->group;

	if (!all)
		return source->joined ||
		       source->state == MGM_IGMP_SOURCE_WANTED ?
		       MGM_IGMP_TOLD_JOIN : MGM_IGMP_TOLD_NOTHING;
	if (source->state == MGM_IGMP_SOURCE_EXCLUDED && !source->joined &&
	    !group->joined)
		return MGM_IGMP_TOLD_EXCLUDE;
	return MGM_IGMP_TOLD_NOTHING;
}

/*
 * From what MGM was told of a source to what it should know. Taking back
 * needs no memory there, so it does not fail unless everything is gone anyway.
 */
static int tell_source(struct mgm_igmp_source *source, enum mgm_igmp_told want)
{
	struct mgm_igmp_group *group = source->group;
	int err = 0;

	if (source->told == want)
		return 0;
	if (source->told == MGM_IGMP_TOLD_JOIN) {
		del(group, source->addr, JOIN);
		source->told = MGM_IGMP_TOLD_NOTHING;
	}
	switch (want) {
	case MGM_IGMP_TOLD_JOIN:
		err = add(group, source->addr, JOIN);
		break;
	case MGM_IGMP_TOLD_EXCLUDE:
		err = del(group, source->addr, FORWARD);
		break;
	case MGM_IGMP_TOLD_NOTHING:
		if (source->told == MGM_IGMP_TOLD_EXCLUDE)
			add(group, source->addr, FORWARD);
		break;
	}
	if (!err)
		source->told = want;
	return check(group->ifc, err);
}

/* Tell MGM that all sources are wanted. */
static int tell_all(struct mgm_igmp_group *group)
{
	int err;

	if (group->told == MGM_IGMP_TOLD_JOIN)
		return 0;
	err = add(group, 0, JOIN);
	if (!err)
		group->told = MGM_IGMP_TOLD_JOIN;
	return check(group->ifc, err);
}

/*
 * Tell MGM of what has changed in @group. What is wanted is added before what is
 * not any more is deleted, so that what goes on being wanted goes on. Returns
 * the first error there was; what MGM hears of later is none.
 */
int mgm_igmp_tell(struct mgm_igmp_group *group)
{
	bool all = group->joined || group->mode == MGM_IGMP_MODE_EXCLUDE;
	struct mgm_igmp_source *source;
	int err = 0, first = 0;

	if (group->ifc->frozen)
		return 0;
	if (all)
		first = tell_all(group);
	/* Without that, those that are told of one by one had better stay. */
	if (all && group->told != MGM_IGMP_TOLD_JOIN)
		return first;
	for (source = mgm_igmp_source_first(group); source;
	     source = mgm_igmp_source_next(source)) {
		err = tell_source(source, wanted(source, all));
		first = first ?: err;
	}
	if (!all && group->told == MGM_IGMP_TOLD_JOIN) {
		del(group, 0, JOIN);
		group->told = MGM_IGMP_TOLD_NOTHING;
	}
	return first;
}

/* Something could not be told. Where that is still so, the rest has to wait as well. */
static void retry(struct mgm_igmp_timer *timer)
{
	struct mgm_igmp_if *ifc = container_of(timer, struct mgm_igmp_if, retry);
	struct mgm_igmp_group *group = NULL;

	while ((group = mgm_igmp_group_after(ifc, group ? &group->addr : NULL)))
		if (mgm_igmp_group_sync(group))
			break;
}

void mgm_igmp_tell_init(struct mgm_igmp_if *ifc)
{
	mgm_igmp_timer_init(&ifc->retry, retry);
}

/* MGM forgets what it was told of @group. */
static void forgotten(struct mgm_igmp_group *group)
{
	struct mgm_igmp_source *source;

	group->told = MGM_IGMP_TOLD_NOTHING;
	for (source = mgm_igmp_source_first(group); source;
	     source = mgm_igmp_source_next(source))
		source->told = MGM_IGMP_TOLD_NOTHING;
}

/* MGM can be told things of an interface, or no longer. */
static void freeze(struct mgm_igmp_net *in, const struct mgm_if *key,
		   bool frozen)
{
	struct mgm_igmp_group *group = NULL;
	struct mgm_igmp_if *ifc;

	mutex_lock(&in->lock);
	ifc = mgm_igmp_if_find(in, key->ifindex);
	if (!ifc)
		goto unlock;
	ifc->frozen = frozen;
	ifc->now = ktime_get();
	mgm_igmp_changed(in);
	while ((group = mgm_igmp_group_after(ifc, group ? &group->addr : NULL)))
		if (frozen)
			forgotten(group);
		else
			mgm_igmp_group_sync(group);
unlock:
	mutex_unlock(&in->lock);
}

/*
 * The owner of an interface is about to change: from now on MGM is told nothing,
 * and what it was told it drops by itself. Hosts go on being listened to.
 */
static void igmp_disable(struct net *net, void *priv, const struct mgm_if *ifc)
{
	freeze(priv, ifc, true);
}

/* The owner has changed: what the hosts want now is reported to it. */
static void igmp_enable(struct net *net, void *priv, const struct mgm_if *ifc)
{
	freeze(priv, ifc, false);
}

const struct mgm_protocol_ops mgm_igmp_ops = {
	.owner = THIS_MODULE,
	.igmp_disable = igmp_disable,
	.igmp_enable = igmp_enable,
};
