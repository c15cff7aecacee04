/* SPDX-License-Identifier: GPL-2.0 */
/* What all files of the mgm command share: its exit status, and its objects. */
#ifndef MGM_TOOL_H
#define MGM_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Every function that can fail returns one of these, and has said why. */
enum status {
	STATUS_OK = 0,
	STATUS_ERROR = 1,	/* wrong usage, or something failed on this side */
	STATUS_REFUSED = 2,	/* the kernel refused */
};

/* Chosen on the command line, constant afterwards. */
struct options {
	bool json;
	bool pretty;
	bool statistics;
	bool timestamp;
};

extern struct options options;

/* A word of the command line, and what it leads to. */
struct command {
	const char *word;
	int (*run)(int argc, char **argv);
};

/* Say what is wrong, on stderr. Returns STATUS_ERROR. */
int complain(const char *format, ...) __printf(1, 2);

/*
 * Find @word among @count table entries of @size bytes, each of which starts
 * with a pointer to its word: as a whole, or shortened as long as that leaves no
 * doubt. Returns the index, or one of the two below.
 */
int match_word(const char *word, const void *table, size_t size, size_t count);
#define MATCH_NONE	(-1)
#define MATCH_SEVERAL	(-2)

/*
 * The same; complains about what is not there or in doubt, and returns a
 * negative number. @what says what the word should be.
 */
int find_word(const char *what, const char *word, const void *table, size_t size,
	      size_t count);

/*
 * Run the command of @object that argv[0] names; none is the same as the first
 * in the table. "help", there or as the first argument of a command, prints the
 * help @text.
 */
int run_command(const char *object, const struct command *commands, size_t count,
		const char *text, int argc, char **argv);

/* Print the help @text, because it was asked for. Returns STATUS_OK. */
int help(const char *text);

/* The objects, one a file. */
int protocol_main(int argc, char **argv);
int interface_main(int argc, char **argv);
int membership_main(int argc, char **argv);
int mfe_main(int argc, char **argv);
int igmp_main(int argc, char **argv);
int limit_main(int argc, char **argv);
int config_main(int argc, char **argv);
int monitor_main(int argc, char **argv);

#endif /* MGM_TOOL_H */
