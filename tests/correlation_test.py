#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Correlation rules against a plain slow evaluator: all types, groups, aliases and chains, over
events in any order and cut into any files. And what a user is told of faults."""
import datetime
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

UPRIVER = os.environ["UPRIVER"]
passed, failures = 0, []
START = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)

BASE = "".join(f"""title: Base {n}
name: base_{n}
id: 00000000-0000-4000-8000-00000000000{i}
logsource: {{product: windows}}
detection: {{selection: {{Act: {n}}}, condition: selection}}
level: low
---
""" for i, n in enumerate("abc"))

# name: (type, rules, group-by, timespan seconds, condition, extra)
RULES = {
    "count": ("event_count", ["a"], ["Host"], 60, {"gte": 4}),
    "count_range": ("event_count", ["a", "b"], ["Host", "User"], 120, {"gt": 2, "lt": 5}),
    "count_eq": ("event_count", ["b"], [], 30, {"eq": 3}),
    "count_neq": ("event_count", ["c"], ["Host"], 90, {"neq": 1}),
    "distinct": ("value_count", ["a"], ["Host"], 300, {"field": "User", "gte": 4}),
    "distinct_pair": ("value_count", ["b"], ["Host"], 300, {"field": ["User", "Size"], "gt": 5}),
    "near": ("temporal", ["a", "b", "c"], ["Host"], 20, None),
    "near_two": ("temporal", ["a", "b", "c"], ["User"], 10, {"gte": 2}),
    "ordered": ("temporal_ordered", ["a", "b", "c"], ["Host"], 60, None),
    "ordered_twice": ("temporal_ordered", ["a", "a", "b"], ["Host"], 40, None),
    "total": ("value_sum", ["a"], ["Host"], 120, {"field": "Size", "gte": 300}),
    "average": ("value_avg", ["b"], ["Host"], 120, {"field": "Size", "lt": 30}),
    "high": ("value_percentile", ["c"], ["Host"], 300, {"field": "Size", "percentile": 90, "gt": 95}),
    "middle": ("value_median", ["c"], ["Host"], 300, {"field": "Size", "lte": 40}),
    "chained": ("event_count", ["@count"], ["Host"], 600, {"gte": 2}),
    "aliased": ("temporal", ["a", "c"], ["Who"], 15, None),
}
ALIASES = {"aliased": {"Who": {"a": "User", "c": "Other"}}}


def check(ok, what):
    global passed
    passed += bool(ok)
    if not ok:
        failures.append(what)
        print("FAILED:", what)


def rules_text():
    text = BASE
    for name, (kind, rules, group, span, condition) in RULES.items():
        section = {"type": kind, "rules": [r[1:] if r[0] == "@" else "base_" + r for r in rules], "timespan": f"{span}s"}
        if group:
            section["group-by"] = group
        if condition:
            section["condition"] = condition
        if name in ALIASES:
            section["aliases"] = {k: {"base_" + r: f for r, f in v.items()} for k, v in ALIASES[name].items()}
        text += f"title: {name}\nname: {name}\nlevel: high\ncorrelation: {json.dumps(section)}\n---\n"
    return text


def events(rng, count):
    out, at = [], 0.0
    for i in range(count):
        at += rng.choice([0, 0.5, 1, 2, 5, 9, 30]) * rng.random() + 0.001 * (i + 1) / count
        event = {"Channel": "T", "EventID": 1, "EventRecordID": i, "Act": rng.choice("aabbcd"),
                 "TimeCreated": (START + datetime.timedelta(microseconds=int(at * 1e6))).isoformat().replace("+00:00", "Z"),
                 "Size": rng.randrange(100)}
        if rng.random() < 0.95:
            event["Host"] = rng.choice(["h1", "H1", "h2", "h3"])
        if rng.random() < 0.9:
            event["User"] = rng.choice(["u1", "u2", "u3", "u4", "u5", "u6"])
        event["Other"] = rng.choice(["u1", "u2", "u3"])
        out.append((int(at * 1e6), event))
    return out


# ---- the plain evaluator: every window looked at anew ----

def holds(bounds, value):
    test = {"gt": lambda v, n: v > n, "gte": lambda v, n: v >= n, "lt": lambda v, n: v < n,
            "lte": lambda v, n: v <= n, "eq": lambda v, n: v == n, "neq": lambda v, n: v != n}
    return all(test[k](value, n) for k, n in bounds.items() if k in test)


def percentile(values, p):
    values = sorted(values)
    rank = p / 100 * (len(values) - 1)
    low = int(rank)
    if low + 1 < len(values):
        return values[low] + (values[low + 1] - values[low]) * (rank - low)
    return values[low]


def verdict(kind, window, rules, condition):
    """Whether the condition holds for the hits of a window: (rule, event), in order of time."""
    bounds = condition or {}
    if kind == "event_count":
        return holds(bounds, len(window))
    if kind == "temporal":
        seen = len({r for r, _ in window})
        return holds(bounds, seen) if condition else seen == len(rules)
    fields = bounds["field"] if isinstance(bounds["field"], list) else [bounds["field"]]
    values = [tuple(str(e[f]).lower() for f in fields) for _, e in window]
    if kind == "value_count":
        return holds(bounds, len(set(values)))
    numbers = [float(v[0]) for v in values]
    if kind == "value_sum":
        return holds(bounds, sum(numbers))
    if kind == "value_avg":
        return holds(bounds, sum(numbers) / len(numbers))
    return holds(bounds, percentile(numbers, bounds.get("percentile", 50) if kind == "value_percentile" else 50))


def ordered(hits, rules, span):
    """Times at which a chain of all rules in their order comes about within the span; one that did
    is used up."""
    fired, history = [], []
    for at, rule, _ in hits:
        history.append((at, rule))
        if rule != rules[-1]:
            continue
        # The latest chain that ends here: walk back through the steps, each as late as can be.
        best, i = at, len(history) - 2
        for want in reversed(rules[:-1]):
            while i >= 0 and history[i][1] != want:
                i -= 1
            if i < 0:
                best = None
                break
            best, i = history[i][0], i - 1
        if best is not None and at - best <= span:
            fired.append(at)
            history = []
    return fired


def evaluate(name, hits):
    """hits: (time, rule, event) sorted; the result: set of (name, group, time)."""
    kind, rules, group, span, condition = RULES[name]
    span *= 1_000_000
    fields = []
    if condition and "field" in condition:
        fields = condition["field"] if isinstance(condition["field"], list) else [condition["field"]]
    groups = {}
    for at, rule, event in hits:
        if rule not in rules or any(f not in event for f in fields):
            continue
        alias = ALIASES.get(name, {})
        key = [event.get(alias[g][rule] if g in alias else g) for g in group]
        if None not in key:
            groups.setdefault(tuple(k.lower() for k in key), []).append((at, rule, event))
    out = set()
    for key, list_ in groups.items():
        if kind == "temporal_ordered":
            out |= {(name, key, at) for at in ordered(list_, rules, span)}
            continue
        holding, fired = False, None
        for i, (at, _, _) in enumerate(list_):
            window = [(r, e) for t, r, e in list_[:i + 1] if t >= at - span]
            now = verdict(kind, window, rules, condition)
            if now and (not holding or at - fired > span):
                out.add((name, key, at))
                fired = at
            holding = now
    return out


def plain(stream):
    hits = [(at, e["Act"], e) for at, e in sorted(stream, key=lambda x: x[0])]
    out = set()
    for name in RULES:
        if name != "chained":
            out |= evaluate(name, hits)
    chained = sorted((at, "@count", {"Host": key[0]}) for name, key, at in out if name == "count")
    return out | evaluate("chained", chained)


# ---- the program ----

def run(folder, files, *more):
    r = subprocess.run([UPRIVER, "hunt", "--json", "--rules", folder / "rules.yml", *files, *more],
                       capture_output=True, text=True)
    return r.returncode, [json.loads(line) for line in r.stdout.splitlines()], r.stderr


def told(hits):
    out = []
    for h in hits:
        if "correlation" not in h:
            continue
        at = datetime.datetime.fromisoformat(h["time"][:26].rstrip("Z").ljust(19, "0") + "+00:00")
        key = tuple(v.lower() for v in h["correlation"]["group"].values())
        out.append((h["rule"]["title"], key, int((at - START) / datetime.timedelta(microseconds=1))))
    return out


def cut(rng, folder, stream, tag):
    """The events in any order, in some files."""
    rng.shuffle(stream)
    files = [folder / f"{tag}-{i}.jsonl" for i in range(rng.randrange(1, 5))]
    parts = [[] for _ in files]
    for _, event in stream:
        rng.choice(parts).append(json.dumps(event))
    for path, lines in zip(files, parts):
        path.write_text("\n".join(lines) + "\n")
    return files


def differential(folder):
    (folder / "rules.yml").write_text(rules_text())
    seen = set()
    for seed in range(12):
        rng = random.Random(seed)
        stream = events(rng, 400)
        want = plain(stream)
        ids = None
        for round_ in range(3):
            files = cut(rng, folder, list(stream), f"{seed}-{round_}")
            status, hits, err = run(folder, files, "--threads", str(1 + round_))
            got = told(hits)
            check(status == 0, f"seed {seed}: exit {status} {err[:300]}")
            check(len(got) == len(set(got)), f"seed {seed}: no hit twice")
            check(set(got) == want, f"seed {seed}, cut {round_}: extra {sorted(set(got) - want)[:3]} missing {sorted(want - set(got))[:3]}")
            now = sorted(h["id"] for h in hits if "correlation" in h)
            check(ids in (None, now), f"seed {seed}: the same ids however it is cut")
            check(not [h for h in hits if "correlation" not in h], "base rules give no hits of their own")
            ids = now
        seen |= {name for name, _, _ in want}
    check(seen == set(RULES), f"every rule was tried: not {set(RULES) - seen}")


def details(folder):
    (folder / "rules.yml").write_text(BASE + """title: Several
