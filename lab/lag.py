#!/usr/bin/env python3
"""How long after a line was written `postlensd run` answers queries about it, and its memory.

usage: lag.py POSTLENSD SECONDS LINES_PER_SECOND
"""
import shutil
import subprocess
import sys
import tempfile
import threading
import time

TICKS = 20  # How often a second lines are written.


def line(number):
    """A delivery; a million of them have different queue IDs."""
    second = number // 10_000
    return (
        f"2026-11-24T10:{second // 60 % 60:02}:{second % 60:02}.{number % 10_000 * 100:06}+00:00 mx "
        f"postfix/smtp[{number % 900 + 100}]: 4{number:09X}: to=<user{number % 5000}@example.net>, "
        f"relay=mx{number % 40}.example.net[192.0.2.{number % 250}]:25, delay=1.2, "
        f"delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {number:010X})\n"
    )


class Writer(threading.Thread):
    """Writes lines at an even pace."""

    def __init__(self, path, seconds, rate):
        super().__init__()
        self.path, self.seconds, self.rate, self.written = path, seconds, rate, 0

    def run(self):
        start = time.monotonic()
        with open(self.path, "a", encoding="ascii") as log:
            for tick in range(1, self.seconds * TICKS + 1):
                numbers = range(self.written, self.written + self.rate // TICKS)
                log.write("".join(map(line, numbers)))
                log.flush()
                self.written = numbers.stop
                time.sleep(max(0, start + tick / TICKS - time.monotonic()))


def main(postlensd, seconds, rate):
    directory = tempfile.mkdtemp(prefix="postlens-lag-")
    log, store, config = (f"{directory}/{name}" for name in ("mail.log", "store", "postlensd.toml"))
    open(log, "w", encoding="ascii").close()
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"store = '{store}'\nfree_mib = 0\n[[log]]\npath = '{log}'\n")
    daemon = subprocess.Popen([postlensd, "run", "--config", config])
    time.sleep(3)
    query = [postlensd, "sql", "--store", store, "--format", "csv", "SELECT count(*) FROM events"]
    lags, writer = [], Writer(log, seconds, rate)
    writer.start()
    while writer.is_alive():
        wanted, start = writer.written, time.monotonic()
        while int(subprocess.run(query, capture_output=True, check=True).stdout.split()[-1]) < wanted:
            pass
        lags.append(time.monotonic() - start)
        time.sleep(0.5)
    with open(f"/proc/{daemon.pid}/status", encoding="ascii") as status:
        peak = next(int(row.split()[1]) for row in status if row.startswith("VmHWM"))
    daemon.terminate()
    daemon.wait()
    shutil.rmtree(directory)
    lags.sort()
    print(f"{writer.written} lines in {seconds} s: queryable after {lags[len(lags) // 2]:.2f} s "
          f"(median of {len(lags)}), {lags[-1]:.2f} s at most, with the time of the query itself; "
          f"peak memory {peak // 1024} MiB")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
