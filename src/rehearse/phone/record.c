/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/phone/record.h"

#include "base/heap.h"
#include "base/when.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *text(struct machine *m, const char *format, ...)
{
	char *into = m->scratch[m->scratch_next++ % 16];
	va_list args;

	va_start(args, format);
	vsnprintf(into, sizeof(m->scratch[0]), format, args);
	va_end(args);
	return into;
}

void record_open(struct machine *m, int64_t ns, const char *channel, const char *source, int id)
{
	struct when t = { .ns = ns, .digits = 3, .set = true };

	m->records = heap_room(m->records, m->n, &m->cap, sizeof(*m->records));
	m->records[m->n] = (struct record){ .ns = ns, .at = m->text.n };
	buf_put_byte(&m->text, '{');
	buf_json_u64(&m->text, "EventID", (uint64_t)id);
	buf_json_text(&m->text, "Channel", slice_str(channel));
	buf_json_text(&m->text, "SourceName", slice_str(source));
	buf_json_key(&m->text, "Hostname");
	buf_printf(&m->text, "\"%s.corp.example\"", m->name);
	buf_json_key(&m->text, "TimeCreated");
	buf_put_when(&m->text, t);
	buf_json_key(&m->text, "@timestamp");
	buf_put_when(&m->text, t);
}

void record_close(struct machine *m)
{
	buf_put_str(&m->text, "}\n");
	m->records[m->n].bytes = m->text.n - m->records[m->n].at;
	m->n++;
}

void record_field(struct machine *m, const char *name, const char *value)
{
	struct buf b = { 0 };

	for (const char *c = value; *c; c++)
		if (*c == '~')
			buf_printf(&b, "C:\\Users\\%s", m->user);
		else
			buf_put_byte(&b, (uint8_t)*c);
	buf_json_text(&m->text, name, buf_slice(&b));
	buf_done(&b);
}

static int by_time(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

void record_sort(struct machine *m, struct buf *out)
{
	if (m->n)
		qsort(m->records, m->n, sizeof(*m->records), by_time);
	for (size_t n = 0; n < m->n; n++)
		buf_put(out, slice_of(m->text.p + m->records[n].at, m->records[n].bytes));
}

/* ---- parts of records ---- */

static const char *user_of(struct machine *m, const struct process *p)
{
	return p->program->system ? "NT AUTHORITY\\SYSTEM" : text(m, "CORP\\%s", m->user);
}

static void sysmon_open(struct machine *m, int64_t ns, int id)
{
	struct when t = { .ns = ns, .digits = 3, .set = true };
	char utc[32];
	size_t n;

	record_open(m, ns, "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", id);
	record_field(m, "RuleName", "-");
	/* Sysmon writes "2025-03-03 06:00:00.000": a space, no zone. */
	n = when_format(t, utc);
	utc[10] = ' ';
	utc[n - 1] = 0;
	record_field(m, "UtcTime", utc);
}

static void sysmon_actor(struct machine *m, int64_t ns, int id, const struct process *p)
{
	sysmon_open(m, ns, id);
	record_field(m, "ProcessGuid", p->guid);
	record_field(m, "ProcessId", text(m, "%" PRIu32, p->pid));
	record_field(m, "Image", p->program->image);
	record_field(m, "User", user_of(m, p));
}

/* What is no program has no import hash: Sysmon writes zeroes. */
static void hashes(struct machine *m, const char *name, const char *content, bool program)
{
	char sha256[65], more[65], value[300];
	struct buf other = { 0 };

	/* The shorter ones are cut from a second value: Hashes of one content always agree. */
	story_sha256(m->o, content, sha256);
	buf_printf(&other, "%s, more", content);
	buf_put_byte(&other, 0);
	story_sha256(m->o, (const char *)other.p, more);
	snprintf(value, sizeof(value), "SHA1=%.40s,MD5=%.32s,SHA256=%s,IMPHASH=%.32s", more, sha256 + 32,
		 sha256, program ? more + 32 : "00000000000000000000000000000000");
	record_field(m, name, value);
	buf_done(&other);
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '\\');

	return slash ? slash + 1 : path;
}

static void subject(struct machine *m, const struct process *p)
{
	bool system = p->program->system;

	record_field(m, "SubjectUserSid",
		     system ? "S-1-5-18"
			    : text(m, "S-1-5-21-1111111111-2222222222-3333333333-%" PRIu64, 1101 + m->index));
	record_field(m, "SubjectUserName", system ? text(m, "%s$", m->name) : m->user);
	record_field(m, "SubjectDomainName", "CORP");
	record_field(m, "SubjectLogonId", system ? "0x3e7" : "0x3c67a");
}

static void security_open(struct machine *m, int64_t ns, int id)
{
	record_open(m, ns, "Security", "Microsoft-Windows-Security-Auditing", id);
}

