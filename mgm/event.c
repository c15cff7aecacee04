// SPDX-License-Identifier: GPL-2.0
/*
 * What happened. The rooms say it here; who shows it to the world listens
 * here, so that no room knows of netlink.
 */
#include <linux/notifier.h>

#include "core.h"
#include "trace.h"

static BLOCKING_NOTIFIER_HEAD(listeners);

static enum mgm_table table_of(enum mgm_event event)
{
	if (event <= MGM_EVENT_PROTOCOL_DEREGISTER)
		return MGM_TABLE_PROTOCOLS;
	if (event <= MGM_EVENT_IGMP_ENABLE)
		return MGM_TABLE_INTERFACES;
	if (event <= MGM_EVENT_MEMBERSHIP_DEL)
		return MGM_TABLE_MEMBERSHIPS;
	return MGM_TABLE_MFES;
}

void mgm_event_init(struct mgm_net *mn)
{
	unsigned int i;

	for (i = 0; i < MGM_TABLES; i++)
		mn->genids[i] = 1;
}

void mgm_event(struct mgm_net *mn, enum mgm_event event, u32 handle,
	       const void *obj)
{
	struct mgm_event_info info = { .mn = mn, .handle = handle, .obj = obj };
	u32 *genid = &mn->genids[table_of(event)];

	lockdep_assert_held(&mn->lock);
	if (!++*genid)
		*genid = 1;
	trace_mgm_event(event, &info);
	blocking_notifier_call_chain(&listeners, event, &info);
}

/* Somebody is told, or would be if it wanted to know: for who watches. */
void mgm_event_alert(const struct mgm_protocol *proto,
		     const struct mgm_alert *alert)
{
	struct mgm_event_info info = {
		.mn = proto->mn,
		.handle = proto->handle,
		.alert = alert,
	};

	trace_mgm_alert(proto, alert);
	blocking_notifier_call_chain(&listeners, MGM_EVENT_ALERT, &info);
}

int mgm_event_listen(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&listeners, nb);
}

void mgm_event_unlisten(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&listeners, nb);
}
