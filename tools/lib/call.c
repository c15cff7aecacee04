// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Calls that change something, each a request of the protocol's. */
#include <errno.h>
#include <linux/genetlink.h>

#include "object.h"

int mgm_make(struct mgm *mgm, mgm_heard heard, void *data)
{
	struct nlmsghdr *request = mgm_request_last(&mgm->call);
	struct verdict verdict = { 0 };
	int err;

	if (mgm->call.error)
		return mgm_reason_set(&mgm->reason, mgm->call.error, "%m");
	err = mgm_exchange(mgm, &request, 1, &verdict, heard, data);
	if (err)
		return err;
	mgm->reason = verdict.reason;
	return verdict.error;
}

/* Begin a request that is made at once. */
static struct requests *begin(struct mgm *mgm, uint8_t cmd)
{
	mgm_reason_clear(&mgm->reason);
	mgm_requests_clear(&mgm->call);
	mgm_request_begin(&mgm->call, mgm->family.type, cmd);
	return &mgm->call;
}

/* The same of the protocol that there is. */
static struct requests *speak(struct mgm *mgm, uint8_t cmd, uint16_t number)
{
	struct requests *call = begin(mgm, cmd);

	mgm_put_u32(call, number, mgm->handle);
	return call;
}

static int no_protocol(struct mgm *mgm)
{
	return mgm_reason_set(&mgm->reason, -ENOENT,
			      "no protocol is registered over this connection");
}

static int make(struct mgm *mgm)
{
	return mgm->handle ? mgm_make(mgm, NULL, NULL) : no_protocol(mgm);
}

/* Begin a request that a batch can have. */
static struct requests *change(struct mgm *mgm, uint8_t cmd, uint16_t number)
{
	if (!mgm->batching)
		return speak(mgm, cmd, number);

	mgm_reason_clear(&mgm->reason);
	mgm_request_begin(&mgm->batch, mgm->family.type, cmd);
	mgm_put_u32(&mgm->batch, number, mgm->handle);
	return &mgm->batch;
}

/* Make it, or note it. */
static int changed(struct mgm *mgm)
{
	if (!mgm->batching)
		return make(mgm);
	if (mgm->handle && !mgm->batch.error)
		return 0;
	mgm_request_drop(&mgm->batch);
	if (!mgm->handle)
		return no_protocol(mgm);
	return mgm_reason_set(&mgm->reason, mgm->batch.error, "%m");
}

/* The protocol */

static int note_handle(const struct nlmsghdr *nlh, void *data)
{
	static const struct field fields[] = {
		[MGM_A_PROTOCOL_HANDLE] = { FIELD_U32, 0, 0 },
	};
	static const struct fields set = FIELDS(fields);
	struct mgm *mgm = data;

	if (!mgm_parse_message(&set, nlh, &mgm->handle) || !mgm->handle)
		return mgm_malformed(&mgm->reason);
	return 0;
}

/* @ops: NULL also if there are none. */
static int register_as(struct mgm *mgm, uint32_t id, uint32_t component, const char *name,
		       uint32_t flags, const struct mgm_ops *ops)
{
	struct requests *call = begin(mgm, MGM_CMD_PROTOCOL_REGISTER);
	int err;

	if (mgm->handle)
		return mgm_reason_set(&mgm->reason, -EALREADY,
				      "a protocol is registered over this connection already");
	/* What one was told that has ended is nobody's business. */
	err = mgm_hear(mgm);
	if (err)
		return err;
	mgm_alerts_drop(mgm);

	mgm_put_u32(call, MGM_A_PROTOCOL_ID, id);
	mgm_put_u32(call, MGM_A_PROTOCOL_COMPONENT, component);
	if (name)
		mgm_put_string(call, MGM_A_PROTOCOL_NAME, name);
	if (flags)
		mgm_put_u32(call, MGM_A_PROTOCOL_FLAGS, flags);
	if (ops)
		mgm_put_u32(call, MGM_A_PROTOCOL_CALLBACKS, mgm_callbacks(ops));
	return mgm_make(mgm, note_handle, mgm);
}

int mgm_register(struct mgm *mgm, uint32_t id, uint32_t component, const char *name,
		 const struct mgm_ops *ops, void *user)
{
	int err = register_as(mgm, id, component, name, 0, ops);

	if (!err) {
		mgm->ops = ops;
		mgm->user = user;
	}
	return err;
}

int mgm_register_persist(struct mgm *mgm, uint32_t id, uint32_t component,
			 const char *name)
{
	return register_as(mgm, id, component, name, MGM_PROTOCOL_F_PERSIST, NULL);
}

/* From now on another protocol is spoken for, or none. */
static void forget(struct mgm *mgm)
{
	mgm->handle = 0;
	mgm->ops = NULL;
	mgm_alerts_drop(mgm);
}

void mgm_adopt(struct mgm *mgm, uint32_t handle)
{
	mgm_reason_clear(&mgm->reason);
	forget(mgm);
	mgm->handle = handle;
}

int mgm_deregister(struct mgm *mgm)
{
	int err;

	speak(mgm, MGM_CMD_PROTOCOL_DEREGISTER, MGM_A_PROTOCOL_HANDLE);
	err = make(mgm);
	if (!err)
		forget(mgm);
	return err;
}

/* Interfaces */

static struct requests *change_interface(struct mgm *mgm, uint8_t cmd,
					 const struct mgm_interface *ifc)
{
	struct requests *requests = change(mgm, cmd, MGM_A_INTERFACE_HANDLE);

	mgm_put_interface(requests, MGM_A_INTERFACE_IFINDEX, MGM_A_INTERFACE_NEXTHOP4, ifc);
	return requests;
}

