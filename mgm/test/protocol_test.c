// SPDX-License-Identifier: GPL-2.0
#include "../protocol.c"
#include "fixture.h"

#define KERNEL_F	MGM_PROTOCOL_F_KERNEL
#define IGMP_F		(MGM_PROTOCOL_F_KERNEL | MGM_PROTOCOL_F_IGMP)

static struct mgm_protocol *try(struct kunit *test, u32 id, u32 component,
				u32 flags, struct netlink_ext_ack *extack)
{
	struct mgm_protocol_params p = { .id = id, .component = component };

	return mgm_protocol_create(net_of(test), &p, flags, NULL, extack);
}

/* Make and drop one, and see which handle it had. */
static u32 next_handle(struct kunit *test)
{
	struct mgm_protocol *proto;
	u32 handle;

	proto = MUST(test, try(test, 99, 99, KERNEL_F, NULL));
	handle = proto->handle;
	mgm_protocol_destroy(net_of(test), proto);
	return handle;
}

static void registration_keeps_what_was_said(struct kunit *test)
{
	const struct mgm_peer peer = { .portid = 9, .callbacks = 5 };
	static const struct mgm_protocol_ops ops;
	struct mgm_protocol_params p = {
		.ops = &ops,
		.priv = test,
		.id = 7,
		.component = 8,
		.name = "pim",
	};
	struct mgm_protocol *proto;

	proto = MUST(test, mgm_protocol_create(net_of(test), &p,
					       MGM_PROTOCOL_F_PERSIST, &peer,
					       NULL));
	KUNIT_EXPECT_EQ(test, proto->id, 7U);
	KUNIT_EXPECT_EQ(test, proto->component, 8U);
	KUNIT_EXPECT_EQ(test, proto->flags, (u32)MGM_PROTOCOL_F_PERSIST);
	KUNIT_EXPECT_EQ(test, proto->portid, 9U);
	KUNIT_EXPECT_EQ(test, proto->callbacks, 5U);
	KUNIT_EXPECT_PTR_EQ(test, proto->ops, &ops);
	KUNIT_EXPECT_PTR_EQ(test, proto->priv, (void *)test);
	KUNIT_EXPECT_STREQ(test, proto->name, "pim");
	KUNIT_EXPECT_NE(test, proto->handle, 0U);
	KUNIT_EXPECT_PTR_EQ(test, mgm_protocol_find(net_of(test), proto->handle),
			    proto);
	KUNIT_EXPECT_NULL(test, net_of(test)->igmp);
	EXPECT_BOUND(test, MGM_LIMIT_PROTOCOLS, 1, 0);
	EXPECT_EVENTS(test,
		      { MGM_EVENT_PROTOCOL_REGISTER, proto->handle, proto });
}

static void end_of_registration_kills_the_handle(struct kunit *test)
{
	struct mgm_protocol *a = fixture_protocol(test, PLAIN);
	struct mgm_protocol *b = fixture_protocol(test, PLAIN);
	struct mgm_client client = { .handle = a->handle };
	struct netlink_ext_ack extack = {};
	struct mgm_net *mn = net_of(test);

	fixture_forget_events(test);
	mgm_protocol_destroy(mn, a);
	EXPECT_EVENTS(test,
		      { MGM_EVENT_PROTOCOL_DEREGISTER, client.handle, a });
	KUNIT_EXPECT_NULL(test, mgm_protocol_find(mn, client.handle));
	EXPECT_REFUSAL(test,
		       PTR_ERR(mgm_protocol_find_client(mn, &client, &extack)),
		       &extack, -ENOENT,
		       "no protocol has this handle: never issued, or destroyed");
	KUNIT_EXPECT_PTR_EQ(test, mgm_protocol_find(mn, b->handle), b);
	EXPECT_BOUND(test, MGM_LIMIT_PROTOCOLS, 1, 0);
}

static void unknown_handles_find_nothing(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	struct mgm_net *mn = net_of(test);

	KUNIT_EXPECT_NULL(test, mgm_protocol_find(mn, 0));
	KUNIT_EXPECT_NULL(test, mgm_protocol_find(mn, proto->handle + 1));
	KUNIT_EXPECT_NULL(test, mgm_protocol_find(mn, proto->handle - 1));
	KUNIT_EXPECT_NULL(test, mgm_protocol_find(mn, U32_MAX));
}

