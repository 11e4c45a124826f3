/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/walk.h"

#include "base/buf.h"
#include "base/heap.h"
#include "base/limits.h"
#include "base/map.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct walker {
	void (*found)(void *ctx, const struct walk_entry *e);
	void *ctx;
	struct map entered; /* device and inode of folders */
	const char *machine; /* the folder around with a machine's files; NULL */
	size_t links;	     /* below it, not followed */
};

static void tell(struct walker *w, const char *path, bool named, const char *why)
{
	w->found(w->ctx, &(struct walk_entry){ path, named, why, false });
}

static int not_dots(const struct dirent *d)
{
	return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void visit(struct walker *w, const char *path, bool named, unsigned depth);

static bool holds(struct dirent *const *list, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i]->d_name, name) == 0)
			return true;
	return false;
}

static bool is_machine(const char *path, struct dirent *const *list, int n)
{
	const char *name = strrchr(path, '/');

	return (name && strcmp(name, "/[root]") == 0) ||
	       (holds(list, n, "etc") && (holds(list, n, "usr") || holds(list, n, "var") || holds(list, n, "home"))) ||
	       (holds(list, n, "private") && holds(list, n, "Library"));
}

static void visit_all(struct walker *w, const char *path, struct dirent *const *list, int n, unsigned depth)
{
	for (int i = 0; i < n; i++) {
		struct buf child = { 0 };
		size_t len = strlen(path);

		buf_printf(&child, "%s%s%s", path, len && path[len - 1] == '/' ? "" : "/",
			   list[i]->d_name);
		buf_put_byte(&child, 0);
		visit(w, (const char *)child.p, false, depth + 1);
		buf_done(&child);
	}
}

/* As visit_all, and one line for all links below. */
static void visit_machine(struct walker *w, const char *path, struct dirent *const *list, int n, unsigned depth)
{
	char why[160];

	w->machine = path;
	w->links = 0;
	visit_all(w, path, list, n, depth);
	w->machine = NULL;
	if (!w->links)
		return;
	snprintf(why, sizeof(why), "%zu links among these files of a machine were not followed: what they lead to is"
				   " read at its own place, or is not in it", w->links);
	w->found(w->ctx, &(struct walk_entry){ path, false, why, true });
}

static void enter(struct walker *w, const char *path, const struct stat *st, bool named,
		  unsigned depth)
{
	uint64_t identity[2] = { (uint64_t)st->st_dev, (uint64_t)st->st_ino };
	size_t before = w->entered.n;
	struct dirent **list;

	map_intern(&w->entered, slice_of(identity, sizeof(identity)));
	if (w->entered.n == before) {
		tell(w, path, false, "this folder was read already (a loop of links)");
		return;
	}
	if (depth > LIMIT_PATH_DEPTH) {
		tell(w, path, named, "folders are nested too deep");
		return;
	}
	int n = scandir(path, &list, not_dots, by_bytes);

	if (n < 0) {
		tell(w, path, named, strerror(errno));
		return;
	}
	if (!w->machine && is_machine(path, list, n))
		visit_machine(w, path, list, n, depth);
	else
		visit_all(w, path, list, n, depth);
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

static void visit(struct walker *w, const char *path, bool named, unsigned depth)
{
	struct stat st;

	if (w->machine && lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		w->links++;
	else if (stat(path, &st) != 0)
		tell(w, path, named, errno == ENOENT ? "a link that leads nowhere" : strerror(errno));
	else if (S_ISDIR(st.st_mode))
		enter(w, path, &st, named, depth);
	else if (S_ISREG(st.st_mode))
		tell(w, path, named, NULL);
	else
		tell(w, path, named, "not a plain file (pipe, socket or device)");
}

bool walk(const char *argument, void (*found)(void *ctx, const struct walk_entry *e), void *ctx,
	  struct err *err)
{
	struct walker w = { .found = found, .ctx = ctx };
	struct stat st;

	if (stat(argument, &st) != 0)
		return err_set(err, ERR_USAGE, 0, "%s: %s", argument, strerror(errno));
	map_init(&w.entered);
	visit(&w, argument, true, 0);
	map_done(&w.entered);
	return true;
}

void walk_neighbours(const char *path, void (*name)(void *ctx, const char *path), void *ctx)
{
	const char *slash = strrchr(path, '/');
	int lead = slash ? (int)(slash - path) + 1 : 0;
	struct buf folder = { 0 };
	struct dirent **list;
	int n;

	buf_printf(&folder, "%.*s", lead, path);
	buf_put_str(&folder, lead ? "" : ".");
	buf_put_byte(&folder, 0);
	n = scandir((const char *)folder.p, &list, not_dots, by_bytes);
	for (int i = 0; i < n; i++) {
		struct buf child = { 0 };

		buf_printf(&child, "%.*s%s", lead, path, list[i]->d_name);
		buf_put_byte(&child, 0);
		name(ctx, (const char *)child.p);
		buf_done(&child);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	buf_done(&folder);
}
