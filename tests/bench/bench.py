#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Side by side in one run: what Upriver and the tools one would pick instead need for the same work.

    make bench                            everything (about half an hour; SEEDS=20 for fewer exercises)
    tests/bench/bench.py UPRIVER [--keep FOLDER] [--runs N] [--only json,evtx,exports,hive,ntfs,ready,memory,graph,slope,correlations,scenarios]

One core each, runs in turn (A B A B), the median of N. CPU seconds are user + system of the whole
process tree, from the system's accounting; what one run over a single event needs is taken off where
the line says events/s. README.md beside this file says what each line is."""
import argparse
import glob
import json
import lzma
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get("UPRIVER_SHARED", os.path.join(ROOT, "..", "shared"))
RULE_FOLDERS = ("rules/windows", "rules-emerging-threats", "rules-threat-hunting")
NOVEL = ("CommandLine", "ParentCommandLine", "ProcessGuid", "CurrentDirectory", "User")
PYREGF = """
import pyregf, sys, time
def walk(key):
    for value in key.values:
        value.name, value.data
    for child in key.sub_keys:
        walk(child)
best = 1e9
for _ in range(int(sys.argv[2])):
    f = pyregf.file()
    f.open(sys.argv[1])
    start = time.process_time()
    walk(f.get_root_key())
    best = min(best, time.process_time() - start)
print(best)
"""
COUNTED = re.compile(r"guest instrs:\s+([\d,]+)")


def tool(name):
    return shutil.which(name) or next((p for p in [os.path.expanduser(f"~/.cargo/bin/{name}")] if os.path.exists(p)), None)


def say(what, ours, theirs, ratio, target, met):
    verdict = "" if met is None else "met" if met else "NOT met"
    print(f"{what:34} {ours:>16} {theirs:>20} {ratio:>7} {target:>9} {verdict}", flush=True)


# ---- data ----

def event_lines():
    """(is it of an LSASS campaign, its lines) for each log of the corpus."""
    for path in sorted(glob.glob(SHARED + "/data/otrf/**/*.zip", recursive=True)):
        if "pcap" in path or "zeek" in path:
            continue
        archive = zipfile.ZipFile(path)
        for member in archive.namelist():
            if member.endswith(".json") and "__MACOSX" not in member:
                yield "lsass" in path, (line.decode("utf-8", "replace") for line in archive.open(member))


def write_lines(path, lines, count):
    with open(path, "w") as f:
        f.writelines(lines[i % len(lines)] for i in range(count))


def make_json(folder):
    mixed, processes = [], []
    for lsass, lines in event_lines():
        for line in lines:
            line = line if line.endswith("\n") else line + "\n"
            if not line.startswith("{"):
                continue
            if lsass and len(mixed) < 200000:
                mixed.append(line)
            if '"EventID":1,' in line and "Sysmon" in line:
                processes.append(line)
    write_lines(f"{folder}/mixed.jsonl", mixed, 200000)
    write_lines(f"{folder}/processes.jsonl", processes, 100000)
    write_lines(f"{folder}/one.jsonl", processes, 1)
    write_lines(f"{folder}/none.jsonl", ["\n"], 1)
    rng = random.Random(5)
    with open(f"{folder}/novel.jsonl", "w") as f:
        for i in range(100000):
            event = json.loads(processes[i % len(processes)])
            for key in NOVEL:
                event[key] = f"{event.get(key, '')}{rng.getrandbits(48):012x}"
            f.write(json.dumps(event, ensure_ascii=False) + "\n")


def numbered(path, source, header, size):
    """The project's own sample of a product again and again, with other numbers in it each time."""
    lines = open(f"{ROOT}/tests/dialects/samples/{source}", encoding="utf-8-sig").read().splitlines(keepends=True)
    text, written, turn = "".join(lines[header:]), 0, 0
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(lines[:header])
        while written < size:
            block = "".join(text.replace(":2428", f":{turn + k}2428").replace("6644", str(10000 + turn + k))
                            for k in range(20))
            written += len(block)
            turn += 20
            f.write(block)


def never_rule(folder):
    """A rule for a log source that no record has: everything is read, nothing is matched."""
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/never.yml", "w") as f:
        f.write("title: Never\nid: 11111111-1111-1111-1111-111111111111\n"
                "logsource: {product: windows, service: none}\ndetection: {s: {A: b}, condition: s}\n")
    return folder


