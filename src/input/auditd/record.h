/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One record of the Linux audit system, as text: `type=EXECVE msg=audit(1364481363.243:24287):
 * argc=3 a0="cat" ...` (audit-documentation, "Audit Event Format"; auparse's list of encoded
 * fields). Values that the kernel hex-encodes because they hold odd bytes are decoded; the enriched
 * tail behind GS (0x1d) has the same fields in capitals, with names for numbers.
 * All slices are parts of the line or of the arena.
 */
#include "event/event.h"

struct audit_record {
	struct slice type, node; /* node: p NULL when the line has none */
	struct when time;
	uint64_t serial;
	struct slice rest; /* behind "): " */
};

/* False when the line is no audit record. A prefix up to "type=" (a syslog header) is not taken. */
bool audit_record_read(struct slice line, struct audit_record *ret);
/* What is known of fields' names: the same few dozens come again and again. Zero is a valid start;
 * one for each reader, for events of one vocabulary. */
struct audit_names {
	struct {
		char text[20];
		uint8_t n; /* 0: nothing is here yet */
		bool encoded;
		uint32_t id;
	} list[256];
};

/* The record's fields into the event, `type` first. False when the event is full. */
bool audit_record_fields(const struct audit_record *r, struct audit_names *known, struct event *ev);

/* What several records of one serial say together, once all of them are in the event: argv as one
 * line, the address behind saddr, the files. Sets nothing where there is none. */
void audit_event_finish(struct event *ev);
