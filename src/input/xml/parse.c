/* SPDX-License-Identifier: Apache-2.0 */
#include "input/xml/parse.h"

#include "base/buf.h"
#include "base/heap.h"
#include "base/limits.h"

#include <expat.h>
#include <stdlib.h>

enum section { SECTION_NONE, SECTION_SYSTEM, SECTION_DATA, SECTION_USER, SECTION_RENDERING };

struct xml {
	const struct names *names;
	XML_Parser parser;
	struct event *ev;
	enum section section;
	unsigned depth, section_depth;
	bool leaf;	   /* the element that is open has had no element inside */
	struct slice name; /* of the field that the open leaf is */
	struct buf text;
	const char *why;
};

static const char *local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

static void add(struct xml *x, struct slice name, struct slice text)
{
	if (!event_add(x->ev, name, names_find(x->names, name),
		       value_text_of(arena_keep(&x->ev->arena, text)))) {
		x->why = "more fields than the limit";
		XML_StopParser(x->parser, XML_FALSE);
	}
}

static enum section section_of(const char *name)
{
	if (!strcmp(name, "System"))
		return SECTION_SYSTEM;
	if (!strcmp(name, "EventData") || !strcmp(name, "ProcessingErrorData"))
		return SECTION_DATA;
	if (!strcmp(name, "UserData"))
		return SECTION_USER;
	return strcmp(name, "RenderingInfo") ? SECTION_NONE : SECTION_RENDERING;
}

static void add_attributes(struct xml *x, const char *element, const char **attributes)
{
	for (size_t i = 0; attributes[i]; i += 2) {
		if (!strncmp(attributes[i], "xmlns", 5))
			continue;
		add(x, arena_printf(&x->ev->arena, "%s_%s", element, local_name(attributes[i])),
		    slice_str(attributes[i + 1]));
	}
}

static struct slice data_name(struct xml *x, const char *element, const char **attributes)
{
	for (size_t i = 0; attributes[i]; i += 2)
		if (!strcmp(attributes[i], "Name") && attributes[i + 1][0])
			return arena_keep(&x->ev->arena, slice_str(attributes[i + 1]));
	return arena_keep(&x->ev->arena, slice_str(element));
}

static void on_start(void *ctx, const char *full, const char **attributes)
{
	struct xml *x = ctx;
	const char *name = local_name(full);

	if (++x->depth > LIMIT_DEPTH) {
		x->why = "nested deeper than the limit";
		XML_StopParser(x->parser, XML_FALSE);
		return;
	}
	buf_clear(&x->text);
	if (x->section == SECTION_NONE) {
		x->section = section_of(name);
		x->section_depth = x->depth;
		x->leaf = false;
		return;
	}
	x->leaf = true;
	if (x->section == SECTION_DATA) {
		x->name = data_name(x, name, attributes);
	} else if (x->section == SECTION_RENDERING) {
		x->name = arena_printf(&x->ev->arena, "RenderingInfo.%s", name);
	} else {
		x->name = arena_keep(&x->ev->arena, slice_str(name));
		add_attributes(x, name, attributes);
	}
}

static void on_text(void *ctx, const char *text, int n)
{
	struct xml *x = ctx;

	buf_put(&x->text, slice_of(text, (size_t)n));
}

/* An element that has neither text nor elements is a field of System only where it has no
 * attributes to say (Correlation, Security). */
static void on_end(void *ctx, const char *full)
{
	struct xml *x = ctx;
	struct slice text = buf_slice(&x->text);

	(void)full;
	if (x->section != SECTION_NONE && x->depth > x->section_depth && x->leaf) {
		if (x->section != SECTION_DATA)
			text = slice_trim(text);
		if (text.n || x->section != SECTION_SYSTEM)
			add(x, x->name, text);
	}
	if (x->depth == x->section_depth)
		x->section = SECTION_NONE;
	x->leaf = false;
	x->depth--;
	buf_clear(&x->text);
}

static void on_doctype(void *ctx, const char *name, const char *system, const char *public, int inner)
{
	struct xml *x = ctx;

	(void)name, (void)system, (void)public, (void)inner;
	x->why = "it has a document type";
	XML_StopParser(x->parser, XML_FALSE);
}

struct xml *xml_new(const struct names *names)
{
	struct xml *x = heap_new(sizeof(*x));

	x->names = names;
	x->parser = XML_ParserCreate("UTF-8");
	if (!x->parser)
		abort();
	return x;
}

void xml_free(struct xml *x)
{
	if (!x)
		return;
	XML_ParserFree(x->parser);
	buf_done(&x->text);
	free(x);
}

struct xml_result xml_read(struct xml *x, struct slice text, struct event *ev)
{
	struct xml_result r = { .at = text.n };

	XML_ParserReset(x->parser, "UTF-8");
	XML_SetHashSalt(x->parser, 1); /* or it asks the system for chance, in the sandbox */
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	x->ev = ev;
	x->section = SECTION_NONE;
	x->depth = x->section_depth = 0;
	x->leaf = false;
	x->why = NULL;
	buf_clear(&x->text);
	if (text.n > LIMIT_LINE_BYTES) {
		r.why = "a record longer than the limit";
		return r;
	}
	r.complete = XML_Parse(x->parser, (const char *)text.p, (int)text.n, 1) == XML_STATUS_OK;
	if (!r.complete) {
		r.at = (size_t)XML_GetCurrentByteIndex(x->parser);
		r.why = x->why ? x->why : XML_ErrorString(XML_GetErrorCode(x->parser));
	}
	return r;
}
