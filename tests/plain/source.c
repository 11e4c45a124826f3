/* SPDX-License-Identifier: Apache-2.0 */
#include "plain.h"

#include "event/taxonomy.h"

#define CLASSES_MAX 64

static bool agrees(struct slice asked, struct slice have)
{
	return asked.n == 0 || slice_eq(asked, have);
}

bool plain_applies(const struct rule *r, struct event *ev, const struct taxonomy *tax)
{
	const struct logsource *asked = &r->logsource;
	uint32_t classes[CLASSES_MAX];
	size_t n = taxonomy_classify(tax, ev, classes, CLASSES_MAX);
	bool fits = false;

	for (size_t i = 0; i < n; i++) {
		const struct taxonomy_class *c = &tax->classes[classes[i]];

		fits |= agrees(asked->product, c->product) && agrees(asked->service, c->service) &&
			agrees(asked->category, c->category);
		for (size_t k = 0; k < c->alias_count; k++)
			event_alias(ev, c->aliases[k].id, c->aliases[k].from);
	}
	if (n)
		return fits;
	if (ev->channel.n == 0)
		return true;
	return slice_is(asked->product, "windows") && asked->category.n == 0 &&
	       asked->service.n == 0;
}

bool plain_match(const struct rule *r, struct event *ev, const struct taxonomy *tax)
{
	return (!tax || plain_applies(r, ev, tax)) && plain_evaluate(r, ev);
}
