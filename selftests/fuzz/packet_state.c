// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel says when all is at rest: its counters, against what was sent and
 * heard; its tables, against who wants what; and in the end, that nothing is left.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include "../igmp_nl.h"
#include "packet.h"

/* A debugging kernel in an emulated machine takes its time. */
#define PATIENCE_S	(falsify ? 2 : 30)

#define DROP(_name)	MGM_A_DROP_##_name
#define STAT(_name)	MGM_IGMP_A_STATS_##_name

static struct mgm_nl mgm, igmp;

static struct state {
	unsigned int interfaces;
	__u64 in[LINKS];
	__u64 out[LINKS];
	__u64 drops[LINKS][MGM_A_DROP_MAX + 1];
	__u64 stats[LINKS][MGM_IGMP_A_STATS_MAX + 1];
	__u32 used[MGM_LIMIT_MAX + 1];
} state, before;

/* How much has found no room so far in this epoch. */
static __u64 lost_before;
static bool full;

static int link_of(__u32 ifindex)
{
	int link;

	for (link = 0; link < LINKS; link++)
		if (links[link].ifindex == (int)ifindex)
			return link;
	return NOWHERE;
}

/* Reading */

static void dump(struct mgm_nl *nl, __u8 cmd, mnl_cb_t cb)
{
	int err = mgm_nl_call(nl, cmd, NLM_F_DUMP, cb, NULL, NULL);

	if (err)
		complain("a table cannot be read: %s: %s", strerror(-err), nl->msg);
}

static void numbers(const struct nlmsghdr *nlh, __u64 *values, unsigned int n)
{
	const struct nlattr *attr;

	memset(values, 0, n * sizeof(*values));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) < n)
			values[mnl_attr_get_type(attr)] = mgm_nl_number(attr);
}

static void nested_numbers(const struct nlmsghdr *nlh, unsigned int type,
			   __u64 *values, unsigned int n)
{
	const struct nlattr *attr, *nested;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != type)
			continue;
		mnl_attr_for_each_nested(nested, attr)
			if (mnl_attr_get_type(nested) < n)
				values[mnl_attr_get_type(nested)] = mgm_nl_number(nested);
	}
}

static int interface_cb(const struct nlmsghdr *nlh, void *data)
{
	__u64 a[MGM_A_INTERFACE_MAX + 1];
	int link;

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	state.interfaces++;
	link = link_of(a[MGM_A_INTERFACE_IFINDEX]);
	if (link == NOWHERE)
		return MNL_CB_OK;
	state.in[link] = a[MGM_A_INTERFACE_IN_PACKETS];
	state.out[link] = a[MGM_A_INTERFACE_OUT_PACKETS];
	nested_numbers(nlh, MGM_A_INTERFACE_DROPS, state.drops[link],
		       ARRAY_SIZE(state.drops[link]));
	return MNL_CB_OK;
}

static int limit_cb(const struct nlmsghdr *nlh, void *data)
{
	__u64 a[MGM_A_LIMIT_MAX + 1];

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	if (a[MGM_A_LIMIT_ID] <= MGM_LIMIT_MAX)
		state.used[a[MGM_A_LIMIT_ID]] = a[MGM_A_LIMIT_USED];
	if (a[MGM_A_LIMIT_USED] > a[MGM_A_LIMIT_VALUE])
		complain("of bound %llu, %llu of %llu are used",
			 (unsigned long long)a[MGM_A_LIMIT_ID],
			 (unsigned long long)a[MGM_A_LIMIT_USED],
			 (unsigned long long)a[MGM_A_LIMIT_VALUE]);
	return MNL_CB_OK;
}

static int igmp_cb(const struct nlmsghdr *nlh, void *data)
{
	__u64 a[IF(MAX) + 1];
	int link;

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	link = link_of(a[IF(IFINDEX)]);
	if (link == NOWHERE)
		return MNL_CB_OK;
	nested_numbers(nlh, IF(STATS), state.stats[link],
		       ARRAY_SIZE(state.stats[link]));
	if (a[IF(GROUPS)] > a[IF(GROUPS_MAX)])
		complain("IGMP has more groups than it may on %s", links[link].name);
	return MNL_CB_OK;
}

