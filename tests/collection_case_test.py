#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A fleet of which half has no logs but collections of its disks: the case still names what was bad, tells of these
hosts what their artifacts show and no more, and leaves the evidence as it was."""
import concurrent.futures
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(os.environ["UPRIVER_ROOT"])
UPRIVER = os.environ["UPRIVER"]
SCENARIOS = ("sideload", "linux-package-script")
SEEDS = (1, 2, 3)
HOSTS, PERCENT = 20, 50
SECONDS_MAX = 60
passed, failures = 0, []


def check(ok, what):
    global passed
    passed += bool(ok)
    if not ok:
        failures.append(what)
        print("FAILED:", str(what)[:2000])


def upriver(*args):
    r = subprocess.run([UPRIVER, *map(str, args)], capture_output=True, text=True)
    if r.returncode not in (0, 3):
        raise RuntimeError(f"upriver {args[0]}: exit {r.returncode}: {r.stderr[:500]}")
    return r.stdout, r.stderr


def load(path):
    loader = importlib.machinery.SourceFileLoader(path.stem, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


score = load(ROOT / "tools/score")


def rehearse(folder, scenario, seed, percent=PERCENT):
    upriver("rehearse", "-o", folder, "--scenario", scenario, "--hosts", HOSTS, "--seed", seed, "--collections", percent)


def digests(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else "folder"
            for p in pathlib.Path(folder).rglob("*")}


# ---- what is written ----

def names_of(truth, telemetry):
    return {h["aliases"][0].lower() for h in truth["hosts"] if h["telemetry"] == telemetry}


def written(scenario, seed, folder, truth):
    what = f"{scenario} {seed}"
    evidence = folder / "evidence"
    collected = names_of(truth, "collection")
    kape = {p.name.lower() for p in (evidence / "kape").glob("*")}
    uac = {p.name.removeprefix("uac-").rsplit("-linux-", 1)[0] for p in evidence.glob("uac-*")}
    check(len(collected) == HOSTS * PERCENT // 100, f"{what}: {len(collected)} machines are collected")
    check(kape | uac == collected and not kape & uac, f"{what}: {kape} and {uac} are collected, not {collected}")
    others = [p for p in evidence.rglob("*") if p.is_file() and "kape" not in p.parts and not any("uac-" in x for x in p.parts)]
    for name in collected:
        check(not any(name in str(p.relative_to(evidence)) or name.encode() in p.read_bytes() for p in others),
              f"{what}: {name} has records besides its collection")


def databases(folder):
    n = rows = 0
    for path in folder.rglob("History"):
        db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        n += 1
        check(db.execute("pragma integrity_check").fetchall() == [("ok",)], f"{path} is damaged")
        rows += db.execute("select count(*) from downloads d join downloads_url_chains c on c.id = d.id").fetchone()[0]
        db.close()
    return n, rows


# ---- what is told of it ----

def installed(truth):
    return {h["host"].lower() for h in truth["hosts"] if h["telemetry"] == "collection" and h["installed"]}


def stages(what, truth, scope):
    rows = {(h["host"].lower()): h for h in scope["hosts"]}
    true = {}
    for h in truth["hosts"]:
        true[h["host"].lower()] = max(true.get(h["host"].lower(), 0), score.level(h["stage"]))
    for h in truth["hosts"]:
        row = score.row_of({(k, h["epoch"]): v for k, v in rows.items()}, h)
        name = h["host"].lower()
        if h["telemetry"] != "collection":
            continue
        if not row:
            check(False, f"{what}: {name} is not told of")
            continue
        check(score.level(row["proved"]) <= true[name], f"{what}: {name}: {row['proved']} proved, truly {true[name]}")
        if name in installed(truth):
            check(row["possible"] != "none" and score.level(row["possible"]) >= score.level("S2"),
                  f"{what}: {name} has it, told {row['proved']} to {row['possible']}")
    return rows


def proved(truth, rows, wanted):
    """Share of the collected machines that have the release and on which this stage is proved."""
    have = [h for h in truth["hosts"] if h["telemetry"] == "collection" and h["installed"] and not h["reimaged_at"]]
    there = [h for h in have if (row := score.row_of({(k, h["epoch"]): v for k, v in rows.items()}, h))
             and score.level(row["proved"]) >= score.level(wanted)]
    return len(there), len(have)


def one(scenario, seed):
    what = f"{scenario} {seed}"
    with tempfile.TemporaryDirectory(prefix="collected-") as d:
        folder, case = pathlib.Path(d) / "x", pathlib.Path(d) / "c.db"
        rehearse(folder, scenario, seed)
        truth = json.loads((folder / "truth.json").read_text())
        written(scenario, seed, folder, truth)
        databases(folder)
        before = digests(folder)
        _, notes = upriver("investigate", folder / "evidence", "-o", case, "--threads", 1, "-q")
        document = json.loads(upriver("show", "--json", case)[0])
        check(digests(folder) == before, f"{what}: the evidence is not as it was, or something lies beside it")
        ranked = score.score_origin(truth, document)
        check(ranked["rank"] in ("first", "tied"), f"{what}: {ranked}")
        check(not ranked["accusations"], f"{what}: accuses {ranked['accusations']}")
        scope = score.scope_of(UPRIVER, truth, document, case)
        check(scope is not None, f"{what}: no scope")
        if scope:
            rows = stages(what, truth, scope)
            n, have = proved(truth, rows, "S2")
            check(n == have > 0, f"{what}: S2 is proved on {n} of {have} collected machines that have it")
            if scenario == "sideload":
                ran = [h for h in truth["hosts"] if h["telemetry"] == "collection" and h["first_executed"]
                       and not h["uninstalled_at"] and not h["reimaged_at"]]
                n = sum(score.level((score.row_of({(k, 1): v for k, v in rows.items()}, h) or {"proved": "none"})["proved"])
                        >= score.level("S3") for h in ran)
                check(n == len(ran) > 0, f"{what}: S3 is proved on {n} of {len(ran)} collected machines that ran it")
        return notes


def the_same_again():
    with tempfile.TemporaryDirectory(prefix="collected-") as d:
        a, b, none = (pathlib.Path(d) / x for x in "abn")
        for folder in (a, b):
            rehearse(folder, "sideload", 4)
        check(digests(a) == digests(b), "the same options are not the same bytes")
        rehearse(none, "sideload", 4, 0)
        truth = json.loads((none / "truth.json").read_text())
        check(not names_of(truth, "collection") and not (none / "evidence/kape").exists(), "0 percent has collections")


# ---- artifacts, one by one ----

def activities(path, *more):
    return [json.loads(line) for line in upriver("timeline", "--json", path, "--kind", "activity", *more)[0].splitlines()]


def artifacts():
    """A download's marks, and what a prefetch file says was loaded."""
    with tempfile.TemporaryDirectory(prefix="collected-") as d:
        folder = pathlib.Path(d) / "x"
        rehearse(folder, "sideload", 1, 100)
        rehearse(pathlib.Path(d) / "y", "service-backdoor", 1, 100)
        n, rows = databases(pathlib.Path(d))
        check(n > 10 and rows > 0, f"{rows} downloads in {n} databases")
        there = activities(folder / "evidence/kape")
        loads = [a for a in there if a["op"] == "image_load"]
        check(loads and all(a["pointer"]["file"].endswith(".pf") for a in loads), "no module out of a prefetch file")
        for a in loads:
            check(a["object"]["name"].lower().endswith((".dll", ".exe")) and a["subject"]["name"].lower().endswith(".exe")
                  and a["object"]["name"].lower() != a["subject"]["name"].lower(), a)
        runs = [a for a in there if a["op"] == "process_start" and a["pointer"]["file"].endswith(".pf")]
        latest = {a["pointer"]["file"]: max(b["time"] for b in runs if b["pointer"]["file"] == a["pointer"]["file"]) for a in loads}
        check(all(a["time"] == latest[a["pointer"]["file"]] for a in loads), "modules of another run than the latest")
        marked = [a for a in activities(pathlib.Path(d) / "y/evidence/kape") if a["attributes"].get("host_url")]
        check({"download"} <= {a["op"] for a in marked} and len({a["pointer"]["file"] for a in marked}) > 1,
              f"addresses of {collections_of(marked)}")


