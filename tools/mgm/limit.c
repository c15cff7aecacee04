// SPDX-License-Identifier: GPL-2.0
/* mgm limit: how much there may be of everything. */
#include <stdio.h>
#include <linux/mgm.h>

#include "args.h"
#include "print.h"
#include "show.h"

static const char usage[] =
"Usage: mgm limit [ show ]\n"
"       mgm limit set NAME value NUMBER\n"
"\n"
"What a network namespace may hold, how much of it is in use, and how often\n"
"something was refused because there was no more room (hits). NAME is one of:\n"
"\n"
"  protocols             registered protocols\n"
"  interfaces            interfaces that are owned or have IGMP enabled\n"
"  memberships           group memberships\n"
"  mfes                  multicast forwarding entries\n"
"  pending-flows         flows without an entry yet, whose packets are held\n"
"  pending-flow-packets  packets held of each such flow\n"
"  pending-bytes         memory of all packets held\n"
"  alerts                alerts that wait for one protocol\n"
"  wrong-if              packets on the wrong interface that wait to be told of\n"
"  oifs                  outgoing interfaces of all forwarding entries together, and\n"
"                        those that protocols keep entries out of\n"
"\n"
"If there is more than the new NUMBER already, it stays, and nothing is added. Only\n"
"who is root outside of all user namespaces may raise a limit above its default.\n";

static const struct attr attrs[] = {
	[MGM_A_LIMIT_PAD] = { ATTR_PAD, NULL },
	[MGM_A_LIMIT_ID] = { ATTR_U32, "limit" },
	[MGM_A_LIMIT_VALUE] = { ATTR_U32, "value" },
	[MGM_A_LIMIT_USED] = { ATTR_U32, "used" },
	[MGM_A_LIMIT_HITS] = { ATTR_U64, "hits" },
};

static const struct attr_set set = { ARRAY_SIZE(attrs), attrs };

static const char *const names[] = {
	[MGM_LIMIT_PROTOCOLS] = "protocols",
	[MGM_LIMIT_INTERFACES] = "interfaces",
	[MGM_LIMIT_MEMBERSHIPS] = "memberships",
	[MGM_LIMIT_MFES] = "mfes",
	[MGM_LIMIT_PENDING_FLOWS] = "pending-flows",
	[MGM_LIMIT_PENDING_FLOW_PACKETS] = "pending-flow-packets",
	[MGM_LIMIT_PENDING_BYTES] = "pending-bytes",
	[MGM_LIMIT_ALERTS] = "alerts",
	[MGM_LIMIT_WRONG_IF] = "wrong-if",
	[MGM_LIMIT_OIFS] = "oifs",
};

static void print_id(const struct nlattr *attr)
{
	char number[sizeof("0x12345678")];
	uint32_t id;

	if (!attr)
		return;

	id = mnl_attr_get_u32(attr);
	snprintf(number, sizeof(number), "0x%x", id);
	print_string("limit", "limit", id < ARRAY_SIZE(names) ? names[id] : number);
}

static enum status limit_print(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];
	enum status status = nl_parse(nlh, &set, tb);

	if (status != STATUS_OK)
		return status;

	print_id(tb[MGM_A_LIMIT_ID]);
	attr_print_uint("value", "value", tb[MGM_A_LIMIT_VALUE]);
	attr_print_uint("used", "used", tb[MGM_A_LIMIT_USED]);
	attr_print_uint("hits", "hits", tb[MGM_A_LIMIT_HITS]);
	return STATUS_OK;
}

static int show(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "limit", 0, 0, &args);
	if (status != STATUS_OK)
		return status;

	request_init(&request, MGM_CMD_LIMIT_GET, &set);
	return show_all(&request, limit_print, NULL);
}

static int do_set(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;
	int id;

	if (!argc)
		return complain("which limit? try: mgm limit help");
	id = find_word("limit", *argv, names, sizeof(names[0]), ARRAY_SIZE(names));
	if (id < 0)
		return STATUS_ERROR;
	status = args_parse(argc - 1, argv + 1, "limit", ARG_VALUE, ARG_VALUE, &args);
	if (status != STATUS_OK)
		return status;

	request_init(&request, MGM_CMD_LIMIT_SET, &set);
	request_put_u32(&request, MGM_A_LIMIT_ID, id);
	request_put_u32(&request, MGM_A_LIMIT_VALUE, args.value);
	return nl_do(&request, NULL, NULL);
}

int limit_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "show", show },
		{ "list", show },
		{ "set", do_set },
	};

	return run_command("limit", commands, ARRAY_SIZE(commands), usage, argc, argv);
}
