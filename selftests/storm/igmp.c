// SPDX-License-Identifier: GPL-2.0
/*
 * The IGMP router, which is enabled and disabled everywhere, and the hosts on the
 * wires, with all that they could say.
 */
#include <errno.h>
#include <netinet/ip.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include "../igmp_nl.h"
#include "../rtnl.h"
#include "storm.h"

#define IGMP_ID		2
#define RECORDS		3

struct router {
	struct mgm_nl nl;
	bool open;
};

static struct protocol *proto_of(struct actor *actor)
{
	return &actor->protocols[0];
}

static bool open_socket(struct actor *actor)
{
	struct router *router = actor->self;
	int err;

	if (router->open)
		return true;
	err = igmp_open(&router->nl);
	router->open = !err;
	if (err) {
		did(actor, OP_IGMP, err, "cannot open");
		gale_pause();
	}
	return !err;
}

static void enable(struct actor *actor, __u32 device)
{
	struct router *router = actor->self;
	struct place place = { .ifindex = device };
	int err;

	err = SETTINGS(&router->nl, ENABLE, device,
		       U32(IF(LAST_MEMBER_QUERY_INTERVAL), 100),
		       U32(IF(ROUTER_ALERT), below(actor, 2)),
		       U32(IF(IMMEDIATE_LEAVE), below(actor, 2)));
	did(actor, OP_IGMP, err, "enabled on %u", device);
	if (!err)
		model_take(proto_of(actor), place, 1);
}

static void disable(struct actor *actor, __u32 device)
{
	struct router *router = actor->self;
	int err = igmp_disable(&router->nl, device);

	did(actor, OP_IGMP, err, "disabled on %u", device);
	if (!err)
		model_release(proto_of(actor), (struct place){ .ifindex = device });
}

static void set(struct actor *actor, __u32 device)
{
	struct router *router = actor->self;
	int err;

	err = SETTINGS(&router->nl, SET, device,
		       U32(IF(VERSION), 1 + below(actor, 3)),
		       U32(IF(ROBUSTNESS), 1 + below(actor, 3)),
		       U32(IF(GROUPS_MAX), 1 + below(actor, 8)),
		       U32(IF(RATE_MAX), 100 + below(actor, 4000)));
	did(actor, OP_IGMP, err, "settings of %u", device);
}

static void change(struct actor *actor, __u32 device, bool join)
{
	struct router *router = actor->self;
	const char *group = ip4(any_group(actor));
	const char *source = chance(actor, 50) ? ip4(any_source(actor)) : NULL;
	int err;

	err = join ? igmp_join(&router->nl, device, group, source) :
		     igmp_leave(&router->nl, device, group, source);
	did(actor, OP_IGMP, err, "%s (%s,%s) on %u", join ? "join" : "leave",
	    source ?: "*", group, device);
}

static void step(struct actor *actor)
{
	__u32 device = any_device(actor);
	unsigned int pick = below(actor, 100);

	if (!open_socket(actor))
		return;
	if (storm_gale && chance(actor, 20)) {
		struct router *router = actor->self;

		mgm_nl_close(&router->nl);
		router->open = false;
	} else if (pick < 30) {
		enable(actor, device);
	} else if (pick < 45) {
		disable(actor, device);
	} else if (pick < 55) {
		set(actor, device);
	} else {
		change(actor, device, pick < 85);
	}
}

/* Its registration comes with the first interface and goes with the last. */
static void at_rest(struct actor *actor)
{
	struct protocol *proto = proto_of(actor);
	struct table table = {};
	unsigned int i;

	proto->handle = 0;
	proto->id = IGMP_ID;
	proto->flags = MGM_PROTOCOL_F_KERNEL | MGM_PROTOCOL_F_IGMP;
	proto->untold = true;
	if (!proto->n_held)
		return;
	if (!table_read(&actor->world->nl, MGM_CMD_PROTOCOL_GET, &table))
		for (i = 0; i < table.n; i++)
			if (table.rows[i].v[MGM_A_PROTOCOL_ID] == IGMP_ID)
				proto->handle =
					table.rows[i].v[MGM_A_PROTOCOL_HANDLE];
	table_free(&table);
}

static void end(struct actor *actor)
{
	struct router *router = actor->self;

	if (router->open)
		mgm_nl_close(&router->nl);
}

const struct part part_igmp = {
	.name = "IGMP router",
	.step = step,
	.at_rest = at_rest,
	.end = end,
	.size = sizeof(struct router),
	.pause_us = 8000,
};

struct hosts {
	int fd;
};

/* A message of version 2, or a report of version 3, with Router Alert. */
struct message {
	struct iphdr ip;
	__u8 alert[4];
	struct {
		__u8 type;
		__u8 code;
		__u16 check;
		union {
			__be32 group;
			struct {
				__be16 reserved;
				__be16 n;
			};
		};
		struct record {
			__u8 type;
			__u8 aux;
			__be16 n;
			__be32 group;
			__be32 source;
		} records[RECORDS];
	} __packed body;
} __packed;

static size_t fill(struct actor *actor, struct message *message)
{
	const __u8 types[] = { 0x12, 0x16, 0x16, 0x17, 0x22, 0x22, 0x22 };
	unsigned int i, n = 1 + below(actor, RECORDS);

	message->body.type = types[below(actor, sizeof(types))];
	if (message->body.type != 0x22) {
		message->body.group = any_group(actor);
		return 8;
	}
	message->body.n = htons(n);
	for (i = 0; i < n; i++)
		message->body.records[i] = (struct record){
			.type = 1 + below(actor, 6),
			.n = htons(1),
			.group = any_group(actor),
			.source = any_source(actor),
		};
	return 8 + n * sizeof(struct record);
}

static void hosts_step(struct actor *actor)
{
	struct hosts *hosts = actor->self;
	unsigned int i = below(actor, SLOTS);
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_halen = ETH_ALEN,
		.sll_addr = { 0x01, 0x00, 0x5e, 0, 0, 1 },
	};
	struct message message = {
		.ip = { .version = 4, .ihl = 6, .ttl = 1, .protocol = 2 },
		.alert = { 0x94, 4, 0, 0 },
	};
	size_t len = fill(actor, &message), head = 24;
	int err;

	message.ip.tot_len = htons(head + len);
	message.ip.saddr = htonl(0x0a000002 + (i << 8) + below(actor, 8));
	/* Reports of version 2 go to their group, leaves to all routers. */
	message.ip.daddr = message.body.type == 0x22 ? htonl(0xe0000016) :
			   message.body.type == 0x17 ? htonl(0xe0000002) :
			   message.body.group;
	message.ip.check = packet_checksum(&message, head);
	message.body.check = packet_checksum(&message.body, len);
	to.sll_ifindex = actor->world->slots[i].wire_ifindex ?: 1000000;
	err = sendto(hosts->fd, &message, head + len, 0,
		     (struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
	did(actor, OP_REPORT, err, "type %#x to %s on %u", message.body.type,
	    ip4(message.ip.daddr), to.sll_ifindex);
}

static int hosts_begin(struct actor *actor)
{
	struct hosts *hosts = actor->self;

	hosts->fd = packet_socket();
	return hosts->fd < 0 ? hosts->fd : 0;
}

static void hosts_end(struct actor *actor)
{
	struct hosts *hosts = actor->self;

	close(hosts->fd);
}

const struct part part_hosts = {
	.name = "hosts",
	.calms = true,
	.begin = hosts_begin,
	.step = hosts_step,
	.end = hosts_end,
	.size = sizeof(struct hosts),
	.pause_us = 4000,
};
