//! Wordings: key fragments of what mail systems write, and the causes they tell.
//!
//! All fragments are searched at once. A row is a match if all its parts are in the text, in
//! any case, none of them inside what a stranger may have written; the first row of the
//! table that matches decides. Parts joined by ` + ` may stand anywhere, those joined by
//! ` .. ` follow one another closely. A part is a fragment or the `{name}` of a group of
//! fragments that mean the same.

use std::sync::LazyLock;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

use crate::cause::Cause;
use crate::provider::Provider;
use crate::reply::{Quoted, Status};
use crate::table::{self, Table};

mod index;

use index::{Index, LINKS, Mark};

/// The longest text that is searched: far longer than any reply that Postfix keeps.
const LONGEST: usize = 4096;
/// Room for this many times 64 parts and links between them.
const SEEN_WORDS: usize = 48;
/// How many bytes may stand between parts that follow one another closely: room for an
/// address.
const NEAR: usize = 80;

/// How much a row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// More than any status code.
    Telling,
    /// More than a general status code.
    Vague,
}

/// A row as written.
#[derive(Debug)]
pub(crate) struct Row {
    cause: Cause,
    weight: Weight,
    when: When,
    parts: Vec<Part>,
}

/// A part of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    text: &'static str,
    /// Whether it must follow the part before it closely.
    close: bool,
}

/// For which replies a row counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct When {
    /// 4 or 5.
    class: Option<u16>,
    /// What the enhanced code is about, 7 for security and policy, and its detail.
    subject: Option<u16>,
    detail: Option<u16>,
    command: Option<Command>,
    provider: Option<Provider>,
}

/// The command that a reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    /// Nothing was sent yet, or HELO.
    Connect,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, or the end of the message.
    Data,
}

/// What is known about a reply beside its words.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Facts {
    /// The class of its codes: 4, 5.
    pub(crate) class: Option<u16>,
    /// Its enhanced code.
    pub(crate) status: Option<Status>,
    /// The command that it answers.
    pub(crate) command: Option<Command>,
    /// Whose server it is.
    pub(crate) provider: Option<Provider>,
}

impl Command {
    /// The command in Postfix's words: `RCPT TO command)`, `end of DATA command)`.
    pub(crate) fn read(stage: &[u8]) -> Option<Self> {
        const NAMES: [(&[u8], Command); 7] = [
            (b"RCPT", Command::Rcpt),
            (b"MAIL", Command::Mail),
            (b"DATA", Command::Data),
            (b"end of DATA", Command::Data),
            (b"BDAT", Command::Data),
            (b"HELO", Command::Connect),
            (b"EHLO", Command::Connect),
        ];
        NAMES.into_iter().find(|(name, _)| stage.starts_with(name)).map(|(_, command)| command)
    }
}

impl When {
    fn fits(self, facts: Facts) -> bool {
        // Texts without a code mostly come from bounces: they tell of what is final.
        let class = facts.class.or(Some(5));
        (self.class.is_none() || self.class == class)
            && (self.subject.is_none() || self.subject == facts.status.map(|status| status.subject))
            && (self.detail.is_none() || self.detail == facts.status.map(|status| status.detail))
            && (self.command.is_none() || self.command == facts.command)
            && (self.provider.is_none() || self.provider == facts.provider)
    }
}

/// The table and the search for its parts.
#[derive(Debug)]
pub(crate) struct Wordings {
    pub(crate) table: Table<Row>,
    #[cfg_attr(not(test), expect(dead_code, reason = "what the tests fill rows with"))]
    pub(crate) groups: Table<Group>,
    search: Option<NFA>,
    index: Index,
}

/// Fragments that mean the same.
#[derive(Debug)]
pub(crate) struct Group {
    name: &'static str,
    fragments: Vec<&'static str>,
}

/// The table, read on first use.
pub(crate) fn wordings() -> &'static Wordings {
    static WORDINGS: LazyLock<Wordings> = LazyLock::new(Wordings::read);
    &WORDINGS
}

