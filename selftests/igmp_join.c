// SPDX-License-Identifier: GPL-2.0
/*
 * What is joined by command on an interface with IGMP: what can be, what MGM is
 * told of it, and how it is read.
 */
#include <linux/genetlink.h>
#include "igmp_nl.h"
#include "mgm_harness.h"

FIXTURE(igmp_join)
{
	struct igmp igmp;
};

FIXTURE_SETUP(igmp_join)
{
	ASSERT_EQ(0, igmp_begin(&self->igmp));
}

FIXTURE_TEARDOWN(igmp_join)
{
	igmp_end(&self->igmp);
}

TEST_F(igmp_join, group_or_source_that_makes_no_sense_is_refused)
{
	static const struct {
		const char *group;
		const char *source;
		unsigned int blamed;
		const char *text;
	} cases[] = {
		{ "0.0.0.0", NULL, GROUP(GROUP4),
		  "the group is not a multicast address" },
		{ "10.0.0.1", NULL, GROUP(GROUP4),
		  "the group is not a multicast address" },
		{ "223.255.255.255", "10.0.0.1", GROUP(GROUP4),
		  "the group is not a multicast address" },
		{ "240.0.0.0", NULL, GROUP(GROUP4),
		  "the group is not a multicast address" },
		{ "255.255.255.255", NULL, GROUP(GROUP4),
		  "the group is not a multicast address" },
		{ "224.0.0.0", NULL, GROUP(GROUP4),
		  "groups in 224.0.0.0/24 never leave their link" },
		{ "224.0.0.1", "10.0.0.1", GROUP(GROUP4),
		  "groups in 224.0.0.0/24 never leave their link" },
		{ "224.0.0.255", NULL, GROUP(GROUP4),
		  "groups in 224.0.0.0/24 never leave their link" },
		{ "239.1.1.1", "0.0.0.0", GROUP(SOURCE4),
		  "the source is not a unicast address" },
		{ "239.1.1.1", "127.0.0.1", GROUP(SOURCE4),
		  "the source is not a unicast address" },
		{ "239.1.1.1", "239.1.1.1", GROUP(SOURCE4),
		  "the source is not a unicast address" },
		{ "239.1.1.1", "255.255.255.255", GROUP(SOURCE4),
		  "the source is not a unicast address" },
	};
	struct mgm_nl *nl = &self->igmp.nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_REFUSED(nl, EINVAL, cases[i].text,
			       igmp_join(nl, self->igmp.dev, cases[i].group,
					 cases[i].source));
		EXPECT_EQ(cases[i].blamed, nl->attr) TH_LOG("case %u", i);
		EXPECT_REFUSED(nl, EINVAL, cases[i].text,
			       igmp_leave(nl, self->igmp.dev, cases[i].group,
					  cases[i].source));
		EXPECT_EQ(cases[i].blamed, nl->attr) TH_LOG("case %u", i);
	}
	EXPECT_EQ(0, igmp_join(nl, self->igmp.dev, "224.0.1.0", NULL));
	EXPECT_EQ(0, igmp_join(nl, self->igmp.dev, "239.255.255.255", "223.255.255.255"));
}

#define LINE	"membership handle=%u id=2 comp=0 if=%d %s flags=1\n"
#define ALL	"group=239.1.1.1 group_len=32 source_len=0"
#define ONE	"group=239.1.1.1 group_len=32 source=10.0.0.1 source_len=32"

static int handle_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == MGM_A_PROTOCOL_HANDLE)
			*(__u32 *)data = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

TEST_F(igmp_join, what_is_joined_mgm_is_told_until_it_is_left)
{
	struct mgm_nl *nl = &self->igmp.nl;
	struct mgm_nl *mgm = &self->igmp.mgm;
	__u32 handle = 0;

	/* The only protocol there is. */
	ASSERT_EQ(0, mgm_nl_call(mgm, MGM_CMD_PROTOCOL_GET, NLM_F_DUMP,
				 handle_cb, &handle, NULL));
	EXPECT_EQ(0, igmp_join(nl, self->igmp.dev, "239.1.1.1", "10.0.0.1"));
	EXPECT_MEMBERSHIPS(mgm, mgm_fmt(LINE, handle, self->igmp.dev, ONE));
	EXPECT_EQ(0, igmp_join(nl, self->igmp.dev, "239.1.1.1", NULL));
	EXPECT_MEMBERSHIPS(mgm, mgm_fmt(LINE, handle, self->igmp.dev, ALL));
	EXPECT_EQ(0, igmp_leave(nl, self->igmp.dev, "239.1.1.1", NULL));
	EXPECT_MEMBERSHIPS(mgm, mgm_fmt(LINE, handle, self->igmp.dev, ONE));
	EXPECT_EQ(0, igmp_leave(nl, self->igmp.dev, "239.1.1.1", "10.0.0.1"));
	EXPECT_MEMBERSHIPS(mgm, "");
}

