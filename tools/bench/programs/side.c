// SPDX-License-Identifier: GPL-2.0
/*
 * What the two sides of a comparison have in common.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "side.h"

#define WORDS_MAX	400
#define BLANKS		"\t\n "

/* Sources from 10.64.0.1 on, groups from 239.64.0.1 on; see core/flows.py. */
#define FIRST_SOURCE	0x0a400001
#define FIRST_GROUP	0xef400001

uint64_t side_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

unsigned long side_number(const char *word)
{
	return strtoul(word, NULL, 0);
}

unsigned int side_ifindex(const char *name)
{
	unsigned int ifindex = if_nametoindex(name);

	if (!ifindex)
		fprintf(stderr, "%s: %m\n", name);
	return ifindex;
}

/* Of so many sources and groups; as in core/flows.py, all their pairs come by. */
struct side_flow side_flow(unsigned long sources, unsigned long groups,
			   unsigned long number)
{
	return (struct side_flow) {
		.source.s_addr = htonl(FIRST_SOURCE + number % sources),
		.group.s_addr = htonl(FIRST_GROUP + number % groups),
	};
}

static int run(const struct side_command *commands, char *line,
	       struct side_result *result)
{
	const struct side_command *command;
	char *words[WORDS_MAX];
	char *word;
	int n = 0;

	while (n < WORDS_MAX && (word = strsep(&line, BLANKS)))
		if (*word)
			words[n++] = word;
	for (command = commands; n && command->name; command++)
		if (!strcmp(command->name, words[0]) && n > command->words)
			return command->run(words + 1, n - 1, result);
	return -EINVAL;
}

void side_serve(const struct side_command *commands, const int *fd,
		void (*ready)(void))
{
	struct side_result result;
	char line[8192];
	int err;

	setvbuf(stdin, NULL, _IONBF, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (;;) {
		struct pollfd fds[2] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = fd ? *fd : -1, .events = POLLIN },
		};

		if (poll(fds, 2, -1) < 0)
			return;
		if (fds[1].revents)
			ready();
		if (!fds[0].revents)
			continue;
		if (!fgets(line, sizeof(line), stdin))
			return;
		memset(&result, 0, sizeof(result));
		err = run(commands, line, &result);
		if (err)
			printf("error %s\n", strerror(-err));
		else
			printf("ok %llu %lu\n", (unsigned long long)result.ns,
			       result.count);
	}
}
