// SPDX-License-Identifier: GPL-2.0
/*
 * The answers: exactly one to each message that has to have one, no other errno than
 * it may be refused with, and a sentence with each refusal.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include "endpoint.h"

static void wrong(const struct endpoint *ep, const struct pending *p,
		  const char *what, int err)
{
	char hex[2 * HEAD_MAX + 1] = "";
	unsigned int i;

	for (i = 0; i < p->head_len; i++)
		sprintf(hex + 2 * i, "%02x", p->head[i]);
	complain("socket %d%s%s, %s %s, sent in step %llu: %s%s%s: %s",
		 ep->slot, ep->lazy ? " (lazy)" : "",
		 ep->powerless ? " (powerless)" : "",
		 p->expect.op ? p->expect.op->name : "no command", p->twist,
		 (unsigned long long)p->step, what, err ? ": " : "",
		 err ? strerrorname_np(err) ?: "unknown errno" : "", hex);
}

static struct pending *find(struct endpoint *ep, __u32 seq)
{
	return seq - ep->seq < ep->n ? &ep->pending[seq - ep->seq] : NULL;
}

static void succeeded(struct endpoint *ep, struct pending *p)
{
	const struct fuzz_op *op = p->expect.op;

	tally_answer(p->expect.family, op, p->class, 0);
	if (!op)
		return;
	if (!p->expect.dump && op->told && p->replies != 1 && !ep->lossy)
		wrong(ep, p, "not exactly one object", 0);
	world_note(op->effect, ep->ns, &p->subject);
}

/* Does a lack of room or memory explain it? */
static bool excused(const struct endpoint *ep, const struct pending *p, int err)
{
	switch (err) {
	case ENOBUFS:
	case EAGAIN:
		return ep->lazy || ep->lossy;
	case EBUSY:
		return p->expect.dump && (p->other_dump || ep->lossy);
	case ENOMEM:
		return true;
	default:
		return false;
	}
}

static void take_answer(struct endpoint *ep, struct pending *p, int err,
			bool sentence)
{
	/* A dump for which there was no room goes on when there is. */
	if (p->expect.dump && err == ENOBUFS && excused(ep, p, err)) {
		ep->lossy = true;
		return;
	}
	if (p->over)
		wrong(ep, p, "answered twice", err);
	p->over = true;
	if (!err) {
		if (!p->expect.may_succeed)
			wrong(ep, p, "not refused", 0);
		succeeded(ep, p);
		return;
	}
	tally_answer(p->expect.family, p->expect.op, p->class, err);
	if (excused(ep, p, err))
		return;
	if (!expect_allows(&p->expect, err))
		wrong(ep, p, "refused with a wrong errno", err);
	if (p->expect.sentence && !ep->mute && !sentence)
		wrong(ep, p, "refused without a sentence", err);
}

/* Is there a sentence among the attributes behind the first @skip octets? */
static bool has_sentence(const struct nlmsghdr *nlh, size_t skip)
{
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const char *at = (const char *)NLMSG_DATA(nlh) + NLMSG_ALIGN(skip);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return false;
	for (; at + NLA_HDRLEN <= end; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)at;
		if (attr->nla_len < NLA_HDRLEN)
			return false;
		if (attr->nla_type == NLMSGERR_ATTR_MSG)
			return attr->nla_len > NLA_HDRLEN + 1;
	}
	return false;
}

static void end_of_request(struct endpoint *ep, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = NLMSG_DATA(nlh);
	struct pending *p = find(ep, nlh->nlmsg_seq);
	size_t skip = sizeof(error->error);

	if (nlh->nlmsg_type == NLMSG_ERROR) {
		skip = sizeof(*error);
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			skip += error->msg.nlmsg_len - NLMSG_HDRLEN;
	}
	if (p)
		take_answer(ep, p, -error->error, has_sentence(nlh, skip));
	else if (!ep->lossy)
		complain("socket %d: an answer to nothing, sequence number %u",
			 ep->slot, nlh->nlmsg_seq);
}

