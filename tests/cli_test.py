#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The built program from outside: contracts of verbs, determinism, containers, bad input.
Environment: UPRIVER the program, UPRIVER_ROOT the source tree, UPRIVER_SHARED data beside it (optional)."""
import bz2
import gzip
import io
import json
import lzma
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
import zipfile

U = os.environ["UPRIVER"]
ROOT = os.environ["UPRIVER_ROOT"]
SHARED = os.environ.get("UPRIVER_SHARED", os.path.join(ROOT, "..", "shared"))
SYSMON = "Microsoft-Windows-Sysmon/Operational"


class Skip(Exception):
    pass


def run(*args, timeout=240, **kw):
    return subprocess.run([U, *args], capture_output=True, text=True, errors="replace", timeout=timeout, **kw)


def event(i, **fields):
    d = {"EventID": 1, "Channel": SYSMON, "Hostname": f"H{i % 3}", "TimeCreated": f"2024-01-01T00:{i // 60 % 60:02}:{i % 60:02}.000Z",
         "Image": "C:\\Windows\\System32\\cmd.exe", "ParentImage": "C:\\Program Files\\Vendor\\App.exe",
         "CommandLine": f"cmd.exe /c echo {i}"}
    d.update(fields)
    return d


def lines(n, **fields):
    return "".join(json.dumps(event(i, **fields)) + "\n" for i in range(n))


RULE = """title: Echo
id: 11111111-1111-1111-1111-111111111111
logsource: {product: windows, category: process_creation}
detection:
  s: {CommandLine|contains: 'echo '}
  condition: s
