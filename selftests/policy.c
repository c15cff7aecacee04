// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that do not fit the contract are refused, with the attribute that is
 * wrong or missing, before they can do anything.
 */
#include <linux/genetlink.h>
#include "mgm_harness.h"

#define HANDLE	0x7ffffff0

FIXTURE(policy)
{
	struct mgm_nl nl;
};

FIXTURE_SETUP(policy)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	ASSERT_EQ(0, mgm_nl_register(&self->nl, 10, 0));
}

FIXTURE_TEARDOWN(policy)
{
	mgm_nl_close(&self->nl);
}

static const __u8 do_commands[] = {
	MGM_CMD_PROTOCOL_REGISTER, MGM_CMD_PROTOCOL_DEREGISTER,
	MGM_CMD_INTERFACE_TAKE, MGM_CMD_INTERFACE_RELEASE,
	MGM_CMD_INTERFACE_SET,
	MGM_CMD_MEMBERSHIP_ADD, MGM_CMD_MEMBERSHIP_DEL,
	MGM_CMD_MFE_SET, MGM_CMD_LIMIT_SET,
	MGM_CMD_CONFIG_GET, MGM_CMD_CONFIG_SET,
	MGM_CMD_ALERT_ANSWER,
};

static const __u8 dump_commands[] = {
	MGM_CMD_PROTOCOL_GET, MGM_CMD_INTERFACE_GET, MGM_CMD_MEMBERSHIP_GET,
	MGM_CMD_MFE_GET, MGM_CMD_LIMIT_GET,
};

