/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/forms/collected.h"

#include "base/heap.h"
#include "rehearse/act.h"

#include <stdlib.h>
#include <string.h>

#define TRACED_NS (10 * SECOND)
#define INVENTORY_AFTER (20 * MINUTE)
#define FILETIME_1970 INT64_C(116444736000000000)

uint64_t collected_filetime(int64_t ns)
{
	return (uint64_t)(ns / 100 + FILETIME_1970);
}

uint64_t collected_size(const struct collected *c, const struct image *image, const char *path)
{
	char sha[65];

	content_sha256(c->h->x, image ? image->content : path, sha);
	sha[5] = 0;
	return 24000 + strtoull(sha, NULL, 16) * (image ? 3 : 1) / (image ? 1 : 64);
}

int64_t collected_inventory(const struct collected *c, int64_t ns)
{
	for (size_t i = 0; i < c->h->session_count; i++) {
		int64_t at = form_time(c->h, c->h->sessions[i].from + INVENTORY_AFTER);

		if (at >= ns && at < c->end)
			return at;
	}
	return 0;
}

/* ---- releases ---- */

static const struct owned *last_of(const struct host *h, const struct product *p)
{
	for (size_t i = h->owned_count; i-- > 0;)
		if (h->owned[i].product == p)
			return &h->owned[i];
	return NULL;
}

/* What a scanner stopped was installed and listed all the same (owned until the moment it came). */
static bool is_listed(const struct host *h, const struct owned *o)
{
	return !o->until || (o->until == o->from && o->from >= h->reimaged && o->from > h->x->start);
}

static void add_release(struct collected *c, const struct owned *o)
{
	struct host *h = c->h;
	struct collected_release *r = &c->releases[c->release_count];

	/* Software that stands in the image came with it. */
	*r = (struct collected_release){ .product = o->product, .release = o->release,
					 .before = o->from <= h->x->start || o->from < h->reimaged };
	r->came = form_time(h, o->from + 31 * SECOND);
	if (o->from <= h->x->start)
		r->came -= (int64_t)(20 + collected_size(c, NULL, o->product->name) % 200) * DAY;
	if (h->reimaged && o->from < h->reimaged)
		r->came = form_time(h, h->reimaged + 5 * MINUTE);
	for (unsigned part = 0; part < 3; part++)
		r->parts[part] = image_part(h, o->product, o->release, (enum part)part);
	c->release_count++;
}

static void find_releases(struct collected *c)
{
	const struct host *h = c->h;

	c->releases = heap_array(h->owned_count + 1, sizeof(*c->releases));
	for (size_t i = 0; i < h->owned_count; i++)
		if (last_of(h, h->owned[i].product) == &h->owned[i] && is_listed(h, &h->owned[i]))
			add_release(c, &h->owned[i]);
}

/* ---- programs ---- */

static struct collected_program *program_of(struct collected *c, const struct image *image)
{
	for (size_t i = 0; i < c->program_count; i++)
		if (strcmp(c->programs[i].image->path, image->path) == 0)
			return &c->programs[i];
	c->programs[c->program_count] = (struct collected_program){ .image = image };
	return &c->programs[c->program_count++];
}

static bool is_shell(const struct host *h, const struct proc *p)
{
	for (size_t i = 0; i < h->session_count; i++)
		if (h->sessions[i].shell == p)
			return true;
	return false;
}

static void see_start(struct collected *c, const struct act *a)
{
	struct collected_program *p = program_of(c, a->who->image);

	memmove(p->runs + 1, p->runs, sizeof(p->runs) - sizeof(*p->runs));
	p->runs[0] = form_time(c->h, a->ns);
	p->image = a->who->image; /* what lies there last */
	p->count++;
	p->by_user = !a->who->system;
	p->by_shell = a->who->parent && is_shell(c->h, a->who->parent);
}

