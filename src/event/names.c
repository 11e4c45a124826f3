/* SPDX-License-Identifier: Apache-2.0 */
#include "event/names.h"

#include "base/buf.h"

#define NAME_BYTES_MAX 256

/* The name without spaces, in `room` where it has some; false when it is too long for anyone to
 * have asked for it. */
static bool strip(struct slice name, uint8_t room[NAME_BYTES_MAX], struct slice *ret)
{
	size_t n = 0;

	if (name.n > NAME_BYTES_MAX)
		return false;
	if (slice_find(name, ' ') == name.n) {
		*ret = name;
		return true;
	}
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] != ' ')
			room[n++] = name.p[i];
	*ret = slice_of(room, n);
	return true;
}

void names_init(struct names *n)
{
	static const char *const known[] = {
#define X(id, text) text,
		NAMES_KNOWN(X)
#undef X
	};

	map_init(&n->map);
	for (size_t i = 0; i < NAME_KNOWN_COUNT; i++)
		map_intern(&n->map, slice_str(known[i]));
}

void names_done(struct names *n)
{
	map_done(&n->map);
}

uint32_t names_add(struct names *n, struct slice name)
{
	uint8_t room[NAME_BYTES_MAX];
	struct slice stripped;

	if (!strip(name, room, &stripped))
		return NAME_OTHER;
	return map_intern(&n->map, stripped);
}

uint32_t names_find(const struct names *n, struct slice name)
{
	uint8_t room[NAME_BYTES_MAX];
	struct slice stripped;

	if (!strip(name, room, &stripped))
		return NAME_OTHER;
	uint32_t id = map_get(&n->map, stripped);

	return id == MAP_NONE ? NAME_OTHER : id;
}
