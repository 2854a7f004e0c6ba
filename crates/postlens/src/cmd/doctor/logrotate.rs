//! logrotate(8): are the mail's logs rotated once, kept long enough, and opened anew?

use std::path::{Path, PathBuf};

use super::fix::Fix;
use super::{Advice, DAY, Keep, Kind, Level, System, schedule};
use crate::postfix::At;

const CONFIG: &str = "/etc/logrotate.conf";

/// What holds for some logs, or for those that follow.
#[derive(Debug, Clone, Default)]
struct Rule {
    patterns: Vec<String>,
    at: Option<At>,
    /// So many days between rotations; `None` where the size alone decides.
    every: Option<i64>,
    /// So many are kept, and where that stands.
    keeps: Option<(i64, At)>,
    /// Older ones go, in days.
    age: Option<i64>,
    copytruncate: Option<At>,
    /// Mode of the new file.
    create: Option<(u32, At)>,
    script: String,
}

pub(super) fn look(
    system: &System,
    logs: &[PathBuf],
    own: &[PathBuf],
    keep: Keep,
    found: &mut Vec<Advice>,
) {
    let rules = rules(system);
    let covered: Vec<PathBuf> =
        logs.iter().filter(|log| rules.iter().any(|rule| rule.covers(log))).cloned().collect();
    schedule::look(system, &covered, found);
    for log in logs {
        let covering: Vec<&Rule> = rules.iter().filter(|rule| rule.covers(log)).collect();
        match covering.as_slice() {
            [] if own.contains(log) && schedule::rotates_own(system) => {}
            [] if system.exists(log) => found.push(not_rotated(log, own.contains(log))),
            [] => {}
            [rule, others @ ..] => {
                if let Some(other) = others.first() {
                    let at = other.place();
                    let fix = Fix::words("rotate-once", "file", shown(log));
                    let advice =
                        Advice::new(Kind::RotatedTwice, Level::Problem, at, shown(log), fix);
                    found.push(advice.with("other", rule.place()));
                }
                rule.look(log, own.contains(log), keep, found);
            }
        }
    }
}

fn shown(log: &Path) -> String {
    log.display().to_string()
}

fn not_rotated(log: &Path, own: bool) -> Advice {
    let fix = if own {
        Fix::Words("own-rotation", Vec::new())
    } else {
        format!("/etc/logrotate.d/mail: {} {{ … }}", log.display()).into()
    };
    Advice::new(Kind::NotRotated, Level::Warning, At::file(log), shown(log), fix)
}

