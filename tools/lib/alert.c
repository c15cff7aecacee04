// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Alerts: kept in their order as they are found between the answers of calls, and
 * dispatched to the callbacks. As the list is bounded, and as the kernel's buffer is,
 * each knows whether others were lost before it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "object.h"

/* More than the socket's buffer has room for, so that emptying it loses nothing. */
#define KEPT_MAX	4096

/* @overrun: others were lost before it, @lost of them as far as is known. */
struct kept {
	struct kept *next;
	bool overrun;
	uint32_t lost;
	struct nlmsghdr nlh;
};

/* What the attributes of an alert are sorted into. */
struct told {
	struct mgm_alert alert;
	uint32_t handle;
};

#define ALERT(member)	(offsetof(struct told, alert) + offsetof(struct mgm_alert, member))

static const struct field fields[] = {
	[MGM_A_ALERT_HANDLE] = { FIELD_U32, offsetof(struct told, handle), 0 },
	[MGM_A_ALERT_ID] = { FIELD_U32, ALERT(id), 0 },
	[MGM_A_ALERT_LOST] = { FIELD_U32, ALERT(lost), 0 },
	[MGM_A_ALERT_GROUP4] = { FIELD_ADDRESS4, ALERT(flow.group), 0 },
	[MGM_A_ALERT_GROUP6] = { FIELD_ADDRESS6, ALERT(flow.group), 0 },
	[MGM_A_ALERT_SOURCE4] = { FIELD_ADDRESS4, ALERT(flow.source), 0 },
	[MGM_A_ALERT_SOURCE6] = { FIELD_ADDRESS6, ALERT(flow.source), 0 },
	[MGM_A_ALERT_IFINDEX] = { FIELD_U32, ALERT(ifc.ifindex), 0 },
	[MGM_A_ALERT_NEXTHOP4] = { FIELD_ADDRESS4, ALERT(ifc.nexthop), 0 },
	[MGM_A_ALERT_NEXTHOP6] = { FIELD_ADDRESS6, ALERT(ifc.nexthop), 0 },
	[MGM_A_ALERT_UPSTREAM4] = { FIELD_ADDRESS4, ALERT(rpf.upstream), 0 },
	[MGM_A_ALERT_UPSTREAM6] = { FIELD_ADDRESS6, ALERT(rpf.upstream), 0 },
	[MGM_A_ALERT_MEMBER] = { FIELD_BOOL, ALERT(member), 0 },
	[MGM_A_ALERT_TIMEOUT] = { FIELD_U32, ALERT(timeout), 0 },
	[MGM_A_ALERT_PACKET] = { FIELD_OCTETS, ALERT(packet), ALERT(packet_len) },
};

static const struct field oif_fields[] = {
	[MGM_A_OIF_IFINDEX] = { FIELD_U32, offsetof(struct mgm_oif, ifc.ifindex), 0 },
	[MGM_A_OIF_NEXTHOP4] = { FIELD_ADDRESS4, offsetof(struct mgm_oif, ifc.nexthop), 0 },
	[MGM_A_OIF_NEXTHOP6] = { FIELD_ADDRESS6, offsetof(struct mgm_oif, ifc.nexthop), 0 },
	[MGM_A_OIF_IGMP] = { FIELD_BOOL, offsetof(struct mgm_oif, igmp), 0 },
};

static const struct fields alert_set = FIELDS(fields);
static const struct fields oif_set = FIELDS(oif_fields);

/* Keeping */

void mgm_alerts_init(struct mgm *mgm)
{
	mgm->alerts.end = &mgm->alerts.first;
}

void mgm_alerts_signal(struct mgm *mgm)
{
	bool any = mgm->alerts.first || mgm->alerts.overrun || mgm->gone;
	uint64_t count = 1;
	ssize_t done;

	if (mgm->event_up == any || mgm->event < 0)
		return;
	done = any ? write(mgm->event, &count, sizeof(count)) :
		     read(mgm->event, &count, sizeof(count));
	if (done == sizeof(count))
		mgm->event_up = any;
}

void mgm_alerts_overrun(struct mgm *mgm, uint32_t lost)
{
	mgm->alerts.overrun = true;
	mgm->alerts.lost += lost;
	mgm_alerts_signal(mgm);
}

void mgm_alerts_keep(struct mgm *mgm, const struct nlmsghdr *nlh)
{
	struct alerts *alerts = &mgm->alerts;
	struct kept *kept = NULL;

	if (alerts->count < KEPT_MAX)
		kept = malloc(offsetof(struct kept, nlh) + nlh->nlmsg_len);
	if (!kept) {
		mgm_alerts_overrun(mgm, 1);
		return;
	}

	memcpy(&kept->nlh, nlh, nlh->nlmsg_len);
	kept->next = NULL;
	kept->overrun = alerts->overrun;
	kept->lost = alerts->lost;
	alerts->overrun = false;
	alerts->lost = 0;
	*alerts->end = kept;
	alerts->end = &kept->next;
	alerts->count++;
	mgm_alerts_signal(mgm);
}

static struct kept *take_first(struct alerts *alerts)
{
	struct kept *kept = alerts->first;

	alerts->first = kept->next;
	if (!alerts->first)
		alerts->end = &alerts->first;
	alerts->count--;
	return kept;
}

