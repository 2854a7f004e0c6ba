"""The clock that the example server reads: a file with the seconds to add to the real time."""
import os
import time

OFFSET_FILE = "/run/clock/offset"
SPOOL = "/var/spool/postfix"


class Clock:
    def __init__(self):
        with open(OFFSET_FILE, encoding="ascii") as f:
            self.offset = int(f.read())

    def now(self):
        return time.time() + self.offset

    def jump_to(self, moment):
        """Moves the clock forward to an epoch time; never back.

        A deferred message's next attempt is the modification time of its queue file.  The server sees file times through
        the offset, so the files move by as much, or a jump would put off what it should make due."""
        step = int(moment - self.now())
        if step <= 0:
            return
        for path in files(f"{SPOOL}/deferred"):
            try:
                times = os.stat(path)
                os.utime(path, (times.st_atime - step, times.st_mtime - step))
            except FileNotFoundError:
                pass
        self.offset += step
        with open(OFFSET_FILE + ".new", "w", encoding="ascii") as f:
            f.write(f"{self.offset}\n")
        os.rename(OFFSET_FILE + ".new", OFFSET_FILE)


def files(directory):
    return [os.path.join(d, name) for d, _, names in os.walk(directory) for name in names]


def wait_until_idle(limit=6.0):
    """Waits until no message is incoming or active, LIMIT real seconds at most."""
    end = time.time() + limit
    quiet = 0
    while time.time() < end and quiet < 3:
        busy = any(files(f"{SPOOL}/{q}") for q in ("maildrop", "incoming", "active"))
        quiet = 0 if busy else quiet + 1
        time.sleep(0.03)
