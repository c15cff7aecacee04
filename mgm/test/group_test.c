// SPDX-License-Identifier: GPL-2.0
#include "../group.c"
#include "fixture.h"

static struct mgm_membership *find(struct kunit *test, __be32 src, __be32 grp,
				   const struct mgm_interface *ifc,
				   const struct mgm_protocol *proto)
{
	struct mgm_sg sg = mgm_sg4(src, grp);

	return mgm_membership_find(net_of(test), &sg, &ifc->key, proto->handle);
}

static bool forwards(struct kunit *test, __be32 src, __be32 grp,
		     const struct mgm_interface *ifc)
{
	struct mgm_sg sg = mgm_sg4(src, grp);

	return mgm_group_forwards(net_of(test), &sg, ifc);
}

static void a_membership_is_counted_on_both_sides(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, proto);
	struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	struct mgm_net *mn = net_of(test);
	struct mgm_membership *m;

	fixture_forget_events(test);
	m = MUST(test, mgm_membership_create(mn, proto, ifc, &sg,
					     JOIN | FORWARD, NULL));
	EXPECT_EVENTS(test, { MGM_EVENT_MEMBERSHIP_ADD, proto->handle, m });
	KUNIT_EXPECT_EQ(test, mgm_sg_cmp(&m->group->sg, &sg), 0);
	KUNIT_EXPECT_PTR_EQ(test, m->ifc, ifc);
	KUNIT_EXPECT_PTR_EQ(test, m->proto, proto);
	KUNIT_EXPECT_EQ(test, m->flags, (u32)(JOIN | FORWARD));
	KUNIT_EXPECT_EQ(test, ifc->nr_memberships, 1U);
	KUNIT_EXPECT_EQ(test, proto->nr_memberships, 1U);
	EXPECT_BOUND(test, MGM_LIMIT_MEMBERSHIPS, 1, 0);
	KUNIT_EXPECT_PTR_EQ(test, find(test, SRC(1), GRP(1), ifc, proto), m);
	EXPECT_SOUND(test);

	mgm_membership_destroy(mn, m);
	EXPECT_EVENTS(test, { MGM_EVENT_MEMBERSHIP_DEL, proto->handle, m });
	KUNIT_EXPECT_NULL(test, find(test, SRC(1), GRP(1), ifc, proto));
	KUNIT_EXPECT_EQ(test, ifc->nr_memberships, 0U);
	KUNIT_EXPECT_EQ(test, proto->nr_memberships, 0U);
	EXPECT_BOUND(test, MGM_LIMIT_MEMBERSHIPS, 0, 0);
	EXPECT_SOUND(test);
}

static void a_membership_is_found_by_its_whole_key(struct kunit *test)
{
	struct mgm_protocol *a = fixture_protocol(test, PLAIN);
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_interface *one = fixture_interface(test, 1, ANY, a);
	struct mgm_interface *hop = fixture_interface(test, 1, HOP(1), a);
	struct mgm_membership *m[4];

	mgm_interface_set_igmp(net_of(test), one, igmp);
	m[0] = fixture_join(test, a, one, SRC(1), GRP(1));
	m[1] = fixture_join(test, a, one, ANY, GRP(1));
	m[2] = fixture_join(test, igmp, one, ANY, GRP(1));
	m[3] = fixture_join(test, a, hop, ANY, ANY);

	KUNIT_EXPECT_PTR_EQ(test, find(test, SRC(1), GRP(1), one, a), m[0]);
	KUNIT_EXPECT_PTR_EQ(test, find(test, ANY, GRP(1), one, a), m[1]);
	KUNIT_EXPECT_PTR_EQ(test, find(test, ANY, GRP(1), one, igmp), m[2]);
	KUNIT_EXPECT_PTR_EQ(test, find(test, ANY, ANY, hop, a), m[3]);
	KUNIT_EXPECT_NULL(test, find(test, SRC(2), GRP(1), one, a));
	KUNIT_EXPECT_NULL(test, find(test, SRC(1), GRP(2), one, a));
	KUNIT_EXPECT_NULL(test, find(test, SRC(1), GRP(1), hop, a));
	KUNIT_EXPECT_NULL(test, find(test, SRC(1), GRP(1), one, igmp));
	KUNIT_EXPECT_NULL(test, find(test, ANY, ANY, one, a));
	EXPECT_SOUND(test);
}

