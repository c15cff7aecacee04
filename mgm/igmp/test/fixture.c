// SPDX-License-Identifier: GPL-2.0
/*
 * An interface for a test, made of the rooms alone: no device, no MGM, nobody who
 * takes messages in or sends them. Its clock is the test's, and a day ahead, so
 * that no work item wakes up for its timers.
 */
#include <linux/module.h>

#include "fixture.h"

#define DAY	(24 * 3600 * MSEC_PER_SEC)

struct workqueue_struct *mgm_igmp_wq;

static struct fixture *of_ifc(struct mgm_igmp_if *ifc)
{
	return container_of(ifc, struct fixture, ifc);
}

__be32 mgm_igmp_address(struct mgm_igmp_if *ifc)
{
	return of_ifc(ifc)->address;
}

static u8 mask_of(const struct mgm_igmp_query *query)
{
	unsigned int i, bit;
	u8 mask = 0;

	for (i = 0; i < query->n; i++) {
		bit = ntohl(query->srcs[i]) - ntohl(SRC(0));
		if (bit < FEW)
			mask |= BIT(bit);
	}
	return mask;
}

void mgm_igmp_send(struct mgm_igmp_if *ifc, const struct mgm_igmp_query *query)
{
	struct fixture *f = of_ifc(ifc);

	lockdep_assert_held(&ifc->in->lock);
	if (f->nr_sent < MAX_SENT)
		f->sent[f->nr_sent] = (struct fixture_query) {
			.at = ktime_ms_delta(ifc->now, f->began),
			.grp = query->grp,
			.srcs = mask_of(query),
			.suppress = query->suppress,
			.max_resp = query->max_resp,
			.n = query->n,
			.version = query->version,
			.robustness = query->robustness,
			.query_interval = query->query_interval,
		};
	f->nr_sent++;
}

int mgm_igmp_tell(struct mgm_igmp_group *group)
{
	struct fixture *f = of_ifc(group->ifc);

	lockdep_assert_held(&f->in.lock);
	f->told++;
	return f->refuses;
}

void mgm_igmp_warn_version(struct mgm_igmp_if *ifc, __be32 querier, u8 version)
{
	of_ifc(ifc)->warned++;
}

void fixture_lock(struct kunit *test)
{
	struct fixture *f = fixture_of(test);

	mutex_lock(&f->in.lock);
	f->locked = true;
}

void fixture_unlock(struct kunit *test)
{
	struct fixture *f = fixture_of(test);

	f->locked = false;
	mutex_unlock(&f->in.lock);
}

int fixture_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct mgm_igmp_if *ifc;

	test->priv = f;
	if (!f)
		return -ENOMEM;
	mgm_igmp_wq = system_wq;
	mutex_init(&f->in.lock);
	f->in.genid = 1;
	f->test = test;
	f->address = US;
	f->began = ktime_add_ms(ktime_get(), DAY);

	ifc = &f->ifc;
	ifc->in = &f->in;
	ifc->ifindex = 1;
	ifc->now = f->began;
	mgm_igmp_config_init(&ifc->config);
	ifc->querier = true;
	ifc->groups = RB_ROOT;
	mgm_igmp_timers_init(ifc);
	mgm_igmp_querier_init(ifc);
	fixture_lock(test);
	return 0;
}

/* Also after a test that has given up: then it is another thread that ends it. */
void fixture_exit(struct kunit *test)
{
	struct fixture *f = fixture_of(test);
	struct mgm_igmp_if *ifc;

	if (!f)
		return;
	ifc = &f->ifc;
	if (!f->locked)
		fixture_lock(test);
	mgm_igmp_groups_flush(ifc);
	KUNIT_EXPECT_EQ(test, ifc->nr_groups, 0U);
	mgm_igmp_timer_stop(ifc, &ifc->general);
	mgm_igmp_timer_stop(ifc, &ifc->other);
	KUNIT_EXPECT_NULL(test, timerqueue_getnext(&ifc->timers));
	fixture_unlock(test);
	mgm_igmp_timers_exit(ifc);
	mutex_destroy(&f->in.lock);
	test->priv = NULL;
}

void *fixture_must(struct kunit *test, const void *ptr, const char *what,
		   int line)
{
	if (IS_ERR_OR_NULL(ptr)) {
		fixture_unlock(test);
		KUNIT_ASSERT_FAILURE(test, "line %d: %s is %ld", line, what,
				     PTR_ERR(ptr));
	}
	return (void *)ptr;
}

