// SPDX-License-Identifier: GPL-2.0
/*
 * Settings, and bounds: nothing that the network or a user can send grows without one.
 * The defaults let a small router live through a flood; what is counted in
 * each is under the lock of the thing counted.
 */
#include "core.h"

static const u32 defaults[MGM_LIMIT_MAX + 1] = {
	[MGM_LIMIT_PROTOCOLS]		 = 256,
	[MGM_LIMIT_INTERFACES]		 = 4096,
	[MGM_LIMIT_MEMBERSHIPS]		 = 262144,
	[MGM_LIMIT_MFES]		 = 131072,
	[MGM_LIMIT_PENDING_FLOWS]	 = 16384,
	[MGM_LIMIT_PENDING_FLOW_PACKETS] = 64,
	[MGM_LIMIT_PENDING_BYTES]	 = 16 * 1024 * 1024,
	[MGM_LIMIT_ALERTS]		 = 16384,
	[MGM_LIMIT_WRONG_IF]		 = 256,
	[MGM_LIMIT_OIFS]		 = 1024 * 1024,
};

void mgm_bounds_init(struct mgm_net *mn)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(defaults); i++)
		mn->bounds[i].value = defaults[i];
}

void mgm_config_init(struct mgm_net *mn)
{
	mn->config.mfe_timeout = MGM_TIMEOUT_DEFAULT;
	mn->config.wrong_if_interval = 3000;
	mn->config.answer_timeout = 1000;
}

bool mgm_bound_charge(struct mgm_net *mn, enum mgm_limit id, u32 n)
{
	struct mgm_bound *b = &mn->bounds[id];
	u32 value = READ_ONCE(b->value);

	if (b->used >= value || n > value - b->used) {
		atomic64_inc(&b->hits);
		return false;
	}
	b->used += n;
	return true;
}

void mgm_bound_uncharge(struct mgm_net *mn, enum mgm_limit id, u32 n)
{
	mn->bounds[id].used -= n;
}
