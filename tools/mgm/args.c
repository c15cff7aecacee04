// SPDX-License-Identifier: GPL-2.0
/* The arguments of a command. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <linux/mgm.h>

#include "args.h"

/* Decimal, or hexadecimal after 0x; a leading zero does not make it octal. */
static bool parse_u32(const char *text, uint32_t *value)
{
	int base = text[0] == '0' && tolower(text[1]) == 'x' ? 16 : 10;
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;

	errno = 0;
	number = strtoull(text, &end, base);
	if (*end || end == text || errno || number > UINT32_MAX)
		return false;

	*value = number;
	return true;
}

static bool parse_address(const char *text, struct address *address)
{
	const char *slash = strchrnul(text, '/');
	char bare[INET6_ADDRSTRLEN];
	size_t len = slash - text;

	memset(address, 0, sizeof(*address));
	if (len >= sizeof(bare))
		return false;
	memcpy(bare, text, len);
	bare[len] = '\0';

	if (inet_pton(AF_INET, bare, &address->in4) == 1)
		address->family = AF_INET;
	else if (inet_pton(AF_INET6, bare, &address->in6) == 1)
		address->family = AF_INET6;
	else
		return false;

	address->has_len = *slash;
	return !address->has_len || parse_u32(slash + 1, &address->len);
}

static bool parse_address_or_any(const char *text, struct address *address)
{
	if (strcmp(text, "any"))
		return parse_address(text, address);

	memset(address, 0, sizeof(*address));
	return true;
}

/* A number, with or without the unit that it is shown with. */
static bool parse_quantity(const char *text, const char *unit, uint32_t *value)
{
	size_t len = strlen(text), unit_len = strlen(unit);
	char bare[sizeof("4294967295")];

	if (len > unit_len && !strcmp(text + len - unit_len, unit))
		len -= unit_len;
	if (len >= sizeof(bare))
		return false;
	memcpy(bare, text, len);
	bare[len] = '\0';
	return parse_u32(bare, value);
}

static bool parse_handle(const char *text, struct args *args)
{
	return parse_u32(text, &args->handle);
}

static bool parse_id(const char *text, struct args *args)
{
	return parse_u32(text, &args->id);
}

static bool parse_component(const char *text, struct args *args)
{
	return parse_u32(text, &args->component);
}

static bool parse_name(const char *text, struct args *args)
{
	args->name = text;
	return true;
}

/* "if<index>", as a device without a name is shown, may be said here too. */
static bool parse_ifindex(const char *text, uint32_t *ifindex)
{
	*ifindex = if_nametoindex(text);
	if (*ifindex)
		return true;
	return !strncmp(text, "if", 2) && parse_u32(text + 2, ifindex);
}

static bool parse_dev(const char *text, struct args *args)
{
	return parse_ifindex(text, &args->ifindex);
}

static bool parse_iif(const char *text, struct args *args)
{
	return parse_ifindex(text, &args->iif);
}

static bool parse_nexthop(const char *text, struct args *args)
{
	return parse_address(text, &args->nexthop) && !args->nexthop.has_len;
}

static bool parse_ttl_threshold(const char *text, struct args *args)
{
	return parse_u32(text, &args->ttl_threshold);
}

static bool parse_group(const char *text, struct args *args)
{
	return parse_address_or_any(text, &args->group);
}

static bool parse_source(const char *text, struct args *args)
{
	return parse_address_or_any(text, &args->source);
}

static bool parse_type(const char *text, struct args *args)
{
	static const struct {
		const char *word;
		uint32_t type;
	} types[] = {
		{ "all-sources", MGM_MEMBERSHIP_TYPE_ALL_SOURCES },
		{ "any-source", MGM_MEMBERSHIP_TYPE_ANY_SOURCE },
	};
	int i = match_word(text, types, sizeof(types[0]), ARRAY_SIZE(types));

	if (i < 0)
		return false;
	args->type = types[i].type;
	return true;
}

static bool parse_wrong_if(const char *text, struct args *args)
{
	args->wrong_if = !strcmp(text, "on");
	return args->wrong_if || !strcmp(text, "off");
}

static bool parse_upstream(const char *text, struct args *args)
{
	if (strcmp(text, "onlink"))
		return parse_address(text, &args->upstream) && !args->upstream.has_len;

	memset(&args->upstream, 0, sizeof(args->upstream));
	return true;
}

static bool parse_value(const char *text, struct args *args)
{
	return parse_u32(text, &args->value);
}

