// SPDX-License-Identifier: GPL-2.0
/*
 * The module goes: while protocols of user space are registered, under traffic
 * and calls, and again and again; but not while one in the kernel could be.
 */
#include <fcntl.h>
#include "mgm_harness.h"

FIXTURE(unload)
{
	int ns;
	int dev;
	int wire;
	int out;
};

FIXTURE_SETUP(unload)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, WAIT_FOR(!module_unload("mgm_test")) ? 0 : -1);
	if (module_loaded("mgm_igmp"))
		ASSERT_EQ(0, WAIT_FOR(!module_unload("mgm_igmp")) ? 0 : -1);
	self->ns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	self->dev = rtnl_veth("veth0", "veth1");
	ASSERT_LT(0, self->dev);
	self->wire = if_nametoindex("veth1");
	ASSERT_EQ(0, rtnl_address(self->dev, "10.0.0.1", 24));
	self->out = rtnl_dummy("dummy0");
	ASSERT_LT(0, self->out);
}

FIXTURE_TEARDOWN(unload)
{
	close(self->ns);
}

static int has_entry(struct mgm_nl *nl)
{
	return !CALL(nl, MGM_CMD_MFE_GET, IP4(MGM_A_MFE_SOURCE4, "10.0.0.2"),
		     IP4(MGM_A_MFE_GROUP4, "239.1.1.1"));
}

/* A protocol with two interfaces, a membership and an entry. */
static void use(struct __test_metadata *_metadata,
		struct _test_data_unload *self, struct mgm_nl *nl, __u32 flags)
{
	ASSERT_EQ(0, mgm_nl_open(nl));
	ASSERT_EQ(0, mgm_nl_register(nl, 10, flags));
	ASSERT_EQ(0, mgm_nl_take(nl, nl->handle, self->dev));
	ASSERT_EQ(0, mgm_nl_take(nl, nl->handle, self->out));
	ASSERT_EQ(0, mgm_nl_add(nl, nl->handle, self->out, "239.1.1.1", NULL,
				FORWARD));
	ASSERT_EQ(0, packet_send(self->wire, "10.0.0.2", "239.1.1.1"));
	ASSERT_TRUE(WAIT_FOR(has_entry(nl)));
}

TEST_F(unload, registrations_of_user_space_are_shut_down_with_the_module)
{
	struct mgm_nl bound, persistent, reader, monitor;
	__u32 handle;
	int dev;

	use(_metadata, self, &bound, 0);
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	dev = rtnl_dummy("dummy0");
	ASSERT_EQ(0, mgm_nl_open(&persistent));
	ASSERT_EQ(0, mgm_nl_register(&persistent, 10, PERSIST));
	handle = persistent.handle;
	ASSERT_EQ(0, mgm_nl_take(&persistent, handle, dev));
	ASSERT_EQ(0, mgm_nl_add(&persistent, handle, dev, NULL, NULL, JOIN));
	ASSERT_EQ(1, rtnl_allmulti(dev));
	ASSERT_EQ(0, mgm_nl_open(&monitor));
	ASSERT_EQ(0, mgm_nl_listen(&monitor));

	EXPECT_EQ(0, module_unload("mgm"));
	EXPECT_FALSE(module_loaded("mgm"));
	EXPECT_EQ(0, rtnl_allmulti(dev));
	EXPECT_EQ(-ENOENT, mgm_nl_open(&reader));
	EXPECT_GT(0, mgm_nl_register(&bound, 11, 0));

	/* Nothing of it is left when it comes again. */
	ASSERT_EQ(0, module_load("mgm"));
	ASSERT_EQ(0, mgm_nl_open(&reader));
	EXPECT_PROTOCOLS(&reader, "");
	EXPECT_INTERFACES(&reader, "");
	EXPECT_MEMBERSHIPS(&reader, "");
	mgm_nl_close(&bound);
	mgm_nl_close(&persistent);
	mgm_nl_close(&monitor);
	mgm_nl_close(&reader);
	ASSERT_EQ(0, setns(self->ns, CLONE_NEWNET));
	EXPECT_EQ(0, rtnl_allmulti(self->dev));
	EXPECT_EQ(0, rtnl_del(self->dev));
}

TEST_F(unload, client_in_the_kernel_keeps_the_module)
{
	__u32 handle;

	ASSERT_EQ(0, module_load("mgm_test"));
	EXPECT_EQ(-EWOULDBLOCK, module_unload("mgm"));
	handle = kernel_register(10, "");
	ASSERT_NE(0, handle);
	ASSERT_EQ(0, kernel_do("take %u %d", handle, self->dev));
	EXPECT_EQ(-EWOULDBLOCK, module_unload("mgm"));
	EXPECT_EQ(0, kernel_do("release %u %d", handle, self->dev));
}

