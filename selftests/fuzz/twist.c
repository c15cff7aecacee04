// SPDX-License-Identifier: GPL-2.0
/*
 * Nearly good messages: one thing is wrong with each, or odd. Where it must be
 * refused, it is known with what.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <linux/genetlink.h>
#include "fuzz.h"

static const int malformed[] = { EINVAL, ERANGE, 0 };
static const int missing[] = { EINVAL, ENOENT, 0 };
static const int dead[] = { ENOENT, 0 };
static const int foreign[] = { EPERM, ENOENT, 0 };
static const int no_ipv6[] = { EOPNOTSUPP, EINVAL, ENOENT, EPERM, 0 };

static const struct fuzz_attr *attr_of(const struct builder *b,
				       unsigned int type)
{
	return &b->op->set->attrs[type];
}

static __u64 may_have(const struct builder *b)
{
	return b->dump ? b->op->dump : b->op->doit;
}

static struct genlmsghdr *genl_of(struct builder *b)
{
	return NLMSG_DATA(message_header(b));
}

static void drop(struct builder *b, unsigned int type)
{
	unsigned int i, n = 0;

	for (i = 0; i < b->n; i++)
		if (b->types[i] != type)
			b->types[n++] = b->types[i];
	b->n = n;
}

/* An attribute that the command may have and that is @good to be the victim. */
static bool choose_victim(struct builder *b,
			  bool (*good)(const struct fuzz_attr *attr))
{
	unsigned int i, n = b->op->set->n, from = chance_below(n);

	for (i = 0; i < n; i++) {
		unsigned int type = (from + i) % n;

		if (!type || !(may_have(b) & 1ULL << type) ||
		    !good(attr_of(b, type)))
			continue;
		b->victim = type;
		drop(b, type);
		return true;
	}
	return false;
}

/* Length */

static bool any(const struct fuzz_attr *attr)
{
	return attr->kind != KIND_PAD;
}

static bool plan_length(struct builder *b)
{
	return choose_victim(b, any);
}

static void do_length(struct builder *b)
{
	const struct fuzz_attr *attr = attr_of(b, b->victim);
	char data[256];
	size_t len;

	chance_bytes(data, sizeof(data));
	switch (attr->kind) {
	case KIND_STRING:
		/* None at all, no end, or too long. */
		len = chance_of(30) ? 0 : 1 + chance_below(200);
		memset(data, 'x', sizeof(data));
		if (len > attr->most + 1)
			data[len - 1] = '\0';
		break;
	case KIND_NEST:
		len = 1 + chance_below(3);
		break;
	default:
		len = chance_below(40);
		if (len == 4 || len == 8 || len == 16)
			len++;
	}
	message_attr(b, b->victim | (attr->kind == KIND_NEST ? NLA_F_NESTED : 0),
		     data, len);
}

/* Range */

static bool bounded(const struct fuzz_attr *attr)
{
	return attr->kind == KIND_U32 &&
	       (attr->mask || attr->least || attr->most != ~0u);
}

static bool plan_range(struct builder *b)
{
	return choose_victim(b, bounded);
}

static void do_range(struct builder *b)
{
	const struct fuzz_attr *attr = attr_of(b, b->victim);
	__u32 number;

	if (attr->mask)
		number = chance() | (attr->mask + 1);
	else if (attr->least && (attr->most == ~0u || chance_of(50)))
		number = attr->least - 1;
	else
		number = chance_of(50) ? attr->most + 1 : ~0u;
	message_attr(b, b->victim, &number, sizeof(number));
}

/* Nests */

static void do_nested(struct builder *b)
{
	char data[16];
	bool nest = attr_of(b, b->victim)->kind == KIND_NEST;

	chance_bytes(data, sizeof(data));
	message_attr(b, b->victim | (nest ? 0 : NLA_F_NESTED), data,
		     attr_of(b, b->victim)->kind == KIND_U32 ? 4 : 16);
}

/* Missing, double, unknown */

static bool plan_missing(struct builder *b)
{
	__u64 gone = 0;
	unsigned int i;

	if (b->dump || !(b->op->needed | b->op->one_of))
		return false;
	if (b->op->one_of && (!b->op->needed || chance_of(30)))
		gone = b->op->one_of;
	for (i = 0; !gone; i = chance_below(b->n))
		gone = b->op->needed & 1ULL << b->types[i];
	for (i = 1; i < b->op->set->n; i++)
		if (gone & 1ULL << i)
			drop(b, i);
	return true;
}

static bool plan_doubled(struct builder *b)
{
	if (!b->n)
		return false;
	b->victim = b->types[chance_below(b->n)];
	return true;
}

static void do_doubled(struct builder *b)
{
	message_subject(b);
	message_value(b, b->victim);
}

static bool always(struct builder *b)
{
	(void)b;
	return true;
}

