// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The second scenario: a routing protocol at work.
 *
 *	operation [-l MS] [-u NEIGHBOUR] [-x SOURCE] IN OUT GROUP...
 *
 * It takes two interfaces, wants the groups on OUT, and lives by its alerts: it
 * names the NEIGHBOUR that flows come from, keeps those of one SOURCE out, for which
 * it takes its time (MS), and knows at any moment what other protocols have
 * receivers for, which it prints at its end.
 *
 *	cc -std=c11 operation.c -o operation $(pkg-config --cflags --libs libmgm)
 */
#define _POSIX_C_SOURCE 200809L

#include <poll.h>
#include <time.h>

#include "example.h"

/* A question of the kernel's that is thought over. */
struct question {
	struct question *next;
	int64_t due;			/* ms */
	uint32_t id;
	size_t n;
	struct mgm_interface oifs[];
};

struct flows {
	struct mgm_flow *flow;
	size_t n;
};

struct operation {
	struct mgm *mgm;
	struct mgm_address neighbour;
	struct mgm_address unwanted;
	int delay;			/* ms */
	struct question *questions;	/* by when they are due */
	struct flows wanted;		/* others have receivers */
	bool stale;			/* that may be wrong */
};

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

static void tell(const char *what, const struct mgm_flow *flow)
{
	printf("%s ", what);
	print_flow(flow);
	putchar('\n');
}

/*
 * ---- What others have receivers for --------------------------------------
 *
 * Groups, and not (S,G): of those only the owner of the way to S is told.
 */

static size_t find(const struct flows *flows, const struct mgm_flow *flow)
{
	size_t i = 0;

	while (i < flows->n && !same_flow(&flows->flow[i], flow))
		i++;
	return i;
}

static void learn(struct flows *flows, const struct mgm_flow *flow)
{
	struct mgm_flow *more;

	if (find(flows, flow) < flows->n)
		return;
	more = realloc(flows->flow, (flows->n + 1) * sizeof(*more));
	if (!more) {
		perror("learn");
		exit(1);
	}
	flows->flow = more;
	flows->flow[flows->n++] = *flow;
}

static void forget(struct flows *flows, const struct mgm_flow *flow)
{
	size_t i = find(flows, flow);

	if (i < flows->n)
		flows->flow[i] = flows->flow[--flows->n];
}

/* ---- Catching up -------------------------------------------------------- */

struct reading {
	uint32_t self;
	struct flows flows;
};

static int read_row(const struct mgm_membership_row *row, void *user)
{
	struct reading *reading = user;

	if (row->handle != reading->self && row->flags & MGM_MEMBERSHIP_F_JOIN &&
	    row->flow.source.family == AF_UNSPEC)
		learn(&reading->flows, &row->flow);
	return 0;
}

/*
 * The table is newer than all alerts that were lost. Some of those that are still to
 * come may be about what it has already: learning that twice does no harm.
 */
static void catch_up(struct operation *op)
{
	struct reading reading = { .self = mgm_handle(op->mgm) };
	int err = mgm_memberships(op->mgm, MGM_MEMBERSHIP_TYPE_ALL_SOURCES, read_row,
				  &reading);

	if (err < 0)
		fail(op->mgm, "read the memberships");
	free(op->wanted.flow);
	op->wanted = reading.flows;
	op->stale = err == MGM_INEXACT;
	printf("read anew: %zu\n", op->wanted.n);
}

static int overrun(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	(void)mgm;
	if (alert->lost)
		printf("lost %u alerts\n", alert->lost);
	else
		printf("lost alerts\n");
	catch_up(user);
	return 0;
}

/* ---- Joins and prunes --------------------------------------------------- */

static int join(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	struct operation *op = user;

	(void)mgm;
	tell(alert->member ? "join" : "entry wanted", &alert->flow);
	if (alert->member && alert->flow.source.family == AF_UNSPEC)
		learn(&op->wanted, &alert->flow);
	return 0;
}

/*
 * While somebody wants everything, it need not be told who wants a group besides. So
 * when that ends, the table is read. An entry that nobody wants stays for a minute.
 */
static int prune(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	struct operation *op = user;

	tell(alert->member ? "prune" : "entry unwanted", &alert->flow);
	if (alert->member && alert->flow.group.family == AF_UNSPEC)
		catch_up(op);
	else if (alert->member)
		forget(&op->wanted, &alert->flow);
	else if (alert->id && mgm_answer_prune(mgm, alert->id, 60))
		fprintf(stderr, "answer: %s\n", mgm_error(mgm));
	return 0;
}

/* ---- Questions ---------------------------------------------------------- */

/*
 * A new flow; its packets wait. This protocol may know a better way to its source than
 * the routes. Without an incoming interface there is none that it could improve on.
 */
static int rpf(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	struct operation *op = user;
	struct mgm_rpf rpf = alert->rpf;

	tell("new flow", &alert->flow);
	if (!alert->id || !rpf.iif.ifindex || op->neighbour.family == AF_UNSPEC)
		return 0;
	rpf.upstream = op->neighbour;
	if (mgm_answer_rpf(mgm, alert->id, &rpf))
		fprintf(stderr, "answer: %s\n", mgm_error(mgm));
	return 0;
}

