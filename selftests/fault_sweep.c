// SPDX-License-Identifier: GPL-2.0
/*
 * Every allocation of a call fails in its turn. The call is refused and has changed
 * nothing, or it is done and has changed all; and who watches knows.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "fault_sweep.h"

/* How things stood before the call, and how they are to stand after it. */
struct sweep {
	struct world *w;
	const struct fault_call *c;
	struct fault_sum *sum;
	unsigned int nth;
	char *before;
	char *after;
	unsigned int changes; /* that a monitor hears of */
};

__printf(2, 3)
static void wrong(struct sweep *s, const char *fmt, ...)
{
	va_list args;

	s->sum->wrong++;
	printf("# %s: fault %u: ", s->c->desc, s->nth);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

/* Say what is not as it should be. */
static void is_not(struct sweep *s, const char *what, const char *wanted)
{
	char *now = world_state(s->w);

	wrong(s, "%s: wanted\n%s\nis\n%s", what, wanted, now);
	free(now);
}

static bool take_back(struct sweep *s)
{
	int err = s->c->undo ? s->c->undo(s->w, s->c) : 0;

	if (err)
		wrong(s, "cannot be taken back: %s", strerror(-err));
	return !err;
}

/* What the call does when nothing fails. */
static bool try_undisturbed(struct sweep *s)
{
	int err;

	world_heard(s->w);
	err = s->c->call(s->w, s->c);
	if (err) {
		wrong(s, "refused undisturbed: %s", strerror(-err));
		return false;
	}
	s->changes = world_heard(s->w).changes;
	s->after = world_state(s->w);
	if (!take_back(s))
		return false;
	s->before = world_state(s->w);
	if (!s->c->undo == !strcmp(s->before, s->after))
		return true;
	wrong(s, "%s:\n%s\n%s", s->c->undo ? "changes nothing" : "changes",
	      s->before, s->after);
	return false;
}

/* The call has failed: was it right, and is all as it was? */
static bool is_refused(struct sweep *s, int err)
{
	bool same = world_is(s->w, s->before);

	s->sum->refused++;
	if (err != -ENOMEM && !(s->c->unsure && err == -ENOBUFS))
		wrong(s, "fails with %s", strerror(-err));
	if (!same && err != -ENOBUFS)
		is_not(s, "was refused", s->before);
	return same;
}

/* Whoever watches is told of every change, or that something was missed. */
static void check_told(struct sweep *s, const struct heard *heard, bool done)
{
	if (!done && (heard->changes || heard->gap))
		wrong(s, "%u notifications of a refused call", heard->changes);
	if (done && !heard->gap && heard->changes < s->changes)
		wrong(s, "%u of %u notifications", heard->changes, s->changes);
}

/* The call with its nth allocation failing; whether to go on. */
static bool try_fault(struct sweep *s)
{
	const struct fault_call *c = s->c;
	struct heard heard;
	bool hit, done;
	int err;

	world_heard(s->w);
	fault_arm(s->nth);
	err = c->call(s->w, c);
	hit = fault_disarm();
	heard = world_heard(s->w);

	s->sum->sites += hit;
	if (err && !hit) {
		wrong(s, "refused undisturbed: %s", strerror(-err));
		return false;
	}
	done = !err || !is_refused(s, err);
	if (!done || world_is(s->w, s->after)) {
		check_told(s, &heard, done && c->undo);
	} else if (!world_comes_to(s->w, s->after)) {
		is_not(s, "was done", s->after);
		return false;
	}
	if (done && hit && !take_back(s))
		return false;
	return hit && (!c->renew || !c->renew(s->w, c));
}

/* The last one, which nothing happens to, stays done. */
void fault_sweep(struct world *w, const struct fault_call *c,
		 struct fault_sum *sum)
{
	struct sweep s = { .w = w, .c = c, .sum = sum };
	struct fault_sum was = *sum;

	sum->calls++;
	if (try_undisturbed(&s))
		for (s.nth = 1; try_fault(&s); s.nth++)
			;
	printf("# %s: %u allocations failed, %u times refused\n", c->desc,
	       sum->sites - was.sites, sum->refused - was.refused);
	if (sum->refused == was.refused)
		wrong(&s, "never refused");
	fflush(stdout);
	free(s.before);
	free(s.after);
}
