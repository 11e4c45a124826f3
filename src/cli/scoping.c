/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/scoping.h"

#include "base/heap.h"
#include "case/stage_facts.h"
#include "cli/output.h"
#include "cli/scoping_sources.h"
#include "cli/tracing.h"
#include "report/scope.h"

#include <stdlib.h>

/* An origin as the case keeps it. */
struct kept_origin {
	int64_t place, rank;
	struct stage_wanted wanted;
	struct slice sha256, downloaded_sha256;
};

/* The alerts of a host; they follow each other. */
struct alert_range {
	size_t first, n;
};

struct scoping {
	struct store *s;
	struct graphs *graphs;
	struct arena arena;
	struct kept_origin *origins;
	size_t origin_count, origin_cap;
	size_t chosen[STAGE_WANTED], chosen_count;
	int64_t ranks[STAGE_WANTED]; /* of chosen */
	size_t tied;		     /* of chosen: those of the rank that was asked for; the rest keep what they brought */
	struct slice kept_names[STAGE_WANTED]; /* of the rest: whom they call */
	struct slice system;	     /* of the chosen releases, as the hosts that have them tell */
	bool several_systems;
	int64_t rank;
	struct stage_known known;
	struct scoping_sources sources;
	struct stage_place_key *alerts; /* where they stand */
	size_t alert_count, alert_cap;
	struct alert_range *ranges; /* by host */
	struct map host_numbers; /* folded name -> index in sources.hosts */
	struct slice last_file, last_inner;
	uint32_t last_source;
	struct stage_gathered gathered;
	struct stage_learned learned;
	struct stage_ladder *ladders;
};

/* ---- the origin ---- */

static struct slice keep(struct scoping *x, struct slice s)
{
	return s.n ? arena_keep(&x->arena, s) : slice_of(NULL, 0);
}

static enum origin_kind kind_of(struct slice word)
{
	for (int k = 0; k < ORIGIN_KIND_COUNT; k++)
		if (slice_is(word, origin_kind_text((enum origin_kind)k)))
			return (enum origin_kind)k;
	return ORIGIN_GAP;
}

static void note_origin(void *ctx, const struct slice *c, size_t n)
{
	struct scoping *x = ctx;
	struct kept_origin k = { .wanted = { .kind = kind_of(c[2]),
					     .line = keep(x, c[3]),
					     .version = keep(x, c[4]),
					     .product = keep(x, c[5]),
					     .os = keep(x, c[6]),
					     .company = keep(x, c[7]),
					     .ecosystem = keep(x, c[8]),
					     .path = keep(x, c[9]),
					     .url = keep(x, c[10]),
					     .downloaded = keep(x, c[11]) },
				 .sha256 = keep(x, c[12]),
				 .downloaded_sha256 = keep(x, c[13]) };

	(void)n;
	slice_to_i64(c[0], &k.place);
	slice_to_i64(c[1], &k.rank);
	x->origins = heap_room(x->origins, x->origin_count, &x->origin_cap, sizeof(*x->origins));
	x->origins[x->origin_count++] = k;
}

static bool fits(const struct kept_origin *k, const struct scoping_wanted *w)
{
	if (w->text.n)
		return slice_holds_nocase(k->wanted.line, w->text) || slice_holds_nocase(k->wanted.product, w->text);
	return k->rank == (w->rank ? w->rank : 1);
}

static void take(struct scoping *x, size_t origin)
{
	x->ranks[x->chosen_count] = x->origins[origin].rank;
	x->chosen[x->chosen_count++] = origin;
}

static bool has_rank(const struct scoping *x, int64_t rank)
{
	for (size_t i = 0; i < x->chosen_count; i++)
		if (x->ranks[i] == rank)
			return true;
	return false;
}

/* The origins of one rank: the first that fits, and those tied with it. */
static bool choose(struct scoping *x, const struct scoping_wanted *w, struct err *err)
{
	for (size_t i = 0; i < x->origin_count && x->chosen_count < STAGE_WANTED; i++)
		if (x->chosen_count ? x->origins[i].rank == x->rank : fits(&x->origins[i], w)) {
			x->rank = x->origins[i].rank;
			take(x, i);
		}
	x->tied = x->chosen_count;
	if (x->chosen_count || (!w->rank && !w->text.n))
		return true;
	return err_set(err, ERR_USAGE, 0, "no origin of this case is called that: upriver show lists them");
}

