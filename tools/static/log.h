/* SPDX-License-Identifier: GPL-2.0 */
/* What is to be said to people, and how. */
#ifndef STATIC_LOG_H
#define STATIC_LOG_H

#include <stdbool.h>
#include <stdnoreturn.h>
#include <syslog.h>

/** @level: the least urgent that is said, LOG_...; -1: nothing */
void log_setup(const char *name, int level, bool to_syslog);

/** Reads the name of a level; -1: nothing is to be said, -2: there is none such. */
int log_level(const char *name);

/** Say something, a sentence without a full stop. */
void say(int level, const char *format, ...) __printf(2, 3);

/** Say it, and end. */
noreturn void die(const char *format, ...) __printf(1, 2);

#endif /* STATIC_LOG_H */
