/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests that are run for each row of a table.
 */
#ifndef _MGM_TEST_TABLE_H
#define _MGM_TEST_TABLE_H

#include <kunit/test.h>
#include <linux/string.h>

/* The elements of name_rows[], each with a @desc, are a test's parameters. */
#define TABLE(name) \
	static void name##_desc(const typeof(name##_rows[0]) *row, char *desc) \
	{ \
		strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE); \
	} \
	KUNIT_ARRAY_PARAM(name, name##_rows, name##_desc)

#define CASE_TABLE(fn, name) KUNIT_CASE_PARAM(fn, name##_gen_params)

#endif /* _MGM_TEST_TABLE_H */
