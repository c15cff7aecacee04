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

/* Seconds, with up to three decimals, and with or without the unit. */
static bool parse_seconds(const char *text, uint32_t *ms)
{
	uint64_t total = 0;
	int decimals = -1;		/* the point has not come yet */

	if (!isdigit((unsigned char)*text))
		return false;

	for (; isdigit((unsigned char)*text) || (*text == '.' && decimals < 0); text++) {
		if (*text == '.') {
			decimals = 0;
			continue;
		}
		total = total * 10 + *text - '0';
		if (decimals >= 0)
			decimals++;
		if (total > UINT32_MAX || decimals > 3)
			return false;
	}
	for (decimals = decimals < 0 ? 0 : decimals; decimals < 3; decimals++)
		total *= 10;

	*ms = total;
	return total <= UINT32_MAX && (!*text || !strcmp(text, "s"));
}

static bool parse_switch(const char *text, uint32_t *on)
{
	*on = !strcmp(text, "on");
	return *on || !strcmp(text, "off");
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
	return parse_switch(text, &args->wrong_if);
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

static bool parse_answer_timeout(const char *text, struct args *args)
{
	return parse_quantity(text, "ms", &args->answer_timeout);
}

static bool parse_devs(const char *text, struct args *args)
{
	struct device *devs = reallocarray(args->devs, args->n_devs + 1, sizeof(*devs));

	if (!devs)
		return false;
	args->devs = devs;
	devs[args->n_devs].name = text;
	return parse_ifindex(text, &devs[args->n_devs++].ifindex);
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
	{ "answer-timeout", ARG_ANSWER_TIMEOUT, parse_answer_timeout,
	  "this is no number of milliseconds" },
	{ "dev", ARG_DEVS, parse_devs, "there is no such device" },
	{ "all", ARG_ALL, NULL, NULL },
	{ "protocol", ARG_PROTOCOL, NULL, NULL },
	{ "interface", ARG_INTERFACE, NULL, NULL },
	{ "membership", ARG_MEMBERSHIP, NULL, NULL },
	{ "mfe", ARG_MFE, NULL, NULL },
	{ "alert", ARG_ALERT, NULL, NULL },
};

static enum status hint(const char *object)
{
	complain("try: mgm %s help", object);
	return STATUS_ERROR;
}

/* How a setting is given, and what a bad value is. */
static const struct {
	bool (*parse)(const char *text, uint32_t *value);
	const char *otherwise;
} setting_types[] = {
	[ATTR_U32] = { parse_u32, "this is not a number" },
	[ATTR_SECONDS] = { parse_seconds, "this is no number of seconds" },
	[ATTR_SWITCH] = { parse_switch, "this is neither on nor off" },
};

static enum status parse_setting(struct settings *settings, uint16_t number,
				 const char *text)
{
	const struct attr *attr = &settings->request->set->attrs[number];
	uint32_t value;

	if (!setting_types[attr->type].parse(text, &value))
		return complain("%s \"%s\": %s", attr->word, text,
				setting_types[attr->type].otherwise);
	request_put_u32(settings->request, number, value);
	return STATUS_OK;
}

/* A word that may be said: an argument, or a setting. */
struct known {
	const char *word;
	const struct arg *arg;
	uint16_t setting;		/* if @arg is NULL: its attribute */
};

/* Take note that a word is said. Returns whether it has been before. */
static bool note(const struct known *known, struct args *args, struct settings *settings)
{
	bool before;

	if (known->arg) {
		before = args->given & known->arg->bit & ~ARG_DEVS;
		args->given |= known->arg->bit;
	} else {
		before = settings->given & 1ULL << known->setting;
		settings->given |= 1ULL << known->setting;
	}
	return before;
}

/* Parse what is at argv[0]. Returns how many words it is; 0 if it is wrong. */
static int parse(int argc, char **argv, const struct known *known, struct args *args,
		 struct settings *settings)
{
	const struct arg *arg = known->arg;

	if (note(known, args, settings)) {
		complain("%s is given twice", known->word);
		return 0;
	}
	if (arg && !arg->parse)
		return 1;

	if (argc < 2) {
		complain("%s needs a value", known->word);
		return 0;
	}
	if (!arg)
		return parse_setting(settings, known->setting, argv[1]) == STATUS_OK ? 2 : 0;
	if (!arg->parse(argv[1], args)) {
		complain("%s \"%s\": %s", arg->word, argv[1], arg->otherwise);
		return 0;
	}
	return 2;
}

/* Fill @known with what may be said. Returns how much that is. */
static size_t know(struct known *known, unsigned int allowed,
		   const struct settings *settings)
{
	size_t count = 0, i;

	/* What is not allowed here must not make a shortened word ambiguous. */
	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (allowed & table[i].bit)
			known[count++] = (struct known){ table[i].word, &table[i], 0 };

	if (!settings)
		return count;
	for (i = settings->first; i <= settings->last; i++)
		known[count++] = (struct known){
			settings->request->set->attrs[i].word, NULL, i
		};
	return count;
}

enum status args_parse_settings(int argc, char **argv, const char *object,
				unsigned int allowed, unsigned int required,
				struct args *args, struct settings *settings)
{
	struct known known[ARRAY_SIZE(table) + ATTR_COUNT_MAX];
	size_t count = know(known, allowed, settings), i;
	int words;

	memset(args, 0, sizeof(*args));

	for (; argc; argc -= words, argv += words) {
		int found = find_word("argument", *argv, known, sizeof(known[0]), count);

		if (found < 0)
			return hint(object);
		words = parse(argc, argv, &known[found], args, settings);
		if (!words)
			return STATUS_ERROR;
	}

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (required & ~args->given & table[i].bit) {
			complain("%s is missing", table[i].word);
			return hint(object);
		}

	return STATUS_OK;
}

enum status args_parse(int argc, char **argv, const char *object, unsigned int allowed,
		       unsigned int required, struct args *args)
{
	return args_parse_settings(argc, argv, object, allowed, required, args, NULL);
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
