// SPDX-License-Identifier: GPL-2.0
/*
 * Protocols in user space: they do all that their sockets allow, in any order, and
 * answer what they are asked, or too late, or wrongly, or never.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include "daemon.h"

static void register_it(struct actor *actor, bool persist)
{
	const __u32 all = 127, callbacks = chance(actor, 50) ? all :
						below(actor, all + 1);
	struct protocol *proto = proto_of(actor);
	__u32 before = storm_newest, flags = persist ? MGM_PROTOCOL_F_PERSIST : 0;
	struct daemon *daemon = actor->self;
	int err;

	if (!socket_open(actor))
		return;
	if (socket_drain(actor) && !storm_gale)
		broken("number %u, without a protocol since handle %u, is told something",
		       actor->number, daemon->ended);
	proto->id = 100 + actor->number;
	daemon->registering = true;
	daemon->early = 0;
	err = ASK(actor, MGM_CMD_PROTOCOL_REGISTER,
		  U32(MGM_A_PROTOCOL_ID, proto->id),
		  U32(persist ? MGM_A_PROTOCOL_FLAGS : MGM_A_PROTOCOL_CALLBACKS,
		      persist ? flags : callbacks));
	daemon->registering = false;
	did(actor, OP_REGISTER, err, "handle %u, flags %u, callbacks %#x",
	    proto->handle, flags, persist ? 0 : callbacks);
	if (err) {
		model_register(proto, 0, 0);
		/* Of a family that has gone the socket does not find the next. */
		if (storm_gale)
			socket_die(actor);
		return;
	}
	if (daemon->early && daemon->early != proto->handle && !storm_gale)
		broken("handle %u is registered, and told something for %u",
		       proto->handle, daemon->early);
	if (proto->handle <= before && !storm_gale)
		broken("handle %u is issued after %u", proto->handle, before);
	while (before < proto->handle &&
	       !atomic_compare_exchange_weak(&storm_newest, &before, proto->handle))
		;
	model_register(proto, proto->handle, flags);
	proto->decides = !persist && callbacks & MGM_CALLBACK_F_LOCAL_JOIN;
}

static void take_place(struct actor *actor, struct place place)
{
	struct protocol *proto = proto_of(actor);
	__u32 ttl = chance(actor, 80) ? 1 : 1 + below(actor, 20);
	bool held = model_held(proto, place);
	int err;

	if (proto->n_held == HELD_MAX)
		return;
	err = ASK(actor, MGM_CMD_INTERFACE_TAKE,
		  U32(MGM_A_INTERFACE_HANDLE, proto->handle),
		  U32(MGM_A_INTERFACE_IFINDEX, place.ifindex),
		  U32(MGM_A_INTERFACE_TTL_THRESHOLD, ttl),
		  U32(place.nexthop ? MGM_A_INTERFACE_NEXTHOP4 : 0,
		      place.nexthop));
	did(actor, OP_TAKE, err, "%u %s by %u", place.ifindex,
	    ip4(place.nexthop), proto->handle);
	if (err == -EALREADY && !held && !storm_gale)
		broken("%u owns %u already, it is said, but does not know",
		       proto->handle, place.ifindex);
	if (!err)
		model_take(proto, place, ttl);
}

static void take(struct actor *actor)
{
	take_place(actor, any_place(actor));
}

/* Mostly one that it has. */
static struct place own_place(struct actor *actor)
{
	struct protocol *proto = proto_of(actor);

	if (!proto->n_held || chance(actor, 4))
		return any_place(actor);
	return proto->held[below(actor, proto->n_held)].place;
}

static void release_place(struct actor *actor, struct place place)
{
	struct protocol *proto = proto_of(actor);
	int err;

	err = ASK(actor, MGM_CMD_INTERFACE_RELEASE,
		  U32(MGM_A_INTERFACE_HANDLE, proto->handle),
		  U32(MGM_A_INTERFACE_IFINDEX, place.ifindex),
		  U32(place.nexthop ? MGM_A_INTERFACE_NEXTHOP4 : 0,
		      place.nexthop));
	did(actor, OP_RELEASE, err, "%u %s by %u", place.ifindex,
	    ip4(place.nexthop), proto->handle);
	if (!err)
		model_release(proto, place);
}

static void release(struct actor *actor)
{
	release_place(actor, own_place(actor));
}

