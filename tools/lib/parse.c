// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Attributes into structs, by a table. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>

#include "object.h"

static bool valid(enum field_type type, const struct nlattr *attr)
{
	switch (type) {
	case FIELD_U32:
	case FIELD_BOOL:
		return mnl_attr_validate(attr, MNL_TYPE_U32) >= 0;
	case FIELD_U64:
		return mnl_attr_validate(attr, MNL_TYPE_U64) >= 0;
	case FIELD_STRING:
		return mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0;
	case FIELD_ADDRESS4:
		return mnl_attr_get_payload_len(attr) == sizeof(struct in_addr);
	case FIELD_ADDRESS6:
		return mnl_attr_get_payload_len(attr) == sizeof(struct in6_addr);
	default:
		return true;
	}
}

static void store_address(const struct nlattr *attr, sa_family_t family, void *to)
{
	struct mgm_address *address = to;

	address->family = family;
	memcpy(&address->ip6, mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
}

static void store(const struct field *field, const struct nlattr *attr, char *to)
{
	void *member = to + field->offset;

	switch (field->type) {
	case FIELD_U32:
		*(uint32_t *)member = mnl_attr_get_u32(attr);
		break;
	case FIELD_U64:
		*(uint64_t *)member = mnl_attr_get_u64(attr);
		break;
	case FIELD_BOOL:
		*(bool *)member = mnl_attr_get_u32(attr);
		break;
	case FIELD_STRING:
		*(const char **)member = mnl_attr_get_str(attr);
		break;
	case FIELD_ADDRESS4:
		store_address(attr, AF_INET, member);
		break;
	case FIELD_ADDRESS6:
		store_address(attr, AF_INET6, member);
		break;
	case FIELD_OCTETS:
		*(const void **)member = mnl_attr_get_payload(attr);
		*(size_t *)(to + field->more) = mnl_attr_get_payload_len(attr);
		return;
	case FIELD_UNKNOWN:
		return;
	}
	if (field->more)
		*(bool *)(to + field->more) = true;
}

bool mgm_parse(const struct fields *fields, const void *payload, size_t len, void *to)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload(payload, len) {
		const struct field *field;

		if (mnl_attr_get_type(attr) >= fields->count)
			continue;
		field = &fields->fields[mnl_attr_get_type(attr)];
		if (!valid(field->type, attr))
			return false;
		store(field, attr, to);
	}
	return true;
}

bool mgm_parse_message(const struct fields *fields, const struct nlmsghdr *nlh, void *to)
{
	return mgm_parse(fields, mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
			 mnl_nlmsg_get_payload_len(nlh) - GENL_HDRLEN, to);
}

int mgm_parse_nests(const struct fields *fields, const struct nlmsghdr *nlh,
		    uint16_t number, size_t size, void **items, size_t *n)
{
	const struct nlattr *attr;
	size_t count = 0;
	char *item;

	*items = NULL;
	*n = 0;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		count += mnl_attr_get_type(attr) == number;
	if (!count)
		return 0;

	item = calloc(count, size);
	if (!item)
		return -ENOMEM;
	*items = item;
	*n = count;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != number)
			continue;
		if (!mgm_parse(fields, mnl_attr_get_payload(attr),
			       mnl_attr_get_payload_len(attr), item)) {
			free(*items);
			*items = NULL;
			return -EPROTO;
		}
		item += size;
	}
	return 0;
}
