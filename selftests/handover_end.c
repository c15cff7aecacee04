// SPDX-License-Identifier: GPL-2.0
/*
 * Protocols that end in the middle of a hand-over, and an IGMP that calls back
 * from inside its hooks.
 */
#include "mgm_harness.h"

FIXTURE(handover_end)
{
	struct mgm_nl nl;
	struct mgm_nl bound;
	__u32 igmp;
	int lan;
	int lan2;
	int plain;
};

/* IGMP runs on two of the three devices; the socket is bound to a protocol. */
FIXTURE_SETUP(handover_end)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	ASSERT_EQ(0, mgm_nl_open(&self->bound));
	self->lan = rtnl_dummy("dummy0");
	self->lan2 = rtnl_dummy("dummy1");
	self->plain = rtnl_dummy("dummy2");
	ASSERT_LT(0, self->lan);
	ASSERT_LT(0, self->lan2);
	ASSERT_LT(0, self->plain);
	self->igmp = kernel_register(2, "igmp");
	ASSERT_NE(0, self->igmp);
	ASSERT_EQ(0, kernel_do("take %u %d", self->igmp, self->lan));
	ASSERT_EQ(0, kernel_do("take %u %d", self->igmp, self->lan2));
	ASSERT_EQ(0, mgm_nl_register(&self->bound, 10, 0));
}

FIXTURE_TEARDOWN(handover_end)
{
	kernel_do("hook go");
	mgm_nl_close(&self->nl);
	mgm_nl_close(&self->bound);
}

static int close_socket(struct mgm_nl *nl, __u32 handle, __u32 ifindex)
{
	mgm_nl_close(nl);
	return 0;
}

static int shut_down(struct mgm_nl *nl, __u32 handle, __u32 ifindex)
{
	return kernel_do("shutdown %u", handle);
}

static int has_protocol(struct mgm_nl *nl, __u32 handle)
{
	return !CALL(nl, MGM_CMD_PROTOCOL_GET,
		     U32(MGM_A_PROTOCOL_HANDLE, handle));
}

static void expect_igmp_alone(struct __test_metadata *_metadata,
			      struct _test_data_handover_end *self)
{
	EXPECT_INTERFACES(&self->nl,
			  mgm_fmt("interface if=%d flags=1 ttl=1\n"
				  "interface if=%d flags=1 ttl=1\n",
				  self->lan, self->lan2));
	EXPECT_EQ(kernel_read()->disabled, kernel_read()->enabled);
	EXPECT_EQ(0, kernel_read()->wrong);
	EXPECT_EQ(0, kernel_count("too long"));
}

TEST_F(handover_end, sockets_end_hands_back_every_interface)
{
	ASSERT_EQ(0, mgm_nl_take(&self->bound, self->bound.handle, self->lan));
	ASSERT_EQ(0, mgm_nl_take(&self->bound, self->bound.handle, self->lan2));
	ASSERT_EQ(0, mgm_nl_take(&self->bound, self->bound.handle,
				 self->plain));
	ASSERT_EQ(0, kernel_do("clear"));
	mgm_nl_close(&self->bound);
	EXPECT_FALSE(has_protocol(&self->nl, self->bound.handle));
	EXPECT_EQ(2, kernel_count("igmp_disable end"));
	expect_igmp_alone(_metadata, self);
}

TEST_F(handover_end, socket_closed_while_its_protocol_takes_ends_it_afterwards)
{
	__u32 handle = self->bound.handle;
	struct job take;
	int fd;

	ASSERT_EQ(0, kernel_do("hook hold disable\nclear"));
	fd = mnl_socket_get_fd(self->bound.sk);
	ASSERT_EQ(0, job_start(&take, mgm_nl_take, &self->bound, handle,
			       self->lan));
	ASSERT_TRUE(WAIT_FOR(kernel_count("igmp_disable if=")));
	ASSERT_EQ(0, close(fd));
	EXPECT_TRUE(has_protocol(&self->nl, handle));
	ASSERT_EQ(0, kernel_do("hook go"));
	/* The answer goes to a socket that is not there any more. */
	job_wait(&take);
	EXPECT_TRUE(WAIT_FOR(!has_protocol(&self->nl, handle)));
	EXPECT_TRUE(WAIT_FOR(kernel_count("igmp_enable end") == 2));
	expect_igmp_alone(_metadata, self);
	self->bound.sk = NULL;
}