TEST_F(igmp_join, joining_twice_and_leaving_what_is_not_joined_are_refused)
{
	struct mgm_nl *nl = &self->igmp.nl;
	int dev = self->igmp.dev;

	EXPECT_REFUSED(nl, ENOENT, "the group is not joined",
		       igmp_leave(nl, dev, "239.1.1.1", NULL));
	EXPECT_EQ(GROUP(GROUP4), nl->attr);
	EXPECT_REFUSED(nl, ENOENT, "the source is not joined",
		       igmp_leave(nl, dev, "239.1.1.1", "10.0.0.1"));
	EXPECT_EQ(GROUP(SOURCE4), nl->attr);

	/* A source of a group, and the group, are two things. */
	ASSERT_EQ(0, igmp_join(nl, dev, "239.1.1.1", "10.0.0.1"));
	EXPECT_REFUSED(nl, EEXIST, "the source is joined already",
		       igmp_join(nl, dev, "239.1.1.1", "10.0.0.1"));
	EXPECT_EQ(GROUP(SOURCE4), nl->attr);
	EXPECT_REFUSED(nl, ENOENT, "the group is not joined",
		       igmp_leave(nl, dev, "239.1.1.1", NULL));
	EXPECT_REFUSED(nl, ENOENT, "the source is not joined",
		       igmp_leave(nl, dev, "239.1.1.1", "10.0.0.2"));
	ASSERT_EQ(0, igmp_join(nl, dev, "239.1.1.1", NULL));
	EXPECT_REFUSED(nl, EEXIST, "the group is joined already",
		       igmp_join(nl, dev, "239.1.1.1", NULL));
	EXPECT_EQ(GROUP(GROUP4), nl->attr);
	EXPECT_REFUSED(nl, EEXIST, "the source is joined already",
		       igmp_join(nl, dev, "239.1.1.1", "10.0.0.1"));
	ASSERT_EQ(0, igmp_leave(nl, dev, "239.1.1.1", "10.0.0.1"));
	EXPECT_REFUSED(nl, ENOENT, "the source is not joined",
		       igmp_leave(nl, dev, "239.1.1.1", "10.0.0.1"));
	ASSERT_EQ(0, igmp_leave(nl, dev, "239.1.1.1", NULL));
	EXPECT_REFUSED(nl, ENOENT, "the group is not joined",
		       igmp_leave(nl, dev, "239.1.1.1", NULL));
}

TEST_F(igmp_join, bounds_count_what_is_joined_and_what_is_there_stays)
{
	const char *text = "too many groups, or sources of the group";
	struct mgm_nl *nl = &self->igmp.nl;
	struct igmp_object object;
	int dev = self->igmp.dev;

	ASSERT_EQ(0, SETTINGS(nl, SET, dev, U32(IF(GROUPS_MAX), 2),
			      U32(IF(SOURCES_MAX), 1)));
	ASSERT_EQ(0, igmp_join(nl, dev, "239.1.1.1", NULL));
	ASSERT_EQ(0, igmp_join(nl, dev, "239.1.1.2", "10.0.0.1"));
	EXPECT_REFUSED(nl, ENOSPC, text, igmp_join(nl, dev, "239.1.1.3", NULL));
	EXPECT_REFUSED(nl, ENOSPC, text,
		       igmp_join(nl, dev, "239.1.1.3", "10.0.0.1"));
	EXPECT_REFUSED(nl, ENOSPC, text,
		       igmp_join(nl, dev, "239.1.1.2", "10.0.0.2"));
	ASSERT_EQ(0, SETTINGS(nl, SET, dev, U32(IF(GROUPS_MAX), 0),
			      U32(IF(SOURCES_MAX), 0)));
	ASSERT_EQ(0, igmp_get(nl, dev, &object));
	EXPECT_EQ(2, object.values[IF(GROUPS)]);
	EXPECT_REFUSED(nl, ENOSPC, text,
		       igmp_join(nl, dev, "239.1.1.1", "10.0.0.1"));

	/* A source that has no room leaves no group behind. */
	ASSERT_EQ(0, SETTINGS(nl, SET, dev, U32(IF(GROUPS_MAX), 3)));
	EXPECT_REFUSED(nl, ENOSPC, text,
		       igmp_join(nl, dev, "239.1.1.3", "10.0.0.1"));
}

