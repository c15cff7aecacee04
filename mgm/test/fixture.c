// SPDX-License-Identifier: GPL-2.0
/*
 * A namespace for a test, made of the rooms alone: no netlink, no devices, no
 * data path, nobody who delivers alerts. What the rooms say through mgm_event()
 * and mgm_event_alert() is kept for the test.
 */
#include <linux/module.h>
#include <linux/rhashtable.h>

#include "../bound.c"
#include "../cache.c"
#include "fixture.h"

void mgm_event(struct mgm_net *mn, enum mgm_event event, u32 handle,
	       const void *obj)
{
	struct fixture *f = container_of(mn, struct fixture, mn);
	struct fixture_event *e;

	if (f->nr_events < MAX_EVENTS) {
		e = &f->events[f->nr_events];
		e->event = event;
		e->handle = handle;
		e->obj = obj;
		e->n = 0;
		if (event >= MGM_EVENT_MFE_ADD)
			e->n = mgm_mfe_out(mn, obj)->n;
	}
	f->nr_events++;
}

void mgm_event_alert(const struct mgm_protocol *proto,
		     const struct mgm_alert *alert)
{
	struct fixture *f = container_of(proto->mn, struct fixture, mn);

	if (f->nr_alerts < MAX_ALERTS)
		f->alerts[f->nr_alerts] = (struct fixture_alert) {
			.to = proto,
			.type = alert->type,
			.member = alert->member,
			.src = alert->sg.src.ip4,
			.grp = alert->sg.grp.ip4,
			.ifc = mgm_interface_find(proto->mn, &alert->ifc),
			.mfe = alert->mfe,
		};
	f->nr_alerts++;
}

void mgm_deliver_init(struct mgm_protocol *proto)
{
}

void mgm_deliver_kick(struct mgm_protocol *proto)
{
	container_of(proto->mn, struct fixture, mn)->kicks++;
}

void mgm_flow_answer_rpf(struct mgm_net *mn, struct mgm_flow *flow)
{
	struct fixture *f = container_of(mn, struct fixture, mn);

	if (f->nr_answers < MAX_ANSWERS)
		f->answers[f->nr_answers] = flow;
	f->nr_answers++;
}

void mgm_flow_answer_creation(struct mgm_net *mn, struct mgm_alert *alert)
{
	mgm_flow_answer_rpf(mn, alert->flow);
}

struct mgm_protocol *mgm_rpf_owner(struct mgm_net *mn, const struct mgm_sg *sg,
				   u32 vrf_of)
{
	return container_of(mn, struct fixture, mn)->rpf_owner;
}

void fixture_lock(struct fixture *f)
{
	mutex_lock(&f->mn.lock);
	f->locked = true;
}

void fixture_unlock(struct fixture *f)
{
	f->locked = false;
	mutex_unlock(&f->mn.lock);
}

struct fixture *fixture_new(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	/* The suites run before the module's init function would. */
	if (!f || (!mgm_mfe_cache && mgm_cache_init()))
		return NULL;
	f->test = test;
	f->mn.net = &init_net;
	mutex_init(&f->mn.lock);
	xa_init(&f->mn.protocols);
	f->mn.interfaces = RB_ROOT;
	f->mn.groups = RB_ROOT;
	mgm_bounds_init(&f->mn);
	mgm_config_init(&f->mn);
	return mgm_mfe_init(&f->mn) ? NULL : f;
}

static void empty(struct mgm_net *mn)
{
	struct mgm_protocol *proto;
	struct mgm_interface *ifc;
	struct mgm_membership *m;
	struct mgm_mfe *mfe;
	unsigned long handle;

	while ((mfe = mgm_mfe_after(mn, NULL)))
		mgm_mfe_destroy(mn, mfe);
	while ((m = mgm_membership_after(mn, NULL, NULL, 0)))
		mgm_membership_destroy(mn, m);
	while ((ifc = mgm_interface_after(mn, NULL))) {
		mgm_interface_set_owner(mn, ifc, NULL);
		mgm_interface_set_igmp(mn, ifc, NULL);
		mgm_interface_destroy(mn, ifc);
	}
	xa_for_each(&mn->protocols, handle, proto) {
		mgm_alert_purge(proto);
		mgm_protocol_destroy(mn, proto);
	}
}

/* Also after a test that has given up: then it is another thread that ends it. */
void fixture_free(struct fixture *f)
{
	if (!f->locked)
		fixture_lock(f);
	EXPECT_SOUND(f->test);
	empty(&f->mn);
	EXPECT_SOUND(f->test);
	fixture_unlock(f);

	/* Interfaces and MFEs are freed by callbacks in this module. */
	rcu_barrier();
	mgm_mfe_exit(&f->mn);
	xa_destroy(&f->mn.protocols);
}

int fixture_init(struct kunit *test)
{
	struct fixture *f = fixture_new(test);

	test->priv = f;
	if (!f)
		return -ENOMEM;
	fixture_lock(f);
	return 0;
}

