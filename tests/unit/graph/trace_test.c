/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "base/heap.h"
#include "base/rng.h"
#include "graph/tell.h"
#include "graph_build.h"

#include <stdlib.h>

#define EXPLORER "C:\\Windows\\explorer.exe"
#define CMD "C:\\Windows\\System32\\cmd.exe"
#define CHROME "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"

/* The trace of a record of source 1 as one line: kinds, names, operations and reasons, no times. */
static void put_trace(struct buf *out, struct graph *g, uint32_t edge, size_t budget)
{
	struct tracer *tracer = tracer_new(g, NULL);
	struct trace *t = heap_new(sizeof(*t));
	struct arena arena;
	struct told told;

	arena_init(&arena, 0);
	tracer_budget(tracer, budget);
	trace_edge(tracer, edge, t);
	trace_tell(g, t, &arena, &told);
	for (size_t i = 0; i < told.hop_count; i++) {
		const struct told_hop *h = &told.hops[i];

		buf_put(out, h->to.name);
		buf_printf(out, " <- %s ", h->op);
		buf_put(out, h->from.name);
		buf_printf(out, " (%s); ", h->why ? h->why : "");
	}
	buf_printf(out, "%s %.*s %.*s %.*s", origin_kind_text(told.origin.kind), (int)told.origin.name.n,
		   (const char *)told.origin.name.p, (int)told.origin.url.n, (const char *)told.origin.url.p,
		   (int)told.origin.path.n, (const char *)told.origin.path.p);
	buf_printf(out, " %s", told.origin.gap ? told.origin.gap : "");
	buf_put_byte(out, 0);
	arena_done(&arena);
	free(t);
	tracer_free(tracer);
}

static uint32_t edge_of(const struct graph *g, size_t line)
{
	return graph_at(g, 1, line + 1, 100 * line);
}

/* Traces the last line's record; the result is freed by the caller. */
static struct buf last_trace(const char *const *lines, size_t n)
{
	struct graph *g = told_graph(lines, n);
	struct buf out = { 0 };

	put_trace(&out, g, edge_of(g, n - 1), 0);
	graph_free(g);
	return out;
}

static void ends(const char *const *lines, size_t n, const char *want)
{
	struct buf got = last_trace(lines, n);
	size_t m = strlen(want);

	if (got.n < m + 1 || memcmp(got.p + got.n - 1 - m, want, m) != 0)
		fail_msg("%s\nwanted at its end: %s", (const char *)got.p, want);
	buf_done(&got);
}

static void holds(const char *const *lines, size_t n, const char *want)
{
	struct buf got = last_trace(lines, n);

	if (!strstr((const char *)got.p, want))
		fail_msg("%s\nwanted in it: %s", (const char *)got.p, want);
	buf_done(&got);
}
#define LINES(...) (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)

/* ---- the walk ---- */

static void a_marked_download_that_was_run_is_found(void **state)
{
	(void)state;
	ends(LINES("1 file_create " CHROME "#5 > C:\\Users\\u\\x.exe",
		   "2 stream " CHROME "#5 > C:\\Users\\u\\x.exe | host_url=http://bad.test/x.exe",
		   "3 process_start " EXPLORER "#2 > C:\\Users\\u\\x.exe#9", "4 !dns_query C:\\Users\\u\\x.exe#9 > c2.test"),
	     "download  http://bad.test/x.exe C:\\Users\\u\\x.exe ");
}

static void what_comes_later_explains_nothing(void **state)
{
	(void)state;
	ends(LINES("3 process_start C:\\q.exe#2 > C:\\Users\\u\\x.exe#9",
		   "5 stream " CHROME "#5 > C:\\Users\\u\\x.exe | host_url=http://late.test/x.exe",
		   "4 !dns_query C:\\Users\\u\\x.exe#9 > c2.test"),
	     "who wrote the file is in no record: it is older than they are, or writes were not recorded");
}

static void a_circle_in_the_evidence_ends(void **state)
{
	struct graph *g = TOLD("1 file_write C:\\t\\a.exe#1 > C:\\t\\b.exe", "1 file_write C:\\t\\b.exe#2 > C:\\t\\a.exe",
			       "1 process_start C:\\t\\a.exe#1 > C:\\t\\b.exe#2", "1 process_start C:\\t\\b.exe#2 > C:\\t\\a.exe#1",
			       "2 !dns_query C:\\t\\a.exe#1 > x.test");
	struct tracer *t = tracer_new(g, NULL);
	struct trace *ret = heap_new(sizeof(*ret));

	(void)state;
	trace_edge(t, edge_of(g, 4), ret);
	assert_int_equal(ret->origin.kind, ORIGIN_GAP);
	assert_false(ret->budget_spent);
	assert_true(ret->visited <= g->node_count);
	free(ret);
	tracer_free(t);
	graph_free(g);
}

