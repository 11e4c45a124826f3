/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The formats by name, for the table in input.c. */
#include "input/input.h"

extern const struct input_format input_auditd;
extern const struct input_format input_csv;
extern const struct input_format input_evtx;
extern const struct input_format input_json;
extern const struct input_format input_jsonl;
extern const struct input_format input_syslog;
extern const struct input_format input_xml;
