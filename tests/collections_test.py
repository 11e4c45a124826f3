#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Collections as responders bring them: whose records they are, in what order they come, and what is
said of what was not read. Every layout is built here out of files that readers know."""
import collections
import hashlib
import io
import json
import lzma
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
DPKG = "2026-11-03 08:12:02 upgrade curl:amd64 7.88.1-10 7.88.1-11\n"
SUMS = "9785001b0dcf755eddb8af294a373c0b  C:\\x.dll\n"
RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n'
SHADOW = "%5C%5C%3F%5CGLOBALROOT%5CDevice%5CHarddiskVolumeShadowCopy1"
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


def timeline(*paths, threads=2):
    status, out, err = upriver("timeline", "--json", "--unsorted", "--threads", threads, *paths)
    return status, [json.loads(line) for line in out.splitlines()], err


def put(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def put_zip(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in files.items():
            z.writestr(name, text)


def put_tar(path, files):
    """A value that begins with -> is a link."""
    with tarfile.open(path, "w:gz") as t:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            if isinstance(text, str) and text.startswith("->"):
                info.type, info.linkname = tarfile.SYMTYPE, text[2:]
                t.addfile(info)
                continue
            data = text if isinstance(text, bytes) else text.encode()
            info.size, info.mtime = len(data), 1680000000
            t.addfile(info, io.BytesIO(data))


def linux(host, number="0123456789abcdef0123456789abcdef", prefix=""):
    return {prefix + "var/log/dpkg.log": DPKG, prefix + "etc/os-release": RELEASE, prefix + "etc/hostname": host + "\n",
            prefix + "etc/machine-id": number + "\n"}


def hosts_of(events):
    return {(e["pointer"]["inner"] or e["pointer"]["file"].split("/ev/", 1)[1], e["host"]) for e in events}


def fingerprint(folder):
    found = []
    for path in sorted(folder.rglob("*")):
        st = path.lstat()
        data = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else ""
        found.append((str(path), data, st.st_size, st.st_mtime_ns, st.st_mode))
    return found


def folders(base):
    """A machine's root as it is, KAPE's with its console log and shadow copy; several in one folder."""
    ev = base / "folders/ev"
    put(ev / "a1", linux("web-01.corp.example"))
    put(ev / "kape", {"C/ProgramData/sums.txt": SUMS, "C/Windows/x.bin": b"\1\2\3", "C/Windows/empty": "",
                      "2023-03-28T101500_ConsoleLog.txt": "KAPE\nSystem info: Machine name: WS-0412, 64-bit: True\n",
                      "VSS1/C/ProgramData/sums.txt": SUMS})
    put(ev, {"loose/dpkg.log": DPKG})
    status, events, err = timeline(ev)
    hosts = hosts_of(events)
    check(status == 0, f"folders: exit {status} {err}")
    for place, host in (("a1/var/log/dpkg.log", "web-01.corp.example"), ("a1/etc/os-release", "web-01.corp.example"),
                        ("kape/C/ProgramData/sums.txt", "WS-0412"), ("kape/VSS1/C/ProgramData/sums.txt", "WS-0412"),
                        ("loose/dpkg.log", None)):
        check((place, host) in hosts, f"folders: {place} is {host}'s: {hosts}")
    check(err.count("a collection of web-01.corp.example (its own files say so; Debian GNU/Linux 12 (bookworm))") == 1,
          f"folders: said once: {err}")
    check(err.count("a collection of WS-0412 (its collector says so)") == 1, f"folders: by KAPE's log: {err}")
    check("1 of no format that a reader knows" in err and "C/Windows/x.bin" in err and "1 empty" in err,
          f"folders: what was not read is one line: {err}")
    check("begins with 01 02 03" not in err, "folders: and no line a file")


def a_container_inside_is_the_machines(base):
    """A file system within a machine's own folders does not name its machine, beside them it does."""
    ev = base / "inside/ev"
    put(ev / "h1", linux("outer"))
    put(ev / "h1/var/lib/docker/overlay2/x/diff", linux("inner"))
    put(ev / "h2/disks/b", linux("second"))
    put(ev, {"h2/etc/hostname": "first\n", "h2/var/log/dpkg.log": DPKG})
    _, events, err = timeline(ev)
    hosts = hosts_of(events)
    check(("h1/var/lib/docker/overlay2/x/diff/var/log/dpkg.log", "outer") in hosts, f"inside: {hosts}")
    check(("h2/disks/b/var/log/dpkg.log", "second") in hosts and ("h2/var/log/dpkg.log", "first") in hosts,
          f"inside: beside it: {hosts}")
    check("inner" not in {e["host"] for e in events}, "inside: no name from a container's files")


