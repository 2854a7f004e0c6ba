"""Deliveries on the hub: local, virtual, LMTP, pipe, remote, lists, forwarding."""
import threading

from hosts import HUB, HUB6, OUT6, client, client6, name
from scenario import scenario

BIG = ("z" * 998 + "\r\n") * 200
TOO_BIG = ("z" * 998 + "\r\n") * 400
RECEIVED = "".join(f"Received: from h{i}.test by h{i + 1}.test; Tue, 24 Nov 2026 00:00:00 +0000\n" for i in range(60))


@scenario
def local_deliveries(s):
    s.one(HUB, "sender@isp.test", "alice@lab.test", src=client(1))
    s.one(HUB, "sender@isp.test", "alice@lab.test", "bob@lab.test", "carol@vbox.test", "dan@vbox.test", src=client(2), helo=name(2))
    s.one(HUB, "", "alice@lab.test", src=client(3), helo=name(3))
    s.one(HUB, "sender@isp.test", "alice+tag@lab.test", "team@lab.test", "fwd@lab.test", "info@valias.test", "sales@valias.test", "chain@valias.test")
    for user in "progok progtemp proghard progmiss tofile nulled badinc loop1 dave carl erin".split():
        s.one(HUB, "bob@lab.test", f"{user}@lab.test")
    for user in "ok tempfail nouser unavail killed slow crash".split():
        s.one(HUB, "bob@lab.test", f"{user}@pipe.test")
    for domain in ("discard.test", "error.test", "retry.test", "badtransport.test"):
        s.one(HUB, "bob@lab.test", f"someone@{domain}")
    for user in ("dovea", "doveb", "nosuchuser"):
        s.one(HUB, "bob@lab.test", f"{user}@dove.test")
    for user in ("dovefull", "dovefull4"):
        for _ in range(2):
            s.one(HUB, "bob@lab.test", f"{user}@dove.test", body="x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 60)
    s.one(HUB, "bob@lab.test", "rcpt@lmtpnet.test", "other@lmtpnet.test")
    s.one(HUB, "bob@lab.test", "rcpt@full.test")
    for _ in range(2):
        s.one(HUB, "bob@lab.test", "vfull@vbox.test", body=BIG)
        s.one(HUB, "bob@lab.test", "mfull@lab.test", body=BIG)
    s.one(HUB, "bob@lab.test", "alice@lab.test", options=" SIZE=99999999")
    s.one(HUB, "bob@lab.test", "alice@lab.test", body=TOO_BIG)  # more than the limit, not announced


@scenario
def remote_deliveries(s):
    for domain in ("ok unknown grey busy drop spamrej badfrom noway dotsoft refused tarpit blackhole pix slow multi alldead v6only v6mx "
                   "v6dead nomx unroutable nullmx badmx empty selfloop nxdomain-xyz servfail").split():
        s.one(HUB, "alice@lab.test", f"user@{domain}.test")
    s.one(HUB, "alice@lab.test", "a@ok.test", "b@unknown.test", "c@grey.test", "d@refused.test", "bob@lab.test")
    s.one(HUB, "alice@lab.test", "user@small.test", body="q" * 70 + "\r\n" + ("w" * 70 + "\r\n") * 500)
    s.one(HUB, "alice@lab.test", "dsn@ok.test", recipient_options=" NOTIFY=SUCCESS,DELAY,FAILURE ORCPT=rfc822;dsn@ok.test", options=" RET=HDRS ENVID=lab42")
    s.one(HUB, "alice@lab.test", "bob@lab.test", recipient_options=" NOTIFY=SUCCESS")
    s.one(HUB, "alice@lab.test", "never@unknown.test", recipient_options=" NOTIFY=NEVER")


@scenario
def sendmail_cli(s):
    alice = {"user": "alice", "header": "From: alice\nSubject: cli\n"}
    s.sendmail("bob@lab.test", "x@ok.test", **alice)
    s.sendmail("-f", "news+@lab.test", "-XV", *(f"sub{i}@ok.test" for i in range(10)), "bad@unknown.test", **alice)  # VERP
    s.sendmail("-f", "news@lab.test", "-XV", "bob@lab.test", "alice@lab.test", config="postfix-out")  # VERP senders seen by the hub
    s.sendmail("someone@error.test", **alice)
    s.sendmail("-bv", "alice@lab.test", "x@unknown.test", **alice)
    s.sendmail("-N", "success", "-R", "hdrs", "-v", "bob@lab.test", user="bob")
    s.sendmail("-t", user="bob", header="From: bob\nTo: alice@lab.test, y@ok.test\nBcc: team@lab.test\nSubject: -t\n")
    s.sendmail("-t", user="bob", header="From: bob\nSubject: no recipient\n", ok=(0, 1, 64, 65, 69, 75, 78))
    s.sendmail("nobody-here@lab.test", **alice)
    s.sendmail("list500@lab.test", **alice)
    s.sendmail("bob@lab.test", user="alice", header=RECEIVED + "From: alice\nSubject: too many hops\n")
    for instance in ("postfix-out", "postfix-bulk"):
        s.sendmail("z@ok.test", config=instance)
    s.run(["sendmail", "-bs"], user="alice", stdin="EHLO x\r\nMAIL FROM:<alice@lab.test>\r\nRCPT TO:<bob@lab.test>\r\nDATA\r\n"
          f"Subject: bs\r\nMessage-ID: {s.ids.next(None)[1]}\r\n\r\nx\r\n.\r\nQUIT\r\n")


@scenario
def forged_loop(s):
    s.one(HUB, "x@isp.test", "alice@lab.test", header="Delivered-To: alice@lab.test\r\n", src=client(4), helo=name(4))
    s.one(HUB, "x@isp.test", "alice@lab.test", header=RECEIVED.replace("\n", "\r\n"), src=client(4), helo=name(4))


@scenario
def xverp(s):
    c = s.open(HUB)
    c.command("EHLO client1.isp.test")
    c.command("MAIL FROM:<list+@lab.test> XVERP", "RCPT TO:<v1@ok.test>", "RCPT TO:<v2@v6only.test>", "DATA")
    c.content("Subject: verp\r\n", "x\r\n")
    c.quit()


@scenario
def load(s):
    """Parallel senders, several messages a connection, many recipients a message, old HELO clients."""

    def sender(number, count, host, sender_address, recipients, helo, verb="EHLO"):
        c = s.open(host)
        c.command(f"{verb} {helo}")
        for _ in range(count):
            c.mail(sender_address, *recipients(number), body=("l" * 70 + "\r\n") * 28)
        c.quit()

    jobs = [(i, 15, HUB, "load@isp.test", lambda n: [f"load{n}@ok.test"], "loadgen.lab.test") for i in range(4)]
    jobs += [(i, 4, HUB, "load@isp.test", lambda n: [f"many{j}@bigmail.test" for j in range(20)], "loadgen.lab.test") for i in range(3)]
    jobs += [(i, 3, HUB6, "v6@isp.test", lambda n: ["bob@lab.test"], "loadgen.lab.test") for i in range(2)]
    jobs += [(0, 2, "127.0.0.1", "old@isp.test", lambda n: ["bob@lab.test"], "old.lab.test", "HELO")]
    threads = [threading.Thread(target=sender, args=job) for job in jobs]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


@scenario
def utf8(s):
    greek = "\u03c0\u03b1\u03c1\u03ac\u03b4\u03b5\u03b9\u03b3\u03bc\u03b1.test"
    han = "\u7528\u6237@lab.test"
    c = s.open(HUB)
    c.command("EHLO client1.isp.test")
    for sender, recipient in ((f"al\u00efce@{greek}", f"\u03b4\u03bf\u03ba\u03b9\u03bc\u03ae@{greek}"), ("alice@lab.test", "us\u00e9r@noutf8.test"),
                              ("alice@lab.test", "bob@lab.test"), (han, "bob@lab.test"), ("alice@lab.test", han)):
        c.mail(sender, recipient, options=" SMTPUTF8 BODY=8BITMIME", subject="\u03b3\u03b5\u03b9\u03ac \u4f60\u597d")
    c.command("MAIL FROM:<\u00e9@isp.test>", "RSET")
    c.quit()
    s.one(HUB, '"quoted local part"@isp.test', "bob@lab.test")
    s.one(HUB, '"a>b"@isp.test', '"spa ce"@ok.test')
    s.one(HUB, "o'brien+x=y@isp.test", "a=b#c@ok.test")


@scenario
def v6_clients(s):
    for i in (1, 4):
        s.one(HUB6, "six@isp.test", "bob@lab.test", src=client6(i), helo=f"v6client{i}.isp.test")
    s.one(HUB6, "six@isp.test", "x@ok.test", src=client6(66))
    s.one(OUT6, "six@lab.test", "x@v6only.test")
