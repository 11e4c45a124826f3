/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/surprise.h"

#include "base/cursor.h"
#include "base/err.h"
#include "base/heap.h"
#include "graph/path.h"
#include "graph/version.h"

#include <math.h>
#include <stdlib.h>

#define ALPHA 1.0
#define LEVELS 4u
#define VERSIONS_MAX 64u

/* Keys of one map: level, program, \n, behaviour; without the behaviour it is the hosts that have the
 * program, with \t behind it the sum over behaviours. "V" + product + \n + number: its versions. */
struct baseline {
	struct map counts;
	uint32_t hosts;
	bool full;
};

struct program {
	struct slice level[LEVELS]; /* version, product, publisher, all */
	struct slice product, version;
};

struct baseline *baseline_new(void)
{
	struct baseline *b = heap_new(sizeof(*b));

	map_init(&b->counts);
	return b;
}

void baseline_free(struct baseline *b)
{
	if (!b)
		return;
	map_done(&b->counts);
	free(b);
}

uint32_t baseline_hosts(const struct baseline *b)
{
	return b->hosts;
}

static struct slice attribute_of(const struct graph *g, const struct graph_node *p, enum attribute which)
{
	return p->started == GRAPH_NONE ? slice_of(NULL, 0) : graph_attribute(g, &g->edges[p->started], which);
}

static struct slice joined(struct arena *a, const struct slice *parts, size_t n)
{
	size_t bytes = 0;
	uint8_t *room, *to;

	for (size_t i = 0; i < n; i++)
		bytes += parts[i].n;
	to = room = arena_alloc(a, bytes + 1);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].n)
			memcpy(to, parts[i].p, parts[i].n);
		to += parts[i].n;
	}
	return slice_of(room, bytes);
}
/* Some hundred thousand a host: printf would be most of what learning costs. */
#define JOIN(a, ...)                                                                               \
	joined(a, (const struct slice[]){ __VA_ARGS__ },                                           \
	       sizeof((const struct slice[]){ __VA_ARGS__ }) / sizeof(struct slice))

static struct slice lower_tail(struct slice name, struct arena *a)
{
	return arena_lower(a, path_tail(name));
}

static void program_of(const struct graph *g, uint32_t process, struct arena *a, struct program *ret)
{
	const struct graph_node *p = &g->nodes[process];
	struct slice tail = lower_tail(p->name, a), company = attribute_of(g, p, ATTRIBUTE_COMPANY);
	struct slice product = attribute_of(g, p, ATTRIBUTE_PRODUCT), hash = attribute_of(g, p, ATTRIBUTE_SHA256);

	if (!hash.n)
		hash = attribute_of(g, p, ATTRIBUTE_SHA1);
	if (!hash.n)
		hash = attribute_of(g, p, ATTRIBUTE_MD5);
	ret->version = attribute_of(g, p, ATTRIBUTE_VERSION);
	ret->product = JOIN(a, tail, SLICE("|"), product);
	ret->level[0] = JOIN(a, SLICE("0"), tail, SLICE("|"), ret->version, SLICE("|"), hash);
	ret->level[1] = JOIN(a, SLICE("1"), ret->product);
	ret->level[2] = JOIN(a, SLICE("2"), company);
	ret->level[3] = slice_str("3");
}

/* ---- classes of objects ---- */

static struct slice ending(struct slice name)
{
	struct slice tail = path_tail(name);

	for (size_t i = tail.n; i-- > 0;)
		if (tail.p[i] == '.')
			return slice_head(slice_from(tail, i), 8);
	return slice_of(NULL, 0);
}

/* The first n parts of a path. */
static struct slice parts(struct slice s, unsigned n)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] == '\\' || s.p[i] == '/') && i > 0 && n-- == 0)
			return slice_head(s, i);
	return s;
}

/* The last two labels of a name. */
static struct slice registered(struct slice name)
{
	unsigned dots = 0;

	for (size_t i = name.n; i-- > 0;)
		if (name.p[i] == '.' && ++dots == 2)
			return slice_from(name, i + 1);
	return name;
}

static bool is_private(struct slice address)
{
	return slice_starts(address, slice_str("10.")) || slice_starts(address, slice_str("192.168.")) ||
	       slice_starts(address, slice_str("127.")) || slice_starts(address, slice_str("172.16.")) ||
	       slice_starts(address, slice_str("fe80:")) || slice_is(address, "::1");
}

/* The first folders; users' own are one place, whoever the user is. */
static struct slice place_of(struct slice s, struct arena *a)
{
	static const char *const homes[] = { "c:\\users", "/home", "/Users" };

