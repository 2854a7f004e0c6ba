"""Gives waiting messages ages between a minute and five days: rewrites the arrival time in each queue file
(the T record, same length) and keeps the file's own times, which are those of the next attempt."""
import os
import sys

AGES = [60, 400, 900, 2000, 4000, 9000, 20000, 40000, 90000, 200000, 430000]


def age(path, seconds):
    found = os.stat(path)
    with open(path, "r+b") as file:
        head = file.read(400)
        place = 2 + head[1]
        if head[:1] != b"C" or head[place : place + 1] != b"T":
            return
        length = head[place + 1]
        time = head[place + 2 : place + 2 + length].split()[0]
        file.seek(place + 2)
        file.write(str(int(time) - seconds).encode().rjust(len(time)))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def main(spool):
    number = 0
    for queue in ("deferred", "hold"):
        paths = [os.path.join(where, name) for where, _, names in os.walk(os.path.join(spool, queue)) for name in names]
        for path in sorted(paths):
            age(path, AGES[number % len(AGES)] + number)
            number += 1


main(sys.argv[1])
