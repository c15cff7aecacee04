// SPDX-License-Identifier: GPL-2.0
/* The conversation with the kernel: socket, families, requests and answers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <linux/mgm.h>
#include <linux/mgm_igmp.h>
#include <linux/netlink.h>

#include "netlink.h"

/* The kernel fills bigger messages for those who have shown a bigger buffer. */
#define BUFFER_SIZE_MIN		32768

/* Enough for some thousand announcements. */
#define MONITOR_BUFFER_SIZE	(8 << 20)

static struct {
	struct mnl_socket *socket;
	uint32_t seq;
	char *buffer;
	size_t buffer_size;
} nl;

struct family mgm_family = { .name = MGM_GENL_NAME, .version = MGM_GENL_VERSION };
struct family igmp_family = {
	.name = MGM_IGMP_GENL_NAME,
	.version = MGM_IGMP_GENL_VERSION,
};

static enum status nl_open(void);
static enum status find_family(struct family *family);

static enum status failed(const char *what)
{
	return complain("%s: %s", what, strerror(errno));
}

static enum status malformed(void)
{
	return complain("cannot make sense of the kernel's answer");
}

/* Building requests */

static void request_start(struct request *request, struct family *family, uint8_t cmd,
			  uint8_t version, const struct attr_set *set)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	request->family = family;
	request->set = set;
	request->expected_error = 0;
	request->met_expected_error = false;
	request->too_long = false;

	nlh = mnl_nlmsg_put_header(request->buffer);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
}

void request_init(struct request *request, uint8_t cmd, const struct attr_set *set)
{
	request_init_to(request, &mgm_family, cmd, set);
}

void request_init_to(struct request *request, struct family *family, uint8_t cmd,
		     const struct attr_set *set)
{
	request_start(request, family, cmd, family->version, set);
}

void request_put(struct request *request, uint16_t number, const void *value, size_t len)
{
	if (!mnl_attr_put_check(&request->header, sizeof(request->buffer), number, len,
				value))
		request->too_long = true;
}

void request_put_u32(struct request *request, uint16_t number, uint32_t value)
{
	request_put(request, number, &value, sizeof(value));
}

void request_put_string(struct request *request, uint16_t number, const char *string)
{
	request_put(request, number, string, strlen(string) + 1);
}

static enum status send_request(struct request *request, uint16_t flags)
{
	struct nlmsghdr *nlh = &request->header;
	enum status status;

	if (request->too_long)
		return complain("the arguments are too long");

	status = nl_open();
	if (status == STATUS_OK && request->family)
		status = find_family(request->family);
	if (status != STATUS_OK)
		return status;

	nlh->nlmsg_type = request->family ? request->family->type : GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl.seq;
	if (mnl_socket_sendto(nl.socket, nlh, nlh->nlmsg_len) < 0)
		return failed("cannot send to the kernel");
	return STATUS_OK;
}

/* Refusals */

/* Say which part of the request the kernel disliked. */
static void explain(const struct request *request, const struct nlattr *offset,
		    const struct nlattr *missing)
{
	const struct nlattr *attr;
	char text[128];

	if (offset)
		mnl_attr_for_each(attr, &request->header, sizeof(struct genlmsghdr)) {
			if ((size_t)((const char *)attr - request->buffer) !=
			    mnl_attr_get_u32(offset))
				continue;
			attr_describe(request->set, attr, text, sizeof(text));
			fprintf(stderr, "  at: %s\n", text);
		}

	if (missing) {
		uint32_t number = mnl_attr_get_u32(missing);

		if (number < request->set->count && request->set->attrs[number].word)
			fprintf(stderr, "  missing: %s\n", request->set->attrs[number].word);
		else
			fprintf(stderr, "  missing: attribute %u\n", number);
	}
}

/*
 * Say why the kernel refused. @error is the negative errno that it answered, and
 * the attributes of the extended answer are in @len bytes at @payload.
 */
