/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every allocation of a call fails in its turn.
 */
#ifndef FAULT_SWEEP_H
#define FAULT_SWEEP_H

#include "fault_world.h"

/**
 * struct fault_call - a call to try
 * @desc: what it is
 * @call: make it; 0 or -errno. Only what it allocates is wanted
 * @undo: take it back, undisturbed; NULL if it changes nothing
 * @renew: what has to be done again after a try, or NULL
 * @unsure: -ENOBUFS may mean that it was done, and its answer lost
 * @data: the test's own
 */
struct fault_call {
	const char *desc;
	int (*call)(struct world *w, const struct fault_call *c);
	int (*undo)(struct world *w, const struct fault_call *c);
	int (*renew)(struct world *w, const struct fault_call *c);
	bool unsure;
	void *data;
};

/**
 * struct fault_sum - what has been seen
 * @calls: that were tried
 * @sites: allocations that failed, one in each try
 * @refused: tries in which the call failed for it
 * @wrong: times that something was not as it should be; it has been printed
 */
struct fault_sum {
	unsigned int calls;
	unsigned int sites;
	unsigned int refused;
	unsigned int wrong;
};

void fault_sweep(struct world *w, const struct fault_call *c,
		 struct fault_sum *sum);

#endif
