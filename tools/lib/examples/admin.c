// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The fourth scenario: administration. All that MGM knows can be read at any time,
 * by anybody: this registers nothing and needs no privilege.
 *
 *	cc -std=c11 admin.c -o admin $(pkg-config --cflags --libs libmgm)
 */
#define _POSIX_C_SOURCE 200809L

#include "example.h"

static int print_protocol(const struct mgm_protocol_row *row, void *user)
{
	(void)user;
	printf("protocol %u.%u \"%s\" handle %u interfaces %u memberships %u\n",
	       row->id, row->component, row->name, row->handle, row->interfaces,
	       row->memberships);
	return 0;
}

static int print_link(const struct mgm_interface_row *row, void *user)
{
	(void)user;
	printf("interface ");
	print_interface(&row->ifc);
	if (row->owner)
		printf(" owner %u", row->owner);
	if (row->flags & MGM_INTERFACE_F_IGMP)
		printf(" igmp");
	printf(" in %llu out %llu\n", (unsigned long long)row->in_packets,
	       (unsigned long long)row->out_packets);
	return 0;
}

static int print_membership(const struct mgm_membership_row *row, void *user)
{
	(void)user;
	printf("membership ");
	print_flow(&row->flow);
	printf(" on ");
	print_interface(&row->ifc);
	printf(" handle %u\n", row->handle);
	return 0;
}

static int print_mfe(const struct mgm_mfe_row *row, void *user)
{
	size_t i;

	(void)user;
	printf("entry ");
	print_flow(&row->flow);
	if (row->rpf.iif.ifindex) {
		printf(" in ");
		print_interface(&row->rpf.iif);
		printf(" from ");
		print_address(&row->rpf.upstream, "the link");
	}
	for (i = 0; i < row->n_oifs; i++) {
		printf(" out ");
		print_interface(&row->oifs[i].ifc);
	}
	printf(" packets %llu\n", (unsigned long long)row->in_packets);
	return 0;
}

static int print_limit(const struct mgm_limit_row *row, void *user)
{
	(void)user;
	printf("limit %u value %u hits %llu\n", row->id, row->value,
	       (unsigned long long)row->hits);
	return 0;
}

/* A table that changes all the time is no failure, but is worth a word. */
static void check(struct mgm *mgm, int result)
{
	if (result < 0)
		fail(mgm, "read");
	if (result == MGM_INEXACT)
		printf("it changes too fast: rows may be missing, or there twice\n");
}

int main(void)
{
	struct mgm *mgm = mgm_open();
	uint32_t timeout;

	if (!mgm) {
		perror("mgm_open");
		return 1;
	}
	check(mgm, mgm_protocols(mgm, print_protocol, NULL));
	check(mgm, mgm_interfaces(mgm, print_link, NULL));
	check(mgm, mgm_memberships(mgm, MGM_MEMBERSHIP_TYPE_ALL_SOURCES,
				   print_membership, NULL));
	check(mgm, mgm_mfes(mgm, print_mfe, NULL));
	check(mgm, mgm_limits(mgm, print_limit, NULL));
	check(mgm, mgm_config_get(mgm, MGM_A_CONFIG_MFE_TIMEOUT, &timeout));
	printf("entries live %u s\n", timeout);
	mgm_close(mgm);
	return 0;
}
