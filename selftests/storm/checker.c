// SPDX-License-Identifier: GPL-2.0
/*
 * What holds all along, whatever goes on: every interface has somebody, every entry
 * and every membership is about interfaces and protocols that are there, and no
 * counter goes back while what it counts for lives.
 *
 * Each table is read as it was at one moment, but two tables are of two moments. What
 * does not go together is only suspect, and is looked at until it goes together, or
 * has been the very same often enough.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "storm.h"

#define LOOKS		40
#define PAUSE_US	25000
/* Of the kernel's clock, which counts in jiffies. */
#define SLACK_S		0.1

struct checker {
	struct mgm_nl nl;
	struct table protocols;
	struct table interfaces;
	struct table rows;
	struct table mfes, mfes_before;
	struct table limits, limits_before;
	struct object before[STEADY_SLOTS];
};

static bool find_handle(const struct table *table, __u32 handle)
{
	unsigned int i;

	for (i = 0; i < table->n; i++)
		if (table->rows[i].v[MGM_A_PROTOCOL_HANDLE] == handle)
			return true;
	return false;
}

#define suspect(...) ({ snprintf(why, sizeof(why), __VA_ARGS__); why; })

/* Each of these returns what is suspect, or NULL; the tables have just been read. */

static const char *look_at_mfe(const struct checker *checker,
			       const struct object *mfe)
{
	static __thread char why[160];
	struct place place = place_of(mfe, MGM_A_MFE_IIF, MGM_A_MFE_IIF_NEXTHOP4);
	__u32 owner = mfe->v[MGM_A_MFE_OWNER_HANDLE];
	unsigned int i;

	if (place.ifindex && !find_interface(&checker->interfaces, place))
		return suspect("(%s,%s) comes in on %u %s, which nobody has",
			       ip4(mfe->v[MGM_A_MFE_SOURCE4]),
			       ip4(mfe->v[MGM_A_MFE_GROUP4]), place.ifindex,
			       ip4(place.nexthop));
	if (place.ifindex && !find_handle(&checker->protocols, owner))
		return suspect("(%s,%s) is owned by %u, which is not there",
			       ip4(mfe->v[MGM_A_MFE_SOURCE4]),
			       ip4(mfe->v[MGM_A_MFE_GROUP4]), owner);
	for (i = 0; i < mfe->n_oifs; i++) {
		place = mfe->oifs[i].place;
		if (!find_interface(&checker->interfaces, place))
			return suspect("(%s,%s) leaves on %u %s, which nobody has",
				       ip4(mfe->v[MGM_A_MFE_SOURCE4]),
				       ip4(mfe->v[MGM_A_MFE_GROUP4]),
				       place.ifindex, ip4(place.nexthop));
	}
	return NULL;
}

static const char *look_at_row(const struct checker *checker,
			       const struct object *row)
{
	static __thread char why[160];
	struct place place = place_of(row, MGM_A_MEMBERSHIP_IFINDEX,
				      MGM_A_MEMBERSHIP_NEXTHOP4);
	__u32 handle = row->v[MGM_A_MEMBERSHIP_HANDLE];

	if (find_interface(&checker->interfaces, place) &&
	    find_handle(&checker->protocols, handle))
		return NULL;
	return suspect("a membership (%s,%s) on %u %s of %u, one of which is not there",
		       ip4(row->v[MGM_A_MEMBERSHIP_SOURCE4]),
		       ip4(row->v[MGM_A_MEMBERSHIP_GROUP4]), place.ifindex,
		       ip4(place.nexthop), handle);
}

static const char *look_at_interface(const struct checker *checker,
				     const struct object *interface)
{
	static __thread char why[160];
	__u32 owner = interface->v[MGM_A_INTERFACE_OWNER_HANDLE];
	__u32 flags = interface->v[MGM_A_INTERFACE_FLAGS];
	__u32 ifindex = interface->v[MGM_A_INTERFACE_IFINDEX];

	if (!owner && !(flags & (MGM_INTERFACE_F_IGMP |
				 MGM_INTERFACE_F_HANDOVER)))
		return suspect("%u is there, and nobody has it", ifindex);
	if (owner && !find_handle(&checker->protocols, owner))
		return suspect("%u is owned by %u, which is not there", ifindex,
			       owner);
	return NULL;
}

static const char *look_at(const struct checker *checker,
			   const struct table *table,
			   const char *(*look)(const struct checker *checker,
					       const struct object *object))
{
	const char *why = NULL;
	unsigned int i;

	for (i = 0; !why && i < table->n; i++)
		why = look(checker, &table->rows[i]);
	return why;
}

/* What names others is read before these are. */
static int read_all(struct checker *checker)
{
	return table_read(&checker->nl, MGM_CMD_MFE_GET, &checker->mfes) ?:
	       table_read(&checker->nl, MGM_CMD_MEMBERSHIP_GET,
			  &checker->rows) ?:
	       table_read(&checker->nl, MGM_CMD_INTERFACE_GET,
			  &checker->interfaces) ?:
	       table_read(&checker->nl, MGM_CMD_PROTOCOL_GET,
			  &checker->protocols);
}

static const char *look(struct checker *checker)
{
	return look_at(checker, &checker->mfes, look_at_mfe) ?:
	       look_at(checker, &checker->rows, look_at_row) ?:
	       look_at(checker, &checker->interfaces, look_at_interface);
}

