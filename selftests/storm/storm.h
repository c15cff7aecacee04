/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The storm: what its files offer each other. A world is a network namespace with
 * its devices; actors are threads in it that do one thing after the other, at
 * random, until they are told to rest; then everything there is in the kernel is
 * compared with what the actors know that they have.
 */
#ifndef STORM_H
#define STORM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include "../mgm_nl.h"

#define WORLDS		2
#define SLOTS		6
/* The first of them belong to a protocol that never lets go of them. */
#define STEADY_SLOTS	2
#define GROUPS		4
#define FAR_SOURCES	2
#define ACTORS_MAX	40
#define PROTOCOLS_MAX	3
#define HELD_MAX	32
#define ROWS_MAX	96
#define PLACES_MAX	64

#define JOIN		MGM_MEMBERSHIP_F_JOIN
#define FORWARD		MGM_MEMBERSHIP_F_FORWARD
#define EXCLUDE		MGM_MEMBERSHIP_F_EXCLUDE

/* An interface: a device, or one neighbour on it. */
struct place {
	__u32 ifindex;
	__be32 nexthop;
};

/* An interface that a protocol has, as it knows itself. */
struct held {
	struct place place;
	__u32 ttl;
	bool wrong_if;
};

/* A membership that it has. */
struct row {
	struct place place;
	__be32 group;
	__be32 source;
	__u32 flags;
};

/*
 * struct protocol - a registration, as the actor that made it knows it
 * @handle: 0: there is none
 * @id: of the protocol; no two in a world have the same
 * @flags: &enum mgm_protocol_flags
 * @decides: it has a callback for IGMP's members on its interfaces
 * @untold: what memberships it has somebody else has to know
 */
struct protocol {
	__u32 handle;
	__u32 id;
	__u32 flags;
	bool decides;
	bool untold;
	unsigned int n_held;
	struct held held[HELD_MAX];
	unsigned int n_rows;
	struct row rows[ROWS_MAX];
};

/* A device of the router, and the other end of its wire. */
struct slot {
	char name[16];
	char wire[16];
	atomic_uint ifindex;	/* 0: gone at this moment */
	atomic_uint wire_ifindex;
};

struct world {
	unsigned int number;
	int ns;
	struct slot slots[SLOTS];
	struct mgm_nl nl;	/* of whoever looks while all others rest */
	struct mgm_nl igmp;
};

#define NOTES		12

struct note {
	double time;
	char text[120];
};

struct actor;

/*
 * What an actor does: begin() once; step(); settle() before a rest; end(). Whoever
 * looks at the tables calls at_rest(), maybe several times.
 */
struct part {
	const char *name;
	int (*begin)(struct actor *actor);
	void (*step)(struct actor *actor);
	void (*settle)(struct actor *actor);
	void (*at_rest)(struct actor *actor);
	void (*end)(struct actor *actor);
	size_t size;
	unsigned int pause_us;	/* at most, between two steps */
	bool calms;		/* in a gale, until the modules are in again */
};

struct actor {
	const struct part *part;
	struct world *world;
	unsigned int number;
	pthread_t thread;
	__u64 random;
	atomic_bool resting;
	void *self;
	struct protocol protocols[PROTOCOLS_MAX];
	unsigned int next_note;
	struct note notes[NOTES];
};

/* storm.c */
extern unsigned int storm_round;
extern __u64 storm_seed;
extern struct actor *storm_actors[ACTORS_MAX];
extern unsigned int storm_n_actors;
extern struct world storm_worlds[WORLDS];
/* The modules come and go: every answer is right. */
extern atomic_bool storm_gale;
/* How many seconds what there is may take to become what it should be. */
extern unsigned int storm_patience;
/* The newest handle that any call has brought. */
extern atomic_uint storm_newest;

/* actor.c */
int actor_start(const struct part *part, struct world *world);
void actors_rest(void);
void actors_go_on(void);
void actors_end(void);
__u32 below(struct actor *actor, __u32 n);
static inline bool chance(struct actor *actor, unsigned int percent)
{
	return below(actor, 100) < percent;
}

