// SPDX-License-Identifier: GPL-2.0
/*
 * The network namespaces, and what is known of what is in them: which handles there
 * are, who may use them, what they have. It may be out of date where a socket has
 * not read its answers yet, or has lost them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>
#include "../rtnl.h"
#include "fuzz.h"

#define HANDLES_MAX	1024
#define CLAIMS_MAX	1024
#define MEMBERS_MAX	256
#define STALE_MAX	256

static struct {
	int fd;
	int packets;		/* socket */
	__u32 devices[DEVICES];
} namespaces[NAMESPACES];

struct handle {
	__u32 handle;
	int ns;
	int owner;		/* the socket, or NOBODY if it outlives that */
};

/* An interface that a handle has, or a membership. */
struct claim {
	int ns;
	struct subject subject;
};

static struct handle handles[HANDLES_MAX];
static unsigned int n_handles;
static struct claim claims[CLAIMS_MAX];
static unsigned int n_claims;
static struct claim members[MEMBERS_MAX];
static unsigned int n_members;
static __u32 stale[STALE_MAX];
static unsigned int n_stale;

/*
 * A wire whose far end, the last device, stays in the namespace, with a router's
 * address on the near end; and devices that packets leave by and come to nothing.
 */
static int make_devices(__u32 *devices)
{
	static const char * const dummies[] = {
		"dummy0", "dummy1", "dummy2", "dummy3", "dummy4", "dummy5",
	};
	unsigned int i;
	int ifindex;

	ifindex = rtnl_veth("veth0", "veth1");
	if (ifindex < 0)
		return ifindex;
	devices[0] = ifindex;
	for (i = 0; i < ARRAY_SIZE(dummies); i++) {
		ifindex = rtnl_dummy(dummies[i]);
		if (ifindex < 0)
			return ifindex;
		devices[i + 1] = ifindex;
	}
	devices[DEVICES - 1] = if_nametoindex("veth1");
	return rtnl_address(devices[0], "10.0.0.1", 24) ?:
	       rtnl_address(devices[1], "10.0.1.1", 24);
}

/* 0 or -errno */
int world_make(void)
{
	int ns, err;

	for (ns = 0; ns < NAMESPACES; ns++) {
		if (unshare(CLONE_NEWNET))
			return -errno;
		namespaces[ns].fd = open("/proc/thread-self/ns/net",
					 O_RDONLY | O_CLOEXEC);
		if (namespaces[ns].fd < 0)
			return -errno;
		namespaces[ns].packets = packet_socket();
		if (namespaces[ns].packets < 0)
			return namespaces[ns].packets;
		err = make_devices(namespaces[ns].devices);
		if (err)
			return err;
	}
	return 0;
}

void world_enter(int ns)
{
	if (setns(namespaces[ns].fd, CLONE_NEWNET))
		complain("cannot enter a namespace: %m");
}

__u32 world_device(int ns)
{
	return namespaces[ns].devices[chance_below(DEVICES)];
}

/* On the link with addresses; each can be a source, too. */
__u32 world_nexthop(void)
{
	return htonl(0x0a000002 + chance_below(3));
}

__u32 world_group(void)
{
	return htonl(0xef010101 + chance_below(4));
}

/* One in five is on another link than the one where its packets come in. */
__u32 world_source(void)
{
	return htonl((chance_of(80) ? 0x0a000002 : 0x0a000102) +
		     chance_below(2));
}

/* A packet comes in. */
int world_packet(int ns)
{
	char source[INET_ADDRSTRLEN], group[INET_ADDRSTRLEN];
	__u32 src = world_source(), grp = world_group();

	inet_ntop(AF_INET, &src, source, sizeof(source));
	inet_ntop(AF_INET, &grp, group, sizeof(group));
	return packet_send_on(namespaces[ns].packets,
			      namespaces[ns].devices[DEVICES - 1], source, group);
}

/* What becomes known */

void world_registered(int ns, int owner, __u32 handle, bool persist)
{
	if (n_handles == HANDLES_MAX)
		return;
	handles[n_handles++] = (struct handle){
		handle, ns, persist ? NOBODY : owner };
}

bool world_is_known(__u32 handle)
{
	unsigned int i;

	for (i = 0; i < n_handles; i++)
		if (handles[i].handle == handle)
			return true;
	return false;
}

bool world_is_stale(__u32 handle)
{
	unsigned int i;

	for (i = 0; i < STALE_MAX; i++)
		if (stale[i] == handle)
			return true;
	return false;
}

static bool same_interface(const struct subject *a, const struct subject *b)
{
	return a->handle == b->handle && a->ifindex == b->ifindex &&
	       a->nexthop == b->nexthop;
}

