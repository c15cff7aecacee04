// SPDX-License-Identifier: GPL-2.0
/*
 * A protocol of MGM in user space, on libmgm, which does the same as the owner of ipmr.
 *
 *	take DEVICE...			own these interfaces
 *	any DEVICE...			receivers of every group there
 *	add DEVICE WIDE FIRST COUNT	memberships in flows, a message each
 *	batch DEVICE WIDE FIRST COUNT	the same, as many a message as fit
 *	release DEVICE			give an interface up
 *	dump				read the table of entries
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <libmgm.h>
#include "side.h"

#define PROTOCOL_ID	64

static struct mgm *mgm;

/* What a call said, with the reason where people look. */
static int said(int err)
{
	if (err < 0)
		fprintf(stderr, "side_mgm: %s\n", mgm_error(mgm));
	return err;
}

static struct mgm_interface interface(const char *device)
{
	return (struct mgm_interface) { .ifindex = side_ifindex(device) };
}

static int take(char **words, int n, struct side_result *result)
{
	struct mgm_interface ifc;
	int err = 0;

	for (int i = 0; !err && i < n; i++) {
		ifc = interface(words[i]);
		err = said(mgm_interface_take(mgm, &ifc, 1));
	}
	result->count = n;
	return err;
}

static int any(char **words, int n, struct side_result *result)
{
	static const struct mgm_flow every;
	struct mgm_interface ifc;
	int err = 0;

	for (int i = 0; !err && i < n; i++) {
		ifc = interface(words[i]);
		err = said(mgm_membership_add(mgm, &ifc, &every,
					      MGM_MEMBERSHIP_F_JOIN));
	}
	result->count = n;
	return err;
}

static int add_all(char **words, struct side_result *result)
{
	unsigned long wide = side_number(words[1]), first = side_number(words[2]);
	unsigned long count = side_number(words[3]);
	struct mgm_interface ifc = interface(words[0]);
	struct side_flow which;
	struct mgm_flow flow;
	int err = 0;

	while (!err && result->count < count) {
		which = side_flow(wide, wide + 1, first + result->count++);
		flow = (struct mgm_flow) {
			.group = { .family = AF_INET, .ip4 = which.group },
			.source = { .family = AF_INET, .ip4 = which.source },
		};
		err = said(mgm_membership_add(mgm, &ifc, &flow,
					      MGM_MEMBERSHIP_F_JOIN));
	}
	return err;
}

static int add(char **words, int n, struct side_result *result)
{
	uint64_t began = side_now();
	int err = add_all(words, result);

	(void)n;
	result->ns = side_now() - began;
	return err;
}

static int batch(char **words, int n, struct side_result *result)
{
	uint64_t began = side_now();
	int err = mgm_batch_begin(mgm);

	(void)n;
	if (!err)
		err = add_all(words, result);
	if (!err)
		err = said(mgm_batch_end(mgm, NULL, NULL));
	result->ns = side_now() - began;
	return err > 0 ? -EBADE : err;
}

static int release(char **words, int n, struct side_result *result)
{
	struct mgm_interface ifc = interface(words[0]);
	uint64_t began = side_now();
	int err = said(mgm_interface_release(mgm, &ifc));

	(void)n;
	result->ns = side_now() - began;
	return err;
}

static int count_row(const struct mgm_mfe_row *row, void *user)
{
	unsigned long *count = user;

	(void)row;
	++*count;
	return 0;
}

static int dump(char **words, int n, struct side_result *result)
{
	uint64_t began = side_now();
	int err = said(mgm_mfes(mgm, count_row, &result->count));

	(void)words;
	(void)n;
	result->ns = side_now() - began;
	return err;
}

static const struct side_command commands[] = {
	{ "take", 1, take },
	{ "any", 1, any },
	{ "add", 4, add },
	{ "batch", 4, batch },
	{ "release", 1, release },
	{ "dump", 0, dump },
	{ }
};

int main(void)
{
	mgm = mgm_open();
	if (!mgm) {
		perror("side_mgm");
		return 1;
	}
	if (said(mgm_register(mgm, PROTOCOL_ID, 0, "bench", NULL, NULL)))
		return 1;
	side_serve(commands, NULL, NULL);
	mgm_close(mgm);
	return 0;
}
