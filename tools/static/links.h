/* SPDX-License-Identifier: GPL-2.0 */
/* The network devices that there are, and news of them and of the routes. */
#ifndef STATIC_LINKS_H
#define STATIC_LINKS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	bool multicast;
};

/** In the order of their index. */
struct links {
	struct link *v;
	size_t n;
};

/** The name for messages; of a device that is gone, its number. */
const char *links_name(const struct links *links, uint32_t ifindex);

/** Read them anew. Returns whether they are others than before. */
bool links_update(struct links *links);

void links_free(struct links *links);

/** A descriptor that can be read when there is news; -1 with errno. */
int links_watch(void);

/** Take the news from it. Returns whether they are of devices, too. */
bool links_read_news(int fd);

#endif /* STATIC_LINKS_H */
