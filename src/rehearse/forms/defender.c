/* SPDX-License-Identifier: Apache-2.0 */
/* An EDR's export: rows of Defender's advanced hunting tables, by Microsoft's schema reference. It
 * keeps no file reads and no Windows service records of its own; modules and files as it saw them.
 */
#include "base/when.h"
#include "rehearse/act.h"
#include "rehearse/forms/forms.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

struct rows {
	struct host *h;
	struct buf out, alerts, software;
};

static void moment(struct buf *b, const struct host *h, const char *name, int64_t ns)
{
	buf_json_key(b, name);
	buf_put_when(b, (struct when){ .ns = form_time(h, ns), .digits = 7, .set = true });
}

/* The EDR's own number: another one when the machine is installed anew. */
static const char *device(struct host *h, int64_t ns)
{
	return host_text(h, "%08" PRIx32 "%032" PRIx64, form_machine(h, ns), h->index * 7919);
}

static void named(struct host *h, struct buf *b, const char *name_key, const char *folder_key,
		  const char *path)
{
	path = form_path(h, path);
	form_json(b, name_key, file_tail(path));
	form_json(b, folder_key, path);
}

static void digests(struct host *h, struct buf *b, const struct image *file)
{
	struct digests d;

	form_digests(h, file, &d);
	form_json(b, "SHA1", d.sha1);
	form_json(b, "SHA256", d.sha256);
	form_json(b, "MD5", d.md5);
}

static const char *own_spelling(struct host *h, const char *name)
{
	char text[80];
	size_t n = 0;

	for (; name[n] && n < sizeof(text) - 1; n++)
		text[n] = name[n] == ' ' ? '_' : (char)tolower((unsigned char)name[n]);
	text[n] = 0;
	return host_text(h, "%s", text);
}

static const char *account(struct host *h, const struct proc *p)
{
	return p->system ? "system" : h->user;
}

static void initiating(struct host *h, struct buf *b, const struct proc *p)
{
	if (!p)
		return;
	buf_json_u64(b, "InitiatingProcessId", p->pid);
	named(h, b, "InitiatingProcessFileName", "InitiatingProcessFolderPath", p->image->path);
	form_json(b, "InitiatingProcessCommandLine", form_path(h, p->command));
	moment(b, h, "InitiatingProcessCreationTime", p->start);
	form_json(b, "InitiatingProcessAccountDomain", p->system ? "nt authority" : "corp");
	form_json(b, "InitiatingProcessAccountName", account(h, p));
	form_json(b, "InitiatingProcessVersionInfoCompanyName", p->image->company);
	form_json(b, "InitiatingProcessVersionInfoProductName", p->image->product);
	form_json(b, "InitiatingProcessVersionInfoProductVersion", p->image->version);
	if (p->parent) {
		buf_json_u64(b, "InitiatingProcessParentId", p->parent->pid);
		form_json(b, "InitiatingProcessParentFileName", file_tail(p->parent->image->path));
		moment(b, h, "InitiatingProcessParentCreationTime", p->parent->start);
	}
}

static struct buf *row(struct rows *r, const struct act *a, const char *action)
{
	struct buf *b = &r->out;

	buf_put_byte(b, '{');
	moment(b, r->h, "Timestamp", a->ns);
	form_json(b, "DeviceId", device(r->h, a->ns));
	form_json(b, "DeviceName", r->h->full);
	form_json(b, "ActionType", action);
	buf_json_u64(b, "ReportId", a->order + 1);
	return b;
}

static void on_start(struct rows *r, const struct act *a)
{
	struct buf *b = row(r, a, "ProcessCreated");
	const struct proc *p = a->who;

	named(r->h, b, "FileName", "FolderPath", p->image->path);
	digests(r->h, b, p->image);
	buf_json_u64(b, "ProcessId", p->pid);
	form_json(b, "ProcessCommandLine", form_path(r->h, p->command));
	moment(b, r->h, "ProcessCreationTime", p->start);
	form_json(b, "ProcessIntegrityLevel", p->system ? "System" : "Medium");
	form_json(b, "AccountDomain", p->system ? "nt authority" : "corp");
	form_json(b, "AccountName", account(r->h, p));
	form_json(b, "ProcessVersionInfoProductName", p->image->product);
	form_json(b, "ProcessVersionInfoProductVersion", p->image->version);
	form_json(b, "ProcessVersionInfoCompanyName", p->image->company);
	form_json(b, "ProcessVersionInfoOriginalFileName", file_tail(p->image->path));
	initiating(r->h, b, p->parent);
}

static void on_file(struct rows *r, const struct act *a)
{
	struct buf *b = row(r, a,
			    a->kind == ACT_LOAD	    ? "ImageLoaded"
			    : a->kind == ACT_DELETE ? "FileDeleted"
						    : "FileCreated");

	named(r->h, b, "FileName", "FolderPath", a->file ? a->file->path : a->name);
	if (a->file)
		digests(r->h, b, a->file);
	initiating(r->h, b, a->who);
}

/* The mark is told with the file that has it. */
static void on_mark(struct rows *r, const struct act *a)
{
	struct buf *b = row(r, a, "FileModified");

	named(r->h, b, "FileName", "FolderPath", a->name);
	form_json(b, "FileOriginUrl", a->value);
	form_json(b, "FileOriginReferrerUrl", a->extra);
	initiating(r->h, b, a->who);
}

static void on_dns(struct rows *r, const struct act *a)
{
	struct buf *b = row(r, a, "DnsQueryResponse");

	form_json(b, "AdditionalFields",
		  host_text(r->h, "{\"DnsQueryString\":\"%s\",\"DnsQueryResult\":\"%s\"}", a->name,
			    a->value));
	initiating(r->h, b, a->who);
}

