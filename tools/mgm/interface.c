// SPDX-License-Identifier: GPL-2.0
/* mgm interface: who owns which interface. */
#include <linux/mgm.h>

#include "args.h"
#include "objects.h"
#include "print.h"
#include "show.h"

static const char usage[] =
"Usage: mgm interface [ show ] [ dev DEV [ nexthop ADDRESS ] ]\n"
"       mgm interface take dev DEV [ nexthop ADDRESS ] [ ttl-threshold TTL ]\n"
"                          handle HANDLE\n"
"       mgm interface release dev DEV [ nexthop ADDRESS ] handle HANDLE\n"
"\n"
"A protocol takes the interfaces that it routes multicast on, and owns them until\n"
"it releases them. An interface has one owner.\n"
"\n"
"  DEV           a network device\n"
"  ADDRESS       on a link with several neighbours that cannot hear each other\n"
"                (NBMA), each neighbour is an interface of its own\n"
"  TTL           1 to 255: a packet leaves here only if it arrived with a greater\n"
"                TTL; 1 if not given\n"
"  HANDLE        of the protocol, from \"mgm protocol register\"\n"
"\n"
"Releasing an interface deletes the memberships that its owner has there, and the\n"
"forwarding entries that it is the incoming interface of.\n";

static const struct attr attrs[] = {
	[MGM_A_INTERFACE_PAD] = { ATTR_PAD, NULL },
	[MGM_A_INTERFACE_HANDLE] = { ATTR_U32, "handle" },
	[MGM_A_INTERFACE_IFINDEX] = { ATTR_DEV, "dev" },
	[MGM_A_INTERFACE_NEXTHOP4] = { ATTR_ADDRESS4, "nexthop" },
	[MGM_A_INTERFACE_NEXTHOP6] = { ATTR_ADDRESS6, "nexthop" },
	[MGM_A_INTERFACE_FLAGS] = { ATTR_U32, "flags" },
	[MGM_A_INTERFACE_TTL_THRESHOLD] = { ATTR_U32, "ttl-threshold" },
	[MGM_A_INTERFACE_OWNER_HANDLE] = { ATTR_U32, "owner" },
	[MGM_A_INTERFACE_OWNER_ID] = { ATTR_U32, "owner id" },
	[MGM_A_INTERFACE_OWNER_COMPONENT] = { ATTR_U32, "owner component" },
	[MGM_A_INTERFACE_OWNER_NAME] = { ATTR_STRING, "owner name" },
	[MGM_A_INTERFACE_MEMBERSHIPS] = { ATTR_U32, "memberships" },
	[MGM_A_INTERFACE_MFES_IN] = { ATTR_U32, "mfes-in" },
	[MGM_A_INTERFACE_MFES_OUT] = { ATTR_U32, "mfes-out" },
	[MGM_A_INTERFACE_IN_PACKETS] = { ATTR_U64, "in-packets" },
	[MGM_A_INTERFACE_IN_OCTETS] = { ATTR_U64, "in-octets" },
	[MGM_A_INTERFACE_OUT_PACKETS] = { ATTR_U64, "out-packets" },
	[MGM_A_INTERFACE_OUT_OCTETS] = { ATTR_U64, "out-octets" },
};

static const struct attr_set set = { ARRAY_SIZE(attrs), attrs };

static const char *const flag_names[] = { "igmp", "handover" };

