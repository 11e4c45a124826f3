#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""House rules that a script can see: SPDX lines, functions of at most 70 lines, files of at most
1,000, every unit test registered, every header compiles alone, no paths of somebody's machine."""
import os
import re
import subprocess
import sys
import tempfile

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
faults, checked = [], 0
FUNCTION_MAX, FILE_MAX = 70, 1000


def sources(*folders):
    for top in folders:
        for folder, _, names in os.walk(f"{root}/{top}"):
            for name in sorted(names):
                if name.endswith((".c", ".h", ".py", ".cc")):
                    yield os.path.join(folder, name)


for path in sources("src", "tests", "fuzz", "tools"):
    checked += 1
    short = os.path.relpath(path, root)
    lines = open(path, errors="replace").read().split("\n")
    if not any("SPDX-License-Identifier: Apache-2.0" in line for line in lines[:3]):
        faults.append(f"{short}: no SPDX line")
    if len(lines) > FILE_MAX:
        faults.append(f"{short}: {len(lines)} lines")
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            if number - start > FUNCTION_MAX:
                faults.append(f"{short}:{start}: a function of {number - start} lines")
            start = None
        if re.search(r"[\"' (](/work/|/root/|/home/)", line) and "check-source" not in short:
            faults.append(f"{short}:{number}: a path of somebody's machine")

listed = open(f"{root}/tests/meson.build").read()
for path in sources("tests/unit"):
    if path.endswith("_test.c"):
        room, module = path.split(os.sep)[-2], os.path.basename(path)[:-7]
        if not re.search(rf"'{room}': \[[^\]]*'{re.escape(module)}'", listed):
            faults.append(f"tests/unit/{room}/{module}_test.c is not listed in tests/meson.build")

headers = [p for p in sources("src") if p.endswith(".h") and not p.endswith("banned.h")]
with tempfile.TemporaryDirectory() as folder:
    for header in headers:
        checked += 1
        one = f"{folder}/one.c"
        with open(one, "w") as f:
            f.write(f'#include "{os.path.relpath(header, root + "/src")}"\n')
        r = subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-fsyntax-only", f"-I{root}/src", one],
                           capture_output=True, text=True)
        if r.returncode:
            faults.append(f"{os.path.relpath(header, root)} does not compile alone: {r.stderr.splitlines()[0]}")
print("\n".join(faults))
print(f"{checked - min(len(faults), checked)} passed, {len(faults)} failed")
sys.exit(1 if faults else 0)
