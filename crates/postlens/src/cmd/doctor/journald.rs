//! journald: rate limits, storage and levels that lose lines (journald.conf(5)).

use std::collections::BTreeMap;
use std::path::Path;

use super::logs::Log;
use super::rsyslog::{Rsyslog, limit, severity};
use super::{Advice, Keep, Kind, Level, System};
use crate::postfix::At;

const CONFIG: &str = "/etc/systemd/journald.conf";
/// Lines that one service may log in so many seconds.
const WINDOW: i64 = 30;
const BURST: u64 = 10_000;
const INFO: usize = 6;

/// What journald is told.
#[derive(Debug, Default)]
pub(super) struct Journald {
    settings: BTreeMap<String, (String, At)>,
    /// Whether the directory is there that `Storage=auto` asks for.
    keeps: bool,
}

impl Journald {
    /// Reads its files; `None` where there is no journald.
    pub(super) fn read(system: &System) -> Option<Self> {
        let directory = Path::new("/var/log/journal");
        let mut journald = Self { keeps: system.exists(directory), ..Self::default() };
        if !system.exists(Path::new(CONFIG)) && !system.exists(Path::new("/run/systemd/journal")) {
            return None;
        }
        let mut files = vec![CONFIG.into()];
        for directory in ["/usr/lib", "/run", "/etc"] {
            files.extend(system.matching(&format!("{directory}/systemd/journald.conf.d/*.conf")));
        }
        for file in files {
            let text = system.read(&file).unwrap_or_default();
            for (number, line) in (1..).zip(text.lines()) {
                if let Some((name, value)) = line.trim().split_once('=')
                    && !name.starts_with(['#', ';'])
                {
                    let value = (value.trim().to_owned(), At::new(&file, number));
                    journald.settings.insert(name.trim().to_owned(), value);
                }
            }
        }
        Some(journald)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(|(value, _)| value.as_str())
    }

    /// The seconds in which lines are counted; 0 for no limit.
    pub(super) fn window(&self) -> i64 {
        let set = self.value("RateLimitIntervalSec").or(self.value("RateLimitInterval"));
        set.map_or(Some(WINDOW), seconds).unwrap_or(WINDOW)
    }

    pub(super) fn look(&self, rsyslog: &Rsyslog, log: &Log, keep: Keep, found: &mut Vec<Advice>) {
        self.limits(log, found);
        self.levels(rsyslog, found);
        if rsyslog.mail_logs().is_empty() {
            self.storage(keep, found);
        } else if !rsyslog.reads_journal() {
            self.forward(found);
        }
    }

    fn advice(&self, kind: Kind, level: Level, name: &str, usual: &str, fix: &str) -> Advice {
        let (value, at) = self
            .settings
            .get(name)
            .map_or((usual, At::file(CONFIG)), |(value, at)| (value.as_str(), at.clone()));
        let fix = format!("{fix}, then systemctl restart systemd-journald");
        Advice::new(kind, level, at, format!("{name}={value}"), fix)
    }

    fn limits(&self, log: &Log, found: &mut Vec<Advice>) {
        let window = self.window();
        let set = self.value("RateLimitBurst").and_then(|value| value.parse().ok());
        let burst = set.unwrap_or(BURST);
        if window <= 0 || burst == 0 {
            return;
        }
        let peak = log.peak(window);
        // A tenth of what systemd's authors thought enough is little.
        let is_low = burst.saturating_mul(WINDOW.unsigned_abs())
            < BURST.saturating_mul(window.unsigned_abs());
        let level = match (peak >= burst, is_low) {
            (true, _) => Level::Problem,
            (false, true) => Level::Warning,
            (false, false) if peak.saturating_mul(2) >= burst => Level::Warning,
            (false, false) => return,
        };
        let fix =
            format!("RateLimitIntervalSec={window}s RateLimitBurst={}", 10 * burst.max(BURST));
        let usual = BURST.to_string();
        let advice = self.advice(Kind::JournalLimit, level, "RateLimitBurst", &usual, &fix);
        found.push(limit(advice, window, burst, log));
    }

    fn levels(&self, rsyslog: &Rsyslog, found: &mut Vec<Advice>) {
        let forwarded = rsyslog.is_there() && !rsyslog.reads_journal();
        for (name, matters) in [("MaxLevelStore", true), ("MaxLevelSyslog", forwarded)] {
            let level =
                self.value(name).and_then(|value| value.parse().ok().or_else(|| severity(value)));
            if matters && level.is_some_and(|level: usize| level < INFO) {
                let fix = format!("{name}=debug");
                found.push(self.advice(Kind::JournalLevel, Level::Problem, name, "debug", &fix));
            }
        }
    }

    /// The journal is all there is.
    fn storage(&self, keep: Keep, found: &mut Vec<Advice>) {
        let storage = self.value("Storage").unwrap_or("auto");
        if storage == "none" || storage == "volatile" || (storage == "auto" && !self.keeps) {
            let fix = "Storage=persistent";
            found.push(self.advice(Kind::JournalLost, Level::Problem, "Storage", "auto", fix));
        }
        let kept = self.value("MaxRetentionSec").and_then(seconds).filter(|kept| *kept > 0);
        if kept.is_some_and(|kept| kept < keep.least) {
            let fix = format!("MaxRetentionSec={}day", keep.days());
            let advice =
                self.advice(Kind::JournalShort, Level::Warning, "MaxRetentionSec", "0", &fix);
            found.push(advice.with("least", keep.days()));
        }
    }

    /// rsyslog waits at journald's socket.
    fn forward(&self, found: &mut Vec<Advice>) {
        if self
            .value("ForwardToSyslog")
            .is_some_and(|value| ["no", "false", "0", "off"].contains(&value))
        {
            let fix = "ForwardToSyslog=yes";
            found.push(self.advice(
                Kind::JournalForward,
                Level::Problem,
                "ForwardToSyslog",
                "yes",
                fix,
            ));
        }
    }
}

/// systemd.time(7), as far as people write it here: `30s`, `5min`, `1month`, seconds.
fn seconds(text: &str) -> Option<i64> {
    let mut sum = 0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(digits)?;
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(letters)?;
        let factor = match unit {
            "" | "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hr" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            "M" | "month" | "months" => 2_629_800,
            "y" | "year" | "years" => 31_557_600,
            _ => return None,
        };
        sum += number.parse::<i64>().ok()?.checked_mul(factor)?;
        rest = after.trim_start();
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times_of_systemd() {
        for (text, expected) in [
            ("30s", Some(30)),
            ("0", Some(0)),
            ("1min 30s", Some(90)),
            ("2week", Some(1_209_600)),
            ("ms", None),
            ("5 fortnights", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
