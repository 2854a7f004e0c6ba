//! syslog-ng: where it writes mail, what it holds back, shortens, and lets everybody read.

use std::path::{Path, PathBuf};

use super::rsyslog::severity;
use super::{Advice, Kind, Level, System};
use crate::postfix::At;

const CONFIG: &str = "/etc/syslog-ng/syslog-ng.conf";
/// `facility(mail) level(info)`: what Postfix logs of ordinary mail.
const INFO: usize = 6;

/// `kind name { body };`
#[derive(Debug)]
struct Block {
    kind: String,
    name: String,
    body: String,
    at: At,
}

/// What syslog-ng is told.
#[derive(Debug, Default)]
pub(super) struct SyslogNg {
    blocks: Vec<Block>,
}

impl SyslogNg {
    /// Reads syslog-ng.conf and what it includes; nothing where there is none.
    pub(super) fn read(system: &System) -> Self {
        let mut found = Self::default();
        found.include(system, Path::new(CONFIG), 0);
        found
    }

    fn include(&mut self, system: &System, path: &Path, depth: u8) {
        const DEPTH: u8 = 5;
        let Some(text) = system.read(path).filter(|_| depth < DEPTH) else { return };
        for block in blocks(&text, path) {
            if block.kind != "@include" {
                self.blocks.push(block);
                continue;
            }
            let pattern = Path::new("/etc/syslog-ng").join(&block.name);
            for file in system.matching(&pattern.to_string_lossy()) {
                self.include(system, &file, depth + 1);
            }
        }
    }

    /// Whether it is there at all.
    pub(super) fn is_there(&self) -> bool {
        !self.blocks.is_empty()
    }

    fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }

    /// Destinations, or logs with a destination within, that mail is written to.
    fn destinations(&self) -> Vec<&Block> {
        let logs: Vec<&Block> = self.of("log").filter(|log| self.takes_mail(log)).collect();
        let named: Vec<&str> =
            logs.iter().flat_map(|log| values(&log.body, "destination")).collect();
        let outside = self.of("destination").filter(|block| named.contains(&block.name.as_str()));
        let within = logs.iter().copied().filter(|log| log.body.contains("destination {"));
        within.chain(outside).collect()
    }

    /// Whether every filter of a log statement lets `mail.info` through.
    fn takes_mail(&self, log: &Block) -> bool {
        values(&log.body, "filter").iter().all(|name| self.passes(name, 0))
    }

    /// Whether a filter lets `mail.info` through; one that is not known does.
    fn passes(&self, name: &str, depth: u8) -> bool {
        const DEPTH: u8 = 5;
        let mut named = self.of("filter").filter(|filter| filter.name == name);
        depth >= DEPTH
            || named.all(|filter| passes(&filter.body, &|name| self.passes(name, depth + 1)))
    }

    /// The files into which it writes what Postfix logs.
    pub(super) fn mail_logs(&self) -> Vec<PathBuf> {
        let all = self.destinations().into_iter().flat_map(|block| values(&block.body, "file"));
        // Names with macros such as $YEAR are not those of one log.
        all.filter(|path| path.starts_with('/') && !path.contains('$')).map(PathBuf::from).collect()
    }

    pub(super) fn look(&self, found: &mut Vec<Advice>) {
        if !self.is_there() {
            return;
        }
        let destinations = self.destinations();
        if destinations.is_empty() {
            let fix = "log { source(s_src); filter { facility(mail) }; destination { file(\"/var/log/mail.log\"); }; };";
            let at = At::file(CONFIG);
            found.push(Advice::new(Kind::NoMailRule, Level::Warning, at, "facility(mail)", fix));
        }
        for block in destinations {
            self.destination(block, found);
        }
    }

    fn destination(&self, block: &Block, found: &mut Vec<Advice>) {
        let set = |name: &str| self.setting(block, name);
        let number = |value: &str| value.parse::<u64>().unwrap_or(0);
        if let Some((value, at)) = set("suppress").filter(|(value, _)| number(value) > 0) {
            let setting = format!("suppress({value})");
            found.push(Advice::new(Kind::Repeated, Level::Warning, at, setting, "suppress(0)"));
        }
        if let Some((value, at)) = set("throttle").filter(|(value, _)| number(value) > 0) {
            let setting = format!("throttle({value})");
            let advice = Advice::new(Kind::Throttled, Level::Warning, at, setting, "throttle(0)");
            found.push(advice.with("count", value));
        }
        if set("template").is_none() {
            let (format, at) = set("ts-format").unwrap_or(("rfc3164", block.at.clone()));
            if matches!(format, "rfc3164" | "bsd") {
                let (setting, fix) = (format!("ts-format({format})"), "ts-format(iso)");
                found.push(Advice::new(Kind::OldStamps, Level::Advice, at, setting, fix));
            }
        }
        if let Some((mode, at)) = set("perm")
            && u32::from_str_radix(mode, 8).is_ok_and(|mode| mode & 0o004 != 0)
        {
            let setting = format!("perm({mode})");
            let advice = Advice::new(Kind::Readable, Level::Warning, at, setting, "perm(0640)");
            let file = values(&block.body, "file").first().copied().unwrap_or(&block.name);
            found.push(advice.with("file", file));
        }
    }

    /// A setting of a destination, or that of all.
    fn setting<'a>(&'a self, block: &'a Block, name: &str) -> Option<(&'a str, At)> {
        let global = self.of("options");
        std::iter::once(block).chain(global).find_map(|block| {
            let value = values(&block.body, name).last().copied()?;
            Some((value, block.at.clone()))
        })
    }
}