static void forget_claims(__u32 handle)
{
	unsigned int i;

	for (i = 0; i < n_claims; i++)
		if (claims[i].subject.handle == handle)
			claims[i--] = claims[--n_claims];
}

/* Nothing is known of the handle any more. */
void world_forget(__u32 handle)
{
	unsigned int i;

	for (i = 0; i < n_handles; i++)
		if (handles[i].handle == handle)
			handles[i--] = handles[--n_handles];
	forget_claims(handle);
}

/* The handle is dead, and no other will ever be the same. */
void world_gone(__u32 handle)
{
	world_forget(handle);
	stale[n_stale++ % STALE_MAX] = handle;
}

/* A socket has closed. */
void world_closed(int owner)
{
	unsigned int i;

	for (i = 0; i < n_handles; i++) {
		if (handles[i].owner == owner) {
			world_gone(handles[i].handle);
			i = -1;
		}
	}
}

/* No handle is left. */
void world_cleaned(void)
{
	while (n_handles)
		world_gone(handles[0].handle);
}

static void released(const struct subject *subject)
{
	unsigned int i;

	for (i = 0; i < n_claims; i++)
		if (same_interface(&claims[i].subject, subject))
			claims[i--] = claims[--n_claims];
}

/* A command has succeeded. */
void world_note(enum fuzz_effect effect, int ns, const struct subject *subject)
{
	switch (effect) {
	case EFFECT_DEREGISTER:
		world_gone(subject->handle);
		break;
	case EFFECT_TAKE:
		released(subject);
		if (n_claims < CLAIMS_MAX)
			claims[n_claims++] = (struct claim){ ns, *subject };
		break;
	case EFFECT_RELEASE:
		released(subject);
		break;
	case EFFECT_ADD:
		members[n_members++ % MEMBERS_MAX] =
			(struct claim){ ns, *subject };
		break;
	default:
		break;
	}
}

/* What messages are made of */

static bool usable(const struct handle *h, int ns, int owner)
{
	return h->ns == ns && (h->owner == owner || h->owner == NOBODY);
}

/* How many handles there are. */
unsigned int world_count(int ns)
{
	unsigned int i, n = 0;

	for (i = 0; i < n_handles; i++)
		n += handles[i].ns == ns;
	return n;
}

bool world_has_handle(int ns, int owner)
{
	unsigned int i;

	for (i = 0; i < n_handles; i++)
		if (usable(&handles[i], ns, owner))
			return true;
	return false;
}

/* A handle that the socket may use; one that nobody has if there is none. */
__u32 world_handle(int ns, int owner)
{
	unsigned int i, from = chance_below(n_handles);

	for (i = 0; i < n_handles; i++) {
		const struct handle *h = &handles[(from + i) % n_handles];

		if (usable(h, ns, owner))
			return h->handle;
	}
	return 1 + chance_below(1000000);
}

/* One that it may not use, or 0. */
__u32 world_foreign(int ns, int owner)
{
	unsigned int i, from = chance_below(n_handles);

	for (i = 0; i < n_handles; i++) {
		const struct handle *h = &handles[(from + i) % n_handles];

		if (!usable(h, ns, owner))
			return h->handle;
	}
	return 0;
}

/* One that is dead, or 0. */
__u32 world_stale(void)
{
	unsigned int n = n_stale < STALE_MAX ? n_stale : STALE_MAX;

	return n ? stale[chance_below(n)] : 0;
}

static bool pick(const struct claim *from, unsigned int n, int ns, int owner,
		 struct subject *subject)
{
	unsigned int i, j, first = chance_below(n);

	for (i = 0; i < n; i++) {
		const struct claim *claim = &from[(first + i) % n];

		if (claim->ns != ns)
			continue;
		for (j = 0; j < n_handles; j++)
			if (handles[j].handle == claim->subject.handle &&
			    usable(&handles[j], ns, owner)) {
				*subject = claim->subject;
				return true;
			}
	}
	return false;
}

/* An interface of such a handle. */
bool world_claim(int ns, int owner, struct subject *subject)
{
	return pick(claims, n_claims, ns, owner, subject);
}

/* Is it where packets come in? */
bool world_way_in(int ns, const struct subject *subject)
{
	return subject->ifindex == namespaces[ns].devices[0];
}

/* A membership that one had. */
bool world_member(int ns, int owner, struct subject *subject)
{
	return pick(members, n_members < MEMBERS_MAX ? n_members : MEMBERS_MAX,
		    ns, owner, subject);
}

/* Look at the handles of a namespace until @look says no. */
bool world_handles(int ns, bool (*look)(__u32 handle))
{
	unsigned int i;

	for (i = 0; i < n_handles; i++)
		if (handles[i].ns == ns && !look(handles[i].handle))
			return false;
	return true;
}
