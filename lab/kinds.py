#!/usr/bin/python3
"""Counts the kinds of line of kinds.tsv in collected logs; status 1 when one is missing.  usage: kinds.py OUTPUT-DIRECTORY"""
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def lines(*paths):
    return [line.rstrip("\n") for path in paths for line in open(path, encoding="utf-8", errors="replace")]


def variants(out):
    found = {}
    if os.path.isdir(f"{out}/postlogd"):
        found["postlogd"] = lines(*sorted(glob.glob(f"{out}/postlogd/postfix*.log")), f"{out}/postlogd/dovecot.log")
    if os.path.isdir(f"{out}/syslog"):
        found["syslog"] = lines(f"{out}/syslog/mail-traditional.log")
    return found


def main():
    logs = variants(sys.argv[1] if len(sys.argv) > 1 else f"{HERE}/logs")
    missing = []
    print(f"{'kind':62}", *(f"{name:>9}" for name in logs))
    for line in lines(f"{HERE}/kinds.tsv"):
        if line.startswith("#"):
            continue
        kind, _, pattern = line.partition("\t")
        counts = [sum(1 for text in log if re.search(pattern, text)) for log in logs.values()]
        print(f"{kind:62}", *(f"{n:9}" for n in counts))
        if not all(counts):
            missing.append(kind)
    print(f"{'all lines':62}", *(f"{len(log):9}" for log in logs.values()))
    print("missing:", "; ".join(missing) or "none")
    return 1 if missing or not logs else 0


sys.exit(main())
