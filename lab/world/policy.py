#!/usr/bin/python3
"""Postfix policy service on 127.0.0.1:10031; the verdict follows the sender's local part."""
import socketserver
import threading
import time

BY_USER = {
    "poldeny": "REJECT Policy: sender not welcome here",
    "pol554": "554 5.7.1 Policy rejection: spam score 15.2 exceeds threshold",
    "poldefer": "DEFER_IF_PERMIT Service temporarily unavailable, try later",
    "pol450": "450 4.2.0 Greylisted, see http://greylist.example/help/lab.test.html",
    "polhold": "HOLD suspicious sender",
    "poldiscard": "DISCARD policy discard",
    "polprepend": "PREPEND X-Policy: seen",
    "polwarn": "WARN policy says look here",
    "polinfo": "INFO policy info text",
    "polredirect": "REDIRECT bob@lab.test",
    "polbcc": "BCC bob@lab.test",
    "polquota": "DEFER_IF_PERMIT 4.7.1 Rate quota of 10 per hour exceeded",
}
GREYLIST_SECONDS = 2
seen, lock = {}, threading.Lock()


def greylist(request):
    key = tuple(request.get(k) for k in ("client_address", "sender", "recipient"))
    with lock:
        first = seen.setdefault(key, time.time())
    if time.time() - first < GREYLIST_SECONDS:
        return f"DEFER_IF_PERMIT Greylisted for {GREYLIST_SECONDS} seconds"
    return "PREPEND X-Greylist: delayed"


def decide(request):
    user = request.get("sender", "").split("@")[0].split("+")[0]
    return greylist(request) if user == "greytest" else BY_USER.get(user, "DUNNO")


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        request = {}
        for line in self.rfile:
            line = line.decode("utf-8", "replace").rstrip("\n")
            if line:
                key, _, value = line.partition("=")
                request[key] = value
            else:
                self.wfile.write(f"action={decide(request)}\n\n".encode())
                self.wfile.flush()
                request = {}


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", 10031), Handler).serve_forever()
