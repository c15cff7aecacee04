// SPDX-License-Identifier: GPL-2.0
/* Events: their names, and the frame of a line. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <linux/mgm.h>

#include "event.h"
#include "objects.h"
#include "print.h"

static const struct event events[] = {
	[MGM_CMD_PROTOCOL_REGISTER_NTF] = {
		"protocol-register", EVENT_PROTOCOL, protocol_print },
	[MGM_CMD_PROTOCOL_DEREGISTER_NTF] = {
		"protocol-deregister", EVENT_PROTOCOL, protocol_print },
	[MGM_CMD_INTERFACE_TAKE_NTF] = {
		"interface-take", EVENT_INTERFACE, interface_print },
	[MGM_CMD_INTERFACE_RELEASE_NTF] = {
		"interface-release", EVENT_INTERFACE, interface_print },
	[MGM_CMD_INTERFACE_CHANGE_NTF] = {
		"interface-change", EVENT_INTERFACE, interface_print },
	[MGM_CMD_IGMP_DISABLE_NTF] = {
		"igmp-disable", EVENT_INTERFACE, interface_print },
	[MGM_CMD_IGMP_ENABLE_NTF] = {
		"igmp-enable", EVENT_INTERFACE, interface_print },
	[MGM_CMD_MEMBERSHIP_ADD_NTF] = {
		"membership-add", EVENT_MEMBERSHIP, membership_print },
	[MGM_CMD_MEMBERSHIP_DEL_NTF] = {
		"membership-del", EVENT_MEMBERSHIP, membership_print },
	[MGM_CMD_MFE_ADD_NTF] = {
		"mfe-add", EVENT_MFE, mfe_print },
	[MGM_CMD_MFE_CHANGE_NTF] = {
		"mfe-change", EVENT_MFE, mfe_print },
	[MGM_CMD_MFE_DEL_NTF] = {
		"mfe-del", EVENT_MFE, mfe_print },
	[MGM_CMD_ALERT_RPF] = {
		"alert-rpf", EVENT_ALERT, alert_print },
	[MGM_CMD_ALERT_CREATION] = {
		"alert-creation", EVENT_ALERT, alert_print },
	[MGM_CMD_ALERT_JOIN] = {
		"alert-join", EVENT_ALERT, alert_print },
	[MGM_CMD_ALERT_PRUNE] = {
		"alert-prune", EVENT_ALERT, alert_print },
	[MGM_CMD_ALERT_LOCAL_JOIN] = {
		"alert-local-join", EVENT_ALERT, alert_print },
	[MGM_CMD_ALERT_LOCAL_LEAVE] = {
		"alert-local-leave", EVENT_ALERT, alert_print },
	[MGM_CMD_ALERT_WRONG_IF] = {
		"alert-wrong-if", EVENT_ALERT, alert_print },
	[MGM_CMD_ALERT_OVERRUN] = {
		"alert-overrun", EVENT_ALERT, alert_print },
};

const struct event *event_find(uint8_t command)
{
	if (command >= ARRAY_SIZE(events) || !events[command].name)
		return NULL;
	return &events[command];
}

static void print_timestamp(void)
{
	struct timespec now;
	struct tm utc;
	char date[sizeof("2000-01-01T00:00:00")];
	char text[sizeof(date) + sizeof(".000000Z")];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, sizeof(text), "%s.%06uZ", date, (unsigned int)now.tv_nsec / 1000);
	print_string("", "timestamp", text);
}

void event_open(const char *name)
{
	print_object_open();
	if (options.timestamp)
		print_timestamp();
	print_string("", "event", name);
}

void event_close(void)
{
	print_object_close();
	fflush(stdout);
}

void event_listening(void)
{
	fputs("listening\n", stderr);
}

int event_signals(void)
{
	sigset_t signals;
	int fd = -1;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	if (!sigprocmask(SIG_BLOCK, &signals, NULL))
		fd = signalfd(-1, &signals, SFD_CLOEXEC);
	if (fd < 0)
		complain("cannot wait for signals: %s", strerror(errno));
	return fd;
}