TEST_F(handover_end, handle_is_dead_from_the_first_moment_of_the_end)
{
	__u32 handle = self->bound.handle;
	struct job end;

	ASSERT_EQ(0, mgm_nl_take(&self->bound, handle, self->lan));
	ASSERT_EQ(0, kernel_do("hook hold disable\nclear"));
	ASSERT_EQ(0, job_start(&end, close_socket, &self->bound, 0, 0));
	ASSERT_TRUE(WAIT_FOR(kernel_count("igmp_disable if=")));
	EXPECT_FALSE(has_protocol(&self->nl, handle));
	ASSERT_EQ(0, mgm_nl_register(&self->nl, 11, 0));
	EXPECT_REFUSED(&self->nl, EBUSY, OWNER_CHANGING,
		       mgm_nl_take(&self->nl, self->nl.handle, self->lan));
	EXPECT_FALSE(job_done(&end));
	ASSERT_EQ(0, kernel_do("hook go"));
	job_wait(&end);
	EXPECT_EQ(0, mgm_nl_deregister(&self->nl, self->nl.handle));
	expect_igmp_alone(_metadata, self);
}

TEST_F(handover_end, new_socket_with_the_number_of_a_dying_one_is_not_hit)
{
	__u32 first = self->bound.handle, portid = self->bound.portid;
	struct mgm_nl young;
	struct job end;

	ASSERT_EQ(0, mgm_nl_register(&self->bound, 11, 0));
	ASSERT_EQ(0, mgm_nl_take(&self->bound, first, self->lan));
	ASSERT_EQ(0, kernel_do("hook hold disable\nclear"));
	ASSERT_EQ(0, job_start(&end, close_socket, &self->bound, 0, 0));
	ASSERT_TRUE(WAIT_FOR(kernel_count("igmp_disable if=")));

	ASSERT_EQ(0, mgm_nl_open_port(&young, portid));
	ASSERT_EQ(0, mgm_nl_register(&young, 12, 0));
	/* What was bound to the old socket is not the young one's either. */
	EXPECT_REFUSED(&young, ENOENT, NO_HANDLE,
		       mgm_nl_deregister(&young, self->bound.handle));
	ASSERT_EQ(0, kernel_do("hook go"));
	job_wait(&end);
	EXPECT_FALSE(has_protocol(&self->nl, self->bound.handle));
	EXPECT_TRUE(has_protocol(&self->nl, young.handle));
	mgm_nl_close(&young);
	EXPECT_FALSE(has_protocol(&self->nl, young.handle));
}

TEST_F(handover_end, shut_down_waits_for_a_hand_over_instead_of_being_refused)
{
	__u32 inside = kernel_register(12, "");
	struct job take, end;

	ASSERT_EQ(0, kernel_do("take %u %d", inside, self->lan2));
	ASSERT_EQ(0, kernel_do("hook hold enable\nclear"));
	ASSERT_EQ(0, job_start(&take, mgm_nl_take, &self->bound,
			       self->bound.handle, self->lan));
	ASSERT_TRUE(WAIT_FOR(kernel_count("igmp_enable if=")));
	ASSERT_EQ(0, job_start(&end, shut_down, NULL, self->igmp, 0));
	ASSERT_TRUE(WAIT_FOR(!has_protocol(&self->nl, self->igmp)));
	EXPECT_FALSE(job_done(&end));
	ASSERT_EQ(0, kernel_do("hook go"));
	EXPECT_EQ(0, job_wait(&take));
	EXPECT_EQ(0, job_wait(&end));
	EXPECT_EQ(0, kernel_do("shutdown %u", inside));
	EXPECT_EQ(0, kernel_do("register 3 0 next igmp"));
}

static int take_inside(struct mgm_nl *nl, __u32 handle, __u32 ifindex)
{
	return kernel_do("take %u %u", handle, ifindex);
}

TEST_F(handover_end, shut_down_of_who_takes_waits_until_it_has_taken_and_releases_that)
{
	__u32 inside = kernel_register(12, "");
	struct job take, end;

	ASSERT_EQ(0, kernel_do("hook hold disable\nclear"));
	ASSERT_EQ(0, job_start(&take, take_inside, NULL, inside, self->lan));
	ASSERT_TRUE(WAIT_FOR(kernel_count("igmp_disable if=")));
	ASSERT_EQ(0, job_start(&end, shut_down, NULL, inside, 0));
	ASSERT_TRUE(WAIT_FOR(!has_protocol(&self->nl, inside)));
	EXPECT_FALSE(job_done(&end));
	ASSERT_EQ(0, kernel_do("hook go"));
	EXPECT_EQ(0, job_wait(&take));
	EXPECT_EQ(0, job_wait(&end));
	expect_igmp_alone(_metadata, self);
}

/* A process with a protocol that takes the LAN, and is then beyond itself. */
static pid_t taker(struct _test_data_handover_end *self)
{
	struct mgm_nl nl;
	pid_t pid = fork();

	if (pid)
		return pid;
	if (!mgm_nl_open(&nl) && !mgm_nl_register(&nl, 13, 0))
		mgm_nl_take(&nl, nl.handle, self->lan);
	pause();
	_exit(1);
}

