#!/usr/bin/python3
"""Drives the traffic of one variant.  usage: main.py VARIANT [SCENARIO..] | VARIANT trickle COUNT GAP"""
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import scenarios  # noqa: F401  (registers every scenario)
from hosts import HUB, RESTRICTED, client, name
from scenario import REGISTERED, START, Scenario, log
from truth import Truth

SETTLE_SECONDS = 45  # short life times expire and anvil reports meanwhile
HERE = os.path.dirname(os.path.abspath(__file__))


def run(function, truth):
    begin = time.time()
    try:
        function(Scenario(function.__name__, truth))
        log(f"done {function.__name__} {time.time() - begin:.1f}s")
        return True
    except Exception as error:  # one broken scenario must not hide the others
        log(f"FAIL {function.__name__} {error!r:.300}")
        return False


def trickle(truth, count, gap):
    """A steady small stream for tests that follow a log; a tenth is rejected."""
    s = Scenario("trickle", truth)
    for i in range(count):
        if i % 10 == 9:
            s.one(RESTRICTED, "x@nosuchdomain.test", "bob@lab.test", src=client(12), helo=name(12))
        else:
            to = ("alice@lab.test", "bob@lab.test", "x@ok.test", "x@grey.test")[i % 4]
            s.one(HUB, f"trickle{i}@isp.test", to)
        time.sleep(gap)


def settle():
    """Gives the deferred queue of postfix-bulk older arrival times and sends some of it again."""
    time.sleep(max(0, SETTLE_SECONDS - (time.time() - START)))
    s = Scenario("settle", None)
    s.run([sys.executable, os.path.join(HERE, "../world/agequeue.py"), "/var/spool/postfix-bulk"])
    deferred = [m["queue_id"] for m in s.queue("postfix-bulk") if m["queue_name"] == "deferred"]
    for queue_id in deferred[::60]:
        s.run(["postqueue", "-c", "/etc/postfix-bulk", "-i", queue_id])
    time.sleep(3)


def main():
    variant, *only = sys.argv[1:]
    truth = Truth(os.path.join(os.environ["LAB_RUN"], variant, "truth", "truth-clients.jsonl"))
    if only[:1] == ["trickle"]:
        trickle(truth, int(only[1]), float(only[2]))
        return True
    chosen = [f for f in REGISTERED if not only or f.__name__ in only]
    unknown = set(only) - {f.__name__ for f in REGISTERED}
    if unknown:
        sys.exit(f"no such scenario: {', '.join(sorted(unknown))}")
    with ThreadPoolExecutor(max_workers=len(chosen)) as pool:
        good = all(list(pool.map(lambda f: run(f, truth), chosen)))
    if not only:
        settle()
    log(f"traffic finished in {time.time() - START:.1f}s")
    return good


sys.exit(0 if main() else 1)