def collections_of(acts):
    return sorted({(a["op"], pathlib.PurePath(a["pointer"]["file"]).name) for a in acts})


def delivery():
    """The mark in $MFT and the row of the browser's database name where the installer came from."""
    with tempfile.TemporaryDirectory(prefix="collected-") as d:
        folder, case = pathlib.Path(d) / "x", pathlib.Path(d) / "c.db"
        rehearse(folder, "service-backdoor", 1)
        truth = json.loads((folder / "truth.json").read_text())
        upriver("investigate", folder / "evidence", "-o", case, "--threads", 1, "-q")
        scope = score.scope_of(UPRIVER, truth, json.loads(upriver("show", "--json", case)[0]), case)
        rows = stages("service-backdoor 1", truth, scope)
        have = [h for h in truth["hosts"] if h["telemetry"] == "collection" and h["installed"] and not h["reimaged_at"]]
        for h in have:
            row = score.row_of({(k, 1): v for k, v in rows.items()}, h)
            told = {pathlib.PurePath(r["pointer"]["file"]).name for r in row["reasons"] if r["stage"] == "S1" and r["pointer"]}
            check(told == {"History", "$MFT"}, f"service-backdoor 1: {h['host']}: S1 by {told}")
        check(have, "no machine that fetched it is collected")


def a_download_without_a_name():
    with tempfile.TemporaryDirectory(prefix="collected-") as d:
        path = pathlib.Path(d) / "db"
        db = sqlite3.connect(path)
        db.execute("create table LSQuarantineEvent(LSQuarantineEventIdentifier text primary key, LSQuarantineTimeStamp real,"
                   "LSQuarantineAgentBundleIdentifier text, LSQuarantineAgentName text, LSQuarantineDataURLString text,"
                   "LSQuarantineSenderName text, LSQuarantineSenderAddress text, LSQuarantineTypeNumber integer,"
                   "LSQuarantineOriginTitle text, LSQuarantineOriginURLString text, LSQuarantineOriginAlias blob)")
        db.execute("insert into LSQuarantineEvent values('1',700000000,'x','Browser','https://get.example/a.pkg',null,null,0,"
                   "null,'https://get.example/',null)")
        db.commit()
        db.close()
        got = [(a["op"], a["object"]["kind"], a["object"]["name"]) for a in activities(path)]
        check(got == [("download", "url", "https://get.example/a.pkg")], got)


def main():
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        jobs = [pool.submit(one, s, seed) for s in SCENARIOS for seed in SEEDS]
        jobs += [pool.submit(f) for f in (the_same_again, artifacts, delivery, a_download_without_a_name)]
        for j in jobs:
            j.result()
    took = time.monotonic() - began
    check(took < SECONDS_MAX, f"it took {took:.0f} s")
    print(f"{passed} passed, {len(failures)} failed, {took:.1f} s")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
