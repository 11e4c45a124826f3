/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/exercise.h"

#include "base/when.h"
#include "rehearse/fate.h"
#include "rehearse/install.h"

static const char *const systems[] = { "windows", "macos", "linux" };
static const char *const telemetries[] = {
	[SEES_FLAT] = "sysmon-flat", [SEES_EVTX] = "sysmon-evtx", [SEES_SECURITY] = "security-4688",
	[SEES_EDR] = "edr",	     [SEES_AUDIT] = "auditd",	  [SEES_ESLOGGER] = "eslogger",
	[SEES_COLLECTION] = "collection",
};
static const char *const ids[REACHED_COUNT] = { "S0", "S1", "S2", "S3", "S3b",
						"S4", "S5", "S6", "S7", "S8" };

static void moment(struct buf *out, const char *name, int64_t ns)
{
	buf_json_key(out, name);
	buf_put_when(out, (struct when){ .ns = ns, .set = ns != 0 });
}

static void word(struct buf *out, const char *name, const char *value)
{
	buf_json_text(out, name, slice_str(value));
}

/* ---- machines ---- */

static const char *fate_of(const struct host *h)
{
	const struct fate *f = &h->fate;

	if (h->bystander || !h->x->origin.kind)
		return !f->has ? "absent" : f->updated || h->bystander ? "updated" : "not_updated";
	if (!f->at[REACHED_S1])
		return f->has ? "not_updated" : "absent";
	if (f->blocked)
		return "blocked";
	if (f->at[REACHED_S6])
		return "second_stage";
	if (f->at[REACHED_S5])
		return "beaconed";
	return f->at[REACHED_S4] ? "called_out" : f->at[REACHED_S3B] ? "dormant" : "executed";
}

/* Kinds of act that its telemetry records at all. */
static unsigned kinds_of(const struct host *h)
{
	static const unsigned windows =
		SEEN(ACT_START) | SEEN(ACT_DETECT) | SEEN(ACT_LOGON) | SEEN(ACT_PACKAGE);
	static const unsigned full = SEEN(ACT_LOAD) | SEEN(ACT_WRITE) | SEEN(ACT_DNS) |
				     SEEN(ACT_CONNECT) | SEEN(ACT_REGISTRY);
	static const unsigned seen[TELEMETRY_COUNT] = {
		[SEES_FLAT] = windows | full | SEEN(ACT_READ),
		[SEES_EVTX] = windows | full | SEEN(ACT_READ),
		[SEES_SECURITY] = windows | SEEN(ACT_READ),
		[SEES_EDR] = SEEN(ACT_START) | SEEN(ACT_DETECT) | SEEN(ACT_LOGON) | full,
		[SEES_AUDIT] = SEEN(ACT_START) | SEEN(ACT_WRITE) | SEEN(ACT_CONNECT) |
			       SEEN(ACT_PACKAGE) | SEEN(ACT_READ),
		[SEES_ESLOGGER] = SEEN(ACT_START) | SEEN(ACT_LOAD) | SEEN(ACT_WRITE) |
				  SEEN(ACT_READ) | SEEN(ACT_PACKAGE),
		[SEES_COLLECTION] = SEEN(ACT_START) | SEEN(ACT_LOAD) | SEEN(ACT_WRITE) |
				    SEEN(ACT_PACKAGE),
	};
	/* The last runs of each program, files as they are at the end; of Linux no runs. */
	if (h->sees == SEES_COLLECTION && h->os == OS_LINUX)
		return SEEN(ACT_LOGON) | SEEN(ACT_PACKAGE);

	return seen[h->sees] & ~h->missing;
}

static void coverage(struct buf *out, const struct host *h, int64_t from, int64_t to)
{
	static const struct {
		enum act_kind kind;
		const char *word;
	} words[] = { { ACT_START, "process" },	  { ACT_LOAD, "module" },
		      { ACT_WRITE, "file" },	  { ACT_DNS, "dns" },
		      { ACT_CONNECT, "network" }, { ACT_REGISTRY, "registry" },
		      { ACT_READ, "read" },	  { ACT_LOGON, "logon" },
		      { ACT_PACKAGE, "package" }, { ACT_DETECT, "detection" } };
	bool lost = to <= from ||
		    (to == h->reimaged && (h->sees == SEES_EVTX || h->sees == SEES_SECURITY || h->sees == SEES_COLLECTION));

	buf_json_key(out, "coverage");
	buf_put_byte(out, '{');
	moment(out, "from", lost ? 0 : from);
	moment(out, "to", lost ? 0 : to);
	buf_json_key(out, "kinds");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < sizeof(words) / sizeof(*words) && !lost; i++)
		if (kinds_of(h) & SEEN(words[i].kind)) {
			buf_json_comma(out);
			buf_put_json(out, slice_str(words[i].word));
		}
	buf_put_str(out, "]}");
}

