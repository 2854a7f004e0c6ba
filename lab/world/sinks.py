#!/usr/bin/python3
"""The remote mail servers of the lab.  usage: sinks.py CERTIFICATES RECORD-FILE"""
import asyncio
import socket
import ssl
import sys
import warnings

from smtpserver import Behaviour, Recorder, serve

warnings.filterwarnings("ignore", category=DeprecationWarning)
CERTS = sys.argv[1]
DSN = ("8BITMIME", "DSN", "ENHANCEDSTATUSCODES", "PIPELINING")


def context(cert=None, ciphers=None, version=None):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if ciphers:
        c.set_ciphers(ciphers)
    if version:
        c.minimum_version = c.maximum_version = version
    if cert:
        c.load_cert_chain(f"{CERTS}/{cert}.pem", f"{CERTS}/{cert}.key")
    return c


def plain(name, **kw):
    kw.setdefault("extensions", DSN)
    return Behaviour(f"mx.{name}.test", **kw)


def secured(name, cert, *args):
    return Behaviour(f"mx.{name}.test", starttls="ok", tls=context(cert, *args))


GREYLISTED = "450 4.2.0 Greylisted, see http://greylist.example/help/grey.test.html"
SERVERS = [
    ("203.0.113.10", 25, plain("ok", extensions=("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"))),
    ("2001:db8:beef::10", 25, plain("v6only")),
    ("203.0.113.11", 25, plain("unknown", rcpt="550 5.1.1 User unknown")),
    ("203.0.113.12", 25, plain("grey", rcpt=GREYLISTED)),
    ("203.0.113.13", 25, plain("busy", connect="421 mx.busy.test Service not available, closing transmission channel")),
    ("203.0.113.14", 25, plain("drop", drop_at="DATA", extensions=())),
    ("203.0.113.15", 25, plain("spamrej", end="554 5.7.1 Message blocked: spam content (score 21.4)")),
    ("203.0.113.16", 25, plain("badfrom", mail="553 5.1.8 Sender address rejected: Domain not found")),
    ("203.0.113.17", 25, plain("noway", connect="554 5.7.1 Your IP 192.0.2.40 is blocked, see http://bl.lab.test")),
    ("203.0.113.18", 25, plain("dotsoft", end="451 4.7.1 Resources temporarily unavailable")),
    ("203.0.113.22", 25, plain("pix", pix=True)),
    ("203.0.113.23", 25, plain("slow", rcpt_delay=2.0)),
    ("203.0.113.24", 24, plain("lmtpnet", lmtp=True)),
    ("203.0.113.25", 24, plain("full", lmtp=True, rcpt="552 5.2.2 Mailbox full / over quota")),
    ("203.0.113.30", 25, secured("trusted", "trusted")),
    ("203.0.113.31", 25, secured("selfsigned", "self")),
    ("203.0.113.32", 25, secured("wrongname", "wrongname")),
    ("203.0.113.33", 25, secured("expired", "expired")),
    ("203.0.113.34", 25, secured("anon", None, "aNULL:@SECLEVEL=0", ssl.TLSVersion.TLSv1_2)),
    ("203.0.113.35", 25, plain("tlsgarbage", starttls="garbage")),
    ("203.0.113.36", 25, plain("tls454", starttls="454")),
    ("203.0.113.37", 25, plain("authrelay", auth=True)),
    ("203.0.113.38", 25, plain("small", size=20000)),
    ("203.0.113.39", 25, plain("utf8", extensions=("8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES"))),
    ("203.0.113.40", 25, plain("tlsdrop", starttls="drop")),
    ("203.0.113.41", 25, secured("tls10", "trusted", "ALL:@SECLEVEL=0", ssl.TLSVersion.TLSv1)),
]


async def mute(address):
    """Accepts and never speaks."""

    async def handle(reader, writer):
        try:
            await asyncio.wait_for(reader.read(), 60)
        except (asyncio.TimeoutError, OSError):
            pass
        writer.close()

    await asyncio.start_server(handle, address, 25)


def black_hole(address):
    """A full accept queue: later SYNs are dropped, clients see a timeout."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, 25))
    listener.listen(0)
    fillers = []
    for _ in range(3):
        s = socket.socket()
        s.setblocking(False)
        try:
            s.connect((address, 25))
        except BlockingIOError:
            pass
        fillers.append(s)
    return listener, fillers


async def main():
    recorder = Recorder(sys.argv[2])
    await mute("203.0.113.20")
    kept = black_hole("203.0.113.21")
    for address, port, behaviour in SERVERS:
        await serve(address, port, behaviour, recorder)
    print("sinks ready", flush=True)
    await asyncio.Event().wait()
    del kept


asyncio.run(main())
