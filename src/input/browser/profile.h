/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Whose file it is, by where it lay: browser, profile and user are in no record of a browser's own.
 */
#include "base/slice.h"

struct browser_profile {
	struct slice browser; /* "chrome", "edge", "firefox"...: a literal; p NULL not known */
	struct slice profile; /* part of the path; p NULL not known */
	struct slice user;    /* the same */
};

/* path: with '/', from anywhere above the profile's folder to the file itself. */
struct browser_profile browser_profile_of(struct slice path);
/* Only the user: .../Users/NAME/..., .../home/NAME/..., .../Documents and Settings/NAME/... */
struct slice browser_user_of(struct slice path);
