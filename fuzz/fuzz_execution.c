/* SPDX-License-Identifier: Apache-2.0 */
/* Windows's files on what ran and what changed: every byte string through every reader of them,
 * whatever the probes say. */
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)input_detect(slice_of(data, size < 4096 ? size : 4096), size);
	fuzz_read(&input_prefetch, slice_of(data, size));
	fuzz_read(&input_mft, slice_of(data, size));
	fuzz_read(&input_usn, slice_of(data, size));
	fuzz_read(&input_pca, slice_of(data, size));
	fuzz_read(&input_recentfilecache, slice_of(data, size));
	fuzz_read(&input_wer, slice_of(data, size));
	return 0;
}
