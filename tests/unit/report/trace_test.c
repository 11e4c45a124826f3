/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "report/trace.h"

#include <stdlib.h>
#include <string.h>

static const char hostile[] = "C:\\a\\\x1b[31m\"</text><script>&\n\r\t\x01\xff\xfe\\\" ]; evil \xe2\x80\xae .exe";

static bool file_of(void *ctx, uint32_t source, struct slice *ret_file, struct slice *ret_inner)
{
	(void)ctx;
	*ret_file = slice_str(source == 1 ? "evidence/PC-07.jsonl" : hostile);
	*ret_inner = slice_of(NULL, 0);
	return true;
}

static struct slice long_name(char *room, size_t n, const char *piece)
{
	size_t m = strlen(piece);

	for (size_t i = 0; i + m < n; i += m)
		memcpy(room + i, piece, m + 1);
	return slice_str(room);
}

struct made {
	struct told_hop hops[64];
	struct told told;
	struct report_alert alert;
	struct report_trace trace;
};

static void make(struct made *m, size_t hops, struct slice name)
{
	*m = (struct made){ .alert = { .id = slice_str("0123456789abcdef"),
				       .title = name,
				       .level = slice_str("high"),
				       .host = name,
				       .time = slice_str("2023-03-29T10:00:00.123Z"),
				       .detector = slice_str("rule"),
				       .at = { true, 1, 7, 1234 } } };
	for (size_t i = 0; i < hops; i++)
		m->hops[i] = (struct told_hop){ .from = { ENTITY_FILE, name, 0 },
						.to = { ENTITY_PROCESS, name, 4294967295u },
						.op = "process_start",
						.why = "a library that another process wrote beside the program; loads are not recorded",
						.time = { .ns = 1680084000123000000, .set = true, .digits = 3 },
						.at = { true, 1 + (uint32_t)i % 2, UINT64_MAX, 1 },
						.surprise = { .known = true, .bits = 12.5, .never_earlier = true, .versions = 3,
							      .peers = 400, .doing = 1, .first_here = true } };
	m->told = (struct told){ .hops = m->hops,
				 .hop_count = hops,
				 .origin = { .kind = ORIGIN_RELEASE, .name = name, .version = name, .signer = name, .path = name,
					     .url = name, .mark = { true, 2, 1, 1 }, .time = { .ns = 1, .set = true } } };
	m->told.others[m->told.other_count++] = (struct told_origin){ .kind = ORIGIN_GAP, .path = name, .gap = "gap" };
	m->trace = (struct report_trace){ .alert = &m->alert, .told = &m->told, .file = file_of };
}

/* Columns of a line of UTF-8. */
static size_t columns(const char *line, size_t n)
{
	size_t c = 0;

	for (size_t i = 0; i < n; i++)
		c += ((unsigned char)line[i] & 0xc0) != 0x80;
	return c;
}

static void hops_fit(struct slice name, size_t hops)
{
	struct made m;
	struct buf out = { 0 };

	make(&m, hops, name);
	report_trace_text(&out, &m.trace);
	buf_put_byte(&out, 0);
	char *end = strstr((char *)out.p, "\nOrigin: ");

	assert_non_null(end);
	*end = 0;
	for (const char *line = (const char *)out.p; *line;) {
		size_t n = strcspn(line, "\n");

		if (columns(line, n) > 80)
			fail_msg("%zu columns: %.*s", columns(line, n), (int)n, line);
		line += n + (line[n] != 0);
	}
	buf_done(&out);
}

static void the_walk_fits_eighty_columns(void **state)
{
	char room[3000];

	(void)state;
	hops_fit(slice_str("C:\\short.exe"), 3);
	hops_fit(long_name(room, 600, "C:\\folder\\"), 3);
	hops_fit(long_name(room, 600, "C:\\folder\\"), 30);
	hops_fit(long_name(room, 600, "\xc3\xa4\xe2\x82\xac"), 20);
	hops_fit(long_name(room, 600, "\x1b\x01"), 20);
	hops_fit(slice_str(hostile), 20);
}

static void the_terminal_gets_no_control_characters(void **state)
{
	struct made m;
	struct buf out = { 0 };

	(void)state;
	make(&m, 5, slice_str(hostile));
	report_trace_text(&out, &m.trace);
	m.trace.forward = true;
	report_trace_text(&out, &m.trace);
	for (size_t i = 0; i < out.n; i++)
		assert_true(out.p[i] >= ' ' || out.p[i] == '\n');
	assert_true(slice_search(buf_slice(&out), slice_str("\xe2\x80\xae")) == NULL);
	buf_done(&out);
}

