/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What dnf did: /var/lib/dnf/history.sqlite (libdnf/transaction/db/sql, 1.1 and 1.2) and dnf5's
 * transaction_history.sqlite (libdnf5/transaction/db/sql), where names are tables of their own. One
 * event for each package of a transaction, with the actions that its log has (packagelog). That one
 * version went because another came is an action of its own: "upgraded", "downgraded", "obsoleted".
 */
#include "input/sqlite/kind.h"

#define STATE_ERROR_DNF 2
#define STATE_ERROR_DNF5 3

enum { I_TRANS, I_ITEM, I_REPO, I_ACTION, I_STATE };
enum { L_TRANS, L_RPM, L_REPO };

struct action {
	const char *action; /* NULL: no package changed */
	bool old;	    /* the version named is the one that goes */
};

static struct slice kept(struct event *ev, struct sqlitemem_rows *rows, size_t column)
{
	return dbkeep(ev, sqlitemem_text(rows, column));
}

/* [EPOCH:]VERSION-RELEASE */
static struct slice version_of(struct event *ev, struct sqlitemem_rows *rpm, size_t epoch,
			       size_t version, size_t release)
{
	struct slice v = kept(ev, rpm, version), rel = kept(ev, rpm, release);
	int64_t e = 0;

	sqlitemem_i64(rpm, epoch, &e);
	if (!v.n)
		return v;
	if (e)
		return arena_printf(&ev->arena, "%lld:%.*s-%.*s", (long long)e, (int)v.n,
				    (const char *)v.p, (int)rel.n,
				    rel.n ? (const char *)rel.p : "");
	return arena_printf(&ev->arena, "%.*s-%.*s", (int)v.n, (const char *)v.p, (int)rel.n,
			    rel.n ? (const char *)rel.p : "");
}

enum { T_BEGIN, T_END, T_USER, T_COMMAND };

/* Who, when and by which command, and from where; then the rest of the event. */
static void finish(struct dbreader *r, struct event *ev, struct change *c, const struct action *a,
		   struct slice version, int64_t failed)
{
	struct sqlitemem_rows *t = r->more[L_TRANS];
	int64_t state = 0, time = 0;

	c->action = slice_str(a->action);
	*(a->old ? &c->old_version : &c->version) = version;
	if (dbfind(r, L_TRANS, I_TRANS)) {
		c->time = epoch_seconds((sqlitemem_i64(t, T_END, &time) && time) ||
							sqlitemem_i64(t, T_BEGIN, &time)
						? time
						: 0);
		c->user = kept(ev, t, T_USER);
		c->command = kept(ev, t, T_COMMAND);
	}
	if (dbfind(r, L_REPO, I_REPO))
		c->repository = kept(ev, r->more[L_REPO], 0);
	if (sqlitemem_i64(r->rows, I_STATE, &state) && state == failed)
		c->error = slice_str("not done");
	c->manager = "dnf";
	c->ecosystem = "rpm";
	change_put(&r->changes, c, ev);
	ev->kind = "package";
	ev->time_kind = "transaction";
	ev->proves = a->old || c->error.n ? 0 : STAGE_BIT(STAGE_S2);
}

/* ---- dnf ---- */

static const char *const items[] = { "trans_id", "item_id", "repo_id", "action", "state" };
static const char *const transactions[] = { "dt_begin", "dt_end", "user_id", "cmdline" };
static const char *const repositories[] = { "repoid" };
enum { R_NAME, R_EPOCH, R_VERSION, R_RELEASE, R_ARCH };
static const char *const rpms[] = { "name", "epoch", "version", "release", "arch" };
/* libdnf/transaction/Types.hpp, TransactionItemAction. */
static const struct action actions[] = {
	{ NULL, false },	{ "install", false },	 { "downgrade", false },
	{ "downgraded", true }, { "install", false },	 { "obsoleted", true },
	{ "upgrade", false },	{ "upgraded", true },	 { "remove", true },
	{ "reinstall", false }, { "reinstalled", true }, { NULL, false },
};

