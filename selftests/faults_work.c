// SPDX-License-Identifier: GPL-2.0
/*
 * Memory runs out where no caller hears of it, in interrupts and in work items, at
 * random, while packets and reports come in and an owner comes and goes. Nothing
 * breaks meanwhile, and when there is memory again all comes right by itself.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include "mgm_harness.h"
#include "fault_sweep.h"

#define FLOWS		24
#define MEMBERS		12
#define FAULTS		300	/* in each of both */
#define TIMES		1000000

FIXTURE(faults_work)
{
	struct world w;
	unsigned int seed;
	int packets;
};

/* IGMP listens on lan, and asks often; whatever comes is to go out. */
FIXTURE_SETUP(faults_work)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, world_make(w, false));
	if (!fault_keeps_leak_scan())
		SKIP(return, "no cache is marked: the kernel's checks would fail");
	ASSERT_EQ(0, igmp_enable(&w->igmp, w->things[LAN]));
	ASSERT_EQ(0, SETTINGS(&w->igmp, SET, w->things[LAN],
			      U32(IF(QUERY_INTERVAL), 2000),
			      U32(IF(QUERY_RESPONSE_INTERVAL), 1000),
			      U32(IF(LAST_MEMBER_QUERY_INTERVAL), 100)));
	ASSERT_EQ(0, mgm_nl_add(&w->nl, w->things[HANDLE], w->things[OUT], NULL,
				NULL, JOIN));
	self->packets = packet_socket();
	ASSERT_LT(0, self->packets);
	self->seed = 1;
}

FIXTURE_TEARDOWN(faults_work)
{
	close(self->packets);
	world_end(&self->w);
}

/* Let the work items of the kernel feel the faults, or no longer. */
static void mark_workers(const char *on)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char path[300], comm[32];
	int fd;

	while (dir && (entry = readdir(dir))) {
		if (!isdigit(entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		comm[0] = '\0';
		if (fd < 0 || read(fd, comm, sizeof(comm)) < 8)
			comm[0] = '\0';
		close(fd);
		if (strncmp(comm, "kworker/", 8))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/make-it-fail",
			 entry->d_name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd >= 0 && write(fd, on, 1) < 0)
			; /* it has ended */
		close(fd);
	}
	if (dir)
		closedir(dir);
}

/*
 * One allocation of five fails: of those that must not sleep, which are those of
 * interrupts; or all those of work items.
 */
static int begin_faults(bool in_work)
{
	return fault_knob("failslab", "ignore-gfp-wait", in_work ? "N" : "Y") ?:
	       fault_knob("failslab", "task-filter", in_work ? "Y" : "N") ?:
	       fault_knob("failslab", "times", mgm_fmt("%u", TIMES)) ?:
	       fault_knob("failslab", "probability", "20");
}

static unsigned int faults(void)
{
	return TIMES - fault_knob_read("failslab", "times");
}

static void end_faults(void)
{
	fault_knob("failslab", "probability", "0");
	fault_knob("failslab", "times", "-1");
	fault_knob("failslab", "task-filter", "N");
	fault_knob("failslab", "ignore-gfp-wait", "N");
	mark_workers("0");
}

static const char *flow(unsigned int i)
{
	return mgm_fmt("239.9.0.%u", i % FLOWS + 1);
}

static __u32 member(unsigned int i)
{
	return inet_addr(mgm_fmt("239.8.0.%u", i % MEMBERS + 1));
}

