/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* What the library's files share: the connection, and a map of the house. */
#ifndef LIBMGM_OBJECT_H
#define LIBMGM_OBJECT_H

/* What is declared in there, and nothing else, is seen from outside. */
#pragma GCC visibility push(default)
#include "libmgm.h"
#pragma GCC visibility pop

#include "netlink.h"

/**
 * struct requests - requests to the kernel, one behind the other
 * @data: the first one; all begins as zero
 * @len: octets of all
 * @size: octets that there is room for
 * @last: where the last one begins
 * @count: how many they are
 * @error: why the last one cannot be made; 0 if it can
 */
struct requests {
	char *data;
	size_t len;
	size_t size;
	size_t last;
	size_t count;
	int error;
};

/**
 * struct alerts - what the kernel has told, and no callback has been made for yet
 * @first: the oldest
 * @end: where the next one goes
 * @count: how many they are
 * @full: the kernel found no room in the socket; some were lost behind what is in it
 * @overrun: some were lost behind the newest
 * @lost: how many, as far as is known
 */
struct alerts {
	struct kept *first;
	struct kept **end;
	size_t count;
	bool full;
	bool overrun;
	uint32_t lost;
};

/**
 * struct mgm - a connection
 * @reason: why the last call failed
 * @family: the kernel's
 * @gone: the kernel does not have it any more
 * @speaker: a protocol is registered on this socket; changes and alerts
 * @reader: tables and settings, so that no alert comes in between; opened when it
 *	is needed
 * @call: the one request that is made just now
 * @batch: those that are noted
 * @batching: between mgm_batch_begin() and mgm_batch_end()
 * @handle: of the protocol; 0: none
 * @ops: its callbacks; may be NULL
 * @user: for them
 * @alerts: to be dispatched
 * @asked: id of the alert that a callback is being made for, as long as there is no
 *	answer; 0: none
 * @dispatching: a callback is being made
 * @event: an eventfd, up while something is in @alerts
 * @event_up: it is
 * @epoll: what mgm_fd() returns
 */
struct mgm {
	struct mgm_reason reason;
	struct mgm_family family;
	bool gone;
	struct mgm_socket speaker;
	struct mgm_socket reader;
	struct requests call;
	struct requests batch;
	bool batching;
	uint32_t handle;
	const struct mgm_ops *ops;
	void *user;
	struct alerts alerts;
	uint32_t asked;
	bool dispatching;
	int event;
	bool event_up;
	int epoll;
};

/* request.c: each does nothing once something has failed. */
void mgm_request_begin(struct requests *requests, uint16_t type, uint8_t cmd);
void mgm_put_u32(struct requests *requests, uint16_t number, uint32_t value);
void mgm_put_string(struct requests *requests, uint16_t number, const char *string);
/* The attribute @number4, or the one behind it, which is for IPv6; nothing if any. */
void mgm_put_address(struct requests *requests, uint16_t number4,
		     const struct mgm_address *address);
/* The same; any is all zero, of the family of @like. */
void mgm_put_address_or_zero(struct requests *requests, uint16_t number4,
			     const struct mgm_address *address,
			     const struct mgm_address *like);
void mgm_put_interface(struct requests *requests, uint16_t number, uint16_t nexthop4,
		       const struct mgm_interface *ifc);
void mgm_put_flow(struct requests *requests, uint16_t group4, uint16_t source4,
		  const struct mgm_flow *flow);
void mgm_put_oif(struct requests *requests, uint16_t number,
		 const struct mgm_interface *ifc);
/* Drop the last one. */
void mgm_request_drop(struct requests *requests);
void mgm_requests_clear(struct requests *requests);
void mgm_requests_free(struct requests *requests);
struct nlmsghdr *mgm_request_last(const struct requests *requests);

/* exchange.c */

/* As many requests are sent at once: their answers must fit the socket's buffer. */
#define EXCHANGE_MAX	64

/* What came of a request. */
struct verdict {
	bool known;
	int error;
	struct mgm_reason reason;
};

/*
 * Make @n requests, in order. Returns 0, and the verdicts, or a negative errno;
 * @heard is for what else answers them, and may be NULL.
 */
int mgm_exchange(struct mgm *mgm, struct nlmsghdr **requests, size_t n,
		 struct verdict *verdicts, mgm_heard heard, void *data);
/* -ENODEV: the kernel does not have the family any more, as far as is known. */
int mgm_check_gone(struct mgm *mgm);
/* The same; takes what the kernel has told out of the socket, for the dispatcher. */
int mgm_hear(struct mgm *mgm);

/* call.c: make the request that is in mgm->call. */
int mgm_make(struct mgm *mgm, mgm_heard heard, void *data);

/* table.c: begin a request that anybody may make, and have it answered. */
struct requests *mgm_ask(struct mgm *mgm, uint8_t cmd);
int mgm_answered(struct mgm *mgm, mgm_heard heard, void *data);

/* alert.c */
void mgm_alerts_init(struct mgm *mgm);
void mgm_alerts_keep(struct mgm *mgm, const struct nlmsghdr *nlh);
/* Some were lost behind the newest. */
void mgm_alerts_overrun(struct mgm *mgm, uint32_t lost);
/* Let mgm_fd() be readable as long as there is something to dispatch. */
void mgm_alerts_signal(struct mgm *mgm);
void mgm_alerts_drop(struct mgm *mgm);
uint32_t mgm_callbacks(const struct mgm_ops *ops);

/* parse.c: attributes into structs, by a table. */

enum field_type {
	FIELD_UNKNOWN,		/* newer than this library, or of no interest */
	FIELD_U32,
	FIELD_U64,
	FIELD_BOOL,		/* u32, 0 is false */
	FIELD_STRING,
	FIELD_ADDRESS4,
	FIELD_ADDRESS6,
	FIELD_OCTETS,
};

/**
 * struct field - where an attribute goes
 * @type: what it is
 * @offset: of the member in the struct
 * @more: of one more, if not 0: of octets a size_t, their number; else a bool, that
 *	the attribute is there
 */
struct field {
	enum field_type type;
	size_t offset;
	size_t more;
};

struct fields {
	size_t count;
	const struct field *fields;	/* by number of the attribute */
};

#define FIELDS(fields)	{ sizeof(fields) / sizeof((fields)[0]), fields }

/*
 * Sort the attributes of a message into the struct at @to, which points to strings and
 * octets in it; unknown ones are passed over. False: malformed.
 */
bool mgm_parse_message(const struct fields *fields, const struct nlmsghdr *nlh, void *to);

/*
 * Sort every nest @number of a message into a struct of @size octets each. Returns
 * 0, and an array of @n that the caller frees, or a negative errno.
 */
int mgm_parse_nests(const struct fields *fields, const struct nlmsghdr *nlh,
		    uint16_t number, size_t size, void **items, size_t *n);

#endif /* LIBMGM_OBJECT_H */
