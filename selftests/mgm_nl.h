/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink family "mgm", and others, as the tests use them: every message is
 * put together attribute by attribute, so that wrong ones can be sent too, and a
 * refusal is kept with all that the kernel said about it.
 */
#ifndef MGM_NL_H
#define MGM_NL_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <libmnl/libmnl.h>
#include <linux/mgm.h>

#define MGM_NL_BUF	131072

/**
 * struct mgm_nl - a socket, and what the last call on it brought
 * @sk: the socket
 * @portid: its netlink port
 * @family: number of the family
 * @monitor: number of its multicast group
 * @tables: everything that can be read, as one text; the caller frees it
 * @seq: of the last request
 * @msg: what the kernel said; empty if nothing
 * @attr: type of the attribute that it blamed; 0 if none
 * @missing: type of the attribute that it missed; 0 if none
 * @interrupted: the dump was marked NLM_F_DUMP_INTR
 * @handle: that the last registration brought
 * @req: the last request
 */
struct mgm_nl {
	struct mnl_socket *sk;
	__u32 portid;
	__u16 family;
	__u32 monitor;
	char *(*tables)(struct mgm_nl *nl);
	__u32 seq;
	char msg[256];
	unsigned int attr;
	unsigned int missing;
	bool interrupted;
	__u32 handle;
	union {
		struct nlmsghdr nlh;
		char room[4096];
	} req;
};

/* One attribute of a request. A list of them ends with type 0. */
struct mgm_nl_attr {
	__u16 type;
	__u16 len;
	const void *data;
	__u32 value;
};

#define U32(_type, _value) \
	((struct mgm_nl_attr){ .type = (_type), .len = 4, .value = (_value) })
#define IP4(_type, _addr) \
	((struct mgm_nl_attr){ .type = (_type), .len = 4, \
			       .value = inet_addr(_addr) })
#define BYTES(_type, _data, _len) \
	((struct mgm_nl_attr){ .type = (_type), .data = (_data), \
			       .len = (_len) })
#define STR(_type, _text) \
	({ const char *_t = (_text); BYTES(_type, _t, strlen(_t) + 1); })

/* Send command _cmd with the attributes that follow; 0 or -errno. */
#define CALL(_nl, _cmd, ...) \
	mgm_nl_call(_nl, _cmd, NLM_F_ACK, NULL, NULL, \
		    (struct mgm_nl_attr[]){ __VA_ARGS__, {} })

int mgm_nl_open(struct mgm_nl *nl);
int mgm_nl_open_port(struct mgm_nl *nl, __u32 portid);
int mgm_nl_open_family(struct mgm_nl *nl, const char *name, __u32 portid);
void mgm_nl_close(struct mgm_nl *nl);

int mgm_nl_call(struct mgm_nl *nl, __u8 cmd, __u16 flags, mnl_cb_t cb,
		void *data, const struct mgm_nl_attr *attrs);

int mgm_nl_handle_cb(const struct nlmsghdr *nlh, void *data);
int mgm_nl_register(struct mgm_nl *nl, __u32 id, __u32 flags);
int mgm_nl_deregister(struct mgm_nl *nl, __u32 handle);
int mgm_nl_take(struct mgm_nl *nl, __u32 handle, __u32 ifindex);
int mgm_nl_release(struct mgm_nl *nl, __u32 handle, __u32 ifindex);
int mgm_nl_add(struct mgm_nl *nl, __u32 handle, __u32 ifindex,
	       const char *group, const char *source, __u32 flags);
int mgm_nl_del(struct mgm_nl *nl, __u32 handle, __u32 ifindex,
	       const char *group, const char *source, __u32 flags);

char *mgm_nl_text(const struct nlmsghdr *nlh);
char *mgm_nl_table(struct mgm_nl *nl, __u8 cmd,
		   const struct mgm_nl_attr *filter);
char *mgm_nl_tables(struct mgm_nl *nl);

__printf(1, 2)
const char *mgm_fmt(const char *fmt, ...);

__u64 mgm_nl_number(const struct nlattr *attr);
int mgm_nl_listen(struct mgm_nl *nl);
char *mgm_nl_heard(struct mgm_nl *nl, int timeout_ms);

#endif
