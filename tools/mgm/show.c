// SPDX-License-Identifier: GPL-2.0
/* What all "show" commands do. */
#include "print.h"
#include "show.h"

/* How often a list is read again because it changed meanwhile. */
#define TRIES	8

/* What is being shown. */
struct shown {
	const struct attr_set *set;
	print_fn print;
	struct show_filter *filter;
};

static enum status show_object(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[ATTR_COUNT_MAX];
	const struct shown *shown = data;
	struct show_filter *filter = shown->filter;
	enum status status;

	if (filter) {
		status = nl_parse(nlh, shown->set, tb);
		if (status != STATUS_OK)
			return status;
		if (!tb[filter->number] ||
		    mnl_attr_get_u32(tb[filter->number]) != filter->value)
			return STATUS_OK;
		filter->found = true;
	}

	print_object_open();
	status = shown->print(nlh);
	print_object_close();
	return status;
}

enum status show_one(struct request *request, print_fn print)
{
	struct shown shown = { request->set, print, NULL };
	enum status status;

	if (!print_hold())
		return complain("out of memory");

	print_list_open(NULL);
	status = nl_do(request, show_object, &shown);
	print_list_close();

	if (status != STATUS_OK)
		print_discard();
	else if (!print_commit())
		status = complain("cannot write the answer");
	return status;
}

enum status show_all(struct request *request, print_fn print, struct show_filter *filter)
{
	struct shown shown = { request->set, print, filter };
	enum status status;
	bool interrupted;
	int try;

	for (try = 1; ; try++) {
		if (!print_hold())
			return complain("out of memory");

		if (filter)
			filter->found = false;
		print_list_open(NULL);
		status = nl_dump(request, show_object, &shown, &interrupted);
		print_list_close();

		if (status == STATUS_OK && (!interrupted || try == TRIES))
			break;
		print_discard();
		if (status != STATUS_OK)
			return status;
	}

	if (!print_commit())
		return complain("cannot write the answer");
	if (interrupted)
		complain("the list changed while it was read; it may not be consistent");
	return STATUS_OK;
}
