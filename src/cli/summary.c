/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/summary.h"

#include "base/heap.h"

#include <stdlib.h>

void summary_init(struct summary *s)
{
	*s = (struct summary){ 0 };
	arena_init(&s->arena, 0);
}

void summary_done(struct summary *s)
{
	free(s->notes);
	arena_done(&s->arena);
}

void summary_note(struct summary *s, const struct engine_note *n)
{
	s->notes = heap_room(s->notes, s->n, &s->cap, sizeof(*s->notes));
	s->notes[s->n++] = (struct summary_note){
		.file = arena_keep(&s->arena, n->file),
		.inner = n->inner.p ? arena_keep(&s->arena, n->inner) : n->inner,
		.reason = arena_keep(&s->arena, n->reason),
		.offset = n->offset,
		.lost = n->lost,
	};
}

static void json_faults(struct buf *out, const struct ruleset *set)
{
	buf_json_key(out, "not_loadable");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < set->fault_count; i++) {
		const struct rule_fault *f = &set->faults[i];

		if (!f->fatal)
			continue;
		buf_json_comma(out);
		buf_put_byte(out, '{');
		buf_json_text(out, "file", f->file);
		buf_json_u64(out, "line", f->line);
		buf_json_u64(out, "column", f->column);
		buf_json_text(out, "reason", f->reason);
		buf_put_byte(out, '}');
	}
	buf_put_byte(out, ']');
}

static void json_sources(struct buf *out, const struct hunt *h)
{
	buf_json_key(out, "logsources");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < h->source_count; i++) {
		buf_json_comma(out);
		buf_put_byte(out, '{');
		buf_json_text(out, "product", h->sources[i].product);
		buf_json_text(out, "category", h->sources[i].category);
		buf_json_text(out, "service", h->sources[i].service);
		buf_json_u64(out, "events", h->sources[i].events);
		buf_json_u64(out, "rules", h->sources[i].rules);
		buf_put_byte(out, '}');
	}
	buf_put_byte(out, ']');
}

static size_t json_rules_without_data(struct buf *out, const struct hunt *h)
{
	size_t loaded = 0;

	buf_json_key(out, "rules_without_data");
	buf_put_byte(out, '[');
	for (uint32_t r = 0; r < h->set->n; r++) {
		if (!match_rule_loaded(h->matcher, r))
			continue;
		loaded++;
		if (h->sources[match_rule_source(h->matcher, r)].events)
			continue;
		buf_json_comma(out);
		buf_put_json(out, h->set->rules[r].id);
	}
	buf_put_byte(out, ']');
	return loaded;
}

static void json_unreadable(struct buf *out, const struct summary *s)
{
	buf_json_key(out, "unreadable");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < s->n; i++) {
		buf_json_comma(out);
		buf_put_byte(out, '{');
		buf_json_text(out, "file", s->notes[i].file);
		buf_json_text(out, "inner", s->notes[i].inner);
		buf_json_u64(out, "offset", s->notes[i].offset);
		buf_json_text(out, "reason", s->notes[i].reason);
		buf_json_key(out, "lost");
		buf_put_str(out, s->notes[i].lost ? "true" : "false");
		buf_put_byte(out, '}');
	}
	buf_put_byte(out, ']');
}

void summary_json(struct buf *out, const struct summary *s, const struct hunt *h,
		  const struct engine_totals *totals)
{
	struct buf without = { 0 };
	size_t loaded;

	buf_put_byte(out, '{');
	buf_json_text(out, "schema", slice_str("upriver.hunt-summary/1"));
	buf_json_u64(out, "events", totals->events);
	buf_json_u64(out, "bytes", totals->bytes);
	buf_json_key(out, "seconds");
	buf_printf(out, "%.3f", totals->seconds);
	buf_json_key(out, "hosts");
	buf_put_byte(out, '[');
	for (uint32_t i = 0; i < h->hosts.n; i++) {
		buf_json_comma(out);
		buf_put_json(out, map_key(&h->hosts, i));
	}
	buf_put_byte(out, ']');
	buf_put_byte(&without, '{');
	loaded = json_rules_without_data(&without, h);
	buf_json_key(out, "rules");
	buf_put_byte(out, '{');
	buf_json_u64(out, "loaded", loaded);
	json_faults(out, h->set);
	buf_put_byte(out, '}');
	json_sources(out, h);
	buf_put_byte(out, ',');
	buf_put(out, slice_from(buf_slice(&without), 1));
	json_unreadable(out, s);
	buf_json_u64(out, "hits", h->hits);
	buf_json_u64(out, "unknown_dialect_events", h->unknown_events);
	buf_json_u64(out, "times_without_zone", h->zone_assumed);
	buf_json_key(out, "interrupted");
	buf_put_str(out, totals->interrupted ? "true" : "false");
	buf_put_str(out, "}\n");
	buf_done(&without);
}