static void set(struct actor *actor)
{
	struct protocol *proto = proto_of(actor);
	struct place place = own_place(actor);
	bool ttl = chance(actor, 50);
	__u32 value = ttl ? 1 + below(actor, 20) : below(actor, 2);
	struct held *held;
	int err;

	err = ASK(actor, MGM_CMD_INTERFACE_SET,
		  U32(MGM_A_INTERFACE_HANDLE, proto->handle),
		  U32(MGM_A_INTERFACE_IFINDEX, place.ifindex),
		  U32(ttl ? MGM_A_INTERFACE_TTL_THRESHOLD :
			    MGM_A_INTERFACE_WRONG_IF, value),
		  U32(place.nexthop ? MGM_A_INTERFACE_NEXTHOP4 : 0,
		      place.nexthop));
	did(actor, OP_SET, err, "%s of %u %s by %u to %u",
	    ttl ? "TTL threshold" : "wrong_if", place.ifindex,
	    ip4(place.nexthop), proto->handle, value);
	held = model_held(proto, place);
	if (!err && held && ttl)
		held->ttl = value;
	else if (!err && held)
		held->wrong_if = value;
}

static struct row any_row(struct actor *actor)
{
	struct protocol *proto = proto_of(actor);
	struct row row;

	row.place = own_place(actor);
	row.group = chance(actor, 90) ? any_group(actor) : 0;
	row.source = row.group && chance(actor, 50) ? any_source(actor) : 0;
	row.flags = 1 + below(actor, 3);
	/* What cannot be remembered is not added. */
	if (proto->n_rows > ROWS_MAX - 2 ||
	    (proto->n_rows && chance(actor, 30)))
		row = proto->rows[below(actor, proto->n_rows)];
	if (row.flags & EXCLUDE)
		row.flags = 1 + below(actor, 3);
	return row;
}

static int membership(struct actor *actor, __u8 cmd, const struct row *row)
{
	return ASK(actor, cmd,
		   U32(MGM_A_MEMBERSHIP_HANDLE, proto_of(actor)->handle),
		   U32(MGM_A_MEMBERSHIP_IFINDEX, row->place.ifindex),
		   U32(MGM_A_MEMBERSHIP_GROUP4, row->group),
		   U32(MGM_A_MEMBERSHIP_SOURCE4, row->source),
		   U32(MGM_A_MEMBERSHIP_FLAGS, row->flags),
		   U32(row->place.nexthop ? MGM_A_MEMBERSHIP_NEXTHOP4 : 0,
		       row->place.nexthop));
}

static void add_row(struct actor *actor, const struct row *row)
{
	int err = membership(actor, MGM_CMD_MEMBERSHIP_ADD, row);

	did(actor, OP_ADD, err, "(%s,%s) flags %u on %u %s by %u",
	    ip4(row->source), ip4(row->group), row->flags, row->place.ifindex,
	    ip4(row->place.nexthop), proto_of(actor)->handle);
	if (!err)
		model_add(proto_of(actor), row);
}

static void add(struct actor *actor)
{
	struct row row = any_row(actor);

	add_row(actor, &row);
}

static void del(struct actor *actor)
{
	struct row row = any_row(actor);
	int err = membership(actor, MGM_CMD_MEMBERSHIP_DEL, &row);

	did(actor, OP_DEL, err, "(%s,%s) flags %u on %u %s by %u",
	    ip4(row.source), ip4(row.group), row.flags, row.place.ifindex,
	    ip4(row.place.nexthop), proto_of(actor)->handle);
	if (!err)
		model_del(proto_of(actor), &row);
}

static void mfe_set(struct actor *actor)
{
	struct place from = own_place(actor), place = own_place(actor);
	__be32 group = any_group(actor), source = any_source(actor);
	unsigned int i;
	int err;

	/* Mostly of a source that is on a link of its. */
	for (i = 0; i < SLOTS && chance(actor, 95); i++)
		if (actor->world->slots[i].ifindex == from.ifindex)
			source = htonl(0x0a000002 + (i << 8));
	err = ASK(actor, MGM_CMD_MFE_SET,
		  U32(MGM_A_MFE_HANDLE, proto_of(actor)->handle),
		  U32(MGM_A_MFE_GROUP4, group),
		  U32(MGM_A_MFE_SOURCE4, source),
		  U32(MGM_A_MFE_IIF, place.ifindex),
		  U32(place.nexthop ? MGM_A_MFE_IIF_NEXTHOP4 : 0,
		      place.nexthop));
	did(actor, OP_MFE_SET, err, "(%s,%s) comes in on %u by %u",
	    ip4(source), ip4(group), place.ifindex, proto_of(actor)->handle);
}

