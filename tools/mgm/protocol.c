// SPDX-License-Identifier: GPL-2.0
/* mgm protocol: the protocols that are registered. */
#include <stdio.h>
#include <linux/mgm.h>

#include "args.h"
#include "objects.h"
#include "print.h"
#include "run.h"
#include "show.h"

static const char usage[] =
"Usage: mgm [ -s ] protocol [ show ] [ handle HANDLE ]\n"
"       mgm protocol register id ID [ component ID ] [ name NAME ] persist\n"
"       mgm protocol deregister handle HANDLE\n"
"       mgm [ -t ] [ -j ] protocol run id ID [ component ID ] [ name NAME ]\n"
"                         dev DEV... [ group GROUP [ source SOURCE ] ]\n"
"\n"
"GROUP := { ADDRESS | any }\n"
"SOURCE := { ADDRESS | any }\n"
"\n"
"A multicast routing protocol registers before it does anything else. It is known\n"
"by its protocol id and, where there are several instances of it, a component id,\n"
"and gets a handle, which all its later commands must give. \"register\" prints it.\n"
"\n"
"  ID            a number, decimal or hexadecimal (0x)\n"
"  NAME          for people; 31 bytes at most\n"
"  persist       the registration stays until it is deregistered. Without it a\n"
"                registration ends with the program that made it: here, at once\n"
"\n"
"A protocol must release its interfaces before it can deregister.\n"
"\n"
"\"run\" is a protocol that routes nothing: it registers, takes the devices (dev may\n"
"be given several times), joins the group on the last of them, and prints what it is\n"
"told, one alert a line, in the form of \"mgm monitor alert\". It answers what it is\n"
"asked with \"as it is\". Members that IGMP finds on its devices are shown, and get\n"
"nothing unless it joined the group. \"listening\" is written to stderr when it has\n"
"everything; SIGINT and SIGTERM end it, after it has released its interfaces and\n"
"deregistered. \"alert-overrun\" means that it was too slow, and alerts are lost.\n"
"\n"
"With -s, callbacks are what the protocol wants to be told of; alerts are those that\n"
"wait for the protocol to take them, and alerts-lost those that it never got: too\n"
"many waited, or memory was short. What was lost is shown without -s too.\n";

static const struct attr attrs[] = {
	[MGM_A_PROTOCOL_HANDLE] = { ATTR_U32, "handle" },
	[MGM_A_PROTOCOL_ID] = { ATTR_U32, "id" },
	[MGM_A_PROTOCOL_COMPONENT] = { ATTR_U32, "component" },
	[MGM_A_PROTOCOL_NAME] = { ATTR_STRING, "name" },
	[MGM_A_PROTOCOL_FLAGS] = { ATTR_U32, "flags" },
	[MGM_A_PROTOCOL_PORTID] = { ATTR_U32, "portid" },
	[MGM_A_PROTOCOL_MODULE] = { ATTR_STRING, "module" },
	[MGM_A_PROTOCOL_INTERFACES] = { ATTR_U32, "interfaces" },
	[MGM_A_PROTOCOL_MEMBERSHIPS] = { ATTR_U32, "memberships" },
	[MGM_A_PROTOCOL_ALERTS] = { ATTR_U32, "alerts" },
	[MGM_A_PROTOCOL_ALERTS_LOST] = { ATTR_U32, "alerts-lost" },
	[MGM_A_PROTOCOL_CALLBACKS] = { ATTR_U32, "callbacks" },
};

static const struct attr_set set = { ARRAY_SIZE(attrs), attrs };

static const char *const flag_names[] = { "persist", "igmp", "kernel" };

static const char *const callback_names[] = {
	"rpf", "creation", "join", "prune", "local-join", "local-leave", "wrong-if",
};

