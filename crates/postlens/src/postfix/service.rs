//! The services of master.cf: master(5).

use std::path::Path;

use super::file::{At, logical};

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    /// Name, or address and port.
    pub(crate) name: String,
    /// `inet`, `unix`, `fifo`, `pass` or `unix-dgram`.
    pub(crate) kind: String,
    /// Whether it runs in the queue directory; `None` for the default.
    pub(crate) chroot: Option<bool>,
    /// How many processes there may be (0: any number); `None` for the default.
    pub(crate) most: Option<u64>,
    /// The program.
    pub(crate) command: String,
    /// Its arguments, each with its place.
    pub(crate) arguments: Vec<(String, At)>,
    /// Where it stands.
    pub(crate) at: At,
}

/// Fields before the command.
const FIELDS: usize = 7;

impl Service {
    /// What it sets for itself alone (`-o name=value`): name, value, place.
    pub(crate) fn overrides(&self) -> impl Iterator<Item = (&str, &str, &At)> {
        let after = |at: usize| self.arguments.get(at + 1);
        let set = self.arguments.iter().enumerate().filter_map(move |(at, (text, place))| {
            let text = match text.strip_prefix("-o")? {
                "" => after(at)?.0.as_str(),
                joined => joined,
            };
            Some((text, place))
        });
        set.filter_map(|(text, place)| {
            let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
            let (name, value) = inner.unwrap_or(text).split_once('=')?;
            Some((name.trim(), value.trim(), place))
        })
    }

    /// The value it sets for a parameter.
    pub(crate) fn value(&self, name: &str) -> Option<(&str, &At)> {
        let found = self.overrides().filter(|(set, ..)| *set == name).last();
        found.map(|(_, value, at)| (value, at))
    }

    /// Where it is told to talk more (`-v`).
    pub(crate) fn verbose(&self) -> Option<&At> {
        let mut is_value = false;
        let found = self.arguments.iter().find(|(text, _)| {
            let skip = std::mem::replace(&mut is_value, text == "-o");
            !skip
                && text.len() > 1
                && text
                    .strip_prefix('-')
                    .is_some_and(|letters| letters.bytes().all(|letter| letter == b'v'))
        });
        found.map(|(_, at)| at)
    }
}

/// The services of a file.
pub(super) fn services(text: &str, file: &Path) -> Vec<Service> {
    logical(text)
        .into_iter()
        .filter_map(|lines| {
            let tokens: Vec<(String, At)> = lines
                .iter()
                .flat_map(|(number, text)| {
                    tokens(text).into_iter().map(|token| (token, At::new(file, *number)))
                })
                .collect();
            service(tokens)
        })
        .collect()
}

fn service(tokens: Vec<(String, At)>) -> Option<Service> {
    let mut tokens = tokens.into_iter();
    let fields: Vec<(String, At)> = tokens.by_ref().take(FIELDS).collect();
    let (command, _) = tokens.next()?;
    let [name, kind, _, _, chroot, _, most] = fields.as_slice() else { return None };
    Some(Service {
        name: name.0.clone(),
        kind: kind.0.clone(),
        chroot: match chroot.0.as_str() {
            "y" => Some(true),
            "n" => Some(false),
            _ => None,
        },
        most: most.0.parse().ok(),
        command,
        arguments: tokens.collect(),
        at: name.1.clone(),
    })
}

/// Words; braces keep together.
fn tokens(text: &str) -> Vec<String> {
    let (mut tokens, mut token, mut depth) = (Vec::new(), String::new(), 0u32);
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && c.is_whitespace() {
            tokens.push(std::mem::take(&mut token));
        } else {
            token.push(c);
        }
    }
    tokens.push(token);
    tokens.retain(|token| !token.is_empty());
    tokens
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::services;

    const MASTER: &str = "\
# service type private unpriv chroot wakeup maxproc command
smtp      inet  n       -       y       -       20      smtpd -v
submission inet n - - - - smtpd
  -o syslog_name=postfix/submission
#  -o content_filter=none
  -o { smtpd_milters = unix:a, unix:b }
  -osmtpd_proxy_filter=127.0.0.1:10024 -o max_use=-v
";

    #[test]
    fn services_and_what_they_set() {
        let found = services(MASTER, Path::new("/m"));
        let [smtp, submission] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((smtp.chroot, submission.chroot), (Some(true), None));
        assert_eq!((smtp.most, submission.most), (Some(20), None));
        assert_eq!(smtp.verbose().unwrap().to_string(), "/m:2");
        assert_eq!(submission.verbose(), None);
        let set: Vec<String> = submission
            .overrides()
            .map(|(name, value, at)| format!("{name}={value} {at}"))
            .collect();
        let expected = [
            "syslog_name=postfix/submission /m:4",
            "smtpd_milters=unix:a, unix:b /m:6",
            "smtpd_proxy_filter=127.0.0.1:10024 /m:7",
            "max_use=-v /m:7",
        ];
        assert_eq!(set, expected);
    }
}