TEST_F(policy, every_required_attribute_that_is_missing_is_named)
{
	const struct {
		__u8 cmd;
		unsigned int missing;
		struct mgm_nl_attr attrs[5];
	} cases[] = {
		{ MGM_CMD_PROTOCOL_GET, MGM_A_PROTOCOL_HANDLE, { {} } },
		{ MGM_CMD_PROTOCOL_REGISTER, MGM_A_PROTOCOL_ID,
		  { U32(MGM_A_PROTOCOL_COMPONENT, 1) } },
		{ MGM_CMD_PROTOCOL_DEREGISTER, MGM_A_PROTOCOL_HANDLE, { {} } },
		{ MGM_CMD_INTERFACE_GET, MGM_A_INTERFACE_IFINDEX, { {} } },
		{ MGM_CMD_INTERFACE_TAKE, MGM_A_INTERFACE_HANDLE,
		  { U32(MGM_A_INTERFACE_IFINDEX, 2) } },
		{ MGM_CMD_INTERFACE_TAKE, MGM_A_INTERFACE_IFINDEX,
		  { U32(MGM_A_INTERFACE_HANDLE, HANDLE) } },
		{ MGM_CMD_INTERFACE_RELEASE, MGM_A_INTERFACE_HANDLE,
		  { U32(MGM_A_INTERFACE_IFINDEX, 2) } },
		{ MGM_CMD_INTERFACE_RELEASE, MGM_A_INTERFACE_IFINDEX,
		  { U32(MGM_A_INTERFACE_HANDLE, HANDLE) } },
		{ MGM_CMD_INTERFACE_SET, MGM_A_INTERFACE_HANDLE,
		  { U32(MGM_A_INTERFACE_IFINDEX, 2),
		    U32(MGM_A_INTERFACE_WRONG_IF, 0) } },
		{ MGM_CMD_INTERFACE_SET, MGM_A_INTERFACE_IFINDEX,
		  { U32(MGM_A_INTERFACE_HANDLE, HANDLE),
		    U32(MGM_A_INTERFACE_WRONG_IF, 0) } },
		{ MGM_CMD_MEMBERSHIP_ADD, MGM_A_MEMBERSHIP_HANDLE,
		  { U32(MGM_A_MEMBERSHIP_IFINDEX, 2),
		    U32(MGM_A_MEMBERSHIP_FLAGS, JOIN) } },
		{ MGM_CMD_MEMBERSHIP_ADD, MGM_A_MEMBERSHIP_IFINDEX,
		  { U32(MGM_A_MEMBERSHIP_HANDLE, HANDLE),
		    U32(MGM_A_MEMBERSHIP_FLAGS, JOIN) } },
		{ MGM_CMD_MEMBERSHIP_ADD, MGM_A_MEMBERSHIP_FLAGS,
		  { U32(MGM_A_MEMBERSHIP_HANDLE, HANDLE),
		    U32(MGM_A_MEMBERSHIP_IFINDEX, 2) } },
		{ MGM_CMD_MEMBERSHIP_DEL, MGM_A_MEMBERSHIP_HANDLE,
		  { U32(MGM_A_MEMBERSHIP_IFINDEX, 2) } },
		{ MGM_CMD_MEMBERSHIP_DEL, MGM_A_MEMBERSHIP_IFINDEX,
		  { U32(MGM_A_MEMBERSHIP_HANDLE, HANDLE) } },
		{ MGM_CMD_MFE_GET, MGM_A_MFE_GROUP4,
		  { U32(MGM_A_MFE_SOURCE4, 1) } },
		{ MGM_CMD_MFE_GET, MGM_A_MFE_SOURCE4,
		  { U32(MGM_A_MFE_GROUP4, 1) } },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_HANDLE,
		  { U32(MGM_A_MFE_GROUP4, 1), U32(MGM_A_MFE_SOURCE4, 1),
		    U32(MGM_A_MFE_IIF, 2) } },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_GROUP4,
		  { U32(MGM_A_MFE_HANDLE, HANDLE), U32(MGM_A_MFE_SOURCE4, 1),
		    U32(MGM_A_MFE_IIF, 2) } },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_SOURCE4,
		  { U32(MGM_A_MFE_HANDLE, HANDLE), U32(MGM_A_MFE_GROUP4, 1),
		    U32(MGM_A_MFE_IIF, 2) } },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_IIF,
		  { U32(MGM_A_MFE_HANDLE, HANDLE), U32(MGM_A_MFE_GROUP4, 1),
		    U32(MGM_A_MFE_SOURCE4, 1),
		    U32(MGM_A_MFE_IIF_NEXTHOP4, 1) } },
		{ MGM_CMD_LIMIT_SET, MGM_A_LIMIT_ID,
		  { U32(MGM_A_LIMIT_VALUE, 1) } },
		{ MGM_CMD_LIMIT_SET, MGM_A_LIMIT_VALUE,
		  { U32(MGM_A_LIMIT_ID, MGM_LIMIT_MFES) } },
		{ MGM_CMD_ALERT_ANSWER, MGM_A_ALERT_HANDLE,
		  { U32(MGM_A_ALERT_ID, 1) } },
		{ MGM_CMD_ALERT_ANSWER, MGM_A_ALERT_ID,
		  { U32(MGM_A_ALERT_HANDLE, HANDLE) } },
	};
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_REFUSED(nl, EINVAL, "missing",
			       mgm_nl_call(nl, cases[i].cmd, NLM_F_ACK, NULL,
					   NULL, cases[i].attrs));
		EXPECT_EQ(cases[i].missing, nl->missing)
			TH_LOG("case %u: command %u", i, cases[i].cmd);
	}
}

TEST_F(policy, setting_nothing_is_refused)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, EINVAL, "nothing to change is given",
		       CALL(nl, MGM_CMD_INTERFACE_SET,
			    U32(MGM_A_INTERFACE_HANDLE, nl->handle),
			    U32(MGM_A_INTERFACE_IFINDEX, 2)));
	EXPECT_REFUSED(nl, EINVAL, "nothing to change is given",
		       CALL(nl, MGM_CMD_MFE_SET,
			    U32(MGM_A_MFE_HANDLE, nl->handle),
			    IP4(MGM_A_MFE_GROUP4, "239.1.1.1"),
			    IP4(MGM_A_MFE_SOURCE4, "10.0.0.1")));
	EXPECT_REFUSED(nl, EINVAL, "nothing to change is given",
		       mgm_nl_call(nl, MGM_CMD_CONFIG_SET, NLM_F_ACK, NULL,
				   NULL, NULL));
}

