// SPDX-License-Identifier: GPL-2.0
/* What a protocol is told: out of a message, and onto a line. */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/mgm.h>

#include "alert.h"
#include "objects.h"
#include "print.h"

static const struct attr attrs[] = {
	[MGM_A_ALERT_HANDLE] = { ATTR_U32, "handle" },
	[MGM_A_ALERT_ID] = { ATTR_U32, "id" },
	[MGM_A_ALERT_LOST] = { ATTR_U32, "lost" },
	[MGM_A_ALERT_GROUP4] = { ATTR_ADDRESS4, "group" },
	[MGM_A_ALERT_GROUP6] = { ATTR_ADDRESS6, "group" },
	[MGM_A_ALERT_SOURCE4] = { ATTR_ADDRESS4, "source" },
	[MGM_A_ALERT_SOURCE6] = { ATTR_ADDRESS6, "source" },
	[MGM_A_ALERT_IFINDEX] = { ATTR_DEV, "dev" },
	[MGM_A_ALERT_NEXTHOP4] = { ATTR_ADDRESS4, "nexthop" },
	[MGM_A_ALERT_NEXTHOP6] = { ATTR_ADDRESS6, "nexthop" },
	[MGM_A_ALERT_UPSTREAM4] = { ATTR_ADDRESS4, "upstream" },
	[MGM_A_ALERT_UPSTREAM6] = { ATTR_ADDRESS6, "upstream" },
	[MGM_A_ALERT_MEMBER] = { ATTR_U32, "member" },
	[MGM_A_ALERT_TIMEOUT] = { ATTR_U32, "timeout" },
	[MGM_A_ALERT_OIF] = { ATTR_NEST, "oif" },
	[MGM_A_ALERT_PACKET] = { ATTR_BYTES, "packet" },
};

static const struct attr_set set = { ARRAY_SIZE(attrs), attrs };

static const struct attr oif_attrs[] = {
	[MGM_A_OIF_IFINDEX] = { ATTR_DEV, "dev" },
	[MGM_A_OIF_NEXTHOP4] = { ATTR_ADDRESS4, "nexthop" },
	[MGM_A_OIF_NEXTHOP6] = { ATTR_ADDRESS6, "nexthop" },
	[MGM_A_OIF_IGMP] = { ATTR_U32, "igmp" },
};

static const struct attr_set oif_set = { ARRAY_SIZE(oif_attrs), oif_attrs };

/* Out of a message */

static uint32_t get_u32(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u32(attr) : 0;
}

static struct mgm_address get_address(const struct nlattr *attr4, const struct nlattr *attr6)
{
	struct mgm_address address = { .family = AF_UNSPEC };

	if (attr4) {
		address.family = AF_INET;
		memcpy(&address.ip4, mnl_attr_get_payload(attr4), sizeof(address.ip4));
	} else if (attr6) {
		address.family = AF_INET6;
		memcpy(&address.ip6, mnl_attr_get_payload(attr6), sizeof(address.ip6));
	}
	return address;
}

static enum status get_oif(const struct nlattr *nest, struct mgm_oif *oif)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];

	if (!attr_parse(&oif_set, mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest),
			tb))
		return complain("cannot make sense of an interface of an alert");

	oif->ifc.ifindex = get_u32(tb[MGM_A_OIF_IFINDEX]);
	oif->ifc.nexthop = get_address(tb[MGM_A_OIF_NEXTHOP4], tb[MGM_A_OIF_NEXTHOP6]);
	oif->igmp = get_u32(tb[MGM_A_OIF_IGMP]);
	return STATUS_OK;
}

/* The outgoing interfaces in @nlh, which are to be freed; NULL if there are none. */
static enum status get_oifs(const struct nlmsghdr *nlh, struct mgm_oif **oifs, size_t *n)
{
	enum status status = STATUS_OK;
	const struct nlattr *attr;

	*oifs = NULL;
	*n = 0;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		struct mgm_oif *more;

		if (mnl_attr_get_type(attr) != MGM_A_ALERT_OIF || status != STATUS_OK)
			continue;
		more = reallocarray(*oifs, *n + 1, sizeof(**oifs));
		if (!more) {
			status = complain("out of memory");
			continue;
		}
		*oifs = more;
		status = get_oif(attr, &more[*n]);
		(*n)++;
	}
	return status;
}

enum status alert_print(const struct nlmsghdr *nlh)
{
	struct mgm_alert alert = { .type = nl_command(nlh) };
	const struct nlattr *tb[ATTR_COUNT_MAX], *packet;
	enum status status = nl_parse(nlh, &set, tb);
	struct mgm_oif *oifs;

	if (status != STATUS_OK)
		return status;

