// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Changes, and what the kernel says of them, on a socket that alerts come to as well.
 *
 * The kernel handles a request inside sendmsg(). After that its verdict is in the
 * socket's buffer, or has been lost because the buffer was full; there is nothing to
 * wait for. What has been lost was done or refused all the same. Of many requests that
 * can be made again the last alone asks to be told that it was done.
 */
#include <errno.h>
#include <sys/socket.h>
#include <linux/genetlink.h>

#include "object.h"

/* How often a request is made again because of a verdict that was lost. */
#define TRIES	8

/* Requests that are under way: those whose verdict is not known. */
struct exchange {
	struct nlmsghdr **requests;
	struct verdict *verdicts;
	size_t n;
	bool sparse;		/* the last alone is to be told that it was done */
	bool lost;		/* something that the kernel said */
	bool again;		/* they were made before */
	mgm_heard heard;
	void *data;
};

static uint8_t command(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return genl->cmd;
}

/* The errno of a request that was made before with success. */
static int done_already(const struct nlmsghdr *nlh)
{
	switch (command(nlh)) {
	case MGM_CMD_INTERFACE_TAKE:
		return -EALREADY;
	case MGM_CMD_PROTOCOL_DEREGISTER:
	case MGM_CMD_INTERFACE_RELEASE:
	case MGM_CMD_MEMBERSHIP_DEL:
	case MGM_CMD_ALERT_ANSWER:
		return -ENOENT;
	default:
		return 0;
	}
}

/*
 * Is a request the same when it is made again? Not what changes FORWARD of a source,
 * which may exclude the source or let it on the first time, and another thing the
 * second.
 */
static bool repeatable(const struct nlmsghdr *nlh)
{
	uint8_t cmd = command(nlh);
	const struct nlattr *attr;
	bool source = false;
	bool forward = cmd == MGM_CMD_MEMBERSHIP_DEL;

	if (cmd == MGM_CMD_PROTOCOL_REGISTER)
		return false;
	if (cmd != MGM_CMD_MEMBERSHIP_ADD && cmd != MGM_CMD_MEMBERSHIP_DEL)
		return true;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case MGM_A_MEMBERSHIP_SOURCE4:
		case MGM_A_MEMBERSHIP_SOURCE6:
			source = true;
			break;
		case MGM_A_MEMBERSHIP_FLAGS:
			forward = mnl_attr_get_u32(attr) & MGM_MEMBERSHIP_F_FORWARD;
			break;
		}
	}
	return !source || !forward;
}

/* Which of the requests @nlh answers; @n: none that waits. */
static size_t find(const struct exchange *exchange, const struct nlmsghdr *nlh)
{
	size_t i;

	for (i = 0; i < exchange->n; i++)
		if (exchange->requests[i]->nlmsg_seq == nlh->nlmsg_seq &&
		    !exchange->verdicts[i].known)
			break;
	return i;
}

static void note_verdict(struct exchange *exchange, size_t i, const struct nlmsghdr *nlh)
{
	struct verdict *verdict = &exchange->verdicts[i];

	verdict->known = true;
	verdict->error = mgm_verdict(nlh, &verdict->reason);
	if (!verdict->error || !exchange->again ||
	    verdict->error != done_already(exchange->requests[i]))
		return;
	verdict->error = 0;
	mgm_reason_clear(&verdict->reason);
}

/* A family has come, or gone. */
static void note_family(struct mgm *mgm, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	if (command(nlh) != CTRL_CMD_DELFAMILY)
		return;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U16) >= 0 &&
		    mnl_attr_get_u16(attr) == mgm->family.type)
			mgm->gone = true;
	mgm_alerts_signal(mgm);
}

/* One message out of the socket. */
static int hear(struct mgm *mgm, struct exchange *exchange, const struct nlmsghdr *nlh)
{
	bool error = nlh->nlmsg_type == NLMSG_ERROR;
	size_t i;

	if (!error && mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
		return 0;
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		note_family(mgm, nlh);
		return 0;
	}
	if (!error && nlh->nlmsg_type != mgm->family.type)
		return 0;
	if (!error && !nlh->nlmsg_seq) {
		mgm_alerts_keep(mgm, nlh);
		return 0;
	}

	i = exchange ? find(exchange, nlh) : 0;
	if (!exchange || i == exchange->n)
		return 0;
	if (error)
		note_verdict(exchange, i, nlh);
	else if (exchange->heard)
		return exchange->heard(nlh, exchange->data);
	return 0;
}

static bool waits(const struct exchange *exchange)
{
	size_t i;

	for (i = 0; i < exchange->n; i++)
		if (!exchange->verdicts[i].known)
			return true;
	return false;
}

/*
 * Receive the verdicts; without an exchange, and to find the place of a loss, all
 * that there is.
 */
