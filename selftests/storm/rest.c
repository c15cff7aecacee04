// SPDX-License-Identifier: GPL-2.0
/*
 * At rest: everything that the kernel has is what the actors know that they have,
 * and the sums are right. What takes its time (devices that go, alerts that nobody
 * answers) is waited for.
 */
#include <stdio.h>
#include <unistd.h>
#include "../igmp_nl.h"
#include "storm.h"

#define ROW(_table, _i, _name)	((_table)->rows[_i].v[MGM_A_##_name])

struct tables {
	struct table protocols;
	struct table interfaces;
	struct table rows;
	struct table mfes;
	struct table limits;
};

static char why[512];

#define differ(...) ({ snprintf(why, sizeof(why), __VA_ARGS__); false; })

/* The @i'th registration of all those that somebody in the world knows. */
static struct protocol *known(const struct world *world, unsigned int i)
{
	struct actor *actor;
	unsigned int a, k;

	for (a = 0; a < storm_n_actors; a++) {
		actor = storm_actors[a];
		for (k = 0; actor->world == world && k < PROTOCOLS_MAX; k++)
			if (actor->protocols[k].handle && !i--)
				return &actor->protocols[k];
	}
	return NULL;
}

static struct protocol *find_known(const struct world *world, __u32 handle)
{
	struct protocol *proto;
	unsigned int i;

	for (i = 0; (proto = known(world, i)); i++)
		if (proto->handle == handle)
			return proto;
	return NULL;
}

static bool protocols_right(struct world *world, const struct table *t)
{
	const struct protocol *proto;
	unsigned int i;

	for (i = 0; i < t->n; i++) {
		proto = find_known(world, ROW(t, i, PROTOCOL_HANDLE));
		if (!proto)
			return differ("nobody knows handle %llu, id %llu",
				      ROW(t, i, PROTOCOL_HANDLE),
				      ROW(t, i, PROTOCOL_ID));
		if (proto->id != ROW(t, i, PROTOCOL_ID) ||
		    proto->flags != ROW(t, i, PROTOCOL_FLAGS))
			return differ("handle %u has id %llu, flags %llu; right are %u, %u",
				      proto->handle, ROW(t, i, PROTOCOL_ID),
				      ROW(t, i, PROTOCOL_FLAGS), proto->id,
				      proto->flags);
		if (proto->n_held != ROW(t, i, PROTOCOL_INTERFACES) ||
		    (!proto->untold &&
		     proto->n_rows != ROW(t, i, PROTOCOL_MEMBERSHIPS)))
			return differ("%u has %llu interfaces, %llu memberships; right are %u, %u",
				      proto->handle,
				      ROW(t, i, PROTOCOL_INTERFACES),
				      ROW(t, i, PROTOCOL_MEMBERSHIPS),
				      proto->n_held, proto->n_rows);
		if (ROW(t, i, PROTOCOL_ALERTS))
			return differ("%llu alerts still wait for %u",
				      ROW(t, i, PROTOCOL_ALERTS),
				      proto->handle);
	}
	if (known(world, t->n))
		return differ("%u protocols, but there should be more", t->n);
	return true;
}

/* Who has the interface, as far as anybody knows? */
static struct held *find_held(const struct world *world, struct place place,
			      bool igmp, __u32 *handle)
{
	struct protocol *proto;
	struct held *held;
	unsigned int i;

	*handle = 0;
	for (i = 0; (proto = known(world, i)); i++) {
		if (igmp != !!(proto->flags & MGM_PROTOCOL_F_IGMP))
			continue;
		held = model_held(proto, place);
		if (!held)
			continue;
		*handle = proto->handle;
		return held;
	}
	return NULL;
}

/* How many of the rows are about the interface? */
static unsigned int count(struct place place, const struct table *t,
			  unsigned int ifindex, unsigned int nexthop)
{
	unsigned int i, n = 0;

	for (i = 0; i < t->n; i++)
		n += same_place(place, place_of(&t->rows[i], ifindex, nexthop));
	return n;
}

static unsigned int count_oifs(const struct table *mfes, struct place place)
{
	unsigned int i, k, n = 0;

	for (i = 0; i < mfes->n; i++)
		for (k = 0; k < mfes->rows[i].n_oifs; k++)
			n += same_place(place, mfes->rows[i].oifs[k].place);
	return n;
}

