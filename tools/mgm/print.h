/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One printer for text and JSON: every value goes through one call, which knows
 * its word in the text and its key in the JSON.
 *
 * In text an object is a line of "word value" pairs. A NULL word leaves the value
 * out of the text, an empty one prints it bare; a NULL key leaves it out of the
 * JSON.
 */
#ifndef MGM_TOOL_PRINT_H
#define MGM_TOOL_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * @oneline: objects within an object stay on its line
 */
void print_setup(bool json, bool pretty, bool oneline);

/*
 * Until print_commit(), output is only kept, so that print_discard() can take it
 * back. Both return false if it cannot be kept or written.
 */
bool print_hold(void);
void print_discard(void);
bool print_commit(void);

/* A list of objects; @key is NULL for the outermost. In text, others are indented. */
void print_list_open(const char *key);
void print_list_close(void);

void print_object_open(void);
void print_object_close(void);

/*
 * Values under a name of their own, within an object. The text has @word in
 * front of them, in a new line, unless it is NULL.
 */
void print_group_open(const char *word, const char *key);
void print_group_close(void);

/* Text only: go on in a new line that belongs to the same object. */
void print_break(void);

void print_uint(const char *word, const char *key, uint64_t value);
void print_string(const char *word, const char *key, const char *value);
/* A string that somebody chose freely: quoted in the text where it must be. */
void print_name(const char *word, const char *key, const char *value);
/* What is either on or off; of the second, the text tells only that it is off. */
void print_on(const char *word, const char *key, bool on);
void print_off(const char *word, const char *key, bool off);
/* @ms milliseconds; the text shows seconds. */
void print_time(const char *word, const char *key, uint64_t ms);
/* Write @ms milliseconds as seconds, without the unit. Returns @text. */
const char *seconds(uint64_t ms, char *text, size_t size);
#define SECONDS_SIZE	32
/* @family is AF_INET or AF_INET6. */
void print_address(const char *word, const char *key, int family, const void *address);
/* "(source, group)"; JSON has the two apart. */
void print_flow(const char *source, const char *group);
/* A network device, by its name. */
void print_dev(const char *word, const char *key, uint32_t ifindex);
/*
 * A bit mask: the names of the bits that are set, where names[n] is that of bit
 * n; bits without a name as one hexadecimal number. The text has @word in front of
 * them all, unless it is NULL.
 */
void print_flags(const char *word, const char *key, const char *const *names, size_t count,
		 uint32_t value);
void print_hex(const char *word, const char *key, const void *bytes, size_t len);

/* The name of a device, "if<index>" if it has none. Not for long-term keeping. */
const char *dev_name(uint32_t ifindex);

#endif /* MGM_TOOL_PRINT_H */
