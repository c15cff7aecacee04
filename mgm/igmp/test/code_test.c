// SPDX-License-Identifier: GPL-2.0
#include "../code.c"
#include "fixture.h"

/* The drawing in 4.1.1, read aloud. */
static u32 model(unsigned int code)
{
	unsigned int mant = code & 0xf, exp = (code >> 4) & 7;

	return code < 128 ? code : (mant | 0x10) << (exp + 3);
}

static void every_code_has_the_value_of_the_rfc(struct kunit *test)
{
	unsigned int code;

	for (code = 0; code <= 255; code++)
		KUNIT_EXPECT_EQ_MSG(test, mgm_igmp_code_value(code),
				    model(code), "code %u", code);
	KUNIT_EXPECT_EQ(test, mgm_igmp_code_value(255), 31744U);
}

static void every_value_has_the_greatest_code_within_it(struct kunit *test)
{
	unsigned int code = 0;
	u32 value;

	for (value = 0; value <= 33000; value++) {
		if (code < 255 && model(code + 1) <= value)
			code++;
		KUNIT_EXPECT_EQ_MSG(test, mgm_igmp_code(value), (u8)code,
				    "value %u", value);
	}
	KUNIT_EXPECT_EQ(test, code, 255U);
}

static void a_value_too_great_has_the_last_code(struct kunit *test)
{
	u32 value;

	for (value = 31744; value; value <<= 1)
		KUNIT_EXPECT_EQ_MSG(test, mgm_igmp_code(value), (u8)255,
				    "value %u", value);
	KUNIT_EXPECT_EQ(test, mgm_igmp_code(U32_MAX), (u8)255);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_code_has_the_value_of_the_rfc),
	KUNIT_CASE(every_value_has_the_greatest_code_within_it),
	KUNIT_CASE(a_value_too_great_has_the_last_code),
	{}
};

static struct kunit_suite code_suite = {
	.name = "mgm_igmp_code",
	.test_cases = cases,
};

kunit_test_suite(code_suite);
