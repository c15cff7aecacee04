// SPDX-License-Identifier: GPL-2.0
/*
 * libmgm: what it tells by callbacks, and what they answer; also when alerts come
 * faster than they are read.
 */
#include <pthread.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include "libmgm_test.h"

static int mfe_line(const struct mgm_mfe_row *row, void *user)
{
	size_t i;

	fprintf(user, "%s %s iif=%u upstream=%s owner=%u timeout=%llu",
		text(&row->flow.group), text(&row->flow.source),
		row->rpf.iif.ifindex, text(&row->rpf.upstream), row->owner_id,
		(unsigned long long)row->timeout);
	for (i = 0; i < row->n_oifs; i++)
		fprintf(user, " oif=%u", row->oifs[i].ifc.ifindex);
	fprintf(user, "\n");
	return 0;
}

/* As mfe_line() has it; @oif may be 0. */
static const char *entry_line(const struct mgm_interface *iif,
			      const char *upstream, unsigned int timeout,
			      unsigned int oif)
{
	return mgm_fmt(GROUP " " SOURCE " iif=%u upstream=%s owner=10 timeout=%u%s\n",
		       iif->ifindex, upstream, timeout * 1000,
		       oif ? mgm_fmt(" oif=%u", oif) : "");
}

static int count_mfe(const struct mgm_mfe_row *row, void *user)
{
	++*(int *)user;
	return 0;
}

static int mfes(struct mgm *mgm)
{
	int count = 0;

	return mgm_mfes(mgm, count_mfe, &count) < 0 ? -1 : count;
}

TEST_F(libmgm, alerts_that_come_while_a_call_waits_are_kept_in_order)
{
	struct mgm_flow group = flow(GROUP, NULL), other = flow("239.1.1.2", NULL);

	REGISTER(&all, NULL);
	EXPECT_FALSE(readable(self->a, 0));
	EXPECT_EQ(0, mgm_dispatch(self->a));
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[0], &group, JOIN));
	ASSERT_TRUE(readable(self->a, WAIT_MS));
	EXPECT_EQ(0, mgm_interface_set_ttl_threshold(self->a, &self->in, 2));
	EXPECT_TRUE(readable(self->a, 0));
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[0], &other, JOIN));
	ASSERT_EQ(0, mgm_membership_del(self->b, &self->out[0], &group, 0));
	ASSERT_TRUE(all_told(self->b));
	EXPECT_NOT(self->a, EALREADY, "", mgm_interface_take(self->a, &self->in, 1));
	EXPECT_EQ(3, mgm_dispatch(self->a));
	EXPECT_STREQ("", mgm_error(self->a));
	EXPECT_FALSE(readable(self->a, 0));
	EXPECT_STREQ(mgm_fmt("join " GROUP " any if=0 member=1 oifs=0\n"
			     "join 239.1.1.2 any if=0 member=1 oifs=0\n"
			     "prune " GROUP " any if=%u member=1 oifs=0\n",
			     self->out[0].ifindex), lines(&self->told_a));
}

static int go_on_from_neighbour(struct mgm *mgm, const struct mgm_alert *alert)
{
	struct mgm_rpf rpf = alert->rpf;

	if (alert->type != MGM_CMD_ALERT_RPF)
		return 0;
	rpf.upstream = ip4("10.0.0.7");
	return mgm_answer_rpf(mgm, alert->id, &rpf);
}

/* By its own words: not the last one. */
static int keep_off_last(struct mgm *mgm, const struct mgm_alert *alert)
{
	if (alert->type != MGM_CMD_ALERT_CREATION)
		return 0;
	return mgm_answer_creation(mgm, alert->id,
				   &alert->oifs[alert->n_oifs - 1].ifc, 1);
}

