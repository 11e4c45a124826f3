/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Records to activities. What an event log's record says is told by its channel and id
 * (graph/sources.c, after Microsoft's and Sysmon's documentation); what other products' records say
 * by the dialect that named their fields (event.op). One activity a record, or none; a few tell more (extract_more).
 * Built before workers are forked, read-only in them. Cost: about 0.2 us a record that tells an
 * activity, a few ns one that does not.
 */
#include "graph/act.h"

struct extract;

/* Adds the fields it reads to names. */
struct extract *extract_new(struct names *names);
void extract_free(struct extract *x);
/* False where the record tells no activity. `alert`: give one anyway, of op alert, with what the
 * record says of its actor. Texts are the event's, or in its arena. */
bool extract_act(const struct extract *x, struct event *ev, bool alert, struct act *ret);

/* A prefetch file's list tells what its program opened as it started: beside the run, each executable of it
 * as a module that was loaded then. At most so many of one file; of its latest run alone, which it was made at. */
#define EXTRACT_MODULES 512u
/* What a record tells besides its activity `first`, one a call: *at is 0 before the first. False: no more. */
bool extract_more(const struct extract *x, struct event *ev, const struct act *first, uint32_t *at, struct act *ret);

/* Another product's verdict that an event log holds (Defender's detections): fills ev->verdict where it is not
 * filled. */
void extract_verdict(const struct extract *x, struct event *ev);
/* The product's own number for the machine, where the record has one; p NULL else. */
struct slice extract_machine(const struct extract *x, struct event *ev);
/* Which address is which machine's, as the record says: a lease, an inventory, the near end of a connection; where tickets
 * are given out, one for a machine's own account (NAME$). False where it says none. act: of this record, or NULL where
 * it tells none. */
bool extract_lease(const struct extract *x, struct event *ev, const struct act *act, struct slice *ret_host,
		   struct slice *ret_address);

/* The rows of sources.c. Fields are alternatives split by |, the first that is there. */
enum extract_slot {
	SLOT_END, /* of a row's list */
	SLOT_SUBJECT_KEY,
	SLOT_SUBJECT_PID,
	SLOT_SUBJECT_NAME,
	SLOT_OBJECT_KEY,
	SLOT_OBJECT_PID,
	SLOT_OBJECT_NAME,
	SLOT_HASHES, /* "SHA256=..,MD5=.." as Sysmon writes them, or one hash alone */
	SLOT_ZONE,   /* what a Zone.Identifier stream holds */
	SLOT_MESSAGE, /* the text of an MsiInstaller record, where it has no list of values */
	SLOT_ATTRIBUTE, /* + the attribute */
};

#define EXTRACT_FIELDS 20

struct extract_row {
	const char *channel; /* NULL: for any record whose dialect says so */
	const char *provider;
	int64_t id;
	enum activity_op op;
	struct {
		unsigned slot;
		const char *fields; /* "=text": that text; "#N": item N (from 1) of the list in Data */
	} fields[EXTRACT_FIELDS];
};

extern const struct extract_row extract_rows[];
extern const size_t extract_row_count;
