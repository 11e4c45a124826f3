/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/hunting.h"

#include "base/embed.h"
#include "base/heap.h"
#include "base/limits.h"
#include "cli/output.h"
#include "sys/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

/* For remembered values in each worker (rules/cache.h). */
#define CACHE_BYTES ((size_t)24 << 20)

extern const unsigned char builtin_rules[];
extern const size_t builtin_rules_size, builtin_rules_unpacked;

bool hunting_read_file(const char *path, struct buf *ret, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return err_errno(err, "cannot open %s", path);
	do {
		buf_reserve(ret, 1 << 16);
		n = read(fd, ret->p + ret->n, 1 << 16);
		if (n > 0)
			ret->n += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		err_errno(err, "cannot read %s", path);
	close(fd);
	return n == 0;
}

struct rule_reading {
	struct ruleset *set;
	const struct placeholders *placeholders;
	struct err *err;
	bool failed;
	struct buf text;
};

static bool is_rule_file(const char *path)
{
	struct slice s = slice_str(path), yml = SLICE(".yml"), yaml = SLICE(".yaml");

	return slice_ends(s, yml) || slice_ends(s, yaml);
}

static void read_one(void *ctx, const struct walk_entry *e)
{
	struct rule_reading *r = ctx;

	if (r->failed || (!e->named && !is_rule_file(e->path)))
		return;
	buf_clear(&r->text);
	if (e->why) {
		r->failed = true;
		err_set(r->err, ERR_USAGE, 0, "%s: %s", e->path, e->why);
		return;
	}
	if (!hunting_read_file(e->path, &r->text, r->err)) {
		r->failed = true;
		return;
	}
	ruleset_read(r->set, slice_str(e->path), buf_slice(&r->text), r->placeholders);
}

bool hunting_read_rules(struct ruleset *set, const struct list *paths,
			const struct placeholders *placeholders, struct err *err)
{
	struct rule_reading r = { .set = set, .placeholders = placeholders, .err = err };

	for (size_t i = 0; i < paths->n && !r.failed; i++)
		r.failed = !walk(paths->items[i], read_one, &r, err) || r.failed;
	buf_done(&r.text);
	ruleset_finish(set);
	return !r.failed;
}

void hunting_each_builtin(void (*call)(void *ctx, struct slice name, struct slice text), void *ctx)
{
	uLongf n = builtin_rules_unpacked;
	uint8_t *bytes = heap_new(n + 1);
	struct slice blob, name, text;

	if (uncompress(bytes, &n, builtin_rules, builtin_rules_size) != Z_OK)
		abort();
	blob = slice_of(bytes, n);
	while (embed_next(&blob, &name, &text))
		call(ctx, name, text);
	free(bytes);
}

static void read_builtin(void *ctx, struct slice name, struct slice text)
{
	ruleset_read(ctx, name, text, NULL);
}

void hunting_builtin_rules(struct ruleset *set)
{
	hunting_each_builtin(read_builtin, set);
	ruleset_finish(set);
}

static bool read_placeholders(struct hunting *h, const char *path, struct err *err)
{
	struct buf text = { 0 };
	bool ok = hunting_read_file(path, &text, err);
	struct err why = { 0 };

	if (ok) {
		h->placeholders = placeholders_read(buf_slice(&text), &why);
		ok = h->placeholders != NULL;
		if (!ok)
			err_set(err, ERR_USAGE, why.at, "%s, line %llu: %s", path,
				(unsigned long long)why.at, why.why);
	}
	buf_done(&text);
	return ok;
}

bool hunting_init(struct hunting *h, const struct cli_options *o, bool activities, struct err *err)
{
	struct matcher_options options = { .level = o->level_set ? o->level : LEVEL_INFORMATIONAL,
					   .cache_bytes = CACHE_BYTES };

	*h = (struct hunting){ 0 };
	names_init(&h->names);
	ruleset_init(&h->rules);
	if (!taxonomy_init(&h->tax, &h->names, err) || !(h->dialects = dialects_new(&h->names, &h->tax, err)))
		return false;
	if (o->expand && !read_placeholders(h, o->expand, err))
		return false;
	if (o->rules.n == 0)
		hunting_builtin_rules(&h->rules);
	else if (!hunting_read_rules(&h->rules, &o->rules, h->placeholders, err))
		return false;
	/* All names are known before the rules are compiled. */
	h->extract = activities ? extract_new(&h->names) : NULL;
	h->matcher = matcher_new(&h->rules, &h->tax, &h->names, &options, err);
	return h->matcher != NULL;
}

void hunting_done(struct hunting *h)
{
	matcher_free(h->matcher);
	ruleset_done(&h->rules);
	placeholders_free(h->placeholders);
	extract_free(h->extract);
	dialects_free(h->dialects);
	taxonomy_done(&h->tax);
	names_done(&h->names);
}

void say_correlating(const struct cli_options *o, const struct correlating *c)
{
	struct correlating_counts n = correlating_count(c);

	if (n.without_time)
		say_warning(o, "hits without a time, which correlations cannot use: %llu",
			    (unsigned long long)n.without_time);
	if (n.lost)
		say_error("correlations left out %llu of %llu base hits: more groups or longer windows than fit "
			  "(give a shorter timespan, or fewer rules)",
			  (unsigned long long)n.lost, (unsigned long long)n.base);
}

struct engine_options hunting_engine_options(const struct hunting *h, const struct cli_options *o)
{
	return (struct engine_options){ .threads = o->threads,
					.memory = o->memory,
					.temp = o->temp,
					.progress = o->quiet ? PROGRESS_NEVER : o->progress,
					.carve = o->carve,
					.names = &h->names,
					.dialects = h->dialects };
}