static void time_goes_back_from_hop_to_hop(void **state)
{
	struct graph *g = TOLD("1 file_create " CHROME "#5 > C:\\u\\a.zip",
			       "2 stream " CHROME "#5 > C:\\u\\a.zip | host_url=http://bad.test/a.zip",
			       "4 process_start " EXPLORER "#2 > C:\\p\\7z.exe#7 | command_line=7z.exe x C:\\u\\a.zip",
			       "5 file_create C:\\p\\7z.exe#7 > C:\\u\\x.exe", "6 process_start " EXPLORER "#2 > C:\\u\\x.exe#8",
			       "7 file_create C:\\u\\x.exe#8 > C:\\u\\y.exe", "8 process_start C:\\u\\x.exe#8 > C:\\u\\y.exe#9",
			       "9 !dns_query C:\\u\\y.exe#9 > c2.test");
	struct tracer *t = tracer_new(g, NULL);
	struct trace *ret = heap_new(sizeof(*ret));
	int64_t ns = TOLD_SECONDS(9);

	(void)state;
	trace_edge(t, edge_of(g, 7), ret);
	assert_int_equal(ret->origin.kind, ORIGIN_DOWNLOAD);
	assert_slice(ret->origin.url, "http://bad.test/a.zip");
	for (size_t i = 0; i < ret->hop_count; i++) {
		assert_true(ret->hops[i].ns <= ns);
		ns = ret->hops[i].ns;
	}
	free(ret);
	tracer_free(t);
	graph_free(g);
}

static void a_spent_budget_is_told(void **state)
{
	char lines[200][96];
	const char *list[201];
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		snprintf(lines[i], sizeof(lines[i]), "%zu process_start C:\\t\\p%zu.exe#%zu > C:\\t\\p%zu.exe#%zu", i + 1, i, i + 10,
			 i + 1, i + 11);
		list[i] = lines[i];
	}
	list[200] = "300 !dns_query C:\\t\\p200.exe#210 > x.test";
	struct graph *g = told_graph(list, 201);

	put_trace(&out, g, edge_of(g, 200), 3);
	assert_non_null(strstr((const char *)out.p, "the walk's budget was spent"));
	buf_clear(&out);
	put_trace(&out, g, edge_of(g, 200), 0);
	assert_null(strstr((const char *)out.p, "budget"));
	buf_done(&out);
	graph_free(g);
}

static void an_alert_without_a_time_looks_at_all_records(void **state)
{
	(void)state;
	ends(LINES("1 file_create " CHROME "#5 > C:\\Users\\u\\x.exe",
		   "2 stream " CHROME "#5 > C:\\Users\\u\\x.exe | host_url=http://bad.test/x.exe", "- !alert - > C:\\Users\\u\\x.exe"),
	     "download  http://bad.test/x.exe C:\\Users\\u\\x.exe ");
}

static void an_inventory_of_files_without_times_is_traced(void **state)
{
	struct graph *g = TOLD("- file_create - > C:\\Users\\u\\x.exe | host_url=http://bad.test/x.exe",
			       "5 process_start " EXPLORER "#2 > C:\\Users\\u\\x.exe#9");
	struct tracer *t = tracer_new(g, NULL);
	struct trace *ret = heap_new(sizeof(*ret));

	(void)state;
	trace_node(t, told_node(g, ENTITY_FILE, "C:\\Users\\u\\x.exe"), BLOCK_TIME_MAX + 1, ret);
	assert_int_equal(ret->origin.kind, ORIGIN_DOWNLOAD);
	free(ret);
	tracer_free(t);
	graph_free(g);
}

static void an_alert_of_a_hash_finds_the_file_over_a_record_with_both_hashes(void **state)
{
	(void)state;
	ends(LINES("1 file_create " CHROME "#5 > C:\\Users\\u\\x.exe",
		   "2 stream " CHROME "#5 > C:\\Users\\u\\x.exe | host_url=http://bad.test/x.exe",
		   "3 process_start " EXPLORER "#2 > C:\\Users\\u\\x.exe#9 | sha1=aa | sha256=bb", "4 !alert - > - | sha1=aa"),
	     "download  http://bad.test/x.exe C:\\Users\\u\\x.exe ");
}

