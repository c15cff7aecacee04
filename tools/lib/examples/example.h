/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the examples share, and what is not about MGM: names and addresses from text
 * and to text, and how a program ends. They define _POSIX_C_SOURCE before it.
 */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <libmgm.h>

/* The reason is the kernel's own sentence, where there is one. */
static inline void fail(const struct mgm *mgm, const char *what)
{
	fprintf(stderr, "%s: %s\n", what, mgm_error(mgm));
	exit(1);
}

/* A descriptor that can be read when the program is asked to end. */
static inline int quit_fd(void)
{
	sigset_t signals;
	int fd;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		perror("signalfd");
		exit(1);
	}
	return fd;
}

static inline bool quit_asked(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof(info)) == sizeof(info);
}

static inline struct mgm_interface interface_named(const char *name)
{
	struct mgm_interface ifc = { .ifindex = if_nametoindex(name) };

	if (!ifc.ifindex) {
		perror(name);
		exit(1);
	}
	return ifc;
}

static inline struct mgm_address address_of(const char *text)
{
	struct mgm_address address = { .family = AF_INET };

	if (inet_pton(AF_INET, text, &address.ip4) != 1) {
		fprintf(stderr, "%s: not an IPv4 address\n", text);
		exit(1);
	}
	return address;
}

static inline bool same_address(const struct mgm_address *a,
				const struct mgm_address *b)
{
	if (a->family != b->family)
		return false;
	if (a->family == AF_INET6)
		return !memcmp(&a->ip6, &b->ip6, sizeof(a->ip6));
	return a->family != AF_INET || a->ip4.s_addr == b->ip4.s_addr;
}

static inline bool same_flow(const struct mgm_flow *a, const struct mgm_flow *b)
{
	return same_address(&a->group, &b->group) &&
	       same_address(&a->source, &b->source);
}

static inline void print_address(const struct mgm_address *address, const char *none)
{
	char text[INET6_ADDRSTRLEN];

	if (address->family == AF_UNSPEC)
		fputs(none, stdout);
	else
		fputs(inet_ntop(address->family, &address->ip4, text, sizeof(text)),
		      stdout);
}

static inline void print_flow(const struct mgm_flow *flow)
{
	putchar('(');
	print_address(&flow->source, "*");
	fputs(", ", stdout);
	print_address(&flow->group, "*");
	putchar(')');
}

static inline void print_interface(const struct mgm_interface *ifc)
{
	char name[IF_NAMESIZE];

	if (if_indextoname(ifc->ifindex, name))
		fputs(name, stdout);
	else
		printf("if%u", ifc->ifindex);
	if (ifc->nexthop.family != AF_UNSPEC) {
		putchar('/');
		print_address(&ifc->nexthop, "");
	}
}

#endif /* EXAMPLE_H */
