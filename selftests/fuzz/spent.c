// SPDX-License-Identifier: GPL-2.0
/*
 * Where the time goes: on what, and with which commands when they come alone.
 */
#include <stdio.h>
#include <time.h>
#include "fuzz.h"

#define OPS_MAX		64

static double spent[SPENT_KINDS];
static unsigned long long times[SPENT_KINDS];
static enum spent on = SPENT_MAKING;
static double since;

static struct {
	double spent;
	unsigned long long times;
} sends[FAMILIES][OPS_MAX];

static const char * const names[SPENT_KINDS] = {
	[SPENT_MAKING] = "making messages",
	[SPENT_SENDING] = "sending them",
	[SPENT_READING] = "reading answers",
	[SPENT_OPENING] = "opening sockets",
	[SPENT_CLOSING] = "closing sockets",
	[SPENT_PACKETS] = "sending packets",
	[SPENT_CHECKING] = "checking the state",
	[SPENT_CLEANING] = "ending everything",
};

double spent_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* From now on it is spent on this; what it was spent on before. */
enum spent spent_on(enum spent kind)
{
	enum spent before = on;
	double now = spent_now();

	if (since)
		spent[on] += now - since;
	since = now;
	on = kind;
	times[kind]++;
	return before;
}

void spent_sending(int family, const struct fuzz_op *op, double seconds)
{
	unsigned int i = op - fuzz_families[family].ops;

	sends[family][i].spent += seconds;
	sends[family][i].times++;
}

void spent_print(void)
{
	unsigned int i;
	int family;

	spent_on(on);
	for (i = 0; i < SPENT_KINDS; i++)
		printf("spent %8.3f s on %llu times %s\n", spent[i], times[i],
		       names[i]);
	for (family = 0; family < FAMILIES; family++)
		for (i = 0; i < fuzz_families[family].n; i++)
			if (sends[family][i].times)
				printf("spent %8.3f s on %llu times %s %s\n",
				       sends[family][i].spent,
				       sends[family][i].times,
				       fuzz_families[family].name,
				       fuzz_families[family].ops[i].name);
}
