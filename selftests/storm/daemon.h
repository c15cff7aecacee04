/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A protocol in user space: its socket, and what has come in there.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include "storm.h"

#define KEPT		16

/* A question that has come. */
struct asked {
	__u32 type;
	__u32 id;
};

struct daemon {
	struct mgm_nl nl;
	bool open;
	unsigned int n;
	struct asked kept[KEPT];
	__u32 ended;		/* the handle that it had before */
	bool registering;
	__u32 early;		/* the handle in an alert before the answer */
};

static inline struct protocol *proto_of(struct actor *actor)
{
	return &actor->protocols[0];
}

#define ASK(_actor, _cmd, ...) \
	socket_ask(_actor, _cmd, (struct mgm_nl_attr[]){ __VA_ARGS__, {} })

int socket_ask(struct actor *actor, __u8 cmd, const struct mgm_nl_attr *attrs);
unsigned int socket_drain(struct actor *actor);
bool socket_open(struct actor *actor);
void socket_die(struct actor *actor);

#endif
