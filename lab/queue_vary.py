#!/usr/bin/python3
"""Queue files of every kind for the Postfix of queue.sh, which this runs beside: edited by a milter, with long lines,
status notifications, addresses in UTF-8, redirected, filtered, partly delivered, queued anew."""
import os
import smtplib
import subprocess
import sys
import threading
import time

import Milter

SPOOL = "/var/spool/postfix"
MILTER = "inet:8899@127.0.0.1"


class Editor(Milter.Base):
    def __init__(self):
        self.how = ""

    def header(self, name, value):
        if name == "X-Milter":
            self.how = value
        return Milter.CONTINUE

    def eom(self):
        if self.how == "edit":
            self.addheader("X-Added", "yes")
            self.addheader("X-First", "y" * 3000, 0)
            self.chgheader("Subject", 1, "longer than before " * 60)
            self.chgheader("X-Gone", 1, "")
            self.addrcpt("<added@paused.example>")
            self.addrcpt("<added2@full.example>")
            self.delrcpt("<gone@paused.example>")
            self.chgfrom("<changed@example.org>")
        elif self.how == "body":
            self.replacebody(b"short\r\n")
        elif self.how == "grow":
            self.replacebody(b"z" * 900 + b"\r\n" + b"w" * 70000 + b"\r\n")
            for number in range(60):
                self.addrcpt(f"<grown{number}@paused.example>")
                self.addheader(f"X-Grown-{number}", "v" * number)
        elif self.how == "hold":
            self.quarantine("looked odd")
        return Milter.CONTINUE


def run(*command):
    subprocess.run(command, check=True)


def configure():
    run("postconf", "-e", "smtpd_milters=inet:127.0.0.1:8899", "milter_default_action=tempfail",
        "smtpd_authorized_xclient_hosts=127.0.0.1", "smtpd_recipient_restrictions=",
        "smtpd_relay_restrictions=check_client_access static:OK, reject", "line_length_limit=2048", "message_size_limit=0")
    run("postconf", "-M", "2525/inet=2525 inet n - n - - smtpd")
    with open("/etc/postfix/transport", "a") as table:
        table.write("gone.example discard:\n")
    with open("/etc/postfix/header_checks", "a") as table:
        table.write("/^X-Redirect: (.*)/ REDIRECT $1\n/^X-Bcc: (.*)/ BCC $1\n/^X-Prepend: (.*)/ PREPEND X-Prepended: $1\n")
    run("postfix", "reload")


def connect():
    for _ in range(100):
        try:
            return smtplib.SMTP("127.0.0.1", 2525, timeout=20)
        except OSError:
            time.sleep(0.1)
    raise SystemExit("smtpd does not answer")


def send(sender, recipients, content, mail=(), rcpt=(), login=None):
    smtp = connect()
    smtp.ehlo("client.example.net")
    if login:
        smtp.docmd(f"XCLIENT NAME=client.example.net ADDR=192.0.2.9 LOGIN={login}")
        smtp.ehlo("client.example.net")
    smtp.command_encoding = "utf-8"
    code, reply = smtp.mail(sender, list(mail))
    assert code == 250, reply
    for recipient in recipients:
        code, reply = smtp.rcpt(recipient, list(rcpt))
        assert code == 250, reply
    code, reply = smtp.data(content.encode())
    assert code == 250, reply
    smtp.quit()


def mails():
    user, one = "user1@example.com", ["one@paused.example"]
    send(user, one, "Subject: plain\n\nx\n", login="user7")
    send(user, [f"many{n}@paused.example" for n in range(300)], "Subject: many\n\nx\n")
    send(user, one, "Subject: " + "s" * 5000 + "\nX-Folded: a\n b\n\n" + "l" * 100000 + "\n.dot\n")
    send(user, one, "\nno header\n")
    send(user, one, "")
    send("", ["late@example.net"], "Subject: bounce\n\nx\n")
    send(user, ["Orig@paused.example", "two@paused.example"], "Subject: dsn\n\nx\n",
         mail=("RET=HDRS", "ENVID=id+2B7"), rcpt=("NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;first@example.org"))
    send("jörg@example.com", ["почта@paused.example"], "Subject: ü\n\nñ\n", mail=("SMTPUTF8", "BODY=8BITMIME"))
    send(user, one + ["two@gone.example", "three@gone.example"], "Subject: partly\n\nx\n")
    send(user, one, "Subject: redirected\nX-Redirect: other@paused.example\n\nx\n")
    send(user, one, "Subject: copied\nX-Bcc: copy@paused.example\nX-Prepend: yes\n\nx\n")
    send(user, one, "Subject: filtered\nX-Filter: yes\n\nx\n")
    for how in ["edit", "body", "grow", "hold"]:
        send(user, ["kept@paused.example", "gone@paused.example"],
             f"Subject: milter\nX-Gone: yes\nX-Milter: {how}\n\nbody of {how}\n", login="user8")
    send(user, one, "Subject: anew\nX-Hold: yes\n\nx\n")
    run("sendmail", "-f", user, "-N", "delay,failure", "-R", "full", "-V", "envelope7", "-F", "Full Name",
        "--", "sent@paused.example")


def queued(*names):
    return [file for name in names for _, _, files in os.walk(f"{SPOOL}/{name}") for file in files]


def settle():
    for _ in range(300):
        if not queued("maildrop", "incoming", "active"):
            return
        time.sleep(0.1)
    raise SystemExit("mail is still on its way")


def main():
    Milter.factory = Editor
    Milter.set_flags(Milter.CHGBODY | Milter.CHGHDRS | Milter.ADDHDRS | Milter.ADDRCPT | Milter.DELRCPT
                     | Milter.QUARANTINE | Milter.CHGFROM)
    threading.Thread(target=Milter.runmilter, args=("editor", MILTER, 60), daemon=True).start()
    configure()
    mails()
    settle()
    for identity in queued("hold")[:2]:
        run("postsuper", "-r", identity)
    # pickup(8) would look by itself once a minute.
    run("postkick", "public", "pickup", "W")
    settle()
    sys.stdout.flush()
    os._exit(0)


main()
