/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices for the tests, made over rtnetlink, as a fork for every "ip" would
 * take longer than the tests under a debugging kernel.
 */
#ifndef RTNL_H
#define RTNL_H

#include <stdbool.h>
#include <linux/types.h>

int rtnl_dummy(const char *name);
int rtnl_dummy_at(const char *name, int ifindex);
int rtnl_veth(const char *name, const char *peer);
int rtnl_del(int ifindex);
int rtnl_move(int ifindex, int netns_fd);
int rtnl_up(int ifindex, bool up);
int rtnl_address(int ifindex, const char *addr, __u8 prefix_len);
int rtnl_address_del(int ifindex, const char *addr, __u8 prefix_len);
int rtnl_route(const char *prefix, __u8 prefix_len, const char *gateway);
int rtnl_way_to(const char *addr);
int rtnl_allmulti(int ifindex);

__u16 packet_checksum(const void *data, unsigned int len);
int packet_send(int ifindex, const char *source, const char *group);
int packet_socket(void);
int packet_send_on(int fd, int ifindex, const char *source, const char *group);

#endif
