/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Groups, the memberships in them, and whose interest that is.
 */
#ifndef _MGM_GROUP_H
#define _MGM_GROUP_H

#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <net/mgm.h>

#include "interface.h"
#include "protocol.h"

/* (S,G), (*,G) or (*,*) that somebody has a membership in. */
struct mgm_group {
	struct rb_node node;
	struct mgm_sg sg;
	struct rb_root members;
	struct hlist_head interests;	/* a protocol each */
};

/* A protocol's interest in a group: how many of its memberships join it. */
struct mgm_interest {
	struct hlist_node node;
	struct mgm_protocol *proto;
	u32 joins;
};

struct mgm_membership {
	struct rb_node node;
	struct mgm_group *group;
	struct mgm_interface *ifc;
	struct mgm_protocol *proto;
	struct list_head ifc_node;
	struct list_head proto_node;
	u32 flags;
	struct mgm_interest *interest;	/* that counts it, or NULL */
};

/* group.c */
struct mgm_membership *mgm_membership_find(struct mgm_net *mn,
					   const struct mgm_sg *sg,
					   const struct mgm_if *ifc,
					   u32 handle);
struct mgm_membership *mgm_membership_after(struct mgm_net *mn,
					    const struct mgm_sg *sg,
					    const struct mgm_if *ifc,
					    u32 handle);
struct mgm_membership *mgm_membership_create(struct mgm_net *mn,
					     struct mgm_protocol *proto,
					     struct mgm_interface *ifc,
					     const struct mgm_sg *sg, u32 flags,
					     struct netlink_ext_ack *extack);
int mgm_membership_set_flags(struct mgm_net *mn, struct mgm_membership *m,
			     u32 flags);
void mgm_membership_destroy(struct mgm_net *mn, struct mgm_membership *m);
bool mgm_group_covers(struct mgm_net *mn, const struct mgm_sg *sg,
		      const struct mgm_if *ifc, u32 handle);
bool mgm_group_forwards(struct mgm_net *mn, const struct mgm_sg *sg,
			const struct mgm_interface *ifc);
unsigned int mgm_group_interfaces(struct mgm_net *mn, const struct mgm_sg *sg,
				  struct mgm_interface **v, unsigned int size);
struct mgm_group *mgm_group_find(struct mgm_net *mn, const struct mgm_sg *sg);
struct mgm_group *mgm_group_after(struct mgm_net *mn, const struct mgm_sg *sg);

/*
 * IGMP's word counts where no routing protocol owns the link, and where the
 * owner does not want to decide by itself (it has no local_join callback).
 */
static inline bool mgm_membership_in_force(const struct mgm_protocol *proto,
					   const struct mgm_interface *ifc)
{
	const struct mgm_protocol *owner = ifc->owner;

	if (proto == owner || !owner)
		return true;
	return !mgm_alert_wanted(owner, MGM_ALERT_LOCAL_JOIN);
}

/* interest.c: who is interested in what, and who is told of it */
struct mgm_interest *mgm_interest_get(struct mgm_group *group,
				      struct mgm_protocol *proto);
void mgm_interest_put(struct mgm_interest *interest);
void mgm_interest_join(struct mgm_net *mn, struct mgm_membership *m);
void mgm_interest_leave(struct mgm_net *mn, struct mgm_membership *m);

#endif /* _MGM_GROUP_H */
