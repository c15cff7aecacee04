// SPDX-License-Identifier: GPL-2.0
/*
 * Who may: reading is open to all, everything else needs CAP_NET_ADMIN over the
 * network namespace. That goes for watching, too: the multicast group is open to
 * everybody, while what a protocol is told on its own socket is nobody else's.
 */
#include <fcntl.h>
#include "mgm_harness.h"

#define NOBODY	65534

/* How many commands change something. */
#define WRITES	11

/*
 * In a namespace of its own: a socket of root's and one of nobody's, who is who goes
 * on. In the initial one: a socket of root's. Both namespaces, as open files.
 */
FIXTURE(privilege)
{
	struct mgm_nl root;
	struct mgm_nl nl;
	struct mgm_nl initial;
	__u32 handle;
	int dev;
	int netns;
	int initial_netns;
};

/* Capabilities go with the user id, and come back with it. */
static int become(uid_t uid)
{
	return setresuid(-1, uid, -1) ? -errno : 0;
}

static int open_netns(void)
{
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

FIXTURE_SETUP(privilege)
{
	self->initial_netns = open_netns();
	ASSERT_LE(0, self->initial_netns);
	ASSERT_EQ(0, netns_new());
	self->netns = open_netns();
	ASSERT_LE(0, self->netns);
	ASSERT_EQ(0, setns(self->initial_netns, CLONE_NEWNET));
	ASSERT_EQ(0, mgm_nl_open(&self->initial));
	ASSERT_EQ(0, setns(self->netns, CLONE_NEWNET));
	ASSERT_EQ(0, mgm_nl_open(&self->root));
	self->dev = rtnl_dummy("dummy0");
	ASSERT_LT(0, self->dev);
	ASSERT_EQ(0, mgm_nl_register(&self->root, 10, PERSIST));
	self->handle = self->root.handle;
	ASSERT_EQ(0, mgm_nl_take(&self->root, self->handle, self->dev));
	ASSERT_EQ(0, mgm_nl_add(&self->root, self->handle, self->dev,
				"239.1.1.1", NULL, JOIN));
	ASSERT_EQ(0, become(NOBODY));
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
}

FIXTURE_TEARDOWN(privilege)
{
	mgm_nl_close(&self->nl);
	mgm_nl_close(&self->root);
	mgm_nl_close(&self->initial);
	close(self->netns);
	close(self->initial_netns);
}

static bool reads(unsigned int cmd)
{
	return cmd == MGM_CMD_PROTOCOL_GET || cmd == MGM_CMD_INTERFACE_GET ||
	       cmd == MGM_CMD_MEMBERSHIP_GET || cmd == MGM_CMD_MFE_GET ||
	       cmd == MGM_CMD_LIMIT_GET || cmd == MGM_CMD_CONFIG_GET;
}

/* The right is looked at before the attributes: this leaves no command out. */
static void refuse_without_attributes(struct __test_metadata *_metadata,
				      struct mgm_nl *nl)
{
	unsigned int cmd, refused = 0;
	int err;

	for (cmd = 1; cmd <= MGM_CMD_MAX; cmd++) {
		err = mgm_nl_call(nl, cmd, NLM_F_ACK, NULL, NULL, NULL);
		EXPECT_EQ(!reads(cmd) && err != -EOPNOTSUPP, err == -EPERM)
			TH_LOG("command %u: %d", cmd, err);
		refused += err == -EPERM;
	}
	EXPECT_EQ(WRITES, refused);
}

/* Register to be told of others' receivers. */
static int register_told(struct mgm_nl *nl, __u32 id)
{
	return CALL(nl, MGM_CMD_PROTOCOL_REGISTER, U32(MGM_A_PROTOCOL_ID, id),
		    U32(MGM_A_PROTOCOL_CALLBACKS, MGM_CALLBACK_F_JOIN));
}

static void refuse_all(struct __test_metadata *_metadata, struct mgm_nl *nl,
		       __u32 handle, int dev)
{
	EXPECT_REFUSED(nl, EPERM, "", mgm_nl_register(nl, 11, 0));
	EXPECT_REFUSED(nl, EPERM, "", mgm_nl_register(nl, 11, PERSIST));
	EXPECT_REFUSED(nl, EPERM, "", mgm_nl_deregister(nl, handle));
	EXPECT_REFUSED(nl, EPERM, "", mgm_nl_take(nl, handle, dev));
	EXPECT_REFUSED(nl, EPERM, "", mgm_nl_release(nl, handle, dev));
	EXPECT_REFUSED(nl, EPERM, "", mgm_nl_add(nl, handle, dev, "239.1.1.2",
						 NULL, JOIN));
	EXPECT_REFUSED(nl, EPERM, "", mgm_nl_del(nl, handle, dev, "239.1.1.1",
						 NULL, JOIN));
	EXPECT_REFUSED(nl, EPERM, "",
		       CALL(nl, MGM_CMD_INTERFACE_SET,
			    U32(MGM_A_INTERFACE_HANDLE, handle),
			    U32(MGM_A_INTERFACE_IFINDEX, dev),
			    U32(MGM_A_INTERFACE_TTL_THRESHOLD, 2)));
	EXPECT_REFUSED(nl, EPERM, "",
		       CALL(nl, MGM_CMD_MFE_SET,
			    U32(MGM_A_MFE_HANDLE, handle),
			    IP4(MGM_A_MFE_GROUP4, "239.1.1.1"),
			    IP4(MGM_A_MFE_SOURCE4, "10.0.0.1"),
			    U32(MGM_A_MFE_IIF, dev)));
	EXPECT_REFUSED(nl, EPERM, "",
		       CALL(nl, MGM_CMD_LIMIT_SET,
			    U32(MGM_A_LIMIT_ID, MGM_LIMIT_MFES),
			    U32(MGM_A_LIMIT_VALUE, 1)));
	EXPECT_REFUSED(nl, EPERM, "",
		       CALL(nl, MGM_CMD_CONFIG_SET,
			    U32(MGM_A_CONFIG_MFE_TIMEOUT, 1)));
	EXPECT_REFUSED(nl, EPERM, "", register_told(nl, 11));
	EXPECT_REFUSED(nl, EPERM, "",
		       CALL(nl, MGM_CMD_ALERT_ANSWER,
			    U32(MGM_A_ALERT_HANDLE, handle),
			    U32(MGM_A_ALERT_ID, 1)));
	refuse_without_attributes(_metadata, nl);
}

TEST_F(privilege, nobody_may_change_anything)
{
	refuse_all(_metadata, &self->nl, self->handle, self->dev);
}

TEST_F(privilege, nobody_may_not_use_a_socket_that_root_opened)
{
	refuse_all(_metadata, &self->root, self->handle, self->dev);
}

static int count_cb(const struct nlmsghdr *nlh, void *data)
{
	++*(unsigned int *)data;
	return MNL_CB_OK;
}

TEST_F(privilege, everybody_may_read_everything)
{
	static const struct {
		__u8 cmd;
		unsigned int count;
	} dumps[] = {
		{ MGM_CMD_PROTOCOL_GET, 1 },
		{ MGM_CMD_INTERFACE_GET, 1 },
		{ MGM_CMD_MEMBERSHIP_GET, 1 },
		{ MGM_CMD_MFE_GET, 0 },
		{ MGM_CMD_LIMIT_GET, MGM_LIMIT_MAX + 1 },
	};
	struct mgm_nl *nl = &self->nl;
	unsigned int i, count;

	for (i = 0; i < ARRAY_SIZE(dumps); i++) {
		count = 0;
		EXPECT_EQ(0, mgm_nl_call(nl, dumps[i].cmd, NLM_F_DUMP, count_cb,
					 &count, NULL));
		EXPECT_EQ(dumps[i].count, count);
	}
	EXPECT_EQ(0, CALL(nl, MGM_CMD_PROTOCOL_GET,
			  U32(MGM_A_PROTOCOL_HANDLE, self->handle)));
	EXPECT_EQ(0, CALL(nl, MGM_CMD_INTERFACE_GET,
			  U32(MGM_A_INTERFACE_IFINDEX, self->dev)));
	EXPECT_EQ(0, mgm_nl_call(nl, MGM_CMD_CONFIG_GET, NLM_F_ACK, NULL, NULL,
				 NULL));
}

TEST_F(privilege, everybody_may_watch)
{
	char *heard;

	ASSERT_EQ(0, mgm_nl_listen(&self->nl));
	ASSERT_EQ(0, become(0));
	ASSERT_EQ(0, mgm_nl_release(&self->root, self->handle, self->dev));
	heard = mgm_nl_heard(&self->nl, WAIT_MS);
	ASSERT_NE(NULL, heard);
	EXPECT_EQ(0, strncmp(heard, "del membership ", 15));
}

TEST_F(privilege, whoever_owns_the_namespace_may_change_it)
{
	struct mgm_nl nl;
	int dev;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		SKIP(return, "no user namespaces for everybody: %m");
	ASSERT_EQ(0, mgm_nl_open(&nl));
	EXPECT_PROTOCOLS(&nl, "");
	dev = rtnl_dummy("dummy0");
	ASSERT_LT(0, dev);
	EXPECT_EQ(0, mgm_nl_register(&nl, 10, 0));
	EXPECT_EQ(0, mgm_nl_take(&nl, nl.handle, dev));
	EXPECT_EQ(0, mgm_nl_add(&nl, nl.handle, dev, "239.1.1.1", NULL, JOIN));
	EXPECT_EQ(0, register_told(&nl, 11));
	/* The namespace that it came from is not its own, nor is the initial one. */
	refuse_all(_metadata, &self->nl, self->handle, self->dev);
	refuse_all(_metadata, &self->root, self->handle, self->dev);
	refuse_all(_metadata, &self->initial, self->handle, self->dev);
	mgm_nl_close(&nl);
}

#define ABOVE "only the machine's administrator may raise a limit above its default"

static int set_limit(struct mgm_nl *nl, __u32 limit, __u32 value)
{
	return CALL(nl, MGM_CMD_LIMIT_SET, U32(MGM_A_LIMIT_ID, limit),
		    U32(MGM_A_LIMIT_VALUE, value));
}

TEST_F(privilege, whoever_owns_the_namespace_may_not_have_more_than_is_usual)
{
	struct mgm_nl nl;

	ASSERT_EQ(0, become(0));
	EXPECT_EQ(0, set_limit(&self->root, MGM_LIMIT_PROTOCOLS, 257));
	ASSERT_EQ(0, become(NOBODY));
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		SKIP(return, "no user namespaces for everybody: %m");
	ASSERT_EQ(0, mgm_nl_open(&nl));
	EXPECT_EQ(0, set_limit(&nl, MGM_LIMIT_PROTOCOLS, 10));
	EXPECT_EQ(0, set_limit(&nl, MGM_LIMIT_PROTOCOLS, 256));
	EXPECT_REFUSED(&nl, EPERM, ABOVE,
		       set_limit(&nl, MGM_LIMIT_PROTOCOLS, 257));
	/* What takes much memory is less than in the machine's own namespaces. */
	EXPECT_REFUSED(&nl, EPERM, ABOVE,
		       set_limit(&nl, MGM_LIMIT_MFES, 10000));
	EXPECT_EQ(0, set_limit(&nl, MGM_LIMIT_MFES, 1000));
	mgm_nl_close(&nl);
}

TEST_F(privilege, whoever_owns_a_namespace_may_not_enter_another)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		SKIP(return, "no user namespaces for everybody: %m");
	EXPECT_EQ(-1, setns(self->netns, CLONE_NEWNET));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-1, setns(self->initial_netns, CLONE_NEWNET));
	EXPECT_EQ(EPERM, errno);
}

