/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/place.h"

#include "engine/path.h"

#define PARTS_MAX 64
#define PATH_MAX_BYTES 4096

/* A path cut at its separators; each part with its %HH undone, in lower case. */
struct parts {
	struct slice name[PARTS_MAX];
	size_t at[PARTS_MAX], end[PARTS_MAX]; /* where it stands in the path */
	size_t n;
	uint8_t room[PATH_MAX_BYTES];
};

static bool is_separator(uint8_t c)
{
	return c == '/' || c == '\\';
}

/* False for what is too long or deep to be looked at. */
static bool cut(struct slice path, struct parts *p)
{
	size_t used = 0, begin = 0;

	p->n = 0;
	if (path.n > PATH_MAX_BYTES)
		return false;
	for (size_t i = 0; i <= path.n; i++) {
		if (i < path.n && !is_separator(path.p[i]))
			continue;
		if (i > begin) {
			size_t n;

			if (p->n == PARTS_MAX)
				return false;
			n = path_decode_lower(slice_of(path.p + begin, i - begin), p->room + used);
			p->name[p->n] = slice_of(p->room + used, n);
			p->at[p->n] = begin;
			p->end[p->n++] = i;
			used += n;
		}
		begin = i + 1;
	}
	return p->n > 0;
}

static bool is(const struct parts *p, size_t i, const char *name)
{
	return i < p->n && slice_is(p->name[i], name);
}

static bool is_one(const struct parts *p, size_t i, const char *const *names)
{
	for (; i < p->n && *names; names++)
		if (slice_is(p->name[i], *names))
			return true;
	return false;
}

static bool ends(struct slice s, const char *ending)
{
	return slice_ends(s, slice_str(ending));
}

/* "c", "c:", and Velociraptor's "\\.\c:". */
static bool is_drive(const struct parts *p, size_t i)
{
	struct slice s = i < p->n ? p->name[i] : slice_of(NULL, 0);

	if (s.n > 1 && s.p[s.n - 1] == ':')
		s.n--;
	while (s.n > 1 && (s.p[0] == '\\' || s.p[0] == '.' || s.p[0] == '?' || s.p[0] == '/'))
		s = slice_from(s, 1);
	return s.n == 1 && s.p[0] >= 'a' && s.p[0] <= 'z';
}

/* vss1, vss_1, ...HarddiskVolumeShadowCopy1. */
static bool is_shadow(const struct parts *p, size_t i)
{
	struct slice s = i < p->n ? p->name[i] : slice_of(NULL, 0);
	size_t letters = slice_starts(s, slice_str("vss")) ? 3 : 0;

	if (slice_search(s, slice_str("harddiskvolumeshadowcopy")))
		return true;
	letters += letters && letters < s.n && (s.p[letters] == '_' || s.p[letters] == '-');
	for (size_t k = letters; k < s.n; k++)
		if (s.p[k] < '0' || s.p[k] > '9')
			return false;
	return letters && s.n > letters;
}

static const char *const windows_tops[] = {
	"windows", "winnt", "users", "programdata", "program files", "program files (x86)",
	"documents and settings", "$mft", "$mftmirr", "$extend", "$recycle.bin", "$logfile", "$boot", "$volume",
	"$secure_$sds", "$secure%3a$sds", "$secure:$sds", "$usnjrnl$j", "inetpub", "perflogs",
	"system volume information", NULL,
};

static const char *const etc_files[] = { "hostname", "os-release", "machine-id", "passwd", "localtime", "fstab",
					 "debian_version", "redhat-release", NULL };

static const char *const accessors[] = { "auto", "ntfs", "lazy_ntfs", "file", "raw_file", "mft", "ntfs_vss", "vss",
					 NULL };

/* A machine's own root begins with part i. */
static bool is_machine_root(const struct parts *p, size_t i)
{
	return ((is(p, i, "windows") || is(p, i, "winnt")) && is(p, i + 1, "system32")) ||
	       (is(p, i, "etc") && is_one(p, i + 1, etc_files) && i + 2 == p->n) ||
	       (is(p, i, "usr") && is(p, i + 1, "lib") && is(p, i + 2, "os-release")) ||
	       (is(p, i, "system") && is(p, i + 1, "library") && is(p, i + 2, "coreservices")) ||
	       (is(p, i, "library") && is(p, i + 1, "preferences") && is(p, i + 2, "systemconfiguration"));
}

/* What a collector puts beside the machine's files. */
static bool is_collector_root(const struct parts *p, size_t i)
{
	return is(p, i, "[root]") || (is(p, i, "uploads") && is_one(p, i + 1, accessors)) ||
	       (is(p, i, "live_response") && i + 2 < p->n) || (is(p, i, "client_info.json") && i + 1 == p->n) ||
	       (is(p, i, "bodyfile") && is(p, i + 1, "bodyfile.txt"));
}

