"""An SMTP or LMTP server whose behaviour is a table and that writes down every transaction it saw."""
import asyncio
import json
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field


class Recorder:
    """Appends one JSON object per line to a file."""

    def __init__(self, path):
        self.file = open(path, "a", buffering=1, encoding="utf-8")

    def write(self, record):
        self.file.write(json.dumps(record) + "\n")


@dataclass
class Behaviour:
    """What a server says; every reply that is None is the ordinary one."""

    name: str
    connect: str | None = None  # instead of the greeting, then the connection ends
    mail: str | None = None
    rcpt: str | None = None
    rcpt_by_user: dict = field(default_factory=dict)  # local part -> reply
    first: str | None = None  # to the first RCPT of each sender and recipient
    end: str | None = None  # after the final dot
    end_by_user: dict = field(default_factory=dict)  # local part of the first accepted recipient -> reply
    drop_at: str | None = None  # command at which the connection is cut
    lmtp: bool = False
    pix: bool = False  # stars in the greeting, no EHLO
    extensions: tuple = ("8BITMIME", "ENHANCEDSTATUSCODES")
    starttls: str | None = None  # None, ok, 454, drop, garbage
    tls: ssl.SSLContext | None = None
    auth: bool = False
    size: int | None = None
    rcpt_delay: float = 0.0
    seen: set = field(default_factory=set)
    queued_as: Callable[[int], str] = "SINK{:06d}".format


class Cut(Exception):
    """The server ends the connection."""


