//! A service of ours is down: a content filter, a milter, a policy service, a mail store,
//! a transport, the login service.

use bstr::ByteSlice;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::{Failure, Sight, Symptom, Trouble};
use crate::subjects::Subjects;
use crate::watch::{Clock, Rule, Watch};

/// Failures to reach it, beyond one in 20 minutes and three times what is usual.
pub(crate) const RULE: Rule = Rule { least: 3.0, pace: 0.05, times: 3.0, most: 2.0 };

/// What stands before and after a service's name in the warnings of Postfix: milter8.c,
/// attr_clnt.c, smtpd_proxy.c, xsasl_dovecot_server.c, qmgr_transport.c, mail_connect.c.
const NAMED: [(&[u8], &[u8]); 8] = [
    (b"connect to Milter service ", b": "),
    (b"problem talking to server ", b": "),
    (b"connect to proxy filter ", b": "),
    (b"connect to proxy service ", b": "),
    (b"lost connection with proxy ", b""),
    (b"SASL: Connect to Dovecot auth socket '", b"' failed"),
    (b"connect to transport ", b": "),
    (b"connect #", b""),
];

/// Watches each service.
#[derive(Debug, Default)]
pub(crate) struct Service {
    services: Subjects<Watch>,
}

impl Service {
    fn down(&mut self, name: &[u8], sight: &Sight<'_>, weight: u32, clock: Clock) {
        self.services.entry(name).add(RULE, clock, sight, weight);
    }
}

/// The service that a warning says cannot be reached.
fn named(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"warning: ").unwrap_or(text);
    let (rest, after) =
        NAMED.iter().find_map(|(before, after)| Some((text.strip_prefix(*before)?, *after)))?;
    if text.starts_with(b"connect #") {
        // `connect #3 to subsystem private/rewrite: …`
        let at = rest.find(" to subsystem ")? + 14;
        let name = rest.get(at..)?;
        return name.get(..name.find(": ")?);
    }
    let end = if after.is_empty() { rest.len() } else { rest.find(after)? };
    rest.get(..end)
}

impl Detector for Service {
    fn failure(&mut self, failure: &Failure<'_>, clock: Clock) {
        if failure.symptom == Symptom::OurService {
            self.down(failure.service, &failure.sight, failure.weight, clock);
        }
    }

    fn trouble(&mut self, trouble: &Trouble<'_>, clock: Clock) {
        if let Some(name) = named(trouble.sight.text) {
            self.down(name, &trouble.sight, trouble.weight, clock);
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        for (name, watch) in self.services.iter() {
            let subject = Subject::Service(kept(name));
            watch.report((FindingKind::ServiceDown, &subject), RULE, clock, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn services_are_named() {
        let check = |text: &str, name: Option<&str>| {
            assert_eq!(named(text.as_bytes()), name.map(str::as_bytes), "{text}");
        };
        check(
            "warning: connect to Milter service inet:127.0.0.1:8891: Connection refused",
            Some("inet:127.0.0.1:8891"),
        );
        check(
            "warning: SASL: Connect to Dovecot auth socket 'private/auth' failed: Connection refused",
            Some("private/auth"),
        );
        check(
            "warning: problem talking to server private/policy: Connection timed out",
            Some("private/policy"),
        );
        check(
            "warning: connect #1 to subsystem private/rewrite: No such file",
            Some("private/rewrite"),
        );
        check("warning: hostname a.example does not resolve to address 192.0.2.1", None);
    }
}
