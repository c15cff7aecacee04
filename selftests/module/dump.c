// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps: MGM's tables, as an in-kernel client reads them.
 */
#include "mgm_test.h"

static void dump_memberships(struct test_net *tn)
{
	struct mgm_membership_info info = {};

	while (!mgm_membership_next(tn->net, &info))
		mgm_test_log(tn,
			     "membership handle=%u if=%u group=%pI4 source=%pI4 flags=%u",
			     info.handle, info.ifc.ifindex, &info.sg.grp.ip4,
			     &info.sg.src.ip4, info.flags);
}

static void dump_mfes(struct test_net *tn)
{
	struct mgm_mfe_info mfe = {};

	while (!mgm_mfe_next(tn->net, &mfe))
		mgm_test_log(tn,
			     "mfe group=%pI4 source=%pI4 iif=%u flags=%u oifs=%u",
			     &mfe.sg.grp.ip4, &mfe.sg.src.ip4,
			     mfe.iif.ifindex, mfe.flags, mfe.oif_count);
}

static void dump_oifs(struct test_net *tn, const struct mgm_sg *sg)
{
	struct mgm_oif_info oif = {};

	while (!mgm_mfe_oif_next(tn->net, sg, &oif))
		mgm_test_log(tn,
			     "oif group=%pI4 source=%pI4 if=%u nexthop=%pI4 packets=%llu octets=%llu ttl_too_low=%llu frag_needed=%llu discards=%llu",
			     &sg->grp.ip4, &sg->src.ip4, oif.oif.ifindex,
			     &oif.oif.nexthop.ip4, oif.packets, oif.octets,
			     oif.ttl_too_low, oif.frag_needed, oif.discards);
}

/* Statistics, of level 0 or 1. */
static void dump_statistics(struct test_net *tn, u32 level)
{
	struct mgm_mfe_info mfe = {};

	while (!mgm_mfe_next(tn->net, &mfe)) {
		mgm_test_log(tn,
			     "mfe0 group=%pI4 source=%pI4 iif=%u owner=%u upstream=%pI4 prefix=%pI4 len=%u protocol=%u flags=%u oifs=%u uptime=%u expires=%u timeout=%u packets=%llu octets=%llu wrong_if=%llu overflows=%llu",
			     &mfe.sg.grp.ip4, &mfe.sg.src.ip4, mfe.iif.ifindex,
			     mfe.owner, &mfe.upstream.ip4, &mfe.rpf_prefix.ip4,
			     mfe.rpf_len, mfe.rpf_protocol, mfe.flags,
			     mfe.oif_count, mfe.uptime, mfe.expires,
			     mfe.timeout, mfe.packets, mfe.octets,
			     mfe.wrong_if, mfe.queue_overflows);
		if (level)
			mgm_test_log(tn,
				     "mfe1 group=%pI4 source=%pI4 held=%llu negative=%llu discards=%llu out_packets=%llu",
				     &mfe.sg.grp.ip4, &mfe.sg.src.ip4, mfe.held,
				     mfe.negative, mfe.discards,
				     mfe.out_packets);
		dump_oifs(tn, &mfe.sg);
	}
}

/* dump oifs GROUP SOURCE */
static int dump_oifs_of(struct command *cmd)
{
	__be32 grp, src;
	struct mgm_sg sg;
	int err;

	err = mgm_test_arg_addr(cmd, 2, &grp) ?: mgm_test_arg_addr(cmd, 3, &src);
	if (err)
		return err;
	sg = mgm_sg4(src, grp);
	dump_oifs(cmd->tn, &sg);
	return 0;
}

/* dump memberships|mfes [0|1] */
int mgm_test_dump(struct command *cmd)
{
	u32 level;
	int err;

	if (!strcmp(cmd->argv[1], "memberships")) {
		dump_memberships(cmd->tn);
		return 0;
	}
	if (!strcmp(cmd->argv[1], "oifs"))
		return dump_oifs_of(cmd);
	if (strcmp(cmd->argv[1], "mfes"))
		return -EINVAL;
	if (cmd->argc < 3) {
		dump_mfes(cmd->tn);
		return 0;
	}
	err = mgm_test_arg_u32(cmd, 2, &level);
	if (!err)
		dump_statistics(cmd->tn, level);
	return err;
}
