"""postscreen: pregreet, block lists, deep protocol tests, limits."""
import threading
import time

from hosts import POSTSCREEN_HUB, POSTSCREEN_MX, POSTSCREEN_MX6, client, client6, name
from scenario import scenario


@scenario
def postscreen_simple(s):
    def visit(i, early=None):
        c = s.open(POSTSCREEN_HUB, src=client(i), greet=False)
        try:
            if early:
                c.raw(early)
            if c.read().endswith("EOF"):
                return
            c.command("EHLO " + name(i))
            c.mail("ps@isp.test", "bob@lab.test")
            c.quit()
        except OSError:
            pass
        finally:
            c.drop()

    for _ in range(3):  # PASS NEW, then PASS OLD
        visit(80)
    visit(81, early="EHLO early\r\n")
    for i in (50, 60, 53, 61):
        visit(i)
    c = s.open(POSTSCREEN_HUB, src=client(82), greet=False)  # HANGUP
    time.sleep(0.3)
    c.drop()
    c = s.open(POSTSCREEN_HUB, src=client(83), greet=False)  # a TLS hello instead of SMTP
    c.raw(b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03")
    time.sleep(0.2)
    s.several(1, c.read)
    c.drop()
    visit(66)


@scenario
def postscreen_deep(s):
    def visit(i, *commands, raw=None):
        c = s.open(POSTSCREEN_MX, src=client(i), greet=False, timeout=12)
        try:
            c.read()
            c.command(*commands)
            if raw:
                c.raw(raw)
                time.sleep(0.5)
                c.read()
            c.quit()
        except OSError:
            pass
        finally:
            c.drop()

    full = ("EHLO " + name(84), "MAIL FROM:<deep@isp.test>", "RCPT TO:<bob@lab.test>")
    for _ in range(2):
        visit(84, *full)
    jobs = [
        ((85, "EHLO " + name(85)), "MAIL FROM:<a@isp.test>\r\nRCPT TO:<bob@lab.test>\r\n"),  # pipelining
        ((86,), "GET / HTTP/1.0\r\n\r\n"),
        ((87, "EHLO " + name(87)), "MAIL FROM:<a@isp.test>\n"),  # bare newline
        ((88, "EHLO " + name(88), *["NOOP"] * 8), None),  # too many commands
        ((51, "EHLO " + name(51), "MAIL FROM:<a@isp.test>", "RCPT TO:<bob@lab.test>"), None),
    ]
    threads = [threading.Thread(target=visit, args=args, kwargs={"raw": raw}) for args, raw in jobs]
    for t in threads:
        t.start()
        time.sleep(0.1)
    visit(53)
    visit(61, *full)
    c = s.open(POSTSCREEN_MX, src=client(89), greet=False)  # too slow a command
    c.read()
    c.command("EHLO " + name(89))
    time.sleep(5)
    c.drop()
    at_once = []

    def connect():
        at_once.append(s.open(POSTSCREEN_MX, src=client(92), greet=False))
        time.sleep(0.05)

    s.several(6, connect)
    time.sleep(0.5)
    for c in at_once:
        c.drop()
    c = s.open(POSTSCREEN_MX, src=client(93), greet=False)
    c.read()
    c.command("EHLO " + name(93))
    c.starttls()
    c.command("EHLO " + name(93), *full[1:])
    c.quit()
    for t in threads:
        t.join()
    c = s.open(POSTSCREEN_MX6, src=client6(2), greet=False)
    c.read()
    c.command("EHLO v6client2.isp.test")
    c.mail("v6@isp.test", "bob@lab.test")
    c.quit()
    c = s.open(POSTSCREEN_MX6, src=client6(3), greet=False)
    c.raw("EHLO now\r\n")
    c.read()
    c.drop()
