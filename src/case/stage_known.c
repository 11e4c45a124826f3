/* SPDX-License-Identifier: Apache-2.0 */
#include "case/stage_known.h"

#include "case/table.h"
#include "graph/address.h"
#include "graph/path.h"
#include "graph/roles.h"
#include "graph/version.h"

#include <stdlib.h>
#include <string.h>

/* Of a newer version, that it keeps what the origin brought is believed of several hosts. */
#define KEEPING_HOSTS 2u

/* Whom machines call, by comparison alone. */
#define MACHINES_P 0.01

struct slice stage_newer_key(uint32_t version, struct slice name, struct arena *arena)
{
	return arena_printf(arena, "%u|%.*s", version, (int)name.n, (const char *)name.p);
}

void stage_known_init(struct stage_known *k)
{
	struct map *maps[] = { &k->alerting, &k->hashes, &k->seeds, &k->other_hashes, &k->places, &k->own_places,
			       &k->folders, &k->urls, &k->other_urls, &k->called, &k->other_called, &k->destinations,
			       &k->other_deeds, &k->other_versions, &k->accused, &k->callers, &k->doubtful, &k->alerts, &k->alert_callers,
			       &k->machine_callers, &k->machine_alert_callers, &k->machine_others, &k->machine_again, &k->machine_waited, &k->newer, &k->newer_calls };

	*k = (struct stage_known){ .first_ns = INT64_MAX };
	arena_init(&k->arena, 0);
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		map_init(maps[i]);
}

void stage_known_done(struct stage_known *k)
{
	struct map *maps[] = { &k->alerting, &k->hashes, &k->seeds, &k->other_hashes, &k->places, &k->own_places,
			       &k->folders, &k->urls, &k->other_urls, &k->called, &k->other_called, &k->destinations,
			       &k->other_deeds, &k->other_versions, &k->accused, &k->callers, &k->doubtful, &k->alerts, &k->alert_callers,
			       &k->machine_callers, &k->machine_alert_callers, &k->machine_others, &k->machine_again, &k->machine_waited, &k->newer, &k->newer_calls };

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		map_done(maps[i]);
	arena_done(&k->arena);
}

static struct slice kept(struct stage_known *k, struct slice s)
{
	return s.n ? arena_keep(&k->arena, s) : slice_of(NULL, 0);
}

/* A release's own path is the file that was met; of other kinds it is what was brought in. */
static bool by_path(const struct stage_wanted *w)
{
	return w->kind != ORIGIN_RELEASE && w->kind != ORIGIN_PACKAGE;
}

bool stage_wanted_add(struct stage_known *k, const struct stage_wanted *w)
{
	struct stage_wanted *x;
	struct slice *texts[] = { NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL };

	if (k->n == STAGE_WANTED)
		return false;
	x = &k->wanted[k->n++];
	*x = *w;
	texts[0] = &x->line;
	texts[1] = &x->product;
	texts[2] = &x->version;
	texts[3] = &x->os;
	texts[4] = &x->company;
	texts[5] = &x->ecosystem;
	texts[6] = &x->path;
	texts[7] = &x->url;
	texts[8] = &x->downloaded;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		*texts[i] = kept(k, *texts[i]);
	if (by_path(x)) {
		if (x->path.n)
			map_set(&k->own_places, path_place(x->path, &k->arena), 1);
		if (x->downloaded.n)
			map_set(&k->own_places, path_place(x->downloaded, &k->arena), 1);
	}
	/* The release's file that a trace met: where no record names products, its place is all that is known. */
	if (!by_path(x))
		stage_learn_place(k, x->path, false);
	if (x->url.n)
		stage_wanted_url(k, x->url, false);
	return true;
}

static bool same_company(struct slice a, struct slice b);
static bool same_name(struct slice a, struct slice b);

static struct slice seed_key(struct slice hash, struct slice file, struct arena *arena)
{
	struct slice tail = arena_lower(arena, path_tail(file));

	return arena_printf(arena, "%zu|%.*s", hash.n, (int)tail.n, (const char *)tail.p);
}

