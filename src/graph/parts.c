/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/parts.h"

#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>

/* A group of 64 paths has some 4,000 parts: an eighth of the buckets. A part of ten bytes has eight: one group in
 * 16 million is looked through in vain. */
#define PARTS_BUCKETS 32768u

static uint32_t bucket_at(struct slice s, size_t i)
{
	uint32_t part = (uint32_t)(uint8_t)ascii_lower(s.p[i]) | (uint32_t)(uint8_t)ascii_lower(s.p[i + 1]) << 8 |
			(uint32_t)(uint8_t)ascii_lower(s.p[i + 2]) << 16;

	return part * UINT32_C(2654435761) >> 17;
}

/* How many parts fall into each bucket; marks each text's group in the rows of its parts. */
static uint32_t *count_parts(struct parts *p, parts_text_fn *text, const void *ctx)
{
	uint32_t *count = heap_array(PARTS_BUCKETS, sizeof(*count));

	for (size_t i = 0; i < p->n; i++) {
		struct slice s = text(ctx, i);
		size_t group = i / PARTS_GROUP;

		for (size_t k = 0; k + 3 <= s.n; k++) {
			uint32_t b = bucket_at(s, k);

			count[b] += count[b] < UINT32_MAX;
			p->rows[b * p->words + group / 64] |= UINT64_C(1) << (group & 63);
		}
	}
	return count;
}

static uint32_t rarest(struct slice s, const uint32_t *count)
{
	uint32_t best = bucket_at(s, 0);

	for (size_t k = 1; k + 3 <= s.n; k++) {
		uint32_t b = bucket_at(s, k);

		best = count[b] < count[best] ? b : best;
	}
	return best;
}

/* Counting sort of the texts by their rarest part. */
static void put_under(struct parts *p, parts_text_fn *text, const void *ctx, const uint32_t *count)
{
	uint32_t *bucket = heap_array(p->n + 1, sizeof(*bucket)), at = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct slice s = text(ctx, i);

		bucket[i] = s.n > 2 ? rarest(s, count) : PARTS_BUCKETS;
		p->first[bucket[i]]++;
	}
	for (size_t b = 0; b <= PARTS_BUCKETS; b++) {
		uint32_t n = p->first[b];

		p->first[b] = at;
		at += n;
	}
	for (size_t i = 0; i < p->n; i++)
		p->under[p->first[bucket[i]]++] = (uint32_t)i;
	/* Each first is now its end: moved back by one place. */
	for (size_t b = PARTS_BUCKETS; b > 0; b--)
		p->first[b] = p->first[b - 1];
	p->first[0] = 0;
	free(bucket);
}

void parts_build(struct parts *p, size_t n, parts_text_fn *text, const void *ctx)
{
	uint32_t *count;

	assert(n < UINT32_MAX);
	p->n = n;
	p->words = (n + 64 * PARTS_GROUP - 1) / (64 * PARTS_GROUP);
	p->some = heap_array(2 * p->words, sizeof(*p->some));
	if (n <= PARTS_FEW)
		return;
	p->rows = heap_array(PARTS_BUCKETS * p->words, sizeof(*p->rows));
	p->first = heap_array(PARTS_BUCKETS + 2, sizeof(*p->first));
	p->under = heap_array(n, sizeof(*p->under));
	count = count_parts(p, text, ctx);
	put_under(p, text, ctx, count);
	free(count);
}

void parts_done(struct parts *p)
{
	free(p->rows);
	free(p->some);
	free(p->first);
	free(p->under);
	*p = (struct parts){ 0 };
}

void parts_clear(struct parts *p)
{
	memset(p->some, 0, p->words * sizeof(*p->some));
}

void parts_holding(struct parts *p, struct slice part)
{
	uint64_t *all = p->some + p->words;

	uint64_t left = 1;

	memset(all, 0xff, p->words * sizeof(*all));
	for (size_t k = 0; k + 3 <= part.n && left && p->rows; k++) {
		const uint64_t *row = p->rows + bucket_at(part, k) * p->words;

		left = 0;
		for (size_t w = 0; w < p->words; w++)
			left |= all[w] &= row[w];
	}
	for (size_t w = 0; w < p->words; w++)
		p->some[w] |= all[w];
}

size_t parts_before(const struct parts *p, size_t below)
{
	size_t group, w;
	uint64_t bits;

	if (!below)
		return 0;
	group = (below - 1) / PARTS_GROUP;
	w = group / 64;
	bits = p->some[w] & (UINT64_MAX >> (63 - (group & 63)));
	while (!bits && w)
		bits = p->some[--w];
	if (!bits)
		return 0;
	size_t last = w * 64 + 63 - (size_t)__builtin_clzll(bits);

	return last == group ? below : (last + 1) * PARTS_GROUP;
}

void parts_within(const struct parts *p, struct slice whole, void (*call)(void *ctx, size_t i), void *ctx)
{
	for (size_t i = 0; i < p->n && !p->rows; i++)
		call(ctx, i);
	for (size_t k = 0; k + 3 <= whole.n && p->rows; k++) {
		uint32_t b = bucket_at(whole, k);

		for (uint32_t i = p->first[b]; i < p->first[b + 1]; i++)
			call(ctx, p->under[i]);
	}
}