enum status interface_print(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];
	enum status status = nl_parse(nlh, &set, tb);

	if (status != STATUS_OK)
		return status;

	attr_print_dev("interface", "dev", "ifindex", tb[MGM_A_INTERFACE_IFINDEX]);
	attr_print_address("nexthop", "nexthop", tb[MGM_A_INTERFACE_NEXTHOP4],
			   tb[MGM_A_INTERFACE_NEXTHOP6]);
	/* Whose doing it is, in an announcement. */
	attr_print_uint("handle", "handle", tb[MGM_A_INTERFACE_HANDLE]);
	attr_print_uint("owner", "owner_handle", tb[MGM_A_INTERFACE_OWNER_HANDLE]);
	attr_print_uint("id", "owner_id", tb[MGM_A_INTERFACE_OWNER_ID]);
	attr_print_uint("component", "owner_component", tb[MGM_A_INTERFACE_OWNER_COMPONENT]);
	attr_print_name("name", "owner_name", tb[MGM_A_INTERFACE_OWNER_NAME]);
	attr_print_flags("flags", flag_names, ARRAY_SIZE(flag_names),
			 tb[MGM_A_INTERFACE_FLAGS]);
	attr_print_uint("ttl-threshold", "ttl_threshold", tb[MGM_A_INTERFACE_TTL_THRESHOLD]);
	attr_print_uint("memberships", "memberships", tb[MGM_A_INTERFACE_MEMBERSHIPS]);
	attr_print_uint("mfes-in", "mfes_in", tb[MGM_A_INTERFACE_MFES_IN]);
	attr_print_uint("mfes-out", "mfes_out", tb[MGM_A_INTERFACE_MFES_OUT]);

	if (options.statistics && tb[MGM_A_INTERFACE_IN_PACKETS]) {
		print_break();
		attr_print_uint("in-packets", "in_packets", tb[MGM_A_INTERFACE_IN_PACKETS]);
		attr_print_uint("in-octets", "in_octets", tb[MGM_A_INTERFACE_IN_OCTETS]);
		attr_print_uint("out-packets", "out_packets", tb[MGM_A_INTERFACE_OUT_PACKETS]);
		attr_print_uint("out-octets", "out_octets", tb[MGM_A_INTERFACE_OUT_OCTETS]);
	}

	return STATUS_OK;
}

/* Which interfaces to show. */
struct wanted {
	uint32_t ifindex;	/* 0: all */
	bool found;
};

static enum status show_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];
	struct wanted *wanted = data;
	enum status status = nl_parse(nlh, &set, tb);

	if (status != STATUS_OK)
		return status;
	if (wanted->ifindex && (!tb[MGM_A_INTERFACE_IFINDEX] ||
				mnl_attr_get_u32(tb[MGM_A_INTERFACE_IFINDEX]) != wanted->ifindex))
		return STATUS_OK;
	wanted->found = true;

	print_object_open();
	status = interface_print(nlh);
	print_object_close();
	return status;
}

/* Put what names an interface. */
static void put_interface(struct request *request, const struct args *args)
{
	request_put_u32(request, MGM_A_INTERFACE_IFINDEX, args->ifindex);
	args_put_address(request, MGM_A_INTERFACE_NEXTHOP4, MGM_A_INTERFACE_NEXTHOP6,
			 &args->nexthop);
}

static int show(int argc, char **argv)
{
	struct wanted wanted = { 0 };
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "interface", ARG_DEV | ARG_NEXTHOP, 0, &args);
	if (status != STATUS_OK)
		return status;
	if (args.given == ARG_NEXTHOP)
		return complain("nexthop needs a dev");

	request_init(&request, MGM_CMD_INTERFACE_GET, &set);
	if (args.given & ARG_NEXTHOP) {
		put_interface(&request, &args);
		return show_one(&request, show_answer, &wanted);
	}

	wanted.ifindex = args.ifindex;
	status = show_all(&request, show_answer, &wanted);
	if (status == STATUS_OK && wanted.ifindex && !wanted.found) {
		complain("no protocol has taken %s", dev_name(wanted.ifindex));
		return STATUS_REFUSED;
	}
	return status;
}

static int take(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "interface",
			    ARG_HANDLE | ARG_DEV | ARG_NEXTHOP | ARG_TTL_THRESHOLD,
			    ARG_HANDLE | ARG_DEV, &args);
	if (status != STATUS_OK)
		return status;

	request_init(&request, MGM_CMD_INTERFACE_TAKE, &set);
	request_put_u32(&request, MGM_A_INTERFACE_HANDLE, args.handle);
	put_interface(&request, &args);
	if (args.given & ARG_TTL_THRESHOLD)
		request_put_u32(&request, MGM_A_INTERFACE_TTL_THRESHOLD, args.ttl_threshold);
	return nl_do(&request, NULL, NULL);
}

static int release(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "interface", ARG_HANDLE | ARG_DEV | ARG_NEXTHOP,
			    ARG_HANDLE | ARG_DEV, &args);
	if (status != STATUS_OK)
		return status;

	request_init(&request, MGM_CMD_INTERFACE_RELEASE, &set);
	request_put_u32(&request, MGM_A_INTERFACE_HANDLE, args.handle);
	put_interface(&request, &args);
	return nl_do(&request, NULL, NULL);
}

int interface_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "show", show },
		{ "list", show },
		{ "take", take },
		{ "release", release },
	};

	return run_command("interface", commands, ARRAY_SIZE(commands), usage, argc, argv);
}
