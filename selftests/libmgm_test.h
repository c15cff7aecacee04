/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of libmgm share: two connections, and the tables as text.
 *
 *	veth1 ---- veth0 [ router ] dummy0, dummy1
 *
 * A owns veth0, where the source is, and B the dummies.
 */
#ifndef LIBMGM_TEST_H
#define LIBMGM_TEST_H

#include <poll.h>
#include <libmgm.h>
#include "mgm_harness.h"

#define SOURCE	"10.0.0.2"
#define GROUP	"239.1.1.1"

/* What came of an alert, and what is to be done with the next one. */
struct record {
	char text[4096];		/* a line for each callback */
	struct mgm_alert last;
	int (*act)(struct mgm *mgm, const struct mgm_alert *alert);
	int result;			/* when there is nothing to do */
	unsigned int joins;
	unsigned int overruns;
	unsigned int joins_before_overrun;
	__u32 lost;
};

static inline struct mgm_address ip4(const char *text)
{
	struct mgm_address address = { .family = AF_INET };

	address.ip4.s_addr = inet_addr(text);
	return address;
}

static inline struct mgm_flow flow(const char *group, const char *source)
{
	struct mgm_flow flow = { 0 };

	if (group)
		flow.group = ip4(group);
	if (source)
		flow.source = ip4(source);
	return flow;
}

static inline const char *text(const struct mgm_address *address)
{
	char buf[INET6_ADDRSTRLEN] = "any";

	if (address->family)
		inet_ntop(address->family, &address->ip4, buf, sizeof(buf));
	return mgm_fmt("%s", buf);
}

static inline int note(struct mgm *mgm, struct record *record,
		       const char *name, const struct mgm_alert *alert)
{
	size_t len = strlen(record->text);

	snprintf(record->text + len, sizeof(record->text) - len,
		 "%s %s %s if=%u member=%d oifs=%zu\n", name,
		 text(&alert->flow.group), text(&alert->flow.source),
		 alert->ifc.ifindex, alert->member, alert->n_oifs);
	record->last = *alert;
	return record->act ? record->act(mgm, alert) : record->result;
}

