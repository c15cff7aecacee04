/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where flows come in: what the file says, where it says something else than the
 * routes, and as far as it is for us to say: MGM takes our word for interfaces of ours.
 */
#ifndef STATIC_WAY_IN_H
#define STATIC_WAY_IN_H

#include "plan.h"

struct mgm;
struct mgm_alert;

/** Answer what an RPF alert asks. */
void way_in_answer(struct mgm *mgm, const struct plan *plan, const struct mgm_alert *alert);

/** A wrong-interface alert: follow the flow, if need be. Returns whether that was. */
bool way_in_follow(struct mgm *mgm, const struct plan *plan, const struct mgm_alert *alert);

/** Bring the entries that there are into line with a plan. Returns 0 or -errno. */
int way_in_sync(struct mgm *mgm, const struct plan *plan);

#endif /* STATIC_WAY_IN_H */
