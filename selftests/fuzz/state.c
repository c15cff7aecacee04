// SPDX-License-Identifier: GPL-2.0
/*
 * What is in the kernel: its tables, and each against the others.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include "state.h"

struct state state;

static struct mnl_socket *observers[NAMESPACES];

__printf(1, 2)
static void problem(const char *fmt, ...)
{
	va_list args;

	if (state.problem[0])
		return;
	va_start(args, fmt);
	vsnprintf(state.problem, sizeof(state.problem), fmt, args);
	va_end(args);
}

/* Requests */

/* The socket that looks into a namespace, the one that the caller is in. */
int state_open(int ns)
{
	observers[ns] = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!observers[ns] ||
	    mnl_socket_bind(observers[ns], 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	return 0;
}

void state_request(struct request *req, __u16 type, __u8 cmd, __u16 flags)
{
	struct genlmsghdr *genl;

	mnl_nlmsg_put_header(req->room);
	req->nlh.nlmsg_type = type;
	req->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(&req->nlh, sizeof(*genl));
	memset(genl, 0, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
}

/* 0 or -errno; -EINTR: the table has changed meanwhile. */
int state_talk(int ns, struct request *req, mnl_cb_t cb, void *data)
{
	static char buf[262144];
	static __u32 seq;
	ssize_t len;
	int ret;

	req->nlh.nlmsg_seq = ++seq;
	if (mnl_socket_sendto(observers[ns], req, req->nlh.nlmsg_len) < 0)
		return -errno;
	do {
		len = mnl_socket_recvfrom(observers[ns], buf, sizeof(buf));
		ret = len < 0 ? -1 : mnl_cb_run(buf, len, seq, 0, cb, data);
	} while (ret > MNL_CB_STOP);
	if (ret >= 0 || errno != EINTR)
		return ret < 0 ? -errno : 0;
	/* What is left of it is not wanted. */
	while (recv(mnl_socket_get_fd(observers[ns]), buf, sizeof(buf),
		    MSG_DONTWAIT) > 0)
		;
	return -EINTR;
}

static void read_table(int ns, int family, __u8 cmd, mnl_cb_t cb)
{
	struct request req;
	int err;

	state_request(&req, family_ids[family], cmd, NLM_F_DUMP);
	err = state_talk(ns, &req, cb, NULL);
	if (err)
		problem("a dump of %s fails: %s",
			fuzz_families[family].ops[cmd].name, strerror(-err));
}

/* The numbers among a message's attributes, by type. */
static void numbers(const struct nlmsghdr *nlh, __u32 *number, unsigned int n)
{
	const struct nlattr *attr;
	unsigned int type;

	memset(number, 0, n * sizeof(*number));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		type = mnl_attr_get_type(attr);
		if (type < n && mnl_attr_get_payload_len(attr) == sizeof(__u32))
			number[type] = mnl_attr_get_u32(attr);
	}
}

/* Reading the tables */

static struct protocol *find_protocol(__u32 handle)
{
	unsigned int i;

	for (i = 0; i < state.n_protocols; i++)
		if (state.protocols[i].handle == handle)
			return &state.protocols[i];
	return NULL;
}

static struct interface *find_interface(__u32 ifindex, __u32 nexthop)
{
	unsigned int i;

	for (i = 0; i < state.n_interfaces; i++)
		if (state.interfaces[i].ifindex == ifindex &&
		    state.interfaces[i].nexthop == nexthop)
			return &state.interfaces[i];
	return NULL;
}

static int protocol_cb(const struct nlmsghdr *nlh, void *data)
{
	__u32 a[MGM_A_PROTOCOL_MAX + 1];

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	if (state.n_protocols == ROWS_MAX) {
		problem("too many protocols");
		return MNL_CB_OK;
	}
	state.protocols[state.n_protocols++] = (struct protocol){
		.handle = a[MGM_A_PROTOCOL_HANDLE],
		.flags = a[MGM_A_PROTOCOL_FLAGS],
		.interfaces = a[MGM_A_PROTOCOL_INTERFACES],
		.memberships = a[MGM_A_PROTOCOL_MEMBERSHIPS],
	};
	return MNL_CB_OK;
}

static int interface_cb(const struct nlmsghdr *nlh, void *data)
{
	__u32 a[MGM_A_INTERFACE_MAX + 1];
	struct protocol *owner;

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	if (state.n_interfaces == ROWS_MAX) {
		problem("too many interfaces");
		return MNL_CB_OK;
	}
	state.interfaces[state.n_interfaces++] = (struct interface){
		.ifindex = a[MGM_A_INTERFACE_IFINDEX],
		.nexthop = a[MGM_A_INTERFACE_NEXTHOP4],
		.flags = a[MGM_A_INTERFACE_FLAGS],
		.owner = a[MGM_A_INTERFACE_OWNER_HANDLE],
		.memberships = a[MGM_A_INTERFACE_MEMBERSHIPS],
		.in = a[MGM_A_INTERFACE_MFES_IN],
		.out = a[MGM_A_INTERFACE_MFES_OUT],
	};
	owner = find_protocol(a[MGM_A_INTERFACE_OWNER_HANDLE]);
	if (owner)
		owner->found_interfaces++;
	else if (a[MGM_A_INTERFACE_OWNER_HANDLE])
		problem("the owner %u of interface %u is no protocol",
			a[MGM_A_INTERFACE_OWNER_HANDLE],
			a[MGM_A_INTERFACE_IFINDEX]);
	else if (!(a[MGM_A_INTERFACE_FLAGS] & MGM_INTERFACE_F_IGMP))
		problem("interface %u is nobody's", a[MGM_A_INTERFACE_IFINDEX]);
	return MNL_CB_OK;
}

static int membership_cb(const struct nlmsghdr *nlh, void *data)
{
	__u32 a[MGM_A_MEMBERSHIP_MAX + 1];
	struct protocol *protocol;
	struct interface *ifc;

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	state.n_memberships++;
	protocol = find_protocol(a[MGM_A_MEMBERSHIP_HANDLE]);
	ifc = find_interface(a[MGM_A_MEMBERSHIP_IFINDEX],
			     a[MGM_A_MEMBERSHIP_NEXTHOP4]);
	if (!protocol || !ifc) {
		problem("a membership of %u on interface %u lacks one of both",
			a[MGM_A_MEMBERSHIP_HANDLE],
			a[MGM_A_MEMBERSHIP_IFINDEX]);
		return MNL_CB_OK;
	}
	protocol->found_memberships++;
	ifc->found_memberships++;
	if (ifc->owner != protocol->handle &&
	    !(protocol->flags & MGM_PROTOCOL_F_IGMP &&
	      ifc->flags & MGM_INTERFACE_F_IGMP))
		problem("a membership of %u on interface %u, which it has not",
			protocol->handle, ifc->ifindex);
	return MNL_CB_OK;
}

static int nested_cb(const struct nlattr *attr, void *data)
{
	__u32 *number = data;

	if (mnl_attr_get_type(attr) <= MGM_A_OIF_NEXTHOP4)
		number[mnl_attr_get_type(attr)] = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* An outgoing interface, or one that the entry is kept out of. */
static void check_oif(const struct nlattr *attr, const __u32 *a)
{
	bool out = mnl_attr_get_type(attr) == MGM_A_MFE_OIF;
	__u32 key[MGM_A_OIF_NEXTHOP4 + 1] = {};
	struct interface *ifc;

	mnl_attr_parse_nested(attr, nested_cb, key);
	ifc = find_interface(key[MGM_A_OIF_IFINDEX], key[MGM_A_OIF_NEXTHOP4]);
	if (!ifc)
		problem("interface %u of an entry is none",
			key[MGM_A_OIF_IFINDEX]);
	/* The bound is on both together. */
	state.n_oifs++;
	if (!out || !ifc)
		return;
	ifc->found_out++;
	if (ifc->ifindex == a[MGM_A_MFE_IIF] &&
	    ifc->nexthop == a[MGM_A_MFE_IIF_NEXTHOP4])
		problem("an entry comes in and goes out on interface %u",
			ifc->ifindex);
}

static int mfe_cb(const struct nlmsghdr *nlh, void *data)
{
	__u32 a[MGM_A_MFE_MAX + 1];
	const struct nlattr *attr;
	struct interface *in;
	unsigned int oifs = 0;

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	state.n_mfes++;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case MGM_A_MFE_OIF:
			oifs++;
			check_oif(attr, a);
			break;
		case MGM_A_MFE_VETO:
			check_oif(attr, a);
			break;
		}
	}
	if (oifs != a[MGM_A_MFE_OIF_COUNT])
		problem("an entry counts %u interfaces and has %u",
			a[MGM_A_MFE_OIF_COUNT], oifs);
	if (!a[MGM_A_MFE_IIF])
		return MNL_CB_OK;
	in = find_interface(a[MGM_A_MFE_IIF], a[MGM_A_MFE_IIF_NEXTHOP4]);
	if (!in) {
		problem("the way in %u of an entry is no interface",
			a[MGM_A_MFE_IIF]);
		return MNL_CB_OK;
	}
	in->found_in++;
	if (in->owner && in->owner != a[MGM_A_MFE_OWNER_HANDLE])
		problem("an entry's owner is %u, its interface's %u",
			a[MGM_A_MFE_OWNER_HANDLE], in->owner);
	return MNL_CB_OK;
}

