/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Our memberships, made what the plan says; and what the plan says of flows that it
 * is against. A flow that comes in where no route has it come in, or that is in none of
 * our ranges, is kept off an interface by an (S,G) without FORWARD, where a wider
 * membership of ours would let it out, or by doing without our (S,G).
 *
 * Not by the answer to a creation alert: that would hold as long as the entry does,
 * whatever the file comes to say, and it would keep IGMP's members there from what
 * they ask for.
 */
#ifndef STATIC_MEMBERSHIPS_H
#define STATIC_MEMBERSHIPS_H

#include "plan.h"

struct mgm;

/*
 * Read what there is, and change what is otherwise; adding comes before deleting. How
 * many flows are kept off somewhere is in @kept_off then. Returns 0; 1: tables changed
 * meanwhile, and it is to be done again; or a negative errno.
 */
int memberships_sync(struct mgm *mgm, const struct plan *plan, const struct links *links,
		     size_t *kept_off);

/* Keep one flow off one interface of ours. Returns 0, or a negative errno. */
int memberships_keep_off(struct mgm *mgm, const struct plan *plan,
			 const struct flow *flow, uint32_t ifindex);

#endif /* STATIC_MEMBERSHIPS_H */
