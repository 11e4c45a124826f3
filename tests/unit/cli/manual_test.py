#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples of the manual. In each page of docs/manual the ```console blocks are run from the
top to the bottom in one empty folder: "$ command" lines, each followed by what it prints. A line of
three dots stands for any lines, three dots inside a line for any text. Exit status: an example may
show it with "$ echo $?". Environment: UPRIVER the program, UPRIVER_ROOT the source tree."""
import os
import re
import subprocess
import sys
import tempfile

PROGRAM = os.path.dirname(os.path.abspath(os.environ["UPRIVER"]))
MANUAL = os.path.join(os.environ["UPRIVER_ROOT"], "docs", "manual")


def commands(text):
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S):
        command, expected = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, expected
                command, expected = line[2:], []
            elif command:
                expected.append(line)
            else:
                raise ValueError(f"output without a command: {line}")
        yield command, expected


def fits(expected, printed):
    pattern = ""
    for line in expected:
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += r"[^\n]*".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ ]*\n"
    return re.fullmatch(pattern, printed + ("" if printed.endswith("\n") or not printed else "\n")) is not None


passed, failed = 0, 0
for page in sorted(os.listdir(MANUAL)):
    with open(f"{MANUAL}/{page}") as f:
        examples = list(commands(f.read()))
    with tempfile.TemporaryDirectory() as folder:
        status = 0
        for command, expected in examples:
            # $? is that of the example before.
            r = subprocess.run(["bash", "-c", f"(exit {status}); {command}"], cwd=folder, text=True, timeout=120,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               env={**os.environ, "PATH": f"{PROGRAM}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"})
            status = r.returncode
            if fits(expected, r.stdout):
                passed += 1
            else:
                failed += 1
                print(f"{page}: $ {command}\n--- the manual says\n" + "\n".join(expected) + f"\n--- printed\n{r.stdout}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
