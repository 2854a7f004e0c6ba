"""Submission with SASL, swaks, and logins at Dovecot."""
import imaplib
import poplib
import socket
import ssl
import time

from hosts import HUB, RESTRICTED6, client, client6, name
from scenario import scenario


@scenario
def swaks_runs(s):
    def swaks(i, *more, sender="alice@lab.test", to="x@ok.test"):
        s.swaks("-s", HUB, "-f", sender, "-t", to, "-li", client(i), *more)

    swaks(5, "--ehlo", name(5), sender="swaks@isp.test", to="bob@lab.test")
    swaks(6, "--ehlo", name(6), "-tls", sender="swaks@isp.test", to="bob@lab.test")
    swaks(7, "-p", "587", "-tls", "-a", "PLAIN", "-au", "alice", "-ap", "secret-alice")
    swaks(8, "-p", "587", "-tls", "-a", "LOGIN", "-au", "alice", "-ap", "wrong")
    swaks(8, "-p", "587", "-tls", "-a", "PLAIN", "-au", "nosuch", "-ap", "wrong")
    swaks(7, "-p", "465", "-tlsc", "-a", "CRAM-MD5", "-au", "bob", "-ap", "secret-bob", sender="bob@lab.test")
    swaks(9, "-p", "465", "-tlsc", "-a", "CRAM-MD5", "-au", "bob", "-ap", "bad", sender="bob@lab.test")
    swaks(5, "--attach", "@/etc/hostname", sender="swaks@isp.test", to="bob@lab.test")
    s.swaks("-s", RESTRICTED6, "-6", "-f", "six@isp.test", "-t", "bob@lab.test", "-li", client6(1))


@scenario
def submission_edge(s):
    def open587():
        return s.open(HUB, 587, src=client(10))

    c = open587()  # no TLS
    c.command("EHLO " + name(10))
    c.auth("PLAIN", "alice", "secret-alice")
    c.command("MAIL FROM:<a@lab.test>")
    c.quit()
    c = open587()  # no AUTH
    c.command("EHLO " + name(10))
    c.starttls()
    c.command("EHLO " + name(10), "MAIL FROM:<a@lab.test>", "RCPT TO:<x@ok.test>")
    c.quit()
    c = open587()  # malformed AUTH
    c.command("EHLO " + name(10))
    c.starttls()
    c.command("EHLO " + name(10), "AUTH PLAIN !!!notbase64!!!", "AUTH LOGIN", "*", "AUTH XOAUTH2 abc")
    c.drop()
    c = s.open(HUB, 465, src=client(10), greet=False)
    c.raw("EHLO plain-on-tls-port\r\n")
    time.sleep(0.3)
    c.drop()


@scenario
def sasl_success(s):
    for port, mechanism in ((587, "PLAIN"), (587, "LOGIN"), (465, "CRAM-MD5")):
        c = s.open(HUB, port, src=client(7), greet=port == 587)
        if port == 465:
            c.wrap()
            c.read()
            c.command("EHLO " + name(7))
        else:
            c.command("EHLO " + name(7))
            c.starttls()
            c.command("EHLO " + name(7))
        c.auth(mechanism, "alice", "secret-alice")
        c.mail("alice@lab.test", "bob@lab.test", "x@ok.test", subject="authed")
        c.quit()


@scenario
def dovecot_logins(s):
    """Recorded as `login`: protocol, user and whether it went well."""

    def note(protocol, user, good):
        s.truth.write("login", scenario=s.name, time=time.time(), protocol=protocol, user=user, success=good)

    for _ in range(2):
        c = imaplib.IMAP4(HUB)
        c.login("alice", "secret-alice")
        c.select()
        c.logout()
        note("imap", "alice", True)
        c = imaplib.IMAP4(HUB)
        try:
            c.login("alice", "bad")
        except imaplib.IMAP4.error:
            note("imap", "alice", False)
            c.shutdown()
    try:
        imaplib.IMAP4_SSL(HUB, ssl_context=ssl._create_unverified_context()).login("ghost", "x")
    except imaplib.IMAP4.error:
        note("imap", "ghost", False)
    p = poplib.POP3(HUB)
    p.user("bob")
    p.pass_("secret-bob")
    p.quit()
    note("pop3", "bob", True)
    p = poplib.POP3(HUB)
    p.user("bob")
    try:
        p.pass_("no")
    except poplib.error_proto:
        note("pop3", "bob", False)
        p.close()
    c = socket.create_connection((HUB, 143))
    c.recv(200)
    c.close()
    c = socket.create_connection((HUB, 993))
    c.sendall(b"not tls\r\n")
    time.sleep(0.2)
    c.close()
