// SPDX-License-Identifier: GPL-2.0
/*
 * What a report does to the state of a group: the tables of 6.4, A and X being the
 * sources that are wanted, Y those that are excluded, and B those of the record;
 * and what older hosts mean by their messages (7.3.2).
 */
#include <linux/igmp.h>

#include "igmp.h"

struct record {
	u8 type;
	const __be32 *srcs;
	unsigned int n;
};

static bool changes_mode(const struct record *r)
{
	return r->type == IGMPV3_CHANGE_TO_INCLUDE ||
	       r->type == IGMPV3_CHANGE_TO_EXCLUDE;
}

/* A source of the record; NULL if it is not known yet and cannot be. */
static struct mgm_igmp_source *get_source(struct mgm_igmp_group *group,
					  __be32 addr)
{
	struct mgm_igmp_source *source = mgm_igmp_source_find(group, addr);

	if (!source)
		source = mgm_igmp_source_create(group, addr);
	if (source)
		source->listed = true;
	return source;
}

/* Which of the known sources are in the record? */
static void list_sources(struct mgm_igmp_group *group, const struct record *r)
{
	struct mgm_igmp_source *source;
	unsigned int i;

	for (source = mgm_igmp_source_first(group); source;
	     source = mgm_igmp_source_next(source))
		source->listed = false;
	for (i = 0; i < r->n; i++) {
		source = mgm_igmp_source_find(group, r->srcs[i]);
		if (source)
			source->listed = true;
	}
}

/* (B)=GMI: whatever it was, it is wanted now. */
static void want(struct mgm_igmp_group *group, const struct record *r)
{
	u32 interval = mgm_igmp_membership_interval(group->ifc);
	struct mgm_igmp_source *source;
	unsigned int i;

	for (i = 0; i < r->n; i++) {
		source = get_source(group, r->srcs[i]);
		if (source)
			mgm_igmp_source_want(source, interval);
	}
}

/* (B-A)=0: what is not wanted is excluded. */
static void exclude(struct mgm_igmp_group *group, const struct record *r)
{
	struct mgm_igmp_source *source;
	unsigned int i;

	for (i = 0; i < r->n; i++) {
		source = get_source(group, r->srcs[i]);
		if (source && source->state == MGM_IGMP_SOURCE_NONE)
			mgm_igmp_source_exclude(source);
	}
}

/* (B-X-Y)=@ms: what has not been spoken of is wanted, until it turns out else. */
static void want_new(struct mgm_igmp_group *group, const struct record *r,
		     u32 ms)
{
	struct mgm_igmp_source *source;
	unsigned int i;

	for (i = 0; i < r->n; i++) {
		source = get_source(group, r->srcs[i]);
		if (source && source->state == MGM_IGMP_SOURCE_NONE)
			mgm_igmp_source_want(source, ms);
	}
}

/* Delete (A-B), (X-B), (Y-B); the room that they took may be needed at once. */
static void forget_others(struct mgm_igmp_group *group, const struct record *r)
{
	struct mgm_igmp_source *source;

	for (source = mgm_igmp_source_first(group); source;
	     source = mgm_igmp_source_next(source))
		if (!source->listed)
			mgm_igmp_source_forget(source);
	if (group->nr_sources + r->n > group->ifc->config.sources_max)
		mgm_igmp_group_sync(group);
}

/* Send Q(G, those that are wanted and in the record), or not in it. */
static void ask(struct mgm_igmp_group *group, bool listed)
{
	struct mgm_igmp_source *source;

	for (source = mgm_igmp_source_first(group); source;
	     source = mgm_igmp_source_next(source))
		source->asked = source->state == MGM_IGMP_SOURCE_WANTED &&
				source->listed == listed;
	mgm_igmp_ask_sources(group);
}

/*
 * IS_EX and TO_EX: what is wanted from now on is everything but the record's
 * sources. Those of them that somebody wanted before, or, in EXCLUDE mode, may
 * have wanted, are excluded only when their time is over.
 */
static void exclude_others(struct mgm_igmp_group *group,
			   const struct record *r)
{
	struct mgm_igmp_if *ifc = group->ifc;
	bool was_include = group->mode == MGM_IGMP_MODE_INCLUDE;
	u32 interval = mgm_igmp_membership_interval(ifc);
	u32 left = mgm_igmp_timer_left(&group->timer, ifc->now);

	if (was_include)
		mgm_igmp_changed(ifc->in);
	group->mode = MGM_IGMP_MODE_EXCLUDE;
	forget_others(group, r);
	if (!was_include)
		want_new(group, r, changes_mode(r) ? left : interval);
	if (changes_mode(r))
		ask(group, true);
	if (was_include)
		exclude(group, r);
	mgm_igmp_timer_set(ifc, &group->timer, interval);
}

