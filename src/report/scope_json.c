/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "report/scope.h"

#define DESTINATIONS_SHOWN 200u

static struct slice or_null(struct slice s)
{
	return s.n ? s : slice_of(NULL, 0);
}

static void put_time(struct buf *out, const char *name, bool set, int64_t ns)
{
	buf_json_key(out, name);
	buf_put_when(out, (struct when){ .ns = ns, .digits = 3, .set = set });
}

static void put_level(struct buf *out, const char *name, int level, bool null)
{
	buf_json_text(out, name, null ? slice_of(NULL, 0) : slice_str(stage_level_text(level)));
}

static void put_answers(struct buf *out, const struct stage_ladder *l)
{
	buf_json_key(out, "stages");
	buf_put_byte(out, '{');
	for (int s = 0; s < STAGE_COUNT; s++)
		buf_json_text(out, stage_text((enum stage)s), slice_str(stage_answer_text(l->answers[s])));
	buf_put_byte(out, '}');
}

static void put_reasons(struct buf *out, const struct stage_ladder *l, report_file_fn *file, void *ctx)
{
	buf_json_key(out, "reasons");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < l->reason_count; i++) {
		const struct stage_reason *r = &l->reasons[i];

		buf_put_str(out, i ? ",{" : "{");
		buf_json_text(out, "stage", slice_str(stage_text(r->stage)));
		buf_json_text(out, "text", r->what.text);
		put_time(out, "time", r->what.timed, r->what.ns);
		report_pointer(out, "pointer", &r->what.at, file, ctx);
		buf_put_byte(out, '}');
	}
	buf_put_byte(out, ']');
}

static void put_missing(struct buf *out, unsigned missing)
{
	buf_json_key(out, "missing");
	buf_put_byte(out, '[');
	for (int i = 0; i < RECORDS_COUNT; i++)
		if (missing & 1u << i) {
			buf_json_comma(out);
			buf_put_json(out, slice_str(stage_record_word((enum stage_record)i)));
		}
	buf_put_byte(out, ']');
}

static void put_sources(struct buf *out, const struct stage_facts *f)
{
	buf_json_key(out, "sources");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < f->source_count; i++) {
		const struct stage_source *s = &f->sources[i];

		buf_put_str(out, i ? ",{" : "{");
		buf_json_text(out, "records", slice_str(stage_record_word(s->record)));
		buf_json_text(out, "source", s->name);
		put_time(out, "from", true, s->first_ns);
		put_time(out, "to", true, s->last_ns);
		buf_json_text(out, "completeness", slice_str(completeness_text(s->completeness)));
		buf_json_u64(out, "holes", s->hole_count);
		buf_put_byte(out, '}');
	}
	buf_put_byte(out, ']');
}

void report_scope_host(struct buf *out, const struct stage_facts *f, const struct stage_ladder *l, report_file_fn *file,
		       void *ctx)
{
	buf_put_byte(out, '{');
	buf_json_text(out, "host", f->host);
	buf_json_u64(out, "epoch", f->epoch);
	buf_json_text(out, "os", slice_str(f->os));
	put_time(out, "from", f->from_ns <= f->to_ns, f->from_ns);
	put_time(out, "to", f->from_ns <= f->to_ns, f->to_ns);
	put_level(out, "proved", l->proved, false);
	put_level(out, "possible", l->possible, false);
	put_answers(out, l);
	put_level(out, "blocked_at", l->blocked_at, l->blocked_at == STAGE_NONE);
	put_time(out, "since", l->dated, l->since_ns);
	put_time(out, "until", l->dated || l->ended, l->until_ns);
	buf_json_key(out, "removed");
	buf_put_str(out, l->ended ? "true" : "false");
	put_reasons(out, l, file, ctx);
	put_missing(out, l->missing);
	put_sources(out, f);
	buf_json_key(out, "users");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < f->user_count; i++) {
		buf_json_comma(out);
		buf_put_json(out, f->users[i]);
	}
	buf_put_byte(out, ']');
	buf_json_text(out, "clone_group", or_null(f->clone_group));
	buf_put_byte(out, '}');
}

static void put_wanted(struct buf *out, const struct stage_wanted *w)
{
	buf_json_text(out, "kind", slice_str(origin_kind_text(w->kind)));
	buf_json_text(out, "name", w->line);
	buf_json_text(out, "product", or_null(w->product));
	buf_json_text(out, "version", or_null(w->version));
	buf_json_text(out, "os", or_null(w->os));
	buf_json_text(out, "signer", or_null(w->company));
}

static void put_list(struct buf *out, const struct report_scope *r, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		buf_put_str(out, i > from ? ",{" : "{");
		put_wanted(out, &r->known->wanted[i]);
		if (i >= r->tied)
			buf_json_text(out, "destination", r->kept_names[i]);
		buf_put_byte(out, '}');
	}
}