/* ---- processes ---- */

static void sysmon_process(struct machine *m, int64_t ns, const struct process *p,
			   const struct process *parent)
{
	const struct program *x = p->program;

	sysmon_actor(m, ns, 1, p);
	record_field(m, "FileVersion", x->version);
	record_field(m, "Description", x->product);
	record_field(m, "Product", x->product);
	record_field(m, "Company", x->company);
	record_field(m, "OriginalFileName", file_name(x->image));
	record_field(m, "CommandLine", p->command);
	record_field(m, "CurrentDirectory", x->system ? "C:\\Windows\\system32\\" : "~\\");
	record_field(m, "LogonId", x->system ? "0x3e7" : "0x3c67a");
	record_field(m, "TerminalSessionId", x->system ? "0" : "1");
	record_field(m, "IntegrityLevel", x->system ? "System" : "Medium");
	hashes(m, "Hashes", text(m, "%s %s", x->image, x->version), true);
	if (parent) {
		record_field(m, "ParentProcessGuid", parent->guid);
		record_field(m, "ParentProcessId", text(m, "%" PRIu32, parent->pid));
		record_field(m, "ParentImage", parent->program->image);
		record_field(m, "ParentCommandLine", parent->command);
		record_field(m, "ParentUser", user_of(m, parent));
	}
	record_close(m);
}

struct process process_start(struct machine *m, int64_t ns, const struct program *program,
			     const char *command, const struct process *parent)
{
	struct process p = { .program = program, .command = command };

	p.pid = 400 + 4 * (uint32_t)rng_below(&m->rng, 8000);
	snprintf(p.guid, sizeof(p.guid), "{%08" PRIx32 "-%04x-%04x-%04x-%012" PRIx64 "}",
		 (uint32_t)(0xa0000000u + m->index), (unsigned)(ns / SECOND >> 16 & 0xffff),
		 (unsigned)(ns / SECOND & 0xffff), (unsigned)(p.pid >> 2 & 0xffff), (uint64_t)m->n);
	sysmon_process(m, ns, &p, parent);
	security_open(m, ns + 4 * (SECOND / 1000), 4688);
	subject(m, parent && parent->program->system ? parent : &p);
	record_field(m, "NewProcessId", text(m, "0x%" PRIx32, p.pid));
	record_field(m, "NewProcessName", program->image);
	record_field(m, "TokenElevationType", program->system ? "%%1936" : "%%1938");
	record_field(m, "ProcessId", text(m, "0x%" PRIx32, parent ? parent->pid : 4));
	record_field(m, "CommandLine", command);
	record_field(m, "TargetUserName", "-");
	if (parent)
		record_field(m, "ParentProcessName", parent->program->image);
	record_field(m, "MandatoryLabel", program->system ? "S-1-16-16384" : "S-1-16-8192");
	record_close(m);
	return p;
}

/* ---- what processes do ---- */

void write_dns(struct machine *m, int64_t ns, const struct process *p, const char *name,
	       const char *address)
{
	sysmon_open(m, ns, 22);
	record_field(m, "QueryName", name);
	record_field(m, "ProcessGuid", p->guid);
	record_field(m, "ProcessId", text(m, "%" PRIu32, p->pid));
	record_field(m, "QueryStatus", "0");
	record_field(m, "QueryResults", text(m, "::ffff:%s;", address));
	record_field(m, "Image", p->program->image);
	record_field(m, "User", user_of(m, p));
	record_close(m);
}

void write_connection(struct machine *m, int64_t ns, const struct process *p, const char *name,
		      const char *address)
{
	sysmon_actor(m, ns, 3, p);
	record_field(m, "DestinationHostname", name);
	record_field(m, "Protocol", "tcp");
	record_field(m, "Initiated", "true");
	record_field(m, "SourceIsIpv6", "false");
	record_field(m, "SourceIp", m->address);
	record_field(m, "SourcePort", text(m, "%u", 49152 + (unsigned)rng_below(&m->rng, 16000)));
	record_field(m, "DestinationIsIpv6", "false");
	record_field(m, "DestinationIp", address);
	record_field(m, "DestinationPort", "443");
	record_field(m, "DestinationPortName", "https");
	record_close(m);
}

void write_file(struct machine *m, int64_t ns, const struct process *p, const char *path)
{
	sysmon_open(m, ns, 11);
	record_field(m, "TargetFilename", path);
	record_field(m, "ProcessGuid", p->guid);
	record_field(m, "ProcessId", text(m, "%" PRIu32, p->pid));
	record_field(m, "Image", p->program->image);
	record_field(m, "User", user_of(m, p));
	record_close(m);
}

