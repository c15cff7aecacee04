// SPDX-License-Identifier: GPL-2.0
/* mgm igmp show: the interfaces, below each its groups, below those their sources. */
#include <assert.h>
#include <stdio.h>
#include <linux/genetlink.h>
#include <linux/mgm_igmp.h>

#include "args.h"
#include "igmp.h"
#include "print.h"
#include "show.h"

static const struct attr interface_attrs[] = {
	[MGM_IGMP_A_INTERFACE_PAD] = { ATTR_PAD, NULL },
	[MGM_IGMP_A_INTERFACE_IFINDEX] = { ATTR_DEV, "dev" },
	[MGM_IGMP_A_INTERFACE_FLAGS] = { ATTR_U32, "flags" },
	[MGM_IGMP_A_INTERFACE_VERSION] = { ATTR_U32, "version" },
	[MGM_IGMP_A_INTERFACE_ROBUSTNESS] = { ATTR_U32, "robustness" },
	[MGM_IGMP_A_INTERFACE_QUERY_INTERVAL] = { ATTR_SECONDS, "query-interval" },
	[MGM_IGMP_A_INTERFACE_QUERY_RESPONSE_INTERVAL] = {
		ATTR_SECONDS, "query-response-interval" },
	[MGM_IGMP_A_INTERFACE_LAST_MEMBER_QUERY_INTERVAL] = {
		ATTR_SECONDS, "last-member-interval" },
	[MGM_IGMP_A_INTERFACE_LAST_MEMBER_QUERY_COUNT] = { ATTR_U32, "last-member-count" },
	[MGM_IGMP_A_INTERFACE_STARTUP_QUERY_INTERVAL] = { ATTR_SECONDS, "startup-interval" },
	[MGM_IGMP_A_INTERFACE_STARTUP_QUERY_COUNT] = { ATTR_U32, "startup-count" },
	[MGM_IGMP_A_INTERFACE_IMMEDIATE_LEAVE] = { ATTR_SWITCH, "immediate-leave" },
	[MGM_IGMP_A_INTERFACE_ROUTER_ALERT] = { ATTR_SWITCH, "router-alert" },
	[MGM_IGMP_A_INTERFACE_GROUPS_MAX] = { ATTR_U32, "max-groups" },
	[MGM_IGMP_A_INTERFACE_SOURCES_MAX] = { ATTR_U32, "max-sources" },
	[MGM_IGMP_A_INTERFACE_RATE_MAX] = { ATTR_U32, "max-rate" },
	[MGM_IGMP_A_INTERFACE_QUERIER4] = { ATTR_ADDRESS4, "querier" },
	[MGM_IGMP_A_INTERFACE_QUERIER_UPTIME] = { ATTR_U64, "querier-uptime" },
	[MGM_IGMP_A_INTERFACE_QUERIER_EXPIRES] = { ATTR_U64, "querier-expires" },
	[MGM_IGMP_A_INTERFACE_ACTIVE_ROBUSTNESS] = { ATTR_U32, "active-robustness" },
	[MGM_IGMP_A_INTERFACE_ACTIVE_QUERY_INTERVAL] = {
		ATTR_SECONDS, "active-query-interval" },
	[MGM_IGMP_A_INTERFACE_GROUPS] = { ATTR_U32, "groups" },
	[MGM_IGMP_A_INTERFACE_STATS] = { ATTR_NEST, "stats" },
};

const struct attr_set igmp_interface_set = {
	ARRAY_SIZE(interface_attrs), interface_attrs
};