	for (size_t i = 0; i < sizeof(homes) / sizeof(*homes); i++) {
		struct slice home = slice_str(homes[i]), rest;

		if (!slice_starts(s, home) || s.n == home.n || (s.p[home.n] != '\\' && s.p[home.n] != '/'))
			continue;
		rest = slice_from(s, home.n + 1);
		rest = slice_from(rest, parts(rest, 0).n);
		rest = parts(rest, 1);
		return JOIN(a, home, SLICE(" *"), rest);
	}
	return parts(s, 2);
}

static struct slice class_of(const struct graph *g, const struct graph_edge *e, struct arena *a)
{
	const struct graph_node *o = e->object == GRAPH_NONE ? NULL : &g->nodes[e->object];
	struct slice s = o ? o->key : slice_of(NULL, 0), port;

	if (!o)
		return slice_str("");
	switch (o->kind) {
	case ENTITY_PROCESS:
		return lower_tail(o->name, a);
	case ENTITY_FILE:
		if (e->op == ACTIVITY_IMAGE_LOAD)
			return lower_tail(o->name, a);
		port = ending(s);
		s = place_of(s, a);
		return JOIN(a, s, SLICE("*"), port);
	case ENTITY_REGISTRY:
		return parts(s, 4);
	case ENTITY_ADDRESS:
		port = graph_attribute(g, e, ATTRIBUTE_PORT);
		return JOIN(a, slice_str(is_private(s) ? "inside:" : "outside:"), port);
	case ENTITY_DOMAIN:
		return registered(s);
	default:
		return parts(s, 1);
	}
}

static struct slice behaviour_of(const struct graph *g, const struct graph_edge *e, struct arena *a)
{
	struct slice c = class_of(g, e, a);

	return JOIN(a, slice_str(activity_text((enum activity_op)e->op)), SLICE(" "), c);
}

static struct slice doing(struct arena *a, struct slice program, struct slice behaviour)
{
	return JOIN(a, program, SLICE("\n"), behaviour);
}

static struct slice sum_key(struct arena *a, struct slice program)
{
	return JOIN(a, program, SLICE("\t"));
}

/* Whether this version of the product does it. */
static struct slice version_key(struct arena *a, struct slice product, struct slice version, struct slice behaviour)
{
	return JOIN(a, SLICE("B"), product, SLICE("\n"), version, SLICE("\n"), behaviour);
}

/* ---- learning ---- */

static void count(struct baseline *b, struct slice key)
{
	uint32_t n = map_get(&b->counts, key);

	if (n == MAP_NONE && b->counts.n >= LIMIT_BEHAVIOURS) {
		b->full = true;
		return;
	}
	map_set(&b->counts, key, n == MAP_NONE ? 1 : n + 1);
}

static uint32_t get(const struct baseline *b, struct slice key)
{
	uint32_t n = map_get(&b->counts, key);

	return n == MAP_NONE ? 0 : n;
}

/* The product's versions are numbered 0, 1, ..; I product \n number holds the place of v product \n
 * version among the entries, which keep their order. */
static void note_version(struct baseline *b, const struct program *p, struct arena *a)
{
	struct slice version = JOIN(a, SLICE("v"), p->product, SLICE("\n"), p->version);
	struct slice list = JOIN(a, SLICE("V"), p->product);
	uint32_t n = get(b, list);
	size_t before = b->counts.n;

	/* Three entries at most: not one past the limit, which decoding keeps to. */
	if (before + 3 > LIMIT_BEHAVIOURS)
		return;
	count(b, version);
	if (b->counts.n == before)
		return;
	map_set(&b->counts, arena_printf(a, "I%.*s\n%u", (int)p->product.n, (const char *)p->product.p, n),
		(uint32_t)before);
	count(b, list);
}

static void learn(struct baseline *b, const struct program *p, struct slice behaviour, struct map *seen,
		  struct arena *a)
{
	for (unsigned i = 0; i < LEVELS; i++) {
		struct slice key = doing(a, p->level[i], behaviour);
		size_t before = seen->n;

		map_intern(seen, key);
		if (seen->n == before)
			continue; /* this host counts once */
		count(b, key);
		count(b, sum_key(a, p->level[i]));
		before = seen->n;
		map_intern(seen, p->level[i]);
		if (seen->n == before)
			continue;
		count(b, p->level[i]);
		if (i == 0)
			note_version(b, p, a);
	}
	if (p->version.n) {
		struct slice key = version_key(a, p->product, p->version, behaviour);
		size_t before = seen->n;

		map_intern(seen, key);
		if (seen->n > before)
			count(b, key);
	}
}

