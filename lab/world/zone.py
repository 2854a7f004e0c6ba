#!/usr/bin/python3
"""The names of the lab: our hosts, the clients, the remote servers of sinks.py."""
from records import address, both, exchanger, pointer, raw

# ours
both("hub.lab.test", "192.0.2.10", "2001:db8::10")
both("mx.lab.test", "192.0.2.25", "2001:db8::25")
both("out.lab.test", "192.0.2.40", "2001:db8::40")
both("bulk.lab.test", "192.0.2.50", "2001:db8::50")
both("full.lab.test", "192.0.2.60")
for i in range(11, 40):
    if i != 25:
        both(f"svc{i}.lab.test", f"192.0.2.{i}")
exchanger("lab.test", "mx.lab.test")
address("lab.test", "192.0.2.10")

# clients
for i in list(range(1, 66)) + list(range(70, 100)):
    both(f"client{i}.isp.test", f"198.51.100.{i}")
pointer("198.51.100.67", "fake.isp.test")  # the name has another address
address("fake.isp.test", "198.51.100.99")
pointer("198.51.100.68", "gone.isp.test")  # the name has no address
for i in range(1, 5):
    both(f"v6client{i}.isp.test", f"2001:db8:c::{i}")
address("isp.test", "198.51.100.1")
exchanger("isp.test", "client1.isp.test")

# remote servers, one behaviour each
SERVERS = {
    "ok": 10, "unknown": 11, "grey": 12, "busy": 13, "drop": 14, "spamrej": 15, "badfrom": 16, "noway": 17,
    "dotsoft": 18, "refused": 19, "tarpit": 20, "blackhole": 21, "pix": 22, "slow": 23, "lmtpnet": 24,
    "noutf8": 10, "notls": 10, "trusted": 30, "selfsigned": 31, "wrongname": 32, "expired": 33, "anon": 34,
    "tlsgarbage": 35, "tls454": 36, "authrelay": 37, "small": 38, "tlsdrop": 40, "tls10": 41, "full": 25,
}
for name, i in SERVERS.items():
    exchanger(f"{name}.test", f"mx.{name}.test")
    address(f"mx.{name}.test", f"203.0.113.{i}")
for name in ("bigmail", "freemail", "corp-partner", "university", "shop"):
    exchanger(f"{name}.test", f"mx1.{name}.test", f"mx2.{name}.test")
    address(f"mx1.{name}.test", "203.0.113.10")
    address(f"mx2.{name}.test", "203.0.113.10")
for name, server in (("dead1", "refused"), ("dead2", "refused"), ("dead3", "tarpit"), ("grey2", "grey"), ("grey3", "grey")):
    exchanger(f"{name}.test", f"mx.{server}.test")
for name in ("spammy", "dbl-listed"):
    address(f"{name}.test", "203.0.113.10")
    exchanger(f"{name}.test", "mx.ok.test")
raw('local-zone: "bulkcorp.test." redirect')
exchanger("bulkcorp.test", "mx.refused.test")

# ways a name can be odd
exchanger("multi.test", "mx.refused.test", "mx.ok.test")
exchanger("alldead.test", "mx.refused.test", "mx.blackhole.test", "mx.busy.test")
address("v6only.test", "2001:db8:beef::10")
exchanger("v6mx.test", "v6only.test")
exchanger("v6dead.test", "dead6.v6dead.test")
address("dead6.v6dead.test", "2001:db8:beef::19")
address("nomx.test", "203.0.113.10")
exchanger("unroutable.test", "mx.unroutable.test")
address("mx.unroutable.test", "233.252.0.1")
raw('local-data: "nullmx.test. 60 IN MX 0 ."')
exchanger("badmx.test", "nohost.badmx.test")
raw('local-data: "empty.test. 60 IN TXT x"')
exchanger("selfloop.test", "hub.lab.test")
exchanger("outloop.test", "out.lab.test")
exchanger("xn--hxajbheg2az3al.test", "mx.utf8.test")
address("mx.utf8.test", "203.0.113.39")
exchanger("utf8.test", "mx.utf8.test")