def archives(base):
    """Velociraptor's zip, UAC's tar.gz with the name at its end, CyLR's zip, archives in archives."""
    ev = base / "archives/ev"
    ev.mkdir(parents=True)
    put_zip(ev / "Collection-WS-7.corp.example-2023-03-28T10_15_00Z.zip", {
        "uploads/auto/C%3A/ProgramData/a%20b/sums.txt": SUMS,
        "uploads/ntfs/%5C%5C.%5CC%3A/ProgramData/sums.txt": SUMS,
        f"uploads/ntfs/{SHADOW}/ProgramData/sums.txt": SUMS,
        "uploads.json": '{"vfs_path":"C:\\\\x","_Components":["uploads"],"file_size":1,"uploaded_size":1,"Type":""}\n',
        **{f"results/Custom.A{i}%2FB.json": '{"Foo":"a","n":%d}\n' % i for i in range(30)},
        "client_info.json": json.dumps({"Hostname": "WS-7", "Fqdn": "WS-7.corp.example", "OS": "windows",
                                        "Platform": "Microsoft Windows 10 Pro", "LocalTZ": "CET"})})
    put_tar(ev / "uac-web-01-linux-20230328101500.tar.gz", {
        "[root]/var/log/dpkg.log": DPKG, "[root]/etc/localtime": "->/usr/share/zoneinfo/Europe/Berlin",
        "live_response/system/ps.txt": "x\n", "[root]/etc/hostname": "web-01.corp.example\n"})
    put_tar(ev / "uac-db-02-linux-20230328101500.tar.gz", {"[root]/var/log/dpkg.log": DPKG, "bodyfile/bodyfile.txt": "0|/|1\n"})
    put_zip(ev / "SRV01.zip", {"C/Users/x/sums.txt": SUMS, "C/$MFT": "nothing"})
    inner = base / "archives/inner.tar.gz"
    put_tar(inner, {"var/log/dpkg.log": DPKG})
    put_zip(ev / "outer.zip", {**linux("around"), "home/u/old.tar.gz": inner.read_bytes()})
    orc = base / "archives/orc.zip"
    put_zip(orc, {"0005000000000005_sums.txt_data": SUMS, "GetThis.csv": "ComputerName,FullName\nPC-9,\\x\n"})
    put_zip(ev / "DFIR-ORC_WorkStation_PC-9_General.7z", {"Other.zip": orc.read_bytes()})
    status, events, err = timeline(ev)
    check(status == 0, f"archives: exit {status} {err}")
    want = {("uploads/auto/C%3A/ProgramData/a%20b/sums.txt", "WS-7"),
            ("uploads/ntfs/%5C%5C.%5CC%3A/ProgramData/sums.txt", "WS-7"),
            (f"uploads/ntfs/{SHADOW}/ProgramData/sums.txt", "WS-7"), ("results/Custom.A3%2FB.json", "WS-7"),
            ("[root]/var/log/dpkg.log", "web-01.corp.example"), ("[root]/var/log/dpkg.log", "db-02"),
            ("C/Users/x/sums.txt", "SRV01"), ("var/log/dpkg.log", "around"),
            ("home/u/old.tar.gz/var/log/dpkg.log", "around"),
            ("Other.zip/0005000000000005_sums.txt_data", "PC-9")}
    check(want <= hosts_of(events), f"archives: {want - hosts_of(events)}")
    zone = [e for e in events if e["kind"] == "machine" and "time_zone" in e["fields"]]
    check([e["fields"]["time_zone"] for e in zone] == ["Europe/Berlin"], f"archives: the link's target: {zone}")
    check("time zone Europe/Berlin" in err and "time zone CET" in err, f"archives: {err}")
    check("assumed: it is called so" in err, "archives: a name that is a guess is told to be one")
    return ev


def nothing_depends_on_threads(ev):
    before = fingerprint(ev)
    runs = [upriver("timeline", "--json", "--unsorted", "--threads", n, ev) for n in (1, 2, 3, 5, 8)]
    check(all(r == runs[0] for r in runs), "threads: the same lines and the same notes in the same order")
    check(fingerprint(ev) == before, "threads: the evidence is as it was")


