#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every dialect tells the same behaviour alike: tests/dialects/samples has it written as each
product writes it, tests/dialects/rules a Sigma rule for each part, tests/dialects/table.txt which
rule fires on which sample, with the reason where one cannot. Process trees join by the products'
own keys. UPDATE=1 writes the table anew."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ["UPRIVER_ROOT"])
UPRIVER = os.environ["UPRIVER"]
HERE = ROOT / "tests/dialects"
TABLE = HERE / "table.txt"
RULES = sorted(p.stem for p in (HERE / "rules").glob("*.yml"))
# Sample files are of these dialects; what is not listed holds one kind of record only.
failures = []
passed = 0


def check(ok, what):
    global passed
    if ok:
        passed += 1
    else:
        failures.append(what)
        print("FAILED:", what)


def upriver(*args):
    run = subprocess.run([UPRIVER, *map(str, args)], capture_output=True, text=True)
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()], run.stderr


def titles():
    found = {}
    for name in RULES:
        for line in (HERE / "rules" / f"{name}.yml").read_text().splitlines():
            if line.startswith("title: "):
                found[line[7:]] = name
    return found


def table_of(samples):
    by_title = titles()
    rows = {}
    for sample in samples:
        status, hits, errors = upriver("hunt", "--json", "--rules", HERE / "rules", sample)
        check(status == 0, f"{sample.name}: exit {status}: {errors[:200]}")
        check("no known dialect" not in errors, f"{sample.name}: has a dialect for every record")
        rows[sample.name] = {by_title[h["rule"]["title"]] for h in hits}
    return rows


def read_table():
    """rule: the samples it fires on; then `-` lines: sample, rule, why not."""
    fires, reasons = {}, {}
    for line in TABLE.read_text().splitlines() if TABLE.exists() else []:
        if not line or line.startswith("#"):
            continue
        words = line.split(None, 3)
        if words[0] == "-":
            reasons[(words[1], words[2])] = words[3]
        else:
            fires[words[0]] = set(" ".join(words[1:]).split())
    return fires, reasons


def reasoned(reasons, sample, rule):
    """Named for the sample, or for all rules of it, or for the rule in all samples."""
    return any(key in reasons for key in ((sample, rule), (sample, "*"), ("*", rule)))


def compare(rows):
    fires, reasons = read_table()
    for sample, rules in rows.items():
        want = fires.get(sample, set())
        check(rules == want, f"{sample}: fires {sorted(rules)}, the table says {sorted(want)}")
        for rule in set(RULES) - rules:
            check(reasoned(reasons, sample, rule), f"{sample}: {rule} does not fire, no reason in the table")
    full = [s for s, r in rows.items() if len(r & set(RULES)) >= 8]
    check(len(full) >= 12, f"at least twelve samples carry eight behaviours: {len(full)}")


def update(rows):
    text = TABLE.read_text() if TABLE.exists() else ""
    keep = [l for l in text.splitlines() if l.startswith(("#", "-"))]
    lines = [f"{s} {' '.join(sorted(r))}".rstrip() for s, r in sorted(rows.items())]
    TABLE.write_text("\n".join(keep + [""] + lines) + "\n")


def names(event):
    return {**event["fields"], **event.get("mapped", {})}


def base(path):
    return str(path or "").replace("/", "\\").split("\\")[-1].lower()


