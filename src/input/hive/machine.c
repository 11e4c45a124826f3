/* SPDX-License-Identifier: Apache-2.0 */
#include "input/hive/machine.h"

#include "base/cursor.h"
#include "input/hive/artifacts.h"

#define NETBIOS_CHARACTERS 15u
#define FIRST_BUILD_OF_11 22000u

enum { OF_SYSTEM, OF_SOFTWARE };

/* ---- SYSTEM ---- */

uint32_t machine_control_set(const struct hive *h)
{
	uint32_t select = regf_child(&h->regf, 0, "Select"), first = REGF_NONE, number;
	uint64_t current = 0;

	(void)hive_number(h, regf_value_find(&h->regf, select, "Current"), &current);
	HIVE_EACH_CHILD(h, 0, i) {
		if (!hive_control_set(h, i, &number))
			continue;
		if (number == current)
			return i;
		if (first == REGF_NONE)
			first = i;
	}
	return first;
}

static struct slice text_at(struct hive *h, uint32_t key, const char *path, const char *value, struct arena *a)
{
	return hive_text(h, regf_value_find(&h->regf, regf_find(&h->regf, key, path), value), a);
}

/* ComputerName is cut to 15 characters; the name on the network is the whole one. */
static struct slice name_in(struct hive *h, uint32_t set, struct arena *a)
{
	struct slice name = text_at(h, set, "Control\\ComputerName\\ComputerName", "ComputerName", a);
	struct slice full = text_at(h, set, "Services\\Tcpip\\Parameters", "Hostname", a);

	if (!name.n)
		return full;
	return name.n == NETBIOS_CHARACTERS && full.n > name.n && slice_eq_nocase(name, slice_head(full, name.n))
		       ? full
		       : name;
}

struct slice machine_name(struct hive *h)
{
	if (!h->regf.key_count)
		return slice_of(NULL, 0);
	return name_in(h, h->control_set, &h->keep);
}

static void put_system(struct hive *h, uint32_t set, struct event *ev)
{
	struct arena *a = &ev->arena;
	uint32_t zone = regf_find(&h->regf, set, "Control\\TimeZoneInformation");
	uint32_t tcpip = regf_find(&h->regf, set, "Services\\Tcpip\\Parameters");
	struct slice text = hive_text(h, regf_value_find(&h->regf, tcpip, "Domain"), a), data;
	uint64_t bias;
	uint32_t number;

	hive_put_text(h, ev, HIVE_NAME, name_in(h, set, a));
	hive_put_text(h, ev, HIVE_DOMAIN,
		      text.n ? text : hive_text(h, regf_value_find(&h->regf, tcpip, "NV Domain"), a));
	text = hive_text(h, regf_value_find(&h->regf, zone, "TimeZoneKeyName"), a);
	hive_put_text(h, ev, HIVE_TIME_ZONE,
		      text.n ? text : hive_text(h, regf_value_find(&h->regf, zone, "StandardName"), a));
	if (hive_number(h, regf_value_find(&h->regf, zone, "ActiveTimeBias"), &bias))
		hive_put(h, ev, HIVE_BIAS, (struct value){ .type = VALUE_INT, .i = (int32_t)(uint32_t)bias });
	uint32_t shutdown = regf_value_find(&h->regf, regf_find(&h->regf, set, "Control\\Windows"), "ShutdownTime");

	if (shutdown != REGF_NONE && (data = regf_value_data(&h->regf, shutdown, a)).n >= 8)
		hive_put_filetime(h, ev, HIVE_SHUTDOWN, load_u64(data.p));
	if (hive_control_set(h, set, &number))
		hive_put_u64(h, ev, HIVE_CONTROL_SET, number);
}

/* ---- SOFTWARE ---- */

static uint32_t windows_nt(const struct hive *h, uint32_t base)
{
	return regf_find(&h->regf, base, "Microsoft\\Windows NT\\CurrentVersion");
}

/* Windows 11 still calls itself 10; its build says otherwise. */
static struct slice system_name(struct slice name, struct slice build, struct arena *a)
{
	struct slice ten = SLICE("Windows 10");
	uint64_t n = 0;

