// SPDX-License-Identifier: GPL-2.0
/*
 * libmgm: every call that changes or reads something, and what it refuses.
 */
#include "libmgm_test.h"

static int protocol_line(const struct mgm_protocol_row *row, void *user)
{
	fprintf(user, "%u %u %u '%s' %u '%s' %u %u\n", row->handle, row->id,
		row->component, row->name, row->flags, row->module,
		row->interfaces, row->memberships);
	return 0;
}

TEST_F(libmgm, protocol_is_what_it_says_as_long_as_its_connection)
{
	__u32 handle;

	EXPECT_EQ(0, mgm_handle(self->a));
	EXPECT_STREQ("", mgm_error(self->a));
	ASSERT_EQ(0, mgm_register(self->a, 10, 3, "mine", NULL, NULL));
	handle = mgm_handle(self->a);
	ASSERT_EQ(0, mgm_interface_take(self->a, &self->in, 1));
	EXPECT_LINES(mgm_fmt("%u 10 3 'mine' 0 '' 1 0\n", handle),
		     protocol_line, mgm_protocols, self->b);
	EXPECT_NOT(self->a, EALREADY, "already",
		   mgm_register(self->a, 11, 0, NULL, NULL, NULL));
	EXPECT_NOT(self->b, EEXIST, "registered already",
		   mgm_register(self->b, 10, 3, NULL, NULL, NULL));
	EXPECT_EQ(0, mgm_handle(self->b));
	EXPECT_NOT(self->a, EBUSY, "", mgm_deregister(self->a));
	EXPECT_STRNE("", mgm_error(self->a));
	EXPECT_EQ(0, mgm_interface_release(self->a, &self->in));
	EXPECT_STREQ("", mgm_error(self->a));
	EXPECT_EQ(0, mgm_deregister(self->a));
	EXPECT_EQ(0, mgm_handle(self->a));
	EXPECT_NOT(self->a, ENOENT, "no protocol is registered",
		   mgm_interface_take(self->a, &self->in, 1));
	EXPECT_NOT(self->a, ENOENT, "no protocol is registered",
		   mgm_deregister(self->a));

	ASSERT_EQ(0, mgm_register(self->a, 10, 3, NULL, &all, &self->told_a));
	EXPECT_NE(handle, mgm_handle(self->a));
	ASSERT_EQ(0, mgm_interface_take(self->a, &self->in, 1));
	mgm_close(self->a);
	self->a = NULL;
	ASSERT_TRUE(WAIT_FOR(!mgm_interface_take(self->b, &self->in, 1) ||
			     !mgm_register(self->b, 10, 3, NULL, NULL, NULL)));
	EXPECT_LINES("", interface_line, mgm_interfaces, self->b);
}

TEST_F(libmgm, what_persists_is_adopted_by_the_next_connection)
{
	__u32 handle;

	ASSERT_EQ(0, mgm_register_persist(self->a, 10, 0, "stays"));
	handle = mgm_handle(self->a);
	ASSERT_EQ(0, mgm_interface_take(self->a, &self->in, 1));
	EXPECT_NOT(self->a, EALREADY, "already",
		   mgm_register_persist(self->a, 11, 0, NULL));
	mgm_close(self->a);
	self->a = NULL;

	mgm_adopt(self->b, handle);
	EXPECT_EQ(handle, mgm_handle(self->b));
	EXPECT_LINES(mgm_fmt("%u 10 0 'stays' 1 '' 1 0\n", handle),
		     protocol_line, mgm_protocols, self->b);
	EXPECT_EQ(0, mgm_interface_release(self->b, &self->in));
	EXPECT_EQ(0, mgm_deregister(self->b));
	mgm_adopt(self->b, handle);
	EXPECT_NOT(self->b, ENOENT, NO_HANDLE,
		   mgm_interface_take(self->b, &self->in, 1));
}

static int stop_at_once(const struct mgm_interface_row *row, void *user)
{
	++*(int *)user;
	return 7;
}