static enum status refused(struct request *request, int error, const void *payload,
			   size_t len)
{
	static const struct attr answer[] = {
		[NLMSGERR_ATTR_MSG] = { ATTR_STRING, NULL },
		[NLMSGERR_ATTR_OFFS] = { ATTR_U32, NULL },
		[NLMSGERR_ATTR_MISS_TYPE] = { ATTR_U32, NULL },
	};
	static const struct attr_set answer_set = { ARRAY_SIZE(answer), answer };
	const struct nlattr *tb[ATTR_COUNT_MAX];
	const char *sentence = NULL;

	if (-error == request->expected_error) {
		request->met_expected_error = true;
		return STATUS_REFUSED;
	}

	if (!attr_parse(&answer_set, payload, len, tb))
		return malformed();

	if (tb[NLMSGERR_ATTR_MSG])
		sentence = mnl_attr_get_str(tb[NLMSGERR_ATTR_MSG]);

	if (sentence && *sentence)
		fprintf(stderr, "Error: %s%s\n", sentence,
			sentence[strlen(sentence) - 1] == '.' ? "" : ".");
	else
		complain("the kernel refuses: %s", strerror(-error));

	explain(request, tb[NLMSGERR_ATTR_OFFS], tb[NLMSGERR_ATTR_MISS_TYPE]);
	return STATUS_REFUSED;
}

/* The end of a request: NLMSG_ERROR, which may say 0. */
static enum status verdict(struct request *request, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	size_t before = sizeof(*err);

	if (len < before)
		return malformed();

	/* The request is repeated, unless it was capped to its header. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		before += MNL_ALIGN(err->msg.nlmsg_len - MNL_NLMSG_HDRLEN);
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || before > len)
		before = len;

	if (!err->error)
		return STATUS_OK;
	return refused(request, err->error, (const char *)err + before, len - before);
}

/* The end of a dump: NLMSG_DONE, with an error code. */
static enum status dump_verdict(struct request *request, const struct nlmsghdr *nlh)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	const int *error = mnl_nlmsg_get_payload(nlh);
	size_t before = sizeof(*error);

	if (len < before || *error >= 0)
		return STATUS_OK;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		before = len;
	return refused(request, *error, (const char *)error + before, len - before);
}

/* Receiving */

/*
 * Receive one datagram of whatever size into nl.buffer. Returns its length, or
 * -1 with errno.
 */
static ssize_t receive(int flags)
{
	int fd = mnl_socket_get_fd(nl.socket);

	for (;;) {
		struct sockaddr_nl from = { 0 };
		socklen_t from_len = sizeof(from);
		ssize_t len = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC | flags);

		if (len > (ssize_t)nl.buffer_size) {
			char *buffer = realloc(nl.buffer, len);

			if (!buffer)
				return -1;
			nl.buffer = buffer;
			nl.buffer_size = len;
		}

		if (len >= 0)
			len = recvfrom(fd, nl.buffer, nl.buffer_size, flags,
				       (struct sockaddr *)&from, &from_len);
		if (len < 0 && errno == EINTR)
			continue;
		/* Other processes can write to our port; only the kernel is heard. */
		if (len >= 0 && from.nl_pid)
			continue;
		return len;
	}
}

/*
 * Receive the answers to @request. Whatever else arrives is left over from an
 * earlier one, and passed over.
 */
static enum status converse(struct request *request, answer_fn answer, void *data,
			    bool *interrupted)
{
	uint32_t port = mnl_socket_get_portid(nl.socket);

	for (;;) {
		ssize_t received = receive(0);
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl.buffer;
		int len = received;

		if (received < 0)
			return failed("cannot receive from the kernel");

		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			enum status status;

			if (nlh->nlmsg_pid != port || nlh->nlmsg_seq != nl.seq)
				continue;
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR && interrupted)
				*interrupted = true;

			if (nlh->nlmsg_type == NLMSG_ERROR)
				return verdict(request, nlh);
			if (nlh->nlmsg_type == NLMSG_DONE)
				return dump_verdict(request, nlh);
			if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
				continue;
			if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
				return malformed();

			status = answer ? answer(nlh, data) : STATUS_OK;
			if (status != STATUS_OK)
				return status;
		}
	}
}

