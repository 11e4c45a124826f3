/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The binary values of Schedule\TaskCache\Tasks\{id} (GDATA, winreg-tasks). Texts are a size in bytes (4)
 * and UTF-16LE.
 *
 *   Actions      version 2, version 3: whose rights (text); then actions: 0x6666 exec: id, command,
 *                arguments, folder, version 3: flags 2; 0x7777 COM: id, class 16, data; others end it
 *   DynamicInfo  3 4, created 8, last run 8, state 4, last error 4, last success 8 (from Windows 10 on)
 *   Triggers     version 8, two times of 16, flags 8, CRC 8, principal (from 0x16 on), display name (0x17);
 *                then the user: none? 8, no SID? 8, kind of SID 8, SID, name; all in units of 8
 */
#include "base/slice.h"

#define TASK_ACTIONS_MAX 32u

struct task_action {
	struct slice command, arguments, directory; /* UTF-16LE */
	struct slice clsid;			    /* 16 bytes; p NULL for a command */
};

struct task_actions {
	struct slice context; /* UTF-16LE */
	struct task_action all[TASK_ACTIONS_MAX];
	unsigned count;
	bool damaged; /* it ends where it should not, or with an action of an unknown kind */
};
void task_actions_read(struct slice data, struct task_actions *ret);

struct task_times {
	uint64_t created, last_run, last_success; /* FILETIME; 0 none */
	uint32_t last_error;
};
/* False where it is too short. */
bool task_times_read(struct slice data, struct task_times *ret);

struct task_user {
	struct slice name; /* UTF-16LE; empty: none */
	struct slice sid;  /* empty: none */
};
/* Nothing found where it has another form. */
struct task_user task_user_read(struct slice triggers);
