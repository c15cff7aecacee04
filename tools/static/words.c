// SPDX-License-Identifier: GPL-2.0
/* Words of the configuration file: names of interfaces, addresses, numbers. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "words.h"

void complain(struct place *place, int level, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (level == LOG_ERR)
		place->failed = true;
	say(level, "%s:%u: %s%s", place->path, place->line,
	    level == LOG_ERR ? "" : "warning: ", text);
}

static int nothing_there(struct place *place, const char *what, const char *after)
{
	complain(place, LOG_ERR, "%s is missing after '%s'", what, after);
	return -1;
}

int read_name(struct place *place, const char *word, const char *after,
	      char name[IFNAMSIZ])
{
	if (!word)
		return nothing_there(place, "the name of an interface", after);
	if (strlen(word) >= IFNAMSIZ || strchr(word, '/')) {
		complain(place, LOG_ERR, "'%s' is not the name of an interface", word);
		return -1;
	}
	strcpy(name, word);
	return 0;
}

/* A number and nothing else. */
static bool number(const char *word, unsigned int *value)
{
	char *end;

	if (!*word || strspn(word, "0123456789") != strlen(word) || strlen(word) > 9)
		return false;
	*value = strtoul(word, &end, 10);
	return true;
}

int read_ttl(struct place *place, const char *word, unsigned int *ttl)
{
	if (!word)
		return nothing_there(place, "a number", "ttl-threshold");
	if (!number(word, ttl) || *ttl < 1 || *ttl > 255) {
		complain(place, LOG_ERR, "'%s' is not a TTL threshold from 1 to 255", word);
		return -1;
	}
	return 0;
}

static struct in_addr mask(unsigned int len)
{
	return (struct in_addr){ len ? htonl(~0U << (32 - len)) : 0 };
}

bool prefix_covers(const struct prefix *prefix, struct in_addr address)
{
	return (address.s_addr & mask(prefix->len).s_addr) == prefix->address.s_addr;
}

/* ADDRESS or ADDRESS/LEN; false if it is neither. */
static bool read_prefix(const char *word, struct prefix *prefix)
{
	size_t n = strcspn(word, "/");
	char address[INET_ADDRSTRLEN];

	if (n >= sizeof(address))
		return false;
	memcpy(address, word, n);
	address[n] = '\0';
	prefix->len = 32;
	if (inet_pton(AF_INET, address, &prefix->address) != 1)
		return false;
	if (word[n] && (!number(word + n + 1, &prefix->len) || prefix->len > 32))
		return false;
	return true;
}

int read_group(struct place *place, const char *word, struct prefix *group)
{
	if (!word)
		return nothing_there(place, "an address", "group");
	if (!read_prefix(word, group)) {
		complain(place, LOG_ERR, "'%s' is not an address, or ADDRESS/LENGTH", word);
		return -1;
	}
	if (!IN_MULTICAST(ntohl(group->address.s_addr)) || group->len < 4) {
		complain(place, LOG_ERR, "'%s' is not a multicast group, or a range of them",
			 word);
		return -1;
	}
	group->address.s_addr &= mask(group->len).s_addr;
	return 0;
}

int read_source(struct place *place, const char *word, struct prefix *source)
{
	if (!word)
		return nothing_there(place, "an address", "source");
	if (!read_prefix(word, source)) {
		complain(place, LOG_ERR, "'%s' is not an address, or ADDRESS/LENGTH", word);
		return -1;
	}
	/* 0.0.0.0 is how some write that any will do. */
	if (!source->address.s_addr)
		source->len = 0;
	if (ntohl(source->address.s_addr) >> 29 == 7) {
		complain(place, LOG_ERR, "'%s' is not the address of a source", word);
		return -1;
	}
	source->address.s_addr &= mask(source->len).s_addr;
	return 0;
}
