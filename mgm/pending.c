// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of flows that have no entry yet. They are held, within bounds, while
 * a work item has the entry made, and are then sent in the order in which they
 * came: until the queue of a flow is empty its later packets go through it too.
 */
#include <linux/cpumask.h>
#include <linux/rhashtable.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/dst.h>
#include <net/ip.h>

#include "core.h"

/* After so many full queues of one flow the others have their turn. */
#define DRAIN_ROUNDS	8

struct flow {
	struct rhash_head ht_node;
	struct mgm_flow f;
	struct list_head todo;
	struct sk_buff_head queue;
	int cpu;			/* that its packets come in on */
	u64 held;
	u64 overflows;
};

/* Behind the room of the IP layer in a held packet's cb. */
struct held_cb {
	struct inet_skb_parm ip;
	u32 arrival;
};

#define HELD_CB(skb)	((struct held_cb *)(skb)->cb)

static const struct rhashtable_params params = {
	.key_len = sizeof(struct mgm_flow4),
	.key_offset = offsetof(struct flow, f.key),
	.head_offset = offsetof(struct flow, ht_node),
	.automatic_shrinking = true,
};

static struct flow *flow_create(struct mgm_net *mn,
				const struct mgm_flow4 *key, u32 arrival)
{
	struct mgm_pending *p = &mn->pending;
	struct flow *flow;

	lockdep_assert_held(&p->lock);
	if (!mgm_bound_charge(mn, MGM_LIMIT_PENDING_FLOWS, 1))
		return NULL;
	flow = kzalloc(sizeof(*flow), GFP_ATOMIC);
	if (!flow)
		goto uncharge;
	flow->f.key = *key;
	flow->f.arrival = arrival;
	flow->cpu = raw_smp_processor_id();
	__skb_queue_head_init(&flow->queue);
	if (rhashtable_insert_fast(&p->flows, &flow->ht_node, params))
		goto free;
	list_add_tail(&flow->todo, &p->todo);
	queue_work(mgm_wq, &p->work);
	return flow;

free:
	kfree(flow);
uncharge:
	mgm_bound_uncharge(mn, MGM_LIMIT_PENDING_FLOWS, 1);
	return NULL;
}

/**
 * mgm_pending_hold - hold a packet until its flow has an entry
 * @mn: namespace
 * @key: source and group
 * @skb: the packet; taken over when the answer is true
 * @arrival: ifindex that it came in on
 * @create: begin a new flow; else only join one that waits already
 *
 * Context: Any with BH on or off, not hard interrupts; under the RCU read lock.
 * Return: false if the flow does not wait, because @create is false or it has an
 * entry by now. Otherwise true; the packet is held, or was dropped because a
 * bound is reached.
 */
bool mgm_pending_hold(struct mgm_net *mn, const struct mgm_flow4 *key,
		      struct sk_buff *skb, u32 arrival, bool create)
{
	struct mgm_pending *p = &mn->pending;
	struct flow *flow;
	bool held = false;

	spin_lock_bh(&p->lock);
	flow = rhashtable_lookup_fast(&p->flows, key, params);
	/* Since the caller looked, the flow may have got its entry, and gone. */
	if (!flow && (!create || mgm_mfe_lookup4(mn, key))) {
		spin_unlock_bh(&p->lock);
		return false;
	}
	if (!flow)
		flow = flow_create(mn, key, arrival);
	if (!flow)
		goto unlock;
	flow->overflows++;
	if (skb_queue_len(&flow->queue) >=
	    READ_ONCE(mn->bounds[MGM_LIMIT_PENDING_FLOW_PACKETS].value)) {
		atomic64_inc(&mn->bounds[MGM_LIMIT_PENDING_FLOW_PACKETS].hits);
		goto unlock;
	}
	if (!mgm_bound_charge(mn, MGM_LIMIT_PENDING_BYTES, skb->truesize))
		goto unlock;

	skb_dst_drop(skb);
	/* It must not keep its device: that may go first. */
	skb->dev = NULL;
	HELD_CB(skb)->arrival = arrival;
	__skb_queue_tail(&flow->queue, skb);
	flow->overflows--;
	flow->held++;
	held = true;
unlock:
	spin_unlock_bh(&p->lock);
	if (!held) {
		mgm_forward_drop(mn, skb, arrival, MGM_A_DROP_QUEUE_FULL);
		kfree_skb(skb);
	}
	return true;
}

