// SPDX-License-Identifier: GPL-2.0
/*
 * Memory runs out in a netlink command: every allocation of every command of both
 * families fails in its turn. The command is refused and has changed nothing, or it
 * is done and has changed all, also where its answer is lost.
 */
#include <asm/byteorder.h>
#include <linux/genetlink.h>
#include "mgm_harness.h"
#include "fault_sweep.h"

#define VALUES_MAX	6
#define UNDO_MAX	3

/* An attribute: a number, or, if @thing is one, that thing's. */
struct value {
	__u16 type;
	__u32 number;
	enum thing thing;
};

struct request {
	__u8 cmd;
	__u16 flags; /* NLM_F_DUMP, or it is done */
	struct value values[VALUES_MAX];
};

/*
 * A command, and what takes back what it changes. The rows are one life: what the
 * last call of a row has made, the next rows find.
 */
struct row {
	const char *desc;
	struct request call;
	struct request undo[UNDO_MAX];
};

#define IP(_a, _b, _c, _d) \
	__constant_htonl((_a) << 24 | (_b) << 16 | (_c) << 8 | (_d))
#define GROUP_OF_FLOW	IP(239, 1, 1, 1)
#define SOURCE_OF_FLOW	IP(10, 0, 0, 2)

#define P(_name)	MGM_A_PROTOCOL_##_name
#define I(_name)	MGM_A_INTERFACE_##_name
#define M(_name)	MGM_A_MEMBERSHIP_##_name
#define E(_name)	MGM_A_MFE_##_name

#define REGISTER_NEW \
	{ MGM_CMD_PROTOCOL_REGISTER, 0, \
	  { { P(ID), NEW_ID }, { P(FLAGS), PERSIST } } }
#define DEREGISTER_NEW \
	{ MGM_CMD_PROTOCOL_DEREGISTER, 0, { { P(HANDLE), 0, NEW } } }