/* By group, source, interface and handle: the wildcards come first. */
static const struct {
	__be32 src;
	__be32 grp;
	u8 ifc;
	u8 proto;
} sorted[] = {
	{ ANY, ANY, 0, 0 }, { ANY, ANY, 1, 0 }, { ANY, GRP(1), 0, 1 },
	{ ANY, GRP(1), 1, 0 }, { ANY, GRP(1), 1, 1 }, { SRC(1), GRP(1), 2, 0 },
	{ SRC(2), GRP(1), 0, 0 }, { SRC(1), GRP(2), 1, 1 },
};

static const unsigned int shuffled[] = { 4, 6, 1, 7, 3, 0, 5, 2 };

static struct mgm_membership *after(struct kunit *test,
				    const struct mgm_membership *m)
{
	return mgm_membership_after(net_of(test), &m->group->sg, &m->ifc->key,
				    m->proto->handle);
}

static void make_all(struct kunit *test,
		     struct mgm_membership **m)
{
	struct mgm_interface *ifc[3];
	struct mgm_protocol *proto[2];
	unsigned int i, k;

	proto[0] = fixture_protocol(test, PLAIN);
	proto[1] = fixture_protocol(test, IGMP);
	ifc[0] = fixture_interface(test, 1, ANY, proto[0]);
	ifc[1] = fixture_interface(test, 1, HOP(1), proto[0]);
	ifc[2] = fixture_interface(test, 2, ANY, proto[0]);
	for (i = 0; i < ARRAY_SIZE(sorted); i++) {
		k = shuffled[i];
		m[k] = fixture_join(test, proto[sorted[k].proto],
				    ifc[sorted[k].ifc], sorted[k].src,
				    sorted[k].grp);
	}
}

static void memberships_come_in_order(struct kunit *test)
{
	struct mgm_membership *m[ARRAY_SIZE(sorted)], *at;
	unsigned int i = 0;

	KUNIT_EXPECT_NULL(test,
			  mgm_membership_after(net_of(test), NULL, NULL, 0));
	make_all(test, m);
	for (at = mgm_membership_after(net_of(test), NULL, NULL, 0); at;
	     at = after(test, at)) {
		KUNIT_EXPECT_PTR_EQ(test, at, m[min(i, 7U)]);
		i++;
	}
	KUNIT_EXPECT_EQ(test, i, (unsigned int)ARRAY_SIZE(sorted));
}

static void iteration_survives_deletion(struct kunit *test)
{
	struct mgm_membership *m[ARRAY_SIZE(sorted)];
	struct mgm_net *mn = net_of(test);
	u32 handle;
	struct mgm_if key;
	struct mgm_sg sg;

	make_all(test, m);
	/* The walk stands at the last of a group, which then is gone. */
	sg = m[5]->group->sg;
	key = m[5]->ifc->key;
	handle = m[5]->proto->handle;
	mgm_membership_destroy(mn, m[5]);
	KUNIT_EXPECT_PTR_EQ(test, mgm_membership_after(mn, &sg, &key, handle),
			    m[6]);
	mgm_membership_destroy(mn, m[6]);
	KUNIT_EXPECT_PTR_EQ(test, mgm_membership_after(mn, &sg, &key, handle),
			    m[7]);
	mgm_membership_destroy(mn, m[7]);
	KUNIT_EXPECT_NULL(test, mgm_membership_after(mn, &sg, &key, handle));

	/* And at one of several. */
	sg = m[3]->group->sg;
	key = m[3]->ifc->key;
	handle = m[3]->proto->handle;
	mgm_membership_destroy(mn, m[3]);
	KUNIT_EXPECT_PTR_EQ(test, mgm_membership_after(mn, &sg, &key, handle),
			    m[4]);
}

