/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML property lists, through expat. Their document type is Apple's and names no entities: one that
 * declares some is refused, and nothing outside is ever fetched. Numbers may be hexadecimal. Where
 * the text breaks off, what is open is closed: what came before can be read.
 */
#include "base/buf.h"
#include "base/heap.h"
#include "base/limits.h"
#include "base/utf.h"
#include "base/when.h"
#include "input/plist/tree.h"

#include <expat.h>
#include <stdlib.h>

#define COCOA_SECONDS 978307200
#define NODES_MAX ((size_t)1 << 20)

/* A container that is open: its children so far are the last of `pending`. */
struct open {
	size_t node, first; /* in pending */
};

struct builder {
	XML_Parser parser;
	struct plist *p;
	struct buf text;
	uint32_t
		*pending; /* references of open containers; dictionaries': key, value, key, value */
	size_t pending_count, pending_cap;
	struct open open[LIMIT_DEPTH];
	unsigned depth;
	bool has_root;
	uint64_t skipped; /* bytes of the file before the text */
	const char *why;
};

static void stop(struct builder *b, const char *why)
{
	b->why = why;
	XML_StopParser(b->parser, XML_FALSE);
}

static struct plist_value *node_new(struct builder *b, enum plist_type type)
{
	struct plist_nodes *n = &b->p->nodes;

	if (n->n >= NODES_MAX) {
		stop(b, "more values than the limit");
		return NULL;
	}
	n->list = heap_room(n->list, n->n, &n->cap, sizeof(*n->list));
	struct plist_value *v = &n->list[n->n++];

	*v = (struct plist_value){ .type = type };
	v->offset = b->skipped + (uint64_t)XML_GetCurrentByteIndex(b->parser);
	if (b->depth == 0) {
		b->p->root = b->has_root ? b->p->root : n->n - 1;
		b->has_root = true;
	} else {
		b->pending = heap_room(b->pending, b->pending_count, &b->pending_cap,
				       sizeof(*b->pending));
		b->pending[b->pending_count++] = (uint32_t)(n->n - 1);
	}
	return v;
}

static void put_ref(struct plist_nodes *n, uint32_t ref)
{
	n->refs = heap_room(n->refs, n->ref_count, &n->ref_cap, sizeof(*n->refs));
	n->refs[n->ref_count++] = ref;
}

/* The children of the innermost container are complete. A key without a value is left out. */
static void close_container(struct builder *b)
{
	struct plist_nodes *n = &b->p->nodes;
	const struct open *o = &b->open[--b->depth];
	struct plist_value *v = &n->list[o->node];
	size_t count = b->pending_count - o->first;

	v->first = (uint32_t)n->ref_count;
	if (v->type == PLIST_DICT) {
		v->count = (uint32_t)(count / 2);
		for (size_t half = 0; half < 2; half++)
			for (size_t i = 0; i < count / 2; i++)
				put_ref(n, b->pending[o->first + 2 * i + half]);
	} else {
		v->count = (uint32_t)count;
		for (size_t i = 0; i < count; i++)
			put_ref(n, b->pending[o->first + i]);
	}
	b->pending_count = o->first;
}

static void open_container(struct builder *b, enum plist_type type)
{
	struct plist_value *v;

	if (b->depth >= LIMIT_DEPTH) {
		stop(b, "nested deeper than the limit");
		return;
	}
	v = node_new(b, type);
	if (v)
		b->open[b->depth++] =
			(struct open){ (size_t)(v - b->p->nodes.list), b->pending_count };
}

static void on_start(void *ctx, const char *name, const char **attributes)
{
	struct builder *b = ctx;
	struct plist_value *v;

	(void)attributes;
	buf_clear(&b->text);
	if (!strcmp(name, "dict")) {
		open_container(b, PLIST_DICT);
	} else if (!strcmp(name, "array")) {
		open_container(b, PLIST_ARRAY);
	} else if (!strcmp(name, "true") || !strcmp(name, "false")) {
		v = node_new(b, PLIST_BOOL);
		if (v)
			v->i = name[0] == 't';
	}
}

static void on_text(void *ctx, const char *text, int n)
{
	struct builder *b = ctx;

	buf_put(&b->text, slice_of(text, (size_t)n));
}

static int64_t integer_of(struct slice s)
{
	char text[40];

	s = slice_head(slice_trim(s), sizeof(text) - 1);
	if (s.n)
		memcpy(text, s.p, s.n);
	text[s.n] = 0;
	return strtoll(text, NULL, s.n > 2 && (s.p[1] == 'x' || s.p[1] == 'X') ? 16 : 10);
}

