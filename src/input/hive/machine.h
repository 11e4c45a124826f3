/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a hive says of the machine itself: its name (SYSTEM), system and number (SOFTWARE), profiles. */
#include "input/hive/hive.h"

/* The machine's name by the control set that was in use; p NULL where the hive has none. */
struct slice machine_name(struct hive *h);
/* The control set in use (Select\Current), else the first; REGF_NONE where there is none. */
uint32_t machine_control_set(const struct hive *h);