static void read_state(void)
{
	memset(&state, 0, sizeof(state));
	dump(&mgm, MGM_CMD_LIMIT_GET, limit_cb);
	dump(&mgm, MGM_CMD_INTERFACE_GET, interface_cb);
	dump(&igmp, GET, igmp_cb);
}

/* Against what was expected */

static bool same(bool tell, int link, const char *what, __u64 *expect, __u64 is)
{
	if (*expect == is)
		return true;
	if (tell) {
		complain("%s: %s: %llu instead of %llu", links[link].name, what,
			 (unsigned long long)is, (unsigned long long)*expect);
		*expect = is;
	}
	return false;
}

static __u64 no_room(void)
{
	__u64 sum = 0;
	int link;

	for (link = 0; link < LINKS; link++)
		sum += state.drops[link][DROP(QUEUE_FULL)] +
		       state.drops[link][DROP(NO_MFE)] +
		       state.drops[link][DROP(NO_MEMORY)];
	return sum;
}

static bool compare_link(bool tell, int link)
{
	const __u64 *drops = state.drops[link];
	__u64 came = state.in[link] + drops[DROP(WRONG_IF)] +
		     drops[DROP(NO_RPF)] + drops[DROP(TTL_EXPIRED)] +
		     drops[DROP(BAD_SOURCE)] + drops[DROP(QUEUE_FULL)] +
		     drops[DROP(NO_MFE)];

	return same(tell, link, "came in", &expected.arrived[link], came) &
	       same(tell, link, "from bad sources", &expected.bad_source[link],
		    drops[DROP(BAD_SOURCE)]) &
	       same(tell, link, "copies sent", &expected.left[link],
		    state.out[link]);
}

static bool compare_igmp(bool tell, int link)
{
	static const char * const names[] = {
		[STAT(IN_QUERIES)] = "queries",
		[STAT(IN_V1_REPORTS)] = "reports of version 1",
		[STAT(IN_V2_REPORTS)] = "reports of version 2",
		[STAT(IN_V3_REPORTS)] = "reports of version 3",
		[STAT(IN_LEAVES)] = "leave messages",
		[STAT(IN_MALFORMED)] = "malformed messages",
		[STAT(IN_UNKNOWN_TYPE)] = "messages of an unknown type",
		[STAT(IN_BAD_TTL)] = "messages with a bad TTL",
		[STAT(IN_NO_ROUTER_ALERT)] = "messages without router alert",
		[STAT(IN_BAD_SOURCE)] = "messages from bad sources",
		[STAT(IN_BAD_GROUP)] = "messages about bad groups",
	};
	const __u64 *stats = state.stats[link];
	__u64 came = 0, counted = stats[STAT(RATE_EXCEEDED)];
	bool good = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		came += names[i] ? expected.igmp[link][i] : 0;
		counted += names[i] ? stats[i] : 0;
	}
	if (stats[STAT(RATE_EXCEEDED)]) {
		full = true;
		return counted <= came || !tell;
	}
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i])
			good &= same(tell, link, names[i], &expected.igmp[link][i],
				     stats[i]);
	full |= stats[STAT(GROUPS_EXCEEDED)] || stats[STAT(NO_MEMORY)];
	return good;
}

static bool compare(bool tell)
{
	__u64 lost = no_room() - lost_before;
	bool good = true;
	int link;

	for (link = 0; link < LINKS; link++) {
		good &= compare_link(tell, link);
		if (links[link].igmp)
			good &= compare_igmp(tell, link);
	}
	if (state.used[MGM_LIMIT_PENDING_FLOWS] ||
	    state.used[MGM_LIMIT_PENDING_BYTES]) {
		good = false;
		if (tell)
			complain("packets remain held");
	}
	return good && sent_missing(tell && !lost) <= lost * LINKS;
}

