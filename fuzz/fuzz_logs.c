/* SPDX-License-Identifier: Apache-2.0 */
/* Logs of lines and paragraphs: every byte string through every reader, whatever the probes say. */
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)input_detect(slice_of(data, size < 4096 ? size : 4096), size);
	fuzz_read(&input_wintext, slice_of(data, size));
	fuzz_read(&input_cmtrace, slice_of(data, size));
	fuzz_read(&input_packagelog, slice_of(data, size));
	fuzz_read(&input_apt, slice_of(data, size));
	fuzz_read(&input_syslog, slice_of(data, size));
	fuzz_read(&input_zeek, slice_of(data, size));
	return 0;
}
