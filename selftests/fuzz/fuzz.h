/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fuzzer of the netlink families, made of their contracts: what its files offer to
 * each other. Prototypes stand under the file that holds them.
 *
 * The choices for each message follow from the seed and the number of the message
 * alone, so that the same seed makes the same messages again, save for what the
 * kernel chooses: handles, and the ids of alerts.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <linux/netlink.h>
#include <linux/types.h>

#define ARRAY_SIZE(_array)	(sizeof(_array) / sizeof((_array)[0]))

/* tables.c, made by tables.py */

#define FAMILIES	2
#define ERRNOS_MAX	12

enum fuzz_kind {
	KIND_NONE, KIND_PAD, KIND_U32, KIND_U64, KIND_STRING, KIND_BINARY,
	KIND_NEST,
};

enum fuzz_role {
	ROLE_PLAIN, ROLE_HANDLE, ROLE_IFINDEX, ROLE_NEXTHOP, ROLE_NEIGHBOUR,
	ROLE_GROUP, ROLE_SOURCE, ROLE_GROUP_LEN, ROLE_SOURCE_LEN, ROLE_PROTOCOL,
	ROLE_PERSIST, ROLE_CALLBACKS, ROLE_ALERT, ROLE_BOUND, ROLE_INTERVAL,
	ROLE_WAIT, ROLE_IPV6,
};

/* What a command that succeeded has changed. */
enum fuzz_effect {
	EFFECT_NONE, EFFECT_REGISTER, EFFECT_DEREGISTER, EFFECT_TAKE,
	EFFECT_RELEASE, EFFECT_ADD, EFFECT_DEL, EFFECT_ANSWER,
};

/*
 * struct fuzz_attr - an attribute
 * @least: least number, or shortest length
 * @most: greatest number, or greatest length
 * @mask: bits that may be set, if it is a set of bits
 * @nest: what it contains
 */
struct fuzz_attr {
	const char *name;
	enum fuzz_kind kind;
	enum fuzz_role role;
	__u32 least;
	__u32 most;
	__u32 mask;
	const struct fuzz_set *nest;
};

/* The attributes by their number. */
struct fuzz_set {
	const char *name;
	unsigned int n;
	const struct fuzz_attr *attrs;
};

/*
 * struct fuzz_op - a command, or a message that comes unasked
 * @doit: a bit for each attribute that a request may have; bit 0: it can be
 *	asked for at all
 * @dump: the same when all objects are asked for
 * @told: a bit for each attribute that the kernel may send with it
 * @needed: a bit for each attribute that a request must have, of @doit
 * @one_of: at least one of these, if there are any
 * @answer: of an alert: what its answer may have
 * @weight: how often it is worth being sent
 * @errnos: how it may be refused if it is well-formed
 */
struct fuzz_op {
	const char *name;
	const struct fuzz_set *set;
	enum fuzz_effect effect;
	bool admin;
	__u64 doit;
	__u64 dump;
	__u64 told;
	__u64 needed;
	__u64 one_of;
	__u64 answer;
	unsigned int weight;
	int errnos[ERRNOS_MAX];
};

struct fuzz_family {
	const char *name;
	unsigned int n;
	const struct fuzz_op *ops;
};

extern const struct fuzz_family fuzz_families[FAMILIES];

/* chance.c: random numbers that follow from the seed and a step */
void chance_begin(__u64 seed, __u64 step, unsigned int part);
__u64 chance(void);
__u32 chance_below(__u32 n);
bool chance_of(unsigned int percent);
void chance_bytes(void *data, size_t len);

/* world.c: the namespaces, and what is known of what is in them */

#define NAMESPACES	3
#define DEVICES		8
#define NOBODY		(-1)

/* What a message is about. Addresses are in network byte order. */
struct subject {
	__u32 handle;
	__u32 ifindex;
	__u32 nexthop;
	__u32 group;
	__u32 source;
	__u32 flags;
};

int world_make(void);
void world_enter(int ns);
void world_end(void);
__u32 world_device(int ns);
__u32 world_nexthop(void);
__u32 world_group(void);
__u32 world_source(void);
int world_packet(int ns);

void world_registered(int ns, int owner, __u32 handle, bool persist);
void world_forget(__u32 handle);
void world_gone(__u32 handle);
void world_closed(int owner);
void world_cleaned(void);
void world_note(enum fuzz_effect effect, int ns, const struct subject *subject);
bool world_is_stale(__u32 handle);
bool world_is_known(__u32 handle);
unsigned int world_count(int ns);
bool world_has_handle(int ns, int owner);
__u32 world_handle(int ns, int owner);
__u32 world_foreign(int ns, int owner);
__u32 world_stale(void);
bool world_claim(int ns, int owner, struct subject *subject);
bool world_way_in(int ns, const struct subject *subject);
bool world_member(int ns, int owner, struct subject *subject);
bool world_handles(int ns, bool (*look)(__u32 handle));

/* expect.c: how the kernel has to answer */

/*
 * struct expect - the answer that a message must have
 * @stop: none, and nothing behind it is looked at
 * @op: the command, if its family has it
 * @family: index of that
 * @answered: success is answered too
 * @dump: success is answered by the objects and an end
 * @may_succeed: it need not be refused
 * @sentence: a refusal says why
 * @errno_only: the one errno that it may be refused with, or 0
 * @errnos: the errnos that it may be refused with, ending with 0
 * @malformed: or with those for what is not well-formed
 */
