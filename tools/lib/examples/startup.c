// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The first scenario: a routing protocol starts.
 *
 *	startup DEV...
 *
 * It registers, asks who owns each interface, takes it, and learns what receivers
 * there are on this router already. What comes next is in operation.c; this ends.
 *
 *	cc -std=c11 startup.c -o startup $(pkg-config --cflags --libs libmgm)
 */
#define _POSIX_C_SOURCE 200809L

#include <time.h>

#include "example.h"

static int print_owner(const struct mgm_interface_row *row, void *user)
{
	(void)user;
	print_interface(&row->ifc);
	if (row->owner)
		printf(": protocol %u has it\n", row->owner_id);
	else if (row->flags & MGM_INTERFACE_F_IGMP)
		printf(": only IGMP is there\n");
	return 0;
}

/* For people only: what is true now need not be true when the interface is taken. */
static void look(struct mgm *mgm, const struct mgm_interface *ifc)
{
	int err = mgm_interface_get(mgm, ifc, print_owner, NULL);

	if (err == -ENOENT) {
		print_interface(ifc);
		printf(": nobody has it\n");
	} else if (err) {
		fail(mgm, "who has it");
	}
}

/*
 * If IGMP is enabled on the interface, this is a hand-over: MGM tells IGMP to leave
 * the interface alone, drops the memberships that IGMP has there, makes the protocol
 * its owner, and tells IGMP to go on, which reports the members that the link really
 * has. All of that is over when the call returns. To whoever comes in between, it is
 * EBUSY, and worth another try.
 */
static int take(struct mgm *mgm, const struct mgm_interface *ifc)
{
	const struct timespec moment = { .tv_nsec = 100000000 };
	int tries, err;

	for (tries = 0; tries < 10; tries++) {
		err = mgm_interface_take(mgm, ifc, 1);
		if (err != -EBUSY)
			break;
		nanosleep(&moment, NULL);
	}
	return err;
}

static int print_membership(const struct mgm_membership_row *row, void *user)
{
	const struct mgm *mgm = user;

	if (row->handle == mgm_handle(mgm))
		return 0;
	printf("protocol %u has receivers of ", row->id);
	print_flow(&row->flow);
	printf(" on ");
	print_interface(&row->ifc);
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	struct mgm *mgm = mgm_open();
	struct mgm_interface ifc;
	int i, err;

	if (!mgm) {
		perror("mgm_open");
		return 1;
	}
	if (mgm_register(mgm, 10, 0, "startup", NULL, NULL))
		fail(mgm, "register");

	for (i = 1; i < argc; i++) {
		ifc = interface_named(argv[i]);
		look(mgm, &ifc);
		if (take(mgm, &ifc))
			fail(mgm, argv[i]);
	}

	err = mgm_memberships(mgm, MGM_MEMBERSHIP_TYPE_ALL_SOURCES, print_membership,
			      mgm);
	if (err < 0)
		fail(mgm, "read the memberships");
	if (err == MGM_INEXACT)
		printf("they are changing fast: read them again\n");

	printf("started, with handle %u\n", mgm_handle(mgm));
	mgm_close(mgm);
	return 0;
}
