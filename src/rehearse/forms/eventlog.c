/* SPDX-License-Identifier: Apache-2.0 */
/* Windows: what Sysmon 15 and the event logs say of an act (Sysmon's schema; Microsoft's pages on
 * the audit events; the MsiInstaller and Defender providers). */
#include "base/when.h"
#include "rehearse/act.h"
#include "rehearse/forms/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *user_of(struct log *l, const struct proc *p)
{
	return p->system ? "NT AUTHORITY\\SYSTEM" : host_text(l->h, "CORP\\%s", l->h->user);
}

static const char *guid(struct log *l, const struct proc *p)
{
	uint64_t s = (uint64_t)(p->start / SECOND);

	return host_text(l->h, "{%08" PRIx32 "-%04x-%04x-%04x-%012x}", form_machine(l->h, p->start),
			 (unsigned)(s >> 16 & 0xffff), (unsigned)(s & 0xffff),
			 (unsigned)(p->pid >> 2 & 0xffff), (unsigned)p->serial);
}

static void sysmon(struct log *l, const struct act *a, int id, bool seen)
{
	struct when t = { .ns = form_time(l->h, a->ns), .digits = 3, .set = true };
	char utc[32];
	size_t n = when_format(t, utc);

	log_open(l, a->ns, LOG_SYSMON, NULL, id, seen);
	/* Sysmon writes "2025-03-03 06:00:00.000": a space, no zone. */
	utc[10] = ' ';
	utc[n - 1] = 0;
	log_field(l, "RuleName", "-");
	log_field(l, "UtcTime", utc);
	if (id == 10)
		return;
	log_field(l, "ProcessGuid", guid(l, a->who));
	log_decimal(l, "ProcessId", a->who->pid);
	log_field(l, "Image", a->who->image->path);
	log_field(l, "User", user_of(l, a->who));
}

static void hashes(struct log *l, const char *name, const struct image *file)
{
	struct digests d;

	form_digests(l->h, file, &d);
	log_field(l, name,
		  host_text(l->h, "SHA1=%s,MD5=%s,SHA256=%s,IMPHASH=%s", d.sha1, d.md5, d.sha256,
			    d.imports));
}

static void identity(struct log *l, const struct image *i)
{
	log_field(l, "FileVersion", i->version);
	log_field(l, "Description", i->product);
	log_field(l, "Product", i->product);
	log_field(l, "Company", i->company);
	log_field(l, "OriginalFileName", file_tail(i->path));
	hashes(l, "Hashes", i);
}

static void subject(struct log *l, const struct proc *p)
{
	struct host *h = l->h;

	log_field(l, "SubjectUserSid",
		  p->system ? "S-1-5-18"
			    : host_text(h, "S-1-5-21-1111111111-2222222222-3333333333-%u",
					1101 + (unsigned)h->index));
	log_field(l, "SubjectUserName", p->system ? host_text(h, "%s$", h->name) : h->user);
	log_field(l, "SubjectDomainName", "CORP");
	log_field(l, "SubjectLogonId", p->system ? "0x3e7" : "0x3c67a");
}

/* ---- acts ---- */

static void start_4688(struct log *l, const struct act *a, bool seen)
{
	const struct proc *p = a->who, *parent = p->parent;

	log_open(l, a->ns + 4 * (SECOND / 1000), LOG_SECURITY, NULL, 4688, seen);
	subject(l, parent && parent->system ? parent : p);
	log_hex(l, "NewProcessId", p->pid);
	log_field(l, "NewProcessName", p->image->path);
	log_field(l, "TokenElevationType", p->system ? "%%1936" : "%%1938");
	log_hex(l, "ProcessId", parent ? parent->pid : 4);
	log_field(l, "CommandLine", l->h->no_commands ? "" : p->command);
	log_field(l, "TargetUserName", parent && parent->system && !p->system ? l->h->user : "-");
	if (parent)
		log_field(l, "ParentProcessName", parent->image->path);
	log_field(l, "MandatoryLabel", p->system ? "S-1-16-16384" : "S-1-16-8192");
	log_close(l);
}

