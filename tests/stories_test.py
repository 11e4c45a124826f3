#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stories: what happened on a few machines, told in a dozen records, and where a trace back from an
alert has to end. One rule of the graph each; tests/stories/README.md has the format.
stories_test.py [NAME...] runs some of them and prints their traces."""
import datetime
import hashlib
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ.get("UPRIVER_ROOT", pathlib.Path(__file__).parent.parent))
UPRIVER = os.environ.get("UPRIVER", ROOT / "build/upriver")
DAY = datetime.datetime(2026, 3, 2, tzinfo=datetime.timezone.utc)
EXPECTATIONS = ("origin", "path", "through", "never", "unblamed", "gap", "others", "why")
KIND_WORDS = ("gap", "release", "package", "download", "deployment", "logon", "remote_host", "removable")
SYSMON = "Microsoft-Windows-Sysmon/Operational"
POWERSHELL = "Microsoft-Windows-PowerShell/Operational"
DEFENDER = "Microsoft-Windows-Windows Defender/Operational"
# source: channel, provider
CHANNELS = {
    "sysmon": (SYSMON, "Microsoft-Windows-Sysmon"),
    "security": ("Security", "Microsoft-Windows-Security-Auditing"),
    "system": ("System", "Service Control Manager"),
    "boot": ("System", "Microsoft-Windows-Kernel-General"),
    "msi": ("Application", "MsiInstaller"),
    "powershell": (POWERSHELL, "Microsoft-Windows-PowerShell"),
    "bits": ("Microsoft-Windows-Bits-Client/Operational", "Microsoft-Windows-Bits-Client"),
    "wmi": ("Microsoft-Windows-WMI-Activity/Operational", "Microsoft-Windows-WMI-Activity"),
    "tasks": ("Microsoft-Windows-TaskScheduler/Operational", "Microsoft-Windows-TaskScheduler"),
    "defender": (DEFENDER, "Microsoft-Windows-Windows Defender"),
}
SHORT = {
    "cmd": "CommandLine", "dir": "CurrentDirectory", "user": "User", "product": "Product",
    "version": "FileVersion", "company": "Company", "signer": "Signature", "status": "SignatureStatus",
    "file": "TargetFilename", "load": "ImageLoaded", "access": "GrantedAccess", "key": "TargetObject",
    "data": "Details", "text": "ScriptBlockText", "ip": "DestinationIp", "query": "QueryName",
}
# field names of (key, pid, image), of the actor and of what it acts on
SYSMON_ACTOR = ("ProcessGuid", "ProcessId", "Image")
PARENT = ("ParentProcessGuid", "ParentProcessId", "ParentImage")
FROM = ("SourceProcessGUID", "SourceProcessId", "SourceImage")
TO = ("TargetProcessGUID", "TargetProcessId", "TargetImage")
ENDS = {
    "sysmon1": (SYSMON_ACTOR, PARENT), "sysmon8": (FROM, TO), "sysmon10": (FROM, TO),
    "security4688": ((None, "NewProcessId", "NewProcessName"), (None, "ProcessId", "ParentProcessName")),
    "security4689": ((None, "ProcessId", "ProcessName"), None),
    "security4697": ((None, "ClientProcessId", None), None),
    "security4698": ((None, "ClientProcessId", None), None),
    "powershell4104": ((None, "ExecutionProcessID", None), None),
}
RULE = """title: {label}
id: 00000000-0000-4000-8000-0000000000{n:02x}
status: test
description: The record that the story is about.
logsource:
    {source}
detection:
    selection:
        {field}: {label}
    condition: selection
