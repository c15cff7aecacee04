// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The third scenario: a routing protocol shuts down. Once as it should, and once
 * because it dies.
 *
 *	shutdown DEV...
 *
 *	cc -std=c11 shutdown.c -o shutdown $(pkg-config --cflags --libs libmgm)
 */
#define _POSIX_C_SOURCE 200809L

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "example.h"

static struct mgm *start(char **names)
{
	struct mgm *mgm = mgm_open();
	struct mgm_interface ifc;

	if (!mgm) {
		perror("mgm_open");
		exit(1);
	}
	if (mgm_register(mgm, 10, 0, "shutdown", NULL, NULL))
		fail(mgm, "register");
	for (; *names; names++) {
		ifc = interface_named(*names);
		if (mgm_interface_take(mgm, &ifc, 1))
			fail(mgm, *names);
	}
	return mgm;
}

/*
 * First each interface: the memberships on it go, so do the entries that come in
 * there, and it leaves the outgoing lists of all others. IGMP, if it is enabled
 * there, is told before and after. Other protocols' flows lose nothing.
 *
 * Then the registration: its handle is dead, and no callback will be made any more.
 */
static void stop(struct mgm *mgm, char **names)
{
	struct mgm_interface ifc;

	for (; *names; names++) {
		ifc = interface_named(*names);
		if (mgm_interface_release(mgm, &ifc))
			fail(mgm, *names);
	}
	if (mgm_deregister(mgm))
		fail(mgm, "deregister");
	mgm_close(mgm);
}

static int count_owned(const struct mgm_interface_row *row, void *user)
{
	int *owned = user;

	if (row->owner_id == 10)
		(*owned)++;
	return 0;
}

/* Whoever reads the tables needs neither handle nor privilege. */
static int owned(struct mgm *mgm)
{
	int count = 0;

	if (mgm_interfaces(mgm, count_owned, &count) < 0)
		fail(mgm, "read the interfaces");
	return count;
}

/*
 * A protocol that nothing warns of its end. With its socket the kernel closes all that
 * hangs on it, before anybody hears that the process has ended.
 */
static void die(char **names)
{
	pid_t child = fork();
	int status;

	if (child < 0) {
		perror("fork");
		exit(1);
	}
	if (!child) {
		start(names);
		raise(SIGKILL);
	}
	if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status)) {
		fprintf(stderr, "it did not come to its end\n");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct mgm *reader, *mgm;

	(void)argc;
	reader = mgm_open();
	if (!reader) {
		perror("mgm_open");
		return 1;
	}

	mgm = start(argv + 1);
	printf("started: %d interfaces\n", owned(reader));
	stop(mgm, argv + 1);
	printf("stopped: %d interfaces\n", owned(reader));

	die(argv + 1);
	printf("died: %d interfaces\n", owned(reader));

	mgm_close(reader);
	return 0;
}