impl Wordings {
    fn read() -> Self {
        let groups = Table::read("groups.txt", include_str!("../tables/groups.txt"), group);
        let files = [
            ("codes.txt", include_str!("../tables/codes.txt")),
            ("wordings.txt", include_str!("../tables/wordings.txt")),
            ("languages.txt", include_str!("../tables/languages.txt")),
        ];
        let mut table = Table { rows: Vec::new(), errors: Vec::new() };
        for (file, text) in files {
            let part = Table::read(file, text, row);
            table.rows.extend(part.rows);
            table.errors.extend(part.errors);
        }
        let index = Index::of(&table.rows, &groups.rows);
        let search = NFA::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(index.fragments())
            .ok();
        Self { table, groups, search, index }
    }

    /// The cause of the first row of each weight that is in `text`.
    pub(crate) fn find(&self, text: &[u8], facts: Facts, quoted: &Quoted) -> Hits {
        let text = text.get(..LONGEST).unwrap_or(text);
        let seen = self.scan(text, quoted);
        let mut best = [u16::MAX; 2];
        for bit in seen.iter() {
            for rank in self.index.rows_of(bit) {
                self.consider(*rank, facts, &seen, &mut best);
            }
        }
        let cause = |rank: u16| self.table.rows.get(usize::from(rank)).map(|row| row.cause);
        let [telling, vague] = best;
        Hits { telling: cause(telling), vague: cause(vague) }
    }

    /// Follows the fragments from each place where one may begin: a search of the whole text
    /// would go through three times as many bytes, and fall back at most of them.
    fn scan(&self, text: &[u8], quoted: &Quoted) -> Seen {
        let mut scan = Scan { quoted, seen: Seen::default(), ends: [0; LINKS] };
        let Some(search) = &self.search else { return scan.seen };
        if let Some(bit) = self.index.address().filter(|_| has_address(text)) {
            scan.seen.insert(bit);
        }
        let Ok(begin) = search.start_state(Anchored::Yes) else { return scan.seen };
        let mut before = b' ';
        for (start, first) in text.iter().enumerate() {
            let inside = before.is_ascii_alphanumeric() && first.is_ascii_alphanumeric();
            before = *first;
            if inside {
                continue;
            }
            let mut state = begin;
            for (at, byte) in text.get(start..).unwrap_or_default().iter().enumerate() {
                state = search.next_state(Anchored::Yes, state, *byte);
                if search.is_dead(state) {
                    break;
                }
                if search.is_match(state) {
                    scan.fragments(search, state, start, start + at + 1, &self.index);
                }
            }
        }
        scan.seen
    }

    fn consider(&self, rank: u16, facts: Facts, seen: &Seen, best: &mut [u16; 2]) {
        let Some(row) = self.table.rows.get(usize::from(rank)) else { return };
        let [telling, vague] = best;
        let best = if row.weight == Weight::Telling { telling } else { vague };
        let needs = self.index.needs(usize::from(rank));
        if rank < *best && row.when.fits(facts) && needs.iter().all(|bit| seen.contains(*bit)) {
            *best = rank;
        }
    }
}

/// What a scan has seen.
struct Scan<'t> {
    quoted: &'t Quoted,
    seen: Seen,
    /// Where the parts end that others may have to follow.
    ends: [u16; LINKS],
}

impl Scan<'_> {
    /// Notes the fragments that end in a state, of those that begin where the walk began.
    fn fragments(&mut self, search: &NFA, state: StateID, start: usize, end: usize, index: &Index) {
        for nth in 0..search.match_len(state) {
            let fragment = search.match_pattern(state, nth);
            if search.pattern_len(fragment) == end - start && !self.quoted.holds(start, end) {
                self.found(start, end, index.parts_of(fragment.as_usize()));
            }
        }
    }

    fn found(&mut self, start: usize, end: usize, marks: &[Mark]) {
        for mark in marks {
            self.seen.insert(mark.bit);
            for (slot, bit) in &mark.closes {
                let open = self.ends.get(usize::from(*slot)).map_or(0, |end| usize::from(*end));
                if open > 0 && open <= start && start - open <= NEAR {
                    self.seen.insert(*bit);
                }
            }
            if let Some(open) = mark.opens.and_then(|slot| self.ends.get_mut(usize::from(slot))) {
                *open = u16::try_from(end).unwrap_or_default();
            }
        }
    }
}