void fixture_exit(struct kunit *test)
{
	if (test->priv)
		fixture_free(test->priv);
	test->priv = NULL;
}

void *fixture_must(struct kunit *test, const void *ptr, const char *what,
		   int line)
{
	if (IS_ERR_OR_NULL(ptr)) {
		fixture_unlock(test->priv);
		KUNIT_ASSERT_FAILURE(test, "line %d: %s is %ld", line, what,
				     PTR_ERR(ptr));
	}
	return (void *)ptr;
}

/* Nobody calls back here; what counts is that they are there. */
static void rpf(struct net *net, void *priv, const struct mgm_sg *sg,
		const struct sk_buff *skb, struct mgm_rpf *rpf)
{
}

static void creation_alert(struct net *net, void *priv, const struct mgm_sg *sg,
			   struct mgm_oif_state *oifs, unsigned int n)
{
}

static void join_alert(struct net *net, void *priv, const struct mgm_sg *sg,
		       bool member_update)
{
}

static void prune_alert(struct net *net, void *priv, const struct mgm_sg *sg,
			const struct mgm_if *ifc, bool member_delete,
			u32 *timeout)
{
}

static void local(struct net *net, void *priv, const struct mgm_sg *sg,
		  const struct mgm_if *ifc)
{
}

static void wrong_if(struct net *net, void *priv, const struct mgm_sg *sg,
		     const struct mgm_if *iif, const struct sk_buff *skb)
{
}

static void overrun(struct net *net, void *priv)
{
}

static void handover(struct net *net, void *priv, const struct mgm_if *ifc)
{
}

static const struct mgm_protocol_ops plain_ops;

static const struct mgm_protocol_ops deciding_ops = {
	.local_join = local,
};

static const struct mgm_protocol_ops listening_ops = {
	.rpf = rpf,
	.creation_alert = creation_alert,
	.join_alert = join_alert,
	.prune_alert = prune_alert,
	.local_join = local,
	.local_leave = local,
	.wrong_if = wrong_if,
	.overrun = overrun,
	.igmp_disable = handover,
	.igmp_enable = handover,
};

struct mgm_protocol *fixture_protocol(struct kunit *test,
				      enum fixture_kind kind)
{
	struct fixture *f = test->priv;
	struct mgm_protocol_params params = { .id = 100 + f->nr_protocols++ };
	u32 flags = MGM_PROTOCOL_F_KERNEL;

	switch (kind) {
	case USER:
		flags = 0;
		break;
	case DECIDING:
		params.ops = &deciding_ops;
		break;
	case LISTENING:
		params.ops = &listening_ops;
		break;
	case IGMP:
		flags |= MGM_PROTOCOL_F_IGMP;
		fallthrough;
	case PLAIN:
		params.ops = &plain_ops;
		break;
	}
	return MUST(test, mgm_protocol_create(&f->mn, &params, flags, NULL, NULL));
}

/* IGMP may be "owner" here: then it is enabled on the interface. */
struct mgm_interface *fixture_interface(struct kunit *test, u32 ifindex,
					__be32 hop, struct mgm_protocol *owner)
{
	struct mgm_if key = mgm_if4(ifindex, hop);
	struct mgm_net *mn = net_of(test);
	struct mgm_interface *ifc;

	ifc = MUST(test, mgm_interface_create(mn, &key, NULL));
	if (owner && (owner->flags & MGM_PROTOCOL_F_IGMP))
		mgm_interface_set_igmp(mn, ifc, owner);
	else
		mgm_interface_set_owner(mn, ifc, owner);
	return ifc;
}

/* What the front door does when a protocol adds a membership. */
struct mgm_membership *fixture_add(struct kunit *test,
				   struct mgm_protocol *proto,
				   struct mgm_interface *ifc, __be32 src,
				   __be32 grp, u32 flags)
{
	struct mgm_sg sg = mgm_sg4(src, grp);
	struct mgm_net *mn = net_of(test);
	struct mgm_membership *m;

	m = MUST(test, mgm_membership_create(mn, proto, ifc, &sg, flags, NULL));
	mgm_mfe_refresh(mn, &sg, ifc);
	return m;
}

struct mgm_membership *fixture_join(struct kunit *test,
				    struct mgm_protocol *proto,
				    struct mgm_interface *ifc, __be32 src,
				    __be32 grp)
{
	return fixture_add(test, proto, ifc, src, grp, JOIN);
}

/* And when it deletes one. */
void fixture_leave(struct kunit *test, struct mgm_protocol *proto,
		   struct mgm_interface *ifc, __be32 src, __be32 grp)
{
	struct mgm_sg sg = mgm_sg4(src, grp);
	struct mgm_net *mn = net_of(test);
	struct mgm_membership *m;

	m = MUST(test, mgm_membership_find(mn, &sg, &ifc->key, proto->handle));
	mgm_membership_destroy(mn, m);
	mgm_mfe_refresh(mn, &sg, ifc);
}

