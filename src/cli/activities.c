/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/activities.h"

#include "base/heap.h"
#include "cli/output.h"
#include "graph/block.h"
#include "graph/line.h"

#include <stdlib.h>

#define BLOCK_MEMORY ((size_t)256 << 20)

struct listing {
	struct store *s;
	const struct timeline_options *wanted;
	bool (*call)(void *ctx, const struct timeline_line *line);
	void *ctx;
	struct arena arena, names;
	struct slice *hosts;
	size_t host_count, host_cap;
	uint32_t source; /* whose names are these */
	struct slice file, inner;
	struct buf line;
	uint64_t lost;
};

static void note_host(void *ctx, const struct slice *c, size_t n)
{
	struct listing *l = ctx;

	(void)n;
	if (!timeline_wants_host(l->wanted, c[0]))
		return;
	l->hosts = heap_room(l->hosts, l->host_count, &l->host_cap, sizeof(*l->hosts));
	l->hosts[l->host_count++] = arena_keep(&l->names, c[0]);
}

static bool put_one(struct listing *l, const struct block *b, size_t i, uint64_t record_base)
{
	const struct block_activity *a = &b->activities[i];
	struct act act = block_act(b, i);
	struct act_repeats r = { .count = a->count, .last = act.time };
	struct timeline_line line = { .has_time = a->timed, .ns = a->time_ns };

	if (!timeline_wants_time(l->wanted, act.time, a->last_ns))
		return true;
	r.last.ns = a->last_ns;
	buf_clear(&l->line);
	if (l->wanted->json) {
		act_json(&l->line, &act, &r);
		timeline_put_pointer(&l->line, l->file, l->inner, act.record + (act.record_counted ? record_base : 0),
				     act.offset);
	} else {
		act_text(&l->line, &act, &r);
	}
	line.text = buf_slice(&l->line);
	return l->call(l->ctx, &line);
}

static bool put_block(void *ctx, const struct store_segment *x, uint32_t source)
{
	struct listing *l = ctx;
	struct block b;
	struct err err = { 0 };

	arena_reset(&l->arena);
	if (!block_read(x->block, &l->arena, &b, &err)) {
		l->lost++;
		return true;
	}
	if (source != l->source && !store_source_name(l->s, source, &l->file, &l->inner))
		l->file = l->inner = slice_of(NULL, 0);
	l->source = source;
	if (!l->file.p)
		l->file = slice_str("");
	for (size_t i = 0; i < b.activity_count; i++)
		if (!put_one(l, &b, i, x->record_base))
			return false;
	return true;
}

bool activities_of(const char *path, const struct cli_options *o, const struct timeline_options *wanted,
		   bool (*call)(void *ctx, const struct timeline_line *line), void *ctx, struct err *err)
{
	struct listing l = { .s = store_open(path, err), .wanted = wanted, .call = call, .ctx = ctx };
	struct err closing = { 0 };
	bool ok = l.s != NULL;

	arena_init(&l.arena, BLOCK_MEMORY);
	arena_init(&l.names, 0);
	ok = ok && store_ask(l.s, STORE_GRAPH_HOSTS, note_host, &l, err);
	for (size_t i = 0; ok && i < l.host_count; i++)
		ok = store_each_segment(l.s, l.hosts[i], put_block, &l, &l.lost, err);
	if (l.lost)
		say_warning(o, "%s: %llu blocks of activities are damaged and were left out", path,
			    (unsigned long long)l.lost);
	store_close(l.s, &closing);
	buf_done(&l.line);
	free(l.hosts);
	arena_done(&l.arena);
	arena_done(&l.names);
	return ok;
}
