/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/walk.h"

#include "base/buf.h"
#include "base/heap.h"

#include <stdlib.h>

/* Answers are remembered. */
struct since {
	struct store *s;
	struct slice host;
	struct map asked; /* product, version, system -> index */
	struct moments {
		int64_t here_ns, anywhere_ns;
	} *list;
	size_t n, cap;
};

bool walk_by_then(int64_t here_ns, int64_t anywhere_ns, int64_t ns)
{
	int64_t came = here_ns != INT64_MAX ? here_ns : anywhere_ns;

	return came == INT64_MAX || ns >= came - INSTALL_WINDOW_NS;
}

static const struct moments *moments_of(struct since *x, const struct store_came *which)
{
	struct buf key = { 0 };
	uint32_t at;

	buf_put_sized(&key, which->product);
	buf_put_sized(&key, which->version);
	buf_put(&key, which->os);
	at = map_intern(&x->asked, buf_slice(&key));
	buf_done(&key);
	if (at == x->n) {
		x->list = heap_room(x->list, x->n, &x->cap, sizeof(*x->list));
		store_since(x->s, which, &x->list[x->n].here_ns, &x->list[x->n].anywhere_ns);
		x->n++;
	}
	return &x->list[at];
}

static bool by_then(void *ctx, struct slice product, struct slice version, const char *os, int64_t ns)
{
	struct since *x = ctx;
	const struct store_came which = { .product = product, .version = version, .os = slice_str(os), .host = x->host };
	const struct moments *m = moments_of(x, &which);

	return walk_by_then(m->here_ns, m->anywhere_ns, ns);
}

struct walk walk_begin(struct store *s, struct slice host, struct graph *g, const struct baseline *base, size_t budget)
{
	struct walk w = { tracer_new(g, base), heap_new(sizeof(*w.since)) };
	const struct trace_elsewhere elsewhere = { .by_then = by_then, .ctx = w.since };

	w.since->s = s;
	w.since->host = host;
	map_init(&w.since->asked);
	tracer_budget(w.tracer, budget);
	tracer_elsewhere(w.tracer, &elsewhere);
	return w;
}

void walk_end(struct walk *w)
{
	tracer_free(w->tracer);
	map_done(&w->since->asked);
	free(w->since->list);
	free(w->since);
}