static bool interface_right(struct world *world, const struct tables *t,
			    unsigned int i)
{
	const struct table *ifs = &t->interfaces;
	struct place place = place_of(&ifs->rows[i], MGM_A_INTERFACE_IFINDEX,
				      MGM_A_INTERFACE_NEXTHOP4);
	__u32 owner, igmp;
	struct held *held = find_held(world, place, false, &owner);

	find_held(world, place, true, &igmp);
	if (owner != ROW(ifs, i, INTERFACE_OWNER_HANDLE) ||
	    (igmp ? MGM_INTERFACE_F_IGMP : 0) != ROW(ifs, i, INTERFACE_FLAGS) ||
	    (!owner && !igmp))
		return differ("%u %s has owner %llu, flags %llu; right are %u, and IGMP %u",
			      place.ifindex, ip4(place.nexthop),
			      ROW(ifs, i, INTERFACE_OWNER_HANDLE),
			      ROW(ifs, i, INTERFACE_FLAGS), owner, igmp);
	if (held && (held->ttl != ROW(ifs, i, INTERFACE_TTL_THRESHOLD) ||
		     held->wrong_if != ROW(ifs, i, INTERFACE_WRONG_IF)))
		return differ("%u %s has TTL threshold %llu, wrong_if %llu, but should have %u, %u",
			      place.ifindex, ip4(place.nexthop),
			      ROW(ifs, i, INTERFACE_TTL_THRESHOLD),
			      ROW(ifs, i, INTERFACE_WRONG_IF), held->ttl,
			      held->wrong_if);
	if (ROW(ifs, i, INTERFACE_MEMBERSHIPS) !=
	    count(place, &t->rows, MGM_A_MEMBERSHIP_IFINDEX,
		  MGM_A_MEMBERSHIP_NEXTHOP4) ||
	    ROW(ifs, i, INTERFACE_MFES_IN) !=
	    count(place, &t->mfes, MGM_A_MFE_IIF, MGM_A_MFE_IIF_NEXTHOP4) ||
	    ROW(ifs, i, INTERFACE_MFES_OUT) != count_oifs(&t->mfes, place))
		return differ("%u %s has no %llu memberships, or no %llu entries in, or %llu out",
			      place.ifindex, ip4(place.nexthop),
			      ROW(ifs, i, INTERFACE_MEMBERSHIPS),
			      ROW(ifs, i, INTERFACE_MFES_IN),
			      ROW(ifs, i, INTERFACE_MFES_OUT));
	return true;
}

static bool interfaces_right(struct world *world, const struct tables *t)
{
	const struct table *ifs = &t->interfaces;
	unsigned int i, k, n = 0, owned = 0;
	struct protocol *proto;

	for (i = 0; i < ifs->n; i++) {
		if (!interface_right(world, t, i))
			return false;
		owned += !!ROW(ifs, i, INTERFACE_OWNER_HANDLE) +
			 !!(ROW(ifs, i, INTERFACE_FLAGS) & MGM_INTERFACE_F_IGMP);
	}
	for (i = 0; (proto = known(world, i)); i++)
		for (k = 0; k < proto->n_held; k++)
			n++;
	if (owned != n)
		return differ("%u interfaces are in use, but %u should be", owned,
			      n);
	return true;
}

static bool rows_right(struct world *world, const struct table *t)
{
	unsigned int i, n = 0, told = 0;
	struct protocol *proto;
	struct row row, *own;

	for (i = 0; i < t->n; i++) {
		proto = find_known(world, ROW(t, i, MEMBERSHIP_HANDLE));
		if (!proto || proto->untold)
			continue;
		told++;
		row.place = place_of(&t->rows[i], MGM_A_MEMBERSHIP_IFINDEX,
				     MGM_A_MEMBERSHIP_NEXTHOP4);
		row.group = ROW(t, i, MEMBERSHIP_GROUP4);
		row.source = ROW(t, i, MEMBERSHIP_SOURCE4);
		own = model_row(proto, &row);
		if (!own || own->flags != ROW(t, i, MEMBERSHIP_FLAGS))
			return differ("%u has (%s,%s) on %u %s, flags %llu; right are %u",
				      proto->handle, ip4(row.source),
				      ip4(row.group), row.place.ifindex,
				      ip4(row.place.nexthop),
				      ROW(t, i, MEMBERSHIP_FLAGS),
				      own ? own->flags : 0);
	}
	for (i = 0; (proto = known(world, i)); i++)
		n += proto->untold ? 0 : proto->n_rows;
	return told == n || differ("%u memberships, but there should be %u",
				   told, n);
}

