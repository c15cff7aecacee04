/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What faults are tried on: a network namespace with a router in it, and what of it
 * can be read, as text.
 *
 *	wire -- lan [router] out	a flow goes from lan to out and far
 *			     far
 *			     spare	nobody has it but IGMP
 *			     idle	nobody has it
 */
#ifndef FAULT_WORLD_H
#define FAULT_WORLD_H

#include "fault.h"
#include "igmp_nl.h"

#define SOURCE		"10.0.0.2"
#define FLOW		"239.1.1.1"

/* What requests name, in the order of the world's numbers. */
enum thing {
	NOTHING, HANDLE, KERNEL, NEW, LAN, OUT, FAR, SPARE, IDLE, THINGS
};

/**
 * struct world - a router, and sockets to it
 * @nl: of a protocol that is bound to it and told what others do
 * @reader: reads the tables
 * @monitor: hears of changes
 * @igmp: of IGMP's family
 * @file: where the protocols in the kernel are told what to do
 * @wire: ifindex of where packets come from
 * @things: handles and ifindexes. KERNEL is a protocol in the kernel that is told
 *	everything; NEW is the one with the id NEW_ID, if there is one
 */
struct world {
	struct mgm_nl nl;
	struct mgm_nl reader;
	struct mgm_nl monitor;
	struct mgm_nl igmp;
	int file;
	int wire;
	__u32 things[THINGS];
};

/**
 * struct heard - what a monitor was told
 * @changes: notifications of changes
 * @gap: it learnt that it missed something
 */
struct heard {
	unsigned int changes;
	bool gap;
};

/* The protocol that comes and goes. */
#define NEW_ID		20

int world_make(struct world *w, bool kernel_first);
void world_end(struct world *w);

char *world_state(struct world *w);
bool world_is(struct world *w, const char *state);
bool world_comes_to(struct world *w, const char *state);
void world_drain(struct mgm_nl *nl);
struct heard world_heard(struct world *w);
int world_packet(struct world *w);
int world_tell(struct world *w, const char *line);

#endif
