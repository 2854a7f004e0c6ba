"""An SMTP client that binds to any address of the lab and records every reply."""
import base64
import hashlib
import hmac
import socket
import ssl

from truth import now, queue_id_of


def b64(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


class Session:
    """One connection.  Commands are sent one at a time; MAIL, RCPT, DATA and the end of data are recorded as a transaction."""

    def __init__(self, scenario, host, port=25, src=None, greet=True, timeout=20):
        self.scenario, self.host, self.port, self.buffer = scenario, host, port, b""
        self.number, self.tls, self.sasl, self.helo, self.transaction = scenario.truth.next_session(), False, None, None, None
        self.started, self.dialogue, self.closed = now(), [], False
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.socket.settimeout(timeout)
        if src:
            self.socket.bind((src, 0))
        self.src, self.client_port = src, None
        try:
            self.socket.connect((host, port))
            self.src, self.client_port = self.socket.getsockname()[:2]
            if greet:
                self.dialogue.append([None, self.read()])
        except OSError as error:
            self.close("failed: " + type(error).__name__)
            raise

    # ---- bytes
    def read(self):
        """One reply, lines joined by newline; `EOF` when the server has ended the connection."""
        lines = []
        while True:
            while b"\n" not in self.buffer:
                data = self.socket.recv(4096)
                if not data:
                    return "\n".join(lines) or "EOF"
                self.buffer += data
            line, self.buffer = self.buffer.split(b"\n", 1)
            lines.append(line.decode("utf-8", "replace").rstrip("\r"))
            if lines[-1][3:4] != "-":
                return "\n".join(lines)

    def raw(self, data):
        """Sends bytes without waiting for an answer; not part of a transaction record."""
        self.dialogue.append([data if isinstance(data, str) else data.decode("latin-1"), None])
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def command(self, *lines):
        """Sends commands, each after the reply to the one before; gives the last reply."""
        reply = ""
        for line in lines:
            self.socket.sendall((line + "\r\n").encode())
            reply = self.read()
            self.dialogue.append([line, reply])
            self.note(line, reply)
        return reply

    # ---- records
    def note(self, line, reply):
        verb = line[:4].upper()
        if verb in ("EHLO", "HELO"):
            self.helo = line[5:]
        elif verb == "MAIL":
            self.finish()
            self.transaction = {
                "id": None, "message_id": None, "sender": path_of(line), "mail_reply": reply, "recipients": [],
                "data_reply": None, "final_reply": None, "queue_id": None,
            }
        elif verb == "RCPT" and self.transaction:
            self.transaction["recipients"].append({"address": path_of(line), "reply": reply})
        elif verb == "DATA" and self.transaction:
            self.transaction["data_reply"] = reply
        elif verb in ("RSET", "QUIT"):
            self.finish()

    def finish(self):
        if self.transaction:
            self.scenario.truth.write("transaction", scenario=self.scenario.name, session=self.number, time=now(), **self.where(), **self.transaction)
            self.transaction = None

    def where(self):
        return {"server": self.host, "port": self.port, "client": self.src, "client_port": self.client_port,
                "helo": self.helo, "tls": self.tls, "sasl_username": self.sasl}

    def close(self, how):
        if self.closed:
            return
        self.closed = True
        self.finish()
        self.scenario.truth.write("session", scenario=self.scenario.name, session=self.number, started=self.started, time=now(),
                                  **self.where(), dialogue=self.dialogue, end=how)
        self.socket.close()

    # ---- parts of a dialogue
    def starttls(self, cert=None, ciphers=None, version=None):
        reply = self.command("STARTTLS")
        return reply if not reply.startswith("220") else self.wrap(cert, ciphers, version) or reply

    def wrap(self, cert=None, ciphers=None, version=None):
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
        if ciphers:
            c.set_ciphers(ciphers)
        if version:
            c.minimum_version = c.maximum_version = version
        if cert:
            c.load_cert_chain(f"/etc/labtls/{cert}.pem", f"/etc/labtls/{cert}.key")
        self.socket = c.wrap_socket(self.socket)
        self.buffer, self.tls = b"", True

    def auth(self, mechanism, user, password):
        if mechanism == "PLAIN":
            reply = self.command("AUTH PLAIN " + b64(f"\0{user}\0{password}"))
        elif mechanism == "LOGIN":
            reply = self.command("AUTH LOGIN")
            if reply.startswith("334"):
                reply = self.command(b64(user))
            if reply.startswith("334"):
                reply = self.command(b64(password))
        else:
            reply = self.command("AUTH CRAM-MD5")
            if reply.startswith("334"):
                digest = hmac.new(password.encode(), base64.b64decode(reply[4:]), hashlib.md5).hexdigest()
                reply = self.command(b64(f"{user} {digest}"))
        if reply.startswith("235"):
            self.sasl = user
        return reply

    def mail(self, sender, *recipients, subject="lab test", body="hello\r\n", header="", options="", recipient_options="", author=None):
        """One message; the last reply.  It is sent when MAIL and the last RCPT were accepted."""
        reply = self.command(f"MAIL FROM:<{sender}>{options}")
        if not reply.startswith("2"):
            return reply
        for r in recipients:
            reply = self.command(f"RCPT TO:<{r}>{recipient_options}")
        if not reply.startswith("2") or not self.command("DATA").startswith("354"):
            return reply
        return self.content(f"From: <{author or sender or 'mailer-daemon@isp.test'}>\r\nTo: {', '.join(recipients)}\r\nSubject: {subject}\r\n{header}", body)

    def content(self, header, body):
        """The answer to DATA: header and body, with a Message-ID of ours, and the final dot."""
        self.socket.sendall(f"{header}Message-ID: {self.identify()}\r\n\r\n{body}.\r\n".encode())
        reply = self.read()
        self.dialogue.append([".", reply])
        if self.transaction:
            self.transaction["final_reply"], self.transaction["queue_id"] = reply, queue_id_of(reply)
            self.finish()
        return reply

    def identify(self):
        """The Message-ID of a new message."""
        ident, message_id = self.scenario.ids.next(self.transaction["sender"] if self.transaction else None)
        if self.transaction:
            self.transaction["id"], self.transaction["message_id"] = ident, message_id
        return message_id

    # ---- ends
    def quit(self):
        try:
            self.command("QUIT")
        except OSError:
            pass
        self.close("QUIT")

    def drop(self):
        self.close("dropped")


def path_of(line):
    """The address of `MAIL FROM:<address> ...`, as written."""
    inner = line.partition("<")[2]
    return inner.rpartition(">")[0] if ">" in inner else inner
