// SPDX-License-Identifier: GPL-2.0
/*
 * The objects of the family "mgm" as text, one a line: for comparing what is
 * with what was, and notifications with tables. Every attribute shows that does
 * not change by itself, also one that this file has no name for.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/genetlink.h>
#include "mgm_nl.h"

/*
 * A COUNT shows when it is not 0, OFF when it is, and DROPS when one of them
 * does, so that lines stay short.
 */
enum kind { RAW, NUMBER, COUNT, OFF, ADDRESS, STRING, OIF, DROPS, OMIT };

struct word {
	const char *name;
	enum kind kind;
};

/* Alerts that wait become fewer, whoever asks. */
static const struct word protocol_words[] = {
	[MGM_A_PROTOCOL_HANDLE]		= { "handle", NUMBER },
	[MGM_A_PROTOCOL_ID]		= { "id", NUMBER },
	[MGM_A_PROTOCOL_COMPONENT]	= { "comp", NUMBER },
	[MGM_A_PROTOCOL_NAME]		= { "name", STRING },
	[MGM_A_PROTOCOL_FLAGS]		= { "flags", NUMBER },
	[MGM_A_PROTOCOL_PORTID]		= { "portid", NUMBER },
	[MGM_A_PROTOCOL_MODULE]		= { "module", STRING },
	[MGM_A_PROTOCOL_INTERFACES]	= { "ifs", COUNT },
	[MGM_A_PROTOCOL_MEMBERSHIPS]	= { "members", COUNT },
	[MGM_A_PROTOCOL_ALERTS]		= { "", OMIT },
	[MGM_A_PROTOCOL_ALERTS_LOST]	= { "alerts_lost", COUNT },
	[MGM_A_PROTOCOL_CALLBACKS]	= { "callbacks", COUNT },
};

static const struct word interface_words[] = {
	[MGM_A_INTERFACE_PAD]		= { "", OMIT },
	[MGM_A_INTERFACE_HANDLE]	= { "handle", NUMBER },
	[MGM_A_INTERFACE_IFINDEX]	= { "if", NUMBER },
	[MGM_A_INTERFACE_NEXTHOP4]	= { "nexthop", ADDRESS },
	[MGM_A_INTERFACE_FLAGS]		= { "flags", NUMBER },
	[MGM_A_INTERFACE_TTL_THRESHOLD]	= { "ttl", NUMBER },
	[MGM_A_INTERFACE_OWNER_HANDLE]	= { "owner", NUMBER },
	[MGM_A_INTERFACE_OWNER_ID]	= { "id", NUMBER },
	[MGM_A_INTERFACE_OWNER_COMPONENT] = { "comp", NUMBER },
	[MGM_A_INTERFACE_OWNER_NAME]	= { "name", STRING },
	[MGM_A_INTERFACE_MEMBERSHIPS]	= { "members", COUNT },
	[MGM_A_INTERFACE_MFES_IN]	= { "mfes_in", COUNT },
	[MGM_A_INTERFACE_MFES_OUT]	= { "mfes_out", COUNT },
	[MGM_A_INTERFACE_IN_PACKETS]	= { "in", COUNT },
	[MGM_A_INTERFACE_IN_OCTETS]	= { "in_octets", COUNT },
	[MGM_A_INTERFACE_OUT_PACKETS]	= { "out", COUNT },
	[MGM_A_INTERFACE_OUT_OCTETS]	= { "out_octets", COUNT },
	[MGM_A_INTERFACE_WRONG_IF]	= { "wrong_if", OFF },
	[MGM_A_INTERFACE_DROPS]		= { "drops", DROPS },
};

static const struct word drop_words[] = {
	[MGM_A_DROP_PAD]		= { "", OMIT },
	[MGM_A_DROP_WRONG_IF]		= { "wrong_if", COUNT },
	[MGM_A_DROP_NO_RPF]		= { "no_rpf", COUNT },
	[MGM_A_DROP_NEGATIVE]		= { "negative", COUNT },
	[MGM_A_DROP_TTL_EXPIRED]	= { "ttl_expired", COUNT },
	[MGM_A_DROP_BAD_SOURCE]		= { "bad_source", COUNT },
	[MGM_A_DROP_QUEUE_FULL]		= { "queue_full", COUNT },
	[MGM_A_DROP_NO_MFE]		= { "no_mfe", COUNT },
	[MGM_A_DROP_NO_MEMORY]		= { "no_memory", COUNT },
	[MGM_A_DROP_TTL_THRESHOLD]	= { "ttl_threshold", COUNT },
	[MGM_A_DROP_FRAG_NEEDED]	= { "frag_needed", COUNT },
	[MGM_A_DROP_NO_ROUTE]		= { "no_route", COUNT },
	[MGM_A_DROP_OPTION]		= { "option", COUNT },
	[MGM_A_DROP_NESTED]		= { "nested", COUNT },
};

