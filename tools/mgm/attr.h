/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink attributes: what each is, checked before it is used. */
#ifndef MGM_TOOL_ATTR_H
#define MGM_TOOL_ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <libmnl/libmnl.h>

enum attr_type {
	ATTR_UNKNOWN,	/* newer than this program */
	ATTR_PAD,
	ATTR_U32,
	ATTR_U64,
	ATTR_STRING,
	ATTR_ADDRESS4,
	ATTR_ADDRESS6,
	ATTR_DEV,	/* u32, ifindex */
	ATTR_SECONDS,	/* u32, milliseconds; seconds for people */
	ATTR_SWITCH,	/* u32, 0 is off */
	ATTR_NEST,
	ATTR_BYTES,
};

struct attr_set {
	size_t count;
	const struct attr {
		enum attr_type type;
		const char *word;	/* in the command line */
	} *attrs;			/* by number */
};

/* No set has more. */
#define ATTR_COUNT_MAX	64

/*
 * Sort the attributes in @len bytes at @payload into @tb, which has
 * ATTR_COUNT_MAX places; unknown ones are passed over. Returns false if one is
 * not what @set says.
 */
bool attr_parse(const struct attr_set *set, const void *payload, size_t len,
		const struct nlattr **tb);

/* Describe @attr in the words of the command line. */
void attr_describe(const struct attr_set *set, const struct nlattr *attr, char *text,
		   size_t size);

/* Each of these prints nothing if the attribute is absent. */
void attr_print_uint(const char *word, const char *key, const struct nlattr *attr);
void attr_print_name(const char *word, const char *key, const struct nlattr *attr);
void attr_print_time(const char *word, const char *key, const struct nlattr *attr);
/* u32, 0 is off; the text tells only that. */
void attr_print_off(const char *word, const char *key, const struct nlattr *attr);
/* The device by its name; JSON has its index too, under @key_index. */
void attr_print_dev(const char *word, const char *key, const char *key_index,
		    const struct nlattr *attr);
void attr_print_address(const char *word, const char *key, const struct nlattr *attr4,
			const struct nlattr *attr6);
/* @word as in print_flags(). */
void attr_print_flags(const char *word, const char *key, const char *const *names,
		      size_t count, const struct nlattr *attr);

/*
 * As the type in @set says, with the word there, which makes the key too. A time
 * has "_ms" behind that.
 */
void attr_print_setting(const struct attr_set *set, const struct nlattr *attr);
/*
 * A nest of counters, u64, each with its word in @set, which makes its key too:
 * all in JSON, in the text those that are not 0. Returns false if one is none.
 */
bool attr_print_counters(const char *word, const char *key, const struct attr_set *set,
			 const struct nlattr *nest);

/*
 * Write an address and its prefix length to @text: "any" if it stands for all,
 * the bare address if the prefix is all of it. Returns @text.
 */
const char *attr_prefix(const struct nlattr *attr4, const struct nlattr *attr6,
			const struct nlattr *len, const char *any, char *text, size_t size);
#define ATTR_PREFIX_SIZE	64

#endif /* MGM_TOOL_ATTR_H */