static const struct attr stats_attrs[] = {
	[MGM_IGMP_A_STATS_PAD] = { ATTR_PAD, NULL },
	[MGM_IGMP_A_STATS_JOINS] = { ATTR_U64, "joins" },
	[MGM_IGMP_A_STATS_WRONG_VERSION_QUERIES] = { ATTR_U64, "wrong-version-queries" },
	[MGM_IGMP_A_STATS_IN_QUERIES] = { ATTR_U64, "in-queries" },
	[MGM_IGMP_A_STATS_IN_V1_REPORTS] = { ATTR_U64, "in-v1-reports" },
	[MGM_IGMP_A_STATS_IN_V2_REPORTS] = { ATTR_U64, "in-v2-reports" },
	[MGM_IGMP_A_STATS_IN_V3_REPORTS] = { ATTR_U64, "in-v3-reports" },
	[MGM_IGMP_A_STATS_IN_LEAVES] = { ATTR_U64, "in-leaves" },
	[MGM_IGMP_A_STATS_OUT_GENERAL_QUERIES] = { ATTR_U64, "out-general-queries" },
	[MGM_IGMP_A_STATS_OUT_GROUP_QUERIES] = { ATTR_U64, "out-group-queries" },
	[MGM_IGMP_A_STATS_OUT_SOURCE_QUERIES] = { ATTR_U64, "out-source-queries" },
	[MGM_IGMP_A_STATS_OUT_ERRORS] = { ATTR_U64, "out-errors" },
	[MGM_IGMP_A_STATS_IN_MALFORMED] = { ATTR_U64, "in-malformed" },
	[MGM_IGMP_A_STATS_IN_UNKNOWN_TYPE] = { ATTR_U64, "in-unknown-type" },
	[MGM_IGMP_A_STATS_IN_BAD_TTL] = { ATTR_U64, "in-bad-ttl" },
	[MGM_IGMP_A_STATS_IN_NO_ROUTER_ALERT] = { ATTR_U64, "in-no-router-alert" },
	[MGM_IGMP_A_STATS_IN_BAD_SOURCE] = { ATTR_U64, "in-bad-source" },
	[MGM_IGMP_A_STATS_IN_BAD_GROUP] = { ATTR_U64, "in-bad-group" },
	[MGM_IGMP_A_STATS_IN_IGNORED] = { ATTR_U64, "in-ignored" },
	[MGM_IGMP_A_STATS_RATE_EXCEEDED] = { ATTR_U64, "rate-exceeded" },
	[MGM_IGMP_A_STATS_GROUPS_EXCEEDED] = { ATTR_U64, "groups-exceeded" },
	[MGM_IGMP_A_STATS_SOURCES_EXCEEDED] = { ATTR_U64, "sources-exceeded" },
	[MGM_IGMP_A_STATS_NO_MEMORY] = { ATTR_U64, "no-memory" },
	[MGM_IGMP_A_STATS_NOT_REPORTED] = { ATTR_U64, "not-reported" },
};

static const struct attr_set stats_set = { ARRAY_SIZE(stats_attrs), stats_attrs };

static_assert(ARRAY_SIZE(interface_attrs) <= ATTR_COUNT_MAX &&
	      ARRAY_SIZE(stats_attrs) <= ATTR_COUNT_MAX, "these sets are the largest");

static const struct attr group_attrs[] = {
	[MGM_IGMP_A_GROUP_PAD] = { ATTR_PAD, NULL },
	[MGM_IGMP_A_GROUP_IFINDEX] = { ATTR_DEV, "dev" },
	[MGM_IGMP_A_GROUP_GROUP4] = { ATTR_ADDRESS4, "group" },
	[MGM_IGMP_A_GROUP_SOURCE4] = { ATTR_ADDRESS4, "source" },
	[MGM_IGMP_A_GROUP_FLAGS] = { ATTR_U32, "flags" },
	[MGM_IGMP_A_GROUP_MODE] = { ATTR_U32, "mode" },
	[MGM_IGMP_A_GROUP_UPTIME] = { ATTR_U64, "uptime" },
	[MGM_IGMP_A_GROUP_EXPIRES] = { ATTR_U64, "expires" },
	[MGM_IGMP_A_GROUP_LAST_REPORTER4] = { ATTR_ADDRESS4, "last-reporter" },
	[MGM_IGMP_A_GROUP_V1_HOST_EXPIRES] = { ATTR_U64, "v1-host-expires" },
	[MGM_IGMP_A_GROUP_V2_HOST_EXPIRES] = { ATTR_U64, "v2-host-expires" },
	[MGM_IGMP_A_GROUP_SOURCE] = { ATTR_NEST, "source" },
};

