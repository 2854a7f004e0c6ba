"""TLS in both directions: trusted, untrusted, anonymous, broken."""
import ssl
import time

from hosts import ASK_CERT, BAD_TLS, MUST_ENCRYPT, OUT, client, name
from scenario import scenario

WEAK = "ECDHE-RSA-AES256-SHA384:@SECLEVEL=0"


@scenario
def tls_inbound(s):
    def visit(host=ASK_CERT, **kw):
        c = s.open(host, src=client(36))
        try:
            c.command("EHLO " + name(36))
            c.starttls(**kw)
            c.command("EHLO " + name(36))
            c.mail("tls@isp.test", "bob@lab.test")
            c.quit()
        except (OSError, ssl.SSLError):
            c.drop()

    v12, v10 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1
    for kw in ({}, {"cert": "client"}, {"cert": "selfclient"}, {"version": v12}, {"ciphers": "aNULL:@SECLEVEL=0", "version": v12},
               {"ciphers": "ALL:@SECLEVEL=0", "version": v10}, {"ciphers": WEAK, "version": v12}, {"host": BAD_TLS}):
        visit(**kw)
    c = s.open(ASK_CERT, src=client(37))
    c.command("EHLO c", "STARTTLS")
    c.raw(b"garbage instead of a ClientHello\r\n")
    time.sleep(0.3)
    c.drop()
    c = s.open(ASK_CERT, src=client(37))
    c.command("EHLO c", "STARTTLS")
    c.drop()
    c = s.open(ASK_CERT, src=client(37))  # a client that does not trust us: alert unknown ca
    c.command("EHLO c", "STARTTLS")
    strict = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    strict.load_verify_locations("/etc/labtls/self.pem")
    s.several(1, lambda: strict.wrap_socket(c.socket, server_hostname="mx.lab.test"))
    c.drop()
    c = s.open(MUST_ENCRYPT, src=client(38))
    c.command("EHLO c", "MAIL FROM:<a@isp.test>")
    c.quit()
    c = s.open("192.0.2.37", 465, src=client(38), greet=False)
    c.wrap()
    c.read()
    c.command("EHLO c")
    c.mail("wrap@isp.test", "bob@lab.test")
    c.quit()


@scenario
def tls_outbound(s):
    """Also what expires: the life times of this instance are seconds."""
    for domain in "trusted wrongname expired selfsigned anon notls tls454 tlsdrop tlsgarbage tls10 authrelay".split():
        s.one(OUT, "alice@lab.test", f"tls@{domain}.test")
    s.one(OUT, "alice@lab.test", "bob@lab.test")
    s.sendmail("-f", "alice@lab.test", "t@selfsigned.test", config="postfix-out")
    for domain in "ok refused grey dotsoft unknown noway drop busy".split():
        s.one(OUT, "alice@lab.test", f"exp@{domain}.test")
    s.one(OUT, "", "exp@refused.test")
    s.one(OUT, "nobody-here@lab.test", "x@unknown.test")
    s.one(OUT, "x@refused.test", "x@unknown.test")
    s.one(OUT, "alice@lab.test", "x@outloop.test")
    for user in ("a", "b", "c"):
        s.one(OUT, f"{user}@isp.test", *(f"{user}{i}@{d}.test" for d in ("refused", "grey", "slow") for i in range(3)))
