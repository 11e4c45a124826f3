/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeek's logs as its ASCII writer has them: rows of cells, under lines that say how to read them.
 *
 *   #separator \x09                  between cells; a blank stands before it, elsewhere itself
 *   #set_separator	,
 *   #empty_field	(empty)
 *   #unset_field	-
 *   #path	conn                  which log this is
 *   #open	2026-11-03-09-00-00   (and #close: not read)
 *   #fields	ts	uid	id.orig_h	..
 *   #types	time	string	addr	..
 *   1793693522.123456	CHhAvVGS1DHFjwGM9	192.0.2.7	..
 *
 * The lines with # may come again, and say other things (rotated logs put together). An unset cell
 * is no field, an empty one is an empty value; sets and vectors are lists. A row counts as one when
 * it has as many cells as there are fields: others, also what is left of a cut one, give no event,
 * since a cell may be half and an address with it.
 *
 * Escapes (\xNN, and \\ for a backslash) are undone where they stand for UTF-8; what is none, and
 * control characters, stay as \xNN: Zeek's JSON writer has the same texts, and rules were written
 * for those.
 *
 * Cost: 225 ns a row of conn.log (135 bytes, 20 cells; 600 MB/s) with the event's fields in place,
 * 400 ns with the dialect's names. Nothing is copied but cells with escapes.
 */
#include "base/limits.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define COLUMNS_MAX 1024u /* Zeek's own have under 100 */
#define ROWS_TOLD 16u	  /* bad ones, each with its offset */
#define WORD_MAX 128u	  /* of a header: a log's name, how an unset cell is spelled */

enum cell_type { CELL_TEXT, CELL_NUMBER, CELL_BOOL };

struct column {
	struct slice name;
	uint32_t id;
	uint8_t type; /* of the items, where it is a list */
	bool list;
	bool clock; /* the event's time */
};

struct word {
	uint8_t bytes[WORD_MAX];
	size_t n;
};

struct input {
	struct frame frame; /* its records are rows */
	struct put_name path_name;
	uint8_t separator;
	struct word set_separator, empty, unset, path;
	struct arena arena; /* the columns' names */
	struct column columns[COLUMNS_MAX];
	size_t column_count;
	uint32_t ends[COLUMNS_MAX]; /* of the row's cells */
	bool odd;		    /* the row has bytes that are not ASCII, or escapes */
	uint32_t told;		    /* bad rows */
};

/* ---- what the header says ---- */

static struct slice word_slice(const struct word *w)
{
	return slice_of(w->bytes, w->n);
}

static void set_word(struct word *w, struct slice s)
{
	s = slice_head(s, sizeof(w->bytes));
	if (s.n)
		memcpy(w->bytes, s.p, s.n);
	w->n = s.n;
}

