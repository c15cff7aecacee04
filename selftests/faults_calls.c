// SPDX-License-Identifier: GPL-2.0
/*
 * Memory runs out in a call of a protocol in the kernel: every allocation of every
 * call that MGM exports fails in its turn. The call is refused and has changed
 * nothing, or it is done.
 */
#include <ctype.h>
#include "mgm_harness.h"
#include "fault_sweep.h"

#define UNDO_MAX	3
#define EXPORTS_MAX	3

/*
 * What mgm_test.ko is told to do, with the names of things; what takes it back; and
 * the exports that it calls. The rows are one life, as the calls stay done.
 */
struct row {
	const char *call;
	const char *undo[UNDO_MAX];
	const char *exports[EXPORTS_MAX];
};

#define REGISTER	"register 20 0 twenty all"
#define TAKE		"take NEW SPARE"
#define ADD		"add NEW SPARE 0.0.0.0 239.1.1.1 0.0.0.0 1"
#define DEL		"del NEW SPARE 0.0.0.0 239.1.1.1 0.0.0.0 1"
#define EXCLUDE		"del KERNEL OUT 0.0.0.0 239.1.1.1 10.0.0.2 2"
#define INCLUDE		"add KERNEL OUT 0.0.0.0 239.1.1.1 10.0.0.2 2"
#define MOVE		"mfe_set KERNEL 239.1.1.1 10.0.0.2 "

static const struct row rows[] = {
	{ REGISTER, { "deregister NEW" }, { "mgm_protocol_register" } },
	{ "deregister NEW", { REGISTER }, { "mgm_protocol_deregister" } },
	{ REGISTER, { "deregister NEW" }, },
	{ TAKE, { "release NEW SPARE" }, { "mgm_interface_take" } },
	{ "set NEW SPARE 0.0.0.0 7 0", { "set NEW SPARE 0.0.0.0 1 1" },
	  { "mgm_interface_set" } },
	{ "get SPARE", {}, { "mgm_interface_get" } },
	{ ADD, { DEL }, { "mgm_membership_add" } },
	{ DEL, { ADD }, { "mgm_membership_del" } },
	{ EXCLUDE, { INCLUDE } },
	{ INCLUDE, { EXCLUDE } },
	{ "add NEW SPARE 0.0.0.0 0.0.0.0 0.0.0.0 3",
	  { "del NEW SPARE 0.0.0.0 0.0.0.0 0.0.0.0 3" } },
	{ "dump memberships", {}, { "mgm_membership_next" } },
	{ "dump mfes 1", {}, { "mgm_mfe_next", "mgm_mfe_oif_next" } },
	{ "flush KERNEL", {}, { "mgm_protocol_flush" } },
	{ "release NEW SPARE",
	  { TAKE, "set NEW SPARE 0.0.0.0 7 0",
	    "add NEW SPARE 0.0.0.0 0.0.0.0 0.0.0.0 3" },
	  { "mgm_interface_release" } },
	{ TAKE, { "release NEW SPARE" } },
	{ ADD, { DEL } },
	{ "shutdown NEW", { REGISTER, TAKE, ADD },
	  { "mgm_protocol_shutdown" } },
	{ MOVE "10.0.0.77", { MOVE "0.0.0.0" },
	  { "mgm_mfe_set", "mgm_mfe_get" } },
};

/* As in enum thing. */
static const char *const names[THINGS] = {
	[HANDLE] = "HANDLE", [KERNEL] = "KERNEL", [NEW] = "NEW",
	[LAN] = "LAN", [OUT] = "OUT", [FAR] = "FAR", [SPARE] = "SPARE",
	[IDLE] = "IDLE",
};

static unsigned int number_of(const struct world *w, const char *name)
{
	enum thing thing;

	for (thing = HANDLE; thing < THINGS; thing++)
		if (!strcmp(name, names[thing]))
			break;
	return thing < THINGS ? w->things[thing] : 0;
}

/* The line with numbers in place of names. */
static void put_numbers(const struct world *w, char *line, size_t size,
			const char *text)
{
	char word[64];
	size_t n = 0;
	int len;

	for (; sscanf(text, " %63s%n", word, &len) == 1; text += len)
		n += isupper(word[0]) ?
		     snprintf(line + n, size - n, "%u ", number_of(w, word)) :
		     snprintf(line + n, size - n, "%s ", word);
}

static int tell(struct world *w, const char *text)
{
	char line[256];

	put_numbers(w, line, sizeof(line), text);
	return world_tell(w, line);
}

static int call_row(struct world *w, const struct fault_call *c)
{
	const struct row *row = c->data;

	return tell(w, row->call);
}

static int undo_row(struct world *w, const struct fault_call *c)
{
	const struct row *row = c->data;
	int i, err = 0;

	for (i = 0; !err && i < UNDO_MAX && row->undo[i]; i++) {
		w->things[NEW] = kernel_read()->handle;
		err = tell(w, row->undo[i]);
	}
	w->things[NEW] = kernel_read()->handle;
	return err ?: kernel_do("clear");
}

FIXTURE(faults_calls)
{
	struct world w;
	struct fault_sum sum;
};

FIXTURE_SETUP(faults_calls)
{
	ASSERT_EQ(0, world_make(&self->w, true));
}

FIXTURE_TEARDOWN(faults_calls)
{
	world_end(&self->w);
}

static bool is_called(const char *export)
{
	unsigned int i, k;

	for (i = 0; i < MNL_ARRAY_SIZE(rows); i++)
		for (k = 0; k < EXPORTS_MAX && rows[i].exports[k]; k++)
			if (!strcmp(rows[i].exports[k], export))
				return true;
	return false;
}

/* What the module exports is all in the rows. */
static void expect_complete(struct __test_metadata *_metadata)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	char line[512], name[128];
	unsigned int exports = 0;

	ASSERT_NE(NULL, file);
	while (fgets(line, sizeof(line), file)) {
		if (!strstr(line, "[mgm]") ||
		    sscanf(line, "%*x %*c __ksymtab_%127s", name) != 1)
			continue;
		exports++;
		EXPECT_TRUE(is_called(name)) TH_LOG("%s is in no row", name);
	}
	fclose(file);
	EXPECT_LT(0, exports);
}

TEST_F_TIMEOUT(faults_calls, calls_are_done_whole_or_not_at_all, 3600)
{
	struct fault_sum *sum = &self->sum;
	unsigned int times, i;

	expect_complete(_metadata);
	for (times = fault_sweeps(); times; times--)
		for (i = 0; i < MNL_ARRAY_SIZE(rows); i++) {
			struct fault_call c = {
				.desc = rows[i].call,
				.call = call_row,
				.undo = rows[i].undo[0] ? undo_row : NULL,
				.data = (void *)&rows[i],
			};

			fault_sweep(&self->w, &c, sum);
		}
	TH_LOG("%u calls, %u allocations failed, %u times refused", sum->calls,
	       sum->sites, sum->refused);
	EXPECT_EQ(0, sum->wrong);
	EXPECT_EQ(0, kernel_read()->wrong);
}

TEST_HARNESS_MAIN
