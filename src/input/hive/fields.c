/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cursor.h"
#include "base/utf.h"
#include "input/hive/hive.h"

void hive_words(struct put_name ret[HIVE_WORD_COUNT], const struct names *names)
{
	static const char *const words[] = {
#define X(id, text) text,
		HIVE_WORDS(X)
#undef X
	};

	put_names(ret, words, HIVE_WORD_COUNT, names);
}

bool hive_control_set(const struct hive *h, uint32_t key, uint32_t *ret)
{
	struct regf_name name = regf_key_name(&h->regf, key);
	char word[] = "ControlSet000";

	if (name.wide || name.raw.n != sizeof(word) - 1)
		return false;
	*ret = 0;
	for (size_t i = 10; i < 13; i++) {
		if (name.raw.p[i] < '0' || name.raw.p[i] > '9')
			return false;
		*ret = *ret * 10 + (name.raw.p[i] - '0');
		word[i] = (char)name.raw.p[i];
	}
	return regf_name_is(name, word);
}

/* ---- values ---- */

void hive_pick(const struct hive *h, uint32_t key, const char *const *names, size_t n, uint32_t *ret)
{
	for (size_t k = 0; k < n; k++)
		ret[k] = REGF_NONE;
	HIVE_EACH_VALUE(h, key, i) {
		struct regf_name name = regf_value_at(&h->regf, i).name;

		for (size_t k = 0; k < n; k++)
			if (ret[k] == REGF_NONE && regf_name_is(name, names[k]))
				ret[k] = i;
	}
}

struct slice hive_wide(struct slice s)
{
	size_t n = 0;

	while (n + 2 <= s.n && (s.p[n] || s.p[n + 1]))
		n += 2;
	return slice_head(s, n);
}

struct value hive_data(uint32_t type, struct slice data)
{
	if (type == REGF_SZ || type == REGF_EXPAND_SZ || type == REGF_MULTI_SZ)
		return (struct value){ .type = VALUE_UTF16, .s = hive_wide(data) };
	if (type == REGF_DWORD && data.n >= 4)
		return (struct value){ .type = VALUE_UINT, .u = load_u32(data.p) };
	if (type == REGF_QWORD && data.n >= 8)
		return (struct value){ .type = VALUE_UINT, .u = load_u64(data.p) };
	return (struct value){ .type = VALUE_BYTES, .s = data };
}

struct value hive_value(const struct hive *h, uint32_t value, struct arena *a)
{
	if (value >= h->regf.value_count)
		return (struct value){ .type = VALUE_NULL };
	return hive_data(regf_value_at(&h->regf, value).type, regf_value_data(&h->regf, value, a));
}

struct slice hive_text(const struct hive *h, uint32_t value, struct arena *a)
{
	struct value v = hive_value(h, value, a);

	return v.type == VALUE_UTF16 && v.s.n ? utf16le_to_utf8(a, v.s) : slice_of(NULL, 0);
}

bool hive_number(const struct hive *h, uint32_t value, uint64_t *ret)
{
	struct arena none = { .budget = 1 };
	struct value v = hive_value(h, value, &none);

	arena_done(&none);
	if (v.type != VALUE_UINT)
		return false;
	*ret = v.u;
	return true;
}

struct slice hive_name(const struct hive *h, uint32_t key, struct arena *a)
{
	if (key >= h->regf.key_count)
		return slice_of(NULL, 0);
	return regf_name_text(regf_key_name(&h->regf, key), a);
}

struct slice hive_value_name(const struct hive *h, uint32_t value, struct arena *a)
{
	if (value >= h->regf.value_count)
		return slice_of(NULL, 0);
	return regf_name_text(regf_value_at(&h->regf, value).name, a);
}

/* ---- filling in ---- */

static bool is_nothing(struct value v)
{
	return v.type == VALUE_NULL ||
	       ((v.type == VALUE_TEXT || v.type == VALUE_UTF16 || v.type == VALUE_BYTES) && !v.s.n);
}

void hive_put(const struct hive *h, struct event *ev, enum hive_word word, struct value v)
{
	if (!is_nothing(v))
		event_add(ev, h->words[word].name, h->words[word].id, v);
}

void hive_put_value(const struct hive *h, struct event *ev, enum hive_word word, uint32_t value)
{
	hive_put(h, ev, word, hive_value(h, value, &ev->arena));
}

void hive_put_text(const struct hive *h, struct event *ev, enum hive_word word, struct slice text)
{
	hive_put(h, ev, word, value_text_of(text));
}

void hive_put_u64(const struct hive *h, struct event *ev, enum hive_word word, uint64_t n)
{
	hive_put(h, ev, word, (struct value){ .type = VALUE_UINT, .u = n });
}

void hive_put_bool(const struct hive *h, struct event *ev, enum hive_word word, bool b)
{
	hive_put(h, ev, word, (struct value){ .type = VALUE_BOOL, .u = b });
}

void hive_put_filetime(const struct hive *h, struct event *ev, enum hive_word word, uint64_t t)
{
	if (when_filetime(t).set)
		hive_put(h, ev, word, (struct value){ .type = VALUE_FILETIME, .u = t });
}

void hive_put_unix(const struct hive *h, struct event *ev, enum hive_word word, uint64_t t)
{
	struct when w = when_unix(t < UINT32_MAX ? (int64_t)t : 0);
	char text[32];

	if (w.ns)
		hive_put_text(h, ev, word, arena_keep(&ev->arena, slice_of(text, when_format(w, text))));
}

void hive_make(const struct hive *h, struct event *ev, enum hive_word word, struct value v)
{
	if (!is_nothing(v))
		event_make(ev, h->words[word].name, h->words[word].id, v);
}

void hive_make_text(const struct hive *h, struct event *ev, enum hive_word word, struct slice text)
{
	hive_make(h, ev, word, value_text_of(text));
}

void hive_key_time(const struct hive *h, struct event *ev, uint32_t key)
{
	ev->time = when_filetime(regf_key_time(&h->regf, key));
	ev->time_kind = "key";
}
