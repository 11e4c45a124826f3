/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/hunting.h"
#include "cli/output.h"
#include "cli/verb.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

struct exporting {
	const char *folder;
	size_t written;
	struct err err;
	bool failed;
};

static void export_one(void *ctx, struct slice name, struct slice text)
{
	struct exporting *x = ctx;
	struct buf path = { 0 };
	struct output out;

	buf_printf(&path, "%s/%.*s", x->folder, (int)name.n, (const char *)name.p);
	buf_put_byte(&path, 0);
	if (!x->failed && output_open(&out, (const char *)path.p, &x->err)) {
		output_put(&out, text);
		x->failed = !output_close(&out, &x->err);
		x->written += !x->failed;
	} else {
		x->failed = true;
	}
	buf_done(&path);
}

static int export_rules(const struct cli_options *o)
{
	struct exporting x = { .folder = o->output };

	if (!o->output) {
		say_error("rules export needs -o DIR");
		return EXIT_USAGE;
	}
	if (mkdir(o->output, 0777) != 0 && errno != EEXIST) {
		err_errno(&x.err, "cannot make %s", o->output);
		say_error("%s", x.err.why);
		return EXIT_USAGE;
	}
	hunting_each_builtin(export_one, &x);
	if (x.failed) {
		say_error("%s", x.err.why);
		return EXIT_USAGE;
	}
	printf("%zu rules written to %s\n", x.written, o->output);
	return EXIT_DONE;
}

static void print_rule(struct buf *out, const struct rule *rule, bool json)
{
	if (!json) {
		buf_printf(out, "%-14s", rule_level_text(rule->level));
		buf_put_terminal(out, rule->title, 64);
		buf_put_byte(out, '\n');
		return;
	}
	buf_put_byte(out, '{');
	buf_json_text(out, "schema", slice_str("upriver.rule/1"));
	buf_json_text(out, "id", rule->id);
	buf_json_text(out, "title", rule->title);
	buf_json_text(out, "level", slice_str(rule_level_text(rule->level)));
	buf_put_str(out, "}\n");
}

int verb_rules(const struct cli_options *o)
{
	struct ruleset set;
	struct buf out = { 0 };

	if (o->operands.n && !slice_is(slice_str(o->operands.items[0]), "export")) {
		say_error("rules takes nothing or \"export\"");
		return EXIT_USAGE;
	}
	if (o->operands.n)
		return export_rules(o);
	if (o->output) {
		say_error("rules takes -o only with \"export\": upriver rules export -o %s", o->output);
		return EXIT_USAGE;
	}
	ruleset_init(&set);
	hunting_builtin_rules(&set);
	for (size_t i = 0; i < set.n; i++)
		print_rule(&out, &set.rules[i], o->json);
	fwrite(out.p, 1, out.n, stdout);
	buf_done(&out);
	ruleset_done(&set);
	return EXIT_DONE;
}