#define CHANGE_SPARE(_cmd, ...) \
	{ _cmd, 0, { { I(HANDLE), 0, HANDLE }, { I(IFINDEX), 0, SPARE }, \
		     ##__VA_ARGS__ } }
#define CHANGE_MEMBER(_cmd, _dev, _group, _source, _flags) \
	{ _cmd, 0, { { M(HANDLE), 0, HANDLE }, { M(IFINDEX), 0, _dev }, \
		     { M(GROUP4), _group }, { M(SOURCE4), _source }, \
		     { M(FLAGS), _flags } } }
#define SET_MFE(_upstream) \
	{ MGM_CMD_MFE_SET, 0, { { E(HANDLE), 0, HANDLE }, \
				{ E(GROUP4), GROUP_OF_FLOW }, \
				{ E(SOURCE4), SOURCE_OF_FLOW }, \
				{ E(UPSTREAM4), _upstream } } }
#define SET_LIMIT(_value) \
	{ MGM_CMD_LIMIT_SET, 0, { { MGM_A_LIMIT_ID, MGM_LIMIT_MFES }, \
				  { MGM_A_LIMIT_VALUE, _value } } }
#define SET_CONFIG(_timeout) \
	{ MGM_CMD_CONFIG_SET, 0, { { MGM_A_CONFIG_MFE_TIMEOUT, _timeout } } }

static const struct row mgm_rows[] = {
	{ "one protocol",
	  { MGM_CMD_PROTOCOL_GET, 0, { { P(HANDLE), 0, HANDLE } } } },
	{ "protocols", { MGM_CMD_PROTOCOL_GET, NLM_F_DUMP } },
	{ "one interface",
	  { MGM_CMD_INTERFACE_GET, 0, { { I(IFINDEX), 0, LAN } } } },
	{ "interfaces", { MGM_CMD_INTERFACE_GET, NLM_F_DUMP } },
	{ "memberships", { MGM_CMD_MEMBERSHIP_GET, NLM_F_DUMP } },
	{ "one entry",
	  { MGM_CMD_MFE_GET, 0, { { E(GROUP4), GROUP_OF_FLOW },
				  { E(SOURCE4), SOURCE_OF_FLOW } } } },
	{ "entries", { MGM_CMD_MFE_GET, NLM_F_DUMP } },
	{ "limits", { MGM_CMD_LIMIT_GET, NLM_F_DUMP } },
	{ "settings", { MGM_CMD_CONFIG_GET, 0 } },
	{ "registering", REGISTER_NEW, { DEREGISTER_NEW } },
	{ "deregistering", DEREGISTER_NEW, { REGISTER_NEW } },
	{ "taking from under IGMP", CHANGE_SPARE(MGM_CMD_INTERFACE_TAKE),
	  { CHANGE_SPARE(MGM_CMD_INTERFACE_RELEASE) } },
	{ "setting an interface",
	  CHANGE_SPARE(MGM_CMD_INTERFACE_SET, { I(TTL_THRESHOLD), 7 },
		       { I(WRONG_IF), 0 }),
	  { CHANGE_SPARE(MGM_CMD_INTERFACE_SET, { I(TTL_THRESHOLD), 1 },
			 { I(WRONG_IF), 1 }) } },
	{ "adding to what flows",
	  CHANGE_MEMBER(MGM_CMD_MEMBERSHIP_ADD, SPARE, GROUP_OF_FLOW, 0, JOIN),
	  { CHANGE_MEMBER(MGM_CMD_MEMBERSHIP_DEL, SPARE, GROUP_OF_FLOW, 0,
			  JOIN) } },
	{ "deleting from what flows",
	  CHANGE_MEMBER(MGM_CMD_MEMBERSHIP_DEL, SPARE, GROUP_OF_FLOW, 0, JOIN),
	  { CHANGE_MEMBER(MGM_CMD_MEMBERSHIP_ADD, SPARE, GROUP_OF_FLOW, 0,
			  JOIN) } },
	{ "taking off one source",
	  CHANGE_MEMBER(MGM_CMD_MEMBERSHIP_DEL, OUT, GROUP_OF_FLOW,
			SOURCE_OF_FLOW, FORWARD),
	  { CHANGE_MEMBER(MGM_CMD_MEMBERSHIP_ADD, OUT, GROUP_OF_FLOW,
			  SOURCE_OF_FLOW, FORWARD) } },
	{ "letting it on again",
	  CHANGE_MEMBER(MGM_CMD_MEMBERSHIP_ADD, OUT, GROUP_OF_FLOW,
			SOURCE_OF_FLOW, FORWARD),
	  { CHANGE_MEMBER(MGM_CMD_MEMBERSHIP_DEL, OUT, GROUP_OF_FLOW,
			  SOURCE_OF_FLOW, FORWARD) } },
	{ "every source of every group",
	  CHANGE_MEMBER(MGM_CMD_MEMBERSHIP_ADD, SPARE, 0, 0, JOIN),
	  { CHANGE_MEMBER(MGM_CMD_MEMBERSHIP_DEL, SPARE, 0, 0, JOIN) } },
	{ "releasing with what flows there",
	  CHANGE_SPARE(MGM_CMD_INTERFACE_RELEASE),
	  { CHANGE_SPARE(MGM_CMD_INTERFACE_TAKE, { I(TTL_THRESHOLD), 7 }),
	    CHANGE_SPARE(MGM_CMD_INTERFACE_SET, { I(WRONG_IF), 0 }),
	    CHANGE_MEMBER(MGM_CMD_MEMBERSHIP_ADD, SPARE, 0, 0, JOIN) } },
	{ "setting an entry", SET_MFE(IP(10, 0, 0, 77)),
	  { SET_MFE(0) } },
	{ "setting a limit", SET_LIMIT(777), { SET_LIMIT(32768) } },
	{ "setting a setting", SET_CONFIG(77), { SET_CONFIG(900) } },
};

#define ON_IDLE(_cmd, ...) \
	{ _cmd, 0, { { IF(IFINDEX), 0, IDLE }, ##__VA_ARGS__ } }
#define MEMBER_ON_IDLE(_cmd, ...) \
	{ _cmd, 0, { { GROUP(IFINDEX), 0, IDLE }, \
		     { GROUP(GROUP4), GROUP_OF_FLOW }, ##__VA_ARGS__ } }

static const struct row igmp_rows[] = {
	{ "one interface", { GET, 0, { { IF(IFINDEX), 0, SPARE } } } },
	{ "interfaces", { GET, NLM_F_DUMP } },
	{ "groups", { GROUP_GET, NLM_F_DUMP } },
	{ "groups of one interface",
	  { GROUP_GET, NLM_F_DUMP, { { GROUP(IFINDEX), 0, SPARE } } } },
	{ "enabling", ON_IDLE(ENABLE), { ON_IDLE(DISABLE) } },
	{ "setting", ON_IDLE(SET, { IF(ROBUSTNESS), 3 }),
	  { ON_IDLE(SET, { IF(ROBUSTNESS), 2 }) } },
	{ "joining", MEMBER_ON_IDLE(JOINED), { MEMBER_ON_IDLE(LEAVE) } },
	{ "leaving", MEMBER_ON_IDLE(LEAVE), { MEMBER_ON_IDLE(JOINED) } },
	{ "joining one source",
	  MEMBER_ON_IDLE(JOINED, { GROUP(SOURCE4), SOURCE_OF_FLOW }),
	  { MEMBER_ON_IDLE(LEAVE, { GROUP(SOURCE4), SOURCE_OF_FLOW }) } },
	{ "disabling", ON_IDLE(DISABLE),
	  { ON_IDLE(ENABLE, { IF(ROBUSTNESS), 3 }),
	    MEMBER_ON_IDLE(JOINED, { GROUP(SOURCE4), SOURCE_OF_FLOW }) } },
};

FIXTURE(faults_netlink)
{
	struct world w;
	struct fault_sum sum;
};

FIXTURE_SETUP(faults_netlink)
{
	ASSERT_EQ(0, world_make(&self->w, false));
}

FIXTURE_TEARDOWN(faults_netlink)
{
	world_end(&self->w);
}

struct answers {
	unsigned int n;
	__u32 handle; /* of who has registered */
};

static int answer_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct answers *answers = data;
	const struct nlattr *attr;

	answers->n++;
	mnl_attr_for_each(attr, nlh, sizeof(*genl))
		if (genl->cmd == MGM_CMD_PROTOCOL_REGISTER &&
		    mnl_attr_get_type(attr) == P(HANDLE))
			answers->handle = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* A row being tried. */
struct trial {
	const struct row *row;
	const char *family;
	struct mgm_nl *nl;
	unsigned int answers; /* as many as there are undisturbed */
};

static int ask(struct world *w, struct trial *trial, const struct request *req)
{
	struct mgm_nl_attr attrs[VALUES_MAX + 1] = {};
	const struct value *value = req->values;
	struct answers answers = {};
	unsigned int i;
	int err;

	for (i = 0; i < VALUES_MAX && value[i].type; i++)
		attrs[i] = U32(value[i].type, value[i].thing ?
			       w->things[value[i].thing] : value[i].number);
	err = mgm_nl_call(trial->nl, req->cmd, req->flags ?: NLM_F_ACK,
			  answer_cb, &answers, attrs);
	if (answers.handle)
		w->things[NEW] = answers.handle;
	/* Among what comes to a protocol there are alerts. */
	if (err || trial->row->undo[0].cmd)
		return err;
	trial->answers = trial->answers ?: answers.n;
	return answers.n == trial->answers ? 0 : -EBADMSG;
}

static int call_row(struct world *w, const struct fault_call *c)
{
	struct trial *trial = c->data;

	return ask(w, trial, &trial->row->call);
}

static int undo_row(struct world *w, const struct fault_call *c)
{
	struct trial *trial = c->data;
	int i, err = 0;

	world_drain(trial->nl);
	for (i = 0; !err && i < UNDO_MAX && trial->row->undo[i].cmd; i++)
		err = ask(w, trial, &trial->row->undo[i]);
	world_drain(trial->nl);
	return err;
}

/* What is left of an answer that was not whole has to be forgotten. */
static int drain(struct world *w, const struct fault_call *c)
{
	struct trial *trial = c->data;

	world_drain(trial->nl);
	return 0;
}

static int reopen(struct world *w, const struct fault_call *c)
{
	struct trial *trial = c->data;

	mgm_nl_close(trial->nl);
	return mgm_nl_open_family(trial->nl, trial->family, MNL_SOCKET_AUTOPID);
}

static void try_row(struct _test_data_faults_netlink *self,
		    const struct row *row, const char *family,
		    struct mgm_nl *nl)
{
	struct trial trial = { .row = row, .family = family, .nl = nl };
	struct fault_call c = {
		.desc = row->desc,
		.call = call_row,
		.undo = undo_row,
		.renew = drain,
		.unsure = true,
		.data = &trial,
	};
	struct mgm_nl asker = {};

	/* A dump that broke off goes on until its socket closes. */
	if (!row->undo[0].cmd) {
		trial.nl = &asker;
		c.undo = NULL;
		c.renew = reopen;
		reopen(&self->w, &c);
	}
	fault_sweep(&self->w, &c, &self->sum);
	mgm_nl_close(&asker);
}

/* Is command @id there, done and dumped as the kernel says, among the rows? */
static bool has_row(const struct row *rows, unsigned int n, __u32 id,
		    __u16 flags)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (rows[i].call.cmd == id && rows[i].call.flags == flags)
			return true;
	return false;
}

struct known {
	const struct row *rows;
	unsigned int n;
	unsigned int missing;
	unsigned int ops;
};

static int op_cb(const struct nlattr *op, void *data)
{
	struct known *known = data;
	__u32 id = 0, flags = 0;
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, op) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_OP_ID)
			id = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_OP_FLAGS)
			flags = mnl_attr_get_u32(attr);
	}
	/* An answer needs an alert that waits for it: it has a test of its own. */
	if (known->rows == mgm_rows && id == MGM_CMD_ALERT_ANSWER)
		return MNL_CB_OK;
	known->ops++;
	if ((flags & GENL_CMD_CAP_DO && !has_row(known->rows, known->n, id, 0)) ||
	    (flags & GENL_CMD_CAP_DUMP &&
	     !has_row(known->rows, known->n, id, NLM_F_DUMP))) {
		printf("# command %u is in no row\n", id);
		known->missing++;
	}
	return MNL_CB_OK;
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_OPS)
			mnl_attr_parse_nested(attr, op_cb, data);
	return MNL_CB_OK;
}

