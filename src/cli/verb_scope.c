/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"
#include "cli/scoping.h"
#include "cli/verb.h"

int verb_scope(const struct cli_options *o)
{
	const char *path = o->operands.items[0];
	struct scoping_wanted wanted = { .hosts = o->hosts, .host_count = o->host_count };
	struct err err = { 0 };
	struct store *s = store_open(path, &err);
	struct buf text = { 0 };
	struct graphs graphs;
	struct output out;
	bool ok = s != NULL;

	graphs_init(&graphs, s, o);
	if (o->origin && !slice_to_i64(slice_str(o->origin), &wanted.rank))
		wanted.text = slice_str(o->origin);
	ok = ok && scoping_tell(&text, &graphs, path, &wanted, o->json, &err);
	if (ok && (ok = output_open(&out, o->output, &err))) {
		output_put(&out, buf_slice(&text));
		ok = output_close(&out, &err);
	}
	if (!ok)
		say_error("%s", err.why);
	buf_done(&text);
	graphs_done(&graphs);
	store_close(s, &err);
	return ok ? EXIT_DONE : EXIT_USAGE;
}