static void a_script_is_blamed_and_not_its_interpreter(void **state)
{
	(void)state;
	holds(LINES("1 file_create " CHROME "#5 > C:\\u\\x.cmd",
		    "2 stream " CHROME "#5 > C:\\u\\x.cmd | host_url=http://bad.test/x.cmd",
		    "3 process_start " EXPLORER "#2 > " CMD "#9 | command_line=cmd.exe /c C:\\u\\x.cmd",
		    "4 !dns_query " CMD "#9 > c2.test"),
	      "<- script C:\\u\\x.cmd (what it was told to run by its command line); ");
}

static void a_library_that_was_replaced_between_two_loads_is_found(void **state)
{
	(void)state;
	holds(LINES("1 process_start " EXPLORER "#2 > C:\\v\\app.exe#9", "2 image_load C:\\v\\app.exe#9 > C:\\v\\m.dll",
		    "3 file_write C:\\q\\evil.exe#7 > C:\\v\\m.dll", "4 image_load C:\\v\\app.exe#9 > C:\\v\\m.dll",
		    "5 !dns_query C:\\v\\app.exe#9 > c2.test"),
	      "C:\\v\\m.dll <- file_write C:\\q\\evil.exe");
}

static void a_thread_between_two_writes_is_found(void **state)
{
	(void)state;
	holds(LINES("1 file_write C:\\v\\app.exe#9 > C:\\t\\x.exe",
		    "1 stream " CHROME "#5 > C:\\q\\evil.exe | host_url=http://bad.test/", "2 remote_thread C:\\q\\evil.exe#7 > C:\\v\\app.exe#9",
		    "3 file_write C:\\v\\app.exe#9 > C:\\t\\x.exe", "4 process_start " EXPLORER "#2 > C:\\t\\x.exe#10",
		    "5 !dns_query C:\\t\\x.exe#10 > c2.test"),
	      "C:\\v\\app.exe <- remote_thread C:\\q\\evil.exe");
}

/* ---- forward ---- */

struct went {
	uint32_t edges[64];
	size_t n, most;
};

static bool note(void *ctx, uint32_t edge, unsigned depth)
{
	struct went *w = ctx;

	(void)depth;
	w->edges[w->n++] = edge;
	return w->n < w->most;
}

static void forward_goes_with_time_and_each_step_comes_once(void **state)
{
	struct graph *g = TOLD("1 file_create C:\\a.exe#1 > C:\\x.exe", "2 process_start C:\\a.exe#1 > C:\\x.exe#5",
			       "3 file_create C:\\x.exe#5 > C:\\y.dll", "4 image_load C:\\z.exe#6 > C:\\y.dll",
			       "5 dns_query C:\\z.exe#6 > c2.test", "0.5 dns_query C:\\z.exe#6 > early.test");
	struct tracer *t = tracer_new(g, NULL);
	struct went w = { .most = 64 };
	bool seen[8] = { false };

	(void)state;
	trace_forward(t, told_process(g, "C:\\a.exe"), TOLD_SECONDS(1), 64, note, &w);
	for (size_t i = 0; i < w.n; i++) {
		assert_false(seen[graph_place(g, w.edges[i]).record]);
		seen[graph_place(g, w.edges[i]).record] = true;
	}
	for (size_t record = 1; record <= 5; record++)
		assert_true(seen[record]);
	assert_false(seen[6]);
	w = (struct went){ .most = 2 };
	assert_int_equal(trace_forward(t, told_process(g, "C:\\a.exe"), TOLD_SECONDS(1), 64, note, &w), 2);
	tracer_free(t);
	graph_free(g);
}

/* ---- the same whatever the blocks ---- */

#define RANDOM_LINES 40u

static const char *const programs[] = { "C:\\t\\a.exe#11", "C:\\t\\b.exe#12", CMD "#13", CHROME "#14", EXPLORER "#15",
					"C:\\v\\app.exe#16", "C:\\Windows\\System32\\rundll32.exe#17",
					"C:\\Windows\\System32\\msiexec.exe#18" };
static const char *const files[] = { "C:\\t\\a.exe", "C:\\t\\b.exe", "C:\\v\\app.exe", "C:\\v\\m.dll", "C:\\t\\x.cmd", "C:\\t\\d.dll" };
static const char *const commands[] = { "x C:\\t\\x.cmd", "x C:\\t\\d.dll,Run", "x", "x C:\\v\\m.dll" };