void stage_wanted_hash(struct stage_known *k, struct slice hash, struct slice file)
{
	if (!hash.n)
		return;
	map_set(&k->hashes, arena_lower(&k->arena, hash), 1);
	if (file.n)
		map_set(&k->seeds, seed_key(hash, file, &k->arena), 1);
}

/* Programs beside the product's own bear its version: the updater of another version is not the origin's either. */
static bool is_sibling(const struct stage_known *k, struct slice version, struct slice company)
{
	for (size_t i = 0; i < k->n; i++)
		if (company.n && k->wanted[i].company.n && same_company(k->wanted[i].company, company))
			return map_get(&k->other_versions, version) != MAP_NONE;
	return false;
}

void stage_wanted_content(struct stage_known *k, struct slice product, struct slice version, struct slice company,
			  const char *os, struct slice hash)
{
	enum stage_kin kin = stage_kin_of(k, product, version, company, os);

	if (kin == KIN_OTHER)
		map_set(&k->other_versions, version, 1);
	/* The trace's records may name no company where others do. */
	for (size_t i = 0; kin == KIN_OWN && company.n && i < k->n; i++)
		if (!k->wanted[i].company.n && same_name(k->wanted[i].product, product))
			k->wanted[i].company = kept(k, company);
	if (hash.n && (kin == KIN_OTHER || (kin == KIN_NONE && is_sibling(k, version, company))))
		map_set(&k->other_hashes, arena_lower(&k->arena, hash), 1);
}

void stage_wanted_host(struct stage_known *k, struct slice host)
{
	map_set(&k->alerting, arena_lower(&k->arena, host), 1);
}

void stage_wanted_alert(struct stage_known *k, const struct stage_place_key *at)
{
	map_set(&k->alerts, slice_of(at, sizeof(*at)), 1);
}

void stage_wanted_url(struct stage_known *k, struct slice url, bool other)
{
	map_set(other ? &k->other_urls : &k->urls, arena_lower(&k->arena, url), 1);
}

/* ---- names ---- */

static uint64_t part_number(struct slice part, bool *ok)
{
	uint64_t v = 0;

	*ok = part.n > 0 && slice_to_u64(part, &v);
	return v;
}

/* 18.12.407 and 18.12.407.0 are one version: Windows Installer has three parts, files have four. */
bool stage_same_version(struct slice a, struct slice b)
{
	struct slice left = slice_trim(a), right = slice_trim(b);

	if (slice_eq_nocase(left, right))
		return true;
	while (left.p || right.p) {
		struct slice x = left.p ? slice_cut(left, '.', &left) : slice_str("0");
		struct slice y = right.p ? slice_cut(right, '.', &right) : slice_str("0");
		bool p, q;
		uint64_t v = part_number(x, &p), w = part_number(y, &q);

		if (p && q ? v != w : !slice_eq_nocase(x, y))
			return false;
	}
	return true;
}

static bool newer(struct slice a, struct slice b)
{
	while (a.p || b.p) {
		struct slice x = a.p ? slice_cut(a, '.', &a) : slice_str("0");
		struct slice y = b.p ? slice_cut(b, '.', &b) : slice_str("0");
		bool p, q;
		uint64_t v = part_number(x, &p), w = part_number(y, &q);

		if (!p || !q)
			return false;
		if (v != w)
			return v > w;
	}
	return false;
}

bool stage_is_newer(const struct stage_known *k, struct slice version)
{
	bool all = k->n && version.n;

	for (size_t i = 0; i < k->n; i++)
		all &= k->wanted[i].version.n && newer(slice_trim(version), slice_trim(k->wanted[i].version));
	return all;
}

static bool is_version_byte(uint8_t c)
{
	return (c >= '0' && c <= '9') || c == '.' || c == ' ' || c == '-' || c == 'v' || c == 'V';
}

/* "3CX Desktop App 18.12.407 (x64)": lists of installed software put version and system behind the name. */
static struct slice bare_name(struct slice s)
{
	size_t n;

