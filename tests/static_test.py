#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The one file to carry: built, run in an empty root, and the same results as the program that uses
the system's libraries. Its release is the same bytes when it is made twice."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ["UPRIVER_ROOT"])
UPRIVER = pathlib.Path(os.environ["UPRIVER"]).resolve()
BUILD = UPRIVER.parent / "static"
passed, failures = 0, []


def check(ok, what):
    global passed
    passed += bool(ok)
    if not ok:
        failures.append(what)
        print("FAILED:", what)


def run(*args, cwd=None, env=None):
    return subprocess.run([str(a) for a in args], cwd=cwd, env=env, capture_output=True, text=True)


def empty_root(folder):
    """Nothing but the program, the evidence and rules."""
    shutil.copy(BUILD / "upriver.stripped", folder / "upriver")
    shutil.copytree(ROOT / "tests/dialects/samples", folder / "ev")
    shutil.copytree(ROOT / "tests/dialects/rules", folder / "rules")
    subprocess.run(["gzip", "-k", "ev/crowdstrike.jsonl"], cwd=folder, check=True)
    return ["chroot", folder, "/upriver"] if os.geteuid() == 0 else ["unshare", "-r", "chroot", folder, "/upriver"]


def same_results(folder):
    inside = empty_root(folder)
    probe = run(*inside, "--version")
    if probe.returncode == 125 or "not permitted" in probe.stderr:
        print("SKIPPED: an empty root needs root, or user namespaces:", probe.stderr.strip())
        return
    for args in (["hunt", "--json", "--rules", "rules", "ev"], ["hunt", "--json", "ev"], ["timeline", "--json", "ev"],
                 ["rules", "--json"], ["help", "hunt"]):
        a, b = run(*inside, *args), run(UPRIVER, *args, cwd=folder)
        check(a.stdout == b.stdout and a.returncode == b.returncode, f"{args}: {a.returncode} {a.stderr[:300]}")
    case = run(*inside, "investigate", "ev", "-o", "case.db")
    check(case.returncode == 0 and (folder / "case.db").exists(), f"investigate: {case.stderr[:300]}")
    a, b = run(*inside, "show", "--json", "case.db"), run(UPRIVER, "show", "--json", "case.db", cwd=folder)
    check(a.stdout == b.stdout and json.loads(a.stdout), "a case is told alike")
    left = sorted(p.name for p in folder.iterdir())
    check(left == ["case.db", "ev", "rules", "upriver"], f"nothing is left behind: {left}")


def golden():
    r = run(sys.executable, ROOT / "tests/golden_test.py", env={**os.environ, "UPRIVER": str(BUILD / "upriver.stripped")})
    check(r.returncode == 0, f"the golden outputs: {r.stdout[-400:]}")


def release(folder):
    made = []
    for name in ("one", "two"):
        r = run(ROOT / "tools/release", BUILD, folder / name, env={**os.environ, "SOURCE_DATE_EPOCH": "1793750400"})
        check(r.returncode == 0, f"a release: {r.stderr[-300:]}")
        made.append({p.name: p.read_bytes() for p in (folder / name).iterdir()} if r.returncode == 0 else {})
    check(made[0] == made[1] and len(made[0]) == 3, "made twice, the same bytes")
    for name, data in made[0].items():
        if name.endswith(".spdx.json"):
            parts = json.loads(data)
            check(parts["spdxVersion"] == "SPDX-2.3" and len(parts["packages"]) > 10, "its list of parts")


def main():
    if "asan" in UPRIVER.parent.name or shutil.which("make") is None:
        print("SKIPPED: built once, without sanitizers\n0 passed, 0 failed")
        return 0
    r = run("make", "-C", ROOT, "static", f"STATIC={BUILD}")
    check(r.returncode == 0, f"make static: {r.stdout[-300:]} {r.stderr[-600:]}")
    if r.returncode == 0:
        with tempfile.TemporaryDirectory() as folder:
            same_results(pathlib.Path(folder))
        with tempfile.TemporaryDirectory() as folder:
            release(pathlib.Path(folder))
        golden()
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