TEST_F(policy, attribute_that_no_command_knows_is_refused)
{
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(do_commands); i++) {
		EXPECT_REFUSED(nl, EINVAL, "Unknown attribute type",
			       CALL(nl, do_commands[i], U32(200, 1)));
		EXPECT_EQ(200, nl->attr);
	}
	for (i = 0; i < ARRAY_SIZE(dump_commands); i++) {
		EXPECT_REFUSED(nl, EINVAL, "Unknown attribute type",
			       mgm_nl_call(nl, dump_commands[i], NLM_F_DUMP,
					   NULL, NULL, (struct mgm_nl_attr[]){
						U32(200, 1), {} }));
		EXPECT_EQ(200, nl->attr)
			TH_LOG("command %u", dump_commands[i]);
	}
}

TEST_F(policy, attribute_of_answers_only_is_refused_in_requests)
{
	const struct {
		__u8 cmd;
		struct mgm_nl_attr attrs[3];
	} cases[] = {
		{ MGM_CMD_PROTOCOL_REGISTER,
		  { U32(MGM_A_PROTOCOL_HANDLE, HANDLE),
		    U32(MGM_A_PROTOCOL_ID, 20) } },
		{ MGM_CMD_PROTOCOL_REGISTER,
		  { U32(MGM_A_PROTOCOL_PORTID, 1),
		    U32(MGM_A_PROTOCOL_ID, 20) } },
		{ MGM_CMD_INTERFACE_TAKE,
		  { U32(MGM_A_INTERFACE_FLAGS, MGM_INTERFACE_F_IGMP),
		    U32(MGM_A_INTERFACE_IFINDEX, 2) } },
		{ MGM_CMD_INTERFACE_TAKE,
		  { U32(MGM_A_INTERFACE_OWNER_HANDLE, HANDLE),
		    U32(MGM_A_INTERFACE_IFINDEX, 2) } },
		{ MGM_CMD_INTERFACE_RELEASE,
		  { U32(MGM_A_INTERFACE_TTL_THRESHOLD, 1),
		    U32(MGM_A_INTERFACE_IFINDEX, 2) } },
		{ MGM_CMD_MEMBERSHIP_ADD,
		  { U32(MGM_A_MEMBERSHIP_PROTOCOL_ID, 10),
		    U32(MGM_A_MEMBERSHIP_HANDLE, HANDLE) } },
		{ MGM_CMD_INTERFACE_TAKE,
		  { U32(MGM_A_INTERFACE_WRONG_IF, 1),
		    U32(MGM_A_INTERFACE_IFINDEX, 2) } },
		{ MGM_CMD_INTERFACE_SET,
		  { U32(MGM_A_INTERFACE_FLAGS, MGM_INTERFACE_F_IGMP),
		    U32(MGM_A_INTERFACE_WRONG_IF, 1) } },
		{ MGM_CMD_INTERFACE_SET,
		  { U32(MGM_A_INTERFACE_OWNER_HANDLE, HANDLE),
		    U32(MGM_A_INTERFACE_WRONG_IF, 1) } },
		{ MGM_CMD_MEMBERSHIP_ADD,
		  { U32(MGM_A_MEMBERSHIP_TYPE, 1),
		    U32(MGM_A_MEMBERSHIP_HANDLE, HANDLE) } },
		{ MGM_CMD_MFE_GET,
		  { U32(MGM_A_MFE_HANDLE, HANDLE),
		    U32(MGM_A_MFE_GROUP4, 1) } },
		{ MGM_CMD_MFE_SET,
		  { U32(MGM_A_MFE_FLAGS, MGM_MFE_F_RPF_SET),
		    U32(MGM_A_MFE_HANDLE, HANDLE) } },
		{ MGM_CMD_MFE_SET,
		  { U32(MGM_A_MFE_RPF_LEN, 24),
		    U32(MGM_A_MFE_HANDLE, HANDLE) } },
		{ MGM_CMD_LIMIT_SET,
		  { U32(MGM_A_LIMIT_USED, 0),
		    U32(MGM_A_LIMIT_ID, MGM_LIMIT_MFES) } },
	};
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_REFUSED(nl, EINVAL, "attribute",
			       mgm_nl_call(nl, cases[i].cmd, NLM_F_ACK, NULL,
					   NULL, cases[i].attrs));
		EXPECT_EQ(cases[i].attrs[0].type, nl->attr)
			TH_LOG("case %u: command %u", i, cases[i].cmd);
	}
}

