// SPDX-License-Identifier: GPL-2.0
/*
 * What a protocol has, as it knows itself from its calls that were not refused:
 * the rules are those of the reference model in model.py.
 */
#include "storm.h"

void model_register(struct protocol *proto, __u32 handle, __u32 flags)
{
	proto->handle = handle;
	proto->flags = flags;
	proto->n_held = 0;
	proto->n_rows = 0;
}

struct held *model_held(struct protocol *proto, struct place place)
{
	unsigned int i;

	for (i = 0; i < proto->n_held; i++)
		if (same_place(proto->held[i].place, place))
			return &proto->held[i];
	return NULL;
}

static void drop_row(struct protocol *proto, struct row *row)
{
	*row = proto->rows[--proto->n_rows];
}

static void drop_place(struct protocol *proto, struct place place)
{
	unsigned int i = 0;

	while (i < proto->n_rows)
		if (same_place(proto->rows[i].place, place))
			drop_row(proto, &proto->rows[i]);
		else
			i++;
}

void model_release(struct protocol *proto, struct place place)
{
	struct held *held = model_held(proto, place);

	drop_place(proto, place);
	if (held)
		*held = proto->held[--proto->n_held];
}

static bool is_there(const struct world *world, __u32 ifindex)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		if (world->slots[i].ifindex == ifindex)
			return true;
	return false;
}

/*
 * What is taken again was lost in between: its device has moved away and come back, or
 * another one has come with its number. It has nothing of what it had.
 */
void model_take(struct protocol *proto, struct place place, __u32 ttl)
{
	model_release(proto, place);
	if (proto->n_held == HELD_MAX)
		broken("an actor takes more interfaces than it can remember");
	proto->held[proto->n_held++] = (struct held){
		.place = place, .ttl = ttl, .wrong_if = true,
	};
}

struct row *model_row(struct protocol *proto, const struct row *row)
{
	unsigned int i;

	for (i = 0; i < proto->n_rows; i++)
		if (same_place(proto->rows[i].place, row->place) &&
		    proto->rows[i].group == row->group &&
		    proto->rows[i].source == row->source)
			return &proto->rows[i];
	return NULL;
}

/* Has the protocol a wider membership there? */
static bool covered(struct protocol *proto, const struct row *row)
{
	struct row wide = *row;

	wide.source = 0;
	if (row->source && model_row(proto, &wide))
		return true;
	wide.group = 0;
	return model_row(proto, &wide);
}

static void set_row(struct protocol *proto, const struct row *row, __u32 flags)
{
	struct row *old = model_row(proto, row);

	if (old && !flags) {
		drop_row(proto, old);
	} else if (old) {
		old->flags = flags;
	} else if (flags) {
		if (proto->n_rows == ROWS_MAX)
			broken("an actor adds more memberships than it can remember");
		proto->rows[proto->n_rows] = *row;
		proto->rows[proto->n_rows++].flags = flags;
	}
}

void model_add(struct protocol *proto, const struct row *row)
{
	struct row *old = model_row(proto, row);

	if (old && old->flags & EXCLUDE)
		set_row(proto, row, row->flags & JOIN ? row->flags : 0);
	else
		set_row(proto, row, row->flags | (old ? old->flags : 0));
}

void model_del(struct protocol *proto, const struct row *row)
{
	struct row *old = model_row(proto, row);
	unsigned int i = 0;

	if (!old) {
		set_row(proto, row, EXCLUDE);
		return;
	}
	set_row(proto, row, old->flags & ~row->flags);
	while (i < proto->n_rows)
		if (proto->rows[i].flags & EXCLUDE &&
		    !covered(proto, &proto->rows[i]))
			drop_row(proto, &proto->rows[i]);
		else
			i++;
}

/* Whatever was on a device that has gone went with it. */
void model_forget_gone(struct protocol *proto, const struct world *world)
{
	unsigned int i = 0;
	struct place place;

	while (i < proto->n_held) {
		place = proto->held[i].place;
		if (is_there(world, place.ifindex))
			i++;
		else
			model_release(proto, place);
	}
}
