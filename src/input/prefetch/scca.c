/* SPDX-License-Identifier: Apache-2.0 */
#include "input/prefetch/scca.h"

#include "base/cursor.h"

#define HEADER_BYTES 84u
#define NAME_UNITS 29u	   /* the field's, without its NUL */
#define METRICS_SHORT 296u /* where version 30 and 31 have fewer bytes before the metrics */

static const struct layout {
	uint32_t version;
	uint16_t runs_at, runs, count_at, volume_bytes;
} layouts[] = {
	{ 17, 120, 1, 144, 40 }, { 23, 128, 1, 152, 104 }, { 26, 128, 8, 208, 104 },
	{ 30, 128, 8, 208, 96 }, { 31, 128, 8, 208, 96 },
};

static const struct layout *layout_of(uint32_t version)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++)
		if (layouts[i].version == version)
			return &layouts[i];
	return NULL;
}

bool scca_starts(struct slice file)
{
	return file.n >= 8 && memcmp(file.p + 4, "SCCA", 4) == 0;
}

/* Units up to the first NUL. */
static struct slice until_nul(struct slice s)
{
	size_t n = 0;

	while (n + 1 < s.n && (s.p[n] || s.p[n + 1]))
		n += 2;
	return slice_head(s, n);
}

/* A part that the header points to; what is left of it where the file ends before. */
static struct slice part(struct slice file, uint32_t offset, uint64_t bytes, const char *what,
			 const struct input_env *env, struct scca *s)
{
	struct slice r;

	if (slice_sub(file, offset, bytes, &r))
		return r;
	s->damaged = true;
	input_note(env, offset, true, "prefetch: its %s end at %llu, the file at %zu", what,
		   (unsigned long long)(offset + bytes), file.n);
	return slice_from(file, offset < file.n ? offset : file.n);
}

static void read_runs(struct slice file, const struct layout *l, uint32_t metrics, struct scca *s)
{
	struct slice b;
	size_t count_at = l->count_at;

	if (l->version >= 30 && metrics <= METRICS_SHORT)
		count_at -= 8;
	for (unsigned i = 0; i < l->runs; i++)
		if (slice_sub(file, l->runs_at + i * 8u, 8, &b))
			s->runs[i] = load_u64(b.p);
	s->counted = slice_sub(file, count_at, 4, &b);
	if (s->counted)
		s->run_count = load_u32(b.p);
	s->damaged |= !s->counted;
}

bool scca_read(struct slice file, const struct input_env *env, struct scca *ret)
{
	struct slice head, info;
	const struct layout *l;

	*ret = (struct scca){ 0 };
	if (!slice_sub(file, 0, HEADER_BYTES, &head) || !scca_starts(file)) {
		input_note(env, 0, true, "prefetch: no header in %zu bytes", file.n);
		return false;
	}
	ret->version = load_u32(head.p);
	l = layout_of(ret->version);
	if (!l) {
		input_note(env, 0, true, "prefetch: version %u is not known", ret->version);
		return false;
	}
	ret->name = until_nul(slice_of(head.p + 16, NAME_UNITS * 2));
	ret->hash = load_u32(head.p + 76);
	ret->volume_bytes = l->volume_bytes;
	if (load_u32(head.p + 12) > file.n) {
		ret->damaged = true;
		input_note(env, file.n, true,
			   "prefetch: it says that it has %u bytes, %zu are here",
			   load_u32(head.p + 12), file.n);
	}
	if (!slice_sub(file, HEADER_BYTES, 36, &info)) {
		ret->damaged = true;
		return true;
	}
	read_runs(file, l, load_u32(info.p), ret);
	ret->names = part(file, load_u32(info.p + 16), load_u32(info.p + 20), "names", env, ret);
	ret->volume_count = load_u32(info.p + 28);
	ret->volumes =
		part(file, load_u32(info.p + 24), load_u32(info.p + 32), "volumes", env, ret);
	if (ret->volume_count > ret->volumes.n / ret->volume_bytes) {
		input_note(env, load_u32(info.p + 24), true, "prefetch: %u volumes in %zu bytes",
			   ret->volume_count, ret->volumes.n);
		ret->volume_count = (uint32_t)(ret->volumes.n / ret->volume_bytes);
		ret->damaged = true;
	}
	return true;
}

bool scca_next_name(struct slice *rest, struct slice *ret)
{
	while (rest->n > 1) {
		*ret = until_nul(*rest);
		*rest = slice_from(*rest, ret->n + 2);
		if (ret->n)
			return true;
	}
	return false;
}

bool scca_volume(const struct scca *s, uint32_t i, struct scca_volume *ret)
{
	struct slice b;

	if (!slice_sub(s->volumes, (uint64_t)i * s->volume_bytes, s->volume_bytes, &b))
		return false;
	*ret = (struct scca_volume){ .created = load_u64(b.p + 8), .serial = load_u32(b.p + 16) };
	if (slice_sub(s->volumes, load_u32(b.p), (uint64_t)load_u32(b.p + 4) * 2, &ret->device))
		ret->device = until_nul(ret->device);
	return true;
}

static bool same_units(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i + 1 < a.n; i += 2)
		if (a.p[i + 1] != b.p[i + 1] ||
		    (a.p[i + 1] ? a.p[i] != b.p[i] : ascii_lower(a.p[i]) != ascii_lower(b.p[i])))
			return false;
	return true;
}

/* The part behind the last backslash. */
static struct slice tail_of(struct slice path)
{
	size_t at = path.n & ~(size_t)1;

	while (at > 1 && !(path.p[at - 2] == '\\' && path.p[at - 1] == 0))
		at -= 2;
	return slice_from(path, at);
}

struct slice scca_image(const struct scca *s)
{
	struct slice rest = s->names, name, found = { NULL, 0 };

	while (s->name.n && scca_next_name(&rest, &name)) {
		struct slice tail = tail_of(name);

		if (s->name.n == NAME_UNITS * 2)
			tail = slice_head(tail, NAME_UNITS * 2);
		if (!same_units(tail, s->name) || same_units(name, found))
			continue;
		if (found.p)
			return slice_of(NULL, 0);
		found = name;
	}
	return found;
}
