/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/roles.h"

#include "graph/path.h"

#define WINDOWS "\\windows\\"
#define SYSTEM "\\windows\\system32\\|\\windows\\syswow64\\"
#define ANY ""
#define MS "Microsoft"

/* name, one of these lies in its path, its signer or company holds, roles */
static const struct {
	struct slice name;
	const char *places, *signer;
	unsigned roles;
} programs[] = {
	{ SLICE("explorer.exe"), WINDOWS, MS, ROLE_PARENT | ROLE_COPIER | ROLE_STOCK },
	{ SLICE("services.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_SCHEDULER | ROLE_STOCK },
	{ SLICE("svchost.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_HOST | ROLE_SCHEDULER | ROLE_STOCK },
	{ SLICE("taskeng.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_SCHEDULER | ROLE_STOCK },
	{ SLICE("taskhostw.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_HOST | ROLE_STOCK },
	{ SLICE("wininit.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_STOCK },
	{ SLICE("winlogon.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_STOCK },
	{ SLICE("userinit.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_STOCK },
	{ SLICE("smss.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_STOCK },
	{ SLICE("csrss.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_STOCK },
	{ SLICE("lsass.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_STOCK },
	{ SLICE("sihost.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_STOCK },
	{ SLICE("runtimebroker.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_HOST | ROLE_STOCK },
	{ SLICE("wmiprvse.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_REMOTE | ROLE_HOST | ROLE_STOCK },
	{ SLICE("wsmprovhost.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_REMOTE | ROLE_HOST | ROLE_STOCK },
	{ SLICE("dllhost.exe"), SYSTEM, MS, ROLE_HOST | ROLE_STOCK },
	{ SLICE("rundll32.exe"), SYSTEM, MS, ROLE_HOST | ROLE_STOCK },
	{ SLICE("regsvr32.exe"), SYSTEM, MS, ROLE_HOST | ROLE_STOCK },
	{ SLICE("mshta.exe"), SYSTEM, MS, ROLE_INTERPRETER | ROLE_STOCK },
	{ SLICE("w3wp.exe"), SYSTEM, MS, ROLE_HOST | ROLE_STOCK },
	{ SLICE("msiexec.exe"), SYSTEM, MS, ROLE_INSTALLER | ROLE_HOST | ROLE_STOCK },
	{ SLICE("trustedinstaller.exe"), WINDOWS, MS, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("tiworker.exe"), WINDOWS, MS, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("wusa.exe"), SYSTEM, MS, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("cmd.exe"), SYSTEM, MS, ROLE_INTERPRETER | ROLE_COPIER | ROLE_STOCK },
	{ SLICE("powershell.exe"), SYSTEM, MS, ROLE_INTERPRETER | ROLE_COPIER | ROLE_STOCK },
	{ SLICE("powershell_ise.exe"), SYSTEM, MS, ROLE_INTERPRETER | ROLE_STOCK },
	{ SLICE("pwsh.exe"), ANY, MS, ROLE_INTERPRETER | ROLE_COPIER },
	{ SLICE("wscript.exe"), SYSTEM, MS, ROLE_INTERPRETER | ROLE_STOCK },
	{ SLICE("cscript.exe"), SYSTEM, MS, ROLE_INTERPRETER | ROLE_STOCK },
	{ SLICE("xcopy.exe"), SYSTEM, MS, ROLE_COPIER | ROLE_STOCK },
	{ SLICE("robocopy.exe"), SYSTEM, MS, ROLE_COPIER | ROLE_STOCK },
	{ SLICE("expand.exe"), SYSTEM, MS, ROLE_COPIER | ROLE_STOCK },
	{ SLICE("certutil.exe"), SYSTEM, MS, ROLE_COPIER | ROLE_STOCK },
	{ SLICE("bitsadmin.exe"), SYSTEM, MS, ROLE_COPIER | ROLE_STOCK },
	{ SLICE("conhost.exe"), SYSTEM, MS, ROLE_PARENT | ROLE_STOCK },
	{ SLICE("system"), ANY, ANY, ROLE_PARENT | ROLE_REMOTE | ROLE_STOCK },
	{ SLICE("7z.exe"), ANY, ANY, ROLE_COPIER },
	{ SLICE("7zg.exe"), ANY, ANY, ROLE_COPIER },
	{ SLICE("7zfm.exe"), ANY, ANY, ROLE_COPIER },
	{ SLICE("winrar.exe"), ANY, ANY, ROLE_COPIER },
	{ SLICE("winzip64.exe"), ANY, ANY, ROLE_COPIER },
	{ SLICE("msedge.exe"), "\\microsoft\\edge", MS, ROLE_BROWSER },
	{ SLICE("msedgewebview2.exe"), "\\microsoft\\edge", MS, ROLE_BROWSER },
	{ SLICE("iexplore.exe"), "\\internet explorer\\", MS, ROLE_BROWSER },
	{ SLICE("chrome.exe"), "\\google\\chrome", "Google", ROLE_BROWSER },
	{ SLICE("brave.exe"), "\\brave-browser\\", "Brave", ROLE_BROWSER },
	{ SLICE("opera.exe"), "\\opera", "Opera", ROLE_BROWSER },
	{ SLICE("firefox.exe"), "\\mozilla firefox\\|\\firefox", "Mozilla", ROLE_BROWSER },
	{ SLICE("outlook.exe"), "\\microsoft office|\\office", MS, ROLE_MAIL },
	{ SLICE("winword.exe"), "\\microsoft office|\\office", MS, ROLE_INTERPRETER },
	{ SLICE("excel.exe"), "\\microsoft office|\\office", MS, ROLE_INTERPRETER },
	{ SLICE("powerpnt.exe"), "\\microsoft office|\\office", MS, ROLE_INTERPRETER },
	{ SLICE("onenote.exe"), "\\microsoft office|\\office", MS, ROLE_INTERPRETER },
	{ SLICE("acrord32.exe"), "\\adobe\\", "Adobe", ROLE_INTERPRETER },
	{ SLICE("acrobat.exe"), "\\adobe\\", "Adobe", ROLE_INTERPRETER },
	{ SLICE("thunderbird.exe"), "\\mozilla thunderbird\\", "Mozilla", ROLE_MAIL },
	{ SLICE("ccmexec.exe"), "\\windows\\ccm\\", MS, ROLE_DEPLOYMENT },
	{ SLICE("ccmsetup.exe"), "\\windows\\ccmsetup\\", MS, ROLE_DEPLOYMENT },
	{ SLICE("microsoft.management.services.intunewindowsagent.exe"), "\\microsoft intune management extension\\",
	  MS, ROLE_DEPLOYMENT },
	{ SLICE("intunewindowsagent.exe"), "\\microsoft intune management extension\\", MS, ROLE_DEPLOYMENT },
	{ SLICE("pdqdeployrunner-1.exe"), "\\windows\\adminarsenal\\", ANY, ROLE_DEPLOYMENT },
	{ SLICE("agentmon.exe"), "\\kaseya\\", "Kaseya", ROLE_DEPLOYMENT },
	{ SLICE("psexesvc.exe"), WINDOWS, ANY, ROLE_REMOTE | ROLE_PARENT },
	{ SLICE("node.exe"), ANY, ANY, ROLE_INTERPRETER },
	{ SLICE("python.exe"), ANY, ANY, ROLE_INTERPRETER },
	{ SLICE("pythonw.exe"), ANY, ANY, ROLE_INTERPRETER },
	{ SLICE("java.exe"), ANY, ANY, ROLE_INTERPRETER },
	{ SLICE("javaw.exe"), ANY, ANY, ROLE_INTERPRETER },
	{ SLICE("code.exe"), "\\microsoft vs code", MS, ROLE_HOST },
	{ SLICE("electron.exe"), ANY, ANY, ROLE_INTERPRETER },

	{ SLICE("systemd"), "/systemd", ANY, ROLE_PARENT | ROLE_SCHEDULER | ROLE_STOCK },
	{ SLICE("init"), "/sbin/", ANY, ROLE_PARENT | ROLE_STOCK },
	{ SLICE("cron"), "/sbin/", ANY, ROLE_PARENT | ROLE_SCHEDULER | ROLE_STOCK },
	{ SLICE("crond"), "/sbin/", ANY, ROLE_PARENT | ROLE_SCHEDULER | ROLE_STOCK },
	{ SLICE("sshd"), "/sbin/|/usr/lib/", ANY, ROLE_PARENT | ROLE_REMOTE | ROLE_STOCK },
	{ SLICE("launchd"), "/sbin/", ANY, ROLE_PARENT | ROLE_SCHEDULER | ROLE_STOCK },
	{ SLICE("finder"), "/system/", ANY, ROLE_PARENT | ROLE_COPIER | ROLE_STOCK },
	{ SLICE("sh"), "/bin/", ANY, ROLE_INTERPRETER | ROLE_STOCK },
	{ SLICE("dash"), "/bin/", ANY, ROLE_INTERPRETER | ROLE_STOCK },
	{ SLICE("bash"), "/bin/", ANY, ROLE_INTERPRETER | ROLE_STOCK },
	{ SLICE("zsh"), "/bin/", ANY, ROLE_INTERPRETER | ROLE_STOCK },
	{ SLICE("node"), ANY, ANY, ROLE_INTERPRETER },
	{ SLICE("nodejs"), "/bin/", ANY, ROLE_INTERPRETER },
	{ SLICE("python3"), "/bin/", ANY, ROLE_INTERPRETER },
	{ SLICE("python"), "/bin/", ANY, ROLE_INTERPRETER },
	{ SLICE("perl"), "/bin/", ANY, ROLE_INTERPRETER },
	{ SLICE("ruby"), "/bin/", ANY, ROLE_INTERPRETER },
	{ SLICE("java"), "/bin/", ANY, ROLE_INTERPRETER },
	{ SLICE("osascript"), "/bin/", ANY, ROLE_INTERPRETER | ROLE_STOCK },
	{ SLICE("cp"), "/bin/", ANY, ROLE_COPIER | ROLE_STOCK },
	{ SLICE("mv"), "/bin/", ANY, ROLE_COPIER | ROLE_STOCK },
	{ SLICE("install"), "/bin/", ANY, ROLE_COPIER | ROLE_STOCK },
	{ SLICE("tar"), "/bin/", ANY, ROLE_COPIER | ROLE_STOCK },
	{ SLICE("unzip"), "/bin/", ANY, ROLE_COPIER | ROLE_STOCK },
	{ SLICE("curl"), "/bin/", ANY, ROLE_BROWSER | ROLE_STOCK },
	{ SLICE("wget"), "/bin/", ANY, ROLE_BROWSER | ROLE_STOCK },
	{ SLICE("curl.exe"), SYSTEM, MS, ROLE_BROWSER | ROLE_STOCK },
	{ SLICE("firefox"), "/firefox", ANY, ROLE_BROWSER },
	{ SLICE("chrome"), "/google/chrome", ANY, ROLE_BROWSER },
	{ SLICE("safari"), "/applications/", ANY, ROLE_BROWSER },
	{ SLICE("google chrome"), "/applications/", ANY, ROLE_BROWSER },
	{ SLICE("dpkg"), "/bin/", ANY, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("dpkg-deb"), "/bin/", ANY, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("apt"), "/bin/", ANY, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("apt-get"), "/bin/", ANY, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("rpm"), "/bin/", ANY, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("dnf"), "/bin/", ANY, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("yum"), "/bin/", ANY, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("installd"), "/system/", ANY, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("installer"), "/usr/sbin/", ANY, ROLE_INSTALLER | ROLE_STOCK },
	{ SLICE("jamf"), "/jamf/|/usr/local/", ANY, ROLE_DEPLOYMENT },
};

/* \windows\ is a volume's own folder: what is called so farther down is anybody's. */
static bool on_volume(struct slice path, struct slice folder)
{
	struct slice device = SLICE("\\device\\harddiskvolume");
	size_t at = 0;

	if (slice_starts(path, slice_str("\\??\\")) || slice_starts(path, slice_str("\\\\?\\")))
		at = 4;
	if (at + 1 < path.n && path.p[at + 1] == ':')
		at += 2;
	else if (path.n > device.n && slice_eq_nocase(slice_head(path, device.n), device))
		at = device.n + slice_find(slice_from(path, device.n), '\\');
	path = slice_from(path, at);
	return path.n >= folder.n && slice_eq_nocase(slice_head(path, folder.n), folder);
}

static bool lies_in(struct slice path, struct slice place)
{
	return slice_starts(place, slice_str("\\windows\\")) ? on_volume(path, place)
							   : !place.n || slice_holds_nocase(path, place);
}

static bool at_place(struct slice path, const char *places)
{
	struct slice rest = slice_str(places);

	while (rest.p)
		if (lies_in(path, slice_cut(rest, '|', &rest)))
			return true;
	return false;
}

/* Who vouches for the file, as far as records say; nobody: then the place alone counts. */
static bool signed_so(const struct content *c, const char *signer)
{
	struct slice want = slice_str(signer);

	if (!want.n || !c || (!c->signer.n && !c->company.n))
		return true;
	if (c->signature.n && !slice_eq_nocase(c->signature, slice_str("Valid")) &&
	    !slice_eq_nocase(c->signature, slice_str("true")))
		return false;
	return slice_holds_nocase(c->signer.n ? c->signer : c->company, want);
}

/* setup.exe, 3CXDesktopApp-18.12.msi's .tmp, Update.exe of Squirrel: installers by how they are called. */
static unsigned by_custom(struct slice path, struct slice tail)
{
	static const char *const words[] = { "setup", "install", "updater", "squirrel" };

	if (slice_eq_nocase(tail, slice_str("update.exe")) || slice_eq_nocase(tail, slice_str("gup.exe")))
		return ROLE_INSTALLER;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (slice_holds_nocase(tail, slice_str(words[i])))
			return ROLE_INSTALLER;
	return slice_holds_nocase(path, slice_str("\\temp\\is-")) ? ROLE_INSTALLER : 0;
}

/* python3.11, perl5.36: known without their version. */
static struct slice without_version(struct slice tail)
{
	size_t n = tail.n;

	while (n && ((tail.p[n - 1] >= '0' && tail.p[n - 1] <= '9') || tail.p[n - 1] == '.'))
		n--;
	return slice_head(tail, n);
}

unsigned role_of(struct slice image, const struct content *c)
{
	struct slice tail = path_tail(image), plain = without_version(tail);
	bool named = false;

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		struct slice name = programs[i].name;

		if (!(tail.n == name.n && slice_eq_nocase(tail, name)) && !(plain.n == name.n && slice_eq_nocase(plain, name)))
			continue;
		named = true;
		/* A record may say the name alone: nothing speaks against it. */
		if ((tail.n == image.n || at_place(image, programs[i].places)) &&
		    signed_so(c, programs[i].signer))
			return programs[i].roles | (role_system_path(image) ? ROLE_STOCK : 0);
	}
	if (named)
		return ROLE_ODD_PLACE;
	if (role_system_path(image))
		return ROLE_STOCK;
	return by_custom(image, tail);
}

bool role_system_path(struct slice path)
{
	static const char *const places[] = { "\\windows\\system32\\", "\\windows\\syswow64\\",
					      "\\windows\\winsxs\\", "\\windows\\servicing\\",
					      "\\windows\\microsoft.net\\", "\\windows\\assembly\\",
					      "\\windows\\systemapps\\" };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (lies_in(path, slice_str(places[i])))
			return true;
	return slice_starts(path, slice_str("/usr/bin/")) || slice_starts(path, slice_str("/bin/")) ||
	       slice_starts(path, slice_str("/usr/sbin/")) || slice_starts(path, slice_str("/sbin/")) ||
	       slice_starts(path, slice_str("/usr/libexec/")) || slice_starts(path, slice_str("/System/"));
}

struct slice role_language_package(struct slice path, const char **ecosystem)
{
	static const struct {
		const char *folder, *ecosystem;
	} trees[] = { { "node_modules", "npm" },
		      { "site-packages", "pypi" },
		      { "dist-packages", "pypi" },
		      { ".vscode\\extensions", "vscode" },
		      { ".vscode/extensions", "vscode" },
		      { ".vscode-server/extensions", "vscode" } };

	for (size_t i = 0; i < sizeof(trees) / sizeof(*trees); i++) {
		struct slice folder = slice_str(trees[i].folder), name = slice_of(NULL, 0);
		size_t n;

		for (size_t k = 0; k + folder.n + 1 < path.n; k++)
			if (slice_eq_nocase(slice_of(path.p + k, folder.n), folder))
				name = slice_from(path, k + folder.n + 1);
		for (n = 0; n < name.n && name.p[n] != '/' && name.p[n] != '\\'; n++)
			;
		/* @scope/name */
		if (name.n && name.p[0] == '@')
			for (n++; n < name.n && name.p[n] != '/' && name.p[n] != '\\'; n++)
				;
		if (name.n && n < name.n && n > 0) {
			/* publisher.name-1.2.0 */
			for (size_t k = 1; k + 1 < n && slice_is(slice_str(trees[i].ecosystem), "vscode"); k++)
				if (name.p[k] == '-' && name.p[k + 1] >= '0' && name.p[k + 1] <= '9')
					n = k;
			*ecosystem = trees[i].ecosystem;
			return slice_head(name, n);
		}
	}
	return slice_of(NULL, 0);
}

struct slice role_maintainer_package(struct slice path)
{
	static const char *const endings[] = { ".postinst", ".preinst", ".prerm", ".postrm", ".config" };
	struct slice folder = slice_str("/var/lib/dpkg/info/"), name, rest;

	if (!slice_starts(path, folder))
		return slice_of(NULL, 0);
	name = slice_from(path, folder.n);
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (slice_ends(name, slice_str(endings[i]))) {
			name = slice_head(name, name.n - strlen(endings[i]));
			return slice_cut(name, ':', &rest);
		}
	return slice_of(NULL, 0);
}
