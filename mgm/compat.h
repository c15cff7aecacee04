/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where kernels differ: one #if a symbol, and the .c files know nothing of it. Written
 * for the newest kernel; what older ones lack is made up for here.
 */
#ifndef _MGM_COMPAT_H
#define _MGM_COMPAT_H

#include <linux/skbuff.h>
#include <linux/version.h>
#include <net/genetlink.h>

/* skb_gso_validate_network_len() was in skbuff.h before it had a header of its own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#endif

/* The attributes of a dump's request; they were not in a struct genl_info before. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define mgm_dump_attrs(cb)	(genl_info_dump(cb)->attrs)
#else
#define mgm_dump_attrs(cb)	(genl_dumpit_info(cb)->attrs)
#endif

#endif /* _MGM_COMPAT_H */
