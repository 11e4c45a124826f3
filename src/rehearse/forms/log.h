/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A machine's event logs as they are written: flat objects in one file, or nested ones in one file
 * a channel. Record numbers go on whether or not the record is still there. */
#include "rehearse/forms/forms.h"

enum channel { LOG_SYSMON, LOG_SECURITY, LOG_SYSTEM, LOG_APPLICATION, LOG_DEFENDER, LOG_COUNT };

struct log {
	struct host *h;
	bool nested;
	struct buf out[LOG_COUNT], gone, *now;
	uint64_t number[LOG_COUNT];
};

/* provider NULL: the channel's usual one. seen false: the number is counted, the record is lost. */
void log_open(struct log *l, int64_t ns, enum channel channel, const char *provider, int id,
	      bool seen);
void log_field(struct log *l, const char *name, const char *value);
void log_decimal(struct log *l, const char *name, uint64_t value);
void log_hex(struct log *l, const char *name, uint64_t value); /* with 0x */
/* Unnamed values, as MsiInstaller writes them. */
void log_list(struct log *l, const char *const *values, size_t n);
void log_close(struct log *l);
