"""Ordinary business: mail in, mail out, reading mail, lists, jobs of the system."""
import imaplib
import poplib
import socket
import ssl

from mail import INBOX, SENDERS, SERVER, STAFF, hand_over
from server import sendmail

REMOTE = (["bigmail.example"] * 6 + ["freemail.example"] * 4 + ["customer.example"] * 5 + ["supplier.example"] * 4 + ["university.example"] * 2 +
          ["bank.example"] * 2 + ["agency.example", "oldcorp.example", "lists.example"])
TROUBLE = ["gone@bigmail.example", "former@customer.example", "full@freemail.example", "closed@bigmail.example", "ken@strict.example", "nora@picky.example",
           "sam@slowpoke.example", "mike@deadhost.example", "rita@custmer.example", "info@noreply.example", "zoe@supplier.example"]


def inbound(w):
    r = w.random
    domain = r.choice([*SENDERS, "bigmail.example", "customer.example", "freemail.example"])
    src = r.choice(SENDERS[domain])
    host = f"mx{SENDERS[domain].index(src) + 1}.{domain}"
    if domain == "bigmail.example" and r.random() < 0.15:
        src, host = "2001:db8:b::11", "mx6.bigmail.example"
    recipients = r.sample(INBOX, r.choice([1, 1, 1, 1, 1, 2, 3]))
    sender = w.person(domain) if r.random() > 0.06 else ""
    hand_over(w, src, host, sender, list(dict.fromkeys(recipients)), tls=domain != "oldcorp.example", subject=w.subject(), body=w.body())


def submit(w, user=None, recipients=None, src=None, mechanism=None, **kw):
    """A member of staff sends mail, from home over 587 or 465."""
    r = w.random
    user = user or r.choice(STAFF)
    src = src or home_of(user)
    if recipients is None:
        recipients = [w.person(r.choice(REMOTE)) for _ in range(r.choice([1, 1, 1, 2, 3]))]
        if r.random() < 0.3:
            recipients.append(r.choice(INBOX))
        if r.random() < 0.22:
            recipients[0] = r.choice(TROUBLE)
    port = 465 if STAFF.index(user) % 3 == 0 else 587
    c = w.smtp.open(SERVER, port, src, greet=port == 587)
    try:
        helo = f"[{src}]"
        if port == 465:
            c.wrap()
            c.read()
        else:
            c.command("EHLO " + helo)
            c.starttls()
        c.command("EHLO " + helo)
        if c.auth(mechanism or ("LOGIN" if user == "dave@example.com" else "PLAIN"), user, "secret-" + user.split("@")[0]).startswith("235"):
            c.mail(user, *dict.fromkeys(recipients), subject=kw.get("subject") or w.subject(), body=kw.get("body") or w.body(), header=w.date())
        c.quit()
    except OSError:
        c.drop()


def web_shop(w):
    """The shop on the same host writes to a customer."""
    c = w.smtp.open("127.0.0.1")
    c.command("EHLO localhost")
    domain = w.random.choice(["bigmail.example", "freemail.example", "customer.example"])
    to = f"{w.random.choice(['gone', 'full'])}@{domain}" if w.random.random() < 0.08 else w.person(domain)
    c.mail("shop@example.com", to, subject=f"Your order {w.random.randint(10000, 99999)}", body=w.body(3000), header=w.date())
    c.quit()


class Imap(imaplib.IMAP4):
    """IMAP from a chosen address."""

    def __init__(self, src):
        self.src = src
        super().__init__(SERVER)

    def _create_socket(self, timeout):
        return socket.create_connection((SERVER, 143), timeout=10, source_address=(self.src, 0))


class Pop(poplib.POP3):
    """POP3 from a chosen address."""

    def __init__(self, src):
        self.src = src
        super().__init__(SERVER)

    def _create_socket(self, timeout):
        return socket.create_connection((SERVER, 110), timeout=10, source_address=(self.src, 0))


def home_of(user):
    """The address that a member of staff connects from."""
    return f"198.51.100.{20 + STAFF.index(user)}"


def read_mail(w):
    user = w.random.choice(STAFF)
    password = "secret-" + user.split("@")[0]
    if w.random.random() < 0.2:
        p = Pop(home_of(user))
        p.user(user)
        p.pass_(password)
        p.quit()
        return
    c = Imap(home_of(user))
    if w.random.random() < 0.8:
        c.starttls(ssl._create_unverified_context())
    c.login(user, password)
    c.select()
    c.logout()


def mistyped_password(w):
    user = w.random.choice(STAFF)
    for _ in range(2):
        c = Imap(home_of(user))
        try:
            c.login(user, "Secret")
        except imaplib.IMAP4.error:
            c.shutdown()


def cron_mail(w):
    sendmail("root", ["root"], "Cron <root@mail> /usr/local/bin/backup", w.body(1500))


def list_post(w):
    """A member writes to the internal list; one member left the company that carries it."""
    user = w.random.choice(STAFF[:4])
    submit(w, user, ["team@example.com"], subject="[team] " + w.subject())


def newsletter(w):
    """To the customers' list: some addresses have died since the last time."""
    sendmail("bob", ["customers"], "News from example.com", w.body(20000))


def big_attachment(w):
    submit(w, recipients=["ken@customer.example", "judy@bigmail.example"], subject="Catalogue", body=w.body(2_500_000))


def too_big(w):
    hand_over(w, "203.0.113.61", "mx1.customer.example", "oscar@customer.example", ["sales@example.com"], subject="Video", options=" SIZE=45000000")


def fill_mailbox(w):
    """Grace's mailbox is small."""
    hand_over(w, "203.0.113.11", "mx1.bigmail.example", w.person("bigmail.example"), ["grace@example.org"], subject="Photos", body=w.body(90_000))


def ticket(w):
    hand_over(w, "203.0.113.61", "mx1.customer.example", w.person("customer.example"), ["tickets@example.com"], subject="It does not work", body=w.body(4000))


def typo(w):
    """A correspondent mistypes an address."""
    hand_over(w, "203.0.113.12", "mx2.bigmail.example", w.person("bigmail.example"), [w.random.choice(["alcie@example.com", "bobb@example.com", "eric@example.org", "nobody@example.net"])])