static void handles_are_not_issued_again(struct kunit *test)
{
	u32 handle, last = 0;
	int i;

	for (i = 0; i < 100; i++) {
		handle = next_handle(test);
		KUNIT_EXPECT_GT(test, handle, last);
		last = handle;
	}
}

static void handles_mean_nothing_in_another_namespace(struct kunit *test)
{
	struct fixture *here = test->priv, *there = fixture_new(test);
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	u32 handle = proto->handle;

	MUST(test, there);
	/* One lock at a time: lockdep takes two of a kind for one. */
	fixture_unlock(here);
	fixture_lock(there);
	test->priv = there;

	KUNIT_EXPECT_NULL(test, mgm_protocol_find(&there->mn, handle));
	/* The counter is common, so not even the number comes back. */
	KUNIT_EXPECT_GT(test, next_handle(test), handle);

	fixture_unlock(there);
	fixture_free(there);
	test->priv = here;
	fixture_lock(here);
	KUNIT_EXPECT_PTR_EQ(test, mgm_protocol_find(&here->mn, handle), proto);
}

static const struct wrap_row {
	const char *desc;
	u32 last;			/* the handle issued last */
	u32 busy[3];			/* old registrations */
	u32 next;
} wrap_rows[] = {
	{ "the sign bit is none", S32_MAX, {}, 0x80000000 },
	{ "up to the last number", U32_MAX - 1, {}, U32_MAX },
	{ "0 is left out", U32_MAX, {}, 1 },
	{ "a busy handle is left out", U32_MAX, { 1 }, 2 },
	{ "several are", U32_MAX, { 1, 2, 3 }, 4 },
	{ "one on each side of 0 is", U32_MAX - 1, { U32_MAX, 1 }, 2 },
	{ "one further on is not in the way", U32_MAX, { 2 }, 1 },
};

TABLE(wrap);

static void handles_wrap_around(struct kunit *test)
{
	const struct wrap_row *row = test->param_value;
	struct mgm_protocol *old[3] = {}, *proto;
	int i, saved = atomic_read(&last_handle);
	struct mgm_net *mn = net_of(test);

	for (i = 0; i < ARRAY_SIZE(old) && row->busy[i]; i++) {
		atomic_set(&last_handle, row->busy[i] - 1);
		old[i] = fixture_protocol(test, PLAIN);
		KUNIT_EXPECT_EQ(test, old[i]->handle, row->busy[i]);
	}
	atomic_set(&last_handle, row->last);
	proto = fixture_protocol(test, PLAIN);
	KUNIT_EXPECT_EQ(test, proto->handle, row->next);
	KUNIT_EXPECT_PTR_EQ(test, mgm_protocol_find(mn, row->next), proto);
	for (i = 0; i < ARRAY_SIZE(old) && old[i]; i++)
		KUNIT_EXPECT_PTR_EQ(test, mgm_protocol_find(mn, row->busy[i]),
				    old[i]);
	atomic_set(&last_handle, saved);
}

static void a_dying_protocol_is_not_found(struct kunit *test)
{
	struct mgm_protocol *proto = fixture_protocol(test, PLAIN);
	struct mgm_client client = { .handle = proto->handle };
	struct netlink_ext_ack extack = {};
	struct mgm_net *mn = net_of(test);

	proto->dying = true;
	KUNIT_EXPECT_NULL(test, mgm_protocol_find(mn, client.handle));
	EXPECT_REFUSAL(test,
		       PTR_ERR(mgm_protocol_find_client(mn, &client, &extack)),
		       &extack, -ENOENT,
		       "no protocol has this handle: never issued, or destroyed");
	/* But its id is taken as long as it is there. */
	EXPECT_REFUSAL(test,
		       PTR_ERR(try(test, proto->id, 0, KERNEL_F, &extack)),
		       &extack, -EEXIST,
		       "this id and component are registered already");
}

#define OF_KERNEL	"the handle belongs to a protocol in the kernel"
#define OF_USER		"the handle belongs to a protocol in user space"
#define OTHER_SOCKET	"the handle is bound to another socket"

