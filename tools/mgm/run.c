// SPDX-License-Identifier: GPL-2.0
/* mgm protocol run: a protocol that prints what it is told. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/mgm.h>

#include "alert.h"
#include "args.h"
#include "event.h"
#include "libmgm.h"
#include "print.h"
#include "run.h"

static enum status refused(const struct mgm *mgm, int error)
{
	const char *reason = mgm_error(mgm);

	fprintf(stderr, "Error: %s.\n", *reason ? reason : strerror(-error));
	return STATUS_REFUSED;
}

/* All callbacks. That it returns 0 is an answer, too: as it is. */
static int print_alert(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	(void)user;
	event_open(event_find(alert->type)->name);
	alert_show(alert, mgm_handle(mgm));
	event_close();
	return 0;
}

static const struct mgm_ops ops = {
	.rpf = print_alert,
	.creation = print_alert,
	.join = print_alert,
	.prune = print_alert,
	.local_join = print_alert,
	.local_leave = print_alert,
	.wrong_if = print_alert,
	.overrun = print_alert,
};

static struct mgm_interface interface(const struct device *dev)
{
	return (struct mgm_interface){ .ifindex = dev->ifindex };
}

static struct mgm_address mgm_address(const struct address *address)
{
	struct mgm_address result = { .family = address->family };

	if (address->family == AF_INET)
		result.ip4 = address->in4;
	else if (address->family == AF_INET6)
		result.ip6 = address->in6;
	return result;
}

/* Start-up. @taken: how many of the devices it has. */
static enum status begin(struct mgm *mgm, const struct args *args, size_t *taken)
{
	struct mgm_interface ifc;
	struct mgm_flow flow;
	int err;

	err = mgm_register(mgm, args->id, args->component, args->name, &ops, NULL);
	if (err)
		return refused(mgm, err);

	for (*taken = 0; *taken < args->n_devs; (*taken)++) {
		ifc = interface(&args->devs[*taken]);
		err = mgm_interface_take(mgm, &ifc, 1);
		if (err) {
			refused(mgm, err);
			fprintf(stderr, "  at: dev %s\n", args->devs[*taken].name);
			return STATUS_REFUSED;
		}
	}

	if (!(args->given & ARG_GROUP))
		return STATUS_OK;
	flow.group = mgm_address(&args->group);
	flow.source = mgm_address(&args->source);
	err = mgm_membership_add(mgm, &ifc, &flow, MGM_MEMBERSHIP_F_JOIN);
	return err ? refused(mgm, err) : STATUS_OK;
}

/* What went by itself, with its device or with MGM, need not be given back. */
static bool failed(int err)
{
	return err && err != -ENOENT && err != -ENODEV;
}

/* Shut-down: each of the first @taken devices, then the registration. */
static enum status end(struct mgm *mgm, const struct args *args, size_t taken)
{
	enum status status = STATUS_OK;
	size_t i;
	int err;

	for (i = 0; i < taken; i++) {
		struct mgm_interface ifc = interface(&args->devs[i]);

		err = mgm_interface_release(mgm, &ifc);
		if (failed(err))
			status = refused(mgm, err);
	}
	err = mgm_handle(mgm) ? mgm_deregister(mgm) : 0;
	return failed(err) ? refused(mgm, err) : status;
}

/* Print what comes until a signal does. */
static enum status watch(struct mgm *mgm, int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = mgm_fd(mgm), .events = POLLIN },
	};

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return complain("cannot wait for alerts: %s", strerror(errno));
		if (fds[0].revents)
			return STATUS_OK;
		if (fds[1].revents && mgm_dispatch(mgm) < 0)
			return complain("%s", mgm_error(mgm));
		if (ferror(stdout))
			return STATUS_ERROR;
	}
}

static enum status parse(int argc, char **argv, struct args *args)
{
	enum status status;

	status = args_parse(argc, argv, "protocol",
			    ARG_ID | ARG_COMPONENT | ARG_NAME | ARG_DEVS | ARG_GROUP |
			    ARG_SOURCE, ARG_ID | ARG_DEVS, args);
	if (status != STATUS_OK)
		return status;
	if ((args->given & (ARG_GROUP | ARG_SOURCE)) == ARG_SOURCE)
		return complain("source needs a group");
	if (args->group.has_len || args->source.has_len)
		return complain("a membership has no prefix length here");
	return STATUS_OK;
}

static enum status run(const struct args *args)
{
	enum status status, ended;
	int signals = event_signals();
	size_t taken = 0;
	struct mgm *mgm;

	if (signals < 0)
		return STATUS_ERROR;
	mgm = mgm_open();
	if (!mgm && errno == ENOENT)
		return complain("the mgm module is not loaded in the kernel (modprobe mgm)");
	if (!mgm)
		return complain("cannot open a netlink socket: %s", strerror(errno));

	status = begin(mgm, args, &taken);
	if (status == STATUS_OK) {
		event_listening();
		status = watch(mgm, signals);
	}
	ended = end(mgm, args, taken);
	mgm_close(mgm);
	return status ?: ended;
}

int protocol_run(int argc, char **argv)
{
	struct args args;
	enum status status = parse(argc, argv, &args);

	print_setup(options.json, options.pretty, true);
	if (status == STATUS_OK)
		status = run(&args);
	free(args.devs);
	return status;
}
