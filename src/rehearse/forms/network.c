/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept for the whole fleet: a sensor on the wire of one office (Zeek's tab-separated conn,
 * dns and ssl logs) and an inventory of files with hashes. */
#include "rehearse/act.h"
#include "rehearse/forms/forms.h"

#include <inttypes.h>
#include <stdio.h>

#define OFFICE 6u /* machines behind the sensor */
#define EACH 40u  /* contacts of a machine that are kept */

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

static void zeek_start(struct host *h, struct buf *b, const struct act *a, unsigned port)
{
	buf_printf(b, "%" PRId64 ".%06d\tC%08x%04x\t%s\t%u\t", a->ns / SECOND,
		   (int)(a->ns % SECOND / 1000), (unsigned)a->order, (unsigned)h->index, h->address,
		   port);
}

static void contact(struct host *h, const struct act *a)
{
	struct exercise *x = h->x;
	unsigned port = 49152 + a->order % 16000;

	if (a->kind == ACT_DNS) {
		zeek_start(h, &x->network[1], a, port);
		buf_printf(&x->network[1],
			   "192.0.2.53\t53\tudp\t%u\t%s\t1\tC_INTERNET\t1\tA\t0\tNOERROR\t%s\n",
			   (unsigned)a->order, a->name, a->value);
		return;
	}
	zeek_start(h, &x->network[0], a, port);
	buf_printf(&x->network[0], "%s\t443\ttcp\tssl\t1.2\t%u\t%u\tSF\n", a->value,
		   600 + a->order % 900, 3000 + a->order % 5000);
	zeek_start(h, &x->network[2], a, port);
	buf_printf(&x->network[2], "%s\t443\tTLSv13\t%s\tT\n", a->value, a->name);
}

void form_network(struct host *h)
{
	struct exercise *x = h->x;
	unsigned kept = 0;

	if (h->index >= OFFICE)
		return;
	zeek_head(&x->network[0], "conn",
		  "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_"
		  "p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state",
		  "time\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstri"
		  "ng");
	zeek_head(&x->network[1], "dns",
		  "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_"
		  "id\tquery\tqclass\tqclass_name\tqtype\t"
		  "qtype_name\trcode\trcode_name\tanswers",
		  "time\tstring\taddr\tport\taddr\tport\tenum\tcount\tstring\tcount\tstring\tcount"
		  "\tstring\tcount\tstring\t"
		  "vector[string]");
	zeek_head(&x->network[2], "ssl",
		  "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tversion\tserver_"
		  "name\testablished",
		  "time\tstring\taddr\tport\taddr\tport\tstring\tstring\tbool");
	for (size_t n = 0; n < h->act_count && kept < 2 * EACH; n++)
		if (h->acts[n].kind == ACT_DNS || h->acts[n].kind == ACT_CONNECT) {
			contact(h, &h->acts[n]);
			kept++;
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
