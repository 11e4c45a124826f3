/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The formats by name, for the table in input.c. */
#include "input/input.h"

extern const struct input_format input_apt;
extern const struct input_format input_auditd;
extern const struct input_format input_checksums;
extern const struct input_format input_cmtrace;
extern const struct input_format input_cron;
extern const struct input_format input_csv;
extern const struct input_format input_evtx;
extern const struct input_format input_fsevents;
extern const struct input_format input_hive;
extern const struct input_format input_json;
extern const struct input_format input_jsonl;
extern const struct input_format input_lockblocks;
extern const struct input_format input_machine;
extern const struct input_format input_mft;
extern const struct input_format input_npm;
extern const struct input_format input_packagelist;
extern const struct input_format input_packagelog;
extern const struct input_format input_pca;
extern const struct input_format input_piprecord;
extern const struct input_format input_plist;
extern const struct input_format input_prefetch;
extern const struct input_format input_recentfilecache;
extern const struct input_format input_shellhistory;
extern const struct input_format input_shimcache;
extern const struct input_format input_sqlite;
extern const struct input_format input_syslog;
extern const struct input_format input_unit;
extern const struct input_format input_usn;
extern const struct input_format input_utmp;
extern const struct input_format input_wer;
extern const struct input_format input_wintext;
extern const struct input_format input_xml;
extern const struct input_format input_zeek;
