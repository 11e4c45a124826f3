/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/verb.h"

#define O(name) (UINT64_C(1) << OPTION_##name)
#define COMMON (O(HELP) | O(QUIET))
#define READING                                                                                    \
	(COMMON | O(JSON) | O(OUTPUT) | O(THREADS) | O(MEMORY) | O(TEMP) | O(PROGRESS) | O(CARVE))
#define ANY_NUMBER SIZE_MAX
#define HUNTING (READING | O(RULES) | O(LEVEL) | O(EXPAND) | O(FAIL_ON))

const struct option_info option_table[OPTION_COUNT] = {
	{ OPTION_RULES, "rules", 0, "DIR|FILE", "Sigma rules instead of the built-in ones (repeatable)" },
	{ OPTION_LEVEL, "level", 0, "LEVEL", "lowest level shown: informational, low, medium, high, critical" },
	{ OPTION_EXPAND, "expand", 0, "FILE", "values for %placeholders% of rules (YAML, name: [values])" },
	{ OPTION_JSON, "json", 0, NULL, "JSON instead of text" },
	{ OPTION_OUTPUT, "output", 'o', "FILE", "write the result there instead of to standard output" },
	{ OPTION_SUMMARY, "summary", 0, "FILE", "write what was read, and what was not, as JSON" },
	{ OPTION_THREADS, "threads", 0, "N", "reader processes (default: one a core)" },
	{ OPTION_MEMORY, "memory", 0, "SIZE", "memory to stay within, as 512M or 2G (default 1G)" },
	{ OPTION_TEMP, "temp", 0, "DIR", "where unpacked and sorted data waits (default $TMPDIR or /tmp)" },
	{ OPTION_PROGRESS, "progress", 0, "WHEN", "always, never or auto (on a terminal)" },
	{ OPTION_QUIET, "quiet", 'q', NULL, "no progress and no warnings" },
	{ OPTION_CARVE, "carve", 0, NULL, "look for records in the slack of event logs and hives too" },
	{ OPTION_FROM, "from", 0, "TIME", "only what happened at or after this time (RFC 3339)" },
	{ OPTION_TO, "to", 0, "TIME", "only what happened at or before this time" },
	{ OPTION_HOST, "host", 0, "NAME", "only this host, with or without its domain (repeatable)" },
	{ OPTION_KIND, "kind", 0, "KIND[,KIND]", "only these kinds of records" },
	{ OPTION_UNSORTED, "unsorted", 0, NULL, "as read, without sorting by time" },
	{ OPTION_FAIL_ON, "fail-on", 0, "LEVEL", "exit with 1 when there is a hit at or above it" },
	{ OPTION_CHECK_RULES, "check-rules", 0, "DIR|FILE", "only read these rules and list their faults" },
	{ OPTION_COMPLETE, "complete", 0, "SOURCE", "this channel or category is known to be whole (repeatable)" },
	{ OPTION_COVERAGE, "coverage", 0, NULL, "what each host's logs cover: holes, what ended them, how complete" },
	{ OPTION_DETAILS, "details", 0, NULL, "tables instead of the story: hits by rule, hosts, what was not read" },
	{ OPTION_MIGRATE, "migrate", 0, "NEW", "write a case of an older version as a new file, and show that" },
	{ OPTION_HOSTS, "hosts", 0, "N", "machines in the exercise (default 20)" },
	{ OPTION_SEED, "seed", 0, "N", "another seed writes another exercise (default 1)" },
	{ OPTION_EVENTS, "events-per-host", 0, "N", "about how many records a machine has (default 2000; 320 in scenarios)" },
	{ OPTION_SCENARIO, "scenario", 0, "NAME", "another story; \"list\" lists them (default: the first, with fixed names)" },
	{ OPTION_DAYS, "days", 0, "N", "days of records in a scenario, at least 3 (default: the scenario's own)" },
	{ OPTION_COLLECTIONS, "collections", 0, "PERCENT", "so many machines of a scenario have no logs but a collection (default 0)" },
	{ OPTION_FORWARD, "forward", 0, NULL, "what came of it, instead of what brought it in" },
	{ OPTION_AS, "as", 0, "FORMAT", "text, json, dot (Graphviz) or svg" },
	{ OPTION_START, "start", 0, "NAME", "a file, process, hash, domain, address, host, PRODUCT or PRODUCT=VERSION" },
	{ OPTION_RELEASE, "release", 0, "NAME", "a release that somebody named: PRODUCT, PRODUCT=VERSION or a hash" },
	{ OPTION_QUESTION, "question", 0, "FP:NAME", "are this release's alerts independent of the build? (repeatable)" },
	{ OPTION_BUDGET, "budget", 0, "N", "steps that a trace may take (default 20000)" },
	{ OPTION_ORIGIN, "origin", 0, "RANK|TEXT", "another origin than the first: its rank, or part of its name" },
	{ OPTION_MAN, "man", 0, NULL, "the manual page, for man -l -" },
	{ OPTION_COMPLETION, "completion", 0, "SHELL", "completion for a shell: bash" },
	{ OPTION_HELP, "help", 'h', NULL, "this help" },
};