	if (!slice_starts(name, ten) || !slice_to_u64(build, &n) || n < FIRST_BUILD_OF_11)
		return name;
	name = slice_from(name, ten.n);
	return arena_printf(a, "Windows 11%.*s", (int)name.n, (const char *)name.p);
}

static void put_software(struct hive *h, uint32_t base, struct event *ev)
{
	enum { PRODUCT, BUILD, OLD_BUILD, UBR, DISPLAY, RELEASE, DATE, ID, OWNER, COUNT };
	static const char *const names[COUNT] = { "ProductName",    "CurrentBuildNumber", "CurrentBuild",
						  "UBR",	    "DisplayVersion",	  "ReleaseId",
						  "InstallDate",    "ProductId",	  "RegisteredOwner" };
	struct arena *a = &ev->arena;
	uint32_t v[COUNT], crypto = regf_find(&h->regf, base, "Microsoft\\Cryptography");
	uint64_t n = 0, patch;

	hive_pick(h, windows_nt(h, base), names, COUNT, v);
	struct slice build = hive_text(h, v[BUILD] == REGF_NONE ? v[OLD_BUILD] : v[BUILD], a);

	hive_put_text(h, ev, HIVE_OS, system_name(hive_text(h, v[PRODUCT], a), build, a));
	if (build.n && hive_number(h, v[UBR], &patch))
		build = arena_printf(a, "%.*s.%llu", (int)build.n, (const char *)build.p,
				     (unsigned long long)patch);
	hive_put_text(h, ev, HIVE_BUILD, build);
	hive_put_value(h, ev, HIVE_RELEASE, v[DISPLAY] == REGF_NONE ? v[RELEASE] : v[DISPLAY]);
	hive_put_value(h, ev, HIVE_PRODUCT_ID, v[ID]);
	hive_put_value(h, ev, HIVE_MACHINE_GUID, regf_value_find(&h->regf, crypto, "MachineGuid"));
	hive_put_value(h, ev, HIVE_OWNER, v[OWNER]);
	if (!hive_number(h, v[DATE], &n) || !n || n >= UINT32_MAX)
		return;
	hive_put_unix(h, ev, HIVE_INSTALL_DATE, n);
	ev->time = when_unix((int64_t)n);
	ev->time_kind = "install";
}

static void find(struct hive *h)
{
	uint32_t set = h->control_set;

	if (set != REGF_NONE && h->host.n)
		hive_item(h, &hive_machine, set, REGF_NONE, OF_SYSTEM);
	for (size_t i = 0; i < HIVE_BASES; i += 2)
		if (regf_value_find(&h->regf, windows_nt(h, h->bases[i]), "ProductName") != REGF_NONE)
			hive_item(h, &hive_machine, h->bases[i], REGF_NONE, OF_SOFTWARE);
}

static void put(struct hive *h, const struct hive_item *it, struct event *ev)
{
	if (it->extra == OF_SYSTEM)
		put_system(h, it->key, ev);
	else
		put_software(h, it->key, ev);
}

const struct hive_artifact hive_machine = { "machine", find, put };

/* ---- profiles ---- */

static void find_profiles(struct hive *h)
{
	for (size_t b = 0; b < HIVE_BASES; b += 2) {
		uint32_t list = regf_child(&h->regf, windows_nt(h, h->bases[b]), "ProfileList");

		HIVE_EACH_CHILD(h, list, i) {
			hive_item(h, &hive_profile, i, REGF_NONE, 0);
		}
	}
}

static void put_profile(struct hive *h, const struct hive_item *it, struct event *ev)
{
	uint32_t path = regf_value_find(&h->regf, it->key, "ProfileImagePath");
	struct slice text = hive_text(h, path, &ev->arena);
	size_t tail = text.n;

	while (tail > 0 && text.p[tail - 1] != '\\' && text.p[tail - 1] != '/')
		tail--;
	hive_put_text(h, ev, HIVE_SID, hive_name(h, it->key, &ev->arena));
	hive_put_text(h, ev, HIVE_PATH, text);
	hive_put_text(h, ev, HIVE_NAME, slice_from(text, tail));
	hive_key_time(h, ev, it->key);
}

const struct hive_artifact hive_profile = { "profile", find_profiles, put_profile };
