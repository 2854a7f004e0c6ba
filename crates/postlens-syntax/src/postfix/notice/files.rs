//! The tables' files, name and text. A new table is a line here.

macro_rules! tables {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../tables/", $name))),)*]
    };
}

/// Every table.
pub(super) const FILES: &[(&str, &str)] = tables! {
    "anvil.txt"
    "bounce.txt"
    "cleanup.txt"
    "dnsblog.txt"
    "error.txt"
    "flush.txt"
    "lib-dict.txt"
    "lib-dns.txt"
    "lib-global.txt"
    "lib-master.txt"
    "lib-milter.txt"
    "lib-nbdb.txt"
    "lib-sasl.txt"
    "lib-tls-peer.txt"
    "lib-tls.txt"
    "lib-util.txt"
    "local.txt"
    "master.txt"
    "old.txt"
    "pickup.txt"
    "pipe.txt"
    "postalias.txt"
    "postdrop.txt"
    "postfix.txt"
    "postlog.txt"
    "postlogd.txt"
    "postmap.txt"
    "postmulti.txt"
    "postqueue.txt"
    "postscreen.txt"
    "postsuper.txt"
    "proxymap.txt"
    "qmgr.txt"
    "qmqpd.txt"
    "scache.txt"
    "sendmail.txt"
    "several.txt"
    "showq.txt"
    "smtp.txt"
    "smtpd.txt"
    "spawn.txt"
    "tlsmgr.txt"
    "tlsproxy.txt"
    "trivial-rewrite.txt"
    "verify.txt"
    "virtual.txt"
};
