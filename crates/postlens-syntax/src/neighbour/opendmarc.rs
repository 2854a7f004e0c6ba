//! OpenDMARC 1.3 and 1.4: `QUEUEID: DOMAIN RESULT` and `QUEUEID: SPF(IDENTITY): DOMAIN RESULT`.
//!
//! A milter: it logs under the queue ID that smtpd told it (macro `i`). The domain is the
//! one of the From header field, or of the envelope sender or HELO for SPF.

use super::anchor::some;
use super::verdict::{Authentication, Check};
use crate::queue_id::QueueId;
use crate::scan::{cut, rcut};

/// Reads one line of OpenDMARC's.
pub(super) fn parse(text: &[u8]) -> Option<Authentication<'_>> {
    const RESULTS: [&[u8]; 9] = [
        b"pass",
        b"fail",
        b"none",
        b"softfail",
        b"neutral",
        b"temperror",
        b"permerror",
        b"error",
        b"unknown",
    ];
    let (queue_id, text) = QueueId::split(text)?;
    let (check, identity, text) = match text.strip_prefix(b"SPF(") {
        Some(rest) => {
            let (identity, rest) = cut(rest, b"): ")?;
            (Check::Spf, some(identity), rest)
        }
        None => (Check::Dmarc, None, text),
    };
    let (domain, result) = rcut(text, b" ")?;
    if !RESULTS.contains(&result) || domain.contains(&b' ') {
        return None;
    }
    Some(Authentication {
        queue_id: Some(queue_id),
        identity,
        domain: some(domain),
        ..Authentication::new(check, result)
    })
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn results() {
        check(
            "opendmarc",
            "4T8Zh133D8zGpCM: example.net fail",
            "authentication_result queue_id=4T8Zh133D8zGpCM check=dmarc result=fail \
             domain=example.net",
        );
        check(
            "opendmarc",
            "A0320E00C2: SPF(mailfrom): bounces.example.net pass",
            "authentication_result queue_id=A0320E00C2 check=spf result=pass \
             identity=mailfrom domain=bounces.example.net",
        );
        check_none("opendmarc", "ignoring connection from localhost");
        check_none("opendmarc", "A0320E00C2: unable to parse From header field");
    }
}
