/* SPDX-License-Identifier: Apache-2.0 */
#include "input/hive/artifacts.h"

const struct hive_artifact *const hive_artifacts[] = {
	&hive_machine,	 &hive_profile,	 &hive_amcache_file, &hive_amcache_program, &hive_amcache_driver,
	&hive_shimcache, &hive_bam,	 &hive_userassist,   &hive_uninstall,	    &hive_msi_product,
	&hive_service,	 &hive_run_key,	 &hive_task,	     NULL,
};
