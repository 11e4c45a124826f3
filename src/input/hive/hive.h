/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the artifacts of the registry share. Each family is a file with a table of `hive_artifact`: `find`
 * goes through the hive once and notes an item for each event to come, `put` fills in one event when it
 * is asked for. What a key is for is told by its path alone, never by the hive's name.
 *
 * Numbers of keys and values are regf.h's; REGF_NONE is "none" everywhere and does no harm.
 */
#include "base/arena.h"
#include "input/hive/log.h"
#include "input/hive/regf.h"
#include "input/input.h"
#include "input/put.h"

/* Names of fields; behind them those of Sigma's and the graph's that records are given. */
#define HIVE_WORDS(X)                                                                              \
	X(PATH, "path") X(NAME, "name") X(KEY, "key") X(VERSION, "version")                        \
	X(PUBLISHER, "publisher") X(SHA1, "sha1") X(SIZE, "size") X(PRODUCT, "product")            \
	X(LINK_TIME, "link_time") X(PROGRAM_ID, "program_id") X(ROOT_DIR, "root_dir")              \
	X(SOURCE, "source") X(SIGNED, "signed") X(POSITION, "position")                            \
	X(CONTROL_SET, "control_set") X(EXECUTED, "executed") X(LAST_DWORD, "last_dword")          \
	X(USER_SID, "user_sid") X(RUN_COUNT, "run_count") X(FOCUS_COUNT, "focus_count")            \
	X(FOCUS_MS, "focus_ms") X(LOCATION, "location") X(INSTALL_DATE, "install_date")            \
	X(LOCAL_PACKAGE, "local_package") X(PRODUCT_CODE, "product_code")                          \
	X(UNINSTALL, "uninstall_command") X(IMAGE, "image") X(START, "start") X(TYPE, "type")      \
	X(DLL, "dll") X(DISPLAY_NAME, "display_name") X(ACCOUNT, "account")                        \
	X(COMMAND, "command") X(ARGUMENTS, "arguments") X(USER, "user") X(CLSID, "clsid")          \
	X(DIRECTORY, "directory") X(ACTIONS, "actions") X(HIDDEN, "hidden") X(TASK_ID, "id")       \
	X(LAST_RUN, "last_run") X(LAST_SUCCESS, "last_success") X(LAST_ERROR, "last_error")        \
	X(CREATED, "created") X(MODIFIED, "modified") X(WRITTEN, "written") X(DOMAIN, "domain")    \
	X(OS, "os") X(BUILD, "build") X(RELEASE, "release") X(TIME_ZONE, "time_zone")              \
	X(BIAS, "bias_minutes") X(PRODUCT_ID, "product_id") X(MACHINE_GUID, "machine_guid")        \
	X(OWNER, "registered_owner") X(SHUTDOWN, "last_shutdown") X(SID, "sid") X(DATA, "data")    \
	X(DELETED, "deleted") X(PATH_CERTAIN, "path_certain") X(DESCRIPTION, "description")        \
	X(SERVICE, "service") X(PACKAGE, "package") X(SEEDED, "seeded")                                                \
	X(S_IMAGE, "Image") X(S_USER, "User") X(S_FILE, "TargetFilename") X(S_HASHES, "Hashes")    \
	X(S_FILE_VERSION, "FileVersion") X(S_PRODUCT, "Product") X(S_COMPANY, "Company")           \
	X(S_VERSION, "Version") X(S_LOCATION, "InstallLocation") X(S_SERVICE, "ServiceName")       \
	X(S_IMAGE_PATH, "ImagePath") X(S_SERVICE_FILE, "ServiceFileName")                          \
	X(S_TASK, "TaskName") X(S_COMMAND_LINE, "CommandLine") X(S_OBJECT, "TargetObject")         \
	X(S_DETAILS, "Details")

enum hive_word {
#define X(id, text) HIVE_##id,
	HIVE_WORDS(X)
#undef X
	HIVE_WORD_COUNT
};
void hive_words(struct put_name ret[HIVE_WORD_COUNT], const struct names *names);

struct hive_artifact;

/* An event to come. What extra means is the artifact's. */
struct hive_item {
	const struct hive_artifact *artifact;
	uint32_t key, value, extra;
};

/* The four places below which Microsoft\Windows may stand: the hive of a user, the machine's, a copy of
 * either's key Software; each also below Wow6432Node. REGF_NONE where it does not. */
#define HIVE_BASES 4u
#define HIVE_SHIMS_MAX 32u /* application compatibility caches of one hive; each control set has one */

struct hive_shim;  /* shimcache.c's own */
struct hive_carve; /* carve.c's */

