//! rsyslog: rate limits that lose lines, templates that lose names, rules for mail.

use std::path::{Path, PathBuf};

use super::logs::Log;
use super::{Advice, Kind, Level, System};
use crate::postfix::At;

const CONFIG: &str = "/etc/rsyslog.conf";
/// Defaults of imjournal: 20,000 lines in ten minutes.
const IMJOURNAL: (i64, u64) = (600, 20_000);
/// The burst of imuxsock.
const IMUXSOCK_BURST: u64 = 200;

/// A statement: a legacy directive, a rule, `module(…)`, `template(…)`, `action(…)`.
#[derive(Debug)]
struct Statement {
    text: String,
    at: At,
}

/// What rsyslog is told.
#[derive(Debug, Default)]
pub(super) struct Rsyslog {
    statements: Vec<Statement>,
}

impl Rsyslog {
    /// Reads rsyslog.conf and what it includes; nothing where there is none.
    pub(super) fn read(system: &System) -> Self {
        let mut rsyslog = Self::default();
        rsyslog.include(system, Path::new(CONFIG), 0);
        rsyslog
    }

    fn include(&mut self, system: &System, path: &Path, depth: u8) {
        const DEPTH: u8 = 5;
        let Some(text) = system.read(path).filter(|_| depth < DEPTH) else { return };
        for statement in statements(&text, path) {
            let included = statement.text.strip_prefix("$IncludeConfig").map(str::trim);
            let included = included.map(str::to_owned).or_else(|| {
                statement
                    .text
                    .starts_with("include(")
                    .then(|| parameter(&statement.text, "file"))?
            });
            match included {
                Some(pattern) => {
                    for path in system.matching(&pattern) {
                        self.include(system, &path, depth + 1);
                    }
                }
                None => self.statements.push(statement),
            }
        }
    }

    /// Whether it is there at all.
    pub(super) fn is_there(&self) -> bool {
        !self.statements.is_empty()
    }

    /// Whether it takes lines from journald's files itself.
    pub(super) fn reads_journal(&self) -> bool {
        self.module("imjournal").is_some()
    }

    /// The files into which it writes what Postfix logs.
    pub(super) fn mail_logs(&self) -> Vec<PathBuf> {
        self.rules()
            .filter(|rule| takes_mail(rule.selector))
            .filter_map(|rule| rule.file())
            .collect()
    }