static void on_connect(struct rows *r, const struct act *a)
{
	struct buf *b = row(r, a, "ConnectionSuccess");

	form_json(b, "RemoteIP", a->value);
	buf_json_u64(b, "RemotePort", 443);
	form_json(b, "RemoteUrl", a->name);
	form_json(b, "LocalIP", r->h->address);
	buf_json_u64(b, "LocalPort", 49152 + a->order % 16000);
	form_json(b, "Protocol", "Tcp");
	initiating(r->h, b, a->who);
}

static void on_registry(struct rows *r, const struct act *a)
{
	struct buf *b = row(r, a, "RegistryValueSet");
	const char *value = file_tail(a->name);

	form_json(b, "RegistryKey", host_text(r->h, "%.*s", (int)(value - a->name - 1), a->name));
	form_json(b, "RegistryValueName", value);
	form_json(b, "RegistryValueData", form_path(r->h, a->value));
	initiating(r->h, b, a->who);
}

static void on_service(struct rows *r, const struct act *a)
{
	struct buf *b = row(r, a, "ServiceInstalled");

	named(r->h, b, "FileName", "FolderPath", a->value);
	form_json(b, "AdditionalFields", host_text(r->h, "{\"ServiceName\":\"%s\"}", a->name));
	initiating(r->h, b, a->who);
}

static void on_access(struct rows *r, const struct act *a)
{
	struct buf *b = row(r, a, "OpenProcessApiCall");

	named(r->h, b, "FileName", "FolderPath", a->other->image->path);
	buf_json_u64(b, "ProcessId", a->other->pid);
	moment(b, r->h, "ProcessCreationTime", a->other->start);
	form_json(b, "AdditionalFields", host_text(r->h, "{\"DesiredAccess\":\"%s\"}", a->value));
	initiating(r->h, b, a->who);
}

static void on_logon(struct rows *r, const struct act *a)
{
	struct buf *b = row(r, a, "LogonSuccess");

	form_json(b, "AccountDomain", "corp");
	form_json(b, "AccountName", a->name ? "system" : r->h->user);
	form_json(b, "LogonType",
		  a->name	       ? "Service"
		  : a->value[0] == '7' ? "Unlock"
				       : "Interactive");
}

/* The row of the device, and the alert that stands on it. */
static void on_detect(struct rows *r, const struct act *a)
{
	struct buf *b = row(r, a, "AntivirusDetection");
	struct host *h = r->h;
	const char *id = host_text(h, "da%u_%u", (unsigned)h->index, (unsigned)a->order);

	named(h, b, "FileName", "FolderPath", a->name);
	digests(h, b, a->file);
	form_json(b, "AdditionalFields",
		  host_text(h, "{\"ThreatName\":\"%s\",\"WasRemediated\":%s}", a->value,
			    a->extra[0] == 'N' ? "false" : "true"));
	initiating(h, b, a->who);
	b = &r->alerts;
	buf_put_byte(b, '{');
	moment(b, h, "Timestamp", a->ns + 20 * SECOND);
	form_json(b, "AlertId", id);
	form_json(b, "Title", host_text(h, "'%s' was found", a->value));
	form_json(b, "Severity", "High");
	form_json(b, "EntityType", "File");
	form_json(b, "EvidenceRole", "Impacted");
	form_json(b, "DetectionSource", "Antivirus");
	form_json(b, "DeviceId", device(h, a->ns));
	form_json(b, "DeviceName", h->full);
	named(h, b, "FileName", "FolderPath", a->name);
	digests(h, b, a->file);
	buf_put_str(b, "}\n");
}

/* The list of software as of the end: names in its own spelling, no time, no path. */
static void software(struct host *h, struct buf *b)
{
	for (size_t n = 0; n < h->owned_count; n++) {
		const struct owned *o = &h->owned[n];

		if (o->until)
			continue;
		buf_put_byte(b, '{');
		form_json(b, "DeviceId", device(h, h->x->end));
		form_json(b, "DeviceName", h->full);
		form_json(b, "OSPlatform", "Windows10");
		form_json(b, "SoftwareVendor", own_spelling(h, o->product->vendor));
		form_json(b, "SoftwareName", own_spelling(h, o->product->name));
		form_json(b, "SoftwareVersion", o->product->versions[o->release]);
		buf_put_str(b, "}\n");
	}
}

bool form_defender(struct host *h, const struct rehearse_sink *sink)
{
	static void (*const say[ACT_KINDS])(struct rows *, const struct act *) = {
		[ACT_START] = on_start,	    [ACT_LOAD] = on_file,
		[ACT_WRITE] = on_file,	    [ACT_DELETE] = on_file,
		[ACT_MARK] = on_mark,	    [ACT_DNS] = on_dns,
		[ACT_CONNECT] = on_connect, [ACT_REGISTRY] = on_registry,
		[ACT_SERVICE] = on_service, [ACT_ACCESS] = on_access,
		[ACT_LOGON] = on_logon,	    [ACT_DETECT] = on_detect,
	};
	struct rows r = { .h = h };
	bool ok;

	for (size_t n = 0; n < h->act_count; n++)
		if (say[h->acts[n].kind] && form_sees(h, &h->acts[n])) {
			say[h->acts[n].kind](&r, &h->acts[n]);
			buf_put_str(&r.out, "}\n");
		}
	software(h, &r.software);
	ok = form_put(h, sink, host_text(h, "edr/%s.jsonl", h->name), &r.out) &&
	     form_put(h, sink, host_text(h, "edr/%s-alerts.jsonl", h->name), &r.alerts) &&
	     form_put(h, sink, host_text(h, "edr/%s-software.jsonl", h->name), &r.software);
	buf_done(&r.out);
	buf_done(&r.alerts);
	buf_done(&r.software);
	return ok;
}
