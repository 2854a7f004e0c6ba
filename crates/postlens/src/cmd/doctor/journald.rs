//! journald: rate limits, storage and levels that lose lines (journald.conf(5)).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::fix::Fix;
use super::logs::Log;
use super::rsyslog::{Rsyslog, limit, severity};
use super::syslog_ng::SyslogNg;
use super::{Advice, DAY, Keep, Kind, Level, System};
use crate::postfix::At;

const CONFIG: &str = "/etc/systemd/journald.conf";
/// Lines that one service may log in so many seconds.
const WINDOW: i64 = 30;
const BURST: u64 = 10_000;
const INFO: usize = 6;
/// What the journal may use at most by default: a tenth of the file system, and never more.
const MAX_USE: u64 = 4 << 30;

/// What journald is told.
#[derive(Debug, Default)]
pub(super) struct Journald {
    settings: BTreeMap<String, (String, At)>,
    /// Whether the directory is there that `Storage=auto` asks for.
    keeps: bool,
    kept: Option<Kept>,
}

/// The journal's files.
#[derive(Debug, Clone, Copy)]
struct Kept {
    bytes: u64,
    /// From the first line to the last.
    seconds: i64,
}

impl Kept {
    /// `None` where nothing has been let go yet, as far as can be seen. The names of files
    /// that are full hold the time of their first line in microseconds:
    /// `system@ID-SEQUENCE-TIME.journal`, numbers in hexadecimal (systemd's journal-file.c).
    fn read(system: &System) -> Option<Self> {
        let files = system.matching("/var/log/journal/*/*.journal");
        let begin = |path: &PathBuf| {
            let name = path.file_stem()?.to_str()?.strip_prefix("system@")?;
            let (_, time) = name.rsplit_once('-')?;
            Some(i64::from_str_radix(time, 16).ok()? / 1_000_000)
        };
        let first = files.iter().filter_map(begin).min()?;
        let all: Vec<_> =
            files.iter().filter_map(|path| std::fs::metadata(system.below(path)).ok()).collect();
        let last = all.iter().map(std::os::unix::fs::MetadataExt::mtime).max()?;
        Some(Self { bytes: all.iter().map(std::fs::Metadata::len).sum(), seconds: last - first })
    }
}

impl Journald {
    /// Reads its files; `None` where there is no journald.
    pub(super) fn read(system: &System) -> Option<Self> {
        let directory = Path::new("/var/log/journal");
        let kept = Kept::read(system);
        let mut journald = Self { keeps: system.exists(directory), kept, ..Self::default() };
        if !system.exists(Path::new(CONFIG)) && !system.exists(Path::new("/run/systemd/journal")) {
            return None;
        }
        let mut files = vec![CONFIG.into()];
        for directory in ["/usr/lib", "/run", "/etc"] {
            files.extend(system.matching(&format!("{directory}/systemd/journald.conf.d/*.conf")));
            // Limits of a service's own: LogRateLimit… in systemd.exec(5).
            files.extend(system.matching(&format!("{directory}/systemd/system/postfix*.service")));
            let beside = format!("{directory}/systemd/system/postfix*.service.d/*.conf");
            files.extend(system.matching(&beside));
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
        let own = self.value("LogRateLimitIntervalSec");
        let set = own.or(self.value("RateLimitIntervalSec")).or(self.value("RateLimitInterval"));
        set.map_or(Some(WINDOW), seconds).unwrap_or(WINDOW)
    }

    pub(super) fn look(
        &self,
        rsyslog: &Rsyslog,
        syslog_ng: &SyslogNg,
        log: &Log,
        keep: Keep,
        found: &mut Vec<Advice>,
    ) {
        self.limits(log, found);
        self.levels(rsyslog, found);
        if !syslog_ng.mail_logs().is_empty() {
            // It reads the journal's files.
        } else if rsyslog.mail_logs().is_empty() {
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
        let fix = Fix::words("journald", "setting", fix);
        Advice::new(kind, level, at, format!("{name}={value}"), fix)
    }

    fn limits(&self, log: &Log, found: &mut Vec<Advice>) {
        let window = self.window();
        let own = self.value("LogRateLimitBurst");
        let name = if own.is_some() { "LogRateLimitBurst" } else { "RateLimitBurst" };
        let burst = self.value(name).and_then(|value| value.parse().ok()).unwrap_or(BURST);
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
        let more = 10 * burst.max(BURST);
        let prefix = name.trim_end_matches("RateLimitBurst");
        let fix = format!("{prefix}RateLimitIntervalSec={window}s {name}={more}");
        let mut advice = self.advice(Kind::JournalLimit, level, name, &BURST.to_string(), &fix);
        if own.is_some() {
            advice.fix = Fix::words("unit", "setting", fix);
        }
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
        self.full(keep, found);
    }

    /// Old lines go when the journal is as large as it may be.
    fn full(&self, keep: Keep, found: &mut Vec<Advice>) {
        let Some(Kept { bytes: held, seconds: kept }) = self.kept else { return };
        let most = self.value("SystemMaxUse").and_then(bytes).unwrap_or(MAX_USE);
        // Files are let go as a whole; each is an eighth of what may be used.
        if held < most / 8 * 6 || kept <= 0 || kept >= keep.least {
            return;
        }
        let wanted = u128::from(most) * 5 / 4 * u128::from(keep.least.unsigned_abs());
        let wanted = wanted.div_ceil(u128::from(kept.unsigned_abs()) << 20);
        let fix = format!("SystemMaxUse={wanted}M");
        let advice = self.advice(Kind::JournalFull, Level::Warning, "SystemMaxUse", "4G", &fix);
        let advice = advice.with("size", postlens_report::number::bytes(held));
        found.push(advice.with("days", kept / DAY).with("least", keep.days()));
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

/// A size as systemd writes it: `500M`, `4G`, bytes.
fn bytes(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let shift = match unit {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_shl(shift)
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
