#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Readers as a user meets them: encodings, containers, sizes, and evidence of many kinds in one
run."""
import gzip
import io
import json
import os
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

ROOT = pathlib.Path(os.environ["UPRIVER_ROOT"])
UPRIVER = os.environ["UPRIVER"]
SHARED = os.environ.get("UPRIVER_SHARED", ROOT / "../shared")
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
            check(all(e["time"] is None and e["time_kind"] is None and e.get("op") in (None, "file_present") for e in events),
                  f"{sample}: no time, nothing done")
            check(kind == "inventory" or all("op" not in e for e in events), f"{sample}: what a project wants need not be there")
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


def linux_collection(folder):
    """What UAC takes from a Linux machine: the places say whose a history, a crontab or a unit is."""
    def login(kind, user, second):
        return struct.pack("<hxxi32s4s32s256s4xiii4x12x20x", kind, 7, b"pts/0", b"ts/0", user, b"", 7, second, 0).ljust(384, b"\0")
    parts = {
        "home/ann/.bash_history": b"ls a,b,c\ncat d,e,f\n",
        "root/.zsh_history": b": 1793693522:3;id\n",
        "var/log/wtmp": login(2, b"reboot", 1793693500) + login(7, b"ann", 1793693522),
        "var/log/btmp": login(7, b"eve", 1793693522),
        "var/lib/dpkg/status": (SAMPLES / "dpkg-status").read_bytes(),
        "var/lib/dpkg/info/fleet-agent.md5sums": b"9785001b0dcf755eddb8af294a373c0b  opt/fleet/agent\n",
        "etc/systemd/system/fleet.service.d/more.conf": b"[Service]\nUser=root\n",
        "var/spool/cron/crontabs/ann": b"@daily bob x\n",
        "etc/cron.d/fleet": b"@daily bob x\n",
        "home/ann/notes": b"ls a\ncat d\n",
    }
    collection = folder / "uac-web01-linux-20261103081500.tar.gz"
    with tarfile.open(collection, "w:gz") as tar:
        for name, data in parts.items():
            member = tarfile.TarInfo("[root]/" + name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    status, events, err = timeline(collection)
    by = {}
    for e in events:
        by.setdefault(e["pointer"]["inner"].partition("[root]/")[2], []).append(e)
    check(set(by) == set(parts) - {"home/ann/notes"} and "home/ann/notes" in err, f"read: {sorted(by)} {err[:300]}")

    def told(name, *keys):
        return [tuple(e["fields"].get(k, e.get(k)) for k in keys) for e in by.get(name, [])]
    check(told("home/ann/.bash_history", "kind", "shell", "user", "command") ==
          [("shell_history", "bash", "ann", "ls a,b,c"), ("shell_history", "bash", "ann", "cat d,e,f")], "a history by its name")
    check(told("root/.zsh_history", "shell", "user", "time", "time_kind") ==
          [("zsh", "root", "2026-11-03T08:12:02Z", "command")], "one by its content")
    check(told("var/log/wtmp", "op", "user") == [("boot", "reboot"), ("logon", "ann")], "logins")
    check(told("var/log/btmp", "op", "user") == [(None, "eve")], "failed logins are none")
    check(told("var/lib/dpkg/status", "op", "state") ==
          [("inventory", "installed"), (None, "config-files"), ("inventory", "half-configured")], "installed packages")
    check(told("var/lib/dpkg/info/fleet-agent.md5sums", "path", "Package", "proves") ==
          [("/opt/fleet/agent", "fleet-agent", ["S2"])], "a package's files are from the root")
    check(told("etc/systemd/system/fleet.service.d/more.conf", "name", "drop_in", "user") ==
          [("fleet.service", "more.conf", "root")], "a drop-in is its unit's")
    check(told("var/spool/cron/crontabs/ann", "user", "command") == [("ann", "bob x")], "a user's crontab")
    check(told("etc/cron.d/fleet", "user", "command") == [("bob", "x")], "the system's crontab")


def bounded(path):
    """timeline of it: exit status, events, lines of stderr; told when it takes much time or memory."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen([UPRIVER, "timeline", "--json", "--unsorted", str(path)], stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        events = [json.loads(line) for line in out.read().decode().splitlines()]
        lines = [l for l in err.read().decode().splitlines() if l]
    limit = 4 if "asan" in str(UPRIVER) else 1
    check(time.monotonic() - began < 30 * limit, f"{path.name}: in time: {time.monotonic() - began:.1f} s")
    check(usage.ru_maxrss < (600 << 10) * limit, f"{path.name}: in memory: {usage.ru_maxrss >> 10} MiB")
    return child.returncode, events, lines


