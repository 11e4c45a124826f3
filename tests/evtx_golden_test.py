#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every event log of the corpus beside the project: how many records it gives and how many pieces of
damage are told (tests/golden/evtx-records.tsv, rewritten with UPDATE=1); then mutants of some of them.
Where evtx_dump is installed, every field of every record must agree with it (tools/evtx-diff.py)."""
import glob
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

U = os.environ["UPRIVER"]
ROOT = os.environ["UPRIVER_ROOT"]
SHARED = os.environ.get("UPRIVER_SHARED", os.path.join(ROOT, "..", "shared"))
CORPUS = os.path.join(SHARED, "data", "evtx")
TABLE = os.path.join(ROOT, "tests", "golden", "evtx-records.tsv")
MUTANTS = 40


def read(path, folder):
    """(exit status, records, pieces lost, all notes)"""
    summary = os.path.join(folder, "summary.json")
    rule = os.path.join(folder, "rule.yml")
    if not os.path.exists(rule):
        with open(rule, "w") as f:
            f.write("title: T\nid: 11111111-1111-1111-1111-111111111111\nlogsource: {product: windows, service: none}\n"
                    "detection: {s: {A: b}, condition: s}\n")
    r = subprocess.run([U, "hunt", path, "--rules", rule, "--json", "--summary", summary, "-q", "--threads", "1"],
                       capture_output=True, timeout=120, check=False)
    with open(summary) as f:
        s = json.load(f)
    return r.returncode, s["events"], sum(u["lost"] for u in s["unreadable"]), len(s["unreadable"])


def golden(files, folder):
    rows = []
    for path in files:
        status, records, lost, notes = read(path, folder)
        assert status == (3 if lost else 0), f"{path}: exit {status} with {lost} pieces lost"
        rows.append(f"{os.path.relpath(path, CORPUS)}\t{records}\t{lost}\t{notes}")
    if os.environ.get("UPDATE"):
        with open(TABLE, "w") as f:
            f.write("# file\trecords\tpieces lost\tnotes\n" + "\n".join(rows) + "\n")
    with open(TABLE) as f:
        want = [line.rstrip("\n") for line in f if not line.startswith("#")]
    wrong = sorted(set(rows) ^ set(want))
    assert not wrong, "differs from the table (UPDATE=1 rewrites it):\n" + "\n".join(wrong[:20])


def mutants(files, folder):
    rng = random.Random(11)
    small = [f for f in files if os.path.getsize(f) <= 1 << 20]
    for i in range(MUTANTS):
        data = bytearray(open(rng.choice(small), "rb").read())
        for _ in range(rng.choice((1, 8, 64))):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        if rng.random() < .3:
            del data[rng.randrange(len(data)):]
        path = os.path.join(folder, "mutant.evtx")
        with open(path, "wb") as f:
            f.write(data)
        status = read(path, folder)[0]
        assert status in (0, 3), f"mutant {i}: exit {status}"


def agreement(files, folder):
    dump = shutil.which("evtx_dump") or os.path.expanduser("~/.cargo/bin/evtx_dump")
    if not os.path.exists(dump):
        return "evtx_dump is not installed (cargo install evtx)"
    r = subprocess.run([sys.executable, os.path.join(ROOT, "tools", "evtx-diff.py"), U, dump, CORPUS],
                       capture_output=True, text=True, timeout=600, check=False)
    assert r.returncode == 0, r.stdout + r.stderr
    return None


def main():
    files = sorted(glob.glob(CORPUS + "/**/*.evtx", recursive=True))
    count = {"passed": 0, "failed": 0, "skipped": 0}
    for test in (golden, mutants, agreement):
        why = None if files else "no event logs beside the project"
        try:
            with tempfile.TemporaryDirectory() as folder:
                why = why or test(files, folder)
        except (AssertionError, subprocess.TimeoutExpired) as e:
            print(f"failed: {test.__name__}: {e}")
            count["failed"] += 1
            continue
        if why:
            print(f"skipped: {test.__name__}: {why}")
        count["skipped" if why else "passed"] += 1
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
