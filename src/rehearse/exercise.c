/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/exercise.h"

#include "base/when.h"
#include "rehearse/desk.h"
#include "rehearse/fate.h"
#include "rehearse/forms/forms.h"
#include "rehearse/implant.h"
#include "rehearse/names.h"
#include "rehearse/plan.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define EVENTS_PER_HOST 320u

static const char *keep_text(struct arena *a, const char *format, va_list args)
{
	char text[700];

	vsnprintf(text, sizeof(text), format, args);
	return (const char *)arena_keep(a, slice_str(text)).p;
}

const char *exercise_text(struct exercise *x, const char *format, ...)
{
	va_list args;
	const char *text;

	va_start(args, format);
	text = keep_text(&x->arena, format, args);
	va_end(args);
	return text;
}

const char *host_text(struct host *h, const char *format, ...)
{
	va_list args;
	const char *text;

	va_start(args, format);
	text = keep_text(h->arena, format, args);
	va_end(args);
	return text;
}

struct rng exercise_stream(const struct exercise *x, uint64_t i, uint64_t purpose)
{
	struct rng r = { x->o->seed };

	r.state = rng_next(&r) ^ i * UINT64_C(0xd6e8feb86659fd93);
	r.state = rng_next(&r) ^ purpose;
	return r;
}

void content_sha256(const struct exercise *x, const char *content, char ret[65])
{
	struct rng r = { x->o->seed ^ 0x5eed };

	for (const char *c = content; *c; c++)
		r.state = rng_next(&r) ^ (uint8_t)*c;
	for (size_t i = 0; i < 4; i++)
		snprintf(ret + 16 * i, 17, "%016" PRIx64, rng_next(&r));
}

/* ---- one machine ---- */

static void name_host(struct host *h)
{
	static const char *const kinds[] = { "ws", "mac", "lin" };
	unsigned n = (unsigned)(h->index % 10000) + 1;

	h->name =
		host_text(h, "%s-%03u", h->os == OS_WINDOWS && h->server ? "srv" : kinds[h->os], n);
	h->full = host_text(h, "%s.corp.example", h->name);
	h->user = host_text(h, "user%02u", n);
	h->address = n <= 200 ? host_text(h, "198.51.100.%u", n + 40) : host_text(h, "198.18.%u.%u", n / 250, n % 250 + 2);
	h->machine = 0xa0000000u + (h->group ? 0x1000u * h->group : (uint32_t)h->index);
}

static void host_make(struct exercise *x, struct arena *arena, uint64_t i, struct host *h)
{
	const struct seat *s = &x->seats[i];

	*h = (struct host){ .x = x,
			    .index = i,
			    .arena = arena,
			    .os = s->os,
			    .sees = s->sees,
			    .group = s->group,
			    .bystander = s->bystander,
			    .server = x->product.place == PLACE_SERVICE };
	h->rng = exercise_stream(x, i, 41);
	name_host(h);
	fate_deal(h);
	desk_start(h);
	desk_programs(h);
	plan_complicate(h);
	x->scenario->host(h);
	plan_complicated(h);
	desk_fill(h, x->o->events_per_host ? x->o->events_per_host : EVENTS_PER_HOST);
}

/* ---- the whole ---- */

static bool exercise_init(struct exercise *x, const struct rehearse_options *o)
{
	*x = (struct exercise){ .o = o, .scenario = scenario_find(o->scenario) };
	if (!x->scenario)
		return false;
	arena_init(&x->arena, 0);
	x->rng = exercise_stream(x, 0, 51);
	x->days = o->days ? (unsigned)o->days : x->scenario->days;
	x->start =
		when_civil(2025, 3, 3, 0, 0, 0) * SECOND + (int64_t)rng_below(&x->rng, 200) * DAY;
	x->end = x->start + (int64_t)x->days * DAY;
	plan_common(x);
	x->scenario->plan(x);
	plan_finish(x);
	fate_seats(x);
	return true;
}

static bool put_fleet(struct exercise *x, const struct rehearse_sink *sink)
{
	struct buf truth = { 0 };
	bool ok = forms_fleet(x, sink);

	exercise_truth(x, &truth);
	ok = ok && sink->put(sink->of, "truth.json", buf_slice(&truth));
	buf_done(&truth);
	return ok;
}

bool rehearse_write(const struct rehearse_options *o, const struct rehearse_sink *sink)
{
	struct exercise x;
	struct host *h = NULL;
	struct arena arena;
	bool ok = exercise_init(&x, o);

	if (!ok)
		return false;
	arena_init(&arena, 0);
	h = arena_array(&x.arena, 1, sizeof(*h));
	for (uint64_t i = 0; i < o->hosts && ok; i++) {
		arena_reset(&arena);
		host_make(&x, &arena, i, h);
		ok = forms_host(h, sink);
		truth_host(h, &x.truth_hosts);
		free(h->acts);
	}
	ok = ok && put_fleet(&x, sink);
	arena_done(&arena);
	for (size_t i = 0; i < NETWORK_LOGS; i++)
		buf_done(&x.network[i]);
	buf_done(&x.inventory);
	buf_done(&x.truth_hosts);
	arena_done(&x.arena);
	return ok;
}

bool rehearse_has(struct slice scenario)
{
	return scenario_find(scenario);
}

const char *rehearse_scenario(size_t i, const char **ret_line)
{
	if (i >= scenario_count)
		return NULL;
	*ret_line = scenarios[i]->line;
	return scenarios[i]->name;
}
