// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces: each has an MGM of its own, and ends with all that is in
 * it.
 */
#include <fcntl.h>
#include "mgm_harness.h"

/* The test stands in the second namespace; sockets stay where they were made. */
FIXTURE(netns)
{
	struct mgm_nl first;
	struct mgm_nl second;
	int ns1;
	int ns2;
	int dev;
};

static int netns_fd(void)
{
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* Both namespaces have a device of the same number. */
FIXTURE_SETUP(netns)
{
	ASSERT_EQ(0, netns_new());
	self->ns1 = netns_fd();
	ASSERT_EQ(0, mgm_nl_open(&self->first));
	self->dev = rtnl_dummy("dummy0");
	ASSERT_LT(0, self->dev);
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	self->ns2 = netns_fd();
	ASSERT_EQ(0, mgm_nl_open(&self->second));
	ASSERT_EQ(self->dev, rtnl_dummy("dummy0"));
}

FIXTURE_TEARDOWN(netns)
{
	mgm_nl_close(&self->first);
	mgm_nl_close(&self->second);
	close(self->ns1);
	close(self->ns2);
}

TEST_F(netns, protocols_interfaces_and_memberships_are_not_seen_elsewhere)
{
	struct mgm_nl *nl = &self->first;
	char *before, *after;

	before = mgm_nl_tables(&self->second);
	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	ASSERT_EQ(0, mgm_nl_take(nl, nl->handle, self->dev));
	ASSERT_EQ(0, mgm_nl_add(nl, nl->handle, self->dev, "239.1.1.1", NULL,
				JOIN));
	after = mgm_nl_tables(&self->second);
	EXPECT_STREQ(before, after);
	EXPECT_PROTOCOLS(&self->second, "");
	EXPECT_EQ(-ENOENT, kernel_do("get %d", self->dev));

	/* So the same can be done here. */
	nl = &self->second;
	EXPECT_EQ(0, mgm_nl_register(nl, 10, 0));
	EXPECT_EQ(0, mgm_nl_take(nl, nl->handle, self->dev));
	EXPECT_EQ(0, mgm_nl_add(nl, nl->handle, self->dev, "239.1.1.1", NULL,
				JOIN));
}

TEST_F(netns, handle_of_another_namespace_is_refused)
{
	struct mgm_nl *nl = &self->second;
	__u32 foreign;

	ASSERT_EQ(0, mgm_nl_register(&self->first, 10, PERSIST));
	foreign = self->first.handle;
	ASSERT_EQ(0, mgm_nl_take(&self->first, foreign, self->dev));
	ASSERT_EQ(0, mgm_nl_register(nl, 10, PERSIST));
	EXPECT_NE(foreign, nl->handle);

	EXPECT_REFUSED(nl, ENOENT, NO_HANDLE, mgm_nl_deregister(nl, foreign));
	EXPECT_REFUSED(nl, ENOENT, NO_HANDLE,
		       mgm_nl_take(nl, foreign, self->dev));
	EXPECT_REFUSED(nl, ENOENT, NO_HANDLE,
		       mgm_nl_release(nl, foreign, self->dev));
	EXPECT_REFUSED(nl, ENOENT, NO_HANDLE,
		       mgm_nl_add(nl, foreign, self->dev, "239.1.1.1", NULL,
				  JOIN));
	EXPECT_REFUSED(nl, ENOENT, NO_HANDLE,
		       mgm_nl_del(nl, foreign, self->dev, "239.1.1.1", NULL,
				  JOIN));
}

TEST_F(netns, handle_of_a_kernel_protocol_elsewhere_is_refused)
{
	__u32 foreign;

	foreign = kernel_register(10, "");
	ASSERT_NE(0, foreign);
	ASSERT_EQ(0, setns(self->ns1, CLONE_NEWNET));
	EXPECT_KERNEL_REFUSED(&self->first, ENOENT, NO_HANDLE, "take %u %d",
			      foreign, self->dev);
	EXPECT_KERNEL_REFUSED(&self->first, ENOENT, NO_HANDLE, "deregister %u",
			      foreign);
	EXPECT_EQ(0, kernel_do("register 10 0 same"));
}

TEST_F(netns, each_namespace_has_an_igmp_of_its_own)
{
	EXPECT_EQ(0, kernel_do("register 2 0 igmp igmp"));
	ASSERT_EQ(0, setns(self->ns1, CLONE_NEWNET));
	EXPECT_EQ(0, kernel_do("register 2 0 igmp igmp"));
}

TEST_F(netns, notifications_are_not_heard_elsewhere)
{
	struct mgm_nl monitor;
	char *heard;

	ASSERT_EQ(0, mgm_nl_open(&monitor));
	ASSERT_EQ(0, mgm_nl_listen(&monitor));
	ASSERT_EQ(0, mgm_nl_register(&self->first, 10, 0));
	ASSERT_EQ(0, mgm_nl_take(&self->first, self->first.handle, self->dev));
	ASSERT_EQ(0, mgm_nl_register(&self->second, 11, 0));
	heard = mgm_nl_heard(&monitor, WAIT_MS);
	ASSERT_NE(NULL, heard);
	EXPECT_STREQ(mgm_fmt("register protocol handle=%u id=11 comp=0 flags=0 portid=%u",
			     self->second.handle, self->second.portid), heard);
	mgm_nl_close(&monitor);
}

TEST_F(netns, socket_that_closes_ends_nothing_of_its_namesake_elsewhere)
{
	/* Every namespace begins to number its sockets from the process id. */
	ASSERT_EQ(self->first.portid, self->second.portid);
	ASSERT_EQ(0, mgm_nl_register(&self->first, 10, 0));
	ASSERT_EQ(0, mgm_nl_register(&self->second, 11, 0));
	mgm_nl_close(&self->second);
	EXPECT_PROTOCOLS(&self->first,
			 mgm_fmt("protocol handle=%u id=10 comp=0 flags=0 portid=%u\n",
				 self->first.handle, self->first.portid));
	EXPECT_EQ(0, mgm_nl_deregister(&self->first, self->first.handle));
}

TEST_F(netns, device_that_moves_away_leaves_its_owner)
{
	struct mgm_nl *nl = &self->second;
	struct mgm_nl reader;
	int dev;

	ASSERT_EQ(0, mgm_nl_open(&reader));
	dev = rtnl_dummy("dummy1");
	ASSERT_LT(0, dev);
	ASSERT_EQ(0, mgm_nl_register(nl, 10, 0));
	ASSERT_EQ(0, mgm_nl_take(nl, nl->handle, dev));
	ASSERT_EQ(0, mgm_nl_add(nl, nl->handle, dev, "239.1.1.1", NULL, JOIN));
	ASSERT_EQ(0, rtnl_move(dev, self->ns1));
	EXPECT_TRUE(WAIT_FOR(CALL(&reader, MGM_CMD_INTERFACE_GET,
				  U32(MGM_A_INTERFACE_IFINDEX, dev)) ==
			     -ENOENT));
	EXPECT_INTERFACES(nl, "");
	EXPECT_MEMBERSHIPS(nl, "");
	EXPECT_EQ(-ENODEV, mgm_nl_take(nl, nl->handle, dev));

	ASSERT_EQ(0, setns(self->ns1, CLONE_NEWNET));
	dev = if_nametoindex("dummy1");
	EXPECT_EQ(0, rtnl_allmulti(dev));
	ASSERT_EQ(0, mgm_nl_register(&self->first, 10, 0));
	EXPECT_EQ(0, mgm_nl_take(&self->first, self->first.handle, dev));
	EXPECT_EQ(1, rtnl_allmulti(dev));
}

/*
 * The far end of a pair of devices goes when the namespace of the near one does,
 * so it shows when that is gone.
 */
TEST_F(netns, namespace_ends_with_everything_in_use)
{
	struct mgm_nl *nl = &self->second;
	int near, dev;
	__u32 igmp;

	near = rtnl_veth("near", "far");
	ASSERT_LT(0, near);
	ASSERT_EQ(0, rtnl_move(if_nametoindex("far"), self->ns1));
	dev = rtnl_veth("veth0", "veth1");
	ASSERT_LT(0, dev);
	ASSERT_EQ(0, rtnl_address(dev, "10.0.0.1", 24));

	igmp = kernel_register(2, "igmp");
	ASSERT_EQ(0, kernel_do("take %u %d", igmp, dev));
	ASSERT_EQ(0, kernel_do("take %u %d", igmp, self->dev));
	ASSERT_EQ(0, kernel_do("member add %d 239.1.1.1", self->dev));
	ASSERT_EQ(0, kernel_do("member add %d 239.1.1.1", dev));
	ASSERT_EQ(0, kernel_do("take %u %d", kernel_register(3, ""), near));
	ASSERT_EQ(0, mgm_nl_register(nl, 10, PERSIST));
	ASSERT_EQ(0, mgm_nl_take(nl, nl->handle, dev));
	ASSERT_EQ(0, mgm_nl_take(nl, nl->handle, self->dev));
	ASSERT_EQ(0, mgm_nl_add(nl, nl->handle, self->dev, NULL, NULL,
				FORWARD));
	ASSERT_EQ(0, packet_send(if_nametoindex("veth1"), "10.0.0.2",
				 "239.1.1.1"));
	ASSERT_TRUE(WAIT_FOR(!CALL(nl, MGM_CMD_MFE_GET,
				   IP4(MGM_A_MFE_SOURCE4, "10.0.0.2"),
				   IP4(MGM_A_MFE_GROUP4, "239.1.1.1"))));
	ASSERT_EQ(0, kernel_do("dump memberships"));
	ASSERT_EQ(3, kernel_count("membership handle="));

	ASSERT_EQ(0, setns(self->ns1, CLONE_NEWNET));
	ASSERT_NE(0, if_nametoindex("far"));
	mgm_nl_close(&self->second);
	close(self->ns2);
	EXPECT_TRUE(WAIT_FOR(!if_nametoindex("far")));
}

TEST_HARNESS_MAIN
