/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is in the kernel, one namespace at a time, as its tables show it.
 */
#ifndef STATE_H
#define STATE_H

#include <libmnl/libmnl.h>
#include <linux/mgm.h>
#include <linux/mgm_igmp.h>
#include "fuzz.h"

#define ROWS_MAX	4096
#define LIMITS		(MGM_LIMIT_MAX + 1)

/* What each is told to have, and what of it has been found. */
struct protocol {
	__u32 handle;
	__u32 flags;
	__u32 interfaces;
	__u32 memberships;
	__u32 found_interfaces;
	__u32 found_memberships;
};

struct interface {
	__u32 ifindex;
	__u32 nexthop;
	__u32 flags;
	__u32 owner;
	__u32 memberships;
	__u32 in;
	__u32 out;
	__u32 found_memberships;
	__u32 found_in;
	__u32 found_out;
};

/*
 * struct state - all of one namespace
 * @n_igmp: interfaces that IGMP is enabled on, as IGMP sees it
 * @igmp: the first of them
 * @used: of each bound
 * @values: of each bound
 * @problem: the first thing that is wrong; empty if nothing
 */
struct state {
	struct protocol protocols[ROWS_MAX];
	unsigned int n_protocols;
	struct interface interfaces[ROWS_MAX];
	unsigned int n_interfaces;
	unsigned int n_memberships;
	unsigned int n_mfes;
	unsigned int n_oifs;
	unsigned int n_igmp;
	__u32 igmp;
	__u32 used[LIMITS];
	__u32 values[LIMITS];
	char problem[128];
};

extern struct state state;

struct request {
	union {
		struct nlmsghdr nlh;
		char room[256];
	};
};

int state_open(int ns);
void state_request(struct request *req, __u16 type, __u8 cmd, __u16 flags);
int state_talk(int ns, struct request *req, mnl_cb_t cb, void *data);
void state_read(int ns);

#endif