#define NOTE(_name) \
static inline int on_##_name(struct mgm *mgm, void *user, \
			     const struct mgm_alert *alert) \
{ \
	return note(mgm, user, #_name, alert); \
}

NOTE(rpf)
NOTE(creation)
NOTE(prune)
NOTE(local_join)
NOTE(local_leave)
NOTE(wrong_if)

/* There may be many of these. */
static inline int on_join(struct mgm *mgm, void *user,
			  const struct mgm_alert *alert)
{
	struct record *record = user;

	if (record->joins++ < 10)
		return note(mgm, record, "join", alert);
	record->last = *alert;
	return 0;
}

static inline int on_overrun(struct mgm *mgm, void *user,
			     const struct mgm_alert *alert)
{
	struct record *record = user;

	if (!record->overruns++)
		record->joins_before_overrun = record->joins;
	record->lost += alert->lost;
	return 0;
}

static const struct mgm_ops all = {
	.rpf = on_rpf,
	.creation = on_creation,
	.join = on_join,
	.prune = on_prune,
	.local_join = on_local_join,
	.local_leave = on_local_leave,
	.wrong_if = on_wrong_if,
	.overrun = on_overrun,
};

FIXTURE(libmgm)
{
	struct mgm_nl nl;
	struct mgm *a;
	struct mgm *b;
	struct mgm_interface in;
	struct mgm_interface out[2];
	int wire;
	struct record told_a;
	struct record told_b;
};

FIXTURE_SETUP(libmgm)
{
	ASSERT_EQ(0, netns_new());
	ASSERT_EQ(0, mgm_nl_open(&self->nl));
	self->in.ifindex = rtnl_veth("veth0", "veth1");
	self->wire = if_nametoindex("veth1");
	ASSERT_EQ(0, rtnl_address(self->in.ifindex, "10.0.0.1", 24));
	self->out[0].ifindex = rtnl_dummy("dummy0");
	self->out[1].ifindex = rtnl_dummy("dummy1");
	ASSERT_LT(0, (int)self->out[1].ifindex);
	self->a = mgm_open();
	ASSERT_NE(NULL, self->a) TH_LOG("%m");
	self->b = mgm_open();
	ASSERT_NE(NULL, self->b) TH_LOG("%m");
}

FIXTURE_TEARDOWN(libmgm)
{
	mgm_close(self->a);
	mgm_close(self->b);
	mgm_nl_close(&self->nl);
}

/* _call on _mgm is refused with _errno and a sentence that has _text in it. */
#define EXPECT_NOT(_mgm, _errno, _text, _call) \
do { \
	int _err = (_call); \
	const char *_reason = mgm_error(_mgm); \
	EXPECT_EQ(-(_errno), _err); \
	EXPECT_TRUE(!!strstr(_reason, _text)) \
		TH_LOG("the reason is '%s'", _reason); \
} while (0)

/* Both register, and take what is theirs. */
#define REGISTER(_ops_a, _ops_b) \
do { \
	ASSERT_EQ(0, mgm_register(self->a, 10, 0, "a", _ops_a, &self->told_a)); \
	ASSERT_EQ(0, mgm_register(self->b, 20, 0, "b", _ops_b, &self->told_b)); \
	ASSERT_EQ(0, mgm_interface_take(self->a, &self->in, 1)); \
	ASSERT_EQ(0, mgm_interface_take(self->b, &self->out[0], 1)); \
	ASSERT_EQ(0, mgm_interface_take(self->b, &self->out[1], 1)); \
} while (0)

static inline bool readable(const struct mgm *mgm, int timeout_ms)
{
	struct pollfd pfd = { .fd = mgm_fd(mgm), .events = POLLIN };

	return poll(&pfd, 1, timeout_ms) == 1;
}

/* Wait for the next callbacks, and make them; how many that was. */
static inline int hear(struct mgm *mgm)
{
	int made = 0;
	long long end = now_ms() + WAIT_MS;

	while (!made && now_ms() < end)
		if (readable(mgm, 100))
			made = mgm_dispatch(mgm);
	return made;
}

static inline int alerts_waiting(const struct mgm_protocol_row *row, void *user)
{
	return row->alerts ? 1 : 0;
}

/* Wait until the kernel has told everything that has happened. */
static inline bool all_told(struct mgm *mgm)
{
	return WAIT_FOR(!mgm_protocols(mgm, alerts_waiting, NULL));
}

/* The lines since the last time. */
static inline const char *lines(struct record *record)
{
	const char *lines = mgm_fmt("%s", record->text);

	record->text[0] = '\0';
	return lines;
}

/* Rows as lines */

static inline int interface_line(const struct mgm_interface_row *row, void *user)
{
	fprintf(user, "%u %s ttl=%u owner=%u,%u,%u,'%s' members=%u wrong_if=%d\n",
		row->ifc.ifindex, text(&row->ifc.nexthop), row->ttl_threshold,
		row->owner, row->owner_id, row->owner_component,
		row->owner_name, row->memberships, row->wrong_if);
	return 0;
}

/* As mgm_nl_table() has it. */
static inline int membership_line(const struct mgm_membership_row *row, void *user)
{
	fprintf(user, "membership handle=%u id=%u comp=%u if=%u", row->handle,
		row->id, row->component, row->ifc.ifindex);
	if (row->flow.group.family)
		fprintf(user, " group=%s", text(&row->flow.group));
	fprintf(user, " group_len=%d", row->flow.group.family ? 32 : 0);
	if (row->flow.source.family)
		fprintf(user, " source=%s", text(&row->flow.source));
	fprintf(user, " source_len=%d flags=%u\n",
		row->flow.source.family ? 32 : 0, row->flags);
	return 0;
}

/* The lines of _function, called with the arguments before its last two. */
#define LINES(_each, _function, ...) \
({ \
	char *_text = NULL; \
	size_t _size; \
	FILE *_out = open_memstream(&_text, &_size); \
	int _err = _function(__VA_ARGS__, _each, _out); \
	fclose(_out); \
	if (_err) { \
		free(_text); \
		_text = strdup(mgm_fmt("error %d", _err)); \
	} \
	_text; \
})

#define EXPECT_LINES(_expected, _each, ...) \
do { \
	char *_lines = LINES(_each, __VA_ARGS__); \
	EXPECT_STREQ(_expected, _lines); \
	free(_lines); \
} while (0)

/* Many memberships */

#define MANY	1000

static inline struct mgm_flow numbered(unsigned int i)
{
	return flow(mgm_fmt("239.%u.%u.%u", 2 + (i >> 16), i >> 8 & 255, i & 255),
		    NULL);
}

/* In a batch; how many were refused. */
static inline int add_many(struct mgm *mgm, const struct mgm_interface *ifc,
			   unsigned int n)
{
	struct mgm_flow group;
	unsigned int i;
	int err = mgm_batch_begin(mgm);

	for (i = 0; !err && i < n; i++) {
		group = numbered(i);
		err = mgm_membership_add(mgm, ifc, &group, JOIN);
	}
	return err ?: mgm_batch_end(mgm, NULL, NULL);
}

static inline int count_membership(const struct mgm_membership_row *row, void *user)
{
	++*(unsigned int *)user;
	return 0;
}

static inline unsigned int memberships(struct mgm *mgm)
{
	unsigned int count = 0;

	return mgm_memberships(mgm, MGM_MEMBERSHIP_TYPE_ALL_SOURCES,
			       count_membership, &count) ? 0 : count;
}

#endif
