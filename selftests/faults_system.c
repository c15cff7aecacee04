// SPDX-License-Identifier: GPL-2.0
/*
 * Memory runs out in what an administrator does beside MGM's own calls: modules are
 * loaded, namespaces made, devices and routes changed, packets sent. What fails may
 * be the kernel's own; MGM is right again as soon as it has been done.
 */
#include <sys/syscall.h>
#include <linux/genetlink.h>
#include "mgm_harness.h"
#include "fault_sweep.h"

FIXTURE(faults_start)
{
	struct fault_sum sum;
};

/* Nothing is loaded but what lets memory run out. */
FIXTURE_SETUP(faults_start)
{
	static const char *const names[] = { "mgm_test", "mgm_igmp", "mgm" };
	unsigned int i;

	for (i = 0; i < MNL_ARRAY_SIZE(names); i++)
		ASSERT_TRUE(WAIT_FOR(!module_loaded(names[i]) ||
				     !module_unload(names[i])));
	ASSERT_EQ(0, module_load("mgm_fault"));
	ASSERT_EQ(0, fault_begin());
}

FIXTURE_TEARDOWN(faults_start)
{
}

/* A module as its file has it: memory may run out in closing that, too. */
struct image {
	char *data;
	long len;
};

static void read_image(struct __test_metadata *_metadata, const char *name,
		       struct image *image)
{
	FILE *file = fopen(mgm_fmt("%s/%s.ko", getenv("MGM_MODDIR") ?: "..",
				   name), "r");

	ASSERT_NE(NULL, file);
	ASSERT_EQ(0, fseek(file, 0, SEEK_END));
	image->len = ftell(file);
	image->data = malloc(image->len);
	rewind(file);
	ASSERT_EQ(1, fread(image->data, image->len, 1, file));
	fclose(file);
}

/* Every allocation from the module's own first function on. */
static void load_with_faults(struct __test_metadata *_metadata,
			     struct _test_data_faults_start *self,
			     const char *name)
{
	struct fault_sum *sum = &self->sum;
	struct image image;
	unsigned int nth;
	bool hit = true;
	int err;

	read_image(_metadata, name, &image);
	for (nth = 1; hit; nth++) {
		ASSERT_EQ(0, fault_knob("mgm_fault", "init",
					mgm_fmt("%u", nth)));
		err = syscall(__NR_init_module, image.data, image.len, "") ?
		      -errno : 0;
		hit = fault_disarm();
		sum->sites += hit;
		sum->refused += !!err;
		EXPECT_TRUE(!err || (hit && err == -ENOMEM))
			TH_LOG("%s: fault %u: %d", name, nth, err);
		ASSERT_EQ(!err, module_loaded(name));
		if (!err && hit)
			ASSERT_EQ(0, module_unload(name));
	}
	sum->calls++;
	free(image.data);
}

TEST_F_TIMEOUT(faults_start, modules_are_loaded_or_not, 600)
{
	struct mgm_nl nl;

	load_with_faults(_metadata, self, "mgm");
	load_with_faults(_metadata, self, "mgm_igmp");
	TH_LOG("%u modules, %u allocations failed, %u times refused",
	       self->sum.calls, self->sum.sites, self->sum.refused);
	EXPECT_LT(0, self->sum.refused);
	EXPECT_EQ(0, mgm_nl_open(&nl));
	mgm_nl_close(&nl);
}

TEST_F_TIMEOUT(faults_start, namespaces_are_made_whole_or_not_at_all, 600)
{
	unsigned int nth, sites = 0, refused = 0;
	struct mgm_nl nl, igmp;
	bool hit = true;
	int err, dev;

	ASSERT_EQ(0, modules_load());
	ASSERT_EQ(0, module_load("mgm_igmp"));
	for (nth = 1; hit; nth++) {
		ASSERT_EQ(0, fault_knob("mgm_fault", "netns",
					mgm_fmt("%u", nth)));
		err = unshare(CLONE_NEWNET) ? -errno : 0;
		hit = fault_disarm();
		sites += hit;
		refused += !!err;
		EXPECT_TRUE(!err || (hit && err == -ENOMEM))
			TH_LOG("fault %u: %d", nth, err);
		if (err)
			continue;
		ASSERT_EQ(0, mgm_nl_open(&nl));
		ASSERT_EQ(0, igmp_open(&igmp));
		dev = rtnl_dummy("dummy0");
		EXPECT_EQ(0, mgm_nl_register(&nl, 10, 0));
		EXPECT_EQ(0, mgm_nl_take(&nl, nl.handle, dev));
		EXPECT_EQ(0, igmp_enable(&igmp, dev));
		mgm_nl_close(&nl);
		mgm_nl_close(&igmp);
	}
	TH_LOG("1 namespace, %u allocations failed, %u times refused", sites,
	       refused);
	EXPECT_LT(0, refused);
}

FIXTURE(faults_system)
{
	struct world w;
	struct fault_sum sum;
};

FIXTURE_SETUP(faults_system)
{
	ASSERT_EQ(0, world_make(&self->w, false));
}

FIXTURE_TEARDOWN(faults_system)
{
	world_end(&self->w);
}

