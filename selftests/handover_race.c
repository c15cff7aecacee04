// SPDX-License-Identifier: GPL-2.0
/*
 * Hand-overs that race: takers with takers, with IGMP, with sockets and devices
 * that go. Each test runs for a fixed time and counts what came of it.
 */
#include "mgm_harness.h"

#define TAKERS		4
#define RUN_MS		3000

struct racer {
	struct mgm_nl nl;
	pthread_t thread;
	__u32 id;
	int dev;
	unsigned int won;
	unsigned int wrong;
};

/* What the racers of one test have in common. */
static struct {
	atomic_bool stop;
	atomic_int owners;
	__u32 igmp;
} race;

FIXTURE(handover_race)
{
	struct mgm_nl nl;
	struct racer racers[TAKERS];
	int lan;
};

FIXTURE_SETUP(handover_race)
{
	int i;

	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	self->lan = rtnl_dummy("dummy0");
	ASSERT_LT(0, self->lan);
	race.igmp = kernel_register(2, "igmp");
	ASSERT_NE(0, race.igmp);
	ASSERT_EQ(0, kernel_do("take %u %d", race.igmp, self->lan));
	ASSERT_EQ(0, kernel_do("member add %d 239.1.1.1", self->lan));
	for (i = 0; i < TAKERS; i++) {
		self->racers[i].id = 10 + i;
		self->racers[i].dev = self->lan;
		ASSERT_EQ(0, mgm_nl_open(&self->racers[i].nl));
		ASSERT_EQ(0, mgm_nl_register(&self->racers[i].nl, 10 + i, 0));
	}
}

FIXTURE_TEARDOWN(handover_race)
{
	int i;

	for (i = 0; i < TAKERS; i++)
		mgm_nl_close(&self->racers[i].nl);
	mgm_nl_close(&self->nl);
}

static void start(struct racer *racer, void *(*run)(void *))
{
	if (pthread_create(&racer->thread, NULL, run, racer))
		abort();
}

/* Let them run for a while; how often all of them won, and were wronged. */
static unsigned int finish(struct racer *racers, int n, unsigned int *wrong)
{
	unsigned int won = 0;
	int i;

	usleep(RUN_MS * 1000);
	atomic_store(&race.stop, true);
	for (i = 0; i < n; i++) {
		pthread_join(racers[i].thread, NULL);
		won += racers[i].won;
		*wrong += racers[i].wrong;
	}
	return won;
}

/* Nobody is left behind but IGMP, and each of its hooks had its counterpart. */
static void expect_rest(struct __test_metadata *_metadata, struct mgm_nl *nl,
			int lan)
{
	const struct kernel *kernel = kernel_read();

	EXPECT_EQ(kernel->disabled, kernel->enabled);
	EXPECT_EQ(0, kernel->wrong);
	EXPECT_INTERFACES(nl, mgm_fmt("interface if=%d flags=1 ttl=1 members=1\n",
				      lan));
}

static void *take_and_release(void *data)
{
	struct racer *racer = data;
	struct mgm_nl *nl = &racer->nl;
	int err;

	while (!atomic_load(&race.stop)) {
		err = mgm_nl_take(nl, nl->handle, racer->dev);
		if (err) {
			if (err != -EEXIST && err != -EBUSY)
				racer->wrong++;
			continue;
		}
		racer->won++;
		if (atomic_fetch_add(&race.owners, 1))
			racer->wrong++;
		if (mgm_nl_add(nl, nl->handle, racer->dev, "239.2.2.2", NULL,
			       JOIN))
			racer->wrong++;
		atomic_fetch_sub(&race.owners, 1);
		if (mgm_nl_release(nl, nl->handle, racer->dev))
			racer->wrong++;
	}
	return NULL;
}

TEST_F(handover_race, takers_of_one_interface_own_it_one_at_a_time)
{
	unsigned int won, wrong = 0;
	int i;

	for (i = 0; i < TAKERS; i++)
		start(&self->racers[i], take_and_release);
	won = finish(self->racers, TAKERS, &wrong);
	TH_LOG("%u hand-overs", 2 * won);
	EXPECT_EQ(0, wrong);
	EXPECT_LT(10, won);
	EXPECT_EQ(2 * won, kernel_read()->disabled);
	expect_rest(_metadata, &self->nl, self->lan);
}

static pthread_barrier_t barrier;

/* Everybody tries once a round; the winner gives it back when all have tried. */
static void *take_once_a_round(void *data)
{
	struct racer *racer = data;
	struct mgm_nl *nl = &racer->nl;
	int err;

	for (;;) {
		pthread_barrier_wait(&barrier);
		if (atomic_load(&race.stop))
			return NULL;
		err = mgm_nl_take(nl, nl->handle, racer->dev);
		if (!err)
			atomic_fetch_add(&race.owners, 1);
		else if (err != -EEXIST && err != -EBUSY)
			racer->wrong++;
		pthread_barrier_wait(&barrier);
		if (!err && mgm_nl_release(nl, nl->handle, racer->dev))
			racer->wrong++;
		pthread_barrier_wait(&barrier);
	}
}

TEST_F(handover_race, exactly_one_of_those_who_start_together_wins)
{
	long long end = now_ms() + RUN_MS;
	unsigned int rounds = 0;
	int i;

	pthread_barrier_init(&barrier, NULL, TAKERS + 1);
	for (i = 0; i < TAKERS; i++)
		start(&self->racers[i], take_once_a_round);
	while (now_ms() < end) {
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		EXPECT_EQ(1, atomic_exchange(&race.owners, 0));
		pthread_barrier_wait(&barrier);
		rounds++;
	}
	atomic_store(&race.stop, true);
	pthread_barrier_wait(&barrier);
	for (i = 0; i < TAKERS; i++) {
		pthread_join(self->racers[i].thread, NULL);
		EXPECT_EQ(0, self->racers[i].wrong);
	}
	TH_LOG("%u rounds", rounds);
	EXPECT_LT(5, rounds);
	EXPECT_EQ(2 * rounds, kernel_read()->disabled);
	expect_rest(_metadata, &self->nl, self->lan);
}

