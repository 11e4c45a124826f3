/* SPDX-License-Identifier: Apache-2.0 */
/*
 * macOS: Safari's History.db, com.apple.LaunchServices.QuarantineEventsV2 (what programs marked as
 * downloaded) and TCC.db (what a user let programs do; `allowed` up to 10.15, `auth_value` since).
 */
#include "input/sqlite/kind.h"

static struct when cocoa(struct sqlitemem_rows *rows, size_t column)
{
	double s;

	return epoch_cocoa(sqlitemem_double(rows, column, &s) ? s : 0);
}

/* ---- Safari ---- */

enum { V_ITEM, V_TIME, V_TITLE };
static const char *const visits[] = { "history_item", "visit_time", "title" };
static const char *const items[] = { "url" };

static bool visit_row(struct dbreader *r, struct event *ev)
{
	dbput_browser(r, ev, "safari");
	if (dbfind(r, 0, V_ITEM))
		dbput_text(r, ev, DBWORD_URL, r->more[0], 0);
	dbput_text(r, ev, DBWORD_TITLE, r->rows, V_TITLE);
	ev->kind = "browser_visit";
	ev->time_kind = "visit";
	ev->time = cocoa(r->rows, V_TIME);
	ev->proves = STAGE_BIT(STAGE_S0);
	return true;
}

const struct dbkind dbkind_safari_visits = {
	.table = "history_visits",
	.column = "visit_time",
	.columns = visits,
	.n = DBCOUNT(visits),
	.lookups = { { "history_items", "id", items, DBCOUNT(items) } },
	.row = visit_row,
};

/* ---- quarantine ---- */

enum { Q_TIME, Q_AGENT, Q_BUNDLE, Q_URL, Q_ORIGIN, Q_TITLE, Q_SENDER, Q_ADDRESS, Q_TYPE, Q_ID };
static const char *const quarantine[] = {
	"LSQuarantineTimeStamp",
	"LSQuarantineAgentName",
	"LSQuarantineAgentBundleIdentifier",
	"LSQuarantineDataURLString",
	"LSQuarantineOriginURLString",
	"LSQuarantineOriginTitle",
	"LSQuarantineSenderName",
	"LSQuarantineSenderAddress",
	"LSQuarantineTypeNumber",
	"LSQuarantineEventIdentifier",
};
/* LSQuarantine.h, kLSQuarantineType*. */
static const char *const types[] = { "web_download",	    "other_download",
				     "email_attachment",    "message_attachment",
				     "calendar_attachment", "other_attachment" };

static bool quarantine_row(struct dbreader *r, struct event *ev)
{
	struct slice url = dbkeep(ev, sqlitemem_text(r->rows, Q_URL));
	struct slice origin = dbkeep(ev, sqlitemem_text(r->rows, Q_ORIGIN));
	struct slice sender = sqlitemem_text(r->rows, Q_ADDRESS);

	dbput_text(r, ev, DBWORD_AGENT, r->rows, Q_AGENT);
	dbput_slice(r, ev, DBWORD_URL, url);
	dbput_slice(r, ev, DBWORD_ORIGIN, origin);
	dbput_text(r, ev, DBWORD_BUNDLE, r->rows, Q_BUNDLE);
	dbput_text(r, ev, DBWORD_ORIGIN_TITLE, r->rows, Q_TITLE);
	dbput_text(r, ev, DBWORD_SENDER, r->rows, sender.n ? Q_ADDRESS : Q_SENDER);
	dbput_word(r, ev, DBWORD_TYPE, r->rows, Q_TYPE, types, DBCOUNT(types));
	dbput_text(r, ev, DBWORD_ID, r->rows, Q_ID);
	dbput_slice(r, ev, DBWORD_USER, dbkeep(ev, r->profile.user));
	ev->kind = "quarantine";
	ev->time_kind = "download";
	ev->time = cocoa(r->rows, Q_TIME);
	ev->proves = STAGE_BIT(STAGE_S1);
	return true;
}

const struct dbkind dbkind_quarantine = {
	.table = "LSQuarantineEvent",
	.column = "LSQuarantineTimeStamp",
	.columns = quarantine,
	.n = DBCOUNT(quarantine),
	.row = quarantine_row,
};

/* ---- TCC ---- */

enum { T_SERVICE, T_CLIENT, T_CLIENT_TYPE, T_MODIFIED, T_TARGET, T_ALLOWED, T_REASON };
static const char *const access_[] = {
	"service",    "client",	    "client_type", "last_modified", "indirect_object_identifier",
	"auth_value", "auth_reason"
};
static const char *const access_old[] = {
	"service", "client", "client_type", "last_modified", "indirect_object_identifier", "allowed"
};
static const char *const client_types[] = { "bundle", "path" };

static void put_consent(struct dbreader *r, struct event *ev, bool allowed)
{
	int64_t modified = 0;

	dbput_text(r, ev, DBWORD_SERVICE, r->rows, T_SERVICE);
	dbput_text(r, ev, DBWORD_CLIENT, r->rows, T_CLIENT);
	event_add(ev, r->words[DBWORD_ALLOWED].name, r->words[DBWORD_ALLOWED].id,
		  (struct value){ .type = VALUE_BOOL, .u = allowed });
	dbput_word(r, ev, DBWORD_CLIENT_TYPE, r->rows, T_CLIENT_TYPE, client_types,
		   DBCOUNT(client_types));
	dbput_text(r, ev, DBWORD_TARGET, r->rows, T_TARGET);
	dbput_slice(r, ev, DBWORD_USER, dbkeep(ev, r->profile.user));
	ev->kind = "tcc";
	ev->time_kind = "modified";
	ev->time = epoch_seconds(sqlitemem_i64(r->rows, T_MODIFIED, &modified) ? modified : 0);
}

static bool tcc_row(struct dbreader *r, struct event *ev)
{
	int64_t value = 0;

	sqlitemem_i64(r->rows, T_ALLOWED, &value);
	put_consent(r, ev, value >= 2);
	dbput_number(r, ev, DBWORD_AUTH_VALUE, r->rows, T_ALLOWED);
	dbput_number(r, ev, DBWORD_AUTH_REASON, r->rows, T_REASON);
	return true;
}

static bool tcc_old_row(struct dbreader *r, struct event *ev)
{
	int64_t value = 0;

	sqlitemem_i64(r->rows, T_ALLOWED, &value);
	put_consent(r, ev, value == 1);
	return true;
}

const struct dbkind dbkind_tcc = {
	.table = "access",
	.column = "auth_value",
	.columns = access_,
	.n = DBCOUNT(access_),
	.row = tcc_row,
};

const struct dbkind dbkind_tcc_old = {
	.table = "access",
	.column = "allowed",
	.unless = "auth_value",
	.columns = access_old,
	.n = DBCOUNT(access_old),
	.row = tcc_old_row,
};
