// SPDX-License-Identifier: GPL-2.0
/* The conversation with the kernel, in this command's words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/mgm.h>
#include <linux/mgm_igmp.h>
#include <linux/netlink.h>

#include "netlink.h"

/* Enough for some thousand announcements. */
#define MONITOR_BUFFER_SIZE	(8 << 20)

static struct mgm_reason reason;
static struct mgm_socket nl;

struct family mgm_family = { { .name = MGM_GENL_NAME }, MGM_GENL_VERSION };
struct family igmp_family = { { .name = MGM_IGMP_GENL_NAME }, MGM_IGMP_GENL_VERSION };

/* Building requests */

void request_init(struct request *request, uint8_t cmd, const struct attr_set *set)
{
	request_init_to(request, &mgm_family, cmd, set);
}

void request_init_to(struct request *request, struct family *family, uint8_t cmd,
		     const struct attr_set *set)
{
	request->family = family;
	request->set = set;
	request->expected_error = 0;
	request->met_expected_error = false;
	request->too_long = false;
	mgm_message_begin(request->buffer, cmd, family->version);
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

/* Complaints */

/* Say which part of the request the kernel disliked. */
static void explain(const struct request *request)
{
	const struct attr_set *set = request->set;
	const struct nlattr *attr;
	char text[128];

	if (reason.offset)
		mnl_attr_for_each(attr, &request->header, sizeof(struct genlmsghdr)) {
			if ((size_t)((const char *)attr - request->buffer) != reason.offset)
				continue;
			attr_describe(set, attr, text, sizeof(text));
			fprintf(stderr, "  at: %s\n", text);
		}

	if (reason.misses) {
		if (reason.missing < set->count && set->attrs[reason.missing].word)
			fprintf(stderr, "  missing: %s\n", set->attrs[reason.missing].word);
		else
			fprintf(stderr, "  missing: attribute %u\n", reason.missing);
	}
}

/* Say why it came to @error, a negative errno. */
static enum status failed(struct request *request, int error)
{
	if (!reason.refused)
		return complain("%s", reason.text);

	if (-error == request->expected_error) {
		request->met_expected_error = true;
		return STATUS_REFUSED;
	}

	if (reason.explained)
		fprintf(stderr, "Error: %s.\n", reason.text);
	else
		complain("the kernel refuses: %s", reason.text);
	explain(request);
	return STATUS_REFUSED;
}

/* Talking */

/* Open the socket, unless that has been done. */
static enum status nl_open(void)
{
	if (!nl.nl && mgm_socket_open(&nl, &reason))
		return complain("%s", reason.text);
	return STATUS_OK;
}

void nl_close(void)
{
	mgm_socket_close(&nl);
}

/* Find out how @family is spoken to, unless that has been done. */
static enum status find_family(struct family *family)
{
	const char *name = family->nl.name;
	enum status status = nl_open();
	int err;

	if (status != STATUS_OK || family->nl.type)
		return status;

	err = mgm_socket_find(&nl, &family->nl);
	if (err == -ENOENT)
		return complain("the %s module is not loaded in the kernel (modprobe %s)",
				name, name);
	return err ? complain("%s", reason.text) : STATUS_OK;
}

static enum status prepare(struct request *request)
{
	if (request->too_long)
		return complain("the arguments are too long");
	return find_family(request->family);
}

/* Whom the answers are for. */
struct hearer {
	answer_fn answer;
	void *data;
};

static int heard(const struct nlmsghdr *nlh, void *data)
{
	const struct hearer *hearer = data;

	return hearer->answer ? hearer->answer(nlh, hearer->data) : STATUS_OK;
}

enum status nl_do(struct request *request, answer_fn answer, void *data)
{
	struct hearer hearer = { answer, data };
	enum status status = prepare(request);
	int err;

	if (status != STATUS_OK)
		return status;
	err = mgm_socket_talk(&nl, &request->header, request->family->nl.type, NLM_F_ACK,
			      heard, &hearer, NULL);
	return err < 0 ? failed(request, err) : (enum status)err;
}

enum status nl_dump(struct request *request, struct mgm_messages *messages,
		    bool *interrupted)
{
	enum status status = prepare(request);
	int err;

	if (status != STATUS_OK)
		return status;
	err = mgm_socket_read_all(&nl, &request->header, request->family->nl.type, messages,
				  interrupted);
	return err ? failed(request, err) : STATUS_OK;
}

enum status nl_receive(answer_fn answer, void *data, bool *overrun)
{
	ssize_t received = mgm_socket_receive(&nl, MSG_DONTWAIT);
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl.buffer;
	int len = received;

	if (received == -EAGAIN)
		return STATUS_OK;
	if (received == -ENOBUFS) {
		*overrun = true;
		return STATUS_OK;
	}
	if (received < 0)
		return complain("cannot receive from the kernel: %s", strerror(-received));

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		enum status status;

		if (nlh->nlmsg_type != mgm_family.nl.type ||
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
	const char *payload = mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN);
	size_t len = mnl_nlmsg_get_payload_len(nlh) - GENL_HDRLEN;

	if (attr_parse(set, payload, len, tb))
		return STATUS_OK;
	mgm_malformed(&reason);
	return complain("%s", reason.text);
}

uint8_t nl_command(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return genl->cmd;
}

enum status nl_subscribe(void)
{
	enum status status = find_family(&mgm_family);

	if (status != STATUS_OK)
		return status;

	mgm_socket_room(&nl, MONITOR_BUFFER_SIZE);
	if (mnl_socket_setsockopt(nl.nl, NETLINK_ADD_MEMBERSHIP, &mgm_family.nl.monitor_group,
				  sizeof(mgm_family.nl.monitor_group)) < 0)
		return complain("cannot join the family's multicast group: %s",
				strerror(errno));
	return STATUS_OK;
}

int nl_fd(void)
{
	return mnl_socket_get_fd(nl.nl);
}
