/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What package managers keep of what is installed: dpkg's status, apk's installed database, a
 * package's desc of pacman. An event a package; of apk also one for each file that has a digest.
 *
 *   Package: curl                 P:busybox                 %NAME%
 *   Status: install ok installed  V:1.36.1-r29              curl
 *   Version: 7.88.1-10            A:x86_64
 *   (what goes on is indented)    F:bin                     %VERSION%
 *                                 R:busybox                 8.5.0-1
 *   Package: tar                  Z:Q1<base64 of SHA-1>
 *
 * Paragraphs of dpkg and apk end with an empty line, pacman has a file for each package. dpkg and apk
 * keep no times; pacman's is that of the installation. Packages that are gone but for their
 * configuration are told with their state, and nothing is proved by them.
 */
#include "input/formats.h"
#include "input/frame.h"
#include "input/lockfile/package.h"
#include "input/put.h"

#define FORM_BYTES ((size_t)4 << 10) /* what the form is told by */
#define DESC_BYTES ((size_t)1 << 20) /* of pacman's file: it is one paragraph to us */

enum word {
	WORD_PACKAGE,
	WORD_VERSION,
	WORD_MANAGER,
	WORD_ECOSYSTEM,
	WORD_STATE,
	WORD_ARCHITECTURE,
	WORD_VENDOR,
	WORD_SOURCE,
	WORD_PATH,
	WORD_COUNT
};
static const char *const words[WORD_COUNT] = { "Package", "Version",	  "manager",
					       "ecosystem", "state",	  "architecture",
					       "vendor",  "source",	  "path" };

enum form { FORM_UNKNOWN, FORM_DPKG, FORM_APK, FORM_PACMAN };

struct input {
	struct frame frame;
	struct put_name names[WORD_COUNT];
	struct package_names digests;
	enum form form;
	/* Of the paragraph that is gone through: the package, and apk's lines behind it. */
	struct slice values[WORD_COUNT], files, folder, file;
};

/* ---- lines ---- */

/* "Key: value" or, where it is apk's, "K:value". */
static struct slice key_of(struct slice line, struct slice *ret_value)
{
	struct slice key = slice_cut(line, ':', ret_value);

	*ret_value = slice_trim(*ret_value);
	return key;
}

static enum form form_of(struct slice text)
{
	static const struct slice dpkg = SLICE("Package: "), apk[] = { SLICE("C:Q1"), SLICE("P:") },
				  pacman = SLICE("%NAME%\n"), status = SLICE("\nStatus: "),
				  version = SLICE("\nV:"), pacman_version = SLICE("\n%VERSION%\n");

	while (text.n && (text.p[0] == '\n' || text.p[0] == '\r'))
		text = slice_from(text, 1);
	if (slice_starts(text, dpkg) && slice_search(text, status))
		return FORM_DPKG;
	if ((slice_starts(text, apk[0]) || slice_starts(text, apk[1])) && slice_search(text, version))
		return FORM_APK;
	return slice_starts(text, pacman) && slice_search(text, pacman_version) ? FORM_PACMAN
										 : FORM_UNKNOWN;
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	(void)bytes;
	return form_of(head) == FORM_UNKNOWN ? 0 : 72;
}

/* ---- a package ---- */

/* The last word of "install ok installed". */
static struct slice state_of(struct slice status)
{
	size_t at = status.n;

	while (at && status.p[at - 1] != ' ')
		at--;
	return slice_from(status, at);
}

struct known_key {
	const char *key;
	enum word word;
};
static const struct known_key dpkg_keys[] = {
	{ "Package", WORD_PACKAGE },	       { "Version", WORD_VERSION }, { "Status", WORD_STATE },
	{ "Architecture", WORD_ARCHITECTURE }, { "Source", WORD_SOURCE },   { "Maintainer", WORD_VENDOR },
}, apk_keys[] = {
	{ "P", WORD_PACKAGE }, { "V", WORD_VERSION }, { "A", WORD_ARCHITECTURE },
	{ "o", WORD_SOURCE },  { "m", WORD_VENDOR },
}, pacman_keys[] = {
	{ "%NAME%", WORD_PACKAGE }, { "%VERSION%", WORD_VERSION }, { "%ARCH%", WORD_ARCHITECTURE },
	{ "%BASE%", WORD_SOURCE },  { "%PACKAGER%", WORD_VENDOR },
};
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static bool keep(struct input *in, const struct known_key *list, size_t n, struct slice key,
		 struct slice value)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(key, list[i].key)) {
			in->values[list[i].word] = value;
			return true;
		}
	return false;
}

static void read_dpkg(struct input *in, struct slice text)
{
	while (text.n) {
		struct slice value, key = key_of(slice_cut(text, '\n', &text), &value);

		keep(in, dpkg_keys, COUNT(dpkg_keys), key, value);
	}
	in->values[WORD_STATE] = state_of(in->values[WORD_STATE]);
}

static void read_apk(struct input *in, struct slice text)
{
	in->values[WORD_STATE] = slice_str("installed");
	while (text.n) {
		struct slice value, at = text, key = key_of(slice_cut(text, '\n', &text), &value);

		if (slice_is(key, "F")) {
			in->files = at;
			return;
		}
		keep(in, apk_keys, COUNT(apk_keys), key, value);
	}
}