const struct attr_set igmp_group_set = { ARRAY_SIZE(group_attrs), group_attrs };

static const struct attr source_attrs[] = {
	[MGM_IGMP_A_SOURCE_PAD] = { ATTR_PAD, NULL },
	[MGM_IGMP_A_SOURCE_SOURCE4] = { ATTR_ADDRESS4, "source" },
	[MGM_IGMP_A_SOURCE_FLAGS] = { ATTR_U32, "flags" },
	[MGM_IGMP_A_SOURCE_EXPIRES] = { ATTR_U64, "expires" },
};

static const struct attr_set source_set = { ARRAY_SIZE(source_attrs), source_attrs };

static const char *const interface_flags[] = { "querier", "handover" };
static const char *const group_flags[] = { "static" };
static const char *const source_flags[] = { "static", "excluded" };

/* The groups on all interfaces that are shown. */
static struct mgm_messages groups;

static enum status print_source(const struct nlattr *nest)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];

	if (!attr_parse(&source_set, mnl_attr_get_payload(nest),
			mnl_attr_get_payload_len(nest), tb))
		return complain("cannot make sense of a source of a group");

	print_object_open();
	attr_print_address("source", "source", tb[MGM_IGMP_A_SOURCE_SOURCE4], NULL);
	attr_print_flags(NULL, "flags", source_flags, ARRAY_SIZE(source_flags),
			 tb[MGM_IGMP_A_SOURCE_FLAGS]);
	attr_print_time("expires", "expires_ms", tb[MGM_IGMP_A_SOURCE_EXPIRES]);
	print_object_close();
	return STATUS_OK;
}

static void print_mode(const struct nlattr *attr)
{
	static const char *const names[] = {
		[MGM_IGMP_MODE_INCLUDE] = "include",
		[MGM_IGMP_MODE_EXCLUDE] = "exclude",
	};
	char number[sizeof("0x12345678")];
	uint32_t mode;

	if (!attr)
		return;

	mode = mnl_attr_get_u32(attr);
	snprintf(number, sizeof(number), "0x%x", mode);
	print_string("mode", "mode",
		     mode < ARRAY_SIZE(names) && names[mode] ? names[mode] : number);
}

/* The group in @nlh, whose attributes are @tb. */
static enum status print_group(const struct nlmsghdr *nlh, const struct nlattr **tb)
{
	enum status status = STATUS_OK;
	const struct nlattr *attr;

	attr_print_address("group", "group", tb[MGM_IGMP_A_GROUP_GROUP4], NULL);
	print_mode(tb[MGM_IGMP_A_GROUP_MODE]);
	attr_print_flags(NULL, "flags", group_flags, ARRAY_SIZE(group_flags),
			 tb[MGM_IGMP_A_GROUP_FLAGS]);
	attr_print_time("uptime", "uptime_ms", tb[MGM_IGMP_A_GROUP_UPTIME]);
	attr_print_time("expires", "expires_ms", tb[MGM_IGMP_A_GROUP_EXPIRES]);
	attr_print_address("last-reporter", "last_reporter",
			   tb[MGM_IGMP_A_GROUP_LAST_REPORTER4], NULL);
	attr_print_time("v1-host-expires", "v1_host_expires_ms",
			tb[MGM_IGMP_A_GROUP_V1_HOST_EXPIRES]);
	attr_print_time("v2-host-expires", "v2_host_expires_ms",
			tb[MGM_IGMP_A_GROUP_V2_HOST_EXPIRES]);

