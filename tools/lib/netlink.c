// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The conversation with the kernel: sockets, families, requests and answers. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <linux/mgm.h>
#include <linux/netlink.h>

#include "netlink.h"

/* The kernel fills bigger messages for those who have shown a bigger buffer. */
#define BUFFER_SIZE_MIN		32768

/* How often a list is read again because it changed meanwhile. */
#define TRIES			8

/* Reasons */

int mgm_reason_set(struct mgm_reason *reason, int error, const char *format, ...)
{
	va_list args;

	mgm_reason_clear(reason);
	va_start(args, format);
	errno = -error;
	vsnprintf(reason->text, sizeof(reason->text), format, args);
	va_end(args);
	return error;
}

void mgm_reason_clear(struct mgm_reason *reason)
{
	memset(reason, 0, sizeof(*reason));
}

int mgm_malformed(struct mgm_reason *reason)
{
	return mgm_reason_set(reason, -EPROTO, "cannot make sense of the kernel's answer");
}

/* Note the kernel's sentence, which may have a full stop. */
static void explain(struct mgm_reason *reason, const char *sentence)
{
	size_t len = strlen(sentence);

	if (len && sentence[len - 1] == '.')
		len--;
	if (!len)
		return;
	snprintf(reason->text, sizeof(reason->text), "%.*s", (int)len, sentence);
	reason->explained = true;
}

/*
 * Note why the kernel refused. The attributes of its extended answer are in @len
 * octets at @payload.
 */
static int refused(struct mgm_reason *reason, int error, const void *payload, size_t len)
{
	const struct nlattr *attr;

	mgm_reason_set(reason, error, "%m");
	reason->refused = true;

	mnl_attr_for_each_payload(payload, len) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
				return mgm_malformed(reason);
			explain(reason, mnl_attr_get_str(attr));
			break;
		case NLMSGERR_ATTR_OFFS:
			if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
				return mgm_malformed(reason);
			reason->offset = mnl_attr_get_u32(attr);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
				return mgm_malformed(reason);
			reason->missing = mnl_attr_get_u32(attr);
			reason->misses = true;
			break;
		}
	}
	return error;
}

int mgm_verdict(const struct nlmsghdr *nlh, struct mgm_reason *reason)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	bool done = nlh->nlmsg_type == NLMSG_DONE;
	size_t before = done ? sizeof(err->error) : sizeof(*err);

	if (len < before)
		return mgm_malformed(reason);

	/* The request is repeated, unless it was capped to its header. */
	if (!done && !(nlh->nlmsg_flags & NLM_F_CAPPED))
		before += MNL_ALIGN(err->msg.nlmsg_len - MNL_NLMSG_HDRLEN);
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || before > len)
		before = len;

	if (err->error >= 0)
		return 0;
	return refused(reason, err->error, (const char *)err + before, len - before);
}

/* Sockets */

static int failed(struct mgm_socket *socket, const char *what)
{
	return mgm_reason_set(socket->reason, -errno, "%s: %m", what);
}

int mgm_socket_open(struct mgm_socket *socket, struct mgm_reason *reason)
{
	int one = 1, err;

	memset(socket, 0, sizeof(*socket));
	socket->reason = reason;

	socket->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!socket->nl)
		return failed(socket, "cannot open a netlink socket");
	if (mnl_socket_bind(socket->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = failed(socket, "cannot bind the netlink socket");
		goto close;
	}

	/* Kernels that do not know these answer without the sentence. */
	mnl_socket_setsockopt(socket->nl, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(socket->nl, NETLINK_CAP_ACK, &one, sizeof(one));

	socket->buffer_size = BUFFER_SIZE_MIN;
	socket->buffer = malloc(socket->buffer_size);
	if (!socket->buffer) {
		err = mgm_reason_set(reason, -ENOMEM, "%m");
		goto close;
	}
	return 0;

close:
	mgm_socket_close(socket);
	return err;
}

void mgm_socket_close(struct mgm_socket *socket)
{
	if (socket->nl)
		mnl_socket_close(socket->nl);
	free(socket->buffer);
	socket->nl = NULL;
	socket->buffer = NULL;
}

void mgm_socket_room(struct mgm_socket *socket, int size)
{
	int fd = mnl_socket_get_fd(socket->nl);

	/* The administrator may go beyond net.core.rmem_max. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

/* Requests */

struct nlmsghdr *mgm_message_begin(void *buffer, uint8_t cmd, uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

void mgm_socket_number(struct mgm_socket *socket, struct nlmsghdr *nlh, uint16_t type,
		       uint16_t flags)
{
	/* What the kernel says by itself has 0. */
	if (!++socket->seq)
		socket->seq = 1;
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = socket->seq;
}

int mgm_socket_send(struct mgm_socket *socket, struct iovec *requests, size_t n)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr msg = {
		.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
		.msg_iov = requests,
		.msg_iovlen = n,
	};

	if (sendmsg(mnl_socket_get_fd(socket->nl), &msg, 0) < 0)
		return failed(socket, "cannot send to the kernel");
	return 0;
}

ssize_t mgm_socket_receive(struct mgm_socket *socket, int flags)
{
	int fd = mnl_socket_get_fd(socket->nl);

	for (;;) {
		struct sockaddr_nl from = { 0 };
		socklen_t from_len = sizeof(from);
		ssize_t len = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC | flags);

		if (len > (ssize_t)socket->buffer_size) {
			char *buffer = realloc(socket->buffer, len);

			if (!buffer)
				return -ENOMEM;
			socket->buffer = buffer;
			socket->buffer_size = len;
		}

		if (len >= 0)
			len = recvfrom(fd, socket->buffer, socket->buffer_size, flags,
				       (struct sockaddr *)&from, &from_len);
		if (len < 0 && errno == EINTR)
			continue;
		/* Other processes can write to our port; only the kernel is heard. */
		if (len >= 0 && from.nl_pid)
			continue;
		return len < 0 ? -errno : len;
	}
}

/*
 * Receive the answers to the last request. Whatever else arrives is left over from
 * an earlier one, and passed over.
 */
static int listen_to(struct mgm_socket *socket, mgm_heard heard, void *data,
		     bool *interrupted)
{
	uint32_t port = mnl_socket_get_portid(socket->nl);

	for (;;) {
		ssize_t received = mgm_socket_receive(socket, 0);
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)socket->buffer;
		int len = received, err;

		if (received < 0)
			return mgm_reason_set(socket->reason, received,
					      "cannot receive from the kernel: %m");

		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_pid != port || nlh->nlmsg_seq != socket->seq)
				continue;
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR && interrupted)
				*interrupted = true;

			if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
				return mgm_verdict(nlh, socket->reason);
			if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
				continue;
			if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
				return mgm_malformed(socket->reason);

			err = heard ? heard(nlh, data) : 0;
			if (err == -ENOMEM)
				mgm_reason_set(socket->reason, err, "%m");
			if (err)
				return err;
		}
	}
}