static void identity(struct buf *out, const struct host *h, unsigned epoch)
{
	buf_json_comma(out);
	buf_put_str(out, "\n{");
	word(out, "host", h->full);
	buf_json_key(out, "aliases");
	buf_put_byte(out, '[');
	buf_put_json(out, slice_str(h->name));
	buf_put_byte(out, ']');
	word(out, "os", systems[h->os]);
	word(out, "telemetry", telemetries[h->sees]);
	buf_json_key(out, "clone_group");
	buf_printf(out, h->group ? "\"image-%u\"" : "null", h->group);
	buf_json_u64(out, "epoch", epoch);
}

static void stages(struct buf *out, const struct fate *f)
{
	buf_json_key(out, "stages");
	buf_put_byte(out, '{');
	for (unsigned i = 0; i < REACHED_COUNT; i++)
		moment(out, ids[i], f->at[i]);
	buf_put_byte(out, '}');
}

static void reached(struct buf *out, const struct host *h, const struct fate *f, const char *fate)
{
	enum reached top = fate_highest(f);

	word(out, "fate", fate);
	word(out, "stage", top == REACHED_COUNT ? "none" : ids[top]);
	buf_json_key(out, "blocked");
	buf_put_str(out, f->blocked && f->at[REACHED_S2] ? "true" : "false");
	word(out, "blocked_at", f->blocked && f->at[REACHED_S2] ? "S3" : NULL);
	moment(out, "previous_installed", 0);
	moment(out, "installed", f->at[REACHED_S2]);
	moment(out, "since", f->at[REACHED_S1]);
	moment(out, "first_executed", f->at[REACHED_S3]);
	moment(out, "sleeps_until", f->at[REACHED_S3] && h->x->may_sleep ? f->wakes : 0);
	moment(out, "first_contact", f->at[REACHED_S4]);
	moment(out, "uninstalled_at", f->at[REACHED_S2] ? f->uninstalled : 0);
	moment(out, "reimaged_at", h->reimaged);
	stages(out, f);
	buf_json_key(out, "skew_seconds");
	buf_put_i64(out, h->skew / SECOND);
}

void truth_host(const struct host *h, struct buf *out)
{
	const struct fate none = { 0 };
	int64_t end = h->x->end;

	identity(out, h, 1);
	reached(out, h, &h->fate, fate_of(h));
	coverage(out, h, h->from, h->reimaged ? h->reimaged : end);
	buf_put_byte(out, '}');
	if (!h->reimaged)
		return;
	identity(out, h, 2);
	reached(out, h, &none, "absent");
	coverage(out, h, h->reimaged, end);
	buf_put_byte(out, '}');
}

/* ---- the whole ---- */

static void names(struct buf *out, const char *key, const struct named *list, size_t n)
{
	buf_json_key(out, key);
	buf_put_byte(out, '[');
	for (size_t i = 0; i < n; i++) {
		buf_json_comma(out);
		buf_put_byte(out, '{');
		word(out, "product", list[i].product);
		word(out, "version", list[i].version);
		buf_put_byte(out, '}');
	}
	buf_put_byte(out, ']');
}

static void origin(struct buf *out, const struct origin *o)
{
	buf_json_key(out, "origin");
	if (!o->kind) {
		buf_put_str(out, "null");
		return;
	}
	buf_put_byte(out, '{');
	word(out, "kind", o->kind);
	word(out, "product", o->product);
	word(out, "version", o->version);
	word(out, "also", o->also);
	word(out, "os", o->os);
	word(out, "ecosystem", o->ecosystem);
	word(out, "url", o->url);
	word(out, "host", o->host);
	word(out, "delivered_by", o->delivered_by);
	buf_json_key(out, "sha256");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < o->sha256_count; i++) {
		buf_json_comma(out);
		buf_put_json(out, slice_str(o->sha256[i]));
	}
	buf_put_str(out, "]}");
}

static void complications(struct buf *out, const struct exercise *x)
{
	static const char *const words[HARD_COUNT] = { "decoy", "shell", "thin", "tool", "few" };

	buf_json_key(out, "complications");
	buf_put_byte(out, '[');
	for (unsigned i = 0; i < HARD_COUNT; i++)
		if (x->hard & 1u << i) {
			buf_json_comma(out);
			buf_put_json(out, slice_str(words[i]));
		}
	buf_put_byte(out, ']');
}

void exercise_truth(struct exercise *x, struct buf *out)
{
	buf_put_byte(out, '{');
	word(out, "schema", "upriver.rehearse-truth/1");
	word(out, "scenario", x->scenario->name);
	buf_json_u64(out, "seed", x->o->seed);
	moment(out, "from", x->start);
	moment(out, "to", x->end);
	origin(out, &x->origin);
	names(out, "must_not_blame", x->blameless, x->blameless_count);
	complications(out, x);
	names(out, "tie", x->tie, x->tie_count);
	word(out, "contact", x->origin.kind ? x->c2 : NULL);
	buf_json_key(out, "hosts");
	buf_put_byte(out, '[');
	buf_put(out, buf_slice(&x->truth_hosts));
	buf_put_str(out, "]}\n");
}
