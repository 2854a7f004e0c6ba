//! Large providers, told by the names of their servers and of their users' domains.

use std::sync::LazyLock;

use crate::table::{self, Table};

/// A large mail provider, by its row in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Provider(u8);

/// A row of the table.
#[derive(Debug)]
struct Row {
    name: &'static str,
    domains: Vec<&'static str>,
    page: Option<&'static str>,
}

/// The table, read on first use.
fn table() -> &'static Table<Row> {
    static TABLE: LazyLock<Table<Row>> = LazyLock::new(|| {
        Table::read("providers.txt", include_str!("../tables/providers.txt"), |columns| {
            let &[name, domains, page] = columns else { return Err(table::columns(3, columns)) };
            let page = (page != "-").then_some(page);
            if page.is_some_and(|page| !page.starts_with("https://")) {
                return Err("not a page".to_owned());
            }
            Ok(Row { name, domains: domains.split(' ').collect(), page })
        })
    });
    &TABLE
}

impl Provider {
    /// Every provider.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX).zip(&table().rows).map(|(number, _)| Self(number))
    }

    /// The name in records, in `snake_case`.
    pub fn name(self) -> &'static str {
        table().rows.get(usize::from(self.0)).map_or("", |row| row.name)
    }

    /// The provider's page for those who send to it: how to be let in, whom to ask.
    pub fn page(self) -> Option<&'static str> {
        table().rows.get(usize::from(self.0)).and_then(|row| row.page)
    }

    /// The provider of a name in records.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|provider| provider.name() == name)
    }

    /// Whose server or domain it is: `gmail-smtp-in.l.google.com`, with `[address]:port`
    /// after it or without.
    pub fn of_host(host: &[u8]) -> Option<Self> {
        let end = host.iter().position(|byte| matches!(byte, b'[' | b':'));
        let host = end.and_then(|end| host.get(..end)).unwrap_or(host);
        let host = host.strip_suffix(b".").unwrap_or(host);
        (0..=u8::MAX).zip(&table().rows).find_map(|(number, row)| {
            row.domains.iter().any(|domain| is_within(host, domain)).then_some(Self(number))
        })
    }
}

impl Provider {
    /// Whose name stands in a text: the provider's own hosts sign their replies, and link to
    /// its pages.
    pub(crate) fn named_in(text: &[u8]) -> Option<Self> {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        let words = text.split(|byte| !is_part(byte)).filter(|word| word.contains(&b'.'));
        words.filter(|word| word.len() > 5).take(WORDS).find_map(Self::of_host)
    }
}

/// The most words of a text that are looked at.
const WORDS: usize = 32;

/// Whether a host is a domain or lies below it.
fn is_within(host: &[u8], domain: &str) -> bool {
    let Some(at) = host.len().checked_sub(domain.len()) else { return false };
    let Some((above, tail)) = host.split_at_checked(at) else { return false };
    tail.eq_ignore_ascii_case(domain.as_bytes()) && (above.is_empty() || above.ends_with(b"."))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Provider, table};

    #[test]
    fn the_table_can_be_read() {
        let errors: Vec<_> = table().errors.iter().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let mut seen = HashSet::new();
        for provider in Provider::all() {
            assert!(seen.insert(provider.name()), "twice: {}", provider.name());
            assert_eq!(Provider::from_name(provider.name()), Some(provider));
        }
    }

    #[test]
    fn hosts_belong_to_whole_domains() {
        let of = |host: &str| Provider::of_host(host.as_bytes()).map(Provider::name);
        assert_eq!(of("gmail-smtp-in.l.google.com[192.0.2.1]:25"), Some("google"));
        assert_eq!(of("Example.Mail.Protection.Outlook.COM."), Some("microsoft"));
        assert_eq!(of("docomo.ne.jp"), Some("docomo"));
        assert_eq!(of("notgoogle.com"), None);
        assert_eq!(of("google.com.example.org"), None);
        assert_eq!(of(""), None);
        assert!(Provider::from_name("google").unwrap().page().is_some());
    }
}