/* What is loaded later is not in the trace of a start. */
static void see_load(struct collected *c, const struct act *a)
{
	struct collected_program *p;

	if (a->who->start < c->from || a->ns > a->who->start + TRACED_NS)
		return;
	p = program_of(c, a->who->image);
	for (size_t i = 0; i < p->module_count; i++)
		if (strcmp(p->modules[i]->path, a->file->path) == 0)
			return;
	if (p->module_count < COLLECTED_MODULES)
		p->modules[p->module_count++] = a->file;
}

/* ---- files ---- */

static struct collected_file *file_of(struct collected *c, const char *path, int64_t ns)
{
	path = form_path(c->h, path);
	for (size_t i = 0; i < c->file_count; i++)
		if (strcmp(c->files[i].path, path) == 0)
			return &c->files[i];
	c->files[c->file_count] = (struct collected_file){ .path = path, .created = ns, .changed = ns };
	return &c->files[c->file_count++];
}

static void see_write(struct collected *c, const struct act *a)
{
	int64_t ns = form_time(c->h, a->ns);
	struct collected_file *f = file_of(c, a->name, ns);

	f->created = f->gone ? ns : f->created;
	f->changed = ns;
	f->image = a->file;
	f->gone = false;
}

static void see_file(struct collected *c, const struct act *a)
{
	struct collected_file *f;

	if (a->kind == ACT_WRITE) {
		see_write(c, a);
		return;
	}
	f = file_of(c, a->name, form_time(c->h, a->ns));
	if (a->kind == ACT_DELETE) {
		f->gone = true;
		return;
	}
	f->url = a->value;
	f->referrer = a->extra;
}

/* Files that no act made: they were there before, or came with the release whose version they bear. */
static void add_before(struct collected *c, const struct image *image, int64_t ns)
{
	size_t before = c->file_count;
	struct collected_file *f = file_of(c, image->path, ns);

	f->image = f->image ? f->image : image;
	for (size_t i = 0; c->file_count > before && i < c->h->owned_count; i++) {
		const struct owned *o = &c->h->owned[i];

		if (o->from > c->from && strcmp(o->product->name, image->product) == 0 &&
		    strcmp(o->product->versions[o->release], image->version) == 0)
			f->changed = form_time(c->h, o->from + 31 * SECOND);
	}
}

static void find_before(struct collected *c)
{
	for (size_t i = 0; i < c->release_count; i++)
		for (unsigned part = 0; part < 3; part++)
			if (part != PART_UPDATER || c->h->os == OS_WINDOWS)
				add_before(c, c->releases[i].parts[part], c->releases[i].came);
	for (size_t i = 0; i < c->program_count; i++) {
		const struct collected_program *p = &c->programs[i];
		int64_t oldest = 0;

		for (size_t n = 0; n < COLLECTED_RUNS && p->runs[n]; n++)
			oldest = p->runs[n];
		add_before(c, p->image, oldest - 100 * DAY - HOUR);
	}
}

void collected_init(struct collected *c, struct host *h)
{
	*c = (struct collected){ .h = h, .from = h->reimaged ? h->reimaged : h->x->start };
	c->end = form_time(h, h->x->end);
	c->programs = heap_array(h->act_count + 1, sizeof(*c->programs));
	c->files = heap_array(2 * h->act_count + 4 * HOST_OWNED, sizeof(*c->files));
	find_releases(c);
	for (size_t n = 0; n < h->act_count; n++) {
		const struct act *a = &h->acts[n];

		if (a->ns < c->from)
			continue;
		if (a->kind == ACT_START)
			see_start(c, a);
		else if (a->kind == ACT_LOAD)
			see_load(c, a);
		else if (a->kind == ACT_WRITE || a->kind == ACT_DELETE || a->kind == ACT_MARK)
			see_file(c, a);
	}
	find_before(c);
}

void collected_done(struct collected *c)
{
	free(c->releases);
	free(c->programs);
	free(c->files);
}
