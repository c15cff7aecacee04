/* SPDX-License-Identifier: GPL-2.0 */
/* What systemd is told, if it has started us (Type=notify). */
#ifndef STATIC_NOTIFY_H
#define STATIC_NOTIFY_H

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);

#endif /* STATIC_NOTIFY_H */
