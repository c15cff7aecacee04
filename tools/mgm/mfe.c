// SPDX-License-Identifier: GPL-2.0
/* mgm mfe: the multicast forwarding entries. */
#include <assert.h>
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
"       mgm mfe set handle HANDLE group ADDRESS source ADDRESS\n"
"                   [ upstream { ADDRESS | onlink } ]\n"
"                   [ iif DEV [ nexthop ADDRESS ] ]\n"
"\n"
"A multicast forwarding entry says what happens to the packets of one source to one\n"
"group: the interface that they must come in on (iif), and those that they are sent\n"
"out of (oif). Traffic makes the entries; an entry without traffic expires.\n"
"\n"
"  negative      no interface is outgoing: the packets are dropped\n"
"  no-rpf        there is no route to the source out of an interface that some\n"
"                protocol has taken: the packets are dropped\n"
"  held          packets that waited for the entry are still to be sent\n"
"  rpf-set       the way in is what a protocol has set, not what the routes say\n"
"  incomplete    there was no room for an outgoing interface: \"mgm limit\", oifs\n"
"  upstream      the neighbour on the way to the source; none if the source is on\n"
"                the link\n"
"  rpf           the route that says so\n"
"  veto          an interface that its protocol keeps the packets out of\n"
"\n"
"\"set\" names another way in: another upstream neighbour (onlink or 0.0.0.0: none),\n"
"another incoming interface, or both. The protocol must own the interface that the\n"
"entry has and the one that it is to have. When the routes change, the entry\n"
"follows them again.\n"
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
	[MGM_A_MFE_HANDLE] = { ATTR_U32, "handle" },
	[MGM_A_MFE_VETO] = { ATTR_NEST, "veto" },
	[MGM_A_MFE_HELD_PACKETS] = { ATTR_U64, "held-packets" },
	[MGM_A_MFE_QUEUE_OVERFLOWS] = { ATTR_U64, "queue-overflows" },
	[MGM_A_MFE_NEGATIVE_PACKETS] = { ATTR_U64, "negative-packets" },
	[MGM_A_MFE_IN_DISCARDS] = { ATTR_U64, "in-discards" },
	[MGM_A_MFE_OUT_PACKETS] = { ATTR_U64, "out-packets" },
};

static const struct attr_set set = { ARRAY_SIZE(attrs), attrs };

static_assert(MGM_A_MFE_MAX < ATTR_COUNT_MAX, "this set is the largest");

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

static const char *const flag_names[] = { "negative", "no-rpf", "held", "rpf-set",
					  "incomplete" };

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

/* An outgoing interface, or one that could be; @word says which. */
static enum status print_oif(const char *word, const struct nlattr *nest)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];

	if (!attr_parse(&oif_set, mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest),
			tb))
		return complain("cannot make sense of an interface of the entry");

	print_object_open();
	attr_print_dev(word, "dev", "ifindex", tb[MGM_A_OIF_IFINDEX]);
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

/* The list of all attributes @number, under @key. */
static enum status print_oifs(const struct nlmsghdr *nlh, uint16_t number, const char *word,
			      const char *key)
{
	enum status status = STATUS_OK;
	const struct nlattr *attr;

	print_list_open(key);
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == number && status == STATUS_OK)
			status = print_oif(word, attr);
	}
	print_list_close();
	return status;
}

enum status mfe_print(const struct nlmsghdr *nlh)
{
	char group[ATTR_PREFIX_SIZE], source[ATTR_PREFIX_SIZE], rpf[ATTR_PREFIX_SIZE];
	const struct nlattr *tb[ATTR_COUNT_MAX];
	enum status status = nl_parse(nlh, &set, tb);

	if (status != STATUS_OK)
		return status;

	attr_prefix(tb[MGM_A_MFE_GROUP4], tb[MGM_A_MFE_GROUP6], NULL, "any", group,
		    sizeof(group));
	attr_prefix(tb[MGM_A_MFE_SOURCE4], tb[MGM_A_MFE_SOURCE6], NULL, "any", source,
		    sizeof(source));

	print_flow(source, group);
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
	attr_print_flags(NULL, "flags", flag_names, ARRAY_SIZE(flag_names), tb[MGM_A_MFE_FLAGS]);

