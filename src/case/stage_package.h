/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What belongs to a package of a registry or of the system by where it lies: scripts that package managers run for it,
 * its folder among a language's packages, and folders that bear its name. */
#include "case/stage_known.h"

/* The wanted package that a path is of: a language's package by its folder, the system's by the script that its
 * manager keeps. NULL: none. */
const struct stage_wanted *stage_package_of(const struct stage_known *k, struct slice path);
/* The same of a folder that a program runs in. */
const struct stage_wanted *stage_package_in(const struct stage_known *k, struct slice folder);
/* Is it a file of a wanted package of the system: /opt/NAME/..., /usr/lib/NAME/..., /usr/bin/NAME? */
bool stage_package_place(const struct stage_known *k, struct slice path);
/* The wanted package that a package manager is told to install by its name: pip install NAME==1.0, npm i @scope/NAME@2. */
const struct stage_wanted *stage_package_asked(const struct stage_known *k, struct slice command);
