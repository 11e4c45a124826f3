/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows under a header (RFC 4180 and what products make of it): comma, semicolon, tab or bar between
 * cells, quotes around what holds them, line ends inside quotes. Each row is an event whose fields
 * are called as the header says; empty cells are no fields. A header that comes again (exports put
 * together) is read as one, also when its columns have changed. Rows that are shorter or longer than
 * the header keep what they have.
 */
#include "base/heap.h"
#include "base/limits.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define QUOTED_BYTES_MAX ((size_t)16 << 20)

struct column {
	struct slice name;
	uint32_t id;
};

struct input {
	struct frame frame; /* its records are rows, without headers */
	uint8_t delimiter;
	struct column *columns;
	size_t column_count, column_cap;
	struct arena arena; /* the columns' names */
	struct slice *cells; /* of the row that is being read: raw, quotes and all */
	size_t cell_count, cell_cap;
	bool ragged, limited; /* told already */
};

/* ---- cells ---- */

/* Where delimiters and line ends stand in the 32 bytes from `from` on: looked for once a block, since
 * cells are short and many are empty. */
struct marks {
	size_t from;
	uint32_t bits;
};

/* The next delimiter or line end from `at` on, or s.n. */
static inline size_t plain_end(struct slice s, size_t at, uint8_t delimiter, struct marks *m)
{
#ifdef __SSE2__
	const __m128i d = _mm_set1_epi8((char)delimiter), line = _mm_set1_epi8('\n');

	for (;;) {
		uint32_t left = at - m->from < 32 ? m->bits >> (at - m->from) : 0;

		if (left)
			return at + (size_t)__builtin_ctz(left);
		at = at - m->from < 32 ? m->from + 32 : at;
		if (s.n < 32 || at > s.n - 32)
			break;
		__m128i x = _mm_loadu_si128((const __m128i_u *)(const void *)(s.p + at));
		__m128i y = _mm_loadu_si128((const __m128i_u *)(const void *)(s.p + at + 16));

		m->from = at;
		m->bits = (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(x, d), _mm_cmpeq_epi8(x, line))) |
			  (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(y, d), _mm_cmpeq_epi8(y, line)))
				  << 16;
	}
#else
	(void)m;
#endif
	while (at < s.n && s.p[at] != delimiter && s.p[at] != '\n')
		at++;
	return at;
}

/* Behind the quote that closes the cell begun at `at`; s.n + 1 when there is none. A quote that
 * nothing ends a cell behind is part of the text. */
static size_t quoted_end(struct slice s, size_t at, uint8_t delimiter)
{
	size_t limit = s.n - at > QUOTED_BYTES_MAX ? at + QUOTED_BYTES_MAX : s.n;

	for (at++; at < limit; at++) {
		at += slice_find(slice_of(s.p + at, limit - at), '"');
		if (at >= limit)
			break;
		if (at + 1 < s.n && s.p[at + 1] == '"') {
			at++;
			continue;
		}
		if (at + 1 >= s.n || s.p[at + 1] == delimiter || s.p[at + 1] == '\n' ||
		    s.p[at + 1] == '\r')
			return at + 1;
	}
	return s.n + 1;
}

enum row_end { ROW_WHOLE, ROW_MORE, ROW_OPEN /* a quote is not closed */ };

static inline void add_cell(struct input *in, struct slice cell)
{
	if (in->cell_count == in->cell_cap)
		in->cells = heap_room(in->cells, in->cell_count, &in->cell_cap, sizeof(*in->cells));
	in->cells[in->cell_count++] = cell;
}

/* The row at the start of s into in->cells; *ret_n is its length with the line end. */
static enum row_end read_row(struct input *in, struct slice s, bool final, size_t *ret_n)
{
	struct marks marks = { .from = SIZE_MAX - 31 };
	size_t at = 0, start;

	in->cell_count = 0;
	for (;;) {
		start = at;
		if (at < s.n && s.p[at] == '"') {
			at = quoted_end(s, at, in->delimiter);
			if (at > s.n) {
				if (!final && s.n - start <= QUOTED_BYTES_MAX)
					return ROW_MORE;
				at = start + slice_find(slice_from(s, start), '\n');
				add_cell(in, slice_trim(slice_of(s.p + start + 1, at - start - 1)));
				*ret_n = at < s.n ? at + 1 : at;
				return ROW_OPEN;
			}
		}
		at = plain_end(s, at, in->delimiter, &marks);
		if (at == s.n && !final)
			return ROW_MORE;
		size_t end = at;

		if ((at == s.n || s.p[at] == '\n') && end > start && s.p[end - 1] == '\r')
			end--;
		if (in->cell_count <= LIMIT_EVENT_FIELDS)
			add_cell(in, slice_of(s.p + start, end - start));
		if (at >= s.n || s.p[at] == '\n')
			break;
		at++;
	}
	*ret_n = at < s.n ? at + 1 : at;
	return ROW_WHOLE;
}

