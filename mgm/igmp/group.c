// SPDX-License-Identifier: GPL-2.0
/*
 * Groups and their sources on an interface: what hosts want there (6.2), and what
 * is joined by command.
 */
#include <linux/netlink.h>
#include <linux/slab.h>

#include "igmp.h"

static int addr_cmp(__be32 a, __be32 b)
{
	u32 ha = ntohl(a), hb = ntohl(b);

	return ha < hb ? -1 : ha > hb;
}

/* Groups */

static int group_cmp(const void *key, const struct rb_node *node)
{
	return addr_cmp(*(const __be32 *)key,
			rb_entry(node, struct mgm_igmp_group, node)->addr);
}

static bool group_less(struct rb_node *node, const struct rb_node *other)
{
	return group_cmp(&rb_entry(node, struct mgm_igmp_group, node)->addr,
			 other) < 0;
}

struct mgm_igmp_group *mgm_igmp_group_find(struct mgm_igmp_if *ifc,
					   __be32 addr)
{
	struct rb_node *node;

	lockdep_assert_held(&ifc->in->lock);
	node = rb_find(&addr, &ifc->groups, group_cmp);
	return rb_entry_safe(node, struct mgm_igmp_group, node);
}

/* The first group above @addr; the first of all if that is NULL. */
struct mgm_igmp_group *mgm_igmp_group_after(struct mgm_igmp_if *ifc,
					    const __be32 *addr)
{
	struct rb_node *node = ifc->groups.rb_node, *found = NULL;

	lockdep_assert_held(&ifc->in->lock);
	while (node) {
		if (!addr || group_cmp(addr, node) < 0) {
			found = node;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return rb_entry_safe(found, struct mgm_igmp_group, node);
}

static bool group_in_use(const struct mgm_igmp_group *group)
{
	return group->joined || group->mode == MGM_IGMP_MODE_EXCLUDE ||
	       !RB_EMPTY_ROOT(&group->sources);
}

/* That only a timer was set anew makes nobody read everything again. */
static void set_state(struct mgm_igmp_source *source,
		      enum mgm_igmp_source_state state)
{
	if (source->state == state)
		return;
	source->state = state;
	mgm_igmp_changed(source->group->ifc->in);
}

static void source_destroy(struct mgm_igmp_source *source)
{
	struct mgm_igmp_group *group = source->group;

	mgm_igmp_changed(group->ifc->in);
	mgm_igmp_timer_stop(group->ifc, &source->timer);
	rb_erase(&source->node, &group->sources);
	group->nr_sources--;
	kfree(source);
}

/*
 * Tell MGM of what has changed, and end the sources that nobody speaks of. One that MGM
 * has yet to hear of that stays, or nobody could tell it later. Returns as
 * mgm_igmp_tell() does.
 */
int mgm_igmp_group_sync(struct mgm_igmp_group *group)
{
	struct mgm_igmp_source *source, *next;
	int err = mgm_igmp_tell(group);

	for (source = mgm_igmp_source_first(group); source; source = next) {
		next = mgm_igmp_source_next(source);
		if (!mgm_igmp_source_in_use(source) &&
		    source->told == MGM_IGMP_TOLD_NOTHING)
			source_destroy(source);
	}
	return err;
}

/*
 * Something about @group has changed, or may have: tell MGM, and end what nobody
 * speaks of any more. That may be the group itself.
 */
void mgm_igmp_group_update(struct mgm_igmp_group *group)
{
	lockdep_assert_held(&group->ifc->in->lock);
	mgm_igmp_group_sync(group);
	if (!group_in_use(group))
		mgm_igmp_group_destroy(group);
}

/*
 * Nobody wants all sources any more: those that somebody wants are left, those
 * that nobody wants need no mention (6.5). An update has to follow.
 */
void mgm_igmp_group_expire(struct mgm_igmp_group *group)
{
	struct mgm_igmp_source *source;

	mgm_igmp_changed(group->ifc->in);
	mgm_igmp_timer_stop(group->ifc, &group->timer);
	group->mode = MGM_IGMP_MODE_INCLUDE;
	group->queries_left = 0;
	for (source = mgm_igmp_source_first(group); source;
	     source = mgm_igmp_source_next(source))
		if (source->state == MGM_IGMP_SOURCE_EXCLUDED)
			set_state(source, MGM_IGMP_SOURCE_NONE);
}

static void group_expired(struct mgm_igmp_timer *timer)
{
	struct mgm_igmp_group *group =
		container_of(timer, struct mgm_igmp_group, timer);

	mgm_igmp_group_expire(group);
	mgm_igmp_group_update(group);
}

/* That no older host is left changes only how later reports are taken. */
static void older_host_expired(struct mgm_igmp_timer *timer)
{
}

static void query_due(struct mgm_igmp_timer *timer)
{
	mgm_igmp_ask_again(container_of(timer, struct mgm_igmp_group, query));
}

/* INCLUDE mode with no sources: that of a group nobody wants. NULL if refused. */
struct mgm_igmp_group *mgm_igmp_group_create(struct mgm_igmp_if *ifc,
					     __be32 addr)
{
	struct mgm_igmp_group *group;

	lockdep_assert_held(&ifc->in->lock);
	if (ifc->nr_groups >= ifc->config.groups_max) {
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_GROUPS_EXCEEDED);
		return NULL;
	}
	group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);
	if (!group) {
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_NO_MEMORY);
		return NULL;
	}
	group->ifc = ifc;
	group->addr = addr;
	group->mode = MGM_IGMP_MODE_INCLUDE;
	group->sources = RB_ROOT;
	group->created = ifc->now;
	mgm_igmp_timer_init(&group->timer, group_expired);
	mgm_igmp_timer_init(&group->v1_host, older_host_expired);
	mgm_igmp_timer_init(&group->v2_host, older_host_expired);
	mgm_igmp_timer_init(&group->query, query_due);
	rb_add(&group->node, &ifc->groups, group_less);
	ifc->nr_groups++;
	mgm_igmp_count(ifc, MGM_IGMP_A_STATS_JOINS);
	mgm_igmp_changed(ifc->in);
	return group;
}

