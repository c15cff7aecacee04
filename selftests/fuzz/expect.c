// SPDX-License-Identifier: GPL-2.0
/*
 * How the kernel has to answer a message, out of the message's own bytes, as far as
 * it never gets to the family; and what a message, or an answer, says.
 */
#include <errno.h>
#include <string.h>
#include <linux/genetlink.h>
#include "fuzz.h"

__u16 family_ids[FAMILIES];

static int family_of(__u16 type)
{
	int i;

	for (i = 0; i < FAMILIES; i++)
		if (family_ids[i] == type)
			return i;
	return -1;
}

static void refused(struct expect *expect, int err, bool sentence)
{
	expect->may_succeed = false;
	expect->errno_only = err;
	expect->sentence = sentence;
}

/* What generic netlink allows in headers: the flags that it knows itself. */
static bool header_is_good(const struct nlmsghdr *nlh,
			   const struct genlmsghdr *genl)
{
	__u16 flags = nlh->nlmsg_flags;

	if ((flags & NLM_F_DUMP) == NLM_F_DUMP)
		flags &= ~NLM_F_DUMP;
	return !genl->reserved &&
	       !(flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO));
}

static const struct fuzz_op *op_of(int family, __u8 cmd)
{
	const struct fuzz_op *op;

	if (cmd >= fuzz_families[family].n)
		return NULL;
	op = &fuzz_families[family].ops[cmd];
	return op->doit | op->dump ? op : NULL;
}

/* Which of the two is looked at first, is another with each kernel. */
static const int missing_or_forbidden[] = { EPERM, EOPNOTSUPP, 0 };

/* @left: octets from the header to the end of what is sent. */
void expect_of(struct expect *expect, const struct nlmsghdr *nlh, size_t left,
	       bool powerless)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	const struct fuzz_op *op;
	bool dump, missing;

	*expect = (struct expect){ .may_succeed = true };
	if (left < NLMSG_HDRLEN || nlh->nlmsg_len < NLMSG_HDRLEN ||
	    nlh->nlmsg_len > left) {
		expect->stop = true;
		return;
	}
	expect->answered = nlh->nlmsg_flags & NLM_F_ACK;
	/* No request, or one of netlink's own: both do nothing. */
	if (!(nlh->nlmsg_flags & NLM_F_REQUEST) ||
	    nlh->nlmsg_type < NLMSG_MIN_TYPE)
		return;

	expect->family = family_of(nlh->nlmsg_type);
	if (expect->family < 0) {
		refused(expect, ENOENT, false);
		return;
	}
	if (nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN) {
		refused(expect, EINVAL, false);
		return;
	}
	if (!header_is_good(nlh, genl)) {
		refused(expect, EINVAL, true);
		return;
	}
	op = op_of(expect->family, genl->cmd);
	dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	missing = op && !(dump ? op->dump : op->doit);
	if (!op) {
		refused(expect, EOPNOTSUPP, false);
	} else if (op->admin && powerless && missing) {
		refused(expect, 0, false);
		expect->errnos = missing_or_forbidden;
	} else if (op->admin && powerless) {
		refused(expect, EPERM, false);
	} else if (missing) {
		refused(expect, EOPNOTSUPP, false);
	} else {
		expect->op = op;
		expect->dump = dump;
		expect->sentence = true;
		expect->errnos = op->errnos;
	}
}

static bool in(const int *errnos, int err)
{
	for (; *errnos; errnos++)
		if (*errnos == err)
			return true;
	return false;
}

/* May it be answered with @err, which is not 0? */
bool expect_allows(const struct expect *expect, int err)
{
	if (expect->errno_only)
		return err == expect->errno_only;
	if (expect->malformed &&
	    (err == EINVAL || err == ERANGE || err == EOPNOTSUPP))
		return true;
	return expect->errnos && in(expect->errnos, err);
}

/* Attributes */

static const struct nlattr *first_attr(const void *data, const char *end)
{
	const struct nlattr *attr = data;

	if ((const char *)data + NLA_HDRLEN > end ||
	    attr->nla_len < NLA_HDRLEN ||
	    (const char *)data + attr->nla_len > end)
		return NULL;
	return attr;
}

static const struct nlattr *next_attr(const struct nlattr *attr, const char *end)
{
	return first_attr((const char *)attr + NLA_ALIGN(attr->nla_len), end);
}

static const char *end_of(const struct nlmsghdr *nlh)
{
	return (const char *)nlh + nlh->nlmsg_len;
}