BAD = [
    # name, bytes, exit, events, words of the one line that says what is lost (None: nothing is told)
    ("half.csv", b"Time,Name,Size\na,b,1\nc,d", 0, 2, "row 2 has 2 cells"),
    ("headers.csv", b"Name,Size\na,1\nName,Owner,Size\nb,c,2\n", 0, 2, None),
    ("latin.csv", b"Name,Size\nsm\xf6r,1\nsm\xc3\xb6r,2\n", 0, 2, None),
    ("nul.csv", b"Name,Size\na\0b,1\nc,2\n", 0, 2, None),
    ("half.jsonl", b'{"a": 1, "b": "x"}\n{"a": 2, "b": "y', 3, 2, "not closed"),
    ("middle.jsonl", b'{"a": 1}\n{"a": 2, "b": \n{"a": 3}\n', 3, 3, "record 2"),
    ("twice.jsonl", b'{"a": 1, "a": 2}\n{"a": 3}\n', 0, 2, None),
    ("latin.jsonl", b'{"a": "sm\xf6r"}\n{"a": "sm\xc3\xb6r"}\n', 0, 2, "not UTF-8"),
    ("text.jsonl", b'{"a": 1}\nhello\n{"a": 3}\n', 3, 2, "record 2"),
    ("half.json", b'[\n{"a": 1},\n{"a": 2, "b": {"c": 3', 3, 2, "record 2"),
    ("trailing.json", b'[\n{"a": 1},\n{"a": 2},\n]\n', 0, 2, None),
    ("between.json", b'[\n{"a": 1}\n]\nnot json\n[\n{"a": 2}\n]\n', 3, 2, "no JSON object"),
    ("deep.jsonl", b'{"a": ' + b"[" * 100000 + b"]" * 100000 + b'}\n{"a": 1}\n', 3, 1, "nested deeper"),
    ("half.xml", b"<Events><Event><System><EventID>1</EventID><Channel>C</Channel></System></Event>"
     b"<Event><System><EventID>2</EventID><Chan", 3, 2, "record 2"),
    ("latin.xml", b"<Events><Event><System><EventID>1</EventID><Computer>sm\xf6r</Computer></System></Event>"
     b"<Event><System><EventID>2</EventID></System></Event></Events>", 0, 2, "not UTF-8"),
    ("tags.xml", b"<Events><Event><System><EventID>1</Wrong></System></Event>"
     b"<Event><System><EventID>2</EventID></System></Event></Events>", 3, 1, "record 1"),
    ("entities.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><Events><Event><System>'
     b"<EventID>1</EventID><Computer>&b;</Computer></System></Event></Events>", 3, 1, "undefined entity"),
    ("half.audit", b'type=SYSCALL msg=audit(1793693531.123:1): arch=c000003e exe="/bin/a"\n'
     b'type=SYSCALL msg=audit(1793693531.124:2): arch=c000003e exe="/bi', 0, 2, None),
    ("cut.audit", b'type=SYSCALL msg=audit(1793693531.123:1): exe="/bin/a"\ntype=SYSC\n'
     b'type=SYSCALL msg=audit(1793693531.124:2): exe="/bin/b"\n', 3, 2, "no audit record"),
    ("latin.audit", b'type=SYSCALL msg=audit(1793693531.123:1): exe="/bin/\xf6"\n', 0, 1, None),
    ("twice.audit", b'type=SYSCALL msg=audit(1793693531.123:1): exe="/bin/a" exe="/bin/b"\n', 0, 1, None),
    ("cut.log", b"2026-11-03T08:12:02Z h sshd[1]: a\n2026-11-\n2026-11-03T08:12:03Z h sshd[1]: b\n", 3, 3, "no header"),
    ("latin.log", b"2026-11-03T08:12:02Z h sshd[1]: sm\xf6r\n2026-11-03T08:12:03Z h sshd[1]: b\0c\n", 0, 2, None),
]


def bad_input(folder):
    """Half rows, changed headers, mixed encodings, names that come twice: one clear line, exit 3 only
    where something is lost, and everything else is read."""
    for name, data, status, count, words in BAD:
        path = folder / name
        path.write_bytes(data)
        got, events, lines = bounded(path)
        told = [l for l in lines if name in l and "no known dialect" not in l and "assumed" not in l and "time zone" not in l]
        check(got == status, f"{name}: exit {got}, not {status}: {lines}")
        check(len(events) == count, f"{name}: {len(events)} events, not {count}: {lines}")
        check(len(told) == (words is not None), f"{name}: told once: {lines}")
        check(not words or any(words in l for l in lines), f"{name}: says {words!r}: {lines}")
    values = lambda name: [e["fields"] for e in timeline(folder / name)[1]]
    check(values("headers.csv")[1] == {"Name": "b", "Owner": "c", "Size": "2"}, "a changed header holds from there on")
    check(values("twice.jsonl")[0] == {"a": 1, "a_1": 2}, f"both values of a name: {values('twice.jsonl')}")
    check(values("latin.jsonl")[1] == {"a": "smör"}, "one bad byte spoils only its own text")
    many = [{f"m{i}.k": i for i in range(5000)}, {f"m{i}.k": -i for i in range(5000)}]
    (folder / "many.jsonl").write_text("".join(json.dumps({k[:-2]: {"k": v} for k, v in m.items()}) + "\n" for m in many))
    check(values("many.jsonl") == many, "names of records with very many members are not mixed up")
    check("&" not in json.dumps(values("entities.xml")) or "aaaa" not in json.dumps(values("entities.xml")),
          "entities are not expanded")


