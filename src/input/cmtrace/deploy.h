/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Who deployed what, out of the messages of management agents: SCCM's AppEnforce and execmgr, and
 * Intune's [Win32App]. A deployment takes several messages of one thread, of which only the first
 * name the package: what was named is remembered per thread. Fixed size, values copied.
 */
#include "event/event.h"

#define DEPLOY_THREADS 16
#define DEPLOY_TEXT_MAX 256

struct deployment {
	char thread[32], package[DEPLOY_TEXT_MAX], id[64];
	uint8_t thread_n, id_n;
	uint16_t package_n;
};

struct deploy {
	struct deployment threads[DEPLOY_THREADS];
	size_t next; /* which one is given up for a new thread */
	uint32_t package, version, revision, id, action, command_line, process_id, exit_code, state;
	uint32_t intent, content;
};

void deploy_init(struct deploy *d, const struct names *names);
/* Adds what the message says of a deployment as made fields (event_make): Package, PackageId,
 * Version, Revision, Action, CommandLine, ProcessId, ExitCode, EnforcementState, Intent,
 * ContentPath. */
void deploy_read(struct deploy *d, struct slice component, struct slice thread,
		 struct slice message, struct event *ev);
