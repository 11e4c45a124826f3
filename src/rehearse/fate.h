/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Deals what befalls each machine: who has the product, who is updated, who sleeps, who is blocked,
 * who goes further; and what telemetry it has left to show for it. */
#include "rehearse/model.h"

/* Systems, telemetry, images and places of the whole fleet. */
void fate_seats(struct exercise *x);
/* One machine's: needs the exercise planned. */
void fate_deal(struct host *h);
/* How far it got: REACHED_COUNT for nowhere. */
enum reached fate_highest(const struct fate *f);
/* The machine's life ends here: re-imaged, or the exercise's end. */
int64_t host_end(const struct host *h);
