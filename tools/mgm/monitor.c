// SPDX-License-Identifier: GPL-2.0
/* mgm monitor: changes as they happen, one a line. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/mgm.h>

#include "args.h"
#include "event.h"
#include "filter.h"
#include "print.h"

static const char usage[] =
"Usage: mgm [ -t ] [ -j ] monitor [ all | OBJECT... ] [ handle HANDLE ] [ dev DEV ]\n"
"                                 [ group GROUP ] [ source SOURCE ]\n"
"\n"
"OBJECT := { protocol | interface | membership | mfe | alert }\n"
"GROUP := { ADDRESS | any }\n"
"SOURCE := { ADDRESS | any }\n"
"\n"
"Print changes as they happen, one a line; with -j, one JSON object a line. Without\n"
"an object, or with all, those of every object. The first word of a line, or the\n"
"key \"event\", tells what happened:\n"
"\n"
"  protocol-register, protocol-deregister\n"
"  interface-take, interface-release, interface-change, igmp-disable, igmp-enable\n"
"  membership-add, membership-del\n"
"  mfe-add, mfe-change, mfe-del\n"
"  alert-rpf, alert-creation, alert-join, alert-prune, alert-local-join,\n"
"  alert-local-leave, alert-wrong-if, alert-overrun\n"
"                what a protocol is told, in the kernel or in user space\n"
"  overrun       changes came faster than they could be printed, and some of those\n"
"                before this line are lost\n"
"\n"
"What is named must be in an event, or it is not printed:\n"
"\n"
"  HANDLE        the protocol that does it or is told, or that owns the interface or\n"
"                the incoming interface\n"
"  DEV           the device, the incoming one, or one of the outgoing ones\n"
"  any           the event is about every group, or every source\n"
"\n"
"As soon as no change can be missed any more, \"listening\" is written to stderr.\n"
"SIGINT and SIGTERM end it, with exit status 0.\n";

/* The arguments that name objects, and what they stand for. */
static const struct {
	unsigned int arg;
	enum event_class class;
} objects[] = {
	{ ARG_ALL, EVENT_ALL },
	{ ARG_PROTOCOL, EVENT_PROTOCOL },
	{ ARG_INTERFACE, EVENT_INTERFACE },
	{ ARG_MEMBERSHIP, EVENT_MEMBERSHIP },
	{ ARG_MFE, EVENT_MFE },
	{ ARG_ALERT, EVENT_ALERT },
};

/* What is asked for. */
struct wanted {
	unsigned int classes;
	struct args args;
};

/* An event that is newer than this program: its command and its attributes. */
static void print_unknown(const struct nlmsghdr *nlh)
{
	char command[sizeof("0xff")];

	snprintf(command, sizeof(command), "0x%x", nl_command(nlh));
	event_open(command);
	print_hex("attributes", "attributes", mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
		  mnl_nlmsg_get_payload_len(nlh) - GENL_HDRLEN);
	event_close();
}

static enum status print_event(const struct nlmsghdr *nlh, void *data)
{
	const struct event *event = event_find(nl_command(nlh));
	const struct wanted *wanted = data;
	enum status status;

	if (!event) {
		if (wanted->classes == (unsigned int)EVENT_ALL &&
		    !(wanted->args.given & FILTER_ARGS))
			print_unknown(nlh);
		return STATUS_OK;
	}

	if (!(wanted->classes & event->class) ||
	    !filter_passes(nlh, event->class, &wanted->args))
		return STATUS_OK;

	event_open(event->name);
	status = event->print(nlh);
	event_close();
	return status;
}

static enum status parse(int argc, char **argv, struct wanted *wanted)
{
	unsigned int allowed = FILTER_ARGS;
	enum status status;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(objects); i++)
		allowed |= objects[i].arg;
	status = args_parse(argc, argv, "monitor", allowed, 0, &wanted->args);
	if (status != STATUS_OK)
		return status;
	if (wanted->args.group.has_len || wanted->args.source.has_len)
		return complain("a prefix length cannot be asked for");

	wanted->classes = 0;
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		if (wanted->args.given & objects[i].arg)
			wanted->classes |= objects[i].class;
	if (!wanted->classes)
		wanted->classes = EVENT_ALL;
	return STATUS_OK;
}

int monitor_main(int argc, char **argv)
{
	bool overrun = false;
	struct wanted wanted;
	enum status status;
	struct pollfd fds[2] = {
		{ .events = POLLIN },
		{ .events = POLLIN },
	};

	if (argc && !strcmp(argv[0], "help"))
		return help(usage);

	status = parse(argc, argv, &wanted);
	if (status != STATUS_OK)
		return status;

	fds[0].fd = event_signals();
	if (fds[0].fd < 0)
		return STATUS_ERROR;

	status = nl_subscribe();
	if (status != STATUS_OK)
		return status;
	fds[1].fd = nl_fd();
	event_listening();

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), overrun ? 0 : -1) < 0 && errno != EINTR)
			return complain("cannot wait for changes: %s", strerror(errno));
		if (fds[0].revents)
			return STATUS_OK;

		if (fds[1].revents) {
			status = nl_receive(print_event, &wanted, &overrun);
			if (status != STATUS_OK)
				return status;
		} else if (overrun) {
			/* What was not lost has been read: the rest was before this. */
			event_open("overrun");
			event_close();
			overrun = false;
		}
		if (ferror(stdout))
			return STATUS_ERROR;
	}
}
