/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/probe.h"

#include "base/buf.h"
#include "base/heap.h"
#include "base/utf.h"
#include "rules/regex.h"
#include "rules/test.h"

#include <hs/hs.h>
#include <stdlib.h>

/* Shorter atoms ('.', ' -', 'exe') are in nearly every value: worse than no index. */
#define ATOM_BYTES_MIN 4
/* Longer ones only cost database size: Vectorscan confirms up to 8 bytes at once. */
#define ATOM_BYTES_MAX 64
#define DIGEST_DIGITS 32
#define PADDING_BYTES 128
#define PADDED_BYTES_MAX ((size_t)64 << 10)
#define TAIL_BYTES 1024

struct probe_scratch {
	hs_scratch_t *hs;
	struct regex_scratch *regex;
	struct arena arena;
	struct buf padded;
	size_t base, text_bytes; /* of the scan that runs: where it begins in the value, the value's */
	const struct probe *probe;
	struct finds *out;
};

enum key_kind { KEY_NONE, KEY_EXACT, KEY_TAIL, KEY_DIGEST, KEY_ATOM };

/* How a test is indexed. */
struct key {
	enum key_kind kind;
	struct slice text; /* folded */
	bool sure;	   /* finding the key (with its anchors) is enough */
};

void probe_init(struct probe *p, uint32_t field, const struct program *program)
{
	*p = (struct probe){ .field = field, .program = program };
	map_init(&p->exact);
	map_init(&p->tail);
	map_init(&p->digest);
	map_init(&p->atoms);
}

void probe_done(struct probe *p)
{
	map_done(&p->exact);
	map_done(&p->tail);
	map_done(&p->digest);
	map_done(&p->atoms);
	free(p->links);
	free(p->direct);
	hs_free_database(p->db);
	*p = (struct probe){ 0 };
}

