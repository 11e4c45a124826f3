/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Rule tests as text: tests/rules/NAME.test holds triples of rule, event and verdict.
 *
 *   logsource: {product: windows}
 *   detection:
 *     selection:
 *       Image|endswith: '\cmd.exe'
 *     condition: selection
 *   ---
 *   Image: C:\Windows\System32\cmd.exe
 *   ---
 *   match
 *   ===
 *   ---
 *   Image: C:\Windows\System32\other.exe
 *   ---
 *   no match
 *
 * Blocks are separated by lines `---`, triples by lines `===`. Verdict: `match`, `no match`, or
 * `fault WORDS` where the rule is not to be loaded, with a reason that holds the words
 * ("LINE:COLUMN reason", lines counted from the rule's first). An empty rule block means the rule
 * before. The last two `---` of a triple count: a rule block may hold several YAML documents; the
 * event is asked against all of its rules, and `match` means any of them.
 *
 * A rule block `rule: PATH` stands for a rule file of the project, from its root.
 *
 * Event lines are `Field: value`; Channel, EventID and Computer are fields like others. The rest
 * of the line is the value, a text as it stands, unless it is
 *   "..."       a text with JSON's escapes (\n \t \\ \" \u0041 ...)
 *   null        no value
 *   true false  booleans
 *   a number    a number
 *   [v, v ...]  a list of these (texts in quotes)
 *   !filetime N a FILETIME
 *   !utf16 TEXT the text as UTF-16
 * A line that starts with # is not read. The text before the first `logsource` or `title` may be
 * YAML comments that say what is shown.
 */
#include "base/err.h"
#include "event/event.h"

struct triple {
	struct slice rule, event, verdict;
	uint32_t line; /* of its first line, from 1 */
};

struct triple_reader {
	struct slice rest;
	struct slice rule; /* the one before */
	uint32_t line;
};

void triple_open(struct triple_reader *r, struct slice text);
/* False at the end, and (with err->code set) where the text is no triple. */
bool triple_next(struct triple_reader *r, struct triple *ret, struct err *err);
/* Adds the names of the event's fields. */
void triple_names(struct slice event, struct names *names);
/* Fills ev (cleared by the caller) and seals it. Texts borrow from `event` and ev->arena. */
bool triple_event(struct slice event, struct event *ev, struct err *err);
