// SPDX-License-Identifier: GPL-2.0
/*
 * General queries, and which router of a link sends them: the one with the lowest
 * address (6.6.2). The others follow its robustness variable and its interval.
 */
#include "igmp.h"

static void use_own_settings(struct mgm_igmp_if *ifc)
{
	ifc->robustness = ifc->config.robustness;
	ifc->query_interval = ifc->config.query_interval;
}

static void send_general(struct mgm_igmp_if *ifc)
{
	struct mgm_igmp_query query = {
		.version = ifc->config.version,
		.robustness = ifc->robustness,
		.query_interval = ifc->query_interval,
		.max_resp = ifc->config.query_response_interval,
	};

	mgm_igmp_send(ifc, &query);
}

static void general_due(struct mgm_igmp_timer *timer)
{
	struct mgm_igmp_if *ifc = container_of(timer, struct mgm_igmp_if,
					       general);

	send_general(ifc);
	if (ifc->startup_left)
		ifc->startup_left--;
	mgm_igmp_timer_set(ifc, &ifc->general, ifc->startup_left ?
			   mgm_igmp_startup_interval(&ifc->config) :
			   ifc->query_interval);
}

static void become_querier(struct mgm_igmp_if *ifc)
{
	ifc->querier = true;
	ifc->querier_addr = 0;
	ifc->querier_since = ifc->now;
	use_own_settings(ifc);
	mgm_igmp_timer_set(ifc, &ifc->general, 0);
	mgm_igmp_changed(ifc->in);
}

static void other_gone(struct mgm_igmp_timer *timer)
{
	become_querier(container_of(timer, struct mgm_igmp_if, other));
}

void mgm_igmp_querier_init(struct mgm_igmp_if *ifc)
{
	mgm_igmp_timer_init(&ifc->general, general_due);
	mgm_igmp_timer_init(&ifc->other, other_gone);
	use_own_settings(ifc);
}

/* Until another is heard of, every router is the querier. */
void mgm_igmp_querier_start(struct mgm_igmp_if *ifc)
{
	lockdep_assert_held(&ifc->in->lock);
	ifc->startup_left = mgm_igmp_startup_count(&ifc->config);
	become_querier(ifc);
}

/* Ask as at the start. */
void mgm_igmp_querier_restart(struct mgm_igmp_if *ifc)
{
	lockdep_assert_held(&ifc->in->lock);
	if (!ifc->querier)
		return;
	ifc->startup_left = mgm_igmp_startup_count(&ifc->config);
	mgm_igmp_timer_set(ifc, &ifc->general, 0);
}

/* The settings have changed. */
void mgm_igmp_querier_set(struct mgm_igmp_if *ifc)
{
	lockdep_assert_held(&ifc->in->lock);
	if (!ifc->querier)
		return;
	use_own_settings(ifc);
	mgm_igmp_timer_lower(ifc, &ifc->general, ifc->query_interval);
}

/* Follow the querier, in what it has said; it may say nothing by a 0. */
static void adopt(struct mgm_igmp_if *ifc, const struct mgm_igmp_query *query)
{
	use_own_settings(ifc);
	if (query->robustness)
		ifc->robustness = query->robustness;
	if (query->query_interval)
		ifc->query_interval = query->query_interval;
}

static void step_down(struct mgm_igmp_if *ifc,
		      const struct mgm_igmp_query *query)
{
	if (ifc->querier || ifc->querier_addr != query->querier) {
		ifc->querier_since = ifc->now;
		mgm_igmp_changed(ifc->in);
	}
	ifc->querier = false;
	ifc->querier_addr = query->querier;
	ifc->startup_left = 0;
	adopt(ifc, query);
	mgm_igmp_timer_stop(ifc, &ifc->general);
	mgm_igmp_timer_set(ifc, &ifc->other,
			   mgm_igmp_other_querier_interval(ifc));
}

/* A router on the link asks; it has been found to be on the link, or is 0.0.0.0. */
void mgm_igmp_query_heard(struct mgm_igmp_if *ifc,
			  const struct mgm_igmp_query *query)
{
	__be32 own = mgm_igmp_address(ifc);

	lockdep_assert_held(&ifc->in->lock);
	/* A switch that asks for a router's sake is no router (RFC 4541, 2.1.1). */
	if (!query->querier)
		return;
	if (!query->grp && query->version != ifc->config.version) {
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_WRONG_VERSION_QUERIES);
		mgm_igmp_warn_version(ifc, query->querier, query->version);
	}
	/* Without an address there is nothing to be the querier with. */
	if (!own || ntohl(query->querier) < ntohl(own))
		step_down(ifc, query);
	if (query->grp && !query->suppress)
		mgm_igmp_asked(ifc, query);
}
