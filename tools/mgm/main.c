// SPDX-License-Identifier: GPL-2.0
/* The mgm command: options, and the way to the object that is meant. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/mgm.h>

#include "mgm.h"
#include "netlink.h"
#include "print.h"

#define NETNS_DIR	"/run/netns/"

struct options options;

static const char *netns;

static const char usage[] =
"Usage: mgm [ OPTIONS ] OBJECT { COMMAND | help }\n"
"\n"
"Talk to MGM, the multicast group manager in the Linux kernel.\n"
"\n"
"OBJECT := { protocol | interface | membership | mfe | igmp | limit | config |\n"
"            monitor }\n"
"  protocol      the multicast routing protocols that are registered\n"
"  interface     which protocol owns which interface\n"
"  membership    the group memberships that the protocols reported\n"
"  mfe           the multicast forwarding entries\n"
"  igmp          IGMP for routers: where it is enabled, and what hosts want there\n"
"  limit         how much there may be of everything, and how much there is\n"
"  config        settings of the network namespace\n"
"  monitor       watch changes as they happen\n"
"\n"
"OPTIONS := { -j[son] | -p[retty] | -s[tatistics] | -t[imestamp] |\n"
"             -n[etns] NETNS | -V[ersion] | -h[elp] }\n"
"  -j            write JSON; -p makes it readable\n"
"  -s            show counters too\n"
"  -t            monitor, protocol run: say when\n"
"  -n NETNS      in that network namespace: a name, a path, or a process id\n"
"\n"
"Words may be shortened. \"mgm OBJECT help\" tells what can be done with an object.\n";

static const struct command objects[] = {
	{ "protocol", protocol_main },
	{ "interface", interface_main },
	{ "membership", membership_main },
	{ "mfe", mfe_main },
	{ "igmp", igmp_main },
	{ "limit", limit_main },
	{ "limits", limit_main },
	{ "config", config_main },
	{ "monitor", monitor_main },
};

int complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("mgm: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);

	return STATUS_ERROR;
}

int help(const char *text)
{
	fputs(text, stdout);
	return STATUS_OK;
}

static const char *word_of(const void *table, size_t size, size_t index)
{
	return *(const char *const *)((const char *)table + index * size);
}

static bool begins(const char *word, const char *beginning)
{
	return *beginning && !strncmp(word, beginning, strlen(beginning));
}

int match_word(const char *word, const void *table, size_t size, size_t count)
{
	int found = MATCH_NONE;
	size_t i;

	for (i = 0; i < count; i++) {
		const char *candidate = word_of(table, size, i);

		if (!strcmp(word, candidate))
			return i;
		if (!begins(candidate, word))
			continue;
		if (found == MATCH_NONE)
			found = i;
		/* "lim" is in no doubt between "limit" and "limits". */
		else if (found >= 0 && !begins(candidate, word_of(table, size, found)))
			found = MATCH_SEVERAL;
	}

	return found;
}

int find_word(const char *what, const char *word, const void *table, size_t size,
	      size_t count)
{
	int found = match_word(word, table, size, count);
	size_t i;

	if (found >= 0)
		return found;

	fprintf(stderr, "mgm: %s %s \"%s\"%s",
		found == MATCH_NONE ? "unknown" : "ambiguous", what, word,
		count ? "; there is:" : "");
	for (i = 0; i < count; i++)
		if (found == MATCH_NONE || begins(word_of(table, size, i), word))
			fprintf(stderr, " %s", word_of(table, size, i));
	fputc('\n', stderr);
	return found;
}

static bool is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "-h") || !strcmp(word, "-help") ||
	       !strcmp(word, "--help");
}

int run_command(const char *object, const struct command *commands, size_t count,
		const char *text, int argc, char **argv)
{
	char what[32];
	int found = 0;

	if (argc) {
		if (is_help(argv[0]) || (argc > 1 && is_help(argv[1])))
			return help(text);
		snprintf(what, sizeof(what), "%s command", object);
		found = find_word(what, argv[0], commands, sizeof(*commands), count);
		if (found < 0)
			return STATUS_ERROR;
		argc--, argv++;
	}

	return commands[found].run(argc, argv);
}