level: high
"""


def put(path, data):
    with open(path, "wb" if isinstance(data, bytes) else "w") as f:
        f.write(data)
    return str(path)


def hunt(d, *args, summary=True):
    rule = put(f"{d}/rule.yml", RULE)
    extra = ["--summary", f"{d}/summary.json"] if summary else []
    r = run("hunt", *args, "--rules", rule, "--json", *extra)
    hits = [json.loads(line) for line in r.stdout.splitlines()]
    s = json.load(open(f"{d}/summary.json")) if summary and os.path.exists(f"{d}/summary.json") else {}
    return r, hits, s


def check(condition, what):
    if not condition:
        raise AssertionError(what)


# ---- contracts ----

def a_hit_says_where_and_why(d):
    r, hits, s = hunt(d, put(f"{d}/a.jsonl", "\n" + lines(3)))
    check(r.returncode == 0 and len(hits) == 3, r)
    h = hits[1]
    first = len(lines(1)) + 1
    check(h["schema"] == "upriver.hit/1" and h["host"] == "H1" and h["event_id"] == 1 and h["channel"] == SYSMON, h)
    check(h["pointer"] == {"file": f"{d}/a.jsonl", "inner": None, "record": 2, "offset": first}, h)
    check(h["why"] == [{"selection": "s", "field": "CommandLine", "value": "cmd.exe /c echo 1", "pattern": "echo "}], h)
    check(h["rule"] == {"id": "11111111-1111-1111-1111-111111111111", "title": "Echo", "level": "high", "tags": []}, h)
    check(h["time"] == "2024-01-01T00:00:01.000Z" and len({x["id"] for x in hits}) == 3, h)
    check(s["schema"] == "upriver.hunt-summary/1" and s["events"] == 3 and s["hosts"] == ["H0", "H1", "H2"], s)
    check(s["rules"]["loaded"] == 1 and s["rules_without_data"] == [] and s["unreadable"] == [], s)


def hit_ids_are_stable_wherever_the_folder_lies(d):
    os.mkdir(f"{d}/x")
    a = hunt(d, put(f"{d}/a.jsonl", lines(2)))[1]
    b = hunt(d, put(f"{d}/x/a.jsonl", lines(2)))[1]
    check([h["id"] for h in a] == [h["id"] for h in b], (a, b))


def rules_without_records_are_told(d):
    r, hits, s = hunt(d, put(f"{d}/a.jsonl", lines(2, EventID=7)))
    check(not hits and s["rules_without_data"] == ["11111111-1111-1111-1111-111111111111"], s)


def exit_statuses(d):
    a = put(f"{d}/a.jsonl", lines(1))
    rule = put(f"{d}/rule.yml", RULE)
    check(run("hunt", a, "--rules", rule).returncode == 0, "0")
    check(run("hunt", a, "--rules", rule, "--fail-on", "medium").returncode == 1, "1")
    check(run("hunt", a, "--rules", rule, "--fail-on", "critical").returncode == 0, "0")
    check(run("hunt", f"{d}/none").returncode == 2, "a path that is not there")
    check(run("hunt", a, "--rules", f"{d}/none").returncode == 2, "rules that are not there")
    check(run("hunt", put(f"{d}/e", "")).returncode == 3, "an empty file that was named")
    check(run("hunt", put(f"{d}/u", "what is this\n")).returncode == 3, "an unknown file that was named")


def wrong_command_lines_get_one_line(d):
    for args, word in ((["hnut"], "hunt"), (["hunt", "--rulez", "x"], "--rules"), (["hunt"], "EVIDENCE"),
                       (["hunt", "x", "--threads", "no"], "threads"), ([], "help"), (["hunt", "x", "--level"], "value"),
                       (["timeline", "x", "--from", "yesterday"], "from"), (["show", "x", "-Z"], "-Z")):
        r = run(*args)
        check(r.returncode == 2 and len(r.stderr.splitlines()) == 1 and word in r.stderr and not r.stdout, (args, r))


def help_man_and_completion_know_every_verb(d):
    for args in (["help"], ["help", "--man"], ["help", "--completion", "bash"], ["--help"]):
        r = run(*args)
        check(r.returncode == 0 and all(v in r.stdout for v in ("investigate", "hunt", "timeline", "show", "rehearse")), args)
    check("--summary" in run("hunt", "--help").stdout, "hunt --help")
    check(run("--version").stdout.startswith("upriver "), "version")
    if shutil.which("bash"):
        subprocess.run(["bash", "-n"], input=run("help", "--completion", "bash").stdout, text=True, check=True)


def check_rules_prints_line_and_column(d):
    put(f"{d}/bad.yml", RULE.replace("CommandLine|contains", "CommandLine|contians"))
    put(f"{d}/worse.yml", "title: [x\n")
    put(f"{d}/regex.yml", RULE.replace("CommandLine|contains: 'echo '", "CommandLine|re: '(x'"))
    put(f"{d}/place.yml", RULE.replace("CommandLine|contains: 'echo '", "User|expand: '%admins%'"))
    r = run("hunt", "--check-rules", d)
    check(r.returncode == 3, r)
    check("bad.yml:5:19: unknown modifier" in r.stdout and "worse.yml:" in r.stdout, r.stdout)
    check("regex.yml:1:1: regular expression" in r.stdout and "--expand" in r.stdout, r.stdout)
    values = put(f"{d}/values.txt", "admins: [root, 'adm*']\n")
    a = put(f"{d}/a.jsonl", lines(1, User="ADMIN7"))
    r = run("hunt", a, "--rules", f"{d}/place.yml", "--expand", values, "--json")
    check(r.returncode == 0 and len(r.stdout.splitlines()) == 1, r)


def levels_leave_rules_out(d):
    a = put(f"{d}/a.jsonl", lines(1))
    rule = put(f"{d}/rule.yml", RULE)
    check(run("hunt", a, "--rules", rule, "--level", "critical", "--json").stdout == "", "critical")
    check(run("hunt", a, "--rules", rule, "--level", "high", "--json").stdout != "", "high")


def timeline_is_sorted_over_files(d):
    put(f"{d}/b.jsonl", lines(400)[::1])
    put(f"{d}/a.jsonl", "".join(reversed(lines(400, Hostname="Z").splitlines(True))))
    r = run("timeline", f"{d}/a.jsonl", f"{d}/b.jsonl", "--json")
    rows = [json.loads(line) for line in r.stdout.splitlines()]
    check(len(rows) == 800 and [x["time"] for x in rows] == sorted(x["time"] for x in rows), "order")
    small = run("timeline", f"{d}/a.jsonl", f"{d}/b.jsonl", "--json", "--memory", "200K")
    check(small.stdout == r.stdout, "spilled runs give another order")
    only = run("timeline", d, "--json", "--host", "z", "--from", "2024-01-01T00:00:10Z", "--to", "2024-01-01T00:00:19Z")
    check(len(only.stdout.splitlines()) == 10, only.stdout[:300])
    check(rows[0]["schema"] == "upriver.event/1" and rows[0]["fields"]["EventID"] == 1, rows[0])
    check(len(run("timeline", d, "--unsorted").stdout.splitlines()) == 800, "unsorted")


def results_do_not_depend_on_threads(d):
    put(f"{d}/a.jsonl", lines(60000))
    put(f"{d}/b.jsonl", lines(5000))
    one = hunt(d, f"{d}/a.jsonl", f"{d}/b.jsonl", "--threads", "1")
    for n in ("2", "3", "5"):
        many = hunt(d, f"{d}/a.jsonl", f"{d}/b.jsonl", "--threads", n)
        check(many[0].stdout == one[0].stdout, f"--threads {n}")
    check(len(one[1]) == 65000 and one[1][-1]["pointer"]["record"] == 5000, len(one[1]))


def output_appears_whole(d):
    a = put(f"{d}/a.jsonl", lines(5))
    rule = put(f"{d}/rule.yml", RULE)
    r = run("hunt", a, "--rules", rule, "--json", "-o", f"{d}/out.jsonl")
    check(r.returncode == 0 and r.stdout == "" and len(open(f"{d}/out.jsonl").readlines()) == 5, r)
    check(run("hunt", a, "-o", f"{d}/no/such/folder").returncode == 2, "no folder")
    check(not [x for x in os.listdir(d) if x.startswith("out.jsonl.")], "left behind")


# ---- containers ----

def containers_are_read_like_folders(d):
    text = lines(20)
    put(f"{d}/a.jsonl", text)
    plain = [h["why"] for h in hunt(d, f"{d}/a.jsonl")[1]]
    with zipfile.ZipFile(f"{d}/x.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("in/a.jsonl", text)
    with tarfile.open(f"{d}/x.tar.xz", "w:xz") as t:
        t.add(f"{d}/a.jsonl", "in/a.jsonl")
    put(f"{d}/a.jsonl.gz", gzip.compress(text.encode()))
    put(f"{d}/a.jsonl.bz2", bz2.compress(text.encode()))
    put(f"{d}/a.jsonl.xz", lzma.compress(text.encode()))
    with zipfile.ZipFile(f"{d}/nested.zip", "w") as z:
        z.write(f"{d}/x.zip", "deep/x.zip")
        z.write(f"{d}/a.jsonl.gz", "deep/a.jsonl.gz")
    for name, inner in (("x.zip", "in/a.jsonl"), ("x.tar.xz", "in/a.jsonl"), ("a.jsonl.gz", "a.jsonl"),
                        ("a.jsonl.bz2", "a.jsonl"), ("a.jsonl.xz", "a.jsonl")):
        r, hits, s = hunt(d, f"{d}/{name}")
        check(r.returncode == 0 and [h["why"] for h in hits] == plain, (name, r.stderr))
        check({h["pointer"]["inner"] for h in hits} == {inner}, (name, hits[0]))
    for threads in ("1", "2", "4"):
        r, hits, s = hunt(d, f"{d}/nested.zip", "--threads", threads)
        check([h["pointer"]["inner"] for h in hits] == ["deep/x.zip/in/a.jsonl"] * 20 + ["deep/a.jsonl.gz/a.jsonl"] * 20,
              (threads, r.stderr))


def nesting_and_bombs_are_stopped(d):
    data = lines(1).encode()
    for i in range(64):
        b = io.BytesIO()
        with zipfile.ZipFile(b, "w") as z:
            z.writestr(f"{i}.zip" if i else "a.jsonl", data)
        data = b.getvalue()
    put(f"{d}/deep.zip", data)
    r, hits, s = hunt(d, f"{d}/deep.zip")
    check(r.returncode == 3 and "nested too deep" in r.stderr, r)
    put(f"{d}/zero.gz", gzip.compress(b"\0" * (1 << 20)))
    check(hunt(d, f"{d}/zero.gz")[0].returncode == 3, "zeroes")
    put(f"{d}/bomb.gz", gzip.compress(b"A" * (300 << 20)))
    put(f"{d}/after.jsonl", lines(2))
    r, hits, s = hunt(d, f"{d}/bomb.gz", f"{d}/after.jsonl")
    check(len(hits) == 2 and r.returncode == 3 and "bomb" in r.stderr, r.stderr)


def damaged_archives_give_what_is_whole(d):
    with zipfile.ZipFile(f"{d}/x.zip", "w") as z:
        z.writestr("a.jsonl", lines(5))
        z.writestr("b.jsonl", os.urandom(5000).hex())
    whole = open(f"{d}/x.zip", "rb").read()
    put(f"{d}/cut.zip", whole[:len(whole) // 2])
    r, hits, s = hunt(d, f"{d}/cut.zip")
    check(r.returncode == 3 and len(r.stderr.splitlines()) >= 1, r)
    put(f"{d}/cut.gz", gzip.compress(lines(2000).encode())[:-200])
    r, hits, s = hunt(d, f"{d}/cut.gz")
    check(r.returncode == 3 and len(hits) > 100, (r.stderr, len(hits)))


# ---- bad input ----

def one_bad_byte_costs_one_field(d):
    rows = lines(3).encode().splitlines(True)
    rows[1] = rows[1].replace(b"Vendor", b"Vend\xffr")
    r, hits, s = hunt(d, put(f"{d}/a.jsonl", b"".join(rows)))
    check(r.returncode == 0 and len(hits) == 3, r)
    check("not UTF-8" in r.stderr and len(s["unreadable"]) == 1, r.stderr)


def broken_lines_are_told_one_by_one(d):
    rows = lines(4).splitlines(True)
    r, hits, s = hunt(d, put(f"{d}/a.jsonl", rows[0] + "{\"x\": \n" + rows[1] + "garbage\n" + rows[2] + rows[3][:-20]))
    # The last line breaks inside CommandLine: its fields before that are there, this one is not.
    check(r.returncode == 3 and len(hits) == 3, (r, len(hits)))
    check(len([n for n in s["unreadable"] if n["lost"]]) == 3, s["unreadable"])
    check(s["unreadable"][0]["offset"] > 0, s)


def a_line_of_a_gigabyte_is_passed_over(d):
    path = f"{d}/a.jsonl"
    with open(path, "wb") as f:
        f.write(lines(2).encode() + b'{"x":"')
        f.truncate(1 << 30)
        f.seek(1 << 30)
        f.write(b'"}\n' + lines(3).encode())
    r, hits, s = hunt(d, path)
    check(r.returncode == 3 and len(hits) == 5 and "longer than" in r.stderr, (r.stderr[:300], len(hits)))


def odd_files_are_listed(d):
    os.mkdir(f"{d}/in")
    put(f"{d}/in/a.jsonl", lines(1))
    put(f"{d}/in/empty", "")
    put(f"{d}/in/notes.txt", "hello")
    os.mkfifo(f"{d}/in/pipe")
    os.symlink("..", f"{d}/in/loop")
    os.symlink("nowhere", f"{d}/in/dangling")
    r, hits, s = hunt(d, f"{d}/in")
    names = {os.path.basename(n["file"]): n for n in s["unreadable"]}
    check(len(hits) >= 1 and {"empty", "notes.txt", "pipe", "dangling"} <= set(names), s["unreadable"])
    check(names["pipe"]["lost"] and not names["notes.txt"]["lost"] and r.returncode == 3, names)


def what_may_not_be_read_is_told(d):
    os.makedirs(f"{d}/in/closed")
    put(f"{d}/in/a.jsonl", lines(3))
    put(f"{d}/in/secret.jsonl", lines(2))
    put(f"{d}/in/closed/b.jsonl", lines(2))
    rule = put(f"{d}/rule.yml", RULE)
    program = shutil.copy(U, f"{d}/upriver")
    # The super-user may read everything: then somebody else has to ask.
    who = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    os.chmod(d, 0o755)
    os.chmod(f"{d}/in/secret.jsonl", 0)
    os.chmod(f"{d}/in/closed", 0)
    try:
        r = subprocess.run([program, "hunt", f"{d}/in", "--rules", rule, "--json"], capture_output=True, text=True, timeout=60, **who)
    except PermissionError:
        raise Skip("the temporary folder is closed to all but the super-user")
    os.chmod(f"{d}/in/closed", 0o755)
    check(r.returncode == 3 and len(r.stdout.splitlines()) == 3, r)
    for name in ("secret.jsonl", "closed"):
        told = [line for line in r.stderr.splitlines() if name in line]
        check(len(told) == 1 and "Permission denied" in told[0], r.stderr)


def wide_and_strange_json(d):
    wide = json.dumps({f"k{i}": i for i in range(30000)}) + "\n"
    deep = "{\"a\":" * 500 + "1" + "}" * 500 + "\n"
    r, hits, s = hunt(d, put(f"{d}/a.jsonl", wide + deep + lines(1) + "{\"a\":\"\\ud800\"}\n" + "\ufeff{}\n"))
    check(len(hits) == 1 and r.returncode == 3, r)


def ctrl_c_ends_cleanly(d):
    path = put(f"{d}/a.jsonl", lines(200000))
    rule = put(f"{d}/rule.yml", RULE)
    with open(f"{d}/out", "w") as out:
        p = subprocess.Popen([U, "hunt", path, "--rules", rule, "--json", "--threads", "1"], stdout=out, stderr=subprocess.PIPE, text=True)
        time.sleep(0.25)
        p.send_signal(signal.SIGINT)
        err = p.communicate(timeout=30)[1]
    check(p.returncode in (0, 3), (p.returncode, err))
    for line in open(f"{d}/out"):
        json.loads(line)


# ---- cases ----

def a_case_is_built_shown_and_kept(d):
    check(run("rehearse", "-o", f"{d}/ex", "--hosts", "8", "--events-per-host", "200").returncode == 0, "rehearse")
    r = run("investigate", f"{d}/ex/evidence", "-o", f"{d}/c.db")
    check(r.returncode == 0 and "What happened" in r.stdout and "Next" in r.stdout, r)
    check(os.listdir(d).count("c.db") == 1 and not [x for x in os.listdir(d) if x.startswith("c.db-")], os.listdir(d))
    check(run("show", f"{d}/c.db").stdout == r.stdout, "show tells another story")
    j = json.loads(run("show", f"{d}/c.db", "--json").stdout)
    check(j["schema"] == "upriver.case/1" and j["state"] == "complete" and len(j["evidence"]) == 8, j["totals"])
    check(all(len(e["sha256"]) == 64 for e in j["evidence"]) and len(j["hosts"]) == 8, j["hosts"])
    again = run("investigate", f"{d}/ex/evidence", "-o", f"{d}/c.db")
    check(again.returncode == 0 and "complete" in again.stderr, again)
    put(f"{d}/other.jsonl", lines(3))
    other = run("investigate", f"{d}/other.jsonl", "-o", f"{d}/c.db")
    check(other.returncode == 2 and "other evidence" in other.stderr, other)
    check(run("show", f"{d}/other.jsonl").returncode == 2, "no case")
    mistyped = run("investigate", f"{d}/ex/evidenc", "-o", f"{d}/n.db")
    check(mistyped.returncode == 2 and "evidenc" in mistyped.stderr, mistyped)
    check(not [x for x in os.listdir(d) if x.startswith("n.db")], "an empty case is left")


def one_writer_at_a_time(d):
    import fcntl
    put(f"{d}/a.jsonl", lines(3))
    with open(f"{d}/c.db.lock", "w") as f:
        f.write("process 7 on elsewhere")
        f.flush()
        fcntl.flock(f, fcntl.LOCK_EX)
        r = run("investigate", f"{d}/a.jsonl", "-o", f"{d}/c.db")
    check(r.returncode == 2 and "process 7 on elsewhere" in r.stderr, r)
    check(run("investigate", f"{d}/a.jsonl", "-o", f"{d}/c.db").returncode == 0, "a lock of the dead")
    # A killed run's workers hold its lock for a moment longer.
    dead = subprocess.Popen(["true"])
    dead.wait()
    left = subprocess.Popen([sys.executable, "-c", f"""