TEST_F(handover_end, process_killed_in_a_hand_over_is_shut_down_after_it)
{
	int status;
	pid_t pid;

	ASSERT_EQ(0, kernel_do("hook hold disable\nclear"));
	pid = taker(self);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(WAIT_FOR(kernel_count("igmp_disable if=")));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(0, waitpid(pid, &status, WNOHANG));
	ASSERT_EQ(0, kernel_do("hook go"));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(2, kernel_read()->disabled);
	expect_igmp_alone(_metadata, self);
}

TEST_F(handover_end, killed_process_is_shut_down)
{
	int status;
	pid_t pid;

	pid = taker(self);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(WAIT_FOR(kernel_count("igmp_enable end")));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(2, kernel_read()->disabled);
	expect_igmp_alone(_metadata, self);
}

/* Have IGMP run one line inside the next hook, and say what came of it. */
static const char *inside_hook(struct _test_data_handover_end *self,
			       const char *hook, const char *line)
{
	static char answer[128];
	const char *p;

	if (kernel_do("clear\nhook %s %s", hook, line) ||
	    mgm_nl_take(&self->bound, self->bound.handle, self->lan) ||
	    mgm_nl_release(&self->bound, self->bound.handle, self->lan))
		return "no hand-over";
	p = strstr(kernel_read()->events, "inside ");
	snprintf(answer, sizeof(answer), "%.*s", (int)strcspn(p ?: "", "\n"),
		 p ?: "");
	return answer;
}

TEST_F(handover_end, igmp_cannot_end_itself_from_inside_its_hooks)
{
	static const char *const hooks[] = { "disable", "enable" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		EXPECT_STREQ(mgm_fmt("inside deregister errno=%d", -EDEADLK),
			     inside_hook(self, hooks[i], "deregister SELF"));
		EXPECT_STREQ(mgm_fmt("inside shutdown errno=%d", -EDEADLK),
			     inside_hook(self, hooks[i], "shutdown SELF"));
	}
	EXPECT_TRUE(has_protocol(&self->nl, self->igmp));
	expect_igmp_alone(_metadata, self);
}

TEST_F(handover_end, igmp_may_call_for_everything_else_from_inside_its_hooks)
{
	static const char *const hooks[] = { "disable", "enable" };
	__u32 inside = kernel_register(12, "");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		EXPECT_STREQ("inside get errno=0",
			     inside_hook(self, hooks[i], "get IF"));
		EXPECT_STREQ("inside register errno=0",
			     inside_hook(self, hooks[i],
					 "register 13 0 child"));
		EXPECT_STREQ("inside deregister errno=0",
			     inside_hook(self, hooks[i],
					 mgm_fmt("deregister %u",
						 kernel_read()->handle)));
		EXPECT_STREQ("inside take errno=0",
			     inside_hook(self, hooks[i],
					 mgm_fmt("take %u %d", inside,
						 self->plain)));
		EXPECT_STREQ("inside release errno=0",
			     inside_hook(self, hooks[i],
					 mgm_fmt("release %u %d", inside,
						 self->plain)));
		EXPECT_STREQ("inside take errno=0",
			     inside_hook(self, hooks[i],
					 mgm_fmt("take SELF %d", self->plain)));
		EXPECT_STREQ("inside add errno=0",
			     inside_hook(self, hooks[i],
					 mgm_fmt("add SELF %d 0.0.0.0 239.1.1.1 0.0.0.0 1",
						 self->lan2)));
		EXPECT_STREQ("inside release errno=0",
			     inside_hook(self, hooks[i],
					 mgm_fmt("release SELF %d",
						 self->plain)));
		EXPECT_STREQ("inside del errno=0",
			     inside_hook(self, hooks[i],
					 mgm_fmt("del SELF %d 0.0.0.0 239.1.1.1 0.0.0.0 1",
						 self->lan2)));
	}
	expect_igmp_alone(_metadata, self);
}

TEST_F(handover_end, hand_over_from_inside_a_hook_is_refused)
{
	__u32 inside = kernel_register(12, "");

	/* It would have to call IGMP, which is being called. */
	EXPECT_STREQ(mgm_fmt("inside take errno=%d", -EDEADLK),
		     inside_hook(self, "disable",
				 mgm_fmt("take %u %d", inside, self->lan2)));
	ASSERT_EQ(0, kernel_do("take %u %d", inside, self->lan2));
	EXPECT_STREQ(mgm_fmt("inside release errno=%d", -EDEADLK),
		     inside_hook(self, "enable",
				 mgm_fmt("release %u %d", inside, self->lan2)));
	EXPECT_STREQ(mgm_fmt("inside shutdown errno=%d", -EDEADLK),
		     inside_hook(self, "enable",
				 mgm_fmt("shutdown %u", inside)));
	EXPECT_EQ(0, kernel_do("release %u %d", inside, self->lan2));
	expect_igmp_alone(_metadata, self);
}

TEST_HARNESS_MAIN