static int limit_cb(const struct nlmsghdr *nlh, void *data)
{
	__u32 a[MGM_A_LIMIT_MAX + 1];

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	if (a[MGM_A_LIMIT_ID] < LIMITS) {
		state.used[a[MGM_A_LIMIT_ID]] = a[MGM_A_LIMIT_USED];
		state.values[a[MGM_A_LIMIT_ID]] = a[MGM_A_LIMIT_VALUE];
	}
	return MNL_CB_OK;
}

static int igmp_interface_cb(const struct nlmsghdr *nlh, void *data)
{
	__u32 a[MGM_IGMP_A_INTERFACE_MAX + 1];
	struct interface *ifc;

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	state.n_igmp++;
	state.igmp = a[MGM_IGMP_A_INTERFACE_IFINDEX];
	ifc = find_interface(a[MGM_IGMP_A_INTERFACE_IFINDEX], 0);
	if (!ifc || !(ifc->flags & MGM_INTERFACE_F_IGMP))
		problem("IGMP is enabled on %u, and nobody knows",
			a[MGM_IGMP_A_INTERFACE_IFINDEX]);
	return MNL_CB_OK;
}

static int igmp_group_cb(const struct nlmsghdr *nlh, void *data)
{
	__u32 a[MGM_IGMP_A_GROUP_MAX + 1];
	struct interface *ifc;

	(void)data;
	numbers(nlh, a, ARRAY_SIZE(a));
	ifc = find_interface(a[MGM_IGMP_A_GROUP_IFINDEX], 0);
	if (!ifc || !(ifc->flags & MGM_INTERFACE_F_IGMP))
		problem("IGMP has a group on %u, where it is not enabled",
			a[MGM_IGMP_A_GROUP_IFINDEX]);
	return MNL_CB_OK;
}