struct expect {
	bool stop;
	const struct fuzz_op *op;
	int family;
	bool answered;
	bool dump;
	bool may_succeed;
	bool sentence;
	int errno_only;
	const int *errnos;
	bool malformed;
};

/* What a protocol has been told and may answer: of its interfaces the last. */
struct alert {
	__u32 handle;
	__u32 id;
	__u32 ifindex;
	__u32 nexthop;
	const struct fuzz_op *op;
};

extern __u16 family_ids[FAMILIES];

void expect_of(struct expect *expect, const struct nlmsghdr *nlh, size_t left,
	       bool powerless);
bool expect_allows(const struct expect *expect, int err);
void subject_of(struct subject *subject, const struct fuzz_op *op,
		const struct nlmsghdr *nlh);
const char *told_wrongly(const struct fuzz_op *op, const struct nlmsghdr *nlh);
void alert_of(struct alert *alert, const struct fuzz_op *op,
	      const struct nlmsghdr *nlh);

/* message.c: the messages */

#define BATCH_MAX	12
#define BATCH_ROOM	131072
#define BATCH_FULL	(BATCH_ROOM - 2 * 16384)

enum message_class { VALID, NEARLY, GARBAGE, KEPT, CLASSES };

/* Who sends, as far as it matters to what it sends. */
struct sender {
	int ns;
	int owner;
	const struct alert *alerts;
	unsigned int n_alerts;
};

/*
 * struct message - one message of a batch
 * @offset: where it begins
 * @class: whether it is good
 * @twist: what has been done to it
 * @op: the command that was meant
 * @errnos: how it must be refused, ending with 0; NULL if it need not be
 * @anything: nor does it have to be well-formed
 */
struct message {
	size_t offset;
	enum message_class class;
	const char *twist;
	const struct fuzz_op *op;
	int family;
	const int *errnos;
	bool anything;
};

/* What goes out in one send. */
struct batch {
	size_t len;
	unsigned int n;
	struct message messages[BATCH_MAX];
	union {
		struct nlmsghdr nlh;
		char room[BATCH_ROOM];
	};
};

/*
 * struct builder - a message in the making
 * @batch: where it goes
 * @sender: who sends it
 * @family: index of the family
 * @op: the command
 * @dump: it asks for all objects
 * @subject: what it is about
 * @persist: what registers is to outlive its socket
 * @alert: that it answers, or NULL
 * @types: its attributes, in their order
 * @n: how many those are
 * @victim: the attribute that is made wrong, or 0
 * @message: what will be known of it
 */
struct builder {
	struct batch *batch;
	const struct sender *sender;
	int family;
	const struct fuzz_op *op;
	bool dump;
	struct subject subject;
	bool persist;
	const struct alert *alert;
	__u8 types[64];
	unsigned int n;
	unsigned int victim;
	struct message *message;
};

void message_add(struct batch *batch, const struct sender *sender);
struct nlmsghdr *message_header(struct builder *b);
void message_plan(struct builder *b);
void message_subject(struct builder *b);
void message_write(struct builder *b);
void message_attr(struct builder *b, unsigned int type, const void *data,
		  size_t len);
void message_value(struct builder *b, unsigned int type);
__u64 message_digest(void);

/* twist.c: messages with one thing wrong, or at least odd */
void twist_add(struct builder *b);

/* garbage.c: messages with nothing right */
void garbage_add(struct builder *b);

/* kept.c: messages that are worth sending again, and the last ones */
void kept_add(const struct batch *batch);
void kept_note(const struct batch *batch);
unsigned int kept_count(void);
const char *kept_get(unsigned int i, unsigned int *len);
void kept_print(FILE *out);
void kept_print_recent(FILE *out, unsigned int n);
int kept_read(const char *path);

/* again.c: those once more */
void again_add(struct batch *batch, const struct sender *sender, unsigned int i,
	       bool changed);

/* edges.c: which ways through the modules have been taken */
int edges_open(void);
void edges_begin(void);
unsigned int edges_end(void);
unsigned int edges_known(void);

/* endpoint.c: the sockets */

#define ENDPOINTS	16

extern __u32 monitor_group;

void endpoint_step(unsigned int again);
void endpoint_replay(unsigned int i);
void endpoints_drain(void);
void endpoints_close(void);

/* check.c: whether what is in the kernel makes sense; state.h tells what that is */
int check_make(void);
bool check_state(void);
bool check_clean(void);

/* tally.c: what was sent, and how it was answered */
void tally_sent(enum message_class class);
void tally_answer(int family, const struct fuzz_op *op, enum message_class class,
		  int err);
void tally_print(void);
unsigned long long tally_messages(void);

/* spent.c: where the time goes */
enum spent {
	SPENT_MAKING, SPENT_SENDING, SPENT_READING, SPENT_OPENING,
	SPENT_CLOSING, SPENT_PACKETS, SPENT_CHECKING, SPENT_CLEANING,
	SPENT_KINDS,
};

double spent_now(void);
enum spent spent_on(enum spent kind);
void spent_sending(int family, const struct fuzz_op *op, double seconds);
void spent_print(void);

/* fuzz_netlink.c */
extern __u64 fuzz_seed, fuzz_step;
extern bool fuzz_trace;

__printf(1, 2)
void complain(const char *fmt, ...);

#endif