const struct verb verbs[] = {
	{ "investigate", "EVIDENCE...", "read everything, hunt, and keep it all in one case file",
	  "Reads files, folders and archives, asks every record against the rules and writes a case:\n"
	  "one SQLite file with evidence, hosts, coverage, hits and what could not be read.",
	  "upriver investigate collections/ -o case.db\n"
	  "upriver investigate collections/ -o case.db --complete Security\n"
	  "upriver investigate collections/ -o case.db --release \"Lumen Call=5.4.2\"\n",
	  HUNTING | O(COMPLETE) | O(START) | O(RELEASE) | O(QUESTION) | O(DETAILS), 1,
	  ANY_NUMBER, verb_investigate },
	{ "hunt", "EVIDENCE...", "Sigma rules over records: hits, with the reason for each",
	  "Asks every record of the evidence against Sigma rules and prints the hits, grouped. With\n"
	  "--json one line a hit, with a pointer to the record and the values that matched.",
	  "upriver hunt Security.evtx --level medium\n"
	  "upriver hunt logs/ --rules sigma/rules --json --summary summary.json\n",
	  HUNTING | O(SUMMARY) | O(CHECK_RULES), 0, ANY_NUMBER, verb_hunt },
	{ "timeline", "EVIDENCE...|CASE", "every record in the common form, in the order of time",
	  "Prints each record of each reader, sorted by time over all files and hosts. With\n"
	  "--kind activity what the records say was done: who did what to whom. Of a case the\n"
	  "activities that it holds.",
	  "upriver timeline logs/ --from 2023-03-22T00:00:00Z --host PC-07\n"
	  "upriver timeline case.db --kind activity --host PC-07\n",
	  READING | O(FROM) | O(TO) | O(HOST) | O(KIND) | O(UNSORTED), 1, ANY_NUMBER,
	  verb_timeline },
	{ "trace", "CASE [ALERT|ENTITY]", "from an alert back to what brought it in, hop by hop",
	  "Walks back from an alert (its id, or the first digits of it), a file, a process, a hash, a\n"
	  "domain, an address, a host or a product, to the origin: a release, a package, a download, a\n"
	  "deployment, a session, another host, or the place where the evidence ends. Each hop names\n"
	  "its record. Nothing named: the first origin's example.",
	  "upriver trace case.db 3fa94c\n"
	  "upriver trace case.db payload.exe --as svg -o payload.svg\n",
	  COMMON | O(JSON) | O(OUTPUT) | O(HOST) | O(FORWARD) | O(AS) | O(START) | O(BUDGET), 1, 2, verb_trace },
	{ "scope", "CASE", "how far each host got with the origin, stage by stage, with reasons",
	  "For each host each stage from S0 (offered) to S8 (impact): a record shows it, a complete source\n"
	  "excludes it, or neither; with the farthest that is proved and the farthest that is not excluded,\n"
	  "the records that say so and the kinds of record that would settle more.",
	  "upriver scope case.db\n"
	  "upriver scope case.db --host PC-07 --json\n"
	  "upriver scope case.db --origin \"Desktop App\"\n",
	  COMMON | O(JSON) | O(OUTPUT) | O(HOST) | O(ORIGIN), 1, 1, verb_scope },
	{ "show", "CASE", "the story of a case again",
	  "Reads a case written by investigate and tells its story; --details prints tables of hits\n"
	  "and hosts instead, --json all of it. A case of an older version is\n"
	  "not changed: --migrate writes it as a new file of this version.",
	  "upriver show case.db\n"
	  "upriver show case.db --coverage\n",
	  COMMON | O(JSON) | O(OUTPUT) | O(COVERAGE) | O(DETAILS) | O(MIGRATE), 1, 1, verb_show },
	{ "rehearse", "", "write an exercise: evidence of a made-up compromise, with the truth",
	  "Writes the records of a made-up fleet in which a release, a package, a deployment or a download\n"
	  "was bad, or nothing was, and truth.json, which says what happened on which machine. --scenario\n"
	  "chooses the story, --scenario list lists them; --json prints the truth as well.",
	  "upriver rehearse -o exercise\n"
	  "upriver rehearse -o exercise --scenario sideload --hosts 50 --seed 7\n",
	  COMMON | O(JSON) | O(OUTPUT) | O(HOSTS) | O(SEED) | O(EVENTS) | O(SCENARIO) | O(DAYS) |
		  O(COLLECTIONS), 0, 0,
	  verb_rehearse },
	{ "rules", "[export]", "list the built-in rules, or write them out",
	  "Lists the rules that hunt and investigate use when --rules is absent. `rules export -o DIR`\n"
	  "writes them as files.",
	  "upriver rules export -o my-rules\n", COMMON | O(OUTPUT) | O(JSON), 0, 1, verb_rules },
	{ "help", "[VERB]", "help on a verb; the manual page; shell completion",
	  "Prints help. --man prints the manual page, --completion bash what the shell needs.",
	  "upriver help hunt\n", COMMON | O(MAN) | O(COMPLETION), 0, 1, verb_help },
	{ 0 },
};
