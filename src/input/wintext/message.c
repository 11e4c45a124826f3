/* SPDX-License-Identifier: Apache-2.0 */
#include "input/wintext/message.h"

#include "input/put.h"

#define LABEL_BYTES_MAX 64
#define MESSAGE_FIELDS_MAX 512
#define TIME_BYTES_MAX 40

/* Labels of English messages and their names in EventData. The first line that fits counts: one for
 * some events only (ids, up to three) stands before the general one. No section: any. */
struct label {
	uint16_t ids[3];
	const char *section, *text, *name;
};

static const struct label labels[] = {
	{ { 4634, 4647 }, "Subject", "Security ID", "TargetUserSid" },
	{ { 4634, 4647 }, "Subject", "Account Name", "TargetUserName" },
	{ { 4634, 4647 }, "Subject", "Account Domain", "TargetDomainName" },
	{ { 4634, 4647 }, "Subject", "Logon ID", "TargetLogonId" },
	{ { 4688 }, NULL, "New Process ID", "NewProcessId" },
	{ { 4688 }, NULL, "New Process Name", "NewProcessName" },
	{ { 4688 }, NULL, "Token Elevation Type", "TokenElevationType" },
	{ { 4688 }, NULL, "Mandatory Label", "MandatoryLabel" },
	{ { 4688 }, NULL, "Creator Process ID", "ProcessId" },
	{ { 4688 }, NULL, "Creator Process Name", "ParentProcessName" },
	{ { 4688 }, NULL, "Process Command Line", "CommandLine" },
	{ { 4689 }, NULL, "Exit Status", "Status" },
	{ { 4624, 4625 }, NULL, "Logon Type", "LogonType" },
	{ { 4624, 4625 }, NULL, "Logon Process", "LogonProcessName" },
	{ { 4624, 4625 }, NULL, "Authentication Package", "AuthenticationPackageName" },
	{ { 4624, 4625 }, NULL, "Transited Services", "TransmittedServices" },
	{ { 4624, 4625 }, NULL, "Package Name (NTLM only)", "LmPackageName" },
	{ { 4624, 4625 }, NULL, "Source Network Address", "IpAddress" },
	{ { 4624 }, "Network Information", "Source Port", "IpPort" },
	{ { 4625 }, "Network Information", "Source Port", "IpPort" },
	{ { 4624 }, NULL, "Restricted Admin Mode", "RestrictedAdminMode" },
	{ { 4624 }, NULL, "Virtual Account", "VirtualAccount" },
	{ { 4624 }, NULL, "Elevated Token", "ElevatedToken" },
	{ { 4624 }, NULL, "Linked Logon ID", "TargetLinkedLogonId" },
	{ { 4624 }, NULL, "Network Account Name", "TargetOutboundUserName" },
	{ { 4624 }, NULL, "Network Account Domain", "TargetOutboundDomainName" },
	{ { 4648 }, "Account Whose Credentials Were Used", "Logon GUID", "TargetLogonGuid" },
	{ { 4648 }, NULL, "Target Server Name", "TargetServerName" },
	{ { 4648 }, NULL, "Additional Information", "TargetInfo" },
	{ { 4648 }, "Network Information", "Network Address", "IpAddress" },
	{ { 4648 }, "Network Information", "Port", "IpPort" },
	{ { 5140, 5145 }, NULL, "Source Address", "IpAddress" },
	{ { 5140, 5145 }, NULL, "Source Port", "IpPort" },
	{ { 5140, 5145 }, NULL, "Share Path", "ShareLocalPath" },
	{ { 5156, 5157 }, NULL, "Application Name", "Application" },
	{ { 5156, 5157 }, NULL, "Process ID", "ProcessID" },
	{ { 5156, 5157 }, NULL, "Destination Address", "DestAddress" },
	{ { 5156, 5157 }, NULL, "Destination Port", "DestPort" },
	{ { 7045 }, NULL, "Service File Name", "ImagePath" },
	{ { 7045 }, NULL, "Service Start Type", "StartType" },
	{ { 7045 }, NULL, "Service Account", "AccountName" },
	{ { 4104 }, NULL, "ScriptBlock ID", "ScriptBlockId" },
	{ { 4732, 4728, 4756 }, "Member", "Security ID", "MemberSid" },
	{ { 4732, 4728, 4756 }, "Member", "Account Name", "MemberName" },
	{ { 1116, 1117 }, NULL, "Name", "Threat Name" },
	{ { 1116, 1117 }, NULL, "ID", "Threat ID" },
	{ { 1116, 1117 }, NULL, "Severity", "Severity Name" },
	{ { 1116, 1117 }, NULL, "Category", "Category Name" },
	{ { 1116, 1117 }, NULL, "User", "Detection User" },
	{ { 1116, 1117 }, NULL, "Detection Origin", "Origin Name" },
	{ { 1116, 1117 }, NULL, "Detection Type", "Type Name" },
	{ { 1116, 1117 }, NULL, "Detection Source", "Source Name" },
	{ { 0 }, "Subject", "Security ID", "SubjectUserSid" },
	{ { 0 }, "Subject", "Account Name", "SubjectUserName" },
	{ { 0 }, "Subject", "Account Domain", "SubjectDomainName" },
	{ { 0 }, "Subject", "Domain Name", "SubjectDomainName" },
	{ { 0 }, "Subject", "Logon ID", "SubjectLogonId" },
	{ { 0 }, "Target", "Security ID", "TargetUserSid" },
	{ { 0 }, "Target", "Account Name", "TargetUserName" },
	{ { 0 }, "Target", "Account Domain", "TargetDomainName" },
	{ { 0 }, "Target", "Logon ID", "TargetLogonId" },
	{ { 0 }, "Target", "Logon GUID", "LogonGuid" },
	{ { 0 }, "Group", "Security ID", "TargetSid" },
	{ { 0 }, "Group", "Group Name", "TargetUserName" },
	{ { 0 }, "Group", "Group Domain", "TargetDomainName" },
	{ { 0 }, NULL, "Process ID", "ProcessId" },
	{ { 0 }, NULL, "Process Name", "ProcessName" },
	{ { 0 }, NULL, "Caller Process ID", "ProcessId" },
	{ { 0 }, NULL, "Caller Process Name", "ProcessName" },
	{ { 0 }, NULL, "Sub Status", "SubStatus" },
	{ { 0 }, NULL, "Workstation Name", "WorkstationName" },
	{ { 0 }, NULL, "Handle ID", "HandleId" },
	{ { 0 }, NULL, "Accesses", "AccessList" },
	{ { 0 }, NULL, "Service File Name", "ServiceFileName" },
	{ { 0 }, NULL, "Service Start Type", "ServiceStartType" },
};