static const struct word membership_words[] = {
	[MGM_A_MEMBERSHIP_HANDLE]	= { "handle", NUMBER },
	[MGM_A_MEMBERSHIP_PROTOCOL_ID]	= { "id", NUMBER },
	[MGM_A_MEMBERSHIP_COMPONENT]	= { "comp", NUMBER },
	[MGM_A_MEMBERSHIP_IFINDEX]	= { "if", NUMBER },
	[MGM_A_MEMBERSHIP_NEXTHOP4]	= { "nexthop", ADDRESS },
	[MGM_A_MEMBERSHIP_GROUP4]	= { "group", ADDRESS },
	[MGM_A_MEMBERSHIP_GROUP_LEN]	= { "group_len", NUMBER },
	[MGM_A_MEMBERSHIP_SOURCE4]	= { "source", ADDRESS },
	[MGM_A_MEMBERSHIP_SOURCE_LEN]	= { "source_len", NUMBER },
	[MGM_A_MEMBERSHIP_FLAGS]	= { "flags", NUMBER },
};

/* Time goes on, whoever asks. */
static const struct word mfe_words[] = {
	[MGM_A_MFE_PAD]			= { "", OMIT },
	[MGM_A_MFE_GROUP4]		= { "group", ADDRESS },
	[MGM_A_MFE_SOURCE4]		= { "source", ADDRESS },
	[MGM_A_MFE_FLAGS]		= { "flags", NUMBER },
	[MGM_A_MFE_IIF]			= { "iif", NUMBER },
	[MGM_A_MFE_IIF_NEXTHOP4]	= { "iif_nexthop", ADDRESS },
	[MGM_A_MFE_UPSTREAM4]		= { "upstream", ADDRESS },
	[MGM_A_MFE_OWNER_HANDLE]	= { "owner", NUMBER },
	[MGM_A_MFE_OWNER_ID]		= { "id", NUMBER },
	[MGM_A_MFE_OWNER_COMPONENT]	= { "comp", NUMBER },
	[MGM_A_MFE_RPF_PREFIX4]		= { "rpf", ADDRESS },
	[MGM_A_MFE_RPF_LEN]		= { "rpf_len", NUMBER },
	[MGM_A_MFE_RPF_PROTOCOL]	= { "rpf_protocol", NUMBER },
	[MGM_A_MFE_UPTIME]		= { "", OMIT },
	[MGM_A_MFE_EXPIRES]		= { "", OMIT },
	[MGM_A_MFE_TIMEOUT]		= { "timeout", COUNT },
	[MGM_A_MFE_IN_PACKETS]		= { "in", COUNT },
	[MGM_A_MFE_IN_OCTETS]		= { "in_octets", COUNT },
	[MGM_A_MFE_WRONG_IF_PACKETS]	= { "wrong_if", COUNT },
	[MGM_A_MFE_OIF_COUNT]		= { "oifs", NUMBER },
	[MGM_A_MFE_OIF]			= { "oif", OIF },
	[MGM_A_MFE_VETO]		= { "veto", OIF },
	[MGM_A_MFE_HELD_PACKETS]	= { "held", COUNT },
	[MGM_A_MFE_QUEUE_OVERFLOWS]	= { "overflows", COUNT },
	[MGM_A_MFE_NEGATIVE_PACKETS]	= { "negative", COUNT },
	[MGM_A_MFE_IN_DISCARDS]		= { "discards", COUNT },
	[MGM_A_MFE_OUT_PACKETS]		= { "out", COUNT },
};

static const struct word oif_words[] = {
	[MGM_A_OIF_PAD]			= { "", OMIT },
	[MGM_A_OIF_IFINDEX]		= { "if", NUMBER },
	[MGM_A_OIF_NEXTHOP4]		= { "nexthop", ADDRESS },
	[MGM_A_OIF_OUT_PACKETS]		= { "out", COUNT },
	[MGM_A_OIF_OUT_OCTETS]		= { "out_octets", COUNT },
	[MGM_A_OIF_TTL_TOO_LOW]		= { "ttl_too_low", COUNT },
	[MGM_A_OIF_FRAG_NEEDED]		= { "frag_needed", COUNT },
	[MGM_A_OIF_DISCARDS]		= { "discards", COUNT },
};

static const struct word limit_words[] = {
	[MGM_A_LIMIT_PAD]		= { "", OMIT },
	[MGM_A_LIMIT_ID]		= { "limit", NUMBER },
	[MGM_A_LIMIT_VALUE]		= { "value", NUMBER },
	[MGM_A_LIMIT_USED]		= { "used", NUMBER },
	[MGM_A_LIMIT_HITS]		= { "hits", COUNT },
};