impl Rule {
    fn covers(&self, log: &Path) -> bool {
        self.patterns.iter().any(|pattern| {
            glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_path(log))
        })
    }

    fn place(&self) -> At {
        self.at.clone().unwrap_or_else(|| At::file(CONFIG))
    }

    fn look(&self, log: &Path, own: bool, keep: Keep, found: &mut Vec<Advice>) {
        self.kept(log, keep, found);
        if let Some(at) = &self.copytruncate {
            let fix = if own { "postfix logrotate" } else { "postrotate … endscript" };
            let (at, setting) = (at.clone(), "copytruncate");
            found.push(Advice::new(Kind::CopyTruncate, Level::Warning, at, setting, fix));
        } else if !self.reopens(own) {
            let fix = if own {
                Fix::Words("own-reopening", Vec::new())
            } else {
                "postrotate: /usr/lib/rsyslog/rsyslog-rotate".into()
            };
            let advice =
                Advice::new(Kind::NotReopened, Level::Problem, self.place(), shown(log), fix);
            found.push(advice.with("file", shown(log)));
        }
        if let Some((mode, at)) = self.create.as_ref().filter(|(mode, _)| mode & 0o004 != 0) {
            let setting = format!("create {mode:04o}");
            let fix = "create 0640 root adm";
            let advice = Advice::new(Kind::Readable, Level::Warning, at.clone(), setting, fix);
            found.push(advice.with("file", shown(log)));
        }
    }

    /// Whether the writer learns that the file is another.
    fn reopens(&self, own: bool) -> bool {
        let words = if own {
            &["postfix reload", "postfix logrotate"][..]
        } else {
            &["rsyslog", "syslog", "HUP", "kill", "reload", "restart"][..]
        };
        words.iter().any(|word| self.script.contains(word))
    }

    fn kept(&self, log: &Path, keep: Keep, found: &mut Vec<Advice>) {
        let (Some(every), Some((count, at))) = (self.every, &self.keeps) else { return };
        // Beside the rotated ones there is the present one, which may be new.
        let days = self.age.map_or(every * count, |age| age.min(every * count));
        let setting = format!("rotate {count}");
        let needed = keep.days();
        if days < needed {
            let fix = format!("rotate {}", needed.div_euclid(every.max(1)) + 1);
            let advice = Advice::new(Kind::KeptShort, Level::Warning, at.clone(), &setting, fix);
            let advice = advice.with("file", shown(log)).with("days", days);
            found.push(advice.with("least", needed));
        }
        if let Some(most) = keep.most.map(|most| most / DAY)
            && days > most
        {
            let count = (most / every.max(1)).to_string();
            let fix = Fix::Words("rotate-less", vec![("count", count), ("days", most.to_string())]);
            let advice = Advice::new(Kind::KeptLong, Level::Warning, at.clone(), setting, fix);
            found.push(advice.with("file", shown(log)).with("days", days).with("most", most));
        }
    }

    /// Takes in a directive.
    fn directive(&mut self, line: &str, at: At) {
        let mut words = line.split_ascii_whitespace();
        let name = words.next().unwrap_or_default();
        let mut number = || words.next().and_then(|word| word.parse::<i64>().ok());
        match name {
            "daily" => self.every = Some(1),
            "weekly" => self.every = Some(7),
            "monthly" => self.every = Some(30),
            "yearly" => self.every = Some(365),
            "hourly" | "size" => self.every = None,
            "rotate" => self.keeps = number().map(|count| (count, at)),
            "maxage" => self.age = number(),
            "copytruncate" => self.copytruncate = Some(at),
            "nocopytruncate" => self.copytruncate = None,
            "nocreate" => self.create = None,
            "create" => {
                let mode = words.next().and_then(|mode| u32::from_str_radix(mode, 8).ok());
                self.create = mode.map(|mode| (mode, at));
            }
            _ => {}
        }
    }
}

fn rules(system: &System) -> Vec<Rule> {
    let (mut rules, mut defaults) = (Vec::new(), Rule::default());
    include(system, Path::new(CONFIG), &mut defaults, &mut rules, 0);
    rules
}

fn include(system: &System, path: &Path, defaults: &mut Rule, rules: &mut Vec<Rule>, depth: u8) {
    const DEPTH: u8 = 3;
    let Some(text) = system.read(path).filter(|_| depth < DEPTH) else { return };
    let mut open: Option<Rule> = None;
    let mut patterns: Vec<String> = Vec::new();
    // Whether lines are those of a script that may make somebody open the file anew.
    let mut script = None;
    for (number, line) in (1..).zip(text.lines()) {
        let (line, at) = (line.trim(), At::new(path, number));
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some(rule) = &mut open else {
            if let Some(included) = line.strip_prefix("include ") {
                let pattern = included.trim();
                let mut files = system.matching(pattern);
                files.extend(system.matching(&format!("{pattern}/*")));
                for file in files {
                    // What a file sets for itself does not hold for the others.
                    include(system, &file, &mut defaults.clone(), rules, depth + 1);
                }
            } else if line.starts_with(['/', '"', '\'', '{']) {
                let (names, rest) =
                    line.split_once('{').map_or((line, None), |(a, b)| (a, Some(b)));
                patterns.extend(
                    names
                        .split_ascii_whitespace()
                        .map(|name| name.trim_matches(['"', '\'']).to_owned()),
                );
                if rest.is_some() {
                    let patterns = std::mem::take(&mut patterns);
                    open = Some(Rule { patterns, at: Some(at), ..defaults.clone() });
                }
            } else {
                defaults.directive(line, at);
            }
            continue;
        };
        match line {
            "endscript" => script = None,
            _ if script == Some(true) => {
                rule.script.push_str(line);
                rule.script.push('\n');
            }
            _ if script.is_some() => {}
            "postrotate" | "lastaction" => script = Some(true),
            "prerotate" | "firstaction" | "preremove" => script = Some(false),
            _ if line.starts_with('}') => rules.extend(open.take()),
            _ => rule.directive(line, at),
        }
    }
}
