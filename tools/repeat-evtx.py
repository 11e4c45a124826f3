#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Repeats the chunks of event logs until a size is reached: repeat-evtx.py [--full] OUT BYTES FILE|FOLDER...

Real corpora are small. Record numbers run on from 1 (in record headers, chunk headers and the file
header; EventRecordID inside the XML stays), and all checksums are made anew, so that every reader
takes the result for one whole log. Only whole chunks are taken: magic right, checksums right. With
--full only such as a log that has grown consists of: at least seven eighths in use."""
import glob
import os
import struct
import sys
import zlib

CHUNK, HEADER = 65536, 4096


def good_chunks(path):
    with open(path, "rb") as f:
        data = f.read()
    for at in range(HEADER, len(data) - CHUNK + 1, CHUNK):
        c = data[at:at + CHUNK]
        if c[:8] != b"ElfChnk\0":
            continue
        free, = struct.unpack_from("<I", c, 48)
        if not 512 < free <= CHUNK or zlib.crc32(c[512:free]) != struct.unpack_from("<I", c, 52)[0]:
            continue
        records = list(walk(c, free))
        if records:
            yield bytearray(c), free, records


def walk(chunk, free):
    at = 512
    while at + 28 <= free and chunk[at:at + 4] == b"**\0\0":
        size, = struct.unpack_from("<I", chunk, at + 4)
        if size < 28 or at + size > free:
            return
        yield at
        at += size


def renumber(chunk, free, records, first):
    last = first + len(records) - 1
    for number, at in enumerate(records, first):
        struct.pack_into("<Q", chunk, at + 8, number)
    struct.pack_into("<QQQQ", chunk, 8, first, last, first, last)
    struct.pack_into("<I", chunk, 52, zlib.crc32(chunk[512:free]))
    struct.pack_into("<I", chunk, 124, zlib.crc32(chunk[128:512], zlib.crc32(chunk[:120])))
    return last + 1


def file_header(chunks, next_record):
    h = bytearray(HEADER)
    struct.pack_into("<8sQQQIHHHH", h, 0, b"ElfFile\0", 0, chunks - 1, next_record, 128, 1, 3, HEADER,
                     chunks & 0xffff)
    struct.pack_into("<I", h, 124, zlib.crc32(h[:120]))
    return h


def repeat(out, size, paths, least=0):
    """Writes the log; gives the number of its records."""
    files = [f for p in paths for f in
             (sorted(glob.glob(p + "/**/*.evtx", recursive=True)) if os.path.isdir(p) else [p])]
    chunks = [c for f in files for c in good_chunks(f) if c[1] >= least]
    if not chunks:
        raise SystemExit("repeat-evtx: no whole chunk in these files")
    number, count = 1, 0
    with open(out, "wb") as f:
        f.write(bytes(HEADER))
        while HEADER + count * CHUNK < size:
            chunk, free, records = chunks[count % len(chunks)]
            number = renumber(chunk, free, records, number)
            f.write(chunk)
            count += 1
        f.seek(0)
        f.write(file_header(count, number))
    return number - 1


if __name__ == "__main__":
    arguments = sys.argv[1:]
    full = "--full" in arguments
    if full:
        arguments.remove("--full")
    if len(arguments) < 3:
        raise SystemExit(__doc__)
    print(repeat(arguments[0], int(arguments[1]), arguments[2:], CHUNK * 7 // 8 if full else 0), "records")
