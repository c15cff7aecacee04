// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that were kept, once more: with handles and interfaces of today, and often
 * with something changed.
 */
#include <string.h>
#include <linux/genetlink.h>
#include "fuzz.h"

enum change {
	NOTHING, DROPPED, DOUBLED, RESIZED, FLIPPED, NUMBER, ADDED, COMMAND, FLAGS,
	CHANGES
};

/**
 * struct again - a message that is sent again
 * @b: it is made anew with this
 * @change: what is changed
 * @victim: the attribute that is, the first is 0
 * @live: interfaces are those that the sender has
 */
struct again {
	struct builder b;
	enum change change;
	unsigned int victim;
	bool live;
};

static bool is_live(const struct again *again, enum fuzz_role role)
{
	switch (role) {
	case ROLE_HANDLE:
		return true;
	case ROLE_ALERT:
		return again->b.alert;
	case ROLE_IFINDEX:
		return again->live;
	case ROLE_NEXTHOP:
		return again->live && again->b.subject.nexthop;
	default:
		return false;
	}
}

static void change_data(struct again *again, unsigned char *data,
			unsigned int *len)
{
	static const __u32 ends[] = { 0, 1, 0x7fffffff, 0x80000000, ~1u, ~0u };
	__u32 number = ends[chance_below(ARRAY_SIZE(ends))];

	switch (again->change) {
	case RESIZED:
		memset(data + *len, 0, 8);
		*len = chance_of(50) ? chance_below(*len + 1) :
				       *len + chance_below(8);
		break;
	case FLIPPED:
		if (*len)
			data[chance_below(*len)] ^= 1 << chance_below(8);
		break;
	case NUMBER:
		memcpy(data, &number, *len < 4 ? *len : 4);
		break;
	default:
		break;
	}
}

static void add_attr(struct again *again, const struct nlattr *attr, bool victim)
{
	unsigned int type = attr->nla_type & NLA_TYPE_MASK;
	unsigned int len = attr->nla_len - NLA_HDRLEN;
	const struct fuzz_set *set = again->b.op->set;
	unsigned char data[4096 + 8];

	if (victim && again->change == DROPPED)
		return;
	memcpy(data, attr + 1, len);
	if (victim)
		change_data(again, data, &len);
	if (type < set->n && set->attrs[type].kind == KIND_U32 && len == 4 &&
	    is_live(again, set->attrs[type].role) &&
	    !(victim && again->change == NUMBER))
		message_value(&again->b, type);
	else
		message_attr(&again->b, attr->nla_type, data, len);
	if (victim && again->change == DOUBLED)
		message_attr(&again->b, attr->nla_type, data, len);
}

/* The attributes; what is none is left out. */
static void add_attrs(struct again *again, const struct nlmsghdr *from)
{
	const char *end = (const char *)from + from->nlmsg_len;
	const char *at = (const char *)NLMSG_DATA(from) + GENL_HDRLEN;
	const struct nlattr *attr;
	unsigned int i;

	for (i = 0; at + NLA_HDRLEN <= end; i++, at += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)at;
		if (attr->nla_len < NLA_HDRLEN || at + attr->nla_len > end)
			break;
		add_attr(again, attr, i == again->victim);
	}
	if (again->change == ADDED && again->b.op->set->n > 1)
		message_value(&again->b,
			      1 + chance_below(again->b.op->set->n - 1));
}

static void change_header(struct again *again, struct nlmsghdr *nlh)
{
	struct genlmsghdr *genl = NLMSG_DATA(nlh);

	if (again->change == COMMAND)
		genl->cmd = chance_below(fuzz_families[again->b.family].n);
	else if (again->change == FLAGS)
		nlh->nlmsg_flags ^= chance_of(50) ? NLM_F_DUMP :
						    1 << chance_below(16);
}

/* Which command it is; false if it is none. */
static bool recognize(struct builder *b, const struct nlmsghdr *from)
{
	const struct genlmsghdr *genl = NLMSG_DATA(from);

	for (b->family = 0; family_ids[b->family] != from->nlmsg_type;)
		if (++b->family == FAMILIES)
			return false;
	if (from->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN ||
	    genl->cmd >= fuzz_families[b->family].n)
		return false;
	b->op = &fuzz_families[b->family].ops[genl->cmd];
	return b->op->set;
}

static void add_message(struct batch *batch, const struct sender *sender,
			const struct nlmsghdr *from, enum change change)
{
	struct message *message = &batch->messages[batch->n];
	struct again again = {
		.b = { .batch = batch, .sender = sender, .message = message },
		.change = change,
		.victim = chance_below(6),
		.live = chance_of(70),
	};
	struct nlmsghdr *nlh;

	*message = (struct message){
		.offset = batch->len, .class = KEPT, .twist = "kept",
		.anything = true,
	};
	nlh = message_header(&again.b);
	if (!recognize(&again.b, from)) {
		memcpy(nlh, from, from->nlmsg_len);
	} else {
		message->op = again.b.op;
		message->family = again.b.family;
		message_subject(&again.b);
		memcpy(nlh, from, NLMSG_HDRLEN + GENL_HDRLEN);
		nlh->nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
		add_attrs(&again, from);
		change_header(&again, nlh);
	}
	memset((char *)nlh + nlh->nlmsg_len, 0,
	       NLMSG_ALIGN(nlh->nlmsg_len) - nlh->nlmsg_len);
	batch->len += NLMSG_ALIGN(nlh->nlmsg_len);
	batch->n++;
}

/* What was kept as number @i, as it was but for what has to be alive, or changed. */
void again_add(struct batch *batch, const struct sender *sender, unsigned int i,
	       bool changed)
{
	const struct nlmsghdr *from;
	unsigned int len, at;
	const char *data = kept_get(i, &len);

	for (at = 0; at < len && batch->n < BATCH_MAX;
	     at += NLMSG_ALIGN(from->nlmsg_len)) {
		from = (const struct nlmsghdr *)(data + at);
		add_message(batch, sender, from,
			    changed ? chance_below(CHANGES) : NOTHING);
	}
}
