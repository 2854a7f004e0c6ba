"""What the Internet does to a mail server."""
import imaplib
import socket
import time

from mail import GTUBE, SERVER, SPAM, STAFF, hand_over
from ordinary import Imap, submit

NAMES = ["admin", "info", "test", "user", "office", "scanner", "support", "backup", "sales", "postmaster", "root", "mail", "web", "contact"]


def bot(w):
    """A home computer in a botnet; most are stopped by postscreen."""
    i = w.random.randint(100, 139)
    src = f"198.51.100.{i}"
    helo = w.random.choice([f"dyn-{i}.pool.cheapnet.example", "localhost", "WIN-7F3A", "[198.51.100.1]", "mail.example.com", "ylmf-pc"])
    kind = w.random.random()
    if kind < 0.25:
        chatter(w, src, f"EHLO {helo}\r\n")
    elif kind < 0.35:
        hang_up(w, src)
    else:
        sender = w.random.choice([f"{w.random.choice(NAMES)}@spam{w.random.randint(1, 9)}.example", "promo@bigmail.example", "offers@bulkmail.example", "x@nosuchdomain.example"])
        to = w.random.choice([f"{w.random.choice(NAMES)}@example.com", w.random.choice(STAFF)])
        deliver_once(w, src, helo, sender, [to])


def deliver_once(w, src, helo, sender, recipients, **kw):
    w.smtp.one(SERVER, sender, *recipients, src=src, helo=helo, **kw)


def chatter(w, src, text):
    """Talks before the greeting."""
    c = w.smtp.open(SERVER, 25, src, greet=False, timeout=3)
    try:
        c.raw(text)
        c.read()
        c.command("MAIL FROM:<a@spam1.example>", "RCPT TO:<info@example.com>", "QUIT")
    except OSError:
        pass
    c.drop()


def hang_up(w, src):
    c = w.smtp.open(SERVER, 25, src, greet=False)
    time.sleep(0.3)
    c.drop()


def dictionary(w):
    """Tries one name after the other in one session."""
    i = w.random.choice([103, 105, 106, 108, 109])
    c = w.smtp.open(SERVER, 25, f"198.51.100.{i}")
    try:
        c.command(f"EHLO dyn-{i}.pool.cheapnet.example", "MAIL FROM:<sam@bigmail.example>")
        for name in w.random.sample(NAMES, 8):
            c.command(f"RCPT TO:<{name}{w.random.randint(1, 99)}@example.com>")
        c.quit()
    except OSError:
        c.drop()


def relay_test(w):
    deliver_once(w, "198.51.100.77", "vps77.hosting.example", "test@example.com", ["relaytest@bigmail.example"])


def web_scanner(w):
    chatter(w, f"198.51.100.{w.random.randint(100, 139)}", "GET / HTTP/1.1\r\nHost: 192.0.2.10\r\n\r\n")


def port_scan(w):
    for port in (25, 587, 465, 143, 993):
        c = socket.socket()
        c.bind(("198.51.100.78", 0))
        c.settimeout(5)
        try:
            c.connect((SERVER, port))
            if port == 465:
                c.sendall(b"\r\n\r\n")
            time.sleep(0.1)
        except OSError:
            pass
        c.close()


def banned_client(w):
    deliver_once(w, w.random.choice(["198.51.100.180", "198.51.100.195", "198.51.100.99"]), "host.bulkmail.example", "offers@bulkmail.example", ["bob@example.com"])


def bulk_offer(w):
    hand_over(w, "203.0.113.151", "mx1.bulkmail.example", "offers@bulkmail.example", [w.random.choice(STAFF)], subject="Special offer")


def spam(w):
    """Comes from a good server, so that the content decides."""
    i = w.random.randint(0, 1)
    text = {"subject": "You have won", "body": SPAM * 5 + "\r\n" + (GTUBE + "\r\n")} if w.random.random() < 0.7 else {"subject": "lottery: you are the winner"}
    hand_over(w, f"203.0.113.{31 + i}", f"mx{i + 1}.freemail.example", w.person("freemail.example"), [w.random.choice(STAFF)], **text)


def trojan(w):
    hand_over(w, "203.0.113.14", "mx4.bigmail.example", w.person("bigmail.example"), ["sales@example.com"], subject="unpaid invoice 4711",
              header="MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
              body='--b\r\nContent-Type: application/octet-stream; name="invoice.pdf.exe"\r\n\r\nMZ\r\n--b--\r\n')


def forged_bank(w):
    """The bank's SPF and DMARC forbid it."""
    hand_over(w, "203.0.113.152", "mx2.bulkmail.example", "service@bank.example", [w.random.choice(STAFF)], subject="Your account")


def forged_from(w):
    """Another envelope sender, the bank in the From header: only DMARC sees it."""
    hand_over(w, "203.0.113.152", "mx2.bulkmail.example", "info@bulkmail.example", [w.random.choice(STAFF)], subject="Your account", author="service@bank.example")


def held(w):
    hand_over(w, "203.0.113.31", "mx1.freemail.example", w.person("freemail.example"), ["bob@example.com"], header="X-Spam-Probe: hold\r\n")


def guess_password(w, src="198.51.100.77", tries=3):
    """Password guessing at the submission service."""
    c = w.smtp.open(SERVER, 587, src)
    try:
        c.command("EHLO vps77.hosting.example")
        c.starttls()
        c.command("EHLO vps77.hosting.example")
        for _ in range(tries):
            c.auth("LOGIN", f"{w.random.choice(NAMES + ['alice', 'bob', 'carol'])}@example.com", "123456")
        c.drop()
    except OSError:
        c.drop()


def guess_imap(w):
    for _ in range(3):
        c = Imap("198.51.100.77")
        try:
            c.login(f"{w.random.choice(NAMES)}@example.com", "password")
        except imaplib.IMAP4.error:
            c.shutdown()


def stolen_account(w):
    """Somebody has carol's password and sends from a rented server."""
    domain = w.random.choice(["bigmail.example", "freemail.example", "customer.example", "picky.example", "university.example", "slowpoke.example", "agency.example"])
    users = [f"{w.random.choice(['gone', 'former', 'closed', 'ann', 'joe', 'max', 'eva', 'leo'])}@{domain}", f"x{w.random.randint(1, 999)}@{domain}"]
    submit(w, "carol@example.com", users, src="198.51.100.200", mechanism="LOGIN", subject="Re: your parcel", body=SPAM * 20 + "\r\n")
