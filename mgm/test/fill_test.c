// SPDX-License-Identifier: GPL-2.0
/*
 * Objects as attributes, in messages with room for all of it or less: what does not
 * fit is refused, whichever attribute it is that has no room, and what is allocated
 * for answers, notifications and alerts is enough.
 */
#include <linux/module.h>

#include "../netlink_attr.c"
#include "../netlink_fill.c"
#include "../netlink_alert.c"
#include "fixture.h"

/* Here no message is sent, and none comes. */
struct genl_family mgm_family;
const struct nla_policy mgm_alert_oif_policy[MGM_A_OIF_MAX + 1];

struct mgm_net *mgm_pernet(const struct net *net)
{
	return NULL;
}

int mgm_check_upstream(const union mgm_addr *upstream,
		       struct netlink_ext_ack *extack)
{
	return -EOPNOTSUPP;
}

#define HANDLE		7
#define OIFS		2

/* One of each, with all that it can have. */
struct world {
	struct mgm_net *mn;
	struct mgm_protocol proto;	/* a copy, in user space and in a module */
	struct mgm_protocol_ops ops;
	struct mgm_link link;
	struct mgm_interface *in;
	struct mgm_membership *member;
	struct mgm_mfe *mfe;
	struct mgm_flow flow;
	struct mgm_oif_state oifs[OIFS];
	struct mgm_alert alert;
};

static void build_protocol(struct world *w, struct mgm_protocol *proto)
{
	strscpy(proto->name, "a name", sizeof(proto->name));
	w->proto = *proto;
	w->ops.owner = THIS_MODULE;
	w->proto.ops = &w->ops;
	w->proto.portid = 4711;
	w->proto.tell = mgm_nl_tell;
	w->proto.lost_untold = 3;
}

/* It has a way in, a way out, and one that it is kept out of. */
static void build_entry(struct kunit *test, struct world *w,
			struct mgm_protocol *proto)
{
	struct mgm_interface *out, *kept;

	w->in = fixture_interface(test, 1, HOP(1), proto);
	out = fixture_interface(test, 2, HOP(2), proto);
	kept = fixture_interface(test, 3, HOP(3), proto);
	w->in->link = &w->link;
	fixture_add(test, proto, out, ANY, GRP(1), FORWARD);
	fixture_add(test, proto, kept, ANY, GRP(1), FORWARD);
	w->member = fixture_add(test, proto, out, SRC(1), GRP(2), FORWARD);
	w->mfe = fixture_mfe(test, SRC(1), GRP(1), w->in);
	mgm_mfe_veto(w->mn, w->mfe, kept);
	w->mfe->route.ifindex = 1;
	w->mfe->route.upstream.ip4 = HOP(4);
}

static void build_alert(struct kunit *test, struct world *w)
{
	struct sk_buff *packet = MUST(test, alloc_skb(200, GFP_KERNEL));
	int i;

	skb_reset_network_header(packet);
	skb_put_zero(packet, 200);
	for (i = 0; i < OIFS; i++)
		w->oifs[i] = (struct mgm_oif_state) {
			.oif = mgm_if4(i + 1, HOP(i)),
			.igmp = i,
		};
	w->flow.first = packet;
	w->flow.asked.iif = w->in->key;
	w->flow.asked.upstream.ip4 = HOP(4);
	w->alert = (struct mgm_alert) {
		.id = 5,
		.sg = mgm_sg4(SRC(1), GRP(1)),
		.ifc = w->in->key,
		.skb = packet,
		.flow = &w->flow,
		.n = OIFS,
		.oifs = w->oifs,
	};
}

static struct world *build(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	struct world *w;

	w = MUST(test, kunit_kzalloc(test, sizeof(*w), GFP_KERNEL));
	w->mn = net_of(test);
	build_protocol(w, proto);
	build_entry(test, w, proto);
	build_alert(test, w);
	return w;
}

static void end(struct world *w)
{
	w->in->link = NULL;
	kfree_skb(w->flow.first);
}

static int protocol(struct sk_buff *skb, const struct world *w)
{
	return mgm_fill_protocol(skb, &w->proto);
}

static int interface(struct sk_buff *skb, const struct world *w)
{
	return mgm_fill_interface(skb, w->in, HANDLE);
}

static int membership(struct sk_buff *skb, const struct world *w)
{
	return mgm_fill_membership(skb, w->member);
}

