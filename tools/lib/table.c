// SPDX-License-Identifier: GPL-2.0 OR MIT
/* What there is: tables, and single objects, out of a socket of their own. */
#include <stdlib.h>
#include <linux/genetlink.h>

#include "object.h"

/* Whom the rows of a table are for. */
struct reader {
	struct mgm *mgm;
	union {
		mgm_protocol_each protocol;
		mgm_interface_each interface;
		mgm_membership_each membership;
		mgm_mfe_each mfe;
		mgm_limit_each limit;
	} each;
	void *user;
};

/* Reads the row in a message. Returns what the callback does, or a negative errno. */
typedef int (*read_fn)(const struct nlmsghdr *nlh, const struct reader *reader);

#define PROTOCOL(member)	offsetof(struct mgm_protocol_row, member)
#define INTERFACE(member)	offsetof(struct mgm_interface_row, member)
#define MEMBERSHIP(member)	offsetof(struct mgm_membership_row, member)
#define MFE(member)		offsetof(struct mgm_mfe_row, member)
#define OIF(member)		offsetof(struct mgm_mfe_oif, member)
#define LIMIT(member)		offsetof(struct mgm_limit_row, member)

static const struct field protocol_fields[] = {
	[MGM_A_PROTOCOL_HANDLE] = { FIELD_U32, PROTOCOL(handle), 0 },
	[MGM_A_PROTOCOL_ID] = { FIELD_U32, PROTOCOL(id), 0 },
	[MGM_A_PROTOCOL_COMPONENT] = { FIELD_U32, PROTOCOL(component), 0 },
	[MGM_A_PROTOCOL_NAME] = { FIELD_STRING, PROTOCOL(name), 0 },
	[MGM_A_PROTOCOL_FLAGS] = { FIELD_U32, PROTOCOL(flags), 0 },
	[MGM_A_PROTOCOL_PORTID] = { FIELD_U32, PROTOCOL(portid), 0 },
	[MGM_A_PROTOCOL_MODULE] = { FIELD_STRING, PROTOCOL(module), 0 },
	[MGM_A_PROTOCOL_INTERFACES] = { FIELD_U32, PROTOCOL(interfaces), 0 },
	[MGM_A_PROTOCOL_MEMBERSHIPS] = { FIELD_U32, PROTOCOL(memberships), 0 },
	[MGM_A_PROTOCOL_ALERTS] = { FIELD_U32, PROTOCOL(alerts), 0 },
	[MGM_A_PROTOCOL_ALERTS_LOST] = { FIELD_U32, PROTOCOL(alerts_lost), 0 },
};

static const struct field interface_fields[] = {
	[MGM_A_INTERFACE_IFINDEX] = { FIELD_U32, INTERFACE(ifc.ifindex), 0 },
	[MGM_A_INTERFACE_NEXTHOP4] = { FIELD_ADDRESS4, INTERFACE(ifc.nexthop), 0 },
	[MGM_A_INTERFACE_NEXTHOP6] = { FIELD_ADDRESS6, INTERFACE(ifc.nexthop), 0 },
	[MGM_A_INTERFACE_FLAGS] = { FIELD_U32, INTERFACE(flags), 0 },
	[MGM_A_INTERFACE_TTL_THRESHOLD] = { FIELD_U32, INTERFACE(ttl_threshold), 0 },
	[MGM_A_INTERFACE_OWNER_HANDLE] = { FIELD_U32, INTERFACE(owner), 0 },
	[MGM_A_INTERFACE_OWNER_ID] = { FIELD_U32, INTERFACE(owner_id), 0 },
	[MGM_A_INTERFACE_OWNER_COMPONENT] = { FIELD_U32, INTERFACE(owner_component), 0 },
	[MGM_A_INTERFACE_OWNER_NAME] = { FIELD_STRING, INTERFACE(owner_name), 0 },
	[MGM_A_INTERFACE_MEMBERSHIPS] = { FIELD_U32, INTERFACE(memberships), 0 },
	[MGM_A_INTERFACE_MFES_IN] = { FIELD_U32, INTERFACE(mfes_in), 0 },
	[MGM_A_INTERFACE_MFES_OUT] = { FIELD_U32, INTERFACE(mfes_out), 0 },
	[MGM_A_INTERFACE_IN_PACKETS] = { FIELD_U64, INTERFACE(in_packets), 0 },
	[MGM_A_INTERFACE_IN_OCTETS] = { FIELD_U64, INTERFACE(in_octets), 0 },
	[MGM_A_INTERFACE_OUT_PACKETS] = { FIELD_U64, INTERFACE(out_packets), 0 },
	[MGM_A_INTERFACE_OUT_OCTETS] = { FIELD_U64, INTERFACE(out_octets), 0 },
	[MGM_A_INTERFACE_WRONG_IF] = { FIELD_BOOL, INTERFACE(wrong_if), 0 },
};

