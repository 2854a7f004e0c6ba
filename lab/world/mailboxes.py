#!/usr/bin/python3
"""Lists what lies in the mailboxes of this host, as JSON lines: mailbox, format, message_id, delivered_to, orig_to."""
import email
import email.header
import json
import os


def text(message, name):
    """A header as text; UTF-8 addresses stand in it as they are."""
    value = message.get(name)
    if value is None:
        return None
    raw = "".join(str(part, "utf-8", "replace") if isinstance(part, bytes) else part
                  for part, _ in email.header.decode_header(value)) if isinstance(value, email.header.Header) else value
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def show(path, kind, message):
    print(json.dumps({
        "mailbox": path, "format": kind, "message_id": text(message, "Message-ID"),
        "delivered_to": text(message, "Delivered-To"), "orig_to": text(message, "X-Original-To"),
        "return_path": (text(message, "Return-Path") or "").strip("<>"),
    }))


def mbox(path):
    """The messages of an mbox file.  (The library's reader fails on From lines with UTF-8 addresses.)"""
    with open(path, "rb") as f:
        content = b"\n\n" + f.read().lstrip(b"\0")  # a mailbox made full by a hole begins with zeros
    for part in content.split(b"\n\nFrom ")[1:]:
        yield part.partition(b"\n")[2]


def is_maildir(path):
    return all(os.path.isdir(os.path.join(path, d)) for d in ("cur", "new"))


def main():
    for directory in ("/var/mail", "/home/vmail/vbox"):
        for name in sorted(os.listdir(directory)):
            path = os.path.join(directory, name)
            if os.path.isfile(path) and not name.endswith(".lock"):
                for content in mbox(path):
                    show(path, "mbox", email.message_from_bytes(content))
    for top, directories, _ in os.walk("/home/vmail"):
        if is_maildir(top):
            for sub in ("cur", "new"):
                for name in sorted(os.listdir(os.path.join(top, sub))):
                    with open(os.path.join(top, sub, name), "rb") as f:
                        show(top, "maildir", email.message_from_binary_file(f))
            directories.clear()
    if os.path.exists("/home/vmail/pipe.jsonl"):
        with open("/home/vmail/pipe.jsonl", encoding="utf-8", errors="replace") as f:
            print(f.read(), end="")


main()
