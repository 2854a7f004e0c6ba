"""What smtpd refuses or marks: clients, HELO, senders, recipients, policy, address verification."""
import time

from client import b64
from hosts import HUB, NOT_DELAYED, RESTRICTED, VERIFY, client, name
from scenario import scenario


@scenario
def restrictions(s):
    def attempt(i, helo, sender, to, **kw):
        s.one(RESTRICTED, sender, to, src=client(i), helo=helo, **kw)

    attempt(1, name(1), "ok@isp.test", "bob@lab.test")
    attempt(1, name(1), "relay@isp.test", "victim@ok.test")  # relay access denied
    attempt(1, name(1), "ok@isp.test", "nosuch@lab.test")  # unknown in the relay recipients
    for i in (50, 51, 52):  # block list; 52 only warns
        attempt(i, name(i), "spam@isp.test", "bob@lab.test")
    for i in (40, 41, 42, 43, 66, 67, 68):
        attempt(i, name(1), "ok@isp.test", "bob@lab.test")
    for helo in ("localhost", "bad_helo!", "[1.2.3", "unknownhost.nowhere.test", "mx.lab.test", "[192.0.2.26]", "[198.51.100.1]"):
        attempt(11, helo, "ok@isp.test", "bob@lab.test")
    for domain in ("nosuchdomain", "servfail", "nullmx", "dbl-listed"):
        attempt(12, name(12), f"x@{domain}.test", "bob@lab.test")
    for sender in ("a@foo.spammy.test", "notfqdn", "ghost@lab.test"):
        attempt(12, name(12), sender, "bob@lab.test")
    for user in "spammer holdme discardme filterme redirectme bccme prependme warnme infome defersender".split():
        attempt(12, name(12), f"{user}@isp.test", "bob@lab.test")
    for to in ("spamtrap@lab.test", "postmaster@lab.test", "notfqdn", "x@nosuchdomain.test", "user%other@lab.test", "@a.test:b@lab.test"):
        attempt(13, name(13), "ok@isp.test", to)
    for user in "poldeny pol554 poldefer pol450 polhold poldiscard polprepend polwarn polinfo polredirect polbcc polquota".split():
        attempt(14, name(14), f"{user}@isp.test", "bob@lab.test")
    attempt(15, name(15), "greytest@isp.test", "bob@lab.test")
    time.sleep(3)
    attempt(15, name(15), "greytest@isp.test", "bob@lab.test")
    attempt(16, name(16), "ok@isp.test", "bob@lab.test", options=" SIZE=5000000")
    attempt(16, name(16), "ok@isp.test", "bob@lab.test", body=("z" * 998 + "\r\n") * 250)


@scenario
def odd_commands(s):
    c = s.open(RESTRICTED, src=client(17))
    c.command("EHLO " + name(17), "VRFY bob", "ETRN lab.test", "EXPN list", "HELP", "FOO bar", "MAIL FROM:<broken",
              "MAIL FROM:<a@isp.test> BODY=9BITMIME", "RCPT TO:<bob@lab.test>", "NOOP", "RSET")
    c.quit()
    c = s.open(RESTRICTED, src=client(17))
    c.command("EHLO " + name(17), "MAIL FROM:<>", "RCPT TO:<bob@lab.test>", "RCPT TO:<alice@lab.test>", "DATA")  # a bounce to many
    c.quit()
    c = s.open(RESTRICTED, src=client(18), greet=False)  # improper pipelining
    c.raw(f"EHLO {name(18)}\r\nMAIL FROM:<a@isp.test>\r\nRCPT TO:<bob@lab.test>\r\nDATA\r\n")
    time.sleep(0.5)
    s.several(4, c.read)
    c.drop()
    c = s.open(RESTRICTED, src=client(19))
    c.raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    c.read()
    c.drop()
    c = s.open(RESTRICTED, src=client(20))  # password guessing
    c.command("EHLO " + name(20))
    for user in ("admin", "test", "info"):
        c.command("AUTH LOGIN", b64(user), b64("123456"))
    c.drop()
    c = s.open(RESTRICTED, src=client(66))
    c.command("EHLO x")
    c.auth("PLAIN", "root", "toor")
    c.drop()


@scenario
def not_delayed(s):
    def attempt(i, helo, sender):
        c = s.open(NOT_DELAYED, src=client(i))
        c.command("EHLO " + helo, "HELO " + helo, f"MAIL FROM:<{sender}>")
        c.quit()

    for i, helo, sender in ((40, name(1), "a@isp.test"), (50, name(1), "a@isp.test"), (21, "bad", "a@isp.test"),
                            (21, "b_d!", "a@isp.test"), (21, name(21), "a@nosuchdomain.test")):
        s.several(1, lambda: attempt(i, helo, sender))


@scenario
def hub_unknown_users(s):
    for to in ("nosuch@lab.test", "nosuch@vbox.test", "nosuch@valias.test", "x@ok.test"):
        s.one(HUB, "ok@isp.test", to, src=client(22), helo=name(22))
    s.one("::1", "ok@isp.test", "bob@lab.test")


@scenario
def verify_addresses(s):
    for to in ("bob@lab.test", "nobody2@lab.test", "x@verify.test"):
        for _ in range(2):
            s.one(VERIFY, "ok@isp.test", to, src=client(24), helo=name(24))
    for sender in ("a@unknown.test", "a@refused.test", "a@ok.test", "a@grey.test"):
        s.one(VERIFY, sender, "bob@lab.test", src=client(24), helo=name(24))