static const struct word config_words[] = {
	[MGM_A_CONFIG_MFE_TIMEOUT]	= { "mfe_timeout", NUMBER },
	[MGM_A_CONFIG_RPF_TABLE]	= { "rpf_table", NUMBER },
	[MGM_A_CONFIG_WRONG_IF_INTERVAL] = { "wrong_if_interval", NUMBER },
	[MGM_A_CONFIG_ANSWER_TIMEOUT]	= { "answer_timeout", NUMBER },
};

struct object {
	const char *name;
	const struct word *words;
	unsigned int n;
};

#define OBJECT(_name) \
	static const struct object _name = { \
		#_name, _name##_words, MNL_ARRAY_SIZE(_name##_words) }

OBJECT(protocol);
OBJECT(interface);
OBJECT(drop);
OBJECT(membership);
OBJECT(mfe);
OBJECT(oif);
OBJECT(limit);
OBJECT(config);

/* What a message is about, and the word in front of it if it is a notification. */
static const struct {
	const struct object *object;
	const char *prefix;
} messages[] = {
	[MGM_CMD_PROTOCOL_GET]			= { &protocol, "" },
	[MGM_CMD_PROTOCOL_REGISTER]		= { &protocol, "" },
	[MGM_CMD_PROTOCOL_REGISTER_NTF]		= { &protocol, "register " },
	[MGM_CMD_PROTOCOL_DEREGISTER_NTF]	= { &protocol, "deregister " },
	[MGM_CMD_INTERFACE_GET]			= { &interface, "" },
	[MGM_CMD_INTERFACE_TAKE_NTF]		= { &interface, "take " },
	[MGM_CMD_INTERFACE_RELEASE_NTF]		= { &interface, "release " },
	[MGM_CMD_INTERFACE_CHANGE_NTF]		= { &interface, "change " },
	[MGM_CMD_IGMP_DISABLE_NTF]		= { &interface, "disable " },
	[MGM_CMD_IGMP_ENABLE_NTF]		= { &interface, "enable " },
	[MGM_CMD_MEMBERSHIP_GET]		= { &membership, "" },
	[MGM_CMD_MEMBERSHIP_ADD_NTF]		= { &membership, "add " },
	[MGM_CMD_MEMBERSHIP_DEL_NTF]		= { &membership, "del " },
	[MGM_CMD_MFE_GET]			= { &mfe, "" },
	[MGM_CMD_MFE_ADD_NTF]			= { &mfe, "add " },
	[MGM_CMD_MFE_CHANGE_NTF]		= { &mfe, "change " },
	[MGM_CMD_MFE_DEL_NTF]			= { &mfe, "del " },
	[MGM_CMD_LIMIT_GET]			= { &limit, "" },
	[MGM_CMD_CONFIG_GET]			= { &config, "" },
};

static unsigned long long count(const struct nlattr *attr)
{
	if (mnl_attr_get_payload_len(attr) == sizeof(__u32))
		return mnl_attr_get_u32(attr);
	return mnl_attr_get_u64(attr);
}

static void print_attr(FILE *out, const struct object *object,
		       const struct nlattr *attr);

/* What is in a nest, each after a blank. */
static void print_nest(FILE *out, const struct object *object,
		       const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		print_attr(out, object, attr);
}

static bool any_drops(const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) != MGM_A_DROP_PAD && count(attr))
			return true;
	return false;
}

/* Whether @attr is worth a word. */
static bool shows(enum kind kind, const struct nlattr *attr)
{
	switch (kind) {
	case OMIT:
		return false;
	case COUNT:
		return count(attr);
	case OFF:
		return !count(attr);
	case DROPS:
		return any_drops(attr);
	default:
		return true;
	}
}

static void print_attr(FILE *out, const struct object *object,
		       const struct nlattr *attr)
{
	unsigned int type = mnl_attr_get_type(attr);
	const struct word *word = &(const struct word){ "?", RAW };
	char addr[INET_ADDRSTRLEN];
	unsigned int i;

	if (type < object->n && object->words[type].name)
		word = &object->words[type];
	if (!shows(word->kind, attr))
		return;

	fprintf(out, " %s=", word->name);
	switch (word->kind) {
	case NUMBER:
		fprintf(out, "%u", mnl_attr_get_u32(attr));
		break;
	case COUNT:
	case OFF:
		fprintf(out, "%llu", count(attr));
		break;
	case ADDRESS:
		fprintf(out, "%s", inet_ntop(AF_INET,
					     mnl_attr_get_payload(attr), addr,
					     sizeof(addr)));
		break;
	case STRING:
		fprintf(out, "%s", mnl_attr_get_str(attr));
		break;
	case OIF:
	case DROPS:
		fprintf(out, "{");
		print_nest(out, word->kind == OIF ? &oif : &drop, attr);
		fprintf(out, " }");
		break;
	default:
		fprintf(out, "%u:", type);
		for (i = 0; i < mnl_attr_get_payload_len(attr); i++)
			fprintf(out, "%02x", ((const unsigned char *)
				mnl_attr_get_payload(attr))[i]);
	}
}

