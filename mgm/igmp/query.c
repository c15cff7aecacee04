// SPDX-License-Identifier: GPL-2.0
/*
 * A host no longer wants a group or a source: who else does? The querier asks, a
 * few times, and meanwhile the time for an answer runs (6.6.3). The others
 * hear it asking, and let that time run as well (6.6.1).
 */
#include "igmp.h"

/* Sources in one query; more go into several, which fit any link. */
#define SOURCES_MAX	64

/* A query about @n sources of a group, or about the group if that is 0. */
static void send(struct mgm_igmp_group *group, const __be32 *srcs,
		 unsigned int n, bool suppress)
{
	struct mgm_igmp_if *ifc = group->ifc;
	struct mgm_igmp_query query = {
		.grp = group->addr,
		.version = ifc->config.version,
		.suppress = suppress,
		.robustness = ifc->robustness,
		.query_interval = ifc->query_interval,
		.max_resp = ifc->config.last_member_query_interval,
		.srcs = srcs,
		.n = n,
	};

	mgm_igmp_send(ifc, &query);
}

/* More time to go than there is for an answer: somebody has answered. */
static bool answered(const struct mgm_igmp_if *ifc,
		     const struct mgm_igmp_timer *timer)
{
	return mgm_igmp_timer_left(timer, ifc->now) >
	       mgm_igmp_last_member_time(ifc);
}

/* About those of the sources to ask about that have been answered, or have not. */
static void send_sources(struct mgm_igmp_group *group, bool suppress)
{
	struct mgm_igmp_source *source;
	__be32 srcs[SOURCES_MAX];
	unsigned int n = 0;

	for (source = mgm_igmp_source_first(group); source;
	     source = mgm_igmp_source_next(source)) {
		if (!source->asked ||
		    answered(group->ifc, &source->timer) != suppress)
			continue;
		srcs[n++] = source->addr;
		if (n < SOURCES_MAX)
			continue;
		send(group, srcs, n, suppress);
		n = 0;
	}
	if (n)
		send(group, srcs, n, suppress);
}

/* The next of the queries that are left, or the end of the time for an answer. */
static void again_later(struct mgm_igmp_group *group)
{
	struct mgm_igmp_if *ifc = group->ifc;

	if (!mgm_igmp_timer_runs(&group->query))
		mgm_igmp_timer_set(ifc, &group->query,
				   ifc->config.last_member_query_interval);
}

/*
 * The time for an answer runs. Is there something to ask? Not if it ran already, as
 * the queries are under way then: however many leave, it is asked no more often.
 */
static bool start(struct mgm_igmp_if *ifc, struct mgm_igmp_timer *timer,
		  u8 *queries_left)
{
	bool again = *queries_left && !answered(ifc, timer);

	mgm_igmp_timer_lower(ifc, timer, mgm_igmp_last_member_time(ifc));
	if (!again)
		*queries_left = mgm_igmp_last_member_count(ifc);
	return !again;
}

/* Q(G): who wants the group? An update has to follow. */
void mgm_igmp_ask_group(struct mgm_igmp_group *group)
{
	struct mgm_igmp_if *ifc = group->ifc;

	if (ifc->config.immediate_leave) {
		mgm_igmp_group_expire(group);
		return;
	}
	if (!ifc->querier || !start(ifc, &group->timer, &group->queries_left))
		return;
	send(group, NULL, 0, false);
	again_later(group);
}

/* Q(G,S): who wants the sources that are marked? An update has to follow. */
void mgm_igmp_ask_sources(struct mgm_igmp_group *group)
{
	struct mgm_igmp_if *ifc = group->ifc;
	struct mgm_igmp_source *source;
	bool any = false;

	/* Older versions cannot ask this: the sources' time runs out by itself. */
	if (!ifc->config.immediate_leave &&
	    (!ifc->querier || ifc->config.version < 3))
		return;
	for (source = mgm_igmp_source_first(group); source;
	     source = mgm_igmp_source_next(source)) {
		if (!source->asked)
			continue;
		if (ifc->config.immediate_leave) {
			mgm_igmp_source_expire(source);
			continue;
		}
		source->asked = start(ifc, &source->timer,
				      &source->queries_left);
		any |= source->asked;
	}
	if (!any)
		return;
	send_sources(group, false);
	again_later(group);
}

/* One query fewer is left; false if that was the last. */
static bool count_down(u8 *left)
{
	return *left && --*left;
}

/*
 * Once more, for those that did not hear it. Who has been answered is asked for
 * with the S flag, so that no router lets the time run again; if the whole
 * group is asked for at this moment, not at all (6.6.3.2).
 */
void mgm_igmp_ask_again(struct mgm_igmp_group *group)
{
	struct mgm_igmp_if *ifc = group->ifc;
	struct mgm_igmp_source *source;
	bool ask_group, any;

	if (!ifc->querier) {
		group->queries_left = 0;
		for (source = mgm_igmp_source_first(group); source;
		     source = mgm_igmp_source_next(source))
			source->queries_left = 0;
		return;
	}
	ask_group = count_down(&group->queries_left);
	any = ask_group;
	for (source = mgm_igmp_source_first(group); source;
	     source = mgm_igmp_source_next(source)) {
		source->asked = count_down(&source->queries_left);
		any |= source->asked;
	}
	if (!any)
		return;
	if (ask_group)
		send(group, NULL, 0, answered(ifc, &group->timer));
	else
		send_sources(group, true);
	send_sources(group, false);
	again_later(group);
}

/* The querier asks about a group or sources of it, and nobody has answered yet. */
void mgm_igmp_asked(struct mgm_igmp_if *ifc, const struct mgm_igmp_query *query)
{
	struct mgm_igmp_group *group = mgm_igmp_group_find(ifc, query->grp);
	struct mgm_igmp_source *source;
	unsigned int i;
	u32 time;

	if (!group)
		return;
	/* A forged query must not be able to leave hosts no time at all. */
	time = max(mgm_igmp_last_member_count(ifc) * query->max_resp,
		   mgm_igmp_last_member_time(ifc));
	if (!query->n)
		mgm_igmp_timer_lower(ifc, &group->timer, time);
	for (i = 0; i < query->n; i++) {
		source = mgm_igmp_source_find(group, query->srcs[i]);
		if (source)
			mgm_igmp_timer_lower(ifc, &source->timer, time);
	}
}
