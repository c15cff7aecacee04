/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that are being bridged, which br_netfilter shows to the IP layer's hooks. */
#ifndef _MGM_BRIDGE_H
#define _MGM_BRIDGE_H

#include <linux/netfilter_bridge.h>

static inline bool mgm_bridged(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	return nf_bridge_info_exists(skb);
#else
	return false;
#endif
}

/*
 * Is it in a frame to another station, which the IP layer would never see? Hooks see it
 * as one to this host.
 */
static inline bool mgm_bridged_past(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	const struct nf_bridge_info *nf_bridge = nf_bridge_info_get(skb);

	return nf_bridge && nf_bridge->pkt_otherhost;
#else
	return false;
#endif
}

#endif /* _MGM_BRIDGE_H */