static void root_at(const struct parts *p, size_t part, struct place *ret)
{
	ret->is_root = true;
	ret->root_bytes = part && part < p->n ? p->at[part] - 1 : 0;
}

/* The leftmost root; *ret_machine: the part with which the machine's own path begins. */
static bool find_root(const struct parts *p, struct place *ret, size_t *ret_machine)
{
	for (size_t i = 0; i < p->n; i++) {
		size_t drive = i;

		if (is_collector_root(p, i)) {
			size_t machine = is(p, i, "uploads") ? i + 2 : is(p, i, "[root]") ? i + 1 : p->n;

			root_at(p, i, ret);
			if (is_shadow(p, machine)) {
				ret->shadow = true;
				ret->root_bytes = p->end[machine];
				machine++;
			}
			*ret_machine = machine + is_drive(p, machine);
			return true;
		}
		if (is_drive(p, i) && is_one(p, i + 1, windows_tops)) {
			*ret_machine = i + 1;
		} else if (is_machine_root(p, i)) {
			*ret_machine = i;
		} else {
			continue;
		}
		ret->shadow = drive && is_shadow(p, drive - 1);
		root_at(p, drive, ret);
		return true;
	}
	return false;
}

static bool is_windows_hive(const struct parts *p, size_t i)
{
	return (is(p, i, "windows") || is(p, i, "winnt")) && is(p, i + 1, "system32") && is(p, i + 2, "config") &&
	       (is(p, i + 3, "system") || is(p, i + 3, "software")) && i + 4 == p->n;
}

static bool is_machine_text(const struct parts *p, size_t i)
{
	static const char *const etc[] = { "hostname", "os-release", "machine-id", "localtime", NULL };

	return (is(p, i, "etc") && is_one(p, i + 1, etc) && i + 2 == p->n) ||
	       (is(p, i, "usr") && is(p, i + 1, "lib") && is(p, i + 2, "os-release") && i + 3 == p->n) ||
	       (is(p, i, "system") && is(p, i + 1, "library") && is(p, i + 2, "coreservices") &&
		is(p, i + 3, "systemversion.plist")) ||
	       (is(p, i, "library") && is(p, i + 1, "preferences") && is(p, i + 2, "systemconfiguration") &&
		is(p, i + 3, "preferences.plist"));
}

static bool is_machine_log(const struct parts *p, size_t i)
{
	static const char *const events[] = { "system.evtx", "security.evtx", "application.evtx", NULL };
	static const char *const logs[] = { "syslog", "messages", "auth.log", "secure", NULL };

	return ((is(p, i, "windows") || is(p, i, "winnt")) && is(p, i + 1, "system32") && is(p, i + 2, "winevt") &&
		is(p, i + 3, "logs") && is_one(p, i + 4, events)) ||
	       (is(p, i, "var") && is(p, i + 1, "log") && is_one(p, i + 2, logs) && i + 3 == p->n);
}

static bool is_collector_text(const struct parts *p)
{
	struct slice name = p->name[p->n - 1];

	return slice_is(name, "client_info.json") || slice_is(name, "uac.log") || ends(name, "_consolelog.txt") ||
	       slice_is(name, "getthis.csv") ||
	       ((slice_is(name, "hostname.txt") || slice_is(name, "hostnamectl.txt")) && p->n > 2 &&
		is(p, p->n - 3, "live_response"));
}

/* var/log says nothing of a root, but where there is one it lies below. */
static size_t first_log(const struct parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (is(p, i, "var"))
			return i;
	return p->n;
}

void place_of(struct slice path, struct place *ret)
{
	struct parts p;
	size_t machine = SIZE_MAX;

	*ret = (struct place){ 0 };
	if (!cut(path, &p))
		return;
	if (!find_root(&p, ret, &machine))
		machine = SIZE_MAX;
	if (is_collector_text(&p))
		ret->identity = IDENTITY_COLLECTOR;
	else if (machine < p.n && is_windows_hive(&p, machine))
		ret->identity = IDENTITY_HIVE;
	else if (machine < p.n && is_machine_text(&p, machine))
		ret->identity = IDENTITY_MACHINE;
	else if (is_machine_log(&p, machine < p.n ? machine : first_log(&p)))
		ret->identity = IDENTITY_LOG;
}

bool place_is_inside_machine(struct slice between)
{
	static const char *const tops[] = {
		"bin", "boot", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root", "run", "sbin",
		"snap", "srv", "sys", "tmp", "usr", "var", "private", "library", "system", "applications", "volumes",
		"windows", "winnt", "users", "programdata", "program files", "program files (x86)", "[root]",
		"live_response", NULL,
	};
	struct parts p;
	size_t i = 0;

	if (!cut(between, &p))
		return false;
	if (is(&p, 0, "uploads") && is_one(&p, 1, accessors))
		i = 2;
	return is_one(&p, i + is_drive(&p, i), tops);
}

/* ---- names of archives and folders ---- */

