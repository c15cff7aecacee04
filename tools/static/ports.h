/* SPDX-License-Identifier: GPL-2.0 */
/* The interfaces that we own, made what the plan says. */
#ifndef STATIC_PORTS_H
#define STATIC_PORTS_H

#include "plan.h"

struct mgm;

struct ports {
	uint32_t *refused;	/* those that we could not have, and have said so */
	size_t n_refused;
};

/*
 * Take those that are missing. In the plan it says then which we own. Returns 0; 1: it is
 * to be done again soon; or a negative errno.
 */
int ports_take(struct ports *ports, struct mgm *mgm, struct plan *plan,
	       const struct links *links);

/* Release those that are not in the plan. Returns likewise. */
int ports_release(struct mgm *mgm, const struct plan *plan, const struct links *links);

/* Say it again of those that we cannot have. */
void ports_forget(struct ports *ports);

#endif /* STATIC_PORTS_H */
