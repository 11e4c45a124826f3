/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of registry hives: logs replayed where that is due, one walk, each artifact's items, and an
 * event an item. What the keys mean is the artifacts' (hive.h).
 */
#include "input/hive/hive.h"

#include "base/heap.h"
#include "input/formats.h"
#include "input/hive/carve.h"
#include "input/hive/machine.h"

#include <inttypes.h>
#include <stdlib.h>

#define KEEP_BYTES ((size_t)256 << 20)
#define LOG_TYPES(t) ((t) == 1 || (t) == 2 || (t) == 6)

struct input {
	struct hive hive;
	size_t next, bytes;
};

static unsigned probe(struct slice head, uint64_t bytes)
{
	struct regf_base base;

	(void)bytes;
	return regf_base_read(head, &base) ? 100 : 0;
}

static bool is_zeros(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i])
			return false;
	return true;
}

/* A log that was never written to is zeros: known by its ending, for it is no damage. */
static unsigned probe_named(struct slice name, struct slice head, uint64_t bytes)
{
	(void)bytes;
	for (size_t i = 0; i < 2; i++) {
		struct slice ending = slice_str(input_hive.beside[i]);

		if (name.n > ending.n && slice_eq_nocase(slice_from(name, name.n - ending.n), ending) &&
		    is_zeros(head))
			return 50;
	}
	return 0;
}

static struct input *hive_open(const struct input_env *env)
{
	struct input *in = heap_new(sizeof(*in));

	in->hive.env = *env;
	hive_words(in->hive.words, env->names);
	arena_init(&in->hive.keep, KEEP_BYTES);
	return in;
}

static void forget(struct hive *h)
{
	regf_done(&h->regf);
	log_replay_done(&h->replay);
	arena_reset(&h->keep);
	h->item_count = 0;
}

static void hive_close(struct input *in)
{
	if (!in)
		return;
	forget(&in->hive);
	arena_done(&in->hive.keep);
	free(in->hive.items);
	free(in);
}

void hive_item(struct hive *h, const struct hive_artifact *a, uint32_t key, uint32_t value, uint32_t extra)
{
	h->items = heap_room(h->items, h->item_count, &h->item_cap, sizeof(*h->items));
	h->items[h->item_count++] = (struct hive_item){ a, key, value, extra };
}

/* ---- opening ---- */

/* A log that stands alone, or for which no hive was found. */
static bool is_log(struct slice file)
{
	struct slice bin = SLICE("hbin");
	struct regf_base base;

	return regf_base_read(file, &base) && LOG_TYPES(base.type) &&
	       !slice_starts(slice_from(file, REGF_BASE_BYTES), bin);
}

static void tell_replay(struct hive *h)
{
	const struct log_replay *r = &h->replay;
	const char *dirty = r->sum_wrong ? "the base block's checksum does not match"
					 : "the hive was not closed";

	for (size_t i = 0; i < r->note_count; i++)
		input_note(&h->env, 0, r->damaged, "%s, byte %" PRIu64 ": %s",
			   input_hive.beside[r->notes[i].file], r->notes[i].offset, r->notes[i].why);
	switch (r->state) {
	case LOG_NOT_NEEDED:
		return;
	case LOG_NONE:
		input_note(&h->env, 4, false,
			   "%s (sequence numbers %u and %u) and no log lies beside it: the last changes may be missing",
			   dirty, r->seq1, r->seq2);
		return;
	case LOG_UNUSABLE:
		input_note(&h->env, 4, false,
			   "%s (sequence numbers %u and %u) and the logs beside it hold nothing for it: the last "
			   "changes may be missing",
			   dirty, r->seq1, r->seq2);
		return;
	case LOG_REPLAYED:
		input_note(&h->env, 4, false, "%s: %u pages of its logs were replayed (numbers %u to %u)", dirty,
			   r->pages, r->first, r->last);
		return;
	}
}

/* The hive as Windows would have it; as it stands where the logs would only make it worse. */
static void open_best(struct hive *h, struct slice file, const struct slice logs[LOG_FILES])
{
	struct regf plain;

	log_replay(&h->replay, file, logs);
	if (h->replay.state != LOG_REPLAYED) {
		regf_open(&h->regf, file);
		return;
	}
	regf_open(&h->regf, slice_of(h->replay.copy, h->replay.n));
	if (!regf_damages(&h->regf, false))
		return;
	regf_open(&plain, file);
	if (regf_damages(&plain, false) >= regf_damages(&h->regf, false)) {
		regf_done(&plain);
		return;
	}
	input_note(&h->env, 4, false, "with its logs the hive has more damage (%" PRIu64 " places) than without: they were left out",
		   regf_damages(&h->regf, false));
	h->replay.state = LOG_UNUSABLE;
	regf_done(&h->regf);
	h->regf = plain;
}