TEST_F(unload, client_in_the_kernel_can_go_with_all_that_it_has)
{
	struct mgm_nl nl;
	__u32 igmp;

	ASSERT_EQ(0, module_load("mgm_test"));
	use(_metadata, self, &nl, 0);
	igmp = kernel_register(2, "igmp");
	ASSERT_EQ(0, kernel_do("take %u %d", igmp, self->out));
	ASSERT_EQ(0, kernel_do("add %u %d 0.0.0.0 239.1.1.1 0.0.0.0 1", igmp,
			       self->out));
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, kernel_do("take %u %d", kernel_register(11, ""),
			       rtnl_dummy("dummy0")));

	EXPECT_EQ(0, module_unload("mgm_test"));
	EXPECT_PROTOCOLS(&nl, mgm_fmt("protocol handle=%u id=10 comp=0 flags=0 portid=%u %s\n",
				      nl.handle, nl.portid, "ifs=2 members=1"));
	EXPECT_TRUE(has_entry(&nl));
	mgm_nl_close(&nl);
}

/* MGM_LOADS times, fifty if it says nothing: a slow machine does with less. */
TEST_F(unload, again_and_again_in_and_out_in_use)
{
	const char *loads = getenv("MGM_LOADS");
	int i, n = loads && *loads ? atoi(loads) : 50;
	struct mgm_nl nl;

	ASSERT_GT(n, 0);
	for (i = 0; i < n; i++) {
		use(_metadata, self, &nl, i % 2 ? PERSIST : 0);
		ASSERT_EQ(0, module_unload("mgm"));
		mgm_nl_close(&nl);
		ASSERT_EQ(0, module_load("mgm"));
	}
}

static atomic_bool stop;

static int send_packets(struct mgm_nl *nl, __u32 handle, __u32 wire)
{
	unsigned int i;

	for (i = 0; !atomic_load(&stop); i++)
		packet_send(wire, "10.0.0.2",
			    mgm_fmt("239.1.%u.%u", i / 250 % 250, i % 250));
	return i;
}

/* Whatever the answers: the module may be there or not. */
static int call_all(struct mgm_nl *nl, __u32 handle, __u32 dev)
{
	struct mgm_nl own;
	int done = 0;

	while (!atomic_load(&stop)) {
		if (mgm_nl_open(&own))
			continue;
		if (!mgm_nl_register(&own, gettid(), 0) &&
		    !mgm_nl_take(&own, own.handle, dev) &&
		    !mgm_nl_add(&own, own.handle, dev, NULL, NULL, JOIN))
			done++;
		free(mgm_nl_table(&own, MGM_CMD_MFE_GET, NULL));
		free(mgm_nl_table(&own, MGM_CMD_MEMBERSHIP_GET, NULL));
		mgm_nl_close(&own);
	}
	return done;
}

TEST_F(unload, goes_under_traffic_and_calls)
{
	struct job packets, calls[2];
	struct mgm_nl nl;
	int i, err, tries;

	atomic_store(&stop, false);
	use(_metadata, self, &nl, PERSIST);
	ASSERT_EQ(0, job_start(&packets, send_packets, NULL, 0, self->wire));
	ASSERT_EQ(0, job_start(&calls[0], call_all, NULL, 0, self->dev));
	ASSERT_EQ(0, job_start(&calls[1], call_all, NULL, 0, self->out));
	for (i = 0; i < 10; i++) {
		/* A dump under way holds it for a moment. */
		ASSERT_TRUE(WAIT_FOR((err = module_unload("mgm")) !=
				     -EWOULDBLOCK));
		ASSERT_EQ(0, err);
		mgm_nl_close(&nl);
		ASSERT_EQ(0, module_load("mgm"));
		for (tries = 0; tries < 100; tries++) {
			ASSERT_EQ(0, mgm_nl_open(&nl));
			err = mgm_nl_register(&nl, 10, PERSIST) ?:
			      mgm_nl_take(&nl, nl.handle, self->dev);
			if (!err || err == -EEXIST)
				break;
			mgm_nl_close(&nl);
		}
	}
	atomic_store(&stop, true);
	EXPECT_LT(0, job_wait(&packets));
	EXPECT_LT(0, job_wait(&calls[0]) + job_wait(&calls[1]));
	mgm_nl_close(&nl);
}

TEST_HARNESS_MAIN