static const char *one_of(struct rng *r, const char *const *list, size_t n)
{
	return list[rng_below(r, n)];
}
#define ONE_OF(r, list) one_of(r, list, sizeof(list) / sizeof(*(list)))

/* Repeats are likely, as in real records; every sixth is an alert's. */
static void random_line(struct rng *r, size_t i, char *out, size_t room)
{
	static const char *const plain[] = { "file_write", "file_create", "file_delete", "image_load", "image_load",
					     "file_read", "file_write" };
	const char *alert = rng_below(r, 6) ? "" : "!", *who = ONE_OF(r, programs);

	switch (rng_below(r, 10)) {
	case 0:
		snprintf(out, room, "%zu %sprocess_start %s > %s | command_line=%s", i, alert, who, ONE_OF(r, programs),
			 ONE_OF(r, commands));
		break;
	case 1:
		snprintf(out, room, "%zu %sremote_thread %s > %s", i, alert, who, ONE_OF(r, programs));
		break;
	case 2:
		snprintf(out, room, "%zu %sprocess_access %s > %s | access=0x1fffff", i, alert, who, ONE_OF(r, programs));
		break;
	case 3:
		snprintf(out, room, "%zu %sfile_rename %s > %s | source_file=%s", i, alert, who, ONE_OF(r, files), ONE_OF(r, files));
		break;
	case 4:
		snprintf(out, room, "%zu %sstream %s > %s | host_url=http://x.test/%u", i, alert, who, ONE_OF(r, files),
			 (unsigned)rng_below(r, 2));
		break;
	case 5:
		snprintf(out, room, "%zu %sdns_query %s > x.test", i, alert, who);
		break;
	default:
		snprintf(out, room, "%zu %s%s %s > %s", i, alert, ONE_OF(r, plain), who, ONE_OF(r, files));
	}
}

static void same_traces(const char *const *lines, size_t n, struct graph *a, struct graph *b, const char *what)
{
	struct buf x = { 0 }, y = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (!strchr(lines[i], '!'))
			continue;
		buf_clear(&x);
		buf_clear(&y);
		put_trace(&x, a, edge_of(a, i), 0);
		put_trace(&y, b, edge_of(b, i), 0);
		if (x.n == y.n && memcmp(x.p, y.p, x.n) == 0)
			continue;
		for (size_t k = 0; k < n; k++)
			print_message("%s\n", lines[k]);
		fail_msg("%s, record %zu:\n%s\n%s", what, i + 1, (const char *)x.p, (const char *)y.p);
	}
	buf_done(&x);
	buf_done(&y);
}

static void random_graphs(unsigned rounds, void (*compare)(struct rng *r, const char *const *lines, size_t n))
{
	static char text[RANDOM_LINES][160];
	const char *lines[RANDOM_LINES];
	struct rng r = { 7 };

	for (unsigned round = 0; round < rounds; round++) {
		size_t n = 2 + rng_below(&r, RANDOM_LINES - 2);

		for (size_t i = 0; i < n; i++) {
			if (i && rng_below(&r, 3) == 0) { /* the one before again */
				const char *behind = strchr(text[i - 1 - rng_below(&r, i < 4 ? i : 4)], ' ');

				snprintf(text[i], sizeof(text[i]), "%zu%s", i + 1, behind);
			} else {
				random_line(&r, i + 1, text[i], sizeof(text[i]));
			}
			lines[i] = text[i];
		}
		compare(&r, lines, n);
	}
}

static void with_and_without_folding(struct rng *r, const char *const *lines, size_t n)
{
	struct graph *plain = told_in_blocks(lines, n, n + 1, false, false);
	struct graph *folded = told_in_blocks(lines, n, n + 1, false, true);

	(void)r;
	assert_true(folded->edge_count <= plain->edge_count);
	same_traces(lines, n, plain, folded, "without folding and with it");
	graph_free(plain);
	graph_free(folded);
}

static void traces_are_the_same_with_and_without_folding(void **state)
{
	(void)state;
	random_graphs(4000, with_and_without_folding);
}

static void cut_and_turned(struct rng *r, const char *const *lines, size_t n)
{
	struct graph *whole = told_in_blocks(lines, n, n + 1, false, true);
	struct graph *cut = told_in_blocks(lines, n, 1 + rng_below(r, n), rng_below(r, 2), true);

	same_traces(lines, n, whole, cut, "in one block and in several");
	graph_free(whole);
	graph_free(cut);
}

