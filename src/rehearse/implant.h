/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What is described of a bad release once it is installed: that the scanner stopped it, or that it
 * called out, brought a second module and gave somebody a shell. Records only: nothing here does
 * any of it. */
#include "rehearse/act.h"

/* All that the machine's fate says of the exercise's product; after desk_live(). */
void implant(struct host *h);
/* The parts, for stories in which another process does it. */
void implant_contacts(struct host *h, const struct product *p, const struct proc *who);
void implant_second(struct host *h, int64_t ns, const struct proc *who);
void implant_commands(struct host *h, int64_t ns, const struct proc *who);
/* A script fetches something and pipes it into a shell, or has PowerShell fetch it. */
void implant_fetch(struct host *h, int64_t ns, const struct proc *who);
/* Defender or the EDR found a file, and put it away. */
void implant_blocked(struct host *h, int64_t ns, const struct proc *writer,
		     const struct image *file);