static int entry(struct sk_buff *skb, const struct world *w)
{
	return mgm_fill_mfe(skb, w->mn, w->mfe);
}

static int bound(struct sk_buff *skb, const struct world *w)
{
	return mgm_fill_limit(skb, w->mn, MGM_LIMIT_MFES);
}

static int config(struct sk_buff *skb, const struct world *w)
{
	return mgm_fill_config(skb, &w->mn->config);
}

/* With what the protocol alone is told. */
static int alert(struct sk_buff *skb, const struct world *w)
{
	return mgm_fill_alert(skb, &w->alert, HANDLE) ?:
	       put_private(skb, &w->proto, &w->alert);
}

static size_t usual_size(const struct world *w)
{
	return GENLMSG_DEFAULT_SIZE;
}

static size_t entry_size(const struct world *w)
{
	return mgm_size_this_mfe(w->mn, w->mfe);
}

static size_t alert_size(const struct world *w)
{
	return mgm_size_alert(&w->alert) + PRIVATE_SIZE;
}

static const struct object_row {
	const char *desc;
	int (*fill)(struct sk_buff *skb, const struct world *w);
	size_t (*size)(const struct world *w);
	enum mgm_alert_type type;
} object_rows[] = {
	{ "a protocol", protocol, usual_size },
	{ "an interface", interface, usual_size },
	{ "a membership", membership, usual_size },
	{ "an entry", entry, entry_size },
	{ "a bound", bound, usual_size },
	{ "the settings", config, usual_size },
	{ "a join", alert, alert_size, MGM_ALERT_JOIN },
	{ "a prune", alert, alert_size, MGM_ALERT_PRUNE },
	{ "a local join", alert, alert_size, MGM_ALERT_LOCAL_JOIN },
	{ "a packet on the wrong interface", alert, alert_size,
	  MGM_ALERT_WRONG_IF },
	{ "an overrun", alert, alert_size, MGM_ALERT_OVERRUN },
	{ "the question for the way in", alert, alert_size, MGM_ALERT_RPF },
	{ "the question for the ways out", alert, alert_size,
	  MGM_ALERT_CREATION },
};

TABLE(object);

/* As a message that has so much room left. */
static void leave_room(struct sk_buff *skb, unsigned int room)
{
	skb_trim(skb, 0);
	skb_put(skb, skb_tailroom(skb) - room);
}

static void what_does_not_fit_is_refused(struct kunit *test)
{
	const struct object_row *row = test->param_value;
	struct world *w = build(test);
	unsigned int size, room;
	struct sk_buff *skb;

	w->alert.type = row->type;
	skb = MUST(test, alloc_skb(row->size(w), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, row->fill(skb, w), 0);
	size = skb->len;
	KUNIT_EXPECT_GT(test, size, 0U);
	KUNIT_EXPECT_LE(test, (size_t)size, row->size(w));
	for (room = 0; room < size; room += NLA_ALIGNTO) {
		leave_room(skb, room);
		KUNIT_EXPECT_NE_MSG(test, row->fill(skb, w), 0, "%u of %u",
				    room, size);
	}
	leave_room(skb, size);
	KUNIT_EXPECT_EQ(test, row->fill(skb, w), 0);
	kfree_skb(skb);
	end(w);
}

/* The tables have none yet. */
static void an_ipv6_address_goes_into_its_own_attribute(struct kunit *test)
{
	const union mgm_addr addr = { .ip6 = { { { 0x20, 0x01, [15] = 1 } } } };
	const struct nlattr *attr;
	struct sk_buff *skb;

	skb = MUST(test, alloc_skb(64, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, mgm_put_addr(skb, AF_INET6, MGM_A_OIF_NEXTHOP4,
					   MGM_A_OIF_NEXTHOP6, &addr), 0);
	attr = (const struct nlattr *)skb->data;
	KUNIT_EXPECT_EQ(test, nla_type(attr), (int)MGM_A_OIF_NEXTHOP6);
	KUNIT_EXPECT_EQ(test, nla_len(attr), (int)sizeof(addr.ip6));
	KUNIT_EXPECT_EQ(test, memcmp(nla_data(attr), &addr.ip6,
				     sizeof(addr.ip6)), 0);
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	CASE_TABLE(what_does_not_fit_is_refused, object),
	KUNIT_CASE(an_ipv6_address_goes_into_its_own_attribute),
	{}
};

static struct kunit_suite fill_suite = {
	.name = "mgm_fill",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(fill_suite);
