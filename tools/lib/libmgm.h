/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * libmgm: what a multicast routing daemon links against.
 *
 *	struct mgm *mgm = mgm_open();
 *
 *	mgm_register(mgm, 10, 0, "mine", &ops, mine);
 *	mgm_interface_take(mgm, &ifc, 1);
 *	mgm_membership_add(mgm, &ifc, &flow, MGM_MEMBERSHIP_F_JOIN);
 *
 *	poll() for mgm_fd(mgm), and when that can be read:
 *		mgm_dispatch(mgm);		calls back, through ops
 *
 *	mgm_close(mgm);				everything is released
 *
 * Calls wait for the kernel's answer, and for nothing else; what the kernel tells
 * meanwhile is kept for mgm_dispatch(), and mgm_fd() can be read as long as there is
 * something. Callbacks are made by mgm_dispatch() alone, and may make calls.
 *
 * What returns int returns 0, or a negative errno, of which mgm_error() has the reason
 * as a sentence: the kernel's own where it refuses. Different objects may be used by
 * different threads at once, the same one may not.
 *
 * Constants (MGM_..._F_..., enum mgm_limit, enum mgm_cmd) are those of <linux/mgm.h>.
 * Integers are in host byte order, addresses in network byte order.
 */
#ifndef LIBMGM_H
#define LIBMGM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/mgm.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A connection to the kernel, and the protocol that is registered over it. */
struct mgm;

/* An address; with AF_UNSPEC none, or any, as the case may be. */
struct mgm_address {
	sa_family_t family;
	union {
		struct in_addr ip4;
		struct in6_addr ip6;
	};
};

/* An interface: a network device, or on a link with several, one neighbour there. */
struct mgm_interface {
	uint32_t ifindex;
	struct mgm_address nexthop;
};

/* (S,G), (*,G) or (*,*). */
struct mgm_flow {
	struct mgm_address group;
	struct mgm_address source;
};

/* Where the packets of a source come in, and the neighbour they come from, if any. */
struct mgm_rpf {
	struct mgm_interface iif;
	struct mgm_address upstream;
};

/* An outgoing interface, as a creation alert has it. */
struct mgm_oif {
	struct mgm_interface ifc;
	bool igmp;			/* IGMP is enabled there */
};

/* ---- Callbacks ---------------------------------------------------------- */

/*
 * struct mgm_alert - what the kernel tells, RFC 2715's alerts
 * @type: MGM_CMD_ALERT_...
 * @id: names it in mgm_answer_...(); 0 if there is nothing to answer
 * @lost: how many alerts were lost just before this one
 * @flow: what it is about
 * @ifc: where; not of join and creation alerts
 * @rpf: of an RPF alert: what the multicast RIB says
 * @member: of a join or prune alert: it is about a membership, not about an entry
 * @timeout: of a prune alert that can be answered: seconds that the entry stays
 * @oifs: of a creation alert: the protocol's outgoing interfaces
 * @n_oifs: how many these are
 * @packet: of RPF and wrong-interface alerts: the head of the packet, from its IP
 *	header on, NULL if there was no room to hold it; else NULL
 * @packet_len: octets of that
 *
 * It is gone when the callback returns.
 */
struct mgm_alert {
	uint32_t type;
	uint32_t id;
	uint32_t lost;
	struct mgm_flow flow;
	struct mgm_interface ifc;
	struct mgm_rpf rpf;
	bool member;
	uint32_t timeout;
	const struct mgm_oif *oifs;
	size_t n_oifs;
	const void *packet;
	size_t packet_len;
};

/*
 * A callback. What it has not answered when it returns 0, the library answers with
 * "as it is", so that no packet waits for the time limit; if it returns MGM_LATER, an
 * answer is still to come.
 */
typedef int (*mgm_callback)(struct mgm *mgm, void *user, const struct mgm_alert *alert);

#define MGM_LATER	1

/*
 * struct mgm_ops - what the protocol wants to be told of; NULL: nothing of that kind
 * @rpf: a new flow comes in where it owns the interface; see mgm_answer_rpf()
 * @creation: an entry is being made with outgoing interfaces of its; see
 *	mgm_answer_creation()
 * @join: somebody else has receivers
 * @prune: nobody else has any more; see mgm_answer_prune()
 * @local_join: hosts want a group on an interface of its. Whether it is forwarded
 *	to them is the protocol's decision then, by a membership of its own; without
 *	this callback it is.
 * @local_leave: they want it no longer
 * @wrong_if: a packet came in on an interface of its, and should have elsewhere
 * @overrun: alerts were lost, only @alert->lost (0: unknown) counts: what the
 *	protocol knows of others is to be read anew, with mgm_memberships() and the
 *	like. Comes before any alert that is newer.
 */
struct mgm_ops {
	mgm_callback rpf;
	mgm_callback creation;
	mgm_callback join;
	mgm_callback prune;
	mgm_callback local_join;
	mgm_callback local_leave;
	mgm_callback wrong_if;
	mgm_callback overrun;
};