TEST_F(igmp_join, what_mgm_has_no_room_for_is_refused)
{
	const char *text = "MGM does not take the membership";
	struct mgm_nl *nl = &self->igmp.nl;
	struct mgm_nl *mgm = &self->igmp.mgm;
	int dev = self->igmp.dev;

	ASSERT_EQ(0, igmp_join(nl, dev, "239.1.1.1", NULL));
	ASSERT_EQ(0, CALL(mgm, MGM_CMD_LIMIT_SET,
			  U32(MGM_A_LIMIT_ID, MGM_LIMIT_MEMBERSHIPS),
			  U32(MGM_A_LIMIT_VALUE, 1)));
	EXPECT_REFUSED(nl, ENOSPC, text,
		       igmp_join(nl, dev, "239.1.1.2", NULL));
	EXPECT_REFUSED(nl, ENOSPC, text,
		       igmp_join(nl, dev, "239.1.1.2", "10.0.0.1"));
	ASSERT_EQ(0, igmp_leave(nl, dev, "239.1.1.1", NULL));
	EXPECT_EQ(0, igmp_join(nl, dev, "239.1.1.2", "10.0.0.1"));
}

TEST_F(igmp_join, interface_that_mgm_has_no_room_for_is_refused)
{
	struct mgm_nl *nl = &self->igmp.nl;

	ASSERT_EQ(0, CALL(&self->igmp.mgm, MGM_CMD_LIMIT_SET,
			  U32(MGM_A_LIMIT_ID, MGM_LIMIT_INTERFACES),
			  U32(MGM_A_LIMIT_VALUE, 1)));
	EXPECT_REFUSED(nl, ENOSPC, "too many interfaces",
		       igmp_enable(nl, self->igmp.dev2));
	EXPECT_EQ(0, nl->attr);
}

/* Reading */

TEST_F(igmp_join, interfaces_that_take_several_messages_come_each_exactly_once)
{
	struct mgm_nl *nl = &self->igmp.nl;
	struct igmp_object object = {};
	unsigned int i;
	int dev;

	for (i = 0; i < 100; i++) {
		dev = rtnl_dummy(mgm_fmt("many%u", i));
		ASSERT_LT(0, dev);
		ASSERT_EQ(0, igmp_enable(nl, dev));
	}
	ASSERT_EQ(0, mgm_nl_call(nl, GET, NLM_F_DUMP, igmp_object_cb, &object,
				 NULL));
	EXPECT_EQ(101, object.count);
	EXPECT_FALSE(nl->interrupted);
}

TEST_F(igmp_join, groups_that_take_several_messages_come_each_exactly_once)
{
	struct mgm_nl *nl = &self->igmp.nl;
	struct igmp_object object;
	unsigned int i;

	for (i = 0; i < 1000; i++)
		ASSERT_EQ(0, igmp_join(nl, self->igmp.dev,
				       mgm_fmt("239.2.%u.%u", i / 250, i % 250),
				       NULL));
	ASSERT_EQ(0, igmp_groups(nl, self->igmp.dev, &object));
	EXPECT_EQ(1000, object.count);
	EXPECT_FALSE(nl->interrupted);
}

TEST_F(igmp_join, group_with_512_sources_is_told_whole_in_one_message)
{
	struct mgm_nl *nl = &self->igmp.nl;
	struct igmp_object object;
	unsigned int i;

	ASSERT_EQ(0, SETTINGS(nl, SET, self->igmp.dev, U32(IF(SOURCES_MAX), 512)));
	for (i = 0; i < 512; i++)
		ASSERT_EQ(0, igmp_join(nl, self->igmp.dev, "239.1.1.1",
				       mgm_fmt("10.0.%u.%u", i / 250, i % 250)));
	ASSERT_EQ(0, igmp_groups(nl, self->igmp.dev, &object));
	EXPECT_EQ(1, object.count);
	EXPECT_EQ(512, object.sources);
}

