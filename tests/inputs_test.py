#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Readers as a user meets them: encodings, containers, sizes, and evidence of many kinds in one
run."""
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(os.environ["UPRIVER_ROOT"])
UPRIVER = os.environ["UPRIVER"]
SAMPLES = ROOT / "tests/dialects/samples"
passed, failures = 0, []


def check(ok, what):
    global passed
    passed += bool(ok)
    if not ok:
        failures.append(what)
        print("FAILED:", what)


def upriver(*args):
    run = subprocess.run([UPRIVER, *map(str, args)], capture_output=True, text=True)
    return run.returncode, run.stdout, run.stderr


def timeline(*paths):
    status, out, err = upriver("timeline", "--json", "--unsorted", *paths)
    return status, [json.loads(line) for line in out.splitlines()], err


def without(event, *keys):
    return {k: v for k, v in event.items() if k not in keys}


def utf16(folder):
    """Windows writes exports in UTF-16: the same events, and pointers into the file as it is."""
    for name in ("defender.csv", "windows-event.xml", "crowdstrike.jsonl", "defender-api.json", "wineventlog.txt",
                 "inventory-files.csv", "npm-installed.json"):
        text = (SAMPLES / name).read_bytes().decode("utf-8-sig").replace("a.berg", "ä.berg𝄞")
        plain = folder / ("plain-" + name)
        plain.write_text(text, encoding="utf-8", newline="")
        _, want, _ = timeline(plain)
        for encoding, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-16-le", b"")):
            wide = folder / f"{encoding}-{len(mark)}-{name}"
            wide.write_bytes(mark + text.encode(encoding))
            status, events, err = timeline(wide)
            check(status == 0, f"{wide.name}: exit {status} {err}")
            check([without(e, "pointer") for e in events] == [without(e, "pointer") for e in want],
                  f"{wide.name}: the same events")
            bytes_ = wide.read_bytes()
            for e, w in zip(events, want):
                place = e["pointer"]["offset"]
                first = plain.read_bytes()[w["pointer"]["offset"]:][:8].decode(errors="ignore")[:6]
                check(bytes_[place:].decode(encoding, errors="ignore").startswith(first),
                      f"{wide.name}: record {e['pointer']['record']} is at its offset")


def large_object(folder):
    """One object with a list of records, larger than any window, is read as it comes."""
    record = json.loads((SAMPLES / "cloudtrail.json").read_text())["Records"][0]
    for name, indent in (("one-line.json", None), ("lines.json", 1)):
        big = folder / name
        big.write_text(json.dumps({"Records": [dict(record, eventID=f"e{i}", userAgent="x" * 400) for i in range(12000)],
                                   "after": 1}, indent=indent))
        status, events, err = timeline(big)
        check(status == 0 and len(events) == 12000, f"{name}: {len(events)} records, exit {status} {err[:200]}")
        check({e["fields"]["eventID"] for e in events} == {f"e{i}" for i in range(12000)}, f"{name}: each once")
        e = events[7777]
        check(big.read_bytes()[e["pointer"]["offset"]:].startswith(b"{"), f"{name}: pointers")


def hostile_tables(folder):
    """Columns without end, rows without end, names that come twice."""
    wide = folder / "wide.csv"
    wide.write_text(",".join(f"c{i}" for i in range(300000)) + "\n" + ",".join("1" * 300000) + "\nx\n")
    status, events, err = timeline(wide)
    check(status == 3 and "columns" in err, f"a table of 300,000 columns is told: {status} {err[:200]}")
    check(len(events) == 2, f"and its rows are read: {len(events)}")
    twice = folder / "twice.csv"
    twice.write_text("Name,Name,EventID\na,b,3\n")
    _, events, _ = timeline(twice)
    check(events[0]["fields"] == {"Name": "a", "Name_1": "b", "EventID": "3"}, "names that come twice keep both values")
    half = folder / "half.csv"
    half.write_text('Name,Size\n"a\nb,2\nc,3\n')
    status, events, err = timeline(half)
    check(status == 3 and len(events) == 3 and "not closed" in err, f"an open quote costs one row: {status} {len(events)} {err}")


def lists_of_what_is_there(folder):
    """Names decide nothing, half files are told, and lists hold no activity."""
    for sample, kind in (("yarn.lock", "lockfile"), ("RECORD", "inventory"), ("apt-history.log", "package"),
                         ("appenforce.log", "cmtrace"), ("sha256sum.txt", "inventory")):
        copy = folder / "x.bin"
        copy.write_bytes((SAMPLES / sample).read_bytes())
        status, events, err = timeline(copy)
        check(status == 0 and {e["kind"] for e in events} == {kind}, f"{sample} as x.bin: {status} {err[:200]}")
        if kind in ("lockfile", "inventory"):
            check(all(e["time"] is None and e["time_kind"] is None and "op" not in e for e in events),
                  f"{sample}: no time, nothing done")
    for sample, count in (("dpkg.log", 4), ("wineventlog.txt", 4), ("intune-appworkload.log", 6), ("appenforce.log", 0)):
        _, _, err = upriver("hunt", "--rules", ROOT / "tests/dialects/rules", SAMPLES / sample)
        told = f"without a zone: {count};" in err if count else "without a zone" not in err
        check(told, f"{sample}: {count} times without a zone are told: {err}")
    half = folder / "half.json"
    half.write_bytes((SAMPLES / "npm-installed.json").read_bytes()[:700])
    status, events, err = timeline(half)
    check(status == 3 and len(events) == 1 and "ends in the middle" in err, f"half a lockfile: {status} {err[:200]}")
    latin = folder / "latin.log"
    latin.write_bytes((SAMPLES / "appenforce.log").read_bytes().replace(b"Fleet Agent", b"Flotte \xe9"))
    status, events, err = timeline(latin)
    check(events[0]["mapped"]["Package"] == "Flotte \ufffd 4.2", f"bytes that are no UTF-8 are replaced: {events[0].get('mapped')}")
    big = folder / "package-lock.json"
    entry = {"version": "1.0.0", "resolved": "https://registry.example/p.tgz", "integrity": "sha1-AAECAwQFBgcICQoLDA0ODxAREhM="}
    big.write_text(json.dumps({"lockfileVersion": 3, "packages": {f"node_modules/p{i}": entry for i in range(60000)}}, indent=1))
    status, events, err = timeline(big)
    check(status == 0 and len(events) == 60000, f"a lockfile larger than a window: {len(events)} {err[:200]}")
    check(big.read_bytes()[events[50000]["pointer"]["offset"]:].startswith(b"{"), "and its pointers")


def hosts_of(case):
    status, out, err = upriver("show", "--json", case)
    return {h["name"].lower() for h in json.loads(out)["hosts"]}


def mixed(folder):
    """Event log, Defender CSV, FDR .gz, Velociraptor zip, auditd and syslog in one investigation."""
    evidence = folder / "evidence"
    evidence.mkdir()
    for name in ("defender.csv", "auditd.log", "syslog-5424.log", "windows-event.xml"):
        (evidence / name).write_bytes((SAMPLES / name).read_bytes())
    with gzip.open(evidence / "fdr.gz", "wb") as f:
        f.write((SAMPLES / "crowdstrike.jsonl").read_bytes())
    with zipfile.ZipFile(evidence / "Collection-PC-07.zip", "w") as z:
        z.write(SAMPLES / "velociraptor-evtx.jsonl", "results/Windows.EventLogs.Evtx.json")
    case = folder / "case.db"
    status, out, err = upriver("investigate", evidence, "-o", case, "--rules", ROOT / "tests/dialects/rules")
    check(status == 0, f"a mixed folder: exit {status} {err}")
    status, out, err = upriver("show", "--json", case)
    found = json.loads(out)
    titles = {f["title"] for f in found["findings"]} if "findings" in found else set()
    check(len(titles) >= 10, f"findings of a mixed folder: {titles}")


def main():
    for part in (utf16, large_object, hostile_tables, lists_of_what_is_there, mixed):
        with tempfile.TemporaryDirectory() as folder:
            part(pathlib.Path(folder))
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
