/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sha256sum and its kin write: files that were there, with their digests. The host is in such
 * a list only where a line says so.
 *
 *   # host: PC-07
 *   9785001b...c7a3  /usr/bin/curl        md5, sha1, sha256, sha384, sha512 by the digest's length
 *   9785001b...c7a3 *C:\Windows\x.dll     binary mode
 *   \9785001b...c7a3  a\nb                with escapes: \n, \\ and \r
 *   SHA256 (/usr/bin/curl) = 9785...      BSD
 *
 * dpkg's info/PACKAGE.md5sums is such a list of what a package put there: its paths are from the root.
 */
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"

enum word {
	WORD_PATH,
	WORD_MD5,
	WORD_SHA1,
	WORD_SHA224,
	WORD_SHA256,
	WORD_SHA384,
	WORD_SHA512,
	WORD_PACKAGE,
	WORD_COUNT
};
static const char *const words[WORD_COUNT] = { "path",	 "md5",	   "sha1",   "sha224",
					       "sha256", "sha384", "sha512", "Package" };
#define DIGEST_END WORD_PACKAGE
static const size_t digits[DIGEST_END] = { 0, 32, 40, 56, 64, 96, 128 };

struct input {
	struct frame frame;
	struct put_name names[WORD_COUNT];
	char host[256];
	size_t host_n;
	struct slice package; /* of dpkg's list, in the environment's path; p NULL where it is none */
};

struct sum {
	enum word kind;
	struct slice digest, path;
	bool escaped;
};

/* ---- a line ---- */

static bool read_digest(struct slice s, struct sum *ret)
{
	enum word k = WORD_MD5;

	while (k < DIGEST_END && digits[k] != s.n)
		k++;
	if (k == DIGEST_END)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = ascii_lower(s.p[i]);

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	ret->kind = k;
	ret->digest = s;
	return true;
}

static bool read_bsd(struct slice line, struct sum *ret)
{
	static const struct slice mark = SLICE(") = ");
	size_t open = slice_find(line, '(');
	const uint8_t *end = NULL;

	if (open < 4 || open > 12 || line.p[open - 1] != ' ')
		return false;
	for (size_t i = open; i + mark.n < line.n; i++) /* the last one: paths may hold it too */
		if (slice_starts(slice_from(line, i), mark))
			end = line.p + i;
	if (!end)
		return false;
	ret->path = slice_of(line.p + open + 1, (size_t)(end - line.p) - open - 1);
	return read_digest(slice_from(line, (size_t)(end - line.p) + mark.n), ret) && ret->path.n;
}

static bool read_sum(struct slice line, struct sum *ret)
{
	*ret = (struct sum){ 0 };
	if (line.n && line.p[0] == '\\') {
		ret->escaped = true;
		line = slice_from(line, 1);
	}
	size_t n = slice_find(line, ' ');

	if (n + 2 < line.n && strchr(" *?^", line.p[n + 1] ? line.p[n + 1] : 'x') &&
	    read_digest(slice_head(line, n), ret)) {
		ret->path = slice_from(line, n + 2);
		return true;
	}
	return read_bsd(line, ret);
}

/* "# host: NAME"; p NULL where the line is none. */
static struct slice host_of(struct slice line)
{
	struct slice value, key;

	if (!line.n || line.p[0] != '#')
		return slice_of(NULL, 0);
	key = slice_trim(slice_cut(slice_from(line, 1), ':', &value));
	return slice_eq_nocase(key, slice_str("host")) && value.p ? slice_trim(value)
								  : slice_of(NULL, 0);
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	unsigned good = 0, lines = 0;
	struct sum sum;

	while (head.n && lines < 8) {
		struct slice line = slice_trim(slice_cut(head, '\n', &head));

		if (!line.n || line.p[0] == '#' || (!head.p && bytes > 4096))
			continue;
		lines++;
		good += read_sum(line, &sum);
	}
	return good && good * 2 > lines ? 68 : 0;
}

/* ---- the reader ---- */

/* PACKAGE[:ARCHITECTURE] of .../dpkg/info/PACKAGE.md5sums */
static struct slice package_in(struct slice path)
{
	static const struct slice folder = SLICE("dpkg/info/"), ending = SLICE(".md5sums");
	struct slice name = input_last_part(path), rest;

	if (!slice_ends(name, ending) || !slice_ends(slice_head(path, path.n - name.n), folder))
		return slice_of(NULL, 0);
	return slice_cut(slice_head(name, name.n - ending.n), ':', &rest);
}

static struct input *checksums_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	put_names(in->names, words, WORD_COUNT, env->names);
	in->package = package_in(env->path);
	return in;
}

static void set_host(struct input *in, struct slice host)
{
	host = slice_head(host, sizeof(in->host));
	in->host_n = utf8_valid_prefix(host);
	memcpy(in->host, host.p, in->host_n);
}

static struct slice path_of(const struct input *in, const struct sum *sum, struct arena *a)
{
	struct slice path = sum->escaped ? put_unescaped(a, sum->path) : sum->path;

	if (!in->package.p || (path.n && path.p[0] == '/'))
		return path;
	return arena_printf(a, "/%.*s", (int)path.n, (const char *)path.p);
}

static void take(struct input *in, const struct sum *sum, uint64_t offset, struct event *ev)
{
	event_clear(ev);
	put_text(ev, &in->names[WORD_PATH], path_of(in, sum, &ev->arena));
	put_text(ev, &in->names[sum->kind], arena_lower(&ev->arena, sum->digest));
	put_text(ev, &in->names[WORD_PACKAGE], in->package);
	if (in->package.p)
		ev->proves = STAGE_BIT(STAGE_S2);
	if (in->host_n)
		ev->host = arena_keep(&ev->arena, slice_of(in->host, in->host_n));
	frame_give(&in->frame, "inventory", NULL, offset, ev);
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct slice line;
	struct sum sum;
	uint64_t offset;

	for (;;) {
		if (!frame_line(&in->frame, &line, &offset))
			return frame_end(&in->frame);
		struct slice host = host_of(line);

		if (host.p)
			set_host(in, host);
		if (!slice_trim(line).n || line.p[0] == '#')
			continue;
		in->frame.record++;
		if (read_sum(line, &sum)) {
			take(in, &sum, offset, ev);
			return INPUT_EVENT;
		}
		frame_tell(&in->frame, offset, "line", "is no checksum");
	}
}

const struct input_format input_checksums = {
	.name = "checksums",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = checksums_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
