#!/usr/bin/python3
"""The names of the example server's world."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../world"))
from records import address, both, exchanger, pointer, raw, text  # noqa: E402

both("mail.example.com", "192.0.2.10", "2001:db8::10")
for domain in ("example.com", "example.net", "example.org"):
    exchanger(domain, "mail.example.com")
    text(domain, "v=spf1 mx -all")
    text(f"_dmarc.{domain}", "v=DMARC1; p=quarantine")

# senders and recipients elsewhere: domain -> (first address, number of hosts, SPF)
for domain, first, count in (("bigmail", 11, 4), ("freemail", 31, 2), ("university", 41, 1), ("supplier", 51, 1), ("customer", 61, 2), ("bank", 71, 1),
                             ("newsletter", 81, 3), ("agency", 91, 1), ("oldcorp", 101, 1), ("strict", 111, 1), ("picky", 121, 1), ("slowpoke", 131, 1),
                             ("lists", 141, 1), ("bulkmail", 151, 2)):
    hosts = [f"mx{i + 1}.{domain}.example" for i in range(count)]
    for i, host in enumerate(hosts):
        both(host, f"203.0.113.{first + i}")
    exchanger(f"{domain}.example", *hosts[:2])
    text(f"{domain}.example", f"v=spf1 ip4:203.0.113.{first}/30 mx -all" if domain in ("bank", "bigmail") else "v=spf1 mx ~all")
    text(f"_dmarc.{domain}.example", "v=DMARC1; p=reject" if domain == "bank" else "v=DMARC1; p=none")
both("mx6.bigmail.example", "2001:db8:b::11")
exchanger("deadhost.example", "mx.deadhost.example")
address("mx.deadhost.example", "203.0.113.251")  # nothing listens there
raw('local-data: "noreply.example. 60 IN MX 0 ."')

# people at home and bots
for i in range(20, 30):
    both(f"dsl-198-51-100-{i}.isp.example", f"198.51.100.{i}")
both("vps77.hosting.example", "198.51.100.77")
both("vps200.hosting.example", "198.51.100.200")
for i in list(range(100, 140)):
    if i % 3:
        both(f"dyn-{i}.pool.cheapnet.example", f"198.51.100.{i}")
pointer("198.51.100.150", "forged.pool.cheapnet.example")
address("forged.pool.cheapnet.example", "198.51.100.151")

# block list (dnsbl.example) and allow list (swl.example)
for i in (99, 101, 102, 104, 107, 110, 111, 114, 119, 122, 125, 131, 136, 150):
    address(f"{i}.100.51.198.dnsbl.example", "127.0.0.2" if i % 2 else "127.0.0.4")
    text(f"{i}.100.51.198.dnsbl.example", f"Listed, see http://dnsbl.example/lookup?ip=198.51.100.{i}")
address("71.113.0.203.swl.example", "127.0.0.2")
raw('local-data: "mail._domainkey.example.com. 60 IN TXT \'v=DKIM1; k=rsa; p=\'"')
