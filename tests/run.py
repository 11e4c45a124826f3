#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of the given build folders with Meson and counts their cases: run.py BUILD...

A cmocka program says how many cases passed; a script ends with "N passed, N failed" (", N skipped").
The last line printed is the sum. Exit 1 when anything failed."""
import json
import re
import subprocess
import sys

CMOCKA = {"passed": re.compile(r"\[  PASSED  \] (\d+) test"), "failed": re.compile(r"\[  FAILED  \] (\d+) test"),
          "skipped": re.compile(r"\[  SKIPPED \] (\d+) test")}
PLAIN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)


def count(entry):
    text = (entry.get("stdout") or "") + "\n" + (entry.get("stderr") or "")
    plain = PLAIN.findall(text)
    if plain:
        n = [int(x or 0) for x in plain[-1]]
    else:
        n = [sum(int(x) for x in CMOCKA[k].findall(text)) for k in ("passed", "failed", "skipped")]
    if sum(n) == 0:
        n = [1, 0, 0] if entry["result"] == "OK" else [0, 0, 1] if entry["result"] == "SKIP" else [0, 1, 0]
    # A program that crashed behind its last case has failed, whatever it counted.
    if entry["result"] not in ("OK", "SKIP") and n[1] == 0:
        n[1] = 1
    return n


total = [0, 0, 0]
for build in sys.argv[1:]:
    print(f"== {build}", flush=True)
    subprocess.run(["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs", "-q"], check=False)
    with open(f"{build}/meson-logs/testlog.json") as f:
        for line in f:
            entry = json.loads(line)
            n = count(entry)
            total = [a + b for a, b in zip(total, n)]
            for why in re.findall(r"^skipped: .*$", entry.get("stdout") or "", re.M):
                print(f"   {entry['name']}: {why}")
print(f"{total[0]} passed, {total[1]} failed" + (f", {total[2]} skipped" if total[2] else ""))
sys.exit(1 if total[1] or not total[0] else 0)
