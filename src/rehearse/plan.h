/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What scenarios plan with. */
#include "rehearse/model.h"

#define GOOD 1u /* the product's release before the bad one, in product.versions */
#define BAD 2u

/* Noise products, names, times: what every scenario has, to be changed by its plan(). */
void plan_common(struct exercise *x);
/* After plan(): times that follow from what it set. */
void plan_finish(struct exercise *x);
/* The product is for this system, and of this place. */
void plan_product(struct exercise *x, enum os main, enum place place);
/* The origin is this release, with the hashes of its library and program. */
void plan_origin_release(struct exercise *x, const struct product *p, unsigned release);
void plan_tie(struct exercise *x, const struct product *p, unsigned release);
/* The second product is an administrator's tool, a service. */
void plan_tool(struct exercise *x);
/* Windows machines have a management agent: one of a made-up vendor, or Configuration Manager's. */
void plan_agent(struct exercise *x, bool made_up);
void plan_blame_not(struct exercise *x, const char *product, const char *version);
void plan_blameless(struct exercise *x, const struct product *p, unsigned release);
/* The product as the fate says: there before, updated by this way; not yet lived. */
void plan_install(struct host *h, unsigned bad, enum way way);
/* Around a scenario's host(): what the complications add before and after it. */
void plan_complicate(struct host *h);
void plan_complicated(struct host *h);
/* Is the noisy tool on this machine? Where HARD_TOOL is dealt, only beside the product. */
bool plan_has_tool(const struct host *h);
/* The product as it is anywhere: there before, and updated where the fate says so; nothing is
 * wrong. */
void plan_ordinary(struct host *h);
void plan_updated(struct host *h, bool updated);
