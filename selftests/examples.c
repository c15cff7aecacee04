// SPDX-License-Identifier: GPL-2.0
/*
 * All example programs in one, so that valgrind, which takes its time to start, starts
 * once:
 *
 *	all startup eth0 : operation eth0 eth1 239.1.1.1 : admin
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Each one's main(), renamed. */
#define EXAMPLE(name, ...)	int name##_main(__VA_ARGS__)
EXAMPLE(admin, void);
EXAMPLE(daemon, int argc, char **argv);
EXAMPLE(operation, int argc, char **argv);
EXAMPLE(shutdown, int argc, char **argv);
EXAMPLE(startup, int argc, char **argv);

static int run(int argc, char **argv)
{
	optind = 1;
	if (!strcmp(argv[0], "admin"))
		return admin_main();
	if (!strcmp(argv[0], "daemon"))
		return daemon_main(argc, argv);
	if (!strcmp(argv[0], "operation"))
		return operation_main(argc, argv);
	if (!strcmp(argv[0], "shutdown"))
		return shutdown_main(argc, argv);
	if (!strcmp(argv[0], "startup"))
		return startup_main(argc, argv);
	fprintf(stderr, "%s: no such example\n", argv[0]);
	return 2;
}

int main(int argc, char **argv)
{
	int first, next, status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (first = 1; first < argc; first = next + 1) {
		for (next = first; next < argc && strcmp(argv[next], ":"); next++)
			;
		argv[next] = NULL;
		status = run(next - first, argv + first);
		if (status)
			return status;
	}
	return 0;
}