/* ---- The connection ----------------------------------------------------- */

/* Connect to the MGM of the network namespace; NULL with errno: no module, ENOENT. */
struct mgm *mgm_open(void);

/*
 * Disconnect. The kernel shuts a registered protocol down, as mgm_interface_release()
 * on every interface and mgm_deregister() would, unless it was made to persist. Not to
 * be called from inside a callback.
 */
void mgm_close(struct mgm *mgm);

/* Why the last call failed, a sentence without a full stop; "" if it did not. */
const char *mgm_error(const struct mgm *mgm);

/* A descriptor that can be read while mgm_dispatch() has something to do. */
int mgm_fd(const struct mgm *mgm);

/*
 * Make the callbacks that are due, without waiting. Returns how many that was, or a
 * negative errno. Of a protocol without callbacks there are none. ENODEV: the module
 * has gone, and everything with it; EBUSY: this is inside a callback.
 */
int mgm_dispatch(struct mgm *mgm);

/* ---- The protocol ------------------------------------------------------- */

/*
 * Register, as (@id, @component); @name, for people, may be NULL. @ops may be NULL too,
 * and must stay otherwise; @user is for them. EEXIST: somebody else is that already;
 * EALREADY: this connection has a protocol.
 */
int mgm_register(struct mgm *mgm, uint32_t id, uint32_t component, const char *name,
		 const struct mgm_ops *ops, void *user);

/* Register what outlives the connection, without callbacks; see mgm_adopt(). */
int mgm_register_persist(struct mgm *mgm, uint32_t id, uint32_t component,
			 const char *name);

/* Speak for a protocol that persists. */
void mgm_adopt(struct mgm *mgm, uint32_t handle);

/* EBUSY: it still owns an interface. */
int mgm_deregister(struct mgm *mgm);

/* Its handle; 0: none. */
uint32_t mgm_handle(const struct mgm *mgm);

/* ---- Interfaces --------------------------------------------------------- */

/*
 * Own the interface. @ttl_threshold: a packet leaves only if the TTL it arrived with is
 * greater, 1 to 255. EEXIST: another protocol owns it; EALREADY: this one does.
 */
int mgm_interface_take(struct mgm *mgm, const struct mgm_interface *ifc,
		       uint32_t ttl_threshold);

/* Give it up; its memberships, and the entries that come in there, go with it. */
int mgm_interface_release(struct mgm *mgm, const struct mgm_interface *ifc);

int mgm_interface_set_ttl_threshold(struct mgm *mgm, const struct mgm_interface *ifc,
				    uint32_t ttl_threshold);

/* Whether the wrong_if callback is made for it; it is at first. */
int mgm_interface_set_wrong_if(struct mgm *mgm, const struct mgm_interface *ifc, bool on);

/* ---- Memberships -------------------------------------------------------- */

/*
 * @flags: MGM_MEMBERSHIP_F_...; adding what is there already is no error. ENOBUFS, here
 * and below: what came of it is lost among too many alerts, and the tables tell; only of
 * changes that cannot be made twice.
 */
int mgm_membership_add(struct mgm *mgm, const struct mgm_interface *ifc,
		       const struct mgm_flow *flow, uint32_t flags);

/* @flags: those to take away; 0: the membership. */
int mgm_membership_del(struct mgm *mgm, const struct mgm_interface *ifc,
		       const struct mgm_flow *flow, uint32_t flags);

/* ---- Forwarding entries ------------------------------------------------- */

/*
 * Change where an entry's packets come in; NULL: stays; an upstream of AF_UNSPEC: the
 * source is on the link. EPERM: the protocol does not own both interfaces.
 */
int mgm_mfe_set(struct mgm *mgm, const struct mgm_flow *flow,
		const struct mgm_interface *iif, const struct mgm_address *upstream);

/* ---- Answers ------------------------------------------------------------ */

/* ENOENT of each: too late, or answered already. */

/* As it is. */
int mgm_answer(struct mgm *mgm, uint32_t id);

/* @rpf: the way in, by an interface of the protocol's. */
int mgm_answer_rpf(struct mgm *mgm, uint32_t id, const struct mgm_rpf *rpf);

/* Keep the flow out of @n of the interfaces in the alert. */
int mgm_answer_creation(struct mgm *mgm, uint32_t id, const struct mgm_interface *off,
			size_t n);

/* @timeout: seconds that an entry which nobody wants stays, 1 to 604800. */
int mgm_answer_prune(struct mgm *mgm, uint32_t id, uint32_t timeout);

/* ---- Many calls at once ------------------------------------------------- */

/*
 * From here on calls that change something in interfaces or memberships are only
 * noted, and return 0 unless memory is short.
 */
int mgm_batch_begin(struct mgm *mgm);

/* One of them was refused: the @number'th, from 0, with a negative errno, and why. */
typedef void (*mgm_refused)(void *user, size_t number, int error, const char *reason);

/*
 * Make them all, in order, with few system calls; one that is refused does not stop the
 * others. @refused may be NULL. Returns how many were refused, or a negative errno.
 */
