// SPDX-License-Identifier: GPL-2.0
/*
 * Protocols in the kernel: an IGMP whose hooks are watched, and two others, in
 * mgm_test.ko. It counts what is wrong: a hook out of turn, a callback while
 * another of the protocol runs, or after its end.
 */
#include <errno.h>
#include <stdio.h>
#include "../kernel.h"
#include "storm.h"

#define IGMP_ID		2

static const char *const words[] = {
	"all", "join prune", "rpf creation", "creation local_join wrong_if", "",
};

static int tell(struct actor *actor, enum op op, const char *line)
{
	int err = kernel_do("%s", line);

	/* Between two modules there is nobody to tell. */
	return did(actor, op, err, "%s", line);
}

static void register_it(struct actor *actor, struct protocol *proto)
{
	unsigned int i = proto - actor->protocols;
	unsigned int pick = below(actor, MNL_ARRAY_SIZE(words));
	const char *line;

	proto->id = i ? 50 + i : IGMP_ID;
	line = mgm_fmt("register %u 0 kernel%u %s", proto->id, i,
		       i ? words[pick] : "igmp creation join prune");
	if (tell(actor, OP_REGISTER, line))
		return;
	model_register(proto, kernel_read()->handle,
		       MGM_PROTOCOL_F_KERNEL |
		       (i ? 0 : MGM_PROTOCOL_F_IGMP));
	proto->decides = i && (strstr(words[pick], "local_join") ||
			       !strcmp(words[pick], "all"));
	if (!proto->handle && !storm_gale)
		broken("a protocol in the kernel registers, and has no handle");
}

static bool is_igmp(const struct protocol *proto)
{
	return proto->flags & MGM_PROTOCOL_F_IGMP;
}

static void take_any(struct actor *actor, struct protocol *proto)
{
	struct place place = any_place(actor);

	if (is_igmp(proto))
		place.nexthop = 0;
	if (proto->n_held == HELD_MAX ||
	    tell(actor, OP_TAKE, mgm_fmt("take %u %u %s", proto->handle,
					 place.ifindex, ip4(place.nexthop))))
		return;
	model_take(proto, place, 1);
}

static struct place own_place(struct actor *actor, struct protocol *proto)
{
	if (!proto->n_held || chance(actor, 4))
		return (struct place){ .ifindex = any_device(actor) };
	return proto->held[below(actor, proto->n_held)].place;
}

static void release_own(struct actor *actor, struct protocol *proto)
{
	struct place place = own_place(actor, proto);

	if (!tell(actor, OP_RELEASE, mgm_fmt("release %u %u %s", proto->handle,
					     place.ifindex,
					     ip4(place.nexthop))))
		model_release(proto, place);
}

/* What the hosts on a link want: IGMP reports it anew behind each hand-over. */
static void say_member(struct protocol *proto, const struct row *row, bool add)
{
	if (is_igmp(proto))
		kernel_do("member %s %u %s %s", add ? "add" : "del",
			  row->place.ifindex, ip4(row->group),
			  ip4(row->source));
}

static void membership(struct actor *actor, struct protocol *proto, bool add)
{
	struct row row;

	row.place = own_place(actor, proto);
	row.group = any_group(actor);
	row.source = chance(actor, 40) ? any_source(actor) : 0;
	row.flags = is_igmp(proto) ? JOIN : 1 + below(actor, 3);
	if (proto->n_rows > ROWS_MAX / 2)
		add = false;
	if (!add && proto->n_rows)
		row = proto->rows[below(actor, proto->n_rows)];
	if (row.flags & EXCLUDE)
		row.flags = FORWARD;
	say_member(proto, &row, add);
	if (tell(actor, add ? OP_ADD : OP_DEL,
		 mgm_fmt("%s %u %u %s %s %s %u", add ? "add" : "del",
			 proto->handle, row.place.ifindex,
			 ip4(row.place.nexthop), ip4(row.group),
			 ip4(row.source), row.flags)))
		return;
	if (add)
		model_add(proto, &row);
	else
		model_del(proto, &row);
}

/* By the book, or all at once. IGMP ends with its hooks in the midst of it. */
static void end_it(struct actor *actor, struct protocol *proto)
{
	bool at_once = chance(actor, 50);

	if (!tell(actor, OP_DEREGISTER,
		  mgm_fmt("%s %u", at_once ? "shutdown" : "deregister",
			  proto->handle)))
		model_register(proto, 0, 0);
}

