// SPDX-License-Identifier: GPL-2.0
/* mgm config: the settings of the network namespace. */
#include <stdio.h>
#include <linux/mgm.h>

#include "args.h"
#include "print.h"
#include "show.h"

static const char usage[] =
"Usage: mgm config [ show ]\n"
"       mgm config set [ mfe-timeout SECONDS ] [ rpf-table { TABLE | none } ]\n"
"                      [ wrong-if-interval MILLISECONDS ]\n"
"                      [ answer-timeout MILLISECONDS ]\n"
"\n"
"Settings of the network namespace. What is not named stays as it is.\n"
"\n"
"  mfe-timeout        how long a forwarding entry lives without a packet, unless its\n"
"                     protocol says otherwise: 1 to 604800 seconds, 900 at first\n"
"  rpf-table          the number of a routing table (ip route show table TABLE) that\n"
"                     is asked for the way to a source before the unicast routes are;\n"
"                     none at first\n"
"  wrong-if-interval  the time between two alerts of packets of one flow on one wrong\n"
"                     interface: 1 to 3600000 milliseconds, 3000 at first\n"
"  answer-timeout     how long a protocol in user space that is asked about a new flow\n"
"                     may take, while its packets wait: 1 to 30000 milliseconds, 1000\n"
"                     at first\n";

static const struct attr attrs[] = {
	[MGM_A_CONFIG_MFE_TIMEOUT] = { ATTR_U32, "mfe-timeout" },
	[MGM_A_CONFIG_RPF_TABLE] = { ATTR_U32, "rpf-table" },
	[MGM_A_CONFIG_WRONG_IF_INTERVAL] = { ATTR_U32, "wrong-if-interval" },
	[MGM_A_CONFIG_ANSWER_TIMEOUT] = { ATTR_U32, "answer-timeout" },
};

static const struct attr_set set = { ARRAY_SIZE(attrs), attrs };

/* As it may be given back, unlike with print_time(). */
static void print_interval(const char *word, const char *key, const struct nlattr *attr)
{
	char text[sizeof("4294967295ms")];

	if (!attr)
		return;

	snprintf(text, sizeof(text), "%ums", mnl_attr_get_u32(attr));
	print_string(word, NULL, text);
	attr_print_uint(NULL, key, attr);
}

static enum status config_print(const struct nlmsghdr *nlh)
{
	const struct nlattr *timeout, *table;
	const struct nlattr *tb[ATTR_COUNT_MAX];
	enum status status = nl_parse(nlh, &set, tb);

	if (status != STATUS_OK)
		return status;

	timeout = tb[MGM_A_CONFIG_MFE_TIMEOUT];
	if (timeout)
		print_time("mfe-timeout", "mfe_timeout_ms", mnl_attr_get_u32(timeout) * 1000ULL);
	table = tb[MGM_A_CONFIG_RPF_TABLE];
	if (table && !mnl_attr_get_u32(table))
		print_string("rpf-table", NULL, "none");
	else
		attr_print_uint("rpf-table", "rpf_table", table);
	print_interval("wrong-if-interval", "wrong_if_interval_ms",
		       tb[MGM_A_CONFIG_WRONG_IF_INTERVAL]);
	print_interval("answer-timeout", "answer_timeout_ms", tb[MGM_A_CONFIG_ANSWER_TIMEOUT]);
	return STATUS_OK;
}

static int show(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "config", 0, 0, &args);
	if (status != STATUS_OK)
		return status;

	request_init(&request, MGM_CMD_CONFIG_GET, &set);
	return show_one(&request, config_print);
}

static int do_set(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "config",
			    ARG_MFE_TIMEOUT | ARG_RPF_TABLE | ARG_WRONG_IF_INTERVAL |
			    ARG_ANSWER_TIMEOUT, 0, &args);
	if (status != STATUS_OK)
		return status;
	if (!args.given)
		return complain("say what to set; try: mgm config help");

	request_init(&request, MGM_CMD_CONFIG_SET, &set);
	if (args.given & ARG_MFE_TIMEOUT)
		request_put_u32(&request, MGM_A_CONFIG_MFE_TIMEOUT, args.mfe_timeout);
	if (args.given & ARG_RPF_TABLE)
		request_put_u32(&request, MGM_A_CONFIG_RPF_TABLE, args.rpf_table);
	if (args.given & ARG_WRONG_IF_INTERVAL)
		request_put_u32(&request, MGM_A_CONFIG_WRONG_IF_INTERVAL,
				args.wrong_if_interval);
	if (args.given & ARG_ANSWER_TIMEOUT)
		request_put_u32(&request, MGM_A_CONFIG_ANSWER_TIMEOUT, args.answer_timeout);
	return nl_do(&request, NULL, NULL);
}

int config_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "show", show },
		{ "list", show },
		{ "set", do_set },
	};

	return run_command("config", commands, ARRAY_SIZE(commands), usage, argc, argv);
}
