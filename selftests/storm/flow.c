// SPDX-License-Identifier: GPL-2.0
/*
 * Which interfaces the packets of an entry should leave on: what the memberships
 * say, computed anew in the plainest way, as in the reference model in model.py.
 */
#include <stdio.h>
#include <linux/mgm.h>
#include "../rtnl.h"
#include "storm.h"

static bool decides(const struct world *world, __u32 handle)
{
	unsigned int i, k;

	for (i = 0; i < storm_n_actors; i++)
		for (k = 0; k < PROTOCOLS_MAX; k++)
			if (storm_actors[i]->world == world &&
			    storm_actors[i]->protocols[k].handle == handle)
				return storm_actors[i]->protocols[k].decides;
	return false;
}

/* IGMP's word does not count where the owner wants to decide. */
static bool in_force(const struct world *world, const struct object *interface,
		     __u32 handle)
{
	__u32 owner = interface->v[MGM_A_INTERFACE_OWNER_HANDLE];

	return !owner || owner == handle || !decides(world, owner);
}

static bool excluded(const struct table *rows, __u32 handle, struct place place,
		     const struct object *mfe)
{
	const struct object *row;
	unsigned int i;

	for (i = 0; i < rows->n; i++) {
		row = &rows->rows[i];
		if (row->v[MGM_A_MEMBERSHIP_HANDLE] == handle &&
		    same_place(place, place_of(row, MGM_A_MEMBERSHIP_IFINDEX,
					       MGM_A_MEMBERSHIP_NEXTHOP4)) &&
		    row->v[MGM_A_MEMBERSHIP_GROUP4] == mfe->v[MGM_A_MFE_GROUP4] &&
		    row->v[MGM_A_MEMBERSHIP_SOURCE4] ==
		    mfe->v[MGM_A_MFE_SOURCE4])
			return row->v[MGM_A_MEMBERSHIP_FLAGS] & EXCLUDE;
	}
	return false;
}

static bool covers(const struct object *row, const struct object *mfe)
{
	__be32 group = row->v[MGM_A_MEMBERSHIP_GROUP4];
	__be32 source = row->v[MGM_A_MEMBERSHIP_SOURCE4];

	return (!group || group == mfe->v[MGM_A_MFE_GROUP4]) &&
	       (!source || source == mfe->v[MGM_A_MFE_SOURCE4]) &&
	       !(row->v[MGM_A_MEMBERSHIP_FLAGS] & EXCLUDE);
}

/* Does anybody want the flow there? */
static bool forwards(const struct world *world, const struct table *rows,
		     const struct object *interface, const struct object *mfe)
{
	struct place place = place_of(interface, MGM_A_INTERFACE_IFINDEX,
				      MGM_A_INTERFACE_NEXTHOP4);
	const struct object *row;
	unsigned int i;
	__u32 handle;

	for (i = 0; i < rows->n; i++) {
		row = &rows->rows[i];
		handle = row->v[MGM_A_MEMBERSHIP_HANDLE];
		if (same_place(place, place_of(row, MGM_A_MEMBERSHIP_IFINDEX,
					       MGM_A_MEMBERSHIP_NEXTHOP4)) &&
		    covers(row, mfe) && in_force(world, interface, handle) &&
		    !excluded(rows, handle, place, mfe))
			return true;
	}
	return false;
}

/* The same interface, or one that is part of the other. */
static bool leads_back(struct place in, struct place out)
{
	return in.ifindex == out.ifindex &&
	       (in.nexthop == out.nexthop || !in.nexthop || !out.nexthop);
}

static bool vetoed(const struct object *mfe, struct place place)
{
	unsigned int i;

	for (i = 0; i < mfe->n_vetoes; i++)
		if (same_place(mfe->vetoes[i], place))
			return true;
	return false;
}

static bool outgoing(const struct object *mfe, struct place place)
{
	unsigned int i;

	for (i = 0; i < mfe->n_oifs; i++)
		if (same_place(mfe->oifs[i].place, place))
			return true;
	return false;
}