    /// Rules `selector action`.
    fn rules(&self) -> impl Iterator<Item = Rule<'_>> {
        self.statements.iter().filter_map(|statement| {
            let (selector, action) = statement.text.split_once(char::is_whitespace)?;
            let is_selector = !selector.starts_with(['$', ':', '&', '#'])
                && selector.contains('.')
                && !selector.contains(['(', '/', '"']);
            is_selector.then(|| Rule { selector, action: action.trim() })
        })
    }

    fn module(&self, name: &str) -> Option<&Statement> {
        self.statements.iter().find(|statement| {
            let new = statement.text.starts_with("module(")
                && parameter(&statement.text, "load").is_some_and(|load| load == name);
            let old = statement.text.strip_prefix("$ModLoad").map(str::trim) == Some(name);
            new || old
        })
    }

    /// A legacy directive's value and place; the last counts.
    fn directive(&self, name: &str) -> Option<(&str, &At)> {
        let mut all = self.statements.iter().rev().filter_map(|statement| {
            let (key, value) = statement.text.strip_prefix('$')?.split_once(char::is_whitespace)?;
            key.eq_ignore_ascii_case(name).then_some((value.trim(), &statement.at))
        });
        all.next()
    }

    pub(super) fn look(&self, log: &Log, found: &mut Vec<Advice>) {
        self.imjournal(log, found);
        self.imuxsock(found);
        self.templates(found);
        let told = |kind, level, (setting, at): (String, &At), fix: &str| {
            Advice::new(kind, level, at.clone(), setting, fix)
        };
        if let Some((value, at)) = self.directive("RepeatedMsgReduction")
            && value == "on"
        {
            let setting = (format!("$RepeatedMsgReduction {value}"), at);
            found.push(told(Kind::Repeated, Level::Warning, setting, "$RepeatedMsgReduction off"));
        }
        if let Some((value, at)) = self.directive("ActionFileDefaultTemplate")
            && value == "RSYSLOG_TraditionalFileFormat"
        {
            let setting = (format!("$ActionFileDefaultTemplate {value}"), at);
            let fix = "$ActionFileDefaultTemplate RSYSLOG_FileFormat";
            found.push(told(Kind::OldStamps, Level::Advice, setting, fix));
        }
        if self.is_there() && self.mail_logs().is_empty() {
            let (at, fix) = (At::file(CONFIG), "mail.*    -/var/log/mail.log");
            found.push(Advice::new(Kind::NoMailRule, Level::Warning, at, "mail.*", fix));
        }
    }

    fn imjournal(&self, log: &Log, found: &mut Vec<Advice>) {
        let Some(module) = self.module("imjournal") else { return };
        let value = |new: &str, old: &str| {
            let old = self.directive(old).map(|(value, _)| value.to_owned());
            parameter(&module.text, new).or(old)
        };
        let interval = value("Ratelimit.Interval", "imjournalRatelimitInterval");
        let interval = interval.and_then(|text| text.parse().ok()).unwrap_or(IMJOURNAL.0);
        let burst = value("Ratelimit.Burst", "imjournalRatelimitBurst");
        let burst = burst.and_then(|text| text.parse().ok()).unwrap_or(IMJOURNAL.1);
        if interval <= 0 {
            return;
        }
        let level = if log.peak(interval) >= burst { Level::Problem } else { Level::Warning };
        let fix = "module(load=\"imjournal\" Ratelimit.Interval=\"0\" …)";
        let setting = format!("Ratelimit.Interval={interval} Ratelimit.Burst={burst}");
        let advice = Advice::new(Kind::ImjournalLimit, level, module.at.clone(), setting, fix);
        found.push(limit(advice, interval, burst, log));
    }

    fn imuxsock(&self, found: &mut Vec<Advice>) {
        let module = self.module("imuxsock");
        let new = module.and_then(|module| {
            let interval = parameter(&module.text, "SysSock.RateLimit.Interval")?;
            Some((interval, parameter(&module.text, "SysSock.RateLimit.Burst"), &module.at))
        });
        let old = || {
            let (interval, at) = self.directive("SystemLogRateLimitInterval")?;
            let burst = self.directive("SystemLogRateLimitBurst");
            Some((interval.to_owned(), burst.map(|(value, _)| value.to_owned()), at))
        };
        let Some((interval, burst, at)) = new.or_else(old) else { return };
        let burst = burst.and_then(|text| text.parse().ok()).unwrap_or(IMUXSOCK_BURST);
        let Some(interval) = interval.parse::<i64>().ok().filter(|interval| *interval > 0) else {
            return;
        };
        let fix = "module(load=\"imuxsock\" SysSock.RateLimit.Interval=\"0\")";
        let setting = format!("SysSock.RateLimit.Interval={interval} Burst={burst}");
        let advice = Advice::new(Kind::ImuxsockLimit, Level::Warning, at.clone(), setting, fix);
        found.push(advice.with("interval", interval).with("burst", burst));
    }

    /// `%programname%` ends at the first slash: of `postfix/smtpd` it is `postfix`.
    fn templates(&self, found: &mut Vec<Advice>) {
        for statement in &self.statements {
            let text = &statement.text;
            let name = if text.starts_with("template(") {
                parameter(text, "name")
            } else {
                let rest = text.strip_prefix("$template").map(str::trim);
                rest.and_then(|rest| Some(rest.split_once(',')?.0.trim().to_owned()))
            };
            let Some(name) = name else { continue };
            let lower = text.to_ascii_lowercase();
            let cuts = lower.contains("programname")
                && !["syslogtag", "app-name", "rawmsg"].iter().any(|whole| lower.contains(whole));
            if cuts && self.writes_mail_by(&name) {
                let (at, fix) = (statement.at.clone(), "%syslogtag%");
                let setting = format!("template {name}: %programname%");
                found.push(Advice::new(Kind::ProgramName, Level::Problem, at, setting, fix));
            }
        }
    }

    /// Whether mail is written by a template.
    fn writes_mail_by(&self, name: &str) -> bool {
        let rules = self.rules().filter(|rule| takes_mail(rule.selector));
        let mut used: Vec<String> = rules.filter_map(|rule| rule.template()).collect();
        used.extend(self.directive("ActionFileDefaultTemplate").map(|(value, _)| value.to_owned()));
        used.iter().any(|used| used == name)
    }
}