/* Each timer fires at its very time. */
void fixture_pass(struct kunit *test, u64 ms)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	ktime_t until = ktime_add_ms(ifc->now, ms);
	struct timerqueue_node *first;

	while ((first = timerqueue_getnext(&ifc->timers)) &&
	       ktime_compare(first->expires, until) <= 0) {
		ifc->now = max(ifc->now, first->expires);
		mgm_igmp_timers_fire(ifc);
		first = timerqueue_getnext(&ifc->timers);
		if (first && ktime_compare(first->expires, ifc->now) <= 0) {
			KUNIT_FAIL(test, "a timer that is due does not fire");
			break;
		}
	}
	ifc->now = until;
}

u64 fixture_count(struct kunit *test, enum mgm_igmp_a_stats what)
{
	return atomic64_read(&ifc_of(test)->stats[what]);
}

/* The addresses in a mask of few; how many? */
unsigned int fixture_addresses(u8 mask, __be32 *addrs)
{
	unsigned int i, n = 0;

	for (i = 0; i < FEW; i++)
		if (mask & BIT(i))
			addrs[n++] = SRC(i);
	return n;
}

/* A group as if hosts had asked for it; in EXCLUDE mode, for @ms from now. */
struct mgm_igmp_group *fixture_group(struct kunit *test, __be32 grp,
				     enum mgm_igmp_mode mode, u32 ms)
{
	struct mgm_igmp_if *ifc = ifc_of(test);
	struct mgm_igmp_group *group;

	group = MUST(test, mgm_igmp_group_create(ifc, grp));
	group->mode = mode;
	if (mode == MGM_IGMP_MODE_EXCLUDE)
		mgm_igmp_timer_set(ifc, &group->timer, ms);
	return group;
}

/* A source of it that hosts want for @ms from now; 0: that they exclude. */
struct mgm_igmp_source *fixture_source(struct kunit *test,
				       struct mgm_igmp_group *group, __be32 addr,
				       u32 ms)
{
	struct mgm_igmp_source *source;

	source = MUST(test, mgm_igmp_source_create(group, addr));
	source->state = ms ? MGM_IGMP_SOURCE_WANTED : MGM_IGMP_SOURCE_EXCLUDED;
	if (ms)
		mgm_igmp_timer_set(group->ifc, &source->timer, ms);
	return source;
}

void fixture_forget_sent(struct kunit *test)
{
	fixture_of(test)->nr_sent = 0;
}

void fixture_expect_sent(struct kunit *test, const struct fixture_query *want,
			 unsigned int n, int line)
{
	struct fixture *f = fixture_of(test);
	const struct fixture_query *got = f->sent;
	unsigned int i;

	KUNIT_EXPECT_EQ_MSG(test, f->nr_sent, n, "line %d", line);
	for (i = 0; i < min3(f->nr_sent, n, (unsigned int)MAX_SENT); i++) {
		KUNIT_EXPECT_EQ_MSG(test, got[i].at, want[i].at,
				    "line %d, query %u", line, i);
		KUNIT_EXPECT_EQ_MSG(test, ntohl(got[i].grp), ntohl(want[i].grp),
				    "line %d, query %u", line, i);
		KUNIT_EXPECT_EQ_MSG(test, got[i].srcs, want[i].srcs,
				    "line %d, query %u", line, i);
		KUNIT_EXPECT_EQ_MSG(test, got[i].suppress, want[i].suppress,
				    "line %d, query %u", line, i);
		KUNIT_EXPECT_EQ_MSG(test, got[i].max_resp, want[i].max_resp,
				    "line %d, query %u", line, i);
	}
	fixture_forget_sent(test);
}

void fixture_expect_left(struct kunit *test, const struct mgm_igmp_timer *timer,
			 u64 ms, int line)
{
	KUNIT_EXPECT_TRUE_MSG(test, mgm_igmp_timer_runs(timer), "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, mgm_igmp_timer_left(timer, ifc_of(test)->now),
			    ms, "line %d", line);
}

void fixture_expect_count(struct kunit *test, enum mgm_igmp_a_stats what, u64 n,
			  int line)
{
	KUNIT_EXPECT_EQ_MSG(test, fixture_count(test, what), n, "line %d", line);
}

void fixture_expect_refusal(struct kunit *test, int got,
			    const struct netlink_ext_ack *extack, int err,
			    const char *msg, int line)
{
	KUNIT_EXPECT_EQ_MSG(test, got, err, "line %d", line);
	KUNIT_EXPECT_STREQ_MSG(test, extack->_msg ?: "", msg ?: "", "line %d",
			       line);
}

MODULE_DESCRIPTION("KUnit suites of IGMP for the Multicast Group Manager");
MODULE_LICENSE("GPL");
