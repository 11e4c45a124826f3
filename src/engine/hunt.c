/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/hunt.h"

#include "base/cursor.h"
#include "base/hash.h"
#include "base/heap.h"
#include "base/limits.h"
#include "engine/correlating.h"
#include "engine/wire.h"
#include "rules/correlate.h"

#include <stdio.h>
#include <stdlib.h>

enum { MESSAGE_HIT = ENGINE_MESSAGE_FIRST, MESSAGE_SOURCES, MESSAGE_HOST, MESSAGE_BASE };

/* A value in `why` is for reading; what is longer is cut at a character. */
#define WHY_VALUE_BYTES 1000
#define HOSTS_MAX 1000000u

/* ---- worker side ---- */

struct worker {
	const struct matcher *matcher;
	struct match_scratch *scratch;
	uint64_t *reported; /* events per source already sent */
	struct map hosts;   /* already sent by this worker */
	struct slice last_host;
	struct buf message;
	uint64_t unknown, zone_assumed;
};

void *hunt_worker_new(void *shared)
{
	struct worker *w = heap_new(sizeof(*w));

	w->matcher = shared;
	w->scratch = match_scratch_new(w->matcher);
	w->reported = heap_array(match_source_count(w->matcher), sizeof(*w->reported));
	map_init(&w->hosts);
	return w;
}

/* At most WHY_VALUE_BYTES, never half a character. */
static struct slice cut_value(struct slice s)
{
	size_t n = WHY_VALUE_BYTES;

	if (s.n <= n)
		return s;
	while (n > 0 && (s.p[n] & 0xc0) == 0x80)
		n--;
	return slice_of(s.p, n);
}

static void send_hit(struct worker *w, struct event *ev, uint32_t rule, struct buf *out)
{
	struct match_why why[LIMIT_WHY];
	size_t n = match_explain(w->scratch, ev, rule, why, LIMIT_WHY);
	struct buf *m = &w->message;

	buf_clear(m);
	buf_put_le32(m, rule);
	buf_put_u8(m, ev->time.set);
	buf_put_le64(m, (uint64_t)ev->time.ns);
	buf_put_u8(m, ev->time.digits);
	buf_put_le64(m, (uint64_t)ev->event_id);
	buf_put_u8(m, ev->ptr.record_counted);
	buf_put_le64(m, ev->ptr.record);
	buf_put_le64(m, ev->ptr.offset);
	wire_put_optional(m, ev->host);
	wire_put_optional(m, ev->channel);
	buf_put_le32(m, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		buf_put_sized(m, why[i].selection);
		buf_put_sized(m, why[i].field);
		buf_put_sized(m, cut_value(why[i].value));
		buf_put_sized(m, why[i].pattern);
	}
	engine_message(out, MESSAGE_HIT, buf_slice(m));
}

/* A rule that correlations build on gives a base hit to them, and one of its own where it may. */
static void send_match(struct worker *w, struct event *ev, uint32_t rule, struct buf *out)
{
	const struct ruleset *set = match_ruleset(w->matcher);
	const struct capture *c = set->captures ? &set->captures[rule] : NULL;

	if (c && c->used) {
		buf_clear(&w->message);
		correlating_encode(&w->message, set, rule, ev);
		engine_message(out, MESSAGE_BASE, buf_slice(&w->message));
		if (c->silent || set->rules[rule].level < match_level(w->matcher))
			return;
	}
	send_hit(w, ev, rule, out);
}

static void note_host(struct worker *w, struct event *ev, struct buf *out)
{
	/* Records of one host stand together: most are answered by the last one. */
	if (!ev->host.n || slice_eq(ev->host, w->last_host))
		return;
	uint32_t known = map_get(&w->hosts, ev->host);

	if (known == MAP_NONE) {
		if (w->hosts.n >= HOSTS_MAX)
			return;
		known = map_intern(&w->hosts, ev->host);
		engine_message(out, MESSAGE_HOST, ev->host);
	}
	w->last_host = map_key(&w->hosts, known);
}

bool hunt_worker_match(void *worker, struct event *ev, struct buf *out)
{
	struct worker *w = worker;
	struct match_list matches = match_event(w->scratch, ev);

	note_host(w, ev, out);
	w->unknown += !ev->channel.p && ev->dialect_unknown;
	w->zone_assumed += ev->time.zone_assumed;
	for (size_t i = 0; i < matches.n; i++)
		send_match(w, ev, matches.rules[i], out);
	return matches.n > 0;
}

void hunt_worker_event(void *worker, struct event *ev, struct buf *out)
{
	hunt_worker_match(worker, ev, out);
}

void hunt_worker_piece_end(void *worker, struct buf *out)
{
	struct worker *w = worker;

	buf_clear(&w->message);
	buf_put_le64(&w->message, w->unknown);
	buf_put_le64(&w->message, w->zone_assumed);
	w->unknown = w->zone_assumed = 0;
	for (size_t i = 0; i < match_source_count(w->matcher); i++) {
		uint64_t events = match_source_get(w->scratch, i).events;

		if (events == w->reported[i])
			continue;
		buf_put_le32(&w->message, (uint32_t)i);
		buf_put_le64(&w->message, events - w->reported[i]);
		w->reported[i] = events;
	}
	engine_message(out, MESSAGE_SOURCES, buf_slice(&w->message));
}