TEST_F(libmgm, interfaces_are_taken_set_shown_and_released)
{
	struct mgm_interface nowhere = { .ifindex = 9999 };
	struct mgm_interface one = {
		.ifindex = self->out[0].ifindex,
		.nexthop = ip4("10.9.0.7"),
	};
	struct mgm_interface six = {
		.ifindex = self->in.ifindex,
		.nexthop = { .family = AF_INET6, .ip6.s6_addr = { 0xfe, 0x80, 1 } },
	};
	struct mgm_interface odd = {
		.ifindex = self->in.ifindex,
		.nexthop.family = AF_UNIX,
	};
	int count = 0;

	ASSERT_EQ(0, mgm_register(self->a, 10, 3, "a", NULL, NULL));
	ASSERT_EQ(0, mgm_register(self->b, 20, 0, NULL, NULL, NULL));
	EXPECT_EQ(0, mgm_interface_take(self->a, &self->in, 5));
	EXPECT_EQ(0, mgm_interface_take(self->a, &one, 1));
	EXPECT_LINES(mgm_fmt("%u any ttl=5 owner=%u,10,3,'a' members=0 wrong_if=1\n",
			     self->in.ifindex, mgm_handle(self->a)),
		     interface_line, mgm_interface_get, self->b, &self->in);
	EXPECT_EQ(0, mgm_interface_set_ttl_threshold(self->a, &self->in, 9));
	EXPECT_EQ(0, mgm_interface_set_wrong_if(self->a, &self->in, false));
	EXPECT_LINES(mgm_fmt("%u any ttl=9 owner=%u,10,3,'a' members=0 wrong_if=0\n"
			     "%u 10.9.0.7 ttl=1 owner=%u,10,3,'a' members=0 wrong_if=1\n",
			     self->in.ifindex, mgm_handle(self->a),
			     one.ifindex, mgm_handle(self->a)),
		     interface_line, mgm_interfaces, self->b);
	EXPECT_EQ(7, mgm_interfaces(self->b, stop_at_once, &count));
	EXPECT_EQ(1, count);

	EXPECT_NOT(self->a, EALREADY, "", mgm_interface_take(self->a, &self->in, 1));
	EXPECT_STRNE("", mgm_error(self->a));
	EXPECT_NOT(self->b, EEXIST, "", mgm_interface_take(self->b, &self->in, 1));
	EXPECT_NOT(self->b, ENODEV, "", mgm_interface_take(self->b, &nowhere, 1));
	EXPECT_NOT(self->b, EOPNOTSUPP, "IPv4 only",
		   mgm_interface_take(self->b, &six, 1));
	EXPECT_NOT(self->b, EAFNOSUPPORT, "Address family",
		   mgm_interface_take(self->b, &odd, 1));
	EXPECT_NOT(self->b, ERANGE, "", mgm_interface_take(self->b, &self->in, 256));
	EXPECT_NOT(self->b, ENOENT, "", mgm_interface_release(self->b, &self->in));
	EXPECT_GT(0, mgm_interface_set_ttl_threshold(self->b, &self->in, 2));
	EXPECT_GT(0, mgm_interface_set_wrong_if(self->b, &self->in, true));
	EXPECT_EQ(0, mgm_interface_release(self->a, &one));
	EXPECT_NOT(self->a, ENOENT, "no protocol has this interface",
		   mgm_interface_get(self->a, &one, stop_at_once, &count));
	EXPECT_EQ(1, count);
}

