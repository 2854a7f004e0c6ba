//! spamd of SpamAssassin 3.x and 4.x: `spamd: identified spam|clean message (S/R) for USER:UID
//! in T seconds, N bytes.` and, right after it, `spamd: result: Y|. S - TESTS scantime=T,…,mid=M,…`.
//!
//! Both lines stand for the same message; only the second names it. The Message-ID has
//! neither spaces nor commas left, the tests neither.

use bstr::{BStr, ByteSlice};

use super::anchor::{address, is_score, number, some, span};
use super::verdict::FilterVerdict;
use crate::delay::Delay;
use crate::scan::{cut, leading_number, rcut};

/// Reads one line of spamd's.
pub(super) fn parse(text: &[u8]) -> Option<FilterVerdict<'_>> {
    let text = text.strip_prefix(b"spamd: ").unwrap_or(text);
    if let Some(rest) = text.strip_prefix(b"identified spam (") {
        return summary(b"spam", rest);
    }
    if let Some(rest) = text.strip_prefix(b"clean message (") {
        return summary(b"clean", rest);
    }
    result(text.strip_prefix(b"result: ")?)
}

/// `S/R) for USER:UID in T seconds, N bytes.`
fn summary<'a>(verdict: &'static [u8], text: &'a [u8]) -> Option<FilterVerdict<'a>> {
    let (scores, rest) = cut(text, b") for ")?;
    let (score, required) = cut(scores, b"/")?;
    let (user, rest) = rcut(rest, b" in ")?;
    let (seconds, rest) = cut(rest, b" seconds, ")?;
    let (user, uid) = rcut(user, b":")?;
    Some(FilterVerdict {
        verdict: BStr::new(verdict),
        score: Some(BStr::new(score)).filter(|score| is_score(score)),
        score_required: Some(BStr::new(required)).filter(|score| is_score(score)),
        username: number::<u32>(uid).and_then(|_| some(user)),
        size: Some(leading_number(rest)?.0),
        took_micros: Some(Delay::parse(seconds)?.micros()),
        ..FilterVerdict::default()
    })
}

/// `Y 9 - TESTS scantime=T,size=N,user=U,uid=I,required_score=R,rhost=H,raddr=A,rport=P,mid=M,…`.
fn result<'a>(text: &'a [u8]) -> Option<FilterVerdict<'a>> {
    let (flag, rest) = text.split_at_checked(2)?;
    let verdict = match flag {
        b"Y " => &b"spam"[..],
        b". " => b"clean",
        _ => return None,
    };
    let (score, rest) = cut(rest.trim_ascii_start(), b" - ")?;
    let (tests, extra) = cut(rest, b" ")?;
    let (_, extra) = cut(extra, b"scantime=")?;
    // From the right: the user name stands left of all that is looked for here.
    let value = |found: Option<(_, &'a [u8])>| some(span(found?.1, |byte| byte != b',').0);
    let (seconds, after) = cut(extra, b",")?;
    let size = after.strip_prefix(b"size=").and_then(leading_number);
    let user = cut(extra, b",user=").and_then(|(_, rest)| rcut(rest, b",uid="));
    Some(FilterVerdict {
        verdict: BStr::new(verdict),
        score: Some(BStr::new(score)).filter(|score| is_score(score)),
        score_required: value(rcut(extra, b",required_score=")).filter(|score| is_score(score)),
        tests: some(tests),
        username: user.and_then(|(user, _)| some(user)),
        message_id: value(rcut(extra, b",mid=")).filter(|id| id.as_bytes() != b"(unknown)"),
        client_address: value(rcut(extra, b",raddr=")).and_then(|peer| address(peer)),
        size: size.map(|(size, _)| size),
        took_micros: Delay::parse(seconds).map(Delay::micros),
        ..FilterVerdict::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn summaries() {
        check(
            "spamd",
            "spamd: identified spam (9.3/5.0) for bob:1209 in 0.8 seconds, 5 bytes.",
            "filter_verdict verdict=spam score=9.3 score_required=5.0 sasl_username=bob size=5 \
             delay=0.8",
        );
        check(
            "spamd",
            "clean message (-2.6/5.0) for (unknown):115 in 1.2 seconds, 2048 bytes.",
            "filter_verdict verdict=clean score=-2.6 score_required=5.0 sasl_username=(unknown) \
             size=2048 delay=1.2",
        );
    }

    #[test]
    fn results() {
        check(
            "spamd",
            "spamd: result: Y 9 - BAYES_99,HTML_MESSAGE scantime=0.8,size=5,user=bob,uid=1209,\
             required_score=5.0,rhost=localhost,raddr=192.0.2.7,rport=41234,\
             mid=<1@example.net>,bayes=0.999999,autolearn=no autolearn_force=no",
            "filter_verdict verdict=spam score=9 score_required=5.0 \
             tests=BAYES_99,HTML_MESSAGE client_address=192.0.2.7 sasl_username=bob \
             message_id=<1@example.net> size=5 delay=0.8",
        );
        check(
            "spamd",
            "spamd: result: .  0 -  scantime=0.1,size=5,user=x,uid=1,required_score=5.0,\
             rhost=localhost,raddr=::1,rport=41234,mid=(unknown),autolearn=ham",
            "filter_verdict verdict=clean score=0 score_required=5.0 client_address=::1 \
             sasl_username=x size=5 delay=0.1",
        );
        check_none("spamd", "spamd: processing message <1@example.net> for bob:1209");
    }
}
