// SPDX-License-Identifier: GPL-2.0
/*
 * Throw packets at the forwarder and at IGMP, good ones, odd ones and rubbish, from the
 * hosts on several links and from the router itself, and hold the kernel to what it
 * forwards, counts and remembers. This loads modules: do it in a test machine.
 *
 * A round is so many packets, after which all comes to rest and is compared; an epoch so
 * many rounds, with everything set up anew, and gone in the end.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../number.h"
#include "../kernel.h"
#include "packet.h"

#define ROUNDS		5
#define EPOCH		(ROUNDS * ROUND_MAX)
#define PROGRESS_S	10
#define COMPLAINTS_MAX	20

__u64 fuzz_seed = 1, fuzz_step;

unsigned int falsify;

static unsigned long long packets = 20000, only, sent;
static unsigned int seconds, jobs = 1;
static const char *corpus;
static bool quiet, dry;
static unsigned int complaints;

static void vcomplain(const char *fmt, va_list args)
{
	fflush(stdout);
	fprintf(stderr, "seed %llu step %llu: ", (unsigned long long)fuzz_seed,
		(unsigned long long)fuzz_step);
	vfprintf(stderr, fmt, args);
	fprintf(stderr, "\n");
}

static void count_complaint(void)
{
	if (++complaints < COMPLAINTS_MAX)
		return;
	fprintf(stderr, "that is enough\n");
	exit(1);
}

/* Something is wrong. The seed and the step bring it about again. */
void complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vcomplain(fmt, args);
	va_end(args);
	count_complaint();
}

/* The same about a packet, which is printed as a corpus has it. */
void complain_of(const struct sent *sent, const char *fmt, ...)
{
	__u64 step = fuzz_step;
	va_list args;

	fuzz_step = sent->step;
	va_start(args, fmt);
	vcomplain(fmt, args);
	va_end(args);
	fuzz_step = step;
	corpus_print(stderr, sent);
	count_complaint();
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void usage(FILE *out)
{
	fprintf(out,
		"Usage: fuzz_packets [OPTION]...\n"
		"\n"
		"  --seed N       the same seed sends the same packets [1]\n"
		"  --packets N    stop after so many [%llu]\n"
		"  --seconds N    stop after so long instead\n"
		"  --jobs N       so many at once, with seeds that follow, and a part each\n"
		"  --step N       only the %u packets that step N is among, with a look\n"
		"                 at the counters after each of the %u next to it\n"
		"  --corpus FILE  send these first\n"
		"  --falsify N    take every Nth packet heard for another: that has to be noticed\n"
		"  --dry          make the packets, and send none\n"
		"  --quiet        no progress, only the last line\n"
		"  --help         this help\n"
		"\n"
		"Exit status: 1 if the kernel did anything wrong, 2 if it could not be tried.\n",
		packets, EPOCH, ROUND_MAX);
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "packets", required_argument, NULL, 'p' },
		{ "seconds", required_argument, NULL, 't' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "step", required_argument, NULL, 'o' },
		{ "corpus", required_argument, NULL, 'c' },
		{ "falsify", required_argument, NULL, 'f' },
		{ "dry", no_argument, NULL, 'd' },
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
		case 'p':
			packets = number_option(optarg);
			break;
		case 't':
			seconds = number_option(optarg);
			break;
		case 'j':
			jobs = number_option(optarg);
			break;
		case 'o':
			only = number_option(optarg);
			break;
		case 'c':
			corpus = optarg;
			break;
		case 'f':
			falsify = number_option(optarg);
			break;
		case 'd':
			dry = true;
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
	return seconds ? now() - began >= seconds : sent >= packets;
}

static void say(double began)
{
	printf("seed %llu: %llu packets in %.0f s, %llu copies, %u complaints\n",
	       (unsigned long long)fuzz_seed, sent, now() - began, copies_heard,
	       complaints);
	fflush(stdout);
}

/* Say how it goes, every now and then. */
static void progress(double began)
{
	static double last;

	if (quiet || now() - last < PROGRESS_S)
		return;
	last = now();
	say(began);
}

/* What has the last packet done? */
static void look(void)
{
	unsigned int before = complaints;

	sent_flush();
	state_rest();
	if (complaints > before)
		corpus_print(stderr, sent_last());
}

/* The packet of the next step. */
static void one_packet(struct frame *frame)
{
	fuzz_step++;
	chance_begin(fuzz_seed, fuzz_step, PART_PACKET);
	packet_make(frame);
	sent++;
}

static void one_round(void)
{
	bool slow = only && (only - 1) / ROUND_MAX == fuzz_step / ROUND_MAX;
	static struct frame frame;
	unsigned int i;

	sent_begin_round();
	for (i = 0; i < ROUND_MAX; i++) {
		one_packet(&frame);
		sent_add(&frame);
		if (slow)
			look();
		if (i == ROUND_MAX / 2) {
			sent_flush();
			members_change();
		}
	}
	sent_flush();
	state_rest();
	members_settle();
}

/* The same packets, and nobody to whom they go. */
static void make_only(void)
{
	static struct frame frame;
	static struct sent made;

	while (sent < packets) {
		one_packet(&frame);
		made = (struct sent){ .data = frame.data, .len = frame.len };
		tally_packet(&made);
	}
}

static void must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "fuzz_packets: %s: %s\n", what, strerror(-err));
	exit(2);
}

static void set_up(void)
{
	must(state_begin() ?: members_begin(), "setting up");
}

static void tear_down(void)
{
	int err;

	state_table();
	err = members_end();
	if (err)
		complain("the end is refused: %s", strerror(-err));
	state_empty();
}

static void fuzz(double began)
{
	unsigned int i;

	while (!over(began)) {
		set_up();
		for (i = 0; i < ROUNDS && !over(began); i++) {
			one_round();
			progress(began);
		}
		tear_down();
	}
}

static void replay(void)
{
	int n;

	set_up();
	members_want_all();
	n = corpus_replay(corpus);
	must(n < 0 ? n : 0, corpus);
	tear_down();
	fuzz_step = 0;
	printf("%d packets of %s\n", n, corpus);
}

/* What one job does; returns how it ends. */
static int work(void)
{
	double began, took;

	if (!dry)
		must(packet_world_make(), "the links");
	if (corpus)
		replay();
	if (only) {
		fuzz_step = (only - 1) / EPOCH * EPOCH;
		packets = EPOCH;
	}
	began = now();
	if (dry)
		make_only();
	else
		fuzz(began);
	took = now() - began;
	if (!quiet)
		tally_print();
	printf("seed %llu: %llu packets in %.1f s, %.0f/s, %llu copies, %u complaints\n",
	       (unsigned long long)fuzz_seed, sent, took, sent / took, copies_heard,
	       complaints);
	return complaints ? 1 : 0;
}

/* Each in namespaces of its own; the worst of their ends is the end of all. */
static int work_at_once(void)
{
	int status, worst = 0;
	unsigned int i;

	packets /= jobs;
	fflush(stdout);
	for (i = 0; i < jobs; i++, fuzz_seed++)
		if (!fork())
			exit(work());
	while (wait(&status) > 0) {
		status = WIFEXITED(status) ? WEXITSTATUS(status) : 2;
		if (status > worst)
			worst = status;
	}
	return worst;
}

int main(int argc, char **argv)
{
	parse(argc, argv);
	if (!dry)
		must(module_load("mgm") ?: module_load("mgm_igmp"), "the modules");
	return jobs > 1 ? work_at_once() : work();
}
