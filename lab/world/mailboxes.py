#!/usr/bin/python3
"""Lists what lies in the mailboxes of this host, as JSON lines: mailbox, format, message_id, delivered_to, orig_to."""
import email
import json
import mailbox
import os


def show(path, kind, message):
    print(json.dumps({
        "mailbox": path, "format": kind, "message_id": message.get("Message-ID"),
        "delivered_to": message.get("Delivered-To"), "orig_to": message.get("X-Original-To"),
        "return_path": (message.get("Return-Path") or "").strip("<>"),
    }))


def is_maildir(path):
    return all(os.path.isdir(os.path.join(path, d)) for d in ("cur", "new"))


def main():
    for directory in ("/var/mail", "/home/vmail/vbox"):
        for name in sorted(os.listdir(directory)):
            path = os.path.join(directory, name)
            if os.path.isfile(path) and ".lock" not in name:
                with open(path, "rb") as f:
                    if f.read(1) == b"\0":  # a mailbox made full by a hole
                        continue
                for message in mailbox.mbox(path, create=False):
                    show(path, "mbox", message)
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
