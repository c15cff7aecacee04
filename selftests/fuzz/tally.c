// SPDX-License-Identifier: GPL-2.0
/*
 * What was sent, and how it was answered: by command and errno, so that one sees that
 * good messages really do something.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "fuzz.h"

#define OPS_MAX		64
#define ERRNO_MAX	134

static unsigned long long answers[CLASSES][FAMILIES][OPS_MAX][ERRNO_MAX];
static unsigned long long sent[CLASSES];

static const char * const classes[CLASSES] = {
	[VALID] = "valid",
	[NEARLY] = "nearly",
	[GARBAGE] = "garbage",
	[KEPT] = "kept",
};

void tally_sent(enum message_class class)
{
	sent[class]++;
}

unsigned long long tally_messages(void)
{
	return sent[VALID] + sent[NEARLY] + sent[GARBAGE] + sent[KEPT];
}

/* @op is the command that the kernel saw, if it saw one. */
void tally_answer(int family, const struct fuzz_op *op, enum message_class class,
		  int err)
{
	if (op && err >= 0 && err < ERRNO_MAX)
		answers[class][family][op - fuzz_families[family].ops][err]++;
}

static void print_class(enum message_class class, int family, unsigned int op)
{
	const unsigned long long *count = answers[class][family][op];
	const char *name;
	int err;

	printf("%s %s %s", classes[class], fuzz_families[family].name,
	       fuzz_families[family].ops[op].name);
	for (err = 0; err < ERRNO_MAX; err++) {
		name = err ? strerrorname_np(err) : "ok";
		if (count[err])
			printf(" %s:%llu", name ?: "?", count[err]);
	}
	printf("\n");
}

static bool any_answer(enum message_class class, int family, unsigned int op)
{
	int err;

	for (err = 0; err < ERRNO_MAX; err++)
		if (answers[class][family][op][err])
			return true;
	return false;
}

/* One line a class and command, and one of the sums. */
void tally_print(void)
{
	unsigned int class, op;
	int family;

	for (class = 0; class < CLASSES; class++)
		for (family = 0; family < FAMILIES; family++)
			for (op = 0; op < fuzz_families[family].n; op++)
				if (any_answer(class, family, op))
					print_class(class, family, op);
	printf("sent");
	for (class = 0; class < CLASSES; class++)
		printf(" %s:%llu", classes[class], sent[class]);
	printf(" digest:%016llx\n", message_digest());
}
