// SPDX-License-Identifier: GPL-2.0
/*
 * What faults are tried on: a network namespace with a router in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <net/if.h>
#include <linux/genetlink.h>
#include "fault_world.h"
#include "kernel.h"
#include "rtnl.h"

#define JOIN		MGM_MEMBERSHIP_F_JOIN
#define TOLD_OF		(MGM_CALLBACK_F_JOIN | MGM_CALLBACK_F_PRUNE | \
			 MGM_CALLBACK_F_LOCAL_JOIN | \
			 MGM_CALLBACK_F_LOCAL_LEAVE | MGM_CALLBACK_F_WRONG_IF)

static int device(const char *name, const char *addr)
{
	int dev = rtnl_dummy(name);

	return dev < 0 ? dev : rtnl_address(dev, addr, 24) ?: dev;
}

static int make_devices(struct world *w)
{
	int lan = rtnl_veth("lan", "wire");
	int out = device("out", "10.0.1.1"), far = device("far", "10.0.2.1");
	int spare = device("spare", "10.0.3.1");
	int idle = device("idle", "10.0.4.1");

	if (lan < 0 || out < 0 || far < 0 || spare < 0 || idle < 0)
		return -ENODEV;
	w->wire = if_nametoindex("wire");
	w->things[LAN] = lan;
	w->things[OUT] = out;
	w->things[FAR] = far;
	w->things[SPARE] = spare;
	w->things[IDLE] = idle;
	return rtnl_address(lan, "10.0.0.1", 24);
}

/* The handle of the protocol with this id in a table; 0 if there is none. */
static __u32 handle_of(const char *line, unsigned int id)
{
	unsigned int handle, this;

	for (; *line; line += strcspn(line, "\n") + 1)
		if (sscanf(line, "protocol handle=%u id=%u", &handle,
			   &this) == 2 && this == id)
			return handle;
	return 0;
}

static int register_bound(struct world *w)
{
	char *table;
	int err;

	err = CALL(&w->nl, MGM_CMD_PROTOCOL_REGISTER, U32(MGM_A_PROTOCOL_ID, 10),
		   U32(MGM_A_PROTOCOL_CALLBACKS, TOLD_OF));
	if (err)
		return err;
	world_drain(&w->nl);
	table = mgm_nl_table(&w->reader, MGM_CMD_PROTOCOL_GET, NULL);
	w->things[HANDLE] = table ? handle_of(table, 10) : 0;
	free(table);
	return w->things[HANDLE] ? 0 : -ENOENT;
}

/* The one has lan and out, the other far; both want what comes. */
static int populate(struct world *w, bool kernel_first)
{
	__u32 *t = w->things;
	int err;

	if (kernel_first)
		err = kernel_do("take %u %u", t[KERNEL], t[LAN]) ?:
		      kernel_do("take %u %u", t[KERNEL], t[OUT]) ?:
		      mgm_nl_take(&w->nl, t[HANDLE], t[FAR]) ?:
		      mgm_nl_add(&w->nl, t[HANDLE], t[FAR], FLOW, NULL, JOIN) ?:
		      kernel_do("add %u %u 0.0.0.0 " FLOW " 0.0.0.0 %u",
				t[KERNEL], t[OUT], JOIN);
	else
		err = mgm_nl_take(&w->nl, t[HANDLE], t[LAN]) ?:
		      mgm_nl_take(&w->nl, t[HANDLE], t[OUT]) ?:
		      kernel_do("take %u %u", t[KERNEL], t[FAR]) ?:
		      kernel_do("add %u %u 0.0.0.0 " FLOW " 0.0.0.0 %u",
				t[KERNEL], t[FAR], JOIN) ?:
		      mgm_nl_add(&w->nl, t[HANDLE], t[OUT], FLOW, NULL, JOIN);
	return err ?: igmp_enable(&w->igmp, t[SPARE]) ?:
	       igmp_join(&w->igmp, t[SPARE], FLOW, NULL) ?:
	       igmp_join(&w->igmp, t[SPARE], "239.1.1.2", SOURCE);
}

static bool has_entry(struct world *w)
{
	char *table = mgm_nl_table(&w->reader, MGM_CMD_MFE_GET, NULL);
	bool has = table && strstr(table, "group=" FLOW " source=" SOURCE);

	free(table);
	return has;
}

