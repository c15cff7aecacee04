/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites share: an interface of each test's own, the passing of time, and
 * the queries that the interface has sent.
 *
 * A test runs with the lock of its namespace held. A KUnit assertion would end
 * the thread with it; so tests use expectations, and MUST() where they cannot
 * go on.
 */
#ifndef _MGM_IGMP_TEST_FIXTURE_H
#define _MGM_IGMP_TEST_FIXTURE_H

#include <kunit/test.h>

#include "../igmp.h"
#include "../../test/table.h"

/* 10.0.0.n, 239.1.1.n and 192.0.2.n */
#define SRC(n)		htonl(0x0a000000 | (n))
#define GRP(n)		htonl(0xef010100 | (n))
#define ROUTER(n)	htonl(0xc0000200 | (n))

#define HOST		htonl(0xc00002fe)
#define US		ROUTER(10)

/* Of a test that needs few, sources are a mask: 1 << n is SRC(n). */
#define FEW		8

#define MAX_SENT	64

/* A query that was sent, and how many milliseconds after the beginning. */
struct fixture_query {
	u64 at;
	__be32 grp;
	u8 srcs;			/* mask */
	bool suppress;
	u32 max_resp;
	unsigned int n;			/* sources, also if they are not few */
	u8 version;
	u8 robustness;
	u32 query_interval;
};

struct fixture {
	struct mgm_igmp_net in;
	struct mgm_igmp_if ifc;
	struct kunit *test;
	bool locked;
	ktime_t began;
	__be32 address;			/* of the interface; 0: it has none */
	unsigned int told;		/* times that MGM was told of a group */
	int refuses;			/* what it answers */
	unsigned int warned;		/* of a querier's version */
	unsigned int nr_sent;		/* of which the first ones are kept */
	struct fixture_query sent[MAX_SENT];
};

int fixture_init(struct kunit *test);
void fixture_exit(struct kunit *test);
void fixture_lock(struct kunit *test);
void fixture_unlock(struct kunit *test);

static inline struct fixture *fixture_of(struct kunit *test)
{
	return test->priv;
}

static inline struct mgm_igmp_if *ifc_of(struct kunit *test)
{
	return &fixture_of(test)->ifc;
}

/* The pointer, if it is one; else the test ends here. */
#define MUST(test, ptr) \
	((typeof(ptr))fixture_must(test, (ptr), #ptr, __LINE__))

void *fixture_must(struct kunit *test, const void *ptr, const char *what,
		   int line);

void fixture_pass(struct kunit *test, u64 ms);
u64 fixture_count(struct kunit *test, enum mgm_igmp_a_stats what);
unsigned int fixture_addresses(u8 mask, __be32 *addrs);
struct mgm_igmp_group *fixture_group(struct kunit *test, __be32 grp,
				     enum mgm_igmp_mode mode, u32 ms);
struct mgm_igmp_source *fixture_source(struct kunit *test,
				       struct mgm_igmp_group *group, __be32 addr,
				       u32 ms);
void fixture_forget_sent(struct kunit *test);

/* These queries, in this order, and no other since the last time. */
#define EXPECT_SENT(test, ...) \
do { \
	const struct fixture_query _want[] = { __VA_ARGS__ }; \
	fixture_expect_sent(test, _want, ARRAY_SIZE(_want), __LINE__); \
} while (0)

#define EXPECT_NOTHING_SENT(test) fixture_expect_sent(test, NULL, 0, __LINE__)

void fixture_expect_sent(struct kunit *test, const struct fixture_query *want,
			 unsigned int n, int line);

/* The timer runs, and so many milliseconds are left. */
#define EXPECT_LEFT(test, timer, ms) \
	fixture_expect_left(test, timer, ms, __LINE__)

void fixture_expect_left(struct kunit *test, const struct mgm_igmp_timer *timer,
			 u64 ms, int line);

#define EXPECT_STOPPED(test, timer) \
	KUNIT_EXPECT_FALSE(test, mgm_igmp_timer_runs(timer))

/* A statistic of the interface has come to @n. */
#define EXPECT_COUNT(test, what, n) \
	fixture_expect_count(test, MGM_IGMP_A_STATS_##what, n, __LINE__)

void fixture_expect_count(struct kunit *test, enum mgm_igmp_a_stats what, u64 n,
			  int line);

/* A call has returned @err, and told why in @msg; NULL: nothing told. */
#define EXPECT_REFUSAL(test, got, extack, err, msg) \
	fixture_expect_refusal(test, got, extack, err, msg, __LINE__)

void fixture_expect_refusal(struct kunit *test, int got,
			    const struct netlink_ext_ack *extack, int err,
			    const char *msg, int line);

#endif /* _MGM_IGMP_TEST_FIXTURE_H */
