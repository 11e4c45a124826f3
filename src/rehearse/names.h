/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Invented names, another set for each seed, so that nothing can be tuned to one of them: products,
 * vendors, domains under .example (RFC 2606), addresses of RFC 5737. */
#include "rehearse/model.h"

/* A product with its vendor, domains and releases; no two of one exercise share their first name.
 */
struct product name_product(struct exercise *x, unsigned n, enum place place);
/* A domain nobody asked for before. */
const char *name_domain(struct exercise *x);
/* An ordinary word for a file: "cachesvc". */
const char *name_file(struct exercise *x);
/* The address a domain has: 192.0.2.0/24, the same for the same domain. */
const char *name_address(struct host *h, const char *domain);
