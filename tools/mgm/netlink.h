/* SPDX-License-Identifier: GPL-2.0 */
/* The conversation with the kernel, in this command's words. */
#ifndef MGM_TOOL_NETLINK_H
#define MGM_TOOL_NETLINK_H

#include <stdbool.h>
#include <stdint.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "../lib/netlink.h"
#include "attr.h"
#include "mgm.h"

/* A family that requests go to. The kernel's module of it has the same name. */
struct family {
	struct mgm_family nl;	/* its type is 0 until it is needed */
	uint8_t version;
};

extern struct family mgm_family, igmp_family;

/*
 * A request in the making. The set tells the words of its attributes, for the
 * message about a refused one.
 */
struct request {
	struct family *family;
	const struct attr_set *set;
	int expected_error;		/* an errno that the caller explains itself */
	bool met_expected_error;
	bool too_long;
	union {
		struct nlmsghdr header;
		char buffer[4096];
	};
};

/*
 * Called for each message that answers a request. Returns a status; other than
 * STATUS_OK ends the conversation.
 */
typedef enum status (*answer_fn)(const struct nlmsghdr *nlh, void *data);

/* The socket is opened when it is first needed. */
void nl_close(void);

/* A request to MGM itself; the second, to another family. */
void request_init(struct request *request, uint8_t cmd, const struct attr_set *set);
void request_init_to(struct request *request, struct family *family, uint8_t cmd,
		     const struct attr_set *set);
void request_put_u32(struct request *request, uint16_t number, uint32_t value);
void request_put_string(struct request *request, uint16_t number, const char *string);
void request_put(struct request *request, uint16_t number, const void *value, size_t len);

/* Ask for one thing, or for something to be done; wait for the verdict. */
enum status nl_do(struct request *request, answer_fn answer, void *data);

/*
 * Ask for all objects. If they change while they are read, they are read again, a few
 * times; @interrupted tells that even so some may be missing, or be there twice.
 */
enum status nl_dump(struct request *request, struct mgm_messages *messages,
		    bool *interrupted);

/* From now on, receive what is announced to MGM's monitor group. */
enum status nl_subscribe(void);
int nl_fd(void);

/*
 * Receive what has been announced. Returns STATUS_OK also when there was
 * nothing; sets @overrun when announcements were lost. The kernel says so before
 * it hands over those that were still in time.
 */
enum status nl_receive(answer_fn answer, void *data, bool *overrun);

/* Sort the attributes of a message; complains about bad ones. */
enum status nl_parse(const struct nlmsghdr *nlh, const struct attr_set *set,
		     const struct nlattr **tb);

uint8_t nl_command(const struct nlmsghdr *nlh);

#endif /* MGM_TOOL_NETLINK_H */
