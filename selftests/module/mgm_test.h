/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rooms of mgm_test.ko. What it can be told stands at the head of main.c.
 */
#ifndef _MGM_TEST_H
#define _MGM_TEST_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include <net/mgm.h>

enum hook_id { HOOK_DISABLE, HOOK_ENABLE, HOOK_COUNT };

struct hook {
	bool hold;
	char *command;
};

struct test_net {
	struct net *net;
	struct mutex lock; /* protects all that follows; never held in a call */
	struct list_head events;
	unsigned int event_count;
	unsigned int lost;
	struct list_head clients;
	struct list_head members;
	struct hook hooks[HOOK_COUNT];
	struct xarray disabled; /* by ifindex; with a lock of its own */
	atomic_t calls[HOOK_COUNT];
	atomic_t wrong;
	wait_queue_head_t go;
	bool probe;
	unsigned int sleep_ms;
	u32 last_handle;
};

/* A registration. */
struct client {
	struct list_head list;
	struct test_net *tn;
	u32 handle;
	atomic_t inside;
};

/* Somebody on a LAN who wants a group. */
struct member {
	struct list_head list;
	u32 ifindex;
	__be32 grp;
	__be32 src;
};

/* main.c */
struct test_net *mgm_test_pernet(const struct net *net);

/* log.c */
extern const struct seq_operations mgm_test_log_ops;
__printf(2, 3) void mgm_test_log(struct test_net *tn, const char *fmt, ...);
void mgm_test_log_clear(struct test_net *tn);

/* hooks.c */
extern const struct mgm_protocol_ops mgm_test_plain_ops;
extern const struct mgm_protocol_ops mgm_test_local_ops;
extern const struct mgm_protocol_ops mgm_test_igmp_ops;
void mgm_test_hook_set(struct test_net *tn, enum hook_id id, bool hold,
		       char *command);

/* commands.c; @self and @ifc are set inside a hook */
int mgm_test_run(struct test_net *tn, const struct client *self,
		 const struct mgm_if *ifc, char *line);

#endif /* _MGM_TEST_H */
