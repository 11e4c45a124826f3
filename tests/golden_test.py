#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Transcripts: what commands print, to the letter. tests/golden/NAME.txt is a session in a copy of the
folder tests/golden/evidence: a line "$ upriver ..." and what it printed, lines of standard error behind "! ",
and "[exit N]" where it was not 0; behind "> /dev/null" what it printed is not looked at. UPDATE=1 writes them anew: read the difference before you keep it.
JSON that names its schema is checked for being JSON; its form is unit/cli/schema_test.py's matter."""
import difflib
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

U = os.environ["UPRIVER"]
FOLDER = os.path.join(os.environ["UPRIVER_ROOT"], "tests", "golden")
CHANGES = [(re.compile(r"\d+\.\d s\)"), "N s)"), (re.compile(r'"seconds":[\d.]+'), '"seconds":N')]


def session(command, folder):
    r = subprocess.run([U, *shlex.split(command.removesuffix(" > /dev/null"))[1:]], capture_output=True, text=True, errors="replace", timeout=120,
                       cwd=folder, check=False)
    out = "" if command.endswith(" > /dev/null") else r.stdout
    for line in out.splitlines():
        if line.startswith("{"):
            json.loads(line)
    for pattern, text in CHANGES:
        out = pattern.sub(text, out)
    lines = ["$ " + command] + out.splitlines() + ["! " + line for line in r.stderr.splitlines()]
    return lines + ([f"[exit {r.returncode}]"] if r.returncode else [])


def check(path):
    with open(path) as f:
        want = f.read().splitlines()
    with tempfile.TemporaryDirectory() as folder:
        evidence = shutil.copytree(FOLDER + "/evidence", folder + "/evidence")
        got = [line for command in want if command.startswith("$ ") for line in session(command[2:], evidence)]
    if os.environ.get("UPDATE"):
        with open(path, "w") as f:
            f.write("\n".join(got) + "\n")
    else:
        want = [line for line in want if line]
        difference = list(difflib.unified_diff(want, [line for line in got if line], path, "now", lineterm="", n=1))
        assert not difference, "\n".join(difference[:40])


passed = failed = 0
for name in sorted(glob.glob(FOLDER + "/*.txt")):
    try:
        check(name)
        passed += 1
    except (AssertionError, ValueError, subprocess.TimeoutExpired) as e:
        failed += 1
        print(f"failed: {os.path.basename(name)}: {e}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
