/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Rule tests as text. A file holds triples separated by lines `===`; a triple three blocks
 * separated by lines `---`:
 *
 *   rule: rules/windows/x.yml      (or the rule itself, as YAML)
 *   ---
 *   Channel: Security
 *   EventID: 4688
 *   NewProcessName: C:\a.exe
 *   ---
 *   match                          (or: no match)
 *
 * An event's value runs to the end of the line; `Field:` alone is an empty text, `Field: null` a
 * null. Lines that begin with # before a block are comments.
 */
#include "base/slice.h"

struct triple {
	struct slice rule, event, verdict;
	unsigned line; /* of its first line */
};

/* Takes the next triple off text. False at the end. */
bool triple_next(struct slice *text, unsigned *line, struct triple *ret);
