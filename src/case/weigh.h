/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What speaks for and against an origin, over all hosts: hosts that have it against hosts that have it not, hosts
 * before its arrival against the same hosts after it, its earlier versions against itself. Out come counts, the
 * tests' results, a verdict in the words that may be said, and a score by which origins are put in order.
 *
 *   supported      two or more alerting hosts of different images, weighty alerts that are particular to it, its
 *                  arrival on those hosts is in the evidence and comes first, and the comparison is on its side
 *   lead           named by the traces, but the comparison is missing or too thin
 *   not_supported  the same alerts come without it, or from its earlier versions too
 *   unexplained    the evidence ends before anything that has a name
 *
 * A class of alerts is particular to an origin when nearly all hosts that raise it trace it there (or to another
 * version of the product); where no weighty one is, when at least half do. Only hosts
 * count as quiet on which a detector of the class was at work; of those that have the origin, only where it ran.
 * Where a product's scanner was switched off for more than a tenth of the time its silence says nothing.
 * What every host has cannot be compared with hosts that have it not: then only before and after are left.
 * Clones of one image count once. Pure: reads the cohort (after cohort_ready), gives values. Cost: hosts, places and
 * the alerts of its classes and groups; the same of its older versions.
 */
#include "case/cohort.h"
#include "case/table.h"

/* A host that has it. */
struct weigh_place {
	uint32_t host;
	int64_t first_ns, last_ns; /* seen there */
	bool ran;		   /* and not only lay there */
	bool arrived;		   /* its coming is in the evidence: the host's records begin before it */
};

/* Another version of the same product. */
struct weigh_version {
	const struct weigh_place *places;
	size_t n;
	bool older;
	uint32_t group; /* where alerts trace to this version, or MAP_NONE */
};

struct weigh_candidate {
	uint32_t group;
	bool associated; /* no trace leads here: group is COHORT_UNNAMED, and having it is all that joins */
	bool named;	/* something that has a name, and not the evidence's end */
	bool incomplete; /* the surest trace names it but lacks a record on the way: a lower score */
	struct slice path; /* its program, for a scanner's exclusions; n 0: not known */
	double cost;	/* of its cheapest trace */
	const struct weigh_place *places; /* sorted by nothing; alerting hosts may be missing */
	size_t place_count;
	const struct weigh_version *versions;
	size_t version_count;
};

enum weigh_verdict { WEIGH_SUPPORTED, WEIGH_LEAD, WEIGH_UNEXPLAINED, WEIGH_NOT_SUPPORTED };
const char *weigh_verdict_text(enum weigh_verdict v);

/* Is an earlier version of the same product, where a detector was at work, free of these alerts? */
enum weigh_control {
	CONTROL_NONE,	  /* none is in the evidence */
	CONTROL_QUIET,	  /* there is one */
	CONTROL_ALERTING, /* there are some, and they all alert as well */
};

/* The answer to "is it a false positive?" */
enum weigh_answer {
	ANSWER_UNEXPLAINED,
	ANSWER_TREAT_AS_TRUE, /* not independent of the build */
	ANSWER_INDEPENDENT,   /* of the build */
};

struct weighed {
	enum weigh_verdict verdict;
	const char *why;      /* of the verdict, for people; static */
	const char *confidence; /* "high", "medium", "low" */
	struct table table;
	double p, odds_low, odds_high;
	uint32_t unknown; /* hosts that are neither: no detector at work, or it did not run there */
	uint32_t after_only, before_only, pairs; /* of hosts with equal windows on both sides of the arrival */
	double paired_p;
	uint32_t hosts, images; /* that alert, of their own */
	uint32_t classes;	/* particular to it */
	uint32_t old_classes;	/* left out: its earlier versions raise them as often */
	double gravity;		/* levels of these, each once */
	uint32_t arrivals;	/* alerting images on which its arrival is in the evidence and came first */
	bool everywhere;	/* no host is known to be without it */
	enum weigh_control control;
	uint32_t control_hosts; /* quiet under an earlier version */
	enum weigh_answer answer;
	/* Scanners alone raise them, and all at once, on hosts on which they had been at work beside the program for days: an
	 * update of the detector explains them as well. rival: its name; n 0 where only rules of ours that read its log are
	 * known. This name and the next are borrowed from the cohort. */
	bool detector_rival, rival_recorded; /* rival_recorded: records tell the update on most of these hosts */
	struct slice rival;
	struct slice detector;	/* the only one that raises them; n 0 where several do */
	double score;
};

void weigh(const struct cohort *c, const struct weigh_candidate *x, struct weighed *ret);
