/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests in C add to the kernel's own framework.
 */
#ifndef MGM_HARNESS_H
#define MGM_HARNESS_H

#include <net/if.h>
#include <sched.h>
#include <time.h>
#include "kselftest_harness.h"
#include "job.h"
#include "kernel.h"
#include "mgm_nl.h"
#include "rtnl.h"

/* An emulated machine under a debugging kernel takes its time. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	120

#define JOIN		MGM_MEMBERSHIP_F_JOIN
#define FORWARD		MGM_MEMBERSHIP_F_FORWARD
#define PERSIST		MGM_PROTOCOL_F_PERSIST

/* Beginnings of the sentences that many tests look for. */
#define NO_HANDLE	"no protocol has this handle"
#define NOT_OWNER	"the protocol does not own this interface"
#define OWNER_CHANGING	"the owner of this interface is changing"

/* Long enough for such a machine, too. */
#define WAIT_MS		20000

static inline long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Wait until _cond holds; false when it takes too long. */
#define WAIT_FOR(_cond) \
({ \
	long long _end = now_ms() + WAIT_MS; \
	bool _ok; \
	while (!(_ok = (_cond)) && now_ms() < _end) \
		usleep(1000); \
	_ok; \
})

/* Compare what a refused call did with what it was to do; frees before. */
static inline void expect_refused(struct __test_metadata *_metadata, int line,
				  struct mgm_nl *nl, char *before, int expected,
				  int err, const char *text, const char *msg)
{
	char *after = nl->tables(nl);

	if (err != expected || !strstr(msg, text) || strcmp(before, after)) {
		_metadata->passed = 0;
		TH_LOG("line %d: refusal %d '%s', expected %d '%s'", line,
		       err, msg, expected, text);
	}
	if (strcmp(before, after))
		TH_LOG("line %d: a refused call changed\n%s\ninto\n%s", line,
		       before, after);
	free(before);
	free(after);
}

/*
 * _call on _nl is refused with _errno and a sentence that has _text in it, and
 * nothing that can be read is changed.
 */
#define EXPECT_REFUSED(_nl, _errno, _text, _call) \
do { \
	struct mgm_nl *_n = (_nl); \
	char *_before = _n->tables(_n); \
	int _err = (_call); \
	expect_refused(_metadata, __LINE__, _n, _before, -(_errno), _err, \
		       _text, _n->msg); \
} while (0)

/* The same for what a protocol in the kernel is told to do. */
#define EXPECT_KERNEL_REFUSED(_nl, _errno, _text, ...) \
do { \
	struct mgm_nl *_n = (_nl); \
	char *_before = _n->tables(_n); \
	int _err = kernel_do(__VA_ARGS__); \
	expect_refused(_metadata, __LINE__, _n, _before, -(_errno), _err, \
		       _text, kernel_read()->msg); \
} while (0)

/* Table _cmd has exactly these lines. */
#define EXPECT_TABLE(_nl, _cmd, _lines) \
do { \
	char *_table = mgm_nl_table(_nl, _cmd, NULL); \
	EXPECT_STREQ(_lines, _table ?: "unreadable"); \
	free(_table); \
} while (0)

#define EXPECT_PROTOCOLS(_nl, _lines) \
	EXPECT_TABLE(_nl, MGM_CMD_PROTOCOL_GET, _lines)
#define EXPECT_INTERFACES(_nl, _lines) \
	EXPECT_TABLE(_nl, MGM_CMD_INTERFACE_GET, _lines)
#define EXPECT_MEMBERSHIPS(_nl, _lines) \
	EXPECT_TABLE(_nl, MGM_CMD_MEMBERSHIP_GET, _lines)

#endif
