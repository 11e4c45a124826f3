/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"
#include "cli/verb.h"

#include <signal.h>
#include <stdio.h>

#ifndef UPRIVER_VERSION
#define UPRIVER_VERSION "unknown"
#endif

int main(int argc, char **argv)
{
	struct cli_options o;
	struct err err = { 0 };
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (argc == 2 && slice_is(slice_str(argv[1]), "--version")) {
		puts("upriver " UPRIVER_VERSION);
		return EXIT_DONE;
	}
	if (argc == 2 && (slice_is(slice_str(argv[1]), "--help") || slice_is(slice_str(argv[1]), "-h")))
		argv[1] = (char *)(uintptr_t)"help";
	if (!options_parse(argc, argv, &o, &err)) {
		say_error("%s", err.why);
		options_done(&o);
		return EXIT_USAGE;
	}
	status = o.help ? verb_help(&o) : o.verb->run(&o);
	options_done(&o);
	return status;
}
