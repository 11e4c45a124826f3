/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/names.h"

#include <ctype.h>
#include <string.h>

static const char *const first[] = {
	"Brak", "Dun",	"Ferr", "Gal",	"Hest", "Jor",	"Kel",	"Lind",
	"Morr", "Narr", "Ost",	"Pell", "Quil", "Rusk", "Sten", "Tarr",
	"Ulm",	"Verr", "Wend", "Yarr", "Cobb", "Elst", "Ibb",	"Zarn"
};
static const char *const last[] = { "mere",   "wick",  "holt", "gate", "stow", "thorpe", "combe",
				    "beck",   "garth", "lund", "ster", "rith", "fennel", "ash",
				    "ington", "moor",  "low",  "by",   "don",  "spring" };
static const char *const nouns[] = { "Desk",   "Notes",	  "Call",     "Board", "Sync",	"Ledger",
				     "Viewer", "Planner", "Recorder", "Atlas", "Relay", "Studio" };
static const char *const vendors[] = { "Software Ltd", "Systems Inc", "GmbH", "Labs AB",
				       "Digital BV" };
static const char *const libraries[] = {
	"media", "core", "render", "codec", "bridge", "view", "net"
};
static const char *const folders[] = {
	"cdn", "edge", "sync", "stat", "cache", "img", "api", "files"
};
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const char *pick(struct rng *r, const char *const *list, size_t n)
{
	return list[rng_below(r, n)];
}

static const char *lower(struct exercise *x, const char *text)
{
	char copy[64];
	size_t n = 0;

	for (; text[n] && n < sizeof(copy) - 1; n++)
		copy[n] = (char)tolower((unsigned char)text[n]);
	copy[n] = 0;
	return exercise_text(x, "%s", copy);
}

/* Each release is a step after the one before: 5.4.1, 5.4.2, 5.5.0. */
static void name_releases(struct exercise *x, struct rng *r, struct product *p)
{
	unsigned major = 1 + (unsigned)rng_below(r, 19), minor = (unsigned)rng_below(r, 12);
	unsigned patch = (unsigned)rng_below(r, 400);

	for (unsigned i = 0; i < PRODUCT_RELEASES; i++) {
		p->versions[i] = exercise_text(x, "%u.%u.%u", major, minor, patch);
		if (rng_below(r, 3)) {
			patch += 1 + (unsigned)rng_below(r, 9);
		} else {
			minor++;
			patch = (unsigned)rng_below(r, 30);
		}
	}
}

struct product name_product(struct exercise *x, unsigned n, enum place place)
{
	struct rng deal = exercise_stream(x, 0, 11), r = exercise_stream(x, n, 12);
	/* The first halves are gone through from a place of the seed's: never one twice. */
	const char *front = first[(rng_below(&deal, COUNT(first)) + n) % COUNT(first)];
	const char *word = exercise_text(x, "%s%s", front, pick(&r, last, COUNT(last)));
	const char *noun = pick(&r, nouns, COUNT(nouns)), *small = lower(x, word);
	static const char *const hosts[] = { "updates", "dl", "get", "releases" };
	struct product p = { .place = place };

	p.name = exercise_text(x, "%s %s", word, noun);
	p.slug = exercise_text(x, "%s%s", word, noun);
	p.vendor = exercise_text(x, "%s %s", word, pick(&r, vendors, COUNT(vendors)));
	p.domain = exercise_text(x, "%s.example", small);
	p.update_host = exercise_text(x, "%s.%s", hosts[n % 4], p.domain);
	p.library = exercise_text(x, "%.4s%s", small, pick(&r, libraries, COUNT(libraries)));
	name_releases(x, &r, &p);
	return p;
}

const char *name_domain(struct exercise *x)
{
	struct rng r = exercise_stream(x, rng_next(&x->rng), 13);
	const char *word = lower(x, pick(&r, first, COUNT(first)));

	return exercise_text(x, "%s.%s%s-%s.example", pick(&r, folders, COUNT(folders)), word,
			     pick(&r, last, COUNT(last)), pick(&r, folders, COUNT(folders)));
}

const char *name_file(struct exercise *x)
{
	struct rng r = exercise_stream(x, rng_next(&x->rng), 14);

	return exercise_text(x, "%s%s", pick(&r, folders, COUNT(folders)),
			     pick(&r, libraries, COUNT(libraries)));
}

const char *name_address(struct host *h, const char *domain)
{
	unsigned n = 5;

	if (strcmp(domain, h->x->c2) == 0)
		return h->x->c2_address;
	for (const char *c = domain; *c; c++)
		n = (n * 31 + (unsigned char)*c) % 997;
	return host_text(h, "192.0.2.%u", 1 + n % 250);
}
