// SPDX-License-Identifier: GPL-2.0
/*
 * Memory runs out: every allocation of every call fails in its turn, and a call
 * that fails has changed nothing. Needs a kernel that can inject faults.
 */
#include <fcntl.h>
#include "mgm_harness.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define FAILSLAB	"/sys/kernel/debug/failslab/ignore-gfp-wait"
#define FAIL_PAGE	"/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait"

FIXTURE(faults)
{
	struct mgm_nl nl;
	struct mgm_nl reader;
	int fail_nth;
	int file;
	int lan;
	int wire;
	int out;
	__u32 inside;
	__u32 igmp;
};

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

static void __attribute__((constructor)) need_faults(void)
{
	if (access(FAIL_NTH, F_OK) || access(FAILSLAB, F_OK) ||
	    access(FAIL_PAGE, F_OK)) {
		printf("1..0 # SKIP the kernel cannot inject faults\n");
		exit(KSFT_SKIP);
	}
}

FIXTURE_SETUP(faults)
{
	ASSERT_EQ(0, netns_new());
	self->fail_nth = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	ASSERT_LT(0, self->fail_nth);
	ASSERT_EQ(0, write_text(FAILSLAB, "N"));
	ASSERT_EQ(0, write_text(FAIL_PAGE, "N"));
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
	close(self->fail_nth);
}

/* Have the thread's nth allocation from now on fail. */
static void arm(int fail_nth, unsigned int nth)
{
	const char *text = mgm_fmt("%u", nth);

	if (pwrite(fail_nth, text, strlen(text), 0) < 0)
		abort();
}

/* Did it? There may have been fewer. */
static bool disarm(int fail_nth)
{
	char left[16] = "";

	if (pread(fail_nth, left, sizeof(left) - 1, 0) <= 0 ||
	    pwrite(fail_nth, "0", 1, 0) < 0)
		abort();
	return !atoi(left);
}

static int tell(int file, const char *line)
{
	return write(file, line, strlen(line)) < 0 ? -errno : 0;
}

/*
 * Make a call of a protocol in the kernel fail at every allocation in turn, and
 * in the end succeed. Where it succeeds in spite of the fault it is taken back.
 */
static void fail_everywhere(struct __test_metadata *_metadata,
			    struct _test_data_faults *self, const char *call,
			    const char *back)
{
	/* Copies: what mgm_fmt() has given goes after a few more of its calls. */
	char *line = strdup(call), *undo = strdup(back);
	char *before = mgm_nl_tables(&self->reader), *after;
	unsigned int nth, failed = 0;
	bool hit = true;
	int err;

	for (nth = 1; hit; nth++) {
		arm(self->fail_nth, nth);
		err = tell(self->file, line);
		hit = disarm(self->fail_nth);
		if (!err && hit)
			ASSERT_EQ(0, kernel_do(undo, kernel_read()->handle))
				TH_LOG("%s", undo);
		if (!hit)
			break;
		if (err) {
			EXPECT_EQ(-ENOMEM, err) TH_LOG("%s: fault %u", line, nth);
			failed++;
		}
		after = mgm_nl_tables(&self->reader);
		EXPECT_STREQ(before, after) TH_LOG("%s: fault %u", line, nth);
		free(after);
	}
	EXPECT_EQ(0, err) TH_LOG("%s", line);
	/* The line itself is an allocation. */
	EXPECT_LT(1, failed) TH_LOG("%s", line);
	TH_LOG("%s: %u faults, %u failures", line, nth - 1, failed);
	free(before);
	free(undo);
	free(line);
}

TEST_F(faults, registering_fails_whole)
{
	fail_everywhere(_metadata, self, "register 20 0 twenty",
			"deregister %u");
}

TEST_F(faults, taking_fails_whole)
{
	fail_everywhere(_metadata, self,
			mgm_fmt("take %u %d", self->inside, self->out),
			mgm_fmt("release %u %d", self->inside, self->out));
}