static bool find_group(const struct table *groups, __u32 ifindex, __be32 group)
{
	unsigned int i;

	for (i = 0; i < groups->n; i++)
		if (groups->rows[i].v[GROUP(IFINDEX)] == ifindex &&
		    groups->rows[i].v[GROUP(GROUP4)] == group)
			return true;
	return false;
}

/* What IGMP has told is what it knows; what it knows can have had no room. */
static bool igmp_right(struct world *world, const struct table *t)
{
	struct table groups = {};
	struct protocol *proto;
	bool right = true;
	unsigned int i;

	if (table_read(&world->igmp, GROUP_GET, &groups))
		return differ("IGMP's groups cannot be read");
	for (i = 0; right && i < t->n; i++) {
		proto = find_known(world, ROW(t, i, MEMBERSHIP_HANDLE));
		if (proto && proto->untold &&
		    !find_group(&groups, ROW(t, i, MEMBERSHIP_IFINDEX),
				ROW(t, i, MEMBERSHIP_GROUP4)))
			right = differ("IGMP does not know that it has (%s,%s) on %llu",
				       ip4(ROW(t, i, MEMBERSHIP_SOURCE4)),
				       ip4(ROW(t, i, MEMBERSHIP_GROUP4)),
				       ROW(t, i, MEMBERSHIP_IFINDEX));
	}
	table_free(&groups);
	return right;
}

static bool limits_right(const struct tables *t)
{
	unsigned int i, places = 0;
	__u64 used, id;

	for (i = 0; i < t->mfes.n; i++)
		places += t->mfes.rows[i].n_oifs + t->mfes.rows[i].n_vetoes;
	for (i = 0; i < t->limits.n; i++) {
		id = ROW(&t->limits, i, LIMIT_ID);
		used = id == MGM_LIMIT_PROTOCOLS ? t->protocols.n :
		       id == MGM_LIMIT_INTERFACES ? t->interfaces.n :
		       id == MGM_LIMIT_MEMBERSHIPS ? t->rows.n :
		       id == MGM_LIMIT_MFES ? t->mfes.n :
		       id == MGM_LIMIT_OIFS ? places :
		       /* Of all others nothing is left at rest. */
		       0;
		if (ROW(&t->limits, i, LIMIT_USED) != used)
			return differ("bound %llu says that %llu are used, but there are %llu",
				      id, ROW(&t->limits, i, LIMIT_USED), used);
	}
	return true;
}

static int read_all(struct mgm_nl *nl, struct tables *t)
{
	return table_read(nl, MGM_CMD_PROTOCOL_GET, &t->protocols) ?:
	       table_read(nl, MGM_CMD_INTERFACE_GET, &t->interfaces) ?:
	       table_read(nl, MGM_CMD_MEMBERSHIP_GET, &t->rows) ?:
	       table_read(nl, MGM_CMD_MFE_GET, &t->mfes) ?:
	       table_read(nl, MGM_CMD_LIMIT_GET, &t->limits);
}

static bool all_right(struct world *world, struct tables *t)
{
	int err = read_all(&world->nl, t);

	if (err)
		return differ("the tables cannot be read: %s", strerror(-err));
	return protocols_right(world, &t->protocols) &&
	       interfaces_right(world, t) && rows_right(world, &t->rows) &&
	       igmp_right(world, &t->rows) && limits_right(t) &&
	       flows_right(world, &t->mfes, &t->interfaces, &t->rows, why,
			   sizeof(why)) &&
	       hooks_right(why, sizeof(why)) &&
	       monitor_right(world, why, sizeof(why));
}

static void prepare(struct world *world)
{
	struct actor *actor;
	unsigned int i, k;

	for (i = 0; i < storm_n_actors; i++) {
		actor = storm_actors[i];
		if (actor->world != world)
			continue;
		for (k = 0; k < PROTOCOLS_MAX; k++)
			model_forget_gone(&actor->protocols[k], world);
		if (actor->part->at_rest)
			actor->part->at_rest(actor);
	}
}

/* The actors rest. The caller is in the namespace of @world. */
void rest_compare(struct world *world)
{
	double end = now() + storm_patience;
	struct tables t = {};

	for (;;) {
		prepare(world);
		if (all_right(world, &t))
			break;
		if (now() > end)
			broken("world %u at rest: %s", world->number, why);
		usleep(20000);
	}
	tally(OP_REST, 0);
	table_free(&t.protocols);
	table_free(&t.interfaces);
	table_free(&t.rows);
	table_free(&t.mfes);
	table_free(&t.limits);
}