static void traces_are_the_same_however_blocks_are_cut_and_ordered(void **state)
{
	(void)state;
	random_graphs(4000, cut_and_turned);
}

/* ---- in words ---- */

static void an_origin_in_one_line(void **state)
{
	const struct {
		struct told_origin o;
		const char *line;
	} cases[] = {
		{ { .kind = ORIGIN_RELEASE, .name = SLICE("App"), .version = SLICE("1.2") }, "release App 1.2" },
		{ { .kind = ORIGIN_PACKAGE, .name = SLICE("left-pad"), .version = SLICE("9") }, "package left-pad 9" },
		{ { .kind = ORIGIN_DOWNLOAD, .url = SLICE("http://x/\x1b[2J") }, "download http://x/\\x1b[2J" },
		{ { .kind = ORIGIN_DOWNLOAD, .downloaded = SLICE("C:\\x.exe") }, "download C:\\x.exe" },
		{ { .kind = ORIGIN_REMOTE_HOST, .remote = SLICE("192.0.2.1") }, "another host 192.0.2.1" },
		{ { .kind = ORIGIN_LOGON }, "a session on the machine itself" },
		{ { .kind = ORIGIN_REMOVABLE }, "another drive" },
		{ { .kind = ORIGIN_GAP }, "evidence ends here" },
		{ { .kind = ORIGIN_GAP, .path = SLICE("C:\\x") }, "evidence ends here: C:\\x" },
	};
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&out);
		origin_line(&out, &cases[i].o);
		assert_slice(buf_slice(&out), cases[i].line);
	}
	buf_done(&out);
}

static void a_told_trace_outlives_its_graph_and_says_where(void **state)
{
	struct graph *g = TOLD("1 file_create " CHROME "#5 > C:\\u\\x.exe | sha256=bb",
			       "2 stream " CHROME "#5 > C:\\u\\x.exe | host_url=http://bad.test/x.exe | referrer_url=http://r.test/",
			       "3 process_start " EXPLORER "#2 > C:\\u\\x.exe#9", "4 !dns_query C:\\u\\x.exe#9 > c2.test");
	struct tracer *t = tracer_new(g, NULL);
	struct trace *ret = heap_new(sizeof(*ret));
	struct arena arena;
	struct told told;

	(void)state;
	arena_init(&arena, 0);
	trace_edge(t, edge_of(g, 3), ret);
	trace_tell(g, ret, &arena, &told);
	free(ret);
	tracer_free(t);
	graph_free(g);
	assert_slice(told.origin.url, "http://bad.test/x.exe");
	assert_slice(told.origin.referrer, "http://r.test/");
	assert_slice(told.origin.downloaded, "C:\\u\\x.exe");
	assert_slice(told.origin.downloaded_sha256, "bb");
	assert_true(told.origin.mark.set && told.origin.mark.record == 2 && told.origin.mark.offset == 100);
	assert_int_equal(told.origin.downloaded_time.ns, TOLD_SECONDS(2));
	assert_slice(told.hops[0].to.name, "C:\\u\\x.exe");
	assert_int_equal(told.hops[0].to.kind, ENTITY_PROCESS);
	assert_int_equal(told.hops[0].to.pid, 9);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_marked_download_that_was_run_is_found),
		cmocka_unit_test(what_comes_later_explains_nothing),
		cmocka_unit_test(a_circle_in_the_evidence_ends),
		cmocka_unit_test(time_goes_back_from_hop_to_hop),
		cmocka_unit_test(a_spent_budget_is_told),
		cmocka_unit_test(an_alert_without_a_time_looks_at_all_records),
		cmocka_unit_test(an_inventory_of_files_without_times_is_traced),
		cmocka_unit_test(an_alert_of_a_hash_finds_the_file_over_a_record_with_both_hashes),
		cmocka_unit_test(a_script_is_blamed_and_not_its_interpreter),
		cmocka_unit_test(a_library_that_was_replaced_between_two_loads_is_found),
		cmocka_unit_test(a_thread_between_two_writes_is_found),
		cmocka_unit_test(forward_goes_with_time_and_each_step_comes_once),
		cmocka_unit_test(traces_are_the_same_with_and_without_folding),
		cmocka_unit_test(traces_are_the_same_however_blocks_are_cut_and_ordered),
		cmocka_unit_test(an_origin_in_one_line),
		cmocka_unit_test(a_told_trace_outlives_its_graph_and_says_where),
	};

	return RUN(tests);
}
