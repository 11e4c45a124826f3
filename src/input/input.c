/* SPDX-License-Identifier: Apache-2.0 */
#include "input/input.h"

#include "input/formats.h"

#include <stdarg.h>
#include <stdio.h>

const struct input_format *const input_formats[] = {
	&input_evtx,
	&input_hive,
	&input_shimcache,
	&input_sqlite,
	&input_plist,
	&input_fsevents,
	&input_jsonl,
	&input_json,
	&input_xml,
	&input_auditd,
	&input_syslog,
	&input_zeek,
	&input_csv,
	&input_wintext,
	&input_cmtrace,
	&input_packagelog,
	&input_apt,
	&input_npm,
	&input_lockblocks,
	&input_piprecord,
	&input_checksums,
	&input_machine,
	&input_utmp,
	&input_shellhistory,
	&input_packagelist,
	&input_unit,
	&input_cron,
	&input_prefetch,
	&input_mft,
	&input_usn,
	&input_pca,
	&input_recentfilecache,
	&input_wer,
	NULL,
};

void input_note(const struct input_env *env, uint64_t offset, bool lost, const char *format, ...)
{
	char why[240];
	va_list args;

	if (!env->note)
		return;
	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	env->note(env->note_ctx, offset, lost, why);
}

static unsigned bid_of(const struct input_format *f, struct slice name, struct slice head,
		       uint64_t file_bytes)
{
	unsigned bid = f->probe(head, file_bytes);
	unsigned named = name.n && f->probe_named ? f->probe_named(name, head, file_bytes) : 0;

	return named > bid ? named : bid;
}

const struct input_format *input_detect_named(struct slice path, struct slice head,
					      uint64_t file_bytes)
{
	const struct input_format *best = NULL;
	struct slice name = input_last_part(path);
	unsigned best_bid = 0;

	for (size_t i = 0; input_formats[i]; i++) {
		unsigned bid = bid_of(input_formats[i], name, head, file_bytes);

		if (bid > best_bid) {
			best = input_formats[i];
			best_bid = bid;
		}
	}
	return best;
}

const struct input_format *input_detect(struct slice head, uint64_t file_bytes)
{
	return input_detect_named(slice_of(NULL, 0), head, file_bytes);
}
