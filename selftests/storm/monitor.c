// SPDX-License-Identifier: GPL-2.0
/*
 * A monitor, which keeps tables of its own from what is announced, and those who
 * read the tables, to the end or not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include "storm.h"

#define KEYS_MAX	8192
#define ROOM		(16 << 20)

enum kind { PROTOCOL, MEMBERSHIP, MFE, HOOK, KINDS };

static const char *const kind_names[] = {
	"protocol", "membership", "entry", "hand-over",
};

struct key {
	__u32 word[5];
};

struct keys {
	unsigned int n;
	struct key keys[KEYS_MAX];
};

struct monitor {
	struct mgm_nl nl;
	bool lost;
	struct keys kinds[KINDS];
};

static const unsigned int words[KINDS][5] = {
	{ MGM_A_PROTOCOL_HANDLE },
	{ MGM_A_MEMBERSHIP_HANDLE, MGM_A_MEMBERSHIP_IFINDEX,
	  MGM_A_MEMBERSHIP_NEXTHOP4, MGM_A_MEMBERSHIP_GROUP4,
	  MGM_A_MEMBERSHIP_SOURCE4 },
	{ MGM_A_MFE_GROUP4, MGM_A_MFE_SOURCE4 },
	{ MGM_A_INTERFACE_IFINDEX, MGM_A_INTERFACE_NEXTHOP4 },
};

/* What the messages say that they are about, and whether it has gone. */
static const struct {
	bool used;
	bool gone;
	bool anew;
	enum kind kind;
} messages[] = {
	[MGM_CMD_PROTOCOL_REGISTER_NTF] = { true, false, true, PROTOCOL },
	[MGM_CMD_PROTOCOL_DEREGISTER_NTF] = { true, true, false, PROTOCOL },
	[MGM_CMD_MEMBERSHIP_ADD_NTF] = { true, false, false, MEMBERSHIP },
	[MGM_CMD_MEMBERSHIP_DEL_NTF] = { true, true, false, MEMBERSHIP },
	[MGM_CMD_MFE_ADD_NTF] = { true, false, true, MFE },
	[MGM_CMD_MFE_DEL_NTF] = { true, true, false, MFE },
	/* IGMP is told to leave an interface alone, and then that it need not. */
	[MGM_CMD_IGMP_DISABLE_NTF] = { true, false, true, HOOK },
	[MGM_CMD_IGMP_ENABLE_NTF] = { true, true, false, HOOK },
};

static int find(const struct keys *keys, const struct key *key)
{
	unsigned int i;

	for (i = 0; i < keys->n; i++)
		if (!memcmp(&keys->keys[i], key, sizeof(*key)))
			return i;
	return -1;
}

static struct key key_of(enum kind kind, const struct object *object)
{
	struct key key = {};
	unsigned int i;

	for (i = 0; i < MNL_ARRAY_SIZE(words[kind]) && words[kind][i]; i++)
		key.word[i] = object->v[words[kind][i]];
	return key;
}

static void follow(struct actor *actor, __u8 cmd, const struct object *object)
{
	struct monitor *monitor = actor->self;
	enum kind kind = messages[cmd].kind;
	struct keys *keys = &monitor->kinds[kind];
	struct key key = key_of(kind, object);
	int at = find(keys, &key);

	if (!storm_gale && !monitor->lost &&
	    (messages[cmd].gone ? at < 0 : messages[cmd].anew && at >= 0))
		broken("world %u: message %u is about a %s that %s: %u %u %s %s %s",
		       actor->world->number, cmd, kind_names[kind],
		       at < 0 ? "is not there" : "is there already", key.word[0],
		       key.word[1], ip4(key.word[2]), ip4(key.word[3]),
		       ip4(key.word[4]));
	if (messages[cmd].gone && at >= 0)
		keys->keys[at] = keys->keys[--keys->n];
	else if (!messages[cmd].gone && at < 0 && keys->n < KEYS_MAX)
		keys->keys[keys->n++] = key;
}

static int hear(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct object object;

	tally(OP_NOTIFICATION, 0);
	if (genl->cmd < MNL_ARRAY_SIZE(messages) && messages[genl->cmd].used) {
		object_parse(nlh, &object);
		follow(data, genl->cmd, &object);
	}
	return MNL_CB_OK;
}

static void listen_up(struct actor *actor)
{
	struct monitor *monitor = actor->self;
	char buf[MGM_NL_BUF];
	ssize_t len;

	for (;;) {
		len = recv(mnl_socket_get_fd(monitor->nl.sk), buf, sizeof(buf),
			   MSG_DONTWAIT);
		if (len < 0 && errno == ENOBUFS) {
			monitor->lost = true;
			tally(OP_NOTIFICATION, -ENOBUFS);
			continue;
		}
		if (len <= 0)
			return;
		mnl_cb_run(buf, len, 0, 0, hear, actor);
	}
}

