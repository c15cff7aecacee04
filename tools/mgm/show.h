/* SPDX-License-Identifier: GPL-2.0 */
/* What all "show" commands do: ask, and print the answer as one list. */
#ifndef MGM_TOOL_SHOW_H
#define MGM_TOOL_SHOW_H

#include "netlink.h"

/* Ask for the one object that @request names. */
enum status show_one(struct request *request, answer_fn print, void *data);

/*
 * Ask for all. If they change while they are read, they are read again, and
 * @print sees them once more; only what it printed last counts.
 */
enum status show_all(struct request *request, answer_fn print, void *data);

#endif /* MGM_TOOL_SHOW_H */
