/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration file, in the grammar of smcroute.conf, as lists of what it
 * says. Names of interfaces are as written: whether there are such is another
 * matter, and one that ends in "+" stands for all that begin like it.
 */
#ifndef STATIC_CONF_H
#define STATIC_CONF_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* Addresses that begin alike; the rest of @address is 0. @len 0: any. */
struct prefix {
	struct in_addr address;
	unsigned int len;
};

bool prefix_covers(const struct prefix *prefix, struct in_addr address);

/* phyint */
struct conf_phyint {
	char name[IFNAMSIZ];
	bool enable;
	unsigned int ttl_threshold;
};

/* mgroup */
struct conf_group {
	char iif[IFNAMSIZ];
	struct prefix source;
	struct prefix group;
};

/* mroute */
struct conf_route {
	char iif[IFNAMSIZ];
	struct prefix source;
	struct prefix group;
	char (*oifs)[IFNAMSIZ];
	size_t n_oifs;
};

struct conf {
	struct conf_phyint *phyints;
	size_t n_phyints;
	struct conf_group *groups;
	size_t n_groups;
	struct conf_route *routes;
	size_t n_routes;
};

/*
 * Read a file, and what it includes. Everything that is wrong in it is said, with
 * FILE:LINE. Returns 0, or -1 if there was an error; then nothing is in @conf.
 */
int conf_read(struct conf *conf, const char *path);

void conf_free(struct conf *conf);

/* What the file says of an interface: the last line that fits. NULL: nothing. */
const struct conf_phyint *conf_find_phyint(const struct conf *conf, const char *name);

/* Does the name that is written in the file stand for this interface? */
bool conf_name_fits(const char *written, const char *name);

bool conf_name_is_wildcard(const char *written);

#endif /* STATIC_CONF_H */
