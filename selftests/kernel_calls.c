// SPDX-License-Identifier: GPL-2.0
/*
 * What is refused to protocols in the kernel. Those in user space are told of some of
 * it by netlink already, and nobody else comes to the checks behind it. And what they
 * are told of entries that have no way in, or no owner.
 */
#include "mgm_harness.h"

#define G	"239.1.1.1"
#define FAR	"192.0.2.9"	/* no route leads there */
#define NEAR	"10.0.0.2"
#define BAD_HOP	"the next hop is not a unicast address"

FIXTURE(kernel_calls)
{
	struct mgm_nl nl;
	__u32 a;
	__u32 b;
	int in;
	int wire;
	int out;
	int other;
};

/* a has the way in and the way out, b something else. */
FIXTURE_SETUP(kernel_calls)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	self->in = rtnl_veth("veth0", "veth1");
	ASSERT_LT(0, self->in);
	self->wire = if_nametoindex("veth1");
	ASSERT_EQ(0, rtnl_address(self->in, "10.0.0.1", 24));
	self->out = rtnl_dummy("dummy0");
	ASSERT_LT(0, self->out);
	self->other = rtnl_dummy("dummy1");
	ASSERT_LT(0, self->other);
	self->a = kernel_register(10, "");
	self->b = kernel_register(11, "");
	ASSERT_NE(0, self->a);
	ASSERT_NE(0, self->b);
	ASSERT_EQ(0, kernel_do("take %u %d\ntake %u %d\ntake %u %d", self->a,
			       self->in, self->a, self->out, self->b,
			       self->other));
	ASSERT_EQ(0, kernel_do("add %u %d 0.0.0.0 " G " 0.0.0.0 2", self->a,
			       self->out));
	ASSERT_EQ(0, kernel_do("clear"));
}

FIXTURE_TEARDOWN(kernel_calls)
{
	mgm_nl_close(&self->nl);
}

static int has_entry(struct mgm_nl *nl, const char *source)
{
	return !CALL(nl, MGM_CMD_MFE_GET, IP4(MGM_A_MFE_SOURCE4, source),
		     IP4(MGM_A_MFE_GROUP4, G));
}

static void make_entry(struct __test_metadata *_metadata,
		       struct _test_data_kernel_calls *self, const char *source)
{
	ASSERT_EQ(0, packet_send(self->wire, source, G));
	ASSERT_TRUE(WAIT_FOR(has_entry(&self->nl, source)));
}

TEST_F(kernel_calls, protocol_without_callbacks_is_refused)
{
	EXPECT_KERNEL_REFUSED(&self->nl, EINVAL, "has no callbacks",
			      "register 12 0 none no_ops");
}

TEST_F(kernel_calls, next_hop_that_is_no_host_is_refused_by_every_call)
{
	static const char * const calls[] = {
		"take %u %d 224.0.0.13",
		"release %u %d 224.0.0.13",
		"set %u %d 224.0.0.13 1 0",
		"add %u %d 224.0.0.13 " G " 0.0.0.0 1",
		"del %u %d 224.0.0.13 " G " 0.0.0.0 1",
	};
	char line[128];
	unsigned int i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		snprintf(line, sizeof(line), calls[i], self->a, self->in);
		EXPECT_KERNEL_REFUSED(&self->nl, EINVAL, BAD_HOP, "%s", line);
	}
}

TEST_F(kernel_calls, settings_are_for_the_owner_to_make_and_have_to_make_sense)
{
	struct mgm_nl *nl = &self->nl;

	EXPECT_KERNEL_REFUSED(nl, EINVAL, "the TTL threshold is 0",
			      "set %u %d 0.0.0.0 0 0", self->a, self->in);
	EXPECT_KERNEL_REFUSED(nl, EPERM, NOT_OWNER, "set %u %d 0.0.0.0 2 0",
			      self->b, self->in);
	EXPECT_KERNEL_REFUSED(nl, EPERM, NOT_OWNER, "set %u %d 0.0.0.0 2 0",
			      self->a, self->wire);
	EXPECT_KERNEL_REFUSED(nl, ENOENT, NO_HANDLE, "set %u %d 0.0.0.0 2 0",
			      99, self->in);
	EXPECT_EQ(0, kernel_do("set %u %d 0.0.0.0 2 0", self->a, self->in));
}

TEST_F(kernel_calls, entry_without_a_way_in_is_nobodys)
{
	make_entry(_metadata, self, FAR);
	EXPECT_KERNEL_REFUSED(&self->nl, EPERM,
			      "does not own the incoming interface",
			      "mfe_set %u " G " " FAR " 10.0.0.3", self->a);
	ASSERT_EQ(0, kernel_do("clear\ndump mfes 0"));
	EXPECT_EQ(1, kernel_count("mfe0 group=" G " source=" FAR
				  " iif=0 owner=0 "));
}

TEST_F(kernel_calls, new_way_in_of_an_entry_has_to_be_ones_own)
{
	const char *refusal = "does not own the new incoming interface";
	struct mgm_nl *nl = &self->nl;

	make_entry(_metadata, self, NEAR);
	EXPECT_KERNEL_REFUSED(nl, EPERM, refusal,
			      "mfe_set %u " G " " NEAR " 0.0.0.0 %d", self->a,
			      self->wire);
	EXPECT_KERNEL_REFUSED(nl, EPERM, refusal,
			      "mfe_set %u " G " " NEAR " 0.0.0.0 %d", self->a,
			      self->other);
	EXPECT_EQ(0, kernel_do("mfe_set %u " G " " NEAR " 10.0.0.3", self->a));
	EXPECT_EQ(0, kernel_do("dump mfes 0"));
	EXPECT_EQ(1, kernel_count(mgm_fmt("iif=%d owner=%u upstream=10.0.0.3 ",
					  self->in, self->a)));
}

TEST_F(kernel_calls, entry_that_comes_in_where_igmp_is_alone_has_no_owner)
{
	__u32 igmp = kernel_register(2, "igmp");

	ASSERT_NE(0, igmp);
	ASSERT_EQ(0, kernel_do("take %u %d\nrelease %u %d", igmp, self->in,
			       self->a, self->in));
	make_entry(_metadata, self, NEAR);
	ASSERT_EQ(0, kernel_do("clear\ndump mfes 0"));
	EXPECT_EQ(1, kernel_count(mgm_fmt("mfe0 group=" G " source=" NEAR
					  " iif=%d owner=0 ", self->in)));
}

TEST_F(kernel_calls, entry_that_is_not_there_has_no_way_out)
{
	make_entry(_metadata, self, NEAR);
	ASSERT_EQ(0, kernel_do("dump oifs 239.1.1.2 " NEAR));
	EXPECT_EQ(0, kernel_count("oif "));
	ASSERT_EQ(0, kernel_do("dump oifs " G " " NEAR));
	EXPECT_EQ(1, kernel_count(mgm_fmt("oif group=" G " source=" NEAR
					  " if=%d ", self->out)));
}

TEST_HARNESS_MAIN