/* The origin, those that the evidence cannot tell from it, and newer versions that keep what it brought: a host that
 * has any of them is told here. */
static void put_origins(struct buf *out, const struct report_scope *r)
{
	buf_json_key(out, "origin");
	if (!r->known->n) {
		buf_put_str(out, "null");
		return;
	}
	buf_put_byte(out, '{');
	buf_json_key(out, "rank");
	if (r->rank)
		buf_put_i64(out, r->rank);
	else
		buf_put_str(out, "null");
	put_wanted(out, &r->known->wanted[0]);
	buf_json_key(out, "tied_with");
	buf_put_byte(out, '[');
	put_list(out, r, 1, r->tied);
	buf_put_byte(out, ']');
	buf_json_key(out, "kept_by");
	buf_put_byte(out, '[');
	put_list(out, r, r->tied, r->known->n);
	buf_put_byte(out, ']');
	buf_json_key(out, "destinations");
	buf_put_byte(out, '[');
	for (uint32_t i = 0; i < r->known->destinations.n && i < DESTINATIONS_SHOWN; i++) {
		buf_json_comma(out);
		buf_put_json(out, map_key(&r->known->destinations, i));
	}
	buf_put_str(out, "]}");
}

static void put_seconds(struct buf *out, const char *name, bool set, int64_t ns)
{
	buf_json_key(out, name);
	if (set)
		buf_put_i64(out, ns / 1000000000);
	else
		buf_put_str(out, "null");
}

static void put_learned(struct buf *out, const struct stage_learned *l)
{
	buf_json_key(out, "learned");
	buf_put_byte(out, '{');
	buf_json_u64(out, "waits", l->waits);
	buf_json_u64(out, "silent", l->silent);
	put_seconds(out, "longest_wait_s", l->waits != 0, l->longest_ns);
	put_seconds(out, "sleep_window_s", l->window_ns != 0, l->window_ns);
	put_time(out, "silent_since", l->takedown, l->takedown_ns);
	buf_json_text(out, "no_destinations", l->destinations ? slice_of(NULL, 0) : slice_str(l->why_none));
	buf_put_byte(out, '}');
}

static void put_levels(struct buf *out, const char *name, const uint64_t *n, bool unknown)
{
	buf_json_key(out, name);
	buf_put_byte(out, '{');
	buf_json_u64(out, "none", n[STAGE_COUNT]);
	for (int s = 0; s < STAGE_COUNT; s++)
		buf_json_u64(out, stage_text((enum stage)s), n[s]);
	if (unknown)
		buf_json_u64(out, "U", n[STAGE_COUNT + 1]);
	buf_put_byte(out, '}');
}

static void put_counts(struct buf *out, const struct report_scope *r)
{
	struct scope_counts c;

	scope_count(r, &c);
	buf_json_key(out, "counts");
	buf_put_byte(out, '{');
	buf_json_u64(out, "hosts", c.hosts);
	buf_json_u64(out, "epochs", c.epochs);
	buf_json_u64(out, "clones", c.clones);
	buf_json_u64(out, "clone_groups", c.clone_groups);
	buf_json_u64(out, "users", c.users);
	buf_json_u64(out, "domains", c.domains);
	buf_json_u64(out, "blocked", c.blocked);
	put_levels(out, "proved", c.proved, false);
	put_levels(out, "possible", c.possible, true);
	buf_json_u64(out, "records_without_host", r->without_host);
	buf_json_u64(out, "records_without_time", r->without_time);
	buf_json_u64(out, "addresses_without_host", r->addresses);
	buf_put_byte(out, '}');
}

void report_scope_platforms(struct buf *out, const struct scope_platform p[SCOPE_PLATFORMS])
{
	buf_put_byte(out, '[');
	for (size_t i = 0; i < SCOPE_PLATFORMS; i++) {
		buf_put_str(out, i ? ",{" : "{");
		buf_json_text(out, "os", slice_str(p[i].os));
		buf_json_text(out, "state", slice_str(scope_platform_text(p[i].state)));
		buf_json_u64(out, "hosts", p[i].hosts);
		buf_json_u64(out, "with_process_starts", p[i].with_runs);
		buf_put_byte(out, '}');
	}
	buf_put_byte(out, ']');
}

void report_scope_json(struct buf *out, const struct report_scope *r)
{
	buf_put_byte(out, '{');
	buf_json_text(out, "schema", slice_str("upriver.scope/1"));
	buf_json_text(out, "case", r->path);
	put_origins(out, r);
	put_learned(out, r->learned);
	buf_json_key(out, "hosts");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < r->n; i++) {
		if (i)
			buf_put_byte(out, ',');
		report_scope_host(out, &r->facts[i], &r->ladders[i], r->file, r->ctx);
	}
	buf_put_byte(out, ']');
	put_counts(out, r);
	buf_json_key(out, "platforms");
	report_scope_platforms(out, r->platforms);
	buf_put_str(out, "}\n");
}
