/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/heap.h"
#include "graph_build.h"

#include <stdlib.h>

#define A "C:\\t\\a.exe"
#define B "C:\\t\\b.exe"
#define Q "C:\\q.exe"

/* The subject of line `line` (from 0). */
static uint32_t subject(const struct graph *g, size_t line)
{
	uint32_t at = graph_at(g, 1, line + 1, 100 * line);

	assert_int_not_equal(at, GRAPH_NONE);
	return g->edges[at].subject;
}

static uint32_t object(const struct graph *g, size_t line)
{
	return g->edges[graph_at(g, 1, line + 1, 100 * line)].object;
}

static void a_pid_means_the_process_that_had_it_then(void **state)
{
	struct graph *g = TOLD("10 process_start " Q "#1 > " A "#9", "11 dns_query " A "#9 > x", "20 process_end " A "#9 > -",
			       "30 process_start " Q "#1 > " A "#9", "31 dns_query " A "#9 > y");

	(void)state;
	assert_int_equal(subject(g, 1), object(g, 0));
	assert_int_equal(subject(g, 4), object(g, 3));
	assert_int_not_equal(object(g, 0), object(g, 3));
	assert_int_equal(g->nodes[object(g, 0)].end_ns, TOLD_SECONDS(20));
	assert_int_equal(g->nodes[object(g, 3)].end_ns, GRAPH_OPEN);
	graph_free(g);
}

static void a_pid_reused_within_a_second_is_two_processes(void **state)
{
	struct graph *g = TOLD("10 process_start " Q "#1 > " A "#9", "10.1 dns_query " A "#9 > x", "10.4 process_end " A "#9 > -",
			       "10.5 process_start " Q "#1 > " B "#9", "10.6 dns_query " B "#9 > y", "10.7 dns_query #9 > z");

	(void)state;
	assert_int_equal(subject(g, 1), object(g, 0));
	assert_int_equal(subject(g, 4), object(g, 3));
	assert_int_equal(subject(g, 5), object(g, 3));
	graph_free(g);
}

static void without_an_end_the_next_start_ends_it(void **state)
{
	struct graph *g = TOLD("10 process_start " Q "#1 > " A "#9", "50 process_start " Q "#1 > " A "#9", "51 dns_query " A "#9 > x");

	(void)state;
	assert_int_equal(subject(g, 2), object(g, 1));
	assert_true(g->nodes[object(g, 0)].end_ns < TOLD_SECONDS(50));
	graph_free(g);
}

static void a_start_of_the_machine_ends_all(void **state)
{
	struct graph *g = TOLD("10 process_start " Q "#1 > " A "#9", "20 boot - > -", "30 dns_query " A "#9 > x");

	(void)state;
	assert_int_not_equal(subject(g, 2), object(g, 0));
	graph_free(g);
}

static void a_process_never_seen_starting_is_one_node_in_one_run_of_the_machine(void **state)
{
	struct graph *g = TOLD("10 dns_query " A "#9 > x", "11 dns_query " A "#9 > y", "20 boot - > -", "30 dns_query " A "#9 > z",
			       "31 dns_query " A "#9 > w");

	(void)state;
	assert_int_equal(subject(g, 0), subject(g, 1));
	assert_int_equal(subject(g, 3), subject(g, 4));
	assert_int_not_equal(subject(g, 0), subject(g, 3));
	graph_free(g);
}

static void unseen_processes_without_a_boot_are_one_node_each(void **state)
{
	struct graph *g = TOLD("10 dns_query " A "#9 > x", "11 dns_query " A "#9 > y", "12 dns_query " A "#8 > y");

	(void)state;
	assert_int_equal(subject(g, 0), subject(g, 1));
	assert_int_not_equal(subject(g, 0), subject(g, 2));
	assert_int_equal(g->nodes[subject(g, 0)].start_ns, GRAPH_EVER);
	graph_free(g);
}

static void two_sources_of_one_start_are_one_process(void **state)
{
	struct graph *g = TOLD("10 process_start {P}" Q "#1 > {K}" A "#9 | sha256=ab", "10.5 process_start " Q "#1 > " A "#9",
			       "11 dns_query " A "#9 > x", "12 dns_query {K}#9 > y");

	(void)state;
	assert_int_equal(object(g, 0), object(g, 1));
	assert_int_equal(subject(g, 2), object(g, 0));
	assert_int_equal(subject(g, 3), object(g, 0));
	assert_int_equal(told_processes(g, A), 1);
	graph_free(g);
}

static void a_key_is_believed_before_a_pid(void **state)
{
	struct graph *g = TOLD("10 process_start " Q "#1 > {K1}" A "#9", "11 process_start " Q "#1 > {K2}" A "#9",
			       "30 dns_query {K1}" A "#9 > x");

	(void)state;
	assert_int_equal(subject(g, 2), object(g, 0));
	assert_int_not_equal(object(g, 0), object(g, 1));
	graph_free(g);
}

