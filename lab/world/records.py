"""Writes DNS records as lines of an unbound `server:` section."""


def address(name, *addresses):
    for ip in addresses:
        kind = "AAAA" if ":" in ip else "A"
        print(f'local-data: "{name}. 60 IN {kind} {ip}"')


def pointer(ip, name):
    print(f'local-data-ptr: "{ip} 60 {name}."')


def both(name, *addresses):
    """Forward and reverse record that agree."""
    address(name, *addresses)
    for ip in addresses:
        pointer(ip, name)


def exchanger(domain, *hosts):
    for i, host in enumerate(hosts):
        print(f'local-data: "{domain}. 60 IN MX {10 * (i + 1)} {host}."')


def text(name, value):
    print(f"local-data: '{name}. 60 IN TXT \"{value}\"'")


def raw(line):
    print(line)
