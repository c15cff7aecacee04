// SPDX-License-Identifier: GPL-2.0
/* Netlink attributes: checks, and printing them one by one. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "mgm.h"
#include "print.h"

/* Longer than every word of a setting or a counter. */
#define KEY_SIZE	40

static bool valid(enum attr_type type, const struct nlattr *attr)
{
	switch (type) {
	case ATTR_U32:
	case ATTR_DEV:
	case ATTR_SECONDS:
	case ATTR_SWITCH:
		return mnl_attr_validate(attr, MNL_TYPE_U32) >= 0;
	case ATTR_U64:
		return mnl_attr_validate(attr, MNL_TYPE_U64) >= 0;
	case ATTR_STRING:
		return mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0;
	case ATTR_ADDRESS4:
		return mnl_attr_get_payload_len(attr) == sizeof(struct in_addr);
	case ATTR_ADDRESS6:
		return mnl_attr_get_payload_len(attr) == sizeof(struct in6_addr);
	case ATTR_NEST:
		return mnl_attr_validate(attr, MNL_TYPE_NESTED) >= 0;
	default:
		return true;
	}
}

static const struct attr *lookup(const struct attr_set *set, const struct nlattr *attr)
{
	static const struct attr unknown;
	unsigned int number = mnl_attr_get_type(attr);

	return number < set->count ? &set->attrs[number] : &unknown;
}

bool attr_parse(const struct attr_set *set, const void *payload, size_t len,
		const struct nlattr **tb)
{
	const struct nlattr *attr;

	memset(tb, 0, ATTR_COUNT_MAX * sizeof(*tb));

	mnl_attr_for_each_payload(payload, len) {
		enum attr_type type = lookup(set, attr)->type;

		if (!valid(type, attr))
			return false;
		if (type != ATTR_UNKNOWN)
			tb[mnl_attr_get_type(attr)] = attr;
	}

	return true;
}

void attr_describe(const struct attr_set *set, const struct nlattr *attr, char *text,
		   size_t size)
{
	const struct attr *known = lookup(set, attr);
	const void *payload = mnl_attr_get_payload(attr);
	char address[INET6_ADDRSTRLEN], time[SECONDS_SIZE];

	if (!known->word || !valid(known->type, attr)) {
		snprintf(text, size, "attribute %u", mnl_attr_get_type(attr));
		return;
	}

	switch (known->type) {
	case ATTR_U32:
		snprintf(text, size, "%s %u", known->word, mnl_attr_get_u32(attr));
		break;
	case ATTR_DEV:
		snprintf(text, size, "%s %s", known->word, dev_name(mnl_attr_get_u32(attr)));
		break;
	case ATTR_SECONDS:
		snprintf(text, size, "%s %s", known->word,
			 seconds(mnl_attr_get_u32(attr), time, sizeof(time)));
		break;
	case ATTR_SWITCH:
		snprintf(text, size, "%s %s", known->word,
			 mnl_attr_get_u32(attr) ? "on" : "off");
		break;
	case ATTR_STRING:
		snprintf(text, size, "%s %s", known->word, mnl_attr_get_str(attr));
		break;
	case ATTR_ADDRESS4:
		inet_ntop(AF_INET, payload, address, sizeof(address));
		snprintf(text, size, "%s %s", known->word, address);
		break;
	case ATTR_ADDRESS6:
		inet_ntop(AF_INET6, payload, address, sizeof(address));
		snprintf(text, size, "%s %s", known->word, address);
		break;
	default:
		snprintf(text, size, "%s", known->word);
	}
}

void attr_print_uint(const char *word, const char *key, const struct nlattr *attr)
{
	if (!attr)
		return;

	if (mnl_attr_get_payload_len(attr) == sizeof(uint64_t))
		print_uint(word, key, mnl_attr_get_u64(attr));
	else
		print_uint(word, key, mnl_attr_get_u32(attr));
}

void attr_print_name(const char *word, const char *key, const struct nlattr *attr)
{
	if (attr)
		print_name(word, key, mnl_attr_get_str(attr));
}

