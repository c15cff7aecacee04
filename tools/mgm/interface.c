// SPDX-License-Identifier: GPL-2.0
/* mgm interface: who owns which interface. */
#include <stdio.h>
#include <linux/mgm.h>

#include "args.h"
#include "objects.h"
#include "print.h"
#include "show.h"

static const char usage[] =
"Usage: mgm [ -s ] interface [ show ] [ dev DEV [ nexthop ADDRESS ] ]\n"
"       mgm interface take dev DEV [ nexthop ADDRESS ] [ ttl-threshold TTL ]\n"
"                          handle HANDLE\n"
"       mgm interface set dev DEV [ nexthop ADDRESS ] handle HANDLE\n"
"                         [ ttl-threshold TTL ] [ wrong-if { on | off } ]\n"
"       mgm interface release dev DEV [ nexthop ADDRESS ] handle HANDLE\n"
"\n"
"A protocol takes the interfaces that it routes multicast on, and owns them until\n"
"it releases them. An interface has one owner.\n"
"\n"
"  DEV           a network device\n"
"  ADDRESS       on a link with several neighbours that cannot hear each other\n"
"                (NBMA), each neighbour is an interface of its own\n"
"  TTL           1 to 255: a packet leaves here only if it arrived with a greater\n"
"                TTL; 1 if not given when it is taken\n"
"  wrong-if      whether the protocol is alerted of packets that come in here and\n"
"                should have come in elsewhere; on when it is taken\n"
"  HANDLE        of the protocol, from \"mgm protocol register\"\n"
"\n"
"Releasing an interface deletes the memberships that its owner has there, and the\n"
"forwarding entries that it is the incoming interface of.\n"
"\n"
"With -s, counters are shown, and the packets that came in on the device, or should\n"
"have left on it, and were dropped, by the reason; in text those that there are:\n"
"\n"
"  wrong-if      came in on another interface than that of their entry\n"
"  no-rpf        there is no way to the source\n"
"  negative      nobody wants them\n"
"  ttl-expired   of an unknown flow, and their TTL was 1\n"
"  bad-source    the source is none that a router forwards from\n"
"  queue-full    waited for their entry when a bound on what waits was reached\n"
"  no-mfe        waited for an entry that could not be made\n"
"  no-memory     there was no memory\n"
"  ttl-threshold, frag-needed, no-route, option\n"
"                copies that could not leave here: TTL not above the threshold; too\n"
"                big, and fragmentation forbidden; no way out of the device; an IP\n"
"                option that is not filled in\n"
"  nested        what a tunnel to a group made of copies: it is sent, but not\n"
"                forwarded in its turn\n";

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
	[MGM_A_INTERFACE_WRONG_IF] = { ATTR_U32, "wrong-if" },
	[MGM_A_INTERFACE_DROPS] = { ATTR_NEST, "drops" },
};

static const struct attr_set set = { ARRAY_SIZE(attrs), attrs };

static const struct attr drop_attrs[] = {
	[MGM_A_DROP_PAD] = { ATTR_PAD, NULL },
	[MGM_A_DROP_WRONG_IF] = { ATTR_U64, "wrong-if" },
	[MGM_A_DROP_NO_RPF] = { ATTR_U64, "no-rpf" },
	[MGM_A_DROP_NEGATIVE] = { ATTR_U64, "negative" },
	[MGM_A_DROP_TTL_EXPIRED] = { ATTR_U64, "ttl-expired" },
	[MGM_A_DROP_BAD_SOURCE] = { ATTR_U64, "bad-source" },
	[MGM_A_DROP_QUEUE_FULL] = { ATTR_U64, "queue-full" },
	[MGM_A_DROP_NO_MFE] = { ATTR_U64, "no-mfe" },
	[MGM_A_DROP_NO_MEMORY] = { ATTR_U64, "no-memory" },
	[MGM_A_DROP_TTL_THRESHOLD] = { ATTR_U64, "ttl-threshold" },
	[MGM_A_DROP_FRAG_NEEDED] = { ATTR_U64, "frag-needed" },
	[MGM_A_DROP_NO_ROUTE] = { ATTR_U64, "no-route" },
	[MGM_A_DROP_OPTION] = { ATTR_U64, "option" },
	[MGM_A_DROP_NESTED] = { ATTR_U64, "nested" },
};

static const struct attr_set drop_set = { ARRAY_SIZE(drop_attrs), drop_attrs };

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
	attr_print_flags(NULL, "flags", flag_names, ARRAY_SIZE(flag_names),
			 tb[MGM_A_INTERFACE_FLAGS]);
	attr_print_uint("ttl-threshold", "ttl_threshold", tb[MGM_A_INTERFACE_TTL_THRESHOLD]);
	attr_print_off("wrong-if", "wrong_if", tb[MGM_A_INTERFACE_WRONG_IF]);
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
	if (options.statistics && tb[MGM_A_INTERFACE_DROPS] &&
	    !attr_print_counters("drops", "drops", &drop_set, tb[MGM_A_INTERFACE_DROPS]))
		return complain("cannot make sense of the drops of an interface");

	return STATUS_OK;
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
	struct show_filter on_dev = { .number = MGM_A_INTERFACE_IFINDEX };
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
		return show_one(&request, interface_print);
	}
	if (!(args.given & ARG_DEV))
		return show_all(&request, interface_print, NULL);

	on_dev.value = args.ifindex;
	status = show_all(&request, interface_print, &on_dev);
	if (status == STATUS_OK && !on_dev.found) {
		complain("no protocol has taken %s", dev_name(args.ifindex));
		return STATUS_REFUSED;
	}
	return status;
}

/* @settings: what may be said about the interface besides its name. */
static enum status change(int argc, char **argv, uint8_t cmd, unsigned int settings)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "interface",
			    ARG_HANDLE | ARG_DEV | ARG_NEXTHOP | settings,
			    ARG_HANDLE | ARG_DEV, &args);
	if (status != STATUS_OK)
		return status;
	if (cmd == MGM_CMD_INTERFACE_SET && !(args.given & settings))
		return complain("say what to set: ttl-threshold, wrong-if");

	request_init(&request, cmd, &set);
	request_put_u32(&request, MGM_A_INTERFACE_HANDLE, args.handle);
	put_interface(&request, &args);
	if (args.given & ARG_TTL_THRESHOLD)
		request_put_u32(&request, MGM_A_INTERFACE_TTL_THRESHOLD, args.ttl_threshold);
	if (args.given & ARG_WRONG_IF)
		request_put_u32(&request, MGM_A_INTERFACE_WRONG_IF, args.wrong_if);
	return nl_do(&request, NULL, NULL);
}

static int take(int argc, char **argv)
{
	return change(argc, argv, MGM_CMD_INTERFACE_TAKE, ARG_TTL_THRESHOLD);
}

static int do_set(int argc, char **argv)
{
	return change(argc, argv, MGM_CMD_INTERFACE_SET, ARG_TTL_THRESHOLD | ARG_WRONG_IF);
}

static int release(int argc, char **argv)
{
	return change(argc, argv, MGM_CMD_INTERFACE_RELEASE, 0);
}

int interface_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "show", show },
		{ "list", show },
		{ "take", take },
		{ "set", do_set },
		{ "release", release },
	};

	return run_command("interface", commands, ARRAY_SIZE(commands), usage, argc, argv);
}
