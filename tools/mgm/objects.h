/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the objects are printed, for those who only have the message: each prints
 * the object in it, without its frame.
 */
#ifndef MGM_TOOL_OBJECTS_H
#define MGM_TOOL_OBJECTS_H

#include "netlink.h"

enum status protocol_print(const struct nlmsghdr *nlh);
enum status interface_print(const struct nlmsghdr *nlh);
enum status membership_print(const struct nlmsghdr *nlh);
enum status mfe_print(const struct nlmsghdr *nlh);
enum status alert_print(const struct nlmsghdr *nlh);

#endif /* MGM_TOOL_OBJECTS_H */