static void alerted(struct endpoint *ep, const struct fuzz_op *op,
		    const struct nlmsghdr *nlh)
{
	struct alert alert;

	alert_of(&alert, op, nlh);
	/* Those who listen hear of everybody's, and late. */
	if (!ep->listens && alert.handle && world_is_stale(alert.handle))
		complain("socket %d: %s for handle %u, which is dead",
			 ep->slot, op->name, alert.handle);
	if (!alert.id || !op->answer)
		return;
	/* The oldest is too late first. */
	if (ep->n_alerts == ALERTS_MAX)
		memmove(ep->alerts, ep->alerts + 1,
			--ep->n_alerts * sizeof(alert));
	ep->alerts[ep->n_alerts++] = alert;
}

static void take_object(struct endpoint *ep, int family,
			const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	struct pending *p = find(ep, nlh->nlmsg_seq);
	const struct fuzz_op *op;
	struct subject subject;
	const char *what;

	if (genl->cmd >= fuzz_families[family].n) {
		complain("socket %d: unknown message %u", ep->slot, genl->cmd);
		return;
	}
	op = &fuzz_families[family].ops[genl->cmd];
	what = told_wrongly(op, nlh);
	if (what)
		complain("socket %d: %s: %s", ep->slot, op->name, what);
	else if (!nlh->nlmsg_seq)
		alerted(ep, op, nlh);
	if (!p)
		return;
	p->replies++;
	if (p->expect.op != op) {
		wrong(ep, p, "answered by another command's object", 0);
		return;
	}
	subject_of(&subject, op, nlh);
	if (op->effect != EFFECT_REGISTER)
		return;
	if (world_is_stale(subject.handle) || world_is_known(subject.handle))
		wrong(ep, p, "a handle is issued again", 0);
	world_registered(ep->ns, ep->slot, subject.handle, subject.flags & 1);
}

static void take_message(struct endpoint *ep, const struct nlmsghdr *nlh)
{
	int family;

	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
		end_of_request(ep, nlh);
		return;
	}
	for (family = 0; family < FAMILIES; family++)
		if (family_ids[family] == nlh->nlmsg_type)
			take_object(ep, family, nlh);
}

/* Whether a handle is dead now nobody knows. */
static void lost(const struct pending *p)
{
	if (p->expect.op && p->expect.op->effect == EFFECT_DEREGISTER)
		world_forget(p->subject.handle);
}

/* Nothing is left to read: what has not been answered will not be. */
void endpoint_settle(struct endpoint *ep)
{
	struct pending *p;

	for (p = ep->pending; p < ep->pending + ep->n; p++) {
		if (p->over)
			continue;
		if (ep->lossy)
			lost(p);
		else if (p->expect.answered || p->expect.dump ||
			 !p->expect.may_succeed)
			wrong(ep, p, "not answered", 0);
		else
			succeeded(ep, p);
	}
	ep->seq += ep->n;
	ep->n = 0;
	ep->lossy = false;
}

static void take_all(struct endpoint *ep, const struct nlmsghdr *nlh,
		     ssize_t left)
{
	for (; NLMSG_OK(nlh, left); nlh = NLMSG_NEXT(nlh, left))
		take_message(ep, nlh);
	if (left > 0)
		complain("socket %d: %zd octets are no message", ep->slot,
			 left);
}

void endpoint_drain(struct endpoint *ep)
{
	static union {
		struct nlmsghdr nlh;
		char room[262144];
	} buf;
	ssize_t len;

	for (;;) {
		len = recv(ep->fd, &buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC);
		if (len < 0 && errno == ENOBUFS) {
			ep->lossy = true;
			continue;
		}
		if (len <= 0)
			break;
		if ((size_t)len > sizeof(buf))
			complain("socket %d: %zd octets at once", ep->slot, len);
		else
			take_all(ep, &buf.nlh, len);
	}
	if (errno != EAGAIN)
		complain("socket %d: recv: %m", ep->slot);
	endpoint_settle(ep);
}
