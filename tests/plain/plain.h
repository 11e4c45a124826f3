/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The plain evaluator: walks a rule's tree on an event, slowly and as src/rules/rule.h says in
 * words. The compiled matcher must agree with it on every event. It has its own text comparison
 * (a pattern of characters, `?` and `*` against the text, character by character), so that the
 * matcher's is tested too; networks, numbers and times go through test_text.
 */
#include "event/event.h"
#include "rules/rule.h"

struct taxonomy;

/* The rule's condition, whatever the event's log source. */
bool plain_evaluate(const struct rule *r, struct event *ev);
/* Whether the rule asks for events of this log source. An event without a channel may be of any;
 * one of an unknown channel is Windows' and no more. Adds the aliases of the event's classes. */
bool plain_applies(const struct rule *r, struct event *ev, const struct taxonomy *tax);
/* Both. Without tax every rule applies. */
bool plain_match(const struct rule *r, struct event *ev, const struct taxonomy *tax);