TEST_F(igmp_join, groups_are_told_by_interface)
{
	struct mgm_nl *nl = &self->igmp.nl;
	struct igmp_object object;

	ASSERT_EQ(0, igmp_enable(nl, self->igmp.dev2));
	ASSERT_EQ(0, igmp_join(nl, self->igmp.dev, "239.1.1.1", NULL));
	ASSERT_EQ(0, igmp_join(nl, self->igmp.dev, "239.1.1.2", "10.0.0.1"));
	ASSERT_EQ(0, igmp_join(nl, self->igmp.dev2, "239.1.1.3", NULL));

	ASSERT_EQ(0, igmp_groups(nl, 0, &object));
	EXPECT_EQ(3, object.count);
	ASSERT_EQ(0, igmp_groups(nl, self->igmp.dev2, &object));
	EXPECT_EQ(1, object.count);
	EXPECT_EQ(self->igmp.dev2, object.values[GROUP(IFINDEX)]);
	EXPECT_EQ(inet_addr("239.1.1.3"), object.values[GROUP(GROUP4)]);
	EXPECT_EQ(MGM_IGMP_GROUP_F_STATIC, object.values[GROUP(FLAGS)]);
	EXPECT_EQ(MGM_IGMP_MODE_INCLUDE, object.values[GROUP(MODE)]);
	EXPECT_EQ(0, object.sources);
	ASSERT_EQ(0, igmp_groups(nl, self->igmp.dev, &object));
	EXPECT_EQ(2, object.count);
	EXPECT_EQ(inet_addr("239.1.1.2"), object.values[GROUP(GROUP4)]);
	EXPECT_EQ(0, object.values[GROUP(FLAGS)]);
	EXPECT_EQ(1, object.sources);
	ASSERT_EQ(0, igmp_groups(nl, 999999, &object));
	EXPECT_EQ(0, object.count);
}

#define COUNT	1500

struct dump {
	unsigned int seen[COUNT];
	struct mgm_nl *other;		/* to change something with, once */
	int dev;
	int err;
};

static const char *group(unsigned int i)
{
	return mgm_fmt("239.1.%u.%u", i / 250, i % 250);
}

static int dump_cb(const struct nlmsghdr *nlh, void *data)
{
	struct igmp_object object = {};
	struct dump *dump = data;
	__u32 addr, i;

	if (dump->other) {
		dump->err = igmp_leave(dump->other, dump->dev, group(0), NULL) ?:
			    igmp_leave(dump->other, dump->dev, group(COUNT - 1),
				       NULL);
		dump->other = NULL;
	}
	igmp_object_cb(nlh, &object);
	addr = ntohl(object.values[GROUP(GROUP4)]);
	i = (addr >> 8 & 0xff) * 250 + (addr & 0xff);
	if (i < COUNT)
		dump->seen[i]++;
	return MNL_CB_OK;
}

TEST_F(igmp_join, change_while_groups_are_read_is_marked_and_what_stays_comes_once)
{
	struct mgm_nl *nl = &self->igmp.nl;
	struct dump dump = { .dev = self->igmp.dev };
	struct mgm_nl other;
	unsigned int i;

	ASSERT_EQ(0, igmp_open(&other));
	for (i = 0; i < COUNT; i++)
		ASSERT_EQ(0, igmp_join(nl, self->igmp.dev, group(i), NULL));
	ASSERT_EQ(0, mgm_nl_call(nl, GROUP_GET, NLM_F_DUMP,
				 dump_cb, &dump, NULL));
	EXPECT_FALSE(nl->interrupted);
	for (i = 0; i < COUNT; i++)
		ASSERT_EQ(1, dump.seen[i]) TH_LOG("group %u", i);

	memset(dump.seen, 0, sizeof(dump.seen));
	dump.other = &other;
	ASSERT_EQ(0, mgm_nl_call(nl, GROUP_GET, NLM_F_DUMP,
				 dump_cb, &dump, NULL));
	EXPECT_EQ(0, dump.err);
	EXPECT_TRUE(nl->interrupted);
	EXPECT_EQ(0, dump.seen[COUNT - 1]);
	for (i = 1; i < COUNT - 1; i++)
		ASSERT_EQ(1, dump.seen[i]) TH_LOG("group %u", i);
	mgm_nl_close(&other);
}

TEST_HARNESS_MAIN