/// Adds what the log shows of a rate limit.
pub(super) fn limit(advice: Advice, interval: i64, burst: u64, log: &Log) -> Advice {
    advice.with("interval", interval).with("burst", burst).with("peak", log.peak(interval))
}

/// A rule.
struct Rule<'a> {
    selector: &'a str,
    action: &'a str,
}

impl Rule<'_> {
    fn file(&self) -> Option<PathBuf> {
        if self.action.starts_with("action(") {
            return parameter(self.action, "file").map(PathBuf::from);
        }
        let path = self.action.strip_prefix('-').unwrap_or(self.action);
        let path = path.split(';').next()?.trim();
        path.starts_with('/').then(|| PathBuf::from(path))
    }

    fn template(&self) -> Option<String> {
        if self.action.starts_with("action(") {
            return parameter(self.action, "template");
        }
        self.action.split_once(';').map(|(_, template)| template.trim().to_owned())
    }
}

/// Severities from the worst on; what Postfix logs of ordinary mail is `info`.
const SEVERITIES: [&str; 8] =
    ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
const INFO: usize = 6;

/// A severity's number (RFC 5424), also by its other names.
pub(super) fn severity(name: &str) -> Option<usize> {
    let name = match name {
        "panic" => "emerg",
        "error" => "err",
        "warn" => "warning",
        name => name,
    };
    SEVERITIES.iter().position(|known| *known == name)
}

/// Whether a selector takes `mail.info`: syslog.conf(5). Later parts overrule earlier ones.
fn takes_mail(selector: &str) -> bool {
    let mut takes = false;
    for part in selector.split(';') {
        let Some((facilities, priority)) = part.split_once('.') else { continue };
        if !facilities.split(',').any(|facility| facility == "mail" || facility == "*") {
            continue;
        }
        let (negated, priority) = match priority.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, priority),
        };
        let holds = match priority.strip_prefix('=') {
            Some(exact) => severity(exact) == Some(INFO),
            None if priority == "*" => true,
            None if priority == "none" => {
                takes = false;
                continue;
            }
            None => severity(priority).is_some_and(|least| least >= INFO),
        };
        if holds {
            takes = !negated;
        }
    }
    takes
}

/// A value within `name(key="value" …)`; keys in any case.
fn parameter(text: &str, key: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let key = key.to_ascii_lowercase();
    let at = lower.match_indices(&key).find_map(|(at, _)| {
        let before = lower.get(..at)?.chars().next_back();
        let after = lower.get(at + key.len()..)?.trim_start();
        let stands = before.is_some_and(|c| c.is_whitespace() || c == '(' || c == ',');
        (stands && after.starts_with('=')).then_some(at + key.len())
    })?;
    let value = text.get(at..)?.trim_start().strip_prefix('=')?.trim_start();
    match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().map(str::to_owned),
        None => value.split([' ', ')']).next().map(str::to_owned),
    }
}

/// Statements of a file: those with brackets may take several lines.
fn statements(text: &str, file: &Path) -> Vec<Statement> {
    let mut all: Vec<Statement> = Vec::new();
    let mut open = false;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match all.last_mut().filter(|_| open) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(line);
            }
            None => all.push(Statement { text: line.to_owned(), at: At::new(file, number) }),
        }
        open = all.last().is_some_and(|last| is_open(&last.text));
    }
    all
}

/// Whether brackets are open, strings aside.
fn is_open(text: &str) -> bool {
    let (mut depth, mut quoted) = (0i32, false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth > 0
}

#[cfg(test)]
mod tests {
    use super::{parameter, takes_mail};

    #[test]
    fn selectors() {
        for taken in
            ["mail.*", "mail.info", "*.*", "*.info", "mail,news.info", "*.*;auth.none", "*.=info"]
        {
            assert!(takes_mail(taken), "{taken}");
        }
        for left in ["mail.err", "*.info;mail.none", "auth.*", "mail.=warning", "*.info;mail.!info"]
        {
            assert!(!takes_mail(left), "{left}");
        }
    }

    #[test]
    fn parameters() {
        let text = "module(load=\"imjournal\" StateFile=\"x\" ratelimit.burst=\"5\")";
        assert_eq!(parameter(text, "load").as_deref(), Some("imjournal"));
        assert_eq!(parameter(text, "Ratelimit.Burst").as_deref(), Some("5"));
        assert_eq!(parameter(text, "File"), None);
    }
}
