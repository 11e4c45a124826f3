/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/forms/log.h"

#include "base/when.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const channels[] = { "Microsoft-Windows-Sysmon/Operational", "Security",
					"System", "Application",
					"Microsoft-Windows-Windows Defender/Operational" };
static const char *const providers[] = { "Microsoft-Windows-Sysmon",
					 "Microsoft-Windows-Security-Auditing",
					 "Service Control Manager", "MsiInstaller",
					 "Microsoft-Windows-Windows Defender" };

static void open_nested(struct log *l, struct when t, enum channel c, const char *provider, int id)
{
	struct buf *b = l->now;

	buf_put_str(b, "{\"Event\":{\"#attributes\":{\"xmlns\":"
		       "\"http://schemas.microsoft.com/win/2004/08/events/"
		       "event\"},\"System\":{\"Provider\":"
		       "{\"#attributes\":{");
	form_json(b, "Name", provider);
	buf_printf(b, "}},\"EventID\":%d,\"TimeCreated\":{\"#attributes\":{", id);
	buf_json_key(b, "SystemTime");
	buf_put_when(b, t);
	buf_printf(b, "}},\"EventRecordID\":%" PRIu64, l->number[c]);
	form_json(b, "Channel", channels[c]);
	form_json(b, "Computer", l->h->full);
	buf_put_str(b, "},\"EventData\":{");
}

void log_open(struct log *l, int64_t ns, enum channel channel, const char *provider, int id,
	      bool seen)
{
	struct when t = { .ns = form_time(l->h, ns), .digits = 3, .set = true };
	struct buf *b = l->now = seen ? &l->out[l->nested ? channel : LOG_SYSMON] : &l->gone;

	l->number[channel]++;
	buf_clear(&l->gone);
	provider = provider ? provider : providers[channel];
	if (l->nested) {
		open_nested(l, t, channel, provider, id);
		return;
	}
	buf_put_byte(b, '{');
	buf_json_u64(b, "EventID", (uint64_t)id);
	form_json(b, "Channel", channels[channel]);
	form_json(b, "SourceName", provider);
	form_json(b, "Hostname", l->h->full);
	buf_json_key(b, "@timestamp");
	buf_put_when(b, t);
	buf_json_u64(b, "RecordNumber", l->number[channel]);
}

void log_field(struct log *l, const char *name, const char *value)
{
	form_json(l->now, name, form_path(l->h, value));
}

void log_decimal(struct log *l, const char *name, uint64_t value)
{
	form_json(l->now, name, host_text(l->h, "%" PRIu64, value));
}

void log_hex(struct log *l, const char *name, uint64_t value)
{
	form_json(l->now, name, host_text(l->h, "0x%" PRIx64, value));
}

void log_list(struct log *l, const char *const *values, size_t n)
{
	buf_json_key(l->now, "Data");
	buf_put_str(l->now, l->nested ? "{\"#text\":[" : "[");
	for (size_t i = 0; i < n; i++) {
		buf_json_comma(l->now);
		buf_put_json(l->now, slice_str(form_path(l->h, values[i])));
	}
	buf_put_str(l->now, l->nested ? "]}" : "]");
}

void log_close(struct log *l)
{
	buf_put_str(l->now, l->nested ? "}}}\n" : "}\n");
}
