// SPDX-License-Identifier: GPL-2.0
/* Messages: to standard error, as systemd's journal reads it, or to syslog. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "log.h"

static struct {
	const char *name;
	int level;
	bool to_syslog;
	bool journal;		/* standard error leads to systemd's journal */
} out = {
	.name = "mgm-static",
	.level = LOG_NOTICE,
};

void log_setup(const char *name, int level, bool to_syslog)
{
	out.name = name;
	out.level = level;
	out.to_syslog = to_syslog;
	out.journal = getenv("JOURNAL_STREAM");
	if (to_syslog)
		openlog(name, LOG_PID, LOG_DAEMON);
}

int log_level(const char *name)
{
	static const struct {
		const char *name;
		int level;
	} levels[] = {
		{ "none", -1 },
		{ "err", LOG_ERR },
		{ "warning", LOG_WARNING },
		{ "notice", LOG_NOTICE },
		{ "info", LOG_INFO },
		{ "debug", LOG_DEBUG },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(levels); i++)
		if (!strcmp(name, levels[i].name))
			return levels[i].level;
	return -2;
}

static void vsay(int level, const char *format, va_list arguments)
{
	if (level > out.level)
		return;
	if (out.to_syslog) {
		vsyslog(level, format, arguments);
		return;
	}
	flockfile(stderr);
	if (out.journal)
		fprintf(stderr, "<%d>", level);
	else
		fprintf(stderr, "%s: ", out.name);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	funlockfile(stderr);
}

void say(int level, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsay(level, format, arguments);
	va_end(arguments);
}

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsay(LOG_ERR, format, arguments);
	va_end(arguments);
	exit(EXIT_FAILURE);
}
