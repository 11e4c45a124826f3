/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Report.wer, what Windows Error Reporting writes of a program that crashed or hung: an INI file in
 * UTF-16 (which the engine converts), one event for all of it.
 *
 *   Version=1
 *   EventType=APPCRASH
 *   EventTime=133496477153022430                                     FILETIME
 *   AppPath=C:\a\b.exe
 *   TargetAppId=W:0006<program id, 40 digits>!0000<SHA-1>!b.exe      0006 and 0000 belong to the
 * ids Sig[3].Name=Fault Module Name        its words in the machine's language Sig[3].Value=c.dll
 *   LoadedModule[0]=C:\a\b.exe
 */
#include "base/utf.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"

#define MODULES_MAX 10000u
#define SIGNATURES_MAX 64u

enum word {
	WORD_PATH,
	WORD_NAME,
	WORD_EVENT_TYPE,
	WORD_SHA1,
	WORD_PROGRAM_ID,
	WORD_ORIGINAL_NAME,
	WORD_REPORT_ID,
	WORD_MODULES,
	WORD_SIGNATURE,
	WORD_IMAGE,
	WORD_HASHES,
	WORD_COUNT
};
static const char *const words[WORD_COUNT] = { "path",	    "name",	  "event_type",
					       "sha1",	    "program_id", "original_name",
					       "report_id", "modules",	  "signature",
					       "Image",	    "Hashes" };

struct report {
	struct slice path, name, event_type, app_id, original_name, report_id;
	uint64_t time;
	struct value *modules, *signatures; /* texts; "Name: Value" */
	uint32_t module_count, signature_count;
	struct slice signature_name;
};

struct input {
	struct frame frame;
	struct put_name names[WORD_COUNT];
};

static unsigned probe(struct slice head, uint64_t bytes)
{
	static const struct slice first = SLICE("Version="), type = SLICE("\nEventType="),
				  time = SLICE("\nEventTime=");

	(void)bytes;
	return slice_starts(head, first) && slice_search(head, type) && slice_search(head, time)
		       ? 80
		       : 0;
}

static struct input *wer_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	put_names(in->names, words, WORD_COUNT, env->names);
	return in;
}

/* ---- the file ---- */

static bool begins(struct slice key, const char *with)
{
	return slice_starts(key, slice_str(with));
}

static void take_signature(struct report *r, struct slice key, struct slice value, struct arena *a)
{
	if (slice_ends(key, slice_str(".Name"))) {
		r->signature_name = value;
		return;
	}
	if (r->signature_count < SIGNATURES_MAX && slice_ends(key, slice_str(".Value")))
		r->signatures[r->signature_count++] = value_text_of(
			arena_printf(a, "%.*s: %.*s", (int)slice_head(r->signature_name, 256).n,
				     (const char *)r->signature_name.p,
				     (int)slice_head(value, 4096).n, (const char *)value.p));
	r->signature_name = slice_str("");
}

static void take_line(struct input *in, struct report *r, struct slice key, struct slice value,
		      struct arena *a)
{
	const struct {
		const char *key;
		struct slice *to;
	} plain[] = { { "AppPath", &r->path },
		      { "AppName", &r->name },
		      { "EventType", &r->event_type },
		      { "TargetAppId", &r->app_id },
		      { "OriginalFilename", &r->original_name },
		      { "ReportIdentifier", &r->report_id } };

