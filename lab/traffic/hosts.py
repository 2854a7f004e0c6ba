"""Addresses of the lab's services (conf/*/master.cf says what each does)."""

HUB, POSTSCREEN_HUB, FILTERED, PROXIED, SASL_DOWN = "192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13", "192.0.2.19"
POSTSCREEN_MX, RESTRICTED, MILTER, CHECKS, RATES, NOT_DELAYED, VERIFY, LIMITS = (
    f"192.0.2.{i}" for i in (25, 26, 27, 28, 29, 31, 32, 33))
MILTER_DOWN, POLICY_DOWN, ASK_CERT, BAD_TLS, MUST_ENCRYPT = (f"192.0.2.{i}" for i in (34, 35, 36, 38, 39))
OUT, BULK, FULL = "192.0.2.40", "192.0.2.50", "192.0.2.60"
HUB6, POSTSCREEN_MX6, RESTRICTED6, OUT6 = "2001:db8::10", "2001:db8::25", "2001:db8::26", "2001:db8::40"


def client(i):
    """The i-th IPv4 client, clientI.isp.test."""
    return f"198.51.100.{i}"


def client6(i):
    return f"2001:db8:c::{i}"


def name(i):
    return f"client{i}.isp.test"
