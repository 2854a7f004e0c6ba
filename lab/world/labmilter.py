#!/usr/bin/python3
"""A milter on 127.0.0.1:8891 whose verdict follows the sender's local part."""
import Milter

REFUSE, TEMPFAIL, GO_ON = Milter.REJECT, Milter.TEMPFAIL, Milter.CONTINUE
BY_CLIENT = {"198.51.100.71": REFUSE, "198.51.100.72": TEMPFAIL}
AT_MAIL = {"mrejmail": REFUSE, "mtempmail": TEMPFAIL, "mdiscmail": Milter.DISCARD, "maccept": Milter.ACCEPT}
AT_END = {
    "mspam": (REFUSE, "550", "5.7.1", "Blocked by SpamAssassin: score 17.3/5.0"),
    "mvirus": (REFUSE, "554", "5.7.1", "virus Eicar-Test-Signature detected by ClamAV - http://clamav.example"),
    "mtempeom": (TEMPFAIL, "451", "4.7.1", "Greylisting in action, please come back later"),
}


class LabMilter(Milter.Base):
    def __init__(self):
        self.id = Milter.uniqueID()
        self.user = ""

    def connect(self, host, family, address):
        return BY_CLIENT.get(address[0] if address else "", GO_ON)

    def hello(self, name):
        if name == "milter-bad-helo.test":
            self.setreply("550", "5.7.1", "milter does not like your HELO")
            return REFUSE
        return GO_ON

    def envfrom(self, sender, *_):
        self.user = sender.strip("<>").split("@")[0].split("+")[0]
        return AT_MAIL.get(self.user, GO_ON)

    def envrcpt(self, recipient, *_):
        if self.user == "mrejrcpt":
            self.setreply("550", "5.7.1", "milter: recipient refused")
            return REFUSE
        return TEMPFAIL if self.user == "mtemprcpt" else GO_ON

    def header(self, name, value):
        return REFUSE if self.user == "mrejhdr" and name.lower() == "subject" else GO_ON

    def eom(self):
        if self.user in AT_END:
            verdict, *reply = AT_END[self.user]
            self.setreply(*reply)
            return verdict
        if self.user == "mdiscard":
            return Milter.DISCARD
        if self.user == "mquarantine":
            self.quarantine("milter quarantine: looks odd")
        if self.user == "maddhdr":
            self.addheader("X-Lab-Milter", "yes")
            self.addrcpt("<bob@lab.test>")
        return GO_ON


Milter.factory = LabMilter
Milter.set_flags(Milter.ADDHDRS | Milter.CHGHDRS | Milter.ADDRCPT | Milter.DELRCPT | Milter.QUARANTINE)
Milter.runmilter("labmilter", "inet:8891@127.0.0.1", 30)
