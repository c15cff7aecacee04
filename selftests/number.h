/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NUMBER_H
#define NUMBER_H

/* The number that an option is given. If it is none, that is said, and the exit is 2. */
unsigned long long number_option(const char *text);

#endif /* NUMBER_H */
