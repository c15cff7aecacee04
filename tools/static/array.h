/* SPDX-License-Identifier: GPL-2.0 */
/* Arrays that grow. */
#ifndef STATIC_ARRAY_H
#define STATIC_ARRAY_H

#include <stddef.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/*
 * Make room for one more behind the @n that are in @array, each of @size octets.
 * Returns where the array is now. Without the memory the program ends: the kernel
 * clears up behind it.
 */
void *array_room(void *array, size_t n, size_t size);

/* Sort, and leave one of those that compare equal. Returns how many are left. */
size_t array_sort(void *array, size_t n, size_t size,
		  int (*compare)(const void *a, const void *b));

/* bsearch(), also in an array that is not there. */
void *array_find(const void *key, const void *array, size_t n, size_t size,
		 int (*compare)(const void *a, const void *b));

#endif /* STATIC_ARRAY_H */