static int out_down(struct world *w)
{
	return rtnl_up(w->things[OUT], false);
}

static int out_up(struct world *w)
{
	return rtnl_up(w->things[OUT], true);
}

static int lan_down(struct world *w)
{
	return rtnl_up(w->things[LAN], false);
}

static int lan_up(struct world *w)
{
	return rtnl_up(w->things[LAN], true);
}

static int address_there(struct world *w)
{
	return rtnl_address(w->things[SPARE], "10.0.9.1", 24);
}

static int address_gone(struct world *w)
{
	return rtnl_address_del(w->things[SPARE], "10.0.9.1", 24);
}

/* The flow comes from elsewhere now. */
static int route_there(struct world *w)
{
	return rtnl_route(SOURCE, 32, "10.0.1.9");
}

static int route_gone(struct world *w)
{
	return rtnl_route(SOURCE, 32, NULL);
}

static int device_there(struct world *w)
{
	int dev = rtnl_dummy("gone");

	w->things[IDLE] = dev;
	return dev < 0 ? dev :
	       mgm_nl_take(&w->nl, w->things[HANDLE], dev) ?:
	       mgm_nl_add(&w->nl, w->things[HANDLE], dev, FLOW, NULL, JOIN) ?:
	       igmp_enable(&w->igmp, dev) ?:
	       igmp_join(&w->igmp, dev, FLOW, NULL);
}

static int device_gone(struct world *w)
{
	return rtnl_del(w->things[IDLE]);
}

/*
 * Of each pair the one with faults comes first or second. The kernel may forget what
 * belongs to a change, such as the route of a device that comes up: then both are
 * done again.
 */
static const struct event {
	const char *desc;
	int (*first)(struct world *w);
	int (*second)(struct world *w);
	bool faults_in_second;
	bool again;
} events[] = {
	{ "an outgoing device goes down", out_down, out_up },
	{ "an outgoing device comes up", out_down, out_up, true },
	{ "an incoming device goes down", lan_down, lan_up },
	{ "an incoming device comes up", lan_down, lan_up, true, true },
	{ "an address comes", address_there, address_gone },
	{ "an address goes", address_there, address_gone, true },
	{ "a route comes", route_there, route_gone },
	{ "a route goes", route_there, route_gone, true },
	{ "a device is deleted", device_there, device_gone, true },
};

/* Do it, and if memory ran out meanwhile, once more. */
static bool do_with_fault(struct world *w, int (*call)(struct world *w),
			  unsigned int nth, struct fault_sum *sum, int *err)
{
	bool hit;

	fault_arm(nth);
	*err = call(w);
	hit = fault_disarm();
	sum->sites += hit;
	sum->refused += *err && hit;
	/* It may have been done, and only the answer have been lost. */
	if (*err && hit)
		call(w);
	return hit;
}

static void try_event(struct __test_metadata *_metadata,
		      struct _test_data_faults_system *self,
		      const struct event *event)
{
	struct world *w = &self->w;
	char *before = world_state(w);
	bool hit = true;
	unsigned int nth;
	int err;

	for (nth = 1; hit; nth++) {
		if (event->faults_in_second)
			ASSERT_EQ(0, event->first(w)) TH_LOG("%s", event->desc);
		hit = do_with_fault(w, event->faults_in_second ?
				    event->second : event->first, nth,
				    &self->sum, &err);
		if (!hit)
			EXPECT_EQ(0, err) TH_LOG("%s", event->desc);
		if (!event->faults_in_second)
			ASSERT_EQ(0, event->second(w))
				TH_LOG("%s", event->desc);
		if (hit && event->again)
			ASSERT_EQ(0, event->first(w) ?: event->second(w));
		world_drain(&w->nl);
		ASSERT_TRUE(world_comes_to(w, before))
			TH_LOG("%s: fault %u: was\n%s\nis\n%s", event->desc,
			       nth, before, world_state(w));
	}
	printf("# %s: %u allocations failed\n", event->desc, nth - 2);
	fflush(stdout);
	self->sum.calls++;
	free(before);
}

TEST_F_TIMEOUT(faults_system, devices_and_routes_change_as_they_do, 3600)
{
	unsigned int i;

	for (i = 0; i < MNL_ARRAY_SIZE(events); i++)
		try_event(_metadata, self, &events[i]);
	TH_LOG("%u changes, %u allocations failed, %u times refused",
	       self->sum.calls, self->sum.sites, self->sum.refused);
}

/* A socket of the router that sends from lan's address, out of the device with @out. */
static int own_socket(const char *out)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in from = {
		.sin_family = AF_INET,
		.sin_addr = { inet_addr("10.0.0.1") },
	};
	struct in_addr device = { inet_addr(out) };
	int ttl = 16;

	if (fd < 0)
		return -errno;
	if (!bind(fd, (struct sockaddr *)&from, sizeof(from)) &&
	    !setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl)) &&
	    !setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &device,
			sizeof(device)))
		return fd;
	close(fd);
	return -EINVAL;
}

/* Octets of what is in one frame, and of what is in several. */
#define SHORT	3
#define LONG	3000

