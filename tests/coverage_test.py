#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Coverage against generated logs whose holes are known: every one is found, none invented, whatever the
order of the records, their split over files and the number of readers. Environment: UPRIVER the program."""
import datetime
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback

U = os.environ["UPRIVER"]
SYSMON = "Microsoft-Windows-Sysmon/Operational"
START = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def stamp(ms):
    return (START + datetime.timedelta(milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def run(*args):
    return subprocess.run([U, *args], capture_output=True, text=True, timeout=240)


def put(path, records):
    with open(path, "w") as f:
        f.writelines(json.dumps(r) + "\n" for r in records)
    return str(path)


def record(host, channel, number, ms, event_id, **fields):
    provider = {"System": "EventLog", "Security": "Microsoft-Windows-Security-Auditing"}.get(channel, "P")
    return {"EventRecordID": number, "Channel": channel, "Computer": host, "EventID": event_id, "TimeCreated": stamp(ms),
            "Provider_Name": provider, **fields}


class Log:
    """One log as it was written: what is taken out of it, or not recorded, is the truth."""

    def __init__(self, rng, host, channel, event_id, pace_ms):
        self.rng, self.host, self.channel, self.event_id, self.pace = rng, host, channel, event_id, pace_ms
        self.records, self.number, self.ms, self.holes = [], 1, rng.randrange(3600000), set()

    def write(self, event_id=None, at=None, **fields):
        self.ms = at if at is not None else self.ms + 1 + int(self.rng.expovariate(1 / self.pace))
        r = record(self.host, self.channel, self.number, self.ms, event_id or self.event_id, **fields)
        self.records.append((self.ms, r))
        self.number += 1
        return r

    def fill(self, n):
        for _ in range(n):
            self.write()

    def take_out(self, first, n):
        """A hole between records that stay."""
        self.holes.add((self.host, self.channel, stamp(self.records[first - 1][0]), stamp(self.records[first + n][0])))
        del self.records[first:first + n]

    def roll(self, n):
        del self.records[:n]

    def out(self):
        return [r for _, r in self.records]


def holes(doc, kind="hole"):
    return {(h["host"], s["source"], x["first"], x["last"]) for h in doc["hosts"] for s in h["sources"]
            if s["category"] is None for x in s["holes"] if x["kind"] == kind}


def source(doc, host, name, category=None):
    found = [s for h in doc["hosts"] if h["host"] == host for s in h["sources"] if s["source"] == name and s["category"] == category]
    check(len(found) == 1, (host, name, found))
    return found[0]


def judge(d, files, *more, threads="2", name="c"):
    case = f"{d}/{name}{threads}.db"
    r = run("investigate", *files, "-o", case, "--threads", threads, "-q", *more)
    check(r.returncode == 0, r)
    shown = run("show", case, "--coverage", "--json")
    check(shown.returncode == 0, shown)
    return json.loads(shown.stdout)


def split(d, rng, records, name, files=3, shuffled=True, twice=0.1):
    """Over files, some records in two of them: exports overlap."""
    parts = [[] for _ in range(files)]
    for i, r in enumerate(records):
        parts[rng.randrange(files) if shuffled else i * files // len(records)].append(r)
        if rng.random() < twice:
            parts[rng.randrange(files)].append(r)
    for p in parts:
        if shuffled:
            rng.shuffle(p)
    return [put(f"{d}/{name}{i}.jsonl", p) for i, p in enumerate(parts)]


def fleet(seed):
    """Hosts with quiet and busy logs, of which some lost records, rolled over or began anew."""
    rng = random.Random(seed)
    records, truth, rolled = [], set(), set()
    for h in range(4):
        host = f"WS-{h:02}.corp.example"
        for channel, event_id, pace in (("Security", 4688, 120000), ("System", 7036, 1800000), (SYSMON, 1, 60000),
                                        ("Application", 1000, 9000000)):
            log = Log(rng, host, channel, event_id, pace)
            log.fill(rng.randrange(300, 1500))
            at = 5
            while rng.random() < 0.6 and at < len(log.records) - 60:
                first = rng.randrange(at + 1, at + 40)
                n = rng.choice((1, 1, 2, rng.randrange(3, 15)))
                log.take_out(first, n)
                at = first + 3
            if rng.random() < 0.4:
                log.roll(rng.randrange(1, 4))
                rolled.add((host, channel))
            records += log.out()
            truth |= log.holes
    return rng, records, truth, rolled


def every_hole_is_found_and_none_invented(d):
    for seed in range(6):
        rng, records, truth, rolled = fleet(seed)
        seen = []
        for way in ("ordered", "newest first", "shuffled"):
            os.mkdir(f"{d}/{seed}{way}")
            if way == "newest first":
                records.reverse()
            files = split(f"{d}/{seed}{way}", rng, records, "e", shuffled=way == "shuffled", twice=0.1 if way == "shuffled" else 0)
            doc = judge(f"{d}/{seed}{way}", files, threads="1" if seed % 2 else "3")
            check(holes(doc) == truth, (seed, way, holes(doc) ^ truth))
            starts = {(h["host"], s["source"]) for h in doc["hosts"] for s in h["sources"] if s["starts_truncated"]}
            check(starts == rolled, (seed, way, starts ^ rolled))
            seen.append(doc["hosts"] if way == "shuffled" else None)
        again = judge(f"{d}/{seed}shuffled", files, threads="1")
        check(again["hosts"] == judge(f"{d}/{seed}shuffled", files, threads="2", name="x")["hosts"], "threads")


def silence_is_no_hole(d):
    log = Log(random.Random(1), "H", "Application", 1, 1000)
    for day in range(0, 60, 7):
        log.write(at=day * 86400000)
    doc = judge(d, [put(f"{d}/a.jsonl", log.out())])
    check(not holes(doc), holes(doc))
    s = source(doc, "H", "Application")
    check(s["completeness"] == "unknown" and s["refuted_by"] is None and s["numbers"]["missing"] == 0, s)


def clears_are_told_apart(d):
    for seed in range(4):
        rng = random.Random(seed)
        whole, lost, anew = (Log(rng, h, "Security", 4624, 200000) for h in ("WHOLE", "LOST", "ANEW"))
        other = Log(rng, "WHOLE", "System", 7036, 200000)
        for log in (whole, lost, anew):
            log.fill(200)
            before = log.ms
            if log is anew:
                log.number = 1
            log.write(1102, SubjectUserName="mallory")
            if log is anew:
                log.holes.add(("ANEW", "Security", stamp(before), stamp(log.ms)))
            log.fill(rng.choice((20, 200, 400)))
        lost.roll(200)
        other.fill(50)
        other.write(104, Message="The Application log file was cleared.")
        app = Log(rng, "WHOLE", "Application", 1, 200000)
        app.fill(60)
        files = split(d, rng, [r for x in (whole, lost, anew, other, app) for r in x.out()], f"s{seed}")
        doc = judge(d, files, "--complete", "Security", name=f"c{seed}")
        check(holes(doc) == anew.holes, (seed, holes(doc), anew.holes))
        for host, complete in (("WHOLE", "complete"), ("LOST", "truncated"), ("ANEW", "truncated")):
            s = source(doc, host, "Security")
            check(s["asserted"] and s["completeness"] == complete, (host, s))
            check([x["reason"] for x in s["ends"] if x["kind"] == "cleared"] == ["mallory"], s["ends"])
        check(source(doc, "LOST", "Security")["refuted_by"] == "the log was cleared where it starts", doc)
        check(not [x for x in source(doc, "WHOLE", "System")["ends"] if x["kind"] == "cleared"], "104 is of another log")
        check([x["kind"] for x in source(doc, "WHOLE", "Application")["ends"]] == ["cleared"], "104 names the log")


def stops_and_boots(d):
    rng = random.Random(5)
    hour = 3600000
    logs = {(h, c): Log(rng, h, c, e, 300000) for h in ("STOPPED", "REBOOTED", "MUTE")
            for c, e in (("Security", 4624), ("System", 7036), (SYSMON, 1))}
    for log in logs.values():
        log.fill(50)
    at = {h: max(log.ms for (x, _), log in logs.items() if x == h) for h in ("STOPPED", "REBOOTED", "MUTE")}
    truth, off = set(), set()
    # The service was stopped for two hours while the machine ran: its numbers go on.
    t = at["STOPPED"]
    logs["STOPPED", "Security"].write(1100, at=t + 1000)
    logs["STOPPED", "System"].write(6006, at=t + 2000)
    logs["STOPPED", "System"].write(6005, at=t + 2 * hour)
    for c in ("Security", "System", SYSMON):
        truth.add(("STOPPED", c, stamp(t + 1000), stamp(t + 2 * hour)))
    # A night without power.
    t = at["REBOOTED"]
    logs["REBOOTED", "Security"].write(1100, at=t + 1000)
    logs["REBOOTED", "System"].write(6006, at=t + 2000)
    logs["REBOOTED", "System"].write(13, at=t + 3000, Provider_Name="Microsoft-Windows-Kernel-General")
    logs["REBOOTED", "System"].write(12, at=t + 8 * hour, Provider_Name="Microsoft-Windows-Kernel-General")
    logs["REBOOTED", "System"].write(6005, at=t + 8 * hour + 5000)
    for c in ("Security", "System", SYSMON):
        off.add(("REBOOTED", c, stamp(t + 1000), stamp(t + 8 * hour)))
    # Sysmon alone, and its start is recorded; and Sysmon gone at the end.
    t = at["MUTE"]
    logs["MUTE", SYSMON].write(4, at=t + 1000, State="Stopped")
    logs["MUTE", SYSMON].write(4, at=t + hour, State="Started")
    truth.add(("MUTE", SYSMON, stamp(t + 1000), stamp(t + hour)))
    for (h, c), log in logs.items():
        log.ms = at[h] + 9 * hour
        log.fill(50)
    end = logs["MUTE", SYSMON].write(4, State="Stopped")
    truth.add(("MUTE", SYSMON, end["TimeCreated"], None))
    # One log alone, and nothing but its numbers tells when it went on.
    alone = Log(rng, "ALONE", "Security", 4624, 300000)
    alone.fill(30)
    stopped = alone.write(1100)
    following = alone.write()
    alone.fill(30)
    truth.add(("ALONE", "Security", stopped["TimeCreated"], following["TimeCreated"]))
    records = [r for log in (*logs.values(), alone) for r in log.out()]
    for n in range(3):
        doc = judge(d, split(d, rng, records, f"n{n}-", shuffled=n > 0), name=f"c{n}")
        check(holes(doc) == truth, (n, holes(doc) ^ truth))
        check(holes(doc, "off") == off, (n, holes(doc, "off") ^ off))


def a_clock_that_was_set_makes_no_hole(d):
    rng = random.Random(3)
    log = Log(rng, "H", "System", 7036, 60000)
    log.fill(300)
    log.ms -= 86400000 // 12
    log.write(1, Provider_Name="Microsoft-Windows-Kernel-General", OldTime=stamp(log.ms + 7200000), NewTime=stamp(log.ms))
    log.write(1, Provider_Name="Microsoft-Windows-Kernel-General", OldTime=stamp(log.ms + 20), NewTime=stamp(log.ms))
    log.fill(300)
    doc = judge(d, split(d, rng, log.out(), "e"), "--complete", "system")
    s = source(doc, "H", "System")
    check(not s["holes"] and s["completeness"] == "filtered" and s["refuted_by"] == "clock set", s)
    check([x["kind"] for x in s["ends"]] == ["clock"], "a step of milliseconds is none")


def what_changes_logging_refutes_complete(d):
    base = [record("H", SYSMON, i + 1, i * 60000, 1, Image="C:\\a.exe") for i in range(50)]
    for event_id, kind, complete in ((16, "config", "filtered"), (255, "lost", "truncated"), (None, None, "complete")):
        rows = base + ([record("H", SYSMON, 51, 3000000, event_id, Description="dropped")] if event_id else [])
        doc = judge(d, [put(f"{d}/{kind}.jsonl", rows)], "--complete", SYSMON, "--complete", "process_creation", name=str(kind))
        for category in (None, "process_creation"):
            s = source(doc, "H", SYSMON, category)
            check(s["asserted"] and s["completeness"] == complete and [x["kind"] for x in s["ends"]] == ([kind] if kind else []), s)
    process = "{0CCE922B-69AE-11D9-BED3-505054503030}"
    rows = [record("H", "Security", i + 1, i * 60000, 4624) for i in range(60)]
    rows[10] = record("H", "Security", 11, 600000, 4719, SubcategoryGuid=process, AuditPolicyChanges="%%8448")
    rows[40] = record("H", "Security", 41, 2400000, 4719, SubcategoryGuid=process, AuditPolicyChanges="%%8449")
    doc = judge(d, [put(f"{d}/policy.jsonl", rows)], "--complete", "Security", name="policy")
    s = source(doc, "H", "Security")
    check([(x["kind"], x["first"], x["last"]) for x in s["holes"]] == [("reduced", stamp(600000), stamp(2400000))], s)
    check(s["completeness"] == "filtered" and "Process Creation" in s["holes"][0]["reason"], s)


def a_round_number_of_rows_is_a_cap(d):
    def rows(n):
        return [{"Timestamp": stamp(i * 1000), "DeviceId": "d1", "DeviceName": "pc", "ActionType": "ProcessCreated", "FileName": "a.exe",
                 "ProcessId": i, "InitiatingProcessId": 1} for i in range(n)]
    for n in (9999, 10000, 10001, 20000, 30000):
        doc = judge(d, [put(f"{d}/{n}.jsonl", rows(n))], name=str(n))
        ends = [x for h in doc["hosts"] for s in h["sources"] for x in s["ends"]]
        states = {s["completeness"] for h in doc["hosts"] for s in h["sources"]}
        if n % 10000:
            check(not ends and states == {"capped"}, (n, ends, states))
        else:
            check([x["kind"] for x in ends] == ["capped"] and states == {"truncated"}, (n, ends, states))
            check(ends[0]["reason"] == f"exactly {n} rows" and ends[0]["pointer"]["file"] == f"{d}/{n}.jsonl", ends)
    # Two such files, of two kinds of records each: every source has its own break.
    two = [put(f"{d}/t{i}.jsonl", [dict(r, DeviceName=f"pc{i}", ActionType=("ProcessCreated", "FileCreated")[k % 2]) for k, r in enumerate(rows(10000))])
           for i in range(3)]
    doc = judge(d, two, name="two")
    check(sorted(x["pointer"]["file"] for h in doc["hosts"] for s in h["sources"] for x in s["ends"]) == sorted(two * 2), "three files")
    log = Log(random.Random(1), "H", "Security", 4624, 1000)
    log.fill(10000)
    check(not source(judge(d, [put(f"{d}/log.jsonl", log.out())], name="log"), "H", "Security")["ends"], "an event log has numbers")


def a_sensor_says_that_it_is_down(d):
    rows = [{"Timestamp": stamp(i * 60000), "DeviceId": "d1", "DeviceName": "pc", "ActionType": "ProcessCreated", "FileName": "a.exe",
             "ProcessId": i} for i in range(300)]
    rows += [{"Timestamp": stamp(ms), "DeviceId": "d1", "DeviceName": "pc", "OSPlatform": "Windows11", "OnboardingStatus": "Onboarded",
              "SensorHealthState": state} for ms, state in ((500, "Active"), (6000500, "Inactive"), (9000500, "Active"))]
    doc = judge(d, [put(f"{d}/a.jsonl", rows)])
    check({x[2:] for x in holes(doc) if x[1] != "DeviceInfo"} == {(stamp(6000500), stamp(9000500))}, holes(doc))
    beats = [{"event_simpleName": "SensorHeartbeat", "aid": "a1", "timestamp": str(1704067200000 + i * 120000)} for i in range(300)
             if not 100 <= i < 160]
    doc = judge(d, [put(f"{d}/f.jsonl", beats)], name="f")
    check([x[2:] for x in holes(doc)] == [(stamp(99 * 120000), stamp(160 * 120000))], holes(doc))


def linux_logs_end_and_begin(d):
    def line(kind, second, more=""):
        return f"node=web1 type={kind} msg=audit({1704067200 + second}.100:{second}): {more}\n"
    with open(f"{d}/audit.log", "w") as f:
        f.write(line("DAEMON_START", 0, "op=start ver=3.0 res=success"))
        for i in range(1, 50):
            f.write(line("USER_LOGIN", i * 60, "pid=1 uid=0 res=success"))
        f.write(line("DAEMON_END", 3000, "op=terminate res=success"))
        f.write(line("DAEMON_START", 5000, "op=start ver=3.0 res=success"))
        f.write(line("CONFIG_CHANGE", 5100, "op=set audit_enabled=0 old=1 res=1"))
        f.write(line("CONFIG_CHANGE", 5400, "op=set audit_enabled=1 old=0 res=1"))
        f.write(line("USER_LOGIN", 5500, "pid=1 uid=0 res=success"))
    with open(f"{d}/syslog", "w") as f:
        for i in range(5):
            f.write(f"2024-01-01T0{i}:30:00.000Z web1 sshd[1]: Accepted publickey for root\n")
        f.write("2024-01-01T05:00:00.000Z web1 kernel: audit: backlog limit exceeded\n")
        f.write("2024-01-01T06:00:00.000Z web1 rsyslogd: [origin software=\"rsyslogd\"] rsyslogd was HUPed\n")
    doc = judge(d, [f"{d}/audit.log", f"{d}/syslog"])
    found = {x[1:] for x in holes(doc)}
    check(found == {("auditd", "2024-01-01T00:50:00.100Z", "2024-01-01T01:23:20.100Z"),
                    ("auditd", "2024-01-01T01:25:00.100Z", "2024-01-01T01:30:00.100Z")}, found)
    kinds = {x["kind"] for h in doc["hosts"] for s in h["sources"] for x in s["ends"]}
    check({"archived", "stopped"} <= kinds, kinds)


def the_picture_is_80_columns_and_says_why(d):
    rng, records, truth, rolled = fleet(2)
    records += [record("WS-00.corp.example", "Security", 999999, 400000000, 1102, SubjectUserName="\x1b[31mm")]
    records += [record("WS-00.corp.example", SYSMON, 7, 500000000, i, Description="x" * 300, Configuration="y" * 300) for i in (16, 255)]
    case = f"{d}/c.db"
    check(run("investigate", *split(d, rng, records, "e"), "-o", case, "-q").returncode == 0, "built")
    text = run("show", case, "--coverage").stdout
    check(all(len(line) <= 80 for line in text.splitlines()), [x for x in text.splitlines() if len(x) > 80])
    check("\x1b" not in text and "clean" not in text, "words")
    check("earliest surviving record" in text and "the log starts at record" in text and " ! " in text and "C log cleared" in text, text)
    shown = [x for x in re.findall(r"^    ! (\S+ \S+) to (\S+ \S+)$", text, re.M)]
    check(len(shown) >= min(len(truth), 12), (len(shown), len(truth)))
    check(run("show", case, "--coverage").stdout == text, "the same again")
    rows = sqlite3.connect(case).execute("select count(*) from coverage_span where kind = 'hole'").fetchone()[0]
    check(rows >= len(truth), rows)


def hostile_numbers_cost_no_memory(d):
    rng = random.Random(9)
    rows = [record(f"H{i % 50}", f"C{rng.randrange(200)}", rng.randrange(1, 2**63), rng.randrange(10**9), 1) for i in range(60000)]
    rows += [record("H", "C", n, 1000, 1) for n in (0, -1, 2**63 - 1, 2**63, 2**64, 10**30, "x", None, 1.5, True, [1], 1)]
    case, path = f"{d}/c.db", put(f"{d}/a.jsonl", rows)
    # The sanitizer's shadow is larger than any bound.
    limit = "" if "asan" in U else "ulimit -v 3000000; "
    r = subprocess.run(["/usr/bin/env", "bash", "-c", f"{limit}exec {U} investigate {path} -o {case} -q --threads 1"],
                       capture_output=True, text=True, timeout=240)
    check(r.returncode == 0, r)
    check(json.loads(run("show", case, "--coverage", "--json").stdout)["hosts"], "hosts")


def an_assertion_is_kept_and_changes_the_case(d):
    path = put(f"{d}/a.jsonl", [record("H", "Security", i + 1, i * 60000, 4624) for i in range(50)])
    check(source(judge(d, [path]), "H", "Security")["completeness"] == "unknown", "counts make nothing complete")
    doc = judge(d, [path], "--complete", "security")
    check(doc["asserted"] == ["security"] and source(doc, "H", "Security")["completeness"] == "complete", doc)
    r = run("investigate", path, "-o", f"{d}/n.db", "--complete", "Securty")
    check(r.returncode == 0 and "Securty" in r.stderr, r)
    check(run("investigate", path, "-o", f"{d}/n.db", "--complete", "").returncode == 2, "empty")


TESTS = [every_hole_is_found_and_none_invented, silence_is_no_hole, clears_are_told_apart, stops_and_boots,
         a_clock_that_was_set_makes_no_hole, what_changes_logging_refutes_complete, a_round_number_of_rows_is_a_cap,
         a_sensor_says_that_it_is_down, linux_logs_end_and_begin, the_picture_is_80_columns_and_says_why,
         hostile_numbers_cost_no_memory, an_assertion_is_kept_and_changes_the_case]


def main():
    passed = failed = 0
    for test in TESTS:
        if sys.argv[1:] and test.__name__ not in sys.argv[1:]:
            continue
        folder = tempfile.mkdtemp(prefix="upriver-test-")
        try:
            test(folder)
            passed += 1
        except Exception:
            failed += 1
            print(f"FAILED {test.__name__}")
            print(traceback.format_exc()[-2500:])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
