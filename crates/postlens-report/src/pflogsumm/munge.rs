//! Addresses as they are counted.

use bstr::{BString, ByteSlice};

use super::options::Counting;

impl Counting {
    /// A recipient's address.
    pub(super) fn recipient(&self, address: &[u8]) -> BString {
        let mut address = self.path(address).unwrap_or_else(|| address.into());
        self.lower(&mut address);
        address
    }

    /// A sender's address; of nobody it is `from=<>`.
    pub(super) fn sender(&self, address: &[u8]) -> BString {
        if !super::order::is_true(address) {
            return "from=<>".into();
        }
        self.verp(self.recipient(address))
    }

    /// In lower case as a whole or from its first `@` on.
    fn lower(&self, address: &mut [u8]) {
        let start = if self.ignore_case { Some(0) } else { address.find_byte(b'@') };
        if let Some(folded) = start.and_then(|start| address.get_mut(start..)) {
            folded.make_ascii_lowercase();
        }
    }

    /// In lower case if case is ignored.
    pub(super) fn fold(&self, text: &[u8]) -> BString {
        if self.ignore_case { text.to_ascii_lowercase().into() } else { text.into() }
    }

    /// `path!host!user@domain` as `domain!path!user@host`, if so asked for and the domain
    /// has no dot.
    fn path(&self, address: &[u8]) -> Option<BString> {
        if !self.uucp_mung {
            return None;
        }
        let (before, user) = address.rsplit_once_str("!")?;
        let (user, domain) = user.split_once_str("@")?;
        let start = before.rfind_byte(b'!').map_or(0, |at| at + 1);
        let (path, host) = before.split_at_checked(start)?;
        let fits = ![user, domain, host].iter().any(|part| part.is_empty());
        let fits = fits && !domain.contains(&b'.');
        fits.then(|| [domain, b"!", path, user, b"@", host].concat().into())
    }

    /// With the numbers of a mailing list's bounce address as `ID`, if so asked for, or
    /// without all of its middle.
    pub(super) fn verp(&self, address: BString) -> BString {
        let Some(degree) = self.verp_mung else { return address };
        let address = numbers(&address).unwrap_or(address);
        if degree > 1 { middle(&address).unwrap_or(address) } else { address }
    }
}

/// Words that begin the part with the numbers.
const WORDS: [&[u8]; 9] = [
    b"bounced",
    b"bounces",
    b"bounce",
    b"nolist",
    b"noreply",
    b"noresponse",
    b"return",
    b"sentto",
    b"",
];

/// Replaces the first run of numbers that follows such a word, or another number.
fn numbers(address: &[u8]) -> Option<BString> {
    (0..address.len()).find_map(|start| {
        let text = address.get(start..)?;
        let word = word_length(text)?;
        (word..text.len()).find_map(|at| {
            let run = run_length(text.get(at..)?)?;
            let before = address.get(..start + at)?;
            let after = text.get(at + run..)?;
            Some([before, b"-ID", after].concat().into())
        })
    })
}

fn word_length(text: &[u8]) -> Option<usize> {
    let starts =
        |word: &&[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    match WORDS.iter().find(|word| starts(word)) {
        // A number is a word too; only its end matters, which any digit before it sees.
        Some([]) | None => Some(digits(text)).filter(|length| *length > 0),
        Some(word) => Some(word.len()),
    }
}

/// The length of separators and numbers in turns, each number at the end of a word.
fn run_length(text: &[u8]) -> Option<usize> {
    let mut length = 0;
    while let Some([b'+' | b'_' | b'.' | b'*' | b'-', rest @ ..]) = text.get(length..) {
        let number = digits(rest);
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        if number == 0 || rest.get(number).is_some_and(is_word) {
            break;
        }
        length += 1 + number;
    }
    (length > 0).then_some(length)
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Takes out what stands between the list's name and its domain: a number, and the
/// recipient with `=` or `*` in place of its `@`.
fn middle(address: &[u8]) -> Option<BString> {
    let separated = |text: &[u8]| -> Option<usize> {
        let name = text.iter().take_while(|byte| !matches!(byte, b'=' | b'*' | b'-')).count();
        let rest = text.get(name + 1..).filter(|_| name > 0)?;
        matches!(text.get(name), Some(b'=' | b'*')).then_some(())?;
        let at = rest.find_byte(b'@').filter(|at| *at > 0)?;
        Some(name + 1 + at)
    };
    (0..address.len()).find_map(|start| {
        let (before, text) = address.split_at_checked(start)?;
        let text = text.strip_prefix(b"*").or_else(|| text.strip_prefix(b"-"))?;
        let number = digits(text);
        let numbered = text
            .get(number + 1..)
            .filter(|_| number > 0 && matches!(text.get(number), Some(b'*' | b'-')));
        let (rest, at) = numbered
            .and_then(|rest| Some((rest, separated(rest)?)))
            .or_else(|| Some((text, separated(text)?)))?;
        Some([before, rest.get(at..)?].concat().into())
    })
}

#[cfg(test)]
mod tests {
    use super::Counting;

    fn verp(degree: i64, address: &str) -> String {
        let counting = Counting { verp_mung: Some(degree), ..Counting::default() };
        counting.verp(address.into()).to_string()
    }

    #[test]
    fn numbers_of_lists_become_one() {
        let check = |address: &str, munged: &str| assert_eq!(verp(0, address), munged);
        check(
            "list-return-36-some=example.org@example.com",
            "list-return-ID-some=example.org@example.com",
        );
        check("bounces+12-34@example.com", "bounces-ID@example.com");
        check("Bounce-12x@example.com", "Bounce-12x@example.com");
        check("a1-2@example.com", "a1-ID@example.com");
        check("plain-2@example.com", "plain-2@example.com");
    }

    #[test]
    fn all_of_the_middle_goes_when_asked() {
        let from = "list-return-36-some=example.org@example.com";
        assert_eq!(verp(2, from), "list-return-ID@example.com");
        assert_eq!(verp(2, "news-7-a=b.example@example.com"), "news@example.com");
    }

    #[test]
    fn uucp_paths_are_turned_round() {
        let counting = Counting { uucp_mung: true, ..Counting::default() };
        assert_eq!(counting.recipient(b"a!b!c@d"), "d!a!c@b");
        assert_eq!(counting.recipient(b"b!c@d"), "d!c@b");
        assert_eq!(counting.recipient(b"B!c@D.example"), "B!c@d.example");
    }

    #[test]
    fn domains_are_in_lower_case() {
        assert_eq!(Counting::default().recipient(b"Aa@Example.COM"), "Aa@example.com");
        let counting = Counting { ignore_case: true, ..Counting::default() };
        assert_eq!(counting.recipient(b"Aa@Example.COM"), "aa@example.com");
        assert_eq!(Counting::default().sender(b""), "from=<>");
    }
}
