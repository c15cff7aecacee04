// SPDX-License-Identifier: GPL-2.0
/*
 * Worlds: network namespaces, with wires that hang on the router's devices.
 *
 *	10.0.I.2 ---- wI-... ===== rI-... 10.0.I.1 [ router ]
 *
 * Both ends are in the same namespace; only the router's is an interface of MGM's,
 * and what is put on the wire's end comes in there. A device that was made anew has
 * another name and another ifindex.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>
#include "../igmp_nl.h"
#include "../rtnl.h"
#include "storm.h"

const char *ip4(__be32 addr)
{
	static __thread char texts[8][INET_ADDRSTRLEN];
	static __thread unsigned int next;

	return inet_ntop(AF_INET, &addr, texts[next++ % 8], INET_ADDRSTRLEN);
}

/* So many have been made. */
static atomic_uint devices;

/* Make the device of a slot; 0 or -errno. */
int slot_make(struct world *world, unsigned int i)
{
	struct slot *slot = &world->slots[i];
	unsigned int n = ++devices;
	int ifindex, err;

	snprintf(slot->name, sizeof(slot->name), "r%u-%u", i, n);
	snprintf(slot->wire, sizeof(slot->wire), "w%u-%u", i, n);
	ifindex = rtnl_veth(slot->name, slot->wire);
	if (ifindex < 0)
		return ifindex;
	err = rtnl_address(ifindex, mgm_fmt("10.0.%u.1", i), 24);
	if (err)
		return err;
	slot->wire_ifindex = if_nametoindex(slot->wire);
	slot->ifindex = ifindex;
	return 0;
}

/* Leaves the caller in the new namespace; 0 or -errno. */
int world_make(struct world *world, unsigned int number)
{
	unsigned int i;
	int err;

	memset(world, 0, sizeof(*world));
	world->number = number;
	if (unshare(CLONE_NEWNET))
		return -errno;
	world->ns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (world->ns < 0)
		return -errno;
	err = rtnl_up(if_nametoindex("lo"), true) ?: mgm_nl_open(&world->nl) ?:
	      igmp_open(&world->igmp);
	for (i = 0; !err && i < SLOTS; i++)
		err = slot_make(world, i);
	return err;
}

void world_enter(const struct world *world)
{
	if (setns(world->ns, CLONE_NEWNET))
		broken("a thread cannot enter a namespace: %m");
}

void world_end(struct world *world)
{
	mgm_nl_close(&world->nl);
	mgm_nl_close(&world->igmp);
	close(world->ns);
}

/* Mostly one that is there. */
__u32 any_device(struct actor *actor)
{
	return actor->world->slots[below(actor, SLOTS)].ifindex ?: 1000000;
}

struct place any_place(struct actor *actor)
{
	unsigned int i = below(actor, SLOTS);
	struct place place = {};

	place.ifindex = actor->world->slots[i].ifindex ?: 1000000;
	if (chance(actor, 15))
		place.nexthop = htonl(0x0a000002 + (i << 8) + below(actor, 2));
	return place;
}

__be32 any_group(struct actor *actor)
{
	return htonl(0xef460001 + below(actor, GROUPS));
}

/* 10.0.I.2 on the links, 10.9.K.5 far away. */
__be32 any_source(struct actor *actor)
{
	unsigned int i = below(actor, SLOTS + FAR_SOURCES);

	if (i < SLOTS)
		return htonl(0x0a000002 + (i << 8));
	return htonl(0x0a090005 + ((i - SLOTS) << 8));
}
