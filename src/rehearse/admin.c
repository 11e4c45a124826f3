/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/admin.h"

#include "rehearse/desk.h"

static void on_windows(struct host *h, int64_t t, const struct proc *tool, const struct session *s)
{
	static const char *const list[][2] = { { "whoami.exe", "whoami.exe /all" },
					       { "systeminfo.exe", "systeminfo.exe" },
					       { "nltest.exe", "nltest.exe /domain_trusts" },
					       { "ipconfig.exe", "ipconfig.exe /all" } };
	const struct proc *script =
		act_start(h, t, image_system(h, "powershell.exe"),
			  "powershell.exe -NoProfile -ExecutionPolicy Bypass -File "
			  "C:\\Admin\\inventory.ps1",
			  tool);

	for (size_t i = 0; i < 4; i++)
		act_start(h, t + (9 + (int64_t)i * 11) * SECOND, image_system(h, list[i][0]),
			  list[i][1], script);
	act_access(h, t + 4 * MINUTE, tool, s->lsass, "0x1410");
}

static void elsewhere(struct host *h, int64_t t, const struct proc *tool)
{
	act_start(h, t, image_system(h, "/usr/bin/id"), "id", tool);
	act_start(h, t + 3 * SECOND, image_system(h, "/usr/bin/uname"), "uname -a", tool);
	act_start(h, t + 9 * SECOND, image_system(h, "/usr/bin/curl"),
		  "curl -fsS https://inventory.corp.example/agent", tool);
}

void admin_inventory(struct host *h, const struct product *tool, unsigned each_nth_session)
{
	for (size_t i = h->index % each_nth_session; i < h->session_count; i += each_nth_session) {
		const struct session *s = &h->sessions[i];
		int64_t t = s->from + 2 * HOUR + (int64_t)rng_below(&h->rng, 3600) * SECOND;
		const struct proc *run = desk_process(h, tool, t);

		if (!run)
			continue;
		if (h->os == OS_WINDOWS)
			on_windows(h, t, run, s);
		else
			elsewhere(h, t, run);
	}
}

void admin_false_alert(struct host *h, int64_t ns, const struct image *file)
{
	act_signatures(h, ns - 5 * MINUTE - (int64_t)rng_below(&h->rng, 1800) * SECOND,
		       "1.423.118.0");
	act_detect(h, ns, NULL, file, "Trojan:Win32/Wacatac.Exercise!ml", "Not Applicable");
}
