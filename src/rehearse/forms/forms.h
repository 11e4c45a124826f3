/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a machine's telemetry saw of its acts, in the form in which it would be handed in. One file
 * a form; each writes what it would have seen and no more: an EDR no file reads, 4688 no modules.
 */
#include "rehearse/model.h"

/* Writes the machine's files. False: the sink stopped. */
bool forms_host(struct host *h, const struct rehearse_sink *sink);
/* What is kept for the fleet: the network sensor's logs, the inventory. */
bool forms_fleet(struct exercise *x, const struct rehearse_sink *sink);

/* ---- for the forms ---- */

bool form_eventlog(struct host *h, const struct rehearse_sink *sink);
bool form_defender(struct host *h, const struct rehearse_sink *sink);
bool form_audit(struct host *h, const struct rehearse_sink *sink);
bool form_macos(struct host *h, const struct rehearse_sink *sink);
/* No logs that were sent anywhere: what a responder collected of the disk at the end. */
bool form_kape(struct host *h, const struct rehearse_sink *sink);
bool form_uac(struct host *h, const struct rehearse_sink *sink);
/* One installation in dpkg.log and apt's history.log. */
void form_dpkg(struct host *h, const struct act *a, struct buf *dpkg, struct buf *apt);
/* Adds what a sensor on the wire saw, and what the inventory lists. */
void form_network(struct host *h);
void form_inventory(struct host *h);

/* Is this act still recorded on this machine? */
bool form_sees(const struct host *h, const struct act *a);
/* The machine's clock at a moment. */
int64_t form_time(const struct host *h, int64_t ns);
/* "~" as the user's folder. In the machine's arena. */
const char *form_path(struct host *h, const char *text);
/* Puts a file below evidence/. */
bool form_put(struct host *h, const struct rehearse_sink *sink, const char *path,
	      const struct buf *text);
/* The number of the machine's installation that a process belongs to. */
uint32_t form_machine(const struct host *h, int64_t start);
void form_json(struct buf *b, const char *name, const char *value);
/* SHA-1 and MD5 go with the SHA-256 of the same content. */
struct digests {
	char sha256[65], sha1[41], md5[33], imports[33];
};
void form_digests(const struct host *h, const struct image *file, struct digests *ret);
