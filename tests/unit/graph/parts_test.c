/* SPDX-License-Identifier: Apache-2.0 */
/* Against looking at each text. */
#include "test.h"

#include "base/rng.h"
#include "graph/parts.h"

#include <stdio.h>
#include <stdlib.h>

#define TEXTS 9000u

struct texts {
	char room[TEXTS][40];
	struct slice list[TEXTS];
	size_t n;
};

static struct slice text_of(const void *ctx, size_t i)
{
	const struct texts *t = ctx;

	return t->list[i];
}

static struct texts *some_texts(size_t n, struct rng *r)
{
	struct texts *t = calloc(1, sizeof(*t));

	for (t->n = 0; t->n < n; t->n++) {
		char *room = t->room[t->n];
		int k = snprintf(room, 40, "C:\\%c%u\\Tool%llu.exe -k %llu", 'A' + (int)rng_below(r, 26), (unsigned)rng_below(r, 40),
				 (unsigned long long)rng_below(r, 3000), (unsigned long long)rng_below(r, 9));

		/* Of all lengths, none too. */
		t->list[t->n] = slice_of(room, rng_below(r, 8) ? (size_t)k : (size_t)rng_below(r, 6));
	}
	return t;
}

static void every_text_that_holds_a_part_is_found_once_from_the_last(void **state)
{
	struct rng r = { 1 };

	(void)state;
	for (size_t n = 0; n <= TEXTS; n = n * 3 + 1) {
		struct texts *t = some_texts(n, &r);
		struct parts p = { 0 };

		parts_build(&p, n, text_of, t);
		for (int round = 0; round < 50; round++) {
			char text[24];
			int k = snprintf(text, sizeof(text), round % 3 == 0 ? "%d" : round % 3 == 1 ? "sought for %d" : "TOOL%d.ex", (int)rng_below(&r, 3000));
			struct slice part = slice_of(text, (size_t)k);
			size_t below = n ? rng_below(&r, n + 1) : 0, at = below, looked = 0;

			parts_clear(&p);
			parts_holding(&p, part);
			for (size_t i = below; i-- > 0;) {
				if (!slice_holds_nocase(t->list[i], part))
					continue;
				while ((at = parts_before(&p, at)) && at - 1 > i) {
					at--;
					looked++;
				}
				assert_int_equal(at, i + 1);
				at--;
			}
			while ((at = parts_before(&p, at))) {
				at--;
				looked++;
			}
			/* Of a part that no text has, none was looked at. */
			if (round % 3 == 1 && n > PARTS_FEW)
				assert_int_equal(looked, 0);
		}
		parts_done(&p);
		free(t);
	}
}

struct found {
	bool here[TEXTS];
	size_t calls;
};

static void find(void *ctx, size_t i)
{
	struct found *f = ctx;

	f->here[i] = true;
	f->calls++;
}

static void every_text_that_is_a_part_is_found(void **state)
{
	struct rng r = { 2 };
	struct texts *t = some_texts(TEXTS, &r);
	struct found *f = malloc(sizeof(*f));
	struct parts p = { 0 };

	(void)state;
	parts_build(&p, TEXTS, text_of, t);
	for (int round = 0; round < 100; round++) {
		char text[100];
		size_t which = rng_below(&r, TEXTS);
		int k = snprintf(text, sizeof(text), "D:\\x\\%.*s and more", (int)t->list[which].n, (const char *)t->list[which].p);
		struct slice whole = slice_of(text, (size_t)k);

		memset(f, 0, sizeof(*f));
		parts_within(&p, whole, find, f);
		for (size_t i = 0; i < TEXTS; i++)
			if (t->list[i].n > 2 && slice_holds_nocase(whole, t->list[i]))
				assert_true(f->here[i]);
		assert_true(f->calls < TEXTS);
	}
	parts_within(&p, slice_str("ab"), find, f);
	parts_done(&p);
	free(t);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_that_holds_a_part_is_found_once_from_the_last),
		cmocka_unit_test(every_text_that_is_a_part_is_found),
	};

	return RUN(tests);
}