/* ---- parent side ---- */

void hunt_init(struct hunt *h, const struct ruleset *set, const struct matcher *matcher,
	       const char *temp)
{
	struct match_scratch *scratch = match_scratch_new(matcher);

	*h = (struct hunt){ .set = set, .matcher = matcher };
	h->source_count = match_source_count(matcher);
	h->sources = heap_array(h->source_count, sizeof(*h->sources));
	for (size_t i = 0; i < h->source_count; i++) {
		struct match_source s = match_source_get(scratch, i);

		h->sources[i] = (struct hunt_source){ s.product, s.category, s.service, s.rules, 0 };
	}
	match_scratch_free(scratch);
	map_init(&h->hosts);
	map_init(&h->hosts_folded);
	h->correlating = correlating_new(set, temp);
}

void hunt_done(struct hunt *h)
{
	free(h->sources);
	correlating_free(h->correlating);
	map_done(&h->hosts);
	map_done(&h->hosts_folded);
	*h = (struct hunt){ 0 };
}

void hit_id_of(char id[33], struct slice key)
{
	snprintf(id, 33, "%016llx%016llx", (unsigned long long)hash64_seed(key, 1),
		 (unsigned long long)hash64_seed(key, 2));
}

/* The last part of the path counts, not the way there. */
void hit_id_for(char id[33], const struct engine_file *file, struct slice rule, struct slice host,
		struct slice channel, uint64_t record, uint64_t offset, int64_t ns)
{
	struct slice path = file->path;
	struct buf key = { 0 };

	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	for (size_t i = path.n; i-- > 0;)
		if (path.p[i] == '/') {
			path = slice_from(path, i + 1);
			break;
		}
	buf_put_sized(&key, path);
	buf_put_sized(&key, file->inner);
	buf_put_sized(&key, rule);
	buf_put_sized(&key, host);
	buf_put_sized(&key, channel);
	buf_put_le64(&key, record);
	buf_put_le64(&key, offset);
	buf_put_le64(&key, (uint64_t)ns);
	hit_id_of(id, buf_slice(&key));
	buf_done(&key);
}

static bool decode_hit(struct hunt *h, struct cursor *c, uint64_t record_base, struct hit *hit)
{
	hit->rule_index = cursor_u32(c);
	hit->time.set = cursor_u8(c) != 0;
	hit->time.ns = (int64_t)cursor_u64(c);
	hit->time.digits = cursor_u8(c);
	hit->event_id = (int64_t)cursor_u64(c);
	bool counted = cursor_u8(c) != 0;

	hit->record = cursor_u64(c) + (counted ? record_base : 0);
	hit->offset = cursor_u64(c);
	hit->host = wire_take_optional(c);
	hit->channel = wire_take_optional(c);
	hit->why_count = cursor_u32(c);
	if (!c->ok || hit->rule_index >= h->set->n || hit->why_count > LIMIT_WHY ||
	    hit->time.digits > 9)
		return false;
	for (size_t i = 0; i < hit->why_count; i++) {
		hit->why[i].selection = cursor_sized(c);
		hit->why[i].field = cursor_sized(c);
		hit->why[i].value = cursor_sized(c);
		hit->why[i].pattern = cursor_sized(c);
	}
	return c->ok;
}

static bool take_hit(struct hunt *h, const struct engine_file *file, uint64_t record_base,
		     struct slice payload)
{
	struct hit hit = { .file = file };
	struct cursor c = cursor_of(payload);

	if (!decode_hit(h, &c, record_base, &hit))
		return false;
	hit.rule = &h->set->rules[hit.rule_index];
	hit_id_for(hit.id, file, hit.rule->id, hit.host, hit.channel, hit.record, hit.offset, hit.time.ns);
	h->hits++;
	if (h->on_hit)
		h->on_hit(h->ctx, &hit);
	return true;
}

static bool take_sources(struct hunt *h, struct slice payload)
{
	struct cursor c = cursor_of(payload);

	h->unknown_events += cursor_u64(&c);
	h->zone_assumed += cursor_u64(&c);
	while (c.ok && cursor_left(&c)) {
		uint32_t i = cursor_u32(&c);
		uint64_t events = cursor_u64(&c);

		if (!c.ok || i >= h->source_count)
			return false;
		h->sources[i].events += events;
	}
	return c.ok;
}

static bool take_host(struct hunt *h, struct slice name)
{
	struct arena a;

	if (name.n == 0 || name.n > 4096 || h->hosts.n >= HOSTS_MAX)
		return false;
	arena_init(&a, 0);
	size_t before = h->hosts_folded.n;

	map_intern(&h->hosts_folded, arena_lower(&a, name));
	if (h->hosts_folded.n > before)
		map_intern(&h->hosts, name);
	arena_done(&a);
	return true;
}

