/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Dialects: how a product spells the common fields, which of Sigma's log sources its records are,
 * and what was done in them. A dialect is a table file (src/input/dialects/NAME.dialect), not code;
 * docs/how-to/add-a-dialect.md walks through one. A line each:
 *
 *   dialect defender              its name, shown in the summary; a file may hold several
 *   when    ActionType DeviceId   it fits when all of these hold: FIELD is there, !FIELD is not,
 *                                 FIELD|OTHER is, FIELD=a|b has one of these values (a* begins
 *                                 so, *a* has it inside)
 *   reader  auditd                only records of this reader (the event's kind)
 *   complete capped               what the source says of itself: complete filtered sampled capped
 *   time    Timestamp             the event's clock, the first that is there; `detected` and
 *                                 `ingested` likewise
 *   clock   first_seen            what happened at that time (time_kind), where it is no event
 *   provider SourceName           the record's provider, without renaming the field for rules
 *   os      Platform              the field that tells windows, linux or macos (for `source *`)
 *   open    EventData xml         a text that holds more fields: json, xml, pairs (a=b in lines, and
 *                                 Windows events as text: wintext/message.h) or bars (a: b in lines or
 *                                 with broken bars between); a last word is put before their names
 *   again                         after opening: look for the dialect of what came out
 *   map     event.code EventID    this field is also called that, where nothing is
 *   make    Hashes [MD5={MD5}]    this name has that value (template.h), before one in the record
 *   by      {ActionType}          what tells the kinds of record apart
 *   block   actor                 lines up to the next `block` or `record`, for `use actor`
 *   record  ProcessCreated|..     a kind of record: by has this value (* any); then its lines:
 *     when, map, make, use          as above
 *     source windows process_creation [service]   Sigma's log source; - for none, * for the os
 *     channel DeviceProcessEvents   what its stream is called where the record does not say
 *     op    process_start           what was done (event/activity.h)
 *     alert {Title}                 it is a verdict of another product: its title...
 *     level {Severity}              ...and level
 *
 * For every record, whatever its dialect: `wrap _source` (the record lies inside this member),
 * `strip winlog.event_data.` (winlog.event_data.Image is called Image; * is one member), `raise
 * data.win.eventdata.` (the same, and its first letter is made a capital), `under properties.` (the same, but the name stays and a field of the whole name goes before), `suffix
 * _decimal` (off its end), `rows Records [meta]` (a list of records inside an object, where the object
 * also has the member meta or one below it; `rows tables >columns`, where the records have the member
 * columns; json.c).
 *
 * Paths join nested members with dots; a member whose own name holds a dot (flat ECS) is the same
 * path. XML attributes of event log exports ("Provider.#attributes.Name",
 * "Provider_attributes.Name") are called Provider_Name everywhere. Values in `when` and `record`
 * compare without case and blanks. A `#` between blanks ends a line.
 * Built before reading, immutable, shared.
 */
#include "event/event.h"

struct err;
struct dialects;
struct taxonomy;
struct translator;

/* Those that are part of the program; adds the names they map to, and to the taxonomy the log
 * sources they know. NULL with err on a fault in a table (a programming error, tests catch it). */
struct dialects *dialects_new(struct names *names, struct taxonomy *tax, struct err *err);
/* None yet: for dialects_add. */
struct dialects *dialects_empty(void);
/* Adds those of one text. */
bool dialects_add(struct dialects *d, struct slice text, struct names *names, struct taxonomy *tax,
		  struct err *err);
void dialects_free(struct dialects *d);

/* What a member's path is called: wrappers and prefixes off, attributes folded in. A part of path,
 * or a copy in the arena. */
struct slice dialects_name(const struct dialects *d, struct slice path, struct arena *arena);
/* The number of a field so called, also as the name below an `under`. */
uint32_t dialects_number(const struct dialects *d, const struct names *names, struct slice name);
/* Whether a list in this member, which begins so, holds records: 0 no, else its number for
 * dialects_rows_fit(). */
size_t dialects_rows(const struct dialects *d, struct slice member, struct slice begin);
/* Whether the other members of the object around the list are such that it does. */
bool dialects_rows_fit(const struct dialects *d, size_t rows, const struct event *around);

/* Puts records into the common form: finds the dialect of one whose fields are in place, opens
 * texts with fields in them, names, clocks, log sources. One for each open reader; dialects may be
 * NULL (nothing happens then). */
struct translator *translator_new(const struct dialects *d, const struct names *names);
void translator_free(struct translator *t);
/* Sets ev->dialect, or dialect_unknown. Before event_seal. */
void translator_apply(struct translator *t, struct event *ev);
