// SPDX-License-Identifier: GPL-2.0
/* Which events are printed: those that have the values asked for. */
#include <string.h>
#include <linux/genetlink.h>
#include <linux/mgm.h>

#include "filter.h"

/* Where an event has what can be asked for: attributes, 0 if it has no such thing. */
struct places {
	uint16_t handle;
	uint16_t owner;
	uint16_t dev;
	uint16_t oif;
	uint16_t group4;
	uint16_t group6;
	uint16_t source4;
	uint16_t source6;
};

static const struct places protocol_places = {
	.handle = MGM_A_PROTOCOL_HANDLE,
};

static const struct places interface_places = {
	.handle = MGM_A_INTERFACE_HANDLE,
	.owner = MGM_A_INTERFACE_OWNER_HANDLE,
	.dev = MGM_A_INTERFACE_IFINDEX,
};

static const struct places membership_places = {
	.handle = MGM_A_MEMBERSHIP_HANDLE,
	.dev = MGM_A_MEMBERSHIP_IFINDEX,
	.group4 = MGM_A_MEMBERSHIP_GROUP4,
	.group6 = MGM_A_MEMBERSHIP_GROUP6,
	.source4 = MGM_A_MEMBERSHIP_SOURCE4,
	.source6 = MGM_A_MEMBERSHIP_SOURCE6,
};

static const struct places mfe_places = {
	.owner = MGM_A_MFE_OWNER_HANDLE,
	.dev = MGM_A_MFE_IIF,
	.oif = MGM_A_MFE_OIF,
	.group4 = MGM_A_MFE_GROUP4,
	.group6 = MGM_A_MFE_GROUP6,
	.source4 = MGM_A_MFE_SOURCE4,
	.source6 = MGM_A_MFE_SOURCE6,
};

static const struct places alert_places = {
	.handle = MGM_A_ALERT_HANDLE,
	.dev = MGM_A_ALERT_IFINDEX,
	.oif = MGM_A_ALERT_OIF,
	.group4 = MGM_A_ALERT_GROUP4,
	.group6 = MGM_A_ALERT_GROUP6,
	.source4 = MGM_A_ALERT_SOURCE4,
	.source6 = MGM_A_ALERT_SOURCE6,
};

static const struct places *places_of(enum event_class class)
{
	switch (class) {
	case EVENT_PROTOCOL:
		return &protocol_places;
	case EVENT_INTERFACE:
		return &interface_places;
	case EVENT_MEMBERSHIP:
		return &membership_places;
	case EVENT_MFE:
		return &mfe_places;
	default:
		return &alert_places;
	}
}

static const struct nlattr *find(const struct nlmsghdr *nlh, uint16_t number)
{
	const struct nlattr *attr;

	if (!number)
		return NULL;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == number)
			return attr;
	return NULL;
}

static bool equals(const struct nlattr *attr, const void *value, size_t len)
{
	return attr && mnl_attr_get_payload_len(attr) == len &&
	       !memcmp(mnl_attr_get_payload(attr), value, len);
}

static bool has_u32(const struct nlmsghdr *nlh, uint16_t number, uint32_t value)
{
	return equals(find(nlh, number), &value, sizeof(value));
}

/* Whether one of the outgoing interfaces is on the device. */
static bool has_oif(const struct nlmsghdr *nlh, uint16_t number, uint32_t ifindex)
{
	const struct nlattr *oif, *attr;

	if (!number)
		return false;
	mnl_attr_for_each(oif, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(oif) != number)
			continue;
		mnl_attr_for_each_nested(attr, oif)
			if (mnl_attr_get_type(attr) == MGM_A_OIF_IFINDEX &&
			    equals(attr, &ifindex, sizeof(ifindex)))
				return true;
	}
	return false;
}

static bool has_address(const struct nlmsghdr *nlh, uint16_t number4, uint16_t number6,
			const struct address *address)
{
	static const struct in6_addr zero;
	const struct nlattr *attr4 = find(nlh, number4), *attr6 = find(nlh, number6);

	switch (address->family) {
	case AF_INET:
		return equals(attr4, &address->in4, sizeof(address->in4));
	case AF_INET6:
		return equals(attr6, &address->in6, sizeof(address->in6));
	default:
		return number4 && (!attr4 || equals(attr4, &zero, sizeof(address->in4))) &&
		       (!attr6 || equals(attr6, &zero, sizeof(address->in6)));
	}
}

bool filter_passes(const struct nlmsghdr *nlh, enum event_class class,
		   const struct args *args)
{
	const struct places *places = places_of(class);

	if (args->given & ARG_HANDLE && !has_u32(nlh, places->handle, args->handle) &&
	    !has_u32(nlh, places->owner, args->handle))
		return false;
	if (args->given & ARG_DEV && !has_u32(nlh, places->dev, args->ifindex) &&
	    !has_oif(nlh, places->oif, args->ifindex))
		return false;
	if (args->given & ARG_GROUP &&
	    !has_address(nlh, places->group4, places->group6, &args->group))
		return false;
	return !(args->given & ARG_SOURCE) ||
	       has_address(nlh, places->source4, places->source6, &args->source);
}