struct mgm_mfe *fixture_mfe(struct kunit *test, __be32 src, __be32 grp,
			    struct mgm_interface *in)
{
	struct mgm_route route = { .ifindex = in ? in->key.ifindex : 0 };
	struct mgm_sg sg = mgm_sg4(src, grp);

	return MUST(test, mgm_mfe_create(net_of(test), &sg, in, &route,
					 &route));
}

struct mgm_mfe *fixture_find(struct kunit *test, __be32 src, __be32 grp)
{
	struct mgm_sg sg = mgm_sg4(src, grp);

	return mgm_mfe_find(net_of(test), &sg);
}

void fixture_forget_events(struct kunit *test)
{
	fixture_of(test)->nr_events = 0;
}

void fixture_expect_events(struct kunit *test, const struct fixture_event *want,
			   unsigned int n, int line)
{
	struct fixture *f = test->priv;
	const struct fixture_event *got = f->events;
	unsigned int i;

	KUNIT_EXPECT_EQ_MSG(test, f->nr_events, n, "line %d", line);
	for (i = 0; i < min3(f->nr_events, n, (unsigned int)MAX_EVENTS); i++) {
		KUNIT_EXPECT_EQ_MSG(test, got[i].event, want[i].event,
				    "line %d, event %u", line, i);
		KUNIT_EXPECT_EQ_MSG(test, got[i].handle, want[i].handle,
				    "line %d, event %u", line, i);
		KUNIT_EXPECT_PTR_EQ_MSG(test, got[i].obj, want[i].obj,
					"line %d, event %u", line, i);
		KUNIT_EXPECT_EQ_MSG(test, got[i].n, want[i].n,
				    "line %d, event %u", line, i);
	}
	fixture_forget_events(test);
}

void fixture_forget_alerts(struct kunit *test)
{
	fixture_of(test)->nr_alerts = 0;
}

void fixture_expect_alerts(struct kunit *test, const struct fixture_alert *want,
			   unsigned int n, int line)
{
	struct fixture *f = fixture_of(test);
	const struct fixture_alert *got = f->alerts;
	unsigned int i;

	KUNIT_EXPECT_EQ_MSG(test, f->nr_alerts, n, "line %d", line);
	for (i = 0; i < min3(f->nr_alerts, n, (unsigned int)MAX_ALERTS); i++) {
		KUNIT_EXPECT_PTR_EQ_MSG(test, got[i].to, want[i].to,
					"line %d, alert %u", line, i);
		KUNIT_EXPECT_EQ_MSG(test, got[i].type, want[i].type,
				    "line %d, alert %u", line, i);
		KUNIT_EXPECT_EQ_MSG(test, got[i].member, want[i].member,
				    "line %d, alert %u", line, i);
		KUNIT_EXPECT_EQ_MSG(test, ntohl(got[i].src), ntohl(want[i].src),
				    "line %d, alert %u", line, i);
		KUNIT_EXPECT_EQ_MSG(test, ntohl(got[i].grp), ntohl(want[i].grp),
				    "line %d, alert %u", line, i);
		KUNIT_EXPECT_PTR_EQ_MSG(test, got[i].ifc, want[i].ifc,
					"line %d, alert %u", line, i);
		KUNIT_EXPECT_EQ_MSG(test, got[i].mfe, want[i].mfe,
				    "line %d, alert %u", line, i);
	}
	fixture_forget_alerts(test);
}

void fixture_expect_oifs(struct kunit *test, const struct mgm_mfe *mfe,
			 struct mgm_interface *const *want, unsigned int n,
			 int line)
{
	const struct mgm_outlist *out = mgm_mfe_out(net_of(test), mfe);
	unsigned int i;

	KUNIT_EXPECT_EQ_MSG(test, out->n, n, "line %d", line);
	for (i = 0; i < min(out->n, n); i++) {
		KUNIT_EXPECT_PTR_EQ_MSG(test, out->oif[i]->ifc, want[i],
					"line %d, interface %u", line, i);
		KUNIT_EXPECT_PTR_EQ_MSG(test, out->oif[i]->mfe, mfe,
					"line %d, interface %u", line, i);
	}
}

void fixture_expect_bound(struct kunit *test, enum mgm_limit id, u32 used,
			  s64 hits, int line)
{
	struct mgm_bound *b = &net_of(test)->bounds[id];

	KUNIT_EXPECT_EQ_MSG(test, b->used, used, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, atomic64_read(&b->hits), hits, "line %d",
			    line);
}

void fixture_expect_refusal(struct kunit *test, int got,
			    const struct netlink_ext_ack *extack, int err,
			    const char *msg, int line)
{
	KUNIT_EXPECT_EQ_MSG(test, got, err, "line %d", line);
	KUNIT_EXPECT_STREQ_MSG(test, extack->_msg ?: "", msg ?: "", "line %d",
			       line);
}

module_exit(mgm_cache_exit);

MODULE_DESCRIPTION("KUnit suites of the Multicast Group Manager");
MODULE_LICENSE("GPL");
