// SPDX-License-Identifier: GPL-2.0
/*
 * The gale: the modules go while everything is in use, and come again.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "../kernel.h"
#include "storm.h"

/* A dump under way, or whoever reads a file of theirs, holds them for a moment. */
#define PATIENCE_S	120

/* So long the weather is as bad as before. */
#define LULL_S		5

static atomic_llong lull;	/* when it ends, in ms; 0: no gale blows */

static const char *const names[] = { "mgm", "mgm_igmp", "mgm_test" };

/*
 * Who asks for a family that has gone has the kernel start modprobe: once is enough,
 * then it is waited until the modules are there again.
 */
void gale_pause(void)
{
	double end = now() + PATIENCE_S;
	unsigned int i;

	for (i = 0; storm_gale && i < MNL_ARRAY_SIZE(names) && now() < end;)
		if (module_loaded(names[i]))
			i++;
		else
			usleep(20000);
}

/*
 * Loading and unloading wait for every namespace that is being made or cleaned up, and
 * these for all who change devices, one after the other, on processors that who sends
 * keeps busy. They keep still after a while, until the modules are in again.
 */
void gale_lull(void)
{
	while (lull && now() * 1000 > lull)
		usleep(20000);
}

int modules_in(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < MNL_ARRAY_SIZE(names); i++)
		err = module_load(names[i]);
	return err;
}

static void unload(const char *name)
{
	double end = now() + PATIENCE_S;
	int err;

	while ((err = module_unload(name)) == -EWOULDBLOCK && now() < end)
		usleep(1000);
	if (err || module_loaded(name))
		broken("%s does not go: %s", name, strerror(-err));
	tally(OP_UNLOAD, 0);
}

/* In the midst of the storm. */
void modules_out_and_in(bool loudly)
{
	double began = now(), out;
	unsigned int i;
	int err;

	storm_gale = true;
	lull = (began + LULL_S) * 1000;
	for (i = MNL_ARRAY_SIZE(names); i--;)
		unload(names[i]);
	out = now();
	err = modules_in();
	if (err)
		broken("the modules cannot be loaded again: %s", strerror(-err));
	lull = 0;
	if (loudly)
		printf("round %u: the modules were out after %.1f s, and in again after %.1f s\n",
		       storm_round, out - began, now() - out);
}