static void print_message(FILE *out, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (genl->cmd >= MNL_ARRAY_SIZE(messages) ||
	    !messages[genl->cmd].object) {
		fprintf(out, "unknown message %u", genl->cmd);
		return;
	}
	fprintf(out, "%s%s", messages[genl->cmd].prefix,
		messages[genl->cmd].object->name);
	mnl_attr_for_each(attr, nlh, sizeof(*genl))
		print_attr(out, messages[genl->cmd].object, attr);
}

/* One message as a line without its end; the caller frees it. */
char *mgm_nl_text(const struct nlmsghdr *nlh)
{
	char *text = NULL;
	size_t size;
	FILE *out;

	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	print_message(out, nlh);
	fclose(out);
	return text;
}

static int print_cb(const struct nlmsghdr *nlh, void *data)
{
	FILE *out = data;

	print_message(out, nlh);
	fputc('\n', out);
	return MNL_CB_OK;
}

/*
 * A whole table, or what the filter lets through, a line an object; the caller
 * frees it. NULL if the kernel refuses.
 */
char *mgm_nl_table(struct mgm_nl *nl, __u8 cmd,
		   const struct mgm_nl_attr *filter)
{
	/* The settings are one object. */
	__u16 flags = cmd == MGM_CMD_CONFIG_GET ? NLM_F_ACK : NLM_F_DUMP;
	char *text = NULL;
	size_t size;
	FILE *out;
	int err;

	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	err = mgm_nl_call(nl, cmd, flags, print_cb, out, filter);
	fclose(out);
	if (!err)
		return text;
	free(text);
	errno = -err;
	return NULL;
}

static const __u8 tables[] = {
	MGM_CMD_PROTOCOL_GET, MGM_CMD_INTERFACE_GET, MGM_CMD_MEMBERSHIP_GET,
	MGM_CMD_MFE_GET, MGM_CMD_LIMIT_GET, MGM_CMD_CONFIG_GET,
};

/*
 * Everything that can be read, as one text; the caller frees it. What the last
 * call said is kept, as this is what calls are surrounded with.
 */
char *mgm_nl_tables(struct mgm_nl *nl)
{
	struct mgm_nl reader = *nl;
	char *text = NULL, *part;
	size_t size;
	unsigned int i;
	FILE *out;

	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	for (i = 0; i < MNL_ARRAY_SIZE(tables); i++) {
		part = mgm_nl_table(&reader, tables[i], NULL);
		fputs(part ?: "unreadable\n", out);
		free(part);
	}
	fclose(out);
	nl->seq = reader.seq;
	return text;
}

/* Join the monitor group. */
int mgm_nl_listen(struct mgm_nl *nl)
{
	int group = nl->monitor;

	return mnl_socket_setsockopt(nl->sk, NETLINK_ADD_MEMBERSHIP, &group,
				     sizeof(group)) ? -errno : 0;
}

/*
 * The next notification as a line; the caller frees it. NULL if none comes in
 * time. The kernel sends each in a datagram of its own. Alerts are passed over:
 * they are told beside the changes, not in their order.
 */
char *mgm_nl_heard(struct mgm_nl *nl, int timeout_ms)
{
	struct pollfd pfd = { .fd = mnl_socket_get_fd(nl->sk), .events = POLLIN };
	char buf[MGM_NL_BUF];
	const struct genlmsghdr *genl;

	do {
		if (poll(&pfd, 1, timeout_ms) <= 0 ||
		    mnl_socket_recvfrom(nl->sk, buf, sizeof(buf)) <= 0)
			return NULL;
		genl = mnl_nlmsg_get_payload((struct nlmsghdr *)buf);
	} while (genl->cmd >= MGM_CMD_ALERT_RPF &&
		 genl->cmd <= MGM_CMD_ALERT_OVERRUN);
	return mgm_nl_text((struct nlmsghdr *)buf);
}

/* What printf() would print; good for the next few calls. */
const char *mgm_fmt(const char *fmt, ...)
{
	static __thread char bufs[8][2048];
	static __thread unsigned int next;
	char *buf = bufs[next++ % MNL_ARRAY_SIZE(bufs)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(buf, sizeof(bufs[0]), fmt, args);
	va_end(args);
	return buf;
}
