/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/wire.h"

#include "engine/engine.h"

void engine_message(struct buf *out, uint8_t type, struct slice payload)
{
	buf_put_u8(out, type);
	buf_put_sized(out, payload);
}

void wire_note(struct buf *out, uint64_t offset, bool lost, const char *why)
{
	struct buf b = { 0 };

	buf_put_le64(&b, offset);
	buf_put_u8(&b, lost);
	buf_put_sized(&b, slice_str(why));
	engine_message(out, WIRE_NOTE, buf_slice(&b));
	buf_done(&b);
}

void wire_done(struct buf *out, uint64_t records, uint64_t events, uint64_t bytes)
{
	struct buf b = { 0 };

	buf_put_le64(&b, records);
	buf_put_le64(&b, events);
	buf_put_le64(&b, bytes);
	engine_message(out, WIRE_DONE, buf_slice(&b));
	buf_done(&b);
}