/* Right, wrong, or a repetition. */
static void answer(struct actor *actor)
{
	struct daemon *daemon = actor->self;
	struct place place = own_place(actor);
	struct mgm_nl_attr what = {};
	struct asked *kept, asked;
	int err;

	kept = &daemon->kept[below(actor, daemon->n < KEPT ? daemon->n ?: 1 :
							     KEPT)];
	asked = *kept;
	if (!asked.id)
		return;
	/* Some questions are answered twice. */
	if (chance(actor, 80))
		kept->id = 0;
	if (asked.type == MGM_CMD_ALERT_RPF && chance(actor, 50))
		what = U32(MGM_A_ALERT_IFINDEX, place.ifindex);
	else if (asked.type == MGM_CMD_ALERT_PRUNE && chance(actor, 50))
		what = U32(MGM_A_ALERT_TIMEOUT, 1 + below(actor, 30));
	else if (chance(actor, 5))
		asked.id += below(actor, 1000);
	if (asked.type == MGM_CMD_ALERT_CREATION && chance(actor, 50)) {
		struct {
			struct nlattr attr;
			__u32 ifindex;
		} oif = {
			.attr = { sizeof(oif), MGM_A_OIF_IFINDEX },
			.ifindex = place.ifindex,
		};

		err = ASK(actor, MGM_CMD_ALERT_ANSWER,
			  U32(MGM_A_ALERT_HANDLE, proto_of(actor)->handle),
			  U32(MGM_A_ALERT_ID, asked.id),
			  BYTES(MGM_A_ALERT_OIF | NLA_F_NESTED, &oif,
				sizeof(oif)));
	} else {
		err = ASK(actor, MGM_CMD_ALERT_ANSWER,
			  U32(MGM_A_ALERT_HANDLE, proto_of(actor)->handle),
			  U32(MGM_A_ALERT_ID, asked.id), what);
	}
	did(actor, OP_ANSWER, err, "alert %u of type %u by %u", asked.id,
	    asked.type, proto_of(actor)->handle);
}

/* By the book, or not. */
static void deregister(struct actor *actor)
{
	struct protocol *proto = proto_of(actor);
	struct daemon *daemon = actor->self;
	bool by_the_book = chance(actor, 70);
	unsigned int i;
	int err;

	for (i = proto->n_held; by_the_book && i--;)
		release_place(actor, proto->held[i].place);
	err = ASK(actor, MGM_CMD_PROTOCOL_DEREGISTER,
		  U32(MGM_A_PROTOCOL_HANDLE, proto->handle));
	did(actor, OP_DEREGISTER, err, "%u", proto->handle);
	if (err)
		return;
	daemon->ended = proto->handle;
	model_register(proto, 0, 0);
	/* What is in the socket came behind the answer. */
	if (socket_drain(actor) && !storm_gale)
		broken("handle %u is told something after its end",
		       daemon->ended);
}

static void listen_up(struct actor *actor)
{
	socket_drain(actor);
}

static const struct {
	void (*call)(struct actor *actor);
	unsigned int weight;
} doings[] = {
	{ add, 30 }, { del, 16 }, { take, 14 }, { answer, 12 },
	{ listen_up, 12 }, { release, 5 }, { set, 4 }, { mfe_set, 4 },
	{ deregister, 2 }, { socket_die, 1 },
};

static void step(struct actor *actor)
{
	struct daemon *daemon = actor->self;
	unsigned int i = 0, n = 0, pick;

	if (!socket_open(actor))
		return;
	if (!proto_of(actor)->handle) {
		register_it(actor, chance(actor, 15));
		return;
	}
	/* In a gale everything may have gone, and who is left starts anew. */
	if (storm_gale && chance(actor, 10)) {
		socket_die(actor);
		return;
	}
	for (i = 0; i < MNL_ARRAY_SIZE(doings); i++)
		n += doings[i].weight;
	pick = below(actor, n);
	for (i = 0; pick >= doings[i].weight; i++)
		pick -= doings[i].weight;
	doings[i].call(actor);
	if (daemon->open)
		socket_drain(actor);
}

static void end(struct actor *actor)
{
	struct daemon *daemon = actor->self;

	if (daemon->open)
		mgm_nl_close(&daemon->nl);
}

const struct part part_daemon = {
	.name = "daemon",
	.step = step,
	.end = end,
	.size = sizeof(struct daemon),
	.pause_us = 2000,
};

/* One that keeps what it has: a flow, from its first device to its second. */
static int steady_begin(struct actor *actor)
{
	struct world *world = actor->world;
	struct place out = { .ifindex = world->slots[1].ifindex };
	struct row row = { out, htonl(0xef46ffff), 0, JOIN };

	register_it(actor, false);
	take_place(actor, (struct place){ .ifindex = world->slots[0].ifindex });
	take_place(actor, out);
	add_row(actor, &row);
	return 0;
}

static void steady_step(struct actor *actor)
{
	struct daemon *daemon = actor->self;

	if (!daemon->open || storm_gale)
		return;
	if (chance(actor, 30))
		answer(actor);
	socket_drain(actor);
}

const struct part part_steady = {
	.name = "steady daemon",
	.begin = steady_begin,
	.step = steady_step,
	.end = end,
	.size = sizeof(struct daemon),
	.pause_us = 5000,
};
