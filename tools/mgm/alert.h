/* SPDX-License-Identifier: GPL-2.0 */
/* How an alert is printed, wherever it comes from. */
#ifndef MGM_TOOL_ALERT_H
#define MGM_TOOL_ALERT_H

#include <stdint.h>

#include "libmgm.h"

/* @handle: of the protocol that is told. */
void alert_show(const struct mgm_alert *alert, uint32_t handle);

#endif /* MGM_TOOL_ALERT_H */