	s = slice_trim(s);
	if (s.n && s.p[s.n - 1] == ')') {
		for (n = s.n; n > 0 && s.p[n - 1] != '('; n--)
			;
		if (n > 1)
			s = slice_trim(slice_head(s, n - 1));
	}
	for (n = s.n; n > 0 && is_version_byte(s.p[n - 1]); n--)
		;
	/* Only behind a space, and never all of it: "7-Zip 23", but "Product1" and "1.2". */
	while (n < s.n && s.p[n] != ' ')
		n++;
	return n > 0 && n < s.n ? slice_head(s, n) : s;
}

static bool same_name(struct slice a, struct slice b)
{
	return a.n && b.n && (slice_eq_nocase(a, b) || slice_eq_nocase(bare_name(a), bare_name(b)));
}

/* Not known is no difference: few records name who signed. */
static bool same_company(struct slice a, struct slice b)
{
	return !a.n || !b.n || slice_holds_nocase(a, b) || slice_holds_nocase(b, a);
}

static bool same_os(const struct stage_wanted *w, const char *os)
{
	return !w->os.n || !os || slice_is(w->os, "unknown") || slice_is(w->os, os);
}

bool stage_for_system(const struct stage_known *k, const char *os)
{
	for (size_t i = 0; i < k->n; i++)
		if (same_os(&k->wanted[i], os))
			return true;
	return false;
}

enum stage_kin stage_kin_of(const struct stage_known *k, struct slice product, struct slice version, struct slice company,
			    const char *os)
{
	enum stage_kin kin = KIN_NONE;

	for (size_t i = 0; i < k->n; i++) {
		const struct stage_wanted *w = &k->wanted[i];

		if (!w->version.n || !version.n || !same_name(w->product, product) || !same_company(w->company, company) ||
		    !same_os(w, os))
			continue;
		if (stage_same_version(w->version, version))
			return KIN_OWN;
		kin = KIN_OTHER;
	}
	return kin;
}

enum stage_kin stage_kin_by_hash(const struct stage_known *k, const struct graph *g, const struct graph_edge *e,
				 struct slice path, bool *ret_conflict)
{
	static const enum attribute which[] = { ATTRIBUTE_SHA256, ATTRIBUTE_SHA1, ATTRIBUTE_MD5 };
	struct arena scratch;
	bool seeded = false;

	*ret_conflict = false;
	arena_init(&scratch, 0);
	for (size_t i = 0; i < sizeof(which) / sizeof(*which); i++) {
		struct slice hash = graph_attribute(g, e, which[i]);

		if (!hash.n)
			continue;
		if (map_get(&k->other_hashes, hash) != MAP_NONE || map_get(&k->hashes, hash) != MAP_NONE) {
			arena_done(&scratch);
			return map_get(&k->other_hashes, hash) != MAP_NONE ? KIN_OTHER : KIN_OWN;
		}
		seeded |= map_get(&k->seeds, seed_key(hash, path, &scratch)) != MAP_NONE;
	}
	arena_done(&scratch);
	*ret_conflict = seeded;
	return KIN_NONE;
}

const char *stage_os_of(struct slice path)
{
	bool whole = path.n && (path.p[0] == '/' || slice_find(path, '\\') < path.n);

	return whole ? path_os(path) : NULL;
}

const char *stage_os_of_graph(const struct graph *g)
{
	static const char *const names[] = { "windows", "macos", "linux" };
	size_t count[3] = { 0 };

	for (uint32_t i = 0; i < g->node_count; i++) {
		const struct graph_node *n = &g->nodes[i];
		const char *os = n->kind == ENTITY_PROCESS || n->kind == ENTITY_FILE ? stage_os_of(n->name) : NULL;

		for (size_t k = 0; os && k < 3; k++)
			count[k] += !strcmp(os, names[k]);
	}
	if (count[0] + count[1] + count[2] == 0)
		return NULL;
	return count[0] > count[1] + count[2] ? names[0] : count[1] ? names[1] : names[2];
}

enum stage_kin stage_url_kin(const struct stage_known *k, struct slice url)
{
	struct arena scratch;
	struct slice low;
	bool own, other;

