// SPDX-License-Identifier: GPL-2.0
/* mgm membership: the group memberships that the protocols reported. */
#include <linux/mgm.h>

#include "args.h"
#include "objects.h"
#include "print.h"
#include "show.h"

static const char usage[] =
"Usage: mgm membership [ show ] [ group GROUP ] [ dev DEV ] [ type TYPE ]\n"
"       mgm membership { add | del } handle HANDLE dev DEV [ nexthop ADDRESS ]\n"
"                      group GROUP [ source SOURCE ] [ join ] [ forward ]\n"
"\n"
"GROUP := { ADDRESS | any }\n"
"SOURCE := { ADDRESS | any }\n"
"TYPE := { all-sources | any-source }\n"
"\n"
"A membership says that a protocol has receivers on an interface which it owns: of\n"
"a group, of a group from one source only, or of every group (group any).\n"
"\n"
"  join          there are receivers: the others hear of it, and packets go there.\n"
"                What \"add\" does if neither word is given\n"
"  forward       packets go there, and nobody hears of it\n"
"  exclude       in what is shown: packets of this source do not go there\n"
"  any-source    show only what names a source\n"
"\n"
"\"del\" takes away what is named, and the whole membership if nothing is. \"del\" with\n"
"a source and forward, where the protocol wants the group but has no membership of\n"
"that source, takes the one source off the interface (exclude); \"add\" with forward\n"
"lets it on again.\n";

static const struct attr attrs[] = {
	[MGM_A_MEMBERSHIP_HANDLE] = { ATTR_U32, "handle" },
	[MGM_A_MEMBERSHIP_PROTOCOL_ID] = { ATTR_U32, "id" },
	[MGM_A_MEMBERSHIP_COMPONENT] = { ATTR_U32, "component" },
	[MGM_A_MEMBERSHIP_IFINDEX] = { ATTR_DEV, "dev" },
	[MGM_A_MEMBERSHIP_NEXTHOP4] = { ATTR_ADDRESS4, "nexthop" },
	[MGM_A_MEMBERSHIP_NEXTHOP6] = { ATTR_ADDRESS6, "nexthop" },
	[MGM_A_MEMBERSHIP_GROUP4] = { ATTR_ADDRESS4, "group" },
	[MGM_A_MEMBERSHIP_GROUP6] = { ATTR_ADDRESS6, "group" },
	[MGM_A_MEMBERSHIP_GROUP_LEN] = { ATTR_U32, "prefix length of the group" },
	[MGM_A_MEMBERSHIP_SOURCE4] = { ATTR_ADDRESS4, "source" },
	[MGM_A_MEMBERSHIP_SOURCE6] = { ATTR_ADDRESS6, "source" },
	[MGM_A_MEMBERSHIP_SOURCE_LEN] = { ATTR_U32, "prefix length of the source" },
	[MGM_A_MEMBERSHIP_FLAGS] = { ATTR_U32, "flags" },
	[MGM_A_MEMBERSHIP_TYPE] = { ATTR_U32, "type" },
};

static const struct attr_set set = { ARRAY_SIZE(attrs), attrs };

static const char *const flag_names[] = { "join", "forward", "exclude" };

enum status membership_print(const struct nlmsghdr *nlh)
{
	char group[ATTR_PREFIX_SIZE], source[ATTR_PREFIX_SIZE];
	const char *any = options.json ? "any" : "*";
	const struct nlattr *tb[ATTR_COUNT_MAX];
	enum status status = nl_parse(nlh, &set, tb);

	if (status != STATUS_OK)
		return status;

	attr_prefix(tb[MGM_A_MEMBERSHIP_GROUP4], tb[MGM_A_MEMBERSHIP_GROUP6],
		    tb[MGM_A_MEMBERSHIP_GROUP_LEN], any, group, sizeof(group));
	attr_prefix(tb[MGM_A_MEMBERSHIP_SOURCE4], tb[MGM_A_MEMBERSHIP_SOURCE6],
		    tb[MGM_A_MEMBERSHIP_SOURCE_LEN], any, source, sizeof(source));

