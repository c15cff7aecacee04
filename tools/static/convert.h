/* SPDX-License-Identifier: GPL-2.0 */
/* Flows as the library has them, and as we do. */
#ifndef STATIC_CONVERT_H
#define STATIC_CONVERT_H

#include <libmgm.h>

#include "plan.h"

static inline struct in_addr address_from(const struct mgm_address *address)
{
	return address->family == AF_INET ? address->ip4 : (struct in_addr){};
}

static inline struct flow flow_from(const struct mgm_flow *flow)
{
	return (struct flow){
		.group = address_from(&flow->group),
		.source = address_from(&flow->source),
	};
}

static inline struct mgm_address address_to(struct in_addr address)
{
	return (struct mgm_address){
		.family = address.s_addr ? AF_INET : AF_UNSPEC,
		.ip4 = address,
	};
}

static inline struct mgm_flow flow_to(const struct flow *flow)
{
	return (struct mgm_flow){
		.group = address_to(flow->group),
		.source = address_to(flow->source),
	};
}

#endif /* STATIC_CONVERT_H */