/* Wait until it is good; false if it is not, and nothing goes on any more. */
static bool wait_until(bool (*good)(bool tell))
{
	unsigned long long copies = copies_heard;
	time_t last = time(NULL);

	while (time(NULL) - last < PATIENCE_S) {
		before = state;
		sent_drain();
		read_state();
		if (good(false))
			return true;
		if (memcmp(&before, &state, sizeof(state)) || copies != copies_heard)
			last = time(NULL);
		copies = copies_heard;
		usleep(2000);
	}
	return false;
}

static int group_cb(const struct nlmsghdr *nlh, void *data)
{
	__u64 a[GROUP(MAX) + 1];
	int link;

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	link = link_of(a[GROUP(IFINDEX)]);
	if (link != NOWHERE)
		groups_seen(link, a[GROUP(GROUP4)]);
	return MNL_CB_OK;
}

/* The round is over: all that was sent has been dealt with, and counted. */
void state_rest(void)
{
	if (!wait_until(compare))
		compare(true);
	lost_before = no_room();
	dump(&igmp, GROUP_GET, group_cb);
	groups_compare(full);
}

static int ifindex_cb(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == MGM_A_OIF_IFINDEX)
		*(__u32 *)data = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* An entry goes out where its group is wanted, and nowhere else. */
static void check_entry(__be32 source, __be32 group, int in, const bool *out)
{
	bool may, must;
	int link;

	for (link = 0; link < LINKS; link++) {
		must = in != NOWHERE && link != in &&
		       members_must(link, source, group);
		may = link != in &&
		      (members_may(link, source, group) ||
		       (links[link].igmp && groups_may(link, group)));
		if (out[link] ? !may : must)
			complain("the entry %08x %08x goes out of %s, or does not",
				 ntohl(source), ntohl(group), links[link].name);
	}
}

static int mfe_cb(const struct nlmsghdr *nlh, void *data)
{
	__u64 a[MGM_A_MFE_MAX + 1];
	const struct nlattr *attr;
	bool out[LINKS] = {};
	__u32 ifindex = 0;
	int link;

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != MGM_A_MFE_OIF)
			continue;
		mnl_attr_parse_nested(attr, ifindex_cb, &ifindex);
		link = link_of(ifindex);
		if (link != NOWHERE)
			out[link] = true;
	}
	check_entry(a[MGM_A_MFE_SOURCE4], a[MGM_A_MFE_GROUP4],
		    link_of(a[MGM_A_MFE_IIF]), out);
	return MNL_CB_OK;
}

/* At the end of an epoch, when all is at rest. */
void state_table(void)
{
	int link;

	for (link = 0; link < LINKS; link++)
		tally_link(state.drops[link], state.stats[link]);
	dump(&mgm, MGM_CMD_MFE_GET, mfe_cb);
}

/* 0 or -errno. The counters begin anew with the interfaces. */
int state_begin(void)
{
	memset(&expected, 0, sizeof(expected));
	groups_forget();
	lost_before = 0;
	full = false;
	if (mgm.sk)
		return 0;
	return mgm_nl_open(&mgm) ?: igmp_open(&igmp);
}

static bool is_empty(bool tell)
{
	unsigned int i;
	bool good = !state.interfaces;

	for (i = 0; i <= MGM_LIMIT_MAX; i++)
		if (state.used[i]) {
			good = false;
			if (tell)
				complain("%u of bound %u are left", state.used[i], i);
		}
	if (tell && state.interfaces)
		complain("%u interfaces are left", state.interfaces);
	return good;
}

static int left_group_cb(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	(void)data;
	complain("IGMP has a group that is left");
	return MNL_CB_OK;
}

/* Everybody has gone. */
void state_empty(void)
{
	if (!wait_until(is_empty))
		is_empty(true);
	dump(&igmp, GROUP_GET, left_group_cb);
}
