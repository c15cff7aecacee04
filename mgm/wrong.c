// SPDX-License-Identifier: GPL-2.0
/*
 * Packets on the wrong interface: the owner of the interface that they came in on
 * is told, with the head of the packet, as it may have to send an assert or a
 * prune there (RFC 2715, rule 2). Of each entry and interface one packet in an
 * interval is told of, of each entry a few interfaces in it: what the network
 * sends cannot make more work than that.
 */
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "core.h"

/* The IP header with all options, and what it takes to know the payload. */
#define HEAD		128

struct wrong_cb {
	struct mgm_flow4 flow;
	u32 arrival;
};

#define WRONG_CB(skb)	((struct wrong_cb *)(skb)->cb)

static bool fresh(const struct mgm_net *mn, const struct mgm_wrong_slot *slot)
{
	u32 interval = READ_ONCE(mn->config.wrong_if_interval);

	return READ_ONCE(slot->ifindex) &&
	       time_before(jiffies, READ_ONCE(slot->last) +
				    msecs_to_jiffies(interval));
}

/* A look without the lock, at the rate of the packets. */
static bool told_of(const struct mgm_net *mn, const struct mgm_mfe *mfe,
		    u32 arrival)
{
	const struct mgm_wrong_slot *slots = READ_ONCE(mfe->wrong);
	unsigned int i;

	for (i = 0; slots && i < MGM_WRONG_SLOTS; i++)
		if (READ_ONCE(slots[i].ifindex) == arrival &&
		    fresh(mn, &slots[i]))
			return true;
	return false;
}

/* The interface's own slot, or one whose time is over; NULL if there is none. */
static struct mgm_wrong_slot *find_slot(const struct mgm_net *mn,
					struct mgm_mfe *mfe, u32 arrival)
{
	struct mgm_wrong_slot *slot, *found = NULL;

	lockdep_assert_held(&mn->wrong.lock);
	if (!mfe->wrong) {
		slot = kcalloc(MGM_WRONG_SLOTS, sizeof(*slot), GFP_ATOMIC);
		/* The slots are read without the lock. */
		smp_store_release(&mfe->wrong, slot);
		return slot;
	}
	for (slot = mfe->wrong; slot < mfe->wrong + MGM_WRONG_SLOTS; slot++) {
		if (slot->ifindex == arrival)
			return fresh(mn, slot) ? NULL : slot;
		if (!found && !fresh(mn, slot))
			found = slot;
	}
	return found;
}

static struct sk_buff *copy_head(const struct sk_buff *skb)
{
	unsigned int len = min_t(unsigned int, skb->len, HEAD);
	struct sk_buff *head = alloc_skb(len, GFP_ATOMIC);

	if (!head)
		return NULL;
	if (skb_copy_bits(skb, 0, skb_put(head, len), len)) {
		kfree_skb(head);
		return NULL;
	}
	skb_reset_network_header(head);
	head->protocol = skb->protocol;
	return head;
}

/*
 * From the data path, under RCU. @skb came in on a device that its entry does not
 * expect it on; it is only looked at.
 */
void mgm_wrong_packet(struct mgm_net *mn, struct mgm_mfe *mfe,
		      const struct sk_buff *skb, const struct mgm_link *link)
{
	struct mgm_wrong *w = &mn->wrong;
	struct mgm_wrong_slot *slot;
	u32 arrival = link->ifindex;
	struct sk_buff *head;

	if (!READ_ONCE(link->wrong_if) || told_of(mn, mfe, arrival))
		return;

	spin_lock_bh(&w->lock);
	slot = find_slot(mn, mfe, arrival);
	if (!slot || !mgm_bound_charge(mn, MGM_LIMIT_WRONG_IF, 1))
		goto unlock;
	head = copy_head(skb);
	if (!head) {
		mgm_bound_uncharge(mn, MGM_LIMIT_WRONG_IF, 1);
		goto unlock;
	}
	WRITE_ONCE(slot->last, jiffies);
	WRITE_ONCE(slot->ifindex, arrival);
	WRONG_CB(head)->flow = mfe->flow4;
	WRONG_CB(head)->arrival = arrival;
	__skb_queue_tail(&w->queue, head);
	queue_work(mgm_wq, &w->work);
unlock:
	spin_unlock_bh(&w->lock);
}

static bool wants_alerts(const struct mgm_interface *ifc)
{
	return ifc->wrong_if && ifc->owner &&
	       mgm_alert_wanted(ifc->owner, MGM_ALERT_WRONG_IF);
}

/*
 * The interface on a device whose owner is told: the device as a whole, or the
 * first next hop. NULL if nobody wants to know.
 */
static struct mgm_interface *told_interface(struct mgm_net *mn, u32 ifindex)
{
	struct mgm_if before = mgm_if4(ifindex - 1, htonl(INADDR_BROADCAST));
	struct mgm_interface *ifc = mgm_interface_after(mn, &before);

	for (; ifc && ifc->key.ifindex == ifindex;
	     ifc = mgm_interface_after(mn, &ifc->key))
		if (wants_alerts(ifc))
			return ifc;
	return NULL;
}

/* Who wants to be told may have changed: let the data path know. */
void mgm_wrong_update(struct mgm_net *mn, struct mgm_link *link)
{
	WRITE_ONCE(link->wrong_if, told_interface(mn, link->ifindex));
}

static void tell(struct mgm_net *mn, struct sk_buff *head)
{
	const struct wrong_cb *cb = WRONG_CB(head);
	struct mgm_sg sg = mgm_sg4(cb->flow.src, cb->flow.grp);
	struct mgm_alert alert = {
		.type = MGM_ALERT_WRONG_IF,
		.sg = sg,
		.skb = head,
	};
	struct mgm_interface *ifc, *in;
	struct mgm_mfe *mfe;

	mutex_lock(&mn->lock);
	mfe = mgm_mfe_find(mn, &sg);
	in = mfe ? mgm_mfe_out(mn, mfe)->in : NULL;
	ifc = told_interface(mn, cb->arrival);
	if (in && ifc && in->key.ifindex != ifc->key.ifindex) {
		alert.ifc = ifc->key;
		mgm_alert_record(ifc->owner, &alert);
	} else {
		kfree_skb(head);
	}
	mutex_unlock(&mn->lock);
}

static void work(struct work_struct *work)
{
	struct mgm_wrong *w = container_of(work, struct mgm_wrong, work);
	struct mgm_net *mn = container_of(w, struct mgm_net, wrong);
	struct sk_buff_head batch;
	struct sk_buff *head;

	__skb_queue_head_init(&batch);
	spin_lock_bh(&w->lock);
	mgm_bound_uncharge(mn, MGM_LIMIT_WRONG_IF, skb_queue_len(&w->queue));
	skb_queue_splice_tail_init(&w->queue, &batch);
	spin_unlock_bh(&w->lock);

	while ((head = __skb_dequeue(&batch)))
		tell(mn, head);
}

void mgm_wrong_init(struct mgm_net *mn)
{
	struct mgm_wrong *w = &mn->wrong;

	BUILD_BUG_ON(sizeof(struct wrong_cb) > sizeof_field(struct sk_buff, cb));
	spin_lock_init(&w->lock);
	__skb_queue_head_init(&w->queue);
	INIT_WORK(&w->work, work);
}

/* The hooks are gone: no packet comes any more. */
void mgm_wrong_exit(struct mgm_net *mn)
{
	flush_work(&mn->wrong.work);
}
