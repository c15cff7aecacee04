/* SPDX-License-Identifier: GPL-2.0 */
/* What all "show" commands do: ask, and print the answer as one list. */
#ifndef MGM_TOOL_SHOW_H
#define MGM_TOOL_SHOW_H

#include "netlink.h"

/* Prints the object in a message, without its frame. */
typedef enum status (*print_fn)(const struct nlmsghdr *nlh);

/* Of all objects, those whose attribute @number, a u32, is @value. */
struct show_filter {
	uint16_t number;
	uint32_t value;
	bool found;		/* there was one */
};

/* Ask for all objects; complains if they may not be consistent. */
enum status read_all(struct request *request, struct mgm_messages *messages);

/* Ask for the one object that @request names. */
enum status show_one(struct request *request, print_fn print);

/* Ask for all, and print those that @filter lets through; NULL is no filter. */
enum status show_all(struct request *request, print_fn print, struct show_filter *filter);

#endif /* MGM_TOOL_SHOW_H */
