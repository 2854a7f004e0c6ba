"""The mail servers elsewhere, in a thread of their own; some can be stopped and started."""
import asyncio
import os
import socket
import ssl
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../world"))
from smtpserver import Behaviour, Recorder, serve  # noqa: E402

EXTENSIONS = ("PIPELINING", "8BITMIME", "SIZE 20971520", "ENHANCEDSTATUSCODES")


def tls(cert):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(f"/etc/labtls/{cert}.pem", f"/etc/labtls/{cert}.key")
    return c


def behaviours():
    """Address -> behaviour."""
    gone = {"gone": "550 5.1.1 <gone>: Recipient address rejected: User unknown", "former": "550 5.1.1 No such user here",
            "full": "452 4.2.2 Mailbox full", "closed": "550 5.2.1 This account is disabled"}

    def queued(count):
        return f"{(count * 2654435761 + 7) % 2**40:010X}"

    def plain(host, **kw):
        kw.setdefault("extensions", EXTENSIONS)
        kw.setdefault("rcpt_by_user", gone)
        return Behaviour(f"{host}.example", queued_as=queued, **kw)

    big = {"starttls": "ok", "tls": tls("bigmail")}
    table = {f"203.0.113.{11 + i}": plain(f"mx{i + 1}.bigmail", **big) for i in range(2)}
    table |= {
        "203.0.113.31": plain("mx1.freemail", starttls="ok", tls=tls("self"), end_by_user={
            "news7": "550 5.7.1 Message looks like unsolicited mail; see http://postmaster.freemail.example/spam"}),
        "203.0.113.32": plain("mx2.freemail"),
        "203.0.113.41": plain("mx1.university", first="450 4.2.0 Greylisted for 300 seconds, see http://mail.university.example/greylist"),
        "203.0.113.51": plain("mx1.supplier", starttls="ok", tls=tls("self")),
        "203.0.113.61": plain("mx1.customer"),
        "203.0.113.62": plain("mx2.customer"),
        "203.0.113.71": plain("mx1.bank", starttls="ok", tls=tls("bank")),
        "203.0.113.91": plain("mx1.agency", first="451 4.7.1 Too many messages from your address, try again later"),
        "203.0.113.101": plain("mx1.oldcorp", extensions=()),
        "203.0.113.111": plain("mx1.strict", connect="554 5.7.1 Service unavailable; [192.0.2.10] blocked using blocklist.example"),
        "203.0.113.121": plain("mx1.picky", end="554 5.7.1 Message rejected: content score 8.4 of 5.0"),
        "203.0.113.141": plain("mx1.lists"),
    }
    return table


class Servers:
    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.recorder, self.table, self.running = Recorder("/dev/null"), behaviours(), {}
        for address in self.table:
            self.start(address)

    def wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def start(self, address):
        if address not in self.running:
            self.running[address] = self.wait(serve(address, 25, self.table[address], self.recorder))

    def stop(self, address):
        """From now on its connections are refused."""
        server = self.running.pop(address, None)
        if server:
            self.loop.call_soon_threadsafe(server.close)


def black_hole(address):
    """A host that answers nothing: its accept queue is full."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, 25))
    listener.listen(0)
    fillers = [socket.socket() for _ in range(3)]
    for s in fillers:
        s.setblocking(False)
        try:
            s.connect((address, 25))
        except BlockingIOError:
            pass
    return listener, fillers
