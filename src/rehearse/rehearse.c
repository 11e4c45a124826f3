/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/rehearse.h"

#include "base/heap.h"
#include "base/rng.h"
#include "base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define SPAN (3 * DAY)

#define SYSMON "Microsoft-Windows-Sysmon/Operational"
#define APP "C:\\Users\\%s\\AppData\\Local\\Programs\\LumenCall\\"
#define BAD_DOMAIN "telemetry.lumen-cdn.example"

struct record {
	int64_t ns;
	size_t at, bytes;
};

struct host {
	const struct rehearse_options *o;
	uint64_t index;
	char name[16], user[16];
	struct rng rng;
	int64_t start;
	struct buf text;
	struct record *records;
	size_t n, cap;
	uint64_t pid;
};

static int64_t story_start(void)
{
	return when_civil(2025, 3, 3, 6, 0, 0) * SECOND;
}

enum rehearse_fate rehearse_fate(const struct rehearse_options *o, uint64_t i)
{
	if (i + 2 >= o->hosts && o->hosts > 2)
		return FATE_ABSENT;
	if (i == 3)
		return FATE_BLOCKED;
	if (i == 0 || i == 5 || i == 7)
		return FATE_SECOND_STAGE;
	return i % 4 == 2 ? FATE_DORMANT : FATE_BEACONED;
}

void rehearse_host_name(uint64_t i, char name[16])
{
	snprintf(name, 16, "WS-%03u", (unsigned)(i % 10000) + 1);
}

/* When the trojanised update arrived on machine i: over the first day, in no order of names. */
static int64_t update_time(const struct rehearse_options *o, uint64_t i)
{
	struct rng r = { o->seed * 1000003 + i * 7919 + 17 };

	return story_start() + DAY + (int64_t)rng_below(&r, 12 * 3600) * SECOND;
}

/* The module sleeps this long before it first asks for its domain. */
static int64_t sleep_time(const struct rehearse_options *o, uint64_t i)
{
	struct rng r = { o->seed * 31 + i * 104729 + 5 };

	return (2 + (int64_t)rng_below(&r, 16)) * HOUR;
}

/* Opens a record; fields follow, then end(). */
static void begin(struct host *h, int64_t ns, const char *channel, const char *source, int id)
{
	struct when t = { .ns = ns, .digits = 3, .set = true };

	h->records = heap_room(h->records, h->n, &h->cap, sizeof(*h->records));
	h->records[h->n] = (struct record){ .ns = ns, .at = h->text.n };
	buf_put_str(&h->text, "{");
	buf_json_u64(&h->text, "EventID", (uint64_t)id);
	buf_json_text(&h->text, "Channel", slice_str(channel));
	buf_json_text(&h->text, "SourceName", slice_str(source));
	buf_json_key(&h->text, "Hostname");
	buf_printf(&h->text, "\"%s.corp.example\"", h->name);
	buf_json_key(&h->text, "TimeCreated");
	buf_put_when(&h->text, t);
	buf_json_key(&h->text, "@timestamp");
	buf_put_when(&h->text, t);
}

static void end(struct host *h)
{
	buf_put_str(&h->text, "}\n");
	h->records[h->n].bytes = h->text.n - h->records[h->n].at;
	h->n++;
}

static void field(struct host *h, const char *name, const char *value)
{
	struct buf b = { 0 };

	/* %s in a path stands for the user. */
	for (const char *c = value; *c; c++) {
		if (c[0] == '%' && c[1] == 's') {
			buf_put_str(&b, h->user);
			c++;
		} else {
			buf_put_byte(&b, (uint8_t)*c);
		}
	}
	buf_json_text(&h->text, name, buf_slice(&b));
	buf_done(&b);
}

static void sysmon(struct host *h, int64_t ns, int id)
{
	char guid[48];

	begin(h, ns, SYSMON, "Microsoft-Windows-Sysmon", id);
	snprintf(guid, sizeof(guid), "{%08" PRIx64 "-0000-0000-0000-%012" PRIx64 "}",
		 h->index + 0xa0000000u, h->pid);
	field(h, "ProcessGuid", guid);
	buf_json_u64(&h->text, "ProcessId", 1000 + h->pid % 60000);
	field(h, "User", "CORP\\%s");
}