/* The entry is almost there: shall the flow leave by these interfaces? */
static int creation(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	struct operation *op = user;
	struct question *question, **last = &op->questions;
	size_t i;

	(void)mgm;
	if (!alert->id || !same_address(&alert->flow.source, &op->unwanted))
		return 0;
	question = malloc(sizeof(*question) + alert->n_oifs * sizeof(*question->oifs));
	if (!question)
		return 0;
	question->next = NULL;
	question->due = now() + op->delay;
	question->id = alert->id;
	question->n = alert->n_oifs;
	for (i = 0; i < alert->n_oifs; i++)
		question->oifs[i] = alert->oifs[i].ifc;
	while (*last)
		last = &(*last)->next;
	*last = question;
	return MGM_LATER;
}

/* An answer that comes too late is refused, and the default has long been taken. */
static void answer_due(struct operation *op)
{
	struct question *question;

	while (op->questions && op->questions->due <= now()) {
		question = op->questions;
		op->questions = question->next;
		if (mgm_answer_creation(op->mgm, question->id, question->oifs,
					question->n))
			printf("refused: %s\n", mgm_error(op->mgm));
		free(question);
	}
}

/* ---- The protocol ------------------------------------------------------- */

static int wrong_if(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	(void)mgm;
	(void)user;
	tell("on the wrong interface", &alert->flow);
	return 0;
}

static const struct mgm_ops ops = {
	.rpf = rpf,
	.creation = creation,
	.join = join,
	.prune = prune,
	.wrong_if = wrong_if,
	.overrun = overrun,
};

static void refused(void *user, size_t number, int error, const char *reason)
{
	char **groups = user;

	fprintf(stderr, "%s: %s (%s)\n", groups[number], reason, strerror(-error));
}

/* Many memberships in few system calls. */
static void load(struct mgm *mgm, const struct mgm_interface *out, char **groups)
{
	struct mgm_flow flow = { 0 };
	char **group;

	if (mgm_batch_begin(mgm))
		fail(mgm, "batch");
	for (group = groups; *group; group++) {
		flow.group = address_of(*group);
		if (mgm_membership_add(mgm, out, &flow, MGM_MEMBERSHIP_F_JOIN))
			fail(mgm, *group);
	}
	if (mgm_batch_end(mgm, refused, groups) < 0)
		fail(mgm, "batch");
}

static void start(struct operation *op, char **words)
{
	struct mgm_interface in = interface_named(words[0]);
	struct mgm_interface out = interface_named(words[1]);

	op->mgm = mgm_open();
	if (!op->mgm) {
		perror("mgm_open");
		exit(1);
	}
	if (mgm_register(op->mgm, 12, 0, "operation", &ops, op))
		fail(op->mgm, "register");
	if (mgm_interface_take(op->mgm, &in, 1) ||
	    mgm_interface_take(op->mgm, &out, 1))
		fail(op->mgm, "take");
	load(op->mgm, &out, words + 2);
	catch_up(op);
}

static int timeout(const struct operation *op)
{
	int64_t left = op->stale ? 1000 : -1;

	if (op->questions) {
		left = op->questions->due - now();
		if (left < 0)
			left = 0;
	}
	return (int)left;
}

static void work(struct operation *op)
{
	struct pollfd fds[] = {
		{ .fd = mgm_fd(op->mgm), .events = POLLIN },
		{ .fd = quit_fd(), .events = POLLIN },
	};

	do {
		if (!poll(fds, 2, timeout(op)) && op->stale)
			catch_up(op);
		if (mgm_dispatch(op->mgm) < 0)
			fail(op->mgm, "dispatch");
		answer_due(op);
	} while (!quit_asked(fds[1].fd));
	close(fds[1].fd);
}

static void stop(struct operation *op)
{
	struct question *question;
	size_t i;

	for (i = 0; i < op->wanted.n; i++)
		tell("wanted", &op->wanted.flow[i]);
	free(op->wanted.flow);
	while (op->questions) {
		question = op->questions;
		op->questions = question->next;
		free(question);
	}
	mgm_close(op->mgm);
}

int main(int argc, char **argv)
{
	struct operation op = { 0 };
	int option;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((option = getopt(argc, argv, "l:u:x:")) != -1) {
		if (option == 'l')
			op.delay = atoi(optarg);
		else if (option == 'u')
			op.neighbour = address_of(optarg);
		else if (option == 'x')
			op.unwanted = address_of(optarg);
		else
			return 2;
	}
	if (argc - optind < 2) {
		fputs("usage: operation [-l MS] [-u NEIGHBOUR] [-x SOURCE] IN OUT GROUP...\n",
		      stderr);
		return 2;
	}
	start(&op, argv + optind);
	work(&op);
	stop(&op);
	return 0;
}