/// Whether an IPv4 address stands in a text, as in complaints about the one that called.
fn has_address(text: &[u8]) -> bool {
    let numbers = text.split(|byte| !byte.is_ascii_digit() && *byte != b'.');
    numbers.filter(|number| number.len() > 6).any(|number| {
        let number = number.strip_suffix(b".").unwrap_or(number);
        let mut parts = number.split(|byte| *byte == b'.');
        parts.clone().count() == 4 && parts.all(|part| (1..=3).contains(&part.len()))
    })
}

/// What the wordings tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hits {
    /// By telling rows.
    pub(crate) telling: Option<Cause>,
    /// By vague rows.
    pub(crate) vague: Option<Cause>,
}

/// The parts and links seen in a text.
#[derive(Debug)]
struct Seen {
    words: [u64; SEEN_WORDS],
    /// Which of the words are not empty.
    used: u64,
}

impl Default for Seen {
    fn default() -> Self {
        Self { words: [0; SEEN_WORDS], used: 0 }
    }
}

impl Seen {
    fn insert(&mut self, bit: u16) {
        if let Some(word) = self.words.get_mut(usize::from(bit / 64)) {
            *word |= 1 << (bit % 64);
            self.used |= 1 << (bit / 64);
        }
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        bits(self.used).flat_map(|at| {
            let word = self.words.get(at).copied().unwrap_or_default();
            bits(word).map(move |bit| at * 64 + bit)
        })
    }

    fn contains(&self, bit: u16) -> bool {
        let word = self.words.get(usize::from(bit / 64));
        word.is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }
}

/// The places of a word's bits that are set.
fn bits(word: u64) -> impl Iterator<Item = usize> {
    // Each step drops the lowest of them.
    let rests = std::iter::successors(Some(word), |rest| Some(rest & rest.checked_sub(1)?));
    rests.take_while(|rest| *rest != 0).map(|rest| rest.trailing_zeros() as usize)
}

fn row(columns: &[&'static str]) -> Result<Row, String> {
    let &[cause, weight, conditions, text] = columns else {
        return Err(table::columns(4, columns));
    };
    let weight = match weight {
        "telling" => Weight::Telling,
        "vague" => Weight::Vague,
        other => return Err(format!("neither telling nor vague: {other}")),
    };
    Ok(Row { cause: table::cause(cause)?, weight, when: when(conditions)?, parts: parts(text)? })
}

/// Conditions in any order, `-` for none: a class, a command, a provider.
fn when(text: &str) -> Result<When, String> {
    let mut when = When::default();
    for word in text.split(' ').filter(|word| *word != "-") {
        match word {
            "4" => when.class = Some(4),
            "5" => when.class = Some(5),
            "connect" => when.command = Some(Command::Connect),
            "mail" => when.command = Some(Command::Mail),
            "rcpt" => when.command = Some(Command::Rcpt),
            "data" => when.command = Some(Command::Data),
            code if code.starts_with("X.") => {
                let mut parts = code.split('.').skip(1).map(|part| part.parse().ok());
                when.subject = parts.next().flatten();
                when.detail = parts.next().flatten();
                if when.subject.is_none() {
                    return Err(format!("not a code: {code}"));
                }
            }
            other => {
                let provider = other.strip_prefix('@').and_then(Provider::from_name);
                when.provider = Some(provider.ok_or_else(|| format!("not a condition: {other}"))?);
            }
        }
    }
    Ok(when)
}

fn parts(text: &'static str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    for anywhere in text.split(" + ") {
        for (nth, text) in anywhere.split(" .. ").enumerate() {
            check(text)?;
            parts.push(Part { text, close: nth > 0 });
        }
    }
    Ok(parts)
}