level: high
"""
failures = []


class Told:
    """A story file, read."""

    def __init__(self, path):
        self.name, self.title = path.stem, None
        self.files, self.file = {}, "records.jsonl"
        self.host, self.machine, self.serial = "pc-01.corp.example", "0000a001", 100
        self.processes, self.alerts, self.wants = {}, [], {}
        self.want_of = "alert"
        for number, line in enumerate(path.read_text().splitlines(), 1):
            try:
                self.line(re.sub(r"\$(sha1|sha256)\((\w+)\)", lambda m: digest(m[2], m[1]), line.strip()))
            except (ValueError, KeyError, IndexError) as e:
                raise SystemExit(f"{path}:{number}: {e!r}: {line}")

    def line(self, line):
        word, _, rest = line.partition(" ")
        if not line or line.startswith("#"):
            return
        if self.title is None:
            self.title = line
        elif word in ("host", "machine", "file"):
            setattr(self, word, rest)
        elif word == "process":
            name, pid, image = rest.split(None, 2)
            self.processes[name] = (pid, image.strip('"'), self.machine, self.host)
        elif word == "alert":
            self.want_of = rest
        elif word in EXPECTATIONS:
            self.wants.setdefault(self.want_of, []).append((word, rest))
        else:
            self.record(line)

    def record(self, line):
        label = None
        if line.startswith("!"):
            label, line = re.match(r"!(\w*)\s+(.*)", line).groups()
            label = label or "alert"
            self.alerts.append(label)
        if line.startswith("{"):
            row = json.loads(line)
            self.put(json.dumps({**row, "Marker": label} if label else row))
        elif line.startswith("="):
            self.put(line[1:].strip())
        else:
            clock, source, rest = (line.split(None, 2) + [""])[:3]
            when = moment(clock)
            if source.startswith("audit"):
                self.audit(when, words(rest), label)
            else:
                self.put(json.dumps(self.event(when, source, rest, label)))

    def put(self, text):
        self.files.setdefault(self.file, []).append(text)

    def identity(self, name, ends):
        pid, image, machine, _ = self.processes[name]
        number = list(self.processes).index(name) + 1
        values = (f"{{{machine}-0000-0000-{number:04d}-000000000000}}", pid, image)
        return {field: value for field, value in zip(ends, values) if field and value != "-"}

    def event(self, when, source, rest, label):
        kind, number = re.fullmatch(r"([a-z]+)(\d+)", source).groups()
        channel, provider = CHANNELS[kind]
        row = {"EventID": int(number), "Channel": channel, "SourceName": provider, "Hostname": self.host,
               "@timestamp": when.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
        actor, other = ENDS.get(source, (SYSMON_ACTOR, None))
        m = re.match(r"(\w+)(?: ([<>]) (\w+))?(?=\s|$)(?!=)", rest)
        if m:
            rest = rest[m.end():]
            row.update(self.identity(m.group(1), actor))
            if m.group(3):
                row.update(self.identity(m.group(3), other))
        for key, value in words(rest):
            put_field(row, key, value)
        if label:
            row["Marker"] = label
        return row

    def audit(self, when, fields, label):
        """One audit event: SYSCALL, then what the call was given."""
        f = dict(fields)
        args, made, opened, cwd = (f.pop(k, None) for k in ("args", "created", "opened", "cwd"))
        self.serial += 1
        head = f"node={self.host} type=%s msg=audit({when.timestamp():.3f}:{self.serial}): "
        text = " ".join(f"{k}={v}" if v.isdigit() else f'{k}="{v}"' for k, v in f.items())
        number = 59 if args else 257
        self.put(head % "SYSCALL" + f"arch=c000003e syscall={number} success=yes exit=0 {text} key=\"{label or 'x'}\"")
        if args:
            argv = args.split(" ")
            self.put(head % "EXECVE" + f"argc={len(argv)} " + " ".join(f'a{i}="{a}"' for i, a in enumerate(argv)))
        self.put(head % "CWD" + f'cwd="{cwd or "/"}"')
        for name, kind in ((made, "CREATE"), (opened, "NORMAL")):
            if name:
                self.put(head % "PATH" + f'item=0 name="{name}" inode=2 nametype={kind}')
        self.put(head % "EOE")


def moment(clock):
    """HH:MM:SS[.mmm], with N+ in front on day N after the first."""
    days, _, clock = clock.rpartition("+")
    t = datetime.time.fromisoformat(clock)
    return datetime.datetime.combine(DAY + datetime.timedelta(int(days or 0)), t, DAY.tzinfo)


def words(text):
    return [(k, v[1:-1] if v[:1] in "\"'" and v else v) for k, v in re.findall(r"""(\S+?)=("[^"]*"|'[^']*'|\S*)""", text)]


def digest(name, algorithm):
    return hashlib.new(algorithm, name.encode()).hexdigest()


def hashes(spec):
    """NAME: a made-up SHA-256; sha1:NAME; all:NAME."""
    kind, _, name = spec.rpartition(":")
    which = {"": ("sha256",), "all": ("sha1", "sha256"), "sha1": ("sha1",)}[kind]
    return ",".join(f"{w.upper()}={digest(name, w)}" for w in which)


def put_field(row, key, value):
    if key == "hash":
        row["Hashes"] = hashes(value)
    elif key == "zone":
        row["TargetFilename"] = row["TargetFilename"] + ":Zone.Identifier"
        row["Contents"] = f"[ZoneTransfer]  ZoneId=3  HostUrl={value}"
    elif key == "list":
        row["Data"] = value.split("|")
    elif value == "-":
        row.pop(SHORT.get(key, key), None)
    else:
        row[SHORT.get(key, key)] = value