/* What the kernel says that it can be told is all in these rows. */
static void expect_complete(struct __test_metadata *_metadata, const char *name,
			    const struct row *rows, unsigned int n)
{
	struct known known = { .rows = rows, .n = n };
	struct mgm_nl nl;

	ASSERT_EQ(0, mgm_nl_open_family(&nl, name, MNL_SOCKET_AUTOPID));
	nl.family = GENL_ID_CTRL;
	ASSERT_EQ(0, mgm_nl_call(&nl, CTRL_CMD_GETFAMILY, NLM_F_ACK, family_cb,
				 &known, (struct mgm_nl_attr[]){
					STR(CTRL_ATTR_FAMILY_NAME, name), {} }));
	mgm_nl_close(&nl);
	EXPECT_LT(0, known.ops);
	EXPECT_EQ(0, known.missing);
}

static void every_row(struct __test_metadata *_metadata,
		      struct _test_data_faults_netlink *self, const char *family,
		      const struct row *rows, unsigned int n,
		      struct mgm_nl *nl)
{
	unsigned int times, i;

	expect_complete(_metadata, family, rows, n);
	for (times = fault_sweeps(); times; times--)
		for (i = 0; i < n; i++)
			try_row(self, &rows[i], family, nl);
	TH_LOG("%u calls, %u allocations failed, %u times refused",
	       self->sum.calls, self->sum.sites, self->sum.refused);
	EXPECT_EQ(0, self->sum.wrong);
}

