/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rooms of mgm_test.ko. What it can be told stands at the head of main.c.
 */
#ifndef _MGM_TEST_H
#define _MGM_TEST_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/seq_file.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include <net/mgm.h>

#define ARGS_MAX	16
#define HOLD_MAX	(20 * HZ)
#define VETO_MAX	8

enum hook_id { HOOK_DISABLE, HOOK_ENABLE, HOOK_COUNT };

struct hook {
	bool hold;
	char *command;
};

enum alert_id {
	ALERT_RPF,
	ALERT_CREATION,
	ALERT_JOIN,
	ALERT_PRUNE,
	ALERT_LOCAL_JOIN,
	ALERT_LOCAL_LEAVE,
	ALERT_WRONG_IF,
	ALERT_OVERRUN,
	ALERT_COUNT
};

struct test_net {
	struct net *net;
	struct mutex lock; /* protects all that follows; never held in a call */
	struct list_head events;
	unsigned int event_count;
	unsigned int lost;
	struct list_head clients;
	struct list_head ended; /* a callback that comes too late finds them */
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

/* What a client does in a callback of one kind. */
struct script {
	char *command; /* in the next one */
	unsigned int sleep_ms;
	bool hold;
};

/* What a client answers, where it is asked. */
struct answers {
	u32 rpf_ifindex; /* 0: as the RIB says */
	bool rpf_upstream_set;
	__be32 rpf_upstream;
	bool veto_all;
	unsigned int nr_vetoes;
	u32 vetoes[VETO_MAX];
	u32 timeout; /* 0: as MGM says */
};

/* A registration. */
struct client {
	struct list_head list;
	struct test_net *tn;
	struct mgm_protocol_ops ops;
	u32 handle;
	bool ended;
	atomic_t inside;
	struct script scripts[ALERT_COUNT];
	struct answers answers;
};

/* Somebody on a LAN who wants a group. */
struct member {
	struct list_head list;
	u32 ifindex;
	__be32 grp;
	__be32 src;
};

/* The callback that a command runs in, and what that is about. */
struct inside {
	struct client *self;
	const struct mgm_if *ifc;
	const struct mgm_sg *sg;
};

struct command {
	struct test_net *tn;
	const struct inside *in; /* NULL: in none */
	struct netlink_ext_ack *extack;
	int argc;
	char *argv[ARGS_MAX];
};

/* main.c */
struct test_net *mgm_test_pernet(const struct net *net);

/* log.c */
extern const struct seq_operations mgm_test_log_ops;
__printf(2, 3) void mgm_test_log(struct test_net *tn, const char *fmt, ...);
void mgm_test_log_clear(struct test_net *tn);

/* client.c */
int mgm_test_client_register(struct command *cmd);
int mgm_test_client_end(struct command *cmd);
int mgm_test_client_flush(struct command *cmd);
void mgm_test_client_end_all(struct test_net *tn);
void mgm_test_client_enter(struct client *c);
void mgm_test_client_exit(struct client *c);

/* hooks.c: the callbacks that are IGMP's alone */
void mgm_test_hook_ops(struct mgm_protocol_ops *ops);
void mgm_test_hook_set(struct test_net *tn, enum hook_id id, bool hold,
		       char *command);

/* alerts.c: all others */
extern const char *const mgm_test_alert_names[ALERT_COUNT];
void mgm_test_alert_ops(struct mgm_protocol_ops *ops, enum alert_id id);

/* script.c */
int mgm_test_script_on(struct command *cmd);
int mgm_test_script_answer(struct command *cmd);
void mgm_test_script_run(struct client *c, enum alert_id id,
			 const struct mgm_sg *sg, const struct mgm_if *ifc);
void mgm_test_script_answer_rpf(struct client *c, struct mgm_rpf *rpf);
void mgm_test_script_answer_veto(struct client *c, struct mgm_oif_state *oifs,
				 unsigned int n);
void mgm_test_script_answer_timeout(struct client *c, u32 *timeout);
void mgm_test_script_clear(struct client *c);

/* dump.c */
int mgm_test_dump(struct command *cmd);

/* commands.c; @in is set inside a callback */
int mgm_test_run(struct test_net *tn, const struct inside *in, char *line);
int mgm_test_arg_u32(const struct command *cmd, int i, u32 *value);
int mgm_test_arg_addr(const struct command *cmd, int i, __be32 *addr);
bool mgm_test_arg_word(const struct command *cmd, int i, const char *word);
char *mgm_test_arg_rest(const struct command *cmd, int i);

#endif /* _MGM_TEST_H */
