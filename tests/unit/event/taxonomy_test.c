/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/err.h"
#include "event/taxonomy.h"

static struct names names;
static struct taxonomy tax;

/* The classes of an event as "category/service category/service ". */
static void check(const char *channel, int64_t id, const char *event_type, const char *want)
{
	struct event ev;
	uint32_t classes[8];
	char got[256] = "";
	size_t at = 0, n;

	event_init(&ev, &names);
	if (event_type)
		event_add(&ev, slice_str("EventType"), NAME_EVENT_TYPE, value_text_of(slice_str(event_type)));
	ev.channel = slice_str(channel);
	ev.event_id = id;
	n = taxonomy_classify(&tax, &ev, classes, 8);
	for (size_t i = 0; i < n; i++) {
		const struct taxonomy_class *c = &tax.classes[classes[i]];

		at += (size_t)snprintf(got + at, sizeof(got) - at, "%.*s/%.*s ", (int)c->category.n,
				       (const char *)c->category.p, (int)c->service.n,
				       (const char *)c->service.p);
	}
	assert_string_equal(got, want);
	event_done(&ev);
}

static void events_fall_into_their_log_sources(void **state)
{
	(void)state;
	check("Microsoft-Windows-Sysmon/Operational", 1, NULL, "/sysmon process_creation/sysmon ");
	check("microsoft-windows-SYSMON/operational", 13, "SetValue",
	      "/sysmon registry_event/sysmon registry_set/sysmon ");
	check("Microsoft-Windows-Sysmon/Operational", 12, "CreateKey",
	      "/sysmon registry_add/sysmon registry_event/sysmon ");
	check("Microsoft-Windows-Sysmon/Operational", 12, "DeleteValue",
	      "/sysmon registry_delete/sysmon registry_event/sysmon ");
	check("Security", 4688, NULL, "/security process_creation/security ");
	check("Security", 4624, NULL, "/security ");
	check("No Such Channel", 1, NULL, "");
}

static void faults_in_a_table_name_the_line(void **state)
{
	struct taxonomy t;
	struct err err = { 0 };

	(void)state;
	assert_false(taxonomy_read(&t, slice_str("# x\nservice windows\n"), &names, &err));
	assert_int_equal(err.at, 2);
	assert_false(taxonomy_read(&t, slice_str("category windows x nowhere 1\n"), &names, &err));
	assert_false(taxonomy_read(&t, slice_str("service w s C\ncategory w x s 1,z\n"), &names, &err));
	assert_false(taxonomy_read(&t, slice_str("service w s C\ncategory w x s 1 if\n"), &names, &err));
	assert_false(taxonomy_read(&t, slice_str("frobnicate\n"), &names, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_fall_into_their_log_sources),
		cmocka_unit_test(faults_in_a_table_name_the_line),
	};
	struct err err = { 0 };

	names_init(&names);
	if (!taxonomy_init(&tax, &names, &err))
		return 1;
	int failed = RUN(tests);

	taxonomy_done(&tax);
	names_done(&names);
	return failed;
}
