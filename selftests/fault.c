// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations of the calling thread that fail. Needs a kernel that can inject
 * faults; with "slub_debug=A,kmalloc-*" and the like on its command line only those
 * caches fail, and not those that the kernel's own checks live on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fault.h"
#include "kernel.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define DEBUGFS		"/sys/kernel/debug"
#define MARKED		"/sys/kernel/slab/kmalloc-64/failslab"

static int fail_nth = -1;

static void __attribute__((constructor)) need_faults(void)
{
	if (access(FAIL_NTH, F_OK) || access(DEBUGFS "/failslab", F_OK) ||
	    access(DEBUGFS "/fail_page_alloc", F_OK)) {
		printf("1..0 # SKIP the kernel cannot inject faults\n");
		exit(4);
	}
}

static int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	return len < 0 ? -errno : 0;
}

/* Set a knob of failslab or fail_page_alloc; 0 or -errno. */
int fault_knob(const char *dir, const char *name, const char *text)
{
	char path[128];
	int fd, err;

	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	err = fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return err;
}

long fault_knob_read(const char *dir, const char *name)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", dir, name);
	return read_text(path, text, sizeof(text)) ? -1 : atol(text);
}

/*
 * Are the caches marked that may fail? Others then never do: kmemleak and the like
 * switch themselves off when they get no memory.
 */
bool fault_keeps_leak_scan(void)
{
	char text[8];

	return !read_text(MARKED, text, sizeof(text)) && text[0] == '1';
}

/* Before the first fault in a process; 0 or -errno. */
int fault_begin(void)
{
	fail_nth = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		return -errno;
	return fault_knob("failslab", "ignore-gfp-wait", "N") ?:
	       fault_knob("fail_page_alloc", "ignore-gfp-wait", "N") ?:
	       fault_knob("failslab", "cache-filter",
			  fault_keeps_leak_scan() ? "Y" : "N");
}

/* Have the thread's nth allocation from now on fail. */
void fault_arm(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fail_nth, text, len, 0) < 0)
		abort();
}

/* Did it? There may have been fewer. */
bool fault_disarm(void)
{
	char left[16] = "";

	if (pread(fail_nth, left, sizeof(left) - 1, 0) <= 0 ||
	    pwrite(fail_nth, "0", 1, 0) < 0)
		abort();
	return !atoi(left);
}

/* How often to do it all: more often finds what depends on the moment. */
unsigned int fault_sweeps(void)
{
	const char *text = getenv("MGM_FAULTS");

	return text ? atoi(text) : 1;
}