/* RFC 4648, white space between. */
static struct slice base64_of(struct slice s, struct arena *a)
{
	uint8_t *out = arena_alloc(a, s.n / 4 * 3 + 3);
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (size_t i = 0; out && i < s.n; i++) {
		uint8_t c = s.p[i];
		uint32_t six;

		if (c >= 'A' && c <= 'Z')
			six = c - 'A';
		else if (c >= 'a' && c <= 'z')
			six = c - 'a' + 26u;
		else if (c >= '0' && c <= '9')
			six = c - '0' + 52u;
		else if (c == '+' || c == '/')
			six = c == '+' ? 62 : 63;
		else
			continue;
		bits = bits << 6 | six;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	return slice_of(out, n);
}

static void fill_leaf(struct builder *b, struct plist_value *v)
{
	struct slice s = buf_slice(&b->text);
	struct arena *a = &b->p->nodes.arena;
	char text[40];
	struct when t;

	switch (v->type) {
	case PLIST_INT:
		v->i = integer_of(s);
		break;
	case PLIST_REAL:
		s = slice_head(slice_trim(s), sizeof(text) - 1);
		if (s.n)
			memcpy(text, s.p, s.n);
		text[s.n] = 0;
		v->f = strtod(text, NULL);
		break;
	case PLIST_DATE:
		t = when_parse(slice_trim(s));
		v->type = t.set ? PLIST_DATE : PLIST_NONE;
		v->f = (double)t.ns / 1e9 - COCOA_SECONDS;
		break;
	case PLIST_DATA:
		v->s = base64_of(s, a);
		break;
	default:
		v->s = arena_keep(a, s);
	}
}

static void on_end(void *ctx, const char *name)
{
	static const struct {
		const char *name;
		enum plist_type type;
	} leaves[] = { { "key", PLIST_ASCII }, { "string", PLIST_ASCII }, { "integer", PLIST_INT },
		       { "real", PLIST_REAL }, { "date", PLIST_DATE },	  { "data", PLIST_DATA } };
	struct builder *b = ctx;

	if (!strcmp(name, "dict") || !strcmp(name, "array")) {
		if (b->depth)
			close_container(b);
		return;
	}
	for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++)
		if (!strcmp(name, leaves[i].name)) {
			struct plist_value *v = node_new(b, leaves[i].type);

			if (v)
				fill_leaf(b, v);
		}
	buf_clear(&b->text);
}

static void on_entity(void *ctx, const XML_Char *name, int parameter, const XML_Char *value, int n,
		      const XML_Char *base, const XML_Char *system, const XML_Char *public,
		      const XML_Char *notation)
{
	(void)name, (void)parameter, (void)value, (void)n, (void)base, (void)system, (void)public,
		(void)notation;
	stop(ctx, "it declares entities of its own");
}

static bool parse(struct builder *b, struct slice text)
{
	b->parser = XML_ParserCreate(NULL);
	if (!b->parser)
		abort();
	XML_SetHashSalt(b->parser, 1); /* or it asks the system for chance, in the sandbox */
	XML_SetUserData(b->parser, b);
	XML_SetElementHandler(b->parser, on_start, on_end);
	XML_SetCharacterDataHandler(b->parser, on_text);
	XML_SetEntityDeclHandler(b->parser, on_entity);
	bool ok = XML_Parse(b->parser, (const char *)text.p, (int)text.n, 1) == XML_STATUS_OK;

	while (b->depth)
		close_container(b);
	return ok;
}

static void builder_done(struct builder *b)
{
	XML_ParserFree(b->parser);
	buf_done(&b->text);
	free(b->pending);
}

bool plist_read_xml(struct plist *p, struct plist_fault *fault)
{
	struct slice text = slice_trim(p->bytes);
	struct builder b = { .p = p, .skipped = text.n ? (uint64_t)(text.p - p->bytes.p) : 0 };

	arena_init(&p->nodes.arena, LIMIT_EVENT_BYTES);
	if (!utf8_valid(text) && text.n && text.p[0] == '<') {
		text = utf8_repair(&p->nodes.arena, text);
		*fault = (struct plist_fault){ 0, "bytes that are not UTF-8 were replaced" };
	}
	if (!text.n || !parse(&b, text)) {
		fault->offset =
			b.parser ? b.skipped + (uint64_t)XML_GetCurrentByteIndex(b.parser) : 0;
		fault->why = b.why	? b.why
			     : b.parser ? XML_ErrorString(XML_GetErrorCode(b.parser))
					: "nothing in it";
	}
	bool has_root = b.has_root;

	if (b.parser)
		builder_done(&b);
	return has_root;
}