static const struct field membership_fields[] = {
	[MGM_A_MEMBERSHIP_HANDLE] = { FIELD_U32, MEMBERSHIP(handle), 0 },
	[MGM_A_MEMBERSHIP_PROTOCOL_ID] = { FIELD_U32, MEMBERSHIP(id), 0 },
	[MGM_A_MEMBERSHIP_COMPONENT] = { FIELD_U32, MEMBERSHIP(component), 0 },
	[MGM_A_MEMBERSHIP_IFINDEX] = { FIELD_U32, MEMBERSHIP(ifc.ifindex), 0 },
	[MGM_A_MEMBERSHIP_NEXTHOP4] = { FIELD_ADDRESS4, MEMBERSHIP(ifc.nexthop), 0 },
	[MGM_A_MEMBERSHIP_NEXTHOP6] = { FIELD_ADDRESS6, MEMBERSHIP(ifc.nexthop), 0 },
	[MGM_A_MEMBERSHIP_GROUP4] = { FIELD_ADDRESS4, MEMBERSHIP(flow.group), 0 },
	[MGM_A_MEMBERSHIP_GROUP6] = { FIELD_ADDRESS6, MEMBERSHIP(flow.group), 0 },
	[MGM_A_MEMBERSHIP_SOURCE4] = { FIELD_ADDRESS4, MEMBERSHIP(flow.source), 0 },
	[MGM_A_MEMBERSHIP_SOURCE6] = { FIELD_ADDRESS6, MEMBERSHIP(flow.source), 0 },
	[MGM_A_MEMBERSHIP_FLAGS] = { FIELD_U32, MEMBERSHIP(flags), 0 },
};

static const struct field mfe_fields[] = {
	[MGM_A_MFE_GROUP4] = { FIELD_ADDRESS4, MFE(flow.group), 0 },
	[MGM_A_MFE_GROUP6] = { FIELD_ADDRESS6, MFE(flow.group), 0 },
	[MGM_A_MFE_SOURCE4] = { FIELD_ADDRESS4, MFE(flow.source), 0 },
	[MGM_A_MFE_SOURCE6] = { FIELD_ADDRESS6, MFE(flow.source), 0 },
	[MGM_A_MFE_FLAGS] = { FIELD_U32, MFE(flags), 0 },
	[MGM_A_MFE_IIF] = { FIELD_U32, MFE(rpf.iif.ifindex), 0 },
	[MGM_A_MFE_IIF_NEXTHOP4] = { FIELD_ADDRESS4, MFE(rpf.iif.nexthop), 0 },
	[MGM_A_MFE_IIF_NEXTHOP6] = { FIELD_ADDRESS6, MFE(rpf.iif.nexthop), 0 },
	[MGM_A_MFE_UPSTREAM4] = { FIELD_ADDRESS4, MFE(rpf.upstream), 0 },
	[MGM_A_MFE_UPSTREAM6] = { FIELD_ADDRESS6, MFE(rpf.upstream), 0 },
	[MGM_A_MFE_OWNER_HANDLE] = { FIELD_U32, MFE(owner), 0 },
	[MGM_A_MFE_OWNER_ID] = { FIELD_U32, MFE(owner_id), 0 },
	[MGM_A_MFE_OWNER_COMPONENT] = { FIELD_U32, MFE(owner_component), 0 },
	[MGM_A_MFE_RPF_PREFIX4] = { FIELD_ADDRESS4, MFE(rpf_prefix), 0 },
	[MGM_A_MFE_RPF_PREFIX6] = { FIELD_ADDRESS6, MFE(rpf_prefix), 0 },
	[MGM_A_MFE_RPF_LEN] = { FIELD_U32, MFE(rpf_len), 0 },
	[MGM_A_MFE_RPF_PROTOCOL] = { FIELD_U32, MFE(rpf_protocol), 0 },
	[MGM_A_MFE_UPTIME] = { FIELD_U64, MFE(uptime), 0 },
	[MGM_A_MFE_EXPIRES] = { FIELD_U64, MFE(expires), 0 },
	[MGM_A_MFE_TIMEOUT] = { FIELD_U64, MFE(timeout), 0 },
	[MGM_A_MFE_IN_PACKETS] = { FIELD_U64, MFE(in_packets), 0 },
	[MGM_A_MFE_IN_OCTETS] = { FIELD_U64, MFE(in_octets), 0 },
	[MGM_A_MFE_WRONG_IF_PACKETS] = { FIELD_U64, MFE(wrong_if_packets), 0 },
	[MGM_A_MFE_OUT_PACKETS] = { FIELD_U64, MFE(out_packets), 0 },
};