/* A message of IGMPv2 from a host on lan. */
static int igmp_send(struct _test_data_faults_work *self, __u8 type,
		     __u32 group)
{
	struct {
		__u8 ip[24];
		__u8 type;
		__u8 time;
		__u16 check;
		__u32 group;
	} packet = {
		.ip = { 0x46, 0xc0, 0, sizeof(packet), 0, 0, 0, 0, 1,
			IPPROTO_IGMP, 0, 0, 10, 0, 0, 2, 224, 0, 0, 2,
			0x94, 4, 0, 0 },
		.type = type,
		.group = group,
	};
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(0x0800),
		.sll_ifindex = self->w.wire,
		.sll_halen = 6,
		.sll_addr = { 1, 0, 0x5e, 0, 0, 2 },
	};
	__u16 sum;

	if (type == 0x16) {
		memcpy(packet.ip + 16, &group, sizeof(group));
		memcpy(to.sll_addr + 3, (__u8 *)&group + 1, 3);
	}
	sum = packet_checksum(packet.ip, sizeof(packet.ip));
	memcpy(packet.ip + 10, &sum, sizeof(sum));
	packet.check = packet_checksum(&packet.type, 8);
	return sendto(self->packets, &packet, sizeof(packet), 0,
		      (struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
}

/* Somebody may have no memory for any of it. */
static void live(struct _test_data_faults_work *self, unsigned int round)
{
	struct world *w = &self->w;
	unsigned int i;

	for (i = 0; i < 8; i++)
		packet_send_on(self->packets, w->wire, SOURCE,
			       flow(rand_r(&self->seed)));
	for (i = 0; i < 4; i++)
		igmp_send(self, 0x16, member(rand_r(&self->seed)));
	igmp_send(self, 0x17, member(rand_r(&self->seed)));
	if (round % 2)
		mgm_nl_release(&w->nl, w->things[HANDLE], w->things[SPARE]);
	else
		mgm_nl_take(&w->nl, w->things[HANDLE], w->things[SPARE]);
	world_drain(&w->nl);
	usleep(5000);
}

/* Until enough allocations have failed; how many that was. */
static unsigned int live_with_faults(struct __test_metadata *_metadata,
				     struct _test_data_faults_work *self,
				     bool in_work)
{
	long long end = now_ms() + 6 * WAIT_MS;
	unsigned int round, n;

	ASSERT_EQ(0, begin_faults(in_work));
	for (round = 0; faults() < FAULTS * fault_sweeps() && now_ms() < end;
	     round++) {
		if (in_work)
			mark_workers("1");
		live(self, round);
	}
	n = faults();
	end_faults();
	TH_LOG("%u allocations failed in %s, in %u rounds", n,
	       in_work ? "work items" : "interrupts", round);
	return n;
}

static unsigned int count_lines(const char *table, const char *a, const char *b)
{
	unsigned int n = 0;
	size_t len;

	for (; table && *table; table += len + (table[len] == '\n')) {
		char line[2048];

		len = strcspn(table, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, table);
		n += strstr(line, a) && strstr(line, b);
	}
	return n;
}

/* All hosts answer the next query, and all sources send. */
static bool all_right(struct _test_data_faults_work *self)
{
	struct world *w = &self->w;
	struct igmp_object groups;
	char *memberships, *mfes;
	bool right;
	int i;

	for (i = 0; i < MEMBERS; i++)
		igmp_send(self, 0x16, member(i));
	for (i = 0; i < FLOWS; i++)
		packet_send_on(self->packets, w->wire, SOURCE, flow(i));
	memberships = mgm_nl_table(&w->reader, MGM_CMD_MEMBERSHIP_GET, NULL);
	mfes = mgm_nl_table(&w->reader, MGM_CMD_MFE_GET, NULL);
	right = !igmp_groups(&w->igmp, w->things[LAN], &groups) &&
		groups.count == MEMBERS &&
		count_lines(memberships, "group=239.8.0.", " id=2 ") ==
		MEMBERS &&
		count_lines(mfes, "group=239.9.0.", " oifs=1 ") == FLOWS;
	if (!right)
		usleep(100000);
	free(memberships);
	free(mfes);
	return right;
}

/* What was joined by command nobody reports: it has to come back by itself. */
static bool joined_is_told(struct world *w)
{
	const char *on = mgm_fmt(" id=2 comp=0 if=%u ", w->things[SPARE]);
	char *table = mgm_nl_table(&w->reader, MGM_CMD_MEMBERSHIP_GET, NULL);
	bool told = count_lines(table, "membership", on) == 2;

	free(table);
	return told;
}

TEST_F_TIMEOUT(faults_work, all_comes_right_when_there_is_memory_again, 900)
{
	struct world *w = &self->w;

	EXPECT_LE(FAULTS, live_with_faults(_metadata, self, false));
	EXPECT_TRUE(WAIT_FOR(all_right(self)))
		TH_LOG("%s", mgm_nl_tables(&w->reader));
	EXPECT_LE(FAULTS, live_with_faults(_metadata, self, true));
	EXPECT_TRUE(WAIT_FOR(all_right(self)))
		TH_LOG("%s", mgm_nl_tables(&w->reader));
	EXPECT_EQ(0, kernel_read()->wrong);
}

/* IGMP tells it anew after every change of the owner, in a work item. */
TEST_F_TIMEOUT(faults_work, what_was_joined_by_command_is_told_in_the_end, 300)
{
	struct world *w = &self->w;
	long long end = now_ms() + 3 * WAIT_MS;
	bool lost = false;
	int err;

	while (!lost && now_ms() < end) {
		ASSERT_EQ(0, mgm_nl_take(&w->nl, w->things[HANDLE],
					 w->things[SPARE]));
		ASSERT_TRUE(WAIT_FOR(joined_is_told(w)));
		ASSERT_EQ(0, begin_faults(true));
		mark_workers("1");
		err = mgm_nl_release(&w->nl, w->things[HANDLE],
				     w->things[SPARE]);
		end_faults();
		world_drain(&w->nl);
		if (err)
			mgm_nl_release(&w->nl, w->things[HANDLE],
				       w->things[SPARE]);
		lost = !joined_is_told(w);
	}
	EXPECT_TRUE(lost);
	EXPECT_TRUE(WAIT_FOR(joined_is_told(w)));
}

TEST_HARNESS_MAIN
