#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exercises of every kind, investigated and held beside their truth (tools/score): the origin comes first or in a tie
wherever three machines or more alert; nothing is accused where nothing happened; no machine that ran it is said to have
nothing possible; and no output holds a word that may not be said. Two seeds here; make bench runs two hundred."""
import json
import os
import pathlib
import subprocess

UPRIVER, ROOT = os.environ["UPRIVER"], pathlib.Path(os.environ["UPRIVER_ROOT"])
HOSTS, SEEDS = 40, "101-102"
passed = failed = 0


def check(ok, what):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    if not ok:
        print("FAILED:", str(what)[:1500])


# Of the machines' farthest stages, told exactly.
EXACT = 0.8


def main():
    r = subprocess.run([str(ROOT / "tools/score"), "--json", "--run", "2", "--seeds", SEEDS, "--hosts", str(HOSTS), UPRIVER],
                       capture_output=True, text=True)
    scores = [json.loads(line) for line in r.stdout.splitlines()]
    check(r.returncode == 0 and len(scores) == 34, (r.returncode, len(scores), r.stderr))
    exact = total = 0
    for s in scores:
        name = f"{s['scenario']} {s['seed']}"
        hosts = (s["stages"] or {"hosts": []})["hosts"]
        check(s["origin"]["rank"] in (None, "first", "tied"), f"{name}: {s['origin']}")
        check(not s["origin"]["accusations"], f"{name} accuses {s['origin']['accusations']}")
        check(not s["words"], f"{name} says {s['words']}")
        check((s["origin"]["rival"] == "detector_update") == (s["scenario"] == "detector-update"), f"{name}: {s['origin']}")
        check(not any(h["missed"] for h in hosts), f"{name}: a machine that ran it is said to have nothing possible")
        check(sum(h["result"] == "wrong" for h in hosts) <= len(hosts) * 0.05, f"{name}: stages")
        exact += sum(h["result"] == "exact" for h in hosts)
        total += len(hosts)
    check(total and exact >= EXACT * total, f"{exact} of {total} machines' stages are exact")
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    raise SystemExit(main())
