/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Multicast forwarding entries, and their outgoing lists.
 */
#ifndef _MGM_MFE_H
#define _MGM_MFE_H

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>
#include <linux/types.h>
#include <net/mgm.h>

struct mgm_interface;
struct mgm_net;

/* What the data path looks a flow up by. */
struct mgm_flow4 {
	__be32 src;
	__be32 grp;
};

struct mgm_oif {
	struct mgm_interface *ifc;
	struct mgm_mfe *mfe;
	union {
		struct list_head ifc_node;
		struct rcu_head rcu;	/* when it has left it */
	};
	atomic64_t packets;
	atomic64_t octets;
	atomic64_t ttl_too_low;
	atomic64_t frag_needed;
	atomic64_t discards;
};

/* What the data path does with a flow: replaced whole, never changed. */
struct mgm_outlist {
	struct rcu_head rcu;
	struct mgm_interface *in;	/* NULL: drop everything */
	u32 n;
	struct mgm_oif *oif[];		/* ordered by interface */
};

/* What the multicast RIB says of a source. */
struct mgm_route {
	u32 ifindex;
	union mgm_addr upstream;	/* zero: the source is on the link */
	union mgm_addr prefix;
	u8 prefix_len;
	u8 protocol;
};

/* Interfaces on which packets of one entry came in wrongly of late. */
#define MGM_WRONG_SLOTS		4

struct mgm_wrong_slot {
	u32 ifindex;
	unsigned long last;		/* alert */
};

/* An interface that a creation alert keeps an entry out of. */
struct mgm_veto {
	struct list_head mfe_node;
	struct list_head ifc_node;
	struct mgm_interface *ifc;
};

struct mgm_mfe {
	struct rhash_head ht_node;
	struct mgm_flow4 flow4;
	struct mgm_outlist __rcu *out;
	unsigned long lastuse;
	bool held;			/* earlier packets are still on their way */
	bool incomplete;		/* there was no room for some oif */
	u32 arrival;			/* ifindex of its first packet */
	atomic64_t packets;
	atomic64_t octets;
	atomic64_t wrong_if;
	atomic64_t negative;
	atomic64_t discards;
	u64 held_packets;
	u64 queue_overflows;
	u64 out_gone;			/* packets on oifs that are none any more */
	struct mgm_wrong_slot *wrong;	/* MGM_WRONG_SLOTS, if there ever was one */

	struct rb_node node;
	struct mgm_sg sg;
	u64 id;				/* no other entry ever had it */
	struct mgm_route rib;		/* what the RIB says */
	struct mgm_route route;		/* what counts: a protocol may differ */
	struct list_head iif_node;	/* of its iif, or of mgm_net.orphans */
	struct list_head negative_node;	/* of mgm_net.negatives, if it is one */
	struct list_head vetoes;
	unsigned long created;
	unsigned long timeout;
	struct rcu_head rcu;
};

/* outlist.c: 1 if the list is another now, 0 if not, -ENOMEM if it should be */
struct mgm_outlist *mgm_outlist_compute(struct mgm_net *mn,
					struct mgm_mfe *mfe,
					struct mgm_interface *in);
void mgm_outlist_undo(struct mgm_net *mn, struct mgm_outlist *out,
		      const struct mgm_outlist *old);
void mgm_outlist_unlink(struct mgm_net *mn, struct mgm_outlist *out);
void mgm_outlist_free(struct mgm_outlist *out);
int mgm_outlist_set(struct mgm_net *mn, struct mgm_mfe *mfe,
		    struct mgm_interface *ifc, bool want);
int mgm_outlist_move(struct mgm_net *mn, struct mgm_mfe *mfe,
		     struct mgm_interface *in);
int mgm_veto_add(struct mgm_net *mn, struct mgm_mfe *mfe,
		 struct mgm_interface *ifc);
void mgm_veto_del(struct mgm_net *mn, struct mgm_veto *veto);

/* mfe.c */
int mgm_mfe_init(struct mgm_net *mn);
void mgm_mfe_exit(struct mgm_net *mn);
struct mgm_mfe *mgm_mfe_lookup4(struct mgm_net *mn,
				const struct mgm_flow4 *flow);
struct mgm_mfe *mgm_mfe_find(struct mgm_net *mn, const struct mgm_sg *sg);
struct mgm_mfe *mgm_mfe_after(struct mgm_net *mn, const struct mgm_sg *sg);
struct mgm_mfe *mgm_mfe_create(struct mgm_net *mn, const struct mgm_sg *sg,
			       struct mgm_interface *in,
			       const struct mgm_route *rib,
			       const struct mgm_route *route);
void mgm_mfe_destroy(struct mgm_net *mn, struct mgm_mfe *mfe);
void mgm_mfe_move(struct mgm_net *mn, struct mgm_mfe *mfe,
		  struct mgm_interface *in, const struct mgm_route *route);
void mgm_mfe_reroute(struct mgm_net *mn, struct mgm_mfe *mfe,
		     struct mgm_interface *in, const struct mgm_route *route);
void mgm_mfe_set_timeout(struct mgm_net *mn, struct mgm_mfe *mfe, u32 seconds);
void mgm_mfe_refresh(struct mgm_net *mn, const struct mgm_sg *sg,
		     struct mgm_interface *ifc);
void mgm_mfe_veto(struct mgm_net *mn, struct mgm_mfe *mfe,
		  struct mgm_interface *ifc);
void mgm_mfe_detach(struct mgm_net *mn, struct mgm_interface *ifc);
void mgm_mfe_drop_orphans(struct mgm_net *mn);
void mgm_mfe_drop_expired(struct mgm_net *mn);
void mgm_mfe_for_each(struct mgm_net *mn,
		      void (*fn)(struct mgm_net *mn, struct mgm_mfe *mfe,
				 const void *arg), const void *arg);
bool mgm_mfe_rpf_set(const struct mgm_mfe *mfe);
u32 mgm_mfe_flags(const struct mgm_net *mn, const struct mgm_mfe *mfe);
u64 mgm_mfe_out_packets(const struct mgm_net *mn, const struct mgm_mfe *mfe);

/* Time left, in jiffies; 0 if it is over. */
static inline unsigned long mgm_mfe_expires(const struct mgm_mfe *mfe)
{
	unsigned long end = READ_ONCE(mfe->lastuse) + mfe->timeout;

	return time_after(end, jiffies) ? end - jiffies : 0;
}

/* rpf.c */
int mgm_rpf_lookup(struct mgm_net *mn, const struct mgm_sg *sg, u32 vrf_of,
		   u32 prefer, struct mgm_route *route);
struct mgm_interface *mgm_rpf_interface(struct mgm_net *mn,
					const struct mgm_sg *sg,
					const struct mgm_route *route);
struct mgm_protocol *mgm_rpf_owner(struct mgm_net *mn, const struct mgm_sg *sg,
				   u32 vrf_of);

#endif /* _MGM_MFE_H */
