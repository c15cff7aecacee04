/* SPDX-License-Identifier: GPL-2.0 */
/* Which events are printed. */
#ifndef MGM_TOOL_FILTER_H
#define MGM_TOOL_FILTER_H

#include "args.h"
#include "event.h"

/* The arguments that something can be asked for with. */
#define FILTER_ARGS	(ARG_HANDLE | ARG_DEV | ARG_GROUP | ARG_SOURCE)

/* Whether all that is asked for is in the event. */
bool filter_passes(const struct nlmsghdr *nlh, enum event_class class,
		   const struct args *args);

#endif /* MGM_TOOL_FILTER_H */
