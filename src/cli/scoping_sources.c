/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/scoping_sources.h"

#include "base/heap.h"
#include "graph/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the coverage's verdicts: one a source, and those of categories that the user vouches for ---- */

struct judged {
	struct slice host, source, category; /* category n 0: all of it */
	int64_t first_ns, last_ns;
	enum completeness completeness;
	bool refuted;
	struct stage_span *holes;
	size_t n, cap;
};

struct reading {
	struct scoping_sources *x;
	struct judged *verdicts;
	size_t n, cap;
	struct map by_name; /* host and source, folded -> first verdict, + 1; their like follow it */
	struct arena scratch;
};

static enum completeness completeness_of(struct slice word)
{
	enum completeness c = COMPLETENESS_UNKNOWN;

	completeness_find(word, &c);
	return c;
}

static struct slice source_key(struct arena *a, struct slice host, struct slice source)
{
	struct slice h = arena_lower(a, host), s = arena_lower(a, source);

	return arena_printf(a, "%.*s\n%.*s", (int)h.n, (const char *)h.p, (int)s.n, (const char *)s.p);
}

static void note_verdict(void *ctx, const struct slice *c, size_t n)
{
	struct reading *r = ctx;
	struct judged v = { .host = arena_keep(&r->x->arena, c[0]),
			     .source = arena_keep(&r->x->arena, c[1]),
			     .category = c[2].n ? arena_keep(&r->x->arena, c[2]) : slice_of(NULL, 0),
			     .completeness = completeness_of(c[8]),
			     .refuted = c[11].n != 0 };
	struct slice key;

	(void)n;
	slice_to_i64(c[5], &v.first_ns);
	slice_to_i64(c[6], &v.last_ns);
	r->verdicts = heap_room(r->verdicts, r->n, &r->cap, sizeof(*r->verdicts));
	r->verdicts[r->n++] = v;
	arena_reset(&r->scratch);
	key = source_key(&r->scratch, v.host, v.source);
	if (map_get(&r->by_name, key) == MAP_NONE)
		map_set(&r->by_name, key, (uint32_t)r->n);
}

/* The machine being off is no hole: nothing could happen. */
static void note_span(void *ctx, const struct slice *c, size_t n)
{
	struct reading *r = ctx;
	struct stage_span span = { 0, 0 };
	uint64_t place;
	struct judged *v;

	(void)n;
	if (slice_is(c[1], "off") || !slice_to_u64(c[0], &place) || place >= r->n)
		return;
	slice_to_i64(c[4], &span.from_ns);
	slice_to_i64(c[5], &span.to_ns);
	if (slice_is(c[6], "1"))
		span.to_ns = INT64_MAX;
	v = &r->verdicts[place];
	v->holes = heap_room(v->holes, v->n, &v->cap, sizeof(*v->holes));
	v->holes[v->n++] = span;
}

/* ---- hosts ---- */

static int64_t time_of(struct slice text, int64_t none)
{
	struct when t = text.n ? when_parse(text) : (struct when){ 0 };

	return t.set ? t.ns : none;
}

static void note_host(void *ctx, const struct slice *c, size_t n)
{
	struct reading *r = ctx;
	struct scoping_sources *x = r->x;
	struct scoping_host h = { .name = arena_keep(&x->arena, c[0]),
				  .first_ns = time_of(c[1], 1),
				  .last_ns = time_of(c[2], 0) };

	(void)n;
	if (!c[0].n)
		return;
	/* What a sensor calls by its address, and no record says whose it is: nothing can be shown of it. */
	if (address_is(c[0])) {
		x->addresses++;
		return;
	}
	if (h.first_ns <= h.last_ns && (x->first_ns == INT64_MAX || h.first_ns < x->first_ns))
		x->first_ns = h.first_ns;
	x->hosts = heap_room(x->hosts, x->host_count, &x->host_cap, sizeof(*x->hosts));
	x->hosts[x->host_count++] = h;
}

static void note_uncounted(void *ctx, const struct slice *c, size_t n)
{
	struct reading *r = ctx;

	(void)n;
	slice_to_u64(c[0], &r->x->without_host);
	slice_to_u64(c[1], &r->x->without_time);
}

/* ---- kinds of record ---- */

/* By Sigma's category, by the number of an event of the Security log, by the source's name or its kind (timeline.md). A live
 * list (processes, modules) names what was running when it was made, Prefetch what was run last: what else ran does
 * not show. A log of packages is no list of them. */