TEST_F(policy, reading_the_settings_takes_no_attribute)
{
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	for (i = 1; i <= MGM_A_CONFIG_MAX; i++) {
		EXPECT_REFUSED(nl, EINVAL, "",
			       CALL(nl, MGM_CMD_CONFIG_GET, U32(i, 1)));
		EXPECT_EQ(i, nl->attr);
	}
}

TEST_F(policy, attribute_of_the_wrong_size_is_refused)
{
	static const char bytes[20];
	static const struct {
		__u8 cmd;
		__u16 type;
		__u16 size;
	} cases[] = {
		{ MGM_CMD_PROTOCOL_REGISTER, MGM_A_PROTOCOL_ID, 4 },
		{ MGM_CMD_PROTOCOL_REGISTER, MGM_A_PROTOCOL_FLAGS, 4 },
		{ MGM_CMD_PROTOCOL_DEREGISTER, MGM_A_PROTOCOL_HANDLE, 4 },
		{ MGM_CMD_INTERFACE_TAKE, MGM_A_INTERFACE_HANDLE, 4 },
		{ MGM_CMD_INTERFACE_TAKE, MGM_A_INTERFACE_IFINDEX, 4 },
		{ MGM_CMD_INTERFACE_TAKE, MGM_A_INTERFACE_NEXTHOP4, 4 },
		{ MGM_CMD_INTERFACE_TAKE, MGM_A_INTERFACE_NEXTHOP6, 16 },
		{ MGM_CMD_INTERFACE_RELEASE, MGM_A_INTERFACE_NEXTHOP4, 4 },
		{ MGM_CMD_MEMBERSHIP_ADD, MGM_A_MEMBERSHIP_GROUP4, 4 },
		{ MGM_CMD_MEMBERSHIP_ADD, MGM_A_MEMBERSHIP_GROUP6, 16 },
		{ MGM_CMD_MEMBERSHIP_ADD, MGM_A_MEMBERSHIP_GROUP_LEN, 4 },
		{ MGM_CMD_MEMBERSHIP_DEL, MGM_A_MEMBERSHIP_SOURCE4, 4 },
		{ MGM_CMD_MEMBERSHIP_DEL, MGM_A_MEMBERSHIP_FLAGS, 4 },
		{ MGM_CMD_MFE_GET, MGM_A_MFE_GROUP4, 4 },
		{ MGM_CMD_MFE_GET, MGM_A_MFE_SOURCE4, 4 },
		{ MGM_CMD_INTERFACE_SET, MGM_A_INTERFACE_NEXTHOP6, 16 },
		{ MGM_CMD_INTERFACE_SET, MGM_A_INTERFACE_TTL_THRESHOLD, 4 },
		{ MGM_CMD_INTERFACE_SET, MGM_A_INTERFACE_WRONG_IF, 4 },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_HANDLE, 4 },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_GROUP6, 16 },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_SOURCE6, 16 },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_IIF, 4 },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_IIF_NEXTHOP4, 4 },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_IIF_NEXTHOP6, 16 },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_UPSTREAM4, 4 },
		{ MGM_CMD_MFE_SET, MGM_A_MFE_UPSTREAM6, 16 },
		{ MGM_CMD_LIMIT_SET, MGM_A_LIMIT_ID, 4 },
		{ MGM_CMD_LIMIT_SET, MGM_A_LIMIT_VALUE, 4 },
		{ MGM_CMD_CONFIG_SET, MGM_A_CONFIG_MFE_TIMEOUT, 4 },
		{ MGM_CMD_CONFIG_SET, MGM_A_CONFIG_RPF_TABLE, 4 },
		{ MGM_CMD_CONFIG_SET, MGM_A_CONFIG_WRONG_IF_INTERVAL, 4 },
		{ MGM_CMD_CONFIG_SET, MGM_A_CONFIG_ANSWER_TIMEOUT, 4 },
		{ MGM_CMD_PROTOCOL_REGISTER, MGM_A_PROTOCOL_CALLBACKS, 4 },
		{ MGM_CMD_ALERT_ANSWER, MGM_A_ALERT_ID, 4 },
		{ MGM_CMD_ALERT_ANSWER, MGM_A_ALERT_NEXTHOP6, 16 },
		{ MGM_CMD_ALERT_ANSWER, MGM_A_ALERT_UPSTREAM4, 4 },
		{ MGM_CMD_ALERT_ANSWER, MGM_A_ALERT_UPSTREAM6, 16 },
		{ MGM_CMD_ALERT_ANSWER, MGM_A_ALERT_TIMEOUT, 4 },
	};
	struct mgm_nl *nl = &self->nl;
	unsigned int i;
	int more;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (more = -1; more <= 1; more += 2) {
			struct mgm_nl_attr attr =
				BYTES(cases[i].type, bytes,
				      cases[i].size + more);

			if (cases[i].size == 16)
				EXPECT_REFUSED(nl, ERANGE, "size",
					       CALL(nl, cases[i].cmd, attr));
			else
				EXPECT_REFUSED(nl, EINVAL, "length",
					       CALL(nl, cases[i].cmd, attr));
			EXPECT_EQ(cases[i].type, nl->attr)
				TH_LOG("case %u, %d", i, more);
		}
	}
}

