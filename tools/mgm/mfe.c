// SPDX-License-Identifier: GPL-2.0
/* mgm mfe: the multicast forwarding entries. */
#include <stdio.h>
#include <linux/genetlink.h>
#include <linux/mgm.h>
#include <linux/rtnetlink.h>

#include "args.h"
#include "objects.h"
#include "print.h"
#include "show.h"

static const char usage[] =
"Usage: mgm [ -s ] mfe [ show ] [ group ADDRESS ] [ source ADDRESS ]\n"
"\n"
"A multicast forwarding entry says what happens to the packets of one source to one\n"
"group: the interface that they must come in on (iif), and those that they are sent\n"
"out of (oif). Traffic makes the entries; an entry without traffic expires.\n"
"\n"
"  negative      no interface is outgoing: the packets are dropped\n"
"  no-rpf        there is no route to the source out of an interface that some\n"
"                protocol has taken: the packets are dropped\n"
"  upstream      the neighbour on the way to the source\n"
"  rpf           the route that says so\n"
"\n"
"With -s, counters are shown for the entry and for each outgoing interface.\n";

static const struct attr attrs[] = {
	[MGM_A_MFE_PAD] = { ATTR_PAD, NULL },
	[MGM_A_MFE_GROUP4] = { ATTR_ADDRESS4, "group" },
	[MGM_A_MFE_GROUP6] = { ATTR_ADDRESS6, "group" },
	[MGM_A_MFE_SOURCE4] = { ATTR_ADDRESS4, "source" },
	[MGM_A_MFE_SOURCE6] = { ATTR_ADDRESS6, "source" },
	[MGM_A_MFE_FLAGS] = { ATTR_U32, "flags" },
	[MGM_A_MFE_IIF] = { ATTR_DEV, "iif" },
	[MGM_A_MFE_IIF_NEXTHOP4] = { ATTR_ADDRESS4, "iif nexthop" },
	[MGM_A_MFE_IIF_NEXTHOP6] = { ATTR_ADDRESS6, "iif nexthop" },
	[MGM_A_MFE_UPSTREAM4] = { ATTR_ADDRESS4, "upstream" },
	[MGM_A_MFE_UPSTREAM6] = { ATTR_ADDRESS6, "upstream" },
	[MGM_A_MFE_OWNER_HANDLE] = { ATTR_U32, "owner" },
	[MGM_A_MFE_OWNER_ID] = { ATTR_U32, "owner id" },
	[MGM_A_MFE_OWNER_COMPONENT] = { ATTR_U32, "owner component" },
	[MGM_A_MFE_RPF_PREFIX4] = { ATTR_ADDRESS4, "rpf" },
	[MGM_A_MFE_RPF_PREFIX6] = { ATTR_ADDRESS6, "rpf" },
	[MGM_A_MFE_RPF_LEN] = { ATTR_U32, "rpf prefix length" },
	[MGM_A_MFE_RPF_PROTOCOL] = { ATTR_U32, "rpf proto" },
	[MGM_A_MFE_UPTIME] = { ATTR_U64, "uptime" },
	[MGM_A_MFE_EXPIRES] = { ATTR_U64, "expires" },
	[MGM_A_MFE_TIMEOUT] = { ATTR_U64, "timeout" },
	[MGM_A_MFE_IN_PACKETS] = { ATTR_U64, "in-packets" },
	[MGM_A_MFE_IN_OCTETS] = { ATTR_U64, "in-octets" },
	[MGM_A_MFE_WRONG_IF_PACKETS] = { ATTR_U64, "wrong-if-packets" },
	[MGM_A_MFE_OIF_COUNT] = { ATTR_U32, "oifs" },
	[MGM_A_MFE_OIF] = { ATTR_NEST, "oif" },
};

static const struct attr_set set = { ARRAY_SIZE(attrs), attrs };

