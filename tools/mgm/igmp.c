// SPDX-License-Identifier: GPL-2.0
/* mgm igmp: IGMP for routers, on and off, its settings, and what is joined. */
#include <stdio.h>
#include <linux/mgm_igmp.h>

#include "args.h"
#include "igmp.h"

static const char usage[] =
"Usage: mgm [ -s ] igmp [ show ] [ dev DEV ]\n"
"       mgm igmp enable dev DEV [ SETTING... ]\n"
"       mgm igmp set dev DEV SETTING...\n"
"       mgm igmp disable dev DEV\n"
"       mgm igmp { join | leave } dev DEV group ADDRESS [ source ADDRESS ]\n"
"\n"
"Where IGMP is enabled, the router asks the hosts on the link what they want to\n"
"receive, unless another router there does, and reports it to MGM. \"disable\"\n"
"forgets all of it.\n"
"\n"
"SETTING := { version { 1 | 2 | 3 } | robustness NUMBER | query-interval SECONDS |\n"
"             query-response-interval SECONDS | last-member-interval SECONDS |\n"
"             last-member-count NUMBER | startup-interval SECONDS |\n"
"             startup-count NUMBER | immediate-leave { on | off } |\n"
"             router-alert { on | off } | max-groups NUMBER | max-sources NUMBER |\n"
"             max-rate NUMBER }\n"
"  version                  that of the oldest router on the link; 3 at first\n"
"  robustness               how many messages in a row may get lost, and one more:\n"
"                           1 to 7, 2 at first\n"
"  query-interval           between general queries: 1 to 31744 seconds, 125 at first\n"
"  query-response-interval  that hosts may take to answer: 0.1 to 3174.4 seconds and\n"
"                           less than the query-interval, 10 at first\n"
"  last-member-interval     the same, when a host has left: 1 second at first\n"
"  last-member-count        how often it is asked then; 0, as at first: robustness\n"
"  startup-interval         between the first general queries: up to 31744 seconds;\n"
"                           0, as at first: a quarter of the query-interval\n"
"  startup-count            how many those are; 0, as at first: robustness\n"
"  immediate-leave          do not ask when a host has left; off at first\n"
"  router-alert             refuse messages without the Router Alert option; on at\n"
"                           first\n"
"  max-groups               4096 at first\n"
"  max-sources              of one group: up to 512, 64 at first\n"
"  max-rate                 messages in a second; 4000 at first\n"
"\n"
"\"enable\" takes what is not named as it is at first, \"set\" leaves it as it is.\n"
"\n"
"\"join\" reports a group, or one source of it, whatever the hosts say; \"leave\" is\n"
"the reverse.\n"
"\n"
"With -s, counters are shown; in text those that are not 0.\n";

/* @settings: whether there may be some. */
static enum status change(int argc, char **argv, uint8_t cmd, bool may_set)
{
	struct request request;
	struct settings settings = {
		.request = &request,
		.first = IGMP_SETTING_FIRST,
		.last = IGMP_SETTING_LAST,
	};
	enum status status;
	struct args args;

	request_init_to(&request, &igmp_family, cmd, &igmp_interface_set);
	status = args_parse_settings(argc, argv, "igmp", ARG_DEV, ARG_DEV, &args,
				     may_set ? &settings : NULL);
	if (status != STATUS_OK)
		return status;
	if (cmd == MGM_IGMP_CMD_INTERFACE_SET && !settings.given)
		return complain("say what to set; try: mgm igmp help");

	request_put_u32(&request, MGM_IGMP_A_INTERFACE_IFINDEX, args.ifindex);
	return nl_do(&request, NULL, NULL);
}

static int enable(int argc, char **argv)
{
	return change(argc, argv, MGM_IGMP_CMD_INTERFACE_ENABLE, true);
}

static int do_set(int argc, char **argv)
{
	return change(argc, argv, MGM_IGMP_CMD_INTERFACE_SET, true);
}

static int disable(int argc, char **argv)
{
	return change(argc, argv, MGM_IGMP_CMD_INTERFACE_DISABLE, false);
}

static enum status put_address(struct request *request, uint16_t number,
			       const struct address *address)
{
	if (address->has_len)
		return complain("%s: IGMP knows no prefix length",
				request->set->attrs[number].word);
	if (address->family == AF_INET6)
		return complain("%s: IGMP is for IPv4", request->set->attrs[number].word);
	if (address->family)
		request_put(request, number, &address->in4, sizeof(address->in4));
	return STATUS_OK;
}

static enum status change_group(int argc, char **argv, uint8_t cmd)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "igmp", ARG_DEV | ARG_GROUP | ARG_SOURCE,
			    ARG_DEV | ARG_GROUP, &args);
	if (status != STATUS_OK)
		return status;

	request_init_to(&request, &igmp_family, cmd, &igmp_group_set);
	request_put_u32(&request, MGM_IGMP_A_GROUP_IFINDEX, args.ifindex);
	status = put_address(&request, MGM_IGMP_A_GROUP_GROUP4, &args.group);
	if (status == STATUS_OK)
		status = put_address(&request, MGM_IGMP_A_GROUP_SOURCE4, &args.source);
	if (status != STATUS_OK)
		return status;
	return nl_do(&request, NULL, NULL);
}

static int join(int argc, char **argv)
{
	return change_group(argc, argv, MGM_IGMP_CMD_JOIN);
}

static int leave(int argc, char **argv)
{
	return change_group(argc, argv, MGM_IGMP_CMD_LEAVE);
}

int igmp_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "show", igmp_show },
		{ "list", igmp_show },
		{ "enable", enable },
		{ "set", do_set },
		{ "disable", disable },
		{ "join", join },
		{ "leave", leave },
	};

	return run_command("igmp", commands, ARRAY_SIZE(commands), usage, argc, argv);
}
