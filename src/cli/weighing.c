/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/weighing.h"

#include "base/buf.h"

static void put_record(struct buf *key, struct slice channel, struct slice event_id)
{
	buf_clear(key);
	buf_put_sized(key, channel);
	buf_put(key, event_id);
}

/* What a rule needs is told by the category of the records that it matched (process_creation: Sysmon's and the
 * audit's alike); a product's verdicts, by the product's own log: where it writes, it is at work. */
static struct slice kind_of(struct slice source, struct slice category)
{
	return category.n && !slice_is(category, "antivirus") ? category : source;
}

static void note_live(void *ctx, const struct slice *c, size_t n)
{
	struct weighing_kinds *k = ctx;
	struct buf key = { 0 };
	uint32_t host = cohort_host(k->cohort, c[0]), kind = cohort_kind(k->cohort, kind_of(c[3], c[4]));
	uint32_t source = cohort_kind(k->cohort, c[3]);
	int64_t first, last;

	(void)n;
	if (!slice_to_i64(c[5], &first) || !slice_to_i64(c[6], &last))
		return;
	cohort_live(k->cohort, host, kind, first, last);
	cohort_live(k->cohort, host, source, first, last);
	put_record(&key, c[1], c[2]);
	map_set(&k->by_record, buf_slice(&key), kind);
	buf_done(&key);
}

bool weighing_live(struct weighing_kinds *k, struct store *s, struct cohort *c, struct err *err)
{
	*k = (struct weighing_kinds){ .cohort = c };
	map_init(&k->by_record);
	return store_ask(s, STORE_LIVE, note_live, k, err);
}

void weighing_done(struct weighing_kinds *k)
{
	map_done(&k->by_record);
}

void weighing_note(struct weighing_kinds *k, const struct weighing_alert *a, uint32_t group)
{
	struct cohort_class what = { .title = a->title, .level = a->level, .detector = a->detector, .weight = a->weight };
	uint32_t host = cohort_host(k->cohort, a->host);
	struct buf key = { 0 };

	put_record(&key, a->channel, a->event_id);
	what.kind = map_get(&k->by_record, buf_slice(&key));
	if (what.kind == MAP_NONE)
		what.kind = cohort_kind(k->cohort, a->channel.n ? a->channel : a->detector);
	buf_clear(&key);
	buf_put_sized(&key, a->rule);
	buf_put_sized(&key, a->title);
	buf_put(&key, a->detector);
	cohort_alert(k->cohort, cohort_class(k->cohort, buf_slice(&key), &what), host, group,
		     a->time.set ? a->time.ns : k->cohort->hosts[host].last_ns);
	buf_done(&key);
}