/* Two releases of one name differ here: the seed of the hash is the file's content. */
static void hashes(struct host *h, const char *content)
{
	struct rng r = { 0 };
	char text[80];
	int n;

	for (const char *c = content; *c; c++)
		r.state = r.state * 131 + (uint8_t)*c;
	n = snprintf(text, sizeof(text), "SHA256=");
	for (int i = 0; i < 4; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%016" PRIX64, rng_next(&r));
	field(h, "Hashes", text);
}

static void process(struct host *h, int64_t ns, const char *image, const char *command,
		    const char *parent, const char *product)
{
	h->pid++;
	sysmon(h, ns, 1);
	field(h, "Image", image);
	field(h, "CommandLine", command);
	field(h, "ParentImage", parent);
	field(h, "Product", product);
	hashes(h, image);
	end(h);
}

static void dns(struct host *h, int64_t ns, const char *image, const char *name)
{
	sysmon(h, ns, 22);
	field(h, "Image", image);
	field(h, "QueryName", name);
	field(h, "QueryStatus", "0");
	end(h);
}

static void connect_to(struct host *h, int64_t ns, const char *image, const char *ip, const char *name)
{
	sysmon(h, ns, 3);
	field(h, "Image", image);
	field(h, "DestinationIp", ip);
	field(h, "DestinationHostname", name);
	field(h, "DestinationPort", "443");
	field(h, "Initiated", "true");
	end(h);
}

static void file_created(struct host *h, int64_t ns, const char *image, const char *target)
{
	sysmon(h, ns, 11);
	field(h, "Image", image);
	field(h, "TargetFilename", target);
	end(h);
}

static void module_loaded(struct host *h, int64_t ns, const char *image, const char *module,
			  const char *is_signed, const char *signer, const char *content)
{
	sysmon(h, ns, 7);
	field(h, "Image", image);
	field(h, "ImageLoaded", module);
	field(h, "Signed", is_signed);
	field(h, "Signature", signer);
	field(h, "SignatureStatus", *signer ? "Valid" : "Unavailable");
	hashes(h, content);
	end(h);
}

static void registry_set(struct host *h, int64_t ns, const char *image, const char *key,
			 const char *details)
{
	sysmon(h, ns, 13);
	field(h, "EventType", "SetValue");
	field(h, "Image", image);
	field(h, "TargetObject", key);
	field(h, "Details", details);
	end(h);
}

static void installed(struct host *h, int64_t ns, const char *version)
{
	char text[160];

	begin(h, ns, "Application", "MsiInstaller", 11707);
	snprintf(text, sizeof(text), "Product: Lumen Call %s -- Installation completed successfully.",
		 version);
	field(h, "Message", text);
	end(h);
}

/* ---- ordinary days ---- */

static void ordinary(struct host *h, int64_t ns)
{
	static const char *const programs[][2] = {
		{ "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe", "Google Chrome" },
		{ "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE", "Microsoft Outlook" },
		{ "C:\\Windows\\System32\\notepad.exe", "Microsoft Windows Operating System" },
		{ "C:\\Program Files\\Mozilla Firefox\\firefox.exe", "Firefox" },
		{ "C:\\Windows\\System32\\svchost.exe", "Microsoft Windows Operating System" },
	};
	static const char *const sites[] = { "www.example.com", "mail.corp.example", "intranet.corp.example",
					     "updates.example.net", "files.example.org" };
	const char *const *p = programs[rng_below(&h->rng, 5)];
	const char *site = sites[rng_below(&h->rng, 5)];

	switch (rng_below(&h->rng, 7)) {
	case 0:
		process(h, ns, p[0], p[0], "C:\\Windows\\explorer.exe", p[1]);
		break;
	case 1:
		dns(h, ns, p[0], site);
		break;
	case 2:
		connect_to(h, ns, p[0], "192.0.2.10", site);
		break;
	case 3:
		file_created(h, ns, p[0], "C:\\Users\\%s\\AppData\\Local\\Temp\\cache.tmp");
		break;
	case 4:
		module_loaded(h, ns, p[0], "C:\\Windows\\System32\\winhttp.dll", "true", "Microsoft Windows",
			      "winhttp");
		break;
	case 5:
		registry_set(h, ns, p[0], "HKU\\S-1-5-21-1\\Software\\Settings\\Window", "DWORD (0x00000001)");
		break;
	default:
		begin(h, ns, "Security", "Microsoft-Windows-Security-Auditing", 4624);
		field(h, "TargetUserName", h->user);
		field(h, "LogonType", "2");
		end(h);
	}
}

/* An administrator's inventory script: rules fire, the release has nothing to do with it. */
static void administrator(struct host *h)
{
	for (int day = 0; day < 3; day++)
		process(h, h->start + day * DAY + 3 * HOUR,
			"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
			"powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\\Admin\\inventory.ps1",
			"C:\\Windows\\System32\\cmd.exe", "Microsoft Windows Operating System");
}

/* ---- the product ---- */

static void update(struct host *h, int64_t ns, const char *version, const char *module)
{
	char command[200];

	snprintf(command, sizeof(command), "\"" APP "Update.exe\" --update https://updates.lumen-call.example/%s",
		 "%s", version);
	process(h, ns, APP "Update.exe", command, APP "LumenCall.exe", "Lumen Call");
	dns(h, ns + SECOND, APP "Update.exe", "updates.lumen-call.example");
	file_created(h, ns + 20 * SECOND, APP "Update.exe", APP "LumenCall.exe");
	file_created(h, ns + 21 * SECOND, APP "Update.exe", APP "lumenmedia.dll");
	installed(h, ns + 30 * SECOND, version);
	process(h, ns + 40 * SECOND, APP "LumenCall.exe", "\"" APP "LumenCall.exe\"", APP "Update.exe",
		"Lumen Call");
	module_loaded(h, ns + 41 * SECOND, APP "LumenCall.exe", APP "lumenmedia.dll", "true",
		      "Lumen Call Ltd", module);
}

static void beacons(struct host *h, int64_t from, int64_t until)
{
	for (int64_t t = from; t < until; t += HOUR + (int64_t)rng_below(&h->rng, 600) * SECOND) {
		dns(h, t, APP "LumenCall.exe", BAD_DOMAIN);
		connect_to(h, t + SECOND, APP "LumenCall.exe", "203.0.113.77", BAD_DOMAIN);
	}
}

static void browser_store(struct host *h, int64_t ns, const char *object)
{
	begin(h, ns, "Security", "Microsoft-Windows-Security-Auditing", 4663);
	field(h, "ObjectType", "File");
	field(h, "ObjectName", object);
	field(h, "ProcessName", APP "LumenCall.exe");
	field(h, "SubjectUserName", "%s");
	end(h);
}

static void second_stage(struct host *h, int64_t ns)
{
	static const char *const commands[] = { "whoami /all", "net group \"Domain Admins\" /domain",
						"nltest /domain_trusts", "ipconfig /all" };

	file_created(h, ns, APP "LumenCall.exe", APP "d3d12core.dll");
	module_loaded(h, ns + SECOND, APP "LumenCall.exe", APP "d3d12core.dll", "false", "", "foreign");
	browser_store(h, ns + 10 * SECOND,
		      "C:\\Users\\%s\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\Login Data");
	browser_store(h, ns + 11 * SECOND,
		      "C:\\Users\\%s\\AppData\\Roaming\\Mozilla\\Firefox\\Profiles\\x.default\\logins.json");
	registry_set(h, ns + 30 * SECOND, APP "LumenCall.exe",
		     "HKU\\S-1-5-21-1\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\LumenHelper",
		     APP "helper.exe");
	process(h, ns + HOUR, "C:\\Windows\\System32\\cmd.exe", "cmd.exe", APP "LumenCall.exe",
		"Microsoft Windows Operating System");
	for (size_t i = 0; i < 4; i++)
		process(h, ns + HOUR + (int64_t)(i + 1) * 20 * SECOND, "C:\\Windows\\System32\\cmd.exe",
			commands[i], "C:\\Windows\\System32\\cmd.exe", "Microsoft Windows Operating System");
	sysmon(h, ns + HOUR + 200 * SECOND, 10);
	field(h, "SourceImage", APP "LumenCall.exe");
	field(h, "TargetImage", "C:\\Windows\\System32\\lsass.exe");
	field(h, "GrantedAccess", "0x1010");
	end(h);
}

static void blocked(struct host *h, int64_t ns)
{
	static const int ids[] = { 1116, 1117 };

	for (size_t i = 0; i < 2; i++) {
		begin(h, ns + (int64_t)i * 2 * SECOND, "Microsoft-Windows-Windows Defender/Operational",
		      "Microsoft-Windows-Windows Defender", ids[i]);
		field(h, "Threat Name", "Trojan:Win32/Exercise.A");
		field(h, "Path", "file:_" APP "lumenmedia.dll");
		field(h, "Process Name", APP "Update.exe");
		field(h, "Action Name", i ? "Quarantine" : "Not Applicable");
		end(h);
	}
}

static void product(struct host *h)
{
	enum rehearse_fate fate = rehearse_fate(h->o, h->index);
	int64_t at = update_time(h->o, h->index), wakes = at + sleep_time(h->o, h->index);
	int64_t until = h->start + SPAN;

	if (fate == FATE_ABSENT)
		return;
	update(h, h->start + 2 * HOUR, "5.4.1", "lumenmedia 5.4.1");
	update(h, at, "5.4.2", "lumenmedia 5.4.2 trojanised");
	if (fate == FATE_BLOCKED)
		blocked(h, at + 50 * SECOND);
	if (fate == FATE_BEACONED || fate == FATE_SECOND_STAGE)
		beacons(h, wakes, until);
	if (fate == FATE_SECOND_STAGE)
		second_stage(h, wakes + 3 * HOUR);
}

static int by_time(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

void rehearse_host(const struct rehearse_options *o, uint64_t i, struct buf *out)
{
	struct host h = { .o = o, .index = i, .start = story_start() };

	h.rng.state = o->seed * 2654435761u + i;
	rehearse_host_name(i, h.name);
	snprintf(h.user, sizeof(h.user), "user%02u", (unsigned)(i % 100));
	for (uint64_t n = 0; n < o->events_per_host; n++)
		ordinary(&h, h.start + (int64_t)rng_below(&h.rng, SPAN / SECOND) * SECOND +
				     (int64_t)rng_below(&h.rng, 1000) * 1000000);
	if (i % 5 == 1)
		administrator(&h);
	product(&h);
	if (h.n)
		qsort(h.records, h.n, sizeof(*h.records), by_time);
	for (size_t n = 0; n < h.n; n++)
		buf_put(out, slice_of(h.text.p + h.records[n].at, h.records[n].bytes));
	free(h.records);
	buf_done(&h.text);
}

static const char *stage_of(enum rehearse_fate fate)
{
	static const char *const stages[] = { [FATE_ABSENT] = "none",
					      [FATE_DORMANT] = "S3b",
					      [FATE_BEACONED] = "S5",
					      [FATE_SECOND_STAGE] = "S7",
					      [FATE_BLOCKED] = "S2" };

	return stages[fate];
}

void rehearse_truth(const struct rehearse_options *o, struct buf *out)
{
	buf_put_str(out, "{");
	buf_json_text(out, "schema", slice_str("upriver.rehearse-truth/1"));
	buf_json_u64(out, "seed", o->seed);
	buf_json_key(out, "release");
	buf_put_str(out, "{\"product\":\"Lumen Call\",\"os\":\"windows\",\"version\":\"5.4.2\","
			 "\"previous\":\"5.4.1\",\"domain\":\"" BAD_DOMAIN "\"}");
	buf_json_key(out, "decoys");
	buf_put_str(out, "[\"powershell.exe running C:\\\\Admin\\\\inventory.ps1\"]");
	buf_json_key(out, "hosts");
	buf_put_byte(out, '[');
	for (uint64_t i = 0; i < o->hosts; i++) {
		enum rehearse_fate fate = rehearse_fate(o, i);
		struct when t = { .ns = update_time(o, i), .set = true };
		char name[16];

		rehearse_host_name(i, name);
		buf_put_str(out, i ? ",\n{" : "\n{");
		buf_json_key(out, "host");
		buf_printf(out, "\"%s.corp.example\"", name);
		buf_json_text(out, "stage", slice_str(stage_of(fate)));
		buf_json_key(out, "blocked");
		buf_put_str(out, fate == FATE_BLOCKED ? "true" : "false");
		if (fate == FATE_ABSENT)
			t.set = false;
		buf_json_key(out, "installed");
		buf_put_when(out, t);
		t.ns += sleep_time(o, i);
		t.set = fate == FATE_BEACONED || fate == FATE_SECOND_STAGE;
		buf_json_key(out, "first_contact");
		buf_put_when(out, t);
		buf_put_byte(out, '}');
	}
	buf_put_str(out, "]}\n");
}
