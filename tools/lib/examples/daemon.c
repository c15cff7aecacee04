// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The smallest complete routing daemon: it routes between the links that it is
 * given, and sends a group out where hosts have joined it.
 *
 *	daemon DEV...
 *
 * MGM does the forwarding, IGMP (mgm igmp enable dev DEV) knows the hosts, and this
 * decides. It ends by SIGINT or SIGTERM; however it ends, nothing stays behind.
 *
 *	cc -std=c11 daemon.c -o daemon $(pkg-config --cflags --libs libmgm)
 */
#define _POSIX_C_SOURCE 200809L

#include <poll.h>

#include "example.h"

/* Hosts want a group. So does this protocol then, and the others hear of that. */
static int local_join(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	(void)user;
	if (mgm_membership_add(mgm, &alert->ifc, &alert->flow, MGM_MEMBERSHIP_F_JOIN))
		fprintf(stderr, "add: %s\n", mgm_error(mgm));
	return 0;
}

static int local_leave(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	(void)user;
	if (mgm_membership_del(mgm, &alert->ifc, &alert->flow, 0))
		fprintf(stderr, "delete: %s\n", mgm_error(mgm));
	return 0;
}

/*
 * It has missed something. operation.c shows how to catch up; the least that is
 * right is to end, and to be started anew: what it leaves, MGM clears up.
 */
static int overrun(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	(void)mgm;
	(void)user;
	fprintf(stderr, "%u alerts are lost\n", alert->lost);
	exit(1);
}

static const struct mgm_ops ops = {
	.local_join = local_join,
	.local_leave = local_leave,
	.overrun = overrun,
};

int main(int argc, char **argv)
{
	struct mgm_interface ifc;
	struct pollfd fds[2];
	struct mgm *mgm;
	int i;

	mgm = mgm_open();
	if (!mgm) {
		perror("mgm_open");
		return 1;
	}
	if (mgm_register(mgm, 11, 0, "daemon", &ops, NULL))
		fail(mgm, "register");
	for (i = 1; i < argc; i++) {
		ifc = interface_named(argv[i]);
		if (mgm_interface_take(mgm, &ifc, 1))
			fail(mgm, argv[i]);
	}

	fds[0] = (struct pollfd){ .fd = mgm_fd(mgm), .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = quit_fd(), .events = POLLIN };
	do {
		poll(fds, 2, -1);
		if (mgm_dispatch(mgm) < 0)
			fail(mgm, "dispatch");
	} while (!quit_asked(fds[1].fd));

	close(fds[1].fd);
	mgm_close(mgm);
	return 0;
}
