/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Whose volume a file system's own file ($MFT, $J) is of, from where a collection put it: "C/$MFT",
 * "C:/$Extend/$J", "ntfs/%5C%5C.%5CC%3A/$MFT", "D_/..". Only for what paths are called, never for
 * what a file is. */
#include "base/slice.h"

/* One folder's name: the letter in it, or 0. */
static inline char drive_in(struct slice name)
{
	static const struct slice device = SLICE("%5C%5C.%5C");
	uint8_t c;

	if (slice_starts(name, device))
		name = slice_from(name, device.n);
	if (!name.n)
		return 0;
	c = ascii_lower(name.p[0]);
	name = slice_from(name, 1);
	if (c < 'a' || c > 'z' || (name.n && !slice_is(name, ":") && !slice_eq_nocase(name, slice_str("%3a"))))
		return 0;
	return (char)(c & ~0x20);
}

/* The letter of the last folder in the path that is one; 0: none. The file's own name is not looked
 * at. */
static inline char drive_of(struct slice path)
{
	struct slice rest = path;
	char found = 0;

	while (rest.p) {
		struct slice name = slice_cut(rest, '/', &rest);
		char c = rest.p ? drive_in(name) : 0;

		found = c ? c : found;
	}
	return found;
}