TEST_F(libmgm, memberships_are_added_told_by_type_and_deleted)
{
	struct mgm_flow every = flow(NULL, NULL), group = flow(GROUP, NULL);
	struct mgm_flow source = flow(GROUP, SOURCE);
	__u32 handle;
	char *table;

	REGISTER(NULL, NULL);
	handle = mgm_handle(self->b);
	EXPECT_EQ(0, mgm_membership_add(self->b, &self->out[0], &every, JOIN));
	EXPECT_EQ(0, mgm_membership_add(self->b, &self->out[0], &group, FORWARD));
	EXPECT_EQ(0, mgm_membership_add(self->b, &self->out[0], &group, JOIN));
	EXPECT_EQ(0, mgm_membership_add(self->b, &self->out[1], &source, JOIN));
	table = mgm_nl_table(&self->nl, MGM_CMD_MEMBERSHIP_GET, NULL);
	EXPECT_LINES(table, membership_line, mgm_memberships, self->a,
		     MGM_MEMBERSHIP_TYPE_ALL_SOURCES);
	free(table);
	EXPECT_LINES(mgm_fmt("membership handle=%u id=20 comp=0 if=%u group=" GROUP
			     " group_len=32 source=" SOURCE " source_len=32 flags=1\n",
			     handle, self->out[1].ifindex),
		     membership_line, mgm_memberships, self->a,
		     MGM_MEMBERSHIP_TYPE_ANY_SOURCE);

	EXPECT_NOT(self->a, EPERM, NOT_OWNER,
		   mgm_membership_add(self->a, &self->out[0], &group, JOIN));
	EXPECT_NOT(self->b, EINVAL, "",
		   mgm_membership_add(self->b, &self->out[0], &group, 0));
	EXPECT_NOT(self->b, ENOENT, "no such membership",
		   mgm_membership_del(self->b, &self->out[1], &every, 0));
	EXPECT_EQ(0, mgm_membership_del(self->b, &self->out[0], &group, FORWARD));
	EXPECT_EQ(0, mgm_membership_del(self->b, &self->out[0], &group, 0));
	EXPECT_EQ(0, mgm_membership_del(self->b, &self->out[1], &source, 0));
	EXPECT_LINES(mgm_fmt("membership handle=%u id=20 comp=0 if=%u%s\n",
			     handle, self->out[0].ifindex,
			     " group_len=0 source_len=0 flags=1"),
		     membership_line, mgm_memberships, self->a,
		     MGM_MEMBERSHIP_TYPE_ALL_SOURCES);
}

/* Many calls at once */

struct refusals {
	size_t numbers[MANY];
	unsigned int count;
	unsigned int wrong;
	struct mgm *mgm;		/* to make a call meanwhile */
	int err;
};

static void refused(void *user, size_t number, int error, const char *reason)
{
	struct refusals *refusals = user;

	refusals->numbers[refusals->count++ % MANY] = number;
	if (error != -EPERM || !strstr(reason, NOT_OWNER))
		refusals->wrong++;
	if (refusals->mgm)
		refusals->err = mgm_config_set(refusals->mgm,
					       MGM_A_CONFIG_MFE_TIMEOUT, 900);
}

TEST_F(libmgm, batch_of_1000_tells_which_were_refused_and_makes_the_rest)
{
	struct refusals refusals = { .mgm = self->b };
	struct mgm_flow group;
	unsigned int i;

	REGISTER(NULL, NULL);
	ASSERT_EQ(0, mgm_batch_begin(self->b));
	EXPECT_NOT(self->b, EALREADY, "has begun", mgm_batch_begin(self->b));
	for (i = 0; i < MANY; i++) {
		group = numbered(i);
		ASSERT_EQ(0, mgm_membership_add(self->b, i % 300 == 299 ?
						&self->in : &self->out[0],
						&group, JOIN));
	}
	EXPECT_EQ(0, memberships(self->a));
	EXPECT_EQ(3, mgm_batch_end(self->b, refused, &refusals));
	EXPECT_STREQ("", mgm_error(self->b));
	EXPECT_EQ(3, refusals.count);
	EXPECT_EQ(299, refusals.numbers[0]);
	EXPECT_EQ(599, refusals.numbers[1]);
	EXPECT_EQ(899, refusals.numbers[2]);
	EXPECT_EQ(0, refusals.wrong);
	EXPECT_EQ(0, refusals.err);
	EXPECT_EQ(MANY - 3, memberships(self->a));
	EXPECT_NOT(self->b, EINVAL, "no batch", mgm_batch_end(self->b, NULL, NULL));

	/* In order, and everything that a batch can have. */
	ASSERT_EQ(0, mgm_batch_begin(self->b));
	ASSERT_EQ(0, mgm_interface_release(self->b, &self->out[0]));
	ASSERT_EQ(0, mgm_interface_take(self->b, &self->out[0], 1));
	ASSERT_EQ(0, mgm_interface_set_ttl_threshold(self->b, &self->out[0], 7));
	ASSERT_EQ(0, mgm_interface_set_wrong_if(self->b, &self->out[0], false));
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[0], &group, JOIN));
	ASSERT_EQ(0, mgm_membership_del(self->b, &self->out[0], &group, 0));
	EXPECT_EQ(0, mgm_batch_end(self->b, NULL, NULL));
	EXPECT_LINES(mgm_fmt("%u any ttl=7 owner=%u,20,0,'b' members=0 wrong_if=0\n",
			     self->out[0].ifindex, mgm_handle(self->b)),
		     interface_line, mgm_interface_get, self->a, &self->out[0]);
	ASSERT_EQ(0, mgm_batch_begin(self->b));
	EXPECT_EQ(0, mgm_batch_end(self->b, NULL, NULL));
}

