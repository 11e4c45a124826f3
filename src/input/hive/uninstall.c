/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is listed as installed: CurrentVersion\Uninstall\<key>, of the machine and of each user, also below
 * Wow6432Node. InstallDate is a day in the vendor's own text and goes to install_date; the event's time is
 * the key's, which is exact and moves when the entry is written again.
 */
#include "input/hive/artifacts.h"
#include "input/hive/product.h"

static void find(struct hive *h)
{
	for (size_t b = 0; b < HIVE_BASES; b++) {
		uint32_t list = regf_find(&h->regf, h->bases[b], "Microsoft\\Windows\\CurrentVersion\\Uninstall");

		HIVE_EACH_CHILD(h, list, i) {
			hive_item(h, &hive_uninstall, i, REGF_NONE, 0);
		}
	}
}

static void put(struct hive *h, const struct hive_item *it, struct event *ev)
{
	struct product p = product_read(h, it->key, &ev->arena);

	product_put(h, ev, &p);
	hive_put_value(h, ev, HIVE_UNINSTALL, regf_value_find(&h->regf, it->key, "UninstallString"));
	hive_put_text(h, ev, HIVE_KEY, regf_key_path(&h->regf, it->key, &ev->arena));
	hive_put_text(h, ev, HIVE_USER, h->user);
	hive_key_time(h, ev, it->key);
	product_make(h, ev, &p);
}

const struct hive_artifact hive_uninstall = { "uninstall", find, put };