/*
 * Who owns the interface, and who has the membership there: is it in force? IGMP
 * has only to say where nobody else decides.
 */
enum who { OWNER, BY_IGMP };

static const struct force_row {
	const char *desc;
	int owner;			/* &enum fixture_kind, -1: none */
	enum who member;
	bool in_force;
} force_rows[] = {
	{ "an owner in user space", USER, OWNER, true },
	{ "an owner without local_join", PLAIN, OWNER, true },
	{ "an owner with local_join", DECIDING, OWNER, true },
	{ "IGMP where nobody owns", -1, BY_IGMP, true },
	{ "IGMP, owner in user space", USER, BY_IGMP, true },
	{ "IGMP, owner without local_join", PLAIN, BY_IGMP, true },
	{ "IGMP, owner with local_join", DECIDING, BY_IGMP, false },
};

TABLE(force);

static void check_forwarding(struct kunit *test, __be32 src, __be32 grp)
{
	const struct force_row *row = test->param_value;
	struct mgm_protocol *owner = NULL, *igmp = fixture_protocol(test, IGMP);
	struct mgm_interface *ifc, *hop, *other, *v[1];
	int s, g;

	if (row->owner >= 0)
		owner = fixture_protocol(test, row->owner);
	ifc = fixture_interface(test, 1, ANY, owner);
	hop = fixture_interface(test, 1, HOP(1), owner);
	other = fixture_interface(test, 2, ANY, owner);
	mgm_interface_set_igmp(net_of(test), ifc, igmp);
	fixture_join(test, row->member == OWNER ? owner : igmp, ifc, src, grp);

	for (s = 1; s <= 2; s++) {
		for (g = 1; g <= 2; g++) {
			struct mgm_sg sg = mgm_sg4(SRC(s), GRP(g));
			bool want = row->in_force &&
				    (!src || src == SRC(s)) &&
				    (!grp || grp == GRP(g));

			KUNIT_EXPECT_EQ_MSG(test,
					    forwards(test, SRC(s), GRP(g), ifc),
					    want, "(%d,%d)", s, g);
			KUNIT_EXPECT_FALSE(test, forwards(test, SRC(s), GRP(g),
							  hop));
			KUNIT_EXPECT_FALSE(test, forwards(test, SRC(s), GRP(g),
							  other));
			KUNIT_EXPECT_EQ_MSG(test,
					    mgm_group_interfaces(net_of(test),
								 &sg, v, 1),
					    (unsigned int)want, "(%d,%d)", s,
					    g);
			if (want)
				KUNIT_EXPECT_PTR_EQ(test, v[0], ifc);
		}
	}
}

static void memberships_of_source_and_group_forward(struct kunit *test)
{
	check_forwarding(test, SRC(1), GRP(1));
}

static void memberships_of_a_group_forward(struct kunit *test)
{
	check_forwarding(test, ANY, GRP(1));
}

static void memberships_of_everything_forward(struct kunit *test)
{
	check_forwarding(test, ANY, ANY);
}

static void a_deciding_owner_forwards_by_its_own_membership(struct kunit *test)
{
	struct mgm_protocol *owner = fixture_protocol(test, DECIDING);
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, owner);

	mgm_interface_set_igmp(net_of(test), ifc, igmp);
	fixture_join(test, igmp, ifc, ANY, GRP(1));
	KUNIT_EXPECT_FALSE(test, forwards(test, SRC(1), GRP(1), ifc));
	fixture_join(test, owner, ifc, SRC(1), GRP(1));
	KUNIT_EXPECT_TRUE(test, forwards(test, SRC(1), GRP(1), ifc));
	KUNIT_EXPECT_FALSE(test, forwards(test, SRC(2), GRP(1), ifc));
	fixture_leave(test, owner, ifc, SRC(1), GRP(1));
	KUNIT_EXPECT_FALSE(test, forwards(test, SRC(1), GRP(1), ifc));
	/* The owner goes: the word of IGMP counts. */
	mgm_interface_set_owner(net_of(test), ifc, NULL);
	KUNIT_EXPECT_TRUE(test, forwards(test, SRC(1), GRP(1), ifc));
}

