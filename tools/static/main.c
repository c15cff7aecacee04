// SPDX-License-Identifier: GPL-2.0
/*
 * mgm-static: static multicast routes, as a routing protocol of MGM's. Here are its
 * options, its signals, and the loop that waits for all there is to wait for.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <libmgm.h>

#include "log.h"
#include "notify.h"
#include "static.h"

#define EXIT_USAGE	2

static const char usage[] =
"Usage: mgm-static [ OPTIONS ]\n"
"\n"
"Static multicast routes from a file in the grammar of smcroute.conf, as a protocol of\n"
"MGM, the multicast group manager in the Linux kernel.\n"
"\n"
"  -f FILE       read this [/etc/mgm-static.conf]; again on SIGHUP\n"
"  -t FILE       check this, and end: 0: it is good, 1: it is not\n"
"  -c COMPONENT  number of this instance, where there are several on a router [0]\n"
"  -i ID         protocol id [3]\n"
"  -N NAME       what others see it called [mgm-static]\n"
"  -l LEVEL      say no more than none, err, warning, notice, info or debug [notice]\n"
"  -s            to syslog, not to standard error\n"
"  -n            stay in the foreground, as is done anyway\n"
"  -V            version\n"
"  -h            this\n";

static struct {
	const char *file;
	const char *check;
	uint32_t component;
	uint32_t id;
	const char *name;
	int level;
	bool to_syslog;
} options = {
	.file = "/etc/mgm-static.conf",
	.id = 3,		/* netmgmt, of IANA's ipMRouteProtocol: entered by hand */
	.name = "mgm-static",
	.level = LOG_NOTICE,
};

static void wrong_usage(const char *text, const char *argument)
{
	fprintf(stderr, "mgm-static: %s '%s'\n", text, argument);
	exit(EXIT_USAGE);
}

static uint32_t read_number(const char *argument)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(argument, &end, 10);
	if (errno || end == argument || *end || *argument == '-' || value > UINT32_MAX)
		wrong_usage("not a number:", argument);
	return value;
}

static void set_name(const char *name)
{
	if (strlen(name) > MGM_NAME_LEN_MAX)
		wrong_usage("too long a name:", name);
	options.name = name;
}

static void read_options(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "f:t:c:i:N:l:snVh")) >= 0) {
		switch (option) {
		case 'f':
			options.file = optarg;
			break;
		case 't':
			options.check = optarg;
			break;
		case 'c':
			options.component = read_number(optarg);
			break;
		case 'i':
			options.id = read_number(optarg);
			break;
		case 'N':
			set_name(optarg);
			break;
		case 'l':
			options.level = log_level(optarg);
			if (options.level < -1)
				wrong_usage("there is no level", optarg);
			break;
		case 's':
			options.to_syslog = true;
			break;
		case 'n':
			break;
		case 'V':
			puts("mgm-static " VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		default:
			fputs(usage, stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind < argc)
		wrong_usage("what is", argv[optind]);
}

/* They come as something to read, between one thing and the next. */
static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void reload(struct protocol *p)
{
	struct conf conf;

	notify_reloading();
	if (conf_read(&conf, options.file)) {
		say(LOG_ERR, "%s is not good; all stays as it was", options.file);
	} else {
		static_reload(p, &conf);
		say(LOG_NOTICE, "%s was read again", options.file);
	}
	notify_ready();
}

/* Returns whether to go on. */
static bool read_signal(struct protocol *p, int fd)
{
	struct signalfd_siginfo signal;

	if (read(fd, &signal, sizeof(signal)) != sizeof(signal))
		return true;
	if (signal.ssi_signo != SIGHUP)
		return false;
	reload(p);
	return true;
}

static int loop(struct protocol *p, int news, int signals)
{
	struct pollfd fds[] = {
		{ .fd = mgm_fd(p->mgm), .events = POLLIN },
		{ .fd = news, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	for (;;) {
		if (poll(fds, 3, static_wait(p)) < 0 && errno != EINTR)
			return -1;
		if (fds[0].revents && static_dispatch(p))
			return -1;
		if (fds[1].revents)
			static_news(p, links_read_news(news));
		if (fds[2].revents && !read_signal(p, signals))
			return 0;
		static_tick(p);
	}
}

static int check(const char *path)
{
	struct conf conf;

	if (conf_read(&conf, path))
		return EXIT_FAILURE;
	conf_free(&conf);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int news, signals, ret;
	struct protocol p;
	struct conf conf;

	read_options(argc, argv);
	log_setup("mgm-static", options.level, options.to_syslog);
	if (options.check)
		return check(options.check);

	if (conf_read(&conf, options.file))
		return EXIT_FAILURE;
	signals = catch_signals();
	/* Before the interfaces are read, so that none is missed. */
	news = links_watch();
	if (signals < 0 || news < 0)
		die("cannot wait for signals and for interfaces: %m");
	if (static_start(&p, &conf, options.id, options.component, options.name)) {
		conf_free(&conf);
		return EXIT_FAILURE;
	}
	notify_ready();
	say(LOG_NOTICE, "routes of %s are in force", options.file);
	ret = loop(&p, news, signals);
	notify_stopping();
	if (ret)
		static_free(&p);
	else
		static_stop(&p);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
