/* SPDX-License-Identifier: GPL-2.0 */
/* Events, one a line: their names, the frame of a line, and how watching them ends. */
#ifndef MGM_TOOL_EVENT_H
#define MGM_TOOL_EVENT_H

#include <stdint.h>

#include "netlink.h"

/* What the message of an event is about, which is how it is printed. */
enum event_class {
	EVENT_PROTOCOL = 1 << 0,
	EVENT_INTERFACE = 1 << 1,
	EVENT_MEMBERSHIP = 1 << 2,
	EVENT_MFE = 1 << 3,
	EVENT_ALERT = 1 << 4,
	EVENT_ALL = ~0,			/* those that are not known here too */
};

struct event {
	const char *name;
	unsigned int class;
	enum status (*print)(const struct nlmsghdr *nlh);
};

/* The event that the message MGM_CMD_... tells of; NULL if it is newer than this. */
const struct event *event_find(uint8_t command);

/* The line begins with the time, if that is wanted; at its end it is written out. */
void event_open(const char *name);
void event_close(void);

/* Say that nothing can be missed from here on. */
void event_listening(void);

/*
 * A descriptor that becomes readable when a signal says that it is enough. Returns a
 * negative number if there is none, and has said why.
 */
int event_signals(void);

#endif /* MGM_TOOL_EVENT_H */
