/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink family "mgm_igmp" as the tests use it, and what they begin with:
 * IGMP enabled on one of two devices, in a network namespace of their own.
 */
#ifndef IGMP_NL_H
#define IGMP_NL_H

#include <linux/mgm_igmp.h>
#include "mgm_nl.h"

#define GET		MGM_IGMP_CMD_INTERFACE_GET
#define ENABLE		MGM_IGMP_CMD_INTERFACE_ENABLE
#define SET		MGM_IGMP_CMD_INTERFACE_SET
#define DISABLE		MGM_IGMP_CMD_INTERFACE_DISABLE
#define JOINED		MGM_IGMP_CMD_JOIN
#define LEAVE		MGM_IGMP_CMD_LEAVE
#define GROUP_GET	MGM_IGMP_CMD_GROUP_GET

#define IF(_name)	MGM_IGMP_A_INTERFACE_##_name
#define GROUP(_name)	MGM_IGMP_A_GROUP_##_name

#define NOT_ENABLED	"IGMP is not enabled on this interface"

/* Send command _cmd about device _dev with the settings that follow. */
#define SETTINGS(_nl, _cmd, _dev, ...) \
	CALL(_nl, _cmd, U32(IF(IFINDEX), _dev), ##__VA_ARGS__)

/**
 * struct igmp - what a test begins with
 * @nl: of the family
 * @mgm: of MGM's
 * @dev: IGMP is enabled on this device
 * @dev2: and not on this one
 */
struct igmp {
	struct mgm_nl nl;
	struct mgm_nl mgm;
	int dev;
	int dev2;
};

/**
 * struct igmp_object - what an answer tells
 * @values: the numbers and addresses of 32 bits, by their type; of the last message
 * @count: of the messages
 * @sources: of a group
 */
struct igmp_object {
	__u32 values[64];
	unsigned int count;
	unsigned int sources;
};

int igmp_begin(struct igmp *igmp);
void igmp_end(struct igmp *igmp);

int igmp_open(struct mgm_nl *nl);
int igmp_enable(struct mgm_nl *nl, int dev);
int igmp_disable(struct mgm_nl *nl, int dev);
int igmp_join(struct mgm_nl *nl, int dev, const char *group,
	      const char *source);
int igmp_leave(struct mgm_nl *nl, int dev, const char *group,
	       const char *source);

int igmp_object_cb(const struct nlmsghdr *nlh, void *data);
int igmp_get(struct mgm_nl *nl, int dev, struct igmp_object *object);
int igmp_groups(struct mgm_nl *nl, int dev, struct igmp_object *object);

#endif