/* Without its quotes, doubled ones made single. */
static struct slice cell_text(struct slice cell, struct arena *a)
{
	if (cell.n < 2 || cell.p[0] != '"' || cell.p[cell.n - 1] != '"')
		return cell;
	cell = slice_of(cell.p + 1, cell.n - 2);
	if (slice_find(cell, '"') == cell.n)
		return cell;
	uint8_t *room = arena_alloc(a, cell.n);
	size_t n = 0;

	if (!room)
		return cell;
	for (size_t i = 0; i < cell.n; i++) {
		room[n++] = cell.p[i];
		if (cell.p[i] == '"' && i + 1 < cell.n && cell.p[i + 1] == '"')
			i++;
	}
	return slice_of(room, n);
}

/* ---- what a header is ---- */

/* A name: begins with a letter, _, # or @, holds no control characters, is not long. */
static bool is_name(struct slice cell)
{
	struct slice s = slice_trim(cell);

	if (s.n > 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = slice_of(s.p + 1, s.n - 2);
	if (!s.n || s.n > 128)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || strchr("\"={}<>\\;", s.p[i]))
			return false;
	return (ascii_lower(s.p[0]) >= 'a' && ascii_lower(s.p[0]) <= 'z') || s.p[0] == '_' ||
	       s.p[0] == '#' || s.p[0] == '@' || s.p[0] >= 0x80;
}

/* How many names the first line has when cut at this; 0 when a cell is no name. */
static size_t names_in(struct slice line, uint8_t delimiter)
{
	size_t n = 0;

	while (line.p) {
		struct slice cell = slice_cut(line, delimiter, &line);

		if (!is_name(cell))
			return 0;
		n++;
	}
	return n;
}

static struct slice first_line(struct slice head)
{
	static const struct slice bom = SLICE("\xef\xbb\xbf"), sep = SLICE("sep=");

	if (slice_starts(head, bom))
		head = slice_from(head, bom.n);
	if (slice_starts(head, sep)) /* a spreadsheet's own line: sep=; */
		head = slice_from(head, slice_find(head, '\n') + 1);
	return head;
}

static uint8_t delimiter_of(struct slice head, size_t *ret_names)
{
	static const uint8_t delimiters[] = { ',', '\t', ';', '|' };
	struct slice s = first_line(head), line = slice_trim(slice_head(s, slice_find(s, '\n')));
	uint8_t best = 0;

	*ret_names = 1;
	for (size_t i = 0; i < sizeof(delimiters); i++) {
		size_t n = names_in(line, delimiters[i]);

		if (n > *ret_names) {
			*ret_names = n;
			best = delimiters[i];
		}
	}
	return best;
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	size_t names;
	uint8_t delimiter = delimiter_of(head, &names);
	struct slice s = first_line(head), second = slice_from(s, slice_find(s, '\n') + 1);
	size_t marks = 0, quotes = 0;

	(void)bytes;
	if (!delimiter)
		return 0;
	second = slice_head(second, slice_find(second, '\n'));
	for (size_t i = 0; i < second.n; i++) {
		marks += second.p[i] == delimiter;
		quotes += second.p[i] == '"';
	}
	/* Text with commas in its first line is no table; a row with fewer cells may be a broken one, or
	 * go on in the next line. */
	if (!second.n || marks + 1 >= names)
		return names > 2 ? 50 : 30;
	return names > 4 || quotes ? 20 : 0;
}

static void set_header(struct input *in)
{
	size_t n = in->cell_count;

	arena_reset(&in->arena);
	if (n > LIMIT_EVENT_FIELDS / 2) {
		n = LIMIT_EVENT_FIELDS / 2;
		input_note(&in->frame.env, frame_offset(&in->frame), true,
			   "more than %zu columns: the rest is left out", n);
	}
	in->column_count = 0;
	for (size_t i = 0; i < n; i++) {
		struct slice name = slice_trim(cell_text(in->cells[i], &in->arena));

		if (in->frame.env.dialects)
			name = dialects_name(in->frame.env.dialects, name, &in->arena);
		in->columns = heap_room(in->columns, in->column_count, &in->column_cap,
					sizeof(*in->columns));
		name = arena_keep(&in->arena, slice_trim(name));
		in->columns[in->column_count++] = (struct column){
			name, dialects_number(in->frame.env.dialects, in->frame.env.names, name)
		};
	}
}