import fcntl, os, time
f = open({d + "/l.db.lock"!r}, "w")
f.write("process {dead.pid} on " + os.uname().nodename)
f.flush()
fcntl.flock(f, fcntl.LOCK_EX)
print(flush=True)
time.sleep(1)
"""], stdout=subprocess.PIPE)
    left.stdout.readline()
    r = run("investigate", f"{d}/a.jsonl", "-o", f"{d}/l.db")
    left.communicate()
    check(r.returncode == 0, r)


def a_killed_run_leaves_a_whole_file(d):
    check(run("rehearse", "-o", f"{d}/ex", "--hosts", "12", "--events-per-host", "3000").returncode == 0, "rehearse")
    for delay in (0.1, 0.2, 0.35):
        p = subprocess.Popen([U, "investigate", f"{d}/ex/evidence", "-o", f"{d}/c.db", "-q"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(delay)
        p.kill()
        p.wait()
        if os.path.exists(f"{d}/c.db"):
            c = sqlite3.connect(f"{d}/c.db")
            check(c.execute("pragma integrity_check").fetchone() == ("ok",), "integrity")
            c.close()
    r = run("investigate", f"{d}/ex/evidence", "-o", f"{d}/c.db")
    check(r.returncode == 0, r)


OLD_CASE = """
PRAGMA application_id=1431327318; PRAGMA user_version=1;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE evidence(id INTEGER PRIMARY KEY, path TEXT NOT NULL, inner TEXT, format TEXT, sha256 TEXT, bytes INTEGER, events INTEGER);
CREATE TABLE host(name TEXT PRIMARY KEY COLLATE NOCASE, first TEXT, last TEXT, first_ns INTEGER, last_ns INTEGER, events INTEGER) WITHOUT ROWID;
CREATE TABLE coverage(host TEXT COLLATE NOCASE, hour TEXT, channel TEXT, event_id INTEGER, product TEXT, category TEXT, service TEXT,
 format TEXT, events INTEGER, first TEXT, last TEXT, first_ns INTEGER, last_ns INTEGER);
