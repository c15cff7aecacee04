// SPDX-License-Identifier: GPL-2.0
/*
 * The weather: devices, addresses, routes, settings and bounds come and go; other
 * namespaces come, with everything in them, and end; and it rains packets.
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>
#include "../rtnl.h"
#include "../igmp_nl.h"
#include "storm.h"

static unsigned int any_loose_slot(struct actor *actor)
{
	return STEADY_SLOTS + below(actor, SLOTS - STEADY_SLOTS);
}

static void link_updown(struct actor *actor)
{
	unsigned int i = any_loose_slot(actor);
	bool up = chance(actor, 60);
	struct slot *slot = &actor->world->slots[i];

	did(actor, OP_LINK, rtnl_up(slot->ifindex, up), "%s %s", slot->name,
	    up ? "up" : "down");
}

/* A wire goes, by the one end or the other, and another one comes. */
static void make_anew(struct actor *actor, unsigned int i, int device)
{
	struct slot *slot = &actor->world->slots[i];
	int err;

	slot->ifindex = 0;
	slot->wire_ifindex = 0;
	err = rtnl_del(device);
	did(actor, OP_DEVICE, err, "%s has gone, ifindex %d", slot->name, device);
	err = slot_make(actor->world, i);
	did(actor, OP_DEVICE, err, "%s has come, ifindex %u", slot->name,
	    slot->ifindex);
}

static void device(struct actor *actor)
{
	unsigned int i = any_loose_slot(actor);
	struct slot *slot = &actor->world->slots[i];

	make_anew(actor, i, chance(actor, 50) ? slot->ifindex :
						slot->wire_ifindex);
}

/* The router's end moves to another namespace; its peer takes it along at its end. */
static void move(struct actor *actor)
{
	unsigned int i = any_loose_slot(actor);
	struct slot *slot = &actor->world->slots[i];
	int ns = ((struct world **)actor->self)[0]->ns;
	__u32 old = slot->ifindex;

	slot->ifindex = 0;
	did(actor, OP_MOVE, rtnl_move(old, ns), "%s, ifindex %u", slot->name,
	    old);
	make_anew(actor, i, slot->wire_ifindex);
}

static void address(struct actor *actor)
{
	unsigned int i = any_loose_slot(actor);
	struct slot *slot = &actor->world->slots[i];
	const char *addr = mgm_fmt("10.0.%u.%u", i, chance(actor, 60) ? 1 : 200);
	bool add = chance(actor, 60);

	did(actor, OP_ADDRESS, add ? rtnl_address(slot->ifindex, addr, 24) :
				     rtnl_address_del(slot->ifindex, addr, 24),
	    "%s %s on %s", add ? "add" : "delete", addr, slot->name);
}

static void route(struct actor *actor)
{
	const char *prefix = mgm_fmt("10.9.%u.0", below(actor, FAR_SOURCES));
	const char *gateway = chance(actor, 85) ?
		mgm_fmt("10.0.%u.2", below(actor, SLOTS)) : NULL;

	did(actor, OP_ROUTE, rtnl_route(prefix, 24, gateway), "%s via %s",
	    prefix, gateway ?: "nothing");
}

static int set_config(struct actor *actor, __u32 setting, __u32 value)
{
	int err = CALL(&actor->world->nl, MGM_CMD_CONFIG_SET,
		       U32(setting, value));

	return did(actor, OP_CONFIG, err, "setting %u is %u", setting, value);
}

static void config(struct actor *actor)
{
	switch (below(actor, 4)) {
	case 0:
		set_config(actor, MGM_A_CONFIG_MFE_TIMEOUT, 1 + below(actor, 9));
		break;
	case 1:
		set_config(actor, MGM_A_CONFIG_RPF_TABLE,
			   chance(actor, 80) ? 0 : 254);
		break;
	case 2:
		set_config(actor, MGM_A_CONFIG_WRONG_IF_INTERVAL,
			   1 + below(actor, 1000));
		break;
	default:
		set_config(actor, MGM_A_CONFIG_ANSWER_TIMEOUT,
			   1 + below(actor, 300));
	}
}

static void set_limit(struct actor *actor, __u32 id, __u32 value)
{
	int err = CALL(&actor->world->nl, MGM_CMD_LIMIT_SET,
		       U32(MGM_A_LIMIT_ID, id), U32(MGM_A_LIMIT_VALUE, value));

	did(actor, OP_LIMIT, err, "bound %u is %u", id, value);
}

/* Now and then one is low, for a while. */
static void limit(struct actor *actor)
{
	__u32 id = below(actor, MGM_LIMIT_MAX + 1);

	set_limit(actor, id, chance(actor, 30) ? below(actor, 40) : 1 << 20);
}

