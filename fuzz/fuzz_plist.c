/* SPDX-License-Identifier: Apache-2.0 */
/* What macOS keeps besides databases: property lists and fseventsd, whatever the probes say. */
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)input_detect(slice_of(data, size < 4096 ? size : 4096), size);
	fuzz_read(&input_plist, slice_of(data, size));
	fuzz_read(&input_fsevents, slice_of(data, size));
	return 0;
}