fn check(fragment: &str) -> Result<(), String> {
    if fragment.len() < 2 {
        return Err(format!("a fragment is too short: {fragment:?}"));
    }
    if fragment.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(format!("fragments are written in lower case: {fragment}"));
    }
    Ok(())
}

fn group(columns: &[&'static str]) -> Result<Group, String> {
    let &[name, text] = columns else { return Err(table::columns(2, columns)) };
    let fragments: Vec<_> = text.split(" | ").collect();
    fragments.iter().try_for_each(|fragment| check(fragment))?;
    Ok(Group { name, fragments })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Facts, Row, SEEN_WORDS, Weight, When, Wordings, wordings};
    use crate::reply::{Quoted, Status};

    #[test]
    fn the_tables_can_be_read() {
        let wordings = wordings();
        let errors = wordings.table.errors.iter().chain(&wordings.groups.errors);
        let errors: Vec<_> = errors.map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let unknown = wordings.index.unknown();
        assert!(unknown.is_empty(), "no such groups: {unknown:?}");
        assert!(wordings.search.is_some());
        assert!(wordings.index.bits() <= SEEN_WORDS * 64, "{}", wordings.index.bits());
    }

    /// A text that a row describes, with the first of each group.
    fn filled(row: &Row, wordings: &Wordings) -> String {
        let of = |text: &'static str| {
            let groups = wordings.groups.rows.iter();
            let named = |name: &str| text.strip_prefix('{') == Some(&format!("{name}}}"));
            let group = groups.clone().find(|group| named(group.name));
            if text == "{address}" {
                return "192.0.2.1";
            }
            group.map_or(text, |group| group.fragments[0])
        };
        row.parts.iter().map(|part| of(part.text)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_row_can_decide() {
        let wordings = wordings();
        let mut hidden = Vec::new();
        for row in &wordings.table.rows {
            let text = filled(row, wordings);
            let When { class, subject, detail, command, provider } = row.when;
            let detail = detail.unwrap_or_default();
            let status = subject.map(|subject| Status { class: 5, subject, detail });
            let facts = Facts { class, status, command, provider };
            let hits = wordings.find(text.as_bytes(), facts, &Quoted::find(b"", &[]));
            let found = if row.weight == Weight::Telling { hits.telling } else { hits.vague };
            if found != Some(row.cause) {
                hidden.push(format!("{text}: {found:?} goes before {:?}", row.cause));
            }
        }
        assert!(hidden.is_empty(), "{hidden:#?}");
    }

    #[test]
    fn no_row_stands_twice() {
        let mut seen = HashSet::new();
        for row in &wordings().table.rows {
            let parts: Vec<_> = row.parts.iter().map(|part| (part.text, part.close)).collect();
            let when = format!("{:?}", row.when);
            assert!(seen.insert((parts.clone(), when)), "twice: {parts:?}");
        }
    }

    #[test]
    fn addresses_are_told_from_other_numbers() {
        for text in ["192.0.2.1", "x [198.51.100.7]: y", "5.7.1 203.0.113.2, z"] {
            assert!(super::has_address(text.as_bytes()), "{text}");
        }
        for text in
            ["5.7.1", "1.2.3.", "1.2..3.4", "1.2.3.4567", ".1.2.3", "a.b.c.d", "1,2.3.4", "..."]
        {
            assert!(!super::has_address(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn close_parts_follow_one_another() {
        let find = |text: &str| {
            let quoted = Quoted::find(text.as_bytes(), &[]);
            wordings().find(text.as_bytes(), Facts::default(), &quoted).telling
        };
        assert_eq!(find("mailbox of ann@example.com is full"), Some(crate::Cause::MailboxFull));
        let far = format!("mailbox {} full", "x ".repeat(60));
        assert_eq!(find(&far), None);
        assert_eq!(find("full of mailbox"), None);
    }
}
