"""Timeouts, error limits, lost connections, client rates."""
import time

from hosts import LIMITS, RATES, RESTRICTED, client, name
from scenario import scenario

TO_DATA = ("MAIL FROM:<a@isp.test>", "RCPT TO:<bob@lab.test>", "DATA")


@scenario
def timeouts(s):
    c = s.open(LIMITS, src=client(25))
    c.command("EHLO " + name(25))
    time.sleep(4)
    c.read()
    c.drop()
    c = s.open(LIMITS, src=client(25))
    c.command("EHLO " + name(25), *TO_DATA)
    c.raw("Subject: x\r\n\r\npart")
    time.sleep(4)
    c.drop()


@scenario
def too_many(s):
    """Errors, junk commands, recipients: the server ends the connection."""
    c = s.open(LIMITS, src=client(26))
    s.several(8, lambda: c.command("BOGUS"))
    c.drop()
    c = s.open(LIMITS, src=client(26))
    s.several(1, lambda: c.command("EHLO " + name(26), "MAIL FROM:<a@isp.test>", *(f"RCPT TO:<nouser{i}@lab.test>" for i in range(8))))
    c.drop()
    c = s.open(LIMITS, src=client(27))
    c.command("EHLO " + name(27), "MAIL FROM:<a@isp.test>", *(f"RCPT TO:<bob+{i}@lab.test>" for i in range(3)))
    c.quit()
    c = s.open(LIMITS, src=client(27))
    s.several(1, lambda: c.command(*["NOOP"] * 9))
    c.drop()


@scenario
def lost_connections(s):
    for stage in range(5):
        c = s.open(LIMITS, src=client(28))
        c.command(*("EHLO " + name(28), *TO_DATA)[:stage])
        if stage == 4:
            c.raw("Subject: cut\r\n\r\nhalf a mess")
        c.drop()
    c = s.open(LIMITS, src=client(28))
    c.command("EHLO " + name(28), "RSET")
    c.drop()
    c = s.open(LIMITS, src=client(29))
    c.command("EHLO " + name(29), *TO_DATA)
    c.content("Subject: x\r\n", "\nbare\nlf\r\n")
    c.quit()


@scenario
def rates(s):
    s.several(12, lambda: s.open(RATES, src=client(30)).quit())
    s.several(6, lambda: s.one(RATES, "rate@isp.test", "bob@lab.test", src=client(31), helo=name(31)))

    def many_recipients():
        c = s.open(RATES, src=client(32))
        c.command("EHLO " + name(32), "MAIL FROM:<r@isp.test>", *(f"RCPT TO:<bob+{i}@lab.test>" for i in range(9)))
        c.quit()

    s.several(1, many_recipients)
    at_once = []
    s.several(6, lambda: at_once.append(s.open(RATES, src=client(33))))
    for c in at_once:
        c.drop()

    def tls():
        c = s.open(RATES, src=client(34))
        c.command("EHLO " + name(34))
        c.starttls()
        c.quit()

    s.several(5, tls)

    def auth():
        c = s.open(RATES, src=client(35))
        c.command("EHLO " + name(35))
        c.auth("PLAIN", "alice", "guess")
        c.quit()

    s.several(5, auth)


@scenario
def verbose_session(s):
    """debug_peer_list names this client."""
    s.one(RESTRICTED, "v@isp.test", "bob@lab.test", src=client(90), helo=name(90))
