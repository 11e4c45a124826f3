/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite databases of which the tables say what they are: browsers' histories, macOS's records of
 * downloads and consents, dnf's transactions. With the write-ahead log and the journal beside them.
 * A database of no known kind gives no events, which is said with the names of its tables.
 */
#include "base/err.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/sqlite/kind.h"

static const struct dbkind *const kinds[] = {
	&dbkind_chromium_downloads,
	&dbkind_chromium_downloads_old,
	&dbkind_chromium_visits,
	&dbkind_firefox_downloads,
	&dbkind_firefox_downloads_old,
	&dbkind_firefox_visits,
	&dbkind_safari_visits,
	&dbkind_quarantine,
	&dbkind_tcc,
	&dbkind_tcc_old,
	&dbkind_dnf,
	&dbkind_dnf5,
};

struct input {
	struct frame frame;
	struct dbreader r;
	size_t kind;
	bool known;
};

static const char *const words[DBWORD_COUNT] = {
#define X(id, text) text,
	DBWORDS(X)
#undef X
};

static unsigned probe(struct slice head, uint64_t bytes)
{
	(void)bytes;
	return sqlitemem_is_database(head) || sqlitemem_is_companion(head) ? 95 : 0;
}

static struct input *sqlite_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	in->r.profile = browser_profile_of(env->path);
	put_names(in->r.words, words, DBWORD_COUNT, env->names);
	change_names_init(&in->r.changes, env->names);
	return in;
}

static void kind_end(struct dbreader *r)
{
	sqlitemem_rows_free(r->rows);
	r->rows = NULL;
	for (size_t i = 0; i < DBKIND_LOOKUPS; i++) {
		sqlitemem_rows_free(r->more[i]);
		r->more[i] = NULL;
	}
}

static void sqlite_close(struct input *in)
{
	if (!in)
		return;
	kind_end(&in->r);
	sqlitemem_close(in->r.db);
	frame_close(in);
}

static void on_note(void *ctx, uint64_t offset, bool lost, const char *why)
{
	struct input *in = ctx;

	input_note(&in->frame.env, offset, lost, "%s", why);
}

static void window(struct input *in, const struct input_window *w)
{
	struct sqlitemem_files files = { w->bytes, w->beside[0], w->beside[1] };
	struct sqlitemem_note note = { on_note, in };
	struct err err = { 0 };

	frame_window(in, w);
	in->frame.at = w->bytes.n;
	if (sqlitemem_is_companion(w->bytes)) {
		in->known = true; /* read with the database that it belongs to */
		in->kind = DBCOUNT(kinds);
		return;
	}
	in->r.db = sqlitemem_open(&files, &note, &err);
	if (!in->r.db)
		input_note(&in->frame.env, err.at, true, "%s", err.why);
}

/* Opens the next kind that the database is of. */
static bool kind_begin(struct input *in)
{
	struct dbreader *r = &in->r;

	for (; in->kind < DBCOUNT(kinds); in->kind++) {
		const struct dbkind *k = kinds[in->kind];

		if (!sqlitemem_has(r->db, k->table, k->column) ||
		    (k->unless && sqlitemem_has(r->db, k->table, k->unless)))
			continue;
		in->known = true;
		r->rows = sqlitemem_all(r->db, k->table, k->columns, k->n);
		if (!r->rows)
			continue;
		for (size_t i = 0; i < DBKIND_LOOKUPS && k->lookups[i].table; i++)
			r->more[i] = sqlitemem_by(r->db, k->lookups[i].table, k->lookups[i].key,
						  k->lookups[i].columns, k->lookups[i].n);
		return true;
	}
	return false;
}

static void tell_unknown(struct input *in)
{
	char room[160];
	struct slice tables = sqlitemem_tables(in->r.db, room, sizeof(room));

	in->known = true;
	input_note(&in->frame.env, 0, false,
		   "a database of no known kind: nothing is read of it (tables: %.*s)",
		   (int)tables.n, (const char *)tables.p);
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct dbreader *r = &in->r;

	while (r->db) {
		if (!r->rows && !kind_begin(in))
			break;
		while (sqlitemem_next(r->rows)) {
			event_clear(ev);
			if (!kinds[in->kind]->row(r, ev))
				continue;
			in->frame.record++;
			frame_give(&in->frame, ev->kind, ev->time_kind, sqlitemem_offset(r->rows),
				   ev);
			/* The row's own number, and no count. */
			ev->ptr.record = (uint64_t)sqlitemem_row_number(r->rows);
			ev->ptr.record_counted = false;
			return INPUT_EVENT;
		}
		kind_end(r);
		in->kind++;
	}
	if (r->db && !in->known)
		tell_unknown(in);
	return INPUT_END;
}

const struct input_format input_sqlite = {
	.name = "sqlite",
	.cut = INPUT_WHOLE,
	.beside = { "-wal", "-journal" },
	.probe = probe,
	.open = sqlite_open,
	.window = window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = sqlite_close,
};
