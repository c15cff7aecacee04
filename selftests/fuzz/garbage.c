// SPDX-License-Identifier: GPL-2.0
/*
 * Messages with nothing right, or with lengths that are lies. Nobody says how they are
 * answered, but that they are, as often as the kernel can see a message there.
 */
#include <string.h>
#include <linux/genetlink.h>
#include "fuzz.h"

#define BIG	16384

/* The header of a good message, and nothing behind it. */
static void header(struct builder *b)
{
	b->n = 0;
	message_write(b);
}

static size_t random_payload(struct builder *b)
{
	struct nlmsghdr *nlh;
	unsigned int len = chance_below(200);

	header(b);
	nlh = message_header(b);
	chance_bytes((char *)nlh + nlh->nlmsg_len, len);
	nlh->nlmsg_len += len;
	return nlh->nlmsg_len;
}

/* Attributes that look right, of any type, with anything in them. */
static size_t random_attrs(struct builder *b)
{
	unsigned int n = 1 + chance_below(12);
	char data[64];

	header(b);
	while (n--) {
		chance_bytes(data, sizeof(data));
		message_attr(b, chance_below(b->op->set->n + 2), data,
			     chance_of(70) ? 4 : chance_below(sizeof(data)));
	}
	return message_header(b)->nlmsg_len;
}

static size_t random_all(struct builder *b)
{
	struct nlmsghdr *nlh = message_header(b);
	unsigned int len = NLMSG_HDRLEN + chance_below(200);

	chance_bytes(nlh, len);
	nlh->nlmsg_len = len;
	if (chance_of(70))
		nlh->nlmsg_type = family_ids[b->family];
	if (chance_of(70))
		nlh->nlmsg_flags |= NLM_F_REQUEST;
	return len;
}

static size_t truncated(struct builder *b)
{
	struct nlmsghdr *nlh = message_header(b);

	message_write(b);
	nlh->nlmsg_len = chance_below(nlh->nlmsg_len + 1);
	/* Of the header there is always all. */
	return nlh->nlmsg_len < NLMSG_HDRLEN ? NLMSG_HDRLEN : nlh->nlmsg_len;
}

/* The data stays, its length is a lie. */
static size_t lying_length(struct builder *b)
{
	static const __u32 lies[] = { 0, 1, 15, 16, 17, 19, 20, 0x7fffffff, ~0u };
	struct nlmsghdr *nlh = message_header(b);
	size_t len;

	message_write(b);
	len = nlh->nlmsg_len;
	nlh->nlmsg_len = chance_of(70) ? lies[chance_below(ARRAY_SIZE(lies))] :
					 chance_below(2 * len);
	return len;
}

static size_t flipped_bits(struct builder *b)
{
	unsigned int n = 1 + chance_below(8), bit;
	char *data;

	message_write(b);
	data = NLMSG_DATA(message_header(b));
	while (n--) {
		bit = chance_below(8 * (message_header(b)->nlmsg_len -
					NLMSG_HDRLEN));
		data[bit / 8] ^= 1 << bit % 8;
	}
	return message_header(b)->nlmsg_len;
}

/* An attribute in an attribute in an attribute. */
static size_t deep_nests(struct builder *b)
{
	unsigned int depth = 1 + chance_below(60);
	char data[60 * NLA_HDRLEN];
	struct nlattr *attr;
	unsigned int i;

	header(b);
	for (i = 0; i < depth; i++) {
		attr = (struct nlattr *)(data + i * NLA_HDRLEN);
		attr->nla_type = chance_below(b->op->set->n) | NLA_F_NESTED;
		attr->nla_len = (depth - i) * NLA_HDRLEN;
	}
	message_attr(b, (b->op->set->n - 2) | NLA_F_NESTED, data,
		     depth * NLA_HDRLEN);
	return message_header(b)->nlmsg_len;
}

/* So many of the same that they fill pages. */
static size_t big(struct builder *b)
{
	unsigned int types = b->op->doit | b->op->dump ? b->op->set->n : 2;
	unsigned int size = chance_below(BIG), type;

	header(b);
	while (message_header(b)->nlmsg_len < size) {
		type = 1 + chance_below(types - 1);
		if ((b->op->doit | b->op->dump) & 1ULL << type)
			message_value(b, type);
		else
			message_attr(b, 1, "four", 4);
	}
	return message_header(b)->nlmsg_len;
}

/* Each returns how much of the message is really there. */
static const struct {
	const char *name;
	size_t (*add)(struct builder *b);
} kinds[] = {
	{ "payload", random_payload },
	{ "attributes", random_attrs },
	{ "all", random_all },
	{ "truncated", truncated },
	{ "lying", lying_length },
	{ "bits", flipped_bits },
	{ "nests", deep_nests },
	{ "big", big },
};

void garbage_add(struct builder *b)
{
	unsigned int i = chance_below(ARRAY_SIZE(kinds));
	size_t len;

	if (kinds[i].add == big && chance_of(90))
		i = 0;
	b->message->twist = kinds[i].name;
	b->message->anything = true;
	len = kinds[i].add(b);
	/* What aligns the next message is not what was there before. */
	memset(b->batch->room + b->batch->len + len, 0, NLMSG_ALIGN(len) - len);
	b->batch->len += NLMSG_ALIGN(len);
}
