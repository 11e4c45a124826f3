/* SPDX-License-Identifier: Apache-2.0 */
#include "base/embed.h"

bool embed_next(struct slice *blob, struct slice *ret_name, struct slice *ret_text)
{
	struct slice rest = *blob, name;
	uint64_t size;

	if (!rest.n)
		return false;
	name = slice_cut(rest, 0, &rest);
	if (!slice_to_u64(slice_cut(rest, 0, &rest), &size) || size >= rest.n)
		return false;
	*ret_name = name;
	*ret_text = slice_head(rest, (size_t)size);
	*blob = slice_from(rest, (size_t)size + 1);
	return true;
}
