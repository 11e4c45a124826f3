/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/model.h"

/* clang-format off */
extern const struct scenario
	scenario_sideload,
	scenario_macos_dylib,
	scenario_service_backdoor,
	scenario_linux_package_script,
	scenario_clean_update,
	scenario_admin_tool,
	scenario_management_agent,
	scenario_abused_management_server,
	scenario_two_bad_releases,
	scenario_detector_update,
	scenario_security_only,
	scenario_edr_only,
	scenario_cloned_images,
	scenario_language_package,
	scenario_two_updates_one_day,
	scenario_phishing_browser,
	scenario_no_incident;
/* clang-format on */

const struct scenario *const scenarios[] = {
	&scenario_sideload,
	&scenario_macos_dylib,
	&scenario_service_backdoor,
	&scenario_linux_package_script,
	&scenario_clean_update,
	&scenario_admin_tool,
	&scenario_management_agent,
	&scenario_abused_management_server,
	&scenario_two_bad_releases,
	&scenario_detector_update,
	&scenario_security_only,
	&scenario_edr_only,
	&scenario_cloned_images,
	&scenario_language_package,
	&scenario_two_updates_one_day,
	&scenario_phishing_browser,
	&scenario_no_incident,
};
const size_t scenario_count = sizeof(scenarios) / sizeof(*scenarios);

const struct scenario *scenario_find(struct slice name)
{
	for (size_t i = 0; i < scenario_count; i++)
		if (slice_is(name, scenarios[i]->name))
			return scenarios[i];
	return NULL;
}