static void do_unknown(struct builder *b)
{
	unsigned int type;
	char data[16];

	do {
		type = 1 + chance_below(chance_of(70) ? b->op->set->n + 4 :
							(__u16)NLA_TYPE_MASK);
	} while (type < 64 && (b->op->doit | b->op->dump) & 1ULL << type);
	chance_bytes(data, sizeof(data));
	message_attr(b, type, data, chance_of(80) ? 4 : chance_below(16));
}

static void do_trailing(struct builder *b)
{
	message_attr(b, 0, NULL, 0);
	/* Less than the head of an attribute. */
	message_header(b)->nlmsg_len += 1 + chance_below(3) - NLA_HDRLEN;
}

/* Handles */

/* One that has to be looked up. */
static bool has_handle(const struct builder *b)
{
	unsigned int i;

	for (i = 0; b->op->admin && i < b->n; i++)
		if (attr_of(b, b->types[i])->role == ROLE_HANDLE)
			return true;
	return false;
}

static bool plan_foreign(struct builder *b)
{
	__u32 handle = world_foreign(b->sender->ns, b->sender->owner);

	if (!handle || !has_handle(b))
		return false;
	b->subject.handle = handle;
	return true;
}

static bool plan_stale(struct builder *b)
{
	__u32 handle = world_stale();

	if (!handle || !has_handle(b))
		return false;
	b->subject.handle = handle;
	return true;
}

/* Addresses and devices that make no sense */

static bool ipv6(const struct fuzz_attr *attr)
{
	return attr->role == ROLE_IPV6;
}

static bool plan_ipv6(struct builder *b)
{
	return choose_victim(b, ipv6);
}

static void do_value(struct builder *b)
{
	message_value(b, b->victim);
}

static bool plan_address(struct builder *b)
{
	static const __u32 odd[] = {
		0x00000001, 0x7f000001, 0xe0000001, 0xe00000ff, 0xe0000100,
		0xefffffff, 0xf0000000, 0xffffffff, 0x0a000001,
	};
	__u32 addr = htonl(odd[chance_below(ARRAY_SIZE(odd))]);

	switch (chance_below(3)) {
	case 0:
		b->subject.nexthop = addr;
		break;
	case 1:
		b->subject.group = addr;
		break;
	default:
		b->subject.source = addr;
	}
	message_plan(b);
	return true;
}

static bool plan_device(struct builder *b)
{
	static const __u32 odd[] = { 1, 4711, 0x7fffffff, 0x80000000, ~0u };

	b->subject.ifindex = odd[chance_below(ARRAY_SIZE(odd))];
	return true;
}

/* Headers: what comes of them expect.c knows. */

static void do_flags(struct builder *b)
{
	message_header(b)->nlmsg_flags ^= 1 << chance_below(16);
}

static void do_reserved(struct builder *b)
{
	genl_of(b)->reserved = 1 + chance_below(0xffff);
}

static void do_version(struct builder *b)
{
	genl_of(b)->version = chance();
}

static void do_command(struct builder *b)
{
	genl_of(b)->cmd = chance_of(70) ?
			  chance_below(fuzz_families[b->family].n + 2) : chance();
}

static void do_family(struct builder *b)
{
	message_header(b)->nlmsg_type = family_ids[!b->family];
}

/*
 * @plan changes what is to be written, and says whether that can be done here; @after
 * what has been written. Those at the end can always be done.
 */
static const struct twist {
	const char *name;
	bool (*plan)(struct builder *b);
	void (*after)(struct builder *b);
	const int *errnos;
	bool anything;
} twists[] = {
	{ "length", plan_length, do_length, malformed, false },
	{ "range", plan_range, do_range, malformed, false },
	{ "nested", plan_length, do_nested, malformed, false },
	{ "missing", plan_missing, NULL, missing, false },
	{ "doubled", plan_doubled, do_doubled, NULL, false },
	{ "trailing", always, do_trailing, malformed, false },
	{ "foreign", plan_foreign, NULL, foreign, false },
	{ "stale", plan_stale, NULL, dead, false },
	{ "ipv6", plan_ipv6, do_value, no_ipv6, false },
	{ "address", plan_address, NULL, NULL, true },
	{ "device", plan_device, NULL, NULL, false },
	{ "flags", always, do_flags, NULL, true },
	{ "reserved", always, do_reserved, NULL, false },
	{ "version", always, do_version, NULL, false },
	{ "command", always, do_command, NULL, true },
	{ "family", always, do_family, NULL, true },
	{ "unknown", always, do_unknown, malformed, false },
};

void twist_add(struct builder *b)
{
	unsigned int i = chance_below(ARRAY_SIZE(twists));

	while (!twists[i].plan(b))
		i++;
	message_write(b);
	if (twists[i].after)
		twists[i].after(b);
	b->message->twist = twists[i].name;
	b->message->errnos = twists[i].errnos;
	b->message->anything = twists[i].anything;
}
