// SPDX-License-Identifier: GPL-2.0
/*
 * The socket of a protocol in user space. No alert may come that is not for the handle
 * that it has; what comes behind the answer to its deregistration its caller looks at.
 */
#include <errno.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include "daemon.h"

#define ROOM		(8 << 20)

static void take_alert(struct actor *actor, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct daemon *daemon = actor->self;
	__u32 handle = 0, id = 0;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		if (mnl_attr_get_type(attr) == MGM_A_ALERT_HANDLE)
			handle = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == MGM_A_ALERT_ID)
			id = mnl_attr_get_u32(attr);
	}
	/* Who is registered can be told something before it has the answer. */
	if (daemon->registering && !proto_of(actor)->handle)
		daemon->early = handle;
	else if (handle != proto_of(actor)->handle && !storm_gale)
		broken("alert %u for handle %u came to number %u, which has handle %u and had %u",
		       genl->cmd, handle, actor->number,
		       proto_of(actor)->handle, daemon->ended);
	tally(OP_ALERT, 0);
	if (id)
		daemon->kept[daemon->n++ % KEPT] = (struct asked){ genl->cmd, id };
}

/* What comes in, between the answers to calls and beside them. */
static int hear(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct actor *actor = data;
	const struct nlattr *attr;

	if (genl->cmd >= MGM_CMD_ALERT_RPF &&
	    genl->cmd <= MGM_CMD_ALERT_OVERRUN) {
		take_alert(actor, nlh);
		return MNL_CB_OK;
	}
	mnl_attr_for_each(attr, nlh, sizeof(*genl))
		if (genl->cmd == MGM_CMD_PROTOCOL_REGISTER &&
		    mnl_attr_get_type(attr) == MGM_A_PROTOCOL_HANDLE)
			proto_of(actor)->handle = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* A call; alerts that come before its answer are taken in. 0 or -errno. */
int socket_ask(struct actor *actor, __u8 cmd, const struct mgm_nl_attr *attrs)
{
	struct daemon *daemon = actor->self;

	return mgm_nl_call(&daemon->nl, cmd, NLM_F_ACK, hear, actor, attrs);
}

/* Whatever is in the socket; how many messages. */
unsigned int socket_drain(struct actor *actor)
{
	struct daemon *daemon = actor->self;
	char buf[MGM_NL_BUF];
	unsigned int n = 0;
	ssize_t len;

	for (;;) {
		len = recv(mnl_socket_get_fd(daemon->nl.sk), buf, sizeof(buf),
			   MSG_DONTWAIT);
		if (len < 0 && errno == ENOBUFS)
			continue;
		if (len <= 0)
			return n;
		n++;
		mnl_cb_run(buf, len, 0, daemon->nl.portid, hear, actor);
	}
}

/* Unless it is open; false if there is no module. */
bool socket_open(struct actor *actor)
{
	struct daemon *daemon = actor->self;
	int room = ROOM, err;

	if (daemon->open)
		return true;
	err = mgm_nl_open(&daemon->nl);
	if (err) {
		did(actor, OP_REGISTER, err, "cannot open");
		gale_pause();
		return false;
	}
	setsockopt(mnl_socket_get_fd(daemon->nl.sk), SOL_SOCKET,
		   SO_RCVBUFFORCE, &room, sizeof(room));
	daemon->open = true;
	return true;
}

/* The socket closes, with whatever hangs on it. */
void socket_die(struct actor *actor)
{
	struct daemon *daemon = actor->self;
	struct protocol *proto = proto_of(actor);

	if (!daemon->open)
		return;
	did(actor, OP_DIE, 0, "handle %u, which has %u interfaces",
	    proto->handle, proto->n_held);
	mgm_nl_close(&daemon->nl);
	daemon->open = false;
	if (!(proto->flags & MGM_PROTOCOL_F_PERSIST) || storm_gale)
		model_register(proto, 0, 0);
}