/* A row whose cells are mostly the header's names is a header. */
static bool is_header(struct input *in)
{
	size_t same = 0;
	bool first = false;
	struct slice begin = in->cell_count ? slice_trim(in->cells[0]) : slice_str("");

	for (size_t i = 0; i < in->column_count && !first && in->cell_count; i++)
		first = slice_eq(begin, in->columns[i].name);
	if (!first)
		return false;
	for (size_t i = 0; i < in->cell_count; i++)
		for (size_t k = 0; k < in->column_count; k++)
			if (slice_eq(slice_trim(in->cells[i]), in->columns[k].name)) {
				same++;
				break;
			}
	return same * 2 > in->cell_count;
}

/* ---- the reader ---- */

static struct input *csv_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	arena_init(&in->arena, 0);
	return in;
}

static void csv_close(struct input *in)
{
	if (!in)
		return;
	arena_done(&in->arena);
	free(in->columns);
	free(in->cells);
	frame_close(in);
}

static void window(struct input *in, const struct input_window *w)
{
	frame_window(in, w);
	if (w->offset == 0 && !in->delimiter) {
		struct slice first = first_line(w->bytes);
		size_t names;

		/* Only a whole header tells. */
		if (slice_find(first, '\n') == first.n && !w->final && first.n < LIMIT_LINE_BYTES)
			return;
		in->delimiter = delimiter_of(w->bytes, &names);
		in->delimiter = in->delimiter ? in->delimiter : ',';
		in->frame.at = (size_t)(first_line(w->bytes).p - w->bytes.p);
	}
}

static void add_fields(struct input *in, struct event *ev)
{
	for (size_t i = 0; i < in->cell_count; i++) {
		struct slice text = cell_text(in->cells[i], &ev->arena);
		bool named = i < in->column_count;
		struct slice name;

		if (!text.n)
			continue;
		name = named ? in->columns[i].name : arena_printf(&ev->arena, "column_%zu", i + 1);
		if (!event_add(ev, name, named ? in->columns[i].id : NAME_OTHER, value_text_of(text)))
			break;
	}
}

static void tell_ragged(struct input *in, uint64_t offset)
{
	if (in->ragged || in->cell_count == in->column_count)
		return;
	in->ragged = true;
	input_note(&in->frame.env, offset, false,
		   "row %llu has %zu cells, the header %zu: such rows keep what they have",
		   (unsigned long long)in->frame.record, in->cell_count, in->column_count);
}

/* The cells that were read, as an event; false where they are none. */
static bool take(struct input *in, uint64_t offset, bool open, struct event *ev)
{
	if (in->cell_count == 1 && !slice_trim(in->cells[0]).n)
		return false;
	if (!in->column_count || is_header(in)) {
		set_header(in);
		return false;
	}
	in->frame.record++;
	event_clear(ev);
	add_fields(in, ev);
	if (open)
		input_note(&in->frame.env, offset, true, "row %llu: a quote is not closed",
			   (unsigned long long)in->frame.record);
	else
		tell_ragged(in, offset);
	if (!ev->n)
		return false;
	ev->damaged = open || in->cell_count < in->column_count;
	put_place(ev, "csv", in->frame.record, offset);
	translator_apply(in->frame.translator, ev);
	event_seal(ev);
	return true;
}

static enum input_step next(struct input *in, struct event *ev)
{
	for (;;) {
		struct slice rest = frame_rest(&in->frame);
		uint64_t offset = frame_offset(&in->frame);
		bool final = in->frame.w.final || rest.n >= LIMIT_LINE_BYTES;
		enum row_end end;
		size_t n = 0;

		if (!rest.n)
			return frame_end(&in->frame);
		if (!in->delimiter)
			return INPUT_MORE;
		end = read_row(in, rest, final, &n);
		if (end == ROW_MORE)
			return INPUT_MORE;
		in->frame.at += n;
		if (take(in, offset, end == ROW_OPEN, ev))
			return INPUT_EVENT;
	}
}

const struct input_format input_csv = {
	.name = "csv",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = csv_open,
	.window = window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = csv_close,
};