TEST_F_TIMEOUT(faults_netlink, igmp_commands_are_done_whole_or_not_at_all, 3600)
{
	every_row(_metadata, self, MGM_IGMP_GENL_NAME, igmp_rows,
		  MNL_ARRAY_SIZE(igmp_rows), &self->w.igmp);
}

TEST_F_TIMEOUT(faults_netlink, commands_are_done_whole_or_not_at_all, 3600)
{
	every_row(_metadata, self, MGM_GENL_NAME, mgm_rows,
		  MNL_ARRAY_SIZE(mgm_rows), &self->w.nl);
}

/* The id of the next request to decide on the way in of a flow. */
static int id_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	__u32 *id = data;

	mnl_attr_for_each(attr, nlh, sizeof(*genl))
		if (genl->cmd == MGM_CMD_ALERT_RPF &&
		    mnl_attr_get_type(attr) == MGM_A_ALERT_ID)
			*id = mnl_attr_get_u32(attr);
	return *id ? MNL_CB_STOP : MNL_CB_OK;
}

static __u32 asked(struct mgm_nl *nl)
{
	char buf[MGM_NL_BUF];
	ssize_t len;
	__u32 id = 0;

	while (!id) {
		len = mnl_socket_recvfrom(nl->sk, buf, sizeof(buf));
		if (len < 0)
			break;
		mnl_cb_run(buf, len, 0, 0, id_cb, &id);
	}
	return id;
}