static void on_start(struct log *l, const struct act *a, bool seen)
{
	const struct proc *p = a->who, *parent = p->parent;

	if (l->h->sees != SEES_SECURITY) {
		sysmon(l, a, 1, seen);
		identity(l, p->image);
		log_field(l, "CommandLine", p->command);
		log_field(l, "CurrentDirectory",
			  p->folder   ? p->folder
			  : p->system ? "C:\\Windows\\system32\\"
				      : "~\\");
		log_field(l, "LogonId", p->system ? "0x3e7" : "0x3c67a");
		log_field(l, "IntegrityLevel", p->system ? "System" : "Medium");
		if (parent) {
			log_field(l, "ParentProcessGuid", guid(l, parent));
			log_decimal(l, "ParentProcessId", parent->pid);
			log_field(l, "ParentImage", parent->image->path);
			log_field(l, "ParentCommandLine", parent->command);
			log_field(l, "ParentUser", user_of(l, parent));
		}
		log_close(l);
	}
	start_4688(l, a, seen);
}

static void on_load(struct log *l, const struct act *a, bool seen)
{
	const struct image *i = a->file;

	sysmon(l, a, 7, seen);
	log_field(l, "ImageLoaded", i->path);
	identity(l, i);
	log_field(l, "Signed", i->signer ? "true" : "false");
	log_field(l, "Signature", i->signer ? i->signer : "-");
	log_field(l, "SignatureStatus", i->signer ? "Valid" : "Unavailable");
	log_close(l);
}

static void on_write(struct log *l, const struct act *a, bool seen)
{
	sysmon(l, a, a->kind == ACT_DELETE ? 26 : 11, seen);
	log_field(l, "TargetFilename", a->name);
	log_close(l);
}

static void on_mark(struct log *l, const struct act *a, bool seen)
{
	sysmon(l, a, 15, seen);
	log_field(l, "TargetFilename", host_text(l->h, "%s:Zone.Identifier", a->name));
	log_field(l, "Contents",
		  host_text(l->h, "[ZoneTransfer]  ZoneId=3  ReferrerUrl=%s  HostUrl=%s", a->extra,
			    a->value));
	log_close(l);
}

static void on_dns(struct log *l, const struct act *a, bool seen)
{
	sysmon(l, a, 22, seen);
	log_field(l, "QueryName", a->name);
	log_field(l, "QueryStatus", "0");
	log_field(l, "QueryResults", host_text(l->h, "::ffff:%s;", a->value));
	log_close(l);
}

static void on_connect(struct log *l, const struct act *a, bool seen)
{
	sysmon(l, a, 3, seen);
	log_field(l, "Protocol", "tcp");
	log_field(l, "Initiated", "true");
	log_field(l, "SourceIp", l->h->address);
	log_decimal(l, "SourcePort", 49152 + a->order % 16000);
	log_field(l, "DestinationHostname", a->name);
	log_field(l, "DestinationIp", a->value);
	log_field(l, "DestinationPort", "443");
	log_close(l);
}

static void on_registry(struct log *l, const struct act *a, bool seen)
{
	sysmon(l, a, 13, seen);
	log_field(l, "EventType", "SetValue");
	log_field(l, "TargetObject", a->name);
	log_field(l, "Details", a->value);
	log_close(l);
}

static void on_access(struct log *l, const struct act *a, bool seen)
{
	sysmon(l, a, 10, seen);
	log_field(l, "SourceProcessGUID", guid(l, a->who));
	log_decimal(l, "SourceProcessId", a->who->pid);
	log_field(l, "SourceImage", a->who->image->path);
	log_field(l, "TargetProcessGUID", guid(l, a->other));
	log_decimal(l, "TargetProcessId", a->other->pid);
	log_field(l, "TargetImage", a->other->image->path);
	log_field(l, "GrantedAccess", a->value);
	log_field(l, "CallTrace",
		  "C:\\Windows\\SYSTEM32\\ntdll.dll+9d0f4|C:\\Windows\\System32\\KERNELBASE.dll+"
		  "2c13e");
	log_close(l);
}