# ---- expectations ----

def same(a, b):
    return str(a or "").lower() == str(b or "").lower()


def tail(s):
    return re.split(r"[\\/]", s or "")[-1]


def facts(origin):
    release, download = origin.get("release") or {}, origin.get("download") or {}
    return {**{k: v for k, v in origin.items() if isinstance(v, str)},
            "product": release.get("product"), "version": release.get("version"), "signer": release.get("signer"),
            "ecosystem": release.get("ecosystem"), "url": download.get("url"), "downloaded": download.get("path")}


def on_path(trace):
    o = facts(trace["origin"])
    hops = [h[k] for h in trace["hops"] for k in ("from", "to")]
    return [*hops, o.get("path"), o.get("delivered_by"), o.get("product"), o.get("remote")]


def holds(trace, word, rest):
    origin = facts(trace["origin"])
    if word == "origin":
        kind, *_ = rest.split()
        return same(origin["kind"], kind) and all(same(origin.get(k), v) for k, v in words(rest))
    if word == "path":
        return [h["op"] for h in trace["hops"]] == rest.split()
    if word in ("through", "never"):
        found = any(same(x, rest) or same(tail(x), rest) for x in on_path(trace))
        return found == (word == "through")
    if word == "unblamed":
        return not any(same(x, rest) or same(tail(x), rest) for x in (origin.get("path"), origin.get("product")))
    if word == "why":
        return any(rest in (h["why"] or "") for h in trace["hops"])
    if word == "gap":
        return rest in (origin.get("gap") or "")
    return any(rest in (o["kind"], o.get("gap")) or rest in (o.get("gap") or "") for o in trace["others"])


def show(trace):
    lines = [f"    {h['from']} --{h['op']}--> {h['to']}   ({h['why']})" for h in trace["hops"]]
    origin = {k: v for k, v in facts(trace["origin"]).items() if v}
    others = [(o["kind"], facts(o).get("product") or facts(o).get("url"), o.get("gap")) for o in trace["others"]]
    return "\n".join([*lines, f"    origin {origin}", f"    others {others}"])


def upriver(*args):
    run = subprocess.run([UPRIVER, *map(str, args)], capture_output=True, text=True)
    return run.returncode, run.stdout, run.stderr


def traces(told, folder):
    evidence, case = folder / "evidence", folder / "c.db"
    evidence.mkdir()
    for name, lines in told.files.items():
        (evidence / name).write_text("\n".join(lines) + "\n")
    rules = folder / "rules"
    rules.mkdir()
    sources = (("Marker", "product: windows"), ("key", "product: linux\n    service: auditd"))
    for n, (field, source, label) in enumerate((*s, a) for s in sources for a in set(told.alerts)):
        (rules / f"{n}.yml").write_text(RULE.format(label=label, n=n, source=source, field=field))
    status, _, errors = upriver("investigate", evidence, "--rules", rules, "-o", case, "-q")
    if status not in (0, 1):
        return {}, f"investigate: exit {status}: {errors}"
    with sqlite3.connect(case) as db:
        ids = dict(db.execute("SELECT title, id FROM hit ORDER BY time_ns DESC"))
    db.close()
    found = {}
    for label, number in ids.items():
        status, text, errors = upriver("trace", case, number, "--json")
        found[label] = json.loads(text) if status == 0 else None
    return found, errors


def run(path, loud):
    told = Told(path)
    wrong = [] if told.wants else ["expects nothing"]
    with tempfile.TemporaryDirectory() as folder:
        found, errors = traces(told, pathlib.Path(folder))
    for label, wants in told.wants.items():
        trace = found.get(label)
        if not trace:
            wrong.append(f"no alert {label}: {errors[:300]}")
            continue
        missing = [f"{word} {rest}" for word, rest in wants if not holds(trace, word, rest)]
        wrong += [f"{label}: {m}" for m in missing]
        if missing or loud:
            print(f"{told.name} ({told.title}), {label}:\n{show(trace)}")
    for w in wrong:
        print(f"FAILED: {told.name}: not as told: {w}")
    return not wrong


def main():
    stories = sorted((ROOT / "tests/stories").glob("*.story"))
    wanted = [p for p in stories if not sys.argv[1:] or any(a in p.stem for a in sys.argv[1:])]
    passed = sum(run(p, bool(sys.argv[1:])) for p in wanted)
    print(f"{passed} passed, {len(wanted) - passed} failed")
    return 0 if passed == len(wanted) and passed else 1


sys.exit(main())
