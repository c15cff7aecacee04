// SPDX-License-Identifier: GPL-2.0
/*
 * The groups that IGMP should know after a round: those that a good report has asked
 * for and nothing has spoken against; and that it may know: those that it knew before,
 * or that a good report has named.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "packet.h"

#define TABLE		4096

enum { IS_IN = 1, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK };

struct group {
	__be32 addr;		/* 0: none */
	bool known;		/* after the last round */
	bool named;		/* in this one */
	bool asked;		/* and all of it: it has to be there after it */
	bool seen;		/* and is */
};

static struct group table[LINKS][TABLE];
static unsigned int n_groups[LINKS];

static struct group *find(int link, __be32 addr, bool create)
{
	unsigned int i = ntohl(addr) * 2654435761u >> 20;
	struct group *group;

	for (;; i++) {
		group = &table[link][i % TABLE];
		if (group->addr == addr)
			return group;
		if (!group->addr)
			break;
	}
	/* One is left over, so that the search ends. */
	if (!create || n_groups[link] == TABLE - 1)
		return NULL;
	n_groups[link]++;
	group->addr = addr;
	return group;
}

void groups_forget(void)
{
	memset(table, 0, sizeof(table));
	memset(n_groups, 0, sizeof(n_groups));
}

/* It may be there now. */
static void named(int link, __be32 addr)
{
	struct group *group;

	if (!is_routed_group(addr))
		return;
	group = find(link, addr, true);
	if (group)
		group->named = true;
}

/* All of it is wanted. Of some sources one could not say: there may be no room. */
static void asked(int link, __be32 addr)
{
	struct group *group;

	named(link, addr);
	group = find(link, addr, false);
	if (group && group->named)
		group->asked = true;
}

/* Something that may end it. */
static void spoken_against(int link, __be32 addr)
{
	struct group *group = find(link, addr, false);

	if (group)
		group->asked = false;
}

static void take_record(int link, const __u8 *record, unsigned int n)
{
	__be32 addr;

	memcpy(&addr, record + 4, sizeof(addr));
	switch (record[0]) {
	case IS_EX:
	case TO_EX:
		asked(link, addr);
		break;
	case IS_IN:
	case ALLOW:
		if (n)
			named(link, addr);
		break;
	case TO_IN:
		if (n)
			named(link, addr);
		spoken_against(link, addr);
		break;
	case BLOCK:
		spoken_against(link, addr);
		break;
	}
}

static void take_v3(int link, const __u8 *m)
{
	unsigned int left = m[6] << 8 | m[7], n;

	for (m += 8; left--; m += 8 + (n + m[1]) * 4) {
		n = m[2] << 8 | m[3];
		take_record(link, m, n);
	}
}

/* A message has gone out. */
void groups_message(const struct sent *sent)
{
	const struct iphdr *ip = IP_OF(sent->data);
	const __u8 *m = (const __u8 *)ip + ip->ihl * 4;
	__be32 addr;

	memcpy(&addr, m + 4, sizeof(addr));
	switch (sent->verdict.igmp) {
	case MGM_IGMP_A_STATS_IN_V1_REPORTS:
	case MGM_IGMP_A_STATS_IN_V2_REPORTS:
		asked(sent->link, addr);
		break;
	case MGM_IGMP_A_STATS_IN_LEAVES:
	case MGM_IGMP_A_STATS_IN_QUERIES:
		spoken_against(sent->link, addr);
		break;
	case MGM_IGMP_A_STATS_IN_V3_REPORTS:
		take_v3(sent->link, m);
		break;
	default:
		break;
	}
}

bool groups_may(int link, __be32 addr)
{
	const struct group *group = find(link, addr, false);

	return n_groups[link] == TABLE - 1 ||
	       (group && (group->known || group->named));
}

/* The kernel knows this one. */
void groups_seen(int link, __be32 addr)
{
	struct group *group = find(link, addr, true);

	if (!group)
		return;
	if (!group->known && !group->named)
		complain("IGMP knows %s on %s, which nobody has named",
			 inet_ntoa((struct in_addr){ addr }), links[link].name);
	group->seen = true;
}

/* The kernel has said all, and the round is over. @full: some had no room. */
void groups_compare(bool full)
{
	__be32 seen[TABLE];
	unsigned int i, n;
	int link;

	for (link = 0; link < LINKS; link++) {
		for (i = 0, n = 0; i < TABLE; i++) {
			const struct group *group = &table[link][i];

			if (group->seen)
				seen[n++] = group->addr;
			else if (group->asked && !full)
				complain("IGMP does not know %s on %s",
					 inet_ntoa((struct in_addr){ group->addr }),
					 links[link].name);
		}
		memset(table[link], 0, sizeof(table[link]));
		for (n_groups[link] = 0; n--;)
			find(link, seen[n], true)->known = true;
	}
}
