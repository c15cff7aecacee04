// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Attributes into structs, by a table. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>

#include "object.h"

/*
 * libmnl's accessors, inline: a large table has millions of attributes, and half of the
 * time of reading it went by in calls.
 */
static uint16_t type_of(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

static size_t length(const struct nlattr *attr)
{
	return attr->nla_len - MNL_ATTR_HDRLEN;
}

static const void *payload(const struct nlattr *attr)
{
	return (const char *)attr + MNL_ATTR_HDRLEN;
}

/* The attribute that begins at @at, if it does and is whole. */
static const struct nlattr *attr_at(const char *at, const char *end)
{
	const ptrdiff_t left = end - at, header = MNL_ATTR_HDRLEN;
	const struct nlattr *attr = (const struct nlattr *)at;

	return left >= header && attr->nla_len >= header && attr->nla_len <= left ?
	       attr : NULL;
}

static const struct nlattr *attr_after(const struct nlattr *attr, const char *end)
{
	return attr_at((const char *)attr + MNL_ALIGN(attr->nla_len), end);
}

static bool valid(enum field_type type, const struct nlattr *attr)
{
	switch (type) {
	case FIELD_U32:
	case FIELD_BOOL:
		return length(attr) == sizeof(uint32_t);
	case FIELD_U64:
		return length(attr) == sizeof(uint64_t);
	case FIELD_STRING:
		return length(attr) && !((const char *)attr)[attr->nla_len - 1];
	case FIELD_ADDRESS4:
		return length(attr) == sizeof(struct in_addr);
	case FIELD_ADDRESS6:
		return length(attr) == sizeof(struct in6_addr);
	default:
		return true;
	}
}

static void store_address(const struct nlattr *attr, sa_family_t family, void *to)
{
	struct mgm_address *address = to;

	address->family = family;
	memcpy(&address->ip6, payload(attr), length(attr));
}

static void store(const struct field *field, const struct nlattr *attr, char *to)
{
	void *member = to + field->offset;
	uint32_t number;

	switch (field->type) {
	case FIELD_U32:
		memcpy(member, payload(attr), sizeof(uint32_t));
		break;
	case FIELD_U64:
		memcpy(member, payload(attr), sizeof(uint64_t));
		break;
	case FIELD_BOOL:
		memcpy(&number, payload(attr), sizeof(number));
		*(bool *)member = number;
		break;
	case FIELD_STRING:
		*(const char **)member = payload(attr);
		break;
	case FIELD_ADDRESS4:
		store_address(attr, AF_INET, member);
		break;
	case FIELD_ADDRESS6:
		store_address(attr, AF_INET6, member);
		break;
	case FIELD_OCTETS:
		*(const void **)member = payload(attr);
		*(size_t *)(to + field->more) = length(attr);
		return;
	case FIELD_UNKNOWN:
		return;
	}
	if (field->more)
		*(bool *)(to + field->more) = true;
}

static bool parse(const struct fields *fields, const char *begin, const char *end,
		  void *to)
{
	const struct nlattr *attr;

	for (attr = attr_at(begin, end); attr; attr = attr_after(attr, end)) {
		const struct field *field;

		if (type_of(attr) >= fields->count)
			continue;
		field = &fields->fields[type_of(attr)];
		if (!valid(field->type, attr))
			return false;
		store(field, attr, to);
	}
	return true;
}

static const char *begin_of(const struct nlmsghdr *nlh)
{
	return mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN);
}

bool mgm_parse_message(const struct fields *fields, const struct nlmsghdr *nlh, void *to)
{
	return parse(fields, begin_of(nlh), mnl_nlmsg_get_payload_tail(nlh), to);
}

int mgm_parse_nests(const struct fields *fields, const struct nlmsghdr *nlh,
		    uint16_t number, size_t size, void **items, size_t *n)
{
	const char *begin = begin_of(nlh), *end = mnl_nlmsg_get_payload_tail(nlh);
	const struct nlattr *attr;
	size_t count = 0;
	char *item;

	*items = NULL;
	*n = 0;
	for (attr = attr_at(begin, end); attr; attr = attr_after(attr, end))
		count += type_of(attr) == number;
	if (!count)
		return 0;

	item = calloc(count, size);
	if (!item)
		return -ENOMEM;
	*items = item;
	*n = count;

	for (attr = attr_at(begin, end); attr; attr = attr_after(attr, end)) {
		if (type_of(attr) != number)
			continue;
		if (!parse(fields, payload(attr), (const char *)attr + attr->nla_len, item)) {
			free(*items);
			*items = NULL;
			return -EPROTO;
		}
		item += size;
	}
	return 0;
}