static void read_pacman(struct input *in, struct slice text, struct when *ret_time)
{
	int64_t installed;

	in->values[WORD_STATE] = slice_str("installed");
	while (text.n) {
		struct slice key = slice_trim(slice_cut(text, '\n', &text)), rest;
		struct slice value = slice_trim(slice_cut(text, '\n', &rest));

		if (slice_is(key, "%INSTALLDATE%") && slice_to_i64(value, &installed) && installed)
			*ret_time = when_unix(installed);
		else if (!keep(in, pacman_keys, COUNT(pacman_keys), key, value))
			continue;
		text = rest;
	}
}

static bool is_there(struct slice state)
{
	return slice_is(state, "installed") || slice_is(state, "unpacked") ||
	       slice_is(state, "half-configured") || slice_starts(state, slice_str("triggers-"));
}

static void put_values(struct input *in, struct event *ev)
{
	for (size_t i = 0; i < WORD_COUNT; i++)
		put_text(ev, &in->names[i], in->values[i]);
}

/* The package of the paragraph; false where it names none. */
static bool take(struct input *in, struct slice text, uint64_t offset, struct event *ev)
{
	static const char *const managers[] = { "", "dpkg", "apk", "pacman" };
	static const char *const ecosystems[] = { "", "deb", "apk", "alpm" };
	struct when time = { 0 };

	memset(in->values, 0, sizeof(in->values));
	in->files = in->folder = in->file = slice_of(NULL, 0);
	in->values[WORD_MANAGER] = slice_str(managers[in->form]);
	in->values[WORD_ECOSYSTEM] = slice_str(ecosystems[in->form]);
	if (in->form == FORM_DPKG)
		read_dpkg(in, text);
	else if (in->form == FORM_APK)
		read_apk(in, text);
	else
		read_pacman(in, text, &time);
	in->frame.record++;
	if (!in->values[WORD_PACKAGE].n) {
		frame_tell(&in->frame, offset, "paragraph", "names no package");
		return false;
	}
	event_clear(ev);
	ev->time = time;
	put_values(in, ev);
	if (is_there(in->values[WORD_STATE]))
		ev->proves = STAGE_BIT(STAGE_S2);
	frame_give(&in->frame, "inventory", "install", offset, ev);
	return true;
}

/* ---- apk's files ---- */

/* The next file with a digest: F: its folder, R: its name, Z: the digest behind. */
static bool next_file(struct input *in, struct event *ev)
{
	static const struct slice sha1 = SLICE("Q1");

	while (in->files.n) {
		struct slice line = slice_cut(in->files, '\n', &in->files), value,
			     key = key_of(line, &value);

		if (slice_is(key, "F")) {
			in->folder = value;
			in->file = slice_of(NULL, 0);
		}
		if (slice_is(key, "R"))
			in->file = value;
		if (!slice_is(key, "Z") || !slice_starts(value, sha1) || !in->file.n)
			continue;
		event_clear(ev);
		in->values[WORD_PATH] = arena_printf(
			&ev->arena, "/%.*s%s%.*s", (int)in->folder.n, (const char *)in->folder.p,
			in->folder.n ? "/" : "", (int)in->file.n, (const char *)in->file.p);
		put_values(in, ev);
		in->values[WORD_PATH] = slice_of(NULL, 0);
		package_put_digest(&in->digests, slice_from(value, sha1.n), ev);
		ev->proves = STAGE_BIT(STAGE_S2);
		frame_give(&in->frame, "inventory", NULL, frame_place(&in->frame, in->file.p), ev);
		in->file = slice_of(NULL, 0);
		return true;
	}
	return false;
}

/* ---- the reader ---- */

static struct input *list_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	put_names(in->names, words, WORD_COUNT, env->names);
	package_names_init(&in->digests, env->names);
	return in;
}

/* What the first paragraph is, the whole file is; false when more of it must come. */
static bool know(struct input *in)
{
	struct slice rest = frame_rest(&in->frame);

	if (in->form != FORM_UNKNOWN)
		return true;
	if (rest.n < FORM_BYTES && !in->frame.w.final)
		return false;
	in->form = form_of(slice_head(rest, FORM_BYTES));
	in->form = in->form == FORM_UNKNOWN ? FORM_DPKG : in->form;
	return true;
}

/* pacman's file is one record, whatever lines are empty. */
static bool next_record(struct input *in, struct slice *ret)
{
	if (in->form != FORM_PACMAN)
		return frame_paragraph(&in->frame, slice_of(NULL, 0), ret);
	*ret = frame_rest(&in->frame);
	if (!ret->n || (!in->frame.w.final && ret->n < DESC_BYTES))
		return false;
	in->frame.at += ret->n;
	return true;
}

static enum input_step next(struct input *in, struct event *ev)
{
	for (;;) {
		struct slice text;

		if (next_file(in, ev))
			return INPUT_EVENT;
		if (!know(in) || !next_record(in, &text))
			return frame_end(&in->frame);
		if (take(in, text, frame_place(&in->frame, text.p), ev))
			return INPUT_EVENT;
	}
}

const struct input_format input_packagelist = {
	.name = "packagelist",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = list_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