static const struct field oif_fields[] = {
	[MGM_A_OIF_IFINDEX] = { FIELD_U32, OIF(ifc.ifindex), 0 },
	[MGM_A_OIF_NEXTHOP4] = { FIELD_ADDRESS4, OIF(ifc.nexthop), 0 },
	[MGM_A_OIF_NEXTHOP6] = { FIELD_ADDRESS6, OIF(ifc.nexthop), 0 },
	[MGM_A_OIF_OUT_PACKETS] = { FIELD_U64, OIF(out_packets), 0 },
	[MGM_A_OIF_OUT_OCTETS] = { FIELD_U64, OIF(out_octets), 0 },
	[MGM_A_OIF_TTL_TOO_LOW] = { FIELD_U64, OIF(ttl_too_low), 0 },
	[MGM_A_OIF_FRAG_NEEDED] = { FIELD_U64, OIF(frag_needed), 0 },
	[MGM_A_OIF_DISCARDS] = { FIELD_U64, OIF(discards), 0 },
};

static const struct field limit_fields[] = {
	[MGM_A_LIMIT_ID] = { FIELD_U32, LIMIT(id), 0 },
	[MGM_A_LIMIT_VALUE] = { FIELD_U32, LIMIT(value), 0 },
	[MGM_A_LIMIT_USED] = { FIELD_U32, LIMIT(used), LIMIT(has_used) },
	[MGM_A_LIMIT_HITS] = { FIELD_U64, LIMIT(hits), 0 },
};

static const struct fields protocol_set = FIELDS(protocol_fields);
static const struct fields interface_set = FIELDS(interface_fields);
static const struct fields membership_set = FIELDS(membership_fields);
static const struct fields mfe_set = FIELDS(mfe_fields);
static const struct fields oif_set = FIELDS(oif_fields);
static const struct fields limit_set = FIELDS(limit_fields);

/* Rows */

static int read_protocol(const struct nlmsghdr *nlh, const struct reader *reader)
{
	struct mgm_protocol_row row = { .name = "", .module = "" };

	if (!mgm_parse_message(&protocol_set, nlh, &row))
		return mgm_malformed(&reader->mgm->reason);
	return reader->each.protocol(&row, reader->user);
}

static int read_interface(const struct nlmsghdr *nlh, const struct reader *reader)
{
	struct mgm_interface_row row = { .owner_name = "" };

	if (!mgm_parse_message(&interface_set, nlh, &row))
		return mgm_malformed(&reader->mgm->reason);
	return reader->each.interface(&row, reader->user);
}

static int read_membership(const struct nlmsghdr *nlh, const struct reader *reader)
{
	struct mgm_membership_row row = { 0 };

	if (!mgm_parse_message(&membership_set, nlh, &row))
		return mgm_malformed(&reader->mgm->reason);
	return reader->each.membership(&row, reader->user);
}

static int read_mfe(const struct nlmsghdr *nlh, const struct reader *reader)
{
	struct mgm_mfe_row row = { 0 };
	void *oifs;
	int err;

	if (!mgm_parse_message(&mfe_set, nlh, &row))
		return mgm_malformed(&reader->mgm->reason);
	err = mgm_parse_nests(&oif_set, nlh, MGM_A_MFE_OIF, sizeof(struct mgm_mfe_oif),
			      &oifs, &row.n_oifs);
	if (err)
		return mgm_reason_set(&reader->mgm->reason, err, "%m");
	row.oifs = oifs;
	err = reader->each.mfe(&row, reader->user);
	free(oifs);
	return err;
}

static int read_limit(const struct nlmsghdr *nlh, const struct reader *reader)
{
	struct mgm_limit_row row = { 0 };

	if (!mgm_parse_message(&limit_set, nlh, &row))
		return mgm_malformed(&reader->mgm->reason);
	return reader->each.limit(&row, reader->user);
}

static int read_rows(const struct mgm_messages *messages, read_fn read,
		     const struct reader *reader)
{
	const struct nlmsghdr *nlh = NULL;
	int err = 0;

	while (!err && (nlh = mgm_messages_next(messages, nlh)))
		err = read(nlh, reader);
	return err;
}

/* Asking */

struct requests *mgm_ask(struct mgm *mgm, uint8_t cmd)
{
	mgm_reason_clear(&mgm->reason);
	mgm_requests_clear(&mgm->call);
	mgm_request_begin(&mgm->call, mgm->family.type, cmd);
	return &mgm->call;
}

