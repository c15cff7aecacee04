/* SPDX-License-Identifier: GPL-2.0 */
/* Members of a group on this very router. Read under RCU. */
#ifndef _MGM_LOCAL_H
#define _MGM_LOCAL_H

#include <linux/hash.h>
#include <linux/igmp.h>
#include <linux/inetdevice.h>
#include <net/l3mdev.h>

/* Has somebody on this router joined @grp on @dev? The source is no matter. */
static inline bool mgm_joined_on(const struct net_device *dev, __be32 grp)
{
	struct ip_mc_list __rcu **hash;
	struct in_device *in_dev;
	struct ip_mc_list *im;

	in_dev = __in_dev_get_rcu(dev);
	if (!in_dev)
		return false;
	hash = rcu_dereference(in_dev->mc_hash);
	if (hash) {
		im = rcu_dereference(hash[hash_32((__force u32)grp,
						  MC_HASH_SZ_LOG)]);
		while (im && im->multiaddr != grp)
			im = rcu_dereference(im->next_hash);
	} else {
		im = rcu_dereference(in_dev->mc_list);
		while (im && im->multiaddr != grp)
			im = rcu_dereference(im->next_rcu);
	}
	return im;
}

/* The same, with the VRF that @dev may be in: sockets can join there too. */
static inline bool mgm_joined(struct net_device *dev, __be32 grp)
{
	const struct net_device *master;

	if (mgm_joined_on(dev, grp))
		return true;
	master = l3mdev_master_dev_rcu(dev);
	return master && mgm_joined_on(master, grp);
}

#endif /* _MGM_LOCAL_H */