enum status nl_do(struct request *request, answer_fn answer, void *data)
{
	enum status status = send_request(request, NLM_F_ACK);

	if (status != STATUS_OK)
		return status;
	return converse(request, answer, data, NULL);
}

enum status nl_dump(struct request *request, answer_fn answer, void *data,
		    bool *interrupted)
{
	enum status status = send_request(request, NLM_F_DUMP);

	*interrupted = false;
	if (status != STATUS_OK)
		return status;
	return converse(request, answer, data, interrupted);
}

enum status nl_receive(answer_fn answer, void *data, bool *overrun)
{
	ssize_t received = receive(MSG_DONTWAIT);
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl.buffer;
	int len = received;

	if (received < 0) {
		if (errno == EAGAIN)
			return STATUS_OK;
		if (errno != ENOBUFS)
			return failed("cannot receive from the kernel");
		*overrun = true;
		return STATUS_OK;
	}

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		enum status status;

		if (nlh->nlmsg_type != mgm_family.type ||
		    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
			continue;
		status = answer(nlh, data);
		if (status != STATUS_OK)
			return status;
	}

	return STATUS_OK;
}

enum status nl_parse(const struct nlmsghdr *nlh, const struct attr_set *set,
		     const struct nlattr **tb)
{
	const char *payload = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr));
	size_t len = mnl_nlmsg_get_payload_len(nlh) - MNL_ALIGN(sizeof(struct genlmsghdr));

	return attr_parse(set, payload, len, tb) ? STATUS_OK : malformed();
}

uint8_t nl_command(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return genl->cmd;
}

/* Socket and families */

static void note_group(struct family *family, const struct nlattr *group)
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

static enum status note_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *group;
	struct family *family = data;

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

	return STATUS_OK;
}

/* Find out how @family is spoken to, unless that has been done. */
static enum status find_family(struct family *family)
{
	static const struct attr_set wordless;
	struct request request;
	enum status status;

	if (family->type)
		return STATUS_OK;

	request_start(&request, NULL, CTRL_CMD_GETFAMILY, 1, &wordless);
	request_put_string(&request, CTRL_ATTR_FAMILY_NAME, family->name);
	request.expected_error = ENOENT;

	status = nl_do(&request, note_family, family);
	if (status == STATUS_REFUSED && request.met_expected_error)
		return complain("the %s module is not loaded in the kernel (modprobe %s)",
				family->name, family->name);
	if (status == STATUS_OK && !family->type)
		return malformed();
	return status;
}

/* Open the socket, unless that has been done. */
static enum status nl_open(void)
{
	int one = 1;

	if (nl.socket)
		return STATUS_OK;

	nl.socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl.socket)
		return failed("cannot open a netlink socket");
	if (mnl_socket_bind(nl.socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return failed("cannot bind the netlink socket");

	/* Kernels that do not know these answer without the sentence. */
	mnl_socket_setsockopt(nl.socket, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(nl.socket, NETLINK_CAP_ACK, &one, sizeof(one));

	nl.buffer_size = BUFFER_SIZE_MIN;
	nl.buffer = malloc(nl.buffer_size);
	if (!nl.buffer)
		return failed("cannot start");

	return STATUS_OK;
}

void nl_close(void)
{
	if (nl.socket)
		mnl_socket_close(nl.socket);
	free(nl.buffer);
}

enum status nl_subscribe(void)
{
	enum status status = nl_open();
	int size = MONITOR_BUFFER_SIZE;
	int fd;

	if (status == STATUS_OK)
		status = find_family(&mgm_family);
	if (status != STATUS_OK)
		return status;

	/* The administrator may go beyond net.core.rmem_max. */
	fd = mnl_socket_get_fd(nl.socket);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));

	if (mnl_socket_setsockopt(nl.socket, NETLINK_ADD_MEMBERSHIP,
				  &mgm_family.monitor_group,
				  sizeof(mgm_family.monitor_group)) < 0)
		return failed("cannot join the family's multicast group");
	return STATUS_OK;
}

int nl_fd(void)
{
	return mnl_socket_get_fd(nl.socket);
}
