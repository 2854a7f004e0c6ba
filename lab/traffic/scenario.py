"""What a scenario is given: sessions, messages and commands that write the truth down."""
import json
import subprocess
import threading
import time

from client import Session
from truth import Ids, now, queue_id_of

START = time.time()
PRINT = threading.Lock()
REGISTERED = []


def scenario(function):
    """Registers a function of one argument, a `Scenario`."""
    REGISTERED.append(function)
    return function


def log(*words):
    with PRINT:
        print(f"{time.time() - START:6.1f}", *words, flush=True)


class Scenario:
    def __init__(self, name, truth):
        self.name, self.truth, self.ids = name, truth, Ids(name)

    # ---- SMTP
    def open(self, host, port=25, src=None, **kw):
        return Session(self, host, port, src, **kw)

    def one(self, host, sender, *recipients, src=None, helo="client1.isp.test", port=25, **kw):
        """One connection, one message; a connection that breaks is part of the scenario."""
        s = None
        try:
            s = self.open(host, port, src)
            s.command("EHLO " + helo)
            reply = s.mail(sender, *recipients, **kw)
            s.quit()
            return reply
        except OSError as error:
            if s:
                s.close("failed: " + type(error).__name__)
            return None

    def several(self, count, act):
        """Runs ACT count times; refused connections are part of it."""
        for _ in range(count):
            try:
                act()
            except OSError:
                pass

    # ---- commands of the system
    def run(self, command, ok=(0,), user=None, stdin=None, timeout=60):
        if user:
            command = ["runuser", "-u", user, "--", *command]
        p = subprocess.run(command, shell=isinstance(command, str), input=stdin, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, timeout=timeout)
        if ok is not None and p.returncode not in ok:
            log("status", p.returncode, command, p.stdout[-300:])
        return p.stdout, p.returncode

    def sendmail(self, *arguments, config="postfix", user=None, header="Subject: cli\n", body="body\n", ok=(0,)):
        """Submits one message by sendmail(1)."""
        ident, message_id = self.ids.next(None)
        output, status = self.run(["sendmail", "-C", f"/etc/{config}", *arguments], user=user, ok=ok,
                                  stdin=f"{header}Message-ID: {message_id}\n\n{body}")
        self.truth.write("submission", scenario=self.name, time=now(), id=ident, message_id=message_id,
                         instance=config, user=user or "root", arguments=list(arguments), status=status, output=output)

    def swaks(self, *arguments):
        """One run of swaks, recorded from its transcript."""
        ident, message_id = self.ids.next(None)
        output, status = self.run(["swaks", "-n", "--timeout", "10", "--header", f"Message-Id: {message_id}", *arguments], ok=None)
        values = dict(zip(arguments, arguments[1:]))
        self.truth.write("swaks", scenario=self.name, time=now(), id=ident, message_id=message_id,
                         client=values.get("-li"), sasl_username=values.get("-au"),
                         arguments=list(arguments), status=status, **read_transcript(output))

    def admin(self, command, instance, ids, stdin=None, ok=(0,)):
        """An act of the administrator on the queue."""
        output, status = self.run(command, stdin=stdin, ok=ok)
        self.truth.write("admin", scenario=self.name, time=now(), instance=instance, command=command, queue_ids=ids, status=status, output=output)
        return output

    def queue(self, instance):
        output, _ = self.run(["postqueue", "-c", f"/etc/{instance}", "-j"])
        return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def read_transcript(output):
    """Sender, recipients and replies of one swaks run."""
    record = {"sender": None, "mail_reply": None, "recipients": [], "data_reply": None, "final_reply": None, "queue_id": None}
    sent = None
    for line in output.splitlines():
        mark, _, text = line.strip().partition(" ")
        if mark in ("->", "~>"):
            sent = text.strip()
            if sent.startswith("MAIL FROM:"):
                record["sender"] = sent.partition("<")[2].partition(">")[0]
        elif mark.startswith("<") and sent:
            text = text.strip()
            if sent.startswith("MAIL FROM:"):
                record["mail_reply"] = text
            elif sent.startswith("RCPT TO:"):
                record["recipients"].append({"address": sent.partition("<")[2].partition(">")[0], "reply": text})
            elif sent == "DATA":
                record["data_reply"] = text
            elif sent == "." or sent.endswith("lines sent"):  # -n hides the content
                record["final_reply"], record["queue_id"] = text, queue_id_of(text)
            sent = None if text[3:4] != "-" else sent
    return record