static int hear_all(struct mgm *mgm, struct exchange *exchange)
{
	while (!exchange || mgm->alerts.full || waits(exchange)) {
		ssize_t received = mgm_socket_receive(&mgm->speaker, MSG_DONTWAIT);
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)mgm->speaker.buffer;
		int len = received, err;

		if (received == -EAGAIN)
			break;
		if (received == -ENOBUFS) {
			mgm->alerts.full = true;
			if (exchange)
				exchange->lost = true;
			continue;
		}
		if (received < 0)
			return mgm_reason_set(&mgm->reason, received,
					      "cannot receive from the kernel: %m");

		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			err = hear(mgm, exchange, nlh);
			if (err)
				return err;
		}
	}

	/* What was in the socket was told before the kernel found no room. */
	if (mgm->alerts.full)
		mgm_alerts_overrun(mgm, 0);
	mgm->alerts.full = false;
	return 0;
}

int mgm_check_gone(struct mgm *mgm)
{
	if (!mgm->gone)
		return 0;
	return mgm_reason_set(&mgm->reason, -ENODEV, "the mgm module has gone");
}

int mgm_hear(struct mgm *mgm)
{
	return hear_all(mgm, NULL) ?: mgm_check_gone(mgm);
}

/* Send all whose verdict is not known. That one was refused is told in any case. */
static int send_all(struct mgm *mgm, const struct exchange *exchange)
{
	struct iovec iov[EXCHANGE_MAX];
	size_t i, n = 0;

	for (i = 0; i < exchange->n; i++) {
		struct nlmsghdr *nlh = exchange->requests[i];
		bool ack = !exchange->sparse || i == exchange->n - 1;

		if (exchange->verdicts[i].known)
			continue;
		mgm_socket_number(&mgm->speaker, nlh, mgm->family.type,
				  ack ? NLM_F_ACK : 0);
		iov[n++] = (struct iovec){ .iov_base = nlh, .iov_len = nlh->nlmsg_len };
	}
	return mgm_socket_send(&mgm->speaker, iov, n);
}

/*
 * Verdicts were lost: returns whether anything is to be made again. Those of the last
 * requests are, as the buffer stays full; one in between, for want of memory, is not
 * made again, as that might undo what came behind it.
 */
static bool again(const struct exchange *exchange, bool last)
{
	bool any = false, behind = false;
	size_t i = exchange->n;

	while (i--) {
		struct verdict *verdict = &exchange->verdicts[i];

		behind |= verdict->known;
		if (verdict->known)
			continue;
		if (!last && !behind && repeatable(exchange->requests[i])) {
			any = true;
			continue;
		}
		verdict->known = true;
		verdict->error = mgm_reason_set(&verdict->reason, -ENOBUFS,
						"the kernel's answer was lost among too many alerts: the tables tell what came of it");
	}
	return any;
}

/* Make them until every verdict is known, or not to be had. */
static int make(struct mgm *mgm, struct exchange *exchange)
{
	int try, err;

	for (try = 1; try <= TRIES; try++) {
		/* In an empty buffer there is room for the verdicts. */
		err = mgm_hear(mgm) ?: send_all(mgm, exchange) ?:
		      hear_all(mgm, exchange);
		if (err || !again(exchange, try == TRIES))
			return err;
		exchange->again = true;
	}
	return 0;
}

static bool may_be_sparse(const struct exchange *exchange)
{
	size_t i;

	for (i = 0; i < exchange->n; i++)
		if (!repeatable(exchange->requests[i]))
			return false;
	return exchange->n > 1;
}

/*
 * Make many. When the last one was heard, and nothing was lost, what was not refused was
 * done. Otherwise all from the first one on that may have been refused, but those that
 * were, are made again one by one, in their order, which leaves behind what they left
 * the first time.
 */
static int make_sparsely(struct mgm *mgm, struct exchange *exchange)
{
	struct verdict *verdicts = exchange->verdicts;
	bool sure, from_here = false;
	size_t i;
	int err;

	err = mgm_hear(mgm) ?: send_all(mgm, exchange) ?: hear_all(mgm, exchange);
	if (err)
		return err;
	sure = !exchange->lost && verdicts[exchange->n - 1].known;
	for (i = 0; !err && i < exchange->n; i++) {
		struct exchange one = {
			.requests = &exchange->requests[i],
			.verdicts = &verdicts[i],
			.n = 1,
			.again = true,
		};

		from_here |= !verdicts[i].known;
		if (verdicts[i].error || !from_here)
			continue;
		verdicts[i].known = sure;
		err = sure ? 0 : make(mgm, &one);
	}
	return err;
}

int mgm_exchange(struct mgm *mgm, struct nlmsghdr **requests, size_t n,
		 struct verdict *verdicts, mgm_heard heard, void *data)
{
	struct exchange exchange = {
		.requests = requests,
		.verdicts = verdicts,
		.n = n,
		.heard = heard,
		.data = data,
	};

	exchange.sparse = may_be_sparse(&exchange);
	return exchange.sparse ? make_sparsely(mgm, &exchange) : make(mgm, &exchange);
}
