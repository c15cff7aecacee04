/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What may be set for a namespace: limits, and settings.
 */
#ifndef _MGM_BOUND_H
#define _MGM_BOUND_H

#include <linux/atomic.h>
#include <linux/netlink.h>
#include <linux/types.h>
#include <net/mgm.h>

struct mgm_net;

/* A bound of the namespace. @used is under the lock of what it counts. */
struct mgm_bound {
	u32 value;
	u32 used;
	atomic64_t hits;
};

#define MGM_TIMEOUT_DEFAULT	900	/* seconds */
#define MGM_TIMEOUT_MAX		604800

/* Settings; &enum mgm_a_config tells their units and ranges. */
struct mgm_config {
	u32 mfe_timeout;
	u32 rpf_table;
	u32 wrong_if_interval;
	u32 answer_timeout;
};

/* bound.c */
void mgm_bounds_init(struct mgm_net *mn);
void mgm_config_init(struct mgm_net *mn);
int mgm_bound_set(struct mgm_net *mn, enum mgm_limit id, u32 value, bool machine,
		  struct netlink_ext_ack *extack);
bool mgm_bound_charge(struct mgm_net *mn, enum mgm_limit id, u32 n);
void mgm_bound_uncharge(struct mgm_net *mn, enum mgm_limit id, u32 n);

#endif /* _MGM_BOUND_H */