TEST_F(policy, value_out_of_its_range_is_refused)
{
	const struct {
		__u8 cmd;
		int err;
		struct mgm_nl_attr attrs[2];
	} cases[] = {
		{ MGM_CMD_PROTOCOL_GET, ERANGE,
		  { U32(MGM_A_PROTOCOL_HANDLE, 0) } },
		{ MGM_CMD_PROTOCOL_DEREGISTER, ERANGE,
		  { U32(MGM_A_PROTOCOL_HANDLE, 0) } },
		{ MGM_CMD_PROTOCOL_REGISTER, EINVAL,
		  { U32(MGM_A_PROTOCOL_FLAGS, 8) } },
		{ MGM_CMD_PROTOCOL_REGISTER, EINVAL,
		  { U32(MGM_A_PROTOCOL_FLAGS, 0x80000001) } },
		{ MGM_CMD_INTERFACE_TAKE, ERANGE,
		  { U32(MGM_A_INTERFACE_TTL_THRESHOLD, 0) } },
		{ MGM_CMD_INTERFACE_TAKE, ERANGE,
		  { U32(MGM_A_INTERFACE_TTL_THRESHOLD, 256) } },
		{ MGM_CMD_MEMBERSHIP_ADD, EINVAL,
		  { U32(MGM_A_MEMBERSHIP_FLAGS, 4) } },
		{ MGM_CMD_MEMBERSHIP_DEL, EINVAL,
		  { U32(MGM_A_MEMBERSHIP_FLAGS, 0x80000000) } },
		{ MGM_CMD_INTERFACE_SET, ERANGE,
		  { U32(MGM_A_INTERFACE_HANDLE, 0) } },
		{ MGM_CMD_INTERFACE_SET, ERANGE,
		  { U32(MGM_A_INTERFACE_IFINDEX, 0) } },
		{ MGM_CMD_INTERFACE_SET, ERANGE,
		  { U32(MGM_A_INTERFACE_TTL_THRESHOLD, 0) } },
		{ MGM_CMD_INTERFACE_SET, ERANGE,
		  { U32(MGM_A_INTERFACE_TTL_THRESHOLD, 256) } },
		{ MGM_CMD_INTERFACE_SET, ERANGE,
		  { U32(MGM_A_INTERFACE_WRONG_IF, 2) } },
		{ MGM_CMD_MFE_SET, ERANGE, { U32(MGM_A_MFE_HANDLE, 0) } },
		{ MGM_CMD_MFE_SET, ERANGE, { U32(MGM_A_MFE_IIF, 0) } },
		{ MGM_CMD_LIMIT_SET, ERANGE,
		  { U32(MGM_A_LIMIT_ID, MGM_LIMIT_MAX + 1) } },
		{ MGM_CMD_LIMIT_SET, ERANGE,
		  { U32(MGM_A_LIMIT_ID, 0x80000000) } },
		{ MGM_CMD_CONFIG_SET, ERANGE,
		  { U32(MGM_A_CONFIG_MFE_TIMEOUT, 0) } },
		{ MGM_CMD_CONFIG_SET, ERANGE,
		  { U32(MGM_A_CONFIG_MFE_TIMEOUT, 604801) } },
		{ MGM_CMD_CONFIG_SET, ERANGE,
		  { U32(MGM_A_CONFIG_WRONG_IF_INTERVAL, 0) } },
		{ MGM_CMD_CONFIG_SET, ERANGE,
		  { U32(MGM_A_CONFIG_WRONG_IF_INTERVAL, 3600001) } },
		{ MGM_CMD_CONFIG_SET, ERANGE,
		  { U32(MGM_A_CONFIG_ANSWER_TIMEOUT, 0) } },
		{ MGM_CMD_CONFIG_SET, ERANGE,
		  { U32(MGM_A_CONFIG_ANSWER_TIMEOUT, 30001) } },
		{ MGM_CMD_PROTOCOL_REGISTER, EINVAL,
		  { U32(MGM_A_PROTOCOL_CALLBACKS, 128) } },
		{ MGM_CMD_ALERT_ANSWER, ERANGE, { U32(MGM_A_ALERT_ID, 0) } },
		{ MGM_CMD_ALERT_ANSWER, ERANGE,
		  { U32(MGM_A_ALERT_TIMEOUT, 0) } },
		{ MGM_CMD_ALERT_ANSWER, ERANGE,
		  { U32(MGM_A_ALERT_TIMEOUT, 604801) } },
	};
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_REFUSED(nl, cases[i].err, "",
			       mgm_nl_call(nl, cases[i].cmd, NLM_F_ACK, NULL,
					   NULL, cases[i].attrs));
		EXPECT_EQ(cases[i].attrs[0].type, nl->attr)
			TH_LOG("case %u", i);
	}
	EXPECT_REFUSED(nl, ERANGE, "out of range",
		       mgm_nl_call(nl, MGM_CMD_MEMBERSHIP_GET, NLM_F_DUMP, NULL,
				   NULL, (struct mgm_nl_attr[]){
					U32(MGM_A_MEMBERSHIP_TYPE, 2), {} }));
	EXPECT_EQ(MGM_A_MEMBERSHIP_TYPE, nl->attr);
}