/* Take the packets that wait, or, if there are none, end the flow. */
static bool take_batch(struct mgm_net *mn, struct flow *flow,
		       struct sk_buff_head *batch)
{
	struct mgm_pending *p = &mn->pending;
	struct sk_buff *skb;
	bool more = true;

	spin_lock_bh(&p->lock);
	if (skb_queue_empty(&flow->queue)) {
		rhashtable_remove_fast(&p->flows, &flow->ht_node, params);
		mgm_bound_uncharge(mn, MGM_LIMIT_PENDING_FLOWS, 1);
		more = false;
	}
	skb_queue_walk(&flow->queue, skb)
		mgm_bound_uncharge(mn, MGM_LIMIT_PENDING_BYTES, skb->truesize);
	skb_queue_splice_tail_init(&flow->queue, batch);
	spin_unlock_bh(&p->lock);
	return more;
}

/* Nothing waits any more; the entry remembers how much did. */
static void end_hold(struct mgm_net *mn, const struct flow *flow)
{
	const struct mgm_flow4 *key = &flow->f.key;
	struct mgm_sg sg = mgm_sg4(key->src, key->grp);
	struct mgm_mfe *mfe;

	mutex_lock(&mn->lock);
	mfe = mgm_mfe_find(mn, &sg);
	if (mfe) {
		mfe->held_packets += flow->held;
		mfe->queue_overflows += flow->overflows;
		WRITE_ONCE(mfe->held, false);
	}
	mutex_unlock(&mn->lock);
}

static struct flow *next_todo(struct mgm_pending *p)
{
	struct flow *flow;

	spin_lock_bh(&p->lock);
	flow = list_first_entry_or_null(&p->todo, struct flow, todo);
	if (flow) {
		list_del(&flow->todo);
		flow->f.first = skb_peek(&flow->queue);
	}
	spin_unlock_bh(&p->lock);
	return flow;
}

static void put_todo(struct mgm_pending *p, struct flow *flow)
{
	spin_lock_bh(&p->lock);
	list_add_tail(&flow->todo, &p->todo);
	spin_unlock_bh(&p->lock);
}

/*
 * The answers that a parked flow waits for are in. It goes on where its packets
 * come in, and so they stay in order with those that follow them.
 */
void mgm_pending_resume(struct mgm_net *mn, struct mgm_flow *f)
{
	struct flow *flow = container_of(f, struct flow, f);
	int cpu = flow->cpu;

	put_todo(&mn->pending, flow);
	queue_work_on(cpu_online(cpu) ? cpu : WORK_CPU_UNBOUND, mgm_wq,
		      &mn->pending.work);
}

/* Returns false if packets came in as fast as they were sent. */
static bool drain(struct mgm_net *mn, struct flow *flow)
{
	struct sk_buff_head batch;
	struct sk_buff *skb;
	unsigned int i;

	__skb_queue_head_init(&batch);
	for (i = 0; i < DRAIN_ROUNDS; i++) {
		if (!take_batch(mn, flow, &batch))
			return true;
		while ((skb = __skb_dequeue(&batch)))
			mgm_forward_held(mn, &flow->f.key, skb,
					 HELD_CB(skb)->arrival);
		cond_resched();
	}
	return false;
}

static void resolve(struct work_struct *work)
{
	struct mgm_pending *p = container_of(work, struct mgm_pending, work);
	struct mgm_net *mn = container_of(p, struct mgm_net, pending);
	struct flow *flow;

	while ((flow = next_todo(p))) {
		/* When it is parked it is no longer ours. */
		if (flow->f.stage != MGM_FLOW_DONE &&
		    !mgm_flow_resolve(mn, &flow->f))
			continue;
		if (drain(mn, flow)) {
			end_hold(mn, flow);
			/* Only under the lock does anybody look at a flow. */
			kfree(flow);
		} else {
			put_todo(p, flow);
		}
	}
}

int mgm_pending_init(struct mgm_net *mn)
{
	struct mgm_pending *p = &mn->pending;

	BUILD_BUG_ON(sizeof(struct held_cb) > sizeof_field(struct sk_buff, cb));
	spin_lock_init(&p->lock);
	INIT_LIST_HEAD(&p->todo);
	INIT_WORK(&p->work, resolve);
	return rhashtable_init(&p->flows, &params);
}

/* The hooks are gone, and the protocols: no packet comes, no flow is parked. */
void mgm_pending_exit(struct mgm_net *mn)
{
	struct mgm_pending *p = &mn->pending;

	flush_work(&p->work);
	rhashtable_destroy(&p->flows);
}
