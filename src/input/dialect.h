/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Dialects: how a product spells the common fields. A dialect is a table file
 * (src/input/dialects/NAME.dialect), not code; docs/how-to/add-an-input.md has an example:
 *
 *   dialect winlogbeat            # its name, shown in the summary
 *   wrap    _source               # the record lies inside this member
 *   strip   winlog.event_data.    # winlog.event_data.Image is called Image; * is one member
 *   when    winlog.channel        # it fits when all these fields are there
 *   map     event.code  EventID   # this field is also called that, where nothing is yet
 *   provider SourceName           # the record's provider, without renaming the field for rules
 *   time    @timestamp            # the event's clock, first one that is there; `detected` and
 *   ingested event.ingested       # `ingested` likewise
 *
 * Paths join nested members with dots; a member whose own name holds a dot (flat ECS) is the same
 * path. `wrap` and `strip` hold for every record, whatever its dialect; `when`, `map` and clocks
 * are asked by name after that. XML attributes of event log exports ("Provider.#attributes.Name",
 * "Provider_attributes.Name") are called Provider_Name everywhere.
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

/* What a member's path is called: wrappers and prefixes off, attributes folded in. A part of path,
 * or a copy in the arena. */
struct slice dialects_name(const struct dialects *d, struct slice path, struct arena *arena);
/* Finds the dialect of a record whose fields are in place: sets ev->dialect (or
 * dialect_unknown), gives the mapped fields their second names and fills the clocks. */
void dialects_apply(const struct dialects *d, struct event *ev);
