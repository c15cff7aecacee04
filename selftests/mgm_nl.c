// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family "mgm", and others, as the tests use them: requests, and the
 * reasons why they were refused.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <linux/genetlink.h>
#include "mgm_nl.h"

struct talk {
	struct mgm_nl *nl;
	mnl_cb_t cb;
	void *data;
};

static int group_cb(const struct nlattr *attr, void *data)
{
	const struct nlattr *a, *id = NULL;
	struct mgm_nl *nl = data;
	bool found = false;

	mnl_attr_for_each_nested(a, attr) {
		if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_ID)
			id = a;
		else if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_NAME)
			found = !strcmp(mnl_attr_get_str(a), MGM_MCGRP_MONITOR);
	}
	if (found && id)
		nl->monitor = mnl_attr_get_u32(id);
	return MNL_CB_OK;
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	struct mgm_nl *nl = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			nl->family = mnl_attr_get_u16(attr);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_parse_nested(attr, group_cb, nl);
	}
	return MNL_CB_OK;
}

/* The type of the attribute of the last request that stands at an offset. */
static unsigned int attr_at(const struct mgm_nl *nl, __u32 offset)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, &nl->req.nlh, sizeof(struct genlmsghdr))
		if ((const char *)attr - nl->req.room == (long)offset)
			return mnl_attr_get_type(attr);
	return 0;
}

static void keep_reason(struct mgm_nl *nl, const struct nlmsghdr *nlh,
			unsigned int skip)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, skip) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(nl->msg, sizeof(nl->msg), "%s",
				 mnl_attr_get_str(attr));
			break;
		case NLMSGERR_ATTR_OFFS:
			nl->attr = attr_at(nl, mnl_attr_get_u32(attr));
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			nl->missing = mnl_attr_get_u32(attr);
			break;
		}
	}
}

static int error_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	unsigned int skip = sizeof(*err);
	struct talk *talk = data;

	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&err->msg);
	keep_reason(talk->nl, nlh, skip);
	errno = -err->error;
	return err->error ? MNL_CB_ERROR : MNL_CB_STOP;
}

static int done_cb(const struct nlmsghdr *nlh, void *data)
{
	const int *err = mnl_nlmsg_get_payload(nlh);
	struct talk *talk = data;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		talk->nl->interrupted = true;
	keep_reason(talk->nl, nlh, sizeof(*err));
	errno = -*err;
	return *err < 0 ? MNL_CB_ERROR : MNL_CB_STOP;
}

static int data_cb(const struct nlmsghdr *nlh, void *data)
{
	struct talk *talk = data;

	return talk->cb ? talk->cb(nlh, talk->data) : MNL_CB_OK;
}

static mnl_cb_t control_cbs[] = {
	[NLMSG_ERROR] = error_cb,
	[NLMSG_DONE] = done_cb,
};

static int talk(struct mgm_nl *nl, mnl_cb_t cb, void *data)
{
	struct talk t = { .nl = nl, .cb = cb, .data = data };
	char buf[MGM_NL_BUF];
	struct nlmsghdr *nlh;
	ssize_t len;
	int ret;

	nl->msg[0] = '\0';
	nl->attr = 0;
	nl->missing = 0;
	nl->interrupted = false;

	if (mnl_socket_sendto(nl->sk, &nl->req, nl->req.nlh.nlmsg_len) < 0)
		return -errno;
	do {
		len = mnl_socket_recvfrom(nl->sk, buf, sizeof(buf));
		if (len < 0)
			return -errno;
		/* libmnl looks at the mark itself, and gives up for it. */
		for (nlh = (void *)buf, ret = len; mnl_nlmsg_ok(nlh, ret);
		     nlh = mnl_nlmsg_next(nlh, &ret)) {
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				nl->interrupted = true;
			nlh->nlmsg_flags &= ~NLM_F_DUMP_INTR;
		}
		ret = mnl_cb_run2(buf, len, nl->seq, nl->portid, data_cb, &t,
				  control_cbs, MNL_ARRAY_SIZE(control_cbs));
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? -errno : 0;
}

static void begin(struct mgm_nl *nl, __u16 family, __u8 cmd,
		  __u16 flags, __u8 version)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	memset(&nl->req, 0, sizeof(nl->req));
	nlh = mnl_nlmsg_put_header(&nl->req);
	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
}

/* Send a command; cb, if any, sees the messages that answer it. 0 or -errno. */
int mgm_nl_call(struct mgm_nl *nl, __u8 cmd, __u16 flags, mnl_cb_t cb,
		void *data, const struct mgm_nl_attr *attrs)
{
	begin(nl, nl->family, cmd, flags, MGM_GENL_VERSION);
	for (; attrs && attrs->type; attrs++)
		mnl_attr_put(&nl->req.nlh, attrs->type, attrs->len,
			     attrs->data ?: &attrs->value);
	return talk(nl, cb, data);
}