static int config_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	__u32 *config = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) <= MGM_A_CONFIG_MAX)
			config[mnl_attr_get_type(attr)] =
				mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

#define EXPECT_CONFIG(_nl, _timeout, _table, _interval, _answer) \
do { \
	__u32 _config[MGM_A_CONFIG_MAX + 1] = {}; \
	EXPECT_EQ(0, mgm_nl_call(_nl, MGM_CMD_CONFIG_GET, NLM_F_ACK, \
				 config_cb, _config, NULL)); \
	EXPECT_EQ(_timeout, _config[MGM_A_CONFIG_MFE_TIMEOUT]); \
	EXPECT_EQ(_table, _config[MGM_A_CONFIG_RPF_TABLE]); \
	EXPECT_EQ(_interval, _config[MGM_A_CONFIG_WRONG_IF_INTERVAL]); \
	EXPECT_EQ(_answer, _config[MGM_A_CONFIG_ANSWER_TIMEOUT]); \
} while (0)

TEST_F(policy, settings_take_the_ends_of_their_ranges_each_by_itself)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_CONFIG(nl, 900, 0, 3000, 1000);
	EXPECT_EQ(0, CALL(nl, MGM_CMD_CONFIG_SET,
			  U32(MGM_A_CONFIG_MFE_TIMEOUT, 604800)));
	EXPECT_CONFIG(nl, 604800, 0, 3000, 1000);
	EXPECT_EQ(0, CALL(nl, MGM_CMD_CONFIG_SET,
			  U32(MGM_A_CONFIG_RPF_TABLE, 0xffffffff)));
	EXPECT_CONFIG(nl, 604800, 0xffffffff, 3000, 1000);
	EXPECT_EQ(0, CALL(nl, MGM_CMD_CONFIG_SET,
			  U32(MGM_A_CONFIG_WRONG_IF_INTERVAL, 3600000)));
	EXPECT_CONFIG(nl, 604800, 0xffffffff, 3600000, 1000);
	EXPECT_EQ(0, CALL(nl, MGM_CMD_CONFIG_SET,
			  U32(MGM_A_CONFIG_ANSWER_TIMEOUT, 30000)));
	EXPECT_CONFIG(nl, 604800, 0xffffffff, 3600000, 30000);
	EXPECT_EQ(0, CALL(nl, MGM_CMD_CONFIG_SET,
			  U32(MGM_A_CONFIG_MFE_TIMEOUT, 1),
			  U32(MGM_A_CONFIG_RPF_TABLE, 0),
			  U32(MGM_A_CONFIG_WRONG_IF_INTERVAL, 1),
			  U32(MGM_A_CONFIG_ANSWER_TIMEOUT, 1)));
	EXPECT_CONFIG(nl, 1, 0, 1, 1);
}

