/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Dialects: how a product spells the common fields. A dialect is a table file
 * (src/input/dialects/NAME.dialect), not code; docs/how-to/add-an-input.md has an example:
 *
 *   dialect winlogbeat            # its name, shown in the summary
 *   wrap    _source               # the record lies inside this member (tried first)
 *   when    winlog.channel        # it fits when all these paths are there (any number of lines;
 *   when    agent.type=winlogbeat # ...with this value)
 *   strip   winlog.event_data.    # winlog.event_data.Image is called Image
 *   map     event.code  EventID   # this path is called that
 *   time    @timestamp            # the event's clock; `detected` and `ingested` likewise
 *   host    host.name
 *
 * Paths join nested members with dots; a member whose own name holds a dot (flat ECS,
 * "winlog.channel": ...) is the same path.
 * Built before reading, immutable, shared.
 */
#include "event/event.h"

struct err;
struct dialects;

/* Those that are part of the program; adds the names they map to. NULL with err on a fault in a
 * table (a programming error, tests catch it). */
struct dialects *dialects_new(struct names *names, struct err *err);
/* Adds one from text. */
bool dialects_add(struct dialects *d, struct slice text, struct names *names, struct err *err);
void dialects_free(struct dialects *d);
