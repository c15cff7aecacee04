/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MGM_TOOL_RUN_H
#define MGM_TOOL_RUN_H

/* mgm protocol run */
int protocol_run(int argc, char **argv);

#endif /* MGM_TOOL_RUN_H */
