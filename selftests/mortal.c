// SPDX-License-Identifier: GPL-2.0
/*
 * Daemons that are killed: each registers, takes an interface, reports memberships,
 * and answers alerts, until SIGKILL meets it at a random moment. Whoever has killed it
 * looks at once whether anything of it is left.
 *
 *	mortal IFINDEX ID COUNT LONGEST SEED
 *
 * LONGEST: microseconds that one lives at most from a stage on that is chosen by chance.
 * Prints how many died at which stage; exits with 1, and a word on stderr, if anything
 * is left.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <libmgm.h>

static const char * const stages[] = {
	"starting", "registering", "taking", "joining", "working", "asked",
};

enum { STARTING, REGISTERING, TAKING, JOINING, WORKING, ASKED, STAGES };

/* What it has come to, for who kills it. */
static struct {
	atomic_uint stage;
	atomic_uint handle;
} *life;

static struct mgm_interface ifc;
static unsigned int id;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

static int alerted(struct mgm *mgm, void *user, const struct mgm_alert *alert)
{
	(void)mgm;
	(void)user;
	if (alert->id)
		life->stage = ASKED;
	return 0;
}

static const struct mgm_ops ops = {
	.rpf = alerted,
	.creation = alerted,
	.join = alerted,
	.prune = alerted,
	.overrun = alerted,
};

static struct mgm_flow to(const char *group)
{
	struct mgm_flow flow = {};

	flow.group.family = AF_INET;
	inet_pton(AF_INET, group, &flow.group.ip4);
	return flow;
}

static void must(struct mgm *mgm, int err, const char *what)
{
	if (err)
		die(what, mgm_error(mgm));
}

static void live(void)
{
	const struct mgm_flow group = to("239.61.0.1"), every = {};
	struct mgm *mgm = mgm_open();
	struct pollfd fd;

	if (!mgm)
		die("mgm_open", strerror(errno));
	life->stage = REGISTERING;
	must(mgm, mgm_register(mgm, id, 0, "mortal", &ops, NULL), "register");
	life->handle = mgm_handle(mgm);
	life->stage = TAKING;
	must(mgm, mgm_interface_take(mgm, &ifc, 1), "take");
	life->stage = JOINING;
	must(mgm, mgm_membership_add(mgm, &ifc, &every, MGM_MEMBERSHIP_F_JOIN), "add");

	fd = (struct pollfd){ .fd = mgm_fd(mgm), .events = POLLIN };
	life->stage = WORKING;
	for (;;) {
		must(mgm, mgm_membership_add(mgm, &ifc, &group, MGM_MEMBERSHIP_F_JOIN),
		     "add");
		poll(&fd, 1, 1);
		if (mgm_dispatch(mgm) < 0)
			die("dispatch", mgm_error(mgm));
		must(mgm, mgm_membership_del(mgm, &ifc, &group, 0), "delete");
	}
}

/* What is left */

static int is_mine(const struct mgm_protocol_row *row, void *user)
{
	(void)user;
	return row->id == id ? -EEXIST : 0;
}

/* Its memberships, and its entries, are counted there. */
static int is_used(const struct mgm_interface_row *row, void *user)
{
	(void)user;
	return row->owner || row->memberships || row->mfes_in || row->mfes_out ?
	       -EEXIST : 0;
}

static void look(struct mgm *mgm)
{
	int err;

	if (mgm_protocols(mgm, is_mine, NULL) < 0)
		die("left", "a protocol");
	err = mgm_interface_get(mgm, &ifc, is_used, NULL);
	if (err && err != -ENOENT)
		die("left", "an owner, a membership or an entry");
	if (!life->handle)
		return;
	mgm_adopt(mgm, life->handle);
	if (mgm_deregister(mgm) != -ENOENT)
		die("left", "a handle that can be used");
}

static void rest(unsigned int us)
{
	struct timespec time = { .tv_nsec = us * 1000L };

	nanosleep(&time, NULL);
}

static void kill_one(unsigned int longest)
{
	unsigned int stage = rand() % STAGES, patience = 20000;
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork", strerror(errno));
	if (!pid)
		live();
	while (life->stage < stage && --patience)
		rest(500);
	if (!patience)
		die("never came to", stages[stage]);
	rest(rand() % longest);
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
		die("a daemon", "has ended by itself");
}

int main(int argc, char **argv)
{
	unsigned int died[STAGES] = {}, count, longest, i;
	struct mgm *mgm;

	if (argc != 6)
		die("usage", "mortal IFINDEX ID COUNT LONGEST SEED");
	ifc.ifindex = atoi(argv[1]);
	id = atoi(argv[2]);
	count = atoi(argv[3]);
	longest = atoi(argv[4]);
	srand(atoi(argv[5]));
	life = mmap(NULL, sizeof(*life), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	mgm = mgm_open();
	if (life == MAP_FAILED || !mgm)
		die("start", strerror(errno));

	for (i = 0; i < count; i++) {
		life->stage = STARTING;
		life->handle = 0;
		kill_one(longest);
		died[life->stage]++;
		look(mgm);
	}
	for (i = 0; i < STAGES; i++)
		printf("%s %u\n", stages[i], died[i]);
	mgm_close(mgm);
	return 0;
}
