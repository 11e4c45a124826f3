/* SPDX-License-Identifier: Apache-2.0 */
#include "case/hosts.h"

#include "base/heap.h"
#include "base/when.h"
#include "graph/address.h"

#include <stdlib.h>

#define LIMIT_HOSTS 1000000u
/* Hosts that claim one address. */
#define CLAIMS_MAX 8u
/* A lease is renewed within days. */
#define LEASE_NS (INT64_C(14) * 86400 * 1000000000)
#define SEVERAL (UINT32_MAX - 1)

void hosts_init(struct hosts *h)
{
	*h = (struct hosts){ 0 };
	map_init(&h->names);
	map_init(&h->numbers);
	map_init(&h->addresses);
	map_init(&h->spans_of);
	arena_init(&h->arena, 0);
}

void hosts_done(struct hosts *h)
{
	map_done(&h->names);
	map_done(&h->numbers);
	map_done(&h->addresses);
	map_done(&h->spans_of);
	free(h->leases);
	free(h->spans);
	arena_done(&h->arena);
	free(h->spelled);
}

static uint32_t name_number(struct hosts *h, struct slice name)
{
	struct arena scratch;
	uint32_t at;

	arena_init(&scratch, 0);
	at = map_intern(&h->names, arena_lower(&scratch, name));
	arena_done(&scratch);
	if (at == h->n) {
		h->spelled = heap_room(h->spelled, h->n, &h->cap, sizeof(*h->spelled));
		h->spelled[h->n++] = arena_keep(&h->arena, name);
	}
	return at;
}

void hosts_note(struct hosts *h, struct slice name, struct slice number)
{
	struct arena scratch;
	uint32_t at, known;

	if (!name.n || h->n >= LIMIT_HOSTS || h->numbers.n >= LIMIT_HOSTS)
		return;
	at = name_number(h, name);
	/* Records that have no name give the number as one. */
	if (!number.n || slice_eq_nocase(name, number))
		return;
	arena_init(&scratch, 0);
	number = arena_lower(&scratch, number);
	known = map_get(&h->numbers, number);
	if (known == MAP_NONE)
		map_set(&h->numbers, number, at + 1);
	else if (known != at + 1)
		map_set(&h->numbers, number, SEVERAL);
	arena_done(&scratch);
}

static void widen(int64_t *first, int64_t *last, int64_t from, int64_t to)
{
	*first = from < *first ? from : *first;
	*last = to > *last ? to : *last;
}

/* The lease of this host, a new one where there is none; NULL where too many claim the address. */
static struct host_lease *lease_of(struct hosts *h, uint32_t host, struct slice address)
{
	uint32_t known = map_get(&h->addresses, address), at;
	unsigned n = 0;

	if (known == SEVERAL)
		return NULL;
	for (at = known == MAP_NONE ? 0 : known; at; at = h->leases[at - 1].next, n++)
		if (h->leases[at - 1].name == host)
			return &h->leases[at - 1];
	/* Whom that many claim nobody has; and behind the limit no claim is known to be the only one. */
	if (n >= CLAIMS_MAX || h->lease_count >= LIMIT_HOSTS) {
		map_set(&h->addresses, address, SEVERAL);
		return NULL;
	}
	h->leases = heap_room(h->leases, h->lease_count, &h->lease_cap, sizeof(*h->leases));
	h->leases[h->lease_count++] = (struct host_lease){ host, known == MAP_NONE ? 0 : known, INT64_MAX, INT64_MIN };
	map_set(&h->addresses, address, (uint32_t)h->lease_count);
	return &h->leases[h->lease_count - 1];
}

void hosts_address(struct hosts *h, struct slice name, struct slice address, int64_t ns)
{
	struct arena scratch;
	struct host_lease *l;

	if (!name.n || address_is(name) || !address_is_host(address) || h->n >= LIMIT_HOSTS)
		return;
	arena_init(&scratch, 0);
	l = lease_of(h, name_number(h, name), arena_lower(&scratch, address));
	if (l && ns != INT64_MIN)
		widen(&l->first_ns, &l->last_ns, ns, ns);
	arena_done(&scratch);
}

