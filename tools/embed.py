#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns files into one C array: embed.py [--zlib] NAME OUT.c FILE...|DIR

A folder stands for the .yml files below it, in order of their paths.

The blob is, for each file in the order given: its base name, NUL, its length in decimal, NUL, its
bytes, NUL. With --zlib the whole is compressed and NAME_unpacked says how long it was.
Defines: const unsigned char NAME[]; const size_t NAME_size; const size_t NAME_unpacked;
"""
import os
import sys
import zlib

args = sys.argv[1:]
pack = args[0] == "--zlib"
if pack:
    args = args[1:]
name, out, *files = args
if len(files) == 1 and os.path.isdir(files[0]):
    files = sorted(os.path.join(d, f) for d, _, fs in os.walk(files[0]) for f in fs if f.endswith(".yml"))
blob = b""
for path in files:
    with open(path, "rb") as f:
        data = f.read()
    blob += os.path.basename(path).encode() + b"\0" + str(len(data)).encode() + b"\0" + data + b"\0"
unpacked = len(blob)
if pack:
    blob = zlib.compress(blob, 9)
with open(out, "w") as f:
    f.write("/* SPDX-License-Identifier: Apache-2.0 */\n/* Written by tools/embed.py. */\n#include <stddef.h>\n")
    f.write(f"extern const unsigned char {name}[];\nextern const size_t {name}_size, {name}_unpacked;\n")
    f.write(f"const unsigned char {name}[] = {{\n")
    for i in range(0, len(blob), 24):
        f.write(",".join(str(b) for b in blob[i:i + 24]) + ",\n")
    f.write(f"0}};\nconst size_t {name}_size = {len(blob)}, {name}_unpacked = {unpacked};\n")