/* Whichever handle is smaller, the one membership in force is found. */
static void igmp_may_have_registered_first(struct kunit *test)
{
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_protocol *owner = fixture_protocol(test, DECIDING);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, owner);

	mgm_interface_set_igmp(net_of(test), ifc, igmp);
	fixture_join(test, igmp, ifc, ANY, GRP(1));
	fixture_join(test, owner, ifc, ANY, GRP(1));
	KUNIT_EXPECT_TRUE(test, forwards(test, SRC(1), GRP(1), ifc));
}

static void flags_do_not_matter_to_forwarding(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, proto);
	struct mgm_membership *m;

	m = fixture_join(test, proto, ifc, ANY, GRP(1));
	KUNIT_EXPECT_EQ(test, mgm_membership_set_flags(net_of(test), m,
						       FORWARD), 0);
	KUNIT_EXPECT_TRUE(test, forwards(test, SRC(1), GRP(1), ifc));
}

static void interfaces_are_listed_once_and_in_order(struct kunit *test)
{
	struct mgm_protocol *owner = fixture_protocol(test, PLAIN);
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	struct mgm_interface *ifc[4], *v[8];
	int i;

	ifc[3] = fixture_interface(test, 3, ANY, owner);
	ifc[1] = fixture_interface(test, 2, HOP(1), owner);
	ifc[0] = fixture_interface(test, 1, ANY, owner);
	ifc[2] = fixture_interface(test, 2, HOP(2), owner);
	mgm_interface_set_igmp(net_of(test), ifc[2], igmp);

	fixture_join(test, owner, ifc[3], ANY, ANY);
	fixture_join(test, owner, ifc[2], SRC(1), GRP(1));
	fixture_join(test, igmp, ifc[2], SRC(1), GRP(1));
	fixture_join(test, igmp, ifc[2], ANY, GRP(1));
	fixture_join(test, owner, ifc[0], ANY, ANY);
	fixture_join(test, owner, ifc[0], SRC(1), GRP(1));
	fixture_join(test, owner, ifc[1], ANY, GRP(1));
	fixture_join(test, owner, ifc[1], SRC(2), GRP(2));

	KUNIT_EXPECT_EQ(test, mgm_group_interfaces(net_of(test), &sg, v, 8),
			4U);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_PTR_EQ(test, v[i], ifc[i]);
}

static const struct size_row {
	const char *desc;
	unsigned int size;
	bool enough;
} size_rows[] = {
	{ "none at all", 0, false },
	{ "too small even for each one once", 1, false },
	{ "for each one once, but not for all memberships", 2, false },
	{ "one short", 3, false },
	{ "just large enough", 4, true },
	{ "larger", 6, true },
};

TABLE(size);

/* Four memberships on two interfaces. */
static void arrays_are_not_overrun(struct kunit *test)
{
	struct mgm_protocol *owner = fixture_protocol(test, PLAIN);
	struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));
	const struct size_row *row = test->param_value;
	struct mgm_interface *canary, *one, *two, *v[8];
	unsigned int i, n;

	one = fixture_interface(test, 1, ANY, owner);
	two = fixture_interface(test, 2, ANY, owner);
	canary = fixture_interface(test, 3, ANY, owner);
	fixture_join(test, owner, one, SRC(1), GRP(1));
	fixture_join(test, owner, one, ANY, GRP(1));
	fixture_join(test, owner, one, ANY, ANY);
	fixture_join(test, owner, two, ANY, ANY);
	for (i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = canary;

	n = mgm_group_interfaces(net_of(test), &sg, row->size ? v : NULL,
				 row->size);
	if (row->enough) {
		KUNIT_EXPECT_EQ(test, n, 2U);
		KUNIT_EXPECT_PTR_EQ(test, v[0], one);
		KUNIT_EXPECT_PTR_EQ(test, v[1], two);
	} else {
		KUNIT_EXPECT_EQ(test, n, 4U);
	}
	for (i = row->size; i < ARRAY_SIZE(v); i++)
		KUNIT_EXPECT_PTR_EQ(test, v[i], canary);
}

