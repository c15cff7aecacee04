// SPDX-License-Identifier: GPL-2.0
/*
 * What happened. The rooms say it here; who shows it to the world listens
 * here, so that no room knows of netlink.
 */
#include <linux/notifier.h>

#include "core.h"
#include "trace.h"

static BLOCKING_NOTIFIER_HEAD(listeners);

void mgm_event(struct mgm_net *mn, enum mgm_event event, u32 handle,
	       const void *obj)
{
	struct mgm_event_info info = { .mn = mn, .handle = handle, .obj = obj };

	mgm_changed(mn);
	trace_mgm_event(event, &info);
	blocking_notifier_call_chain(&listeners, event, &info);
}

/* Somebody is told, or would be if it wanted to know: for who watches. */
void mgm_event_alert(const struct mgm_protocol *proto,
		     const struct mgm_alert *alert)
{
	trace_mgm_alert(proto, alert);
}

int mgm_event_listen(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&listeners, nb);
}

void mgm_event_unlisten(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&listeners, nb);
}