static void note_content(void *ctx, const struct slice *c, size_t n)
{
	struct scoping *x = ctx;
	int64_t place = 0;

	(void)n;
	slice_to_i64(c[0], &place);
	for (size_t i = 0; i < x->chosen_count; i++)
		if (x->origins[x->chosen[i]].place == place) {
			struct slice file, hash = slice_cut(c[1], ' ', &file);

			stage_wanted_hash(&x->known, hash, file);
		}
}

static const char *system_of(struct slice word)
{
	return slice_is(word, "windows") ? "windows" : slice_is(word, "macos") ? "macos" : slice_is(word, "linux") ? "linux" : NULL;
}

/* A package manager's record may not say its system; the hosts that have the package do. */
static void note_system(void *ctx, const struct slice *c, size_t n)
{
	struct scoping *x = ctx;

	(void)n;
	for (size_t i = 0; i < x->chosen_count; i++) {
		const struct stage_wanted *w = &x->origins[x->chosen[i]].wanted;

		if (!w->version.n || !slice_eq(w->product, c[0]) || !slice_eq(w->version, c[1]))
			continue;
		x->several_systems |= x->system.n && !slice_eq(x->system, c[2]);
		x->system = keep(x, c[2]);
	}
}

static void note_release(void *ctx, const struct slice *c, size_t n)
{
	struct scoping *x = ctx;

	(void)n;
	stage_wanted_content(&x->known, c[0], c[1], c[3], system_of(c[2]), c[5]);
}

static void note_alerting(void *ctx, const struct slice *c, size_t n)
{
	struct scoping *x = ctx;
	int64_t rank = 0;

	(void)n;
	if (slice_to_i64(c[0], &rank) && has_rank(x, rank))
		stage_wanted_host(&x->known, c[1]);
}

static uint32_t source_of(struct scoping *x, struct slice file, struct slice inner)
{
	if (!x->last_file.p || !slice_eq(file, x->last_file) || !slice_eq(inner, x->last_inner)) {
		x->last_file = arena_keep(&x->arena, file);
		x->last_inner = arena_keep(&x->arena, inner);
		x->last_source = store_source(x->s, file, inner);
	}
	return x->last_source;
}

static void note_origin_alert(void *ctx, const struct slice *c, size_t n)
{
	struct scoping *x = ctx;
	struct stage_place_key at = { 0 };
	int64_t rank = 0;

	(void)n;
	if (!slice_to_i64(c[0], &rank) || !has_rank(x, rank))
		return;
	at.source = source_of(x, c[1], c[2]);
	slice_to_u64(c[3], &at.record);
	slice_to_u64(c[4], &at.offset);
	stage_wanted_alert(&x->known, &at);
}

static bool is_chosen(const struct scoping *x, struct slice version)
{
	for (size_t i = 0; i < x->chosen_count; i++)
		if (stage_same_version(version, x->origins[x->chosen[i]].wanted.version))
			return true;
	return false;
}

/* An address that other versions were fetched from as well tells nothing of this one. */
static void note_update(void *ctx, const struct slice *c, size_t n)
{
	struct scoping *x = ctx;

	(void)n;
	if (c[6].n)
		for (size_t i = 0; i < x->chosen_count; i++) {
			const struct stage_wanted *w = &x->origins[x->chosen[i]].wanted;

			if (slice_eq_nocase(c[0], w->product) && (stage_same_version(c[3], w->version) || !is_chosen(x, c[3])))
				stage_wanted_url(&x->known, c[6], !stage_same_version(c[3], w->version));
		}
}

/* What the case knows of those that were chosen. */
static bool know_chosen(struct scoping *x, struct err *err)
{
	for (size_t i = 0; i < x->chosen_count; i++) {
		const struct kept_origin *k = &x->origins[x->chosen[i]];

		stage_wanted_add(&x->known, &k->wanted);
		stage_wanted_hash(&x->known, k->sha256, k->wanted.path);
		stage_wanted_hash(&x->known, k->downloaded_sha256, k->wanted.downloaded);
	}
	/* Releases twice: first which versions there are, then what is beside them. */
	return store_ask(x->s, STORE_RELEASES, note_system, x, err) &&
	       store_ask(x->s, STORE_ORIGIN_CONTENTS, note_content, x, err) &&
	       store_ask(x->s, STORE_RELEASE_CONTENTS, note_release, x, err) &&
	       store_ask(x->s, STORE_RELEASE_CONTENTS, note_release, x, err) &&
	       store_ask(x->s, STORE_ORIGIN_HOSTS, note_alerting, x, err) &&
	       store_ask(x->s, STORE_ORIGIN_ALERTS, note_origin_alert, x, err) &&
	       store_ask(x->s, STORE_UPDATES, note_update, x, err);
}