void attr_print_time(const char *word, const char *key, const struct nlattr *attr)
{
	if (attr)
		print_time(word, key, mnl_attr_get_u64(attr));
}

void attr_print_off(const char *word, const char *key, const struct nlattr *attr)
{
	if (attr)
		print_off(word, key, !mnl_attr_get_u32(attr));
}

void attr_print_dev(const char *word, const char *key, const char *key_index,
		    const struct nlattr *attr)
{
	if (!attr)
		return;

	print_dev(word, key, mnl_attr_get_u32(attr));
	print_uint(NULL, key_index, mnl_attr_get_u32(attr));
}

void attr_print_address(const char *word, const char *key, const struct nlattr *attr4,
			const struct nlattr *attr6)
{
	if (attr4)
		print_address(word, key, AF_INET, mnl_attr_get_payload(attr4));
	else if (attr6)
		print_address(word, key, AF_INET6, mnl_attr_get_payload(attr6));
}

void attr_print_flags(const char *word, const char *key, const char *const *names,
		      size_t count, const struct nlattr *attr)
{
	if (attr)
		print_flags(word, key, names, count, mnl_attr_get_u32(attr));
}

/* The key that @word makes: JSON has no dashes. */
static void make_key(const char *word, const char *unit, char *key, size_t size)
{
	char *dash = key;

	snprintf(key, size, "%s%s", word, unit);
	while ((dash = strchr(dash, '-')))
		*dash = '_';
}

void attr_print_setting(const struct attr_set *set, const struct nlattr *attr)
{
	const struct attr *known;
	char key[KEY_SIZE];

	if (!attr)
		return;

	known = lookup(set, attr);
	make_key(known->word, known->type == ATTR_SECONDS ? "_ms" : "", key, sizeof(key));
	if (known->type == ATTR_SECONDS)
		print_time(known->word, key, mnl_attr_get_u32(attr));
	else if (known->type == ATTR_SWITCH)
		print_on(known->word, key, mnl_attr_get_u32(attr));
	else
		attr_print_uint(known->word, key, attr);
}

bool attr_print_counters(const char *word, const char *key, const struct attr_set *set,
			 const struct nlattr *nest)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];
	char counter_key[KEY_SIZE];
	bool any = false;
	size_t i;

	if (!attr_parse(set, mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest), tb))
		return false;

	for (i = 0; i < set->count; i++)
		any |= set->attrs[i].word && tb[i] && mnl_attr_get_u64(tb[i]);

	print_group_open(any ? word : NULL, key);
	for (i = 0; i < set->count; i++) {
		const char *counter = set->attrs[i].word;

		if (!counter || !tb[i])
			continue;
		make_key(counter, "", counter_key, sizeof(counter_key));
		print_uint(mnl_attr_get_u64(tb[i]) ? counter : NULL, counter_key,
			   mnl_attr_get_u64(tb[i]));
	}
	print_group_close();
	return true;
}

const char *attr_prefix(const struct nlattr *attr4, const struct nlattr *attr6,
			const struct nlattr *len, const char *any, char *text, size_t size)
{
	static const struct in6_addr zero;
	const struct nlattr *attr = attr4 ?: attr6;
	size_t bytes = attr4 ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	char address[INET6_ADDRSTRLEN];

	/* The address 0 with the length 0, said or implied, is everything. */
	if (!attr || (!memcmp(mnl_attr_get_payload(attr), &zero, bytes) &&
		      (!len || !mnl_attr_get_u32(len)))) {
		snprintf(text, size, "%s", any);
		return text;
	}

	inet_ntop(attr4 ? AF_INET : AF_INET6, mnl_attr_get_payload(attr), address,
		  sizeof(address));
	if (!len || mnl_attr_get_u32(len) == 8 * bytes)
		snprintf(text, size, "%s", address);
	else
		snprintf(text, size, "%s/%u", address, mnl_attr_get_u32(len));
	return text;
}
