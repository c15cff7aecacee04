// SPDX-License-Identifier: GPL-2.0
/*
 * The sockets: each sends, and holds the kernel to its answers. One that is lazy reads
 * them late, with a small buffer, so that some are lost; one that is powerless may
 * change nothing; one that listens hears of everything in its namespace.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/capability.h>
#include <linux/mgm.h>
#include "endpoint.h"

#define SOL_NETLINK	270
#define REPLAYERS	4

static struct endpoint endpoints[ENDPOINTS];
static struct batch batch;

/* Opening and closing */

/* CAP_NET_ADMIN is in force, or not. */
static void set_power(bool on)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		complain("capget: %m");
	if (on)
		data[0].effective |= 1 << CAP_NET_ADMIN;
	else
		data[0].effective &= ~(1 << CAP_NET_ADMIN);
	if (syscall(SYS_capset, &head, data))
		complain("capset: %m");
}

static void set_option(const struct endpoint *ep, int option, int value)
{
	if (setsockopt(ep->fd, SOL_NETLINK, option, &value, sizeof(value)))
		complain("setsockopt: %m");
}

static void endpoint_open(struct endpoint *ep)
{
	int room = 1 << 20;

	memset(ep, 0, sizeof(*ep));
	ep->slot = ep - endpoints;
	ep->ns = chance_below(NAMESPACES);
	ep->lazy = chance_of(25);
	ep->powerless = chance_of(10);
	ep->listens = chance_of(25);
	ep->mute = chance_of(10);
	ep->seq = 1;

	world_enter(ep->ns);
	/* What counts is what was in force when the socket was made. */
	if (ep->powerless)
		set_power(false);
	ep->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (ep->powerless)
		set_power(true);
	if (ep->fd < 0) {
		complain("socket: %m");
		return;
	}
	ep->open = true;
	if (!ep->mute)
		set_option(ep, NETLINK_EXT_ACK, 1);
	if (chance_of(30))
		set_option(ep, NETLINK_CAP_ACK, 1);
	if (ep->listens)
		set_option(ep, NETLINK_ADD_MEMBERSHIP, monitor_group);
	if (ep->lazy)
		room = 4096;
	if (setsockopt(ep->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		complain("SO_RCVBUFFORCE: %m");
}

/* What was bound to it is gone when close() returns. */
static void endpoint_close(struct endpoint *ep)
{
	if (!ep->open)
		return;
	close(ep->fd);
	ep->open = false;
	ep->lossy = true;
	endpoint_settle(ep);
	world_closed(ep->slot);
}

/* Sending */

static const struct message *message_at(size_t offset)
{
	unsigned int i;

	for (i = 0; i < batch.n; i++)
		if (batch.messages[i].offset == offset)
			return &batch.messages[i];
	return NULL;
}

static bool dump_under_way(const struct endpoint *ep)
{
	unsigned int i;

	for (i = 0; i < ep->n; i++)
		if (ep->pending[i].expect.dump && !ep->pending[i].over)
			return true;
	return false;
}

/* It is answered once. */
static void forget_alert(struct endpoint *ep, const struct nlmsghdr *nlh)
{
	struct alert answer;
	unsigned int i;

	alert_of(&answer, &fuzz_families[0].ops[MGM_CMD_ALERT_ANSWER], nlh);
	for (i = 0; i < ep->n_alerts; i++)
		if (ep->alerts[i].id == answer.id &&
		    ep->alerts[i].handle == answer.handle)
			ep->alerts[i--] = ep->alerts[--ep->n_alerts];
}

/*
 * A message as the kernel will see it. It gets a sequence number, and no family that
 * is not ours. False if the kernel will see nothing of it, nor of what is behind it.
 */
static bool enter(struct endpoint *ep, struct nlmsghdr *nlh, size_t left,
		  const struct message *message)
{
	struct pending *p = &ep->pending[ep->n];
	int family;

	if (left < sizeof(*nlh))
		return false;
	nlh->nlmsg_seq = ep->seq + ep->n;
	if (nlh->nlmsg_type >= NLMSG_MIN_TYPE) {
		for (family = 0; family < FAMILIES; family++)
			if (nlh->nlmsg_type == family_ids[family])
				break;
		if (family == FAMILIES)
			nlh->nlmsg_type = 0xfff0;
	}
	memset(p, 0, sizeof(*p));
	expect_of(&p->expect, nlh, left, ep->powerless);
	if (p->expect.stop)
		return false;
	p->head_len = nlh->nlmsg_len < HEAD_MAX ? nlh->nlmsg_len : HEAD_MAX;
	memcpy(p->head, nlh, p->head_len);
	p->step = fuzz_step;
	p->class = message ? message->class : GARBAGE;
	p->twist = message ? message->twist : "inside another";
	p->expect.malformed = !message || message->anything;
	p->other_dump = dump_under_way(ep);
	if (p->expect.op)
		subject_of(&p->subject, p->expect.op, nlh);
	if (p->expect.op && message && message->errnos) {
		p->expect.errnos = message->errnos;
		p->expect.may_succeed = false;
	}
	if (p->expect.op && p->expect.op->effect == EFFECT_ANSWER)
		forget_alert(ep, nlh);
	ep->n++;
	return true;
}

/* The way of the kernel through what is sent. */
static void enter_all(struct endpoint *ep)
{
	struct nlmsghdr *nlh;
	size_t at, len;

	for (at = 0; at < batch.len && ep->n < PENDING_MAX; at += len) {
		nlh = (struct nlmsghdr *)(batch.room + at);
		if (!enter(ep, nlh, batch.len - at, message_at(at)))
			break;
		len = NLMSG_ALIGN(nlh->nlmsg_len);
	}
	if (at < batch.len && ep->n == PENDING_MAX)
		batch.len = at;
}

/* Messages that are made for this step. */
static void make_batch(const struct sender *sender, unsigned int n)
{
	unsigned int i;

	for (i = 1; i <= n && batch.len < BATCH_FULL; i++) {
		chance_begin(fuzz_seed, fuzz_step, i);
		message_add(&batch, sender);
	}
}

static void send_batch(struct endpoint *ep)
{
	double began = spent_now();
	enum spent before;
	unsigned int i;

	for (i = 0; i < batch.n; i++)
		tally_sent(batch.messages[i].class);
	enter_all(ep);
	kept_note(&batch);
	if (fuzz_trace)
		kept_print_recent(stdout, 1);
	before = spent_on(SPENT_SENDING);
	edges_begin();
	if (send(ep->fd, batch.room, batch.len, 0) < 0)
		complain("socket %d: send %zu octets: %m", ep->slot, batch.len);
	if (edges_end())
		kept_add(&batch);
	spent_on(before);
	if (batch.n == 1 && batch.messages[0].class == VALID)
		spent_sending(batch.messages[0].family, batch.messages[0].op,
			      spent_now() - began);
}

static struct sender begin_batch(const struct endpoint *ep)
{
	batch.len = 0;
	batch.n = 0;
	return (struct sender){
		.ns = ep->ns,
		.owner = ep->slot,
		.alerts = ep->alerts,
		.n_alerts = ep->n_alerts,
	};
}

static void drain(struct endpoint *ep)
{
	enum spent before = spent_on(SPENT_READING);

	endpoint_drain(ep);
	spent_on(before);
}

/* What was kept as number @i, once more. */
void endpoint_replay(unsigned int i)
{
	struct endpoint *ep = &endpoints[chance_below(REPLAYERS)];
	struct sender sender;

	if (!ep->open)
		endpoint_open(ep);
	sender = begin_batch(ep);
	again_add(&batch, &sender, i, false);
	send_batch(ep);
	drain(ep);
}

/*
 * One step: a socket closes, or sends one message or a few. In @again of a hundred
 * cases these have been kept.
 */
void endpoint_step(unsigned int again)
{
	struct endpoint *ep = &endpoints[chance_below(ENDPOINTS)];
	unsigned int n = chance_of(40) ? 1 : 2 + chance_below(BATCH_MAX - 1);
	bool read = chance_of(4);
	struct sender sender;

	if (!ep->open) {
		spent_on(SPENT_OPENING);
		endpoint_open(ep);
	} else if (chance_below(200) == 0) {
		spent_on(SPENT_CLOSING);
		endpoint_close(ep);
	} else {
		sender = begin_batch(ep);
		if (kept_count() && chance_of(again))
			again_add(&batch, &sender, chance_below(kept_count()),
				  true);
		else
			make_batch(&sender, n);
		send_batch(ep);
		if (!ep->lazy || read || ep->n > PENDING_MAX / 2)
			drain(ep);
	}
	spent_on(SPENT_MAKING);
}

/* All have read all there is. */
void endpoints_drain(void)
{
	struct endpoint *ep;

	for (ep = endpoints; ep < endpoints + ENDPOINTS; ep++)
		if (ep->open)
			endpoint_drain(ep);
}

void endpoints_close(void)
{
	struct endpoint *ep;

	for (ep = endpoints; ep < endpoints + ENDPOINTS; ep++)
		endpoint_close(ep);
}