static void an_image_alone_means_the_one_process_that_ran(void **state)
{
	struct graph *g = TOLD("10 process_start " Q "#1 > " A "#9", "20 dns_query " A " > x");

	(void)state;
	assert_int_equal(subject(g, 1), object(g, 0));
	graph_free(g);
}

static void an_image_alone_of_several_says_that_it_cannot_tell(void **state)
{
	struct graph *g = TOLD("10 process_start " Q "#1 > " A "#9", "11 process_start " Q "#1 > " A "#10", "20 dns_query " A " > x");

	(void)state;
	assert_true(g->nodes[subject(g, 2)].alike);
	assert_int_not_equal(subject(g, 2), object(g, 0));
	assert_int_not_equal(subject(g, 2), object(g, 1));
	graph_free(g);
}

static void records_out_of_order_mean_the_same(void **state)
{
	struct graph *g = TOLD("31 dns_query " A "#9 > y", "30 process_start " Q "#1 > " A "#9", "20 process_end " A "#9 > -",
			       "11 dns_query " A "#9 > x", "10 process_start " Q "#1 > " A "#9");

	(void)state;
	assert_int_equal(subject(g, 0), object(g, 1));
	assert_int_equal(subject(g, 3), object(g, 4));
	graph_free(g);
}

static void a_pid_that_begins_very_often_costs_a_bounded_search(void **state)
{
	enum { N = 20000 };
	char(*text)[64] = heap_array(N, sizeof(*text));
	const char **lines = heap_array(N, sizeof(*lines));

	(void)state;
	for (size_t i = 0; i < N; i++) {
		snprintf(text[i], sizeof(text[i]), "%zu %s", i + 1, i % 2 ? "dns_query C:\\other.exe#9 > x" : "process_start C:\\q.exe#1 > C:\\t\\a.exe#9");
		lines[i] = text[i];
	}
	struct graph *g = told_graph(lines, N);

	assert_int_equal(told_processes(g, A), N / 2);
	graph_free(g);
	free(lines);
	free(text);
}

static void what_a_run_loaded_is_of_the_process_that_began_at_that_moment(void **state)
{
	struct graph *g = TOLD("10 process_start - > " A, "50 process_start - > " A, "50 image_load " A " > C:\\t\\x.dll",
			       "60 image_load " A " > C:\\t\\y.dll");

	(void)state;
	assert_int_equal(subject(g, 2), object(g, 1));
	assert_int_not_equal(subject(g, 3), object(g, 1));
	assert_true(g->nodes[subject(g, 3)].alike);
	graph_free(g);
}

static void machines_of_one_name_are_epochs(void **state)
{
	struct graph *g = TOLD("10 process_start " Q "#1 > {11111111-0000-0000-0000-000000000001}" A "#9",
			       "20 file_write {11111111-0000-0000-0000-000000000001}" A "#9 > C:\\f",
			       "30 process_start " Q "#1 > {22222222-0000-0000-0000-000000000001}" A "#9");

	(void)state;
	assert_int_equal(g->epoch_count, 2);
	assert_false(g->machines_overlap);
	assert_int_equal(graph_epoch_start(g, TOLD_SECONDS(15)), GRAPH_EVER);
	assert_int_equal(graph_epoch_start(g, TOLD_SECONDS(40)), TOLD_SECONDS(30));
	graph_free(g);
	g = TOLD("10 process_start " Q "#1 > {11111111-0000-0000-0000-000000000001}" A "#9",
		 "20 process_start " Q "#1 > {22222222-0000-0000-0000-000000000001}" A "#9",
		 "30 process_start " Q "#1 > {11111111-0000-0000-0000-000000000002}" A "#9");
	assert_true(g->machines_overlap);
	assert_int_equal(graph_epoch_start(g, TOLD_SECONDS(40)), GRAPH_EVER);
	graph_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pid_means_the_process_that_had_it_then),
		cmocka_unit_test(a_pid_reused_within_a_second_is_two_processes),
		cmocka_unit_test(without_an_end_the_next_start_ends_it),
		cmocka_unit_test(a_start_of_the_machine_ends_all),
		cmocka_unit_test(a_process_never_seen_starting_is_one_node_in_one_run_of_the_machine),
		cmocka_unit_test(unseen_processes_without_a_boot_are_one_node_each),
		cmocka_unit_test(two_sources_of_one_start_are_one_process),
		cmocka_unit_test(a_key_is_believed_before_a_pid),
		cmocka_unit_test(an_image_alone_means_the_one_process_that_ran),
		cmocka_unit_test(an_image_alone_of_several_says_that_it_cannot_tell),
		cmocka_unit_test(records_out_of_order_mean_the_same),
		cmocka_unit_test(a_pid_that_begins_very_often_costs_a_bounded_search),
		cmocka_unit_test(what_a_run_loaded_is_of_the_process_that_began_at_that_moment),
		cmocka_unit_test(machines_of_one_name_are_epochs),
	};

	return RUN(tests);
}