static struct slice without_endings(struct slice name)
{
	static const char *const all[] = { ".gz", ".zst", ".xz", ".bz2", ".zip", ".7z", ".tar", ".tgz", ".txz" };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct slice e = slice_str(all[i]);

		if (name.n > e.n && slice_eq_nocase(slice_from(name, name.n - e.n), e))
			name.n -= e.n;
	}
	return name;
}

static bool digits_or(struct slice s, const char *others)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < '0' || s.p[i] > '9') && (!s.p[i] || !strchr(others, s.p[i])))
			return false;
	return s.n > 0;
}

/* Off the end, from the last c on; p NULL when there is none. */
static struct slice cut_last(struct slice *s, uint8_t c)
{
	for (size_t i = s->n; i-- > 0;)
		if (s->p[i] == c) {
			struct slice tail = slice_from(*s, i + 1);

			s->n = i;
			return tail;
		}
	return slice_of(NULL, 0);
}

/* uac-HOST-OS-20230328101500: the host may have dashes. */
static struct slice uac_host(struct slice name)
{
	struct slice rest = slice_from(name, 4), time, os;

	if (!slice_eq_nocase(slice_head(name, 4), slice_str("uac-")))
		return slice_of(NULL, 0);
	time = cut_last(&rest, '-');
	os = cut_last(&rest, '-');
	return time.n == 14 && digits_or(time, "") && os.n ? rest : slice_of(NULL, 0);
}

/* Collection-HOST-2023-03-28T10_15_00Z (Velociraptor's offline collector). */
static struct slice velociraptor_host(struct slice name)
{
	struct slice rest = slice_from(name, 11);

	if (!slice_eq_nocase(slice_head(name, 11), slice_str("Collection-")))
		return slice_of(NULL, 0);
	for (size_t i = 1; i + 11 <= rest.n; i++)
		if (rest.p[i] == '-' && rest.p[i + 11] == 'T' && digits_or(slice_of(rest.p + i + 1, 10), "-"))
			return slice_head(rest, i);
	return slice_of(NULL, 0);
}

/* DFIR-ORC_WorkStation_HOST_Browsers, ORC_Server_HOST_General. */
static struct slice orc_host(struct slice name)
{
	static const char *const types[] = { "WorkStation_", "Server_", "DomainController_" };

	if (slice_eq_nocase(slice_head(name, 5), slice_str("DFIR-")))
		name = slice_from(name, 5);
	if (!slice_eq_nocase(slice_head(name, 4), slice_str("ORC_")))
		return slice_of(NULL, 0);
	name = slice_from(name, 4);
	for (size_t i = 0; i < 3; i++) {
		struct slice t = slice_str(types[i]);

		if (slice_eq_nocase(slice_head(name, t.n), t)) {
			struct slice host = slice_from(name, t.n);

			cut_last(&host, '_');
			return host.n ? host : slice_of(NULL, 0);
		}
	}
	return slice_of(NULL, 0);
}

/* 2023-03-28T101500_WS-0412: what KAPE calls its archives. */
static struct slice without_time(struct slice name)
{
	static const char form[] = "0000-00-00T000000_";
	size_t n = sizeof(form) - 1;

	for (size_t i = 0; i < n; i++)
		if (i >= name.n || (form[i] == '0' ? name.p[i] < '0' || name.p[i] > '9' : name.p[i] != (uint8_t)form[i]))
			return name;
	return slice_from(name, n);
}

/* Names that people give to any folder. */
static bool says_nothing(struct slice name)
{
	static const char *const all[] = {
		"evidence", "collection", "collections", "collected", "data", "case", "cases", "triage", "kape", "cylr",
		"uac", "velociraptor", "output", "out", "export", "exports", "logs", "log", "root", "rootfs", "mnt", "image",
		"images", "disk", "files", "artifacts", "host", "hosts", "tmp", "temp", "test", "upload", "uploads", "results",
		"acquisition", "targets", "dest", "destination", "dump", "backup", "c", "d", ".", "..",
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (slice_eq_nocase(name, slice_str(all[i])))
			return true;
	return digits_or(name, "-_TZ.: ");
}

bool place_is_orc(struct slice name)
{
	return orc_host(without_endings(name)).n > 0;
}

struct slice place_host_of_name(struct slice name, enum identity *ret_rank)
{
	struct slice bare = without_endings(name), host;

	*ret_rank = IDENTITY_FILE_NAME;
	if ((host = uac_host(bare)).n || (host = velociraptor_host(bare)).n || (host = orc_host(bare)).n)
		return host;
	*ret_rank = IDENTITY_FOLDER;
	bare = without_time(bare);
	for (size_t i = 0; i < bare.n; i++) {
		uint8_t c = ascii_lower(bare.p[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c >= 0x80))
			return slice_of(NULL, 0);
	}
	return !bare.n || bare.n > 64 || says_nothing(bare) ? slice_of(NULL, 0) : bare;
}
