/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The conversation with the kernel: sockets, families, requests and answers. For the
 * library itself and for the mgm command; not installed.
 */
#ifndef LIBMGM_NETLINK_H
#define LIBMGM_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <libmnl/libmnl.h>

/**
 * struct mgm_reason - why something failed
 * @text: a sentence without a full stop; empty if nothing failed
 * @refused: by the kernel
 * @explained: the sentence is the kernel's own; else what the errno says
 * @offset: of the attribute that the kernel dislikes, in the request; 0: none
 * @missing: number of the attribute that it misses
 * @misses: it does
 */
struct mgm_reason {
	char text[256];
	bool refused;
	bool explained;
	uint32_t offset;
	uint32_t missing;
	bool misses;
};

/* Note why, and return @error, a negative errno. */
__printf(3, 4)
int mgm_reason_set(struct mgm_reason *reason, int error, const char *format, ...);
void mgm_reason_clear(struct mgm_reason *reason);

/* The kernel's answer has not the shape that was agreed on. */
int mgm_malformed(struct mgm_reason *reason);

/**
 * struct mgm_family - a family that requests go to
 * @name: of it, and of the kernel's module
 * @type: of its messages
 * @monitor_group: number of the group that changes are announced to
 */
struct mgm_family {
	const char *name;
	uint16_t type;
	uint32_t monitor_group;
};

/**
 * struct mgm_socket - a socket
 * @nl: NULL: not open
 * @seq: of the last request
 * @buffer: the datagram that was received last
 * @buffer_size: octets that fit in there
 * @reason: why the last request failed
 */
struct mgm_socket {
	struct mnl_socket *nl;
	uint32_t seq;
	char *buffer;
	size_t buffer_size;
	struct mgm_reason *reason;
};

/*
 * Called for each message that answers a request. Other than 0 ends the
 * conversation, which returns that.
 */
typedef int (*mgm_heard)(const struct nlmsghdr *nlh, void *data);

int mgm_socket_open(struct mgm_socket *socket, struct mgm_reason *reason);
void mgm_socket_close(struct mgm_socket *socket);

/* Have room for @size octets of what is not received yet, if that is allowed. */
void mgm_socket_room(struct mgm_socket *socket, int size);

/* Make the header of a request. It has as many octets as nlmsg_len says. */
struct nlmsghdr *mgm_message_begin(void *buffer, uint8_t cmd, uint8_t version);

/* Number the request in the socket's order. */
void mgm_socket_number(struct mgm_socket *socket, struct nlmsghdr *nlh, uint16_t type,
		       uint16_t flags);

/* Send numbered requests, all in one datagram. */
int mgm_socket_send(struct mgm_socket *socket, struct iovec *requests, size_t n);

/*
 * Receive one datagram from the kernel into the socket's buffer, however big it is.
 * Returns its length or a negative errno; does not say why.
 */
ssize_t mgm_socket_receive(struct mgm_socket *socket, int flags);

/*
 * What the kernel says at the end of a request, NLMSG_ERROR, or of a dump,
 * NLMSG_DONE: 0, or a negative errno.
 */
int mgm_verdict(const struct nlmsghdr *nlh, struct mgm_reason *reason);

/*
 * Send one request, and wait for all that answers it. @type is the family's. With
 * NLM_F_DUMP in @flags, *@interrupted tells that the objects changed meanwhile.
 */
int mgm_socket_talk(struct mgm_socket *socket, struct nlmsghdr *nlh, uint16_t type,
		    uint16_t flags, mgm_heard heard, void *data, bool *interrupted);

/* -ENOENT: the kernel does not have the family. */
int mgm_socket_find(struct mgm_socket *socket, struct mgm_family *family);

/**
 * struct mgm_messages - messages that have been read, one behind the other
 * @data: the first one; all begins as zero
 * @len: octets of all
 * @size: octets that there is room for
 */
struct mgm_messages {
	char *data;
	size_t len;
	size_t size;
};

/* An mgm_heard: @data is the list that the message is added to. */
int mgm_messages_keep(const struct nlmsghdr *nlh, void *data);

/* The first message if @nlh is NULL, else the one behind it; NULL at the end. */
const struct nlmsghdr *mgm_messages_next(const struct mgm_messages *messages,
					 const struct nlmsghdr *nlh);
void mgm_messages_free(struct mgm_messages *messages);

/*
 * Ask for all objects. If they change while they are read, they are read again, a
 * few times; only what was read last counts. *@interrupted: even that is inexact.
 */
int mgm_socket_read_all(struct mgm_socket *socket, struct nlmsghdr *nlh, uint16_t type,
			struct mgm_messages *messages, bool *interrupted);

#endif /* LIBMGM_NETLINK_H */
