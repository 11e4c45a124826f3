/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "graph/roles.h"

static unsigned role(const char *image)
{
	return role_of(slice_str(image), NULL);
}

static unsigned signed_role(const char *image, const char *signer, const char *signature)
{
	struct content c = { .signer = slice_str(signer), .signature = slice_str(signature) };

	return role_of(slice_str(image), &c);
}

static void programs_are_known_by_name_and_place(void **state)
{
	(void)state;
	assert_true(role("C:\\Windows\\explorer.exe") & ROLE_PARENT);
	assert_true(role("C:\\Windows\\System32\\svchost.exe") & ROLE_HOST);
	assert_true(role("\\Device\\HarddiskVolume3\\Windows\\System32\\svchost.exe") & ROLE_HOST);
	assert_true(role("C:\\Windows\\CCM\\CcmExec.exe") & ROLE_DEPLOYMENT);
	assert_true(role("C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe") & ROLE_BROWSER);
	assert_true(role("C:\\x\\node.exe") & ROLE_INTERPRETER);
	assert_true(role("/usr/bin/dpkg") & ROLE_INSTALLER);
	assert_true(role("C:\\Users\\u\\AppData\\Local\\App\\Update.exe") & ROLE_INSTALLER);
	assert_true(role("C:\\Users\\u\\Downloads\\AppSetup-1.2.exe") & ROLE_INSTALLER);
	assert_int_equal(role("C:\\Users\\u\\thing.exe"), 0);
	assert_int_equal(role("C:\\Windows\\System32\\notepad.exe"), ROLE_STOCK);
}

static void a_known_name_elsewhere_has_no_role_but_a_remark(void **state)
{
	(void)state;
	assert_int_equal(role("C:\\Users\\u\\svchost.exe"), ROLE_ODD_PLACE);
	assert_int_equal(role("C:\\ProgramData\\explorer.exe"), ROLE_ODD_PLACE);
	assert_int_equal(role("/tmp/bash"), ROLE_ODD_PLACE);
}

static void a_folder_called_like_the_systems_is_not_the_systems(void **state)
{
	(void)state;
	assert_int_equal(role("C:\\Users\\u\\Windows\\System32\\svchost.exe"), ROLE_ODD_PLACE);
	assert_int_equal(role("C:\\Users\\u\\Windows\\explorer.exe"), ROLE_ODD_PLACE);
	assert_false(role_system_path(slice_str("c:\\programdata\\windows\\system32\\x.dll")));
	assert_true(role_system_path(slice_str("c:\\windows\\system32\\x.dll")));
	assert_true(role_system_path(slice_str("\\Device\\HarddiskVolume3\\Windows\\System32\\x.dll")));
	assert_true(role_system_path(slice_str("\\??\\C:\\Windows\\System32\\x.dll")));
	assert_true(role_system_path(slice_str("/usr/bin/x")));
	assert_false(role_system_path(slice_str("/tmp/usr/bin/x")));
}

static void who_signed_it_counts_where_it_is_known(void **state)
{
	const char *svchost = "C:\\Windows\\System32\\svchost.exe";

	(void)state;
	assert_true(signed_role(svchost, "Microsoft Windows Publisher", "Valid") & ROLE_HOST);
	assert_int_equal(signed_role(svchost, "Somebody", "Valid"), ROLE_ODD_PLACE);
	assert_int_equal(signed_role(svchost, "Microsoft Windows", "Expired"), ROLE_ODD_PLACE);
}

static void language_packages_are_named_by_their_folder(void **state)
{
	const struct {
		const char *path, *name, *ecosystem;
	} cases[] = {
		{ "/srv/app/node_modules/left-pad/index.js", "left-pad", "npm" },
		{ "C:\\a\\node_modules\\@scope\\name\\x.js", "@scope\\name", "npm" },
		{ "/a/node_modules/outer/node_modules/inner/x.js", "inner", "npm" },
		{ "/usr/lib/python3/dist-packages/yaml/x.py", "yaml", "pypi" },
		{ "C:\\Python\\Lib\\site-packages\\evil\\__init__.py", "evil", "pypi" },
		{ "/a/node_modules/", NULL, NULL },
		{ "/a/node_modules/file.js", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *ecosystem = NULL;
		struct slice name = role_language_package(slice_str(cases[i].path), &ecosystem);

		if (!cases[i].name) {
			assert_null(name.p);
			continue;
		}
		assert_slice(name, cases[i].name);
		assert_string_equal(ecosystem, cases[i].ecosystem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_are_known_by_name_and_place),
		cmocka_unit_test(a_known_name_elsewhere_has_no_role_but_a_remark),
		cmocka_unit_test(a_folder_called_like_the_systems_is_not_the_systems),
		cmocka_unit_test(who_signed_it_counts_where_it_is_known),
		cmocka_unit_test(language_packages_are_named_by_their_folder),
	};

	return RUN(tests);
}
