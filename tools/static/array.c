// SPDX-License-Identifier: GPL-2.0
/* Arrays that grow. */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "log.h"

void *array_room(void *array, size_t n, size_t size)
{
	/* There is room for 4, 8, 16 ... */
	if (n && (n < 4 || n & (n - 1)))
		return array;
	array = reallocarray(array, n ? n * 2 : 4, size);
	if (!array)
		die("no memory");
	return array;
}

size_t array_sort(void *array, size_t n, size_t size,
		  int (*compare)(const void *a, const void *b))
{
	char *v = array;
	size_t i, kept = 0;

	if (!n)
		return 0;
	qsort(array, n, size, compare);
	for (i = 1; i < n; i++)
		if (compare(v + kept * size, v + i * size))
			memmove(v + ++kept * size, v + i * size, size);
	return kept + 1;
}

void *array_find(const void *key, const void *array, size_t n, size_t size,
		 int (*compare)(const void *a, const void *b))
{
	return n ? bsearch(key, array, n, size, compare) : NULL;
}