/* One host's programs and what they do, by numbers: most activities say again what others have said. */
struct host_seen {
	struct map keys;	       /* what this host counts for */
	struct map edges, pairs;       /* looked at: subject, object and operation; program and behaviour */
	struct map words, programs, behaviours;
	uint32_t *program;	       /* by node: number in programs + 1 */
};

static uint32_t program_number(struct host_seen *h, const struct program *p, struct arena *a)
{
	/* Not one text of all: a newline in a name could make two programs one. */
	uint32_t parts[] = { map_intern(&h->words, p->level[0]), map_intern(&h->words, p->level[1]),
			     map_intern(&h->words, p->level[2]), map_intern(&h->words, JOIN(a, SLICE("v"), p->version)) };

	return map_intern(&h->programs, slice_of(parts, sizeof(parts)));
}

static bool is_new(struct map *m, struct slice key)
{
	size_t before = m->n;

	map_intern(m, key);
	return m->n > before;
}

static void learn_edge(struct baseline *b, struct host_seen *h, const struct graph *g, const struct graph_edge *e,
		       struct arena *a)
{
	struct slice behaviour = behaviour_of(g, e, a);
	struct program p;
	uint32_t pair[2] = { h->program[e->subject], map_intern(&h->behaviours, behaviour) };
	bool known = pair[0] != 0;

	if (!known) {
		program_of(g, e->subject, a, &p);
		pair[0] = h->program[e->subject] = program_number(h, &p, a) + 1;
	}
	if (!is_new(&h->pairs, slice_of(pair, sizeof(pair))))
		return;
	if (known)
		program_of(g, e->subject, a, &p);
	learn(b, &p, behaviour, &h->keys, a);
}

void baseline_add(struct baseline *b, const struct graph *g)
{
	struct host_seen h = { .program = heap_array(g->node_count + 1, sizeof(*h.program)) };
	struct map *const maps[] = { &h.keys, &h.edges, &h.pairs, &h.words, &h.programs, &h.behaviours };
	struct arena a;

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		map_init(maps[i]);
	arena_init(&a, 0);
	b->hosts++;
	for (size_t i = 0; i < g->edge_count && !b->full; i++) {
		const struct graph_edge *e = &g->edges[i];
		uint32_t edge[3] = { e->subject, e->object, e->op };

		if (e->subject == GRAPH_NONE || g->nodes[e->subject].kind != ENTITY_PROCESS ||
		    e->op == ACTIVITY_PROCESS_END || !is_new(&h.edges, slice_of(edge, sizeof(edge))))
			continue;
		arena_reset(&a);
		learn_edge(b, &h, g, e, &a);
	}
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		map_done(maps[i]);
	free(h.program);
	arena_done(&a);
}

/* ---- asking ---- */

static bool version_at(const struct baseline *b, const struct program *p, uint32_t number, struct arena *a,
		       struct slice *ret)
{
	uint32_t at = map_get(&b->counts, arena_printf(a, "I%.*s\n%u", (int)p->product.n,
						       (const char *)p->product.p, number));

	if (at >= b->counts.n)
		return false;
	*ret = slice_from(map_key(&b->counts, at), 1);
	if (!slice_starts(*ret, p->product) || ret->n <= p->product.n)
		return false;
	*ret = slice_from(*ret, p->product.n + 1);
	return true;
}

static void earlier_versions(const struct baseline *b, const struct program *p, struct slice behaviour,
			     struct arena *a, struct surprise *ret)
{
	uint32_t n = get(b, JOIN(a, SLICE("V"), p->product));
	bool done = false;

	if (!p->version.n)
		return;
	for (uint32_t i = 0; i < n && i < VERSIONS_MAX; i++) {
		struct slice v;

		if (!version_at(b, p, i, a, &v) || !v.n || version_compare(v, p->version) >= 0)
			continue;
		ret->versions++;
		done |= get(b, version_key(a, p->product, v, behaviour)) > 0;
	}
	ret->never_earlier = ret->versions > 0 && !done;
}

/* Did a process of this program do it before on this host? */
static bool before_here(const struct graph *g, uint32_t edge, struct slice behaviour, struct arena *a)
{
	const struct graph_edge *e = &g->edges[edge];
	uint32_t at;
	struct arena scratch;
	bool found = false;

	arena_init(&scratch, 0);
	at = map_get(&g->by_image, path_key(g->nodes[e->subject].name, a));
	for (unsigned steps = 0; at != MAP_NONE && at && steps < 256 && !found; at = g->image_next[at - 1], steps++) {
		const struct graph_node *p = &g->nodes[at - 1];

		for (uint32_t i = 0; i < p->out_count && i < 4096 && !found; i++) {
			const struct graph_edge *o = graph_out(g, p, i);

			if (o->op != e->op || o->time_ns >= e->time_ns)
				continue;
			arena_reset(&scratch);
			found = slice_eq(behaviour_of(g, o, &scratch), behaviour);
		}
	}
	arena_done(&scratch);
	return found;
}

