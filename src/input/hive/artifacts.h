/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The artifacts by name, for the table in artifacts.c. */
#include "input/hive/hive.h"

extern const struct hive_artifact hive_amcache_driver;
extern const struct hive_artifact hive_amcache_file;
extern const struct hive_artifact hive_amcache_program;
extern const struct hive_artifact hive_bam;
extern const struct hive_artifact hive_machine;
extern const struct hive_artifact hive_msi_product;
extern const struct hive_artifact hive_profile;
extern const struct hive_artifact hive_run_key;
extern const struct hive_artifact hive_service;
extern const struct hive_artifact hive_shimcache;
extern const struct hive_artifact hive_task;
extern const struct hive_artifact hive_uninstall;
extern const struct hive_artifact hive_userassist;
