// SPDX-License-Identifier: GPL-2.0
/*
 * What was done, and how it was answered; and the last words when something is
 * broken.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "storm.h"

#define ERRORS_MAX	7

/* What the call may be refused with in a world where everything changes. */
static const struct {
	const char *name;
	int errors[ERRORS_MAX];
} ops[OPS] = {
	[OP_REGISTER]	= { "register", { ENOSPC } },
	[OP_DEREGISTER]	= { "deregister", { EBUSY } },
	[OP_DIE]	= { "die", {} },
	[OP_TAKE]	= { "take", { EEXIST, EALREADY, EBUSY, ENODEV, ENOSPC } },
	[OP_RELEASE]	= { "release", { ENOENT, EBUSY } },
	[OP_SET]	= { "set", { ENOENT, EPERM, EBUSY } },
	[OP_ADD]	= { "add", { EPERM, EBUSY, ENOSPC } },
	[OP_DEL]	= { "del", { EPERM, EBUSY, ENOENT, ENOSPC } },
	[OP_MFE_SET]	= { "mfe_set", { ENOENT, EPERM, EBUSY } },
	[OP_ALERT]	= { "alert", {} },
	[OP_ANSWER]	= { "answer", { ENOENT, EPERM, EINVAL } },
	[OP_KERNEL]	= { "kernel", { EDEADLK, EBUSY, ENOENT } },
	[OP_IGMP]	= { "igmp", { EALREADY, ENOENT, ENODEV, EBUSY, ENOSPC,
				      EEXIST } },
	[OP_REPORT]	= { "report", { ENODEV, ENXIO, ENETDOWN, ENOBUFS } },
	[OP_LINK]	= { "link", { ENODEV } },
	[OP_DEVICE]	= { "device", {} },
	[OP_MOVE]	= { "move", {} },
	[OP_ADDRESS]	= { "address", { EEXIST, ENODEV, EADDRNOTAVAIL } },
	[OP_ROUTE]	= { "route", { ENETUNREACH, ENETDOWN, ENODEV, ESRCH,
				       EINVAL } },
	[OP_CONFIG]	= { "config", {} },
	[OP_LIMIT]	= { "limit", {} },
	[OP_NAMESPACE]	= { "namespace", {} },
	[OP_PACKET]	= { "packet", { ENODEV, ENXIO, ENETDOWN, ENOBUFS } },
	[OP_DUMP]	= { "dump", {} },
	[OP_NOTIFICATION] = { "notification", { ENOBUFS } },
	[OP_CHECK]	= { "check", {} },
	[OP_REST]	= { "rest", {} },
	[OP_UNLOAD]	= { "unload", {} },
};

static atomic_ullong done[OPS], refused[OPS];

double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

void tally(enum op op, int err)
{
	atomic_fetch_add(err ? &refused[op] : &done[op], 1);
}

unsigned long long tally_sum(void)
{
	unsigned long long sum = 0;
	unsigned int i;

	for (i = 0; i < OPS; i++)
		sum += done[i] + refused[i];
	return sum;
}

/* A line, or with @all one for each kind: done, and refused. */
void tally_print(double took, bool all)
{
	unsigned int i;

	printf("round %u, %.0f s, %llu operations:%s", storm_round, took,
	       tally_sum(), all ? "\n" : "");
	for (i = 0; i < OPS; i++) {
		if (all)
			printf("  %-14s %9llu done %9llu refused\n", ops[i].name,
			       done[i], refused[i]);
		else if (done[i] + refused[i])
			printf(" %s %llu", ops[i].name, done[i] + refused[i]);
	}
	if (!all)
		printf("\n");
	fflush(stdout);
}

static bool allowed(enum op op, int err)
{
	unsigned int i;

	for (i = 0; i < ERRORS_MAX; i++)
		if (ops[op].errors[i] == -err)
			return true;
	return false;
}

/* An actor remembers what it did; fails if it was refused for no good reason. */
int did(struct actor *actor, enum op op, int err, const char *fmt, ...)
{
	struct note *note = &actor->notes[actor->next_note++ % NOTES];
	va_list args;
	int len;

	note->time = now();
	len = snprintf(note->text, sizeof(note->text), "%s ", ops[op].name);
	va_start(args, fmt);
	len += vsnprintf(note->text + len, sizeof(note->text) - len, fmt, args);
	va_end(args);
	if (err && len < (int)sizeof(note->text))
		snprintf(note->text + len, sizeof(note->text) - len, ": %s",
			 strerror(-err));
	tally(op, err);
	if (err && !allowed(op, err) && !storm_gale)
		broken("%s of world %u, number %u: %s", actor->part->name,
		       actor->world->number, actor->number, note->text);
	return err;
}

static int by_time(const void *a, const void *b)
{
	const struct note *const *x = a, *const *y = b;

	return ((*x)->time > (*y)->time) - ((*x)->time < (*y)->time);
}

/* The last operations of one actor. The others may go on meanwhile. */
static void print_notes(const struct actor *actor)
{
	const struct note *notes[NOTES];
	unsigned int i;

	for (i = 0; i < NOTES; i++)
		notes[i] = &actor->notes[i];
	qsort(notes, NOTES, sizeof(*notes), by_time);
	fprintf(stderr, "%s of world %u, number %u%s:\n", actor->part->name,
		actor->world->number, actor->number,
		actor->resting ? ", at rest" : "");
	for (i = 0; i < NOTES; i++)
		if (notes[i]->time)
			fprintf(stderr, "  %.6f %s\n", notes[i]->time,
				notes[i]->text);
}

void broken(const char *fmt, ...)
{
	static atomic_flag first = ATOMIC_FLAG_INIT;
	unsigned int i;
	va_list args;

	/* One complaint is enough, and a thread that ends would free its notes. */
	while (atomic_flag_test_and_set(&first))
		sleep(1);
	fflush(stdout);
	for (i = 0; i < storm_n_actors; i++)
		print_notes(storm_actors[i]);
	fprintf(stderr, "wrong at %.6f, seed %llu, round %u: ", now(),
		(unsigned long long)storm_seed, storm_round);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\n");
	fflush(stderr);
	_exit(1);
}
