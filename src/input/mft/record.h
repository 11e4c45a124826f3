/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One record of an $MFT and the attributes in it. Layout after the NTFS documentation of the
 * Linux-NTFS project and libyal's libfsntfs:
 *
 *    0 "FILE", or "BAAD" where Windows found it torn    4 u16 fixups at   6 u16 fixups
 *   16 u16 sequence   20 u16 first attribute   22 u16 flags   24 u32 bytes used   28 u32 bytes
 *   32 u64 base record (0: it is one)
 *
 * The last two bytes of each sector of 512 hold a number that must equal the first fixup; what
 * belongs there is in the list of fixups. Most records end before byte 510: these are read in
 * place, others from a copy in `room` with the bytes put back.
 *
 * A reference is 48 bits of record number and 16 of sequence.
 */
#include "base/slice.h"

#define MFT_RECORD_MAX 4096u
#define MFT_IN_USE 1u
#define MFT_DIRECTORY 2u

enum mft_state {
	MFT_EMPTY, /* zeros: never used */
	MFT_GOOD,
	MFT_BAD, /* no record's mark, or a header that cannot be */
};

struct mft_record {
	struct slice bytes; /* as far as it is used */
	size_t first;	    /* attribute */
	uint64_t base;	    /* reference; 0: none */
	uint16_t sequence, flags;
};

/* raw: 1024 or 4096 bytes, the whole record; room: as many. */
enum mft_state mft_record_open(struct slice raw, uint8_t *room, struct mft_record *ret);
/* Of a good one: has it sectors of different writes, or is it marked so? Touches all of its
 * sectors, which opening does not. */
bool mft_record_torn(struct slice raw);

static inline uint64_t mft_entry_of(uint64_t reference)
{
	return reference & UINT64_C(0xffffffffffff);
}
static inline uint16_t mft_sequence_of(uint64_t reference)
{
	return (uint16_t)(reference >> 48);
}

enum {
	MFT_STANDARD_INFORMATION = 0x10,
	MFT_FILE_NAME = 0x30,
	MFT_DATA = 0x80,
};

struct mft_attribute {
	uint32_t type;
	bool resident, continued; /* continued: a later part of one that began in another record */
	struct slice name;	  /* UTF-16LE */
	struct slice value;	  /* resident ones only */
	uint64_t size;		  /* of the whole value */
};

/* The attribute at *at (start with record.first), and past it. False at the end; *ret_damaged is
 * set where that is no proper one. */
bool mft_attribute_next(const struct mft_record *r, size_t *at, struct mft_attribute *ret,
			bool *ret_damaged);

/* A $FILE_NAME's value: u64 parent, four times, sizes, flags, then u8 units @64, u8 namespace @65,
 * the name @66. False where it is shorter than it says. */
struct mft_file_name {
	uint64_t parent;
	const uint8_t *times; /* created, modified, changed, accessed: FILETIME each */
	struct slice name;    /* UTF-16LE */
	uint8_t space;	      /* 0 POSIX, 1 Win32, 2 DOS, 3 both */
};
#define MFT_DOS 2u
bool mft_file_name_read(struct slice value, struct mft_file_name *ret);