/* What is counted, and the errors that it may be refused with. */
enum op {
	OP_REGISTER,
	OP_DEREGISTER,
	OP_DIE,
	OP_TAKE,
	OP_RELEASE,
	OP_SET,
	OP_ADD,
	OP_DEL,
	OP_MFE_SET,
	OP_ALERT,
	OP_ANSWER,
	OP_KERNEL,
	OP_IGMP,
	OP_REPORT,
	OP_LINK,
	OP_DEVICE,
	OP_MOVE,
	OP_ADDRESS,
	OP_ROUTE,
	OP_CONFIG,
	OP_LIMIT,
	OP_NAMESPACE,
	OP_PACKET,
	OP_DUMP,
	OP_NOTIFICATION,
	OP_CHECK,
	OP_REST,
	OP_UNLOAD,
	OPS
};

/* tally.c */
double now(void);
__printf(4, 5)
int did(struct actor *actor, enum op op, int err, const char *fmt, ...);
void tally(enum op op, int err);
void tally_print(double took, bool all);
unsigned long long tally_sum(void);
__printf(1, 2)
__noreturn void broken(const char *fmt, ...);

/* world.c */
int world_make(struct world *world, unsigned int number);
void world_enter(const struct world *world);
void world_end(struct world *world);
int slot_make(struct world *world, unsigned int i);
__u32 any_device(struct actor *actor);
struct place any_place(struct actor *actor);
__be32 any_group(struct actor *actor);
__be32 any_source(struct actor *actor);
const char *ip4(__be32 addr);

/* model.c: what a protocol has after a call that was not refused */
void model_register(struct protocol *proto, __u32 handle, __u32 flags);
void model_take(struct protocol *proto, struct place place, __u32 ttl);
void model_release(struct protocol *proto, struct place place);
void model_add(struct protocol *proto, const struct row *row);
void model_del(struct protocol *proto, const struct row *row);
struct held *model_held(struct protocol *proto, struct place place);
struct row *model_row(struct protocol *proto, const struct row *row);
void model_forget_gone(struct protocol *proto, const struct world *world);

static inline bool same_place(struct place a, struct place b)
{
	return a.ifindex == b.ifindex && a.nexthop == b.nexthop;
}

/* table.c */
#define VALUES		40

struct outgoing {
	struct place place;
	__u64 packets;
};

/* An object: its values by the number of their attributes. */
struct object {
	__u64 v[VALUES];
	unsigned int n_oifs;
	unsigned int n_vetoes;
	struct outgoing oifs[PLACES_MAX];
	struct place vetoes[PLACES_MAX];
	__u64 drops[MGM_A_DROP_MAX + 1];
};

struct table {
	struct object *rows;
	unsigned int n;
	unsigned int room;
	double before;		/* when it was asked for, */
	double after;		/* and when it was there */
};

int object_parse(const struct nlmsghdr *nlh, void *data);
int table_read(struct mgm_nl *nl, __u8 cmd, struct table *table);
int table_get(struct mgm_nl *nl, __u8 cmd, const struct mgm_nl_attr *key,
	      struct object *object);
void table_free(struct table *table);
struct place place_of(const struct object *object, unsigned int ifindex,
		      unsigned int nexthop);

const struct object *find_interface(const struct table *interfaces,
				    struct place place);

/* rest.c */
void rest_compare(struct world *world);

/* flow.c */
bool flows_right(struct world *world, const struct table *mfes,
		 const struct table *interfaces, const struct table *rows,
		 char *why, size_t size);

/* gale.c */
void gale_pause(void);
void gale_lull(void);
int modules_in(void);
void modules_out_and_in(bool loudly);

/* the parts */
extern const struct part part_steady;
extern const struct part part_daemon;
extern const struct part part_kernel;
extern const struct part part_igmp;
extern const struct part part_hosts;
extern const struct part part_weather;
extern const struct part part_sender;
extern const struct part part_checker;
extern const struct part part_reader;
extern const struct part part_monitor;
extern const struct part part_nest;

/* kernel_side.c */
bool hooks_right(char *why, size_t size);

/* monitor.c */
bool monitor_right(struct world *world, char *why, size_t size);

#endif