	if (!url.n)
		return KIN_NONE;
	arena_init(&scratch, 0);
	low = arena_lower(&scratch, url);
	own = map_get(&k->urls, low) != MAP_NONE;
	other = map_get(&k->other_urls, low) != MAP_NONE;
	arena_done(&scratch);
	return own == other ? KIN_NONE : own ? KIN_OWN : KIN_OTHER;
}

enum stage_kin stage_ask_kin(const struct stage_known *k, struct slice url)
{
	enum stage_kin kin = stage_url_kin(k, url);

	for (size_t i = 0; kin == KIN_NONE && url.n && i < k->n; i++)
		if (version_in(url, k->wanted[i].version))
			return KIN_OWN;
	for (uint32_t i = 0; kin == KIN_NONE && url.n && i < k->other_versions.n; i++)
		if (version_in(url, map_key(&k->other_versions, i)))
			return KIN_OTHER;
	return kin;
}

/* ---- whom one calls ---- */

bool stage_is_contact(const struct graph_edge *e)
{
	return e->op == ACTIVITY_NETWORK_CONNECT || e->op == ACTIVITY_DNS_QUERY || e->op == ACTIVITY_HTTP_REQUEST;
}

static size_t add_destination(struct slice s, struct arena *arena, struct slice *ret, size_t n)
{
	s = slice_trim(s);
	while (s.n && s.p[s.n - 1] == '.')
		s.n--;
	if (slice_starts(s, slice_str("::ffff:")))
		s = slice_from(s, 7);
	if (!s.n || s.n > 255)
		return n;
	s = arena_lower(arena, s);
	/* A name without a dot is of the house. */
	if (address_is(s) ? address_is_inner(s) : slice_find(s, '.') == s.n)
		return n;
	ret[n] = s;
	return n + 1;
}

static struct slice host_of_url(struct slice url)
{
	const uint8_t *at = slice_search(url, slice_str("://"));
	size_t n = 0;

	if (at)
		url = slice_from(url, (size_t)(at - url.p) + 3);
	while (n < url.n && url.p[n] != '/' && url.p[n] != '?' && url.p[n] != ':')
		n++;
	return slice_head(url, n);
}

size_t stage_destinations(const struct graph *g, const struct graph_edge *e, struct arena *arena, struct slice ret[2])
{
	struct slice name;
	size_t n = 0;

	if (!stage_is_contact(e) || e->object == GRAPH_NONE)
		return 0;
	name = g->nodes[e->object].name;
	if (e->op == ACTIVITY_HTTP_REQUEST)
		return add_destination(host_of_url(name), arena, ret, 0);
	if (e->op == ACTIVITY_NETWORK_CONNECT)
		n = add_destination(graph_attribute(g, e, ATTRIBUTE_REMOTE_HOST), arena, ret, 0);
	return add_destination(name, arena, ret, n);
}

size_t stage_asked(const struct graph *g, const struct graph_edge *e, struct arena *arena, struct slice ret[2])
{
	if (e->op != ACTIVITY_PROCESS_START)
		return 0;
	return add_destination(host_of_url(url_in(graph_attribute(g, e, ATTRIBUTE_COMMAND_LINE))), arena, ret, 0);
}

bool stage_in_alerts(const struct map *alerts, const struct graph *g, const struct graph_edge *e)
{
	struct graph_place p = graph_place(g, (uint32_t)(e - g->edges));
	struct stage_place_key key = { p.source, p.record, p.offset };

	return alerts && map_get(alerts, slice_of(&key, sizeof(key))) != MAP_NONE;
}

bool stage_is_alerted(const struct stage_known *k, const struct graph *g, const struct graph_edge *e)
{
	return stage_in_alerts(&k->alerts, g, e);
}

/* ---- what is known at the end ---- */

/* Is there anything to compare its contacts with? What was brought in by itself has no earlier version; the scripts of
 * a language's package are run when it comes, and nobody else has them. */
static bool compared(const struct stage_known *k)
{
	bool yes = k->other_contacts > 0;

	for (size_t i = 0; i < k->n; i++)
		yes |= by_path(&k->wanted[i]) || (k->wanted[i].ecosystem.n && !k->wanted[i].version.n);
	return yes;
}

