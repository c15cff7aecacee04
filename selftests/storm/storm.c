// SPDX-License-Identifier: GPL-2.0
/*
 * A storm over two network namespaces: protocols that register, take, join, leave,
 * release and die, while devices, routes, addresses and other namespaces come and go
 * under traffic, and the modules are unloaded and loaded again. This loads modules
 * and makes devices: do it in a test machine.
 *
 * A round begins with new namespaces and ends with the modules' going. In between
 * everybody rests now and then, and what there is gets compared with what everybody
 * knows. As there are threads, a seed gives each actor its choices, but not the same
 * storm again.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "../number.h"
#include "storm.h"

#define PROGRESS_S	10
#define REST_S		3
#define RESTS		4
/* How long everybody goes on behind the modules' coming. */
#define GALE_MS		300

unsigned int storm_round;
__u64 storm_seed = 1;
struct actor *storm_actors[ACTORS_MAX];
unsigned int storm_n_actors;
struct world storm_worlds[WORLDS];
atomic_bool storm_gale;
atomic_uint storm_newest;
unsigned int storm_patience = 120;

static unsigned int seconds = 15;
static bool quiet, forgetful;
static double began;

static void usage(FILE *out)
{
	fprintf(out,
		"Usage: storm [OPTION]...\n"
		"\n"
		"  --seed N      what each actor chooses, in each round [1]\n"
		"  --seconds N   begin no new round after so long [%u]\n"
		"  --quiet       no progress, only the last lines\n"
		"  --forgetful   an actor forgets what it has, which has to be found\n"
		"  --help        this help\n"
		"\n"
		"Exit status: 1 if the kernel did anything wrong, 2 if it could not be tried.\n",
		seconds);
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "forgetful", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's':
			storm_seed = number_option(optarg);
			break;
		case 't':
			seconds = number_option(optarg);
			break;
		case 'q':
			quiet = true;
			break;
		case 'f':
			forgetful = true;
			storm_patience = 10;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		usage(stderr);
		exit(2);
	}
}

static void progress(void)
{
	static double last;

	if (quiet || now() - last < PROGRESS_S)
		return;
	last = now();
	tally_print(now() - began, false);
}

/* Who is in which world; the order in which they come. */
static const struct part *const parts[WORLDS][16] = {
	{
		&part_steady, &part_daemon, &part_daemon, &part_daemon,
		&part_daemon, &part_igmp, &part_hosts, &part_sender,
		&part_checker, &part_reader, &part_monitor, &part_nest,
		&part_weather,
	}, {
		&part_steady, &part_daemon, &part_daemon, &part_kernel,
		&part_sender, &part_checker, &part_monitor, &part_weather,
	},
};

static int begin_round(void)
{
	unsigned int i, k;
	int err = 0;

	storm_round++;
	storm_gale = false;
	storm_newest = 0;
	for (i = 0; !err && i < WORLDS; i++)
		err = world_make(&storm_worlds[i], i);
	for (i = 0; !err && i < WORLDS; i++) {
		world_enter(&storm_worlds[i]);
		for (k = 0; !err && parts[i][k]; k++)
			err = actor_start(parts[i][k], &storm_worlds[i]);
	}
	return err;
}

static void wait_for(double until)
{
	while (now() < until) {
		usleep(100000);
		progress();
	}
}

static void rest(void)
{
	unsigned int i;

	actors_rest();
	if (forgetful)
		storm_actors[0]->protocols[0].n_rows = 0;
	for (i = 0; i < WORLDS; i++) {
		world_enter(&storm_worlds[i]);
		rest_compare(&storm_worlds[i]);
	}
	actors_go_on();
}

static void end_round(void)
{
	unsigned int i;

	modules_out_and_in(!quiet);
	usleep(GALE_MS * 1000);
	actors_end();
	for (i = 0; i < WORLDS; i++)
		world_end(&storm_worlds[i]);
}

static int round_of_storm(void)
{
	double times[3] = { now() };
	unsigned int rests;
	int err = begin_round();

	if (err)
		return err;
	for (rests = 0; rests < RESTS; rests++) {
		wait_for(now() + REST_S);
		times[1] -= now();
		rest();
		times[1] += now();
		if (now() - began > seconds)
			break;
	}
	times[2] = now();
	end_round();
	if (!quiet)
		printf("round %u took %.1f s: %.1f s to compare, %.1f s for the modules to go\n",
		       storm_round, now() - times[0], times[1],
		       now() - times[2]);
	return 0;
}

int main(int argc, char **argv)
{
	int err;

	parse(argc, argv);
	err = modules_in();
	began = now();
	while (!err && now() - began < seconds)
		err = round_of_storm();
	if (err) {
		fprintf(stderr, "storm: %s\n", strerror(-err));
		return 2;
	}
	tally_print(now() - began, !quiet);
	printf("seed %llu: %u rounds, %llu operations in %.0f s\n",
	       (unsigned long long)storm_seed, storm_round, tally_sum(),
	       now() - began);
	return 0;
}