/* What the callbacks do: nothing that changes what anybody has. */
static void script(struct actor *actor, struct protocol *proto)
{
	static const char *const kinds[] = {
		"rpf", "creation", "join", "prune", "wrong_if",
	};
	const char *kind = kinds[below(actor, MNL_ARRAY_SIZE(kinds))];

	switch (below(actor, 6)) {
	case 0:
		tell(actor, OP_KERNEL, mgm_fmt("on %u %s sleep %u",
					       proto->handle, kind,
					       below(actor, 4)));
		break;
	case 1:
		tell(actor, OP_KERNEL, mgm_fmt("on %u %s run deregister SELF",
					       proto->handle, kind));
		break;
	case 2:
		tell(actor, OP_KERNEL, mgm_fmt("on %u %s run dump mfes 1",
					       proto->handle, kind));
		break;
	case 3:
		tell(actor, OP_KERNEL, mgm_fmt("answer %u veto %u",
					       proto->handle,
					       any_device(actor)));
		break;
	case 4:
		tell(actor, OP_KERNEL, mgm_fmt("answer %u rpf %u",
					       proto->handle,
					       any_device(actor)));
		break;
	default:
		tell(actor, OP_KERNEL, mgm_fmt("hook sleep %u",
					       below(actor, 4)));
		tell(actor, OP_KERNEL, "clear");
	}
}

static void step(struct actor *actor)
{
	struct protocol *proto = &actor->protocols[below(actor, PROTOCOLS_MAX)];
	unsigned int pick = below(actor, 100);

	if (!proto->handle)
		register_it(actor, proto);
	else if (pick < 20)
		take_any(actor, proto);
	else if (pick < 28)
		release_own(actor, proto);
	else if (pick < 65)
		membership(actor, proto, true);
	else if (pick < 85)
		membership(actor, proto, false);
	else if (pick < 98)
		script(actor, proto);
	else
		end_it(actor, proto);
	/* What was there before the modules went is there no longer. */
	if (storm_gale && chance(actor, 20))
		model_register(proto, 0, 0);
}

/* IGMP has this, but the hosts do not want it, or no longer. */
static void drop_stale(struct protocol *igmp, const struct object *object)
{
	struct row row = {
		.place = place_of(object, MGM_A_MEMBERSHIP_IFINDEX,
				  MGM_A_MEMBERSHIP_NEXTHOP4),
		.group = object->v[MGM_A_MEMBERSHIP_GROUP4],
		.source = object->v[MGM_A_MEMBERSHIP_SOURCE4],
	};

	if (object->v[MGM_A_MEMBERSHIP_HANDLE] == igmp->handle &&
	    !model_row(igmp, &row))
		kernel_do("del %u %u 0.0.0.0 %s %s %u", igmp->handle,
			  row.place.ifindex, ip4(row.group), ip4(row.source),
			  JOIN);
}

/*
 * When an interface changes hands IGMP reports the members that there are at that
 * moment. One that goes at the same moment may be reported when it has gone, and one
 * that MGM had no room for is reported with the next query: that is done here.
 */
static void at_rest(struct actor *actor)
{
	struct protocol *igmp = &actor->protocols[0];
	struct table rows = {};
	unsigned int i;

	if (!igmp->handle)
		return;
	for (i = 0; i < igmp->n_rows; i++)
		kernel_do("add %u %u 0.0.0.0 %s %s %u", igmp->handle,
			  igmp->rows[i].place.ifindex, ip4(igmp->rows[i].group),
			  ip4(igmp->rows[i].source), JOIN);
	if (!table_read(&actor->world->nl, MGM_CMD_MEMBERSHIP_GET, &rows))
		for (i = 0; i < rows.n; i++)
			drop_stale(igmp, &rows.rows[i]);
	table_free(&rows);
}

/* At rest no hook is open, and none was ever out of turn. */
bool hooks_right(char *why, size_t size)
{
	const struct kernel *kernel = kernel_read();

	if (kernel->wrong)
		snprintf(why, size,
			 "%u callbacks in the kernel out of turn, twice at once, or after the end",
			 kernel->wrong);
	else if (kernel->disabled != kernel->enabled)
		snprintf(why, size, "igmp_disable was called %u times, igmp_enable %u",
			 kernel->disabled, kernel->enabled);
	return !kernel->wrong && kernel->disabled == kernel->enabled;
}

const struct part part_kernel = {
	.name = "kernel",
	.step = step,
	.at_rest = at_rest,
	.pause_us = 4000,
};
