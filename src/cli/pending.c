#include "cli/output.h"
#include "cli/verb.h"
int verb_rehearse(const struct cli_options *o) { (void)o; say_error("not yet"); return 2; }
