// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Requests in the making, in a buffer that grows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>

#include "object.h"

struct nlmsghdr *mgm_request_last(const struct requests *requests)
{
	return (struct nlmsghdr *)(requests->data + requests->last);
}

/* Have room for @len more octets. */
static bool reserve(struct requests *requests, size_t len)
{
	size_t size = 2 * (requests->len + len);
	char *bigger;

	if (requests->error)
		return false;
	if (requests->len + len <= requests->size)
		return true;

	bigger = realloc(requests->data, size);
	if (!bigger) {
		requests->error = -ENOMEM;
		return false;
	}
	requests->data = bigger;
	requests->size = size;
	return true;
}

/* The last request has become longer. */
static void grown(struct requests *requests)
{
	requests->len = requests->last + mgm_request_last(requests)->nlmsg_len;
}

void mgm_request_begin(struct requests *requests, uint16_t type, uint8_t cmd)
{
	requests->error = 0;
	requests->last = requests->len;
	requests->count++;
	if (!reserve(requests, MNL_NLMSG_HDRLEN + GENL_HDRLEN))
		return;
	mgm_message_begin(requests->data + requests->last, cmd, MGM_GENL_VERSION);
	mgm_request_last(requests)->nlmsg_type = type;
	grown(requests);
}

static void put(struct requests *requests, uint16_t number, const void *value, size_t len)
{
	size_t size = MNL_ATTR_HDRLEN + MNL_ALIGN(len);

	if (!reserve(requests, size))
		return;
	/* Not every libmnl does that for what is behind a short value. */
	memset(requests->data + requests->len, 0, size);
	mnl_attr_put(mgm_request_last(requests), number, len, value);
	grown(requests);
}

void mgm_put_u32(struct requests *requests, uint16_t number, uint32_t value)
{
	put(requests, number, &value, sizeof(value));
}

void mgm_put_string(struct requests *requests, uint16_t number, const char *string)
{
	put(requests, number, string, strlen(string) + 1);
}

void mgm_put_address(struct requests *requests, uint16_t number4,
		     const struct mgm_address *address)
{
	switch (address->family) {
	case AF_UNSPEC:
		break;
	case AF_INET:
		put(requests, number4, &address->ip4, sizeof(address->ip4));
		break;
	case AF_INET6:
		put(requests, number4 + 1, &address->ip6, sizeof(address->ip6));
		break;
	default:
		requests->error = -EAFNOSUPPORT;
	}
}

void mgm_put_address_or_zero(struct requests *requests, uint16_t number4,
			     const struct mgm_address *address,
			     const struct mgm_address *like)
{
	struct mgm_address zero = { .family = AF_INET };

	if (address->family == AF_UNSPEC) {
		if (like->family == AF_INET6)
			zero.family = AF_INET6;
		address = &zero;
	}
	mgm_put_address(requests, number4, address);
}

void mgm_put_interface(struct requests *requests, uint16_t number, uint16_t nexthop4,
		       const struct mgm_interface *ifc)
{
	mgm_put_u32(requests, number, ifc->ifindex);
	mgm_put_address(requests, nexthop4, &ifc->nexthop);
}

void mgm_put_flow(struct requests *requests, uint16_t group4, uint16_t source4,
		  const struct mgm_flow *flow)
{
	mgm_put_address(requests, group4, &flow->group);
	mgm_put_address(requests, source4, &flow->source);
}

void mgm_put_oif(struct requests *requests, uint16_t number,
		 const struct mgm_interface *ifc)
{
	size_t begin = requests->len;
	struct nlattr *nest;

	put(requests, number | NLA_F_NESTED, "", 0);
	mgm_put_interface(requests, MGM_A_OIF_IFINDEX, MGM_A_OIF_NEXTHOP4, ifc);
	if (requests->error)
		return;
	/* Only now it is known where it came to lie. */
	nest = (struct nlattr *)(requests->data + begin);
	nest->nla_len = requests->len - begin;
}

void mgm_request_drop(struct requests *requests)
{
	requests->len = requests->last;
	requests->count--;
}

void mgm_requests_clear(struct requests *requests)
{
	requests->len = 0;
	requests->count = 0;
}

void mgm_requests_free(struct requests *requests)
{
	free(requests->data);
	memset(requests, 0, sizeof(*requests));
}
