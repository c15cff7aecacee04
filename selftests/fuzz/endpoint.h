/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sockets, for the two files that deal with them.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "fuzz.h"

#define PENDING_MAX	256
#define ALERTS_MAX	16
#define HEAD_MAX	96

/* A message that has been sent, until it has been answered. */
struct pending {
	struct expect expect;
	struct subject subject;
	enum message_class class;
	const char *twist;
	__u64 step;
	unsigned int replies;
	bool other_dump;	/* one was under way */
	bool over;
	unsigned char head[HEAD_MAX];
	unsigned int head_len;
};

struct endpoint {
	int slot;
	bool open;
	int fd;
	int ns;
	bool lazy;
	bool powerless;
	bool listens;
	bool mute;		/* did not ask for reasons */
	bool lossy;		/* answers have been lost */
	__u32 seq;		/* of the first that is pending */
	unsigned int n;
	struct pending pending[PENDING_MAX];
	struct alert alerts[ALERTS_MAX];
	unsigned int n_alerts;
};

/* answer.c: reading; the caller has sent something, or others have */
void endpoint_drain(struct endpoint *ep);
void endpoint_settle(struct endpoint *ep);

#endif
