/* SPDX-License-Identifier: GPL-2.0 */
/* Words of the configuration file: names of interfaces, addresses, numbers. */
#ifndef STATIC_WORDS_H
#define STATIC_WORDS_H

#include "conf.h"

/** Where a line stands, and whether all is well so far. */
struct place {
	const char *path;
	unsigned int line;
	bool failed;
};

/** Say what is wrong there; with LOG_ERR the file is not good. */
void complain(struct place *place, int level, const char *format, ...) __printf(3, 4);

/*
 * Each reads a word, returns 0, or has complained and returns -1. NULL for a word:
 * there is none where one is due, after the word @after.
 */
int read_name(struct place *place, const char *word, const char *after,
	      char name[IFNAMSIZ]);
int read_ttl(struct place *place, const char *word, unsigned int *ttl);
int read_group(struct place *place, const char *word, struct prefix *group);
int read_source(struct place *place, const char *word, struct prefix *source);

#endif /* STATIC_WORDS_H */