	print_list_open("sources");
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == MGM_IGMP_A_GROUP_SOURCE && status == STATUS_OK)
			status = print_source(attr);
	}
	print_list_close();
	return status;
}

/* Those of the groups that are on one interface. */
static enum status print_groups(uint32_t ifindex)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];
	const struct nlmsghdr *nlh = NULL;
	enum status status = STATUS_OK;

	print_list_open("groups");
	while (status == STATUS_OK && (nlh = mgm_messages_next(&groups, nlh))) {
		status = nl_parse(nlh, &igmp_group_set, tb);
		if (status != STATUS_OK || !tb[MGM_IGMP_A_GROUP_IFINDEX] ||
		    mnl_attr_get_u32(tb[MGM_IGMP_A_GROUP_IFINDEX]) != ifindex)
			continue;
		print_object_open();
		status = print_group(nlh, tb);
		print_object_close();
	}
	print_list_close();
	return status;
}

static enum status print_interface(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];
	enum status status = nl_parse(nlh, &igmp_interface_set, tb);
	size_t i;

	if (status != STATUS_OK)
		return status;

	attr_print_dev("interface", "dev", "ifindex", tb[MGM_IGMP_A_INTERFACE_IFINDEX]);
	attr_print_flags(NULL, "flags", interface_flags, ARRAY_SIZE(interface_flags),
			 tb[MGM_IGMP_A_INTERFACE_FLAGS]);
	attr_print_address("querier-address", "querier_address",
			   tb[MGM_IGMP_A_INTERFACE_QUERIER4], NULL);
	attr_print_time("querier-uptime", "querier_uptime_ms",
			tb[MGM_IGMP_A_INTERFACE_QUERIER_UPTIME]);
	attr_print_time("querier-expires", "querier_expires_ms",
			tb[MGM_IGMP_A_INTERFACE_QUERIER_EXPIRES]);
	attr_print_setting(&igmp_interface_set, tb[MGM_IGMP_A_INTERFACE_ACTIVE_ROBUSTNESS]);
	attr_print_setting(&igmp_interface_set,
			   tb[MGM_IGMP_A_INTERFACE_ACTIVE_QUERY_INTERVAL]);
	attr_print_uint("groups", "group_count", tb[MGM_IGMP_A_INTERFACE_GROUPS]);

	print_break();
	for (i = IGMP_SETTING_FIRST; i <= IGMP_SETTING_LAST; i++)
		attr_print_setting(&igmp_interface_set, tb[i]);

	if (options.statistics && tb[MGM_IGMP_A_INTERFACE_STATS] &&
	    !attr_print_counters("stats", "stats", &stats_set,
				 tb[MGM_IGMP_A_INTERFACE_STATS]))
		return complain("cannot make sense of the counters of an interface");

	if (!tb[MGM_IGMP_A_INTERFACE_IFINDEX])
		return STATUS_OK;
	return print_groups(mnl_attr_get_u32(tb[MGM_IGMP_A_INTERFACE_IFINDEX]));
}

int igmp_show(int argc, char **argv)
{
	struct request request, groups_request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "igmp", ARG_DEV, 0, &args);
	if (status != STATUS_OK)
		return status;

	request_init_to(&request, &igmp_family, MGM_IGMP_CMD_INTERFACE_GET,
			&igmp_interface_set);
	request_init_to(&groups_request, &igmp_family, MGM_IGMP_CMD_GROUP_GET,
			&igmp_group_set);
	if (args.given & ARG_DEV) {
		request_put_u32(&request, MGM_IGMP_A_INTERFACE_IFINDEX, args.ifindex);
		request_put_u32(&groups_request, MGM_IGMP_A_GROUP_IFINDEX, args.ifindex);
	}

	status = read_all(&groups_request, &groups);
	if (status == STATUS_OK && args.given & ARG_DEV)
		status = show_one(&request, print_interface);
	else if (status == STATUS_OK)
		status = show_all(&request, print_interface, NULL);
	mgm_messages_free(&groups);
	return status;
}