struct hive {
	struct input_env env;
	struct put_name words[HIVE_WORD_COUNT];
	struct log_replay replay;
	struct regf regf;
	struct arena keep; /* for as long as the file */
	struct hive_item *items;
	size_t item_count, item_cap;
	uint32_t bases[HIVE_BASES];
	struct hive_shim *shims[HIVE_SHIMS_MAX];
	uint32_t shim_count;
	struct hive_carve *carve;
	struct slice host; /* as the hive or else the collection says; p NULL not known */
	struct slice user; /* whose hive it is; p NULL not known */
	uint32_t control_set; /* the key of the one in use; REGF_NONE */
	bool of_machine;   /* its software is every user's */
	bool bases_at_root; /* it is no whole hive of a user's, but the key Software alone */
	bool whole;	   /* closed, or made whole by its logs, and undamaged */
};

struct hive_artifact {
	const char *kind;
	/* Calls hive_item for each; NULL where another artifact's does that. */
	void (*find)(struct hive *h);
	/* Fields, time, and what it means; kind, pointer and host are there. */
	void (*put)(struct hive *h, const struct hive_item *it, struct event *ev);
};

/* Ends with NULL. */
extern const struct hive_artifact *const hive_artifacts[];

void hive_item(struct hive *h, const struct hive_artifact *a, uint32_t key, uint32_t value, uint32_t extra);

/* ---- going through (find) ---- */

#define HIVE_EACH_CHILD(h, key, i)                                                                 \
	for (uint32_t i = hive_first(h, key), i##_end = i + hive_children(h, key); i < i##_end; i++)
#define HIVE_EACH_VALUE(h, key, i)                                                                 \
	for (uint32_t i = hive_first_value(h, key), i##_end = i + hive_values(h, key); i < i##_end; i++)

static inline uint32_t hive_first(const struct hive *h, uint32_t key)
{
	return key < h->regf.key_count ? h->regf.keys[key].child : 0;
}
static inline uint32_t hive_children(const struct hive *h, uint32_t key)
{
	return key < h->regf.key_count ? h->regf.keys[key].children : 0;
}
static inline uint32_t hive_first_value(const struct hive *h, uint32_t key)
{
	return key < h->regf.key_count ? h->regf.keys[key].value : 0;
}
static inline uint32_t hive_values(const struct hive *h, uint32_t key)
{
	return key < h->regf.key_count ? h->regf.keys[key].values : 0;
}
/* The number of a ControlSetNNN; false for other keys. */
bool hive_control_set(const struct hive *h, uint32_t key, uint32_t *ret);

/* ---- values ---- */

/* The values of these names, in one pass; REGF_NONE where one is not there. */
void hive_pick(const struct hive *h, uint32_t key, const char *const *names, size_t n, uint32_t *ret);
/* Text up to its first NUL, a number, or bytes, by the value's type; VALUE_NULL where it is not there. */
struct value hive_value(const struct hive *h, uint32_t value, struct arena *a);
/* The same of bare data. */
struct value hive_data(uint32_t type, struct slice data);
/* As UTF-8; empty where it is not there or no text. */
struct slice hive_text(const struct hive *h, uint32_t value, struct arena *a);
/* False where it is not there or no number (REG_DWORD, REG_QWORD). */
bool hive_number(const struct hive *h, uint32_t value, uint64_t *ret);
struct slice hive_name(const struct hive *h, uint32_t key, struct arena *a);
struct slice hive_value_name(const struct hive *h, uint32_t value, struct arena *a);
/* UTF-16LE up to the first NUL. */
struct slice hive_wide(struct slice s);

/* ---- filling in (put) ---- */

/* Nothing where v is VALUE_NULL or an empty text. */
void hive_put(const struct hive *h, struct event *ev, enum hive_word word, struct value v);
void hive_put_value(const struct hive *h, struct event *ev, enum hive_word word, uint32_t value);
void hive_put_text(const struct hive *h, struct event *ev, enum hive_word word, struct slice text);
void hive_put_u64(const struct hive *h, struct event *ev, enum hive_word word, uint64_t n);
void hive_put_bool(const struct hive *h, struct event *ev, enum hive_word word, bool b);
/* Nothing where it is 0: that is no time. */
void hive_put_filetime(const struct hive *h, struct event *ev, enum hive_word word, uint64_t t);
/* Seconds since 1970, the same. */
void hive_put_unix(const struct hive *h, struct event *ev, enum hive_word word, uint64_t t);
/* For Sigma and the graph: to be made when all fields are there. */
void hive_make(const struct hive *h, struct event *ev, enum hive_word word, struct value v);
void hive_make_text(const struct hive *h, struct event *ev, enum hive_word word, struct slice text);
/* The event's time is when its key was last written. */
void hive_key_time(const struct hive *h, struct event *ev, uint32_t key);
