// SPDX-License-Identifier: GPL-2.0
/*
 * How much of what there was, so that one sees that nothing has been left out: why
 * packets were dropped, how messages of IGMP were taken, who sent what.
 */
#include <stdio.h>
#include "packet.h"

#define DROP(_name)	MGM_A_DROP_##_name
#define STAT(_name)	MGM_IGMP_A_STATS_##_name

static const char * const drop_names[] = {
	[DROP(WRONG_IF)] = "wrong_if",
	[DROP(NO_RPF)] = "no_rpf",
	[DROP(NEGATIVE)] = "negative",
	[DROP(TTL_EXPIRED)] = "ttl_expired",
	[DROP(BAD_SOURCE)] = "bad_source",
	[DROP(QUEUE_FULL)] = "queue_full",
	[DROP(NO_MFE)] = "no_mfe",
	[DROP(NO_MEMORY)] = "no_memory",
	[DROP(TTL_THRESHOLD)] = "ttl_threshold",
	[DROP(FRAG_NEEDED)] = "frag_needed",
	[DROP(NO_ROUTE)] = "no_route",
	[DROP(OPTION)] = "option",
};

static const char * const stat_names[] = {
	[STAT(JOINS)] = "joins",
	[STAT(WRONG_VERSION_QUERIES)] = "wrong_version_queries",
	[STAT(IN_QUERIES)] = "in_queries",
	[STAT(IN_V1_REPORTS)] = "in_v1_reports",
	[STAT(IN_V2_REPORTS)] = "in_v2_reports",
	[STAT(IN_V3_REPORTS)] = "in_v3_reports",
	[STAT(IN_LEAVES)] = "in_leaves",
	[STAT(OUT_GENERAL_QUERIES)] = "out_general_queries",
	[STAT(OUT_GROUP_QUERIES)] = "out_group_queries",
	[STAT(OUT_SOURCE_QUERIES)] = "out_source_queries",
	[STAT(OUT_ERRORS)] = "out_errors",
	[STAT(IN_MALFORMED)] = "in_malformed",
	[STAT(IN_UNKNOWN_TYPE)] = "in_unknown_type",
	[STAT(IN_BAD_TTL)] = "in_bad_ttl",
	[STAT(IN_NO_ROUTER_ALERT)] = "in_no_router_alert",
	[STAT(IN_BAD_SOURCE)] = "in_bad_source",
	[STAT(IN_BAD_GROUP)] = "in_bad_group",
	[STAT(IN_IGNORED)] = "in_ignored",
	[STAT(RATE_EXCEEDED)] = "rate_exceeded",
	[STAT(GROUPS_EXCEEDED)] = "groups_exceeded",
	[STAT(SOURCES_EXCEEDED)] = "sources_exceeded",
	[STAT(NO_MEMORY)] = "no_memory",
	[STAT(NOT_REPORTED)] = "not_reported",
};

enum {
	OF_HOSTS, OF_RAW_SOCKETS, OF_SOCKETS, OF_OFFLOADS, REFUSED, ROUTED, EXACT,
	OF_IGMP, KINDS,
};

static const char * const kind_names[KINDS] = {
	"host", "raw", "socket", "offload", "unsent", "routed", "exact", "igmp",
};

static unsigned long long drops[ARRAY_SIZE(drop_names)];
static unsigned long long stats[ARRAY_SIZE(stat_names)];
static unsigned long long kinds[KINDS];
static __u64 digest;

/* What was made, of all packets so far, as one number. */
static void add_digest(const __u8 *data, unsigned int len)
{
	while (len--)
		digest = (digest ^ *data++) * 0x100000001b3ULL;
}

void tally_packet(const struct sent *sent)
{
	kinds[OF_HOSTS] += sent->how == BY_HOST && !sent->offload;
	kinds[OF_RAW_SOCKETS] += sent->how == BY_RAW_SOCKET;
	kinds[OF_SOCKETS] += sent->how == BY_SOCKET;
	kinds[OF_OFFLOADS] += sent->offload;
	kinds[ROUTED] += sent->verdict.routed;
	kinds[EXACT] += sent->verdict.exact;
	kinds[OF_IGMP] += !!sent->verdict.igmp;
	add_digest(sent->data, sent->len);
	add_digest(sent->extra, sent->extra_len);
}

/* The sender's kernel did not want to send it. */
void tally_refused(void)
{
	kinds[REFUSED]++;
}

/* What a link's counters are at the end of an epoch. */
void tally_link(const __u64 *drop, const __u64 *stat)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(drops); i++)
		drops[i] += drop[i];
	for (i = 0; i < ARRAY_SIZE(stats); i++)
		stats[i] += stat[i];
}

static void print(const char *what, const char * const *names,
		  const unsigned long long *values, unsigned int n)
{
	unsigned int i;

	printf("%s", what);
	for (i = 0; i < n; i++)
		if (names[i])
			printf(" %s:%llu", names[i], values[i]);
	printf("\n");
}

void tally_print(void)
{
	print("sent", kind_names, kinds, KINDS);
	print("dropped", drop_names, drops, ARRAY_SIZE(drops));
	print("igmp", stat_names, stats, ARRAY_SIZE(stats));
	printf("digest %016llx\n", (unsigned long long)digest);
}