/* Whom another version of the product calls too; whom programs call where it is not. */
static bool called_by(const struct stage_known *k, struct slice name, uint32_t bit)
{
	uint32_t who = map_get(&k->other_called, name);

	return who != MAP_NONE && who & bit;
}

static uint32_t hosts_in(const struct map *m, struct slice name)
{
	uint32_t n = map_get(m, name);

	return n == MAP_NONE ? 0 : n;
}

/* Of whatever version called it: where these are few beside those that had this one, they may have had it too. */
static bool in_doubt(const struct stage_known *k, struct slice name)
{
	return 4 * (uint64_t)hosts_in(&k->doubtful, name) >= hosts_in(&k->callers, name) && hosts_in(&k->doubtful, name);
}

/* What it brought a later version may have kept; what none before it called says as much. */
static bool is_alone(const struct stage_known *k, struct slice name)
{
	uint32_t bits = CALLER_ELSEWHERE | CALLER_OLDER | (k->older_contacts ? 0 : CALLER_NEWER);

	return !called_by(k, name, bits) && !in_doubt(k, name);
}

/* Without another version: several hosts call it, nobody else does, all with alerts do, and some that only have it do
 * not. What all that have it call is what the product calls. */
static bool is_told_apart(const struct stage_known *k, struct slice name)
{
	return k->alert_calling && hosts_in(&k->alert_callers, name) == k->alert_calling && hosts_in(&k->callers, name) > 1 &&
	       hosts_in(&k->callers, name) < k->calling &&
	       !called_by(k, name, CALLER_ELSEWHERE | CALLER_OLDER | CALLER_NEWER) && !in_doubt(k, name);
}

/* Nobody else calls it; where hosts with alerts do, only whom these call. An alert on the contact itself says as
 * much where other programs are told to call it too, where a later version kept it, or where there is no other. */
static bool is_destination(const struct stage_known *k, uint32_t i, bool alerting)
{
	struct slice name = map_key(&k->called, i);

	if (map_get(&k->accused, name) != MAP_NONE && !called_by(k, name, CALLER_OLDER) && !in_doubt(k, name))
		return true;
	if (!compared(k))
		return is_told_apart(k, name);
	return is_alone(k, name) && (!alerting || k->called.entries[i].value == 3);
}

/* How likely so many of the machines that have it call this name, behind its coming, if that had nothing to do with it:
 * over all names that several of them call (Bonferroni). */
static double by_chance(const struct stage_known *k, struct slice name, double names)
{
	uint32_t callers = hosts_in(&k->machine_callers, name), others = hosts_in(&k->machine_others, name);
	const struct table t = { callers, (uint32_t)k->machine_having - callers, others,
				 others < k->machine_without ? (uint32_t)k->machine_without - others : 0 };

	return table_p(&t) * names;
}

/* What all that have a version call as it comes is what the product calls, from this version on. */
static bool is_of_the_product(const struct stage_known *k, struct slice name)
{
	uint64_t callers = hosts_in(&k->machine_callers, name);

	return callers >= k->machine_having ||
	       (5 * callers > 4 * k->machine_having && 2 * (uint64_t)hosts_in(&k->machine_waited, name) < callers);
}

/* No record names the program of a contact. Machines that have it call it again and again behind its coming, also some
 * whose alerts lead to it; nearly none does without it or before, which is no chance. */
static bool is_of_machines(const struct stage_known *k, struct slice name, double names)
{
	uint64_t callers = hosts_in(&k->machine_callers, name);

	return callers > 1 && 4 * (uint64_t)hosts_in(&k->machine_again, name) >= 3 * callers &&
	       hosts_in(&k->machine_alert_callers, name) && 4 * (uint64_t)hosts_in(&k->machine_others, name) < callers &&
	       !is_of_the_product(k, name) && by_chance(k, name, names) <= MACHINES_P;
}

