// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's side of the tests: the modules, and the protocols that live in
 * mgm_test.ko.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kernel.h"

/* The thread's own: a thread may be in another namespace than its process. */
#define KERNEL_FILE	"/proc/thread-self/net/mgm_test"

static void __attribute__((constructor)) need_root(void)
{
	if (geteuid()) {
		printf("1..0 # SKIP only root can load modules\n");
		exit(4);
	}
}

bool module_loaded(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

/* Load a module of ours, unless it is there. */
int module_load(const char *name)
{
	const char *dir = getenv("MGM_MODDIR");
	char path[PATH_MAX];
	int fd, err = 0;

	if (module_loaded(name))
		return 0;
	snprintf(path, sizeof(path), "%s/%s.ko", dir ?: "..", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "# %s: %m\n", path);
		return -errno;
	}
	if (syscall(__NR_finit_module, fd, "", 0)) {
		err = -errno;
		fprintf(stderr, "# cannot load %s: %m\n", path);
	}
	close(fd);
	return err;
}

int module_unload(const char *name)
{
	return syscall(__NR_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

int modules_load(void)
{
	return module_load("mgm") ?: module_load("mgm_test");
}

/* With both modules there, put the caller into a network namespace of its own. */
int netns_new(void)
{
	int err;

	err = modules_load();
	if (err)
		return err;
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

/* Tell the protocols in the kernel to do something; 0, or -errno of that. */
int kernel_do(const char *fmt, ...)
{
	int fd, len, err = 0;
	char line[4096];
	va_list args;

	va_start(args, fmt);
	len = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);

	fd = open(KERNEL_FILE, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, line, len) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* What they say; good until the next call in any thread. */
const struct kernel *kernel_read(void)
{
	static struct kernel kernel;
	size_t size = 0;
	char *refused, *p;
	ssize_t len;
	int fd;

	memset(&kernel, 0, sizeof(kernel));
	kernel.events = kernel.log;
	fd = open(KERNEL_FILE, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return &kernel;
	while ((len = read(fd, kernel.log + size,
			   sizeof(kernel.log) - 1 - size)) > 0)
		size += len;
	close(fd);

	if (sscanf(kernel.log, "handle %u lost %u disable %u enable %u wrong %u",
		   &kernel.handle, &kernel.lost, &kernel.disabled,
		   &kernel.enabled, &kernel.wrong) != 5)
		fprintf(stderr, "# " KERNEL_FILE " cannot be read\n");
	else
		kernel.events = strchr(kernel.log, '\n') + 1;

	for (refused = NULL, p = kernel.log; (p = strstr(p, "\nrefused ")); p++)
		refused = p;
	if (refused &&
	    sscanf(refused, "\nrefused %*s errno=%*d %255[^\n]",
		   kernel.msg) != 1)
		kernel.msg[0] = '\0';
	return &kernel;
}

/* How many events have this text in them? */
unsigned int kernel_count(const char *text)
{
	const struct kernel *kernel = kernel_read();
	const char *p = kernel->events;
	unsigned int n = 0;

	if (kernel->lost)
		fprintf(stderr, "# %u events were lost\n", kernel->lost);

	while ((p = strstr(p, text))) {
		n++;
		p = strchrnul(p, '\n');
	}
	return n;
}

/* Register a protocol in the kernel; its handle, or 0. */
__u32 kernel_register(__u32 id, const char *words)
{
	if (kernel_do("register %u 0 test%u %s", id, id, words))
		return 0;
	return kernel_read()->handle;
}
