/* SPDX-License-Identifier: Apache-2.0 */
/* truth.json: what the records of an exercise mean. */
#include "base/when.h"
#include "rehearse/phone/story.h"

#include <ctype.h>

static void time_of(struct buf *out, const char *name, int64_t ns)
{
	buf_json_key(out, name);
	buf_put_when(out, (struct when){ .ns = ns, .set = ns != 0 });
}

/* What did not happen has no time later either. */
static int64_t after(int64_t ns, int64_t by)
{
	return ns ? ns + by : 0;
}

static void flag(struct buf *out, const char *name, bool yes)
{
	buf_json_key(out, name);
	buf_put_str(out, yes ? "true" : "false");
}

static void lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

static void file(struct buf *out, const struct rehearse_options *o, const char *path,
		 const char *content, const char *role)
{
	char sha[65];

	story_sha256(o, content, sha);
	lower(sha);
	buf_json_comma(out);
	buf_put_byte(out, '{');
	buf_json_text(out, "path", slice_str(path));
	buf_json_text(out, "sha256", slice_str(sha));
	buf_json_text(out, "role", slice_str(role));
	buf_put_byte(out, '}');
}

static void release(struct buf *out, const struct rehearse_options *o)
{
	buf_json_key(out, "release");
	buf_put_byte(out, '{');
	buf_json_text(out, "product", slice_str(PRODUCT));
	buf_json_text(out, "vendor", slice_str(VENDOR));
	buf_json_text(out, "os", slice_str("windows"));
	buf_json_text(out, "version", slice_str(BAD_VERSION));
	buf_json_text(out, "previous", slice_str(CLEAN_VERSION));
	buf_json_text(out, "domain", slice_str(BAD_DOMAIN));
	buf_json_text(out, "address", slice_str(BAD_ADDRESS));
	buf_json_u64(out, "sleep_days_max", 7);
	buf_json_key(out, "files");
	buf_put_byte(out, '[');
	file(out, o, "%LOCALAPPDATA%\\Programs\\LumenCall\\lumenmedia.dll", MODULE_BAD,
	     "the altered module, signed by the vendor");
	file(out, o, "%LOCALAPPDATA%\\Programs\\LumenCall\\d3d12core.dll", MODULE_SECOND,
	     "the second module, not signed");
	buf_put_str(out, "]}");
}

static void decoy(struct buf *out, const char *name, const char *what, const char *hosts)
{
	buf_json_comma(out);
	buf_put_str(out, "\n{");
	buf_json_text(out, "name", slice_str(name));
	buf_json_text(out, "what", slice_str(what));
	buf_json_text(out, "hosts", slice_str(hosts));
	buf_put_byte(out, '}');
}

static void stages(struct buf *out, const struct story *s)
{
	buf_json_key(out, "stages");
	buf_put_byte(out, '{');
	time_of(out, "S0", s->update);
	time_of(out, "S1", after(s->update, DELIVERED_AFTER));
	time_of(out, "S2", after(s->update, INSTALLED_AFTER));
	time_of(out, "S3", s->ran);
	time_of(out, "S3b", s->fate == FATE_DORMANT ? s->ran : 0);
	time_of(out, "S4", s->first_contact);
	time_of(out, "S5", after(s->first_contact, SECOND_CONTACT_AFTER));
	time_of(out, "S6", s->second_module);
	time_of(out, "S7", s->commands);
	time_of(out, "S8", 0);
	buf_put_byte(out, '}');
}

/* What every machine of this story has. */
static void identity(struct buf *out, const char *name)
{
	buf_json_key(out, "host");
	buf_printf(out, "\"%s.corp.example\"", name);
	buf_json_key(out, "aliases");
	buf_printf(out, "[\"%s\"]", name);
	buf_json_text(out, "os", slice_str("windows"));
	buf_json_text(out, "telemetry", slice_str("sysmon-flat"));
	buf_json_text(out, "clone_group", (struct slice){ 0 });
	buf_json_u64(out, "epoch", 1);
}

static void coverage(struct buf *out, const struct story *s)
{
	buf_json_key(out, "coverage");
	buf_put_byte(out, '{');
	time_of(out, "from", s->start);
	time_of(out, "to", s->end);
	buf_put_str(out, ",\"kinds\":[\"process\",\"module\",\"file\",\"dns\",\"network\",\"registry\",\"read\","
			 "\"logon\",\"package\",\"detection\"]}");
}