/* What MGM has been told of it has to be taken back before. */
void mgm_igmp_group_destroy(struct mgm_igmp_group *group)
{
	struct mgm_igmp_if *ifc = group->ifc;
	struct mgm_igmp_source *source;

	lockdep_assert_held(&ifc->in->lock);
	while ((source = mgm_igmp_source_first(group)))
		source_destroy(source);
	mgm_igmp_timer_stop(ifc, &group->timer);
	mgm_igmp_timer_stop(ifc, &group->v1_host);
	mgm_igmp_timer_stop(ifc, &group->v2_host);
	mgm_igmp_timer_stop(ifc, &group->query);
	rb_erase(&group->node, &ifc->groups);
	ifc->nr_groups--;
	mgm_igmp_changed(ifc->in);
	kfree(group);
}

/* Forget everything; MGM has been told that IGMP is gone from here. */
void mgm_igmp_groups_flush(struct mgm_igmp_if *ifc)
{
	struct mgm_igmp_group *group;

	while ((group = mgm_igmp_group_after(ifc, NULL)))
		mgm_igmp_group_destroy(group);
}

/* Sources */

static int source_cmp(const void *key, const struct rb_node *node)
{
	return addr_cmp(*(const __be32 *)key,
			rb_entry(node, struct mgm_igmp_source, node)->addr);
}

static bool source_less(struct rb_node *node, const struct rb_node *other)
{
	return source_cmp(&rb_entry(node, struct mgm_igmp_source, node)->addr,
			  other) < 0;
}

struct mgm_igmp_source *mgm_igmp_source_find(struct mgm_igmp_group *group,
					     __be32 addr)
{
	struct rb_node *node = rb_find(&addr, &group->sources, source_cmp);

	return rb_entry_safe(node, struct mgm_igmp_source, node);
}

struct mgm_igmp_source *mgm_igmp_source_first(const struct mgm_igmp_group *group)
{
	return rb_entry_safe(rb_first(&group->sources), struct mgm_igmp_source,
			     node);
}

struct mgm_igmp_source *mgm_igmp_source_next(struct mgm_igmp_source *source)
{
	return rb_entry_safe(rb_next(&source->node), struct mgm_igmp_source,
			     node);
}

/* Some host wants it, for @ms milliseconds. An update has to follow. */
void mgm_igmp_source_want(struct mgm_igmp_source *source, u32 ms)
{
	set_state(source, MGM_IGMP_SOURCE_WANTED);
	mgm_igmp_timer_set(source->group->ifc, &source->timer, ms);
}

/* Nobody wants it any more. An update has to follow. */
void mgm_igmp_source_forget(struct mgm_igmp_source *source)
{
	set_state(source, MGM_IGMP_SOURCE_NONE);
	source->queries_left = 0;
	mgm_igmp_timer_stop(source->group->ifc, &source->timer);
}

/* The same at the end of its time: in EXCLUDE mode it is excluded now (6.3). */
void mgm_igmp_source_expire(struct mgm_igmp_source *source)
{
	mgm_igmp_source_forget(source);
	if (source->group->mode == MGM_IGMP_MODE_EXCLUDE)
		set_state(source, MGM_IGMP_SOURCE_EXCLUDED);
}

