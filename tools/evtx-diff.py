#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `upriver timeline` with evtx_dump (crates.io evtx), record by record and field by field.

    tools/evtx-diff.py UPRIVER EVTX_DUMP FOLDER|FILE...

Prints the share of evtx_dump's records whose every field agrees, and each kind of difference with
a count and an example. What is taken as equal, and why, stands in docs/evtx-differences.md.
"""
import collections
import glob
import json
import os
import re
import subprocess
import sys

NUMBER = re.compile(r'_\d+(?=_|$)')


def leaves(name, value, out):
    """The flat names of one member: attributes as Name_attribute, nested members by their own."""
    if not isinstance(value, dict):
        out.append((name, value))
        return
    for attribute, text in (value.get('#attributes') or {}).items():
        if not attribute.startswith('xmlns'):
            out.append((name + '_' + attribute, text))
    if '#text' in value:
        out.append((name, value['#text']))
    for member, text in value.items():
        if member not in ('#attributes', '#text'):
            leaves(member, text, out)


def flat(record):
    out = []
    for part, members in record['Event'].items():
        if part == '#attributes' or not isinstance(members, dict):
            continue
        if part == 'UserData':
            # Members of the one wrapping element, and its attributes.
            attributes = [(k + '_' + a, v) for k, w in members.items() if isinstance(w, dict)
                          for a, v in (w.get('#attributes') or {}).items() if not a.startswith('xmlns')]
            members = {k: v for w in members.values() if isinstance(w, dict) for k, v in w.items()}
            out.extend(attributes)
        for name, value in members.items():
            if name != '#attributes':
                leaves(name, value, out)
    return out


def plain(value):
    if value is None:
        return ''
    return json.dumps(value) if isinstance(value, (list, dict, bool)) else str(value)


def gather(pairs, exact):
    """Values by name: `exact` with the numbers of repeated names, else as the multiset they are."""
    out = collections.defaultdict(list)
    for name, value in pairs:
        for v in value if isinstance(value, list) and not exact else [value]:
            if plain(v):
                out[name if exact else NUMBER.sub('', name)].append(plain(v))
    return {k: sorted(v) for k, v in out.items()}


def lines(command):
    text = subprocess.run(command, capture_output=True, check=False).stdout.decode('utf-8', 'replace')
    return [json.loads(line) for line in text.splitlines() if line.startswith('{')]


def read_ours(upriver, path):
    """By record number, in the order of the file."""
    out = collections.defaultdict(collections.deque)
    for event in lines([upriver, 'timeline', path, '--json', '--unsorted', '-q']):
        fields = [(k, v) for k, v in event['fields'].items() if k not in ('EventData_Name', 'UserData_Name')]
        number = event['fields'].get('EventRecordID')
        out[number if number is None else str(number)].append(fields)
    return out


def compare(theirs, ours, path, kinds):
    wanted, got = gather(theirs, False), gather(ours, False)
    same = True
    for name in sorted(set(wanted) | set(got)):
        if wanted.get(name) == got.get(name):
            continue
        same = False
        kind = 'only evtx_dump' if name not in got else 'only upriver' if name not in wanted else 'differs'
        kinds[kind].append((path, name, wanted.get(name), got.get(name)))
    return same, gather(theirs, True) == gather(ours, True)


def main():
    upriver, dump, *paths = sys.argv[1:]
    files = [f for p in paths for f in (sorted(glob.glob(p + '/**/*.evtx', recursive=True)) if os.path.isdir(p) else [p])]
    kinds = collections.defaultdict(list)
    total = agree = exact = 0
    for path in files:
        ours = read_ours(upriver, path)
        for record in lines([dump, '-o', 'jsonl', '-t', '1', path]):
            fields = flat(record)
            number = dict(fields).get('EventRecordID')
            total += 1
            queue = ours.get(number if number is None else str(number))
            if not queue:
                kinds['no such record'].append((path, number, None, None))
                continue
            same, to_the_letter = compare(fields, queue.popleft(), path, kinds)
            agree += same
            exact += to_the_letter
    share = 100 * agree / total if total else 0
    print(f'{len(files)} files, {total} records: {agree} agree in every field ({share:.2f} %), '
          f'{exact} of them with the same numbers on repeated names')
    for kind, cases in kinds.items():
        print(f'{kind}: {len(cases)} fields')
        for path, name, want, got in cases[:5]:
            print(f'    {os.path.basename(path)} {name}: {str(want)[:90]} / {str(got)[:90]}')
    return 0 if share >= 99.9 else 1


if __name__ == '__main__':
    sys.exit(main())