static int monitor_begin(struct actor *actor)
{
	struct monitor *monitor = actor->self;
	int room = ROOM, err;

	err = mgm_nl_open(&monitor->nl) ?: mgm_nl_listen(&monitor->nl);
	if (err)
		return err;
	setsockopt(mnl_socket_get_fd(monitor->nl.sk), SOL_SOCKET,
		   SO_RCVBUFFORCE, &room, sizeof(room));
	/* What was there before it came it learns at the first rest. */
	monitor->lost = true;
	return 0;
}

static void monitor_end(struct actor *actor)
{
	struct monitor *monitor = actor->self;

	mgm_nl_close(&monitor->nl);
}

const struct part part_monitor = {
	.name = "monitor",
	.begin = monitor_begin,
	.step = listen_up,
	.end = monitor_end,
	.size = sizeof(struct monitor),
	.pause_us = 10000,
};

static void copy(struct keys *keys, enum kind kind, const struct table *table)
{
	unsigned int i;

	keys->n = 0;
	for (i = 0; i < table->n && i < KEYS_MAX; i++)
		keys->keys[keys->n++] = key_of(kind, &table->rows[i]);
}

static bool same(const struct keys *keys, enum kind kind,
		 const struct table *table)
{
	unsigned int i;
	struct key key;

	for (i = 0; i < table->n; i++) {
		key = key_of(kind, &table->rows[i]);
		if (find(keys, &key) < 0)
			return false;
	}
	return keys->n == table->n;
}

static bool same_tables(struct actor *actor, char *why, size_t size)
{
	static const __u8 commands[] = {
		MGM_CMD_PROTOCOL_GET, MGM_CMD_MEMBERSHIP_GET, MGM_CMD_MFE_GET,
	};
	struct monitor *monitor = actor->self;
	struct table table = {};
	bool right = true;
	enum kind kind;

	for (kind = 0; right && kind < HOOK; kind++) {
		if (table_read(&actor->world->nl, commands[kind], &table))
			right = false;
		else if (monitor->lost)
			copy(&monitor->kinds[kind], kind, &table);
		else
			right = same(&monitor->kinds[kind], kind, &table);
		if (!right)
			snprintf(why, size, "the monitor knows %u of the kind %s, and there are %u",
				 monitor->kinds[kind].n, kind_names[kind],
				 table.n);
	}
	table_free(&table);
	if (right && monitor->kinds[HOOK].n && !monitor->lost) {
		snprintf(why, size, "the monitor has seen IGMP disabled on %u, and not enabled",
			 monitor->kinds[HOOK].keys[0].word[0]);
		right = false;
	}
	if (right && monitor->lost) {
		monitor->kinds[HOOK].n = 0;
		monitor->lost = false;
	}
	return right;
}

/* At rest: does the monitor know all there is? */
bool monitor_right(struct world *world, char *why, size_t size)
{
	struct actor *actor;
	unsigned int i;

	for (i = 0; i < storm_n_actors; i++) {
		actor = storm_actors[i];
		if (actor->world != world || actor->part != &part_monitor)
			continue;
		listen_up(actor);
		if (!same_tables(actor, why, size))
			return false;
	}
	return true;
}

struct reader {
	struct mgm_nl nl;
};

/* Some read one table, some all as text, and some go away in the midst of it. */
static void reader_step(struct actor *actor)
{
	static const __u8 commands[] = {
		MGM_CMD_PROTOCOL_GET, MGM_CMD_INTERFACE_GET,
		MGM_CMD_MEMBERSHIP_GET, MGM_CMD_MFE_GET, MGM_CMD_LIMIT_GET,
	};
	struct reader *reader = actor->self;
	__u8 cmd = commands[below(actor, MNL_ARRAY_SIZE(commands))];
	int err = mgm_nl_open(&reader->nl);

	if (!err && chance(actor, 30)) {
		free(mgm_nl_tables(&reader->nl));
	} else if (!err && chance(actor, 30)) {
		struct {
			struct nlmsghdr nlh;
			struct genlmsghdr genl;
		} request = {
			{ sizeof(request), reader->nl.family,
			  NLM_F_REQUEST | NLM_F_DUMP, 1, 0 },
			{ cmd, MGM_GENL_VERSION, 0 },
		};

		mnl_socket_sendto(reader->nl.sk, &request, sizeof(request));
	} else if (!err) {
		free(mgm_nl_table(&reader->nl, cmd, NULL));
	}
	mgm_nl_close(&reader->nl);
	did(actor, OP_DUMP, err, "of table %u", cmd);
	if (err)
		gale_pause();
}

const struct part part_reader = {
	.name = "reader",
	.step = reader_step,
	.size = sizeof(struct reader),
	.pause_us = 20000,
};
