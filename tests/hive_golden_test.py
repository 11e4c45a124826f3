#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hives of the corpus beside the project: keys and values of the walk, and events by kind, as other
readers count them; a hive alone and with its log. Skipped where the corpus is not there."""
import collections
import json
import lzma
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

U = os.environ["UPRIVER"]
ROOT = os.environ["UPRIVER_ROOT"]
WALK = os.environ["HIVE_BENCH"]
HOST = pathlib.Path(os.environ.get("UPRIVER_SHARED", os.path.join(ROOT, "..", "shared"))) / "data" / "host"

# file: keys, values, events by kind. Counts of keys and values are those of libregf and dissect.regf.
WANTED = {
    "hives/SYSTEM": (30756, 73456, {"machine": 1, "service": 933, "shimcache": 660}),
    "hives/SYSTEM_B": (33123, 74957, {"machine": 1, "service": 655, "shimcache": 406, "bam": 28}),
    "hives/SYSTEM_B+LOG2": (35595, 78901, {"machine": 1, "service": 656, "shimcache": 406, "bam": 31}),
    "hives/SYSTEM_WIN_10_1709": (43211, 90307, {"machine": 1, "service": 737, "shimcache": 1024, "bam": 55}),
    "hives/transactions_NTUSER.DAT": (2590, 4119, None),
    "hives/NTUSER.DAT": (1812, 4094, {"userassist": 31, "run_key": 1}),
    "hives/SAM": (65, 70, {}),
    "hives/BCD": (132, 103, {}),
    "hives/ntuser_software_partial": (6396, 19990, {"userassist": 183, "uninstall": 5, "run_key": 6}),
    "hives/corrupted_system_hive": (1687, 5625, None),
    "plaso/NTUSER.DAT": (1127, 5602, {"userassist": 14, "run_key": 1}),
    "plaso/NTUSER-WIN7.DAT": (2288, 5470, {"userassist": 90, "run_key": 2, "uninstall": 1}),
    "plaso/NTUSER-CCLEANER.DAT": (1203, 2373, {"userassist": 24}),
    "plaso/NTUSER-RunTests.DAT": (893, 1306, None),
    "plaso/winreg/Amcache.hve": (2105, 17539, {"amcache_file": 1367, "amcache_program": 100, "amcache_driver": 311}),
    "plaso/winreg/win10-Amcache.hve": (207, 4188, {"amcache_file": 30, "amcache_program": 75}),
}
SHIM = {"WinXPx86.bin": 17, "win7x86.bin": 91, "Win80.bin": 104, "Win81.bin": 1024, "Win10Creators.bin": 506}
STARTED = {"win7x86.bin": 75, "Win80.bin": 88, "Win81.bin": 842}

passed, failures = 0, []


def check(ok, what):
    global passed
    passed += bool(ok)
    if not ok:
        failures.append(what)
        print("FAILED:", what)


def unpacked(name, folder):
    """The file itself, alone in its folder."""
    source, target = HOST / name, folder / os.path.basename(name)
    if source.exists():
        return source
    with lzma.open(f"{source}.xz") as packed, open(target, "wb") as f:
        shutil.copyfileobj(packed, f)
    return target


def timeline(path):
    run = subprocess.run([U, "timeline", "--json", "--unsorted", str(path)], capture_output=True, text=True)
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()], run.stderr


def hives():
    for name, (keys, values, kinds) in WANTED.items():
        folder = pathlib.Path(tempfile.mkdtemp())
        hive, _, log = name.partition("+")
        path = unpacked(hive, folder)
        logs = [unpacked(f"{hive}.{log}", folder)] if log else []
        walk = subprocess.run([WALK, path, *logs], capture_output=True, text=True).stdout.split()
        check(walk[:2] == [str(keys), str(values)], f"{name}: {walk[:2]} keys and values, not {keys, values}")
        status, events, err = timeline(path)
        if kinds is not None:
            check(status == 0, f"{name}: exit {status}")
            got = dict(collections.Counter(e["kind"] for e in events))
            check(got == kinds, f"{name}: {got}, not {kinds}")
        else:
            check(status in (0, 3), f"{name}: exit {status}")
        if log:
            check("305 pages of its logs were replayed (numbers 2111 to 2130)" in err, f"{name}: {err}")
            check(timeline(logs[0])[:2] == (0, []), f"{name}: the log alone")
        if "corrupted" in name:
            check(status == 3 and "no bin where one should be" in err, f"{name}: {err}")
        shutil.rmtree(folder)


def names():
    with tempfile.TemporaryDirectory() as folder:
        path = unpacked("hives/SYSTEM", pathlib.Path(folder))
        _, events, _ = timeline(path)
    machine = next(e for e in events if e["kind"] == "machine")
    check(machine["host"] == machine["fields"]["name"] == "WKS-WIN732BITA", f"SYSTEM's name: {machine}")
    check(machine["fields"]["domain"] == "shieldbase.local", f"SYSTEM's domain: {machine}")
    # The cache is written when the machine goes down.
    written = {e["fields"]["written"] for e in events if e["kind"] == "shimcache" and e["fields"]["control_set"] == 1}
    check(len(written) == 1 and min(written)[:19] == machine["fields"]["last_shutdown"][:19], f"written {written}")
    started = [e["fields"]["executed"] for e in events if e["kind"] == "shimcache"]
    check(started.count(True) == 2 * 238, f"{started.count(True)} started")


def caches():
    for name in SHIM:
        status, events, _ = timeline(HOST / "shimcache" / name)
        check(status == 0, f"{name}: exit {status}")
        check(len(events) == SHIM[name], f"{name}: {len(events)} entries, not {SHIM[name]}")
        started = sum(e["fields"]["executed"] is True for e in events)
        check(started == STARTED.get(name, 0), f"{name}: {started} started")
        if name.startswith("Win10"):
            check(sum(e["fields"].get("last_dword") == 1 for e in events) == 108, f"{name}: hints")
            check(sum(e["time"] is None for e in events) == 75, f"{name}: without time")


if not (HOST / "hives").is_dir():
    print("skipped: the corpus is not beside the project (UPRIVER_SHARED)")
    print("0 passed, 0 failed, 1 skipped")
    sys.exit(0)
hives()
names()
caches()
print(f"{passed} passed, {len(failures)} failed")
sys.exit(bool(failures))