static const struct action *action_of(struct dbreader *r, const struct action *list, size_t n)
{
	int64_t i;

	if (!sqlitemem_i64(r->rows, I_ACTION, &i) || i < 0 || i >= (int64_t)n || !list[i].action)
		return NULL;
	return &list[i];
}

static bool dnf_row(struct dbreader *r, struct event *ev)
{
	const struct action *a = action_of(r, actions, DBCOUNT(actions));
	struct sqlitemem_rows *rpm = r->more[L_RPM];
	struct change c = { 0 };

	if (!a || !dbfind(r, L_RPM, I_ITEM)) /* a group, or a reason that changed */
		return false;
	c.name = kept(ev, rpm, R_NAME);
	c.architecture = kept(ev, rpm, R_ARCH);
	finish(r, ev, &c, a, version_of(ev, rpm, R_EPOCH, R_VERSION, R_RELEASE), STATE_ERROR_DNF);
	return true;
}

const struct dbkind dbkind_dnf = {
	.table = "trans_item",
	.column = "action",
	.columns = items,
	.n = DBCOUNT(items),
	.lookups = { [L_TRANS] = { "trans", "id", transactions, DBCOUNT(transactions) },
		     [L_RPM] = { "rpm", "item_id", rpms, DBCOUNT(rpms) },
		     [L_REPO] = { "repo", "id", repositories, DBCOUNT(repositories) } },
	.row = dnf_row,
};

/* ---- dnf5 ---- */

static const char *const items5[] = { "trans_id", "item_id", "repo_id", "action_id", "state_id" };
static const char *const transactions5[] = { "dt_begin", "dt_end", "user_id", "description" };
static const char *const rpms5[] = { "name_id", "epoch", "version", "release", "arch_id" };
static const char *const names5[] = { "name" };
enum { L_NAME = L_REPO + 1, L_ARCH };
/* Its table trans_item_action. */
static const struct action actions5[] = {
	{ NULL, false },	{ "install", false }, { "upgrade", false }, { "downgrade", false },
	{ "reinstall", false }, { "remove", true },   { "replaced", true },
};

static struct slice named(struct dbreader *r, struct event *ev, size_t lookup, size_t column)
{
	struct sqlitemem_rows *rows = r->more[lookup];
	int64_t id;

	if (!rows || !sqlitemem_i64(r->more[L_RPM], column, &id))
		return slice_of(NULL, 0);
	sqlitemem_find(rows, id);
	return sqlitemem_next(rows) ? kept(ev, rows, 0) : slice_of(NULL, 0);
}

static bool dnf5_row(struct dbreader *r, struct event *ev)
{
	const struct action *a = action_of(r, actions5, DBCOUNT(actions5));
	struct change c = { 0 };

	if (!a || !dbfind(r, L_RPM, I_ITEM))
		return false;
	c.name = named(r, ev, L_NAME, R_NAME);
	c.architecture = named(r, ev, L_ARCH, R_ARCH);
	finish(r, ev, &c, a, version_of(ev, r->more[L_RPM], R_EPOCH, R_VERSION, R_RELEASE),
	       STATE_ERROR_DNF5);
	return true;
}

const struct dbkind dbkind_dnf5 = {
	.table = "trans_item",
	.column = "action_id",
	.columns = items5,
	.n = DBCOUNT(items5),
	.lookups = { [L_TRANS] = { "trans", "id", transactions5, DBCOUNT(transactions5) },
		     [L_RPM] = { "rpm", "item_id", rpms5, DBCOUNT(rpms5) },
		     [L_REPO] = { "repo", "id", repositories, DBCOUNT(repositories) },
		     [L_NAME] = { "pkg_names", "id", names5, DBCOUNT(names5) },
		     [L_ARCH] = { "archs", "id", names5, DBCOUNT(names5) } },
	.row = dnf5_row,
};
