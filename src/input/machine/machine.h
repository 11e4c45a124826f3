/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What small files say of the machine that they are from: os-release(5), hostname(5), machine-id(5),
 * localtime(5) (or the target of its link), Apple's SystemVersion.plist and preferences.plist (XML),
 * Velociraptor's client_info.json, UAC's log, KAPE's console log, DFIR-ORC's GetThis.csv. Texts are
 * borrowed from the file or the arena; nothing is checked but that they are there. One thread.
 */
#include "base/arena.h"

struct machine {
	struct slice name, domain, os, build, time_zone;
	struct slice machine_id; /* machine-id, or Windows' MachineGuid */
};

/* How sure it is from the first bytes alone that it is one of those that content tells: 0 to 100. */
unsigned machine_probe(struct slice head);
/* False where nothing is told. */
bool machine_read(struct slice text, struct arena *a, struct machine *ret);