TEST_F(faults, enabling_igmp_fails_whole)
{
	fail_everywhere(_metadata, self,
			mgm_fmt("take %u %d", self->igmp, self->out),
			mgm_fmt("release %u %d", self->igmp, self->out));
}

TEST_F(faults, adding_a_membership_fails_whole)
{
	const char *sg = "0.0.0.0 239.1.1.1 10.0.0.9 3";

	ASSERT_EQ(0, kernel_do("take %u %d", self->inside, self->out));
	fail_everywhere(_metadata, self,
			mgm_fmt("add %u %d %s", self->inside, self->out, sg),
			mgm_fmt("del %u %d %s", self->inside, self->out, sg));
}

/* Nothing can fail any more when IGMP has been told: neither does. */
TEST_F(faults, hand_over_and_shut_down_come_to_their_end)
{
	unsigned int nth;
	bool hit = true;
	int err;

	ASSERT_EQ(0, kernel_do("take %u %d", self->igmp, self->out));
	for (nth = 1; hit; nth++) {
		const char *line = mgm_fmt("take %u %d", self->inside,
					   self->out);

		arm(self->fail_nth, nth);
		err = tell(self->file, line);
		hit = disarm(self->fail_nth);
		if (err) {
			EXPECT_EQ(-ENOMEM, err);
			EXPECT_EQ(kernel_read()->disabled,
				  kernel_read()->enabled);
			continue;
		}
		line = mgm_fmt("release %u %d", self->inside, self->out);
		arm(self->fail_nth, nth);
		err = tell(self->file, line);
		hit |= disarm(self->fail_nth);
		if (err) {
			EXPECT_EQ(-ENOMEM, err);
			ASSERT_EQ(0, tell(self->file, line));
		}
	}
	EXPECT_EQ(kernel_read()->disabled, kernel_read()->enabled);
	EXPECT_EQ(0, kernel_read()->wrong);

	ASSERT_EQ(0, mgm_nl_register(&self->nl, 10, 0));
	ASSERT_EQ(0, mgm_nl_take(&self->nl, self->nl.handle, self->out));
	arm(self->fail_nth, 1);
	mgm_nl_close(&self->nl);
	disarm(self->fail_nth);
	EXPECT_INTERFACES(&self->reader,
			  mgm_fmt("interface if=%d flags=1 ttl=1\n",
				  self->out));
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
		arm(self->fail_nth, nth);
		err = tell(self->file, mgm_fmt("add %u %d %s", self->inside,
					       self->out, sg));
		hit = disarm(self->fail_nth);
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

/*
 * Over netlink the answer can fail too: then nobody knows whether the call was
 * made, but it was made whole or not at all.
 */
TEST_F(faults, netlink_calls_are_made_whole_or_not_at_all)
{
	struct mgm_nl *nl = &self->nl;
	char *before, *after;
	unsigned int nth;
	bool hit = true;
	int err;

	ASSERT_EQ(0, mgm_nl_register(nl, 10, PERSIST));
	ASSERT_EQ(0, mgm_nl_take(nl, nl->handle, self->out));
	before = mgm_nl_tables(&self->reader);
	for (nth = 1; hit; nth++) {
		arm(self->fail_nth, nth);
		err = mgm_nl_add(nl, nl->handle, self->out, "239.1.1.1", NULL,
				 JOIN);
		hit = disarm(self->fail_nth);
		if (err)
			EXPECT_TRUE(err == -ENOMEM || err == -ENOBUFS)
				TH_LOG("fault %u: %d", nth, err);
		err = mgm_nl_del(nl, nl->handle, self->out, "239.1.1.1", NULL,
				 JOIN);
		EXPECT_TRUE(!err || err == -ENOENT);
		after = mgm_nl_tables(&self->reader);
		EXPECT_STREQ(before, after) TH_LOG("fault %u", nth);
		free(after);
	}
	free(before);
}

TEST_HARNESS_MAIN
