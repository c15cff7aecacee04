/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A call that is made in a thread of its own, because it waits for something
 * that the test is going to do.
 */
#ifndef JOB_H
#define JOB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <linux/types.h>

struct mgm_nl;

/* The shape of mgm_nl_take() and mgm_nl_release(). */
typedef int job_call(struct mgm_nl *nl, __u32 handle, __u32 ifindex);

struct job {
	pthread_t thread;
	job_call *call;
	struct mgm_nl *nl;
	__u32 handle;
	__u32 ifindex;
	int err;
	atomic_bool done;
};

int job_start(struct job *job, job_call *call, struct mgm_nl *nl, __u32 handle,
	      __u32 ifindex);
bool job_done(struct job *job);
int job_wait(struct job *job);

#endif
