/* SPDX-License-Identifier: Apache-2.0 */
#include "input/hive/product.h"

/* n digits; false where they are not all digits. */
static bool digits(struct slice s, size_t at, size_t n, unsigned *ret)
{
	struct slice part;
	uint64_t v;

	if (!slice_sub(s, at, n, &part) || !slice_to_u64(part, &v))
		return false;
	*ret = (unsigned)v;
	return true;
}

static bool is_day(unsigned year, unsigned month, unsigned day)
{
	return year >= 1900 && year <= 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* YYYYMMDD becomes YYYY-MM-DD; what else vendors write stays as it is. */
static struct slice day_of(struct slice text, struct arena *a)
{
	unsigned year, month, day;

	if (text.n != 8 || !digits(text, 0, 4, &year) || !digits(text, 4, 2, &month) ||
	    !digits(text, 6, 2, &day) || !is_day(year, month, day))
		return text;
	return arena_printf(a, "%04u-%02u-%02u", year, month, day);
}

struct when product_date(struct slice text)
{
	unsigned month, day, year, hour, minute, second;

	text = slice_trim(text);
	if (text.n != 19 || text.p[2] != '/' || text.p[5] != '/' || text.p[10] != ' ' ||
	    text.p[13] != ':' || text.p[16] != ':' || !digits(text, 0, 2, &month) ||
	    !digits(text, 3, 2, &day) || !digits(text, 6, 4, &year) || !digits(text, 11, 2, &hour) ||
	    !digits(text, 14, 2, &minute) || !digits(text, 17, 2, &second) ||
	    !is_day(year, month, day) || hour > 23 || minute > 59 || second > 59)
		return (struct when){ 0 };
	return when_unix(when_civil((int)year, month, day, hour, minute, second));
}

struct product product_read(const struct hive *h, uint32_t key, struct arena *a)
{
	enum { NAME, VERSION, PUBLISHER, LOCATION, SOURCE, DATE, COUNT };
	static const char *const names[COUNT] = { "DisplayName",     "DisplayVersion", "Publisher",
						  "InstallLocation", "InstallSource",  "InstallDate" };
	uint32_t v[COUNT];

	hive_pick(h, key, names, COUNT, v);
	return (struct product){
		.name = hive_text(h, v[NAME], a),
		.version = hive_text(h, v[VERSION], a),
		.publisher = hive_text(h, v[PUBLISHER], a),
		.location = hive_text(h, v[LOCATION], a),
		.source = hive_text(h, v[SOURCE], a),
		.date = day_of(hive_text(h, v[DATE], a), a),
	};
}

void product_put(const struct hive *h, struct event *ev, const struct product *p)
{
	hive_put_text(h, ev, HIVE_NAME, p->name);
	hive_put_text(h, ev, HIVE_VERSION, p->version);
	hive_put_text(h, ev, HIVE_PUBLISHER, p->publisher);
	hive_put_text(h, ev, HIVE_LOCATION, p->location);
	hive_put_text(h, ev, HIVE_SOURCE, p->source);
	hive_put_text(h, ev, HIVE_INSTALL_DATE, p->date);
}

void product_make(const struct hive *h, struct event *ev, const struct product *p)
{
	if (!p->name.n)
		return;
	ev->op = ACTIVITY_INVENTORY;
	ev->proves = STAGE_BIT(STAGE_S2);
	hive_make_text(h, ev, HIVE_S_PRODUCT, p->name);
	hive_make_text(h, ev, HIVE_S_VERSION, p->version);
	hive_make_text(h, ev, HIVE_S_COMPANY, p->publisher);
	hive_make_text(h, ev, HIVE_S_LOCATION, p->location);
}
