/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Who alerts, by which detector, since when, and who could have: the facts over all hosts that origins are weighed
 * by (weigh.h). A host is quiet only where a detector that could have raised the alert was at work; where none
 * was, it is neither alerting nor quiet.
 *
 *   class   a way of alerting: one rule, or one kind of verdict of one product
 *   kind    what a class needs to see: a category of records (process_creation), or a product's own log
 *   group   where a trace ends (origin.h): the caller's number
 *
 * Hosts of one image (clones) share a number and count once. Owner: the struct; texts are copied. One thread.
 * Facts are noted first, in any order; then cohort_ready makes the indexes by which each of thousands of candidates
 * reads only what concerns it.
 */
#include "base/map.h"

/* The group of all alerts whose trace ends before anything that has a name. */
#define COHORT_UNNAMED (UINT32_MAX - 1)

struct cohort_host {
	struct slice name;
	uint32_t image; /* hosts with the same number come from one image; its own number when it has no clones */
	int64_t first_ns, last_ns; /* of its records */
	uint32_t exclusion;	   /* the last that was noted, or MAP_NONE */
	uint32_t off;		   /* when its scanner was switched off: the last that was noted, or MAP_NONE */
	uint32_t update;	   /* of its scanner's signatures: likewise */
};

struct cohort_class {
	struct slice title, level, detector; /* detector "rule": one of our own */
	double weight;			     /* of its level */
	uint32_t kind;
	/* By cohort_ready: on how many images it is raised; by alerts whose trace has an end with a name; without one. */
	uint32_t images, images_named, images_unnamed;
};

/* Alerts of one class on one host that trace to one group. */
struct cohort_alert {
	uint32_t class, host, group;
	uint64_t count;
	int64_t *times; /* rising, each once; at least one */
	size_t time_count, time_cap;
};

/* When records of a kind exist on a host. */
struct cohort_live {
	int64_t first_ns, last_ns;
};

/* A folder or file that a host's scanner was told to leave alone. */
struct cohort_exclusion {
	uint32_t next;	   /* another of the same host, or MAP_NONE */
	struct slice path; /* in lower case */
};

/* A host's scanner was switched off. */
struct cohort_off {
	uint32_t next; /* another of the same host, or MAP_NONE */
	int64_t from_ns, to_ns;
};

/* A host's scanner got new signatures. */
struct cohort_update {
	uint32_t next; /* another of the same host, or MAP_NONE */
	int64_t ns;
};

struct cohort {
	struct arena arena;
	struct cohort_exclusion *exclusions;
	size_t exclusion_count, exclusion_cap;
	struct cohort_off *offs;
	size_t off_count, off_cap;
	struct cohort_update *updates;
	size_t update_count, update_cap;
	struct map hosts_by_name, classes_by_key, kinds, lives_by_key, alerts_by_key;
	struct cohort_host *hosts;
	size_t host_count, host_cap;
	struct cohort_class *classes;
	size_t class_count, class_cap;
	struct cohort_live *lives; /* by lives_by_key */
	size_t live_count, live_cap;
	struct cohort_alert *alerts;
	size_t alert_count, alert_cap;
	bool ready;
	uint32_t *by_class, *by_group; /* indexes of alerts: by class (class_from), by group */
	size_t *class_from;	       /* class_count + 1 places in by_class */
};

void cohort_init(struct cohort *c);
void cohort_done(struct cohort *c);
/* The host's number; a new one where the name (any case) is new. */
uint32_t cohort_host(struct cohort *c, struct slice name);
/* These two come from one image. */
void cohort_clones(struct cohort *c, uint32_t a, uint32_t b);
uint32_t cohort_kind(struct cohort *c, struct slice kind);
/* Records of this kind exist on the host from first to last; widens what was said before. */
void cohort_live(struct cohort *c, uint32_t host, uint32_t kind, int64_t first_ns, int64_t last_ns);
/* The class's number. key: what makes two alerts alike. */
uint32_t cohort_class(struct cohort *c, struct slice key, const struct cohort_class *what);
void cohort_alert(struct cohort *c, uint32_t class, uint32_t host, uint32_t group, int64_t ns);
void cohort_exclude(struct cohort *c, uint32_t host, struct slice path);
/* Its scanner was off from then on; to_ns INT64_MAX: no record tells until when. Spans of one host do not overlap. */
void cohort_switched_off(struct cohort *c, uint32_t host, int64_t from_ns, int64_t to_ns);

void cohort_updated(struct cohort *c, uint32_t host, int64_t ns);

/* All classes, clones and alerts are noted. */
void cohort_ready(struct cohort *c);
/* Indexes of the alerts of one class, of one group; NULL with 0 where there are none. */
const uint32_t *cohort_of_class(const struct cohort *c, uint32_t class, size_t *ret_n);
const uint32_t *cohort_of_group(const struct cohort *c, uint32_t group, size_t *ret_n);
/* Its last alert before a moment, or INT64_MIN; its first from then on, or INT64_MAX. */
int64_t cohort_last_before(const struct cohort_alert *a, int64_t ns);
int64_t cohort_first_from(const struct cohort_alert *a, int64_t ns);

/* Is this path, or a folder above it, left alone by the host's scanner? */
bool cohort_excluded(const struct cohort *c, uint32_t host, struct slice path);
/* The share of this time in which the host's scanner was switched off, as far as records say: 0 to 1. */
double cohort_off_share(const struct cohort *c, uint32_t host, int64_t from_ns, int64_t to_ns);
/* When the host's scanner last got new signatures before a moment; INT64_MIN: no record tells. */
int64_t cohort_updated_before(const struct cohort *c, uint32_t host, int64_t ns);
/* Classes of a scanner's own log, for which exclusions count. */
bool cohort_of_scanner(const struct cohort *c, uint32_t class);

/* NULL where no record of the kind is on the host. */
const struct cohort_live *cohort_lives(const struct cohort *c, uint32_t host, uint32_t kind);