/* The byte that \xNN at s[at] stands for; -1 where none is escaped there. */
static int escaped(struct slice s, size_t at)
{
	int high, low;

	if (s.n - at < 4 || s.p[at] != '\\' || s.p[at + 1] != 'x')
		return -1;
	high = ascii_hex(s.p[at + 2]);
	low = ascii_hex(s.p[at + 3]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* "\x09", or the byte itself; 0 where it is several, which no cell could be told from. */
static uint8_t separator_of(struct slice s)
{
	int c = s.n == 4 ? escaped(s, 0) : s.n == 1 ? s.p[0] : -1;

	return c > 0 && c != '\n' && c != '\\' ? (uint8_t)c : 0;
}

static const struct slice mark = SLICE("#separator ");

static struct slice without_bom(struct slice s)
{
	static const struct slice bom = SLICE("\xef\xbb\xbf");

	return slice_starts(s, bom) ? slice_from(s, bom.n) : s;
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	struct slice s = without_bom(head);

	(void)bytes;
	if (!slice_starts(s, mark))
		return 0;
	s = slice_from(s, mark.n);
	return separator_of(slice_trim(slice_head(s, slice_find(s, '\n')))) ? 95 : 0;
}

/* "vector[count]": lists of what stands between the brackets. */
static void set_type(struct column *c, struct slice type)
{
	static const char *const numbers[] = {
		"count", "int", "double", "interval", "port", "time"
	};
	size_t open = slice_find(type, '[');
	struct slice rest;

	c->list = open < type.n;
	if (c->list)
		type = slice_cut(slice_from(type, open + 1), ']', &rest);
	c->type = slice_is(type, "bool") ? CELL_BOOL : CELL_TEXT;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (slice_is(type, numbers[i]))
			c->type = CELL_NUMBER;
	c->clock = slice_is(type, "time") && slice_is(c->name, "ts");
}

static void read_types(struct input *in, struct slice s)
{
	for (size_t i = 0; s.p && i < in->column_count; i++)
		set_type(&in->columns[i], slice_cut(s, in->separator, &s));
}

static void read_fields(struct input *in, struct slice s, uint64_t offset)
{
	const struct input_env *env = &in->frame.env;

	arena_reset(&in->arena);
	in->column_count = 0;
	while (s.p && in->column_count < COLUMNS_MAX) {
		struct slice name = arena_keep(&in->arena, slice_cut(s, in->separator, &s));

		in->columns[in->column_count++] =
			(struct column){ .name = name,
					 .id = dialects_number(env->dialects, env->names, name) };
	}
	if (!s.p)
		return;
	in->column_count = 0;
	input_note(env, offset, true, "more than %u #fields: the rows below are not read",
		   COLUMNS_MAX);
}

static void read_separator(struct input *in, struct slice s, uint64_t offset)
{
	uint8_t c = separator_of(slice_trim(s));

	if (c)
		in->separator = c;
	else
		input_note(&in->frame.env, offset, true,
			   "a #separator that is not one byte: the one before is kept");
}

static void read_header(struct input *in, struct slice line, uint64_t offset)
{
	struct slice value, key;

	if (slice_starts(line, mark)) {
		read_separator(in, slice_from(line, mark.n), offset);
		return;
	}
	key = slice_cut(line, in->separator, &value);
	if (slice_is(key, "#fields"))
		read_fields(in, value, offset);
	else if (slice_is(key, "#types"))
		read_types(in, value);
	else if (slice_is(key, "#path"))
		set_word(&in->path, value);
	else if (slice_is(key, "#set_separator"))
		set_word(&in->set_separator, value);
	else if (slice_is(key, "#empty_field"))
		set_word(&in->empty, value);
	else if (slice_is(key, "#unset_field"))
		set_word(&in->unset, value);
}

/* ---- cells ---- */

/* Where the row's cells end, as many as there are columns; gives how many it has. Looks at up to 15
 * bytes behind the line, which are readable (struct input_window). */
static size_t find_ends(struct input *in, struct slice line)
{
	size_t n = 0;
#ifdef __SSE2__
	const __m128i separator = _mm_set1_epi8((char)in->separator),
		      backslash = _mm_set1_epi8('\\');
	__m128i odd = _mm_setzero_si128(); /* the high bit of a byte: not ASCII, or a backslash */

	for (size_t at = 0; at < line.n; at += 16) {
		__m128i x = _mm_loadu_si128((const __m128i_u *)(const void *)(line.p + at));
		uint32_t bits = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, separator));

		if (line.n - at < 16)
			bits &= (1u << (line.n - at)) - 1;
		odd = _mm_or_si128(odd, _mm_or_si128(x, _mm_cmpeq_epi8(x, backslash)));
		for (; bits; bits &= bits - 1)
			if (n++ < COLUMNS_MAX)
				in->ends[n - 1] = (uint32_t)at + (uint32_t)__builtin_ctz(bits);
	}
	in->odd = _mm_movemask_epi8(odd) != 0;
#else
	in->odd = true;
	for (size_t at = 0; at < line.n; at++)
		if (line.p[at] == in->separator && n++ < COLUMNS_MAX)
			in->ends[n - 1] = (uint32_t)at;
#endif
	if (n < COLUMNS_MAX)
		in->ends[n] = (uint32_t)line.n;
	return n + 1;
}

/* The byte at s[*at] as Zeek had it before it was escaped. */
static uint8_t next_byte(struct slice s, size_t *at)
{
	int c = escaped(s, *at);

	if (c >= 0) {
		*at += 4;
		return (uint8_t)c;
	}
	if (s.p[*at] == '\\' && *at + 1 < s.n && s.p[*at + 1] == '\\')
		++*at;
	return s.p[(*at)++];
}

