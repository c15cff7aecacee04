/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's side of the tests: the modules, and the protocols that live in
 * mgm_test.ko. What can be told to those stands at the head of its source.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <linux/types.h>

int module_load(const char *name);
int module_unload(const char *name);
bool module_loaded(const char *name);
int modules_load(void);
int netns_new(void);

/**
 * struct kernel - what the protocols in the kernel say
 * @handle: that the last registration brought
 * @lost: events that had no room
 * @disabled: how often igmp_disable was called
 * @enabled: how often igmp_enable was called
 * @wrong: how often one of both was called out of turn
 * @msg: why the last call was refused
 * @events: all that happened, a line an event
 * @log: the same as it is read, below a line of its own
 */
struct kernel {
	__u32 handle;
	unsigned int lost;
	unsigned int disabled;
	unsigned int enabled;
	unsigned int wrong;
	char msg[256];
	const char *events;
	char log[262144];
};

__printf(1, 2)
int kernel_do(const char *fmt, ...);
const struct kernel *kernel_read(void);
unsigned int kernel_count(const char *text);
__u32 kernel_register(__u32 id, const char *words);

#endif
