"""Milters, header and body checks, content filter and before-queue proxy."""
from hosts import CHECKS, FILTERED, MILTER, MILTER_DOWN, POLICY_DOWN, PROXIED, client, name
from scenario import scenario


@scenario
def milters(s):
    for user in "mrejmail mtempmail mdiscmail maccept mrejrcpt mtemprcpt mrejhdr mspam mvirus mtempeom mdiscard mquarantine maddhdr plain".split():
        s.one(MILTER, f"{user}@isp.test", "bob@lab.test", src=client(70), helo=name(70))
    for i in (71, 72):
        s.one(MILTER, "a@isp.test", "bob@lab.test", src=client(i))
    s.one(MILTER, "a@isp.test", "bob@lab.test", src=client(70), helo="milter-bad-helo.test")
    for host in (MILTER_DOWN, POLICY_DOWN):
        s.one(host, "a@isp.test", "bob@lab.test", src=client(70))


@scenario
def content_checks(s):
    def send(user, **kw):
        s.one(CHECKS, f"{user}@isp.test", "bob@lab.test", src=client(23), helo=name(23), **kw)

    for action in "REJECT HOLD DISCARD WARN INFO REDIRECT FILTER PREPEND REPLACE BCC DELAY".split():
        send("hc", subject="x HC-" + action)
    for action in "REJECT WARN DISCARD HOLD REDIRECT REPLACE".split():
        send("bc", body=f"line\r\nBC-{action} here\r\n")
    send("hc", header="X-Strip: a\r\nX-Strip2: b\r\n")
    send("hc", header="MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
         body='--b\r\nContent-Type: application/octet-stream; name="evil.exe"\r\n\r\nMZ\r\n--b--\r\n')
    send("hc", subject='=?utf-8?B?SEMtUkVKRUNU?= caf\u00e9 HC-WARN with "quotes" and [brackets] <angle>; from=<fake@x.test> to=<fake@y.test>')


@scenario
def content_filter(s):
    s.one(FILTERED, "cf@isp.test", "bob@lab.test")
    s.one(FILTERED, "cf@isp.test", "bob@lab.test", "x@ok.test")
    s.one(FILTERED, "cf@isp.test", "bob@lab.test", body="FILTER-REJECT\r\n")
    s.one(PROXIED, "pf@isp.test", "bob@lab.test")
    s.one(PROXIED, "pf@isp.test", "bob@lab.test", body="FILTER-REJECT\r\n")