static bool take_origins(struct scoping *x, const struct scoping_wanted *w, struct err *err)
{
	return store_ask(x->s, STORE_ORIGIN_PARTS, note_origin, x, err) && choose(x, w, err) && know_chosen(x, err);
}

/* ---- all hosts, twice ---- */

static void note_alert(void *ctx, const struct slice *c, size_t n)
{
	struct scoping *x = ctx;
	struct arena scratch;
	struct stage_place_key at = { 0 };
	uint32_t host;

	(void)n;
	arena_init(&scratch, 0);
	host = map_get(&x->host_numbers, arena_lower(&scratch, c[1]));
	arena_done(&scratch);
	if (host == MAP_NONE)
		return;
	at.source = source_of(x, c[6], c[7]);
	slice_to_u64(c[8], &at.record);
	slice_to_u64(c[9], &at.offset);
	if (!x->ranges[host].n++)
		x->ranges[host].first = x->alert_count;
	x->alerts = heap_room(x->alerts, x->alert_count, &x->alert_cap, sizeof(*x->alerts));
	x->alerts[x->alert_count++] = at;
}

static bool read_alerts(struct scoping *x, struct err *err)
{
	struct arena scratch;

	x->ranges = heap_array(x->sources.host_count + 1, sizeof(*x->ranges));
	arena_init(&scratch, 0);
	for (size_t i = 0; i < x->sources.host_count; i++)
		map_set(&x->host_numbers, arena_lower(&scratch, x->sources.hosts[i].name), (uint32_t)i);
	arena_done(&scratch);
	return store_ask(x->s, STORE_ALERTS, note_alert, x, err);
}

static void learn_host(struct scoping *x, size_t host, struct graph *g)
{
	const struct alert_range *r = &x->ranges[host];
	struct map alerts;

	map_init(&alerts);
	for (size_t i = r->first; i < r->first + r->n; i++)
		map_set(&alerts, slice_of(&x->alerts[i], sizeof(x->alerts[i])), 1);
	stage_learn(&x->known, g, x->sources.hosts[host].name, &alerts);
	map_done(&alerts);
}

static bool learn_hosts(struct scoping *x, struct err *err)
{
	for (size_t i = 0; i < x->sources.host_count; i++) {
		struct graph *g = graphs_take(x->graphs, x->sources.hosts[i].name, err);

		if (!g)
			return false;
		learn_host(x, i, g);
		graphs_give(x->graphs, x->sources.hosts[i].name, g);
	}
	stage_known_finish(&x->known);
	return true;
}

/* The origin of this version of the same product; one that no alert leads to is made. */
static size_t version_of(struct scoping *x, struct slice version)
{
	struct kept_origin k = x->origins[x->chosen[0]];

	for (size_t i = 0; i < x->origin_count; i++) {
		const struct stage_wanted *w = &x->origins[i].wanted;

		if (w->kind == k.wanted.kind && slice_eq_nocase(w->product, k.wanted.product) &&
		    stage_same_version(w->version, version) && slice_eq(w->os, k.wanted.os))
			return i;
	}
	k.place = k.rank = -1;
	k.wanted.version = keep(x, version);
	k.wanted.line = arena_printf(&x->arena, "%s %.*s %.*s", origin_kind_text(k.wanted.kind), (int)k.wanted.product.n,
				     (const char *)k.wanted.product.p, (int)version.n, (const char *)version.p);
	k.wanted.url = k.wanted.downloaded = k.sha256 = k.downloaded_sha256 = slice_of(NULL, 0);
	x->origins = heap_room(x->origins, x->origin_count, &x->origin_cap, sizeof(*x->origins));
	x->origins[x->origin_count] = k;
	return x->origin_count++;
}

/* Newer versions that keep what the origin brought are looked for with it. True where there are some. */
static bool take_keepers(struct scoping *x)
{
	size_t before = x->chosen_count;
	struct slice name;

	for (uint32_t i = 0; i < x->known.newer.n && x->chosen_count < STAGE_WANTED; i++)
		if (!is_chosen(x, map_key(&x->known.newer, i)) && stage_keeps(&x->known, i, &name)) {
			x->kept_names[x->chosen_count] = keep(x, name);
			take(x, version_of(x, map_key(&x->known.newer, i)));
		}
	return x->chosen_count > before;
}

static bool learn_all(struct scoping *x, struct err *err)
{
	if (!read_alerts(x, err) || !learn_hosts(x, err))
		return false;
	if (!take_keepers(x))
		return true;
	stage_known_done(&x->known);
	stage_known_init(&x->known);
	return know_chosen(x, err) && learn_hosts(x, err);
}