static const struct client_row {
	const char *desc;
	u32 flags;
	u32 portid;			/* of the registration */
	u32 client;			/* port of who calls, 0: the kernel */
	const char *msg;		/* of the refusal, if it is one */
} client_rows[] = {
	{ "kernel calls for the kernel's", KERNEL_F, 0, 0 },
	{ "a socket calls for the kernel's", KERNEL_F, 0, 7, OF_KERNEL },
	{ "a socket calls for IGMP", IGMP_F, 0, 7, OF_KERNEL },
	{ "the socket that it is bound to", 0, 7, 7 },
	{ "another socket", 0, 7, 8, OTHER_SOCKET },
	{ "kernel calls for a socket's", 0, 7, 0, OF_USER },
	{ "any socket for a persistent one", MGM_PROTOCOL_F_PERSIST, 0, 8 },
	{ "kernel calls for a persistent one", MGM_PROTOCOL_F_PERSIST, 0, 0,
	  OF_USER },
};

TABLE(client);

static void foreign_clients_are_refused(struct kunit *test)
{
	const struct client_row *row = test->param_value;
	struct mgm_client client = { .portid = row->client };
	const struct mgm_peer peer = { .portid = row->portid };
	const struct mgm_protocol_params p = { .id = 1 };
	struct mgm_protocol *proto, *found;
	struct netlink_ext_ack extack = {};
	struct mgm_net *mn = net_of(test);

	proto = MUST(test, mgm_protocol_create(mn, &p, row->flags, &peer,
					       NULL));
	client.handle = proto->handle;
	found = mgm_protocol_find_client(mn, &client, &extack);
	if (row->msg)
		EXPECT_REFUSAL(test, PTR_ERR(found), &extack, -EPERM, row->msg);
	else
		KUNIT_EXPECT_PTR_EQ(test, found, proto);
	KUNIT_EXPECT_PTR_EQ(test, mgm_protocol_find_client(mn, &client, NULL),
			    found);

	client.handle = 0;
	found = mgm_protocol_find_client(mn, &client, NULL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(found), (long)-ENOENT);
}

#define SAME_ID		"this id and component are registered already"
#define SECOND_IGMP	"an IGMP is registered in this namespace already"

/* (7, 1) is registered, and IGMP as (2, 0). */
static const struct twin_row {
	const char *desc;
	u32 id;
	u32 component;
	u32 flags;
	const char *msg;
} twin_rows[] = {
	{ "another id", 8, 1, KERNEL_F },
	{ "another component", 7, 0, KERNEL_F },
	{ "the two exchanged", 1, 7, KERNEL_F },
	{ "the same from the kernel", 7, 1, KERNEL_F, SAME_ID },
	{ "the same from user space", 7, 1, 0, SAME_ID },
	{ "the id of IGMP", 2, 0, KERNEL_F, SAME_ID },
	{ "a second IGMP", 3, 0, IGMP_F, SECOND_IGMP },
	{ "a second IGMP, same id", 2, 0, IGMP_F, SAME_ID },
};

TABLE(twin);

static void twins_are_refused(struct kunit *test)
{
	struct mgm_protocol *first, *igmp, *proto;
	const struct twin_row *row = test->param_value;
	struct netlink_ext_ack extack = {};
	struct mgm_net *mn = net_of(test);
	u32 handle;

	first = MUST(test, try(test, 7, 1, KERNEL_F, NULL));
	igmp = MUST(test, try(test, 2, 0, IGMP_F, NULL));
	fixture_forget_events(test);

	proto = try(test, row->id, row->component, row->flags, &extack);
	if (row->msg) {
		EXPECT_REFUSAL(test, PTR_ERR(proto), &extack, -EEXIST,
			       row->msg);
		EXPECT_NO_EVENTS(test);
		EXPECT_BOUND(test, MGM_LIMIT_PROTOCOLS, 2, 0);
	} else {
		handle = MUST(test, proto)->handle;
		EXPECT_EVENTS(test,
			      { MGM_EVENT_PROTOCOL_REGISTER, handle, proto });
	}
	KUNIT_EXPECT_PTR_EQ(test, mgm_protocol_find(mn, first->handle), first);
	KUNIT_EXPECT_PTR_EQ(test, mn->igmp, igmp);
}