bool hunt_result(struct hunt *h, const struct engine_file *file, uint64_t record_base, uint8_t type,
		 struct slice payload)
{
	bool ok;

	switch (type) {
	case MESSAGE_HIT:
		ok = take_hit(h, file, record_base, payload);
		break;
	case MESSAGE_SOURCES:
		ok = take_sources(h, payload);
		break;
	case MESSAGE_HOST:
		ok = take_host(h, payload);
		break;
	case MESSAGE_BASE:
		ok = h->correlating && correlating_take(h->correlating, file, record_base, payload);
		break;
	default:
		return false;
	}
	h->dropped += !ok;
	return true;
}

static void on_correlation(void *ctx, const struct hit *hit)
{
	struct hunt *h = ctx;

	h->hits++;
	if (h->on_hit)
		h->on_hit(h->ctx, hit);
}

bool hunt_finish(struct hunt *h, struct err *err)
{
	return !h->correlating || correlating_finish(h->correlating, match_level(h->matcher),
						     on_correlation, h, err);
}

static void json_rule(struct buf *out, const struct rule *rule)
{
	buf_json_key(out, "rule");
	buf_put_byte(out, '{');
	buf_json_text(out, "id", rule->id.p ? rule->id : slice_str(""));
	buf_json_text(out, "title", rule->title.p ? rule->title : slice_str(""));
	buf_json_text(out, "level", slice_str(rule_level_text(rule->level)));
	buf_json_key(out, "tags");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < rule->tag_count; i++) {
		buf_json_comma(out);
		buf_put_json(out, rule->tags[i]);
	}
	buf_put_str(out, "]}");
}

static void json_why(struct buf *out, const struct hit *h)
{
	buf_json_key(out, "why");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < h->why_count; i++) {
		const struct hit_why *w = &h->why[i];

		buf_put_str(out, i ? ",{" : "{");
		buf_json_text(out, "selection", w->selection.p ? w->selection : slice_str(""));
		buf_json_text(out, "field", w->field.n ? w->field : slice_of(NULL, 0));
		buf_json_text(out, "value", w->value.p ? w->value : slice_str(""));
		buf_json_text(out, "pattern", w->pattern.p ? w->pattern : slice_str(""));
		buf_put_byte(out, '}');
	}
	buf_put_byte(out, ']');
}

static void json_pointer(struct buf *out, const struct engine_file *file, uint64_t record,
			 uint64_t offset)
{
	buf_put_byte(out, '{');
	buf_json_text(out, "file", file->path);
	buf_json_text(out, "inner", file->inner);
	buf_json_u64(out, "record", record);
	buf_json_u64(out, "offset", offset);
	buf_put_byte(out, '}');
}

static void json_group(struct buf *out, const struct correlated *x)
{
	buf_json_key(out, "group");
	buf_put_byte(out, '{');
	for (size_t i = 0; i < x->correlation->group_count; i++) {
		buf_json_comma(out);
		buf_put_json(out, x->correlation->group[i].name);
		buf_put_byte(out, ':');
		buf_put_json(out, x->group[i]);
	}
	buf_put_byte(out, '}');
}

/* What came together, when, and the last base hits that did. */
static void json_correlation(struct buf *out, const struct hit *h)
{
	const struct correlated *x = h->correlated;
	struct when from = { .ns = x->from_ns, .set = true, .digits = h->time.digits };

	buf_json_key(out, "correlation");
	buf_put_byte(out, '{');
	buf_json_text(out, "type", slice_str(correlation_type_text(x->correlation->type)));
	json_group(out, x);
	buf_json_key(out, "value");
	buf_printf(out, "%.17g", x->value);
	buf_json_key(out, "from");
	buf_put_when(out, from);
	buf_json_u64(out, "timespan_seconds", (uint64_t)(x->correlation->span_ns / 1000000000));
	buf_json_key(out, "base");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < x->base_count; i++) {
		buf_put_str(out, i ? ",{" : "{");
		buf_json_text(out, "rule", h->base[i].rule->id.n ? h->base[i].rule->id
								 : h->base[i].rule->title);
		buf_json_key(out, "pointer");
		json_pointer(out, h->base[i].file, h->base[i].record, h->base[i].offset);
		buf_put_byte(out, '}');
	}
	buf_put_str(out, "]}");
}

void hit_json(struct buf *out, const struct hit *h)
{
	buf_put_byte(out, '{');
	buf_json_text(out, "schema", slice_str("upriver.hit/1"));
	buf_json_text(out, "id", slice_str(h->id));
	json_rule(out, h->rule);
	buf_json_key(out, "time");
	buf_put_when(out, h->time);
	buf_json_text(out, "host", h->host);
	buf_json_text(out, "channel", h->channel);
	buf_json_key(out, "event_id");
	if (h->event_id == EVENT_NO_ID)
		buf_put_str(out, "null");
	else
		buf_put_i64(out, h->event_id);
	buf_json_key(out, "pointer");
	json_pointer(out, h->file, h->record, h->offset);
	json_why(out, h);
	if (h->correlated)
		json_correlation(out, h);
	buf_put_byte(out, '}');
}
