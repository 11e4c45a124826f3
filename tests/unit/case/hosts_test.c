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
		hosts_address(&h, slice_str(pairs[i]), slice_str(pairs[i + 1]));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_name_is_its_one_full_name),
		cmocka_unit_test(a_number_is_the_name_that_stands_with_it),
		cmocka_unit_test(a_number_with_two_names_merges_nothing),
		cmocka_unit_test(an_address_is_the_one_host_that_has_it),
	};

	return RUN(tests);
}