static void igmp_gives_way_to_the_next(struct kunit *test)
{
	struct mgm_protocol *igmp = fixture_protocol(test, IGMP);
	struct mgm_protocol *router = fixture_protocol(test, PLAIN);
	struct mgm_net *mn = net_of(test);

	KUNIT_EXPECT_PTR_EQ(test, mn->igmp, igmp);
	mgm_protocol_destroy(mn, router);
	KUNIT_EXPECT_PTR_EQ(test, mn->igmp, igmp);
	mgm_protocol_destroy(mn, igmp);
	KUNIT_EXPECT_NULL(test, mn->igmp);
	igmp = fixture_protocol(test, IGMP);
	KUNIT_EXPECT_PTR_EQ(test, mn->igmp, igmp);
}

static const struct name_row {
	const char *desc;
	const char *name;
	int err;
} name_rows[] = {
	{ "none", NULL },
	{ "an empty one", "" },
	{ "31 characters", "1234567890123456789012345678901" },
	{ "32 characters", "12345678901234567890123456789012", -EINVAL },
};

TABLE(name);

static void names_are_bounded(struct kunit *test)
{
	const struct name_row *row = test->param_value;
	struct mgm_protocol_params p = { .id = 1, .name = row->name };
	struct netlink_ext_ack extack = {};
	struct mgm_protocol *proto;

	proto = mgm_protocol_create(net_of(test), &p, 0, NULL, &extack);
	if (row->err) {
		EXPECT_REFUSAL(test, PTR_ERR(proto), &extack, row->err,
			       "the name is longer than 31 characters");
		EXPECT_NO_EVENTS(test);
	} else {
		MUST(test, proto);
		KUNIT_EXPECT_STREQ(test, proto->name, row->name ?: "");
	}
	EXPECT_BOUND(test, MGM_LIMIT_PROTOCOLS, !row->err, 0);
}

static void protocols_are_bounded(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	struct mgm_net *mn = net_of(test);
	struct mgm_protocol *a;

	mn->bounds[MGM_LIMIT_PROTOCOLS].value = 2;
	a = fixture_protocol(test, PLAIN);
	fixture_protocol(test, PLAIN);
	fixture_forget_events(test);

	EXPECT_REFUSAL(test, PTR_ERR(try(test, 3, 0, IGMP_F, &extack)),
		       &extack, -ENOSPC, "too many protocols in this namespace");
	EXPECT_BOUND(test, MGM_LIMIT_PROTOCOLS, 2, 1);
	KUNIT_EXPECT_NULL(test, mn->igmp);
	EXPECT_NO_EVENTS(test);
	EXPECT_SOUND(test);
	/* What is wrong in itself is told before, and hits no bound. */
	EXPECT_REFUSAL(test, PTR_ERR(try(test, a->id, 0, KERNEL_F, &extack)),
		       &extack, -EEXIST, SAME_ID);
	EXPECT_BOUND(test, MGM_LIMIT_PROTOCOLS, 2, 1);

	mgm_protocol_destroy(mn, a);
	fixture_protocol(test, PLAIN);
	EXPECT_BOUND(test, MGM_LIMIT_PROTOCOLS, 2, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(registration_keeps_what_was_said),
	KUNIT_CASE(end_of_registration_kills_the_handle),
	KUNIT_CASE(unknown_handles_find_nothing),
	KUNIT_CASE(handles_are_not_issued_again),
	KUNIT_CASE(handles_mean_nothing_in_another_namespace),
	CASE_TABLE(handles_wrap_around, wrap),
	KUNIT_CASE(a_dying_protocol_is_not_found),
	CASE_TABLE(foreign_clients_are_refused, client),
	CASE_TABLE(twins_are_refused, twin),
	KUNIT_CASE(igmp_gives_way_to_the_next),
	CASE_TABLE(names_are_bounded, name),
	KUNIT_CASE(protocols_are_bounded),
	{}
};

static struct kunit_suite protocol_suite = {
	.name = "mgm_protocol",
	.init = fixture_init,
	.exit = fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(protocol_suite);
