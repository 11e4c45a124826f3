/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The values that Windows Installer and other installers keep of a product under the same names. */
#include "input/hive/hive.h"

struct product {
	struct slice name, version, publisher, location, source, date;
};

struct product product_read(const struct hive *h, uint32_t key, struct arena *a);
void product_put(const struct hive *h, struct event *ev, const struct product *p);
/* What it means: when all fields are there. A key without a name says nothing. */
void product_make(const struct hive *h, struct event *ev, const struct product *p);
/* MM/DD/YYYY hh:mm:ss, as the application experience service writes it, taken as UTC; unset where it is
 * something else. */
struct when product_date(struct slice text);