static bool parse_mfe_timeout(const char *text, struct args *args)
{
	return parse_quantity(text, "s", &args->mfe_timeout);
}

static bool parse_rpf_table(const char *text, struct args *args)
{
	if (strcmp(text, "none"))
		return parse_u32(text, &args->rpf_table);

	args->rpf_table = 0;
	return true;
}

static bool parse_wrong_if_interval(const char *text, struct args *args)
{
	return parse_quantity(text, "ms", &args->wrong_if_interval);
}

static const struct arg {
	const char *word;
	unsigned int bit;
	bool (*parse)(const char *text, struct args *args);	/* NULL: stands alone */
	const char *otherwise;					/* what a bad value is */
} table[] = {
	{ "handle", ARG_HANDLE, parse_handle, "this is not a number" },
	{ "id", ARG_ID, parse_id, "this is not a number" },
	{ "component", ARG_COMPONENT, parse_component, "this is not a number" },
	{ "name", ARG_NAME, parse_name, NULL },
	{ "persist", ARG_PERSIST, NULL, NULL },
	{ "dev", ARG_DEV, parse_dev, "there is no such device" },
	{ "nexthop", ARG_NEXTHOP, parse_nexthop, "this is not an address" },
	{ "ttl-threshold", ARG_TTL_THRESHOLD, parse_ttl_threshold, "this is not a number" },
	{ "group", ARG_GROUP, parse_group, "this is neither an address nor any" },
	{ "source", ARG_SOURCE, parse_source, "this is neither an address nor any" },
	{ "join", ARG_JOIN, NULL, NULL },
	{ "forward", ARG_FORWARD, NULL, NULL },
	{ "type", ARG_TYPE, parse_type, "this is neither any-source nor all-sources" },
	{ "wrong-if", ARG_WRONG_IF, parse_wrong_if, "this is neither on nor off" },
	{ "upstream", ARG_UPSTREAM, parse_upstream, "this is neither an address nor onlink" },
	{ "iif", ARG_IIF, parse_iif, "there is no such device" },
	{ "value", ARG_VALUE, parse_value, "this is not a number" },
	{ "mfe-timeout", ARG_MFE_TIMEOUT, parse_mfe_timeout, "this is no number of seconds" },
	{ "rpf-table", ARG_RPF_TABLE, parse_rpf_table, "this is neither a number nor none" },
	{ "wrong-if-interval", ARG_WRONG_IF_INTERVAL, parse_wrong_if_interval,
	  "this is no number of milliseconds" },
};

static enum status hint(const char *object)
{
	complain("try: mgm %s help", object);
	return STATUS_ERROR;
}

enum status args_parse(int argc, char **argv, const char *object, unsigned int allowed,
		       unsigned int required, struct args *args)
{
	struct arg known[ARRAY_SIZE(table)];
	size_t count = 0, i;

	memset(args, 0, sizeof(*args));

	/* What is not allowed here must not make a shortened word ambiguous. */
	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (allowed & table[i].bit)
			known[count++] = table[i];

	for (; argc; argc--, argv++) {
		int found = find_word("argument", *argv, known, sizeof(known[0]), count);
		const struct arg *arg;

		if (found < 0)
			return hint(object);
		arg = &known[found];
		if (args->given & arg->bit)
			return complain("%s is given twice", arg->word);
		args->given |= arg->bit;

		if (!arg->parse)
			continue;
		if (argc < 2)
			return complain("%s needs a value", arg->word);
		argc--, argv++;
		if (!arg->parse(*argv, args))
			return complain("%s \"%s\": %s", arg->word, *argv, arg->otherwise);
	}

	for (i = 0; i < count; i++)
		if (required & ~args->given & known[i].bit) {
			complain("%s is missing", known[i].word);
			return hint(object);
		}

	return STATUS_OK;
}

void args_put_address(struct request *request, uint16_t number4, uint16_t number6,
		      const struct address *address)
{
	if (address->family == AF_INET)
		request_put(request, number4, &address->in4, sizeof(address->in4));
	else if (address->family == AF_INET6)
		request_put(request, number6, &address->in6, sizeof(address->in6));
}

void args_put_prefix(struct request *request, uint16_t number4, uint16_t number6,
		     uint16_t number_len, const struct address *address)
{
	args_put_address(request, number4, number6, address);
	if (address->has_len)
		request_put_u32(request, number_len, address->len);
}
