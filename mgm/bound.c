// SPDX-License-Identifier: GPL-2.0
/*
 * Settings, and bounds: nothing that the network or a user can send grows without one.
 * The defaults let a small router live through a flood; what is counted in
 * each is under the lock of the thing counted.
 */
#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/user_namespace.h>

#include "core.h"

/* The tables whose memory matters may each have this part of the machine's. */
#define MEMORY_PART	8

/* Whoever may make user namespaces may make very many: they have less each. */
#define USER_NS_PART	16

static const struct {
	u32 value;
	u32 size;		/* of one, in bytes, where very many are allowed */
} defaults[MGM_LIMIT_MAX + 1] = {
	[MGM_LIMIT_PROTOCOLS]		 = { 256 },
	[MGM_LIMIT_INTERFACES]		 = { 4096 },
	[MGM_LIMIT_MEMBERSHIPS]		 = { 262144, 256 },
	[MGM_LIMIT_MFES]		 = { 131072, 768 },
	[MGM_LIMIT_PENDING_FLOWS]	 = { 16384, 512 },
	[MGM_LIMIT_PENDING_FLOW_PACKETS] = { 64 },
	[MGM_LIMIT_PENDING_BYTES]	 = { 16 * 1024 * 1024, 1 },
	[MGM_LIMIT_ALERTS]		 = { 16384, 256 },
	[MGM_LIMIT_WRONG_IF]		 = { 256 },
	[MGM_LIMIT_OIFS]		 = { 1024 * 1024, 104 },
};

static u32 default_of(const struct mgm_net *mn, enum mgm_limit id)
{
	u64 memory = (u64)totalram_pages() << PAGE_SHIFT;
	u32 value = defaults[id].value;

	if (!defaults[id].size)
		return value;
	value = min_t(u64, value, div_u64(memory, MEMORY_PART * defaults[id].size));
	return mn->net->user_ns == &init_user_ns ? value : value / USER_NS_PART;
}

void mgm_bounds_init(struct mgm_net *mn)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(defaults); i++)
		mn->bounds[i].value = default_of(mn, i);
}

void mgm_config_init(struct mgm_net *mn)
{
	mn->config.mfe_timeout = MGM_TIMEOUT_DEFAULT;
	mn->config.wrong_if_interval = 3000;
	mn->config.answer_timeout = 1000;
}

/*
 * Set a bound. Most of what is bounded is nobody's memory in particular, so that only
 * who answers for all of it (@machine) may have more than the default.
 */
int mgm_bound_set(struct mgm_net *mn, enum mgm_limit id, u32 value, bool machine,
		  struct netlink_ext_ack *extack)
{
	struct mgm_bound *b = &mn->bounds[id];
	int err = 0;

	mutex_lock(&mn->lock);
	if (!machine && value > max(b->value, default_of(mn, id))) {
		NL_SET_ERR_MSG(extack,
			       "only the machine's administrator may raise a limit above its default");
		err = -EPERM;
	} else {
		WRITE_ONCE(b->value, value);
	}
	mutex_unlock(&mn->lock);
	return err;
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