id: 11111111-2222-4333-8444-555555555555
level: high
generate: true
correlation: {type: event_count, rules: [base_a], group-by: [Host], timespan: 1m, condition: {gte: 3}}
""")
    line = '{"Channel":"T","EventID":1,"TimeCreated":"2026-03-01T00:00:%02dZ","Act":"a","Host":"Pc"}\n'
    (folder / "e.jsonl").write_text("".join(line % i for i in range(5)) + line.replace('"TimeCreated":"2026-03-01T00:00:%02dZ",', ""))
    status, hits, err = run(folder, [folder / "e.jsonl"])
    check(sum("correlation" not in h for h in hits) == 6, "generate: base rules give hits too")
    found = [h for h in hits if "correlation" in h]
    check(len(found) == 1 and found[0]["time"] == "2026-03-01T00:00:02Z", f"at the third: {found}")
    c = found[0]["correlation"]
    check(c["group"] == {"Host": "Pc"} and c["value"] == 3 and c["timespan_seconds"] == 60 and c["from"] == "2026-03-01T00:00:00Z", str(c))
    check([b["pointer"]["record"] for b in c["base"]] == [1, 2, 3], "and the records that made it")
    check("without a time" in err, f"hits without a time are told: {err}")
    r = subprocess.run([UPRIVER, "hunt", "--rules", folder / "rules.yml", folder / "e.jsonl"], capture_output=True, text=True)
    check("Several" in r.stdout, f"text: {r.stdout}")
    case = folder / "case.db"
    r = subprocess.run([UPRIVER, "investigate", "--rules", folder / "rules.yml", folder / "e.jsonl", "-o", case, "--details"],
                       capture_output=True, text=True)
    check(r.returncode == 0 and "Several" in r.stdout, f"a case has them: {r.stdout} {r.stderr}")


def faults(folder):
    for section, want in (
        ("{type: event_count, rules: [nobody], timespan: 1m, condition: {gte: 3}}", "there is no rule nobody"),
        ("{type: event_coun, rules: [base_a], timespan: 1m, condition: {gte: 3}}", "type must be"),
        ("{type: event_count, rules: [base_a], timespan: soon, condition: {gte: 3}}", "needs a timespan"),
        ("{type: event_count, rules: [base_a], timespan: 1m}", "needs a condition"),
        ("{type: value_count, rules: [base_a], timespan: 1m, condition: {gte: 3}}", "needs condition: field"),
        ("{type: event_count, rules: [x], timespan: 1m, condition: {gte: 3}}", "refers to itself"),
        ("{type: event_count, rules: [base_a], timespan: 1m, condition: {more: 3}}", "expected gt, gte"),
        ("{type: event_count, rules: [], timespan: 1m, condition: {gte: 3}}", "needs rules"),
    ):
        path = folder / "rules.yml"
        path.write_text(BASE + f"title: X\nname: x\ncorrelation: {section}\n")
        r = subprocess.run([UPRIVER, "hunt", "--check-rules", path], capture_output=True, text=True)
        check(r.returncode == 3 and want in r.stdout, f"{section}: {r.stdout}")


def main():
    for part in (differential, details, faults):
        with tempfile.TemporaryDirectory() as folder:
            part(pathlib.Path(folder))
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
