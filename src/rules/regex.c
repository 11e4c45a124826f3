/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/regex.h"

#include "base/arena.h"
#include "base/heap.h"
#include "rules/rule.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MATCH_LIMIT 1000000u
#define DEPTH_LIMIT 2000u

struct regex {
	pcre2_code *code;
	/* The literal runs of an expression that is nothing but runs with `.*` between them. */
	struct slice *chain;
	size_t chain_count; /* 0: it is another kind */
	struct arena arena; /* the runs */
};

struct regex_scratch {
	pcre2_match_data *match;
	pcre2_match_context *context;
};

/* One literal byte of a chain at *at, moved past; -1 for what makes it no chain. */
static int chain_byte(struct slice p, size_t *at)
{
	uint8_t c = p.p[(*at)++];

	if (c == '\\' && *at < p.n) {
		c = p.p[(*at)++];
		bool word = (c >= '0' && c <= '9') ||
			    (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');

		return word || c >= 0x80 ? -1 : c;
	}
	return strchr(".[](){}*+?|^$\\\n", c) || c >= 0x80 ? -1 : c;
}

/*
 * Recognises `\+.*\+.*\+`, as rules count signs with. Backtracking tries every way to share the
 * signs of a long text out, until its limit stops it with the wrong answer; taking each run at its
 * first place behind the one before is exact and linear. Not where case or newlines do not matter.
 */
static void find_chain(struct regex *re, const struct test *t)
{
	struct slice p = t->text;
	uint8_t *run;

	if (t->regex_i || t->regex_s)
		return;
	re->chain = arena_array(&re->arena, p.n + 1, sizeof(*re->chain));
	run = arena_alloc(&re->arena, p.n + 1);
	re->chain[0] = slice_of(run, 0);
	for (size_t at = 0; at < p.n;) {
		struct slice *last = &re->chain[re->chain_count];
		int c;

		if (last->n && slice_starts(slice_from(p, at), slice_str(".*"))) {
			re->chain[++re->chain_count] = slice_of(last->p + last->n, 0);
			at += 2;
			continue;
		}
		if ((c = chain_byte(p, &at)) < 0) {
			re->chain_count = 0;
			return;
		}
		run[last->p - run + (ptrdiff_t)last->n++] = (uint8_t)c;
	}
	re->chain_count += re->chain[re->chain_count].n > 0;
}

static bool chain_in_line(const struct regex *re, struct slice line)
{
	for (size_t i = 0; i < re->chain_count; i++) {
		const uint8_t *hit = slice_search(line, re->chain[i]);

		if (!hit)
			return false;
		line = slice_from(line, (size_t)(hit - line.p) + re->chain[i].n);
	}
	return true;
}

static bool chain_search(const struct regex *re, struct slice text)
{
	while (text.n)
		if (chain_in_line(re, slice_cut(text, '\n', &text)))
			return true;
	return false;
}

struct regex *regex_new(const struct test *t, struct err *err)
{
	/* Text is UTF-8 by then; with this option nobody has to check that again for each pattern. */
	uint32_t options = PCRE2_MATCH_INVALID_UTF | (t->regex_i ? PCRE2_CASELESS : 0) |
			   (t->regex_m ? PCRE2_MULTILINE : 0) | (t->regex_s ? PCRE2_DOTALL : 0);
	int code;
	PCRE2_SIZE at;
	pcre2_code *compiled = pcre2_compile(t->text.p, t->text.n, options, &code, &at, NULL);

	if (!compiled) {
		PCRE2_UCHAR why[128];

		pcre2_get_error_message(code, why, sizeof(why));
		err_set(err, ERR_FORMAT, at, "regular expression: %s (at character %zu)", why, at);
		return NULL;
	}
	/* Machine code is made here, before any worker gives up the right to; without it (a kernel
	 * that forbids it) the interpreter serves. */
	pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
	struct regex *re = heap_new(sizeof(*re));

	re->code = compiled;
	arena_init(&re->arena, 0);
	find_chain(re, t);
	return re;
}

void regex_free(struct regex *re)
{
	if (!re)
		return;
	pcre2_code_free(re->code);
	arena_done(&re->arena);
	free(re);
}

struct regex_scratch *regex_scratch_new(void)
{
	struct regex_scratch *s = heap_new(sizeof(*s));

	s->match = pcre2_match_data_create(1, NULL);
	s->context = pcre2_match_context_create(NULL);
	if (!s->match || !s->context)
		abort();
	pcre2_set_match_limit(s->context, MATCH_LIMIT);
	pcre2_set_depth_limit(s->context, DEPTH_LIMIT);
	return s;
}

void regex_scratch_free(struct regex_scratch *s)
{
	if (!s)
		return;
	pcre2_match_data_free(s->match);
	pcre2_match_context_free(s->context);
	free(s);
}

bool regex_search(const struct regex *re, struct regex_scratch *s, struct slice text)
{
	const uint8_t *p = text.n ? text.p : (const uint8_t *)"";

	if (re->chain_count > 1)
		return chain_search(re, text);
	return pcre2_match(re->code, p, text.n, 0, 0, s->match, s->context) >= 0;
}

/* A pattern being walked for the literal it cannot do without. */
struct walk {
	struct slice pattern;
	size_t at;
	uint8_t *run, *best;
	size_t run_n, best_n;
	bool *bytes; /* by byte: stands in some run; may be NULL */
};

static void run_end(struct walk *w)
{
	for (size_t i = 0; i < w->run_n && w->bytes; i++)
		w->bytes[w->run[i]] = true;
	if (w->run_n > w->best_n) {
		memcpy(w->best, w->run, w->run_n);
		w->best_n = w->run_n;
	}
	w->run_n = 0;
}

/* Past a bracketed class, from behind its opening bracket. */
static void skip_class(struct walk *w)
{
	bool first = true;

	if (w->at < w->pattern.n && w->pattern.p[w->at] == '^')
		w->at++;
	for (; w->at < w->pattern.n; w->at++, first = false) {
		if (w->pattern.p[w->at] == '\\')
			w->at++;
		else if (w->pattern.p[w->at] == ']' && !first)
			break;
	}
	w->at++;
}

/* Past a group, from behind its opening parenthesis. */
static void skip_group(struct walk *w)
{
	size_t depth = 1;

	while (w->at < w->pattern.n && depth) {
		uint8_t c = w->pattern.p[w->at++];

		if (c == '\\')
			w->at++;
		else if (c == '[')
			skip_class(w);
		else if (c == '(')
			depth++;
		else if (c == ')')
			depth--;
	}
}

/* True when the atom just read may be absent: ? * {0 ...; leaves the quantifier consumed. */
static bool quantified(struct walk *w, bool *optional)
{
	*optional = false;
	if (w->at >= w->pattern.n)
		return false;
	uint8_t c = w->pattern.p[w->at];

	if (c != '?' && c != '*' && c != '+' && c != '{')
		return false;
	*optional = c == '?' || c == '*' || c == '{';
	if (c == '{')
		while (w->at < w->pattern.n && w->pattern.p[w->at] != '}')
			w->at++;
	w->at++;
	/* Lazy or possessive. */
	if (w->at < w->pattern.n && (w->pattern.p[w->at] == '?' || w->pattern.p[w->at] == '+'))
		w->at++;
	return true;
}

static void literal_byte(struct walk *w, uint8_t c)
{
	bool optional;

	w->run[w->run_n++] = c;
	if (!quantified(w, &optional))
		return;
	if (optional)
		w->run_n--;
	run_end(w);
}

static void not_literal(struct walk *w)
{
	bool optional;

	run_end(w);
	quantified(w, &optional);
}

/* One atom from a backslash: punctuation is itself, everything else ends the run. */
static void escape(struct walk *w)
{
	uint8_t c = w->at < w->pattern.n ? w->pattern.p[w->at++] : 'd';
	bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

	if (!word && c < 0x80) {
		literal_byte(w, c);
		return;
	}
	/* \x41, \p{..}, \Q and kin take what follows: no literal is certain behind them. */
	if (strchr("xpPQEkgcoNuU", c))
		w->at = w->pattern.n;
	not_literal(w);
}

static void walk_pattern(struct walk *w)
{
	while (w->at < w->pattern.n) {
		uint8_t c = w->pattern.p[w->at++];

		if (c == '\\') {
			escape(w);
		} else if (c == '[') {
			skip_class(w);
			not_literal(w);
		} else if (c == '(') {
			skip_group(w);
			not_literal(w);
		} else if (c == '.' || c == '^' || c == '$' || c == ')') {
			not_literal(w);
		} else if (c >= 0x80) {
			run_end(w);
		} else {
			literal_byte(w, c);
		}
	}
	run_end(w);
}

/* Inline options change how the rest reads ((?x) ignores spaces), so nothing is certain then. */
static bool has_inline_options(struct slice pattern)
{
	struct slice open = SLICE("(?");
	const uint8_t *hit;

	while ((hit = slice_search(pattern, open))) {
		pattern = slice_from(pattern, (size_t)(hit - pattern.p) + open.n);
		if (pattern.n && ((pattern.p[0] >= 'a' && pattern.p[0] <= 'z') || pattern.p[0] == '-'))
			return true;
	}
	return false;
}

/* An alternation outside every group makes nothing certain. */
static bool has_outer_alternation(struct slice pattern)
{
	struct walk w = { .pattern = pattern };

	while (w.at < pattern.n) {
		uint8_t c = pattern.p[w.at++];

		if (c == '\\')
			w.at++;
		else if (c == '[')
			skip_class(&w);
		else if (c == '(')
			skip_group(&w);
		else if (c == '|')
			return true;
	}
	return false;
}

struct slice regex_literal(struct arena *a, struct slice pattern, bool bytes[256])
{
	struct slice caseless = SLICE("(?i)");
	struct walk w = { .pattern = pattern, .bytes = bytes };

	/* At the start this one only loosens case, and literals are looked for without case. */
	if (slice_starts(pattern, caseless))
		w.pattern = slice_from(pattern, caseless.n);
	if (has_inline_options(w.pattern) || has_outer_alternation(w.pattern))
		return slice_of(NULL, 0);
	w.run = arena_alloc(a, pattern.n + 1);
	w.best = arena_alloc(a, pattern.n + 1);
	if (!w.run || !w.best)
		return slice_of(NULL, 0);
	walk_pattern(&w);
	return slice_of(w.best, w.best_n);
}