def links(base):
    """A link below a machine's root would lead to files of the machine that reads."""
    ev = base / "links/ev"
    put(ev / "h", linux("linked"))
    put(base / "links", {"elsewhere/dpkg.log": DPKG.replace("curl", "stranger")})
    (ev / "h/usr/bin").mkdir(parents=True)
    (ev / "h/bin").symlink_to("usr/bin")
    (ev / "h/var/log/other.log").symlink_to((base / "links/elsewhere/dpkg.log").resolve())
    (ev / "h/var/cache").symlink_to((base / "links/elsewhere").resolve())
    put(ev, {"x/a.log": DPKG})
    (ev / "x/b.log").symlink_to((base / "links/elsewhere/dpkg.log").resolve())
    status, events, err = timeline(ev)
    names = [(e["fields"]["name"], e["host"]) for e in events if e["kind"] == "package"]
    check(status == 0 and set(names) == {("curl", None), ("curl", "linked"), ("stranger", None)} and len(names) == 3,
          f"links: {status} {names} {err}")
    check("3 links among these files of a machine were not followed" in err, f"links: told: {err}")


def encrypted(base):
    """One line says what is encrypted and what to do; what is not is read."""
    ev = base / "encrypted/ev"
    ev.mkdir(parents=True)
    for name, members in (("kape.zip", {f"C/Windows/{i}.txt": SUMS for i in range(50)}),
                          ("Collection-A-2023-03-28T10_15_00Z.zip", {"data.zip": SUMS})):
        put_zip(ev / name, {**members, "metadata.json": '{"a":"b"}\n'})
        raw = bytearray((ev / name).read_bytes())
        for sign, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            at = raw.find(sign)
            while at >= 0:
                length = struct.unpack_from("<H", raw, at + (26 if flags == 6 else 28))[0]
                name_at = at + (30 if flags == 6 else 46)
                if not raw[name_at:name_at + length].startswith(b"metadata"):
                    raw[at + flags] |= 1
                at = raw.find(sign, at + 4)
        (ev / name).write_bytes(raw)
    put(ev, {"x.p7b": bytes.fromhex("3082010006092a864886f70d010703a0820100") + bytes(256)})
    status, events, err = timeline(ev)
    lines = [line for line in err.splitlines() if "ncrypted" in line]
    check(status == 3 and len(lines) == 3, f"encrypted: exit {status}, a line each: {err}")
    check(any("50 encrypted files were not read (first: C/Windows/0.txt): unpack" in line for line in lines), f"encrypted: {lines}")
    check(any("velociraptor unzip" in line for line in lines) and any("CMS" in line for line in lines), f"encrypted: {lines}")
    check(len(events) == 2, f"encrypted: what is not is read: {events}")


def logs_name_their_machine(base):
    """Before the name of a folder counts what the machine's logs call it; after what the collector does."""
    ev = base / "logs/ev"
    line = "2023-03-28T10:00:0%d.000000+00:00 %s app[1]: hello\n"
    put(ev, {"incident42/etc/passwd": "root:x:0:0::/root:/bin/sh\n", "incident42/var/log/dpkg.log": DPKG,
             "incident42/var/log/syslog": line % (1, "old-name") * 30000 + line % (2, "web-09")})
    put_tar(ev / "uac-server-linux-20230328101500.tar.gz", {
        "[root]/var/log/dpkg.log": DPKG, "[root]/var/log/syslog": line % (1, "somebody-else")})
    status, events, err = timeline(ev)
    hosts = {(e["kind"], e["host"]) for e in events}
    check(status == 0 and hosts == {("package", "web-09"), ("syslog", "old-name"), ("syslog", "web-09"),
                                    ("package", "server"), ("syslog", "somebody-else")}, f"logs: {status} {hosts}")
    check("a collection of web-09 (its logs say so)" in err, f"logs: {err}")


def unxz(data, name):
    return lzma.decompress((data / (name + ".xz")).read_bytes())


def hives(base):
    """A dirty hive, its log and what names no host, in a folder and in two archives."""
    data = pathlib.Path(os.environ.get("UPRIVER_SHARED", ROOT / "../shared")) / "data/host/hives"
    if not data.is_dir():
        print("skipped: hives, no", data)
        return
    files = {"k/C/Windows/System32/config/system": unxz(data, "SYSTEM_B"), "k/C/ProgramData/sums.txt": SUMS,
             "k/C/Windows/System32/config/SYSTEM.LOG2": unxz(data, "SYSTEM_B.LOG2")}
    ev = base / "hives"
    put(ev / "folder", files)
    put_zip(ev / "a.zip", files)
    put_tar(ev / "a.tar.gz", files)
    for name in ("folder", "a.zip", "a.tar.gz"):
        status, events, err = timeline(ev / name)
        count = collections.Counter((e["kind"], e["host"]) for e in events)
        if ".LOG2)" in err or "config/system)" in err:
            print("skipped: hives, no reader for them")
            return
        check(status == 0 and count["inventory", "DESKTOP-PM6C56D"] == 1 and count["service", "DESKTOP-PM6C56D"] == 656,
              f"hives: {name}: {status} {count} {err}")
        check("a collection of DESKTOP-PM6C56D (its registry says so; time zone" in err, f"hives: {name}: {err}")