static bool gather_all(struct scoping *x, struct err *err)
{
	for (size_t i = 0; i < x->sources.host_count; i++) {
		const struct scoping_host *h = &x->sources.hosts[i];
		struct graph *g = graphs_take(x->graphs, h->name, err);

		size_t before = x->gathered.n;

		if (!g)
			return false;
		stage_gather(&x->known, g, h->name, x->sources.list + h->first, h->n, h->first_ns, h->last_ns, &x->arena,
			     &x->gathered);
		graphs_give(x->graphs, h->name, g);
		for (size_t k = before; k < x->gathered.n; k++)
			x->gathered.list[k].system_ns = h->installed_ns;
	}
	return true;
}

/* The first record of the origin on any host; 0: none has a time. */
static int64_t origin_from(const struct scoping *x)
{
	int64_t ns = 0;

	for (size_t i = 0; i < x->gathered.n; i++)
		for (int s = 0; s < STAGE_COUNT; s++) {
			const struct stage_proof *p = &x->gathered.list[i].proofs[s];

			if (p->timed && (!ns || p->first_ns < ns))
				ns = p->first_ns;
		}
	return ns;
}

/* A machine's number under several names: clones of one image. Under one it is nothing. */
static void mark_clones(struct scoping *x)
{
	struct map first, shared;

	map_init(&first);
	map_init(&shared);
	for (size_t i = 0; i < x->gathered.n; i++) {
		struct slice group = x->gathered.list[i].clone_group;
		uint32_t was = group.n ? map_get(&first, group) : MAP_NONE;

		if (!group.n)
			continue;
		if (was == MAP_NONE)
			map_set(&first, group, (uint32_t)i);
		else if (!slice_eq_nocase(x->gathered.list[was].host, x->gathered.list[i].host))
			map_set(&shared, group, 1);
	}
	for (size_t i = 0; i < x->gathered.n; i++)
		if (map_get(&shared, x->gathered.list[i].clone_group) == MAP_NONE)
			x->gathered.list[i].clone_group = slice_of(NULL, 0);
	map_done(&first);
	map_done(&shared);
}

static bool work_out(struct scoping *x, const struct scoping_wanted *w, struct err *err)
{
	arena_init(&x->arena, 0);
	stage_known_init(&x->known);
	map_init(&x->host_numbers);
	if (!take_origins(x, w, err) || !scoping_sources_read(&x->sources, x->s, err))
		return false;
	if ((x->chosen_count && !learn_all(x, err)) || !gather_all(x, err))
		return false;
	mark_clones(x);
	x->learned.from_ns = x->sources.first_ns;
	x->learned.no_artifact = stage_known_nothing(&x->known);
	x->learned.os = stage_known_os(&x->known, x->several_systems ? NULL : system_of(x->system));
	x->learned.origin_ns = origin_from(x);
	x->learned.no_places = !x->known.places.n && !x->known.own_places.n;
	x->learned.destinations = stage_known_calls(&x->known, &x->learned.why_none);
	stage_learn_waits(x->gathered.list, x->gathered.n, &x->learned);
	x->ladders = heap_array(x->gathered.n + 1, sizeof(*x->ladders));
	for (size_t i = 0; i < x->gathered.n; i++)
		stage_judge(&x->gathered.list[i], &x->learned, &x->arena, &x->ladders[i]);
	return true;
}

static void done(struct scoping *x)
{
	stage_known_done(&x->known);
	scoping_sources_done(&x->sources);
	map_done(&x->host_numbers);
	free(x->alerts);
	free(x->ranges);
	free(x->origins);
	free(x->gathered.list);
	free(x->ladders);
	arena_done(&x->arena);
}

/* ---- into the case ---- */

static struct when moment(bool set, int64_t ns)
{
	return (struct when){ .ns = ns, .digits = 3, .set = set };
}

static struct store_reason reason_row(struct scoping *x, const struct stage_sighting *s)
{
	struct store_reason r = { .text = s->text, .time = moment(s->timed, s->ns) };

	if (s->at.set && store_source_name(x->s, s->at.source, &r.file, &r.inner)) {
		r.record = s->at.record;
		r.offset = s->at.offset;
	}
	return r;
}

