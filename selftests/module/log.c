// SPDX-License-Identifier: GPL-2.0
/*
 * What happened: a list of lines, of which the oldest go when there are many.
 */
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <linux/slab.h>

#include "mgm_test.h"

#define EVENTS_MAX	4096

struct event {
	struct list_head list;
	char text[];
};

static void event_del(struct test_net *tn, struct event *ev)
{
	list_del(&ev->list);
	kfree(ev);
	tn->event_count--;
}

void mgm_test_log(struct test_net *tn, const char *fmt, ...)
{
	struct event *ev;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args) + 1;
	va_end(args);

	ev = kmalloc(struct_size(ev, text, len), GFP_KERNEL);
	if (ev) {
		va_start(args, fmt);
		vsnprintf(ev->text, len, fmt, args);
		va_end(args);
	}

	mutex_lock(&tn->lock);
	if (ev) {
		list_add_tail(&ev->list, &tn->events);
		tn->event_count++;
	}
	if (!ev || tn->event_count > EVENTS_MAX)
		tn->lost++;
	if (tn->event_count > EVENTS_MAX)
		event_del(tn, list_first_entry(&tn->events, struct event, list));
	mutex_unlock(&tn->lock);
}

void mgm_test_log_clear(struct test_net *tn)
{
	struct event *ev, *tmp;

	mutex_lock(&tn->lock);
	list_for_each_entry_safe(ev, tmp, &tn->events, list)
		event_del(tn, ev);
	tn->lost = 0;
	mutex_unlock(&tn->lock);
}

static void *events_start(struct seq_file *seq, loff_t *pos)
{
	struct test_net *tn = mgm_test_pernet(seq_file_net(seq));

	mutex_lock(&tn->lock);
	return seq_list_start_head(&tn->events, *pos);
}

static void *events_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct test_net *tn = mgm_test_pernet(seq_file_net(seq));

	return seq_list_next(v, &tn->events, pos);
}

static void events_stop(struct seq_file *seq, void *v)
{
	struct test_net *tn = mgm_test_pernet(seq_file_net(seq));

	mutex_unlock(&tn->lock);
}

static int events_show(struct seq_file *seq, void *v)
{
	struct test_net *tn = mgm_test_pernet(seq_file_net(seq));

	if (v == &tn->events)
		seq_printf(seq, "handle %u lost %u disable %u enable %u wrong %u\n",
			   tn->last_handle, tn->lost,
			   atomic_read(&tn->calls[HOOK_DISABLE]),
			   atomic_read(&tn->calls[HOOK_ENABLE]),
			   atomic_read(&tn->wrong));
	else
		seq_printf(seq, "%s\n",
			   list_entry(v, struct event, list)->text);
	return 0;
}

const struct seq_operations mgm_test_log_ops = {
	.start	= events_start,
	.next	= events_next,
	.stop	= events_stop,
	.show	= events_show,
};
