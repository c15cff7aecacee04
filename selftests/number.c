// SPDX-License-Identifier: GPL-2.0
/* Numbers on the command lines of the programs that run by hand as well. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "number.h"

unsigned long long number_option(const char *text)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || !*text || *end) {
		fprintf(stderr, "%s: not a number: %s\n",
			program_invocation_short_name, text);
		exit(2);
	}
	return value;
}
