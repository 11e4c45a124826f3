#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Windows's files on programs and changes as a user hands them in: alone, in UTF-16, in an archive, in
the folders of a collection, cut. The samples are the seeds of fuzz/corpus/execution."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(os.environ["UPRIVER_ROOT"])
UPRIVER = os.environ["UPRIVER"]
SEEDS = ROOT / "fuzz/corpus/execution"
KINDS = {"mft": "mft", "usn": "usn", "pca-launches": "pca", "pca-general": "pca", "recentfilecache": "recent_file_cache",
         "wer": "wer", **{f"prefetch-{v}": "prefetch" for v in (17, 23, 26, 30, 31)}}
passed, failures = 0, []


def check(ok, what):
    global passed
    passed += bool(ok)
    if not ok:
        failures.append(what)
        print("FAILED:", what)


def timeline(path, *options):
    run = subprocess.run([UPRIVER, "timeline", "--json", "--unsorted", path, *options], capture_output=True, text=True)
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()], run.stderr


def without_pointer(events):
    return [{k: v for k, v in e.items() if k != "pointer"} for e in events]


def alone_and_packed(folder):
    archive = folder / "all.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for name in KINDS:
            z.write(SEEDS / name, name)
    status, packed, err = timeline(archive)
    check(status == 0, f"the archive: exit {status} {err}")
    for name, kind in KINDS.items():
        status, events, err = timeline(SEEDS / name)
        check(status == 0 and events, f"{name}: exit {status} {err}")
        check({e["kind"] for e in events} == {kind}, f"{name} is {kind}")
        inside = [e for e in packed if e["pointer"]["inner"] == name]
        check(without_pointer(inside) == without_pointer(events), f"{name}: the same from an archive")


def wide(folder):
    for name in ("wer", "pca-general"):
        text = (SEEDS / name).read_bytes().decode().replace("x.exe", "ä𝄞.exe")
        plain = folder / f"plain-{name}"
        plain.write_bytes(text.encode())
        for encoding, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-16-le", b"")):
            path = folder / f"{encoding}-{len(mark)}-{name}"
            path.write_bytes(mark + text.encode(encoding))
            status, events, err = timeline(path)
            check(status == 0 and without_pointer(events) == without_pointer(timeline(plain)[1]), f"{path.name}: {err}")


def places(folder):
    """The letter of a volume comes from the folder of a collection."""
    for where, letter in (("h/D/$MFT", "D"), ("h/uploads/ntfs/%5C%5C.%5CE%3A/$MFT", "E")):
        path = folder / where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((SEEDS / "mft").read_bytes())
        names = [e["mapped"]["TargetFilename"] for e in timeline(path)[1] if "mapped" in e]
        check(names and all(n.startswith(letter + ":\\") for n in names), f"{where}: {names[:2]}")
    path = folder / "h/D/$Extend/$J"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as f:      # a hole of 64 MiB in front
        f.seek(64 << 20)
        f.write((SEEDS / "usn").read_bytes())
    status, events, err = timeline(path)
    check(status == 0 and len(events) == 40, f"$J behind a hole: exit {status}, {len(events)} events {err}")
    check(any(e.get("mapped", {}).get("TargetFilename", "").startswith("D:\\") for e in events), "paths of $J have a letter")


def cut(folder):
    for name in KINDS:
        whole = (SEEDS / name).read_bytes()
        for share in (10, 50, 90):
            path = folder / f"cut-{share}-{name}"
            path.write_bytes(whole[:len(whole) * share // 100])
            status, _, err = timeline(path)
            check(status in (0, 3), f"{path.name}: exit {status} {err}")


def activities():
    _, done, _ = timeline(SEEDS / "prefetch-30", "--kind", "activity")
    check(done and done[0]["op"] == "process_start" and done[0]["object"]["name"].endswith("\\PROGRAM.EXE") and
          done[0]["subject"] is None, f"a run is the start of a program by nobody known: {done[:1]}")


with tempfile.TemporaryDirectory() as tmp:
    here = pathlib.Path(tmp)
    alone_and_packed(here)
    wide(here)
    places(here)
    cut(here)
    activities()
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
