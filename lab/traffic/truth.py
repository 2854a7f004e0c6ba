"""Writes down what the clients of the lab sent and what they were told: truth-clients.jsonl (schema in README.md)."""
import json
import threading
import time


class Truth:
    def __init__(self, path):
        self.file = open(path, "a", buffering=1, encoding="utf-8", errors="surrogateescape")
        self.lock = threading.Lock()
        self.sessions = 0

    def write(self, kind, **fields):
        with self.lock:
            self.file.write(json.dumps({"kind": kind, **fields}) + "\n")

    def next_session(self):
        with self.lock:
            self.sessions += 1
            return self.sessions


class Ids:
    """Names of the messages of one scenario."""

    def __init__(self, scenario):
        self.scenario, self.count, self.lock = scenario, 0, threading.Lock()

    def next(self, sender):
        """A new ID and the Message-ID that carries it."""
        with self.lock:
            self.count += 1
            ident = f"lab.{self.scenario}.{self.count}"
            return ident, f"<{ident}@traffic.test>"


def queue_id_of(reply):
    """The queue ID in `250 2.0.0 Ok: queued as ID`, also behind a filter's own words."""
    if not reply or not reply.startswith("250"):
        return None
    return reply.rpartition("queued as ")[2].split()[0] if "queued as " in reply else None


def now():
    return round(time.time(), 3)