	alert.lost = get_u32(tb[MGM_A_ALERT_LOST]);
	alert.flow.group = get_address(tb[MGM_A_ALERT_GROUP4], tb[MGM_A_ALERT_GROUP6]);
	alert.flow.source = get_address(tb[MGM_A_ALERT_SOURCE4], tb[MGM_A_ALERT_SOURCE6]);
	alert.ifc.ifindex = get_u32(tb[MGM_A_ALERT_IFINDEX]);
	alert.ifc.nexthop = get_address(tb[MGM_A_ALERT_NEXTHOP4], tb[MGM_A_ALERT_NEXTHOP6]);
	alert.rpf.iif = alert.ifc;
	alert.rpf.upstream = get_address(tb[MGM_A_ALERT_UPSTREAM4],
					 tb[MGM_A_ALERT_UPSTREAM6]);
	alert.member = get_u32(tb[MGM_A_ALERT_MEMBER]);
	alert.timeout = get_u32(tb[MGM_A_ALERT_TIMEOUT]);
	packet = tb[MGM_A_ALERT_PACKET];
	if (packet) {
		alert.packet = mnl_attr_get_payload(packet);
		alert.packet_len = mnl_attr_get_payload_len(packet);
	}

	status = get_oifs(nlh, &oifs, &alert.n_oifs);
	alert.oifs = oifs;
	if (status == STATUS_OK)
		alert_show(&alert, get_u32(tb[MGM_A_ALERT_HANDLE]));
	free(oifs);
	return status;
}

/* Onto a line */

static const char *flow_part(const struct mgm_address *address, char *text, size_t size)
{
	if (!address->family)
		return options.json ? "any" : "*";
	return inet_ntop(address->family, &address->ip4, text, size);
}

static void show_flow(const struct mgm_flow *flow)
{
	char source[INET6_ADDRSTRLEN], group[INET6_ADDRSTRLEN];

	print_flow(flow_part(&flow->source, source, sizeof(source)),
		   flow_part(&flow->group, group, sizeof(group)));
}

static void show_address(const char *word, const struct mgm_address *address)
{
	if (address->family)
		print_address(word, word, address->family, &address->ip4);
}

/* A source may have no way in. */
static void show_interface(const char *word, const struct mgm_interface *ifc)
{
	if (!ifc->ifindex)
		return;
	print_dev(word, "dev", ifc->ifindex);
	print_uint(NULL, "ifindex", ifc->ifindex);
	show_address("nexthop", &ifc->nexthop);
}

static void show_oifs(const struct mgm_alert *alert)
{
	static const char *const flags[] = { "igmp" };
	const struct mgm_oif *oif;

	print_list_open("oifs");
	for (oif = alert->oifs; oif < alert->oifs + alert->n_oifs; oif++) {
		print_object_open();
		show_interface("oif", &oif->ifc);
		print_flags(NULL, "flags", flags, ARRAY_SIZE(flags), oif->igmp);
		print_object_close();
	}
	print_list_close();
}

/* What a packet says of itself; the bytes are for programs. */
static void show_packet(const struct mgm_alert *alert)
{
	bool is_ipv4 = false;
	struct iphdr ip;

	if (!alert->packet)
		return;
	if (alert->packet_len >= sizeof(ip)) {
		memcpy(&ip, alert->packet, sizeof(ip));
		is_ipv4 = ip.version == 4;
	}

	print_group_open("packet", "packet");
	if (is_ipv4) {
		print_address("source", "source", AF_INET, &ip.saddr);
		print_address("destination", "destination", AF_INET, &ip.daddr);
		print_uint("protocol", "protocol", ip.protocol);
		print_uint("ttl", "ttl", ip.ttl);
		print_uint("length", "length", ntohs(ip.tot_len));
	}
	print_hex(is_ipv4 ? NULL : "head", "head", alert->packet, alert->packet_len);
	print_group_close();
}

static void show_about(const struct mgm_alert *alert)
{
	print_string("about", "about", alert->member ? "membership" : "mfe");
}

void alert_show(const struct mgm_alert *alert, uint32_t handle)
{
	if (alert->type != MGM_CMD_ALERT_OVERRUN)
		show_flow(&alert->flow);
	print_uint("handle", "handle", handle);

	switch (alert->type) {
	case MGM_CMD_ALERT_RPF:
		show_interface("dev", &alert->rpf.iif);
		show_address("upstream", &alert->rpf.upstream);
		show_packet(alert);
		break;
	case MGM_CMD_ALERT_CREATION:
		show_oifs(alert);
		break;
	case MGM_CMD_ALERT_JOIN:
		show_about(alert);
		break;
	case MGM_CMD_ALERT_PRUNE:
		show_interface("dev", &alert->ifc);
		show_about(alert);
		if (alert->timeout)
			print_time("timeout", "timeout_ms", alert->timeout * 1000ULL);
		break;
	case MGM_CMD_ALERT_LOCAL_JOIN:
	case MGM_CMD_ALERT_LOCAL_LEAVE:
		show_interface("dev", &alert->ifc);
		break;
	case MGM_CMD_ALERT_WRONG_IF:
		show_interface("dev", &alert->ifc);
		show_packet(alert);
		break;
	case MGM_CMD_ALERT_OVERRUN:
		/* 0 is not none, but unknown. */
		if (alert->lost)
			print_uint("lost", "lost", alert->lost);
		break;
	}
}