static void a_change_of_flags_is_told(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, proto);
	static const u32 flags[] = { JOIN | FORWARD, FORWARD, FORWARD, JOIN };
	struct mgm_membership *m;
	int i;

	m = fixture_join(test, proto, ifc, ANY, GRP(1));
	fixture_forget_events(test);
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		KUNIT_EXPECT_EQ(test, mgm_membership_set_flags(net_of(test), m,
							       flags[i]), 0);
		KUNIT_EXPECT_EQ(test, m->flags, flags[i]);
		KUNIT_EXPECT_EQ(test, !m->interest, !(flags[i] & JOIN));
		EXPECT_EVENTS(test,
			      { MGM_EVENT_MEMBERSHIP_ADD, proto->handle, m });
		EXPECT_SOUND(test);
	}
}

/* A membership comes with flags, gets others, and goes: is the owner told? */
static const struct local_row {
	const char *desc;
	bool by_owner;
	u32 first, then;
	bool told_first, told_then;
} local_rows[] = {
	{ "IGMP's", false, JOIN, JOIN | FORWARD, true, false },
	{ "IGMP's that forwards only", false, FORWARD, JOIN, true, false },
	{ "IGMP's that excludes", false, EXCLUDE, JOIN, false, true },
	{ "the owner's own", true, JOIN, JOIN | FORWARD, false, false },
	{ "the owner's own that excludes", true, EXCLUDE, JOIN, false, false },
};

TABLE(local);

static void the_owner_hears_of_members(struct kunit *test)
{
	struct mgm_protocol *owner = fixture_protocol(test, LISTENING);
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, owner);
	const struct local_row *row = test->param_value;
	const struct fixture_alert joined = {
		owner, MGM_ALERT_LOCAL_JOIN, false, SRC(1), GRP(1), ifc
	}, left = {
		owner, MGM_ALERT_LOCAL_LEAVE, false, SRC(1), GRP(1), ifc
	};
	struct mgm_net *mn = net_of(test);
	struct mgm_membership *m;
	int i;

	mgm_interface_set_igmp(mn, ifc, igmp);
	/* It goes as it came, and after the change. */
	for (i = 0; i < 2; i++) {
		m = fixture_add(test, row->by_owner ? owner : igmp, ifc, SRC(1),
				GRP(1), row->first);
		fixture_expect_alerts(test, &joined, row->told_first, __LINE__);
		if (i) {
			KUNIT_EXPECT_EQ(test, mgm_membership_set_flags(mn, m,
								       row->then),
					0);
			fixture_expect_alerts(test, &joined, row->told_then,
					      __LINE__);
		}
		mgm_membership_destroy(mn, m);
		fixture_expect_alerts(test, &left, row->told_first ||
				      (i && row->told_then), __LINE__);
		EXPECT_SOUND(test);
	}
}

static void nobodys_interface_has_nobody_to_tell(struct kunit *test)
{
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, igmp);

	fixture_join(test, igmp, ifc, SRC(1), GRP(1));
	fixture_leave(test, igmp, ifc, SRC(1), GRP(1));
	EXPECT_NO_ALERTS(test);
}

