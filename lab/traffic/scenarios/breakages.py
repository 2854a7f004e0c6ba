"""Failures of configuration and of services that an operator meets."""
import time

from hosts import POLICY_DOWN, SASL_DOWN, client
from scenario import scenario

BROKEN_SERVICES = """\
192.0.2.14:25 inet n - n - - smtpd
  -o smtpd_client_restrictions=check_client_access,hash:/etc/postfix/missing_map
192.0.2.15:25 inet n - n - - smtpd
  -o alias_maps=
  -o smtpd_recipient_restrictions=nosuch_restriction
192.0.2.16:25 inet n - n - - nosuchdaemon
192.0.2.17:25 inet n - n - 1 smtpd
"""


@scenario
def breakages(s):
    time.sleep(9)
    s.one(POLICY_DOWN, "a@isp.test", "bob@lab.test", src=client(70))
    s.one(SASL_DOWN, "a@isp.test", "bob@lab.test", src=client(39))
    with open("/etc/postfix/master.cf", "r+", encoding="utf-8") as f:
        services = f.read()
        f.seek(0)
        f.write(BROKEN_SERVICES + services)
    s.run(["postfix", "reload"])
    time.sleep(1.5)
    for i in (14, 15, 16):
        s.one(f"192.0.2.{i}", "a@isp.test", "bob@lab.test", src=client(39))
    at_once = []  # more connections than the process limit: a warning by master
    s.several(4, lambda: at_once.append(s.open("192.0.2.17", src=client(39), greet=False)))
    time.sleep(2)
    for c in at_once:
        c.drop()
    s.run("sed -i 's/^myhostname = .*/&\\nunused_parametr = x/' /etc/postfix-out/main.cf")
    s.run(["postfix", "-c", "/etc/postfix-out", "reload"])