static bool oifs_right(struct world *world, const struct object *mfe,
		       const struct table *interfaces, const struct table *rows,
		       char *why, size_t size)
{
	struct place place, in = place_of(mfe, MGM_A_MFE_IIF,
					  MGM_A_MFE_IIF_NEXTHOP4);
	unsigned int i, n = 0;
	bool want;

	for (i = 0; i < interfaces->n; i++) {
		place = place_of(&interfaces->rows[i], MGM_A_INTERFACE_IFINDEX,
				 MGM_A_INTERFACE_NEXTHOP4);
		want = in.ifindex && !leads_back(in, place) &&
		       !vetoed(mfe, place) &&
		       forwards(world, rows, &interfaces->rows[i], mfe);
		n += want;
		if (want == outgoing(mfe, place))
			continue;
		snprintf(why, size, "(%s,%s) from %u %s %s leave on %u %s",
			 ip4(mfe->v[MGM_A_MFE_SOURCE4]),
			 ip4(mfe->v[MGM_A_MFE_GROUP4]), in.ifindex,
			 ip4(in.nexthop), want ? "does not" : "should not",
			 place.ifindex, ip4(place.nexthop));
		return false;
	}
	if (n == mfe->n_oifs && n == mfe->v[MGM_A_MFE_OIF_COUNT])
		return true;
	snprintf(why, size,
		 "(%s,%s) has %u outgoing interfaces, says it has %llu, and should have %u",
		 ip4(mfe->v[MGM_A_MFE_SOURCE4]), ip4(mfe->v[MGM_A_MFE_GROUP4]),
		 mfe->n_oifs, mfe->v[MGM_A_MFE_OIF_COUNT], n);
	return false;
}

/* The way in is the routes', unless a protocol has set another. */
static bool way_in_right(const struct object *mfe,
			 const struct table *interfaces, char *why, size_t size)
{
	struct place in = place_of(mfe, MGM_A_MFE_IIF, MGM_A_MFE_IIF_NEXTHOP4);
	int way = rtnl_way_to(ip4(mfe->v[MGM_A_MFE_SOURCE4]));
	const struct object *interface = find_interface(interfaces, in);
	struct place plain = { .ifindex = way };

	if (mfe->v[MGM_A_MFE_FLAGS] & MGM_MFE_F_NO_RPF) {
		if (way < 0 || !find_interface(interfaces, plain))
			return true;
	} else if (interface &&
		   (interface->v[MGM_A_INTERFACE_OWNER_HANDLE] ?:
		    mfe->v[MGM_A_MFE_OWNER_HANDLE]) ==
		   mfe->v[MGM_A_MFE_OWNER_HANDLE]) {
		if (mfe->v[MGM_A_MFE_FLAGS] & MGM_MFE_F_RPF_SET ||
		    way == (int)in.ifindex)
			return true;
	}
	snprintf(why, size,
		 "(%s,%s), flags %llu, comes in on %u %s, owner %llu, the route leads to %d",
		 ip4(mfe->v[MGM_A_MFE_SOURCE4]), ip4(mfe->v[MGM_A_MFE_GROUP4]),
		 mfe->v[MGM_A_MFE_FLAGS], in.ifindex, ip4(in.nexthop),
		 mfe->v[MGM_A_MFE_OWNER_HANDLE], way);
	return false;
}

/* Are all entries as they should be? If not, @why says which is not. */
bool flows_right(struct world *world, const struct table *mfes,
		 const struct table *interfaces, const struct table *rows,
		 char *why, size_t size)
{
	const struct object *mfe;
	unsigned int i;

	for (i = 0; i < mfes->n; i++) {
		mfe = &mfes->rows[i];
		if (mfe->v[MGM_A_MFE_FLAGS] & MGM_MFE_F_HELD) {
			snprintf(why, size, "(%s,%s) is still held",
				 ip4(mfe->v[MGM_A_MFE_SOURCE4]),
				 ip4(mfe->v[MGM_A_MFE_GROUP4]));
			return false;
		}
		if (!way_in_right(mfe, interfaces, why, size) ||
		    !oifs_right(world, mfe, interfaces, rows, why, size))
			return false;
	}
	return true;
}
