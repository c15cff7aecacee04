/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all dumps do, those of mgm.ko and those of mgm_igmp.ko.
 */
#ifndef _MGM_NETLINK_DUMP_H
#define _MGM_NETLINK_DUMP_H

#include <net/genetlink.h>

/* Begin an object; NULL if the message is full. */
static inline void *mgm_dump_put(struct sk_buff *skb,
				 struct netlink_callback *cb,
				 const struct genl_family *family, u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, family, NLM_F_MULTI, cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}

/* End it; @err is what its fill function said. */
static inline int mgm_dump_end(struct sk_buff *skb, void *hdr, int err)
{
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

/* More to come if the message is full; an error only if nothing fitted. */
static inline int mgm_dump_result(struct sk_buff *skb, int err)
{
	if (err == -EMSGSIZE && skb->len)
		return skb->len;
	return err ?: skb->len;
}

#endif /* _MGM_NETLINK_DUMP_H */