def endless(folder):
    """Records without end, in each format: told, bounded, and the next record is read."""
    ten = 10_000_000
    made = (
        ("wide.csv", b"a,b,c\n" + b"," * ten + b"\n1,2,3\n", 1),
        ("header.csv", b",".join(b"c%d" % i for i in range(ten // 10)) + b"\n1,2,3\n", 1),
        ("wide.jsonl", b'{"a": 1' + b"".join(b',"k%d":1' % i for i in range(ten // 20)) + b'}\n{"a": 2}\n', 2),
        ("list.jsonl", b'{"a": [' + b"1," * ten + b'1]}\n{"a": 2}\n', 2),
        ("wide.xml", b"<Events><Event><System><EventID>1</EventID></System><EventData>" + b"<Data Name='a'>1</Data>" * (ten // 20)
         + b"</EventData></Event><Event><System><EventID>2</EventID></System></Event></Events>", 2),
        ("wide.audit", b"type=SYSCALL msg=audit(1793693531.123:1): " + b"a=1 " * (ten // 10)
         + b"\ntype=SYSCALL msg=audit(1793693532.124:2): b=1\n", 2),
        ("long.log", b"2026-11-03T08:12:02Z h sshd[1]: " + b"x" * (80 << 20) + b"\n2026-11-03T08:12:03Z h sshd[1]: b\n", 1),
    )
    for name, data, least in made:
        path = folder / name
        path.write_bytes(data)
        status, events, lines = bounded(path)
        path.unlink()
        check(status in (0, 3) and len(events) >= least, f"{name}: exit {status}, {len(events)} events: {[l[:200] for l in lines]}")
        check(len(lines) <= 6, f"{name}: told briefly: {len(lines)} lines")


def hosts_of(case):
    status, out, err = upriver("show", "--json", case)
    return {h["name"].lower() for h in json.loads(out)["hosts"]}


def mixed(folder):
    """Event log, Defender CSV, FDR .gz, Velociraptor zip, auditd and syslog in one investigation."""
    evidence = folder / "evidence"
    evidence.mkdir()
    for name in ("defender.csv", "auditd.log", "syslog-5424.log", "windows-event.xml"):
        (evidence / name).write_bytes((SAMPLES / name).read_bytes())
    log = next(iter(sorted((pathlib.Path(SHARED) / "data/evtx").glob("**/*.evtx"))), None)
    if log:
        (evidence / "log.evtx").write_bytes(log.read_bytes())
    else:
        print("without an event log: the corpora are not beside the project (UPRIVER_SHARED)")
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
    names = [h["name"].lower() for h in found["hosts"]]
    check("pc-07" not in names and names.count("pc-07.corp.example") == 1, f"one machine has one name: {names}")
    _, events, _ = timeline(evidence)
    kinds = {e["kind"] for e in events}
    check(kinds >= {"csv", "json", "xml", "auditd", "syslog"} and ("evtx" in kinds or not log), f"all of them are read: {kinds}")
    dialects = {e.get("dialect") for e in events}
    check(dialects >= {"defender", "crowdstrike", "velociraptor-evtx", "auditd", "syslog"}, f"each by its dialect: {dialects}")


def hives(folder):
    """A registry hive with its log beside it, in a folder and in a container; each alone."""
    both = (ROOT / "fuzz/corpus/hive/hive-and-log").read_bytes()
    cut = both.index(b"regf", 4096)
    places = "C/Windows/System32/config/SYSTEM", "C/Windows/System32/config/system.log1"
    for name, data in zip(places, (both[:cut], both[cut:])):
        (folder / "c" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "c" / name).write_bytes(data)
    with zipfile.ZipFile(folder / "c.zip", "w") as z:
        for name in reversed(places):
            z.write(folder / "c" / name, name)
    for evidence in (folder / "c", folder / "c.zip", folder / "c" / places[0]):
        status, events, err = timeline(evidence)
        services = [e["fields"]["name"] for e in events if e["kind"] == "service"]
        check(status == 0 and "New" in services, f"{evidence.name}: the log is replayed: {status} {services} {err}")
        check({e["host"] for e in events} == {"workstation-of-seventeen"}, f"{evidence.name}: the hive says whose it is")
    (folder / "alone").write_bytes(both[:cut])
    status, events, err = timeline(folder / "alone")
    services = [e["fields"]["name"] for e in events if e["kind"] == "service"]
    check(status == 0 and services and "New" not in services and "no log lies beside it" in err, f"a hive alone: {status} {err}")
    (folder / "SYSTEM.LOG2").write_bytes(bytes(8192))
    for log in (folder / "c" / places[1], folder / "SYSTEM.LOG2"):
        check(timeline(log) == (0, [], ""), f"{log.name}: a log alone, or without a word in it, says nothing")


ZEEK_RULES = {
    "dns": ("product: zeek\n  service: dns", "query|endswith: .example.net"),
    "names": ("category: dns", "answer: 203.0.113.7"),
    "http": ("product: zeek\n  service: http", "uri|endswith: .exe"),
    "proxy": ("category: proxy", "c-useragent|startswith: Updater"),
    "conn": ("product: zeek\n  service: conn", "id.resp_h|cidr: 203.0.113.0/24"),
    "ssl": ("product: zeek\n  service: ssl", "server_name: cdn.example.net"),
    "dhcp": ("product: zeek\n  service: dhcp", "msg_types: ACK"),
    "other": ("product: zeek\n  service: rdp", "uid|startswith: C"),
}


def zeek(folder):
    """Rows and objects, packed or not, tell the same; rules of its services fire; a cut log is told."""
    rules = folder / "rules"
    rules.mkdir()
    for name, (source, selection) in ZEEK_RULES.items():
        (rules / f"{name}.yml").write_text(f"title: {name}\nlogsource:\n  {source}\ndetection:\n  s:\n    {selection}\n  condition: s\n")
    rows = sorted(SAMPLES.glob("zeek-*.log"))
    for evidence in (rows, [SAMPLES / "zeek.jsonl"]):
        status, out, err = upriver("hunt", "--json", "--rules", rules, *evidence)
        fired = {json.loads(line)["rule"]["title"] for line in out.splitlines()}
        check(status == 0 and fired == set(ZEEK_RULES) - {"other"}, f"{evidence}: {status} {fired} {err[:200]}")
    for log in rows:
        _, want, _ = timeline(log)
        packed = folder / (log.name + ".gz")
        packed.write_bytes(gzip.compress(log.read_bytes()))
        status, events, err = timeline(packed)
        check(status == 0 and events and [without(e, "pointer") for e in events] == [without(e, "pointer") for e in want],
              f"{packed.name}: the same events: {status} {err[:200]}")
        check([e["pointer"]["offset"] for e in events] == [e["pointer"]["offset"] for e in want], f"{packed.name}: pointers")
        for e in want:
            check(log.read_bytes()[e["pointer"]["offset"]:].startswith(b"179369"), f"{log.name}: records are at their offsets")
    cut = folder / "cut.log"
    cut.write_bytes((SAMPLES / "zeek-dns.log").read_bytes()[:-60])
    status, events, err = timeline(cut)
    check(status == 3 and len(events) == 1 and "row 2 has" in err and "ends in it" in err, f"a cut log: {status} {len(events)} {err[:300]}")
    body = (SAMPLES / "zeek-conn.log").read_text().splitlines(keepends=True)
    big = folder / "big.log"
    big.write_text("".join(body[:8]) + body[8] * 40000 + "".join(body))
    status, out, err = upriver("timeline", "--json", "--unsorted", big)
    lines = out.splitlines()
    check(status == 0 and len(lines) == 40003, f"a log larger than a window: {status} {len(lines)} {err[:200]}")
    place = json.loads(lines[37777])["pointer"]
    check(place["record"] == 37778 and big.read_bytes()[place["offset"]:].startswith(body[8].encode()), "and its pointers")
    status, out, _ = upriver("timeline", "--json", "--kind", "activity", SAMPLES / "zeek-dns.log")
    e = json.loads(out.splitlines()[0])
    check((e["subject"], e["object"]["name"], e["attributes"].get("local_address")) == (None, "cdn.example.net", "10.1.7.23"),
          f"who asked for a name is told by address, and no process: {e}")
    case = folder / "z.case"
    status, out, err = upriver("investigate", "-q", "--rules", rules, "-o", case, *rows)
    check(status == 0, f"a case of nothing but a sensor's logs: {status} {err[:300]}")


def main():
    for part in (hives, utf16, large_object, hostile_tables, lists_of_what_is_there, zeek, linux_collection, bad_input, endless, mixed):
        with tempfile.TemporaryDirectory() as folder:
            part(pathlib.Path(folder))
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
