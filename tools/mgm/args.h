/* SPDX-License-Identifier: GPL-2.0 */
/* The arguments of a command: "word value" pairs and bare words, in any order. */
#ifndef MGM_TOOL_ARGS_H
#define MGM_TOOL_ARGS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "mgm.h"
#include "netlink.h"

enum {
	ARG_HANDLE = 1 << 0,
	ARG_ID = 1 << 1,
	ARG_COMPONENT = 1 << 2,
	ARG_NAME = 1 << 3,
	ARG_PERSIST = 1 << 4,
	ARG_DEV = 1 << 5,
	ARG_NEXTHOP = 1 << 6,
	ARG_TTL_THRESHOLD = 1 << 7,
	ARG_GROUP = 1 << 8,
	ARG_SOURCE = 1 << 9,
	ARG_JOIN = 1 << 10,
	ARG_FORWARD = 1 << 11,
	ARG_TYPE = 1 << 12,
	ARG_WRONG_IF = 1 << 13,
	ARG_UPSTREAM = 1 << 14,
	ARG_IIF = 1 << 15,
	ARG_VALUE = 1 << 16,
	ARG_MFE_TIMEOUT = 1 << 17,
	ARG_RPF_TABLE = 1 << 18,
	ARG_WRONG_IF_INTERVAL = 1 << 19,
	ARG_ANSWER_TIMEOUT = 1 << 20,
	ARG_DEVS = 1 << 21,		/* dev, as often as there are */
	ARG_ALL = 1 << 22,
	ARG_PROTOCOL = 1 << 23,
	ARG_INTERFACE = 1 << 24,
	ARG_MEMBERSHIP = 1 << 25,
	ARG_MFE = 1 << 26,
	ARG_ALERT = 1 << 27,
};

struct address {
	int family;		/* AF_UNSPEC: any */
	bool has_len;
	uint32_t len;		/* of the prefix */
	union {
		struct in_addr in4;
		struct in6_addr in6;
	};
};

struct device {
	uint32_t ifindex;
	const char *name;	/* as it was given */
};

struct args {
	unsigned int given;	/* ARG_* */
	uint32_t handle;
	uint32_t id;
	uint32_t component;
	const char *name;
	uint32_t ifindex;
	struct address nexthop;
	uint32_t ttl_threshold;
	struct address group;
	struct address source;
	uint32_t type;
	uint32_t wrong_if;	/* 0 or 1 */
	struct address upstream;	/* AF_UNSPEC: on the link */
	uint32_t iif;
	uint32_t value;
	uint32_t mfe_timeout;
	uint32_t rpf_table;
	uint32_t wrong_if_interval;
	uint32_t answer_timeout;
	struct device *devs;		/* to be freed */
	size_t n_devs;
};

/*
 * Settings that may be among the arguments: the attributes @first to @last of the
 * set of @request, which those that are given go into.
 */
struct settings {
	struct request *request;
	uint16_t first;
	uint16_t last;
	uint64_t given;			/* bit n: attribute n */
};

/*
 * Parse the arguments, of which those in @allowed may be there and those in
 * @required must. Complains with a hint at the help of @object.
 */
enum status args_parse(int argc, char **argv, const char *object, unsigned int allowed,
		       unsigned int required, struct args *args);
enum status args_parse_settings(int argc, char **argv, const char *object,
				unsigned int allowed, unsigned int required,
				struct args *args, struct settings *settings);

/*
 * Put an address into @request, under one of two numbers, according to its
 * family; "any" puts nothing. The second puts the prefix length too, if given.
 */
void args_put_address(struct request *request, uint16_t number4, uint16_t number6,
		      const struct address *address);
void args_put_prefix(struct request *request, uint16_t number4, uint16_t number6,
		     uint16_t number_len, const struct address *address);

#endif /* MGM_TOOL_ARGS_H */
