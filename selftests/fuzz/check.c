// SPDX-License-Identifier: GPL-2.0
/*
 * Whether what is in the kernel makes sense, and in the end, whether anything is left.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include "state.h"

/* A debugging kernel in an emulated machine takes its time. */
#define PATIENCE_S	60

__u32 monitor_group;

static __u32 defaults[LIMITS];

static int group_cb(const struct nlattr *group, void *data)
{
	const struct nlattr *attr;

	(void)data;
	mnl_attr_for_each_nested(attr, group)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			monitor_group = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	__u16 *id = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*id = mnl_attr_get_u16(attr);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_parse_nested(attr, group_cb, NULL);
	}
	return MNL_CB_OK;
}

static int find_families(void)
{
	struct request req;
	int family, err;

	for (family = 0; family < FAMILIES; family++) {
		state_request(&req, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
		mnl_attr_put_strz(&req.nlh, CTRL_ATTR_FAMILY_NAME,
				  fuzz_families[family].name);
		err = state_talk(0, &req, family_cb, &family_ids[family]);
		if (err)
			return err;
	}
	return 0;
}

/* 0 or -errno */
int check_make(void)
{
	int ns, err;

	for (ns = 0; ns < NAMESPACES; ns++) {
		world_enter(ns);
		err = state_open(ns);
		if (err)
			return err;
	}
	err = find_families();
	if (err)
		return err;
	state_read(0);
	memcpy(defaults, state.values, sizeof(defaults));
	return 0;
}

/* A request with one or two numbers, which has to succeed. */
static int demand(int ns, int family, __u8 cmd, __u16 type, __u32 value,
		  __u16 type2, __u32 value2, __u32 nexthop)
{
	struct request req;

	state_request(&req, family_ids[family], cmd, NLM_F_ACK);
	mnl_attr_put_u32(&req.nlh, type, value);
	if (type2)
		mnl_attr_put_u32(&req.nlh, type2, value2);
	if (nexthop)
		mnl_attr_put_u32(&req.nlh, MGM_A_INTERFACE_NEXTHOP4, nexthop);
	return state_talk(ns, &req, NULL, NULL);
}

/* What the fuzzer has set too low for anything to succeed is as it was. */
static void restore_limits(int ns)
{
	unsigned int i;

	for (i = 0; i < LIMITS; i++)
		if (demand(ns, 0, MGM_CMD_LIMIT_SET, MGM_A_LIMIT_ID, i,
			   MGM_A_LIMIT_VALUE, defaults[i], 0))
			complain("limit %u cannot be set", i);
}

/*
 * Tables are read one after the other, and change by themselves: what is wrong is what
 * stays wrong.
 */
static bool wait_until(int ns, bool (*good)(int ns))
{
	time_t end = time(NULL) + PATIENCE_S;

	while (!good(ns)) {
		if (time(NULL) > end)
			return false;
		usleep(10000);
	}
	return true;
}

static bool makes_sense(int ns)
{
	state_read(ns);
	return !state.problem[0];
}

bool check_state(void)
{
	bool good = true;
	int ns;

	endpoints_drain();
	for (ns = 0; ns < NAMESPACES; ns++) {
		if (!wait_until(ns, makes_sense)) {
			complain("namespace %d: %s", ns, state.problem);
			good = false;
		}
		restore_limits(ns);
	}
	return good;
}

/* What outlives its socket has to be told to go. */
static void release_all(int ns)
{
	unsigned int i;

	for (i = 0; i < state.n_interfaces; i++) {
		const struct interface *ifc = &state.interfaces[i];

		if (ifc->owner)
			demand(ns, 0, MGM_CMD_INTERFACE_RELEASE,
			       MGM_A_INTERFACE_HANDLE, ifc->owner,
			       MGM_A_INTERFACE_IFINDEX, ifc->ifindex,
			       ifc->nexthop);
	}
	for (i = 0; i < state.n_protocols; i++)
		if (state.protocols[i].flags & MGM_PROTOCOL_F_PERSIST)
			demand(ns, 0, MGM_CMD_PROTOCOL_DEREGISTER,
			       MGM_A_PROTOCOL_HANDLE, state.protocols[i].handle,
			       0, 0, 0);
	if (state.n_igmp)
		demand(ns, 1, MGM_IGMP_CMD_INTERFACE_DISABLE,
		       MGM_IGMP_A_INTERFACE_IFINDEX, state.igmp, 0, 0, 0);
}

static bool is_empty(int ns)
{
	unsigned int i;

	state_read(ns);
	release_all(ns);
	for (i = 0; i < LIMITS; i++)
		if (state.used[i])
			return false;
	return !state.n_protocols && !state.n_interfaces &&
	       !state.n_memberships && !state.n_mfes && !state.n_igmp;
}

/* All sockets are closed: is nothing left but what is to outlive them? */
bool check_clean(void)
{
	unsigned int i;
	bool good = true;
	int ns;

	for (ns = 0; ns < NAMESPACES; ns++) {
		state_read(ns);
		for (i = 0; i < state.n_protocols; i++)
			if (!(state.protocols[i].flags &
			      (MGM_PROTOCOL_F_PERSIST | MGM_PROTOCOL_F_KERNEL))) {
				complain("namespace %d: protocol %u outlives its socket",
					 ns, state.protocols[i].handle);
				good = false;
			}
		if (wait_until(ns, is_empty))
			continue;
		complain("namespace %d: left are %u protocols, %u interfaces",
			 ns, state.n_protocols, state.n_interfaces);
		complain("%u memberships, %u entries, IGMP on %u interfaces",
			 state.n_memberships, state.n_mfes, state.n_igmp);
		good = false;
	}
	return good;
}
