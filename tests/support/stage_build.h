/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Cases of a few hosts, each told in lines (graph_build.h): learnt of all, then gathered. */
#include "test.h"

#include "case/stage_facts.h"
#include "graph_build.h"

#include <stdlib.h>

#define APP "C:\\Program Files\\App\\app.exe"
#define LIB "C:\\Program Files\\App\\lib.dll"
#define OWN " | product=App | version=2.0 | company=Maker | sha256=bb"
#define OLD " | product=App | version=1.0 | company=Maker | sha256=aa"
#define MSI "C:\\Windows\\System32\\msiexec.exe"
#define BAD "bad.example"
#define GOOD "good.example"

/* A case: an origin, and hosts as lines; learnt of all of them, then gathered. */
struct told_host {
	const char *name;
	const char *const *lines;
	size_t n;
};
#define HOST(name, ...)                                                                            \
	{                                                                                          \
		name, (const char *const[]){ __VA_ARGS__ },                                        \
			sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)              \
	}

struct fixture {
	struct stage_known known;
	struct arena arena;
	struct stage_gathered got;
	struct map alerts; /* records on which one stands, of every host */
};

static const struct stage_wanted release = { .kind = ORIGIN_RELEASE,
					     .line = SLICE("release App 2.0"),
					     .product = SLICE("App"),
					     .version = SLICE("2.0"),
					     .os = SLICE("windows"),
					     .company = SLICE("Maker"),
					     .path = SLICE(APP),
					     .url = SLICE("https://get.example/2.0") };

static inline void start(struct fixture *f, const struct stage_wanted *w, const char *alerting)
{
	struct slice rest = slice_str(alerting);

	*f = (struct fixture){ 0 };
	arena_init(&f->arena, 0);
	stage_known_init(&f->known);
	map_init(&f->alerts);
	assert_true(stage_wanted_add(&f->known, w));
	while (rest.n)
		stage_wanted_host(&f->known, slice_cut(rest, ' ', &rest));
}

static inline void run_hosts(struct fixture *f, const struct told_host *hosts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct graph *g = told_graph(hosts[i].lines, hosts[i].n);

		stage_learn(&f->known, g, slice_str(hosts[i].name), f->alerts.n ? &f->alerts : NULL);
		graph_free(g);
	}
	stage_known_finish(&f->known);
	for (size_t i = 0; i < n; i++) {
		struct graph *g = told_graph(hosts[i].lines, hosts[i].n);

		stage_gather(&f->known, g, slice_str(hosts[i].name), NULL, 0, 0, TOLD_SECONDS(100000), &f->arena, &f->got);
		graph_free(g);
	}
}
#define RUN_HOSTS(f, ...)                                                                          \
	run_hosts(f, (const struct told_host[]){ __VA_ARGS__ },                                    \
		  sizeof((const struct told_host[]){ __VA_ARGS__ }) / sizeof(struct told_host))

static inline void end(struct fixture *f)
{
	free(f->got.list);
	map_done(&f->alerts);
	stage_known_done(&f->known);
	arena_done(&f->arena);
}

/* "S2 S3": the stages with a sighting. */
static inline void assert_shown(const struct fixture *f, size_t at, const char *want)
{
	char got[64] = "";

	assert_true(at < f->got.n);
	for (int s = 0; s < STAGE_COUNT; s++)
		if (f->got.list[at].proofs[s].n) {
			strncat(got, *got ? " " : "", 2);
			strncat(got, stage_text((enum stage)s), 4);
		}
	if (strcmp(got, want) != 0)
		fail_msg("host %zu: %s, not %s", at, got, want);
}

#define RUNS "10 process_start explorer.exe#1 > {a}" APP "#2" OWN
#define RAN_OLD "10 process_start explorer.exe#1 > {a}" APP "#2" OLD