int mgm_socket_talk(struct mgm_socket *socket, struct nlmsghdr *nlh, uint16_t type,
		    uint16_t flags, mgm_heard heard, void *data, bool *interrupted)
{
	struct iovec request = { .iov_base = nlh, .iov_len = nlh->nlmsg_len };
	int err;

	mgm_reason_clear(socket->reason);
	if (interrupted)
		*interrupted = false;
	mgm_socket_number(socket, nlh, type, flags);
	err = mgm_socket_send(socket, &request, 1);
	return err ?: listen_to(socket, heard, data, interrupted);
}

/* Families */

static void note_group(struct mgm_family *family, const struct nlattr *group)
{
	const struct nlattr *attr;
	const char *name = NULL;
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, group) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_MCAST_GRP_NAME:
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
				name = mnl_attr_get_str(attr);
			break;
		case CTRL_ATTR_MCAST_GRP_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
				id = mnl_attr_get_u32(attr);
			break;
		}
	}

	if (name && !strcmp(name, MGM_MCGRP_MONITOR))
		family->monitor_group = id;
}

static int note_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *group;
	struct mgm_family *family = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
				family->type = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_for_each_nested(group, attr)
				note_group(family, group);
			break;
		}
	}
	return 0;
}

int mgm_socket_find(struct mgm_socket *socket, struct mgm_family *family)
{
	/* The kernel says ENAMETOOLONG before this can be too small. */
	union {
		struct nlmsghdr header;
		char buffer[NLMSG_SPACE(GENL_HDRLEN) + NLA_HDRLEN + 256];
	} request = { .buffer = "" };
	struct nlmsghdr *nlh = mgm_message_begin(&request, CTRL_CMD_GETFAMILY, 1);
	int err;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, family->name);
	err = mgm_socket_talk(socket, nlh, GENL_ID_CTRL, NLM_F_ACK, note_family, family, NULL);
	if (!err && !family->type)
		return mgm_malformed(socket->reason);
	return err;
}

/* Lists */

const struct nlmsghdr *mgm_messages_next(const struct mgm_messages *messages,
					 const struct nlmsghdr *nlh)
{
	const char *next = messages->data;

	if (nlh)
		next = (const char *)nlh + MNL_ALIGN(nlh->nlmsg_len);
	return next < messages->data + messages->len ? (const struct nlmsghdr *)next : NULL;
}

void mgm_messages_free(struct mgm_messages *messages)
{
	free(messages->data);
	memset(messages, 0, sizeof(*messages));
}

int mgm_messages_keep(const struct nlmsghdr *nlh, void *data)
{
	struct mgm_messages *messages = data;
	size_t len = messages->len + MNL_ALIGN(nlh->nlmsg_len);

	if (len > messages->size) {
		size_t size = 2 * len;
		char *bigger = realloc(messages->data, size);

		if (!bigger)
			return -ENOMEM;
		messages->data = bigger;
		messages->size = size;
	}
	memcpy(messages->data + messages->len, nlh, nlh->nlmsg_len);
	messages->len = len;
	return 0;
}

int mgm_socket_read_all(struct mgm_socket *socket, struct nlmsghdr *nlh, uint16_t type,
			struct mgm_messages *messages, bool *interrupted)
{
	int try = 0, err;

	do {
		messages->len = 0;
		err = mgm_socket_talk(socket, nlh, type, NLM_F_DUMP, mgm_messages_keep,
				      messages, interrupted);
	} while (!err && *interrupted && ++try < TRIES);

	return err;
}
