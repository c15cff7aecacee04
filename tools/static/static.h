/* SPDX-License-Identifier: GPL-2.0 */
/* The protocol: what the file says, put into force, and what MGM asks, answered. */
#ifndef STATIC_STATIC_H
#define STATIC_STATIC_H

#include "group.h"
#include "plan.h"
#include "ports.h"

struct mgm;

struct protocol {
	struct mgm *mgm;
	struct conf conf;
	struct links links;
	struct plan plan;
	struct ports ports;
	struct groups groups;
	size_t kept_off;	/* flows that are, somewhere; roughly */
	int64_t synced;		/* when it was last put into force, ms */
	int64_t due;		/* when it is to be again */
};

/** Register, and take over @conf. Errors are said. Returns 0 or -1. */
int static_start(struct protocol *p, struct conf *conf, uint32_t id, uint32_t component,
		 const char *name);

/** Another file. */
void static_reload(struct protocol *p, struct conf *conf);

/** There is news of devices, or only of routes. */
void static_news(struct protocol *p, bool links);

/** Something can be read from MGM. Returns 0, or -1: that is over. */
int static_dispatch(struct protocol *p);

/** Milliseconds until static_tick() is to be called. */
int static_wait(const struct protocol *p);

/** Put everything into force again if it is time for that. */
void static_tick(struct protocol *p);

/** Release everything, and deregister. */
void static_stop(struct protocol *p);

/** Nothing is left of it, here and in the kernel. */
void static_free(struct protocol *p);

#endif /* STATIC_STATIC_H */