enum status protocol_print(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];
	enum status status = nl_parse(nlh, &set, tb);
	const struct nlattr *lost;

	if (status != STATUS_OK)
		return status;

	attr_print_uint("protocol", "handle", tb[MGM_A_PROTOCOL_HANDLE]);
	attr_print_uint("id", "id", tb[MGM_A_PROTOCOL_ID]);
	attr_print_uint("component", "component", tb[MGM_A_PROTOCOL_COMPONENT]);
	attr_print_name("name", "name", tb[MGM_A_PROTOCOL_NAME]);
	attr_print_flags(NULL, "flags", flag_names, ARRAY_SIZE(flag_names),
			 tb[MGM_A_PROTOCOL_FLAGS]);
	attr_print_uint("portid", "portid", tb[MGM_A_PROTOCOL_PORTID]);
	attr_print_name("module", "module", tb[MGM_A_PROTOCOL_MODULE]);
	attr_print_uint("interfaces", "interfaces", tb[MGM_A_PROTOCOL_INTERFACES]);
	attr_print_uint("memberships", "memberships", tb[MGM_A_PROTOCOL_MEMBERSHIPS]);

	/* That a protocol has missed something is worth knowing, asked or not. */
	lost = tb[MGM_A_PROTOCOL_ALERTS_LOST];
	if (options.statistics || (lost && mnl_attr_get_u32(lost))) {
		attr_print_uint("alerts", "alerts", tb[MGM_A_PROTOCOL_ALERTS]);
		attr_print_uint("alerts-lost", "alerts_lost", lost);
	}
	if (options.statistics)
		attr_print_flags("callbacks", "callbacks", callback_names,
				 ARRAY_SIZE(callback_names), tb[MGM_A_PROTOCOL_CALLBACKS]);
	return STATUS_OK;
}

static int show(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "protocol", ARG_HANDLE, 0, &args);
	if (status != STATUS_OK)
		return status;

	request_init(&request, MGM_CMD_PROTOCOL_GET, &set);
	if (!args.given)
		return show_all(&request, protocol_print, NULL);

	request_put_u32(&request, MGM_A_PROTOCOL_HANDLE, args.handle);
	return show_one(&request, protocol_print);
}

static enum status print_handle(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];
	enum status status = nl_parse(nlh, &set, tb);

	if (status == STATUS_OK)
		attr_print_uint("", "handle", tb[MGM_A_PROTOCOL_HANDLE]);
	return status;
}

/* In text the handle alone, for a script to keep. */
static enum status register_answer(const struct nlmsghdr *nlh, void *data)
{
	enum status status;

	(void)data;
	print_object_open();
	status = options.json ? protocol_print(nlh) : print_handle(nlh);
	print_object_close();
	return status;
}

static int do_register(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "protocol",
			    ARG_ID | ARG_COMPONENT | ARG_NAME | ARG_PERSIST, ARG_ID, &args);
	if (status != STATUS_OK)
		return status;
	if (!(args.given & ARG_PERSIST))
		return complain("the registration would end with this command; say persist");

	request_init(&request, MGM_CMD_PROTOCOL_REGISTER, &set);
	request_put_u32(&request, MGM_A_PROTOCOL_ID, args.id);
	if (args.given & ARG_COMPONENT)
		request_put_u32(&request, MGM_A_PROTOCOL_COMPONENT, args.component);
	if (args.given & ARG_NAME)
		request_put_string(&request, MGM_A_PROTOCOL_NAME, args.name);
	request_put_u32(&request, MGM_A_PROTOCOL_FLAGS, MGM_PROTOCOL_F_PERSIST);

	return nl_do(&request, register_answer, NULL);
}

static int do_deregister(int argc, char **argv)
{
	struct request request;
	enum status status;
	struct args args;

	status = args_parse(argc, argv, "protocol", ARG_HANDLE, ARG_HANDLE, &args);
	if (status != STATUS_OK)
		return status;

	request_init(&request, MGM_CMD_PROTOCOL_DEREGISTER, &set);
	request_put_u32(&request, MGM_A_PROTOCOL_HANDLE, args.handle);
	return nl_do(&request, NULL, NULL);
}

int protocol_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "show", show },
		{ "list", show },
		{ "register", do_register },
		{ "deregister", do_deregister },
		{ "run", protocol_run },
	};

	return run_command("protocol", commands, ARRAY_SIZE(commands), usage, argc, argv);
}