/* Can what is in mgm->call be asked? */
static int ready(struct mgm *mgm)
{
	if (mgm->call.error)
		return mgm_reason_set(&mgm->reason, mgm->call.error, "%m");
	if (mgm->gone || mgm->reader.nl)
		return mgm_check_gone(mgm);
	return mgm_socket_open(&mgm->reader, &mgm->reason);
}

int mgm_answered(struct mgm *mgm, mgm_heard heard, void *data)
{
	return ready(mgm) ?: mgm_socket_talk(&mgm->reader, mgm_request_last(&mgm->call),
					     mgm->family.type, NLM_F_ACK, heard, data, NULL);
}

/* What callbacks have called meanwhile may have failed. */
static int finish(struct mgm *mgm, int err)
{
	if (!err)
		mgm_reason_clear(&mgm->reason);
	return err;
}

/* All of a table first, as callbacks may make calls. */
static int read_table(read_fn read, const struct reader *reader)
{
	struct mgm *mgm = reader->mgm;
	struct mgm_messages messages = { 0 };
	bool interrupted = false;
	int err;

	err = ready(mgm);
	if (err)
		return err;
	err = mgm_socket_read_all(&mgm->reader, mgm_request_last(&mgm->call),
				  mgm->family.type, &messages, &interrupted);
	/* Of a table that was not read to its end, more may come. */
	if (err)
		mgm_socket_close(&mgm->reader);
	else
		err = finish(mgm, read_rows(&messages, read, reader));
	mgm_messages_free(&messages);
	return err || !interrupted ? err : MGM_INEXACT;
}

static int read_one(read_fn read, const struct reader *reader)
{
	struct mgm *mgm = reader->mgm;
	struct mgm_messages messages = { 0 };
	int err;

	err = mgm_answered(mgm, mgm_messages_keep, &messages);
	if (!err)
		err = finish(mgm, read_rows(&messages, read, reader));
	mgm_messages_free(&messages);
	return err;
}

int mgm_protocols(struct mgm *mgm, mgm_protocol_each each, void *user)
{
	struct reader reader = { .mgm = mgm, .each.protocol = each, .user = user };

	mgm_ask(mgm, MGM_CMD_PROTOCOL_GET);
	return read_table(read_protocol, &reader);
}

int mgm_interfaces(struct mgm *mgm, mgm_interface_each each, void *user)
{
	struct reader reader = { .mgm = mgm, .each.interface = each, .user = user };

	mgm_ask(mgm, MGM_CMD_INTERFACE_GET);
	return read_table(read_interface, &reader);
}

int mgm_memberships(struct mgm *mgm, uint32_t type, mgm_membership_each each, void *user)
{
	struct reader reader = { .mgm = mgm, .each.membership = each, .user = user };
	struct requests *request = mgm_ask(mgm, MGM_CMD_MEMBERSHIP_GET);

	mgm_put_u32(request, MGM_A_MEMBERSHIP_TYPE, type);
	return read_table(read_membership, &reader);
}

int mgm_mfes(struct mgm *mgm, mgm_mfe_each each, void *user)
{
	struct reader reader = { .mgm = mgm, .each.mfe = each, .user = user };

	mgm_ask(mgm, MGM_CMD_MFE_GET);
	return read_table(read_mfe, &reader);
}

int mgm_limits(struct mgm *mgm, mgm_limit_each each, void *user)
{
	struct reader reader = { .mgm = mgm, .each.limit = each, .user = user };

	mgm_ask(mgm, MGM_CMD_LIMIT_GET);
	return read_table(read_limit, &reader);
}

int mgm_interface_get(struct mgm *mgm, const struct mgm_interface *ifc,
		      mgm_interface_each each, void *user)
{
	struct reader reader = { .mgm = mgm, .each.interface = each, .user = user };
	struct requests *request = mgm_ask(mgm, MGM_CMD_INTERFACE_GET);

	mgm_put_interface(request, MGM_A_INTERFACE_IFINDEX, MGM_A_INTERFACE_NEXTHOP4, ifc);
	return read_one(read_interface, &reader);
}

int mgm_mfe_get(struct mgm *mgm, const struct mgm_flow *flow, mgm_mfe_each each,
		void *user)
{
	struct reader reader = { .mgm = mgm, .each.mfe = each, .user = user };
	struct requests *request = mgm_ask(mgm, MGM_CMD_MFE_GET);

	mgm_put_flow(request, MGM_A_MFE_GROUP4, MGM_A_MFE_SOURCE4, flow);
	return read_one(read_mfe, &reader);
}