static const struct attr oif_attrs[] = {
	[MGM_A_OIF_PAD] = { ATTR_PAD, NULL },
	[MGM_A_OIF_IFINDEX] = { ATTR_DEV, "dev" },
	[MGM_A_OIF_NEXTHOP4] = { ATTR_ADDRESS4, "nexthop" },
	[MGM_A_OIF_NEXTHOP6] = { ATTR_ADDRESS6, "nexthop" },
	[MGM_A_OIF_OUT_PACKETS] = { ATTR_U64, "packets" },
	[MGM_A_OIF_OUT_OCTETS] = { ATTR_U64, "octets" },
	[MGM_A_OIF_TTL_TOO_LOW] = { ATTR_U64, "ttl-too-low" },
	[MGM_A_OIF_FRAG_NEEDED] = { ATTR_U64, "frag-needed" },
	[MGM_A_OIF_DISCARDS] = { ATTR_U64, "discards" },
};

static const struct attr_set oif_set = { ARRAY_SIZE(oif_attrs), oif_attrs };

static const char *const flag_names[] = { "negative", "no-rpf", "held" };

/* Where a route comes from, in the words of ip-route(8). */
static void print_route_protocol(const struct nlattr *attr)
{
	static const char *const names[] = {
		[RTPROT_REDIRECT] = "redirect",
		[RTPROT_KERNEL] = "kernel",
		[RTPROT_BOOT] = "boot",
		[RTPROT_STATIC] = "static",
		[RTPROT_GATED] = "gated",
		[RTPROT_RA] = "ra",
		[RTPROT_MRT] = "mrt",
		[RTPROT_ZEBRA] = "zebra",
		[RTPROT_BIRD] = "bird",
		[RTPROT_DNROUTED] = "dnrouted",
		[RTPROT_XORP] = "xorp",
		[RTPROT_NTK] = "ntk",
		[RTPROT_DHCP] = "dhcp",
		[RTPROT_MROUTED] = "mrouted",
		[RTPROT_KEEPALIVED] = "keepalived",
		[RTPROT_BABEL] = "babel",
		[RTPROT_BGP] = "bgp",
		[RTPROT_ISIS] = "isis",
		[RTPROT_OSPF] = "ospf",
		[RTPROT_RIP] = "rip",
		[RTPROT_EIGRP] = "eigrp",
	};
	char number[sizeof("4294967295")];
	uint32_t protocol;

	if (!attr)
		return;

	protocol = mnl_attr_get_u32(attr);
	if (protocol < ARRAY_SIZE(names) && names[protocol]) {
		print_string("proto", "rpf_protocol", names[protocol]);
	} else {
		snprintf(number, sizeof(number), "%u", protocol);
		print_string("proto", "rpf_protocol", number);
	}
}

static enum status print_oif(const struct nlattr *nest)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];

	if (!attr_parse(&oif_set, mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest),
			tb))
		return complain("cannot make sense of an outgoing interface");

	print_object_open();
	attr_print_dev("oif", "dev", "ifindex", tb[MGM_A_OIF_IFINDEX]);
	attr_print_address("nexthop", "nexthop", tb[MGM_A_OIF_NEXTHOP4],
			   tb[MGM_A_OIF_NEXTHOP6]);
	if (options.statistics) {
		attr_print_uint("packets", "packets", tb[MGM_A_OIF_OUT_PACKETS]);
		attr_print_uint("octets", "octets", tb[MGM_A_OIF_OUT_OCTETS]);
		attr_print_uint("ttl-too-low", "ttl_too_low", tb[MGM_A_OIF_TTL_TOO_LOW]);
		attr_print_uint("frag-needed", "frag_needed", tb[MGM_A_OIF_FRAG_NEEDED]);
		attr_print_uint("discards", "discards", tb[MGM_A_OIF_DISCARDS]);
	}
	print_object_close();
	return STATUS_OK;
}

enum status mfe_print(const struct nlmsghdr *nlh)
{
	char group[ATTR_PREFIX_SIZE], source[ATTR_PREFIX_SIZE], rpf[ATTR_PREFIX_SIZE];
	char both[2 * ATTR_PREFIX_SIZE + sizeof("(, )")];
	const struct nlattr *tb[ATTR_COUNT_MAX];
	const struct nlattr *attr;
	enum status status = nl_parse(nlh, &set, tb);

	if (status != STATUS_OK)
		return status;

