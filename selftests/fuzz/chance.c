// SPDX-License-Identifier: GPL-2.0
/*
 * Random numbers: splitmix64, begun anew for each step, so that what one step uses
 * up does not change the next.
 */
#include <string.h>
#include "fuzz.h"

static __u64 state;

static __u64 mix(__u64 z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

void chance_begin(__u64 seed, __u64 step, unsigned int part)
{
	state = mix(seed + 1) ^ mix(step * 16 + part);
}

__u64 chance(void)
{
	state += 0x9e3779b97f4a7c15ULL;
	return mix(state);
}

/* 0 to @n - 1; 0 if @n is 0. */
__u32 chance_below(__u32 n)
{
	return n ? chance() % n : 0;
}

bool chance_of(unsigned int percent)
{
	return chance_below(100) < percent;
}

void chance_bytes(void *data, size_t len)
{
	char *to = data;
	size_t part;
	__u64 bits;

	for (; len; to += part, len -= part) {
		bits = chance();
		part = len < sizeof(bits) ? len : sizeof(bits);
		memcpy(to, &bits, part);
	}
}
