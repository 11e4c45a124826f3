/* SPDX-License-Identifier: Apache-2.0 */
/* Values that Windows runs when somebody logs on: Run, RunOnce and their kin, of the machine and of users. */
#include "input/hive/artifacts.h"

#define CV "Microsoft\\Windows\\CurrentVersion\\"
#define NT "Microsoft\\Windows NT\\CurrentVersion\\"

static const struct {
	const char *path;   /* below a base */
	const char *values; /* "Shell|Userinit"; NULL: all of them */
	bool children;	    /* those of its subkeys instead */
} places[] = {
	{ CV "Run", NULL, false },
	{ CV "RunOnce", NULL, false },
	{ CV "RunOnceEx", NULL, true },
	{ CV "RunServices", NULL, false },
	{ CV "RunServicesOnce", NULL, false },
	{ CV "Policies\\Explorer\\Run", NULL, false },
	{ CV "Policies\\System", "Shell", false },
	{ NT "Terminal Server\\Install\\Software\\" CV "Run", NULL, false },
	{ NT "Terminal Server\\Install\\Software\\" CV "RunOnce", NULL, false },
	{ NT "Winlogon", "Shell|Userinit|Taskman|AppSetup", false },
	{ NT "Windows", "Load|Run|AppInit_DLLs", false },
	{ NT "Image File Execution Options", "Debugger", true },
	{ NT "SilentProcessExit", "MonitorProcess", true },
	{ "Microsoft\\Command Processor", "AutoRun", false },
	{ "Microsoft\\Active Setup\\Installed Components", "StubPath", true },
};

static bool is_wanted(struct regf_name name, const char *values)
{
	char word[32];

	if (!values)
		return true;
	for (size_t n; *values; values += n + (values[n] == '|')) {
		n = strcspn(values, "|");
		memcpy(word, values, n);
		word[n] = 0;
		if (regf_name_is(name, word))
			return true;
	}
	return false;
}

static void find_in(struct hive *h, uint32_t key, const char *values)
{
	HIVE_EACH_VALUE(h, key, i) {
		struct regf_value v = regf_value_at(&h->regf, i);

		/* Windows itself sets some of the named ones to nothing. */
		if ((v.type == REGF_SZ || v.type == REGF_EXPAND_SZ) && is_wanted(v.name, values) &&
		    (!values || v.size > 2))
			hive_item(h, &hive_run_key, key, i, 0);
	}
}

static void find(struct hive *h)
{
	for (size_t b = 0; b < HIVE_BASES; b++) {
		for (size_t p = 0; p < sizeof(places) / sizeof(*places); p++) {
			uint32_t key = regf_find(&h->regf, h->bases[b], places[p].path);

			if (!places[p].children) {
				find_in(h, key, places[p].values);
				continue;
			}
			HIVE_EACH_CHILD(h, key, i) {
				find_in(h, i, places[p].values);
			}
		}
	}
	if (regf_child(&h->regf, 0, "Environment") != REGF_NONE)
		find_in(h, regf_child(&h->regf, 0, "Environment"), "UserInitMprLogonScript");
}

/* As Sysmon writes it: HKLM\SOFTWARE\..., HKU\<user>\Software\..., HKCU where the user is not known. */
static struct slice target_object(struct hive *h, struct slice key, struct slice name, struct arena *a)
{
	struct slice top = slice_str(h->of_machine ? "HKLM\\" : h->user.n ? "HKU\\" : "HKCU\\");
	struct slice user = h->of_machine ? slice_of(NULL, 0) : h->user;
	const char *software = !h->bases_at_root ? "" : h->of_machine ? "SOFTWARE\\" : "Software\\";

	return arena_printf(a, "%.*s%.*s%s%s%.*s\\%.*s", (int)top.n, (const char *)top.p, (int)user.n,
			    user.n ? (const char *)user.p : "", user.n ? "\\" : "", software, (int)key.n,
			    (const char *)key.p, (int)name.n, (const char *)name.p);
}

static void put(struct hive *h, const struct hive_item *it, struct event *ev)
{
	struct slice key = regf_key_path(&h->regf, it->key, &ev->arena);
	struct slice name = hive_value_name(h, it->value, &ev->arena);
	struct value command = hive_value(h, it->value, &ev->arena);

	ev->ptr.offset = regf_value_at(&h->regf, it->value).offset;
	/* The unnamed value has a name too: none. */
	event_add(ev, h->words[HIVE_NAME].name, h->words[HIVE_NAME].id, value_text_of(name));
	hive_put(h, ev, HIVE_COMMAND, command);
	hive_put_text(h, ev, HIVE_KEY, key);
	hive_put_text(h, ev, HIVE_USER, h->user);
	hive_key_time(h, ev, it->key);
	ev->proves = STAGE_BIT(STAGE_S2);
	/* A user's hive is one of several. */
	ev->completeness = h->whole && h->of_machine ? COMPLETENESS_COMPLETE : COMPLETENESS_UNKNOWN;
	ev->op = ACTIVITY_REGISTRY_SET;
	hive_make_text(h, ev, HIVE_S_OBJECT, target_object(h, key, name, &ev->arena));
	hive_make(h, ev, HIVE_S_DETAILS, command);
}

const struct hive_artifact hive_run_key = { "run_key", find, put };
