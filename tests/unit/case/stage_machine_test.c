/* SPDX-License-Identifier: Apache-2.0 */
/* Contacts of machines, of which no record names the program; and newer versions that keep what the origin brought. */
#include "stage_build.h"

/* What a sensor on the network saw of a machine: no process. */
#define SENSOR(at, name) at " dns_query - > " name

static void a_machines_contact_counts_where_it_was_and_nobody_else_calls(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", RUNS, "20 dns_query {a}" APP "#2 > " BAD, "21 dns_query {a}" APP "#2 > " GOOD),
		  HOST("OLD", RAN_OLD, "20 dns_query {a}" APP "#2 > " GOOD),
		  HOST("SEEN", RUNS, SENSOR("20", BAD), SENSOR("400", BAD), SENSOR("900", BAD)),
		  HOST("SEEN BEFORE", SENSOR("5", BAD), RUNS),
		  HOST("NOT THERE", "10 process_start explorer.exe#1 > {a}C:\\t\\x.exe#2", SENSOR("20", BAD)),
		  HOST("OF THE PRODUCT", RUNS, SENSOR("20", GOOD)),
		  HOST("LISTED", "- file_present - > " APP " | sha256=bb", SENSOR("20", BAD)),
		  HOST("NO VERSION", "10 process_start explorer.exe#1 > {a}" APP "#2", SENSOR("20", BAD)),
		  HOST("B", RUNS, "20 dns_query {a}" APP "#2 > " BAD));
	assert_shown(&f, 0, "S3 S4");
	assert_shown(&f, 2, "S3 S4 S5");
	assert_shown(&f, 3, "S3");
	assert_shown(&f, 4, "");
	assert_shown(&f, 5, "S3");
	assert_shown(&f, 6, "S2 S4");
	assert_shown(&f, 7, "S4");
	assert_non_null(slice_search(f.got.list[2].proofs[STAGE_S4].shown[0].text, slice_str("by which program is in no record")));
	end(&f);
}

static void what_many_machines_without_it_call_is_nobodys(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f, HOST("A", RUNS, "20 dns_query {a}" APP "#2 > " BAD), HOST("OLD", RAN_OLD, "20 dns_query {a}" APP "#2 > " GOOD),
		  HOST("B", "10 process_start explorer.exe#1 > {a}C:\\t\\x.exe#2", SENSOR("20", BAD)),
		  HOST("C", "10 process_start explorer.exe#1 > {a}C:\\t\\x.exe#2", SENSOR("20", BAD)));
	assert_shown(&f, 0, "S3");
	end(&f);
}

/* Eight machines have it, of which six call BAD; as many have it not. others: of these call it, too. again: as they do with whom
 * they are told to come back to. */
static void run_machines(struct fixture *f, const char *alerting, size_t callers, size_t others, bool again)
{
	static const char *const calls[] = { SENSOR("5", GOOD), RUNS, SENSOR("20", GOOD), SENSOR("30", BAD), SENSOR("400", BAD),
					     SENSOR("900", BAD) };
	static const char *const elsewhere[] = { "10 process_start explorer.exe#1 > {a}C:\\t\\x.exe#2", SENSOR("20", GOOD),
						 SENSOR("30", BAD) };
	static const char *const names[] = { "A", "B", "C", "D", "E", "F", "G", "H" };
	struct told_host hosts[16];

	start(f, &release, alerting);
	for (size_t i = 0; i < 8; i++) {
		hosts[i] = (struct told_host){ names[i], calls, i < callers ? again ? 6 : 4 : 3 };
		hosts[i + 8] = (struct told_host){ "WITHOUT", elsewhere, i < others ? 3 : 2 };
	}
	run_hosts(f, hosts, 16);
}

static void machines_alone_tell_whom_it_calls(void **state)
{
	struct fixture f;

	(void)state;
	run_machines(&f, "A B C", 6, 0, true);
	assert_int_equal(f.known.destinations.n, 1);
	assert_shown(&f, 0, "S3 S4 S5");
	assert_shown(&f, 5, "S3 S4 S5");
	assert_shown(&f, 6, "S3");
	assert_shown(&f, 8, "");
	end(&f);
	/* What is called once is fetched. */
	run_machines(&f, "A B C", 6, 0, false);
	assert_int_equal(f.known.destinations.n, 0);
	end(&f);
	/* Two of eight may be chance. */
	run_machines(&f, "A B", 2, 0, true);
	assert_int_equal(f.known.destinations.n, 0);
	end(&f);
	/* Nearly all that have it, as it comes. */
	run_machines(&f, "A B C", 7, 0, true);
	assert_int_equal(f.known.destinations.n, 0);
	end(&f);
	/* All that have it: the product calls it. */
	run_machines(&f, "A B C", 8, 0, true);
	assert_int_equal(f.known.destinations.n, 0);
	end(&f);
	/* Others as well. */
	run_machines(&f, "A B C", 6, 2, true);
	assert_int_equal(f.known.destinations.n, 0);
	end(&f);
	/* No host with alerts calls it. */
	run_machines(&f, "G H", 6, 0, true);
	assert_int_equal(f.known.destinations.n, 0);
	end(&f);
}

static void a_newer_version_that_calls_whom_it_brought_keeps_it(void **state)
{
#define NEWER(host, name) HOST(host, "10 process_start explorer.exe#1 > {a}" APP "#2 | product=App | version=3.0 | company=Maker | sha256=cc", \
			       "20 dns_query {a}" APP "#2 > " name)
	struct fixture f;
	struct slice name;

	(void)state;
	/* Not all that have it call: it is what this version brought. */
	start(&f, &release, "A");
	RUN_HOSTS(&f, HOST("A", RUNS, "20 dns_query {a}" APP "#2 > " BAD), HOST("SLEEPS", RUNS, "20 dns_query {a}" APP "#2 > " GOOD),
		  HOST("OLD", RAN_OLD, "20 dns_query {a}" APP "#2 > " GOOD), NEWER("N", BAD), NEWER("M", BAD));
	assert_int_equal(f.known.newer.n, 1);
	assert_true(stage_keeps(&f.known, 0, &name));
	assert_slice(name, BAD);
	end(&f);
	/* One host is a lead. */
	start(&f, &release, "A");
	RUN_HOSTS(&f, HOST("A", RUNS, "20 dns_query {a}" APP "#2 > " BAD), HOST("SLEEPS", RUNS, "20 dns_query {a}" APP "#2 > " GOOD),
		  HOST("OLD", RAN_OLD, "20 dns_query {a}" APP "#2 > " GOOD), NEWER("N", BAD));
	assert_false(stage_keeps(&f.known, 0, &name));
	end(&f);
	/* All that have it call: the product does, from this version on. */
	start(&f, &release, "A");
	RUN_HOSTS(&f, HOST("A", RUNS, "20 dns_query {a}" APP "#2 > " BAD), HOST("OLD", RAN_OLD, "20 dns_query {a}" APP "#2 > " GOOD),
		  NEWER("N", BAD), NEWER("M", BAD));
	assert_false(stage_keeps(&f.known, 0, &name));
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machines_contact_counts_where_it_was_and_nobody_else_calls),
		cmocka_unit_test(what_many_machines_without_it_call_is_nobodys),
		cmocka_unit_test(machines_alone_tell_whom_it_calls),
		cmocka_unit_test(a_newer_version_that_calls_whom_it_brought_keeps_it),
	};

	return RUN(tests);
}
