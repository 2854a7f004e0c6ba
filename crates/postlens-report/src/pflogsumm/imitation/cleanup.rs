//! Content checks and milters in lines of cleanup(8).

use bstr::{BString, ByteSlice};

use crate::pflogsumm::trim;

/// What was done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Check<'a> {
    /// The word for it, without `milter-`.
    pub(super) action: &'a [u8],
    /// `header`, `body` or `END-OF-MESSAGE`.
    pub(super) part: &'a [u8],
    rest: &'a [u8],
}

const ACTIONS: [&[u8]; 5] = [b"milter-reject", b"reject", b"warning", b"hold", b"discard"];
const PARTS: [&[u8]; 3] = [b"header", b"body", b"END-OF-MESSAGE"];

/// The first action in a line that one of the three parts follows, wherever it stands.
pub(super) fn check(text: &[u8]) -> Option<Check<'_>> {
    let start = super::passage::after_tag(text, b"/cleanup")?;
    let text = text.get(start..)?;
    (0..text.len()).find_map(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let inside = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let text = text.get(at..).filter(|_| !inside)?;
        let action = ACTIONS.iter().find(|action| text.starts_with(action))?;
        let rest = text.get(action.len()..)?.strip_prefix(b": ")?;
        let part = PARTS.iter().find(|part| rest.starts_with(part))?;
        let rest = rest.get(part.len()..)?.strip_prefix(b" ")?;
        let action = action.strip_prefix(b"milter-").unwrap_or(action);
        Some(Check { action, part, rest })
    })
}

impl Check<'_> {
    /// What matched, cut.
    pub(super) fn text(&self, verbose: bool) -> BString {
        if verbose {
            return self.rest.into();
        }
        trim::cut(self.before_envelope(), 64).into()
    }

    /// Up to the first envelope, and without the client before it.
    fn before_envelope(&self) -> &[u8] {
        const ENVELOPE: &[u8] = b"; from=<";
        const FROM: &[u8] = b" from ";
        let Some(envelope) = self.rest.find(ENVELOPE) else { return self.rest };
        let before = self.rest.get(..envelope).unwrap_or_default();
        let client = before.rfind(FROM).filter(|at| {
            let client = before.get(at + FROM.len()..).unwrap_or_default();
            !client.is_empty() && trim::word(client) == client.len()
        });
        client.and_then(|at| before.get(..at)).unwrap_or(before)
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn content_checks() {
        let tail = "from c.example.com[192.0.2.1]; from=<a@example.org> to=<b@example.com>";
        let line = format!("postfix/cleanup[2]: 4F1A: reject: header Subject: x {tail}: no");
        let found = check(line.as_bytes()).unwrap();
        assert_eq!((found.action, found.part), (&b"reject"[..], &b"header"[..]));
        assert_eq!(found.text(false), "Subject: x");
        assert_eq!(found.text(true), format!("Subject: x {tail}: no"));
        assert_eq!(check(b"postfix/cleanup[2]: 4F1A: milter-reject: DATA from x"), None);
        let line = b"postfix/cleanup[2]: 4F1A: milter-reject: END-OF-MESSAGE from x[1]: 5.7.1";
        assert_eq!(check(line).unwrap().action, b"reject");
    }
}
