/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of "mgm igmp" share. */
#ifndef MGM_TOOL_IGMP_H
#define MGM_TOOL_IGMP_H

#include "attr.h"

/* Of an interface, and of a group. */
extern const struct attr_set igmp_interface_set, igmp_group_set;

/* Of an interface, those that can be set. */
#define IGMP_SETTING_FIRST	MGM_IGMP_A_INTERFACE_VERSION
#define IGMP_SETTING_LAST	MGM_IGMP_A_INTERFACE_RATE_MAX

int igmp_show(int argc, char **argv);

#endif /* MGM_TOOL_IGMP_H */
