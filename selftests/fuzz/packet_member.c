// SPDX-License-Identifier: GPL-2.0
/*
 * Who wants what, where: two protocols own links and say which groups are wanted
 * there, and change their mind; on some links IGMP is enabled. They come with each
 * epoch, and are gone with it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "../igmp_nl.h"
#include "packet.h"

#define FIRST_CHANGES	10
#define ENTRIES		65536

/* What is wanted on a link. */
struct want {
	bool all;
	bool group[GROUPS];
	int source[GROUPS];	/* the first host of this link less 1; 0: of none */
};

/* A change is made while packets are on their way: before it, and since. */
static struct want before[LINKS], now[LINKS];
static struct mgm_nl sockets[PROTOCOLS], igmp;
static __u32 handles[PROTOCOLS];

static struct mgm_nl *socket_of(int link)
{
	return &sockets[links[link].owner];
}

static bool may_fail(int err, const struct mgm_nl *nl, const char *what, int link)
{
	if (err)
		complain("%s on %s: %s: %s", what, links[link].name, strerror(-err),
			 nl->msg);
	return !err;
}

/* Memberships */

/* Alerts that nobody has read would be in the way of the answer. */
static void forget_alerts(struct mgm_nl *nl)
{
	static char room[65536];

	while (recv(mnl_socket_get_fd(nl->sk), room, sizeof(room), MSG_DONTWAIT) > 0)
		;
}

/* Source and group are 0 for all of them. */
static void set(int link, __be32 source, __be32 group, bool wanted)
{
	struct mgm_nl *nl = socket_of(link);
	struct mgm_nl_attr attrs[] = {
		U32(MGM_A_MEMBERSHIP_HANDLE, handles[links[link].owner]),
		U32(MGM_A_MEMBERSHIP_IFINDEX, links[link].ifindex),
		U32(MGM_A_MEMBERSHIP_GROUP4, group),
		U32(MGM_A_MEMBERSHIP_SOURCE4, source),
		U32(wanted ? MGM_A_MEMBERSHIP_FLAGS : 0, 1 + chance_below(3)),
		{}
	};
	__u8 cmd = wanted ? MGM_CMD_MEMBERSHIP_ADD : MGM_CMD_MEMBERSHIP_DEL;

	forget_alerts(nl);
	may_fail(mgm_nl_call(nl, cmd, NLM_F_ACK, NULL, NULL, attrs), nl,
		 wanted ? "a membership" : "a membership's end", link);
}

static void set_source(int link, int g, int source)
{
	struct want *want = &now[link];
	__be32 group = htonl(fuzz_groups[g]);

	if (want->source[g])
		set(link, link_host(want->source[g] - 1, 2), group, false);
	want->source[g] = source;
	if (source)
		set(link, link_host(source - 1, 2), group, true);
}

/* One thing more is wanted, or less. */
static void change(int link)
{
	struct want *want = &now[link];
	int g = chance_below(GROUPS);

	if (chance_of(want->all ? 30 : 2)) {
		want->all = !want->all;
		set(link, 0, 0, want->all);
	} else if (chance_of(20)) {
		set_source(link, g, want->source[g] ? 0 : 1 + chance_below(LINKS));
	} else {
		want->group[g] = !want->group[g];
		set(link, 0, htonl(fuzz_groups[g]), want->group[g]);
	}
}

static void change_all(unsigned int n)
{
	unsigned int i;
	int link;

	for (link = 0; link < LINKS; link++)
		for (i = 0; links[link].owner != NOBODY && i < n; i++)
			change(link);
}

/*
 * Once in a round, and one thing on a link: what was wanted before may still be on its
 * way, but nothing that was wanted only in between.
 */
void members_change(void)
{
	chance_begin(fuzz_seed, fuzz_step, PART_ROUND);
	change_all(chance_of(75));
}

/* Nothing is on its way any more. */
void members_settle(void)
{
	memcpy(before, now, sizeof(before));
}

/* Everything is wanted on all links. */
void members_want_all(void)
{
	int link;

	for (link = 0; link < LINKS; link++)
		if (links[link].owner != NOBODY && !now[link].all) {
			now[link].all = true;
			set(link, 0, 0, true);
		}
	members_settle();
}

static bool wants(const struct want *want, __be32 source, __be32 group)
{
	unsigned int g;

	if (want->all)
		return true;
	for (g = 0; g < GROUPS; g++)
		if (htonl(fuzz_groups[g]) == group)
			return want->group[g] ||
			       (want->source[g] &&
				source == link_host(want->source[g] - 1, 2));
	return false;
}