/* The character at s[*at], escaped or not, as UTF-8 into room; its length, 0 where there is none.
 */
static size_t next_character(struct slice s, size_t *at, uint8_t room[4])
{
	size_t to = *at, n = 0, want;

	room[n++] = next_byte(s, &to);
	want = room[0] < 0x80 ? 1 : room[0] < 0xe0 ? 2 : room[0] < 0xf0 ? 3 : 4;
	while (n < want && to < s.n)
		room[n++] = next_byte(s, &to);
	if (n < want || !utf8_valid(slice_of(room, n)))
		return 0;
	if ((room[0] < 0x20 && !memchr("\b\t\n\f\r", room[0], 5)) || room[0] == 0x7f)
		return 0;
	*at = to;
	return n;
}

static struct slice unescaped(struct slice s, struct arena *a)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *room = arena_array(a, s.n, 4);
	size_t n = 0;

	if (!room)
		return slice_str("");
	for (size_t at = 0; at < s.n;) {
		size_t more = next_character(s, &at, room + n);

		if (!more) {
			uint8_t c = next_byte(s, &at);

			room[n++] = '\\';
			room[n++] = 'x';
			room[n++] = (uint8_t)digits[c >> 4];
			room[n++] = (uint8_t)digits[c & 15];
		}
		n += more;
	}
	return slice_of(room, n);
}

/* As JSON has them (RFC 8259, section 6): they are written out as they are. */
static bool is_number(struct slice s)
{
	size_t at = s.n && s.p[0] == '-', from = at;

	while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
		at++;
	if (at == from || (s.p[from] == '0' && at > from + 1))
		return false;
	if (at < s.n && s.p[at] == '.') {
		from = ++at;
		while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
			at++;
		if (at == from)
			return false;
	}
	return at == s.n;
}

static inline bool is_word(struct slice s, const struct word *w)
{
	return s.n == w->n && s.n && s.p[0] == w->bytes[0] &&
	       (s.n == 1 || memcmp(s.p, w->bytes, s.n) == 0);
}

/* Into a value that is zero: written where it stays, since one that is handed over costs a fifth of
 * the whole (it is loaded wider than it was stored). */
static inline void put_value(const struct input *in, uint8_t type, struct slice s, struct arena *a,
			     struct value *ret)
{
	if (type == CELL_NUMBER && is_number(s)) {
		ret->type = VALUE_NUMBER;
	} else if (type == CELL_BOOL && s.n == 1 && (s.p[0] == 'T' || s.p[0] == 'F')) {
		ret->type = VALUE_BOOL;
		ret->u = s.p[0] == 'T';
		return;
	} else {
		ret->type = VALUE_TEXT;
		if (is_word(s, &in->empty))
			s = slice_str("");
		else if (in->odd && (slice_find(s, '\\') < s.n || !utf8_valid(s)))
			s = unescaped(s, a);
	}
	ret->s = s;
}

static void put_list(const struct input *in, uint8_t type, struct slice s, struct arena *a,
		     struct value *ret)
{
	uint8_t separator = in->set_separator.bytes[0];
	struct value *items = NULL;
	uint32_t n = 1;

	ret->type = VALUE_LIST;
	if (!s.n || is_word(s, &in->empty))
		return;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == separator;
	if (in->set_separator.n == 1)
		items = arena_array(a, n, sizeof(*items));
	if (!items) {
		put_value(in, CELL_TEXT, s, a, ret);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct slice item = slice_cut(s, separator, &s);

		items[i] = (struct value){ 0 };
		if (!is_word(item, &in->unset))
			put_value(in, type, item, a, &items[i]);
	}
	ret->count = n;
	ret->items = items;
}

/* "1793693522.123456": always seconds, however few. */
static struct when clock_of(struct slice s)
{
	struct slice fraction, whole = slice_cut(s, '.', &fraction);
	uint64_t seconds, part = 0;
	struct when t;

