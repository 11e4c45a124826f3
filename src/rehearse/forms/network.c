/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept for the whole fleet: a sensor on the wire of one office (Zeek's tab-separated conn, dns, ssl and dhcp
 * logs) and an inventory of files with hashes. */
#include "rehearse/act.h"
#include "rehearse/forms/forms.h"

#include <inttypes.h>
#include <stdio.h>

#define OFFICE 200u    /* machines of whom some are behind the sensor: what it keeps is held in memory */
#define IN_OFFICE 7u   /* of 10 */
#define LEASE_DAYS 4

static void zeek_head(struct buf *b, const char *path, const char *fields, const char *types)
{
	if (!b->n)
		buf_printf(b,
			   "#separator "
			   "\\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#"
			   "path\t%s\n"
			   "#fields\t%s\n#types\t%s\n",
			   path, fields, types);
}

static void zeek_start(struct host *h, struct buf *b, int64_t ns, uint64_t order, unsigned port)
{
	buf_printf(b, "%" PRId64 ".%06d\tC%08x%04x\t%s\t%u\t", ns / SECOND, (int)(ns % SECOND / 1000), (unsigned)order,
		   (unsigned)h->index, h->address, port);
}

static void contact(struct host *h, const struct act *a)
{
	struct exercise *x = h->x;
	unsigned port = 49152 + a->order % 16000;

	if (a->kind == ACT_DNS) {
		zeek_start(h, &x->network[NETWORK_DNS], a->ns, a->order, port);
		buf_printf(&x->network[NETWORK_DNS],
			   "192.0.2.53\t53\tudp\t%u\t%s\t1\tC_INTERNET\t1\tA\t0\tNOERROR\t%s\n",
			   (unsigned)a->order, a->name, a->value);
		return;
	}
	zeek_start(h, &x->network[NETWORK_CONN], a->ns, a->order, port);
	buf_printf(&x->network[NETWORK_CONN], "%s\t443\ttcp\tssl\t1.2\t%u\t%u\tSF\n", a->value,
		   600 + a->order % 900, 3000 + a->order % 5000);
	zeek_start(h, &x->network[NETWORK_SSL], a->ns, a->order, port);
	buf_printf(&x->network[NETWORK_SSL], "%s\t443\tTLSv13\t%s\tT\n", a->value, a->name);
}

/* Who has which address: asked for when the machine comes up after some days. */
static void lease(struct host *h, int64_t ns)
{
	buf_printf(&h->x->network[NETWORK_DHCP],
		   "%" PRId64 ".000000\tC%08x%04x\t%s\t192.0.2.67\t02:00:5e:%02x:%02x:%02x\t%s\t%s\t%s\t%u.000000\n",
		   ns / SECOND, (unsigned)(ns / SECOND), (unsigned)h->index, h->address, (unsigned)(h->index >> 16 & 255),
		   (unsigned)(h->index >> 8 & 255), (unsigned)(h->index & 255), h->name, h->full, h->address,
		   LEASE_DAYS * 2 * 86400);
}

static void heads(struct exercise *x)
{
	zeek_head(&x->network[NETWORK_CONN], "conn",
		  "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\t"
		  "conn_state",
		  "time\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring");
	zeek_head(&x->network[NETWORK_DNS], "dns",
		  "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\tquery\tqclass\tqclass_name\tqtype\t"
		  "qtype_name\trcode\trcode_name\tanswers",
		  "time\tstring\taddr\tport\taddr\tport\tenum\tcount\tstring\tcount\tstring\tcount\tstring\tcount\tstring\t"
		  "vector[string]");
	zeek_head(&x->network[NETWORK_SSL], "ssl",
		  "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tversion\tserver_name\testablished",
		  "time\tstring\taddr\tport\taddr\tport\tstring\tstring\tbool");
	zeek_head(&x->network[NETWORK_DHCP], "dhcp",
		  "ts\tuids\tclient_addr\tserver_addr\tmac\thost_name\tclient_fqdn\tassigned_addr\tlease_time",
		  "time\tset[string]\taddr\taddr\tstring\tstring\tstring\taddr\tinterval");
}

/* The others are at home, or in an office without a sensor. */
static bool is_in_office(const struct host *h)
{
	struct rng r = exercise_stream(h->x, h->index, 61);

	return h->index < OFFICE && rng_below(&r, 10) < IN_OFFICE;
}

void form_network(struct host *h)
{
	int64_t leased = INT64_MIN;

	if (!is_in_office(h))
		return;
	heads(h->x);
	for (size_t n = 0; n < h->act_count; n++) {
		if (h->acts[n].kind != ACT_DNS && h->acts[n].kind != ACT_CONNECT)
			continue;
		if (leased == INT64_MIN || h->acts[n].ns - leased >= LEASE_DAYS * DAY)
			lease(h, leased = h->acts[n].ns);
		contact(h, &h->acts[n]);
	}
}

static void cell(struct buf *b, const char *text)
{
	buf_printf(b, "\"%s\",", text);
}

/* What lies there at the end; signed by whom a file says. */
void form_inventory(struct host *h)
{
	struct buf *b = &h->x->inventory;

	if (!h->inventoried)
		return;
	if (!b->n)
		buf_put_str(b, "Host,Path,SHA256,Product,Version,Publisher,Signer\n");
	for (size_t n = 0; n < h->owned_count; n++)
		for (int part = PART_PROGRAM; part <= PART_LIBRARY && !h->owned[n].until;
		     part += PART_LIBRARY) {
			const struct image *i = image_part(h, h->owned[n].product,
							   h->owned[n].release, (enum part)part);
			struct digests d;

			form_digests(h, i, &d);
			cell(b, h->full);
			cell(b, form_path(h, i->path));
			cell(b, d.sha256);
			cell(b, i->product);
			cell(b, i->version);
			cell(b, i->company);
			buf_printf(b, "\"%s\"\n", i->signer);
		}
}
