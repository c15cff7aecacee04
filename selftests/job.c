// SPDX-License-Identifier: GPL-2.0
/*
 * A call that is made in a thread of its own.
 */
#include "job.h"

static void *run(void *data)
{
	struct job *job = data;

	job->err = job->call(job->nl, job->handle, job->ifindex);
	atomic_store(&job->done, true);
	return NULL;
}

/* The socket must be used by nobody else until the job is done. */
int job_start(struct job *job, job_call *call, struct mgm_nl *nl, __u32 handle,
	      __u32 ifindex)
{
	job->call = call;
	job->nl = nl;
	job->handle = handle;
	job->ifindex = ifindex;
	atomic_store(&job->done, false);
	return -pthread_create(&job->thread, NULL, run, job);
}

bool job_done(struct job *job)
{
	return atomic_load(&job->done);
}

/* Wait for the end of the call; what it returned. */
int job_wait(struct job *job)
{
	pthread_join(job->thread, NULL);
	return job->err;
}