void write_zone(struct machine *m, int64_t ns, const struct process *p, const char *path,
		const char *url)
{
	sysmon_actor(m, ns, 15, p);
	record_field(m, "TargetFilename", text(m, "%s:Zone.Identifier", path));
	hashes(m, "Hash", text(m, "the mark on %s", path), false);
	record_field(m, "Contents", text(m, "[ZoneTransfer]  ZoneId=3  HostUrl=%s", url));
	record_close(m);
}

void write_module(struct machine *m, int64_t ns, const struct process *p,
		  const struct module *module)
{
	sysmon_actor(m, ns, 7, p);
	record_field(m, "ImageLoaded", module->path);
	record_field(m, "FileVersion", module->version);
	record_field(m, "OriginalFileName", file_name(module->path));
	hashes(m, "Hashes", module->content, true);
	record_field(m, "Signed", module->signer ? "true" : "false");
	record_field(m, "Signature", module->signer ? module->signer : "-");
	record_field(m, "SignatureStatus", module->signer ? "Valid" : "Unavailable");
	record_close(m);
}

void write_key(struct machine *m, int64_t ns, const struct process *p, const char *key)
{
	sysmon_actor(m, ns, 12, p);
	record_field(m, "EventType", "CreateKey");
	record_field(m, "TargetObject", key);
	record_close(m);
}

void write_value(struct machine *m, int64_t ns, const struct process *p, const char *key,
		 const char *details)
{
	sysmon_actor(m, ns, 13, p);
	record_field(m, "EventType", "SetValue");
	record_field(m, "TargetObject", key);
	record_field(m, "Details", details);
	record_close(m);
}

void write_access(struct machine *m, int64_t ns, const struct process *p, const struct process *target,
		  const char *rights)
{
	sysmon_open(m, ns, 10);
	record_field(m, "SourceProcessGUID", p->guid);
	record_field(m, "SourceProcessId", text(m, "%" PRIu32, p->pid));
	record_field(m, "SourceImage", p->program->image);
	record_field(m, "TargetProcessGUID", target->guid);
	record_field(m, "TargetProcessId", text(m, "%" PRIu32, target->pid));
	record_field(m, "TargetImage", target->program->image);
	record_field(m, "GrantedAccess", rights);
	record_field(m, "CallTrace", "C:\\Windows\\SYSTEM32\\ntdll.dll+9d0f4|"
				     "C:\\Windows\\System32\\KERNELBASE.dll+2c13e");
	record_field(m, "SourceUser", user_of(m, p));
	record_close(m);
}

void write_object_read(struct machine *m, int64_t ns, const struct process *p, const char *object)
{
	security_open(m, ns, 4663);
	subject(m, p);
	record_field(m, "ObjectServer", "Security");
	record_field(m, "ObjectType", "File");
	record_field(m, "ObjectName", object);
	record_field(m, "AccessList", "%%4416");
	record_field(m, "AccessMask", "0x1");
	record_field(m, "ProcessId", text(m, "0x%" PRIx32, p->pid));
	record_field(m, "ProcessName", p->program->image);
	record_close(m);
}

void write_logon(struct machine *m, int64_t ns, bool user, const char *type)
{
	security_open(m, ns, 4624);
	record_field(m, "SubjectUserSid", "S-1-5-18");
	record_field(m, "SubjectUserName", text(m, "%s$", m->name));
	record_field(m, "TargetUserName", user ? m->user : "SYSTEM");
	record_field(m, "TargetDomainName", user ? "CORP" : "NT AUTHORITY");
	record_field(m, "TargetLogonId", user ? "0x3c67a" : "0x3e7");
	record_field(m, "LogonType", type);
	record_field(m, "LogonProcessName", user ? "User32 " : "Advapi  ");
	record_field(m, "AuthenticationPackageName", "Negotiate");
	record_field(m, "WorkstationName", m->name);
	record_field(m, "IpAddress", user ? "127.0.0.1" : "-");
	record_close(m);
}

void write_service(struct machine *m, int64_t ns, const char *name, const char *image)
{
	record_open(m, ns, "System", "Service Control Manager", 7045);
	record_field(m, "ServiceName", name);
	record_field(m, "ImagePath", image);
	record_field(m, "ServiceType", "user mode service");
	record_field(m, "StartType", "auto start");
	record_field(m, "AccountName", "LocalSystem");
	record_close(m);
}

void write_msi(struct machine *m, int64_t ns, const char *product, const char *version,
	       const char *company)
{
	record_open(m, ns, "Application", "MsiInstaller", 1033);
	record_field(m, "Message",
		     text(m, "Windows Installer installed the product. Product Name: %s. Product Version: "
			     "%s. Product Language: 1033. Manufacturer: %s. Installation success or error "
			     "status: 0.", product, version, company));
	record_close(m);
	record_open(m, ns + SECOND / 50, "Application", "MsiInstaller", 11707);
	record_field(m, "Message", text(m, "Product: %s -- Installation completed successfully.", product));
	record_close(m);
}
