/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The order of version texts: runs of digits by value, the rest by bytes; 1.10 comes after 1.9, and 1.2 before
 * 1.2.1. No scheme's own rules (pre-releases, epochs). */
#include "base/slice.h"

/* < 0, 0, > 0. "1.2" and "1.2.0" differ: they are two texts. */
int version_compare(struct slice a, struct slice b);
/* Does the text name this version, and not a longer number? "app-5.4.2.msi" names 5.4.2; "app-15.4.2", "app-5.4.21" and
 * "app-5.4.2.1" do not. Numbers without a dot name nothing: a year is one, too. */
bool version_in(struct slice text, struct slice version);