static const struct kind {
	const char *category, *source, *format; /* format: the reader's, or the product that wrote the log */
	int64_t event_id; /* 0: any */
	enum stage_record record;
	bool moment; /* whole as it may be, it excludes nothing */
} kinds[] = {
	{ NULL, "Windows.System.Pslist", NULL, 0, RECORDS_RUNS, true },
	{ NULL, "Windows.System.DLLs", NULL, 0, RECORDS_LOADS, true },
	{ NULL, "Windows.Sys.Programs", NULL, 0, RECORDS_PACKAGES, false },
	{ NULL, "programs", NULL, 0, RECORDS_PACKAGES, false },
	{ NULL, "apps", NULL, 0, RECORDS_PACKAGES, false },
	{ NULL, "deb_packages", NULL, 0, RECORDS_PACKAGES, false },
	{ NULL, "rpm_packages", NULL, 0, RECORDS_PACKAGES, false },
	{ NULL, "packages", NULL, 0, RECORDS_PACKAGES, false },
	{ NULL, "inventory", NULL, 0, RECORDS_FILES, false },
	{ NULL, NULL, "mft", 0, RECORDS_FILES, false },
	{ NULL, NULL, "amcache_file", 0, RECORDS_FILES, true },
	{ NULL, NULL, "shimcache", 0, RECORDS_FILES, true },
	{ NULL, NULL, "recent_file_cache", 0, RECORDS_FILES, true },
	{ NULL, NULL, "uninstall", 0, RECORDS_PACKAGES, false },
	{ NULL, NULL, "msi_product", 0, RECORDS_PACKAGES, false },
	{ NULL, NULL, "amcache_program", 0, RECORDS_PACKAGES, true },
	{ NULL, NULL, "install_history", 0, RECORDS_PACKAGES, true },
	{ NULL, NULL, "package", 0, RECORDS_PACKAGES, true },
	{ NULL, NULL, "prefetch", 0, RECORDS_RUNS, true },
	{ NULL, NULL, "bam", 0, RECORDS_RUNS, true },
	{ NULL, NULL, "userassist", 0, RECORDS_RUNS, true },
	{ NULL, NULL, "pca", 0, RECORDS_RUNS, true },
	{ NULL, NULL, "srum_network", 0, RECORDS_CONTACTS, true },
	/* A sensor names no program. */
	{ NULL, "conn", "zeek", 0, RECORDS_CONTACTS, true },
	{ NULL, "dns", "zeek", 0, RECORDS_CONTACTS, true },
	{ NULL, "ssl", "zeek", 0, RECORDS_CONTACTS, true },
	{ NULL, "http", "zeek", 0, RECORDS_CONTACTS, true },
	{ NULL, NULL, "browser_visit", 0, RECORDS_REQUESTS, true },
	{ NULL, NULL, "browser_download", 0, RECORDS_REQUESTS, true },
	{ NULL, NULL, "usn", 0, RECORDS_CHANGES, false },
	{ "process_creation", NULL, NULL, 0, RECORDS_RUNS, false },
	{ "image_load", NULL, NULL, 0, RECORDS_LOADS, false },
	{ "dns_query", NULL, NULL, 0, RECORDS_CONTACTS, false },
	{ "network_connection", NULL, NULL, 0, RECORDS_CONTACTS, false },
	{ "proxy", NULL, NULL, 0, RECORDS_REQUESTS, false },
	{ "webserver", NULL, NULL, 0, RECORDS_REQUESTS, false },
	{ "file_access", NULL, NULL, 0, RECORDS_READS, false },
	{ "file_event", NULL, NULL, 0, RECORDS_CHANGES, false },
	{ "file_rename", NULL, NULL, 0, RECORDS_CHANGES, false },
	{ "file_change", NULL, NULL, 0, RECORDS_CHANGES, false },
	{ "file_delete", NULL, NULL, 0, RECORDS_CHANGES, false },
	{ NULL, "Security", NULL, 4688, RECORDS_RUNS, false },
	{ NULL, "Security", NULL, 4663, RECORDS_READS, false },
	{ NULL, "Security", NULL, 5156, RECORDS_CONTACTS, false },
	{ NULL, "Application", NULL, 1033, RECORDS_PACKAGES, true },
	{ NULL, "Application", NULL, 1034, RECORDS_PACKAGES, true },
};

static bool is_kind(const struct kind *k, const struct slice *c, int64_t event_id)
{
	return (!k->category || slice_is(c[2], k->category)) && (!k->source || slice_eq_nocase(c[1], slice_str(k->source))) &&
	       (!k->format || slice_is(c[5], k->format) || slice_is(c[6], k->format)) && (!k->event_id || k->event_id == event_id);
}

static const struct kind *kind_of(const struct slice *c)
{
	int64_t event_id = 0;

	slice_to_i64(c[4], &event_id);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (is_kind(&kinds[i], c, event_id))
			return &kinds[i];
	return NULL;
}

/* What is known of how whole these records are: what the user vouches for; what the whole source was judged; else what
 * their own reader says, unless the source's records speak against it. */