static void apply(struct mgm_igmp_group *group, const struct record *r)
{
	bool all = group->mode == MGM_IGMP_MODE_EXCLUDE;

	switch (r->type) {
	case IGMPV3_MODE_IS_INCLUDE:
	case IGMPV3_ALLOW_NEW_SOURCES:
		want(group, r);
		break;
	case IGMPV3_CHANGE_TO_INCLUDE:
		want(group, r);
		ask(group, false);
		if (all)
			mgm_igmp_ask_group(group);
		break;
	case IGMPV3_BLOCK_OLD_SOURCES:
		if (all)
			want_new(group, r, mgm_igmp_timer_left(&group->timer,
							       group->ifc->now));
		ask(group, true);
		break;
	case IGMPV3_MODE_IS_EXCLUDE:
	case IGMPV3_CHANGE_TO_EXCLUDE:
		exclude_others(group, r);
		break;
	}
}

/*
 * The version that counts for a group: that of the oldest host in it, or of the
 * queries, which hosts answer in no newer one.
 */
static u8 version(const struct mgm_igmp_group *group)
{
	u8 version = group->ifc->config.version;

	if (mgm_igmp_timer_runs(&group->v1_host))
		return 1;
	if (mgm_igmp_timer_runs(&group->v2_host))
		return min_t(u8, version, 2);
	return version;
}

/* False if older versions make @r of no use; what they cannot say is cut off. */
static bool adapt(const struct mgm_igmp_group *group, struct record *r)
{
	u8 oldest = version(group);

	if (oldest < 3 && r->type == IGMPV3_CHANGE_TO_EXCLUDE)
		r->n = 0;
	return !(oldest < 3 && r->type == IGMPV3_BLOCK_OLD_SOURCES) &&
	       !(oldest < 2 && r->type == IGMPV3_CHANGE_TO_INCLUDE);
}

/* Does @r say that somebody wants something? */
static bool wants(const struct record *r)
{
	switch (r->type) {
	case IGMPV3_MODE_IS_EXCLUDE:
	case IGMPV3_CHANGE_TO_EXCLUDE:
		return true;
	case IGMPV3_MODE_IS_INCLUDE:
	case IGMPV3_CHANGE_TO_INCLUDE:
	case IGMPV3_ALLOW_NEW_SOURCES:
		return r->n;
	}
	return false;
}

/*
 * A record of a report, its type one of 4.2; @n sources, which may be named
 * twice. @grp has been found to be a group that is routed.
 */
void mgm_igmp_record(struct mgm_igmp_if *ifc, __be32 reporter, u8 type,
		     __be32 grp, const __be32 *srcs, unsigned int n)
{
	struct mgm_igmp_group *group = mgm_igmp_group_find(ifc, grp);
	struct record r = { .type = type, .srcs = srcs, .n = n };

	if (!group && wants(&r))
		group = mgm_igmp_group_create(ifc, grp);
	if (!group)
		return;
	group->last_reporter = reporter;
	if (adapt(group, &r)) {
		list_sources(group, &r);
		apply(group, &r);
	} else {
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_IN_IGNORED);
	}
	mgm_igmp_group_update(group);
}

/* The same as IS_EX({}); from now on there is a host that says no more. */
static void older_report(struct mgm_igmp_if *ifc, __be32 reporter, __be32 grp,
			 bool v1)
{
	struct mgm_igmp_group *group;

	mgm_igmp_record(ifc, reporter, IGMPV3_MODE_IS_EXCLUDE, grp, NULL, 0);
	group = mgm_igmp_group_find(ifc, grp);
	if (group)
		mgm_igmp_timer_set(ifc, v1 ? &group->v1_host : &group->v2_host,
				   mgm_igmp_older_host_interval(ifc));
}

void mgm_igmp_v1_report(struct mgm_igmp_if *ifc, __be32 reporter, __be32 grp)
{
	older_report(ifc, reporter, grp, true);
}

void mgm_igmp_v2_report(struct mgm_igmp_if *ifc, __be32 reporter, __be32 grp)
{
	older_report(ifc, reporter, grp, false);
}

/* The same as TO_IN({}). */
void mgm_igmp_v2_leave(struct mgm_igmp_if *ifc, __be32 reporter, __be32 grp)
{
	mgm_igmp_record(ifc, reporter, IGMPV3_CHANGE_TO_INCLUDE, grp, NULL, 0);
}