/* For the setup of a fixture; 0 or -errno. */
int world_make(struct world *w, bool kernel_first)
{
	int err, tries;

	memset(w, 0, sizeof(*w));
	err = module_load("mgm_fault") ?: netns_new() ?:
	      module_load("mgm_igmp") ?: fault_begin() ?:
	      mgm_nl_open(&w->nl) ?: mgm_nl_open(&w->reader) ?:
	      mgm_nl_open(&w->monitor) ?: mgm_nl_listen(&w->monitor) ?:
	      igmp_open(&w->igmp) ?: make_devices(w) ?: register_bound(w);
	if (err)
		return err;
	w->file = open("/proc/thread-self/net/mgm_test", O_WRONLY | O_CLOEXEC);
	w->things[KERNEL] = kernel_register(12, "all");
	if (w->file < 0 || !w->things[KERNEL])
		return -ENOENT;
	err = populate(w, kernel_first);
	for (tries = 0; !err && !has_entry(w) && tries < 1000; tries++) {
		err = world_packet(w);
		usleep(10000);
	}
	world_drain(&w->nl);
	return err;
}

void world_end(struct world *w)
{
	mgm_nl_close(&w->nl);
	mgm_nl_close(&w->reader);
	mgm_nl_close(&w->monitor);
	mgm_nl_close(&w->igmp);
	close(w->file);
}

/* One of the flow. */
int world_packet(struct world *w)
{
	return packet_send(w->wire, SOURCE, FLOW);
}

/* Tell the protocols in the kernel something, with no allocation but theirs. */
int world_tell(struct world *w, const char *line)
{
	return write(w->file, line, strlen(line)) < 0 ? -errno : 0;
}

/*
 * What counts packets, or alerts lost for want of memory: both may, any time. (An
 * interface that tells of no packets on the wrong interface shows wrong_if=0.)
 */
static const char *const counters[] = {
	" in=", " in_octets=", " out=", " out_octets=", " held=", " drops={",
	" negative=", " discards=", " alerts_lost=", " hits=",
};

static unsigned int counter_len(const char *text)
{
	unsigned int i;

	if (!strncmp(text, " wrong_if=", 10) && text[10] != '0')
		return 1 + strcspn(text + 1, "\n ");
	for (i = 0; i < MNL_ARRAY_SIZE(counters); i++)
		if (!strncmp(text, counters[i], strlen(counters[i])))
			return counters[i][strlen(counters[i]) - 1] == '{' ?
			       strcspn(text, "}") + 1 :
			       1 + strcspn(text + 1, "\n ");
	return 0;
}

/* A handle is never the same again: one that comes and goes has no number. */
static unsigned int handle_len(const struct world *w, const char *text)
{
	char *end;

	if ((strncmp(text, " handle=", 8) && strncmp(text, " owner=", 7)) ||
	    !w->things[NEW])
		return 0;
	text = strchr(text, '=');
	return strtoul(text + 1, &end, 10) == w->things[NEW] ? end - text : 0;
}

static char *strip(const struct world *w, char *text)
{
	const char *from = text;
	char *to = text;

	while (*from) {
		unsigned int len = counter_len(from);

		if (!len && *from == ' ' && handle_len(w, from))
			len = strcspn(from + 1, "\n ") + 1;
		if (len)
			from += len;
		else
			*to++ = *from++;
	}
	*to = '\0';
	return text;
}

/*
 * Everything that can be read and does not count, and which protocol is the new one;
 * the caller frees it.
 */
char *world_state(struct world *w)
{
	char *mgm, *igmp, *all = NULL;

	mgm = w->reader.tables(&w->reader);
	igmp = w->igmp.tables(&w->igmp);
	if (!mgm || !igmp || asprintf(&all, "%s%s", mgm, igmp) < 0)
		abort();
	w->things[NEW] = handle_of(all, NEW_ID);
	free(mgm);
	free(igmp);
	return strip(w, all);
}

bool world_is(struct world *w, const char *state)
{
	char *now = world_state(w);
	bool same = !strcmp(now, state);

	free(now);
	return same;
}

/*
 * An entry that there was no memory to change is gone, until its next packet comes.
 * Nothing else takes time.
 */
bool world_comes_to(struct world *w, const char *state)
{
	int tries;

	for (tries = 0; tries < 400; tries++) {
		if (world_is(w, state))
			return true;
		world_packet(w);
		usleep(50000);
	}
	return false;
}

/* Forget what has come and nobody waits for. */
void world_drain(struct mgm_nl *nl)
{
	char buf[MGM_NL_BUF];

	while (recv(mnl_socket_get_fd(nl->sk), buf, sizeof(buf),
		    MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
		;
}

/* What the monitor was told since it was asked last. */
struct heard world_heard(struct world *w)
{
	const struct genlmsghdr *genl;
	struct heard heard = {};
	char buf[MGM_NL_BUF];
	ssize_t len;

	for (;;) {
		len = recv(mnl_socket_get_fd(w->monitor.sk), buf, sizeof(buf),
			   MSG_DONTWAIT);
		if (len < 0 && errno != ENOBUFS && errno != ENOMEM)
			return heard;
		genl = mnl_nlmsg_get_payload((struct nlmsghdr *)buf);
		if (len < 0)
			heard.gap = true;
		else if (genl->cmd < MGM_CMD_ALERT_RPF)
			heard.changes++;
	}
}
