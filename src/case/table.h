/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Hosts that have a thing against hosts that have it not, alerting or quiet: the exact tests of small tables.
 * Pure functions of counts; no allocation.
 *
 *   table_p       Fisher's exact test, one-sided: how likely so many exposed hosts alert, or more, if having the
 *                 thing had nothing to do with it (R. A. Fisher, Statistical Methods for Research Workers, 1934)
 *   table_odds    the exact conditional interval of the odds ratio (J. Cornfield, 1956)
 *   paired_p      the same hosts before and after: exact McNemar, one-sided (binomial with one half)
 */
#include <stdbool.h>
#include <stdint.h>

struct table {
	uint32_t exposed_alerting, exposed_quiet, unexposed_alerting, unexposed_quiet;
};

/* 1 where there is nothing to compare (an empty row or column). In (0, 1]. */
double table_p(const struct table *t);
/* The 95 % interval: each end leaves out 2.5 %. low may be 0, high HUGE_VAL; 0 and HUGE_VAL where there is nothing
 * to compare. */
void table_odds(const struct table *t, double *ret_low, double *ret_high);
/* after_only: hosts that alert after and not before; before_only the other way. 1 where both are 0. */
double paired_p(uint32_t after_only, uint32_t before_only);
