/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/view.h"

#include <sys/mman.h>
#include <unistd.h>

bool view_map(struct view *v, int fd, uint64_t base, uint64_t bytes, struct err *err)
{
	uint64_t lead = base % (uint64_t)sysconf(_SC_PAGESIZE), all;

	*v = (struct view){ 0 };
	if (bytes > INT64_MAX - VIEW_PADDING - lead || base > INT64_MAX - bytes)
		return err_set(err, ERR_LIMIT, 0, "too large to be mapped");
	all = lead + bytes + VIEW_PADDING;
	/* The padding is what the file leaves of this: a file that ends with its page has none behind. */
	uint8_t *room = mmap(NULL, (size_t)all, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (room == MAP_FAILED)
		return err_errno(err, "the file cannot be mapped");
	if (bytes && mmap(room, (size_t)(lead + bytes), PROT_READ, MAP_PRIVATE | MAP_FIXED, fd,
			  (off_t)(base - lead)) == MAP_FAILED) {
		err_errno(err, "the file cannot be mapped");
		munmap(room, (size_t)all);
		return false;
	}
	*v = (struct view){ slice_of(room + lead, (size_t)bytes), room, (size_t)all };
	return true;
}

void view_unmap(struct view *v)
{
	if (v->map)
		munmap(v->map, v->map_bytes);
	*v = (struct view){ 0 };
}