	print_flow(source, group);
	attr_print_dev("dev", "dev", "ifindex", tb[MGM_A_MEMBERSHIP_IFINDEX]);
	attr_print_address("nexthop", "nexthop", tb[MGM_A_MEMBERSHIP_NEXTHOP4],
			   tb[MGM_A_MEMBERSHIP_NEXTHOP6]);
	attr_print_uint("handle", "handle", tb[MGM_A_MEMBERSHIP_HANDLE]);
	attr_print_uint("id", "id", tb[MGM_A_MEMBERSHIP_PROTOCOL_ID]);
	attr_print_uint("component", "component", tb[MGM_A_MEMBERSHIP_COMPONENT]);
	attr_print_flags(NULL, "flags", flag_names, ARRAY_SIZE(flag_names),
			 tb[MGM_A_MEMBERSHIP_FLAGS]);
	return STATUS_OK;
}

static int show(int argc, char **argv)
{
	struct show_filter on_dev = { .number = MGM_A_MEMBERSHIP_IFINDEX };
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "membership", ARG_GROUP | ARG_DEV | ARG_TYPE, 0,
			    &args);
	if (status != STATUS_OK)
		return status;
	if (args.group.has_len)
		return complain("a prefix length cannot be asked for");

	request_init(&request, MGM_CMD_MEMBERSHIP_GET, &set);
	args_put_address(&request, MGM_A_MEMBERSHIP_GROUP4, MGM_A_MEMBERSHIP_GROUP6,
			 &args.group);
	if (args.given & ARG_TYPE)
		request_put_u32(&request, MGM_A_MEMBERSHIP_TYPE, args.type);
	on_dev.value = args.ifindex;
	return show_all(&request, membership_print, args.given & ARG_DEV ? &on_dev : NULL);
}

/* @without: the flags if no word names one; 0 leaves the attribute out. */
static int change(int argc, char **argv, uint8_t cmd, uint32_t without)
{
	struct request request;
	enum status status;
	struct args args;
	uint32_t flags;

	status = args_parse(argc, argv, "membership",
			    ARG_HANDLE | ARG_DEV | ARG_NEXTHOP | ARG_GROUP | ARG_SOURCE |
			    ARG_JOIN | ARG_FORWARD,
			    ARG_HANDLE | ARG_DEV | ARG_GROUP, &args);
	if (status != STATUS_OK)
		return status;

	request_init(&request, cmd, &set);
	request_put_u32(&request, MGM_A_MEMBERSHIP_HANDLE, args.handle);
	request_put_u32(&request, MGM_A_MEMBERSHIP_IFINDEX, args.ifindex);
	args_put_address(&request, MGM_A_MEMBERSHIP_NEXTHOP4, MGM_A_MEMBERSHIP_NEXTHOP6,
			 &args.nexthop);
	args_put_prefix(&request, MGM_A_MEMBERSHIP_GROUP4, MGM_A_MEMBERSHIP_GROUP6,
			MGM_A_MEMBERSHIP_GROUP_LEN, &args.group);
	args_put_prefix(&request, MGM_A_MEMBERSHIP_SOURCE4, MGM_A_MEMBERSHIP_SOURCE6,
			MGM_A_MEMBERSHIP_SOURCE_LEN, &args.source);

	flags = (args.given & ARG_JOIN ? MGM_MEMBERSHIP_F_JOIN : 0) |
		(args.given & ARG_FORWARD ? MGM_MEMBERSHIP_F_FORWARD : 0);
	if (!flags)
		flags = without;
	if (flags)
		request_put_u32(&request, MGM_A_MEMBERSHIP_FLAGS, flags);
	return nl_do(&request, NULL, NULL);
}

static int add(int argc, char **argv)
{
	return change(argc, argv, MGM_CMD_MEMBERSHIP_ADD, MGM_MEMBERSHIP_F_JOIN);
}

static int del(int argc, char **argv)
{
	return change(argc, argv, MGM_CMD_MEMBERSHIP_DEL, 0);
}

int membership_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "show", show },
		{ "list", show },
		{ "add", add },
		{ "del", del },
		{ "delete", del },
	};

	return run_command("membership", commands, ARRAY_SIZE(commands), usage, argc, argv);
}