static void on_service(struct log *l, const struct act *a, bool seen)
{
	log_open(l, a->ns, LOG_SYSTEM, NULL, 7045, seen);
	log_field(l, "ServiceName", a->name);
	log_field(l, "ImagePath", a->value);
	log_field(l, "ServiceType", "user mode service");
	log_field(l, "StartType", "auto start");
	log_field(l, "AccountName", "LocalSystem");
	log_close(l);
}

static void on_read(struct log *l, const struct act *a, bool seen)
{
	log_open(l, a->ns, LOG_SECURITY, NULL, 4663, seen);
	subject(l, a->who);
	log_field(l, "ObjectServer", "Security");
	log_field(l, "ObjectType", "File");
	log_field(l, "ObjectName", a->name);
	log_field(l, "AccessList", "%%4416");
	log_field(l, "AccessMask", "0x1");
	log_hex(l, "ProcessId", a->who->pid);
	log_field(l, "ProcessName", a->who->image->path);
	log_close(l);
}

static void on_logon(struct log *l, const struct act *a, bool seen)
{
	bool user = !a->name;

	log_open(l, a->ns, LOG_SECURITY, NULL, 4624, seen);
	log_field(l, "SubjectUserSid", "S-1-5-18");
	log_field(l, "SubjectUserName", host_text(l->h, "%s$", l->h->name));
	log_field(l, "TargetUserName", user ? l->h->user : "SYSTEM");
	log_field(l, "TargetDomainName", user ? "CORP" : "NT AUTHORITY");
	log_field(l, "TargetLogonId", user ? "0x3c67a" : "0x3e7");
	log_field(l, "LogonType", a->value);
	log_field(l, "WorkstationName", l->h->name);
	log_field(l, "IpAddress", user ? "127.0.0.1" : "-");
	log_close(l);
}

/* 1040, 1033, 11707, 1042: the transaction, and what it did. */
static void on_package(struct log *l, const struct act *a, bool seen)
{
	const struct image *i = a->file;
	const char *client = host_text(l->h, "%u", (unsigned)a->who->pid);
	const char *begin[] = { a->name, client, "(NULL)", "(NULL)", "(NULL)", "(NULL)" };
	const char *done[] = { i->product, i->version, "1033", "0", i->company, "(NULL)" };
	const char *told[] = { host_text(
		l->h, "Product: %s -- Installation completed successfully.", i->product) };

	log_open(l, a->ns - 15 * SECOND, LOG_APPLICATION, NULL, 1040, seen);
	log_list(l, begin, 6);
	log_close(l);
	log_open(l, a->ns, LOG_APPLICATION, NULL, 1033, seen);
	log_list(l, done, 6);
	log_close(l);
	log_open(l, a->ns + SECOND / 50, LOG_APPLICATION, NULL, 11707, seen);
	log_list(l, told, 1);
	log_close(l);
	log_open(l, a->ns + SECOND / 20, LOG_APPLICATION, NULL, 1042, seen);
	log_list(l, begin, 6);
	log_close(l);
}

static void on_detect(struct log *l, const struct act *a, bool seen)
{
	bool acted = a->extra[0] != 'N';

	log_open(l, a->ns, LOG_DEFENDER, NULL, acted ? 1117 : 1116, seen);
	log_field(l, "Product Name", "Microsoft Defender Antivirus");
	log_field(l, "Threat Name", a->value);
	log_field(l, "Severity Name", "Severe");
	log_field(l, "Category Name", "Trojan");
	log_field(l, "Path", host_text(l->h, "file:_%s", a->name));
	log_field(l, "Detection User", host_text(l->h, "CORP\\%s", l->h->user));
	log_field(l, "Process Name", a->who ? a->who->image->path : "Unknown");
	log_field(l, "Action Name", a->extra);
	log_field(l, "Error Code", "0x00000000");
	log_close(l);
}