static int answer(struct mgm_nl *nl, __u32 dev, __u32 id)
{
	return CALL(nl, MGM_CMD_ALERT_ANSWER,
		    U32(MGM_A_ALERT_HANDLE, nl->handle),
		    U32(MGM_A_ALERT_ID, id), U32(MGM_A_ALERT_IFINDEX, dev),
		    IP4(MGM_A_ALERT_UPSTREAM4, "10.0.0.99"));
}

static bool has_entry(struct mgm_nl *nl, const char *source)
{
	char *table = mgm_nl_table(nl, MGM_CMD_MFE_GET, NULL);
	const char *line = table ? strstr(table, source) : NULL;
	bool has = line && strstr(line, " upstream=10.0.0.99 ");

	free(table);
	return has;
}

TEST_F(faults_netlink, answer_counts_once_or_can_be_given_again)
{
	struct world *w = &self->w;
	__u32 lan = w->things[LAN];
	unsigned int nth, id;
	bool hit = true;
	struct mgm_nl nl;
	int err, again;

	ASSERT_EQ(0, mgm_nl_release(&w->nl, w->things[HANDLE], lan));
	ASSERT_EQ(0, mgm_nl_open(&nl));
	ASSERT_EQ(0, mgm_nl_call(&nl, MGM_CMD_PROTOCOL_REGISTER, NLM_F_ACK,
				 mgm_nl_handle_cb, &nl, (struct mgm_nl_attr[]){
					U32(P(ID), NEW_ID),
					U32(P(CALLBACKS), MGM_CALLBACK_F_RPF),
					{} }));
	ASSERT_EQ(0, mgm_nl_take(&nl, nl.handle, lan));
	ASSERT_EQ(0, CALL(&nl, MGM_CMD_CONFIG_SET,
			  U32(MGM_A_CONFIG_ANSWER_TIMEOUT, 30000)));
	for (nth = 1; hit; nth++) {
		const char *source = mgm_fmt("10.0.0.%u", 100 + nth);

		ASSERT_EQ(0, packet_send(w->wire, source, FLOW));
		id = asked(&nl);
		ASSERT_NE(0, id);
		fault_arm(nth);
		err = answer(&nl, lan, id);
		hit = fault_disarm();
		world_drain(&nl);
		again = answer(&nl, lan, id);
		EXPECT_TRUE((!err && again == -ENOENT) ||
			    (err == -ENOMEM && !again) ||
			    (err == -ENOBUFS && (!again || again == -ENOENT)))
			TH_LOG("fault %u: %d, and then %d", nth, err, again);
		EXPECT_TRUE(WAIT_FOR(has_entry(&w->reader, source)));
		self->sum.sites += hit;
		self->sum.refused += !!err;
	}
	TH_LOG("1 call, %u allocations failed, %u times refused",
	       self->sum.sites, self->sum.refused);
	EXPECT_LT(0, self->sum.refused);
	mgm_nl_close(&nl);
}

/* With what it holds, whatever there is no memory for. */
TEST_F(faults_netlink, closing_a_socket_comes_to_its_end)
{
	struct world *w = &self->w;
	char *before = world_state(w);
	__u32 spare = w->things[SPARE];
	unsigned int nth;
	bool hit = true;
	struct mgm_nl nl;

	for (nth = 1; hit; nth++) {
		ASSERT_EQ(0, mgm_nl_open(&nl));
		ASSERT_EQ(0, mgm_nl_register(&nl, NEW_ID, 0));
		ASSERT_EQ(0, mgm_nl_take(&nl, nl.handle, spare));
		ASSERT_EQ(0, mgm_nl_add(&nl, nl.handle, spare, FLOW, NULL,
					JOIN));
		fault_arm(nth);
		mgm_nl_close(&nl);
		hit = fault_disarm();
		self->sum.sites += hit;
		EXPECT_TRUE(WAIT_FOR(!world_packet(w) && world_is(w, before)));
	}
	TH_LOG("1 call, %u allocations failed", self->sum.sites);
	EXPECT_LT(0, self->sum.sites);
	free(before);
}

TEST_HARNESS_MAIN