/* Open a socket in the caller's network namespace, with the port asked for. */
int mgm_nl_open_family(struct mgm_nl *nl, const char *name, __u32 portid)
{
	struct timeval limit = { .tv_sec = 60 };
	int on = 1, err;

	memset(nl, 0, sizeof(*nl));
	nl->tables = mgm_nl_tables;
	nl->sk = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->sk)
		return -errno;
	if (mnl_socket_bind(nl->sk, 0, portid) < 0 ||
	    mnl_socket_setsockopt(nl->sk, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(mnl_socket_get_fd(nl->sk), SOL_SOCKET, SO_RCVTIMEO,
		       &limit, sizeof(limit))) {
		err = -errno;
		goto close;
	}
	nl->portid = mnl_socket_get_portid(nl->sk);

	begin(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK, 1);
	mnl_attr_put_strz(&nl->req.nlh, CTRL_ATTR_FAMILY_NAME, name);
	err = talk(nl, family_cb, nl);
	if (!err)
		return 0;
close:
	mgm_nl_close(nl);
	return err;
}

int mgm_nl_open_port(struct mgm_nl *nl, __u32 portid)
{
	return mgm_nl_open_family(nl, MGM_GENL_NAME, portid);
}

int mgm_nl_open(struct mgm_nl *nl)
{
	return mgm_nl_open_port(nl, MNL_SOCKET_AUTOPID);
}

void mgm_nl_close(struct mgm_nl *nl)
{
	if (nl->sk)
		mnl_socket_close(nl->sk);
	nl->sk = NULL;
}

/* Keep the handle that a registration brings. */
int mgm_nl_handle_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	struct mgm_nl *nl = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == MGM_A_PROTOCOL_HANDLE)
			nl->handle = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* Register and keep the handle. */
int mgm_nl_register(struct mgm_nl *nl, __u32 id, __u32 flags)
{
	struct mgm_nl_attr attrs[] = {
		U32(MGM_A_PROTOCOL_ID, id),
		U32(flags ? MGM_A_PROTOCOL_FLAGS : 0, flags),
		{}
	};

	nl->handle = 0;
	return mgm_nl_call(nl, MGM_CMD_PROTOCOL_REGISTER, NLM_F_ACK,
			   mgm_nl_handle_cb, nl, attrs);
}

int mgm_nl_deregister(struct mgm_nl *nl, __u32 handle)
{
	return CALL(nl, MGM_CMD_PROTOCOL_DEREGISTER,
		    U32(MGM_A_PROTOCOL_HANDLE, handle));
}

int mgm_nl_take(struct mgm_nl *nl, __u32 handle, __u32 ifindex)
{
	return CALL(nl, MGM_CMD_INTERFACE_TAKE,
		    U32(MGM_A_INTERFACE_HANDLE, handle),
		    U32(MGM_A_INTERFACE_IFINDEX, ifindex));
}

int mgm_nl_release(struct mgm_nl *nl, __u32 handle, __u32 ifindex)
{
	return CALL(nl, MGM_CMD_INTERFACE_RELEASE,
		    U32(MGM_A_INTERFACE_HANDLE, handle),
		    U32(MGM_A_INTERFACE_IFINDEX, ifindex));
}

static int membership(struct mgm_nl *nl, __u8 cmd, __u32 handle,
		      __u32 ifindex, const char *group, const char *source,
		      __u32 flags)
{
	return CALL(nl, cmd, U32(MGM_A_MEMBERSHIP_HANDLE, handle),
		    U32(MGM_A_MEMBERSHIP_IFINDEX, ifindex),
		    IP4(MGM_A_MEMBERSHIP_GROUP4, group ?: "0.0.0.0"),
		    IP4(MGM_A_MEMBERSHIP_SOURCE4, source ?: "0.0.0.0"),
		    U32(MGM_A_MEMBERSHIP_FLAGS, flags));
}

/* A group or source of NULL stands for all of them. */
int mgm_nl_add(struct mgm_nl *nl, __u32 handle, __u32 ifindex,
	       const char *group, const char *source, __u32 flags)
{
	return membership(nl, MGM_CMD_MEMBERSHIP_ADD, handle, ifindex, group,
			  source, flags);
}

int mgm_nl_del(struct mgm_nl *nl, __u32 handle, __u32 ifindex,
	       const char *group, const char *source, __u32 flags)
{
	return membership(nl, MGM_CMD_MEMBERSHIP_DEL, handle, ifindex, group,
			  source, flags);
}

/* The number that an attribute is, by its length; 0 if it is none. */
__u64 mgm_nl_number(const struct nlattr *attr)
{
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(__u32):
		return mnl_attr_get_u32(attr);
	case sizeof(__u64):
		return mnl_attr_get_u64(attr);
	default:
		return 0;
	}
}
