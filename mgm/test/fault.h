/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Allocations of this thread that fail. That needs CONFIG_FAILSLAB, and a "N" in
 * /sys/kernel/debug/failslab/ignore-gfp-wait.
 */
#ifndef _MGM_TEST_FAULT_H
#define _MGM_TEST_FAULT_H

#include <kunit/test.h>
#include <linux/sched.h>
#include <linux/slab.h>

#ifdef CONFIG_FAULT_INJECTION
/* Let the @nth allocation from here fail. */
static inline void fault_begin(unsigned int nth)
{
	WRITE_ONCE(current->fail_nth, nth);
}

/* Whether it came to that. */
static inline bool fault_end(void)
{
	unsigned int left = READ_ONCE(current->fail_nth);

	WRITE_ONCE(current->fail_nth, 0);
	return !left;
}
#else
static inline void fault_begin(unsigned int nth)
{
}

static inline bool fault_end(void)
{
	return false;
}
#endif

static inline bool fault_skip(struct kunit *test)
{
	void *p;

	fault_begin(1);
	p = kmalloc(32, GFP_KERNEL);
	if (fault_end())
		return false;
	kfree(p);
	kunit_mark_skipped(test, "allocations cannot be made to fail here");
	return true;
}

#endif /* _MGM_TEST_FAULT_H */
