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

/* Messages that have been read, one behind the other. Begins as all zero. */
struct messages {
	char *data;
	size_t len;
	size_t size;
};

/* The first message if @nlh is NULL, else the one behind it; NULL at the end. */
const struct nlmsghdr *messages_next(const struct messages *messages,
				     const struct nlmsghdr *nlh);
void messages_free(struct messages *messages);

/*
 * Ask for all objects. If they change while they are read, they are read again;
 * only what was read last counts.
 */
enum status read_all(struct request *request, struct messages *messages);

/* Ask for the one object that @request names. */
enum status show_one(struct request *request, print_fn print);

/* Ask for all, and print those that @filter lets through; NULL is no filter. */
enum status show_all(struct request *request, print_fn print, struct show_filter *filter);

#endif /* MGM_TOOL_SHOW_H */