/* Sections whose labels mean the same. */
static const struct {
	const char *section, *as;
} sections[] = {
	{ "Creator Subject", "Subject" },
	{ "Target Subject", "Target" },
	{ "New Logon", "Target" },
	{ "Account For Which Logon Failed", "Target" },
	{ "Account Whose Credentials Were Used", "Target" },
	{ "New Account", "Target" },
	{ "Target Account", "Target" },
};

struct reading {
	const struct names *names;
	struct event *ev;
	struct slice section, raw_section;
	uint64_t event_id;
	struct slice name,
		value; /* the field that following lines may belong to; name.p NULL: none */
	bool plain;    /* Sysmon: labels are names, and every line has one */
	unsigned fields;
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "11/03/2026 09:14:07 AM", "2026-11-03 09:14:07.123" and kin: digits and separators, with a colon.
 */
static bool is_time_line(struct slice line)
{
	size_t digits = 0, colons = 0;

	if (line.n < 14 || line.n > TIME_BYTES_MAX || !is_digit(line.p[0]))
		return false;
	for (size_t i = 0; i < line.n; i++) {
		uint8_t c = ascii_lower(line.p[i]);

		if (!is_digit(c) && (!c || !strchr(" /-.:,+ampztuc", c)))
			return false;
		digits += is_digit(c);
		colons += c == ':';
	}
	return digits >= 8 && colons >= 1;
}

bool wintext_starts(struct slice text)
{
	static const struct slice log = SLICE("LogName=");
	struct slice rest, line = slice_trim(slice_cut(text, '\n', &rest));

	if (slice_starts(line, log))
		return true;
	return is_time_line(line) && rest.p && slice_starts(rest, log);
}

/* ---- the message ---- */

static void put_field(struct reading *r)
{
	if (r->name.p && r->fields < MESSAGE_FIELDS_MAX) {
		struct put_name p = { r->name, names_find(r->names, r->name) };

		put_text(r->ev, &p, slice_trim(r->value));
		r->fields++;
	}
	r->name = slice_of(NULL, 0);
}

static bool fits(const struct label *l, const struct reading *r, struct slice text)
{
	bool id = !l->ids[0];

	for (size_t i = 0; i < 3 && !id; i++)
		id = l->ids[i] && l->ids[i] == r->event_id;
	return id && slice_is(text, l->text) &&
	       (!l->section || slice_is(r->section, l->section) ||
		slice_is(r->raw_section, l->section));
}

static struct slice name_of(const struct reading *r, struct slice label)
{
	uint8_t *room;
	size_t n = 0;

	if (r->plain)
		return label;
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (fits(&labels[i], r, label))
			return slice_str(labels[i].name);
	/* Most names in EventData are the label without its blanks. */
	room = arena_alloc(&r->ev->arena, label.n);
	if (!room)
		return label;
	for (size_t i = 0; i < label.n; i++)
		if (label.p[i] != ' ')
			room[n++] = label.p[i];
	return slice_of(room, n);
}

static void set_section(struct reading *r, struct slice label)
{
	r->section = r->raw_section = label;
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if (slice_is(label, sections[i].section))
			r->section = slice_str(sections[i].as);
}

/* The label at the start of a line: letters, digits, blanks and ()-, then a colon with a blank, a
 * tab or the end behind it. p NULL where there is none. */
static struct slice label_of(struct slice line, bool plain)
{
	size_t n = slice_find(slice_head(line, LABEL_BYTES_MAX + 1), ':');

