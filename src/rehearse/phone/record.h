/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Writes the records of one machine, as flat JSON objects (winlogbeat 7, nxlog): Sysmon, Security,
 * System, Application, Defender. Processes have identities that hold from record to record. Records
 * may be written in any order of time; record_sort() puts them in order.
 * In every text "~" stands for the user's profile folder.
 */
#include "base/rng.h"
#include "rehearse/phone/story.h"

struct program {
	const char *image, *product, *company, *version;
	bool system; /* runs as the operating system, not as the user */
};

struct process {
	const struct program *program;
	const char *command; /* borrowed: literal text */
	uint32_t pid;
	char guid[40];
};

struct record {
	int64_t ns;
	size_t at, bytes;
};

struct machine {
	const struct rehearse_options *o;
	uint64_t index;
	struct story story;
	char name[16], user[16], address[16];
	struct rng rng;
	struct buf text;
	struct record *records;
	size_t n, cap;
	char scratch[16][400];
	unsigned scratch_next;
};

/* Text made on the spot, good for the next 15 calls: for one record, not to be kept. */
const char *text(struct machine *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Any record: open, fields, close. */
void record_open(struct machine *m, int64_t ns, const char *channel, const char *source, int id);
void record_field(struct machine *m, const char *name, const char *value);
void record_close(struct machine *m);
void record_sort(struct machine *m, struct buf *out);

/* A process starts: Sysmon 1 and Security 4688. parent NULL: not known. */
struct process process_start(struct machine *m, int64_t ns, const struct program *program,
			     const char *command, const struct process *parent);
void write_dns(struct machine *m, int64_t ns, const struct process *p, const char *name,
	       const char *address);
void write_connection(struct machine *m, int64_t ns, const struct process *p, const char *name,
		      const char *address);
void write_file(struct machine *m, int64_t ns, const struct process *p, const char *path);
/* The mark of the web on a download: Sysmon 15. */
void write_zone(struct machine *m, int64_t ns, const struct process *p, const char *path,
		const char *url);

struct module {
	const char *path, *signer; /* signer NULL: not signed */
	const char *content;	   /* what its hashes are made of */
	const char *version;
};
void write_module(struct machine *m, int64_t ns, const struct process *p,
		  const struct module *module);
void write_key(struct machine *m, int64_t ns, const struct process *p, const char *key);
void write_value(struct machine *m, int64_t ns, const struct process *p, const char *key,
		 const char *details);
void write_access(struct machine *m, int64_t ns, const struct process *p, const struct process *target,
		  const char *rights);
void write_object_read(struct machine *m, int64_t ns, const struct process *p, const char *object);
void write_logon(struct machine *m, int64_t ns, bool user, const char *type);
void write_service(struct machine *m, int64_t ns, const char *name, const char *image);
/* Application 1033 and 11707. */
void write_msi(struct machine *m, int64_t ns, const char *product, const char *version,
	       const char *company);
