// SPDX-License-Identifier: GPL-2.0
/* What all "show" commands do. */
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "show.h"

/* How often a list is read again because it changed meanwhile. */
#define TRIES	8

const struct nlmsghdr *messages_next(const struct messages *messages,
				     const struct nlmsghdr *nlh)
{
	const char *next = messages->data;

	if (nlh)
		next = (const char *)nlh + MNL_ALIGN(nlh->nlmsg_len);
	return next < messages->data + messages->len ? (const struct nlmsghdr *)next : NULL;
}

void messages_free(struct messages *messages)
{
	free(messages->data);
	memset(messages, 0, sizeof(*messages));
}

static enum status keep(const struct nlmsghdr *nlh, void *data)
{
	struct messages *messages = data;
	size_t len = messages->len + MNL_ALIGN(nlh->nlmsg_len);

	if (len > messages->size) {
		size_t size = 2 * len;
		char *bigger = realloc(messages->data, size);

		if (!bigger)
			return complain("out of memory");
		messages->data = bigger;
		messages->size = size;
	}
	memcpy(messages->data + messages->len, nlh, nlh->nlmsg_len);
	messages->len = len;
	return STATUS_OK;
}

enum status read_all(struct request *request, struct messages *messages)
{
	enum status status;
	bool interrupted;
	int try;

	for (try = 1; try <= TRIES; try++) {
		messages->len = 0;
		status = nl_dump(request, keep, messages, &interrupted);
		if (status != STATUS_OK || !interrupted)
			return status;
	}

	complain("the list changed while it was read; it may not be consistent");
	return STATUS_OK;
}

/* Whether the object in @nlh is one of those that @filter lets through. */
static enum status match(const struct nlmsghdr *nlh, const struct attr_set *set,
			 struct show_filter *filter, bool *matches)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];
	enum status status = nl_parse(nlh, set, tb);

	if (status != STATUS_OK)
		return status;

	*matches = tb[filter->number] &&
		   mnl_attr_get_u32(tb[filter->number]) == filter->value;
	filter->found |= *matches;
	return STATUS_OK;
}

/* Print the answer to @request, all of it or nothing. */
static enum status show(const struct request *request, const struct messages *messages,
			print_fn print, struct show_filter *filter)
{
	const struct nlmsghdr *nlh = NULL;
	enum status status = STATUS_OK;

	if (!print_hold())
		return complain("out of memory");

	print_list_open(NULL);
	while (status == STATUS_OK && (nlh = messages_next(messages, nlh))) {
		bool matches = true;

		if (filter)
			status = match(nlh, request->set, filter, &matches);
		if (status != STATUS_OK || !matches)
			continue;
		print_object_open();
		status = print(nlh);
		print_object_close();
	}
	print_list_close();

	if (status != STATUS_OK)
		print_discard();
	else if (!print_commit())
		status = complain("cannot write the answer");
	return status;
}

enum status show_one(struct request *request, print_fn print)
{
	struct messages messages = { 0 };
	enum status status = nl_do(request, keep, &messages);

	if (status == STATUS_OK)
		status = show(request, &messages, print, NULL);
	messages_free(&messages);
	return status;
}

enum status show_all(struct request *request, print_fn print, struct show_filter *filter)
{
	struct messages messages = { 0 };
	enum status status = read_all(request, &messages);

	if (status == STATUS_OK)
		status = show(request, &messages, print, filter);
	messages_free(&messages);
	return status;
}