void mgm_alerts_drop(struct mgm *mgm)
{
	while (mgm->alerts.first)
		free(take_first(&mgm->alerts));
	mgm->alerts.overrun = false;
	mgm->alerts.lost = 0;
	mgm_alerts_signal(mgm);
}

/* Dispatching */

uint32_t mgm_callbacks(const struct mgm_ops *ops)
{
	return (ops->rpf ? MGM_CALLBACK_F_RPF : 0) |
	       (ops->creation ? MGM_CALLBACK_F_CREATION : 0) |
	       (ops->join ? MGM_CALLBACK_F_JOIN : 0) |
	       (ops->prune ? MGM_CALLBACK_F_PRUNE : 0) |
	       (ops->local_join ? MGM_CALLBACK_F_LOCAL_JOIN : 0) |
	       (ops->local_leave ? MGM_CALLBACK_F_LOCAL_LEAVE : 0) |
	       (ops->wrong_if ? MGM_CALLBACK_F_WRONG_IF : 0);
}

static mgm_callback callback(const struct mgm_ops *ops, uint32_t type)
{
	switch (type) {
	case MGM_CMD_ALERT_RPF:
		return ops->rpf;
	case MGM_CMD_ALERT_CREATION:
		return ops->creation;
	case MGM_CMD_ALERT_JOIN:
		return ops->join;
	case MGM_CMD_ALERT_PRUNE:
		return ops->prune;
	case MGM_CMD_ALERT_LOCAL_JOIN:
		return ops->local_join;
	case MGM_CMD_ALERT_LOCAL_LEAVE:
		return ops->local_leave;
	case MGM_CMD_ALERT_WRONG_IF:
		return ops->wrong_if;
	default:
		return NULL;
	}
}

/* How many callbacks were made: 1, or none. */
static int tell_overrun(struct mgm *mgm, uint32_t lost)
{
	struct mgm_alert alert = { .type = MGM_CMD_ALERT_OVERRUN, .lost = lost };

	if (!mgm->ops || !mgm->ops->overrun)
		return 0;
	mgm->ops->overrun(mgm, mgm->user, &alert);
	return 1;
}

/* Make the callback, and the answer that it has not made. */
static int tell(struct mgm *mgm, const struct mgm_alert *alert)
{
	mgm_callback call = callback(mgm->ops, alert->type);
	uint32_t handle = mgm->handle;
	int made = call ? 1 : 0;
	int err;

	mgm->asked = alert->id;
	if (call && call(mgm, mgm->user, alert) == MGM_LATER)
		mgm->asked = 0;
	if (!mgm->asked || mgm->handle != handle)
		return made;

	/* It may have been too late for one. */
	err = mgm_answer(mgm, alert->id);
	return err && err != -ENOENT ? err : made;
}

static int tell_all(struct mgm *mgm, const struct kept *kept, const struct told *told)
{
	int made = 0, more;

	if (kept->overrun || told->alert.lost || told->alert.type == MGM_CMD_ALERT_OVERRUN)
		made = tell_overrun(mgm, told->alert.lost);
	/* It may have ended in there. */
	if (mgm->handle != told->handle || !mgm->ops)
		return made;
	more = tell(mgm, &told->alert);
	return more < 0 ? more : made + more;
}

/* Returns how many callbacks were made, or a negative errno. */
static int dispatch(struct mgm *mgm, const struct kept *kept)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(&kept->nlh);
	struct told told = { .alert.type = genl->cmd };
	void *oifs;
	int err;

	if (!mgm_parse_message(&alert_set, &kept->nlh, &told))
		return mgm_malformed(&mgm->reason);
	/* It may be about one that has ended. */
	if (told.handle != mgm->handle || !mgm->ops)
		return 0;

	err = mgm_parse_nests(&oif_set, &kept->nlh, MGM_A_ALERT_OIF, sizeof(struct mgm_oif),
			      &oifs, &told.alert.n_oifs);
	if (err)
		return mgm_reason_set(&mgm->reason, err, "%m");
	told.alert.oifs = oifs;
	told.alert.lost += kept->lost;
	if (genl->cmd == MGM_CMD_ALERT_RPF)
		told.alert.rpf.iif = told.alert.ifc;

	err = tell_all(mgm, kept, &told);
	free(oifs);
	return err;
}

/* Only what is there now: what its callbacks bring about comes the next time. */
static int dispatch_all(struct mgm *mgm)
{
	size_t n = mgm->alerts.count;
	int made = 0;

	while (n-- && mgm->alerts.first) {
		struct kept *kept = take_first(&mgm->alerts);
		int more = dispatch(mgm, kept);

		free(kept);
		if (more < 0)
			return more;
		made += more;
	}

	if (!mgm->alerts.first && mgm->alerts.overrun) {
		uint32_t lost = mgm->alerts.lost;

		mgm->alerts.overrun = false;
		mgm->alerts.lost = 0;
		made += tell_overrun(mgm, lost);
	}
	return made;
}

int mgm_dispatch(struct mgm *mgm)
{
	int made;

	mgm_reason_clear(&mgm->reason);
	if (mgm->dispatching)
		return mgm_reason_set(&mgm->reason, -EBUSY, "callbacks are being made already");

	made = mgm_hear(mgm);
	if (made)
		return made;
	mgm->dispatching = true;
	made = dispatch_all(mgm);
	mgm->dispatching = false;
	mgm->asked = 0;
	mgm_alerts_signal(mgm);
	if (made >= 0)
		mgm_reason_clear(&mgm->reason);
	return made;
}
