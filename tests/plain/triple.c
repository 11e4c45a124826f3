/* SPDX-License-Identifier: Apache-2.0 */
#include "triple.h"

#include "base/cursor.h"
#include "base/utf.h"

static struct slice line_of(struct slice *rest)
{
	struct slice after, line = slice_cut(*rest, '\n', &after);

	*rest = after;
	return line;
}

static bool is_line(struct slice line, const char *text)
{
	return slice_is(slice_trim(line), text);
}

void triple_open(struct triple_reader *r, struct slice text)
{
	*r = (struct triple_reader){ .rest = text, .line = 1 };
}

static struct slice between(const uint8_t *from, const uint8_t *to)
{
	return slice_of(from, (size_t)(to - from));
}

bool triple_next(struct triple_reader *r, struct triple *ret, struct err *err)
{
	const uint8_t *start = r->rest.p, *end = NULL;
	/* The last two separators: where each begins and ends. */
	const uint8_t *at[2] = { NULL, NULL }, *behind[2] = { NULL, NULL };
	uint32_t first = r->line;

	if (r->rest.n == 0)
		return false;
	while (r->rest.p && !end) {
		struct slice line = line_of(&r->rest);
		const uint8_t *next = r->rest.p ? r->rest.p : line.p + line.n;

		r->line++;
		if (is_line(line, "===")) {
			end = line.p;
		} else if (is_line(line, "---")) {
			at[0] = at[1];
			behind[0] = behind[1];
			at[1] = line.p;
			behind[1] = next;
		} else if (!r->rest.p) {
			end = next;
		}
	}
	if (!end)
		end = start;
	if (!at[0])
		return err_set(err, ERR_FORMAT, first, "line %u: a triple has three blocks", first);
	ret->rule = between(start, at[0]);
	ret->event = between(behind[0], at[1]);
	ret->verdict = slice_trim(between(behind[1], end));
	ret->line = first;
	if (slice_trim(ret->rule).n)
		r->rule = ret->rule;
	ret->rule = r->rule;
	return true;
}

/* The next line that says something, cut at its first ": ". */
static bool next_field(struct slice *rest, struct slice *name, struct slice *value)
{
	while (rest->n) {
		struct slice line = line_of(rest);
		size_t colon = slice_find(line, ':');

		if (slice_trim(line).n == 0 || line.p[0] == '#' || colon == line.n)
			continue;
		*name = slice_head(line, colon);
		*value = slice_from(line, colon + 1);
		if (value->n && value->p[0] == ' ')
			*value = slice_from(*value, 1);
		return true;
	}
	return false;
}

void triple_names(struct slice event, struct names *names)
{
	struct slice name, value;

	while (next_field(&event, &name, &value))
		names_add(names, name);
}

static unsigned hex(uint8_t c)
{
	return c <= '9' ? c - 48u : (c | 0x20u) - 'a' + 10;
}

/* A JSON string at s[*at], behind its quote. */
static struct value quoted(struct slice s, size_t *at, struct arena *a)
{
	uint8_t *out = arena_alloc(a, s.n * 3 + 1);
	size_t n = 0;

	for (; *at < s.n && s.p[*at] != '"'; (*at)++) {
		uint8_t c = s.p[*at];

		if (c != '\\' || *at + 1 >= s.n) {
			out[n++] = c;
			continue;
		}
		c = s.p[++*at];
		if (c == 'u' && s.n - *at > 4) {
			uint32_t code = hex(s.p[*at + 1]) << 12 | hex(s.p[*at + 2]) << 8 |
					hex(s.p[*at + 3]) << 4 | hex(s.p[*at + 4]);

			n += utf8_put(out + n, code);
			*at += 4;
		} else {
			out[n++] = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
		}
	}
	(*at)++;
	return value_text_of(slice_of(out, n));
}

static bool is_number(struct slice s)
{
	double d;

	return s.n && (s.p[0] == '-' || (s.p[0] >= '0' && s.p[0] <= '9')) &&
	       slice_find(s, 'x') == s.n && value_double(value_text_of(s), &d);
}

static struct value bare(struct slice s)
{
	if (slice_is(s, "null"))
		return (struct value){ .type = VALUE_NULL };
	if (slice_is(s, "true") || slice_is(s, "false"))
		return (struct value){ .type = VALUE_BOOL, .u = s.n == 4 };
	if (is_number(s))
		return (struct value){ .type = VALUE_NUMBER, .s = s };
	return value_text_of(s.p ? s : slice_str(""));
}

static struct value list(struct slice s, struct arena *a)
{
	struct value *items = arena_array(a, s.n, sizeof(*items));
	uint32_t n = 0;

	for (size_t at = 1; at < s.n && s.p[at] != ']';) {
		if (s.p[at] == ' ' || s.p[at] == ',') {
			at++;
		} else if (s.p[at] == '"') {
			at++;
			items[n++] = quoted(s, &at, a);
		} else {
			size_t from = at;

			while (at < s.n && s.p[at] != ',' && s.p[at] != ']')
				at++;
			items[n++] = bare(slice_trim(slice_of(s.p + from, at - from)));
		}
	}
	return (struct value){ .type = VALUE_LIST, .count = n, .items = items };
}

static struct value utf16(struct slice s, struct arena *a)
{
	uint8_t *out = arena_alloc(a, s.n * 2 + 2);
	size_t n = 0;

	for (size_t at = 0; at < s.n;) {
		uint32_t c = utf8_next(s, &at);

		out[n++] = (uint8_t)c;
		out[n++] = (uint8_t)(c >> 8);
	}
	return (struct value){ .type = VALUE_UTF16, .s = slice_of(out, n) };
}

static bool parse_value(struct slice s, struct arena *a, struct value *ret)
{
	size_t at = 1;

	if (slice_starts(s, slice_str("!filetime "))) {
		*ret = (struct value){ .type = VALUE_FILETIME };
		return slice_to_u64(slice_trim(slice_from(s, 10)), &ret->u);
	}
	if (slice_starts(s, slice_str("!utf16 "))) {
		*ret = utf16(slice_from(s, 7), a);
		return true;
	}
	if (s.n && s.p[0] == '"' && s.p[s.n - 1] == '"' && s.n > 1)
		*ret = quoted(s, &at, a);
	else if (s.n && s.p[0] == '[' && s.p[s.n - 1] == ']')
		*ret = list(s, a);
	else
		*ret = bare(s);
	return true;
}

bool triple_event(struct slice event, struct event *ev, struct err *err)
{
	struct slice name, text;
	struct value value;

	while (next_field(&event, &name, &text)) {
		if (!parse_value(text, &ev->arena, &value))
			return err_set(err, ERR_FORMAT, 0, "not a value: %.*s", (int)text.n,
				       text.p);
		if (!event_add(ev, name, names_find(ev->names, name), value))
			return err_set(err, ERR_LIMIT, 0, "too many fields");
	}
	event_seal(ev);
	return true;
}
