// SPDX-License-Identifier: GPL-2.0
/*
 * Good messages: a command, what it is about, the attributes that it needs and some
 * that it may have, with values that make sense.
 */
#include <string.h>
#include <linux/genetlink.h>
#include "fuzz.h"

#define ENOUGH	12

static __u64 digest;

/*
 * What was chosen at first, of all messages so far, as one number. What comes of the
 * choice may hang on alerts, which come when they like.
 */
__u64 message_digest(void)
{
	return digest;
}

static const struct fuzz_attr *attr_of(const struct builder *b,
				       unsigned int type)
{
	return &b->op->set->attrs[type];
}

/* Raw writing */

struct nlmsghdr *message_header(struct builder *b)
{
	return (struct nlmsghdr *)(b->batch->room + b->message->offset);
}

/* Room at the end of the message, for what is aligned there. */
static void *message_room(struct builder *b, size_t len)
{
	struct nlmsghdr *nlh = message_header(b);
	size_t at = NLMSG_ALIGN(nlh->nlmsg_len);
	void *room = (char *)nlh + at;

	memset((char *)nlh + nlh->nlmsg_len, 0,
	       at + NLMSG_ALIGN(len) - nlh->nlmsg_len);
	nlh->nlmsg_len = at + len;
	return room;
}

