/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows Installer's products: Installer\UserData\<SID>\Products\<packed code>\InstallProperties. A packed
 * code is a GUID without punctuation whose first three groups stand backwards and whose other bytes have
 * their two digits exchanged.
 */
#include "input/hive/artifacts.h"
#include "input/hive/product.h"

#define CODE_DIGITS 32u

static void find(struct hive *h)
{
	for (size_t b = 0; b < HIVE_BASES; b++) {
		uint32_t users = regf_find(&h->regf, h->bases[b],
					   "Microsoft\\Windows\\CurrentVersion\\Installer\\UserData");

		HIVE_EACH_CHILD(h, users, user) {
			uint32_t products = regf_child(&h->regf, user, "Products");

			HIVE_EACH_CHILD(h, products, i) {
				hive_item(h, &hive_msi_product, i, REGF_NONE, user);
			}
		}
	}
}

/* {F1A2...}; the key's name as it is where it is no packed code. */
static struct slice product_code(struct slice packed, struct arena *a)
{
	static const uint8_t groups[] = { 8, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2 };
	char text[48];
	size_t n = 0, at = 0;

	if (packed.n != CODE_DIGITS || !slice_is_hex(packed))
		return packed;
	text[n++] = '{';
	for (size_t g = 0; g < sizeof(groups); at += groups[g++]) {
		if (g == 1 || g == 2 || g == 3 || g == 5)
			text[n++] = '-';
		for (size_t i = groups[g]; i-- > 0;)
			text[n++] = (char)packed.p[at + i];
	}
	text[n++] = '}';
	return arena_keep(a, slice_of(text, n));
}

static void put(struct hive *h, const struct hive_item *it, struct event *ev)
{
	uint32_t properties = regf_child(&h->regf, it->key, "InstallProperties");
	uint32_t key = properties == REGF_NONE ? it->key : properties;
	struct product p = product_read(h, key, &ev->arena);

	product_put(h, ev, &p);
	hive_put_value(h, ev, HIVE_LOCAL_PACKAGE, regf_value_find(&h->regf, key, "LocalPackage"));
	hive_put_text(h, ev, HIVE_PRODUCT_CODE, product_code(hive_name(h, it->key, &ev->arena), &ev->arena));
	hive_put_text(h, ev, HIVE_USER_SID, hive_name(h, it->extra, &ev->arena));
	hive_key_time(h, ev, key);
	product_make(h, ev, &p);
}

const struct hive_artifact hive_msi_product = { "msi_product", find, put };