/* Outside of tags only text, quotes closed, each element closed by its own end. */
static void well_formed(const char *s)
{
	const char *open[64];
	size_t depth = 0;

	while (*s) {
		const char *end;

		assert_true(*s != '&' || strncmp(s, "&lt;", 4) == 0 || strncmp(s, "&amp;", 5) == 0 ||
			    strncmp(s, "&quot;", 6) == 0 || strncmp(s, "&gt;", 4) == 0);
		assert_true((unsigned char)*s >= ' ' || *s == '\n');
		if (*s++ != '<')
			continue;
		end = strchr(s, '>');
		assert_non_null(end);
		if (*s == '/') {
			size_t n = (size_t)(end - s) - 1;

			assert_true(depth > 0);
			depth--;
			assert_int_equal(strncmp(open[depth], s + 1, n), 0);
		} else if (end[-1] != '/') {
			open[depth++] = s;
			assert_true(depth < 64);
		}
		s = end + 1;
	}
	assert_int_equal(depth, 0);
}

static void hostile_names_stay_text_in_the_picture(void **state)
{
	struct made m;
	struct buf out = { 0 };

	(void)state;
	make(&m, 4, slice_str(hostile));
	report_trace_svg(&out, &m.trace);
	buf_put_byte(&out, 0);
	well_formed((const char *)out.p);
	assert_null(strstr((const char *)out.p, "<script"));
	buf_done(&out);
}

static void hostile_names_stay_quoted_in_dot(void **state)
{
	struct made m;
	struct buf out = { 0 };
	bool quoted = false;

	(void)state;
	make(&m, 4, slice_str(hostile));
	report_trace_dot(&out, &m.trace);
	for (size_t i = 0; i < out.n; i++) {
		assert_true(out.p[i] >= ' ' || (out.p[i] == '\n' && !quoted));
		if (quoted && out.p[i] == '\\')
			i++;
		else if (out.p[i] == '"')
			quoted = !quoted;
		else
			assert_true(quoted || out.p[i] != '<');
	}
	assert_false(quoted);
	buf_put_byte(&out, 0);
	assert_int_equal(strspn((const char *)out.p + out.n - 3, "}\n"), 2);
	buf_done(&out);
}

static void json_holds_hops_origin_and_pointers(void **state)
{
	struct made m;
	struct buf out = { 0 };

	(void)state;
	make(&m, 2, slice_str("C:\\x\"y.exe"));
	report_trace_json(&out, &m.trace);
	buf_put_byte(&out, 0);
	const char *s = (const char *)out.p;

	assert_non_null(strstr(s, "{\"schema\":\"upriver.trace/1\",\"direction\":\"back\",\"alert\":{\"id\":\"0123456789abcdef\""));
	assert_non_null(strstr(s, "\"from\":\"C:\\\\x\\\"y.exe\""));
	assert_non_null(strstr(s, "\"record\":18446744073709551615"));
	assert_non_null(strstr(s, "\"origin\":{\"kind\":\"release\",\"release\":{"));
	assert_non_null(strstr(s, "\"others\":[{\"kind\":\"gap\""));
	buf_clear(&out);
	m.trace.forward = true;
	report_trace_json(&out, &m.trace);
	buf_put_byte(&out, 0);
	assert_non_null(strstr((const char *)out.p, "\"direction\":\"forward\""));
	assert_non_null(strstr((const char *)out.p, "\"origin\":null"));
	buf_done(&out);
}

static void a_trace_without_hops_is_told_too(void **state)
{
	void (*const reports[])(struct buf *, const struct report_trace *) = { report_trace_text, report_trace_json,
									       report_trace_dot, report_trace_svg };
	struct made m;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (unsigned forward = 0; forward < 2; forward++) {
			struct buf out = { 0 };

			make(&m, 0, slice_str("x"));
			m.trace.forward = forward;
			reports[i](&out, &m.trace);
			assert_true(out.n > 0 && out.p[out.n - 1] == '\n');
			buf_done(&out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_walk_fits_eighty_columns),
		cmocka_unit_test(the_terminal_gets_no_control_characters),
		cmocka_unit_test(hostile_names_stay_text_in_the_picture),
		cmocka_unit_test(hostile_names_stay_quoted_in_dot),
		cmocka_unit_test(json_holds_hops_origin_and_pointers),
		cmocka_unit_test(a_trace_without_hops_is_told_too),
	};

	return RUN(tests);
}
