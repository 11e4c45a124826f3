/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Cases that begin without an alert, and questions about a release:
 *
 *   --start NAME       a file, hash, domain, address or product: traced wherever it is met. A host: its most unusual
 *                      deeds; a time: those of all hosts within an hour of it
 *   --release NAME     PRODUCT, PRODUCT=VERSION or a hash: who has it, where it ran, what it did that its earlier
 *                      versions did not
 *   --question FP:...  of a release: are its alerts independent of the build?
 *
 * What is traced joins the origins as if an alert stood there; answers are rows of the case's table `question`.
 */
#include "case/origin.h"
#include "case/release.h"
#include "cli/options.h"
#include "store/store.h"

struct asking;

struct asking *asking_new(const struct cli_options *o);
void asking_free(struct asking *a);
/* --start: must all hosts be traced? */
bool asking_starts(const struct asking *a);
/* Traces what is asked for on one host, into origins. */
void asking_host(struct asking *a, struct graph *g, struct slice host, struct tracer *tracer,
		 const struct baseline *base, struct origins *o);
/* Releases that are asked about and that no alert traces to join the origins too. Before they are weighed. */
void asking_releases(struct asking *a, const struct releases *r, struct origins *o);
/* The answers, after origins_rank; also of the first origins, where nobody asked. */
void asking_put(struct asking *a, struct store *s, const struct releases *r, const struct origins *o,
		const struct baseline *base);