static bool put_life(struct scoping *x, const struct stage_facts *f, const struct stage_ladder *l)
{
	struct buf detail = { 0 };
	bool first[STAGE_COUNT] = { false }, ok;

	report_scope_host(&detail, f, l, tracing_file, x->s);
	ok = store_add_host_stage(x->s, &(struct store_host_stage){
						.host = f->host,
						.epoch = f->epoch,
						.proved = slice_str(stage_level_text(l->proved)),
						.possible = slice_str(stage_level_text(l->possible)),
						.blocked_at = l->blocked_at == STAGE_NONE
								      ? slice_of(NULL, 0)
								      : slice_str(stage_level_text(l->blocked_at)),
						.clone_group = f->clone_group.n ? f->clone_group : slice_of(NULL, 0),
						.since = moment(l->dated, l->since_ns),
						.until = moment(l->dated || l->ended, l->until_ns),
						.detail = buf_slice(&detail) });
	buf_done(&detail);
	for (size_t i = 0; ok && i < l->reason_count; i++) {
		const struct stage_reason *r = &l->reasons[i];
		struct store_reason row = reason_row(x, &r->what);
		struct slice stage = slice_str(stage_text(r->stage));

		ok = store_add_host_reason(x->s, f->host, f->epoch, stage, &row) &&
		     (first[r->stage] || store_add_stage(x->s, f->host, f->epoch, stage,
							 slice_str(stage_answer_text(l->answers[r->stage])), &row));
		first[r->stage] = true;
	}
	for (int s = 0; ok && s < STAGE_COUNT; s++)
		if (!first[s])
			ok = store_add_stage(x->s, f->host, f->epoch, slice_str(stage_text((enum stage)s)),
					     slice_str(stage_answer_text(l->answers[s])), NULL);
	return ok;
}

static void put_platforms(struct scoping *x)
{
	struct scope_platform platforms[SCOPE_PLATFORMS] = { 0 };
	struct buf text = { 0 };

	scope_platforms(x->gathered.list, x->ladders, x->gathered.n, platforms);
	report_scope_platforms(&text, platforms);
	store_set_meta(x->s, "platforms", buf_slice(&text));
	buf_done(&text);
}

bool scoping_all(struct graphs *graphs, struct err *err)
{
	struct store *s = graphs->s;
	struct scoping x = { .s = s, .graphs = graphs };
	struct scoping_wanted wanted = { 0 };
	bool ok = work_out(&x, &wanted, err);

	if (ok && x.chosen_count) {
		put_platforms(&x);
		store_forget_stages(s);
		for (size_t i = 0; i < x.gathered.n; i++)
			put_life(&x, &x.gathered.list[i], &x.ladders[i]); /* the disk's reason is kept for store_close */
	}
	done(&x);
	return ok;
}

/* ---- told ---- */

static bool host_wanted(const struct scoping_wanted *w, struct slice host)
{
	for (size_t i = 0; i < w->host_count; i++) {
		struct slice name = w->hosts[i];

		if (slice_eq_nocase(host, name) || (host.n > name.n && host.p[name.n] == '.' &&
						    slice_eq_nocase(slice_head(host, name.n), name)))
			return true;
	}
	return !w->host_count;
}

/* Only those asked for; what was learnt is of all. */
static bool narrow(struct scoping *x, const struct scoping_wanted *w, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < x->gathered.n; i++)
		if (host_wanted(w, x->gathered.list[i].host)) {
			x->gathered.list[n] = x->gathered.list[i];
			x->ladders[n++] = x->ladders[i];
		}
	x->gathered.n = n;
	if (n || !w->host_count)
		return true;
	return err_set(err, ERR_USAGE, 0, "no host of this case is called %.*s", (int)w->hosts[0].n,
		       (const char *)w->hosts[0].p);
}

bool scoping_tell(struct buf *out, struct graphs *graphs, const char *path, const struct scoping_wanted *wanted, bool json,
		  struct err *err)
{
	struct scoping x = { .s = graphs->s, .graphs = graphs };
	struct scope_platform platforms[SCOPE_PLATFORMS] = { 0 };
	bool ok = work_out(&x, wanted, err);

	if (ok)
		scope_platforms(x.gathered.list, x.ladders, x.gathered.n, platforms);
	ok = ok && narrow(&x, wanted, err);
	struct report_scope r = { .path = slice_str(path),
				  .rank = x.rank,
				  .known = &x.known,
				  .tied = x.tied,
				  .kept_names = x.kept_names,
				  .learned = &x.learned,
				  .facts = x.gathered.list,
				  .ladders = x.ladders,
				  .n = x.gathered.n,
				  .without_host = x.sources.without_host,
				  .without_time = x.sources.without_time,
				  .addresses = x.sources.addresses,
				  .file = tracing_file,
				  .ctx = graphs->s };

	memcpy(r.platforms, platforms, sizeof(platforms));
	if (ok && json)
		report_scope_json(out, &r);
	else if (ok)
		report_scope_text(out, &r);
	done(&x);
	return ok;
}