void hosts_span(struct hosts *h, struct slice name, int64_t first_ns, int64_t last_ns)
{
	struct arena scratch;
	uint32_t at;

	if (!address_is_host(name) || h->span_count >= LIMIT_HOSTS)
		return;
	arena_init(&scratch, 0);
	at = map_intern(&h->spans_of, arena_lower(&scratch, name));
	arena_done(&scratch);
	if (at == h->span_count) {
		h->spans = heap_room(h->spans, h->span_count, &h->span_cap, sizeof(*h->spans));
		h->spans[h->span_count++] = (struct host_span){ first_ns, last_ns };
	}
	widen(&h->spans[at].first_ns, &h->spans[at].last_ns, first_ns, last_ns);
}

/* A name whose first label is all of another's: the full name of that short one. */
struct full {
	struct map by_label; /* folded short name -> index + 1, or SEVERAL */
};

static void find_full(struct hosts *h, struct full *f)
{
	map_init(&f->by_label);
	for (uint32_t i = 0; i < h->n; i++) {
		struct slice name = map_key(&h->names, i), label = slice_head(name, slice_find(name, '.'));
		bool digits = true;

		for (size_t k = 0; k < label.n; k++)
			digits &= label.p[k] >= '0' && label.p[k] <= '9';
		if (label.n == name.n || digits) /* an address is no full name */
			continue;
		map_set(&f->by_label, label, map_get(&f->by_label, label) == MAP_NONE ? i + 1 : SEVERAL);
	}
}

static uint32_t full_of(const struct full *f, struct slice name)
{
	uint32_t at = map_get(&f->by_label, name);

	return at == SEVERAL ? MAP_NONE : at;
}

/* What name i is another's of: its index + 1 and why; MAP_NONE where it stands for itself. */
static uint32_t other_of(const struct hosts *h, const struct full *f, uint32_t i, const char **ret_why)
{
	struct slice name = map_key(&h->names, i);
	uint32_t number = map_get(&h->numbers, name), full;
	size_t slash = slice_find(name, '\\');

	if (number != MAP_NONE && number != SEVERAL && number != i + 1) {
		*ret_why = "the product's number for this machine";
		/* The name behind the number may itself be a short one. */
		full = full_of(f, map_key(&h->names, number - 1));
		return full == MAP_NONE ? number : full;
	}
	*ret_why = "its name without the domain";
	/* DOMAIN\NAME is a short name too. */
	full = full_of(f, slash < name.n ? slice_from(name, slash + 1) : name);
	return full == i + 1 ? MAP_NONE : full;
}

/* A claim of last year says nothing of who has the address today: what a sensor saw of it lies within the claims, but for
 * some days. Claims without a time (an inventory) are of any. */
static bool overlaps(const struct host_lease *l, const struct host_span *s)
{
	return !s || l->first_ns > l->last_ns ||
	       (when_apart(l->first_ns, s->first_ns) <= LEASE_NS && when_apart(s->last_ns, l->last_ns) <= LEASE_NS);
}

/* The one host that has this address, whatever its records call it: index + 1, or MAP_NONE. */
static uint32_t tenant_of(const struct hosts *h, const struct full *f, uint32_t i)
{
	uint32_t at = map_get(&h->addresses, map_key(&h->names, i)), one = MAP_NONE;
	uint32_t span = map_get(&h->spans_of, map_key(&h->names, i));
	bool fits = false;
	const char *why;

	for (; at != MAP_NONE && at != SEVERAL && at; at = h->leases[at - 1].next) {
		uint32_t name = h->leases[at - 1].name, other = other_of(h, f, name, &why);
		uint32_t host = other == MAP_NONE ? name + 1 : other;

		if (one != MAP_NONE && one != host)
			return MAP_NONE;
		one = host;
		fits |= overlaps(&h->leases[at - 1], span == MAP_NONE ? NULL : &h->spans[span]);
	}
	return fits ? one : MAP_NONE;
}

bool hosts_merge(struct hosts *h, bool (*call)(void *ctx, struct slice from, struct slice to, const char *why),
		 void *ctx)
{
	struct full f;
	bool ok = true;

	find_full(h, &f);
	for (uint32_t i = 0; i < h->n && ok; i++) {
		const char *why;
		uint32_t to = other_of(h, &f, i, &why);

		if (to == MAP_NONE && (to = tenant_of(h, &f, i)) != MAP_NONE)
			why = "its address, as its records say";
		if (to != MAP_NONE)
			ok = call(ctx, h->spelled[i], h->spelled[to - 1], why);
	}
	map_done(&f.by_label);
	return ok;
}