TEST_F(libmgm, entry_is_made_as_its_protocols_answer)
{
	struct mgm_flow group = flow(GROUP, NULL), entry = flow(GROUP, SOURCE);
	struct mgm_flow none = flow(GROUP, "10.0.0.3");
	struct mgm_address on_link = { 0 };
	int count = 0;

	REGISTER(&all, &all);
	ASSERT_EQ(0, mgm_config_set(self->a, MGM_A_CONFIG_ANSWER_TIMEOUT, 30000));
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[0], &group, JOIN));
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[1], &group, JOIN));
	ASSERT_EQ(1, hear(self->a));
	lines(&self->told_a);

	self->told_a.act = go_on_from_neighbour;
	self->told_b.act = keep_off_last;
	ASSERT_EQ(0, packet_send(self->wire, SOURCE, GROUP));
	ASSERT_EQ(1, hear(self->a));
	EXPECT_STREQ(mgm_fmt("rpf " GROUP " " SOURCE " if=%u member=0 oifs=0\n",
			     self->in.ifindex), lines(&self->told_a));
	EXPECT_EQ(self->in.ifindex, self->told_a.last.rpf.iif.ifindex);
	EXPECT_LE(20, self->told_a.last.packet_len);
	ASSERT_EQ(1, hear(self->b));
	EXPECT_STREQ("creation " GROUP " " SOURCE " if=0 member=0 oifs=2\n",
		     lines(&self->told_b));
	EXPECT_LINES(entry_line(&self->in, "10.0.0.7", 900, self->out[0].ifindex),
		     mfe_line, mgm_mfe_get, self->b, &entry);

	EXPECT_EQ(0, mgm_mfe_set(self->a, &entry, NULL, &on_link));
	EXPECT_EQ(0, mgm_mfe_set(self->a, &entry, &self->in, NULL));
	EXPECT_LINES(entry_line(&self->in, "any", 900, self->out[0].ifindex),
		     mfe_line, mgm_mfes, self->b);
	EXPECT_NOT(self->b, EPERM, "", mgm_mfe_set(self->b, &entry, NULL, &on_link));
	EXPECT_NOT(self->a, ENOENT, "",
		   mgm_mfe_set(self->a, &none, NULL, &on_link));
	EXPECT_NOT(self->a, EINVAL, "nothing to change",
		   mgm_mfe_set(self->a, &entry, NULL, NULL));
	EXPECT_NOT(self->a, ENOENT, "no forwarding entry",
		   mgm_mfe_get(self->a, &none, count_mfe, &count));
	EXPECT_EQ(0, count);
}

/* Answers that make no sense: the question stays. */
static int answer_nonsense(struct mgm *mgm, const struct mgm_alert *alert)
{
	struct mgm_rpf rpf = { .iif.ifindex = 9999 };

	return alert->id ? mgm_answer_rpf(mgm, alert->id, &rpf) : 0;
}

TEST_F(libmgm, callback_that_does_not_answer_leaves_it_as_it_is_at_once)
{
	struct mgm_flow group = flow(GROUP, NULL);
	struct mgm_flow entry = flow(GROUP, SOURCE);

	REGISTER(&all, &all);
	ASSERT_EQ(0, mgm_config_set(self->a, MGM_A_CONFIG_ANSWER_TIMEOUT, 30000));
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[0], &group, JOIN));
	ASSERT_EQ(1, hear(self->a));
	self->told_a.act = answer_nonsense;
	ASSERT_EQ(0, packet_send(self->wire, SOURCE, GROUP));
	ASSERT_EQ(1, hear(self->a));
	EXPECT_NOT(self->a, ENOENT, "no alert with this id",
		   mgm_answer(self->a, self->told_a.last.id));
	ASSERT_EQ(1, hear(self->b));
	EXPECT_NOT(self->b, ENOENT, "no alert with this id",
		   mgm_answer(self->b, self->told_b.last.id));
	EXPECT_LINES(entry_line(&self->in, "any", 900, self->out[0].ifindex),
		     mfe_line, mgm_mfe_get, self->a, &entry);
}

TEST_F(libmgm, callback_may_answer_later_but_not_too_late)
{
	struct mgm_flow group = flow(GROUP, NULL);

	REGISTER(&all, NULL);
	ASSERT_EQ(0, mgm_config_set(self->a, MGM_A_CONFIG_ANSWER_TIMEOUT, 30000));
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[0], &group, JOIN));
	ASSERT_EQ(1, hear(self->a));
	self->told_a.result = MGM_LATER;
	ASSERT_EQ(0, packet_send(self->wire, SOURCE, GROUP));
	ASSERT_EQ(1, hear(self->a));
	EXPECT_EQ(0, mfes(self->a));
	EXPECT_NOT(self->b, ENOENT, "no alert with this id",
		   mgm_answer(self->b, self->told_a.last.id));
	EXPECT_EQ(0, mgm_answer(self->a, self->told_a.last.id));
	EXPECT_TRUE(WAIT_FOR(mfes(self->a) == 1));
	EXPECT_NOT(self->a, ENOENT, "no alert with this id",
		   mgm_answer(self->a, self->told_a.last.id));

	ASSERT_EQ(0, mgm_config_set(self->a, MGM_A_CONFIG_ANSWER_TIMEOUT, 1));
	ASSERT_EQ(0, packet_send(self->wire, "10.0.0.3", GROUP));
	ASSERT_EQ(1, hear(self->a));
	ASSERT_TRUE(WAIT_FOR(mfes(self->a) == 2));
	EXPECT_NOT(self->a, ENOENT, "too late",
		   mgm_answer(self->a, self->told_a.last.id));
}

