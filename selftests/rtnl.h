/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices for the tests, made over rtnetlink, as a fork for every "ip" would
 * take longer than the tests under a debugging kernel.
 */
#ifndef RTNL_H
#define RTNL_H

#include <linux/types.h>

int rtnl_dummy(const char *name);
int rtnl_veth(const char *name, const char *peer);
int rtnl_del(int ifindex);
int rtnl_move(int ifindex, int netns_fd);
int rtnl_address(int ifindex, const char *addr, __u8 prefix_len);
int rtnl_allmulti(int ifindex);

int packet_send(int ifindex, const char *source, const char *group);

#endif