static const void *attrs_of(const struct nlmsghdr *nlh)
{
	return (const char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
}

static void keep(struct subject *subject, enum fuzz_role role, __u32 number)
{
	switch (role) {
	case ROLE_HANDLE:
		subject->handle = number;
		break;
	case ROLE_IFINDEX:
		subject->ifindex = number;
		break;
	case ROLE_NEXTHOP:
		subject->nexthop = number;
		break;
	case ROLE_GROUP:
		subject->group = number;
		break;
	case ROLE_SOURCE:
		subject->source = number;
		break;
	case ROLE_PERSIST:
		subject->flags = number;
		break;
	default:
		break;
	}
}

/* Of attributes that come twice the last counts. */
static void subject_in(struct subject *subject, const struct fuzz_set *set,
		       const void *data, const char *end)
{
	const struct nlattr *attr;
	__u32 number, type;

	memset(subject, 0, sizeof(*subject));
	for (attr = first_attr(data, end); attr; attr = next_attr(attr, end)) {
		type = attr->nla_type & NLA_TYPE_MASK;
		if (type >= set->n ||
		    attr->nla_len != NLA_HDRLEN + sizeof(number))
			continue;
		memcpy(&number, attr + 1, sizeof(number));
		keep(subject, set->attrs[type].role, number);
	}
}

/* What the message is about. */
void subject_of(struct subject *subject, const struct fuzz_op *op,
		const struct nlmsghdr *nlh)
{
	subject_in(subject, op->set, attrs_of(nlh), end_of(nlh));
}

static const char *wrong_in(const struct fuzz_set *set, __u64 told,
			    const void *data, const char *end);

static const char *wrong_attr(const struct fuzz_attr *known,
			      const struct nlattr *attr)
{
	unsigned int len = attr->nla_len - NLA_HDRLEN;
	const char *data = (const char *)(attr + 1);

	switch (known->kind) {
	case KIND_U32:
		return len == 4 ? NULL : "a number has not four octets";
	case KIND_U64:
		return len == 8 ? NULL : "a number has not eight octets";
	case KIND_STRING:
		return len && !data[len - 1] ? NULL : "a string has no end";
	case KIND_NEST:
		return wrong_in(known->nest, ~0ULL, data, data + len);
	default:
		return NULL;
	}
}

/* Padding may stand anywhere. */
static const char *wrong_in(const struct fuzz_set *set, __u64 told,
			    const void *data, const char *end)
{
	const struct nlattr *attr, *last = NULL;
	const char *wrong;
	unsigned int type;

	for (attr = first_attr(data, end); attr; attr = next_attr(attr, end)) {
		last = attr;
		type = attr->nla_type & NLA_TYPE_MASK;
		if (!type || type >= set->n)
			return "an attribute is unknown";
		if (set->attrs[type].kind == KIND_PAD)
			continue;
		if (!(told & 1ULL << type))
			return "an attribute is none of this message's";
		wrong = wrong_attr(&set->attrs[type], attr);
		if (wrong)
			return wrong;
	}
	if (last)
		data = (const char *)last + NLA_ALIGN(last->nla_len);
	return (const char *)data < end ? "there is something behind the attributes" :
					  NULL;
}

/* What is wrong with a message of the kernel; NULL if nothing. */
const char *told_wrongly(const struct fuzz_op *op, const struct nlmsghdr *nlh)
{
	return wrong_in(op->set, op->told, attrs_of(nlh), end_of(nlh));
}

/* An alert, as far as it can be answered. */
void alert_of(struct alert *alert, const struct fuzz_op *op,
	      const struct nlmsghdr *nlh)
{
	const char *end = end_of(nlh);
	const struct nlattr *attr;
	struct subject subject, nested;

	subject_of(&subject, op, nlh);
	*alert = (struct alert){ .handle = subject.handle, .op = op,
				 .ifindex = subject.ifindex,
				 .nexthop = subject.nexthop };
	for (attr = first_attr(attrs_of(nlh), end); attr;
	     attr = next_attr(attr, end)) {
		unsigned int type = attr->nla_type & NLA_TYPE_MASK;
		const struct fuzz_attr *known = &op->set->attrs[type];

		if (type >= op->set->n)
			continue;
		if (known->role == ROLE_ALERT && attr->nla_len == 8)
			memcpy(&alert->id, attr + 1, sizeof(alert->id));
		if (known->kind != KIND_NEST)
			continue;
		subject_in(&nested, known->nest, attr + 1,
			   (const char *)attr + attr->nla_len);
		alert->ifindex = nested.ifindex;
		alert->nexthop = nested.nexthop;
	}
}