int mgm_batch_end(struct mgm *mgm, mgm_refused refused, void *user);

/* ---- What there is ------------------------------------------------------ */

/*
 * Each of these reads a whole table and then calls back for every row; they need no
 * protocol and no privilege. Should the table change while it is read, it is read
 * again, a few times. A row is gone when its callback returns; if that returns other
 * than 0, no more rows come, and the function returns that.
 *
 * They return 0: that is the table as it was at one moment; MGM_INEXACT: it changes
 * too fast, some rows may be missing or there twice; or a negative errno.
 */
#define MGM_INEXACT	1

struct mgm_protocol_row {
	uint32_t handle;
	uint32_t id;
	uint32_t component;
	const char *name;		/* "" if none */
	uint32_t flags;			/* MGM_PROTOCOL_F_... */
	uint32_t portid;		/* netlink port; 0: not bound to one */
	const char *module;		/* in the kernel; else "" */
	uint32_t interfaces;
	uint32_t memberships;
	uint32_t alerts;		/* waiting */
	uint32_t alerts_lost;
};

struct mgm_interface_row {
	struct mgm_interface ifc;
	uint32_t flags;			/* MGM_INTERFACE_F_... */
	uint32_t ttl_threshold;
	uint32_t owner;			/* handle; 0: nobody */
	uint32_t owner_id;
	uint32_t owner_component;
	const char *owner_name;		/* "" if none */
	uint32_t memberships;
	uint32_t mfes_in;
	uint32_t mfes_out;
	uint64_t in_packets;
	uint64_t in_octets;
	uint64_t out_packets;
	uint64_t out_octets;
	bool wrong_if;
};

struct mgm_membership_row {
	uint32_t handle;
	uint32_t id;
	uint32_t component;
	struct mgm_interface ifc;
	struct mgm_flow flow;
	uint32_t flags;			/* MGM_MEMBERSHIP_F_... */
};

struct mgm_mfe_oif {
	struct mgm_interface ifc;
	uint64_t out_packets;
	uint64_t out_octets;
	uint64_t ttl_too_low;
	uint64_t frag_needed;
	uint64_t discards;
};

struct mgm_mfe_row {
	struct mgm_flow flow;
	uint32_t flags;			/* MGM_MFE_F_... */
	struct mgm_rpf rpf;		/* iif.ifindex 0: there is no way in */
	uint32_t owner;			/* handle, of iif; 0: nobody */
	uint32_t owner_id;
	uint32_t owner_component;
	struct mgm_address rpf_prefix;	/* the route that was used */
	uint32_t rpf_len;
	uint32_t rpf_protocol;		/* RTPROT_... */
	uint64_t uptime;		/* ms */
	uint64_t expires;		/* ms from now, if no packet comes */
	uint64_t timeout;		/* ms */
	uint64_t in_packets;
	uint64_t in_octets;
	uint64_t wrong_if_packets;
	uint64_t out_packets;
	const struct mgm_mfe_oif *oifs;
	size_t n_oifs;
};

struct mgm_limit_row {
	uint32_t id;			/* enum mgm_limit */
	uint32_t value;
	uint32_t used;
	bool has_used;			/* not of what is bounded one by one */
	uint64_t hits;
};

typedef int (*mgm_protocol_each)(const struct mgm_protocol_row *row, void *user);
typedef int (*mgm_interface_each)(const struct mgm_interface_row *row, void *user);
typedef int (*mgm_membership_each)(const struct mgm_membership_row *row, void *user);
typedef int (*mgm_mfe_each)(const struct mgm_mfe_row *row, void *user);
typedef int (*mgm_limit_each)(const struct mgm_limit_row *row, void *user);

int mgm_protocols(struct mgm *mgm, mgm_protocol_each each, void *user);
int mgm_interfaces(struct mgm *mgm, mgm_interface_each each, void *user);

/* @type: MGM_MEMBERSHIP_TYPE_... */
int mgm_memberships(struct mgm *mgm, uint32_t type, mgm_membership_each each, void *user);

/* In (group, source) order. */
int mgm_mfes(struct mgm *mgm, mgm_mfe_each each, void *user);
int mgm_limits(struct mgm *mgm, mgm_limit_each each, void *user);

/* One of them; @each is called once, or not at all (ENOENT). */
int mgm_interface_get(struct mgm *mgm, const struct mgm_interface *ifc,
		      mgm_interface_each each, void *user);
int mgm_mfe_get(struct mgm *mgm, const struct mgm_flow *flow, mgm_mfe_each each,
		void *user);

/* ---- Settings of the network namespace ---------------------------------- */

/* @setting: MGM_A_CONFIG_... */
int mgm_config_get(struct mgm *mgm, uint32_t setting, uint32_t *value);
int mgm_config_set(struct mgm *mgm, uint32_t setting, uint32_t value);
int mgm_limit_set(struct mgm *mgm, enum mgm_limit limit, uint32_t value);

#ifdef __cplusplus
}
#endif

#endif /* LIBMGM_H */