CREATE TABLE rule(id TEXT, title TEXT, level TEXT, file TEXT, reason TEXT);
CREATE TABLE hit(id TEXT PRIMARY KEY, rule_id TEXT, title TEXT, level TEXT, time TEXT, time_ns INTEGER, host TEXT COLLATE NOCASE,
 channel TEXT, event_id INTEGER, file TEXT, inner TEXT, record INTEGER, offset INTEGER, detector TEXT DEFAULT 'rule') WITHOUT ROWID;
CREATE TABLE why(hit_id TEXT, selection TEXT, field TEXT, value TEXT, pattern TEXT);
CREATE TABLE unreadable(file TEXT, inner TEXT, offset INTEGER, lost INTEGER, reason TEXT);
CREATE TABLE stage(host TEXT COLLATE NOCASE, stage TEXT, answer TEXT, reason TEXT, pointer TEXT);
CREATE TABLE origin(rank INTEGER, kind TEXT, name TEXT, version TEXT, verdict TEXT, reason TEXT);
INSERT INTO meta VALUES('state','complete'),('events','9'),('hits','3');
INSERT INTO evidence VALUES(1,'a.jsonl',NULL,'jsonl',NULL,100,9);
INSERT INTO host VALUES('H1','2024-01-01T00:00:00Z','2024-01-02T00:00:00Z',0,1,9);
INSERT INTO stage VALUES('H1','S0','unknown',NULL,NULL);
INSERT INTO hit VALUES('x2','r1','Echo','high','2024-01-01T00:00:02Z',2,'H1','C',1,'a.jsonl',NULL,2,20,'rule'),
 ('x1','r1','Echo','high','2024-01-01T00:00:01Z',1,'H2','C',1,'a.jsonl',NULL,1,10,'rule'),
 ('x3','r2','Late','critical',NULL,0,NULL,NULL,1,'a.jsonl',NULL,3,30,'rule');