static int stay_longer(struct mgm *mgm, const struct mgm_alert *alert)
{
	if (alert->type != MGM_CMD_ALERT_PRUNE)
		return 0;
	return alert->timeout == 900 ? mgm_answer_prune(mgm, alert->id, 77) : 0;
}

TEST_F(libmgm, owner_of_the_way_in_says_how_long_an_unwanted_entry_stays)
{
	REGISTER(&all, NULL);
	self->told_a.act = stay_longer;
	ASSERT_EQ(0, packet_send(self->wire, SOURCE, GROUP));
	ASSERT_EQ(1, hear(self->a));
	ASSERT_EQ(1, hear(self->a));
	EXPECT_LINES(entry_line(&self->in, "any", 77, 0),
		     mfe_line, mgm_mfes, self->b);
}

TEST_F(libmgm, owner_hears_of_igmp_and_of_packets_on_the_wrong_interface)
{
	__u32 igmp = kernel_register(2, "igmp");
	struct mgm_flow entry = flow(GROUP, SOURCE);

	REGISTER(&all, NULL);
	ASSERT_NE(0, igmp);
	ASSERT_EQ(0, kernel_do("take %u %u", igmp, self->in.ifindex));
	ASSERT_EQ(0, kernel_do("add %u %u 0.0.0.0 239.1.1.9 0.0.0.0 1", igmp,
			       self->in.ifindex));
	ASSERT_EQ(0, kernel_do("del %u %u 0.0.0.0 239.1.1.9 0.0.0.0 1", igmp,
			       self->in.ifindex));
	ASSERT_TRUE(all_told(self->b));
	while (mgm_dispatch(self->a) > 0)
		;
	EXPECT_TRUE(!!strstr(self->told_a.text,
			     mgm_fmt("local_join 239.1.1.9 any if=%u",
				     self->in.ifindex)));
	EXPECT_TRUE(!!strstr(self->told_a.text,
			     mgm_fmt("local_leave 239.1.1.9 any if=%u",
				     self->in.ifindex)));

	/* Once the entry comes in elsewhere. */
	ASSERT_EQ(0, packet_send(self->wire, SOURCE, GROUP));
	ASSERT_LT(0, hear(self->a));
	ASSERT_TRUE(WAIT_FOR(mfes(self->a) == 1));
	ASSERT_EQ(0, mgm_interface_release(self->b, &self->out[0]));
	ASSERT_EQ(0, mgm_interface_take(self->a, &self->out[0], 1));
	ASSERT_EQ(0, mgm_mfe_set(self->a, &entry, &self->out[0], NULL));
	ASSERT_EQ(0, packet_send(self->wire, SOURCE, GROUP));
	EXPECT_TRUE(WAIT_FOR(mgm_dispatch(self->a) >= 0 &&
			     strstr(self->told_a.text,
				    mgm_fmt("wrong_if " GROUP " " SOURCE " if=%u",
					    self->in.ifindex))));
	EXPECT_LE(20, self->told_a.last.packet_len);
}

static int end_it(struct mgm *mgm, const struct mgm_alert *alert)
{
	return mgm_deregister(mgm);
}

static int dispatch_again(struct mgm *mgm, const struct mgm_alert *alert)
{
	return mgm_dispatch(mgm) == -EBUSY ? 0 : mgm_deregister(mgm);
}

TEST_F(libmgm, protocol_may_end_and_begin_in_a_callback)
{
	struct mgm_flow group = flow(GROUP, NULL), other = flow("239.1.1.2", NULL);

	REGISTER(&all, NULL);
	ASSERT_EQ(0, mgm_interface_release(self->a, &self->in));
	self->told_a.act = dispatch_again;
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[0], &group, JOIN));
	ASSERT_EQ(1, hear(self->a));
	EXPECT_NE(0, mgm_handle(self->a));

	self->told_a.act = end_it;
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[0], &other, JOIN));
	ASSERT_EQ(0, mgm_membership_del(self->b, &self->out[0], &other, 0));
	ASSERT_TRUE(all_told(self->b));
	EXPECT_EQ(1, mgm_dispatch(self->a));
	EXPECT_EQ(0, mgm_handle(self->a));
	EXPECT_EQ(0, mgm_dispatch(self->a));
	EXPECT_FALSE(readable(self->a, 0));

	self->told_a.act = NULL;
	ASSERT_EQ(0, mgm_register(self->a, 10, 0, NULL, &all, &self->told_a));
	EXPECT_EQ(0, mgm_dispatch(self->a));
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[0], &other, JOIN));
	EXPECT_EQ(1, hear(self->a));
}