/* A packet of the router's own to this group. */
static int send_own(int fd, const char *group, size_t size)
{
	static const char data[LONG];

	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(5000),
		.sin_addr = { inet_addr(group) },
	};

	return sendto(fd, data, size, 0, (struct sockaddr *)&to,
		      sizeof(to)) < 0 ? -errno : 0;
}

/* The packets that went out of its entry; -1 if there is none. */
static long long went_out(struct world *w, const char *group)
{
	char *table = mgm_nl_table(&w->reader, MGM_CMD_MFE_GET, NULL);
	const char *line, *out = NULL;
	long long n = -1;
	char head[64];

	snprintf(head, sizeof(head), "mfe group=%s source=10.0.0.1 ", group);
	line = table ? strstr(table, head) : NULL;
	if (line) {
		out = strstr(line, " timeout=");
		n = 0;
		while (out && (out = strpbrk(out + 1, "\n ")) && *out == ' ')
			if (sscanf(out, " out=%lld", &n) == 1)
				break;
	}
	free(table);
	return n;
}

/* It goes on going out, now that there is memory. */
static bool flows(struct world *w, int fd, const char *group)
{
	long long n = went_out(w, group);

	return WAIT_FOR(!send_own(fd, group, SHORT) &&
			went_out(w, group) > (n < 0 ? 0 : n));
}

TEST_F_TIMEOUT(faults_system, packets_of_the_router_itself_flow_again, 600)
{
	int fd = own_socket("10.0.0.1");
	static const size_t sizes[] = { SHORT, LONG };
	struct world *w = &self->w;
	unsigned int nth, i;
	bool hit;

	ASSERT_LT(0, fd);
	ASSERT_EQ(0, mgm_nl_add(&w->nl, w->things[HANDLE], w->things[OUT], NULL,
				NULL, JOIN));
	for (nth = 1, hit = true; hit; nth++) {
		const char *group = mgm_fmt("239.7.0.%u", nth);

		fault_arm(nth);
		self->sum.refused += send_own(fd, group, SHORT) < 0;
		hit = fault_disarm();
		self->sum.sites += hit;
		ASSERT_TRUE(flows(w, fd, group)) TH_LOG("first, fault %u", nth);
	}
	for (i = 0; i < MNL_ARRAY_SIZE(sizes); i++) {
		for (nth = 1, hit = true; hit; nth++) {
			fault_arm(nth);
			self->sum.refused += send_own(fd, "239.7.0.1", sizes[i]) < 0;
			hit = fault_disarm();
			self->sum.sites += hit;
			ASSERT_TRUE(flows(w, fd, "239.7.0.1"))
				TH_LOG("settled, %zu octets, fault %u", sizes[i], nth);
		}
	}
	TH_LOG("3 packets, %u allocations failed, %u times refused",
	       self->sum.sites, self->sum.refused);
	EXPECT_LT(0, self->sum.sites);
	close(fd);
}

/* Has it been told of a packet on the wrong interface? All that waits is read. */
static bool told_of_wrong(struct mgm_nl *nl)
{
	static char buf[65536];
	const struct nlmsghdr *nlh;
	const struct genlmsghdr *genl;
	bool told = false;
	int len;

	while ((len = recv(mnl_socket_get_fd(nl->sk), buf, sizeof(buf),
			   MSG_DONTWAIT)) > 0)
		for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			genl = mnl_nlmsg_get_payload(nlh);
			told |= genl->cmd == MGM_CMD_ALERT_WRONG_IF;
		}
	return told;
}

/* The same; if it has not, there is memory for the next packet. */
static bool told_by_now(struct mgm_nl *nl, int fd, const char *group)
{
	if (told_of_wrong(nl))
		return true;
	send_own(fd, group, SHORT);
	return false;
}

TEST_F_TIMEOUT(faults_system, wrong_packet_that_cannot_be_told_of_leaves_it_to_the_next, 600)
{
	int right = own_socket("10.0.0.1"), wrong = own_socket("10.0.1.1");
	struct world *w = &self->w;
	unsigned int nth;
	bool hit = true;

	ASSERT_LT(0, right);
	ASSERT_LT(0, wrong);
	ASSERT_EQ(0, mgm_nl_add(&w->nl, w->things[HANDLE], w->things[OUT], NULL,
				NULL, JOIN));
	for (nth = 1; hit; nth++) {
		const char *group = mgm_fmt("239.8.0.%u", nth);

		ASSERT_TRUE(flows(w, right, group));
		told_of_wrong(&w->nl);
		fault_arm(nth);
		self->sum.refused += send_own(wrong, group, SHORT) < 0;
		hit = fault_disarm();
		self->sum.sites += hit;
		ASSERT_TRUE(WAIT_FOR(told_by_now(&w->nl, wrong, group)))
			TH_LOG("fault %u", nth);
	}
	TH_LOG("1 packet, %u allocations failed, %u times refused",
	       self->sum.sites, self->sum.refused);
	EXPECT_LT(0, self->sum.sites);
	close(right);
	close(wrong);
}

TEST_HARNESS_MAIN