static void count(struct racer *racer, int err, int allowed)
{
	if (!err)
		racer->won++;
	else if (err != -EBUSY && err != allowed)
		racer->wrong++;
}

/* An IGMP that goes its ways, whatever happens to the owners. */
static void *be_igmp(void *data)
{
	struct racer *racer = data;

	while (!atomic_load(&race.stop)) {
		count(racer, kernel_do("add %u %d 0.0.0.0 239.3.3.3 0.0.0.0 1",
				       race.igmp, racer->dev), -EPERM);
		count(racer, kernel_do("del %u %d 0.0.0.0 239.3.3.3 0.0.0.0 1",
				       race.igmp, racer->dev), -ENOENT);
		count(racer, kernel_do("release %u %d", race.igmp, racer->dev),
		      -ENOENT);
		count(racer, kernel_do("take %u %d", race.igmp, racer->dev),
		      -EALREADY);
	}
	/* As it was in the beginning. */
	kernel_do("take %u %d", race.igmp, racer->dev);
	kernel_do("add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1", race.igmp,
		  racer->dev);
	return NULL;
}

TEST_F(handover_race, igmp_comes_and_goes_while_owners_change)
{
	unsigned int won, wrong = 0;
	int i;

	for (i = 0; i < TAKERS - 1; i++)
		start(&self->racers[i], take_and_release);
	start(&self->racers[i], be_igmp);
	won = finish(self->racers, TAKERS, &wrong);
	EXPECT_EQ(0, wrong);
	EXPECT_LT(10, won);
	EXPECT_LT(0, self->racers[TAKERS - 1].won);
	expect_rest(_metadata, &self->nl, self->lan);
}

/* Whoever dies is shut down, in the middle of whatever the others do. */
static void *live_and_die(void *data)
{
	struct racer *racer = data;
	struct mgm_nl nl;
	int err;

	while (!atomic_load(&race.stop)) {
		if (mgm_nl_open(&nl) ||
		    mgm_nl_register(&nl, racer->id + 100, 0)) {
			racer->wrong++;
			mgm_nl_close(&nl);
			continue;
		}
		err = mgm_nl_take(&nl, nl.handle, racer->dev);
		count(racer, err, -EEXIST);
		if (!err)
			count(racer, mgm_nl_add(&nl, nl.handle, racer->dev,
						"239.4.4.4", NULL, JOIN), 0);
		mgm_nl_close(&nl);
	}
	return NULL;
}

TEST_F(handover_race, owners_die_and_leave_nothing)
{
	unsigned int won, wrong = 0;
	int i;

	for (i = 0; i < TAKERS; i++)
		start(&self->racers[i], i % 2 ? live_and_die :
						take_and_release);
	won = finish(self->racers, TAKERS, &wrong);
	EXPECT_EQ(0, wrong);
	EXPECT_LT(10, won);
	expect_rest(_metadata, &self->nl, self->lan);
}

/* A device that comes and goes, and IGMP on it whenever it is there. */
static void *make_and_break(void *data)
{
	struct racer *racer = data;
	int dev;

	while (!atomic_load(&race.stop)) {
		dev = rtnl_dummy("dummy1");
		if (dev < 0) {
			racer->wrong++;
			continue;
		}
		count(racer, kernel_do("take %u %d", race.igmp, dev), 0);
		racer[1].dev = dev;
		racer[2].dev = dev;
		usleep(1000);
		if (rtnl_del(dev))
			racer->wrong++;
	}
	return NULL;
}

static void *take_what_may_go(void *data)
{
	struct racer *racer = data;
	struct mgm_nl *nl = &racer->nl;
	int dev, err;

	while (!atomic_load(&race.stop)) {
		dev = racer->dev;
		err = mgm_nl_take(nl, nl->handle, dev);
		if (err && err != -EEXIST && err != -EBUSY && err != -ENODEV)
			racer->wrong++;
		if (err)
			continue;
		racer->won++;
		count(racer, mgm_nl_add(nl, nl->handle, dev, "239.2.2.2", NULL,
					JOIN), -EPERM);
		/* Or the device's end has done it. */
		count(racer, mgm_nl_release(nl, nl->handle, dev), -ENOENT);
	}
	return NULL;
}

TEST_F(handover_race, device_goes_under_its_takers)
{
	unsigned int won, wrong = 0;
	int i;

	start(&self->racers[0], make_and_break);
	for (i = 1; i < 3; i++)
		start(&self->racers[i], take_what_may_go);
	won = finish(self->racers, 3, &wrong);
	EXPECT_EQ(0, wrong);
	EXPECT_LT(10, won);
	EXPECT_TRUE(WAIT_FOR(kernel_read()->disabled ==
			     kernel_read()->enabled));
	EXPECT_EQ(0, kernel_read()->wrong);
	for (i = 1; i < 3; i++)
		mgm_nl_release(&self->racers[i].nl, self->racers[i].nl.handle,
			       self->lan);
	EXPECT_EQ(0, mgm_nl_deregister(&self->racers[1].nl,
				       self->racers[1].nl.handle));
	EXPECT_EQ(0, mgm_nl_deregister(&self->racers[2].nl,
				       self->racers[2].nl.handle));
	EXPECT_TRUE(WAIT_FOR(!kernel_do("release %u %d", race.igmp, self->lan) ||
			     !kernel_do("deregister %u", race.igmp)));
}

TEST_HARNESS_MAIN