static void judge_kind(const struct reading *r, const struct slice *c, const struct kind *k, struct stage_source *s)
{
	static const enum completeness order[] = { COMPLETENESS_COMPLETE, COMPLETENESS_UNKNOWN, COMPLETENESS_FILTERED,
						   COMPLETENESS_SAMPLED,  COMPLETENESS_CAPPED,	COMPLETENESS_TRUNCATED };
	struct arena scratch;
	uint64_t weakness = 1;
	uint32_t at;

	slice_to_u64(c[10], &weakness);
	s->completeness = order[weakness < 6 ? weakness : 1];
	arena_init(&scratch, 0);
	at = map_get(&r->by_name, source_key(&scratch, c[0], c[1]));
	arena_done(&scratch);
	for (size_t i = at == MAP_NONE ? r->n : at - 1; i < r->n; i++) {
		const struct judged *v = &r->verdicts[i];

		if (!slice_eq_nocase(v->host, c[0]) || !slice_eq_nocase(v->source, c[1]))
			break;
		if (v->category.n && !slice_eq_nocase(v->category, c[2]) && !slice_eq_nocase(v->category, c[3]))
			continue;
		if (!v->category.n) {
			/* A log goes on while other records come. */
			s->first_ns = v->first_ns;
			s->last_ns = v->last_ns;
			s->holes = v->holes;
			s->hole_count = v->n;
			if (v->refuted)
				s->completeness = v->completeness;
		}
		if (v->completeness == COMPLETENESS_COMPLETE)
			s->completeness = COMPLETENESS_COMPLETE;
	}
	if (k->moment && s->completeness == COMPLETENESS_COMPLETE)
		s->completeness = COMPLETENESS_SAMPLED;
}

static struct scoping_host *host_at(struct scoping_sources *x, struct slice name)
{
	size_t low = x->host_count ? x->host_count - 1 : 0;

	/* Rows come by host: the last that has sources, or one behind it. */
	for (size_t i = 0; i < x->host_count; i++) {
		size_t at = (low + x->host_count - i) % x->host_count;

		if (slice_eq_nocase(x->hosts[at].name, name))
			return &x->hosts[at];
	}
	return NULL;
}

static void note_kind(void *ctx, const struct slice *c, size_t n)
{
	struct reading *r = ctx;
	struct scoping_sources *x = r->x;
	const struct kind *k = kind_of(c);
	struct scoping_host *h = address_is(c[0]) ? NULL : host_at(x, c[0]);
	struct stage_source s = { 0 };

	(void)n;
	/* A machine's record has its system's installation as its time. */
	if (h && slice_is(c[5], "machine"))
		slice_to_i64(c[8], &h->installed_ns);
	if (!h || !k)
		return;
	slice_to_i64(c[7], &s.first_ns);
	slice_to_i64(c[8], &s.last_ns);
	s.record = k->record;
	s.names_only = k->format && strcmp(k->format, "mft") == 0;
	judge_kind(r, c, k, &s);
	/* Questions and connections are each whole or not by themselves. */
	s.name = k->category && k->record == RECORDS_CONTACTS
			 ? arena_printf(&x->arena, "%.*s %s", (int)c[1].n, (const char *)c[1].p, k->category)
			 : arena_keep(&x->arena, c[1]);
	for (size_t i = h->first; i < h->first + h->n; i++)
		if (x->list[i].record == s.record && slice_eq_nocase(x->list[i].name, s.name))
			return;
	if (!h->n)
		h->first = x->n;
	x->list = heap_room(x->list, x->n, &x->cap, sizeof(*x->list));
	x->list[x->n++] = s;
	h->n++;
}

/* Holes outlive the reading. */
static void keep_holes(struct reading *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct judged *v = &r->verdicts[i];
		struct stage_span *kept;

		if (!v->n)
			continue;
		kept = arena_array(&r->x->arena, v->n, sizeof(*kept));
		memcpy(kept, v->holes, v->n * sizeof(*kept));
		free(v->holes);
		v->holes = kept;
	}
}

bool scoping_sources_read(struct scoping_sources *x, struct store *s, struct err *err)
{
	struct reading r = { .x = x };
	bool ok;

	*x = (struct scoping_sources){ .first_ns = INT64_MAX };
	arena_init(&x->arena, 0);
	arena_init(&r.scratch, 0);
	map_init(&r.by_name);
	ok = store_ask(s, STORE_HOSTS, note_host, &r, err) && store_ask(s, STORE_UNCOUNTED, note_uncounted, &r, err) &&
	     store_ask(s, STORE_SOURCES, note_verdict, &r, err) && store_ask(s, STORE_SPANS, note_span, &r, err);
	keep_holes(&r);
	ok = ok && store_ask(s, STORE_KINDS, note_kind, &r, err);
	map_done(&r.by_name);
	arena_done(&r.scratch);
	free(r.verdicts);
	return ok;
}

void scoping_sources_done(struct scoping_sources *x)
{
	free(x->hosts);
	free(x->list);
	arena_done(&x->arena);
}