void message_attr(struct builder *b, unsigned int type, const void *data,
		  size_t len)
{
	struct nlattr *attr = message_room(b, NLA_HDRLEN + len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (data)
		memcpy((char *)attr + NLA_HDRLEN, data, len);
	message_header(b)->nlmsg_len = NLMSG_ALIGN(message_header(b)->nlmsg_len);
}

/* Values */

/* A number in its range: often a small one, sometimes an end. */
static __u32 number(const struct fuzz_attr *attr)
{
	__u32 span = attr->most - attr->least;
	__u32 bits;

	if (attr->mask) {
		bits = chance() & attr->mask;
		return bits ?: attr->mask;
	}
	if (chance_of(10))
		return chance_of(50) ? attr->least : attr->most;
	if (chance_of(70))
		return attr->least + chance_below(span < 8 ? span + 1 : 8);
	return attr->least + chance() % ((__u64)span + 1);
}

static __u32 value(const struct builder *b, const struct fuzz_attr *attr)
{
	const struct subject *s = &b->subject;

	switch (attr->role) {
	case ROLE_HANDLE:
		return s->handle;
	case ROLE_IFINDEX:
		return s->ifindex;
	case ROLE_NEXTHOP:
		return s->nexthop;
	case ROLE_NEIGHBOUR:
		return chance_of(20) ? 0 : world_nexthop();
	case ROLE_GROUP:
		return s->group;
	case ROLE_SOURCE:
		return s->source;
	case ROLE_GROUP_LEN:
		return s->group ? 32 : 0;
	case ROLE_SOURCE_LEN:
		return s->source ? 32 : 0;
	case ROLE_PROTOCOL:
		return 100 + chance_below(32);
	case ROLE_PERSIST:
		return b->persist | (chance_of(2) ? 2 : 0);
	case ROLE_ALERT:
		return b->alert ? b->alert->id : 1 + chance_below(100);
	case ROLE_BOUND:
		return chance_of(90) ? 1000 + chance_below(100000) :
				       chance_below(20);
	case ROLE_WAIT:
		return chance_of(80) ? 2000 + chance_below(8000) : number(attr);
	case ROLE_INTERVAL:
		/* Whole seconds are good for all of them. */
		return (1 + chance_below(chance_of(90) ? 10 : 3000)) * 1000;
	default:
		return number(attr);
	}
}

/* What an interface is called by, inside another attribute. */
static void put_nest(struct builder *b, unsigned int type,
		     const struct fuzz_set *set)
{
	__u32 ifindex = b->alert ? b->alert->ifindex : b->subject.ifindex;
	__u32 nexthop = b->alert ? b->alert->nexthop : b->subject.nexthop;
	char nested[64] = "";
	struct nlattr *attr = (struct nlattr *)nested;
	unsigned int i, len = 0;

	for (i = 1; i < set->n; i++) {
		__u32 number;

		if (set->attrs[i].role == ROLE_IFINDEX)
			number = ifindex;
		else if (set->attrs[i].role == ROLE_NEXTHOP && nexthop)
			number = nexthop;
		else
			continue;
		attr = (struct nlattr *)(nested + len);
		attr->nla_type = i;
		attr->nla_len = NLA_HDRLEN + sizeof(number);
		memcpy(attr + 1, &number, sizeof(number));
		len += attr->nla_len;
	}
	message_attr(b, type | NLA_F_NESTED, nested, len);
}

/* One attribute with a value that makes sense. */
void message_value(struct builder *b, unsigned int type)
{
	const struct fuzz_attr *attr = attr_of(b, type);
	char text[160];
	unsigned int len;
	__u32 number;

	switch (attr->kind) {
	case KIND_U32:
		number = value(b, attr);
		message_attr(b, type, &number, sizeof(number));
		break;
	case KIND_STRING:
		len = chance_below(attr->most + 1);
		memset(text, 'a' + chance_below(26), len);
		text[len] = '\0';
		message_attr(b, type, text, len + 1);
		break;
	case KIND_NEST:
		put_nest(b, type, attr->nest);
		break;
	default:
		len = attr->kind == KIND_U64 ? 8 : attr->least;
		chance_bytes(text, len);
		message_attr(b, type, text, len);
	}
}

/* What it is about */

static bool needs(const struct fuzz_op *op, enum fuzz_role role)
{
	unsigned int type;

	for (type = 1; op->admin && type < op->set->n; type++)
		if (op->needed & 1ULL << type &&
		    op->set->attrs[type].role == role)
			return true;
	return false;
}

void message_subject(struct builder *b)
{
	const struct sender *sender = b->sender;
	enum fuzz_effect effect = b->op->effect;
	struct subject *s = &b->subject;
	unsigned int tries = 10;
	bool found = false;

	memset(s, 0, sizeof(*s));
	if (effect == EFFECT_DEL && chance_of(70))
		found = world_member(sender->ns, sender->owner, s);
	if (!found && effect != EFFECT_TAKE && effect != EFFECT_DEREGISTER &&
	    chance_of(95))
		found = world_claim(sender->ns, sender->owner, s);
	/* Of entries only he may speak whose interface is their way in. */
	while (found && tries-- && needs(b->op, ROLE_HANDLE) &&
	       needs(b->op, ROLE_GROUP) && !world_way_in(sender->ns, s))
		found = world_claim(sender->ns, sender->owner, s);
	if (!found) {
		s->handle = world_handle(sender->ns, sender->owner);
		s->ifindex = world_device(sender->ns);
		s->nexthop = chance_of(30) ? world_nexthop() : 0;
	}
	if (!s->group && chance_of(90)) {
		s->group = world_group();
		s->source = chance_of(50) ? world_source() : 0;
	}
	b->persist = chance_of(15);
	b->alert = NULL;
	if (effect == EFFECT_ANSWER && sender->n_alerts) {
		b->alert = &sender->alerts[chance_below(sender->n_alerts)];
		s->handle = b->alert->handle;
		if (b->alert->ifindex && chance_of(50)) {
			s->ifindex = b->alert->ifindex;
			s->nexthop = b->alert->nexthop;
		}
	}
}

/* Which attributes */

static bool has_interface(const struct builder *b)
{
	unsigned int i;

	for (i = 0; i < b->n; i++)
		if (attr_of(b, b->types[i])->role == ROLE_IFINDEX)
			return true;
	return false;
}

/* Is an attribute that need not be there to be there? */
static bool wanted(const struct builder *b, unsigned int type)
{
	const struct subject *s = &b->subject;

	if (b->alert && !(b->alert->op->answer & 1ULL << type))
		return false;
	switch (attr_of(b, type)->role) {
	case ROLE_IPV6:
		return false;
	case ROLE_NEXTHOP:
		return s->nexthop && has_interface(b);
	case ROLE_GROUP:
		return s->group && chance_of(b->dump ? 40 : 100);
	case ROLE_SOURCE:
		return s->source && chance_of(b->dump ? 40 : 100);
	case ROLE_CALLBACKS:
		return !b->persist && chance_of(80);
	case ROLE_PERSIST:
		return b->persist || chance_of(20);
	case ROLE_GROUP_LEN:
	case ROLE_SOURCE_LEN:
		return chance_of(20);
	default:
		return chance_of(40);
	}
}

static unsigned int one_bit(__u64 mask)
{
	unsigned int n = chance_below(__builtin_popcountll(mask));

	while (n--)
		mask &= mask - 1;
	return __builtin_ctzll(mask);
}

/* The needed ones can be all zero as little as they can be absent. */
static void complete_subject(struct builder *b, __u64 needed)
{
	unsigned int type;

	for (type = 1; type < b->op->set->n; type++) {
		if (!(needed & 1ULL << type))
			continue;
		if (attr_of(b, type)->role == ROLE_GROUP && !b->subject.group)
			b->subject.group = world_group();
		if (attr_of(b, type)->role == ROLE_SOURCE && !b->subject.source)
			b->subject.source = world_source();
	}
}

void message_plan(struct builder *b)
{
	__u64 may = b->dump ? b->op->dump : b->op->doit;
	__u64 needed = b->dump ? 0 : b->op->needed;
	unsigned int type;

	if (b->op->one_of && !b->dump)
		needed |= 1ULL << one_bit(b->op->one_of);
	complete_subject(b, needed);
	b->n = 0;
	for (type = 1; type < b->op->set->n; type++)
		if (may & 1ULL << type &&
		    (needed & 1ULL << type || wanted(b, type)))
			b->types[b->n++] = type;
}

/* All of it, the attributes in any order. */
void message_write(struct builder *b)
{
	struct nlmsghdr *nlh = message_header(b);
	unsigned int i, from = chance_below(b->n);
	struct genlmsghdr *genl;

	memset(nlh, 0, sizeof(*nlh));
	nlh->nlmsg_len = NLMSG_HDRLEN;
	nlh->nlmsg_type = family_ids[b->family];
	nlh->nlmsg_flags = NLM_F_REQUEST | (chance_of(90) ? NLM_F_ACK : 0) |
			   (b->dump ? NLM_F_DUMP : 0);
	genl = message_room(b, GENL_HDRLEN);
	genl->cmd = b->op - fuzz_families[b->family].ops;
	genl->version = 1;
	for (i = 0; i < b->n; i++)
		message_value(b, b->types[(from + i) % b->n]);
}

/* A command, by its weight. */
static void choose_op(struct builder *b)
{
	unsigned int sum = 0, i, f;
	static unsigned int all;

	for (f = 0; !all && f < FAMILIES; f++)
		for (i = 0; i < fuzz_families[f].n; i++)
			sum += fuzz_families[f].ops[i].weight;
	all = all ?: sum;
	sum = chance_below(all);
	for (f = 0; f < FAMILIES; f++) {
		for (i = 0; i < fuzz_families[f].n; i++) {
			b->family = f;
			b->op = &fuzz_families[f].ops[i];
			if (sum < b->op->weight)
				return;
			sum -= b->op->weight;
		}
	}
}

static void note(const struct builder *b, enum message_class class)
{
	digest = (digest ^ (b->op - fuzz_families[b->family].ops) ^
		  b->family << 8 ^ class << 16) * 0x100000001b3ULL;
}

/* Has the sender what it takes? Else the command is but seldom sent. */
static bool makes_sense(const struct builder *b)
{
	const struct sender *sender = b->sender;
	struct subject subject;

	if (b->op->effect == EFFECT_ANSWER && !sender->n_alerts)
		return chance_of(5);
	/* Each is told of what the others do: with many that is all that is done. */
	if (b->op->effect == EFFECT_REGISTER && world_count(sender->ns) >= ENOUGH)
		return chance_of(10);
	if (!needs(b->op, ROLE_HANDLE))
		return true;
	if (!world_has_handle(sender->ns, sender->owner))
		return chance_of(10);
	if (b->op->effect == EFFECT_TAKE || !needs(b->op, ROLE_IFINDEX))
		return true;
	return world_claim(sender->ns, sender->owner, &subject) ||
	       chance_of(10);
}

/* What can be answered mostly is. */
static void choose_sensible(struct builder *b)
{
	bool answer = b->sender->n_alerts && chance_of(40);
	unsigned int tries = 50;

	while (tries-- && !(answer ? b->op->effect == EFFECT_ANSWER :
				     makes_sense(b)))
		choose_op(b);
}

/* One more message in the batch; the caller has seen to it that there is room. */
void message_add(struct batch *batch, const struct sender *sender)
{
	struct message *message = &batch->messages[batch->n++];
	struct builder b = {
		.batch = batch,
		.sender = sender,
		.message = message,
	};
	unsigned int dice = chance_below(100);
	enum message_class class = dice < 60 ? VALID :
				   dice < 88 ? NEARLY : GARBAGE;

	choose_op(&b);
	note(&b, class);
	choose_sensible(&b);
	b.dump = b.op->dump && (!b.op->doit || chance_of(40));
	*message = (struct message){
		.offset = batch->len,
		.class = class,
		.twist = "",
		.op = b.op,
		.family = b.family,
	};
	message_subject(&b);
	message_plan(&b);
	if (message->class == VALID)
		message_write(&b);
	else if (message->class == NEARLY)
		twist_add(&b);
	else
		garbage_add(&b);
	if (message->class != GARBAGE)
		batch->len += NLMSG_ALIGN(message_header(&b)->nlmsg_len);
}