static void check_together(struct actor *actor)
{
	struct checker *checker = actor->self;
	char first[160] = "";
	unsigned int looks;
	const char *why;
	int err;

	for (looks = 0; looks < LOOKS; looks++) {
		err = read_all(checker);
		if (storm_gale)
			return;
		if (err)
			broken("a table of world %u cannot be read: %s",
			       actor->world->number, strerror(-err));
		why = look(checker);
		if (!why || (looks && strcmp(why, first)))
			return;
		snprintf(first, sizeof(first), "%s", why);
		usleep(PAUSE_US);
	}
	broken("world %u: %s, again and again", actor->world->number, first);
}

static const struct object *find_mfe(const struct table *table,
				     const struct object *mfe)
{
	unsigned int i;

	for (i = 0; i < table->n; i++)
		if (table->rows[i].v[MGM_A_MFE_GROUP4] ==
		    mfe->v[MGM_A_MFE_GROUP4] &&
		    table->rows[i].v[MGM_A_MFE_SOURCE4] ==
		    mfe->v[MGM_A_MFE_SOURCE4])
			return &table->rows[i];
	return NULL;
}

static void check_counters(const struct actor *actor, const char *what,
			   const struct object *before,
			   const struct object *after,
			   const unsigned int *counters)
{
	for (; *counters; counters++)
		if (after->v[*counters] < before->v[*counters])
			broken("world %u: %s: counter %u has gone back from %llu to %llu",
			       actor->world->number, what, *counters,
			       before->v[*counters], after->v[*counters]);
}

/* An entry that was there before the other table was read is the one in it. */
static void check_mfe_counters(struct actor *actor)
{
	static const unsigned int counters[] = {
		MGM_A_MFE_UPTIME, MGM_A_MFE_IN_PACKETS, MGM_A_MFE_IN_OCTETS,
		MGM_A_MFE_WRONG_IF_PACKETS, MGM_A_MFE_HELD_PACKETS,
		MGM_A_MFE_QUEUE_OVERFLOWS, MGM_A_MFE_NEGATIVE_PACKETS,
		MGM_A_MFE_IN_DISCARDS, MGM_A_MFE_OUT_PACKETS, 0
	};
	struct checker *checker = actor->self;
	struct table swap = checker->mfes_before;
	const struct object *before, *mfe;
	unsigned int i;
	double age;

	for (i = 0; i < checker->mfes.n; i++) {
		mfe = &checker->mfes.rows[i];
		before = find_mfe(&checker->mfes_before, mfe);
		age = mfe->v[MGM_A_MFE_UPTIME] / 1e3 - SLACK_S;
		if (before &&
		    checker->mfes.after - age < checker->mfes_before.before)
			check_counters(actor,
				       mgm_fmt("(%s,%s)",
					       ip4(mfe->v[MGM_A_MFE_SOURCE4]),
					       ip4(mfe->v[MGM_A_MFE_GROUP4])),
				       before, mfe, counters);
	}
	checker->mfes_before = checker->mfes;
	checker->mfes = swap;
}

/* The interfaces that one and the same protocol has from the beginning. */
static void check_steady(struct actor *actor)
{
	static const unsigned int counters[] = {
		MGM_A_INTERFACE_IN_PACKETS, MGM_A_INTERFACE_IN_OCTETS,
		MGM_A_INTERFACE_OUT_PACKETS, MGM_A_INTERFACE_OUT_OCTETS, 0
	};
	struct checker *checker = actor->self;
	const struct object *interface;
	struct object *before;
	unsigned int i, k;
	struct place place = {};

	for (i = 0; i < STEADY_SLOTS; i++) {
		place.ifindex = actor->world->slots[i].ifindex;
		before = &checker->before[i];
		interface = find_interface(&checker->interfaces, place);
		if (!interface)
			broken("world %u: %s has been lost",
			       actor->world->number, actor->world->slots[i].name);
		check_counters(actor, actor->world->slots[i].name, before,
			       interface, counters);
		for (k = 0; k <= MGM_A_DROP_MAX; k++)
			if (interface->drops[k] < before->drops[k])
				broken("world %u: %s: drops for reason %u have gone back",
				       actor->world->number,
				       actor->world->slots[i].name, k);
		*before = *interface;
	}
}

static void check_limits(struct actor *actor)
{
	static const unsigned int counters[] = { MGM_A_LIMIT_HITS, 0 };
	struct checker *checker = actor->self;
	struct table swap = checker->limits_before;
	unsigned int i;

	if (table_read(&checker->nl, MGM_CMD_LIMIT_GET, &checker->limits))
		return;
	for (i = 0; i < checker->limits.n && i < checker->limits_before.n; i++)
		check_counters(actor, "a bound", &checker->limits_before.rows[i],
			       &checker->limits.rows[i], counters);
	checker->limits_before = checker->limits;
	checker->limits = swap;
}

static void step(struct actor *actor)
{
	struct checker *checker = actor->self;

	if (storm_gale)
		return;
	check_together(actor);
	if (storm_gale)
		return;
	check_mfe_counters(actor);
	check_steady(actor);
	check_limits(actor);
	did(actor, OP_CHECK, 0, "%u entries, %u memberships, %u interfaces",
	    checker->mfes_before.n, checker->rows.n, checker->interfaces.n);
}

static int begin(struct actor *actor)
{
	struct checker *checker = actor->self;

	return mgm_nl_open(&checker->nl);
}

static void end(struct actor *actor)
{
	struct checker *checker = actor->self;

	mgm_nl_close(&checker->nl);
	table_free(&checker->protocols);
	table_free(&checker->interfaces);
	table_free(&checker->rows);
	table_free(&checker->mfes);
	table_free(&checker->mfes_before);
	table_free(&checker->limits);
	table_free(&checker->limits_before);
}

const struct part part_checker = {
	.name = "checker",
	.begin = begin,
	.step = step,
	.end = end,
	.size = sizeof(struct checker),
	.pause_us = 30000,
};