bool members_may(int link, __be32 source, __be32 group)
{
	return wants(&before[link], source, group) ||
	       wants(&now[link], source, group);
}

bool members_must(int link, __be32 source, __be32 group)
{
	return wants(&before[link], source, group) &&
	       wants(&now[link], source, group);
}

/* The beginning and the end */

/* The first one is told of what others do; answers are never waited for. */
static int begin_protocol(int p)
{
	struct mgm_nl *nl = &sockets[p];
	int err, link;

	err = mgm_nl_open(nl) ?: mgm_nl_register(nl, 200 + p, 0);
	if (err)
		return err;
	handles[p] = nl->handle;
	for (link = 0; link < LINKS; link++) {
		if (links[link].owner != p)
			continue;
		err = mgm_nl_take(nl, nl->handle, links[link].ifindex) ?:
		      CALL(nl, MGM_CMD_INTERFACE_SET,
			   U32(MGM_A_INTERFACE_HANDLE, nl->handle),
			   U32(MGM_A_INTERFACE_IFINDEX, links[link].ifindex),
			   U32(MGM_A_INTERFACE_TTL_THRESHOLD,
			       links[link].threshold));
		if (err)
			return err;
	}
	return 0;
}

/* Its settings are others each time; no time is up before the round is over. */
static int begin_igmp(int link)
{
	igmp_needs_router_alert[link] = chance_of(70);
	return SETTINGS(&igmp, ENABLE, links[link].ifindex,
			U32(IF(VERSION), chance_of(70) ? 3 : 1 + chance_below(3)),
			U32(IF(QUERY_INTERVAL), 1200000),
			U32(IF(QUERY_RESPONSE_INTERVAL), 1000000),
			U32(IF(STARTUP_QUERY_INTERVAL), 10000),
			U32(IF(IMMEDIATE_LEAVE), chance_of(20)),
			U32(IF(ROUTER_ALERT), igmp_needs_router_alert[link]),
			U32(IF(GROUPS_MAX), chance_of(70) ? 512 : 20),
			U32(IF(SOURCES_MAX), chance_of(70) ? 64 : 5),
			U32(IF(RATE_MAX), 1000000000));
}

/* In some epochs there is room for few entries, and for few packets that wait. */
static int set_bounds(void)
{
	bool low = chance_of(25);
	struct mgm_nl *nl = &sockets[0];

	return CALL(nl, MGM_CMD_LIMIT_SET, U32(MGM_A_LIMIT_ID, MGM_LIMIT_MFES),
		    U32(MGM_A_LIMIT_VALUE, low ? 300 : ENTRIES)) ?:
	       CALL(nl, MGM_CMD_LIMIT_SET,
		    U32(MGM_A_LIMIT_ID, MGM_LIMIT_PENDING_FLOW_PACKETS),
		    U32(MGM_A_LIMIT_VALUE, low ? 1 : 64));
}

int members_begin(void)
{
	int err, p, link;

	chance_begin(fuzz_seed, fuzz_step, PART_EPOCH);
	memset(now, 0, sizeof(now));
	for (p = 0; p < PROTOCOLS; p++) {
		err = begin_protocol(p);
		if (err)
			return err;
	}
	err = set_bounds() ?: igmp_open(&igmp);
	for (link = 0; !err && link < LINKS; link++)
		if (links[link].igmp)
			err = begin_igmp(link);
	if (err)
		return err;
	change_all(FIRST_CHANGES);
	members_settle();
	return 0;
}

/* By the book, or by dying. */
static int end_protocol(int p)
{
	struct mgm_nl *nl = &sockets[p];
	int err = 0, link;

	forget_alerts(nl);
	for (link = 0; p && !err && link < LINKS; link++)
		if (links[link].owner == p)
			err = mgm_nl_release(nl, handles[p], links[link].ifindex);
	if (p && !err)
		err = mgm_nl_deregister(nl, handles[p]);
	mgm_nl_close(nl);
	return err;
}

int members_end(void)
{
	int err = 0, p, link;

	for (link = 0; !err && link < LINKS; link++)
		if (links[link].igmp)
			err = igmp_disable(&igmp, links[link].ifindex);
	mgm_nl_close(&igmp);
	for (p = 0; p < PROTOCOLS; p++)
		err = end_protocol(p) ?: err;
	return err;
}
