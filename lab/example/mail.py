"""Invented mail: people, subjects, sizes, and how a remote server hands a message over."""
import os
import sys
from email.utils import formatdate

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../traffic"))
from scenario import Scenario  # noqa: E402
from truth import Truth  # noqa: E402

SERVER, SERVER6 = "192.0.2.10", "2001:db8::10"
STAFF = ["alice@example.com", "bob@example.com", "carol@example.com", "dave@example.com", "erin@example.org", "frank@example.org", "heidi@example.org"]
INBOX = STAFF * 4 + ["info@example.com", "sales@example.com", "team@example.com", "contact@example.net", "orders@example.net", "judy@example.net",
                     "office@example.org", "alice+shop@example.com", "carol+news@example.com", "webmaster@example.com"]
# domain -> addresses of its senders' hosts
SENDERS = {"bigmail.example": [f"203.0.113.{i}" for i in range(11, 15)], "freemail.example": ["203.0.113.31", "203.0.113.32"], "university.example": ["203.0.113.41"],
           "supplier.example": ["203.0.113.51"], "customer.example": ["203.0.113.61", "203.0.113.62"], "bank.example": ["203.0.113.71"],
           "newsletter.example": ["203.0.113.81", "203.0.113.82", "203.0.113.83"], "agency.example": ["203.0.113.91"], "oldcorp.example": ["203.0.113.101"],
           "lists.example": ["203.0.113.141"]}
PEOPLE = ["ken", "laura", "mike", "nora", "oscar", "peggy", "quentin", "rita", "sam", "trudy", "ursula", "victor", "wendy", "yuki", "zoe"]
SUBJECTS = ["Re: offer", "Minutes of the meeting", "Order confirmation", "Lunch?", "Draft v3", "Your ticket", "Invoice 2026-{n}", "Fwd: photos", "Delivery note {n}",
            "Re: Re: schedule", "Question about {n}", "Weekly report", "Hello", "unpaid invoice 77", "Payment received", "Contract", "Travel plans"]
SPAM = "Buy now!!! 100% free, no prescription needed, click here http://pills.example/ viagra cheap meds online casino winner $$$ "
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


class MailIds:
    """Message-IDs as mail programs make them, one after the other from a seeded source."""

    def __init__(self, random):
        self.random = random

    def next(self, sender):
        domain = sender.rpartition("@")[2] if sender else "mail.example.com"
        ident = f"{self.random.getrandbits(64):016x}"
        return ident, f"<{ident}@{domain}>"


class World:
    """What every action needs: randomness, the clock, the schedule, and SMTP."""

    def __init__(self, random, clock, schedule):
        self.random, self.clock, self.schedule = random, clock, schedule
        self.smtp = Scenario("example", Truth("/dev/null"))
        self.smtp.ids = MailIds(random)

    def subject(self):
        return self.random.choice(SUBJECTS).format(n=self.random.randint(1000, 9999))

    def body(self, size=None):
        size = size or int(min(3_000_000, self.random.lognormvariate(8.5, 1.4)))
        line = "The quick brown fox jumps over the lazy dog and goes on to the next line.\r\n"
        return line * (size // len(line) + 1)

    def date(self):
        return f"Date: {formatdate(self.clock.now())}\r\n"

    def person(self, domain):
        return f"{self.random.choice(PEOPLE)}@{domain}"

    def later(self, seconds, action):
        self.schedule.add(self.clock.now() + seconds, action)


def hand_over(w, src, helo, sender, recipients, tls=True, attempt=1, header="", **kw):
    """A mail server delivers to us; what is put off comes again, up to four times."""
    host = SERVER6 if ":" in src else SERVER
    c, reply = None, None
    kw.setdefault("author", sender or "mailer-daemon@" + helo.partition(".")[2])
    try:
        c = w.smtp.open(host, 25, src)
        c.command("EHLO " + helo)
        if tls:
            c.starttls()
            c.command("EHLO " + helo)
        reply = c.mail(sender, *recipients, header=w.date() + header, **kw)
        c.quit()
    except OSError as error:
        if c:
            c.close(type(error).__name__)
    if reply and reply.startswith("4") and attempt < 4:
        w.later(w.random.randint(320, 900) * attempt, lambda w: hand_over(w, src, helo, sender, recipients, tls, attempt + 1, header, **kw))
    return reply
