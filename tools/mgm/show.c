// SPDX-License-Identifier: GPL-2.0
/* What all "show" commands do. */
#include "print.h"
#include "show.h"

static enum status keep(const struct nlmsghdr *nlh, void *data)
{
	return mgm_messages_keep(nlh, data) ? complain("out of memory") : STATUS_OK;
}

enum status read_all(struct request *request, struct mgm_messages *messages)
{
	bool interrupted;
	enum status status = nl_dump(request, messages, &interrupted);

	if (status == STATUS_OK && interrupted)
		complain("the list changed while it was read; it may not be consistent");
	return status;
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
static enum status show(const struct request *request, const struct mgm_messages *messages,
			print_fn print, struct show_filter *filter)
{
	const struct nlmsghdr *nlh = NULL;
	enum status status = STATUS_OK;

	if (!print_hold())
		return complain("out of memory");

	print_list_open(NULL);
	while (status == STATUS_OK && (nlh = mgm_messages_next(messages, nlh))) {
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
	struct mgm_messages messages = { 0 };
	enum status status = nl_do(request, keep, &messages);

	if (status == STATUS_OK)
		status = show(request, &messages, print, NULL);
	mgm_messages_free(&messages);
	return status;
}

enum status show_all(struct request *request, print_fn print, struct show_filter *filter)
{
	struct mgm_messages messages = { 0 };
	enum status status = read_all(request, &messages);

	if (status == STATUS_OK)
		status = show(request, &messages, print, filter);
	mgm_messages_free(&messages);
	return status;
}