/* Of those that no record of a program names. */
static void find_of_machines(struct stage_known *k)
{
	double names = 0;

	for (uint32_t i = 0; i < k->machine_callers.n; i++)
		names += k->machine_callers.entries[i].value > 1;
	for (uint32_t i = 0; i < k->machine_callers.n; i++)
		if (is_of_machines(k, map_key(&k->machine_callers, i), names))
			map_set(&k->destinations, map_key(&k->machine_callers, i), DESTINATION_MACHINES);
}

/* Many machines without it call it, whatever programs say. */
static bool called_everywhere(const struct stage_known *k, struct slice name)
{
	return hosts_in(&k->machine_others, name) > hosts_in(&k->callers, name);
}

void stage_known_finish(struct stage_known *k)
{
	bool alerting = false;

	for (uint32_t i = 0; i < k->called.n; i++)
		alerting |= k->called.entries[i].value == 3 && is_alone(k, map_key(&k->called, i));
	for (uint32_t i = 0; i < k->called.n; i++)
		if (is_destination(k, i, alerting) && !called_everywhere(k, map_key(&k->called, i)))
			map_set(&k->destinations, map_key(&k->called, i),
				compared(k) ? DESTINATION_ALONE : DESTINATION_APART);
	if (!k->called.n)
		find_of_machines(k);
	k->finished = true;
}

/* Not what the product calls as such: nearly all that have it do that, but for those of which few records are left. */
static bool is_brought(const struct stage_known *k, struct slice name)
{
	return map_get(&k->accused, name) != MAP_NONE || 5 * (uint64_t)hosts_in(&k->callers, name) <= 4 * k->calling;
}

bool stage_keeps(const struct stage_known *k, uint32_t version, struct slice *ret_name)
{
	struct arena scratch;
	bool keeps = false;

	arena_init(&scratch, 0);
	for (uint32_t i = 0; i < k->destinations.n && !keeps; i++) {
		*ret_name = map_key(&k->destinations, i);
		keeps = k->destinations.entries[i].value == DESTINATION_ALONE && is_brought(k, *ret_name) &&
			hosts_in(&k->newer_calls, stage_newer_key(version, *ret_name, &scratch)) >= KEEPING_HOSTS;
		arena_reset(&scratch);
	}
	arena_done(&scratch);
	return keeps;
}

bool stage_known_calls(const struct stage_known *k, const char **ret_why)
{
	*ret_why = k->destinations.n ? NULL
		   : compared(k)     ? "no contact of it is in the evidence that others do not have as well"
				     : "no contact of another version of the product is in the evidence, and no alert "
				       "stands on one of this: whom it calls and others do not cannot be told";
	return !*ret_why;
}

/* Not what runs on any system: a language's package, a file that was fetched. */
static bool of_system(const struct stage_wanted *w)
{
	static const char *const packages[] = { "deb", "rpm", "apk", "alpm" };
	bool system = !w->ecosystem.n;

	for (size_t i = 0; i < sizeof(packages) / sizeof(*packages); i++)
		system |= slice_is(w->ecosystem, packages[i]);
	return (w->kind == ORIGIN_RELEASE || w->kind == ORIGIN_PACKAGE) && system;
}

const char *stage_known_os(const struct stage_known *k, const char *told)
{
	static const char *const systems[] = { "windows", "macos", "linux" };
	const char *one = NULL;

	for (size_t i = 0; i < k->n; i++) {
		const struct stage_wanted *w = &k->wanted[i];
		const char *os = w->os.n ? NULL : told;

		for (size_t s = 0; s < sizeof(systems) / sizeof(*systems); s++)
			os = slice_is(w->os, systems[s]) ? systems[s] : os;
		if (!of_system(w) || !os || !w->version.n || (one && one != os))
			return NULL;
		one = os;
	}
	return one;
}

const char *stage_known_nothing(const struct stage_known *k)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->wanted[i].product.n || k->wanted[i].path.n || k->wanted[i].url.n || k->hashes.n)
			return NULL;
	return k->n ? "the origin is no software that could lie on a host: there is nothing to look for"
		    : "no origin is known: there is nothing to look for";
}
