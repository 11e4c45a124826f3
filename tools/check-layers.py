#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who includes whom: docs/layers.txt holds. Arrows between rooms, no cycles, library headers only in
their rooms."""
import os
import re
import sys

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
rooms, libraries, faults = {}, {}, []
for line in open(f"{root}/docs/layers.txt"):
    line = line.split("#")[0].strip()
    if not line:
        continue
    name, allowed = line.rsplit(":", 1)
    (libraries if name.startswith("lib ") else rooms)[name.removeprefix("lib ")] = allowed.split()


def cycle(room, seen=()):
    if room in seen:
        return True
    return any(cycle(r, seen + (room,)) for r in rooms.get(room, []))


faults += [f"docs/layers.txt: {r} is part of a cycle" for r in rooms if cycle(r)]
files = 0
for folder, _, names in os.walk(f"{root}/src"):
    for name in names:
        if not name.endswith((".c", ".h", ".cc")):
            continue
        files += 1
        path = os.path.join(folder, name)
        room = os.path.relpath(path, f"{root}/src").split(os.sep)[0]
        if room not in rooms:
            faults.append(f"{path}: the room {room} is not in docs/layers.txt")
            continue
        for number, line in enumerate(open(path, errors="replace"), 1):
            m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not m:
                continue
            target = m.group(2)
            other = target.split("/")[0]
            if m.group(1) == '"' and other in rooms and other != room and other not in rooms[room]:
                faults.append(f"{path}:{number}: {room} may not include {other}")
            for header, owners in libraries.items():
                if m.group(1) == "<" and (target == header or (header.endswith("/") and target.startswith(header))) \
                        and room not in owners:
                    faults.append(f"{path}:{number}: only {' '.join(owners)} may include <{target}>")
print("\n".join(faults))
print(f"{files - min(len(faults), files)} passed, {len(faults)} failed")
sys.exit(1 if faults else 0)
