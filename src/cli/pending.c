#include "cli/output.h"
#include "cli/verb.h"
int verb_investigate(const struct cli_options *o) { (void)o; say_error("not yet"); return 2; }
int verb_show(const struct cli_options *o) { (void)o; say_error("not yet"); return 2; }
int verb_rehearse(const struct cli_options *o) { (void)o; say_error("not yet"); return 2; }
