// SPDX-License-Identifier: GPL-2.0
/*
 * Which ways through the modules this thread has taken, as KCOV tells: from one
 * place to the next is an edge. For that the modules are built with MGM_KCOV=1, and
 * the kernel has CONFIG_KCOV.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/kcov.h>
#include "fuzz.h"

#define PLACES	262144
#define BITS	1048576

static unsigned long *places;
static __u64 known[BITS / 64];
static unsigned int n_known;

/* 0 or -errno; -ENOENT if the kernel cannot tell. */
int edges_open(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, PLACES))
		return -errno;
	places = mmap(NULL, PLACES * sizeof(*places), PROT_READ | PROT_WRITE,
		      MAP_SHARED, fd, 0);
	if (places == MAP_FAILED) {
		places = NULL;
		return -errno;
	}
	return ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC) ? -errno : 0;
}

/* What follows counts. */
void edges_begin(void)
{
	if (places)
		__atomic_store_n(&places[0], 0, __ATOMIC_RELAXED);
}

static bool enter(unsigned long from, unsigned long to)
{
	__u64 edge = (from * 0x9e3779b97f4a7c15ULL ^ to) * 0x9e3779b97f4a7c15ULL;
	__u64 bit = edge >> 32 & (BITS - 1);

	if (known[bit / 64] & 1ULL << bit % 64)
		return false;
	known[bit / 64] |= 1ULL << bit % 64;
	n_known++;
	return true;
}

/* How many edges are new since then. */
unsigned int edges_end(void)
{
	unsigned long i, n, new = 0;

	if (!places)
		return 0;
	n = __atomic_load_n(&places[0], __ATOMIC_RELAXED);
	for (i = 1; i <= n; i++)
		new += enter(i > 1 ? places[i - 1] : 0, places[i]);
	return new;
}

unsigned int edges_known(void)
{
	return n_known;
}
