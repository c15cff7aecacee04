// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Settings and bounds of the network namespace. They need no protocol. */
#include <errno.h>
#include <linux/genetlink.h>

#include "object.h"

/* One of the settings, all of which are u32. */
struct wanted {
	struct mgm *mgm;
	uint32_t setting;
	bool found;
	uint32_t value;
};

static int note_setting(const struct nlmsghdr *nlh, void *data)
{
	struct wanted *wanted = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != wanted->setting)
			continue;
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			return mgm_malformed(&wanted->mgm->reason);
		wanted->value = mnl_attr_get_u32(attr);
		wanted->found = true;
	}
	return 0;
}

int mgm_config_get(struct mgm *mgm, uint32_t setting, uint32_t *value)
{
	struct wanted wanted = { .mgm = mgm, .setting = setting };
	int err;

	mgm_ask(mgm, MGM_CMD_CONFIG_GET);
	err = mgm_answered(mgm, note_setting, &wanted);
	if (err)
		return err;
	if (!wanted.found)
		return mgm_reason_set(&mgm->reason, -EOPNOTSUPP,
				      "the kernel has no such setting");
	*value = wanted.value;
	return 0;
}

int mgm_config_set(struct mgm *mgm, uint32_t setting, uint32_t value)
{
	struct requests *request = mgm_ask(mgm, MGM_CMD_CONFIG_SET);

	mgm_put_u32(request, setting, value);
	return mgm_answered(mgm, NULL, NULL);
}

int mgm_limit_set(struct mgm *mgm, enum mgm_limit limit, uint32_t value)
{
	struct requests *request = mgm_ask(mgm, MGM_CMD_LIMIT_SET);

	mgm_put_u32(request, MGM_A_LIMIT_ID, limit);
	mgm_put_u32(request, MGM_A_LIMIT_VALUE, value);
	return mgm_answered(mgm, NULL, NULL);
}
