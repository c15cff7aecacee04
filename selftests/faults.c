// SPDX-License-Identifier: GPL-2.0
/*
 * Memory runs out where a protocol in the kernel, or an IGMP there, has to live with
 * it: hand-overs come to their end, and no entry is wrong.
 */
#include <fcntl.h>
#include "mgm_harness.h"
#include "fault.h"

FIXTURE(faults)
{
	struct mgm_nl nl;
	struct mgm_nl reader;
	int file;
	int lan;
	int wire;
	int out;
	__u32 inside;
	__u32 igmp;
};

FIXTURE_SETUP(faults)
{
	ASSERT_EQ(0, module_load("mgm_fault"));
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, fault_begin());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	ASSERT_EQ(0, mgm_nl_open(&self->reader));
	self->lan = rtnl_veth("veth0", "veth1");
	ASSERT_LT(0, self->lan);
	self->wire = if_nametoindex("veth1");
	ASSERT_EQ(0, rtnl_address(self->lan, "10.0.0.1", 24));
	self->out = rtnl_dummy("dummy0");
	ASSERT_LT(0, self->out);
	self->inside = kernel_register(12, "");
	self->igmp = kernel_register(2, "igmp");
	ASSERT_NE(0, self->igmp);
	self->file = open("/proc/thread-self/net/mgm_test",
			  O_WRONLY | O_CLOEXEC);
	ASSERT_LT(0, self->file);
}

FIXTURE_TEARDOWN(faults)
{
	mgm_nl_close(&self->nl);
	mgm_nl_close(&self->reader);
	close(self->file);
}

static int tell(int file, const char *line)
{
	return write(file, line, strlen(line)) < 0 ? -errno : 0;
}

/* Nothing can fail any more when IGMP has been told: neither does. */
TEST_F(faults, hand_over_comes_to_its_end)
{
	unsigned int nth;
	bool hit = true;
	int err;

	ASSERT_EQ(0, kernel_do("take %u %d", self->igmp, self->out));
	for (nth = 1; hit; nth++) {
		const char *line = mgm_fmt("take %u %d", self->inside,
					   self->out);

		fault_arm(nth);
		err = tell(self->file, line);
		hit = fault_disarm();
		if (err) {
			EXPECT_EQ(-ENOMEM, err);
			EXPECT_EQ(kernel_read()->disabled,
				  kernel_read()->enabled);
			continue;
		}
		line = mgm_fmt("release %u %d", self->inside, self->out);
		fault_arm(nth);
		err = tell(self->file, line);
		hit |= fault_disarm();
		if (err) {
			EXPECT_EQ(-ENOMEM, err);
			ASSERT_EQ(0, tell(self->file, line));
		}
	}
	EXPECT_EQ(kernel_read()->disabled, kernel_read()->enabled);
	EXPECT_EQ(0, kernel_read()->wrong);
}

static int has_entry(struct mgm_nl *nl, const char *text)
{
	char *table = mgm_nl_table(nl, MGM_CMD_MFE_GET, NULL);
	int has = table && strstr(table, text);

	free(table);
	return has;
}

TEST_F(faults, entry_is_right_or_gone_when_its_list_cannot_be_changed)
{
	const char *sg = "0.0.0.0 239.1.1.1 0.0.0.0 2";
	unsigned int nth, gone = 0;
	bool hit = true;
	int err;

	ASSERT_EQ(0, kernel_do("take %u %d", self->inside, self->lan));
	ASSERT_EQ(0, kernel_do("take %u %d", self->inside, self->out));
	for (nth = 1; hit; nth++) {
		ASSERT_EQ(0, packet_send(self->wire, "10.0.0.2", "239.1.1.1"));
		ASSERT_TRUE(WAIT_FOR(has_entry(&self->reader, "oifs=0")));
		fault_arm(nth);
		err = tell(self->file, mgm_fmt("add %u %d %s", self->inside,
					       self->out, sg));
		hit = fault_disarm();
		if (err) {
			EXPECT_TRUE(has_entry(&self->reader, "oifs=0"));
			continue;
		}
		EXPECT_FALSE(has_entry(&self->reader, "oifs=0"));
		if (!has_entry(&self->reader, "oifs=1"))
			gone++;
		ASSERT_EQ(0, kernel_do("del %u %d %s", self->inside, self->out,
				       sg));
	}
	EXPECT_LT(0, gone);
}

TEST_HARNESS_MAIN