/* Settings */

static int keep_limit(const struct mgm_limit_row *row, void *user)
{
	struct mgm_limit_row *rows = user;

	if (row->id <= MGM_LIMIT_MAX)
		rows[row->id] = *row;
	return 0;
}

TEST_F(libmgm, bounds_and_settings_are_read_and_set)
{
	static const struct {
		__u32 setting;
		__u32 value;
	} settings[] = {
		{ MGM_A_CONFIG_MFE_TIMEOUT, 60 },
		{ MGM_A_CONFIG_RPF_TABLE, 100 },
		{ MGM_A_CONFIG_WRONG_IF_INTERVAL, 500 },
		{ MGM_A_CONFIG_ANSWER_TIMEOUT, 77 },
	};
	struct mgm_limit_row rows[MGM_LIMIT_MAX + 1] = {};
	struct mgm_flow group = flow(GROUP, NULL), other = flow("239.1.1.2", NULL);
	__u32 value = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		EXPECT_EQ(0, mgm_config_set(self->a, settings[i].setting,
					    settings[i].value));
		EXPECT_EQ(0, mgm_config_get(self->b, settings[i].setting, &value));
		EXPECT_EQ(settings[i].value, value);
	}
	EXPECT_NOT(self->a, ERANGE, "",
		   mgm_config_set(self->a, MGM_A_CONFIG_ANSWER_TIMEOUT, 0));
	EXPECT_NOT(self->a, EOPNOTSUPP, "no such setting",
		   mgm_config_get(self->a, MGM_A_CONFIG_MAX + 1, &value));

	REGISTER(NULL, NULL);
	EXPECT_EQ(0, mgm_limit_set(self->a, MGM_LIMIT_MEMBERSHIPS, 1));
	EXPECT_GT(0, mgm_limit_set(self->a, MGM_LIMIT_MAX + 1, 1));
	EXPECT_EQ(0, mgm_membership_add(self->b, &self->out[0], &group, JOIN));
	EXPECT_NOT(self->b, ENOSPC, "too many memberships",
		   mgm_membership_add(self->b, &self->out[0], &other, JOIN));
	EXPECT_EQ(0, mgm_limits(self->a, keep_limit, rows));
	EXPECT_EQ(1, rows[MGM_LIMIT_MEMBERSHIPS].value);
	EXPECT_EQ(1, rows[MGM_LIMIT_MEMBERSHIPS].used);
	EXPECT_EQ(1, rows[MGM_LIMIT_MEMBERSHIPS].hits);
	EXPECT_EQ(2, rows[MGM_LIMIT_PROTOCOLS].used);
	EXPECT_TRUE(rows[MGM_LIMIT_PROTOCOLS].has_used);
	EXPECT_FALSE(rows[MGM_LIMIT_ALERTS].has_used);
}

TEST_HARNESS_MAIN