/* Each table against the others */

static void compare(const char *what, __u32 told, __u32 found)
{
	if (told != found)
		problem("%s: %u are told of, %u are there", what, told, found);
}

static void compare_counts(void)
{
	unsigned int i, enabled = 0;

	for (i = 0; i < state.n_interfaces; i++) {
		const struct interface *ifc = &state.interfaces[i];

		if (ifc->flags & MGM_INTERFACE_F_IGMP)
			enabled++;
		compare("memberships of an interface", ifc->memberships,
			ifc->found_memberships);
		compare("entries into an interface", ifc->in, ifc->found_in);
		compare("entries out of an interface", ifc->out, ifc->found_out);
	}
	for (i = 0; i < state.n_protocols; i++) {
		const struct protocol *p = &state.protocols[i];

		compare("interfaces of a protocol", p->interfaces,
			p->flags & MGM_PROTOCOL_F_IGMP ? enabled :
							 p->found_interfaces);
		compare("memberships of a protocol", p->memberships,
			p->found_memberships);
	}
	compare("interfaces with IGMP", state.n_igmp, enabled);
	compare("protocols", state.used[MGM_LIMIT_PROTOCOLS],
		state.n_protocols);
	compare("interfaces", state.used[MGM_LIMIT_INTERFACES],
		state.n_interfaces);
	compare("memberships", state.used[MGM_LIMIT_MEMBERSHIPS],
		state.n_memberships);
	compare("entries", state.used[MGM_LIMIT_MFES], state.n_mfes);
	compare("outgoing interfaces", state.used[MGM_LIMIT_OIFS],
		state.n_oifs);
}

static bool known_is_there(__u32 handle)
{
	if (!find_protocol(handle))
		problem("handle %u is gone", handle);
	return true;
}

/* Read all of a namespace, and compare. */
void state_read(int ns)
{
	memset(&state, 0, sizeof(state));
	read_table(ns, 0, MGM_CMD_PROTOCOL_GET, protocol_cb);
	read_table(ns, 0, MGM_CMD_INTERFACE_GET, interface_cb);
	read_table(ns, 0, MGM_CMD_MEMBERSHIP_GET, membership_cb);
	read_table(ns, 0, MGM_CMD_MFE_GET, mfe_cb);
	read_table(ns, 0, MGM_CMD_LIMIT_GET, limit_cb);
	read_table(ns, 1, MGM_IGMP_CMD_INTERFACE_GET, igmp_interface_cb);
	read_table(ns, 1, MGM_IGMP_CMD_GROUP_GET, igmp_group_cb);
	compare_counts();
	world_handles(ns, known_is_there);
}