/// Whether a filter's expression lets `mail.info` through, as far as facilities, levels and
/// other filters say.
fn passes(body: &str, other: &dyn Fn(&str) -> bool) -> bool {
    let body = body.replace("priority(", "level(");
    let takes = |name: &str, holds: &dyn Fn(&str) -> bool| {
        let is_negated = |value: &str| {
            let place = body.find(&format!("{name}({value})"));
            let before = place.and_then(|at| body.get(..at)).unwrap_or_default();
            before.trim_end().ends_with("not")
        };
        let (negated, wanted): (Vec<&str>, Vec<&str>) =
            values(&body, name).into_iter().partition(|value| is_negated(value));
        !negated.iter().any(|value| holds(value))
            && (wanted.is_empty() || wanted.iter().any(|value| holds(value)))
    };
    takes("facility", &|list| list.split(',').any(|name| name.trim() == "mail"))
        && takes("level", &|list| list.split(',').any(|part| has_info(part.trim())))
        && takes("filter", other)
}

/// Whether `info` is in a level or a range `from..to`.
fn has_info(part: &str) -> bool {
    let (from, to) = part.split_once("..").unwrap_or((part, part));
    let (Some(from), Some(to)) = (severity(from.trim()), severity(to.trim())) else { return false };
    (from.min(to)..=from.max(to)).contains(&INFO)
}

/// The first words in the brackets of each `name(…)`, without quotes. `-` and `_` are the same.
fn values<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let plain = text.replace('_', "-");
    let wanted = format!("{}(", name.replace('_', "-"));
    let starts = plain.match_indices(&wanted).filter(|(at, _)| {
        let before = plain.get(..*at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || c == '-')
    });
    starts
        .filter_map(|(at, _)| {
            let rest = text.get(at + wanted.len()..)?.trim_start();
            match rest.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next(),
                None => rest.split([')', '(']).next().map(str::trim),
            }
        })
        .collect()
}

/// The blocks of a file at its outermost level, and what it includes.
fn blocks(text: &str, file: &Path) -> Vec<Block> {
    let mut all = Vec::new();
    let mut open: Option<Block> = None;
    let mut depth = 0_u32;
    for (number, line) in (1..).zip(text.lines()) {
        let line = uncommented(line);
        if open.is_none() {
            let mut words = line.split([' ', '\t', '{']).filter(|word| !word.is_empty());
            let Some(kind) = words.next() else { continue };
            let name = words.next().unwrap_or_default().trim_matches('"').to_owned();
            let (kind, at) = (kind.to_owned(), At::new(file, number));
            let block = Block { kind, name, body: String::new(), at };
            if block.kind.starts_with('@') {
                all.push(block);
                continue;
            }
            open = Some(block);
        }
        for character in line.chars() {
            match character {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if let Some(block) = &mut open {
                block.body.push(character);
            }
            if depth == 0 && character == ';' {
                all.extend(open.take());
            }
        }
        if let Some(block) = &mut open {
            block.body.push(' ');
        }
    }
    all
}

/// A line without its comment; `#` in a string begins none.
fn uncommented(line: &str) -> &str {
    let mut quoted = false;
    let end = line.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '#' && !quoted
    });
    line.get(..end.map_or(line.len(), |(at, _)| at)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::{has_info, passes, values};

    #[test]
    fn filters() {
        for taken in [
            "{ facility(mail); };",
            "{ facility(mail) and not level(debug); };",
            "{ level(info..emerg) and not facility(auth, authpriv); };",
            "{ not facility(news); };",
            "{ facility(mail) and not filter(f_debug); };",
        ] {
            assert!(passes(taken, &|_| false), "{taken}");
        }
        for left in [
            "{ facility(auth,authpriv); };",
            "{ not facility(mail); };",
            "{ facility(mail) and level(err); };",
            "{ level(info, notice, warn) and not facility(auth,mail); };",
        ] {
            assert!(!passes(left, &|_| false), "{left}");
        }
        assert!(has_info("debug..warning") && !has_info("notice..emerg"));
    }

    #[test]
    fn settings_by_either_name() {
        let text = "file(\"/var/log/mail.log\" ts_format(iso) perm( 0640 )) not-a-file(\"/x\")";
        assert_eq!(values(text, "file"), ["/var/log/mail.log"]);
        assert_eq!(values(text, "ts-format"), ["iso"]);
        assert_eq!(values(text, "perm"), ["0640"]);
    }
}