static void tell_damage(struct hive *h)
{
	for (int d = 0; d < REGF_DAMAGE_COUNT; d++) {
		const struct regf_damaged *found = &h->regf.damage[d];
		bool lost;
		const char *text = regf_damage_text((enum regf_damage)d, &lost);

		if (found->count > 1)
			input_note(&h->env, found->first, lost, "%s; %" PRIu64 " times, this is the first", text,
				   found->count);
		else if (found->count)
			input_note(&h->env, found->first, lost, "%s", text);
	}
	if (!h->regf.key_count)
		input_note(&h->env, 0, true, "no key could be read");
}

/* ---- whose it is ---- */

static void find_bases(struct hive *h)
{
	static const char *const paths[HIVE_BASES] = { "", "Wow6432Node", "Software", "Software\\Wow6432Node" };

	h->of_machine = false;
	for (size_t i = 0; i < HIVE_BASES; i++) {
		uint32_t base = h->regf.key_count ? regf_find(&h->regf, 0, paths[i]) : REGF_NONE;
		uint32_t nt = regf_find(&h->regf, base, "Microsoft\\Windows NT\\CurrentVersion");

		h->bases[i] = regf_child(&h->regf, base, "Microsoft") == REGF_NONE ? REGF_NONE : base;
		if (regf_value_find(&h->regf, nt, "SystemRoot") != REGF_NONE)
			h->of_machine = true;
	}
	h->bases_at_root = h->bases[0] != REGF_NONE;
}

/* .../Users/NAME/...: the last folder that profiles lie in. */
static struct slice user_of_path(struct slice path)
{
	static const struct slice folders[] = { SLICE("Users"), SLICE("Documents and Settings") };
	struct slice found = { NULL, 0 }, rest = path;
	bool in_profiles = false;

	while (rest.p) {
		struct slice part = slice_cut(rest, '/', &rest);

		if (in_profiles && rest.p && part.n)
			found = part;
		in_profiles = slice_eq_nocase(part, folders[0]) || slice_eq_nocase(part, folders[1]);
	}
	return found;
}

static void find_user(struct hive *h)
{
	uint32_t explorer;

	h->user = slice_of(NULL, 0);
	if (h->of_machine || regf_child(&h->regf, 0, "Select") != REGF_NONE)
		return;
	h->user = h->env.path.n ? user_of_path(h->env.path) : slice_of(NULL, 0);
	for (size_t i = 0; i < HIVE_BASES && !h->user.n; i++) {
		explorer = regf_find(&h->regf, h->bases[i], "Microsoft\\Windows\\CurrentVersion\\Explorer");
		h->user = hive_text(h, regf_value_find(&h->regf, explorer, "Logon User Name"), &h->keep);
	}
}

/* ---- the reader ---- */

static void window(struct input *in, const struct input_window *w)
{
	struct hive *h = &in->hive;

	forget(h);
	in->next = 0;
	in->bytes = w->bytes.n;
	if (is_log(w->bytes) || is_zeros(slice_head(w->bytes, REGF_BASE_BYTES)))
		return;
	open_best(h, w->bytes, w->beside);
	tell_replay(h);
	tell_damage(h);
	h->whole = !regf_damages(&h->regf, false) && !h->replay.damaged &&
		   (h->replay.state == LOG_NOT_NEEDED || h->replay.state == LOG_REPLAYED);
	find_bases(h);
	find_user(h);
	h->control_set = machine_control_set(h);
	h->host = machine_name(h);
	if (!h->host.n)
		h->host = h->env.host;
	for (size_t i = 0; h->regf.key_count && hive_artifacts[i]; i++)
		if (hive_artifacts[i]->find)
			hive_artifacts[i]->find(h);
	if (h->env.carve)
		carve_find(h);
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct hive *h = &in->hive;

	if (in->next >= h->item_count)
		return INPUT_END;
	const struct hive_item *it = &h->items[in->next++];

	event_clear(ev);
	put_place(ev, it->artifact->kind, in->next,
		  it->key < h->regf.key_count ? regf_key_offset(&h->regf, it->key) : 0);
	ev->host = h->host;
	it->artifact->put(h, it, ev);
	const char *time_kind = ev->time_kind;

	event_seal(ev);
	ev->time_kind = time_kind;
	return INPUT_EVENT;
}

static size_t consumed(const struct input *in)
{
	return in->bytes;
}

static uint64_t records(const struct input *in)
{
	return in->next;
}

const struct input_format input_hive = {
	.name = "hive",
	.cut = INPUT_WHOLE,
	.beside = { ".LOG1", ".LOG2", ".LOG" },
	.probe = probe,
	.probe_named = probe_named,
	.open = hive_open,
	.window = window,
	.next = next,
	.consumed = consumed,
	.records = records,
	.close = hive_close,
};