static void host(struct buf *out, const struct rehearse_options *o, uint64_t i)
{
	static const char *const stage[] = { [FATE_ABSENT] = "none",	   [FATE_NOT_UPDATED] = "none",
					     [FATE_DORMANT] = "S3b",	   [FATE_BEACONED] = "S5",
					     [FATE_SECOND_STAGE] = "S7", [FATE_BLOCKED] = "S2" };
	static const char *const fate[] = {
		[FATE_ABSENT] = "absent",	    [FATE_NOT_UPDATED] = "not_updated",
		[FATE_DORMANT] = "dormant",	    [FATE_BEACONED] = "beaconed",
		[FATE_SECOND_STAGE] = "second_stage", [FATE_BLOCKED] = "blocked"
	};
	struct story s = story_of(o, i);
	char name[16];

	rehearse_host_name(i, name);
	buf_json_comma(out);
	buf_put_str(out, "\n{");
	identity(out, name);
	buf_json_text(out, "fate", slice_str(fate[s.fate]));
	buf_json_text(out, "stage", slice_str(stage[s.fate]));
	flag(out, "blocked", s.fate == FATE_BLOCKED);
	buf_json_text(out, "blocked_at", s.fate == FATE_BLOCKED ? slice_str("S3") : (struct slice){ 0 });
	time_of(out, "previous_installed", s.first_install);
	time_of(out, "installed", after(s.update, INSTALLED_AFTER));
	time_of(out, "since", after(s.update, DELIVERED_AFTER));
	time_of(out, "first_executed", s.ran);
	time_of(out, "sleeps_until", s.sleeps_until);
	time_of(out, "first_contact", s.first_contact);
	time_of(out, "uninstalled_at", 0);
	time_of(out, "reimaged_at", 0);
	stages(out, &s);
	buf_json_u64(out, "skew_seconds", 0);
	coverage(out, &s);
	buf_put_byte(out, '}');
}

static void named(struct buf *out, const char *product, const char *version)
{
	buf_json_comma(out);
	buf_put_byte(out, '{');
	buf_json_text(out, "product", slice_str(product));
	buf_json_text(out, "version", slice_str(version));
	buf_put_byte(out, '}');
}

static void origin(struct buf *out, const struct rehearse_options *o)
{
	char sha[65];

	story_sha256(o, MODULE_BAD, sha);
	lower(sha);
	buf_json_key(out, "origin");
	buf_put_byte(out, '{');
	buf_json_text(out, "kind", slice_str("release"));
	buf_json_text(out, "product", slice_str(PRODUCT));
	buf_json_text(out, "version", slice_str(BAD_VERSION));
	buf_json_text(out, "os", slice_str("windows"));
	buf_json_text(out, "url", slice_str("https://" UPDATE_HOST "/" BAD_VERSION));
	buf_json_text(out, "host", slice_str(UPDATE_HOST));
	buf_json_key(out, "sha256");
	buf_printf(out, "[\"%s\"]}", sha);
	buf_json_key(out, "must_not_blame");
	buf_put_byte(out, '[');
	named(out, PRODUCT, CLEAN_VERSION);
	named(out, "Fleet Warden", "11.2.0");
	named(out, "Brightleaf Notes", "2.8.0");
	buf_put_str(out, "],\"tie\":[]");
	buf_json_text(out, "contact", slice_str(BAD_DOMAIN));
}

void rehearse_truth(const struct rehearse_options *o, struct buf *out)
{
	struct story any = story_of(o, 0);

	buf_put_byte(out, '{');
	buf_json_text(out, "schema", slice_str("upriver.rehearse-truth/1"));
	buf_json_text(out, "scenario", slice_str("first-story"));
	buf_json_u64(out, "seed", o->seed);
	time_of(out, "from", any.start);
	time_of(out, "to", any.end);
	origin(out, o);
	release(out, o);
	buf_json_key(out, "decoys");
	buf_put_byte(out, '[');
	decoy(out, "Fleet Warden", "an administrator's agent: inventory scripts, discovery commands, "
				   "LSASS opened for reading, a new service", "all");
	decoy(out, "Brightleaf Notes 2.8.0", "an unrelated, clean update on the same day", "most");
	buf_put_byte(out, ']');
	buf_json_key(out, "hosts");
	buf_put_byte(out, '[');
	for (uint64_t i = 0; i < o->hosts; i++)
		host(out, o, i);
	buf_put_str(out, "]}\n");
}