/* Go where all sockets and names of devices are those of namespace @name. */
static int enter_netns(const char *name)
{
	char path[4096];
	int fd, len;

	if (strchr(name, '/'))
		len = snprintf(path, sizeof(path), "%s", name);
	else
		len = snprintf(path, sizeof(path), NETNS_DIR "%s", name);
	if (len >= (int)sizeof(path))
		return complain("the name of the network namespace is too long");

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && name[strspn(name, "0123456789")] == '\0') {
		snprintf(path, sizeof(path), "/proc/%s/ns/net", name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		return complain("cannot open network namespace \"%s\": %s", name,
				strerror(errno));

	if (setns(fd, CLONE_NEWNET))
		return complain("cannot enter network namespace \"%s\": %s", name,
				strerror(errno));
	close(fd);
	return STATUS_OK;
}

/* The exit status: @status, or an error if what was printed was not written. */
static int finish(enum status status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;

	complain("cannot write the output: %s", strerror(errno));
	return status ?: STATUS_ERROR;
}

/*
 * The letters that an option stands for: -s, -statistics, --statistics, and any
 * beginning of the word are "s", -js is "js". NULL if it is none.
 */
static const char *option_letters(const char *option)
{
	/* Where one beginning fits several, the first is meant. */
	static const struct {
		const char *word;
		const char *letter;
	} words[] = {
		{ "json", "j" },
		{ "pretty", "p" },
		{ "statistics", "s" },
		{ "stats", "s" },
		{ "timestamp", "t" },
		{ "netns", "n" },
		{ "Version", "V" },
		{ "version", "V" },
		{ "help", "h" },
	};
	const char *word = option + 1;
	size_t i;

	if (*word == '-')
		word++;
	else if (!word[strspn(word, "jpst")])
		return word;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (begins(words[i].word, word))
			return words[i].letter;
	return NULL;
}

/* Take note of one option. Returns how many words of the command line it is. */
static int parse_option(int argc, char **argv)
{
	const char *letter = option_letters(argv[0]);
	int words = 1;

	if (!letter) {
		complain("unknown option \"%s\"; try: mgm help", argv[0]);
		exit(finish(STATUS_ERROR));
	}

	for (; *letter; letter++) {
		switch (*letter) {
		case 'j':
			options.json = true;
			break;
		case 'p':
			options.pretty = true;
			break;
		case 's':
			options.statistics = true;
			break;
		case 't':
			options.timestamp = true;
			break;
		case 'n':
			if (words == argc) {
				complain("%s needs the name of a network namespace", argv[0]);
				exit(finish(STATUS_ERROR));
			}
			netns = argv[words++];
			break;
		case 'V':
			printf("mgm %s, netlink family %s version %d\n",
			       MGM_TOOL_VERSION, MGM_GENL_NAME, MGM_GENL_VERSION);
			exit(finish(STATUS_OK));
		case 'h':
			exit(finish(help(usage)));
		}
	}

	return words;
}

/* One of the short ones that say how to print. */
static bool is_print_option(const char *word)
{
	return word[0] == '-' && word[1] && !word[1 + strspn(word + 1, "jpst")];
}

/*
 * Take note of the options, and move the other words together: behind the object
 * there may still be those that say how to print. Returns how many words remain.
 */
static int parse_options(int argc, char **argv)
{
	int i = 0, left = 0;

	while (i < argc) {
		if (left ? is_print_option(argv[i]) : argv[i][0] == '-')
			i += parse_option(argc - i, argv + i);
		else
			argv[left++] = argv[i++];
	}
	return left;
}

int main(int argc, char **argv)
{
	enum status status;
	int found;

	argv++;
	argc = parse_options(argc - 1, argv);
	if (!argc) {
		fputs(usage, stderr);
		return finish(STATUS_ERROR);
	}
	if (is_help(argv[0]))
		return finish(help(usage));

	found = find_word("object", argv[0], objects, sizeof(objects[0]), ARRAY_SIZE(objects));
	if (found < 0)
		return finish(STATUS_ERROR);

	if (netns && enter_netns(netns) != STATUS_OK)
		return finish(STATUS_ERROR);

	print_setup(options.json, options.pretty, objects[found].run == monitor_main);
	status = objects[found].run(argc - 1, argv + 1);
	nl_close();
	return finish(status);
}