	if (n == 0 || n >= slice_head(line, LABEL_BYTES_MAX + 1).n)
		return slice_of(NULL, 0);
	if (n + 1 < line.n && line.p[n + 1] != ' ' && line.p[n + 1] != '\t')
		return slice_of(NULL, 0);
	for (size_t i = 0; i < n; i++) {
		uint8_t c = ascii_lower(line.p[i]);
		bool word = (c >= 'a' && c <= 'z') || (i && is_digit(c));

		if (!word && (plain || !i || !strchr(" ()-/", c)))
			return slice_of(NULL, 0);
	}
	return slice_head(line, n);
}

/* The value goes on with this line. */
static void extend(struct reading *r, struct slice line)
{
	if (r->name.p && r->value.p)
		r->value.n = (size_t)(line.p + line.n - r->value.p);
}

static void read_message_line(struct reading *r, struct slice line)
{
	bool indented = line.n && (line.p[0] == '\t' || line.p[0] == ' ');
	struct slice text = slice_trim(line), label = label_of(text, r->plain);
	struct slice value = slice_trim(slice_from(text, label.n + 1));

	if (!text.n && !r->plain) { /* explanations follow an empty line */
		put_field(r);
		return;
	}
	if (!label.p) {
		extend(r, line);
		return;
	}
	put_field(r);
	if (!value.n && !indented && !r->plain) {
		set_section(r, label);
		return;
	}
	r->name = name_of(r, label);
	r->value = value.p ? value : slice_of(text.p + text.n, 0);
}

/* "Creating Scriptblock text (1 of 2):", then the script itself, then "ScriptBlock ID: ...". */
static struct slice read_script(struct reading *r, struct slice message)
{
	static const struct slice lead = SLICE("Creating Scriptblock text ("),
				  id = SLICE("\nScriptBlock ID: ");
	static const struct put_name name = { SLICE("ScriptBlockText"), 0 };
	struct slice rest, line = slice_cut(message, '\n', &rest);
	const uint8_t *end = NULL;

	if (r->event_id != 4104 || !slice_starts(line, lead) || !rest.p)
		return message;
	for (const uint8_t *hit = slice_search(rest, id); hit;
	     hit = slice_search(slice_from(rest, (size_t)(hit - rest.p) + 1), id))
		end = hit;
	if (!end)
		return message;
	struct put_name p = { name.name, names_find(r->names, name.name) };

	put_text(r->ev, &p, slice_trim(slice_head(rest, (size_t)(end - rest.p))));
	return slice_from(rest, (size_t)(end - rest.p) + 1);
}

static void read_message(struct reading *r, struct slice message)
{
	struct put_name p = { slice_str("Message"), NAME_MESSAGE };

	put_text(r->ev, &p, slice_trim(message));
	message = read_script(r, message);
	while (message.p) {
		struct slice line = slice_cut(message, '\n', &message);

		read_message_line(r, line);
	}
	put_field(r);
}

/* ---- the header ---- */

static void read_header_line(struct reading *r, struct slice name, struct slice value)
{
	struct put_name p = { name, NAME_OTHER };

	/* Not Sysmon's fields of the same name, which its message holds. */
	if (slice_is(name, "EventType"))
		p.name = slice_str("LogEventType");
	else if (slice_is(name, "User"))
		p.name = slice_str("LogUser");
	p.id = names_find(r->names, p.name);
	if (slice_is(name, "EventCode"))
		slice_to_u64(value, &r->event_id);
	if (slice_is(name, "LogName"))
		r->plain = slice_search(value, slice_str("Sysmon")) != NULL;
	put_text(r->ev, &p, value);
}

void wintext_read(struct slice text, const struct names *names, struct event *ev)
{
	static const struct slice message = SLICE("Message=");
	struct reading r = { .names = names, .ev = ev };
	struct slice line, rest = text;

	while (rest.n) {
		struct slice start = rest, value;

		line = slice_trim(slice_cut(rest, '\n', &rest));
		if (slice_starts(line, message)) {
			read_message(&r, slice_from(start, slice_find(start, '=') + 1));
			return;
		}
		struct slice name = slice_cut(line, '=', &value);

		if (value.p && name.n && name.n <= LABEL_BYTES_MAX) {
			read_header_line(&r, name, slice_trim(value));
		} else if (is_time_line(line)) {
			struct put_name p = { slice_str("LocalTime"), 0 };

			p.id = names_find(names, p.name);
			put_text(ev, &p, line);
		}
	}
}