	if (options.statistics && tb[MGM_A_MFE_IN_PACKETS]) {
		print_break();
		attr_print_uint("in-packets", "in_packets", tb[MGM_A_MFE_IN_PACKETS]);
		attr_print_uint("in-octets", "in_octets", tb[MGM_A_MFE_IN_OCTETS]);
		attr_print_uint("wrong-if-packets", "wrong_if_packets",
				tb[MGM_A_MFE_WRONG_IF_PACKETS]);
	}
	if (options.statistics && tb[MGM_A_MFE_HELD_PACKETS]) {
		print_break();
		attr_print_uint("held-packets", "held_packets", tb[MGM_A_MFE_HELD_PACKETS]);
		attr_print_uint("queue-overflows", "queue_overflows",
				tb[MGM_A_MFE_QUEUE_OVERFLOWS]);
		attr_print_uint("negative-packets", "negative_packets",
				tb[MGM_A_MFE_NEGATIVE_PACKETS]);
		attr_print_uint("in-discards", "in_discards", tb[MGM_A_MFE_IN_DISCARDS]);
		attr_print_uint("out-packets", "out_packets", tb[MGM_A_MFE_OUT_PACKETS]);
	}

	/* In text the number can be seen. */
	attr_print_uint(NULL, "oif_count", tb[MGM_A_MFE_OIF_COUNT]);
	status = print_oifs(nlh, MGM_A_MFE_OIF, "oif", "oifs");
	if (status == STATUS_OK)
		status = print_oifs(nlh, MGM_A_MFE_VETO, "veto", "vetoes");
	return status;
}

/* Start the request @cmd about the entry that the arguments name. */
static enum status begin(struct request *request, uint8_t cmd, const struct args *args)
{
	if (args->group.has_len || args->source.has_len)
		return complain("an entry has no prefix length");

	request_init(request, cmd, &set);
	args_put_address(request, MGM_A_MFE_GROUP4, MGM_A_MFE_GROUP6, &args->group);
	args_put_address(request, MGM_A_MFE_SOURCE4, MGM_A_MFE_SOURCE6, &args->source);
	return STATUS_OK;
}

static int show(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "mfe", ARG_GROUP | ARG_SOURCE, 0, &args);
	if (status == STATUS_OK)
		status = begin(&request, MGM_CMD_MFE_GET, &args);
	if (status != STATUS_OK)
		return status;

	if (args.group.family && args.source.family)
		return show_one(&request, mfe_print);
	return show_all(&request, mfe_print, NULL);
}

static int do_set(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "mfe",
			    ARG_HANDLE | ARG_GROUP | ARG_SOURCE | ARG_UPSTREAM | ARG_IIF |
			    ARG_NEXTHOP,
			    ARG_HANDLE | ARG_GROUP | ARG_SOURCE, &args);
	if (status == STATUS_OK)
		status = begin(&request, MGM_CMD_MFE_SET, &args);
	if (status != STATUS_OK)
		return status;
	if (!(args.given & (ARG_UPSTREAM | ARG_IIF)))
		return complain("say what to set: upstream, iif");
	if ((args.given & (ARG_IIF | ARG_NEXTHOP)) == ARG_NEXTHOP)
		return complain("nexthop needs an iif");

	request_put_u32(&request, MGM_A_MFE_HANDLE, args.handle);
	if (args.given & ARG_UPSTREAM) {
		/* Nobody upstream is the address 0. */
		if (!args.upstream.family)
			args.upstream.family = args.source.family;
		args_put_address(&request, MGM_A_MFE_UPSTREAM4, MGM_A_MFE_UPSTREAM6,
				 &args.upstream);
	}
	if (args.given & ARG_IIF)
		request_put_u32(&request, MGM_A_MFE_IIF, args.iif);
	args_put_address(&request, MGM_A_MFE_IIF_NEXTHOP4, MGM_A_MFE_IIF_NEXTHOP6,
			 &args.nexthop);
	return nl_do(&request, NULL, NULL);
}

int mfe_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "show", show },
		{ "list", show },
		{ "set", do_set },
	};

	return run_command("mfe", commands, ARRAY_SIZE(commands), usage, argc, argv);
}