static int port_of(const struct mgm_protocol_row *row, void *user)
{
	*(__u32 *)user = row->portid;
	return 0;
}

TEST_F(libmgm, only_the_kernel_is_heard)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genl;
		struct nlattr attr;
		__u32 handle;
	} lie = {
		.nlh.nlmsg_len = sizeof(lie),
		.nlh.nlmsg_type = self->nl.family,
		.genl.cmd = MGM_CMD_ALERT_JOIN,
		.attr.nla_type = MGM_A_ALERT_HANDLE,
		.attr.nla_len = 8,
	};
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };

	ASSERT_EQ(0, mgm_register(self->a, 10, 0, "a", &all, &self->told_a));
	ASSERT_EQ(0, mgm_protocols(self->b, port_of, &to.nl_pid));
	lie.handle = mgm_handle(self->a);
	ASSERT_EQ(sizeof(lie),
		  sendto(mnl_socket_get_fd(self->nl.sk), &lie, sizeof(lie), 0,
			 (struct sockaddr *)&to, sizeof(to)));
	ASSERT_TRUE(readable(self->a, WAIT_MS));
	EXPECT_EQ(0, mgm_dispatch(self->a));
	EXPECT_FALSE(readable(self->a, 0));
	EXPECT_EQ(0, self->told_a.joins);
}

TEST_F(libmgm, connection_learns_that_the_module_goes_and_there_is_no_other)
{
	static const char *const modules[] = { "mgm_igmp", "mgm_test", "mgm" };
	struct mgm_flow group = flow(GROUP, NULL);
	unsigned int i;

	REGISTER(&all, NULL);
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[0], &group, JOIN));
	for (i = 0; i < ARRAY_SIZE(modules); i++)
		ASSERT_TRUE(!module_loaded(modules[i]) ||
			    WAIT_FOR(!module_unload(modules[i])));
	EXPECT_TRUE(readable(self->a, WAIT_MS));
	EXPECT_NOT(self->a, ENODEV, "has gone", mgm_dispatch(self->a));
	EXPECT_TRUE(readable(self->a, 0));
	EXPECT_NOT(self->a, ENODEV, "has gone", mgm_dispatch(self->a));
	EXPECT_NOT(self->b, ENODEV, "has gone",
		   mgm_interface_release(self->b, &self->out[0]));
	EXPECT_NOT(self->b, ENODEV, "has gone",
		   mgm_interfaces(self->b, interface_line, NULL));
	errno = 0;
	EXPECT_EQ(NULL, mgm_open());
	EXPECT_EQ(ENOENT, errno);
}

/* Too many alerts */

/* How many memberships make them. A debugging kernel takes its time. */
static unsigned int flood_size(void)
{
	const char *size = getenv("MGM_FLOOD");

	return size ? atoi(size) : 20000;
}

TEST_F(libmgm, slow_reader_loses_no_answer_hears_of_the_loss_and_reads_anew)
{
	struct mgm_flow late = flow("239.9.9.9", NULL);
	struct mgm_interface third = { .ifindex = rtnl_dummy("dummy2") };
	unsigned int early, total = flood_size();
	char *ours, *theirs;

	REGISTER(&all, NULL);
	ASSERT_EQ(0, add_many(self->b, &self->out[0], total));
	ASSERT_TRUE(all_told(self->b));
	EXPECT_EQ(0, mgm_interface_take(self->a, &third, 1));
	EXPECT_NOT(self->a, EALREADY, "", mgm_interface_take(self->a, &third, 1));
	EXPECT_LT(0, mgm_dispatch(self->a));
	EXPECT_FALSE(readable(self->a, 0));
	early = self->told_a.joins;
	EXPECT_LT(0, early);
	EXPECT_LT(early, total);
	EXPECT_EQ(1, self->told_a.overruns);
	EXPECT_EQ(early, self->told_a.joins_before_overrun);

	ours = LINES(membership_line, mgm_memberships, self->a,
		     MGM_MEMBERSHIP_TYPE_ALL_SOURCES);
	theirs = mgm_nl_table(&self->nl, MGM_CMD_MEMBERSHIP_GET, NULL);
	EXPECT_EQ(0, strcmp(ours, theirs));
	free(ours);
	free(theirs);

	/* The kernel counts, and tells with the next one that it has room for. */
	ASSERT_EQ(0, mgm_membership_add(self->b, &self->out[0], &late, JOIN));
	EXPECT_EQ(2, hear(self->a));
	EXPECT_EQ(2, self->told_a.overruns);
	EXPECT_EQ(total - early, self->told_a.lost);
	EXPECT_STREQ("239.9.9.9", text(&self->told_a.last.flow.group));
	EXPECT_EQ(total - early, self->told_a.last.lost);
}

