"""A filled queue, a full disk, and what an administrator does to a queue."""
import os
import time

from hosts import BULK, FULL
from scenario import log, scenario


@scenario
def bulk_queue(s):
    c = s.open(BULK)
    c.command("EHLO bulk.lab.test")
    for i in range(30):
        for domain in ("refused", "dead1", "dead2", "grey", "grey2"):
            c.mail(f"news{i % 4}@lab.test", f"u{i}@{domain}.test")
        c.mail("shop@isp.test", *(f"c{j}@dept{(i + j) % 12}.bulkcorp.test" for j in range(6)))
    for i in range(12):
        c.mail("", f"bounce{i}@refused.test")
        c.mail("alerts@lab.test", f"w{i}@servfail.test", f"w{i}@tarpit.test", f"w{i}@unroutable.test")
    for i in range(40):
        c.mail("campaign@shop.test", *(f"{i}x{j}@grey3.test" for j in range(3)))
    c.quit()
    for i in range(8):  # smtpd refuses destinations of the retry transport at RCPT: these come by sendmail(1)
        s.sendmail("-f", f"news{i % 4}@lab.test", f"p{i}@parked.test", config="postfix-bulk")
    s.one(BULK, "alice@lab.test", "bob@lab.test")


@scenario
def operator(s):
    """postsuper, postqueue and postfix commands, after the first wave."""
    time.sleep(14)

    def postsuper(flag, ids, stdin=None, ok=(0,), instance="postfix-bulk"):
        for queue_id in [None] if stdin else ids:
            s.admin(["postsuper", "-c", f"/etc/{instance}", flag, queue_id or "-"], instance, ids if stdin else [queue_id], stdin, ok)

    def postqueue(flag, value, ok=(0, 1, 69)):
        s.run(["postqueue", "-c", "/etc/postfix-bulk", flag, value], ok=ok)

    q = [m["queue_id"] for m in s.queue("postfix-bulk") if m["queue_name"] == "deferred"]
    log("bulk deferred", len(q))
    if len(q) > 40:
        postsuper("-h", q[:12])
        postsuper("-H", q[:4])
        postsuper("-d", q[12:16])
        postsuper("-r", q[16:19])
        postsuper("-h", q[20:26], stdin="\n".join(q[20:26]) + "\n")
        postsuper("-f", q[27:28])
        postsuper("-e", q[28:29])
        for queue_id in (*q[27:29], q[30]):
            postqueue("-i", queue_id)
        postqueue("-s", "ok.test")
        postsuper("-d", ["NOTANID123"], ok=(0, 1))
    s.run(["postqueue", "-f"])
    time.sleep(2)
    held = [m["queue_id"] for m in s.queue("postfix-mx") if m["queue_name"] == "hold"]
    log("mx held", len(held))
    postsuper("-H", held[:2], instance="postfix-mx")
    for instance, command, ok in (("postfix-mx", "reload", (0,)), ("postfix", "reload", (0,)), ("postfix-mx", "start", (0, 1)), ("postfix", "status", (0,)),
                                  ("postfix-out", "check", (0,)), ("postfix-out", "flush", (0,)), ("postfix-bulk", "stop", (0,)), ("postfix-bulk", "start", (0,))):
        s.run(["postfix", "-c", f"/etc/{instance}", command], ok=ok)


@scenario
def disk_full(s):
    filler = "/var/spool/postfix-full/filler"
    for _ in range(3):
        s.one(FULL, "a@isp.test", "x@refused.test", body=("z" * 998 + "\r\n") * 200)
    s.run(f"dd if=/dev/zero of={filler} bs=1k count=2000", ok=(0, 1))
    for _ in range(2):
        s.one(FULL, "a@isp.test", "x@refused.test")
    s.sendmail("x@refused.test", config="postfix-full", ok=tuple(range(256)))
    os.unlink(filler)
    time.sleep(1)
    s.one(FULL, "a@isp.test", "x@refused.test")