def copy_rules(folder, every=1):
    """The corpus's rules, or every n-th of them."""
    target = f"{folder}/rules" + (f"-{every}" if every > 1 else "")
    paths = [p for d in RULE_FOLDERS for p in sorted(glob.glob(f"{SHARED}/data/sigma/{d}/**/*.yml", recursive=True))]
    for path in paths[::every]:
        to = os.path.join(target, os.path.relpath(path, SHARED + "/data/sigma"))
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copy(path, to)
    return target


# ---- measuring ----

def cpu(command):
    """CPU seconds of the command and all it waited for."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             preexec_fn=lambda: os.sched_setaffinity(0, {0}))
    _, _, usage = os.wait4(child.pid, 0)
    return usage.ru_utime + usage.ru_stime


def in_turn(runs, *commands):
    """The median of each command's CPU seconds, run in turn."""
    times = [[cpu(c) for c in commands] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*times)]


def family(pid):
    out = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as f:
                for child in f.read().split():
                    out += family(int(child))
    except OSError:
        pass
    return out


def pss(pid):
    total = 0
    for p in family(pid):
        try:
            with open(f"/proc/{p}/smaps_rollup") as f:
                total += sum(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        except OSError:
            pass
    return total / 1024


def peak_memory(command):
    """MiB: the highest sum of PSS over all processes, sampled every few milliseconds."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = [0.0]

    def watch():
        while child.poll() is None:
            peak[0] = max(peak[0], pss(child.pid))
            time.sleep(.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    child.wait()
    watcher.join()
    return peak[0]


def instructions(command):
    """Guest instructions of all processes, millions; a worker's count begins with its parent's."""
    text = subprocess.run(["valgrind", "--tool=lackey", "--basic-counts=yes", *command], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False).stderr
    return sum(int(n.replace(",", "")) for n in COUNTED.findall(text)) / 1e6


# ---- lanes ----

class Bench:
    def __init__(self, upriver, folder, runs):
        self.u, self.folder, self.runs = upriver, folder, runs
        self.rules = copy_rules(folder)

    def hunt(self, path, rules=None):
        return [self.u, "hunt", path, "--rules", rules or self.rules, "--json", "--threads", "1", "-q"]

    @staticmethod
    def rsigma(path, rules):
        return [tool("rsigma"), "engine", "eval", "-r", rules, "-e", "@" + path, "-q", "--logsource-routing"]

    def json(self):
        one = f"{self.folder}/one.jsonl"
        if not tool("rsigma"):
            say("JSON Lines", "", "", "", "", None)
            print("    skipped: rsigma is not installed (cargo install rsigma --version 0.21.0 --locked)")
            return
        ready = in_turn(self.runs, self.hunt(one), self.rsigma(one, self.rules))
        for what, name, count in (("mixed", "mixed", 200000), ("process creation", "processes", 100000),
                                  ("process creation, no value twice", "novel", 100000)):
            path = f"{self.folder}/{name}.jsonl"
            a, b = in_turn(self.runs, self.hunt(path), self.rsigma(path, self.rules))
            ours, theirs = count / (a - ready[0]), count / (b - ready[1])
            say(what, f"{ours:,.0f} ev/s", f"rsigma {theirs:,.0f}", f"{ours / theirs:.1f}x", ">= 5x", ours >= 5 * theirs)

    def ready(self):
        one = f"{self.folder}/one.jsonl"
        a, b = in_turn(self.runs, self.hunt(one), self.rsigma(one, self.rules) if tool("rsigma") else ["true"])
        say("rules ready (2,850 for Windows)", f"{a:.2f} s", f"rsigma {b:.2f} s", "", "<= 1.5 s", a <= 1.5)
        everything = f"{SHARED}/data/sigma"
        a, = in_turn(self.runs, [self.u, "hunt", one, "-q", "--json"] +
                     [x for d in sorted(glob.glob(everything + "/rules*")) for x in ("--rules", d)])
        say("rules ready (the whole corpus)", f"{a:.2f} s", "", "", "<= 1.5 s", a <= 1.5)

    def evtx(self):
        none = never_rule(f"{self.folder}/never")
        self.evtx_file("EVTX", none, ["--full"], f"{SHARED}/data/evtx")
        self.evtx_file("EVTX, short chunks", none, [], f"{SHARED}/data/evtx/attack-samples")

    def evtx_file(self, what, none, options, source):
        path = f"{self.folder}/repeated.evtx"
        out = subprocess.run([sys.executable, f"{ROOT}/tools/repeat-evtx.py", *options, path, str(1 << 30), source],
                             capture_output=True, text=True, check=True).stdout
        count = int(out.split()[0])
        dump = tool("evtx_dump")
        base = self.hunt(f"{self.folder}/one.jsonl", none), self.hunt(f"{self.folder}/one.jsonl")
        parse, dumped, hunt, start, ready = in_turn(
            self.runs, self.hunt(path, none), [dump, "-t", "1", "-o", "jsonl", path] if dump else ["true"], self.hunt(path), *base)
        ours, theirs = count / (parse - start), count / dumped if dump else 0
        say(f"{what}: parse {count / 1e6:.1f} M", f"{ours:,.0f} rec/s", f"evtx_dump {theirs:,.0f}" if dump else "not installed",
            f"{ours / theirs:.1f}x" if dump else "", ">= 1 M", ours >= 1e6)
        ours = count / (hunt - ready)
        say(f"{what}: hunt, all rules", f"{ours:,.0f} rec/s", "", "", ">= 300 k", ours >= 3e5)
        os.unlink(path)

    def exports(self):
        """MB/s read and put into the common form, no rule for any of it."""
        none = never_rule(f"{self.folder}/never")
        lanes = [("Sysmon JSON, flat", "processes.jsonl", None, 0, 0), ("Defender JSON", "defender.jsonl", "defender.jsonl", 0, 0),
                 ("CSV (Defender)", "defender.csv", "defender.csv", 1, 200), ("auditd", "audit.log", "auditd.log", 0, 150),
                 ("system log, RFC 3164", "3164.log", "syslog-3164.log", 0, 150),
                 ("system log, ISO times", "iso.log", "syslog-iso.log", 0, 150)]
        for _, name, source, header, _ in lanes:
            if source:
                numbered(f"{self.folder}/{name}", source, header, 200 << 20)
        start, *taken = in_turn(self.runs, self.hunt(f"{self.folder}/one.jsonl", none),
                                *(self.hunt(f"{self.folder}/{name}", none) for _, name, *_ in lanes))
        speeds = [os.path.getsize(f"{self.folder}/{lane[1]}") / 1e6 / (t - start) for lane, t in zip(lanes, taken)]
        for (what, name, _, _, target), speed in zip(lanes, speeds):
            if name == "defender.jsonl":
                say(what, f"{speed:,.0f} MB/s", f"flat {speeds[0]:,.0f}", f"{speeds[0] / speed:.2f}x", "<= 1.5x", speeds[0] <= 1.5 * speed)
            else:
                say(what, f"{speed:,.0f} MB/s", "", "", f">= {target}" if target else "", speed >= target if target else None)
            if name != "processes.jsonl":
                os.unlink(f"{self.folder}/{name}")

    def correlations(self):
        """Ten million hits of base rules over ten thousand groups."""
        rules, path = f"{self.folder}/correlation.yml", f"{self.folder}/hits.jsonl"
        with open(rules, "w") as f:
            f.write("title: Base\nname: base\nid: 22222222-2222-2222-2222-222222222222\nlogsource: {product: windows}\n"
                    "detection: {s: {Act: a}, condition: s}\n---\ntitle: Many\ncorrelation: {type: event_count, rules: [base], "
                    "group-by: [User], timespan: 60s, condition: {gte: 1000}}\n---\ntitle: Distinct\ncorrelation: {type: "
                    "value_count, rules: [base], group-by: [User], timespan: 300s, condition: {field: Port, gte: 900}}\n")
        with open(path, "w") as f:
            for i in range(10000000):
                f.write(f'{{"EventID":1,"Channel":"x","TimeCreated":"2026-03-{1 + i // 86400 // 10:02d}T{i // 36000 % 24:02d}:{i // 600 % 60:02d}'
                        f':{i // 10 % 60:02d}.{i % 10}Z","Act":"a","User":"u{i * 7919 % 10007}","Port":"{i % 1009}"}}\n')
        small = peak_memory(self.hunt(f"{self.folder}/one.jsonl", rules))
        began = time.monotonic()
        peak = peak_memory(self.hunt(path, rules))
        say("correlations: 10 M base hits", f"{peak - small:.0f} MB", f"{1e7 / (time.monotonic() - began):,.0f} hits/s", "", "<= 1 GiB", peak <= 1024)
        os.unlink(path)

    def graph(self):
        """The graph by itself (graph_bench), and what investigating costs beside hunting."""
        program = os.path.join(os.path.dirname(self.u), "tests/graph_bench")
        if not os.path.exists(program):
            print("graph: skipped: ninja -C build tests/graph_bench builds what it needs")
            return
        told = subprocess.run([program, "10000000", "200"], capture_output=True, text=True, check=True).stdout
        kept = float(re.search(r"kept ([\d.]+) bytes", told)[1])
        built = float(re.search(r"graph ([\d.]+) M", told)[1])
        median, worst = (float(x) for x in re.search(r"median ([\d.]+) s, worst ([\d.]+) s", told).groups())
        say("graph: 10 M activities", f"{built:.2f} M/s", "", "", ">= 2 M/s", built >= 2)
        say("graph: kept in the case", f"{kept:.1f} B each", "", "", "<= 40 B", kept <= 40)
        say("trace: median, worst", f"{median:.2f} s, {worst:.2f} s", "", "", "1, 10 s", median <= 1 and worst <= 10)
        case = f"{self.folder}/case.db"
        investigate = ["sh", "-c", f"rm -f {case}; exec {self.u} investigate {self.folder}/mixed.jsonl --rules "
                       f"{self.folder}/rules -o {case} -q --threads 1 > /dev/null"]
        hunt, whole = in_turn(self.runs, self.hunt(f"{self.folder}/mixed.jsonl"), investigate)
        say("investigate beside hunt", f"{whole:.2f} s", f"{hunt:.2f} s", f"{whole / hunt:.2f}x", "<= 1.5x", whole <= 1.5 * hunt)

    def hive(self):
        source = SHARED + "/data/host/hives/SYSTEM_WIN_10_1709.xz"
        walk = os.path.join(os.path.dirname(self.u), "tests", "hive_bench")
        if not os.path.exists(source) or not os.path.exists(walk):
            print(f"hive: skipped: {source if os.path.exists(walk) else walk} is not there")
            return
        hive = f"{self.folder}/SYSTEM"
        with lzma.open(source) as packed, open(hive, "wb") as f:
            shutil.copyfileobj(packed, f)
        keys, values, _, ms, _ = subprocess.run([walk, hive], capture_output=True, text=True, check=True).stdout.split()
        ours = float(ms) / 1e3
        say(f"hive: {keys} keys, {values} values", f"{ours * 1e3:.1f} ms", "", "", "<= 25 ms", ours <= .025)
        other = subprocess.run([sys.executable, "-c", PYREGF, hive, str(self.runs)], capture_output=True, text=True)
        if other.returncode:
            print("hive beside libregf: skipped: no pyregf for this Python (python3-libregf, or pip's libregf-python)")
            return
        theirs = float(other.stdout)
        say("hive beside libregf (Python)", f"{ours * 1e3:.1f} ms", f"{theirs * 1e3:.0f} ms", f"{theirs / ours:.0f}x", ">= 20x",
            theirs >= 20 * ours)
    def ntfs(self):
        """An $MFT beside mft_dump, a $J, and packed prefetch files, made by ntfs_make."""
        make, none = os.path.join(os.path.dirname(self.u), "tests/ntfs_make"), never_rule(f"{self.folder}/never")
        if not os.path.exists(make):
            print("$MFT: skipped: ninja -C build tests/ntfs_make builds what it needs")
            return
        mft, usn, prefetch, dump = f"{self.folder}/mft.raw", f"{self.folder}/usn.raw", f"{self.folder}/prefetch", tool("mft_dump")
        os.makedirs(prefetch, exist_ok=True)
        for what, count, path in (("mft", 200000, mft), ("usn", 1000000, usn), ("prefetch", 20000, prefetch)):
            subprocess.run([make, what, str(count), path], check=True)
        other = [[dump, "-o", *how, mft] if dump else ["true"] for how in (("csv", "--hard-link-rows", "--stream-rows"), ("jsonl",))]
        start, ours, csv, lines, jsonl, journal, runs = in_turn(
            self.runs, self.hunt(f"{self.folder}/none.jsonl", none), self.hunt(mft, none), other[0],
            [self.u, "timeline", mft, "--json", "--unsorted", "--threads", "1", "-q"], other[1], self.hunt(usn, none),
            self.hunt(prefetch, none))
        for what, a, b, kind, target in (("$MFT of 200,000: to events", ours, csv, "csv", 3), ("$MFT of 200,000: to JSON", lines, jsonl, "jsonl", 0)):
            say(what, f"{a:.2f} s", f"mft_dump {kind} {b:.2f} s" if dump else "not installed", f"{b / a:.1f}x" if dump else "",
                f">= {target}x" if target else "", b >= target * a if dump and target else None)
        say("$J: 1 M records", f"{1e6 / (journal - start):,.0f} rec/s", "", "", "", None)
        say("prefetch, packed, of 60 files", f"{20000 / (runs - start):,.0f} files/s", "", "", ">= 5,000", runs - start <= 4)
        shutil.rmtree(prefetch)
        os.unlink(mft)
        os.unlink(usn)

    def scenarios(self):
        """What the exercises' truth says of origins and stages; SEEDS of each scenario."""
        score = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/score")
        subprocess.run([score, "--run", os.environ.get("SEEDS", "200"), "--hosts", "50", self.u], check=False)

    def memory(self):
        small = peak_memory([*self.hunt(f"{self.folder}/one.jsonl")])
        for threads in ("1", "2"):
            command = self.hunt(f"{self.folder}/novel.jsonl")
            command[command.index("--threads") + 1] = threads
            peak = peak_memory(command)
            say(f"memory over the ruleset, {threads} worker" + "s" * (threads != "1"), f"{peak - small:.0f} MB",
                f"(ruleset {small:.0f} MB)", "", "<= 150 MB", peak - small <= 150)

    def slope(self):
        if not tool("valgrind"):
            print("instructions: skipped: valgrind is not installed")
            return
        # Values that never repeat: what is remembered would make the first events dearer than the rest.
        for n in (2000, 20000):
            with open(f"{self.folder}/novel.jsonl") as f:
                write_lines(f"{self.folder}/{n}.jsonl", [next(f) for _ in range(n)], n)
        tenth = copy_rules(self.folder, 10)
        none, few, many = (instructions(self.hunt(f"{self.folder}/{n}.jsonl")) for n in ("none", 2000, 20000))
        say("instructions: 10x the events", f"{(many - none) / (few - none):.2f}x", f"{(many - none) / 20:,.0f} k each", "", "9-11x",
            9 <= (many - none) / (few - none) <= 11)
        least, some = (instructions(self.hunt(f"{self.folder}/{n}.jsonl", tenth)) for n in ("none", 20000))
        say("instructions: 10x the rules", f"{(many - none) / (some - least):.2f}x", "", "", "< 4x", many - none < 4 * (some - least))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("upriver")
    p.add_argument("--keep", metavar="FOLDER", help="use this folder for the data and leave it there")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--only", default="json,evtx,exports,hive,ready,memory,graph,slope,correlations,ntfs,scenarios")
    a = p.parse_args()
    if not os.path.isdir(SHARED + "/data/otrf"):
        print("skipped: the corpora are not beside the project (UPRIVER_SHARED)")
        return 0
    folder = a.keep or tempfile.mkdtemp(prefix="upriver-bench-")
    os.makedirs(folder, exist_ok=True)
    try:
        if not os.path.exists(f"{folder}/novel.jsonl"):
            make_json(folder)
        bench = Bench(os.path.abspath(a.upriver), folder, a.runs)
        print(f"{'one core, ' + str(a.runs) + ' runs in turn':34} {'Upriver':>16} {'other':>20} {'ratio':>7} {'target':>9}")
        for lane in a.only.split(","):
            getattr(bench, lane)()
    finally:
        if not a.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