def hostile(base):
    """Names that lie, are no text or too many; a worker is asked, and nothing else comes of it."""
    ev = base / "hostile/ev"
    put(ev / "a", linux("x"))
    put(ev / "a", {"etc/hostname": b"\xff\xfe\x00bad\n", "etc/os-release": b"\0" * 5000})
    put(ev / "b", {"etc/hostname": "y" * 5000, "etc/passwd": "x", "var/log/dpkg.log": DPKG})
    put(ev / "host-c", {"client_info.json": '{"Hostname":"a\\u0000\\nb","Fqdn":"\\ud800"}', "uploads/auto/C%3A/sums.txt": SUMS})
    put(ev / "host-d", {"client_info.json": "{" * 5000, "uploads/auto/C%3A/Users/sums.txt": SUMS})
    put_zip(ev / "many.zip", {f"{i}/etc/hostname": f"h{i}\n" for i in range(3000)})
    status, events, err = timeline(ev)
    check(status in (0, 3), f"hostile: exit {status} {err[:300]}")
    got = {e["pointer"]["file"].rsplit("/ev/", 1)[1]: e["host"] for e in events if e["kind"] in ("package", "inventory")}
    check(got["b/var/log/dpkg.log"] == "b" and got["host-c/uploads/auto/C%3A/sums.txt"] == "host-c" and
          got["host-d/uploads/auto/C%3A/Users/sums.txt"] == "host-d", f"hostile: {got}")
    many = [e["host"] for e in events if e["pointer"]["file"].endswith("many.zip")]
    check(many == [f"h{i}" for i in range(3000)], f"hostile: three thousand machines: {len(many)} {many[:5]}")


def one_machine_twice(base):
    """Two collections of one name: one host. Two numbers are told."""
    ev = base / "twice/ev"
    put(ev / "first", linux("ws-1"))
    put(ev / "second", linux("WS-1.corp.example"))
    put(ev / "third", linux("db"))
    put(ev / "fourth", linux("DB", number="f" * 32))
    status, out, err = upriver("investigate", ev, "-o", base / "twice/c.db", "--json")
    check(status == 0, f"twice: exit {status} {err}")
    check(err.count("are both of db, but of two machine numbers") + err.count("are both of DB, but of two machine numbers")
          == 1, f"twice: {err}")
    shown = subprocess.run(["sqlite3", base / "twice/c.db", "select name, host from host_alias"], capture_output=True, text=True)
    check("ws-1|WS-1.corp.example" in shown.stdout, f"twice: {shown.stdout} {shown.stderr}")


def large(base):
    """Many files cost no time for being many, and no memory but their names. First of all: a process begins with
    the peak of the one that starts it."""
    ev = base / "large/ev"
    ev.mkdir(parents=True)
    put_zip(ev / "big.zip", {**{f"C/Users/u/{i}.bin": b"\1%d" % i for i in range(60000)}, "C/Users/sums.txt": SUMS})
    start = time.monotonic()
    run = subprocess.Popen([UPRIVER, "timeline", "--json", "--unsorted", "--threads", "2", str(ev)],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = run.stdout.read(), run.stderr.read()
    _, status, usage = os.wait4(run.pid, 0)
    check(os.waitstatus_to_exitcode(status) == 0 and out.count(b"\n") == 1, f"large: {err[:300]}")
    check(b"60000 of no format" in err and err.count(b"\n") == 2, f"large: {err[:500]}")
    check(time.monotonic() - start < 60, f"large: {time.monotonic() - start:.1f} s")
    check(usage.ru_maxrss < (600 if "asan" in UPRIVER else 150) * 1024, f"large: {usage.ru_maxrss} KiB")


def main():
    with tempfile.TemporaryDirectory() as place:
        base = pathlib.Path(place).resolve()
        only = sys.argv[1:]
        for test in (large, folders, a_container_inside_is_the_machines, links, encrypted, hostile, hives,
                     logs_name_their_machine, one_machine_twice):
            if not only or test.__name__ in only:
                test(base)
        if not only or "archives" in only:
            nothing_depends_on_threads(archives(base))
    counted = collections.Counter(failures)
    print(f"{passed} passed, {sum(counted.values())} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