TEST_F(policy, name_without_its_end_is_refused)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, EINVAL, "",
		       CALL(nl, MGM_CMD_PROTOCOL_REGISTER,
			    U32(MGM_A_PROTOCOL_ID, 20),
			    BYTES(MGM_A_PROTOCOL_NAME, "pim", 3)));
	EXPECT_EQ(MGM_A_PROTOCOL_NAME, nl->attr);
}

TEST_F(policy, dumping_what_can_only_be_done_is_not_supported)
{
	struct mgm_nl *nl = &self->nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(do_commands); i++)
		EXPECT_REFUSED(nl, EOPNOTSUPP, "",
			       mgm_nl_call(nl, do_commands[i], NLM_F_DUMP, NULL,
					   NULL, (struct mgm_nl_attr[]){
						U32(1, nl->handle), {} }));
}

TEST_F(policy, doing_what_can_only_be_dumped_is_not_supported)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, EOPNOTSUPP, "",
		       mgm_nl_call(nl, MGM_CMD_MEMBERSHIP_GET, NLM_F_ACK, NULL,
				   NULL, NULL));
	EXPECT_REFUSED(nl, EOPNOTSUPP, "",
		       mgm_nl_call(nl, MGM_CMD_LIMIT_GET, NLM_F_ACK, NULL, NULL,
				   NULL));
}

TEST_F(policy, notifications_and_unknown_commands_are_not_supported)
{
	struct mgm_nl *nl = &self->nl;
	unsigned int cmd;

	for (cmd = 0; cmd < 256; cmd++) {
		if (cmd && cmd <= MGM_CMD_MAX &&
		    (memchr(do_commands, cmd, sizeof(do_commands)) ||
		     memchr(dump_commands, cmd, sizeof(dump_commands))))
			continue;
		EXPECT_EQ(-EOPNOTSUPP, mgm_nl_call(nl, cmd, NLM_F_ACK, NULL,
						   NULL, NULL));
		EXPECT_EQ(-EOPNOTSUPP, mgm_nl_call(nl, cmd, NLM_F_DUMP, NULL,
						   NULL, NULL));
	}
}

TEST_F(policy, entry_that_is_not_there_is_refused)
{
	static const unsigned char addr[16] = { 0xff, 0x0e, [15] = 1 };
	struct mgm_nl *nl = &self->nl;

	EXPECT_REFUSED(nl, ENOENT, "no forwarding entry",
		       CALL(nl, MGM_CMD_MFE_GET,
			    IP4(MGM_A_MFE_GROUP4, "239.1.1.1"),
			    IP4(MGM_A_MFE_SOURCE4, "10.0.0.1")));
	EXPECT_REFUSED(nl, EOPNOTSUPP, "IPv4 only",
		       CALL(nl, MGM_CMD_MFE_GET,
			    BYTES(MGM_A_MFE_GROUP6, addr, 16),
			    BYTES(MGM_A_MFE_SOURCE6, addr, 16)));
}