static bool is_hex(uint8_t c)
{
	c = ascii_lower(c);
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* 32 hex digits behind an '=': where they start, or s.n. */
static size_t digest_at(struct slice s, size_t from)
{
	for (size_t i = from; i + DIGEST_DIGITS < s.n; i++) {
		size_t n = 0;

		if (s.p[i] != '=')
			continue;
		while (n < DIGEST_DIGITS && is_hex(s.p[i + 1 + n]))
			n++;
		if (n == DIGEST_DIGITS)
			return i + 1;
	}
	return s.n;
}

/* Length of the character at s[at] when it can stand in an atom: ASCII, or one that case does not
 * change; not NUL, and not a dash (which windash makes equal to others) when asked. */
static size_t atom_character(struct slice s, size_t at, bool dash)
{
	size_t next = at;
	uint32_t c;

	if (s.p[at] < 0x80)
		return s.p[at] && !(dash && (s.p[at] == '-' || s.p[at] == '/'));
	c = utf8_next(s, &next);
	if (c == 0xfffd || !utf_caseless(c) || (dash && c >= 0x2013 && c <= 0x2015))
		return 0;
	return next - at;
}

/* Long enough to be rare: characters beyond ASCII are, alone. */
static bool rare_enough(struct slice run)
{
	return run.n >= ATOM_BYTES_MIN || !slice_is_ascii(run);
}

static struct slice longest_run(struct slice s, bool dash)
{
	struct slice best = { NULL, 0 };

	for (size_t i = 0; i < s.n;) {
		size_t start = i, n;

		while (i < s.n && (n = atom_character(s, i, dash)))
			i += n;
		if (i - start > best.n)
			best = slice_of(s.p + start, i - start);
		if (i == start)
			utf8_next(s, &i);
	}
	if (best.n > ATOM_BYTES_MAX) {
		best.n = ATOM_BYTES_MAX;
		while (best.n && (best.p[best.n] & 0xc0) == 0x80)
			best.n--;
	}
	return best;
}

static struct key text_key(const struct test *t, struct arena *a)
{
	bool plain = !t->cased && !t->dash && slice_is_ascii(t->text);
	size_t slash = t->text.n, digest;

	if (plain && t->anchor_start && t->anchor_end && t->text.n <= PROBE_KEY_BYTES_MAX)
		return (struct key){ KEY_EXACT, arena_lower(a, t->text), true };
	while (slash > 0 && t->text.p[slash - 1] != '\\')
		slash--;
	if (plain && t->anchor_end && !t->anchor_start && slash > 0 && slash < t->text.n &&
	    t->text.n <= PROBE_KEY_BYTES_MAX)
		return (struct key){ KEY_TAIL, arena_lower(a, slice_from(t->text, slash - 1)), true };
	digest = digest_at(t->text, 0);
	if (digest < t->text.n && !t->dash)
		return (struct key){ KEY_DIGEST,
				     arena_lower(a, slice_of(t->text.p + digest, DIGEST_DIGITS)), false };
	struct slice run = longest_run(t->text, t->dash);

	if (!rare_enough(run))
		return (struct key){ 0 };
	return (struct key){ KEY_ATOM, arena_lower(a, run), !t->cased && !t->dash && run.n == t->text.n };
}

static struct key wildcard_key(const struct test *t, struct arena *a)
{
	struct slice best = { NULL, 0 };

	for (size_t i = 0; i < t->part_count; i++) {
		struct slice run = longest_run(t->parts[i].text, t->dash);

		if (run.n > best.n)
			best = run;
	}
	if (!rare_enough(best))
		return (struct key){ 0 };
	return (struct key){ KEY_ATOM, arena_lower(a, best), false };
}

static struct key key_of(const struct test *t, struct arena *a)
{
	struct slice run;

	switch (t->op) {
	case TEST_TEXT:
		return text_key(t, a);
	case TEST_WILDCARD:
		return wildcard_key(t, a);
	case TEST_REGEX:
		run = longest_run(regex_literal(a, t->text, NULL), false);
		if (!rare_enough(run))
			return (struct key){ 0 };
		return (struct key){ KEY_ATOM, arena_lower(a, run), false };
	default:
		return (struct key){ 0 };
	}
}

bool probe_can_try(const struct test *t)
{
	return t->op == TEST_TEXT || t->op == TEST_WILDCARD || t->op == TEST_REGEX;
}

bool probe_can_hold(const struct test *t, struct arena *scratch)
{
	return key_of(t, scratch).kind != KEY_NONE;
}

/*
 * Classes of bytes: an ASCII byte in lower case, or one class for all others. A value without a
 * class that a pattern cannot do without does not match it, and most values lack most of the odd
 * characters and lookalike letters that these patterns are about.
 */
#define CLASS_HIGH 128
#define CLASS_COUNT 129

static uint8_t class_of(uint8_t c)
{
	return c < 0x80 ? ascii_lower(c) : CLASS_HIGH;
}

static void need_text(bool *need, struct slice text, bool dash)
{
	/* The characters that a dash of windash stands for, and the dashes, may be others. */
	for (size_t i = 0; i < text.n; i++)
		if (!dash || (text.p[i] != '-' && text.p[i] != '/' && text.p[i] < 0x80))
			need[class_of(text.p[i])] = true;
}

static void needs_of(struct probe_direct *d, const struct test *t, struct arena *scratch)
{
	bool need[CLASS_COUNT] = { false }, bytes[256] = { false };

	if (t->op == TEST_TEXT)
		need_text(need, t->text, t->dash);
	for (size_t i = 0; t->op == TEST_WILDCARD && i < t->part_count; i++)
		need_text(need, t->parts[i].text, t->dash);
	/* Without case, letters of other alphabets may stand for k and s in an expression. */
	if (t->op == TEST_REGEX) {
		regex_literal(scratch, t->text, bytes);
		for (unsigned c = 0; c < 0x80; c++)
			need[class_of((uint8_t)c)] |= bytes[c] && (c | 0x20) != 'k' && (c | 0x20) != 's';
	}
	/* The rarer ones first: beyond ASCII, then signs, then letters and digits. */
	for (int pass = 0; pass < 3; pass++)
		for (unsigned c = 0; c < CLASS_COUNT; c++) {
			bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');

			if (need[c] && d->need_count < PROBE_NEEDS_MAX &&
			    pass == (c == CLASS_HIGH ? 0 : word ? 2 : 1))
				d->needs[d->need_count++] = (uint8_t)c;
		}
}

struct probe_link *probe_add(struct probe *p, const struct test *t, uint32_t predicate,
			     struct arena *scratch)
{
	struct key k = key_of(t, scratch);
	struct map *maps[] = { [KEY_EXACT] = &p->exact, [KEY_TAIL] = &p->tail,
			       [KEY_DIGEST] = &p->digest, [KEY_ATOM] = &p->atoms };

	struct map *m = maps[k.kind];
	uint32_t head = m ? map_get(m, k.text) : MAP_NONE;
	struct probe_link link = { .predicate = predicate,
				   .sure = k.sure || !m,
				   .next = head == MAP_NONE ? 0 : head,
				   .anchor_start = k.sure && t->anchor_start,
				   .anchor_end = k.sure && t->anchor_end };

	/* The map's arena outlives the scratch; suffixes are kept with it. */
	if (k.kind == KEY_TAIL)
		link.tail = arena_lower(&m->arena, t->text);
	p->links = heap_room(p->links, p->link_count, &p->link_cap, sizeof(*p->links));
	p->links[p->link_count++] = link;
	if (k.kind == KEY_EXACT)
		p->exact_lengths[k.text.n / 8] |= (uint8_t)(1u << k.text.n % 8);
	if (m) {
		map_set(m, k.text, (uint32_t)p->link_count);
	} else {
		p->direct = heap_room(p->direct, p->direct_count, &p->direct_cap, sizeof(*p->direct));
		struct probe_direct *d = &p->direct[p->direct_count++];

		*d = (struct probe_direct){ .link = (uint32_t)p->link_count - 1 };
		needs_of(d, t, scratch);
	}
	return &p->links[p->link_count - 1];
}

bool probe_finish(struct probe *p, struct err *err)
{
	size_t n = p->atoms.n;
	hs_compile_error_t *error = NULL;
	bool ok;

	if (n == 0)
		return true;
	const char **texts = heap_array(n, sizeof(*texts));
	size_t *lengths = heap_array(n, sizeof(*lengths));
	unsigned *flags = heap_array(n, sizeof(*flags)), *ids = heap_array(n, sizeof(*ids));

	for (size_t i = 0; i < n; i++) {
		texts[i] = (const char *)map_key(&p->atoms, (uint32_t)i).p;
		lengths[i] = map_key(&p->atoms, (uint32_t)i).n;
		flags[i] = HS_FLAG_CASELESS;
		ids[i] = (unsigned)i;
		/* One report is enough where every predicate of the atom only asks for its presence. */
		bool once = true;

		for (uint32_t at = p->atoms.entries[i].value; at && once; at = p->links[at - 1].next)
			once = !p->links[at - 1].anchor_start && !p->links[at - 1].anchor_end;
		if (once)
			flags[i] |= HS_FLAG_SINGLEMATCH;
	}
	ok = hs_compile_lit_multi(texts, flags, ids, lengths, (unsigned)n, HS_MODE_BLOCK, NULL, &p->db,
				  &error) == HS_SUCCESS;
	if (!ok)
		err_set(err, ERR_SYSTEM, 0, "literal database: %s", error ? error->message : "failed");
	hs_free_compile_error(error);
	free(texts);
	free(lengths);
	free(flags);
	free(ids);
	return ok;
}

struct probe_scratch *probe_scratch_new(void)
{
	struct probe_scratch *s = heap_new(sizeof(*s));

	s->regex = regex_scratch_new();
	arena_init(&s->arena, 0);
	return s;
}

void probe_scratch_free(struct probe_scratch *s)
{
	if (!s)
		return;
	hs_free_scratch(s->hs);
	regex_scratch_free(s->regex);
	arena_done(&s->arena);
	buf_done(&s->padded);
	free(s);
}

void probe_scratch_add(struct probe_scratch *s, const struct probe *p)
{
	if (p->db && hs_alloc_scratch(p->db, &s->hs) != HS_SUCCESS)
		abort();
}

static void find_add(struct finds *out, uint32_t link)
{
	if (out->n == out->cap)
		out->list = heap_room(out->list, out->n, &out->cap, sizeof(*out->list));
	out->list[out->n++] = link;
}

/* Every link of a chain whose anchors fit a key found at [from, to). */
static void take_chain(const struct probe *p, uint32_t at, size_t from, size_t to, size_t end,
		       struct finds *out)
{
	for (; at; at = p->links[at - 1].next) {
		const struct probe_link *l = &p->links[at - 1];

		if ((l->anchor_start && from != 0) || (l->anchor_end && to != end))
			continue;
		find_add(out, at - 1);
	}
}

static void scan_exact(const struct probe *p, struct slice text, struct finds *out)
{
	uint8_t room[PROBE_KEY_BYTES_MAX];

	/* Most values are of a length that no key has. */
	if (text.n > PROBE_KEY_BYTES_MAX || !(p->exact_lengths[text.n / 8] >> text.n % 8 & 1))
		return;
	uint32_t at = map_get(&p->exact, slice_lower(text, room));

	if (at != MAP_NONE)
		take_chain(p, at, 0, text.n, text.n, out);
}

static void scan_tail(const struct probe *p, struct slice text, struct finds *out)
{
	uint8_t room[PROBE_KEY_BYTES_MAX];
	size_t slash = text.n, stop = text.n > PROBE_KEY_BYTES_MAX ? text.n - PROBE_KEY_BYTES_MAX : 0;

	while (slash > stop && text.p[slash - 1] != '\\')
		slash--;
	if (slash == stop)
		return;
	uint32_t at = map_get(&p->tail, slice_lower(slice_from(text, slash - 1), room));

	if (at == MAP_NONE)
		return;
	/* The suffixes themselves may go further back. */
	struct slice folded = slice_lower(slice_from(text, stop), room);

	for (; at; at = p->links[at - 1].next) {
		const struct probe_link *l = &p->links[at - 1];

		if (slice_ends(folded, l->tail))
			find_add(out, at - 1);
	}
}

static void scan_digests(const struct probe *p, struct slice text, struct finds *out)
{
	uint8_t key[DIGEST_DIGITS];

	for (size_t at = digest_at(text, 0); at < text.n; at = digest_at(text, at)) {
		uint32_t head = map_get(&p->digest, slice_lower(slice_of(text.p + at, sizeof(key)), key));

		if (head != MAP_NONE)
			take_chain(p, head, 0, text.n, text.n, out);
	}
}

static int on_literal(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		      void *ctx)
{
	struct probe_scratch *s = ctx;
	const struct map_entry *e = &s->probe->atoms.entries[id];

	(void)from, (void)flags;
	size_t end = s->base + (size_t)to;

	take_chain(s->probe, e->value, end - e->n, end, s->text_bytes, s->out);
	return 0;
}

static void scan_bytes(struct probe_scratch *s, const uint8_t *bytes, size_t n, size_t base)
{
	s->base = base;
	hs_scan(s->probe->db, (const char *)bytes, (unsigned)n, 0, s->hs, on_literal, s);
}

/*
 * Vectorscan 5.4.9 can miss a literal that ends in the last block of what it is given (seen with
 * sets of a few literals of 4 and 5 bytes in texts longer than 64): so a block of zeroes follows
 * every text, and of a very long one the end is looked through again that way.
 */
static void scan_literals(struct probe_scratch *s, struct slice text)
{
	struct slice tail = text;

	if (text.n > PADDED_BYTES_MAX) {
		scan_bytes(s, text.p, text.n, 0);
		tail = slice_from(text, text.n - TAIL_BYTES);
	}
	buf_clear(&s->padded);
	buf_reserve(&s->padded, tail.n + PADDING_BYTES);
	buf_put(&s->padded, tail);
	memset(s->padded.p + tail.n, 0, PADDING_BYTES);
	scan_bytes(s, s->padded.p, tail.n + PADDING_BYTES, text.n - tail.n);
}

static bool worth_trying(const struct probe_direct *d, const bool *seen)
{
	for (size_t i = 0; i < d->need_count; i++)
		if (!seen[d->needs[i]])
			return false;
	return true;
}

static void scan_direct(const struct probe *p, struct probe_scratch *s, struct slice text,
			struct finds *out)
{
	bool seen[CLASS_COUNT] = { false };

	for (size_t i = 0; i < text.n; i++)
		seen[class_of(text.p[i])] = true;
	arena_reset(&s->arena);
	for (size_t i = 0; i < p->direct_count; i++) {
		const struct probe_direct *d = &p->direct[i];
		const struct predicate *x = &p->program->predicates[p->links[d->link].predicate];

		if (!worth_trying(d, seen))
			continue;
		if (x->test->op == TEST_REGEX ? regex_search(x->regex, s->regex, text)
					      : test_text(x->test, text, &s->arena))
			find_add(out, d->link);
	}
}

void probe_scan(const struct probe *p, struct probe_scratch *s, struct slice text,
		struct finds *out)
{
	if (p->exact.n)
		scan_exact(p, text, out);
	if (p->tail.n)
		scan_tail(p, text, out);
	if (p->digest.n)
		scan_digests(p, text, out);
	if (p->direct_count)
		scan_direct(p, s, text, out);
	if (!p->db || text.n < 2 || text.n > UINT32_MAX)
		return;
	s->text_bytes = text.n;
	s->probe = p;
	s->out = out;
	scan_literals(s, text);
}
