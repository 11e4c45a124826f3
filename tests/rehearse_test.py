#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every scenario of rehearse as a user meets it: its evidence is read without a loss, the truth fits its schema,
hosts go by the names that the truth gives them; and tools/score, which compares a case with the truth."""
import collections
import concurrent.futures
import copy
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ["UPRIVER_ROOT"])
UPRIVER = os.environ["UPRIVER"]
passed, failures = 0, []


def check(ok, what):
    global passed
    passed += bool(ok)
    if not ok:
        failures.append(what)
        print("FAILED:", str(what)[:2000])


def upriver(*args, cwd=None):
    r = subprocess.run([UPRIVER, *map(str, args)], capture_output=True, text=True, cwd=cwd)
    return r.returncode, r.stdout, r.stderr


def load(path):
    loader = importlib.machinery.SourceFileLoader(path.stem.replace("-", "_"), str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


score = load(ROOT / "tools/score")


# ---- scenarios ----

def records_in(path):
    """Records that a reader must find in a file: lines, or audit events; None where they are not counted."""
    text = path.read_text()
    if path.suffix == ".jsonl":
        return len(text.splitlines())
    if path.name == "audit.log":
        return len({line.split(":", 3)[1].split(")")[0] for line in text.splitlines()})
    if path.parent.name == "network":
        return sum(not line.startswith("#") for line in text.splitlines())
    if path.name == "software-files.csv":
        return len(text.splitlines()) - 1
    return None


def faults(scenario, seed):
    """What is wrong with one exercise; also the systems and telemetries it has."""
    found = []
    with tempfile.TemporaryDirectory() as d:
        d = pathlib.Path(d)
        status, _, err = upriver("rehearse", "-o", d, "--scenario", scenario, "--seed", seed, "--hosts", 12, "-q")
        if status:
            return [f"exit {status}: {err}"], set()
        truth = json.loads((d / "truth.json").read_text())
        status, out, err = upriver("timeline", "--json", "--unsorted", "evidence", cwd=d)
        notes = [line for line in err.splitlines() if "a collection of" not in line]
        if status or notes:
            found.append(f"exit {status}: {notes[:3]}")
        per_file, hosts = collections.Counter(), set()
        for line in out.splitlines():
            event = json.loads(line)
            per_file[event["pointer"]["file"]] += 1
            if event["kind"] != "zeek":
                hosts.add(event["host"])
            elif event["host"] != event["fields"].get("id.orig_h", event["fields"].get("client_fqdn")):
                found.append(f"the sensor's host is an address, or who was lent one: {event}")
        for path in (d / "evidence").rglob("*.*"):
            want = records_in(path) if path.is_file() else None
            if want is not None and per_file[str(path.relative_to(d))] != want:
                found.append(f"{path.name}: {per_file[str(path.relative_to(d))]} of {want} records")
        names = {n for h in truth["hosts"] for n in (h["host"], *h["aliases"])}
        if not hosts - {None} <= names:
            found.append(f"hosts unknown to the truth: {hosts - names}")
        silent = {h["host"] for h in truth["hosts"]} - hosts
        if silent:
            found.append(f"no record of {silent}")
    return found, {h["telemetry"] for h in truth["hosts"]}


def all_scenarios():
    names = [line.split()[0] for line in upriver("rehearse", "--scenario", "list")[1].splitlines()]
    check(len(names) == 17, names)
    jobs = [(name, seed) for name in names for seed in (1, 2, 3)]
    telemetries = set()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for job, (found, seen) in zip(jobs, pool.map(lambda j: faults(*j), jobs)):
            check(not found, (job, found))
            telemetries |= seen
    check(len(telemetries) == 6, telemetries)


def wrong_words():
    with tempfile.TemporaryDirectory() as d:
        status, _, err = upriver("rehearse", "-o", d + "/x", "--scenario", "sidelode")
        check(status == 2 and "--scenario list" in err, err)
        status, _, err = upriver("rehearse", "-o", d + "/x", "--days", 5)
        check(status == 2 and "--scenario" in err, err)
        status, _, err = upriver("rehearse", "-o", d + "/x", "--scenario", "sideload", "--days", 2)
        check(status == 2 and "--days" in err, err)
        check(not os.path.exists(d + "/x"), "nothing is made of a wrong command line")


def a_case_is_made_and_scored():
    with tempfile.TemporaryDirectory() as d:
        upriver("rehearse", "-o", d, "--scenario", "sideload", "--hosts", 20, "-q")
        status, _, err = upriver("investigate", d + "/evidence", "-o", d + "/c.db", "-q")
        check(status == 0, err)
        with open(d + "/case.json", "w") as f:
            f.write(upriver("show", "--json", d + "/c.db")[1])
        r = subprocess.run([sys.executable, ROOT / "tools/score", "--json", d + "/truth.json", d + "/case.json"],
                           capture_output=True, text=True)
        check(r.returncode == 0, r.stderr)
        s = json.loads(r.stdout)
        check(s["schema"] == "upriver.score/1" and s["origin"]["rank"] in score.RANKS, s)
        r = subprocess.run([sys.executable, ROOT / "tools/score", d + "/truth.json", d + "/case.json"],
                           capture_output=True, text=True)
        check(r.returncode == 0 and "origin: " in r.stdout and "first is" in r.stdout, r.stdout)


def machines_set_up_anew_get_no_update():
    """What truth.json says of the second life: the product is in no record of it."""
    lives = 0
    for seed in range(4, 9):
        with tempfile.TemporaryDirectory() as d:
            upriver("rehearse", "-o", d, "--scenario", "two-bad-releases", "--hosts", 50, "--seed", seed, "-q")
            truth = json.loads(pathlib.Path(d, "truth.json").read_text())
            for h in truth["hosts"]:
                if h["epoch"] != 2 or h["fate"] != "absent" or h["telemetry"] != "sysmon-flat":
                    continue
                lives += 1
                records = pathlib.Path(d, "evidence", h["host"].split(".")[0] + ".jsonl").read_text().splitlines()
                late = [r for r in map(json.loads, records) if r["@timestamp"] > h["reimaged_at"]]
                check(late and not [r for r in late if r.get("Product") == truth["origin"]["product"]],
                      f"seed {seed}: {h['host']} has it again")
    check(lives, "no machine was set up anew")


def many_runs_make_a_table():
    args = ["--run", "1", "--hosts", "8", "--list", "--scenario"]
    r = subprocess.run([sys.executable, ROOT / "tools/score", *args, "phishing-browser,no-incident", UPRIVER],
                       capture_output=True, text=True)
    check(r.returncode == 0 and [line.split()[1] for line in r.stdout.splitlines()[1:4]] == ["1", "1", "2"], r)
    r = subprocess.run([sys.executable, ROOT / "tools/score", *args, "no-incident,no-such", UPRIVER],
                       capture_output=True, text=True)
    check(r.returncode == 3 and "no-such 1: " in r.stderr and "1 runs broke" in r.stderr, r)


# ---- the score ----

TRUTH = {"scenario": "x", "seed": 1, "tie": [], "must_not_blame": [{"product": "Other", "version": "1"}],
         "origin": {"kind": "release", "product": "Bad Desk", "version": "2", "url": "https://get.bad.example/2",
                    "host": "get.bad.example"},
         "hosts": [{"host": f"ws-{n}.corp.example", "aliases": [f"ws-{n}"], "epoch": 1, "telemetry": "edr", "stage": stage,
                    "blocked_at": None} for n, stage in ((1, "S5"), (2, "none"), (3, "S3b"))]}


def origin(rank, product, version, verdict, kind="release", tie=()):
    return {"rank": rank, "kind": kind, "verdict": verdict, "tie_with": list(tie),
            "release": {"product": product, "version": version}}


def ranks_are_told_apart():
    bad, other = origin(1, "Bad Desk", "2", "supported"), origin(2, "Other", "1", "lead")
    for origins, rank, accused in (
            ([bad, other], "first", 0), ([], "absent", 0), ([origin(1, "bad-desk", None, "lead", "package")], "first", 0),
            ([origin(1, "Bad Desk", "1", "supported")], "absent", 1),
            ([origin(1, "Other", "1", "lead"), origin(2, "Bad Desk", "2", "lead")], "lower", 1),
            ([origin(1, "Other", "1", "not_supported"), origin(2, "Bad Desk", "2", "lead")], "lower", 0),
            ([origin(1, "Bad Desk", "2", "supported", tie=["Other 1"]), origin(1, "Other", "1", "lead")], "tied", 1)):
        s = score.score_origin(TRUTH, {"origins": origins})
        check(s["rank"] == rank and len(s["accusations"]) == accused, (rank, s))
    way = {"rank": 1, "kind": "download", "verdict": "supported", "download": {"url": "https://get.bad.example/2"}}
    s = score.score_origin(TRUTH, {"origins": [way, origin(2, "Bad Desk", "2", "lead")]})
    check(s["rank"] == "lower" and not s["accusations"], s)
    nothing = dict(TRUTH, origin=None)
    check(score.score_origin(nothing, {"origins": [other]})["rank"] is None, "no origin, no rank")
    check(score.score_origin(nothing, {"origins": [bad]})["accusations"], "nothing may be supported")


def ties_must_be_told():
    tied = dict(TRUTH, tie=[{"product": "Bad Desk", "version": "2"}, {"product": "Twin", "version": "3"}])
    both = [origin(1, "Bad Desk", "2", "lead", tie=["Twin 3"]), origin(1, "Twin", "3", "lead", tie=["Bad Desk 2"])]
    s = score.score_origin(tied, {"origins": both})
    check(s["rank"] == "tied" and s["tie_told"] is True and not s["accusations"], s)
    s = score.score_origin(tied, {"origins": [origin(1, "Twin", "3", "supported")]})
    check(s["tie_told"] is False and len(s["accusations"]) == 1, s)


def stages_are_intervals():
    rows = [{"name": "WS-1.corp.example", "epoch": 1, "proved": "S5", "possible": "S6", "blocked_at": None},
            {"name": "ws-2", "epoch": 1, "proved": "S1", "possible": "S2", "blocked_at": "S3"},
            {"name": "ws-3.corp.example", "epoch": 1, "proved": "none", "possible": "none", "blocked_at": None}]
    s = score.score_hosts(TRUTH, {"hosts": rows})
    check([h["result"] for h in s["hosts"]] == ["exact", "wrong", "wrong"], s)
    check([h["missed"] for h in s["hosts"]] == [False, False, True], s)
    check([h["blocked_right"] for h in s["hosts"]] == [True, False, True] and s["without_row"] == 0, s)
    rows[2] = dict(rows[2], proved="S3", possible="U")
    s = score.score_hosts(TRUTH, {"hosts": rows})
    check(s["hosts"][2]["result"] == "within" and s["hosts"][2]["width"] == 6, s)
    check(score.score_hosts(TRUTH, {}, {"hosts": rows}) == s, "stages may come from scope")
    check(score.score_hosts(dict(TRUTH, origin=None), {"hosts": rows}) is None, "no origin, no stages of it")
    check(score.score_hosts(TRUTH, {"hosts": [{"name": "ws-1"}]}) is None, "a case without stages")
    two = copy.deepcopy(TRUTH)
    two["hosts"].append(dict(two["hosts"][0], epoch=2, stage="none"))
    s = score.score_hosts(two, {"hosts": rows})
    check(s["hosts"][0]["truth"] == "S5" and s["without_row"] == 1, "lives that the case does not tell apart")


def words_are_found_in_texts_and_not_in_names():
    case = {"origins": [{"why": "the host is Clean", "path": [{"from": "C:\\infected.exe"}], "title": "Log cleared"}]}
    check(score.score_words([case, None], "no clean control\nit was stolen\n") == ["clean", "stolen"], case)


TESTS = (all_scenarios, wrong_words, a_case_is_made_and_scored, machines_set_up_anew_get_no_update,
         many_runs_make_a_table, ranks_are_told_apart, ties_must_be_told,
         stages_are_intervals, words_are_found_in_texts_and_not_in_names)
for test in TESTS:
    if not sys.argv[1:] or test.__name__ in sys.argv[1:]:
        test()
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
