/* SPDX-License-Identifier: Apache-2.0 */
/* Lockfiles, lists of files, and small files that name a machine: every byte string through every reader, whatever the probes say. */
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)input_detect(slice_of(data, size < 4096 ? size : 4096), size);
	fuzz_read(&input_npm, slice_of(data, size));
	fuzz_read(&input_lockblocks, slice_of(data, size));
	fuzz_read(&input_piprecord, slice_of(data, size));
	fuzz_read(&input_checksums, slice_of(data, size));
	fuzz_read(&input_csv, slice_of(data, size));
	fuzz_read(&input_machine, slice_of(data, size));
	return 0;
}