INSERT INTO why VALUES('x1','s','Image','cmd','cmd');
"""


def an_older_case_becomes_a_new_file(d):
    old, new = f"{d}/old.db", f"{d}/new.db"
    c = sqlite3.connect(old)
    c.executescript(OLD_CASE)
    c.close()
    before = open(old, "rb").read()
    for args in (("show", old), ("investigate", put(f"{d}/a.jsonl", lines(3)), "-o", old)):
        r = run(*args)
        check(r.returncode == 2 and "version 1" in r.stderr and "--migrate" in r.stderr, r)
    r = run("show", old, "--migrate", new)
    check(r.returncode == 0 and "3 hits, not traced by the version that made this case" in r.stdout, r)
    r = run("show", new, "--details")
    check(r.returncode == 0 and "2 hits on 2 hosts" in r.stdout and "Late" in r.stdout, r)
    check(open(old, "rb").read() == before and sorted(os.listdir(d)) == ["a.jsonl", "new.db", "old.db"], os.listdir(d))
    c = sqlite3.connect(new)
    check(c.execute("pragma user_version").fetchone() == (6,), "version")
    check(c.execute("pragma integrity_check").fetchone() == ("ok",), "integrity")
    check(c.execute("select rule_id, hits, hosts, example from finding").fetchall() == [("r2", 1, 0, "x3"), ("r1", 2, 2, "x1")], "findings")
    c.close()
    r = run("show", old, "--migrate", new)
    check(r.returncode == 2 and "there already" in r.stderr, r)
    r = run("show", new, "--migrate", f"{d}/newer.db")
    check(r.returncode == 2 and "nothing to migrate" in r.stderr, r)
    c = sqlite3.connect(new)
    c.execute("pragma user_version = 99")
    c.close()
    r = run("show", new)
    check(r.returncode == 2 and "newer upriver" in r.stderr, r)


def what_version_six_adds_is_made_of_what_is_there(d):
    check(run("rehearse", "-o", f"{d}/x", "--hosts", "8").returncode == 0, "exercise")
    check(run("investigate", f"{d}/x/evidence", "-o", f"{d}/6.db", "-q").returncode == 0, "case")
    kinds = "select * from coverage_kind order by host, channel, event_id, product, category, service, format"
    c = sqlite3.connect(f"{d}/6.db")
    made = c.execute(kinds).fetchall()
    c.execute(f"vacuum into '{d}/5.db'")
    c.close()
    c = sqlite3.connect(f"{d}/5.db")
    c.executescript("drop table coverage_kind; drop table release_came; pragma user_version = 5;")
    c.close()
    check("version 5" in run("scope", f"{d}/5.db").stderr, "told")
    check(run("show", f"{d}/5.db", "--migrate", f"{d}/new.db").returncode == 0, "migrated")
    c = sqlite3.connect(f"{d}/new.db")
    check(made and c.execute(kinds).fetchall() == made, "kinds of records by host")
    c.close()
    told = [json.loads(run("scope", f"{d}/{name}.db", "--json").stdout) for name in ("6", "new")]
    check(told[0]["hosts"] and {**told[0], "case": ""} == {**told[1], "case": ""}, "how far each host got is the same")


def a_trace_is_asked_for_in_many_ways(d):
    check(run("rehearse", "-o", f"{d}/x", "--hosts", "8").returncode == 0, "exercise")
    case = f"{d}/c.db"
    check(run("investigate", f"{d}/x/evidence", "-o", case, "-q").returncode == 0, "case")
    doc = json.loads(run("show", case, "--json").stdout)
    top = doc["origins"][0]
    check(top["rank"] == 1 and top["kind"] == "release" and top["release"]["product"] == "Lumen Call", top)
    check(any(u["product"] == "Lumen Call" and u["url"] for u in doc["updates"]), doc["updates"][:3])
    alert = json.loads(run("trace", case, "--json").stdout)
    one = dict(alert["origin"]["release"], sha256=None)
    check(one == dict(top["release"], sha256=None), alert["origin"])
    check(set(alert["origin"]["release"]["sha256"]) <= set(top["release"]["sha256"]), alert["origin"])
    again = json.loads(run("trace", case, alert["alert"]["id"][:12], "--json").stdout)
    check(again == alert, "an id's first digits name it")
    for args in (("LumenCall.exe",), ("--start", "Lumen Call"), ("--start", f"Lumen Call={top['release']['version']}"),
                 ("--start", alert["alert"]["host"]), (alert["origin"]["sha256"],)):
        r = run("trace", case, *args, "--json")
        traces = [json.loads(line) for line in r.stdout.splitlines()]
        check(r.returncode == 0 and traces, (args, r.stderr))
        check(any((t["origin"].get("release") or {}).get("product") == "Lumen Call" for t in traces), args)
    r = run("trace", case, "no such thing")
    check(r.returncode == 2 and "no alert, host or product" in r.stderr, r)
    forward = json.loads(run("trace", case, alert["alert"]["id"], "--forward", "--json").stdout)
    check(forward["direction"] == "forward" and forward["hops"] and forward["origin"] is None, "forward")
    for form, mark in (("dot", "digraph"), ("svg", "<svg"), ("text", "Origin: release Lumen Call")):
        check(mark in run("trace", case, "--as", form).stdout, form)


def logs_without_a_host_are_the_only_hosts(d):
    os.mkdir(f"{d}/e")
    put(f"{d}/e/a.jsonl", lines(2, Hostname="H0"))
    put(f"{d}/e/dpkg.log", "2026-11-03 08:12:02 upgrade curl:amd64 7.88.1-10 7.88.1-11\n")
    check(run("investigate", f"{d}/e", "-o", f"{d}/c.db", "-q").returncode == 0, "case")
    c = sqlite3.connect(f"{d}/c.db")
    check([r[0] for r in c.execute("select distinct host from coverage")] == ["H0"], "one host")
    check("assumed" in c.execute("select reason from host_alias where name=''").fetchone()[0], "the assumption is told")
    c.close()


def a_case_is_never_cut_down(d):
    a, b = put(f"{d}/a.jsonl", lines(3)), put(f"{d}/b.jsonl", lines(4))
    check(run("investigate", a, b, "-o", f"{d}/c.db").returncode == 0, "built")
    r = run("investigate", a, "-o", f"{d}/c.db")
    check(r.returncode == 2 and "2 files of evidence, of which 1" in r.stderr, r)
    r = run("investigate", put(f"{d}/z.jsonl", lines(9)), "-o", f"{d}/c.db")
    check(r.returncode == 2 and "other evidence" in r.stderr and "z.jsonl" in r.stderr, r)
    r = run("investigate", a, b, f"{d}/z.jsonl", "-o", f"{d}/c.db")
    check(r.returncode == 0 and "3 files of evidence, 16 records" in r.stdout, r)


def hosts_are_asked_with_or_without_their_domain(d):
    p = put(f"{d}/a.jsonl", lines(2, Hostname="PC-07.corp.example") + lines(3, Hostname="PC-07") + lines(4, Hostname="PC-077"))
    for name, want in (("pc-07", 5), ("PC-07.corp.example", 2), ("PC-077", 4), ("corp", 0)):
        check(len(run("timeline", p, "--host", name, "-q").stdout.splitlines()) == want, name)


def the_same_seed_is_the_same_exercise(d):
    for name in ("a", "b"):
        check(run("rehearse", "-o", f"{d}/{name}", "--hosts", "5", "--events-per-host", "50", "--seed", "9").returncode == 0, name)
    for name in os.listdir(f"{d}/a/evidence"):
        check(open(f"{d}/a/evidence/{name}").read() == open(f"{d}/b/evidence/{name}").read(), name)
    truth = json.load(open(f"{d}/a/truth.json"))
    check(len(truth["hosts"]) == 5 and truth["schema"] == "upriver.rehearse-truth/1", truth)
    for h in truth["hosts"]:
        text = open(f"{d}/a/evidence/{h['host'].split('.')[0]}.jsonl").read()
        check((truth["release"]["domain"] in text) == (h["first_contact"] is not None and h["stage"] in ("S5", "S7")), h)


def built_in_rules_load_and_export(d):
    listed = run("rules").stdout.splitlines()
    check(len(listed) >= 1, listed)
    check(run("rules", "export", "-o", f"{d}/out").returncode == 0, "export")
    r = run("rules", "-o", f"{d}/list")
    check(r.returncode == 2 and "export" in r.stderr and not os.path.exists(f"{d}/list"), r)
    r = run("hunt", "--check-rules", f"{d}/out")
    check(r.returncode == 0 and f"{len(listed)} rules can be loaded, 0 cannot" in r.stdout, r.stdout)


# ---- with the data beside the project ----

def shared(path):
    full = os.path.join(SHARED, "data", path)
    if not os.path.exists(full):
        raise Skip(f"{path} is not beside the project")
    return full


def event_logs_of_attacks_are_read_whole(d):
    r = run("timeline", shared("evtx/attack-samples"), "--json", "--unsorted", "-q")
    rows = r.stdout.splitlines()
    check(r.returncode == 0 and len(rows) == 8255, (r.returncode, len(rows), r.stderr[-300:]))
    for line in rows[::50]:
        json.loads(line)


def corpus_rules_load(d):
    sigma = shared("sigma")
    args = [a for x in ("rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder", "rules-compliance")
            for a in ("--check-rules", f"{sigma}/{x}")]
    r = run("hunt", *args)
    check(r.stdout.splitlines()[-1] == "3755 rules can be loaded, 25 cannot", r.stdout[-300:])
    bad = [x for x in r.stdout.splitlines() if "warning" not in x and "placeholder" not in x]
    check(len(bad) == 1, bad)


# ---- activities and traces ----

def exercise(d, hosts=6, events=300):
    check(run("rehearse", "-o", f"{d}/ex", "--hosts", str(hosts), "--events-per-host", str(events)).returncode == 0, "rehearse")
    return f"{d}/ex/evidence"


def activities_of(*args):
    r = run("timeline", "--json", *args)
    check(r.returncode == 0, r)
    return [json.loads(line) for line in r.stdout.splitlines()]


def activities_of_evidence_and_of_its_case_are_the_same(d):
    e, case = exercise(d), f"{d}/a.db"
    check(run("investigate", e, "-o", case, "-q").returncode == 0, "investigate")
    seen, kept = activities_of(e, "--kind", "activity"), activities_of(case, "--kind", "activity")
    check(seen and kept and kept == activities_of(case), "a case has nothing but activities")
    check({x["kind"] for x in seen + kept} == {"activity"}, "kind")
    for some in (seen, kept):
        times = [x["time"] for x in some if x["time"]]
        check(times == sorted(times), "in the order of time")
    check(sum(x["count"] for x in kept) == len(seen), (sum(x["count"] for x in kept), len(seen)))

    def key(x):
        return x["pointer"]["file"], x["pointer"]["record"], x["pointer"]["offset"]
    by_place = {key(x): x for x in seen}
    for x in kept:
        same = dict(by_place[key(x)], count=x["count"], **({"last": x["last"]} if x["count"] > 1 else {}))
        check(same == x, (same, x))
        check(x["count"] == 1 or x["last"] >= x["time"], x)
    records = run("timeline", e, "--json", "-q").stdout
    check("activity" not in {json.loads(x)["kind"] for x in records.splitlines()}, "records alone unless asked for")
    both = activities_of(e, "--kind", "activity,json")
    check(len(both) == len(seen) + len(records.splitlines()), "both kinds")


def activities_are_asked_for_by_host_and_time(d):
    e, case = exercise(d), f"{d}/a.db"
    check(run("investigate", e, "-o", case, "-q").returncode == 0, "investigate")
    span = ["--host", "ws-003", "--from", "2025-03-04T14:57:40Z", "--to", "2025-03-04T14:58:10Z"]
    kept, seen = activities_of(case, *span), activities_of(e, "--kind", "activity", *span)
    check(kept and {x["host"] for x in kept + seen} == {"WS-003.corp.example"}, kept)
    check(all(x["time"] < "2025-03-04T14:58:11" and x.get("last", x["time"]) >= "2025-03-04T14:57:40" for x in kept), kept)
    check({x["pointer"]["record"] for x in kept} >= {x["pointer"]["record"] for x in seen if x["op"] == "file_create"}, "what was done then")
    check(not activities_of(case, "--kind", "evtx"), "another kind")
    text = run("timeline", case, *span).stdout.splitlines()
    check(len(text) == len(kept) and " > " in text[0], text[:2])


def cases_and_evidence_are_not_mixed_in_a_timeline(d):
    e, case = exercise(d, 1, 50), f"{d}/a.db"
    check(run("investigate", e, "-o", case, "-q").returncode == 0, "investigate")
    r = run("timeline", case, e)
    check(r.returncode == 2 and len(r.stderr.splitlines()) == 1, r)


def story(case):
    r = run("show", case, "--json")
    check(r.returncode == 0, r)
    return json.loads(r.stdout.replace(os.path.basename(case), "CASE"))


def integrity(case):
    db = sqlite3.connect(case)
    try:
        return [x[0] for x in db.execute("PRAGMA integrity_check")]
    finally:
        db.close()


def a_run_killed_at_any_moment_is_finished_by_the_next(d):
    e, whole, cut = exercise(d), f"{d}/whole.db", f"{d}/cut.db"
    start = time.time()
    check(run("investigate", e, "-o", whole, "-q").returncode == 0, "undisturbed")
    took, want, killed = time.time() - start, story(whole), 0
    for i in range(30):
        p = subprocess.Popen([U, "investigate", e, "-o", cut, "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(took * i / 28)
        killed += p.poll() is None
        p.kill()
        p.wait()
        if os.path.exists(cut) and os.path.getsize(cut):
            check(integrity(cut) == ["ok"], integrity(cut))
        r = run("investigate", e, "-o", cut, "-q")
        check(r.returncode == 0, (i, r))
        check(story(cut) == want, f"another story after a kill at {i}")
        check(integrity(cut) == ["ok"] and not os.path.exists(cut + "-wal"), "one whole file")
        os.remove(cut)
    check(killed > 5, f"{killed} runs were killed before their end")


def small_disk(d, size):
    os.mkdir(f"{d}/disk")
    r = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", f"{d}/disk"], capture_output=True, text=True)
    if r.returncode:
        raise Skip("no small disk can be mounted: " + r.stderr.strip())
    return f"{d}/disk"


def a_full_disk_gives_one_clear_line(d):
    e = exercise(d)
    disk = small_disk(d, "128k")
    try:
        for n in range(2):  # the second finds what the first left
            r = run("investigate", e, "-o", f"{disk}/a.db", "-q", "--temp", d)
            check(r.returncode not in (0, 3), r)
            check(len(r.stderr.splitlines()) == 1 and ("full" in r.stderr or "space" in r.stderr), r.stderr)
            check("Case " not in r.stdout, r.stdout[:200])
            left = {x for x in os.listdir(disk) if not x.startswith("a.db")}
            check(not left, left)
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        check(run("investigate", e, "-o", f"{disk}/a.db", "-q").returncode == 0, "with room again")
        check(os.listdir(disk) == ["a.db"], os.listdir(disk))
    finally:
        subprocess.run(["umount", disk], check=False)


def a_damaged_block_costs_itself(d):
    e, case = exercise(d), f"{d}/a.db"
    check(run("investigate", e, "-o", case, "-q").returncode == 0, "investigate")
    alerts = {a["host"]: a["id"] for a in story(case)["alerts"]}
    check(len(alerts) > 2, alerts)
    db = sqlite3.connect(case)
    bad, blob = db.execute("SELECT id, packed FROM segment WHERE host LIKE 'WS-003%'").fetchone()
    for damage in (blob[:40] + bytes(40) + blob[80:], blob[:-7], b"", b"nonsense", None):
        db.execute("UPDATE segment SET packed=? WHERE id=?", (damage, bad))
        db.commit()
        for host, alert in alerts.items():
            r = run("trace", case, alert, "--json")
            check(r.returncode == 0 and json.loads(r.stdout)["schema"] == "upriver.trace/1", r)
            warned = [x for x in r.stderr.splitlines() if "damaged" in x]
            check(len(warned) == len(r.stderr.splitlines()) == (1 if host.startswith("WS-003") else 0), r.stderr)
        r = run("timeline", case)
        check(r.returncode == 0 and len(r.stderr.splitlines()) == 1 and "WS-001" in r.stdout, r.stderr)
    db.execute("UPDATE segment SET bytes=1099511627776")
    db.commit()
    r = run("timeline", case)
    check(r.returncode == 0 and not r.stdout and "damaged" in r.stderr, r.stderr)
    db.close()


def a_trace_does_not_depend_on_threads(d):
    e = exercise(d)
    told = []
    for n in ("1", "3"):
        case = f"{d}/{n}.db"
        check(run("investigate", e, "-o", case, "-q", "--threads", n).returncode == 0, n)
        told.append([run("trace", case, a["id"], "--json").stdout for a in story(case)["alerts"][:10]])
    check(told[0] == told[1] and all(told[0]), "one thread and three")


def graphs_that_find_no_room_are_built_anew(d):
    e = exercise(d)
    told = []
    for n in ("1G", "100K"):
        case = f"{d}/{n}.db"
        check(run("investigate", e, "-o", case, "-q", "--memory", n).returncode == 0, n)
        scope = json.loads(run("scope", case, "--json").stdout)
        told.append((story(case)["origins"], scope["hosts"], scope["counts"]))
    check(told[0] == told[1] and all(told[0]), "much memory and little")


def what_to_do_next_has_an_answer(d):
    quiet = put(f"{d}/a.jsonl", lines(3))
    for name, evidence in (("quiet", quiet), ("loud", exercise(d))):
        case = f"{d}/{name}.db"
        check(run("investigate", evidence, "-o", case, "-q").returncode == 0, name)
        steps = json.loads(run("show", case, "--json").stdout)["next_steps"]
        text = run("show", case).stdout
        check(steps and all(step in text for step in steps), (steps, text))
        for step in steps:
            r = run(*step.replace("NAME", "cmd.exe").split()[1:])
            check(r.returncode == 0 and r.stdout, (step, r))
        check(any("--start" in step for step in steps) == (name == "quiet"), steps)
        check(any("scope" in step for step in steps) == (name == "loud"), steps)
    r = run("trace", f"{d}/quiet.db", "h0")
    check(r.returncode == 2 and "no alert on H0 was traced" in r.stderr and "--host h0" in r.stderr, r)
    r, short = run("trace", f"{d}/loud.db", "WS-003.corp.example"), run("trace", f"{d}/loud.db", "ws-003")
    check(r.returncode == 0 and r.stdout == short.stdout, (r, short))


def much(n):
    """n accesses to one process, services, logons and packages; then alerts of the process and of programs."""
    base = {"Hostname": "pc-01", "Channel": SYSMON, "SourceName": "Microsoft-Windows-Sysmon"}
    lsass = "{0000a001-0000-0000-0000-000000000005}"
    explorer = {"ParentProcessGuid": "{0000a001-0000-0000-0000-000000000001}", "ParentProcessId": "50",
                "ParentImage": "C:\\Windows\\explorer.exe"}
    for i in range(n):
        now = f"2026-03-02T08:{i // 60000 % 60:02}:{i // 1000 % 60:02}.{i % 1000:03}Z"
        actor = {"ProcessGuid": f"{{0000a001-0000-0000-0001-{i:012x}}}", "ProcessId": str(1000 + i)}
        tool = f"C:\\Tools\\t{i}.exe"
        yield {**base, "EventID": 10, "@timestamp": now, "SourceProcessGUID": actor["ProcessGuid"], "SourceImage": tool,
               "SourceProcessId": actor["ProcessId"], "TargetProcessGUID": lsass, "TargetProcessId": "600",
               "TargetImage": "C:\\Windows\\System32\\lsass.exe", "GrantedAccess": "0x1fffff"}
        yield {**base, "EventID": 13, "@timestamp": now, **actor, "Image": tool,
               "TargetObject": f"HKLM\\System\\CurrentControlSet\\Services\\s{i}\\ImagePath",
               "Details": f"C:\\Program Files\\Thing {i}\\thing{i}.exe -service -number {i}"}
        yield {"EventID": 4624, "Channel": "Security", "Hostname": "pc-01", "@timestamp": now, "LogonType": "3",
               "SourceName": "Microsoft-Windows-Security-Auditing", "TargetLogonId": hex(i), "IpAddress": "10.0.0.9"}
        yield {"EventID": 1033, "Channel": "Application", "SourceName": "MsiInstaller", "Hostname": "pc-01",
               "@timestamp": now, "Data": [f"Product number {i}", "1.0", "1033", "0", f"Vendor {i}"]}
        if i % 10 == 0:
            yield {**base, "EventID": 11, "@timestamp": now, "ProcessGuid": lsass, "ProcessId": "600",
                   "Image": "C:\\Windows\\System32\\lsass.exe", "TargetFilename": f"C:\\echo {i}.dmp"}
            yield {**base, "EventID": 1, "@timestamp": now, **explorer, "Image": f"C:\\Programs\\p{i}.exe",
                   "ProcessGuid": f"{{0000a001-0000-0000-0002-{i:012x}}}", "ProcessId": str(100000 + i),
                   "CommandLine": f"p{i}.exe --echo {i}", "LogonId": "0x9999999"}


def a_host_with_much_of_everything_is_traced(d):
    rule = put(f"{d}/rule.yml", RULE.replace(", category: process_creation", "").replace(
        "{CommandLine|contains: 'echo '}\n", "[{CommandLine|contains: 'echo '}, {TargetFilename|contains: 'echo '}]\n"))
    n = 1000 if "asan" in U else 8000
    put(f"{d}/much.jsonl", "".join(json.dumps(e) + "\n" for e in much(n)))
    # Each walk over all that the host has would not end: thousands of alerts times tens of thousands of records.
    r = run("investigate", f"{d}/much.jsonl", "--rules", rule, "-o", f"{d}/case.db", "-q")
    check(r.returncode == 0, r.stderr)
    alerts = sqlite3.connect(f"{d}/case.db").execute("SELECT count(*) FROM trace").fetchone()[0]
    check(alerts == n // 5, f"{alerts} traces")


TESTS = [a_hit_says_where_and_why, hit_ids_are_stable_wherever_the_folder_lies, rules_without_records_are_told, exit_statuses,
         wrong_command_lines_get_one_line, help_man_and_completion_know_every_verb, check_rules_prints_line_and_column,
         levels_leave_rules_out, timeline_is_sorted_over_files, results_do_not_depend_on_threads, output_appears_whole,
         containers_are_read_like_folders, nesting_and_bombs_are_stopped, damaged_archives_give_what_is_whole,
         one_bad_byte_costs_one_field, broken_lines_are_told_one_by_one, a_line_of_a_gigabyte_is_passed_over,
         odd_files_are_listed, what_may_not_be_read_is_told, wide_and_strange_json, ctrl_c_ends_cleanly, a_case_is_built_shown_and_kept,
         one_writer_at_a_time, a_killed_run_leaves_a_whole_file, an_older_case_becomes_a_new_file,
         what_version_six_adds_is_made_of_what_is_there, a_case_is_never_cut_down,
         a_trace_is_asked_for_in_many_ways, logs_without_a_host_are_the_only_hosts,
         hosts_are_asked_with_or_without_their_domain, the_same_seed_is_the_same_exercise,
         built_in_rules_load_and_export, event_logs_of_attacks_are_read_whole, corpus_rules_load,
         activities_of_evidence_and_of_its_case_are_the_same, activities_are_asked_for_by_host_and_time,
         cases_and_evidence_are_not_mixed_in_a_timeline, a_run_killed_at_any_moment_is_finished_by_the_next,
         a_full_disk_gives_one_clear_line, a_damaged_block_costs_itself, a_trace_does_not_depend_on_threads,
         graphs_that_find_no_room_are_built_anew, what_to_do_next_has_an_answer, a_host_with_much_of_everything_is_traced]


def main():
    wanted = sys.argv[1:]
    passed = failed = skipped = 0
    for test in TESTS:
        if wanted and test.__name__ not in wanted:
            continue
        folder = tempfile.mkdtemp(prefix="upriver-test-")
        try:
            test(folder)
            passed += 1
        except Skip as s:
            skipped += 1
            print(f"skipped: {test.__name__}: {s}")
        except Exception:
            failed += 1
            print(f"FAILED {test.__name__}")
            print(traceback.format_exc()[-1500:])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


sys.exit(main())
