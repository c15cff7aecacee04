// SPDX-License-Identifier: GPL-2.0
/*
 * Slab caches of what there may be hundreds of thousands of: kmalloc()'s next larger
 * size would waste up to a third of it. /proc/slabinfo shows how many there are.
 */
#include <linux/slab.h>

#include "core.h"

struct kmem_cache *mgm_group_cache;
struct kmem_cache *mgm_mfe_cache;
struct kmem_cache *mgm_oif_cache;

int mgm_cache_init(void)
{
	mgm_group_cache = KMEM_CACHE(mgm_group, 0);
	mgm_mfe_cache = KMEM_CACHE(mgm_mfe, 0);
	mgm_oif_cache = KMEM_CACHE(mgm_oif, 0);
	if (mgm_group_cache && mgm_mfe_cache && mgm_oif_cache)
		return 0;
	mgm_cache_exit();
	return -ENOMEM;
}

/* All that was in them has been freed: RCU callbacks are through. */
void mgm_cache_exit(void)
{
	kmem_cache_destroy(mgm_oif_cache);
	kmem_cache_destroy(mgm_mfe_cache);
	kmem_cache_destroy(mgm_group_cache);
}
