// SPDX-License-Identifier: GPL-2.0
/*
 * The codes of IGMPv3 for times (4.1.1, 4.1.7): one octet, as it is up to 127, and
 * above that a small floating-point number: 1, eee, mmmm.
 */
#include <linux/igmp.h>

#include "igmp.h"

#define CODE_MAX	0xff

/* The greatest code that stands for no more than @value. */
u8 mgm_igmp_code(u32 value)
{
	unsigned int exp;

	if (value < 0x80)
		return value;
	if (value >= mgm_igmp_code_value(CODE_MAX))
		return CODE_MAX;
	/* The mantissa's five bits, of which the first is always set. */
	exp = fls(value) - 5;
	return 0x80 | ((exp - 3) << 4) | ((value >> exp) & 0xf);
}

u32 mgm_igmp_code_value(u8 code)
{
	return IGMPV3_MRC(code);
}
