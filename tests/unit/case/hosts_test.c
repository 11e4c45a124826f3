/* SPDX-License-Identifier: Apache-2.0 */
#include "case/hosts.h"
#include "test.h"

#include "base/buf.h"

static bool note(void *ctx, struct slice from, struct slice to, const char *why)
{
	struct buf *b = ctx;

	(void)why;
	buf_put(b, from);
	buf_put_byte(b, '=');
	buf_put(b, to);
	buf_put_byte(b, ' ');
	return true;
}

/* pairs: name, number, ...; NULL ends. */
static void expect(const char *const *pairs, const char *wanted)
{
	struct hosts h;
	struct buf b = { 0 };

	hosts_init(&h);
	for (size_t i = 0; pairs[i]; i += 2)
		hosts_note(&h, slice_str(pairs[i]), slice_str(pairs[i + 1]));
	assert_true(hosts_merge(&h, note, &b));
	buf_put_byte(&b, 0);
	assert_string_equal((const char *)b.p, wanted);
	buf_done(&b);
	hosts_done(&h);
}

static void a_short_name_is_its_one_full_name(void **state)
{
	(void)state;
	expect((const char *const[]){ "PC1", "", "pc1.corp.example", "", "CORP\\PC1", "", NULL },
	       "PC1=pc1.corp.example CORP\\PC1=pc1.corp.example ");
	expect((const char *const[]){ "PC1", "", "pc1.a.example", "", "pc1.b.example", "", NULL }, "");
	expect((const char *const[]){ "10", "", "10.0.0.7", "", NULL }, "");
}

static void a_number_is_the_name_that_stands_with_it(void **state)
{
	(void)state;
	expect((const char *const[]){ "aid1", "aid1", "PC1", "aid1", NULL }, "aid1=PC1 ");
	expect((const char *const[]){ "AID1", "", "PC1", "aid1", "PC1.corp.example", "", NULL },
	       "AID1=PC1.corp.example PC1=PC1.corp.example ");
}

static void a_number_with_two_names_merges_nothing(void **state)
{
	(void)state;
	expect((const char *const[]){ "aid1", "aid1", "PC1", "aid1", "PC2", "aid1", NULL }, "");
}

/* pairs: name, address, ...; the addresses are names of their own, too. */
static void expect_addresses(const char *const *pairs, const char *wanted)
{
	struct hosts h;
	struct buf b = { 0 };

	hosts_init(&h);
	for (size_t i = 0; pairs[i]; i += 2) {
		hosts_note(&h, slice_str(pairs[i]), slice_of(NULL, 0));
		hosts_address(&h, slice_str(pairs[i]), slice_str(pairs[i + 1]), INT64_MIN);
		hosts_note(&h, slice_str(pairs[i + 1]), slice_of(NULL, 0));
	}
	assert_true(hosts_merge(&h, note, &b));
	buf_put_byte(&b, 0);
	assert_string_equal((const char *)b.p, wanted);
	buf_done(&b);
	hosts_done(&h);
}

static void an_address_is_the_one_host_that_has_it(void **state)
{
	(void)state;
	expect_addresses((const char *const[]){ "pc1.corp.example", "10.0.0.7", NULL }, "10.0.0.7=pc1.corp.example ");
	/* Short and full name are one host. */
	expect_addresses((const char *const[]){ "PC1", "10.0.0.7", "pc1.corp.example", "10.0.0.7", NULL },
			 "PC1=pc1.corp.example 10.0.0.7=pc1.corp.example ");
	/* A lease that another got. */
	expect_addresses((const char *const[]){ "pc1.corp.example", "10.0.0.7", "pc2.corp.example", "10.0.0.7", NULL }, "");
	/* Everybody's. */
	expect_addresses((const char *const[]){ "pc1.corp.example", "127.0.0.1", "pc2.corp.example", "fe80::1", NULL }, "");
}

static void a_claim_of_last_year_says_nothing_of_today(void **state)
{
#define DAY (INT64_C(86400) * 1000000000)
	static const struct {
		int64_t claim_from, claim_to, seen_from, seen_to;
		const char *wanted;
	} table[] = {
		{ 1, 1, 1, 40, "" },	{ 1, 30, 10, 40, "10.0.0.7=pc1 " }, { 30, 60, 20, 50, "10.0.0.7=pc1 " },
		{ 400, 400, 1, 40, "" }, { 10, 10, 10, 10, "10.0.0.7=pc1 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct hosts h;
		struct buf b = { 0 };

		hosts_init(&h);
		hosts_note(&h, slice_str("10.0.0.7"), slice_of(NULL, 0));
		hosts_address(&h, slice_str("pc1"), slice_str("10.0.0.7"), table[i].claim_from * DAY);
		hosts_address(&h, slice_str("pc1"), slice_str("10.0.0.7"), table[i].claim_to * DAY);
		hosts_span(&h, slice_str("10.0.0.7"), table[i].seen_from * DAY, table[i].seen_to * DAY);
		assert_true(hosts_merge(&h, note, &b));
		buf_put_byte(&b, 0);
		assert_string_equal((const char *)b.p, table[i].wanted);
		buf_done(&b);
		hosts_done(&h);
	}
}

static void what_many_claim_nobody_has(void **state)
{
	struct hosts h;
	struct buf b = { 0 };
	char name[16];

	(void)state;
	hosts_init(&h);
	hosts_note(&h, slice_str("10.0.0.7"), slice_of(NULL, 0));
	for (int i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "pc%d", i);
		hosts_address(&h, slice_str(name), slice_str("10.0.0.7"), INT64_MIN);
	}
	assert_true(hosts_merge(&h, note, &b));
	assert_int_equal(b.n, 0);
	assert_true(h.lease_count <= 8);
	buf_done(&b);
	hosts_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_name_is_its_one_full_name),
		cmocka_unit_test(a_number_is_the_name_that_stands_with_it),
		cmocka_unit_test(a_number_with_two_names_merges_nothing),
		cmocka_unit_test(an_address_is_the_one_host_that_has_it),
		cmocka_unit_test(a_claim_of_last_year_says_nothing_of_today),
		cmocka_unit_test(what_many_claim_nobody_has),
	};

	return RUN(tests);
}
