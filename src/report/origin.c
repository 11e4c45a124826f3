/* SPDX-License-Identifier: Apache-2.0 */
#include "report/origin.h"

#include "base/buf.h"
#include "graph/path.h"

#include <math.h>

#define HOSTS_TOLD 1000u
/* Where the evidence ends thousands of origins may weigh the same. */
#define TIES_TOLD 20u

const char *report_verdict(const struct origin_group *g)
{
	if (g->is_weighed)
		return weigh_verdict_text(g->weighed.verdict);
	return g->origin.kind == ORIGIN_GAP ? "unexplained" : "lead";
}

const char *report_verdict_why(const struct origin_group *g)
{
	if (g->is_weighed && g->weighed.verdict == WEIGH_SUPPORTED && !g->line)
		return g->origin.kind == ORIGIN_RELEASE	   ? "this release best explains these alerts"
		       : g->origin.kind == ORIGIN_PACKAGE  ? "this package best explains these alerts"
		       : g->origin.kind == ORIGIN_DOWNLOAD ? "this download best explains these alerts"
							   : g->weighed.why;
	if (g->is_weighed)
		return g->weighed.why;
	return g->origin.gap ? g->origin.gap : "not compared over hosts";
}

/* A management server or its agent was made to do it; of a release only its content could say more. */
static const char *mechanism(const struct origin_group *g)
{
	return g->origin.kind == ORIGIN_DEPLOYMENT ? "abused" : "unknown";
}

static void put_hosts(struct buf *out, const struct origin_group *g)
{
	buf_json_u64(out, "alerts", g->alerts);
	buf_json_u64(out, "host_count", g->hosts.n);
	buf_json_key(out, "hosts");
	buf_put_byte(out, '[');
	for (uint32_t i = 0; i < g->hosts.n && i < HOSTS_TOLD; i++) {
		buf_json_comma(out);
		buf_put_json(out, map_key(&g->hosts, i));
	}
	buf_put_byte(out, ']');
}

static void put_number(struct buf *out, const char *key, double v)
{
	buf_json_key(out, key);
	if (isfinite(v))
		buf_printf(out, "%.4g", v);
	else
		buf_put_str(out, "null");
}

static void put_support(struct buf *out, const struct weighed *w)
{
	buf_json_key(out, "support");
	buf_put_byte(out, '{');
	buf_json_u64(out, "exposed_alerting", w->table.exposed_alerting);
	buf_json_u64(out, "exposed_quiet", w->table.exposed_quiet);
	buf_json_u64(out, "unexposed_alerting", w->table.unexposed_alerting);
	buf_json_u64(out, "unexposed_quiet", w->table.unexposed_quiet);
	buf_json_u64(out, "unknown", w->unknown);
	put_number(out, "p", w->p);
	put_number(out, "odds_ratio_low", w->odds_low);
	put_number(out, "odds_ratio_high", w->odds_high);
	buf_json_u64(out, "pairs", w->pairs);
	buf_json_u64(out, "after_only", w->after_only);
	buf_json_u64(out, "before_only", w->before_only);
	put_number(out, "paired_p", w->paired_p);
	buf_json_u64(out, "images", w->images);
	buf_json_u64(out, "arrivals", w->arrivals);
	buf_json_u64(out, "classes", w->classes);
	put_number(out, "gravity", w->gravity);
	buf_json_u64(out, "control_hosts", w->control_hosts);
	buf_put_byte(out, '}');
}

/* What is no origin and explains the alerts as well. */
static void put_rival(struct buf *out, const struct origin_group *g)
{
	buf_json_key(out, "rival");
	if (!g->is_weighed || !g->weighed.detector_rival) {
		buf_put_str(out, "null");
		return;
	}
	buf_put_byte(out, '{');
	buf_json_text(out, "kind", slice_str("detector_update"));
	buf_json_text(out, "detector", g->weighed.rival.n ? g->weighed.rival : slice_of(NULL, 0));
	buf_put_byte(out, '}');
}