	if (!slice_to_u64(whole, &seconds) || seconds > INT64_MAX / 1000000000 - 1)
		return (struct when){ 0 };
	t = when_unix((int64_t)seconds);
	fraction = slice_head(fraction, 9);
	if (!fraction.n || !slice_to_u64(fraction, &part))
		return t;
	for (size_t i = fraction.n; i < 9; i++)
		part *= 10;
	t.ns += (int64_t)part;
	t.digits = (uint8_t)fraction.n;
	return t;
}

/* ---- rows ---- */

static void put_row(struct input *in, struct slice line, struct event *ev)
{
	size_t from = 0;

	event_clear(ev);
	if (in->path.n)
		event_add(ev, in->path_name.name, in->path_name.id,
			  value_text_of(word_slice(&in->path)));
	for (size_t i = 0; i < in->column_count; i++) {
		const struct column *c = &in->columns[i];
		struct slice cell = slice_of(line.p + from, in->ends[i] - from);
		struct value *v;

		from = in->ends[i] + 1;
		if (is_word(cell, &in->unset))
			continue;
		v = event_slot(ev, c->name, c->id);
		if (v && c->list)
			put_list(in, c->type, cell, &ev->arena, v);
		else if (v)
			put_value(in, c->type, cell, &ev->arena, v);
		if (c->clock)
			ev->time = clock_of(cell);
	}
}

/* A row that is none: each is told, until they are too many. */
static void tell_row(struct input *in, uint64_t offset, size_t cells, bool cut)
{
	unsigned long long row = in->frame.record;

	if (++in->told > ROWS_TOLD)
		return;
	if (!in->column_count)
		input_note(&in->frame.env, offset, true, "row %llu has no #fields above it", row);
	else
		input_note(&in->frame.env, offset, true, "row %llu has %zu columns, #fields %zu%s",
			   row, cells, in->column_count, cut ? ": the file ends in it" : "");
	if (in->told == ROWS_TOLD)
		input_note(&in->frame.env, offset, true,
			   "further rows that cannot be read are not told");
}

/* The file's last line, and nothing ends it. */
static bool is_cut(const struct frame *f)
{
	return f->at == f->w.bytes.n && f->w.bytes.p[f->at - 1] != '\n';
}

static bool take_row(struct input *in, struct slice line, uint64_t offset, struct event *ev)
{
	size_t cells = find_ends(in, line);
	bool cut = is_cut(&in->frame);
	struct when time;

	in->frame.record++;
	if (cells != in->column_count) {
		tell_row(in, offset, cells, cut);
		return false;
	}
	if (cut)
		input_note(&in->frame.env, offset, false,
			   "row %llu is the last and has no end: its last column may be cut",
			   (unsigned long long)in->frame.record);
	put_row(in, line, ev);
	time = ev->time;
	if (in->path.n)
		ev->channel = word_slice(&in->path);
	put_place(ev, "zeek", in->frame.record, offset);
	translator_apply(in->frame.translator, ev);
	ev->time = time;
	event_seal(ev);
	return true;
}

/* ---- the reader ---- */

static struct input *zeek_open(const struct input_env *env)
{
	static const char *const words[] = { "#path" };
	struct input *in = frame_open(sizeof(*in), env);

	put_names(&in->path_name, words, 1, env->names);
	arena_init(&in->arena, 0);
	in->separator = '\t';
	set_word(&in->set_separator, slice_str(","));
	set_word(&in->empty, slice_str("(empty)"));
	set_word(&in->unset, slice_str("-"));
	return in;
}

static void zeek_close(struct input *in)
{
	if (!in)
		return;
	arena_done(&in->arena);
	frame_close(in);
}

static void window(struct input *in, const struct input_window *w)
{
	frame_window(in, w);
	if (w->offset == 0)
		in->frame.at = w->bytes.n - without_bom(w->bytes).n;
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct slice line;
	uint64_t offset;

	while (frame_line(&in->frame, &line, &offset)) {
		if (!line.n)
			continue;
		if (line.p[0] == '#')
			read_header(in, line, offset);
		else if (take_row(in, line, offset, ev))
			return INPUT_EVENT;
	}
	return frame_end(&in->frame);
}

const struct input_format input_zeek = {
	.name = "zeek",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = zeek_open,
	.window = window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = zeek_close,
};
