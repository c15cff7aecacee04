// SPDX-License-Identifier: GPL-2.0
/*
 * Settings, and the intervals that follow from them (section 8). All times are
 * in milliseconds.
 */
#include <linux/netlink.h>

#include "igmp.h"

void mgm_igmp_config_init(struct mgm_igmp_config *config)
{
	*config = (struct mgm_igmp_config) {
		.version = 3,
		.robustness = 2,
		.router_alert = true,
		.query_interval = 125000,
		.query_response_interval = 10000,
		.last_member_query_interval = 1000,
		.groups_max = 4096,
		.sources_max = 64,
		.rate_max = 4000,
	};
}

/* What no single setting can be blamed for. */
int mgm_igmp_config_check(const struct mgm_igmp_config *config,
			  struct netlink_ext_ack *extack)
{
	if (config->query_response_interval >= config->query_interval) {
		NL_SET_ERR_MSG(extack,
			       "the query response interval is not less than the query interval");
		return -EINVAL;
	}
	return 0;
}

u32 mgm_igmp_last_member_count(const struct mgm_igmp_if *ifc)
{
	return ifc->config.last_member_query_count ?: ifc->robustness;
}

u32 mgm_igmp_last_member_time(const struct mgm_igmp_if *ifc)
{
	return mgm_igmp_last_member_count(ifc) *
	       ifc->config.last_member_query_interval;
}

u32 mgm_igmp_startup_count(const struct mgm_igmp_config *config)
{
	return config->startup_query_count ?: config->robustness;
}

u32 mgm_igmp_startup_interval(const struct mgm_igmp_config *config)
{
	return config->startup_query_interval ?: config->query_interval / 4;
}

u32 mgm_igmp_membership_interval(const struct mgm_igmp_if *ifc)
{
	return ifc->robustness * ifc->query_interval +
	       ifc->config.query_response_interval;
}

u32 mgm_igmp_other_querier_interval(const struct mgm_igmp_if *ifc)
{
	return ifc->robustness * ifc->query_interval +
	       ifc->config.query_response_interval / 2;
}

u32 mgm_igmp_older_host_interval(const struct mgm_igmp_if *ifc)
{
	return mgm_igmp_membership_interval(ifc);
}