const char *report_answer(const struct weighed *w)
{
	static const char *const answers[] = { "unexplained", "treat as true", "independent of the build" };

	return answers[w->answer];
}

static void put_question(struct buf *out, const struct weighed *w)
{
	static const char *const controls[] = { "no clean control", "an earlier version was quiet",
						"earlier versions alert too" };

	buf_json_key(out, "false_positive");
	buf_put_byte(out, '{');
	buf_json_text(out, "answer", slice_str(report_answer(w)));
	buf_json_text(out, "control", slice_str(controls[w->control]));
	buf_json_text(out, "only_detector", w->detector.n ? w->detector : slice_of(NULL, 0));
	buf_put_byte(out, '}');
}

static void put_tie(struct buf *out, const struct origins *all, size_t which)
{
	const struct origin_group *g = &all->list[which];
	struct buf line = { 0 };
	size_t first = which, told = 0;

	buf_json_key(out, "tie_with");
	buf_put_byte(out, '[');
	/* They stand together. */
	while (first && all->list[first - 1].rank == g->rank)
		first--;
	for (size_t i = first; i < all->n && all->list[i].rank == g->rank && told < TIES_TOLD; i++) {
		if (i == which)
			continue;
		told++;
		buf_clear(&line);
		origin_line(&line, &all->list[i].origin);
		buf_json_comma(out);
		buf_put_json(out, buf_slice(&line));
	}
	buf_put_byte(out, ']');
	buf_done(&line);
}

static void put_contents(struct buf *out, const struct origin_group *g)
{
	buf_json_key(out, "contents");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < g->hash_count; i++) {
		buf_json_comma(out);
		buf_put_json(out, g->hashes[i]);
	}
	buf_put_byte(out, ']');
	buf_json_key(out, "two_contents");
	buf_put_str(out, g->two_contents ? "true" : "false");
}

static void put_beyond(struct buf *out, const struct origin_group *g, report_file_fn *file, void *ctx)
{
	if (!g->beyond)
		return;
	buf_json_key(out, "beyond");
	buf_put_byte(out, '{');
	report_origin(out, &(struct report_origin){ .origin = &g->beyond_origin,
						    .host = g->beyond_origin.host,
						    .file = file,
						    .ctx = ctx });
	buf_put_byte(out, '}');
}

void report_case_origin(struct buf *out, const struct origins *all, size_t which, report_file_fn *file, void *ctx)
{
	const struct origin_group *g = &all->list[which];

	buf_put_byte(out, '{');
	buf_json_u64(out, "rank", (uint64_t)g->rank);
	report_origin(out, &(struct report_origin){ .origin = &g->origin,
						    .host = g->host,
						    .path = "file",
						    .contents = g->hashes,
						    .content_count = g->hash_count,
						    .file = file,
						    .ctx = ctx });
	buf_json_text(out, "mechanism", slice_str(mechanism(g)));
	buf_json_text(out, "verdict", slice_str(report_verdict(g)));
	buf_json_text(out, "why", slice_str(report_verdict_why(g)));
	buf_json_text(out, "confidence", slice_str(g->is_weighed ? g->weighed.confidence : "low"));
	put_tie(out, all, which);
	put_rival(out, g);
	if (g->is_weighed) {
		put_support(out, &g->weighed);
		put_question(out, &g->weighed);
	} else {
		buf_json_key(out, "support");
		buf_put_str(out, "null");
	}
	put_hosts(out, g);
	buf_json_u64(out, "assumed_hosts", g->assumed);
	buf_json_key(out, "asked");
	buf_put_str(out, g->asked ? "true" : "false");
	buf_json_key(out, "weight");
	buf_printf(out, "%.2f", g->weight);
	put_contents(out, g);
	buf_json_text(out, "example_alert", g->alert);
	put_beyond(out, g, file, ctx);
	buf_json_key(out, "path");
	report_hops(out, g->hops, g->hop_count, file, ctx);
	buf_put_byte(out, '}');
}
