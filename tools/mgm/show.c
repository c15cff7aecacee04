// SPDX-License-Identifier: GPL-2.0
/* What all "show" commands do. */
#include "print.h"
#include "show.h"

/* How often a list is read again because it changed meanwhile. */
#define TRIES	8

enum status show_one(struct request *request, answer_fn print, void *data)
{
	enum status status;

	if (!print_hold())
		return complain("out of memory");

	print_list_open(NULL);
	status = nl_do(request, print, data);
	print_list_close();

	if (status != STATUS_OK)
		print_discard();
	else if (!print_commit())
		status = complain("cannot write the answer");
	return status;
}

enum status show_all(struct request *request, answer_fn print, void *data)
{
	enum status status;
	bool interrupted;
	int try;

	for (try = 1; ; try++) {
		if (!print_hold())
			return complain("out of memory");

		print_list_open(NULL);
		status = nl_dump(request, print, data, &interrupted);
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
