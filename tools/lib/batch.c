// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Many calls at once. */
#include <errno.h>
#include <string.h>

#include "object.h"

int mgm_batch_begin(struct mgm *mgm)
{
	mgm_reason_clear(&mgm->reason);
	if (mgm->batching)
		return mgm_reason_set(&mgm->reason, -EALREADY, "a batch has begun already");
	mgm->batching = true;
	return 0;
}

/* Make the next few requests; @first is the number of the first one. */
static int make(struct mgm *mgm, struct nlmsghdr **requests, size_t n, size_t first,
		mgm_refused refused, void *user)
{
	struct verdict verdicts[EXCHANGE_MAX];
	int err, count = 0;
	size_t i;

	memset(verdicts, 0, sizeof(verdicts));
	err = mgm_exchange(mgm, requests, n, verdicts, NULL, NULL);
	if (err)
		return err;

	for (i = 0; i < n; i++) {
		if (!verdicts[i].error)
			continue;
		count++;
		if (refused)
			refused(user, first + i, verdicts[i].error, verdicts[i].reason.text);
	}
	return count;
}

static int make_all(struct mgm *mgm, const struct requests *batch, mgm_refused refused,
		    void *user)
{
	struct nlmsghdr *requests[EXCHANGE_MAX];
	char *next = batch->data;
	size_t first = 0;
	int count = 0;

	while (first < batch->count) {
		size_t n = 0;
		int err;

		for (; n < EXCHANGE_MAX && first + n < batch->count; n++) {
			requests[n] = (struct nlmsghdr *)next;
			next += requests[n]->nlmsg_len;
		}
		err = make(mgm, requests, n, first, refused, user);
		if (err < 0)
			return err;
		count += err;
		first += n;
	}
	return count;
}

int mgm_batch_end(struct mgm *mgm, mgm_refused refused, void *user)
{
	struct requests batch = mgm->batch;
	int count;

	mgm_reason_clear(&mgm->reason);
	if (!mgm->batching)
		return mgm_reason_set(&mgm->reason, -EINVAL, "no batch has begun");

	/* The one who hears of the refused may make calls, and another batch. */
	memset(&mgm->batch, 0, sizeof(mgm->batch));
	mgm->batching = false;
	count = make_all(mgm, &batch, refused, user);
	if (count >= 0)
		mgm_reason_clear(&mgm->reason);
	mgm_requests_free(&batch);
	return count;
}
