//! Our certificate has expired, or TLS fails for many.

use bstr::ByteSlice;
use postlens_syntax::Class;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::{Sight, Trouble};
use crate::subjects::Subjects;
use crate::watch::{Clock, Rule, Watch};

/// Peers that say so in a TLS alert (RFC 8446, section 6.2), beyond one in 100 minutes.
pub(crate) const EXPIRED: Rule = Rule { least: 3.0, pace: 0.01, times: 0.0, ..Rule::OPEN };

/// TLS troubles, beyond one per minute and five times what is usual: scanners make many.
pub(crate) const BROKEN: Rule = Rule { least: 40.0, pace: 1.0, times: 5.0, most: 20.0 };

/// What OpenSSL's name of the alert ends in; the words before it depend on its version.
const ALERT: &str = "alert certificate expired";

/// What leaves a server without TLS (tls_server.c, tls_certkey.c).
const NO_SERVER: [&str; 3] =
    ["cannot get RSA certificate", "cannot load certificate", "No server certs available"];

/// Watches each host.
#[derive(Debug, Default)]
pub(crate) struct Certificate {
    expired: Subjects<Watch>,
    broken: Subjects<Watch>,
}

impl Certificate {
    fn alert(&mut self, sight: &Sight<'_>, weight: u32, clock: Clock) {
        self.expired.entry(sight.host).add(EXPIRED, clock, sight, weight);
    }
}

impl Detector for Certificate {
    fn trouble(&mut self, trouble: &Trouble<'_>, clock: Clock) {
        let sight = &trouble.sight;
        if !matches!(trouble.class, Some(Class::Tls) | None) {
            return;
        }
        if sight.text.contains_str(ALERT) {
            return self.alert(sight, trouble.weight, clock);
        }
        let tls = trouble.class == Some(Class::Tls);
        if tls {
            let fatal = NO_SERVER.iter().any(|words| sight.text.contains_str(words));
            let weight = if fatal { 40 } else { trouble.weight };
            self.broken.entry(sight.host).add(BROKEN, clock, sight, weight);
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        for (hosts, kind, rule) in [
            (&self.expired, FindingKind::CertificateExpired, EXPIRED),
            (&self.broken, FindingKind::TlsBroken, BROKEN),
        ] {
            for (host, watch) in hosts.iter() {
                watch.report((kind, &Subject::Host(kept(host))), rule, clock, out);
            }
        }
    }
}
