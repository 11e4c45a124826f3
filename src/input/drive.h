/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Whose volume a file system's own file ($MFT, $J) is of, from where a collection put it: "C/$MFT",
 * "C:/$Extend/$J", "ntfs/%5C%5C.%5CC%3A/$MFT", "D_/..". Only for what paths are called, never for
 * what a file is. */
#include "base/slice.h"

/* One folder's name: the letter in it, or 0. Alone, only a capital is one. */
static inline char drive_in(struct slice name)
{
	static const struct slice device = SLICE("%5C%5C.%5C");
	uint8_t c;

	if (slice_starts(name, device))
		name = slice_from(name, device.n);
	if (!name.n)
		return 0;
	c = name.p[0];
	name = slice_from(name, 1);
	if (name.n) {
		if (!slice_is(name, ":") && !slice_is(name, "_") &&
		    !slice_eq_nocase(name, slice_str("%3a")))
			return 0;
		c &= (uint8_t)~0x20;
	}
	return c >= 'A' && c <= 'Z' ? (char)c : 0;
}

/* The letter of the folder that the file lies in ($Extend is the volume's own), or 0. */
static inline char drive_of(struct slice path)
{
	struct slice folder = { NULL, 0 }, rest = path;

	while (rest.p) {
		struct slice name = slice_cut(rest, '/', &rest);

		if (rest.p && !slice_eq_nocase(name, slice_str("$extend")))
			folder = name;
	}
	return drive_in(folder);
}
