/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the verbs do: one file each, verb_<name>.c. They return an exit status. */
#include "cli/options.h"

int verb_hunt(const struct cli_options *o);
int verb_timeline(const struct cli_options *o);
int verb_investigate(const struct cli_options *o);
int verb_trace(const struct cli_options *o);
int verb_scope(const struct cli_options *o);
int verb_show(const struct cli_options *o);
int verb_rehearse(const struct cli_options *o);
int verb_rules(const struct cli_options *o);
int verb_help(const struct cli_options *o);