TEST_F(libmgm, one_that_makes_calls_only_keeps_so_many_alerts_and_no_more)
{
	unsigned int i;

	REGISTER(&all, NULL);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, add_many(self->b, &self->out[0], MANY));
		ASSERT_EQ(0, mgm_interface_release(self->b, &self->out[0]));
		ASSERT_EQ(0, mgm_interface_take(self->b, &self->out[0], 1));
		ASSERT_TRUE(all_told(self->b));
		ASSERT_EQ(0, mgm_interface_set_ttl_threshold(self->a, &self->in, 2));
	}
	EXPECT_LT(1000, mgm_dispatch(self->a));
	EXPECT_EQ(1, self->told_a.overruns);
	EXPECT_LT(0, self->told_a.lost);
	EXPECT_FALSE(readable(self->a, 0));
}

/* Memberships come and go all the time, until the test is at its end. */
struct flood {
	struct mgm *mgm;
	struct mgm_interface ifc;
	atomic_bool stop;
	int err;
};

static void *flooding(void *data)
{
	struct flood *flood = data;
	struct mgm_flow group;
	unsigned int i;

	while (!flood->stop && !flood->err) {
		flood->err = mgm_batch_begin(flood->mgm);
		for (i = 0; i < 256 && !flood->err; i++) {
			group = numbered(2 * MANY + i / 2);
			flood->err = i & 1 ?
				mgm_membership_del(flood->mgm, &flood->ifc,
						   &group, JOIN) :
				mgm_membership_add(flood->mgm, &flood->ifc,
						   &group, JOIN);
		}
		flood->err = flood->err ?: mgm_batch_end(flood->mgm, NULL, NULL);
	}
	return NULL;
}

#define BATCH	20
#define REFUSED	7

/* The one, for its reason. */
static void count_refused(void *user, size_t number, int error, const char *reason)
{
	int *count = user;

	*count += number == REFUSED && error == -EPERM && strstr(reason, "own") ? 1 : BATCH;
}

/* How many of a batch were refused: one membership, on what is not its interface. */
static int batch(struct mgm *mgm, const struct mgm_interface *own,
		 const struct mgm_interface *other)
{
	struct mgm_flow group;
	int i, count = 0;
	int err = mgm_batch_begin(mgm);

	for (i = 0; !err && i < BATCH; i++) {
		group = numbered(i);
		err = mgm_membership_add(mgm, i == REFUSED ? other : own, &group, JOIN);
	}
	return err ?: mgm_batch_end(mgm, count_refused, &count) == 1 ? count : -1;
}

TEST_F_TIMEOUT(libmgm, nothing_hangs_or_fails_when_there_is_no_room_for_answers, 120)
{
	struct flood flood = { .ifc = self->out[0] };
	int sk, size = 1;
	unsigned int i, count = 0;
	pthread_t thread;

	/* The first descriptor that it opens is the socket with the alerts. */
	mgm_close(self->a);
	sk = dup(mgm_fd(self->b));
	close(sk);
	self->a = mgm_open();
	ASSERT_NE(NULL, self->a);
	ASSERT_EQ(0, setsockopt(sk, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	REGISTER(&all, NULL);
	ASSERT_EQ(0, add_many(self->b, &self->out[1], 2 * MANY));
	flood.mgm = self->b;
	ASSERT_EQ(0, pthread_create(&thread, NULL, flooding, &flood));
	for (i = 0; i < 300; i++) {
		ASSERT_EQ(0, mgm_interface_release(self->a, &self->in))
			TH_LOG("%s", mgm_error(self->a));
		ASSERT_EQ(0, mgm_interface_take(self->a, &self->in, 1))
			TH_LOG("%s", mgm_error(self->a));
		if (i % 100 == 0)
			ASSERT_EQ(1, batch(self->a, &self->in, &self->out[0]));
		ASSERT_LE(0, mgm_dispatch(self->a));
	}
	/* Nor is a table that changes all the time read for ever. */
	EXPECT_TRUE(WAIT_FOR(mgm_memberships(self->a, 0, count_membership,
					     &count) == MGM_INEXACT));
	flood.stop = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(0, flood.err);
	while (mgm_dispatch(self->a) > 0)
		;
	EXPECT_LT(0, self->told_a.overruns);
	EXPECT_EQ(2 * MANY, memberships(self->a));
}

TEST_HARNESS_MAIN