/* One membership; does it cover (S1,G1) of that protocol there? */
static const struct wide_row {
	const char *desc;
	__be32 src, grp;
	bool elsewhere, by_igmp;
	bool covers;
} wide_rows[] = {
	{ "(*,*)", ANY, ANY, false, false, true },
	{ "(*,G1)", ANY, GRP(1), false, false, true },
	{ "(S1,G1) is not wider", SRC(1), GRP(1), false, false, false },
	{ "(*,G2)", ANY, GRP(2), false, false, false },
	{ "(S2,G1)", SRC(2), GRP(1), false, false, false },
	{ "(*,G1) on another interface", ANY, GRP(1), true, false, false },
	{ "(*,G1) of another protocol", ANY, GRP(1), false, true, false },
};

TABLE(wide);

static void wider_memberships_cover(struct kunit *test)
{
	struct mgm_protocol *owner = fixture_protocol(test, PLAIN);
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, owner);
	struct mgm_interface *other = fixture_interface(test, 2, ANY, owner);
	const struct wide_row *row = test->param_value;
	struct mgm_sg sg = mgm_sg4(SRC(1), GRP(1));

	mgm_interface_set_igmp(net_of(test), ifc, igmp);
	fixture_join(test, row->by_igmp ? igmp : owner,
		     row->elsewhere ? other : ifc, row->src, row->grp);
	KUNIT_EXPECT_EQ(test, mgm_group_covers(net_of(test), &sg, &ifc->key,
					       owner->handle), row->covers);
}

static void memberships_are_bounded(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	struct mgm_interface *ifc = fixture_interface(test, 1, ANY, proto);
	struct mgm_sg sg = mgm_sg4(ANY, GRP(3));
	struct netlink_ext_ack extack = {};
	struct mgm_net *mn = net_of(test);

	mn->bounds[MGM_LIMIT_MEMBERSHIPS].value = 2;
	fixture_join(test, proto, ifc, ANY, GRP(1));
	fixture_join(test, proto, ifc, ANY, GRP(2));
	fixture_forget_events(test);

	EXPECT_REFUSAL(test, PTR_ERR(mgm_membership_create(mn, proto, ifc, &sg,
							   JOIN, &extack)),
		       &extack, -ENOSPC,
		       "too many memberships in this namespace");
	EXPECT_BOUND(test, MGM_LIMIT_MEMBERSHIPS, 2, 1);
	KUNIT_EXPECT_EQ(test, proto->nr_memberships, 2U);
	KUNIT_EXPECT_NULL(test, find(test, ANY, GRP(3), ifc, proto));
	EXPECT_NO_EVENTS(test);
	EXPECT_SOUND(test);

	fixture_leave(test, proto, ifc, ANY, GRP(1));
	fixture_join(test, proto, ifc, ANY, GRP(3));
	EXPECT_BOUND(test, MGM_LIMIT_MEMBERSHIPS, 2, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_membership_is_counted_on_both_sides),
	KUNIT_CASE(a_membership_is_found_by_its_whole_key),
	KUNIT_CASE(memberships_come_in_order),
	KUNIT_CASE(iteration_survives_deletion),
	CASE_TABLE(memberships_of_source_and_group_forward, force),
	CASE_TABLE(memberships_of_a_group_forward, force),
	CASE_TABLE(memberships_of_everything_forward, force),
	KUNIT_CASE(a_deciding_owner_forwards_by_its_own_membership),
	KUNIT_CASE(igmp_may_have_registered_first),
	KUNIT_CASE(flags_do_not_matter_to_forwarding),
	KUNIT_CASE(interfaces_are_listed_once_and_in_order),
	CASE_TABLE(arrays_are_not_overrun, size),
	KUNIT_CASE(a_change_of_flags_is_told),
	CASE_TABLE(the_owner_hears_of_members, local),
	KUNIT_CASE(nobodys_interface_has_nobody_to_tell),
	CASE_TABLE(wider_memberships_cover, wide),
	KUNIT_CASE(memberships_are_bounded),
	{}
};

static struct kunit_suite group_suite = {
	.name = "mgm_group",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(group_suite);