TEST_F(policy, setting_names_the_attribute_that_is_wrong)
{
	static const unsigned char addr[16] = { 0x20, 0x01, [15] = 1 };
	struct mgm_nl *nl = &self->nl;
	struct mgm_nl_attr group = IP4(MGM_A_MFE_GROUP4, "239.1.1.1");
	struct mgm_nl_attr source = IP4(MGM_A_MFE_SOURCE4, "10.0.0.1");
	struct mgm_nl_attr iif = U32(MGM_A_MFE_IIF, 2);

	EXPECT_REFUSED(nl, ENOENT, NO_HANDLE,
		       CALL(nl, MGM_CMD_INTERFACE_SET,
			    U32(MGM_A_INTERFACE_IFINDEX, 2),
			    U32(MGM_A_INTERFACE_HANDLE, HANDLE),
			    U32(MGM_A_INTERFACE_WRONG_IF, 0)));
	EXPECT_EQ(MGM_A_INTERFACE_HANDLE, nl->attr);
	EXPECT_REFUSED(nl, EOPNOTSUPP, "IPv4 only",
		       CALL(nl, MGM_CMD_INTERFACE_SET,
			    U32(MGM_A_INTERFACE_HANDLE, nl->handle),
			    U32(MGM_A_INTERFACE_IFINDEX, 2),
			    BYTES(MGM_A_INTERFACE_NEXTHOP6, addr, 16),
			    U32(MGM_A_INTERFACE_WRONG_IF, 0)));
	EXPECT_EQ(MGM_A_INTERFACE_NEXTHOP6, nl->attr);

	EXPECT_REFUSED(nl, ENOENT, NO_HANDLE,
		       CALL(nl, MGM_CMD_MFE_SET, group, source, iif,
			    U32(MGM_A_MFE_HANDLE, HANDLE)));
	EXPECT_EQ(MGM_A_MFE_HANDLE, nl->attr);
	EXPECT_REFUSED(nl, ENOENT, "",
		       CALL(nl, MGM_CMD_MFE_SET,
			    U32(MGM_A_MFE_HANDLE, nl->handle), source, group,
			    IP4(MGM_A_MFE_UPSTREAM4, "0.0.0.0")));
	EXPECT_EQ(MGM_A_MFE_GROUP4, nl->attr);
	EXPECT_REFUSED(nl, EINVAL, "",
		       CALL(nl, MGM_CMD_MFE_SET,
			    U32(MGM_A_MFE_HANDLE, nl->handle), group, source,
			    iif, IP4(MGM_A_MFE_IIF_NEXTHOP4, "239.1.1.1")));
	EXPECT_EQ(MGM_A_MFE_IIF_NEXTHOP4, nl->attr);
	EXPECT_REFUSED(nl, EOPNOTSUPP, "IPv4 only",
		       CALL(nl, MGM_CMD_MFE_SET,
			    U32(MGM_A_MFE_HANDLE, nl->handle), group, source,
			    iif, BYTES(MGM_A_MFE_IIF_NEXTHOP6, addr, 16)));
	EXPECT_EQ(MGM_A_MFE_IIF_NEXTHOP6, nl->attr);
	EXPECT_REFUSED(nl, EINVAL, "the interface index is missing",
		       CALL(nl, MGM_CMD_MFE_SET,
			    U32(MGM_A_MFE_HANDLE, nl->handle), group, source,
			    BYTES(MGM_A_MFE_IIF_NEXTHOP6, addr, 16)));
	EXPECT_EQ(MGM_A_MFE_IIF, nl->missing);
	EXPECT_REFUSED(nl, EOPNOTSUPP, "IPv4 only",
		       CALL(nl, MGM_CMD_MFE_SET,
			    U32(MGM_A_MFE_HANDLE, nl->handle), group, source,
			    BYTES(MGM_A_MFE_UPSTREAM6, addr, 16)));
	EXPECT_EQ(MGM_A_MFE_UPSTREAM6, nl->attr);
	EXPECT_REFUSED(nl, EOPNOTSUPP, "IPv4 only",
		       CALL(nl, MGM_CMD_MFE_SET,
			    U32(MGM_A_MFE_HANDLE, nl->handle),
			    BYTES(MGM_A_MFE_SOURCE6, addr, 16), iif));
	EXPECT_EQ(MGM_A_MFE_SOURCE6, nl->attr);
}

TEST_HARNESS_MAIN