int mgm_interface_take(struct mgm *mgm, const struct mgm_interface *ifc,
		       uint32_t ttl_threshold)
{
	struct requests *requests = change_interface(mgm, MGM_CMD_INTERFACE_TAKE, ifc);

	mgm_put_u32(requests, MGM_A_INTERFACE_TTL_THRESHOLD, ttl_threshold);
	return changed(mgm);
}

int mgm_interface_release(struct mgm *mgm, const struct mgm_interface *ifc)
{
	change_interface(mgm, MGM_CMD_INTERFACE_RELEASE, ifc);
	return changed(mgm);
}

static int interface_set(struct mgm *mgm, const struct mgm_interface *ifc, uint16_t number,
			 uint32_t value)
{
	struct requests *requests = change_interface(mgm, MGM_CMD_INTERFACE_SET, ifc);

	mgm_put_u32(requests, number, value);
	return changed(mgm);
}

int mgm_interface_set_ttl_threshold(struct mgm *mgm, const struct mgm_interface *ifc,
				    uint32_t ttl_threshold)
{
	return interface_set(mgm, ifc, MGM_A_INTERFACE_TTL_THRESHOLD, ttl_threshold);
}

int mgm_interface_set_wrong_if(struct mgm *mgm, const struct mgm_interface *ifc, bool on)
{
	return interface_set(mgm, ifc, MGM_A_INTERFACE_WRONG_IF, on);
}

/* Memberships */

static struct requests *change_membership(struct mgm *mgm, uint8_t cmd,
					  const struct mgm_interface *ifc,
					  const struct mgm_flow *flow)
{
	struct requests *requests = change(mgm, cmd, MGM_A_MEMBERSHIP_HANDLE);

	mgm_put_interface(requests, MGM_A_MEMBERSHIP_IFINDEX, MGM_A_MEMBERSHIP_NEXTHOP4,
			  ifc);
	mgm_put_flow(requests, MGM_A_MEMBERSHIP_GROUP4, MGM_A_MEMBERSHIP_SOURCE4, flow);
	return requests;
}

int mgm_membership_add(struct mgm *mgm, const struct mgm_interface *ifc,
		       const struct mgm_flow *flow, uint32_t flags)
{
	struct requests *requests = change_membership(mgm, MGM_CMD_MEMBERSHIP_ADD, ifc, flow);

	mgm_put_u32(requests, MGM_A_MEMBERSHIP_FLAGS, flags);
	return changed(mgm);
}

int mgm_membership_del(struct mgm *mgm, const struct mgm_interface *ifc,
		       const struct mgm_flow *flow, uint32_t flags)
{
	struct requests *requests = change_membership(mgm, MGM_CMD_MEMBERSHIP_DEL, ifc, flow);

	if (flags)
		mgm_put_u32(requests, MGM_A_MEMBERSHIP_FLAGS, flags);
	return changed(mgm);
}

/* Forwarding entries */

int mgm_mfe_set(struct mgm *mgm, const struct mgm_flow *flow,
		const struct mgm_interface *iif, const struct mgm_address *upstream)
{
	struct requests *call = speak(mgm, MGM_CMD_MFE_SET, MGM_A_MFE_HANDLE);

	mgm_put_flow(call, MGM_A_MFE_GROUP4, MGM_A_MFE_SOURCE4, flow);
	if (iif)
		mgm_put_interface(call, MGM_A_MFE_IIF, MGM_A_MFE_IIF_NEXTHOP4, iif);
	if (upstream)
		mgm_put_address_or_zero(call, MGM_A_MFE_UPSTREAM4, upstream, &flow->group);
	return make(mgm);
}

/* Answers */

static struct requests *begin_answer(struct mgm *mgm, uint32_t id)
{
	struct requests *call = speak(mgm, MGM_CMD_ALERT_ANSWER, MGM_A_ALERT_HANDLE);

	mgm_put_u32(call, MGM_A_ALERT_ID, id);
	return call;
}

/* Send it, and note that nobody waits for one any more. */
static int end_answer(struct mgm *mgm, uint32_t id)
{
	int err = make(mgm);

	if ((!err || err == -ENOENT) && id == mgm->asked)
		mgm->asked = 0;
	return err;
}

int mgm_answer(struct mgm *mgm, uint32_t id)
{
	begin_answer(mgm, id);
	return end_answer(mgm, id);
}

int mgm_answer_rpf(struct mgm *mgm, uint32_t id, const struct mgm_rpf *rpf)
{
	struct requests *call = begin_answer(mgm, id);

	mgm_put_interface(call, MGM_A_ALERT_IFINDEX, MGM_A_ALERT_NEXTHOP4, &rpf->iif);
	mgm_put_address_or_zero(call, MGM_A_ALERT_UPSTREAM4, &rpf->upstream,
				&rpf->iif.nexthop);
	return end_answer(mgm, id);
}

int mgm_answer_creation(struct mgm *mgm, uint32_t id, const struct mgm_interface *off,
			size_t n)
{
	struct requests *call = begin_answer(mgm, id);
	size_t i;

	for (i = 0; i < n; i++)
		mgm_put_oif(call, MGM_A_ALERT_OIF, &off[i]);
	return end_answer(mgm, id);
}

int mgm_answer_prune(struct mgm *mgm, uint32_t id, uint32_t timeout)
{
	struct requests *call = begin_answer(mgm, id);

	mgm_put_u32(call, MGM_A_ALERT_TIMEOUT, timeout);
	return end_answer(mgm, id);
}
