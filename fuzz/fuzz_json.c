/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_read(&input_jsonl, slice_of(data, size));
	fuzz_read(&input_json, slice_of(data, size));
	return 0;
}
