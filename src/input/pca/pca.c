/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Program Compatibility Assistant's text files (Windows 11 from 22H2, Windows\appcompat\pca):
 *
 *   PcaAppLaunchDic.txt   C:\a\b.exe|2022-11-15 00:02:08.476
 *                         the last start of each program that was started from the desktop
 *   PcaGeneralDb0/1.txt   2022-11-15 00:02:08.476|2|%programfiles%\a\b.exe|description|company|
 *                         version|program id|exit code
 *                         status: 0 an installer failed, 1 a driver was blocked, 2 it ended oddly,
 *                         3 the assistant was called, 4 not set
 *
 * Times are UTC though nothing says so. The first is in the machine's ANSI code page, which is
 * taken as 1252 where it is not UTF-8; the engine has already converted UTF-16.
 */
#include "base/utf.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"

#define TIME_CHARACTERS 23u
#define GENERAL_PARTS 8u

enum word {
	WORD_PATH,
	WORD_STATUS,
	WORD_PRODUCT,
	WORD_COMPANY,
	WORD_VERSION,
	WORD_PROGRAM_ID,
	WORD_EXIT_CODE,
	WORD_IMAGE,
	WORD_COUNT
};
static const char *const words[WORD_COUNT] = { "path",	  "status",	"product",   "company",
					       "version", "program_id", "exit_code", "Image" };

struct pca_line {
	struct when time;
	struct slice path, status, product, company, version, program_id, exit_code;
};

struct input {
	struct frame frame;
	struct put_name names[WORD_COUNT];
	bool told_page;
};

static bool read_time(struct slice s, struct when *ret)
{
	if (s.n < TIME_CHARACTERS - 4 || s.n > TIME_CHARACTERS + 6 || s.p[4] != '-' ||
	    s.p[10] != ' ')
		return false;
	*ret = when_parse(s);
	return ret->set;
}

static bool read_launch(struct slice line, struct pca_line *ret)
{
	size_t at = line.n;

	while (at > 0 && line.p[at - 1] != '|')
		at--;
	if (at < 2 || !read_time(slice_from(line, at), &ret->time))
		return false;
	ret->path = slice_head(line, at - 1);
	return true;
}

static bool read_general(struct slice line, struct pca_line *ret)
{
	struct slice parts[GENERAL_PARTS] = { { NULL, 0 } };
	uint64_t status;

	for (size_t i = 0; i < GENERAL_PARTS && line.p; i++)
		parts[i] = slice_cut(line, '|', &line);
	ret->status = parts[1];
	ret->path = parts[2];
	ret->product = parts[3];
	ret->company = parts[4];
	ret->version = parts[5];
	ret->program_id = parts[6];
	ret->exit_code = slice_trim(parts[7]);
	return parts[2].n && slice_to_u64(parts[1], &status) && read_time(parts[0], &ret->time);
}

static bool read_line(struct slice line, struct pca_line *ret)
{
	*ret = (struct pca_line){ 0 };
	return read_general(line, ret) || (*ret = (struct pca_line){ 0 }, read_launch(line, ret));
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	unsigned good = 0, lines = 0;
	struct pca_line l;

	while (head.n && lines < 8) {
		struct slice line = slice_trim(slice_cut(head, '\n', &head));

		if (!line.n || (!head.p && bytes > 4096 && lines))
			continue;
		lines++;
		good += read_line(line, &l) && slice_find(l.path, '\\') < l.path.n;
	}
	return good && good * 2 >= lines ? 78 : 0;
}

static struct input *pca_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	put_names(in->names, words, WORD_COUNT, env->names);
	return in;
}

/* Code page 1252 to UTF-8: what differs from Latin-1 stands at 0x80 to 0x9f. */
static struct slice from_1252(struct arena *a, struct slice s)
{
	static const uint16_t above[32] = {
		0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
		0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
	};
	uint8_t *room = arena_alloc(a, s.n * 3);
	size_t n = 0;

	for (size_t i = 0; room && i < s.n; i++) {
		uint32_t c = s.p[i];

		n += utf8_put(room + n, c >= 0x80 && c < 0xa0 ? above[c - 0x80] : c);
	}
	return slice_of(room, n);
}

static void put_number_or_text(struct event *ev, const struct put_name *name, struct slice s)
{
	uint64_t n;

	if (slice_to_u64(s, &n))
		put_u64(ev, name, n);
	else
		put_text(ev, name, s);
}

static void take(struct input *in, struct slice line, uint64_t offset, struct event *ev)
{
	const struct put_name *n = in->names;
	struct pca_line l;

	event_clear(ev);
	if (!utf8_valid(line)) {
		line = from_1252(&ev->arena, line);
		if (!in->told_page)
			input_note(&in->frame.env, offset, false,
				   "PCA: no UTF-8; taken as code page 1252");
		in->told_page = true;
	}
	(void)read_line(line, &l);
	put_text(ev, &n[WORD_PATH], l.path);
	put_number_or_text(ev, &n[WORD_STATUS], l.status);
	put_text(ev, &n[WORD_PRODUCT], l.product);
	put_text(ev, &n[WORD_COMPANY], l.company);
	put_text(ev, &n[WORD_VERSION], l.version);
	put_text(ev, &n[WORD_PROGRAM_ID], l.program_id);
	put_text(ev, &n[WORD_EXIT_CODE], l.exit_code);
	if (!slice_is(l.status, "1")) { /* a blocked driver did not run */
		event_make(ev, n[WORD_IMAGE].name, n[WORD_IMAGE].id, value_text_of(l.path));
		ev->op = ACTIVITY_PROCESS_START;
		ev->proves = STAGE_BIT(STAGE_S3);
	}
	put_place(ev, "pca", in->frame.record, offset);
	ev->time = l.time;
	ev->time.zone_assumed = false;
	ev->time_kind = "run";
	ev->host = in->frame.env.host;
	ev->completeness = COMPLETENESS_FILTERED; /* what was started from the desktop */
	event_seal(ev);
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct slice line;
	uint64_t offset;
	struct pca_line l;

	while (frame_line(&in->frame, &line, &offset)) {
		in->frame.record++;
		if (read_line(line, &l)) {
			take(in, line, offset, ev);
			return INPUT_EVENT;
		}
		if (slice_trim(line).n)
			frame_tell(&in->frame, offset, "line", "is none of PCA's");
	}
	return frame_end(&in->frame);
}

const struct input_format input_pca = {
	.name = "pca",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = pca_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