void baseline_score(const struct baseline *b, const struct graph *g, uint32_t edge, struct surprise *ret)
{
	const struct graph_edge *e = &g->edges[edge];
	struct program p;
	struct slice behaviour;
	struct arena a;
	double probability;

	*ret = (struct surprise){ 0 };
	if (!b || e->subject == GRAPH_NONE || g->nodes[e->subject].kind != ENTITY_PROCESS)
		return;
	arena_init(&a, 0);
	program_of(g, e->subject, &a, &p);
	behaviour = behaviour_of(g, e, &a);
	probability = 1.0 / (double)(b->counts.n + 2);
	for (unsigned i = LEVELS; i-- > 0;) {
		double these = get(b, doing(&a, p.level[i], behaviour)), all = get(b, sum_key(&a, p.level[i]));

		probability = (these + ALPHA * probability) / (all + ALPHA);
	}
	ret->known = true;
	ret->bits = -log2(probability);
	ret->doing = get(b, doing(&a, p.level[0], behaviour));
	ret->peers = get(b, p.level[0]);
	ret->never_peers = ret->peers > 1 && ret->doing <= 1;
	ret->first_here = !before_here(g, edge, behaviour, &a);
	earlier_versions(b, &p, behaviour, &a, ret);
	arena_done(&a);
}

/* Earlier versions of p, and how many of them did it. */
static uint32_t earlier_doing(const struct baseline *b, const struct program *p, struct slice behaviour, struct arena *a,
			      uint32_t *ret_earlier)
{
	struct surprise s = { 0 };

	earlier_versions(b, p, behaviour, a, &s);
	*ret_earlier = s.versions > *ret_earlier ? s.versions : *ret_earlier;
	return s.versions && s.never_earlier ? 0 : 1;
}

uint32_t baseline_novel(const struct baseline *b, struct slice product, struct slice version,
			void (*call)(void *ctx, const struct novelty *n), void *ctx)
{
	uint32_t earlier = 0;
	struct arena a;

	arena_init(&a, 0);
	for (uint32_t i = 0; i < b->counts.n; i++) {
		struct slice key = map_key(&b->counts, i), rest, name;
		struct program p = { 0 };

		if (!key.n || key.p[0] != 'B')
			continue;
		p.product = slice_cut(slice_from(key, 1), '\n', &rest);
		p.version = slice_cut(rest, '\n', &rest);
		struct slice tail = slice_cut(p.product, '|', &name);

		if (!slice_eq(p.version, version) || !slice_eq_nocase(name, product))
			continue;
		arena_reset(&a);
		if (earlier_doing(b, &p, rest, &a, &earlier))
			continue;
		call(ctx, &(struct novelty){ tail, rest, get(b, key) });
	}
	arena_done(&a);
	return earlier;
}

/* ---- in the case ---- */

void baseline_encode(const struct baseline *b, struct buf *out)
{
	buf_put_u8(out, 1);
	buf_put_varint(out, b->hosts);
	buf_put_varint(out, b->counts.n);
	for (uint32_t i = 0; i < b->counts.n; i++) {
		struct slice key = map_key(&b->counts, i);

		buf_put_varint(out, key.n);
		buf_put(out, key);
		buf_put_varint(out, map_get(&b->counts, key));
	}
}

struct baseline *baseline_decode(struct slice bytes, struct err *err)
{
	struct cursor c = cursor_of(bytes);
	struct baseline *b = baseline_new();
	uint8_t version = cursor_u8(&c);
	uint64_t hosts = cursor_varint(&c), n = cursor_varint(&c);

	b->hosts = (uint32_t)hosts;
	for (uint64_t i = 0; i < n && c.ok && i < LIMIT_BEHAVIOURS; i++) {
		struct slice key = cursor_take(&c, cursor_varint(&c));
		uint64_t count = cursor_varint(&c);

		if (c.ok)
			map_set(&b->counts, key, count < MAP_NONE ? (uint32_t)count : MAP_NONE - 1);
	}
	if (c.ok && version == 1 && hosts <= UINT32_MAX && !cursor_left(&c))
		return b;
	baseline_free(b);
	err_set(err, ERR_FORMAT, c.at, "the case's baseline of behaviours is damaged");
	return NULL;
}
