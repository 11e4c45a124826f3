/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A plain, slow evaluator: walks the rule tree and tries every test on every value. What the
 * compiled matcher must agree with on every event. Shares only test_text() and the regular
 * expression of one test with it. */
#include "event/event.h"
#include "event/taxonomy.h"
#include "rules/rule.h"

/* Does the rule's log source fit the event, and do its detections? Aliases are applied to ev. */
bool plain_match(const struct rule *rule, struct event *ev, const struct taxonomy *tax);
