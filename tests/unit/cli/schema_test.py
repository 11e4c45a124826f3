#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the program prints as JSON against docs/schema/, and the checker against wrong documents.
The part of JSON Schema that those files use is checked here, without any library; where the
library is installed it must agree. Environment: UPRIVER the program, UPRIVER_ROOT the source tree."""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile

U = os.environ["UPRIVER"]
FOLDER = os.path.join(os.environ["UPRIVER_ROOT"], "docs", "schema")
KNOWN = {"$schema", "$id", "$defs", "$ref", "title", "description", "type", "required", "properties", "items", "enum", "const",
         "pattern", "minimum", "minLength", "minItems"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}

try:
    import jsonschema
except ImportError:
    jsonschema = None


def is_type(value, name):
    if name in ("integer", "number"):
        return isinstance(value, (int, float) if name == "number" else int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def faults(value, schema, root, at="$"):
    if set(schema) - KNOWN:
        raise ValueError(f"a schema uses {set(schema) - KNOWN}, which this checker does not know")
    if "$ref" in schema:
        yield from faults(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, at)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_type(value, k) for k in kinds):
        yield f"{at}: {value!r} is no {' or '.join(kinds)}"
        return
    if "const" in schema and value != schema["const"] or "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not allowed"
    if isinstance(value, str) and ("pattern" in schema and not re.search(schema["pattern"], value)
                                   or len(value) < schema.get("minLength", 0)):
        yield f"{at}: {value!r} has the wrong form"
    if is_type(value, "number") and value < schema.get("minimum", value):
        yield f"{at}: {value} is too small"
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{at}: too short"
        for i, item in enumerate(value):
            yield from faults(item, schema.get("items", {}), root, f"{at}[{i}]")
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                yield f"{at}: {name} is missing"
        for name, part in schema.get("properties", {}).items():
            if name in value:
                yield from faults(value[name], part, root, f"{at}.{name}")


def load(name):
    with open(f"{FOLDER}/{name}.json") as f:
        return json.load(f)


def valid(document, name):
    schema = load(name)
    ours = list(faults(document, schema, schema))
    if jsonschema:
        theirs = jsonschema.Draft202012Validator(schema).is_valid(document)
        assert theirs == (not ours), f"{name}: the library says {theirs}, we say {ours}"
    return ours


def run(*args):
    return subprocess.run([U, *args], capture_output=True, text=True, timeout=120, check=True).stdout


def exercise(d):
    run("rehearse", "-o", f"{d}/ex", "--hosts", "6", "--events-per-host", "300")
    return f"{d}/ex/evidence"


def hits_and_summary_of_a_hunt(d):
    hits = run("hunt", exercise(d), "--json", "--summary", f"{d}/summary").splitlines()
    assert hits
    for line in hits:
        assert not valid(json.loads(line), "hit"), valid(json.loads(line), "hit")
    with open(f"{d}/summary") as f:
        summary = json.load(f)
    assert not valid(summary, "hunt-summary"), valid(summary, "hunt-summary")
    assert summary["hits"] == len(hits) and summary["events"] >= 1800


def summary_of_a_hunt_with_faults(d):
    with open(f"{d}/bad.yml", "w") as f:
        f.write("title: [\n")
    with open(f"{d}/odd", "w") as f:
        f.write("nothing that is known\n")
    r = subprocess.run([U, "hunt", exercise(d), f"{d}/odd", "--rules", f"{d}/bad.yml", "--summary", f"{d}/summary"],
                       capture_output=True, text=True, timeout=120)
    assert r.returncode == 3, r
    with open(f"{d}/summary") as f:
        summary = json.load(f)
    assert not valid(summary, "hunt-summary"), valid(summary, "hunt-summary")
    assert summary["rules"]["not_loadable"] and summary["unreadable"], summary


def events_of_a_timeline(d):
    with open(f"{d}/unknown.jsonl", "w") as f:
        f.write('{"a": 1, "b": [2, {"c": null}], "d": true}\n')
    for source, least in ((exercise(d), 1800), (f"{d}/unknown.jsonl", 1)):
        lines = run("timeline", source, "--json").splitlines()
        assert len(lines) >= least
        for line in lines:
            assert not valid(json.loads(line), "event"), valid(json.loads(line), "event")


def activities_of_evidence_and_of_a_case(d):
    folder = exercise(d)
    run("investigate", folder, "-o", f"{d}/a.db", "-q")
    for args in ([folder, "--kind", "activity"], [f"{d}/a.db"]):
        lines = [json.loads(line) for line in run("timeline", *args, "--json").splitlines()]
        assert len(lines) > 1000
        for line in lines:
            assert not valid(line, "event"), valid(line, "event")
            assert {"op", "subject", "object", "attributes", "count"} <= set(line), line


def traces(d):
    run("investigate", exercise(d), "-o", f"{d}/a.db", "-q")
    case = json.loads(run("show", f"{d}/a.db", "--json"))
    kinds = set()
    asked = [a["id"] for a in case["alerts"]] + ["cmd.exe", "198.51.100.7", "lsass.exe"]
    for what in asked[-43:]:
        for extra in ([], ["--forward"]):
            r = subprocess.run([U, "trace", f"{d}/a.db", what, "--json", *extra], capture_output=True, text=True, timeout=120)
            for line in r.stdout.splitlines():
                trace = json.loads(line)
                assert not valid(trace, "trace"), valid(trace, "trace")
                assert (trace["origin"] is None) == bool(extra) == (trace["direction"] == "forward")
                kinds.add(trace["origin"]["kind"] if trace["origin"] else "forward")
    assert {"release", "forward"} <= kinds, kinds
    trace = json.loads(run("trace", f"{d}/a.db", case["alerts"][0]["id"], "--json"))
    for change in (lambda t: t.pop("hops"), lambda t: t["origin"].update(kind="guilty"), lambda t: t["hops"][0].pop("pointer"),
                   lambda t: t["hops"][0].update(score="high"), lambda t: t.update(direction="sideways")):
        wrong = copy.deepcopy(trace)
        change(wrong)
        assert valid(wrong, "trace"), wrong


def the_truth_of_an_exercise(d):
    for hosts in ("1", "20"):
        printed = run("rehearse", "-o", f"{d}/{hosts}", "--hosts", hosts, "--events-per-host", "1", "--json")
        assert not valid(json.loads(printed), "rehearse-truth"), valid(json.loads(printed), "rehearse-truth")
        with open(f"{d}/{hosts}/truth.json") as f:
            assert f.read() == printed
    for name in [line.split()[0] for line in run("rehearse", "--scenario", "list").splitlines()]:
        printed = run("rehearse", "-o", f"{d}/{name}", "--hosts", "30", "--scenario", name, "--json")
        assert not valid(json.loads(printed), "rehearse-truth"), (name, valid(json.loads(printed), "rehearse-truth"))


def a_case(d):
    with open(f"{d}/odd", "w") as f:
        f.write("nothing that is known\n")
    folder = exercise(d)
    for n, evidence in enumerate(([folder], [folder, f"{d}/odd"], [f"{d}/odd"])):
        r = subprocess.run([U, "investigate", *evidence, "-o", f"{d}/{n}.db", "--json"], capture_output=True, text=True, timeout=120)
        assert r.returncode in (0, 3), r
        case = json.loads(r.stdout)
        assert not valid(case, "case"), valid(case, "case")
        assert json.loads(run("show", f"{d}/{n}.db", "--json")) == case
        assert bool(case["origins"]) == bool(case["alerts"]) and sum(o["alerts"] for o in case["origins"]) == len(case["alerts"])
        assert all(a["detector"] for a in case["alerts"]) and all(o["path"] for o in case["origins"] if o["kind"] != "gap")
        assert bool(case["alerts"]) == (n < 2) and sum(f["hits"] for f in case["findings"]) == len(case["alerts"])


def coverage_of_a_case(d):
    with open(f"{d}/log.jsonl", "w") as f:
        for i in (5, 6, 9, 10):
            f.write(json.dumps({"EventRecordID": i, "Channel": "Security", "Computer": "PC", "EventID": 1102 if i == 9 else 4624,
                                "TimeCreated": f"2024-01-01T00:{i:02}:00.000Z"}) + "\n")
    for n, evidence in enumerate(([exercise(d), f"{d}/log.jsonl"], [f"{d}/log.jsonl"])):
        run("investigate", *evidence, "-o", f"{d}/{n}.db", "-q", "--complete", "process_creation", "--complete", "Security")
        coverage = json.loads(run("show", f"{d}/{n}.db", "--coverage", "--json"))
        assert not valid(coverage, "coverage"), valid(coverage, "coverage")
        pc = [s for h in coverage["hosts"] if h["host"] == "PC" for s in h["sources"]]
        assert pc[0]["numbers"] == {"lowest": 5, "highest": 10, "missing": 2} and len(pc[0]["holes"]) == 1, pc
    pc[0]["completeness"] = "clean"
    assert valid(coverage, "coverage")


def scopes(d):
    folder = exercise(d)
    with open(f"{d}/log.jsonl", "w") as f:
        f.write('{"EventID": 4624, "Channel": "Security", "Computer": "PC", "TimeCreated": "2024-01-01T00:00:00.000Z"}\n')
    for n, (evidence, extra) in enumerate((([folder], []), ([folder], ["--complete", "process_creation"]), ([f"{d}/log.jsonl"], []))):
        run("investigate", *evidence, "-o", f"{d}/{n}.db", "-q", *extra)
        scope = json.loads(run("scope", f"{d}/{n}.db", "--json"))
        assert not valid(scope, "scope"), valid(scope, "scope")
        assert len(scope["hosts"]) == (1 if n == 2 else 6) and (scope["origin"] is None) == (n == 2), scope
        for change in (lambda s: s["hosts"][0].update(proved="clean"), lambda s: s["hosts"][0]["stages"].pop("S3b"),
                       lambda s: s["hosts"][0]["stages"].update(S3="maybe"), lambda s: s["counts"].update(hosts=-1)):
            wrong = copy.deepcopy(scope)
            change(wrong)
            assert valid(wrong, "scope"), wrong


def wrong_documents_are_refused(d):
    hit = json.loads(run("hunt", exercise(d), "--json").splitlines()[0])
    for change in (lambda h: h.pop("id"), lambda h: h.update(schema="upriver.hit/2"), lambda h: h.update(time="yesterday"),
                   lambda h: h["rule"].update(level="loud"), lambda h: h["pointer"].update(record="7"),
                   lambda h: h["pointer"].update(offset=-1), lambda h: h.update(event_id=True), lambda h: h["why"].append({}),
                   lambda h: h.update(pointer=None)):
        wrong = copy.deepcopy(hit)
        change(wrong)
        assert valid(wrong, "hit"), wrong
    hit["added_later"] = 1
    assert not valid(hit, "hit"), "within /1 fields are added"


def the_schemas_are_schemas(d):
    for name in sorted(os.listdir(FOLDER)):
        with open(f"{FOLDER}/{name}") as f:
            schema = json.load(f)
        assert schema["$schema"].endswith("2020-12/schema") and schema["properties"]["schema"]["const"].endswith("/1"), name
        if jsonschema:
            jsonschema.Draft202012Validator.check_schema(schema)


failed = 0
TESTS = [hits_and_summary_of_a_hunt, summary_of_a_hunt_with_faults, events_of_a_timeline, activities_of_evidence_and_of_a_case, traces,
         the_truth_of_an_exercise, a_case, coverage_of_a_case, scopes,
         wrong_documents_are_refused, the_schemas_are_schemas]
for test in TESTS:
    with tempfile.TemporaryDirectory() as folder:
        try:
            test(folder)
        except Exception as e:  # a test that fails does not stop the others
            failed += 1
            print(f"{test.__name__}: {e!r}")
print(f"{len(TESTS) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
