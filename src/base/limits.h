/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Every budget of the program in one place. Reaching one is reported, never silent. */
#include <stddef.h>
#include <stdint.h>

#define LIMIT_LINE_BYTES ((size_t)64 << 20)    /* one JSON line or record */
#define LIMIT_WINDOW_BYTES ((size_t)4 << 20)   /* what a reader is given at a time */
#define LIMIT_EVENT_BYTES ((size_t)160 << 20)  /* memory for one event's values */
#define LIMIT_EVENT_FIELDS 20000u	       /* fields of one event */
#define LIMIT_DEPTH 64u			       /* nesting inside one record */
#define LIMIT_CONTAINER_DEPTH 8u	       /* archives inside archives */
#define LIMIT_CONTAINER_MEMBERS 2000000u       /* members of one archive */
#define LIMIT_CONTAINER_RATIO 400u	       /* unpacked / packed, checked past 64 MiB */
#define LIMIT_CONTAINER_BYTES ((uint64_t)1 << 40) /* unpacked bytes of one archive */
#define LIMIT_MESSAGE_BYTES ((uint32_t)256 << 20) /* worker to parent, one message */
#define LIMIT_PATH_DEPTH 128u		       /* folders below an evidence argument */
#define LIMIT_RULE_BYTES ((size_t)8 << 20)     /* one rule file */
#define LIMIT_RULE_DEPTH 32u		       /* nesting of a condition */
#define LIMIT_WHY 64u			       /* reasons printed for one hit */
#define LIMIT_COVERAGE_CELLS ((size_t)1 << 17)  /* host x hour x kind of record, held at a time */
#define LIMIT_COVERAGE_TEXT ((size_t)16 << 20) /* names of hosts and channels, held at a time */
#define LIMIT_GRAPHS_BYTES ((size_t)256 << 20)  /* graphs of hosts, kept between passes over a case */
#define LIMIT_BREAKS ((size_t)1 << 17)	       /* records that end or change logging, kept at a time */
#define LIMIT_NUMBER_RUNS ((size_t)1 << 20)    /* runs of record numbers, 48 bytes each */
#define LIMIT_NUMBER_LOGS ((size_t)1 << 18)    /* event logs (host and channel) */
#define LIMIT_SPANS ((size_t)2000)	       /* holes of one source; the longest are kept */
#define LIMIT_NAME_BYTES ((size_t)1024)	       /* of a host or channel name; the rest is cut */
