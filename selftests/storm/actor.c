// SPDX-License-Identifier: GPL-2.0
/*
 * Actors: threads that do something at random, rest together, and end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "storm.h"

/* How long a single operation may take, on a slow machine under a debugging kernel. */
#define PATIENCE_S	300

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static enum { STORM, REST, END } weather;
static unsigned int resting;

/* splitmix64 */
static __u64 draw(struct actor *actor)
{
	__u64 z = actor->random += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

__u32 below(struct actor *actor, __u32 n)
{
	return (draw(actor) >> 32) * n >> 32;
}

static void rest(struct actor *actor)
{
	if (actor->part->settle)
		actor->part->settle(actor);
	pthread_mutex_lock(&lock);
	actor->resting = true;
	resting++;
	pthread_cond_broadcast(&changed);
	while (weather == REST)
		pthread_cond_wait(&changed, &lock);
	resting--;
	actor->resting = false;
	pthread_mutex_unlock(&lock);
}

static void *act(void *data)
{
	struct actor *actor = data;
	const struct part *part = actor->part;

	for (;;) {
		pthread_mutex_lock(&lock);
		if (weather == END)
			break;
		if (weather == REST) {
			pthread_mutex_unlock(&lock);
			rest(actor);
			continue;
		}
		pthread_mutex_unlock(&lock);
		if (part->calms)
			gale_lull();
		part->step(actor);
		if (part->pause_us)
			usleep(below(actor, part->pause_us));
	}
	pthread_mutex_unlock(&lock);
	if (part->end)
		part->end(actor);
	return NULL;
}

/* Start one in the caller's network namespace, which is @world's; 0 or -errno. */
int actor_start(const struct part *part, struct world *world)
{
	struct actor *actor = calloc(1, sizeof(*actor));
	int err;

	if (!actor || storm_n_actors == ACTORS_MAX)
		return -1;
	actor->part = part;
	actor->world = world;
	actor->number = storm_n_actors;
	actor->random = storm_seed * 1000003 + storm_round * 1009 + actor->number;
	actor->self = calloc(1, part->size ?: 1);
	weather = STORM;
	err = part->begin ? part->begin(actor) : 0;
	if (err) {
		fprintf(stderr, "storm: %s cannot begin: %s\n", part->name,
			strerror(-err));
		return err;
	}
	storm_actors[storm_n_actors++] = actor;
	return -pthread_create(&actor->thread, NULL, act, actor);
}

/* Let everybody come to rest. */
void actors_rest(void)
{
	struct timespec until;
	unsigned int i;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&lock);
	weather = REST;
	while (resting < storm_n_actors) {
		if (!pthread_cond_timedwait(&changed, &lock, &until))
			continue;
		for (i = 0; storm_actors[i]->resting; i++)
			;
		broken("%s of world %u, number %u, does not come to rest",
		       storm_actors[i]->part->name,
		       storm_actors[i]->world->number, i);
	}
	pthread_mutex_unlock(&lock);
}

void actors_go_on(void)
{
	pthread_mutex_lock(&lock);
	weather = STORM;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

void actors_end(void)
{
	unsigned int i;

	pthread_mutex_lock(&lock);
	weather = END;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	for (i = 0; i < storm_n_actors; i++)
		pthread_join(storm_actors[i]->thread, NULL);
	for (i = 0; i < storm_n_actors; i++) {
		free(storm_actors[i]->self);
		free(storm_actors[i]);
	}
	storm_n_actors = 0;
}