/* The bounds are far away when it is looked who has what. */
static void settle(struct actor *actor)
{
	__u32 id;

	for (id = 0; !storm_gale && id <= MGM_LIMIT_MAX; id++)
		set_limit(actor, id, 1 << 20);
}

static const struct {
	void (*call)(struct actor *actor);
	unsigned int weight;
} kinds[] = {
	{ link_updown, 20 }, { device, 12 }, { move, 6 }, { address, 20 },
	{ route, 25 }, { config, 8 }, { limit, 8 },
};

static void step(struct actor *actor)
{
	unsigned int i, n = 0, pick;

	for (i = 0; i < MNL_ARRAY_SIZE(kinds); i++)
		n += kinds[i].weight;
	pick = below(actor, n);
	for (i = 0; pick >= kinds[i].weight; i++)
		pick -= kinds[i].weight;
	kinds[i].call(actor);
}

static int begin(struct actor *actor)
{
	struct world **other = actor->self;

	*other = &storm_worlds[(actor->world->number + 1) % WORLDS];
	return set_config(actor, MGM_A_CONFIG_MFE_TIMEOUT, 5) ?:
	       set_config(actor, MGM_A_CONFIG_ANSWER_TIMEOUT, 100);
}

const struct part part_weather = {
	.name = "weather",
	.calms = true,
	.begin = begin,
	.step = step,
	.settle = settle,
	.size = sizeof(struct world *),
	.pause_us = 20000,
};

struct sender {
	int fd;
};

static void sender_step(struct actor *actor)
{
	struct sender *sender = actor->self;
	unsigned int i = below(actor, SLOTS), n;
	const char *group = ip4(any_group(actor));
	/* From the link, from far away, or from somewhere where it is not. */
	const char *source = chance(actor, 60) ? mgm_fmt("10.0.%u.2", i) :
						 ip4(any_source(actor));
	int err = 0;

	if (chance(actor, 10)) {
		i = 0;
		source = "10.0.0.2";
		group = "239.70.255.255";
	}
	for (n = 1 + below(actor, 6); n && !err; n--)
		err = packet_send_on(sender->fd,
				     actor->world->slots[i].wire_ifindex ?:
				     1000000, source, group);
	did(actor, OP_PACKET, err, "from %s to %s on the wire of slot %u",
	    source, group, i);
}

static int sender_begin(struct actor *actor)
{
	struct sender *sender = actor->self;

	sender->fd = packet_socket();
	return sender->fd < 0 ? sender->fd : 0;
}

static void sender_end(struct actor *actor)
{
	struct sender *sender = actor->self;

	close(sender->fd);
}

const struct part part_sender = {
	.name = "sender",
	.calms = true,
	.begin = sender_begin,
	.step = sender_step,
	.end = sender_end,
	.size = sizeof(struct sender),
	.pause_us = 2000,
};

/* A life in a namespace of its own; returns the first error there is. */
static int live(struct actor *actor)
{
	struct mgm_nl nl, igmp;
	int dev, other, wire, err;

	dev = rtnl_veth("r", "w");
	other = rtnl_dummy("d");
	if (dev < 0 || other < 0)
		return dev < 0 ? dev : other;
	wire = if_nametoindex("w");
	err = rtnl_address(dev, "10.0.0.1", 24) ?: mgm_nl_open(&nl);
	if (err)
		return err;
	err = igmp_open(&igmp);
	if (err)
		goto close_nl;
	err = mgm_nl_register(&nl, 10, chance(actor, 50) ?
					MGM_PROTOCOL_F_PERSIST : 0) ?:
	      igmp_enable(&igmp, other) ?:
	      mgm_nl_take(&nl, nl.handle, dev) ?:
	      mgm_nl_take(&nl, nl.handle, other) ?:
	      mgm_nl_add(&nl, nl.handle, other, "239.70.0.1", NULL, JOIN) ?:
	      igmp_join(&igmp, other, "239.70.0.2", NULL) ?:
	      packet_send(wire, "10.0.0.2", "239.70.0.1") ?:
	      packet_send(wire, "10.0.0.3", "239.70.0.2");
	/* Some die before their world ends, some with it, one device before. */
	if (!err && chance(actor, 30))
		err = rtnl_del(dev);
	if (!err && chance(actor, 30))
		err = igmp_disable(&igmp, other);
	mgm_nl_close(&igmp);
close_nl:
	mgm_nl_close(&nl);
	return err;
}

/* A namespace comes and goes. */
static void nest_step(struct actor *actor)
{
	int err = unshare(CLONE_NEWNET) ? -errno : live(actor);

	did(actor, OP_NAMESPACE, err, "with everything in it");
	world_enter(actor->world);
	if (err)
		gale_pause();
}

const struct part part_nest = {
	.name = "nest",
	.calms = true,
	.step = nest_step,
	.pause_us = 100000,
};
