/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Allocations of the calling thread that fail.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

int fault_begin(void);
void fault_arm(unsigned int nth);
bool fault_disarm(void);
bool fault_keeps_leak_scan(void);
unsigned int fault_sweeps(void);

int fault_knob(const char *dir, const char *name, const char *text);
long fault_knob_read(const char *dir, const char *name);

#endif