	if (begins(key, "LoadedModule[")) {
		if (r->module_count < MODULES_MAX)
			r->modules[r->module_count++] = value_text_of(value);
		else if (r->module_count++ == MODULES_MAX)
			input_note(&in->frame.env, in->frame.w.offset, true,
				   "Report.wer: more than %u modules", MODULES_MAX);
	} else if (begins(key, "Sig[")) {
		take_signature(r, key, value, a);
	} else if (slice_is(key, "EventTime")) {
		(void)slice_to_u64(value, &r->time);
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (slice_is(key, plain[i].key) && !plain[i].to->n)
			*plain[i].to = value;
}

static bool read_report(struct input *in, struct slice text, struct report *r, struct arena *a)
{
	*r = (struct report){ .signature_name = slice_str("") };
	r->modules = arena_array(a, MODULES_MAX, sizeof(*r->modules));
	r->signatures = arena_array(a, SIGNATURES_MAX, sizeof(*r->signatures));
	if (!r->modules || !r->signatures)
		return false;
	while (text.p) {
		struct slice value, key = slice_trim(slice_cut(
					    slice_trim(slice_cut(text, '\n', &text)), '=', &value));

		if (value.p && value.n)
			take_line(in, r, key, slice_trim(value), a);
	}
	if (r->module_count > MODULES_MAX)
		r->module_count = MODULES_MAX;
	return r->event_type.n || r->path.n;
}

/* 40 hex digits behind the four that stand before a program's and a file's id; p NULL where it is
 * none, or the SHA-1 of nothing, which stands for an unknown one. */
static struct slice id_of(struct slice s, size_t digits)
{
	s = slice_from(s, s.n - (digits < s.n ? digits : s.n));
	return s.n == digits && slice_is_hex(s) ? s : slice_of(NULL, 0);
}

static void put_ids(struct input *in, struct slice id, struct event *ev)
{
	struct slice file, program = slice_cut(id, '!', &file);
	struct slice sha1 = id_of(slice_cut(file, '!', &file), 44);

	program = id_of(program, 44);
	if (program.p)
		put_text(ev, &in->names[WORD_PROGRAM_ID], program);
	if (!sha1.p || !begins(sha1, "0000"))
		return;
	sha1 = arena_lower(&ev->arena, slice_from(sha1, 4));
	if (slice_is(sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"))
		return;
	put_text(ev, &in->names[WORD_SHA1], sha1);
	event_make(ev, in->names[WORD_HASHES].name, in->names[WORD_HASHES].id,
		   value_text_of(arena_printf(&ev->arena, "SHA1=%.40s", (const char *)sha1.p)));
}

static void put_list(struct event *ev, const struct put_name *n, const struct value *items,
		     uint32_t count)
{
	event_add(ev, n->name, n->id,
		  (struct value){ .type = VALUE_LIST, .items = items, .count = count });
}

static bool take(struct input *in, struct slice text, struct event *ev)
{
	const struct put_name *n = in->names;
	struct report r;

	event_clear(ev);
	if (!utf8_valid(text))
		text = utf8_repair(&ev->arena, text);
	if (!read_report(in, text, &r, &ev->arena))
		return false;
	put_text(ev, &n[WORD_PATH], r.path);
	put_text(ev, &n[WORD_NAME], r.name);
	put_text(ev, &n[WORD_EVENT_TYPE], r.event_type);
	put_text(ev, &n[WORD_ORIGINAL_NAME], r.original_name);
	put_text(ev, &n[WORD_REPORT_ID], r.report_id);
	put_list(ev, &n[WORD_MODULES], r.modules, r.module_count);
	if (r.signature_count)
		put_list(ev, &n[WORD_SIGNATURE], r.signatures, r.signature_count);
	put_ids(in, r.app_id, ev);
	if (r.path.n) {
		/* It ran until then: when it was started is not said. */
		event_make(ev, n[WORD_IMAGE].name, n[WORD_IMAGE].id, value_text_of(r.path));
		ev->op = ACTIVITY_PROCESS_END;
		ev->proves = STAGE_BIT(STAGE_S3);
	}
	put_place(ev, "wer", 1, in->frame.w.offset);
	ev->time = when_filetime(r.time);
	ev->time_kind = "crash";
	ev->host = in->frame.env.host;
	event_seal(ev);
	return true;
}

/* All of the file at once: it is read when its last window is there. */
static enum input_step next(struct input *in, struct event *ev)
{
	struct frame *f = &in->frame;
	struct slice text = frame_rest(f);

	if (!f->w.final || !text.n)
		return frame_end(f);
	f->at = f->w.bytes.n;
	if (take(in, text, ev)) {
		f->record = 1;
		return INPUT_EVENT;
	}
	input_note(&f->env, f->w.offset, true,
		   "Report.wer: it says neither what happened nor to what");
	return INPUT_END;
}

const struct input_format input_wer = {
	.name = "wer",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = wer_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