/* Nobody has wanted it, and somebody wants all others. An update has to follow. */
void mgm_igmp_source_exclude(struct mgm_igmp_source *source)
{
	set_state(source, MGM_IGMP_SOURCE_EXCLUDED);
}

static void source_expired(struct mgm_igmp_timer *timer)
{
	struct mgm_igmp_source *source =
		container_of(timer, struct mgm_igmp_source, timer);

	mgm_igmp_source_expire(source);
	mgm_igmp_group_update(source->group);
}

/* Nobody has said anything of it yet, which an update would end. NULL if refused. */
struct mgm_igmp_source *mgm_igmp_source_create(struct mgm_igmp_group *group,
					       __be32 addr)
{
	struct mgm_igmp_if *ifc = group->ifc;
	struct mgm_igmp_source *source;

	lockdep_assert_held(&ifc->in->lock);
	if (group->nr_sources >= ifc->config.sources_max) {
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_SOURCES_EXCEEDED);
		return NULL;
	}
	source = kzalloc(sizeof(*source), GFP_KERNEL_ACCOUNT);
	if (!source) {
		mgm_igmp_count(ifc, MGM_IGMP_A_STATS_NO_MEMORY);
		return NULL;
	}
	source->group = group;
	source->addr = addr;
	mgm_igmp_timer_init(&source->timer, source_expired);
	rb_add(&source->node, &group->sources, source_less);
	group->nr_sources++;
	mgm_igmp_changed(ifc->in);
	return source;
}

/* By command */

static int refuse_create(bool full, struct netlink_ext_ack *extack)
{
	if (!full)
		return -ENOMEM;
	NL_SET_ERR_MSG(extack, "too many groups, or sources of the group, on this interface");
	return -ENOSPC;
}

static int join_source(struct mgm_igmp_group *group, __be32 addr,
		       struct netlink_ext_ack *extack)
{
	struct mgm_igmp_source *source = mgm_igmp_source_find(group, addr);

	if (source && source->joined) {
		NL_SET_ERR_MSG(extack, "the source is joined already");
		return -EEXIST;
	}
	if (!source)
		source = mgm_igmp_source_create(group, addr);
	if (!source)
		return refuse_create(group->nr_sources >=
				     group->ifc->config.sources_max, extack);
	source->joined = true;
	return 0;
}

/* Has MGM been told of what is joined, by itself or with all of the group? */
static bool join_told(struct mgm_igmp_group *group, __be32 src)
{
	return group->told == MGM_IGMP_TOLD_JOIN ||
	       (src && mgm_igmp_source_find(group, src)->told ==
		       MGM_IGMP_TOLD_JOIN);
}

static void undo_join(struct mgm_igmp_group *group, __be32 src)
{
	if (src)
		mgm_igmp_source_find(group, src)->joined = false;
	else
		group->joined = false;
}

/* Join @grp, or @src of it if that is not 0, whatever hosts say. */
int mgm_igmp_join(struct mgm_igmp_if *ifc, __be32 grp, __be32 src,
		  struct netlink_ext_ack *extack)
{
	struct mgm_igmp_group *group = mgm_igmp_group_find(ifc, grp);
	int err = 0;

	if (group && group->joined && !src) {
		NL_SET_ERR_MSG(extack, "the group is joined already");
		return -EEXIST;
	}
	if (!group)
		group = mgm_igmp_group_create(ifc, grp);
	if (!group)
		return refuse_create(ifc->nr_groups >= ifc->config.groups_max,
				     extack);
	if (src)
		err = join_source(group, src, extack);
	else
		group->joined = true;
	if (err)
		goto update;
	mgm_igmp_changed(ifc->in);
	/* It may have been something else that MGM refused. */
	err = mgm_igmp_tell(group);
	if (err && join_told(group, src))
		err = 0;
	if (err) {
		NL_SET_ERR_MSG(extack, "MGM does not take the membership");
		undo_join(group, src);
	}
update:
	mgm_igmp_group_update(group);
	return err;
}

int mgm_igmp_leave(struct mgm_igmp_if *ifc, __be32 grp, __be32 src,
		   struct netlink_ext_ack *extack)
{
	struct mgm_igmp_group *group = mgm_igmp_group_find(ifc, grp);
	struct mgm_igmp_source *source = NULL;

	if (group && src)
		source = mgm_igmp_source_find(group, src);
	if (src ? !source || !source->joined : !group || !group->joined) {
		if (src)
			NL_SET_ERR_MSG(extack, "the source is not joined");
		else
			NL_SET_ERR_MSG(extack, "the group is not joined");
		return -ENOENT;
	}
	if (source)
		source->joined = false;
	else
		group->joined = false;
	mgm_igmp_changed(ifc->in);
	mgm_igmp_group_update(group);
	return 0;
}