def trees(samples):
    """powershell was started by winword, rundll32 by powershell, in keys of the product itself; what
    rundll32 did is keyed to it; who started it and the hash of what was started are told."""
    joined = []
    for sample in samples:
        status, events, _ = upriver("timeline", "--json", "-q", sample)
        key = {base(names(e).get("Image")): names(e) for e in events
               if e.get("op") == "process_start" or e["event_id"] == 1}
        child, parent = key.get("rundll32.exe"), key.get("powershell.exe")
        if not child or not parent or "ProcessGuid" not in parent:
            continue
        check(child.get("ParentProcessGuid") == parent["ProcessGuid"], f"{sample.name}: rundll32's parent is powershell")
        check(child["ProcessGuid"] != parent["ProcessGuid"], f"{sample.name}: two processes, two keys")
        acts = [names(e) for e in events if e.get("op") in ("image_load", "network_connect", "registry_set", "dns_query")
                or e["event_id"] in (3, 7, 13, 22)]
        for e in acts:
            check(e.get("ProcessGuid") == child["ProcessGuid"], f"{sample.name}: what rundll32 did is keyed to it")
            check(base(e.get("Image")) in ("rundll32.exe", ""), f"{sample.name}: and named by it")
        full = acts and "SHA256=" in parent.get("Hashes", "").upper() and "a.berg" in parent.get("User", "")
        # osquery has hashes in a table of their own, and no acts by process.
        check(full or sample.name == "osquery.jsonl", f"{sample.name}: acts, user and hash of what was started")
        joined += [sample.name] * bool(full)
    check(len(joined) >= 12, f"process trees join in at least twelve samples: {joined}")


def blocks(path):
    """(line number, evidence, expectations) of a file of facts."""
    evidence, expected, first = [], [], 1
    for number, line in enumerate(path.read_text().splitlines() + [""], 1):
        if line.startswith("-> "):
            expected.append(json.loads(line[3:]))
        elif expected and not line:
            yield first, "\n".join(evidence) + "\n", expected
            evidence, expected, first = [], [], number + 1
        elif line and not line.startswith("# "):
            evidence.append(line)


def is_as(event, want, where):
    have = names(event)
    have.update(op=event.get("op"), dialect=event.get("dialect"), host=event["host"], time=event["time"],
                channel=event["channel"], alert=event.get("alert", {}).get("title"),
                level=event.get("alert", {}).get("level"))
    for key, value in want.items():
        got = have.get(key)
        check(got == value or str(got) == str(value) and value is not None, f"{where}: {key} is {got!r}, not {value!r}")


def facts(folder):
    for path in sorted((HERE / "facts").glob("*.txt")):
        wanted = {}
        place = folder / path.stem
        place.mkdir()
        for first, evidence, expected in blocks(path):
            name = place / f"{first:04d}"
            name.write_text(evidence)
            wanted[str(name)] = (f"{path.name}:{first}", expected)
        status, events, errors = upriver("timeline", "--json", "--unsorted", place)
        check(status == 0, f"{path.name}: exit {status} {errors[:300]}")
        for name, (where, expected) in wanted.items():
            found = [e for e in events if e["pointer"]["file"] == name]
            check(len(found) == len(expected), f"{where}: {len(found)} events, not {len(expected)}")
            for event, want in zip(found, expected):
                is_as(event, want, where)


def verdicts(samples):
    """Other products' alerts are told as such."""
    for sample in samples:
        if any(w in sample.name for w in ("alerts", "threats", "hayabusa", "chainsaw", "zircolite")):
            status, events, _ = upriver("timeline", "--json", "-q", sample)
            check(events and all(e.get("alert", {}).get("title") for e in events), f"{sample.name}: every record is an alert")


def clocks(samples):
    for sample in samples:
        status, events, _ = upriver("timeline", "--json", "-q", sample)
        for e in events:
            ok = e["time"] is None or e["time"].startswith("2026-11-03T0")
            check(ok, f"{sample.name}: record {e['pointer']['record']} is of that morning, not {e['time']}")


def placed(folder):
    """Copies of the samples, written in the night after: lines without a year take it from that."""
    for sample in sorted((HERE / "samples").iterdir()):
        copy = folder / sample.name
        copy.write_bytes(sample.read_bytes())
        os.utime(copy, (1793750400, 1793750400))
    return sorted(folder.iterdir())


def main():
    with tempfile.TemporaryDirectory() as folder:
        return run(placed(pathlib.Path(folder)))


def run(samples):
    with tempfile.TemporaryDirectory() as folder:
        facts(pathlib.Path(folder))
    rows = table_of(samples)
    if os.environ.get("UPDATE"):
        update(rows)
    compare(rows)
    trees(samples)
    verdicts(samples)
    clocks(samples)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
