// SPDX-License-Identifier: GPL-2.0
/* mgm limit: how much there may be of everything. */
#include <stdio.h>
#include <linux/mgm.h>

#include "args.h"
#include "print.h"
#include "show.h"

static const char usage[] =
"Usage: mgm limit [ show ]\n"
"\n"
"What a network namespace may hold, how much of it is in use, and how often\n"
"something was refused because there was no more room (hits).\n"
"\n"
"  protocols             registered protocols\n"
"  interfaces            interfaces that are owned or have IGMP enabled\n"
"  memberships           group memberships\n"
"  mfes                  multicast forwarding entries\n"
"  pending-flows         flows without an entry yet, whose packets are held\n"
"  pending-flow-packets  packets held of each such flow\n"
"  pending-bytes         memory of all packets held\n";

static const struct attr attrs[] = {
	[MGM_A_LIMIT_PAD] = { ATTR_PAD, NULL },
	[MGM_A_LIMIT_ID] = { ATTR_U32, "limit" },
	[MGM_A_LIMIT_VALUE] = { ATTR_U32, "value" },
	[MGM_A_LIMIT_USED] = { ATTR_U32, "used" },
	[MGM_A_LIMIT_HITS] = { ATTR_U64, "hits" },
};

static const struct attr_set set = { ARRAY_SIZE(attrs), attrs };

static void print_id(const struct nlattr *attr)
{
	static const char *const names[] = {
		[MGM_LIMIT_PROTOCOLS] = "protocols",
		[MGM_LIMIT_INTERFACES] = "interfaces",
		[MGM_LIMIT_MEMBERSHIPS] = "memberships",
		[MGM_LIMIT_MFES] = "mfes",
		[MGM_LIMIT_PENDING_FLOWS] = "pending-flows",
		[MGM_LIMIT_PENDING_FLOW_PACKETS] = "pending-flow-packets",
		[MGM_LIMIT_PENDING_BYTES] = "pending-bytes",
	};
	char number[sizeof("0x12345678")];
	uint32_t id;

	if (!attr)
		return;

	id = mnl_attr_get_u32(attr);
	snprintf(number, sizeof(number), "0x%x", id);
	print_string("limit", "limit", id < ARRAY_SIZE(names) ? names[id] : number);
}

static enum status show_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];
	enum status status = nl_parse(nlh, &set, tb);

	(void)data;
	if (status != STATUS_OK)
		return status;

	print_object_open();
	print_id(tb[MGM_A_LIMIT_ID]);
	attr_print_uint("value", "value", tb[MGM_A_LIMIT_VALUE]);
	attr_print_uint("used", "used", tb[MGM_A_LIMIT_USED]);
	attr_print_uint("hits", "hits", tb[MGM_A_LIMIT_HITS]);
	print_object_close();
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
	return show_all(&request, show_answer, NULL);
}

int limit_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "show", show },
		{ "list", show },
	};

	return run_command("limit", commands, ARRAY_SIZE(commands), usage, argc, argv);
}
