#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Databases and property lists as a user has them: a folder with logs and journals beside, read by
sandboxed workers, and afterwards the same to the byte."""
import gzip
import hashlib
import json
import os
import pathlib
import plistlib
import sqlite3
import struct
import subprocess
import sys
import tempfile

UPRIVER = os.environ["UPRIVER"]
passed, failures = 0, []


def check(ok, what):
    global passed
    passed += bool(ok)
    if not ok:
        failures.append(what)
        print("FAILED:", what)


def timeline(*paths):
    r = subprocess.run([UPRIVER, "timeline", "--json", "--unsorted", *map(str, paths)], capture_output=True, text=True)
    return r.returncode, [json.loads(line) for line in r.stdout.splitlines()], r.stderr


def state(folder):
    return {str(p): (hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else None, p.stat().st_mtime_ns, p.stat().st_mode)
            for p in sorted(folder.rglob("*"))}


def copy_open(folder, into, name, *statements, after):
    """What lies on disk while a connection is still at work."""
    work = folder / "work"
    work.mkdir()
    c = sqlite3.connect(work / name, isolation_level=None)
    for s in statements:
        c.execute(s)
    into.mkdir(parents=True)
    for p in work.iterdir():
        if not p.name.endswith("-shm"):
            (into / p.name).write_bytes(p.read_bytes())
    c.execute(after)
    c.close()
    for p in work.iterdir():
        p.unlink()
    work.rmdir()


URLS = "CREATE TABLE urls(id INTEGER PRIMARY KEY, url, title)"
VISITS = "CREATE TABLE visits(id INTEGER PRIMARY KEY, url INTEGER, visit_time INTEGER, transition INTEGER)"
MANY = ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
        "INSERT INTO visits(url, visit_time) SELECT 1, 13350000000000000 + i FROM n")


def make(folder, evidence):
    profile = evidence / "Users/ann/AppData/Local/Google/Chrome/User Data/Default"
    copy_open(folder, profile, "History", "PRAGMA journal_mode=WAL", "PRAGMA wal_autocheckpoint=0", URLS, VISITS,
              "INSERT INTO urls VALUES(1, 'https://example.org/', 'x')", "PRAGMA wal_checkpoint(TRUNCATE)", MANY.format(500),
              after="SELECT 1")
    edge = evidence / "Users/ann/AppData/Local/Microsoft/Edge/User Data/Default"
    copy_open(folder, edge, "History", URLS, VISITS, MANY.format(300), "PRAGMA cache_size=1", "BEGIN",
              "UPDATE visits SET visit_time = 1", "DELETE FROM visits WHERE id > 7", after="ROLLBACK")
    (edge / "Unknown").write_bytes(b"")
    sqlite3.connect(edge / "Unknown").executescript("CREATE TABLE apples(a)").close()
    agents = evidence / "Library/LaunchAgents"
    agents.mkdir(parents=True)
    (agents / "a.plist").write_bytes(plistlib.dumps(dict(Label="com.a", Program="/a"), fmt=plistlib.FMT_BINARY))
    events = evidence / ".fseventsd"
    events.mkdir()
    record = b"tmp/x\0" + struct.pack("<QIQ", 9, 0x800001, 5)
    (events / "0000000000000010").write_bytes(gzip.compress(b"2SLD" + struct.pack("<II", 0, 12 + len(record)) + record, mtime=1600000000))


def everything(folder):
    evidence = folder / "evidence"
    make(folder, evidence)
    before = state(evidence)
    status, events, err = timeline(evidence)
    check(state(evidence) == before, "the folder is the same to the byte, its times too")
    check(status == 0, f"exit {status}: {err}")

    def of(kind, part=""):
        return [e for e in events if e["kind"] == kind and part in e["pointer"]["file"]]

    check(len(of("browser_visit", "Chrome")) == 500, "visits of which all are in the log")
    check(len(of("browser_visit", "Edge")) == 300, "visits before a transaction that was not finished")
    check({e["time"][:4] for e in of("browser_visit", "Edge")} == {"2024"}, "with the values before it")
    check({(e["fields"]["browser"], e["fields"]["profile"], e["fields"]["user"]) for e in of("browser_visit")} ==
          {("chrome", "Default", "ann"), ("edge", "Default", "ann")}, "browser, profile and user from the path")
    check([e["fields"]["label"] for e in of("launchd")] == ["com.a"], "a job of launchd")
    check([(e["fields"]["path"], e["fields"]["flags"], e["fields"]["window"]) for e in of("fsevents")] ==
          [("tmp/x", ["Created", "IsFile"], {"until": "2020-09-13T12:26:40.0000000Z"})], f"fsevents {of('fsevents')}")
    check("apples" in err and "rolled back, in memory" in err, f"what is said: {err}")
    again = timeline(evidence)[1]
    check(again == events, "the same again")


def alone(folder):
    """A log without its database, one that is empty, and damage: told, and never a crash."""
    evidence = folder / "evidence"
    make(folder, evidence)
    history = evidence / "Users/ann/AppData/Local/Google/Chrome/User Data/Default/History"
    only = folder / "only-wal"
    only.write_bytes(pathlib.Path(str(history) + "-wal").read_bytes())
    status, events, err = timeline(only)
    check((status, events, "no reader" in err) == (0, [], False), f"a log alone: {status} {err}")
    main = history.read_bytes()
    history.write_bytes(main[:1000])
    status, events, err = timeline(history)
    check(status in (0, 3), f"a database cut off: {status}")
    pathlib.Path(str(history) + "-wal").unlink()
    status, events, err = timeline(history)
    check(status == 3 and not events, f"a database cut off without its log: {status}")


def main():
    wanted = sys.argv[1:]
    for test in (everything, alone):
        if wanted and test.__name__ not in wanted:
            continue
        with tempfile.TemporaryDirectory() as d:
            test(pathlib.Path(d))
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


main()
