// SPDX-License-Identifier: GPL-2.0
/* mgm monitor: changes as they happen, one a line. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/mgm.h>

#include "objects.h"
#include "print.h"

static const char usage[] =
"Usage: mgm [ -t ] [ -j ] monitor [ all | OBJECT... ]\n"
"\n"
"OBJECT := { protocol | interface | membership | mfe }\n"
"\n"
"Print changes as they happen, one a line; with -j, one JSON object a line. Without\n"
"an object, or with all, those of every object. The first word of a line, or the\n"
"key \"event\", tells what happened:\n"
"\n"
"  protocol-register, protocol-deregister\n"
"  interface-take, interface-release, interface-change, igmp-disable, igmp-enable\n"
"  membership-add, membership-del\n"
"  mfe-add, mfe-change, mfe-del\n"
"  overrun       changes came faster than they could be printed, and some of those\n"
"                before this line are lost\n"
"\n"
"As soon as no change can be missed any more, \"listening\" is written to stderr.\n"
"SIGINT and SIGTERM end it, with exit status 0.\n";

enum {
	CLASS_PROTOCOL = 1 << 0,
	CLASS_INTERFACE = 1 << 1,
	CLASS_MEMBERSHIP = 1 << 2,
	CLASS_MFE = 1 << 3,
	CLASS_ALL = ~0,			/* those that are not known here too */
};

static const struct event {
	const char *name;
	unsigned int class;
	enum status (*print)(const struct nlmsghdr *nlh);
} events[] = {
	[MGM_CMD_PROTOCOL_REGISTER_NTF] = {
		"protocol-register", CLASS_PROTOCOL, protocol_print },
	[MGM_CMD_PROTOCOL_DEREGISTER_NTF] = {
		"protocol-deregister", CLASS_PROTOCOL, protocol_print },
	[MGM_CMD_INTERFACE_TAKE_NTF] = {
		"interface-take", CLASS_INTERFACE, interface_print },
	[MGM_CMD_INTERFACE_RELEASE_NTF] = {
		"interface-release", CLASS_INTERFACE, interface_print },
	[MGM_CMD_INTERFACE_CHANGE_NTF] = {
		"interface-change", CLASS_INTERFACE, interface_print },
	[MGM_CMD_IGMP_DISABLE_NTF] = {
		"igmp-disable", CLASS_INTERFACE, interface_print },
	[MGM_CMD_IGMP_ENABLE_NTF] = {
		"igmp-enable", CLASS_INTERFACE, interface_print },
	[MGM_CMD_MEMBERSHIP_ADD_NTF] = {
		"membership-add", CLASS_MEMBERSHIP, membership_print },
	[MGM_CMD_MEMBERSHIP_DEL_NTF] = {
		"membership-del", CLASS_MEMBERSHIP, membership_print },
	[MGM_CMD_MFE_ADD_NTF] = {
		"mfe-add", CLASS_MFE, mfe_print },
	[MGM_CMD_MFE_CHANGE_NTF] = {
		"mfe-change", CLASS_MFE, mfe_print },
	[MGM_CMD_MFE_DEL_NTF] = {
		"mfe-del", CLASS_MFE, mfe_print },
};

static void print_timestamp(void)
{
	struct timespec now;
	struct tm utc;
	char date[sizeof("2000-01-01T00:00:00")];
	char text[sizeof(date) + sizeof(".000000Z")];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, sizeof(text), "%s.%06uZ", date, (unsigned int)now.tv_nsec / 1000);
	print_string("", "timestamp", text);
}

static void open_event(const char *name)
{
	print_object_open();
	if (options.timestamp)
		print_timestamp();
	print_string("", "event", name);
}

static void close_event(void)
{
	print_object_close();
	fflush(stdout);
}

/* An event that is newer than this program: its command and its attributes. */
static void print_unknown(const struct nlmsghdr *nlh)
{
	char command[sizeof("0xff")];

	snprintf(command, sizeof(command), "0x%x", nl_command(nlh));
	open_event(command);
	print_hex("attributes", "attributes", mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
		  mnl_nlmsg_get_payload_len(nlh) - GENL_HDRLEN);
	close_event();
}

/* @data points to the classes that are wanted. */
static enum status print_event(const struct nlmsghdr *nlh, void *data)
{
	const unsigned int *classes = data;
	uint8_t command = nl_command(nlh);
	const struct event *event;
	enum status status;

	if (command >= ARRAY_SIZE(events) || !events[command].name) {
		if (*classes == (unsigned int)CLASS_ALL)
			print_unknown(nlh);
		return STATUS_OK;
	}

	event = &events[command];
	if (!(*classes & event->class))
		return STATUS_OK;

	open_event(event->name);
	status = event->print(nlh);
	close_event();
	return status;
}

static enum status parse_classes(int argc, char **argv, unsigned int *classes)
{
	static const struct {
		const char *word;
		unsigned int class;
	} words[] = {
		{ "all", CLASS_ALL },
		{ "protocol", CLASS_PROTOCOL },
		{ "interface", CLASS_INTERFACE },
		{ "membership", CLASS_MEMBERSHIP },
		{ "mfe", CLASS_MFE },
	};

	*classes = argc ? 0 : CLASS_ALL;
	for (; argc; argc--, argv++) {
		int found = find_word("object to monitor", *argv, words, sizeof(words[0]),
				      ARRAY_SIZE(words));

		if (found < 0)
			return STATUS_ERROR;
		*classes |= words[found].class;
	}

	return STATUS_OK;
}

/* A descriptor that becomes readable when a signal says that it is enough. */
static int open_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &signals, NULL))
		return -1;
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

int monitor_main(int argc, char **argv)
{
	bool overrun = false;
	unsigned int classes;
	enum status status;
	struct pollfd fds[2] = {
		{ .events = POLLIN },
		{ .events = POLLIN },
	};

	if (argc && !strcmp(argv[0], "help"))
		return help(usage);

	status = parse_classes(argc, argv, &classes);
	if (status != STATUS_OK)
		return status;

	fds[0].fd = open_signals();
	if (fds[0].fd < 0)
		return complain("cannot wait for signals: %s", strerror(errno));

	status = nl_subscribe();
	if (status != STATUS_OK)
		return status;
	fds[1].fd = nl_fd();
	fputs("listening\n", stderr);

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), overrun ? 0 : -1) < 0 && errno != EINTR)
			return complain("cannot wait for changes: %s", strerror(errno));
		if (fds[0].revents)
			return STATUS_OK;

		if (fds[1].revents) {
			status = nl_receive(print_event, &classes, &overrun);
			if (status != STATUS_OK)
				return status;
		} else if (overrun) {
			/* What was not lost has been read: the rest was before this. */
			open_event("overrun");
			close_event();
			overrun = false;
		}
		if (ferror(stdout))
			return STATUS_ERROR;
	}
}