	attr_prefix(tb[MGM_A_MFE_GROUP4], tb[MGM_A_MFE_GROUP6], NULL, "any", group,
		    sizeof(group));
	attr_prefix(tb[MGM_A_MFE_SOURCE4], tb[MGM_A_MFE_SOURCE6], NULL, "any", source,
		    sizeof(source));
	snprintf(both, sizeof(both), "(%s, %s)", source, group);

	print_string("", NULL, both);
	print_string(NULL, "source", source);
	print_string(NULL, "group", group);
	attr_print_dev("iif", "iif", "iif_ifindex", tb[MGM_A_MFE_IIF]);
	attr_print_address("nexthop", "iif_nexthop", tb[MGM_A_MFE_IIF_NEXTHOP4],
			   tb[MGM_A_MFE_IIF_NEXTHOP6]);
	attr_print_address("upstream", "upstream", tb[MGM_A_MFE_UPSTREAM4],
			   tb[MGM_A_MFE_UPSTREAM6]);
	attr_print_uint("owner", "owner_handle", tb[MGM_A_MFE_OWNER_HANDLE]);
	attr_print_uint("id", "owner_id", tb[MGM_A_MFE_OWNER_ID]);
	attr_print_uint("component", "owner_component", tb[MGM_A_MFE_OWNER_COMPONENT]);
	if (tb[MGM_A_MFE_RPF_PREFIX4] || tb[MGM_A_MFE_RPF_PREFIX6])
		print_string("rpf", "rpf",
			     attr_prefix(tb[MGM_A_MFE_RPF_PREFIX4], tb[MGM_A_MFE_RPF_PREFIX6],
					 tb[MGM_A_MFE_RPF_LEN], "default", rpf, sizeof(rpf)));
	print_route_protocol(tb[MGM_A_MFE_RPF_PROTOCOL]);
	attr_print_time("uptime", "uptime_ms", tb[MGM_A_MFE_UPTIME]);
	attr_print_time("expires", "expires_ms", tb[MGM_A_MFE_EXPIRES]);
	attr_print_time("timeout", "timeout_ms", tb[MGM_A_MFE_TIMEOUT]);
	attr_print_flags("flags", flag_names, ARRAY_SIZE(flag_names), tb[MGM_A_MFE_FLAGS]);

	if (options.statistics && tb[MGM_A_MFE_IN_PACKETS]) {
		print_break();
		attr_print_uint("in-packets", "in_packets", tb[MGM_A_MFE_IN_PACKETS]);
		attr_print_uint("in-octets", "in_octets", tb[MGM_A_MFE_IN_OCTETS]);
		attr_print_uint("wrong-if-packets", "wrong_if_packets",
				tb[MGM_A_MFE_WRONG_IF_PACKETS]);
	}

	/* In text the number can be seen. */
	attr_print_uint(NULL, "oif_count", tb[MGM_A_MFE_OIF_COUNT]);
	print_list_open("oifs");
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == MGM_A_MFE_OIF && status == STATUS_OK)
			status = print_oif(attr);
	}
	print_list_close();
	return status;
}

static enum status show_answer(const struct nlmsghdr *nlh, void *data)
{
	enum status status;

	(void)data;
	print_object_open();
	status = mfe_print(nlh);
	print_object_close();
	return status;
}

static int show(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "mfe", ARG_GROUP | ARG_SOURCE, 0, &args);
	if (status != STATUS_OK)
		return status;
	if (args.group.has_len || args.source.has_len)
		return complain("a prefix length cannot be asked for");

	request_init(&request, MGM_CMD_MFE_GET, &set);
	args_put_address(&request, MGM_A_MFE_GROUP4, MGM_A_MFE_GROUP6, &args.group);
	args_put_address(&request, MGM_A_MFE_SOURCE4, MGM_A_MFE_SOURCE6, &args.source);

	if (args.group.family && args.source.family)
		return show_one(&request, show_answer, NULL);
	return show_all(&request, show_answer, NULL);
}

int mfe_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "show", show },
		{ "list", show },
	};

	return run_command("mfe", commands, ARRAY_SIZE(commands), usage, argc, argv);
}
