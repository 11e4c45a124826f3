/* SPDX-License-Identifier: Apache-2.0 */
/* What a Linux machine keeps: every byte string through every reader, whatever the probes say. */
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct slice name = SLICE("home/a/.bash_history");

	(void)input_detect_named(name, slice_of(data, size < 4096 ? size : 4096), size);
	fuzz_read(&input_utmp, slice_of(data, size));
	fuzz_read(&input_shellhistory, slice_of(data, size));
	fuzz_read(&input_packagelist, slice_of(data, size));
	fuzz_read(&input_unit, slice_of(data, size));
	fuzz_read(&input_cron, slice_of(data, size));
	return 0;
}
