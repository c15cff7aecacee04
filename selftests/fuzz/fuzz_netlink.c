// SPDX-License-Identifier: GPL-2.0
/*
 * Throw messages at the netlink families, good ones, nearly good ones and rubbish, from
 * several sockets in several network namespaces, and hold the kernel to what it
 * answers. This loads modules and makes devices: do it in a test machine.
 *
 * With modules that are made with MGM_KCOV=1, and a kernel that has CONFIG_KCOV, it
 * prints in the end which messages reached code that was not reached before, as
 * --corpus reads them.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../number.h"
#include "../kernel.h"
#include "fuzz.h"

#define CHECK_EVERY	2000
#define CLEAN_EVERY	5
#define PROGRESS_S	10
#define COMPLAINTS_MAX	20
#define LAST		12

__u64 fuzz_seed = 1, fuzz_step;
bool fuzz_trace;

static unsigned long long messages = 20000;
static unsigned int seconds, jobs = 1, guide;
static const char *corpus;
static bool quiet;
static unsigned int complaints;

/* Something is wrong. The seed and the step bring it about again. */
void complain(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "seed %llu step %llu: ", (unsigned long long)fuzz_seed,
		(unsigned long long)fuzz_step);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\n");
	if (!complaints) {
		fprintf(stderr, "what was sent last:\n");
		kept_print_recent(stderr, LAST);
	}
	if (++complaints == COMPLAINTS_MAX) {
		fprintf(stderr, "that is enough\n");
		exit(1);
	}
}

static void usage(FILE *out)
{
	fprintf(out,
		"Usage: fuzz_netlink [OPTION]...\n"
		"\n"
		"  --seed N      the same seed sends the same messages [1]\n"
		"  --messages N  stop after so many [%llu]\n"
		"  --seconds N   stop after so long instead\n"
		"  --corpus FILE send these first, and change them now and then\n"
		"  --guide N     of 100 steps so many change what reached new code [0]\n"
		"  --trace       print each message before it is sent, as a corpus has it\n"
		"  --jobs N      in so many processes, each with the next seed [1]\n"
		"  --quiet       no progress, only the last line\n"
		"  --help        this help\n"
		"\n"
		"Exit status: 1 if the kernel did anything wrong, 2 if it could not be tried.\n",
		messages);
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "messages", required_argument, NULL, 'm' },
		{ "seconds", required_argument, NULL, 't' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "corpus", required_argument, NULL, 'c' },
		{ "guide", required_argument, NULL, 'g' },
		{ "trace", no_argument, NULL, 'T' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's':
			fuzz_seed = number_option(optarg);
			break;
		case 'm':
			messages = number_option(optarg);
			break;
		case 't':
			seconds = number_option(optarg);
			break;
		case 'j':
			jobs = number_option(optarg);
			break;
		case 'c':
			corpus = optarg;
			break;
		case 'g':
			guide = number_option(optarg);
			break;
		case 'T':
			fuzz_trace = true;
			break;
		case 'q':
			quiet = true;
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

static bool over(double began)
{
	return seconds ? spent_now() - began >= seconds : tally_messages() >= messages;
}

/* Say how it goes, every now and then. */
static void progress(double began)
{
	static double last;

	if (quiet || spent_now() - last < PROGRESS_S)
		return;
	last = spent_now();
	printf("seed %llu: %llu messages in %.0f s, %u complaints\n",
	       (unsigned long long)fuzz_seed, tally_messages(), last - began,
	       complaints);
	fflush(stdout);
}

/* All end, and nothing may be left. */
static void clean(void)
{
	spent_on(SPENT_CHECKING);
	check_state();
	spent_on(SPENT_CLEANING);
	endpoints_close();
	check_clean();
	world_cleaned();
	spent_on(SPENT_MAKING);
}

static void check(void)
{
	spent_on(SPENT_CHECKING);
	check_state();
	spent_on(SPENT_MAKING);
}

static void send_packet(void)
{
	spent_on(SPENT_PACKETS);
	if (world_packet(chance_below(NAMESPACES)))
		complain("a packet cannot be sent");
	spent_on(SPENT_MAKING);
}

static void fuzz(double began)
{
	unsigned long long next = CHECK_EVERY;
	unsigned int checks = 0;

	while (!over(began)) {
		fuzz_step++;
		chance_begin(fuzz_seed, fuzz_step, 0);
		if (chance_below(6))
			endpoint_step(guide);
		else
			send_packet();
		if (fuzz_step % 64 == 0)
			progress(began);
		if (tally_messages() < next)
			continue;
		next += CHECK_EVERY;
		/* What outlives its socket would have everything in the end. */
		if (++checks % CLEAN_EVERY)
			check();
		else
			clean();
	}
}

static int cannot(int err)
{
	fprintf(stderr, "fuzz_netlink: %s\n", strerror(-err));
	return 2;
}

/* First what is known to have been worth it. */
static void replay(void)
{
	unsigned int i, n = kept_count();

	for (i = 0; i < n; i++) {
		fuzz_step++;
		chance_begin(fuzz_seed, fuzz_step, 0);
		endpoint_replay(i);
	}
	if (corpus)
		printf("%u lines of %s\n", n, corpus);
}

/* All there is to one process. */
static int job(void)
{
	double began, took;
	int err;

	err = world_make() ?: check_make() ?:
	      (corpus ? kept_read(corpus) : 0);
	if (err)
		return cannot(err);
	/* Not every kernel can tell. */
	edges_open();
	began = spent_now();
	replay();
	fuzz(began);
	took = spent_now() - began;

	clean();
	if (!quiet) {
		spent_print();
		tally_print();
		if (edges_known())
			printf("%u edges\n", edges_known());
		kept_print(stdout);
	}
	printf("seed %llu: %llu messages in %.1f s, %.0f/s, %u complaints\n",
	       (unsigned long long)fuzz_seed, tally_messages(), took,
	       tally_messages() / took, complaints);
	return complaints ? 1 : 0;
}

/* The worst exit status of all. */
static int wait_for_jobs(void)
{
	int status, worst = 0;

	while (wait(&status) > 0) {
		status = WIFEXITED(status) ? WEXITSTATUS(status) : 2;
		worst = status > worst ? status : worst;
	}
	return worst;
}

int main(int argc, char **argv)
{
	unsigned int i;
	pid_t pid;
	int err;

	parse(argc, argv);
	err = module_load("mgm") ?: module_load("mgm_igmp");
	if (err)
		return cannot(err);
	if (jobs == 1)
		return job();
	for (i = 0; i < jobs; i++, fuzz_seed++) {
		pid = fork();
		if (!pid)
			exit(job());
		if (pid < 0)
			return cannot(-errno);
	}
	return wait_for_jobs();
}
