/* SPDX-License-Identifier: Apache-2.0 */
/* Help, the manual page and the completion, all from the verb table. */
#include "cli/output.h"
#include "cli/verb.h"

#include <stdio.h>

static void option_line(const struct option_info *i)
{
	char left[64];

	snprintf(left, sizeof(left), "%s%c%s--%s%s%s", i->letter ? "-" : " ", i->letter ? i->letter : ' ',
		 i->letter ? ", " : "  ", i->name, i->value ? " " : "", i->value ? i->value : "");
	printf("  %-26s %s\n", left, i->help);
}

static void help_verb(const struct verb *v)
{
	printf("upriver %s [options]%s%s\n\n%s\n\n", v->name, *v->operands ? " " : "", v->operands,
	       v->text);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (v->options >> i & 1)
			option_line(&option_table[i]);
	printf("\nExample:\n");
	for (const char *c = v->examples; *c; c++) {
		if (c == v->examples || c[-1] == '\n')
			fputs("  ", stdout);
		putchar(*c);
	}
}

static void help_all(void)
{
	printf("upriver finds which software release brought an intruder in, and which machines\n"
	       "it reached. This version reads Windows event logs and JSON, hunts with Sigma rules\n"
	       "and keeps what it found in a case.\n\n");
	for (const struct verb *v = verbs; v->name; v++)
		printf("  upriver %-12s %-13s %s\n", v->name, v->operands, v->summary);
	printf("\nExit status: 0 done, 1 --fail-on was met, 2 the command line or a needed file is\n"
	       "wrong, 3 done but part of the evidence could not be read.\n"
	       "`upriver help VERB` says more; `upriver help --man | man -l -` is the manual page;\n"
	       "`upriver --version` tells the version.\n");
}

/* Text for roff: a leading dot or quote and backslashes would be commands. */
static void roff(const char *text)
{
	for (const char *c = text; *c; c++) {
		if ((c == text || c[-1] == '\n') && (*c == '.' || *c == '\''))
			fputs("\\&", stdout);
		if (*c == '\\')
			fputs("\\e", stdout);
		else if (*c == '-')
			fputs("\\-", stdout);
		else
			putchar(*c);
	}
}

static void man_verb(const struct verb *v)
{
	printf(".SS upriver ");
	roff(v->name);
	printf(" [options]%s", *v->operands ? " " : "");
	roff(v->operands);
	putchar('\n');
	roff(v->text);
	putchar('\n');
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_info *info = &option_table[i];

		if (!(v->options >> i & 1) || i == OPTION_HELP)
			continue;
		printf(".TP\n.B ");
		if (info->letter)
			printf("\\-%c, ", info->letter);
		printf("\\-\\-");
		roff(info->name);
		if (info->value) {
			putchar(' ');
			roff(info->value);
		}
		putchar('\n');
		roff(info->help);
		putchar('\n');
	}
	printf(".PP\n.nf\n");
	roff(v->examples);
	printf(".fi\n");
}

static void man_page(void)
{
	printf(".TH UPRIVER 1\n.SH NAME\nupriver \\- which software release brought an intruder in, and "
	       "which machines it reached\n.SH SYNOPSIS\n.B upriver\n.I verb\n[options] [operands]\n"
	       ".SH DESCRIPTION\nReads evidence (Windows event logs, JSON, archives of them), never "
	       "changes it, executes nothing and uses no network.\n.SH VERBS\n");
	for (const struct verb *v = verbs; v->name; v++)
		man_verb(v);
	printf(".SH EXIT STATUS\n.TP\n0\ndone, whatever was found\n.TP\n1\n\\-\\-fail\\-on was met\n"
	       ".TP\n2\nthe command line or a needed file is wrong\n.TP\n3\ndone, but part of the "
	       "evidence could not be read; each part is named on standard error\n");
}

static void completion_bash(void)
{
	printf("_upriver() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]}\n"
	       "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tCOMPREPLY=($(compgen -W \"");
	for (const struct verb *v = verbs; v->name; v++)
		printf("%s%s", v == verbs ? "" : " ", v->name);
	printf("\" -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase $cur in\n\t-*)\n\t\tcase $verb in\n");
	for (const struct verb *v = verbs; v->name; v++) {
		const char *space = "";

		printf("\t\t%s) COMPREPLY=($(compgen -W \"", v->name);
		for (size_t i = 0; i < OPTION_COUNT; i++)
			if (v->options >> i & 1) {
				printf("%s--%s", space, option_table[i].name);
				space = " ";
			}
		printf("\" -- \"$cur\")) ;;\n");
	}
	printf("\t\tesac\n\t\t;;\n\t*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n\tesac\n}\n"
	       "complete -o filenames -F _upriver upriver\n");
}

int verb_help(const struct cli_options *o)
{
	const struct verb *v = o->verb;

	if (o->man) {
		man_page();
	} else if (o->completion) {
		if (!slice_is(slice_str(o->completion), "bash")) {
			say_error("completion is there for bash only");
			return EXIT_USAGE;
		}
		completion_bash();
	} else if (o->operands.n) {
		v = verb_find(o->operands.items[0]);
		if (!v) {
			struct err err = { 0 };

			verb_unknown(o->operands.items[0], &err);
			say_error("%s", err.why);
			return EXIT_USAGE;
		}
		help_verb(v);
	} else if (o->help && v->run != verb_help) {
		help_verb(v);
	} else {
		help_all();
	}
	return EXIT_DONE;
}