static bool waits(struct mgm_nl *nl)
{
	char byte;

	return recv(mnl_socket_get_fd(nl->sk), &byte, 1,
		    MSG_PEEK | MSG_DONTWAIT) > 0;
}

TEST_F(privilege, what_a_protocol_is_told_comes_to_its_socket_and_to_no_other)
{
	struct mgm_nl told;

	ASSERT_EQ(0, become(0));
	ASSERT_EQ(0, mgm_nl_open(&told));
	ASSERT_EQ(0, register_told(&told, 20));
	ASSERT_EQ(0, become(NOBODY));
	EXPECT_REFUSED(&self->nl, EPERM, "",
		       CALL(&self->nl, MGM_CMD_PROTOCOL_REGISTER,
			    U32(MGM_A_PROTOCOL_ID, 20),
			    U32(MGM_A_PROTOCOL_CALLBACKS, 1)));
	ASSERT_EQ(0, become(0));
	ASSERT_EQ(0, mgm_nl_add(&self->root, self->handle, self->dev,
				"239.1.1.9", NULL, JOIN));
	EXPECT_TRUE(WAIT_FOR(waits(&told)));
	EXPECT_FALSE(waits(&self->nl));
	EXPECT_FALSE(waits(&self->root));
	mgm_nl_close(&told);
}

TEST_F(privilege, nobody_may_pass_for_the_kernel)
{
	struct sockaddr_nl root = {
		.nl_family = AF_NETLINK,
		.nl_pid = self->root.portid,
	};
	struct nlmsghdr nlh = { .nlmsg_len = sizeof(nlh) };

	EXPECT_EQ(-1, sendto(mnl_socket_get_fd(self->nl.sk), &nlh, sizeof(nlh),
			     0, (struct sockaddr *)&root, sizeof(root)));
	EXPECT_EQ(EPERM, errno);
	EXPECT_FALSE(waits(&self->root));
}

TEST_HARNESS_MAIN
