/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites share: a namespace of each test's own, verbs that fill it, and
 * the questions that many tests ask.
 *
 * A test runs with the lock of its namespace held. A KUnit assertion would end
 * the thread with it; so tests use expectations, and MUST() where they cannot
 * go on.
 */
#ifndef _MGM_TEST_FIXTURE_H
#define _MGM_TEST_FIXTURE_H

#include <kunit/test.h>
#include <linux/string.h>

#include "../core.h"
#include "table.h"

/* 10.0.0.n, 239.1.1.n and 192.0.2.n */
#define SRC(n)		htonl(0x0a000000 | (n))
#define GRP(n)		htonl(0xef010100 | (n))
#define HOP(n)		htonl(0xc0000200 | (n))

#define ANY		0
#define JOIN		MGM_MEMBERSHIP_F_JOIN
#define FORWARD		MGM_MEMBERSHIP_F_FORWARD
#define EXCLUDE		MGM_MEMBERSHIP_F_EXCLUDE

#define MAX_EVENTS	32
#define MAX_ALERTS	32
#define MAX_ANSWERS	4

/* An event, and how many interfaces its MFE had, if it was about one. */
struct fixture_event {
	enum mgm_event event;
	u32 handle;
	const void *obj;
	u32 n;
};

/* An alert that somebody is told, or would be if it had the callback. */
struct fixture_alert {
	const struct mgm_protocol *to;
	enum mgm_alert_type type;
	bool member;
	__be32 src, grp;
	const struct mgm_interface *ifc;
	u64 mfe;
};

struct fixture {
	struct mgm_net mn;
	struct kunit *test;
	bool locked;
	unsigned int nr_protocols;	/* ever made */
	unsigned int nr_events;		/* of which the first ones are kept */
	struct fixture_event events[MAX_EVENTS];
	unsigned int nr_alerts;		/* the same of these */
	struct fixture_alert alerts[MAX_ALERTS];
	unsigned int kicks;		/* of the delivery */
	unsigned int nr_answers;	/* the flows that got one */
	const struct mgm_flow *answers[MAX_ANSWERS];
	struct mgm_protocol *rpf_owner;	/* of the way to every source */
};

enum fixture_kind {
	USER,				/* a protocol in user space */
	PLAIN,				/* one without local_join */
	DECIDING,			/* one with it, and nothing else */
	LISTENING,			/* one with all callbacks */
	IGMP,
};

struct fixture *fixture_new(struct kunit *test);
void fixture_lock(struct fixture *f);
void fixture_unlock(struct fixture *f);
void fixture_free(struct fixture *f);

int fixture_init(struct kunit *test);
void fixture_exit(struct kunit *test);

static inline struct fixture *fixture_of(struct kunit *test)
{
	return test->priv;
}

static inline struct mgm_net *net_of(struct kunit *test)
{
	return &fixture_of(test)->mn;
}

/* The pointer, if it is one; else the test ends here. */
#define MUST(test, ptr) \
	((typeof(ptr))fixture_must(test, (ptr), #ptr, __LINE__))

void *fixture_must(struct kunit *test, const void *ptr, const char *what,
		   int line);

struct mgm_protocol *fixture_protocol(struct kunit *test,
				      enum fixture_kind kind);
struct mgm_interface *fixture_interface(struct kunit *test, u32 ifindex,
					__be32 hop, struct mgm_protocol *owner);
struct mgm_membership *fixture_add(struct kunit *test,
				   struct mgm_protocol *proto,
				   struct mgm_interface *ifc, __be32 src,
				   __be32 grp, u32 flags);
struct mgm_membership *fixture_join(struct kunit *test,
				    struct mgm_protocol *proto,
				    struct mgm_interface *ifc, __be32 src,
				    __be32 grp);
void fixture_leave(struct kunit *test, struct mgm_protocol *proto,
		   struct mgm_interface *ifc, __be32 src, __be32 grp);
struct mgm_mfe *fixture_mfe(struct kunit *test, __be32 src, __be32 grp,
			    struct mgm_interface *in);
struct mgm_mfe *fixture_find(struct kunit *test, __be32 src, __be32 grp);
void fixture_forget_events(struct kunit *test);
void fixture_forget_alerts(struct kunit *test);

/* Everything that points somewhere is counted there, and in its bound. */
#define EXPECT_SOUND(test) fixture_expect_sound(test, __LINE__)

void fixture_expect_sound(struct kunit *test, int line);

/* These events, in this order, and no other since the last time. */
#define EXPECT_EVENTS(test, ...) \
do { \
	const struct fixture_event _want[] = { __VA_ARGS__ }; \
	fixture_expect_events(test, _want, ARRAY_SIZE(_want), __LINE__); \
} while (0)

#define EXPECT_NO_EVENTS(test) fixture_expect_events(test, NULL, 0, __LINE__)

void fixture_expect_events(struct kunit *test, const struct fixture_event *want,
			   unsigned int n, int line);

/* The same of alerts, whether they could be queued or not. */
#define EXPECT_ALERTS(test, ...) \
do { \
	const struct fixture_alert _want[] = { __VA_ARGS__ }; \
	fixture_expect_alerts(test, _want, ARRAY_SIZE(_want), __LINE__); \
} while (0)

#define EXPECT_NO_ALERTS(test) fixture_expect_alerts(test, NULL, 0, __LINE__)

void fixture_expect_alerts(struct kunit *test, const struct fixture_alert *want,
			   unsigned int n, int line);

/* Packets of the MFE leave on these interfaces, in this order. */
#define EXPECT_OIFS(test, mfe, ...) \
do { \
	struct mgm_interface *const _want[] = { __VA_ARGS__ }; \
	fixture_expect_oifs(test, mfe, _want, ARRAY_SIZE(_want), __LINE__); \
} while (0)

#define EXPECT_NO_OIFS(test, mfe) \
	fixture_expect_oifs(test, mfe, NULL, 0, __LINE__)

void fixture_expect_oifs(struct kunit *test, const struct mgm_mfe *mfe,
			 struct mgm_interface *const *want, unsigned int n,
			 int line);

/* Two addresses are the same. */
#define EXPECT_ADDR(test, left, right) \
	KUNIT_EXPECT_EQ(test, ntohl(left), ntohl(right))

/* So much of a bound is in use, and so often something was refused. */
#define EXPECT_BOUND(test, id, used, hits) \
	fixture_expect_bound(test, id, used, hits, __LINE__)

void fixture_expect_bound(struct kunit *test, enum mgm_limit id, u32 used,
			  s64 hits, int line);

/* A call has returned @err, and told why in @msg; NULL: nothing told. */
#define EXPECT_REFUSAL(test, got, extack, err, msg) \
	fixture_expect_refusal(test, got, extack, err, msg, __LINE__)

void fixture_expect_refusal(struct kunit *test, int got,
			    const struct netlink_ext_ack *extack, int err,
			    const char *msg, int line);

#endif /* _MGM_TEST_FIXTURE_H */
