//! OpenDKIM 2.9 to 2.11: `QUEUEID: DKIM verification successful`, `QUEUEID: DKIM-Signature field
//! added (s=S, d=D)`, `QUEUEID: s=S d=D a=A SSL ERROR`, `QUEUEID: no signature data`…
//!
//! A milter: it logs under the queue ID that smtpd told it (macro `i`). The selector and
//! the domain are the signer's, without spaces.

use bstr::BStr;

use super::anchor::some;
use super::verdict::{Authentication, Check};
use crate::queue_id::QueueId;
use crate::scan::{cut, rcut};

/// Reads one line of OpenDKIM's.
pub(super) fn parse(text: &[u8]) -> Option<Authentication<'_>> {
    let (queue_id, text) = QueueId::split(text)?;
    let mut line = verdict(text)?;
    line.queue_id = Some(queue_id);
    Some(line)
}

fn verdict(text: &[u8]) -> Option<Authentication<'_>> {
    let new = |result| Authentication::new(Check::Dkim, result);
    match text {
        b"DKIM verification successful" => return Some(new(b"pass")),
        b"no signature data" => return Some(new(b"none")),
        b"bad signature data" => return Some(with_reason(new(b"fail"), text)),
        _ => {}
    }
    if let Some(rest) = text.strip_prefix(b"s=") {
        return failure(rest);
    }
    if let Some(rest) = text.strip_prefix(b"DKIM-Signature field added (s=") {
        return named(new(b"signed"), rest.strip_suffix(b")")?);
    }
    if let Some(rest) = text.strip_prefix(b"key revoked (s=") {
        let line = named(new(b"permerror"), rest.strip_suffix(b")")?)?;
        return Some(with_reason(line, b"key revoked"));
    }
    if let Some(rest) = text.strip_prefix(b"key retrieval failed (s=") {
        let (names, why) = cut(rest, b")")?;
        let why = why.strip_prefix(b": ").unwrap_or(b"key retrieval failed");
        return Some(with_reason(named(new(b"temperror"), names)?, why));
    }
    if let Some(rest) = text.strip_prefix(b"signature=") {
        return by_library(rest);
    }
    const ERRORS: [&[u8]; 3] =
        [b"key retrieval failed", b"signature processing failed: ", b"syntax error: "];
    let is_error = ERRORS.iter().any(|start| text.starts_with(start));
    is_error.then(|| with_reason(new(b"permerror"), text))
}

fn with_reason<'a>(line: Authentication<'a>, reason: &'a [u8]) -> Authentication<'a> {
    Authentication { reason: some(reason), ..line }
}

/// `S d=D a=A SSL ERROR`, before 2.9 without ` a=A`.
fn failure(text: &[u8]) -> Option<Authentication<'_>> {
    let (selector, rest) = cut(text, b" d=")?;
    let (domain, rest) = cut(rest, b" ")?;
    let rest = match rest.strip_prefix(b"a=") {
        Some(rest) => cut(rest, b" ")?.1,
        None => rest,
    };
    let reason = rest.strip_prefix(b"SSL")?;
    Some(Authentication {
        selector: some(selector),
        domain: some(domain),
        reason: some(reason.trim_ascii()),
        ..Authentication::new(Check::Dkim, b"fail")
    })
}

/// `S, d=D`, also followed by `, a=A`.
fn named<'a>(line: Authentication<'a>, text: &'a [u8]) -> Option<Authentication<'a>> {
    let (selector, domain) = cut(text, b", d=")?;
    let domain = cut(domain, b", a=").map_or(domain, |(domain, _)| domain);
    Some(Authentication { selector: some(selector), domain: some(domain), ..line })
}

/// `X domain=D selector=S result="R"`.
fn by_library(text: &[u8]) -> Option<Authentication<'_>> {
    let (_, rest) = cut(text, b" domain=")?;
    let (domain, rest) = cut(rest, b" selector=")?;
    let (selector, why) = rcut(rest, b" result=\"")?;
    let why = why.strip_suffix(b"\"")?;
    let is_good = why == b"no signature error";
    Some(Authentication {
        domain: some(domain),
        selector: some(selector),
        reason: (!is_good).then_some(BStr::new(why)),
        ..Authentication::new(Check::Dkim, if is_good { b"pass" } else { b"fail" })
    })
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn verification() {
        check(
            "opendkim",
            "4T8Zh133D8zGpCM: DKIM verification successful",
            "authentication_result queue_id=4T8Zh133D8zGpCM check=dkim result=pass",
        );
        check(
            "opendkim",
            "A0320E00C2: no signature data",
            "authentication_result queue_id=A0320E00C2 check=dkim result=none",
        );
        check(
            "opendkim",
            "A0320E00C2: s=mail d=example.net a=rsa-sha256 SSL error:0200008A:rsa \
             routines::invalid padding",
            "authentication_result queue_id=A0320E00C2 check=dkim result=fail \
             domain=example.net selector=mail \
             reason=error:0200008A:rsa routines::invalid padding",
        );
        check(
            "opendkim",
            "A0320E00C2: s=mail d=example.net SSL ",
            "authentication_result queue_id=A0320E00C2 check=dkim result=fail \
             domain=example.net selector=mail",
        );
        check(
            "opendkim",
            "A0320E00C2: key retrieval failed (s=mail, d=example.net): 'mail._domainkey.\
             example.net' record not found",
            "authentication_result queue_id=A0320E00C2 check=dkim result=temperror \
             domain=example.net selector=mail \
             reason='mail._domainkey.example.net' record not found",
        );
    }

    #[test]
    fn signing() {
        check(
            "opendkim",
            "A0320E00C2: DKIM-Signature field added (s=mail, d=example.com)",
            "authentication_result queue_id=A0320E00C2 check=dkim result=signed \
             domain=example.com selector=mail",
        );
        check_none("opendkim", "A0320E00C2: mail.example.net [192.0.2.7] not internal");
        check_none("opendkim", "OpenDKIM Filter v2.11.0 starting (args: -f)");
    }
}
