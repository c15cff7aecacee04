/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two sides of a comparison have in common: a program that owns a forwarder
 * and does what it is told, a line a command, and says how long that took:
 *
 *	ok NANOSECONDS COUNT
 *	error REASON
 */
#ifndef SIDE_H
#define SIDE_H

#include <netinet/in.h>
#include <stdint.h>

/* What a command says: how many things it did; @ns is set to 0 before it. */
struct side_result {
	uint64_t ns;
	unsigned long count;
};

/*
 * struct side_command - a word, and what it does
 * @name: the word
 * @words: how many more have to follow it, at least
 * @run: does it; 0, or a negative errno
 */
struct side_command {
	const char *name;
	int words;
	int (*run)(char **words, int n, struct side_result *result);
};

/* One of many flows. */
struct side_flow {
	struct in_addr source;
	struct in_addr group;
};

/*
 * Serve commands until stdin ends. Meanwhile, and not during a command, @ready is
 * called when the descriptor *@fd can be read, if there is one (not negative).
 */
void side_serve(const struct side_command *commands, const int *fd,
		void (*ready)(void));

uint64_t side_now(void);
unsigned long side_number(const char *word);
struct side_flow side_flow(unsigned long sources, unsigned long groups,
			   unsigned long number);
unsigned int side_ifindex(const char *name);

#endif
