/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One record in the common form. A reader fills it and owns what it points to until the next
 * record; whoever wants to keep a part copies it. Field order is the record's.
 *
 *   struct event ev;             // one per worker, reused
 *   event_init(&ev, names);
 *   while (next record) {
 *           event_clear(&ev);
 *           event_add(&ev, name, number, value);   // as often as there are fields
 *           ev.ptr.offset = ...;
 *           event_seal(&ev);                        // fills channel, event id, host, time
 *   }
 *
 * A record has up to three clocks, kept apart: `time` (when it happened, or was logged on the
 * host), `detected`, `ingested`.
 * Thread rule: one thread. Cost: no allocation once warm.
 */
#include "base/arena.h"
#include "base/when.h"
#include "event/activity.h"
#include "event/names.h"
#include "event/stage.h"
#include "event/value.h"

struct field {
	struct slice name; /* as the evidence spells it */
	struct value value;
	struct slice text; /* rendered once by event_text; p NULL before */
	uint32_t id;	   /* number in the vocabulary, or NAME_OTHER */
	uint32_t next;	   /* index + 1 of the next field with the same id, 0 when none */
	bool made;	   /* not in the record under this name: a dialect's Sigma name for it */
};

/* A name's first field: index + 1, valid where stamp is the event's generation. */
struct field_head {
	uint32_t first, stamp;
};

/* Where a record stands. file and inner are known to the engine, not to readers. */
struct pointer {
	uint64_t record; /* its own number, else counted from 1 within the innermost file */
	uint64_t offset; /* of its first byte in the innermost file */
	bool record_counted; /* record is a count from the start of this piece: add the base */
};

#define EVENT_NO_ID INT64_C(-1)

/* What a source says of itself (DESIGN, "completeness"): all may prove, only a complete one may
 * exclude. */
enum completeness {
	COMPLETENESS_UNKNOWN = 0,
	COMPLETENESS_COMPLETE,
	COMPLETENESS_FILTERED, /* by a policy, as Sysmon's configuration */
	COMPLETENESS_SAMPLED,  /* by the product, as most EDR telemetry */
	COMPLETENESS_CAPPED,   /* an export of so many rows or days */
	COMPLETENESS_TRUNCATED,
	COMPLETENESS_COUNT
};
const char *completeness_text(enum completeness c);
bool completeness_find(struct slice text, enum completeness *ret);

/* Another product's verdict, carried by a record: p NULL where it says nothing. */
struct verdict {
	const char *detector; /* NULL: the record is no alert */
	struct slice title, level; /* level in Sigma's words */
};

struct event {
	struct field *fields;
	uint32_t n, cap;
	const struct names *names;
	struct field_head *heads; /* by name number */
	uint32_t generation;
	struct arena arena; /* for the reader's and event_text's conversions; reset per event */

	const char *kind;     /* "evtx", "json": TIMELINE.md's word for the reader */
	const char *dialect;  /* name of the dialect that fitted, NULL when unknown or none */
	bool dialect_unknown; /* the reader's format has dialects, and none fitted */
	/* Sigma's log sources that the dialect knows the record to be of, besides those that follow
	 * from channel and event id: numbers of the taxonomy's classes, and the first one's words. */
	const uint32_t *sources;
	size_t source_count;
	struct slice product, category, service;
	enum activity_op op; /* what it says was done; ACTIVITY_NONE when nothing causal */
	enum completeness completeness;
	struct verdict verdict;
	struct slice channel; /* p NULL when the record has none */
	struct slice provider;
	struct slice host;
	int64_t event_id; /* EVENT_NO_ID when the record has none */
	struct when time, detected, ingested;
	const char *time_kind; /* "event" unless the reader says more */
	struct pointer ptr;
	stage_set proves; /* what such a record shows by itself of the program or file it names */
	bool damaged; /* parts of this record could not be read; a note says which */
};

void event_init(struct event *ev, const struct names *names);
void event_done(struct event *ev);
void event_clear(struct event *ev);
/* False when LIMIT_EVENT_FIELDS is reached: the reader notes it and goes on. */
bool event_add(struct event *ev, struct slice name, uint32_t id, struct value v);
/* The same, where the caller fills the value in: it is VALUE_NULL until then. NULL when the limit is
 * reached; valid until the next field is added. */
struct value *event_slot(struct event *ev, struct slice name, uint32_t id);
/* Another name for the first field called `from`: a mapping such as Image = NewProcessName.
 * Wins over a field of that name. Nothing happens where `from` is absent. Values untouched. */
void event_alias(struct event *ev, uint32_t id, uint32_t from);
/* A field that is not in the record: a dialect's name for what is. It comes before one of that name
 * in the record. `name` must outlive the event. */
bool event_make(struct event *ev, struct slice name, uint32_t id, struct value v);
/* Fills channel, provider, host, event_id and time from the known names where the reader has not
 * set them itself. */
void event_seal(struct event *ev);

/* The first field with this number, or NULL. More by field_next. */
static inline struct field *event_find(const struct event *ev, uint32_t id)
{
	const struct field_head *h = &ev->heads[id];

	return h->stamp == ev->generation ? &ev->fields[h->first - 1] : NULL;
}
static inline struct field *field_next(const struct event *ev, const struct field *f)
{
	return f->next ? &ev->fields[f->next - 1] : NULL;
}
/* The field's value as UTF-8, rendered at most once per event; never p NULL (an empty slice
 * when the arena's budget is spent). */
struct slice event_text(struct event *ev, struct field *f);
/* event_text of the first field with this number; p NULL when the record has none. */
struct slice event_text_of(struct event *ev, uint32_t id);
