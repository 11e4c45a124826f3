/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/forms/forms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Logs that were taken from the machine's own disk went with it when it was installed anew. */
static bool local(const struct host *h)
{
	return h->sees == SEES_EVTX || h->sees == SEES_SECURITY || h->sees == SEES_AUDIT ||
	       h->sees == SEES_COLLECTION;
}

bool form_sees(const struct host *h, const struct act *a)
{
	if (a->ns < h->from || h->missing & SEEN(a->kind))
		return false;
	return !(h->reimaged && local(h) && a->ns < h->reimaged);
}

int64_t form_time(const struct host *h, int64_t ns)
{
	return ns + h->skew;
}

const char *form_path(struct host *h, const char *text)
{
	static const char *const homes[] = { "C:\\Users\\", "/Users/",
					     "/"
					     "home/" };
	struct buf b = { 0 };
	const char *kept;

	if (!text || !strchr(text, '~'))
		return text;
	for (const char *c = text; *c; c++)
		if (*c == '~')
			buf_printf(&b, "%s%s", homes[h->os], h->user);
		else
			buf_put_byte(&b, (uint8_t)*c);
	kept = (const char *)arena_keep(h->arena, buf_slice(&b)).p;
	buf_done(&b);
	return kept;
}

bool form_put(struct host *h, const struct rehearse_sink *sink, const char *path,
	      const struct buf *text)
{
	return !text->n || sink->put(sink->of, host_text(h, "evidence/%s", path), buf_slice(text));
}

uint32_t form_machine(const struct host *h, int64_t start)
{
	return h->machine + (h->reimaged && start >= h->reimaged ? 0x100000u : 0);
}

void form_json(struct buf *b, const char *name, const char *value)
{
	buf_json_text(b, name, slice_str(value ? value : ""));
}

void form_digests(const struct host *h, const struct image *file, struct digests *ret)
{
	char more[65], text[400];

	content_sha256(h->x, file->content, ret->sha256);
	snprintf(text, sizeof(text), "%s, more", file->content);
	content_sha256(h->x, text, more);
	snprintf(ret->sha1, sizeof(ret->sha1), "%.40s", more);
	snprintf(ret->md5, sizeof(ret->md5), "%.32s", ret->sha256 + 32);
	snprintf(ret->imports, sizeof(ret->imports), "%.32s", more + 32);
}

static int by_time(const void *a, const void *b)
{
	const struct act *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

bool forms_host(struct host *h, const struct rehearse_sink *sink)
{
	static bool (*const forms[TELEMETRY_COUNT])(struct host *, const struct rehearse_sink *) = {
		[SEES_FLAT] = form_eventlog,	 [SEES_EVTX] = form_eventlog,
		[SEES_SECURITY] = form_eventlog, [SEES_EDR] = form_defender,
		[SEES_AUDIT] = form_audit,	 [SEES_ESLOGGER] = form_macos,
	};

	if (h->act_count)
		qsort(h->acts, h->act_count, sizeof(*h->acts), by_time);
	if (h->sees == SEES_COLLECTION)
		return h->os == OS_LINUX ? form_uac(h, sink) : form_kape(h, sink);
	form_network(h);
	form_inventory(h);
	return forms[h->sees](h, sink);
}

bool forms_fleet(struct exercise *x, const struct rehearse_sink *sink)
{
	static const char *const names[] = { [NETWORK_CONN] = "evidence/network/conn.log",
					     [NETWORK_DNS] = "evidence/network/dns.log",
					     [NETWORK_SSL] = "evidence/network/ssl.log",
					     [NETWORK_DHCP] = "evidence/network/dhcp.log" };
	bool ok = true;

	for (size_t i = 0; i < NETWORK_LOGS && ok; i++)
		if (x->network[i].n)
			ok = sink->put(sink->of, names[i], buf_slice(&x->network[i]));
	if (ok && x->inventory.n)
		ok = sink->put(sink->of, "evidence/inventory/software-files.csv",
			       buf_slice(&x->inventory));
	return ok;
}