static void on_boot(struct log *l, const struct act *a, bool seen)
{
	struct when t = { .ns = form_time(l->h, a->ns), .digits = 7, .set = true };
	char text[32];

	text[when_format(t, text)] = 0;
	log_open(l, a->ns, LOG_SYSTEM, "Microsoft-Windows-Kernel-General", 12, seen);
	log_field(l, "MajorVersion", "10");
	log_field(l, "BuildVersion", "19041");
	log_field(l, "StartTime", text);
	log_close(l);
}

static void on_logging(struct log *l, const struct act *a, bool seen)
{
	log_open(l, a->ns, LOG_DEFENDER, NULL, 2000, seen);
	log_field(l, "Product Name", "Microsoft Defender Antivirus");
	log_field(l, "Current security intelligence Version", a->value);
	log_field(l, "Update Type", "Delta");
	log_close(l);
}

#define WITHOUT_SYSMON                                                            \
	(SEEN(ACT_START) | SEEN(ACT_SERVICE) | SEEN(ACT_READ) | SEEN(ACT_LOGON) | \
	 SEEN(ACT_PACKAGE) | SEEN(ACT_DETECT) | SEEN(ACT_LOGGING) | SEEN(ACT_BOOT))

static bool put_files(struct log *l, const struct rehearse_sink *sink)
{
	static const char *const names[] = { "Microsoft-Windows-Sysmon%4Operational", "Security",
					     "System", "Application",
					     "Microsoft-Windows-Windows Defender%4Operational" };
	struct host *h = l->h;
	bool ok = true;

	if (!l->nested)
		return form_put(h, sink, host_text(h, "%s.jsonl", h->name), &l->out[LOG_SYSMON]);
	for (size_t i = 0; i < LOG_COUNT && ok; i++)
		ok = form_put(h, sink, host_text(h, "%s/%s.jsonl", h->full, names[i]), &l->out[i]);
	return ok;
}

bool form_eventlog(struct host *h, const struct rehearse_sink *sink)
{
	static void (*const say[ACT_KINDS])(struct log *, const struct act *, bool) = {
		[ACT_START] = on_start,	    [ACT_LOAD] = on_load,
		[ACT_WRITE] = on_write,	    [ACT_DELETE] = on_write,
		[ACT_MARK] = on_mark,	    [ACT_DNS] = on_dns,
		[ACT_CONNECT] = on_connect, [ACT_REGISTRY] = on_registry,
		[ACT_SERVICE] = on_service, [ACT_READ] = on_read,
		[ACT_ACCESS] = on_access,   [ACT_LOGON] = on_logon,
		[ACT_PACKAGE] = on_package, [ACT_DETECT] = on_detect,
		[ACT_LOGGING] = on_logging, [ACT_BOOT] = on_boot,
	};
	struct log l = { .h = h, .nested = h->sees != SEES_FLAT };
	bool anew = false, ok;

	for (size_t n = 0; n < h->act_count; n++) {
		const struct act *a = &h->acts[n];

		/* Logs of a new installation begin with record 1. */
		if (h->reimaged && a->ns >= h->reimaged && !anew) {
			memset(l.number, 0, sizeof(l.number));
			anew = true;
		}
		if (say[a->kind] && (h->sees != SEES_SECURITY || WITHOUT_SYSMON & SEEN(a->kind)))
			say[a->kind](&l, a, form_sees(h, a));
	}
	ok = put_files(&l, sink);
	for (size_t i = 0; i < LOG_COUNT; i++)
		buf_done(&l.out[i]);
	buf_done(&l.gone);
	return ok;
}