class Connection:
    counter = 0

    def __init__(self, behaviour, recorder, address, port, reader, writer):
        self.b, self.recorder, self.r, self.w = behaviour, recorder, reader, writer
        self.address, self.port, self.secure, self.helo = address, port, False, None
        peer = writer.get_extra_info("peername")
        self.client = peer[0] if peer else None
        self.transaction = None

    async def say(self, reply):
        self.w.write((reply + "\r\n").encode())
        await self.w.drain()
        return reply

    async def line(self):
        data = await asyncio.wait_for(self.r.readline(), 300)
        if not data:
            raise Cut
        return data

    # ---- records
    def begin(self, sender):
        self.transaction = {
            "kind": "transaction", "sink": self.b.name, "address": self.address, "port": self.port,
            "client": self.client, "helo": self.helo, "tls": self.secure, "time": time.time(), "sender": sender,
            "mail_reply": None, "recipients": [], "data_reply": None, "message_id": None, "final_replies": [], "end": None,
        }

    def finish(self, end):
        if self.transaction:
            self.transaction["end"] = end
            self.recorder.write(self.transaction)
            self.transaction = None

    def note(self, what):
        self.recorder.write({
            "kind": "connection", "sink": self.b.name, "address": self.address, "port": self.port,
            "client": self.client, "time": time.time(), "end": what,
        })

    # ---- the dialogue
    async def run(self):
        try:
            if self.b.connect:
                self.note(await self.say(self.b.connect))
                return
            await self.say("220 ***************" if self.b.pix else f"220 {self.b.name} ESMTP")
            while await self.command((await self.line()).decode("utf-8", "surrogateescape").strip()):
                pass
        except Cut:
            self.finish("connection ended")
        except (ConnectionError, asyncio.TimeoutError, ssl.SSLError, OSError) as error:
            self.finish(type(error).__name__)
        finally:
            self.finish("connection ended")
            self.w.close()

    async def command(self, text):
        """Answers one command; False ends the dialogue."""
        verb = text.split(" ", 1)[0].upper()
        if self.b.drop_at == verb:
            self.finish("dropped at " + verb)
            raise Cut
        if verb in ("EHLO", "HELO", "LHLO"):
            self.helo = text.partition(" ")[2]
            await self.hello(verb)
        elif verb == "STARTTLS":
            return await self.start_tls()
        elif verb == "AUTH":
            await self.say("535 5.7.8 Error: authentication failed: bad credentials")
        elif verb == "MAIL":
            await self.mail(text)
        elif verb == "RCPT":
            await self.rcpt(text)
        elif verb == "DATA":
            await self.data()
        elif verb == "RSET":
            self.finish("RSET")
            await self.say("250 2.0.0 Ok")
        elif verb == "QUIT":
            self.finish("QUIT")
            await self.say("221 2.0.0 Bye")
            return False
        else:
            await self.say("250 2.0.0 Ok")
        return True

    async def hello(self, verb):
        if self.b.pix and verb == "EHLO":
            await self.say("500 Command unrecognized")
            return
        lines = [self.b.name]
        if verb != "HELO" and not self.b.pix:
            lines += self.b.extensions
            if self.b.starttls and not self.secure:
                lines.append("STARTTLS")
            if self.b.auth:
                lines.append("AUTH PLAIN LOGIN")
            if self.b.size:
                lines.append(f"SIZE {self.b.size}")
        for i, text in enumerate(lines):
            await self.say(("250 " if i == len(lines) - 1 else "250-") + text)

    async def start_tls(self):
        mode = self.b.starttls
        if mode == "454":
            await self.say("454 4.7.0 TLS not available due to local problem")
            return True
        await self.say("220 2.0.0 Ready to start TLS")
        if mode == "drop":
            return False
        if mode == "garbage":
            self.w.write(b"this is not TLS at all\r\n" * 4)
            await self.w.drain()
            await asyncio.sleep(0.3)
            return False
        await self.w.start_tls(self.b.tls)
        self.secure = True
        return True

    async def mail(self, text):
        self.finish("next transaction")
        self.begin(path_of(text))
        reply = "530 5.7.0 Authentication required" if self.b.auth else self.b.mail or "250 2.1.0 Ok"
        self.transaction["mail_reply"] = await self.say(reply)

    async def rcpt(self, text):
        if not self.transaction or not self.transaction["mail_reply"].startswith("2"):
            await self.say("503 5.5.1 Need MAIL command")
            return
        if self.b.rcpt_delay:
            await asyncio.sleep(self.b.rcpt_delay)
        address = path_of(text)
        user = address.split("@")[0].split("+")[0]
        reply = self.b.rcpt_by_user.get(user, self.b.rcpt) or "250 2.1.5 Ok"
        pair = (self.transaction["sender"], address)
        if self.b.first and pair not in self.b.seen:
            self.b.seen.add(pair)
            reply = self.b.first
        self.transaction["recipients"].append({"address": address, "reply": reply})
        await self.say(reply)

    async def data(self):
        t = self.transaction
        accepted = [r for r in t["recipients"] if r["reply"].startswith("2")] if t else []
        if not accepted:
            reply = await self.say("554 5.5.1 Error: no valid recipients")
            if t:
                t["data_reply"] = reply
            return
        t["data_reply"] = await self.say("354 End data with <CR><LF>.<CR><LF>")
        await self.content(t)
        for _ in accepted if self.b.lmtp else (1,):
            Connection.counter += 1
            user = accepted[0]["address"].split("@")[0]
            reply = self.b.end_by_user.get(user, self.b.end) or f"250 2.0.0 Ok: queued as {self.b.queued_as(Connection.counter)}"
            t["final_replies"].append(reply)
        # written before the answer: a client that has the answer finds the record
        self.finish("data")
        for reply in t["final_replies"]:
            await self.say(reply)

    async def content(self, t):
        in_header = True
        while True:
            line = await self.line()
            if line == b".\r\n":
                return
            if line == b"\r\n":
                in_header = False
            if in_header and line.lower().startswith(b"message-id:") and not t["message_id"]:
                t["message_id"] = line.split(b":", 1)[1].strip().decode("utf-8", "replace")


def path_of(text):
    """The address of `MAIL FROM:<address> ...` or `RCPT TO:<address>`."""
    inner = text.partition("<")[2]
    return inner.rpartition(">")[0] if ">" in inner else inner


async def serve(address, port, behaviour, recorder):
    async def handle(reader, writer):
        await Connection(behaviour, recorder, address, port, reader, writer).run()

    return await asyncio.start_server(handle, address, port)
