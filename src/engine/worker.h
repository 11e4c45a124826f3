/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The worker process: takes commands until the socket closes. Everything it does with evidence
 * happens behind sandbox_enter(). Never returns.
 */
#include "engine/engine.h"

struct worker_setup {
	const struct engine_options *options;
	const struct engine_analysis *analysis;
	int commands; /* SOCK_SEQPACKET */
	int results;  /* pipe, written to */
	uint64_t data_bytes, spill_bytes; /* rlimits */
};

_Noreturn void worker_main(const struct worker_setup *setup);

/* Shared by the two kinds of jobs. */
struct worker {
	const struct worker_setup *setup;
	struct buf out; /* messages not yet written */
};

/* Writes what has gathered when it is more than `keep` bytes. Ends the process when the parent is
 * gone. */
void worker_flush(struct worker *w, size_t keep);
void worker_at(struct worker *w, uint64_t offset);

struct wire_command;

/* A command's descriptors; -1 where there is none. */
struct job_files {
	int fd, spill, beside[INPUT_BESIDE];
};

/* read.c: one piece through its reader into the analysis. */
struct piece_reader;
struct piece_reader *piece_reader_new(struct worker *w, void *analysis_worker);
void piece_read(struct piece_reader *r, const struct job_files *files, const struct wire_command *c);
/* unpack.c: the members of a container into the spill file. */
void piece_unpack(struct worker *w, int fd, int spill, const struct wire_command *c);
